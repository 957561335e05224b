#!/usr/bin/env python3
"""dashboard-queries.py DASHBOARD: prints the queries of a Grafana dashboard as recording rules, for promtool and for
Prometheus itself. Grafana's variables are replaced by what chooses everything. A variable that is not known ends it."""
import json
import pathlib
import re
import sys

VARIABLES = {"job": ".*", "instance": ".*", "__rate_interval": "5m", "__range": "6h"}


def queries(node) -> list[str]:
    """Each `expr`, at any depth."""
    if isinstance(node, list):
        return [found for one in node for found in queries(one)]
    if isinstance(node, dict):
        own = [node["expr"]] if isinstance(node.get("expr"), str) else []
        return own + queries(list(node.values()))
    return []


found = queries(json.loads(pathlib.Path(sys.argv[1]).read_text()))
if not found:
    sys.exit(f"{sys.argv[1]}: there is no query")
rules = [
    {"record": f"dashboard:query_{number}", "expr": re.sub(r"\$(\w+)", lambda match: VARIABLES[match[1]], query)}
    for number, query in enumerate(found, 1)]
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}, indent=1))  # JSON is YAML
