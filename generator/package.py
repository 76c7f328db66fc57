"""Collects the pages of a package: how tables are read, what stands twice, what is poor.

It knows neither GUIDs nor the disk. What it gives is what notes are recognised by, and values from
which their fields can be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from generator.diagnostics import Diagnostic
from generator.forms.words import unused_words
from generator.model import DeckName, Form, Media, MediaName, Note, OtherContent, TableReport
from generator.notes.frame import PageFrame
from generator.notes.groups import Group, ReadyGroup, read_group, ready_notes
from generator.notes.lints import lint
from generator.notes.page_notes import BlockNotes, PageNotes
from generator.notes.repeats import settle_repeats
from generator.sources.media import warnings_of


@dataclass(frozen=True, slots=True)
class PackageNotes:
    """The notes of a package in source order, by the table or list that they come of.

    ``tables`` are what became of each block, ``rest`` is what each page holds besides; ``media``
    are the files that the pages show or play. The groups may be on the disk, and are read then
    each time that somebody goes through them.
    """

    name: str
    groups: Iterable[Group | ReadyGroup]
    tables: tuple[TableReport, ...]
    rest: tuple[OtherContent, ...]
    media: Mapping[MediaName, Media]

    @property
    def count(self) -> int:
        """How many notes there are."""
        return sum(table.notes for table in self.tables)

    def loaded(self) -> PackageNotes:
        """The same, with the groups in memory."""
        return replace(self, groups=tuple(self.groups))

    @property
    def notes(self) -> list[Note]:
        """All notes, in source order."""
        return [note for group in self.groups for note in group.notes]


def collect(name: str, pages: Sequence[PageNotes]) -> tuple[PackageNotes, list[Diagnostic]]:
    """The package of these pages, which come in deck order."""
    told: list[Diagnostic] = []
    found: list[Diagnostic] = []
    blocks: list[tuple[BlockNotes, list[Group | ReadyGroup]]] = []
    warned: set[str] = set()  # a picture that is shown often is warned of once
    for page in pages:
        told += page.diagnostics
        around = PageFrame(page.path, page.title, page.settings)
        for block in page.blocks:
            groups, diagnostics = _read_block(name, page, around, block)
            found += diagnostics
            blocks.append((block, groups))
            if _is_read(groups):
                told += block.media_faults
                told += _media_warnings(block, warned)
    drafts = [group for _, groups in blocks for group in groups]
    kept, diagnostics = settle_repeats([group.notes for group in drafts])
    found += diagnostics
    settled = [_with_notes(*pair) for pair in zip(drafts, kept, strict=True)]
    found += lint([group for group in settled if isinstance(group, Group)])
    rest = tuple(page.rest for page in pages)
    files = {file.name: file for page in pages for file in page.files.values() if file}
    package = PackageNotes(name, tuple(settled), _reports(blocks, settled), rest, files)
    # A comment above a section speaks for each of its lists; what is wrong is said once.
    return package, [*told, *dict.fromkeys(found)]


def _read_block(
    name: str, page: PageNotes, around: PageFrame, block: BlockNotes
) -> tuple[list[Group | ReadyGroup], list[Diagnostic]]:
    groups: list[Group | ReadyGroup] = []
    diagnostics = list(block.diagnostics)
    for table in block.tables:
        assert block.report is not None
        group, found = read_group(name, around, bool(page.files), table, block.report)
        groups.append(group)
        if group.layout.kind and table.form is Form.TABLE:  # only now it is known
            diagnostics += unused_words(table.words, table.form, group.layout.kind, page.path)
        diagnostics += found
    if block.ready:
        notes = ready_notes(name, around, block.ready)
        groups.append(ReadyGroup(around, block.ready, notes))
    return groups, diagnostics


def _is_read(groups: Sequence[Group | ReadyGroup]) -> bool:
    """Whether a block is one that makes notes: pictures in others are nobody's concern."""
    return all(isinstance(group, ReadyGroup) or group.layout.kind for group in groups)


def _media_warnings(block: BlockNotes, warned: set[str]) -> Iterator[Diagnostic]:
    for file, position in block.media:
        if file.path not in warned:
            warned.add(file.path)
            yield from warnings_of(file, position)


def _with_notes(group: Group | ReadyGroup, kept: Mapping[int, Note]) -> Group | ReadyGroup:
    """The group with those of its notes that are not there already."""
    notes = tuple(kept.values())
    if notes == group.notes:
        return group
    if isinstance(group, ReadyGroup):
        return replace(group, ready=tuple(group.ready[place] for place in kept), notes=notes)
    return replace(group, rows=tuple(group.rows[place] for place in kept), notes=notes)


def _reports(
    blocks: Sequence[tuple[BlockNotes, Sequence[Group | ReadyGroup]]],
    settled: Sequence[Group | ReadyGroup],
) -> tuple[TableReport, ...]:
    groups = iter(settled)
    reports = []
    for block, drafts in blocks:
        own = [next(groups) for _ in drafts]
        report = block.report
        if report is None:
            continue
        if own and isinstance(last := own[-1], Group):
            kind = last.layout.kind.value if last.layout.kind else ""
            report = report._replace(kind=kind, skipped=last.layout.skipped)
        reports.append(report._replace(notes=sum(len(group.notes) for group in own)))
    return tuple(reports)


# --- decks ------------------------------------------------------------------------------------


def descriptions(package: PackageNotes) -> dict[DeckName, str]:
    """What Anki shows under the names of the package's topmost decks: HTML by deck."""
    decks = {note.deck for note in package.notes}
    topmost = (deck for deck in decks if decks.isdisjoint(_above(deck)))
    return dict.fromkeys(sorted(topmost), _description(package))


def _above(deck: DeckName) -> Iterator[str]:
    """The decks that a deck lies in."""
    while "::" in deck:
        deck = DeckName(deck.rpartition("::")[0])
        yield deck


def _description(package: PackageNotes) -> str:
    made = f"Made by build-decks from the notes <b>{escape(package.name)}</b>."
    # The same links as at the foot of the cards, each once, in the order of the pages.
    pages = dict.fromkeys(group.around for group in package.groups if group.notes)
    links = dict.fromkeys(
        f'<a href="{page.fields["source"].split(chr(34))[1]}">{page.fields["page"]}</a>'
        for page in pages
        if page.fields["source"].startswith("<a ")
    )
    sources = f"<br>Sources: {', '.join(links)}." if links else ""
    update = "To update, import the new package over this deck: your reviews stay."
    return f"{made}{sources}<br>{update}"
