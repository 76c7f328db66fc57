"""Identity: GUIDs are born once, notes are stamped when their own content changes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from build_notes import format_ledger
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.model import DeckName, Guid, Kind, Note, Origin, Position, Tag
from generator.core.note_fields import NoteDigests
from generator.identity.entry import LedgerEntry
from generator.identity.identify import CARD_IDS, Unread, identify
from generator.identity.ledger import LedgerText
from generator.identity.renew import NOTHING
from generator.identity.stamp import stamp

NOW = 1_800_000_000


def note(clue: str, answer: str = "rule", page: str = "p/a.md", **origin: str) -> Note:
    words = {"section": "", "question": "Better rule", "id": "", "package": "p", **origin}
    return Note(
        Origin(kind=Kind.TRAP, page=page, clue=clue, answer=answer, **words),
        (Tag("p"),),
        DeckName("P"),
        Position(page, 1, 1),
    )


class Done(NamedTuple):
    """What a build makes of notes: the entries that are theirs, the whole ledger, what changed."""

    notes: list[LedgerEntry]
    ledger: dict[Guid, LedgerEntry]
    new: frozenset[Guid]
    changed: frozenset[Guid]
    retired: frozenset[Guid]


def built(
    notes: list[Note],
    ledger: Mapping[Guid, LedgerEntry],
    namespaces: dict[str, str],
    now: int,
    left_alone: set[str] = frozenset(),  # type: ignore[assignment]
) -> Done:
    identity = identify(notes, LedgerText(ledger), namespaces, now, Unread(left_alone))
    digests = [NoteDigests(f"{n.origin.clue}\x1f{n.origin.answer}\x1f{n.tags}", "") for n in notes]
    stamped = stamp(notes, identity, digests, [(0,)] * len(notes), ledger, now, NOTHING)
    after = {**identity.gone, **{entry.guid: entry for entry in stamped.entries}}
    return Done(list(stamped.entries), after, stamped.new, stamped.changed, identity.retired)


def guids(done: Done) -> list[str]:
    return [entry.guid for entry in done.notes]


def again(done: Done, *notes: Note, now: int = NOW + 100, **options) -> Done:
    # A package that is gone is not among the namespaces; here all are there.
    return built(list(notes), done.ledger, {"p": "p", "q": "q"}, now, **options)


def test_a_new_note_is_stamped_with_now() -> None:
    first = built([note("a")], {}, {}, NOW)
    entry = first.ledger[first.notes[0].guid]
    assert (entry.added, entry.modified, entry.retired) == (NOW, NOW, 0)
    assert first.new == {first.notes[0].guid}


def test_unchanged_notes_keep_everything() -> None:
    first = built([note("a"), note("b")], {}, {}, NOW)
    second = again(first, note("a"), note("b"))
    assert second.notes == first.notes
    assert format_ledger(second.ledger.values()) == format_ledger(first.ledger.values())
    assert (second.new, second.changed, second.retired) == (frozenset(),) * 3


def test_a_changed_answer_moves_the_time_of_that_note_only() -> None:
    first = built([note("a"), note("b")], {}, {}, NOW)
    second = again(first, note("a", "other rule"), note("b"))
    assert guids(second) == guids(first)
    assert [n.modified for n in second.notes] == [NOW + 100, NOW]
    assert second.changed == {first.notes[0].guid}


def test_time_moves_on_even_where_the_clock_went_back() -> None:
    first = built([note("a")], {}, {}, NOW)
    second = again(first, note("a", "other rule"), now=NOW - 5000)
    assert second.notes[0].modified == NOW + 1


def test_changed_tags_are_a_change_and_a_changed_deck_is_none() -> None:
    first = built([note("a")], {}, {}, NOW)
    assert again(first, note("a")._replace(tags=(Tag("q"),))).changed
    assert not again(first, note("a")._replace(deck=DeckName("Elsewhere"))).changed


def test_a_deleted_note_retires_and_comes_back_with_its_guid() -> None:
    first = built([note("a"), note("b")], {}, {}, NOW)
    second = again(first, note("b"))
    assert second.retired == {first.notes[0].guid}
    assert second.ledger[first.notes[0].guid].retired == NOW + 100
    third = again(second, note("a"), note("b"), now=NOW + 200)
    assert guids(third) == guids(first)
    entry = third.ledger[first.notes[0].guid]
    assert (entry.added, entry.modified, entry.retired) == (NOW, NOW + 200, 0)


def test_retirement_is_dated_once() -> None:
    first = built([note("a"), note("b")], {}, {}, NOW)
    third = again(again(first, note("b")), note("b"), now=NOW + 900)
    assert third.ledger[first.notes[0].guid].retired == NOW + 100
    assert not third.retired


def test_the_same_clue_on_two_pages_is_two_notes() -> None:
    one, two = note("a", page="p/a.md"), note("a", "rule two", page="p/b.md")
    first = built([one, two], {}, {}, NOW)
    assert len(set(guids(first))) == 2
    assert guids(again(first, two, one)) == list(reversed(guids(first)))


def test_a_moved_row_keeps_its_guid() -> None:
    first = built([note("a", page="p/a.md"), note("b")], {}, {}, NOW)
    moved = note("a", page="p/z.md", section="Elsewhere")
    assert guids(again(first, moved, note("b"))) == guids(first)


def test_an_id_column_keeps_a_guid_through_any_rewording() -> None:
    first = built([note("a", id="7")], {}, {}, NOW)
    assert guids(again(first, note("quite another", "thing", id="7"))) == guids(first)


def test_namespaces_keep_two_peoples_notes_apart() -> None:
    mine = built([note("a")], {}, {"p": "my-id"}, NOW)
    yours = built([note("a")], {}, {"p": "your-id"}, NOW)
    assert guids(mine) != guids(yours)


def test_a_new_namespace_changes_no_known_guid() -> None:
    first = built([note("a")], {}, {"p": "one"}, NOW)
    assert guids(built([note("a")], first.ledger, {"p": "two"}, NOW)) == guids(first)


def test_a_package_with_errors_keeps_its_entries() -> None:
    first = built([note("a"), note("b", package="q")], {}, {}, NOW)
    second = again(first, note("b", package="q"), left_alone={"p"})
    assert second.ledger == first.ledger
    assert not second.retired


def test_the_first_second_of_time_gives_positive_ids() -> None:
    stamped = built([note(str(n)) for n in range(50)], {}, {}, 0)
    assert all(n.note_id > 0 and n.modified > 0 for n in stamped.notes)


def test_note_ids_are_in_the_past_and_leave_room_for_cards() -> None:
    stamped = built([note(str(n)) for n in range(500)], {}, {}, NOW)
    ids = sorted(n.note_id for n in stamped.notes)
    assert ids[-1] + CARD_IDS <= NOW * 1000
    assert all(later - earlier >= CARD_IDS for earlier, later in itertools.pairwise(ids))


clues = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@settings(deadline=None)
@given(clues, st.randoms())
def test_reordering_keeps_every_guid(names: list[str], random) -> None:
    first = built([note(name) for name in names], {}, {}, NOW)
    shuffled = names[:]
    random.shuffle(shuffled)
    second = again(first, *[note(name) for name in shuffled])
    assert dict(zip(shuffled, guids(second), strict=True)) == dict(
        zip(names, guids(first), strict=True)
    )
    assert not second.changed


@settings(deadline=None)
@given(clues, clues, clues)
def test_deleting_and_restoring_keeps_every_guid(one: list[str], two, three) -> None:
    known: dict[str, str] = {}
    state = built([], {}, {}, NOW)
    for round_, names in enumerate((one, two, three)):
        state = again(state, *[note(x, x * 8) for x in names], now=NOW + round_)
        for name, guid in zip(names, guids(state), strict=True):
            assert known.setdefault(name, guid) == guid
