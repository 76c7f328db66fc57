"""Splits a table's line into cells and keeps where each one starts; knows nothing of blocks."""

from __future__ import annotations

import re

from generator.model import Cell, Row

# GFM: a pipe inside a cell is written \| and that holds in code spans too.
_PIPE = re.compile(r"(?<!\\)\|")
# What markdown-it-py trims: ASCII and Unicode spaces, with the no-break space that text copied from
# a web page leaves at the end of a line. Two readings of one line must not differ by a cell.
_SPACE = " \t\n\v\f\r\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def split_row(text: str, line: int, column: int) -> Row:
    """The cells of one line. ``column`` is the 1-based column at which ``text`` starts."""
    column += len(text) - len(text.lstrip(_SPACE))
    text = text.strip(_SPACE)
    pieces = _PIPE.split(text) if "\\" in text else text.split("|")
    starts = []
    start = column
    for piece in pieces:
        starts.append(start)
        start += len(piece) + 1
    first = 1 if pieces[0] == "" else 0
    last = len(pieces) - 1 if len(pieces) > first and pieces[-1] == "" else len(pieces)
    cells = tuple(
        Cell(
            piece.strip(_SPACE).replace("\\|", "|"),
            line,
            start + len(piece) - len(piece.lstrip(_SPACE)) if piece.strip(_SPACE) else start,
        )
        for piece, start in zip(pieces[first:last], starts[first:last], strict=True)
    )
    return Row(cells, line, column)
