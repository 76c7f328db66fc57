"""Tables: what GFM takes for one, and what a person clearly meant as one."""

from __future__ import annotations

from collections.abc import Iterator

from generator.core.diagnostics import NO_HEADER_NAMED, NO_SUCH_HEADER, Diagnostic, has_errors
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Form, Page, Position, Table
from generator.forms.form import (
    NEW,
    NO_QUIZ,
    QUIZ_TOO,
    REVERSE,
    ROW,
    SAME,
    WHY,
    BlockContext,
    FormRule,
    Found,
    Word,
)
from generator.markup.review_marks import unreviewed
from generator.notes.columns import unknown_headers
from generator.notes.kinds import KINDS
from generator.notes.page_notes import BlockNotes
from generator.notes.side_by_side import stacked
from generator.notes.surroundings import Frame
from generator.notes.table_cells import report_of, table_notes, with_whole_links
from generator.notes.table_signs import plain_header
from generator.settings.values import WORDS_WITH_HEADERS, suggestion
from generator.sources.cells import OTHER_PIPES
from generator.sources.headers import with_header
from generator.sources.rows import TableRows, read_rows, within_limits

# A pipe that may part cells: where a line of dashes or a row begins, and behind dashes; not each
# one: [[page|name]] stands in many texts. What looks like a pipe, and what crosses lines, is one.
_MARKS = f"|{OTHER_PIPES}├┼┤＋"
_PARTED = r"[^\n|]*+(?<= )\| "  # a line with blanks around its first pipe
_NO_ITEM = r"(?! {0,3}[-*+][ \t])"
_SIGN = lazy_regex(
    rf"[{_MARKS[1:]}]|-[ \t:]*\|"
    r"|\n(?:[^\S\n]|[>*+.)\d:=_‐‑‒–—―−─━＝ー－＿：\u200b\u200c\u200d\u2060\ufeff\xad-])*\|"
    # Three such lines in a paragraph.
    rf"|\n{_PARTED}[^\n]*+\n{_NO_ITEM}{_PARTED}[^\n]*+\n{_NO_ITEM}{_PARTED}"
)
_OTHER_SIGNS = (
    # One column may have an escaped pipe in its header and none below it.
    lazy_regex(r"\\\|[^\n|]*\n[>\s]*[:-]"),
    # What crosses lines stands at a line's beginning or behind dashes, not in a word.
    lazy_regex(
        r"\+(?<![^\s>:=_‐‑‒–—―−─━＝ー－＿：|\u200b\u200c\u200d\u2060\ufeff\xad-]\+)"
        r"[=‐‑‒–—―−─━-]"
    ),
)


def _find(context: BlockContext) -> Found:
    """The tables that the lines are; a comment above is for the first."""
    node, words, file = context.node, context.words, context.file
    found: list[Diagnostic] = []
    read = [TableRows([*node.rows])]
    if not node.rows:
        read = read_rows(node.meta, context.lines, file, found)
    tables = []
    for rows, held in read:
        if not node.rows:
            rows = within_limits(rows, file, words, found)
        (header, *body), held = with_header(rows, held, file, found)
        columns = len(header.cells)
        body = [
            row if len(row.cells) <= columns else with_whole_links(row, columns) for row in body
        ]
        tables.append(Table(header, tuple(body), context.section, words, held=held))
        words = ()
    # Of a table that is no card's, nothing need be mended.
    errors_count = not context.says("skip") or len(tables) > 1
    if found:
        context.diagnostics.extend(d for d in found if errors_count or not has_errors((d,)))
    return Found(tuple(tables))


def read_table(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """The table with the rows that have a cell for each header."""
    table = stacked(table)
    notes = table_notes(page, table, frame.headings)
    skipped = frozenset(notes.skipped)
    rows = [row for number, row in enumerate(table.rows) if number not in skipped]
    return BlockNotes(
        report_of(page, table, notes.headers, left_out=len(notes.skipped)),
        (notes,),
        diagnostics=(
            *unreviewed((table.header, *rows), page.path),
            *_unknown_headers(page, table),
        ),
    )


_MOST_UNKNOWN = 20  # headers of one word that are named


def _unknown_headers(page: Page, table: Table) -> Iterator[Diagnostic]:
    """An error for each header that a comment names and the table does not have."""
    for word in table.directives:
        name, _, names = word.text.partition(" ")
        if name in WORDS_WITH_HEADERS:
            cells = table.header.cells
            headers = tuple(plain_header(cell.text, page.references) for cell in cells)
            where = Position(page.path, word.line, word.column)
            if not names:
                yield NO_HEADER_NAMED.at(where, word=name, header=headers[-1])
                continue
            for header in unknown_headers(names, headers)[:_MOST_UNKNOWN]:
                is_word = header.casefold() in _WORDS
                advice = f"write '{header}' before '{name}'; headers follow that"
                advice = advice if is_word else suggestion(header, headers)
                yield NO_SUCH_HEADER.at(where, header=header, help=advice)


TABLE = FormRule(
    form=Form.TABLE,
    name="a table",
    nodes=("table",),
    sign=_SIGN,
    sign_marks=_MARKS,
    signs_of=lambda settings: _OTHER_SIGNS,
    find=_find,
    read=read_table,
    kind=None,
    words=(
        *(Word(kind, "tables") for kind in KINDS),
        *(Word(text, "tables") for text in WORDS_WITH_HEADERS),
        REVERSE,
        ROW,
        WHY,
        QUIZ_TOO,
        NO_QUIZ,
        SAME,
        NEW,
    ),
)

_WORDS = frozenset(word.text for word in TABLE.words)
