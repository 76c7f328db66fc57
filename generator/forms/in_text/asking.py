"""Questions that no mark tells: headings, callouts and folds that ask, and answers that are folded
below a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.core.diagnostics import LONG_ANSWER, OPTIONS_BELOW_QUESTION, QUESTION_AS_HEADING
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Position
from generator.forms.cloze import has_marks
from generator.forms.form import BlockContext, Found, comment_words
from generator.forms.in_text.answers import (
    MOST_SHOWN,
    answer_fold,
    answer_in_callout,
    answers_in,
    last_block,
    may_be_answered,
)
from generator.forms.in_text.below import makes_notes, may_go_on
from generator.forms.in_text.choices import CHOICE, CHOOSES, LETTERS
from generator.forms.in_text.marks import (
    LETTERED,
    LONE_MARK,
    begins_answer,
    holds_pairs,
    is_question,
    without_answer_mark,
)
from generator.forms.in_text.pairs import position_of
from generator.forms.list_table import as_table
from generator.settings.values import Settings
from generator.sources.block_tree import Lines, Node, is_comment
from generator.sources.callouts import Callout, callout
from generator.sources.cells import part_of
from generator.sources.html_folds import HtmlFold, html_fold
from generator.sources.lists import (
    CODE,
    LISTS,
    is_task_list,
    joined,
    list_row,
    not_shown,
    text_cell,
    text_of,
    without_mark,
)
from generator.sources.questions import asks, without_number

# Characters of an answer: about 250 words. What stands below a heading may be a whole chapter.
MOST_ANSWER_CHARACTERS = 1_500
_CALLOUTS = ("question", "faq", "help")
SIGNS: Mapping[str, re.Pattern[str]] = {
    "headings": lazy_regex(r"[?？؟][ *_#]*[{^%<\n]|\n {0,3}#{1,6}[ \t][^\n]*[?？؟]"),
    "callouts": lazy_regex(r"\[!(?:question|faq|help)|<summary", re.IGNORECASE),
    "items": lazy_regex(r"\n[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t][^\n]*(?:[?？؟]|#(?:flash)?card)"),
}
# A link to another place of the page, such as "back to top".
_MOST_LINK = 200  # characters
_LINK_AWAY = lazy_regex(r"[\W_]*\[[^\]\n]*\]\(#[^)\n]*\)[\W_]*")


def _is_asking_heading(node: Node, settings: Settings) -> bool:
    return "headings" in settings.questions and node.depth == 0 and asks(node.text)


def find_heading(context: BlockContext) -> Found | None:
    """A heading that asks, with the text up to the next heading or line as its answer."""
    node = context.node
    if holds_pairs(node.text):
        where = Position(context.file, node.line, 1)
        context.diagnostics.append(QUESTION_AS_HEADING.at(where))
        return None
    if not (_is_asking_heading(node, context.settings) or _is_answered(context)):
        return None
    below = list(_below_heading(context))
    comments = [each for _, each in below if is_comment(each)]
    words = [word for each in comments for word in comment_words(each, context.lines)]
    section = context.section
    if section and section[-1] == node.text:
        section = section[:-1]
    context = context._replace(words=(*context.words, *words), section=section)
    said = _said_below(context, below)
    found = asked_with(context, context.lines.cell(node), [], said.answer)
    if found is None:
        return None
    shown = (said.whole.get(id(each), each) for each in found.claimed)
    return found._replace(claimed=(*comments, *said.opened, *shown))


class _Said(NamedTuple):
    """What answers a heading: the blocks, what opens and ends those that are folded, and of blocks
    without the end of what is folded the whole ones."""

    answer: list[Node]
    opened: list[Node]
    whole: dict[int, Node]


def _said_below(context: BlockContext, below: Sequence[tuple[int, Node]]) -> _Said:
    said = _Said([], [], {})
    behind = 0  # what is folded above
    for place, each in below:
        if place < behind or is_comment(each):
            continue
        if inside := answer_in_callout(each, context.lines):
            said.opened.append(each)
            said.answer.extend(inside)
        elif fold := _fold_below_heading(context, place):
            behind = place + 1 + len(fold.blocks) + len(fold.end)
            if not _asks_itself(context, place):
                said.opened.extend((each, *fold.end))
                said.answer.extend(fold.inside)
                pairs = zip(fold.inside, fold.blocks, strict=True)
                said.whole.update((id(cut), block) for cut, block in pairs)
        else:
            said.answer.append(each)
    return said


def _fold_below_heading(context: BlockContext, place: int) -> HtmlFold | None:
    """What is folded in HTML, if it is an answer, or makes a note itself."""
    if context.siblings[place].type != "html_block":
        return None
    fold = html_fold(context.siblings, place, context.lines)
    is_read = fold is not None and not makes_notes(context, fold)
    is_answer = is_read and answer_fold(context.siblings, place, context.lines)
    return fold if is_answer or _asks_itself(context, place) else None


def _asks_itself(context: BlockContext, place: int) -> bool:
    """Whether what is folded in HTML is a question by its title."""
    is_set = "callouts" in context.settings.questions
    return is_set and asking_fold(context.siblings, place, context.lines) is not None


def _is_answered(context: BlockContext) -> bool:
    """Whether a heading that asks or is counted stands right above ``Answer: …``."""
    places = range(context.own_index + 1, len(context.siblings))
    blocks = (context.siblings[place] for place in places)
    below = next((node for node in blocks if not is_comment(node)), None)
    return (
        below is not None
        and below.type == "paragraph"
        and answers_in(below, context.lines) > 0
        and may_be_answered(context, context.node)
        and not context.is_taken(below)
        and not CHOOSES.search(context.node.text)
        and not CHOICE.match(without_answer_mark(Cell(below.text, 1, 1)).text)
    )


def _below_heading(context: BlockContext) -> Iterator[tuple[int, Node]]:
    """The blocks that answer a heading, and what no card shows of them, with their places; first a
    comment that leaves out the question."""
    for place in range(context.own_index + 1, len(context.siblings)):
        node = context.siblings[place]
        if is_comment(node):
            words = {word.text for word in comment_words(node, context.lines)}
            if words and (words != {"skip"} or place > context.own_index + 1):
                return
            if words:
                yield place, node
        elif node.type in ("paragraph", *LISTS):
            if not may_go_on(context, place) and not (
                node.type == "paragraph" and begins_answer(node.text)
            ):
                return
            if not (len(node.text) < _MOST_LINK and _LINK_AWAY.fullmatch(node.text)):
                yield place, node
        elif node.type in ("heading", "hr"):
            return
        else:
            yield place, node


def is_asking_callout(node: Node, lines: Lines) -> bool:
    """Whether a quote is a callout that asks, with something below its title."""
    found = _asking_callout(node, lines)
    return found is not None and bool(found.text.text or found.below)


def _asking_callout(node: Node, lines: Lines) -> Callout | None:
    """The callout whose title asks, and that is neither a quiz nor questions in text."""
    found = callout(node, lines)
    if found is None or found.kind not in _CALLOUTS or not asks(found.title.text):
        return None
    return None if any(is_task_list(b) or is_question(b) for b in found.below) else found


def find_callout(context: BlockContext) -> Found | None:
    """``> [!question] What is …?`` with its answer below it in the quote."""
    found = _asking_callout(context.node, context.lines)
    if found is None or "callouts" not in context.settings.questions:
        return None
    if context.settings.cloze == "on" and has_marks(context.node):
        return None
    asked = asked_with(context, found.title, found.own_text(), found.below)
    if asked is None:
        return None
    left = [node for node in found.below if node not in asked.claimed]
    return asked._replace(inside=[*asked.inside, *left], claimed=())


def asking_fold(siblings: Sequence[Node], place: int, lines: Lines) -> HtmlFold | None:
    """The fold that begins in a block of HTML, if its title asks and it has no questions in it."""
    fold = html_fold(siblings, place, lines)
    if fold is None or not asks(fold.title.text):
        return None
    return None if any(map(is_question, fold.blocks)) else fold


def find_fold(context: BlockContext) -> Found | None:
    """``<details>`` whose title asks, with its answer in it."""
    if "callouts" not in context.settings.questions:
        return None
    fold = asking_fold(context.siblings, context.own_index, context.lines)
    return _folded(context, fold.title, fold) if fold else None


def find_answer_of_above(context: BlockContext) -> Found | None:
    """What is folded right below a question and called its answer, in HTML or in a callout."""
    fold = answer_fold(context.siblings, context.own_index, context.lines)
    asked = question_above(context) if fold else None
    if fold is None or asked is None:
        return None
    question, shown = asked
    said, _ = text_of(fold.inside, context.lines)
    if CHOOSES.search(question.text) or (said and LETTERS.fullmatch(said[0].text)):
        return None  # of its options none is read
    cell = context.lines.cell(question)
    cell = part_of(cell, without_number(cell.text))
    section = context.section
    if question.type == "heading" and section and section[-1] == question.text:
        context = context._replace(section=section[:-1])
    return _folded(context, joined([cell, *(text_cell(c, context.lines) for c in shown)]), fold)


def _folded(context: BlockContext, asked: Cell, fold: HtmlFold) -> Found | None:
    """The question with what is folded as its answer, if that makes no notes itself."""
    if makes_notes(context, fold):
        return None
    found = asked_with(context, asked, [], fold.inside)
    if found is None:
        return None
    shown = {id(node) for node in found.claimed}
    pairs = zip(fold.blocks, fold.inside, strict=True)
    return found._replace(
        claimed=(*(block for block, each in pairs if id(each) in shown), *fold.end)
    )


def question_above(context: BlockContext) -> tuple[Node, list[Node]] | None:
    """The question right above a block, and the code between them."""
    shown: list[Node] = []
    if context.goes_on:  # what stands there is of another one
        return None
    for place in range(context.own_index - 1, -1, -1):
        node = context.siblings[place]
        if node.type in CODE and len(shown) < MOST_SHOWN:
            shown.insert(0, node)
        elif not is_comment(node):
            question = last_block(node)
            return (question, shown) if may_be_answered(context, question) else None
    return None


def asked_with(
    context: BlockContext, asked: Cell, first: Sequence[Cell], below: Sequence[Node]
) -> Found | None:
    """A question and the blocks that answer it; None where none of them is text."""
    context.shorten(*below)
    text, left = text_of(below, context.lines)
    answer = [cell for cell in (*first, *text) if cell.text]
    if len(answer) == 1:  # a list of one item is no list
        answer[0] = answer[0]._replace(text=without_mark(answer[0].text))
    if len(answer) > 1 and LONE_MARK.fullmatch(answer[0].text):
        del answer[0]
    if answer:
        answer[0] = without_answer_mark(answer[0])
        answer = [cell for cell in answer if cell.text]
    # What such a line leads to is not on the card.
    while answer and answer[-1].text.endswith((":", "：")):
        del answer[-1]
    if not answer:
        return None
    claimed = tuple(node for node in below if node not in left)
    if any(LETTERED.search("\n" + without_mark(cell.text)) for cell in answer):
        context.diagnostics.append(OPTIONS_BELOW_QUESTION.at(position_of(asked, context.file)))
        return None
    row = list_row((part_of(asked, without_number(asked.text)), joined(answer)))
    if not context.says("skip"):
        length = sum(len(cell.text) for cell in answer)
        if length > MOST_ANSWER_CHARACTERS:
            words = {"characters": length, "most": MOST_ANSWER_CHARACTERS}
            context.diagnostics.append(LONG_ANSWER.at(position_of(asked, context.file), **words))
            return None
        context.diagnostics.extend(not_shown(left, context.file))
    inside = [node for node in left if node not in below]
    return Found(as_table(context, Form.QUESTION, [row]), inside, claimed)
