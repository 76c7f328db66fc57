"""Which program this is, and where it may remember something between its runs."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path


@cache
def program() -> str:
    """A digest of what this program's own files look like: another one must not believe it."""
    root = Path(__file__).parent
    seen = [
        (name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        for name, status in tree(root)
        if not stat.S_ISDIR(status.st_mode) and not name.endswith(".pyc")
    ]
    return digest_of([sys.version, repr(seen)])


def cache_file(name: str, *folders: Path) -> Path:
    """Where something about these folders is remembered, in the user's cache folder; ``name`` is
    how such files end."""
    places = "\n".join(str(folder.resolve()) for folder in folders)
    return _cache_folder().absolute() / "build-decks" / f"{digest_of([places])[:24]}.{name}"


def _cache_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def digest_of(texts: Iterable[str]) -> str:
    """A SHA-256 over several texts, in hexadecimal; other borders between them give another."""
    total = hashlib.sha256()
    for text in texts:
        data = text.encode(errors="surrogatepass")
        total.update(b"%d\n" % len(data))
        total.update(data)
    return total.hexdigest()


def tree(folder: Path | str) -> Iterator[tuple[str, os.stat_result]]:
    """What lies in a folder and below it, in one order; no link is followed."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        status = entry.stat(follow_symlinks=False)
        yield entry.path, status
        if stat.S_ISDIR(status.st_mode):
            yield from tree(entry.path)
