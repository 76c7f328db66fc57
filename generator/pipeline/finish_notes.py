"""Finishes the notes of a package, some thousand at a time: rendered, stamped, their lines written.

What is handed over is short: of a note its fields, its line of the ledger where that differs, and
what its row says besides. Fields that are what they were are not made: such notes are copied from
the package's older file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from generator.anki.note_types import note_types
from generator.core.model import DeckName, Guid, MediaName, Note, Tag
from generator.core.note_fields import NoteDigests
from generator.identity.entry import LedgerEntry, format_entry
from generator.identity.identify import Identity
from generator.identity.ledger import LedgerText
from generator.identity.renew import Renew
from generator.identity.stamp import stamp
from generator.pages.cache import RenderedTable, encode_table
from generator.pipeline.render_package import AT_ONCE, Job, Known, Rendering

# Note type, time, tags, deck and cards, as in a `NoteRow`.
RestOfRow = tuple[int, int, tuple[Tag, ...], DeckName, tuple[int, ...]]


@dataclass(slots=True)
class FinishedNotes:
    """Notes that stand one after the other in a package.

    ``fields`` are by their places in it, of notes that do not stand in the older file as they are
    to stand in the new one. ``tables`` are those that end here, as the cache is to have them. For
    the rest see `PackageResult`.
    """

    rows: list[RestOfRow] = field(default_factory=list)
    fields: dict[int, bytes] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    tables: dict[bytes, bytes] = field(default_factory=dict)
    media: set[MediaName] = field(default_factory=set)
    new: frozenset[Guid] = frozenset()
    changed: frozenset[Guid] = frozenset()
    redecked: list[tuple[DeckName, Guid]] = field(default_factory=list)
    emptied: int = 0
    outdated: int = 0


class Finishing:
    """The work on the notes of a package whose tables are rendered so."""

    def __init__(
        self,
        rendering: Rendering,
        identity: Identity,
        ledger: LedgerText,
        now: int,
        renew: Renew,
    ) -> None:
        self._rendering = rendering
        self._identity = identity
        self._ledger = ledger
        self._now = now
        self._renew = renew

    def make_ready(self) -> None:
        """Work out what else copies of this process would each have to."""
        self._rendering.make_ready()

    def batch(self, number: int) -> Iterator[FinishedNotes]:
        """The notes of a batch of tables; those of a long table in parts."""
        run = _Run()
        for job in self._rendering.jobs(number):
            known = self._rendering.look(job)
            if known.comes_to:
                run.add_known(job, known, known.comes_to)
                continue
            digests, cards, media = list[NoteDigests](), list[tuple[int, ...]](), set[MediaName]()
            for part in self._rendering.parts(job, known):
                if len(run.notes) >= AT_ONCE:
                    yield self._finished(run)
                    run = _Run()
                run.add(job, part.first, part.digests, part.cards)
                run.done.fields.update(enumerate(part.fields, job.start + part.first))
                run.done.media |= part.media
                digests += part.digests
                cards += part.cards
                media |= part.media
            if known.key:
                table = self._rendering.remembered(job, known, digests, cards, media)
                run.done.tables[known.key] = encode_table(table)
        yield self._finished(run)

    def _finished(self, run: _Run) -> FinishedNotes:
        """The notes of a run, stamped."""
        done, notes, known = run.done, run.notes, self._ledger.entries
        identity = self._identity.part(run.start, run.start + len(notes))
        stamped = stamp(notes, identity, run.digests, run.cards, known, self._now, self._renew)
        types, lines = note_types(), self._ledger.lines
        for note, entry in zip(notes, stamped.entries, strict=True):
            assert entry.cards, "a row that asks nothing is no note"
            type_ = types[note.origin.kind].id
            done.rows.append((type_, entry.modified, note.tags, note.deck, entry.cards))
            if entry.guid not in lines or known[entry.guid] is not entry:
                done.lines.append(format_entry(entry))
        moved = frozenset(stamped.redecked)
        done.redecked = [(each.deck, each.guid) for each in stamped.entries if each.guid in moved]
        done.new, done.changed = stamped.new, stamped.changed
        done.emptied, done.outdated = stamped.emptied, stamped.outdated(run.digests)
        for job, table in run.unmade:
            first = job.start - run.start
            own = stamped.entries[first : first + len(job.group.notes)]
            if not all(self._is_as_before(entry) for entry in own):
                for part in self._rendering.parts(job, table):
                    done.fields.update(enumerate(part.fields, job.start + part.first))
        return done

    def _is_as_before(self, entry: LedgerEntry) -> bool:
        """Whether the note's row in the older file is the one that is to be written, where what its
        table comes to is what it was."""
        old = self._ledger.entries.get(entry.guid)
        return old is not None and old.modified == entry.modified


class _Run:
    """Notes that stand one after the other, rendered and not yet stamped, and what is done of them;
    ``unmade`` are the tables that come to what they came to, whose fields may have to be made."""

    def __init__(self) -> None:
        self.done = FinishedNotes()
        self.start = -1
        self.notes: list[Note] = []
        self.digests: list[NoteDigests] = []
        self.cards: list[tuple[int, ...]] = []
        self.unmade: list[tuple[Job, Known]] = []

    def add(
        self,
        job: Job,
        first: int,
        digests: Sequence[NoteDigests],
        cards: Sequence[tuple[int, ...]],
    ) -> None:
        """Add some notes of a table, from the first one on."""
        if not self.notes:
            self.start = job.start + first
        self.notes += job.group.notes[first : first + len(digests)]
        self.digests += digests
        self.cards += cards

    def add_known(self, job: Job, known: Known, table: RenderedTable) -> None:
        """Add a table that comes to what it came to."""
        self.add(job, 0, table.digests, table.cards)
        self.done.media.update(table.media)
        self.done.tables[known.key] = encode_table(table)
        self.unmade.append((job, known))
