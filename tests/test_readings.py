"""A table stays of the kind that its notes are of, whatever becomes of its headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, codes, table

from generator.build import Outcome, run
from generator.model import Kind

WORDS = (("tin", "Sn"), ("lead", "Pb"), ("gold", "Au"))
TWO = table(*WORDS, header=("Metal", "Symbol"))
THREE = table(*((*row, str(n)) for n, row in enumerate(WORDS)), header=("Metal", "Symbol", "Age"))
TRAP = table(*WORDS, header=("Trap", "Better rule"))


def built(folder: Path, *texts: str) -> list[Outcome]:
    (folder / "notes").mkdir()
    outcomes = []
    for number, text in enumerate(texts):
        (folder / "notes/a.md").write_text(text, "utf-8")
        now = NOW + 1000 * number
        outcomes.append(run(folder / "notes", folder / "decks", now, keep_notes=True))
    return outcomes


def notes(outcome: Outcome) -> list[tuple[object, ...]]:
    return [(n.note.origin.kind, n.guid, n.fields) for n in outcome.result.notes]


def kinds(outcome: Outcome) -> set[Kind]:
    return {note.note.origin.kind for note in outcome.result.notes}


def guids(outcome: Outcome) -> set[str]:
    return {note.guid for note in outcome.result.notes}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (TWO, THREE, Kind.CLUE),
        (THREE, TWO, Kind.COMPARE),
        (TWO, TWO.replace("Metal", "Trap"), Kind.CLUE),
        (TWO, TWO.replace("Metal", "Week"), Kind.CLUE),
        (TWO, TWO.replace("Metal", "#"), Kind.CLUE),
        (TRAP, TRAP.replace("Trap", "Habit"), Kind.TRAP),
        (THREE, THREE.replace("| Age", "| Why"), Kind.COMPARE),
    ],
)
def test_a_new_header_changes_no_kind(tmp_path: Path, before: str, after: str, kind: Kind) -> None:
    first, second, third = built(tmp_path, before, after, after + "\nmore\n")
    assert kinds(first) == kinds(second) == kinds(third) == {kind}
    assert guids(first) == guids(second) == guids(third)


def test_a_new_column_touches_no_note_but_its_table(tmp_path: Path) -> None:
    first, second, back = built(tmp_path, TWO, THREE, TWO)
    assert codes(second) == ["BD420"]
    assert [n.fields.answer for n in second.result.notes] == ["Sn", "Pb", "Au"]  # type: ignore
    assert notes(back) == notes(first)


def test_a_table_stays_where_its_question_is_reworded(tmp_path: Path) -> None:
    weeks = TWO.replace("Metal", "Week")
    first, _, third = built(tmp_path, TWO, weeks, weeks.replace("Symbol", "The symbol"))
    assert guids(first) == guids(third)


def test_a_table_stays_in_another_package(tmp_path: Path) -> None:
    (first,) = built(tmp_path, TWO)
    (tmp_path / "notes/a.md").rename(tmp_path / "notes/b.md")
    (tmp_path / "notes/b.md").write_text(THREE, "utf-8")
    second = run(tmp_path / "notes", tmp_path / "decks", NOW + 1000, keep_notes=True)
    assert codes(second)[0] == "BD420"
    assert guids(first) == guids(second)


def test_what_is_told_apart_in_two_packages_is_read_by_its_headers(tmp_path: Path) -> None:
    kept = f"<!-- cards: clue -->\n\n{THREE}"
    built(tmp_path, kept)
    (tmp_path / "notes/c.md").write_text(THREE, "utf-8")
    first = run(tmp_path / "notes", tmp_path / "decks", NOW + 500, keep_notes=True)
    (tmp_path / "notes/c.md").rename(tmp_path / "notes/d.md")
    second = run(tmp_path / "notes", tmp_path / "decks", NOW + 1000, keep_notes=True)
    assert kinds(first) == kinds(second) == {Kind.CLUE, Kind.COMPARE}
    assert guids(first) == guids(second)


def test_a_table_of_other_rows_is_read_by_its_headers(tmp_path: Path) -> None:
    other = table(("iron", "Fe", "1"), ("zinc", "Zn", "2"), header=("Metal", "Symbol", "Age"))
    _, second = built(tmp_path, TWO, other)
    assert kinds(second) == {Kind.COMPARE}
    assert "BD420" not in codes(second)


@pytest.mark.parametrize("word", ["compare", "trap", "skip"])
def test_a_comment_decides_over_the_notes(tmp_path: Path, word: str) -> None:
    first, second = built(tmp_path, TWO, f"<!-- cards: {word} -->\n\n{THREE}")
    assert "BD420" not in codes(second)
    assert not guids(first) & guids(second)
    if word == "compare":
        assert "BD408" in codes(second)


def test_the_help_names_the_kind_of_the_headers(tmp_path: Path) -> None:
    _, second = built(tmp_path, TWO, THREE)
    (found,) = second.result.diagnostics
    assert (found.message, found.help) == (
        "the headers read otherwise now; the table stays a clue table as before",
        "write <!-- cards: compare --> above the table to have it so; its notes then start anew",
    )
