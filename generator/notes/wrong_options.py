"""Chooses the wrong options of a quiz card: other answers, so that a new row changes few cards."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from operator import attrgetter
from sys import intern

from generator.notes.plain_numbers import with_plain_numbers
from generator.notes.words import word_stems

FEWEST, MOST = 2, 3
FEWEST_OF_KNOWN = 1  # of a card that people have: better than a blank one
# How many neighbours on the ring (and right answers of one clue) are looked at before a card goes
# without options: a bound that keeps a package of 100,000 rows linear.
_LOOK_AT = 24


class Answer:
    """An answer as a possible option: its plain text (what is compared) and its field HTML.

    ``words`` are its content words: the longest of them decides nothing, their set decides all.
    ``place`` is where it stands on a ring. Both are worked out once: an answer stands on its
    table's ring and on its package's, and many clues look at it; but no clue at most of them.
    """

    __slots__ = ("_stems", "html", "place", "text")

    def __init__(self, text: str, html: str) -> None:
        self.text = text
        self.html = html
        self._stems: frozenset[str] | None = None
        self.place = _place(text)

    @property
    def words(self) -> frozenset[str]:
        """Its content words."""
        if self._stems is None:
            self._stems = word_stems(with_plain_numbers(self.text))
        return self._stems

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and (self.text, self.html) == (other.text, other.html)

    def __hash__(self) -> int:
        return hash((self.text, self.html))

    def __repr__(self) -> str:
        return f"Answer({self.text!r}, {self.html!r})"


class LeanAnswer(Answer):
    """An answer among so many that sets of their words would fill the memory: it keeps a list of
    words that it shares with the others."""

    __slots__ = ("_words",)

    def __init__(self, text: str, html: str) -> None:
        super().__init__(text, html)
        self._words: tuple[str, ...] | None = None

    @property
    def words(self) -> frozenset[str]:
        """Its content words."""
        if self._words is None:
            stems = word_stems(with_plain_numbers(self.text))
            self._words = tuple(map(intern, stems))
        return frozenset(self._words)


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
        self._answers = sorted(by_text.values(), key=attrgetter("place", "text"))
        self._places = [answer.place for answer in self._answers]

    def walk(self, place: bytes) -> list[Answer]:
        """Up to a bounded number of answers, from the place of a clue on."""
        start = bisect(self._places, place)
        near = self._answers[start : start + _LOOK_AT]
        return near + self._answers[: min(start, _LOOK_AT - len(near))]


def choose_distractors(
    clue: str, right: Sequence[Answer], rings: Sequence[Ring], fewest: int = FEWEST
) -> list[Answer]:
    """Up to three wrong options from the rings, nearest ring first; empty where there are fewer
    than ``fewest``.

    None is a subset or a superset of a right answer or of another option, word by word: "batch"
    beside "batch inference" would be right too, or be told by its form; so would "50 %" beside
    "0.5". Where the right answer
    repeats words of the clue, those that do so, too, come first; there are none where only the
    right one would, but for a card that people have (``fewest`` is one).
    """
    if len(right) > _LOOK_AT:
        return []  # to hold each candidate against all of them would be quadratic
    chosen: list[Answer] = []
    taken = [answer.words for answer in right]
    place = _place(clue)
    echo = _echo(clue, right[0]) if right else frozenset[str]()
    for ring in rings:
        near: Iterable[Answer] = ring.walk(place)
        if echo:
            near = sorted(near, key=lambda answer: echo.isdisjoint(answer.words))
        for answer in near:
            words = answer.words
            for other in taken:
                if words <= other or other <= words:
                    break
            else:
                chosen.append(answer)
                taken.append(words)
                if len(chosen) == MOST:
                    break
        if len(chosen) == MOST:
            break
    tells = echo and fewest > FEWEST_OF_KNOWN and all(echo.isdisjoint(a.words) for a in chosen)
    return chosen if len(chosen) >= fewest and not tells else []


def _echo(clue: str, right: Answer) -> frozenset[str]:
    """The words of a clue that its right answer says again. Numbers count rows, and of a picture
    nobody reads the words."""
    if "<img" in right.html:
        return frozenset()
    return frozenset(word for word in word_stems(clue) & right.words if not word.isdecimal())


def shuffled(clue: str, options: Iterable[Answer]) -> list[Answer]:
    """A fixed order that says nothing about which is right (where scripts are off it is shown)."""
    return sorted(options, key=lambda option: _place(f"{clue}\0{option.text}"))


def _place(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()
