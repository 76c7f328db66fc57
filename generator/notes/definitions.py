"""Lists of definitions: tables that bring no header, so that one is supplied."""

from __future__ import annotations

from dataclasses import replace

from generator.diagnostics import Diagnostic
from generator.model import Cell, Row, Table
from generator.notes.frame import Frame
from generator.notes.labels import labels_for
from generator.notes.sheet import Sheet, read_sheet


def read_definitions(frame: Frame, table: Table, diagnostics: list[Diagnostic]) -> Sheet:
    """The list as a table that asks for the meaning of each term."""
    labels = labels_for(frame.settings)
    return read_sheet(frame, with_header(table, labels.term, labels.meaning), diagnostics)


def with_header(table: Table, *names: str) -> Table:
    """A table with a header that nobody wrote, at the place where the list begins."""
    _, line, column = table.header
    return replace(table, header=Row(tuple(Cell(n, line, column) for n in names), line, column))
