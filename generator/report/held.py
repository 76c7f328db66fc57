"""Which errors hold rows, by code: counted from what is reported of tables and findings."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from generator.core.diagnostics import (
    AMBIGUOUS,
    BROKEN_FRONT_MATTER,
    CONFLICT_IN_PAGE,
    EMPTY_CELL,
    GAP_UNSURE,
    JOIN_WAITS,
    MEDIA_NOT_THERE,
    NO_COLUMN_NAMES,
    NOT_A_DEFINITION,
    NOTHING_TOLD_APART,
    OTHER_ANSWER,
    RAGGED_ROW,
    REMOTE_MEDIA,
    REVIEW_MARK,
    SAME_ID,
    TOO_LONG,
    UNKNOWN_DIRECTIVE,
    UNSURE_HEADER,
    Diagnostic,
    Severity,
    number,
)
from generator.core.model import Form, TableReport

# What rows with an error are, in the middle of a sentence; of others the code alone is shown.
_WORDS = {
    code.code: words
    for code, words in (
        (EMPTY_CELL, "with an empty cell"),
        (OTHER_ANSWER, "with another answer to the same clue"),
        (RAGGED_ROW, "with too many cells"),
        (GAP_UNSURE, "whose empty cell may be as another row"),
        (JOIN_WAITS, "of which another answer waits"),
        (NO_COLUMN_NAMES, "in tables without the names of columns"),
        (UNSURE_HEADER, "in tables without a header"),
        (NOTHING_TOLD_APART, "in tables with two columns of one header"),
        (TOO_LONG, "on pages with a text that is too long"),
        (NOT_A_DEFINITION, "in lists with an item that is no definition"),
        (UNKNOWN_DIRECTIVE, "below a comment with an unknown word"),
        (BROKEN_FRONT_MATTER, "on pages whose front matter cannot be read"),
        (CONFLICT_IN_PAGE, "on pages with an unfinished merge"),
        (MEDIA_NOT_THERE, "with a file that is not there"),
        (REMOTE_MEDIA, "with a picture or a sound on the web"),
        (SAME_ID, "with the ID of another row"),
        (AMBIGUOUS, "that may be one of several notes"),
        (REVIEW_MARK, "that are not reviewed yet"),
    )
}
_SHOWN = 4  # codes


def format_held(counts: Mapping[str, int], total: int) -> str:
    """``held: 12 rows: 7 with an empty cell (BD202), …``, the most first; of ``total`` rows."""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    parts = [f"{n:,} {_WORDS[c]} ({c})" if c in _WORDS else f"{n:,} with {c}" for c, n in most]
    if (left := total - sum(n for _, n in most)) > 0:
        parts.append(f"{left:,} for other reasons")
    return f"held: {number(total, 'row')}: {', '.join(parts)}"


def held_by_code(
    tables: Sequence[TableReport], diagnostics: Sequence[Diagnostic]
) -> dict[str, int]:
    """How many rows errors hold, by code; a row with several errors counts for the first.

    A row without an error of its own is held by one of its table or list, or of its page.
    """
    errors: dict[str, list[Diagnostic]] = defaultdict(list)
    for found in diagnostics:
        if found.severity is Severity.ERROR:
            errors[found.position.file].append(found)
    by_file: dict[str, list[TableReport]] = defaultdict(list)
    for table in tables:
        by_file[table.position.file].append(table)
    counts: Counter[str] = Counter()
    for file, own in by_file.items():
        if any(table.held for table in own):
            counts.update(_of_page(own, errors[file]))
    return dict(sorted(counts.items()))


def _of_page(tables: Sequence[TableReport], errors: Sequence[Diagnostic]) -> Counter[str]:
    tables = sorted(tables, key=lambda table: table.position.line)
    starts = [table.position.line for table in tables]
    in_rows: list[dict[int, str]] = [{} for _ in tables]
    of_tables = [""] * len(tables)
    errors = sorted(errors, key=lambda found: found.position.line)
    for found in errors:
        line = found.position.line
        place = bisect_right(starts, line) - 1
        if place >= 0 and _is_in_rows(tables[place], line):
            in_rows[place].setdefault(line, found.code)
        elif place >= 0 and line == starts[place]:
            of_tables[place] = of_tables[place] or found.code
        elif place + 1 < len(tables):  # it is about a comment above the next
            of_tables[place + 1] = of_tables[place + 1] or found.code
    of_page = next((found.code for found in errors if found.position.line < starts[0]), "")
    counts: Counter[str] = Counter()
    for table, rows, code in zip(tables, in_rows, of_tables, strict=True):
        own = list(rows.values())[: table.held]
        counts.update(own)
        # Some forms are held whole for one of their rows.
        whole = code or of_page or next(iter(own), "") or (errors[0].code if errors else "")
        counts[whole] += table.held - len(own)
    del counts[""]
    return +counts


def _is_in_rows(table: TableReport, line: int) -> bool:
    start = table.position.line
    if table.form is Form.TABLE:
        return start + 1 < line <= start + 1 + table.rows
    return line >= start
