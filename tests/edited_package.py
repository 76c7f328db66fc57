"""Makes another package of one, as a later or an earlier version of the program would."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

DATABASE = "collection.anki2"

# Changes the note types (by id, as Anki's JSON has them) and the database.
Edit = Callable[[dict[str, Any], sqlite3.Connection], None]


def edit_package(source: Path, target: Path, edit: Edit) -> Path:
    """Write ``source`` to ``target`` with its note types and its database edited."""
    database = target.with_suffix(".db")
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    database.write_bytes(members[DATABASE])
    with closing(sqlite3.connect(database)) as connection, connection:
        models = json.loads(connection.execute("SELECT models FROM col").fetchone()[0])
        edit(models, connection)
        connection.execute("UPDATE col SET models = ?", (json.dumps(models),))
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, database.read_bytes() if name == DATABASE else content)
    return target


def fields_of(connection: sqlite3.Connection) -> dict[int, list[str]]:
    """The fields of each note, by its id."""
    rows = connection.execute("SELECT id, flds FROM notes")
    return {note_id: fields.split("\x1f") for note_id, fields in rows}


def set_fields(connection: sqlite3.Connection, note_id: int, fields: list[str]) -> None:
    """What a note's fields are to be."""
    connection.execute("UPDATE notes SET flds = ? WHERE id = ?", ("\x1f".join(fields), note_id))
