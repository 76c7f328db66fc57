"""Cards with equal fronts: whoever sees one cannot know which is meant. Where their places differ,
these are shown; else each back shows all answers.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any, NamedTuple

from generator.model import Form, Kind
from generator.note_fields import ClueFields, QuizFields, split_fields
from generator.notes.field_html import label_html
from generator.notes.groups import Group, ReadyGroup
from generator.notes.inline import has_media
from generator.notes.kinds import told_by_row
from generator.notes.labels import labels_for, question
from generator.notes.surroundings import Frame

Front = tuple[str, ...]
_Spot = tuple[int, int]  # the `id` of the group, the place of the note in it


class AskedCard(NamedTuple):
    """A card that asks. ``front`` is what it shows but for what stands on top of it, which is
    ``shown`` where no other card is equal then.

    It has an equal front in the same place as another where one of both ``places`` is equal: its
    page and section, where the backs show both answers whatever stands on top, or what may stand
    there (two pages can have one title). ``answer`` is as text and as ``html``. Of a note with
    several cards, ``header`` is that of the attribute which this one asks, or ``asks`` what
    another card than the first does, as HTML.
    """

    front: Front
    shown: str
    places: tuple[Front, Front]
    answer: str
    html: str
    header: str = ""
    asks: str = ""


class OtherAnswer(NamedTuple):
    """What is right as well, as ``html``, on the card of an attribute or on one that ``asks`` so;
    both are empty for the only card of a note."""

    header: str
    asks: str
    html: str


OtherAnswers = tuple[OtherAnswer, ...]


class EqualFronts(NamedTuple):
    """By the `id` of a group: the answers of other notes with an equal front in the same place, by
    the place of a note in the group; and the notes whose cards show all of their place."""

    others: Mapping[int, Mapping[int, OtherAnswers]]
    placed: Mapping[int, frozenset[int]]


def find_equal_fronts(groups: Sequence[Group | ReadyGroup]) -> EqualFronts:
    """The cards of a package with fronts that others have, too."""
    asked: dict[Front, list[tuple[AskedCard, _Spot]]] = defaultdict(list)
    for group, again in zip(groups, with_like_clues(groups), strict=True):
        cards_of = asked_cards(group) if again else _no_cards
        for place in again:
            for card in cards_of(place):
                asked[card.front].append((card, (id(group), place)))
    others: dict[int, dict[int, OtherAnswers]] = defaultdict(dict)
    placed: dict[int, set[int]] = defaultdict(set)
    for cards in asked.values():
        for group_id, place in _in_other_places(cards) if len(cards) > 1 else ():
            placed[group_id].add(place)
        for (group_id, place), found in _with_other_answers(cards) if len(cards) > 1 else ():
            others[group_id][place] = (*others[group_id].get(place, ()), *found)
    return EqualFronts(others, {each: frozenset(places) for each, places in placed.items()})


def _in_other_places(cards: Sequence[tuple[AskedCard, _Spot]]) -> Iterator[_Spot]:
    """Those of these cards that show the same as one in another place."""
    places: dict[str, set[Front]] = defaultdict(set)
    for card, _ in cards:
        places[card.shown].add(card.places[0])
    return (spot for card, spot in cards if len(places[card.shown]) > 1)


def _with_other_answers(
    cards: Sequence[tuple[AskedCard, _Spot]],
) -> Iterator[tuple[_Spot, OtherAnswers]]:
    """Those of these cards to which others in the same place have other answers, with these."""
    by_place: dict[Front, dict[str, str]] = defaultdict(dict)
    for card, _ in cards:
        for place in card.places:
            by_place[place].setdefault(card.answer, card.html)
    for card, spot in cards:
        answers = {text: html for place in card.places for text, html in by_place[place].items()}
        del answers[card.answer]
        if answers:
            others = (OtherAnswer(card.header, card.asks, html) for html in answers.values())
            yield spot, tuple(others)


# --- the cards of a note ------------------------------------------------------------------------

CardsOf = Callable[[int], list[AskedCard]]


def with_like_clues(groups: Sequence[Group | ReadyGroup]) -> Iterator[Sequence[int]]:
    """Of each group the places of the notes that may have an equal front at all: the text of a
    clue, or what is shown on the way back, stands again."""
    times = Counter(name for group in groups for names in _names(group) for name in names)
    for group in groups:
        yield [p for p, names in enumerate(_names(group)) if any(times[n] > 1 for n in names)]


def _no_cards(_: int) -> list[AskedCard]:
    return []


# What is left out of a clue as it is written, where its text is looked for.
_UNMARKED = str.maketrans("", "", "*_`")
_TAG = re.compile("<[^<>]*>")


def _names(group: Group | ReadyGroup) -> Iterable[tuple[str, ...]]:
    """What the cards of each note have in common with those whose fronts may be equal."""
    if isinstance(group, ReadyGroup):
        return ((note.origin.clue.translate(_UNMARKED),) for note in group.notes)
    clue, rows = group.layout.clue, group.table.text
    if "reverse" not in group.layout.words:
        return ((rows[row][clue].translate(_UNMARKED),) for row in group.rows)
    asked = group.layout.answers
    return (
        (text[clue].translate(_UNMARKED), "\0".join(text[column] for column in asked))
        for _, _, text in group.cells()
    )


def asked_cards(group: Group | ReadyGroup) -> CardsOf:
    """Gives the cards of a note by its place in the group; none of a cloze note, whose passage
    shows what is hidden on another card of it, and none that shows its options or its answer."""
    if isinstance(group, ReadyGroup):
        return lambda place: _ready_cards(group, place)
    layout, table = group.layout, group.table
    assert layout.kind is not None
    kind, clue, columns = layout.kind, layout.clue, layout.answers
    labels, above = labels_for(group.around.settings), group.context_frame
    section = group.around.path, group.frame.section
    asks = {column: label_html(group.question) for column in columns}
    if layout.asks_all:
        asks = {c: label_html(question(table.headers[c], labels)) for c in columns}
    # A trap looks otherwise than a clue.
    look = kind.value if kind is Kind.TRAP else ""
    cue = label_html(table.headers[clue])
    back = label_html(question(table.headers[clue], labels))
    is_reversed = "reverse" in layout.words
    told = told_by_row(group) if is_reversed and layout.asks_all else ()
    secret = (*columns, clue) if is_reversed else columns

    def cards(place: int) -> list[AskedCard]:
        html, text = group.cells_at(place)
        shown = above.full
        if table.form is not Form.ORDER:
            seen = "" if is_reversed else text[clue]
            shown = above.context([text[column] for column in secret], seen)
        if kind is Kind.CLUE and shown == html[clue]:
            shown = ""
        name = text[clue]
        places = section, (shown, above.full)
        found = [
            AskedCard(
                (look, cue, name, asks[each]),
                shown,
                places,
                text[each],
                html[each],
                table.headers[each] if layout.asks_all else "",
            )
            for each in columns
            if text[each]
        ]
        front: Front = ()
        if is_reversed and kind is Kind.CLUE:
            front = (look, label_html(table.headers[columns[0]]), text[columns[0]], back)
        elif place in told:
            front = (back, *(part for each in columns for part in (asks[each], text[each])))
        if front:
            found.append(AskedCard(front, shown, places, name, html[clue], asks=back))
        return found

    return cards


def _ready_cards(group: ReadyGroup, place: int) -> list[AskedCard]:
    ready, note = group.ready[place], group.notes[place]
    fronts_of = _FRONTS.get(ready.kind)
    if fronts_of is None:
        return []
    fields: Any = split_fields(ready.kind, ready.fields)
    clue = fields.prompt if has_media(fields.prompt) else unescape(_TAG.sub("", fields.prompt))
    full = Frame(group.around, ready.headings).full
    places = (group.around.path, note.origin.section), (fields.context, full)
    return [
        AskedCard(front, fields.context, places, ready.answer, fields.answer, asks=asks)
        for front, asks in fronts_of(fields, clue)
    ]


def _of_question(fields: ClueFields, clue: str) -> Iterator[tuple[Front, str]]:
    yield ("", fields.cue, clue, fields.question), ""


def _of_quiz(fields: QuizFields, clue: str) -> Iterator[tuple[Front, str]]:
    """The options are on the front too, in any order; but on the card without them."""
    options = fields.options.replace(" data-ok", "").split("</li>")
    yield (fields.cue, clue, fields.question, *sorted(options)), ""
    if fields.open:
        yield ("", fields.cue, clue, fields.open), fields.open


_FRONTS: Mapping[Kind, Callable[[Any, str], Iterator[tuple[Front, str]]]] = {
    Kind.CLUE: _of_question,
    Kind.QUIZ: _of_quiz,
}
