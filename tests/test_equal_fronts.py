"""Two notes with equal fronts in one section: the back of each shows both answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_in, build_only, codes, table

from generator.pipeline.build import Outcome

FIRST = table(("Array", "O(n)"), ("Tree", "O(log n)"), header=("Structure", "Search"))
SECOND = table(("Array", "O(1) by index"), ("Hash", "O(1)"), header=("Structure", "Search"))
BOTH = f"{FIRST}\n{SECOND}"


def extras(outcome: Outcome) -> list[str]:
    return [note.fields.extra for note in outcome.result.notes]  # type: ignore[union-attr]


def also(answer: str, label: str = "Also right") -> str:
    return f"<p><strong>{label}</strong><br>{answer}</p>"


def test_each_back_shows_both_answers_and_a_warning_names_them(tmp_path: Path) -> None:
    outcome = build_only(tmp_path, {"a.md": BOTH})
    assert extras(outcome) == [also("O(1) by index"), "", also("O(n)"), ""]
    assert codes(outcome) == ["BD302"]


@pytest.mark.parametrize(
    "text",
    [
        f"## A\n\n{FIRST}\n## B\n\n{SECOND}",
        f"{FIRST}\n{SECOND.replace('Search', 'Insert')}",
        f"{FIRST}\n{SECOND.replace('Structure', 'Layout')}",
        f"{FIRST}\n{SECOND.replace('Array', 'Arrays')}",
        f"{FIRST}\n{SECOND.replace('Array', 'Array ![](gone.png)')}",  # held
        f"{FIRST}\n<!-- cards: trap -->\n\n{SECOND}",
    ],
)
def test_fronts_that_differ_stay_as_they_are(tmp_path: Path, text: str) -> None:
    assert not any(extras(build_only(tmp_path, {"a.md": text})))


def test_three_answers_and_what_else_stands_below_an_answer(tmp_path: Path) -> None:
    third = table(("Array", "never", "seen"), header=("Structure", "Search", "Note"))
    outcome = build_only(tmp_path, {"a.md": f"---\nlang: de\n---\n{BOTH}\n{third}"})
    assert extras(outcome)[0] == also("O(1) by index", "Auch richtig") + also(
        "never", "Auch richtig"
    )
    assert extras(outcome)[-1] == (
        also("O(1) by index", "Auch richtig") + also("O(n)", "Auch richtig") + also("seen", "Note")
    )


def test_traps_steps_and_attributes(tmp_path: Path) -> None:
    traps = BOTH.replace("Structure", "Trap")
    orders = "<!-- cards: order -->\n\n1. soak\n2. scrub\n3. {}\n\n"
    compared = table(("Array", "O(n)", "small"), header=("Structure", "Search", "Size"))
    other = table(("Array", "O(1)", "big", "x"), header=("Structure", "Search", "Cost", "Of"))
    for text, expected in (
        (traps, [also("O(1) by index"), "", also("O(n)"), ""]),
        (f"{orders.format('rinse')}text\n\n{orders.format('dry')}",
         ["", "", also("dry"), also("rinse")]),
    ):  # fmt: skip
        assert extras(build_only(tmp_path, {"a.md": text})) == expected, text
    # Of a comparison it says which attribute is meant: each card asks another one.
    notes = build_only(tmp_path, {"a.md": f"{compared}\n{other}"}).result.notes
    fields = [note.fields._asdict() for note in notes]
    search = "Also right (Search?)"
    assert [each["extra"] for each in fields] == [also("O(1)", search), also("O(n)", search)]
    assert [(each["a1"], each["a2"]) for each in fields] == [("O(n)", "small"), ("O(1)", "big")]


def test_an_edit_updates_the_notes_whose_fronts_became_equal_or_ceased_to_be(
    tmp_path: Path,
) -> None:
    first = build_only(tmp_path, {"a.md": BOTH})
    array, _, other, _ = (note.guid for note in first.result.notes)
    apart = BOTH.replace("Array | O(1)", "Arrays | O(1)")
    for number, text in enumerate((apart, BOTH, BOTH.replace("by index", "with its index")), 1):
        outcome = build_only(tmp_path, {"a.md": text}, NOW + 1000 * number)
        assert outcome.result.changes.changed == {array, other}, text


def first_fields(outcome: Outcome) -> list[dict[str, str]]:
    return [note.fields._asdict() for note in outcome.result.notes]


def test_a_clue_and_an_attribute_of_a_comparison_ask_the_same(tmp_path: Path) -> None:
    compared = table(("Array", "O(1)", "small"), header=("Structure", "Search", "Size"))
    outcome = build_only(tmp_path, {"a.md": f"{FIRST}\n{compared}"})
    array, tree, both = first_fields(outcome)
    search = also("O(n)", "Also right (Search?)")
    assert [array["extra"], tree["extra"], both["extra"]] == [also("O(1)"), "", search]
    assert codes(outcome) == ["BD302"]


def test_a_question_in_a_table_and_one_in_text(tmp_path: Path) -> None:
    asked = table(("What is 2^8?", "256"), header=("Question", "Answer"))
    outcome = build_only(tmp_path, {"a.md": f"{asked}\nQ: What is 2^8?\n\nA: 0x100\n"})
    assert extras(outcome) == [also("0x100"), also("256")]
    assert codes(outcome) == ["BD302"]


def test_two_quizzes_with_one_question_and_other_options(tmp_path: Path) -> None:
    quiz = "Who wrote it?\n\n- [x] {}\n- [ ] Zola\n\n"
    outcome = build_only(tmp_path, {"a.md": f"{quiz.format('Dumas')}***\n\n{quiz.format('Hugo')}"})
    dumas, hugo = first_fields(outcome)
    # Only the card without the options is equal, so its own question stands there, too.
    assert dumas["open"]
    assert dumas["extra"] == also("Hugo", f"Also right ({dumas['open']})")
    assert hugo["extra"] == also("Dumas", f"Also right ({hugo['open']})")
    asked = build_only(tmp_path, {"a.md": f"---\nopen_quiz: false\n---\n{quiz * 2}"})
    assert not any(extras(asked))


REVERSED = "<!-- cards: reverse -->\n\n"


def test_the_way_back_has_several_answers(tmp_path: Path) -> None:
    words = table(("big", "groß"), ("small", "klein"), ("large", "groß"), header=("Word", "German"))
    outcome = build_only(tmp_path, {"a.md": REVERSED + words})
    way_back = "Also right (Word?)"
    assert extras(outcome) == [also("large", way_back), "", also("big", way_back)]
    assert not any(extras(build_only(tmp_path, {"a.md": words})))
    more = table(("huge", "groß"), header=("Word", "German"))
    apart = build_only(tmp_path, {"a.md": f"{REVERSED}{words}\n{REVERSED}{more}"})
    assert extras(apart)[3] == also("big", way_back) + also("large", way_back)


def test_the_way_back_of_two_comparisons(tmp_path: Path) -> None:
    header = ("City", "Country", "River")
    first = table(("Lyon", "France", "Rhône"), ("Köln", "Germany", "Rhein"), header=header)
    second = table(("Avignon", "France", "Rhône"), ("Basel", "Suisse", "Rhein"), header=header)
    outcome = build_only(tmp_path, {"a.md": f"{REVERSED}{first}\n{REVERSED}{second}"})
    way_back = "Also right (City?)"
    assert extras(outcome) == [also("Avignon", way_back), "", also("Lyon", way_back), ""]


def test_pages_with_one_title_are_one_place(tmp_path: Path) -> None:
    pages = {"a.md": f"# Data\n\n{FIRST}", "b/c.md": f"# Data\n\n{SECOND}"}
    outcome = build_only(tmp_path, {f"p/{name}": text for name, text in pages.items()})
    assert extras(outcome) == [also("O(1) by index"), "", also("O(n)"), ""]
    assert codes(outcome) == ["BD302"]


def test_bold_and_code_in_a_clue_are_no_other_front(tmp_path: Path) -> None:
    marked = table(("**Array**", "O(n)"), ("`Tree`", "O(log n)"), header=("Structure", "Search"))
    outcome = build_only(tmp_path, {"a.md": f"{marked}\n{SECOND}\nQ: **Tr_ee**?\n\nA: b\n"})
    assert extras(outcome)[:3] == [also("O(1) by index"), "", also("O(n)")]
    asked = table(("Which *tree*?", "oak"), header=("Question", "Answer"))
    outcome = build_only(tmp_path, {"a.md": f"{asked}\nQ: **Which** `tree`?\n\nA: elm\n"})
    assert extras(outcome) == [also("elm"), also("oak")]


# --- what a front shows ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "is_equal"),
    [
        ("{生|なま}", "{生|せい}", False),
        ("{生|なま}", "{生|なま}", True),
        ("x^2^", "x~2~", False),
        ("2^3^", "23", False),
        ("caf\u00e9", "cafe\u0301", True),
        ("كتب", "كتب\u200f", True),
        ("**bold**", "`bold`", True),
        ("a & b", "a &amp; b", True),
        ("a < b", "a &lt; b", True),
        ("Ab", "ab", False),
        ("$x$", "x", False),
    ],
)
def test_two_clues_are_one_front_where_they_look_alike(
    tmp_path: Path, one: str, other: str, is_equal: bool
) -> None:
    tables = [table((clue, answer)) for clue, answer in ((one, "first"), (other, "second"))]
    outcome = build_only(tmp_path, {"a.md": "\n".join(tables)})
    expected = [also("second"), also("first")] if is_equal else ["", ""]
    assert extras(outcome) == expected
    assert codes(outcome).count("BD302") == is_equal


def test_a_picture_is_another_front_and_a_reading_that_is_hidden_is_none(tmp_path: Path) -> None:
    for name, color in (("x", b"0"), ("y", b"1")):
        (tmp_path / "notes").mkdir(exist_ok=True)
        (tmp_path / f"notes/{name}.svg").write_bytes(
            b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><title>'
            + color
            + b"</title></svg>"
        )
    bones = table(("![bone](x.svg)", "femur"), ("![bone](y.svg)", "tibia"))
    assert extras(build_only(tmp_path, {"a.md": bones})) == ["", ""]
    rows = (
        ("{今日|きょう}", "きょう"),
        ("{今日|こんにち}", "こんにち"),
        ("明日", "あす"),
        ("昨日", "きのう"),
    )
    outcome = build_only(tmp_path, {"a.md": table(*rows, header=("Word", "Reading"))})
    first, second, *_ = first_fields(outcome)
    assert (first["extra"], second["extra"]) == (also("こんにち"), also("きょう"))
    assert "こんにち" not in first["options"]


def test_what_is_right_as_well_is_no_wrong_option(tmp_path: Path) -> None:
    header = ("Drug", "Side effect")
    drugs = (("enalapril", "cough"), ("losartan", "hyperkalaemia"), ("amlodipine", "oedema"))
    more = table(
        ("enalapril", "ACE inhibitor", "hyperkalaemia"), header=("Drug", "Class", "Side effect")
    )
    outcome = build_only(tmp_path, {"a.md": f"{table(*drugs, header=header)}\n{more}"})
    first = first_fields(outcome)[0]
    assert first["extra"] == also("hyperkalaemia")
    assert "hyperkalaemia" not in first["options"]
    cells = (("plant", "cellulose", "light"), ("alga", "pectin", "sun"), ("fungus", "chitin", "x"))
    second = table(("plant", "pectin", "y"), header=("Cell", "Wall", "Size"))
    text = f"<!-- cards: quiz -->\n{table(*cells, header=('Cell', 'Wall', 'Energy'))}\n{second}"
    plant = first_fields(build_only(tmp_path, {"a.md": text}))[0]
    assert plant["extra"] == also("pectin", "Also right (Wall?)")
    assert "pectin" not in plant["options1"]


def test_nothing_of_it_stands_on_a_front(tmp_path: Path) -> None:
    cells = (("plant", "cellulose", "light"), ("fungus", "chitin", "debris"))
    second = table(("plant", "pectin", "y"), header=("Cell", "Wall", "Size"))
    first = table(*cells, header=("Cell", "Wall", "Energy"))
    text = f"<!-- cards: reverse row -->\n{first}\n{second}"
    plant = first_fields(build_only(tmp_path, {"a.md": text}))[0]
    assert (plant["a1"], plant["a2"]) == ("cellulose", "light")


def test_a_long_list_of_other_answers_is_none(tmp_path: Path) -> None:
    rows = [(f"Wort{number}", "die") for number in range(14)]
    for count, is_listed in ((13, True), (14, False)):
        text = REVERSED + table(*rows[:count], header=("Wort", "Artikel"))
        found = extras(build_only(tmp_path, {"a.md": text}))
        assert [each.count("<p>") for each in found] == [(count - 1) * is_listed] * count


def test_the_reason_of_a_rule_and_the_gap_of_a_sentence(tmp_path: Path) -> None:
    traps = table(
        ("using one sample", "take several samples", "chance errors average out"),
        ("trusting the first read", "take several samples", "the first read warms the cache"),
        header=("Trap", "Better rule", "Why"),
    )
    why = "Also right (Why?)"
    outcome = build_only(tmp_path, {"a.md": f"<!-- cards: why -->\n{traps}"})
    assert extras(outcome) == [
        also("the first read warms the cache", why),
        also("chance errors average out", why),
    ]
    gap = "- =={}== is a loop diuretic used in heart failure.\n"
    text = "".join(gap.format(name) for name in ("Furosemide", "Torasemide"))
    assert extras(build_only(tmp_path, {"a.md": text})) == [also("Torasemide"), also("Furosemide")]


def test_where_a_table_stands_is_nothing_to_its_notes(tmp_path: Path) -> None:
    header = ("Word", "Meaning")
    tables = [table(("set", meaning), header=header) for meaning in ("group", "put", "ready")]
    build_only(tmp_path, {"a.md": "\n".join(tables)})
    swapped = "\n".join(tables[place] for place in (0, 2, 1))
    outcome = build_only(tmp_path, {"a.md": swapped}, NOW + 1000)
    assert not outcome.result.changes.changed


def test_an_answer_whose_row_waits_is_right_all_the_same(tmp_path: Path) -> None:
    header = ("Word", "Meaning")
    one, other = (table(("set", meaning), header=header) for meaning in ("group", "put down"))
    build_only(tmp_path, {"a.md": f"{one}\n{other}"})
    broken = other.replace("down", "down ![](gone.png)")
    outcome = build_only(tmp_path, {"a.md": f"{one}\n{broken}"}, NOW + 1000)
    assert (outcome.result.held, outcome.result.changes.changed) == (1, frozenset())
    # A row that was never a note is nobody's answer yet.
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    assert extras(build_only(fresh, {"a.md": f"{one}\n{broken}"})) == [""]


def test_the_way_back_meets_a_clue(tmp_path: Path) -> None:
    back = table(("replaces text", "str_replace"), header=("Meaning", "Function"))
    clue = table(("str_replace", "swaps each match"), header=("Function", "Meaning"))
    outcome = build_only(tmp_path, {"a.md": f"{REVERSED}{back}\n{clue}"})
    assert extras(outcome) == [
        also("swaps each match", "Also right (Meaning?)"),
        also("replaces text"),
    ]


@pytest.mark.parametrize("broken", [b"\xff\n", b"---\ntitle: [\n---\n"])
@pytest.mark.parametrize(
    ("title", "pair"),
    [
        ("title: Search", (FIRST, SECOND)),
        (
            "title: Search",
            [table((*row, "x"), header=("Structure", "Search", "Size")) for row in
             (("Array", "O(n)"), ("Array", "O(1) by index"))],
        ),
        ("title: Search", ("Q: How?\nA: So.\n", "Q: How?\nA: Otherwise.\n")),
    ],
)  # fmt: skip
def test_what_a_page_says_is_right_as_long_as_it_cannot_be_read(
    tmp_path: Path, broken: bytes, title: str, pair: tuple[str, str]
) -> None:
    """The notes of another page of its title keep its answers on their backs."""
    one, two = (f"---\n{title}\n---\n{text}" for text in pair)
    first = build_only(tmp_path, {"p/a.md": one, "p/b.md": two})
    own = {n.guid: n.fields for n in first.result.notes if n.note.position.file == "p/a.md"}
    assert any("Also right" in fields.extra for fields in own.values())
    (tmp_path / "notes/p/b.md").write_bytes(broken + pair[1].encode())
    for now in (NOW + 60, NOW + 120):  # the second build has only what the first one left
        second = build_in(tmp_path, now=now)
        assert {n.guid: n.fields for n in second.result.notes} == own
        assert not second.result.changes.changed
    (tmp_path / "notes/p/b.md").write_text(two)
    third = build_in(tmp_path, now=NOW + 180)
    assert not third.result.changes.changed
    assert {n.guid: n.fields for n in third.result.notes}.items() >= own.items()
