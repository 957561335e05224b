"""What the page shows while the guard, its list, its configuration and its bus change."""
import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import time

from claims import audit, has, ok, same, shot
from machine import LIST, TOP, WORK


def the_page_is_live(machine, browser):
    browser.verdict("Protected")
    has(browser, "the verdict is shown, and why", "#verdict-why", "none of AMT's ports, 623, 664, 16992-16995")
    has(browser, "the picture says what it shows", "#ports-legend", "Reserved by amtguard: 623, 664, 16992-16995")
    same("the picture has a stroke for each", browser.frame.locator("rect.owned").count(), 3)
    has(browser, "the table has a row for neighbours", "#ports table", "16992-16995")
    has(browser, "AMT's version is shown", "#amt", "16.1.25.2020")
    browser.awaits("#doctor", "checks of settings")
    ok("the doctor's findings are shown", "failed" not in browser.text("#doctor"), browser.text("#doctor"))
    browser.frame.focus("#check")
    began = time.monotonic()
    machine.overwrite("5000")
    browser.awaits("#list", "found: 5000")
    browser.awaits("#ports-legend", "Reserved by other programs: 5000")
    took = time.monotonic() - began
    ok(f"an overwrite is shown within a second ({took * 1000:.0f} ms)", took < 1, took)
    same("an update leaves the focus where it is", browser.focus(), "check")
    # The name of a program is what it wants to be.
    shutil.copy("/bin/dash", WORK / "bin/<b>bold")
    subprocess.run([WORK / "bin/<b>bold", "-c", f"echo 6000 >{LIST}; sleep 0.5"], check=True)
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
    same("an exposed port is bad", browser.tone(), "bad")
    has(browser, "the verdict says which ports", "#verdict-why", "The kernel may choose 16992-16995")
    has(browser, "the picture says so too", "#ports-legend", "the kernel may choose it: 16992-16995")
    has(browser, "the range is named as a whole", "#ports-legend", "chooses: 1024-65535")
    same("what an action told before is gone", browser.text("#told"), "")
    browser.awaits("#doctor", "Problem")
    audit(browser, "when ports are exposed")
    shot(browser, "exposed")
    machine.configure()
    machine.guard.send_signal(signal.SIGHUP)
    browser.verdict("Protected")


def the_daemon_goes_and_returns(machine, browser):
    machine.stop_guard()
    browser.verdict("Not running")
    browser.awaits("#verdict-why", "but no daemon repairs the list")
    has(browser, "without a daemon the page says what the kernel does", "#verdict-why", "does not choose 623, 664")
    browser.awaits("#advice", "systemctl enable --now amtguardd")
    same("it says how to start it, and draws the ports", browser.frame.locator("rect.kept").count(), 3)
    audit(browser, "without a daemon")
    shot(browser, "absent")
    browser.frame.click("#check")
    browser.awaits("#told.bad", "could not be asked")
    ok("Check without a daemon says so", True)
    machine.start_guard()
    browser.verdict("Protected")
    same("it comes back by itself", browser.tone(), "good")
    machine.guard.send_signal(signal.SIGSTOP)
    browser.frame.click("#check")
    browser.verdict("No answer", seconds=30)
    same("a daemon that does not answer is told apart", browser.tone(), "doubtful")
    machine.guard.send_signal(signal.SIGCONT)
    browser.frame.click("#check")
    browser.verdict("Protected", seconds=40)


def other_versions(machine, browser):
    machine.stop_guard()
    browser.verdict("Not running")
    everything = json.loads((TOP / "Tests/Reports/everything.json").read_text())
    everything["victims"] = [dict(
        port=16994, protocol="tcp", address="81.2.69.142", state="syn-sent", remote="198.51.100.7:443", uid=1000,
        unit="session-3.scope", inode=7, retransmissions=3, standing="victim", since="2026-11-29T14:45:50Z")]
    everything["victimCount"] = 1
    everything["verdict"] = "degraded"
    everything["reasons"] = [dict(id="victims", says="AMT cuts off 1 connection", advice="Restart the program.")]
    everything["overwrites"] = dict(
        since="2026-11-29T14:45:50Z", count=12, answer="prevented", otherWriters=0,
        writers=[dict(pid=7, command="tuned", unit="tuned.service", count=12)])
    everything["ports"]["each"][0]["held"] = ["81.2.69.142"]
    # A key that a later version adds, and values that it may.
    everything["amt"]["later"] = everything["watch"] = everything["amt"]["state"] = "later"
    with said(machine, browser, everything, "cuts off"):
        a_full_status(browser)
    with said(machine, browser, {**everything, "schema": 2}, "speaks format 2, and this page reads format 1"):
        same("another format is said to be one, and the verdict is shown", browser.text("#verdict-word"), "Degraded")
    older = json.loads((TOP / "Tests/Reports/before-translation.json").read_text())
    for key in ["nat", "prevented"]:
        older.pop(key, None)
    with said(machine, browser, older, "none of AMT's ports"):
        has(browser, "what an older daemon does not say is unknown", "#connections", "Address translation unknown")
    ok("no fault came up in the console", not browser.faults, browser.faults)
    with said(machine, browser, {**everything, "overwrites": None, "lastWriters": "later"}, "cuts off"):
        has(browser, "a part that is not understood is said to be one", "#list", "does not understand this part")
        has(browser, "and takes no other with it", "#connections", "1 connection")
    machine.start_guard()
    browser.verdict("Protected")


def a_full_status(browser):
    for card, wanted in [
        ("#amt", "shared with enx001b21aabbcc: 81.2.69.142"), ("#connections", "1 connection"),
        ("#connections", "198.51.100.7:443"), ("#connections", "Redrawn 12"), ("#connections", "Refused 1"),
        ("#ports-legend", "AMT takes its packets: 16994"), ("#list", "Prevented 7"),
        ("#list", "Contested overwritten 12 times"), ("#list", "tuned.service"), ("#ports table", "81.2.69.142"),
    ]:
        has(browser, f"a full status shows in {card}: {wanted}", card, wanted)
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


def the_bus_goes_and_returns(machine, browser):
    machine.stop_bus()
    browser.awaits("#verdict-why", "The system bus can't be reached")
    ok("a bus that is gone is told apart", True)
    browser.awaits("#verdict-why", "amtguardctl reports this")
    same("amtguardctl reports in its place", browser.text("#verdict-word"), "Protected")
    machine.start_bus()
    browser.awaits("#verdict-why", "The kernel chooses none", seconds=30)
    ok("it is back with the bus", True)


STAGES = [the_page_is_live, the_actions, exposed, the_daemon_goes_and_returns, other_versions]
