"""Keeps the lines of a ledger in order: in memory while they are few, then on the disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from generator.machine.spool import Spool, Spot

_MOST_BYTES = 8_000_000  # of lines in memory
_START = len(b'{"guid": "')  # where the GUID of a line begins; lines sort by it


class SortedLines(Iterable[bytes]):
    """Lines of notes, ascending, behind a ``first`` one. On the disk they lie by the first letter
    of their GUIDs, and are read and sorted one letter after the other."""

    def __init__(self, first: bytes = b"") -> None:
        self._first = first
        self._new: list[bytes] = []
        self._room = _MOST_BYTES
        self._spots: dict[bytes, list[Spot]] = defaultdict(list)
        self._spool = Spool()

    def add(self, lines: Iterable[bytes]) -> None:
        """Add some, in any order."""
        for line in lines:
            self._new.append(line)
            self._room -= len(line)
            if self._room < 0:
                self._put_away()

    def _put_away(self) -> None:
        by_letter: dict[bytes, list[bytes]] = defaultdict(list)
        for line in self._new:
            by_letter[line[_START : _START + 1]].append(line)
        for letter, own in by_letter.items():
            self._spots[letter].append(self._spool.add(b"".join(own)))
        self._new, self._room = [], _MOST_BYTES

    def __iter__(self) -> Iterator[bytes]:
        if self._first:
            yield self._first
        yield from self._sorted()

    def _sorted(self) -> Iterator[bytes]:
        if self._spots:
            self._put_away()
        for _, spots in sorted(self._spots.items()):
            yield from sorted(b"".join(map(self._spool.read, spots)).splitlines(keepends=True))
        yield from sorted(self._new)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SortedLines) and list(self) == list(other)

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (self._first, list(self._sorted()))  # a spool is of one process

    __hash__ = None  # type: ignore[assignment]


def _restored(first: bytes, lines: list[bytes]) -> SortedLines:
    found = SortedLines(first)
    found.add(lines)
    return found
