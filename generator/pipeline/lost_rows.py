"""Which rows the errors of a page cost: those that they stand in, a block, or the page itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from generator.core.diagnostics import (
    BROKEN_FRONT_MATTER,
    CONFLICT_IN_PAGE,
    ERROR_IGNORED,
    LONG_FRONT_MATTER,
    TOO_DEEP,
    TOO_LONG,
    UNKNOWN_CODE,
    Diagnostic,
    Severity,
)
from generator.core.model import Position
from generator.forms import FORMS
from generator.notes.page_notes import BlockNotes, PageNotes

# What is wrong with them is wrong with all that a page says; other errors stand in a row.
_OF_PAGES = frozenset(
    code.code
    for code in (
        BROKEN_FRONT_MATTER,
        CONFLICT_IN_PAGE,
        LONG_FRONT_MATTER,
        TOO_DEEP,
        TOO_LONG,
    )
)
# A comment that silences nothing makes no card wrong.
_OF_NOTHING = frozenset((UNKNOWN_CODE.code, ERROR_IGNORED.code))
_WHOLE = frozenset(rule.form for rule in FORMS if rule.is_whole)

# A row: the place of its block on the page, that of its table there (None: a note that is ready),
# and its own among the rows.
_Row = tuple[int, int | None, int]


class Faults(NamedTuple):
    """What the errors of a page cost. ``rows`` are by block and table, see `BlockNotes`; ``loose``
    are errors of which no row is to be seen: one that was there may be meant."""

    is_page: bool = False
    blocks: Collection[int] = ()
    rows: Mapping[tuple[int, int | None], Collection[int]] = {}
    loose: tuple[Position, ...] = ()

    def of(self, block: int, table: int | None, count: int) -> Collection[int]:
        """Those of so many rows that are to be held."""
        is_whole = self.is_page or block in self.blocks
        return range(count) if is_whole else self.rows.get((block, table), ())


_NONE = Faults()


def find_faults(page: PageNotes) -> Faults:
    """Where the errors are that are known without a look at other pages."""
    if not any(map(_is_error, _all_of(page))):
        return _NONE
    at, headers = _rows_by_line(page), _blocks_by_line(page)
    rows: dict[tuple[int, int | None], set[int]] = defaultdict(set)
    blocks: set[int] = set()
    loose: list[Position] = []
    is_page = False
    for found in filter(_is_error, page.diagnostics):
        if here := at.get(found.position.line):
            for block, table, row in here:
                rows[block, table].add(row)
        elif header := headers.get(found.position.line):
            blocks.update(header)
        elif found.code in _OF_PAGES:
            is_page = True
        elif found.code not in _OF_NOTHING:
            loose.append(found.position)
    for place, notes in enumerate(page.blocks):
        for found in filter(_is_error, _all_of_block(notes)):
            own = [one for one in at.get(found.position.line, ()) if one[0] == place]
            for _, table, row in own:
                rows[place, table].add(row)
            if not own:
                blocks.add(place)
        for spot, each in enumerate(notes.tables):
            if each.held:
                rows[place, spot].update(each.held)
    for place, _ in list(rows):
        report = page.blocks[place].report
        if report and report.form in _WHOLE:
            blocks.add(place)
    return Faults(is_page, blocks, rows, tuple(loose))


def _all_of(page: PageNotes) -> Iterable[Diagnostic]:
    yield from page.diagnostics
    for block in page.blocks:
        yield from _all_of_block(block)


def _all_of_block(block: BlockNotes) -> Iterable[Diagnostic]:
    yield from block.diagnostics
    yield from block.media_faults
    for table in block.tables:
        yield from table.findings


def _is_error(found: Diagnostic) -> bool:
    return found.severity is Severity.ERROR


def _rows_by_line(page: PageNotes) -> Mapping[int, list[_Row]]:
    at: dict[int, list[_Row]] = defaultdict(list)
    for block, notes in enumerate(page.blocks):
        for number, table in enumerate(notes.tables):
            for row, (line, _) in enumerate(table.places):
                for each in table.lines.get(row, (line,)):
                    at[each].append((block, number, row))
        for row, ready in enumerate(notes.ready):
            for each in ready.lines:
                at[each].append((block, None, row))
    return at


def _blocks_by_line(page: PageNotes) -> Mapping[int, list[int]]:
    """The blocks by the line of their header."""
    at: dict[int, list[int]] = defaultdict(list)
    for place, block in enumerate(page.blocks):
        if block.report:
            at[block.report.position.line].append(place)
    return at
