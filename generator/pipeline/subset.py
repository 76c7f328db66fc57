"""Packages of a part of the notes, to share: those in a deck or with a tag, as they were built.

They are made of pages that are as they were built, so that a subset and the whole package bring the
same; the ledger and the packages themselves stay as they are.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generator.anki.compile import compile_package, media_names
from generator.core.diagnostics import MEDIA_CHANGED, Diagnostic
from generator.core.model import Guid, MediaName, NoteRow, Package, Position
from generator.core.outcome import BuildResult, BuiltPackage, built_package
from generator.identity.entry import LedgerEntry
from generator.sources.media import MediaChangedError
from generator.workspace.folders import CannotWriteError, Workspace

_PREFIXES = ("deck:", "tag:")
_MOST_NAMED = 10  # decks, and tags, in an error


class UnknownSubsetError(Exception):
    """What a person asked for fits no note, or might be two things; the text says what there is."""


class EditedSubsetError(Exception):
    """Pages of these packages are not as they were built."""

    def __init__(self, packages: Sequence[str]) -> None:
        super().__init__(", ".join(packages))
        self.packages = tuple(packages)


@dataclass(frozen=True, slots=True)
class Only:
    """What a subset is restricted to: a ``deck`` and those below it, or a ``tag`` and those below
    it; the other one is empty."""

    deck: str = ""
    tag: str = ""

    @property
    def words(self) -> str:
        """The deck or the tag."""
        return self.deck or self.tag

    def fits(self, row: NoteRow) -> bool:
        """Whether a note is meant."""
        if self.deck:
            return _is_below(row.deck, self.deck)
        return any(_is_below(tag, self.tag) for tag in row.tags)


def _is_below(name: str, top: str) -> bool:
    """Whether a deck or a tag is another one, or lies in it; Anki does not know capitals apart."""
    return f"{name}::".casefold().startswith(f"{top}::".casefold())


def parse_only(text: str, rows: Iterable[NoteRow]) -> Only:
    """What ``text`` means among these notes: ``deck:NAME``, ``tag:NAME``, or a name that is one of
    the two. UnknownSubsetError where it fits nothing, or other notes as a deck than as a tag."""
    prefix = next((each for each in _PREFIXES if text.startswith(each)), "")
    name = text.removeprefix(prefix).strip()
    rows = list(rows)
    decks = _with_those_above(row.deck for row in rows)
    tags = _with_those_above(tag for row in rows for tag in row.tags)
    found = []
    if prefix != "tag:" and (deck := _spelled(name, decks)):
        found.append(Only(deck=deck))
    if prefix != "deck:" and (tag := _spelled(name, tags)):
        found.append(Only(tag=tag))
    if len(found) > 1 and any(found[0].fits(row) != found[1].fits(row) for row in rows):
        raise UnknownSubsetError(
            f"'{name}' is a deck and a tag, of other notes; write 'deck:{name}' or 'tag:{name}'"
        )
    if not found:
        what = {"deck:": "deck", "tag:": "tag"}.get(prefix, "deck and no tag")
        raise UnknownSubsetError(
            f"there is no {what} '{name}'; decks: {_listed(name, decks)}; "
            f"tags: {_listed(name, tags)}"
        )
    return found[0]


def _spelled(name: str, names: set[str]) -> str:
    """A name as it stands on the pages; empty where there is none."""
    if name in names:
        return name
    return next((each for each in sorted(names) if each.casefold() == name.casefold()), "")


def _with_those_above(names: Iterable[str]) -> set[str]:
    found = set()
    for name in set(names):
        parts = name.split("::")
        found |= {"::".join(parts[: count + 1]) for count in range(len(parts))}
    return found


def _listed(name: str, names: set[str]) -> str:
    """Names, those that are like another one first."""
    like = difflib.get_close_matches(name, sorted(names), _MOST_NAMED, 0.6)
    shown = [*like, *sorted(names - {*like})][:_MOST_NAMED]
    more = f" and {len(names) - len(shown):,} more" if len(names) > len(shown) else ""
    return (", ".join(shown) or "none") + more


@dataclass(frozen=True, slots=True)
class Subsets:
    """The packages of a subset, and which ``only`` it is. ``changed`` are files that differ from
    what was there, ``written`` those of them that were written."""

    only: Only
    packages: tuple[BuiltPackage, ...] = ()
    changed: tuple[Path, ...] = ()
    written: tuple[Path, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def write_subsets(
    result: BuildResult,
    ledger: Mapping[Guid, LedgerEntry],
    only: Only,
    workspace: Workspace,
    on_wait: Callable[[], object] = object,
) -> Subsets:
    """Write a package for each package of ``result``, a build with its notes, that has some of the
    subset. ``ledger`` is the one on the disk. EditedSubsetError where pages are not as built."""
    parts = {built.name: _part(built, only) for built in result.packages}
    meant = [built for built in result.packages if parts[built.name].rows]
    if edited := [built.name for built in meant if not _is_as_built(built, result, ledger)]:
        raise EditedSubsetError(edited)
    taken = {name.casefold() for name in (*(b.name for b in result.packages), *result.failed)}
    packages, diagnostics = list[BuiltPackage](), list[Diagnostic]()
    with workspace.held(on_wait):
        for built in meant:
            part = parts[built.name]._replace(name=subset_name(built.name, only, taken))
            write = partial(_compile, part, workspace, built.is_compressed)
            try:
                digest = workspace.stage(workspace.package(part.name), write)
            except MediaChangedError as changed:
                where = Position(str(changed), 1, 1)
                diagnostics.append(MEDIA_CHANGED.at(where, path=changed))
                continue
            except CannotWriteError as error:
                return Subsets(only, diagnostics=(error.diagnostic,))
            packages.append(built_package(part, digest, 0))
        changed_files = workspace.changed_files
        written, found = ((), ()) if workspace.dry else workspace.replace()
    return Subsets(only, tuple(packages), changed_files, tuple(written), (*diagnostics, *found))


def _part(built: BuiltPackage, only: Only) -> Package:
    """The notes of a package that are in the subset."""
    package = built.package
    assert package
    places = [place for place, row in enumerate(package.rows) if only.fits(row)]
    fields = {new: package.fields[old] for new, old in enumerate(places)}
    rows = [package.rows[place] for place in places]
    decks = {row.deck for row in rows}
    names: set[MediaName] = set()
    for each in fields.values():
        names |= media_names(each)
    return Package(
        package.name,
        rows,
        fields,
        {deck: text for deck, text in package.descriptions.items() if deck in decks},
        tuple(file for file in package.media if file.name in names),
    )


def _is_as_built(
    built: BuiltPackage, result: BuildResult, ledger: Mapping[Guid, LedgerEntry]
) -> bool:
    """Whether no note of a package is new, edited or gone since the last build.

    Of another one even notes that nobody has edited would bring what was never built, in tables and
    options, and an import of the whole package would leave it there.
    """
    assert built.package
    for row in built.package.rows:
        entry = ledger.get(row.guid)
        if entry is None or entry.retired:
            return False
        known = entry.note_id, entry.modified, entry.deck
        if known != (row.note_id, row.modified, row.deck):
            return False
    return all(ledger[guid].origin.package != built.name for guid in result.changes.retired)


def subset_name(package: str, only: Only, taken: Collection[str] = ()) -> str:
    """The name of a subset's package: `Biology (only verbs)`, which any system can store; another
    one than those that are ``taken``, in small letters."""
    words = only.words
    inside = words[len(package) + 2 :] if words.startswith(f"{package}::") else words
    inside = re.sub(r"[\x00-\x1f<>:\"/\\|?*]+", "-", inside.replace("::", "-"))
    name = f"{package} (only {inside})"
    while name.casefold() in taken:
        name += "-"
    return name


def _compile(package: Package, workspace: Workspace, compress: bool, new: Path) -> None:
    compile_package(package, new, compress, workspace.media.read, workspace.progress)
