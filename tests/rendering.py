"""Compares our rendering of a package's cards with Anki's own."""

from __future__ import annotations

from pathlib import Path

from anki.buildinfo import version

from generator.anki.note_types import note_types
from generator.anki.readback import read_package
from generator.anki.verify import rendered_cards
from generator.core.model import Kind, Note, NoteRow, Origin, Position, StampedNote, Tag
from generator.preview.fill_templates import render_note

# Anki's own HTML for clozes and filters changed over the years; the preview follows the newest.
_IS_COMPARABLE = int(version.split(".")[0]) >= 25


def stamped(row: NoteRow) -> StampedNote:
    """A note of a package as the builder handed it on (what it was made from is not in there)."""
    (kind,) = (k for k, t in note_types().items() if t.id == row.note_type)
    origin = Origin(Kind(kind), *[""] * 7)
    note = Note(origin, tuple(map(Tag, row.tags)), row.deck, Position("", 1, 1))
    return StampedNote(note, row)


def rendering_faults(package: Path) -> list[str]:
    """The cards that we show otherwise than Anki, by GUID and template."""
    if not _IS_COMPARABLE:
        return []
    ours = {
        (guid, card.ordinal): (card.question, card.answer)
        for guid, row in read_package(package.read_bytes()).items()
        for card in render_note(stamped(row))
    }
    return [
        f"{card.guid} {card.template}"
        for card in rendered_cards(package)
        if ours.get((card.guid, card.ordinal)) != (card.question, card.answer)
    ]
