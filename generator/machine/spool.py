"""Keeps bytes and values on the disk until they are wanted again, in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from tempfile import TemporaryFile, gettempdir
from typing import IO, NamedTuple, TypeVar, overload

from generator.machine.slices import slices

T = TypeVar("T")


class Spot(NamedTuple):
    """Where in a spool some bytes are."""

    start: int
    length: int


class CannotKeepError(OSError):
    """There is no room for temporary files; `filename` is their folder."""


@contextmanager
def needs_temporary_files() -> Iterator[None]:
    """Raise CannotKeepError where the system refuses what the block writes for itself."""
    try:
        yield
    except OSError as error:
        raise CannotKeepError(error.errno, error.strerror, gettempdir()) from error


class Spool:
    """A file without a name, which is gone when nobody has it open any more."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0

    def open(self) -> IO[bytes]:
        """Have the file, so that copies of this process have the same. CannotKeepError where that
        cannot be done."""
        if self._file is None:
            with needs_temporary_files():
                # Without a buffer: what it held when a write failed would be written once more.
                self._file = TemporaryFile(prefix="build-decks-", buffering=0)  # noqa: SIM115
        return self._file

    def clear(self) -> None:
        """Forget what was added: what follows takes its place."""
        self._end = 0

    def add(self, data: bytes) -> Spot:
        """Keep the bytes. CannotKeepError where that cannot be done."""
        file = self.open()
        with needs_temporary_files():
            file.seek(self._end)
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        self._end += len(data)
        return Spot(self._end - len(data), len(data))

    def add_all(self, several: Sequence[bytes]) -> list[Spot]:
        """Keep several, of which some are written together."""
        start = self._end
        for some in slices(several):
            self.add(b"".join(some))
        lengths = [len(data) for data in several]
        return list(map(Spot, accumulate(lengths, initial=start), lengths))

    def keep(self, values: Sequence[T]) -> Sequence[T]:
        """Values, each of which is read again whenever somebody asks for it."""
        import pickle  # few builds have so many values

        dumped = (pickle.dumps(value, pickle.HIGHEST_PROTOCOL) for value in values)
        return _Kept(self, [*map(self.add, dumped)])

    def read(self, spot: Spot) -> bytes:
        """The bytes that were added as this spot, in a copy of this process, too."""
        assert self._file is not None
        if hasattr(os, "pread"):  # which does not move the place that copies share
            return os.pread(self._file.fileno(), spot.length, spot.start)
        self._file.seek(spot.start)
        return self._file.read(spot.length)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None


class _Kept(Sequence[T]):
    """Values in a spool."""

    def __init__(self, spool: Spool, spots: Sequence[Spot]) -> None:
        self._spool = spool
        self._spots = spots

    def __len__(self) -> int:
        return len(self._spots)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        import pickle

        if isinstance(place, slice):
            return _Kept(self._spool, self._spots[place])
        # The file has no name: nobody else wrote into it.
        value: T = pickle.loads(self._spool.read(self._spots[place]))
        return value
