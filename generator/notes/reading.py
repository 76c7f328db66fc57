"""What one block of the notes comes to: the rows of sheets, or notes that are ready."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.model import Gap, TableReport
from generator.note_fields import Fields
from generator.notes.frame import Frame
from generator.notes.sheet import Candidate, Sheet


@dataclass(slots=True)
class Ready(Candidate):
    """A note whose fields need no look at other blocks."""

    frame: Frame
    fields: Fields
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class Reading:
    """A block on its way to notes. ``report`` is without the number of notes, and None where the
    block turned out to be ordinary text: ``paragraphs`` of it."""

    report: TableReport | None
    sheets: list[Sheet] = field(default_factory=list)
    ready: list[Ready] = field(default_factory=list)
    paragraphs: int = 0
