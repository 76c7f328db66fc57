"""Marked text: every mark is a deletion that Anki sees, and a gap keeps its number."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_notes import made

from generator.anki.note_types import card_ordinals, note_types
from generator.identity.cloze_numbers import LAST, keep_numbers
from generator.model import Deletion, Kind


def gaps(*texts: str, by_hand: tuple[int, ...] = ()) -> list[Deletion]:
    """Gaps numbered in order; those `by_hand` by a person."""
    return [Deletion(number, text, number in by_hand) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("new", "old", "numbers"),
    [
        (gaps("a", "b"), {}, {1: 1, 2: 2}),
        (gaps("b", "a"), {1: "a", 2: "b"}, {1: 2, 2: 1}),
        (gaps("x", "a", "b"), {1: "a", 2: "b"}, {1: 3, 2: 1, 3: 2}),
        (gaps("a", "a"), {1: "a", 2: "a"}, {1: 1, 2: 2}),
        (gaps("throughputs"), {1: "latency", 2: "throughput"}, {1: 2}),
        (gaps("x"), {1: "a", 2: "b"}, {1: 3}),
        (gaps("b", by_hand=(1,)), {1: "a", 2: "b"}, {1: 1}),
        (gaps("b", "a", by_hand=(1,)), {1: "a", 2: "b"}, {1: 1, 2: 3}),
        (gaps("x", "a"), {1: "a", LAST: "b"}, {1: 2, 2: 1}),
    ],
    ids=[
        "new", "turned round", "one in front", "one text twice", "reworded", "another",
        "by hand", "by hand before the text", "no number left above",
    ],
)  # fmt: skip
def test_a_gap_keeps_its_number(
    new: list[Deletion], old: dict[int, str], numbers: dict[int, int]
) -> None:
    assert keep_numbers(new, old, "one clue", "another clue") == numbers


def test_a_gap_in_the_same_place_is_the_same_gap() -> None:
    old = {1: "five", 2: "x"}
    assert keep_numbers(gaps("nine"), old, "it takes nine days", "it takes five days") == {1: 1}


PIECES = st.sampled_from(
    [
        "==a==", "==b c==", "==1::b==", "==2::c::h==", "==", "===", "{{c1::x}}", "{{", "}}", "}",
        "{", "::", ":", "`", "`==x==`", "$x^{2}$", "$", "**", "*", "~~", "[l](http://a::b)", "[",
        "](x)", "<br>", "<u>", "</u>", "<!-- c -->", "\\", "&#125;", "\x01", "\x02", " ", " and ",
        "word", "\n",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=500)
@given(st.lists(PIECES, min_size=1, max_size=12).map("".join))
def test_each_gap_is_one_card_of_anki(text: str) -> None:
    for note in made(f"Text {text}\n").notes:
        if note.origin.kind is Kind.CLOZE:
            ordinals = card_ordinals(note_types()[Kind.CLOZE], note.fields)
            assert ordinals == tuple(sorted(gap.number - 1 for gap in note.gaps))
            assert note.fields[0].count("{{c") >= len(ordinals)
            assert not {"\x01", "\x02"}.intersection(note.fields[0])
