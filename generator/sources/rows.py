"""The lines of a table become its rows: what is broken over lines is put together, what touches is
parted, what is no row is left out, what is too large for a card is cut off and named. It knows
nothing of lists and quotes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from generator.core.diagnostics import (
    BROKEN_ROW,
    DIVIDER_ROWS,
    HEADER_BELOW,
    OTHER_PIPES,
    STRAY_LINE,
    TOO_LONG,
    TOO_WIDE,
    TOUCHING_TABLES,
    UNSURE_DIVIDER,
    Code,
    Diagnostic,
    number,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Position, Row
from generator.sources.block_tree import Lines
from generator.sources.cells import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    SPACE,
    count_cells,
    is_closed,
    split_row,
    with_pipes,
)
from generator.sources.cells import (
    OTHER_PIPES as OTHER_PIPE_CHARACTERS,
)
from generator.sources.headers import has_same_names, names_columns, names_nothing
from generator.sources.tables import separator_for

_SEPARATOR_CELL = lazy_regex(r":?-+:?")
# Of a divider row each cell is empty or one of these, all of one letter.
_DIVIDES = lazy_regex(r"(\*{0,2})-{3,}\1|={3,}|\*{3,}|_{3,}|\.{3,}|…+")
# Lines that one row may be broken over: more is no row, and looking on would never end.
_MOST_PIECES = 20


class _Line(NamedTuple):
    """A row and the text of its first line."""

    row: Row
    text: str


class TableRows(NamedTuple):
    """The rows of a table, header first, and the places below it of those that are to be held."""

    rows: list[Row]
    held: tuple[int, ...] = ()


def read_rows(
    meta: Mapping[str, Any], lines: Lines, file: str, diagnostics: list[Diagnostic]
) -> list[TableRows]:
    """The tables that a table token of the page is; ``meta`` is as `tables` leaves it.

    ``diagnostics`` grows by what GFM would read otherwise.
    """
    columns = meta["columns"]
    pieces = [(lines.text[start:end], *lines.place(start)) for start, end in meta["lines"]]
    near: Code | None = meta["near"]
    if not meta["has_header"]:
        assert near is not None
        return [_without_header(pieces, columns, near, meta["words"], file, diagnostics)]
    read = [(with_pipes(text, columns), line, column) for text, line, column in pieces]
    others = [(old, new) for old, new in zip(pieces, read, strict=True) if old != new]
    if others:
        pipes = sorted({c for (text, *_), _ in others for c in text} & {*OTHER_PIPE_CHARACTERS})
        words = {"pipes": " and ".join(pipes), "separator": separator_for(columns)}
        diagnostics.append(OTHER_PIPES.at(Position(file, *others[0][0][1:]), **words))
    elif near:
        diagnostics.append(near.at(Position(file, *pieces[0][1:]), **meta["words"]))
    joined = _join_broken(read, file, diagnostics)
    return _split_touching([joined[0], *filter(_says_something, joined[1:])], file, diagnostics)


def _without_header(
    pieces: Sequence[_Piece],
    columns: int,
    near: Code,
    words: Mapping[str, str],
    file: str,
    diagnostics: list[Diagnostic],
) -> TableRows:
    """Rows of which nobody can say whether the first is a header: all wait, and none is asked."""
    found = [split_row(*piece) for piece in pieces]
    rows = [row for row in found if any(cell.text for cell in row.cells) and not _divides(row)]
    line, column = pieces[0][1:]
    words = {**words, "rows": number(len(rows), "row")}
    diagnostics.append(near.at(Position(file, line, column), **words))
    header = Row((Cell("", line, column),) * columns, line, column)
    return TableRows([header, *rows], tuple(range(len(rows))))


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


@dataclass(slots=True)
class _Part:
    """A table so far, and its rows that are to be held; ``dividers`` are rows that were none."""

    rows: list[Row]
    held: list[int] = field(default_factory=list)
    dividers: list[Row] = field(default_factory=list)
    below_text: int = 0  # the place of the row below a line of text
    doubt: Row | None = None


def _split_touching(
    lines: Sequence[_Line], file: str, diagnostics: list[Diagnostic]
) -> list[TableRows]:
    """What a person meant by lines that GFM takes for one table, since no blank line ends it.

    A separator row inside the body makes the row above it the header of a new table, if that is
    one; else it divides the table, and is no row. Where that is not certain the rows around it
    wait. A line without a pipe is text, not a row with one cell.
    """
    parts = [_Part([lines[0].row])]
    are_dividers = _are_dividers(lines)
    for place, (row, text) in enumerate(lines[1:], 1):
        part = parts[-1]
        if "|" not in text and len(part.rows[0].cells) > 1:
            diagnostics.append(STRAY_LINE.at(Position(file, row.line, row.column)))
            part.below_text = len(part.rows)
        elif not _divides(row) and not _separates(row):
            if part.doubt:
                part.held.append(len(part.rows) - 1)
            part.rows.append(row)
        elif not _may_begin_table(part, row, lines[place + 1 : place + 2]) or are_dividers:
            part.dividers.append(row)
        elif len(part.rows) == 2 and names_nothing(part.rows[0], part.rows[1:]):
            title = part.rows.pop(0)
            where = Position(file, title.line, title.column)
            diagnostics.append(HEADER_BELOW.at(where, line=part.rows[0].line))
        elif _is_header(part):
            header = part.rows.pop()
            part.held = [held for held in part.held if held < len(part.rows) - 1]
            diagnostics.append(TOUCHING_TABLES.at(Position(file, header.line, header.column)))
            parts.append(_Part([header]))
        elif part.doubt is None:
            part.doubt = part.rows[-1]
            part.held.append(len(part.rows) - 2)
    for part in parts:
        diagnostics += _about_dividers(part, file)
    return [TableRows(part.rows, tuple(part.held)) for part in parts]


def _about_dividers(part: _Part, file: str) -> Iterator[Diagnostic]:
    """One finding for all dividers of a table, and one for a row that may be a header."""
    if part.dividers:
        first, *others = part.dividers
        more = f", with {number(len(others), 'other')} below" if others else ""
        yield DIVIDER_ROWS.at(Position(file, first.line, first.column), more=more)
    if part.doubt:
        where = Position(file, part.doubt.line, part.doubt.column)
        yield UNSURE_DIVIDER.at(where, rows=number(len(part.held), "row"))


def _may_begin_table(part: _Part, row: Row, below: Sequence[_Line]) -> bool:
    """Whether this row may separate the last one, as a header, from the rows ``below``: the next
    one, if there is one."""
    return (
        _separates(row)
        and len(part.rows) > 1
        and len(part.rows[-1].cells) == len(row.cells)
        and any("|" in text and not _divides(each) for each, text in below)
    )


def _is_header(part: _Part) -> bool:
    """Whether the last row of a table is certainly the header of the next."""
    header, *rows, last = part.rows
    return (
        len(last.cells) != len(header.cells)
        or part.below_text == len(part.rows) - 1
        or has_same_names(last, header)
        or names_columns(last, rows)
    )


def _are_dividers(lines: Sequence[_Line]) -> bool:
    """Whether two rows of dashes have but one row between them: it would head an empty table."""
    separators = [place for place, (row, _) in enumerate(lines) if place and _separates(row)]
    return any(after - before == 2 for before, after in pairwise(separators))


def _says_something(line: _Line) -> bool:
    """Whether a row is not blank all through; a line of text is one that has no pipe."""
    return "|" not in line.text or any(cell.text for cell in line.row.cells)


def _divides(row: Row) -> bool:
    """Whether the row is a line across the table: dashes, stars … in one cell at least."""
    marks = {cell.text[0] for cell in row.cells if cell.text}
    return _separates(row) or (
        len(marks) == 1 and all(_DIVIDES.fullmatch(cell.text) for cell in row.cells if cell.text)
    )


def _separates(row: Row) -> bool:
    """Whether the row is dashes all through; ``-`` and ``--`` alone mean that a cell is empty."""
    texts = [cell.text for cell in row.cells]
    return all(map(_SEPARATOR_CELL.fullmatch, texts)) and any(
        "---" in text or ":" in text for text in texts
    )
