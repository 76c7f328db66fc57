"""Chooses the wrong options of a quiz card: other answers, so that a new row changes few cards."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import compress
from operator import attrgetter, itemgetter, not_
from sys import intern
from typing import NamedTuple

from generator.notes.plain_numbers import plain_stems
from generator.notes.words import repeated, says_again

FEWEST, MOST = 2, 3
FEWEST_OF_KNOWN = 1  # of a card that people have: better than a blank one
# How many neighbours on the ring (and right answers of one clue) are looked at before a card goes
# without options: a bound that keeps a package of 100,000 rows linear.
LOOK_AT = 24
_PLACES = 1 << 16  # so many parts a ring has, by which is known what of it has changed


class Answer:
    """An answer as a possible option: its plain text (what is compared) and its field HTML.

    ``words`` are its content words: the longest of them decides nothing, their set decides all.
    They are worked out when they are first asked for: many clues look at them, but none at those of
    most answers. ``place`` is where it stands on a ring.
    """

    __slots__ = ("_stems", "html", "place", "text")

    def __init__(self, text: str, html: str) -> None:
        self.text = text
        self.html = html
        self.place = _place(text)
        self._stems: frozenset[str] | None = None

    @property
    def words(self) -> frozenset[str]:
        """Its content words."""
        if self._stems is None:
            self._stems = plain_stems(self.text)
        return self._stems

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and (self.text, self.html) == (other.text, other.html)

    def __hash__(self) -> int:
        return hash((self.text, self.html))

    def __repr__(self) -> str:
        return f"Answer({self.text!r}, {self.html!r})"


class PackedAnswer(Answer):
    """One of very many: its words are kept in a seventh of the memory of a set, which is made anew
    at each look."""

    __slots__ = ("_packed",)

    def __init__(self, text: str, html: str) -> None:
        super().__init__(text, html)
        self._packed: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """Its content words."""
        if self._packed:
            return frozenset(self._packed)
        words = plain_stems(self.text)
        self._packed = tuple(map(intern, words))  # those of many answers are the same
        return words


class Span(NamedTuple):
    """A part of a ring, from a first to a last place, both included, where the ring has ``_PLACES``
    of them; where it goes past the end, ``last`` is larger by so many."""

    first: int
    last: int

    def meets(self, places: Sequence[int]) -> bool:
        """Whether one of these places, in ascending order, is in it."""
        return any(
            bisect(places, self.last - turn) > bisect_left(places, self.first - turn)
            for turn in (0, _PLACES)
        )


class RingPart(NamedTuple):
    """What a table adds to a ring: its header, and the places of its answers, as in a `Span`."""

    header: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, header: str, answers: Sequence[Answer]) -> RingPart:
        """The part of these answers."""
        return cls(header, tuple([_short(answer.place) for answer in answers]))


class Ring:
    """Answers in the order of their hashes; each clue starts at its own hash and walks on.

    An answer that is added or deleted changes only the cards that would have met it on their way.
    """

    def __init__(self, answers: Iterable[Answer]) -> None:
        by_text: dict[str, Answer] = {}
        for answer in answers:
            # One text may be marked up in two ways; their order must not say which is taken.
            known = by_text.setdefault(answer.text, answer)
            if answer.html > known.html:
                by_text[answer.text] = answer
        around = sorted(by_text.values(), key=attrgetter("place", "text"))
        self._places = [answer.place for answer in around]
        self._looked_at = min(LOOK_AT, len(around))
        self._answers = [*around, *around[:LOOK_AT]]  # the first ones follow the last

    def walk(self, place: bytes) -> list[Answer]:
        """Up to a bounded number of answers, from the place of a clue on."""
        start = bisect(self._places, place)
        return self._answers[start : start + self._looked_at]

    def span(self, clue: str) -> Span:
        """The part of the ring that a clue looks at: what changes elsewhere changes no card of
        it."""
        place = _place(clue)
        start = bisect(self._places, place)
        if len(self._places) <= LOOK_AT:
            return Span(0, _PLACES - 1)
        turns, last = divmod(start + LOOK_AT - 1, len(self._places))
        return Span(_short(place), _short(self._places[last]) + turns * _PLACES)


class Distractors(NamedTuple):
    """Wrong options for a clue; whether the right one ``is_told`` by words of the clue; and on how
    many ``rings`` was looked for them."""

    options: list[Answer]
    is_told: bool
    rings: int

    def on_card(self, fewest: int = FEWEST) -> list[Answer]:
        """Those that stand on a card; none where there are fewer than ``fewest``, or where they
        tell the right one, but for a card that people have (``fewest`` is one)."""
        is_fair = not self.is_told or fewest <= FEWEST_OF_KNOWN
        return self.options if is_fair and len(self.options) >= fewest else []


def choose_distractors(clue: str, right: Sequence[Answer], rings: Iterable[Ring]) -> Distractors:
    """Up to three wrong options from the rings, nearest ring first.

    None is a subset or a superset of a right answer or of another option, word by word: "batch"
    beside "batch inference" would be right too, or be told by its form; so would "50 %" beside
    "0.5". Where the right answer repeats words of the clue, those that do so, too, come first;
    where only the right one does, it is told. ``rings`` are asked for one after the other, as long
    as there are too few.
    """
    if len(right) > LOOK_AT:
        return Distractors([], False, 0)  # each candidate against all of them would be quadratic
    chosen: list[Answer] = []
    taken = [answer.words for answer in right]
    place = _place(clue)
    echo = _echo(clue, right[0]) if right else frozenset[str]()
    used = 0
    is_told = bool(echo)
    for ring in rings:
        used += 1
        near = ring.walk(place)
        first = 0
        if echo:
            again = [says_again(answer.text, answer.words, echo) for answer in near]
            first = sum(again)
            near = [*compress(near, again), *compress(near, map(not_, again))]
        for index, answer in enumerate(near):
            words = answer.words
            for other in taken:
                if words <= other or other <= words:
                    break
            else:
                chosen.append(answer)
                taken.append(words)
                if index < first:
                    is_told = False
                if len(chosen) == MOST:
                    break
        if len(chosen) == MOST:
            break
    return Distractors(chosen, is_told, used)


def _echo(clue: str, right: Answer) -> frozenset[str]:
    """The words of a clue that its right answer says again, in whatever form. Numbers count rows,
    and of a picture nobody reads the words."""
    if "<img" in right.html:
        return frozenset()
    said_again = repeated(clue, right.words)
    return frozenset([word for word in said_again if not word.isdecimal()])


def shuffled(clue: str, options: Iterable[Answer]) -> list[Answer]:
    """A fixed order that says nothing about which is right (where scripts are off it is shown)."""
    placed = [(_place(f"{clue}\0{option.text}"), option) for option in options]
    placed.sort(key=itemgetter(0))
    return [option for _, option in placed]


_EMPTY = blake2b(digest_size=8)


def _place(text: str) -> bytes:
    place = _EMPTY.copy()  # which takes less than to make one
    place.update(text.encode())
    return place.digest()


def _short(place: bytes) -> int:
    return int.from_bytes(place[:2])
