"""The words of a text, and whether one text gives a word of another away."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
# Words that say nothing about an answer, in the languages most notes are written in.
_FUNCTION_WORDS = frozenset(
    """
    a an and are as at be by for from in into is it its of on or that the their then this to with
    der die das den dem des ein eine einen und oder für im in mit von zu zum zur auf ist
    el la los las un una y o de del en con para por
    le les et ou du des au aux sur dans pour
    """.split()
)
_SHORTEST_STEM = 4  # letters; "batch" and "batches" are one word, "go" and "goal" are not


def content_words(text: str) -> frozenset[str]:
    """The words that carry meaning, in lower case; all words where no other is left."""
    words = frozenset(_WORD.findall(text.casefold()))
    return words - _FUNCTION_WORDS or words


def longest_harmless(candidates: Sequence[str], secrets: Sequence[str]) -> str:
    """The first candidate that shares no word with any of the secrets, else an empty text."""
    hidden = frozenset().union(*map(content_words, secrets))
    for candidate in candidates:
        words = content_words(candidate)
        if not any(_same_word(word, secret) for word in words for secret in hidden):
            return candidate
    return ""


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if not short.isascii() and len(short) > 1 and short in long:
        return True  # scripts that write no spaces: a "word" is a whole phrase
    return len(short) >= _SHORTEST_STEM and long.startswith(short)
