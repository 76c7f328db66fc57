"""Files are written whole or not at all, one build at a time; knows nothing of what is in them."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two builds at once are the person's to avoid
    fcntl = None  # type: ignore[assignment]


def read_or_none(path: Path) -> bytes | None:
    """The file's bytes; None where there is no such file, or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def write_file(path: Path, data: bytes) -> None:
    """Replace the file as one step: whoever looks sees the old file or the new one, whole.

    OSError where that cannot be done; nothing is left behind then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix, suffix = _temporary(path)
    handle, temporary = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove what a killed build left beside the files that it was writing."""
    for path in paths:
        prefix, suffix = _temporary(path)
        for leftover in path.parent.glob(f"{glob.escape(prefix)}*{suffix}"):
            with suppress(OSError):  # what cannot be removed does no harm
                leftover.unlink()


@contextmanager
def only_one_build(folder: Path, on_wait: Callable[[], object]) -> Iterator[None]:
    """Hold the folder for this process; calls ``on_wait`` once where another one holds it.

    The lock is the folder's own, so that no lock file is left behind, whatever ends the process.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _temporary(path: Path) -> tuple[str, str]:
    """How the names of temporary files for ``path`` begin and end."""
    return f".{path.name}.", ".tmp"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
