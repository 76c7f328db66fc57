"""What `diff` compares with (git, the build before, files), and that it counts as a build does."""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import chdir
from pathlib import Path

import pytest
from build_notes import build_in, table, write_notes
from click.testing import CliRunner
from command_line import build_decks
from test_verify_command import commit, git

from generator.cli import cli
from generator.machine.cache_files import previous_file
from generator.workspace import previous

ROWS = (("a fast answer", "cache"), ("a safe answer", "log"), ("a cheap answer", "guess"))


class Desk:
    """A folder of notes, and a clock that goes on with each build."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = 1_790_000_000

    def write(self, *rows: tuple[str, str], page: str = "bio.md") -> None:
        write_notes(self.folder / "source_notes", {page: table(*rows)})

    def build(self, *rows: tuple[str, str], page: str = "bio.md") -> str:
        if rows:
            self.write(*rows, page=page)
        return self.run()

    def run(self, *arguments: str) -> str:
        self.time += 100
        ceiling = {"GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        with chdir(self.folder):
            done = CliRunner().invoke(
                cli,
                arguments,
                env={"SOURCE_DATE_EPOCH": str(self.time), **ceiling},
                standalone_mode=False,
            )
        assert not done.return_value, done.stderr
        assert done.exception is None, done.exception
        return done.stdout

    def diff(self, *arguments: str) -> tuple[str, dict[str, int]]:
        """What it was compared with, and its counts."""
        report = json.loads(self.run("diff", "--format", "json", *arguments))
        text = self.run("diff", *arguments)
        assert text.startswith(f"compared with {report['compared_with']}\n")
        return report["compared_with"], report["summary"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.build(*ROWS)
    return desk


def counts(new: int = 0, changed: int = 0, retired: int = 0) -> dict[str, int]:
    return {"new": new, "changed": changed, "retired": retired}


NOTHING = "nothing to import: every note is as it was\n"
AS_BUILT, AS_BEFORE = "the packages as last built", "the packages as before the last build"
UNKNOWN = AS_BUILT + " (what was there before is not known)"


# --- without git ------------------------------------------------------------------------------


def test_an_edit_that_is_not_built_is_compared_with_what_was_built(desk: Desk) -> None:
    desk.write(*ROWS[:2])
    assert desk.diff() == (AS_BUILT, counts(retired=1))


def test_an_edit_that_was_built_is_not_nothing(desk: Desk) -> None:
    desk.build(*ROWS[:2], ("one more", "row"))
    for _ in range(2):
        assert desk.diff() == (AS_BEFORE, counts(new=1, retired=1))
        desk.run()  # which writes nothing


def test_the_first_build_is_all_new(desk: Desk) -> None:
    assert desk.diff() == ("no package, as before the first build", counts(new=3))


def test_notes_that_were_never_built_are_all_new(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write(*ROWS)
    assert desk.diff() == ("no package, as none was built before", counts(new=3))


def test_other_packages_are_as_they_were(desk: Desk) -> None:
    desk.build(("another", "page"), page="chem.md")
    desk.build(*ROWS[:2])
    assert desk.diff() == (AS_BEFORE, counts(retired=1))
    assert "chem: nothing\ntotal: 1 retired, " in desk.run("diff", "--stat")


def test_a_page_that_went_is_retired_once(desk: Desk) -> None:
    desk.build(("another", "page"), page="chem.md")
    (desk.folder / "source_notes" / "chem.md").unlink()
    desk.build(*ROWS[:2])
    assert desk.diff() == (AS_BEFORE, counts(retired=2))
    desk.build(ROWS[0], ("a safe answer", "a journal"))
    assert desk.diff() == (AS_BEFORE, counts(changed=1))


def test_a_page_that_was_renamed_has_its_notes(desk: Desk) -> None:
    folder = desk.folder / "source_notes"
    (folder / "bio.md").rename(folder / "life.md")
    desk.build()
    assert desk.diff() == (AS_BEFORE, counts(changed=3))


def test_without_the_cache_it_says_what_it_was_compared_with(desk: Desk) -> None:
    desk.build(*ROWS[:2])
    previous_file(desk.folder / "source_notes", desk.folder / "decks").unlink()
    assert desk.run("diff") == f"compared with {UNKNOWN}\n{NOTHING}"


def test_a_damaged_cache_is_none(desk: Desk) -> None:
    desk.build(*ROWS[:2])
    file = previous_file(desk.folder / "source_notes", desk.folder / "decks")
    data = file.read_bytes()
    for damaged in (b"", b"no archive", data[:-100], data[:300] + b"\0" * 200 + data[500:]):
        file.write_bytes(damaged)
        assert desk.run("diff") == f"compared with {UNKNOWN}\n{NOTHING}"


def test_the_cache_is_not_believed_over_other_packages(desk: Desk) -> None:
    """A package that another build wrote, or git, has another history."""
    desk.build(*ROWS[:2])
    package = desk.folder / "decks" / "bio.apkg"
    before = package.read_bytes()
    desk.build(*ROWS[:1])
    package.write_bytes(before)
    assert desk.diff()[0] == UNKNOWN


def test_what_is_kept_is_bounded_and_has_no_media(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = tmp_path / "notes", tmp_path / "decks"
    build_in(tmp_path, {"bio.md": table(*ROWS)})
    build_in(tmp_path, {"bio.md": table(*ROWS[:2])}, 1_790_000_100)
    kept = previous.read_previous(source, output)
    assert kept is not None
    assert kept.packages.keys() == {"bio.apkg"}
    (file,) = (path for path in [previous_file(source, output)] if path.is_file())
    assert not list(file.parent.glob(f".{file.name}*"))
    monkeypatch.setattr(previous, "_MOST_BYTES", 1000)
    build_in(tmp_path, {"bio.md": table(*ROWS[:1])}, 1_790_000_200)
    assert not file.exists()
    assert previous.read_previous(source, output) is None


def test_a_cache_that_cannot_be_written_stops_no_build(desk: Desk) -> None:
    file = previous_file(desk.folder / "source_notes", desk.folder / "decks")
    file.unlink()
    file.mkdir()
    assert "notes: 1 retired" in desk.build(*ROWS[:2])
    assert desk.run("diff") == f"compared with {UNKNOWN}\n{NOTHING}"


@pytest.mark.parametrize("order", [1, -1])
def test_files_of_one_name_count_together(desk: Desk, order: int) -> None:
    """Of a note that both have, people have the later version."""
    package = desk.folder / "decks" / "bio.apkg"
    files = []
    for name, rows in {"o1": ROWS[:2], "o2": (("a safe answer", "the log"), ROWS[2])}.items():
        desk.build(*rows)
        files.append(f"{name}/{package.name}")
        (desk.folder / name).mkdir()
        package.rename(desk.folder / files[-1])
    desk.write(ROWS[0], ("a safe answer", "the log"), ("a new answer", "one more"))
    compared, found = desk.diff(*files[::order])
    assert compared == ", ".join(files[::order])
    assert found == counts(new=1, changed=1, retired=1)


@pytest.mark.unsound
def test_a_damaged_package_that_was_built_over_is_no_baseline(desk: Desk) -> None:
    with zipfile.ZipFile(desk.folder / "decks" / "bio.apkg", "w") as archive:
        archive.writestr("collection.anki2", "no database")
    desk.build(*ROWS[:2])
    said = "no package, as what was there before cannot be read"
    assert desk.diff() == (said, counts(new=2))


# --- with git ---------------------------------------------------------------------------------


@pytest.fixture
def repository(desk: Desk) -> Desk:
    git(desk.folder, "init", "--quiet")
    return desk


def test_it_compares_with_what_is_committed(repository: Desk) -> None:
    first = commit(repository.folder)
    assert repository.run("diff") == f"compared with commit {first}\n{NOTHING}"
    repository.write(*ROWS[:2])
    assert repository.diff() == (f"commit {first}", counts(retired=1))
    repository.build()
    assert repository.diff() == (f"commit {first}", counts(retired=1))
    repository.build(ROWS[0], ("a safe answer", "a journal"))
    assert repository.diff() == (f"commit {first}", counts(changed=1, retired=1))


def test_what_was_built_and_committed_is_not_nothing(repository: Desk) -> None:
    first = commit(repository.folder)
    repository.build(*ROWS[:2])
    commit(repository.folder)
    (repository.folder / "other").write_text("a commit that leaves the packages alone")
    commit(repository.folder)
    assert repository.diff() == (
        f"commit {first}, the last one with other notes",
        counts(retired=1),
    )


def test_packages_that_are_not_committed_are_as_before_the_last_build(repository: Desk) -> None:
    (repository.folder / ".gitignore").write_text("decks/\n")
    commit(repository.folder)
    repository.build(*ROWS[:2])
    assert repository.diff() == (AS_BEFORE, counts(retired=1))


def test_a_repository_without_a_commit_is_none(repository: Desk) -> None:
    repository.build(*ROWS[:2])
    assert repository.diff() == (AS_BEFORE, counts(retired=1))


def test_git_is_not_needed(repository: Desk) -> None:
    commit(repository.folder)
    repository.build(*ROWS[:2])
    done = build_decks(repository.folder, "diff", "--stat", PATH=str(repository.folder))
    assert done.stdout == f"compared with {AS_BEFORE}\nbio: 1 retired, 2 with a newer table\n"


def test_a_package_that_had_another_name_in_git_is_found(repository: Desk) -> None:
    first = commit(repository.folder)
    folder = repository.folder / "source_notes"
    (folder / "bio.md").rename(folder / "life.md")
    repository.build()
    (repository.folder / "decks" / "bio.apkg").unlink()
    assert repository.diff() == (f"commit {first}", counts(changed=3))


def test_a_pointer_to_a_package_is_none(repository: Desk) -> None:
    package = repository.folder / "decks" / "bio.apkg"
    data = package.read_bytes()
    package.write_text("version https://git-lfs.github.com/spec/v1\n")
    commit(repository.folder)
    package.write_bytes(data)
    repository.build(*ROWS[:2])
    assert repository.diff() == (AS_BEFORE, counts(retired=1))


# --- files ------------------------------------------------------------------------------------


def test_a_file_is_compared_with(desk: Desk) -> None:
    older = desk.folder / "older.apkg"
    older.write_bytes((desk.folder / "decks" / "bio.apkg").read_bytes())
    desk.build(*ROWS[:2])
    for arguments in (("--against", "older.apkg"), ("older.apkg",)):
        assert desk.diff(*arguments) == ("older.apkg", counts(retired=1))
    text = desk.run("diff", "--against", "decks/bio.apkg")
    assert text == f"compared with decks/bio.apkg\n{NOTHING}"


def test_a_newer_file_says_that_anki_keeps_its_note(desk: Desk) -> None:
    newer = desk.folder / "newer.apkg"
    before = (desk.folder / "source_notes" / "ledger.jsonl").read_bytes()
    desk.build(ROWS[0], ("a safe answer", "a journal"), ROWS[2])
    newer.write_bytes((desk.folder / "decks" / "bio.apkg").read_bytes())
    desk.write(*ROWS)
    (desk.folder / "source_notes" / "ledger.jsonl").write_bytes(before)
    text = desk.run("diff", "--against", "newer.apkg")
    line = "source_notes/bio.md:4: not newer than the note in Anki, which stays as it is: a safe"
    assert line in text
    assert "1 note will stay as Anki has it:" in text
    assert "\nnotes: " not in text


# --- it counts as a build does -----------------------------------------------------------------


def said(text: str) -> dict[str, int]:
    (line,) = re.findall(r"^notes: (.*)$", text, re.M) or [""]
    return counts(**{word: int(number) for number, word in re.findall(r"(\d+) (\w+)", line)})


def test_a_row_that_is_back_is_restored(desk: Desk) -> None:
    desk.build(*ROWS[:2])
    desk.build(*ROWS[:2], ("a cheap answer", "guesses"))
    text = desk.run("diff")
    words = "restored, changed: a cheap answer\n    Answer: guess → guesses\n"
    assert f"source_notes/bio.md:5: {words}" in text
    desk.run("--resend", "fast")
    assert "source_notes/bio.md:3: sent again: a fast answer\n" in desk.run("diff")


@pytest.mark.parametrize("with_git", [True, False])
def test_the_counts_are_those_of_the_build(desk: Desk, with_git: bool) -> None:
    """Also of notes that were retired or held and are back, that are sent again, and of others."""
    if with_git:
        git(desk.folder, "init", "--quiet")
    ragged = ("a safe answer", "log | too many")
    rounds: list[tuple[tuple[tuple[str, str], ...], tuple[str, ...], dict[str, int]]] = [
        (ROWS[:2], (), counts(retired=1)),
        (ROWS, (), counts(changed=1)),  # it is back
        ((ROWS[0], ("a safe answer", "a journal"), ROWS[2], ("x y", "z")), (), counts(1, 1)),
        (ROWS[::-1], (), counts(0, 1, 1)),
        (ROWS, ("--resend", "safe"), counts(changed=1)),
        ((*ROWS, ("x y", "z")), (), counts(changed=1)),
        (ROWS[:2], ("--refresh",), counts(0, 2, 2)),
    ]
    for rows, arguments, expected in rounds:
        if with_git:
            commit(desk.folder)
        desk.write(*rows)
        before = desk.diff()[1] if not arguments else expected
        assert before == said(desk.run(*arguments)) == expected
        assert desk.diff()[1] == expected

    if with_git:
        commit(desk.folder)
    desk.write(ROWS[0], ragged, ROWS[2])
    done = build_decks(desk.folder, SOURCE_DATE_EPOCH=str(desk.time + 50))
    assert done.returncode == 1
    if with_git:
        commit(desk.folder)
    desk.write(ROWS[0], ("a safe answer", "a journal"), ROWS[2])
    assert desk.diff()[1] == said(desk.run()) == desk.diff()[1] == counts(changed=1)


def test_stat_is_by_package_and_in_total(desk: Desk) -> None:
    desk.build(("another", "page"), page="chem.md")
    desk.write(*ROWS[:1], ("one more", "row"), ("two more", "rows"))
    desk.write(("another", "sheet"), page="chem.md")
    assert desk.run("diff", "--stat") == (
        f"compared with {AS_BUILT}\n"
        "bio: 2 new, 2 retired, 1 with a newer table\n"
        "chem: 1 changed\n"
        "total: 2 new, 1 changed, 2 retired, 1 with a newer table\n"
    )
    report = json.loads(desk.run("--format", "json", "diff", "--stat"))
    assert report == {
        "version": 1,
        "compared_with": AS_BUILT,
        "summary": counts(2, 1, 2),
        "packages": [{"name": "bio", **counts(2, 0, 2)}, {"name": "chem", **counts(0, 1, 0)}],
    }


def test_what_is_retired_is_told_in_one_order(desk: Desk) -> None:
    pages = [f"{name}.md" for name in "fish bird moss fern".split()]
    for page in pages:
        desk.write(*((f"{page} {clue}", answer) for clue, answer in ROWS), page=page)
    desk.build()
    for page in pages:
        desk.write(*((f"{page} {clue}", answer) for clue, answer in ROWS[1:]), page=page)
    told = desk.run("diff", "--format", "json")
    gone = [
        change["package"] for change in json.loads(told)["notes"] if "retired" in change["what"]
    ]
    assert gone == sorted(page.removesuffix(".md") for page in pages)
