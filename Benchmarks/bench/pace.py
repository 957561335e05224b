"""Under a flood of overwrites, and among random interleavings of writers and kills."""

import subprocess
import time
from pathlib import Path

from bench.contenders import guarding, machine
from bench.figures import Part
from bench.footprint import processor_ms
from bench.ground import Failure, Ground, whole, within


def _flood(ground: Ground, part: Part) -> None:
    seconds = ground.pick(70, 10)
    with guarding(ground, []) as guard:
        time.sleep(1)
        before = processor_ms(guard.pid)
        written = int(ground.output("overwriter", "flood", 1000, seconds))
        used = processor_ms(guard.pid) - before
        lines = Path("guard.log").read_text().splitlines()
        told = sum("is repeatedly overwritten" in line for line in lines)
        part.told(f"overwrites in {seconds} s, 1,000 a second, without end", written)
        part.target("of one core in that time, at the ordinary pace", round(used / 10 / seconds, 2), 1, "%")
        part.told("lines of the journal in that time", len(lines))
        part.told("of them, that the list is repeatedly overwritten", told)
        within(5, whole, "the list is whole after the flood")


def _interleavings(ground: Ground, part: Part) -> None:
    """Other writers, and a guard that is killed and started again; the truth is known to the writers."""
    rounds, root = ground.pick(1000, 50), machine("amt", [])
    command = ground.tool("interleave", rounds, ground.seed, root, ground.guard, "--root", root)
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800)  # 1 if a round lost something
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    if found.get("rounds") != str(rounds):
        raise Failure(f"interleave ended with status {done.returncode}: {done.stderr.strip()[-300:]}")
    part.told(f"kills in {rounds:,} random interleavings, seed {ground.seed}", int(found["kills"]))
    part.target("rounds that lost a required port", int(found["required_lost"]), 0)
    part.target("rounds that lost a port of others", int(found["others_lost"]), 0)
    part.target("rounds in which the guard ended by itself", int(found["died"]), 0)


def measure(ground: Ground) -> Part:
    part = Part("pace", "Under a flood, and among kills")
    _flood(ground, part)
    _interleavings(ground, part)
    return part
