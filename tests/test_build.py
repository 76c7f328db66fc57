"""The main job from folder to files: what is written, in which order, and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from build_notes import NOW, build_in, codes, table, write_notes

from generator.anki.readback import read_package
from generator.core.diagnostics import LATER_LEDGER, UNREADABLE
from generator.identity.entry import LARGEST
from generator.pipeline.build import run
from generator.workspace import folders as workspace_module

ONE = table(("a fast answer", "cache"), ("a safe answer", "log"))
# Real documents, where a folder beside the checkout holds some; they are not ours to publish.
SEEDS = sorted(Path(__file__).parents[2].glob("*/seeds/*"))


def test_each_top_level_entry_becomes_a_package(tmp_path: Path) -> None:
    build_in(tmp_path, {"a/x.md": ONE, "a/y.md": table(("b", "c")), "b.md": ONE})
    assert sorted(p.name for p in (tmp_path / "decks").iterdir()) == ["a.apkg", "b.apkg"]


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    first = build_in(tmp_path, {"a.md": ONE})
    assert sorted(p.name for p in first.changed_files) == ["a.apkg", "ledger.jsonl"]
    before = (tmp_path / "decks" / "a.apkg").stat().st_mtime_ns
    second = build_in(tmp_path, now=NOW + 1000)
    assert second.changed_files == ()
    assert (tmp_path / "decks" / "a.apkg").stat().st_mtime_ns == before


def test_touching_files_changes_nothing(tmp_path: Path) -> None:
    build_in(tmp_path, {"a/x.md": ONE})
    os.utime(tmp_path / "notes" / "a" / "x.md", (1, 1))
    assert build_in(tmp_path, now=NOW + 5).changed_files == ()


def test_a_dry_run_writes_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    notes = write_notes(tmp_path / "notes", {"a.md": ONE})
    outcome = run(notes, tmp_path / "decks", NOW, dry=True)
    assert sorted(p.name for p in outcome.changed_files) == ["a.apkg", "ledger.jsonl"]
    assert not (tmp_path / "decks").exists()
    assert [p.name for p in notes.iterdir()] == ["a.md"]


def test_an_error_costs_its_row_and_the_rest_is_built(tmp_path: Path) -> None:
    good = {"good.md": ONE, "bad.md": ONE}
    build_in(tmp_path, good)
    ledger = (tmp_path / "notes" / "ledger.jsonl").read_text("utf-8")
    files = {
        "bad.md": ONE + "| lonely | row | here |\n",
        "good.md": ONE + "| new clue | new answer |\n",
    }
    outcome = build_in(tmp_path, files, now=NOW + 10)
    assert codes(outcome) == ["BD201"]
    assert len(read_package((tmp_path / "decks" / "bad.apkg").read_bytes())) == 2
    assert len(read_package((tmp_path / "decks" / "good.apkg").read_bytes())) == 3
    kept = [line for line in ledger.splitlines() if '"package": "bad"' in line]
    assert kept
    assert set(kept) <= set((tmp_path / "notes" / "ledger.jsonl").read_text("utf-8").splitlines())
    assert not outcome.result.changes.retired


def test_no_notes_is_an_error(tmp_path: Path) -> None:
    assert codes(build_in(tmp_path)) == ["BD101"]


def test_notes_that_make_no_card_are_an_error(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": "# Only prose\n"})
    assert codes(outcome) == ["BD103", "BD102"]
    assert not (tmp_path / "decks").exists()


def test_an_entry_without_cards_is_a_warning(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": "# Only prose\n", "b.md": ONE})
    assert codes(outcome) == ["BD103"]
    assert [p.package.name for p in outcome.result.packages] == ["b"]


def test_an_undecodable_file_is_an_error_at_its_byte(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_bytes(b"# fine\n\ncaf\xe9\n")
    outcome = build_in(tmp_path, {"b.md": ONE})
    (found,) = outcome.result.diagnostics
    assert (found.code, found.position) == ("BD104", ("a.md", 3, 4))
    assert [p.package.name for p in outcome.result.packages] == ["b"]


def test_an_unwritable_output_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "decks").write_text("a file is in the way")
    outcome = build_in(tmp_path, {"a.md": ONE})
    assert codes(outcome) == ["BD501"]
    assert "decks" in outcome.result.diagnostics[0].message


def test_a_damaged_ledger_stops_the_build_and_stays(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": ONE})
    ledger = tmp_path / "notes" / "ledger.jsonl"
    damaged = ledger.read_text("utf-8").replace('"guid"', '"gu', 1)
    ledger.write_text(damaged, "utf-8")
    (tmp_path / "decks" / "a.apkg").unlink()
    outcome = build_in(tmp_path, now=NOW + 10)
    assert codes(outcome) == ["BD401"]
    assert outcome.result.diagnostics[0].position == ("ledger.jsonl", 2, 1)
    assert ledger.read_text("utf-8") == damaged
    assert not (tmp_path / "decks" / "a.apkg").exists()


def test_the_latest_time_that_a_ledger_takes_makes_no_ledger_that_it_does_not(
    tmp_path: Path,
) -> None:
    build_in(tmp_path, {"a.md": ONE})
    ledger = tmp_path / "notes" / "ledger.jsonl"
    text = ledger.read_text("utf-8").replace(f'"modified": {NOW}', f'"modified": {LARGEST}')
    ledger.write_text(text, "utf-8")
    for number in range(2):
        build_in(tmp_path, {"a.md": ONE.replace("\n| ", f"\n| {number}", 1)})
    build_in(tmp_path, {"a.md": table(("other", "row"))})
    assert codes(build_in(tmp_path)) == [LATER_LEDGER.code]


def test_a_ledger_that_is_a_link_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": ONE})
    ledger = tmp_path / "notes" / "ledger.jsonl"
    ledger.rename(tmp_path / "elsewhere")
    ledger.symlink_to(tmp_path / "elsewhere")
    outcome = build_in(tmp_path, {"a.md": table(("b", "c"))})
    assert (codes(outcome), outcome.written) == ([UNREADABLE.code], ())
    assert ledger.is_symlink()


def test_a_lost_ledger_stops_the_build(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": ONE})
    package = (tmp_path / "decks" / "a.apkg").read_bytes()
    (tmp_path / "notes" / "ledger.jsonl").unlink()
    outcome = build_in(tmp_path, now=NOW + 10)
    assert codes(outcome) == ["BD409"]
    assert (tmp_path / "decks" / "a.apkg").read_bytes() == package
    assert not (tmp_path / "notes" / "ledger.jsonl").exists()


def test_a_package_without_notes_is_named(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": ONE, "b.md": ONE})
    (tmp_path / "notes" / "a.md").unlink()
    outcome = build_in(tmp_path, now=NOW + 10)
    assert codes(outcome) == ["BD109"]
    assert (tmp_path / "decks" / "a.apkg").exists()
    assert len(outcome.result.changes.retired) == 2


class PowerCut(BaseException):
    """Stands for whatever ends the program where it stands."""


@pytest.mark.parametrize("files_written", [0, 1, 2])
def test_a_build_cut_short_is_finished_by_the_next(
    tmp_path: Path, monkeypatch, files_written: int
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    expected = build_in(whole, {"a.md": ONE, "b.md": ONE})

    written: list[Path] = []

    def cut(temporary: Path, path: Path) -> None:
        if len(written) == files_written:
            raise PowerCut
        written.append(path)
        move(temporary, path)

    move = workspace_module.move_file
    monkeypatch.setattr(workspace_module, "move_file", cut)
    with pytest.raises(PowerCut):
        build_in(tmp_path, {"a.md": ONE, "b.md": ONE})
    monkeypatch.undo()
    assert [p.name for p in written] == ["ledger.jsonl", "a.apkg"][:files_written]
    # The clock has moved on; what the ledger already holds has not.
    again = build_in(tmp_path, now=NOW if files_written == 0 else NOW + 500)
    assert [p.digest for p in again.result.packages] == [p.digest for p in expected.result.packages]


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    outcome = build_in(tmp_path, {"a.md": ONE})
    assert codes(outcome) == ["BD501"]
    assert "No space left" in outcome.result.diagnostics[0].message
    assert [p.name for p in (tmp_path / "notes").iterdir()] == ["a.md"]


def test_an_edit_at_the_top_of_a_page_changes_no_note_below(tmp_path: Path) -> None:
    first = build_in(tmp_path, {"a.md": "# T\n\n" + ONE})
    again = build_in(tmp_path, {"a.md": "# T\n\nA new paragraph.\n\n" + ONE}, now=NOW + 60)
    assert again.changed_files == ()
    assert [p.digest for p in again.result.packages] == [p.digest for p in first.result.packages]


TOUCHING = """Study notes on rollouts.
| Need | First move |
|---|---|
| reach the model from outside | endpoint |
| If the trouble is… | Begin with |
|---|---|
| old answers | the cache |
| odd answers | the inputs |
A sentence that follows at once.
| Trap | Better rule |
|---|---|
| trusting a single number | look at the inputs too |
"""


def test_tables_that_touch_are_read_as_they_were_meant(tmp_path: Path, judge) -> None:
    outcome = build_in(tmp_path, {"page.md": TOUCHING})
    assert [(t.kind, t.rows, t.notes) for t in outcome.result.tables] == [
        ("clue", 1, 1),
        ("clue", 2, 2),
        ("trap", 1, 1),
    ]
    assert codes(outcome) == ["BD205", "BD204", "BD205"]
    judge(tmp_path / "decks" / "page.apkg")


@pytest.mark.skipif(not SEEDS, reason="the documents this began with are not at hand")
def test_the_document_with_pipe_tables_builds_as_it_came(tmp_path: Path, judge) -> None:
    (seed,) = (text for path in SEEDS if "|---|" in (text := path.read_text("utf-8")))
    outcome = build_in(tmp_path, {"seed.md": seed})
    assert [(t.kind, t.rows, t.notes) for t in outcome.result.tables] == [
        ("clue", 3, 3),
        ("clue", 3, 3),
        ("trap", 3, 3),
        ("clue", 4, 4),
    ]
    judge(tmp_path / "decks" / "seed.apkg")


def test_a_note_stays_itself_where_its_header_was_once_read_otherwise(tmp_path: Path) -> None:
    """Earlier versions kept a link by reference in a header as it is written."""
    page = table(("a fast answer", "cache"), header=("Need", "[Move][m]"))
    build_in(tmp_path, {"a.md": f"## On [modes][m]\n\n{page}\n[m]: https://example.org\n"})
    ledger = tmp_path / "notes" / "ledger.jsonl"
    now = ledger.read_text()
    once = now.replace('"Move"', '"[Move][m]"').replace('"On modes"', '"On [modes][m]"')
    assert once != now
    ledger.write_text(once)
    changes = build_in(tmp_path, now=NOW + 1000).result.changes
    assert (changes.new, changes.retired) == (frozenset(), frozenset())


def test_a_strict_build_of_an_emptied_package_says_what_retires(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": ONE})
    write_notes(tmp_path / "notes", {"a.md": "# Only prose\n"})
    outcome = run(tmp_path / "notes", tmp_path / "decks", NOW + 9, dry=True, strict=True)
    assert codes(outcome) == ["BD103"]
    assert len(outcome.result.changes.retired) == 2
