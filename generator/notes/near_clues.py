"""Tells clues that ask the same in nearly the same words from those that differ in what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator.core.lazy_regex import lazy_regex
from generator.notes.words import content_in_order

_MOST_CLUE_WORDS = 30  # words; each word of a clue costs memory here
_SHARED_WORDS = 4
# A word that tells two rows apart although all others are the same.
_TELLING = lazy_regex(
    r"\w|.*\d.*|no|not|never|without|none|only"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|last"
)
_SIGNS = lazy_regex(r"[^\w\s.,;:!?“”‘’\"'()…–—]")


def forms_of(clue: str) -> Iterator[tuple[str, ...]]:
    """The content words of a clue, and all but one of them; none for a clue of too few words, or of
    too many. Two clues that share one of these differ by a word or two."""
    words = content_in_order(clue)
    if _SHARED_WORDS - 1 <= len(words) <= _MOST_CLUE_WORDS:
        yield words
        if len(words) > _SHARED_WORDS:
            yield from (words[:index] + words[index + 1 :] for index in range(len(words)))


def are_near(one: str, other: str) -> bool:
    """Whether nothing that tells two clues apart is in what differs between them."""
    words, others = Counter(content_in_order(one)), Counter(content_in_order(other))
    differing = (words - others) + (others - words)
    return _SIGNS.findall(one) == _SIGNS.findall(other) and not any(
        map(_TELLING.fullmatch, differing)
    )
