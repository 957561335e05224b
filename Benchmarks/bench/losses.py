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
    with contender.start(ground, lines):
        _await_holds(lines, contender)
        with _overwritten(ground, rate):
            calls = place.call(connections)
            gone, readings, lacked = ground.output("overwriter", "gaps", ground.pick(3, 1)).split()
    return {
        "opened": calls.opened,
        "hung": calls.hung,
        "ports": calls.ports,
        "gone_us_per_s": float(gone),
        "readings": int(readings),
        "lacked": int(lacked),
    }


def _cells(ground: Ground, part: Part, place: Neighbourhood, connections: int, name: str, where: str) -> dict:
    """Each runner at each rate, from these local ports."""
    run("sysctl", "-qw", f"net.ipv4.ip_local_port_range={where.replace('-', ' ')}")
    found: dict[str, dict[str, dict]] = {runner: {} for runner in RUNNERS}
    for rate, per_second in RATES.items():
        for runner in RUNNERS:
            cell = found[runner][rate] = _cell(ground, place, runner, per_second, connections)
            gone = f"not whole {cell['gone_us_per_s']:.0f} us/s"
            ground.log(f"losses, {where}: {rate}, {runner}: {cell['hung']} hung, {gone}")
    part.data[name] = found
    for runner, cells in found.items():
        if RUNNERS[runner][0].is_ours and runner != "amtguard, fanotify, no holds":
            hung = sum(cell["hung"] for cell in cells.values())
            part.target(f"{runner}, ports {where}: connections that hung", hung, 0)
    return found


def _table(part: Part, found: dict, key: str, title: str, note: str) -> None:
    table = part.table(title, "list overwritten", *RATES, note=note)
    for runner, cells in found.items():
        table.rows.append([runner, *(round(cell[key]) for cell in cells.values())])


def _direct(ground: Ground, part: Part, place: Neighbourhood) -> None:
    connections = ground.pick(60_000, 6_000)
    wide = _cells(ground, part, place, connections, "direct", "1024-65535")
    for runner in "amtguard, bpf, no holds", "amtguard, bpf, holds":
        lacked = sum(cell["lacked"] for cell in wide[runner].values())
        readings = sum(cell["readings"] for cell in wide[runner].values())
        part.target(f"{runner}: readings that lacked a port, of {readings:,}", lacked, 0)
    _table(
        part,
        wide,
        "hung",
        f"Connections that hung, of {connections:,} from ports 1024-65535 to 250 destinations",
        "Four of AMT's six ports lie in this range. So of 60,000 connections some four hang while the list lacks them,"
        " by chance. A 0 may be luck.",
    )
    _table(
        part,
        wide,
        "gone_us_per_s",
        "Microseconds of each second in which the list was not whole",
        "Read for three seconds without pause by a further program, on the processors that the others use. So once a"
        " second means three overwrites. Without the program in the kernel amtguard repairs five times at once, and"
        " then waits (RepairBurst=, RepairsPerSec=), so that two programs do not overwrite each other without end."
        " In that time the holds keep the ports.",
    )
    # What a longer time would show in the wide range.
    _table(
        part,
        _cells(ground, part, place, connections, "crowded", "15000-19000"),
        "hung",
        f"The same from ports 15000-19000: of {connections:,} connections",
        "AMT's are one in a thousand here, so chance plays no part.",
    )
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
        _translated(ground, part, place)
    return part
