"""Names text that looks like a table but is too unsure to be read as one; it reads nothing.

A false alarm costs more than a missed one, so each pattern asks for more than a pipe: prose, shell
commands and the bars of formulas hold pipes too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.core.diagnostics import (
    CELL_PER_LINE,
    CUT_OFF_ROWS,
    GRID_TABLE,
    LOST_HEADER,
    LOST_SEPARATOR,
    TABLE_ON_ONE_LINE,
    Code,
)
from generator.core.lazy_regex import lazy_regex
from generator.sources.block_tree import Node, is_comment
from generator.sources.cells import SPACE, count_cells, to_pipes
from generator.sources.tables import is_certain_row, is_separator, separator_for

_GRID = lazy_regex(r"\+[-=]{2,}(?:\+[-=]{2,})*\+")
_SEPARATOR_INSIDE = lazy_regex(r"\|(?:[ \t]*:?-{3,}:?[ \t]*\|){2}")
_BARE_PIPE = lazy_regex(r"(?<=\S) \| (?=\S)")
_CELL_ON_A_LINE = lazy_regex(r"\|[^|]*\|?")
# A web page's own tables, not those that a code block or a comment shows.
_HTML_TABLE = lazy_regex(r"\s*(?!<!--|<pre|<script|<style|<textarea)<table[\s>]", re.I)
_FENCE = lazy_regex("`{3,}|~{3,}")
# What HTML has no text in that Markdown could mean.
_NO_TEXT = lazy_regex(r"\s*(?:<!--|<pre|<script|<style|<textarea|<table)", re.I)
# Two lines with a pipe may be shell commands; three with as many pipes each hardly are.
_FEWEST_ROWS = 3
_FEWEST_CELLS = 4  # lines that hold a cell each


def lost_table(
    lines: Sequence[str], columns_above: int = 0
) -> tuple[int, Code, dict[str, str]] | None:
    """Which line of a paragraph (from 0) looks like a table's first, as what, and the code's words.

    ``columns_above`` is the width of the table right above the paragraph, 0 where there is none.
    """
    lines = [line.strip(SPACE) for line in lines]
    piped = [place for place, line in enumerate(lines) if "|" in line]
    if not piped:
        return _rows_with_other_pipes(lines)
    widths = {count_cells(lines[place]) for place in piped}
    words = {"separator": separator_for(max(widths))}
    if _GRID.fullmatch(lines[0]):
        return piped[0], GRID_TABLE, words
    if _is_cell_per_line(lines):
        return 0, CELL_PER_LINE, words
    separators = [place for place in piped if is_separator(lines[place])]
    if separators and len(piped) > 1:
        return separators[0], LOST_HEADER, words
    for place in piped:
        line = lines[place]
        if is_separator(line):  # alone it is a frame around a table
            continue
        if _SEPARATOR_INSIDE.search(line):
            return place, TABLE_ON_ONE_LINE, words
        if is_certain_row(line):
            is_cut_off = place == 0 and columns_above in widths
            return place, CUT_OFF_ROWS if is_cut_off else LOST_SEPARATOR, words
    if (
        len(piped) == len(lines)
        and len(widths) == 1 < max(widths)
        and all(map(_is_bare_row, lines))
    ):
        if columns_above in widths:
            return 0, CUT_OFF_ROWS, words
        if len(lines) >= _FEWEST_ROWS:
            return 0, LOST_SEPARATOR, words
    return None


def _rows_with_other_pipes(lines: Sequence[str]) -> tuple[int, Code, dict[str, str]] | None:
    """The same of lines without a pipe: rows that begin and end with one of another keyboard."""
    if len(lines) < 2 or all(map(str.isascii, lines)):
        return None
    right = [to_pipes(line) for line in lines]
    widths = {count_cells(line) if is_certain_row(line) else 0 for line in right}
    if len(widths) > 1 or widths == {0}:
        return None
    return 0, LOST_SEPARATOR, {"separator": separator_for(max(widths))}


def has_html_table(html: str) -> bool:
    """Whether a block of raw HTML begins a table."""
    return _HTML_TABLE.match(html) is not None


def closing_mark(block: Node, first: str, last: str) -> str:
    """What is missing where a comment, or a block of code that holds a table, takes in all that
    follows; ``first`` and ``last`` are its lines, as they stand on the page."""
    if is_comment(block):
        is_closed = "-->" in block.content or "\n" not in block.content.strip()
        return "" if is_closed else "-->"
    opening = _FENCE.search(first) if block.type == "fence" else None
    if not opening:
        return ""
    marks, end = opening[0], last.strip(" \t>")
    is_closed = end.startswith(marks) and not end.strip(marks[0])
    return "" if is_closed or not _has_separator(block.content) else marks


def table_in_html(block: Node) -> int | None:
    """Which line of a block of raw HTML (from 0) is the header of a table that a blank line above
    it would make one."""
    if block.type != "html_block" or _NO_TEXT.match(block.content):
        return None
    lines = block.content.split("\n")
    separators = (place for place in range(1, len(lines)) if _has_separator(lines[place]))
    return next((place - 1 for place in separators if "|" in lines[place - 1]), None)


def _has_separator(text: str) -> bool:
    """Whether a line of a text is a separator row of two columns or more."""
    return any("|" in line and is_separator(line.strip(SPACE)) for line in text.split("\n"))


def _is_cell_per_line(lines: Sequence[str]) -> bool:
    """Whether no line holds two cells, and some are a pipe alone or a separator's dashes.

    Without these, such lines are verse, a grammar or patterns of a program.
    """
    return (
        len(lines) >= _FEWEST_CELLS
        and all("|" not in line or _CELL_ON_A_LINE.fullmatch(line) for line in lines)
        and sum(line == "|" or is_separator(line) for line in lines) > 1
    )


def _is_bare_row(line: str) -> bool:
    """Whether all its pipes stand between words, or it begins and ends with one."""
    if "`" in line or "$" in line:
        return False
    is_framed = len(line) > 1 and line[0] == line[-1] == "|"
    return is_framed or len(_BARE_PIPE.findall(line)) == line.count("|")
