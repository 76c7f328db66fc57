"""A group is a table as it is read: what it asks, which rows are notes, what each is known by."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.diagnostics import EMPTY_CELL, READING_KEPT, TOO_MANY_COLUMNS, Diagnostic, number
from generator.model import (
    DeckName,
    Form,
    Note,
    Origin,
    Position,
    Reading,
    RowStatus,
    TableReport,
    Tag,
)
from generator.note_fields import MOST_ATTRIBUTES
from generator.notes.frame import Frame, PageFrame
from generator.notes.labels import asked, labels_for
from generator.notes.layout import Layout, lay_out
from generator.notes.page_notes import ReadyNote, TableNotes, Texts
from generator.notes.readings import Kept, Readings


@dataclass(frozen=True, slots=True)
class Group:
    """A table as it is read, and its rows as notes.

    ``question`` is what its asking column asks, where it is one. ``rows`` are the rows of ``table``
    that ``notes`` come of; all rows stand in the table on the backs. ``left_out`` are those that
    are no notes now, because of an error or for want of an answer.
    """

    around: PageFrame
    has_media: bool
    table: TableNotes
    layout: Layout
    question: str
    rows: tuple[int, ...]
    notes: tuple[Note, ...]
    left_out: tuple[tuple[int, Note], ...] = ()

    @property
    def frame(self) -> Frame:
        """What stands around its notes."""
        return Frame(self.around, self.table.headings)

    @property
    def context_frame(self) -> Frame:
        """The same, of what may stand on top of its cards."""
        return Frame(self.around, self.table.context)

    def cells(self) -> Iterator[tuple[Note, Texts, Texts]]:
        """Its notes, each with the HTML and the text of its row."""
        html, text = self.table.html, self.table.text
        for row, note in zip(self.rows, self.notes, strict=True):
            yield note, html[row], text[row]

    def only(self, kept: Mapping[int, Note]) -> Group:
        """The group with these of its notes, by their places among them."""
        if tuple(kept.values()) == self.notes:
            return self
        others = [
            (row, note)
            for place, (row, note) in enumerate(zip(self.rows, self.notes, strict=True))
            if place not in kept and note.status is not RowStatus.SOUND
        ]
        return replace(
            self,
            rows=tuple(self.rows[place] for place in kept),
            notes=tuple(kept.values()),
            left_out=(*self.left_out, *others),
        )


@dataclass(frozen=True, slots=True)
class ReadyGroup:
    """Notes of one block that need no look at others; ``notes`` are by ``ready``."""

    around: PageFrame
    ready: tuple[ReadyNote, ...]
    notes: tuple[Note, ...]

    def only(self, kept: Mapping[int, Note]) -> ReadyGroup:
        """The group with these of its notes, by their places among them."""
        if tuple(kept.values()) == self.notes:
            return self
        return replace(
            self, ready=tuple(self.ready[place] for place in kept), notes=tuple(kept.values())
        )


def read_group(
    package: str,
    around: PageFrame,
    has_media: bool,
    table: TableNotes,
    report: TableReport,
    faulty: Container[int],
    readings: Readings,
) -> tuple[Group, list[Diagnostic]]:
    """The table with each row as a note. ``report`` is of the table as it is written; the rows
    that are ``faulty`` are held; ``readings`` are those of the package's notes in use."""
    settings, path = around.settings, around.path
    section = Frame(around, table.headings).section
    layout = lay_out(table, report.rows, settings.tables, readings, path, section)
    question = table.asks
    if layout.asking and not question:
        labels = labels_for(settings)
        question = asked(table.headers[layout.clue], table.headers[layout.asking[0]], labels)
    empty = Group(around, has_media, table, layout, question, (), ())
    if layout.kind is None:
        return empty, []
    diagnostics: list[Diagnostic] = []
    if layout.kept:
        diagnostics.append(_reading_kept(report.position, layout, layout.kept, table.headers))
    if len(layout.answers) > MOST_ATTRIBUTES:
        diagnostics.append(TOO_MANY_COLUMNS.at(report.position, columns=len(layout.answers)))
        faulty = range(report.rows)
    diagnostics += table.findings
    statuses: dict[int, RowStatus] = {}
    answers = layout.answers  # one attribute that does not apply just has no card
    for row, places in table.cell_places.items():
        text = table.text[row]
        if row not in faulty and not text[layout.clue] and any(text):
            header = table.headers[layout.clue]
            diagnostics.append(EMPTY_CELL.at(Position(path, *places[layout.clue]), header=header))
            statuses[row] = RowStatus.HELD
        elif not text[layout.clue] or not any(text[column] for column in answers):
            statuses[row] = RowStatus.UNFINISHED
    rows = [row for row in range(len(table.html)) if row not in table.skipped]
    statuses |= {row: RowStatus.HELD for row in rows if row in faulty}
    notes = _notes(package, around, section, table, layout, rows, statuses)
    return Group(around, has_media, table, layout, question, tuple(rows), notes), diagnostics


def _reading_kept(at: Position, layout: Layout, kept: Kept, headers: Texts) -> Diagnostic:
    what = f"the table stays a {layout.kind} table"
    if layout.instead == layout.kind:
        what = f"the clues stay in the column '{headers[kept.clue]}'"
    words = {"what": what, "other": layout.instead, "notes": number(kept.notes, "note")}
    return READING_KEPT.at(at, **words)


def ready_notes(
    package: str, around: PageFrame, ready: Sequence[ReadyNote], faulty: Container[int]
) -> tuple[Note, ...]:
    """What a block's ready notes are recognised by; those that are ``faulty`` are held."""
    deck = DeckName(around.settings.deck)
    return tuple(
        Note(
            Origin(
                kind=each.kind,
                package=package,
                page=around.path,
                section=Frame(around, each.headings).section,
                question="",
                clue=each.clue,
                answer=each.answer,
                id="",
            ),
            around.tags(package, each.kind),
            deck,
            each.position,
            each.same_as,
            each.gaps,
            _status(each, place in faulty),
        )
        for place, each in enumerate(ready)
    )


def _status(ready: ReadyNote, is_faulty: bool) -> RowStatus:
    if is_faulty or not (ready.fields or ready.is_unfinished):
        return RowStatus.HELD
    return RowStatus.UNFINISHED if ready.is_unfinished else RowStatus.SOUND


def _notes(
    package: str,
    around: PageFrame,
    section: str,
    table: TableNotes,
    layout: Layout,
    rows: Sequence[int],
    statuses: Mapping[int, RowStatus],
) -> tuple[Note, ...]:
    kind, path, clue = layout.kind, around.path, layout.clue
    assert kind is not None
    # A compare note is recognised by what its rows are, so that a new column changes no identity.
    is_compared = layout.asks_all
    asks = clue if is_compared else layout.asking[0]
    question = table.question or table.headers[asks]
    deck = DeckName(around.settings.deck)
    shared = around.tags(package, kind) if layout.tags is None else ()
    notes = []
    said = next((word.text for word in table.words if word.text in ("same", "new")), "")
    reading = Reading((table.headers[clue],)) if table.form is Form.TABLE else Reading()
    for row in rows:
        text, names = table.text[row], table.names.get(row)
        known = text if names is None else names
        origin = Origin(
            kind,
            package,
            path,
            section,
            question,
            known[clue],
            " | ".join([known[column] for column in layout.asking]) if is_compared else known[asks],
            "" if layout.id is None else text[layout.id],
        )
        tags: tuple[Tag, ...] = shared
        if layout.tags is not None:
            tags = around.tags(package, kind, re.split(r"[,\s]+", text[layout.tags]))
        position = Position(path, *table.places[row])
        status = statuses.get(row, RowStatus.SOUND)
        same_as = table.same_as.get(row, said)
        note = Note(origin, tags, deck, position, same_as, status=status, reading=reading)
        if is_compared:
            cells = [(table.headers[column], known[column]) for column in layout.asking]
            note = note._replace(columns=tuple(cells))
        notes.append(note)
    return tuple(notes)
