"""The ledger: one line a note, what it was last built as; bytes in and bytes out.

It is written to be merged: a line depends on its own note alone (and on the one above it in the
table), lines are sorted by GUID, so that two people's new notes land in different places. A union
of two ledgers, and one with the marks of a conflict, is read as what both sides wrote.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple
from unicodedata import normalize

from generator.core.diagnostics import (
    BROKEN_LEDGER,
    NEWER_LEDGER,
    Diagnostic,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Guid, Origin, Position
from generator.core.outcome import LEDGER_FILE
from generator.identity.entry import (
    LedgerEntry,
    as_json,
    fault_in_entry,
    read_entry,
)
from generator.identity.merge import merge_lines
from generator.identity.sorted_lines import SortedLines
from generator.machine.slices import slices
from generator.settings.values import is_package_name

VERSION = 1
FIRST_LINE = b'{"ledger": %d}\n' % VERSION
_MOST_FINDINGS = 5  # a ledger is restored, not mended line by line
_BASE_MARKER = b"|||||||"  # what follows, down to the next one, is what neither side wrote
_MARKERS = (b"<<<<<<<", _BASE_MARKER, b"=======", b">>>>>>>")
# By package, rows with errors that are no known notes, by a digest: which notes they may be. Those
# that were matched while such a row stood there are none of its.
Waiting = Mapping[str, Mapping[str, tuple[Guid, ...]]]


_NOTHING_WAITS: Waiting = {}


class LedgerText(NamedTuple):
    """A ledger as it was read: its entries, and the lines that may stand as they are.

    Of notes in use of packages that nobody touched there are the ``untouched`` lines alone, in
    ascending order. Of others there are entries, and ``lines`` where these are as `format_entry`
    writes them. ``waiting`` is what the first line says.
    Of a ledger that ``is_merged``, ``words``, ``apart`` and ``given_twice`` are what `merge_lines`
    gives.
    ``package`` is the one package of all pages, where the first build made one.
    """

    entries: Mapping[Guid, LedgerEntry] = {}
    lines: Mapping[Guid, bytes] = {}
    waiting: Waiting = _NOTHING_WAITS
    is_merged: bool = False
    words: Mapping[Guid, tuple[Origin, ...]] = {}
    apart: tuple[Origin, ...] = ()
    package: str = ""
    untouched: Sequence[bytes] = ()
    given_twice: Mapping[Guid, tuple[int, ...]] = {}

    def has_guid(self, guid: Guid) -> bool:
        """Whether a line is that of this note."""
        start = _START_OF_A_NOTE % guid.encode()
        place = bisect_left(self.untouched, start)
        return guid in self.entries or any(
            line.startswith(start) for line in self.untouched[place : place + 1]
        )

    def times(self) -> list[int]:
        """When each note was last changed or retired, in Unix seconds."""
        found = [entry.time for entry in self.entries.values()]
        for lines in slices(self.untouched):
            found += map(int, _MODIFIED.findall(b"".join(lines)))
        return found

    def note_ids(self) -> set[int]:
        """The note ids of all notes."""
        found = {int(_NOTE_ID.findall(line)[-1]) for line in self.untouched}
        return found | {entry.note_id for entry in self.entries.values()}

    def written(self, several: Sequence[Iterable[bytes]], waiting: Waiting) -> SortedLines:
        """The ledger with ``several`` times lines, of notes that are new or have changed."""
        values: dict[str, object] = {"ledger": VERSION}
        if self.package:
            values["package"] = self.package
        if any(waiting.values()):
            held = {package: rows for package, rows in sorted(waiting.items()) if rows}
            values["waiting"] = held
        found = SortedLines(as_json(values).encode() + b"\n")
        found.add(self.untouched)
        changed = set().union(*map(guids_in, several)) if self.lines else set[Guid]()
        found.add(line for guid, line in self.lines.items() if guid not in changed)
        for lines in several:
            found.add(lines)
        return found

    def in_packages(self, package_of: Mapping[str, str]) -> LedgerText:
        """The same with each entry in the package that its page is in now, by the page's path: a
        page whose package has another name has not moved."""
        moved = {
            guid: entry._replace(origin=_moved(entry.origin, package_of))
            for guid, entry in self.entries.items()
            if package_of.get(entry.origin.page, entry.origin.package) != entry.origin.package
        }
        if not moved:
            return self
        packages = set(package_of.values())
        waiting: dict[str, dict[str, tuple[Guid, ...]]] = {}
        for package, rows in self.waiting.items():
            # Of several new packages nobody knows which one a row is in; then more notes wait.
            now = package if package in packages or len(packages) > 1 else min(packages)
            waiting.setdefault(now, {}).update(rows)
        return self._replace(
            entries={**self.entries, **moved},
            lines={guid: line for guid, line in self.lines.items() if guid not in moved},
            waiting=waiting,
            words={
                guid: tuple(_moved(origin, package_of) for origin in origins)
                for guid, origins in self.words.items()
            },
        )


def _moved(origin: Origin, package_of: Mapping[str, str]) -> Origin:
    return origin._replace(package=package_of.get(origin.page, origin.package))


_decode = json.JSONDecoder().decode
_decode_first = json.JSONDecoder().raw_decode
# A quote inside a text is written \", so that no text can look like these.
_OF_A_NOTE = lazy_regex(
    rb'\{"guid": "([^"\\]+)", "kind": "\w+", "package": "([^"\\]*(?:\\.[^"\\]*)*)"'
)
_START_OF_A_NOTE = b'{"guid": "%s"'
_PAGE = lazy_regex(rb'"page": "([^"\\]*(?:\\.[^"\\]*)*)"')
_CLUE = lazy_regex(rb'"clue": "([^"\\]*(?:\\.[^"\\]*)*)"')
_MODIFIED = lazy_regex(rb'"modified": (\d+)')
_RETIRED = b'"retired": '
_NOTE_ID = lazy_regex(rb'"note_id": (\d+)')


def parse_ledger(
    text: bytes,
    file: str = LEDGER_FILE,
    *,
    is_ours: bool = False,
    untouched: Iterable[str] = (),
) -> tuple[LedgerText, list[Diagnostic]]:
    """The ledger. Any diagnostic is an error and means: do not build.

    ``is_ours`` says that it is, byte for byte, what this program wrote last; then the lines of
    notes in use of the ``untouched`` packages are not parsed.
    """
    if is_ours:
        with suppress(ValueError):  # the disk is damaged; where, is found below
            names = {as_json(package).encode()[1:-1] for package in untouched}
            return _parse_ours(text, names), []
    entries: dict[Guid, LedgerEntry] = {}
    several: dict[Guid, list[LedgerEntry]] = {}  # lines of one GUID
    waiting: dict[str, dict[str, tuple[Guid, ...]]] = {}
    diagnostics: list[Diagnostic] = []
    note_ids: set[int] = set()
    headers, markers, is_base = 0, 0, False
    packages: set[str] = set()

    def damaged(line: int, reason: str) -> None:
        diagnostics.append(BROKEN_LEDGER.at(Position(file, line, 1), reason=reason))

    for number, line in enumerate(BytesIO(text.removeprefix(BOM_UTF8)), 1):
        if len(diagnostics) == _MOST_FINDINGS:
            break
        if line.startswith(_MARKERS):
            markers, is_base = markers + 1, line.startswith(_BASE_MARKER)
            continue
        if is_base or line.isspace():
            continue
        try:
            values = _values(line)
        except UnicodeDecodeError:
            damaged(number, "it is not UTF-8")
            continue
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            damaged(number, "the line is not a JSON object")
            continue
        if "ledger" in values:
            if faults := _header_faults(values, Position(file, number, 1)):
                return LedgerText(), faults
            headers += 1
            packages |= _package_of(values)
            for package, rows in _waiting(values.get("waiting", {})).items():
                waiting.setdefault(package, {}).update(rows)
            continue
        if reason := fault_in_entry(values):
            damaged(number, reason)
            continue
        entry = read_entry(values)
        note_ids.add(entry.note_id)
        if entry.guid in entries:
            several.setdefault(entry.guid, [entries[entry.guid]]).append(entry)
        entries[entry.guid] = entry
    if not headers and not diagnostics:
        return LedgerText(), _header_faults({}, Position(file, 1, 1))
    if diagnostics:
        return LedgerText(), diagnostics
    if several or len(note_ids) < len(entries) or markers or headers > 1:
        alone = {guid: entry for guid, entry in entries.items() if guid not in several}
        merged = merge_lines(alone, several)
        ledger = LedgerText(merged.entries, {}, waiting, True, merged.words, merged.apart)
        ledger = ledger._replace(given_twice=merged.given_twice)
    else:
        ledger = LedgerText(entries, {}, waiting)
    # Of two sides' names either will do, so long as both sides take the same one.
    return ledger._replace(package=min(packages, default="")), []


def _parse_ours(text: bytes, untouched: Collection[bytes]) -> LedgerText:
    """A ledger as `LedgerText.written` gives it: nothing is checked, lines are decoded together.

    ValueError: it is none.
    """
    first, *rest = text.splitlines(keepends=True)
    parsed, left = rest, list[bytes]()
    if untouched:
        match, parsed = _OF_A_NOTE.match, []
        for line in rest:
            found = match(line)
            is_left = found and found[2] in untouched and _RETIRED not in line
            (left if is_left else parsed).append(line)
    entries: dict[Guid, LedgerEntry] = {}
    lines: dict[Guid, bytes] = {}
    for batch in slices(parsed):
        for line, values in zip(batch, _decode(f"[{b','.join(batch).decode()}]"), strict=True):
            entry = read_entry(values)
            entries[entry.guid] = entry
            lines[entry.guid] = line
    values = _decode(first.decode())
    package = min(_package_of(values), default="")
    waiting = _waiting(values.get("waiting", {}))
    return LedgerText(entries, lines, waiting, package=package, untouched=tuple(sorted(left)))


def guids_in(lines: Iterable[bytes]) -> set[Guid]:
    """The GUIDs in lines of a ledger as `LedgerText.written` gives them."""
    return {Guid(found[1].decode()) for found in map(_OF_A_NOTE.match, lines) if found}


def package_in(text: bytes) -> str:
    """The one package of all pages, by the lines that say of which version the ledger is."""
    packages: set[str] = set()
    place = text.find(_HEADER)
    while place >= 0:
        start, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
        end = len(text) if end < 0 else end
        with suppress(ValueError, RecursionError):
            values = _values(text[start:end].removeprefix(BOM_UTF8))
            if isinstance(values, dict) and "ledger" in values:
                packages |= _package_of(values)
        place = text.find(_HEADER, end)
    return min(packages, default="")


_HEADER = b'"ledger"'  # as a cell it would be followed by a comma, and is no line of this kind


def _package_of(values: Mapping[str, object]) -> set[str]:
    package = values.get("package")
    return {normalize("NFC", package)} if is_package_name(package) else set()


def clues_in_use(text: bytes) -> dict[str, list[str]]:
    """The clues of the notes in use, by page. Of what is damaged there is nothing."""
    found: dict[bytes, list[str]] = {}
    for line in BytesIO(text):
        page, clue = _PAGE.search(line), _CLUE.search(line)
        if page and clue and _RETIRED not in line:
            found.setdefault(page[1], []).append(_text_of(clue[1]))
    return {_text_of(page): clues for page, clues in found.items()}


def _text_of(written: bytes) -> str:
    try:
        return normalize("NFC", _decode(f'"{written.decode()}"'))
    except ValueError:
        return ""


def _values(line: bytes) -> object:
    """What stands in a line. ValueError and RecursionError: it is not JSON, or no text that can be
    written again."""
    text = line.decode().strip(" \t\r\n")
    values, end = _decode_first(text)
    if end < len(text):
        raise ValueError("something stands behind it")
    if b"\\u" in line:  # half a surrogate pair can be read, and not be written
        as_json(values).encode()
    return values


def _waiting(value: object) -> Waiting:
    """What the first line says of rows with errors; nothing where it is damaged: that only makes
    more notes wait."""
    if not isinstance(value, dict):
        return {}
    return {
        package: {
            str(row): tuple(Guid(guid) for guid in guids if isinstance(guid, str))
            for row, guids in rows.items()
            if isinstance(guids, list)
        }
        for package, rows in value.items()
        if isinstance(rows, dict)
    }


def _header_faults(values: Mapping[str, object], where: Position) -> list[Diagnostic]:
    """What is wrong with a line that says of which version the ledger is."""
    version = values.get("ledger")
    if not isinstance(version, int) or version < 1:
        reason = f"the first line must be {FIRST_LINE.decode().strip()}"
        return [BROKEN_LEDGER.at(where, reason=reason)]
    return [NEWER_LEDGER.at(where, version=version, known=VERSION)] if version > VERSION else []
