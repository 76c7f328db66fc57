"""Tables: what GFM takes for one, and what a person clearly meant as one."""

from __future__ import annotations

from generator.forms.form import NEW, NO_QUIZ, REVERSE, SAME, BlockContext, FormRule, Found, Word
from generator.model import Form, Page, Table
from generator.notes.frame import Frame
from generator.notes.kinds import KINDS
from generator.notes.page_notes import BlockNotes
from generator.notes.review_marks import unreviewed
from generator.notes.table_cells import report_of, table_notes
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
    notes = table_notes(page, table, frame.headings)
    rows = [row for number, row in enumerate(table.rows) if number not in notes.skipped]
    return BlockNotes(
        report_of(page, table)._replace(left_out=len(notes.skipped)),
        (notes,),
        diagnostics=tuple(unreviewed((table.header, *rows), page.path)),
    )


TABLE = FormRule(
    form=Form.TABLE,
    name="a table",
    nodes=("table",),
    find=_find,
    read=read_table,
    kind=None,
    words=(
        *(Word(kind, "tables") for kind in KINDS),
        REVERSE,
        NO_QUIZ,
        SAME,
        NEW,
    ),
)
