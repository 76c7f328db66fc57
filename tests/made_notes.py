"""What pages given as text come to, as one package: its notes with their fields, before a build."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from generator.diagnostics import Diagnostic
from generator.identity.identify import Identity
from generator.identity.ledger import LedgerText
from generator.model import (
    DeckName,
    Gap,
    Guid,
    Origin,
    Package,
    Position,
    Rest,
    Source,
    StampedNote,
    TableReport,
    Tag,
)
from generator.note_fields import Fields
from generator.package import collect
from generator.pages import page_notes
from generator.settings import Settings
from generator.sources.media import MediaFolder
from generator.stage import stage


class MadeNote(NamedTuple):
    """A note as its page has it; its fields are those of a note without a GUID."""

    origin: Origin
    tags: tuple[Tag, ...]
    deck: DeckName
    position: Position
    same_as: str
    gaps: tuple[Gap, ...]
    fields: Fields


class Made(NamedTuple):
    """All that pages come to."""

    notes: tuple[MadeNote, ...]
    tables: tuple[TableReport, ...]
    rest: tuple[Rest, ...]
    diagnostics: tuple[Diagnostic, ...]


def made_of(package: str, pages: Iterable[tuple[Source, Settings]]) -> Made:
    """The pages, each with the settings of its folder, as a package that nobody built before."""
    media = MediaFolder(Path("no folder"))
    notes, found = collect(package, [page_notes(source, own, media) for source, own in pages])
    count = len(notes.notes)
    numbers = {
        place: {gap.number: gap.number for gap in note.gaps}
        for place, note in enumerate(notes.notes)
        if note.gaps
    }
    identity = Identity([Guid("")] * count, [1] * count, numbers, {}, frozenset(), ())
    packages: list[Package] = []

    def keep(package: Package, _: Path | None) -> str:
        packages.append(package)
        return ""

    if count:
        stage(notes, identity, LedgerText(), 1, keep, {}, None)
    made = tuple(MadeNote(*s.note, s.fields) for each in packages for s in each.stamped())
    return Made(made, notes.tables, notes.rest, tuple(found))


def made(text: str, name: str = "p/a.md", deck: str = "D") -> Made:
    """One page as a package."""
    return made_of(name.partition("/")[0], [(Source(name, text), Settings(deck=deck))])


def package_of(name: str, notes: Iterable[StampedNote]) -> Package:
    """A package of notes that are at hand, with their fields."""
    notes = tuple(notes)
    return Package(
        name,
        [stamped.note for stamped in notes],
        [stamped.row.sealed(stamped.note.origin.kind) for stamped in notes],
        {place: stamped.row.fields for place, stamped in enumerate(notes)},
        {},
    )
