"""A page's blocks as lines of text in their order, whatever they stand in; it knows no question.

Lists and quotes are opened up; what can be folded, a callout or ``<details>``, has a line where it
opens, with its title, and one where it closes. HTML is read as text, never as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Position, Row
from generator.forms.lettered.words import balanced, option_mark, options_in_row
from generator.markup.vault_marks import without_block_id
from generator.sources.admonitions import Fold
from generator.sources.block_tree import Lines, Node, is_comment, without_attributes
from generator.sources.callouts import MARK
from generator.sources.lists import LISTS, first_text, has_tick, item_numbers
from generator.sources.rows import read_rows

_FOLD = lazy_regex(
    r"(<details\b[^<>]*>|</details\s*>|<summary\b[^<>]*>|</summary\s*>)", re.IGNORECASE
)
_TAGS = (
    (
        lazy_regex(r"<br\s*/?>|</?(?:p|div|ul|ol|blockquote|h[1-6])\b[^<>]*>|</li>", re.IGNORECASE),
        "\n",
    ),
    (lazy_regex(r"<li\b[^<>]*>", re.IGNORECASE), "\n• "),
    (lazy_regex(r"</?(?:strong|b)>", re.IGNORECASE), "**"),
    (lazy_regex(r"</?(?:em|i)>", re.IGNORECASE), "*"),
    (lazy_regex(r"</?code>", re.IGNORECASE), "`"),
    (lazy_regex(r"</?(?:span|font|center)\b[^<>]*>", re.IGNORECASE), ""),
)
_ANSWER_KINDS = ("success", "check", "done")  # callouts that hold an answer where nothing is said


class TextLine(NamedTuple):
    """A line: ``kind`` is text, heading, rule, code, table, open, close or other; ``at`` is where
    it stands, ``node`` the block. A line that ``starts`` is the first of its block; ``number`` is
    that of the list's item that it begins. ``items`` are the items that it stands in, outermost
    first, ``owner`` the list around it; ``rows`` are a table's. One that
    ``is_bullet`` begins an item without a number, one that ``is_first`` a list. One
    that ``is_statement`` belongs to what the options of a question name by numbers."""

    kind: str
    text: str
    node: Node
    at: Cell
    starts: bool = True
    number: int | None = None
    items: tuple[int, ...] = ()
    owner: Node | None = None
    rows: Sequence[Row] = ()
    is_bullet: bool = False
    is_first: bool = False
    is_statement: bool = False


def text_lines(
    nodes: Sequence[Node],
    lines: Lines,
    folds: Sequence[Fold] = (),
    others: Set[int] = frozenset(),
) -> list[TextLine]:
    """All lines of a page. What opens and is never closed is text; what ``folds`` open is between
    lines that no block has. Of blocks of ``others``, which another form takes, no line is read."""
    found = list(_Reader(lines, others).read(nodes, (), None))
    if folds:
        found = list(_with_folds(found, folds))
    is_open: list[int] = []
    for place, line in enumerate(found):
        if line.kind == "open":
            is_open.append(place)
        elif line.kind == "close" and is_open:
            is_open.pop()
    for place in is_open:
        found[place] = found[place]._replace(kind="text")
    return found


def _with_folds(stream: Sequence[TextLine], folds: Sequence[Fold]) -> Iterator[TextLine]:
    """The lines, with those at which folds open and close that have something in them."""
    place = 0
    is_open: list[Fold] = []  # of an inner one the end is above that of the outer one
    waiting = list(reversed(folds))
    for place, line in enumerate(stream):
        while is_open and is_open[-1].last < line.at.line:
            above = stream[place - 1]
            yield above._replace(kind="close", text="", at=Cell("", is_open.pop().last, 1))
        while waiting and waiting[-1].first < line.at.line:
            fold = waiting.pop()
            if fold.last > line.at.line:
                at = Cell("", fold.first, 1)
                yield line._replace(kind="open", text=fold.title, at=at, number=None)
                is_open.append(fold)
        yield line
    while is_open:
        yield stream[-1]._replace(kind="close", text="", at=Cell("", is_open.pop().last, 1))


class _Reader:
    def __init__(self, lines: Lines, others: Set[int]) -> None:
        self._lines = lines
        self._others = others
        self._begins = False  # an item does
        self._number: int | None = None  # of that item
        self._is_first = False

    def read(
        self, nodes: Iterable[Node], items: tuple[int, ...], owner: Node | None
    ) -> Iterator[TextLine]:
        blocks = [node for node in nodes if not is_comment(node)]
        ticked = {
            place for place, node in enumerate(blocks) if has_tick(node) and not _has_letters(node)
        }
        for place, node in enumerate(blocks):
            if place in ticked or place + 1 in ticked:
                # A quiz that says itself which options are right, and its question.
                yield TextLine("rule", "", node, Cell("", node.line, 1), items=items, owner=owner)
                continue
            for line in self._read_block(node, items, owner):
                if self._begins:
                    line = line._replace(
                        number=self._number,
                        is_bullet=self._number is None,
                        is_first=self._is_first,
                    )
                    self._begins = False
                yield line

    def _read_block(
        self, node: Node, items: tuple[int, ...], owner: Node | None
    ) -> Iterator[TextLine]:
        at = Cell("", node.line, 1)
        if id(node) in self._others:
            yield TextLine("other", "", node, at, items=items, owner=owner)
        elif node.type in ("paragraph", "heading"):
            kind = "text" if node.type == "paragraph" else "heading"
            yield from self._read_text(node, kind, node.text, items, owner)
        elif node.type in LISTS:
            numbers = (
                item_numbers(node, self._lines)
                if node.type == "ordered_list"
                else [None] * len(node.inside)
            )
            for item, number in zip(node.inside, numbers, strict=True):
                self._begins, self._number = True, number
                self._is_first = item is node.inside[0]
                yield from self.read(item.inside, (*items, id(item)), node)
                self._begins = False
        elif node.type == "blockquote":
            yield from self._read_quote(node, items, owner)
        elif node.type in ("fence", "code_block"):
            yield TextLine("code", self._code(node), node, at, items=items, owner=owner)
        elif node.type == "html_block":
            yield from self._read_html(node, items, owner)
        else:
            kind = {"hr": "rule", "table": "table"}.get(node.type, "other")
            rows = rows_of(node, self._lines) if kind == "table" else ()
            yield TextLine(kind, "", node, at, items=items, owner=owner, rows=rows)

    def _read_text(
        self, node: Node, kind: str, text: str, items: tuple[int, ...], owner: Node | None
    ) -> Iterator[TextLine]:
        first = self._lines.first_line(node)
        cut = node.text.count("\n") - text.count("\n")
        for number, line in enumerate(text.split("\n"), cut):
            column = self._lines.column(first + number, line.rstrip())
            line = line.strip()
            if first + number == node.last:
                line = without_block_id(line).rstrip()
                line = line[: without_attributes(line)]
            for start, end in _cuts(line):
                place = Cell("", first + number, column + start)
                begins = number == cut and not start
                yield TextLine(
                    kind, line[start:end].strip(), node, place, begins, None, items, owner
                )

    def _read_quote(
        self, node: Node, items: tuple[int, ...], owner: Node | None
    ) -> Iterator[TextLine]:
        first = node.inside[0] if node.inside else None
        callout = MARK.match(first.text) if first and first.type == "paragraph" else None
        if first is None or callout is None:
            yield from self.read(node.inside, items, owner)
            return
        title, _, rest = first.text[callout.end() :].partition("\n")
        line = self._lines.first_line(first)
        at = Cell("", line, self._lines.column(line, title.rstrip()))
        kind = callout["kind"].strip().casefold()
        named = title.strip() or ("answer" if kind in _ANSWER_KINDS else kind)
        yield TextLine("open", named, first, at, items=items, owner=owner)
        if rest:
            yield from self._read_text(first, "text", rest, items, owner)
        yield from self.read(node.inside[1:], items, owner)
        yield TextLine("close", "", first, at, items=items, owner=owner)

    def _read_html(
        self, node: Node, items: tuple[int, ...], owner: Node | None
    ) -> Iterator[TextLine]:
        """What can be folded, and the text in it; other HTML has only its text."""
        line, in_title, title = node.line, False, ""
        waits = False  # for its title
        for piece in _FOLD.split(node.content):
            at = Cell("", line, 1)
            tag = piece[:4].casefold()
            if _FOLD.fullmatch(piece):
                if waits and tag in ("<det", "</de"):
                    yield TextLine("open", "", node, at, items=items, owner=owner)
                    waits = False
                if tag == "<det":
                    waits = True
                elif tag == "<sum":
                    in_title, title = True, ""
                elif tag == "</su" and in_title:
                    in_title = waits = False
                    yield TextLine("open", title, node, at, items=items, owner=owner)
                elif tag == "</de":
                    yield TextLine("close", "", node, at, items=items, owner=owner)
            elif in_title:
                title = " ".join(_as_text(piece).split())
            else:
                if waits and piece.strip():
                    yield TextLine("open", "", node, at, items=items, owner=owner)
                    waits = False
                for number, raw in enumerate(piece.split("\n"), line):
                    for text in _as_text(raw).split("\n"):
                        if text.strip():
                            where = Cell("", number, 1)
                            yield TextLine(
                                "text", text.strip(), node, where, True, None, items, owner
                            )
            line += piece.count("\n")
        if waits:
            yield TextLine("open", "", node, Cell("", line, 1), items=items, owner=owner)

    def _code(self, node: Node) -> str:
        first, last = node.line, node.last
        if node.type == "fence":
            first += 1
            last -= 1 if self._lines.line(node.last).strip(" \t>")[:3] in ("```", "~~~") else 0
        texts = [self._lines.line(number) for number in range(first, last + 1)]
        margin = min((len(t) - len(t.lstrip(" \t>")) for t in texts if t.strip()), default=0)
        return "\n".join(text[margin:].rstrip() for text in texts).strip("\n")


def rows_of(node: Node, lines: Lines) -> Sequence[Row]:
    """The rows of a table, if it is one table; what is wrong in it is said elsewhere."""
    if node.rows:
        return node.rows
    read = read_rows(node.meta, lines, "", [])
    return read[0].rows if len(read) == 1 else ()


def table_text(rows: Sequence[Row]) -> str:
    """A table as it stands in a question or an explanation, row by row."""
    return "<br>".join(" · ".join(cell.text for cell in row.cells) for row in rows)


def _has_letters(node: Node) -> bool:
    """Whether each item of a list begins with the next letter."""
    marks = [option_mark(first_text(item)) for item in node.inside]
    return [mark and mark.place for mark in marks] == list(range(len(marks)))


def _cuts(line: str) -> list[tuple[int, int]]:
    """The parts of a line: options one behind the other, or parted by ``<br>``."""
    if "<br" in line.casefold():
        breaks = [found for found in _BREAK.finditer(line) if not found["code"]]
        starts = [0, *(found.end() for found in breaks)]
        ends = [*(found.start() for found in breaks), len(line)]
        parts = [each for each in zip(starts, ends, strict=True) if line[each[0] : each[1]].strip()]
        if any(option_mark(line[start:end]) for start, end in parts):
            return parts
    starts = options_in_row(line) or [0]
    return list(pairwise([*starts, len(line)]))


_BREAK = lazy_regex(r"(?P<code>(?<!`)(`+)(?!`).*?(?<!`)\2(?!`))|<br[ ]?/?>[ \t]*", re.IGNORECASE)


def _as_text(html: str) -> str:
    if "<" in html:
        for tag, text in _TAGS:
            html = tag.sub(text, html)
    return html


# --- lines to cells -----------------------------------------------------------------------------


def cut_line(line: TextLine, start: int, bold: str) -> TextLine:
    """A line without its beginning; the bold that began there is kept, or left out with its end."""
    text = line.text[start:].strip()
    if bold:
        text = text[: -len(bold)] if text.endswith(bold) and text.count(bold) == 1 else bold + text
    at = line.at._replace(column=line.at.column + start)
    return line._replace(text=balanced(text), at=at)


def cell_of(line: TextLine, text: str) -> Cell:
    """A part of a line, up to its end."""
    start = max(line.text.rfind(text.strip()), 0)
    return Cell(text.strip(), line.at.line, line.at.column + start)


def paragraphs(lines: Iterable[TextLine]) -> list[Cell]:
    """Lines as the paragraphs that they stood in."""
    cells: list[Cell] = []
    last: TextLine | None = None
    for line in lines:
        text = shown(line)
        if not text:
            continue
        goes_on = last is not None and last.node is line.node and not line.starts
        if goes_on and line.kind == "text":
            gap = "<br>" if line.is_statement or (last and last.is_statement) else "\n"
            cells[-1] = cells[-1]._replace(text=f"{cells[-1].text}{gap}{text}")
        else:
            cells.append(line.at._replace(text=text))
        last = line
    return cells


def shown(line: TextLine) -> str:
    """A line as inline Markdown: code line by line, a table row by row, an item with its number or
    a bullet."""
    if line.kind == "table":
        return table_text(line.rows)
    if line.kind == "code":
        return "<br>".join(map(_code, line.text.split("\n")))
    if line.number is not None and line.kind == "text":
        return f"{line.number}. {line.text}"
    return f"• {line.text}" if line.is_bullet else line.text


def _code(text: str) -> str:
    if not text.strip():
        return ""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    bare = text.lstrip(" \t")
    indent = len(text.expandtabs(4)) - len(bare.expandtabs(4))
    space = " " if bare[0] == "`" or bare[-1] == "`" else ""
    return f"{fence}{space}{chr(160) * indent}{bare}{space}{fence}"


def without_last_break(text: str) -> str:
    """A text without the signs of a line's end behind it."""
    if text.rstrip()[-1:] not in ("\\", ">"):
        return text
    found = _LAST_BREAK.match(text[::-1])
    return text[: len(text) - found.end()] if found else text


# Of a text backwards: forwards, it would be tried at each blank of many.
_LAST_BREAK = lazy_regex(r"\s*(?:(?:\\|>/?[ ]?rb<)\s*)+", re.IGNORECASE)


def joined_text(texts: Iterable[str]) -> str:
    """Texts, each on its own line."""
    return "<br>".join(filter(None, texts))


def joined_cell(lines: Sequence[TextLine]) -> Cell:
    """Lines as one cell, at the place of the first."""
    cells = paragraphs(lines) or [lines[0].at]
    return cells[0]._replace(text=joined_text(cell.text for cell in cells))


def position_of(line: TextLine, file: str) -> Position:
    """Where a line stands."""
    return Position(file, line.at.line, line.at.column)
