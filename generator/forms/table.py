"""Tables: what GFM takes for one, and what a person clearly meant as one."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import NO_SUCH_HEADER, Diagnostic
from generator.forms.form import NEW, NO_QUIZ, REVERSE, SAME, BlockContext, FormRule, Found, Word
from generator.model import Form, Page, Position, Table
from generator.notes.columns import unknown_headers
from generator.notes.frame import Frame
from generator.notes.kinds import KINDS
from generator.notes.page_notes import BlockNotes
from generator.notes.review_marks import unreviewed
from generator.notes.side_by_side import stacked
from generator.notes.signs import plain_header
from generator.notes.table_cells import report_of, table_notes
from generator.settings import WORDS_WITH_HEADERS, suggestion
from generator.sources.rows import read_rows, within_limits


def _find(context: BlockContext) -> Found:
    """The tables that the lines are; a comment above is for the first."""
    node, words = context.node, context.words
    if node.rows:
        header, *rows = node.rows
        return Found((Table(header, tuple(rows), context.section, words),))
    tables = []
    for group in read_rows(node.meta, context.lines, context.file, context.diagnostics):
        header, *rows = within_limits(group, context.file, words, context.diagnostics)
        tables.append(Table(header, tuple(rows), context.section, words))
        words = ()
    return Found(tuple(tables))


def read_table(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """The table with the rows that have a cell for each header."""
    table = stacked(table)
    return BlockNotes(
        report_of(page, table),
        (table_notes(page, table, frame.headings),),
        diagnostics=(
            *unreviewed((table.header, *table.rows), page.path),
            *_unknown_headers(page, table),
        ),
    )


def _unknown_headers(page: Page, table: Table) -> Iterator[Diagnostic]:
    """An error for each header that a comment names and the table does not have."""
    headers = tuple(plain_header(cell.text, page.references) for cell in table.header.cells)
    for word in table.directives:
        name, _, names = word.text.partition(" ")
        if name in WORDS_WITH_HEADERS:
            for header in unknown_headers(names, headers):
                where = Position(page.path, word.line, word.column)
                yield NO_SUCH_HEADER.at(where, header=header, help=suggestion(header, headers))


TABLE = FormRule(
    form=Form.TABLE,
    name="a table",
    nodes=("table",),
    find=_find,
    read=read_table,
    kind=None,
    words=(
        *(Word(kind, "tables") for kind in KINDS),
        *(Word(text, "tables") for text in WORDS_WITH_HEADERS),
        REVERSE,
        NO_QUIZ,
        SAME,
        NEW,
    ),
)
