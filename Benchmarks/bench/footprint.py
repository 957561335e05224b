"""What the guard costs: from exec to READY, memory, threads, wake-ups, processor time."""

import os
import time
from pathlib import Path

from bench.contenders import BPF, FANOTIFY, guarding, machine
from bench.figures import Part, Sample
from bench.ground import Ground
from bench.latency import FAST


def memory(pid: int) -> dict[str, int]:
    """KiB of the process, by the kernel's names, and its threads."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        key, _, value = line.partition(":")
        if key in ("Rss", "Pss", "Private_Dirty"):
            found[key] = int(value.split()[0])
    return {**found, "threads": len(os.listdir(f"/proc/{pid}/task"))}


def wakeups(pid: int) -> int:
    """How often its threads have waited for something and gone on."""
    count = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                count += int(line.split()[1])
    return count


def processor_ms(pid: int) -> float:
    """User and system time, in steps of the kernel's clock."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _memory(ground: Ground, part: Part) -> None:
    table = part.table("Memory, KiB", "", "Rss", "Pss", "Private_Dirty", "threads")
    for contender in BPF, FANOTIFY:
        with contender.start(ground, [*FAST, "AuditSec=2s"]) as pid:
            time.sleep(9)  # Some audits have found nothing new.
            _row(table, f"{contender.name}, idle", memory(pid))
            if contender is FANOTIFY:
                idle = memory(pid)
                repairs = ground.pick(10_000, 500)
                ground.output("overwriter", "repairs", repairs)
                time.sleep(ground.pick(75, 9))  # For a minute the list counts as repeatedly overwritten.
                later = memory(pid)
                _row(table, f"{contender.name}, after {repairs:,} repairs", later)
                part.target("PSS, idle", round(idle["Pss"] / 1024, 1), 6, "MiB")
                part.target("private dirty, idle", round(idle["Private_Dirty"] / 1024, 2), 1.25, "MiB")
                part.target(
                    "private dirty, more after the repairs", later["Private_Dirty"] - idle["Private_Dirty"], 64, "KiB"
                )
                part.target("threads", later["threads"], 1)


def _row(table, name: str, found: dict[str, int]) -> None:
    table.rows.append([name, *(found[key] for key in ("Rss", "Pss", "Private_Dirty", "threads"))])


def _wakeups(ground: Ground, part: Part) -> None:
    seconds = ground.pick(60, 5)
    for kind in "amt", "none":
        with guarding(ground, ["AuditSec=2s"], kind) as guard:
            time.sleep(8)  # the work that follows a start
            before = wakeups(guard.pid)
            time.sleep(seconds)
            woken = wakeups(guard.pid) - before
        if kind == "amt":  # one for each audit, and one more audit may fall at the edges of the time
            audits = seconds // 2
            part.target(f"wake-ups in {audits} audits, two seconds apart", woken, audits + 1)
        else:
            part.target(f"wake-ups in {seconds} s where AMT is impossible", woken, 0)


def _ready(ground: Ground, part: Part) -> None:
    starts = ground.pick(100, 10)
    root = machine("amt", [])
    sample = Sample.parse(ground.output("ready-time", starts, ground.guard, "--root", root))
    found = sample.summary(1e6)
    table = part.table(
        f"From fork and exec to READY=1, milliseconds, of {starts} starts", "min", "median", "p99", "max"
    )
    table.rows.append([found["min"], found["median"], found["p99"], found["max"]])
    part.data["ready_ms"] = found
    part.target("exec to READY, median", found["median"], 10, "ms")
    part.target("starts without READY=1", found["unrepaired"], 0)


def measure(ground: Ground) -> Part:
    part = Part("footprint", "What the guard costs")
    _ready(ground, part)
    _memory(ground, part)
    _wakeups(ground, part)
    return part
