"""Questions and answers in text: ``Q: …`` and ``A: …``, in a paragraph, in two, or in a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from generator.diagnostics import (
    LEFT_OUT,
    NOT_A_QUESTION,
    OPTIONS_BELOW_QUESTION,
    UNANSWERED,
    Diagnostic,
)
from generator.forms.form import BlockContext, FormRule, Found
from generator.model import Cell, Form, Kind, Page, Position, Row, Table, TableReport
from generator.note_fields import ClueFields, join_fields
from generator.notes.cell_html import folded, render_cells, same_as, shortened
from generator.notes.field_html import field_text
from generator.notes.frame import Frame
from generator.notes.inline import plain
from generator.notes.labels import labels_for, question
from generator.notes.page_notes import BlockNotes, ReadyNote
from generator.sources.lists import LISTS, first_text, item_text, list_row
from generator.sources.rows import within_limits
from generator.sources.tree import Lines, Node

# `Q:`, `**Q:**`, `**Q**:`, `Q1:`, `Question 1:`; or `**Q: the whole question**`.
_NAMES = r"(?P<name>Q|A|Question|Answer)(?:[ ]?\d{1,4})?"
_MARK = re.compile(
    rf"^(?P<open>\*\*|__|\*|_|){_NAMES}(?:[:：](?P=open)|(?P=open)[:：]|(?P<rest>[:：]))(?=\s|$)",
    re.MULTILINE,
)
# In the line of its question an answer is bold, or a sentence has ended before it.
_SAME_LINE = re.compile(
    r"(?<=\s)(?:(?P<open>\*\*|__)(?:A|Answer)(?:[:：](?P=open)|(?P=open)[:：])"
    r"|(?<=[?？؟.!][ ])(?:A|Answer)[:：])(?=\s|$)"
)
_LETTERED = re.compile(r"^\(?[B-D][).:][ \t]", re.MULTILINE | re.IGNORECASE)
_BULLET = "• "


class _Part(NamedTuple):
    """Text behind a mark: ``name`` is Q, A, or nothing where it goes on with what is above it.

    ``begins`` says that it is the first of a list's item.
    """

    name: str
    cell: Cell
    begins: bool = False


def _find(context: BlockContext) -> Found | None:
    """A paragraph that begins with a question, or a list in which an item does."""
    node = context.node
    is_list = node.type in LISTS
    if not any(map(_asks, map(first_text, node.inside) if is_list else (node.text,))):
        return None
    claimed: tuple[Node, ...] = ()
    inside: tuple[Node, ...] = ()
    if is_list:
        inside, parts = _nested(context), _parts_of_list(node, context.lines)
    else:
        claimed = _answer_below(context)
        parts = [part for each in (node, *claimed) for part in _parts(each, context.lines)]
    rows, found = _pairs(parts, context.file)
    if not context.says("skip"):
        context.diagnostics.extend(found)
    read = within_limits(rows, context.file, context.words, context.diagnostics)
    if not read:
        return Found((), inside, claimed)
    header = Row((), read[0].line, read[0].column)
    table = Table(header, tuple(read), context.section, context.words, Form.QUESTION)
    return Found((table,), inside, claimed)


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
    rows = () if is_skipped else table.rows
    ready = tuple(_note(page, frame, row, diagnostics) for row in rows)
    return BlockNotes(report, ready=ready, diagnostics=tuple(diagnostics))


def _shown_cells(page: Page, table: Table) -> Sequence[Cell]:
    is_skipped = any(word.text == "skip" for word in table.directives)
    return () if is_skipped else table.cells


QUESTION = FormRule(
    form=Form.QUESTION,
    name="a question in text",
    nodes=("paragraph", *LISTS),
    find=_find,
    read=_read,
    kind=Kind.CLUE,
    shown_cells=_shown_cells,
)


def _note(page: Page, frame: Frame, row: Row, diagnostics: list[Diagnostic]) -> ReadyNote:
    labels = labels_for(frame.settings)
    (prompt, answer), (_, text) = render_cells(page, row.cells, diagnostics)
    fields = ClueFields(
        prompt=prompt,
        answer=answer,
        cue=field_text(labels.question_cue),
        ask=field_text(labels.answer),
        question=field_text(question(labels.answer, labels)),
        context=frame.context([text]),
        options="",
        reverse="",
        extra="",
        table="",
        **frame.place,
        key="",
        table_label="",
        right_label=field_text(labels.picked_right),
        wrong_label=field_text(labels.picked_wrong),
        correct_label=field_text(labels.correct_answer),
    )
    asked, said = (folded(cell.text) for cell in row.cells)
    return ReadyNote(
        kind=Kind.CLUE,
        headings=frame.headings,
        clue=asked,
        answer=said,
        position=Position(page.path, row.line, row.column),
        same_as=same_as(row.cells),
        fields=join_fields(fields),
        lines=tuple({cell.line: None for cell in row.cells}),
    )


# --- how they are written ---------------------------------------------------------------------


def _asks(text: str) -> bool:
    mark = _MARK.match(text)
    return mark is not None and mark["name"][0] == "Q"


def _answer_below(context: BlockContext) -> tuple[Node, ...]:
    """The blocks below a question's paragraph that answer it: a paragraph that begins so, and a
    list where the answer has no text before it, or ends with a colon."""
    claimed: list[Node] = []
    last = context.node
    while below := context.sibling(len(claimed) + 1):
        if below.type == "paragraph":
            mark = _MARK.match(below.text)
            goes_on = mark is not None and mark["name"][0] == "A" and _is_open(last)
        else:
            goes_on = below.type in LISTS and _leads_to_list(last)
        if not goes_on:
            break
        claimed.append(below)
        last = below
    return tuple(claimed)


def _is_open(node: Node) -> bool:
    """Whether the last mark of a paragraph is a question's."""
    marks = [mark["name"][0] for mark in _MARK.finditer(node.text)]
    return marks[-1:] == ["Q"] and not _SAME_LINE.search(node.text)


def _leads_to_list(node: Node) -> bool:
    """Whether a paragraph ends with an answer that has to go on."""
    marks = list(_MARK.finditer(node.text))
    return (
        bool(marks)
        and marks[-1]["name"][0] == "A"
        and node.text.rstrip("*_ ").endswith((":", "："))
    )


def _nested(context: BlockContext) -> tuple[Node, ...]:
    """What stands in the items besides text and lists: it is read for itself, or left out."""
    found = []
    for item in context.node.inside:
        for child in item.inside:
            if child.type == "paragraph" or child.type in LISTS:
                continue
            found.append(child)
            if child.type not in ("table", "html_block"):
                context.diagnostics.append(LEFT_OUT.at(Position(context.file, child.line, 1)))
    return tuple(found)


def _parts_of_list(node: Node, lines: Lines) -> list[_Part]:
    """The parts of the items' text, one item after the other."""
    found = []
    for item in node.inside:
        parts = [part for child in item.inside for part in _parts(child, lines)]
        first = parts[0] if parts else _Part("", item_text(item, lines))
        found += [first._replace(begins=True), *parts[1:]]
    return found


def _parts(node: Node, lines: Lines) -> list[_Part]:
    """A paragraph, cut where a line begins with a mark; of a list without marks the items."""
    if node.type in LISTS:
        if node.inside and _MARK.match(first_text(node.inside[0])):
            return [
                part for item in node.inside for each in item.inside for part in _parts(each, lines)
            ]
        return [_Part("", _bulleted(item_text(item, lines))) for item in node.inside]
    if node.type != "paragraph":
        return []
    text = node.text
    marks = list(_MARK.finditer(text))
    if not marks:
        return [_Part("", lines.cell(node))]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found = [] if marks[0].start() == 0 else [_Part("", lines.cell(node, 0, marks[0].start()))]
    for mark, end in zip(marks, ends, strict=True):
        name = mark["name"][0]
        answer = _SAME_LINE.search(text, mark.end(), end) if name == "Q" else None
        cell = lines.cell(node, mark.end(), answer.start() if answer else end)
        if not cell.text:  # it stands where its mark does
            cell = lines.cell(node, mark.start(), mark.end())._replace(text="")
        found.append(_Part(name, _without_bold(cell, mark)))
        if answer:
            found.append(_Part("A", lines.cell(node, answer.end(), end)))
    return found


def _without_bold(cell: Cell, mark: re.Match[str]) -> Cell:
    """The text behind a mark whose bold did not end with it."""
    bold = mark["open"]
    if not mark["rest"] or not bold or not cell.text:
        return cell
    if cell.text.endswith(bold):
        return cell._replace(text=cell.text[: -len(bold)].rstrip())
    return cell._replace(text=bold + cell.text)


def _bulleted(cell: Cell) -> Cell:
    return cell._replace(text=_BULLET + cell.text)


def _pairs(parts: Iterable[_Part], file: str) -> tuple[list[Row], list[Diagnostic]]:
    """Questions with their answers; a diagnostic for each that is no pair."""
    pairs: list[tuple[list[Cell], list[Cell]]] = []
    found: list[Diagnostic] = []
    is_open = False  # whether what comes next may go on with the last one
    for part in parts:
        if part.name == "Q":
            pairs.append(([part.cell], []))
            is_open = True
        elif not is_open or (part.begins and not part.name):
            if part.begins:
                found.append(NOT_A_QUESTION.at(_position(part.cell, file)))
            is_open = False
        else:
            question, answer = pairs[-1]
            (answer if part.name or answer else question).append(part.cell)
    rows = []
    for question, answer in pairs:
        asked, said = _joined(question), _joined(answer or [Cell("", 0, 0)])
        where = _position(asked, file)
        if any(_LETTERED.search(cell.text) for cell in (*question, *answer)):
            found.append(OPTIONS_BELOW_QUESTION.at(where))
        elif not folded(asked.text) or not folded(said.text):
            found.append(UNANSWERED.at(where))
        else:
            rows.append(list_row((asked, said)))
    return rows, found


def _position(cell: Cell, file: str) -> Position:
    return Position(file, cell.line, cell.column)


def _joined(cells: Sequence[Cell]) -> Cell:
    """Paragraphs as one cell, each on its own line, at the place of the first that has text."""
    full = [cell for cell in cells if cell.text] or cells[:1]
    return full[0]._replace(text="<br>".join(cell.text for cell in full))
