"""The names of the answers in a key: headings, bold lines, titles of folds, items above items.

It tells a name from what explains the answer above it; which quiz is named is `sections`' to say.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.entries import (
    Entry,
    answers_number,
    entries_in,
    number_before,
    statement_in_any,
)
from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.sections import names_something, rank_of
from generator.forms.lettered.words import ASKS, key_of, option_mark

_LONGEST = 60  # characters of a name
_EMPHASIS = lazy_regex(r"([*_]{1,3})[^*_]+\1[:：]?")
_SENTENCE = (".", "。", "!", "！")
_FOLD_RANK = 100  # below all headings; folds in folds are below it
_LABEL_RANK = 1000


class Label(NamedTuple):
    """A line that names the answers below it; not one that ``is_sure`` may be an introduction."""

    rank: int
    line: TextLine
    is_sure: bool = True


def label_at(
    stream: Sequence[TextLine], place: int, last: int | None, depth: int, known: Collection[str]
) -> Label | None:
    """The name that a line gives to the answers right below it, where it is no heading.

    ``last`` is the number of the answer above; ``known`` are the headings of the page.
    """
    line, text = stream[place], stream[place].text.strip()
    if line.kind not in ("text", "open") or len(text) > _LONGEST or not names_something(text):
        return None
    is_marked = _EMPHASIS.fullmatch(text) is not None
    is_known = line.starts and key_of(text) in known
    below = _behind_titles(stream, place + 1)
    first = _number_at(stream, below, is_marked or is_known or (line.kind == "open" and not last))
    if first is None or ASKS.search(text):
        return None
    if line.kind == "open":
        return Label(_FOLD_RANK + depth, line)
    items = stream[below].items
    is_above = 0 < len(line.items) < len(items) and items[: len(line.items)] == line.items
    if not is_above and (number_before(line) is not None or option_mark(line.text)):
        return None
    if not is_above and statement_in_any(line.text):
        return None
    restarts = last is not None and first <= last
    if is_above or is_known:
        return Label(_LABEL_RANK, line)
    if text.endswith(_SENTENCE) and not is_marked:
        return None
    if restarts or (last is None and line.starts):
        return Label(_LABEL_RANK, line, restarts or is_marked)
    return None


def _behind_titles(stream: Sequence[TextLine], place: int) -> int:
    """The place behind titles of folds that name nothing."""
    while place < len(stream) and stream[place].kind == "open":
        if names_something(stream[place].text):
            break
        place += 1
    return place


def _number_at(stream: Sequence[TextLine], place: int, in_words: bool) -> int | None:
    """The number of the answer that begins at a place, be it ``in_words``, without a letter."""
    if place >= len(stream):
        return None
    for entry in entries_in(stream[place]):
        return entry.number
    number = number_before(stream[place])
    below = stream[place + 1] if place + 1 < len(stream) else None
    is_read = in_words or (below is not None and answers_number(below))
    return number if is_read else None


class Names:
    """What the answers of a key are for, while it is read from top to bottom."""

    def __init__(self, title: TextLine | None) -> None:
        self._names = [(0, title.text)] if title else []
        self.labels: list[TextLine] = []
        self.unsure: list[str] = []

    def add(self, line: TextLine, is_name: bool = True) -> bool:
        """Whether a heading, or a bold line that counts, names what the answers below it are for;
        a heading that does not, because it is an answer, only ends others."""
        rank = rank_of(line) if is_name or line.kind == "heading" else 0
        if rank:
            self._put(rank, [line.text] if is_name else [])
        return bool(rank) and is_name

    def add_label(self, label: Label) -> None:
        """A line that is no heading names the answers below it."""
        self._put(label.rank, [label.line.text])
        self.labels.append(label.line)
        if not label.is_sure:
            self.unsure.append(label.line.text)

    def close(self, depth: int) -> None:
        """What is folded ends, with the names that were given in it."""
        self._put(_FOLD_RANK + depth, [])

    def _put(self, rank: int, texts: Sequence[str]) -> None:
        self._names = [each for each in self._names if each[0] < rank]
        self._names += [(rank, text) for text in texts]

    def given_to(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Answers that stand here."""
        names = tuple(name for _, name in self._names)
        for entry in entries:
            entry.names = (*names, *entry.names)
        return entries
