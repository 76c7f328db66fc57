"""Questions and answers in text: ``Q: …`` and ``A: …``, in a paragraph, in two, or in a list."""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.diagnostics import UNANSWERED, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Kind, Page, Position, Row, Table, TableReport
from generator.core.note_fields import ClueFields, join_fields
from generator.forms.form import BlockContext, FormRule, Found, comment_words
from generator.forms.in_text.answers import CALLOUT_SIGN, FOLDED_SIGN, answer_fold
from generator.forms.in_text.asking import (
    SIGNS,
    find_answer_of_above,
    find_callout,
    find_fold,
    find_heading,
)
from generator.forms.in_text.below import answer_below, is_dotted_answer
from generator.forms.in_text.items import asks_in_item, find_items
from generator.forms.in_text.marks import (
    LEGEND,
    OTHER_SIGN,
    begins_answer,
    begins_question,
    holds_pairs,
    is_lettered,
    is_question,
    marks_in,
)
from generator.forms.in_text.pairs import (
    Part,
    folded_answer,
    pairs_of,
    parts_of,
    parts_of_list,
)
from generator.forms.in_text.unmarked import begins_with_answer, may_be_asked, with_question
from generator.forms.list_table import as_table
from generator.markup.field_html import field_text, hide_readings
from generator.markup.inline import plain
from generator.markup.render_cell import folded, render_cells, same_as, shortened
from generator.markup.render_cell import is_skipped as is_row_skipped
from generator.notes.labels import labels_for, question
from generator.notes.page_notes import BlockNotes, ReadyNote
from generator.notes.surroundings import Frame
from generator.settings.values import Settings
from generator.sources.block_tree import Node, is_comment
from generator.sources.lists import LISTS, first_text
from generator.sources.questions import asks, is_numbered


def _may_take(node: Node, settings: Settings) -> bool:
    if node.type == "paragraph":
        return begins_question(node.text) or bool(marks_in(node.text))
    if node.type == "heading":
        may_be_answered = asks(node.text) or is_numbered(node.text)
        return holds_pairs(node.text) or (node.depth == 0 and may_be_answered)
    if node.type in LISTS:
        may_ask = "items" in settings.questions and any(map(asks_in_item, node.inside))
        return may_ask or is_question(node) or begins_with_answer(node)
    return node.type != "html_block" or "<summary" in node.content


def _find(context: BlockContext) -> Found | None:
    """A paragraph with a question, or a list in which an item is one."""
    node = context.node
    if node.type == "heading":
        return find_heading(context)
    if node.type == "blockquote":
        return find_callout(context) or find_answer_of_above(context)
    if node.type == "html_block":
        return find_fold(context) or find_answer_of_above(context)
    context, comments = _without_comments_between(context)
    claimed: tuple[Node, ...] = ()
    inside: list[Node] = []
    found: list[Diagnostic] = []
    is_marked = is_question(node)
    if not (is_marked or may_be_asked(context)):
        return find_items(context) if node.type in LISTS else None
    if node.type in LISTS:
        texts = map(first_text, node.inside)
        if any(LEGEND.match(text) and not begins_question(text) for text in texts):
            return None
        parts = parts_of_list(context, inside, found)
    else:
        claimed = answer_below(context, found)
        is_dotted = bool(claimed) and is_dotted_answer(context, context.own_index + 1)
        parts = [
            part
            for each in (node, *claimed)
            for part in parts_of(
                each, context, found, inside, is_answer=is_dotted and each is claimed[0]
            )
        ]
        if (below := context.sibling(len(claimed) + 1)) and below.type == "paragraph":
            parts += [Part("", Cell("\n" + below.text, below.line, 1))] * is_lettered(below)
    place = context.own_index + len(claimed) + 1
    if folded := folded_answer(context, context.siblings, place, parts):
        parts.append(folded.part)
        claimed += folded.taken
        inside += folded.left
    if not is_marked and not (parts := with_question(context, parts)):
        return None
    rows, more = pairs_of(parts, context.file, bool(context.taken))
    if not context.says("skip"):
        context.diagnostics.extend([*found, *more])
    if not rows and inside:
        return None
    return Found(as_table(context, Form.QUESTION, rows), tuple(inside), (*comments, *claimed))


def _without_comments_between(
    context: BlockContext,
) -> tuple[BlockContext, tuple[Node, ...]]:
    """The context without comments between a question and its answer, where they say no more than
    that both are left out; and those comments."""
    if not is_question(context.node) or holds_pairs(context.node.text):
        return context, ()
    comments: list[Node] = []
    words: list[Cell] = []
    while (node := context.sibling(len(comments) + 1)) and is_comment(node):
        comments.append(node)
        words += comment_words(node, context.lines)
    place = context.own_index + len(comments) + 1
    if not comments or node is None or not {word.text for word in words} <= {"skip"}:
        return context, ()
    is_answer = node.type == "paragraph" and begins_answer(node.text)
    if not is_answer and answer_fold(context.siblings, place, context.lines) is None:
        return context, ()
    siblings = (*context.siblings[: context.own_index + 1], *context.siblings[place:])
    return context._replace(siblings=siblings, words=(*context.words, *words)), tuple(comments)


def _read(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """Each pair as a note that is ready."""
    is_skipped = any(word.text == "skip" for word in table.directives)
    report = TableReport(
        position=Position(page.path, table.header.line, table.header.column),
        header=(shortened(plain(table.rows[0].cells[0].text, page.references)),),
        kind="" if is_skipped else Kind.CLUE.value,
        rows=len(table.rows),
        notes=0,
        skipped="skipped by a comment" if is_skipped else "",
        form=Form.QUESTION,
    )
    diagnostics: list[Diagnostic] = []
    rows = [] if is_skipped else [row for row in table.rows if not is_row_skipped(row.cells)]
    ready = tuple(_note(page, frame, row, diagnostics) for row in rows)
    return BlockNotes(report, ready=ready, diagnostics=tuple(diagnostics))


def _shown_cells(page: Page, table: Table) -> Sequence[Cell]:
    is_skipped = any(word.text == "skip" for word in table.directives)
    return () if is_skipped else table.cells


QUESTION = FormRule(
    form=Form.QUESTION,
    name="a question in text",
    nodes=("paragraph", "heading", "blockquote", "html_block", *LISTS),
    # A word before it is looked for last, since that takes the longest.
    sign=lazy_regex(
        r"[QA](?<![^\W_].)(?:(?<=Q)uestion|(?<=A)nswer)?(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]"
    ),
    find=_find,
    read=_read,
    kind=Kind.CLUE,
    may_take=_may_take,
    shown_cells=_shown_cells,
    signs_of=lambda settings: (
        OTHER_SIGN,
        FOLDED_SIGN,
        CALLOUT_SIGN,
        *(SIGNS[form] for form in settings.questions),
    ),
)


def _note(page: Page, frame: Frame, row: Row, diagnostics: list[Diagnostic]) -> ReadyNote:
    labels = labels_for(frame.settings)
    (prompt, answer), (clue, text) = render_cells(page, row.cells, diagnostics)
    where = Position(page.path, row.line, row.column)
    is_whole = bool(clue and text)
    if not is_whole:
        diagnostics.append(UNANSWERED.at(where))
    context = frame.context([text], clue)
    fields = ClueFields(
        prompt=hide_readings(prompt, [text]),
        answer=answer,
        cue=field_text(labels.question_cue),
        ask=field_text(labels.answer),
        question=field_text(question(labels.answer, labels)),
        context=context,
        foot=frame.foot(context),
        **frame.place,
    )
    asked, said = (folded(cell.text) for cell in row.cells)
    return ReadyNote(
        kind=Kind.CLUE,
        headings=frame.headings,
        clue=asked,
        answer=said,
        position=where,
        same_as=same_as(row.cells),
        fields=join_fields(fields) if is_whole else b"",
        is_unfinished=not is_whole,
        lines=tuple({cell.line: None for cell in row.cells}),
    )
