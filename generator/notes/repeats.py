"""Rows that stand twice, and clues that have more than one answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.core.diagnostics import (
    JOIN_WAITS,
    JOINED_ANSWERS,
    OTHER_ANSWER,
    OTHER_ANSWER_ELSEWHERE,
    SAME_ID,
    SAME_ROW,
    SAME_ROW_ELSEWHERE,
    Code,
    Diagnostic,
    so_in_lines,
)
from generator.core.model import Kind, Note, Origin, Position, RowStatus
from generator.notes.equal_fronts import CardsOf, Front, asked_cards, card_names, like_clues
from generator.notes.groups import Group, ReadyGroup

_Clue = tuple[str, str, str]  # kind, question and clue
# A row that stands again is one note within a section; elsewhere it may have a note of its own.
_Row = tuple[str, str, str]  # page, section, answer
_Kept = dict[int, Note]  # of a table, by their place in it


class _Spot(NamedTuple):
    """A note: the notes of its table, its place among them, and the number of its table."""

    kept: _Kept
    place: int
    table: int


class _Repeat(NamedTuple):
    """A row that another one is told to be like: the code for it, and the tables of both."""

    code: Code
    position: Position
    table: int
    clue: str
    other: Position
    other_table: int


_OF_ONE_ANSWER = (Kind.CLUE, Kind.TRAP)
_MOST_JOINED = 12  # answers; more is a list, and nobody recalls it as one


def settle_repeats(
    groups: Sequence[Group | ReadyGroup],
    is_ignored: Callable[[Position, Code], bool] = lambda _, __: False,
) -> tuple[list[_Kept], list[Diagnostic]]:
    """The notes of each table that are not there already, and what is to be told of the others.

    A note whose row stands again may have the ID, or what a person says it is, of the other row.
    Warnings are joined, but for those that a comment at the row ``is_ignored`` by.
    """
    settled = _Settled(groups)
    kept = [settled.kept(number, group.notes) for number, group in enumerate(groups)]
    sizes = Counter(note.position.file for group in groups for note in group.notes)
    return kept, [*settled.diagnostics, *_joined(settled.repeats, sizes, is_ignored)]


class _Settled:
    """The notes of a package so far, by what they are recognised by."""

    def __init__(self, groups: Sequence[Group | ReadyGroup]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.repeats: list[_Repeat] = []
        self._groups = groups
        self._cards: dict[int, CardsOf] = {}  # by table
        self._with_like_clues = [*map(frozenset, like_clues([*map(card_names, groups)]))]
        self._first_with_clue: dict[_Clue, _Spot] = {}
        # By section and answer, then by ID; only where a clue stands more than once.
        self._same_rows: dict[_Clue, defaultdict[_Row, dict[str, _Spot]]] = {}
        self._by_answer: dict[_Clue, dict[str, _Spot]] = {}
        self._by_front: dict[tuple[Front, Front], tuple[str, _Spot]] = {}
        self._by_id: dict[str, _Spot] = {}

    def kept(self, table: int, notes: Sequence[Note]) -> _Kept:
        """The notes of one table, without those that are there already."""
        first_here: dict[_Clue, _Spot] = {}
        joined: dict[_Clue, list[_Spot]] = {}
        may_join = isinstance(self._groups[table], Group)
        kept: _Kept = {}
        for place, note in enumerate(notes):
            if note.status is not RowStatus.SOUND:
                kept[place] = note  # it is no note yet, so it says nothing twice
                continue
            origin, here = note.origin, note.position
            clue = _clue(origin)
            spot = _Spot(kept, place, table)
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
                self._join(twin, note, table, same_row)
                continue
            same_row[origin.id] = spot
            kept[place] = note
            other = first_here.setdefault(clue, spot)
            if other is not spot and not (origin.id and _note(other).origin.id):
                together = joined.get(clue, [other])
                is_one = may_join and _is_of_one_answer(origin, _note(other).origin)
                if is_one and len(together) < _MOST_JOINED:
                    joined[clue] = [*together, spot]
                    kept[place] = note._replace(status=RowStatus.JOINED)
                    continue
                line = _note(other).position.line
                self.diagnostics.append(OTHER_ANSWER.at(here, clue=origin.clue, line=line))
                kept[place] = note._replace(status=RowStatus.HELD)
                continue
            if not is_first:
                self._find_elsewhere(clue, first, spot)
            if place in self._with_like_clues[table]:
                self._find_equal_front(spot)
        if may_join:
            self.diagnostics += _hold_with(kept, [n for n in notes if n.status is RowStatus.HELD])
        self.diagnostics += _told(joined.values())
        return kept

    def _find_elsewhere(self, clue: _Clue, first: _Spot, spot: _Spot) -> None:
        """A note of another table with the same clue and answer."""
        if clue not in self._by_answer:
            self._by_answer[clue] = {_note(first).origin.answer: first}
        note = _note(spot)
        same = self._by_answer[clue].setdefault(note.origin.answer, spot)
        if same is not spot and _may_be_one(note, _note(same)):
            self._tell(SAME_ROW_ELSEWHERE, spot, same)

    def _find_equal_front(self, spot: _Spot) -> None:
        """The first note of another table with a card whose front is equal to one of this note's
        in the same place, and which has another answer."""
        found = None
        if spot.table not in self._cards:
            self._cards[spot.table] = asked_cards(self._groups[spot.table])
        for card in self._cards[spot.table](spot.place):
            for place in card.places:
                asked = card.answer, spot
                answer, other = self._by_front.setdefault((card.front, place), asked)
                if answer != card.answer and other.table != spot.table:
                    found = found or other
        if found and _may_be_one(_note(spot), _note(found)):
            self._tell(OTHER_ANSWER_ELSEWHERE, spot, found)

    def _tell(self, code: Code, spot: _Spot, other: _Spot) -> None:
        note = _note(spot)
        where = note.position, spot.table, note.origin.clue
        self.repeats.append(_Repeat(code, *where, _note(other).position, other.table))

    def _join(self, twin: _Spot, note: Note, table: int, same_row: dict[str, _Spot]) -> None:
        clue, other = note.origin.clue, _note(twin).position
        self.repeats.append(_Repeat(SAME_ROW, note.position, table, clue, other, twin.table))
        kept, place, _ = twin
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


def _told(joined: Iterable[Sequence[_Spot]]) -> Iterator[Diagnostic]:
    """A warning for a table of which answers are joined, with the lines of the others."""
    sound = [[_note(spot) for spot in spots] for spots in joined]
    found = [notes for notes in sound if notes[0].status is RowStatus.SOUND]
    if found:
        (first, second, *_), *others = found
        more = so_in_lines([notes[1].position.line for notes in others])
        words = {"clue": first.origin.clue, "line": first.position.line, "more": more}
        yield JOINED_ANSWERS.at(second.position, **words)


def _clue(origin: Origin) -> _Clue:
    return origin.kind, origin.question, origin.clue


def _row(origin: Origin) -> _Row:
    return origin.page, origin.section, origin.answer


def _note(spot: _Spot) -> Note:
    return spot.kept[spot.place]


def _twin(same_row: dict[str, _Spot], id: str) -> _Spot | None:
    """The note of the same row: two IDs are two rows, a row without an ID may be any of them."""
    if id:
        return same_row.get(id) or same_row.get("")
    return next(iter(same_row.values()), None)


def _may_be_one(note: Note, other: Note) -> bool:
    """Whether no ID says that two rows are two things to learn."""
    return not (note.origin.id and other.origin.id)


def _where(spot: _Spot) -> dict[str, object]:
    file, line, _ = _note(spot).position
    return {"file": file, "line": line}


# --- what is told of them ---------------------------------------------------------------------


def _joined(
    repeats: Sequence[_Repeat],
    sizes: Mapping[str, int],
    is_ignored: Callable[[Position, Code], bool],
) -> Iterator[Diagnostic]:
    """A finding for each code and pair of tables, with the lines of the other rows; one for each
    pair of pages where most rows of a page stand on the other. ``sizes`` are those of pages, in
    rows."""
    tables: dict[tuple[object, ...], list[_Repeat]] = defaultdict(list)
    pages: Counter[tuple[str, str]] = Counter()
    alone: list[list[_Repeat]] = []
    for repeat in repeats:
        if repeat.code is SAME_ROW_ELSEWHERE:
            pages[_pages(repeat)] += 1
    for repeat in repeats:
        if is_ignored(repeat.position, repeat.code):
            alone.append([repeat])
            continue
        pair = _pages(repeat)
        is_page = repeat.code is SAME_ROW_ELSEWHERE and 2 * pages[pair] > sizes[pair[0]]
        what = pair if is_page else (repeat.table, repeat.other_table)
        tables[repeat.code.code, *what].append(repeat)
    for first, *others in [*tables.values(), *alone]:
        more = so_in_lines([other.position.line for other in others])
        if len({each.table for each in (first, *others)}) > 1:
            rows = sizes[first.position.file]
            more = f"; so with {len(others):,} more of the {rows:,} rows of this page"
        file, line, _ = first.other
        words = {"clue": first.clue, "file": file, "line": line, "more": more}
        yield first.code.at(first.position, **words)


def _pages(repeat: _Repeat) -> tuple[str, str]:
    return repeat.position.file, repeat.other.file
