"""A table on its way to notes: the rows that are sound, and what each is recognised by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from generator.diagnostics import EMPTY_CELL, RAGGED_ROW, TOO_MANY_COLUMNS, Diagnostic, number
from generator.model import Cell, Kind, Origin, Page, Position, Row, Table
from generator.notes.cells import folded, render_cells, same_as
from generator.notes.field_html import field_text
from generator.notes.frame import Frame
from generator.notes.inline import without_sounds
from generator.notes.kinds import MOST_ATTRIBUTES, Layout, lay_out, plain_header
from generator.notes.labels import asked, labels_for
from generator.notes.marks import unreviewed
from generator.notes.panel import Panel, lay_panel
from generator.notes.quiz import Answer
from generator.settings import check_directives, idle_directives

_NOTE = "♪"  # stands for a sound that is not played


@dataclass(slots=True)
class Candidate:
    """What may become a note: what it is recognised by, and where it stands."""

    origin: Origin
    position: Position
    same_as: str


@dataclass(slots=True)
class Entry(Candidate):
    """A row, and its cells as HTML and as plain text, by column."""

    html: tuple[str, ...]
    text: tuple[str, ...]
    place: int  # among the panel's rows
    # Its answer as an option, and what is worked out for the first fields that are made of it.
    answer: Answer | None = None
    context: str | None = None
    wrong: tuple[Answer, ...] | None = None
    # What was made of it before: with which key and which wrong options, and the packed fields.
    kept: tuple[str, Sequence[Answer], bytes] | None = None


@dataclass
class Sheet:
    """A table on its way to notes.

    ``context_frame`` says what may stand on top of its cards; ``question`` is what its asking
    column asks, where it is one; ``shape`` is what all its notes have in common, from
    the first one on.
    """

    frame: Frame
    context_frame: Frame
    table: Table
    layout: Layout
    headers: tuple[str, ...]
    question: str
    panel: Panel | None = None
    entries: list[Entry] = field(default_factory=list)
    shape: bytes = b""

    @property
    def words(self) -> frozenset[str]:
        """What the comment above the table says, or the folder's rule for such tables."""
        return self.layout.words


def read_sheet(frame: Frame, table: Table, diagnostics: list[Diagnostic]) -> Sheet:
    """The table with its sound rows as entries; ``diagnostics`` grows by what is wrong."""
    page = frame.page
    layout = lay_out(table, frame.settings.tables, page.references)
    headers = tuple(plain_header(cell.text, page.references) for cell in table.header.cells)
    question = ""
    if layout.asking:
        labels = labels_for(frame.settings)
        question = asked(headers[layout.clue], headers[layout.asking[0]], labels)
    sheet = Sheet(frame, frame, table, layout, headers, question)
    diagnostics += check_directives(table.directives, page.path)
    diagnostics += unreviewed((table.header, *table.rows), page.path)
    if layout.kind is None:
        return sheet
    diagnostics += idle_directives(table.directives, table.form, layout.kind, page.path)
    if layout.kind is Kind.COMPARE and len(layout.asking) > MOST_ATTRIBUTES:
        where = Position(page.path, table.header.line, table.header.column)
        diagnostics.append(TOO_MANY_COLUMNS.at(where, columns=len(layout.asking)))
        return sheet
    shown = [column for column in range(len(headers)) if column not in (layout.tags, layout.id)]
    panel_rows: list[Sequence[str]] = []
    all_are_shown = len(shown) == len(headers)
    for row in table.rows:
        cells, line, column = row
        if len(cells) != len(headers):
            diagnostics.append(_ragged(page, row, len(headers)))
            continue
        html, text = render_cells(page, cells, diagnostics)
        if "" in text and (missing := list(_missing_cells(text, layout))):
            diagnostics += [
                EMPTY_CELL.at(
                    Position(page.path, cells[column].line, cells[column].column),
                    header=headers[column],
                )
                for column in missing
            ]
            continue
        origin = _origin(sheet, cells, html, text)
        where = Position(page.path, line, column)
        sheet.entries.append(Entry(origin, where, same_as(cells), html, text, len(panel_rows)))
        if page.media:
            html = tuple(map(silent, html, text))
        panel_rows.append(html if all_are_shown else [html[column] for column in shown])
    # A header is also a label and part of the question: there is no room for a picture.
    sheet.table = replace(table, rows=())
    bare = replace(page, media={}) if page.media else page
    header_html = render_cells(bare, table.header.cells, diagnostics)[0]
    sheet.panel = lay_panel(
        [header_html[column] for column in shown], [headers[column] for column in shown], panel_rows
    )
    return sheet


def silent(html: str, text: str) -> str:
    """A cell in the panel, which stands on every back: Anki would play all sounds in it."""
    if "[sound:" not in html:
        return html
    rest = without_sounds(html)
    return f"{rest} {_NOTE}" if rest else f"{_NOTE} {field_text(text)}"


def _ragged(page: Page, row: Row, columns: int) -> Diagnostic:
    extra = len(row.cells) > columns
    place: Row | Cell = row.cells[columns] if extra else row
    return RAGGED_ROW.at(
        Position(page.path, place.line, place.column),
        cells=number(len(row.cells), "cell"),
        columns=columns,
        help=r"write \| for a pipe inside a cell" if extra else "add the cell that is missing",
    )


def _missing_cells(text: Sequence[str], layout: Layout) -> Iterator[int]:
    """The columns in which a reader of the card would miss something."""
    if not text[layout.clue]:
        yield layout.clue
    answers = layout.asking if layout.kind is Kind.COMPARE else layout.asking[:1]
    empty = [column for column in answers if not text[column]]
    if len(empty) == len(answers):  # one attribute that does not apply just has no card
        yield from empty


def _origin(
    sheet: Sheet, cells: Sequence[Cell], html: Sequence[str], text: Sequence[str]
) -> Origin:
    layout, frame = sheet.layout, sheet.frame
    assert layout.kind is not None

    def name(column: int) -> str:
        # A plain cell is all in one: its HTML, its text, and what it is recognised by.
        return text[column] if html[column] is text[column] else folded(cells[column].text)

    # A compare note is recognised by what its rows are, so that a new column changes no identity.
    is_compared = layout.kind is Kind.COMPARE
    asks = layout.clue if is_compared else layout.asking[0]
    return Origin(
        layout.kind,
        frame.around.package,
        frame.around.page.path,
        frame.section,
        sheet.headers[asks],
        name(layout.clue),
        " | ".join(map(name, layout.asking)) if is_compared else name(asks),
        "" if layout.id is None else text[layout.id],
    )
