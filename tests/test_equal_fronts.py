"""Two notes with equal fronts in one section: the back of each shows both answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_only, codes, table

from generator.build import Outcome

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
        also("O(n)", "Auch richtig") + also("O(1) by index", "Auch richtig") + also("seen", "Note")
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
    # Of a comparison it stands beside the answer of its attribute: each card asks another one.
    notes = build_only(tmp_path, {"a.md": f"{compared}\n{other}"}).result.notes
    fields = [note.fields._asdict() for note in notes]
    assert [each["a1"] for each in fields] == [
        "O(n)<br><strong>Also right:</strong> O(1)",
        "O(1)<br><strong>Also right:</strong> O(n)",
    ]
    assert [(each["a2"], each["extra"]) for each in fields] == [("small", ""), ("big", "")]


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
    assert [array["extra"], tree["extra"], both["extra"]] == [also("O(1)"), "", ""]
    assert both["a1"] == "O(1)<br><strong>Also right:</strong> O(n)"
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
