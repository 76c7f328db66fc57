"""A question with a task list becomes a quiz note."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import (
    ALL_RIGHT,
    EMPTY_OPTION,
    NO_BOX,
    SAME_OPTION,
    SINGLE_OPTION,
    Diagnostic,
)
from generator.model import Cell, Form, Kind, Page, Position, Quiz, TableReport
from generator.note_fields import QuizFields, packed
from generator.notes.cells import folded, render_cells, same_as
from generator.notes.cloze import shortened
from generator.notes.field_html import field_text
from generator.notes.frame import Frame
from generator.notes.inline import plain
from generator.notes.labels import labels_for
from generator.notes.options import options_html
from generator.notes.page_notes import BlockNotes, ReadyNote
from generator.notes.panel import silent
from generator.notes.quiz import Answer
from generator.settings import check_directives, idle_directives


def read_quiz(page: Page, quiz: Quiz, frame: Frame) -> BlockNotes:
    """The quiz as a note that is ready, unless something is wrong with it."""
    path, question = page.path, quiz.question
    report = TableReport(
        position=Position(path, question.line, question.column),
        header=(shortened(plain(question.text, page.references)),),
        kind=Kind.QUIZ.value,
        rows=len(quiz.options),
        notes=0,
        skipped="",
        form=Form.QUIZ,
    )
    faults = list(_faults(quiz, page))
    diagnostics = check_directives(quiz.directives, path)
    diagnostics += idle_directives(quiz.directives, Form.QUIZ, Kind.QUIZ, path)
    diagnostics += faults
    ready = () if faults else (_note(page, frame, quiz, diagnostics),)
    return BlockNotes(report, ready=ready, diagnostics=tuple(diagnostics))


def _faults(quiz: Quiz, page: Page) -> Iterator[Diagnostic]:
    path = page.path
    lines: dict[str, int] = {}
    for option in quiz.options:
        where = Position(path, option.text.line, option.text.column)
        text = plain(option.text.text, page.references) or folded(option.text.text)
        if not text:
            yield EMPTY_OPTION.at(where)
        elif option.is_right is None:
            yield NO_BOX.at(where)
        elif text in lines:
            yield SAME_OPTION.at(where, line=lines[text])
        lines.setdefault(text, option.text.line)
    where = Position(path, quiz.options[0].text.line, quiz.options[0].text.column)
    if len(quiz.options) == 1:
        yield SINGLE_OPTION.at(where)
    elif all(option.is_right for option in quiz.options):
        yield ALL_RIGHT.at(where)


def _note(page: Page, frame: Frame, quiz: Quiz, diagnostics: list[Diagnostic]) -> ReadyNote:
    labels = labels_for(frame.settings)
    cells = [quiz.question, *(option.text for option in quiz.options)]
    (prompt, *htmls), (_, *texts) = render_cells(page, cells, diagnostics)
    answers = [Answer(t, silent(html, t)) for t, html in zip(texts, htmls, strict=True)]
    right, wrong = (
        [a for a, option in zip(answers, quiz.options, strict=True) if option.is_right is is_right]
        for is_right in (True, False)
    )
    clue = folded(quiz.question.text)
    is_multiple = len(right) > 1
    fields = QuizFields(
        prompt=prompt,
        options=options_html(clue, right, wrong),
        answer="<br>".join(answer.html for answer in right),
        cue=field_text(labels.quiz),
        question=field_text(labels.choose_several if is_multiple else labels.choose_one),
        multiple="1" if is_multiple else "",
        context=frame.context([answer.text for answer in right]),
        extra=_explanation(page, quiz, htmls, diagnostics),
        **frame.place,
        key="",
        right_label=field_text(labels.picked_right),
        wrong_label=field_text(labels.picked_wrong),
        correct_label=field_text(labels.correct_answer),
    )
    rights = [option.text.text for option in quiz.options if option.is_right]
    return ReadyNote(
        kind=Kind.QUIZ,
        headings=frame.headings,
        clue=clue,
        answer=" | ".join(map(folded, rights)),
        position=Position(page.path, quiz.question.line, quiz.question.column),
        same_as=same_as(cells),
        fields=packed(fields),
    )


def _explanation(page: Page, quiz: Quiz, htmls: list[str], diagnostics: list[Diagnostic]) -> str:
    """What stands below the options, each below its own or below all of them."""

    def shown(cells: tuple[Cell, ...]) -> str:
        return "<br>".join(render_cells(page, cells, diagnostics)[0])

    paragraphs = [
        f"<p><strong>{html}</strong><br>{shown(option.below)}</p>"
        for option, html in zip(quiz.options, htmls, strict=True)
        if option.below
    ]
    if quiz.explanation:
        paragraphs.append(f"<p>{shown(quiz.explanation)}</p>")
    return "".join(paragraphs)
