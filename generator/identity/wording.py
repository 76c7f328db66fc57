"""How much two texts share, letter by letter, and which pairs of many are worth comparing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

# A trigram that stands in more texts than this says little about any; leaving it out keeps the
# search linear where ten thousand rows of one table are edited at once.
_COMMON = 40
_CLUE_ALONE = 0.85
_SAME_ANSWER = 0.65  # what the same answer is worth, whatever the clue


class Wording:
    """A row's clue and answer as sets of trigrams: three letters in a row, case folded.

    Trigrams see that "retry" and "retries" are near, in any script, spaces or none.
    """

    def __init__(self, clue: str, answer: str) -> None:
        self.clue = clue
        self.answer = answer

    @cached_property
    def trigrams(self) -> frozenset[str]:
        """The trigrams of the clue."""
        return _trigrams(self.clue)

    @cached_property
    def answer_trigrams(self) -> frozenset[str]:
        """The trigrams of the answer."""
        return _trigrams(self.answer)

    def likeness(self, other: Wording) -> float:
        """From 0 (nothing shared) to 1 (the same): the average of clue and answer.

        With the same answer a row is near already, and the nearer the closer the clues are. A clue
        that hardly changed speaks for the row nearly as well.
        """
        clue = _dice(self.trigrams, other.trigrams)
        if self.answer == other.answer:
            return _SAME_ANSWER + (1 - _SAME_ANSWER) * clue
        answer = _dice(self.answer_trigrams, other.answer_trigrams)
        return max((clue + answer) / 2, _CLUE_ALONE * clue)


def closest(new: Sequence[Wording], old: Sequence[Wording]) -> Iterator[tuple[int, int]]:
    """Pairs (index in ``new``, index in ``old``) that share a telling trigram or the answer."""
    index: dict[str, list[int]] = defaultdict(list)
    for number, wording in enumerate(old):
        for feature in _features(wording):
            index[feature].append(number)
    for number, wording in enumerate(new):
        found: dict[int, None] = {}
        for feature in sorted(_features(wording)):
            postings = index.get(feature, ())
            if len(postings) <= _COMMON:
                found.update(dict.fromkeys(postings))
        yield from ((number, other) for other in sorted(found))


def _features(wording: Wording) -> set[str]:
    return {*wording.trigrams, "=" + wording.answer}


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text.casefold()} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
