"""Keeps bytes and values on the disk until they are wanted again, in this process."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Spot(NamedTuple):
    """Where in a spool some bytes are."""

    start: int
    length: int


class Spool:
    """A file without a name, which is gone when nobody has it open any more."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0

    def add(self, data: bytes) -> Spot:
        """Keep the bytes."""
        if self._file is None:
            self._file = TemporaryFile(prefix="build-decks-")  # noqa: SIM115 (`close` does)
        self._file.seek(self._end)
        self._file.write(data)
        self._end += len(data)
        return Spot(self._end - len(data), len(data))

    def keep(self, values: Iterable[T]) -> Iterable[T]:
        """Values, which are read again each time that somebody goes through them."""
        return _Kept(self, self.add(pickle.dumps(tuple(values), pickle.HIGHEST_PROTOCOL)))

    def read(self, spot: Spot) -> bytes:
        """The bytes that were added as this spot, in a copy of this process, too."""
        assert self._file is not None
        self._file.flush()
        if hasattr(os, "pread"):  # which does not move the place that copies share
            return os.pread(self._file.fileno(), spot.length, spot.start)
        self._file.seek(spot.start)
        return self._file.read(spot.length)

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None


class _Kept(Generic[T]):
    """Values in a spool."""

    def __init__(self, spool: Spool, spot: Spot) -> None:
        self._spool = spool
        self._spot = spot

    def __iter__(self) -> Iterator[T]:
        # The file has no name: nobody else wrote into it.
        values: tuple[T, ...] = pickle.loads(self._spool.read(self._spot))
        return iter(values)
