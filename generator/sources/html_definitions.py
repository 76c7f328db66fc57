"""A definition list in HTML as cells of inline Markdown: what no tag is to do there is left out.

A block of HTML ends at a blank line for Markdown; the list ends with ``</dl>``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.sources.block_tree import Lines, Node
from generator.sources.lists import BULLET

# Attributes are short: without a bound each `<` that nothing closes would be looked at to the end.
_TOKEN = lazy_regex(
    r"<!--(?:(?!-->).){0,300}-->|<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>[^<>]{0,500})>",
    re.IGNORECASE | re.DOTALL,
)
_OPENS = lazy_regex(r"<dl[\s>]", re.IGNORECASE)
_CLOSES = lazy_regex(r"</dl\s*>", re.IGNORECASE)
_GOES_ON = lazy_regex(r"\s*</?d[td][\s>]", re.IGNORECASE)
_SHOWS_CODE = lazy_regex(r"\s*(?:<!--|<pre|<script|<style|<textarea|<!\[CDATA)", re.IGNORECASE)
_HREF = lazy_regex(r"""\shref\s*=\s*["']?([^\s"'()<>]+)""", re.IGNORECASE)

_EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*", "dfn": "*", "cite": "*", "var": "*"}
_CODE = frozenset(("code", "tt", "samp"))
_KEPT = frozenset(("sub", "sup", "kbd", "mark", "u"))
_BREAKS = frozenset(("p", "div", "ul", "ol", "dl", "dt", "dd", "pre", "blockquote", "tr", "hr"))
_UNSEEN = frozenset(("script", "style", "template", "textarea", "noscript"))


class HtmlGroup(NamedTuple):
    """Terms and the meanings that they have in common, each a text with its place."""

    terms: tuple[Cell, ...]
    meanings: tuple[Cell, ...]


class HtmlDefinitions(NamedTuple):
    """The terms of a list, and the blocks below its first one that it goes on in."""

    groups: tuple[HtmlGroup, ...]
    more: tuple[Node, ...]


def html_definitions(siblings: Sequence[Node], index: int, lines: Lines) -> HtmlDefinitions | None:
    """The list that begins in a block of HTML, if one does."""
    node = siblings[index]
    opening = _OPENS.search(node.content) if node.type == "html_block" else None
    if opening is None or _SHOWS_CODE.match(node.content):
        return None
    more = _blocks_below(siblings, index)
    text = _Text()
    for each in (node, *more):
        text.add(each, lines)
    return HtmlDefinitions(tuple(_Reader(text).read()), more)


def _blocks_below(siblings: Sequence[Node], index: int) -> tuple[Node, ...]:
    """The blocks below that belong to the list: up to the one that closes it; where none does,
    those that begin with a term or a meaning."""
    if _CLOSES.search(siblings[index].content):
        return ()
    found: list[Node] = []
    certain = 0
    for node in map(siblings.__getitem__, range(index + 1, len(siblings))):
        is_html = node.type == "html_block"
        if not (is_html or node.type == "paragraph") or (is_html and _OPENS.search(node.content)):
            break
        found.append(node)
        if is_html and _CLOSES.search(node.content):
            return tuple(found)
        if is_html and certain == len(found) - 1 and _GOES_ON.match(node.content):
            certain = len(found)
    return tuple(found[:certain])


class _Text:
    """The lines of some blocks, and where in the page each of them stands."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._places: list[tuple[int, int]] = []
        self._length = 0

    def add(self, node: Node, lines: Lines) -> None:
        if node.type == "html_block":
            for start, end in node.meta["lines"]:
                self._add(lines.text[start:end], lines.place(start))
            return
        first = lines.first_line(node)
        for number, text in enumerate(node.text.split("\n"), first):
            self._add(text, (number, lines.column(number, text.rstrip())))

    def _add(self, text: str, place: tuple[int, int]) -> None:
        self._lines.append(text)
        self._starts.append(self._length)
        self._places.append(place)
        self._length += len(text) + 1

    @property
    def whole(self) -> str:
        return "\n".join(self._lines)

    def place(self, offset: int) -> tuple[int, int]:
        number = bisect_right(self._starts, offset) - 1
        line, column = self._places[number]
        return line, column + offset - self._starts[number]


@dataclass(slots=True)
class _Part:
    """A ``<dt>`` or a ``<dd>`` that is open: its pieces of Markdown, and its tags that are open,
    each with the place among the pieces where it began."""

    name: str
    start: int
    has_text: bool = False
    pieces: list[str] = field(default_factory=list)
    tags: list[tuple[str, int, str]] = field(default_factory=list)


class _Reader:
    """Goes through the tokens of a list."""

    def __init__(self, text: _Text) -> None:
        self._text = text
        self._whole = text.whole
        self._part: _Part | None = None
        self._groups: list[tuple[list[Cell], list[Cell]]] = []

    def read(self) -> Iterator[HtmlGroup]:
        """The groups of the list that the text begins with."""
        depth, done, unseen = 0, 0, ""
        for token in _TOKEN.finditer(self._whole):
            name, closes = (token["name"] or "").lower(), bool(token["close"])
            if depth and not unseen:
                self._add(self._whole[done : token.start()], done)
            done = token.end()
            if unseen:
                unseen = "" if closes and name == unseen else unseen
            elif name == "dl":
                self._break()
                depth += -1 if closes else 1
                if depth <= 0 and closes:
                    break
            elif depth == 1 and name in ("dt", "dd"):
                self._end_part()
                self._part = None if closes else _Part(name, token.end())
            elif name in _UNSEEN and not closes:
                unseen = name
            elif depth:
                self._read_tag(token, name, closes)
        else:
            if depth and not unseen:
                self._add(self._whole[done:], done)
        self._end_part()
        for terms, meanings in self._groups:
            yield HtmlGroup(tuple(terms), tuple(meanings))

    def _add(self, text: str, offset: int) -> None:
        if self._part is None:
            return
        if not self._part.has_text and (bare := text.lstrip()):
            self._part.start = offset + len(text) - len(bare)
            self._part.has_text = True
        self._part.pieces.append(text)

    def _break(self) -> None:
        if self._part and self._part.has_text:
            self._part.pieces.append("<br>")

    def _read_tag(self, token: re.Match[str], name: str, closes: bool) -> None:
        part = self._part
        if part is None:
            return
        if not name:  # a comment, which may be one of ours
            part.pieces.append(token[0])
        elif name in _BREAKS or name == "br":
            self._break()
        elif name == "li":
            if not closes:
                self._break()
                part.pieces.append(BULLET)
        elif name in _KEPT:
            part.pieces.append(f"<{'/' * closes}{name}>")
        elif name in _EMPHASIS or name in _CODE or name == "a":
            # One in another of its kind says nothing more.
            if not closes and all(name != other for other, *_ in part.tags):
                part.tags.append((name, len(part.pieces), token["rest"]))
            elif closes and part.tags and part.tags[-1][0] == name:
                _, start, rest = part.tags.pop()
                inner = "".join(part.pieces[start:])
                part.pieces[start:] = [_marked(name, inner, rest)]

    def _end_part(self) -> None:
        part, self._part = self._part, None
        if part is None:
            return
        text = " ".join("".join(part.pieces).split())
        while text.endswith("<br>"):
            text = text.removesuffix("<br>").rstrip()
        cell = Cell(text, *self._text.place(min(part.start, max(len(self._whole) - 1, 0))))
        if part.name == "dt":
            if not self._groups or self._groups[-1][1]:
                self._groups.append(([], []))
            self._groups[-1][0].append(cell)
        elif self._groups:
            self._groups[-1][1].append(cell)


def _marked(name: str, inner: str, rest: str) -> str:
    """A text between tags as Markdown, blanks at its ends outside."""
    text = inner.strip()
    if not text:
        return inner
    before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    if name in _CODE:
        shown = unescape(text)
        ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
        edge = " " if shown[0] == "`" or shown[-1] == "`" else ""
        return f"{before}{ticks}{edge}{shown}{edge}{ticks}{after}"
    if name == "a":
        href = _HREF.search(rest)
        return f"{before}[{text}]({href[1]}){after}" if href else inner
    mark = _EMPHASIS[name]
    return f"{before}{mark}{text}{mark}{after}"
