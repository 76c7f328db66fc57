"""Chooses the wrong options of a quiz card: other answers, so that a new row changes few cards."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from generator.notes.words import content_words

FEWEST, MOST = 2, 3
# How many neighbours on the ring (and right answers of one clue) are looked at before a card goes
# without options: a bound that keeps a package of 100,000 rows linear.
_LOOK_AT = 24


@dataclass(frozen=True)
class Answer:
    """An answer as a possible option: its plain text (what is compared) and its field HTML."""

    text: str
    html: str

    @cached_property
    def words(self) -> frozenset[str]:
        """Its content words; the longest of them decides nothing, their set decides all."""
        return content_words(self.text)


class Ring:
    """Answers in the order of their hashes; each clue starts at its own hash and walks on.

    An answer that is added or deleted changes only the cards that would have met it on their way.
    """

    def __init__(self, answers: Iterable[Answer]) -> None:
        # One text may be marked up in two ways; their order must not say which is taken.
        by_text = {answer.text: answer for answer in sorted(answers, key=lambda a: a.html)}
        hashed = sorted((_hash(text).digest(), text) for text in by_text)
        self._hashes = [value for value, _ in hashed]
        self._answers = [by_text[text] for _, text in hashed]

    def walk(self, clue: str) -> Iterator[Answer]:
        """Up to a bounded number of answers, from the place of ``clue`` on."""
        start = bisect(self._hashes, _hash(clue).digest())
        for step in range(min(len(self._answers), _LOOK_AT)):
            yield self._answers[(start + step) % len(self._answers)]


def choose_distractors(clue: str, right: Sequence[Answer], rings: Sequence[Ring]) -> list[Answer]:
    """Two or three wrong options from the rings, nearest ring first; empty where there are not two.

    None is a subset or a superset of a right answer or of another option, word by word: "batch"
    beside "batch inference" would be right too, or be told by its form.
    """
    if len(right) > _LOOK_AT:
        return []  # to hold each candidate against all of them would be quadratic
    chosen: list[Answer] = []
    taken = [answer.words for answer in right]
    for ring in rings:
        for answer in ring.walk(clue):
            words = answer.words
            for other in taken:
                if words <= other or other <= words:
                    break
            else:
                chosen.append(answer)
                taken.append(words)
                if len(chosen) == MOST:
                    return chosen
    return chosen if len(chosen) >= FEWEST else []


def shuffled(clue: str, options: Iterable[Answer]) -> list[Answer]:
    """A fixed order that says nothing about which is right (where scripts are off it is shown)."""
    start = _hash(f"{clue}\0")

    def place(option: Answer) -> bytes:
        hashed = start.copy()
        hashed.update(option.text.encode())
        return hashed.digest()

    return sorted(options, key=place)


def _hash(text: str) -> blake2b:
    return blake2b(text.encode(), digest_size=8)
