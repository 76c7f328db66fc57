"""What the last build left, and what the files of it looked like: the untouched is left alone.

It is a cache: it may be deleted at any time, it belongs to this very program, and it is never
trusted over content. What a file holds is known by its digest; a file is not read again only where
the file system itself says that nobody has touched it since.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from generator.core.diagnostics import Diagnostic, Severity
from generator.core.model import (
    Changes,
    DeckName,
    Form,
    Guid,
    LeftOut,
    OtherContent,
    Position,
    TableReport,
    page_name,
)
from generator.core.outcome import (
    LEDGER_FILE,
    BuildResult,
    BuiltPackage,
    Outcome,
    package_file,
)
from generator.machine.cache_files import digest_of, last_build_file
from generator.machine.disk import digest_or_none, read_or_none, write_file

T = TypeVar("T")

# A file that was touched this shortly before it was looked at may be touched again without a
# trace: clocks of file systems tick in steps of up to two seconds. A time that is not one of whole
# hundredths of a second is that of a finer clock; the system's own ticks every ten milliseconds.
_TICKS = (2_000_000_000, 50_000_000)  # nanoseconds, of a coarse clock and of a fine one
_HUNDREDTH = 10_000_000
# On Windows a file's "change time" is that of its birth, which says nothing.
_HAS_CHANGE_TIME = sys.platform != "win32"


class KnownPackage(NamedTuple):
    """A package of the last build.

    ``key`` is the digest of all that it was made from, empty where something was told of it that
    the next build would not tell again;
    ``digest`` that of its bytes; ``files`` is the number of its pages, ``reserved`` that of known
    notes that wait for a row to be mended, here or elsewhere; ``outdated`` see `BuiltPackage`.
    """

    key: str
    digest: str
    deck: DeckName
    notes: int
    cards: int
    files: int
    reserved: int
    outdated: int
    tables: tuple[TableReport, ...]
    rest: tuple[OtherContent, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_settled(self) -> bool:
        """Whether each row is a note, and each note a row; else another package may matter."""
        return not self.reserved and not any(t.held or t.unfinished for t in self.tables)


class LastBuild(NamedTuple):
    """The last build. ``ledger`` is the digest of the ledger that it left.

    ``notes`` is what the notes' folder looked like before it was read, empty where that says
    nothing; ``outputs`` is what ledger and packages looked like when they were written, by the
    names of their files, those left out of which that says nothing.
    """

    ledger: str = ""
    notes: str = ""
    outputs: Mapping[str, str] = {}
    packages: Mapping[str, KnownPackage] = {}
    left_out: tuple[LeftOut, ...] = ()


def read_last_build(file: Path) -> LastBuild:
    """The last build that ``file`` holds; an empty one where it is missing, damaged or another
    program's."""
    first, _, rest = (read_or_none(file) or b"").partition(b"\n")
    if first.decode(errors="replace") != _first_line(rest):
        return LastBuild()
    try:
        values = json.loads(rest)
        packages = {name: _remembered(*package) for name, package in values["packages"].items()}
        left_out = tuple(LeftOut(*_typed(each, _LEFT_OUT)) for each in values["left_out"])
        ledger, notes = _typed([values["ledger"], values["notes"]], (str, str))
        outputs = values["outputs"]
        _typed([*outputs, *outputs.values()], (str,) * 2 * len(outputs))
    except Exception:  # what a forged file may raise is anything
        return LastBuild()
    return LastBuild(ledger, notes, outputs, packages, left_out)


_FORMS = {form.value: form for form in Form}  # to look one up takes a tenth of asking `Form`


# The types of the values in a file, where they are named tuples here.
_POSITION = (str, int, int)
_TABLE = (list, list, str, int, int, str, str, int, int, int, int, list)
_OTHER_CONTENT = (str, *[int] * 8)
_DIAGNOSTIC = (str, str, list, str, str)
_LEFT_OUT = (str, str, bool, str)


def _typed(values: list[Any], types: tuple[type, ...]) -> list[Any]:
    """The values. ValueError where they are others: the file is forged."""
    if tuple(map(type, values)) != types:
        raise ValueError(f"{types} were written")
    return values


def _remembered(
    key: str, digest: str, deck: str, notes: int, cards: int, files: int, reserved: int,
    outdated: int, tables: list[Any], rest: list[Any], diagnostics: list[Any],
) -> KnownPackage:  # fmt: skip
    _typed([key, digest, deck], (str,) * 3)
    _typed([notes, cards, files, reserved, outdated], (int,) * 5)
    return KnownPackage(
        key, digest, DeckName(deck), notes, cards, files, reserved, outdated,
        tuple(
            TableReport(
                _position(where), tuple(_typed(header, (str,) * len(header))),
                kind, rows, made, skipped, _FORMS[form], held, unfinished, joined, out,
                tuple(_typed(lines, (int,) * len(lines))),
            )
            for (
                where, header, kind, rows, made, skipped, form, held, unfinished, joined, out, lines
            ) in (_typed(table, _TABLE) for table in tables)
        ),
        tuple(OtherContent(*_typed(each, _OTHER_CONTENT)) for each in rest),
        tuple(
            Diagnostic(code, Severity(severity), _position(where), message, help_)
            for code, severity, where, message, help_ in (
                _typed(each, _DIAGNOSTIC) for each in diagnostics
            )
        ),
    )  # fmt: skip


def _position(values: list[Any]) -> Position:
    return Position(*_typed(values, _POSITION))


def write_last_build(file: Path, last: LastBuild) -> None:
    """Replace what ``file`` remembers. OSError where it cannot be written."""
    values = {
        "ledger": last.ledger,
        "notes": last.notes,
        "outputs": last.outputs,
        "packages": last.packages,
        "left_out": last.left_out,
    }
    # Named tuples are lists to JSON.
    rest = json.dumps(values, ensure_ascii=False).encode()
    write_file(file, [_first_line(rest).encode(), b"\n", rest])


def as_built(name: str, package: KnownPackage) -> BuiltPackage:
    """A remembered package, as a build reports it."""
    return BuiltPackage(
        name, package.deck, package.notes, package.cards, package.digest, package.outdated
    )


def remember(
    seen: CacheState,
    source: Path,
    output: Path,
    result: BuildResult,
    keys: Mapping[str, str],
    ledger: str,
    written: Iterable[Path],
) -> None:
    """Write down what a build made; ``keys`` are by package, ``ledger`` is its digest, ``written``
    are the files that are new. What the others looked like was seen before they were read.

    OSError where it cannot be written.
    """
    tables = _by_package(result.tables, lambda table: table.position.file, result.whole)
    rest = _by_package(result.rest, lambda rest: rest.file, result.whole)
    diagnostics = _by_package(result.diagnostics, lambda found: found.position.file, result.whole)
    packages = {
        name: KnownPackage(
            keys[name],
            built.digest,
            built.deck,
            built.notes,
            built.cards,
            len(rest[name]),
            result.reserved.get(name, 0),
            built.outdated,
            tuple(tables[name]),
            tuple(rest[name]),
            tuple(diagnostics[name]),
        )
        for name, built in ((built.name, built) for built in result.packages)
    }
    # What has no package, or is not about one, is worked out anew each time.
    is_whole = packages.keys() == keys.keys() >= diagnostics.keys() and "" not in keys.values()
    new = {path.name for path in written}
    outputs = {
        name: look
        for name, look in _look_at_outputs(source, output, packages).items()
        if name in new or seen.outputs.get(name) == look
    }
    write_last_build(
        seen.file,
        LastBuild(
            ledger,
            seen.notes if is_whole else "",
            outputs,
            packages,
            result.left_out,
        ),
    )


class CacheState(NamedTuple):
    """What is there before a build: the last one, and what the notes' folder looks like now.

    ``outputs`` is what ledger and packages look like now, as in `LastBuild`; the ``untouched`` ones
    of them are those that nobody has touched since the last build.
    """

    file: Path
    last: LastBuild
    version: tuple[int, ...]  # of its file, as the file system knows it
    notes: str
    outputs: Mapping[str, str]

    @property
    def untouched(self) -> set[str]:
        """The names of files that are as the last build left them."""
        known = self.last.outputs
        return {name for name, look in self.outputs.items() if look == known.get(name)}

    def is_ledger(self, text: bytes) -> bool:
        """Whether this is the ledger, byte for byte, that the last build left."""
        is_untouched = LEDGER_FILE in self.untouched
        return is_untouched or hashlib.sha256(text).hexdigest() == self.last.ledger

    def digest_of(self, path: Path) -> str:
        """The digest of a package that is, byte for byte, what the last build left; else empty."""
        known = self.last.packages.get(path.stem)
        return known.digest if known and self.holds(path, known.digest) else ""

    def holds(self, path: Path, digest: str) -> bool:
        """Whether a file is, byte for byte, what the last build left."""
        return path.name in self.untouched or digest_or_none(path) == digest


def read_state(source: Path, output: Path) -> CacheState:
    """To be called before the notes are read: one may be edited meanwhile."""
    file = last_build_file(source, output)
    version = _version(file)
    last = read_last_build(file)
    outputs = _look_at_outputs(source, output, last.packages)
    return CacheState(file, last, version, look_at_notes(source), outputs)


def is_ledger_of_last_build(text: bytes, source: Path, output: Path) -> bool:
    """Whether this is the ledger, byte for byte, that the last build left."""
    last = read_last_build(last_build_file(source, output))
    return hashlib.sha256(text).hexdigest() == last.ledger


def refresh(seen: CacheState, source: Path, output: Path) -> CacheState:
    """The same a little later: another build may have ended meanwhile."""
    if _version(seen.file) != seen.version:
        return read_state(source, output)
    return seen._replace(outputs=_look_at_outputs(source, output, seen.last.packages))


def _version(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def unchanged(seen: CacheState, source: Path, output: Path) -> Outcome | None:
    """The outcome of the last build, where nothing has been touched since; None else."""
    last = seen.last
    if not last.notes or last.notes != seen.notes:
        return None
    if not _holds(seen, source, output):
        return None
    # What they looked like before they were read: one may have been replaced meanwhile.
    if seen.outputs != last.outputs:
        with suppress(OSError):  # then they are read the next time too
            write_last_build(seen.file, last._replace(outputs=seen.outputs))
    kept = last.packages.values()
    diagnostics = tuple(found for each in kept for found in each.diagnostics)
    nothing: frozenset[Guid] = frozenset()
    result = BuildResult(
        packages=tuple(as_built(*each) for each in last.packages.items()),
        lines=(),
        changes=Changes(nothing, nothing, nothing, ()),
        tables=tuple(table for each in kept for table in each.tables),
        rest=tuple(rest for each in kept for rest in each.rest),
        files=sum(each.files for each in kept),
        diagnostics=diagnostics,
        texts={
            name: (read_or_none(source / name) or b"").decode("utf-8-sig", errors="replace")
            for name in {found.position.file for found in diagnostics}
        },
        left_out=last.left_out,
    )
    return Outcome(result, ())


def _holds(seen: CacheState, source: Path, output: Path) -> bool:
    """Whether ledger and packages are what the last build left."""
    last = seen.last
    return seen.holds(source / LEDGER_FILE, last.ledger) and all(
        seen.holds(output / package_file(name), each.digest) for name, each in last.packages.items()
    )


def still_there(
    seen: CacheState, keys: Mapping[str, str], ledger: bytes, output: Path
) -> dict[str, KnownPackage]:
    """The packages that have changed neither in the notes nor in the output folder.

    ``keys`` are by package, ``ledger`` are the ledger's bytes.
    """
    if not seen.is_ledger(ledger):
        return {}
    found = {
        name: each
        for name, each in seen.last.packages.items()
        if each.key
        and each.key == keys.get(name)
        and seen.holds(output / package_file(name), each.digest)
    }
    return {name: each for name, each in found.items() if each.is_settled}


def _by_package(values: Iterable[T], file_of: Callable[[T], str], whole: str) -> dict[str, list[T]]:
    """Values by the package of their file: a page alone is a package, or the folder it is in, or
    all pages are the ``whole``."""
    found: dict[str, list[T]] = defaultdict(list)
    for value in values:
        folder, slash, _ = file_of(value).partition("/")
        package = folder if slash else page_name(folder)
        if whole and (slash or package != folder):
            package = whole
        found[package].append(value)
    return found


def look_at_notes(source: Path) -> str:
    """A digest of what the file system knows of the notes' folder, the ledger left out.

    Equal ones mean that no byte has changed in between: it holds each file's place on the disk,
    its size and the time of its last change, which no program can set. Empty where that cannot be
    said: files were touched just now, a folder cannot be read, or there is no such time.
    """
    ledger = f"{source}{os.sep}{LEDGER_FILE}"  # as `scandir` joins them
    return _look_at(item for item in _tree(source) if item[0] != ledger)


def _look_at_outputs(source: Path, output: Path, packages: Iterable[str]) -> dict[str, str]:
    """The same of the ledger and of each package, by the names of their files."""
    paths = {LEDGER_FILE: source / LEDGER_FILE}
    paths |= {(file := package_file(name)): output / file for name in packages}
    looks = {}
    for name, path in paths.items():
        with suppress(OSError):
            if look := _look_at([(str(path), path.lstat())]):
                looks[name] = look
    return looks


def _look_at(files: Iterable[tuple[str, os.stat_result]]) -> str:
    if not _HAS_CHANGE_TIME:
        return ""
    now = time.time_ns()
    total = hashlib.sha256()
    try:
        for name, status in files:
            if status.st_ctime_ns > now - _TICKS[bool(status.st_ctime_ns % _HUNDREDTH)]:
                return ""
            seen = (
                name, status.st_mode, status.st_dev, status.st_ino, status.st_size,
                status.st_mtime_ns, status.st_ctime_ns,
            )  # fmt: skip
            total.update(repr(seen).encode(errors="surrogatepass"))
    except OSError:
        return ""
    return total.hexdigest()


def _first_line(rest: bytes) -> str:
    return f"build-decks {program()} {hashlib.sha256(rest).hexdigest()}"


# --- where it is kept, and by which program ---------------------------------------------------


@cache
def program() -> str:
    """A digest of what this program's own files look like: another one must not believe it."""
    root = Path(__file__).parents[1]  # the whole package, not this folder of it
    seen = [
        (name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        for name, status in _tree(root)
        if not stat.S_ISDIR(status.st_mode) and not name.endswith(".pyc")
    ]
    return digest_of([sys.version, repr(seen)])


def _tree(folder: Path | str) -> Iterator[tuple[str, os.stat_result]]:
    """What lies in a folder and below it, in one order; no link is followed."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        status = entry.stat(follow_symlinks=False)
        yield entry.path, status
        if stat.S_ISDIR(status.st_mode):
            yield from _tree(entry.path)
