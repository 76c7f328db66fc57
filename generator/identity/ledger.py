"""The ledger: one line a note, what it was last built as; bytes in and bytes out.

It is written to be merged: a line depends on its own note alone (and on the one above it in the
table), lines are sorted by GUID, so that two people's new notes land in different places. A union
of two ledgers, and one with the marks of a conflict, is read as what both sides wrote.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple
from unicodedata import normalize

from generator.diagnostics import (
    BROKEN_LEDGER,
    NEWER_LEDGER,
    Diagnostic,
)
from generator.identity.merge import merge_lines
from generator.identity.slots import Slot, Slots
from generator.model import DeckName, Guid, Kind, Origin, Position, Reading
from generator.note_fields import FIELDS_OF, MOST_ATTRIBUTES
from generator.outcome import LEDGER_FILE

VERSION = 1
FIRST_LINE = b'{"ledger": %d}\n' % VERSION
_MOST_FINDINGS = 5  # a ledger is restored, not mended line by line
_BASE_MARKER = b"|||||||"  # what follows, down to the next one, is what neither side wrote
_MARKERS = (b"<<<<<<<", _BASE_MARKER, b"=======", b">>>>>>>")
# A note's cards take the ids right after its own, so note ids stand this far apart.
CARD_IDS = 64


class LedgerEntry(NamedTuple):
    """What is remembered of a note.

    ``after`` is the GUID of the note before it in its table. ``note_id`` is in milliseconds;
    ``added``, ``modified`` and ``retired`` (0: not retired) are in seconds since 1970. A retired
    note keeps the ``fields`` and ``tags`` it was last built with, where they were at hand: they are
    what it takes to reach it in a collection once more. ``table`` is the digest of what other rows
    made of the note when its time was last set; ``cards`` are the ordinals of its cards. ``gaps``
    are a cloze note's numbers, each with what it hides, or hid when it was last in use; ``slots`` a
    comparison's. ``reading`` is how its table was read; ``is_new`` that a person said of its row
    that it is none of the older notes.
    """

    guid: Guid
    origin: Origin
    deck: DeckName
    after: str
    fingerprint: str
    note_id: int
    added: int
    modified: int
    retired: int
    tags: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    gaps: tuple[tuple[int, str], ...] = ()
    table: str = ""
    cards: tuple[int, ...] = (0,)
    slots: Slots = ()
    reading: Reading = Reading()
    is_new: bool = False


Ledger = Mapping[Guid, LedgerEntry]
# By package, rows with errors that are no known notes, by a digest: which notes they may be. Those
# that were matched while such a row stood there are none of its.
Waiting = Mapping[str, Mapping[str, tuple[Guid, ...]]]


@dataclass(frozen=True, slots=True)
class LedgerText:
    """A ledger as it was read: its entries, and the lines that may stand as they are.

    Of packages that nobody touched there are ``lines`` alone. Of others there are entries, and
    lines where these are as `format_entry` writes them. ``waiting`` is what the first line says.
    Of a ledger that ``is_merged``, ``words`` and ``apart`` are what `merge_lines` gives.
    """

    entries: Mapping[Guid, LedgerEntry] = field(default_factory=dict)
    lines: Mapping[Guid, bytes] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=dict)
    is_merged: bool = False
    words: Mapping[Guid, tuple[Origin, ...]] = field(default_factory=dict)
    apart: tuple[Origin, ...] = ()

    def has_guid(self, guid: Guid) -> bool:
        """Whether a line is that of this note."""
        return guid in self.entries or guid in self.lines

    def note_ids(self) -> set[int]:
        """The note ids of all notes."""
        unread = (line for guid, line in self.lines.items() if guid not in self.entries)
        found = {int(_NOTE_ID.findall(line)[-1]) for line in unread}
        return found | {entry.note_id for entry in self.entries.values()}

    def written(self, lines: Mapping[Guid, bytes], waiting: Waiting) -> list[bytes]:
        """The ledger with these lines, of notes that are new or have changed; in pieces."""
        first = FIRST_LINE
        if any(waiting.values()):
            held = {package: rows for package, rows in sorted(waiting.items()) if rows}
            first = _json({"ledger": VERSION, "waiting": held}).encode() + b"\n"
        return [first, *sorted({**self.lines, **lines}.values())]


# A quote inside a text is written \", so that no text can look like these.
_OF_A_NOTE = re.compile(rb'\{"guid": "([^"\\]+)", "kind": ')
_PACKAGE = re.compile(rb'"package": "([^"\\]*(?:\\.[^"\\]*)*)"')
_RETIRED = b'"retired": '
_NOTE_ID = re.compile(rb'"note_id": (\d+)')


def format_entry(entry: LedgerEntry) -> bytes:
    """An entry's line, with its end. Lines sort as their GUIDs do; `FIRST_LINE` comes first."""
    origin = entry.origin
    section = f', "section": {_text(origin.section)}' if origin.section else ""
    id_ = f', "id": {_text(origin.id)}' if origin.id else ""
    after = f', "after": {_text(entry.after)}' if entry.after else ""
    line = (
        f'{{"guid": {_text(entry.guid)}, "kind": "{origin.kind.value}"'
        f', "package": {_text(origin.package)}, "page": {_text(origin.page)}{section}'
        f', "question": {_text(origin.question)}, "clue": {_text(origin.clue)}'
        f', "answer": {_text(origin.answer)}{id_}{_format_reading(entry.reading)}'
        f', "deck": {_text(entry.deck)}{after}'
        f', "fingerprint": {_text(entry.fingerprint)}, "note_id": {entry.note_id}'
        f', "added": {entry.added}, "modified": {entry.modified}'
    )
    if entry.retired:
        line += f', "retired": {entry.retired}'
    if entry.tags:
        line += f', "tags": {_json(entry.tags)}'
    if entry.fields:
        line += f', "fields": {_json(entry.fields)}'
    if entry.table:
        line += f', "table": {_text(entry.table)}'
    if entry.cards != (0,):
        line += f', "cards": {_json(entry.cards)}'
    if entry.slots:
        slots = {str(slot.number): [slot.header, slot.digest] for slot in entry.slots}
        line += f', "slots": {_json(slots)}'
    if entry.is_new:
        line += ', "is_new": true'
    if entry.gaps:
        line += f', "gaps": {_json({str(number): text for number, text in entry.gaps})}'
    return f"{line}}}\n".encode()


@lru_cache(maxsize=256)  # all rows of a table are read alike
def _format_reading(reading: Reading) -> str:
    """How a row is read, as it stands in its line; nothing where there is nothing to say."""
    said = {name: value for name, value in reading._asdict().items() if value}
    return f', "reading": {_json(said)}' if said else ""


_json = json.JSONEncoder(ensure_ascii=False).encode
_decode = json.JSONDecoder().decode
_text = json.encoder.encode_basestring  # what `_json` makes of a text, by the shortest way
_OPTIONAL = {
    "section", "id", "after", "retired", "tags", "fields", "gaps", "table", "cards",
    "slots", "reading", "is_new",
}  # fmt: skip
_TEXTS = (
    "guid", "kind", "package", "page", "section", "question", "clue", "answer", "id", "deck",
    "after", "fingerprint", "table",
)  # fmt: skip
_NUMBERS = ("note_id", "added", "modified", "retired")
_LISTS = ("tags", "fields")
_EXPECTED: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(_TEXTS, (str, "text")),
    **dict.fromkeys(_NUMBERS, (int, "a whole number")),
    **dict.fromkeys(_LISTS, (list, "a list of texts")),
    "cards": (list, "a list of ordinals"),
    "gaps": (dict, "an object of texts by number"),
    "slots": (dict, "an object of a header and a digest by number"),
    "reading": (dict, "an object of headers"),
    "is_new": (bool, "true or false"),
}


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
    entries: dict[Guid, LedgerEntry] = {}
    several: dict[Guid, list[LedgerEntry]] = {}  # lines of one GUID
    lines: dict[Guid, bytes] = {}
    waiting: dict[str, dict[str, tuple[Guid, ...]]] = {}
    diagnostics: list[Diagnostic] = []
    note_ids: set[int] = set()
    names = {_json(package).encode()[1:-1] for package in untouched}
    headers, markers, is_base = 0, 0, False

    def damaged(line: int, reason: str) -> None:
        diagnostics.append(BROKEN_LEDGER.at(Position(file, line, 1), reason=reason))

    for number, line in enumerate(BytesIO(text.removeprefix(BOM_UTF8)), 1):
        if len(diagnostics) == _MOST_FINDINGS:
            break
        if names and headers and (guid := _unread(line, names)):
            lines[guid] = line
            continue
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
            for package, rows in _waiting(values.get("waiting", {})).items():
                waiting.setdefault(package, {}).update(rows)
            continue
        if not is_ours and (reason := _fault(values)):
            damaged(number, reason)
            continue
        entry = _entry(values)
        note_ids.add(entry.note_id)
        if entry.guid in entries:
            several.setdefault(entry.guid, [entries[entry.guid]]).append(entry)
        entries[entry.guid] = entry
        if is_ours:
            lines[entry.guid] = line
    if not headers and not diagnostics:
        return LedgerText(), _header_faults({}, Position(file, 1, 1))
    if diagnostics:
        return LedgerText(), diagnostics
    if several or len(note_ids) < len(entries) or markers or headers > 1:
        alone = {guid: entry for guid, entry in entries.items() if guid not in several}
        merged = merge_lines(alone, several, CARD_IDS)
        return LedgerText(merged.entries, {}, waiting, True, merged.words, merged.apart), []
    return LedgerText(entries, lines, waiting), []


def _values(line: bytes) -> object:
    """What stands in a line. ValueError and RecursionError: it is not JSON, or no text that can be
    written again."""
    values = _decode(line.decode())
    if b"\\u" in line:  # half a surrogate pair can be read, and not be written
        _json(values).encode()
    return values


def _unread(line: bytes, packages: Container[bytes]) -> Guid | None:
    """The GUID of a line that is not to be parsed: of a note in use in one of these packages."""
    package = _PACKAGE.search(line)
    if not package or package[1] not in packages or _RETIRED in line:
        return None
    found = _OF_A_NOTE.match(line)
    return Guid(found[1].decode()) if found else None


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


def _fault(values: Mapping[str, Any]) -> str:
    looks = _looks(tuple(values), tuple(map(type, values.values())))
    is_sound = looks is not None and all(_holds(name, values[name]) for name in looks)
    if is_sound and values["kind"] in _KINDS and not _out_of_range(values):
        return ""
    unknown = sorted(set(values) - _EXPECTED.keys())
    if unknown:
        return f"'{unknown[0]}' is not known"
    for name, (expected, words) in _EXPECTED.items():
        value = values.get(name)
        if name not in values:
            if name not in _OPTIONAL:
                return f"'{name}' is missing"
        elif type(value) is not expected or not _holds(name, value):
            return f"'{name}' must be {words}"
    if values["kind"] not in list(Kind):
        return f"'{values['kind']}' is not a kind"
    fields = values.get("fields", [])
    count = len(FIELDS_OF[values["kind"]]._fields)
    if fields and len("\x1f".join(fields).split("\x1f")) != count:
        return f"'fields' must be those of the kind {values['kind']}"
    return _out_of_range(values)


def _out_of_range(values: Mapping[str, Any]) -> str:
    """What is wrong with the GUID or a number of an entry, whose types are right."""
    note_id, added, modified = values["note_id"], values["added"], values["modified"]
    retired = values.get("retired", 0)
    if not _GUID(values["guid"]):
        return "'guid' must be letters, digits and signs"
    are_positive = note_id > 0 < added and modified > 0 <= retired
    if are_positive and max(note_id, added, modified, retired) <= _LARGEST:
        return ""
    numbers = {"note_id": note_id, "added": added, "modified": modified, "retired": retired or 1}
    name = next(name for name, number in numbers.items() if not 0 < number <= _LARGEST)
    return f"'{name}' must be positive, and at most {_LARGEST}"


# What stands as it is in a line, in a field and in a search.
_GUID = re.compile(r"[!#-\[\]-~]{1,64}").fullmatch
_LARGEST = 2**53 - 1  # SQLite and Anki take more, but not every program that reads JSON


_KINDS = frozenset(Kind)
_SLOTS = {str(number) for number in range(1, MOST_ATTRIBUTES + 1)}


@lru_cache(maxsize=64)
def _looks(names: tuple[str, ...], types: tuple[type, ...]) -> tuple[str, ...] | None:
    """Where these are the names and types of an entry in use, as they most often are: those whose
    values are to be looked into."""
    expected = {name: type_ for name, (type_, _) in _EXPECTED.items()}
    is_sound = all(expected.get(name) is type_ for name, type_ in zip(names, types, strict=True))
    is_whole = _OPTIONAL.issuperset(expected.keys() - set(names))
    if not is_sound or not is_whole or "fields" in names:
        return None
    return tuple(name for name in names if expected[name] in (list, dict))


def _holds(name: str, value: object) -> bool:
    if name == "cards":
        assert isinstance(value, list)
        return all(type(item) is int and 0 <= item < 1000 for item in value)
    if name == "slots":
        assert isinstance(value, dict)
        pairs = [each for each in value.values() if isinstance(each, list) and len(each) == 2]
        texts = all(isinstance(text, str) for pair in pairs for text in pair)
        return len(pairs) == len(value) and texts and set(value) <= _SLOTS
    if name == "reading":
        assert isinstance(value, dict)
        return all(_is_of_reading(*each) for each in value.items())
    if isinstance(value, dict):
        numbers = all(re.fullmatch(r"[1-9][0-9]{0,2}", key) for key in value)
        return numbers and all(isinstance(text, str) for text in value.values())
    return not isinstance(value, list) or all(isinstance(item, str) for item in value)


def _is_of_reading(name: str, value: object) -> bool:
    if name == "pair":
        return type(value) is int and 0 < value < 1000
    if name not in Reading._fields or not isinstance(value, list):
        return False
    return all(isinstance(header, str) for header in value)


def _entry(values: Mapping[str, Any]) -> LedgerEntry:
    origin = Origin(
        Kind(values["kind"]),
        _name(values["package"]),
        _name(values["page"]),
        values.get("section", ""),
        values["question"],
        values["clue"],
        values["answer"],
        values.get("id", ""),
    )
    return LedgerEntry(
        guid=Guid(values["guid"]),
        origin=origin,
        deck=DeckName(_name(values["deck"])),
        after=values.get("after", ""),
        fingerprint=values["fingerprint"],
        note_id=values["note_id"],
        added=values["added"],
        modified=values["modified"],
        retired=values.get("retired", 0),
        tags=tuple(values.get("tags", ())),
        fields=tuple(values.get("fields", ())),
        gaps=tuple((int(number), text) for number, text in values.get("gaps", {}).items()),
        table=values.get("table", ""),
        cards=tuple(values.get("cards", (0,))),
        slots=tuple(
            Slot(int(number), header, digest)
            for number, (header, digest) in values.get("slots", {}).items()
        ),
        reading=_reading_of(values.get("reading", {})),
        is_new=values.get("is_new", False),
    )


def _name(name: str) -> str:
    """A file's or a deck's name in the Unicode form that names of pages are read in."""
    return name if name.isascii() else normalize("NFC", name)


def _reading_of(values: Mapping[str, Any]) -> Reading:
    """How a row was read; rows of one table share one value."""
    headers = ((name, of if name == "pair" else tuple(of)) for name, of in values.items())
    return _one_reading(tuple(headers))


@lru_cache(maxsize=256)
def _one_reading(values: tuple[tuple[str, Any], ...]) -> Reading:
    return Reading(**dict(values))
