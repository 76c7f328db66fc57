"""A table stays of the kind that its notes are of, whatever becomes of its headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from build_notes import NOW, codes, table

from generator.core.model import Kind
from generator.pipeline.build import Outcome, run

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


@pytest.mark.parametrize(
    ("header", "cells", "word"),
    [
        ("Metal | Symbol | Beispielsatz", ("Sn | rusts", "Pb | sinks"), "ask Symbol, Beispielsatz"),
        (
            "Metal | Symbol | Age | Example",
            ("Sn | 1 | can", "Pb | 2 | roof"),
            "ask Symbol, Age, Example",
        ),
        (
            "Metal | Symbol | Age | Pista",
            ("Sn | 1 | can", "Pb | 2 | roof"),
            "ask Symbol, Age, Pista",
        ),
        ("Metal | Symbol | p.", ("Sn | 12", "Pb | 13"), "ask Symbol, p."),
        ("Metal | Symbol | Age | Done", ("Sn | 1 | yes", "Pb | 2 | no"), "ask Symbol, Age, Done"),
        ("Metal | Symbol | Age | 🏷 Tags", ("Sn | 1 | x", "Pb | 2 | y"), "ask Symbol, Age, Tags"),
        ("Card | Metal | Symbol", ("tin | Sn", "lead | Pb"), "key Card"),
        ("No | Question | Answer", ("tin? | Sn", "lead? | Pb"), "key No"),
    ],
)
def test_a_column_that_has_cards_keeps_them_whatever_heads_it(
    tmp_path: Path, header: str, cells: tuple[str, str], word: str
) -> None:
    rows = "".join(f"| {n} | {row} |\n" for n, row in enumerate(cells, 1))
    text = f"| {header} |\n{'|---' * len(header.split('|'))}|\n{rows}"
    first, second, third = built(tmp_path, f"<!-- cards: {word} -->\n{text}", text, text + "\nx\n")
    assert notes(first) == notes(second) == notes(third)


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


FIRST = table(
    *((f"{n} ores", *row) for n, row in enumerate(WORDS)), header=("Ore", "Metal", "Symbol")
)
LAST = table(*(row[::-1] for row in WORDS), header=("Symbol", "Metal"))
MORE = tuple((f"{letter}{letter}", letter) for letter in "abcdefgh")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TWO, FIRST),
        (TWO, FIRST.replace("Ore", "Week")),
        (TWO, FIRST.replace("Ore", "#")),
        (TWO, FIRST.replace("Ore", "Why")),
        (TWO, FIRST.replace("Metal", "Week")),
        (TWO, FIRST.replace("| Symbol", "| The symbol")),
        (TRAP, FIRST.replace("Metal", "Trap").replace("Symbol", "Better rule")),
        (THREE, table(*((f"{n} ores", *row, str(n)) for n, row in enumerate(WORDS)),
                      header=("Ore", "Metal", "Symbol", "Age"))),
        (THREE, table(*((str(n), *row) for n, row in enumerate(WORDS)),
                      header=("Age", "Metal", "Symbol"))),
    ],
)  # fmt: skip
def test_the_clues_stay_below_their_header(tmp_path: Path, before: str, after: str) -> None:
    first, second, back = built(tmp_path, before, after, before)
    assert guids(first) == guids(second) == guids(back)
    assert codes(second) == ["BD420"]
    assert {n.note.origin.clue for n in second.result.notes} == {"tin", "lead", "gold"}
    assert notes(first) == notes(back)


BETWEEN = table(
    *((metal, f"{n} ores", symbol) for n, (metal, symbol) in enumerate(WORDS)),
    header=("Metal", "Ore", "Symbol"),
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TWO, THREE),
        (TWO, BETWEEN),
        (TWO, FIRST),
        (TWO, FIRST.replace("Ore", "Week")),
        (TWO, f"<!-- cards: clue -->\n{BETWEEN}"),
        (THREE, TWO),
        (TWO, TWO.replace("Metal", "Trap")),
        (TRAP, TRAP.replace("Trap", "Habit")),
    ],
)
def test_what_the_warning_says_keeps_the_table_ends_it(
    tmp_path: Path, before: str, after: str
) -> None:
    first, second = built(tmp_path, before, after)
    told = [d for d in second.result.diagnostics if d.code == "BD420"]
    assert len(told) == 1
    keep = re.search(r"for good, write (.*) above the table;", told[0].help)[1]  # type: ignore
    comments = re.findall(r"<!-- cards: .*? -->", keep)
    assert comments
    assert not any(comment in after for comment in comments)
    other = re.search(r"; (<!-- cards: .* -->) reads it the other way", told[0].help)[1]  # type: ignore
    assert other not in after
    (tmp_path / "notes/a.md").write_text(f"{keep}\n{after}", "utf-8")
    third = run(tmp_path / "notes", tmp_path / "decks", NOW + 5000, keep_notes=True)
    assert codes(third) == []
    assert notes(third) == notes(second)
    assert guids(third) == guids(first)


@pytest.mark.parametrize("after", [LAST, LAST.replace("Symbol", "Symbols")])
def test_a_table_that_is_turned_round_asks_other_facts(tmp_path: Path, after: str) -> None:
    first, second = built(tmp_path, TWO, after)
    assert not guids(first) & guids(second)
    assert "BD420" not in codes(second)


def test_the_help_names_the_column_of_the_clues(tmp_path: Path) -> None:
    four = table(
        *((f"{row[1]} ores", *row, "x") for row in WORDS), header=("Ore", "Metal", "Symbol", "Age")
    )
    _, second = built(tmp_path, THREE, four)
    (found,) = second.result.diagnostics
    assert (found.message, found.help) == (
        "the headers read otherwise now; the clues stay in the column 'Metal' as before",
        "to keep it so for good, write <!-- cards: key Metal --> above the table; <!-- cards: key"
        " Ore --> reads it the other way, which costs the reviews of 3 notes",
    )


@pytest.mark.parametrize(("before", "after"), [(TWO, THREE), (TRAP, TRAP.replace("Trap", "Need"))])
def test_many_new_rows_change_no_kind(tmp_path: Path, before: str, after: str) -> None:
    head, rule, *rows = after.splitlines()
    extra = ["| " + " | ".join((*row, "x")[: head.count("|") - 1]) + " |" for row in MORE]
    first, second = built(tmp_path, before, "\n".join([head, rule, *extra, *rows]) + "\n")
    assert guids(first) < guids(second)
    assert kinds(first) == kinds(second)


def test_one_note_that_lives_keeps_the_reading_of_its_table(tmp_path: Path) -> None:
    others = THREE.replace("tin | Sn", "zinc | Zn").replace("lead | Pb", "iron | Fe")
    first, _, third = built(tmp_path, TWO, THREE, others)
    assert kinds(third) == {Kind.CLUE}
    assert len(guids(first) & guids(third)) == 1


def test_a_table_left_out_by_its_headers_is_asked_about(tmp_path: Path) -> None:
    other = table(("1", "read it"), ("2", "do it"), header=("Week", "Task"))
    _, second = built(tmp_path, f"# A\n\n{TWO}", f"# A\n\n{other}")
    found = next(d for d in second.result.diagnostics if d.code == "BD421")
    assert (found.position.line, found.message) == (
        3,
        "this table is left out (planning), and 3 notes of its section retire",
    )
    assert found.help.startswith("write <!-- cards: clue --> above the table")


def test_a_plan_beside_the_table_is_nobodys_concern(tmp_path: Path) -> None:
    plan = table(("1", "read it"), header=("Week", "Task"))
    first, second = built(tmp_path, TWO, f"{TWO}\n{plan}")
    assert "BD421" not in codes(second)
    assert guids(first) == guids(second)


def test_another_question_beside_a_column_before_the_clues_is_asked_about(tmp_path: Path) -> None:
    other = FIRST.replace("| Symbol", "| Written as")
    same = f"<!-- cards: same -->\n\n{other}"
    first, second, third = built(tmp_path, TWO, other, same)
    assert codes(second) == ["BD420", "BD417"]
    assert guids(first) == guids(third)


def test_a_table_is_turned_round_beside_a_column_before_it(tmp_path: Path) -> None:
    turned = table(*(("ores", *row[::-1]) for row in WORDS), header=("Ore", "Symbol", "Metal"))
    first, second, third = built(tmp_path, TWO, FIRST, turned)
    assert guids(first) == guids(second)
    assert {n.note.origin.clue for n in third.result.notes} == {"Sn", "Pb", "Au"}
    assert kinds(third) == {Kind.CLUE}


def test_notes_whose_clues_stand_in_another_column_are_named(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/b.md").write_text("Q: a\nA: b\n", "utf-8")
    run(tmp_path / "notes", tmp_path / "decks", NOW - 1000)
    (tmp_path / "notes/a.md").write_text(THREE, "utf-8")
    run(tmp_path / "notes", tmp_path / "decks", NOW)
    (tmp_path / "notes/a.md").write_text("x\n", "utf-8")
    rows = ((f"{n} ores", *row, "1") for n, row in enumerate(WORDS))
    four = table(*rows, header=("Ore", "Metal", "Symbol", "Age"))
    (tmp_path / "notes/b.md").write_text(f"Q: a\nA: b\n\n{four}", "utf-8")
    second = run(tmp_path / "notes", tmp_path / "decks", NOW + 1000, keep_notes=True)
    assert codes(second).count("BD407") == 3


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
        "to keep it so for good, write <!-- cards: ask Symbol --> above the table; <!-- cards:"
        " compare --> reads it the other way, which costs the reviews of 3 notes",
    )


# --- which columns do what --------------------------------------------------------------------

COUNTED = """\
| No. | Metal | Symbol |
|---|---|---|
| 1 | tin | Sn |
| 2 | lead | Pb |
| 3 | gold | Au |
"""
CARRIED = """\
| Class | Drug | Dose |
|---|---|---|
| loop | furosemide | 40 |
| | torasemide | 10 |
| opioid | morphine | 5 |
"""
KEYED = """\
| Request | Limit | Effect |
|---|---|---|
| set | none | bursts |
| set | set | is bounded |
| none | none | first |
"""
UNKEYED = KEYED.replace("| set | set |", "| both | set |")
WIDE = """\
| Verb | I | you | he | we | ye | they | thou | who | past |
|---|---|---|---|---|---|---|---|---|---|
| be | am | are | is | are | are | are | art | is | was |
"""
SIDES = """\
| One | Many | One | Many |
|---|---|---|---|
| mouse | mice | ox | oxen |
| foot | feet | | |
"""
BELOW = """\
| One | Many |
|---|---|
| mouse | mice |
| foot | feet |
| ox | oxen |
"""
FIRST_WORD = "| doctor | der Arzt |\n"
WORDS_OF_TWO = """\
| English | German |
|---|---|
| doctor | der Arzt |
| doctor | die Ärztin |
| nurse | die Pflegekraft |
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # A number deleted, twice, out of order; the whole column; and back.
        (COUNTED, COUNTED.replace("| 2 |", "| |")),
        (COUNTED, COUNTED.replace("| 2 |", "| 1 |").replace("| 3 |", "| x |")),
        (COUNTED, COUNTED.replace("| No. ", "").replace("|---", "", 1).replace("| 1 ", "")
         .replace("| 2 ", "").replace("| 3 ", "")),
        (TWO, COUNTED),
        # A gap written in full, and the other way round.
        (CARRIED, CARRIED.replace("| | tora", "| loop | tora")),
        (CARRIED.replace("| | tora", "| loop | tora"), CARRIED),
        # The reading that was guessed is said, or no longer needs to be guessed.
        (KEYED, f"<!-- cards: key Request, Limit -->\n{KEYED}"),
        (KEYED, UNKEYED),
        # Columns of a wide table renamed and moved.
        (WIDE, WIDE.replace("| you |", "| thou |")),
        (WIDE, WIDE.replace("| past |", "| went |")),
        # One below the other.
        (SIDES, BELOW),
        (BELOW, SIDES),
        (WORDS_OF_TWO, WORDS_OF_TWO + "| doctor | der Doktor |\n"),
        (WORDS_OF_TWO, WORDS_OF_TWO.replace(FIRST_WORD, "")),
        (WORDS_OF_TWO, WORDS_OF_TWO.replace(FIRST_WORD, "") + FIRST_WORD),
    ],
)  # fmt: skip
def test_an_edit_of_columns_begins_no_note_anew(tmp_path: Path, before: str, after: str) -> None:
    first, second, back = built(tmp_path, before, after, before)
    assert guids(first) >= guids(second), "nothing is new"
    assert second.result.changes.retired <= guids(first) - guids(second)
    assert guids(back) == guids(first)


def test_numbers_that_no_longer_count_are_not_asked(tmp_path: Path) -> None:
    compared = COUNTED.replace("| Symbol |", "| Symbol | Age |").replace("---|\n", "---|---|\n")
    compared = (
        compared.replace("Sn |", "Sn | 1 |").replace("Pb |", "Pb | 2 |").replace("Au |", "Au | 3 |")
    )
    first, second = built(tmp_path, compared, compared.replace("| 2 | lead", "| b | lead"))
    assert notes(first)[0][2] == notes(second)[0][2] or codes(second) == []
    assert {n.note.columns for n in second.result.notes} == {
        n.note.columns for n in first.result.notes
    }
    assert not second.result.changes.new


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (TWO, f"{TWO}| | Ag |\n", "BD202"),
        (UNKEYED, f"{UNKEYED}| both | none | x |\n", "BD301"),
        (WORDS_OF_TWO, WORDS_OF_TWO + "| doctor | x | y |\n", "BD201"),
        (WORDS_OF_TWO, WORDS_OF_TWO.replace("die Pflegekraft", "?"), "BD414"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_the_reading_waits(
    tmp_path: Path, before: str, after: str, code: str
) -> None:
    first, second = built(tmp_path, before, after)
    assert code in codes(second)
    assert not second.result.changes.new
    assert not second.result.changes.retired
    assert guids(second) <= guids(first)


def test_what_another_key_costs_is_said(tmp_path: Path) -> None:
    _, second = built(tmp_path, UNKEYED, f"{UNKEYED}| both | none | x |\n")
    found = next(d for d in second.result.diagnostics if d.code == "BD420")
    assert "key Request, Limit" in found.help
    assert "3 notes" in found.help


def test_another_key_is_not_said_to_cost_notes_that_it_keeps(tmp_path: Path) -> None:
    drugs = ("aspirin", "ibuprofen")
    doses = {"adults": ("500 mg", "400 mg"), "children": ("none", "200 mg")}
    parts = (table(*zip(drugs, of, strict=True), header=("Drug", "Dose")) for of in doses.values())
    pairs = ((who, *pair) for who, of in doses.items() for pair in zip(drugs, of, strict=True))
    rows = ((drug, who, dose) for who, drug, dose in pairs)
    one = table(*rows, header=("Drug", "Who", "Dose"))
    first, second, third = built(
        tmp_path, "\n## B\n\n".join(parts), one, f"<!-- cards: key Drug, Who -->\n\n{one}"
    )
    found = next(d for d in second.result.diagnostics if d.code == "BD420")
    assert found.help.endswith(
        "<!-- cards: key Drug, Who --> reads it the other way, which may cost reviews"
    )
    assert guids(first) == guids(second) == guids(third)
    assert all(" · " in note.note.origin.clue for note in third.result.notes)


def test_two_notes_whose_clues_become_one_stay_two(tmp_path: Path) -> None:
    before = table(("doctor", "der Arzt"), ("the doctor", "die Ärztin"))
    first, second = built(tmp_path, before, before.replace("the doctor", "doctor"))
    assert guids(first) == guids(second)
    fields = [n.fields for n in second.result.notes]
    assert ["die Ärztin" in f.extra for f in fields] == [True, False]  # type: ignore[union-attr]
    assert ["der Arzt" in f.extra for f in fields] == [False, True]  # type: ignore[union-attr]


def test_a_row_above_the_note_that_takes_its_answer_is_not_called_new(tmp_path: Path) -> None:
    before = table(("physician", "die Ärztin"), ("doctor", "der Arzt"))
    _, second = built(tmp_path, before, before.replace("physician", "doctor"))
    assert not second.result.changes.new
    assert sorted(codes(second)) == ["BD264", "BD422"]


def test_a_note_that_may_be_a_joined_answer_is_named(tmp_path: Path) -> None:
    before = table(("doctor", "der Arzt"), ("physician", "die Ärztin"))
    first, second = built(tmp_path, before, before.replace("physician", "doctor"))
    (guid,) = second.result.changes.retired
    found = next(d for d in second.result.diagnostics if d.code == "BD422")
    said = before.replace("| physician", f"| doctor <!-- same-as: {guid} -->")
    assert guid in found.help
    (tmp_path / "notes/a.md").write_text(said, "utf-8")
    third = run(tmp_path / "notes", tmp_path / "decks", NOW + 5000, keep_notes=True)
    assert guids(third) == guids(first)


def test_a_clue_of_two_answers_has_a_quiz_of_its_first(tmp_path: Path) -> None:
    rows = WORDS_OF_TWO + "| surgeon | der Chirurg |\n| vet | der Tierarzt |\n"
    (first,) = built(tmp_path, rows)
    doctor = first.result.notes[0].fields
    assert doctor.answer == "der Arzt<br>die Ärztin"  # type: ignore[union-attr]
    assert "die Ärztin" not in doctor.options  # type: ignore[union-attr]
    assert "data-ok>der Arzt<" in doctor.options  # type: ignore[union-attr]


def test_a_key_that_a_person_changes_makes_other_notes(tmp_path: Path) -> None:
    first, second = built(tmp_path, KEYED, f"<!-- cards: key Effect -->\n{KEYED}")
    assert not guids(first) & guids(second)


def test_a_kind_that_is_said_keeps_the_columns(tmp_path: Path) -> None:
    said = f"<!-- cards: compare -->\n{UNKEYED}"
    first, second = built(tmp_path, said, f"{said}| both | none | x |\n")
    assert guids(first) == guids(second)
    assert "BD301" in codes(second)


def test_the_nearest_word_counts(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/deck.toml").write_text(
        'ask = "Age"\n[[tables]]\nleft="M*"\nask="Symbol"', "utf-8"
    )
    (tmp_path / "notes/a.md").write_text(
        f"<!-- cards: ask Metal -->\n{THREE}\nx\n\n{THREE}", "utf-8"
    )
    built_ = run(tmp_path / "notes", tmp_path / "decks", NOW, keep_notes=True)
    assert [n.note.origin.question for n in built_.result.notes[::3]] == ["Metal", "Symbol"]
    assert built_.result.notes[0].note.origin.clue == "Sn"


def test_links_that_a_person_asks_for_are_asked(tmp_path: Path) -> None:
    links = "<!-- cards: clue -->\n| Topic | Link |\n|---|---|\n| a | <https://example.org> |\n"
    (first,) = built(tmp_path, links)
    assert len(first.result.notes) == 1


def test_a_key_that_the_notes_have_is_not_said_to_be_of_cells_that_repeat(tmp_path: Path) -> None:
    first, second = built(tmp_path, f"<!-- cards: key Metal, Symbol -->\n{THREE}", THREE)
    assert guids(first) == guids(second)
    found = next(each for each in second.result.diagnostics if each.code == "BD262")
    assert found.message == (
        "the notes of this table have it so: the clue is what stands under Metal, Symbol"
    )


def test_a_key_that_is_all_there_is_asks_nothing(tmp_path: Path) -> None:
    (first,) = built(tmp_path, f"<!-- cards: key Metal, Symbol -->\n{TWO}")
    assert [table.skipped for table in first.result.tables] == ["no column to ask"]


def test_a_person_asks_for_less(tmp_path: Path) -> None:
    first, second = built(tmp_path, THREE, f"<!-- cards: ask Age -->\n{THREE}")
    assert guids(first) == guids(second)
    assert kinds(second) == {Kind.COMPARE}
    assert second.result.emptied == 3


def test_of_two_answers_the_note_is_that_of_its_own(tmp_path: Path) -> None:
    before = table(("yes", "filter paints"), ("tin", "Sn"), ("yes", "gauge sorts"))
    first, second = built(tmp_path, before, before.replace("| yes | filter", "| Yes | filter"))
    old = {n.note.origin.answer: n.guid for n in first.result.notes}
    new = {n.note.origin.answer: n.guid for n in second.result.notes}
    assert new["filter paints"] == old["filter paints"]
    assert new["gauge sorts"] not in old.values()


BOLD = KEYED.replace("| set | ", "| **set** | ").replace("| none | none", "| `none` | none")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Marks in a clue hide no reading.
        (BOLD, BOLD.replace("| **set** | set |", "| **both** | set |")),
        (TWO.replace("tin", "**tin**").replace("lead", "`lead`"),
         THREE.replace("tin", "**tin**").replace("lead", "`lead`")),
        (COUNTED.replace("tin", "**tin**"),
         COUNTED.replace("tin", "**tin**").replace("| 2 |", "| x |")),
        # A column of the clue cannot be asked.
        (KEYED, f"<!-- cards: ask Limit -->\n{KEYED}"),
    ],
)  # fmt: skip
def test_the_reading_is_found_again(tmp_path: Path, before: str, after: str) -> None:
    first, second, again = built(tmp_path, before, after, f"{after}\nmore\n")
    assert guids(first) >= guids(second) == guids(again)
    assert not second.result.changes.new


def test_marks_that_come_after_a_column_change_nothing_later(tmp_path: Path) -> None:
    bold = THREE.replace("| tin", "| **tin**").replace("| lead", "| **lead**")
    first, _, third, fourth = built(tmp_path, TWO, THREE, bold, f"{bold}\nmore\n")
    assert guids(first) == guids(third) == guids(fourth)


@pytest.mark.parametrize("word", ["key Request, Limti", "ask Efect"])
def test_notes_wait_for_a_slip_in_a_comment(tmp_path: Path, word: str) -> None:
    other = "\ntext\n\n" + TWO
    sound = f"<!-- cards: key Request, Limit -->\n{KEYED}{other}"
    _, second = built(tmp_path, sound, sound.replace("key Request, Limit", word))
    assert "BD263" in codes(second)
    assert not second.result.changes.retired


def test_a_note_waits_where_no_column_with_a_card_is_asked(tmp_path: Path) -> None:
    first, second, third = built(tmp_path, WIDE, f"<!-- cards: ask past -->\n{WIDE}{TWO}", WIDE)
    assert codes(second).count("BD423") == 1
    assert not second.result.changes.retired
    assert guids(first) <= guids(third)


@pytest.mark.parametrize("gap", ["", '"', "〃"])
def test_a_gap_that_is_new_to_a_table_waits(tmp_path: Path, gap: str) -> None:
    full = KEYED.replace("| set | set |", "| set | all |")
    _, second = built(tmp_path, full, full.replace("| set | all |", f"| {gap} | all |"))
    assert "BD202" in codes(second)
    assert not second.result.changes.new
    assert not second.result.changes.retired


def test_a_second_build_of_sections_with_like_tables_changes_nothing(tmp_path: Path) -> None:
    short = table(("tin", "Sn"), ("lead", "Pb"), header=("Metal", "Symbol"))
    long = table(("tin", "Sn", "50"), ("lead", "Pb", "82"), header=("Metal", "Symbol", "Number"))
    other = table(("tin", "Sn", "232"), ("lead", "Pb", "327"), header=("Metal", "Symbol", "Melts"))
    page = f"## One\n\n{short}\n{long}\n## Two\n\n{other}"
    first, second = built(tmp_path, page, page)
    assert guids(first) == guids(second)
    assert notes(first) == notes(second)
    assert not second.result.changes.retired


def test_a_table_that_is_left_out_takes_no_reading_of_one_beside_it(tmp_path: Path) -> None:
    """At the second build it is left out as it was at the first."""
    sizes = table(("6 bit", "5 bit", "6 bit"), header=("op", "rs", "rt"))
    values = table(("000", "100", "010"), ("6 bit", "5 bit", "6 bit"), header=("op", "rs", "rt"))
    first, second = built(tmp_path, *[f"## R\n\n{sizes}\ntext\n\n{values}"] * 2)
    skipped = "no column of clues"
    assert [t.skipped for t in first.result.tables] == [skipped, ""]
    assert [t.skipped for t in second.result.tables] == [skipped, ""]
    assert notes(first) == notes(second)


def test_a_table_that_keeps_its_reading_need_not_have_its_rows_alone(tmp_path: Path) -> None:
    other = table(("tin", "grey"), header=("Metal", "Look"))
    turned = TWO.replace("| Metal | Symbol |", "| Week | Symbol |")
    first, second = built(tmp_path, f"{TWO}\n{other}", f"{turned}\n{other}")
    assert guids(first) == guids(second)


def test_a_table_may_move_and_be_turned_round_at_once(tmp_path: Path) -> None:
    first, second = built(tmp_path, f"## A\n\n{TWO}\n## B\n", f"## A\n\n## B\n\n{LAST}")
    assert len(first.result.notes) == len(second.result.notes) == 3


# --- what is another table's --------------------------------------------------------------------

MARKED = """# Chemistry

| Formula | Name | State |
|---|---|---|
| H~2~O | water | liquid |
| CO~2~ | carbon dioxide | gas |
| NH~3~ | ammonia | gas |

| Name | Boiling point |
|---|---|
| water | 100 °C |
| ammonia | −33 °C |
"""
ANIMALS = """# Animals

| Animal | Plural |
|---|---|
| ox | oxen |
| foot | feet |

| Beast | Plural | Home |
|---|---|---|
| mouse | mice | hole |
| goose | geese | pond |
| ox | oxen | stable |
"""
COUNTRIES = """# Countries

| Country | Capital |
|---|---|
| France | Paris |
| Spain | Madrid |

| Country | Language | Currency |
|---|---|---|
| Spain | Spanish | euro |
| Poland | Polish | zloty |
"""
WAITING = """# Spanish

| Word | Meaning | Meaning |
|---|---|---|
| **correr** | to run | to execute |
| **gato** | cat | car jack |

| Word: | Meaning |
|---|---|
| cat | a pet |
| dog | a guard |
"""


@pytest.mark.parametrize(
    "mark", ["H~2~O", "[H2O](https://example.org)", "$H$", "<u>H</u>", "{水|みず}"]
)
def test_a_table_beside_another_one_keeps_its_own_reading(tmp_path: Path, mark: str) -> None:
    page = MARKED.replace("H~2~O", mark)
    first, second = built(tmp_path, page, f"{page}| helium | −269 °C |\n")
    assert guids(first) < guids(second)
    assert len(second.result.changes.new) == 1
    assert not {"BD408", "BD420"} & {*codes(second)}


def test_a_row_of_the_table_beside_it_says_nothing_of_a_table(tmp_path: Path) -> None:
    renamed = ANIMALS.replace("Beast", "Creature")
    first, second, third = built(tmp_path, ANIMALS, renamed, ANIMALS)
    read = [[report.kind for report in each.result.tables] for each in (first, second, third)]
    assert read == [["clue", "compare"]] * 3
    assert "BD303" not in codes(second)
    assert guids(third) == guids(first)


def test_a_header_made_equal_and_back_loses_no_note(tmp_path: Path) -> None:
    equal = ANIMALS.replace("Beast", "Plural")
    first, _, third = built(tmp_path, ANIMALS, equal, ANIMALS)
    assert guids(third) == guids(first)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_table_that_was_deleted_and_is_back_has_its_notes(tmp_path: Path, is_first: bool) -> None:
    title, one, other = COUNTRIES.split("\n\n")
    left = other if is_first else one
    first, _, third = built(tmp_path, COUNTRIES, f"{title}\n\n{left}\n", COUNTRIES)
    assert guids(third) == guids(first)
    assert kinds(third) == kinds(first)


def test_a_table_without_a_note_keeps_no_reading(tmp_path: Path) -> None:
    first, second = built(tmp_path, WAITING, f"{WAITING}| hen | egg layer |\n")
    assert (first.result.held, second.result.held) == (2, 2)
    assert codes(second) == codes(first) == ["BD270"]
    assert guids(first) < guids(second)
