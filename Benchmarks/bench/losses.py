"""Connections that hang because AMT took the replies, while another program overwrites the list."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.contenders import BARE_LOOP, BPF, FANOTIFY, NOBODY, POLL, SHELL_LOOP, Contender
from bench.figures import Part
from bench.ground import Ground, overwrite, run, started, within
from bench.network import HERE, RANDOM, Neighbourhood, neighbourhood, ruleset

UNBOUNDED = 10_000_000  # overwrites a second, as many as a processor can
RATES = {"never": 0, "1/s": 1, "10/s": 10, "100/s": 100, "1,000/s": 1000, "no pause": UNBOUNDED}
UNHELD = ["Mode=always", "[Hold]", "Hold=off"]
HELD = ["Mode=always"]
# Each with the lines of amtguard's configuration, which the others do not read.
RUNNERS: dict[str, tuple[Contender, list[str]]] = {
    "nothing": (NOBODY, []),
    "polling, 1 s": (POLL, []),
    "inotifywait loop": (SHELL_LOOP, []),
    "bare C loop": (BARE_LOOP, []),
    "amtguard, fanotify, no holds": (FANOTIFY, UNHELD),
    "amtguard, fanotify, holds": (FANOTIFY, HELD),
    "amtguard, bpf, no holds": (BPF, UNHELD),
    "amtguard, bpf, holds": (BPF, HELD),
}


@contextmanager
def _overwritten(ground: Ground, rate: int) -> Iterator[None]:
    if rate == 0:
        yield
        return
    with started(ground.tool("overwriter", "flood", rate, 900)):
        time.sleep(0.1)
        yield


def _await_holds(lines: list[str], contender: Contender) -> None:
    if contender.is_ours and lines == HELD:
        line = re.compile(rf"^Holding .*{re.escape(HERE)}.* tcp 623,664,16992-16995", re.MULTILINE)
        within(10, lambda: line.search(Path("guard.log").read_text()) is not None, f"the ports at {HERE} are held")


def _cell(ground: Ground, place: Neighbourhood, name: str, rate: int, connections: int) -> dict:
    contender, lines = RUNNERS[name]
    hung, ports, opened = 0, [], 0
    with contender.start(ground, lines):
        _await_holds(lines, contender)
        with _overwritten(ground, rate):
            calls = place.call(connections)
            hung, opened, ports = calls.hung, calls.opened, calls.ports
            gone, readings, lacked = ground.output("overwriter", "gaps", ground.pick(3, 1)).split()
    return {
        "opened": opened,
        "hung": hung,
        "ports": ports,
        "gone_us_per_s": float(gone),
        "readings": int(readings),
        "lacked": int(lacked),
    }


def _direct(ground: Ground, part: Part, place: Neighbourhood) -> None:
    connections = ground.pick(60_000, 6_000)
    found: dict[str, dict[str, dict]] = {name: {} for name in RUNNERS}
    for rate, per_second in RATES.items():
        for name in RUNNERS:
            found[name][rate] = _cell(ground, place, name, per_second, connections)
            cell = found[name][rate]
            ground.log(f"losses: {rate}, {name}: {cell['hung']} hung, not whole {cell['gone_us_per_s']:.0f} us/s")
    part.data["direct"] = found
    lost = part.table(
        f"Connections that hung, of {connections:,} from ports 1024-65535 to 250 destinations",
        "list overwritten",
        *RATES,
        note="Four of AMT's six ports lie in this range. So of 60,000 connections some four hang while the list lacks"
        " them, by chance: none in one cell may be luck.",
    )
    gone = part.table(
        "Microseconds of each second in which the list was not whole",
        "list overwritten",
        *RATES,
        note="Read for three seconds without pause by a further program, on the processors that the others use. So"
        " once a second means three overwrites. Without the program in the kernel amtguard repairs five times at once,"
        " and then waits (RepairBurst=, RepairsPerSec=), so that two programs do not overwrite each other without end."
        " In that time the holds keep the ports.",
    )
    for name in RUNNERS:
        lost.rows.append([name, *(found[name][rate]["hung"] for rate in RATES)])
        gone.rows.append([name, *(round(found[name][rate]["gone_us_per_s"]) for rate in RATES)])
    for name in RUNNERS:
        if RUNNERS[name][0].is_ours and name != "amtguard, fanotify, no holds":
            part.target(f"{name}: connections that hung, at all rates", sum(c["hung"] for c in found[name].values()), 0)
    for name in "amtguard, bpf, no holds", "amtguard, bpf, holds":
        lacked = sum(cell["lacked"] for cell in found[name].values())
        readings = sum(cell["readings"] for cell in found[name].values())
        part.target(f"{name}: readings that lacked a port, of {readings:,}", lacked, 0)


def _crowded(ground: Ground, part: Part, place: Neighbourhood) -> None:
    """A range in which AMT's ports are one in a thousand: what a longer time would show in the wide one."""
    run("sysctl", "-qw", "net.ipv4.ip_local_port_range=15000 19000")
    connections = ground.pick(60_000, 6_000)
    table = part.table(
        f"The same from ports 15000-19000: of {connections:,} connections",
        "list overwritten",
        *RATES,
        note="AMT's are one in a thousand here, so chance plays no part.",
    )
    part.data["crowded"] = {}
    for name in RUNNERS:
        cells = {}
        for rate, per_second in RATES.items():
            cells[rate] = _cell(ground, place, name, per_second, connections)
            ground.log(f"losses, 15000-19000: {rate}, {name}: {cells[rate]['hung']} hung")
        part.data["crowded"][name] = cells
        table.rows.append([name, *(cell["hung"] for cell in cells.values())])
        if RUNNERS[name][0].is_ours and name != "amtguard, fanotify, no holds":
            part.target(f"{name}, 15000-19000: connections that hung", sum(c["hung"] for c in cells.values()), 0)
    run("sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535")


def _translated(ground: Ground, part: Part, place: Neighbourhood) -> None:
    """A container's connections, whose source this host translates: the list has no say in these ports."""
    connections, rates = ground.pick(60_000, 6_000), {"never": 0, "1,000/s": 1000}
    table = part.table(
        f"Connections of a container behind masquerade fully-random that hung, of {connections:,}",
        "list overwritten",
        *rates,
        note="The kernel draws these ports without the list. With amtguard's table it draws anew if one is AMT's.",
    )
    ruleset(RANDOM)
    part.data["translated"] = {}
    part.conditions["translated_connections"] = connections
    for name in "nothing", "bare C loop", "amtguard, fanotify, no holds", "amtguard, bpf, holds":
        contender, lines = RUNNERS[name]
        cells = {}
        for rate, per_second in rates.items():
            time.sleep(6)  # until connection tracking has forgotten what hung before
            with contender.start(ground, [*lines[:1], "AuditSec=1s", *lines[1:]] if lines else []):
                if contender.is_ours:
                    within(10, lambda: "table ip amtguard" in run("nft", "list", "tables"), "the redraw table")
                with _overwritten(ground, per_second):
                    cells[rate] = place.call(connections, 8 if contender.is_ours else 3, contained=True).hung
            ground.log(f"losses, translated: {rate}, {name}: {cells[rate]} hung")
        part.data["translated"][name] = cells
        table.rows.append([name, *cells.values()])
        if contender.is_ours:
            part.target(f"{name}, translated: connections that hung", sum(cells.values()), 0)
    ruleset()


def measure(ground: Ground) -> Part:
    part = Part("losses", "Connections lost while the list is overwritten")
    with neighbourhood(ground) as place:
        overwrite("")
        _direct(ground, part, place)
        _crowded(ground, part, place)
        _translated(ground, part, place)
    return part
