"""Answers that stand together at the end of a page, or of a section: by which question's number.

A key belongs to the questions above it, down from the key before it. It is joined by number, and
where that does not fit one to one not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.words import (
    ALPHABETS,
    Statement,
    is_answer_title,
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
    line of its number if that is another one, and the lines that explain it."""

    number: int
    text: str
    line: TextLine
    lines: list[TextLine] = field(default_factory=list)
    more: str = ""  # what explains it in the same row
    label: TextLine | None = None


class Key(NamedTuple):
    """A key: its first line and the one behind its last, by their places on the page."""

    start: int
    end: int
    entries: tuple[Entry, ...]


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
    if _is_title(line):
        if _begins_key(stream, place):
            return _read(stream, place, place + 1, line)
    elif line.starts and _may_say_itself(line) and _says_itself(line):
        return _read(stream, place, place, None)
    return None


def _is_title(line: TextLine) -> bool:
    if line.kind in ("heading", "open"):
        return is_answer_title(line.text) and statement_in_any(line.text) is None
    text = line.text.strip()
    is_marked = text[:2] in ("**", "__") or text[-1:] in (":", "：")
    if line.kind != "text" or not line.starts or not is_marked or not is_answer_title(text):
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
        is_titled = any(is_answer_title(cell.text) for row in line.rows[:1] for cell in row.cells)
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
    pending: tuple[int, TextLine] | None = None
    depth = 0
    end = place
    for end in range(place, len(stream) + 1):
        if end == len(stream):
            break
        line = stream[end]
        if found := list(_entries(line)):
            entries += found
            pending = None
            continue
        if _ends(line, title, depth):
            break
        depth += (line.kind == "open") - (line.kind == "close")
        number = _label(line)
        if pending and _answers_label(line):
            entries.append(Entry(pending[0], line.text, line, label=pending[1]))
            pending = None
        elif number is not None and line.starts:
            if title is None:
                break
            pending = number, line
        elif pending is None and entries and line.kind in ("text", "code"):
            entries[-1].lines.append(line)
    if entries and (title is None or title.kind == "text"):
        end -= _cut_last(entries[-1])
    return Key(start, end, tuple(entries)) if entries else None


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


def _entries_of_table(line: TextLine) -> Iterator[Entry]:
    """Cells with a number, each with a cell of letters to its right; what else is in the row
    explains the answer, if it is more than a word."""
    for row in line.rows[1:]:
        cells = list(row.cells)
        for place, (left, right) in enumerate(pairwise(cells)):
            number, letters = _IS_NUMBER.fullmatch(left.text), _IS_LETTERS.fullmatch(right.text)
            if number and letters:
                behind = cells[place + 2].text if place + 2 < len(cells) else ""
                at = line._replace(at=Cell("", left.line, left.column))
                more = behind if " " in behind else ""
                yield Entry(int(number[1]), letters[1], at, more=more)


def join(numbers: Sequence[int | None], entries: Sequence[Entry]) -> list[list[Entry]] | None:
    """The answers of each question, of one number; nothing where it is not clear which is whose."""
    asked = [number for number in numbers if number is not None]
    if not asked:
        counted = [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        are_all = len(numbers) == len(entries)
        return [[entry] for entry in entries] if counted and are_all else None
    if len(set(asked)) == len(asked) > len(numbers) / 2:
        return _by_number(numbers, entries)
    questions, answers = _runs(asked), _runs([entry.number for entry in entries])
    are_equal = [set(run) for run in questions] == [set(run) for run in answers]
    if len(asked) < len(numbers) or not are_equal:
        return None
    found: list[list[Entry]] = []
    start = 0
    for run in questions:
        found += _by_number(run, entries[start : start + len(run)])
        start += len(run)
    return found


def _by_number(numbers: Sequence[int | None], entries: Sequence[Entry]) -> list[list[Entry]]:
    known: dict[int | None, list[Entry]] = {}
    for entry in entries:
        known.setdefault(entry.number, []).append(entry)
    return [known.get(number, []) for number in numbers]


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers, cut where they start again."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number > runs[-1][-1]:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
