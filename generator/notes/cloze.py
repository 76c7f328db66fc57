"""Marked text becomes cloze notes: a passage is a note, each marked text in it a card."""

from __future__ import annotations

from collections.abc import Sequence

from generator.diagnostics import EMPTY_GAP, GAP_NUMBER, IDLE_COMMENT, Diagnostic
from generator.model import Cell, Form, Gap, Kind, Origin, Position, Prose, TableReport
from generator.note_fields import ClozeFields
from generator.notes.cells import folded, marks_in, render_cells, same_as
from generator.notes.field_html import field_text
from generator.notes.frame import Frame
from generator.notes.gaps import Mark, with_deletions
from generator.notes.inline import (
    media_targets,
    plain,
    render_marked,
    without_control_characters,
)
from generator.notes.labels import labels_for
from generator.notes.reading import Reading, Ready
from generator.notes.words import longest_harmless
from generator.settings import check_directives, idle_directives

_LAST_NUMBER = 499  # Anki puts all higher ones on one card
_SHOWN = 60  # letters of a passage in a report


def read_prose(frame: Frame, prose: Prose, diagnostics: list[Diagnostic]) -> Reading:
    """The passages that hold marked text; the others are ordinary paragraphs."""
    page, words = frame.page, prose.directives
    marked = [(cell, marks) for cell in prose.passages if (marks := marks_in(page, cell))]
    unmarked = len(prose.passages) - len(marked)
    diagnostics += check_directives(words, page.path)
    if not marked:
        if words:
            where = Position(page.path, words[0].line, words[0].column)
            diagnostics.append(IDLE_COMMENT.at(where))
        return Reading(None, paragraphs=unmarked)
    is_skipped = any(word.text == "skip" for word in words)
    first = marked[0][0]
    report = TableReport(
        position=Position(page.path, first.line, first.column),
        header=(shortened(plain(_unmarked(*marked[0]), page.references)),),
        kind="" if is_skipped else Kind.CLOZE.value,
        rows=len(marked),
        notes=0,
        skipped="skipped by a comment" if is_skipped else "",
        form=Form.PASSAGE,
    )
    reading = Reading(report, paragraphs=unmarked)
    if not is_skipped:
        diagnostics += idle_directives(words, Form.PASSAGE, Kind.CLOZE, page.path)
        for cell, marks in marked:
            if _is_sound(frame, cell, marks, diagnostics):
                reading.ready.append(_note(frame, prose.lead, cell, marks, diagnostics))
    return reading


def shortened(text: str) -> str:
    """The first words of a text, for a report."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rsplit(" ", 1)[0] + "…"


def _is_sound(
    frame: Frame, cell: Cell, marks: Sequence[Mark], diagnostics: list[Diagnostic]
) -> bool:
    where = Position(frame.page.path, cell.line, cell.column)
    found = []
    for mark in marks:
        if mark.number is not None and not 1 <= mark.number <= _LAST_NUMBER:
            found.append(GAP_NUMBER.at(where, number=mark.number))
        shown = cell.text[mark.inner_start : mark.inner_end]
        if not mark.text and not media_targets(shown, frame.page.references):
            found.append(EMPTY_GAP.at(where))
    if not found and len({mark.number or -mark.start - 1 for mark in marks}) > _LAST_NUMBER:
        found.append(GAP_NUMBER.at(where, number=_LAST_NUMBER + 1))
    diagnostics += found
    return not found


def _note(
    frame: Frame, lead: str, cell: Cell, marks: Sequence[Mark], diagnostics: list[Diagnostic]
) -> Ready:
    page, clue = frame.page, _unmarked(cell, marks)
    # For what it says about pictures and the like.
    render_cells(page, [cell._replace(text=clue)], diagnostics)
    html, _ = render_marked(cell.text, page.references, page.media)
    numbers = _numbers(marks)
    hidden = [mark.text for mark in marks]
    gaps = {
        number: Gap(number, _together(number, numbers, hidden), mark.number is not None)
        for number, mark in zip(numbers, marks, strict=True)
    }
    hints = [field_text(plain(mark.hint, page.references)) for mark in marks]
    fields = ClozeFields(
        text=with_deletions(html, numbers, hints),
        cue=field_text(labels_for(frame.settings).fill_the_gap),
        lead=_lead(frame, lead, hidden),
        context=frame.context(hidden),
        extra="",
        **frame.place,
        key="",
    )
    origin = Origin(
        kind=Kind.CLOZE,
        package=frame.package,
        page=page.path,
        section=frame.section,
        question="",
        clue=folded(clue),
        answer=" | ".join(hidden),
        id="",
    )
    where = Position(page.path, cell.line, cell.column)
    return Ready(origin, where, same_as([cell]), frame, fields, tuple(gaps.values()))


def _unmarked(cell: Cell, marks: Sequence[Mark]) -> str:
    """The passage as it reads without its marks, as Markdown."""
    text = without_control_characters(cell.text)
    pieces, end = [], 0
    for mark in marks:
        pieces += [text[end : mark.start], text[mark.inner_start : mark.inner_end]]
        end = mark.end
    return "".join([*pieces, text[end:]])


def _numbers(marks: Sequence[Mark]) -> list[int]:
    """The number of each mark: the one beside it, else the next that nobody chose."""
    chosen = {mark.number for mark in marks}
    free = (number for number in range(1, 2 * _LAST_NUMBER) if number not in chosen)
    return [next(free) if mark.number is None else mark.number for mark in marks]


def _together(number: int, numbers: Sequence[int], hidden: Sequence[str]) -> str:
    """What one card hides."""
    return " | ".join(text for n, text in zip(numbers, hidden, strict=True) if n == number)


def _lead(frame: Frame, text: str, hidden: Sequence[str]) -> str:
    """The paragraph above the list, unless it gives away what a card hides."""
    above = Cell(text, 1, 1)
    lead = above._replace(text=_unmarked(above, marks_in(frame.page, above)))
    if not longest_harmless([plain(lead.text, frame.page.references)], hidden):
        return ""
    # Nothing is said of what is wrong with it: it is no card's own text.
    return render_cells(frame.page, [lead], [])[0][0]
