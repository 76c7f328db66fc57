"""Finds the rows whose cards are forgotten; a pure function of notes and of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import groupby
from operator import attrgetter

from generator.anki.note_types import FIRST_QUIZ
from generator.anki.reviews import CardHistory, Reviews
from generator.core.model import Choice, Guid, Kind, Note, StampedNote
from generator.core.note_fields import MOST_ATTRIBUTES, header_of
from generator.weak.confused import confusable
from generator.weak.suggestions import Suggestion, Suggestions

FEWEST_ANSWERS = 3  # of fewer a share or a median says nothing


class Measure(Choice):
    """What rows are ordered by."""

    LAPSES = "lapses"
    DIFFICULTY = "difficulty"
    TIME = "time"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class WeakCard:
    """A card that does not stick. ``name`` says which of its row it is: ``recall``, ``quiz``,
    ``reverse`` …, ``gap 2``; ``header`` names the column that it asks, where its row has several.
    """

    name: str
    header: str
    history: CardHistory


@dataclass(frozen=True, slots=True)
class WeakRow:
    """A row that does not stick, with those of its cards that do not, the worst first.

    ``confused`` are other such rows whose clues look like this one's.
    """

    guid: Guid
    note: Note
    is_leech: bool
    cards: tuple[WeakCard, ...]
    confused: tuple[Note, ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class WeakReport:
    """The ``rows`` that do not stick by a ``measure``, the worst first.

    ``weak`` is how many there are, of which ``rows`` are the first; ``reviewed`` how many rows were
    reviewed, and ``answers`` how often. ``gone`` are notes that do not stick and whose rows are no
    longer in the pages, or have errors.
    """

    measure: Measure
    rows: tuple[WeakRow, ...]
    weak: int
    reviewed: int
    answers: int
    gone: int
    has_difficulty: bool


def find_weak(
    notes: Sequence[StampedNote], reviews: Reviews, measure: Measure, top: int
) -> WeakReport:
    """The ``top`` weakest rows of these notes.

    By lapses, a row is weak of which a card lapsed; by again, where an answer after the first day
    was Again; by time and by difficulty all rows are in order. A share or a time of fewer than
    three answers is none.
    """
    by_guid = {stamped.guid: stamped for stamped in notes}
    weak: list[tuple[StampedNote, list[CardHistory]]] = []
    gone = 0
    for guid, cards in groupby(sorted(reviews.cards, key=attrgetter("guid", "ordinal")), _guid):
        found = [card for card in cards if _measured(card, measure) > 0]
        if found and guid not in by_guid:
            gone += 1
        elif found:
            found.sort(key=lambda card: (_badness(card, measure), card.ordinal))
            weak.append((by_guid[guid], found))
    weak.sort(key=lambda each: (_badness(each[1][0], measure), each[0].note.position))
    shown = weak[:top]
    forgotten = _forgotten(by_guid, reviews.cards)
    confused = confusable([stamped.note for stamped, _ in shown], forgotten)
    suggestions = Suggestions(notes)
    answered = [card for card in reviews.cards if card.reviews]
    return WeakReport(
        measure,
        tuple(
            _weak_row(stamped, cards, others, suggestions)
            for (stamped, cards), others in zip(shown, confused, strict=True)
        ),
        len(weak),
        len({card.guid for card in answered}),
        sum(card.reviews for card in answered),
        gone,
        any(card.difficulty is not None for card in answered),
    )


_guid = attrgetter("guid")


def _measured(card: CardHistory, measure: Measure) -> float:
    """How weak a card is; 0 where it is not, or where that is not known."""
    if not card.reviews:
        return 0
    match measure:
        case Measure.LAPSES:
            return card.lapses
        case Measure.DIFFICULTY:
            return card.difficulty or 0
        case Measure.TIME:
            return (card.seconds or 0) if card.reviews >= FEWEST_ANSWERS else 0
        case Measure.AGAIN:
            return (card.share or 0) if card.later >= FEWEST_ANSWERS else 0


def _badness(card: CardHistory, measure: Measure) -> tuple[float, ...]:
    """The smaller, the weaker; of cards that are equal by the measure the others decide."""
    return (
        -_measured(card, measure),
        -card.lapses,
        -(card.share or 0),
        -(card.difficulty or 0),
        -(card.seconds or 0),
    )


def _forgotten(by_guid: Mapping[Guid, StampedNote], cards: Iterable[CardHistory]) -> list[Note]:
    """The rows of which a card lapsed or was not known after its first day, whatever the order."""
    found = {card.guid for card in cards if card.reviews and (card.lapses or card.again)}
    return [by_guid[guid].note for guid in sorted(found) if guid in by_guid]


def _weak_row(
    stamped: StampedNote,
    cards: Sequence[CardHistory],
    confused: Sequence[Note],
    suggestions: Suggestions,
) -> WeakRow:
    named = [WeakCard(*card_name(stamped, card), card) for card in cards]
    headers = [card.header for card in named if card.name == "attribute"]
    return WeakRow(
        stamped.guid,
        stamped.note,
        cards[0].is_leech,
        tuple(named),
        tuple(confused),
        suggestions.of(stamped, headers),
    )


_SHORT_NAMES = {"Clue quiz": "quiz", "Trap": "recall"}


def card_name(stamped: StampedNote, card: CardHistory) -> tuple[str, str]:
    """Which card of its note it is, and the header of the column that it asks, where its row has
    several; a card of a template that the person has added has the name of that."""
    kind, ordinal = stamped.note.origin.kind, card.ordinal
    if kind is Kind.CLOZE:
        return f"gap {ordinal + 1}", ""
    if kind is Kind.COMPARE and ordinal < FIRST_QUIZ + MOST_ATTRIBUTES:
        slot = ordinal % MOST_ATTRIBUTES
        html = header_of(getattr(stamped.fields, f"h{slot + 1}"))
        return "attribute quiz" if ordinal >= FIRST_QUIZ else "attribute", _text(html)
    name = _SHORT_NAMES.get(card.template, card.template.lower())
    return name or f"card {ordinal + 1}", ""


def _text(html: str) -> str:
    """A header's HTML, which has no tags of its own, as text."""
    return unescape(html.replace("<wbr>", ""))
