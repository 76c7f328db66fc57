"""Decision orders: a card asks what comes first, and after each step what comes next.

A note is recognised by the step that its card shows, so that one that is inserted changes no other
note but that of the step above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.core.diagnostics import EMPTY_CELL, NOT_NUMBERED, SAME_STEP, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Form, Kind, Page, Position, Row, Table
from generator.forms.form import NEW, NO_QUIZ, SAME, BlockContext, FormRule, Found, Word
from generator.forms.list_table import list_table
from generator.markup.field_html import field_text
from generator.markup.render_cell import folded, render_cells, same_as
from generator.notes.digests import digest_of
from generator.notes.labels import LABELS, Labels, labels_for
from generator.notes.page_notes import BlockNotes, PanelNotes, TableNotes, Texts
from generator.notes.surroundings import Frame
from generator.notes.table_cells import headers_of, report_of, with_header
from generator.notes.whole_table import silent
from generator.sources.block_tree import Lines, Node
from generator.sources.lists import LISTS, is_task_list, item_text, joined, list_row, more_text

_FEWEST_STEPS = 2


def _find(context: BlockContext) -> Found | None:
    """A numbered list where a comment says so."""
    node = context.node
    if not context.says("order") or is_task_list(node):
        return None
    context.shorten_items()
    steps = _steps(node, context.lines, context.file, context.diagnostics)
    return list_table(context, Form.ORDER, steps)


def _steps(node: Node, lines: Lines, file: str, diagnostics: list[Diagnostic]) -> Iterator[Row]:
    """The steps of an order, each a row of one cell."""
    if node.type != "ordered_list":
        diagnostics.append(NOT_NUMBERED.at(Position(file, node.line, 1)))
    for item in node.inside:
        yield list_row([joined([item_text(item, lines), *more_text(item, lines)])])


def _read(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """Two tables, of the first step and of what comes after each other, with one panel."""
    labels = labels_for(frame.settings)
    faults = _faults(page, table.rows, labels)
    headed = with_header(table, labels.after, labels.next_step)
    report = report_of(page, headed, headers_of(page, headed))
    diagnostics = tuple(faults)
    if len(table.rows) < _FEWEST_STEPS:
        return BlockNotes(report._replace(skipped="one step"), diagnostics=diagnostics)
    tables = _tables(page, table, table.rows, frame, labels)
    return BlockNotes(report, tables, diagnostics=diagnostics)


ORDER = FormRule(
    form=Form.ORDER,
    name="an order",
    nodes=LISTS,
    sign=lazy_regex(r"<!--\s*cards\s*:", re.IGNORECASE),
    sign_marks="<",
    find=_find,
    read=_read,
    kind=Kind.CLUE,
    is_whole=True,
    words=(Word("order", "numbered lists", names_form=True), NO_QUIZ, SAME, NEW),
)


def _tables(
    page: Page, table: Table, steps: Sequence[Row], frame: Frame, labels: Labels
) -> tuple[TableNotes, TableNotes]:
    findings: list[Diagnostic] = []
    cells = [render_cells(page, row.cells, findings) for row in steps]
    htmls, texts = [html for (html,), _ in cells], [text for _, (text,) in cells]
    names = [folded(row.cells[0].text) for row in steps]
    name = frame.headings[-1] if frame.headings else frame.title
    # Many pages have an order of decisions; its name alone would not tell them apart.
    clue = " › ".join(filter(None, (frame.title, frame.section)))
    panel = _panel([silent(html, text) for html, text in zip(htmls, texts, strict=True)], labels)
    shared = TableNotes(
        form=Form.ORDER,
        headings=frame.headings,
        context=frame.headings,
        words=tuple(word for word in table.directives if word.text != "reverse"),
        headers=(labels.after, labels.next_step),
        header_html=(),
        header_places=((table.header.line, table.header.column),) * 2,
        names_chapters=False,
        # One table, also to who looks for the notes of an order whose heading is renamed.
        question=LABELS["en"].next_step,
        panel=panel,
    )
    shown = [field_text(name), *htmls]
    read = [name, *texts]
    known = [clue, *names]

    def part(first: int, last: int) -> TableNotes:
        rows = range(first, min(last, len(steps)))
        said = ((row - first, same_as(steps[row].cells)) for row in rows)
        return shared._replace(
            html=tuple((shown[row], htmls[row]) for row in rows),
            text=tuple((read[row], texts[row]) for row in rows),
            names={row - first: (known[row], names[row]) for row in rows},
            places=tuple((steps[row].line, steps[row].column) for row in rows),
            same_as={row: words for row, words in said if words},
            first=first,
        )

    first = part(0, 1)._replace(
        # The heading is the order's name on the card; what is above it is the context.
        context=frame.headings[:-1],
        headers=(labels.order, labels.first_step),
        asks=labels.first_question,
        findings=tuple(findings),
    )
    after = part(1, len(steps))._replace(asks=labels.next_question)
    digests = (digest_of(which, frame.headings, shown, read) for which in ("first", "after"))
    return first._replace(digest=next(digests)), after._replace(digest=next(digests))


def _faults(page: Page, rows: Sequence[Row], labels: Labels) -> list[Diagnostic]:
    found = []
    lines: dict[str, int] = {}
    for row in rows:
        where = Position(page.path, row.line, row.column)
        text = folded(row.cells[0].text)
        if not text:
            found.append(EMPTY_CELL.at(where, header=labels.next_step))
        elif text in lines:
            found.append(SAME_STEP.at(where, line=lines[text]))
        lines.setdefault(text, row.line)
    return found


def _panel(steps: Sequence[str], labels: Labels) -> PanelNotes:
    rows: tuple[Texts, ...] = tuple((f"{place}. {html}",) for place, html in enumerate(steps, 1))
    return PanelNotes((field_text(labels.order),), rows)
