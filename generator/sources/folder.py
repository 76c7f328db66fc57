"""Finds the notes on disk and reads them, following no link; knows nothing of their content."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from generator.diagnostics import (
    LINK_NOT_FOLLOWED,
    LONG_NAME,
    NO_NOTES,
    NOT_READ,
    NOT_UTF8,
    SAME_BUT_CAPITALS,
    SAME_BUT_UNICODE,
    SAME_PACKAGE,
    SECOND_LEDGER,
    SECOND_VERSION,
    TOO_DEEP_A_FOLDER,
    TOO_LARGE,
    TOO_MANY_LINES,
    UNPRINTABLE,
    UNPRINTABLE_NAME,
    UNREADABLE,
    UNSTORABLE_NAME,
    Diagnostic,
    has_errors,
)
from generator.disk import TooLargeError, read_file
from generator.model import Position, Source
from generator.outcome import LEDGER_FILE
from generator.settings import Settings, read_deck_toml
from generator.sources.second_versions import first_version

SETTINGS_FILE = "deck.toml"
# Bytes. A million rows of notes are 100 to 150 million.
MOST_PAGE_BYTES = 200_000_000
# Three times as many as those rows, which have prose among them: an empty line, too, takes its
# share of time and of memory.
MOST_LINES = 3_000_000
# Bytes. A long one has some dozens of lines, and TOML is slow to read.
MOST_SETTINGS_BYTES = 1_000_000
# Bytes. Disks take 255; a package is written as a temporary file with a longer name first.
MOST_NAME_BYTES = 200
# Folders inside each other: far more than a person makes, far less than Python's stack.
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class PackageSource:
    """A top-level entry of the notes' folder: what becomes one package.

    ``sources`` are in deck order, each with the settings of its folder; ``settings`` are the
    entry's own. Diagnostics are those of this entry alone.
    """

    package: str
    settings: Settings
    sources: tuple[tuple[Source, Settings], ...]
    diagnostics: tuple[Diagnostic, ...]


class Folder(NamedTuple):
    """The notes' folder, read: its entries by name, and what is wrong with it as a whole.

    ``texts`` are those of the settings files, by path, to show the lines that findings are about;
    ``ignored`` holds the codes that each folder's settings suppress, by path.
    """

    entries: tuple[PackageSource, ...]
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    ignored: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Walk:
    """What comes up on the way through the folder, beside the sources.

    ``twins`` are the names of items that have one name, by the path of each item.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    twins: dict[str, Sequence[str]] = field(default_factory=dict)

    def apart(self) -> _Walk:
        """The same, but for findings, which are those of one entry."""
        return replace(self, diagnostics=[])


def read_folder(folder: Path) -> Folder:
    """Every Markdown file and every deck.toml in ``folder``; what is hidden is passed over."""
    walk = _Walk()
    nowhere = Position("", 1, 1)
    try:
        children = _children(folder, walk)
    except OSError as error:
        reason = error.strerror or str(error)
        return Folder((), (UNREADABLE.at(nowhere, reason=f"{folder}: {reason}"),), {}, {})
    base = _folder_settings(folder, "", Settings(), walk)
    walk.diagnostics.extend(
        SECOND_LEDGER.at(Position(_printable(child.name), 1, 1), ledger=LEDGER_FILE)
        for child in children
        if first_version(child.name) == LEDGER_FILE
    )
    entries: dict[str, tuple[str, PackageSource]] = {}
    by_folded: dict[str, list[str]] = {}
    for child in children:
        inside = walk.apart()
        found = inside.diagnostics
        sources = tuple(_read(child, "", base, inside))
        if not sources and not has_errors(found):
            walk.diagnostics.extend(found)
            continue
        is_folder = child.is_dir(follow_symlinks=False)
        path = _printable(child.name)
        name = path if is_folder else path.removesuffix(".md")
        settings = _deeper(base, name)
        if is_folder:
            settings = _folder_settings(Path(child.path), path, settings, _Walk())
        others = by_folded.setdefault(name.casefold(), [])
        if others and name not in others:
            found.append(SAME_BUT_CAPITALS.at(Position(path, 1, 1), first=others[0]))
        others.append(name)
        if _is_printable(child.name) and (what := _unstorable(name)):
            found.append(UNSTORABLE_NAME.at(Position(path, 1, 1), what=what))
        if name in entries:
            first, entry = entries[name]
            words = {"first": first, "second": path, "package": name}
            found.append(SAME_PACKAGE.at(Position(path, 1, 1), **words))
            entry = replace(entry, diagnostics=(*entry.diagnostics, *found))
            entries[name] = (first, entry)
        else:
            entries[name] = (path, PackageSource(name, settings, sources, tuple(found)))
    if not entries and not has_errors(walk.diagnostics):
        walk.diagnostics.append(NO_NOTES.at(nowhere, folder=folder))
    read = tuple(entry for _, entry in entries.values())
    return Folder(read, tuple(walk.diagnostics), walk.texts, walk.ignored)


def _read(
    item: os.DirEntry[str], above: str, settings: Settings, walk: _Walk
) -> Iterator[tuple[Source, Settings]]:
    """The Markdown files at and below ``item``; ``above`` is the path of its folder with a /."""
    name = _printable(item.name)
    path = above + name
    if names := walk.twins.get(item.path):
        # Said of the first one. What was built of any of them stays as it is.
        if item.name == names[0] and not _is_passed_over(item):
            shown = " and ".join(map(ascii, names))
            walk.diagnostics.append(SAME_BUT_UNICODE.at(Position(path, 1, 1), names=shown))
        return
    if not _is_printable(item.name):
        if not _is_passed_over(item):
            walk.diagnostics.append(UNPRINTABLE_NAME.at(Position(path, 1, 1)))
        return
    if not above and len(item.name.encode()) > MOST_NAME_BYTES and not _is_passed_over(item):
        walk.diagnostics.append(LONG_NAME.at(Position(path, 1, 1), most=MOST_NAME_BYTES))
        return
    if item.is_symlink():
        if item.name.endswith(".md") or item.name == SETTINGS_FILE or not _is_file(item):
            walk.diagnostics.append(LINK_NOT_FOLLOWED.at(Position(path, 1, 1)))
        return
    if item.is_dir(follow_symlinks=False):
        if path.count("/") >= _DEEPEST:
            walk.diagnostics.append(TOO_DEEP_A_FOLDER.at(Position(path, 1, 1)))
            return
        try:
            children = _children(Path(item.path), walk)
        except OSError as error:
            walk.diagnostics.append(UNREADABLE.at(Position(path, 1, 1), reason=error.strerror))
            return
        inner = _folder_settings(Path(item.path), path, _deeper(settings, name), walk)
        for child in children:
            yield from _read(child, path + "/", inner, walk)
    elif item.name.endswith(".md"):
        first = first_version(item.name)
        if first and Path(item.path).with_name(first).exists():
            words = {"page": _printable(first)}
            walk.diagnostics.append(SECOND_VERSION.at(Position(path, 1, 1), **words))
            return
        text = _read_text(item.path, path, MOST_PAGE_BYTES, walk)
        if text is None:
            return
        if len(text) > MOST_LINES < max(text.count("\n"), text.count("\r")):
            walk.diagnostics.append(TOO_MANY_LINES.at(Position(path, 1, 1), most=MOST_LINES))
        else:
            own = settings if above else _deeper(settings, name.removesuffix(".md"))
            yield Source(path, text), own
    elif nearly := _NEARLY_MARKDOWN.search(item.name):
        name = item.name[: nearly.start()] + ".md"
        walk.diagnostics.append(NOT_READ.at(Position(path, 1, 1), name=name))


# How Markdown files are named too; which of two such files was meant nobody can know.
_NEARLY_MARKDOWN = re.compile(r"\.(md|markdown|mdown|mkdn?)$", re.IGNORECASE)
_RESERVED = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?", re.IGNORECASE)


def _unstorable(name: str) -> str:
    """What in a package's name Windows cannot store; empty where it can."""
    if character := re.search(r'[<>:"|?*\\]', name):
        return f"'{character[0]}'"
    if name.endswith((".", " ")):
        return "the dot at its end" if name.endswith(".") else "the space at its end"
    reserved = _RESERVED.fullmatch(name)
    return f"'{reserved[1]}', which names a device there" if reserved else ""


def _deeper(settings: Settings, name: str) -> Settings:
    """The settings inside a folder: its deck is a sub-deck, and ids are not inherited."""
    return replace(settings, deck=f"{settings.deck}::{name}" if settings.deck else name, id="")


def _folder_settings(folder: Path, path: str, settings: Settings, walk: _Walk) -> Settings:
    file = folder / SETTINGS_FILE
    name = f"{path}/{SETTINGS_FILE}" if path else SETTINGS_FILE
    try:
        if file.is_symlink() or not file.exists() or file.is_dir():
            return settings
    except OSError as error:
        walk.diagnostics.append(UNREADABLE.at(Position(name, 1, 1), reason=error.strerror))
        return settings
    text = _read_text(file, name, MOST_SETTINGS_BYTES, walk)
    if text is None:
        return settings
    walk.texts[name] = text
    settings, found = read_deck_toml(text, name, settings)
    walk.diagnostics.extend(found)
    walk.ignored[path] = settings.ignore
    return settings


def _read_text(file: Path | str, name: str, most: int, walk: _Walk) -> str | None:
    where = Position(name, 1, 1)
    try:
        data = read_file(file, most)
    except TooLargeError:
        walk.diagnostics.append(TOO_LARGE.at(where, most=most // 1_000_000))
        return None
    except OSError as error:
        walk.diagnostics.append(UNREADABLE.at(where, reason=error.strerror))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind the byte order mark; the text before the fault is sound.
        before = error.object[: error.start].decode("utf-8").replace("\r\n", "\n")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        byte = error.object[error.start]
        walk.diagnostics.append(NOT_UTF8.at(Position(name, line, column), byte=byte))
        return None


def _is_file(link: os.DirEntry[str]) -> bool:
    """Whether a symbolic link leads to a file; not so where it leads nowhere or in a circle."""
    try:
        return link.is_file()
    except OSError:
        return False


def _is_passed_over(item: os.DirEntry[str]) -> bool:
    """Whether it is a file that is no note: then its name is nobody's concern."""
    return not item.name.endswith(".md") and not item.is_dir(follow_symlinks=False)


def _printable(name: str) -> str:
    """The name itself, or with escapes for what in it is not UTF-8 or would garble a terminal.

    It is in Unicode's form C, whatever form the disk has: one that was written on another computer
    names the same notes.
    """
    text = os.fsencode(name).decode(errors="backslashreplace")
    text = UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], text)
    return text if text.isascii() else normalize("NFC", text)


def _is_printable(name: str) -> bool:
    return _printable(name) == normalize("NFC", name)


def _children(folder: Path, walk: _Walk) -> list[os.DirEntry[str]]:
    """What is in a folder, hidden names left out, in the order a person counts: 2 before 10."""
    with os.scandir(folder) as found:
        items = [item for item in found if not item.name.startswith(".")]
    one_name: dict[str, list[os.DirEntry[str]]] = {}
    for item in items:
        one_name.setdefault(normalize("NFC", item.name), []).append(item)
    for same in one_name.values():
        if len(same) > 1:
            names = sorted(item.name for item in same)
            walk.twins.update((item.path, names) for item in same)
    return sorted(items, key=lambda item: (_natural(normalize("NFC", item.name)), item.name))


def path_order(path: str) -> tuple[object, ...]:
    """A sort key that puts paths in the order in which the folder is read."""
    return tuple(map(_natural, path.split("/")))


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    parts = re.split(r"(\d+)", name)
    numbered = tuple((int(p), "") if p.isdecimal() else (-1, p.casefold()) for p in parts)
    return (*numbered, (-1, name))
