"""The line that a finding is about, with its caret, on a terminal of any width."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.core.model import Position
from generator.report.excerpt import Excerpts, inert


def shown(line: str, column: int, width: int = 80) -> list[str]:
    found = Excerpts({"a.md": f"first\n{line}\n"}, width).at(Position("a.md", 2, column))
    assert found
    return list(found)


def columns(text: str) -> int:
    """The width of a text in which nothing but CJK is wide and nothing but accents combines."""
    widths = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(letter) else widths.get(unicodedata.east_asian_width(letter), 1)
        for letter in text
    )


def test_the_caret_stands_under_the_column() -> None:
    assert shown("| a | b |", 7) == ["  2 │ | a | b |", "    │       ^"]


@pytest.mark.parametrize(
    ("line", "shown_line", "caret"),
    [
        ("細胞X", "  2 │ 細胞X", "    │     ^"),
        ("a\tX", "  2 │ a    X", "    │      ^"),
        ("e\u0301X", "  2 │ e\u0301X", "    │  ^"),
        ("\x1bX", "  2 │ ␛X", "    │  ^"),
    ],
)
def test_wide_and_combining_characters_and_tabs_are_counted(
    line: str, shown_line: str, caret: str
) -> None:
    assert shown(line, line.index("X") + 1) == [shown_line, caret]


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = "".join(f"{number:03} " for number in range(100))
    column = line.index("050") + 1
    text, caret = shown(line, column, 40)
    assert text == "  2 │ …7 048 049 050 051 052 053 054 0…"
    assert text[caret.index("^") :].startswith("050")
    assert shown(line, 1, 40) == ["  2 │ 000 001 002 003 004 005 006 007 …", "    │ ^"]
    assert shown(line, len(line), 40)[0].endswith(" 096 097 098 099")


def test_a_place_behind_the_line_has_its_caret_behind_it() -> None:
    assert shown("ab", 5) == ["  2 │ ab", "    │   ^"]


def test_there_is_nothing_to_show_of_an_unknown_file_an_empty_line_or_no_line() -> None:
    excerpts = Excerpts({"a.md": "\r\n \rx"})
    for file, line in [("b.md", 1), ("", 1), ("a.md", 1), ("a.md", 2), ("a.md", 4), ("a.md", 0)]:
        assert excerpts.at(Position(file, line, 1)) is None
    assert excerpts.at(Position("a.md", 3, 1)) == ("  3 │ x", "    │ ^")


_LETTERS = st.text(st.sampled_from("ab|細ｗé\u0301\u0302\t\x07"))


@given(_LETTERS, _LETTERS, st.integers(20, 90))
def test_line_and_caret_fit_the_terminal_and_the_caret_is_right(
    before: str, after: str, width: int
) -> None:
    text, caret = shown(f"{before}X{after}", len(before) + 1, width)
    assert columns(text) < width
    assert columns(text.partition("X")[0]) == columns(caret.partition("^")[0])


def test_a_huge_line_is_not_read_whole() -> None:
    line = "x" * 50_000_000
    excerpts = Excerpts({"a.md": line}, 80)
    for column in range(1, 50_000_000, 100_000):  # would take hours otherwise
        excerpts.at(Position("a.md", 1, column))


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for letter in inert(text):
        assert unicodedata.category(letter) not in {"Cc", "Zl", "Zp"}
        assert unicodedata.bidirectional(letter) not in {"LRE", "RLE", "LRO", "RLO", "PDF"}
    assert inert("a\x1b[31mb\r\nc\x9b\x7f\u202e") == "a␛[31mb␍␊c\ufffd␡\ufffd"
