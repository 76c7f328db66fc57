"""The main job, stage by stage: notes and ledger in, packages and ledger out.

`build` takes values and returns values; `run` reads and writes, through `disk`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from pathlib import Path

from generator.anki.package import compile_package, count_cards, media_names
from generator.anki.readback import check_package, check_references, read_package
from generator.diagnostics import (
    BROKEN_LEDGER,
    LOST_LEDGER,
    MEDIA_CHANGED,
    NO_CARDS,
    NO_CARDS_IN_ENTRY,
    ORPHANED_PACKAGE,
    UNREADABLE,
    UNWRITABLE,
    Diagnostic,
    Severity,
    has_errors,
)
from generator.disk import only_one_build, read_file, read_or_none, remove_leftovers, write_file
from generator.identity import ledger as ledgers
from generator.identity.stamp import Stamped, stamp
from generator.model import (
    FIELDS_OF,
    DeckName,
    Guid,
    Note,
    Package,
    PackedNote,
    Position,
    Rest,
    StampedNote,
    TableReport,
    Tag,
)
from generator.notes.compose import Composed, compose
from generator.notes.media import find_media
from generator.settings import read_front_matter
from generator.sources.folder import Entry, read_folder
from generator.sources.media import MediaChangedError, MediaFolder
from generator.sources.page import read_page

# Bytes; some millions of notes.
_LARGEST_LEDGER = 2_000_000_000


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """A package and its bytes; ``cards`` is their number."""

    package: Package
    data: bytes
    cards: int

    @property
    def file_name(self) -> str:
        """The name of its file in the output folder."""
        return f"{self.package.name}.apkg"

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build makes of the notes. Packages with errors are missing from ``packages``."""

    packages: tuple[BuiltPackage, ...]
    ledger: str
    stamped: Stamped
    tables: tuple[TableReport, ...]
    rest: tuple[Rest, ...]
    files: int
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A build, which files differ from what was on disk, and which of them were written."""

    result: BuildResult
    changed_files: tuple[Path, ...]
    written: tuple[Path, ...] = ()


def build(
    entries: Sequence[Entry], ledger: Mapping[Guid, ledgers.Entry], now: int, media: MediaFolder
) -> BuildResult:
    """Read → classify → render → identify → compile. ``now`` is in seconds since 1970.

    Of what the notes name, ``media`` reads the files that go into a package.
    """
    diagnostics: list[Diagnostic] = []
    composed: dict[str, Composed] = {}
    failed: set[str] = set()
    for entry in entries:
        made, found = _compose_entry(entry, media)
        diagnostics += found
        composed[entry.package] = made
        if has_errors(found):
            failed.add(entry.package)
        elif not made.notes:
            where = Position(entry.sources[0][0].path if entry.sources else entry.package, 1, 1)
            diagnostics.append(NO_CARDS_IN_ENTRY.at(where, package=entry.package))

    namespaces = {entry.package: entry.settings.id or entry.package for entry in entries}
    package_of = {source.path: entry.package for entry in entries for source, _ in entry.sources}
    while True:
        sound = [entry for entry in entries if entry.package not in failed]
        notes = [note for entry in sound for note in composed[entry.package].notes]
        stamped = stamp(notes, ledger, namespaces, now, left_alone=failed)
        told = [(package_of[d.position.file], d) for d in stamped.diagnostics]
        unclear = {package for package, d in told if d.severity is Severity.ERROR}
        diagnostics += [d for package, d in told if not unclear or package in unclear]
        if not unclear:
            break
        failed |= unclear  # then the others are stamped again, without them

    stamped_in: dict[str, list[StampedNote]] = defaultdict(list)
    for note in stamped.notes:
        stamped_in[note.note.origin.package].append(note)
    packages = []
    for entry in sound:
        if own := tuple(stamped_in[entry.package]):
            files = media.named(media_names(own))
            package = Package(entry.package, own, _descriptions(entry, own), files)
            check_references(package)
            try:
                data = compile_package(package, entry.settings.compress, media.read)
            except MediaChangedError as changed:
                diagnostics.append(MEDIA_CHANGED.at(Position(str(changed), 1, 1), path=changed))
                continue
            check_package(data, package)
            packages.append(BuiltPackage(package, data, count_cards(package)))
    if entries and not packages and not has_errors(diagnostics):
        diagnostics.append(NO_CARDS.at(Position("", 1, 1)))
    return BuildResult(
        packages=tuple(packages),
        ledger=ledgers.format_ledger(stamped.ledger.values()),
        stamped=stamped,
        tables=tuple(report for made in composed.values() for report in made.tables),
        rest=tuple(rest for made in composed.values() for rest in made.rest),
        files=sum(len(entry.sources) for entry in entries),
        diagnostics=tuple(diagnostics),
    )


def run(
    source: Path,
    output: Path,
    now: int,
    *,
    dry: bool = False,
    on_wait: Callable[[], object] = object,
) -> Outcome:
    """Build the notes in ``source`` into ``output``; with ``dry`` nothing is written.

    The ledger is written before the packages: whoever stops in between finds the next build
    giving the same bytes, since it stamps from the ledger. ``on_wait`` is called where another
    build of the same notes is under way, which this one waits for.
    """
    if dry:
        return _run(source, output, now)
    with only_one_build(source, on_wait):
        outcome = _run(source, output, now)
        files = {output / built.file_name: built.data for built in outcome.result.packages}
        files[source / ledgers.FILE] = outcome.result.ledger.encode()
        remove_leftovers(files)
        written: list[Path] = []
        diagnostics = outcome.result.diagnostics
        for path in outcome.changed_files:
            try:
                write_file(path, files[path])
            except OSError as error:
                reason = error.strerror or str(error)
                diagnostics += (UNWRITABLE.at(Position("", 1, 1), path=path, reason=reason),)
                break  # the ledger comes first: without it no package may be newer than it is
            written.append(path)
        result = replace(outcome.result, diagnostics=diagnostics)
        return Outcome(result, outcome.changed_files, tuple(written))


def _run(source: Path, output: Path, now: int) -> Outcome:
    entries, diagnostics = read_folder(source)
    ledger, found = read_ledger(source)
    diagnostics += tuple(found)
    if not (source / ledgers.FILE).exists():
        diagnostics += _lost_ledger(entries, output)
    if has_errors(diagnostics):
        return Outcome(_nothing(entries, diagnostics), ())
    result = build(entries, ledger, now, MediaFolder(source))
    diagnostics += result.diagnostics + _orphans(ledger, entries, output)
    result = replace(result, diagnostics=diagnostics)
    if result.stamped.retired:
        remembered = _with_retired_fields(result.stamped, ledger, output)
        result = replace(result, ledger=ledgers.format_ledger(remembered))
    files = {output / built.file_name: built.data for built in result.packages}
    if result.packages:
        files = {source / ledgers.FILE: result.ledger.encode(), **files}
    changed = tuple(path for path, data in files.items() if read_or_none(path) != data)
    return Outcome(result, changed)


def _with_retired_fields(
    stamped: Stamped, ledger: Mapping[Guid, ledgers.Entry], output: Path
) -> list[ledgers.Entry]:
    """The new ledger's entries; those that just retired with what they were last built as."""
    packed: dict[Guid, PackedNote] = {}
    for package in sorted({ledger[guid].origin.package for guid in stamped.retired}):
        data = read_or_none(output / f"{package}.apkg")
        try:
            packed |= read_package(data) if data else {}
        except ValueError:
            continue  # a damaged old package is about to be replaced; there is nothing to keep
    return [
        replace(entry, tags=packed[guid].tags, fields=packed[guid].fields)
        if guid in stamped.retired and guid in packed
        else entry
        for guid, entry in stamped.ledger.items()
    ]


def read_ledger(source: Path) -> tuple[dict[Guid, ledgers.Entry], list[Diagnostic]]:
    """The ledger of the notes in ``source``; any diagnostic is an error."""
    path = source / ledgers.FILE
    where = Position(path.name, 1, 1)
    try:
        text = read_file(path, _LARGEST_LEDGER).decode()
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        return {}, [UNREADABLE.at(where, reason=error.strerror)]
    except UnicodeDecodeError:
        return {}, [BROKEN_LEDGER.at(where, reason="it is not UTF-8")]
    return ledgers.parse_ledger(text, path.name)


def _compose_entry(entry: Entry, media: MediaFolder) -> tuple[Composed, list[Diagnostic]]:
    diagnostics = list(entry.diagnostics)
    pages = []
    for source, folder_settings in entry.sources:
        page, found = read_page(source)
        diagnostics += found
        settings, found = read_front_matter(page.front_matter, page.path, folder_settings)
        diagnostics += found
        references, found = find_media(page)
        diagnostics += found
        if references:
            files, found = media.look_up(references)
            diagnostics += found
            page = replace(page, media=files)
        pages.append((page, settings))
    made = compose(entry.package, pages)
    return made, diagnostics + list(made.diagnostics)


def _descriptions(entry: Entry, notes: Sequence[StampedNote]) -> dict[DeckName, str]:
    """What Anki shows under the names of the package's topmost decks: HTML by deck."""
    decks = {stamped.note.deck for stamped in notes}
    topmost = (d for d in decks if not any(d.startswith(f"{other}::") for other in decks))
    return dict.fromkeys(sorted(topmost), _description(entry.package, notes))


def _description(package: str, notes: Sequence[StampedNote]) -> str:
    made = f"Made by build-decks from the notes <b>{escape(package)}</b>."
    # The same links as at the foot of the cards, each once, in the order of the pages.
    links = dict.fromkeys(
        f'<a href="{stamped.fields.source.split(chr(34))[1]}">{stamped.fields.page}</a>'
        for stamped in notes
        if stamped.fields.source.startswith("<a ")
    )
    sources = f"<br>Sources: {', '.join(links)}." if links else ""
    update = "To update, import the new package over this deck: your reviews stay."
    return f"{made}{sources}<br>{update}"


def retired_package(entries: Sequence[ledgers.Entry]) -> tuple[bytes, int]:
    """A package that tags these retired notes ``retired``, and how many of them are in it.

    Those are left out whose fields the ledger does not hold. Their time is that of their
    retirement, which is later than what a collection knows, so that an import updates them.
    """
    nowhere = Position("", 1, 1)
    notes = []
    for entry in sorted(entries, key=lambda entry: entry.guid):
        if not entry.fields:
            continue
        fields = FIELDS_OF[entry.origin.kind](*entry.fields)
        tags = tuple(Tag(tag) for tag in sorted({*entry.tags, "retired"}))
        note = Note(entry.origin, fields, tags, entry.deck, nowhere)
        notes.append(StampedNote(note, fields, entry.guid, entry.note_id, entry.retired))
    package = Package("retired", tuple(notes), {})
    data = compile_package(package)
    check_package(data, package)
    return data, len(notes)


def _lost_ledger(entries: Sequence[Entry], output: Path) -> tuple[Diagnostic, ...]:
    """An error for each package that an earlier build of these notes must have written."""
    paths = [output / f"{entry.package}.apkg" for entry in entries]
    nowhere = Position("", 1, 1)
    return tuple(LOST_LEDGER.at(nowhere, package=path) for path in paths if path.is_file())


def _orphans(
    ledger: Mapping[Guid, ledgers.Entry], entries: Sequence[Entry], output: Path
) -> tuple[Diagnostic, ...]:
    gone = {e.origin.package for e in ledger.values()} - {entry.package for entry in entries}
    paths = [output / f"{package}.apkg" for package in sorted(gone)]
    nowhere = Position("", 1, 1)
    return tuple(ORPHANED_PACKAGE.at(nowhere, path=path) for path in paths if path.is_file())


def _nothing(entries: Sequence[Entry], diagnostics: tuple[Diagnostic, ...]) -> BuildResult:
    none: frozenset[Guid] = frozenset()
    empty = Stamped((), {}, none, none, none, none, ())
    return BuildResult((), "", empty, (), (), sum(len(e.sources) for e in entries), diagnostics)
