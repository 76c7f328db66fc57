"""Review marks: the comments that a draft leaves in cells until a person has looked at them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from generator.core.diagnostics import REVIEW_MARK, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position, Row
from generator.markup.inline import comments

_MARK = lazy_regex(r"<!--\s*review\b[\s:]*+(.*?)-->", re.DOTALL | re.IGNORECASE)
_OTHER, _CUT = "; or: ", " ¦ "


class ReviewMark(NamedTuple):
    """What is in doubt about a row, and the other ways to split it."""

    doubt: str
    others: tuple[tuple[str, str], ...]


def format_mark(doubt: str, others: Iterable[tuple[str, str]] = ()) -> str:
    """The comment for a cell: what is in doubt, and the other ways to split the row.

    What could end the comment, or the cell that it stands in, is written in another way.
    """
    body = _OTHER.join([doubt, *(f"{left}{_CUT}{right}" for left, right in others)])
    body = re.sub("-(?=[->])", "\u2010", " ".join(body.split())).replace("|", "/").replace("`", "'")
    return f"<!-- review: {body} -->"


def read_mark(cell: str) -> ReviewMark | None:
    """A cell's review mark; one that is shown as code is none."""
    if not _MARK.search(cell):
        return None
    found = (_MARK.fullmatch(comment) for comment in comments(cell))
    body = next((match[1].rstrip() for match in found if match), None)
    if body is None:
        return None
    doubt, *others = body.split(_OTHER)
    cut = (other.partition(_CUT) for other in others)
    return ReviewMark(doubt, tuple((left, right) for left, _, right in cut))


def without_mark(text: str) -> str:
    """A cell's Markdown, or a note's, without its first review mark and the space before it."""
    return next(
        (
            text.replace(f" {comment}" if f" {comment}" in text else comment, "", 1)
            for comment in comments(text)
            if _MARK.fullmatch(comment)
        ),
        text,
    )


def unreviewed(rows: Iterable[Row], file: str) -> list[Diagnostic]:
    """An error for each row that still has its mark."""
    diagnostics = []
    for cell in (cell for row in rows for cell in row.cells):
        if "<!--" in cell.text and (mark := read_mark(cell.text)):
            instead = "".join(f"\nor write | {left} | {right} |" for left, right in mark.others)
            where = Position(file, cell.line, cell.column)
            diagnostics.append(REVIEW_MARK.at(where, doubt=mark.doubt, instead=instead))
    return diagnostics
