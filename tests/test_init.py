"""`build-decks init`: a folder that builds, where nothing was overwritten."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from build_notes import NOW
from command_line import build_decks

from generator import starter
from generator.core.model import Kind
from generator.pipeline.build import run
from generator.starter import begin, package_name

NOTES = Path("source_notes")


def test_what_is_made_builds_without_a_word(tmp_path: Path) -> None:
    begun = begin(tmp_path / "new" / "bio", NOTES, "bio", "k3v7")
    folder = tmp_path / "new" / "bio"
    assert begun.written == (
        folder / "source_notes/bio/first-lesson.md",
        folder / "source_notes/bio/deck.toml",
        folder / ".gitignore",
        folder / ".gitattributes",
    )
    outcome = run(folder / NOTES, folder / "decks", NOW, strict=True)
    assert outcome.result.diagnostics == ()
    assert (folder / "decks" / "bio.apkg").is_file()
    assert {report.kind for report in outcome.result.tables} == {
        Kind.CLUE,
        Kind.TRAP,
        Kind.COMPARE,
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"*.md text", b"*.md text\nledger.jsonl text eol=lf merge=union\n*.apkg binary\n"),
        (b"*.apkg binary\n", b"*.apkg binary\nledger.jsonl text eol=lf merge=union\n"),
    ],
)
def test_attributes_that_are_there_are_added_to(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    attributes = tmp_path / ".gitattributes"
    attributes.write_bytes(before)
    assert begin(tmp_path, NOTES, "bio", "k3v7").extended == (attributes,)
    assert attributes.read_bytes() == after
    assert attributes in begin(tmp_path, NOTES, "bio", "k3v7").left_alone
    assert attributes.read_bytes() == after


def test_the_first_build_in_a_repository_says_how_it_merges(tmp_path: Path) -> None:
    (tmp_path / "source_notes").mkdir()
    (tmp_path / "source_notes/a.md").write_text("Q: a\nA: b\n")
    ledger = tmp_path / "source_notes/ledger.jsonl"

    def first() -> str:
        ledger.unlink(missing_ok=True)
        (tmp_path / "decks/a.apkg").unlink(missing_ok=True)
        return build_decks(tmp_path).stderr

    assert "merge=union" not in first()  # no repository
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert "ledger.jsonl text eol=lf merge=union\n*.apkg binary" in first()
    (tmp_path / "source_notes/a.md").write_text("Q: a\nA: c\n")
    assert "merge=union" not in build_decks(tmp_path).stderr  # once
    begin(tmp_path, NOTES, "bio", "k3v7")
    assert "merge=union" not in first()


def test_each_folder_gets_an_id_of_its_own(tmp_path: Path) -> None:
    settings = []
    for name in ("a", "b"):
        done = build_decks(tmp_path, "init", name)
        assert (done.returncode, done.stderr) == (0, "")
        settings.append((tmp_path / name / f"source_notes/{name}/deck.toml").read_text("utf-8"))
    ids = [line for text in settings for line in text.splitlines() if line.startswith("id = ")]
    assert len(set(ids)) == 2
    assert all(len(line) == len('id = ""') + 16 for line in ids)


def test_it_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    done = build_decks(tmp_path, "init", "bio")
    assert "bio/source_notes/bio/first-lesson.md: written\n" in done.stdout
    assert "cd bio)" in done.stdout
    built = build_decks(tmp_path / "bio")
    assert (built.returncode, built.stderr) == (0, "")
    assert built.stdout.startswith("decks/bio.apkg: ")


def test_without_a_name_it_is_this_folder_and_the_other_folders_are_obeyed(tmp_path: Path) -> None:
    folder = tmp_path / "my bio"
    folder.mkdir()
    done = build_decks(folder, "-s", "notes", "-o", "out", "init")
    assert "\nNow run 'build-decks -s notes -o out'. It makes\nout/my bio.apkg: " in done.stdout
    assert "'build-decks -s notes -o out --check' before each commit" in done.stdout
    assert build_decks(folder, "-s", "notes", "-o", "out").stdout.startswith("out/my bio.apkg: ")
    assert (folder / "notes" / "my bio" / "deck.toml").is_file()


@pytest.mark.parametrize("name", ["it's", "my notes", "$HOME"])
def test_what_it_says_to_type_can_be_typed(tmp_path: Path, name: str) -> None:
    done = build_decks(tmp_path, "-s", name, "init", name)
    assert done.returncode == 0
    assert f"Now go there (cd {shlex.quote(name)}) and run " in done.stdout
    assert f"'build-decks -s {shlex.quote(name)}'. It makes" in done.stdout
    assert build_decks(tmp_path / name, "-s", name).returncode == 0


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / NOTES).mkdir()
    (tmp_path / NOTES / "mine.md").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")
    done = build_decks(tmp_path, "init")
    assert done.returncode == 0
    assert done.stdout == (
        ".gitattributes: written\n"
        "source_notes: there already, left alone\n.gitignore: there already, left alone\n"
    )
    assert (tmp_path / NOTES / "mine.md").read_text() == "mine"
    assert (tmp_path / ".gitignore").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        ".gitattributes",
        ".gitignore",
        "mine.md",
        "source_notes",
    ]


def test_an_empty_notes_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / NOTES).mkdir()
    assert begin(tmp_path, NOTES, "bio", "k").left_alone == ()
    assert (tmp_path / NOTES / "bio" / "deck.toml").is_file()


def test_an_interrupted_run_leaves_no_half_of_the_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def write_one_then_stop(path: Path, data: list[bytes]) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(path)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"".join(data))

    monkeypatch.setattr(starter, "write_file", write_one_then_stop)
    with pytest.raises(KeyboardInterrupt):
        begin(tmp_path, NOTES, "bio", "k")
    assert written
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = build_decks(tmp_path, "init")
    tmp_path.chmod(0o700)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "bio").write_text("a file")
    done = build_decks(tmp_path, "init", "bio/deep")
    assert done.returncode == 2
    assert "cannot write 'bio/deep'" in done.stderr


def test_new_folders_have_the_rights_of_others(tmp_path: Path) -> None:
    begin(tmp_path, NOTES, "bio", "k")
    usual = tmp_path / "usual"
    usual.mkdir()
    assert (tmp_path / NOTES).stat().st_mode == usual.stat().st_mode


@pytest.mark.parametrize(
    ("folder", "name"),
    [("bio", "bio"), ("Zell biologie", "Zell biologie"), ("生物", "生物"), (".bio", "my-notes")]
    + [(name, "my-notes") for name in ("a:b", "x.", "*", "-x", "x" * 50)],
)
def test_a_package_has_the_name_of_its_folder_where_that_is_a_name(folder: str, name: str) -> None:
    assert package_name(Path("/somewhere") / folder) == name
