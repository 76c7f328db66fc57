"""Notes with equal fronts: whoever sees one cannot know which is meant, so each back shows all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from generator.model import Form, Kind
from generator.note_fields import ClueFields, QuizFields, split_fields
from generator.notes.groups import Group, ReadyGroup
from generator.notes.surroundings import Frame

# Of a note, the answers of others: each with its header, an empty one where the front has it.
OtherAnswers = tuple[tuple[str, str], ...]
_Front = tuple[str, ...]  # what tells fronts apart; last the header that a comparison asks
_Spot = tuple[int, int, str]  # the group, the place of the note in it, its answer as HTML


def other_answers(groups: Sequence[Group]) -> Mapping[int, Mapping[int, OtherAnswers]]:
    """The answers of other notes in the same section whose fronts are equal: by the `id` of the
    group, and by the place of the note in it. Answers are HTML, headers are text."""
    tables = [(_table(group), group) for group in groups if group.notes]
    counts = Counter(table for table, _ in tables)
    answers: dict[_Front, dict[str, list[_Spot]]] = defaultdict(dict)
    for table, group in tables:
        if counts[table] > 1 or _has_equal_clues(group):
            for place, front, text, html in _fronts(table, group):
                answers[front].setdefault(text, []).append((id(group), place, html))
    found: dict[int, dict[int, OtherAnswers]] = defaultdict(dict)
    for (*_, header), by_text in answers.items():
        for text, spots in by_text.items():
            others = [(header, same[0][-1]) for other, same in by_text.items() if other != text]
            for group_id, place, _html in spots if others else ():
                found[group_id][place] = (*found[group_id].get(place, ()), *others)
    return found


def _has_equal_clues(group: Group) -> bool:
    return len({note.origin.clue for note in group.notes}) < len(group.notes)


def _table(group: Group) -> _Front:
    """What the fronts of a table have in common, but for the attribute that a comparison asks."""
    layout, table = group.layout, group.table
    question = "" if layout.asks_all else group.question
    return (
        layout.kind or "",
        group.around.path,
        group.frame.section,
        table.headers[layout.clue],
        question,
    )


def _fronts(table: _Front, group: Group) -> Iterator[tuple[int, _Front, str, str]]:
    """Each card that asks, by its note's place: its front, and its answer as text and as HTML."""
    layout = group.layout
    headers = group.table.headers
    asked = [(column, headers[column] if layout.asks_all else "") for column in layout.answers]
    for place, (_, html, text) in enumerate(group.cells()):
        for column, header in asked:
            if text[column]:
                yield place, (*table, text[layout.clue], header), text[column], html[column]


# --- any two cards of a package ---------------------------------------------------------------


class AskedCard(NamedTuple):
    """A card that asks: its ``answer`` as text, and what its front is known by.

    ``shown`` is the front with what stands above the clue if no other is equal. ``fronts`` are two
    keys: that with its full place, which is shown where another is equal, and the front with its
    section. Another card has an equal front where one of them is equal: in one section the backs
    show both answers, whatever stands above the clues.
    """

    shown: _Front
    fronts: tuple[_Front, _Front]
    answer: str


CardsOf = Callable[[int], list[AskedCard]]


def asked_cards(group: Group | ReadyGroup) -> CardsOf:
    """Gives the cards of a note by its place in the group; none of a cloze note, whose passage
    shows what is hidden on another card of it."""
    if isinstance(group, ReadyGroup):
        return lambda place: _ready_cards(group, place)
    layout, table, path = group.layout, group.table, group.around.path
    assert layout.kind is not None
    kind, clue, columns = layout.kind, layout.clue, layout.answers
    secret = (*columns, clue) if "reverse" in layout.words else columns
    asks = table.headers if layout.asks_all else (group.question,) * len(table.headers)
    section, above = group.frame.section, group.context_frame

    def cards(place: int) -> list[AskedCard]:
        html, text = table.html[group.rows[place]], table.text[group.rows[place]]
        shown = above.full
        if table.form is not Form.ORDER:
            is_reversed = clue in secret
            shown = above.context(
                [text[column] for column in secret], "" if is_reversed else text[clue]
            )
        if kind is Kind.CLUE and shown == html[clue]:
            shown = ""
        front = (kind.value, table.headers[clue], text[clue])
        return [
            AskedCard(
                (*front, asks[each], shown),
                ((*front, asks[each], shown, above.full), (*front, asks[each], path, section)),
                text[each],
            )
            for each in columns
            if text[each]
        ]

    return cards


def _ready_cards(group: ReadyGroup, place: int) -> list[AskedCard]:
    ready, note = group.ready[place], group.notes[place]
    front_of = _FRONTS.get(ready.kind)
    if front_of is None:
        return []
    fields: Any = split_fields(ready.kind, ready.fields)
    front = (ready.kind.value, fields.cue, *front_of(fields))
    where = (group.around.path, note.origin.section)
    shown, full = (*front, fields.context), Frame(group.around, ready.headings).full
    return [AskedCard(shown, ((*shown, full), (*front, *where)), ready.answer)]


# --- fronts that would be equal but for their place -----------------------------------------------


def placed_notes(groups: Iterable[Group | ReadyGroup]) -> Mapping[int, frozenset[int]]:
    """The notes with a front that another one in another place has, too, if nothing tells them
    apart: by the `id` of the group, their places in it. Their cards show where they belong."""
    groups = list(groups)
    clues = Counter(note.origin.clue for group in groups for note in group.notes)
    spots: dict[_Front, dict[_Front, list[tuple[int, int]]]] = defaultdict(dict)
    for group in groups:
        again = [place for place, note in enumerate(group.notes) if clues[note.origin.clue] > 1]
        cards = asked_cards(group) if again else None
        for place in again:
            for card in cards(place) if cards else ():
                where = card.fronts[1][-2:]
                spots[card.shown].setdefault(where, []).append((id(group), place))
    found: dict[int, set[int]] = defaultdict(set)
    for by_place in spots.values():
        if len(by_place) > 1:
            for group_id, place in chain.from_iterable(by_place.values()):
                found[group_id].add(place)
    return {group_id: frozenset(places) for group_id, places in found.items()}


def _asked(fields: ClueFields) -> _Front:
    return fields.prompt, fields.question


def _with_options(fields: QuizFields) -> _Front:
    """The options are on the front too, in any order."""
    options = fields.options.replace(" data-ok", "").split("</li>")
    return fields.prompt, fields.question, *sorted(options)


_FRONTS: Mapping[Kind, Callable[[Any], _Front]] = {Kind.CLUE: _asked, Kind.QUIZ: _with_options}
