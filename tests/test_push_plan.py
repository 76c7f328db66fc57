"""Who changed a field: base, ours and theirs, as values."""

from __future__ import annotations

from collections.abc import ItemsView, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.anki.note_types import note_types
from generator.core.model import DeckName, Guid, Kind, NoteRow, Origin, Position
from generator.core.note_fields import SEPARATOR, field_names, note_digests
from generator.core.note_states import add_state, decode_state, encode_state
from generator.identity.entry import LedgerEntry
from generator.push.base import Verdict
from generator.push.collection import InAnki, NoteInAnki
from generator.push.plan import Cards, NotePlan, Ours, cards_of_retired, make_plan
from generator.push.sent import Sent, SentNote

GUID = Guid("abcdefgh")
NAMES = field_names("clue")
TABLE = NAMES.index("Table")
DECK = DeckName("Deck")
LATER = 9_999  # when a person edited the note in Anki; no build has this time


def fields(answer: str, table: str = "") -> list[str]:
    found = ["clue", answer, *[""] * (len(NAMES) - 2)]
    found[TABLE], found[NAMES.index("Key")] = table, GUID
    return found


def encoded(values: Sequence[str]) -> list[bytes]:
    return [value.encode() for value in values]


def plan_of(
    ours: str,
    theirs: str,
    *,
    states: Sequence[str] = (),
    added: int = 1,
    sent: str | None = None,
    time: int = LATER,
    force: bool = False,
    tables: tuple[str, str] = ("", ""),
    tags: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ()),
) -> NotePlan | None:
    """The plan of one note. ``states`` are answers that older builds had, the oldest first, at the
    times 1, 2 …; ``tags`` are those of the base, ours and theirs."""
    base_tags, our_tags, their_tags = tags
    text = ""
    for number, answer in enumerate(states, 1):
        digests = note_digests("clue", encoded(fields(answer)), base_tags, (0,), ())
        text = add_state(text, number, digests.state)
    note_type = note_types()[Kind.CLUE]
    data = SEPARATOR.join(encoded(fields(ours, tables[0])))
    row = NoteRow(GUID, 5, note_type.id, 50, our_tags, data, DECK, (0,), 1)
    origin = Origin(Kind.CLUE, "p", "p.md", "", "q", "clue", ours, "")
    entry = LedgerEntry(GUID, origin, DECK, "", "f", 5, added, 50, 0, states=text)
    there = dict(zip(NAMES, fields(theirs, tables[1]), strict=True))
    note = NoteInAnki(GUID, 5, Kind.CLUE, note_type.name, there, their_tags, time, (7,))
    known = {}
    if sent is not None:
        state = decode_state(encode_state(encoded(fields(sent)), base_tags))
        known[GUID] = SentNote(state, DECK)
    plan = make_plan(
        Ours({"p": {GUID: row}}, {GUID: Position("p.md", 3, 1)}, {GUID: entry}),
        InAnki("User 1", "/media", {GUID: note}, (), frozenset()),
        Sent(known),
        Cards(),
        force=force,
    )
    return plan.notes[0] if plan.notes else None


def verdict_of(plan: NotePlan | None, name: str = "Answer") -> Verdict | None:
    found = [each.verdict for each in plan.fields if each.change.name == name] if plan else []
    return found[0] if found else None


@pytest.mark.parametrize(
    ("ours", "theirs", "known", "verdict"),
    [
        # What was last sent is known.
        ("a", "a", {"sent": "a"}, None),
        ("b", "a", {"sent": "a"}, Verdict.SENT),
        ("a", "x", {"sent": "a"}, Verdict.IN_ANKI),
        ("b", "x", {"sent": "a"}, Verdict.BOTH),
        ("b", "b", {"sent": "a"}, None),
        ("c", "a", {"sent": "b", "states": ["a", "b", "c"]}, Verdict.SENT),  # of an old package
        ("c", "b", {"sent": "a", "states": ["a", "b", "c"]}, Verdict.SENT),  # imported meanwhile
        ("a", "", {"sent": "a"}, Verdict.IN_ANKI),
        ("", "a", {"sent": "a"}, Verdict.SENT),
        # Only the ledger is.
        ("b", "a", {"states": ["a", "b"]}, Verdict.SENT),
        ("b", "x", {"states": ["a", "b"]}, Verdict.BOTH),
        ("a", "x", {"states": ["a"]}, Verdict.IN_ANKI),
        ("a", "x", {"states": ["a", "a"]}, Verdict.IN_ANKI),
        # An older build may have said it, of which nobody knows any more.
        ("a", "x", {"states": ["a"], "added": 0}, Verdict.UNKNOWN),
        ("e", "x", {"states": ["a", "b", "c", "d", "e"]}, Verdict.UNKNOWN),
        ("b", "x", {}, Verdict.UNKNOWN),
        ("", "x", {}, Verdict.UNKNOWN),
    ],
)
def test_who_changed_a_field(
    ours: str, theirs: str, known: dict[str, object], verdict: Verdict | None
) -> None:
    assert verdict_of(plan_of(ours, theirs, **known)) is verdict  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "is_sent"),
    [
        ({"sent": "a"}, True),  # ours changed, too
        ({}, True),  # unknown
    ],
)
def test_force_sends_what_both_changed_and_what_nobody_knows(
    known: dict[str, object], is_sent: bool
) -> None:
    plan = plan_of("b", "x", force=True, **known)  # type: ignore[arg-type]
    assert (verdict_of(plan) is Verdict.SENT) is is_sent


def test_force_does_not_send_over_a_correction_of_what_stayed() -> None:
    assert verdict_of(plan_of("a", "x", sent="a", force=True)) is Verdict.IN_ANKI


def test_a_note_with_the_time_of_a_build_was_not_edited_but_for_what_differs() -> None:
    tables = ("new", "of a build between")
    assert verdict_of(plan_of("a", "a", states=["a"], time=1, tables=tables), "Table") is (
        Verdict.SENT
    )
    assert verdict_of(plan_of("a", "a", states=["a"], tables=tables), "Table") is Verdict.UNKNOWN
    edited = plan_of("a", "x", states=["a"], time=1, tables=tables)
    assert verdict_of(edited) is Verdict.IN_ANKI
    assert verdict_of(edited, "Table") is Verdict.UNKNOWN


TEXTS = st.sampled_from(["", "a", "b", "c", "x"])


@given(
    TEXTS,
    TEXTS,
    st.lists(TEXTS, max_size=6),
    st.none() | TEXTS,
    st.integers(0, 1),
    st.sampled_from([LATER, 1, 2]),
    st.booleans(),
)
def test_nothing_is_sent_over_a_text_that_no_build_and_no_push_had(
    ours: str,
    theirs: str,
    states: list[str],
    sent: str | None,
    added: int,
    time: int,
    force: bool,
) -> None:
    plan = plan_of(ours, theirs, states=states, sent=sent, added=added, time=time, force=force)
    verdict = verdict_of(plan)
    assert (verdict is None) is (ours == theirs)
    is_ours = theirs in {*states[-4:], *([sent] if sent is not None else [])}
    if verdict is Verdict.SENT and not force:
        assert is_ours
    if verdict is Verdict.IN_ANKI:
        assert not is_ours
        assert ours in {sent, *states}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "add", "remove"),
    [
        (("a",), ("a",), ("a", "mine"), (), ()),
        (("a",), ("b",), ("a", "mine"), ("b",), ("a",)),
        (("a",), ("a", "b"), ("mine",), ("b",), ()),  # a person took the first one off
        (("a",), (), ("A", "mine"), (), ("A",)),
        (("a",), ("A",), ("a",), (), ()),
        ((), ("leech",), (), ("leech",), ()),
        ((), (), ("leech", "marked"), (), ()),
    ],
)
@pytest.mark.parametrize("way", ["sent", "states"])
def test_only_tags_of_ours_are_added_and_removed(
    base: tuple[str, ...],
    ours: tuple[str, ...],
    theirs: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    way: str,
) -> None:
    known: dict[str, object] = {"sent": "a"} if way == "sent" else {"states": ["a"]}
    plan = plan_of("a", "a", tags=(base, ours, theirs), **known)  # type: ignore[arg-type]
    assert ((plan.add, plan.remove) if plan else ((), ())) == (add, remove)


def test_without_any_base_no_tag_is_touched() -> None:
    assert plan_of("a", "a", tags=((), ("b",), ("a",))) is None


def test_the_ledger_is_looked_through_once_for_what_has_retired() -> None:
    class Ledger(dict[Guid, LedgerEntry]):
        passes = 0

        def items(self) -> ItemsView[Guid, LedgerEntry]:
            self.passes += 1
            return super().items()

    ledger = Ledger()
    retired = SentNote(decode_state(encode_state(encoded(fields("a")), ())), DECK, (), True)
    sent = Sent({Guid(f"note {number}"): retired for number in range(100)})
    there = InAnki("User 1", "/media", {}, (), frozenset())
    assert cards_of_retired(Ours({}, {}, ledger), there, sent) == []
    assert ledger.passes == 1
