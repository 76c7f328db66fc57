"""Finds the comments that suppress a code, ``<!-- ignore: BD302 -->``, and the lines they are for.

On a line of its own a comment is for the block below it; in a table's cell, for that row; in other
text, for the block that it stands in. In code it is no comment.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Position, Suppression
from generator.sources.admonitions import opens_container
from generator.sources.block_tree import Lines

if TYPE_CHECKING:
    from markdown_it.token import Token

_HAS_ANY = lazy_regex(r"<!--\s*ignore\s*:", re.IGNORECASE)
# A code span is matched too, so that a comment shown in it is not taken for one.
_IGNORE = lazy_regex(
    r"(?<!`)(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)|<!--\s*ignore\s*:(?P<codes>[^<>]*?)-->",
    re.DOTALL | re.IGNORECASE,
)
_WORD = lazy_regex(r"[^\s,]+")
# Without such a word a comment is for people, or for another program.
_HAS_CODE = lazy_regex(r"\bbd\d", re.IGNORECASE)


def may_suppress(text: str) -> bool:
    """Whether there may be such a comment in a page."""
    return "<!--" in text and _HAS_ANY.search(text) is not None


def read_suppressions(
    file: str, tokens: Sequence[Token], lines: Lines, row_lines: Container[int]
) -> tuple[Suppression, ...]:
    """Every code in an ignore comment, in source order. ``row_lines`` are those of tables' rows.

    A comment with no block below it is for no line.
    """
    if not may_suppress(lines.text):
        return ()
    suppressions: list[Suppression] = []
    above: list[Cell] = []
    in_table = False

    def suppression(code: Cell, first: int, last: int) -> None:
        where = Position(file, code.line, code.column)
        suppressions.append(Suppression(code.text, where, first, last))

    for token in tokens:
        if in_table or not token.map:
            in_table = in_table and token.type != "table_close"
            continue
        first, last = token.map[0] + 1, token.map[1]
        if token.type == "html_block" and token.content.lstrip().startswith("<!--"):
            above += _codes(lines, first, last)
            continue
        if token.type == "hr" and opens_container(lines.line(first)):
            continue  # the block below is in it
        for code in above:
            suppression(code, code.line, last)
        above = []
        in_table = token.type == "table_open"
        if in_table or token.type == "inline":
            for code in _codes(lines, first, last):
                is_row = in_table or code.line in row_lines
                suppression(code, *((code.line, code.line) if is_row else (first, last)))
    for code in above:
        suppression(code, 0, 0)
    return tuple(suppressions)


def _codes(lines: Lines, first: int, last: int) -> list[Cell]:
    """The codes of the comments in these lines."""
    end = lines.starts[last] if last < len(lines.starts) else len(lines.text)
    found = _IGNORE.finditer(lines.text, lines.starts[first - 1], end)
    return [
        Cell(word[0], *lines.place(word.start()))
        for comment in found
        if comment["codes"] and _HAS_CODE.search(comment["codes"])
        for word in _WORD.finditer(lines.text, *comment.span("codes"))
    ]
