"""An entry of the ledger, what a note was last built as: to its line, and from a line's values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple
from unicodedata import normalize

from generator.core.lazy_regex import lazy_regex
from generator.core.model import DeckName, Guid, Kind, Origin, Reading
from generator.core.note_fields import FIELDS_OF, MOST_ATTRIBUTES
from generator.identity.slots import Slot, Slots

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
    that it is none of the older notes. ``states`` are digests of what it said in its last versions,
    see `note_states`; ``former_decks`` are those that it was in before, the last one first.
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
    states: str = ""
    former_decks: tuple[DeckName, ...] = ()

    @property
    def time(self) -> int:
        """When it was last sent or retired, in seconds since 1970."""
        return max(self.modified, self.retired)


Ledger = Mapping[Guid, LedgerEntry]

_MOST_FORMER_DECKS = 3


def former_decks(deck: DeckName, others: Iterable[DeckName]) -> tuple[DeckName, ...]:
    """The ``others`` that a note in ``deck`` was in, the last one first."""
    known = dict.fromkeys(other for other in others if other != deck)
    return tuple(known)[:_MOST_FORMER_DECKS]


def format_entry(entry: LedgerEntry) -> bytes:
    """An entry's line, with its end. Lines sort as their GUIDs do; `FIRST_LINE` comes first."""
    (
        guid, (kind, package, page, section, question, clue, answer, id_), deck, after,
        fingerprint, note_id, added, modified, retired, tags, fields, gaps, digest, cards, slots,
        reading, is_new, states, former,
    ) = entry  # fmt: skip
    table = _format_table(kind, package, page, section, question)
    own_id = f', "id": {_text(id_)}' if id_ else ""
    behind = f', "after": {_text(after)}' if after else ""
    line = (
        f'{{"guid": {_text(guid)}{table}, "clue": {_text(clue)}, "answer": {_text(answer)}{own_id}'
        f'{_format_reading(reading, deck)}{behind}, "fingerprint": {_text(fingerprint)}'
        f', "note_id": {note_id}, "added": {added}, "modified": {modified}'
    )
    if retired:
        line += f', "retired": {retired}'
    if tags:
        line += f', "tags": {as_json(tags)}'
    if fields:
        line += f', "fields": {as_json(fields)}'
    if digest:
        line += f', "table": {_text(digest)}'
    if cards != (0,):
        line += f', "cards": {_format_cards(cards)}'
    if slots:
        said = {str(slot.number): [slot.header, slot.digest] for slot in slots}
        line += f', "slots": {as_json(said)}'
    if is_new:
        line += ', "is_new": true'
    if gaps:
        line += f', "gaps": {as_json({str(number): text for number, text in gaps})}'
    if states:
        line += f', "states": {_text(states)}'
    if former:
        line += f', "former_decks": {as_json(former)}'
    return f"{line}}}\n".encode()


@lru_cache(maxsize=256)  # all rows of a table stand in one place
def _format_table(kind: Kind, package: str, page: str, section: str, question: str) -> str:
    """What a line says of the table that its row stands in."""
    under = f', "section": {_text(section)}' if section else ""
    return (
        f', "kind": "{kind}", "package": {_text(package)}, "page": {_text(page)}{under}'
        f', "question": {_text(question)}'
    )


@lru_cache(maxsize=256)  # all rows of a table are read alike
def _format_reading(reading: Reading, deck: DeckName) -> str:
    """How a row is read, if there is something to say of that, and the deck of its note."""
    said = {name: value for name, value in reading._asdict().items() if value}
    how = f', "reading": {as_json(said)}' if said else ""
    return f'{how}, "deck": {_text(deck)}'


as_json = json.JSONEncoder(ensure_ascii=False).encode
_format_cards = lru_cache(maxsize=256)(as_json)  # most notes have the same cards
_text = json.encoder.encode_basestring  # what `as_json` makes of a text, by the shortest way
_OPTIONAL = {
    "section", "id", "after", "retired", "tags", "fields", "gaps", "table", "cards",
    "slots", "reading", "is_new", "states", "former_decks",
}  # fmt: skip
_TEXTS = (
    "guid", "kind", "package", "page", "section", "question", "clue", "answer", "id", "deck",
    "after", "fingerprint", "table", "states",
)  # fmt: skip
_NUMBERS = ("note_id", "added", "modified", "retired")
_LISTS = ("tags", "fields", "former_decks")
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


def fault_in_entry(values: Mapping[str, Any]) -> str:
    """What is wrong with the values of a line; an empty text where nothing is."""
    looks = _looks(tuple(values), tuple(map(type, values.values())))
    is_sound = looks is not None and all(_holds(name, values[name]) for name in looks)
    if is_sound and values["kind"] in _KIND_OF and not _out_of_range(values):
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
    if not _GUID.fullmatch(values["guid"]):
        return "'guid' must be letters, digits and signs"
    are_positive = note_id > 0 < added and modified > 0 <= retired
    if are_positive and max(note_id, added, modified, retired) <= LARGEST:
        return ""
    numbers = {"note_id": note_id, "added": added, "modified": modified, "retired": retired or 1}
    name = next(name for name, number in numbers.items() if not 0 < number <= LARGEST)
    return f"'{name}' must be positive, and at most {LARGEST}"


# What stands as it is in a line, in a field and in a search.
_GUID = lazy_regex(r"[!#-\[\]-~]{1,64}")
# Of a number in the ledger: SQLite and Anki take more, but not every program that reads JSON.
LARGEST = 2**53 - 1


_KIND_OF = {kind.value: kind for kind in Kind}  # to look one up takes a tenth of asking `Kind`
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
    if name not in Reading._fields or not isinstance(value, list):
        return False
    return all(isinstance(header, str) for header in value)


def read_entry(values: Mapping[str, Any]) -> LedgerEntry:
    """The entry of a line without faults. What many lines say is one value for all of them."""
    get = values.get
    tags, fields, decks = get("tags"), get("fields"), get("former_decks")
    gaps, slots = get("gaps"), get("slots")
    cards, reading = get("cards"), get("reading")
    origin = Origin(
        _KIND_OF[values["kind"]],
        _name(values["package"]),
        _name(values["page"]),
        intern(get("section", "")),
        intern(values["question"]),
        values["clue"],
        values["answer"],
        get("id", ""),
    )
    return LedgerEntry(
        Guid(values["guid"]),
        origin,
        DeckName(_name(values["deck"])),
        get("after", ""),
        values["fingerprint"],
        values["note_id"],
        values["added"],
        values["modified"],
        get("retired", 0),
        tuple(tags) if tags else (),
        tuple(fields) if fields else (),
        tuple((int(number), text) for number, text in gaps.items()) if gaps else (),
        get("table", ""),
        (0,) if cards is None else _ordinals(tuple(cards)),
        tuple(Slot(int(number), *slot) for number, slot in slots.items()) if slots else (),
        _reading_of(reading) if reading else _NO_READING,
        get("is_new", False),
        get("states", ""),
        tuple(map(DeckName, decks)) if decks else (),
    )


_NO_READING = Reading()


@lru_cache(maxsize=8192)
def _name(name: str) -> str:
    """A file's or a deck's name in the Unicode form that names of pages are read in."""
    return name if name.isascii() else normalize("NFC", name)


@lru_cache(maxsize=256)  # most notes have the same cards
def _ordinals(cards: tuple[int, ...]) -> tuple[int, ...]:
    return cards


def _reading_of(values: Mapping[str, Any]) -> Reading:
    """How a row was read; rows of one table share one value."""
    return _one_reading(tuple((name, tuple(headers)) for name, headers in values.items()))


@lru_cache(maxsize=256)
def _one_reading(values: tuple[tuple[str, Any], ...]) -> Reading:
    return Reading(**dict(values))
