"""The page in Chromium, inside Cockpit's shell, as one sees it who administers by browser."""
import importlib.resources
import re

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
# Best practices as well: they are what the page can be asked for beside WCAG 2.2 AA.
AUDIT = """async () => {
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await axe.run(document, { runOnly: rules });
    const places = fault => fault.nodes.map(node => node.html.slice(0, 120)).join(" | ");
    return found.violations.map(fault => fault.id + ": " + places(fault));
}"""


class Browser:
    """A window with the page: `page` is the window, `frame` the page itself within the shell."""

    def __init__(self, chromium, port, language="en-us", width=1280, height=1000, style="light", path="/amtguard"):
        self.context = chromium.new_context(viewport={"width": width, "height": height})
        self.context.add_cookies([{"name": "CockpitLang", "value": language, "url": f"http://127.0.0.1:{port}"}])
        self.context.add_init_script(
            f"localStorage.getItem('shell:style') || localStorage.setItem('shell:style', '{style}')")
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self.heard)
        self.page.goto(f"http://127.0.0.1:{port}{path}", wait_until="domcontentloaded")
        self.page.wait_for_selector("iframe[name$='/amtguard']", state="attached")
        self.frame = self.page.query_selector("iframe[name$='/amtguard']").content_frame()

    def heard(self, message):
        """Faults of this page: other pages of Cockpit miss services that are not here."""
        if message.type in ("error", "warning") and "/amtguard/" in message.location.get("url", ""):
            self.faults.append(message.text)

    def text(self, selector):
        return re.sub(r"\s+", " ", self.frame.inner_text(selector)).strip()

    def awaits(self, selector, text, seconds=10):
        """Waits until the element has this text in it."""
        self.frame.wait_for_selector(f"{selector}:has-text(\"{text}\")", timeout=seconds * 1000)

    def verdict(self, word, seconds=10):
        self.frame.wait_for_selector(f"#verdict-word:text-is('{word}')", timeout=seconds * 1000)

    def tone(self):
        return self.frame.get_attribute("#verdict", "class")

    def audit(self):
        """What axe-core finds, a line each."""
        if not self.frame.evaluate("() => 'axe' in window"):
            self.frame.evaluate(AXE)
        return self.frame.evaluate(AUDIT)

    def overflow(self):
        """By how many pixels the page is wider than its frame."""
        return self.frame.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def style_by_event(self, style):
        """As the shell's menu "Style" tells its frames."""
        self.frame.evaluate(
            "style => window.dispatchEvent(new CustomEvent('cockpit-style', { detail: { style } }))", style)

    def style_by_storage(self, style):
        """As another window of Cockpit tells this one."""
        self.page.evaluate("style => localStorage.setItem('shell:style', style)", style)

    def sign(self):
        """Whether the menu has a sign beside the page."""
        return self.page.locator("#host-apps a[href*='/amtguard'] svg").count() > 0

    def colour(self, selector, property="background-color"):
        return self.frame.evaluate(
            "([selector, property]) => getComputedStyle(document.querySelector(selector))[property]",
            [selector, property])

    def focus(self):
        """The id of the element that has it."""
        return self.frame.evaluate("() => document.activeElement.id")

    def close(self):
        self.context.close()
