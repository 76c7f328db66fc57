"""Makes one package: its notes finished some thousand at a time, its file compiled and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from math import inf
from pathlib import Path
from typing import NamedTuple

from generator.anki.compile import compile_package
from generator.anki.field_store import FieldStore
from generator.anki.readback import (
    PackageMismatchError,
    read_fields_file,
)
from generator.core.diagnostics import MEDIA_CHANGED, Diagnostic
from generator.core.model import (
    DeckName,
    Guid,
    MediaName,
    NoteRow,
    Package,
    Position,
)
from generator.core.outcome import BuiltPackage, built_package
from generator.identity.entry import LedgerEntry
from generator.identity.identify import Identity
from generator.identity.ledger import LedgerText
from generator.identity.renew import NOTHING, Renew
from generator.identity.sorted_lines import SortedLines
from generator.machine.workers import ALONE, Workers
from generator.pages.cache import Rendered, encode_rendered
from generator.pipeline.collect import PackageNotes, descriptions
from generator.pipeline.finish_notes import FinishedNotes, Finishing
from generator.pipeline.render_package import Rendering
from generator.sources.media import MediaChangedError
from generator.workspace.folders import Workspace

# Bytes of fields that are in memory until they are written, of some five thousand notes.
_MOST_FIELD_BYTES = 8_000_000


class PackageResult(NamedTuple):
    """A package that is ready; ``built`` is None where a picture changed meanwhile.

    ``lines`` are those of the ledger that are new or differ; ``redecked`` are known notes in
    another deck, and its name; ``emptied`` is how many cards known notes have lost, and
    ``outdated`` how many notes may show an older table in Anki; ``rendered`` is what the cache is
    to keep.
    """

    built: BuiltPackage | None
    lines: SortedLines
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
    package = package.at_hand()
    try:
        waiting = [each.origin for each in reserved if not each.retired]
        read = {group.around.path for group in package.groups} - {*package.held} if waiting else ()
        lost = [origin for origin in waiting if origin.page not in read]
        last = _last_fields(workspace.package(package.name)) if lost else {}
        rendering = Rendering(package, identity, ledger.entries, waiting, before, lost, last)
        finishing = Finishing(rendering, identity, ledger, workspace.now, renew)
        made = _Made(identity, fields)
        for each in _finished(finishing, package, workers):
            made.take(each)
        older = workspace.package(package.name) if before else None
        return _stage(made, package, rendering, workspace, older, compress, keeps_notes)
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


def _finished(
    finishing: Finishing, package: PackageNotes, workers: Workers
) -> Iterator[FinishedNotes]:
    """The notes of a package in their order; a table that is too long to be handed over is finished
    here, part by part."""
    jobs = [place for place in range(len(package.batches)) if not package.is_long(place)]
    if workers.count > 1 and len(jobs) > 1:
        finishing.make_ready()
    with closing(workers.run(lambda place: [*finishing.batch(place)], jobs)) as elsewhere:
        for place in range(len(package.batches)):
            yield from finishing.batch(place) if package.is_long(place) else next(elsewhere)


class _Made:
    """A package as far as its notes are finished; their ``fields`` are kept elsewhere."""

    def __init__(self, identity: Identity, fields: FieldStore) -> None:
        self._identity = identity
        self.fields = fields
        self.rows: list[NoteRow] = []
        self.lines = SortedLines()
        self.tables: dict[bytes, bytes] = {}
        self.media: set[MediaName] = set()
        self.new: set[Guid] = set()
        self.changed: set[Guid] = set()
        self.redecked: list[tuple[DeckName, Guid]] = []
        self.emptied = 0
        self.outdated = 0

    def take(self, notes: FinishedNotes) -> None:
        """Put what came of some notes where it belongs."""
        guids, note_ids = self._identity.guids, self._identity.note_ids
        for place, own in enumerate(notes.rows, len(self.rows)):
            type_, modified, tags, deck, cards = own
            guid, id_ = guids[place], note_ids[place]
            row = NoteRow(guid, id_, type_, modified, tags, b"", deck, cards, place + 1)
            self.rows.append(row)
        self.fields.add(notes.fields)
        self.lines.add(notes.lines)
        self.tables |= notes.tables
        self.media |= notes.media
        self.new |= notes.new
        self.changed |= notes.changed
        self.redecked += notes.redecked
        self.emptied += notes.emptied
        self.outdated += notes.outdated

    def fill_from(self, fields: Mapping[Guid, bytes]) -> None:
        """Fields of the older file for notes that have none. ValueError where it has not all."""
        missing = [place for place in range(len(self.rows)) if place not in self.fields]
        if any(self.rows[place].guid not in fields for place in missing):
            raise ValueError("a note is not in the older file")
        self.fields.add({place: fields[self.rows[place].guid] for place in missing})


def _stage(
    made: _Made,
    package: PackageNotes,
    rendering: Rendering,
    workspace: Workspace,
    older: Path | None,
    compress: bool,
    keeps_notes: bool,
) -> PackageResult:
    if older and keeps_notes:
        made.fill_from(read_fields_file(older))
        older = None
    contents = Package(
        package.name,
        made.rows,
        made.fields,
        descriptions(package.name, {row.deck for row in made.rows}, rendering.pages.values()),
        tuple(package.media[name] for name in sorted(made.media)),
        package.notes if keeps_notes else (),
    )
    built, diagnostics = None, list[Diagnostic]()
    try:
        digest = _write(contents, workspace, older, compress) if workspace.compiles else ""
        built = built_package(contents, digest, made.outdated)
        if keeps_notes:
            built = built._replace(package=contents, is_compressed=compress)
    except MediaChangedError as changed:
        diagnostics.append(MEDIA_CHANGED.at(Position(str(changed), 1, 1), path=changed))
    return PackageResult(
        built,
        made.lines,
        frozenset(made.new),
        frozenset(made.changed),
        tuple(made.redecked),
        made.emptied,
        encode_rendered(made.tables, built.digest if built else ""),
        tuple(diagnostics),
    )


def _write(package: Package, workspace: Workspace, older: Path | None, compress: bool) -> str:
    def compile_to(new: Path) -> None:
        read, progress = workspace.media.read, workspace.progress
        compile_package(package, new, compress, read, progress, older)

    return workspace.stage(workspace.package(package.name), compile_to)
