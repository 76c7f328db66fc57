"""One package after identification: fields made once, notes stamped, the file written and checked.

Fields that are what they were are not made: their notes are copied from the package's older file.
What was written is read back either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import SpooledTemporaryFile

from generator.anki.note_types import note_types, packed_ordinals
from generator.anki.package import media_names
from generator.anki.readback import PackageMismatchError
from generator.cache import Rendered, RenderedTable
from generator.diagnostics import MEDIA_CHANGED, Diagnostic
from generator.identity.identify import Identity
from generator.identity.ledger import Entry, LedgerText, format_entry
from generator.identity.stamp import stamp
from generator.model import Guid, Kind, MediaName, Note, NoteRow, Package, Position, fingerprint
from generator.notes.fields import (
    key_with_options,
    render_key,
    render_ready,
    render_table,
    wants_options,
)
from generator.notes.groups import Group, ReadyGroup
from generator.notes.options import Choices, Options
from generator.outcome import BuiltPackage, built_package
from generator.package import PackageNotes, descriptions
from generator.sources.media import MediaChangedError

# Bytes of fields that are in memory until they are written; few packages are larger.
_MOST_IN_MEMORY = 24_000_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A package that is ready; ``built`` is None where a picture changed meanwhile.

    ``lines`` are those of the ledger that are new or differ; ``redecked`` are the note ids of known
    notes in another deck; ``rendered`` is for the next build.
    """

    built: BuiltPackage | None
    lines: Mapping[Guid, bytes]
    new: frozenset[Guid]
    changed: frozenset[Guid]
    redecked: tuple[int, ...]
    rendered: Rendered
    diagnostics: tuple[Diagnostic, ...]


# Writes a package, with notes from its older file where it is given; gives the new one's digest.
Write = Callable[[Package, Path | None], str]


def stage(
    package: PackageNotes,
    identity: Identity,
    ledger: LedgerText,
    now: int,
    write: Write,
    before: Rendered,
    older: Path | None,
) -> Staged:
    """Make the package's file.

    ``before`` is what came of the tables in the build that left the file ``older``; None where
    there is no such file, or it is not what that build left.
    """
    if older and before:
        try:
            return _stage(package, identity, ledger, now, write, before, older)
        except (PackageMismatchError, ValueError):
            pass  # the old file, or what is remembered of it, cannot be relied on
    return _stage(package, identity, ledger, now, write, {}, None)


def _stage(
    package: PackageNotes,
    identity: Identity,
    ledger: LedgerText,
    now: int,
    write: Write,
    before: Rendered,
    older: Path | None,
) -> Staged:
    notes, known = package.notes, ledger.entries
    rendering = _Rendering(package, identity, before)
    stamped = stamp(notes, identity, rendering.fingerprints, known, now)
    stands = [_is_as_before(entry, known.get(entry.guid)) for entry in stamped.entries]
    rendering.make_all_but(stands)
    contents = Package(
        package.name,
        notes,
        list(_rows(notes, stamped.entries, rendering)),
        rendering.fields,
        descriptions(package),
        tuple(package.media[name] for name in sorted(rendering.media)),
    )
    lines = {
        entry.guid: format_entry(entry)
        for entry in stamped.entries
        if entry.guid not in ledger.lines or known[entry.guid] != entry
    }
    built, diagnostics = None, list[Diagnostic]()
    try:
        digest = write(contents, older)
        built = replace(built_package(contents, digest), package=contents)
    except MediaChangedError as changed:
        diagnostics.append(MEDIA_CHANGED.at(Position(str(changed), 1, 1), path=changed))
    return Staged(
        built,
        lines,
        stamped.new,
        stamped.changed,
        stamped.redecked,
        rendering.after,
        tuple(diagnostics),
    )


def _is_as_before(entry: Entry, old: Entry | None) -> bool:
    """Whether the note's row in the older file is the one that is to be written.

    Its fingerprint is the same then: a new one comes with a later time.
    """
    return old is not None and old.modified == entry.modified


def _rows(
    notes: Sequence[Note], entries: Sequence[Entry], rendering: _Rendering
) -> Iterator[NoteRow]:
    """The rows of the package, sealed."""
    types = note_types()
    for place, (note, entry) in enumerate(zip(notes, entries, strict=True)):
        yield NoteRow(
            entry.guid,
            entry.note_id,
            types[note.origin.kind].id,
            entry.modified,
            note.tags,
            entry.fingerprint.encode(),
            note.deck,
            rendering.cards[place],
            place + 1,
        )


class _Rendering:
    """What a package's notes come to, by note; fields that need not be made are empty.

    ``before`` is what came of tables the last time, ``after`` of those there are now.
    """

    def __init__(self, package: PackageNotes, identity: Identity, before: Rendered) -> None:
        self._identity = identity
        self._options = Options([g for g in package.groups if isinstance(g, Group)])
        self._not_made: list[tuple[int, Group]] = []
        self.fingerprints: list[str] = []
        self.cards: list[tuple[int, ...]] = []
        self.media: set[MediaName] = set()
        self.fields = FieldStore()
        self.after: Rendered = {}
        for group in package.groups:
            start = len(self.fingerprints)
            if isinstance(group, ReadyGroup):
                table = self._made(start, group, self._ready(start, group))
            else:
                table = self._table(start, group, package.name, before)
            self.fingerprints += table.fingerprints
            self.cards += table.cards
            self.media.update(table.media)

    def make_all_but(self, stands: Sequence[bool]) -> None:
        """Make the fields of tables whose notes do not all stand in the older file."""
        for start, group in self._not_made:
            if not all(stands[start : start + len(group.notes)]):
                self._made(start, group, self._packed(start, group, self._choose(group)))

    def _table(self, start: int, group: Group, package: str, before: Rendered) -> RenderedTable:
        guids = self._guids(start, group)
        key, choices = render_key(group, package, guids), None
        known = before.get(key)
        if wants_options(group) and (known is None or self._options.are_shared(group)):
            choices = self._options.choose(group)
            if not choices.are_own:
                self.after[key] = None
                key = key_with_options(key, choices)
                known = before.get(key)
        if known is None:
            known = self._made(start, group, self._packed(start, group, choices))
        else:
            self._not_made.append((start, group))
        self.after[key] = known
        return known

    def _guids(self, start: int, group: Group | ReadyGroup) -> Sequence[Guid]:
        return self._identity.guids[start : start + len(group.notes)]

    def _choose(self, group: Group) -> Choices | None:
        return self._options.choose(group) if wants_options(group) else None

    def _packed(self, start: int, group: Group, choices: Choices | None) -> list[bytes]:
        return render_table(group, self._guids(start, group), choices)

    def _ready(self, start: int, group: ReadyGroup) -> list[bytes]:
        numbers = self._identity.numbers
        of_gaps = [numbers.get(start + place, {}) for place in range(len(group.notes))]
        return render_ready(group, self._guids(start, group), of_gaps)

    def _made(
        self, start: int, group: Group | ReadyGroup, fields: Sequence[bytes]
    ) -> RenderedTable:
        """Put the fields of a table where they belong."""
        names: set[MediaName] = set()
        for place, each in enumerate(fields, start):
            self.fields.add(place, each)
            names |= media_names(each)
        kinds = [note.origin.kind for note in group.notes]
        return RenderedTable(
            tuple(
                fingerprint(note.origin.kind, each, " ".join(note.tags))
                for note, each in zip(group.notes, fields, strict=True)
            ),
            tuple(_cards(kind, each) for kind, each in zip(kinds, fields, strict=True)),
            tuple(sorted(names)),
        )


def _cards(kind: Kind, fields: bytes) -> tuple[int, ...]:
    return packed_ordinals(note_types()[kind], fields)


class FieldStore(Mapping[int, bytes]):
    """Fields by the place of their note: in memory while they are few, else on the disk."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_MOST_IN_MEMORY)  # noqa: SIM115
        self._end = 0
        self._spots: dict[int, tuple[int, int]] = {}

    def add(self, place: int, fields: bytes) -> None:
        """The fields of one more note."""
        self._file.seek(self._end)
        self._file.write(fields)
        self._spots[place] = self._end, len(fields)
        self._end += len(fields)

    def __getitem__(self, place: int) -> bytes:
        start, length = self._spots[place]
        self._file.seek(start)
        return self._file.read(length)

    def __iter__(self) -> Iterator[int]:
        return iter(self._spots)

    def __len__(self) -> int:
        return len(self._spots)

    def __contains__(self, place: object) -> bool:
        return place in self._spots
