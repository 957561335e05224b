#!/usr/bin/env python3
"""A fleet of simulated machines for Prometheus, made of the files that `amtguardctl metrics` writes (Tests/Monitoring).

simulated-fleet.py config PORT MACHINES                 prints scrape_configs: one target a machine
simulated-fleet.py serve PORT                           serves /machine-00001 ... on 127.0.0.1
simulated-fleet.py history MACHINES SECONDS [PATTERN]   prints samples, one a minute, for promtool tsdb create-blocks-from;
                                                        PATTERN chooses metrics

Of a hundred machines, 70 are protected, 22 have no AMT, 6 are degraded, one is exposed and one tells nothing. The times
of the last look follow the clock. The counters of a degraded machine grow. Everything else stays as it is."""
import http.server
import pathlib
import re
import sys
import time

FOLDER = pathlib.Path(__file__).parent.parent / "Monitoring"
KINDS = ["protected"] * 70 + ["not-needed"] * 22 + ["degraded"] * 6 + ["exposed"] + ["silent"]
TEXTS = {kind: (FOLDER / f"{kind}.prom").read_text() for kind in set(KINDS)}
GROWING = re.compile(r"^(amtguard_\w+_total) (\d+)$", re.MULTILINE)
LOOKED = re.compile(r"^(amtguard_observed_timestamp_seconds) \d+$", re.MULTILINE)
CHANGING = re.compile(r"amtguard_observed_timestamp_seconds |amtguard_\w+_total |node_textfile_mtime_seconds")
# As node_exporter tells it of the file; its other metrics are not amtguard's.
FILE = 'node_textfile_mtime_seconds{file="/var/lib/prometheus/node-exporter/amtguard.prom"} '


def name(number: int) -> str:
    return f"machine-{number:05}"


def metrics(number: int, at: int) -> str:
    """What this machine tells at this time, in seconds since the epoch; written at the last full minute."""
    kind = KINDS[number % len(KINDS)]
    written = at - at % 60
    text = LOOKED.sub(rf"\1 {written - number % 30}", TEXTS[kind])
    if kind == "degraded":
        text = GROWING.sub(lambda match: f"{match[1]} {int(match[2]) + written // 60 % 10**6}", text)
    return f"{text}{FILE}{written}\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = metrics(int(self.path.rsplit("-", 1)[1]), int(time.time())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024


def config(port: int, machines: int) -> None:
    print("scrape_configs:\n  - job_name: node\n    static_configs:")
    for number in range(machines):
        print(f"      - {{targets: ['127.0.0.1:{port}'], labels: "
              f"{{__metrics_path__: /{name(number)}, instance: {name(number)}}}}}")


def history(machines: int, seconds: int, pattern: str = ".") -> None:
    end = int(time.time()) // 60 * 60
    chosen = re.compile(pattern)
    for number in range(machines):
        # Only these change from minute to minute; the rest is rendered once, for speed.
        lines = [line for line in metrics(number, end).splitlines() if line[0] != "#" and chosen.search(line)]
        constant = [labelled(line, number) for line in lines if not CHANGING.match(line)]
        for at in range(end - seconds, end, 60):
            changing = [labelled(line, number) for line in metrics(number, at).splitlines()
                        if CHANGING.match(line) and chosen.search(line)]
            sys.stdout.write("".join(f"{line} {at}\n" for line in constant + changing))
    print("# EOF")


def labelled(line: str, number: int) -> str:
    """A sample as Prometheus keeps it, with the labels of its target."""
    series, value = line.rsplit(" ", 1)
    series = series[:-1] + "," if series.endswith("}") else series + "{"
    return f'{series}job="node",instance="{name(number)}"}} {value}'


command, *arguments = sys.argv[1:]
if command == "serve":
    Server(("127.0.0.1", int(arguments[0])), Handler).serve_forever()
elif command == "config":
    config(*map(int, arguments))
elif command == "history":
    history(int(arguments[0]), int(arguments[1]), *arguments[2:])
else:
    sys.exit(__doc__)
