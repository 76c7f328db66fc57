"""Lettered options, one below the other, and the question that they belong to; it knows no page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from generator.core.diagnostics import Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.forms.lettered.entries import is_number, may_be_pairs, numbered
from generator.forms.lettered.keys import Key
from generator.forms.lettered.lines import (
    TextLine,
    cell_of,
    joined_text,
    shown,
    without_last_break,
)
from generator.forms.lettered.sign import ALPHABETS
from generator.forms.lettered.titles import is_answer_title
from generator.forms.lettered.words import (
    ASKS,
    DIGITS,
    OptionMark,
    Statement,
    answer_mark,
    asks_for_number,
    balanced,
    has_question_mark,
    key_of,
    marked_option,
    numbered_option,
    option_mark,
    question_number,
    statement,
)

# Behind the text of a right option another one: "; C. ", " and D) ".
_ANOTHER = lazy_regex(
    r"[*_]{0,2}\s*(?:[,;/&+]|\b(?:and|und|y|et|e|и)\b|，|；)+\s*[*_(]{0,3}(?P<letter>\w)[).:]{1,2}[*_]{0,2}\s*"
)
_LISTED = lazy_regex(
    r"(?:(?<!\s)\s+)?[,;，、；]\s*(?:(?:and|und|y|et|e|и)\s)?|\s(?:and|und|y|et|e|и)\s"
)
# What ends the option's text where an answer is written with it.
_SENTENCE_END = lazy_regex(r"[.;:。；：]\s|\s[-–—]+\s|\s\(|，|,\s")


@dataclass(slots=True)
class Choice:
    """An option: its mark, and the lines that it is written in; those ``below`` explain it."""

    mark: OptionMark
    lines: list[TextLine]
    below: list[TextLine] = field(default_factory=list)


class OptionGroup(NamedTuple):
    """Options one below the other: of the lines of the page, the first and the one behind them."""

    start: int
    end: int
    choices: list[Choice]


@dataclass(slots=True)
class Question:
    """A question: what asks, its number, its options, what says which is right, what explains.

    ``marked`` are the options that a sign at themselves says to be right, ``said`` is what the
    lines below say, each with its line, and ``unread`` those that say it in words that no option
    has. ``doubtful`` is the line of an answer that may be another question's, ``astray`` are the
    lines whose letter is not the next one, each with the letter that is.
    """

    asked: list[TextLine]
    number: int | None
    group: OptionGroup
    texts: list[Cell] = field(default_factory=list)
    marked: tuple[int, ...] = ()
    said: list[tuple[Statement, TextLine]] = field(default_factory=list)
    unread: list[TextLine] = field(default_factory=list)
    doubts: list[TextLine] = field(default_factory=list)
    doubtful: TextLine | None = None
    astray: list[tuple[TextLine, OptionMark, str]] = field(default_factory=list)
    explanation: list[TextLine] = field(default_factory=list)
    answering: list[TextLine] = field(default_factory=list)
    right: tuple[int, ...] = ()
    faults: tuple[Diagnostic, ...] = ()

    @property
    def alphabet(self) -> str:
        """The alphabet that counts its options."""
        return self.group.choices[0].mark.alphabet

    @property
    def count(self) -> int:
        """How many options it has."""
        return len(self.group.choices)

    @property
    def is_answered(self) -> bool:
        """Whether anything says which option is right."""
        return bool(self.marked or self.said)

    @property
    def asks(self) -> bool:
        """Whether a question mark stands in the block right above its options."""
        texts = [line for line in self.asked if line.kind not in ("code", "table")]
        return any(ASKS.search(line.text) for line in texts if line.node is texts[-1].node)

    @property
    def letters(self) -> Mapping[str, str]:
        """Its options as a person names them: all, one, and several."""
        first, last = self.alphabet[0], self.alphabet[self.count - 1]
        several = f"{first} and {last}"
        return {
            "letters": f"{first} to {last}" if self.count > 2 else several,
            "one": last,
            "several": several,
        }

    def said_by(self, text: str, in_answer: bool) -> Statement | None:
        """What a line says about its options."""
        mark = answer_mark(text) if has_question_mark(self.asked[0].text) else None
        if mark and mark.number in (None, self.number):
            said = statement(text[mark.end :], self.alphabet, self.count, True)
            said = said._replace(alone=False) if said and said.letters else None
        else:
            said = statement(text, self.alphabet, self.count, in_answer)
        instead = said.instead if said else None
        if instead and self.option_of(instead.rest) == instead.letters[0]:
            return instead  # "B, A cat" where the option is "A cat"
        if said and (several := self._with_texts(said)):
            return several
        letter = self.alphabet[said.letters[0]] if said and said.letters and said.rest else ""
        if said and letter and any(cell.text.startswith(letter) for cell in self.texts):
            for words in (f"{letter} {said.rest}", letter + said.rest):
                if (whole := self.option_of(words)) is not None:
                    return Statement((whole,), "", said.alone)  # "B vitamins" is an option
        return said

    def _with_texts(self, said: Statement) -> Statement | None:
        """What an answer says that names several options by letter and text, "A. Rome; C. Oslo"."""
        places, rest = list(said.letters[-1:]), said.rest
        while places and rest.startswith(text := self.texts[places[-1]].text):
            rest = rest[len(text) :]
            found = _ANOTHER.match(rest)
            place = self.alphabet[: self.count].find(found["letter"]) if found else -1
            if found is None or place < 0:
                break
            places.append(place)
            rest = rest[found.end() :]
        if len(places) < 2 or rest.strip(" .*_"):
            return None
        return Statement(tuple(sorted({*said.letters, *places})), "", said.alone)

    def unsaid(self, said: Statement) -> str:
        """What stands behind the letters of an answer, without the options' own texts."""
        texts = [key_of(self.texts[place].text) for place in said.letters]
        return "" if key_of(said.rest) in (*texts, " ".join(texts)) else said.rest

    def said_in_words(self, text: str) -> Statement | None:
        """What an answer says that begins with the text of an option, or lists those of several."""
        whole = self.option_of(text)
        several = [whole] if whole is not None else list(map(self.option_of, _LISTED.split(text)))
        if None not in several and (whole is not None or len(several) > 1):
            return Statement(tuple(sorted({place for place in several if place is not None})), "")
        end = _SENTENCE_END.search(text)
        option = self.option_of(text[: end.start()]) if end else None
        if end is None or option is None:
            return None
        return Statement((option,), balanced(text[end.end() :]))

    def option_of(self, text: str) -> int | None:
        """The option that a text is, word by word."""
        key = key_of(text) if text else ""
        keys = [key_of(cell.text) for cell in self.texts] if key else []
        return keys.index(key) if keys.count(key) == 1 else None


def first_sentence(text: str) -> str:
    """What stands before what may end an option's text."""
    end = _SENTENCE_END.search(text)
    return text[: end.start()] if end else text


def option_groups(stream: Sequence[TextLine], keys: Sequence[Key]) -> Iterator[OptionGroup]:
    """The groups of options on a page, but for those in a key."""
    failed: _Failed = {}
    place, ends = 0, iter([*keys, Key(len(stream), len(stream), ())])
    key = next(ends)
    while place < len(stream):
        if place >= key.start and key.end > place:
            place = key.end
            key = next(ends, key)
            continue
        group = _group_at(stream, place, key.start, failed)
        if group:
            yield group
        place = group.end if group else place + 1


# Where a first letter without a second one looked for it, by how it is written and its paragraph:
# up to there others like it in the paragraph need not look.
_Failed = dict[tuple[str, str, int], int]
_MarkOf = Callable[[Sequence[TextLine], int], OptionMark | None]  # of a line, by its place


def _group_at(
    stream: Sequence[TextLine], start: int, end: int, failed: _Failed
) -> OptionGroup | None:
    for mark_of in (_letter_mark, _number_mark):
        mark = mark_of(stream, start)
        if mark and not mark.place:
            like = mark.alphabet, mark.style, id(stream[start].node)
            if failed.get(like, 0) > start:
                return None
            group, looked_at = _gather(stream, start, end, mark_of, mark)
            if group is None:
                failed[like] = looked_at
            are_sure = mark.alphabet != DIGITS or (group and _are_numbered(stream, group))
            return group if are_sure else None
    return None


def _letter_mark(stream: Sequence[TextLine], place: int) -> OptionMark | None:
    """The letter that a line begins with; it may stand alone above code."""
    line = stream[place]
    below = stream[place + 1].kind if place + 1 < len(stream) else ""
    text = line.text + " " * (below == "code")
    return option_mark(text) if line.kind == "text" else None


def _number_mark(stream: Sequence[TextLine], place: int) -> OptionMark | None:
    """The number of a list's item, or the one that a line begins with."""
    line = stream[place]
    if line.kind != "text" or line.number is None:
        return numbered_option(line.text) if line.kind == "text" else None
    if not 1 <= line.number <= len(DIGITS):
        return None
    return OptionMark(DIGITS, line.number - 1, f"item of {id(line.owner)}", 0, "")


def _gather(
    stream: Sequence[TextLine], start: int, end: int, mark_of: _MarkOf, mark: OptionMark
) -> tuple[OptionGroup | None, int]:
    """The options from a first one on, if there are several; and the line that is none of them."""
    choices = [Choice(mark, [stream[start]])]
    place = start + 1
    while place < end:
        line, last = stream[place], choices[-1]
        next_mark = mark_of(stream, place)
        if next_mark and _is_next(next_mark, last.mark) and _is_of(line, next_mark, last):
            choices.append(Choice(next_mark, [line]))
        elif line.kind == "text" and _says(line.text, last.mark.alphabet, len(choices)):
            break
        elif line.kind == "text" and line.node is last.lines[-1].node and not line.starts:
            if _begins_explanation(line.text) or answer_mark(line.text):
                break
            last.lines.append(line)
        elif _is_inside(line, last.lines[0]):
            (last.lines if line.kind == "code" else last.below).append(line)
        elif line.kind == "code" and not last.lines[-1].text[last.mark.end :].strip():
            last.lines.append(line)
        else:
            break
        place += 1
    are_several = any(choice.mark.place for choice in choices)
    return OptionGroup(start, place, choices) if are_several else None, place


def _is_of(line: TextLine, mark: OptionMark, last: Choice) -> bool:
    """Whether a letter marks an option of the same question: the next one, or, in the same list or
    between paragraphs, one that is out of order, which is named later."""
    if mark.place == last.mark.place + 1:
        return True
    begins_anew = mark.place == 0 and last.mark.place > 0
    is_near = mark.place - last.mark.place <= _MOST_MISSING + 1
    is_beside = line.starts and line.owner is last.lines[0].owner
    # "A:" and "Q:" are a pair more often than letters.
    may_be_letter = mark.alphabet != DIGITS and mark.style != ":"
    return is_beside and is_near and not begins_anew and may_be_letter


_MOST_MISSING = 3  # letters between two options; behind "A." comes "Q." of another question


def _are_numbered(stream: Sequence[TextLine], group: OptionGroup) -> bool:
    """Whether numbered lines are surely options: a question stands above them, and right below an
    answer that names one of their numbers, and no count."""
    above = stream[group.start - 1] if group.start else None
    if above is None or not ASKS.search(above.text) or asks_for_number(above.text):
        return False
    for choice in group.choices:
        text = choice.lines[0].text[choice.mark.end :]
        if choice.below or ASKS.search(text) or key_of(text).isdecimal():
            return False
    below = stream[group.end : group.end + 2]
    if below and below[0].kind == "open" and is_answer_title(below[0].text):
        return len(below) > 1 and (
            _names_number(below[1].text, group, True) or _is_numbered_text(below[1], group)
        )
    return bool(below) and _names_number(below[0].text, group, False)


def _names_number(text: str, group: OptionGroup, in_answer: bool) -> bool:
    """Whether an answer names options by their numbers; "2 litres" and "1. Rome 2. Athens" do
    not, and "2. Rome" only where that is the option."""
    said = statement(text, DIGITS, len(group.choices), in_answer)
    if said is None or not said.letters:
        return False
    behind = _BEHIND_NUMBER.search(text)
    if behind is None or not said.rest or len(said.letters) > 1:
        return not said.rest
    choice = group.choices[said.letters[0]]
    option = key_of(choice.lines[0].text[choice.mark.end :])
    is_option = option in (key_of(said.rest), key_of(first_sentence(said.rest)))
    return is_option or _EXPLAINS.match(behind[1]) is not None


def _is_numbered_text(line: TextLine, group: OptionGroup) -> bool:
    """Whether an item is the option with its number."""
    if line.number is None or not 1 <= line.number <= len(group.choices):
        return False
    choice = group.choices[line.number - 1]
    return key_of(choice.lines[0].text[choice.mark.end :]) == key_of(line.text)


def names_number(stream: Sequence[TextLine], place: int, in_answer: bool) -> bool:
    """Whether an answer is a number, right below what is counted."""
    text = stream[place].text
    said = statement(text, DIGITS, len(DIGITS), in_answer)
    above = place - 1 - in_answer
    rest = said.rest if said else text * in_answer
    is_number = (said and said.letters) or key_of(rest).isdecimal()
    return bool(is_number) and above >= 0 and numbered(stream[above])[0] is not None


def most_counted(stream: Sequence[TextLine]) -> int:
    """How many lines are counted below a question, where they are most; none is no option."""
    most, asked = 0, False
    for above, line in pairwise(stream):
        number = numbered(line)[0] if line.kind == "text" else None
        if number == 1:
            asked = above.kind in ("text", "heading") and ASKS.search(above.text) is not None
        if number and asked:
            most = max(most, number)
    return most


def numbers_answered(line: TextLine) -> list[int]:
    """The answers in a line of a key that are numbers, "1. 3", "1-3, 2-1"; none of any other."""
    if line.number is not None:
        said = [line.text] if is_number(key_of(line.text)) else []
    else:
        may_be_key = line.kind == "text" and may_be_pairs(line.text)
        is_key = may_be_key and not _NUMBER_ANSWER.sub("", line.text).strip(" |*_")
        said = _NUMBER_ANSWER.findall(line.text) if is_key else []
    return [int(key_of(number)) for number in said]


_NUMBER_ANSWER = lazy_regex(r"\(?\d{1,4}\s?[.):=–—-]\s?(\d{1,2})(?:[\s,;|)]+|$)")
_BEHIND_NUMBER = lazy_regex(r"(?<!\d)[1-9](?!\d)[*_\s).\]]*(.*)$")
_EXPLAINS = lazy_regex(r"[–—:(-]\s*\S")


def _is_next(mark: OptionMark, last: OptionMark) -> bool:
    """Whether it marks the next option; its letter may come off another keyboard, "A) B) В) Г)"."""
    is_one = mark.alphabet == last.alphabet or {mark.alphabet, last.alphabet} in _MIXED
    return is_one and mark.style == last.style


_MIXED = (set(ALPHABETS[0::2][:2]), set(ALPHABETS[1::2][:2]))  # Latin and Cyrillic


def _says(text: str, alphabet: str, count: int) -> bool:
    return statement(text, alphabet, max(count, 2), in_answer=False) is not None


def _begins_explanation(text: str) -> bool:
    label, colon, _ = text.partition(":")
    return bool(colon) and len(label) <= 30 and is_answer_title(label)


def _is_inside(line: TextLine, option: TextLine) -> bool:
    """Whether a line stands in the list's item of an option."""
    depth = len(option.items)
    is_item = depth > 0 and option.starts and option.owner is not None
    return is_item and line.items[:depth] == option.items and line.kind in ("text", "code")


def read_options(question: Question) -> None:
    """The options' texts, and which of them a sign at it says to be right."""
    signs: list[bool | None] = []
    bold: list[bool] = []
    wanted = 0
    for choice in question.group.choices:
        first, *more = choice.lines
        # Which of "В" and "B" an answer means nobody knows.
        if choice.mark.place != wanted or choice.mark.alphabet != question.alphabet:
            question.astray.append((first, choice.mark, question.alphabet[wanted]))
        wanted = choice.mark.place + 1
        for line in more:
            if (mark := option_mark(line.text)) and _is_next(mark, choice.mark):
                question.astray.append((line, mark, question.alphabet[wanted]))
                wanted = mark.place + 1
        text = first.text[choice.mark.end :]
        if choice.mark.bold:
            text = choice.mark.bold + text
        cell = cell_of(first, text)
        cell = cell._replace(text=joined_text([cell.text, *map(shown, more)]))
        text, sign = marked_option(without_last_break(cell.text).rstrip())
        text = balanced(text)
        is_bold = _is_bold(text)
        bold.append(is_bold)
        signs.append(sign)
        question.texts.append(cell._replace(text=text))
    if any(signs):
        question.marked = tuple(place for place, sign in enumerate(signs) if sign)
    elif question.asks and any(choice.mark.is_ticked for choice in question.group.choices):
        ticked = enumerate(choice.mark.is_ticked for choice in question.group.choices)
        question.marked = tuple(place for place, is_ticked in ticked if is_ticked)
    elif bold.count(True) == 1:
        question.marked = tuple(place for place, is_bold in enumerate(bold) if is_bold)
    if any(bold):
        question.texts = [
            cell._replace(text=cell.text[2:-2].strip()) if is_bold else cell
            for cell, is_bold in zip(question.texts, bold, strict=True)
        ]


def _is_bold(text: str) -> bool:
    return (
        len(text) > 4
        and text[:2] == text[-2:]
        and text[:2] in ("**", "__", "==")
        and text[:2] not in text[2:-2]
    )


def number_of(line: TextLine) -> tuple[int | None, bool] | None:
    """The number that a question's line begins with, and whether a word names it."""
    if line.kind in ("code", "table"):
        return None
    if line.number is not None:
        return line.number, False
    found = question_number(line.text)
    return (found.number, found.named) if found else None
