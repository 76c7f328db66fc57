"""Blocks become notes: the stage's one entry. It knows neither GUIDs nor earlier builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from generator.notes.reading import Reading
from generator.notes.repeats import settle_repeats
from generator.notes.sheet import Entry, Sheet, read_sheet
from generator.settings import Settings


@dataclass(frozen=True, slots=True)
class Composed:
    """The notes of a package in source order, what became of each block, and the findings.

    ``rest`` is what each page holds besides.
    """

    notes: tuple[Note, ...]
    tables: tuple[TableReport, ...]
    rest: tuple[Rest, ...]
    diagnostics: tuple[Diagnostic, ...]


def compose(package: str, pages: Iterable[tuple[Page, Settings]]) -> Composed:
    """The notes of one package. ``pages`` come in deck order, each with its settings."""
    pages = list(pages)
    diagnostics: list[Diagnostic] = []
    readings = []
    for page, settings in pages:
        around = PageFrame(package, page, settings)
        frames = ((Frame(around, block.section), block) for block in page.blocks)
        readings.append([_read(frame, block, diagnostics) for frame, block in frames])
    of_all = [reading for of_page in readings for reading in of_page]
    settle_repeats(of_all, diagnostics)
    sheets = [sheet for reading in of_all for sheet in reading.sheets]
    options = Options(sheets)
    diagnostics += lint(sheets)
    notes: list[Note] = []
    reports = []
    for reading in of_all:
        made = list(_notes_of(reading, options))
        notes += made
        if reading.report:
            reports.append(reading.report._replace(notes=len(made)))
    rest = (
        page.rest._replace(prose=page.rest.prose + sum(r.paragraphs for r in of_page))
        for (page, _), of_page in zip(pages, readings, strict=True)
    )
    # A comment above a section speaks for each of its lists; what is wrong with it is said once.
    return Composed(tuple(notes), tuple(reports), tuple(rest), tuple(dict.fromkeys(diagnostics)))


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


class _RowPack:
    """A row's ``pack``; a partial function would take four times the memory."""

    __slots__ = ("_entry", "_options", "_pack", "_sheet")

    def __init__(self, pack: Pack, sheet: Sheet, entry: Entry, options: Options) -> None:
        self._pack = pack
        self._sheet = sheet
        self._entry = entry
        self._options = options

    def __call__(self, key: str) -> bytes:
        return self._pack(self._sheet, self._entry, self._options, key)


def _with_key(fields: Fields, key: str) -> bytes:
    return packed(fields._replace(key=key))
