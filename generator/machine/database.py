"""Opens SQLite files that may come from anybody, and tells what the system refuses from damage."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Of one value: the longest field of a note is far below.
_MOST_VALUE_BYTES = 100_000_000
# Instructions of SQLite, for a file of no bytes and for each of its bytes. What packages hold is
# read in less than a tenth of them.
_FEWEST_STEPS, _STEPS_A_BYTE = 2_000_000, 20
_STEPS_BETWEEN_LOOKS = 10_000


def connect_to_read(path: Path, tables: Iterable[str]) -> sqlite3.Connection:
    """A connection that reads these tables, in work that grows with the file and no faster.

    sqlite3.DatabaseError, now or when they are read, where it is no database, is damaged, or where
    a table is something that computes its rows. OSError where there is no file.
    """
    left = (_FEWEST_STEPS + _STEPS_A_BYTE * path.stat().st_size) // _STEPS_BETWEEN_LOOKS
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)

    def is_too_much() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        connection.set_progress_handler(is_too_much, _STEPS_BETWEEN_LOOKS)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_VALUE_BYTES)
        for table in tables:
            _require_table(connection, table)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_table(connection: sqlite3.Connection, name: str) -> None:
    query = "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE"
    found = connection.execute(query, (name,)).fetchall()
    if len(found) != 1 or found[0][0] != "table":
        raise sqlite3.DatabaseError(f"it has no table '{name}'")
    query = "SELECT count(*) FROM pragma_table_xinfo(?) WHERE hidden"
    (computed,) = connection.execute(query, (name,)).fetchone()
    if computed or str(found[0][1]).upper().startswith("CREATE VIRTUAL"):
        raise sqlite3.DatabaseError(f"the table '{name}' is computed")


@contextmanager
def refusals_as_os_errors(path: Path) -> Iterator[None]:
    """Raise OSError, with the name of the file, where the system refused SQLite what it needs."""
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")  # Python's own errors have none
        if name == "SQLITE_FULL":
            raise OSError(errno.ENOSPC, str(error), str(path)) from error
        if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")):
            raise OSError(errno.EIO, str(error), str(path)) from error
        raise
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
