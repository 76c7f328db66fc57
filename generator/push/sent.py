"""What was last sent to each collection, as digests, in the user's cache folder.

It may be deleted at any time. Then the ledger still knows what older builds said, and what fits
neither is shown and left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from generator.core.model import DeckName, Guid
from generator.core.note_states import NoteState, decode_state, encode_again
from generator.machine.cache_files import sent_file
from generator.machine.disk import read_or_none, write_file

_VERSION = 1


class SentNote(NamedTuple):
    """A note as a collection got it: digests of fields and tags, and its deck.

    The time of the state is what Anki said then of the note's last change. Of the fields at the
    places ``unknown`` nothing is known: they were never sent. A note that ``is_retired`` was tagged
    so, and the cards ``suspended`` were suspended with it.
    """

    state: NoteState
    deck: DeckName
    unknown: tuple[int, ...] = ()
    is_retired: bool = False
    suspended: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent to one collection: notes by GUID, and digests of templates and style by the
    name of the note type there.

    ``pulled`` are digests of corrections that went into a page, by note and the field's place: the
    collection has had them before any build.
    """

    notes: Mapping[Guid, SentNote] = field(default_factory=dict)
    types: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    pulled: Mapping[Guid, Mapping[int, int]] = field(default_factory=dict)


def digest_of_type(templates: Mapping[str, tuple[str, str]], css: str) -> tuple[str, str]:
    """Digests of templates (front and back, by name) and of a style."""
    return _digest(json.dumps(sorted(templates.items()))), _digest(css)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_sent(source: Path, place: str) -> tuple[Sent, str]:
    """What was sent of the notes in ``source`` to the collection at ``place``; and the place of the
    one that was sent to last, an empty text where none is known."""
    values = _read(sent_file(source))
    last = str(values.get("last", ""))
    own = values["collections"].get(place, {})
    try:
        notes = {Guid(guid): _read_note(*each) for guid, each in own.get("notes", {}).items()}
        types = {name: (each[0], each[1]) for name, each in own.get("types", {}).items()}
        pulled = {
            Guid(guid): {int(place): int(digest) for place, digest in fields.items()}
            for guid, fields in own.get("pulled", {}).items()
        }
    except Exception:  # what a forged file may raise is anything
        return Sent(), last
    return Sent(notes, types, pulled), last


def write_sent(source: Path, place: str, sent: Sent, last: str | None = None) -> None:
    """Remember what was sent; what was sent to other collections stays. The place of the ``last``
    push is this one, where no other is named. OSError where the system refuses."""
    file = sent_file(source)
    values = _read(file)
    notes = {
        guid: [
            encode_again(n.state),
            n.state.time,
            n.deck,
            n.unknown,
            int(n.is_retired),
            n.suspended,
        ]
        for guid, n in sent.notes.items()
    }
    own = {"notes": notes, "types": sent.types, "pulled": sent.pulled}
    values["collections"][place] = own
    text = json.dumps(values | {"last": place if last is None else last}, separators=(",", ":"))
    write_file(file, [text.encode()])


def _read(file: Path) -> dict[str, Any]:
    nothing = {"version": _VERSION, "last": "", "collections": {}}
    try:
        values = json.loads(read_or_none(file) or b"{}")
    except (ValueError, RecursionError):
        return nothing
    is_sound = isinstance(values, dict) and values.get("version") == _VERSION
    return values if is_sound and isinstance(values.get("collections"), dict) else nothing


_NOTE = (str, int, str, list, int, list)


def _read_note(*values: Any) -> SentNote:
    """A note as `write_sent` wrote it. ValueError where it is none."""
    state, time, deck, unknown, is_retired, suspended = values
    numbers = (*unknown, *suspended)
    if tuple(map(type, values)) != _NOTE or not set(map(type, numbers)) <= {int}:
        raise ValueError("the file is forged")
    return SentNote(
        decode_state(state, time),
        DeckName(deck),
        tuple(unknown),
        bool(is_retired),
        tuple(suspended),
    )
