"""Reads what a collection says of the cards of certain notes: their state, and how they were
answered. It reads, and knows no page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from generator.anki.note_types import note_types
from generator.core.model import Guid

_AGAIN = 1  # the grade of an answer that was not known
_REVIEW = 1  # the kind of an answer to a card that was learned before
_SUSPENDED = -1  # the queue of a card
_LEECH = "leech"  # the tag that Anki gives a note
_DAY = 86_400  # seconds
_FIRST_ID = -(2**63)  # of what SQLite can store
_CLOCKS_APART = 86_400  # seconds that clocks of two devices may differ without a word


class CardHistory(NamedTuple):
    """A card and its answers: ``reviews`` of them, with a median of so many ``seconds``.

    ``template`` is its name in the collection. ``later`` counts the answers after the day of the
    first one, and ``again`` those of them that were Again; ``lapses`` how often a card that was
    learned was forgotten. ``difficulty`` (1 to 10) and ``stability`` (days) are FSRS's, None
    where that is off.
    """

    guid: Guid
    ordinal: int
    template: str
    is_leech: bool
    is_suspended: bool
    reviews: int
    lapses: int
    later: int
    again: int
    seconds: float | None
    difficulty: float | None
    stability: float | None

    @property
    def share(self) -> float | None:
        """The share of Again among the answers after the first day; None without any."""
        return self.again / self.later if self.later else None


@dataclass(frozen=True, slots=True)
class Reviews:
    """The cards of the notes that were asked for, in the order of notes and templates.

    ``notes`` is how many of these notes the collection has, ``foreign`` how many others are of our
    note types, and ``ahead`` how many answers are of a time that is still to come.
    """

    cards: tuple[CardHistory, ...]
    notes: int
    foreign: int
    ahead: int


def read_reviews(
    connection: sqlite3.Connection, guids: Collection[Guid], now: int, since: int = 0
) -> Reviews:
    """What a collection knows of the notes with these GUIDs. ``now`` is in seconds since 1970;
    ``since``, too: what was answered before does not count, but as the first day.

    A note that came into the collection in another way than by a package has a GUID of Anki's own;
    it is known by its field Key.
    """
    notes, foreign = _notes(connection, guids)
    answers = _answers(connection, since)
    horizon = (now + _CLOCKS_APART) * 1000
    (ahead,) = connection.execute(f"SELECT count(*) FROM ({_LOG} AND id > ?)", [horizon]).fetchone()
    names = _template_names(connection)
    found = []
    for card_id, note_id, ordinal, queue, lapses, data in connection.execute(
        "SELECT id, nid, CAST(ord AS INTEGER), CAST(queue AS INTEGER), CAST(lapses AS INTEGER),"
        " CAST(data AS TEXT) FROM cards ORDER BY nid, ord"
    ):
        if note_id not in notes:
            continue
        guid, note_type, tags = notes[note_id]
        own = answers.get(card_id, _Answers())
        state = _memory_state(data)
        found.append(
            CardHistory(
                guid,
                ordinal,
                names.get((note_type, ordinal), ""),
                _LEECH in tags.casefold().split(),
                queue == _SUSPENDED,
                len(own.milliseconds),
                own.lapses if since else lapses,
                own.later,
                own.again,
                median(own.milliseconds) / 1000 if own.milliseconds else None,
                *state,
            )
        )
    return Reviews(tuple(found), len(notes), foreign, ahead)


_FIELDS = "SELECT CAST(flds AS TEXT) FROM notes WHERE id = ?"


def _notes(
    connection: sqlite3.Connection, guids: Collection[Guid]
) -> tuple[dict[int, tuple[Guid, int, str]], int]:
    """By note id GUID, note type and tags of the notes that are meant; how many others are of our
    note types."""
    known = frozenset(guids)
    places = {each.id: each.field_names.index("Key") for each in note_types().values()}
    found: dict[int, tuple[Guid, int, str]] = {}
    others = []
    for note_id, guid, note_type, tags in connection.execute(
        "SELECT id, CAST(guid AS TEXT), mid, CAST(tags AS TEXT) FROM notes ORDER BY id"
    ):
        if guid in known:
            found[note_id] = guid, note_type, tags
        elif note_type in places:
            others.append((note_id, note_type, tags))
    present = {guid for guid, _, _ in found.values()}
    foreign = 0
    for note_id, note_type, tags in others:
        (text,) = connection.execute(_FIELDS, (note_id,)).fetchone()
        fields = text.split("\x1f")
        key = Guid(fields[places[note_type]]) if places[note_type] < len(fields) else Guid("")
        if key not in known:
            foreign += 1
        elif key not in present:  # else it is a copy that the person has made of the note
            found[note_id] = key, note_type, tags
            present.add(key)
    return found, foreign


class _Answers:
    """The answers to one card so far, the oldest first."""

    __slots__ = ("again", "first_day", "lapses", "later", "milliseconds")

    def __init__(self, first_day: int = 0) -> None:
        self.first_day = first_day
        self.milliseconds: list[int] = []
        self.lapses = self.later = self.again = 0


# Not what was entered by hand, reset or rescheduled: those have no grade, or are kinds from 4 on.
# A collection is created at the hour at which its days begin. Days are counted from long before, so
# that the division rounds down for what is older, too.
_LOG = f"""
    SELECT
        cid,
        (id / 1000 - (SELECT CAST(crt AS INTEGER) FROM col) + 100000 * {_DAY}) / {_DAY},
        ease = {_AGAIN},
        type = {_REVIEW},
        CAST(time AS INTEGER)
    FROM revlog WHERE ease BETWEEN 1 AND 4 AND type < 4
"""


def _answers(connection: sqlite3.Connection, since: int) -> dict[int, _Answers]:
    """The answers to each card, by its id.

    One pass in the order of the table, which is that of time: SQL's own aggregates, which look each
    row up by its card, take half as long again.
    """
    found: dict[int, _Answers] = {}
    if since:
        for card_id, day, *_ in connection.execute(
            f"{_LOG} AND id < ? ORDER BY id", [since * 1000]
        ):
            if card_id not in found:
                found[card_id] = _Answers(day)
    rows = connection.execute(f"{_LOG} AND id >= ? ORDER BY id", [since * 1000 or _FIRST_ID])
    for card_id, day, is_again, is_review, milliseconds in rows:
        own = found.get(card_id)
        if own is None:
            own = found[card_id] = _Answers(day)
        own.milliseconds.append(milliseconds)
        if is_again and is_review:
            own.lapses += 1
        if day > own.first_day:
            own.later += 1
            own.again += is_again
    return found


def _memory_state(data: str) -> tuple[float | None, float | None]:
    """FSRS's difficulty and stability from what Anki keeps with a card; None where it has none."""
    if '"s"' not in data and '"d"' not in data:
        return None, None
    try:
        values = json.loads(data)
        return _number(values, "d"), _number(values, "s")
    except (ValueError, RecursionError, OverflowError):
        return None, None


def _number(values: Any, name: str) -> float | None:
    value = values.get(name) if isinstance(values, dict) else None
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _template_names(connection: sqlite3.Connection) -> dict[tuple[int, int], str]:
    """The names of the templates, by note type and place: our own, and those that the person has
    added to our note types, or that a note type has which an import made of one of ours."""
    named = dict(_names_in_collection(connection))
    for each in note_types().values():
        for ordinal, template in enumerate(each.templates):
            named[each.id, ordinal] = template.name
    return named


def _names_in_collection(
    connection: sqlite3.Connection,
) -> Iterator[tuple[tuple[int, int], str]]:
    try:
        rows = connection.execute("SELECT ntid, ord, name FROM templates").fetchall()
    except sqlite3.OperationalError:  # of schema 11: they stand in the collection's row, as JSON
        yield from _names_in_json(connection)
        return
    for note_type, ordinal, name in rows:
        yield (note_type, ordinal), name


def _names_in_json(connection: sqlite3.Connection) -> Iterator[tuple[tuple[int, int], str]]:
    (text,) = connection.execute("SELECT models FROM col").fetchone()
    try:
        note_types = json.loads(text).items()
        for note_type, values in note_types:
            for template in values["tmpls"]:
                yield (int(note_type), int(template["ord"])), str(template["name"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return  # then a card has no name, and its number is shown
