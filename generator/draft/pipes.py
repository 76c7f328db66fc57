"""Mends tables in pipes whose separator row or lines are broken, where it is certain how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.markup.review_marks import format_mark
from generator.sources.cells import split_row

_SEPARATOR = lazy_regex(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")


class Mended(NamedTuple):
    """A table in lines ``start`` to ``end`` (the latter not included), counted from 0.

    ``reason`` says why it cannot be mended. ``counted`` are its cells and rows where nothing but
    their number tells which cells make a row; ``is_headless`` if no separator marked the header.
    """

    start: int
    end: int
    markdown: str = ""
    reason: str = ""
    counted: tuple[int, int] | None = None
    is_headless: bool = False


def has_pipes(lines: Sequence[str]) -> bool:
    """Whether the lines hold a table in pipes, whole or broken."""
    return any(map(_is_edged, lines)) or any(
        "|" in above and "|" in line and _is_separator(line) for above, line in pairwise(lines)
    )


def read_pipes(lines: Sequence[str]) -> Iterator[Mended]:
    """Each table in pipes among the lines of a block, in order."""
    if any(line.strip() == "|" for line in lines):
        yield _count_cells(lines, 0, len(lines))
        return
    start = 0
    while start < len(lines):
        if "|" not in lines[start]:
            start += 1
            continue
        end = start + 1
        while end < len(lines) and ("|" in lines[end] or _is_inside_row(lines, start, end)):
            end += 1
        yield from _read_run(lines, start, end)
        start = end


def _is_inside_row(lines: Sequence[str], start: int, line: int) -> bool:
    """Whether a line without a pipe goes on with a row whose end a later line has."""
    if lines[line - 1].rstrip().endswith("|") or not _is_edged(lines[start]):
        return False
    later = next((text for text in lines[line + 1 : line + 4] if "|" in text), "")
    return "|" in later and not later.lstrip().startswith("|")


def _read_run(lines: Sequence[str], start: int, end: int) -> Iterator[Mended]:
    """The tables of neighbouring lines with pipes: each separator row has its header above."""
    if _is_cell_per_pipe(lines[start:end]):
        yield _count_cells(lines, start, end)
        return
    rows, first_lines = _whole_rows(lines, start, end)
    headers = [n - 1 for n, row in enumerate(rows) if n and _is_separator(row)]
    if not headers:
        yield _mend(rows, first_lines, 0, len(rows), end)
        return
    if headers[0] > 0:
        yield _mend(rows, first_lines, 0, headers[0], end)
    for header, after in zip(headers, [*headers[1:], len(rows)], strict=True):
        yield _mend(rows, first_lines, header, after, end)


def _whole_rows(lines: Sequence[str], start: int, end: int) -> tuple[list[str], list[int]]:
    """The rows, each on one line, and the numbers of the lines that they begin on.

    A row that begins with a pipe and does not end with one goes on, unless the next begins anew.
    """
    rows: list[str] = []
    first_lines: list[int] = []
    is_closed = all(line.rstrip().endswith("|") for line in lines[start:end] if _is_separator(line))
    for number in range(start, end):
        line = lines[number].strip()
        is_open = bool(rows) and is_closed and rows[-1][0] == "|" and not rows[-1].endswith("|")
        if is_open and not line.startswith("|"):
            rows[-1] += f" {line}"
        else:
            rows.append(line)
            first_lines.append(number)
    return rows, first_lines


def _mend(
    rows: Sequence[str], first_lines: Sequence[int], first: int, last: int, end: int
) -> Mended:
    start, stop = first_lines[first], first_lines[last] if last < len(rows) else end
    table = rows[first:last]
    has_separator = len(table) > 1 and _is_separator(table[1])
    body = [table[0], *table[1 + has_separator :]]
    widths = [len(split_row(row, 1, 1).cells) for row in body]
    odd = next((n for n, width in enumerate(widths) if width != widths[0]), None)
    if odd is not None:
        reason = f"row {odd} has {widths[odd]} cells, the header has {widths[0]}"
        return Mended(start, stop, reason=reason)
    if len(body) < 2 or widths[0] < 2:
        reason = "a line with pipes and no rows" if len(body) < 2 else "it has one column"
        return Mended(start, stop, reason=reason)
    if not has_separator or not _is_edged(body[0]):
        body = [_in_pipes(row) for row in body]
    separator = table[1] if has_separator else ""
    if len(split_row(separator, 1, 1).cells) != widths[0] or not _is_edged(separator):
        separator = "|" + "---|" * widths[0]
    return Mended(
        start, stop, "\n".join([body[0], separator, *body[1:]]), is_headless=not has_separator
    )


def _in_pipes(row: str) -> str:
    cells = (cell.text.replace("|", "\\|") for cell in split_row(row, 1, 1).cells)
    return f"| {' | '.join(cells)} |"


def _is_cell_per_pipe(lines: Sequence[str]) -> bool:
    """Whether no line holds more than one cell: then the rows' ends are lost."""
    return len(lines) > 2 and all(len(_cells(line)) <= 1 for line in lines)


def _count_cells(lines: Sequence[str], start: int, end: int) -> Mended:
    """A table with a pipe a line: certain where a separator tells how many columns it has."""
    cells = [cell for line in lines[start:end] for cell in _cells(line)]
    dashes = [number for number, cell in enumerate(cells) if re.fullmatch(r":?-+:?", cell)]
    width = len(dashes)
    if width < 2 or dashes != list(range(width, 2 * width)):
        reason = "each cell has its own line, and no separator tells how many make a row"
        return Mended(start, end, reason=reason)
    body = cells[2 * width :]
    if not body or len(body) % width:
        reason = f"{len(body)} cells cannot be rows of {width} cells"
        return Mended(start, end, reason=reason)
    mark = format_mark("put together by counting: check that the cells of each row belong together")
    rows = [cells[:width], *(body[n : n + width] for n in range(0, len(body), width))]
    rows[0][0] = f"{rows[0][0]} {mark}"
    written = [f"| {' | '.join(row)} |" for row in rows]
    written.insert(1, "|" + "---|" * width)
    return Mended(start, end, "\n".join(written), counted=(len(body), len(rows) - 1))


def _cells(line: str) -> list[str]:
    return [cell.text.replace("|", "\\|") for cell in split_row(line, 1, 1).cells if cell.text]


def _is_edged(line: str) -> bool:
    line = line.strip()
    return line.startswith("|") or (line.endswith("|") and not line.endswith("\\|"))


def _is_separator(line: str) -> bool:
    return "-" in line and _SEPARATOR.fullmatch(line.strip()) is not None
