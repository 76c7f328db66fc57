"""What pages given as text come to, as one package: its notes with their fields, before a build."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from generator.core.diagnostics import Diagnostic
from generator.core.model import (
    DeckName,
    Deletion,
    Guid,
    Media,
    MediaReference,
    Origin,
    OtherContent,
    Package,
    Position,
    RowStatus,
    Source,
    StampedNote,
    TableReport,
    Tag,
)
from generator.core.note_fields import Fields
from generator.identity.identify import Identity, joined_rows
from generator.identity.ledger import LedgerText
from generator.pages.page import page_notes
from generator.pipeline.collect import collect
from generator.pipeline.make_package import make_package
from generator.settings.values import Settings
from generator.sources.media import MediaFolder
from generator.workspace.folders import Workspace


class MadeNote(NamedTuple):
    """A note as its page has it; its fields are those of a note without a GUID."""

    origin: Origin
    tags: tuple[Tag, ...]
    deck: DeckName
    position: Position
    same_as: str
    gaps: tuple[Deletion, ...]
    fields: Fields


class NoFiles(MediaFolder):
    """Knows no file, and finds no fault with that."""

    def look_up(
        self, references: Iterable[MediaReference]
    ) -> tuple[dict[str, Media | None], list[Diagnostic]]:
        return {}, []


class Made(NamedTuple):
    """All that pages come to."""

    notes: tuple[MadeNote, ...]
    tables: tuple[TableReport, ...]
    rest: tuple[OtherContent, ...]
    diagnostics: tuple[Diagnostic, ...]


def made_of(package: str, pages: Iterable[tuple[Source, Settings]]) -> Made:
    """The pages, each with the settings of its folder, as a package that nobody built before."""
    media = NoFiles(Path("no folder"))
    notes, found = collect(package, [page_notes(source, own, media) for source, own in pages])
    every = enumerate(notes.notes)
    left_out = {p: n.status for p, n in every if n.status is not RowStatus.SOUND}
    notes = notes.without(left_out, joined_rows(notes.notes, {}, {}))
    count = notes.count
    numbers = {
        place: {gap.number: 0 if gap.is_long else gap.number for gap in note.gaps}
        for place, note in enumerate(notes.notes)
        if note.gaps
    }
    slots = {
        place: (tuple(range(1, len(note.columns) + 1)), ())
        for place, note in enumerate(notes.notes)
        if note.columns
    }
    nobody = frozenset[Guid]()
    identity = Identity(
        [Guid("")] * count,
        [1] * count,
        [""] * count,
        numbers,
        slots,
        {},
        {},
        {},
        nobody,
        nobody,
        {},
        (),
    )
    stamped: tuple[StampedNote, ...] = ()
    if count:
        nowhere = Workspace(Path("no folder"), Path("no folder"), 1, dry=True, compiles=False)
        staged = make_package(notes, identity, LedgerText(), nowhere, {}, keeps_notes=True)
        assert staged.built
        assert staged.built.package
        stamped = staged.built.package.stamped()
    made = tuple(MadeNote(*each.note[:6], each.fields) for each in stamped)
    return Made(made, notes.tables, notes.rest, tuple(found))


def made(text: str, name: str = "p/a.md", deck: str = "D") -> Made:
    """One page as a package."""
    return made_of(name.partition("/")[0], [(Source(name, text), Settings(deck=deck))])


def package_of(name: str, notes: Iterable[StampedNote]) -> Package:
    """A package of notes that are at hand, with their fields."""
    notes = tuple(notes)
    return Package(
        name,
        [stamped.row.without_fields() for stamped in notes],
        {place: stamped.row.fields for place, stamped in enumerate(notes)},
        {},
        notes=[stamped.note for stamped in notes],
    )
