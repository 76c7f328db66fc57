"""Keeps a package's fields until they are written: in memory while they are few."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

from generator.machine.spool import Spool, Spot

_NOT_THERE = -1


class FieldStore(Mapping[int, bytes]):
    """Fields by the place of their note: in memory up to so many bytes, then on the disk."""

    def __init__(self, most: float) -> None:
        self._room = most
        self._kept: dict[int, bytes] = {}
        self._spool = Spool()
        # Where they are on the disk, and how long, by the place of the note.
        self._starts, self._lengths = array("q"), array("q")

    def add(self, fields: Mapping[int, bytes]) -> None:
        """The fields of more notes."""
        self._room -= sum(map(len, fields.values()))
        if self._room >= 0:
            self._kept.update(fields)
            return
        self._make_places(max(fields, default=-1) + 1)
        for place, spot in zip(fields, self._spool.add_all([*fields.values()]), strict=True):
            self._starts[place], self._lengths[place] = spot

    def _make_places(self, count: int) -> None:
        more = count - len(self._starts)
        self._starts.extend([_NOT_THERE] * more)
        self._lengths.extend([0] * more)

    def close(self) -> None:
        """Let go of what is on the disk."""
        self._spool.close()

    def __getitem__(self, place: int) -> bytes:
        if place in self._kept:
            return self._kept[place]
        if place not in self:
            raise KeyError(place)
        return self._spool.read(Spot(self._starts[place], self._lengths[place]))

    def __iter__(self) -> Iterator[int]:
        yield from self._kept
        yield from (place for place, start in enumerate(self._starts) if start != _NOT_THERE)

    def __len__(self) -> int:
        return len(self._kept) + len(self._starts) - self._starts.count(_NOT_THERE)

    def __contains__(self, place: object) -> bool:
        if place in self._kept or not isinstance(place, int):
            return place in self._kept
        return 0 <= place < len(self._starts) and self._starts[place] != _NOT_THERE
