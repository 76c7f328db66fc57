"""Lines become tables: those of GFM, and those that a person clearly meant.

`read_table` is a block rule for markdown-it-py, which says where lists, quotes and code begin and
end; what makes lines a table is said over the lines' own text, without what a list or quote puts
in front of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from generator.core.diagnostics import (
    BLANK_LINES,
    BROKEN_SEPARATOR,
    MISSING_SEPARATOR,
    NO_COLUMN_NAMES,
    UNSURE_HEADER,
    Code,
    number,
)
from generator.core.lazy_regex import lazy_regex
from generator.sources.cells import (
    MOST_CHARACTERS,
    SPACE,
    count_cells,
    is_closed,
    split_row,
    to_pipes,
)
from generator.sources.headers import names_columns

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock

# A separator row as GFM has it; "- -" would begin a list.
_SEPARATOR = lazy_regex(r"(?!-[ \t])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
# What editors, web pages and other keyboards make of a separator row: long and full-width dashes,
# the long-vowel mark, underscores, double lines, a + where lines cross, spaces that look like none.
# Taken away or put right, it reads like one.
_PUT_RIGHT = str.maketrans(
    dict.fromkeys("‐‑‒–—―−─━=＝ー－＿_", "-")
    | dict.fromkeys("+＋├┼┤", "|")
    | {"：": ":"}
    | dict.fromkeys(SPACE + "\u200b\u200c\u200d\u2060\ufeff\xad")
)
_LIKE_SEPARATOR = lazy_regex(r"\|*:?-+:?(?:\|+:?-+:?)*\|*")
# Pipes with a space or another pipe on each side: the bars of |x| + |y| are not set like that.
_SPACED = lazy_regex(r"\|(?:(?: (?:\\.|[^\\|])*)? \|)+")


class _Form(NamedTuple):
    """How lines are a table: where its body starts, in lines below the first.

    Without a header the first line is one of its rows, or a separator row; ``near`` says then what
    is to be written.
    """

    columns: int
    body: int
    near: Code | None = None
    words: Mapping[str, str] = MappingProxyType({})
    has_header: bool = True


def read_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it-py's rule for tables. Its one token holds each row's lines in ``meta``.

    ``meta["lines"]`` are the (start, end) offsets of each row's own text, header first and without
    the separator row. Unlike markdown-it-py's own rule it stops at no number of missing cells.
    """
    form = _form(state, start, end)
    if form is None:
        return False
    if silent:
        return True
    body = _body(state, start + form.body, end, form)
    first = [start] if form.has_header else []
    opening = state.push("table_open", "table", 1)
    opening.meta = {
        "lines": [_span(state, line) for line in (*first, *body)],
        "columns": form.columns,
        "near": form.near,
        "has_header": form.has_header,
        "words": form.words,
    }
    closing = state.push("table_close", "table", -1)
    closing.meta = opening.meta
    state.line = body[-1] + 1 if body else start + form.body
    opening.map = [start, state.line]
    return True


def _form(state: StateBlock, start: int, end: int) -> _Form | None:
    written = _text(state, start, end)
    header = to_pipes(written)
    if "|" not in header:
        return None
    below = _text(state, start + 1, end)
    columns = count_cells(written)
    above = _text(state, start - 1, end) if start else ""
    if columns == 1 and above.startswith("|") and count_cells(above) == 1:
        return None  # a cell on each line: GFM makes tables of one column out of it
    if "|" in written and columns and _columns(below) == columns:
        rows = _row_below_blank_lines(state, start + 2, end, columns)
        return _Form(columns, 2) if rows is None else _Form(columns, 2, BLANK_LINES)
    columns = count_cells(header)
    if columns < 2 or _begins_other_block(state, start, end):
        return None
    if is_separator(header):
        return _without_header(state, start, end, columns, above)
    like = _like_separator(below, header)
    if header != written:
        return _Form(columns, 2) if _columns(like) == columns else None
    if like:
        first = _text(state, start + 2, end)
        if len(re.findall("-+", like)) == columns or count_cells(first) in (0, columns):
            return _Form(columns, 2, BROKEN_SEPARATOR, _what_is_wrong(like, columns))
        return None
    if not below and _is_framed(header):
        line = _next_line(state, start + 1, end)
        if line is not None and _columns(_text(state, line, end)) == columns:
            return _Form(columns, line + 1 - start, BLANK_LINES)
    if (
        is_certain_row(header)
        and is_certain_row(below)
        and count_cells(below) == columns
        and not is_separator(above)
        and not _is_below_table(state, columns)
    ):
        return _without_separator(header, below, _text(state, start + 2, end), columns)
    return None


def _without_header(
    state: StateBlock, start: int, end: int, columns: int, above: str
) -> _Form | None:
    """Rows below a separator row with nothing above it, as some programs take them for a table."""
    below = _text(state, start + 1, end)
    is_row = _is_framed(below) and count_cells(below) == columns and not is_separator(below)
    if above or not is_row or _columns(_text(state, start + 2, end)) == columns:
        return None
    return _Form(columns, 1, NO_COLUMN_NAMES, has_header=False)


def _without_separator(header: str, below: str, third: str, columns: int) -> _Form | None:
    """Rows without a separator row, or with one that does not stand below the first of them."""
    words = {"separator": separator_for(columns)}
    if is_separator(third) and _columns(third) != columns:
        return None
    first, second = (split_row(text, 1, 1) for text in (header, below))
    if names_columns(first, [second]):
        return _Form(columns, 1, MISSING_SEPARATOR, words)
    return _Form(columns, 0, UNSURE_HEADER, words, has_header=False)


def _begins_other_block(state: StateBlock, line: int, end: int) -> bool:
    """Whether the line begins a list, a quote, a heading …, which end a table too."""
    if state.src.startswith("|", _span(state, line)[0]):  # as no other block does
        return False
    rules = state.md.block.ruler.getRules("blockquote")
    return any(rule(state, line, end, True) for rule in rules)


def is_separator(text: str) -> bool:
    """Whether the line is a separator row as GFM has it."""
    return _SEPARATOR.fullmatch(text) is not None and len(text) > 1


def _columns(separator: str) -> int:
    """The columns of a separator row; 0 where the line is none."""
    return len(separator.strip("| \t").split("|")) if is_separator(separator) else 0


def _like_separator(text: str, header: str) -> str:
    """The line put right where it is meant as a separator row, else an empty text."""
    right = to_pipes(text).translate(_PUT_RIGHT)
    if text.startswith("+") or not _LIKE_SEPARATOR.fullmatch(right):
        return ""
    # Without a pipe a line of underscores is a line across the page.
    return right if "|" in right or (_is_framed(header) and "_" not in text) else ""


def _what_is_wrong(separator: str, columns: int) -> dict[str, str]:
    found = len(re.findall("-+", separator))
    wrong = f"it has {number(found, 'column')}, the header {columns}"
    if found == columns:
        wrong = "it may hold nothing but pipes, dashes, colons and spaces"
    return {"wrong": wrong, "separator": separator_for(columns)}


def separator_for(columns: int) -> str:
    """The row to write; shown in a message, so not in full where it would fill the screen."""
    return "|---" * min(columns, 8) + ("|" if columns <= 8 else "|…")


def _is_framed(text: str) -> bool:
    return text.startswith("|") and is_closed(text)


def is_certain_row(text: str) -> bool:
    """Whether the line is a row of at least two cells even where nothing else says so."""
    text = text.rstrip(SPACE)
    if len(text) > MOST_CHARACTERS or not _SPACED.fullmatch(text) or is_separator(text):
        return False
    return sum(cell.text != "" for cell in split_row(text, 1, 1).cells) > 1


def _is_below_table(state: StateBlock, columns: int) -> bool:
    """Whether the rows may as well belong to the table above, which a blank line cut off."""
    above = state.tokens[-1] if state.tokens else None
    return bool(above and above.type == "table_close" and above.meta["columns"] == columns)


def _body(state: StateBlock, line: int, end: int, form: _Form) -> list[int]:
    """The numbers of the body's lines, from ``line`` on."""
    body = []
    while line < end:
        text = _text(state, line, end)
        if not text:
            below = None
            if form.near is BLANK_LINES:
                below = _row_below_blank_lines(state, line, end, form.columns)
            if below is None:
                break
            line = below
            continue
        if _begins_other_block(state, line, end):
            break
        body.append(line)
        line += 1
    return body


def _row_below_blank_lines(state: StateBlock, line: int, end: int, columns: int) -> int | None:
    """The line of the row that goes on below blank lines; no such row begins a table."""
    if line >= end or _text(state, line, end):
        return None
    below = _next_line(state, line, end)
    if below is None:
        return None
    text = _text(state, below, end)
    if not _is_framed(text) or count_cells(text) != columns:
        return None
    under = _next_line(state, below + 1, end)
    starts_table = under is not None and is_separator(_text(state, under, end))
    return None if starts_table or is_separator(text) else below


def _text(state: StateBlock, line: int, end: int) -> str:
    """The line's own text; empty where it is blank, code, or outside the list item or quote."""
    if line >= end or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return ""
    start, stop = _span(state, line)
    text = state.src[start:stop]
    return text if text.strip(SPACE) else ""


def _next_line(state: StateBlock, line: int, end: int) -> int | None:
    """The first line from ``line`` on that is not blank."""
    while line < end and state.isEmpty(line):
        line += 1
    return line if line < end else None


def _span(state: StateBlock, line: int) -> tuple[int, int]:
    return state.bMarks[line] + state.tShift[line], state.eMarks[line]
