"""Cards with equal fronts: whoever sees one cannot know which is meant. Where their places differ,
these are shown; else each back shows all answers.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from html import unescape
from itertools import chain
from typing import Any, NamedTuple
from unicodedata import normalize

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Form, Kind, Origin, RowStatus
from generator.core.note_fields import ClozeFields, ClueFields, Fields, QuizFields, split_fields
from generator.markup.cloze_marks import with_gaps
from generator.markup.field_html import UNSEEN, hide_readings, label_html
from generator.markup.inline import read_cell
from generator.notes.groups import Group, ReadyGroup
from generator.notes.kinds import told_by_row
from generator.notes.labels import labels_for, question
from generator.notes.page_notes import ReadyNote, Texts
from generator.notes.surroundings import Frame
from generator.notes.whole_table import silent

Front = tuple[str, ...]
_Spot = tuple[int, int]  # the number of the group, the place of the note in it
_MOST_OTHERS = 12  # answers on a back; more is a list, and nobody recalls it as one


class AskedCard(NamedTuple):
    """A card that asks. ``front`` is what it shows but for what stands on top of it, which is
    ``shown`` where no other card is equal then.

    It has an equal front in the same place as another where one of both ``places`` is equal: its
    page and section, where the backs show both answers whatever stands on top, or what may stand
    there (two pages can have one title). ``answer`` is as text and as ``html``. Of a note with
    several cards ``asks`` is what this one asks, as HTML; empty for that of its answer.
    """

    front: Front
    shown: str
    places: tuple[Front, Front]
    answer: str
    html: str
    asks: str = ""


class OtherAnswer(NamedTuple):
    """What is right as well on a card that ``asks`` so, as ``text`` and as ``html``."""

    text: str
    html: str
    asks: str


OtherAnswers = tuple[OtherAnswer, ...]


class EqualFronts(NamedTuple):
    """By the number of a group among those of the package: the answers of other notes with an equal
    front in the same place, by the place of a note in the group; and the notes whose cards show all
    of their place."""

    others: Mapping[int, Mapping[int, OtherAnswers]]
    placed: Mapping[int, frozenset[int]]


def find_equal_fronts(
    groups: Iterable[Group | ReadyGroup],
    names: Sequence[CardNames],
    waiting: Iterable[Origin] = (),
) -> EqualFronts:
    """The cards of a package with fronts that others have, too. Rows with errors count where their
    notes are ``waiting``: those are in Anki, and what they say is right. ``names`` are by group, as
    `card_names` gives them; the groups are looked at only where some of them stand again."""
    again = like_clues(names)
    if not any(again):
        return EqualFronts({}, {})
    in_anki = places_in_anki(waiting)
    asked: dict[Front, list[tuple[AskedCard, _Spot | None]]] = defaultdict(list)
    for number, (group, places) in enumerate(zip(groups, again, strict=True)):
        cards_of = asked_cards(group, in_anki) if places else _no_cards
        for place in places:
            spot = (number, place) if place < len(group.notes) else None
            for card in cards_of(place):
                asked[card.front].append((card, spot))
    others: dict[int, dict[int, OtherAnswers]] = defaultdict(dict)
    placed: dict[int, set[int]] = defaultdict(set)
    for cards in asked.values():
        if len(cards) < 2:  # as nearly always
            continue
        for spot in _in_other_places(cards):
            if spot:
                placed[spot[0]].add(spot[1])
        for spot, found in _with_other_answers(cards):
            if spot:
                own = others[spot[0]]
                own[spot[1]] = (*own.get(spot[1], ()), *found)
    return EqualFronts(others, {each: frozenset(places) for each, places in placed.items()})


def keep_shared(
    found: EqualFronts,
    groups: Iterable[Group | ReadyGroup],
    last: Sequence[Fields | None],
    lost: Iterable[Origin],
) -> EqualFronts:
    """The same, with what notes share with those that are ``lost`` for now, on pages that cannot be
    read: answers of these, and the place on top, stay where the note ``last`` had them; that is by
    its place among all, None where it was not built."""
    answers: dict[str, set[str]] = defaultdict(set)
    for origin in lost:
        is_compared = origin.kind is Kind.COMPARE
        parts = origin.answer.split(" | ") if is_compared else [origin.answer]
        own = answers[_name(read_cell(origin.clue, {}).text)]
        own.update(read_cell(part, {}).html for part in parts)
    others = {each: dict(own) for each, own in found.others.items()}
    placed = {each: set(own) for each, own in found.placed.items()}
    start = 0
    for number, group in enumerate(groups):
        label = re.escape(label_html(labels_for(group.around.settings).also_right))
        also = re.compile(rf"<p><strong>{label}(?: \((.*?)\))?</strong><br>(.*?)</p>")
        for place, names in enumerate(_names(group, _NONE)):
            fields: Any = last[start + place]
            theirs = answers.get(names[0])
            if fields is None or theirs is None:
                continue
            now = others.get(number, {}).get(place, ())
            known = {each.html for each in now}
            before = [
                OtherAnswer(" ".join(re.sub("<[^>]*>", " ", unescape(html)).split()), html, asks)
                for asks, html in also.findall(fields.extra)
                if html in theirs and html not in known
            ]
            if before:
                others.setdefault(number, {})[place] = tuple(sorted([*now, *before]))
            if fields.context and fields.context == _full(group, place):
                placed.setdefault(number, set()).add(place)
        start += len(group.notes)
    return EqualFronts(others, {each: frozenset(places) for each, places in placed.items()})


def _full(group: Group | ReadyGroup, place: int) -> str:
    """The place of a note, as it stands on top of a card that shows all of it."""
    if isinstance(group, Group):
        return group.context_frame.full
    return Frame(group.around, group.ready[place].headings).full


def _in_other_places(cards: Sequence[tuple[AskedCard, _Spot | None]]) -> Iterator[_Spot | None]:
    """Those of these cards that show the same as one in another place."""
    places: dict[str, set[Front]] = defaultdict(set)
    for card, _ in cards:
        places[card.shown].add(card.places[0])
    return (spot for card, spot in cards if len(places[card.shown]) > 1)


def _with_other_answers(
    cards: Sequence[tuple[AskedCard, _Spot | None]],
) -> Iterator[tuple[_Spot | None, OtherAnswers]]:
    """Those of these cards to which others in the same place have other answers, with these in an
    order that says nothing of where they stand; none where they are too many."""
    by_place: dict[Front, dict[str, str]] = defaultdict(dict)
    for card, _ in cards:
        for place in card.places:
            by_place[place].setdefault(card.answer, card.html)
    for card, spot in cards:
        if any(len(by_place[place]) > _MOST_OTHERS + 1 for place in card.places):
            continue
        answers = {text: html for place in card.places for text, html in by_place[place].items()}
        del answers[card.answer]
        if 0 < len(answers) <= _MOST_OTHERS:
            yield (
                spot,
                tuple(
                    OtherAnswer(text, silent(html, text), card.asks)
                    for text, html in sorted(answers.items())
                ),
            )


# --- the cards of a note ------------------------------------------------------------------------

CardsOf = Callable[[int], list[AskedCard]]


_InAnki = Set[tuple[str, ...]]  # where the rows of notes that wait stand
_NONE: _InAnki = frozenset()


CardNames = Sequence[tuple[str, ...]]  # of the notes of a group


def card_names(group: Group | ReadyGroup, in_anki: _InAnki = _NONE) -> CardNames:
    """What the cards of each note of a group have in common with those whose fronts may be equal:
    the text of a clue, or what is shown on another card."""
    return tuple(_names(group, in_anki))


def like_clues(names: Sequence[CardNames]) -> list[Sequence[int]]:
    """Of each group the places of the notes that may have an equal front at all: one of their
    ``names`` stands again."""
    times = Counter(chain.from_iterable(chain.from_iterable(names)))
    again = {name for name, count in times.items() if count > 1}
    return [
        [place for place, each in enumerate(own) if not again.isdisjoint(each)] for own in names
    ]


def _no_cards(_: int) -> list[AskedCard]:
    return []


def places_in_anki(waiting: Iterable[Origin]) -> _InAnki:
    """Where the rows of notes stand that are ``waiting``."""
    return frozenset(map(_place_of, waiting))


def _place_of(origin: Origin) -> tuple[str, ...]:
    return origin.page, origin.section, origin.question, origin.clue


def _held(group: Group, in_anki: _InAnki) -> list[int]:
    """The rows whose notes wait because of an error. Their places are behind those of the notes."""
    return [
        row
        for row, note in group.left_out
        if note.status is RowStatus.HELD and _place_of(note.origin) in in_anki
    ]


def _names(group: Group | ReadyGroup, in_anki: _InAnki) -> Iterable[tuple[str, ...]]:
    """What the cards of each note have in common with those whose fronts may be equal."""
    if isinstance(group, ReadyGroup):
        pairs = zip(group.ready, group.notes, strict=True)
        return ((_name(_passage(ready) or note.origin.clue),) for ready, note in pairs)
    clue, asked, rows = group.layout.clue, group.layout.answers, group.table.text
    if {"reverse", "why"}.isdisjoint(group.layout.words):
        return ((_name(rows[row][clue]),) for row in (*group.rows, *_held(group, in_anki)))
    held = (rows[row] for row in _held(group, in_anki))
    texts = (*(text for _, _, text in group.cells()), *held)
    return (
        (_name(text[clue]), "\0".join(_name(text[column]) for column in asked)) for text in texts
    )


def _passage(ready: ReadyNote) -> str:
    """A passage with its gaps; empty for any other note."""
    if ready.kind is not Kind.CLOZE or not ready.fields:
        return ""
    fields: Any = split_fields(ready.kind, ready.fields)
    return with_gaps(fields.text, ready.hints)[0]


# What is left out of a clue as it is written, where its text is looked for; and what nobody sees.
_UNMARKED = str.maketrans("", "", f"*_`{UNSEEN}")
_UNSEEN_MARKS = lazy_regex(
    rf"</?(?:strong|em|b|i|u|s|del|ins|code|mark|a|span|small)\b[^<>]*>|<wbr>|[{UNSEEN}]"
)


def _name(text: str) -> str:
    if text.isascii():  # as most are
        return text.replace("*", "").replace("_", "").replace("`", "")
    return normalize("NFC", text.translate(_UNMARKED))


def _seen(html: str) -> str:
    """Field HTML as a front shows it, whatever is bold or code."""
    if "<" in html or "&" in html or not html.isascii():
        html = normalize("NFC", _UNSEEN_MARKS.sub("", html))
        return html if "<" in html else unescape(html)
    return html


def asked_cards(group: Group | ReadyGroup, in_anki: _InAnki = _NONE) -> CardsOf:
    """Gives the cards of a note by its place in the group; places behind the notes are those of
    rows with errors. Options tell cards apart, and so do the other gaps of a passage."""
    if isinstance(group, ReadyGroup):
        return lambda place: _ready_cards(group, place)
    cards = _TableCards(group)
    held = _held(group, in_anki)

    def of_place(place: int) -> list[AskedCard]:
        if place < len(group.notes):
            return cards.of(*group.cells_at(place), is_told=place in cards.told)
        row = held[place - len(group.notes)]
        return cards.of(group.table.html[row], group.table.text[row], is_told=False)

    return of_place


def header_asking(group: Group, column: int) -> str:
    """What a card of a comparison asks for a column, as HTML."""
    labels = labels_for(group.around.settings)
    return label_html(question(group.table.headers[column], labels))


class _TableCards:
    """The cards of the rows of a table."""

    def __init__(self, group: Group) -> None:
        layout, table = group.layout, group.table
        assert layout.kind is not None
        labels = labels_for(group.around.settings)
        self._clue, self._columns = layout.clue, layout.answers
        self._is_order = table.form is Form.ORDER
        self._above = group.context_frame
        self._section = group.around.path, group.frame.section
        self._is_clue = layout.kind is Kind.CLUE
        # A trap looks otherwise than a clue.
        self._look = layout.kind.value if layout.kind is Kind.TRAP else ""
        self._cue = label_html(table.headers[self._clue])
        self._headers = table.headers
        self._asks = {column: label_html(group.question) for column in self._columns}
        self._asks_all = layout.asks_all
        if self._asks_all:
            self._asks = {column: header_asking(group, column) for column in self._columns}
        self._back = label_html(question(table.headers[self._clue], labels))
        self._is_reversed = "reverse" in layout.words
        self.told = told_by_row(group) if self._is_reversed and self._asks_all else frozenset[int]()
        self._why = layout.columns.why if "why" in layout.words else None
        self._why_ask = label_html(labels.why_question)

    def of(self, html: Texts, text: Texts, is_told: bool) -> list[AskedCard]:
        """The cards of a row; ``is_told`` says that a comparison's clue can be told by the rest."""
        clue, columns = self._clue, self._columns
        answers = [text[column] for column in columns]
        shown = self._above.full
        if not self._is_order:
            secrets = [*answers, text[clue]] if self._is_reversed else answers
            shown = self._above.context(secrets, "" if self._is_reversed else text[clue])
        if self._is_clue and shown == html[clue]:
            shown = ""
        places = self._section, (shown, self._above.full)
        name = _seen(hide_readings(html[clue], answers))
        asks = self._asks
        found = [
            AskedCard(
                (self._look, self._cue, name, asks[each]),
                shown,
                places,
                text[each],
                html[each],
                asks[each] if self._asks_all else "",
            )
            for each in columns
            if text[each]
        ]
        for front, answer, ask in self._more_fronts(html, text, name, is_told):
            found.append(AskedCard(front, shown, places, text[answer], html[answer], ask))
        return found

    def _more_fronts(
        self, html: Texts, text: Texts, name: str, is_told: bool
    ) -> Iterator[tuple[Front, int, str]]:
        """Of each further card the front, the column of its answer, and what it asks."""
        clue, columns = self._clue, self._columns
        if self._asks_all:
            if is_told:
                parts = (part for c in columns for part in (self._asks[c], _seen(html[c])))
                yield (self._back, *parts), clue, self._back
            return
        header, answer = label_html(self._headers[columns[0]]), html[columns[0]]
        if self._is_reversed and text[columns[0]]:
            hidden = _seen(hide_readings(answer, [text[clue]]))
            yield (self._look, header, hidden, self._back), clue, self._back
        if self._why is not None and text[self._why]:
            given = name if self._is_clue else ""
            yield (self._why_ask, header, given, _seen(answer)), self._why, self._why_ask


def _ready_cards(group: ReadyGroup, place: int) -> list[AskedCard]:
    ready, note = group.ready[place], group.notes[place]
    fields: Any = split_fields(ready.kind, ready.fields)
    full = Frame(group.around, ready.headings).full
    places = (group.around.path, note.origin.section), (fields.context, full)
    return [
        AskedCard(front, fields.context, places, ready.answer, answer, asks)
        for front, answer, asks in _FRONTS[ready.kind](fields, ready)
    ]


# Of each card its front, its answer as HTML, and what it asks where another card does, too.
_Fronts = Iterator[tuple[Front, str, str]]


def _of_question(fields: ClueFields, _: ReadyNote) -> _Fronts:
    yield ("", fields.cue, _seen(fields.prompt), fields.question), fields.answer, ""


def _of_quiz(fields: QuizFields, _: ReadyNote) -> _Fronts:
    """The options are on the front too, in any order; but on the card without them."""
    options = fields.options.replace(" data-ok", "").split("</li>")
    front = fields.cue, _seen(fields.prompt)
    yield (fields.lead, *front, fields.question, *sorted(options)), fields.answer, ""
    if fields.open:
        yield ("", fields.lead, *front, fields.open), fields.answer, fields.open


def _of_cloze(fields: ClozeFields, ready: ReadyNote) -> _Fronts:
    if len(set(ready.numbers)) == 1:
        text, hidden = with_gaps(fields.text, ready.hints)
        yield (fields.cue, fields.lead, _seen(text)), "<br>".join(dict.fromkeys(hidden)), ""


_FRONTS: Mapping[Kind, Callable[[Any, ReadyNote], _Fronts]] = {
    Kind.CLUE: _of_question,
    Kind.QUIZ: _of_quiz,
    Kind.CLOZE: _of_cloze,
}
