"""What was measured, and where."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

from bench.ground import Ground


def describe(ground: Ground) -> dict:
    return {
        "date": datetime.date.today().isoformat(),
        "version": _version(ground),
        "size": os.stat(ground.guard).st_size,
        "processor": _processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release().split("-")[0],
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "Linux"),
        "load": round(os.getloadavg()[0], 1),
        "quick": ground.quick,
    }


def _version(ground: Ground) -> str:
    done = subprocess.run([ground.guard, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.split()[-1] if done.stdout else "?"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return " ".join(line.split(":", 1)[1].split())
    return platform.machine()
