"""Puts the ledgers of two sides together, as a merge leaves them: all lines in one file.

Lines of one GUID become one entry; note ids, slots and cloze numbers that both sides gave out get
apart. Whether a note lives is not decided here: the pages do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from generator.core.model import Guid, Origin
from generator.core.note_states import merge_states
from generator.identity.entry import CARD_IDS, LedgerEntry, former_decks

T = TypeVar("T", bound=tuple[Any, ...])


class Merged(NamedTuple):
    """Entries by GUID; all ``words`` of those that stood in several lines; and facts that were
    given a GUID on one side that another fact had on the other: those set ``apart`` begin anew."""

    entries: Mapping[Guid, LedgerEntry]
    words: Mapping[Guid, tuple[Origin, ...]]
    apart: tuple[Origin, ...]


def merge_lines(
    alone: Mapping[Guid, LedgerEntry], found: Mapping[Guid, Sequence[LedgerEntry]]
) -> Merged:
    """The entries ``alone`` and those ``found`` in several lines, each as one."""
    entries, words, apart = dict(alone), {}, list[Origin]()
    for guid, lines in found.items():
        first = min(lines, key=lambda line: (line.added, line))
        own = [line for line in lines if _is_one_fact(first, line)]
        apart += [line.origin for line in lines if line not in own]
        entries[guid] = _joined(own)
        if len(own) > 1:
            words[guid] = tuple(dict.fromkeys(line.origin for line in own))
    return Merged(_with_own_ids(entries), words, tuple(dict.fromkeys(apart)))


def _is_one_fact(one: LedgerEntry, other: LedgerEntry) -> bool:
    """Whether two lines of a GUID are of one note: born in one build, or in one table, or with one
    answer. A GUID is made of header and clue, so two sides may make one for two facts."""
    return (
        one.added == other.added
        or one.origin[:5] == other.origin[:5]
        or one.origin.answer == other.origin.answer
    )


def _joined(lines: Sequence[LedgerEntry]) -> LedgerEntry:
    """The line that was written last, with what older ones claimed before it."""
    if len(lines) == 1:
        return lines[0]
    oldest_first = sorted(lines, key=lambda line: (line.time, line))
    last = oldest_first[-1]
    # Of two notes with one time Anki would take neither for the newer one.
    clash = any(
        line.time == last.time
        and (line.fingerprint, bool(line.retired)) != (last.fingerprint, bool(last.retired))
        for line in lines
    )
    return last._replace(
        added=min(line.added for line in lines),
        fingerprint="" if clash else last.fingerprint,
        slots=_claims(line.slots for line in oldest_first),
        gaps=_claims(line.gaps for line in oldest_first),
        is_new=any(line.is_new for line in lines),
        states=merge_states(line.states for line in lines),
        former_decks=former_decks(
            last.deck,
            [deck for line in oldest_first[::-1] for deck in (line.deck, *line.former_decks)],
        ),
    )


def _claims(oldest_first: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    """What has a number and a name: an older claim of either stands, in its newest words."""
    taken: dict[int, T] = {}
    for claims in oldest_first:
        for claim in claims:
            number, name = claim[:2]
            known = next((other for other, each in taken.items() if each[1] == name), number)
            if known == number and taken.get(number, claim)[1] == name:
                taken[number] = claim
    return tuple(taken[number] for number in sorted(taken))


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
