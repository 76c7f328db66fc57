"""Cuts a page at its blank lines: what is plainly one block is told by how its lines begin.

Most of a page of notes is headings, paragraphs of words, code and framed tables: they need no
parser. Whatever else stands there goes to markdown-it-py, and so does all that follows it where a
block may reach over blank lines. `plain_blocks` and the parser must agree on every page; the tests
hold them against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Row
from generator.sources.block_tree import Node, heading_text
from generator.sources.cells import OTHER_PIPES, SPACE, count_cells, split_row

# What is plainly a block. Each ends with the end of its last line, and a blank line below it, or
# none for a heading, which is a line alone. With a pipe it may be a table's header to the parser.
_HEADING = lazy_regex(
    r"(?P<marks>#{1,6}) (?P<title>[^\s#|](?:[^\n#|]*[^\s#|])?)(?:\n|\Z)",
)
# No line of words begins with what may begin another block.
_WORDS = lazy_regex(r"(?:[^\W\d_][^\n]*+(?:\n|\Z))+(?=[ \t]*\n|\Z)")
_ROWS = lazy_regex(
    r"""
    (?P<header> \| [^\n]* \| [ \t]* ) \n
    \| (?P<dashes> (?: [ \t]* :? -+ :? [ \t]* \| )+ ) [ \t]*\n
    (?P<rows> (?: \| [^\n]* \| [ \t]* (?: \n | \Z ) )+ ) (?= [ \t]*\n | \Z )
    """,
    re.VERBOSE,
)
# Items of a line each, of words or a link; one more item below a blank line would be theirs.
_ITEMS = lazy_regex(
    r"""
    (?: -[ ] (?: \*{0,2} [^\W\d_] | `[^`\n|] | \[[^\]\\\n|]+\]\( ) [^\n|]* (?: \n | \Z ) )+
    (?= (?: [ \t]*\n )+ (?! [ \t-] ) \S | [ \t\n]*\Z )
    """,
    re.VERBOSE,
)
_FENCE = lazy_regex(r"(?P<fence>`{3,}+|~{3,}+)[^`\n]*+\n")
_BLANK = lazy_regex(r"[ \t]+\n")
_CHUNK = lazy_regex(r"(?:[^\n]*[^\s][^\n]*(?:\n|\Z))+")  # lines up to a blank one
# What may hold blank lines: some kinds of HTML, and code whose fence is not at a line's beginning.
_MAY_GO_ON = lazy_regex(r"^[ \t]*(?:<(?!!--(?:(?!-->)[^\n])*-->[ \t]*$)|```|~~~)", re.MULTILINE)
_BLANKS = SPACE.replace("\n", "")
_ASCII_SPACE = "".join(filter(str.isascii, SPACE))
# A row, with a line end in front, that may be blank or a line across the table.
_NO_WORDS = lazy_regex(rf"\n\|[|:=*_.…{_BLANKS}-]*(?=\n|\Z)")
_OTHER_PIPE = lazy_regex(f"[{OTHER_PIPES}]")
_ENDS_IN_ESCAPE = lazy_regex(r"\\\|[ \t]*$", re.MULTILINE)
_DEFINES = lazy_regex(r"\s*\n {0,3}[:~]")  # what stands above it may be a term
_MOST_LINE_CHARACTERS = 1_000  # more may not fit a card, which is said elsewhere


class Piece(NamedTuple):
    """A part of the page, in whole lines: a block, or text for the parser where ``node`` is None.

    ``line`` counts from 0.
    """

    node: Node | None
    start: int
    end: int
    line: int


def plain_blocks(text: str) -> Iterator[Piece]:
    """The page from top to bottom; neighbouring texts for the parser are one."""
    waiting: Piece | None = None  # text for the parser, which may go on
    table: Piece | None = None  # rows without a separator below it may be its own
    at, line, length = 0, 0, len(text)
    while at < length:
        first = text[at]
        if first == "\n":
            at, line = at + 1, line + 1
            continue
        if first in " \t" and (blank := _BLANK.match(text, at)):
            at, line = blank.end(), line + 1
            continue
        pattern, read = _READERS.get(first, _READER_OF_WORDS)
        found = pattern.match(text, at)
        node, end = read(text, found, line + 1) if found else (None, at)
        if node and node.type == "bullet_list" and waiting:
            node = None  # its items may be those of the list above
        if node is None:
            chunk = _CHUNK.match(text, at)
            end = chunk.end() if chunk else length
            if _MAY_GO_ON.search(text, at, end):
                end = length
            if table and "|" in text[at:end]:
                waiting = waiting._replace(end=table.end) if waiting else table._replace(node=None)
                table = None
        if table:
            if waiting:
                yield waiting
                waiting = None
            yield table
            table = None
        if node is None:
            waiting = waiting._replace(end=end) if waiting else Piece(None, at, end, line)
        elif node.type == "table":
            table = Piece(node, at, end, line)
        else:
            if waiting:
                yield waiting
                waiting = None
            yield Piece(node, at, end, line)
        line = node.last if node else line + text.count("\n", at, end)
        at = end
    if waiting:
        yield waiting
    if table:
        yield table


_Read = tuple[Node | None, int]  # the block, if it is plain on a closer look, and where it ends


def _heading(text: str, found: re.Match[str], line: int) -> _Read:
    end = found.end()
    if _DEFINES.match(text, end - 1):
        return None, end
    return Node("heading", line, line, heading_text(found["title"]), rank=len(found["marks"])), end


def _paragraph(text: str, found: re.Match[str], line: int) -> _Read:
    end = found.end()
    if _DEFINES.match(text, end - 1):
        return None, end
    words = found[0].strip()
    if "|" in words or _has_other_pipe(words):
        return None, end
    return Node("paragraph", line, line + words.count("\n"), words), end


def _list(text: str, found: re.Match[str], line: int) -> _Read:
    if _has_other_pipe(found[0]):
        return None, found.end()
    items = []
    for place, item in enumerate(found[0].rstrip("\n").split("\n"), line):
        words = Node("paragraph", place, place, item[2:].strip(), depth=2)
        items.append(Node("list_item", place, place, depth=1, inside=[words]))
    return Node("bullet_list", line, items[-1].last, inside=items), found.end()


def _has_other_pipe(text: str) -> bool:
    return not text.isascii() and _OTHER_PIPE.search(text) is not None


def _code(text: str, found: re.Match[str], line: int) -> _Read:
    fence = found["fence"]
    closing = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*(?:\n|\Z)", re.MULTILINE)
    last = closing.search(text, found.end())
    if last is None:
        return None, found.end()
    end_line = line + text.count("\n", found.start(), last.start())
    info = text[found.end("fence") : found.end()].strip()
    content = text[found.end() : last.start()]
    return Node("fence", line, end_line, content=content, info=info), last.end()


def _table(text: str, found: re.Match[str], line: int) -> _Read:
    header, rows, end = found["header"], found["rows"], found.end()
    columns = count_cells(header)
    whole = found[0]
    if columns < 2 or found["dashes"].count("|") != columns or "<!--" in whole:
        return None, end
    has_escapes = "\\" in whole
    if has_escapes and _ENDS_IN_ESCAPE.search(whole):
        return None, end
    lines = rows.rstrip("\n").split("\n")
    if len(whole) > _MOST_LINE_CHARACTERS < max(map(len, (header, *lines))):
        return None, end
    if _NO_WORDS.search(f"\n{rows}") or _has_other_pipe(whole):
        return None, end
    space = _ASCII_SPACE if whole.isascii() else SPACE
    numbered = [(header, line), *zip(lines, range(line + 2, line + 2 + len(lines)), strict=True)]
    read = [
        split_row(row, number, 1) if "\\" in row else _split_framed(row, number, space)
        for row, number in numbered
    ]
    return Node("table", line, line + 1 + len(lines), rows=read, columns=columns), end


_READER_OF_WORDS = _WORDS, _paragraph
_READERS = {  # by the first character
    "#": (_HEADING, _heading),
    "|": (_ROWS, _table),
    "-": (_ITEMS, _list),
    "`": (_FENCE, _code),
    "~": (_FENCE, _code),
}


def _split_framed(text: str, line: int, space: str) -> Row:
    """As `split_row`, for a row that begins and ends with a pipe and has no backslash in it;
    ``space`` is what of `SPACE` may stand in it."""
    cells = []
    column = 2
    for piece in text.rstrip(space)[1:-1].split("|"):
        bare = piece.strip(space)
        cells.append(Cell(bare, line, column + piece.find(bare)))
        column += len(piece) + 1
    return Row(tuple(cells), line, 1)
