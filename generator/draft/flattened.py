"""Reads text that was copied from a page as a document; its tables may have lost their columns.

A block is the lines between two blank lines. What a block is, an ordered list of readers says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from generator.core.diagnostics import (
    EVEN_IS_NOT_ALL,
    FIRST_ROW_AS_HEADER,
    GLUED_CELLS,
    ONE_LINE_TABLE,
    SEPARATED_CELLS,
    SHORT_LINES,
    THREE_COLUMNS,
    UNEVEN_CELLS,
    UNKNOWN_HEADER,
    Diagnostic,
    number,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position
from generator.draft.document import (
    Block,
    Document,
    Heading,
    Items,
    Markdown,
    Paragraph,
    RefusedError,
    Row,
    Run,
    Table,
    Text,
)
from generator.draft.guess import guess_rows, names_in
from generator.draft.headers import (
    Header,
    asks,
    columns_of,
    find_glue,
    is_left,
    is_right,
    is_trap,
    split_header,
    words_after_headers,
)
from generator.draft.leftovers import is_leftover
from generator.draft.pipes import has_pipes, read_pipes
from generator.draft.separated import (
    NAMES,
    Separated,
    is_separated_file,
    read_separated_file,
    read_separated_lines,
)

_CONTROL = lazy_regex(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufffe\uffff]")
_BULLET = lazy_regex(r"(?<!\s)\s*(?:[•◦▪‣●○∙·*–-]|(?P<number>\d{1,3})[.)])\s+(?=\S)")
_ENDS_SENTENCE = lazy_regex(r"[.!?:…][\"”’)]*$")
_MARKDOWN = lazy_regex(r"^(#{1,6} \S|```|~~~)|\]\(https?://", re.MULTILINE)
_MOST_LINES = 200_000
_MOST_ROW_WORDS = 120  # words; more are a paragraph
_MOST_HEADER_WORDS = 6  # words
_WRAPPED = 40  # characters; a shorter line was not broken by the width of a window
_READ_BY_COUNT = "put together by counting: check that the cells of each row belong together"


class _Line(str):
    """A line of the text that knows its number."""

    __slots__ = ("number",)
    number: int


@dataclass(slots=True)
class _Reader:
    """What reading gathers; ``page`` are all lines, for what their words tell."""

    file: str
    page: Sequence[str]
    names: set[str]
    is_markdown: bool
    blocks: list[Block] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def at(self, line: _Line) -> Position:
        return Position(self.file, line.number, 1)


def read_text(text: str, file: str) -> tuple[Document, list[Diagnostic]]:
    """The document, and what to say about it; with an error among that there is none.

    ``file`` is the text's name, for positions. Raises RefusedError for text that is far too long.
    """
    lines = _lines_of(text)
    is_markdown = _MARKDOWN.search(text) is not None
    page = [_BULLET.sub("", line) for line in lines if line.strip()]
    reader = _Reader(file, page, names_in(page), is_markdown)
    if len(lines) > _MOST_LINES:
        raise RefusedError(f"it has more than {_MOST_LINES:,} lines")
    if is_separated_file(file) and (found := read_separated_file("\n".join(lines))):
        _add_separated(found, reader)
        return Document("", "", "", tuple(reader.blocks), ()), reader.diagnostics
    for block in _blocks_of(lines, is_markdown):
        kept = _without_leftovers(block, reader)
        if kept:
            _read_block(kept, reader)
    title = _settle_title(reader)
    return Document(title, "", "", tuple(reader.blocks), tuple(reader.left_out)), reader.diagnostics


def _lines_of(text: str) -> list[_Line]:
    lines = []
    for place, line in enumerate(re.split(r"\r\n|[\n\r\f\v\x85\u2028\u2029]", text), 1):
        line = _Line(_CONTROL.sub("", line).replace("\xa0", " ").rstrip(" "))
        line.number = place
        lines.append(line)
    return lines


def _blocks_of(lines: Sequence[_Line], is_markdown: bool) -> list[list[_Line]]:
    """The runs of lines that are not blank; in Markdown a fenced block is one with its blanks."""
    blocks: list[list[_Line]] = [[]]
    fence = ""
    for line in lines:
        if fence:
            blocks[-1].append(line)
            if re.fullmatch(rf"\s{{0,3}}{fence[0]}{{{len(fence)},}}\s*", line):
                fence = ""
                blocks.append([])
        elif not line.strip():
            blocks.append([])
        else:
            opening = re.match(r"\s{0,3}(`{3,}|~{3,})", line) if is_markdown else None
            if opening:
                fence = opening[1]
                blocks.append([])
            blocks[-1].append(line)
    return [block for block in blocks if block]


def _without_leftovers(block: Sequence[_Line], reader: _Reader) -> list[_Line]:
    kept: list[_Line] = []
    for line in block:
        if is_leftover(line.strip()):
            reader.left_out.append(f"line {line.number}: {line.strip()[:60]}")
        else:
            kept.append(line)
    # A heading over nothing but what was left out heads nothing.
    last = reader.blocks[-1] if reader.blocks else None
    if not kept and isinstance(last, Heading) and len(reader.blocks) > 1:
        reader.blocks.pop()
        reader.left_out.insert(len(reader.left_out) - len(block), f"heading: {last.text[0].text}")
    return kept


def _read_block(lines: list[_Line], reader: _Reader) -> None:
    """Add what the lines of a block are: the first reader that knows them takes them."""
    for read in _READERS:
        if read(lines, reader):
            return


# --- what a block may be, in order -------------------------------------------------------------


def _read_fence(lines: list[_Line], reader: _Reader) -> bool:
    if reader.is_markdown and re.match(r"\s{0,3}(```|~~~)", lines[0]):
        reader.blocks.append(Markdown("\n".join(lines)))
        return True
    return False


def _read_tabs(lines: list[_Line], reader: _Reader) -> bool:
    """Cells with tabs between them: what a browser copies as text, and nothing is lost."""
    if "\t" not in lines[0].strip("\t") or len(lines) < 2:
        return False
    rows = tuple(tuple(line.split("\t")) for line in lines)
    _add_separated(Separated("\t", rows, tuple(line.number for line in lines)), reader)
    return True


def _read_separated(lines: list[_Line], reader: _Reader) -> bool:
    """Cells with semicolons or commas between them, as spreadsheets save them."""
    found = read_separated_lines(lines)
    if found:
        above = lines[0].number - 1
        _add_separated(found._replace(lines=tuple(above + n for n in found.lines)), reader)
    return found is not None


def _add_separated(found: Separated, reader: _Reader) -> None:
    """The table, unless a row has other cells than the first."""
    width, start = len(found.rows[0]), found.lines[0]
    for row, line in zip(found.rows, found.lines, strict=True):
        if len(row) != width:
            reason = f"line {line} has {len(row)} cells, line {start} has {width}"
            where = Position(reader.file, line, 1)
            reader.diagnostics.append(UNEVEN_CELLS.at(where, reason=reason))
            return
    header, *body = (Row(tuple(map(_text, row))) for row in found.rows)
    reader.blocks.append(Table(header, tuple(body), FIRST_ROW_AS_HEADER))
    words = {"separator": NAMES[found.separator]}
    reader.diagnostics.append(SEPARATED_CELLS.at(Position(reader.file, start, 1), **words))


def _read_pipes(lines: list[_Line], reader: _Reader) -> bool:
    if not has_pipes(lines):
        return False
    start = 0
    for read in read_pipes(lines):
        for line in lines[start : read.start]:
            _read_block([line], reader)
        start = read.end
        if read.reason:
            where = reader.at(lines[read.start])
            reader.diagnostics.append(UNEVEN_CELLS.at(where, reason=read.reason))
            continue
        reader.blocks.append(Markdown(read.markdown))
        if read.counted:
            where = reader.at(lines[read.start])
            reader.diagnostics.append(_counted(where, *read.counted))
        if read.is_headless:
            reader.diagnostics.append(FIRST_ROW_AS_HEADER.at(reader.at(lines[read.start])))
    for line in lines[start:]:
        _read_block([line], reader)
    return True


def _read_markdown(lines: list[_Line], reader: _Reader) -> bool:
    """Markdown stays what it is, but for tables, which may have lost something."""
    if not reader.is_markdown or _header_of(lines, reader):
        return False
    if len(lines) == 1 and words_after_headers(lines[0]):
        return False
    reader.blocks.append(Markdown("\n".join(lines)))
    return True


def _read_list(lines: list[_Line], reader: _Reader) -> bool:
    first_item = next((n for n, line in enumerate(lines) if _BULLET.match(line)), len(lines))
    if first_item == len(lines) or (first_item and _header_of(lines[:first_item], reader)):
        return False
    if first_item:  # what leads in the list stands right above it
        _read_block(lines[:first_item], reader)
        lines = lines[first_item:]
    items: list[list[str]] = []
    first: int | None = None
    for line in lines:
        bullet = _BULLET.match(line)
        if bullet:
            if not items and bullet["number"]:
                first = int(bullet["number"])
            items.append([line[bullet.end() :]])
        else:
            items[-1].append(line.strip())
    above = reader.blocks[-1] if reader.blocks else None
    made = tuple((Paragraph(_text(" ".join(item))),) for item in items)
    if isinstance(above, Items) and (above.first is None) == (first is None):
        reader.blocks[-1] = Items((*above.items, *made), above.first)  # a blank line between items
    else:
        reader.blocks.append(Items(made, first))
    return True


def _read_one_line(lines: list[_Line], reader: _Reader) -> bool:
    """A heading, a paragraph, or a table that has lost even its lines."""
    if len(lines) > 1:
        return False
    (line,) = lines
    text = " ".join(line.split())
    words = words_after_headers(text)
    if words and words > _MOST_HEADER_WORDS:
        reader.diagnostics.append(ONE_LINE_TABLE.at(reader.at(line)))
    elif words:
        reason = "this header stands alone; its rows must follow without a blank line"
        reader.diagnostics.append(UNEVEN_CELLS.at(reader.at(line), reason=reason))
    elif glue := (find_glue(text) if not _ENDS_SENTENCE.search(text) else ""):
        reader.diagnostics.append(GLUED_CELLS.at(reader.at(line), cells=glue))
    elif _is_heading(text):
        reader.blocks.append(Heading(2, _text(text)))
    else:
        reader.blocks.append(Paragraph(_text(text)))
    return True


def _read_cell_per_line(lines: list[_Line], reader: _Reader) -> bool:
    """Two known headers on a line each, then the cells: certain as far as their number is even."""
    if not (is_left(lines[0].strip()) and is_right(lines[1].strip())):
        return False
    left, right, *cells = (" ".join(line.split()) for line in lines)
    lefts, rights = cells[::2], cells[1::2]
    quoted = [cell.startswith(("“", '"')) for cell in lefts]
    reason = ""
    if len(cells) % 2 or not cells:
        reason = f"{len(cells)} lines cannot be rows of two cells"
    elif is_trap(left) and not all(re.match(r"\w+ing\b", cell, re.IGNORECASE) for cell in lefts):
        reason = "a trap opens with a word in -ing, and not each second line does"
    elif any(cell.startswith(("“", '"')) for cell in rights) and not all(quoted):
        reason = "quoted cells stand on both sides"
    if reason:
        reader.diagnostics.append(UNEVEN_CELLS.at(reader.at(lines[0]), reason=reason))
        return True
    rows = tuple(Row((_text(a), _text(b))) for a, b in zip(lefts, rights, strict=True))
    reader.blocks.append(Table(Row((_text(left), _text(right)), _READ_BY_COUNT), rows))
    reader.diagnostics.append(_counted(reader.at(lines[0]), len(cells), len(rows)))
    return True


def _counted(where: Position, cells: int, rows: int) -> Diagnostic:
    words = {"cells": number(cells, "cell"), "rows": number(rows, "row")}
    return EVEN_IS_NOT_ALL.at(where, **words)


def _read_flattened(lines: list[_Line], reader: _Reader) -> bool:
    """A header line, then the rows, with one space where the columns met."""
    where = reader.at(lines[0])
    for place, line in enumerate(lines[1:], 1):  # no blank line above the header
        known = split_header(" ".join(line.split()), reader.names)
        if known and known.is_known and is_left(known.left) and place + 1 < len(lines):
            _read_block(lines[:place], reader)
            _read_block(lines[place:], reader)
            return True
    if glue := find_glue(lines[0]):
        reader.diagnostics.append(GLUED_CELLS.at(where, cells=glue))
        return True
    header = _header_of(lines, reader)
    if header is None:
        return False
    if isinstance(header, int):
        refusal = (
            THREE_COLUMNS.at(where, columns=header) if header > 2 else UNKNOWN_HEADER.at(where)
        )
        reader.diagnostics.append(refusal)
        return True
    rows = [" ".join(line.split()) for line in lines[1:]]
    for line, row in zip(lines[1:], rows, strict=True):
        if len(row.split()) < 2:
            reason = f"a row of one word, '{row[:40]}', has no two cells"
            reader.diagnostics.append(UNEVEN_CELLS.at(reader.at(line), reason=reason))
            return True
    reader.blocks.append(_table(header, rows, reader))
    return True


def _read_text_lines(lines: list[_Line], reader: _Reader) -> bool:
    """Text: a line that goes on in the next one was broken by the width of a window."""
    texts: list[str] = []
    is_open = False
    for line in lines:
        text = " ".join(line.split())
        if is_open:
            texts[-1] += f" {text}"
        else:
            texts.append(text)
        is_open = len(text) >= _WRAPPED and not _ENDS_SENTENCE.search(text)
    if sum(not _ENDS_SENTENCE.search(text) and len(text.split()) <= 12 for text in texts) >= 4:
        reader.diagnostics.append(SHORT_LINES.at(reader.at(lines[0]), count=len(texts)))
    reader.blocks += [Paragraph(_text(text)) for text in texts]
    return True


_READERS: tuple[Callable[[list[_Line], _Reader], bool], ...] = (
    _read_fence,
    _read_pipes,
    _read_tabs,
    _read_separated,
    _read_markdown,
    _read_list,
    _read_one_line,
    _read_cell_per_line,
    _read_flattened,
    _read_text_lines,
)


# --- flattened tables --------------------------------------------------------------------------


def _header_of(lines: Sequence[_Line], reader: _Reader) -> Header | int | None:
    """The header of what looks like a flattened table; its number of columns where that is not
    two, or 2 where it does not show where they part; None for what is no table.
    """
    if len(lines) < 2:
        return None
    first = " ".join(lines[0].split())
    header = split_header(first, reader.names)
    if header and header.is_known:
        return header
    rows = [line.strip() for line in lines[1:]]
    is_text = (
        _ENDS_SENTENCE.search(first.rstrip("…"))
        or all(map(_ENDS_SENTENCE.search, rows))
        or any(len(row.split()) > _MOST_ROW_WORDS for row in rows)
        or any(map(_BULLET.match, lines))
    )
    columns = columns_of(first, reader.names)
    if is_text or len(first) > 80 or not 2 <= columns <= 6:
        return None
    if all(len(row.split()) < 3 for row in rows):
        return None  # names one below the other
    return columns if columns > 2 else header


def _table(header: Header, rows: Sequence[str], reader: _Reader) -> Table:
    guesses = guess_rows(rows, reader.page, asks=asks(header.left), is_trap=is_trap(header.left))
    made = []
    for row, guess in zip(rows, guesses, strict=True):
        (left, right), *others = (_cut(row, cut) for cut in guess.cuts[:3])
        made.append(Row((_text(left), _text(right)), guess.confidence, tuple(others)))
    doubt = "" if header.is_known else "is this where the two headers part?"
    return Table(Row((_text(header.left), _text(header.right)), doubt), tuple(made))


def _cut(row: str, cut: int) -> tuple[str, str]:
    words = row.split()
    return " ".join(words[:cut]), " ".join(words[cut:])


# --- text --------------------------------------------------------------------------------------


def _settle_title(reader: _Reader) -> str:
    """The page's title: a heading that is its first block becomes one of level one."""
    if reader.blocks and isinstance(first := reader.blocks[0], Heading):
        reader.blocks[0] = Heading(1, first.text)
        return first.text[0].text
    for block in reader.blocks:
        found = (
            re.match(r"# +(.*?)[ #]*(\n|$)", block.text) if isinstance(block, Markdown) else None
        )
        if found:
            return found[1]
    return ""


def _is_heading(text: str) -> bool:
    """Whether a line that stands alone is a heading: short, and not a sentence."""
    return (
        len(text.split()) <= 12
        and len(text) <= 90
        and re.search(r"[.!:;,…][\"”’)]*$", text) is None
        and (text[0].isupper() or text[0].isdigit())
    )


def _text(text: str) -> Text:
    text = " ".join(text.split())
    return (Run(text),) if text else ()
