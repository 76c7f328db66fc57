"""Comments that are nearly ours are named; those in plain words that begin like ours are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from build_notes import build_in, codes, table, work_of

from generator.core.model import Source
from generator.forms.near_comments import what_was_meant
from generator.forms.walk import read_page

SKIP = "<!-- cards: skip -->"


@pytest.mark.parametrize(
    ("comment", "meant"),
    [
        ("<!-- card: skip -->", SKIP),
        ("<!-- cards skip -->", SKIP),
        ("<!-- cards = skip -->", SKIP),
        ("<!-- cards=skip -->", SKIP),
        ("<!-- cards; skip -->", SKIP),
        ("<!-- cards - skip -->", SKIP),
        ("<!-- Card: Skip -->", SKIP),
        ("<!-- CARDS SKIP -->", SKIP),
        ("<!-- crads: skip -->", SKIP),
        ("<!-- cads: skip -->", SKIP),
        ("<!--- cards: skip --->", SKIP),
        ("<!-- kards : skip -->", SKIP),
        ("<!--\ncards\nskip\n-->", SKIP),
        ("<!-- cards reverse -->", "<!-- cards: reverse -->"),
        ("<!-- cards trap, no-quiz -->", "<!-- cards: trap no-quiz -->"),
        ("<!-- card: definitions -->", "<!-- cards: definitions -->"),
        ("<!-- ignor: BD302 -->", "<!-- ignore: BD302 -->"),
        ("<!-- ignore BD302 -->", "<!-- ignore: BD302 -->"),
        ("<!-- ignore = bd302 -->", "<!-- ignore: BD302 -->"),
        ("<!-- ingore: BD302, BD305 -->", "<!-- ignore: BD302, BD305 -->"),
        ("<!-- ignores: BD302 -->", "<!-- ignore: BD302 -->"),
        ("<!-- Ignored: BD302 -->", "<!-- ignore: BD302 -->"),
        ("<!-- ignore - BD302 -->", "<!-- ignore: BD302 -->"),
        ("<!-- ignore BD302 BD601 -->", "<!-- ignore: BD302, BD601 -->"),
        ("<!-- ignore BD302 since both are right -->", "<!-- ignore: BD302 -->"),
        ("<!-- IGNORE BD302 -->", "<!-- ignore: BD302 -->"),
    ],
)
def test_what_to_write(comment: str, meant: str) -> None:
    assert what_was_meant(comment) == meant
    assert what_was_meant(comment, is_alone=False) == meant


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- same as: new -->",
        "<!-- sameas: new -->",
        "<!-- same_as: new -->",
        "<!-- Same-as: new -->",
        "<!-- same-as new -->",
        "<!-- same-as = new -->",
        "<!-- same-as : new -->",
        "<!-- sameas new -->",
        "<!-- SAME AS new -->",
        "<!-- same: new -->",
    ],
)
@pytest.mark.parametrize("key", ["new", "k3v7", "2a6lkzrp4yztiygm", "abcdefghijklmnop"])
def test_which_note_it_is(comment: str, key: str) -> None:
    comment = comment.replace("new", key)
    assert what_was_meant(comment, is_alone=False) == (
        f"<!-- same-as: {key} --> in a cell of the row, or behind the question"
    )


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- cards are made below -->",
        "<!-- cards: trap -->",
        "<!--cards:trap-->",
        "<!-- Cards: Trap -->",
        "<!-- cards : nonsense -->",  # that is named as an unknown word
        "<!-- cards -->",
        "<!-- cards and decks -->",
        "<!-- cards, new and old -->",
        "<!-- card: the queen of hearts -->",
        "<!-- card 1 -->",
        "<!-- Card: Visa -->",
        "<!-- card order -->",
        "<!-- cars: skip the old ones -->",
        "<!-- carts new -->",
        "<!-- guards: skip -->",
        "<!-- discards: trap -->",
        "<!-- see cards: trap -->",
        "<!-- skip -->",
        "<!-- new cards -->",
        "<!-- cards skipped by hand -->",
        "<!-- -->",
        "<!---->",
    ],
)
def test_words_about_cards_are_for_people(comment: str) -> None:
    assert what_was_meant(comment) == ""


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- ignore the typo -->",
        "<!-- ignore: BD302 -->",
        "<!-- Ignore: BD302 -->",
        "<!-- ignore -->",
        "<!-- ignore this: it is a draft -->",
        "<!-- ignore what BD302 says -->",
        "<!-- ignore BD999 -->",
        "<!-- ignored: see the bug tracker -->",
        "<!-- ignore, please -->",
        "<!-- prettier-ignore -->",
        "<!-- prettier-ignore-start -->",
        "<!-- textlint-disable -->",
        "<!-- markdownlint-disable MD033 -->",
        "<!-- ignorance is bliss -->",
        "<!-- ignores: none -->",
    ],
)
def test_words_about_ignoring_are_for_people(comment: str) -> None:
    assert what_was_meant(comment) == ""


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- same as above -->",
        "<!-- same as: above -->",
        "<!-- same as: the row before -->",
        "<!-- same as new york -->",
        "<!-- same as in chapter 3 -->",
        "<!-- same: but newer -->",
        "<!-- same-as: new -->",
        "<!-- the same as: new -->",
        "<!-- sameness: new -->",
        "<!-- same as Table4 -->",
    ],
)
def test_words_about_likeness_are_for_people(comment: str) -> None:
    assert what_was_meant(comment, is_alone=False) == ""


def test_same_as_on_a_line_of_its_own_does_nothing() -> None:
    comment = "<!-- same-as: k3v7 -->"
    assert (
        what_was_meant(comment)
        == "<!-- same-as: k3v7 --> in a cell of the row, or behind the question"
    )


# --- where they stand -------------------------------------------------------------------------

NEAR = "<!-- card: skip -->"
ROWS = table(("x", "y"))


def places(text: str) -> list[tuple[int, int]]:
    _, found = read_page(Source("a.md", text))
    return [d.position[1:] for d in found if d.code == "BD170"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{NEAR}\n{ROWS}", [(1, 1)]),
        (f"- a\n\n  {NEAR}\n  - b\n", [(3, 3)]),
        (f"> {NEAR}\n> text\n", [(1, 3)]),
        (f"Some text {NEAR} and more\n", [(1, 11)]),
        (f"# Title {NEAR}\n", [(1, 9)]),
        (table(("x", f"y {NEAR}")), [(3, 9)]),
        (f"- item {NEAR}\n", [(1, 8)]),
        (f"Term\n: meaning {NEAR}\n", [(2, 11)]),
        (f"{NEAR}\n{NEAR}\n\n{NEAR} {NEAR}\n", [(1, 1), (2, 1), (4, 1), (4, 21)]),
        (f"text\n\n<!--\nlong\n-->\n{NEAR}\n", [(6, 1)]),
        (f"<!-- ignore: BD302 -->\n{NEAR}\n{ROWS}", [(2, 1)]),
        (f"Text `{NEAR}` {NEAR}\n", [(1, 7)]),  # the first of two that are equal
    ],
)
def test_where_a_near_comment_is_named(text: str, expected: list[tuple[int, int]]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{NEAR}\n```\n",
        f"~~~ md\n{NEAR}\n~~~\n",
        f"    {NEAR}\n",
        f"- a\n\n      {NEAR}\n",
        f"`{NEAR}`\n",
        f"Write ``{NEAR}`` above it.\n",
        table(("x", f"`{NEAR}`")),
        f"# `{NEAR}`\n",
        f"<pre>\n{NEAR}\n</pre>\n",
        f"\\{NEAR}\n",
        f"---\ntitle: {NEAR}\n---\n\ntext\n",
        NEAR[:-3],
    ],
)
def test_in_code_there_is_no_comment(text: str) -> None:
    assert places(text) == []


def test_it_does_nothing_and_says_what_to_write(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": f"{NEAR}\n{ROWS}"})
    (found,) = outcome.result.diagnostics
    assert found.message == (
        "'<!-- card: skip -->' does nothing: it is nearly a comment of build-decks"
    )
    assert found.help == "write <!-- cards: skip -->"
    assert len(outcome.result.notes) == 1


@pytest.mark.parametrize(
    ("word", "code", "advice"),
    [
        ("definition", "BD170", "write <!-- cards: definitions -->"),
        ("definitons revers", "BD170", "write <!-- cards: definitions reverse -->"),
        ("reverse", "BD126", "move it there, with nothing but blank lines and comments between"),
        ("zzz", "BD126", "move it there, with nothing but blank lines and comments between"),
    ],
)
def test_a_slip_at_a_heading(word: str, code: str, advice: str) -> None:
    text = f"# Terms\n<!-- cards: {word} -->\n\nText.\n\n- cell: unit of life\n"
    _, found = read_page(Source("a.md", text))
    assert [(d.code, d.help) for d in found] == [(code, advice)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("## Terms <!-- cards: definitions -->\n\n- cell: unit of life\n", (1, 10)),
        ("| A | B |\n|---|---|\n| x | y <!-- cards: reverse --> |\n", (3, 9)),
        ("| A | B <!-- Cards: ask B --> |\n|---|---|\n| x | y |\n", (1, 9)),
        ("- one <!-- cards: quiz -->\n- two\n", (1, 7)),
        ("Some text. <!-- cards: row skip -->\n", (1, 12)),
    ],
)
def test_in_a_text_or_a_cell_only_skip_says_something(text: str, where: tuple[int, int]) -> None:
    _, found = read_page(Source("a.md", text))
    assert [(d.code, d.position[1:]) for d in found] == [("BD126", where)]
    words = re.sub("<!-- (cards|Cards): [^-]*-->", "<!-- cards: skip -->", text)
    assert codes_of(words) == []


def codes_of(text: str) -> list[str]:
    return [found.code for found in read_page(Source("a.md", text))[1]]


def test_it_can_be_ignored(tmp_path: Path) -> None:
    text = f"<!-- ignore: BD170 -->\n\nText {NEAR}\n\n{ROWS}"
    assert codes(build_in(tmp_path, {"a.md": text})) == []


def test_capitals_are_read(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": f"<!-- Cards: SKIP -->\n{ROWS}\n\n{table(('u', 'v'))}"})
    assert [table.skipped for table in outcome.result.tables] == ["skipped by a comment", ""]
    assert codes(outcome) == []


@pytest.mark.parametrize("part", ["<!-- card: ", "<!-- card: skip --> ", "`<!-- cards ", "<!---"])
def test_hostile_pages_take_linear_work(part: str) -> None:
    def work(count: int) -> int:
        texts = (f"{part * count}\n", f"{part}\n" * count, f"<!-- cards \n{part * count}\n")
        calls = (work_of(lambda text=text: read_page(Source("a.md", text))) for text in texts)
        return sum(sum(each.values()) for each in calls)

    work(10)
    assert work(20_000) < 5 * work(5_000)
