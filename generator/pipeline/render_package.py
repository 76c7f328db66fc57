"""Renders the tables of one package: their options chosen, fields made where they are not known.

A table is known by a key of all that its fields are made of, as of the build before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from generator.anki.compile import media_names
from generator.anki.field_store import FieldStore
from generator.anki.note_types import (
    CLUE_QUIZ,
    FIRST_QUIZ,
    note_types,
    ordinals_of_encoded,
)
from generator.core.model import (
    Guid,
    MediaName,
    Origin,
)
from generator.core.note_fields import SEPARATOR, NoteDigests, note_digests, split_fields
from generator.identity.entry import LedgerEntry
from generator.identity.identify import Identity
from generator.machine.workers import ALONE, Workers, batches
from generator.notes.equal_fronts import find_equal_fronts, header_asking, keep_shared
from generator.notes.groups import Group, ReadyGroup
from generator.notes.kept_options import NONE_BEYOND, changed_places, kept_options
from generator.notes.options import NO_CHOICES, ChoicesByColumn, Options, choose_of_column
from generator.notes.render_fields import (
    quiz_columns,
    render_key,
    render_ready,
    render_table,
)
from generator.notes.wrong_options import Answer
from generator.pages.cache import Rendered, RenderedTable
from generator.pipeline.collect import PackageNotes

_BATCH = 2_000  # notes, whose fields take some 3 MB, that are rendered before they are handed over


class _Job(NamedTuple):
    """A table to be rendered: where its notes begin among those of the package, and its key."""

    start: int
    key: bytes
    group: Group | ReadyGroup


class _Made(NamedTuple):
    """What came of a table, and the fields of its notes; None where they need not be made."""

    table: RenderedTable
    fields: Sequence[bytes] | None


class Rendering:
    """What a package's notes come to, by note; fields that need not be made are empty.

    ``before`` is what came of tables the last time, ``after`` of those there are now; ``waiting``
    are known notes that have no sound row. Of those the ``lost`` ones are on pages that cannot be
    read: what other notes share with them stays as the fields that these ``last`` had say.
    """

    def __init__(
        self,
        package: PackageNotes,
        identity: Identity,
        entries: Mapping[Guid, LedgerEntry],
        waiting: Sequence[Origin],
        before: Rendered,
        fields: FieldStore,
        lost: Sequence[Origin] = (),
        last: Mapping[Guid, bytes] = MappingProxyType({}),
        workers: Workers = ALONE,
    ) -> None:
        self.fields = fields
        self._before = before
        self._entries = entries
        self._identity = identity
        groups = [group for group in package.groups if isinstance(group, Group)]
        self._options = Options(groups, waiting)
        self._equal = find_equal_fronts([*package.groups], waiting)
        if lost:
            built = [
                split_fields(note.origin.kind, last[guid]) if guid in last else None
                for note, guid in zip(package.notes, identity.guids, strict=True)
            ]
            self._equal = keep_shared(self._equal, [*package.groups], built, lost)
        self._has_media = bool(package.media)
        self._not_made: list[tuple[int, Group]] = []
        self.digests: list[NoteDigests] = []
        self.cards: list[tuple[int, ...]] = []
        self.media: set[MediaName] = set()
        self.after: Rendered = {}
        starts = accumulate((len(group.notes) for group in package.groups), initial=0)
        jobs = [
            _Job(
                start,
                self._key(start, group, package.name) if isinstance(group, Group) else b"",
                group,
            )
            for start, group in zip(starts, package.groups, strict=False)
        ]
        self._changed = self._changed_on_rings(jobs)
        runs = batches(jobs, lambda job: len(job.group.notes), _BATCH)
        for batch, results in zip(runs, workers.run(self._render, runs), strict=True):
            for job, (table, made) in zip(batch, results, strict=True):
                self._take(job, table, made)

    def _render(self, jobs: Sequence[_Job]) -> list[_Made]:
        return [self._table(job) for job in jobs]

    def _take(self, job: _Job, table: RenderedTable, made: Sequence[bytes] | None) -> None:
        """Put what came of a table where it belongs."""
        start, key, group = job
        if isinstance(group, Group):
            self.after[key] = table
            if made is None:
                self._not_made.append((start, group))
        self.fields.add(start, made or ())
        self.digests += table.digests
        self.cards += table.cards
        self.media.update(table.media)

    def _changed_on_rings(self, jobs: Sequence[_Job]) -> Mapping[str, Sequence[int]]:
        """Where the rings of options are not what they were before."""
        if not self._before:
            return {}  # then no options are known either
        gone = dict(self._before)
        changed = []
        for _, key, group in jobs:
            if isinstance(group, Group) and gone.pop(key, None) is None:
                changed.append(self._options.on_ring(group))
        return changed_places([*changed, *(table.ring for table in gone.values())])

    def make_all_but(self, stands: Sequence[bool]) -> None:
        """Make the fields of tables whose notes do not all stand in the older file."""
        for start, group in self._not_made:
            if not all(stands[start : start + len(group.notes)]):
                choices = self._choose(start, group)
                made = self._made(group, self._filled(start, group, choices), choices)
                self.fields.add(start, made.fields or ())

    def fill_from(self, fields: Mapping[Guid, bytes], entries: Sequence[LedgerEntry]) -> None:
        """Fields of the older file for notes that have none. ValueError where it has not all."""
        for place, entry in enumerate(entries):
            if place not in self.fields:
                if entry.guid not in fields:
                    raise ValueError("a note is not in the older file")
                self.fields.add(place, [fields[entry.guid]])

    def _key(self, start: int, group: Group, package: str) -> bytes:
        guids = self._guids(start, group)
        slots, others = self._slots(start, group), self._equal.others.get(id(group), {})
        return render_key(group, package, guids, slots, others, self._placed_in(group))

    def _table(self, job: _Job) -> _Made:
        start, key, group = job
        if isinstance(group, ReadyGroup):
            return self._made(group, self._ready(start, group), NO_CHOICES)
        known, choices, options = self._before.get(key), NO_CHOICES, NONE_BEYOND
        chooses_all = known is None or self._options.are_shared(group)
        if known and not chooses_all and self._has_options_still(start, group, known):
            options = known.options
        elif quiz_columns(group):
            only = None if known is None or chooses_all else known.options.beyond
            choices = self._choose(start, group, only)
            options = kept_options(choices)
        if known and known.options.digest == options.digest:
            return _Made(known._replace(options=options), None)
        if not chooses_all:
            choices = self._choose(start, group)
        table, fields = self._made(group, self._filled(start, group, choices), choices)
        ring = self._options.on_ring(group)
        return _Made(table._replace(ring=ring, options=options), fields)

    def _has_options_still(self, start: int, group: Group, known: RenderedTable) -> bool:
        """Whether the options of a table, whose clues have no other answers, are what they were."""
        beyond, spans, _ = known.options
        if not beyond:
            return True
        if spans is None or self._options.are_waiting:
            return False
        changed = self._changed.get(group.notes[0].origin.question, ())
        if any(span.meets(changed) for span in spans):
            return False
        guids, entries = self._identity.guids, self._entries
        return all(
            (entry := entries.get(guids[start + place])) and entry.cards == known.cards[place]
            for place in beyond
        )

    def _guids(self, start: int, group: Group | ReadyGroup) -> Sequence[Guid]:
        return self._identity.guids[start : start + len(group.notes)]

    def _placed_in(self, group: Group | ReadyGroup) -> frozenset[int]:
        return self._equal.placed.get(id(group), frozenset())

    def _choose(
        self, start: int, group: Group, only: Collection[int] | None = None
    ) -> ChoicesByColumn:
        """The options of a table's quiz cards, where given of some notes ``only``."""
        entries = [self._entries.get(guid) for guid in self._guids(start, group)]
        cards = [entry.cards if entry else () for entry in entries]
        columns = quiz_columns(group)
        if not group.layout.asks_all:
            have = {place for place, own in enumerate(cards) if CLUE_QUIZ in own}
            also = self._also_right(group)
            return {column: self._options.choose(group, have, also, only) for column in columns}
        slots = self._slots(start, group)
        return {
            column: choose_of_column(
                group,
                column,
                {p for p, own in enumerate(cards) if FIRST_QUIZ + slots[p][nth] - 1 in own},
                self._also_right(group, column),
            )
            for nth, column in enumerate(columns)
        }

    def _also_right(self, group: Group, column: int | None = None) -> Mapping[int, list[Answer]]:
        """What else is right on the cards with equal fronts, those of a comparison's column."""
        others = self._equal.others.get(id(group), {})
        asks = "" if column is None else header_asking(group, column)
        return {
            place: [Answer(other.text, other.html) for other in own if other.asks == asks]
            for place, own in others.items()
        }

    def _filled(self, start: int, group: Group, choices: ChoicesByColumn) -> Iterable[list[bytes]]:
        slots, others = self._slots(start, group), self._equal.others.get(id(group), {})
        placed = self._placed_in(group)
        return render_table(group, self._guids(start, group), choices, slots, others, placed)

    def _slots(self, start: int, group: Group) -> Sequence[Sequence[int]]:
        if not group.layout.asks_all:
            return ()
        return [self._identity.slots[start + place][0] for place in range(len(group.notes))]

    def _ready(self, start: int, group: ReadyGroup) -> list[list[bytes]]:
        numbers = self._identity.numbers
        of_gaps = [numbers.get(start + place, {}) for place in range(len(group.notes))]
        others, placed = self._equal.others.get(id(group), {}), self._placed_in(group)
        return render_ready(group, self._guids(start, group), of_gaps, others, placed)

    def _made(
        self,
        group: Group | ReadyGroup,
        fields: Iterable[Sequence[bytes]],
        choices: ChoicesByColumn,
    ) -> _Made:
        """What a table comes to whose notes have these fields."""
        names: set[MediaName] = set()
        digests, cards, made = [], [], []
        others = [own.others for own in choices.values() if own.others]
        for place, (note, own) in enumerate(zip(group.notes, fields, strict=True)):
            kind = note.origin.kind
            made.append(joined := SEPARATOR.join(own))
            cards.append(ordinals := ordinals_of_encoded(note_types()[kind], own))
            rights = [right for each in others for right in each.get(place, ())]
            digests.append(note_digests(kind, own, note.tags, ordinals, rights))
            if self._has_media:
                names |= media_names(joined)
        table = RenderedTable(tuple(digests), tuple(cards), tuple(sorted(names)))
        return _Made(table, made)
