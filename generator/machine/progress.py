"""What a long build is at: phase, count and rate; knows neither the phases nor who is told."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")
# Seconds. What is over sooner needs no telling, and nobody reads faster.
_PATIENCE, _INTERVAL = 1.0, 0.1


class Progress:
    """How much of what has been done. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._phase = ""
        self._since = 0.0
        self._write: Callable[[str], object] | None = None
        self._due = 0.0  # when the next line is to be written
        self._counts: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def over(self, phase: str, items: Iterable[_T]) -> Iterator[_T]:
        """The items, counted as they are taken; ``phase`` is a verb and a plural noun."""
        is_begun = False  # where there is nothing to do, nothing is told
        for item in items:
            if not is_begun:
                self._begin(phase)
                is_begun = True
            self._counts[phase] += 1
            self._tell()
            yield item

    def add(self, phase: str, number: int) -> None:
        """So many more are done."""
        if phase != self._phase:
            self._begin(phase)
        self._counts[phase] += number
        self._tell()

    def _begin(self, phase: str) -> None:
        if self._phase:
            self._seconds[self._phase] += self._clock() - self._since
        self._phase, self._since = phase, self._clock()

    def _tell(self) -> None:
        if self._write and self._clock() >= self._due:
            self._write(self.line())
            self._due = self._clock() + _INTERVAL

    def line(self) -> str:
        """``writing notes: 34,000, 21,000 a second``, over the whole build; empty before it."""
        phase = self._phase
        seconds = self._seconds[phase] + self._clock() - self._since
        rate = self._counts[phase] / seconds if seconds else 0
        told = f", {rate:,.0f} a second" if rate >= 1 else ""
        return f"{phase}: {self._counts[phase]:,}{told}" if phase else ""

    @contextmanager
    def telling(self, write: Callable[[str], object]) -> Iterator[None]:
        """Give ``write`` the line again and again while the block takes longer than a second.

        At the end, whatever ends it, an empty line takes its place.
        """
        first = self._due = self._clock() + _PATIENCE
        self._write = write
        try:
            yield
        finally:
            self._write = None
            if self._due > first:
                write("")
