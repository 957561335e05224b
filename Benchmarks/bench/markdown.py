"""Tables in Markdown."""

from bench.figures import Table, short


def rows(table: Table) -> str:
    cells = [[short(cell) for cell in row] for row in table.rows]
    lines = [table.columns, ["---" if not index else "--:" for index in range(len(table.columns))], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
