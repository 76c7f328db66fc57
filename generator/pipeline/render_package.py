"""Renders the tables of one package: their options chosen, fields made where they are not known.

A table is known by a key of all that its fields are made of, as of the build before. Its notes are
made some thousand at a time, and whoever asks for them is to let them go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from generator.anki.compile import media_names
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
from generator.notes.equal_fronts import (
    CardNames,
    card_names,
    find_equal_fronts,
    header_asking,
    keep_shared,
    places_in_anki,
)
from generator.notes.groups import Group, ReadyGroup
from generator.notes.kept_options import (
    NONE_BEYOND,
    KeptOptions,
    changed_places,
    kept_options,
)
from generator.notes.options import NO_CHOICES, ChoicesByColumn, Options, choose_of_column
from generator.notes.render_fields import (
    quiz_columns,
    render_key,
    render_ready,
    render_table,
)
from generator.notes.surroundings import PageFrame
from generator.notes.wrong_options import Answer
from generator.pages.cache import Rendered, RenderedTable
from generator.pipeline.collect import PackageNotes

AT_ONCE = 2_000  # notes whose fields, some 3 MB, are made before they go on


class Job(NamedTuple):
    """A table to be rendered: its number among those of the package, and where its notes begin
    among all."""

    number: int
    start: int
    group: Group | ReadyGroup


class Known(NamedTuple):
    """What is known of a table before its fields are made: its key, the options of its notes, and
    what it ``comes_to`` where that is what it was in the build before."""

    key: bytes
    choices: ChoicesByColumn
    options: KeptOptions
    comes_to: RenderedTable | None


class Part(NamedTuple):
    """Some notes that stand one after the other in a table, from the ``first`` one on: what they
    come to, and their fields."""

    first: int
    digests: list[NoteDigests]
    cards: list[tuple[int, ...]]
    fields: list[bytes]
    media: set[MediaName]


class Rendering:
    """What the notes of a package come to, table by table.

    What tables know of each other is worked out at first, and no table is kept. ``before`` is what
    came of them the last time; ``waiting`` are known notes that have no sound row. Of those the
    ``lost`` ones are on pages that cannot be read: what other notes share with them stays as the
    fields that these ``last`` had say.
    """

    def __init__(
        self,
        package: PackageNotes,
        identity: Identity,
        entries: Mapping[Guid, LedgerEntry],
        waiting: Sequence[Origin],
        before: Rendered,
        lost: Sequence[Origin] = (),
        last: Mapping[Guid, bytes] = MappingProxyType({}),
    ) -> None:
        self._package = package.name
        self._before = before
        self._entries = entries
        self._identity = identity
        self._has_media = bool(package.media)
        self._batches = package.batches
        self.pages: dict[str, PageFrame] = {}  # that have notes, by path, in their order
        self._starts: list[tuple[int, int]] = []  # of each batch, as in a `Job`
        names: list[CardNames] = []
        in_anki = places_in_anki(waiting)

        def looked_at() -> Iterator[Group | None]:
            start = 0
            for batch in package.batches:
                self._starts.append((len(names), start))
                start += sum(len(group.notes) for group in batch)
                for group in batch:
                    if group.notes:
                        self.pages.setdefault(group.around.path, group.around)
                    names.append(card_names(group, in_anki))
                    yield group if isinstance(group, Group) else None

        self._options = Options(looked_at(), waiting, package.count)
        self._equal = find_equal_fronts(package.groups, names, waiting)
        if lost:
            guids = iter(identity.guids)
            built = [
                split_fields(note.origin.kind, last[guid]) if guid in last else None
                for group in package.groups
                for note, guid in zip(group.notes, guids, strict=False)
            ]
            self._equal = keep_shared(self._equal, package.groups, built, lost)
        self._changed = self._changed_on_rings() if before else {}

    def jobs(self, batch: int) -> Iterator[Job]:
        """The tables of a batch, by its number."""
        number, start = self._starts[batch]
        for group in self._batches[batch]:
            yield Job(number, start, group)
            number, start = number + 1, start + len(group.notes)

    def make_ready(self) -> None:
        """Work out what else copies of this process would each have to."""
        self._options.make_rings()

    def _changed_on_rings(self) -> Mapping[str, Sequence[int]]:
        """Where the rings of options are not what they were before."""
        gone = dict(self._before)
        changed = []
        for job in chain.from_iterable(map(self.jobs, range(len(self._batches)))):
            if isinstance(job.group, Group) and gone.pop(self._key(job, job.group), None) is None:
                changed.append(self._options.on_ring(job.number))
        return changed_places([*changed, *(table.ring for table in gone.values())])

    def _key(self, job: Job, group: Group) -> bytes:
        others, placed = self._equal.others.get(job.number, {}), self._placed_in(job)
        guids, slots = self._guids(job), self._slots(job)
        return render_key(group, self._package, guids, slots, others, placed)

    def look(self, job: Job) -> Known:
        """What is known of a table before its fields are made."""
        group = job.group
        if isinstance(group, ReadyGroup):
            return Known(b"", NO_CHOICES, NONE_BEYOND, None)
        key = self._key(job, group)
        known, choices, options = self._before.get(key), NO_CHOICES, NONE_BEYOND
        chooses_all = known is None or self._options.are_shared(job.number)
        if known and not chooses_all and self._has_options_still(job, known):
            options = known.options
        elif quiz_columns(group):
            only = None if known is None or chooses_all else known.options.beyond
            choices = self._choose(job, group, only)
            options = kept_options(choices)
        if known and known.options.digest == options.digest:
            return Known(key, NO_CHOICES, options, known._replace(options=options))
        if not chooses_all:
            choices = self._choose(job, group)
        return Known(key, choices, options, None)

    def parts(self, job: Job, known: Known) -> Iterator[Part]:
        """The notes of a table with their fields, some thousand at a time."""
        choices = known.choices
        if isinstance(job.group, ReadyGroup):
            fields: Iterable[Sequence[bytes]] = self._ready(job, job.group)
        else:
            if known.comes_to:
                choices = self._choose(job, job.group)
            fields = self._filled(job, job.group, choices)
        return self._made(job.group, fields, choices)

    def remembered(
        self, job: Job, known: Known, digests: Sequence[NoteDigests],
        cards: Sequence[tuple[int, ...]], media: Iterable[MediaName],
    ) -> RenderedTable:  # fmt: skip
        """What a table comes to, all of it."""
        ring = self._options.on_ring(job.number)
        return RenderedTable(
            tuple(digests), tuple(cards), tuple(sorted(media)), ring, known.options
        )

    def _has_options_still(self, job: Job, known: RenderedTable) -> bool:
        """Whether the options of a table, whose clues have no other answers, are what they were."""
        beyond, spans, _ = known.options
        if not beyond:
            return True
        if spans is None or self._options.are_waiting:
            return False
        changed = self._changed.get(job.group.notes[0].origin.question, ())
        if any(span.meets(changed) for span in spans):
            return False
        guids, entries = self._identity.guids, self._entries
        return all(
            (entry := entries.get(guids[job.start + place])) and entry.cards == known.cards[place]
            for place in beyond
        )

    def _guids(self, job: Job) -> Sequence[Guid]:
        return self._identity.guids[job.start : job.start + len(job.group.notes)]

    def _placed_in(self, job: Job) -> frozenset[int]:
        return self._equal.placed.get(job.number, frozenset())

    def _choose(
        self, job: Job, group: Group, only: Collection[int] | None = None
    ) -> ChoicesByColumn:
        """The options of a table's quiz cards, where given of some notes ``only``."""
        entries = [self._entries.get(guid) for guid in self._guids(job)]
        cards = [entry.cards if entry else () for entry in entries]
        columns = quiz_columns(group)
        if not group.layout.asks_all:
            have = {place for place, own in enumerate(cards) if CLUE_QUIZ in own}
            also, number = self._also_right(job), job.number
            choose = self._options.choose
            return {column: choose(number, group, have, also, only) for column in columns}
        slots = self._slots(job)
        return {
            column: choose_of_column(
                group,
                column,
                {p for p, own in enumerate(cards) if FIRST_QUIZ + slots[p][nth] - 1 in own},
                self._also_right(job, header_asking(group, column)),
            )
            for nth, column in enumerate(columns)
        }

    def _also_right(self, job: Job, asks: str = "") -> Mapping[int, list[Answer]]:
        """What else is right on the cards with equal fronts, those of a comparison that ask so."""
        others = self._equal.others.get(job.number, {})
        return {
            place: [Answer(other.text, other.html) for other in own if other.asks == asks]
            for place, own in others.items()
        }

    def _filled(self, job: Job, group: Group, choices: ChoicesByColumn) -> Iterable[list[bytes]]:
        slots, others = self._slots(job), self._equal.others.get(job.number, {})
        return render_table(group, self._guids(job), choices, slots, others, self._placed_in(job))

    def _slots(self, job: Job) -> Sequence[Sequence[int]]:
        if isinstance(job.group, ReadyGroup) or not job.group.layout.asks_all:
            return ()
        places = range(job.start, job.start + len(job.group.notes))
        return [self._identity.slots[place][0] for place in places]

    def _ready(self, job: Job, group: ReadyGroup) -> list[list[bytes]]:
        numbers = self._identity.numbers
        of_gaps = [numbers.get(job.start + place, {}) for place in range(len(group.notes))]
        others, placed = self._equal.others.get(job.number, {}), self._placed_in(job)
        return render_ready(group, self._guids(job), of_gaps, others, placed)

    def _made(
        self,
        group: Group | ReadyGroup,
        fields: Iterable[Sequence[bytes]],
        choices: ChoicesByColumn,
    ) -> Iterator[Part]:
        """The notes of a table, which have these fields, in parts."""
        others = [own.others for own in choices.values() if own.others]
        part = Part(0, [], [], [], set())
        for place, (note, own) in enumerate(zip(group.notes, fields, strict=True)):
            if len(part.fields) == AT_ONCE:
                yield part
                part = Part(place, [], [], [], set())
            kind = note.origin.kind
            part.fields.append(joined := SEPARATOR.join(own))
            part.cards.append(ordinals := ordinals_of_encoded(note_types()[kind], own))
            rights = [right for each in others for right in each.get(place, ())]
            part.digests.append(note_digests(kind, own, note.tags, ordinals, rights))
            if self._has_media:
                part.media.update(media_names(joined))
        yield part
