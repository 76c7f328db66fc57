"""A group is a table as it is read: what it asks, which rows are notes, what each is known by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.diagnostics import EMPTY_CELL, TOO_MANY_COLUMNS, Diagnostic
from generator.model import DeckName, Kind, Note, Origin, Position, TableReport, Tag
from generator.notes.frame import Frame, PageFrame
from generator.notes.labels import asked, labels_for
from generator.notes.layout import MOST_ATTRIBUTES, Layout, lay_out
from generator.notes.page_notes import ReadyNote, TableNotes, Texts


@dataclass(frozen=True, slots=True)
class Group:
    """A table as it is read, and the notes that come of it; or notes that were ready.

    ``question`` is what its asking column asks, where it is one. ``rows`` are the rows of
    ``table`` that ``notes`` come of, and ``shown`` those that stand in the table on their backs:
    sound ones, whether they became notes or are there already.
    """

    around: PageFrame
    has_media: bool
    table: TableNotes
    layout: Layout
    question: str
    shown: Sequence[int]
    rows: tuple[int, ...]
    notes: tuple[Note, ...]

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


@dataclass(frozen=True, slots=True)
class ReadyGroup:
    """Notes of one block that need no look at others; ``notes`` are by ``ready``."""

    around: PageFrame
    ready: tuple[ReadyNote, ...]
    notes: tuple[Note, ...]


def read_group(
    package: str, around: PageFrame, has_media: bool, table: TableNotes, report: TableReport
) -> tuple[Group, list[Diagnostic]]:
    """The table with each sound row as a note. ``report`` is of the table as it is written."""
    settings, path = around.settings, around.path
    layout = lay_out(table, report.rows, settings.tables)
    question = table.asks
    if layout.asking and not question:
        labels = labels_for(settings)
        question = asked(table.headers[layout.clue], table.headers[layout.asking[0]], labels)
    empty = Group(around, has_media, table, layout, question, (), (), ())
    if layout.kind is None:
        return empty, []
    if layout.kind is Kind.COMPARE and len(layout.asking) > MOST_ATTRIBUTES:
        many = TOO_MANY_COLUMNS.at(report.position, columns=len(layout.asking))
        return empty, [many]
    diagnostics = list(table.findings)
    missing = {
        row: columns for row in table.cell_places if (columns := _missing(table.text[row], layout))
    }
    diagnostics += [
        EMPTY_CELL.at(Position(path, *table.cell_places[row][column]), header=table.headers[column])
        for row, columns in missing.items()
        for column in columns
    ]
    sound: Sequence[int] = range(len(table.html))
    if missing:
        sound = [row for row in sound if row not in missing]
    notes = _notes(package, around, table, layout, sound)
    return Group(
        around, has_media, table, layout, question, sound, tuple(sound), notes
    ), diagnostics


def ready_notes(package: str, around: PageFrame, ready: Sequence[ReadyNote]) -> tuple[Note, ...]:
    """What a block's ready notes are recognised by."""
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
        )
        for each in ready
    )


def _missing(text: Sequence[str], layout: Layout) -> list[int]:
    """The columns in which a reader of the card would miss something."""
    answers = layout.asking if layout.kind is Kind.COMPARE else layout.asking[:1]
    empty = [column for column in answers if not text[column]]
    # One attribute that does not apply just has no card.
    return [
        *([] if text[layout.clue] else [layout.clue]),
        *(empty if len(empty) == len(answers) else []),
    ]


def _notes(
    package: str, around: PageFrame, table: TableNotes, layout: Layout, rows: Sequence[int]
) -> tuple[Note, ...]:
    kind, path, clue = layout.kind, around.path, layout.clue
    assert kind is not None
    section = Frame(around, table.headings).section
    # A compare note is recognised by what its rows are, so that a new column changes no identity.
    is_compared = kind is Kind.COMPARE
    asks = clue if is_compared else layout.asking[0]
    question = table.question or table.headers[asks]
    deck = DeckName(around.settings.deck)
    shared = around.tags(package, kind) if layout.tags is None else ()
    notes = []
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
        notes.append(Note(origin, tags, deck, position, table.same_as.get(row, "")))
    return tuple(notes)
