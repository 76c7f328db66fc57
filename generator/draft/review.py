"""Decides what the review of a draft's unsure rows shows and what each key does.

It touches no screen and no file: `generator.draft.session` does.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Page, Row, Source, Table
from generator.forms.walk import read_page
from generator.markup.inline import plain
from generator.markup.review_marks import read_mark, without_mark
from generator.sources.cells import split_row

_LINE = lazy_regex(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_KEY = lazy_regex(r"\x1b(?:\[|O)[A-D]|[\x00\xe0].|.", re.DOTALL)
_LEFT = {"\x1b[D", "\x1bOD", "\xe0K", "\x00K", "h"}
_RIGHT = {"\x1b[C", "\x1bOC", "\xe0M", "\x00M", "l"}
# Control characters, and what turns the direction of the text around it.
_OBEYED = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ROWS_AROUND = 4
_BOLD, _DIM, _REVERSE, _END = "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Unsure:
    """A row with a review mark. ``cut`` is the number of words in its left cell.

    ``cuts`` are the guess and its alternatives, best first; a row that does not have two cells can
    only be accepted, and has none.
    """

    table: Table
    row: Row
    doubt: str
    words: tuple[str, ...]
    cut: int
    cuts: tuple[int, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells as they are cut now, without their mark, as Markdown."""
        if not self.cuts:
            return tuple(without_mark(cell.text) for cell in self.row.cells)
        return " ".join(self.words[: self.cut]), " ".join(self.words[self.cut :])


def find_unsure(note: str) -> list[Unsure]:
    """The rows of a note that still have their mark, in order."""
    page, _ = read_page(Source("", note))
    lines = _LINE.findall(note)
    return [
        unsure
        for table in tables_of(page)
        for row in (table.header, *table.rows)
        for unsure in _read_unsure(table, row, lines[row.line - 1])
    ]


def tables_of(page: Page) -> list[Table]:
    """The page's tables and lists that read like tables, in order."""
    return [block for block in page.blocks if isinstance(block, Table)]


def _read_unsure(table: Table, row: Row, line: str) -> Iterator[Unsure]:
    marks = [mark for cell in row.cells if (mark := read_mark(cell.text))]
    if not marks:
        return
    cells = [without_mark(cell.text).split() for cell in row.cells]
    # What a person has broken over lines, or given more cells, is not cut anew.
    is_whole = split_row(line[row.column - 1 :].rstrip("\r\n"), row.line, row.column) == row
    if len(cells) != 2 or not all(cells) or not is_whole:
        yield Unsure(table, row, marks[0].doubt, (), 0, ())
        return
    words, cut = (*cells[0], *cells[1]), len(cells[0])
    others = (len(left.split()) for left, _ in marks[0].others)
    cuts = dict.fromkeys([cut, *(other for other in others if 0 < other < len(words))])
    yield Unsure(table, row, marks[0].doubt, words, cut, tuple(cuts))


def split_keys(typed: str) -> list[str]:
    """The keys in what a terminal sent at once."""
    return _KEY.findall(typed)


def move(unsure: Unsure, key: str) -> Unsure:
    """The row after a key that moves its cut: an arrow, or the number of an alternative."""
    cut = unsure.cut
    if key in _LEFT:
        cut -= 1
    elif key in _RIGHT:
        cut += 1
    elif key.isdecimal() and 0 < int(key) <= len(unsure.cuts):
        cut = unsure.cuts[int(key) - 1]
    if not unsure.cuts or not 0 < cut < len(unsure.words):
        return unsure
    return replace(unsure, cut=cut)


def settle(note: str, unsure: Unsure) -> str:
    """The note with the row as it is cut now and without its mark; nothing else changes."""
    lines = _LINE.findall(note)
    if not unsure.cuts:
        for place in range(unsure.row.line - 1, len(lines)):  # the row may go on in other lines
            if (line := without_mark(lines[place])) != lines[place]:
                return "".join([*lines[:place], line, *lines[place + 1 :]])
    line = lines[unsure.row.line - 1]
    end = line[len(line.rstrip("\r\n")) :]
    cells = (cell.replace("|", "\\|") for cell in unsure.cells)
    start = line[: unsure.row.column - 1]
    lines[unsure.row.line - 1] = f"{start}| {' | '.join(cells)} |{end}"
    return "".join(lines)


def show(unsure: Unsure, heading: str, width: int, color: bool) -> str:
    """The screen for a row: its table around it, the alternatives, and the keys."""
    width = max(width, 24)
    lines = [*_wrapped(f"{heading}, {unsure.doubt}", width, "", _BOLD if color else ""), ""]
    rows = [unsure.table.header, *unsure.table.rows]
    here = rows.index(unsure.row)
    first, last = max(1, here - _ROWS_AROUND), here + _ROWS_AROUND + 1
    for number, row in enumerate(rows):
        if number and not first <= number < last:
            continue
        if number == first > 1:
            lines.append("  …")
        if row is unsure.row:
            lines += _wrapped(_joined(unsure.cells), width, "> ", _REVERSE if color else "")
        else:
            lines += _wrapped(_joined(_shown(row.cells)), width, "  ", _DIM if color else "")
    if last < len(rows):
        lines.append("  …")
    lines.append("")
    for number, cut in enumerate(unsure.cuts, 1):
        cells = replace(unsure, cut=cut).cells
        chosen = "*" if cut == unsure.cut else " "
        style = _BOLD if color and cut == unsure.cut else ""
        lines += _wrapped(_joined(cells), width, f"{chosen} {number}  ", style)
    keys = "Enter accept   s skip   q stop"
    if unsure.cuts:
        keys = f"← → move   1-{len(unsure.cuts)} choose   {keys}"
    return "\n".join([*lines, "", *_wrapped(keys, width, "", _DIM if color else "")])


def _shown(cells: Sequence[Cell]) -> list[str]:
    return [without_mark(cell.text) for cell in cells]


def _joined(cells: Sequence[str]) -> str:
    return " | ".join(map(plain, cells))


def _wrapped(text: str, width: int, start: str, style: str) -> list[str]:
    text = _OBEYED.sub("\ufffd", text)  # nothing in a note may steer the terminal
    lines = textwrap.wrap(
        text, width - 1, initial_indent=start, subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )  # fmt: skip
    return [f"{style}{line}{_END}" if style else line for line in lines or [start]]
