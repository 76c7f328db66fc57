"""Keeps packages and ledger as they were before the last build, so that `diff` can compare with
them; knows nothing of what is in them.

It is one file in the user's cache folder: it may be deleted at any time, and it is not believed
where the packages are not, byte for byte, those that the last build left.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from generator.anki.archive import DATABASE, open_archive
from generator.core.outcome import LEDGER_FILE
from generator.machine.cache_files import previous_file
from generator.machine.disk import (
    digest_or_none,
    move_file,
    new_file,
    open_file,
    read_or_none,
    remove_leftovers,
)

_MOST_BYTES = 500_000_000  # of databases and ledger together; over 100,000 notes
_BUILT = "built.json"


class Previous(NamedTuple):
    """What the last build replaced.

    ``built`` are the names of the package files that it wrote, ``packages`` the bytes of those
    that were there before, without media; ``ledger`` is empty where there was none.
    """

    built: frozenset[str]
    packages: Mapping[str, bytes]
    ledger: bytes


def keep_previous(source: Path, output: Path, built: Mapping[str, str]) -> None:
    """Keep what a build is about to replace: the ledger and the packages ``built``, which are given
    as digests of their new bytes by the names of their files.

    Nothing is kept where that is too much, an older file is damaged, or the system refuses.
    """
    file = previous_file(source, output)
    try:
        remove_leftovers([file])
        new = new_file(file)
        try:
            _write(new, source, output, built)
            move_file(new, file)
        finally:
            new.unlink(missing_ok=True)
    except (OSError, ValueError):
        with suppress(OSError):
            file.unlink(missing_ok=True)  # it is of an older build


def _write(new: Path, source: Path, output: Path, built: Mapping[str, str]) -> None:
    room = _MOST_BYTES
    with zipfile.ZipFile(new, "w") as archive:
        archive.writestr(_BUILT, json.dumps(built))
        ledger = read_or_none(source / LEDGER_FILE) or b""
        room -= len(ledger)
        archive.writestr(LEDGER_FILE, ledger)
        for name in built:
            if not (output / name).is_file():
                continue
            with (
                open_file(output / name) as file,
                open_archive(file) as old,
                old.open(DATABASE) as database,
            ):
                room -= old.getinfo(DATABASE).file_size
                if room < 0:
                    raise ValueError("too much to keep")
                with (
                    archive.open(name, "w", force_zip64=True) as member,
                    zipfile.ZipFile(member, "w") as package,
                    package.open(DATABASE, "w", force_zip64=True) as copy,
                ):
                    shutil.copyfileobj(database, copy, 1 << 20)


def read_previous(source: Path, output: Path) -> Previous | None:
    """What the last build replaced; None where that is not known."""
    try:
        with open_file(previous_file(source, output)) as file, zipfile.ZipFile(file) as archive:
            if sum(member.file_size for member in archive.infolist()) > 2 * _MOST_BYTES:
                return None
            built = json.loads(archive.read(_BUILT))
            if any(digest_or_none(output / name) != digest for name, digest in built.items()):
                return None
            there = built.keys() & set(archive.namelist())
            packages = {name: archive.read(name) for name in there}
            return Previous(frozenset(built), packages, archive.read(LEDGER_FILE))
    except Exception:  # what a forged file may raise is anything
        return None
