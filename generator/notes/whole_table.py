"""The whole table as field HTML, for the back of each of its cards."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from generator.markup.field_html import field_text
from generator.markup.inline import without_sounds

# Rows shown at the most: a table of 100,000 rows must not be copied onto 100,000 cards. A longer
# table shows the rows around the card's own, so that an edit changes only its neighbours.
MOST_PANEL_ROWS = 24
_NOTE = "♪"  # stands for a sound that is not played


@dataclass(frozen=True, slots=True)
class Panel:
    """A table's body rows and what stands before them, in UTF-8: rendered once and put together
    once a card."""

    head: bytes
    rows: tuple[bytes, ...]

    @property
    def is_whole(self) -> bool:
        """Whether each card shows every row."""
        return len(self.rows) <= MOST_PANEL_ROWS

    def around(self, row: int) -> bytes:
        """The table with body row ``row`` (from 0) marked as the card's own."""
        rows = self.rows
        first, last = 0, len(rows)
        if not self.is_whole:
            first = max(0, min(row - MOST_PANEL_ROWS // 2, len(rows) - MOST_PANEL_ROWS))
            last = first + MOST_PANEL_ROWS
        here = _HERE, rows[row][len(_ROW) :]
        parts = (self.head, *rows[first:row], *here, *rows[row + 1 : last], _END)
        return b"".join(parts)


_ROW, _HERE = b"<tr>", b'<tr class="here">'
_END = b"</tbody></table>"


def lay_panel(
    headers: Sequence[str], rows: Sequence[Sequence[str]], hidden: Container[int] = ()
) -> Panel:
    """``headers`` and the cells of ``rows`` are field HTML; columns that are ``hidden`` only keep
    their place.

    From three columns on a small screen shows a row as a block, each cell under its header.
    """
    marks = [" hidden" if column in hidden else "" for column in range(len(headers))]
    head = "".join(f"<th{mark}>{header}</th>" for mark, header in zip(marks, headers, strict=True))
    shape = "".join(f"<td{mark}>%s</td>" for mark in marks)  # a row without its cells
    shape = f"<tr>{shape}</tr>"
    kind = ' class="wide"' if marks.count("") > 2 else ""
    return Panel(
        f"<table{kind}><thead><tr>{head}</tr></thead><tbody>".encode(),
        tuple([(shape % tuple(row)).encode() for row in rows]),
    )


def silent(html: str, text: str) -> str:
    """A cell in the panel, which stands on every back: Anki would play all sounds in it."""
    if "[sound:" not in html:
        return html
    rest = without_sounds(html)
    return f"{rest} {_NOTE}" if rest else f"{_NOTE} {field_text(text)}"
