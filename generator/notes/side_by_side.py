"""Tables that stand side by side as one, ``| One | Many | One | Many |``: their rows one below the
other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from generator.core.model import Row, Table


def stacked(table: Table) -> Table:
    """The table; where its headers come again and again, one with each of them once. A row's part
    that is empty is none."""

    def is_empty(column: int) -> bool:
        return not any(row.cells[column].text for row in table.rows if column < len(row.cells))

    parts = _parts([cell.text for cell in table.header.cells], is_empty)
    if not parts:
        return table
    last, width = parts[-1], len(table.header.cells)
    rows = [
        (_part(row, part, width if part is last else None), place in table.held)
        for part in parts
        for place, row in enumerate(table.rows)
    ]
    filled = [(row, is_held) for row, is_held in rows if any(cell.text for cell in row.cells)]
    return replace(
        table,
        header=_part(table.header, parts[0]),
        rows=tuple(row for row, _ in filled),
        held=tuple(place for place, (_, is_held) in enumerate(filled) if is_held),
    )


def _parts(headers: Sequence[str], is_empty: Callable[[int], bool]) -> list[list[int]]:
    """The columns of each table; none where it is one. An empty column may part them."""
    columns = [c for c, header in enumerate(headers) if header or not is_empty(c)]
    names = [headers[column] for column in columns]
    for width in range(2, len(names) // 2 + 1):
        count, rest = divmod(len(names), width)
        first = names[:width]
        if not rest and names == first * count and len(set(first)) == width and all(first):
            return [columns[start : start + width] for start in range(0, len(names), width)]
    return []


def _part(row: Row, columns: Sequence[int], too_many: int | None = None) -> Row:
    """The cells of a row in these columns, with those from ``too_many`` on."""
    cells = [row.cells[column] for column in columns if column < len(row.cells)]
    cells += row.cells[too_many:] if too_many is not None else ()
    return Row(tuple(cells), row.line, cells[0].column if cells else row.column)
