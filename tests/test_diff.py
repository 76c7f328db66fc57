"""What `diff` and `retired` say, and that Anki then does exactly that."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import Collection
from build_notes import table, write_notes
from command_line import build_decks

from generator.anki.compare import Comparison, compare
from generator.anki.note_types import note_types
from generator.anki.verify import import_package
from generator.core.model import DeckName, Guid, Kind, NoteRow, Position
from generator.core.note_fields import join_fields
from generator.report.diff import format_diff, format_stat
from generator.report.markdown import format_letter

OLD = {
    "bio/cells.md": "# Cells\n\n"
    + table(
        ("site of respiration", "mitochondrion"),
        ("site of protein synthesis", "ribosome"),
        ("holds the genes", "nucleus"),
        ("makes sugar from light", "chloroplast"),
        ("stores water in plants", "vacuole"),
    ),
    "bio/other.md": "# Other\n\n" + table(("smallest unit of life", "cell")),
}
NEW = {
    "bio/cells.md": "# Cells\n\n"
    + table(
        ("place of respiration", "mitochondrion"),
        ("site of protein synthesis", "ribosome (large & small)"),
        ("holds the genes", "nucleus"),
        ("makes sugar from light", "chloroplast"),
        ("burns fat", "peroxisome"),
    ),
    "bio/deep/other.md": "# Other\n\n" + table(("smallest unit of life", "cell")),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_notes(tmp_path / "source_notes", OLD)
    assert build_decks(tmp_path).returncode == 0
    shutil.copy(tmp_path / "decks" / "bio.apkg", tmp_path / "bio.apkg")
    (tmp_path / "source_notes" / "bio" / "other.md").unlink()
    write_notes(tmp_path / "source_notes", NEW)
    return tmp_path


LATER = {"SOURCE_DATE_EPOCH": "1790009999"}


def test_each_change_is_told_in_words(folder: Path) -> None:
    done = build_decks(folder, "diff", **LATER)
    assert done.returncode == 0
    lines = [
        line for line in done.stdout.splitlines() if "the table on its back is newer" not in line
    ]
    text = "\n".join(lines)
    for expected in (
        "source_notes/bio/cells.md:5: reworded, changed: place of respiration\n"
        "    Prompt: [-site-] {+place+} of respiration",
        "source_notes/bio/cells.md:6: changed: site of protein synthesis\n"
        "    Answer: ribosome {+(large & small)+}",
        "source_notes/bio/cells.md:9: new: burns fat",
        "bio/deep/other.md:5: moved, changed, tags changed, deck changed: smallest unit",
        "    tags: [-bio::other-] {+bio::deep::other+} kind::clue",
        "    deck: bio → bio::deep",
        "retired: stores water in plants",
    ):
        assert expected in text


def test_what_a_package_holds_is_obeyed_by_no_terminal() -> None:
    def note(word: str) -> NoteRow:
        evil = f"{word} \x1b[2J\u202e\x9b"
        note_type = note_types()[Kind.CLUE]
        fields = join_fields((evil,) * len(note_type.field_names))
        return NoteRow(Guid("g"), 1, note_type.id, 1, (evil,), fields, DeckName(evil), (0,), 1)

    guid, names = Guid("g"), {Guid("g"): "\x1b[2J"}
    gone = compare({guid: note("old")}, {}, {}, names)
    old, new = note("old"), note("new")._replace(modified=2)
    change = compare({guid: old}, {guid: new}, {guid: Position("\x1b[2J", 1, 1)}, names)
    for changes in (gone, change):
        found = Comparison("\x1b[2J", changes)
        text = "\n".join(
            [
                format_diff(found, Path("notes"), color=False),
                format_stat(found),
                format_letter(found),
            ]
        )
        assert "␛[2J" in text
        assert "␛\\[2J" in text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_the_searches_name_the_notes_that_need_a_hand(folder: Path, tmp_path: Path) -> None:
    build_decks(folder, **LATER)
    report = json.loads(build_decks(folder, "--format", "json", "diff", "bio.apkg").stdout)
    by_hand = {task["why"]: task for task in report["by_hand"]}
    with closing(Collection(str(tmp_path / "user.anki2"))) as collection:
        import_package(collection, folder / "bio.apkg")
        import_package(collection, folder / "decks" / "bio.apkg")

        def prompts(why: str) -> list[str]:
            notes = collection.find_notes(by_hand[why]["search"])
            return [collection.get_note(note).fields[0] for note in notes]

        assert prompts("1 retired note stays in Anki") == ["stores water in plants"]
        moved = "the cards of 1 note stay in the deck they are in"
        assert prompts(moved) == ["smallest unit of life"]
        (note,) = collection.find_notes(by_hand[moved]["search"])
        decks = {collection.decks.name(card.did) for card in collection.get_note(note).cards()}
        assert decks == {"bio"}


def test_what_is_told_is_what_anki_does(folder: Path, tmp_path: Path) -> None:
    build_decks(folder, **LATER)
    report = json.loads(build_decks(folder, "--format", "json", "diff", "bio.apkg").stdout)
    with closing(Collection(str(tmp_path / "user.anki2"))) as collection:
        import_package(collection, folder / "bio.apkg")
        log = import_package(collection, folder / "decks" / "bio.apkg")
        added = {collection.get_note(entry.id.nid).guid for entry in log.new}
        updated = {collection.get_note(entry.id.nid).guid for entry in log.updated}
    told = {note["guid"]: set(note["what"]) for note in report["notes"]}
    assert added == {guid for guid, what in told.items() if "new" in what}
    quiet = ({"new"}, {"retired"}, {"deck changed"}, {"table newer"})
    assert updated == {guid for guid, what in told.items() if what not in quiet}


def test_diff_writes_nothing(folder: Path) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    build_decks(folder, "diff", **LATER)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_words_are_in_colour_where_asked_for(folder: Path) -> None:
    text = build_decks(folder, "--color", "always", "diff", **LATER).stdout
    assert "\x1b[31;9msite\x1b[0m \x1b[32mplace\x1b[0m of respiration" in text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("bio.apkg", b"not a zip", "bio.apkg: this is not an Anki package"),
        ("strange.apkg", b"", "strange.apkg: this is not an Anki package"),
    ],
)
def test_diff_refuses_what_it_cannot_compare(folder, name: str, data: bytes, words: str) -> None:
    (folder / name).write_bytes(data)
    done = build_decks(folder, "diff", name)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize("option", ["-n", "--check"])
def test_what_would_retire_is_named_by_the_command_that_a_dry_run_says(
    folder: Path, option: str
) -> None:
    text = build_decks(folder, option, **LATER).stdout
    (command,) = re.findall(r"retired notes stay in Anki; 'build-decks (\w+)' names them", text)
    assert "\nretired: stores water in plants\n" in build_decks(folder, command, **LATER).stdout
    assert "no note is retired" in build_decks(folder, "retired", **LATER).stdout


def test_a_build_says_what_is_left_to_do(folder: Path) -> None:
    text = build_decks(folder, **LATER).stdout
    assert "notes: 1 new, 3 changed, 1 retired\n" in text
    assert "retired notes stay in Anki; 'build-decks retired' says how to find them\n" in text
    moved = (
        "cards stay in the deck they are in; to move them, search in Anki's browser, select all,"
        " and choose Cards > Change Deck:\n  to {deck}:\n    "
    )
    report = json.loads(build_decks(folder, "--format", "json", "diff", "bio.apkg").stdout)
    (note,) = (each for each in report["notes"] if "deck changed" in each["what"])
    moved = moved.format(deck=note["deck"]["new"])
    assert f'{moved}"Key:re:^({note["guid"]})$"\n' in text
    assert "2 notes may show an older table in Anki; --refresh sends them" in text


def test_a_renamed_package_is_compared_with_what_it_was(folder: Path) -> None:
    write_notes(folder / "source_notes", OLD)
    (folder / "source_notes" / "bio" / "deep" / "other.md").unlink()
    (folder / "source_notes" / "bio").rename(folder / "source_notes" / "life")
    for arguments in (["diff"], ["diff", "bio.apkg"]):
        text = build_decks(folder, *arguments, **LATER).stdout
        assert text.count(": moved, tags changed, deck changed: ") == 6
        assert "notes: 6 changed\n" in text
        assert "new" not in text
        assert "retired" not in text
        assert "Cards > Change Deck > life" in text


def test_a_package_with_errors_is_not_taken_for_deleted(folder: Path) -> None:
    broken = OLD["bio/cells.md"].replace("| ribosome |", "| ribo | some |")
    write_notes(folder / "source_notes", {"bio/cells.md": broken})
    (folder / "source_notes" / "bio" / "deep" / "other.md").unlink()
    write_notes(folder / "source_notes", {"bio/other.md": OLD["bio/other.md"]})
    write_notes(folder / "source_notes", {"more.md": table(("x", "y"))})
    done = build_decks(folder, "diff", **LATER)
    assert done.returncode == 1
    assert "retired" not in done.stdout
    assert "more.md:3: new: x" in done.stdout


# --- retired ----------------------------------------------------------------------------------


def test_cards_that_are_added_are_said(folder: Path) -> None:
    page = next((folder / "source_notes").rglob("*.md"))
    page.write_text("<!-- cards: reverse -->\n" + table(("wall", "holds")), "utf-8")
    build_decks(folder)
    page.write_text(table(("wall", "holds")), "utf-8")
    build_decks(folder)
    page.write_text("<!-- cards: reverse -->\n\n" + table(("wall", "holds")), "utf-8")
    assert "more cards" in build_decks(folder, "diff").stdout


def test_a_lost_ledger_has_no_retired_notes_to_tell(folder: Path) -> None:
    build_decks(folder)
    (folder / "source_notes/ledger.jsonl").unlink()
    done = build_decks(folder, "retired")
    assert (done.returncode, "BD409" in done.stderr, done.stdout) == (2, True, "")


def test_a_file_with_another_name_is_the_package_of_its_notes(folder: Path) -> None:
    build_decks(folder)
    old = next((folder / "decks").glob("*.apkg"))
    (folder / "before.apkg").write_bytes(old.read_bytes())
    page = next((folder / "source_notes").rglob("*.md"))
    page.write_text(page.read_text("utf-8").rstrip().rpartition("\n")[0] + "\n", "utf-8")
    stat = build_decks(folder, "diff", "--stat", "--against", "before.apkg").stdout
    assert "1 retired" in stat
    assert "before:" not in stat


def test_retired_gives_the_search_at_any_time(folder: Path, tmp_path: Path) -> None:
    assert build_decks(folder, "retired").stdout == "no note is retired\n"
    build_decks(folder, **LATER)
    build_decks(folder)
    text = build_decks(folder, "retired").stdout
    assert "2026-09-21  bio/cells.md: stores water in plants" in text
    with closing(Collection(str(tmp_path / "user.anki2"))) as collection:
        import_package(collection, folder / "bio.apkg")
        (note,) = collection.find_notes(text.splitlines()[-1].strip())
        assert collection.get_note(note).fields[0] == "stores water in plants"


def test_the_retired_package_tags_the_notes_and_changes_nothing_else(
    folder: Path, tmp_path: Path, judge
) -> None:
    build_decks(folder, **LATER)
    done = build_decks(folder, "retired", "--package", "gone.apkg")
    assert done.returncode == 0
    assert done.stderr.startswith("gone.apkg: 1 note, written\n")
    judge(folder / "gone.apkg", onto=folder / "bio.apkg")
    with closing(Collection(str(tmp_path / "user.anki2"))) as collection:
        import_package(collection, folder / "bio.apkg")
        before = {n: collection.get_note(n) for n in collection.find_notes("")}
        import_package(collection, folder / "gone.apkg")
        assert set(collection.find_notes("")) == set(before)
        (tagged,) = collection.find_notes("tag:retired")
        assert collection.get_note(tagged).fields == before[tagged].fields
        assert set(collection.get_note(tagged).tags) == {*before[tagged].tags, "retired"}


def test_who_never_had_a_retired_note_finds_it_by_what_is_said(
    folder: Path, tmp_path: Path
) -> None:
    build_decks(folder, **LATER)
    said = build_decks(folder, "retired", "--package", "gone.apkg").stderr
    assert "who does not have these notes gets them by importing it, as new cards" in said
    (search,) = re.findall(r"the search '(.*)' finds them", said)
    for name, packages in {"new": [], "old": ["bio.apkg"]}.items():
        with closing(Collection(str(tmp_path / f"{name}.anki2"))) as collection:
            for package in packages:
                import_package(collection, folder / package)
                answer_all(collection)
            import_package(collection, folder / "gone.apkg")
            assert len(collection.find_notes("tag:retired")) == 1
            assert len(collection.find_notes(search)) == (not packages)


def answer_all(collection: Collection) -> None:
    for number in collection.find_cards("is:new"):
        card = collection.get_card(number)
        card.start_timer()
        collection.sched.answerCard(card, 3)


def test_a_note_that_comes_back_loses_the_tag(folder: Path, tmp_path: Path) -> None:
    build_decks(folder, **LATER)
    build_decks(folder, "retired", "--package", "gone.apkg")
    write_notes(folder / "source_notes", OLD)
    build_decks(folder, SOURCE_DATE_EPOCH="1790009999")  # within the same second, even
    with closing(Collection(str(tmp_path / "user.anki2"))) as collection:
        for name in ("bio.apkg", "gone.apkg", "decks/bio.apkg"):
            import_package(collection, folder / name)
        assert collection.find_notes("tag:retired") == []


def test_where_no_package_was_at_hand_there_is_nothing_to_tag(folder: Path) -> None:
    (folder / "decks" / "bio.apkg").unlink()
    build_decks(folder, **LATER)
    done = build_decks(folder, "retired", "--package", "gone.apkg")
    assert done.returncode == 2
    assert "'gone.apkg' would be empty: no package of these notes was at hand" in done.stderr
    assert not (folder / "gone.apkg").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("notes.md", "it ends in .apkg"), ("x.apkg", "not an Anki package")]
)
def test_the_retired_package_overwrites_nothing_else(folder: Path, name: str, words: str) -> None:
    build_decks(folder, **LATER)
    (folder / name).write_text("precious")
    done = build_decks(folder, "retired", "--package", name)
    assert done.returncode == 2
    assert words in done.stderr
    assert (folder / name).read_text() == "precious"


def test_retired_as_json(folder: Path) -> None:
    build_decks(folder, **LATER)
    report = json.loads(build_decks(folder, "--format", "json", "retired").stdout)
    (note,) = report["notes"]
    assert report["search"] == f'"Key:re:^({note["guid"]})$"'
    assert note["clue"] == "stores water in plants"
