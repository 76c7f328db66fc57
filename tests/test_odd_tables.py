"""Tables with ragged rows, dividers or no header: which notes they make, and which rows wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_in, codes, table

from generator.core.diagnostics import (
    NO_CARDS_IN_ENTRY,
    NO_COLUMN_NAMES,
    RAGGED_ROW,
    UNFINISHED_NOTE,
    UNNAMED_COLUMN,
    UNSURE_DIVIDER,
    UNSURE_HEADER,
)
from generator.identity.ledger import parse_ledger

HEADER = "| Part | Role |\n|---|---|\n"
CELL = "| Cell | Wall | Energy |\n|---|---|---|\n"


def summary(folder: Path, text: str, now: int = NOW) -> tuple[list[tuple[str, str]], int, int]:
    """Clue and answer of the notes made, how many rows wait, how many are unfinished."""
    outcome = build_in(folder, {"p.md": text}, now)
    tables = outcome.result.tables
    notes = [
        (note.origin.clue, note.origin.answer)
        for package in outcome.result.packages
        for note in package.package.notes
    ]
    return notes, sum(t.held for t in tables), sum(t.unfinished for t in tables)


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("| animal | none |", ("animal", "none | ")),
        ("| animal | none", ("animal", "none | ")),
        ("| animal | none | food | |", ("animal", "none | food")),
        ("| animal | none | food | | |", ("animal", "none | food")),
        ("| animal | | food |", ("animal", " | food")),
    ],
    ids=["last cell", "last cell and pipe", "an empty one more", "two more", "a middle one"],
)
def test_a_comparison_takes_a_missing_last_cell_for_an_empty_one(
    tmp_path: Path, row: str, note: tuple[str, str]
) -> None:
    notes, held, unfinished = summary(tmp_path, f"{CELL}| plant | pulp | light |\n{row}\n")
    assert (notes, held, unfinished) == ([("plant", "pulp | light"), note], 0, 0)


def test_a_row_with_its_clue_alone_is_not_finished(tmp_path: Path) -> None:
    text = f"{HEADER}| wall | holds |\n| pore |\n| sap\n"
    assert summary(tmp_path, text) == ([("wall", "holds")], 0, 2)
    assert codes(build_in(tmp_path)) == []


@pytest.mark.parametrize(
    ("rows", "made"),
    [
        ("| {{word}} | {{meaning}} |", []),
        ("| Date | {{date:YYYY-MM-DD}} |\n| Time | {{time}} |", []),
        ("| Title | <% tp.file.title %> |", []),
        ("| <% tp.date.now() %> | a walk |", []),
        ("| wall | holds |\n| Today | {{date}} {{time}} |", ["wall"]),
    ],
)
def test_what_a_template_fills_in_is_no_card_and_named_once_a_page(
    tmp_path: Path, rows: str, made: list[str]
) -> None:
    twice = f"{HEADER}{rows}\n\n## Again\n\n{HEADER}{rows.replace('wall', 'pore')}\n"
    other = "Q: a\nA: b\n"
    outcome = build_in(tmp_path, {"t/p.md": twice, "t/q.md": other})
    assert codes(outcome) == ["BD275"]
    notes = [note.note.origin.clue for note in outcome.result.notes]
    assert sorted(notes) == sorted(["a", *made, *(["pore"] if made else [])])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("| {{title}} | the name of the note |", []),
        ("| Jinja | {{ name }} |", []),
        ("| Mustache | `{{name}}` |", []),
        ("| a gap in Anki | `{{c1::Paris}}` |", []),
        ("| a gap in Anki | {{c1::Paris}} |", ["BD240"]),  # a gap is meant, mostly
        ("| written so | {{title}} in double braces |", []),
        ("| ERB | <%= name %> |", []),
    ],
)
def test_what_is_told_about_templates_is_a_card(tmp_path: Path, row: str, told: list[str]) -> None:
    outcome = build_in(tmp_path, {"p.md": f"{HEADER}{row}\n"})
    assert (codes(outcome), len(outcome.result.notes)) == (told, 1)


def test_a_note_whose_answer_went_missing_waits(tmp_path: Path) -> None:
    build_in(tmp_path, {"p.md": f"{HEADER}| wall | holds |\n| pore | lets pass |\n"})
    outcome = build_in(tmp_path, {"p.md": f"{HEADER}| wall | holds |\n| pore |\n"}, NOW + 1000)
    assert codes(outcome) == [UNFINISHED_NOTE.code]
    assert not outcome.result.changes.retired


@pytest.mark.parametrize(
    ("row", "advice"),
    [
        ("| either | `a || b` |", r"write \| for each pipe in `a || b`"),
        ("| size | `|r| > 1` of it |", r"write \| for each pipe in `|r| > 1`"),
        ("| size | $|x|$ |", r"write \| for each pipe in $|x|$"),
        ("| sort | use `cat a | sort` here |", r"write \| for each pipe in `cat a | sort`"),
        ("| `x` | y | `z` |", r"write \| for a pipe inside a cell"),
        ("| costs | $1 | or $2 |", r"write \| for a pipe inside a cell"),
    ],
)
def test_a_cell_too_many_says_which_pipe_may_be_meant(
    tmp_path: Path, row: str, advice: str
) -> None:
    (found,) = build_in(tmp_path, {"p.md": f"{HEADER}| wall | holds |\n{row}\n"}).result.diagnostics
    assert (found.code, found.position.line, found.help) == (RAGGED_ROW.code, 4, advice)


def test_a_blank_row_is_nothing(tmp_path: Path) -> None:
    text = f"{HEADER}| wall | holds |\n| | |\n|\n| pore | lets pass |\n|   |\n"
    assert summary(tmp_path, text) == ([("wall", "holds"), ("pore", "lets pass")], 0, 0)


def test_rows_below_a_row_of_dashes_wait_where_it_may_begin_a_table(tmp_path: Path) -> None:
    text = f"{HEADER}| wall | holds |\n| pore | lets pass |\n|---|---|\n| sap | carries |\n"
    assert summary(tmp_path, text) == ([("wall", "holds")], 2, 0)
    assert codes(build_in(tmp_path)) == [UNSURE_DIVIDER.code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("| | |\n|---|---|\n{}", NO_COLUMN_NAMES),
        ("| Parts of a plant | |\n|---|---|\n{}", NO_COLUMN_NAMES),
        ("|---|---|\n{}", NO_COLUMN_NAMES),
        ("{}", UNSURE_HEADER),
    ],
    ids=["empty", "a title", "the separator row alone", "rows alone"],
)
def test_a_table_that_lost_its_header_waits_and_loses_no_note(
    tmp_path: Path, text: str, code
) -> None:
    rows = "| wall | holds |\n| pore | lets pass |\n| sap | carries |\n"
    build_in(tmp_path, {"p.md": HEADER + rows, "q.md": table(("a", "b"))})
    before = (tmp_path / "notes/ledger.jsonl").read_bytes()
    broken = build_in(tmp_path, {"p.md": text.format(rows)}, NOW + 1000)
    assert {*codes(broken)} - {NO_CARDS_IN_ENTRY.code} == {code.code}
    assert sum(each.held for each in broken.result.tables) == 3
    mended = build_in(tmp_path, {"p.md": HEADER + rows}, NOW + 2000)
    assert codes(mended) == []
    assert (tmp_path / "notes/ledger.jsonl").read_bytes() == before


def test_a_divider_that_is_put_in_retires_no_note(tmp_path: Path) -> None:
    rows = ["| wall | holds |\n", "| pore | lets pass |\n", "| sap | carries |\n"]
    build_in(tmp_path, {"p.md": HEADER + "".join(rows)})
    ledger = tmp_path / "notes/ledger.jsonl"
    before = {guid: e.retired for guid, e in parse_ledger(ledger.read_bytes())[0].entries.items()}
    text = f"{HEADER}{rows[0]}{rows[1]}|---|---|\n{rows[2]}"
    broken = build_in(tmp_path, {"p.md": text}, NOW + 1000)
    assert codes(broken) == [UNSURE_DIVIDER.code]
    after = {guid: e.retired for guid, e in parse_ledger(ledger.read_bytes())[0].entries.items()}
    assert after == before


def test_a_column_without_a_name_is_not_asked_and_stands_in_the_table(tmp_path: Path) -> None:
    text = "| Verb | Past | |\n|---|---|---|\n| go | went | irregular |\n| see | saw | odd |\n"
    outcome = build_in(tmp_path, {"p.md": text})
    assert codes(outcome) == [UNNAMED_COLUMN.code]
    (package,) = outcome.result.packages
    assert [note.origin[4:7] for note in package.package.notes] == [
        ("Past", "go", "went"),
        ("Past", "see", "saw"),
    ]
    assert all("irregular" in note.fields[5] or "irregular" in "".join(note.fields)
               for note in package.package.stamped())  # fmt: skip


def test_a_left_header_may_be_missing(tmp_path: Path) -> None:
    text = "| | SQL | NoSQL |\n|---|---|---|\n| schema | fixed | free |\n"
    outcome = build_in(tmp_path, {"p.md": text})
    (package,) = outcome.result.packages
    assert codes(outcome) == []
    assert [n.columns for n in package.package.notes] == [(("SQL", "fixed"), ("NoSQL", "free"))]


@pytest.mark.parametrize("cell", ["`" * 20_000, "`" * 20_000 + " a", "$" * 20_000, "[" * 20_000])
def test_many_marks_in_a_row_with_a_cell_too_many_cost_that_row(tmp_path: Path, cell: str) -> None:
    """A pattern that backtracks would not come back."""
    outcome = build_in(tmp_path, {"a.md": table(("x", f"{cell} | z"), ("y", "w"))})
    assert "BD201" in codes(outcome)
    assert len(outcome.result.notes) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"Q: what{' ' * 20_000}x {{:.a}}?\nA: b{' ' * 20_000}c {{:.a}} x\n",
        f"What is it?\n\nA. x\nB. y\n\nAnswer: x{' ' * 20_000}z\n",
        f"<!-- cards: definitions -->\n- term {'`' * 20_000}: y\n- b: c\n",
    ],
)
def test_many_blanks_and_marks_in_text_are_read_once(tmp_path: Path, text: str) -> None:
    """Each took ten seconds and more, four times for twice as many."""
    assert build_in(tmp_path, {"a.md": text}).result.diagnostics


_QUESTION = "Which are right?\n\nI. one\nII. two\n\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Is it?\n\n<details><summary>Show {'a ' * 4_000}b</summary>\n\nx\n\n</details>\n",
        f"Is it?\n\n> [!question]- Show {'a ' * 4_000}b\n> x\n",
        f"Is it?{' #a→' * 2_000} x\n\n> [!success]- Answer\n> x\n",
        f"Is it?{' #x<a #y>' * 2_000} x\n\n> [!success]- Answer\n> x\n",
        f"{_QUESTION}A. I and II\nB. {'1, ' * 2_000}w\n\nAnswer: A\n",
        f"{_QUESTION}A. {'I - ' * 2_000}w\nB. I and II\n\nAnswer: A\n",
        table(("x", f"![a]({' ' * 9_000}x")),
        table(("x", f"<!-- review{' ' * 9_000}x")),
    ],
)
def test_each_part_of_a_text_is_read_in_one_way(tmp_path: Path, text: str) -> None:
    """A pattern that backtracks would not come back, or take minutes."""
    build_in(tmp_path, {"a.md": f"A ==gap== in it.\n\n{text}\n"})


def test_a_list_below_a_question_is_looked_through_once_for_a_sign(tmp_path: Path) -> None:
    """A pattern that backtracks would not come back."""
    build_in(tmp_path, {"a.md": "Is it?\n\n" + f"-{' ' * 60}x\n" * 9 + "\nNo ✅\n"})
