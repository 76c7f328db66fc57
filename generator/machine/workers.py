"""Does the same work in a few processes, of which this is one; what comes of it is the same.

The others are copies of this one, so that a job needs no sending. What they give back lies in files
without names: nobody waits until somebody has time to listen. Where a process ends before it
answers, or fails, the job is done here, and meets the same fault, if it is one.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from generator.machine.spool import Spool

if TYPE_CHECKING:  # most builds are small, and need nobody
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

J = TypeVar("J")
R = TypeVar("R")

_MOST_PROCESSES = 4  # processes
_JOBS_AHEAD = 2  # jobs that a process has, so that it need not wait for whoever gives them
_PATIENCE_SECONDS = 5.0  # seconds, until a process that was told to end is ended


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes may work, this one included; no others where they cannot be copies of
    it."""

    count: int

    def run(
        self,
        work: Callable[[J], R],
        jobs: Sequence[J],
        on_done: Callable[[J], object] = lambda job: None,
    ) -> Generator[R, None, None]:
        """What ``work`` gives for each of the jobs, in their order; large ones should come first.

        While the caller looks at one result the others go on; while it waits for the next one this
        process works, too. ``on_done`` is called when a job is
        done, whoever did it.
        """
        if self.count < 2 or len(jobs) < 2:
            yield from (_done(work, job, on_done) for job in jobs)
            return
        with _Team(work, jobs, min(self.count, len(jobs)) - 1, on_done).at_work() as team:
            for place, job in enumerate(jobs):
                result = team.result(place)
                yield result[0] if result else _done(work, job, on_done)


def helpers() -> Workers:
    """As many as there are processors that this process may use, and not too many."""
    # A copy must not be made while other threads run, nor where the system's own libraries run
    # some, as everywhere but on Linux.
    if sys.platform != "linux" or threading.active_count() > 1:
        return Workers(1)
    return Workers(min(len(os.sched_getaffinity(0)), _MOST_PROCESSES))


ALONE = Workers(1)


def batches(jobs: Iterable[J], size: Callable[[J], int], most: int) -> list[list[J]]:
    """The jobs in runs of some ``most`` together, by the ``size`` of each, in their order: so much
    is done before what came of it is handed over."""
    found: list[list[J]] = []
    length = most
    for job in jobs:
        if length >= most:
            found.append([])
            length = 0
        found[-1].append(job)
        length += size(job)
    return found


def _done(work: Callable[[J], R], job: J, on_done: Callable[[J], object]) -> R:
    result = work(job)
    on_done(job)
    return result


@dataclass(slots=True)
class _Worker:
    """A process, how to talk to it, where its results lie by turns, and the places of the jobs that
    it is at."""

    process: BaseProcess
    connection: Connection
    spools: deque[Spool]
    places: deque[int] = field(default_factory=deque)

    def result(self) -> Any:
        """The next thing that it has to say: a result in a tuple, or None where it failed. EOFError
        and OSError where it has ended."""
        import pickle

        spot = self.connection.recv()
        self.spools.rotate(-1)
        return pickle.loads(self.spools[-1].read(spot)) if spot else None


class _Team(Generic[J, R]):
    """This process and some others at work on jobs; each has the next one when it is done with
    one."""

    def __init__(
        self,
        work: Callable[[J], R],
        jobs: Sequence[J],
        count: int,
        on_done: Callable[[J], object],
    ) -> None:
        self._work = work
        self._jobs = jobs
        self._count = count
        self._on_done = on_done
        self._next = 0
        self._workers: list[_Worker] = []
        self._results: dict[int, tuple[R]] = {}

    @contextmanager
    def at_work(self) -> Iterator[_Team[J, R]]:
        """Have the processes, and let go of them at the end, whatever ends it."""
        try:
            with suppress(OSError):  # where there may be no more processes, fewer have to do
                for _ in range(self._count):
                    self._workers.append(self._start())
            for worker in self._workers * _JOBS_AHEAD:
                self._give_work(worker)
            yield self
        finally:
            for worker in self._workers:
                worker.connection.close()
                if worker.places:
                    worker.process.terminate()
            for worker in self._workers:
                worker.process.join(_PATIENCE_SECONDS)
                worker.process.kill()
                for spool in worker.spools:
                    spool.close()

    def result(self, place: int) -> tuple[R] | None:
        """What a process gave for the job at this place; None where that is not to be had."""
        while place not in self._results and self._is_at(place):
            may_work = self._next < len(self._jobs)
            if not self._listen(0 if may_work else None) and may_work:
                self._work_here()
        return self._results.pop(place, None)

    def _work_here(self) -> None:
        """Do the next job. Where that fails, it is for whoever asks for its result to meet that, in
        the order of the jobs."""
        place = self._next
        self._next += 1
        with suppress(Exception):
            self._results[place] = (_done(self._work, self._jobs[place], self._on_done),)

    def _is_at(self, place: int) -> bool:
        """Whether the job is done by a process now, or will be."""
        return any(place in worker.places for worker in self._workers) or (
            self._next <= place and bool(self._workers)
        )

    def _listen(self, seconds: float | None) -> bool:
        """Take what the next ones have to say, where they do so in that time. Gives whether they
        did."""
        from multiprocessing.connection import wait

        busy = {worker.connection: worker for worker in self._workers if worker.places}
        heard = wait(list(busy), seconds)
        for connection in heard:
            worker = busy[connection]  # type: ignore[index]
            try:
                result = worker.result()
            except (EOFError, OSError):
                self._workers.remove(worker)  # it was killed
                continue
            place = worker.places.popleft()
            if result is not None:
                self._results[place] = result
                self._on_done(self._jobs[place])
            self._give_work(worker)
        return bool(heard)

    def _start(self) -> _Worker:
        import multiprocessing

        context: Any = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        # It has the next job only when a result was taken.
        spools = deque(Spool() for _ in range(_JOBS_AHEAD))
        for spool in spools:
            spool.open()
        process = context.Process(
            target=_serve, args=(theirs, ours, spools, self._work, self._jobs), daemon=True
        )
        with _no_interrupt():
            process.start()
        theirs.close()
        return _Worker(process, ours, spools)

    def _give_work(self, worker: _Worker) -> None:
        if self._next < len(self._jobs):
            worker.places.append(self._next)
            self._next += 1
            with suppress(OSError):  # who does not listen any more is heard of when listened to
                worker.connection.send(worker.places[-1])


def _serve(
    connection: Connection,
    others: Connection,
    spools: deque[Spool],
    work: Callable[[J], R],
    jobs: Sequence[J],
) -> None:
    """The life of one process: do the jobs it is given until nobody talks to it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the person's own process
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that temporary files go
    others.close()  # the other end must close when its owner ends
    gc.disable()
    import pickle

    with suppress(EOFError, OSError):
        while True:
            place = connection.recv()
            try:
                result = pickle.dumps((work(jobs[place]),), pickle.HIGHEST_PROTOCOL)
                spools[0].clear()
                spot = spools[0].add(result)
            except Exception:
                connection.send(None)
            else:
                connection.send(spot)
            spools.rotate(-1)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Between its birth and its first line a copy would obey Ctrl-C."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
