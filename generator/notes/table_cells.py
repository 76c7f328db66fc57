"""A table as it stands on its page: headers and cells as HTML and as text, whatever it asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator.core.diagnostics import (
    FURIGANA_PIPE,
    RAGGED_ROW,
    SPLIT_CODE,
    SPLIT_LINK,
    Diagnostic,
    excerpt,
    has_errors,
    number,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Page, Position, Row, Table, TableReport
from generator.markup.extensions import FURIGANA, readings_of
from generator.markup.inline import are_plain
from generator.markup.render_cell import folded, is_skipped, render_cells, same_as
from generator.notes.digests import digest_of
from generator.notes.page_notes import Place, TableNotes, Texts
from generator.notes.table_signs import names_chapters, plain_header


def headers_of(page: Page, table: Table) -> Texts:
    """The headers of a table as plain text."""
    return tuple([plain_header(cell.text, page.references) for cell in table.header.cells])


def report_of(page: Page, table: Table, headers: Texts, left_out: int = 0) -> TableReport:
    """The report on a table with these ``headers``, without what becomes of its rows, but for those
    that are ``left_out``."""
    header = table.header
    return TableReport(
        position=Position(page.path, header.line, header.column),
        header=headers,
        kind="",
        rows=len(table.rows),
        notes=0,
        skipped="",
        form=table.form,
        left_out=left_out,
    )


def table_notes(page: Page, table: Table, headings: Texts) -> TableNotes:
    """The cells of a table, rendered once; a row of another length is made to fit.

    What is missing at its end is empty; what is too much is named, if it says something.
    """
    headers = headers_of(page, table)
    findings: list[Diagnostic] = []
    htmls: list[Texts] = []
    texts: list[Texts] = []
    places: list[Place] = []
    lines: dict[int, tuple[int, ...]] = {}
    names: dict[int, Texts] = {}
    cell_places: dict[int, tuple[Place, ...]] = {}
    said: dict[int, str] = {}
    skipped: list[int] = []
    for number_, row in enumerate(table.rows):
        cells, line, column = row
        html = text = tuple([cell.text for cell in cells])
        whole = "|".join(text)
        found: list[Diagnostic] = []
        if len(cells) != len(headers) or not are_plain(text):
            cells = _cells_of(page, row, whole, len(headers), found)
            # Of a row that a pipe cut apart nothing else is certain before it is mended.
            html, text = render_cells(page, cells, [] if has_errors(found) else found)
        htmls.append(html)
        texts.append(text)
        places.append((line, column))
        if cells[-1].line != line:
            lines[number_] = tuple({cell.line: None for cell in cells})
        if html is not text:  # else each cell is all in one: HTML, text, and its name
            has_brackets = "[[" in whole or "((" in whole or "{" in whole
            names[number_] = _names(cells, html, text, has_brackets)
            has_comment = "<!--" in whole
            if has_comment and (known := same_as(cells)):
                said[number_] = known
            if has_comment and is_skipped(row.cells):
                skipped.append(number_)
                continue  # what is wrong with a row that is to be no note is no matter
        if "" in text:
            cell_places[number_] = tuple([(cell.line, cell.column) for cell in cells])
        findings += found
    # A header is also a label and part of the question: there is no room for a picture.
    bare = page._replace(media={}) if page.media else page
    header_html = render_cells(bare, table.header.cells, findings)[0]
    return TableNotes(
        form=table.form,
        headings=headings,
        context=headings,
        words=table.directives,
        headers=headers,
        header_html=header_html,
        header_places=tuple((cell.line, cell.column) for cell in table.header.cells),
        names_chapters=table.form is Form.TABLE and names_chapters(headers, table.rows),
        html=tuple(htmls),
        text=tuple(texts),
        names=names,
        places=tuple(places),
        lines=lines,
        cell_places=cell_places,
        same_as=said,
        findings=tuple(findings),
        held=table.held,
        digest=digest_of(
            table.form.value, headings, headers, header_html, tuple(htmls), tuple(texts)
        ),
        skipped=tuple(skipped),
    )


def with_header(table: Table, *names: str) -> Table:
    """A table with a header that nobody wrote, at the place where the list begins."""
    _, line, column = table.header
    return replace(table, header=Row(tuple(Cell(n, line, column) for n in names), line, column))


def _cells_of(
    page: Page, row: Row, whole: str, columns: int, found: list[Diagnostic]
) -> tuple[Cell, ...]:
    """A cell of the row for each column; ``whole`` is all that stands in the row, and ``found``
    grows by what a pipe cut."""
    cells = row.cells
    if len(cells) > columns:
        cells = _with_furigana(page, cells, columns, found)
    if len(cells) != columns:
        if any(cell.text for cell in cells[columns:]):
            found.append(_ragged(page, row, columns))
        return _squared(row, columns)
    if "`" in whole and (split := _split_code(cells)):
        found.append(SPLIT_CODE.at(Position(page.path, split.line, split.column)))
    elif "[[" in whole and (cut := next(_cut_links(cells), None)):
        found.append(_cut_link(page, cells[cut.start : cut.stop]))
    return cells


def _names(cells: tuple[Cell, ...], html: Texts, text: Texts, has_brackets: bool) -> Texts:
    # A link, [[page|text]], is recognised by all of it.
    return tuple(
        [
            shown
            if shown is markup and not (has_brackets and _BRACKETS.search(cell.text))
            else folded(cell.text)
            for cell, markup, shown in zip(cells, html, text, strict=True)
        ]
    )


_BRACKETS = lazy_regex(r"\[\[|\(\(|\{")


def _squared(row: Row, columns: int) -> tuple[Cell, ...]:
    """As many cells as there are columns: what is too much stands in the last, as it is written."""
    *cells, last = row.cells[:columns] or (Cell("", row.line, row.column),)
    more = " | ".join(cell.text for cell in row.cells[columns:])
    last = last._replace(text=f"{last.text} | {more}") if more.strip(" |") else last
    missing = [Cell("", row.line, row.column)] * (columns - len(row.cells))
    return tuple([*cells, last, *missing][:columns])


def _with_furigana(
    page: Page, cells: tuple[Cell, ...], columns: int, found: list[Diagnostic]
) -> tuple[Cell, ...]:
    """The cells of a row with furigana that its own pipe cut, ``{東京|とうきょう}``, as one, where
    there are then as many as ``columns``; ``found`` grows by what is to be written."""
    joined: list[Cell] = []
    cut = None
    for cell in cells:
        above = joined[-1].text if joined else ""
        if above.rfind("{") > above.rfind("}"):
            cut = cut or joined[-1]
            joined[-1] = joined[-1]._replace(text=f"{above}|{cell.text}")
        else:
            joined.append(cell)
    pairs = [pair for cell in joined for pair in FURIGANA.finditer(cell.text)]
    if cut is None or len(joined) != columns or not all(map(readings_of, pairs)):
        return cells
    found.append(FURIGANA_PIPE.at(Position(page.path, cut.line, cut.column)))
    return tuple(joined)


def _ragged(page: Page, row: Row, columns: int) -> Diagnostic:
    place = row.cells[columns]
    split = _split_span(row)
    return RAGGED_ROW.at(
        Position(page.path, place.line, place.column),
        cells=number(len(row.cells), "cell"),
        columns=columns,
        help=rf"write \| for each pipe in {excerpt(split)}"
        if split
        else r"write \| for a pipe inside a cell",
    )


def _split_code(cells: Sequence[Cell]) -> Cell | None:
    """The first of two neighbours that have one backtick too many each: a pipe parts code."""
    odd = [cell.text.count("`") % 2 for cell in cells]
    if sum(odd) < 2:
        return None  # as nearly always
    pairs = zip(cells, odd, odd[1:], strict=False)
    return next((cell for cell, own, other in pairs if own and other), None)


# A link of Obsidian, [[page|text]]. A blank behind the brackets is the shell's.
_LINK_BEGUN = lazy_regex(r"!?\[\[(?!\s)[^\[\]`]+$")
_LINK_ENDED = lazy_regex(r"[^\[\]`]*\]\]")
_MOST_LINK_CELLS = 3  # ![[picture.png|text|200]]


def with_whole_links(row: Row, columns: int) -> Row:
    """A row of too many cells with the links put together that pipes cut, where it fits then."""
    whole: list[Cell] = []
    end = 0
    for cut in _cut_links(row.cells):
        parts = row.cells[cut.start : cut.stop]
        link = "|".join(part.text for part in parts)
        whole += [*row.cells[end : cut.start], parts[0]._replace(text=link)]
        end = cut.stop
    whole += row.cells[end:]
    return row._replace(cells=tuple(whole)) if len(whole) == columns else row


def _cut_links(cells: Sequence[Cell]) -> Iterator[range]:
    """The places of cells that links reach over; one link may end where the next begins."""
    end = 0
    for start in range(len(cells)):
        if start < end:
            continue
        last = start
        while following := _link_end(cells, last):
            last = following
        if last > start:
            end = last + 1
            yield range(start, end)


def _link_end(cells: Sequence[Cell], start: int) -> int:
    """The place of the cell in which a link ends that begins in another; 0 where none does."""
    if "[[" not in cells[start].text or not _LINK_BEGUN.search(cells[start].text):
        return 0
    for place in range(start + 1, min(start + _MOST_LINK_CELLS, len(cells))):
        if _LINK_ENDED.match(cells[place].text):
            return place
        if "[" in cells[place].text or "]" in cells[place].text:
            break
    return 0


def _cut_link(page: Page, cells: Sequence[Cell]) -> Diagnostic:
    where = Position(page.path, cells[0].line, cells[0].column)
    whole = "|".join(cell.text for cell in cells)
    link = _LINK.search(whole)
    assert link is not None
    return SPLIT_LINK.at(where, link=excerpt(link[0]), example=excerpt(link[0].replace("|", r"\|")))


_LINK = lazy_regex(r"!?\[\[[^\[\]]+\]\]")


_SPAN = lazy_regex(r"!?\[\[[^\[\]]+\]\]|(?<!`)(`++)(?:(?!\1).)++\1|\$(?! )[^$`]+(?<! )\$(?!\d)")


def _split_span(row: Row) -> str:
    """The first code or formula of the row that a pipe ends a cell in; else an empty text."""
    text, ends = "", []
    last = row.cells[0]
    for cell in row.cells:
        if cell is not last:
            ends.append(len(text))
            # How much stood between two cells is known, and what: a pipe with spaces around it.
            blanks = " " * (cell.column - last.column - len(last.text) - 1)
            before = 0 if not last.text else len(blanks) if not cell.text else len(blanks) // 2
            text += f"{blanks[:before]}|{blanks[before:]}"
        text += cell.text
        last = cell
    spans = (span for span in _SPAN.finditer(text))
    return next((s[0] for s in spans if any(s.start() < end < s.end() for end in ends)), "")
