"""Which blocks below a question in text go on with it or with its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.core.diagnostics import LEFT_OUT, Diagnostic
from generator.core.model import Position
from generator.forms.cloze import has_marks
from generator.forms.form import BlockContext
from generator.forms.in_text.answers import is_answered
from generator.forms.in_text.marks import (
    DOTTED,
    LETTERED,
    begins_answer,
    end_of_bold,
    first_mark,
    is_lettered,
    is_question,
    leads_on,
    node_marks,
)
from generator.sources.block_tree import Node
from generator.sources.html_folds import HtmlFold
from generator.sources.lists import CODE, LISTS, is_task_list

_BELOW = ("paragraph", "html_block")


def is_dotted_answer(context: BlockContext, place: int) -> bool:
    """Whether a paragraph right below a question without an answer begins with ``A.``, and no
    option of it follows."""
    node = context.siblings[place]
    if place != context.own_index + 1 or not DOTTED.match(node.text) or context.is_taken(node):
        return False
    below = context.siblings[place + 1] if place + 1 < len(context.siblings) else None
    marks = node_marks(context.node)
    is_open = bool(marks) and marks[-1].name == "Q"
    return is_open and not LETTERED.search(node.text) and not (below and is_lettered(below))


def answer_below(context: BlockContext, found: list[Diagnostic]) -> tuple[Node, ...]:
    """The blocks below a question's paragraph that belong to it: paragraphs that begin an answer,
    code, and a list where the answer has no text before it, or ends with a colon."""
    claimed: list[Node] = []
    last = context.node
    while below := context.sibling(len(claimed) + 1):
        place = context.own_index + len(claimed) + 1
        if below.type == "paragraph":
            goes_on = begins_answer(below.text) or is_dotted_answer(context, place)
        else:
            is_list = below.type in LISTS and not holds_quiz(context, below)
            is_next = below.line == last.last + 1 and end_of_bold(last) is not None
            goes_on = below.type in CODE or (below.type in LISTS and leads_on(last))
            goes_on = goes_on or (is_list and is_next)
            goes_on = goes_on and not is_answered(context, context.siblings, place)
        if not goes_on:
            if below.type not in _BELOW and leads_on(last):
                found.append(LEFT_OUT.at(Position(context.file, below.line, 1)))
            break
        claimed.append(below)
        last = below
    return (*claimed, *_more_below(context, [context.node, *claimed]))


def _more_below(context: BlockContext, pair: Sequence[Node]) -> list[Node]:
    """The paragraphs, lists and code below an answer that go on with it.

    Up to another question all do. Below the last answer they may be the page's own text: they go
    on with it where its question begins the section, or where the answer above it went on so.
    """
    has_answer = any(mark.name == "A" for node in pair for mark in node_marks(node))
    has_answer = has_answer or (end_of_bold(pair[0]) or len(pair[0].text)) < len(pair[0].text)
    if not has_answer and not (len(pair) > 1 and is_dotted_answer(context, context.own_index + 1)):
        return []
    found: list[Node] = []
    start = context.own_index + len(pair)
    for place in range(start, len(context.siblings)):
        node = context.siblings[place]
        if not may_go_on(context, place):
            break
        found.append(node)
    place = start + len(found)
    end = context.sibling(len(pair) + len(found))
    is_above_next = end is not None and (
        is_question(end) or is_answered(context, context.siblings, place)
    )
    above = context.above
    begins_section = above is None or above.type in ("heading", "hr")
    is_text = above is not None and above.type in ("paragraph", *CODE, *LISTS)
    above_went_on = context.goes_on and is_text and above and not node_marks(above)
    if is_above_next or begins_section or above_went_on:
        return found
    return []


def may_go_on(context: BlockContext, place: int) -> bool:
    """Whether a block may go on with an answer: text that is nothing by itself."""
    node = context.siblings[place]
    below = context.siblings[place + 1] if place + 1 < len(context.siblings) else None
    is_text = node.type in ("paragraph", *CODE, *LISTS)
    if not is_text or is_question(node) or holds_quiz(context, node):
        return False
    if is_answered(context, context.siblings, place):
        return False
    if node.type == "paragraph" and (
        first_mark(node.text) or is_lettered(node) or (below and is_task_list(below))
    ):
        return False
    return not (context.settings.cloze == "on" and has_marks(node))


def holds_quiz(context: BlockContext, node: Node) -> bool:
    """Whether a block is one of a quiz, or has one in it."""
    within = _all_within(node)
    return any(is_task_list(each) or context.is_taken(each) for each in within)


def makes_notes(context: BlockContext, fold: HtmlFold) -> bool:
    """Whether gaps or a quiz stand in what is folded, which make notes themselves."""
    has_marks_for_gaps = context.settings.cloze == "on" and any(map(has_marks, fold.blocks))
    return has_marks_for_gaps or any(holds_quiz(context, node) for node in fold.blocks)


def _all_within(node: Node) -> Iterator[Node]:
    """A block and all blocks in it."""
    left = [node]  # no recursion: each level would pass on what all below it yield
    while left:
        each = left.pop()
        yield each
        left += reversed(each.inside)
