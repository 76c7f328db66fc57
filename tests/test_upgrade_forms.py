"""Definitions, orders, quizzes and marked text, edited and imported again: nothing is lost.

`Learner.update` sees that no review is lost, no card is doubled, and only what changed is updated.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from learner import Learner, learner_in

from generator.anki.verify import answer_cards
from generator.core.model import Guid


def guids(learner: Learner) -> dict[str, Guid]:
    """The GUIDs of the last build, by what the notes are recognised by."""
    return {n.note.origin.clue: n.guid for n in learner.outcome.result.notes}


def page(text: str) -> dict[str, str]:
    return {"p.md": f"# Metals\n\n{text}\n"}


# --- definitions ----------------------------------------------------------------------------------

BULLETS = """<!-- cards: definitions -->

- **loam** – sand, silt and clay in one
- peat: plants that water kept from rotting
- humus: the dark rest of what has lived
"""
DEFINITION_LIST = """humus
: the dark rest of what has lived

peat
: plants which water kept from rotting

chalk
: shells of small animals

loams
: sand, silt and clay in one
"""
TABLE = """| Term | Meaning |
|---|---|
| loams | sand, silt and clay in one |
| peat | plants which water kept from rotting |
| humus | the dark rest of what has lived |
"""


def test_definitions_keep_their_notes_from_bullets_to_a_list_to_a_table(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(page(BULLETS))
        answer_cards(learner.col)
        first = guids(learner)
        learner.update(page(DEFINITION_LIST))
        second = guids(learner)
        chalk = second.pop("chalk")
        assert second == {"loams": first.pop("loam"), **first}
        assert learner.note("peat")["Answer"] == "plants which water kept from rotting"
        answer_cards(learner.col)
        learner.update(page(TABLE))
        assert guids(learner) == second
        assert chalk in learner.outcome.result.changes.retired


# --- orders ---------------------------------------------------------------------------------------


def order(*steps: str, heading: str = "In a fire") -> dict[str, str]:
    lines = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return page(f"## {heading}\n\n<!-- cards: order -->\n\n{lines}")


FIRST = "Metals › In a fire"
STEPS = ("warn the others", "leave the house", "call for help", "wait outside")


@pytest.mark.parametrize("place", range(5))
def test_a_step_that_is_inserted_is_one_more_note(tmp_path: Path, place: int) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(order(*STEPS))
        answer_cards(learner.col)
        first = guids(learner)
        answers = {clue: learner.note(clue)["Answer"] for clue in first}
        steps = [*STEPS[:place], "close the doors", *STEPS[place:]]
        learner.update(order(*steps))
        found = guids(learner)
        is_last = place == len(STEPS)
        new = set(found) - set(first)
        assert new == {STEPS[-1] if is_last else "close the doors"}
        assert found == first | {clue: found[clue] for clue in new}
        changed = {clue for clue in first if learner.note(clue)["Answer"] != answers[clue]}
        assert changed == (set() if is_last else {(FIRST, *STEPS)[place]})


def test_an_order_keeps_its_notes_when_its_heading_is_renamed(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(order(*STEPS))
        answer_cards(learner.col)
        first = guids(learner)
        learner.update(order(*STEPS, heading="When it burns"))
        assert guids(learner) == {"Metals › When it burns": first.pop(FIRST), **first}


def test_steps_are_reworded_reordered_and_deleted(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(order(*STEPS))
        answer_cards(learner.col)
        first = guids(learner)
        learner.update(order("warn all the others", *STEPS[1:]))
        reworded = guids(learner)
        assert reworded.pop("warn all the others") == first[STEPS[0]]
        assert reworded == {clue: guid for clue, guid in first.items() if clue != STEPS[0]}
        answer_cards(learner.col)
        learner.update(order(STEPS[2], "warn all the others", STEPS[1], STEPS[3]))
        reordered = guids(learner)
        assert set(reordered.values()) == set(first.values())
        assert reordered[STEPS[2]] == first[STEPS[2]]
        assert learner.note(STEPS[2])["Answer"] == "warn all the others"
        learner.update(order(STEPS[2], STEPS[1], STEPS[3]))
        assert set(guids(learner).values()) < set(first.values())


# --- quizzes --------------------------------------------------------------------------------------

QUIZ = """## Uses

Which metals carry a current well?

- [x] copper
- [x] silver
- [ ] lead

Both are in every cable.

Which metal is liquid in a warm room?

- [ ] tin
- [x] mercury
"""
EDITED_QUIZ = """## Uses

Which metal is liquid in a room?

- [x] mercury
- [ ] tin
- [ ] zinc

Which metals carry a current well?

- [ ] lead
- [x] silver
- [x] gold
"""


def test_quizzes_keep_their_notes(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(page(QUIZ))
        answer_cards(learner.col)
        currents, liquid = guids(learner).values()
        learner.update(page(EDITED_QUIZ))
        assert list(guids(learner).values()) == [liquid, currents]
        note = learner.note("Which metals carry a current well?")
        assert note["Answer"] == "silver<br>gold"
        assert (note["Extra"], note["Multiple"]) == ("", "1")
        assert len(note.cards()) == 1
        moved = EDITED_QUIZ.replace("## Uses", "## Fluids").replace("Which", "### Which", 1)
        learner.update(page(moved))
        assert list(guids(learner).values()) == [liquid, currents]


# --- marked text ----------------------------------------------------------------------------------


def gaps(learner: Learner) -> dict[int, str]:
    """What each card of the one cloze note in the collection hides, as Anki shows it."""
    (note_id,) = learner.col.find_notes("note:*Cloze")
    hidden = {}
    for card in learner.col.get_note(note_id).cards():
        active = re.search(r'<span class="cloze"[^>]*>(.*?)</span>', card.answer())
        hidden[card.ord + 1] = active[1] if active else ""
    return hidden


def test_a_gap_keeps_its_card_whatever_is_marked_around_it(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(page("Copper ==conducts== heat and ==electricity==."))
        answer_cards(learner.col)
        (first,) = guids(learner).values()
        assert gaps(learner) == {1: "conducts", 2: "electricity"}

        learner.update(page("- ==Copper== ==conducts== heat and ==electricity== well."))
        assert gaps(learner) == {1: "conducts", 2: "electricity", 3: "Copper"}
        answer_cards(learner.col)

        # One mark gone, which leaves an empty card, and one reworded.
        learner.update(page("==Copper== conducts heat and ==electric currents== well."))
        assert gaps(learner) == {1: "", 2: "electric currents", 3: "Copper"}

        # A new mark does not get the card of the one that is gone; that gets its own back.
        learner.update(page("Copper conducts ==heat== and ==electric currents== well."))
        assert gaps(learner) == {1: "", 2: "electric currents", 3: "", 4: "heat"}
        learner.update(page("Copper ==conducts== ==heat== and electric currents well."))
        assert gaps(learner) == {1: "conducts", 2: "", 3: "", 4: "heat"}
        assert list(guids(learner).values()) == [first]


def test_a_number_by_hand_is_ankis(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(page("Lead keeps ==3::rays== and ==noise== out, and ==3::cold==."))
        answer_cards(learner.col)
        text = learner.outcome.result.notes[0].fields[0]
        assert text == "Lead keeps {{c3::rays}} and {{c1::noise}} out, and {{c3::cold}}."
        learner.update(page("Lead keeps ==rays== and ==1::noise== out, ==2::and== ==cold==."))
        text = learner.outcome.result.notes[0].fields[0]
        assert text == "Lead keeps {{c3::rays}} and {{c1::noise}} out, {{c2::and}} {{c4::cold}}."


HOSTILE = (
    ("==std::vector==", "std::vector"),
    ("==a}}b}==", "a}}b}"),
    ("==`{{c2::x}}`==", "{{c2::x}}"),
    ("==$x^{2}$==", r"\(x^{2}\)"),
    ("==$\\frac{1}{x^{2}}$==", r"\(\frac{1}{x^{2}}\)"),
    ("{==b==}", "b"),
    ("==[a](https://example.org/a::b?c=}})==", "a"),
    ("==7::a::b::what}}==", "a::b"),
    ("{{c1::==a==}}", "a"),
    ("{{c1:: ==a== ::what}}", "a"),
)


@pytest.mark.parametrize(("marked", "shown"), HOSTILE)
def test_nothing_in_a_mark_ends_its_gap_or_becomes_its_hint(
    tmp_path: Path, marked: str, shown: str
) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(page(f"Long and long before {marked} it comes after."))
        (note_id,) = learner.col.find_notes("")
        (card,) = learner.col.get_note(note_id).cards()
        active = re.search(r'<span class="cloze"[^>]*>(.*?)</span>(.*?)</div>', card.answer(), re.S)
        assert active
        assert unescape(re.sub("<[^>]*>", "", active[1])) == shown
        assert active[2].endswith(" it comes after.")
        front = unescape(re.sub("<[^>]*>", "", card.question()))
        hint = "[what}}]" if "what}}=" in marked else "[what]" if "what" in marked else "[...]"
        assert hint in front
