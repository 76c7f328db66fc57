"""`--only`: a package of a part, to share, beside the whole one, with real Anki as the judge."""

from __future__ import annotations

import json
from collections.abc import Collection as Names
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from build_notes import table, write_notes
from command_line import build_decks
from media_files import png

from generator.anki.readback import read_package_file
from generator.anki.verify import (
    answer_cards,
    history,
    import_package,
    lost_history,
    temporary_collection,
)
from generator.core.model import NoteRow
from generator.pipeline.subset import Only, UnknownSubsetError, parse_only, subset_name

VERBS = table(
    ("gehen", "to go", "verbs", "![a road](road.png)"),
    ("sehen", "to see", "verbs::strong", ""),
    ("holen", "to fetch", "verbs", ""),
    header=("Word", "Meaning", "Tags", "Image"),
)
NOUNS = table(
    ("Haus", "house", "nouns", "![a house](house.png)"), header=("Word", "Meaning", "Tags", "Image")
)
COMPARED = table(("A", "none", "B"), ("O", "both", "none"), header=("Group", "Has", "Lacks"))
PAGES = {
    "german/words.md": VERBS,
    "german/nouns.md": NOUNS,
    "german/more.md": "---\ndeck: german::Deep::Two\n---\n" + COMPARED,
    "german/quiz.md": "---\ndeck: german::Deep\n---\nThe ==sun== is a ==star==.\n",
    "bio.md": table(
        ("cell", "unit of life"), ("walk", "move", "verbs"), header=("Part", "Says")
    ).replace("| walk | move | verbs |\n", "")
    + "\n"
    + table(("run", "to move", "verbs"), header=("Word", "Meaning", "Tags")),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    notes = write_notes(tmp_path / "source_notes", PAGES)
    (notes / "german/road.png").write_bytes(png(3, 2))
    (notes / "german/house.png").write_bytes(png(2, 3))
    assert build_decks(tmp_path).returncode == 0
    return tmp_path


def rows_of(package: Path) -> dict[str, NoteRow]:
    return {row.values[0]: row for row in read_package_file(package).values()}


def state(folder: Path) -> dict[str, bytes]:
    """The files that a build wrote, by name."""
    names = ("decks/german.apkg", "decks/bio.apkg", "source_notes/ledger.jsonl")
    return {name: (folder / name).read_bytes() for name in names}


def collection(packages: Names[Path]) -> dict[str, Any]:
    """All that a collection holds after these imports, but for what is told by its own clock."""
    with temporary_collection() as col:
        for package in packages:
            import_package(col, package)
        decks = {deck.id: deck.name for deck in col.decks.all_names_and_ids()}
        cards = col.db.all("select id, nid, did, ord, due, type, queue from cards order by id")
        note_types = {
            each["id"]: (each["name"], [f["name"] for f in each["flds"]], each["tmpls"])
            for each in col.models.all()
            if col.models.use_count(each)
        }
        return {
            "notes": col.db.all("select id, guid, mid, mod, tags, flds from notes order by id"),
            "cards": [(*rest[:2], decks[rest[2]], *rest[3:]) for rest in cards],
            "decks": {d["name"]: d["desc"] for d in col.decks.all()},
            "note types": note_types,
            "media": sorted(path.name for path in Path(col.media.dir()).iterdir()),
        }


@pytest.mark.parametrize(
    ("only", "clues", "name"),
    [
        ("verbs", {"gehen", "sehen", "holen"}, "german (only verbs)"),
        ("tag:verbs::strong", {"sehen"}, "german (only verbs-strong)"),
        ("german::Deep", {"A", "O", "sun"}, "german (only Deep)"),
        ("deck:German::deep::two", {"A", "O"}, "german (only Deep-Two)"),
        ("german", {"gehen", "sehen", "Haus", "holen", "A", "O", "sun"}, "german (only german)"),
    ],
)
def test_a_subset_then_the_whole_is_the_whole(
    folder: Path, only: str, clues: set[str], name: str
) -> None:
    before = state(folder)
    done = build_decks(folder, "--only", only)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"decks/{name}.apkg: {len(clues)} note" in done.stdout
    assert state(folder) == before
    assert build_decks(folder, "--check").returncode == 0
    part, whole = folder / f"decks/{name}.apkg", folder / "decks/german.apkg"
    rows, all_rows = read_package_file(part), read_package_file(whole)
    assert rows.items() <= all_rows.items()
    found = {clue for clue in clues if any(clue in row.values[0] for row in rows.values())}
    assert (found, len(rows)) == (clues, len(clues))
    assert collection([part, whole]) == collection([whole])
    assert collection([whole, part]) == collection([whole])


def test_what_was_learned_with_a_subset_stays(folder: Path, tmp_path: Path) -> None:
    build_decks(folder, "--only", "verbs")
    with closing(Collection(str(tmp_path / "collection.anki2"))) as col:
        import_package(col, folder / "decks/german (only verbs).apkg")
        answer_cards(col)
        before = history(col)
        import_package(col, folder / "decks/german.apkg")
        assert list(lost_history(before, history(col))) == []
        assert col.note_count() == len(read_package_file(folder / "decks/german.apkg"))


def test_a_subset_has_its_own_media_only(folder: Path) -> None:
    assert build_decks(folder, "--only", "verbs").returncode == 0
    assert build_decks(folder, "--only", "nouns").returncode == 0
    verbs = collection([folder / "decks/german (only verbs).apkg"])["media"]
    nouns = collection([folder / "decks/german (only nouns).apkg"])["media"]
    whole = collection([folder / "decks/german.apkg"])["media"]
    assert (len(verbs), len(nouns)) == (1, 1)
    assert verbs + nouns == whole or nouns + verbs == whole


def test_a_tag_of_several_packages_makes_a_subset_of_each(folder: Path) -> None:
    done = build_decks(folder, "--only", "verbs", "-o", "to share")
    assert done.returncode == 0
    names = sorted(path.name for path in (folder / "to share").iterdir())
    assert names == ["bio (only verbs).apkg", "german (only verbs).apkg"]
    assert sorted(path.name for path in (folder / "decks").iterdir()) == ["bio.apkg", "german.apkg"]
    again = build_decks(folder, "--only", "verbs", "-o", "to share")
    assert again.stdout == done.stdout.replace("written", "up to date")


EDITS = {
    "new": VERBS + "| kommen | to come | verbs | |\n",
    "edited": VERBS.replace("to see", "to look"),
    "gone": "".join(line for line in VERBS.splitlines(True) if "holen" not in line),
    "to another deck": "---\ndeck: german::Other\n---\n" + VERBS,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_pages_that_were_edited_are_built_first(folder: Path, edit: str) -> None:
    """Else students have what was never built, newer than what is, also where nobody edited."""
    write_notes(folder / "source_notes", {"german/words.md": edit})
    before = state(folder)
    files = sorted(folder.rglob("*"))
    done = build_decks(folder, "--only", "verbs", SOURCE_DATE_EPOCH="1790009999")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the pages of 'german' were edited since the last build; run build-decks" in done.stderr
    assert (state(folder), sorted(folder.rglob("*"))) == (before, files)
    assert build_decks(folder, "--only", "bio").returncode == 0, "it is as it was built"
    assert build_decks(folder, SOURCE_DATE_EPOCH="1790099999").returncode == 0
    done = build_decks(folder, "--only", "verbs", SOURCE_DATE_EPOCH="1790199999")
    assert (done.returncode, done.stderr) == (0, "")
    packages = [folder / "decks/german (only verbs).apkg", folder / "decks/german.apkg"]
    assert collection(packages) == collection(packages[1:])


def test_a_row_with_an_error_is_missing_and_said(folder: Path) -> None:
    write_notes(folder / "source_notes", {"german/words.md": VERBS.replace("to go |", "|", 1)})
    done = build_decks(folder, "--only", "verbs")
    assert (done.returncode, "error[" in done.stderr) == (1, True)
    assert set(rows_of(folder / "decks/german (only verbs).apkg")) == {"sehen", "holen"}


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    done = build_decks(folder, "--only", "verbs", "-n", "-o", "out")
    assert done.returncode == 0
    assert "out/german (only verbs).apkg: 3 notes, 6 cards, would change\n" in done.stdout
    assert not (folder / "out").exists()


def test_the_json_names_the_deck_or_the_tag(folder: Path) -> None:
    report = json.loads(build_decks(folder, "--only", "verbs", "--format", "json").stdout)
    assert report["only"] == {"deck": None, "tag": "verbs"}
    assert [deck["notes"] for deck in report["decks"]] == [1, 3]
    report = json.loads(build_decks(folder, "--only", "german", "--format", "json").stdout)
    assert report["only"] == {"deck": "german", "tag": None}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verb"], "there is no deck and no tag 'verb'; decks: bio, german, german::Deep, "),
        (["verb"], "; tags: verbs, "),
        (["deck:verbs"], "there is no deck 'verbs'; decks: "),
        (["tag:german::Deep"], "there is no tag 'german::Deep'; decks: german::Deep, "),
        ([""], "--only needs the name of a deck or a tag"),
        (["tag:"], "there is no tag ''"),
        *(
            (["verbs", option], "--dry-run and --format do")
            for option in ("--check", "--watch", "--strict", "--retire", "--refresh")
        ),
        (["verbs", "--resend", "x"], "--dry-run and --format do"),
        (["verbs", "diff"], "--only goes with no command"),
    ],
)
def test_what_does_not_go_is_said(folder: Path, arguments: list[str], words: str) -> None:
    before = sorted(folder.rglob("*"))
    done = build_decks(folder, "--only", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert sorted(folder.rglob("*")) == before


def test_without_a_build_there_is_nothing_to_pack(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", PAGES)
    done = build_decks(tmp_path, "--only", "verbs")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing was built yet: --only packs what was built; run build-decks" in done.stderr
    assert not (tmp_path / "decks").exists()


def _row(deck: str, *tags: str) -> NoteRow:
    return NoteRow("g", 1, 2, 3, tags, b"", deck, (0,), 1)  # type: ignore[arg-type]


def test_a_name_that_is_two_things_is_asked_about() -> None:
    rows = [_row("a::x", "t"), _row("b", "x", "a")]
    with pytest.raises(UnknownSubsetError, match="'a' is a deck and a tag, of other notes"):
        parse_only("a", rows)
    assert parse_only("deck:A", rows) == Only(deck="a")
    assert parse_only("tag:a", rows) == Only(tag="a")
    assert parse_only("b", [_row("b", "b")]) == Only(deck="b"), "both are the same notes"
    assert not Only(deck="a::x").fits(_row("a::xy"))


def test_the_names_are_ones_that_any_system_stores() -> None:
    assert subset_name("Biology", Only(tag="verbs")) == "Biology (only verbs)"
    assert subset_name("Biology", Only(tag='a/b:c*"')) == "Biology (only a-b-c-)"
    assert subset_name("B", Only(tag="x"), {"b (only x)"}) == "B (only x)-"


def test_the_usual_package_of_that_name_is_never_replaced(tmp_path: Path) -> None:
    write_notes(
        tmp_path / "source_notes",
        {
            "bio.md": table(("run", "to move", "verbs"), header=("Word", "Meaning", "Tags")),
            "bio (only verbs).md": table(("a", "b")),
        },
    )
    build_decks(tmp_path)
    before = (tmp_path / "decks/bio (only verbs).apkg").read_bytes()
    assert "decks/bio (only verbs)-.apkg: 1 note" in build_decks(tmp_path, "--only", "verbs").stdout
    assert (tmp_path / "decks/bio (only verbs).apkg").read_bytes() == before
