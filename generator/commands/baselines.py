"""What `diff` compares with: packages as git has them, as they were before, or files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from generator.anki import readback
from generator.commands.common import read_package
from generator.commands.console import CommandError
from generator.core.model import Guid, NoteRow
from generator.core.note_fields import join_fields
from generator.core.outcome import LEDGER_FILE, package_file
from generator.identity.entry import LedgerEntry
from generator.identity.ledger import parse_ledger
from generator.machine.disk import is_there
from generator.machine.version_control import commits, committed, newest_commit
from generator.workspace.previous import read_previous

Ledger = Mapping[Guid, LedgerEntry]
Notes = Mapping[Guid, NoteRow]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Packages of some time, by their names: the notes of each; ``name`` says of what time.

    ``ledger`` has the entries of that time; none where they are not at hand.
    """

    name: str
    packages: Mapping[str, Notes]
    ledger: Ledger = field(default_factory=dict)


def of_files(paths: Sequence[Path]) -> Baseline:
    """Packages that a person names; files of one name, in several folders, are one package."""
    packages: dict[str, Notes] = {}
    for path in paths:
        packages[path.stem] = together(packages.get(path.stem, {}), read_package(path))
    return Baseline(", ".join(map(str, paths)), packages)


def together(one: Notes, other: Notes) -> Notes:
    """The notes of two packages; of a note in both the later version, which an import leaves."""
    later = {
        guid: note
        for guid, note in other.items()
        if guid not in one or note.modified > one[guid].modified
    }
    return {**one, **later}


def of_before(
    source: Path, output: Path, ledger: Ledger, built: Iterable[str]
) -> Iterator[Baseline]:
    """What was there before, the newest first: as committed; where git has none of the packages, as
    they lie in ``output``, and as they were before the last build. ``ledger`` is that of now, and
    ``built`` are the names of the packages of now."""
    names = _with_former(built, ledger)
    is_committed = False
    for baseline in _of_commits(source, output, names):
        is_committed = True
        yield baseline
    if not is_committed:
        yield from _of_builds(source, output, names, ledger)


def of_commit(source: Path, output: Path, built: Iterable[str], commit: str) -> Baseline:
    """The packages as a commit has them. CommandError where it has none of them, or git does not
    know it."""
    packages, ledger = _in_commit(source, output, built, commit)
    if not packages:
        raise CommandError(
            f"'{commit}' is no package, and no commit that has one in '{output}'; "
            "'git log' lists commits, --output names the folder"
        )
    return Baseline(f"commit {commit}", packages, ledger)


def _of_commits(source: Path, output: Path, names: Iterable[str]) -> Iterator[Baseline]:
    newest = newest_commit(output)
    if newest is None:
        return
    for commit in (newest, *commits(output, [package_file(name) for name in names])[1:]):
        packages, ledger = _in_commit(source, output, names, commit)
        if not packages:
            return
        others = "" if commit == newest else ", the last one with other notes"
        yield Baseline(f"commit {commit}{others}", packages, ledger)


def _in_commit(
    source: Path, output: Path, names: Iterable[str], commit: str
) -> tuple[dict[str, Notes], Ledger]:
    """The packages that a commit has, and the entries of its ledger."""
    ledger = _entries(committed(source / LEDGER_FILE, commit) or b"")
    packages: dict[str, Notes] = {}
    for name in _with_former(names, ledger):
        data = committed(output / package_file(name), commit)
        with suppress(ValueError):  # it is damaged, or a pointer to a file elsewhere
            if data is not None:
                packages[name] = readback.read_package(data)
    return packages, ledger


def _of_builds(
    source: Path, output: Path, names: Iterable[str], ledger: Ledger
) -> Iterator[Baseline]:
    previous = read_previous(source, output)
    there = {name: path for name in names if is_there(path := output / package_file(name))}
    name = "the packages as last built" if there else "no package, as none was built before"
    if there and not previous:
        name += " (what was there before is not known)"
    yield Baseline(name, {name: read_package(path) for name, path in there.items()}, ledger)
    if not previous:
        return
    former = _entries(previous.ledger)
    packages: dict[str, Notes] = {}
    for package in _with_former(names, former):
        path = output / package_file(package)
        if data := previous.packages.get(path.name):
            with suppress(ValueError):  # it was damaged when it was built over
                packages[package] = readback.read_package(data)
        elif path.name not in previous.built and is_there(path):
            packages[package] = read_package(path)
    if packages:
        name = "the packages as before the last build"
    elif previous.packages:
        name = "no package, as what was there before cannot be read"
    else:
        name = "no package, as before the first build"
    yield Baseline(name, packages, former)


def _with_former(names: Iterable[str], ledger: Ledger) -> list[str]:
    """These names and those in a ledger: a package may have had another one."""
    return sorted({*names, *(entry.origin.package for entry in ledger.values())})


def _entries(ledger: bytes) -> Ledger:
    return parse_ledger(ledger)[0].entries if ledger else {}


def row_of(entry: LedgerEntry, now: NoteRow) -> NoteRow:
    """A note that was in no package, as the ledger has it; fields and tags that it does not have
    are those of ``now``."""
    return now._replace(
        modified=entry.time,
        tags=entry.tags if entry.fields else now.tags,
        fields=join_fields(entry.fields) if entry.fields else now.fields,
        deck=entry.deck,
        cards=entry.cards,
    )
