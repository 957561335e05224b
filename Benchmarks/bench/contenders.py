"""Who keeps the ports in the list: amtguard on each rung of its watch, what people use today, and nobody."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.ground import LIST, TOP, Failure, Ground, overwrite, scratch, started, whole, within

# What an administrator would write: add what is missing, and leave the rest. /bin/sh, as in a unit.
ADD = (
    f'list=$(cat {LIST}); case ",$list," in *,623,664,*16992-16995,*) ;; '
    f'*) echo "${{list:+$list,}}623,664,16992-16995" >{LIST};; esac'
)
INOTIFYWAIT = f"{ADD}; while inotifywait -qq -e modify {LIST}; do {ADD}; done"
POLLING = f"while :; do {ADD}; sleep 1; done"


@dataclass
class Contender:
    """A way to keep the ports in the list."""

    name: str
    start: Callable[[Ground, list[str]], AbstractContextManager[int | None]]  # gives the pid of the one that repairs
    overwrites: int = 2000  # in one turn of the latency
    is_periodic: bool = False  # It takes a second or so: more patience, and overwrites at any time of its period.
    is_ours: bool = False


@contextmanager
def _nobody(ground: Ground, lines: list[str]) -> Iterator[None]:
    overwrite("")
    yield None


def _loop(*command: str) -> Callable:
    @contextmanager
    def start(ground: Ground, lines: list[str]) -> Iterator[int]:
        overwrite("")
        words = [str(ground.binaries / command[0])] if command[0] == "bare-loop" else list(command)
        with started(words) as process:
            within(5, whole, f"{words[0]} reserves the ports")
            yield process.pid

    return start


def machine(kind: str, lines: list[str]) -> Path:
    """An emulated machine below a root: `amt` or `none`, with these lines of configuration."""
    root = scratch("root")
    subprocess.run([TOP / "Tools/demo/emulated-sys.sh", root, kind], check=True)
    (root / "etc/amtguard.conf").write_text("\n".join(["[Guard]", *lines]) + "\n")
    return root


@contextmanager
def guarding(
    ground: Ground, lines: list[str], kind: str = "amt", prefix: tuple[str, ...] = (), environment: dict | None = None
) -> Iterator[subprocess.Popen]:
    """amtguardd as root, and unarmed: it watches by fanotify unless `prefix` takes that away."""
    root = machine(kind, lines)
    overwrite("")
    log = Path("guard.log")
    command = [*prefix, str(ground.guard), "--root", str(root)]
    with started(command, err=log, env={**os.environ, **(environment or {})}) as process:
        if kind == "amt":
            within(10, whole, "amtguardd reserves the ports")
        yield process


def _unarmed(*prefix: str) -> Callable:
    @contextmanager
    def start(ground: Ground, lines: list[str]) -> Iterator[int]:
        with guarding(ground, lines, prefix=prefix) as process:
            yield process.pid

    return start


@contextmanager
def armed(ground: Ground, lines: list[str]) -> Iterator[int]:
    """As the unit does it: a step as root loads the program into the kernel, the guard gets what the step stored."""
    root = machine("amt", lines)
    overwrite("")
    messages = Path("armed.log")
    guard = [str(ground.guard), "--root", str(root)]
    command = [
        str(ground.helpers / "service-manager"),
        "/run/bench/armed",
        str(messages),
        *guard,
        "--arm",
        "--",
        *guard,
    ]
    program = {**os.environ, "AMTGUARD_PROGRAM": str(ground.programs / "list.bpf.o")}
    messages.write_text("")
    with started(command, err=Path("guard.log"), env=program) as manager:
        within(10, lambda: "\nREADY=1" in "\n" + messages.read_text(), "the armed amtguardd is ready")
        found = re.search(r"^main (\d+)$", messages.read_text(), re.MULTILINE)
        if not found or "watching by bpf" not in Path("guard.log").read_text():
            raise Failure("the armed amtguardd does not watch by bpf: " + Path("guard.log").read_text()[-200:])
        guard_pid = int(found[1])
        yield guard_pid
        os.kill(guard_pid, 15)
        manager.wait(10)


NOBODY = Contender("nothing", _nobody)
BARE_LOOP = Contender("bare C loop", _loop("bare-loop"))
SHELL_LOOP = Contender("inotifywait loop", _loop("sh", "-c", INOTIFYWAIT), overwrites=300)
POLL = Contender("polling, 1 s", _loop("sh", "-c", POLLING), overwrites=15, is_periodic=True)
BPF = Contender("amtguard, bpf", armed, is_ours=True)
FANOTIFY = Contender("amtguard, fanotify", _unarmed(), is_ours=True)
INOTIFY = Contender(
    "amtguard, inotify", _unarmed("setpriv", "--inh-caps=-all", "--bounding-set=-sys_admin"), is_ours=True
)
RUNGS = [BPF, FANOTIFY, INOTIFY]
PEERS = [BARE_LOOP, SHELL_LOOP, POLL]
