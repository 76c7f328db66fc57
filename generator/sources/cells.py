"""Splits a table's line into cells and keeps where each one starts; knows nothing of blocks."""

from __future__ import annotations

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Row

# What keyboards and editors of other scripts write for a pipe; each is one character.
OTHER_PIPES = "｜│┃"
# GFM: a pipe inside a cell is written \| and that holds in code spans too.
_PIPE = lazy_regex(r"(?<!\\)\|")
# What markdown-it-py trims: ASCII and Unicode spaces, with the no-break space that text copied from
# a web page leaves at the end of a line. Two readings of one line must not differ by a cell.
SPACE = " \t\n\v\f\r\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


# What a row is read up to; beyond, one line of a few megabytes would fill the memory. Anything near
# it is data or an attack: a card holds six answers.
MOST_COLUMNS = 1_000
# About 1,600 words. Markdown's nested marks take more than their share of time with every letter.
MOST_CHARACTERS = 10_000
_MOST_PIPES = MOST_COLUMNS + 1


def part_of(cell: Cell, text: str) -> Cell:
    """A part of a cell's first line, at its place."""
    return Cell(text, cell.line, cell.column + max(cell.text.find(text), 0))


def is_closed(text: str) -> bool:
    """Whether the line ends with a pipe that ends a cell."""
    return text.rstrip(SPACE).endswith("|") and not text.rstrip(SPACE).endswith("\\|")


def count_cells(text: str) -> int:
    """How many cells ``split_row`` would find, if it were to find any number."""
    text = text.strip(SPACE)
    pieces = text.count("|") - text.count("\\|") + 1
    return max(0, pieces - (text[:1] in ("", "|")) - is_closed(text))


def to_pipes(text: str) -> str:
    """The line with ``|`` for each pipe of another keyboard, of the same length."""
    if not text.isascii():
        for pipe in OTHER_PIPES:
            text = text.replace(pipe, "|")
    return text


def with_pipes(text: str, columns: int) -> str:
    """The line of a table with ``columns`` columns, with ``|`` for pipes of other keyboards where
    these part its cells; of the same length, and the line itself where they are text in a cell.
    """
    right = to_pipes(text)
    if right == text:
        return text
    bare = text.strip(SPACE)
    is_begun = bare[:1] in OTHER_PIPES
    if count_cells(right) == columns:
        is_meant = is_begun or bare[-1] in OTHER_PIPES or count_cells(text) != columns
    else:
        is_meant = is_begun and count_cells(text) != columns
    return right if is_meant else text


def split_row(text: str, line: int, column: int) -> Row:
    """The cells of one line. ``column`` is the 1-based column at which ``text`` starts.

    From ``MOST_COLUMNS`` + 1 on all that is left is one cell.
    """
    column += len(text) - len(text.lstrip(SPACE))
    text = text.strip(SPACE)
    pieces = _PIPE.split(text, _MOST_PIPES) if "\\" in text else text.split("|", _MOST_PIPES)
    first = 1 if pieces[0] == "" else 0
    last = len(pieces) - 1 if len(pieces) > first and pieces[-1] == "" else len(pieces)
    cells = []
    start = column + first
    for piece in pieces[first:last]:
        bare = piece.strip(SPACE)
        cells.append(Cell(bare.replace("\\|", "|"), line, start + piece.find(bare)))
        start += len(piece) + 1
    return Row(tuple(cells), line, column)
