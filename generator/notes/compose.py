"""Blocks become notes: page by page, then together. It knows neither GUIDs nor earlier builds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from generator.diagnostics import Diagnostic
from generator.model import (
    Block,
    DeckName,
    Form,
    Note,
    Page,
    Position,
    Prose,
    Quiz,
    Rest,
    StampedNote,
    Table,
    TableReport,
)
from generator.note_fields import Fields, packed
from generator.notes.cloze import read_prose
from generator.notes.definitions import read_definitions
from generator.notes.fields import Pack, packer, written_tags
from generator.notes.frame import Frame, PageFrame
from generator.notes.lints import lint
from generator.notes.options import Options
from generator.notes.order import FEWEST_STEPS, read_order
from generator.notes.questions import read_quiz
from generator.notes.quiz import Answer
from generator.notes.reading import Reading
from generator.notes.repeats import settle_repeats
from generator.notes.sheet import Entry, Sheet, read_sheet
from generator.settings import Settings


@dataclass(frozen=True, slots=True)
class Composed:
    """The notes of a package in source order, what became of each block, and the findings.

    ``rest`` is what each page holds besides; ``settled`` are the paths of those of which a row was
    dropped or changed because of another.
    """

    notes: tuple[Note, ...]
    tables: tuple[TableReport, ...]
    rest: tuple[Rest, ...]
    diagnostics: tuple[Diagnostic, ...]
    settled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of one page on their way to notes, which know nothing of other pages."""

    readings: tuple[Reading, ...]
    rest: Rest
    diagnostics: tuple[Diagnostic, ...]


def read_blocks(package: str, page: Page, settings: Settings) -> Blocks:
    """The rows of the page's tables, and what else is to become notes."""
    diagnostics: list[Diagnostic] = []
    around = PageFrame(package, page, settings)
    readings = tuple(
        _read(Frame(around, block.section), block, diagnostics) for block in page.blocks
    )
    prose = page.rest.prose + sum(reading.paragraphs for reading in readings)
    return Blocks(readings, page.rest._replace(prose=prose), tuple(diagnostics))


def compose(
    package: str,
    pages: Iterable[tuple[Page, Settings]],
    read_blocks: Callable[[str, Page, Settings], Blocks] = read_blocks,
) -> Composed:
    """The notes of one package. ``pages`` come in deck order, each with its settings."""
    read = [read_blocks(package, page, settings) for page, settings in pages]
    diagnostics = [found for blocks in read for found in blocks.diagnostics]
    readings = [reading for blocks in read for reading in blocks.readings]
    settled = settle_repeats(readings, diagnostics)
    sheets = [sheet for reading in readings for sheet in reading.sheets]
    options = Options(sheets)
    diagnostics += lint(sheets)
    notes: list[Note] = []
    reports = []
    for reading in readings:
        made = list(_notes_of(reading, options))
        notes += made
        if reading.report:
            reports.append(reading.report._replace(notes=len(made)))
    return Composed(
        tuple(notes),
        tuple(reports),
        tuple(blocks.rest for blocks in read),
        # A comment above a section speaks for each of its lists; what is wrong is said once.
        tuple(dict.fromkeys(diagnostics)),
        frozenset(settled),
    )


def _read(frame: Frame, block: Block, diagnostics: list[Diagnostic]) -> Reading:
    if isinstance(block, Quiz):
        return read_quiz(frame, block, diagnostics)
    if isinstance(block, Prose):
        return read_prose(frame, block, diagnostics)
    if block.form is Form.ORDER:
        sheets = read_order(frame, block, diagnostics)
    elif block.form is Form.DEFINITIONS:
        sheets = [read_definitions(frame, block, diagnostics)]
    else:
        sheets = [read_sheet(frame, block, diagnostics)]
    return Reading(_report(block, sheets[-1]), sheets)


def _report(table: Table, sheet: Sheet) -> TableReport:
    header, kind, skipped = table.header, sheet.layout.kind, sheet.layout.skipped
    if table.form is Form.ORDER and len(table.rows) < FEWEST_STEPS:
        kind, skipped = None, "one step"
    return TableReport(
        position=Position(sheet.frame.page.path, header.line, header.column),
        header=sheet.headers,
        kind=kind.value if kind else "",
        rows=len(table.rows),
        notes=0,
        skipped=skipped,
        form=table.form,
    )


def _notes_of(reading: Reading, options: Options) -> Iterator[Note]:
    for sheet in reading.sheets:
        deck, kind = DeckName(sheet.frame.settings.deck), sheet.layout.kind
        pack = packer(kind)
        tags = sheet.frame.tags(kind) if kind and sheet.layout.tags is None else None
        for entry in sheet.entries:
            yield Note(
                entry.origin,
                _RowPack(pack, sheet, entry, options),
                sheet.frame.tags(entry.origin.kind, written_tags(sheet, entry))
                if tags is None
                else tags,
                deck,
                entry.position,
                entry.same_as,
            )
    for ready in reading.ready:
        yield Note(
            origin=ready.origin,
            pack=partial(_with_key, ready.fields),
            tags=ready.frame.tags(ready.origin.kind),
            deck=DeckName(ready.frame.settings.deck),
            position=ready.position,
            same_as=ready.same_as,
            gaps=ready.gaps,
        )


def keep(notes: Iterable[StampedNote]) -> None:
    """Let rows that are read once know what was made of them: they may be asked for the same."""
    for stamped in notes:
        if isinstance(pack := stamped.note.pack, _RowPack) and stamped.ready:
            pack.keep(stamped.guid, stamped.ready)


class _RowPack:
    """A row's ``pack``; a partial function would take four times the memory."""

    __slots__ = ("_entry", "_options", "_pack", "_sheet")

    def __init__(self, pack: Pack, sheet: Sheet, entry: Entry, options: Options) -> None:
        self._pack = pack
        self._sheet = sheet
        self._entry = entry
        self._options = options

    def __call__(self, key: str) -> bytes:
        if (kept := self._entry.kept) and kept[:2] == (key, self._wrong()):
            return kept[2]
        return self._pack(self._sheet, self._entry, self._options, key)

    def keep(self, key: str, packed: bytes) -> None:
        """What was made with this key."""
        self._entry.kept = key, self._wrong(), packed

    def _wrong(self) -> Sequence[Answer]:
        """All that the row's fields take from other rows, but for the table itself."""
        return self._options.wrong(self._sheet, self._entry)


def _with_key(fields: Fields, key: str) -> bytes:
    return packed(fields._replace(key=key))
