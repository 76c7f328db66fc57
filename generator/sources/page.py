"""Reads one page: finds its tables, headings and comments; does not know what they mean.

markdown-it-py decides what is a table (GFM, anywhere: in lists and quotes, never in code), and
our rule beside it keeps where each row starts, which markdown-it-py throws away.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block, table
from markdown_it.token import Token

from generator.diagnostics import IDLE_COMMENT, STRAY_LINE, TOUCHING_TABLES, UNREADABLE, Diagnostic
from generator.model import Cell, Page, Position, Row, Source, Table
from generator.settings import read_comments
from generator.sources.cells import split_row

_SEPARATOR = re.compile(r":?-+:?")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
# Lists and quotes inside each other: far more than a person writes, far less than Python's stack.
_DEEPEST = 100


def read_page(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page's tables with their headings and comments, in source order. Never raises."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    front_matter = _FRONT_MATTER.match(text)
    if front_matter:  # to Markdown it is blank lines: nothing in it is a table, no offset changes
        end = front_matter.end()
        text = re.sub(r"[^\n]", " ", text[:end]) + text[end:]
    env: dict[str, dict[str, dict[str, str]]] = {}
    tokens = _parser().parse(text, env)
    line_starts = _line_starts(text)
    title = ""
    headings: list[tuple[int, str]] = []
    directives: tuple[Cell, ...] = ()
    tables: list[Table] = []
    diagnostics: list[Diagnostic] = []
    too_deep = False
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            level, content = int(token.tag[1]), tokens[index + 1].content
            headings = [above for above in headings if above[0] < level]
            if level == 1 and not title:
                title = content
            else:
                headings.append((level, content))
        elif token.type == "table_open":
            section = tuple(content for _, content in headings)
            rows = _read_rows(token, text, line_starts)
            for number, group in enumerate(_split_touching(rows, source.path, diagnostics)):
                words = directives if number == 0 else ()
                tables.append(Table(group[0], tuple(group[1:]), section, words))
        elif _is_wrapper(token) and token.level >= _DEEPEST - 1 and not too_deep:
            too_deep = True
            where = Position(source.path, token.map[0] + 1 if token.map else 1, 1)
            reason = "lists and quotes are nested too deep from here on"
            diagnostics.append(UNREADABLE.at(where, reason=reason))
        if token.type == "html_block" and token.content.lstrip().startswith("<!--"):
            directives += _read_comments(token, text, line_starts)
        elif not _is_wrapper(token):
            if directives and token.type != "table_open":
                diagnostics.append(_idle(directives, source.path))
            directives = ()
    if directives:
        diagnostics.append(_idle(directives, source.path))
    references = {
        label: (link["href"], link["title"]) for label, link in env.get("references", {}).items()
    }
    yaml = front_matter[1] if front_matter else ""
    return Page(source.path, title, yaml, tuple(tables), references), diagnostics


def _idle(directives: Sequence[Cell], file: str) -> Diagnostic:
    return IDLE_COMMENT.at(Position(file, directives[0].line, directives[0].column))


def _read_rows(token: Token, text: str, line_starts: Sequence[int]) -> list[tuple[Row, bool]]:
    """The rows of a table token, each with whether its line holds a pipe at all."""
    rows = []
    header, _, *body = token.meta["lines"]
    for start, end in (header, *body):
        line = bisect_right(line_starts, start)
        row = split_row(text[start:end], line, start - line_starts[line - 1] + 1)
        rows.append((row, "|" in text[start:end]))
    return rows


def _read_comments(token: Token, text: str, line_starts: Sequence[int]) -> tuple[Cell, ...]:
    """The words of cards comments; a quote's ``>`` to the left of them is blanked."""
    lines = token.meta["lines"]
    first = bisect_right(line_starts, lines[0][0])
    blanked = (
        " " * (start - line_starts[first - 1 + number]) + text[start:end]
        for number, (start, end) in enumerate(lines)
    )
    return read_comments("\n".join(blanked), first)


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
        if not has_pipe and len(group[0].cells) > 1:
            diagnostics.append(STRAY_LINE.at(Position(file, row.line, row.column)))
        elif _is_separator(row) and len(group) > 1 and len(group[-1].cells) == len(row.cells):
            header = group.pop()
            diagnostics.append(TOUCHING_TABLES.at(Position(file, header.line, header.column)))
            groups.append([header])
        else:
            group.append(row)
    return groups


def _is_separator(row: Row) -> bool:
    """Whether the row is dashes all through; ``-`` and ``--`` alone mean that a cell is empty."""
    texts = [cell.text for cell in row.cells]
    return all(map(_SEPARATOR.fullmatch, texts)) and any(
        "---" in text or ":" in text for text in texts
    )


def _is_wrapper(token: Token) -> bool:
    """Whether a comment above this token still stands right above the table inside it."""
    return token.type in _WRAPPERS


_WRAPPERS = frozenset(
    ("list_item_open", "bullet_list_open", "ordered_list_open", "blockquote_open")
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
    """CommonMark blocks and GFM tables; inline text stays as it was written."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    interrupts = ["paragraph", "reference"]
    parser.block.ruler.at("table", _with_lines(table), {"alt": interrupts})
    interrupts = [*interrupts, "blockquote"]
    parser.block.ruler.at("html_block", _with_lines(html_block), {"alt": interrupts})
    parser.enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


_BlockRule = Callable[[StateBlock, int, int, bool], bool]


def _with_lines(rule: _BlockRule) -> _BlockRule:
    """A rule that leaves the (start, end) offsets of each line's own text in its token's meta."""

    def rule_with_lines(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        first = len(state.tokens)
        if not rule(state, start_line, end_line, silent):
            return False
        if not silent:
            state.tokens[first].meta["lines"] = [
                (state.bMarks[line] + state.tShift[line], state.eMarks[line])
                for line in range(start_line, state.line)
            ]
        return True

    return rule_with_lines
