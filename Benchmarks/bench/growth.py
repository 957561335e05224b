"""How the work grows with the machine: lists, sockets, connections, addresses, overwrites, namespaces."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.contenders import guarding, machine
from bench.figures import Part, Sample, median, slope
from bench.footprint import memory, processor_ms
from bench.ground import (
    AMT,
    Failure,
    Ground,
    cable,
    overwrite,
    raw,
    reserved,
    run,
    started,
    timed,
    whole,
    within,
    written,
)
from bench.latency import FAST
from bench.network import HERE, RANDOM, ruleset

BUS = """<busconfig><type>session</type><listen>unix:path=/run/bench/bus</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>"""


def _sizes(ground: Ground, *sizes: int) -> list[int]:
    return list(sizes[:3]) if ground.quick else list(sizes)


def _series(part: Part, name: str, x: str, y: str, points: list[tuple[float, float]]) -> None:
    part.data[name] = {"x": x, "y": y, "points": points, "slope": round(slope(points), 2)}


@contextmanager
def _bus() -> Iterator[None]:
    Path("bus.conf").write_text(BUS)
    before = os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
    with started(["dbus-daemon", "--config-file=bus.conf", "--nofork", "--nopidfile"]):
        within(5, Path("bus").exists, "dbus-daemon listens")
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/run/bench/bus"
        yield
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before
    Path("bus").unlink(missing_ok=True)


def _lists(ground: Ground, part: Part) -> None:
    """From the last write of an overwriting list of N ports to the merged list."""
    points = []
    for size in _sizes(ground, 6, 100, 1_000, 10_000, 32_768):
        others = {2 * n + 1 for n in range(size)}
        text, merged = written(others), written(others | reserved(AMT)).encode()
        times = []
        with guarding(ground, FAST):
            for _ in range(ground.pick(20, 3)):
                overwrite("")
                within(5, whole, "the list is whole")
                overwrite(text)
                began = time.monotonic_ns()
                while raw().strip() != merged:
                    if time.monotonic_ns() - began > 10**10:
                        raise Failure(f"a list of {size} ports was not merged within 10 s")
                times.append(time.monotonic_ns() - began)
        points.append((size, round(median(times) / 1000)))
    _series(part, "list", "ports that others write", "repair, µs, with a reading by this program", points)


@contextmanager
def _crowd(ground: Ground, size: int) -> Iterator[None]:
    log = Path("crowd.log")
    with started(ground.tool("many-sockets", size), out=log):
        within(120, lambda: "open" in log.read_text(), f"{size} sockets")
        yield
    within(60, lambda: _open_sockets() < 100, "the sockets are closed again")


def _open_sockets() -> int:
    words = Path("/proc/net/sockstat").read_text().split()
    return int(words[words.index("TCP:") + 2])


def _asked(ground: Ground) -> float:
    """The median milliseconds of `amtguardctl victims`; the guard looks anew each time, once a second at most."""
    times = []
    for _ in range(ground.pick(10, 2)):
        time.sleep(1.1)
        took, done = timed(ground.programs / "amtguardctl", "victims")
        times.append(took)
        if done.returncode > 1:
            raise Failure(f"amtguardctl victims: {done.stderr}")
    return round(median(times) / 1e6, 1)


def _sockets(ground: Ground, part: Part) -> None:
    points = []
    with _bus(), guarding(ground, ["Mode=always"]) as guard:
        _asked(ground)
        before = memory(guard.pid)["Private_Dirty"]
        for size in _sizes(ground, 100, 1_000, 10_000, 100_000, 200_000):
            with _crowd(ground, size):
                points.append((size, _asked(ground)))
        more = memory(guard.pid)["Private_Dirty"] - before
    _series(part, "sockets", "open sockets", "amtguardctl victims, ms", points)
    if not ground.quick:
        part.target("amtguardctl victims with 100,000 open sockets, median", dict(points)[100_000], 50, "ms")
    part.target("private memory, more than before the sockets", max(0, more), 64, "KiB")


def _tracked(ground: Ground, part: Part) -> None:
    """Connections of this host in connection tracking, while addresses are translated: the guard looks among them."""
    points = []
    cable("host0", "peer0")
    run("ip", "address", "add", f"{HERE}/24", "dev", "host0")
    ruleset(RANDOM)
    subprocess.run(["sysctl", "-qw", "net.netfilter.nf_conntrack_max=1000000"], capture_output=True, check=False)
    with _bus(), guarding(ground, ["Mode=always", "AuditSec=1s"]):
        for size in _sizes(ground, 1_000, 10_000, 50_000, 200_000):
            with _crowd(ground, 2 * size):
                entries = int(Path("/proc/sys/net/netfilter/nf_conntrack_count").read_text())
                points.append((max(entries, 1), _asked(ground)))
    run("nft", "flush", "ruleset")
    run("ip", "link", "delete", "host0")
    _series(part, "connections", "tracked connections", "amtguardctl victims, ms", points)


def _addresses(ground: Ground, part: Part) -> None:
    ready, private = [], []
    cable("many0", "many1")
    for size in _sizes(ground, 1, 10, 100, 1_000):
        lines = (f"address add 203.0.{113 + n // 250}.{n % 250 + 1}/32 dev many0\n" for n in range(size))
        run("ip", "address", "flush", "dev", "many0")
        run("ip", "-batch", "-", text="".join(lines))
        root = machine("amt", ["Mode=always"])
        overwrite("")
        sample = Sample.parse(ground.output("ready-time", ground.pick(10, 2), ground.guard, "--root", root))
        ready.append((size, sample.summary(1e6)["median"]))
        with guarding(ground, ["Mode=always"]) as guard:
            time.sleep(2)
            private.append((size, memory(guard.pid)["Private_Dirty"]))
    run("ip", "link", "delete", "many0")
    _series(part, "addresses", "addresses whose ports are held", "exec to READY, ms", ready)
    _series(part, "addresses, memory", "addresses whose ports are held", "private dirty, KiB", private)


def _overwrites(ground: Ground, part: Part) -> None:
    points, seconds = [], ground.pick(10, 2)
    for rate in _sizes(ground, 1, 10, 100, 1_000, 10_000):
        with guarding(ground, []) as guard:
            time.sleep(1)
            before = processor_ms(guard.pid)
            ground.output("overwriter", "flood", rate, seconds)
            points.append((rate, round((processor_ms(guard.pid) - before) / 10 / seconds, 2)))
    _series(part, "overwrites", "overwrites a second", "% of a core, at the ordinary pace", points)


def _namespaces(ground: Ground, part: Part) -> None:
    points = []
    with ExitStack() as stack:
        count = 0
        for size in _sizes(ground, 1, 10, 100, 1_000):
            while count < size:
                stack.enter_context(started(["unshare", "--net", "sleep", "1000"]))
                count += 1
            time.sleep(1)
            times = [timed(ground.programs / "amtguardctl", "doctor")[0] for _ in range(3)]
            points.append((size, round(median(times) / 1e6)))
    _series(part, "namespaces", "network namespaces", "amtguardctl doctor, ms", points)


def measure(ground: Ground) -> Part:
    part = Part("growth", "How the work grows")
    for step in _lists, _sockets, _tracked, _addresses, _overwrites, _namespaces:
        ground.log(f"growth: {step.__name__.strip('_')}")
        step(ground, part)
    table = part.table(
        "Growth",
        "with the number of",
        "is measured",
        "from",
        "to",
        "slope",
        note="The slope is the exponent: 0 does not grow, 1 grows in proportion.",
    )
    for series in part.data.values():
        (x0, y0), (x1, y1) = series["points"][0], series["points"][-1]
        table.rows.append([series["x"], series["y"], f"{y0:,} at {x0:,}", f"{y1:,} at {x1:,}", series["slope"]])
    return part
