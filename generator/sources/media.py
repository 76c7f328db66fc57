"""Finds and reads the pictures and sounds that cells name, only inside the source folder.

No symbolic link is followed on the way, no device or pipe is opened, nothing is read without end.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property, partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from generator.core.diagnostics import (
    HUGE_MEDIA,
    LARGE_MEDIA,
    LINK_WITHOUT_SOUND,
    MEDIA_AMBIGUOUS,
    MEDIA_NOT_THERE,
    MEDIA_OUTSIDE,
    MEDIA_SCHEME,
    MEDIA_UNREADABLE,
    REMOTE_MEDIA,
    UNKNOWN_MEDIA,
    UNSAFE_SVG,
    VIDEO,
    WRONG_EXTENSION,
    Diagnostic,
    excerpt,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Media, MediaName, MediaReference, Position
from generator.sources.folder import unstorable
from generator.sources.formats import FORMATS, format_of, unsafe_in_svg, video_in

_MEGABYTE = 1_000_000
LARGE, MOST = 5 * _MEGABYTE, 100 * _MEGABYTE  # bytes: what is warned of, what is refused above

_NAME_ALONE = lazy_regex(r"[^?#]+")  # of an address
_SCHEME = lazy_regex(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_WEB = lazy_regex(r"(https?:)?//", re.IGNORECASE)
_MOST_NAMES = 5000  # of a folder, among which a name that is nearly right is looked for
_MOST_FOLDERS = 100  # inside each other
_MOST_EQUALLY_NEAR = 20  # files of one name that are compared
_NAME_LENGTH = 24  # hexadecimal digits: 96 bits
# Without these (on Windows) a folder could be exchanged for a link while it is walked through.
_CAN_WALK = {os.open, os.stat} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_IS_WINDOWS = os.name == "nt"
# How files are opened: a link is an error, and a pipe that takes a file's place does not block.
_NO_SURPRISE = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    _NO_SURPRISE |= getattr(os, _flag, 0)


_At = Callable[[Position], Diagnostic]


class _RefusedError(Exception):
    """A file is not to be put on a card; ``at`` makes the diagnostic for a position."""

    def __init__(self, at: _At) -> None:
        super().__init__()
        self.at = at


class _NotThereError(Exception):
    """There is no such file; ``similar`` is the path of one that may be meant, or empty."""

    def __init__(self, similar: str) -> None:
        super().__init__()
        self.similar = similar


class MediaChangedError(Exception):
    """A file is not what it was when the build looked at it first; the argument is its path."""


class MediaFolder:
    """The pictures and sounds below the notes' folder; each is looked at once a build, also one
    that is refused or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_path: dict[str, Media | _RefusedError | _NotThereError] = {}
        self._similar: dict[str, str] = {}

    def look_up(
        self, references: Iterable[MediaReference]
    ) -> tuple[dict[str, Media | None], list[Diagnostic]]:
        """What the targets of one page are: the file, or None, and then a diagnostic says why."""
        files: dict[str, Media | None] = {}
        diagnostics: list[Diagnostic] = []
        for target, position, is_link in references:
            try:
                files[target] = self._file(target, position.file)
            except _RefusedError as refused:
                files[target] = None
                found = refused.at(position)
            except _NotThereError as missing:
                files[target] = None
                help_ = _help(missing.similar, target, position.file)
                shown = excerpt(_shown(target, position.file))
                found = MEDIA_NOT_THERE.at(position, path=shown, help=help_)
            else:
                continue
            diagnostics.append(_of_link(found) if is_link else found)
        return files, diagnostics

    def _file(self, target: str, page: str) -> Media:
        """The file that a target on a page names, of an address with or without what stands behind
        the file's name: ``?raw=true``, ``#center``."""
        try:
            return self._named_so(target, page)
        except _NotThereError as missing:
            alone = _NAME_ALONE.match(target)
            if alone is None or alone[0] == target:
                raise
            try:
                return self._named_so(alone[0] + "]]" * target.startswith("[["), page)
            except _NotThereError:
                raise missing from None

    def _named_so(self, target: str, page: str) -> Media:
        name = target.removeprefix("[[").removesuffix("]]")
        if name == target:
            return self._at(_path(target, page))
        if name.startswith(("./", "../")) or _SCHEME.match(name):
            return self._at(_path(name, page))
        return self._named(name.strip("/"), page)

    def _at(self, path: str) -> Media:
        if path not in self._by_path:
            try:
                self._by_path[path] = _look_at(self._folder, path)
            except (_RefusedError, _NotThereError) as error:
                self._by_path[path] = error
        found = self._by_path[path]
        if isinstance(found, Media):
            return found
        raise found.with_traceback(None)

    def _named(self, name: str, page: str) -> Media:
        """The file that ``[[name]]`` means, wherever it lies: the nearest of that name, and of
        several the one whose path is given. Files of one content are one."""
        paths = self._paths.get(_folded(posixpath.basename(name)), ())
        fits = [path for path in paths if f"/{_folded(path)}".endswith(f"/{_folded(name)}")]
        fits = [path for path in fits if f"/{_normal(path)}".endswith(f"/{_normal(name)}")] or fits
        if "/" in name and name in fits:
            return self._at(name)
        if not fits:
            raise _NotThereError(self._similar_to(name))
        least = min(_distance(path, page) for path in fits)
        nearest = [path for path in fits if _distance(path, page) == least]
        first, *others = map(self._at, nearest[:_MOST_EQUALLY_NEAR])
        for other in others:
            if other.digest != first.digest:
                one, two = excerpt(first.path), excerpt(other.path)
                raise _RefusedError(
                    partial(MEDIA_AMBIGUOUS.at, name=excerpt(name), first=one, second=two)
                )
        return first

    def _similar_to(self, name: str) -> str:
        """The path of the file whose name is most like one that is nowhere; empty if none is."""
        if name not in self._similar:
            folded = _most_like(name, list(islice(self._paths, _MOST_NAMES)))
            self._similar[name] = self._paths[folded][0] if folded else ""
        return self._similar[name]

    @cached_property
    def _paths(self) -> dict[str, list[str]]:
        """All files of the folder but pages, by name without capitals; no link is followed."""
        paths: dict[str, list[str]] = {}
        for path in sorted(_files_below(self._folder)):
            paths.setdefault(_folded(posixpath.basename(path)), []).append(path)
        return paths

    def read(self, file: Media) -> bytes:
        """The file's content. MediaChangedError where it is no longer what it was."""
        try:
            data = _read(self._folder, file.path)
        except (_RefusedError, _NotThereError) as error:
            raise MediaChangedError(file.path) from error
        if sha256(data).hexdigest() != file.digest:
            raise MediaChangedError(file.path)
        return data


def warnings_of(file: Media, position: Position) -> Iterator[Diagnostic]:
    """What is odd about a file that a cell at this position names, though it is taken."""
    shown, name = excerpt(file.path), file.name.rpartition(".")[2]
    extensions = next(each.extensions for each in FORMATS if each.name == name)
    if file.path.rpartition(".")[2].lower() not in extensions:
        yield WRONG_EXTENSION.at(position, path=shown, format=name)
    if file.size > LARGE:
        yield LARGE_MEDIA.at(position, path=shown, size=f"{file.size / _MEGABYTE:.1f}")


def _look_at(folder: Path, path: str) -> Media:
    data = _read(folder, path)
    shown = excerpt(path)
    found = format_of(data)
    if (found is None or found.is_sound) and (video := video_in(data)):
        raise _RefusedError(partial(VIDEO.at, path=shown, format=video))
    if found is None:
        raise _RefusedError(partial(UNKNOWN_MEDIA.at, path=shown))
    if found.name == "svg" and (what := unsafe_in_svg(data)):
        raise _RefusedError(partial(UNSAFE_SVG.at, path=shown, what=excerpt(what)))
    digest = sha256(data).hexdigest()
    name = MediaName(f"bd-{digest[:_NAME_LENGTH]}.{found.name}")
    return Media(name, path, digest, len(data), found.is_sound)


def _of_link(found: Diagnostic) -> Diagnostic:
    """What is wrong with a sound that is only linked to, which costs no card."""
    return LINK_WITHOUT_SOUND.at(found.position, reason=found.message, help=found.help)


def is_remote(target: str) -> bool:
    """Whether a target is on the web."""
    return _WEB.match(target) is not None


# --- names ------------------------------------------------------------------------------------


def _path(target: str, page: str) -> str:
    """The path below the notes' folder that a target on a page means."""
    if is_remote(target):
        raise _RefusedError(partial(REMOTE_MEDIA.at, target=excerpt(target)))
    if scheme := _SCHEME.match(target):
        raise _RefusedError(partial(MEDIA_SCHEME.at, scheme=scheme[0]))
    parts = [] if target.startswith("/") else page.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                raise _RefusedError(partial(MEDIA_OUTSIDE.at, target=excerpt(target)))
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if not parts:
        path, reason = excerpt(target), "it is a folder"
        raise _RefusedError(partial(MEDIA_UNREADABLE.at, path=path, reason=reason))
    return "/".join(parts)


def _shown(target: str, page: str) -> str:
    """How a message names a file that is not there."""
    is_named = target.startswith("[[")
    return target.removeprefix("[[").removesuffix("]]") if is_named else _path(target, page)


def _distance(path: str, page: str) -> int:
    """How many folders one goes up and down from a page to a file."""
    here, there = page.split("/")[:-1], path.split("/")[:-1]
    pairs = enumerate(zip(here, there, strict=False))
    least = min(len(here), len(there))
    shared = next((place for place, (a, b) in pairs if a != b), least)
    return len(here) + len(there) - 2 * shared


# What an address would have another character for: such a % is written as %25.
_ENCODED = lazy_regex(r"%(?=[0-9a-f]{2})", re.IGNORECASE)


def _help(similar: str, target: str, page: str) -> str:
    """What to type instead; ``similar`` is a path below the notes' folder, or empty."""
    if target.startswith("[["):
        if similar:
            return f"did you mean ![[{excerpt(posixpath.basename(similar))}]]?"
        return "put it into the source folder; it may lie in any folder there"
    if "\\" in target:
        return "write / between folders"
    if not similar:
        return (
            "names are read from the page's folder on; with a / in front, from the source folder on"
        )
    if target.startswith("/"):
        name = f"/{similar}"
    else:
        name = posixpath.relpath(f"/{similar}", f"/{posixpath.dirname(page)}")
    name = excerpt(_ENCODED.sub("%25", name))
    return f"did you mean {name if re.fullmatch(r'[^ ()]+', name) else f'<{name}>'}?"


# --- the disk ---------------------------------------------------------------------------------


def _read(folder: Path, path: str) -> bytes:
    """The content of the file ``path`` below ``folder``."""
    try:
        with _opened(folder, path) as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):  # it was exchanged since it was looked at
                raise OSError(None, "it is not a file")
            size = info.st_size
            # A file may grow while it is read.
            data = file.read(MOST + 1) if size <= MOST else b""
    except OSError as error:
        reason = error.strerror or str(error)
        raise _RefusedError(
            partial(MEDIA_UNREADABLE.at, path=excerpt(path), reason=reason)
        ) from error
    if max(size, len(data)) > MOST:
        shown = f"{size / _MEGABYTE:,.0f}"
        raise _RefusedError(
            partial(HUGE_MEDIA.at, path=excerpt(path), size=shown, most=MOST // _MEGABYTE)
        )
    return data


@contextmanager
def _opened(folder: Path, path: str) -> Iterator[BinaryIO]:
    """Opens a file, folder by folder, so that no link is followed, not even one made just now."""
    parts = path.split("/")
    place, handle = folder, None
    with ExitStack() as folders:
        if _CAN_WALK:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            folders.callback(os.close, handle)
        for depth, part in enumerate(parts, 1):
            is_folder = depth < len(parts)
            try:
                part = _checked(part, place, handle, is_folder)
            except _NotThereError as missing:
                if missing.similar:
                    parts[depth - 1] = missing.similar
                    missing.similar = "/".join(parts)
                raise
            place /= part
            if not is_folder:
                file = os.open(part if _CAN_WALK else place, _NO_SURPRISE, dir_fd=handle)
            elif _CAN_WALK:
                handle = os.open(part, _NO_SURPRISE | os.O_DIRECTORY, dir_fd=handle)
                folders.callback(os.close, handle)
        with os.fdopen(file, "rb") as opened:
            yield opened


def _files_below(folder: Path) -> Iterator[str]:
    """The paths of files below a folder, hidden ones and pages left out."""
    folders = [("", 0)]
    while folders:
        path, depth = folders.pop()
        with suppress(OSError), os.scandir(folder / path) as found:
            for item in found:
                if item.name.startswith(".") or not item.name.isprintable():
                    continue
                if _is_link(item.stat(follow_symlinks=False)):
                    continue
                if item.is_dir() and depth < _MOST_FOLDERS:
                    folders.append((f"{path}{item.name}/", depth + 1))
                elif item.is_file() and not item.name.lower().endswith((".md", ".markdown")):
                    yield f"{path}{item.name}"


def _is_link(info: os.stat_result) -> bool:
    """Whether it is a symbolic link, or what Windows has for one."""
    is_junction = getattr(info, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT
    return stat.S_ISLNK(info.st_mode) or bool(is_junction)


def _checked(name: str, place: Path, handle: int | None, is_folder: bool) -> str:
    """The name as the disk has it, of what is to be a folder, or else a file, in ``place``."""
    try:
        # To Windows ..\a.png and C:a.png lie elsewhere, CON is a device, "a.png." is a.png.
        if _IS_WINDOWS and unstorable(name):
            raise FileNotFoundError
        info = os.stat(
            place / name if handle is None else name, dir_fd=handle, follow_symlinks=False
        )
    except (FileNotFoundError, ValueError):
        with os.scandir(place if handle is None else handle) as found:
            names = [each.name for each in islice(found, _MOST_NAMES)]
        # Accents may be written in two ways, and a disk may keep another than the editor's.
        same = [each for each in names if _normal(each) == _normal(name) and each != name]
        if same:
            return _checked(same[0], place, handle, is_folder)
        raise _NotThereError(_most_like(name, names)) from None
    if _is_link(info):
        raise OSError(None, f"{excerpt(name)} is a symbolic link, which is not followed")
    if is_folder and not stat.S_ISDIR(info.st_mode):
        raise _NotThereError("")
    if not is_folder and not stat.S_ISREG(info.st_mode):
        raise OSError(None, "it is a folder" if stat.S_ISDIR(info.st_mode) else "it is not a file")
    return name


def _most_like(name: str, names: Sequence[str]) -> str:
    """The one of the names that is most like one that does not exist; empty if none is."""
    by_folded = {each.casefold(): each for each in sorted(names)}
    found = _nearest(name.casefold(), by_folded)
    # Files of one kind end alike: that says nothing, least of all of short names.
    one, other = (posixpath.splitext(each)[0].casefold() for each in (name, found))
    return by_folded[found] if found and _nearest(one, [other]) else ""


def _nearest(name: str, names: Iterable[str]) -> str:
    """What `difflib.get_close_matches` finds; it compares to the end what is near, and of numbered
    pictures all are: here only what may be nearer than the nearest so far."""
    from difflib import SequenceMatcher  # only what is misspelt pays for it

    matcher = SequenceMatcher(b=name)
    nearest = (0.6, "")
    for each in sorted(names, reverse=True):  # of equally near ones the last
        matcher.set_seq1(each)
        bounds = (matcher.real_quick_ratio, matcher.quick_ratio)
        if all((bound(), each) > nearest for bound in bounds):
            nearest = max(nearest, (matcher.ratio(), each))
    return nearest[1]


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _normal(name).casefold()
