"""A column of a comparison keeps its card, wherever it stands and whatever it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from build_notes import NOW, codes, table
from learner import Learner, learner_in

from generator.identity.slots import Columns, Slots, give_slots
from generator.pipeline.build import Outcome, run

ROWS = (("lake", "slow", "cheap"), ("cache", "fast", "dear"), ("log", "quick", "fair"))
HEADER = ("Store", "Speed", "Price")


def columns(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[Columns]:
    return [list(zip(header[1:], row[1:], strict=True)) for row in rows]


def again(
    header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], slots: list[Slots]
) -> tuple[list[tuple[int, ...]], list[Slots]]:
    given = give_slots(list(zip(columns(header, rows), slots, strict=True)))
    return list(given.numbers), list(given.slots)


@pytest.fixture
def first() -> list[Slots]:
    numbers, slots = again(HEADER, ROWS, [()] * 3)
    assert numbers == [(1, 2)] * 3
    return slots


@pytest.mark.parametrize(
    ("header", "order", "numbers"),
    [
        (("Store", "Price", "Speed"), (0, 2, 1), (2, 1)),
        (("Store", "Use", "Speed", "Price"), (0, None, 1, 2), (3, 1, 2)),
        (("Store", "Speed"), (0, 1), (1,)),
        (("Store", "Price"), (0, 2), (2,)),
        (("Store", "How fast", "Price"), (0, 1, 2), (1, 2)),
        (("Store", "Price", "How fast"), (0, 2, 1), (2, 1)),
        (("Store", "Use", "Price"), (0, None, 2), (3, 2)),
        (("Store", "Speed", "Speed", "Price"), (0, 1, None, 2), (1, 3, 2)),
    ],
    ids=[
        "swap",
        "insert",
        "delete",
        "delete first",
        "rename",
        "rename and swap",
        "replace",
        "twice",
    ],
)
def test_a_slot_belongs_to_its_header(first, header, order, numbers) -> None:
    rows = tuple(
        tuple(f"new {n}" if place is None else row[place] for place in order)
        for n, row in enumerate(ROWS)
    )
    given, slots = again(header, rows, first)
    assert given == [numbers] * 3
    # And so it is when the table is built once more, or the first one comes back.
    assert again(header, rows, slots)[0] == given
    assert again(HEADER, ROWS, slots)[0] == [(1, 2)] * 3 or "How fast" in header


def test_a_deleted_column_gets_its_own_slot_back(first) -> None:
    _, slots = again(("Store", "Price"), tuple((r[0], r[2]) for r in ROWS), first)
    _, slots = again(("Store", "Use", "Price"), tuple((r[0], "x", r[2]) for r in ROWS), slots)
    assert again(HEADER, ROWS, slots)[0] == [(1, 2)] * 3


def test_a_column_of_repeats_is_renamed_only_where_all_is_as_it_was() -> None:
    rows = tuple((f"s{n}", "yes", f"v{n}") for n in range(4))
    _, slots = again(("Store", "Safe", "Size"), rows, [()] * 4)
    assert again(("Store", "Sound", "Size"), rows, slots)[0] == [(1, 2)] * 4
    other = (*rows[:3], ("s3", "no", "v3"))
    assert again(("Store", "Sound", "Size"), other, slots)[0] == [(3, 2)] * 4


def test_new_rows_take_the_slots_of_most(first) -> None:
    header = ("Store", "Price", "Speed")
    rows = (*(tuple(row[p] for p in (0, 2, 1)) for row in ROWS), ("tape", "free", "slowest"))
    assert again(header, rows, [*first, ()])[0] == [(2, 1)] * 4


def test_a_full_set_leaves_a_column_in_the_table(tmp_path: Path) -> None:
    names = ("Thing", *"ABCDEFGH")
    full = table(("x", *"12345678"), ("y", *"abcdefgh"), header=names)
    other = table(("x", *"1234567z"), ("y", *"abcdefgw"), header=(*names[:8], "I"))
    build(tmp_path, full, 0)
    outcome = build(tmp_path, other, 1)
    assert codes(outcome) == ["BD419"]
    (note, _) = outcome.result.notes
    assert note.row.cards == (0, 1, 2, 3, 4, 5, 6)
    assert "z" in note.fields.table  # type: ignore[union-attr]


def test_a_header_that_two_columns_share_for_a_while_gives_no_card_to_another(
    tmp_path: Path,
) -> None:
    header = ("Store", "Speed", "Price", "Size")
    rows = (("lake", "slow", "cheap", "big"), ("log", "quick", "fair", "tall"))
    cards = []
    for number, names in enumerate((header, ("Store", "Speed", "Price", "Speed"), header)):
        outcome = build(tmp_path, table(*rows, header=names), number)
        cards.append([note.fields._asdict() for note in outcome.result.notes])
    slots = [[(each["a1"], each["a2"], each["a3"]) for each in own] for own in cards]
    assert slots[0] == slots[2] == [row[1:] for row in rows]
    assert slots[1] == [("", row[2], "") for row in rows]
    assert len({each["key"] for own in cards for each in own}) == len(rows)


def build(folder: Path, text: str, number: int) -> Outcome:
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes/a.md").write_text(text, "utf-8")
    return run(folder / "notes", folder / "decks", NOW + 1000 * number, keep_notes=True)


# --- with Anki ----------------------------------------------------------------------------------


def asked(learner: Learner) -> dict[int, str]:
    """What each card asks, by its id."""
    found: dict[int, str] = {}
    for card_id in learner.col.find_cards(""):
        card: Any = learner.col.get_card(card_id)
        note = card.note()
        found[card_id] = f"{note['Prompt']} {note[f'H{card.ord + 1}']}"
    return found


def test_each_card_asks_what_it_asked_and_its_reviews_stay(tmp_path: Path) -> None:
    versions = (
        (HEADER, (0, 1, 2)),
        (("Store", "Price", "Speed"), (0, 2, 1)),
        (("Store", "Use", "Price", "Speed"), (0, None, 2, 1)),
        (("Store", "Use", "Speed"), (0, None, 1)),
        (("Store", "Speed", "Price", "Use"), (0, 1, 2, None)),
    )
    with learner_in(tmp_path) as learner:
        before: dict[int, str] = {}
        for header, order in versions:
            rows = [
                tuple(f"use {n}" if place is None else row[place] for place in order)
                for n, row in enumerate(ROWS)
            ]
            learner.update({"a.md": table(*rows, header=header)})
            now = asked(learner)
            gone = {card_id for card_id, text in now.items() if text.endswith(" ")}
            assert {c: t for c, t in before.items() if c not in gone} == {
                c: t for c, t in now.items() if c in before and c not in gone
            }
            before = now | {c: t for c, t in before.items() if c in gone}
            learner.learn()
