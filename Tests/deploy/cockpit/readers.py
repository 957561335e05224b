"""The page for its readers: by keyboard, on a small screen, in the dark, without privilege, in German."""
from browser import Browser
from claims import audit, ok, same, shot
from machine import eventually

LIGHT, DARK = "rgb(240, 240, 240)", "rgb(15, 18, 20)"  # the ground of the page


def by_keyboard(machine, chromium):
    browser = Browser(chromium, 9090)
    browser.verdict("Protected")
    audit(browser, "in the light")
    shot(browser, "light")
    browser.frame.focus("body")
    browser.frame.evaluate("() => document.querySelector('h1').scrollIntoView()")
    browser.frame.click("h1")
    reached = []
    for _ in range(2):
        browser.page.keyboard.press("Tab")
        reached.append(browser.focus())
    same("the tab key reaches both buttons in their order", reached, ["check", "reload"])
    same("the focus is seen", browser.colour("#reload", "outline-style"), "solid")
    browser.page.keyboard.press("Enter")
    browser.awaits("#told", "has read its configuration again")
    same("the enter key presses them, and the focus stays", browser.focus(), "reload")
    browser.close()


def narrow_and_dark(machine, chromium):
    browser = Browser(chromium, 9090, width=400, height=900)
    browser.verdict("Protected")
    for width in (400, 320):
        browser.page.set_viewport_size({"width": width, "height": 900})
        browser.page.wait_for_timeout(200)
        ok(f"{width} pixels are wide enough", browser.overflow() <= 0, browser.overflow())
    browser.page.set_viewport_size({"width": 400, "height": 900})
    audit(browser, "on 400 pixels")
    shot(browser, "narrow")
    light = browser.colour("body")
    browser.style_by_event("dark")
    browser.page.wait_for_timeout(100)
    same("it turns dark with the shell", [light, browser.colour("body")], [LIGHT, DARK])
    audit(browser, "in the dark")
    browser.close()
    browser = Browser(chromium, 9090, style="dark")
    browser.verdict("Protected")
    same("it is dark from the start", browser.colour("body"), DARK)
    shot(browser, "dark")
    browser.style_by_storage("auto")
    for scheme, colour in [("light", LIGHT), ("dark", DARK)]:
        browser.page.emulate_media(color_scheme=scheme)
        browser.page.wait_for_timeout(100)
        same(f"style auto follows the system: {scheme}", browser.colour("body"), colour)
    browser.close()


def without_privilege(machine, chromium):
    machine.cockpit(9091, "bridge-of-nobody")
    browser = Browser(chromium, 9091)
    browser.verdict("Protected")
    ok("a user without privilege sees the verdict", True)
    browser.frame.wait_for_selector("#reload-hint:visible")
    browser.frame.click("#reload")
    browser.awaits("#told.bad", "Reload was refused: it needs administrative access")
    ok("a refused Reload says what it needs", True)
    browser.frame.click("#check")
    browser.awaits("#told.good", "amtguardd has looked")
    ok("Check needs no privilege", True)
    browser.awaits("#doctor", "checks of settings")
    ok("the doctor tells what it can see", "failed" not in browser.text("#doctor"), browser.text("#doctor"))
    shot(browser, "nobody")
    browser.close()


def behind_another_page(machine, chromium):
    machine.stop_guard()
    browser = Browser(chromium, 9090, path="/system/services")
    eventually(lambda: browser.page.wait_for_timeout(50) or browser.sign())
    ok("the menu has its sign before the page was opened", True)
    seen = browser.frame.text_content("#doctor .body")
    ok("the doctor waits for a reader", "is looking" in seen, seen)
    browser.page.click("#host-apps a[href*='/amtguard']")
    browser.awaits("#doctor", "checks of settings")
    ok("the doctor looks when there is one", True)
    machine.start_guard()
    browser.verdict("Protected")
    ok("the sign goes when all is well", not browser.sign())
    browser.close()


def in_german(machine, chromium):
    browser = Browser(chromium, 9090, language="de")
    browser.verdict("Geschützt")
    same("it speaks German, and says so", browser.frame.get_attribute("html", "lang"), "de")
    seen = browser.page.inner_text("#host-apps")
    ok("the menu does, too", "Ports von Intel AMT" in seen, seen)
    ok("what amtguard says is marked as English", browser.frame.locator("#advice bdi[lang=en]").count() > 0)
    shot(browser, "german")
    browser.close()


STAGES = [by_keyboard, narrow_and_dark, without_privilege, behind_another_page, in_german]
