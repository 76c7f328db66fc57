"""What the system refuses, as findings: why, and what helps against it."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from generator.core.diagnostics import NOT_UTF8, UNREADABLE, UNWRITABLE, Diagnostic
from generator.core.model import Position

_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_TOO_MANY_OPEN = {errno.EMFILE, errno.ENFILE}
_IN_THE_WAY = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY}
_IS_WINDOWS = os.name == "nt"  # where nobody can replace a file that is open
_NO_FILE = {errno.EINVAL, errno.ELOOP}  # a link, a pipe, a device; see `disk.read_file`

_CLOSE_FILES = "close other programs, or raise how many files may be open (ulimit -n)"
_ELSEWHERE = "; packages can go elsewhere with --output"


def what_helps(error: OSError, *, to_write: bool = False) -> str:
    """What a person who named a file can do where it is refused, to be read or to be written."""
    if error.errno in _TOO_MANY_OPEN:
        return _CLOSE_FILES
    if error.errno in _NO_RIGHT:
        return "give yourself the right to " + ("write there" if to_write else "read it")
    if error.errno in _NO_ROOM:
        return "make room there, or name another place"
    if error.errno == errno.ENOENT:
        return "create its folder, or name another place" if to_write else "name one that is there"
    if error.errno in _IN_THE_WAY:
        return "name a file that no folder or file is in the way of"
    return "name another, or try again"


def unreadable(where: Position, error: OSError, *, may_go: bool = True) -> Diagnostic:
    """The finding for a file or a folder of the notes; there are those that may not go away."""
    move = ", or move it out of the source folder" if may_go else ""
    if error.errno in _TOO_MANY_OPEN:
        advice = _CLOSE_FILES
    elif error.errno in _NO_FILE:
        advice = f"put the file itself there{move}"
    elif error.errno in _NO_RIGHT:
        advice = f"give yourself the right to read it{move}"
    else:
        advice = f"build again; if it fails again, restore it from a backup{move}"
    return UNREADABLE.at(where, reason=error.strerror or str(error), help=advice)


def not_utf8(name: str, error: UnicodeDecodeError) -> Diagnostic:
    """The finding for a file that was decoded as a whole, or from behind the byte order mark."""
    before = error.object[: error.start].decode("utf-8").replace("\r\n", "\n")  # that is sound
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return NOT_UTF8.at(Position(name, line, column), byte=error.object[error.start])


def unwritable(
    path: Path, error: OSError, *, may_move: bool = True, is_windows: bool = _IS_WINDOWS
) -> Diagnostic:
    """The finding for a file that cannot be made, there or where temporary files are; where it
    ``may_move``, its place is an option."""
    reason = error.strerror or str(error)
    temporary = tempfile.gettempdir()
    in_temporary = str(error.filename or "").startswith(temporary)
    elsewhere = _ELSEWHERE if may_move else ""
    if error.errno in _TOO_MANY_OPEN:
        advice = _CLOSE_FILES
    elif in_temporary and not str(path.absolute()).startswith(temporary):
        reason += f" (in {temporary}, where temporary files are)"
        advice = "make room there; TMPDIR in the environment names another folder for them"
    elif error.errno in _NO_ROOM:
        advice = f"make room there, or raise the limit that is set{elsewhere}"
    elif error.errno in _IN_THE_WAY:
        advice = f"rename what is in the way{elsewhere}"
    elif error.errno == errno.ENAMETOOLONG:
        advice = "give its page or folder a shorter name"
    elif error.errno in _NO_RIGHT:
        close = "close the program that has it open, or " if is_windows else ""
        advice = f"{close}give yourself the right to write there{elsewhere}"
    else:
        advice = f"build again; if it fails again, the disk may be failing{elsewhere}"
    return UNWRITABLE.at(Position("", 1, 1), path=path, reason=reason, help=advice)
