"""Reads a package back by SQL and compares it with what was meant, before it replaces another."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from itertools import groupby
from math import inf
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from generator.anki.archive import DATABASE, MEDIA_MEMBER, extract_database
from generator.anki.note_types import note_types
from generator.model import DeckName, Guid, Kind, NoteRow, Package

_NO_CARDS: tuple[float, Iterator[tuple[int, ...]]] = (inf, iter(()))  # behind the last ones


class PackageMismatchError(Exception):
    """What was written is not what was meant: a fault of this program, never of the notes."""


def read_package(data: bytes) -> dict[Guid, NoteRow]:
    """The notes of an ``.apkg`` by GUID. ``data`` is the whole file.

    ValueError: it is not a package with a ``collection.anki2``, or one is damaged.
    """
    with _database(io.BytesIO(data)) as connection:
        return {row.guid: row for row in _read_rows(connection)}


@contextmanager
def _database(file: BinaryIO) -> Iterator[sqlite3.Connection]:
    """The package's database, in a temporary file."""
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path = Path(folder) / DATABASE
        extract_database(file, path)
        with closing(sqlite3.connect(path)) as connection:
            try:
                yield connection
            except sqlite3.DatabaseError as error:
                raise ValueError(f"the package's database is damaged: {error}") from error


def _read_rows(connection: sqlite3.Connection) -> Iterator[NoteRow]:
    """The notes in the order of their ids, each with its cards."""
    decks = _deck_names(connection)
    cards = groupby(
        connection.execute("SELECT nid, ord, did, due FROM cards ORDER BY nid, ord"), itemgetter(0)
    )
    owner, own = next(cards, _NO_CARDS)
    rows = connection.execute("SELECT guid, id, mid, mod, tags, flds FROM notes ORDER BY id")
    for guid, note_id, note_type, modified, tags, fields in rows:
        while owner < note_id:
            owner, own = next(cards, _NO_CARDS)
        found = list(own) if owner == note_id else []
        deck, due = (decks[found[-1][2]], found[-1][3]) if found else (DeckName(""), 0)
        ordinals = tuple([ordinal for _, ordinal, _, _ in found])
        yield NoteRow(
            guid, note_id, note_type, modified, tuple(tags.split()), fields.encode(),
            deck, ordinals, due,
        )  # fmt: skip


def _check_media(path: Path, package: Package) -> None:
    with zipfile.ZipFile(path) as archive:
        names: dict[str, str] = json.loads(archive.read(MEDIA_MEMBER))
        written = {}
        for member, name in names.items():
            written[name] = sha256(archive.read(member)).hexdigest()
        members = archive.namelist()
    is_alone = sorted(members) == sorted({*names, DATABASE, MEDIA_MEMBER})
    if not is_alone or written != {file.name: file.digest for file in package.media}:
        raise PackageMismatchError(f"{package.name}: media were not written as they were meant")


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

    rows, fields = package.rows, package.fields
    meant = sorted(range(len(rows)), key=lambda place: rows[place].note_id)
    guids = {row.guid for row in rows}
    require(len(guids) == len(rows), "two notes share a GUID: Anki would import both")
    with path.open("rb") as file, _database(file) as connection:
        (found,) = connection.execute("SELECT count(*) FROM notes").fetchone()
        require(len(meant) == found, f"{len(meant)} notes were meant, {found} written")
        kinds = _kinds()
        for place, written in zip(meant, _read_rows(connection), strict=True):
            row = rows[place]
            if place in fields:
                row = row._replace(fields=fields[place])
            else:  # it was copied
                written = written.sealed(kinds[written.note_type])
            if written != row:
                require(False, f"note {row.guid} was not written as it was meant")
        # A card's id and time follow from its note's.
        (odd,) = connection.execute(
            "SELECT count(*) FROM cards c LEFT JOIN notes n ON n.id = c.nid"
            " WHERE n.id IS NULL OR c.id != n.id + c.ord OR c.mod != n.mod"
        ).fetchone()
        require(odd == 0, "there are cards that were not meant")


@cache
def _kinds() -> Mapping[int, Kind]:
    return {each.id: kind for kind, each in note_types().items()}
