"""Equal content gives equal bytes, and the bytes still hold the content."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from genanki.apkg_schema import APKG_SCHEMA
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from generator.anki.canonical import (
    PAGE_SIZE,
    canonical_database,
    configure,
    make_canonical,
    write_archive,
)


@pytest.fixture(scope="module")
def other_sqlite() -> Any:
    """Another release of SQLite than the one in the standard library."""
    return pytest.importorskip("pysqlite3")


class Note(NamedTuple):
    id: int
    text: str


def database(*steps: str | Callable[[Any], None], library: ModuleType = sqlite3) -> bytes:
    """The image of a database file after ``steps``, each SQL or a function of a connection."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection.anki2")
        connection = library.connect(str(path))
        configure(connection)
        for step in steps:
            if isinstance(step, str):
                connection.executescript(step)
            else:
                step(connection)
                connection.commit()
        connection.close()
        return path.read_bytes()


def rows(image: bytes, library: ModuleType = sqlite3) -> dict[str, list[Any]]:
    """All rows of an image, which SQLite must find in good order."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "collection.anki2")
        path.write_bytes(image)
        connection = library.connect(str(path))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        found = {name: list(connection.execute(f"SELECT * FROM {name}")) for (name,) in tables}
        connection.close()
    return found


def assert_only_space_is_changed(raw: bytes) -> None:
    image = canonical_database(raw)
    assert rows(image) == rows(raw)
    assert canonical_database(image) == image


def insert(notes: Iterable[Note]) -> Callable[[Any], None]:
    # "§" keeps `sfld` a text: it has integer affinity, and SQLite's releases differ in the last
    # bit of a number such as "2.1626e193".
    def step(connection: Any) -> None:
        for id, text in notes:
            connection.execute(
                "INSERT INTO notes VALUES (?, 'guid', 1, 2, -1, ' tag ', ?, ?, ?, 0, '')",
                (id, text, "§" + text[:40], len(text)),
            )
            connection.execute(
                "INSERT INTO cards VALUES (?1, ?1, 1, 0, 2, -1, 0, 0, ?1, 0,0,0,0,0,0,0,0, '')",
                (id,),
            )

    return step


def delete(notes: Iterable[Note]) -> Callable[[Any], None]:
    def step(connection: Any) -> None:
        for note in notes:
            connection.execute("DELETE FROM notes WHERE id = ?", (note.id,))
            connection.execute("DELETE FROM cards WHERE id = ?", (note.id,))

    return step


def texts(max_size: int) -> st.SearchStrategy[str]:
    words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
    sizes = st.integers(0, 60) | st.integers(0, max_size)
    return st.builds(lambda word, size: (word * size)[:size], words, sizes)


def lists_of_notes(max_text: int) -> st.SearchStrategy[list[Note]]:
    note = st.builds(Note, st.integers(1, 2**63 - 1), texts(max_text))
    return st.lists(note, max_size=60, unique_by=lambda note: note.id)


# --- equal content, equal bytes ---------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(notes=lists_of_notes(20_000), earlier=texts(20_000))
def test_bytes_depend_neither_on_the_sqlite_nor_on_earlier_rows(
    other_sqlite: Any, notes: list[Note], earlier: str
) -> None:
    direct = (APKG_SCHEMA, insert(notes), "VACUUM")
    detour = (
        APKG_SCHEMA,
        insert(Note(note.id, earlier) for note in notes),
        delete(notes[::2]),
        insert(notes[::2]),
        delete(notes[1::2]),
        insert(notes[1::2]),
        "VACUUM",
    )
    raw = database(*direct)
    expected = canonical_database(raw)
    assert canonical_database(database(*detour)) == expected
    assert canonical_database(database(*direct, library=other_sqlite)) == expected
    assert canonical_database(database(*detour, library=other_sqlite)) == expected

    assert_only_space_is_changed(raw)
    assert rows(expected, other_sqlite) == rows(raw)


def test_two_sqlites_on_their_own_give_different_bytes(other_sqlite: Any) -> None:
    # One note a page, and more pages than one interior page can point to.
    notes = [Note(7**12 + 7**8 * n, "x" * (16_200 + n % 90)) for n in range(2_500)]
    steps = (APKG_SCHEMA, insert(notes), "VACUUM")
    ours, other = database(*steps), database(*steps, library=other_sqlite)
    assert canonical_database(ours) == canonical_database(other)
    if sqlite3.sqlite_version == other_sqlite.sqlite_version:
        pytest.skip("both are the same release of SQLite")
    assert ours[:100] != other[:100]
    if (sqlite3.sqlite_version, other_sqlite.sqlite_version) == ("3.40.1", "3.51.1"):
        assert ours[100:] != other[100:]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_bytes_do_not_depend_on_what_deleted_rows_leave_behind(data: st.DataObject) -> None:
    """Without VACUUM, so that there is much free space; secure_delete decides what is in it."""
    notes = data.draw(lists_of_notes(1_000).filter(bool))
    some = data.draw(st.lists(st.sampled_from(notes), max_size=5, unique=True))
    again = [Note(note.id, data.draw(texts(len(note.text)))) for note in some[::2]]
    zeroed, left = (
        database(
            f"PRAGMA secure_delete = {mode}",
            APKG_SCHEMA,
            insert(notes),
            delete(some),
            insert(again),
        )
        for mode in ("ON", "OFF")
    )
    assume(left[36:40] == bytes(4))  # no free pages
    assert canonical_database(left) == canonical_database(zeroed)
    assert_only_space_is_changed(left)


@pytest.mark.parametrize(
    "default", ["page_size = 4096", "encoding = 'UTF-16'", "auto_vacuum = 1", "secure_delete = 0"]
)
def test_configure_overrides_the_defaults_of_another_build(default: str, tmp_path: Path) -> None:
    path = tmp_path / "collection.anki2"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {default}")
    configure(connection)
    connection.executescript(APKG_SCHEMA)
    connection.execute("VACUUM")
    assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    connection.close()
    assert canonical_database(path.read_bytes()) == canonical_database(
        database(APKG_SCHEMA, "VACUUM")
    )


def test_header_does_not_tell_the_writer() -> None:
    raw = database(APKG_SCHEMA)
    header = canonical_database(raw)[:100]
    assert header[24:28] == header[92:96] == (1).to_bytes(4)
    assert header[96:100] != raw[96:100]


def test_every_kind_of_page_is_understood() -> None:
    """A schema of many pages, a view, a trigger, and long values in an index."""
    tables = (f"CREATE TABLE t{n} (a, b /* {'-' * 90} */)" for n in range(300))
    schema = """
        CREATE VIEW v AS SELECT a FROM t0;
        CREATE TRIGGER g AFTER INSERT ON t0 BEGIN DELETE FROM t1; END;
        CREATE INDEX i ON t0 (b, a);
        CREATE TABLE w (a PRIMARY KEY, b) WITHOUT ROWID;
        """
    values = [(n, chr(65 + n % 26) * (97 * n)) for n in range(200)]

    def fill(connection: Any) -> None:
        connection.executemany("INSERT INTO t0 VALUES (?, ?)", values)
        connection.executemany("INSERT INTO w VALUES (?2, ?1)", values)

    assert_only_space_is_changed(database(*tables, schema, fill, "VACUUM"))


def test_a_database_of_more_than_a_gibibyte_is_understood(tmp_path: Path) -> None:
    """SQLite leaves out the page in which it locks files."""
    path = tmp_path / "large.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        configure(connection)
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (zeroblob(?))", [(400_000_000,)] * 3)
        connection.commit()
    with path.open("r+b") as file:
        file.seek(1 << 30)
        file.write(b"left by whoever had the disk before")
    make_canonical(path)
    with path.open("rb") as file:
        file.seek(1 << 30)
        assert file.read(PAGE_SIZE) == bytes(PAGE_SIZE)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT sum(length(x)) FROM t").fetchone() == (1_200_000_000,)
    path.unlink()


@pytest.mark.parametrize("limit", [2031, 4086, 16349])
def test_sizes_around_the_limits_are_understood(limit: int) -> None:
    """How much of a row stays on its page changes at these sizes, of rows and of index entries."""
    for size in range(limit - 16, limit + 4):
        many = f"WITH n AS (SELECT value FROM json_each('[{'1,' * 24}1]')) SELECT"
        assert_only_space_is_changed(
            database(
                "CREATE TABLE t (a); CREATE INDEX i ON t (a);",
                f"INSERT INTO t {many} printf('%.{size}c', 'x') FROM n",
                f"INSERT INTO t {many} printf('%.{size + PAGE_SIZE - 4}c', 'x') FROM n",
            )
        )


# --- garbage, by the place where SQLite leaves it ---------------------------------------------

NINE_ROWS = """
    PRAGMA secure_delete = OFF;
    CREATE TABLE t (id INTEGER PRIMARY KEY, text);
    INSERT INTO t SELECT value, printf('%.120c', 'x') FROM json_each('[1,2,3,4,5,6,7,8,9]');
    """
GARBAGE = "☠"
REPLACEMENT = """
    DELETE FROM t WHERE id = {row};
    INSERT INTO t VALUES ({row}, printf('%.{size}c', 'y'));
    """
# Page headers: type, first freeblock (2 bytes), cells (2), start of content (2), fragmented bytes.
GAP = "0d 0000 0009 3b92 00"
FREEBLOCK = "0d 3d8a 0008 3b92 00"
FRAGMENT = "0d 0000 0009 3b92 03"
OVERFLOW = "0d 0000 000a 3009 00"


@pytest.mark.parametrize(
    ("row", "size", "left_by", "page_header"),
    [
        (10, 120, "DELETE FROM t WHERE id = 10", GAP),
        (5, 120, "DELETE FROM t WHERE id = 5", FREEBLOCK),
        (5, 120, REPLACEMENT.format(row=5, size=117), FRAGMENT),
        (10, 36_000, REPLACEMENT.format(row=10, size=35_700), OVERFLOW),
    ],
    ids=["gap", "freeblock", "fragment", "overflow"],
)
def test_garbage_is_zeroed(row: int, size: int, left_by: str, page_header: str) -> None:
    garbage = f"INSERT OR REPLACE INTO t VALUES ({row}, '{GARBAGE * (size // 3)}')"
    raw = database(NINE_ROWS, garbage, left_by)
    assert raw[PAGE_SIZE : PAGE_SIZE + 8] == bytes.fromhex(page_header)
    assert GARBAGE.encode() in raw

    assert GARBAGE.encode() not in canonical_database(raw)
    assert_only_space_is_changed(raw)


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (["PRAGMA page_size = 4096", APKG_SCHEMA], "page size"),
        (["PRAGMA encoding = 'UTF-16'", APKG_SCHEMA], "UTF-8"),
        (["PRAGMA auto_vacuum = FULL", APKG_SCHEMA], "auto_vacuum"),
        ([APKG_SCHEMA, "DROP TABLE graves"], "free pages"),
        ([APKG_SCHEMA, "PRAGMA journal_mode = WAL"], "WAL"),
        ([], "not an SQLite database"),
    ],
)
def test_other_settings_are_refused(steps: list[str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        canonical_database(database(*steps))


def test_other_lengths_are_refused() -> None:
    image = database(APKG_SCHEMA)
    for wrong in (image[:-1], image[:-PAGE_SIZE], image + bytes(PAGE_SIZE), image[:100]):
        with pytest.raises(ValueError, match="length"):
            canonical_database(wrong)
    counted = image[:28] + (len(image) // PAGE_SIZE + 1).to_bytes(4) + image[32:]
    with pytest.raises(ValueError, match="belongs to nothing"):
        canonical_database(counted + bytes(PAGE_SIZE))


# Page 2 has eight rows and a freeblock, page 3 one row that goes on on page 4.
TWO_TABLES = database(
    NINE_ROWS,
    "DELETE FROM t WHERE id = 5",
    "CREATE TABLE u (text)",
    "INSERT INTO u VALUES (printf('%.20000c', 'z'))",
)


@pytest.mark.parametrize(
    ("page", "offset", "wrong", "problem"),
    [
        (1, 20, "0c", "reserved bytes"),
        (1, 103, "ffff", "a page is damaged"),  # cells
        (2, 0, "07", "unknown type 7"),
        (3, 5, "0001", "overlaps itself"),  # start of content
        (2, 8, "ffff", "a page is damaged"),  # first cell
        (2, 8, "3f7f", "overlaps itself"),
        (2, 0x3D8A, "3d8a", "freeblocks out of order"),
        (4, 0, "00000002", "should end a chain"),
        (3, PAGE_SIZE - 4, "00000002", "used twice"),  # first overflow page
        (3, PAGE_SIZE - 4, "00000005", "missing"),
    ],
)
def test_damage_is_refused(page: int, offset: int, wrong: str, problem: str) -> None:
    assert_only_space_is_changed(TWO_TABLES)
    image = bytearray(TWO_TABLES)
    start = (page - 1) * PAGE_SIZE + offset
    image[start : start + len(wrong) // 2] = bytes.fromhex(wrong)
    with pytest.raises(ValueError, match=problem):
        canonical_database(bytes(image))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), min_size=1, max_size=4))
@example([(105, 64)])  # content that begins behind its page
def test_other_damage_is_refused_or_harmless(damage: list[tuple[int, int]]) -> None:
    image = bytearray(TWO_TABLES)
    for place, byte in damage:
        image[place % len(image)] = byte
    with contextlib.suppress(ValueError):
        assert len(canonical_database(bytes(image))) == len(image)


# --- the archive ------------------------------------------------------------------------------

MEMBERS = [("collection.anki2", b"database" * 99), ("media", b"{}"), ("0", b"")]


def open_members() -> list[tuple[str, io.BytesIO]]:
    return [(name, io.BytesIO(content)) for name, content in MEMBERS]


def archive(compress: bool = False) -> bytes:
    file = io.BytesIO()
    write_archive(file, open_members(), compress)
    return file.getvalue()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set here")
def test_archive_depends_on_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def archives_at(now: float, zone: str) -> tuple[bytes, bytes]:
        monkeypatch.setattr(time, "time", lambda: now)
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, "w") as file:
            file.writestr("media", b"{}")
        return archive(), plain.getvalue()

    try:
        first, first_plain = archives_at(1_000_000_000, "UTC")
        second, second_plain = archives_at(1_000_000_000, "Asia/Tokyo")
        third, third_plain = archives_at(1_700_000_000, "UTC")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert first == second == third
    assert len({first_plain, second_plain, third_plain}) == 3


def test_archive_does_not_depend_on_the_system() -> None:
    with zipfile.ZipFile(io.BytesIO(archive())) as file:
        assert {member.create_system for member in file.infolist()} == {3}  # whatever made it


def test_archive_members_have_fixed_attributes() -> None:
    with zipfile.ZipFile(io.BytesIO(archive())) as file:
        assert [(info.filename, file.read(info)) for info in file.infolist()] == MEMBERS
        for info in file.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.create_system == 3
            assert info.external_attr == 0o100644 << 16
            assert info.extra == b""
            assert info.flag_bits == 0
            assert info.compress_type == zipfile.ZIP_STORED


def test_compressed_archive_is_smaller_and_holds_the_same() -> None:
    assert len(archive(compress=True)) < len(archive())
    with zipfile.ZipFile(io.BytesIO(archive(compress=True))) as file:
        assert [(info.filename, file.read(info)) for info in file.infolist()] == MEMBERS
