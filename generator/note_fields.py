"""The fields of each note type, in Anki's order.

The first field is the sort field and is always a person's text. Names, order and number are frozen
at the first release (a field that is added later makes every old note a conflict), which is why
each note type carries spare fields from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

SEPARATOR = b"\x1f"  # stands between the fields of a note in a package


class ClueFields(NamedTuple):
    """Clue → Answer. All values are HTML."""

    prompt: str
    answer: str
    cue: str
    ask: str
    question: str
    context: str
    options: str
    reverse: str
    extra: str
    table: str
    page: str
    section: str
    source: str
    lang: str
    key: str
    table_label: str
    right_label: str
    wrong_label: str
    correct_label: str
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""


class TrapFields(NamedTuple):
    """Trap → Rule. All values are HTML."""

    prompt: str
    answer: str
    cue: str
    ask: str
    question: str
    context: str
    extra: str
    table: str
    page: str
    section: str
    source: str
    lang: str
    key: str
    table_label: str
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""


class CompareFields(NamedTuple):
    """Compare: an item and up to six attributes (answer, header, question each). HTML."""

    prompt: str
    cue: str
    a1: str
    h1: str
    q1: str
    a2: str
    h2: str
    q2: str
    a3: str
    h3: str
    q3: str
    a4: str
    h4: str
    q4: str
    a5: str
    h5: str
    q5: str
    a6: str
    h6: str
    q6: str
    context: str
    extra: str
    table: str
    page: str
    section: str
    source: str
    lang: str
    key: str
    table_label: str
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""


# How many columns a comparison may ask.
MOST_ATTRIBUTES = sum(name[0] == "a" and name[1:].isdecimal() for name in CompareFields._fields)


class ClozeFields(NamedTuple):
    """Cloze. ``text`` holds Anki's ``{{c1::…}}``; the rest is HTML."""

    text: str
    cue: str
    lead: str
    context: str
    extra: str
    page: str
    section: str
    source: str
    lang: str
    key: str
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""


class QuizFields(NamedTuple):
    """Quiz with authored options. ``multiple`` is non-empty where several options are right."""

    prompt: str
    options: str
    answer: str
    cue: str
    question: str
    multiple: str
    context: str
    extra: str
    page: str
    section: str
    source: str
    lang: str
    key: str
    right_label: str
    wrong_label: str
    correct_label: str
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""


Fields = ClueFields | TrapFields | CompareFields | ClozeFields | QuizFields

# By the values of `model.Kind`.
FIELDS_OF: dict[str, type[Fields]] = {
    "clue": ClueFields,
    "trap": TrapFields,
    "compare": CompareFields,
    "cloze": ClozeFields,
    "quiz": QuizFields,
}


# What is made of other rows than a note's own: by kind, the places of those fields.
_OF_OTHER_ROWS = {
    kind: tuple(
        place
        for place, name in enumerate(fields._fields)
        if name in ("table", "table_label") or (name, kind) == ("options", "clue")
    )
    for kind, fields in FIELDS_OF.items()
}
# Of the markup of those fields. A note is not sent anew because a row beside it changed; a higher
# number here sends all of them.
TABLE_FORMAT = 1


class NoteDigests(NamedTuple):
    """Short digests of what a package says of a note, in hexadecimal.

    ``own`` is of what the note itself says (note type, fields, tags, cards), and decides whether it
    is sent anew; ``table`` is of what other rows make of it, and empty where that is nothing.
    """

    own: str
    table: str


def note_digests(
    kind: str,
    fields: Sequence[bytes],
    tags: Sequence[str],
    cards: tuple[int, ...],
    rights: tuple[str, ...],
) -> NoteDigests:
    """The digests of a note's fields, each in UTF-8.

    Two things beside its own text are its own. Anki inserts the ``cards`` of a note that it does
    not update, and they would show old fields; ``rights`` are the other right answers of its clue,
    which an old list of options may hold as wrong ones.
    """
    places = _OF_OTHER_ROWS[kind]
    table = SEPARATOR.join([fields[place] for place in places])
    own = [kind.encode(), *fields, " ".join(tags).encode(), _beside_text(cards, rights)]
    for place in places:
        own[place + 1] = b""
    return NoteDigests(
        sha256(SEPARATOR.join(own)).hexdigest()[:16],
        sha256(table).hexdigest()[:8] if table.strip(SEPARATOR) else "",
    )


@lru_cache(maxsize=256)
def _beside_text(cards: tuple[int, ...], rights: tuple[str, ...]) -> bytes:
    return repr((TABLE_FORMAT, cards, sorted(rights))).encode()


def field_names(kind: str) -> tuple[str, ...]:
    """The names of the fields in Anki, in order: ``table_label`` is ``TableLabel`` there."""
    words = (name.split("_") for name in FIELDS_OF[kind]._fields)
    return tuple("".join(map(str.capitalize, each)) for each in words)


def join_fields(fields: Sequence[str]) -> bytes:
    """The fields as they stand in a package: in UTF-8, joined."""
    return SEPARATOR.join([field.encode() for field in fields])


def split_fields(kind: str, data: bytes) -> Fields:
    """The fields that stand in a package so."""
    return FIELDS_OF[kind](*data.decode().split(SEPARATOR.decode()))
