"""Finds what separates the cells of a table that was saved or copied as text: tabs, semicolons or
commas, with quotes as spreadsheets write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex

NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas"}
_NAMED = lazy_regex(r"\.(?:csv|tsv|tab)$", re.IGNORECASE)
_FEWEST_LINES = 3  # of a table whose file does not say that it is one
_MOST_HEADER_WORDS = 6
_ENDS_SENTENCE = lazy_regex(r"[.!?:…][\"”’)]*$")
_ANKI_LINE = lazy_regex(r"#(?:separator|html|tags|columns|notetype|deck|guid)[ \w]*:.*\n")


class Separated(NamedTuple):
    """The cells of each row, and the number of the line that it ends in; all rows have as many
    cells as the first, or the last one is the first that has not."""

    separator: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
    def is_even(self) -> bool:
        """Whether all rows have as many cells."""
        return len({len(row) for row in self.rows}) == 1


def is_separated_file(file: str) -> bool:
    """Whether a file is named as one whose cells are separated."""
    return _NAMED.search(file) is not None


def read_separated_file(text: str) -> Separated | None:
    """The whole text as a table; None where nothing separates cells in its first line."""
    while found := _ANKI_LINE.match(text):  # what Anki writes above the notes that it exports
        text = text[found.end() :]
    read = [each for separator in NAMES if len((each := _read(text, separator)).rows[0]) > 1]
    even = [each for each in read if each.is_even]
    best = max(even or read, key=lambda each: len(each.rows), default=None)
    return max(even, key=lambda each: len(each.rows[0])) if even else best


def read_separated_lines(lines: Sequence[str]) -> Separated | None:
    """Lines that are certainly a table with semicolons or commas; prose has both, too."""
    if len(lines) < _FEWEST_LINES or any(map(_ENDS_SENTENCE.search, lines)):
        return None
    for separator in (";", ","):
        if all(line.count(separator) for line in lines):
            found = _read("\n".join(lines), separator)
            header = found.rows[0]
            is_short = all(0 < len(cell.split()) <= _MOST_HEADER_WORDS for cell in header)
            is_spaced = any(cell.startswith(" ") for row in found.rows for cell in row)
            if found.is_even and len(header) > 1 and is_short and not is_spaced:
                return found
    return None


def _read(text: str, separator: str) -> Separated:
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(tuple(row))
                lines.append(reader.line_num)
                if len(row) != len(rows[0]):
                    break
    except csv.Error:  # a cell of more characters than the module takes
        rows.append(())
        lines.append(reader.line_num)
    return Separated(separator, tuple(rows or [()]), tuple(lines or [1]))
