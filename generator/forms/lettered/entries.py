"""Answers with the number of their question: in a line, in lines of code, in a table; no page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.forms.lettered.lines import TextLine, without_last_break
from generator.forms.lettered.sign import ALPHABETS
from generator.forms.lettered.titles import is_answer_title, is_right_title
from generator.forms.lettered.words import Statement, question_number, statement

_INLINE = lazy_regex(
    r"\(?(\d{1,4})\s{0,3}[.):：\]–—-]?\s{0,3}\(?([A-Ja-j])\)?(?:\s{0,3}[,;|·、]\s{0,3}|\s{1,9}|$)"
)
_RANGE = lazy_regex(
    r"(\d{1,4})\s?[-–—~～至]\s?(\d{1,4})\s?[.:：、]?\s?([A-J](?:\s?[A-J])*)(?:[\s,;，；|]+|$)"
)
_ANSWER_NUMBER = lazy_regex(r"(?:\*\*|__)?A(\d{1,4})[.:)]\s*")
_IS_NUMBER = lazy_regex(
    r"(?:[*_]*)(?:q\.?|question|frage|pregunta|#)?\s*(\d{1,4})[.):]?(?:[*_]*)", re.I
)
_IS_LETTERS = lazy_regex(r"[*_(\[]*([A-Ja-j](?:\s*[,;/&+]\s*[A-Ja-j]|[A-J])*)[*_)\].]*")


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


def number_before(line: TextLine) -> int | None:
    """The number of a line that begins with one."""
    return numbered(line)[0]


def numbered(line: TextLine) -> tuple[int | None, str]:
    """The number that a line begins with, and what stands behind it."""
    if line.number is not None:
        return line.number, line.text
    if line.kind == "heading" and is_number(line.text):
        return int(line.text), ""
    if line.kind not in ("text", "heading"):
        return None, line.text
    if found := _ANSWER_NUMBER.match(line.text):
        return int(found[1]), line.text[found.end() :]
    number = question_number(line.text)
    return (number.number, line.text[number.end :]) if number else (None, line.text)


def is_number(text: str) -> bool:
    """Whether a text is a number as one counts: Python reads none of more than 4,300 digits."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS


_MOST_DIGITS = 9  # of the number of a list's item, too


def statement_in_any(text: str) -> Statement | None:
    """What a line of a key says, in whichever alphabet."""
    for alphabet in ALPHABETS[:1] if text.isascii() else ALPHABETS:
        said = statement(text, alphabet, len(alphabet), in_answer=True)
        if said and said.letters:
            return said
    return None


def answers_number(line: TextLine) -> bool:
    """Whether a line answers the question whose number stands above it; a letter with a text may
    be an option."""
    said = statement_in_any(line.text) if line.kind in ("text", "heading") else None
    return said is not None and not (said.alone and said.rest)


def entries_in(line: TextLine) -> Iterator[Entry]:
    """The answers with numbers in a line, in lines of code, or in the rows of a table."""
    if line.kind == "code":
        first = line.at.line + (line.node.type == "fence")
        for place, text in enumerate(line.text.split("\n"), first):
            at = Cell("", place, 1)
            yield from entries_in(line._replace(kind="text", text=text.strip(), at=at))
    elif line.kind == "table":
        yield from _entries_of_table(line)
    elif line.kind in ("text", "heading"):
        bare = without_last_break(line.text)
        line = line if bare == line.text else line._replace(text=bare)
        name, text = name_before(line.text)
        if line.number is not None:
            text = f"{line.number}) {line.text}"
        names = (name,) if name and not is_answer_title(name) else ()
        pairs = _pairs_in_line(text)
        if pairs:
            yield from (Entry(counted, letter, line, names=names) for counted, letter in pairs)
            return
        number, text = numbered(line)
        if number is not None and statement_in_any(text):
            yield Entry(number, text, line)


def _pairs_in_line(text: str) -> list[tuple[int, str]]:
    """Several answers in a line with nothing else: "1-B, 2-C"; or "1-5 BBADC"."""
    if not may_be_pairs(text):
        return []
    pairs = _INLINE.findall(text)
    if len(pairs) > 1 and _INLINE.sub("", text).strip(_AROUND_PAIRS) == "":
        return [(int(digits), letter) for digits, letter in pairs]
    found: list[tuple[int, str]] = []
    for first, last, joined in _RANGE.findall(text):
        letters = joined.replace(" ", "")
        if int(last) - int(first) + 1 != len(letters):
            return []
        found += enumerate(letters, int(first))
    return found if _RANGE.sub("", text).strip(_AROUND_PAIRS) == "" else []


def may_be_pairs(text: str) -> bool:
    """Whether a line may be nothing but answers with numbers, letters or numbers themselves: by its
    first character and its last one, since nearly no line is."""
    bare = text.strip(_AROUND_PAIRS)
    if bare[:1] != "(" and not bare[:1].isdecimal():
        return False
    return bare[-1] in _ENDS_PAIRS or bare[-1].isdecimal() or bare[-1].isspace()


_AROUND_PAIRS = " |*_"
_ENDS_PAIRS = "ABCDEFGHIJabcdefghij),;，；·、"


def name_before(text: str) -> tuple[str, str]:
    """The name in front of several answers in a line, "Rivers: 1-B, 2-C", and the answers."""
    found = _NAME.match(text) if ":" in text or "：" in text else None
    return (found[1], text[found.end() :]) if found else ("", text)


_NAME = lazy_regex(r"([^:：\n]{0,60}[^\W\d_][^:：\n]{0,60})[:：][*_]*\s*(?=\(?\d)")


# --- tables -----------------------------------------------------------------------------------


def _entries_of_table(line: TextLine) -> Iterator[Entry]:
    """The answers in a table: a number in each row, or in each column, and letters beside it."""
    grid = [list(row.cells) for row in line.rows]
    if not grid:  # it parts into several tables
        return
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
        answer = _answer_column([(c, header[c].text) for c in part.letters])
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


_NUMBER_TITLE = lazy_regex(
    r"\W*(?:q|qu|ques|questions?|n[or]?|num|number|frage|pregunta)?\W*", re.I
)


# What may stand above letters and says nothing of whose they are.
_PLAIN_TITLE = lazy_regex(
    r"\W*(?:letters?|options?|choices?|key|right|buchstaben?|lettres?|letras?|letter[ae]|opci[oó]n|opç[aã]o"
    r"|opzione|choix|litera|буква|вариант|选项|選項|記号|기호)?\W*",
    re.I,
)


def _answer_column(columns: Sequence[tuple[int, str]]) -> int | None:
    """The column of the right letters: the only one that is called so, or the only one there is, if
    it is not somebody's."""
    for is_right in (is_right_title, is_answer_title):
        titled = [column for column, title in columns if is_right(title)]
        if len(titled) == 1:
            return titled[0]
    if len(columns) != 1:
        return None
    ((column, title),) = columns
    is_plain = _PLAIN_TITLE.fullmatch(title) or _IS_LETTERS.fullmatch(title)
    return column if is_plain else None


def numbers_of_unclear(line: TextLine) -> list[int]:
    """The numbers in a table with letters beside them that does not say which are right."""
    if line.kind != "table" or list(entries_in(line)):
        return []
    header, *body = [row.cells for row in line.rows] or [()]
    for part in _parts(header, body):
        if part.letters and len(part.numbers) == 1:
            cells = [row[part.numbers[0]].text for row in body if part.numbers[0] < len(row)]
            return [int(found[1]) for cell in cells if (found := _IS_NUMBER.fullmatch(cell))]
    return []


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
