"""Files are written whole or not at all, one build at a time; knows nothing of what is in them."""

from __future__ import annotations

import errno
import filecmp
import glob
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows, which has another way
    fcntl = None  # type: ignore[assignment]


class TooLargeError(OSError):
    """The file holds more bytes than asked for."""


def read_file(path: Path | str, most: int) -> bytes:
    """The bytes of a file of no more than ``most``.

    OSError where it cannot be read, or is a link, a pipe, a socket or a device: reading one of
    those might never end, or leave the folder. It is asked of the open file, so that nothing can be
    put into its place in between.
    """
    if not hasattr(os, "O_NOFOLLOW") and Path(path).is_symlink():  # this has to do
        raise OSError(errno.ELOOP, "it is a symbolic link")
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, _NO_FILE)
        # What is far too large is not read; what grows while it is read, no further than asked for.
        data = b"" if status.st_size > most else file.read(status.st_size + 1)
        if len(data) > status.st_size:
            data += file.read(most - status.st_size)
    if max(status.st_size, len(data)) > most:
        raise TooLargeError(errno.EFBIG, "it is too large")
    return data


def _open_at_once(path: str, flags: int) -> int:
    """Open what is no link, and wait for nobody to write into a pipe; Windows knows neither."""
    try:
        return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno == errno.ELOOP:
            error.strerror = "it is a symbolic link"
        raise


def open_file(path: Path) -> BufferedReader:
    """The file, open to be read; a link is followed.

    OSError where it cannot be opened, or is a pipe, a socket or a device: whoever opens a pipe
    waits for somebody who writes into it.
    """
    file = open(path, "rb", opener=_open_without_waiting)  # noqa: SIM115 (the caller closes it)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, _NO_FILE, str(path))
    return file


_NO_FILE = "it is not a file"


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_or_none(path: Path) -> bytes | None:
    """The file's bytes; None where there is no such file, or it cannot be read."""
    try:
        with open_file(path) as file:
            return file.read()
    except OSError:
        return None


def is_there(path: Path) -> bool:
    """Whether there is such a file; not so where the system takes no such name."""
    try:
        return path.is_file()
    except OSError:
        return False


def digest_or_none(path: Path) -> str | None:
    """The SHA-256 of the file, in hexadecimal; None where there is none, or it cannot be read."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def holds_same(one: Path, other: Path) -> bool:
    """Whether both files hold the same bytes; not so where one cannot be read."""
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def write_file(path: Path, data: Iterable[bytes]) -> None:
    """Replace the file as one step: whoever looks sees the old file or the new one, whole. Its
    rights stay.

    OSError where that cannot be done; nothing is left behind then.
    """
    temporary = new_file(path)
    try:
        with temporary.open("wb") as file:
            file.writelines(data)
        finish_file(temporary, path)
        move_file(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def new_file(path: Path) -> Path:
    """A new empty file beside ``path``, to be filled, finished and renamed to it."""
    import tempfile  # takes longer to load than it takes to see that nothing has changed

    path.parent.mkdir(parents=True, exist_ok=True)
    prefix, suffix = _temporary(path)
    handle, temporary = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=path.parent)
    os.close(handle)
    return Path(temporary)


def finish_file(temporary: Path, path: Path) -> None:
    """Bring a new file to the disk itself, with the rights of the one at ``path``, whose place it
    takes; where there is none, with those that files have here."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        mode = 0o666 & ~_umask()
    temporary.chmod(mode)


def move_file(temporary: Path, path: Path) -> None:
    """Let a finished file take the place of ``path``, as one step."""
    temporary.replace(path)


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

    The lock is the folder's own, so that no lock file is left behind, whatever ends the process;
    where a folder has none, as on Windows, it is that of an empty file among the temporary ones.
    """
    try:
        if fcntl is None:
            handle = os.open(lock_file(folder), os.O_RDWR | os.O_CREAT, 0o600)
        else:
            handle = os.open(folder, os.O_RDONLY)
    except OSError:  # the build will say that it cannot be read
        yield
        return
    try:
        with suppress(OSError):  # some disks of other machines know no locks
            if fcntl is None:
                import msvcrt

                wait_for_byte(msvcrt, handle, on_wait)
            else:
                _wait_for_folder(handle, on_wait)
        yield
    finally:
        os.close(handle)


def _wait_for_folder(handle: int, on_wait: Callable[[], object]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)


def wait_for_byte(msvcrt: Any, handle: int, on_wait: Callable[[], object]) -> None:
    """Lock the first byte of a file, as Windows does: for ten seconds at a time."""
    mode, is_told = msvcrt.LK_NBLCK, False
    while True:
        try:
            msvcrt.locking(handle, mode, 1)
            return
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EDEADLK):
                raise  # this disk knows no locks
            if not is_told:
                on_wait()
            mode, is_told = msvcrt.LK_LOCK, True


def lock_file(folder: Path) -> Path:
    """The file whose lock is that of a folder that cannot be locked, by whatever name it goes."""
    import tempfile

    name = os.path.normcase(os.path.realpath(folder)).encode(errors="surrogatepass")
    digest = hashlib.sha256(name).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"build-decks-{digest}.lock"


def _temporary(path: Path) -> tuple[str, str]:
    """How the names of temporary files for ``path`` begin and end."""
    return f".{path.name}.", ".tmp"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
