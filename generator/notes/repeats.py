"""Rows that stand twice, and clues that have more than one answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from generator.diagnostics import (
    OTHER_ANSWER,
    OTHER_ANSWER_ELSEWHERE,
    SAME_ID,
    SAME_ROW,
    Diagnostic,
)
from generator.notes.sheet import Entry, Sheet


def settle_repeats(sheets: Sequence[Sheet], diagnostics: list[Diagnostic]) -> None:
    """Drops rows that stand twice and reports clues that have more than one answer."""
    first_with_clue: dict[tuple[str, ...], Entry] = {}
    same_rows: dict[tuple[str, ...], dict[str, Entry]] = defaultdict(dict)  # the inner by ID
    by_id: dict[str, Entry] = {}
    for sheet in sheets:
        first_here: dict[tuple[str, ...], Entry] = {}
        kept = []
        for entry in sheet.entries:
            origin, here = entry.origin, entry.position
            clue = (origin.kind, origin.question, origin.clue)
            same_row = same_rows[(*clue, origin.answer)]
            twin = _twin(same_row, origin.id)
            stays = twin or entry
            if origin.id and (holder := by_id.setdefault(origin.id, stays)) is not stays:
                diagnostics.append(SAME_ID.at(here, id=origin.id, **_where(holder)))
            if twin:
                diagnostics.append(SAME_ROW.at(here, **_where(twin)))
                if origin.id and not twin.origin.id:
                    # The ID carries the history, so it outlives the row that it stood in.
                    twin.origin = twin.origin._replace(id=origin.id)
                    same_row[origin.id] = same_row.pop("")
                continue
            same_row[origin.id] = entry
            other = first_here.get(clue) or first_with_clue.get(clue)
            if other and not (origin.id and other.origin.id):
                code = OTHER_ANSWER if clue in first_here else OTHER_ANSWER_ELSEWHERE
                diagnostics.append(code.at(here, clue=origin.clue, **_where(other)))
            first_here.setdefault(clue, entry)
            first_with_clue.setdefault(clue, entry)
            kept.append(entry)
        sheet.entries = kept


def _twin(same_row: dict[str, Entry], id: str) -> Entry | None:
    """The entry of the same row: two IDs are two rows, a row without an ID may be any of them."""
    if id:
        return same_row.get(id) or same_row.get("")
    return next(iter(same_row.values()), None)


def _where(entry: Entry) -> dict[str, object]:
    return {"file": entry.position.file, "line": entry.position.line}
