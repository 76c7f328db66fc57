"""Guesses where a row that has lost its column border was cut, from what the page itself shows.

Nothing here is trained: each rule is a sentence about language, with a weight in points.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.draft.document import SETTLED

LIKELY, UNSURE = "likely", "unsure"
_CLEAR_LEAD = 2.5  # points that the best guess must be ahead of the next

_ARTICLES = frozenset("a an the its their your our this these each every".split())
_PREPOSITIONS = frozenset(
    "of in on at by for from into onto to with without over under between through per about across "
    "against before after during until than as like via within among toward towards".split()
)
_JOINING = frozenset(
    "and or nor but that which who whose where when while because if whether".split()
)
_VERBS = frozenset(
    "is are was were be been has have had do does did can could may might must shall should will "
    "would need needs means matters matter still cannot isn’t doesn’t fits fit belongs".split()
)
_NOT_LAST = _ARTICLES | _PREPOSITIONS | _JOINING | _VERBS | {"not", "no", "more", "very"}
_NOT_FIRST = (
    _PREPOSITIONS | _JOINING | (_VERBS - {"do"}) | {"often", "alone", "itself", "too", "now"}
)
_IMPERATIVES = frozenset(
    "use keep check ask read choose pick prefer treat start look compare separate think inspect "
    "verify measure match design split test avoid log define set make".split()
)
_PRONOUNS = frozenset("it them they we you he she him her us one".split())
_CODE = lazy_regex(r"\w[._(]\w|\w_\w|^[-`@/.]\w")
_STRIPPED = "“”\"'‘’.,;:!?()[]…"


class Split(NamedTuple):
    """A way to cut a row: ``left`` is the number of words before the cut."""

    left: int
    points: float


class Guess(NamedTuple):
    """How a row is cut: its confidence, and the cuts by their number of left words, best first."""

    confidence: str
    cuts: tuple[int, ...]


class Vocabulary:
    """The words of a page as they stand next to each other, and how its lines begin and end."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        self.begins: Counter[str] = Counter()
        for line in lines:
            words = [_stem(word) for word in _plain(line.split())]
            self._pairs.update(pairwise(words))
            self.begins.update(words[:1])

    def together(self, first: str, second: str) -> int:
        """How often the page has the two words side by side, in singular or plural."""
        return self._pairs[_stem(first), _stem(second)]


class _Rows:
    """The rows of a table by their endings, and by the words in their later two thirds."""

    def __init__(self, rows: Sequence[str]) -> None:
        self.copies = Counter(rows)
        self.later: Counter[str] = Counter()
        # A tree of the rows from their last words on: a node is an ending, which rows share.
        self.nodes: dict[tuple[int, str], int] = {}
        self.longer: Counter[int] = Counter()  # rows that have more words, by node
        for row in rows:
            words = _plain(row.split())
            self.later.update(_later(words))
            node = 0
            for word in reversed(words):
                self.longer[node] += 1
                node = self.nodes.setdefault((node, word), len(self.nodes) + 1)

    def others(self, row: str) -> _Others:
        """The rows that are not equal to this one."""
        return _Others(self, self.copies[row], _later(_plain(row.split())))


class _Others(NamedTuple):
    """The rows of a table without those ``copies`` of a row; ``later`` are that row's words."""

    table: _Rows
    copies: int
    later: Set[str]

    def ending_with(self, words: Sequence[str]) -> int:
        """How many of the rows end with words that the row ends with, and have others before."""
        node = 0
        for word in reversed(words):
            node = self.table.nodes[node, word]
        return self.table.longer[node] - self.copies

    def with_later(self, word: str) -> int:
        """How many of the rows have a word in their later two thirds."""
        return self.table.later[word] - self.copies * (word in self.later)


def _later(words: Sequence[str]) -> Set[str]:
    return frozenset(words[len(words) // 3 :])


def names_in(lines: Iterable[str]) -> set[str]:
    """The words that sentences among the lines write with a capital after one in small letters."""
    sentences = (line for line in lines if line.rstrip().endswith((".", "!", "?")))
    return {name for line in sentences for name in re.findall(r"(?<=[a-z,] )[A-Z][\w-]*", line)}


def rule_cut(row: str, asks: bool) -> int | None:
    """The number of left words where a rule that was never wrong knows it; else None.

    A cell that is wholly in quotes ends with them; a cell under a header that asks ends with the
    row's one question mark.
    """
    for mark in (r"(“[^“”]+”) [^“”]+", r'("[^"]+") [^"]+'):
        if found := re.fullmatch(mark, row):
            return len(found[1].split())
    if asks and (found := re.fullmatch(r"([^?]+\?) [^?]+", row)):
        return len(found[1].split())
    return None


def guess_rows(
    rows: Sequence[str], page: Sequence[str], *, asks: bool = False, is_trap: bool = False
) -> list[Guess]:
    """A guess for each row of a table (rows of two words or more). ``page`` is all of its lines."""
    vocabulary, table = Vocabulary(page), _Rows(rows)
    guesses = []
    for row in rows:
        words = row.split()
        settled = rule_cut(row, asks)
        if settled:
            guesses.append(Guess(SETTLED, (settled,)))
            continue
        others = table.others(row)
        scored = sorted(
            (
                Split(cut, _points(words, cut, vocabulary, others, is_trap))
                for cut in range(1, len(words))
            ),
            key=lambda split: (-split.points, split.left),
        )
        lead = scored[0].points - scored[1].points if len(scored) > 1 else 0.0
        confidence = LIKELY if lead >= _CLEAR_LEAD else UNSURE
        guesses.append(Guess(confidence, tuple(split.left for split in scored)))
    return guesses


def _points(
    words: Sequence[str],
    cut: int,
    page: Vocabulary,
    others: _Others,
    is_trap: bool,
) -> float:
    left, right = _plain(words[:cut]), _plain(words[cut:])
    last, first = left[-1], right[0]
    points = _length_points(len(left), len(right), is_trap)
    # Words that only lead on to the next one end no cell, and some begin none.
    points -= 5 * (last in _NOT_LAST)
    points -= 3 * (first in _NOT_FIRST) + 4 * (first in _PRONOUNS)
    points -= 3 * words[cut - 1].endswith((",", ";", "(", "-", "–", ":"))
    points += 2 * words[cut - 1].endswith((")", "?", "”"))
    # An order opens many an answer; an adverb closes many a clue.
    points += 1.5 * (first in _IMPERATIVES) - 2 * (last in _IMPERATIVES)
    points += 0.7 * _is_adverb(last) - 2 * _is_adverb(first)
    # Words that the page puts side by side elsewhere belong together: this row counts for one.
    if page.together(last, first) > _together(_plain(words), last, first):
        points -= 3 if first not in _NOT_FIRST and last not in _NOT_LAST else 1
    # What the page uses as a phrase of its own, or opens a line with, may be an answer.
    points += 1.5 * (len(right) > 1 and page.together(right[0], right[1]) > 1)
    points += 1.5 * (page.begins[_stem(first)] > 0 and first not in _ARTICLES | _PREPOSITIONS)
    points += _table_points(right, others)
    points += _case_points(words[cut - 1], words[cut])
    points += 2 * (_CODE.search(words[cut]) is not None)
    return points + (_trap_points(left, right) if is_trap else -1.5 * (first in _ARTICLES))


def _length_points(left: int, right: int, is_trap: bool) -> float:
    """Clues are longer than their answers, which are short; a trap and its rule are alike."""
    if is_trap:
        return -12 * (left / (left + right) - 0.52) ** 2
    return (
        -4 * (left / (left + right) - 0.65) ** 2
        - 0.25 * max(0, right - 4)
        - 0.8 * max(0, 3 - left)
        - 0.5 * (right == 1)
    )


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") or word in {"now", "elsewhere", "again", "later", "once"}


def _table_points(right: Sequence[str], others: _Others) -> float:
    """Rows that end alike share (part of) an answer, and answers begin with each other's words."""
    # The whole answer ends another row: the same answer, or what is common to both.
    points = (0.4 if len(right) == 1 else 1.5) * others.ending_with(right)
    if right[0] not in _NOT_LAST | _NOT_FIRST:
        points += 0.6 * others.with_later(right[0])
    return min(points, 3.0)


def _case_points(last: str, first: str) -> float:
    """A name opens many an answer, and is not cut in two."""
    if not first[:1].isupper():
        return 0.0
    return -2.0 if last[:1].isupper() else 1.5


def _trap_points(left: Sequence[str], right: Sequence[str]) -> float:
    """A trap opens with a gerund and goes on; its rule is a sentence, or an order."""
    points = 1.0 * (right[0] in _ARTICLES)
    if any(word in _VERBS for word in right[1:]):
        points += 2
    if any(word in _VERBS for word in left) and not any(word in _JOINING for word in left):
        points -= 2
    if right[0] in left and right[0] not in _NOT_LAST:
        points += 1  # the rule speaks of what the trap spoke of
    return points


def _together(words: Sequence[str], first: str, second: str) -> int:
    """How often the words themselves are side by side in a row."""
    pair = (_stem(first), _stem(second))
    return sum((_stem(a), _stem(b)) == pair for a, b in pairwise(words))


def _stem(word: str) -> str:
    """A word without the ending of its plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _plain(words: Iterable[str]) -> list[str]:
    return [word.strip(_STRIPPED).casefold() for word in words]
