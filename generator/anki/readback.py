"""Reads a package back and compares it with what was meant, before it replaces another."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from itertools import groupby
from math import inf
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from generator.anki.archive import DATABASE, MEDIA_MEMBER, extract_database
from generator.anki.note_types import behind
from generator.core.model import DeckName, Guid, NoteRow, Package
from generator.machine.database import connect_to_read
from generator.machine.disk import open_file
from generator.machine.slices import slices
from generator.machine.spool import needs_temporary_files

_NO_CARDS: tuple[float, Iterator[tuple[int, ...]]] = (inf, iter(()))  # behind the last ones


class PackageMismatchError(Exception):
    """What was written is not what was meant: a fault of this program, never of the notes."""


def read_package(data: bytes) -> dict[Guid, NoteRow]:
    """The notes of an ``.apkg`` by GUID. ``data`` is the whole file.

    ValueError: it is not a package with a ``collection.anki2``, or one is damaged.
    """
    return _read(io.BytesIO(data))


def read_package_file(path: Path) -> dict[Guid, NoteRow]:
    """The same of a file. OSError where it cannot be read, or is none; CannotKeepError where there
    is no room to unpack it."""
    with open_file(path) as file:
        return _read(file)


def read_fields_file(path: Path) -> dict[Guid, bytes]:
    """The fields alone, as in `NoteRow`, of a package that this program wrote; for the errors see
    `read_package_file`."""
    query = "SELECT guid, CAST(flds AS BLOB) FROM notes"
    with open_file(path) as file, _opened(file) as connection:
        return dict(connection.execute(query))


def _read(file: BinaryIO) -> dict[Guid, NoteRow]:
    with _opened(file) as connection:
        return {row.guid: row for row in _read_rows(connection)}


@contextmanager
def _opened(file: BinaryIO) -> Iterator[sqlite3.Connection]:
    """The database of a package; ValueError where it turns out to be damaged."""
    with needs_temporary_files():
        temporary = tempfile.TemporaryDirectory(prefix="build-decks-")
    with temporary as folder:
        path = Path(folder) / DATABASE
        extract_database(file, path)
        try:
            with closing(connect_to_read(path, ("col", "notes", "cards"))) as connection:
                yield connection
        except (sqlite3.DatabaseError, ValueError) as error:
            raise ValueError(f"the package's database is damaged: {error}") from error


def _read_rows(connection: sqlite3.Connection) -> Iterator[NoteRow]:
    """The notes in the order of their ids, each with its cards."""
    decks = _deck_names(connection)
    every_card = connection.execute("SELECT nid, ord, did, due FROM cards ORDER BY nid, ord")
    cards = groupby(filter(_is_card, every_card), itemgetter(0))
    owner, own = next(cards, _NO_CARDS)
    rows = connection.execute("SELECT guid, id, mid, mod, tags, flds FROM notes ORDER BY id")
    for guid, note_id, note_type, modified, tags, fields in filter(_is_note, rows):
        while owner < note_id:
            owner, own = next(cards, _NO_CARDS)
        found = list(own) if owner == note_id else []
        deck, due = DeckName(""), 0
        if found:
            _, last, deck_id, place = found[-1]
            if deck_id not in decks:
                raise ValueError("a card of it is in no deck")
            deck, due = decks[deck_id], place - behind(note_type, last)
        ordinals = tuple([ordinal for _, ordinal, _, _ in found])
        yield NoteRow(
            guid, note_id, note_type, modified, tuple(tags.split()), fields.encode(),
            deck, ordinals, due,
        )  # fmt: skip


_NOTE_TYPES = (str, int, int, int, str, str)
_CARD_TYPES = (int, int, int, int)


def _is_note(row: tuple[Any, ...]) -> bool:
    """True; ValueError where the values of a note are not what Anki writes."""
    if tuple(map(type, row)) != _NOTE_TYPES or not row[0].isprintable():
        raise ValueError("a note of it is none")
    return True


def _is_card(row: tuple[Any, ...]) -> bool:
    """True; ValueError where the values of a card are not what Anki writes."""
    if tuple(map(type, row)) != _CARD_TYPES or row[1] < 0:
        raise ValueError("a card of it is none")
    return True


def _deck_names(connection: sqlite3.Connection) -> dict[int, DeckName]:
    collection = connection.execute("SELECT decks FROM col").fetchone()
    if collection is None:
        raise ValueError("it has no collection")
    try:
        decks = json.loads(collection[0])
        return {int(key): DeckName(str(deck["name"])) for key, deck in decks.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("its decks cannot be read") from error


# --- what was written beside what was meant ---------------------------------------------------


def check_database(database: Path, package: Package, older: Path | None = None) -> None:
    """Raises PackageMismatchError where a database does not say, note by note, what was meant.

    ``older`` is the database that the notes without fields were copied from.
    """

    def require(is_right: bool, problem: str) -> None:
        if not is_right:
            raise PackageMismatchError(f"{package.name}: {problem}")

    rows, fields = package.rows, package.fields
    guids = {row.guid for row in rows}
    require(len(guids) == len(rows), "two notes share a GUID: Anki would import both")
    ids = [row.note_id for row in rows]
    meant = sorted(range(len(rows)), key=ids.__getitem__)
    made = {ids[place] for place in fields}
    with closing(sqlite3.connect(database)) as connection:
        if len(made) < len(rows):
            connection.execute("ATTACH ? AS older", (str(older),))
            connection.execute("CREATE TEMP TABLE made (id INTEGER PRIMARY KEY)")
            connection.executemany("INSERT INTO made VALUES (?)", ((id_,) for id_ in made))
        (found,) = connection.execute("SELECT count(*) FROM notes").fetchone()
        require(len(meant) == found, f"{len(meant)} notes were meant, {found} written")
        data = _DATA if len(made) == len(rows) else f"CASE WHEN {_IS_MADE} THEN {_DATA} END"
        notes = connection.execute(_NOTES.format(data=data))
        written_tags = {tags: f" {' '.join(tags)} " for tags in {row.tags for row in rows}}
        for place, written in zip(meant, notes, strict=True):
            guid, note_id, note_type, modified, own_tags, _, _, _, _ = rows[place]
            tags = written_tags[own_tags]
            own = fields[place] if note_id in made else None
            if written != (note_id, guid, note_type, modified, tags, own):
                require(False, f"note {guid} was not written as it was meant")
        if len(made) < len(rows):
            (copied,) = connection.execute(_COPIED).fetchone()
            require(len(made) + copied == len(rows), "notes were not copied as they are")
        decks = {name: id_ for id_, name in _deck_names(connection).items()}
        found_cards = connection.execute(_CARDS)
        # Lists are made and compared in less time than rows one by one.
        for some in slices(meant):
            own_rows = map(rows.__getitem__, some)
            cards = [
                (note_id + ord_, note_id, ord_, decks[deck], modified, due + behind(type_, ord_))
                for _, note_id, type_, modified, _, _, deck, ordinals, due in own_rows
                for ord_ in ordinals
            ]
            require(found_cards.fetchmany(len(cards)) == cards, _OTHER_CARDS)
        require(found_cards.fetchone() is None, _OTHER_CARDS)


_OTHER_CARDS = "there are cards that were not meant"
_NOTES = "SELECT id, guid, mid, mod, tags, {data} FROM notes ORDER BY id"
_DATA = "CAST(flds AS BLOB)"
_IS_MADE = "id IN (SELECT id FROM made)"
# How many of the notes that were not made have the fields that they had.
_COPIED = f"""
    SELECT count(*) FROM notes JOIN older.notes AS old USING (id)
    WHERE NOT {_IS_MADE} AND notes.guid = old.guid AND notes.flds = old.flds
"""
# A card's id follows from its note's and its ordinal: this is the order of both, and of the index.
_CARDS = "SELECT id, nid, ord, did, mod, due FROM cards ORDER BY nid, id"


def check_archive(path: Path, package: Package) -> None:
    """Raises PackageMismatchError where a package's file does not hold, beside its database, the
    media that were meant, or is damaged."""
    written = {}
    with zipfile.ZipFile(path) as archive:
        if archive.testzip():
            raise PackageMismatchError(f"{package.name}: the archive is damaged")
        names: dict[str, str] = json.loads(archive.read(MEDIA_MEMBER))
        for member, name in names.items():
            written[name] = sha256(archive.read(member)).hexdigest()
        members = archive.namelist()
    is_alone = sorted(members) == sorted({*names, DATABASE, MEDIA_MEMBER})
    if not is_alone or written != {file.name: file.digest for file in package.media}:
        raise PackageMismatchError(f"{package.name}: media were not written as they were meant")
