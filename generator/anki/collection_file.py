"""Opens the collection in a file, which may be open in Anki: as a copy that is checked, and thrown
away; the file itself is never written."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from generator.anki.archive import DATABASE, EXPORTED_NEWEST, extract_database, open_archive
from generator.anki.note_types import note_types
from generator.core.refusals import what_helps
from generator.machine.disk import open_file
from generator.machine.spool import CannotKeepError

# What belongs to a database that is open: its newest pages, or those from before a change.
_BESIDE = ("-wal", "-journal")
_TRIES = 5
_PAUSE = 0.3  # seconds; Anki writes an answer in much less
_MOST_STUB_NOTES = 1
_STUB_SCHEMA = 11
_NAMES = "name a collection.anki2, the profile's folder that has it, an .apkg or a .colpkg"


class CollectionError(Exception):
    """Why a file cannot be read as a collection, in words for the person who named it."""


@contextmanager
def open_collection(path: Path) -> Iterator[sqlite3.Connection]:
    """The collection of ``path``: a ``collection.anki2`` or the profile's folder that has it, or an
    exported ``.apkg`` or ``.colpkg``. The connection is to a copy in a temporary folder.

    CollectionError: it is none of these, is damaged, or cannot be read here. CannotKeepError where
    there is no room to unpack it.
    """
    path = collection_in(path)
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        copy = Path(folder) / DATABASE
        try:
            if _begins_as_archive(path):
                _extract(path, copy)
                fault = _fault(copy)
            else:
                fault = _copy(path, copy)
        except CannotKeepError:
            raise  # that says nothing of the file
        except OSError as error:
            helps = _NAMES if isinstance(error, FileNotFoundError) else what_helps(error)
            raise CollectionError(
                f"cannot read '{path}': {error.strerror or error}; {helps}"
            ) from error
        if fault:
            raise CollectionError(f"'{path}' {fault}")
        with closing(_connect(copy)) as connection:
            if text := _stub_text(connection):
                raise CollectionError(
                    f"'{path}' holds one note, '{text}': it stands in for a collection of a newer "
                    "format; name the file that Anki exported, or the collection itself"
                )
            yield connection


def _begins_as_archive(path: Path) -> bool:
    """Whether it is a zip by its first bytes; by its last ones a database might look like one."""
    with open_file(path) as file:
        return file.read(4) == b"PK\x03\x04"


def collection_in(path: Path) -> Path:
    """The collection in a profile's folder, or in that of all profiles where there is one; a file
    as it is.

    CollectionError: there is none, or one of several.
    """
    if not path.is_dir():
        return path
    found = sorted(path.glob(DATABASE)) or sorted(path.glob(f"*/{DATABASE}"))
    if not found:
        raise CollectionError(f"there is no {DATABASE} in '{path}'; {_NAMES}")
    if len(found) > 1:
        names = ", ".join(f"'{each.parent}'" for each in found)
        raise CollectionError(f"'{path}' has several profiles; name one of them: {names}")
    return found[0]


# --- a collection as Anki keeps it ------------------------------------------------------------


def _copy(path: Path, copy: Path) -> str:
    """Copy a database with what is beside it; gives what is wrong with it, or an empty text.

    Anki may write while it is copied: then sizes or times move, or the check fails, and it is
    copied again.
    """
    fault = ""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        before = _state(path)
        for suffix in ("", *_BESIDE):
            source, target = Path(f"{path}{suffix}"), Path(f"{copy}{suffix}")
            target.unlink(missing_ok=True)
            if not suffix or source.exists():
                shutil.copyfile(source, target)
        Path(f"{copy}-shm").unlink(missing_ok=True)
        if _state(path) != before:
            fault = "is being written all the time; wait until Anki's sync or import is done"
        elif not (fault := _fault(copy)):
            return ""
    return fault


def _state(path: Path) -> list[tuple[int, int]]:
    """Size and time of the database and of what is beside it."""
    found = []
    for suffix in ("", *_BESIDE):
        try:
            stat = Path(f"{path}{suffix}").stat()
        except FileNotFoundError:
            found.append((-1, 0))
        else:
            found.append((stat.st_size, stat.st_mtime_ns))
    return found


def _connect(copy: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(copy)
    connection.text_factory = _decoded
    # Anki's own order of names, which its indexes are declared with; no query of ours sorts by it.
    connection.create_collation("unicase", _compare_names)
    return connection


def _decoded(text: bytes) -> str:
    """A text of the database; what is no UTF-8 in it is no reason to read nothing."""
    return text.decode("utf-8", "replace")


def _compare_names(one: str, other: str) -> int:
    one, other = one.casefold(), other.casefold()
    return (one > other) - (one < other)


_TABLES = {"col", "notes", "cards", "revlog"}


def _fault(copy: Path) -> str:
    """What is wrong with a copy, as words behind the name of its file; else an empty text."""
    try:
        with closing(_connect(copy)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                return f"is damaged ({found}); Anki's Tools > Check Database may mend it"
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in names}
            if (
                not tables >= _TABLES
                or not connection.execute("SELECT count(*) FROM col").fetchone()[0]
            ):
                return f"is no collection of Anki; {_NAMES}"
    except sqlite3.DatabaseError as error:
        return f"is no collection of Anki, or is damaged: {error}; {_NAMES}"
    return ""


def _stub_text(connection: sqlite3.Connection) -> str:
    """What the one note of a stub says, in Anki's language; an empty text for a real collection."""
    notes = connection.execute("SELECT mid, flds FROM notes LIMIT ?", (_MOST_STUB_NOTES + 1,))
    found = notes.fetchall()
    (reviews,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM revlog LIMIT 1)"
    ).fetchone()
    (version,) = connection.execute("SELECT ver FROM col").fetchone()
    is_stub = version == _STUB_SCHEMA and len(found) == _MOST_STUB_NOTES and not reviews
    ours = {each.id for each in note_types().values()}
    if not is_stub or found[0][0] in ours:
        return ""
    text, _, rest = str(found[0][1]).partition("\x1f")
    return "" if rest else text


# --- an exported file -------------------------------------------------------------------------


def _extract(path: Path, copy: Path) -> None:
    """Write the database of an ``.apkg`` or a ``.colpkg`` to ``copy``."""
    try:
        with open_file(path) as package:
            with open_archive(package) as archive:
                is_modern = EXPORTED_NEWEST in archive.namelist()
            if not is_modern:
                extract_database(package, copy, is_whole=False)
    except ValueError as error:
        raise CollectionError(f"'{path}' cannot be read: {error}; {_NAMES}") from error
    if is_modern:
        _extract_modern(path, copy)


def _extract_modern(path: Path, copy: Path) -> None:
    """As `_extract`, of a file whose database is compressed with zstd: Anki's own backend reads it,
    as if the person restored this file into a collection of its own."""
    try:
        from anki._backend import RustBackend
        from anki.errors import AnkiException
    except ModuleNotFoundError as error:
        raise CollectionError(
            f"'{path}' is of Anki's newer format, which its own backend reads: "
            "pip install 'build-decks[verify]', or export it with 'Support older Anki versions'"
        ) from error
    from concurrent.futures import ThreadPoolExecutor

    def restore() -> None:
        RustBackend().import_collection_package(
            col_path=str(copy),
            backup_path=str(path),
            media_folder=str(copy.parent / "media"),
            media_db=str(copy.parent / "media.db"),
        )

    try:
        # Anki prints a complaint where it blocks the main thread.
        with ThreadPoolExecutor(max_workers=1) as executor:
            executor.submit(restore).result()
    except AnkiException as error:
        raise CollectionError(
            f"Anki cannot read '{path}': {error}; export it from Anki again"
        ) from error
