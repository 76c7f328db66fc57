"""Reads one page: finds its tables, headings and comments; does not know what they mean.

markdown-it-py decides where lists, quotes, code and comments begin and end; what is a table inside
them is said in `tables`, which keeps where each row starts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.token import Token

from generator.diagnostics import (
    HTML_TABLE,
    IDLE_COMMENT,
    LONG_FRONT_MATTER,
    OPEN_FRONT_MATTER,
    TOO_DEEP,
    TOO_LONG,
    Diagnostic,
)
from generator.model import Cell, Page, Position, Rest, Source, Table
from generator.settings import read_comments
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.leftovers import name_leftovers
from generator.sources.lost_tables import has_html_table, lost_table
from generator.sources.rows import read_rows, within_limits
from generator.sources.tables import read_table
from generator.sources.tree import Lines, Node, grow

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"[A-Za-z][\w-]*:(?:[ \t]|$)", re.MULTILINE)
# Characters. YAML takes some seconds for a million of them.
MOST_FRONT_MATTER = 100_000
# Lists and quotes inside each other: far more than a person writes, far less than Python's stack.
_DEEPEST = 100


def read_page(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page's blocks with their headings and comments, in source order. Never raises."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    diagnostics: list[Diagnostic] = []
    yaml, text = _cut_front_matter(text, source.path, diagnostics)
    env: dict[str, dict[str, dict[str, str]]] = {}
    walk = _Walk(source.path, Lines(text), diagnostics)
    walk.through(grow(_parser().parse(text, env)))
    diagnostics += name_leftovers(walk.prose, walk.blocks, source.path, walk.lines)
    references = {
        label: (link["href"], link["title"]) for label, link in env.get("references", {}).items()
    }
    rest = Rest(source.path, walk.counts["prose"], walk.counts["lists"], walk.counts["code"])
    page = Page(source.path, walk.title, yaml, tuple(walk.blocks), references, rest)
    return page, diagnostics


def _cut_front_matter(text: str, file: str, diagnostics: list[Diagnostic]) -> tuple[str, str]:
    """The YAML of a page, and the page with blank lines in its place, so that no offset changes."""
    opening = _OPENING.match(text)
    if not opening:
        return "", text
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        if _KEY.match(text, opening.end()):
            diagnostics.append(OPEN_FRONT_MATTER.at(Position(file, 1, 1)))
        return "", text
    yaml, end = text[opening.end() : closing.start()], closing.end()
    if len(yaml) > MOST_FRONT_MATTER:
        diagnostics.append(LONG_FRONT_MATTER.at(Position(file, 1, 1), most=MOST_FRONT_MATTER))
        yaml = ""
    return yaml, re.sub(r"[^\n]+", lambda line: " " * len(line[0]), text[:end]) + text[end:]


class _Walk:
    """The way through a page: what was found, and what stands above the next block."""

    def __init__(self, file: str, lines: Lines, diagnostics: list[Diagnostic]) -> None:
        self.file = file
        self.lines = lines
        self.title = ""
        self.blocks: list[Table] = []
        self.prose: list[Node] = []
        self.counts: Counter[str] = Counter()
        self.diagnostics = diagnostics
        self._headings: list[tuple[int, str]] = []
        self._words: tuple[Cell, ...] = ()  # of the cards comments right above
        self._is_too_deep = False

    def through(self, nodes: Sequence[Node]) -> None:
        """Read blocks that stand one below the other, and what is inside them."""
        above: Node | None = None
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
                if node.type == "paragraph":
                    self.prose.append(node)
                self._name_lost_table(node, above)
            above = node
        self._leave_idle()

    def _read_heading(self, node: Node) -> None:
        level, text = int(node.token.tag[1]), node.text[:MOST_CHARACTERS]
        if text != node.text:
            where = Position(self.file, node.line, 1)
            words = {"what": "heading", "characters": len(node.text), "most": MOST_CHARACTERS}
            self.diagnostics.append(TOO_LONG.at(where, **words))
        self._headings = [above for above in self._headings if above[0] < level]
        if level == 1 and not self.title:
            self.title = text
        else:
            self._headings.append((level, text))

    def _read_table(self, node: Node) -> None:
        section = tuple(content for _, content in self._headings)
        for group in read_rows(node.token, self.lines, self.file, self.diagnostics):
            header, *rows = within_limits(group, self.file, self._words, self.diagnostics)
            self.blocks.append(Table(header, tuple(rows), section, self._words))
            self._words = ()

    def _name_lost_table(self, node: Node, above: Node | None) -> None:
        """What may have been meant as a table, but is not read as one, is worth a word too."""
        if node.type == "html_block" and has_html_table(node.token.content):
            where = Position(self.file, *self.lines.place(node.token.meta["lines"][0][0]))
            self.diagnostics.append(HTML_TABLE.at(where))
        elif node.type == "paragraph":
            columns = above.token.meta["columns"] if above and above.type == "table" else 0
            lines = node.text.split("\n")
            if lost := lost_table(lines, columns):
                place, code, words = lost
                line = node.line + place
                where = Position(self.file, line, self.lines.column(line, lines[place].rstrip()))
                self.diagnostics.append(code.at(where, **words))

    def _read_inside(self, node: Node) -> None:
        """A list, an item or a quote: a comment above it stands above what comes first in it."""
        if node.token.level >= _DEEPEST - 1 and not self._is_too_deep:
            self._is_too_deep = True
            where = Position(self.file, node.line, 1)
            self.diagnostics.append(TOO_DEEP.at(where, most=_DEEPEST))
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


def _read_comments(token: Token, lines: Lines) -> tuple[Cell, ...]:
    """The words of cards comments; a quote's ``>`` to the left of them is blanked."""
    blanked = []
    for start, end in token.meta["lines"]:
        _, column = lines.place(start)
        blanked.append(" " * (column - 1) + lines.text[start:end])
    first, _ = lines.place(token.meta["lines"][0][0])
    return read_comments("\n".join(blanked), first)


@cache
def _parser() -> MarkdownIt:
    """CommonMark blocks and GFM tables; inline text stays as it was written."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    interrupts = ["paragraph", "reference"]
    parser.block.ruler.at("table", read_table, {"alt": interrupts})
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
