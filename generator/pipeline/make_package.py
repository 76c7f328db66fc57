"""Makes one package: notes stamped, its file compiled, read back and checked.

Fields that are what they were are not made: their notes are copied from the package's older file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import NamedTuple

from generator.anki.compile import compile_package
from generator.anki.field_store import FieldStore
from generator.anki.note_types import (
    note_types,
)
from generator.anki.readback import (
    PackageMismatchError,
    read_fields_file,
)
from generator.core.diagnostics import MEDIA_CHANGED, Diagnostic
from generator.core.model import (
    DeckName,
    Guid,
    Note,
    NoteRow,
    Package,
    Position,
)
from generator.core.outcome import BuiltPackage, built_package
from generator.identity.entry import LedgerEntry, format_entry
from generator.identity.identify import Identity
from generator.identity.ledger import LedgerText
from generator.identity.renew import NOTHING, Renew
from generator.identity.stamp import stamp
from generator.machine.workers import ALONE, Workers
from generator.pages.cache import Rendered, encode_rendered
from generator.pipeline.collect import PackageNotes, descriptions
from generator.pipeline.render_package import Rendering
from generator.sources.media import MediaChangedError
from generator.workspace.folders import Workspace

# Bytes of fields that are in memory until they are written; few packages are larger.
_MOST_FIELD_BYTES = 24_000_000


class PackageResult(NamedTuple):
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
    workers: Workers = ALONE,
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
        read = {group.around.path for group in package.groups} - {*package.held}
        lost = [origin for origin in waiting if origin.page not in read]
        last = _last_fields(workspace.package(package.name)) if lost else {}
        rendering = Rendering(
            package, identity, ledger.entries, waiting, before, fields, lost, last, workers
        )
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
        workers=workers,
    )


def _last_fields(package: Path) -> Mapping[Guid, bytes]:
    """What stands in the package's file; nothing where it cannot be read, and is replaced."""
    try:
        return read_fields_file(package)
    except (OSError, ValueError):
        return {}


def _stage(
    rendering: Rendering,
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
            built = built._replace(package=contents, is_compressed=compress)
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
    notes: Sequence[Note], entries: Sequence[LedgerEntry], rendering: Rendering
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
