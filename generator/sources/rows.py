"""The lines of a table become its rows: what is broken over lines is put together, what touches is
parted, what is too large for a card is cut off and named. It knows nothing of lists and quotes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from generator.diagnostics import (
    BROKEN_ROW,
    STRAY_LINE,
    TOO_LONG,
    TOO_WIDE,
    TOUCHING_TABLES,
    Diagnostic,
    number,
)
from generator.model import Cell, Position, Row
from generator.sources.cells import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    SPACE,
    count_cells,
    is_closed,
    split_row,
)
from generator.sources.tree import Lines

_SEPARATOR_CELL = re.compile(r":?-+:?")
# Lines that one row may be broken over: more is no row, and looking on would never end.
_MOST_PIECES = 20


class _Line(NamedTuple):
    """A row and the text of its first line."""

    row: Row
    text: str


def read_rows(
    meta: Mapping[str, Any], lines: Lines, file: str, diagnostics: list[Diagnostic]
) -> list[list[Row]]:
    """The tables that a table token of the page is, each as its rows, header first; ``meta`` is as
    `tables` leaves it.

    ``diagnostics`` grows by what GFM would read otherwise.
    """
    pieces = [(lines.text[start:end], *lines.place(start)) for start, end in meta["lines"]]
    if near := meta["near"]:
        where = Position(file, *pieces[0][1:])
        diagnostics.append(near.at(where, **meta["words"]))
    return _split_touching(_join_broken(pieces, file, diagnostics), file, diagnostics)


def within_limits(
    rows: Sequence[Row], file: str, directives: Sequence[Cell], diagnostics: list[Diagnostic]
) -> list[Row]:
    """The rows of a table, with what is too long or too wide for a card cut off.

    ``diagnostics`` grows by what was cut off, unless a comment says that the table is no card's.
    """
    found = []
    kept = []
    for row in rows:
        if len(row.cells) > MOST_COLUMNS:
            where = Position(file, row.line, row.column)
            found.append(TOO_WIDE.at(where, most=number(MOST_COLUMNS, "cell")))
            row = row._replace(cells=row.cells[:MOST_COLUMNS])
        for place, cell in enumerate(row.cells):
            if len(cell.text) > MOST_CHARACTERS:
                where = Position(file, cell.line, cell.column)
                words = {"what": "cell", "characters": len(cell.text), "most": MOST_CHARACTERS}
                found.append(TOO_LONG.at(where, **words))
                short = cell._replace(text=cell.text[:MOST_CHARACTERS])
                row = row._replace(cells=(*row.cells[:place], short, *row.cells[place + 1 :]))
        kept.append(row)
    if all(word.text != "skip" for word in directives):
        diagnostics += found
    return kept


_Piece = tuple[str, int, int]  # a line's own text, and the 1-based line and column where it starts


def _join_broken(pieces: Sequence[_Piece], file: str, diagnostics: list[Diagnostic]) -> list[_Line]:
    """The rows, those that are broken over lines put together.

    In a table whose header begins and ends with a pipe, a row that lacks its last pipe or a cell
    goes on in the lines below that do not begin with a pipe, up to one that ends with a pipe, if
    together they have as many cells as the header.
    """
    header = pieces[0][0]
    columns = count_cells(header)
    may_break = header.startswith("|") and is_closed(header)
    rows: list[_Line] = []
    place = 0
    while place < len(pieces):
        text, line, column = pieces[place]
        row, taken = split_row(text, line, column), 1
        if may_break and text.startswith("|"):
            is_whole = is_closed(text) and len(row.cells) >= columns
            parts = [] if is_whole else _broken_row(pieces, place, columns)
            if parts:
                row, taken = _joined_row(parts), len(parts)
                diagnostics.append(BROKEN_ROW.at(Position(file, line, column), lines=len(parts)))
        rows.append(_Line(row, text))
        place += taken
    return rows


def _broken_row(pieces: Sequence[_Piece], place: int, columns: int) -> list[_Piece]:
    """The lines of the row that begins at ``place``; empty where they do not make one."""
    parts = [pieces[place]]
    for piece in pieces[place + 1 : place + _MOST_PIECES]:
        if piece[0].startswith("|"):
            return []
        parts.append(piece)
        if is_closed(piece[0]):
            return parts if len(_joined_row(parts).cells) == columns else []
    return []


def _joined_row(parts: Sequence[_Piece]) -> Row:
    """One row from lines that belong together, each cell placed where its text begins."""
    stripped = []
    for text, line, column in parts:
        inner = text.strip(SPACE)
        stripped.append((inner, line, column + text.index(inner)))
    starts = [0]
    for inner, _, _ in stripped[:-1]:
        starts.append(starts[-1] + len(inner) + 1)
    row = split_row(" ".join(inner for inner, _, _ in stripped), 1, 1)
    cells = []
    for cell in row.cells:
        part = bisect_right(starts, cell.column - 1) - 1
        _, line, column = stripped[part]
        cells.append(cell._replace(line=line, column=column + cell.column - 1 - starts[part]))
    return Row(tuple(cells), *parts[0][1:])


def _split_touching(
    lines: Sequence[_Line], file: str, diagnostics: list[Diagnostic]
) -> list[list[Row]]:
    """What a person meant by lines that GFM takes for one table, since no blank line ends it.

    A separator row inside the body makes the row above it the header of a new table, and a line
    without a pipe is text, not a row with one cell.
    """
    groups = [[lines[0].row]]
    for row, text in lines[1:]:
        group = groups[-1]
        if "|" not in text and len(group[0].cells) > 1:
            diagnostics.append(STRAY_LINE.at(Position(file, row.line, row.column)))
        elif _separates(row) and len(group) > 1 and len(group[-1].cells) == len(row.cells):
            header = group.pop()
            diagnostics.append(TOUCHING_TABLES.at(Position(file, header.line, header.column)))
            groups.append([header])
        else:
            group.append(row)
    return groups


def _separates(row: Row) -> bool:
    """Whether the row is dashes all through; ``-`` and ``--`` alone mean that a cell is empty."""
    texts = [cell.text for cell in row.cells]
    return all(map(_SEPARATOR_CELL.fullmatch, texts)) and any(
        "---" in text or ":" in text for text in texts
    )
