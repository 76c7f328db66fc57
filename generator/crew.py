"""Builds packages side by side, in a few other processes; one after another would do as well.

What a package comes to on its own depends on the others by one thing alone: which GUIDs and note
ids are taken. For these the processes ask, and are answered in the order of the packages, so that
the result is what one process would make. Where one of them does not answer, or cannot be sure, the
package is left to whoever asked for it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from generator.identity.ledger import Entry as Known
from generator.identity.stamp import Taken
from generator.model import Guid, Package
from generator.outcome import BuiltPackage
from generator.part import Part, Terms, build_part
from generator.progress import Progress
from generator.settings import Settings
from generator.sources.folder import Entry
from generator.sources.media import MediaFolder
from generator.staging import Staging

_MOST = 4  # processes: each holds a package in memory
_PHASE = "building notes"
_PATIENCE = 5.0  # seconds, until a process that was told to end is ended


@dataclass(frozen=True, slots=True)
class Job:
    """A package to build, and the ledger's entries of it."""

    entry: Entry
    known: Sequence[Known]


@dataclass(slots=True)
class _Mate:
    """A process, how to talk to it, and the package that it is at."""

    process: BaseProcess
    connection: Connection
    package: str = ""


@dataclass(slots=True)
class _Asking:
    """A process waits for the note ids of these notes, which are new."""

    mate: _Mate
    guids: Sequence[Guid]


_Result = tuple[Part | None, Mapping[Path, Path]]


def _processors() -> int:
    """Those that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew:
    """Some processes at work on ``jobs``; `at_work` starts and ends them.

    ``order`` are all packages of the build, of which those that are ``kept`` have their note ids.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        order: Sequence[str],
        kept: Iterable[str],
        terms: Terms,
        staging: Staging,
        progress: Progress,
    ) -> None:
        self._jobs = deque(jobs)
        self._order = order
        self._places = {package: place for place, package in enumerate(order)}
        self._turn = 0  # of the package that may ask for note ids next
        self._settled = set(kept)
        self._terms = terms
        self._staging = staging
        self._progress = progress
        self._mates: list[_Mate] = []
        self._asking: dict[str, _Asking] = {}
        self._given: dict[str, tuple[tuple[Guid, int], ...]] = {}
        self._at_work: set[str] = set()
        self._results: dict[str, _Result] = {}

    def part(self, entry: Entry, taken: Taken) -> Part | None:
        """What the package came to; None where it is not known here.

        To be called for all packages in their order, each time when those before it are done.
        """
        self._turn = max(self._turn, self._places[entry.package])
        while entry.package in self._at_work and self._mates:
            self._answer(taken)
            self._listen()
        part, files = self._results.pop(entry.package, (None, {}))
        given = self._given.pop(entry.package, ())
        if part:
            self._staging.files.update(files)
        else:
            taken.give_back(given)  # whoever builds it now is to find them free
        return part

    def _answer(self, taken: Taken) -> None:
        """Give note ids to those whose turn it is."""
        while self._turn < len(self._order):
            package = self._order[self._turn]
            if asking := self._asking.pop(package, None):
                self._settled.add(package)
                ids = None
                if not any(map(taken.has, asking.guids)):
                    taken.take(asking.guids)
                    ids = taken.take_note_ids(asking.guids, self._terms.now)
                    self._given[package] = tuple(zip(asking.guids, ids, strict=True))
                _send(asking.mate.connection, ids)
            elif package not in self._settled:
                return
            self._turn += 1

    def _listen(self) -> None:
        """Take what the next one has to say."""
        by_connection = {mate.connection: mate for mate in self._mates if mate.package}
        for connection in wait(list(by_connection)):
            mate = by_connection[connection]  # type: ignore[index]
            try:
                said = mate.connection.recv()
            except (EOFError, OSError):
                self._mates.remove(mate)  # it was killed
                self._take((None, {}), mate)
                continue
            if isinstance(said, list):
                self._asking[mate.package] = _Asking(mate, said)
            else:
                self._take(said, mate)
                self._give_work(mate)

    def _take(self, result: _Result, mate: _Mate) -> None:
        package, mate.package = mate.package, ""
        self._at_work.discard(package)
        self._results[package] = result
        if part := result[0]:
            self._settled.add(package)
            self._progress.add(_PHASE, part.built.notes if part.built else 0)

    def _give_work(self, mate: _Mate) -> None:
        if self._jobs:
            job = self._jobs.popleft()
            mate.package = job.entry.package
            _send(mate.connection, job)

    @contextmanager
    def at_work(self) -> Iterator[Crew]:
        """Have the processes, and let go of them at the end, whatever ends it."""
        self._at_work |= {job.entry.package for job in self._jobs}
        try:
            with suppress(OSError):  # where there may be no more processes, fewer have to do
                for _ in range(min(_processors(), _MOST, len(self._jobs))):
                    mate = self._start()
                    self._mates.append(mate)
                    self._give_work(mate)
            self._progress.add(_PHASE, 0)
            yield self
        finally:
            for mate in self._mates:
                mate.connection.close()
                if mate.package:
                    mate.process.terminate()
            for mate in self._mates:
                mate.process.join(_PATIENCE)
                mate.process.kill()

    def _start(self) -> _Mate:
        context: Any = multiprocessing.get_context(_start_method())
        ours, theirs = context.Pipe()
        arguments = (theirs, ours, self._terms, self._staging.output, self._staging.dry)
        process = context.Process(target=_work, args=arguments, daemon=True)
        with _no_interrupt():
            process.start()
        theirs.close()
        return _Mate(process, ours)


def _start_method() -> str:
    """A copy of this process is there at once, but must not be made while other threads run, nor
    where the system's own libraries run some."""
    can_fork = sys.platform == "linux" and threading.active_count() == 1
    return "fork" if can_fork else "spawn"


def _send(connection: Connection, what: object) -> None:
    with suppress(OSError):  # who does not listen any more is heard of when it is listened to
        connection.send(what)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C is for the person's own process, which ends the others."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _AskingTaken(Taken):
    """What is taken, known to another process; new notes know each other."""

    def __init__(self, connection: Connection) -> None:
        super().__init__({})
        self._connection = connection

    def take_note_ids(self, guids: Sequence[Guid], now: int) -> list[int]:
        if not guids:
            return []
        self._connection.send(list(guids))
        ids: list[int] | None = self._connection.recv()
        if ids is None:
            raise _RefusedError
        return ids


class _RefusedError(Exception):
    """A GUID is another package's already."""


def _work(
    connection: Connection, others: Connection, terms: Terms, output: Path, dry: bool
) -> None:
    """The life of one process: build what it is given until nobody talks to it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that temporary files go
    others.close()  # of a copied process: the other end must close when its owner ends
    gc.disable()
    with suppress(EOFError, OSError):
        while True:
            job: Job = connection.recv()
            connection.send(_build(job, connection, terms, output, dry))


def _build(job: Job, connection: Connection, terms: Terms, output: Path, dry: bool) -> _Result:
    staging = Staging(output, dry)
    media = MediaFolder(Path())  # no note has a picture here

    def compile(package: Package, settings: Settings) -> BuiltPackage:
        return staging.compile(package, settings, media.read)

    taken = _AskingTaken(connection)
    try:
        part = build_part(job.entry, job.known, terms, taken, compile, media, Progress())
    except Exception:
        # Whoever asked for the package builds it then, and meets the same fault, if it is one.
        return None, {}
    return (None, {}) if part.waiting else (part, staging.files)
