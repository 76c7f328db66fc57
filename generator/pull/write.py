"""Writes edited pages, each whole or not at all; not where it is no longer what was read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from generator.machine.disk import finish_file, move_file, new_file, read_file
from generator.sources.folder import MOST_PAGE_BYTES

_MARK = b"\xef\xbb\xbf"  # of the order of bytes, in front of what some editors write


class PageChangedError(Exception):
    """A page is not what it was when it was read; the argument is its path."""


def read_text(source: Path, path: str) -> str:
    """The text of a page below ``source``, its line ends as they are, without the mark in front.

    OSError where it cannot be read, or lies behind a link; UnicodeDecodeError where it is no text.
    """
    return _read(source, path).removeprefix(_MARK).decode()


def _read(source: Path, path: str) -> bytes:
    folder = source
    for part in PurePosixPath(path).parts[:-1]:
        folder /= part
        if part == ".." or folder.is_symlink():
            raise OSError(f"{folder} is a link")
    return read_file(source / path, MOST_PAGE_BYTES)


def write_pages(source: Path, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Let pages say what they are to say ``after``, by their paths below ``source``, where all of
    them say what they said ``before``. The mark in front, and the rights of a file, stay.

    PageChangedError where one does not, and then none is written; OSError where the system refuses,
    or a page may not be written.
    """
    data = {path: _read(source, path) for path in after}
    for path, old in data.items():
        if old.removeprefix(_MARK) != before[path].encode():
            raise PageChangedError(path)
        if not os.access(source / path, os.W_OK):  # a file can be replaced that cannot be written
            raise PermissionError(13, "it may not be written", str(source / path))
    new: dict[Path, Path] = {}
    try:
        for path, old in data.items():
            mark = _MARK if old.startswith(_MARK) else b""
            file = source / path
            new[file] = new_file(file)
            new[file].write_bytes(mark + after[path].encode())
            finish_file(new[file], file)
        for path, old in data.items():
            if _read(source, path) != old:
                raise PageChangedError(path)
        for file in [*new]:
            move_file(new[file], file)
            del new[file]
    finally:
        for temporary in new.values():
            temporary.unlink(missing_ok=True)
