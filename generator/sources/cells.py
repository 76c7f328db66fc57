"""Splits a table's line into cells and keeps where each one starts; knows nothing of blocks."""

from __future__ import annotations

import re

from generator.model import Cell, Row

# GFM: a pipe inside a cell is written \| and that holds in code spans too.
_PIPE = re.compile(r"(?<!\\)\|")
# What CommonMark calls white space; a no-break space is text and stays.
_SPACE = " \t\n\v\f\r"


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
