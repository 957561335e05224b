"""The results for people: RESULTS.md, what the terminal shows, and the page on what is lost."""

import shutil
from pathlib import Path

from bench import page, parts, plots
from bench.figures import Part, Table, short
from bench.ground import TOP
from bench.markdown import rows

PAGE = TOP / "docs/LOSSES.md"
PICTURES = TOP / "docs/images"  # the README's and the page's, which are installed without Benchmarks
HEAD = """# Results

Written by `make bench` from the files in [results](results); edit nothing here. [README.md](README.md) says what the
figures are worth. `make bench BENCH=latency` measures one part again.
"""


def write(folder: Path) -> None:
    """Draws all that has been measured. Outside the checkout's own folder, nothing else is touched."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [Part.load(folder / f"{name}.json") for name in parts.ORDER if (folder / f"{name}.json").exists()]
    pictures = {part.name: plots.draw(part, folder) for part in found}
    is_ours = folder.resolve() == (TOP / "Benchmarks/results").resolve()
    (TOP / "Benchmarks/RESULTS.md" if is_ours else folder / "RESULTS.md").write_text(
        _document(found, pictures, "results/" if is_ours else "")
    )
    if is_ours:
        page.write(found, PAGE)
        for picture in folder.glob("losses-*.svg"):
            shutil.copy(picture, PICTURES)


def _document(found: list[Part], pictures: dict[str, list[str]], where: str) -> str:
    text = [HEAD, "## What has to hold\n", _targets(found)]
    for part in found:
        text.append(f"## {part.title}\n")
        text.append(_conditions(part) + "\n")
        for picture in pictures[part.name]:
            text.append(
                f'<picture><source media="(prefers-color-scheme: dark)" srcset="{where}{picture}-dark.svg">'
                f'<img alt="{part.title}: the tables below" src="{where}{picture}-light.svg"></picture>\n'
            )
        for table in part.tables:
            text.append(f"**{table.title}**\n\n{rows(table)}\n")
            if table.note:
                text.append(table.note + "\n")
        if told := [target for target in part.targets if target["limit"] is None]:
            text.append("\n".join(f"* {target['what']}: {_measured(target)[0]}" for target in told) + "\n")
    return "\n".join(text)


def _conditions(part: Part) -> str:
    c = part.conditions
    quick = ", a quick run: whether it works, not how fast" if c.get("quick") else ""
    if "kernel" not in c:
        return f"*{c.get('date', '')}, {c.get('source', '')}.*"
    return (
        f"*{c['date']}, amtguard {c['version']}, {c['cores']} cores ({c['processor']}), Linux {c['kernel']},"
        f" {c['system']}, load {c['load']} at the start, {c['seconds']:,} s{quick}.*"
    )


def _targets(found: list[Part]) -> str:
    table = Table("", ["", "measured", "has to be", ""])
    for part in found:
        for target in part.targets:
            if target["limit"] is not None:
                quick = " (a quick run)" if part.conditions.get("quick") else ""
                table.rows.append([target["what"] + quick, *_measured(target)])
    return rows(table) + "\n"


def _measured(target: dict) -> list[str]:
    unit = f" {target['unit']}" if target["unit"] else ""
    if target["limit"] is None:
        return [short(target["value"]) + unit, "", ""]
    sign = "≥" if target.get("least") else "≤"
    limit = "0" if target["limit"] == 0 else f"{sign} {short(target['limit'])}{unit}"
    return [short(target["value"]) + unit, limit, "met" if target["met"] else "**missed**"]


def text(part: Part) -> str:
    """For the terminal: the tables in columns, then what had to hold."""
    lines = [f"\n{part.title}"]
    for table in part.tables:
        body = [table.columns, *([short(cell) for cell in row] for row in table.rows)]
        widths = [max(len(row[index]) for row in body) for index in range(len(table.columns))]
        lines.append(f"\n  {table.title}")
        for row in body:
            cells = [
                cell.ljust(width) if not n else cell.rjust(width) for n, (cell, width) in enumerate(zip(row, widths))
            ]
            lines.append("    " + "  ".join(cells))
    for target in part.targets:
        value, limit, verdict = _measured(target)
        lines.append(f"  {target['what']}: {value}" + (f" (has to be {limit}: {verdict.strip('*')})" if limit else ""))
    return "\n".join(lines)
