"""The pictures of the results, as SVG: one for a light page, one for a dark one."""

import math
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402  it needs the kind of output first
from matplotlib.figure import Figure  # noqa: E402

from bench.figures import Part  # noqa: E402

INK = {"light": "#1f2328", "dark": "#e6edf3"}
GRID = {"light": "#d0d7de", "dark": "#3d444d"}
OURS = {"light": ["#0969da", "#1a7f37", "#8250df", "#0a7a75"], "dark": ["#58a6ff", "#3fb950", "#bc8cff", "#39c5bb"]}
THEIRS = {"light": ["#57606a", "#bc4c00", "#9a6700", "#cf222e"], "dark": ["#8b949e", "#f0883e", "#d29922", "#ff7b72"]}
MARKS = "osD^vP*X"


def draw(part: Part, folder: Path) -> list[str]:
    """Draws what there is of this part; gives the names of the pictures, without the mode and the ending."""
    pictures = {"latency": _latency, "losses": _losses, "growth": _growth}
    if part.name not in pictures:
        return []
    for mode in "light", "dark":
        with pyplot.rc_context(_style(mode)):
            figure = pictures[part.name](part, mode)
            # Without a date and with fixed names of elements, the same figures give the same file.
            figure.savefig(folder / f"{part.name}-{mode}.svg", metadata={"Date": None}, transparent=True)
            pyplot.close(figure)
    return [part.name]


def _style(mode: str) -> dict:
    ink, grid = INK[mode], GRID[mode]
    return {
        "svg.hashsalt": "amtguard",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "text.color": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "axes.edgecolor": grid,
        "grid.color": grid,
        "grid.linewidth": 0.6,
        "axes.grid": True,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.constrained_layout.use": True,
    }


def _colours(names: list[str], mode: str) -> dict[str, str]:
    ours, theirs = iter(OURS[mode]), iter(THEIRS[mode])
    return {name: next(ours if name.startswith("amtguard") else theirs) for name in names}


def _latency(part: Part, mode: str) -> Figure:
    conditions = part.data
    names = list(next(iter(conditions.values())))
    colours = _colours(names, mode)
    figure, axes = pyplot.subplots(1, len(conditions), figsize=(10, 2.6), sharey=True, sharex=True)
    for axis, (condition, found) in zip(axes, conditions.items()):
        for row, name in enumerate(reversed(names)):
            figures = found[name]
            if "median" not in figures:
                continue
            axis.plot([figures["min"], figures["p99"]], [row, row], color=colours[name], linewidth=2, alpha=0.6)
            axis.plot(figures["median"], row, "o", color=colours[name], markersize=6)
        axis.set_xscale("log")
        axis.set_title(condition, fontsize=9)
        axis.set_xlabel("µs: min, median, p99")
        axis.grid(axis="y", visible=False)
    axes[0].set_yticks(range(len(names)), list(reversed(names)))
    return figure


def _losses(part: Part, mode: str) -> Figure:
    figure, (hung, gone) = pyplot.subplots(1, 2, figsize=(10, 3.4))
    names = list(part.data["direct"])
    colours = _colours(names, mode)
    rates = list(part.data["direct"][names[0]])
    for mark, name in zip(MARKS, names):
        style = {"color": colours[name], "marker": mark, "markersize": 5, "linewidth": 1.4, "label": name}
        hung.plot(range(len(rates)), [part.data["crowded"][name][rate]["hung"] for rate in rates], **style)
        gone.plot(range(len(rates)), [part.data["direct"][name][rate]["gone_us_per_s"] for rate in rates], **style)
    hung.set_title("Connections that hung, ports 15000-19000", fontsize=9)
    gone.set_title("µs of each second in which the list was not whole", fontsize=9)
    for axis in hung, gone:
        axis.set_yscale("symlog", linthresh=1)
        axis.set_ylim(bottom=-0.3)
        axis.set_xticks(range(len(rates)), rates, fontsize=8)
        axis.set_xlabel("the list is overwritten")
    figure.legend(*hung.get_legend_handles_labels(), loc="outside lower center", ncol=4) if _has_outside() else (
        gone.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    )
    return figure


def _has_outside() -> bool:
    """Since Matplotlib 3.7."""
    return tuple(int(word) for word in matplotlib.__version__.split(".")[:2]) >= (3, 7)


def _growth(part: Part, mode: str) -> Figure:
    series = list(part.data.values())
    columns = 4
    rows = math.ceil(len(series) / columns)
    figure, grid = pyplot.subplots(rows, columns, figsize=(10, 2.3 * rows), squeeze=False)
    cells = [cell for row in grid for cell in row]
    for cell, one in zip(cells, series):
        xs, ys = zip(*one["points"])
        cell.plot(xs, ys, "o-", color=OURS[mode][0], markersize=4)
        cell.set_xscale("log")
        cell.set_ylim(0, max(ys) * 1.15 or 1)
        cell.set_xlabel(one["x"], fontsize=8)
        cell.set_title(one["y"], fontsize=8)
    for cell in cells[len(series) :]:
        cell.set_visible(False)
    return figure
