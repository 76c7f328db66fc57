"""What headings name: whether a key and a question are of one quiz, by the words above each."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.titles import PARTS, PLAIN, QUIZZES, without_answer_words
from generator.forms.lettered.words import key_of

_TOKEN = lazy_regex(r"\d+|[^\W\d_]+")
_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        "i one eins uno un, ii two zwei dos deux, iii three drei tres trois, iv four vier cuatro,"
        "v five fünf cinco, vi six sechs seis, vii seven sieben siete, viii eight acht ocho,"
        "ix nine neun nueve, x ten zehn diez".split(","),
        1,
    )
    for word in words.split()
}
_SHORTEST = 4  # letters of a word that tells something
_STEM = 4  # letters that two forms of one word share


class Relation(Enum):
    """What the name of a key says about a question."""

    OWN = "it is of the quiz that is named"
    UNNAMED = "nothing"
    OTHER = "another quiz is named"


class Name(NamedTuple):
    """The words of a heading, and its numbers, each with what it counts."""

    words: frozenset[str]
    numbers: frozenset[tuple[str, str]]


NOTHING = Name(frozenset(), frozenset())


@lru_cache(maxsize=4096)
def name_of(text: str) -> Name:
    """What a heading names, beside answers and questions."""
    words, numbers, counted = set(), set(), ""
    for found in _TOKEN.findall(unicodedata.normalize("NFKC", without_answer_words(text))):
        word = found.casefold()
        stem = word.removesuffix("s") if len(word) > _SHORTEST else word
        is_letter = counted and len(word) == 1
        if word.isdecimal() or (counted and word in _NUMBERS) or is_letter:
            numbers.add((counted, _NUMBERS.get(word, word.lstrip("0"))))
            counted = ""
            continue
        counted = stem if stem in QUIZZES or stem in PARTS else ""
        is_telling = len(word) >= _SHORTEST or not word.isascii()
        if is_telling and not counted and word not in PLAIN and stem not in PLAIN:
            words.add(stem)
    return Name(frozenset(words), frozenset(numbers))


def names_something(text: str) -> bool:
    """Whether a line has words beside those for answers and questions."""
    found = map(str.casefold, _TOKEN.findall(without_answer_words(text)))
    return any(word not in PLAIN and word.removesuffix("s") not in PLAIN for word in found)


class Section(NamedTuple):
    """The headings above a line, outermost first, and their lines; the first may be the ``title``
    of the page."""

    headings: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    has_title: bool = False

    def without(self, lines: Collection[int]) -> Section:
        """The section without the headings in some lines."""
        if set(lines).isdisjoint(self.lines):
            return self
        left = [
            each for each in zip(self.headings, self.lines, strict=True) if each[1] not in lines
        ]
        has_title = self.has_title and self.lines[0] not in lines
        return Section(tuple(text for text, _ in left), tuple(line for _, line in left), has_title)


def rank_of(line: TextLine) -> int:
    """The rank of a heading, or of a bold line that counts quizzes or parts; 0 of other lines."""
    if line.kind == "heading":
        return line.node.rank
    is_bold = line.kind == "text" and line.starts and _BOLD.fullmatch(line.text) is not None
    return _BOLD_RANK if is_bold and any(c for c, _ in name_of(line.text).numbers) else 0


_BOLD = lazy_regex(r"(\*\*|__)[^*_?？؟]{1,60}\1:?")
_BOLD_RANK = 7
_LABEL_RANK = 8


def sections(stream: Sequence[TextLine], labels: Sequence[TextLine]) -> list[Section]:
    """The section of each line of a page; a heading stands in the one that it begins. So does any
    line that one of the ``labels`` in a key repeats."""
    own, repeated = set(map(id, labels)), {key_of(label.text) for label in labels}

    def rank_on_page(line: TextLine) -> int:
        is_label = line.kind == "text" and id(line) not in own and key_of(line.text) in repeated
        return rank_of(line) or (_LABEL_RANK if is_label else 0)

    firsts = [line for line in stream if line.kind == "heading" and line.node.rank == 1]
    found: list[Section] = []
    open_ones: list[tuple[int, TextLine]] = []
    section = Section()
    for line in stream:
        if rank := rank_on_page(line) if line.starts else 0:
            open_ones = [*(each for each in open_ones if each[0] < rank), (rank, line)]
            texts = tuple(each.text for _, each in open_ones)
            has_title = len(firsts) == 1 and open_ones[0][1] is firsts[0]
            section = Section(texts, tuple(each.at.line for _, each in open_ones), has_title)
        found.append(section)
    return found


@lru_cache(maxsize=4096)
def _names(texts: tuple[str, ...]) -> Name:
    found = [name_of(text) for text in texts]
    words = frozenset(word for name in found for word in name.words)
    return Name(words, frozenset(number for name in found for number in name.numbers))


def relation(text: str, section: Section) -> Relation:
    """What a name says about a question in a section."""
    key = key_of(without_answer_words(text))
    if key and any(key_of(heading) == key for heading in section.headings):
        return Relation.OWN
    name, there = name_of(text), _names(section.headings)
    below = _names(section.headings[section.has_title :])
    are_counted = False
    for counted, number in name.numbers:
        same = {n for c, n in there.numbers if c == counted and c}
        near = {n for c, n in below.numbers if not {c, counted}.isdisjoint({"", *QUIZZES})}
        known = same or near
        if known and number not in known:
            return Relation.OTHER
        are_counted |= bool(known)
    if not name.words:
        return Relation.OWN if are_counted else Relation.UNNAMED
    if name.words <= there.words:
        return Relation.OWN
    if below.words and not _share(name.words, there.words):
        return Relation.OTHER
    return Relation.OWN if are_counted else Relation.UNNAMED


def _share(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two names have a word in common, in whatever form."""
    return not {word[:_STEM] for word in words}.isdisjoint(word[:_STEM] for word in others)
