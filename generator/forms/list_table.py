"""A list whose items are the rows of a table without a header."""

from __future__ import annotations

from collections.abc import Iterable

from generator.core.model import Form, Row, Table
from generator.forms.form import BlockContext, Found
from generator.sources.lists import left_out, nested
from generator.sources.rows import within_limits


def list_table(context: BlockContext, form: Form, rows: Iterable[Row]) -> Found:
    """The rows of the list as a block; what else stands in its items is read for itself."""
    blocks = as_table(context, form, rows)
    context.diagnostics.extend(left_out(context.node, context.file))
    return Found(blocks, tuple(nested(context.node)))


def as_table(context: BlockContext, form: Form, rows: Iterable[Row]) -> tuple[Table, ...]:
    """The rows as a table without a header; none where there are none."""
    words = context.words
    read = within_limits(list(rows), context.file, words, context.diagnostics)
    if not read:
        return ()
    header = Row((), read[0].line, read[0].column)
    return (Table(header, tuple(read), context.section, words, form),)
