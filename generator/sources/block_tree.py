"""A page's blocks as a tree, each with its text and where that starts; it knows no meaning.

markdown-it-py gives a flat list of tokens; what stands beside or inside what is seen in a tree.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Row
from generator.markup.vault_marks import ATTRIBUTE_LIST

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(slots=True)
class Node:
    """A block: its inline text (lines without indentation), the blocks inside it.

    ``type`` is ``paragraph``, ``heading``, ``bullet_list``, ``list_item``, ``table``, ``fence`` …;
    ``line`` and ``last`` are the numbers of its first and its last line, from 1; ``depth`` is how
    many blocks it stands in, ``rank`` a heading's level. A plain table has its ``rows`` already,
    header first. ``content`` and ``meta`` are as the parser's rules leave them; ``info`` is what
    stands behind the fence of code.
    """

    type: str
    line: int
    last: int
    text: str = ""
    depth: int = 0
    rank: int = 0
    rows: Sequence[Row] = ()
    columns: int = 0
    content: str = ""
    info: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    inside: list[Node] = field(default_factory=list)


def _node(token: Token, line: int, start: int) -> Node:
    first, last = token.map or (0, 1)
    meta = token.meta
    if "lines" in meta:
        meta["lines"] = [(start + first, start + end) for first, end in meta["lines"]]
    return Node(
        token.type.removesuffix("_open"),
        line + first + 1,
        line + last,
        depth=token.level,
        rank=int(token.tag[1]) if token.type == "heading_open" else 0,
        columns=meta.get("columns", 0) if meta else 0,
        content=token.content,
        info=token.info.strip(),
        meta=meta,
    )


def grow(tokens: Iterable[Token], line: int = 0, start: int = 0) -> list[Node]:
    """The blocks of the page, or of the piece of it that begins in ``line`` and at ``start``, from
    0. A table's cells are left out: they have a reader of their own."""
    roots: list[Node] = []
    path: list[Node] = []
    in_table = False
    for token in tokens:
        if in_table:
            in_table = token.type != "table_close"
        elif token.type == "inline":
            text = "\n".join(map(str.lstrip, token.content.split("\n")))
            path[-1].text = heading_text(text) if path[-1].type == "heading" else text
        elif token.nesting < 0:
            path.pop()
        else:
            node = _node(token, line, start)
            (path[-1].inside if path else roots).append(node)
            in_table = token.type == "table_open"
            if token.nesting > 0 and not in_table:
                path.append(node)
    return roots


# Behind a heading: a comment of Obsidian, its name of a block where a sentence ends, attributes of
# Pandoc and kramdown, which no block of a template is, {#if}.
_ID_OR_CLASS = r"[.#][A-Za-z][\w:.-]*"
_ATTRIBUTE = rf"(?:{_ID_OR_CLASS}|[\w-]+=(?:\"[^\"]*\"|[^\s{{}}\"]+))"
_HEADING_MARK = lazy_regex(
    r"(?<![\w%'\"\\])%%(?:[^%\s](?:[^%]*[^%\s])?|\s[^%]*\s)%%"
    r"|(?<=[.!?…。！？؟]\s)\^[A-Za-z0-9-]{2,60}"
    r"|(?<=\s)\^(?=[a-f]*\d)(?=\d*[a-f])[a-f0-9]{6}"
    r"|(?<=[\s?？؟])\{(?!#(?:if|each|await|key|snippet|with|unless|for|let)\b)"
    rf"(?::\s*{_ATTRIBUTE}|\s*{_ID_OR_CLASS}|-)(?:\s+{_ATTRIBUTE})*\s*\}}"
)
_MOST_HEADING_MARKS = 4


def heading_text(text: str) -> str:
    """A heading's text without the marks at its end that are for programs."""
    for _ in range(_MOST_HEADING_MARKS):
        start = max(text.rfind("{"), text.rfind("^"), text.rfind("%%", 0, -2))
        if start < 1 or not _HEADING_MARK.fullmatch(text, start):
            break
        text = text[:start].rstrip()
    return text


def ends_in_escape(text: str) -> bool:
    """Whether a text ends with a backslash that no other one escapes."""
    return text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2 == 1


def without_break(text: str, start: int, end: int) -> str:
    """A part of a paragraph without the backslash at its end that breaks a line there.

    Below the last line there is nothing to break: there it is one where a line above ends so, and
    else, as in ``C:\\``, a character like any other.
    """
    part = text[start:end]
    if not ends_in_escape(part):
        return part
    line = text[text.rfind("\n", 0, end) + 1 : end - 1]
    is_path = "\\" in line or line.endswith(":")
    is_break = text[end : end + 1] == "\n" or ("\\\n" in text and not is_path)
    return part[:-1].rstrip() if is_break else part


_SHOWN = lazy_regex(
    r"(?:!\[[^\]\n]*\]\([^)\n]*\)|!\[\[[^\]\n]*\]\]|<img\b[^<>]*>|(`+)[^`\n]+\1|\s)+"
)


def only_shows(text: str) -> bool:
    """Whether a text is nothing but pictures and code, and says nothing itself."""
    return _SHOWN.fullmatch(text) is not None


def is_comment(node: Node) -> bool:
    """Whether it is a comment, by its beginning."""
    return node.type == "html_block" and node.content.lstrip().startswith("<!--")


# At a block's end.
_BLOCK_ATTRIBUTES = lazy_regex(rf"(?<![\\`]){ATTRIBUTE_LIST.pattern}(?=\s*(?:\^[\w-]+\s*)?\Z)")


def without_attributes(text: str) -> int | None:
    """Where a text ends that kramdown's attributes stand behind; None where none do."""
    found = _BLOCK_ATTRIBUTES.search(text) if text.rfind("{:") >= 0 else None
    return len(text[: found.start()].rstrip()) if found else None


class Lines:
    """The page's text, and where in it something stands."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line's first character."""
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset from 0."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def column(self, line: int, content: str) -> int:
        """The column at which ``content``, the end of what stands in a line, starts."""
        # The last one: a list's "1." may stand before a text that is "1" as well.
        return max(self.line(line).rfind(content), 0) + 1

    def first_line(self, node: Node) -> int:
        """The line in which the text of a node starts; only blanks of Unicode stand above it."""
        first = node.text.split("\n")[0].rstrip()
        if first in self.line(node.line):
            return node.line
        lines = range(node.line, node.last + 1)
        return next((number for number in lines if first in self.line(number)), node.line)

    def line(self, number: int) -> str:
        """The text of a line, by its number from 1."""
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end]

    def cell(self, node: Node, start: int = 0, end: int | None = None) -> Cell:
        """The text of a node, or a part of it, with its place; without attributes behind it."""
        if end is None and node.type == "paragraph":
            end = without_attributes(node.text)
        part = node.text[start:end]
        start += len(part) - len(part.lstrip())
        number = node.text.count("\n", 0, start)
        in_line = start - (node.text.rfind("\n", 0, start) + 1)
        line = self.first_line(node) + number
        column = self.column(line, node.text.split("\n")[number].rstrip()) + in_line
        return Cell(without_break(node.text, start, start + len(part.strip())), line, column)
