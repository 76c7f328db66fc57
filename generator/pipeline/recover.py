"""Makes a lost ledger again, from packages, pages, and the sound lines of a damaged one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from unicodedata import normalize

from generator.anki.note_types import note_types
from generator.anki.readback import read_package_file
from generator.core.diagnostics import (
    DAMAGED_PACKAGE,
    NEWER_LEDGER,
    NO_PACKAGE,
    NO_PACKAGES,
    OTHER_NOTES,
    READABLE_LEDGER,
    Diagnostic,
    has_errors,
    number,
)
from generator.core.model import Guid, Position, page_name
from generator.core.outcome import LEDGER_FILE, BuildResult
from generator.identity.entry import CARD_IDS, LedgerEntry, format_entry
from generator.identity.from_packages import BuiltNote, PageNote, recover_entries
from generator.identity.ledger import FIRST_LINE, LedgerText, package_in, parse_ledger
from generator.machine.disk import write_file
from generator.machine.spool import CannotKeepError
from generator.pipeline.build import look
from generator.workspace.folders import CannotWriteError, Workspace

_NOWHERE = Position("", 1, 1)
# How a table is read, and then which GUIDs its rows have, follow from the notes that are known.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Recovery:
    """A ledger that was made again; ``text`` is empty where an error says why there is none.

    ``entries`` are those of notes in packages; the rows of those that are ``exact`` stand on the
    pages as they were built. ``kept`` is how many come from the damaged ledger, which is moved to
    ``aside``. With ``is_written`` the file is there.
    """

    text: bytes = b""
    diagnostics: tuple[Diagnostic, ...] = ()
    entries: Sequence[LedgerEntry] = ()
    exact: frozenset[Guid] = frozenset()
    kept: int = 0
    aside: Path | None = None
    is_written: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)


def recover(source: Path, output: Path, now: int, *, dry: bool = False) -> Recovery:
    """Make the ledger of the pages in ``source`` again, from the packages in ``output``.

    A ledger that can be read is never replaced, and a damaged one is moved aside. With ``dry``
    nothing is written. ``now`` is in seconds since 1970; the ledger does not depend on it.
    """
    workspace = Workspace(source, output, now, dry=dry)
    with workspace.held(object):
        old, found = workspace.read_ledger()
        found = found or ([] if old is None else _keeps(old))
        if found:
            return Recovery(diagnostics=tuple(found))
        recovery = _recover(workspace, _sound_entries(old or b""), package_in(old or b""))
        if not recovery.text:
            return recovery
        if old is not None:
            recovery = replace(recovery, aside=_free_name(workspace.ledger))
        if dry:
            return recovery
        try:
            if old is not None and recovery.aside:
                write_file(recovery.aside, [old])
            write_file(workspace.ledger, [recovery.text])
        except OSError as error:
            return Recovery(diagnostics=(CannotWriteError(workspace.ledger, error).diagnostic,))
        return replace(recovery, is_written=True)


def _keeps(ledger: bytes) -> list[Diagnostic]:
    """An error where the ledger is not to be replaced: it can be read, here or elsewhere."""
    _, found = parse_ledger(ledger)
    if not found:
        return [READABLE_LEDGER.at(Position(LEDGER_FILE, 1, 1))]
    return [each for each in found if each.code == NEWER_LEDGER.code]


def _sound_entries(ledger: bytes) -> Mapping[Guid, LedgerEntry]:
    """What can be read of a damaged ledger."""
    sound = (
        line for line in ledger.splitlines(keepends=True) if not parse_ledger(FIRST_LINE + line)[1]
    )
    return parse_ledger(b"".join([FIRST_LINE, *sound]))[0].entries


def _free_name(ledger: Path) -> Path:
    """Where a damaged ledger is moved to: no file is there."""
    names = (f"{ledger.name}.damaged{n or ''}" for n in count())
    return next(path for name in names if not (path := ledger.with_name(name)).exists())


def _recover(workspace: Workspace, known: Mapping[Guid, LedgerEntry], package: str) -> Recovery:
    built, found = _read_packages(workspace.output)
    if has_errors(found):
        return Recovery(diagnostics=tuple(found))
    left = [
        note
        for note in built
        if note.row.guid not in known or known[note.row.guid].time < note.row.modified
    ]
    known = {guid: entry for guid, entry in known.items() if guid not in {n.row.guid for n in left}}
    names = {note.package for note in built}
    text = _format(known.values(), (), package)
    for _ in range(_ROUNDS):
        result = look(workspace.source, workspace.output, workspace.now, text)
        if errors := _unread(result):
            return Recovery(diagnostics=(*found, *errors), texts=result.texts)
        entries = parse_ledger(b"".join(result.lines))[0].entries
        pages = [PageNote(n, entries[n.guid]) for n in result.notes if n.guid not in known]
        recovered = recover_entries(left, pages)
        package = package or _chosen_package(names, result, workspace)
        before, text = text, _format(known.values(), recovered.entries, package)
        if text == before:
            break
    for each in result.packages:
        if each.name not in names:
            path = workspace.package(each.name)
            found.append(NO_PACKAGE.at(_NOWHERE, path=path, notes=number(each.notes, "note")))
    return Recovery(text, tuple(found), recovered.entries, recovered.exact, len(known))


def _read_packages(folder: Path) -> tuple[list[BuiltNote], list[Diagnostic]]:
    """The notes of all packages in the folder, in the order of their rows; where two packages have
    a note, it is that of the later time. Any error means that something cannot be read."""
    kinds = {note_type.id: kind for kind, note_type in note_types().items()}
    latest: dict[Guid, BuiltNote] = {}
    found: list[Diagnostic] = []
    for path in sorted(folder.glob("*.apkg")):
        try:
            rows = read_package_file(path).values()
            name = normalize("NFC", path.stem)
            notes = [BuiltNote(name, kinds[r.note_type], r) for r in rows if r.note_type in kinds]
            # One that a person made of our note types in Anki has no GUID of ours in it.
            notes = [note for note in notes if note.fields.key == note.row.guid]
            if not all(0 < n.row.note_id < 2**53 > n.row.modified > 0 for n in notes):
                raise ValueError("a note in it has no id or no time")
        except CannotKeepError:
            raise  # that says nothing of the package
        except OSError as error:
            found.append(DAMAGED_PACKAGE.at(_NOWHERE, path=path, reason=error.strerror))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            found.append(DAMAGED_PACKAGE.at(_NOWHERE, path=path, reason=error))
        else:
            if others := len(rows) - len(notes):
                found.append(OTHER_NOTES.at(_NOWHERE, path=path, notes=number(others, "note")))
            for note in notes:
                other = latest.get(note.row.guid, note)
                latest[note.row.guid] = max(other, note, key=lambda n: n.row.modified)
    if not latest and not has_errors(found):
        found.append(NO_PACKAGES.at(_NOWHERE, folder=folder))
    return sorted(latest.values(), key=lambda n: (n.package, n.row.due, n.row.guid)), found


def _unread(result: BuildResult) -> list[Diagnostic]:
    """The errors that leave no note of a page, or of all pages: what was built of them would be
    looked for elsewhere."""
    read = {note.note.position.file for note in result.notes}
    return [d for d in result.diagnostics if has_errors((d,)) and d.position.file not in read]


def _chosen_package(names: Collection[str], result: BuildResult, workspace: Workspace) -> str:
    """The package that the first build made of all pages: the only one there is, named after no
    page and no folder."""
    if len(names) != 1 or result.whole:
        return ""
    (name,) = names
    pages = {page_name(normalize("NFC", path.name)) for path in workspace.source.iterdir()}
    return "" if name in pages else name


def _format(known: Iterable[LedgerEntry], recovered: Iterable[LedgerEntry], package: str) -> bytes:
    """The ledger's text. A note id that another note has, too, is another one in its line."""
    used: set[int] = set()
    lines = []
    for entry in (*known, *recovered):
        note_id = entry.note_id
        while note_id in used:
            note_id += CARD_IDS
        used.add(note_id)
        lines.append(format_entry(entry._replace(note_id=note_id)))
    return b"".join(LedgerText(package=package).written([lines], {}))
