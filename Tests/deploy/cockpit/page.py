"""What the page of cockpit-amtguard shows, judged in the browser, while the real amtguardd sees real things happen.

Prints a line for each claim, `ok …` or `not ok …`; exit status 1 if any does not hold.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

from browser import Browser
from machine import ROOT, TOP, WORK, Machine, eventually

SHOTS = os.environ.get("SHOTS")
failures = 0


def ok(sentence, holds, seen=None):
    global failures
    failures += not holds
    print(f"{'ok' if holds else 'not ok'} {sentence}" + ("" if holds else f"\n  seen: {seen}"), flush=True)


def shot(browser, name):
    if SHOTS:
        size = browser.page.viewport_size
        browser.page.set_viewport_size({**size, "height": 80 + browser.frame.evaluate("() => document.body.scrollHeight")})
        browser.page.wait_for_timeout(300)
        browser.page.screenshot(path=f"{SHOTS}/{name}.png")
        browser.page.set_viewport_size(size)


def audit(browser, which):
    found = browser.audit()
    ok(f"axe-core finds no fault {which}", not found, found)


def the_page_is_live(machine, browser):
    browser.verdict("Protected")
    ok("the verdict is shown, and why", "none of AMT's ports, 623, 664, 16992-16995" in browser.text("#verdict-why"), browser.text("#verdict"))
    ok("the picture says in words what it shows", "Reserved by amtguard: 623, 664, 16992-16995" in browser.text("#ports-legend"), browser.text("#ports-legend"))
    ok("the picture has a stroke for each", browser.frame.locator("rect.owned").count() == 3, browser.frame.locator("rect.owned").count())
    ok("the table has a row for neighbours", "16992-16995" in browser.text("#ports table"), browser.text("#ports table"))
    ok("AMT's version is shown", "16.1.25.2020" in browser.text("#amt"), browser.text("#amt"))
    browser.awaits("#doctor", "checks of settings")
    ok("the doctor's findings are shown", "failed" not in browser.text("#doctor"), browser.text("#doctor"))
    browser.frame.focus("#check")
    began = time.monotonic()
    machine.overwrite("5000")
    browser.awaits("#list", "found: 5000")
    browser.awaits("#ports-legend", "Reserved by other programs: 5000")
    took = time.monotonic() - began
    ok(f"an overwrite is shown within a second ({took * 1000:.0f} ms)", took < 1, took)
    ok("an update leaves the focus where it is", browser.frame.evaluate("() => document.activeElement.id") == "check")
    # The name of a program is what it wants to be.
    shutil.copy("/bin/dash", WORK / "bin/<b>bold")
    subprocess.run([WORK / "bin/<b>bold", "-c", "echo 6000 >/proc/sys/net/ipv4/ip_local_reserved_ports; sleep 0.5"], check=True)
    browser.awaits("#list", "<b>bold")
    ok("the name of a program is text", browser.frame.locator("#list b").count() == 0)


def the_actions(machine, browser):
    browser.frame.click("#check")
    browser.awaits("#told", "amtguardd has looked")
    ok("Check looks, and says so", True)
    machine.configure("AuditSec=7")
    browser.frame.click("#reload")
    browser.awaits("#told", "has read its configuration again")
    ok("Reload reads the configuration, and says so", True)
    machine.configure("AuditSec=never")
    browser.frame.click("#reload")
    browser.awaits("#told.bad", "amtguard.conf:2")
    ok("a refused configuration is shown with its line", True)
    browser.verdict("Degraded")
    browser.awaits("#advice", "What to do")
    ok("what to do is shown", browser.frame.locator("#advice .change").count() > 0, browser.text("#advice"))
    ok("the menu has a sign", browser.sign(), browser.page.inner_html("#host-apps"))


def exposed(machine, browser):
    pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("1024 65535\n")
    machine.configure("Mode=observe")
    machine.guard.send_signal(signal.SIGHUP)
    # It only observes now. The ports that it owned it leaves.
    browser.verdict("Protected")
    time.sleep(3)
    machine.overwrite("5000")
    browser.verdict("Exposed")
    ok("an exposed port is bad", browser.tone() == "bad", browser.tone())
    ok("the verdict says which ports", "The kernel may choose 16992-16995" in browser.text("#verdict-why"), browser.text("#verdict-why"))
    ok("the picture says so too", "the kernel may choose it: 16992-16995" in browser.text("#ports-legend"), browser.text("#ports-legend"))
    ok("the range is named as a whole", "chooses: 1024-65535" in browser.text("#ports-legend"), browser.text("#ports-legend"))
    ok("what an action told before is gone", browser.text("#told") == "", browser.text("#told"))
    browser.awaits("#doctor", "Problem")
    audit(browser, "when ports are exposed")
    shot(browser, "exposed")
    machine.configure()
    machine.guard.send_signal(signal.SIGHUP)
    browser.verdict("Protected")


def the_daemon_goes_and_returns(machine, browser):
    machine.stop_guard()
    browser.verdict("Not running")
    browser.awaits("#verdict-why", "but nothing watches over that")
    ok("without a daemon the page says what the kernel does", "does not choose 623, 664, 16992-16995 now" in browser.text("#verdict-why"), browser.text("#verdict-why"))
    browser.awaits("#advice", "systemctl start amtguardd")
    ok("it says how to start it, and draws the ports", browser.frame.locator("rect.kept").count() == 3, browser.frame.locator("rect").count())
    audit(browser, "without a daemon")
    shot(browser, "absent")
    browser.frame.click("#check")
    browser.awaits("#told.bad", "could not be asked")
    ok("Check without a daemon says so", True)
    machine.start_guard()
    browser.verdict("Protected")
    ok("it comes back by itself", browser.tone() == "good", browser.tone())
    machine.guard.send_signal(signal.SIGSTOP)
    browser.frame.click("#check")
    browser.verdict("No answer", seconds=30)
    ok("a daemon that does not answer is told apart", browser.tone() == "doubtful", browser.text("#verdict"))
    machine.guard.send_signal(signal.SIGCONT)
    browser.frame.click("#check")
    browser.verdict("Protected", seconds=40)


def the_bus_goes_and_returns(machine, browser):
    machine.stop_bus()
    browser.awaits("#verdict-why", "The system bus can't be reached")
    ok("a bus that is gone is told apart", True)
    browser.awaits("#verdict-why", "amtguardctl reports this")
    ok("amtguardctl reports in its place", browser.text("#verdict-word") == "Protected", browser.text("#verdict"))
    machine.start_bus()
    browser.awaits("#verdict-why", "The kernel chooses none", seconds=30)
    ok("it is back with the bus", True)


def other_versions(machine, browser):
    machine.stop_guard()
    browser.verdict("Not running")
    everything = json.loads((TOP / "Tests/Reports/everything.json").read_text())
    everything["victims"] = [dict(port=16994, protocol="tcp", address="81.2.69.142", state="syn-sent", remote="198.51.100.7:443", uid=1000,
                                  unit="session-3.scope", inode=7, retransmissions=3, standing="victim", since="2026-11-29T14:45:50Z")]
    everything["victimCount"] = 1
    everything["verdict"] = "degraded"
    everything["reasons"] = [dict(id="victims", says="AMT cuts off 1 connection", advice="Restart the program.")]
    # A key that a later version adds, and values that it may.
    everything["amt"]["later"] = everything["watch"] = everything["amt"]["state"] = "later"
    with said(machine, browser, everything, "cuts off"):
        a_full_status(browser)
    with said(machine, browser, {**everything, "schema": 2}, "speaks format 2, and this page reads format 1"):
        ok("another format is said to be one, and the verdict is shown", browser.text("#verdict-word") == "Degraded", browser.text("#verdict"))
    machine.start_guard()
    browser.verdict("Protected")
    ok("no fault came up in the console", not browser.faults, browser.faults)


def a_full_status(browser):
    for card, wanted in [("#amt", "shared with enx001b21aabbcc: 81.2.69.142"), ("#connections", "1 connection"), ("#connections", "198.51.100.7:443"),
                         ("#connections", "Redrawn 12"), ("#connections", "Refused 1"), ("#ports-legend", "AMT takes its packets: 16994"),
                         ("#list", "Prevented 7")]:
        ok(f"a full status shows in {card}: {wanted}", wanted in browser.text(card), browser.text(card))
    audit(browser, "in a full status")
    shot(browser, "full")


@contextlib.contextmanager
def said(machine, browser, status, why):
    """While something on the bus has this status, and the page says this sentence."""
    file = WORK / "said.json"
    file.write_text(json.dumps(status))
    speaker = machine.speaker(file)
    try:
        browser.awaits("#verdict-why", why)
        yield
    finally:
        speaker.kill()
        speaker.wait()


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
    ok("it turns dark with the shell", light == "rgb(240, 240, 240)" and browser.colour("body") == "rgb(15, 18, 20)", [light, browser.colour("body")])
    audit(browser, "in the dark")
    browser.close()
    browser = Browser(chromium, 9090, style="dark")
    browser.verdict("Protected")
    ok("it is dark from the start", browser.colour("body") == "rgb(15, 18, 20)", browser.colour("body"))
    shot(browser, "dark")
    browser.style_by_storage("auto")
    for scheme, colour in [("light", light), ("dark", "rgb(15, 18, 20)")]:
        browser.page.emulate_media(color_scheme=scheme)
        browser.page.wait_for_timeout(100)
        ok(f"style auto follows the system: {scheme}", browser.colour("body") == colour, browser.colour("body"))
    browser.close()


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
        reached.append(browser.frame.evaluate("() => document.activeElement.id"))
    ok("the tab key reaches both buttons in their order", reached == ["check", "reload"], reached)
    ok("the focus is seen", browser.colour("#reload", "outline-style") == "solid", browser.colour("#reload", "outline-style"))
    browser.page.keyboard.press("Enter")
    browser.awaits("#told", "has read its configuration again")
    ok("the enter key presses them, and the focus stays", browser.frame.evaluate("() => document.activeElement.id") == "reload")
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
    ok("the doctor waits for a reader", "is looking" in browser.frame.text_content("#doctor .body"), browser.frame.text_content("#doctor"))
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
    ok("it speaks German, and says so", browser.frame.get_attribute("html", "lang") == "de")
    ok("the menu does, too", "Ports von Intel AMT" in browser.page.inner_text("#host-apps"), browser.page.inner_text("#host-apps"))
    ok("what amtguard says is marked as English", browser.frame.locator("#advice bdi[lang=en]").count() > 0 or browser.frame.locator("#advice").is_hidden())
    shot(browser, "german")
    browser.close()


def main():
    machine = Machine()
    machine.start_bus()
    machine.start_guard()
    machine.cockpit(9090)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        browser = Browser(chromium, 9090)
        stages = [(stage, browser) for stage in (the_page_is_live, the_actions, exposed, the_daemon_goes_and_returns, other_versions)]
        stages += [(stage, chromium) for stage in (by_keyboard, narrow_and_dark, without_privilege, behind_another_page, in_german)]
        # The last one: Cockpit's bridge may end with its bus.
        stages.append((the_bus_goes_and_returns, browser))
        for stage, argument in stages:
            try:
                stage(machine, argument)
            except Exception:  # whatever it is, it is told, and the rest has no ground to stand on
                error = sys.exc_info()[1]
                ok(f"{stage.__name__.replace('_', ' ')}: {error}", False, browser.text("body")[:3000])
                break
        chromium.close()
    if failures:
        for log in sorted(WORK.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}")
    sys.exit(1 if failures else 0)


main()
