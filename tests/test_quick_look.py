"""A look that needs no parser says which pages hold nothing: it may only be wrong on one side."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_chunks import LINES as CHUNK_LINES
from test_page import PIECES

from generator.core.diagnostics import TOO_DEEP
from generator.core.model import Cell, FrontMatter, OtherContent, Page, Source
from generator.forms import FORMS, walk
from generator.forms.in_text import marks
from generator.forms.in_text.marks import (
    begins_question,
    holds_pairs,
    without_answer_mark,
)
from generator.forms.question_answer import QUESTION
from generator.forms.quick_look import may_hold_cards
from generator.settings.values import Settings
from generator.sources.block_tree import Node
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.count_unread import count_blocks
from generator.sources.markdown import DEEPEST, MOST_LISTS, MOST_QUOTES

# What makes a page one that is parsed is rare here, or no page of many lines would be plain.
WORDS = st.sampled_from(
    [
        "# Cells", "text", "", "", "- item", "  - inner", "\t- tab", "> quote", "1. one", "---",
        "===", "```", "    code", "<div>", "</div>", "a: b", "Better one", "a :: b", "tags:: x",
        "Pick: one", "**bold**", "[r]: https://x", "[^1]: note", "\u3000", "A", "Q", ":", "~~~",
        "* * *", "[[a|b]]", "a|b", "-|-", "x |y|", "---|---", "+--+", "x | y", "a|b|c", "--+--",
        "|", "x||y", "…", "Notice Better choice", "one two three", "four five",
        "<!-- for people -->", "a <!-- b --> c", "<!--", "-->", "<!-- a\n\n- **b**: c -->",
    ]
)  # fmt: skip
RARE = st.one_of(WORDS, WORDS, WORDS, WORDS, CHUNK_LINES, st.lists(PIECES, max_size=3).map("".join))
PAGES = st.lists(st.one_of(*[WORDS] * 6, RARE), max_size=12).map("\n".join)


def parsed(text: str) -> tuple[Page, list[str]]:
    """The page as the parser reads it, and the codes of what is said of it; not of what is said
    before the look, of front matter."""
    source = Source("p.md", text)
    with patch.object(walk, "may_hold_cards", return_value=True):
        page, found = walk.read_page(source)
    before = walk.open_page(source).diagnostics
    return page, [each.code for each in found if each not in before]


@settings(deadline=None, max_examples=1500)
@given(PAGES)
@example("Notice Better choice\none two three\nfour five")
@example("- Loading the page…")
@example("> ~ x")
@example("a\n\u3000: b")
@example("Q:")
@example("1. [x] done")
@example("Which?\n\nA) a  B) b  C) c\n\nAnswer: B")
@example("---\na: b")
@example("\\|\n---")
@example("a \\| b\n:-")
@example("\ufeff: \ntext")
def test_a_page_that_is_passed_over_holds_no_card_and_nothing_to_say(text: str) -> None:
    page, codes = parsed(text)
    if page.blocks or codes or page.suppressions:
        assert may_hold_cards(walk.open_page(Source("p.md", text)).text)


FOLDED = st.sampled_from(
    [
        "What is it?", "1. Say what it is", "text", "", "", "```", "- What is it?", "</details>",
        "<details><summary>Answer</summary>", "<details>", "<summary class=a><b>show answer:</b>",
        "</summary>", "  <details><summary>Antwort</summary>", "  </details>", "  text",
        "> [!success]- Answer", "> [!tip|wide] **The answer:**", "> text",
        "<details><summary>What is it?</summary>", "<details><summary>a *答え*</summary>",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=800)
@given(st.lists(FOLDED, max_size=9).map("\n".join), st.booleans())
@example("What is it?\n\n> [!success]- Answer\n> text", False)
@example(
    "What is it?\n\n<details>\n<summary class=a><b>show answer:</b>\n</summary>\n\nb\n\n</details>",
    False,
)
@example("<details><summary>What is it?</summary>\n\ntext\n\n</details>", True)
def test_a_page_that_is_passed_over_has_no_folded_answer(text: str, asks: bool) -> None:
    wanted = Settings(questions=("callouts",) if asks else ())
    source = walk.open_page(Source("p.md", text))
    with patch.object(walk, "may_hold_cards", return_value=True):
        page, found = walk.read_blocks(source, wanted)
    if page.blocks or found:
        assert may_hold_cards(source.text, wanted)


ASKED = st.sampled_from(
    [
        "Q: a?",
        "A: b",
        "Q1. a?",
        "A1. b",
        "**Question：**a",
        "答：b",
        "- Q: a",
        "- [x] a",
        "==a==",
        "?",
    ]
)


@settings(deadline=None, max_examples=500)
@given(st.lists(st.one_of(ASKED, WORDS, RARE), max_size=8).map("\n".join))
def test_a_form_that_is_not_asked_would_not_take_the_block(text: str) -> None:
    # Of questions `find` itself does not ask again.
    all_asked = [
        rule if rule is QUESTION else replace(rule, may_take=lambda node, settings: True)
        for rule in FORMS
    ]

    def rules_for(node: str, leaves_text: bool) -> list[object]:
        return [r for r in all_asked if node in r.nodes and r.leaves_text is leaves_text]

    source = Source("p.md", text)
    with patch.object(walk, "_rules_for", rules_for):
        slow = walk.read_page(source)
    assert walk.read_page(source) == slow


@settings(deadline=None, max_examples=1000)
@given(st.lists(st.one_of(ASKED, st.sampled_from(["\n", " ", "A. b", "a.", "Q"]))).map("".join))
def test_without_a_colon_or_a_question_mark_there_is_no_question(text: str) -> None:
    cell = Cell(text, 1, 1)
    short = begins_question(text), holds_pairs(text), without_answer_mark(cell)
    with patch.object(marks, "_may_hold_mark", return_value=True):
        assert (begins_question(text), holds_pairs(text), without_answer_mark(cell)) == short


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n",
        "｜ a ｜ b ｜\n",
        "a|b\n-|-\n1|2\n",
        "a|b\n==|==\n1|2\n",
        "a|b\n—|—\n1|2\n",
        "1. a|b\n   --+--\n   1|2\n",
        "> - |\n",
        "A|B||---|---||1|2|\n",
        "+--+--+\na|b\n",
        "a | b\nc | d\ne | f\n",
        "term\n: meaning\n",
        "> 1. term\n>    ~ meaning\n",
        ": lost\n",
        "Q: why?\n",
        "- **Question 2:** why?\n",
        "__Q:__ why?\n",
        "Why? A: so.\n",
        "Which?\n\n- [ ] a\n- [x] b\n",
        "a ==mark==\n",
        "<!-- cards: skip -->\n",
        "a <!--Cards:skip --> b\n",
        "<!-- card: skip -->\n",
        "<!--- !kards reverse -->\n",
        "<!--\nignore : BD302 -->\n",
        "text <!-- same as abcd2345 -->\n",
        "<TABLE>\n",
        "Skip to main content\n",
        "- Loading the page ...\n",
        "Please enable JavaScript to go on\n",
        "Trap Better rule\none two\nthree four\n",
        "If this … Then that\none two\nthree four\n",
        f"# {'x' * MOST_CHARACTERS}x\n",
        f"{'x ' * MOST_CHARACTERS}\n===\n",
        "> " * 120 + "deep\n",
        "- " * 120 + "deep\n",
        "1. " * 120 + "deep\n",
    ],
)
def test_a_page_that_may_hold_something_is_parsed(text: str) -> None:
    assert may_hold_cards(text)
    assert may_hold_cards(f"Words.\n\n{text}")


MARKS = st.sampled_from([">", "> ", "- ", "-    ", "+ ", "1. ", "12345) "])


@settings(deadline=None, max_examples=300)
@given(st.lists(MARKS, min_size=DEEPEST // 2 - 3, max_size=DEEPEST + 5), st.booleans())
@example(["> "] * DEEPEST, True)
@example(["- "] * (DEEPEST // 2), True)
def test_a_page_that_is_too_deep_is_parsed(marks: list[str], is_on_one_line: bool) -> None:
    """Each mark stands inside those before it: in one line, or in one a mark."""
    inside = ["".join(m if m[0] == ">" else " " * len(m) for m in marks[:i]) for i in range(99)]
    steps = [f"{before}{mark}a\n" for before, mark in zip(inside, marks, strict=False)]
    text = "".join(marks) + "a\n" if is_on_one_line else "".join(steps)
    if TOO_DEEP.code in parsed(text)[1]:
        assert may_hold_cards(text)


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_what_is_as_deep_as_may_be_is_read(mark: str) -> None:
    most = MOST_QUOTES if mark[0] == ">" else MOST_LISTS
    assert parsed(mark * most + "a\n")[1] == []
    assert parsed(mark * (most + 1) + "a\n")[1] == [TOO_DEEP.code]


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\nWords: and more. The best Definition… is here.\n",
        "- a\n\t- b\n\t\t- c\n\n```sh\nls\n```\n",
        "tags:: [[Cells]], [[Plants]]\n\nA long day in Java: none.\n",
        "---\n\n" + "-" * 200 + "\n",
        "x " * 20_000,
        f"```\n{' ' * 60}code\n```\n",
        "Answers are given. QA: none\n",
        "<!-- toc -->\n\n<!-- TODO: cards of this\n\n- no\n-->\nText <!-- in it --> goes on.\n",
        "See [[cells|the cell]] and [[plants|x]].\n\nHome | About\n\n- `a|b` or $|x|$\n",
    ],
)
def test_a_page_of_text_is_passed_over(text: str) -> None:
    assert not may_hold_cards(text)


def test_a_page_of_text_is_not_parsed() -> None:
    def fail(*_: object) -> list[Node]:
        raise AssertionError("it is parsed")

    with patch.object(walk, "blocks", fail):
        page, found = walk.read_page(Source("p.md", "---\ntitle: T\n---\n# A\n\none\n\n- b\n"))
    front = FrontMatter("title: T\n", 2, False)
    assert page == Page("p.md", "", front, (), {}, OtherContent("p.md", 1, 1, 0))
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# T\n\none\n\ntwo\nlines\n\n## S\nthree\n",
        "one\n\n- a\n- b\n\n  more\n  1. c\n\n```\nx\n\ny\n```\n\n---\n\n    code\n",
        "- a\n  - b\n    - c\n  - d\n- e\n\ntext\n\n1. f\n2. g\n",
        "> quote\n> goes on\n\n> - a\n\n<div>\nx\n</div>\n",
        "- a\n\t- b\n\t  goes on\n\t\t- c\n- ```py\n  x\n  ```\n",
        "text\n===\n\ntext\n---\n\n* * *\n\ntext\n* * *\n",
        "- a\n1. b\n- c\n+ d\n",
        "1. a\n2. b\n```\nx\n```\n3. c\n\n- d\n\n> e\n\nf\n\n> - g\n>\n> h\n",
        "<!-- a\n\n- b\n\n```\n-->\n# T\n\none\n<!-- two -->\nthree\n\n<!-- four --> five\n",
        "- a\n  <!-- b -->\n- c\n\n<!--\nd -->\ne\n\n<!-- f\n\ng\n",
        "<details><summary>a</summary>\n\ntext\n\n</details>\n\n<br>\n\n<div>\n<b>\nc\n</b></div>\n",
    ],
)
def test_what_is_left_is_counted_as_a_parser_does(text: str) -> None:
    rest = parsed(text)[0].rest
    assert count_blocks(text) == (rest.prose, rest.lists, rest.code)


def test_a_heading_that_asks_is_counted_above_code_in_a_line() -> None:
    text = "## What is a cell?\n\n`Cell` is its name.\n"
    assert walk.read_page(Source("p.md", text))[0].rest.questions == 1


@pytest.mark.parametrize(
    "piece",
    ["-", "- ", "-     ", "a | b ", " | ", "|", "> ", "\n- ", "\n> ", "A", "Q ", "1. ", ": ", "…",
     "\n1", "... ", " Best", "day, ", "<summary>", "[ ", "=", "==", "\t", " :", "\n:", "**", "<",
     "<!", "+", "x\n", "\n\n"],
)  # fmt: skip
def test_a_look_at_a_hostile_page_takes_no_time(piece: str) -> None:
    """Quadratic time would be hours."""
    may_hold_cards(piece * 300_000)
    count_blocks(piece * 300_000)
