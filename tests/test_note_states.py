"""By which digests a field in Anki is known as an older one of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_only, table
from hypothesis import given
from hypothesis import strategies as st

from generator.core.note_fields import OF_OTHER_ROWS, field_names
from generator.core.note_states import (
    add_state,
    decode_state,
    decode_states,
    encode_state,
    merge_states,
)
from generator.identity.entry import LedgerEntry
from generator.pipeline.build import read_ledger


@given(st.lists(st.text(max_size=20), max_size=60), st.lists(st.text("abÄ", min_size=1)))
def test_a_state_knows_its_fields_and_tags(fields: list[str], tags: list[str]) -> None:
    state = decode_state(encode_state([field.encode() for field in fields], tags))
    for place, field in enumerate(fields):
        assert state.has_field(place, field)
        assert not state.has_field(place, field + "x")
    assert state.has_field(len(fields), "")
    assert all(state.has_tag(tag.upper()) for tag in tags)
    assert not state.has_tag("other")


@given(st.lists(st.sampled_from(["AAAA", "BBBB", "CCCC"]), max_size=9))
def test_the_last_states_are_known_by_their_times(states: list[str]) -> None:
    text = ""
    for time, state in enumerate(states, 1):
        text = add_state(text, time, state)
    shown = [item.split(":")[1] for item in text.split()]
    assert [int(item.split(":")[0]) for item in text.split()] == [*range(len(states), 0, -1)][:4]
    known = [*states[::-1], *[None] * 4][:4]
    for state, older, written in zip(known, [*known[1:], None], shown, strict=False):
        assert written == ("" if state == older else state) or older is None


def test_states_of_two_sides_are_merged_by_time() -> None:
    both = add_state("", 1, "AAAA")
    one, other = add_state(both, 3, "BBBB"), add_state(both, 2, "CCCC")
    assert merge_states([one, other]) == merge_states([other, one]) == "3:BBBB 2:CCCC 1:AAAA"


@pytest.mark.parametrize("text", ["", "x", "1", "1:!", "x:AAAA", "1:AAA", "1: 2:", "²:AAAA"])
def test_what_is_damaged_is_no_state(text: str) -> None:
    assert [state for state in decode_states(text) if state.fields or state.tags] == []


# --- in the ledger ------------------------------------------------------------------------------


def entry(folder: Path) -> LedgerEntry:
    return next(e for e in read_ledger(folder / "notes")[0].values() if e.origin.clue == "a")


def test_the_ledger_knows_what_a_note_said_before(tmp_path: Path) -> None:
    names = field_names("clue")
    place = names.index("Answer")
    for round_, answer in enumerate(["one", "two", "three", "four", "five", "five"]):
        build_only(tmp_path, {"p.md": table(("a", answer), ("b", "x"))}, NOW + round_)
    states = decode_states(entry(tmp_path).states)
    assert [state.time - NOW for state in states] == [4, 3, 2, 1]
    for state, answer in zip(states, ["five", "four", "three", "two"], strict=True):
        assert state.has_field(place, answer)
        assert state.has_field(names.index("Prompt"), "a")
        assert not any(each in state.fields for each in OF_OTHER_ROWS["clue"])


def test_the_ledger_knows_the_decks_that_a_note_was_in(tmp_path: Path) -> None:
    for deck in ("One", "Two", "Two", "One", "Three"):
        build_only(tmp_path, {"p.md": f"---\ndeck: {deck}\n---\n" + table(("a", "b"))})
    assert entry(tmp_path).former_decks == ("One", "Two")


def test_an_older_ledger_learns_the_states_without_a_change(tmp_path: Path) -> None:
    files = {"p.md": table(("a", "b"))}
    package = tmp_path / "decks/p.apkg"
    build_only(tmp_path, files)
    before, built = entry(tmp_path), package.read_bytes()
    ledger = tmp_path / "notes/ledger.jsonl"
    text = ledger.read_text("utf-8").replace(f', "states": "{before.states}"', "")
    assert "states" not in text
    ledger.write_text(text, "utf-8")
    build_only(tmp_path, files, NOW + 9)
    assert entry(tmp_path) == before
    assert package.read_bytes() == built
