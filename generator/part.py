"""What one package comes to on its own: read → compose → identify → compile.

Of other packages it knows only which GUIDs and note ids are taken. A package whose rows may have
been another's waits until all are read: `build` joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from generator.anki.package import media_names
from generator.anki.readback import check_references
from generator.diagnostics import MEDIA_CHANGED, NO_CARDS_IN_ENTRY, Diagnostic, has_errors
from generator.findings import Hearing
from generator.identity import ledger as ledgers
from generator.identity.match import same_rows
from generator.identity.stamp import Stamped, Taken, stamp
from generator.model import (
    DeckName,
    Guid,
    Note,
    Package,
    Page,
    Position,
    Rest,
    StampedNote,
    TableReport,
)
from generator.notes.compose import compose, keep, read_blocks
from generator.notes.media import find_media
from generator.outcome import BuiltPackage
from generator.progress import Progress
from generator.recent import Recent
from generator.settings import Settings, check_codes, read_front_matter
from generator.sources.folder import Entry
from generator.sources.media import MediaChangedError, MediaFolder
from generator.sources.page import read_page

Compile = Callable[[Package, Settings], BuiltPackage]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all packages of a build.

    ``namespaces`` are by package; ``now`` is in seconds since 1970; ``ignored`` holds the codes
    that each folder's settings silence; with ``strict`` a warning is an error; ``is_first`` says
    that nothing was built before.
    """

    namespaces: Mapping[str, str]
    now: int
    ignored: Mapping[str, tuple[str, ...]]
    strict: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """A package's notes after this build: their lines of the ledger, and what became of them.

    ``known`` are the GUIDs that the ledger had before; of ``stamped`` notes and ledger are let go.
    """

    lines: list[bytes]
    known: Collection[Guid]
    stamped: Stamped


@dataclass(frozen=True, slots=True)
class Part:
    """What a package came to.

    ``waiting`` are its notes where they may have been another package's; else they are
    ``identified`` and ``built``, unless it ``is_failed`` by errors among the ``findings``.
    """

    tables: tuple[TableReport, ...]
    rest: tuple[Rest, ...]
    findings: list[Diagnostic]
    hearing: Hearing
    is_failed: bool = False
    waiting: tuple[Note, ...] = ()
    built: BuiltPackage | None = None
    identified: Identified | None = None


def build_part(
    entry: Entry,
    known: Sequence[ledgers.Entry],
    terms: Terms,
    taken: Taken,
    compile: Compile,
    media: MediaFolder,
    progress: Progress,
    recent: Recent | None = None,
) -> Part:
    """Build one package, as far as it can be without the others.

    ``known`` are the ledger's entries of the package. ``taken`` learns what new notes take.
    """
    pages, found = _read_pages(entry, media, progress, recent)
    hearing = _hearing(terms, pages)
    made = compose(entry.package, pages, recent.read_blocks if recent else read_blocks)
    if recent:
        recent.forget_blocks(made.settled)
    del pages  # a large part of what is in memory
    found += made.diagnostics
    part = Part(made.tables, made.rest, found, hearing)
    if has_errors(hearing.settle(found)):
        return replace(part, is_failed=True)
    if not made.notes:
        where = Position(entry.sources[0][0].path if entry.sources else entry.package, 1, 1)
        return replace(part, findings=[*found, NO_CARDS_IN_ENTRY.at(where, package=entry.package)])
    own = _nothing_known(made.notes) if terms.is_first else same_rows(made.notes, known)
    if own is None:
        return replace(part, waiting=made.notes)
    found += hearing.idle(found)
    if has_errors(hearing.settle(found)):
        return replace(part, is_failed=True)
    stamped = stamp(made.notes, own, terms.namespaces, terms.now, taken=taken, progress=progress)
    notes, now_known = stamped.notes, identified(stamped, own)
    del stamped
    built, changed = finish(entry, notes, compile, media, keeps=recent is not None)
    return replace(part, findings=[*found, *changed], built=built, identified=now_known)


def identified(stamped: Stamped, known: Collection[Guid] = ()) -> Identified:
    """The notes' lines of the ledger, and what is left to know of them."""
    lines = list(map(ledgers.format_entry, stamped.ledger.values()))
    return Identified(lines, list(known), replace(stamped, notes=(), ledger={}))


def finish(
    entry: Entry,
    notes: Sequence[StampedNote],
    compile: Compile,
    media: MediaFolder,
    *,
    keeps: bool = False,
) -> tuple[BuiltPackage | None, list[Diagnostic]]:
    """Compile the package of these notes; no package where a picture changes meanwhile.

    With ``keeps`` their rows keep what was made of them.
    """
    if keeps:
        keep(notes)
    files = media.named(media_names(notes)) if media.is_used else ()
    package = Package(entry.package, tuple(notes), _descriptions(entry, notes), files)
    if media.is_used:
        check_references(package)
    try:
        return compile(package, entry.settings), []
    except MediaChangedError as changed:
        return None, [MEDIA_CHANGED.at(Position(str(changed), 1, 1), path=changed)]


def _nothing_known(notes: Sequence[Note]) -> dict[Guid, ledgers.Entry] | None:
    """In the first build all notes are new, unless one is said to be another."""
    return None if any(note.same_as for note in notes) else {}


def _hearing(terms: Terms, pages: Sequence[tuple[Page, Settings]]) -> Hearing:
    silences = [silence for page, _ in pages for silence in page.silences]
    ignored = {page.path: settings.ignore for page, settings in pages}
    return Hearing(silences, {**terms.ignored, **ignored}, terms.strict)


def _read_pages(
    entry: Entry, media: MediaFolder, progress: Progress, recent: Recent | None
) -> tuple[list[tuple[Page, Settings]], list[Diagnostic]]:
    diagnostics = list(entry.diagnostics)
    pages = []
    read = recent.read_page if recent else read_page
    for source, folder_settings in progress.over("reading files", entry.sources):
        page, said = read(source)
        diagnostics += said
        settings, found = read_front_matter(page.front_matter, page.path, folder_settings)
        diagnostics += found
        references, found = find_media(page, settings.tables)
        diagnostics += found
        if references:
            files, found = media.look_up(references)
            diagnostics += found
            page = replace(page, media=files)
        codes = ((silence.code, silence.position) for silence in page.silences)
        diagnostics += check_codes(dict.fromkeys(codes))
        pages.append((page, settings))
    return pages, diagnostics


def _descriptions(entry: Entry, notes: Sequence[StampedNote]) -> dict[DeckName, str]:
    """What Anki shows under the names of the package's topmost decks: HTML by deck."""
    decks = {stamped.note.deck for stamped in notes}
    topmost = (deck for deck in decks if decks.isdisjoint(_above(deck)))
    return dict.fromkeys(sorted(topmost), _description(entry.package, notes))


def _above(deck: DeckName) -> Iterator[str]:
    """The decks that a deck lies in."""
    while "::" in deck:
        deck = DeckName(deck.rpartition("::")[0])
        yield deck


def _description(package: str, notes: Sequence[StampedNote]) -> str:
    made = f"Made by build-decks from the notes <b>{escape(package)}</b>."
    # The same links as at the foot of the cards, each once, in the order of the pages.
    one_a_page = {stamped.note.position.file: stamped for stamped in reversed(notes)}
    fields = [one_a_page[page].fields for page in reversed(one_a_page)]
    links = dict.fromkeys(
        f'<a href="{each.source.split(chr(34))[1]}">{each.page}</a>'
        for each in fields
        if each.source.startswith("<a ")
    )
    sources = f"<br>Sources: {', '.join(links)}." if links else ""
    update = "To update, import the new package over this deck: your reviews stay."
    return f"{made}{sources}<br>{update}"
