"""The file of pages that were read, by digests of all they were read from; damage is absence.

It may be deleted at any time and belongs to this very program. An entry is asked for by content,
never by a file's name or time, and what is damaged is not there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from hashlib import blake2b, sha256
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

from generator.core.model import MediaName, Source
from generator.core.note_fields import NoteDigests
from generator.machine.database import connect_to_read
from generator.machine.disk import open_file
from generator.machine.spool import CannotKeepError, Spool, Spot
from generator.notes.kept_options import NONE_BEYOND, KeptOptions
from generator.notes.page_notes import PageNotes
from generator.notes.wrong_options import RingPart, Span
from generator.pages.page_columns import from_bytes, to_bytes
from generator.settings.values import Settings, as_text
from generator.workspace.last_build import program

_SCHEMA = """
CREATE TABLE program (digest TEXT);
CREATE TABLE pages (key BLOB PRIMARY KEY, has_files INTEGER, value BLOB);
CREATE TABLE tables (package TEXT PRIMARY KEY, value BLOB);
"""
_TABLES = ("program", "pages", "tables")
_CHECKSUM = 8  # bytes in front of each value
# Bytes of pages that are kept in memory beside the disk, some ten thousand rows; there each takes
# some three times as many.
_MOST_KEPT_BYTES = 4_000_000


class RenderedTable(NamedTuple):
    """What came of a table: its notes' digests, the ordinals of their cards, its pictures, what it
    adds to a ring of options, and the options that depend on more than the table."""

    digests: tuple[NoteDigests, ...]
    cards: tuple[tuple[int, ...], ...]
    media: tuple[MediaName, ...]
    ring: RingPart = RingPart("", ())
    options: KeptOptions = NONE_BEYOND


Rendered = dict[bytes, RenderedTable]  # by `render_fields.render_key`


def page_key(source: Source, folder: Settings) -> bytes:
    """A digest of all that a page is read from but for the files that it names."""
    total = sha256()
    for text in (source.path, source.text, as_text(folder)):
        data = text.encode(errors="surrogatepass")
        total.update(b"%d\n" % len(data))
        total.update(data)
    return total.digest()


class PageCache:
    """Pages on the disk; with ``keeps`` those met last are in memory, too.

    Whatever is wrong with the file, it is as if it were empty.
    """

    def __init__(self, file: Path, *, keeps: bool = False) -> None:
        self._file = file
        self._room = _MOST_KEPT_BYTES if keeps else 0
        self._kept: dict[bytes, tuple[PageNotes, int]] = {}  # each with the length of its bytes
        self._new: dict[bytes, tuple[bool, Spot]] = {}
        self._spool = Spool()
        self._connection: sqlite3.Connection | None = None

    def load(self) -> dict[bytes, bool]:
        """The keys of all pages, each with whether the page names files."""
        try:
            self._connection = self._connect()
            if self._connection.execute("SELECT digest FROM program").fetchall() == [(program(),)]:
                return dict(self._connection.execute("SELECT key, has_files FROM pages"))
        except (sqlite3.Error, OSError, ValueError):
            pass
        self._let_go()
        return {}

    def _connect(self) -> sqlite3.Connection:
        """A connection that only looks, and so makes no file. OSError where there is none."""
        open_file(self._file).close()  # SQLite would wait for who writes into a pipe
        return connect_to_read(self._file, _TABLES)

    def get(self, key: bytes) -> PageNotes | None:
        """The page with this key."""
        if known := self._kept.get(key):
            return known[0]
        if self._connection is None:
            return None
        query = "SELECT value FROM pages WHERE key = ?"
        try:
            row = self._connection.execute(query, (key,)).fetchone()
        except sqlite3.Error:
            return None
        page = decode(row[0]) if row else None
        if page:
            self._keep(key, page, len(row[0]))
        return page

    def add(self, key: bytes, page: PageNotes, data: bytes) -> None:
        """A page that was read, and what `encode` makes of it; to be stored."""
        with suppress(CannotKeepError):  # then the next build reads it again
            self._new[key] = bool(page.references), self._spool.add(data)
        self._keep(key, page, len(data))

    def _keep(self, key: bytes, page: PageNotes, length: int) -> None:
        self._room -= length
        self._kept[key] = page, length
        while self._room < 0 and self._kept:
            self._room += self._kept.pop(next(iter(self._kept)))[1]

    def rendered(self, package: str, digest: str) -> Rendered:
        """What came of a package's tables in the build that made the file with this digest."""
        query = "SELECT value FROM tables WHERE package = ?"
        with suppress(sqlite3.Error, OSError, ValueError, EOFError, TypeError, AttributeError):
            # A process of its own has a connection of its own.
            with closing(self._connect()) as connection:
                row = connection.execute(query, (package,)).fetchone()
            if row and (data := _checked(row[0])):
                made, found = _decode(data.decode())
                if made == digest:
                    return {bytes.fromhex(key): _rendered(*value) for key, value in found.items()}
        return {}

    def store(
        self,
        in_use: Collection[bytes],
        rendered: Mapping[str, bytes],
        packages: Collection[str],
    ) -> None:
        """Keep the pages that were added, and nothing of what is not ``in_use``; ``rendered`` are
        by package, as `encode_rendered` makes them.

        Where that cannot be done, the next build reads the pages again.
        """
        self._let_go()
        for key in [key for key in self._kept if key not in in_use]:
            self._room += self._kept.pop(key)[1]
        with suppress(sqlite3.Error, OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._is_damaged():
                self._file.unlink()
            try:
                self._write(in_use, rendered, packages)
            except sqlite3.DatabaseError as error:
                if not _is_busy(error):
                    self._file.unlink(missing_ok=True)  # it is damaged
                    self._write(in_use, rendered, packages)
        self.close()

    def _is_damaged(self) -> bool:
        """Whether there is something that cannot be read: at a pipe SQLite would wait, and a view
        may never end."""
        try:
            self._connect().close()
        except FileNotFoundError:
            return False
        except sqlite3.Error as error:
            return not _is_busy(error)
        except OSError:
            return True
        return False

    def _write(
        self,
        in_use: Collection[bytes],
        rendered: Mapping[str, bytes],
        packages: Collection[str],
    ) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            # It may be lost with the power; each value has its checksum.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN IMMEDIATE")
            is_empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if is_empty:
                for statement in _SCHEMA.strip().splitlines():
                    connection.execute(statement)
                connection.execute("INSERT INTO program VALUES (?)", (program(),))
            elif connection.execute("SELECT digest FROM program").fetchall() != [(program(),)]:
                for table in _TABLES:
                    connection.execute(f"DELETE FROM {table}")
                connection.execute("INSERT INTO program VALUES (?)", (program(),))
            known = {key for (key,) in connection.execute("SELECT key FROM pages")}
            gone = [(key,) for key in known if key not in in_use]
            connection.executemany("DELETE FROM pages WHERE key = ?", gone)
            connection.executemany(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?)",
                (
                    (key, has_files, self._spool.read(spot))
                    for key, (has_files, spot) in self._new.items()
                ),
            )
            connection.executemany("INSERT OR REPLACE INTO tables VALUES (?, ?)", rendered.items())
            known_packages = connection.execute("SELECT package FROM tables").fetchall()
            left = [(package,) for (package,) in known_packages if package not in packages]
            connection.executemany("DELETE FROM tables WHERE package = ?", left)
            connection.execute("COMMIT")

    def remove(self) -> None:
        """Forget all pages, on the disk too."""
        self.close()
        self._kept.clear()
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file, and of what was added and not stored."""
        self._let_go()
        self._new.clear()
        self._spool.close()

    def _let_go(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether another build is at the file; Python's own errors have no name."""
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_BUSY", "SQLITE_LOCKED")


def _rendered(
    digests: list[list[str]],
    cards: list[list[int]],
    media: list[MediaName],
    ring: tuple[str, list[int]],
    options: tuple[list[int], list[list[int]] | None, str],
) -> RenderedTable:
    beyond, spans, digest = options
    looked_at = None if spans is None else tuple(starmap(Span, spans))
    kept = KeptOptions(tuple(beyond), looked_at, bytes.fromhex(digest)) if beyond else NONE_BEYOND
    header, places = ring
    return RenderedTable(
        tuple(starmap(NoteDigests, digests)),
        tuple(map(tuple, cards)),
        tuple(media),
        RingPart(header, tuple(places)),
        kept,
    )


# --- values as bytes --------------------------------------------------------------------------


def encode(page: PageNotes) -> bytes:
    """A page as bytes, with a checksum."""
    return _with_checksum(to_bytes(page))


def encode_table(table: RenderedTable) -> bytes:
    """What came of a table, for `encode_rendered`."""
    return _encode((*table[:-1], _plain(table.options))).encode()


def encode_rendered(tables: Mapping[bytes, bytes], digest: str) -> bytes:
    """What came of a package's tables, each as `encode_table` makes it, and the digest of the
    package's file, with a checksum."""
    parts = [f"[{_encode(digest)},{{".encode()]
    for key, table in tables.items():
        parts += (b'"', key.hex().encode(), b'":', table, b",")
    if tables:
        parts.pop()
    parts.append(b"}]")
    return _with_checksum(*parts)


def _plain(options: KeptOptions) -> tuple[object, ...]:
    """Options as JSON knows them; `_rendered` reads them back."""
    return options.beyond, options.spans, options.digest.hex()


# A forged file must not cost more than its length: marshal and pickle make room for what is only
# announced. The texts of a page are in `page_columns`; those here are short, or digests.
_encode = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def decode(data: bytes) -> PageNotes | None:
    """The page; None where the bytes are no page of this program."""
    if (value := _checked(data)) is None:
        return None
    try:
        return from_bytes(value)
    except Exception:  # what a forged file may raise is anything
        return None


def _with_checksum(*parts: bytes) -> bytes:
    total = blake2b(digest_size=_CHECKSUM)
    for part in parts:
        total.update(part)
    return b"".join((total.digest(), *parts))


def _checked(value: object) -> bytes | None:
    if not isinstance(value, bytes):
        return None
    data = value[_CHECKSUM:]
    return data if _with_checksum(data) == value else None
