"""What the page of cockpit-amtguard shows, judged in the browser, while the real amtguardd sees real things happen.

Prints a line for each claim; exit status 1 if any does not hold.
"""
import sys

from playwright.sync_api import sync_playwright

import claims
import readers
import states
from browser import Browser
from machine import WORK, Machine


def main():
    machine = Machine()
    machine.start_bus()
    machine.start_guard()
    machine.cockpit(9090)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        browser = Browser(chromium, 9090)
        # The bus last: Cockpit's bridge may end with its bus.
        stages = [(stage, browser) for stage in states.STAGES] + [(stage, chromium) for stage in readers.STAGES]
        for stage, argument in [*stages, (states.the_bus_goes_and_returns, browser)]:
            try:
                stage(machine, argument)
            except Exception:  # whatever it is, it is told, and the rest has no ground to stand on
                error = sys.exc_info()[1]
                claims.ok(f"{stage.__name__.replace('_', ' ')}: {error}", False, browser.text("body")[:3000])
                break
        chromium.close()
    if claims.failures:
        for log in sorted(WORK.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}")
    sys.exit(1 if claims.failures else 0)


main()
