"""All pages as one package: by a person's word, or by the first build of many loose pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from build_notes import NOW, build_in, build_only, codes, table, write_notes

from generator.commands.build import build
from generator.identity.ledger import package_in
from generator.machine.cache_files import last_build_file
from generator.pipeline.build import Outcome
from generator.pipeline.recover import recover

ANIMALS = table(("dog", "perro"), ("cat", "gato"), ("bird", "pájaro"))
PLANTS = table(("tree", "árbol"), ("flower", "flor"))
PAGES = {
    "bio/animals.md": ANIMALS,
    "bio/deep/plants.md": PLANTS,
    "colours.md": table(("red", "rojo")),
}
MANY = {f"page {n}.md": table((f"clue {n}", f"answer {n}")) for n in range(21)}


def names(outcome: Outcome) -> list[str]:
    return sorted(path.name for path in outcome.written)


def guids(outcome: Outcome) -> dict[tuple[str, str], str]:
    notes = outcome.result.notes
    return {(n.note.origin.page, n.note.origin.clue): n.guid for n in notes}


def test_a_setting_makes_one_package_of_all_pages(tmp_path: Path) -> None:
    files = {**PAGES, "deck.toml": 'package = "vault"\nid = "k3"\ncompress = true'}
    outcome = build_in(tmp_path, files)
    assert (names(outcome), codes(outcome)) == (["ledger.jsonl", "vault.apkg"], [])
    decks = {n.note.origin.page: n.row.deck for n in outcome.result.notes}
    assert decks == {
        "bio/animals.md": "vault::bio::animals",
        "bio/deep/plants.md": "vault::bio::deep::plants",
        "colours.md": "vault::colours",
    }
    assert {n.note.origin.package for n in outcome.result.notes} == {"vault"}
    tags = {n.row.tags[-1] for n in outcome.result.notes}
    assert tags == {"vault::bio::animals", "vault::bio::deep::plants", "vault::colours"}
    assert package_in(outcome.result.ledger.encode()) == ""


def test_a_deck_that_a_person_names_is_the_deck(tmp_path: Path) -> None:
    files = {
        **PAGES,
        "deck.toml": 'package = "vault"\ndeck = "School"',
        "bio/deck.toml": 'deck = "Life"',
        "bio/b.md": "---\ndeck: Own\n---\n" + table(("a", "b")),
    }
    decks = {n.note.origin.page: n.row.deck for n in build_in(tmp_path, files).result.notes}
    assert decks == {
        "bio/animals.md": "Life",
        "bio/b.md": "Own",
        "bio/deep/plants.md": "Life::deep::plants",
        "colours.md": "School::colours",
    }


def test_notes_keep_their_guids_when_all_pages_become_one_package(tmp_path: Path) -> None:
    repeats = {"bio/more.md": ANIMALS, "chem/a.md": ANIMALS, "dog.md": ANIMALS}
    before = build_in(tmp_path, {**PAGES, **repeats})
    entries = before.result.ledger.splitlines()
    whole = build_in(tmp_path, {"deck.toml": 'package = "vault"'}, NOW + 10)
    assert guids(whole) == guids(before)
    assert (len(whole.result.changes.new), len(whole.result.changes.retired)) == (0, 0)
    assert {n.row.note_id for n in whole.result.notes} == {
        n.row.note_id for n in before.result.notes
    }
    # What Anki does not do by itself: decks of cards, and packages that are left.
    assert len(whole.result.changes.redecked) == len(entries) - 1
    assert [d.message.split("/")[-1] for d in whole.result.diagnostics if d.code == "BD109"] == [
        f"{name}.apkg is left from notes that are gone or in another package"
        for name in ("bio", "chem", "colours", "dog")
    ]
    assert all('"package": "vault"' in line for line in whole.result.ledger.splitlines()[1:])
    again = build_in(tmp_path, now=NOW + 20)
    assert (again.changed_files, [c for c in codes(again) if c == "BD109"]) == ((), [])
    (tmp_path / "notes/deck.toml").unlink()
    apart = build_in(tmp_path, now=NOW + 30)
    assert guids(apart) == guids(before)
    assert (len(apart.result.changes.new), len(apart.result.changes.retired)) == (0, 0)


def test_edits_in_the_build_that_makes_one_package_are_matched_as_ever(tmp_path: Path) -> None:
    rows = [("a tame wolf", "perro"), ("it purrs", "gato"), ("it sings", "pájaro")]
    edited = table(("a tame grey wolf", "perro"), ("it purrs", "gata"))
    results = []
    for name, settings in (("apart", ""), ("whole", 'package = "vault"')):
        folder = tmp_path / name
        folder.mkdir()
        before = build_in(folder, {**PAGES, "bio/animals.md": table(*rows)})
        files = {"deck.toml": settings, "bio/animals.md": edited}
        after = build_in(folder, files, NOW + 10)
        assert len(after.result.changes.retired) == 1
        (gone,) = [json.loads(x) for x in after.result.ledger.splitlines() if '"retired"' in x]
        assert "pájaro" in gone["fields"]
        assert not after.result.changes.new
        results.append((guids(before), guids(after)))
    assert results[0] == results[1]


def test_a_row_that_waits_waits_on_when_all_pages_become_one_package(tmp_path: Path) -> None:
    before = build_in(tmp_path, PAGES)
    broken = ANIMALS.replace("| gato |", "| gato | x |")
    build_in(tmp_path, {"bio/animals.md": broken}, NOW + 10)
    whole = build_in(tmp_path, {"deck.toml": 'package = "vault"'}, NOW + 20)
    assert not whole.result.changes.retired
    mended = build_in(tmp_path, {"bio/animals.md": ANIMALS}, NOW + 30)
    assert guids(mended) == guids(before)
    assert not mended.result.changes.new


def test_a_fault_in_a_folders_settings_costs_that_folder_alone(tmp_path: Path) -> None:
    files = {**PAGES, "deck.toml": 'package = "vault"'}
    before = build_in(tmp_path, files)
    after = build_in(tmp_path, {"bio/deep/deck.toml": "dekc = 'x'"}, NOW + 10)
    (found,) = after.result.diagnostics
    assert (found.code, found.position.file, found.exit_code) == ("BD122", "bio/deep/deck.toml", 2)
    assert not after.result.changes.retired
    rest = {key: guid for key, guid in guids(before).items() if "deep" not in key[0]}
    assert guids(after) == rest


@pytest.mark.parametrize(
    "name", ["", " ", "a/b", "a\\\\b", "..", ".x", "a::b", "a:", "a?", "a.", "a\\nb", "x" * 201]
)
def test_a_package_has_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    outcome = build_in(tmp_path, {**PAGES, "deck.toml": f'package = "{name}"'})
    if not name:
        assert names(outcome) == ["bio.apkg", "colours.apkg", "ledger.jsonl"]
    else:
        assert (codes(outcome), outcome.written) == (["BD123"], ())


def test_a_folder_below_has_no_package_of_its_own(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {**PAGES, "bio/deck.toml": 'package = "x"'})
    (found,) = outcome.result.diagnostics
    assert (found.code, found.help) == (
        "BD122",
        "move it to the deck.toml of the source folder itself",
    )
    assert names(outcome) == ["colours.apkg", "ledger.jsonl"]


def test_two_pages_of_one_name_are_one_error_in_one_package(tmp_path: Path) -> None:
    files = {**PAGES, "colours.markdown": ANIMALS, "deck.toml": 'package = "vault"'}
    outcome = build_in(tmp_path, files)
    assert codes(outcome) == ["BD158"]
    assert names(outcome) == ["ledger.jsonl", "vault.apkg"]


def test_a_table_takes_no_reading_from_one_that_stands_where_it_stood(tmp_path: Path) -> None:
    plan = table(("open", "to be done"), ("done", "finished"), header=("Week", "Plan"))
    files = {
        "a.md": f"<!-- cards: clue -->\n{plan}",
        "b.md": plan,
        "deck.toml": 'package = "vault"',
    }
    first = build_in(tmp_path, files)
    assert [report.skipped for report in first.result.tables] == ["", "planning"]
    again = build_in(tmp_path, {"c.md": table(("x", "y"))}, NOW + 10)
    assert len(again.result.changes.new) == 1
    # Once it is gone there, it has moved.
    moved = build_in(tmp_path, {"a.md": ANIMALS}, NOW + 20)
    assert guids(moved)["b.md", "open"] == guids(first)["a.md", "open"]
    assert not moved.result.changes.retired


def test_each_of_two_tables_with_one_clue_keeps_its_own_reading(tmp_path: Path) -> None:
    one = table(("lead", "Pb"), ("tin", "Sn"), header=("Metal", "Symbol"))
    other = table(("lead", "a metal"), ("tin", "one, too"), header=("Metal", "Note"))
    above = "<!-- cards: compare -->\n"
    files = {"a.md": above + one, "b.md": above + other, "deck.toml": 'package = "vault"'}
    first = build_in(tmp_path, files)
    again = build_in(tmp_path, {"a.md": one, "b.md": other}, NOW + 10)
    assert [report.kind for report in again.result.tables] == ["compare", "compare"]
    assert guids(again) == guids(first)


# --- the first build ------------------------------------------------------------------------------


def test_many_loose_pages_become_one_package_at_the_first_build(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, MANY)
    assert (names(outcome), codes(outcome)) == (["ledger.jsonl", "notes.apkg"], [])
    assert (outcome.result.whole, outcome.result.loose) == ("notes", 21)
    assert outcome.result.ledger.splitlines()[0] == '{"ledger": 1, "package": "notes"}'
    assert {n.row.deck for n in outcome.result.notes} == {f"notes::page {n}" for n in range(21)}


def test_no_more_than_twenty_are_packages_as_ever(tmp_path: Path) -> None:
    pages = dict(list(MANY.items())[:20])
    more = {"README.md": ANIMALS, "x/a.md": ANIMALS, "x/b.md": PLANTS}
    outcome = build_in(tmp_path, {**pages, **more})
    assert len(outcome.result.packages) == 21
    assert outcome.result.ledger.splitlines()[0] == '{"ledger": 1}'


def test_the_number_of_pages_counts_at_the_first_build_alone(tmp_path: Path) -> None:
    first = build_in(tmp_path, MANY)
    few = build_only(tmp_path, dict(list(MANY.items())[:15]), NOW + 10)
    assert names(few) == ["ledger.jsonl", "notes.apkg"]
    assert (few.result.loose, few.result.whole) == (0, "notes")
    all_again = build_in(tmp_path, MANY, NOW + 20)
    assert guids(all_again) == guids(first)
    other = tmp_path / "other"
    other.mkdir()
    build_in(other, dict(list(MANY.items())[:5]))
    assert len(build_in(other, MANY, NOW + 10).result.packages) == 21


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("vault", "vault"),
        ("my vault", "my vault"),
        ("vault/source_notes", "vault"),
        ("a::b", "notes"),
        ("what?", "notes"),
        ("Übung", "Übung"),
    ],
)
def test_it_is_named_after_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    source = tmp_path / folder
    source.mkdir(parents=True)
    outcome = build(write_notes(source, MANY), tmp_path / "decks", NOW)
    assert names(outcome) == sorted(["ledger.jsonl", f"{name}.apkg"])


def test_a_persons_name_wins(tmp_path: Path) -> None:
    first = build_in(tmp_path, {**MANY, "deck.toml": 'package = "mine"'})
    assert names(first) == ["ledger.jsonl", "mine.apkg"]
    assert first.result.loose == 0
    other = tmp_path / "other"
    other.mkdir()
    before = build_in(other, MANY)
    after = build_in(other, {"deck.toml": 'package = "mine"'}, NOW + 10)
    assert guids(after) == guids(before)
    assert codes(after) == ["BD109"]
    assert {n.row.deck.partition("::")[0] for n in after.result.notes} == {"mine"}


def test_a_lost_ledger_stops_the_build_as_ever_and_comes_back_with_its_package(
    tmp_path: Path,
) -> None:
    first = build_in(tmp_path, MANY)
    ledger = tmp_path / "notes/ledger.jsonl"
    ledger.unlink()
    assert codes(build_in(tmp_path, now=NOW + 10)) == ["BD409"]
    recovery = recover(tmp_path / "notes", tmp_path / "decks", NOW + 10)
    assert recovery.is_written
    assert package_in(ledger.read_bytes()) == "notes"
    again = build_in(tmp_path, now=NOW + 20)
    assert guids(again) == guids(first)
    assert not again.changed_files


@pytest.mark.parametrize("marks", [False, True])
def test_a_merge_of_ledgers_keeps_the_package(tmp_path: Path, marks: bool) -> None:
    build_in(tmp_path, MANY)
    ledger = tmp_path / "notes/ledger.jsonl"
    base = ledger.read_text("utf-8")
    here = build_in(tmp_path, {"here.md": ANIMALS}, NOW + 10)
    one = ledger.read_text("utf-8")
    ledger.write_text(base, "utf-8")
    (tmp_path / "notes/here.md").unlink()
    build_in(tmp_path, {"there.md": PLANTS}, NOW + 20)
    other = ledger.read_text("utf-8")
    both = f"<<<<<<< a\n{one}=======\n{other}>>>>>>> b\n" if marks else other + one
    ledger.write_text(both, "utf-8")
    merged = build_in(tmp_path, {"here.md": ANIMALS}, NOW + 30)
    assert ledger.read_text("utf-8").startswith('{"ledger": 1, "package": "notes"}\n')
    assert guids(here).items() <= guids(merged).items()
    assert [built.name for built in merged.result.packages] == ["notes"]


def test_an_old_header_beside_the_one_that_names_the_package_changes_nothing(
    tmp_path: Path,
) -> None:
    build_in(tmp_path, MANY)
    ledger = tmp_path / "notes/ledger.jsonl"
    lines = ledger.read_text("utf-8").splitlines(keepends=True)
    ledger.write_text("".join(['{"ledger": 1}\n', *lines[1:], lines[0]]), "utf-8")
    build_in(tmp_path, now=NOW + 10)
    assert ledger.read_text("utf-8") == "".join(lines)


@pytest.mark.parametrize(
    ("text", "package"),
    [
        (b'{"ledger": 1, "package": "a"}\n', "a"),
        (b'\xef\xbb\xbf{ "package" : "a", "ledger" : 1 }', "a"),
        (b'{"ledger": 1}\n{"ledger": 1, "package": "b"}\n{"ledger": 1, "package": "a"}\n', "a"),
        (b'{"ledger": 1, "package": "../a"}\n', ""),
        (b'{"ledger": 1, "package": 5}\n', ""),
        (b'{"ledger": 1, "package"\n', ""),
        (b'{"clue": "ledger", "package": "a"}\n', ""),
        (b'{"clue": "\\"ledger\\"", "package": "a"}\n', ""),
        (b"", ""),
    ],
)
def test_the_header_lines_name_the_package(text: bytes, package: str) -> None:
    assert package_in(text) == package


def test_what_nobody_touched_is_not_built_again(tmp_path: Path) -> None:
    source, output = write_notes(tmp_path / "notes", MANY), tmp_path / "decks"
    broken = {"x/README.md": "x", "x/a.md": table(("a", "b"), ("a", "c")), "README.md": "x"}
    write_notes(source, broken)
    first = build(source, output, NOW)
    again = build(source, output, NOW + 10)
    assert not again.changed_files
    assert again.result.diagnostics == first.result.diagnostics
    assert again.result.left_out == first.result.left_out != ()
    package = (output / "notes.apkg").read_bytes()
    last_build_file(source, output).unlink(missing_ok=True)
    shutil.rmtree(output)
    build(source, output, NOW + 20)
    assert (output / "notes.apkg").read_bytes() == package


# --- packages without cards -----------------------------------------------------------------------


def without_cards(tmp_path: Path, files: Mapping[str, str]) -> list[tuple[str, str]]:
    found = build_in(tmp_path, files).result.diagnostics
    return [(d.position.file, d.message) for d in found if d.code == "BD103"]


def test_pages_without_cards_are_said_once_a_folder(tmp_path: Path) -> None:
    loose = {f"{n}.md": "x" for n in range(9)}
    files = {
        **loose,
        "p/a.md": "x",
        "p/b.md": "x",
        "q.md": ANIMALS,
        "z.md": "---\nignore: BD103\n---",
    }
    assert without_cards(tmp_path, files) == [
        ("0.md", "no package is written, since there is no card in 0, 1, 2 and 6 more"),
        ("p/a.md", "no package is written, since there is no card in p"),
    ]


def test_pages_without_cards_are_said_nothing_of_where_all_are_one_package(tmp_path: Path) -> None:
    assert without_cards(tmp_path, {**MANY, "a.md": "x", "p/b.md": "x"}) == []
