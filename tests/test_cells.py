"""A table's line as cells: the same cells as markdown-it-py's, each with its place."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block.table import escapedSplit

from generator.sources.cells import MOST_COLUMNS, count_cells, split_row

LINES = st.text(st.sampled_from("||\\ \t\v\f\r\u00a0\u2003`ab-é😀")) | st.text(
    st.characters(codec="utf-8", exclude_characters="\n")
)


def texts_and_columns(line: str, column: int = 1) -> list[tuple[str, int]]:
    return [(cell.text, cell.column) for cell in split_row(line, 1, column).cells]


def cells_of_markdown_it(line: str) -> list[str]:
    columns = escapedSplit(mdTrim(line))
    if columns and columns[0] == "":
        columns.pop(0)
    if columns and columns[-1] == "":
        columns.pop()
    return [mdTrim(column) for column in columns]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| a | b |", [("a", 3), ("b", 7)]),
        ("a | b", [("a", 1), ("b", 5)]),
        ("|a|b|", [("a", 2), ("b", 4)]),
        ("|  wide   |b", [("wide", 4), ("b", 12)]),
        ("| a\\|b | c |", [("a|b", 3), ("c", 10)]),
        ("| `x \\| y` | z |", [("`x | y`", 3), ("z", 14)]),
        # Before a pipe a backslash escapes, whatever stands before the backslash.
        ("| a\\\\| b |", [("a\\| b", 3)]),
        ("| é\u0301 | 😀 | z |", [("é\u0301", 3), ("😀", 8), ("z", 12)]),
        ("| \u200fאב | a\u00a0b |", [("\u200fאב", 3), ("a\u00a0b", 9)]),
        ("\u00a0| a | \u00a0b |\u00a0", [("a", 4), ("b", 9)]),
    ],
)
def test_a_cell_starts_where_its_text_does(line: str, expected: list[tuple[str, int]]) -> None:
    assert texts_and_columns(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("| a || b |", [("a", 3), ("", 6), ("b", 8)]),
        ("| a |   |", [("a", 3), ("", 6)]),
        ("| a | \u00a0 |", [("a", 3), ("", 6)]),
        ("||", [("", 2)]),
        ("|", []),
        ("", []),
    ],
)
def test_an_empty_cell_starts_behind_its_pipe(line: str, expected: list[tuple[str, int]]) -> None:
    assert texts_and_columns(line) == expected


def test_a_row_inside_a_quote_counts_from_the_start_of_its_line() -> None:
    row = split_row("  | a | b |", 7, 3)
    assert (row.line, row.column) == (7, 5)
    assert [(cell.line, cell.column) for cell in row.cells] == [(7, 7), (7, 11)]


def test_a_row_of_a_million_cells_is_read_up_to_a_limit() -> None:
    line = "| a " * 1_000_000 + "|"
    assert count_cells(line) == 1_000_000
    assert len(split_row(line, 1, 1).cells) == MOST_COLUMNS + 1


@settings(deadline=None, max_examples=500)
@given(LINES)
@example("|")
@example("|| ")
@example("\\| \\|")
@example("\u00a0| a")
def test_cells_are_those_of_markdown_it(line: str) -> None:
    assert [cell.text for cell in split_row(line, 1, 1).cells] == cells_of_markdown_it(line)
    assert count_cells(line) == len(split_row(line, 1, 1).cells)


@settings(deadline=None, max_examples=500)
@given(LINES, st.integers(1, 9))
def test_the_source_of_a_cell_is_at_its_column(line: str, column: int) -> None:
    row = split_row(line, 1, column)
    for cell in row.cells:
        source = line[cell.column - column :]
        assert source.startswith(cell.text.replace("|", "\\|"))
    assert [cell.column for cell in row.cells] == sorted({cell.column for cell in row.cells})
    assert mdTrim(line[row.column - column :]) == mdTrim(line)
    assert mdTrim(line[: row.column - column]) == ""
