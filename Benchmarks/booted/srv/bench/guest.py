"""Inside the booted container: measures what parameters.json asks for and writes result.json. bench/booted.py reads it.

It overwrites the list of the container's network namespace, again and again.
"""

import json
import os
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path("/srv/bench")
LIST = Path("/proc/sys/net/ipv4/ip_local_reserved_ports")
AMT = {623, 664, *range(16992, 16996)}
INTRUDER = b"5000-5010\n"
PROGRAM = Path("/usr/lib/amtguard/list.bpf.o")
GUARD = "amtguardd.service"
LIMIT = 60  # seconds that a command may take
LATER = 15  # longer than TuneD's update_interval= of 10 s


class Refusal(Exception):
    """Why something can't be measured here; one sentence."""


def log(text: str) -> None:
    with (HERE / "progress").open("a") as file:
        file.write(text + "\n")


# --------------------------------------------------------------------------------------------------------------------
# The system


def run(*command: object, limit: float = LIMIT) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=limit)


def shown(unit: str, *names: str) -> dict[str, str]:
    lines = run("systemctl", "show", "-p", ",".join(names), unit).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def within(seconds: float, check: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def start(unit: str) -> None:
    """Earlier starts must not count against the unit's limit of starts."""
    run("systemctl", "reset-failed", unit)
    done = run("systemctl", "start", unit)
    found = shown(unit, "ActiveState", "ConditionResult", "Result")
    if found.get("ActiveState") == "active":
        return
    if found.get("ConditionResult") == "no":
        raise Refusal(f"a condition of {unit} does not hold here: {failed_condition(unit)}")
    told = run("journalctl", "-u", unit, "-n", "1", "-o", "cat", "--no-pager").stdout.strip()
    raise Refusal(f"{unit} does not start ({found.get('Result')}): {told or done.stderr.strip()}")


def failed_condition(unit: str) -> str:
    text = run("systemctl", "status", "--no-pager", "--full", unit).stdout
    lines = [line.strip(" └├─") for line in text.splitlines() if "was not met" in line]
    return lines[-1] if lines else "systemd does not say which"


def stop(*units: str) -> None:
    run("systemctl", "stop", *units)


def write_list(data: bytes) -> None:
    """As sysctl(8) does it: it opens the list, writes once and closes it."""
    file = os.open(LIST, os.O_WRONLY)
    try:
        os.write(file, data)
    finally:
        os.close(file)


def reserved(file: int | None = None) -> set[int]:
    text = os.pread(file, 4096, 0).decode() if file is not None else LIST.read_text()
    ports: set[int] = set()
    for item in text.strip().split(","):
        first, _, last = item.partition("-")
        ports.update(range(int(first), int(last or first) + 1) if first else ())
    return ports


def whole() -> bool:
    return AMT <= reserved()


# --------------------------------------------------------------------------------------------------------------------
# From an overwrite to the whole list


@dataclass
class Overwrites:
    count: int
    patience: float  # seconds
    pause: float  # seconds
    closes: bool = False  # each overwrite opens and closes the list; otherwise one descriptor stays open


@dataclass
class Alternative:
    """What keeps the ports in the list, alone in this system."""

    about: str
    overwrites: Overwrites
    units: tuple[str, ...] = ()
    # Files that exist while it is measured.
    files: dict[Path, str] = field(default_factory=dict)
    pinned: str | None = None  # the unit whose main process gets a processor of its own
    prepare: Callable[[], object] | None = None
    undo: Callable[[], object] | None = None
    told: Callable[[float], dict] | None = None  # what else is known of it since that time, after the overwrites


def by_program(wanted: Overwrites) -> list[int]:
    command = ["taskset", "-c", "1"] if (os.cpu_count() or 1) > 1 else []
    command += [HERE / "overwriter", "repairs", wanted.count, wanted.patience, wanted.pause]
    done = run(*command, limit=wanted.count * (wanted.patience + 1.5 * wanted.pause) + LIMIT)
    if done.returncode != 0:
        raise Refusal(f"overwriter ended with status {done.returncode}: {done.stderr.strip()}")
    return [int(line) for line in done.stdout.split()]


def by_closing(wanted: Overwrites) -> list[int]:
    """Python's own time, about 10 us a reading, is far below what is measured with this."""
    reader = os.open(LIST, os.O_RDONLY)
    took = []
    for _ in range(wanted.count):
        time.sleep(wanted.pause)
        begin = end = time.monotonic_ns()
        write_list(INTRUDER)
        while not (repaired := AMT <= reserved(reader)) and end - begin < wanted.patience * 1e9:
            end = time.monotonic_ns()
        took.append(time.monotonic_ns() - begin if repaired else -1)
    os.close(reader)
    return took


def latency_of(alternative: Alternative) -> dict:
    wanted = alternative.overwrites
    begin = time.time()
    with running(alternative):
        came = within(3, whole)
        took = by_closing(wanted) if wanted.closes else by_program(wanted)
        found = {
            "about": alternative.about,
            "writer": "opens and closes the list" if wanted.closes else "keeps the list open",
            "count": wanted.count,
            "patience_s": wanted.patience,
            "pause_s": wanted.pause,
            "samples_ns": [ns for ns in took if ns >= 0],
            "unrepaired": sum(ns < 0 for ns in took),
            "repaired_by_turn": [ns >= 0 for ns in took] if wanted.count <= 100 else None,
            "set_at_start": came,
        }
        if found["unrepaired"]:
            found[f"whole_within_{LATER}_s_of_the_last"] = within(LATER, whole)
        return found | (alternative.told(begin) if alternative.told else {})


@contextmanager
def running(alternative: Alternative) -> Iterator[None]:
    write_list(b"\n")
    try:
        for path, text in alternative.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if alternative.prepare:
            alternative.prepare()
        run("systemctl", "daemon-reload")
        for unit in alternative.units:
            start(unit)
        if alternative.pinned:
            run("taskset", "-apc", "0", shown(alternative.pinned, "MainPID")["MainPID"])
        yield
    finally:
        stop(*alternative.units)
        for path in alternative.files:
            path.unlink(missing_ok=True)
        if alternative.undo:
            alternative.undo()
        run("systemctl", "daemon-reload")


def watch_of_guard(_: float) -> dict:
    """Which rung of the watch the guard is on, and how many overwrites it has seen or prevented."""
    time.sleep(3)  # it counts in its own time
    status = json.loads(run("amtguardctl", "--json").stdout)
    return {"guard": {key: status.get(key) for key in ("version", "verdict", "watch", "repairs", "prevented")}}


REPAIR = "amt-ports.service"


def state_of_path(unit: str, since: float) -> dict:
    """Whether systemd gave the unit up, and how often it started the service."""
    lines = run("journalctl", f"--since=@{since:.3f}", "-u", REPAIR, "-o", "cat", "--no-pager").stdout
    states = {name: shown(name, "ActiveState", "Result") for name in (unit, REPAIR)}
    return {"units": states, "service_starts": lines.count(f"Starting {REPAIR}")}


def by_path(name: str, about: str, overwrites: Overwrites, files: dict[Path, str] | None = None) -> Alternative:
    unit = f"amt-ports-{name}.path"
    return Alternative(
        about, overwrites, (unit,), files or {},
        prepare=lambda: run("systemctl", "reset-failed", REPAIR, unit),
        undo=lambda: stop(REPAIR),
        told=lambda since: state_of_path(unit, since),
    )


def alternatives(counts: dict[str, int]) -> dict[str, Alternative]:
    slow = Overwrites(counts["slow"], 2.0, 0.1)
    paths = Overwrites(counts["path"], 2.0, 1.5)
    closing = Overwrites(counts["path"], 2.0, 1.5, closes=True)
    many = Overwrites(counts["guard"], 1.0, 0.001)
    unlimited = {
        Path("/run/systemd/system/amt-ports.service.d/unlimited.conf"): "[Unit]\nStartLimitIntervalSec=0\n",
        Path("/run/systemd/system/amt-ports-.path.d/unlimited.conf"): "[Path]\nTriggerLimitIntervalSec=0\n",
    }
    pace = "[Guard]\nRepairBurst=100000\nRepairsPerSec=100000\n"
    fast = {Path("/etc/amtguard.conf.d/pace.conf"): pace}
    hidden = PROGRAM.with_suffix(".hidden")

    return {
        "nothing": Alternative("nothing keeps the ports", slow),
        "systemd-sysctl": Alternative(
            "a file in /etc/sysctl.d", slow, ("systemd-sysctl.service",),
            {Path("/etc/sysctl.d/amt.conf"): "net.ipv4.ip_local_reserved_ports = 623,664,16992-16995\n"},
            prepare=lambda: stop("systemd-sysctl.service"),
        ),
        "tuned": Alternative("a profile of TuneD with [sysctl]", slow, ("tuned.service",)),
        "path-modified": by_path("modified", "PathModified=, a service that runs sysctl -w", paths),
        "path-modified-unlimited": by_path("modified", "the same, without limits of starts", paths, unlimited),
        "path-modified-closing": by_path("modified", "PathModified=, the writer closes the list", closing),
        "path-changed": by_path("changed", "PathChanged=, the writer keeps the list open", paths),
        "path-changed-closing": by_path("changed", "PathChanged=, the writer closes the list", closing),
        "amtguardd": Alternative(
            "the package as it is, with Mode=always", many, (GUARD,), pinned=GUARD, told=watch_of_guard
        ),
        # As where the kernel or a container does not allow the program: the guard repairs instead of preventing.
        "amtguardd-without-bpf": Alternative(
            "the package without its program in the kernel, RepairsPerSec= raised", many, (GUARD,), fast, GUARD,
            lambda: PROGRAM.rename(hidden), lambda: hidden.rename(PROGRAM), watch_of_guard,
        ),
    }


# --------------------------------------------------------------------------------------------------------------------
# The daemons: what each costs when nothing happens, and how soon it is ready

DAEMONS = {
    "amtguardd": GUARD,
    "chronyd": "chrony.service",
    "systemd-oomd": "systemd-oomd.service",
    "tuned": "tuned.service",
    "systemd-networkd": "systemd-networkd.service",
}
# Where a daemon is not as its package starts it, or idler than elsewhere.
NOTES = {
    "amtguardd": "Mode=always: the machine has no AMT",
    "chronyd": "with -x, because the clock is the host's; no server can be reached",
    "tuned": "with a profile of one sysctl instead of the recommended one, which sets the host's",
    "systemd-networkd": "no interface but lo",
}


def processes_of(unit: str) -> list[Path]:
    group = Path("/sys/fs/cgroup" + shown(unit, "ControlGroup")["ControlGroup"])
    return [Path("/proc") / pid for pid in (group / "cgroup.procs").read_text().split()]


def sizes(process: Path) -> dict[str, int]:
    """KiB of memory."""
    lines = (process / "smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def mappings(process: Path) -> dict[str, int]:
    """KiB of PSS of the largest mappings: a figure that surprises can be explained."""
    found: dict[str, int] = {}
    name = ""
    for line in (process / "smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            name = words[5] if len(words) > 5 else "anonymous"
        elif words[0] == "Pss:":
            found[name] = found.get(name, 0) + int(words[1])
    return dict(sorted(found.items(), key=lambda item: -item[1])[:6])


def switches(task: Path) -> int:
    lines = (task / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


@dataclass
class Activity:
    """What the threads of a daemon have done so far."""

    pids: list[int]
    wakeups: int
    cpu_ns: int
    threads: int

    @classmethod
    def of(cls, unit: str) -> "Activity":
        processes = processes_of(unit)
        tasks = [task for process in processes for task in (process / "task").iterdir()]
        # The first field: nanoseconds on a processor. The ticks of /proc/PID/stat are 10 ms.
        cpu = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
        pids = sorted(int(process.name) for process in processes)
        return cls(pids, sum(map(switches, tasks)), cpu, len(tasks))


def footprint_of(unit: str, before: Activity, seconds: float) -> dict:
    after = Activity.of(unit)
    if after.pids != before.pids:
        return {"not_measured": "its processes changed in the meantime"}
    memory = [sizes(process) for process in processes_of(unit)]
    total = {name: sum(one[name] for one in memory) for name in ("Rss", "Pss", "Private_Dirty")}
    return {
        "pss_kib": total["Pss"],
        "private_dirty_kib": total["Private_Dirty"],
        "rss_kib": total["Rss"],
        "processes": len(memory),
        "largest_pss_kib": mappings(processes_of(unit)[0]),
        "threads": after.threads,
        "wakeups": after.wakeups - before.wakeups,
        "cpu_ns": after.cpu_ns - before.cpu_ns,
        "seconds": round(seconds, 3),
    }


def footprint(settle: float, idle: float) -> dict:
    """All daemons at once: the same boot, the same time, and each shares its libraries with the others."""
    found: dict[str, dict] = {}
    for name, unit in DAEMONS.items():
        try:
            start(unit)
        except Refusal as refusal:
            found[name] = {"not_measured": str(refusal)}
    running_ones = [name for name in DAEMONS if name not in found]
    log(f"footprint: {idle:.0f} idle seconds of {', '.join(running_ones)}")
    time.sleep(settle)
    begin = time.monotonic()
    before = {name: Activity.of(DAEMONS[name]) for name in running_ones}
    time.sleep(idle)
    for name in running_ones:
        found[name] = footprint_of(DAEMONS[name], before[name], time.monotonic() - begin)
    stop(*DAEMONS.values())
    return {"seconds": idle, "daemons": {name: noted(name, found[name]) for name in DAEMONS}}


def noted(name: str, found: dict) -> dict:
    return found | ({"note": NOTES[name]} if name in NOTES else {})


def ready_once(unit: str) -> tuple[int, int]:
    """Nanoseconds from the unit's start to READY, and from the fork of its main process, before its sandbox is made.

    systemd notes the unit's start after it forked the unit's first process.
    """
    start(unit)
    names = "InactiveExitTimestampMonotonic", "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic"
    found = shown(unit, *names)
    begin, fork, end = (int(found[name]) * 1000 for name in names)
    stop(unit)
    if end < begin:
        raise Refusal(f"{unit} was not stopped in between")
    return end - begin, end - fork


def ready(starts: int) -> dict:
    """In turn, so that a machine that becomes slower in the meantime favours no daemon."""
    found: dict[str, dict] = {}
    for name, unit in DAEMONS.items():
        found[name] = {"unit": unit, "type": shown(unit, "Type")["Type"], "samples_ns": [], "from_main_process_ns": []}
    for turn in range(starts + 1):
        log(f"ready: turn {turn} of {starts}")
        for name, unit in DAEMONS.items():
            if "not_measured" not in found[name]:
                # The first turn reads the programs from the disk and does not count.
                ready_in_turn(found[name], unit, counts=turn > 0)
    return {name: noted(name, one) for name, one in found.items()}


def ready_in_turn(found: dict, unit: str, counts: bool) -> None:
    try:
        total, main = ready_once(unit)
    except Refusal as refusal:
        found["not_measured"] = str(refusal)
        return
    if counts:
        found["samples_ns"].append(total)
        if found["type"] != "forking":  # there the main process is known only at the end
            found["from_main_process_ns"].append(main)


# --------------------------------------------------------------------------------------------------------------------


def system() -> dict:
    packages = ["systemd", "amtguard", "chrony", "systemd-oomd", "tuned"]
    lines = run("dpkg-query", "-W", "-f", "${Package} ${Version}\n", *packages).stdout.splitlines()
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return {
        "release": release["PRETTY_NAME"].strip('"'),
        "kernel": os.uname().release,
        "processors": os.cpu_count(),
        "load_before": Path("/proc/loadavg").read_text().split()[0],
        "packages": dict(line.split() for line in lines),
    }


def quieten() -> None:
    """Nothing else may wake up, and each daemon is started by us."""
    timers = run("systemctl", "list-units", "--type=timer", "--plain", "--no-legend").stdout.splitlines()
    time.sleep(5)  # until the boot has ended
    stop(*(line.split()[0] for line in timers), "amt-ports.service", *DAEMONS.values())


def latencies(counts: dict[str, int], only: list[str]) -> dict:
    found = {}
    for name, alternative in alternatives(counts).items():
        if only and name not in only:
            continue
        log(f"latency: {name}")
        try:
            found[name] = latency_of(alternative)
        except Refusal as refusal:
            found[name] = {"about": alternative.about, "not_measured": str(refusal)}
    return found


def measure(wanted: dict) -> dict:
    log("the system is up")
    # Nothing has overwritten the list since the boot, and only systemd-sysctl has set it.
    result: dict = {"system": system(), "list_after_boot": LIST.read_text().strip()}
    Path("/etc/sysctl.d/amt.conf").unlink()
    quieten()
    if "latency" in wanted["parts"]:
        result["latency"] = latencies(wanted["counts"], wanted["only"])
    if "ready" in wanted["parts"]:
        result["ready"] = ready(wanted["starts"])
    if "footprint" in wanted["parts"]:
        result["footprint"] = footprint(wanted["settle_s"], wanted["idle_s"])
    result["system"]["load_after"] = Path("/proc/loadavg").read_text().split()[0]
    return result


def main() -> None:
    wanted = json.loads((HERE / "parameters.json").read_text())
    os.environ["HOST_NETNS"] = wanted["host_netns"]  # overwriter compares it with its own
    if os.readlink("/proc/self/ns/net") == wanted["host_netns"]:
        raise SystemExit("this would overwrite the list of the host")
    try:
        result = measure(wanted)
    except Exception:
        result = {"error": traceback.format_exc()}
    (HERE / "result.new").write_text(json.dumps(result))
    (HERE / "result.new").rename(HERE / "result.json")


if __name__ == "__main__":
    main()
