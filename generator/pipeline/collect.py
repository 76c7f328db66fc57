"""Collects the pages of a package: how tables are read, what stands twice, what is poor.

It knows neither GUIDs nor the disk. What it gives is what notes are recognised by, and values from
which their fields can be made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import accumulate, chain
from typing import overload

from generator.core.diagnostics import (
    NO_LABELS,
    READING_LOST,
    TEMPLATE_CELL,
    Code,
    Diagnostic,
    number,
)
from generator.core.model import (
    DeckName,
    Form,
    Media,
    MediaName,
    Note,
    OtherContent,
    Position,
    RowStatus,
    TableReport,
)
from generator.core.suppressions import Suppressions
from generator.forms.comment_words import unused_words
from generator.machine.spool import Spool
from generator.machine.workers import batches
from generator.notes.choose_reading import LEFT_OUT
from generator.notes.groups import Group, ReadyGroup, read_group, ready_notes
from generator.notes.kept_readings import NO_READINGS, Readings
from generator.notes.labels import LABELS, language_of
from generator.notes.lints import lint
from generator.notes.page_notes import BlockNotes, PageNotes
from generator.notes.repeats import settle_repeats
from generator.notes.surroundings import PageFrame
from generator.pipeline.lost_rows import Faults, find_faults
from generator.sources.media import warnings_of

_BATCH = 2_000  # notes of tables that are handed over together
# Notes: a table that has more is worked on in parts, and is in memory as long as it takes.
_MOST_IN_BATCH = 10_000

Batch = Sequence[Group | ReadyGroup]


@dataclass(frozen=True, slots=True)
class PackageNotes:
    """The notes of a package in source order, by the table or list that they come of.

    ``tables`` are what became of each block, and ``counts`` how many notes each has before some are
    left out; ``rest`` is what each page holds besides; ``media`` are the files that the pages show
    or play. ``held`` are pages that cannot be relied on; ``loose`` errors outside of any row. The
    groups stand in ``batches``, of which each has as many notes as ``lengths`` say before some are
    left out. Where these are ``on_disk`` they are read each time that somebody asks for one.
    """

    name: str
    batches: Sequence[Batch]
    lengths: tuple[int, ...]
    tables: tuple[TableReport, ...]
    counts: tuple[int, ...]
    rest: tuple[OtherContent, ...]
    media: Mapping[MediaName, Media]
    held: tuple[str, ...] = ()
    loose: tuple[Position, ...] = ()
    on_disk: bool = False

    @property
    def groups(self) -> Iterator[Group | ReadyGroup]:
        """All groups, in source order."""
        return chain.from_iterable(self.batches)

    @property
    def count(self) -> int:
        """How many notes there are."""
        return sum(table.notes for table in self.tables)

    def is_long(self, batch: int) -> bool:
        """Whether a batch has a long table, which is worked on in parts."""
        return self.lengths[batch] > _MOST_IN_BATCH

    def kept_in(self, spool: Spool) -> PackageNotes:
        """The same on the disk, unless it has a table that would be read from there as a whole."""
        if any(map(self.is_long, range(len(self.lengths)))):
            return self
        return replace(self, batches=spool.keep(self.batches), on_disk=True)

    def at_hand(self) -> PackageNotes:
        """The same, with no work to be done each time that somebody asks for a batch, unless it is
        on the disk."""
        return self if self.on_disk else replace(self, batches=tuple(map(tuple, self.batches)))

    @property
    def notes(self) -> list[Note]:
        """All notes, in source order."""
        return [note for group in self.groups for note in group.notes]

    def without(
        self, left_out: Mapping[int, RowStatus], joined: Mapping[int, Sequence[int]]
    ) -> PackageNotes:
        """The same without some of the notes, by their places among all; the answers of those that
        are ``joined`` stand at others."""
        if not left_out:
            return self
        open_lines = self._lines_of(left_out, RowStatus.UNFINISHED)
        tables, end = [], 0
        for table, count in zip(self.tables, self.counts, strict=True):
            places = range(end, end := end + count)
            statuses = [left_out[place] for place in places if place in left_out]
            open_here = tuple(open_lines[place] for place in places if place in open_lines)
            tables.append(
                table._replace(
                    notes=count - len(statuses),
                    held=statuses.count(RowStatus.HELD),
                    unfinished=statuses.count(RowStatus.UNFINISHED),
                    joined=statuses.count(RowStatus.JOINED),
                    unfinished_lines=open_here,
                )
            )
        batches = _Without(self.batches, self.lengths, left_out, joined)
        return replace(self, batches=batches, tables=tuple(tables))

    def _lines_of(self, statuses: Mapping[int, RowStatus], wanted: RowStatus) -> dict[int, int]:
        """The lines of the notes with a status, by their places among all."""
        if wanted not in statuses.values():
            return {}  # as nearly always: the groups may be on the disk
        lines = (note.position.line for group in self.groups for note in group.notes)
        return {place: line for place, line in enumerate(lines) if statuses.get(place) is wanted}


class _Without(Sequence[Batch]):
    """Groups without some of their notes."""

    def __init__(
        self,
        batches: Sequence[Batch],
        lengths: Sequence[int],
        left_out: Mapping[int, RowStatus],
        joined: Mapping[int, Sequence[int]],
    ) -> None:
        self._batches = batches
        self._starts = [*accumulate(lengths, initial=0)]
        self._left_out = left_out
        self._joined = joined

    def __len__(self) -> int:
        return len(self._batches)

    @overload
    def __getitem__(self, place: int) -> Batch: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Batch]: ...
    def __getitem__(self, place: int | slice) -> Batch | Sequence[Batch]:
        if isinstance(place, slice):
            return [self[each] for each in range(len(self))[place]]
        return list(self._groups(self._batches[place], self._starts[place]))

    def _groups(self, groups: Batch, start: int) -> Iterator[Group | ReadyGroup]:
        for group in groups:
            kept = {
                place: note
                for place, note in enumerate(group.notes)
                if start + place not in self._left_out
            }
            joined = {
                place: [other - start for other in self._joined[start + place]]
                for place in kept
                if self._joined.get(start + place)
            }
            start += len(group.notes)
            if joined and isinstance(group, Group):
                group = group.with_joined(joined)
            yield group.only(kept)


def collect(
    name: str, pages: Sequence[PageNotes], readings: Readings = NO_READINGS
) -> tuple[PackageNotes, list[Diagnostic]]:
    """The package of these pages, which come in deck order; ``readings`` are those of its notes in
    use."""
    readings = readings.on(pages)
    told: list[Diagnostic] = []
    found: list[Diagnostic] = []
    blocks: list[tuple[BlockNotes, list[Group | ReadyGroup]]] = []
    held: list[str] = []
    loose: list[Position] = []
    warned: set[str] = set()  # a picture that is shown often is warned of once
    for page in pages:
        told += page.diagnostics
        faults = find_faults(page)
        held += [page.path] if faults.is_page else []
        loose += faults.loose
        around = PageFrame(page.path, page.title, page.settings)
        start, is_template = len(blocks), False
        for place, block in enumerate(page.blocks):
            groups, diagnostics = _read_block(name, page, around, place, faults, readings)
            # A template is named once, however many tables it has.
            if is_template:
                diagnostics = [d for d in diagnostics if d.code != TEMPLATE_CELL.code]
            is_template = is_template or any(d.code == TEMPLATE_CELL.code for d in diagnostics)
            found += diagnostics
            blocks.append((block, groups))
            if _is_read(groups):
                told += block.media_faults
                told += _media_warnings(block, warned)
        found += _readings_lost(page.path, blocks[start:], readings)
    drafts = [group for _, groups in blocks for group in groups]
    kept, diagnostics = settle_repeats(drafts, _ignored_in(pages))
    found += diagnostics
    settled = [group.only(notes) for group, notes in zip(drafts, kept, strict=True)]
    found += lint([_sound(group) for group in settled if isinstance(group, Group)])
    found += _without_labels(pages, settled)
    tables, counts = _reports(blocks, settled)
    runs = batches(settled, lambda group: len(group.notes), _BATCH)
    package = PackageNotes(
        name,
        runs,
        tuple(sum(len(group.notes) for group in run) for run in runs),
        tables,
        counts,
        tuple(page.rest for page in pages),
        {file.name: file for page in pages for file in page.files.values() if file},
        tuple(held),
        tuple(loose),
    )
    # A comment above a section speaks for each of its lists; what is wrong is said once.
    return package, [*told, *dict.fromkeys(found)]


def _ignored_in(pages: Sequence[PageNotes]) -> Callable[[Position, Code], bool]:
    """Whether a comment on one of the pages suppresses a code where it is told."""
    spans = Suppressions([each for page in pages for each in page.suppressions], {}, strict=False)
    return lambda position, code: spans.cover(position, code.code)


def _sound(group: Group) -> Group:
    """The group without rows that have errors: those are said already."""
    if all(note.status is RowStatus.SOUND for note in group.notes):
        return group
    sound = enumerate(group.notes)
    return group.only({place: n for place, n in sound if n.status is RowStatus.SOUND})


def _read_block(
    name: str,
    page: PageNotes,
    around: PageFrame,
    place: int,
    faults: Faults,
    readings: Readings,
) -> tuple[list[Group | ReadyGroup], list[Diagnostic]]:
    block = page.blocks[place]
    groups: list[Group | ReadyGroup] = []
    diagnostics = list(block.diagnostics)
    for spot, table in enumerate(block.tables):
        assert block.report is not None
        faulty = faults.of(place, spot, len(table.html))
        group, found = read_group(
            name, around, bool(page.files), table, block.report, faulty, readings
        )
        groups.append(group)
        if group.layout.kind and table.form is Form.TABLE:  # only now it is known
            diagnostics += unused_words(table.words, table.form, group.layout.kind, page.path)
        diagnostics += found
    if block.ready:
        faulty = faults.of(place, None, len(block.ready))
        notes = ready_notes(name, around, block.ready, faulty)
        groups.append(ReadyGroup(around, block.ready, notes))
    return groups, diagnostics


def _readings_lost(
    page: str,
    blocks: Sequence[tuple[BlockNotes, Sequence[Group | ReadyGroup]]],
    readings: Readings,
) -> Iterator[Diagnostic]:
    """A warning for each table that our rules leave out in a section with notes in use, where no
    other table may be theirs."""
    tables = [(b, g) for b, groups in blocks for g in groups if isinstance(g, Group)]
    left_out = [(b.report, g) for b, g in tables if b.report and g.layout.skipped in LEFT_OUT]
    read = {group.frame.section for _, group in tables if left_out and group.layout.kind}
    for report, group in left_out:
        in_use = readings.in_use(page, group.frame.section)
        if in_use and group.frame.section not in read:
            words = {"skipped": group.layout.skipped, "kind": max(in_use, key=in_use.__getitem__)}
            notes = number(sum(in_use.values()), "note")
            yield READING_LOST.at(report.position, **words, notes=notes)


def _without_labels(
    pages: Sequence[PageNotes], groups: Sequence[Group | ReadyGroup]
) -> Iterator[Diagnostic]:
    """A warning for each language in which the cards say nothing besides the notes, at the first
    page in it that has notes."""
    told: set[str] = set()
    asking = {group.around.path for group in groups if group.notes}
    for page in pages:
        lang = language_of(page.settings)
        if lang in LABELS or lang in told or page.settings.labels or page.path not in asking:
            continue
        told.add(lang)
        label = LABELS["en"].whole_table
        where = Position(page.path, 1, 1)
        yield NO_LABELS.at(where, lang=page.settings.lang, label=label, name="whole_table")


def _is_read(groups: Sequence[Group | ReadyGroup]) -> bool:
    """Whether a block is one that makes notes: pictures in others are nobody's concern."""
    return all(isinstance(group, ReadyGroup) or group.layout.kind for group in groups)


def _media_warnings(block: BlockNotes, warned: set[str]) -> Iterator[Diagnostic]:
    for file, position in block.media:
        if file.path not in warned:
            warned.add(file.path)
            yield from warnings_of(file, position)


def _reports(
    blocks: Sequence[tuple[BlockNotes, Sequence[Group | ReadyGroup]]],
    settled: Sequence[Group | ReadyGroup],
) -> tuple[tuple[TableReport, ...], tuple[int, ...]]:
    """What became of each block, and how many notes it has, sound or not."""
    groups = iter(settled)
    reports, counts = [], []
    for block, drafts in blocks:
        own = [next(groups) for _ in drafts]
        report = block.report
        if report is None:
            continue
        counts.append(sum([len(group.notes) for group in own]))
        kind, skipped = report.kind, report.skipped
        if own and isinstance(last := own[-1], Group):
            kind = last.layout.kind.value if last.layout.kind else ""
            skipped = last.layout.skipped
        reports.append(report._replace(kind=kind, notes=counts[-1], skipped=skipped))
    return tuple(reports), tuple(counts)


# --- decks ------------------------------------------------------------------------------------


def descriptions(
    package: str, decks: Collection[DeckName], pages: Iterable[PageFrame]
) -> dict[DeckName, str]:
    """What Anki shows under the names of the topmost of a package's decks: HTML by deck. The
    ``pages`` are those that have notes, in their order."""
    topmost = (deck for deck in decks if set(decks).isdisjoint(_above(deck)))
    return dict.fromkeys(sorted(topmost), _description(package, pages))


def _above(deck: DeckName) -> Iterator[str]:
    """The decks that a deck lies in."""
    while "::" in deck:
        deck = DeckName(deck.rpartition("::")[0])
        yield deck


def _description(package: str, pages: Iterable[PageFrame]) -> str:
    made = f"Made by build-decks from the pages of <b>{escape(package)}</b>."
    # The same links as at the foot of the cards, each once.
    links = dict.fromkeys(
        f'<a href="{page.link.split(chr(34))[1]}">{page.fields["page"]}</a>'
        for page in pages
        if page.link
    )
    sources = f"<br>Sources: {', '.join(links)}." if links else ""
    update = (
        "To update, import the new package over this deck: your reviews stay. If Anki says fewer"
        " updated than build-decks did, import once more with <i>Update notes: Always</i>."
        " One card of a note a day: <i>Options &gt; Burying &gt; Bury new siblings</i>."
    )
    return f"{made}{sources}<br>{update}"
