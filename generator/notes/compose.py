"""Tables become notes: the stage's one entry. It knows neither GUIDs nor earlier builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from generator.diagnostics import Diagnostic
from generator.model import DeckName, Note, Page, Position, Rest, TableReport
from generator.notes.fields import fields_of, written_tags
from generator.notes.frame import Frame
from generator.notes.lints import lint
from generator.notes.options import Options
from generator.notes.repeats import settle_repeats
from generator.notes.sheet import Sheet, read_sheet
from generator.settings import Settings


@dataclass(frozen=True, slots=True)
class Composed:
    """The notes of a package in source order, what became of each table, and the findings.

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
    sheets = [
        read_sheet(Frame(package, page, settings, table.section), table, diagnostics)
        for page, settings in pages
        for table in page.blocks
    ]
    settle_repeats(sheets, diagnostics)
    options = Options(sheets)
    diagnostics += lint(sheets)
    notes = [note for sheet in sheets for note in _notes_of(sheet, options)]
    rest = tuple(page.rest for page, _ in pages)
    return Composed(tuple(notes), tuple(map(_report, sheets)), rest, tuple(diagnostics))


def _notes_of(sheet: Sheet, options: Options) -> Iterator[Note]:
    for entry in sheet.entries:
        yield Note(
            origin=entry.origin,
            make_fields=partial(fields_of, sheet, entry, options),
            tags=sheet.frame.tags(entry.origin.kind, written_tags(sheet, entry)),
            deck=DeckName(sheet.frame.settings.deck),
            position=entry.position,
            same_as=entry.same_as,
        )


def _report(sheet: Sheet) -> TableReport:
    header = sheet.table.header
    return TableReport(
        position=Position(sheet.frame.page.path, header.line, header.column),
        header=sheet.headers,
        kind=sheet.layout.kind.value if sheet.layout.kind else "",
        rows=len(sheet.table.rows),
        notes=len(sheet.entries),
        skipped=sheet.layout.skipped,
    )
