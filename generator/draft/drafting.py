"""From a web page as it was saved or copied to a Markdown page: the whole way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.core.diagnostics import NO_TABLE, NOT_DRAFTED, Diagnostic, has_errors
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position, Source
from generator.draft.decode import decode
from generator.draft.document import SETTLED, Block, RefusedError, Table, seen
from generator.draft.flattened import read_text
from generator.draft.review import find_unsure, tables_of
from generator.draft.write_markdown import write_note, write_row
from generator.forms.walk import read_page

_MARKUP = lazy_regex(
    r"\s*((?><!--.*?-->|<\?xml.*?\?>)\s*)*<(!doctype html|[a-z][a-z0-9-]*[\s>/])", re.I | re.S
)
_CLOSED = lazy_regex(r"</(table|t[rdh]|p|div|h[1-6]|li|ul|ol|body)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row of the note: its line there, how sure its split is, and its cells."""

    line: int
    confidence: str
    cells: tuple[str, ...]

    @property
    def is_unsure(self) -> bool:
        """Whether the row has a mark, so that a person has to look at it."""
        return self.confidence != SETTLED


@dataclass(frozen=True, slots=True)
class Draft:
    """A note, or why there is none: ``markdown`` is empty then.

    ``rows`` are those of tables that had lost their columns; ``left_out`` is not in the note.
    """

    markdown: str
    tables: int = 0
    rows: tuple[DraftRow, ...] = ()
    left_out: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def has_marks(self) -> bool:
        """Whether a person has yet to look at some row of it."""
        return has_marks(self.markdown)


def has_marks(note: str) -> bool:
    """Whether the note is a draft that has not been reviewed to its end."""
    return "<!--" in note and bool(find_unsure(note))


def draft(data: bytes, file: str, note: str) -> Draft:
    """The note for a page. ``file`` and ``note`` are the names of both, for positions.

    A ``file`` that ends in .html is HTML whatever it begins with.
    """
    found: list[Diagnostic] = []
    try:
        decoded = decode(data)
        if _is_html(decoded.text, file):
            from generator.draft.read_html import read_html  # needs lxml, which text does without

            document = read_html(decoded.text, decoded.address)
        else:
            document, found = read_text(decoded.text, file)
    except RefusedError as refusal:
        return _refuse(file, str(refusal), "save the page as HTML in the browser, or copy its text")
    if has_errors(found):
        return Draft("", diagnostics=tuple(found))
    if not document.blocks:
        advice = "a page that a script fills is saved empty; copy what the browser shows instead"
        return _refuse(file, "there is no text on it", advice)
    markdown = write_note(document)
    page, _ = read_page(Source(note, markdown))
    rows = []
    lines = markdown.split("\n")
    line = 0
    firsts = {text: place for place, text in reversed([*enumerate(lines)])}
    for table in _tables(document.blocks):
        if table.remark:
            header = write_row(table.header)
            where = firsts[header] if firsts[header] >= line else lines.index(header, line)
            found.append(table.remark.at(Position(note, where + 1, 1)))
        for row in (table.header, *table.rows):
            if row.confidence:
                line = lines.index(write_row(row), line) + 1
                rows.append(DraftRow(line, row.confidence, tuple(map(seen, row.cells))))
    if not page.blocks:
        found.append(NO_TABLE.at(Position(file, 1, 1)))
    left_out = (*document.left_out, *([decoded.remark] if decoded.remark else []))
    return Draft(markdown, len(tables_of(page)), tuple(rows), left_out, tuple(found))


def _refuse(file: str, reason: str, advice: str) -> Draft:
    found = NOT_DRAFTED.at(Position(file, 1, 1), reason=reason, help=advice)
    return Draft("", diagnostics=(found,))


def _tables(blocks: Iterable[Block]) -> Iterator[Table]:
    """The tables that stand at the top of the note, where their lines are as they were written."""
    return (block for block in blocks if isinstance(block, Table))


def _is_html(text: str, file: str) -> bool:
    """Whether it is HTML: so named, or begins with an element, or closes one outside of code."""
    if re.search(r"\.x?html?$", file, re.IGNORECASE) or _MARKUP.match(text):
        return True
    return _CLOSED.search(text) is not None and "|" not in text and "```" not in text
