"""Answers that stand together at the end of a page, or of a section: by which question's number.

It finds them; whose they are is `joined`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.entries import (
    Entry,
    answers_number,
    entries_in,
    name_before,
    number_before,
    numbered,
    statement_in_any,
)
from generator.forms.lettered.groups import Names, label_at
from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.sections import rank_of
from generator.forms.lettered.titles import (
    announces_answers,
    is_answer_title,
    is_own_answer_title,
    words_of,
)
from generator.forms.lettered.words import key_of, option_mark
from generator.sources.block_tree import Node

_MAY_COUNT = lazy_regex(r"[^\d\n]{0,30}\d")
_MANY = 3  # answers in a line
_FAR = 8  # lines from a title to the first answer below it


class Key(NamedTuple):
    """A key: its first line and the one behind its last, by their places on the page; its title.
    ``unread`` are answers without a letter, ``labels`` the lines that name what they are for,
    beside headings."""

    start: int
    end: int
    entries: tuple[Entry, ...]
    unread: tuple[Entry, ...] = ()
    title: TextLine | None = None
    labels: tuple[TextLine, ...] = ()


def find_keys(stream: Sequence[TextLine]) -> Iterator[Key]:
    """The keys among the lines of a page, top to bottom."""
    place = 0
    headings = [line.text for line in stream if line.kind == "heading"]
    known = _Known(
        frozenset(map(key_of, headings)),
        frozenset(_words_beside_answers(headings)),
        frozenset(_option_texts(stream)),
    )
    while place < len(stream):
        key = _key_at(stream, place, known)
        if key:
            yield key
            place = key.end
        else:
            place += 1


class _Known(NamedTuple):
    """What stands on a page: its headings, and the texts of its options."""

    headings: frozenset[str]
    words: frozenset[str]  # of the headings
    options: frozenset[str]

    def is_option(self, line: TextLine) -> bool:
        """Whether a line is a number and the text of an option."""
        number, text = numbered(line)
        return number is not None and option_mark(text) is None and key_of(text) in self.options


def _words_beside_answers(headings: Sequence[str]) -> Iterator[str]:
    """The words of headings that announce no answers."""
    for text in headings:
        if not is_answer_title(text) and not is_own_answer_title(text):
            yield from words_of(text)


def _option_texts(stream: Sequence[TextLine]) -> Iterator[str]:
    for line in stream:
        mark = option_mark(line.text) if line.kind == "text" else None
        if mark and (text := key_of(line.text[mark.end :])):
            yield text


def _key_at(stream: Sequence[TextLine], place: int, known: _Known) -> Key | None:
    line = stream[place]
    if title := _title_of(line):
        key = _read(stream, place, line, known) if _begins_key(stream, place, known) else None
        is_own = key is not None and is_own_answer_title(title, known.words)
        return key._replace(entries=()) if key and is_own else key
    if line.starts and _may_say_itself(line) and _says_itself(line):
        return _read(stream, place, None, known)
    return None


def _title_of(line: TextLine) -> str:
    """The text of a line that has what a title of answers has, a word for them and no answer; an
    empty one of any other line."""
    text = line.text
    if line.kind == "text" and line.starts:
        text = text.strip()
        is_marked = text[:2] in ("**", "__") or text[-1:] in (":", "：")
        is_title = is_marked and not any(map(str.isdigit, text))
    else:
        is_title = line.kind in ("heading", "open")
    is_title = is_title and announces_answers(text) and statement_in_any(text) is None
    return text if is_title else ""


def _begins_key(stream: Sequence[TextLine], start: int, known: _Known) -> bool:
    """Whether an answer with a number stands below a title; some words and headings of lower rank
    may stand above it."""
    label, title = False, stream[start]
    for line in stream[start + 1 : start + _FAR]:
        if line.kind == "close" or (label and answers_number(line)):
            return label and line.kind != "close"
        if list(entries_in(line)) or known.is_option(line):
            return True
        label = number_before(line) is not None
        said = statement_in_any(line.text) if line.kind in ("text", "heading") else None
        if said or (line.kind == "heading" and not label and _ends(line, title, 0)):
            return False
    return False


def _may_say_itself(line: TextLine) -> bool:
    is_text = line.kind in ("text", "heading")
    counts = line.number is not None or _MAY_COUNT.match(line.text) is not None
    return line.kind in ("code", "table") or (is_text and counts)


def _says_itself(line: TextLine) -> bool:
    """Whether a line is an answer with a number and a word that says so, "Q5. Answer: B"; or many
    answers, "1.B 2.C 3.A"."""
    if line.kind == "table":
        edge = [row.cells[: None if place == 0 else 1] for place, row in enumerate(line.rows)]
        titles = [cell.text for cells in edge for cell in cells]
        is_titled = any(map(is_answer_title, titles))
        return is_titled and len(list(entries_in(line))) >= max(len(line.rows) - 1, 2)
    if line.kind == "code":
        lines = (line._replace(kind="text", text=text) for text in line.text.split("\n"))
        return any(len(list(entries_in(each))) >= _MANY for each in lines)
    answers = len(list(entries_in(line)))
    if answers >= _MANY or (answers > 1 and is_answer_title(name_before(line.text)[0])):
        return True
    number = number_before(line)
    if number is None:
        return False
    said = statement_in_any(numbered(line)[1])
    return said is not None and not said.alone


def _read(
    stream: Sequence[TextLine], start: int, title: TextLine | None, known: _Known
) -> Key | None:
    """The key that begins at a place, below its title if it has one."""
    reader = _KeyReader(stream, title, known)
    if title is None and start and (label := label_at(stream, start - 1, None, 0, known.headings)):
        reader.names.add_label(label)
    end = start + (title is not None)
    while end < len(stream) and reader.takes(end):
        end += 1
    return reader.key(start, end)


class _KeyReader:
    """Takes the lines of a key one after the other.

    What begins with a number and says no letter is ``_unread``, and ``_pending`` as long as its
    answer may stand in a line below.
    """

    def __init__(self, stream: Sequence[TextLine], title: TextLine | None, known: _Known) -> None:
        self.names = Names(title)
        self._stream = stream
        self._title = title
        self._known = known
        self._entries: list[Entry] = []
        self._unread: list[Entry] = []
        self._pending: tuple[int, TextLine] | None = None
        self._depth = 0

    def takes(self, place: int) -> bool:
        """Take a line; False where it stands behind the key."""
        line = self._stream[place]
        if found := list(entries_in(line)):
            self._add_entries(line, found)
            return True
        if _ends(line, self._title, self._depth):
            return False
        known = self._entries or self._unread
        last = known[-1].number if known else None
        headings = self._known.headings
        label = (
            None if rank_of(line) else label_at(self._stream, place, last, self._depth, headings)
        )
        self._depth += (line.kind == "open") - (line.kind == "close")
        if line.kind == "close":
            self.names.close(self._depth)
        if label:
            self.names.add_label(label)
            self._pending = None
            return True
        return self._takes_other(line)

    def _add_entries(self, line: TextLine, found: Sequence[Entry]) -> None:
        if self._pending and self._pending[1].kind == "heading":  # it counts exercises, not answers
            self.names.add(self._pending[1])
        self.names.add(line, is_name=False)
        self._entries += self.names.given_to(found)
        self._pending = None

    def _takes_other(self, line: TextLine) -> bool:
        number = number_before(line)
        if self._pending and answers_number(line):
            answer = Entry(self._pending[0], line.text, line, label=self._pending[1])
            self._entries += self.names.given_to([answer])
            self._pending = None
        elif number is not None and line.starts:
            if self._title is None:
                return False
            self._pending = number, line
            self.names.add(line, is_name=False)
            self._unread += self.names.given_to([Entry(number, numbered(line)[1], line)])
        elif self.names.add(line, number is None):
            self._pending = None
        elif self._pending is None and self._entries and line.kind in ("text", "code"):
            self._entries[-1].lines.append(line)
        return True

    def key(self, start: int, end: int) -> Key | None:
        """The key that was read; None where it has no answers."""
        entries, unread = self._entries, self._unread
        if not entries and all(self._known.is_option(entry.line) for entry in unread):
            entries, unread = unread, []  # all of it is in words
        if not entries:
            return None
        if self._title is None or self._title.kind == "text":
            end -= _cut_last(entries[-1])
        if not _restart(entries):
            for entry in (*entries, *unread):
                entry.names = tuple(name for name in entry.names if name not in self.names.unsure)
        read, depth = {(e.names, e.number) for e in entries}, len(_beginning(entries[0]).items)
        left = (e for e in unread if (e.names, e.number) not in read and len(e.line.items) == depth)
        labels = tuple(self.names.labels)
        return Key(start, end, tuple(entries), tuple(left), self._title, labels)


def _restart(entries: Sequence[Entry]) -> bool:
    """Whether the numbers of answers begin again."""
    return any(below.number <= above.number for above, below in pairwise(entries))


def _beginning(entry: Entry) -> TextLine:
    return entry.label or entry.line


def _cut_last(entry: Entry) -> int:
    """Keep of what follows the last answer of a key that no section bounds what surely explains
    it, the rest of its block and a paragraph; how many lines are cut."""
    kept = 0
    node: Node | None = None
    for line in entry.lines:
        if line.node is not entry.line.node:
            node = node or line.node
            if line.node is not node or line.owner is not None or line.kind != "text":
                break
        kept += 1
    cut = len(entry.lines) - kept
    entry.lines = entry.lines[:kept]
    return cut


def _ends(line: TextLine, title: TextLine | None, depth: int) -> bool:
    """Whether a line that is no answer is the first behind a key."""
    if line.kind == "close":
        return depth == 0 and title is not None and title.kind == "open"
    if title is None:
        return line.kind in ("heading", "rule", "open")
    if line.kind == "heading":
        return title.kind != "open" and (title.kind == "text" or line.node.rank <= title.node.rank)
    return False
