"""Rows that stand twice, and clues that have more than one answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from generator.diagnostics import (
    OTHER_ANSWER,
    OTHER_ANSWER_ELSEWHERE,
    SAME_ID,
    SAME_ROW,
    Diagnostic,
)
from generator.notes.reading import Reading
from generator.notes.sheet import Candidate

_Entry = TypeVar("_Entry", bound=Candidate)
_Clue = tuple[str, str, str]  # kind, question and clue


def settle_repeats(readings: Iterable[Reading], diagnostics: list[Diagnostic]) -> set[str]:
    """Drops rows that stand twice and reports clues that have more than one answer.

    Returns the paths of the pages on which it changed anything.
    """
    settled = _Settled(diagnostics)
    for reading in readings:
        for sheet in reading.sheets:
            sheet.entries = settled.kept(sheet.entries)
        reading.ready = settled.kept(reading.ready)
    return settled.pages


class _Settled:
    """The candidates of a package so far, by what they are recognised by."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self._diagnostics = diagnostics
        self._first_with_clue: dict[_Clue, Candidate] = {}
        # By answer, then by ID; only where a clue stands more than once.
        self._same_rows: dict[_Clue, defaultdict[str, dict[str, Candidate]]] = {}
        self._by_id: dict[str, Candidate] = {}
        self.pages: set[str] = set()  # on which something was dropped or changed

    def kept(self, entries: Iterable[_Entry]) -> list[_Entry]:
        """The candidates of one table, without those that are there already."""
        first_here: dict[_Clue, Candidate] = {}
        kept = []
        for entry in entries:
            origin, here = entry.origin, entry.position
            clue = (origin.kind, origin.question, origin.clue)
            first = self._first_with_clue.setdefault(clue, entry)
            is_first = first is entry
            same_row = {} if is_first else self._rows_with(clue, first)[origin.answer]
            twin = _twin(same_row, origin.id)
            stays = twin or entry
            if origin.id and (holder := self._by_id.setdefault(origin.id, stays)) is not stays:
                self._diagnostics.append(SAME_ID.at(here, id=origin.id, **_where(holder)))
            if twin:
                self.pages |= {here.file, twin.position.file}
                self._diagnostics.append(SAME_ROW.at(here, **_where(twin)))
                twin.same_as = twin.same_as or entry.same_as
                if origin.id and not twin.origin.id:
                    # The ID carries the history, so it outlives the row that it stood in.
                    twin.origin = twin.origin._replace(id=origin.id)
                    same_row[origin.id] = same_row.pop("")
                continue
            same_row[origin.id] = entry
            other = first_here.get(clue, first)
            if other is not entry and not (origin.id and other.origin.id):
                code = OTHER_ANSWER if clue in first_here else OTHER_ANSWER_ELSEWHERE
                self._diagnostics.append(code.at(here, clue=origin.clue, **_where(other)))
            first_here.setdefault(clue, entry)
            kept.append(entry)
        return kept

    def _rows_with(self, clue: _Clue, first: Candidate) -> defaultdict[str, dict[str, Candidate]]:
        """The rows with a clue that have been looked at, of which ``first`` came first."""
        if clue not in self._same_rows:
            rows = self._same_rows[clue] = defaultdict(dict)
            rows[first.origin.answer][first.origin.id] = first
        return self._same_rows[clue]


def _twin(same_row: dict[str, Candidate], id: str) -> Candidate | None:
    """The entry of the same row: two IDs are two rows, a row without an ID may be any of them."""
    if id:
        return same_row.get(id) or same_row.get("")
    return next(iter(same_row.values()), None)


def _where(entry: Candidate) -> dict[str, object]:
    return {"file": entry.position.file, "line": entry.position.line}
