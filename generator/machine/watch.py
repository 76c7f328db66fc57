"""Waits for what people and editors do to a folder; knows nothing of what is built from it."""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import watchfiles
from watchfiles import Change

try:
    import fcntl
except ImportError:  # Windows does not let others read what is being written
    fcntl = None  # type: ignore[assignment]

# Milliseconds. A burst of saves is over when nothing was written for so long: editors write, rename
# and touch within a few of them, and a person should not notice that somebody waits.
_QUIET = 25
_MOST_BURST_MS = 1600
_LOOK_AGAIN = 200  # whether the folder is still there
_MOST_LOOKS = 10  # at a file that another program has open and does not change

_LENDS = fcntl is not None and hasattr(fcntl, "F_SETLEASE")

Signature = tuple[int, int, int]


class UnwatchableError(Exception):
    """The system does not report changes of this folder; says why."""


def watch(
    folder: Path,
    on_change: Callable[[], None],
    on_gone: Callable[[], None],
    is_own: Callable[[Path], bool],
) -> NoReturn:
    """Call ``on_change`` at once and after each burst of saves below ``folder``, for ever.

    ``on_gone`` is called when the folder is gone; once it is back, ``on_change`` is. Hidden files
    and what ``is_own`` says the caller wrote are passed over. Ctrl-C is KeyboardInterrupt.
    """
    if _LENDS:  # who wants to write into a file that is lent makes the system tell by this signal
        signal.signal(signal.SIGIO, signal.SIG_IGN)
    while True:
        for _ in _bursts(folder, is_own):
            on_change()
        if not folder.is_dir():
            on_gone()
            while not folder.is_dir():
                time.sleep(_LOOK_AGAIN / 1000)


def signature(path: Path) -> Signature | None:
    """What changes when a file is written or replaced; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _bursts(folder: Path, is_own: Callable[[Path], bool]) -> Iterator[None]:
    """Yields at first and after each burst, until the folder is gone or replaced by another."""
    with suppress(FileNotFoundError), _held(folder) as is_same:
        real = folder.resolve(strict=True)  # the system's reports name it so
        bursts = watchfiles.watch(
            real,
            watch_filter=lambda change, path: _counts(change, Path(path), real),
            debounce=_MOST_BURST_MS,
            step=_QUIET,
            rust_timeout=_LOOK_AGAIN,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )
        try:
            next(bursts)  # from here on no change is missed
        except FileNotFoundError:
            return
        except OSError as error:
            raise UnwatchableError(error.strerror or str(error)) from error
        yield
        for changes in bursts:
            changes = changes | _until_saved(changes, bursts)
            if not is_same():
                return
            if not all(is_own(Path(path)) for _, path in changes):
                yield


_Changes = set[tuple[Change, str]]


def _until_saved(changes: _Changes, bursts: Iterator[_Changes]) -> _Changes:
    """What else changes until each file is saved: written to its end, and back where it is away."""
    more: _Changes = set()
    looks, seen, has_waited = 0, None, False
    while True:
        paths = [Path(path) for path in sorted({path for _, path in changes | more})]
        now = [signature(path) for path in paths]
        looks = looks + 1 if now == seen else 0
        seen = now
        is_slow = looks < _MOST_LOOKS and any(map(_is_being_written, paths))
        if not is_slow and (has_waited or not any(map(_may_come_back, paths))):
            return more
        more |= next(bursts)
        has_waited = True


def _is_being_written(path: Path) -> bool:
    """Whether another program has the file open to write into it; no where Linux is not asked.

    The system lends a file to readers, and refuses that while somebody writes.
    """
    if not _LENDS:
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


def _may_come_back(path: Path) -> bool:
    """Whether this may be the middle of something: a file that was cut to nothing, or is gone."""
    found = signature(path)
    return found is None or found[2] == 0


def _counts(change: Change, path: Path, folder: Path) -> bool:
    inner = path.relative_to(folder) if path.is_relative_to(folder) else path
    if any(part.startswith(".") for part in inner.parts):
        return False
    # Some systems report a folder as modified when something in it is, which they report as well.
    return change is not Change.modified or not path.is_dir()


@contextmanager
def _held(folder: Path) -> Iterator[Callable[[], bool]]:
    """Gives whether the folder at this path is the one that it was; FileNotFoundError: none is.

    It is held open meanwhile: the number of a folder that is deleted may be given to the next.
    """
    handle = None if os.name == "nt" else os.open(folder, os.O_RDONLY)
    held = folder.stat() if handle is None else os.fstat(handle)
    try:
        yield lambda: os.path.samestat(folder.stat(), held)
    finally:
        if handle is not None:
            os.close(handle)
