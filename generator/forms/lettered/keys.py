"""Answers that stand together at the end of a page, or of a section: by which question's number.

It finds them; whose they are is `joined`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.sections import rank_of
from generator.forms.lettered.words import (
    ALPHABETS,
    Statement,
    is_answer_title,
    is_own_answer_title,
    is_own_title,
    is_right_title,
    question_number,
    statement,
)
from generator.model import Cell
from generator.sources.block_tree import Node

_INLINE = re.compile(
    r"\(?(\d{1,4})\s{0,3}[.):：\]–—-]?\s{0,3}\(?([A-Ja-j])\)?(?:\s{0,3}[,;|·、]\s{0,3}|\s{1,9}|$)"
)
_ANSWER_NUMBER = re.compile(r"(?:\*\*|__)?A(\d{1,4})[.:)]\s*")
_IS_NUMBER = re.compile(
    r"(?:[*_]*)(?:q\.?|question|frage|pregunta|#)?\s*(\d{1,4})[.):]?(?:[*_]*)", re.I
)
_IS_LETTERS = re.compile(r"[*_(\[]*([A-Ja-j](?:\s*[,;/&+]\s*[A-Ja-j]|[A-J])*)[*_)\].]*")
_MAY_COUNT = re.compile(r"[^\d\n]{0,30}\d")
_MANY = 3  # answers in a line
_FAR = 8  # lines from a title to the first answer below it


@dataclass(slots=True)
class Entry:
    """One answer of a key: the question's number, and the text behind that; where it stands, the
    line of its number if that is another one, and the lines that explain it. ``names`` are what the
    key calls the quiz that it is of."""

    number: int
    text: str
    line: TextLine
    lines: list[TextLine] = field(default_factory=list)
    more: str = ""  # what explains it in the same row
    label: TextLine | None = None
    names: tuple[str, ...] = ()


class Key(NamedTuple):
    """A key: its first line and the one behind its last, by their places on the page; its title.
    ``unread`` are answers without a letter."""

    start: int
    end: int
    entries: tuple[Entry, ...]
    unread: tuple[Entry, ...] = ()
    title: TextLine | None = None


def find_keys(stream: Sequence[TextLine]) -> Iterator[Key]:
    """The keys among the lines of a page, top to bottom."""
    place = 0
    while place < len(stream):
        key = _key_at(stream, place)
        if key:
            yield key
            place = key.end
        else:
            place += 1


def _key_at(stream: Sequence[TextLine], place: int) -> Key | None:
    line = stream[place]
    if _is_title(line, is_answer_title):
        if _begins_key(stream, place):
            return _read(stream, place, place + 1, line)
    elif _is_title(line, is_own_answer_title):
        key = _read(stream, place, place + 1, line) if _begins_key(stream, place) else None
        return key and key._replace(entries=())
    elif line.starts and _may_say_itself(line) and _says_itself(line):
        return _read(stream, place, place, None)
    return None


def _is_title(line: TextLine, announces: Callable[[str], bool]) -> bool:
    if line.kind in ("heading", "open"):
        return announces(line.text) and statement_in_any(line.text) is None
    text = line.text.strip()
    is_marked = text[:2] in ("**", "__") or text[-1:] in (":", "：")
    if line.kind != "text" or not line.starts or not is_marked or not announces(text):
        return False
    return not any(map(str.isdigit, text)) and statement_in_any(text) is None


def _begins_key(stream: Sequence[TextLine], start: int) -> bool:
    """Whether an answer with a number stands below a title; some words and headings of lower rank
    may stand above it."""
    label, title = False, stream[start]
    for line in stream[start + 1 : start + _FAR]:
        if line.kind == "close" or (label and _answers_label(line)):
            return label and line.kind != "close"
        if list(_entries(line)):
            return True
        label = _label(line) is not None
        said = statement_in_any(line.text) if line.kind in ("text", "heading") else None
        if said or (line.kind == "heading" and not label and _ends(line, title, 0)):
            return False
    return False


def _answers_label(line: TextLine) -> bool:
    """Whether a line answers the question whose number stands above it; a letter with a text may
    be an option."""
    said = statement_in_any(line.text) if line.kind in ("text", "heading") else None
    return said is not None and not (said.alone and said.rest)


def _may_say_itself(line: TextLine) -> bool:
    is_text = line.kind in ("text", "heading")
    counts = line.number is not None or _MAY_COUNT.match(line.text) is not None
    return line.kind in ("code", "table") or (is_text and counts)


def _says_itself(line: TextLine) -> bool:
    """Whether a line is an answer with a number and a word that says so, "Q5. Answer: B"; or many
    answers, "1.B 2.C 3.A"."""
    if line.kind == "table":
        edge = [row.cells[:1] for row in line.rows[1:]]
        titles = [cell.text for cells in (line.rows[0].cells, *edge) for cell in cells]
        is_titled = any(map(is_answer_title, titles))
        return is_titled and len(list(_entries(line))) >= max(len(line.rows) - 1, 2)
    if line.kind == "code":
        lines = (line._replace(kind="text", text=text) for text in line.text.split("\n"))
        return any(len(list(_entries(each))) >= _MANY for each in lines)
    if len(list(_entries(line))) >= _MANY:
        return True
    number = _label(line)
    if number is None:
        return False
    said = statement_in_any(_numbered(line)[1])
    return said is not None and not said.alone


def _read(stream: Sequence[TextLine], start: int, place: int, title: TextLine | None) -> Key | None:
    entries: list[Entry] = []
    unread: list[Entry] = []
    names = _Names(title)
    pending: tuple[int, TextLine] | None = None
    depth = 0
    end = place
    for end in range(place, len(stream) + 1):
        if end == len(stream):
            break
        line = stream[end]
        if found := list(_entries(line)):
            if pending and pending[1].kind == "heading":  # it counts exercises, not answers
                names.add(pending[1])
            names.add(line, is_name=False)
            entries += names.given_to(found)
            pending = None
            continue
        if _ends(line, title, depth):
            break
        depth += (line.kind == "open") - (line.kind == "close")
        number = _label(line)
        if pending and _answers_label(line):
            entries += names.given_to([Entry(pending[0], line.text, line, label=pending[1])])
            pending = None
        elif number is not None and line.starts:
            if title is None:
                break
            pending = number, line
            names.add(line, is_name=False)
            unread += names.given_to([Entry(number, _numbered(line)[1], line)])
        elif names.add(line, number is None):
            pending = None
        elif pending is None and entries and line.kind in ("text", "code"):
            entries[-1].lines.append(line)
    if entries and (title is None or title.kind == "text"):
        end -= _cut_last(entries[-1])
    if not entries:
        return None
    read, depth = {(e.names, e.number) for e in entries}, len(_beginning(entries[0]).items)
    left = (e for e in unread if (e.names, e.number) not in read and len(e.line.items) == depth)
    return Key(start, end, tuple(entries), tuple(left), title)


def _beginning(entry: Entry) -> TextLine:
    return entry.label or entry.line


class _Names:
    """The headings in a key, and bold lines with a number: what its answers are for."""

    def __init__(self, title: TextLine | None) -> None:
        self._names = [(0, title.text)] if title else []

    def add(self, line: TextLine, is_name: bool = True) -> bool:
        """Whether a line names what the answers below it are for; a heading that does not, because
        it is an answer, only ends others."""
        rank = rank_of(line) if is_name or line.kind == "heading" else 0
        if rank:
            self._names = [each for each in self._names if each[0] < rank]
            self._names += [(rank, line.text)] if is_name else []
        return bool(rank) and is_name

    def given_to(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Answers that stand here."""
        names = tuple(name for _, name in self._names)
        for entry in entries:
            entry.names = (*names, *entry.names)
        return entries


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


def _label(line: TextLine) -> int | None:
    """The number of a line that begins with one."""
    return _numbered(line)[0]


def _numbered(line: TextLine) -> tuple[int | None, str]:
    """The number that a line begins with, and what stands behind it."""
    if line.number is not None:
        return line.number, line.text
    if line.kind not in ("text", "heading"):
        return None, line.text
    if found := _ANSWER_NUMBER.match(line.text):
        return int(found[1]), line.text[found.end() :]
    number = question_number(line.text)
    return (number.number, line.text[number.end :]) if number else (None, line.text)


def statement_in_any(text: str) -> Statement | None:
    """What a line of a key says, in whichever alphabet."""
    for alphabet in ALPHABETS[:1] if text.isascii() else ALPHABETS:
        said = statement(text, alphabet, len(alphabet), in_answer=True)
        if said and said.letters:
            return said
    return None


def _entries(line: TextLine) -> Iterator[Entry]:
    """The answers with numbers in a line, in lines of code, or in the rows of a table."""
    if line.kind == "code":
        first = line.at.line + (line.node.type == "fence")
        for place, text in enumerate(line.text.split("\n"), first):
            at = Cell("", place, 1)
            yield from _entries(line._replace(kind="text", text=text.strip(), at=at))
    elif line.kind == "table":
        yield from _entries_of_table(line)
    elif line.kind in ("text", "heading"):
        pairs = _INLINE.findall(line.text)
        if len(pairs) > 1 and _INLINE.sub("", line.text).strip(" |*_") == "":
            for digits, letter in pairs:
                yield Entry(int(digits), letter, line)
            return
        number, text = _numbered(line)
        if number is not None and statement_in_any(text):
            yield Entry(number, text, line)


# --- tables -----------------------------------------------------------------------------------


def _entries_of_table(line: TextLine) -> Iterator[Entry]:
    """The answers in a table: a number in each row, or in each column, and letters beside it."""
    grid = [list(row.cells) for row in line.rows]
    found = list(_entries_of_grid(line, grid))
    empty = Cell("", line.at.line, line.at.column)
    turned = zip_longest(*grid, fillvalue=empty)
    yield from found or _entries_of_grid(line, [list(column) for column in turned])


class _Columns(NamedTuple):
    """Columns of a table side by side: before those of numbers, numbers, letters."""

    before: list[int]
    numbers: list[int]
    letters: list[int]


def _entries_of_grid(line: TextLine, grid: Sequence[Sequence[Cell]]) -> Iterator[Entry]:
    """The answers in rows; what stands right of the letters explains, if it is more than a word."""
    header, *body = grid
    chosen = []
    for part in _parts(header, body):
        number = _only(part.numbers, lambda c: _NUMBER_TITLE.fullmatch(header[c].text) is not None)
        own = [c for c in part.letters if not is_own_title(header[c].text)]
        answer = _only(own, lambda c: is_answer_title(header[c].text))
        answer = _only(own, lambda c: is_right_title(header[c].text)) if answer is None else answer
        if number is not None and answer is not None:
            names = [c for c in (*part.before, *part.numbers) if c < number]
            chosen.append((number, answer, names, part.letters))
    for cells in grid:
        for number, answer, names, letters in chosen:
            text = cells[answer].text if answer < len(cells) else ""
            digits = _IS_NUMBER.fullmatch(cells[number].text) if number < len(cells) else None
            said = _IS_LETTERS.fullmatch(text)
            if digits and (said or (text and cells is not header)):
                behind = answer + 1
                is_more = behind < len(cells) and behind not in letters
                yield Entry(
                    int(digits[1]),
                    said[1] if said else text,
                    line._replace(at=Cell("", cells[number].line, cells[number].column)),
                    more=cells[behind].text if is_more and " " in cells[behind].text else "",
                    names=tuple(f"{header[c].text} {cells[c].text}" for c in names),
                )


_NUMBER_TITLE = re.compile(
    r"\W*(?:q|qu|ques|questions?|n[or]?|num|number|frage|pregunta)?\W*", re.I
)


def _parts(header: Sequence[Cell], body: Sequence[Sequence[Cell]]) -> list[_Columns]:
    """A table's columns, cut where numbers begin again behind letters."""
    parts = [_Columns([], [], [])]
    for column in range(len(header)):
        cells = [row[column].text for row in body if column < len(row) and row[column].text]
        if _are_mostly(_IS_NUMBER, header[column].text, cells):
            if parts[-1].letters:
                parts.append(_Columns([], [], []))
            parts[-1].numbers.append(column)
        elif _are_mostly(_IS_LETTERS, header[column].text, cells):
            parts[-1].letters.append(column)
        elif not parts[-1].numbers:
            parts[-1].before.append(column)
    return parts


def _are_mostly(pattern: re.Pattern[str], title: str, cells: Sequence[str]) -> bool:
    """Whether half of some cells are such; a title that is such is a cell, too."""
    texts = [*cells, title] if pattern.fullmatch(title) else cells
    return bool(texts) and 2 * sum(map(bool, map(pattern.fullmatch, texts))) >= len(texts)


def _only(columns: Sequence[int], is_titled: Callable[[int], bool]) -> int | None:
    """The column, or the only one of several whose title says that it is meant."""
    titled = columns if len(columns) == 1 else [c for c in columns if is_titled(c)]
    return titled[0] if len(titled) == 1 else None
