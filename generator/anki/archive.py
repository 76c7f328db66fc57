"""Takes the database out of an ``.apkg``; knows nothing of what is in it."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

DATABASE = "collection.anki2"
# The member that says under which names Anki is to store the members "0", "1", …
MEDIA_MEMBER = "media"


def extract_database(package: BinaryIO, path: Path) -> None:
    """Write the package's database to ``path``. What of the archive is read, is checked.

    ValueError: it is not a package with a database, or is damaged.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            with archive.open(DATABASE) as member, path.open("wb") as copy:
                shutil.copyfileobj(member, copy, 1 << 20)
            for name in archive.namelist():
                if name != DATABASE:
                    archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise ValueError(f"this is not an Anki package: {error}") from error
