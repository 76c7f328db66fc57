"""Gives each row its GUID, note id and gap numbers, known or new; values in, values out.

Rows are known by what they are recognised by alone. What stands on their cards is nobody's concern
here, and is not made yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from generator.diagnostics import HELD_NOTE, Diagnostic
from generator.identity.cloze_numbers import keep_numbers
from generator.identity.ledger import LedgerEntry, LedgerText
from generator.identity.match import match, same_rows
from generator.model import Guid, Note

# A note's cards take the ids right after its own, so note ids stand this far apart.
CARD_IDS = 64
# New notes are born within this time before the build: milliseconds spread by the GUID's hash, so
# that two people's new notes hardly ever meet in one collection or one merge.
_BIRTH_WINDOW = 30 * 24 * 3600 * 1000

Numbers = Mapping[int, int]  # of a cloze note's gaps: the one that a gap came with, its card's


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the notes are, in the order given; ``numbers`` are by the note's place among them.

    ``gone`` are the entries that are no row's any more, as they stand after this build, and
    ``retired`` those of them that were one's until now. An error among the diagnostics says that a
    row cannot be matched: its package is to be left alone.
    """

    guids: Sequence[Guid]
    note_ids: Sequence[int]
    numbers: Mapping[int, Numbers]
    gone: Mapping[Guid, LedgerEntry]
    retired: frozenset[Guid]
    diagnostics: tuple[Diagnostic, ...]

    def part(self, start: int, end: int) -> Identity:
        """The same of some of the notes; nothing of what is gone."""
        numbers = {place - start: of for place, of in self.numbers.items() if start <= place < end}
        return Identity(
            self.guids[start:end], self.note_ids[start:end], numbers, {}, frozenset(), ()
        )


def identify(
    notes: Sequence[Note],
    ledger: LedgerText,
    namespaces: Mapping[str, str],
    now: int,
    left_alone: Collection[str] = (),
) -> Identity:
    """Match the notes of all packages that are built to the ledger's entries.

    ``namespaces`` are by package; ``now`` is in seconds since 1970; the entries of the packages in
    ``left_alone`` (their notes have errors) stay exactly as they are.
    """
    entries = ledger.entries
    kept = {guid: e for guid, e in entries.items() if e.origin.package in left_alone}
    others = {guid: e for guid, e in entries.items() if guid not in kept} if kept else entries
    matched, diagnostics = _match(notes, others)
    guids = _guids(notes, matched, ledger, namespaces)
    born = [guid for guid in guids if guid not in entries]
    new_ids = dict(zip(born, _new_note_ids(born, ledger, now), strict=True))
    note_ids = [entries[guid].note_id if guid in entries else new_ids[guid] for guid in guids]
    numbers = {
        place: _numbers(note, entries.get(guids[place]))
        for place, note in enumerate(notes)
        if note.gaps
    }
    gone, retired = _gone(others, set(guids), now, namespaces if left_alone else None)
    return Identity(
        guids,
        note_ids,
        numbers,
        {**kept, **gone},
        frozenset(retired),
        (*diagnostics, *_held(notes, matched, kept.values())),
    )


def _match(
    notes: Sequence[Note], entries: Mapping[Guid, LedgerEntry]
) -> tuple[dict[int, Guid], Sequence[Diagnostic]]:
    """The GUID of each note that is known, by its place.

    Most packages are word for word what they were. Of those that are not, rows and entries are
    looked at together: a row may have moved from one to another.
    """
    if not entries and not any(note.same_as for note in notes):
        return {}, ()
    by_package: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in entries.values():
        by_package[entry.origin.package].append(entry)
    matched: dict[int, Guid] = {}
    unclear: list[int] = []
    for package, places in groupby(range(len(notes)), lambda place: notes[place].origin.package):
        own = list(places)
        same = same_rows([notes[place] for place in own], by_package[package])
        if same is None:
            unclear += own
        else:
            matched |= zip(own, same, strict=True)
    left = dict(entries)
    for guid in matched.values():
        del left[guid]
    matching = match([notes[place] for place in unclear], left)
    matched |= {unclear[index]: guid for index, guid in matching.guids.items()}
    return matched, matching.diagnostics


def _numbers(note: Note, old: LedgerEntry | None) -> dict[int, int]:
    """The numbers of a cloze note's gaps, by the number that each came with."""
    known, clue = (dict(old.gaps), old.origin.clue) if old else ({}, "")
    return keep_numbers(note.gaps, known, note.origin.clue, clue)


def _gone(
    entries: Mapping[Guid, LedgerEntry],
    matched: Collection[Guid],
    now: int,
    packages: Collection[str] | None,
) -> tuple[dict[Guid, LedgerEntry], set[Guid]]:
    """The entries that no row is, those in use until now as retired ones.

    Where ``packages`` are given, an entry of any other may be in one of those with errors, under a
    new name: it stays as it is.
    """
    gone: dict[Guid, LedgerEntry] = {}
    retired: set[Guid] = set()
    for guid, entry in entries.items():
        if guid in matched:
            continue
        if not entry.retired and (packages is None or entry.origin.package in packages):
            retired.add(guid)
            # Later than the note's own time: a package that tags it is to be an update.
            entry = entry._replace(retired=max(now, entry.modified + 1, 1))
        gone[guid] = entry
    return gone, retired


def _held(
    notes: Sequence[Note], matched: Mapping[int, Guid], kept: Iterable[LedgerEntry]
) -> list[Diagnostic]:
    """An error for each new row whose clue is that of a note in a package left alone."""
    holders = {
        (entry.origin.kind, entry.origin.question, entry.origin.clue): entry.origin.package
        for entry in kept
    }
    if not holders:
        return []
    found = []
    for index, note in enumerate(notes):
        package = holders.get((note.origin.kind, note.origin.question, note.origin.clue))
        if package is not None and index not in matched and not note.same_as:
            words = {"clue": note.origin.clue, "package": package}
            found.append(HELD_NOTE.at(note.position, **words))
    return found


def guid_of(namespace: str, *words: str) -> Guid:
    """A GUID from what a note is recognised by: 16 letters and digits, 80 bits."""
    digest = sha256("\x1f".join((namespace, *words)).encode()).digest()
    number = int.from_bytes(digest[:10])
    return Guid("".join([_TWO_DIGITS[number >> place & 1023] for place in range(70, -1, -10)]))


_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_TWO_DIGITS = [high + low for high in _BASE32 for low in _BASE32]


def _guids(
    notes: Sequence[Note],
    matched: Mapping[int, Guid],
    ledger: LedgerText,
    namespaces: Mapping[str, str],
) -> list[Guid]:
    guids: list[Guid] = []
    new: set[Guid] = set()
    for index, note in enumerate(notes):
        guid = matched.get(index)
        if guid is None:
            births = _births(note, namespaces)
            guid = next(g for g in births if g not in new and not ledger.has_guid(g))
            new.add(guid)
        guids.append(guid)
    return guids


def _births(note: Note, namespaces: Mapping[str, str]) -> Iterable[Guid]:
    """GUIDs that a new note may take: by question and clue; where that is taken, by page and
    section too; then by number."""
    origin = note.origin
    namespace = namespaces.get(origin.package, origin.package)
    words = (origin.kind.value, origin.question, origin.clue)
    yield guid_of(namespace, *words)
    number = 1
    while True:
        yield guid_of(namespace, *words, origin.page, origin.section, str(number))
        number += 1


def _new_note_ids(guids: Sequence[Guid], ledger: LedgerText, now: int) -> list[int]:
    """A note id for each note that is born, in milliseconds: a free one before ``now``."""
    if not guids:
        return []
    used, ids = ledger.note_ids(), []
    slots = _BIRTH_WINDOW // CARD_IDS
    # Ids are positive and in the past even where "now" is the first second of 1970.
    start = max(max(now, 1) * 1000 - _BIRTH_WINDOW, 1000) // CARD_IDS + 1
    for guid in guids:
        slot = int.from_bytes(sha256(guid.encode()).digest()[:8]) % slots
        while (note_id := (start + slot) * CARD_IDS) in used:
            slot = (slot + 1) % slots
        used.add(note_id)
        ids.append(note_id)
    return ids
