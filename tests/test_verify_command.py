"""`build-decks verify` as a person uses it: what it tries, what it says, how it exits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import genanki
import pytest
from build_notes import NOW, build_in, table
from command_line import COMMAND, build_decks

GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
ROWS = (("a fast answer", "cache"), ("a safe answer", "log"))


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*GIT, *arguments], cwd=folder, capture_output=True, check=True, encoding="utf-8"
    )
    return done.stdout.strip()


def commit(folder: Path) -> str:
    """Commit everything; gives the commit as git abbreviates it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "notes")
    return git(folder, "log", "-1", "--format=%h")


def write_version(folder: Path, *rows: tuple[str, str], now: int = NOW) -> None:
    build_in(folder, {"bio.md": table(*rows)}, now)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_version(tmp_path, *ROWS)
    return tmp_path


@pytest.fixture
def repository(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    return folder


def test_without_git_a_package_is_tried_alone(folder: Path) -> None:
    done = build_decks(folder, "verify", GIT_CEILING_DIRECTORIES=str(folder.parent))
    said = "decks/bio.apkg: sound alone (git has no other version): 2 notes, 2 cards\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")


def test_git_is_not_needed(folder: Path) -> None:
    done = build_decks(folder, "verify", PATH=str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "sound alone (git" in done.stdout


def test_a_package_goes_on_top_of_the_committed_one(repository: Path) -> None:
    first = commit(repository)
    write_version(repository, *ROWS, ("one more", "row"), now=NOW + 1000)
    said = f"decks/bio.apkg: sound alone, and on top of commit {first}: 3 notes, "
    assert build_decks(repository, "verify").stdout.startswith(said)
    # Once it is committed itself, what was there before it is still what people have.
    commit(repository)
    (repository / "other").write_text("a commit that leaves the package alone")
    commit(repository)
    assert build_decks(repository, "verify").stdout.startswith(said)
    # A package that was deleted and comes back is tried on the last one that there was.
    (repository / "decks" / "bio.apkg").rename(repository / "kept")
    commit(repository)
    (repository / "kept").rename(repository / "decks" / "bio.apkg")
    assert build_decks(repository, "verify").stdout.startswith(said)


def test_what_is_no_package_in_git_is_passed_over(repository: Path) -> None:
    """Git LFS leaves a pointer in a commit; an older commit may have the package itself."""
    package = repository / "decks" / "bio.apkg"
    now = package.read_bytes()
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 4000\n"
    package.write_text(pointer.format("0" * 64))
    commit(repository)
    package.write_bytes(now)
    done = build_decks(repository, "verify")
    said = "decks/bio.apkg: sound alone (git has no other version that can be read): 2 notes, "
    assert (done.returncode, done.stdout[: len(said)]) == (0, said)
    first = commit(repository)
    package.write_text(pointer.format("1" * 64))
    commit(repository)
    write_version(repository, *ROWS, ("one more", "row"), now=NOW + 1000)
    said = f"decks/bio.apkg: sound alone, and on top of commit {first}: 3 notes, "
    assert build_decks(repository, "verify").stdout.startswith(said)


def test_a_package_is_found_from_anywhere(repository: Path) -> None:
    first = commit(repository)
    write_version(repository, ROWS[0], now=NOW + 1000)
    (repository / "decks" / "bio.apkg").rename(repository / "decks" / "b [1]*.apkg")
    second = commit(repository)
    write_version(repository, ROWS[1], now=NOW + 2000)
    (repository / "decks" / "bio.apkg").rename(repository / "decks" / "b [1]*.apkg")
    done = build_decks(repository / "notes", "verify", "../decks/b [1]*.apkg")
    assert f"sound alone, and on top of commit {second}: 1 note" in done.stdout
    assert first != second


def test_every_package_of_the_output_folder_is_tried(folder: Path) -> None:
    build_in(folder, {"alga.md": table(*ROWS)})
    done = build_decks(folder, "-o", str(folder / "decks"), "verify")
    assert [Path(line.partition(":")[0]).name for line in done.stdout.splitlines()] == [
        "alga.apkg",
        "bio.apkg",
    ]


def test_onto_names_the_older_package(folder: Path) -> None:
    (folder / "decks" / "bio.apkg").rename(folder / "older.apkg")
    write_version(folder, *ROWS, ("one more", "row"), now=NOW + 1000)
    done = build_decks(folder, "verify", "decks/bio.apkg", "--onto", "older.apkg")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("decks/bio.apkg: sound alone, and on top of older.apkg: 3 notes")


def test_faults_are_listed_and_fail(folder: Path) -> None:
    # An edit that is stamped with the old time: Anki takes the note for one that it has.
    (folder / "decks" / "bio.apkg").rename(folder / "older.apkg")
    (folder / "notes" / "ledger.jsonl").unlink()
    write_version(folder, (ROWS[0][0], "store it"), ROWS[1])
    done = build_decks(folder, "verify", "decks/bio.apkg", "--onto", "older.apkg")
    assert (done.returncode, done.stderr) == (1, "")
    first, *findings = done.stdout.splitlines()
    assert first == "decks/bio.apkg: 1 fault, tried alone, and on top of older.apkg"
    # The other note has a newer table alone, which no update brings.
    assert findings[0].startswith("  1 note that the update does not bring")


@pytest.mark.unsound
def test_one_bad_package_among_good_ones_fails(folder: Path) -> None:
    deck = genanki.Deck(1_600_000_000_002, "Deck")
    deck.add_note(genanki.Note(genanki.BASIC_MODEL, ["<img src='none\u202e.png'>", "b"]))
    genanki.Package(deck).write_to_file(folder / "decks" / "alga.apkg", timestamp=NOW)
    done = build_decks(folder, "verify")
    assert done.returncode == 1
    assert "  1 media file that is missing: none\ufffd.png\n" in done.stdout
    assert "bio.apkg: sound" in done.stdout


@pytest.mark.unsound
def test_what_cannot_be_tried_is_a_usage_error(folder: Path) -> None:
    (folder / "decks" / "text.apkg").write_text("no package")
    (folder / "empty").mkdir()
    for arguments, words in (
        (("verify", "decks/text.apkg"), "not an Anki package"),
        (("verify", "decks/bio.apkg", "--onto", "decks/text.apkg"), "not an Anki package"),
        (("verify", "nowhere.apkg"), "nowhere.apkg"),
        (("verify", "--onto", "decks/bio.apkg"), "one package"),
        (("-o", "empty", "verify"), "no package in 'empty'"),
    ):
        done = build_decks(folder, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr


def test_without_anki_it_says_what_to_install(folder: Path) -> None:
    no_anki = COMMAND[2].replace("from", "import sys; sys.modules['anki'] = None; from", 1)
    done = subprocess.run(
        [sys.executable, "-c", no_anki, "verify"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'build-decks[verify]'" in done.stderr
