"""What only a booted system shows: amtguardd as a unit of Debian's systemd, beside what else could keep the ports.

It boots Debian in a container (systemd-nspawn) with the package installed. booted/srv/bench/guest.py measures inside.
The tree of Debian stays in .build/bench-boot; a boot changes only a layer above it, which goes. Runs as root.

    python3 -m bench.booted --json FILE --deb FILE --binaries DIRECTORY [--quick]      from the directory Benchmarks
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from bench.ground import TOP, Failure, run

HERE = Path(__file__).resolve().parent
GUEST = HERE.parent / "booted"
CACHE = TOP / ".build/bench-boot"
CODENAME = "bookworm"  # Debian 12
PACKAGES = (
    "systemd,systemd-sysv,libpam-systemd,dbus,polkitd,procps,iproute2,udev,nftables,libbpf1,python3,"
    "tuned,chrony,systemd-oomd"
)
# Each mount of the container costs a unit's start up to a millisecond, so everything is copied into the tree.
INSIDE = Path("srv/bench")
PROGRAMS = ("overwriter",)
# The container's clock is the host's: without this right no daemon inside can set it.
NSPAWN = (
    "systemd-nspawn",
    "--quiet",
    "--boot",
    "--private-network",
    "--register=no",
    "--keep-unit",
    "--link-journal=no",
    "--capability=all",
    "--drop-capability=CAP_SYS_TIME",
    "--system-call-filter=fanotify_init fanotify_mark pidfd_open bpf",
)
BOOT_TIME = 180  # seconds until the guest must have said something
PARTS = ("latency", "ready", "footprint")


class Context(Protocol):
    """bench.ground.Ground is one."""

    binaries: Path
    deb: Path | None
    quick: bool

    def log(self, text: str) -> None: ...


@dataclass
class Parameters:
    """How much is measured. Times are seconds."""

    guard_overwrites: int = 2000
    path_overwrites: int = 30
    slow_overwrites: int = 10
    starts: int = 20
    settle_s: float = 15
    idle_s: float = 600
    parts: list[str] = field(default_factory=lambda: list(PARTS))
    only: list[str] = field(default_factory=list)  # alternatives of the latency; empty: all

    @classmethod
    def of(cls, quick: bool) -> "Parameters":
        return cls(300, 8, 3, 5, 10, 60) if quick else cls()

    def longest(self) -> float:
        """Seconds of the container, if no overwrite is repaired and nothing hangs. Then it is killed."""
        overwrites = 3 * 2.5 * self.slow_overwrites + 5 * 4 * self.path_overwrites + 2 * 1.1 * self.guard_overwrites
        return 600 + overwrites + 5 * 10 * self.starts + self.settle_s + self.idle_s


# --------------------------------------------------------------------------------------------------------------------
# The tree of Debian


def bare_tree() -> Path:
    return CACHE / f"{CODENAME}-{zlib.crc32(PACKAGES.encode()):08x}"


def archive() -> str:
    """The archive that apt of this machine uses."""
    wanted = ["Created-By: Packages", f"Release: {CODENAME}"]
    found = run("apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted).split()
    # Another release of Debian has the same archive.
    found = found or run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    if not found:
        raise Failure("apt has no archive")
    return found[0]


def prepare(log: Callable[[str], None]) -> Path:
    """Makes the tree unless it is in the cache. That needs the network, which the benchmark's namespaces lack."""
    bare = bare_tree()
    if bare.exists():
        return bare
    for program in ("debootstrap", "systemd-nspawn"):
        if not shutil.which(program):
            raise Failure(f"{program} is not installed")
    log(f"booted: debootstrap makes {bare}, two minutes")
    CACHE.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="new.", dir=CACHE))
    new.chmod(0o755)
    try:
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", CODENAME, new, archive(), limit=1800)
        for package in (new / "var/cache/apt/archives").glob("*.deb"):
            package.unlink()
        if not bare.exists():  # another run may have made it in the meantime
            new.rename(bare)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return bare


def program_for_guest(name: str, binaries: Path) -> Path:
    """One that needs only glibc: Debian lacks the toolchain's libraries."""
    for place in (binaries, HERE.parent / ".build-static/release"):
        path = place / name
        if path.exists() and not foreign_libraries(path):
            return path
    raise Failure(f"{name} is not built without the toolchain's libraries; see BOOTED in the Makefile")


def foreign_libraries(path: Path) -> list[str]:
    words = [line.split() for line in run("ldd", path).splitlines()]
    found = [line[2] for line in words if len(line) > 2 and line[1] == "=>"]
    return [library for library in found if not library.startswith(("/lib", "/usr/lib"))]


# --------------------------------------------------------------------------------------------------------------------
# One boot. This runs in mount and process namespaces of its own, which end with it.


@dataclass
class Request:
    """What the process in the namespaces gets from measure()."""

    bare: str
    deb: str
    programs: list[str]
    parameters: dict
    result: str


@contextmanager
def layer(bare: Path) -> Iterator[Path]:
    """A directory that begins as the tree and can be changed.

    On the disk, as the rest of the tree: the pages of a program on tmpfs count as dirty memory of who runs it.
    """
    work = Path(tempfile.mkdtemp(prefix="run.", dir=CACHE))
    work.chmod(0o755)
    try:
        for part in ("upper", "scratch", "tree"):
            (work / part).mkdir()
        where = f"lowerdir={bare},upperdir={work}/upper,workdir={work}/scratch"
        run("mount", "-t", "overlay", "-o", where, "bench", work / "tree")
        yield work / "tree"
    finally:
        run("umount", "-R", "-l", work / "tree")
        shutil.rmtree(work)


def furnish(tree: Path, request: Request) -> None:
    os.umask(0o022)
    run("cp", "-R", f"{GUEST}/.", tree)
    place = tree / INSIDE
    for program in request.programs:
        shutil.copy(program, place)
    (place / "parameters.json").write_text(json.dumps(request.parameters))
    (tree / "etc/hostname").write_text("bench\n")
    shutil.copy(request.deb, place / "package.deb")
    run("chroot", tree, "dpkg", "-i", f"/{INSIDE}/package.deb")
    # The guest starts each of them when it is measured.
    idle = ["amtguardd.service", "chrony.service", "tuned.service", "systemd-oomd.service", "systemd-networkd.service"]
    run("systemctl", f"--root={tree}", "disable", *idle)
    run("systemctl", f"--root={tree}", "enable", "bench.service")
    os.sync()  # what was written is clean memory from here on


@contextmanager
def control_group(name: str) -> Iterator[Path]:
    """One of its own: the container's systemd would otherwise meet another container's /system.slice."""
    mount = run("findmnt", "--noheadings", "--output", "TARGET", "--types", "cgroup2").split()[0]
    own = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
    group = Path(mount + own.removeprefix("0::")) / f"amtguard-bench-{name}"
    group.mkdir()
    try:
        yield group
    finally:
        remove(group)


def remove(group: Path) -> None:
    """A killed process is not gone at once."""
    for _ in range(50):
        folders = sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True)
        try:
            for folder in [*folders, group]:
                folder.rmdir()
            return
        except OSError:
            with suppress(OSError):
                (group / "cgroup.kill").write_text("1")
            time.sleep(0.1)


def boot(tree: Path, longest: float, say: Callable[[str], None]) -> None:
    console = tree.parent / "console"
    with control_group(tree.parent.name) as group, console.open("wb") as output:
        # As Debian has its control groups, whatever this machine has.
        environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        join = ["sh", "-c", 'echo 0 >"$0/cgroup.procs" && exec "$@"', group]
        container = subprocess.Popen(
            [*map(str, join), *NSPAWN, f"--directory={tree}"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
        )
        follow(container, tree / INSIDE / "progress", longest, say)
    if not (tree / INSIDE / "result.json").exists():
        raise Failure("the booted system came to no result:\n" + console.read_text(errors="replace")[-2000:])


def follow(container: subprocess.Popen, progress: Path, longest: float, say: Callable[[str], None]) -> None:
    """Passes on what the guest says, until the container ends or its time is over."""
    begin, told = time.monotonic(), 0
    while container.poll() is None:
        time.sleep(0.5)
        lines = progress.read_text().splitlines() if progress.exists() else []
        for line in lines[told:]:
            say(line)
        told = len(lines)
        if time.monotonic() - begin > (longest if told else BOOT_TIME):
            container.send_signal(signal.SIGKILL)
            container.wait()


def inside(request: Request) -> None:
    def say(text: str) -> None:
        print(text, flush=True)

    parameters = Parameters(**request.parameters["all"])
    with layer(Path(request.bare)) as tree:
        furnish(tree, request)
        boot(tree, parameters.longest(), say)
        shutil.copy(tree / INSIDE / "result.json", request.result)


# --------------------------------------------------------------------------------------------------------------------


def for_guest(parameters: Parameters) -> dict:
    counts = {
        "guard": parameters.guard_overwrites,
        "path": parameters.path_overwrites,
        "slow": parameters.slow_overwrites,
    }
    others = {name: getattr(parameters, name) for name in ("starts", "settle_s", "idle_s", "parts", "only")}
    netns = os.environ.get("HOST_NETNS") or os.readlink("/proc/self/ns/net")
    return {**others, "counts": counts, "host_netns": netns, "all": asdict(parameters)}


def measure(context: Context, parameters: Parameters | None = None) -> dict:
    """Plain data: `latency` by alternative, `ready` and `footprint` by daemon, and which `system` it was."""
    if not context.deb or not Path(context.deb).exists():
        raise Failure("no Debian package is built; 'make deb' builds it")
    parameters = parameters or Parameters.of(context.quick)
    programs = [str(program_for_guest(name, Path(context.binaries))) for name in PROGRAMS]
    bare = prepare(context.log)
    with tempfile.TemporaryDirectory(prefix="amtguard-bench-result.", dir="/tmp") as folder:
        result = Path(folder) / "result.json"
        request = Request(str(bare), str(Path(context.deb).resolve()), programs, for_guest(parameters), str(result))
        in_namespaces(request, context.log)
        found = json.loads(result.read_text())
    if "error" in found:
        raise Failure("in the booted system: " + found["error"])
    return found


def in_namespaces(request: Request, log: Callable[[str], None]) -> None:
    """The end of this process ends everything in them (--kill-child), and their mounts."""
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    words += [sys.executable, "-m", "bench.booted", "--inside", json.dumps(asdict(request))]
    with subprocess.Popen(
        words, cwd=HERE.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                log("booted: " + line.rstrip())
            said = process.stderr.read() if process.stderr else ""
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise Failure("the boot failed: " + said.strip()[-2500:])


@dataclass
class Alone:
    """The context when this module runs by itself."""

    binaries: Path
    deb: Path
    quick: bool

    def log(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def newest_package() -> Path | None:
    return max((TOP / "dist").glob("amtguard_*.deb"), key=lambda path: path.stat().st_mtime, default=None)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.booted", description="What is measured on a booted systemd.")
    parser.add_argument("--json", type=Path, help="where the result goes (default: standard output)")
    parser.add_argument("--deb", type=Path, default=newest_package())
    parser.add_argument("--binaries", type=Path, default=HERE.parent / ".build-static/release")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--prepare", action="store_true", help="only make the tree of Debian, which needs the network")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--parts", help=f"of {','.join(PARTS)}")
    parser.add_argument("--only", help="alternatives of the latency, separated by commas")
    for name, kind in asdict(Parameters()).items():
        if isinstance(kind, (int, float)):
            parser.add_argument("--" + name.replace("_", "-"), type=type(kind))
    return parser.parse_args()


def chosen(given: argparse.Namespace) -> Parameters:
    parameters = Parameters.of(given.quick)
    for name in asdict(parameters):
        value = getattr(given, name)
        if value is not None:
            setattr(parameters, name, value.split(",") if name in ("parts", "only") else value)
    return parameters


def main() -> None:
    given = arguments()
    if given.inside:
        inside(Request(**json.loads(given.inside)))
        return
    context = Alone(given.binaries, given.deb, given.quick)
    if given.prepare:
        prepare(context.log)
        return
    text = json.dumps(measure(context, chosen(given)), indent=1) + "\n"
    given.json.write_text(text) if given.json else print(text, end="")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"bench: {failure}") from None
