"""Connections whose source is translated: while rules are flushed, while the guard restarts, and the cost."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.contenders import guarding, machine
from bench.figures import Part, Sample, median
from bench.ground import Failure, Ground, end, run, started, within
from bench.network import PLAIN, RANDOM, Calls, Neighbourhood, neighbourhood, ruleset

UNHELD = ["Mode=always", "AuditSec=1s", "[Hold]", "Hold=off"]
DRAWN_ANEW = 8  # seconds: a connection whose first packet is dropped twice is refused after three


def _table() -> str | None:
    """What the kernel calls amtguard's table, with its handle; another table has another one."""
    done = subprocess.run(["nft", "-a", "list", "table", "ip", "amtguard"], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.returncode == 0 else None


def _lost(calls: Calls) -> int:
    return calls.opened - calls.answered - calls.refused


@contextmanager
def _redrawing(ground: Ground, *lines: str, environment: dict | None = None) -> Iterator[subprocess.Popen]:
    with guarding(ground, [*UNHELD[:2], *lines, *UNHELD[2:]], environment=environment) as guard:
        within(10, lambda: _table() is not None, "amtguardd loads its table")
        yield guard
    within(5, lambda: _table() is None, "the table goes with the guard")


def _without_and_with(ground: Ground, part: Part, place: Neighbourhood) -> None:
    """Four ways by which a translated connection gets one of AMT's ports."""
    count = ground.pick(60_000, 20_000)
    table = part.table(
        "Translated connections",
        "",
        "connections",
        "hung without amtguard",
        "hung with it",
        "refused with it",
        "slowest, s",
    )

    def kinds() -> Iterator[tuple[str, Calls]]:
        patience = DRAWN_ANEW if _table() else 2
        ruleset(RANDOM)
        yield "a container behind fully-random", place.call(count, patience, contained=True)
        yield "from ports 600-1023", place.call(720 * 7, patience, "7001-7025", "600-1023", contained=True)
        yield "the host's own behind fully-random", place.call(count, patience)
        ruleset(PLAIN)
        run(*place.container, "sysctl", "-qw", "net.ipv4.ip_local_port_range=16990 17000")
        yield "plain, 16990-17000 in the container", place.call(1050, patience, "7001-7100", contained=True)
        run(*place.container, "sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535")

    without = dict(kinds())
    time.sleep(6)
    ruleset(RANDOM)
    with _redrawing(ground):
        guarded = dict(kinds())
    for kind, calls in guarded.items():
        before = _lost(without[kind])
        table.rows.append([kind, calls.opened, before, _lost(calls), calls.refused, calls.slowest])
        part.target(f"{kind}: connections that hung", _lost(calls), 0)
    if all(_lost(calls) == 0 for calls in without.values()):
        raise Failure("without amtguard none hung, so this run proves nothing: try it again")
    part.target("seconds until the slowest was answered or refused", max(c.slowest for c in guarded.values()), 2.5, "s")


def _flushed(ground: Ground, part: Part, place: Neighbourhood) -> None:
    with _redrawing(ground):
        kept, over = _table(), threading.Event()

        def flush() -> None:
            while not over.wait(0.1):
                ruleset(RANDOM)

        flusher = threading.Thread(target=flush)
        flusher.start()
        calls = place.call(ground.pick(60_000, 20_000), DRAWN_ANEW, contained=True)
        over.set()
        flusher.join()
        part.target(
            f"hung of {calls.opened:,}, while all rules are flushed and loaded ten times a second", _lost(calls), 0
        )
        part.target("other tables than the first after that", int(_table() != kept), 0)


def _restarted(ground: Ground, part: Part, place: Neighbourhood) -> None:
    """The table's socket is in the service manager's store, so the table stays while no amtguardd runs."""
    restarts, root = ground.pick(50, 5), machine("amt", UNHELD)
    guard, messages = [str(ground.guard), "--root", str(root)], Path("manager.log")
    messages.write_text("")
    command = [
        str(ground.helpers / "service-manager"),
        "/run/bench/manager",
        str(messages),
        *guard,
        "--check",
        "--",
        *guard,
    ]
    with started(command, env={**os.environ, "RESTARTS": str(restarts)}) as manager:
        within(10, lambda: _table() is not None, "amtguardd loads its table")
        kept, calls = _table(), []
        with started(ground.tool("table-gaps", "amtguard"), out=Path("gaps")) as watcher:
            caller = threading.Thread(
                target=lambda: calls.append(place.call(ground.pick(60_000, 20_000), DRAWN_ANEW, contained=True))
            )
            caller.start()
            for turn in range(1, restarts + 1):
                within(10, lambda: messages.read_text().count("READY=1") >= turn, f"start {turn}")
                time.sleep(0.3)
                os.kill(int(re.findall(r"^main (\d+)$", messages.read_text(), re.MULTILINE)[-1]), signal.SIGTERM)
            caller.join()
            end(watcher)
        if not calls:
            raise Failure("the connections were not made")
        part.target(f"hung of {calls[0].opened:,}, while amtguardd is restarted {restarts} times", _lost(calls[0]), 0)
        part.target("moments without the table in that time", len(Path("gaps").read_text().split()), 0)
        part.target("other tables than the first after that", int(_table() != kept), 0)
        manager.kill()
    within(5, lambda: _table() is None, "the table goes with the service manager")


def _ordinary(ground: Ground, part: Part) -> None:
    """Before Linux 5.12 a table can't have an owner, and a flush takes it away."""
    flushes = ground.pick(100, 10)
    pace = ["RepairBurst=1000", "RepairsPerSec=1000"]
    with _redrawing(ground, *pace, environment={"AMTGUARD_UNOWNED_TABLE": "1"}):
        with started(ground.tool("table-gaps", "amtguard"), out=Path("gaps")) as watcher:
            for _ in range(flushes):
                time.sleep(0.1)
                ruleset(RANDOM)
            within(5, lambda: _table() is not None, "the table comes back")
            end(watcher)
    found = Sample.parse(Path("gaps").read_text()).summary(1e6)
    part.target(
        f"ordinary table: how long it is gone after a flush, median of {found['count']}", found["median"], 100, "ms"
    )
    part.target("ordinary table: times that it did not come back", found["unrepaired"], 0)


def _rate(ground: Ground, part: Part, place: Neighbourhood) -> None:
    """With, without, without, with: a machine that becomes slower or faster in the meantime favours neither."""
    # From ports that are not AMT's: one connection that hangs would take longer than all others.
    ruleset('oifname "host0" meta l4proto tcp masquerade to :20000-65535 fully-random')
    ratios: list[float] = []
    rates: dict[str, list[float]] = {"yes": [], "no": []}
    with guarding(ground, ["Mode=always", "[Hold]", "Hold=off", "[NAT]", "Redraw=no"]) as guard:
        for turn in range(ground.pick(9, 1)):
            here: dict[str, list[float]] = {"yes": [], "no": []}
            for step, redraw in enumerate(("yes", "no", "no", "yes")):
                lines = ["[Guard]", "Mode=always", "[Hold]", "Hold=off", "[NAT]", f"Redraw={redraw}", ""]
                Path("root/etc/amtguard.conf").write_text("\n".join(lines))
                guard.send_signal(signal.SIGHUP)
                within(5, lambda: (_table() is not None) == (redraw == "yes"), f"Redraw={redraw} has an effect")
                time.sleep(1)
                # Each has a destination whose ports no run before it has just used.
                calls = place.call(16_000, 8, "7000", contained=True, to=f"198.51.100.{2 + (4 * turn + step) % 200}")
                here[redraw].append(calls.opened / calls.seconds)
            ratios.append(sum(here["yes"]) / sum(here["no"]))
            for redraw in here:
                rates[redraw] += here[redraw]
    part.told("new translated connections a second, with the table", round(median(rates["yes"])))
    part.told("without", round(median(rates["no"])))
    part.data["rate"] = {"ratios": ratios, "rates": rates}
    part.target(
        "share of new translated connections lost by the table, median of the turns", round(1 - median(ratios), 3), 0.03
    )


def measure(ground: Ground) -> Part:
    part = Part("translated", "Translated connections")
    with neighbourhood(ground) as place:
        for step in _without_and_with, _flushed, _restarted:
            ground.log(f"translated: {step.__name__.strip('_')}")
            step(ground, part, place)
            ruleset(RANDOM)
        ground.log("translated: ordinary table, rate")
        _ordinary(ground, part)
        _rate(ground, part, place)
    return part
