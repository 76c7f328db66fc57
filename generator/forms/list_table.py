"""A list whose items are the rows of a table without a header."""

from __future__ import annotations

from collections.abc import Iterable

from generator.forms.form import BlockContext, Found
from generator.model import Form, Row, Table
from generator.sources.lists import left_out, nested
from generator.sources.rows import within_limits


def list_table(context: BlockContext, form: Form, rows: Iterable[Row]) -> Found:
    """The rows of the list as a block; what else stands in its items is read for itself."""
    words, diagnostics = context.words, context.diagnostics
    read = within_limits(list(rows), context.file, words, diagnostics)
    diagnostics += left_out(context.node, context.file)
    blocks: tuple[Table, ...] = ()
    if read:
        header = Row((), read[0].line, read[0].column)
        blocks = (Table(header, tuple(read), context.section, words, form),)
    return Found(blocks, tuple(nested(context.node)))
