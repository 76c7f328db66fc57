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
