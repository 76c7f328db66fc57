"""Lists of definitions: tables that bring no header, so that one is supplied."""

from __future__ import annotations

from dataclasses import replace

from generator.model import Cell, Page, Row, Table
from generator.notes.labels import labels_for
from generator.notes.page_notes import BlockNotes, Texts
from generator.notes.table import read_table
from generator.settings import Settings


def read_definitions(page: Page, table: Table, headings: Texts, settings: Settings) -> BlockNotes:
    """The list as a table that asks for the meaning of each term."""
    labels = labels_for(settings)
    return read_table(page, with_header(table, labels.term, labels.meaning), headings)


def with_header(table: Table, *names: str) -> Table:
    """A table with a header that nobody wrote, at the place where the list begins."""
    _, line, column = table.header
    return replace(table, header=Row(tuple(Cell(n, line, column) for n in names), line, column))
