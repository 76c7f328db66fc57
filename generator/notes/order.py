"""Decision orders: a card asks what comes first, and after each step what comes next.

A note is recognised by the step that its card shows, so that one that is inserted changes no other
note but that of the step above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from generator.diagnostics import EMPTY_CELL, SAME_STEP, Diagnostic
from generator.model import Kind, Origin, Position, Row, Table
from generator.notes.cells import folded, render_cells, same_as
from generator.notes.definitions import with_header
from generator.notes.field_html import field_text
from generator.notes.frame import Frame
from generator.notes.inline import plain
from generator.notes.kinds import lay_out
from generator.notes.labels import Labels, labels_for
from generator.notes.panel import Panel, lay_panel
from generator.notes.sheet import Entry, Sheet, silent
from generator.settings import check_directives, idle_directives

FEWEST_STEPS = 2


def read_order(frame: Frame, table: Table, diagnostics: list[Diagnostic]) -> list[Sheet]:
    """Two sheets, of the first step and of what comes after each other, with one panel."""
    labels = labels_for(frame.settings)
    diagnostics += check_directives(table.directives, frame.page.path)
    diagnostics += idle_directives(table.directives, table.form, Kind.CLUE, frame.page.path)
    found = list(_faults(frame, table.rows, labels))
    diagnostics += found
    words = tuple(word for word in table.directives if word.text != "reverse")
    sheets = _sheets(frame, replace(table, directives=words), labels)
    if found or len(table.rows) < FEWEST_STEPS:
        return sheets
    page = frame.page
    steps = [render_cells(page, row.cells, diagnostics) for row in table.rows]
    panel = _panel([silent(html, text) for (html,), (text,) in steps], labels)
    name = plain(frame.headings[-1], page.references) if frame.headings else frame.title
    # Many pages have an order of decisions; its name alone would not tell them apart.
    clue = " › ".join(filter(None, (frame.title, frame.section)))
    shown, read = field_text(name), name
    for place, (row, ((html,), (text,))) in enumerate(zip(table.rows, steps, strict=True)):
        sheet = sheets[min(place, 1)]
        sheet.panel = panel
        answer = folded(row.cells[0].text)
        origin = Origin(
            kind=Kind.CLUE,
            package=frame.package,
            page=page.path,
            section=frame.section,
            # One table, also to who looks for the notes of an order whose heading is renamed.
            question=labels.next_step,
            clue=clue,
            answer=answer,
            id="",
        )
        where = Position(page.path, row.line, row.column)
        entry = Entry(origin, where, same_as(row.cells), (shown, html), (read, text), place)
        sheet.entries.append(entry)
        shown, read, clue = html, text, answer
    return sheets


def _sheets(frame: Frame, table: Table, labels: Labels) -> list[Sheet]:
    first = with_header(table, labels.order, labels.first_step)
    after = with_header(table, labels.after, labels.next_step)
    return [
        Sheet(
            # The heading is the order's name on the card; what is above it is the context.
            frame=frame,
            context_frame=replace(frame, headings=frame.headings[:-1]),
            table=first,
            layout=lay_out(first),
            headers=(labels.order, labels.first_step),
            question=labels.first_question,
        ),
        Sheet(
            frame=frame,
            context_frame=frame,
            table=after,
            layout=lay_out(after),
            headers=(labels.after, labels.next_step),
            question=labels.next_question,
        ),
    ]


def _faults(frame: Frame, rows: Sequence[Row], labels: Labels) -> list[Diagnostic]:
    found = []
    lines: dict[str, int] = {}
    for row in rows:
        where = Position(frame.page.path, row.line, row.column)
        text = folded(row.cells[0].text)
        if not text:
            found.append(EMPTY_CELL.at(where, header=labels.next_step))
        elif text in lines:
            found.append(SAME_STEP.at(where, line=lines[text]))
        lines.setdefault(text, row.line)
    return found


def _panel(steps: Sequence[str], labels: Labels) -> Panel:
    rows = [[f"{number}. {html}"] for number, html in enumerate(steps, 1)]
    return lay_panel([field_text(labels.order)], [labels.order], rows)
