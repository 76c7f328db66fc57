"""Bold terms, callouts, lists in HTML and headings that ask: what is a card, what stays text."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from invariants import assert_accounted
from made_notes import made

from generator.core.model import Source, Table
from generator.forms import walk
from generator.forms.quick_look import may_hold_cards
from generator.forms.walk import open_page, read_blocks
from generator.settings.values import Settings
from generator.sources.bold_terms import bold_item, is_definition
from generator.sources.questions import asks, without_number

ALL = Settings(definitions="bold", questions=("headings", "callouts"))
FRONT = "---\ndefinitions: bold\nquestions: [headings, callouts]\n---\n"


def pairs(text: str, front: str = FRONT) -> list[tuple[str, str]]:
    """What each note of a page asks and answers."""
    notes = made(f"{front}# Page\n\n{text}", "p/page.md").notes
    return [(note.origin.clue, note.origin.answer) for note in notes]


# --- terms in bold ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "term", "meaning"),
    [
        ("**cell**: unit", "cell", "unit"),
        ("**cell:** unit", "cell", "unit"),
        ("__cell__ – unit", "cell", "unit"),
        ("**cell** — unit", "cell", "unit"),
        ("**cell** - unit", "cell", "unit"),
        ("**细胞**：单位", "细胞", "单位"),
        ("**cell –** unit", "cell", "unit"),
        ("**cell** (lat. cella): unit", "**cell** (lat. cella)", "unit"),
        ("**`ls -l`**: lists", "`ls -l`", "lists"),
        ("**Point of sale**: where one pays", "Point of sale", "where one pays"),
        ("**What is a cell?** – the unit of life", "What is a cell?", "the unit of life"),
        ("**Vitamin C**: an acid", "Vitamin C", "an acid"),
        ("**U.S. law**: of one country", "U.S. law", "of one country"),
    ],
)
def test_a_bold_term_and_its_meaning(text: str, term: str, meaning: str) -> None:
    item = bold_item(text)
    assert item
    assert (item.term, item.meaning) == (term, meaning)
    assert is_definition(item, frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "**Note:** not this",
        "**⚠️ Warning**: not this",
        "**Step 3 – Wash**: the hands",
        "**Question 4:** why",
        "**Beispiel:** eine Zelle",
        "**优点**：快",
        "**Пример:** клетка",
        "**Примечание 1:** не это",
        "**Важливо:** не це",
        "**Przykład:** komórka",
        "**Observação:** a célula",
        "**Suggerimento:** la cellula",
        "**Astuce :** la cellule",
        "**Önemli:** hücre",
        "**例えば：** 細胞",
        "**주의사항:** 세포",
        "**Fazit:** eine Zelle",
        "**z. B.:** eine Zelle",
        "**B**: an option",
        "**12:** a number",
        "**15 minutes**: a time",
        "**Cells divide when they are large enough.** – They do.",
        "**Never, ever, under any circumstances, do any such thing again**: bad",
        "**cell**: [more](cells.md)",
        "**cell**: https://example.org/cell",
        "**[Cells](cells.md)**: a chapter",
    ],
)
def test_labels_sentences_and_links_are_no_terms(text: str) -> None:
    item = bold_item(text)
    assert item
    assert not is_definition(item, frozenset())
    assert pairs(f"- {text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "**Ядро:** часть",
        "**jądro:** część",
        "**çekirdek:** parça",
        "**細胞：** 単位",
        "**ver:** see",
    ],
)
def test_terms_in_other_languages_are_terms(text: str) -> None:
    item = bold_item(text)
    assert item
    assert is_definition(item, frozenset())


@pytest.mark.parametrize(
    "text", ["**cell** is a unit: of life", "**cell**", "cell: unit", "**cell: unit", "**: x"]
)
def test_other_items_do_not_begin_with_a_bold_term(text: str) -> None:
    assert bold_item(text) is None


def test_what_stands_twice_with_other_meanings_is_a_label() -> None:
    twice = (
        "## Quick\n\n- **Season:** n log n\n- **pivot**: a split\n\n## Merge\n\n- **season**: n\n"
    )
    assert pairs(twice) == [("pivot", "a split")]
    assert len(pairs(twice.replace("n log n", "n"))) == 3


def test_a_comment_and_the_setting_make_the_same_notes() -> None:
    items = "- **cell**: unit\n- **gene** – of heredity\n- **organ** (old): a part\n"
    said = made(f"# Page\n\n<!-- cards: definitions -->\n{items}", "p/page.md").notes
    read = made(f"{FRONT}# Page\n\n{items}", "p/page.md").notes
    assert [note.origin for note in said] == [note.origin for note in read]


@pytest.mark.parametrize("word", ["skip", "order"])
def test_a_comment_is_nearer_than_the_setting(word: str) -> None:
    items = "1. **cell**: unit\n2. **gene**: of heredity\n"
    notes = made(f"{FRONT}# Page\n\n<!-- cards: {word} -->\n{items}", "p/page.md").notes
    assert [note.origin.question for note in notes if note.origin.question == "Meaning"] == []


def test_a_callout_that_only_links_elsewhere_defines_nothing() -> None:
    links = "> [!def] Index\n> - [[Latch SR]] 🟢\n> - [Gates](gates.md) ^a1\n"
    assert pairs(links) == []
    assert pairs(f"{links}> - and a word\n")[0][0] == "Index"


# --- headings that ask ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("12. What is it?", "What is it?"),
        ("Q12: What is it?", "What is it?"),
        ("Question 3 – What is it?", "What is it?"),
        ("**1.2 What is it?**", "What is it?"),
        ("(4) What is it?", "What is it?"),
        ("#7. What is it?", "What is it?"),
        ("2.什么是对象？", "什么是对象？"),
        ("3 ways to do it?", "3 ways to do it?"),
        ("2024: what happened?", "what happened?"),
        ("5-10 minutes?", "5-10 minutes?"),
        ("3.5 mm or more?", "mm or more?"),
        ("Quick: what is it?", "Quick: what is it?"),
        ("**Why** are **leaves** green?", "**Why** are **leaves** green?"),
    ],
)
def test_a_number_is_no_part_of_a_question(text: str, question: str) -> None:
    assert without_number(text) == question


@pytest.mark.parametrize("text", ["Why?", "**Wie?**", "为什么？", "What is it?", "No question"])
def test_a_question_word_alone_asks_nothing(text: str) -> None:
    assert not asks(text)


def test_a_heading_that_is_numbered_anew_is_the_same_question() -> None:
    one = "## 1. Why are leaves green?\n\nChlorophyll.\n"
    assert (
        pairs(one)
        == pairs(one.replace("1.", "Q23:"))
        == [("Why are leaves green?", "Chlorophyll.")]
    )


def test_an_answer_that_is_too_long_makes_no_card() -> None:
    text = "## Why are leaves green?\n\n" + "It is long. " * 200
    done = made(f"{FRONT}{text}", "p/page.md")
    assert [d.code for d in done.diagnostics] == ["BD259"]
    assert not done.notes
    assert not made(f"{FRONT}<!-- cards: skip -->\n{text}", "p/page.md").diagnostics


def test_a_line_that_leads_to_what_is_not_on_the_card_is_no_answer() -> None:
    picture = "\n\n<img src='https://x.org/a.png'>\n"
    assert pairs(f"## What is a cell?\n\nAn example:{picture}") == []
    text = f"## What is a cell?\n\nA room.\n\nFor example:{picture}"
    assert pairs(text) == [("What is a cell?", "A room.")]
    code = "\n\n```\nx = 1\n```\n"
    (pair,) = pairs(f"## What is a cell?\n\nAn example:{code}")
    assert "x = 1" in pair[1]


# --- any page ---------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "- **cell**: unit", "- **gene:**", "  - of life", "  - **dna** – acid", "- __x y__ (z): w",
        "- **Note:** no", "1. **bud**: leaf", "- plain", "- [x] **box**: no", "", "", "text", "---",
        "## What is it?", "### 3. Why so?", "# A", "A: yes", "Q: what", "**A:** so", "a) one",
        "> [!definition] Term", "> text", "> - item", ">", "> [!question]- How?", "> [!def]",
        "> **bold**: meaning", "<dl>", "</dl>", "<dt>a<dd>b", "<dd>", "<b>x", "</b>", "<code>`y",
        "<script>", "<dl><dt>c</dt><dd>d</dd></dl>", "==gap==", "the ==gap== is here", "```",
        "<!-- cards: skip -->", "<!-- cards: definitions -->", "<!-- x -->", "| a | b |",
        "|---|---|",        "[top](#a)", "line:", "    code", "How so?\n---", "term\n: meaning",
    ]
)  # fmt: skip
PAGES = st.lists(PIECES, max_size=14).map("\n".join)


@settings(deadline=None, max_examples=400)
@given(PAGES)
@example("> [!definition] **\n> x")
@example("<dl><dt>\n\n<dd>a</dl>")
@example("- **a b**:\n  - \n")
def test_each_row_is_a_note_or_named(text: str) -> None:
    assert_accounted(FRONT + text)


@settings(deadline=None, max_examples=400)
@given(PAGES)
@example("---\nline:")  # what is found as it is opened is told either way
def test_a_page_that_is_passed_over_would_hold_no_card(text: str) -> None:
    opened = open_page(Source("p.md", text))
    with patch.object(walk, "may_hold_cards", return_value=True):
        page, found = read_blocks(opened, ALL)
    if page.blocks or len(found) > len(opened.diagnostics):
        assert may_hold_cards(opened.text, ALL)


@settings(deadline=None, max_examples=200)
@given(PAGES)
def test_each_cell_stands_where_it_says(text: str) -> None:
    page, _ = read_blocks(open_page(Source("p.md", text)), ALL)
    lines = text.split("\n")
    for block in page.blocks:
        for cell in block.cells if isinstance(block, Table) else ():
            assert 1 <= cell.line <= len(lines)
            assert 1 <= cell.column <= len(lines[cell.line - 1]) + 1


@pytest.mark.parametrize(
    "piece",
    [
        "<dl><dt>a<dd>b", "<dl>\n\n", "<dl><dt>", "<dt>a", "<dd>a", "<b>", "</b>", "<br>", "<",
        "- **ab**:\n", "- **ab** (", "**", "- **ab**: c\n  - d\n", "## ab?\n\n", "## ab?\n\nc\n\n",
        "[", "?", "? ", "> [!question] a?\n", "> [!def] a\n> b\n\n", "Q: a\nA: b\n\nc\n\n",
        "Q: a\nA: b\n\n- c\n\n", "1.", "1. ", ":", " :", "<!--", "==", "- **a", "a.",
    ],
)  # fmt: skip
def test_hostile_pages_take_linear_time(piece: str) -> None:
    """Quadratic time would be hours."""
    for start in ("", "<dl><dt>a<dd>", "## What is it?\n\n", "- **ab**: ", "> [!def] "):
        read_blocks(open_page(Source("p.md", start + piece * (60_000 // len(piece)))), ALL)
