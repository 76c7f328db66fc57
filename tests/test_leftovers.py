"""What a web page left in the notes is named once; what people write is not."""

from __future__ import annotations

import pytest

from generator.core.model import Source
from generator.forms.walk import read_page


def found(text: str) -> list[str]:
    """``3:1 BD607 message`` for each finding."""
    return [
        f"{d.position.line}:{d.position.column} {d.code} {d.message}"
        for d in read_page(Source("a.md", text))[1]
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Loading quiz…",
        "Loading the comments...",
        "Revised on Monday, March 2, 2026",
        "Last updated on Friday, 6 June 2025",
        "This website uses cookies to improve your visit.",
        "We use cookies",
        "Accept all cookies",
        "Skip to main content",
        "Was this page helpful?",
        "Please enable JavaScript to see the quiz.",
    ],
)
def test_a_line_of_the_page_itself_is_left(line: str) -> None:
    assert found(f"# Title\n\nProse.\n{line}\n") == [f"4:1 BD607 '{line}' is left from a web page"]
    assert found(f"- item\n\n  {line}\n") == [f"3:3 BD607 '{line}' is left from a web page"]
    cell = f"| a | b |\n|---|---|\n| c | {line} |\n"
    assert found(cell) == [f"3:7 BD607 '{line}' is left from a web page"]


@pytest.mark.parametrize("line", ["ſKıP to content", "ACCEPT ALL COO\u212aIES"])
def test_letters_that_patterns_take_for_i_s_and_k_count_in_a_cell(line: str) -> None:
    cell = f"| a | b |\n|---|---|\n| c | {line} |\n"
    assert found(cell) == [f"3:7 BD607 '{line}' is left from a web page"]


@pytest.mark.parametrize(
    "line",
    [
        "Loading data into a table",
        "Loading a model takes a while…",
        "Servers use cookies to know a visitor again.",
        "The page says: Loading quiz…",
        "Revised on 2026-03-02",
        "Last updated: today",
        "`Loading quiz…`",
        "    Loading quiz…",
        "<!-- Loading quiz… -->",
    ],
)
def test_what_people_write_is_not(line: str) -> None:
    assert found(f"# Title\n\n{line}\n") == []


def test_many_leftovers_are_said_once() -> None:
    text = "Loading quiz…\n\n" * 8
    expected = "'Loading quiz…' is left from a web page; so in line 3, 5, 7, 9, 11 and 2 more"
    assert found(text) == [f"1:1 BD607 {expected}"]


FLAT = "\nslow answers cache\nlost writes log before you reply\n"
LOST = "this is not read, but looks like a table that lost its columns"


@pytest.mark.parametrize(
    "header",
    ["Need Better first move", "If the question says… Strong reading", "Trap Better rule",
     "Symptom Stronger remedy", "When the stem mentions ... Think first", "Term Meaning"],
)  # fmt: skip
def test_rows_without_columns_under_two_headers_are_a_lost_table(header: str) -> None:
    assert found(header + FLAT) == [f"1:1 BD608 {LOST}"]
    assert found(f"> {header}\n> slow answers cache\n> lost writes log") == [f"1:3 BD608 {LOST}"]


@pytest.mark.parametrize(
    "text",
    [
        f"Need better first move{FLAT}",
        f"The Better Angels, a book, was read{FLAT}",
        f"This is what they call: Better rule{FLAT}",
        "Trap Better rule\nslow answers cache\n",
        f"Trap Better rule\n{FLAT}",
        "Some say that Best practice is\nto write down what was done\nand to read it later.\n",
        "Wait… Then it came\nand nobody knew,\nneither he nor she\n",
        "Need Better move\nslow | cache\nlost | log\n",
        f"```\nTrap Better rule{FLAT}```\n",
        f"Strong words, weak Better deeds, all in one line that is far too long for it{FLAT}",
    ],
    ids=["no capital", "a comma", "a colon", "one row", "a blank line", "prose", "verse", "pipes",
         "code", "a long line"],
)  # fmt: skip
def test_prose_that_only_resembles_it_is_none(text: str) -> None:
    assert not [line for line in found(text) if "BD608" in line]


def test_all_lost_tables_of_a_page_are_one_finding() -> None:
    text = "\n".join([f"Trap Better rule{FLAT}"] * 3)
    assert found(text) == [f"1:1 BD608 {LOST}; so in line 5, 9"]
