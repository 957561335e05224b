"""From an overwriting write() to the whole list, on an idle, on a busy and on a short machine."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.contenders import BARE_LOOP, FANOTIFY, PEERS, POLL, RUNGS, Contender
from bench.figures import Part, Sample
from bench.ground import Failure, Ground, started, within

# The pace would be measured otherwise: amtguard repairs five at once, then waits.
FAST = ["RepairBurst=100000", "RepairsPerSec=100000"]
BUSY = ["sh", "-c", "while :; do :; done"]
CROWDED = 64 << 20  # bytes of memory for the guard and one that reads more than that, all the time


@contextmanager
def _idle(pids: list[int]) -> Iterator[None]:
    yield


@contextmanager
def _one_busy(pids: list[int]) -> Iterator[None]:
    """Another program computes on the processor of the one that repairs."""
    with started(["taskset", "-c", "0", *BUSY]):
        yield


@contextmanager
def _all_busy(pids: list[int]) -> Iterator[None]:
    with ExitStack() as stack:
        for core in range(os.cpu_count() or 1):
            stack.enter_context(started(["taskset", "-c", str(core), *BUSY]))
        yield


@contextmanager
def _short_of_memory(pids: list[int]) -> Iterator[None]:
    """A control group whose memory is used up: the kernel reclaims pages in it without pause."""
    group, limit = _memory_group()
    group.mkdir()
    large = Path("/var/tmp/amtguard-bench.large")
    try:
        (group / limit).write_text(str(CROWDED))
        with large.open("wb") as file:
            for _ in range(4 * CROWDED >> 20):
                file.write(os.urandom(1 << 20))
        read = f"echo $$ >{group}/cgroup.procs; while :; do cat {large} >/dev/null; done"
        with started(["taskset", "-c", "0", "sh", "-c", read]):
            for pid in pids:
                (group / "cgroup.procs").write_text(str(pid))
            yield
    finally:
        large.unlink(missing_ok=True)
        within(5, lambda: _removed(group), "the control group is empty")


def _removed(group: Path) -> bool:
    """Whoever is left goes to where it came from; what a shell starts belongs to the group as the shell does."""
    try:
        for pid in (group / "cgroup.procs").read_text().split():
            (group.parent / "cgroup.procs").write_text(pid)
        group.rmdir()
    except OSError:  # One of them has just ended.
        return False
    return True


def _memory_group() -> tuple[Path, str]:
    for mount, limit in ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max"):
        if (Path(mount) / "cgroup.procs").exists():
            return Path(mount) / f"amtguard-bench-{os.getpid()}", limit
    raise Failure("there is no control group for memory")


CONDITIONS = {
    "idle": _idle,
    "its core busy": _one_busy,
    "all cores busy": _all_busy,
    "memory pressure": _short_of_memory,
}


def _measure(ground: Ground, contender: Contender, condition: str) -> Sample:
    """A processor each: a program that polls on the processor of the guard sees the list only when the guard sleeps."""
    count = ground.pick(contender.overwrites, max(3, contender.overwrites // 10))
    patience, pause = (3.0, 1.0) if contender.is_periodic else (1.0, 0.001)
    with contender.start(ground, FAST) as pid:
        subprocess.run(["taskset", "-apc", "0", str(pid)], check=True, capture_output=True)
        with CONDITIONS[condition]([pid]):
            times = ground.output("overwriter", "repairs", count, patience, pause, prefix=("taskset", "-c", "1"))
    return Sample.parse(times)


def measure(ground: Ground) -> Part:
    part = Part("latency", "From an overwriting write to the whole list")
    contenders = [*RUNGS, *PEERS]
    samples: dict[tuple[str, str], Sample] = {}
    # In turn, so that a machine that becomes slower in the meantime favours nobody.
    for turn in range(ground.pick(2, 1)):
        for condition in CONDITIONS:
            for contender in contenders:
                ground.log(f"latency: {condition}, {contender.name}, turn {turn + 1}")
                key = condition, contender.name
                samples[key] = samples.get(key, Sample([])) + _measure(ground, contender, condition)
    for condition in CONDITIONS:
        table = part.table(
            f"{condition.capitalize()}, microseconds", "", "min", "median", "p99", "max", "overwrites", "not repaired"
        )
        for contender in contenders:
            s = samples[condition, contender.name].summary()
            table.rows.append(
                [contender.name, s.get("min"), s.get("median"), s.get("p99"), s.get("max"), s["count"], s["unrepaired"]]
            )
            part.data.setdefault(condition, {})[contender.name] = s
    part.tables[0].note = (
        "The list is overwritten by one program, which then reads it until the ports are back. The one that repairs has"
        " a processor, the one that measures another. With the program in the kernel (bpf) the ports never leave: its"
        " figure is the duration of the write itself and of one reading."
    )
    idle = part.data["idle"]
    for contender in (c for c in contenders if c.is_ours):
        lost = sum(part.data[condition][contender.name]["unrepaired"] for condition in CONDITIONS)
        part.target(f"{contender.name}: overwrites not repaired within 1 s", lost, 0)
    part.target(
        "fanotify's median / the bare loop's, idle, a processor each",
        round(idle[FANOTIFY.name]["median"] / idle[BARE_LOOP.name]["median"], 2),
        1.5,
    )
    part.told(
        "polling's median / fanotify's", round(idle[POLL.name]["median"] / idle[FANOTIFY.name]["median"]), "times"
    )
    part.told("polling's median / bpf's", round(idle[POLL.name]["median"] / idle[RUNGS[0].name]["median"]), "times")
    return part
