"""Items of lists that ask, or have the tag ``#card``, with their answer nested below: toggles of
Notion, cards of Logseq."""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Block, Cell
from generator.forms.cloze import has_marks
from generator.forms.form import BlockContext, Found
from generator.forms.in_text.asking import asked_with
from generator.forms.in_text.below import holds_quiz
from generator.forms.in_text.choices import CHOOSES
from generator.forms.in_text.marks import node_marks
from generator.forms.in_text.unmarked import begins_with_answer
from generator.sources.block_tree import Lines, Node
from generator.sources.cells import part_of
from generator.sources.lists import CODE, LISTS, first_text, is_task_list
from generator.sources.questions import asks

_TAGGED = lazy_regex(r"[ \t]+#(?:flash)?cards?(?:[ \t]+#[^\s#]+)*[ \t]*\Z")
_BELOW = ("paragraph", *LISTS, *CODE)


def asks_in_item(item: Node) -> bool:
    """Whether an item asks in its first line."""
    line = first_text(item).partition("\n")[0].rstrip()
    return asks(line) or _TAGGED.search(line) is not None


def find_items(context: BlockContext) -> Found | None:
    """A list in which items ask and have something below; the others are read for themselves."""
    if "items" not in context.settings.questions:
        return None
    blocks: list[Block] = []
    inside: list[Node] = []
    for item in context.node.inside:
        if found := _read_item(context, item):
            blocks += found.blocks
            inside += found.inside
        else:
            inside.append(item)
    return Found(tuple(blocks), tuple(inside)) if blocks else None


def count_items(node: Node, lines: Lines) -> int:
    """How many items of a list ask and have something below."""
    return sum(_parts(item, lines) is not None for item in node.inside)


def _read_item(context: BlockContext, item: Node) -> Found | None:
    parts = None if holds_quiz(context, item) else _parts(item, context.lines)
    if parts is None or (context.settings.cloze == "on" and has_marks(item)):
        return None
    asked, first = parts
    return asked_with(context, asked, first, item.inside[1:])


def _parts(item: Node, lines: Lines) -> tuple[Cell, Sequence[Cell]] | None:
    """The question of an item, and what answers it in further lines of its paragraph."""
    if not asks_in_item(item) or node_marks(item.inside[0]):
        return None
    below = item.inside[1:]
    if CHOOSES.search(first_text(item)) or any(map(begins_with_answer, below[:1])):
        return None
    if any(is_task_list(node) or node.type not in _BELOW for node in below):
        return None
    cell = lines.cell(item.inside[0])
    line, _, said = cell.text.partition("\n")
    asked = part_of(cell, line.rstrip())
    first = [part_of(cell, said.strip())] if said.strip() else []
    if not (below or first):
        return None
    return asked._replace(text=_TAGGED.sub("", asked.text)), first
