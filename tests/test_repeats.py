"""Rows that stand twice and clues with several answers: which is worth a word, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import build_in, codes, table
from made_notes import made, made_of

from generator.core.model import Source
from generator.settings.values import Settings

RULER = ("River", "Length")


def found(*pages: str) -> list[tuple[str, str, int, str]]:
    """What is said of pages `0.md`, `1.md` …: code, page, line, message."""
    sources = [(Source(f"p/{n}.md", text), Settings(deck="D")) for n, text in enumerate(pages)]
    done = made_of("p", sources)
    listed = [(d.code, d.position.file, d.position.line, d.message) for d in done.diagnostics]
    return sorted(each for each in listed if each[0] in ("BD301", "BD302", "BD303", "BD305"))


def said(*pages: str) -> list[str]:
    return [code for code, *_ in found(*pages)]


def titled(title: str, *rows: tuple[str, ...], header: tuple[str, ...] = RULER) -> str:
    return f"# {title}\n\n{table(*rows, header=header)}"


# --- another answer elsewhere -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (titled("Asia", ("Ob", "3,650 km")), titled("Maps", ("Ob", "2 sheets"))),
        (f"## A\n\n{table(('Ob', 'x'))}", f"## B\n\n{table(('Ob', 'y'))}"),
        (titled("Asia", ("Ob", "x")), titled("Asia", ("Ob", "y"), header=("River", "Source"))),
        (titled("Asia", ("Ob", "x")), titled("Asia", ("Ob", "y"), header=("Name", "Length"))),
        (titled("Asia", ("Ob", "x")), titled("Asia", ("Ob.", "y"))),
        # One of them is a trap, which looks another way.
        (
            titled("Asia", ("Ob", "x"), header=("Trap", "Length")),
            titled("Asia", ("Ob", "y", "z"), header=("Trap", "Length", "Sea")),
        ),
        # Two comparisons that ask for nothing that both have.
        (
            titled("Asia", ("Ob", "x", "y"), header=("River", "Length", "Sea")),
            titled("Asia", ("Ob", "z", "w"), header=("River", "Source", "Towns")),
        ),
        # The same length in both, and else other columns.
        (
            titled("Asia", ("Ob", "x", "y"), header=("River", "Length", "Sea")),
            titled("Asia", ("Ob", "x", "w"), header=("River", "Length", "Towns")),
        ),
        # An empty cell has no card.
        (
            titled("Asia", ("Ob", "x", "y"), header=("River", "Length", "Sea")),
            titled("Asia", ("Ob", "", "w"), header=("River", "Length", "Towns")),
        ),
        # The page's name stands above one of them only.
        (titled("Asia", ("Ob", "x")), titled("Asia", ("Ob", "all of Asia"))),
        # The options of a quiz are on its front.
        ("Which?\n\n- [x] a\n- [ ] b\n", "Which?\n\n- [x] c\n- [ ] d\n"),
        # What one card hides the other shows.
        ("# P\n\nThe ==Ob== is long.\n", "# P\n\nThe Ob is ==long==.\n"),
    ],
)
def test_fronts_that_differ_say_nothing(one: str, other: str) -> None:
    assert said(one, other) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (titled("Asia", ("Ob", "x")), titled("Asia", ("Ob", "y", "z"), header=(*RULER, "Sea"))),
        (titled("Asia", ("Ob", "3,650 km")), titled("Asia", ("Ob", "5,410 km"))),
        # One attribute that both ask, and others.
        (
            titled("Asia", ("Ob", "x", "y"), header=("River", "Length", "Sea")),
            titled("Asia", ("Ob", "z", "w"), header=("River", "Length", "Towns")),
        ),
        (
            titled("Asia", ("Ob", "x", "y"), header=("River", "Sea", "Length")),
            titled("Asia", ("Ob", "z", "w"), header=("River", "Length", "Towns")),
        ),
        ("# P\n\nQ: How long?\nA: 1 km\n", "# P\n\nQ: How long?\nA: 2 km\n"),
        ("# P\n\nWhich?\n\n- [x] a\n- [ ] b\n", "# P\n\nWhich?\n\n- [ ] a\n- [x] b\n"),
        (titled("Asia", ("Ob", "x"), header=("Trap", "Rule")),
         titled("Asia", ("Ob", "y"), header=("Trap", "Rule"))),
    ],
)  # fmt: skip
def test_equal_fronts_are_said(one: str, other: str) -> None:
    assert said(one, other) == ["BD302"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Both names of the pages give the answer away, and stand there all the same.
        (titled("Asia", ("Ob", "in Asia")), titled("Maps", ("Ob", "on maps"))),
        ("---\ntopic: T\n---\n" + titled("A1", ("Ob", "a1")),
         "---\ntopic: T\n---\n" + titled("B1", ("Ob", "b1"))),
    ],
)  # fmt: skip
def test_a_place_tells_fronts_apart(one: str, other: str) -> None:
    assert said(one, other) == []


def test_in_one_section_the_context_does_not_matter() -> None:
    # The backs of both show both answers, whatever stands above the clue.
    text = f"# Asia\n\n{table(('Ob', 'x'))}\n{table(('Ob', 'all of Asia'))}"
    assert said(text) == ["BD302"]


def test_a_row_that_stands_elsewhere_may_ask_like_a_third() -> None:
    one, other = (table(("Ob", answer)) for answer in "xy")
    lines = [(code, line) for code, _, line, _ in found(f"# A\n\n{one}", f"# A\n\n{other}\n{one}")]
    assert lines == [("BD302", 5), ("BD302", 9), ("BD305", 9)]


def test_the_row_with_the_same_answer_is_found_behind_others() -> None:
    pages = [titled(f"P{place}", ("Ob", answer)) for place, answer in enumerate("xyzy")]
    assert [(code, file) for code, file, *_ in found(*pages)] == [("BD305", "p/3.md")]


# --- once for two tables ----------------------------------------------------------------------

ROWS = [(f"r{number}", f"a{number}") for number in range(9)]


def test_rows_of_two_tables_are_said_once() -> None:
    others = [(f"x{number}", "y") for number in range(20)]
    (one,) = found(titled("A", *ROWS), titled("B", *others, *ROWS))
    assert one == (
        "BD305", "p/1.md", 25,
        "the same clue and answer stand in p/0.md:5; each is a note of its own"
        "; so in line 26, 27, 28, 29, 30 and 3 more",
    )  # fmt: skip


def test_a_page_that_repeats_another_is_said_once() -> None:
    halves = f"{table(*ROWS[:4])}\ntext\n\n{table(*ROWS[4:])}"
    (one,) = found(f"# A\n\n{halves}", f"# B\n\n{halves}\ntext\n\n{table(('u', 'v'))}")
    assert one[3].endswith("; so with 8 more of the 10 rows of this page")


def test_a_page_that_repeats_half_of_another_is_said_by_table() -> None:
    tables = f"{table(*ROWS[:2])}\ntext\n\n{table(*ROWS[4:6])}"
    more = table(*((f"x{number}", "y") for number in range(4)))
    listed = found(f"# A\n\n{tables}", f"# B\n\n{tables}\ntext\n\n{more}")
    assert [(line, message.rpartition("; ")[2]) for *_, line, message in listed] == [
        (5, "so in line 6"),
        (12, "so in line 13"),
    ]


def test_other_answers_of_two_tables_are_said_once() -> None:
    (one,) = found(titled("A", *ROWS), titled("A", *((clue, "other") for clue, _ in ROWS)))
    assert one[:3] == ("BD302", "p/1.md", 5)
    assert one[3] == "'r0' has another answer in p/0.md:5; so in line 6, 7, 8, 9, 10 and 3 more"


def test_rows_that_stand_twice_in_a_section_are_said_once() -> None:
    text = f"{table(*ROWS)}\ntext\n\n{table(*ROWS[:3])}"
    done = made(text)
    assert [d.code for d in done.diagnostics] == ["BD303"]
    assert done.diagnostics[0].message.endswith("; one note is made; so in line 18, 19")


def test_a_comment_silences_its_row_alone(tmp_path: Path) -> None:
    two = [(f"r{number}", f"two {number}") for number in range(3)]
    one = table(*((clue, f"other {clue}x") for clue, _ in two))
    marked = table(two[0], ("r1", "two 1 <!-- ignore: BD302 -->"), two[2])
    outcome = build_in(tmp_path, {"a/one.md": one, "a/zz/one.md": marked})
    assert codes(outcome) == ["BD302"]
    assert outcome.result.diagnostics[0].message.endswith("a/one.md:3; so in line 5")
    marked = marked.replace("r0 ", "r0 <!-- ignore: BD302 --> ")
    outcome = build_in(tmp_path, {"a/zz/one.md": marked})
    assert [d.position.line for d in outcome.result.diagnostics] == [5]
    assert (
        codes(build_in(tmp_path, {"a/zz/one.md": f"<!-- ignore: BD302 -->\n{table(*two)}"})) == []
    )
