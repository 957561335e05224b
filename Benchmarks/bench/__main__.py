"""bench [PART...]: measures amtguardd, beside what people use today, and writes Benchmarks/RESULTS.md.

Each part writes Benchmarks/results/PART.json; RESULTS.md and the plots are drawn from all of these files, so that one
part can be measured again. `bench report` draws them without measuring, `bench record torture FILE` adds what
`make torture` printed (fuzz and mutants, too). Exit status 0 only if every target was met."""

import argparse
import datetime
import os
import sys
import time
import traceback
from pathlib import Path

from bench import booted, machine, parts, record, report
from bench import ground as place
from bench.ground import TOP, Failure, Ground

RESULTS = TOP / "Benchmarks/results"


def main() -> int:
    arguments = _arguments()
    folder = arguments.results or RESULTS
    if arguments.parts == ["report"]:
        report.write(folder)
        return 0
    if arguments.parts[:1] == ["record"]:
        return _record(*arguments.parts[1:], folder=folder)
    if "BENCH_INSIDE" not in os.environ:
        if not arguments.parts or "booted" in arguments.parts:
            booted.prepare(print)  # Inside there is no network to make Debian's tree from.
        os.environ["PYTHONPATH"] = str(TOP / "Benchmarks")
        place.enter(sys.argv[1:])
    place.settle()
    ground = Ground(
        programs=arguments.programs,
        binaries=arguments.binaries,
        demo=arguments.demo,
        helpers=arguments.helpers,
        deb=arguments.deb,
        quick=arguments.quick,
    )
    missed, failed = 0, 0
    for name in arguments.parts or parts.ALL:
        began = time.monotonic()
        conditions = machine.describe(ground)
        try:
            part = parts.ALL[name](ground)
        except Exception as failure:  # One part that can't be measured does not cost the others.
            if not isinstance(failure, Failure):
                traceback.print_exc()
            print(f"bench: {name}: {failure}", file=sys.stderr)
            failed += 1
            continue
        part.conditions |= {**conditions, "seconds": round(time.monotonic() - began)}
        part.save(folder)
        missed += sum(not target["met"] for target in part.targets)
        print(report.text(part))
    report.write(folder)
    if failed:
        print(f"{failed} of the parts could not be measured.")
    print(f"{missed} targets missed." if missed else "Every target that was measured was met.")
    return 1 if missed or failed else 0


def _record(kind: str, file: str, folder: Path) -> int:
    try:
        part = record.KINDS[kind](Path(file))
    except (Failure, OSError, KeyError, ValueError) as failure:
        print(f"bench: {kind}: {failure}", file=sys.stderr)
        return 1
    source = {"torture": "make torture", "fuzz": "make fuzz", "mutants": "make mutants"}[kind]
    part.conditions = {"date": datetime.date.fromtimestamp(os.stat(file).st_mtime).isoformat(), "source": source}
    part.save(folder)
    report.write(folder)
    print(report.text(part))
    return 0 if all(target["met"] for target in part.targets) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(parts.ALL)}, or report")
    for name, what in (
        ("programs", "amtguardd and amtguardctl, a release build"),
        ("binaries", "Benchmarks"),
        ("demo", "Tools/demo"),
        ("helpers", "Tests/system"),
    ):
        parser.add_argument(f"--{name}", type=_folder, default=TOP, help=f"where this was built: {what}")
    parser.add_argument(
        "--deb", type=lambda text: Path(text).resolve(), help="the Debian package, for the part `booted`"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: whether it runs, not how fast")
    parser.add_argument(
        "--results", type=lambda text: Path(text).resolve(), help="where the results go, in place of Benchmarks/results"
    )
    arguments = parser.parse_args()
    if arguments.parts[:1] == ["record"]:
        if len(arguments.parts) != 3 or arguments.parts[1] not in record.KINDS:
            parser.error(f"record takes {' or '.join(record.KINDS)}, and a file")
        return arguments
    unknown = [name for name in arguments.parts if name not in parts.ALL and name != "report"]
    if unknown:
        parser.error(f"there is no part '{unknown[0]}'; there are: {', '.join(parts.ALL)}, report")
    return arguments


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no directory; `make bench` builds what is measured")
    return path.resolve()


if __name__ == "__main__":
    sys.exit(main())
