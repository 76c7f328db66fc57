"""Rows that stand twice, and clues that have more than one answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from generator.diagnostics import (
    JOIN_WAITS,
    JOINED_ANSWERS,
    OTHER_ANSWER,
    OTHER_ANSWER_ELSEWHERE,
    SAME_ID,
    SAME_ROW,
    SAME_ROW_ELSEWHERE,
    Diagnostic,
)
from generator.model import Kind, Note, Origin, RowStatus

_Clue = tuple[str, str, str]  # kind, question and clue
# A row that stands again is one note within a section; elsewhere it may have a note of its own.
_Row = tuple[str, str, str]  # page, section, answer
_Kept = dict[int, Note]  # of a table, by their place in it
_Spot = tuple[_Kept, int]


_OF_ONE_ANSWER = (Kind.CLUE, Kind.TRAP)
_MOST_JOINED = 12  # answers; more is a list, and nobody recalls it as one


def settle_repeats(
    groups: Iterable[tuple[Sequence[Note], bool]],
) -> tuple[list[_Kept], list[Diagnostic]]:
    """The notes of each table that are not there already, and what is to be told of the others.
    Beside the notes stands whether they are of a table, where several answers of a clue may be one
    note's.

    A note whose row stands again may have the ID, or what a person says it is, of the other row.
    """
    settled = _Settled()
    return [settled.kept(*group) for group in groups], settled.diagnostics


class _Settled:
    """The notes of a package so far, by what they are recognised by."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._first_with_clue: dict[_Clue, _Spot] = {}
        # By section and answer, then by ID; only where a clue stands more than once.
        self._same_rows: dict[_Clue, defaultdict[_Row, dict[str, _Spot]]] = {}
        self._by_id: dict[str, _Spot] = {}

    def kept(self, notes: Sequence[Note], may_join: bool) -> _Kept:
        """The notes of one table, without those that are there already."""
        first_here: dict[_Clue, _Spot] = {}
        joined: dict[_Clue, list[_Spot]] = {}
        kept: _Kept = {}
        for place, note in enumerate(notes):
            if note.status is not RowStatus.SOUND:
                kept[place] = note  # it is no note yet, so it says nothing twice
                continue
            origin, here = note.origin, note.position
            clue = _clue(origin)
            spot = (kept, place)
            first = self._first_with_clue.setdefault(clue, spot)
            is_first = first is spot
            same_row = {} if is_first else self._rows_with(clue, first)[_row(origin)]
            twin = _twin(same_row, origin.id)
            stays = twin or spot
            if origin.id and (holder := self._by_id.setdefault(origin.id, stays)) is not stays:
                self.diagnostics.append(SAME_ID.at(here, id=origin.id, **_where(holder)))
                kept[place] = note._replace(status=RowStatus.HELD)
                continue
            if twin:
                self._join(twin, note, same_row)
                continue
            same_row[origin.id] = spot
            other = first_here.get(clue, first)
            if other is not spot and not (origin.id and _note(other).origin.id):
                is_one = may_join and _is_of_one_answer(origin, _note(other).origin)
                together = joined.get(clue, [other])
                if clue in first_here and is_one and len(together) < _MOST_JOINED:
                    joined[clue] = [*together, spot]
                    kept[place] = note._replace(status=RowStatus.JOINED)
                    continue
                code = OTHER_ANSWER if clue in first_here else OTHER_ANSWER_ELSEWHERE
                if origin.answer == _note(other).origin.answer:
                    code = SAME_ROW_ELSEWHERE
                self.diagnostics.append(code.at(here, clue=origin.clue, **_where(other)))
                if code is OTHER_ANSWER:
                    kept[place] = note._replace(status=RowStatus.HELD)
                    continue
            first_here.setdefault(clue, spot)
            kept[place] = note
        if may_join:
            self.diagnostics += _hold_with(kept, [n for n in notes if n.status is RowStatus.HELD])
        self.diagnostics += _told(joined.values())
        return kept

    def _join(self, twin: _Spot, note: Note, same_row: dict[str, _Spot]) -> None:
        self.diagnostics.append(SAME_ROW.at(note.position, **_where(twin)))
        kept, place = twin
        known, id_ = kept[place], note.origin.id
        if note.same_as and not known.same_as:
            known = known._replace(same_as=note.same_as)
        if id_ and not known.origin.id:
            # The ID carries the history, so it outlives the row that it stood in.
            known = known._replace(origin=known.origin._replace(id=id_))
            same_row[id_] = same_row.pop("")
        kept[place] = known

    def _rows_with(self, clue: _Clue, first: _Spot) -> defaultdict[_Row, dict[str, _Spot]]:
        """The rows with a clue that have been looked at, of which ``first`` came first."""
        if clue not in self._same_rows:
            rows = self._same_rows[clue] = defaultdict(dict)
            origin = _note(first).origin
            rows[_row(origin)][origin.id] = first
        return self._same_rows[clue]


def _is_of_one_answer(*origins: Origin) -> bool:
    return all(origin.kind in _OF_ONE_ANSWER and not origin.id for origin in origins)


def _hold_with(kept: _Kept, held: Sequence[Note]) -> Iterator[Diagnostic]:
    """Hold the note of a clue of which another answer is ``held``: it is of both."""
    by_clue = {_clue(note.origin): note for note in held if note.origin.clue}
    for place, note in kept.items() if by_clue else ():
        other = by_clue.get(_clue(note.origin))
        if other is None or note.status not in _ANSWERS:
            continue
        is_one = _is_of_one_answer(note.origin, other.origin)
        if is_one and note.origin.answer != other.origin.answer:
            kept[place] = note._replace(status=RowStatus.HELD)
            words = {"clue": note.origin.clue, "line": other.position.line}
            yield JOIN_WAITS.at(note.position, **words)


_ANSWERS = (RowStatus.SOUND, RowStatus.JOINED)
_SHOWN_LINES = 5


def _told(joined: Iterable[Sequence[_Spot]]) -> Iterator[Diagnostic]:
    """A warning for a table of which answers are joined, with the lines of the others."""
    sound = [[_note(spot) for spot in spots] for spots in joined]
    found = [notes for notes in sound if notes[0].status is RowStatus.SOUND]
    if found:
        (first, second, *_), *others = found
        lines = [str(notes[1].position.line) for notes in others]
        more = f"; so in line {', '.join(lines[:_SHOWN_LINES])}" if lines else ""
        more += f" and {len(lines) - _SHOWN_LINES} more" if len(lines) > _SHOWN_LINES else ""
        words = {"clue": first.origin.clue, "line": first.position.line, "more": more}
        yield JOINED_ANSWERS.at(second.position, **words)


def _clue(origin: Origin) -> _Clue:
    return origin.kind, origin.question, origin.clue


def _row(origin: Origin) -> _Row:
    return origin.page, origin.section, origin.answer


def _note(spot: _Spot) -> Note:
    kept, place = spot
    return kept[place]


def _twin(same_row: dict[str, _Spot], id: str) -> _Spot | None:
    """The note of the same row: two IDs are two rows, a row without an ID may be any of them."""
    if id:
        return same_row.get(id) or same_row.get("")
    return next(iter(same_row.values()), None)


def _where(spot: _Spot) -> dict[str, object]:
    file, line, _ = _note(spot).position
    return {"file": file, "line": line}
