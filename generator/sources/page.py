"""Reads one page: finds its tables, headings and comments; does not know what they mean.

markdown-it-py decides what is a table (GFM, anywhere: in lists and quotes, never in code), and
our rule beside it keeps where each row starts, which markdown-it-py throws away.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from generator.diagnostics import STRAY_LINE, TOUCHING_TABLES, Diagnostic
from generator.model import Cell, Page, Position, Row, Source, Table
from generator.settings import read_comment
from generator.sources.cells import split_row

_SEPARATOR = re.compile(r":?-{3,}:?")


def read_page(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page's tables with their headings and comments, in source order. Never raises."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    env: dict[str, dict[str, dict[str, str]]] = {}
    tokens = _parser().parse(text, env)
    line_starts = _line_starts(text)
    title, front_matter = "", ""
    headings: list[tuple[int, str]] = []
    directives: tuple[Cell, ...] = ()
    tables: list[Table] = []
    diagnostics: list[Diagnostic] = []
    for index, token in enumerate(tokens):
        if token.type == "front_matter":
            front_matter = token.content
        elif token.type == "heading_open" and token.level == 0:
            level, content = int(token.tag[1]), tokens[index + 1].content
            title = title or (content if level == 1 else "")
            headings = [above for above in headings if above[0] < level]
            if level > 1:
                headings.append((level, content))
        elif token.type == "table_open":
            section = tuple(content for _, content in headings)
            rows = _read_rows(token, text, line_starts)
            for number, group in enumerate(_split_touching(rows, source.path, diagnostics)):
                words = directives if number == 0 else ()
                tables.append(Table(group[0], tuple(group[1:]), section, words))
        if token.type == "html_block" and token.map:
            line = token.map[0]
            indent = len(token.content) - len(token.content.lstrip())
            directives = read_comment(token.content.lstrip(), line + 1, indent + 1)
        elif not _is_wrapper(token):
            directives = ()
    references = {
        label: (link["href"], link["title"]) for label, link in env.get("references", {}).items()
    }
    return Page(source.path, title, front_matter, tuple(tables), references), diagnostics


def _read_rows(token: Token, text: str, line_starts: Sequence[int]) -> list[tuple[Row, bool]]:
    """The rows of a table token, each with whether its line holds a pipe at all."""
    rows = []
    for start, end in token.meta["rows"]:
        line = bisect_right(line_starts, start)
        row = split_row(text[start:end], line, start - line_starts[line - 1] + 1)
        rows.append((row, "|" in text[start:end]))
    return rows


def _split_touching(
    rows: list[tuple[Row, bool]], file: str, diagnostics: list[Diagnostic]
) -> list[list[Row]]:
    """What a person meant by lines that GFM takes for one table, since no blank line ends it.

    A separator row inside the body makes the row above it the header of a new table, and a line
    without a pipe is text, not a row with one cell.
    """
    groups = [[rows[0][0]]]
    for row, has_pipe in rows[1:]:
        group = groups[-1]
        if not has_pipe and len(groups[0][0].cells) > 1:
            diagnostics.append(STRAY_LINE.at(Position(file, row.line, row.column)))
        elif _is_separator(row) and len(group) > 1 and len(group[-1].cells) == len(row.cells):
            header = group.pop()
            diagnostics.append(TOUCHING_TABLES.at(Position(file, header.line, header.column)))
            groups.append([header])
        else:
            group.append(row)
    return groups


def _is_separator(row: Row) -> bool:
    return bool(row.cells) and all(_SEPARATOR.fullmatch(cell.text) for cell in row.cells)


def _is_wrapper(token: Token) -> bool:
    """Whether a comment above this token still stands right above the table inside it."""
    return token.type in {"list_item_open", "bullet_list_open", "ordered_list_open"} or (
        token.type.startswith("blockquote")
    )


def _line_starts(text: str) -> list[int]:
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts


@cache
def _parser() -> MarkdownIt:
    """CommonMark blocks, GFM tables, front matter; inline text stays as it was written."""
    parser = MarkdownIt("commonmark").use(front_matter_plugin)
    parser.block.ruler.at("table", _table_with_rows, {"alt": ["paragraph", "reference"]})
    parser.enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _table_with_rows(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """markdown-it-py's table rule; leaves the (start, end) offsets of each row's text in meta."""
    first = len(state.tokens)
    if not table(state, start_line, end_line, silent):
        return False
    if not silent:
        state.tokens[first].meta["rows"] = [
            (state.bMarks[line] + state.tShift[line], state.eMarks[line])
            for line in (start_line, *range(start_line + 2, state.line))
        ]
    return True
