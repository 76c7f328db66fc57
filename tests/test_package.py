"""Packages: sound for Anki, and the same bytes wherever and however they are built."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from build_notes import NOW, build_in, table

from generator.anki import compile as compile_module
from generator.anki.archive import extract_database
from generator.anki.compile import compile_package
from generator.anki.readback import PackageMismatchError, check_database, read_package
from generator.anki.verify import import_package, temporary_collection
from generator.pipeline.build import Outcome

NOTES = {
    "bio/deck.toml": 'deck = "Biology"\ntopic = "Cells"\n',
    "bio/cells.md": "# Cells\n\n## Organs\n\n"
    + table(
        ("site of respiration", "mitochondrion"),
        ("site of protein synthesis", "ribosome"),
        ("holds the genes", "nucleus"),
        ("makes sugar from light", "chloroplast & `thylakoid`"),
    ),
    "bio/deep/traps.md": "# Traps\n\n"
    + table(
        ("calling a virus a cell", "a virus has no metabolism"),
        header=("Trap", "Better rule"),
    ),
    "bio/compare.md": "# Kinds\n\n"
    + table(
        ("plant cell", "cellulose", "one large"),
        ("animal cell", "", "small ones"),
        header=("Kind", "Wall", "Vacuole"),
    ),
    "numbers.md": "# Numbers\n\n" + table(("2.1626e193", "huge"), ("007", "agent"), ("1e3", "k")),
    "résumé.md": "# Résumé\n\n<!-- cards: reverse -->\n\n"
    + table(("naïve 日本語", "“très” 1 < 2")),
}


@pytest.fixture
def built(tmp_path: Path) -> Outcome:
    return build_in(tmp_path, NOTES)


def built_file(folder: Path) -> Path:
    return folder / "decks" / "bio.apkg"


def test_anki_takes_every_package(built: Outcome, tmp_path: Path, judge) -> None:
    assert [p.name for p in built.result.packages] == ["bio", "numbers", "résumé"]
    for file in sorted((tmp_path / "decks").iterdir()):
        judge(file)


def test_cards_are_as_many_as_the_rows_call_for(built: Outcome) -> None:
    # four recalls with a quiz each, a trap, two attributes and one; a recall and its reverse
    assert [p.cards for p in built.result.packages] == [8 + 1 + 3, 6, 2]


def test_the_topmost_deck_says_what_it_is_and_where_it_came_from(tmp_path: Path) -> None:
    front = "---\nurl: https://example.org/{0}?a=1&b=2\ntitle: Page <{0}>\n---\n"
    outcome = build_in(
        tmp_path,
        {
            "p/a.md": front.format(1) + table(("one", "first")),
            "p/sub/b.md": front.format(2) + table(("two", "second")),
            "p/sub/c.md": table(("three", "third")),
        },
    )
    assert outcome.result.packages[0].package.descriptions == {
        "p": "Made by build-decks from the pages of <b>p</b>.<br>Sources: "
        '<a href="https://example.org/1?a=1&amp;b=2">Page &lt;1&gt;</a>, '
        '<a href="https://example.org/2?a=1&amp;b=2">Page &lt;2&gt;</a>.<br>'
        "To update, import the new package over this deck: your reviews stay. If Anki says fewer"
        " updated than build-decks did, import once more with <i>Update notes: Always</i>."
        " One card of a note a day: <i>Options &gt; Burying &gt; Bury new siblings</i>."
    }
    with temporary_collection() as collection:
        import_package(collection, tmp_path / "decks" / "p.apkg")
        assert "Page &lt;1&gt;" in collection.decks.by_name("p")["desc"]


def test_decks_follow_folders(built: Outcome, tmp_path: Path) -> None:
    found = read_package(built_file(tmp_path).read_bytes()).values()
    assert {note.deck for note in found} == {"Biology", "Biology::deep"}


def test_new_cards_come_in_the_order_of_the_notes(built: Outcome, tmp_path: Path) -> None:
    from contextlib import closing

    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    with closing(Collection(str(tmp_path / "collection.anki2"))) as collection:
        collection.import_anki_package(
            ImportAnkiPackageRequest(
                package_path=str(tmp_path / "decks" / "bio.apkg"),
                options=ImportAnkiPackageOptions(),
            )
        )
        cards = [collection.get_card(c) for c in collection.find_cards("", order="c.due, c.ord")]
        prompts = [card.note().fields[0] for card in cards if card.ord == 0]
    assert prompts == [note.fields.prompt for note in _notes(built) if 0 in note.row.cards]


def test_anki_sorts_notes_by_their_first_field(built: Outcome, tmp_path: Path) -> None:
    with temporary_collection() as collection:
        import_package(collection, tmp_path / "decks" / "bio.apkg")
        assert collection.db.list("select sfld from notes order by id") == [
            collection.get_note(note).fields[0] for note in sorted(collection.find_notes(""))
        ]


def _notes(built: Outcome):
    return list(built.result.packages[0].package.stamped())


def test_a_build_is_a_function_of_its_input(tmp_path: Path, built: Outcome) -> None:
    (tmp_path / "other").mkdir()
    other = build_in(tmp_path / "other", dict(reversed(NOTES.items())))
    assert [p.digest for p in other.result.packages] == [p.digest for p in built.result.packages]
    assert other.result.ledger == built.result.ledger


SCRIPT = """
import sys
from pathlib import Path
from generator.pipeline.build import run
outcome = run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("seed", "zone", "language"),
    [("0", "UTC", "C"), ("1", "Asia/Kathmandu", "C.UTF-8"), ("4242", "America/St_Johns", "POSIX")],
)
def test_bytes_do_not_depend_on_the_process(
    built: Outcome, tmp_path: Path, seed: str, zone: str, language: str
) -> None:
    # Files are made in another order, so that the folder lists them in another order.
    source, target = tmp_path / "copy", tmp_path / f"out-{seed}"
    names = list(NOTES)
    random.Random(seed).shuffle(names)
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tmp_path / "notes" / name, source / name)
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
    elsewhere = tmp_path / f"cwd-{seed}"
    elsewhere.mkdir()
    command = [sys.executable, "-c", SCRIPT, str(source), str(target), str(NOW)]
    subprocess.run(command, check=True, env=environment, cwd=elsewhere)
    for package in built.result.packages:
        assert sha256((target / package.file_name).read_bytes()).hexdigest() == package.digest
    assert (source / "ledger.jsonl").read_text("utf-8") == built.result.ledger


def test_another_sqlite_gives_the_same_bytes(built: Outcome, tmp_path: Path, monkeypatch) -> None:
    import sqlite3

    pysqlite3 = pytest.importorskip("pysqlite3")
    assert pysqlite3.sqlite_version != sqlite3.sqlite_version
    monkeypatch.setattr(compile_module, "sqlite3", pysqlite3)
    for package in built.result.packages:
        again = tmp_path / "again.apkg"
        compile_package(package.package, again)
        assert again.read_bytes() == (tmp_path / "decks" / package.file_name).read_bytes()


def test_compressed_packages_hold_the_same_notes(built: Outcome, tmp_path: Path, judge) -> None:
    package = built.result.packages[0]
    small = tmp_path / "small.apkg"
    compile_package(package.package, small, compress=True)
    data = built_file(tmp_path).read_bytes()
    assert small.stat().st_size < len(data) / 4
    assert read_package(small.read_bytes()) == read_package(data)
    judge(small)


@pytest.fixture
def database(built: Outcome, tmp_path: Path) -> Path:
    path = tmp_path / "database"
    with built_file(tmp_path).open("rb") as file:
        extract_database(file, path)
    return path


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE notes SET flds = replace(flds, 'mitochondrion', 'other')", "as it was meant"),
        ("UPDATE notes SET mod = mod + 1", "as it was meant"),
        ("DELETE FROM notes WHERE id = (SELECT max(id) FROM notes)", "notes were meant"),
        ("DELETE FROM cards WHERE id = (SELECT max(id) FROM cards)", "cards that were not meant"),
        ("UPDATE cards SET did = 1", "cards that were not meant"),
        ("UPDATE cards SET due = due + 1", "cards that were not meant"),
        ("UPDATE cards SET nid = nid + 1", "cards that were not meant"),
    ],
)
def test_reading_back_finds_what_was_not_meant(
    built: Outcome, database: Path, change: str, problem: str
) -> None:
    package = built.result.packages[0].package
    check_database(database, package)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(change)
        connection.commit()
    with pytest.raises(PackageMismatchError, match=problem):
        check_database(database, package)


def test_reading_back_finds_a_note_that_was_not_copied_as_it_is(
    built: Outcome, database: Path, tmp_path: Path
) -> None:
    package = built.result.packages[0].package
    older = tmp_path / "older"
    shutil.copy(database, older)
    copied = package._replace(fields={})
    check_database(database, copied, older)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE notes SET flds = replace(flds, 'mitochondrion', 'other')")
        connection.commit()
    with pytest.raises(PackageMismatchError, match="copied"):
        check_database(database, copied, older)


@pytest.mark.parametrize("damage", [lambda d: b"", lambda d: d[:-50], lambda d: d[::-1]])
def test_what_is_no_package_is_refused(built: Outcome, tmp_path: Path, damage) -> None:
    with pytest.raises(ValueError, match="package"):
        read_package(damage(built_file(tmp_path).read_bytes()))
