"""What a long build is at: phase, count and rate; knows neither the phases nor who is told."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
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
        self._at_first: Callable[[], object] = lambda: None
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
            yield item

    def add(self, phase: str, number: int) -> None:
        """So many more are done."""
        if phase != self._phase:
            self._begin(phase)
        self._counts[phase] += number

    def at_first(self, call: Callable[[], object]) -> None:
        """Call this when the first phase begins."""
        self._at_first = call

    def _begin(self, phase: str) -> None:
        if not self._phase:
            self._at_first()
        else:
            self._seconds[self._phase] += self._clock() - self._since
        self._phase, self._since = phase, self._clock()

    def line(self) -> str:
        """``writing notes: 34,000, 21,000 a second``, over the whole build; empty before it."""
        phase = self._phase
        seconds = self._seconds[phase] + self._clock() - self._since
        rate = self._counts[phase] / seconds if seconds else 0
        told = f", {rate:,.0f} a second" if rate >= 1 else ""
        return f"{phase}: {self._counts[phase]:,}{told}" if phase else ""


@contextmanager
def telling(progress: Progress, write: Callable[[str], object]) -> Iterator[None]:
    """Give ``write`` the line again and again while the block takes longer than a second.

    At the end, whatever ends it, an empty line takes its place.
    """
    is_over = Event()
    thread = Thread(target=_tell, args=(progress, write, is_over), daemon=True)
    progress.at_first(thread.start)  # until then other processes may be made as copies of this one
    try:
        yield
    finally:
        is_over.set()
        if thread.ident:
            thread.join()


def _tell(progress: Progress, write: Callable[[str], object], is_over: Event) -> None:
    if is_over.wait(_PATIENCE):
        return
    while not is_over.wait(_INTERVAL):
        write(progress.line())
    write("")
