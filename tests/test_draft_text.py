"""Text that was copied from a page: what is a table in it, how rows are cut, what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cases import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.diagnostics import has_errors
from generator.core.model import Source, Table
from generator.draft.drafting import Draft, draft
from generator.draft.guess import guess_rows, names_in
from generator.draft.headers import asks, is_trap, split_header
from generator.draft.leftovers import is_leftover
from generator.draft.review import find_unsure, tables_of
from generator.forms.walk import read_page
from generator.markup.inline import plain

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).parent / "pages" / "flattened.txt"
SEEDS = sorted(Path(__file__).parents[2].glob("*/seeds/*"))


def draft_of(text: str) -> Draft:
    return draft(text.encode(), "page.txt", "note.md")


@cases("draft_text.md")
def test_text_as_a_note(case: Case) -> None:
    made = draft_of(case.input)
    told = [f"{row.line}: {row.confidence}" for row in made.rows]
    told += [f"left out: {what}" for what in made.left_out]
    told += [f"{d.position.file}:{d.position.line}: {d.code} {d.message}" for d in made.diagnostics]
    case.check("\n".join([made.markdown, *told]).removesuffix("\n"))


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Need Better first instinct", "Need"),
        ("If the stem says… Strong reading", "If the stem says…"),
        ("Signal in the ML exam Strong reading", "Signal in the ML exam"),
        ("Delta Live Tables Lakeflow name Strong reading", None),
        ("Need", None),
        ("Trap Better Rule Why", None),
        ("lower case Words", None),
    ],
)
def test_a_header_line_is_cut_where_the_second_header_opens(line: str, left: str | None) -> None:
    header = split_header(line)
    assert (header and header.left) == left


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Loading quiz…", True),
        ("Revised on Sunday, May 10, 2026", True),
        ("Last updated: 2026-05-10", True),
        ("Skip to main content", True),
        ("© 2026 Orchard School", True),
        ("We use cookies to improve this site.", True),
        ("Loading dose of a drug", False),
        ("(c) the third answer", False),
        ("A server uses cookies to know a session again", False),
        ("Updated weights are kept after each step", False),
        ("Search is linear in the number of trees", False),
    ],
)
def test_only_what_a_page_says_of_itself_is_a_leftover(text: str, is_one: bool) -> None:
    assert is_leftover(text) is is_one


WORDS = st.sampled_from(
    "Need Trap Better rule first … If drip line for the of is “a b” ? Ask | --- \t • 1. # ``` "
    "a and <td> </td> Quiz Loading… . : areaWhat -".split(" ")
)
TEXT = st.lists(st.lists(WORDS, max_size=8).map(" ".join) | st.just(""), max_size=14).map("\n".join)


@settings(deadline=None, max_examples=300)
@given(TEXT)
def test_no_word_is_lost_and_nothing_raises(text: str) -> None:
    made = draft_of(text)
    if not made.markdown:
        assert has_errors(made.diagnostics)
        return
    # Numbers, bullets and rules of dashes are written anew.
    kept = set(re.findall("[A-Za-z]{2,}", made.markdown + " ".join(made.left_out)))
    assert set(re.findall("[A-Za-z]{2,}", text)) <= kept | {"td"}


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.lists(WORDS.filter(str.isalpha), min_size=2, max_size=9), min_size=1, max_size=5)
)
def test_a_row_that_no_rule_settles_has_its_mark(rows: list[list[str]]) -> None:
    lines = [" ".join(["row", *row]) for row in rows]
    made = draft_of("\n".join(["Need Better first instinct", *lines]))
    assert not has_errors(made.diagnostics)
    assert len(find_unsure(made.markdown)) == len(lines)


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\u2028"])
def test_line_ends_make_no_difference(line_end: str) -> None:
    text = PAGE.read_text("utf-8")
    assert draft_of(text.replace("\n", line_end)) == draft_of(text)


# --- the guess, measured on every table at hand ---------------------------------------------------


def flattened(text: str) -> tuple[list[str], list[Table]]:
    """A note's lines with each table's cells joined by a space, and its two-column tables."""
    page, _ = read_page(Source("", text))
    lines = text.split("\n")
    for table in tables_of(page):
        for row in (table.header, *table.rows):
            lines[row.line - 1] = " ".join(plain(cell.text) for cell in row.cells)
    lines = [line for line in lines if line.strip() and not re.fullmatch(r"[|\s:-]+", line)]
    return lines, [table for table in tables_of(page) if len(table.header.cells) == 2]


def test_the_right_cut_is_nearly_always_among_the_first_three() -> None:
    notes = sorted((ROOT / "source_notes").rglob("*.md"))
    notes += [seed for seed in SEEDS if "|---|" in seed.read_text("utf-8")]
    assert notes
    counts = {"settled": [0, 0, 0], "trap": [0, 0, 0], "clue": [0, 0, 0]}
    for path in notes:
        lines, tables = flattened(path.read_text("utf-8"))
        for table in tables:
            left, right = (plain(cell.text) for cell in table.header.cells)
            header = split_header(f"{left} {right}", names_in(lines))
            assert header
            assert header.left == left
            rows = [[plain(cell.text) for cell in row.cells] for row in table.rows]
            kind = {"asks": asks(left), "is_trap": is_trap(left)}
            guesses = guess_rows([" ".join(row) for row in rows], lines, **kind)
            for row, guess in zip(rows, guesses, strict=True):
                role = "trap" if kind["is_trap"] else "clue"
                count = counts["settled" if guess.confidence == "settled" else role]
                rank = guess.cuts.index(len(row[0].split()))
                count[0] += 1
                count[1] += rank == 0
                count[2] += rank < 3
    assert counts["settled"][0] == counts["settled"][1]
    rows, first, third = (sum(column) for column in zip(*counts.values(), strict=True))
    assert rows >= 36
    assert third / rows >= 0.9, counts
    assert first / rows >= 0.6, counts


@pytest.mark.parametrize(
    ("file", "text", "separator"),
    [
        ("a.csv", "Term;Meaning\nstoma;a pore, small\n", "semicolons"),
        ("a.CSV", 'Term,Meaning\nstoma,"a pore;\nsmall"\n', "commas"),
        ("a.csv", "Term\tMeaning\nstoma\ta pore, small\n", "tabs"),
        ("a.tsv", "#separator:tab\n#html:true\nTerm\tMeaning\nstoma\ta pore\n", "tabs"),
        ("a.csv", "\ufeffTerm,Meaning,Use\r\nstoma,a pore,air; water\r\n", "commas"),
    ],
)
def test_what_separates_the_cells_of_a_file_is_named(file: str, text: str, separator: str) -> None:
    made = draft(text.encode(), file, "note.md")
    assert made.markdown.startswith("| Term | Meaning |")
    assert made.markdown.count("\n") == 3
    assert [d.code for d in made.diagnostics] == ["BD713", "BD709"]
    assert separator in made.diagnostics[0].message


def test_a_row_of_a_file_with_other_cells_is_named() -> None:
    made = draft(b"Term,Meaning\nstoma,a pore\nxylem,carries,water\n", "a.csv", "note.md")
    assert [(d.code, d.position.line) for d in made.diagnostics] == [("BD706", 3)]
    assert made.markdown == ""


@pytest.mark.parametrize("line", [" " * 300_000 + "x", "a" + " " * 300_000 + "b", "- " * 100_000])
def test_a_line_of_any_length_is_read_in_work_that_grows_with_it(line: str) -> None:
    """The first of them took half a minute."""
    assert draft(f"Some text.\n{line}\n".encode(), "a.txt", "note.md").markdown


@pytest.mark.parametrize(
    "text",
    [
        "Term: a definition\r\n" * 2_000,
        "Term: a definition\r\n\twhich goes on\r\n" * 2_000,
        "Version:1.0\r\n" + "Term: a definition\r\n" * 200,
        "Version:1.0\r\n" + "a:: \n" * 800,
        "Version:1.0 " + "a:b: " * 800,
        "<!-- a remark -->\n" * 2_000 + "text\n",
        "<?xml a?>\n<!-- a remark -->\n\n" * 2_000 + "text\n",
    ],
)
def test_what_a_text_is_can_be_told_whatever_it_begins_with(text: str) -> None:
    """A pattern that backtracks would not come back."""
    assert draft_of(text).markdown
