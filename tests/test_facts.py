"""What a person calls the same fact, and what not: each pair of folders, and which notes stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from build_notes import NOW, build_only, table
from histories import judge
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.likeness import like, unmarked


class Case(NamedTuple):
    """Pages before and after; ``kept`` are clues after → before, all other clues are new ones."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    kept: Mapping[str, str] = {}
    named: tuple[str, ...] = ()  # new clues that are said to look like a note that is gone


def costs(header: str, *answers: str) -> str:
    rows = zip(("Array", "List", "Tree", "Hash"), answers, strict=True)
    return table(*rows, header=("Structure", header))


BESIDE = {"x.md": "Q: a\nA: b\n"}
IDS = ("Word", "Meaning", "ID")
STEPS = "# Wash\n\n<!-- cards: order -->\n\n1. {}\n2. {}\n3. {}\n"
KEYED = (
    ("cuts", "small", "nobody", "ten"),
    ("", "large", "all of us", "two"),
    ("reads", "small", "the queue", "six"),
)
UNKEYED = tuple((row[0], *row[2:]) for row in KEYED)
BACK = "<!-- cards: back Limit -->\n"
PARTS = (
    ("the outer wall", "cellulose", "light"),
    ("the inner sac", "fat", "food"),
    ("the core", "acids", "salt"),
)
PART_HEADER = ("Part", "Made of", "Fed by")
CASES = {
    "another question of the same things": Case(
        {"a.md": costs("Search time", "O(n)", "O(n)", "O(log n)", "O(1)")},
        {"a.md": costs("Insert time", "O(1)", "O(1)", "O(log n)", "O(1)")},
    ),
    "a word with another meaning": Case(
        {"a.md": table(("lead", "to guide")), "b.md": table(("tin", "Sn"))},
        {"b.md": table(("tin", "Sn"), ("lead", "Pb"))},
        {"tin": "tin"},
    ),
    "another question with one answer": Case(
        {"a.md": table(("2018 winner?", "France"), ("1966 winner?", "England"))},
        {"a.md": table(("Where is the Louvre?", "France"), ("1966 winner?", "England"))},
        {"1966 winner?": "1966 winner?"},
        ("Where is the Louvre?",),
    ),
    "another year": Case(
        {"a.md": table(("1998 winner", "France"), ("host then", "nobody knows"))},
        {"a.md": table(("2018 winner", "France"), ("host then", "nobody knows"))},
        {"host then": "host then"},
        ("2018 winner",),
    ),
    "an opposite": Case(
        {"a.md": table(("lower limit of Na", "135"), ("normal pH", "seven point four"))},
        {"a.md": table(("upper limit of Na", "145"), ("normal pH", "seven point four"))},
        {"normal pH": "normal pH"},
        ("upper limit of Na",),
    ),
    "a page renamed and its header reworded": Case(
        {"p.md": table(("one", "a first"), ("two", "a second"), ("three", "a third"))},
        {
            "q.md": table(
                ("one", "a first"),
                ("two", "a second"),
                ("three", "a third"),
                header=("Need", "The first moves"),
            )
        },
        {clue: clue for clue in ("one", "two", "three")},
    ),
    "definitions in another language": Case(
        {"en/a.md": "osmosis\n: water moves\n\nturgor\n: pressure\n"},
        {"de/a.md": "---\nlang: de\n---\nosmosis\n: water moves\n\nturgor\n: pressure\n"},
        {"osmosis": "osmosis", "turgor": "turgor"},
    ),
    "an ID in another package, both cells reworded": Case(
        {"p.md": table(("wall", "it holds the cell", "w1"), header=IDS), "r.md": table(("x", "y"))},
        {
            "q.md": table(("the wall", "it holds a cell", "w1"), header=IDS),
            "r.md": table(("x", "y")),
        },
        {"the wall": "wall", "x": "x"},
    ),
    "a number of another exam": Case(
        {"exam1.md": table(("capital of Peru", "Lima", "Qa"), header=("Ask", "Reply", "ID"))},
        {"exam2.md": table(("colour of rust", "brown", "Qa"), header=("Need", "Say", "ID"))},
    ),
    "two neighbours lightly reworded in both cells": Case(
        {"a.md": table(("stores water in plants", "the vacuole"), ("burns sugar", "mitochondria"))},
        {
            "a.md": table(
                ("stores water in a plant", "a vacuole"), ("burns sugars", "mitochondrion")
            )
        },
        {"stores water in a plant": "stores water in plants", "burns sugars": "burns sugar"},
    ),
    "the columns of a table swapped": Case(
        {"a.md": table(("dog", "perro"), ("cat", "gato"), header=("English", "Spanish"))},
        {"a.md": table(("perro", "dog"), ("gato", "cat"), header=("Spanish", "English"))},
    ),
    "other operations with one cost": Case(
        {
            "inserts.md": table(("Array", "O(n)"), header=("Structure", "Insert")),
            "x.md": "Q: a\nA: b\n",
        },
        {
            "deletes.md": table(("Array", "O(n)"), header=("Structure", "Delete")),
            "x.md": "Q: a\nA: b\n",
        },
        {"a": "a"},
    ),
    "the steps of an order shuffled": Case(
        {"a.md": STEPS.format("soak", "scrub", "rinse")},
        {"a.md": STEPS.format("scrub", "soak", "rinse")},
        {"Wash": "Wash", "scrub": "scrub", "soak": "soak"},
    ),
    "two like steps of an order swapped": Case(
        {"a.md": STEPS.format("fill the tub", "soak it", "rinse the tub")},
        {"a.md": STEPS.format("rinse the tub", "soak it", "fill the tub")},
        {"Wash": "Wash", "soak it": "soak it"},
    ),
    "a step of an order put in behind one like it": Case(
        {"a.md": STEPS.format("soak", "rinse the white ones", "dry")},
        {
            "a.md": STEPS.format(
                "soak", "rinse the white ones", "rinse the white ones again\n4. dry"
            )
        },
        {"Wash": "Wash", "soak": "soak", "rinse the white ones": "rinse the white ones"},
    ),
    "a step of an order put behind the next one, below a step like it": Case(
        {"a.md": STEPS.format("weigh 27 shirts", "wash 27 shirts", "dry\n4. iron\n5. fold")},
        {"a.md": STEPS.format("weigh 27 shirts", "dry", "wash 27 shirts\n4. iron\n5. fold")},
        {
            "Wash": "Wash",
            "weigh 27 shirts": "weigh 27 shirts",
            "wash 27 shirts": "wash 27 shirts",
            "dry": "dry",
            "iron": "iron",
        },
    ),
    "one of two columns of clues deleted": Case(
        {"a.md": table(*KEYED, header=("Verb", "Size", "Owner", "Limit"))},
        {"a.md": BACK + table(*UNKEYED, header=("Verb", "Owner", "Limit"))},
        named=("cuts",),
    ),
    "a comparison moved, with a column before it and a word linked": Case(
        {"p/a.md": f"## Cell\n\n{table(*PARTS, header=PART_HEADER)}", "b.md": BESIDE["x.md"]},
        {
            "p/a.md": "Q: c\nA: d\n",
            "b.md": f"{BESIDE['x.md']}\n## Cell\n\n"
            + table(
                ("C 1", "[[cells\\|the]] outer wall", *PARTS[0][1:]),
                *((f"C {n}", *row) for n, row in enumerate(PARTS[1:], 2)),
                header=("Colour", *PART_HEADER),
            ),
        },
        {"a": "a"},
        ("C 1", "C 2", "C 3"),
    ),
    "a step of an order replaced": Case(
        {"a.md": STEPS.format("soak", "scrub", "rinse")},
        {"a.md": STEPS.format("soak", "bleach", "rinse")},
        {"Wash": "Wash", "soak": "soak"},
    ),
    "a clue of another kind": Case(
        {"a.md": table(("trusting it", "look twice"), header=("Trap", "Better rule"))},
        {"a.md": "<!-- cards: clue -->\n" + table(("trusting it", "look twice"))},
        named=("trusting it",),
    ),
    "a row and its mirror, with a typo": Case(
        {"a.md": table(("turbine seals", "turbine sorts zenith"), ("gas", "it expands"))},
        {"a.md": table(("turbine srts zenith", "turbine seals"), ("gas", "it expands"))},
        {"gas": "gas"},
    ),
    "another mark in the clue, and another answer": Case(
        {"a.md": table(("filter splits", "queue cuts"), ("gas", "it expands"))},
        {"b.md": table(("**filter** splits", "delta seals jig"), ("gas", "it expands"))},
        {"**filter** splits": "filter splits", "gas": "gas"},
    ),
    "other marks that mean something": Case(
        {"a.md": table(("`*args`", "a tuple"), ("gas", "it expands"))},
        {"a.md": table(("`**args`", "names with values"), ("gas", "it expands"))},
        {"gas": "gas"},
    ),
    "a passage with the gap of another": Case(
        {"a.md": "The clutch tests a queue with a ==valve==.\n\ngas ==expands== when it is hot.\n"},
        {"a.md": "Latches bend their frames by a ==valve==.\n\ngas ==expands== when it is hot.\n"},
        {"gas expands when it is hot.": "gas expands when it is hot."},
    ),
    "another kind in another package": Case(
        {"one/a.md": table(("trusting it", "look twice"), header=("Trap", "Better rule"))},
        {"two/b.md": "<!-- cards: clue -->\n" + table(("**Trústing** it", "look twice"))},
        named=("**Trústing** it",),
    ),
    "another passage with the same gap": Case(
        {"a.md": "A sunset by the sea is ==red== and so on.\n\nA leaf ==falls== and so on.\n"},
        {"a.md": "Tomatoes are ==red== and so on.\n\nA leaf ==falls== and so on.\n"},
        {"A leaf falls and so on.": "A leaf falls and so on."},
    ),
    "one of two tables with one header gets another": Case(
        {"a.md": table(("sap", "feeds"), ("root", "holds")) + "\n" + table(("sun", "star"))},
        {
            "a.md": table(("sap", "feeds"), ("root", "holds"), header=("Need", "The first move"))
            + "\n"
            + table(("sun", "star"))
        },
        {"sap": "sap", "root": "root", "sun": "sun"},
    ),
    "a clue in the other half of a table that is a comparison now": Case(
        {
            "a.md": "## S\n\n" + table(("sap", "feeds"), ("root", "holds"), ("bud", "opens")),
            "b.md": "Q: a\nA: b\n",
        },
        {
            "a.md": table(("sap", "feeds"), ("root", "holds"), ("bud", "1945")),
            "b.md": "Q: a\nA: b\n\n<!-- cards: compare -->\n\n"
            + table(("bud", "opens", "May"), header=("Need", "First move", "When")),
        },
        {"sap": "sap", "root": "root", "a": "a"},
    ),
    "an accent and another answer on another page": Case(
        {"a.md": table(("dynamo", "valve"), ("sun", "star")), "b.md": "Q: a\nA: b\n"},
        {"a.md": table(("sun", "star")), "b.md": "Q: a\nA: b\n\n" + table(("dynámo", "red"))},
        {"sun": "sun", "a": "a"},
        ("dynámo",),
    ),
    "a table that moves and is reworded": Case(
        {
            "a.md": table(("sap", "feeds the leaf"), ("root", "holds the tree")),
            "b.md": "Q: a\nA: b\n",
        },
        {"b.md": "Q: a\nA: b\n\n" + table(("sap", "feeds the leaves"), ("root", "holds the tree"))},
        {"sap": "sap", "root": "root", "a": "a"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_note_stays_with_its_fact(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    build_only(tmp_path, dict(case.before))
    first = build_only(tmp_path, dict(case.before), NOW + 1).result
    old = {note.note.origin.clue: note.guid for note in first.notes}
    result = build_only(tmp_path, dict(case.after), NOW + 1000).result
    new = {note.note.origin.clue: note.guid for note in result.notes}
    assert {clue: old[before] for clue, before in case.kept.items()} == {
        clue: guid for clue, guid in new.items() if guid in old.values()
    }
    lines = {note.note.position: note.note.origin.clue for note in result.notes}
    named = {lines[d.position] for d in result.diagnostics if d.code in ("BD407", "BD408")}
    assert named >= set(case.named)


def test_a_retired_note_does_not_come_back_under_another_header(tmp_path: Path) -> None:
    rows = ("O(n)", "O(n)", "O(log n)", "O(1)")
    beside = {"b.md": table(("x", "y"))}
    old = {
        n.guid
        for n in build_only(tmp_path, {"a.md": costs("Search time", *rows), **beside}).result.notes
    }
    build_only(tmp_path, beside, NOW + 1000)
    other = {"a.md": costs("Memory per insert", *rows), **beside}
    new = {n.guid for n in build_only(tmp_path, other, NOW + 2000).result.notes}
    assert len(new & old) == 1, "that of the other page"


@pytest.mark.parametrize("where", ["cell", "table"])
def test_a_row_that_is_said_to_be_new_keeps_its_note_from_then_on(
    tmp_path: Path, where: str
) -> None:
    def guids(now: int, *rows: str, header: str = "First move") -> dict[str, str]:
        said = " <!-- same-as: new -->" if where == "cell" else ""
        text = "<!-- cards: new -->\n\n" if where == "table" else ""
        text += table(*((row + said, f"what {row} is") for row in rows), header=("Need", header))
        notes = build_only(tmp_path, {"a.md": text, "b.md": "Q: a\nA: b\n"}, now).result.notes
        return {note.note.origin.clue: note.guid for note in notes}

    build_only(tmp_path, {"a.md": table(("the wall", "what it is")), "b.md": "Q: a\nA: b\n"})
    first = guids(NOW + 1000, "a wall of the cell", "a seed")
    second = guids(NOW + 2000, "the wall of the cell", "a Seed")
    third = guids(NOW + 3000, "the wall of the cell", "a Seed", header="The first move")
    assert list(first.values()) == list(second.values()) == list(third.values())


FOLD = "<details><summary>Answer</summary>\n\nby osmosis\n\n</details>\n"
BY_HEADINGS = "---\nquestions: headings\n---\n"
BY_CALLOUTS = "---\nquestions: callouts\n---\n"


@pytest.mark.parametrize(
    "text",
    [
        "Q: {} {c}\nA: by osmosis\n",
        "### {} {c}\n\nAnswer: by osmosis\n",
        f"{BY_HEADINGS}## {{}} {{c}}\n\nby osmosis\n",
        f"{BY_HEADINGS}{{}} {{c}}\n---\n\nby osmosis\n",
        f"{BY_HEADINGS}## 3. {{}} {{c}} #plants\n\nby osmosis\n",
        f"{BY_CALLOUTS}> [!question] {{}} {{c}}\n> by osmosis\n",
        f"{BY_CALLOUTS}<details><summary>{{}} {{c}}</summary>\n\nby osmosis\n\n</details>\n",
        f"{{}}{{c}}\n\n{FOLD}",
        f"1. {{}} {{c}}\n\n{FOLD}",
        f"**{{}} {{c}}**\n\n{FOLD}",
        "{} {c}\n\n> [!success]- Answer\n> by osmosis\n",
        "**Q1: {} {c}**\nby osmosis\n",
        "**Q1: {} {c}**\nA: by osmosis\n",
        "**Q1. {} {c}**\n\nA. by osmosis\n",
        f"**{{}}** {{c}}\n\n{FOLD}",
        f"{BY_HEADINGS}## {{}} #plants {{c}}\n\nby osmosis\n",
        "**Q1: {}** {c}\nby osmosis\n",
        "**Q1: {}** {c}\n- by osmosis\n",
        "**Q1: {}** {c}\nA: by osmosis\n",
    ],
)
@pytest.mark.parametrize("old", ["Who drinks?", "Does a root need light (in spring)?"])
def test_a_comment_behind_a_question_says_which_note_it_is(
    tmp_path: Path, text: str, old: str
) -> None:
    def guid_of(asked: str, comment: str, now: int) -> str:
        page = text.replace("{}", asked).replace("{c}", comment)
        notes = build_only(tmp_path, {"a.md": page, "b.md": "Q: a\nA: b\n"}, now).result.notes
        return {note.note.origin.clue: note.guid for note in notes}[asked]

    guid = guid_of(old, "", NOW)
    for comment in (f"<!-- same-as: {guid} -->", f"<!-- x --> <!-- same-as: {guid} -->"):
        assert guid_of("How is water taken up?", comment, NOW + 1000) == guid


def test_a_comment_behind_a_question_leaves_it_out(tmp_path: Path) -> None:
    skip = "<!-- cards: skip -->"
    text = f"{BY_HEADINGS}## Why is it so? {skip}\n\nso\n\nQ: a {skip}\nA: b\n\nQ: c\nA: d\n"
    notes = build_only(tmp_path, {"a.md": text}).result.notes
    assert [note.note.origin.clue for note in notes] == ["c"]


def test_of_two_notes_that_retired_the_last_one_comes_back(tmp_path: Path) -> None:
    beside = {"b.md": table(("x", "y"))}
    # A clue that stood twice in its package is not known in another one.
    twice = "## A\n\n" + table(("Array", "O(n)")) + "\n## B\n\n" + table(("Array", "O(1)"))

    def guids(pages: Mapping[str, str], now: int) -> set[str]:
        return {n.guid for n in build_only(tmp_path, {**pages, **beside}, now).result.notes}

    first = guids({"p.md": twice}, NOW)
    guids({}, NOW + 1000)
    second = guids({"q.md": twice}, NOW + 2000)
    assert len(first & second) == 1, "that of the other page"
    guids({}, NOW + 3000)
    assert guids({"r.md": twice}, NOW + 4000) == second


def test_two_packages_put_into_one_keep_two_notes(tmp_path: Path) -> None:
    one = table(("Array", "O(n)"))
    old = {n.guid for n in build_only(tmp_path, {"p/a.md": one, "q/b.md": one}).result.notes}
    result = build_only(tmp_path, {"r/a.md": one, "r/b.md": one}, NOW + 1000).result
    assert {note.guid for note in result.notes} == old


@pytest.mark.parametrize(
    ("one", "other", "is_like"),
    [
        ("retries", "retry", True),
        ("the wall", "Wall", True),
        ("a **bold** word", "a bold word", True),
        ("café", "cafe", True),
        ("ibuprofen 1200 mg", "ibuprofen 120 mg", False),
        ("5 mg a day", "5 µg a day", False),
        ("is allowed", "is not allowed", False),
        ("hypotension", "hypertension", False),
        ("afferent neuron", "efferent neuron", False),
        ("x > y", "x < y", False),
        ("unequal parts", "equal parts", False),
        ("stores water in plants", "stores water inside plants", True),
        ("dog", "dogs", False),
        ("GET", "PUT", False),
        ("upper limit of sodium", "lower limit of sodium", False),
        ("the greater part of it", "the smaller part of it", False),
        ("start of a long build", "end of a long build", False),
        ("inserts: insert a row", "inserts: delete a row", False),
        ("Search time", "Insert time", False),
    ],
)
def test_words_are_alike_where_they_say_the_same(one: str, other: str, is_like: bool) -> None:
    assert like(one, other) is is_like
    assert like(other, one) is is_like


PAIRS = re.compile(r"(\*{1,3}|_{1,3}|~~|==|`{1,9})(?=\S)(.+?)(?<=\S)\1")


@settings(max_examples=1000)
@given(st.text(st.sampled_from("**__~~==``ab  \n"), max_size=30))
def test_marks_around_words_are_left_out_as_a_pattern_would(text: str) -> None:
    assert unmarked(text) == PAIRS.sub(r"\2", text)


@pytest.mark.parametrize("seed", range(20))
def test_random_histories_lose_none_in_silence_and_give_none_away(seed: int) -> None:
    found = judge(seed, rounds=6, anki=seed < 2)
    assert found.cases == []
