"""Takes the database out of an ``.apkg``; knows nothing of what is in it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from generator.machine.spool import needs_temporary_files

DATABASE = "collection.anki2"
# The member that says under which names Anki is to store the members "0", "1", …
MEDIA_MEMBER = "media"
_COPIED_AT_ONCE = 1 << 20  # bytes
# Where Anki's own exports have their notes; beside one of these the other database holds a note
# that asks for a newer Anki. What the newest one is written in only Anki reads.
_EXPORTED, EXPORTED_NEWEST = "collection.anki21", "collection.anki21b"
# What Anki and this program write. Others may take any amount of memory to unpack.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# How much a package may hold: so many bytes, or so many times its own. Notes that repeat a table
# are deflated to a hundredth; a file that is made to fill a disk, to a thousandth.
_MOST_SMALL, _MOST_TIMES = 50_000_000, 250
# What zipfile raises of an archive that is damaged, locked, or of a later program.
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError)


@contextmanager
def open_archive(package: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive of a package, to be read.

    ValueError, from the block, too, where it is none, is damaged, or holds far more than its length
    says. OSError where it cannot be read.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            _require_sound(archive.infolist(), package.seek(0, 2))
            yield archive
    except _FAULTS as error:
        raise ValueError(f"this is not an Anki package: {error}") from error


def extract_database(package: BinaryIO, path: Path, *, is_whole: bool = True) -> None:
    """Write the package's database to ``path``. What of the archive is read, is checked: the
    pictures and sounds, too, where ``is_whole``.

    Of a package that Anki exported it is the one that has its notes.

    ValueError: it is not a package with a database, is damaged, or holds far more than its length
    says. OSError where it cannot be read; CannotKeepError where the database cannot be written.
    """
    with open_archive(package) as archive:
        names = archive.namelist()
        if EXPORTED_NEWEST in names:
            raise ValueError(
                "only Anki reads this export; export it again with 'Support older Anki versions'"
                " ticked"
            )
        database = _EXPORTED if _EXPORTED in names else DATABASE
        with needs_temporary_files():
            copy = path.open("wb")
        with copy:
            for piece in _pieces(archive, database):
                _write(copy, piece)
        for name in names if is_whole else ():
            if name != database:
                for _ in _pieces(archive, name):
                    pass  # its checksum is compared at its end


def _write(copy: BinaryIO, piece: bytes) -> None:
    with needs_temporary_files():
        copy.write(piece)
        copy.flush()


def _require_sound(members: list[zipfile.ZipInfo], length: int) -> None:
    if any(member.compress_type not in _METHODS for member in members):
        raise ValueError("this is not an Anki package: it is packed in another way")
    if not all(0 <= member.header_offset < length for member in members):
        raise ValueError("this is not an Anki package: it lists what lies outside of it")
    if sum(member.file_size for member in members) > max(_MOST_SMALL, _MOST_TIMES * length):
        raise ValueError("this is not an Anki package: it holds far more than its length says")


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member's bytes, of which there are no more than it says."""
    with archive.open(name) as member:
        while piece := member.read(_COPIED_AT_ONCE):
            yield piece
