"""Puts the ledgers of two sides together, as a merge leaves them: all lines in one file.

Lines of one GUID become one entry; note ids that both sides gave out get apart, and numbers of
cards that they gave to two things are nobody's from then on. Whether a note lives is not decided
here: the pages do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from typing import Any, NamedTuple, TypeVar

from generator.core.model import Guid, Kind, Origin
from generator.core.note_fields import places_of_fields
from generator.core.note_states import (
    NoteState,
    last_common_state,
    last_state,
    merge_states,
    older_states,
)
from generator.identity.cloze_numbers import is_one_gap
from generator.identity.entry import CARD_IDS, LedgerEntry, former_decks
from generator.identity.given_twice import is_nobodys, name_of_all
from generator.identity.slots import Slot, digest_of_cell

T = TypeVar("T", bound=tuple[Any, ...])
Gap = tuple[int, str]


class Merged(NamedTuple):
    """Entries by GUID; all ``words`` of those that stood in several lines; and facts that were
    given a GUID on one side that another fact had on the other: those set ``apart`` begin anew.
    ``given_twice`` are the numbers of cards that were so given, of an entry whose fact is one."""

    entries: Mapping[Guid, LedgerEntry]
    words: Mapping[Guid, tuple[Origin, ...]]
    apart: tuple[Origin, ...]
    given_twice: Mapping[Guid, tuple[int, ...]]


def merge_lines(
    alone: Mapping[Guid, LedgerEntry], found: Mapping[Guid, Sequence[LedgerEntry]]
) -> Merged:
    """The entries ``alone`` and those ``found`` in several lines, each as one."""
    entries, words, apart = dict(alone), {}, list[Origin]()
    given_twice = {}
    for guid, lines in found.items():
        first = min(lines, key=lambda line: (line.added, line))
        own = [line for line in lines if _is_one_fact(first, line)]
        apart += [line.origin for line in lines if line not in own]
        entries[guid], numbers = _joined(own)
        if numbers:
            given_twice[guid] = numbers
        if len(own) > 1:
            words[guid] = tuple(dict.fromkeys(line.origin for line in own))
    return Merged(_with_own_ids(entries), words, tuple(dict.fromkeys(apart)), given_twice)


def _is_one_fact(one: LedgerEntry, other: LedgerEntry) -> bool:
    """Whether two lines of a GUID are of one note: born in one build, or in one table, or with one
    answer. A GUID is made of header and clue, so two sides may make one for two facts."""
    return (
        one.added == other.added
        or one.origin[:5] == other.origin[:5]
        or one.origin.answer == other.origin.answer
    )


def _joined(lines: Sequence[LedgerEntry]) -> tuple[LedgerEntry, tuple[int, ...]]:
    """The line that was written last, with what older ones claimed before it; and the numbers that
    they claimed for two things."""
    if len(lines) == 1:
        return lines[0], ()
    oldest_first = sorted(lines, key=lambda line: (line.time, line))
    last = oldest_first[-1]
    # Of two notes with one time Anki would take neither for the newer one.
    clash = any(
        line.time == last.time
        and (line.fingerprint, bool(line.retired)) != (last.fingerprint, bool(last.retired))
        for line in lines
    )
    sides = _sides(oldest_first)
    slots, columns = _slots(sides)
    gaps, marks = _gaps(sides)
    joined = last._replace(
        added=min(line.added for line in lines),
        fingerprint="" if clash else last.fingerprint,
        slots=tuple(slots),
        gaps=tuple(gaps),
        is_new=any(line.is_new for line in lines),
        states=merge_states(line.states for line in lines),
        former_decks=former_decks(
            last.deck,
            [deck for line in oldest_first[::-1] for deck in (line.deck, *line.former_decks)],
        ),
    )
    return joined, (*columns, *marks)


def _sides(lines: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """The lines but for those that another one goes on from, which knows what they claim."""
    older = set(chain.from_iterable(older_states(line.states) for line in lines))
    return [line for line in lines if last_state(line.states) not in older]


def _slots(sides: Sequence[LedgerEntry]) -> tuple[list[Slot], list[int]]:
    """The slots of all sides, and the numbers that are two columns'."""
    base = last_common_state([side.states for side in sides])
    found, twice = list[Slot](), list[int]()
    for number, claims in _by_number([side.slots for side in sides]).items():
        if all(_is_one_column(base, *pair) for pair in combinations(claims, 2)):
            found.append([slot for slot in claims if slot.header == claims[0].header][-1])
        else:
            found.append(Slot(number, name_of_all(slot.header for slot in claims), ""))
            twice.append(number)
    return _with_own_headers(found, [slot for side in sides for slot in side.slots]), twice


def _is_one_column(base: NoteState | None, one: Slot, other: Slot) -> bool:
    """Whether a number is one column's on both sides: one of them may have renamed it. It is, where
    it was a card before the sides parted, in the state ``base``."""
    if one.header == other.header:
        return True
    if is_nobodys(one.header) or is_nobodys(other.header):
        return False
    if base:
        return not base.has_field(places_of_fields(Kind.COMPARE)[f"a{one.number}"], "")
    return one.digest == other.digest != digest_of_cell("")


def _with_own_headers(slots: Sequence[Slot], claims: Sequence[Slot]) -> list[Slot]:
    """The slots, a header on one of them alone: the one that was first claimed for it."""
    first = {slot.header: slot.number for slot in reversed(claims) if slot in slots}
    return [
        slot
        if first.get(slot.header, slot.number) == slot.number
        else Slot(slot.number, name_of_all([slot.header]), "")
        for slot in slots
    ]


def _gaps(sides: Sequence[LedgerEntry]) -> tuple[list[Gap], list[int]]:
    """The gaps of all sides, and the numbers that are two gaps'."""
    found, twice = list[Gap](), list[int]()
    claimed = [[(*gap, side.origin.clue) for gap in side.gaps] for side in sides]
    for number, claims in _by_number(claimed).items():
        texts = [text for _, text, _ in claims]
        if all(is_one_gap(one[1:], other[1:]) for one, other in combinations(claims, 2)):
            found.append((number, texts[0]))
        else:
            found.append((number, name_of_all(texts)))
            twice.append(number)
    return found, twice


def _by_number(sides: Sequence[Sequence[T]]) -> dict[int, list[T]]:
    """What each number was claimed for, in the order of the sides."""
    found: dict[int, list[T]] = defaultdict(list)
    for claims in sides:
        for claim in claims:
            found[claim[0]].append(claim)
    return dict(sorted(found.items()))


def _with_own_ids(entries: Mapping[Guid, LedgerEntry]) -> dict[Guid, LedgerEntry]:
    """The entries with a note id each: of those with one id the oldest keeps it."""
    by_id: dict[int, list[LedgerEntry]] = defaultdict(list)
    for entry in entries.values():
        by_id[entry.note_id].append(entry)
    own, used = dict(entries), set(by_id)
    for note_id, several in by_id.items():
        for entry in sorted(several, key=lambda each: (each.added, each.guid))[1:]:
            free = note_id
            while free in used:
                free += CARD_IDS
            used.add(free)
            own[entry.guid] = entry._replace(note_id=free)
    return own
