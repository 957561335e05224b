"""Numbers of a sample, and the results of one part of the benchmark."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path


def quantile(sample: list[float], share: float) -> float:
    """The nearest-rank quantile: a value that was measured, never one between two."""
    ordered = sorted(sample)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(sample: list[float]) -> float:
    return quantile(sample, 0.5)


def slope(points: list[tuple[float, float]]) -> float:
    """The exponent of growth: 0 does not grow, 1 grows in proportion. Least squares over the logarithms."""
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len(logs) < 2:
        return 0.0
    middle_x = sum(x for x, _ in logs) / len(logs)
    middle_y = sum(y for _, y in logs) / len(logs)
    spread = sum((x - middle_x) ** 2 for x, _ in logs)
    return sum((x - middle_x) * (y - middle_y) for x, y in logs) / spread if spread else 0.0


def short(value: float | int | str | None) -> str:
    """A number with three digits that count, for people."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


@dataclass
class Sample:
    """Times of one measurement, in nanoseconds; the overwrites that nobody repaired are counted apart."""

    times: list[int]
    unrepaired: int = 0

    @classmethod
    def parse(cls, text: str) -> "Sample":
        numbers = [int(line) for line in text.split()]
        return cls([n for n in numbers if n >= 0], sum(n < 0 for n in numbers))

    def __add__(self, other: "Sample") -> "Sample":
        return Sample(self.times + other.times, self.unrepaired + other.unrepaired)

    def summary(self, unit: float = 1000) -> dict:
        """Minimum, quartiles, 99th percentile and maximum, divided by `unit`: microseconds by default."""
        if not self.times:
            return {"count": self.unrepaired, "unrepaired": self.unrepaired}
        at = {"min": 0, "q1": 0.25, "median": 0.5, "q3": 0.75, "p99": 0.99, "max": 1}
        return {
            "count": len(self.times) + self.unrepaired,
            "unrepaired": self.unrepaired,
            **{name: round(quantile(self.times, share) / unit, 3) for name, share in at.items()},
        }


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: list[list] = field(default_factory=list)
    note: str = ""


@dataclass
class Part:
    """What one part of the benchmark found: tables for people, data for plots, and what had to hold."""

    name: str
    title: str
    tables: list[Table] = field(default_factory=list)
    targets: list[dict] = field(default_factory=list)
    data: dict = field(default_factory=dict)
    conditions: dict = field(default_factory=dict)

    def table(self, title: str, *columns: str, note: str = "") -> Table:
        self.tables.append(Table(title, list(columns), note=note))
        return self.tables[-1]

    def target(self, what: str, value: float, limit: float, unit: str = "", *, least: bool = False) -> None:
        """VALUE must be at most LIMIT, or at least with `least`."""
        met = value >= limit if least else value <= limit
        self.targets.append(
            {"what": what, "value": value, "limit": limit, "unit": unit, "least": least, "met": bool(met)}
        )

    def told(self, what: str, value: float | str, unit: str = "") -> None:
        """A figure without a limit."""
        self.targets.append({"what": what, "value": value, "limit": None, "unit": unit, "met": True})

    def save(self, folder: Path) -> None:
        text = json.dumps({**self.__dict__, "tables": [t.__dict__ for t in self.tables]}, indent=1)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_text(text + "\n")

    @classmethod
    def load(cls, file: Path) -> "Part":
        fields = json.loads(file.read_text())
        fields["tables"] = [Table(**table) for table in fields["tables"]]
        return cls(**fields)
