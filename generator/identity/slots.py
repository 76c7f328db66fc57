"""Which attribute of its note a column of a comparison is: a slot belongs to its header for ever.

Anki knows the card of an attribute by its number alone. Counted by position, a column put in front
of the others would give each card the question, and the next one's history, of another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from generator.core.note_fields import MOST_ATTRIBUTES
from generator.identity.given_twice import is_nobodys


class Slot(NamedTuple):
    """An attribute of a note as it was last built: its number, its header, a digest of its cell."""

    number: int
    header: str
    digest: str


Columns = Sequence[tuple[str, str]]  # header and cell of each column that is asked
Slots = tuple[Slot, ...]


class GivenSlots(NamedTuple):
    """For each row the numbers of its columns, 0 where none is left, and all slots that it has or
    had; ``without`` are the headers that got none."""

    numbers: Sequence[tuple[int, ...]]
    slots: Sequence[Slots]
    without: tuple[str, ...]


def give_slots(rows: Sequence[tuple[Columns, Slots]]) -> GivenSlots:
    """The slots of a table's rows, each given with what it had; new rows have nothing.

    A header keeps its slot, also while its column is away. A new one takes the slot of one that is
    gone where the cells say that it is a new name: half of those that stand once in the column are
    as they were, or all of a column of repeats. Else it takes a number that nobody had.
    """
    headers = told_apart([header for header, _ in rows[0][0]]) if rows else []
    names = _renames(headers, rows)
    nobodys = {slot.number for _, slots in rows for slot in slots if is_nobodys(slot.header)}
    shared = _most_common((slots for _, slots in rows), nobodys)
    taken = {slot.number for _, slots in rows for slot in slots}
    free = iter(number for number in range(1, MOST_ATTRIBUTES + 1) if number not in taken)
    table = {h: shared.get(names.get(h, h)) or next(free, 0) for h in headers}
    numbers, all_slots = [], []
    for columns, slots in rows:
        own = {slot.header: slot for slot in slots}
        used = {own[names.get(h, h)].number for h in headers if names.get(h, h) in own}
        given = []
        for header in headers:
            if known := own.get(names.get(header, header)):
                given.append(known.number)
                continue
            number = table[header] if table[header] not in used else 0
            used.add(number)
            given.append(number)
        kept = {slot.number: slot for slot in slots}
        for number, header, (_, cell) in zip(given, headers, columns, strict=True):
            if number:
                kept[number] = Slot(number, header, digest_of_cell(cell))
        numbers.append(tuple(given))
        all_slots.append(tuple(kept[number] for number in sorted(kept)))
    places = enumerate(headers)
    without = tuple(header for place, header in places if not any(n[place] for n in numbers))
    return GivenSlots(numbers, all_slots, without)


def told_apart(headers: Sequence[str]) -> list[str]:
    """Headers of which each stands once: the second ``Cost`` is ``Cost 2``."""
    seen: Counter[str] = Counter()
    found = []
    for header in headers:
        seen[header] += 1
        found.append(header if seen[header] == 1 else f"{header} {seen[header]}")
    return found


def _most_common(all_slots: Iterator[Slots], but: Collection[int]) -> Mapping[str, int]:
    """The number that most rows have for each header, but for numbers that are nobody's."""
    counts = Counter(
        (slot.header, slot.number)
        for slots in all_slots
        for slot in slots
        if slot.number not in but
    )
    return {header: number for (header, number), _ in reversed(counts.most_common())}


def _renames(headers: Sequence[str], rows: Sequence[tuple[Columns, Slots]]) -> dict[str, str]:
    """New headers with the older ones that they are new names of."""
    known = {slot.header for _, slots in rows for slot in slots}
    gone = sorted(known - set(headers))
    come = [(place, header) for place, header in enumerate(headers) if header not in known]
    scores = [
        (-score, place, header, old)
        for place, header in come
        for old in gone
        if (score := _agreement(place, old, rows))
    ]
    names: dict[str, str] = {}
    for _, _, header, old in sorted(scores):
        if header not in names and old not in names.values():
            names[header] = old
    return names


def _agreement(place: int, old: str, rows: Sequence[tuple[Columns, Slots]]) -> float:
    """How many cells of a column are those of an older one, from 0 to 1; 0 where too few are."""
    pairs = [
        (columns[place][1], slot.digest)
        for columns, slots in rows
        for slot in slots
        if slot.header == old
    ]
    cells = Counter(cell for cell, _ in pairs)
    alone = [pair for pair in pairs if cells[pair[0]] == 1 and pair[0]]
    compared = alone or pairs
    if not compared:
        return 0
    same = sum(digest_of_cell(cell) == digest for cell, digest in compared) / len(compared)
    return same if same >= (0.5 if alone else 1) else 0


def digest_of_cell(cell: str) -> str:
    """What a slot remembers of its cell."""
    return blake2b(cell.encode(errors="surrogatepass"), digest_size=4).hexdigest()
