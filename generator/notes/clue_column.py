"""A table as its notes need it: gaps closed, missing answers empty, each clue in one column.

Rows stay rows, and their cells stay for the table on the backs.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Sequence
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import JOINT, Form
from generator.markup.field_html import field_text
from generator.notes.columns import Columns, Texts, dittos, filled_in, placeholders, total_row
from generator.notes.digests import digest_of
from generator.notes.page_notes import TableNotes

_EMPTY = frozenset(("",))
_DITTOS = frozenset(("", '"', "''", "“", "”", "〃", "″", "ditto", "dto.", "idem"))
_SIGNS = _DITTOS - _EMPTY
_WORD = lazy_regex(r"[^\W\d_]{2}|[\u3040-\u9fff\uac00-\ud7af]")


def gaps_of(rows: Sequence[Texts], column: int) -> frozenset[str]:
    """What in a column says that a cell is as the one above. In a column of signs an inch mark is
    a sign like others."""
    cells = {row[column] for row in rows}
    is_of_words = not cells.isdisjoint(_SIGNS) and all(map(_WORD.search, cells - _DITTOS))
    return _DITTOS if is_of_words else _EMPTY


def clue_header(headers: Sequence[str], columns: Sequence[int]) -> str:
    """The header of clues that stand in these columns."""
    return JOINT.join(headers[column] for column in columns)


def clues_of(rows: Sequence[Texts], columns: Sequence[int]) -> list[str]:
    """The clues that stand in these columns, gaps closed."""
    if len(columns) == 1:
        cells = [row[columns[0]] for row in rows]
        if gaps_of(rows, columns[0]).isdisjoint(cells):
            return cells
    sources = _sources(rows, columns, range(len(rows)))
    return [_clue(_cells_of(rows, columns, own)) for own in sources]


_Sources = Sequence[int | None]  # by column of the clue, the row that its cell comes of


def _sources(
    rows: Sequence[Texts], columns: Sequence[int], closed: Container[int]
) -> Iterator[_Sources]:
    """Where the cells of each row's clue come of: in rows that are ``closed`` a gap is the cell
    above, down to the first that is none; above the first clue it is nothing."""
    gaps = gaps_of(rows, columns[0])
    above: _Sources = [None] * len(columns)
    for place, row in enumerate(rows):
        own: list[int | None] = [place] * len(columns)
        for part, column in enumerate(columns) if place in closed else ():
            if row[column] not in gaps:
                break
            own[part] = above[part]
        above = own
        yield own


def _cells_of(rows: Sequence[Texts], columns: Sequence[int], sources: _Sources) -> list[str]:
    pairs = zip(columns, sources, strict=True)
    return ["" if source is None else rows[source][column] for column, source in pairs]


def _clue(cells: Sequence[str]) -> str:
    return JOINT.join(filter(None, cells))


class Reshaped(NamedTuple):
    """The table, and what is to be told of it: rows with gaps that are ``closed``, and those whose
    gaps stay, since the row above is ``unsure``; by row and column the answers that are ``dittos``
    of the one above, those that a template is to have ``filled_in``, and the row of a ``total``:
    none of them is asked."""

    table: TableNotes
    closed: tuple[int, ...] = ()
    unsure: frozenset[int] = frozenset()
    dittos: tuple[tuple[int, int], ...] = ()
    total: int | None = None
    filled_in: tuple[tuple[int, int], ...] = ()


def reshape(
    table: TableNotes,
    columns: Columns,
    answers: Collection[int],
    carries: bool,
    held: Container[int],
) -> Reshaped:
    """The table with its clues in one column, which is the last one where they stand in several.

    ``answers`` are the columns that cards ask for; where it ``carries``, gaps are closed, but not
    below rows that are ``held``, blank or without an answer.
    """
    missing = placeholders(table.headers, answers, table.html, table.text)
    blanks = tuple(sorted(filled_in(columns.clue, answers, table.html, table.text)))
    missing.update(blanks)
    same: tuple[tuple[int, int], ...] = ()
    total = None
    if table.form is Form.TABLE:
        same = tuple(sorted(dittos(table.headers, answers, table.html, table.text)))
        total = total_row(columns.clue, columns.asking, table.text)
        missing.update(same)
        if total is not None:
            missing.update((total, column) for column in answers)
    text = _without(table.text, missing)
    closed: tuple[int, ...] = ()
    unsure: frozenset[int] = frozenset()
    if carries:
        closed, unsure = _gaps(text, columns, answers, held, _breaks(table))
    is_joined = len(columns.clue) > 1
    if not (missing or closed or is_joined):
        return Reshaped(table, closed, unsure, same, total, blanks)
    names = _without([table.names.get(row, cells) for row, cells in enumerate(table.text)], missing)
    sources = list(_sources(text, columns.clue, frozenset(closed)))
    headers, header_html, places = table.headers, table.header_html, table.header_places
    if is_joined:
        headers = (*headers, clue_header(headers, columns.clue))
        header_html = (*header_html, field_text(headers[-1]))
        places = (*places, places[columns.clue[0]])

    def moved(rows: Sequence[Texts]) -> tuple[tuple[str, ...], ...]:
        return tuple(
            _moved(row, _cells_of(rows, columns.clue, own), columns.clue)
            for row, own in zip(rows, sources, strict=True)
        )

    shown = moved(text)
    known = moved(names)
    return Reshaped(
        table._replace(
            headers=headers,
            header_html=header_html,
            header_places=places,
            html=moved(table.html),
            text=shown,
            names={row: cells for row, cells in enumerate(known) if cells != shown[row]},
            digest=digest_of(table.digest, columns.clue, sorted(missing), closed),
        ),
        closed,
        unsure,
        same,
        total,
        blanks,
    )


def _without(rows: Sequence[Texts], missing: Collection[tuple[int, int]]) -> Sequence[Texts]:
    """The rows with nothing in the cells that are ``missing``."""
    if not missing:
        return rows
    found = [list(row) for row in rows]
    for row, column in missing:
        found[row][column] = ""
    return found


def _moved(row: Texts, cells: Sequence[str], clue: Sequence[int]) -> tuple[str, ...]:
    """A row with the ``cells`` of its clue, and with the whole clue in one more column where it
    stands in several."""
    found = list(row)
    for column, cell in zip(clue, cells, strict=True):
        found[column] = cell
    return (*found, _clue(cells)) if len(clue) > 1 else tuple(found)


def _breaks(table: TableNotes) -> frozenset[int]:
    """The rows that do not stand right below the one before: a blank row or a line parts them."""
    found = set()
    below = 0
    for row, (line, _) in enumerate(table.places):
        if row and line != below:
            found.add(row)
        below = table.lines.get(row, (line,))[-1] + 1
    return frozenset(found)


def _gaps(
    rows: Sequence[Texts],
    columns: Columns,
    answers: Collection[int],
    held: Container[int],
    breaks: Container[int],
) -> tuple[tuple[int, ...], frozenset[int]]:
    """The rows whose gaps may be closed, and those whose gaps may not; above the first clue there
    is nothing to close them with."""
    closed: list[int] = []
    unsure: list[int] = []
    gaps = gaps_of(rows, columns.clue[0])
    is_sure: bool | None = None
    for place, row in enumerate(rows):
        is_whole = place not in held and any(row[column] for column in answers)
        if row[columns.clue[0]] not in gaps:
            is_sure = is_whole
        elif is_sure is not None and any(row[column] for column in answers):
            is_sure = is_sure and place not in breaks
            (closed if is_sure else unsure).append(place)
            is_sure = is_sure and is_whole
        elif is_sure is not None:
            is_sure = False  # a title, or a row to be filled
    return tuple(closed), frozenset(unsure)
