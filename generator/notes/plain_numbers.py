"""Numbers in a text written in one way, so that "0.5" and "50 %" are seen to be one answer."""

from __future__ import annotations

import re
from fractions import Fraction

from generator.core.lazy_regex import lazy_regex
from generator.core.likeness import bare
from generator.notes.words import (
    ByWord,
    all_words,
    ascii_words,
    is_content,
    singular,
    word_stems,
)

# From two on, in the languages that have labels: "one" is a word of much else.
_WORDS = dict.fromkeys(("zero", "zéro", "cero"), "0") | {
    word: str(number)
    for words in (
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        "deux trois quatre cinq six sept huit neuf dix onze douze",
        "dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "due tre quattro cinque sei sette otto nove dieci undici dodici",
        "dois três quatro cinco seis sete oito nove dez onze doze",
    )
    for number, word in enumerate(words.split(), 2)
}
_PARTS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_UNITS = ("m", "g", "s", "Hz", "B", "bit", "W", "V", "A", "J", "N", "Pa", "l", "L", "mol")
_PREFIXES = {
    "n": -9,
    "µ": -6,
    "μ": -6,
    "m": -3,
    "c": -2,
    "d": -1,
    "k": 3,
    "K": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
_TIMES = {"sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "day": 86400}
# What stands behind a number, and what it and the unit come to.
_BEHIND: dict[str, tuple[Fraction, str]] = {
    **dict.fromkeys(
        ("%", "percent", "per cent", "Prozent", "pour cent", "por ciento"), (Fraction(1, 100), "")
    ),
    **{
        f"{prefix}{unit}": (Fraction(10) ** power, unit.lower())
        for prefix, power in _PREFIXES.items()
        for unit in _UNITS
    },
    **{unit: (Fraction(1), unit.lower()) for unit in _UNITS},
    **{
        name: (Fraction(seconds), "s")
        for unit, seconds in _TIMES.items()
        for name in (unit, f"{unit}s")
    },
    "mcg": (Fraction(1, 10**6), "g"),
    "byte": (Fraction(1), "b"),
    "bytes": (Fraction(1), "b"),
    "t": (Fraction(10**6), "g"),
}
_NUMBER = lazy_regex(
    r"(?<![\w.,/^-])(?:(?P<thousands>\d{1,3}(?:[,’'\u00a0\u202f ]\d{3})+)"
    r"|(?P<top>\d{1,9})/(?P<below>\d{1,9})|(?P<whole>\d{0,9})(?P<part>[½¼¾⅓⅔])"
    r"|(?P<number>\d{0,15}[.,]\d{1,15}|\d{1,15}))"
    rf"(?:[  -]?(?P<unit>{'|'.join(map(re.escape, sorted(_BEHIND, key=len, reverse=True)))}))?"
    r"(?![\w/^]|[.,]\d)"
    rf"|\b(?P<word>{'|'.join(sorted(_WORDS))})\b"
)
_HAS_DIGIT = lazy_regex("[0-9]")


def with_plain_numbers(text: str) -> str:
    """The text with each number as a word of its own, which is one for all ways to write it.

    It is a whole number or a fraction: ``4`` of "four", ``1o2`` of "0.5", "1/2" and "50 %"; "1 km"
    and "1,000 m" are ``1000 m``. What may be a date, a version or a range stays as it is.
    """
    if (
        text.isascii()
        and not _HAS_DIGIT.search(text)
        and _WORDS.keys().isdisjoint(ascii_words(text))
    ):
        return text  # as most are
    return _NUMBER.sub(_plain, text)


def plain_stems(text: str) -> frozenset[str]:
    """The `word_stems` of a text `with_plain_numbers`."""
    stems = frozenset(map(_PLAIN_STEMS.__getitem__, all_words(text)))
    if _NUMBER_WORD in stems:
        return word_stems(with_plain_numbers(text))
    if _FUNCTION_WORD in stems:
        return stems - {_FUNCTION_WORD} or word_stems(text)
    return stems


# In the place of the stem of a word without meaning, and of one that may be part of a number.
_FUNCTION_WORD, _NUMBER_WORD = "", "0"
_BARE_NUMBERS = frozenset(map(bare, _WORDS))


def _plain_stem(word: str) -> str:
    if word in _BARE_NUMBERS or not word.isalpha():
        return _NUMBER_WORD
    return singular(word) if is_content(word) else _FUNCTION_WORD


_PLAIN_STEMS = ByWord(_plain_stem)


def _plain(found: re.Match[str]) -> str:
    if word := found["word"]:
        return _WORDS[word]
    if found["top"]:
        if not int(found["below"]):
            return found[0]
        value: Fraction | int = Fraction(int(found["top"]), int(found["below"]))
    elif found["part"]:
        value = int(found["whole"] or 0) + Fraction(_PARTS[found["part"]])
    elif found["thousands"]:
        value = int(re.sub(r"\D", "", found["thousands"]))
    elif (number := found["number"]).isdecimal():
        value = int(number)
    else:
        value = Fraction(number.replace(",", "."))
    unit = found["unit"] or ""
    if unit:
        factor, unit = _BEHIND[unit]
        value *= factor
    number = str(value).replace("/", "o")
    return f"{number} {unit}" if unit else number
