"""The fields of each note type, in Anki's order.

The first field is the sort field and is always a person's text: first what people read, then what
the cards are made with, spare fields last. Number and order are frozen at the first release (a
field that is added later makes every old note a conflict); all else about a field may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.note_states import encode_state

SEPARATOR = b"\x1f"  # stands between the fields of a note in a package


class ClueFields(NamedTuple):
    """Clue → Answer. All values are HTML, an empty one is of a card or a part that is not there."""

    prompt: str
    answer: str
    extra: str = ""
    why: str = ""
    hint: str = ""
    context: str = ""
    cue: str = ""
    ask: str = ""
    question: str = ""
    reverse: str = ""
    options: str = ""
    typed: str = ""
    listen: str = ""
    why_ask: str = ""
    step: str = ""
    table: str = ""
    table_label: str = ""
    foot: str = ""
    page: str = ""
    section: str = ""
    source: str = ""
    lang: str = ""
    key: str = ""
    labels: str = ""
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""
    spare5: str = ""
    spare6: str = ""
    spare7: str = ""
    spare8: str = ""


class TrapFields(NamedTuple):
    """Trap → Rule. All values are HTML."""

    prompt: str
    answer: str
    extra: str = ""
    why: str = ""
    hint: str = ""
    context: str = ""
    cue: str = ""
    ask: str = ""
    question: str = ""
    spot: str = ""
    typed: str = ""
    why_ask: str = ""
    table: str = ""
    table_label: str = ""
    foot: str = ""
    page: str = ""
    section: str = ""
    source: str = ""
    lang: str = ""
    key: str = ""
    labels: str = ""
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""
    spare5: str = ""
    spare6: str = ""
    spare7: str = ""
    spare8: str = ""


class CompareFields(NamedTuple):
    """Compare: an item and up to eight attributes, each with its answer and its header. HTML."""

    prompt: str
    cue: str = ""
    a1: str = ""
    h1: str = ""
    a2: str = ""
    h2: str = ""
    a3: str = ""
    h3: str = ""
    a4: str = ""
    h4: str = ""
    a5: str = ""
    h5: str = ""
    a6: str = ""
    h6: str = ""
    a7: str = ""
    h7: str = ""
    a8: str = ""
    h8: str = ""
    extra: str = ""
    why: str = ""
    hint: str = ""
    context: str = ""
    reverse: str = ""
    row: str = ""
    options1: str = ""
    options2: str = ""
    options3: str = ""
    options4: str = ""
    options5: str = ""
    options6: str = ""
    options7: str = ""
    options8: str = ""
    table: str = ""
    table_label: str = ""
    foot: str = ""
    page: str = ""
    section: str = ""
    source: str = ""
    lang: str = ""
    key: str = ""
    labels: str = ""
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""
    spare5: str = ""
    spare6: str = ""
    spare7: str = ""
    spare8: str = ""


# How many columns a comparison may ask.
MOST_ATTRIBUTES = sum(name[0] == "a" and name[1:].isdecimal() for name in CompareFields._fields)


class ClozeFields(NamedTuple):
    """Cloze. ``text`` holds Anki's ``{{c1::…}}``; the rest is HTML."""

    text: str
    cue: str = ""
    lead: str = ""
    hint: str = ""
    extra: str = ""
    why: str = ""
    context: str = ""
    foot: str = ""
    page: str = ""
    section: str = ""
    source: str = ""
    lang: str = ""
    key: str = ""
    labels: str = ""
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""
    spare5: str = ""
    spare6: str = ""
    spare7: str = ""
    spare8: str = ""


class QuizFields(NamedTuple):
    """Quiz with authored options. All values are HTML.

    ``lead`` is what stands above the question; ``multiple`` is non-empty where several are right.
    """

    prompt: str
    answer: str
    lead: str = ""
    extra: str = ""
    why: str = ""
    hint: str = ""
    context: str = ""
    cue: str = ""
    question: str = ""
    options: str = ""
    multiple: str = ""
    open: str = ""
    typed: str = ""
    foot: str = ""
    page: str = ""
    section: str = ""
    source: str = ""
    lang: str = ""
    key: str = ""
    labels: str = ""
    spare1: str = ""
    spare2: str = ""
    spare3: str = ""
    spare4: str = ""
    spare5: str = ""
    spare6: str = ""
    spare7: str = ""
    spare8: str = ""


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
OF_OTHER_ROWS = {
    kind: tuple(
        place
        for place, name in enumerate(fields._fields)
        if name in ("table", "table_label", "step")
        or (name.startswith("options") and kind != "quiz")  # a quiz brings its own
    )
    for kind, fields in FIELDS_OF.items()
}
# Of the markup of those fields. A note is not sent anew because a row beside it changed; a higher
# number here sends all of them.
TABLE_FORMAT = 2


class NoteDigests(NamedTuple):
    """Short digests of what a package says of a note, in hexadecimal.

    ``own`` is of what the note itself says (note type, fields, tags, cards), and decides whether it
    is sent anew; ``table`` is of what other rows make of it, and empty where that is nothing.
    ``state`` has one for each field and tag of its own; see `note_states`.
    """

    own: str
    table: str
    state: str = ""


def note_digests(
    kind: str,
    fields: Sequence[bytes],
    tags: Sequence[str],
    cards: tuple[int, ...],
    rights: Sequence[str],
) -> NoteDigests:
    """The digests of a note whose fields are these, in UTF-8.

    Two things beside its own text are its own. Anki inserts the ``cards`` of a note that it
    does not update, and they would show old fields; ``rights`` are the other right answers of
    its clue, which an old list of options may hold as wrong ones.
    """
    places = OF_OTHER_ROWS[kind]
    table = SEPARATOR.join([fields[place] for place in places])
    table = table if table.strip(SEPARATOR) else b""
    own = list(fields)
    for place in places:
        own[place] = b""
    said = SEPARATOR.join((kind.encode(), *own, _beside_text(tuple(tags), cards, tuple(rights))))
    return NoteDigests(
        sha256(said).hexdigest()[:16],
        sha256(table).hexdigest()[:8] if table else "",
        encode_state(own, tags, table),
    )


@lru_cache(maxsize=256)  # most notes of a page have the same
def _beside_text(tags: tuple[str, ...], cards: tuple[int, ...], rights: tuple[str, ...]) -> bytes:
    beside = repr((TABLE_FORMAT, cards, sorted(rights)))
    return SEPARATOR.join((" ".join(tags).encode(), beside.encode()))


def header_of(html: str) -> str:
    """The header in a comparison's field that asks for it: without what makes it a question."""
    return _ASKING.sub("", html)


_ASKING = lazy_regex(r"<i>[^<]*</i>")


@cache
def field_names(kind: str) -> tuple[str, ...]:
    """The names of the fields in Anki, in order: ``table_label`` is ``TableLabel`` there."""
    words = (name.split("_") for name in FIELDS_OF[kind]._fields)
    return tuple("".join(map(str.capitalize, each)) for each in words)


@cache
def places_of_fields(kind: str) -> Mapping[str, int]:
    """Where each field of a note type stands, by its name."""
    return {name: place for place, name in enumerate(FIELDS_OF[kind]._fields)}


def encode_fields(fields: Sequence[str]) -> list[bytes]:
    """The fields in UTF-8."""
    return [field.encode() for field in fields]


def join_fields(fields: Sequence[str]) -> bytes:
    """The fields as they stand in a package: in UTF-8, joined."""
    return SEPARATOR.join(encode_fields(fields))


def split_fields(kind: str, data: bytes) -> Fields:
    """The fields that stand in a package so."""
    return FIELDS_OF[kind](*data.decode().split(SEPARATOR.decode()))
