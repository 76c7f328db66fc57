"""Reads lists: definitions, orders, task lists; what they say, not what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.diagnostics import LEFT_OUT, NOT_A_DEFINITION, NOT_NUMBERED, Diagnostic
from generator.model import Cell, Option, Position, Row
from generator.sources.tree import Lines, Node

LISTS = ("bullet_list", "ordered_list")

_BOX = re.compile(r"\[([ xX])\](?:\s+|$)")
_QUESTION_MARK = re.compile("[?？؟]")
# What may hold a colon that separates nothing: escapes, code, math, addresses in links, tags.
_OPAQUE = (
    r"\\.|\[[^\]]*\]\([^)]*\)|(?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`)|\$[^$\s][^$]*\$|<[^>]*>"
)
_COLON = re.compile(rf"(?P<skip>{_OPAQUE})|:(?=\s|\Z)|：", re.DOTALL)
_BOLD_TERM = re.compile(
    r"(?P<open>\*\*|__)(?P<term>\S.*?)(?P<inner>\s*[:：])?(?P=open)(?P<mark>\s*(?:[:：–—]|-(?=\s)))?",
    re.DOTALL,
)


def list_row(cells: Sequence[Cell]) -> Row:
    """A row whose text starts where its first cell does."""
    return Row(tuple(cells), cells[0].line, cells[0].column)


def read_definition_list(node: Node, lines: Lines) -> Iterator[Row]:
    """``Term``, newline, ``: Definition``: a row a term; several definitions are one text."""
    found: list[tuple[Cell, list[Cell]]] = []
    for child, below in zip(node.inside, [*node.inside[1:], None], strict=True):
        if child.type == "dt":
            found.append((lines.cell(child), []))
            continue
        start = _term_below(child, below, lines)
        paragraphs = [one for one in child.inside if one.type == "paragraph"]
        for one in paragraphs:
            found[-1][1].append(lines.cell(one, 0, start if one is child.inside[-1] else None))
        if start is not None:
            found.append((lines.cell(paragraphs[-1], start), []))
    for term, meanings in found:
        yield list_row((term, joined(meanings) if meanings else term._replace(text="")))


def _term_below(definition: Node, below: Node | None, lines: Lines) -> int | None:
    """Where in a definition's last paragraph the next term starts, if no blank line is before it.

    markdown-it-py takes that line for the definition's last; but it is not indented, and another
    definition stands right below it.
    """
    last = definition.inside[-1] if definition.inside else None
    if last is None or last.type != "paragraph" or below is None or below.type != "dd":
        return None
    start = _lazy_start(last, lines)
    is_one_line = start is not None and "\n" not in last.text[start:]
    is_right_above = below.line == lines.first_line(last) + last.text.count("\n") + 1
    return start if is_one_line and is_right_above else None


def read_definitions(
    node: Node, lines: Lines, file: str, diagnostics: list[Diagnostic]
) -> Iterator[Row]:
    """``term: explanation`` and ``**term** – explanation``, a row for each item that fits."""
    for item in node.inside:
        text = _item_text(item, lines)
        split = _split_definition(text.text)
        if split is None:
            where = Position(file, text.line, text.column)
            diagnostics.append(NOT_A_DEFINITION.at(where))
            continue
        term, start = split
        first = item.inside[0]
        meaning = [lines.cell(first, start), *_more_text(item, lines)]
        yield list_row((Cell(term, text.line, text.column), joined(meaning)))


def read_steps(node: Node, lines: Lines, file: str, diagnostics: list[Diagnostic]) -> Iterator[Row]:
    """The steps of an order, each a row of one cell."""
    if node.type != "ordered_list":
        diagnostics.append(NOT_NUMBERED.at(Position(file, node.line, 1)))
        return
    for item in node.inside:
        yield list_row([joined([_item_text(item, lines), *_more_text(item, lines)])])


def starts_with_text(node: Node) -> bool:
    """Whether a list begins with a paragraph; else a comment above is for what it begins with."""
    return bool(node.inside and _first_text(node.inside[0]))


def is_task_list(node: Node) -> bool:
    """Whether it is a list in which an item has a box, ``[x]`` or ``[ ]``."""
    return node.type in LISTS and any(_BOX.match(_first_text(item)) for item in node.inside)


def has_tick(node: Node) -> bool:
    """Whether a box of the task list is ticked."""
    boxes = (_BOX.match(_first_text(item)) for item in node.inside)
    return any(box and box[1] != " " for box in boxes)


def asks(text: str) -> bool:
    """Whether a paragraph or a heading holds a question."""
    return _QUESTION_MARK.search(text) is not None


def read_options(node: Node, lines: Lines) -> tuple[list[Option], list[Cell]]:
    """The options of a task list; and a line right below the last one, which explains."""
    options: list[Option] = []
    explanation: list[Cell] = []
    for item in node.inside:
        text = _first_text(item)
        box = _BOX.match(text)
        end = _lazy_start(item.inside[0], lines) if text and item is node.inside[-1] else None
        cell = _item_text(item, lines)
        if text:
            cell = lines.cell(item.inside[0], box.end() if box else 0, end)
        if end is not None:
            explanation.append(lines.cell(item.inside[0], end))
        is_right = None if box is None else box[1] != " "
        options.append(Option(cell, is_right, tuple(_more_text(item, lines))))
    return options, explanation


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


def _first_text(item: Node) -> str:
    first = item.inside[0] if item.inside else None
    return first.text if first and first.type == "paragraph" else ""


def _item_text(item: Node, lines: Lines) -> Cell:
    """The first paragraph of an item; an empty text where it does not begin with one."""
    if _first_text(item):
        return lines.cell(item.inside[0])
    return Cell("", item.line, 1)


def _more_text(item: Node, lines: Lines) -> Iterator[Cell]:
    for child in item.inside[1:]:
        if child.type == "paragraph":
            yield lines.cell(child)


def _lazy_start(paragraph: Node, lines: Lines) -> int | None:
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


def _split_definition(text: str) -> tuple[str, int] | None:
    """The term, and where its explanation starts."""
    bold = _BOLD_TERM.match(text)
    if bold and (bold["inner"] or bold["mark"]):
        term, end = bold["term"], bold.end()
    else:
        colon = next((match for match in _COLON.finditer(text) if not match["skip"]), None)
        if colon is None:
            return None
        term, end = text[: colon.start()].strip(), colon.end()
    return (term, end) if term and text[end:].strip() else None
