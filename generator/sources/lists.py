"""What stands in the items of a list; it knows no form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.diagnostics import LEFT_OUT, Diagnostic
from generator.model import Cell, Position, Row
from generator.sources.tree import Lines, Node

LISTS = ("bullet_list", "ordered_list")

# The box of a task list's item.
BOX = re.compile(r"\[([ xX])\](?:\s+|$)")


def list_row(cells: Sequence[Cell]) -> Row:
    """A row whose text starts where its first cell does."""
    return Row(tuple(cells), cells[0].line, cells[0].column)


def starts_with_text(node: Node) -> bool:
    """Whether a list begins with a paragraph; else a comment above is for what it begins with."""
    return bool(node.inside and first_text(node.inside[0]))


def is_task_list(node: Node) -> bool:
    """Whether it is a list in which an item has a box, ``[x]`` or ``[ ]``."""
    return node.type in LISTS and any(BOX.match(first_text(item)) for item in node.inside)


def nested(node: Node) -> Iterator[Node]:
    """What stands in the items of a list besides their text."""
    for item in node.inside:
        yield from (child for child in item.inside if child.type != "paragraph")


def left_out(node: Node, file: str) -> Iterator[Diagnostic]:
    """A warning for each item with something below it that no card of the list shows."""
    for item in node.inside:
        # Tables are read for themselves, comments by nobody.
        lost = [child for child in item.inside if child.type not in _NOT_LOST]
        if lost:
            yield LEFT_OUT.at(Position(file, lost[0].line, 1))


_NOT_LOST = ("paragraph", "table", "html_block")


def joined(cells: Sequence[Cell]) -> Cell:
    """Paragraphs as one cell, each on its own line."""
    return cells[0]._replace(text="<br>".join(cell.text for cell in cells if cell.text))


def first_text(item: Node) -> str:
    """The text that an item begins with, if it begins with a paragraph."""
    first = item.inside[0] if item.inside else None
    return first.text if first and first.type == "paragraph" else ""


def item_text(item: Node, lines: Lines) -> Cell:
    """The first paragraph of an item; an empty text where it does not begin with one."""
    if first_text(item):
        return lines.cell(item.inside[0])
    return Cell("", item.line, 1)


def more_text(item: Node, lines: Lines) -> Iterator[Cell]:
    """The other paragraphs of an item."""
    for child in item.inside[1:]:
        if child.type == "paragraph":
            yield lines.cell(child)


def lazy_start(paragraph: Node, lines: Lines) -> int | None:
    """Where in the text the first line stands that is indented less than the first of all."""
    offset = 0
    first = lines.first_line(paragraph)
    for number, text in enumerate(paragraph.text.split("\n")):
        column = lines.column(first + number, text.rstrip())
        if number == 0:
            own = column
        elif column < own:
            return offset
        offset += len(text) + 1
    return None
