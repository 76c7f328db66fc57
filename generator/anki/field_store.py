"""Keeps a package's fields until they are written: in memory while they are few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.machine.spool import Spool, Spot


class FieldStore(Mapping[int, bytes]):
    """Fields by the place of their note: in memory up to so many bytes, then on the disk."""

    def __init__(self, most: float) -> None:
        self._room = most
        self._kept: dict[int, bytes | Spot] = {}
        self._spool = Spool()

    def add(self, start: int, fields: Sequence[bytes]) -> None:
        """The fields of more notes, the first of which has the place ``start``."""
        self._room -= sum(map(len, fields))
        kept = fields if self._room >= 0 else self._spool.add_all(fields)
        self._kept.update(enumerate(kept, start))

    def close(self) -> None:
        """Let go of what is on the disk."""
        self._spool.close()

    def __getitem__(self, place: int) -> bytes:
        kept = self._kept[place]
        return self._spool.read(kept) if isinstance(kept, Spot) else kept

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, place: object) -> bool:
        return place in self._kept
