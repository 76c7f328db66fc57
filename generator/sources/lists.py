"""What stands in the items of a list; it knows no form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from generator.core.diagnostics import LEFT_OUT, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Position, Row
from generator.sources.block_tree import Lines, Node, ends_in_escape

LISTS = ("bullet_list", "ordered_list")

CODE = ("fence", "code_block")
BULLET = "• "
_MARKED = lazy_regex(rf"{BULLET}|\d{{1,9}}\. ")
_ORDINAL = lazy_regex(r"[ \t>]*(?:[-*+][ \t]+)*(\d{1,9})[.)]")

# The box of a task list's item.
BOX = lazy_regex(r"\[([ xX])\](?:\s+|$)")
# What a text is to whoever plans with it: a box, or one of Logseq's markers and priorities.
_TO_DO = lazy_regex(
    r"(?:\[[ xX]\]\s+|(?:TODO|DOING|LATER|NOW|DONE|WAITING|CANCELED|CANCELLED)\s+(?=\S))"
    r"(?:\[#[ABC]\]\s+)?(?=\S)"
)


def without_to_do(text: str, start: int = 0) -> int:
    """Where in a text begins what stands behind a box or a marker of Logseq, from ``start`` on."""
    found = _TO_DO.match(text, start)
    return found.end() if found else start


def list_row(cells: Sequence[Cell]) -> Row:
    """A row whose text starts where its first cell does."""
    return Row(tuple(cells), cells[0].line, cells[0].column)


def starts_with_text(node: Node) -> bool:
    """Whether a list begins with a paragraph; else a comment above is for what it begins with."""
    return bool(node.inside and first_text(node.inside[0]))


def is_task_list(node: Node) -> bool:
    """Whether it is a list in which an item has a box, ``[x]`` or ``[ ]``."""
    if node.type in LISTS:
        for item in node.inside:
            # Nearly no text begins with a bracket, and lists are asked by several forms.
            if (text := first_text(item)).startswith("[") and BOX.match(text):
                return True
    return False


def has_tick(node: Node) -> bool:
    """Whether it is a list in which a box is ticked, ``[x]``."""
    if node.type not in LISTS:
        return False
    boxes = (BOX.match(first_text(item)) for item in node.inside)
    return any(box and box[1] != " " for box in boxes)


def nested(node: Node) -> Iterator[Node]:
    """What stands in the items of a list besides their text and code."""
    for item in node.inside:
        yield from (child for child in item.inside if child.type not in _SHOWN)


def left_out(node: Node, file: str) -> Iterator[Diagnostic]:
    """A warning for each item with something below it that no card of the list shows."""
    for item in node.inside:
        yield from not_shown((child for child in item.inside if child.type not in _SHOWN), file)


_SHOWN = ("paragraph", *CODE)

# Code as it stands in a cell, which `markup.inline` reads: nothing else there has such a line.
_FENCE = lazy_regex(r"`{3,}[^`\n]*\n")
_FENCE_MARK = lazy_regex(r"`{3,}|~{3,}")
_TICKS = lazy_regex(r"`{3,}")
_LANGUAGE = lazy_regex(r"[\w+#.-]+")


def code_cell(node: Node, lines: Lines) -> Cell:
    """A block of code as a cell: between fences longer than any in it, with its language."""
    code = node.content.strip("\n")
    mark = _FENCE_MARK.search(lines.text, lines.starts[node.line - 1])
    if node.type == "fence" and mark:
        place = lines.place(mark.start())
    else:
        place = node.line, lines.column(node.line, node.content.partition("\n")[0])
    if not code.strip():
        return Cell("", *place)
    fence = max(["``", *_TICKS.findall(code)], key=len) + "`"
    language = _LANGUAGE.match(node.info)
    return Cell(f"{fence}{language[0] if language else ''}\n{code}\n{fence}", *place)


def not_shown(nodes: Iterable[Node], file: str) -> Iterator[Diagnostic]:
    """A warning where there is something among the blocks that no card shows."""
    # Tables are read for themselves, comments by nobody.
    lost = next((node for node in nodes if node.type not in ("table", "html_block")), None)
    if lost:
        yield LEFT_OUT.at(Position(file, lost.line, 1))


def joined(cells: Sequence[Cell]) -> Cell:
    """Paragraphs and blocks of code as one cell, each on its own line, at the place of the first
    that has text."""
    full = [cell for cell in cells if cell.text]
    if not full:
        return cells[0]
    pieces = [full[0].text]
    for above, below in pairwise(full):
        has_code = _FENCE.match(above.text) or _FENCE.match(below.text)
        # A backslash before a tag would make text of it.
        escape = "\\" if ends_in_escape(above.text) else ""
        pieces += [f"{escape}\n" if has_code else f"{escape}<br>", below.text]
    return full[0]._replace(text="".join(pieces))


def marked_items(node: Node, lines: Lines) -> Iterator[tuple[str, Node]]:
    """The items of a list, each with its number or a bullet, as a card shows them."""
    numbers = (
        item_numbers(node, lines) if node.type == "ordered_list" else [None] * len(node.inside)
    )
    for number, item in zip(numbers, node.inside, strict=True):
        yield BULLET if number is None else f"{number}. ", item


def item_numbers(node: Node, lines: Lines) -> list[int | None]:
    """The numbers of an ordered list's items as they are shown, or as they are written."""
    written: list[int | None] = []
    for item in node.inside:
        found = _ORDINAL.match(lines.line(item.line))
        written.append(int(found[1]) if found else None)
    if len(set(written)) == 1 and len(written) > 1 and written[0] is not None:
        return list(range(written[0], written[0] + len(written)))
    return written


def marked(cell: Cell, mark: str) -> Cell:
    """The text with the mark of its item; an empty one as it is, one with a mark too, and code,
    which begins a line."""
    is_bare = not cell.text or _FENCE.match(cell.text) or without_mark(cell.text) != cell.text
    return cell if is_bare else cell._replace(text=mark + cell.text)


def without_mark(text: str) -> str:
    """A text without the bullet or number of its item."""
    return _MARKED.sub("", text, count=1)


def text_of(nodes: Iterable[Node], lines: Lines) -> tuple[list[Cell], list[Node]]:
    """The paragraphs and code as texts, and those of lists, each item with its mark; and what is
    none of them."""
    cells: list[Cell] = []
    others: list[Node] = []
    for node in nodes:
        if node.type in _SHOWN:
            cells.append(text_cell(node, lines))
        elif node.type in LISTS:
            for mark, item in marked_items(node, lines):
                own, more = text_of(item.inside, lines)
                if own:
                    own[0] = marked(own[0], mark)
                cells += own
                others += more
        else:
            others.append(node)
    return cells, others


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
    """The other paragraphs of an item, and its blocks of code."""
    for child in item.inside[1:]:
        if child.type in _SHOWN:
            yield text_cell(child, lines)


def text_cell(node: Node, lines: Lines) -> Cell:
    """A paragraph or a block of code as a cell."""
    return code_cell(node, lines) if node.type in CODE else lines.cell(node)


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
