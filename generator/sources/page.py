"""Reads one page: finds its tables, headings and comments; does not know what they mean.

markdown-it-py decides what is a table (GFM, anywhere: in lists and quotes, never in code), and
our rule beside it keeps where each row starts, which markdown-it-py throws away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block, table
from markdown_it.token import Token

from generator.diagnostics import IDLE_COMMENT, STRAY_LINE, TOUCHING_TABLES, UNREADABLE, Diagnostic
from generator.model import Cell, Page, Position, Rest, Row, Source, Table
from generator.settings import read_comments
from generator.sources.cells import split_row
from generator.sources.tree import Lines, Node, grow

_SEPARATOR = re.compile(r":?-+:?")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
# Lists and quotes inside each other: far more than a person writes, far less than Python's stack.
_DEEPEST = 100


def read_page(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page's blocks with their headings and comments, in source order. Never raises."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    front_matter = _FRONT_MATTER.match(text)
    if front_matter:  # to Markdown it is blank lines: nothing in it is a table, no offset changes
        end = front_matter.end()
        text = re.sub(r"[^\n]", " ", text[:end]) + text[end:]
    env: dict[str, dict[str, dict[str, str]]] = {}
    walk = _Walk(source.path, Lines(text))
    walk.through(grow(_parser().parse(text, env)))
    references = {
        label: (link["href"], link["title"]) for label, link in env.get("references", {}).items()
    }
    yaml = front_matter[1] if front_matter else ""
    rest = Rest(source.path, walk.counts["prose"], walk.counts["lists"], walk.counts["code"])
    page = Page(source.path, walk.title, yaml, tuple(walk.blocks), references, rest)
    return page, walk.diagnostics


class _Walk:
    """The way through a page: what was found, and what stands above the next block."""

    def __init__(self, file: str, lines: Lines) -> None:
        self.file = file
        self.lines = lines
        self.title = ""
        self.blocks: list[Table] = []
        self.counts: Counter[str] = Counter()
        self.diagnostics: list[Diagnostic] = []
        self._headings: list[tuple[int, str]] = []
        self._words: tuple[Cell, ...] = ()  # of the cards comments right above
        self._is_too_deep = False

    def through(self, nodes: Sequence[Node]) -> None:
        """Read blocks that stand one below the other, and what is inside them."""
        for node in nodes:
            if node.type == "html_block" and node.token.content.lstrip().startswith("<!--"):
                self._words += _read_comments(node.token, self.lines)
            elif node.type == "table":
                self._read_table(node)
            elif node.type in _WRAPPERS:
                self._read_inside(node)
            else:
                self._leave_idle()
                self.counts[_COUNTED.get(node.type, "headings and rules")] += 1
                if node.type == "heading" and node.token.level == 0:
                    self._read_heading(node)
        self._leave_idle()

    def _read_heading(self, node: Node) -> None:
        level = int(node.token.tag[1])
        self._headings = [above for above in self._headings if above[0] < level]
        if level == 1 and not self.title:
            self.title = node.text
        else:
            self._headings.append((level, node.text))

    def _read_table(self, node: Node) -> None:
        section = tuple(content for _, content in self._headings)
        rows = _read_rows(node.token, self.lines)
        for group in _split_touching(rows, self.file, self.diagnostics):
            self.blocks.append(Table(group[0], tuple(group[1:]), section, self._words))
            self._words = ()

    def _read_inside(self, node: Node) -> None:
        """A list, an item or a quote: a comment above it stands above what comes first in it."""
        if node.token.level >= _DEEPEST - 1 and not self._is_too_deep:
            self._is_too_deep = True
            where = Position(self.file, node.line, 1)
            reason = "lists and quotes are nested too deep from here on"
            self.diagnostics.append(UNREADABLE.at(where, reason=reason))
        before = self.counts["prose"]
        self.through(node.inside)
        if node.type in _LISTS:
            self.counts["lists"] += 1
            self.counts["prose"] = before  # what its items say is the list

    def _leave_idle(self) -> None:
        """A cards comment above what it says nothing about is worth a word."""
        if self._words:
            where = Position(self.file, self._words[0].line, self._words[0].column)
            self.diagnostics.append(IDLE_COMMENT.at(where))
        self._words = ()


_LISTS = ("bullet_list", "ordered_list")
_WRAPPERS = frozenset((*_LISTS, "list_item", "blockquote"))
_COUNTED = {"paragraph": "prose", "fence": "code", "code_block": "code", "html_block": "code"}


def _read_rows(token: Token, lines: Lines) -> list[tuple[Row, bool]]:
    """The rows of a table token, each with whether its line holds a pipe at all."""
    rows = []
    header, _, *body = token.meta["lines"]
    for start, end in (header, *body):
        text = lines.text[start:end]
        rows.append((split_row(text, *lines.place(start)), "|" in text))
    return rows


def _read_comments(token: Token, lines: Lines) -> tuple[Cell, ...]:
    """The words of cards comments; a quote's ``>`` to the left of them is blanked."""
    blanked = []
    for start, end in token.meta["lines"]:
        _, column = lines.place(start)
        blanked.append(" " * (column - 1) + lines.text[start:end])
    first, _ = lines.place(token.meta["lines"][0][0])
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
