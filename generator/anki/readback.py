"""Reads a package back and compares it with what was meant, before it replaces an older one."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from generator.anki.note_types import card_ordinals, note_types, packed_ordinals
from generator.anki.package import MEDIA_MEMBER, media_names
from generator.model import DeckName, Guid, Package, PackedNote, fingerprint
from generator.note_fields import SEPARATOR


class PackageMismatchError(Exception):
    """What was written is not what was meant: a fault of this program, never of the notes."""


def read_package(data: bytes) -> dict[Guid, PackedNote]:
    """The notes of an ``.apkg`` by GUID. ``data`` is the whole file.

    ValueError: it is not a package with a ``collection.anki2``, or one is damaged.
    """
    with _database(io.BytesIO(data)) as connection:
        return _read_notes(connection)


def packed_notes(package: Package) -> Iterator[PackedNote]:
    """The notes as they will stand in the package, in its order."""
    types = note_types()
    for stamped in package.notes:
        note_type, fields = types[stamped.note.origin.kind], tuple(stamped.fields)
        yield PackedNote(
            stamped.guid,
            stamped.note_id,
            note_type.id,
            stamped.modified,
            stamped.note.tags,
            fields,
            stamped.note.deck,
            card_ordinals(note_type, fields),
        )


@contextmanager
def _database(file: BinaryIO) -> Iterator[sqlite3.Connection]:
    """The package's database, in a temporary file. What of the archive is read, is checked."""
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path = Path(folder) / "collection.anki2"
        try:
            with zipfile.ZipFile(file) as archive:
                with archive.open("collection.anki2") as member, path.open("wb") as copy:
                    shutil.copyfileobj(member, copy, 1 << 20)
                for name in archive.namelist():
                    if name != "collection.anki2":
                        archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
            raise ValueError(f"this is not an Anki package: {error}") from error
        with closing(sqlite3.connect(path)) as connection:
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                raise ValueError(f"the package's database is damaged: {error}") from error


def _read_notes(connection: sqlite3.Connection) -> dict[Guid, PackedNote]:
    decks = _deck_names(connection)
    cards: dict[int, list[int]] = {}
    deck_of: dict[int, DeckName] = {}
    for note_id, ordinal, deck in connection.execute(
        "SELECT nid, ord, did FROM cards ORDER BY 1, 2"
    ):
        cards.setdefault(note_id, []).append(ordinal)
        deck_of[note_id] = decks[deck]
    rows = connection.execute("SELECT guid, id, mid, mod, tags, flds FROM notes ORDER BY id")
    return {
        guid: PackedNote(
            guid,
            note_id,
            note_type,
            modified,
            tuple(tags.split()),
            tuple(fields.split(SEPARATOR.decode())),
            deck_of.get(note_id, DeckName("")),
            tuple(cards.get(note_id, ())),
        )
        for guid, note_id, note_type, modified, tags, fields in rows
    }


def _check_media(path: Path, package: Package) -> None:
    with zipfile.ZipFile(path) as archive:
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


def _deck_names(connection: sqlite3.Connection) -> dict[int, DeckName]:
    collection = connection.execute("SELECT decks FROM col").fetchone()
    if collection is None:
        raise ValueError("the package's database is damaged: it has no collection")
    decks = json.loads(collection[0])
    return {int(key): DeckName(deck["name"]) for key, deck in decks.items()}


def check_package(path: Path, package: Package) -> None:
    """Raises PackageMismatchError where the file does not say, note by note, what was meant."""

    _check_media(path, package)

    def require(is_right: bool, problem: str) -> None:
        if not is_right:
            raise PackageMismatchError(f"{package.name}: {problem}")

    meant = sorted(package.notes, key=lambda stamped: stamped.note_id)
    guids = {stamped.guid for stamped in meant}
    require(len(guids) == len(meant), "two notes share a GUID: Anki would import both")
    types = note_types()
    with path.open("rb") as file, _database(file) as connection:
        (found,) = connection.execute("SELECT count(*) FROM notes").fetchone()
        require(len(meant) == found, f"{len(meant)} notes were meant, {found} written")
        decks = {name: deck for deck, name in _deck_names(connection).items()}
        # A card's id follows from its note's, so that these are in the order of the notes.
        cards = connection.execute("SELECT id, nid, ord, did, mod FROM cards ORDER BY id")
        rows = connection.execute(
            "SELECT id, guid, mid, mod, tags, CAST(flds AS BLOB) FROM notes ORDER BY id"
        )
        for stamped, (*head, tags, fields) in zip(meant, rows, strict=True):
            note, guid, note_id, modified, mark, ready = stamped
            note_type = types[note.origin.kind]
            deck = decks.get(note.deck)
            is_right = head == [note_id, guid, note_type.id, modified]
            if ready:
                is_right &= (tags, fields) == (f" {' '.join(note.tags)} ", ready)
            else:
                is_right &= mark == fingerprint(note_type.kind, fields, tags.strip())
            for ordinal in packed_ordinals(note_type, fields):
                card = (note_id + ordinal, note_id, ordinal, deck, modified)
                is_right &= next(cards, None) == card
            if not is_right:
                require(False, f"note {guid} was not written as it was meant")
        require(next(cards, None) is None, "there are more cards than were meant")
