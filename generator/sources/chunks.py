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

from markdown_it.token import Token

from generator.model import Cell, Row
from generator.sources.cells import SPACE, count_cells, split_row
from generator.sources.tree import Node

# Where a block may begin, and what is plainly one. Each ends with the end of its last line, and a
# blank line below it, or none for a heading, which is a line alone.
_BLOCK = re.compile(
    r"""
      (?P<blank> [ \t]*\n )
    | (?P<marks> \#{1,6} )[ ](?P<title> [^\s\#] (?: [^\n\#]* [^\s\#] )? ) (?: \n | \Z )
    # No pipe, which may be a table's, and no line that begins with what may begin another block.
    | (?P<words> (?: [^\W\d_] [^\n|]* (?: \n | \Z ) )+ ) (?P<lone> (?= [ \t]*\n | \Z ) )
    | (?P<header> \| [^\n]* \| [ \t]* ) \n
      \| (?P<dashes> (?: [ \t]* :? -+ :? [ \t]* \| )+ ) [ \t]*\n
      (?P<rows> (?: \| [^\n]* \| [ \t]* (?: \n | \Z ) )+ ) (?= [ \t]*\n | \Z )
    | (?P<fence> `{3,} | ~{3,} ) [^`\n]* \n
    """,
    re.VERBOSE,
)
_CHUNK = re.compile(r"(?:[^\n]*[^\s][^\n]*(?:\n|\Z))+")  # lines up to a blank one
# What may hold blank lines: some kinds of HTML, and code whose fence is not at a line's beginning.
_MAY_GO_ON = re.compile(r"^[ \t]*(?:<(?!!--(?:(?!-->)[^\n])*-->[ \t]*$)|```|~~~)", re.MULTILINE)
_ONLY_DASHES = re.compile(r"^\|[|:\- \t]*$", re.MULTILINE)
_ENDS_IN_ESCAPE = re.compile(r"\\\|[ \t]*$", re.MULTILINE)
_DEFINES = re.compile(r"\s*\n {0,3}[:~]")  # the paragraph above it may be a term
_LONGEST_LINE = 1_000  # characters; more may be more than a card takes, which is said elsewhere


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
    for piece in _pieces(text):
        if piece.node is None:
            waiting = piece if waiting is None else waiting._replace(end=piece.end)
            continue
        if waiting:
            yield waiting
            waiting = None
        yield piece
    if waiting:
        yield waiting


def _pieces(text: str) -> Iterator[Piece]:
    at, line = 0, 0
    above: Piece | None = None  # a table: rows without a separator below it may be its own
    while at < len(text):
        found = _BLOCK.match(text, at)
        if found and found["blank"] is not None:
            at, line = found.end(), line + 1
            continue
        node, end = _node(text, found, line) if found else (None, at)
        if node is None:
            chunk = _CHUNK.match(text, at)
            end = chunk.end() if chunk else len(text)
            if _MAY_GO_ON.search(text, at, end):
                end = len(text)
        piece = Piece(node, at, end, line)
        if above:
            may_go_on = node is None and "|" in text[at:end]
            yield above._replace(node=None) if may_go_on else above
            above = None
        if node and node.type == "table":
            above = piece
        else:
            yield piece
        line += text.count("\n", at, end)
        at = end
    if above:
        yield above


def _node(text: str, found: re.Match[str], line: int) -> tuple[Node | None, int]:
    """The block that was found, if it is plain on a closer look, and where it ends."""
    end = found.end()
    if (marks := found["marks"]) is not None:
        return Node(_token("heading_open", f"h{len(marks)}", line, line + 1), found["title"]), end
    if (words := found["words"]) is not None:
        if _DEFINES.match(text, end - 1):
            return None, end
        lines = words.count("\n") + (not words.endswith("\n"))
        return Node(_token("paragraph_open", "p", line, line + lines), words.strip()), end
    if found["header"] is not None:
        return _table(found, line), end
    return _code(text, found, line)


def _code(text: str, found: re.Match[str], line: int) -> tuple[Node | None, int]:
    fence = found["fence"]
    closing = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*(?:\n|\Z)", re.MULTILINE)
    last = closing.search(text, found.end())
    if last is None:
        return None, found.end()
    below = line + text.count("\n", found.start(), last.start()) + 1
    return Node(_token("fence", "code", line, below, nesting=0)), last.end()


def _table(found: re.Match[str], line: int) -> Node | None:
    header, rows = found["header"], found["rows"]
    columns = count_cells(header)
    whole = found[0]
    if columns < 2 or found["dashes"].count("|") != columns or "<!--" in whole:
        return None
    has_escapes = "\\" in whole
    if has_escapes and _ENDS_IN_ESCAPE.search(whole):
        return None
    lines = rows.rstrip("\n").split("\n")
    if max(map(len, (header, *lines))) > _LONGEST_LINE:
        return None
    if "--" in rows and _ONLY_DASHES.search(rows):
        return None
    token = _token("table_open", "table", line, line + 2 + len(lines))
    token.meta = {"columns": columns}
    split = split_row if has_escapes else _split_framed
    numbered = enumerate(lines, line + 3)
    return Node(
        token,
        rows=[split(header, line + 1, 1), *[split(row, number, 1) for number, row in numbered]],
    )


def _split_framed(text: str, line: int, column: int) -> Row:
    """As `split_row`, for a row that begins and ends with a pipe and has no backslash in it."""
    cells = []
    for piece in text.rstrip(SPACE).split("|")[1:-1]:
        column += 1
        bare = piece.strip(SPACE)
        cells.append(Cell(bare, line, column + piece.find(bare)))
        column += len(piece)
    return Row(tuple(cells), line, 1)


def _token(type_: str, tag: str, line: int, end: int, nesting: int = 1) -> Token:
    return Token(type_, tag, nesting, map=[line, end])  # type: ignore[arg-type]
