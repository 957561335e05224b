"""Where the benchmark runs: network, mount and process namespaces of its own, with a list of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LIST = Path("/proc/sys/net/ipv4/ip_local_reserved_ports")
AMT = "623,664,16992-16995"
TOP = Path(__file__).resolve().parents[2]
NAMESPACES = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


class Failure(Exception):
    """The measurement can't be made here, or would prove nothing; one sentence."""


@dataclass
class Ground:
    """The programs that are measured and that measure, and how thorough the run is."""

    programs: Path  # amtguardd, amtguardctl, list.bpf.o: a release build
    binaries: Path  # Benchmarks
    demo: Path  # Tools/demo
    helpers: Path  # Tests/system
    deb: Path | None  # Debian's package, for what has to be booted
    quick: bool
    seed: int = 1

    @property
    def guard(self) -> Path:
        return self.programs / "amtguardd"

    def pick(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def log(self, text: str) -> None:
        print(text, flush=True)

    def tool(self, name: str, *arguments: object) -> list[str]:
        folder = self.demo if name in ("opener", "greeter") else self.binaries
        return [str(folder / name), *map(str, arguments)]

    def output(self, name: str, *arguments: object, limit: float = 900, prefix: tuple = ()) -> str:
        """What a program of ours prints. It must succeed within LIMIT seconds."""
        command = [*prefix, *self.tool(name, *arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        if done.returncode != 0:
            raise Failure(f"{name} ended with status {done.returncode}: {done.stderr.strip()[-300:]}")
        return done.stdout


def enter(arguments: list[str]) -> None:
    """Runs this program again in the namespaces, with a tmpfs on /run and no bus."""
    os.environ["HOST_NETNS"] = os.readlink("/proc/self/ns/net")
    os.environ["BENCH_INSIDE"] = "1"
    here = [sys.executable, "-m", "bench", *arguments]
    os.execvp("unshare", ["unshare", *NAMESPACES, *here])


def settle() -> None:
    """The first steps inside."""
    if os.readlink("/proc/self/ns/net") == os.environ.get("HOST_NETNS"):
        raise Failure("this would overwrite the list of the host itself")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "bench", "/run")
    Path("/run/bench").mkdir()
    os.chdir("/run/bench")
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/run/bench/no-bus"
    run("ip", "link", "set", "lo", "up")


def run(*command: object, text: str | None = None, limit: float = 300) -> str:
    """What a command prints. It must succeed within LIMIT seconds."""
    words = [str(word) for word in command]
    done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=limit)
    if done.returncode != 0:
        raise Failure(f"{' '.join(words[:4])}: {(done.stderr.strip() or done.stdout.strip())[-500:]}")
    return done.stdout


def within(seconds: float, check: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise Failure(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.01)


def raw() -> bytes:
    """The kernel's list as text. It answers only one read, so it is a large one."""
    with LIST.open("rb", buffering=0) as file:
        return file.read(1 << 18)


def reserved(text: str | None = None) -> set[int]:
    """The ports of the kernel's list, or of this text."""
    ports: set[int] = set()
    for item in (raw().decode() if text is None else text).strip().split(","):
        if item:
            first, _, last = item.partition("-")
            ports.update(range(int(first), int(last or first) + 1))
    return ports


def written(ports: set[int]) -> str:
    """As the kernel writes them: in order, neighbours as a range."""
    items: list[list[int]] = []
    for port in sorted(ports):
        if items and items[-1][1] == port - 1:
            items[-1][1] = port
        else:
            items.append([port, port])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in items)


def whole() -> bool:
    return reserved(AMT) <= reserved()


def overwrite(text: str) -> None:
    """The kernel takes 4,095 bytes of a write; later ones add."""
    data = (text + "\n").encode()
    file = os.open(LIST, os.O_WRONLY)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


@contextmanager
def started(
    command: list[str], *, out: Path | None = None, err: Path | None = None, **others
) -> Iterator[subprocess.Popen]:
    """A process that ends with all that it started, at the latest by SIGKILL, when the block ends."""
    with open(out or os.devnull, "wb") as stdout, open(err or os.devnull, "wb") as stderr:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True, **others
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen) -> None:
    """The polite way first, for the process alone; then the hard one for its whole group."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@contextmanager
def namespace() -> Iterator[tuple[str, ...]]:
    """A network namespace; gives the words that run a command in it."""
    with started(["unshare", "--net", "sleep", "100000"]) as holder:
        ours = os.readlink("/proc/self/ns/net")

        def apart() -> bool:
            try:
                return os.readlink(f"/proc/{holder.pid}/ns/net") != ours
            except FileNotFoundError:
                return False

        within(5, apart, "a network namespace of its own")
        yield ("nsenter", "--target", str(holder.pid), "--net")


def scratch(name: str) -> Path:
    """An empty directory of this run."""
    place = Path("/run/bench") / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def cable(here: str, there: str, inside: tuple[str, ...] = ()) -> None:
    """A pair of network interfaces, both up; with `inside` the other end is in that namespace."""
    run("ip", "link", "add", here, "type", "veth", "peer", "name", there, *(["netns", inside[2]] if inside else []))
    run("ip", "link", "set", here, "up")
    run(*inside, "ip", "link", "set", there, "up")


def timed(*command: object) -> tuple[int, subprocess.CompletedProcess[str]]:
    """How many nanoseconds a program took from its start to its end, and what came of it."""
    began = time.monotonic_ns()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, check=False)
    return time.monotonic_ns() - began, done
