"""Lints: what makes a poor card is said once, and what only looks like it is not said at all."""

from __future__ import annotations

import pytest
from build_notes import table
from hypothesis import given
from hypothesis import strategies as st
from made_notes import made, made_of

from generator.core.diagnostics import CODES, Severity
from generator.core.model import Source
from generator.settings.values import Settings


def found(*pages: str) -> list[str]:
    """``3:1 BD602 message`` for each finding about the pages a.md, b.md, …, of one package."""
    named = zip("abc", pages, strict=False)
    sources = [(Source(f"{name}.md", text), Settings(deck="D")) for name, text in named]
    return [
        f"{d.position.line}:{d.position.column} {d.code} {d.message}"
        for d in made_of("p", sources).diagnostics
    ]


def rows(*rows: tuple[str, ...], header: tuple[str, ...] = ("Need", "First move")) -> str:
    return table(*rows, header=header)


TRAP = ("Trap", "Better rule")


def test_every_lint_is_a_warning() -> None:
    lints = [code for code in CODES.values() if code.code.startswith("BD60")]
    assert lints
    assert {code.severity for code in lints} == {Severity.WARNING}


# --- near-duplicates --------------------------------------------------------------------------

CLUE = "a timer that starts a job on stored rows"


@pytest.mark.parametrize(
    "other",
    [
        "a timer that launches a job on stored rows",
        "a timer that starts a nightly job on stored rows",
        "a timer that starts a job on rows",
        "The timers that start jobs on the stored rows.",
    ],
    ids=["another word", "a word more", "a word less", "the same words"],
)
def test_a_row_that_differs_by_a_word_is_a_near_duplicate(other: str) -> None:
    text = rows((CLUE, "batch"), (other, "Batch."), ("a click", "real-time"))
    message = f"'{other}' is nearly the clue in a.md:3, with the same answer"
    assert found(text) == [f"4:1 BD601 {message}"]


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ("a timer that launches a job on stored rows", "real-time"),
        ("a timer that launches a run on stored rows", "batch"),
        ("a timer that never starts a job on stored rows", "batch"),
        ("a timer that starts 2 jobs on stored rows", "batch"),
        ("a timer that starts a job on stored rows < 5", "batch"),
        ("a timer that starts a job on x stored rows", "batch"),
    ],
    ids=["another answer", "two words", "not", "a number", "a sign", "a letter"],
)
def test_a_row_that_differs_by_more_is_none(other: str, answer: str) -> None:
    assert found(rows((CLUE, "batch"), (other, answer), ("a click", "real-time"))) == []


def test_short_clues_that_share_an_answer_are_no_duplicates() -> None:
    short = [("a red blood count", "lab"), ("a white blood count", "lab"), ("a scan", "ward")]
    assert found(rows(*short)) == []


def test_a_near_duplicate_is_found_on_another_page() -> None:
    first = rows((CLUE, "batch"), header=("Signal", "Mode"))
    second = "# Again\n\n" + rows((f"{CLUE} nightly", "batch"))
    (finding,) = found(first, second)
    assert finding.startswith("5:1 BD601")
    assert "a.md:3" in finding


def test_the_same_clue_under_another_header_is_another_question() -> None:
    tables = [rows((CLUE, "batch"), header=("Signal", ask)) for ask in ("Mode", "Folder")]
    assert found("\n".join(tables)) == []


def test_items_that_are_compared_may_be_near() -> None:
    header = ("Mode", "One", "Two")
    assert found(rows((CLUE, "a", "b"), (f"{CLUE} nightly", "a", "b"), header=header)) == []


# --- the answer in the clue -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clue", "answer"),
    [
        ("a team needs a callable custom endpoint", "custom endpoint"),
        ("“a team needs a Custom Endpoint today”", "The custom endpoint."),
        ("In which country does Mexico City lie?", "Mexico"),
    ],
)
def test_a_clue_that_holds_its_answer_gives_it_away(clue: str, answer: str) -> None:
    text = rows((clue, answer), ("a click", "real-time"))
    assert found(text) == [f"3:1 BD602 the clue gives its answer away: {answer}"]


@pytest.mark.parametrize(
    ("clue", "answer"),
    [
        ("Which is faster, a batch job or a stream?", "a stream"),
        ("Is a mile longer than a kilometre or not?", "a mile"),
        ("gold is heavier than lead: which sinks", "gold"),
        ("sheep, goose, ox, which never changes", "sheep"),
        ("faster in the long run: batch/stream", "batch"),
        ("the plural of sheep", "sheep"),
        ("one sheep, two …", "sheep"),
        ("sheep", "sheep"),
        ("It is true that a virus has no cell", "true"),
        ("kill the process on a port", "`kill`"),
        ("non-batch jobs that never finish", "batch"),
        ("batches of jobs that never finish", "batch"),
        ("What is 1200 plus zero together", "1200"),
        ("where the station is on the map", "the map is where the station is"),
    ],
)
def test_an_answer_that_is_properly_in_the_clue_gives_nothing_away(clue: str, answer: str) -> None:
    assert found(rows((clue, answer), ("a click", "real-time"))) == []


def test_a_trap_may_hold_the_words_of_its_rule() -> None:
    row = ("using a real-time endpoint for everything", "endpoint")
    assert found(rows(row, header=TRAP)) == []


def test_findings_of_one_kind_in_one_table_are_said_once() -> None:
    clues = [(f"a team needs number {n} endpoint today", "endpoint") for n in range(8)]
    text = rows(*clues, ("a click", "real-time"))
    (finding,) = [each for each in found(text) if "BD602" in each]
    assert finding == (
        "3:1 BD602 the clue gives its answer away: endpoint; so in line 4, 5, 6, 7, 8 and 2 more"
    )


# --- tables -----------------------------------------------------------------------------------


def test_a_table_with_one_answer_is_reported_at_its_header() -> None:
    text = rows(("femur", "leg"), ("tibia", "Leg"), ("fibula", "leg"))
    assert found(text) == ["1:10 BD603 all 3 rows of this table have the same answer: leg"]


@pytest.mark.parametrize("last", [(), (("ulna", "arm"),)])
def test_two_rows_or_two_answers_are_fine(last: tuple[tuple[str, str], ...]) -> None:
    assert found(rows(("femur", "leg"), ("tibia", "leg"), *last)) == []


PAGE = "# Endpoint retries\n\n"


@pytest.mark.parametrize("header", [("Term", "Answer"), ("Front", "Back"), ("Clue", "Explanation")])
def test_a_short_clue_that_nothing_explains_stands_alone(header: tuple[str, str]) -> None:
    text = PAGE + rows(("retries", "an endpoint"), header=header)
    assert found(text) == ["5:1 BD604 nothing on the card says what 'retries' is about"]


@pytest.mark.parametrize(
    ("text", "clue", "header"),
    [
        (PAGE, "retries", ("Setting", "Answer")),
        (PAGE, "retries", ("Term", "SI unit")),
        (PAGE, "retries", ("Term", "Definition")),
        (PAGE, "retries of calls", ("Term", "Answer")),
        (f"---\ntopic: Networks\n---\n{PAGE}", "retries", ("Term", "Answer")),
        ("# Networks\n\n", "retries", ("Term", "Answer")),
    ],
    ids=["a header", "a question", "a definition", "a longer clue", "a topic", "a title"],
)
def test_a_short_clue_with_anything_around_it_does_not(
    text: str, clue: str, header: tuple[str, str]
) -> None:
    assert found(text + rows((clue, "an endpoint asks again"), header=header)) == []


# --- cells ------------------------------------------------------------------------------------


def test_a_cell_over_sixty_words_is_reported_where_it_stands() -> None:
    sixty, more = " ".join(["word"] * 60), " ".join(["word"] * 61)
    assert found(rows(("a", sixty), (sixty, "b"))) == []
    message = "has 61 words, too many to recall"
    assert found(rows(("a", more), ("b", "c"))) == [
        f"3:1 BD605 the cell under 'First move' {message}"
    ]
    header = ("Mode", "One", "Two")
    assert found(rows(("a", "b", more), header=header)) == [
        f"3:1 BD605 the cell under 'Two' {message}"
    ]


def test_what_is_carried_to_the_back_may_be_long() -> None:
    row = ("using it", "leave it", " ".join(["word"] * 90))
    assert found(rows(row, header=(*TRAP, "Why"))) == []


@pytest.mark.parametrize(
    "trap",
    ["never trust one metric", "Avoid batch", "don’t retrain", "prefer streams", "Do not guess"],
)
def test_a_trap_that_gives_advice_is_no_trap(trap: str) -> None:
    text = rows((trap, "measure first"), header=TRAP)
    assert found(text) == [f"3:1 BD606 '{trap}' reads like a rule, not like a trap"]
    assert found(f"---\nlang: de\n---\n{text}") == []


@pytest.mark.parametrize(
    "trap",
    ["never checking parity", "avoiding batch", "always using streams", "viruses are cells",
     "“never trust a metric” as a motto", "preferred streams", "use streams for everything"],
)  # fmt: skip
def test_a_trap_in_any_other_words_is_one(trap: str) -> None:
    assert found(rows((trap, "measure first"), header=TRAP)) == []


# --- all of them ------------------------------------------------------------------------------

_TEXT = st.text(st.sampled_from("ab é词ا\u0301 …“.,-/<`0?\\*{"), max_size=30)


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=8), st.sampled_from([TRAP, ("Term", "Back")]))
def test_whatever_the_cells_hold_a_lint_points_at_a_line_of_the_table(
    cells: list[tuple[str, str]], header: tuple[str, str]
) -> None:
    for finding in made(rows(*cells, header=header)).diagnostics:
        assert 1 <= finding.position.line <= len(cells) + 2


# --- reverse ------------------------------------------------------------------------------------


def test_columns_whose_answers_can_be_guessed_are_named_by_their_headers() -> None:
    cells = [(f"thing {n}", "yes" if n % 2 else "no", "on" if n < 3 else "off") for n in range(6)]
    text = rows(*cells, header=("Word", "Round", "Lit"))
    assert found(text) == [
        "1:10 BD609 a guess is right on half of the cards that ask 'Round': 'no' and 'yes' are all "
        "answers; so with 'Lit'"
    ]
    (help_,) = [d.help for d in made(text, "a.md").diagnostics]
    word = help_.partition(" -->")[0] + " -->"
    assert word == "<!-- cards: back Round, Lit -->"
    assert found(f"{word}\n{text}") == []


def test_a_reverse_card_with_two_right_answers_is_said() -> None:
    text = rows(("a fast answer", "cache"), ("a safe answer", "log"), ("a cheap one", "Cache"))
    assert found("<!-- cards: reverse -->\n" + text) == [
        "6:1 BD131 asked the other way round, 'Cache' has another answer in line 4"
    ]
    assert found(text) == []


def test_the_same_answer_in_another_table_is_not_said() -> None:
    one = "<!-- cards: reverse -->\n" + rows(("a fast answer", "cache"), ("a safe one", "log"))
    other = one.replace("a fast answer", "what is near").replace("a safe one", "what is kept")
    assert "BD131" not in str(found(one, other.replace("Need", "Wish")))
