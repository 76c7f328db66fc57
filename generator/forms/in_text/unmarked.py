"""Questions that no mark tells, with ``Answer: …`` in their paragraph or right below them."""

from __future__ import annotations

from collections.abc import Sequence

from generator.forms.form import BlockContext
from generator.forms.in_text.answers import own_answer, says_answer
from generator.forms.in_text.asking import question_above
from generator.forms.in_text.choices import may_choose
from generator.forms.in_text.pairs import Part
from generator.sources.block_tree import Node
from generator.sources.callouts import MARK
from generator.sources.cells import part_of
from generator.sources.lists import CODE, LISTS, first_text, joined, text_cell
from generator.sources.questions import without_number


def begins_with_answer(node: Node) -> bool:
    """Whether a word for an answer stands first in a paragraph or in a list."""
    if node.type in LISTS:
        return bool(node.inside) and says_answer(first_text(node.inside[0]))
    return node.type == "paragraph" and says_answer(node.text)


def may_be_asked(context: BlockContext) -> bool:
    """Whether a question that no mark tells may stand in a block with an answer, or above it."""
    node = context.node
    if begins_with_answer(node):
        return not _is_below_several(context) and question_above(context) is not None
    return own_answer(node, context.lines) is not None


def with_question(context: BlockContext, parts: Sequence[Part]) -> list[Part]:
    """The parts of a block in which no mark tells the question, with that in front; none where
    there is none, or where it chooses among options that cannot be read."""
    if context.is_taken(context.node):
        return []
    if begins_with_answer(context.node):
        found = question_above(context)
        if found is None or found[0].type != "paragraph":
            return []
        question, shown = found
        asked = context.lines.cell(question, _start(question))
        asked = joined([asked, *(text_cell(each, context.lines) for each in shown)])
        answer = [part._replace(begins=False) for part in parts]
    elif (end := own_answer(context.node, context.lines)) is not None:
        asked = context.lines.cell(context.node, _start(context.node, end), end)
        answer = [*parts[1:]]
    else:
        return []
    if may_choose(asked.text, answer[0].cell.text if answer else ""):
        return []
    return [Part("Q", part_of(asked, without_number(asked.text))), *answer]


def _start(node: Node, end: int | None = None) -> int:
    """Where a question begins behind the mark of a callout, which stands in its paragraph where a
    line ``>`` parts two callouts; the title is no part of it, unless that is all up to its end."""
    mark = MARK.match(node.text)
    if not mark:
        return 0
    below = node.text.find("\n") + 1
    return below if below and node.text[below:end].strip() else mark.end()


def _is_below_several(context: BlockContext) -> bool:
    """Whether items stand above, of which the last need not be what is answered."""
    blocks = context.siblings[: context.own_index]
    above = next((node for node in reversed(blocks) if node.type not in CODE), None)
    return above is not None and above.type in LISTS and len(above.inside) > 1
