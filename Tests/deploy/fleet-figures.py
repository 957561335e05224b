#!/usr/bin/env python3
"""fleet-figures.py URL MACHINES QUERIES.yml: asks a Prometheus that scrapes a fleet how long its rules and the queries
of the dashboard take, and how much it keeps. Prints the figures; exit status 1 if one took a second or longer.

The shortest of several times counts: the machine may do other work at that moment."""
import json
import pathlib
import sys
import time
import urllib.parse
import urllib.request

LIMIT = 1.0  # seconds
ADDRESS, MACHINES, QUERIES = sys.argv[1], int(sys.argv[2]), json.loads(pathlib.Path(sys.argv[3]).read_text())


def get(path: str, **parameters: str):
    with urllib.request.urlopen(f"{ADDRESS}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=60) as answer:
        return json.load(answer)["data"]


def value(query: str) -> float:
    result = get("query", query=query)["result"]
    return float(result[0]["value"][1]) if result else 0


def shortest(path: str, **parameters: str) -> float:
    times = []
    for _ in range(3):
        began = time.monotonic()
        get(path, **parameters)
        times.append(time.monotonic() - began)
    return min(times)


def told(what: str, seconds: float) -> bool:
    print(f"{what}: {seconds * 1000:.0f} ms")
    return seconds < LIMIT


series = value('count({job="node"})')
of_amtguard = value('count({__name__=~"amtguard_.*|node_textfile_.*"})')
print(f"machines: {value('sum(up)'):.0f} of {MACHINES}")
print(f"series a machine: {of_amtguard / MACHINES:.1f}, and {(series - of_amtguard) / MACHINES:.0f} of each scrape")
print(f"alerts firing or pending: {value('count(ALERTS)'):.0f}")
well = value("sum(up)") == MACHINES
evaluations = []
for _ in range(4):
    evaluations += [one for one in get("rules")["groups"] if one["name"] == "amtguard"]
    time.sleep(5)  # until the next evaluation
quickest = min(evaluations, key=lambda one: one["evaluationTime"])
well &= told(f"the {len(quickest['rules'])} rules together", quickest["evaluationTime"])
slowest = max(quickest["rules"], key=lambda one: one["evaluationTime"])
print(f"  {slowest['name']} takes most of it: {slowest['evaluationTime'] * 1000:.0f} ms")
expressions = [rule["expr"] for rule in QUERIES["groups"][0]["rules"]]
instant = {one: shortest("query", query=one) for one in expressions}
end = time.time()
ranged = {one: shortest("query_range", query=one, start=end - 6 * 3600, end=end, step=60) for one in expressions
          if "topk" not in one}
for what, times in (("now", instant), ("over six hours, each minute", ranged)):
    slowest = max(times, key=times.get)
    well &= told(f"the slowest of {len(times)} queries {what}", times[slowest])
    print(f"  {slowest}")
    print(f"  all of them one after the other: {sum(times.values()) * 1000:.0f} ms")
sys.exit(not well)
