"""What other targets of the Makefile found, as parts of the results: `make torture`, `make fuzz`, `make mutants`.

bench record torture|fuzz|mutants FILE      FILE is what the target printed, or for mutants its JSON
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from bench.figures import Part
from bench.ground import TOP, Failure

SURVIVORS = TOP / "Tools/mutation/survivors.md"


def torture(file: Path) -> Part:
    part = Part("torture", "Broken on purpose")
    text = file.read_text()
    acts: dict[str, Counter] = defaultdict(Counter)
    line = r"^(\S+) +(\S+) +(\S+) +(\d+) +(\d+) +(\d+) +(\d+)$"
    for act, _, fault, *numbers in re.findall(line, text, re.MULTILINE):
        kind = "killed" if fault == "KILL" else "failing"
        acts[act].update({kind: int(numbers[0]), **dict(zip(("missed", "failed", "late"), map(int, numbers[1:])))})
    if not acts:
        raise Failure(f"{file} has no table of injections; `make torture` prints one")
    table = part.table(
        "Each system call of an act, killed before it and failing",
        "act",
        "killed, held",
        "failing, held",
        "not met again",
        "promise broken",
        note="One trace counts the calls of an act. Then the act is played anew for each: with a SIGKILL before the"
        " call, and with the call failing. Calls whose number varies are not always met again. After each injection"
        " the next guard starts, and the promises are judged from outside.",
    )
    for act, count in acts.items():
        table.rows.append([act, count["killed"], count["failing"], count["missed"], count["failed"]])
    total = sum(acts.values(), Counter())
    table.rows.append(["all", total["killed"], total["failing"], total["missed"], total["failed"]])
    part.target("system calls killed or failing: promises broken", total["failed"], 0)
    part.target("injections that came too late to be played", total["late"], 0)
    _endurance(part, text)
    return part


def _endurance(part: Part, text: str) -> None:
    """Each play prints one line of figures."""
    plays = [
        dict(word.split("=", 1) for word in line.split())
        for line in re.findall(r"^(rounds=.*pss_first=.*)$", text, re.MULTILINE)
    ]
    if not plays:
        return
    part.data["endurance"] = plays
    told_apart = ("seconds", "seed", "watch", "pss_first", "pss_last", "descriptors_first", "descriptors_last")
    heads = [f"{play['seconds']} s, seed {play['seed']}, {play['watch']}" for play in plays]
    table = part.table("Everything at once: how often each event was played", "", *heads)
    for name in plays[0]:
        if name not in told_apart:
            table.rows.append([name, *(int(play.get(name, 0)) for play in plays)])
    for head, play in zip(heads, plays):
        growth = round(100 * (int(play["pss_last"]) / int(play["pss_first"]) - 1), 2)
        part.target(f"{head}: PSS at the end, more than at the start", growth, 2, "%")
        leaked = int(play["descriptors_last"]) - int(play["descriptors_first"])
        part.target(f"{head}: descriptors, more than at the start", leaked, 0)


def fuzz(file: Path) -> Part:
    part = Part("fuzz", "Foreign bytes")
    inputs, slowest = Counter(), {}
    for name, count, rate in re.findall(r"^(\S+): (\d+) inputs, (\d+) a second", file.read_text(), re.MULTILINE):
        inputs[name] += int(count)
        slowest[name] = min(int(rate), slowest.get(name, 10**9))
    if not inputs:
        raise Failure(f"{file} has no line on inputs; `make fuzz` prints them")
    broken = len(re.findall(r": broken by ", file.read_text()))
    table = part.table("Inputs that libFuzzer made for each parser", "parser", "inputs", "a second, at least")
    for name in sorted(inputs):
        table.rows.append([name, inputs[name], slowest[name]])
    part.target("inputs in all", sum(inputs.values()), 100_000_000, least=True)
    part.target("inputs that broke a promise, hung or crashed", broken, 0)
    return part


def mutants(file: Path) -> Part:
    part = Part("mutants", "Mutants of the core")
    found = json.loads(file.read_text())
    judged = SURVIVORS.read_text()
    survived = [entry["mutant"] for entry in found["mutants"] if not entry["killed"]]
    equivalent = sum(
        bool(re.search(rf"^\| {re.escape(name)} .*\| equivalent", judged, re.MULTILINE)) for name in survived
    )
    table = part.table(
        "Faults put into the core one at a time, and what its tests notice",
        "fault",
        "possible",
        "tried",
        "noticed",
        note="Drawn by chance. [survivors.md](../Tools/mutation/survivors.md) names and judges those that survived.",
    )
    for name, count in sorted(found["operators"].items()):
        table.rows.append([name, count["all"], count["tried"], count["killed"]])
    table.rows.append(["all", found["all"], found["tried"], found["killed"]])
    part.told("survived, and equivalent: nothing that can be seen changes", equivalent)
    share = round(100 * found["killed"] / (found["tried"] - equivalent), 1)
    part.target("mutants noticed, of those that change something", share, 90, "%", least=True)
    return part


KINDS = {"torture": torture, "fuzz": fuzz, "mutants": mutants}
