"""Compares our rendering of a package's cards with Anki's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from anki.buildinfo import version

from generator.anki.note_types import note_types
from generator.anki.readback import read_package
from generator.anki.verify import (
    Check,
    RenderedCard,
    cards_of,
    import_package,
    temporary_collection,
)
from generator.core.model import Kind, Note, NoteRow, Origin, Position, StampedNote, Tag
from generator.preview.fill_templates import render_note

if TYPE_CHECKING:
    from anki.collection import Collection

# Anki's own HTML for clozes and filters changed over the years; the preview follows the newest.
_IS_COMPARABLE = int(version.split(".")[0]) >= 25


def stamped(row: NoteRow) -> StampedNote:
    """A note of a package as the builder handed it on (what it was made from is not in there)."""
    (kind,) = (k for k, t in note_types().items() if t.id == row.note_type)
    origin = Origin(Kind(kind), *[""] * 7)
    note = Note(origin, tuple(map(Tag, row.tags)), row.deck, Position("", 1, 1))
    return StampedNote(note, row)


def rendered_cards(package: Path) -> list[RenderedCard]:
    """The cards of a package as Anki renders them, by note id and ordinal."""
    with temporary_collection() as col:
        import_package(col, package)
        return cards_of(col)


def shown_otherwise(package: Path) -> Check:
    """A check of a collection that has the package: the cards that we show otherwise than Anki."""

    def check(col: Collection) -> Iterator[str]:
        if not _IS_COMPARABLE:
            return
        ours = {
            (guid, card.ordinal): (card.question, card.answer)
            for guid, row in read_package(package.read_bytes()).items()
            for card in render_note(stamped(row).note, stamped(row).fields)
        }
        for card in cards_of(col):
            if ours.get((card.guid, card.ordinal)) != (card.question, card.answer):
                yield f"a card that we show otherwise: {card.guid} {card.template}"

    return check
