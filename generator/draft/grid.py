"""Resolves colspan and rowspan: a table's cells become a grid in which every cell stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from generator.draft.document import RefusedError, Text

_WIDEST = 1000  # columns; the HTML standard clamps colspan to it
_MOST_CELLS = 1_000_000


class Spanned(NamedTuple):
    """A cell as HTML has it; ``rowspan`` 0 reaches down to the end of the rows' group."""

    text: Text
    colspan: int = 1
    rowspan: int = 1
    is_header: bool = False


class GridRow(NamedTuple):
    """A row of the grid. ``is_wide`` says that it is one cell over two or more columns."""

    texts: tuple[Text, ...]
    is_header: bool
    is_wide: bool


def resolve(groups: Sequence[Sequence[Sequence[Spanned]]]) -> list[GridRow]:
    """The rows of the grid, all of one width. ``groups`` are thead, tbody and tfoot, each rows.

    Columns and rows in which no cell begins are left out: a browser shows them without any width.
    Raises RefusedError for a table with more cells than a page can sensibly have.
    """
    placed: list[dict[int, Spanned]] = []
    total = 0
    for group in groups:
        hanging: dict[int, tuple[int, Spanned]] = {}  # column → (rows it still covers, cell)
        for number, cells in enumerate(group):
            left = len(group) - number
            row = {column: cell for column, (_, cell) in hanging.items()}
            hanging = {c: (rows - 1, cell) for c, (rows, cell) in hanging.items() if rows > 1}
            column = 0
            for cell in cells:
                while column in row:
                    column += 1
                below = min(cell.rowspan or left, left) - 1
                for covered in range(column, column + max(1, min(cell.colspan, _WIDEST))):
                    if covered not in row:
                        row[covered] = cell
                        if below:
                            hanging[covered] = (below, cell)
            total += len(row)
            if total > _MOST_CELLS:
                raise RefusedError(f"a table has more than {_MOST_CELLS:,} cells")
            if row and not (placed and _is_same(row, placed[-1])):
                placed.append(row)
    width = max((max(row) + 1 for row in placed), default=0)
    columns = [
        column
        for column in range(width)
        if any(column in row and row[column] is not row.get(column - 1) for row in placed)
    ]
    return [_grid_row(row, columns) for row in placed]


def _is_same(row: dict[int, Spanned], other: dict[int, Spanned]) -> bool:
    """Whether both rows are made of the very same cells: nothing begins in the second."""
    return row.keys() == other.keys() and all(row[column] is other[column] for column in row)


def _grid_row(row: dict[int, Spanned], columns: Sequence[int]) -> GridRow:
    cells = [row.get(column) for column in columns]
    filled = [cell for cell in cells if cell]
    return GridRow(
        tuple(cell.text if cell else () for cell in cells),
        bool(filled) and all(cell.is_header for cell in filled),
        len(cells) > 1 and all(cell is cells[0] and cell is not None for cell in cells),
    )
