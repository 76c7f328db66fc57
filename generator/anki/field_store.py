"""Keeps a package's fields until they are written; knows nothing of what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO


class FieldStore(Mapping[int, bytes]):
    """Fields by the place of their note: in memory up to so many bytes, then on the disk."""

    def __init__(self, most: float) -> None:
        self._room = most
        self._kept: dict[int, bytes] = {}
        self._spots: dict[int, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None
        self._end = 0

    def add(self, place: int, fields: bytes) -> None:
        """The fields of one more note."""
        self._room -= len(fields)
        if self._room >= 0:
            self._kept[place] = fields
            return
        if self._file is None:
            self._file = TemporaryFile(prefix="build-decks-")  # noqa: SIM115 (`close` does)
        self._file.write(fields)
        self._spots[place] = self._end, len(fields)
        self._end += len(fields)

    def close(self) -> None:
        """Let go of the file on the disk."""
        if self._file:
            self._file.close()

    def __getitem__(self, place: int) -> bytes:
        if place in self._kept or self._file is None:
            return self._kept[place]
        start, length = self._spots[place]
        self._file.seek(start)
        return self._file.read(length)

    def __iter__(self) -> Iterator[int]:
        yield from self._kept
        yield from self._spots

    def __len__(self) -> int:
        return len(self._kept) + len(self._spots)

    def __contains__(self, place: object) -> bool:
        return place in self._kept or place in self._spots
