"""The main job, stage by stage: notes and ledger in, packages and ledger out.

`build` takes values and returns values; `run` is the only place that writes to disk.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from generator.anki.package import compile_package, count_cards
from generator.anki.readback import check_package
from generator.diagnostics import (
    BROKEN_LEDGER,
    NO_CARDS,
    NO_CARDS_IN_ENTRY,
    ORPHANED_PACKAGE,
    UNREADABLE,
    UNWRITABLE,
    Diagnostic,
    has_errors,
)
from generator.identity import ledger as ledgers
from generator.identity.stamp import Stamped, stamp
from generator.model import DeckName, Guid, Package, Position, TableReport
from generator.notes.compose import Composed, compose
from generator.settings import Settings, read_front_matter
from generator.sources.folder import Entry, read_folder
from generator.sources.page import read_page


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
    files: int
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A build, and which files differ from what is on disk (all written, but in a dry run)."""

    result: BuildResult
    changed_files: tuple[Path, ...]


def build(entries: Sequence[Entry], ledger: Mapping[Guid, ledgers.Entry], now: int) -> BuildResult:
    """Read → classify → render → identify → compile. ``now`` is in seconds since 1970."""
    diagnostics: list[Diagnostic] = []
    composed: dict[str, Composed] = {}
    failed: set[str] = set()
    for entry in entries:
        made, found = _compose_entry(entry)
        diagnostics += found
        composed[entry.package] = made
        if has_errors(found):
            failed.add(entry.package)
        elif not made.notes:
            where = Position(entry.sources[0][0].path if entry.sources else entry.package, 1, 1)
            diagnostics.append(NO_CARDS_IN_ENTRY.at(where, package=entry.package))

    sound = [entry for entry in entries if entry.package not in failed]
    notes = [note for entry in sound for note in composed[entry.package].notes]
    namespaces = {entry.package: entry.settings.id or entry.package for entry in entries}
    stamped = stamp(notes, ledger, namespaces, now, left_alone=failed)

    packages = []
    for entry in sound:
        own = tuple(n for n in stamped.notes if n.note.origin.package == entry.package)
        if own:
            package = Package(entry.package, own, _descriptions(entry))
            data = compile_package(package, entry.settings.compress)
            check_package(data, package)
            packages.append(BuiltPackage(package, data, count_cards(package)))
    if entries and not packages and not has_errors(diagnostics):
        diagnostics.append(NO_CARDS.at(Position("", 1, 1)))
    return BuildResult(
        packages=tuple(packages),
        ledger=ledgers.format_ledger(stamped.ledger.values()),
        stamped=stamped,
        tables=tuple(report for made in composed.values() for report in made.tables),
        files=sum(len(entry.sources) for entry in entries),
        diagnostics=tuple(diagnostics),
    )


def run(source: Path, output: Path, now: int, *, dry: bool = False) -> Outcome:
    """Build the notes in ``source`` into ``output``; with ``dry`` nothing is written.

    The ledger is written before the packages: whoever stops in between finds the next build
    giving the same bytes, since it stamps from the ledger.
    """
    entries, diagnostics = read_folder(source)
    ledger, found = _read_ledger(source / ledgers.FILE)
    diagnostics += tuple(found)
    if has_errors(diagnostics):
        return Outcome(_nothing(entries, diagnostics), ())
    result = build(entries, ledger, now)
    files = {output / built.file_name: built.data for built in result.packages}
    if result.packages:
        files = {source / ledgers.FILE: result.ledger.encode(), **files}
    changed = [path for path, data in files.items() if _read_or_none(path) != data]
    diagnostics += result.diagnostics + _orphans(ledger, entries, output)
    if not dry:
        try:
            for path in changed:
                write_file(path, files[path])
        except OSError as error:
            where = Position("", 1, 1)
            reason = error.strerror or str(error)
            diagnostics += (UNWRITABLE.at(where, path=error.filename or output, reason=reason),)
    return Outcome(_with(result, diagnostics), tuple(changed))


def _compose_entry(entry: Entry) -> tuple[Composed, list[Diagnostic]]:
    diagnostics = list(entry.diagnostics)
    pages = []
    for source, folder_settings in entry.sources:
        page, found = read_page(source)
        diagnostics += found
        settings, found = read_front_matter(page.front_matter, page.path, folder_settings)
        diagnostics += found
        pages.append((page, settings))
    made = compose(entry.package, pages)
    return made, diagnostics + list(made.diagnostics)


def _descriptions(entry: Entry) -> dict[DeckName, str]:
    """What Anki shows under the name of the package's top deck."""
    return {DeckName(entry.settings.deck): _description(entry.package, entry.settings)}


def _description(package: str, settings: Settings) -> str:
    made = f"Made by build-decks from the notes <b>{escape(package)}</b>."
    link = f' <a href="{escape(settings.url)}">Source</a>.' if settings.url else ""
    update = "To update, import the new package over this deck: your reviews stay."
    return f"{made}{link}<br>{update}"


def _orphans(
    ledger: Mapping[Guid, ledgers.Entry], entries: Sequence[Entry], output: Path
) -> tuple[Diagnostic, ...]:
    gone = {e.origin.package for e in ledger.values()} - {entry.package for entry in entries}
    paths = [output / f"{package}.apkg" for package in sorted(gone)]
    nowhere = Position("", 1, 1)
    return tuple(ORPHANED_PACKAGE.at(nowhere, path=path) for path in paths if path.is_file())


def _nothing(entries: Sequence[Entry], diagnostics: tuple[Diagnostic, ...]) -> BuildResult:
    empty = Stamped((), {}, frozenset(), frozenset(), frozenset())
    return BuildResult((), "", empty, (), sum(len(e.sources) for e in entries), diagnostics)


def _with(result: BuildResult, diagnostics: tuple[Diagnostic, ...]) -> BuildResult:
    return BuildResult(
        result.packages, result.ledger, result.stamped, result.tables, result.files, diagnostics
    )


# --- disk -------------------------------------------------------------------------------------


def _read_ledger(path: Path) -> tuple[dict[Guid, ledgers.Entry], list[Diagnostic]]:
    where = Position(path.name, 1, 1)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        return {}, [UNREADABLE.at(where, reason=error.strerror)]
    except UnicodeDecodeError:
        return {}, [BROKEN_LEDGER.at(where, reason="it is not UTF-8")]
    return ledgers.parse_ledger(text, path.name)


def _read_or_none(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def write_file(path: Path, data: bytes) -> None:
    """Replace the file as one step: whoever looks sees the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
