"""Which files the user's cache folder has for a source folder; what is in them it does not know."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def last_build_file(source: Path, output: Path) -> Path:
    """Where the last build of these two folders is kept, in the user's cache folder."""
    return _cache_file("json", source, output)


def pages_file(source: Path) -> Path:
    """Where what the pages of a folder came to is kept."""
    return _cache_file("pages", source)


def previous_file(source: Path, output: Path) -> Path:
    """Where what the last build replaced is kept."""
    return _cache_file("previous", source, output)


def sent_file(source: Path) -> Path:
    """Where what was last sent to Anki of the notes of a folder is kept."""
    return _cache_file("sent", source)


def _cache_file(name: str, *folders: Path) -> Path:
    """Where something about these folders is remembered, in the user's cache folder; ``name`` is
    how such files end."""
    places = "\n".join(map(os.path.realpath, folders))  # `resolve` refuses links in a circle
    return _cache_folder() / "build-decks" / f"{digest_of([places])[:24]}.{name}"


def _cache_folder() -> Path:
    """The user's cache folder; a place where nothing can be, where there is none."""
    if sys.platform == "win32":
        folder = _absolute(os.environ.get("LOCALAPPDATA", "")) or _home("AppData", "Local")
    elif sys.platform == "darwin":
        folder = _home("Library", "Caches")
    else:
        # https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored.
        folder = _absolute(os.environ.get("XDG_CACHE_HOME", "")) or _home(".cache")
    return folder or Path(os.devnull).absolute()


def _absolute(path: str) -> Path | None:
    return Path(path) if Path(path).is_absolute() else None


def _home(*parts: str) -> Path | None:
    try:
        return _absolute(str(Path.home().joinpath(*parts)))
    except RuntimeError:  # nobody knows where it is
        return None


def digest_of(texts: Iterable[str]) -> str:
    """A SHA-256 over several texts, in hexadecimal; other borders between them give another."""
    total = hashlib.sha256()
    for text in texts:
        data = text.encode(errors="surrogatepass")
        total.update(b"%d\n" % len(data))
        total.update(data)
    return total.hexdigest()
