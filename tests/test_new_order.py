"""The cards of one note do not meet: later ones stand behind other notes in the new queue."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from anki.collection import Collection
from build_notes import build_in, table
from learner import learner_in

from generator.anki.note_types import behind, note_types
from generator.anki.readback import read_package
from generator.anki.verify import import_package
from generator.core.model import Kind

A_DAY = 20  # new cards a day by Anki's defaults
DAYS = 10
CALENDAR_DAY = 24 * 60 * 60  # seconds


def clues(rows: int) -> str:
    return table(*((f"clue {n}", f"answer {n}") for n in range(rows)))


def comparison(rows: int, attributes: int) -> str:
    header = ("Thing", *(f"Part {n}" for n in range(attributes)))
    cells = ((f"thing {n}", *(f"cell {n}-{m}" for m in range(attributes))) for n in range(rows))
    return table(*cells, header=header)


def quizzes(rows: int) -> str:
    return "\n\n".join(
        f"What is {n} and {n}?\n\n- [x] {2 * n}\n- [ ] {2 * n + 1}" for n in range(rows)
    )


def gaps(rows: int) -> str:
    words = "lake river cloud stone field".split()
    return "\n\n".join(
        f"In year {n} there is the {{}} where ==1::{words[0]} {n}== is seen, then the tale of"
        f" ==2::{words[1]} {n}== goes on for long and ends at ==3::{words[2]} {n}== at last."
        for n in range(rows)
    )


PAGES = {
    "clue and answer, both ways": "<!-- cards: reverse -->\n\n" + clues(60),
    "traps": table(
        *((f"Guess {n} is enough", f"Count {n} is better") for n in range(40)),
        header=("Trap", "Better rule"),
    ),
    "a comparison of eight, every way": "<!-- cards: reverse row quiz -->\n\n" + comparison(25, 8),
    "a small comparison": comparison(21, 3),
    "quizzes": quizzes(40),
    "gaps": gaps(40),
    "of every kind": "\n\n".join((clues(15), comparison(15, 4), quizzes(15), gaps(15))),
}


def studied(col: Collection) -> Counter[int]:
    """The notes of the new cards of a day, after all cards of that day have been answered."""
    notes: Counter[int] = Counter()
    while card := col.sched.getCard():
        notes.update([card.nid] if card.queue == 0 else [])
        col.sched.answerCard(card, 4)
    return notes


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_no_two_new_cards_of_a_note_on_a_day(tmp_path: Path, page: str) -> None:
    build_in(tmp_path, {"notes.md": page})
    with learner_in(tmp_path) as learner:
        col = learner.col
        assert col.db is not None
        import_package(col, tmp_path / "decks" / "notes.apkg")
        deck = next(each for each in col.decks.all_names_and_ids() if each.name != "Default")
        col.decks.select(deck.id)  # type: ignore[arg-type]
        left = Counter(col.db.list("select nid from cards"))
        for day in range(DAYS):
            notes = studied(col)
            assert notes.total() == min(A_DAY, left.total())
            if len(left) >= A_DAY:
                assert max(notes.values()) == 1, f"day {day}: siblings meet"
            left -= notes
            if not left:
                break
            col.db.execute("update col set crt = crt - ?", CALENDAR_DAY)
            col.close()
            col.reopen()


def test_every_template_has_a_place_of_its_own() -> None:
    for kind, note_type in note_types().items():
        ordinals = range(500 if kind is Kind.CLOZE else len(note_type.templates))
        places = [behind(note_type.id, ordinal) for ordinal in ordinals]
        assert places[0] == 0
        assert all(later - earlier > 2 * A_DAY for earlier, later in pairwise(places))
    assert behind(1, 7) == 0  # of another's note type nothing is known


def test_a_note_keeps_its_place_however_many_cards_it_has(tmp_path: Path) -> None:
    build_in(tmp_path, {"notes.md": clues(3) + "\n" + comparison(2, 3)})
    rows = read_package((tmp_path / "decks" / "notes.apkg").read_bytes()).values()
    assert sorted(row.due for row in rows) == [1, 2, 3, 4, 5]
