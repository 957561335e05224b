"""Claims about the page: each prints a line, `ok …` or `not ok …` with what was seen instead."""
import os

SHOTS = os.environ.get("SHOTS")
failures = 0


def ok(sentence, holds, seen=None):
    global failures
    failures += not holds
    print(f"{'ok' if holds else 'not ok'} {sentence}" + ("" if holds else f"\n  seen: {seen}"), flush=True)


def same(sentence, seen, wanted):
    ok(sentence, seen == wanted, seen)


def has(browser, sentence, selector, text):
    """The element has this text in it."""
    seen = browser.text(selector)
    ok(sentence, text in seen, seen)


def audit(browser, which):
    found = browser.audit()
    ok(f"axe-core finds no fault {which}", not found, found)


def shot(browser, name):
    """Keeps a picture of the whole page, for people."""
    if SHOTS:
        size = browser.page.viewport_size
        height = browser.frame.evaluate("() => document.body.scrollHeight")
        browser.page.set_viewport_size({**size, "height": 80 + height})
        browser.page.wait_for_timeout(300)
        browser.page.screenshot(path=f"{SHOTS}/{name}.png")
        browser.page.set_viewport_size(size)
