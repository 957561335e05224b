"""The page that an administrator shows to a colleague: what is lost in a day without amtguard, and with it."""

from pathlib import Path

from bench.figures import Part, Table
from bench.markdown import rows

A_DAY = 100_000  # outgoing connections
SECONDS = 86_400
RANGE = "1024-65535"
# Of 64,512 ports four are AMT's; 623 and 664 lie below the range.
DIVERTED = 4 / 64_512
ONCE_AN_HOUR = 24


def write(found: list[Part], place: Path) -> None:
    parts = {part.name: part for part in found}
    if "losses" in parts and "latency" in parts:
        place.write_text(_page(parts))


def _page(parts: dict[str, Part]) -> str:
    losses, date = parts["losses"].data, parts["losses"].conditions["date"]
    measured = _connections(losses["direct"]["nothing"])
    behind = losses["translated"]["nothing"]
    count = parts["losses"].conditions["translated_connections"] * len(behind)
    return f"""# What is lost in a day

Intel AMT listens on six TCP ports at the host's own address, below the operating system. When Linux takes one of them
as the local port of an outgoing connection, the answers go to AMT. The connection hangs for about two minutes
(`net.ipv4.tcp_syn_retries`), then fails with "Connection timed out". No log of the host shows it, and its counters do
not tell it from a network that loses packets.

The kernel avoids the ports in `net.ipv4.ip_local_reserved_ports`. So the question is for how long they are missing
there.

**Connections that hang in a day, of {A_DAY:,} from the ports {RANGE}**

{rows(_table(parts))}

<picture><source media="(prefers-color-scheme: dark)" srcset="images/losses-dark.svg"><img
alt="Connections that hung, and the time without the ports, by how often the list is overwritten"
src="images/losses-light.svg"></picture>

* *Nobody else*: no other program writes the list. *Once an hour*: a package's `sysctl --system`, a switch of TuneD's
  profile, an agent or a container sets it anew, without AMT's ports. *Ten times a second*: two programs do not agree.
* While they are missing, one connection in {round(1 / DIVERTED):,} gets one of AMT's ports: four of 64,512. Measured
  with a card that diverts: {measured["hung"]} of {measured["opened"]:,}.
* The table is calculated: that share, times the time without the ports. The times are those of
  [RESULTS.md](../Benchmarks/RESULTS.md) ({date}); `make bench` measures them on your machine. It assumes that each
  single overwrite is repaired. A path unit that is started ten times a second stops for good.
* The left half of the picture is measured with the ports 15000-19000, of which one in a thousand is AMT's.
* With the kernel's default range, 32768-60999, the kernel does not take AMT's ports for the connections of the host
  itself. It does for **translated** ones, of containers and virtual machines, and there the list has no say: behind
  `masquerade fully-random` {sum(behind.values())} of {count:,} connections hung without amtguard, and
  {_guarded(losses)} of {2 * count:,} with it. `amtguardctl doctor` finds programs that choose their ports themselves.

What amtguard costs for that: {_costs(parts)}.
"""


def _connections(cells: dict) -> dict[str, int]:
    return {key: sum(cell[key] for cell in cells.values()) for key in ("hung", "opened")}


def _guarded(losses: dict) -> int:
    return sum(sum(cells.values()) for name, cells in losses["translated"].items() if name.startswith("amtguard"))


def _table(parts: dict[str, Part]) -> Table:
    table = Table("", ["", "nobody else", "once an hour", "ten times a second"])
    direct, idle = parts["losses"].data["direct"], parts["latency"].data["idle"]
    lost = A_DAY * DIVERTED

    def add(name: str, repair_us: float | None, share: float | None, alone: float = 0.0) -> None:
        """A repair that never comes leaves the list without the ports until the next boot."""
        hourly = lost if repair_us is None else lost * ONCE_AN_HOUR * repair_us / 1e6 / SECONDS
        table.rows.append([name, _few(alone), _few(hourly), _few(lost * (1.0 if share is None else min(1.0, share)))])

    add("nothing", None, None, alone=lost)
    add("`/etc/sysctl.d`, read at boot (systemd-sysctl); TuneD", None, None)
    if path := _path_unit(parts):
        add("a systemd path unit", path, None)
    names = {"polling, 1 s": "polling once a second", "inotifywait loop": "a loop around inotifywait"}
    for name, words in names.items():
        add(words, idle[name]["median"], direct[name]["10/s"]["gone_us_per_s"] / 1e6)
    held = [direct[name] for name in ("amtguard, fanotify, holds", "amtguard, bpf, holds")]
    if sum(_connections(cells)["hung"] for cells in held) == 0:
        add("**amtguard**, with holds", 0, 0)
    return table


def _path_unit(parts: dict[str, Part]) -> float | None:
    found = parts["booted"].data.get("latency", {}) if "booted" in parts else {}
    for name, figures in found.items():
        if "path" in name.lower() and figures.get("median") is not None:
            return figures["median"]
    return None


def _few(number: float) -> str:
    if number == 0:
        return "0"
    return f"{number:.1f}" if number >= 0.05 else "less than 0.05" if number >= 0.001 else "less than 0.001"


def _costs(parts: dict[str, Part]) -> str:
    if "booted" not in parts:
        return "see RESULTS.md"
    rows = {row[0]: row[1:] for table in parts["booted"].tables for row in table.rows if row[0] == "amtguardd"}
    ready = next(row[1] for table in parts["booted"].tables if "READY" in table.title for row in table.rows)
    pss, _, threads, *_ = rows["amtguardd"]
    memory = f"{pss / 1024:.0f} MiB of memory, {threads} thread{'s' if threads > 1 else ''}"
    return f"{memory}, and {ready / 1000:.2f} s from the start of the unit to READY"
