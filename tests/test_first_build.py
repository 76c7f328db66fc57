"""What the first build of a folder came to, and which errors hold how many rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import build_in, table

from generator.core.outcome import BuildResult
from generator.report.first_build import format_first_build
from generator.report.held import format_held, held_by_code
from generator.report.text import format_tables, format_unfinished

PLAN = table(("1", "x"), header=("Week", "Do"))
ROWS = [(f"clue {number}", f"answer {number}") for number in range(4)]


def result_of(folder: Path, **pages: str) -> BuildResult:
    return build_in(folder, {f"a/{name}.md": text for name, text in pages.items()}).result


def held(folder: Path, **pages: str) -> dict[str, int]:
    result = result_of(folder, **pages)
    counts = held_by_code(result.tables, result.diagnostics)
    assert sum(counts.values()) == result.held
    return counts


# --- held by which error ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "counts"),
    [
        (table(*ROWS), {}),
        (table(("", "x"), ("", "y"), *ROWS), {"BD202": 2}),
        (table(("a", "b", "1"), ("a", "b", "2"), ("c", "d", "e", "f"), header=("W", "M", "A")),
         {"BD201": 1, "BD301": 1}),
        # A row with two errors counts once.
        (table(("", "x", "y"), *ROWS), {"BD201": 1}),
        # The whole page, its rows with errors of their own among them.
        (f"---\nurl: [\n---\n\n{table(*ROWS, ('a', 'b', 'c'))}\n{table(*ROWS)}",
         {"BD156": 8, "BD201": 1}),
        # The whole table.
        (f"{table(*ROWS)}\n<!-- cards: revers -->\n{table(('u', 'v'))}", {"BD124": 1}),
        (f"{table(('', 'x'), *ROWS)}\n<!-- cards: revers -->\n{table(('u', 'v'), ('w', 'z'))}",
         {"BD124": 2, "BD202": 1}),
        # An order is held whole for one of its steps.
        ("# P\n\n<!-- cards: order -->\n\n1. a\n2. b\n3. a\n", {"BD224": 3}),
        ("# P\n\n<!-- cards: definitions -->\n\n- a: b\n- c\n- d\n", {"BD220": 2}),
        ("# P\n\nWhich?\n\n- [x] a\n- [x] b\n", {"BD231": 1}),
    ],
)  # fmt: skip
def test_each_held_row_counts_for_one_error(
    tmp_path: Path, page: str, counts: dict[str, int]
) -> None:
    assert held(tmp_path, page=page, other=table(("q", "r"))) == counts


def test_pages_do_not_count_for_each_other(tmp_path: Path) -> None:
    one = table(("", "x"), *ROWS)
    other = f"---\nurl: [\n---\n\n{table(('u', 'v'))}"
    assert held(tmp_path, a=one, b=other, c=table(("m", "n"))) == {"BD156": 1, "BD202": 1}


def test_the_most_held_come_first_and_the_rest_is_counted() -> None:
    counts = {"BD201": 1, "BD202": 70, "BD301": 5, "BD310": 1, "BD999": 2}
    assert format_held(counts, 1_080) == (
        "held: 1,080 rows: 70 with an empty cell (BD202), 5 with another answer to the same clue"
        " (BD301), 2 with BD999, 1 with too many cells (BD201), 1,002 for other reasons"
    )
    assert format_held({"BD202": 1}, 1) == "held: 1 row: 1 with an empty cell (BD202)"


# --- on one screen ----------------------------------------------------------------------------


def test_all_that_there_may_be_to_say(tmp_path: Path) -> None:
    terms = "- **cell**: unit of life\n- **gene**: unit of heredity\n"
    one_column = table(("x",), header=("one",))
    result = result_of(
        tmp_path,
        one=f"{table(('', 'x'), *ROWS, ('open', ''))}\n{PLAN}\n{terms}",
        two=f"# T\n\n{terms}\n## Why so?\n\nSo.\n\nQ: Who?\nA: She.\n\n{one_column}\n{PLAN}",
        three="# T\n\nWhich?\n\n- [ ] a\n- [ ] b\n\n> [!faq] Where is it?\n> Here.\n",
    )
    assert format_first_build(result).splitlines() == [
        "5 notes, 9 cards from 1 table and 1 text with questions on 2 of 3 pages",
        "held: 1 row: 1 with an empty cell (BD202)",
        "unfinished: 1 row without an answer yet: a/one.md:8",
        "3 tables skipped: a/one.md:10 (planning), a/two.md:13 (one column), a/two.md:17",
        "  (planning)",
        "could make cards, if written otherwise:",
        "  4 list items that look like definitions, most in a/one.md:",
        '    write definitions = "bold" into deck.toml; or <!-- cards: definitions -->',
        "      above the list, or at a heading for all lists below it",
        "  1 heading that asks in a/two.md:",
        '    write questions = "headings" into deck.toml, or mark them with Q: and A:',
        "  1 callout or fold that asks in a/three.md:",
        '    write questions = "callouts" into deck.toml',
        "  1 quiz without a right option in a/three.md:",
        "    tick the right ones, - [x]",
    ]


def test_the_lines_of_unfinished_rows_are_named(tmp_path: Path) -> None:
    rows = [("one", "?"), ("two", "x"), ("three", ""), ("four", "TBD"), ("five", "-")]
    result = result_of(tmp_path, one=f"Q: Which?\nA:\n\n{table(*ROWS, *rows)}")
    assert (
        format_unfinished(result.tables)
        == "unfinished: 5 rows without an answer yet: a/one.md:1, 10, 12;"
        " -v has all lines"
    )
    assert "4 unfinished (lines 10, 12, 13, 14)" in format_tables(result.tables, Path("notes"))


def folders_of(folder: Path, sizes: dict[str, int]) -> list[str]:
    """The lines on folders, of pages with so many rows."""
    pages = {
        f"{path}/page.md": table(*((f"{path} {row}", f"answer {row}") for row in range(rows)))
        for path, rows in sizes.items()
    }
    lines = format_first_build(build_in(folder, pages).result, 200).splitlines()
    return [line for line in lines if "folder" in line or "exclude" in line]


def test_many_folders_are_named_by_what_they_make(tmp_path: Path) -> None:
    sizes = {"Learning/it": 9, "Learning/fr": 3, "Home": 5, "Work": 4, "A": 2, "B": 1, "C": 1}
    assert folders_of(tmp_path, sizes) == [
        "notes by folder: Learning 12, Home 5, Work 4, A 2, B 1 and 1 more folder",
        "  to leave one out, write into deck.toml in the folder of the pages:",
        '    exclude = ["B/**"]',
    ]
    (tmp_path / "notes/deck.toml").write_text('exclude = ["B/**"]\n')
    assert build_in(tmp_path).result.left_out


def test_folders_below_a_few_are_named(tmp_path: Path) -> None:
    sizes = {"vault/a": 4, "vault/b/in": 3, "vault/c": 2, "other": 1}
    assert folders_of(tmp_path, sizes)[0] == (
        "notes by folder: vault/a 4, vault/b 3, vault/c 2, other 1"
    )


def test_a_few_folders_need_no_list(tmp_path: Path) -> None:
    assert folders_of(tmp_path, {"a": 4, "b": 3, "c": 2}) == []


def test_nothing_is_said_of_what_is_not_there(tmp_path: Path) -> None:
    result = result_of(tmp_path, one=table(*ROWS))
    assert format_first_build(result) == "4 notes, 4 cards from 1 table on 1 page".replace(
        "4 cards", f"{result.packages[0].cards} cards"
    )


@pytest.mark.parametrize("width", [40, 60, 80])
def test_it_fits_the_terminal(tmp_path: Path, width: int) -> None:
    terms = "- **cell**: unit of life\n- **gene**: unit of heredity\n"
    bad = (("", "x"), ("clue 1", "x"), ("a", "b", "c"))
    text = format_first_build(result_of(tmp_path, one=f"{table(*ROWS, *bad)}\n{terms}"), width)
    assert max(map(len, text.splitlines())) <= width
    assert len(text.splitlines()) <= 15


SETTINGS_OF = {
    "definitions": ('definitions = "bold"', "- **cell**: unit of life\n- **Note:** none\n- gene\n"),
    "questions": (
        'questions = "headings"',
        "## What is a cell?\n\nThe unit of life.\n\n## Why?\n\nSo.\n",
    ),
    "callouts": ('questions = "callouts"', "> [!question]- What is a cell?\n> The unit of life.\n"),
    "items": (
        'questions = "items"',
        "- What is a cell?\n\n    The unit of life.\n\n- Why?\n    - So.\n- What is a gene?\n",
    ),
}


@pytest.mark.parametrize("counted", SETTINGS_OF)
def test_the_setting_that_it_names_makes_the_cards(tmp_path: Path, counted: str) -> None:
    setting, text = SETTINGS_OF[counted]
    before = result_of(tmp_path, one=table(*ROWS), two=f"# T\n\n{text}")
    assert setting in format_first_build(before)
    (tmp_path / "notes/deck.toml").write_text(f"{setting}\n")
    after = build_in(tmp_path, {}).result
    assert getattr(before.rest[1], counted) == len(after.notes) - len(before.notes) == 1
    assert getattr(after.rest[1], counted) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("What is a cell?::the unit of life\n\nthe first cell:::a drop\n", 2),
        ("- cell >> the unit of life\n- parts of a cell >>>\n  - a wall\n", 2),
        ("- cell :: the unit of life\n", 1),
        ("the unit of life\n?\na cell\n\nthe unit of a text\n??\na word\n", 2),
        ("What is a cell\n\n%\n\nthe unit of life\n", 1),
        (
            "- cell #card\n\t- the unit of life\n\nthe unit of a text #flashcard-reverse\na word\n",
            2,
        ),
        ("START\nBasic\nBack: a cell\nEND\n\n## Front\n\na cell\n\n## Back\n\na unit\n", 2),
        ("the first one::a cell\nthe next one::a gene\nthe last one::a word\n", 3),
        # Names in programs, fields, code, a comment and a redirection.
        ("Call std::move here.\n\nfield:: value\n\n- `cat a >> b`\n\n```\n%\nSTART\n```\n", 0),
        (
            "<!--\nSTART\n-->\n\nWho?\n\nA >> B\n\n- what a #card\n  is: ==this one==\n",
            1,
        ),
    ],
)
def test_cards_that_are_written_for_other_programs_are_counted(
    tmp_path: Path, text: str, count: int
) -> None:
    """Both where a page is parsed for something else, and where it is not."""
    result = result_of(tmp_path, one=f"{text}\nQ: Who?\nA: She.\n", two=text)
    assert [each.cards for each in result.rest] == [count, count]
    offer = "written for another program" in format_first_build(result)
    assert offer is (count > 0)


def test_what_it_says_to_write_makes_the_cards(tmp_path: Path) -> None:
    terms = "- **cell**: unit of life\n- **gene**: unit of heredity\n"
    before = result_of(tmp_path, one=table(*ROWS), two=f"# T\n\n{terms}")
    after = result_of(tmp_path, two=f"# T\n\n<!-- cards: definitions -->\n\n{terms}")
    assert before.rest[1].definitions == len(after.notes) - len(before.notes) == 2
    assert after.rest[1].definitions == 0
