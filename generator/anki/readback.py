"""Reads a package back and compares it with what was meant, before it replaces an older one."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from generator.anki.note_types import card_ordinals, note_types
from generator.anki.package import MEDIA_MEMBER, media_names, notes_by_guid
from generator.model import DeckName, Guid, Package, PackedNote


class PackageMismatchError(Exception):
    """What was written is not what was meant: a fault of this program, never of the notes."""


def read_package(data: bytes) -> dict[Guid, PackedNote]:
    """The notes of an ``.apkg`` by GUID. ``data`` is the whole file.

    ValueError: it is not a package with a ``collection.anki2``, or one is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if bad := archive.testzip():
                raise ValueError(f"{bad} in the package is damaged")
            database = archive.read("collection.anki2")
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"this is not an Anki package: {error}") from error
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path = Path(folder) / "collection.anki2"
        path.write_bytes(database)
        with closing(sqlite3.connect(path)) as connection:
            try:
                return _read_notes(connection)
            except sqlite3.DatabaseError as error:
                raise ValueError(f"the package's database is damaged: {error}") from error


def _read_notes(connection: sqlite3.Connection) -> dict[Guid, PackedNote]:
    collection = connection.execute("SELECT decks FROM col").fetchone()
    if collection is None:
        raise ValueError("the package's database is damaged: it has no collection")
    decks = json.loads(collection[0])
    cards: dict[int, list[int]] = {}
    deck_of: dict[int, DeckName] = {}
    for note_id, ordinal, deck in connection.execute(
        "SELECT nid, ord, did FROM cards ORDER BY 1, 2"
    ):
        cards.setdefault(note_id, []).append(ordinal)
        deck_of[note_id] = DeckName(decks[str(deck)]["name"])
    rows = connection.execute("SELECT guid, id, mid, mod, tags, flds FROM notes ORDER BY id")
    return {
        guid: PackedNote(
            guid,
            note_id,
            note_type,
            modified,
            tuple(tags.split()),
            tuple(fields.split("\x1f")),
            deck_of.get(note_id, DeckName("")),
            tuple(cards.get(note_id, ())),
        )
        for guid, note_id, note_type, modified, tags, fields in rows
    }


def _check_media(data: bytes, package: Package) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names: dict[str, str] = json.loads(archive.read(MEDIA_MEMBER))
        written = {}
        for member, name in names.items():
            written[name] = sha256(archive.read(member)).hexdigest()
        members = archive.namelist()
    is_alone = sorted(members) == sorted({*names, "collection.anki2", MEDIA_MEMBER})
    if not is_alone or written != {file.name: file.digest for file in package.media}:
        raise PackageMismatchError(f"{package.name}: media were not written as they were meant")


def check_references(package: Package) -> None:
    """Raises PackageMismatchError where a field names a file that is not there, or none does."""
    named = media_names(package.notes)
    held = {file.name for file in package.media}
    if wrong := named ^ held:
        raise PackageMismatchError(f"{package.name}: fields and media differ by {min(wrong)}")


def check_package(data: bytes, package: Package) -> None:
    """Raises PackageMismatchError where the file does not say, field by field, what was meant."""
    _check_media(data, package)
    meant, found = notes_by_guid(package), read_package(data)
    if meant.keys() != found.keys():
        raise PackageMismatchError(
            f"{package.name}: {len(meant)} notes were meant, {len(found)} written"
        )
    types = note_types()
    for guid, stamped in meant.items():
        note_type = types[stamped.note.origin.kind]
        expected = PackedNote(
            guid,
            stamped.note_id,
            note_type.id,
            stamped.modified,
            tuple(stamped.note.tags),
            tuple(stamped.fields),
            stamped.note.deck,
            card_ordinals(note_type, stamped.fields),
        )
        if found[guid] != expected:
            raise PackageMismatchError(
                f"{package.name}: note {guid} was not written as it was meant"
            )
