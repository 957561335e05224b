"""amtguardd as the package starts it, beside what else keeps the ports and beside other daemons: booted."""

from bench import booted
from bench.figures import Part, Sample, Table, median
from bench.ground import Ground

# What each alternative of the guest is called in the results.
NAMES = {
    "nothing": "nothing",
    "systemd-sysctl": "/etc/sysctl.d, by systemd-sysctl",
    "tuned": "TuneD, a profile with [sysctl]",
    "path-modified": "path unit, PathModified=",
    "path-modified-unlimited": "the same, without limits of starts",
    "path-modified-closing": "the same, the writer closes the list",
    "path-changed": "path unit, PathChanged=",
    "path-changed-closing": "the same, the writer closes the list",
    "amtguardd-without-bpf": "amtguardd, fanotify",
    "amtguardd": "amtguardd, bpf, as installed",
}
DAEMONS = ("amtguardd", "chronyd", "systemd-oomd", "tuned", "systemd-networkd")


def measure(ground: Ground) -> Part:
    part = Part("booted", "Installed and booted")
    found = booted.measure(ground)
    part.data = {"latency": {}, "system": found["system"]}
    _latency(part, found["latency"])
    _ready(part, found["ready"])
    _footprint(part, found["footprint"])
    return part


def _latency(part: Part, found: dict) -> None:
    table = part.table(
        "From an overwriting write to the whole list, milliseconds",
        "",
        "set at boot",
        "min",
        "median",
        "p99",
        "overwrites",
        "not repaired",
        note="A program that overwrites as `sysctl -w` does closes the list after it; others keep it open, which a"
        " PathChanged= never sees. A path unit and its service stop for good when they are started too often in a"
        " short time.",
    )
    for key, name in NAMES.items():
        if key not in found:
            continue
        if "not_measured" in found[key]:
            table.rows.append([name, *[None] * 6])
            continue
        sample = Sample(found[key]["samples_ns"], found[key]["unrepaired"])
        ms, us = sample.summary(1e6), sample.summary(1e3)
        part.data["latency"][key] = us
        at_boot = "yes" if found[key].get("set_at_start") else "no"
        table.rows.append([name, at_boot, *(ms.get(at) for at in ("min", "median", "p99", "count", "unrepaired"))])
    latency = part.data["latency"]
    ours, path = latency.get("amtguardd", {}), latency.get("path-modified", {})
    if "median" in ours and "median" in path:
        times = round(path["median"] / ours["median"])
        part.target("a path unit's median / amtguardd's, as installed", times, 1000, "times", least=True)
    for key in "amtguardd", "amtguardd-without-bpf":
        if key in latency:
            part.target(f"{NAMES[key]}, booted: overwrites not repaired", latency[key]["unrepaired"], 0)


def _ready(part: Part, found: dict) -> None:
    table = part.table(
        "From the start of a unit to READY, milliseconds, median",
        "",
        "all, with the sandbox",
        "its process alone",
        note="systemd builds a unit's sandbox before the program runs; amtguardd's is large. Its process alone takes"
        " longer here than without a sandbox, a service manager and a bus.",
    )
    for name in DAEMONS:
        figures = found.get(name, {})
        if figures.get("samples_ns"):
            alone = figures.get("from_main_process_ns")
            row = [median(figures["samples_ns"]) / 1e6, median(alone) / 1e6 if alone else None]
            table.rows.append([name, *(None if cell is None else round(cell, 1) for cell in row)])
    _reasons(table, found)


def _footprint(part: Part, found: dict) -> None:
    table = part.table(
        f"In {found['seconds']} s without work",
        "",
        "PSS, KiB",
        "private dirty, KiB",
        "threads",
        "wake-ups",
        "processor, ms",
    )
    for name in DAEMONS:
        figures = found["daemons"].get(name, {})
        if "pss_kib" in figures:
            processor = round(figures["cpu_ns"] / 1e6, 2)
            keys = "pss_kib", "private_dirty_kib", "threads", "wakeups"
            table.rows.append([name, *(figures[key] for key in keys), processor])
    _reasons(table, found["daemons"])


def _reasons(table: Table, found: dict) -> None:
    """A daemon that could not be measured is named, with the reason."""
    for name in DAEMONS:
        figures = found.get(name, {})
        if "not_measured" in figures:
            table.note += f" {name}: not measured, {figures['not_measured']}."
        elif figures.get("samples_ns") == []:
            table.note += f" {name}: no start came to READY in time."
    table.note = table.note.strip()
