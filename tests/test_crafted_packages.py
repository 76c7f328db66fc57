"""Packages of strangers, given to `diff`: each is read or refused, in work that grows with it."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from build_notes import NOW, build_in, table
from edited_package import DATABASE, edit_package

from generator.anki import readback
from generator.anki.collection_file import CollectionError, open_collection
from generator.anki.readback import read_package_file
from generator.commands.common import read_package
from generator.commands.console import CommandError
from generator.commands.diff import diff
from generator.core.likeness import like
from generator.machine.spool import CannotKeepError
from generator.pipeline.build import look
from generator.pipeline.recover import recover
from generator.report.diff import diff_json, format_diff
from generator.workspace.previous import read_previous

pytestmark = pytest.mark.unsound

ENDLESS = "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) SELECT"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    build_in(tmp_path, {"bio.md": table(("a fast answer", "cache"), ("a safe answer", "log"))})
    return tmp_path / "decks" / "bio.apkg"


def crafted(package: Path, *statements: str) -> Path:
    """The package with its database changed."""

    def edit(_: dict[str, object], connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return edit_package(package, package.with_name("crafted.apkg"), edit)


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE notes",),
        (
            "DROP TABLE cards",
            f"CREATE VIEW cards AS {ENDLESS} n nid, 0 ord, 1 did, 1 due FROM more",
        ),
        (
            "DROP TABLE notes",
            f"CREATE VIEW notes AS {ENDLESS} 'g' guid, n id, 1 mid, 1 mod, '' tags, '' flds"
            " FROM more",
        ),
        (
            "ALTER TABLE notes RENAME TO others",
            "CREATE TABLE notes (id, guid, mid, mod, tags, flds AS (hex(zeroblob(50000000))))",
            "INSERT INTO notes SELECT id, guid, mid, mod, tags FROM others",
        ),
        (
            "DROP TABLE notes",
            "CREATE VIRTUAL TABLE notes USING fts5 (id, guid, mid, mod, tags, flds)",
        ),
        ("UPDATE notes SET guid = zeroblob(7)",),
        ("UPDATE notes SET guid = char(27) || '[2J'",),
        ("UPDATE notes SET flds = zeroblob(9)",),
        ("UPDATE notes SET flds = CAST(x'ff' AS TEXT)",),
        ("UPDATE notes SET mod = 'x'",),
        ("UPDATE notes SET tags = zeroblob(1)",),
        ("UPDATE cards SET nid = 'x' WHERE rowid IN (SELECT min(rowid) FROM cards)",),
        ("UPDATE cards SET did = 4",),
        ("UPDATE cards SET ord = -1000",),
        ("UPDATE cards SET due = 1.5",),
        ("DELETE FROM col",),
        ("UPDATE col SET decks = '[]'",),
        ("UPDATE col SET decks = '{\"1\": []}'",),
        ("UPDATE col SET decks = '{\"x\": {}}'",),
        (f"UPDATE col SET decks = '{'[' * 100_000}'",),
        ("UPDATE col SET decks = zeroblob(2)",),
    ],
)
def test_a_package_that_no_program_writes_is_refused(
    package: Path, statements: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="database is damaged"):
        read_package_file(crafted(package, *statements))


def _database(package: Path) -> bytes:
    with zipfile.ZipFile(package) as archive:
        return archive.read(DATABASE)


def _archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


ZEROS = bytes(60_000_000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda data: {DATABASE: ZEROS}, "holds far more than its length says"),
        (lambda data: {DATABASE: data, "0": ZEROS}, "holds far more than its length says"),
        (lambda data: {"other": data}, "this is not an Anki package"),
        (lambda data: {DATABASE: b""}, "database is damaged"),
        (lambda data: {DATABASE: data[:4096]}, "database is damaged"),
        (lambda data: {DATABASE: data, "collection.anki21b": b"x"}, "Support older Anki versions"),
    ],
)
def test_an_archive_that_is_no_package_is_refused(
    package: Path, make: Callable[[bytes], dict[str, bytes]], reason: str
) -> None:
    path = package.with_name("crafted.apkg")
    _archive(path, make(_database(package)), zipfile.ZIP_DEFLATED)
    with pytest.raises(CommandError, match=reason):
        read_package(path)


def test_what_takes_any_amount_of_memory_to_unpack_is_refused(package: Path) -> None:
    path = package.with_name("crafted.apkg")
    _archive(path, {DATABASE: _database(package)}, zipfile.ZIP_LZMA)
    with pytest.raises(ValueError, match="packed in another way"):
        read_package_file(path)


def _locked(member: bytearray) -> bytes:
    member[8] |= 1
    return bytes(member)


def _of_a_later_program(member: bytearray) -> bytes:
    member[6] = 99
    return bytes(member)


def _beginning_at(offset: int) -> Callable[[bytearray], bytes]:
    """Where the member begins, as files of more than 4 GB say it."""

    def change(member: bytearray) -> bytes:
        member[30:32] = (12).to_bytes(2, "little")  # bytes behind the name
        member[42:46] = b"\xff" * 4
        extra = b"\x01\0\x08\0" + offset.to_bytes(8, "little")
        return bytes(member) + extra

    return change


STRANGE_MEMBERS = pytest.mark.parametrize(
    "change",
    [_locked, _of_a_later_program, _beginning_at(2**63 - 10), _beginning_at(2**64 - 1)],
    ids=["locked", "of a later program", "behind all files", "behind all numbers"],
)


def strange(package: Path, change: Callable[[bytearray], bytes]) -> None:
    """Let a package hold its database alone, and its list of members say something else of it."""
    _archive(package, {DATABASE: _database(package)})
    data = package.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    members = change(bytearray(data[start:end]))
    ending = bytearray(data[end:])
    ending[12:16] = len(members).to_bytes(4, "little")
    package.write_bytes(data[:start] + members + ending)


@STRANGE_MEMBERS
def test_a_strange_archive_is_refused(package: Path, change: Callable[[bytearray], bytes]) -> None:
    strange(package, change)
    with pytest.raises(ValueError, match="not an Anki package"):
        read_package_file(package)
    with pytest.raises(ValueError, match="not an Anki package"):
        readback.read_package(package.read_bytes())
    with pytest.raises(CollectionError, match="not an Anki package"), open_collection(package):
        pass


@STRANGE_MEMBERS
def test_a_strange_archive_stops_no_build(
    package: Path, change: Callable[[bytearray], bytes]
) -> None:
    folder = package.parent.parent
    strange(package, change)
    build_in(folder, {"bio.md": table(("a fast answer", "cache"))}, NOW + 100)
    assert len(read_package_file(package)) == 1
    assert read_previous(folder / "notes", folder / "decks") is None


@STRANGE_MEMBERS
def test_a_strange_archive_is_named_by_recover(
    package: Path, change: Callable[[bytearray], bytes]
) -> None:
    folder = package.parent.parent
    strange(package, change)
    (folder / "notes" / "ledger.jsonl").unlink()
    found = recover(folder / "notes", folder / "decks", NOW)
    assert [each.code for each in found.diagnostics] == ["BD432"]


class Unreadable(io.BytesIO):
    """A file on a disk that fails where it begins."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() == 0:
            raise OSError(errno.EIO, "the disk fails")
        return super().read(size)


def test_what_is_refused_is_named_by_its_place(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a package cannot be read says nothing of the temporary files, and the other way."""
    with monkeypatch.context() as patch:
        patch.setattr(readback, "open_file", lambda path: Unreadable(path.read_bytes()))
        with pytest.raises(CommandError, match=f"cannot read '{package}': the disk fails"):
            read_package(package)
    nowhere = str(package.with_name("nowhere"))
    monkeypatch.setattr(tempfile, "tempdir", nowhere)
    with pytest.raises(CannotKeepError) as refused:
        read_package(package)
    assert refused.value.filename == nowhere


def test_a_compressed_package_with_a_long_table_is_read(tmp_path: Path) -> None:
    rows = [(f"clue {number}", f"answer {number}") for number in range(300)]
    files = {"bio.md": table(*rows), "deck.toml": "compress = true\n"}
    build_in(tmp_path, files)
    assert len(read_package_file(tmp_path / "decks" / "bio.apkg")) == 300


def test_of_an_export_the_notes_are_read_and_not_the_note_that_asks_for_a_newer_anki(
    package: Path,
) -> None:
    stub = package.with_name("stub.apkg")
    shutil.copy(crafted(package, "DELETE FROM notes WHERE id > (SELECT min(id) FROM notes)"), stub)
    path = package.with_name("export.apkg")
    _archive(path, {DATABASE: _database(stub), "collection.anki21": _database(package)})
    assert read_package_file(path) == read_package_file(package)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.apkg"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(CommandError, match="cannot read"):
        read_package(path)
    refused = "there is no collection" if kind == "folder" else "it is not a file"
    with pytest.raises(CollectionError, match=refused), open_collection(path):
        pytest.fail("it was read")


@pytest.mark.parametrize(
    "field",
    [
        "<" * 300_000,
        '<img src="' * 30_000,
        "[sound:" * 50_000,
        "{{c1::" * 50_000,
        "a " * 150_000,
        "a b " * 70_000,
        "&" * 300_000,
        "\x1f" * 1000,
        "",
    ],
)
def test_any_field_is_compared_in_work_that_grows_with_it(package: Path, field: str) -> None:
    """Each of these took the square of its length; the test would take minutes."""
    path = crafted(
        package,
        f"UPDATE notes SET flds = '{field}' || substr(flds, instr(flds, char(31))), mod = 1",
    )
    result = look(package.parents[1] / "notes", package.parent, NOW)
    compared = diff(result, package.parents[1] / "notes", package.parent, [path])
    assert {change.what[-1] for change in compared.changes} <= {"reworded", "changed"}
    assert format_diff(compared, Path("notes"), color=False)
    assert json.loads(diff_json(compared))


def test_texts_of_a_ledger_are_compared_in_work_that_grows_with_them() -> None:
    for piece in ("<", "<!--", "a <b ", "*a "):
        assert not like(f"one {piece * 30_000}", "another text")


def test_notes_of_other_types_and_with_other_fields_are_compared(package: Path) -> None:
    first = "(SELECT min(id) FROM notes)"
    path = crafted(
        package,
        f"UPDATE notes SET mid = 5, mod = 1, flds = 'x' WHERE id = {first}",
        f"UPDATE notes SET flds = 'x', mod = 9000000000000 WHERE id > {first}",
        f"UPDATE cards SET ord = 700, due = -9000000000000000000 WHERE nid = {first}",
    )
    result = look(package.parents[1] / "notes", package.parent, NOW)
    compared = diff(result, package.parents[1] / "notes", package.parent, [path])
    assert sorted(change.what[0] for change in compared.changes) == ["changed", "skipped"]
    assert format_diff(compared, Path("notes"), color=True)


def test_a_damaged_page_of_the_database_ends_the_reading(package: Path) -> None:
    """Pages that lead to each other give rows without end, and are no error to SQLite."""
    data = bytearray(_database(package))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(bytes(data))
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'notes'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    start = (root - 1) * size
    # An inner page of many cells, each of which leads to the page itself.
    count = 1000
    cells = b"".join((size - 5 * (number + 1)).to_bytes(2) for number in range(count))
    page = bytearray(size)
    page[0:12] = (
        b"\x05\0\0" + count.to_bytes(2) + (size - 5 * count).to_bytes(2) + b"\0" + root.to_bytes(4)
    )
    page[12 : 12 + len(cells)] = cells
    for number in range(count):
        place = size - 5 * (number + 1)
        page[place : place + 5] = root.to_bytes(4) + b"\x01"
    data[start : start + size] = page
    path = package.with_name("crafted.apkg")
    _archive(path, {DATABASE: bytes(data)})
    with pytest.raises(ValueError, match="database is damaged"):
        read_package_file(path)
