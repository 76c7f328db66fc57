"""`generator.notes.words` in the plainest way: no caches, no short cuts, each word against each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from generator.notes import words

CAPITALS = re.compile(r"(?<=\w[ -])[A-Z]+\b")


def longest_harmless(candidates: Sequence[str], secrets: Sequence[str], shown: str) -> str:
    """The first candidate that has less than half of the words of each secret that are not shown,
    in any form; none where words are not parted."""

    def gives_away(candidate: str, secret: str) -> bool:
        hidden = content(secret) - (content(shown) if shown else set())
        shared = [
            word for word in hidden if any(same_word(each, word) for each in all_words(candidate))
        ]
        are_parted = not any(map(words._IS_UNSPACED.match, hidden))
        return bool(shared) and (2 * len(shared) >= len(hidden) or not are_parted)

    for candidate in candidates:
        if not any(gives_away(candidate, secret) for secret in secrets):
            return candidate
    return ""


def word_stems(text: str) -> frozenset[str]:
    """The words that carry meaning, without a plural's ending."""
    return frozenset(map(singular, content(text)))


def repeated(text: str, others: frozenset[str]) -> set[str]:
    """What the stems of a text have in common with others, each held against each."""
    found = set(word_stems(text) & others)
    joined = " ".join(others)
    for word in word_stems(text) - found:
        for other in others:
            if word >= words._FAR_EAST:
                if min(len(word), len(other)) > 1 and (word in other or other in word):
                    found.add(min(word, other, key=len))
            elif word[:4] in joined or word[-4:] in joined:
                found |= {words._common_stem(word, other)} - {""}
    return found


def content(text: str) -> set[str]:
    """All words but those that carry no meaning, or all."""
    found = all_words(text)
    function_words = set(map(bare, words._FUNCTION_WORDS))
    return {
        word for word in found if word not in function_words and not words._IS_HIRAGANA.match(word)
    } or found


def all_words(text: str) -> set[str]:
    """The words, pairs of Han characters, and capitals that would be function words."""
    found = set()
    for word in words._WORD.findall(words._CLITIC.sub("", bare(text))):
        if len(word) > 2 and words._IS_HAN.match(word):
            found.update(word[start : start + 2] for start in range(len(word) - 1))
        else:
            found.add(word)
    found.update(word for word in CAPITALS.findall(text) if word.lower() in FUNCTION_WORDS)
    return found or set(text.split())


def bare(text: str) -> str:
    """In lower case, without marks."""
    letters = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M"))
    return unicodedata.normalize("NFC", kept).casefold()


FUNCTION_WORDS = set(map(bare, words._FUNCTION_WORDS))


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if not short.isascii() and words._stands_in(short, long):
        return True
    if short[:2] != long[:2]:
        return False
    if singular(short) == singular(long):
        return True
    shared = 0
    while shared < len(short) and short[shared] == long[shared]:
        shared += 1
    if shared < 4:
        return False
    if shared == len(short):
        return True
    if not (short.isascii() and long.isascii()):
        return len(long) - shared <= 2
    return any(
        short[stem:] in words._ENDINGS and long[stem:] in words._ENDINGS
        for stem in range(4, shared + 1)
    )


def singular(word: str) -> str:
    """Without the ending of a plural."""
    if len(word) < 3 or not word.isascii():
        return word
    for ending, instead in (("ies", "y"), ("es", ""), ("ss", "ss"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
