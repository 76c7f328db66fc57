"""Finds the notes on disk and reads them, following no link; knows nothing of their content."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from generator.core.diagnostics import (
    ALL_LEFT_OUT,
    INNER_LEDGER,
    LINK_NOT_FOLLOWED,
    LONG_NAME,
    NO_NOTES,
    NOT_READ,
    NOT_SETTINGS,
    SAME_BUT_CAPITALS,
    SAME_BUT_UNICODE,
    SAME_PACKAGE,
    SAME_PAGE,
    SECOND_LEDGER,
    SECOND_VERSION,
    TOO_DEEP_A_FOLDER,
    TOO_LARGE,
    TOO_MANY_LINES,
    UNPRINTABLE,
    UNPRINTABLE_NAME,
    UNSTORABLE_NAME,
    Diagnostic,
    has_errors,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import LeftOut, Position, Source, page_name
from generator.core.outcome import LEDGER_FILE
from generator.core.refusals import not_utf8, unreadable
from generator.machine.disk import TooLargeError, read_file
from generator.settings.values import MOST_NAME_BYTES, Settings, is_package_name, read_deck_toml
from generator.sources.second_versions import first_version, is_version_of
from generator.sources.selection import (
    README,
    Selection,
    idle_folder,
    idle_name,
    is_template,
    says_cards,
)

SETTINGS_FILE = "deck.toml"
# Bytes. A million rows of notes are 100 to 150 million.
MOST_PAGE_BYTES = 200_000_000
# Three times as many as those rows, which have prose among them: an empty line, too, takes its
# share of time and of memory.
MOST_LINES = 3_000_000
# Bytes. A long one has some dozens of lines, and TOML is slow to read.
MOST_SETTINGS_BYTES = 1_000_000
# Folders inside each other: far more than a person makes, far less than Python's stack.
_DEEPEST = 100


class PackageSource(NamedTuple):
    """What becomes one package: a top-level entry of the notes' folder, or the ``is_whole`` folder.

    ``sources`` are in deck order, each with the settings of its folder; ``settings`` are the
    entry's own. Diagnostics are those of this entry alone.
    """

    package: str
    settings: Settings
    sources: tuple[tuple[Source, Settings], ...]
    diagnostics: tuple[Diagnostic, ...]
    is_whole: bool = False


class Folder(NamedTuple):
    """The notes' folder, read: its entries by name, and what is wrong with it as a whole.

    ``texts`` are those of the settings files, by path, to show the lines that findings are about;
    ``ignored`` holds the codes that each folder's settings suppress, by path. ``left_out`` are the
    pages and folders that are not read. ``chosen`` is the package that this first build makes of
    all ``loose`` pages, where nobody named it.
    """

    entries: tuple[PackageSource, ...]
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    ignored: Mapping[str, tuple[str, ...]]
    left_out: tuple[LeftOut, ...] = ()
    chosen: str = ""
    loose: int = 0


class KnownPages(NamedTuple):
    """What the ledger knows: whether there ``is_none`` yet, the name of the one package of all
    pages, and, when it is asked for, the clues of the notes in use, by page."""

    is_none: bool = False
    package: str = ""
    in_use: Callable[[], Mapping[str, Sequence[str]]] = dict


NOTHING_KNOWN = KnownPages()


@dataclass(frozen=True, slots=True)
class _Walk:
    """What comes up on the way through the folder, beside the sources.

    ``twins`` are the names of items that have one name, by the path of each item.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    twins: dict[str, Sequence[str]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def apart(self) -> _Walk:
        """The same, but for findings, which are those of one entry."""
        return replace(self, diagnostics=[])


class _Above(NamedTuple):
    """What the folders above say. With ``is_whole`` all pages are one package; where the decks
    ``are_pages`` each page has its own. ``idle`` is the name of a folder of no notes; pages of
    notes ``in_use`` are read there, too."""

    settings: Settings
    selection: Selection = Selection()
    is_whole: bool = False
    are_pages: bool = False
    idle: str = ""
    in_use: Callable[[], Mapping[str, Sequence[str]]] = dict

    def deeper(self, name: str) -> _Above:
        """The same inside a folder: its deck is a sub-deck, and ids are not inherited."""
        return self._replace(settings=_deeper(self.settings, name))


class _Found(NamedTuple):
    """A page that is there, and is yet to be read. ``name`` says that nobody learns it."""

    path: str
    file: str
    settings: Settings
    is_included: bool
    name: str

    @property
    def folder(self) -> str:
        """The path of its folder."""
        return self.path.rpartition("/")[0]


def read_folder(
    folder: Path, known: KnownPages = NOTHING_KNOWN, texts: Mapping[str, str] | None = None
) -> Folder:
    """Every Markdown file and every deck.toml in ``folder``; what is hidden is passed over.

    Of the pages at the paths of ``texts`` these are read instead of what is on the disk.
    """
    walk = _Walk()
    nowhere = Position("", 1, 1)
    try:
        children = _children(folder, walk)
    except OSError as error:
        error.strerror = f"{folder}: {error.strerror}"
        return Folder((), (unreadable(nowhere, error, may_go=False),), {}, {})
    top = _inside(folder, "", _Above(Settings(), in_use=known.in_use), walk)
    walk.diagnostics.extend(
        SECOND_LEDGER.at(Position(_printable(child.name), 1, 1), ledger=LEDGER_FILE)
        for child in children
        if is_version_of(child.name, LEDGER_FILE)
    )
    loose = sum(_is_loose(child, top.selection) for child in children)
    is_chosen = known.is_none and not top.settings.package and loose > _MOST_LOOSE
    package = top.settings.package or known.package or (_name_of(folder) if is_chosen else "")
    top = top._replace(settings=replace(top.settings, package=""))
    if package:
        settings = replace(top.settings, deck=top.settings.deck or package)
        top = top._replace(settings=settings, is_whole=True, are_pages=True)
    twice = walk.apart()
    found = [(child, *_scan_entry(child, top, walk)) for child in _pages_once(children, top, twice)]
    is_sure = not any(has_errors(inside.diagnostics) for _, _, inside in found)
    chosen = _chosen([page for _, pages, _ in found for page in pages], known, walk, is_sure)
    read = [
        (
            child,
            tuple(_read_all([p for p in own if p.path in chosen], known, inside, texts or {})),
            inside,
        )
        for child, own, inside in found
    ]
    entries = _whole(package, top, read, twice, walk) if package else _entries(read, top, walk)
    if not entries and not has_errors(walk.diagnostics):
        code = ALL_LEFT_OUT if walk.left_out else NO_NOTES
        walk.diagnostics.append(code.at(nowhere, folder=folder))
    left_out = sorted(walk.left_out, key=lambda each: path_order(each.file))
    return Folder(
        tuple(entries),
        tuple(walk.diagnostics),
        walk.texts,
        walk.ignored,
        tuple(left_out),
        package if is_chosen else "",
        loose,
    )


_Read = tuple["os.DirEntry[str]", tuple[tuple[Source, Settings], ...], _Walk]


def _whole(
    package: str, top: _Above, read: Sequence[_Read], twice: _Walk, walk: _Walk
) -> list[PackageSource]:
    """The folder as one package."""
    sources = tuple(source for _, sources, _ in read for source in sources)
    found = [*twice.diagnostics]
    for _, _, inside in read:
        found += inside.diagnostics
    if sources or has_errors(found):
        return [PackageSource(package, top.settings, sources, tuple(found), is_whole=True)]
    walk.diagnostics.extend(found)
    return []


def _entries(read: Sequence[_Read], top: _Above, walk: _Walk) -> list[PackageSource]:
    """A package for each top-level entry."""
    entries: dict[str, tuple[str, PackageSource]] = {}
    by_folded: dict[str, list[str]] = {}
    for child, sources, inside in read:
        found = inside.diagnostics
        if not sources and not has_errors(found):
            walk.diagnostics.extend(found)
            continue
        is_folder = child.is_dir(follow_symlinks=False)
        path = _printable(child.name)
        name = path if is_folder else page_name(path)
        settings = _deeper(top.settings, name)
        if is_folder:
            above = _inside(Path(child.path), path, _Above(settings), _Walk())
            settings = above.settings
        others = by_folded.setdefault(name.casefold(), [])
        if others and name not in others:
            found.append(SAME_BUT_CAPITALS.at(Position(path, 1, 1), first=others[0]))
        others.append(name)
        if _is_printable(child.name) and (what := unstorable(name)):
            found.append(UNSTORABLE_NAME.at(Position(path, 1, 1), what=what))
        if name in entries:
            first, entry = entries[name]
            words = {"first": first, "second": path, "package": name}
            found.append(SAME_PACKAGE.at(Position(path, 1, 1), **words))
            entry = entry._replace(diagnostics=(*entry.diagnostics, *found))
            entries[name] = (first, entry)
        else:
            entries[name] = (path, PackageSource(name, settings, sources, tuple(found)))
    return [entry for _, entry in entries.values()]


# --- which pages there are --------------------------------------------------------------------

# At a first build: more than so many pages at the top are no packages that a person imports.
_MOST_LOOSE = 20


def _is_loose(child: os.DirEntry[str], selection: Selection) -> bool:
    """Whether a page lies at the top of the folder, not in another one."""
    name = _printable(child.name)
    return (
        is_markdown(name)
        and not idle_name(page_name(name))
        and not selection.left_out(name)
        and child.is_file(follow_symlinks=False)
    )


def _is_page(item: os.DirEntry[str]) -> bool:
    return is_markdown(_printable(item.name)) and not item.is_dir(follow_symlinks=False)


def is_markdown(name: str) -> bool:
    """Whether a file of this name is a page."""
    return page_name(name) != name


def _name_of(folder: Path) -> str:
    """What the package of a whole folder is called: as it, or as the one that it was put into."""
    try:
        path = folder.resolve()
    except (OSError, RuntimeError):  # the links above it lead in a circle
        path = folder.absolute()
    name = _printable(path.parent.name if path.name == _USUAL_NAME else path.name)
    return name if is_package_name(name) else _NAMELESS


_USUAL_NAME = "source_notes"
_NAMELESS = "notes"


def _scan_entry(child: os.DirEntry[str], top: _Above, walk: _Walk) -> tuple[list[_Found], _Walk]:
    inside = walk.apart()
    return list(_scan(child, "", top, inside)), inside


def _scan(item: os.DirEntry[str], above_path: str, above: _Above, walk: _Walk) -> Iterator[_Found]:
    """The Markdown files at and below ``item``; ``above_path`` is its folder's path with a /."""
    name = _printable(item.name)
    path = above_path + name
    is_folder = item.is_dir(follow_symlinks=False)
    is_page = is_markdown(name)
    if is_folder and (name_ := idle_folder(name)) and not _has_notes(path, above):
        walk.left_out.append(LeftOut(path, name_, is_folder=True))
        return
    if (is_folder or is_page) and (left := above.selection.left_out(path, is_folder=is_folder)):
        walk.left_out.append(left)
        return
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
    is_named = not above_path and not above.is_whole
    if is_named and len(item.name.encode()) > MOST_NAME_BYTES and not _is_passed_over(item):
        walk.diagnostics.append(LONG_NAME.at(Position(path, 1, 1), most=MOST_NAME_BYTES))
        return
    if item.is_symlink():
        idle = above.idle or idle_name(page_name(name))
        if is_page and idle and not above.selection.is_included(path):
            walk.left_out.append(LeftOut(path, idle))
        elif is_page or item.name == SETTINGS_FILE or not _is_file(item):
            walk.diagnostics.append(LINK_NOT_FOLLOWED.at(Position(path, 1, 1)))
        return
    if is_folder:
        yield from _scan_folder(item, path, above, walk)
    elif is_page:
        yield from _scan_page(item, path, above, walk)
    elif nearly := _NEARLY_MARKDOWN.search(item.name):
        name = item.name[: nearly.start()] + ".md"
        walk.diagnostics.append(NOT_READ.at(Position(path, 1, 1), name=name))
    elif item.name != SETTINGS_FILE and _NEARLY_SETTINGS.fullmatch(item.name):
        walk.diagnostics.append(NOT_SETTINGS.at(Position(path, 1, 1), settings=SETTINGS_FILE))


def _scan_page(item: os.DirEntry[str], path: str, above: _Above, walk: _Walk) -> Iterator[_Found]:
    first = first_version(item.name)
    if first and Path(item.path).with_name(first).exists():
        if name := idle_name(page_name(first)):
            walk.left_out.append(LeftOut(path, name))
        else:
            words = {"page": _printable(first)}
            walk.diagnostics.append(SECOND_VERSION.at(Position(path, 1, 1), **words))
        return
    name = page_name(_printable(item.name))
    # At the top a page is a package, and so has a deck of its own.
    has_deck = above.are_pages or "/" not in path
    own = _deeper(above.settings, name) if has_deck else above.settings
    is_included = above.selection.is_included(path)
    yield _Found(path, item.path, own, is_included, above.idle or idle_name(name))


def _has_notes(path: str, above: _Above) -> bool:
    """Whether something is to be read in a folder that our names leave out."""
    return above.selection.may_include_below(path) or _is_in_use(path, above)


def _is_in_use(path: str, above: _Above) -> bool:
    """Whether notes of pages in a folder are in use."""
    return any(page.startswith(f"{path}/") for page in above.in_use())


def _scan_folder(item: os.DirEntry[str], path: str, above: _Above, walk: _Walk) -> Iterator[_Found]:
    if path.count("/") >= _DEEPEST:
        walk.diagnostics.append(TOO_DEEP_A_FOLDER.at(Position(path, 1, 1)))
        return
    try:
        children = _children(Path(item.path), walk)
    except OSError as error:
        walk.diagnostics.append(unreadable(Position(path, 1, 1), error))
        return
    name = _printable(item.name)
    before = len(walk.diagnostics)
    inner = _inside(Path(item.path), path, above.deeper(name), walk)
    if above.is_whole:
        if has_errors(walk.diagnostics[before:]):
            return  # what is wrong with a folder's settings costs the folder
        inner = inner._replace(are_pages=inner.settings.deck == _deeper(above.settings, name).deck)
    inner = inner._replace(idle=above.idle or idle_folder(name))
    inside = _pages_once(children, inner, walk, path + "/")
    found = [page for child in inside for page in _scan(child, path + "/", inner, walk)]
    if found and any(map(_is_ledger, children)) and not _is_in_use(path, inner):
        where = Position(f"{path}/{LEDGER_FILE}", 1, 1)
        walk.diagnostics.append(INNER_LEDGER.at(where, ledger=LEDGER_FILE))
        return  # once they are read, their rows have other notes, which would have to go again
    yield from found


def _is_ledger(item: os.DirEntry[str]) -> bool:
    """Whether a file is a ledger of ours, not another program's file of this name."""
    if item.name != LEDGER_FILE or not item.is_file(follow_symlinks=False):
        return False
    try:
        with Path(item.path).open("rb") as file:
            return file.read(len(_LEDGER_START)) == _LEDGER_START
    except OSError:
        return False


_LEDGER_START = b'{"ledger":'


def _pages_once(
    children: Sequence[os.DirEntry[str]], above: _Above, walk: _Walk, path: str = ""
) -> Iterator[os.DirEntry[str]]:
    """What is in a folder; of files that would be one page one, and an error for each other."""
    if not path and not above.is_whole:
        yield from children  # then they would be one package, which is said elsewhere
        return
    by_page: dict[str, list[str]] = {}
    for child in children:
        name = _printable(child.name)
        if _is_page(child) and not above.selection.left_out(path + name):
            by_page.setdefault(page_name(name), []).append(name)
    for child in children:
        name = _printable(child.name)
        same = by_page.get(page_name(name), []) if _is_page(child) else []
        first = min(same, key=lambda each: (not each.endswith(".md"), each), default=name)
        if name == first:
            yield child
        elif child.path not in walk.twins:
            words = {"first": first, "second": name}
            walk.diagnostics.append(SAME_PAGE.at(Position(path + name, 1, 1), **words))


def _chosen(found: Sequence[_Found], known: KnownPages, walk: _Walk, is_sure: bool) -> set[str]:
    """The paths of the pages that are to be read. It ``is_sure`` that there are no others."""
    chosen = {page.path for page in found if not page.name or page.is_included}
    idle = [page for page in found if page.path not in chosen]
    if not idle:
        return chosen
    in_use = known.in_use()
    texts = {page.path: _peek(page.file) for page in idle}
    chosen |= {path for path, text in texts.items() if path in in_use or says_cards(text) is True}
    taken = {page.folder for page in found if not page.name}
    below = [page for page in idle if page.folder]
    chosen.update(_alone(below, taken))
    if not chosen and is_sure:  # the topmost folder has no other page, in no other folder
        chosen.update(_alone([page for page in idle if not page.folder], taken))
    gone = [clues for path, clues in in_use.items() if path not in chosen]
    for page in idle:
        if page.path in chosen:
            continue
        text = texts[page.path]
        if any(2 * sum(clue in text for clue in clues) > len(clues) for clues in gone):
            chosen.add(page.path)  # it was renamed: no name of ours retires a note
        else:
            walk.left_out.append(LeftOut(page.path, page.name))
    return chosen


def _alone(idle: Sequence[_Found], taken: Container[str]) -> Iterator[str]:
    """Of pages that nobody learns by their name those beside which there is no other page: READMEs
    if there are any."""
    readmes = {page.folder for page in idle if page.name == README}
    for page in idle:
        is_best = page.name == README or page.folder not in readmes
        if page.folder not in taken and is_best and not idle_folder(page.name):
            yield page.path


def _read_all(
    found: Sequence[_Found], known: KnownPages, walk: _Walk, texts: Mapping[str, str]
) -> Iterator[tuple[Source, Settings]]:
    """The pages with their texts, but for those that say themselves that they are none."""
    for page in found:
        text = texts.get(page.path)
        if text is None:
            text = _read_text(page.file, page.path, MOST_PAGE_BYTES, walk)
        if text is None:
            continue
        if len(text) > MOST_LINES < max(text.count("\n"), text.count("\r")):
            walk.diagnostics.append(TOO_MANY_LINES.at(Position(page.path, 1, 1), most=MOST_LINES))
            continue
        says = says_cards(text)
        if says is False:
            walk.left_out.append(LeftOut(page.path, "cards: false"))
        elif (
            says is None
            and not page.is_included
            and is_template(page.folder.split("/"), text)
            and page.path not in known.in_use()
        ):
            walk.left_out.append(LeftOut(page.path, "template"))
        else:
            yield Source(page.path, text), page.settings


def _peek(file: str) -> str:
    """The text of a page that may not be read; what is wrong with it is nobody's concern."""
    try:
        return _decoded(read_file(file, MOST_PAGE_BYTES))
    except (OSError, UnicodeDecodeError):
        return ""


# How Markdown files are named too; which of two such files was meant nobody can know.
_NEARLY_MARKDOWN = lazy_regex(r"\.(mdown|mkdn?)$", re.IGNORECASE)
# With other capitals it is read on some computers alone; the second ending is Windows' editor's.
_NEARLY_SETTINGS = lazy_regex(r"decks?\.toml(\.txt)?", re.IGNORECASE)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = lazy_regex(
    r"(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])( *)(\..*)?",
    re.IGNORECASE,
)


def unstorable(name: str) -> str:
    """What in the name of a file or a package Windows cannot store; empty where it can."""
    if character := re.search(r'[<>:"|?*\\]', name):
        return f"'{character[0]}'"
    if name.endswith((".", " ")):
        return "the dot at its end" if name.endswith(".") else "the space at its end"
    reserved = _RESERVED.fullmatch(name)
    return f"'{reserved[1]}', which names a device there" if reserved else ""


def _deeper(settings: Settings, name: str) -> Settings:
    """The settings inside a folder: its deck is a sub-deck, and ids are not inherited."""
    return replace(settings, deck=f"{settings.deck}::{name}" if settings.deck else name, id="")


def _inside(folder: Path, path: str, above: _Above, walk: _Walk) -> _Above:
    """What holds in a folder: what stands above it, and what its settings say."""
    file = folder / SETTINGS_FILE
    name = f"{path}/{SETTINGS_FILE}" if path else SETTINGS_FILE
    try:
        if file.is_symlink() or not file.exists() or file.is_dir():
            return above
    except OSError as error:
        walk.diagnostics.append(unreadable(Position(name, 1, 1), error))
        return above
    text = _read_text(file, name, MOST_SETTINGS_BYTES, walk)
    if text is None:
        return above
    walk.texts[name] = text
    settings, found = read_deck_toml(text, name, above.settings, is_topmost=not path)
    walk.diagnostics.extend(found)
    walk.ignored[path] = settings.ignore
    # What is read is no matter of a page: a page does not change with it.
    selection = above.selection.within(path, settings.exclude, settings.include)
    settings = replace(settings, exclude=(), include=())
    return above._replace(settings=settings, selection=selection)


def _read_text(file: Path | str, name: str, most: int, walk: _Walk) -> str | None:
    where = Position(name, 1, 1)
    try:
        data = read_file(file, most)
    except TooLargeError:
        walk.diagnostics.append(TOO_LARGE.at(where, most=most // 1_000_000))
        return None
    except OSError as error:
        walk.diagnostics.append(unreadable(where, error))
        return None
    try:
        return _decoded(data)
    except UnicodeDecodeError as error:
        walk.diagnostics.append(not_utf8(name, error))
        return None


def _decoded(data: bytes) -> str:
    """The text of a file. A codec of Python's does the same with the mark, in Python."""
    return data.removeprefix(BOM_UTF8).decode()


def _is_file(link: os.DirEntry[str]) -> bool:
    """Whether a symbolic link leads to a file; not so where it leads nowhere or in a circle."""
    try:
        return link.is_file()
    except OSError:
        return False


def _is_passed_over(item: os.DirEntry[str]) -> bool:
    """Whether it is a file that is no note: then its name is nobody's concern."""
    return not is_markdown(item.name) and not item.is_dir(follow_symlinks=False)


def _printable(name: str) -> str:
    """The name itself, or with escapes for what in it is not UTF-8 or would garble a terminal.

    It is in Unicode's form C, whatever form the disk has: one that was written on another computer
    names the same notes.
    """
    if name.isascii() and name.isprintable():
        return name  # as nearly always
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
