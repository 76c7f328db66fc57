"""Makes one package: fields rendered, notes stamped, the file compiled and checked.

Fields that are what they were are not made: their notes are copied from the package's older file.
What was written is read back either way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf
from pathlib import Path

from generator.anki.compile import compile_package, media_names
from generator.anki.field_store import FieldStore
from generator.anki.note_types import (
    CLUE_QUIZ,
    FIRST_QUIZ,
    card_ordinals,
    note_types,
    ordinals_of_encoded,
)
from generator.anki.readback import (
    PackageMismatchError,
    read_fields_file,
    read_package_file,
)
from generator.core.diagnostics import MEDIA_CHANGED, Diagnostic
from generator.core.model import (
    DeckName,
    Guid,
    MediaName,
    Note,
    NoteRow,
    Origin,
    Package,
    Position,
)
from generator.core.note_fields import SEPARATOR, NoteDigests, join_fields, note_digests
from generator.core.outcome import BuiltPackage, built_package
from generator.identity.entry import LedgerEntry, format_entry
from generator.identity.identify import Identity
from generator.identity.ledger import LedgerText
from generator.identity.renew import NOTHING, Renew
from generator.identity.stamp import stamp
from generator.machine.disk import finish_file, move_file, new_file
from generator.machine.spool import CannotKeepError
from generator.notes.equal_fronts import find_equal_fronts, header_asking
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
from generator.pages.cache import Rendered, RenderedTable, encode_rendered
from generator.pipeline.collect import PackageNotes, descriptions
from generator.sources.media import MediaChangedError
from generator.workspace.folders import Workspace

# Bytes of fields that are in memory until they are written; few packages are larger.
_MOST_FIELD_BYTES = 24_000_000


@dataclass(frozen=True, slots=True)
class PackageResult:
    """A package that is ready; ``built`` is None where a picture changed meanwhile.

    ``lines`` are those of the ledger that are new or differ; ``redecked`` are known notes in
    another deck, and its name; ``emptied`` is how many cards known notes have lost, and
    ``outdated`` how many notes may show an older table in Anki; ``rendered`` is what the cache is
    to keep.
    """

    built: BuiltPackage | None
    lines: Mapping[Guid, bytes]
    new: frozenset[Guid]
    changed: frozenset[Guid]
    redecked: tuple[tuple[DeckName, Guid], ...]
    emptied: int
    rendered: bytes
    diagnostics: tuple[Diagnostic, ...]


def make_package(
    package: PackageNotes,
    identity: Identity,
    ledger: LedgerText,
    workspace: Workspace,
    before: Rendered,
    reserved: Sequence[LedgerEntry] = (),
    renew: Renew = NOTHING,
    *,
    compress: bool = False,
    keeps_notes: bool = False,
) -> PackageResult:
    """Make the package's file beside the older one.

    ``before`` is what came of the tables in the build that left that one, if it still is what it
    was; ``reserved`` are the entries of notes that wait. With ``keeps_notes`` the package itself
    is kept.
    """
    fields = FieldStore(inf if keeps_notes else _MOST_FIELD_BYTES)
    package = package.loaded()
    try:
        waiting = [each.origin for each in reserved if not each.retired]
        rendering = _Rendering(package, identity, ledger.entries, waiting, before, fields)
        older = workspace.package(package.name) if before else None
        return _stage(
            rendering, package, identity, ledger, workspace, older, renew, compress, keeps_notes
        )
    except (PackageMismatchError, ValueError):
        if not before:
            raise
    finally:
        if not keeps_notes:
            fields.close()
    # The older file, or what is remembered of it, cannot be relied on.
    return make_package(
        package,
        identity,
        ledger,
        workspace,
        {},
        reserved,
        renew,
        compress=compress,
        keeps_notes=keeps_notes,
    )


def _stage(
    rendering: _Rendering,
    package: PackageNotes,
    identity: Identity,
    ledger: LedgerText,
    workspace: Workspace,
    older: Path | None,
    renew: Renew,
    compress: bool,
    keeps_notes: bool,
) -> PackageResult:
    notes, known = package.notes, ledger.entries
    stamped = stamp(
        notes, identity, rendering.digests, rendering.cards, known, workspace.now, renew
    )
    stands = [_is_as_before(entry, known.get(entry.guid)) for entry in stamped.entries]
    rendering.make_all_but(stands)
    if older and keeps_notes:
        rendering.fill_from(read_fields_file(older), stamped.entries)
        older = None
    contents = Package(
        package.name,
        list(_rows(notes, stamped.entries, rendering)),
        rendering.fields,
        descriptions(package),
        tuple(package.media[name] for name in sorted(rendering.media)),
        notes,
    )
    lines = {
        entry.guid: format_entry(entry)
        for entry in stamped.entries
        if entry.guid not in ledger.lines or known[entry.guid] is not entry
    }
    moved = frozenset(stamped.redecked)
    redecked = tuple((entry.deck, entry.guid) for entry in stamped.entries if entry.guid in moved)
    built, diagnostics = None, list[Diagnostic]()
    try:
        digest = _write(contents, workspace, older, compress) if workspace.compiles else ""
        built = built_package(contents, digest, stamped.outdated(rendering.digests))
        if keeps_notes:
            built = replace(built, package=contents, is_compressed=compress)
    except MediaChangedError as changed:
        diagnostics.append(MEDIA_CHANGED.at(Position(str(changed), 1, 1), path=changed))
    return PackageResult(
        built,
        lines,
        stamped.new,
        stamped.changed,
        redecked,
        stamped.emptied,
        encode_rendered(rendering.after, built.digest if built else ""),
        tuple(diagnostics),
    )


def _write(package: Package, workspace: Workspace, older: Path | None, compress: bool) -> str:
    def compile_to(new: Path) -> None:
        read, progress = workspace.media.read, workspace.progress
        compile_package(package, new, compress, read, progress, older)

    return workspace.stage(workspace.package(package.name), compile_to)


def _is_as_before(entry: LedgerEntry, old: LedgerEntry | None) -> bool:
    """Whether the note's row in the older file is the one that is to be written, where what its
    table comes to is what it was."""
    return old is not None and old.modified == entry.modified


def _rows(
    notes: Sequence[Note], entries: Sequence[LedgerEntry], rendering: _Rendering
) -> Iterator[NoteRow]:
    """The rows of the package."""
    types = note_types()
    for place, (note, entry) in enumerate(zip(notes, entries, strict=True)):
        assert entry.cards, "a row that asks nothing is no note"
        yield NoteRow(
            entry.guid,
            entry.note_id,
            types[note.origin.kind].id,
            entry.modified,
            note.tags,
            b"",
            note.deck,
            rendering.cards[place],
            place + 1,
        )


class _Rendering:
    """What a package's notes come to, by note; fields that need not be made are empty.

    ``before`` is what came of tables the last time, ``after`` of those there are now; ``waiting``
    are known notes that have no sound row.
    """

    def __init__(
        self,
        package: PackageNotes,
        identity: Identity,
        entries: Mapping[Guid, LedgerEntry],
        waiting: Sequence[Origin],
        before: Rendered,
        fields: FieldStore,
    ) -> None:
        self.fields = fields
        self._entries = entries
        self._identity = identity
        groups = [group for group in package.groups if isinstance(group, Group)]
        self._options = Options(groups, waiting)
        self._equal = find_equal_fronts([*package.groups], waiting)
        self._has_media = bool(package.media)
        self._not_made: list[tuple[int, Group]] = []
        self.digests: list[NoteDigests] = []
        self.cards: list[tuple[int, ...]] = []
        self.media: set[MediaName] = set()
        self.after: Rendered = {}
        starts = [*accumulate((len(group.notes) for group in package.groups), initial=0)]
        keys = [
            self._key(start, group, package.name) if isinstance(group, Group) else b""
            for start, group in zip(starts, package.groups, strict=False)
        ]
        self._changed = self._changed_on_rings(zip(keys, package.groups, strict=True), before)
        for start, key, group in zip(starts, keys, package.groups, strict=False):
            if isinstance(group, ReadyGroup):
                table = self._made(start, group, self._ready(start, group), NO_CHOICES)
            else:
                table = self._table(start, group, key, before)
            self.digests += table.digests
            self.cards += table.cards
            self.media.update(table.media)

    def _changed_on_rings(
        self, tables: Iterable[tuple[bytes, Group | ReadyGroup]], before: Rendered
    ) -> Mapping[str, Sequence[int]]:
        """Where the rings of options are not what they were ``before``."""
        if not before:
            return {}  # then no options are known either
        gone = dict(before)
        changed = []
        for key, group in tables:
            if isinstance(group, Group) and gone.pop(key, None) is None:
                changed.append(self._options.on_ring(group))
        return changed_places([*changed, *(table.ring for table in gone.values())])

    def make_all_but(self, stands: Sequence[bool]) -> None:
        """Make the fields of tables whose notes do not all stand in the older file."""
        for start, group in self._not_made:
            if not all(stands[start : start + len(group.notes)]):
                choices = self._choose(start, group)
                self._made(start, group, self._joined(start, group, choices), choices)

    def fill_from(self, fields: Mapping[Guid, bytes], entries: Sequence[LedgerEntry]) -> None:
        """Fields of the older file for notes that have none. ValueError where it has not all."""
        for place, entry in enumerate(entries):
            if place not in self.fields:
                if entry.guid not in fields:
                    raise ValueError("a note is not in the older file")
                self.fields.add(place, fields[entry.guid])

    def _key(self, start: int, group: Group, package: str) -> bytes:
        guids = self._guids(start, group)
        slots, others = self._slots(start, group), self._equal.others.get(id(group), {})
        return render_key(group, package, guids, slots, others, self._placed_in(group))

    def _table(self, start: int, group: Group, key: bytes, before: Rendered) -> RenderedTable:
        known, choices, options = before.get(key), NO_CHOICES, NONE_BEYOND
        chooses_all = known is None or self._options.are_shared(group)
        if known and not chooses_all and self._has_options_still(start, group, known):
            options = known.options
        elif quiz_columns(group):
            only = None if known is None or chooses_all else known.options.beyond
            choices = self._choose(start, group, only)
            options = kept_options(choices)
        if known and known.options.digest == options.digest:
            self._not_made.append((start, group))
            made = known._replace(options=options)
        else:
            if not chooses_all:
                choices = self._choose(start, group)
            made = self._made(start, group, self._joined(start, group, choices), choices)
            made = made._replace(ring=self._options.on_ring(group), options=options)
        self.after[key] = made
        return made

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

    def _joined(self, start: int, group: Group, choices: ChoicesByColumn) -> list[bytes]:
        slots, others = self._slots(start, group), self._equal.others.get(id(group), {})
        placed = self._placed_in(group)
        return render_table(group, self._guids(start, group), choices, slots, others, placed)

    def _slots(self, start: int, group: Group) -> Sequence[Sequence[int]]:
        if not group.layout.asks_all:
            return ()
        return [self._identity.slots[start + place][0] for place in range(len(group.notes))]

    def _ready(self, start: int, group: ReadyGroup) -> list[bytes]:
        numbers = self._identity.numbers
        of_gaps = [numbers.get(start + place, {}) for place in range(len(group.notes))]
        others, placed = self._equal.others.get(id(group), {}), self._placed_in(group)
        return render_ready(group, self._guids(start, group), of_gaps, others, placed)

    def _made(
        self,
        start: int,
        group: Group | ReadyGroup,
        fields: Sequence[bytes],
        choices: ChoicesByColumn,
    ) -> RenderedTable:
        """Put the fields of a table where they belong."""
        names: set[MediaName] = set()
        digests, cards = [], []
        types = note_types()
        for place, (note, each) in enumerate(zip(group.notes, fields, strict=True)):
            kind = note.origin.kind
            self.fields.add(start + place, each)
            values = each.split(SEPARATOR)
            cards.append(ordinals := ordinals_of_encoded(types[kind], values))
            others = [other for own in choices.values() for other in own.others.get(place, ())]
            digests.append(note_digests(kind, values, note.tags, ordinals, others))
            if self._has_media:
                names |= media_names(each)
        return RenderedTable(tuple(digests), tuple(cards), tuple(sorted(names)))


# --- notes that are gone ----------------------------------------------------------------------


def with_last_fields(
    identity: Identity, known: Mapping[Guid, LedgerEntry], workspace: Workspace
) -> Mapping[Guid, LedgerEntry]:
    """The ledger's entries that are gone; those that just retired get what they were last built
    as. By what was ``known`` before this build they are in the package that they were built in."""
    gone = dict(identity.gone)
    rows: dict[Guid, NoteRow] = {}
    for package in sorted({known[guid].origin.package for guid in identity.retired}):
        try:
            rows |= read_package_file(workspace.package(package))
        except CannotKeepError:
            raise  # it is sound: the fields would be lost for good
        except (OSError, ValueError):
            pass  # a damaged old package is about to be replaced; there is nothing to keep then
    for guid in identity.retired & rows.keys():
        gone[guid] = gone[guid]._replace(tags=rows[guid].tags, fields=rows[guid].values)
    return gone


def write_retired_package(entries: Sequence[LedgerEntry], path: Path) -> int:
    """Write a package that tags these retired notes ``retired``; returns how many are in it.

    Those are left out whose fields the ledger does not hold. Their time is that of their
    retirement, which is later than what a collection knows, so that an import updates them.
    OSError where the file cannot be written.
    """
    held = sorted((entry for entry in entries if entry.fields), key=lambda entry: entry.guid)
    rows = [_retired_row(entry, due) for due, entry in enumerate(held, 1)]
    fields = {place: row.fields for place, row in enumerate(rows)}
    package = Package("retired", [row.without_fields() for row in rows], fields, {})
    new = new_file(path)
    try:
        compile_package(package, new)
        finish_file(new)
        move_file(new, path)
    finally:
        new.unlink(missing_ok=True)
    return len(rows)


def _retired_row(entry: LedgerEntry, due: int) -> NoteRow:
    note_type = note_types()[entry.origin.kind]
    return NoteRow(
        entry.guid,
        entry.note_id,
        note_type.id,
        entry.retired,
        tuple(sorted({*entry.tags, "retired"})),
        join_fields(entry.fields),
        entry.deck,
        card_ordinals(note_type, entry.fields),
        due,
    )
