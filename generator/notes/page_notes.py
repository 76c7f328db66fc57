"""The values that a page comes to, frozen; they know no ledger.

How a table is read, and so its kind and what it asks, is decided in `groups`; a value here says
only what stands on the page, and what our rules make of that. All are tuples: there are a million
rows, and they are written and read often.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from generator.core.diagnostics import Diagnostic
from generator.core.model import (
    Cell,
    Deletion,
    Form,
    Kind,
    Media,
    MediaReference,
    OtherContent,
    Position,
    Suppression,
    TableReport,
)
from generator.settings.values import Settings

if TYPE_CHECKING:  # a layout is made of such a table
    from generator.notes.choose_reading import Layout

Texts = tuple[str, ...]  # of a row, by column
Place = tuple[int, int]  # line and column, from 1


class PanelNotes(NamedTuple):
    """A table as it is to stand on the backs of cards: headers and rows as HTML."""

    header_html: Texts
    rows: tuple[Texts, ...]


class TableNotes(NamedTuple):
    """A table, or what reads like one: its headers, its rows, and where they stand.

    ``html``, ``text`` and ``places`` are by row, each with a cell for each header, whatever the row
    has; ``lines`` are those of rows that stand on several. ``names`` holds what the cells of a row
    are recognised by, where that is not their text. ``cell_places`` are those of rows with an empty
    cell. ``skipped`` are rows that a comment makes no notes of. ``findings`` are about the cells,
    and are told where the table is read; ``held`` are rows that an error of the page costs,
    wherever it stands. ``headings`` stand above it, and ``context`` are those that may stand on top
    of its cards. ``names_chapters`` says that half of its rows name places in a book.

    Of an order ``asks`` and ``question`` are given (what its cards ask, and what its notes are
    recognised by), and so are ``panel`` and the row of the panel that its ``first`` row is.

    ``digest`` is one of everything here that a card can show. ``layout`` is what the table is
    where the ledger does not know it.
    """

    form: Form
    headings: Texts
    context: Texts
    words: tuple[Cell, ...]
    headers: Texts
    header_html: Texts
    header_places: tuple[Place, ...]
    names_chapters: bool
    html: tuple[Texts, ...] = ()
    text: tuple[Texts, ...] = ()
    names: Mapping[int, Texts] = {}
    places: tuple[Place, ...] = ()
    lines: Mapping[int, tuple[int, ...]] = {}
    cell_places: Mapping[int, tuple[Place, ...]] = {}
    same_as: Mapping[int, str] = {}
    findings: tuple[Diagnostic, ...] = ()
    held: tuple[int, ...] = ()
    asks: str = ""
    question: str = ""
    panel: PanelNotes | None = None
    first: int = 0
    digest: bytes = b""
    skipped: tuple[int, ...] = ()
    layout: Layout | None = None


class ReadyNote(NamedTuple):
    """A note that needs no look at other blocks. ``fields`` are joined, without their key; there
    are none where an error keeps them from being made, or it ``is_unfinished``. ``lines`` are all
    that it is written in.

    The text of a cloze note has its marks, of which `cloze_marks.with_deletions` makes Anki's
    deletions; ``numbers`` and ``hints`` are theirs. ``secrets`` must not stand above it.
    ``options`` are those of a quiz, as its answer has them.
    """

    kind: Kind
    headings: Texts
    clue: str
    answer: str
    position: Position
    same_as: str
    fields: bytes
    gaps: tuple[Deletion, ...] = ()
    numbers: tuple[int, ...] = ()
    hints: Texts = ()
    lines: tuple[int, ...] = ()
    is_unfinished: bool = False
    options: frozenset[str] = frozenset()


class BlockNotes(NamedTuple):
    """A table, a list or a passage, with what it names beside text.

    ``report`` is without what becomes of its rows; it is None where the block turned out to be
    ordinary text. ``diagnostics`` are told whatever becomes of it; ``media`` are the files that it
    shows or plays, each with where, and ``media_faults`` what is wrong with them. ``paragraphs``
    is how many of it are ordinary text.
    """

    report: TableReport | None
    tables: tuple[TableNotes, ...] = ()
    ready: tuple[ReadyNote, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    media: tuple[tuple[Media, Position], ...] = ()
    media_faults: tuple[Diagnostic, ...] = ()
    paragraphs: int = 0


class PageNotes(NamedTuple):
    """One file of the notes. ``settings`` are those of its folder and its own.

    ``references`` are the files that its cells name; ``files`` are what was found, by target, None
    where one of the ``faults`` says that it is refused.
    """

    path: str
    title: str
    settings: Settings
    blocks: tuple[BlockNotes, ...]
    rest: OtherContent
    suppressions: tuple[Suppression, ...]
    diagnostics: tuple[Diagnostic, ...]
    references: tuple[MediaReference, ...] = ()
    files: Mapping[str, Media | None] = {}
    faults: tuple[Diagnostic, ...] = ()
