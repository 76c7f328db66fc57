"""What the collection in a file has of our notes, as a running Anki would say it; only reads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from generator.anki.note_types import NoteType, note_types
from generator.core.model import Guid
from generator.push.collection import InAnki, NoteInAnki

# Characters. What is longer was not written by hand, and is not taken into the memory.
MOST_FIELDS = 2_000_000


def read_collection_in_file(
    connection: sqlite3.Connection, note_ids: Mapping[Guid, int], place: str
) -> InAnki:
    """The notes of ours in a collection that `open_collection` has opened.

    ``note_ids`` are those of the notes of now; ``place`` says which collection it is. A note that
    came in another way than by a package has a GUID of Anki's own; it is known by its field Key.
    """
    types = _types(connection)
    several: dict[Guid, list[NoteInAnki]] = {}
    for note in _notes(connection, types):
        key = note.guid if note.guid in note_ids else Guid(note.fields.get("Key", ""))
        if key in note_ids:
            several.setdefault(key, []).append(note._replace(guid=key))
    notes = {
        guid: min(each, key=lambda note: (note.note_id != note_ids[guid], note.note_id))
        for guid, each in several.items()
    }
    copies = frozenset(guid for guid, each in several.items() if len(each) > 1)
    return InAnki("", place, notes, (), frozenset(), copies)


def _notes(
    connection: sqlite3.Connection, types: Mapping[int, tuple[NoteType, str, list[str]]]
) -> Iterator[NoteInAnki]:
    rows = connection.execute(
        "SELECT id, CAST(guid AS TEXT), mid, CAST(mod AS INTEGER), CAST(tags AS TEXT),"
        " CAST(flds AS TEXT) FROM notes WHERE length(flds) <= ? ORDER BY id",
        [MOST_FIELDS],
    )
    for note_id, guid, type_id, modified, tags, fields in rows:
        if type_id not in types:
            continue
        ours, name, names = types[type_id]
        values = dict(zip(names, fields.split("\x1f"), strict=False))
        kind = next(kind for kind, each in note_types().items() if each.id == ours.id)
        yield NoteInAnki(
            Guid(guid), note_id, kind, name, values, tuple(tags.split()), modified or 0, ()
        )


def _types(
    connection: sqlite3.Connection,
) -> dict[int, tuple[NoteType, str, list[str]]]:
    """The note types of ours by their ids there, each with its name and its fields' there; and
    second ones that imports made of them."""
    ours = {each.id: each for each in note_types().values()}
    found = dict(_named(connection))
    titles = {each.name: each for each in ours.values()}
    titles |= {name: ours[id_] for id_, (name, _) in found.items() if id_ in ours}
    types = {}
    for id_, (name, names) in found.items():
        own = ours.get(id_)
        if own is None and name.endswith("+"):  # an import met a field or a template of a person's
            own = titles.get(name.rstrip("+"))
        if own:
            types[id_] = own, name, names
    return types


def _named(connection: sqlite3.Connection) -> Iterator[tuple[int, tuple[str, list[str]]]]:
    """All note types by their ids: name, and the names of the fields in order."""
    try:
        names = connection.execute("SELECT id, CAST(name AS TEXT) FROM notetypes").fetchall()
        fields = connection.execute(
            "SELECT ntid, CAST(name AS TEXT) FROM fields ORDER BY ntid, ord"
        ).fetchall()
    except sqlite3.OperationalError:  # of schema 11: they stand in the collection's row, as JSON
        yield from _named_in_json(connection)
        return
    for id_, name in names:
        yield id_, (name, [field for owner, field in fields if owner == id_])


def _named_in_json(
    connection: sqlite3.Connection,
) -> Iterator[tuple[int, tuple[str, list[str]]]]:
    (text,) = connection.execute("SELECT CAST(models AS TEXT) FROM col").fetchone()
    types: Any = None
    with suppress(ValueError, RecursionError):
        types = json.loads(text)
    for id_, values in types.items() if isinstance(types, dict) else ():
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            yield int(id_), (str(values["name"]), [str(each["name"]) for each in values["flds"]])
