"""Finds questions with lettered options on a page, and which of the options are right.

A question is the text above its options; the answer stands below them, folded or not, or in a key
that belongs to all questions above it. Which option is right is never guessed: where what is
written does not say it, or says two things, the question is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.diagnostics import (
    ANSWER_UNREAD,
    ANSWERS_DISAGREE,
    KEY_UNJOINED,
    TOO_LONG,
    WRONG_COUNT,
    Diagnostic,
)
from generator.forms.answer_keys import Entry, Key, find_keys, join
from generator.forms.answers import (
    OptionMark,
    Statement,
    balanced,
    is_answer_title,
    key_of,
    marked_option,
    names_letters,
    option_mark,
    question_number,
    speaks_of_above,
    statement,
    wanted_count,
)
from generator.forms.text_lines import TextLine, text_lines
from generator.model import Cell, Option, Position, Quiz
from generator.notes.deletions import MAY_MARK
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.lists import BOX
from generator.sources.tree import Lines, Node

# The second of some options, whatever marks it: without one a page has no such question.
SIGN = re.compile(
    r"\n[ \t>]*(?:[-*+•][ \t]+)?(?:\[ \][ \t]+)?(?:\*\*|__)?[(（]?[BbБбイ][)）.．、:：*]"
)
_ASKS = re.compile("[?？؟]")
_LABEL = re.compile(r"(?:\*\*|__)[^*_\n]{1,60}(?:\*\*|__)|[\w' ]{1,30}[:：]")
_Q_MARK = re.compile(r"(?:\*\*|__|\*|_)?(?:Q|Question)(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]")
_A_MARK = re.compile(r"(?:\*\*|__|\*|_)?(?:A|Answer)(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]")
_SENTENCE_END = re.compile(r"[.;:。；：]\s|\s[-–—]+\s|\s\(|，|,\s")
_MOST_LINES = 40  # of a question above its options


class LetteredQuiz(NamedTuple):
    """A question, without its section and its comments' words, and what is wrong with it."""

    quiz: Quiz
    faults: tuple[Diagnostic, ...]


class Lettered(NamedTuple):
    """The questions of a page: by the block that their options begin in; the blocks above those
    that ask, and those below that answer or explain; and what is to be said."""

    quizzes: Mapping[int, Sequence[LetteredQuiz]]
    asking: frozenset[int]
    answering: frozenset[int]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def blocks(self) -> Set[int]:
        """All blocks of its questions."""
        return self.asking | self.answering | self.quizzes.keys()


NONE = Lettered({}, frozenset(), frozenset(), ())


@dataclass(slots=True)
class _Choice:
    """An option: its mark, and the lines that it is written in; those ``below`` explain it."""

    mark: OptionMark
    lines: list[TextLine]
    below: list[TextLine] = field(default_factory=list)


class _Group(NamedTuple):
    """Options one below the other: of the lines of the page, the first and the one behind them."""

    start: int
    end: int
    choices: list[_Choice]


@dataclass(slots=True)
class _Question:
    """A question: what asks, its number, its options, what says which is right, what explains.

    ``marked`` are the options that a sign at themselves says to be right, ``said`` is what the
    lines below say, each with its line, and ``unread`` those that say it in words that no option
    has.
    """

    asked: list[TextLine]
    number: int | None
    group: _Group
    texts: list[Cell] = field(default_factory=list)
    marked: tuple[int, ...] = ()
    said: list[tuple[Statement, TextLine]] = field(default_factory=list)
    unread: list[TextLine] = field(default_factory=list)
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
    def letters(self) -> str:
        """Its options as a person names them."""
        return f"{self.alphabet[0]} to {self.alphabet[self.count - 1]}"

    def said_by(self, text: str, in_answer: bool) -> Statement | None:
        """What a line says about its options."""
        said = statement(text, self.alphabet, self.count, in_answer)
        instead = said.instead if said else None
        if instead and self.option_of(instead.rest) == instead.letters[0]:
            return instead  # "B, A cat" where the option is "A cat"
        return said

    def unsaid(self, said: Statement) -> str:
        """What stands behind the letters of an answer, without the options' own texts."""
        texts = [key_of(self.texts[place].text) for place in said.letters]
        return "" if key_of(said.rest) in (*texts, " ".join(texts)) else said.rest

    def said_in_words(self, text: str) -> Statement | None:
        """What an answer says that begins with the text of an option."""
        end = _SENTENCE_END.search(text)
        cuts = [(text, "")]
        cuts += [(text[: end.start()], text[end.end() :])] if end else []
        for head, rest in cuts:
            option = self.option_of(head)
            if option is not None:
                return Statement((option,), balanced(rest))
        return None

    def option_of(self, text: str) -> int | None:
        """The option that a text is, word by word."""
        keys = [key_of(cell.text) for cell in self.texts]
        key = key_of(text)
        return keys.index(key) if key and keys.count(key) == 1 else None


def find_lettered(nodes: Sequence[Node], lines: Lines, file: str) -> Lettered:
    """The questions with lettered options on a page."""
    if not SIGN.search(f"\n{lines.text}"):
        return NONE
    stream = text_lines(nodes, lines)
    keys = list(find_keys(stream))
    questions = _questions(stream, keys)
    if not questions:
        return NONE
    found = _Found(file, [], {}, set(), set())
    _join_keys(questions, keys, found)
    for question in questions:
        _decide(question, file)
        if question.right or question.faults or _is_unanswered(question):
            _add(question, found)
    return _with_lists(found, nodes)


# --- options ----------------------------------------------------------------------------------


def _groups(stream: Sequence[TextLine], keys: Sequence[Key]) -> Iterator[_Group]:
    """The groups of options on a page, but for those in a key."""
    place, ends = 0, iter([*keys, Key(len(stream), len(stream), ())])
    key = next(ends)
    while place < len(stream):
        if place >= key.start and key.end > place:
            place = key.end
            key = next(ends, key)
            continue
        group = _group_at(stream, place, key.start)
        if group:
            yield group
        place = group.end if group else place + 1


def _group_at(stream: Sequence[TextLine], start: int, end: int) -> _Group | None:
    line = stream[start]
    mark = option_mark(line.text) if line.kind == "text" else None
    if mark is None or mark.place:
        return None
    choices = [_Choice(mark, [line])]
    place = start + 1
    while place < end:
        line, last = stream[place], choices[-1]
        mark = option_mark(line.text) if line.kind == "text" else None
        if mark and mark.place == len(choices) and _is_next(mark, last.mark):
            choices.append(_Choice(mark, [line]))
        elif line.kind == "text" and _says(line.text, last.mark.alphabet, len(choices)):
            break
        elif line.kind == "text" and line.node is last.lines[-1].node and not line.starts:
            if _begins_explanation(line.text):
                break
            last.lines.append(line)
        elif _is_inside(line, last.lines[0]):
            (last.lines if line.kind == "code" else last.below).append(line)
        elif line.kind == "code" and not last.lines[-1].text[last.mark.end :].strip():
            last.lines.append(line)
        else:
            break
        place += 1
    return _Group(start, place, choices) if len(choices) > 1 else None


def _is_next(mark: OptionMark, last: OptionMark) -> bool:
    return mark.alphabet == last.alphabet and mark.style == last.style


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


def _read_options(question: _Question) -> None:
    """The options' texts, and which of them a sign at it says to be right."""
    signs: list[bool | None] = []
    bold: list[bool] = []
    for choice in question.group.choices:
        first = choice.lines[0]
        text = first.text[choice.mark.end :]
        if choice.mark.bold:
            text = choice.mark.bold + text
        cell = _cell(first, text)
        cell = cell._replace(
            text=_joined([cell.text, *(_shown(line) for line in choice.lines[1:])])
        )
        text, sign = marked_option(cell.text.rstrip("\\").rstrip())
        text = balanced(text)
        is_bold = _is_bold(text)
        bold.append(is_bold)
        signs.append(sign)
        question.texts.append(cell._replace(text=text))
    if any(signs):
        question.marked = tuple(place for place, sign in enumerate(signs) if sign)
    elif any(bold) and not all(bold):
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
        and text[:2] in ("**", "__")
        and text[:2] not in text[2:-2]
    )


# --- questions --------------------------------------------------------------------------------


def _questions(stream: Sequence[TextLine], keys: Sequence[Key]) -> list[_Question]:
    """The questions of a page, each with what stands between its options and the next one."""
    found: list[_Question] = []
    in_key = {place for key in keys for place in range(key.start, key.end)}
    floor = 0  # behind the options before
    for group in [*_groups(stream, keys), None]:
        end = group.start if group else len(stream)
        between = [stream[place] for place in range(floor, end) if place not in in_key]
        last = found[-1] if found else None
        start, number = _asked_start(between, last) if group else (len(between), None)
        asked = between[start:]
        if group and last and _goes_on(last, between, asked, number):
            between += stream[group.start : group.end]
            start, asked = len(between), []
        if last:
            _read_answer(between[:start], last)
        if group and asked:
            found.append(_Question(asked, number, group))
            _read_options(found[-1])
        floor = group.end if group else end
    return found


def _goes_on(
    last: _Question, between: Sequence[TextLine], asked: Sequence[TextLine], number: int | None
) -> bool:
    """Whether lettered lines explain the options of the question above instead of being some."""
    depth = 0
    for line in between:
        if line.kind == "open":
            depth += depth > 0 or is_answer_title(line.text)
        elif line.kind == "close":
            depth = max(depth - 1, 0)
    if depth or not asked:
        return True
    is_said = any(last.said_by(line.text, False) for line in between if line.kind in _WORDS)
    asks = number is not None or any(_ASKS.search(line.text) for line in asked)
    return is_said and not asks and asked[0].kind != "heading"


_WORDS = ("text", "heading", "open")


def _asked_start(lines: Sequence[TextLine], last: _Question | None) -> tuple[int, int | None]:
    """Where in the lines above some options their question begins, and its number."""
    start = len(lines)
    while start and len(lines) - start < _MOST_LINES:
        line = lines[start - 1]
        is_other = line.kind not in ("text", "code", "table") or _A_MARK.match(line.text)
        if is_other or (last and _is_answer(line, last)):
            break
        start -= 1
    above = lines[start - 1] if start else None
    is_title = above is not None and (
        above.kind == "heading" or (above.kind == "open" and not is_answer_title(above.text))
    )
    title = _number(above) if above and is_title else None
    has_text = any(line.kind == "text" for line in lines[start:])
    if above and is_title and (title or not has_text or _ASKS.search(above.text)):
        return start - 1, title[0] if title else None
    numbered = [
        (place, found) for place in range(start, len(lines)) if (found := _number(lines[place]))
    ]
    if numbered:
        wanted = last.number + 1 if last and last.number is not None else None
        fits = [each for each in numbered if each[1][0] == wanted] if wanted else []
        named = [each for each in numbered if each[1][1]]
        place, found = (fits or named or numbered)[-1 if named or fits else 0]
        return place, found[0]
    is_bounded = above is not None and above.kind in ("rule", "close")
    if is_bounded or start == len(lines):
        return start, None
    node = next((line.node for line in reversed(lines[start:]) if line.kind == "text"), None)
    while start < len(lines) and lines[start].node is not node:
        start += 1
    return start, None


def _is_answer(line: TextLine, last: _Question) -> bool:
    return line.kind == "text" and last.said_by(line.text, False) is not None


def _number(line: TextLine) -> tuple[int | None, bool] | None:
    """The number that a question's line begins with, and whether a word names it."""
    if line.kind in ("code", "table"):
        return None
    if line.number is not None:
        return line.number, False
    found = question_number(line.text)
    return (found.number, found.named) if found else None


def _asked_cell(question: _Question) -> Cell:
    """The text of a question without its number."""
    lines = list(question.asked)
    first = lines[0]
    if number := question_number(first.text):
        first = _cut(first, number.end, number.bold)
    body = lines[1:]
    if first.kind != "text" and body and not _ASKS.search(first.text):
        text = " ".join(line.text for line in body)
        if not first.text or _ASKS.search(text) or text.rstrip(" *_").endswith((":", "：")):
            return _joined_cell(body)
    return _joined_cell([first, *body] if first.text else body or [lines[0]])


# --- answers ----------------------------------------------------------------------------------


def _read_answer(lines: Sequence[TextLine], question: _Question) -> None:
    """What the lines below the options of a question say about them."""
    lines = _above_task_list(lines)
    reader = _AnswerReader(question, _lone_letters(lines, question))
    for line in lines:
        if not reader.take(line):
            break
    if question.is_answered or question.unread:
        question.explanation += reader.explanation
        question.answering += reader.answering


def _above_task_list(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """The lines above the first list of boxes and above what it asks."""
    for place, line in enumerate(lines):
        if BOX.match(line.text) and not option_mark(line.text):
            while place and lines[place - 1].node is lines[place].node:
                place -= 1
            asking = lines[place - 1].node if place else None
            while place and lines[place - 1].node is asking:
                place -= 1
            return lines[:place]
    return lines


def _lone_letters(lines: Sequence[TextLine], question: _Question) -> bool:
    """Whether lines begin with the letters of several options: then each speaks of its own."""
    found = set()
    for line in lines:
        said = question.said_by(line.text, True) if line.kind in ("text", "heading") else None
        if said and said.alone:
            found.add(said.letters)
    return len(found) > 1


class _AnswerReader:
    """The way through the lines below a question's options."""

    def __init__(self, question: _Question, are_several: bool) -> None:
        self.explanation: list[TextLine] = []
        self.answering: list[TextLine] = []
        self._question = question
        self._are_several = are_several
        self._folds: list[bool] = []  # whether each that is open holds answers
        self._expects = False  # an answer without any word for it
        self._last: Node | None = None  # the block that was taken last

    def take(self, line: TextLine) -> bool:
        """Read a line; whether the next one may belong to the question, too."""
        if line.kind == "open":
            is_answer = is_answer_title(line.text) or self._folds[-1:] == [True]
            self._folds.append(is_answer)
            self._expects = is_answer
            self._say(line, False)
            self.answering.append(line)
        elif line.kind == "close":
            if self._folds:
                self._folds.pop()
                self.answering.append(line)
        elif line.kind in ("text", "heading", "code"):
            return not self._begins_next(line) and self._take_text(line)
        elif line.kind == "rule":
            return bool(self._folds) or not self._question.is_answered
        return True

    def _begins_next(self, line: TextLine) -> bool:
        """Whether a line begins another question: it has its mark, or the number of the one below
        this one, whose options may be lost."""
        if not self._folds and _Q_MARK.match(line.text):
            return True
        own = self._question.number
        is_free = not self._folds or line.kind == "heading"  # a fold may not be closed
        if not is_free or own is None or not self._question.is_answered:
            return False
        number = _number(line)
        return number is not None and number[0] == own + 1

    def _take_text(self, line: TextLine) -> bool:
        is_open = bool(self._folds)
        if line.kind == "heading" and not is_open:
            if self._question.is_answered or not is_answer_title(line.text):
                return False
            self._expects = True
        was_answered = self._question.is_answered
        if line.kind != "code" and self._say(line, self._expects):
            self._last = line.node
            self.answering.append(line)
            return True
        if line.kind == "heading" and not is_open:
            self.answering.append(line)
            return True
        if is_open and not self._folds[-1] and was_answered and not self._is_label(line):
            return True
        if was_answered and not is_open and not self._may_explain(line):
            return False
        if not MAY_MARK.search(line.text):
            self.explanation.append(line)
            self.answering.append(line)
            self._last = line.node
        return True

    def _may_explain(self, line: TextLine) -> bool:
        """Whether a line below an answer explains it: of the same block, with a label, of a list
        or code right below, or the first paragraph if nothing else explains."""
        if line.node is self._last or line.kind == "code" or line.owner is not None:
            return self._last is not None or not self._question.said
        return self._is_label(line) or (not self.explanation and bool(self._question.said))

    def _is_label(self, line: TextLine) -> bool:
        return _LABEL.match(line.text) is not None

    def _say(self, line: TextLine, expects: bool) -> bool:
        """Whether a line says which options are right."""
        question = self._question
        said = question.said_by(line.text, expects)
        if (expects and said is None) or (said and not said.letters and said.rest):
            said = question.said_in_words(said.rest if said else line.text) or said
        if said is None:
            return False
        if said.alone and (question.said or not self._is_clear(said)):
            return False
        if not said.letters:
            self._expects = not said.rest
            if said.rest and not question.is_answered:
                question.unread.append(line)
            return not said.rest
        question.said.append((said, line))
        if not said.alone or self._folds:
            self._expects = False
        rest = "" if said.partly else self._question.unsaid(said)
        if said.partly:
            self.explanation.append(line)
        elif rest:
            self.explanation.append(line._replace(text=rest))
        return True

    def _is_clear(self, said: Statement) -> bool:
        """Whether a letter without a word for it is the answer, not one option of several."""
        if _WRONG.match(said.rest):
            return False
        return not self._are_several or not said.rest or not self._question.unsaid(said)


_WRONG = re.compile(
    r"[*_(]*(?:in|un)?(?:correct|wrong|false|not?\b|falsch|nein|incorrect|faux|错误|不正|誤)",
    re.IGNORECASE,
)


def _decide(question: _Question, file: str) -> None:
    """Which options are right, or why that cannot be said."""
    sayings = [(said, line) for said, line in question.said if not said.partly]
    partly = {place for said, _ in question.said if said.partly for place in said.letters}
    right = sayings[0][0].letters if sayings else tuple(sorted(partly)) or question.marked
    first = sayings[0][1] if sayings else question.group.choices[0].lines[0]
    faults: list[Diagnostic] = []
    for said, line in sayings:
        other = question.option_of(said.rest)
        if said.letters != right or (other is not None and other not in said.letters):
            faults.append(ANSWERS_DISAGREE.at(_position(line, file), line=first.at.line))
            break
    else:
        marked = question.marked
        if marked and right != marked:
            line = question.group.choices[marked[0]].lines[0]
            faults.append(ANSWERS_DISAGREE.at(_position(line, file), line=first.at.line))
    wanted = wanted_count(" ".join(line.text for line in question.asked))
    if not faults and right:
        if wanted and wanted != len(right):
            faults.append(WRONG_COUNT.at(_position(first, file), wanted=wanted, found=len(right)))
        elif wanted is None and any(said.instead for said, _ in sayings):
            faults.append(ANSWER_UNREAD.at(_position(first, file), letters=question.letters))
    if not right and question.unread:
        where = _position(question.unread[0], file)
        faults.append(ANSWER_UNREAD.at(where, letters=question.letters))
    question.right, question.faults = right, tuple(faults)


def _is_unanswered(question: _Question) -> bool:
    """Whether a question without an answer is one to be named."""
    texts = [line for line in question.asked if line.kind not in ("code", "table")]
    last = [line.text for line in texts if line.node is texts[-1].node]
    return any(map(_ASKS.search, last)) and not _Q_MARK.match(question.asked[0].text)


# --- keys -------------------------------------------------------------------------------------


def _join_keys(questions: Sequence[_Question], keys: Sequence[Key], found: _Found) -> None:
    """Give each question the answer that a key below it has for it."""
    start = 0
    for place, key in enumerate(keys):
        end = start
        while end < len(questions) and questions[end].group.start < key.start:
            end += 1
        if end == start:
            continue
        own, start = questions[start:end], end
        below = questions[end].group.start if end < len(questions) else None
        # Right below a key another one explains it.
        entries = [e for k in keys[place:] if below is None or k.start < below for e in k.entries]
        joined = join([question.number for question in own], entries)
        if joined is None:  # where numbers stand twice, only those without an answer may be meant
            own = [question for question in own if not question.is_answered]
            joined = join([question.number for question in own], entries)
        if joined is None:
            words = {"answers": len(entries), "questions": len(own)}
            where = _position(entries[0].line, found.file)
            found.diagnostics.append(KEY_UNJOINED.at(where, **words))
            continue
        _take_entries(own, joined, entries, found)


def _take_entries(
    questions: Sequence[_Question],
    joined: Sequence[Sequence[Entry]],
    entries: Sequence[Entry],
    found: _Found,
) -> None:
    """Give the questions their answers; the blocks in which nothing else stands are theirs."""
    used = {
        id(entry)
        for question, own in zip(questions, joined, strict=True)
        for entry in own
        if _take_entry(question, entry)
    }
    left = {id(entry.line.node) for entry in entries if id(entry) not in used}
    for entry in entries:
        own = (entry.line, *entry.lines, *([entry.label] if entry.label else []))
        lines = [line for line in own if not MAY_MARK.search(line.text)]
        if id(entry) in used:
            found.answering.update({id(line.node) for line in lines} - left)


def _take_entry(question: _Question, entry: Entry) -> bool:
    """Whether an answer of a key is one of the question's options."""
    said = question.said_by(entry.text, True)
    if said is None or not said.letters:
        question.unread.append(entry.line)
        return False
    question.said.append((said, entry.line))
    rest = entry.more or question.unsaid(said)
    first = [entry.line._replace(text=rest, kind="text", number=None)] if rest else []
    question.explanation += [*first, *entry.lines]
    return True


# --- what a page comes to ---------------------------------------------------------------------


class _Found(NamedTuple):
    """What grows while the questions of a page are read."""

    file: str
    diagnostics: list[Diagnostic]
    quizzes: dict[int, list[LetteredQuiz]]
    asking: set[int]
    answering: set[int]


def _add(question: _Question, found: _Found) -> None:
    quiz = _quiz(question, found)
    first = question.group.choices[0].lines[0]
    own = [line for choice in question.group.choices for line in (*choice.lines, *choice.below)]
    node = _list_of(first, own) or first.node
    found.quizzes.setdefault(id(node), []).append(LetteredQuiz(quiz, question.faults))
    asking = (line for line in question.asked if line.kind != "table")  # it may make notes itself
    found.asking.update(id(line.node) for line in asking if line.node is not first.node)
    if question.right or question.faults:
        found.answering.update(id(line.node) for line in question.answering)
    found.answering.update(id(line.node) for line in own if line.node is not node)


def _list_of(first: TextLine, own: Sequence[TextLine]) -> Node | None:
    """The list that holds a question's options and nothing else."""
    owner = first.owner
    if owner is None or not first.is_first:
        return None
    nodes = {id(line.node) for line in own}
    leaves = [child for item in owner.inside for child in item.inside]
    return owner if all(id(leaf) in nodes for leaf in leaves) else None


def _quiz(question: _Question, found: _Found) -> Quiz:
    asked = _short(_asked_cell(question), found)
    explanation = tuple(_short(cell, found) for cell in _paragraphs(question.explanation))
    right = () if question.faults else question.right
    below = [_paragraphs(choice.below) for choice in question.group.choices]
    texts = [cell.text for cell in question.texts]
    refers = any(names_letters(text, question.count, 2) and len(text) <= 60 for text in texts)
    words = [cell.text for cell in (*explanation, *(cell for cells in below for cell in cells))]
    shows = not refers and any(names_letters(text, question.count) for text in words)
    options = []
    for place, cell in enumerate(question.texts):
        is_last = place > 0 and speaks_of_above(cell.text)
        option = Option(
            _short(cell, found),
            place in right,
            tuple(below[place]),
            letter="ABCDEFGHIJ"[place] if shows else "",
            stays=refers or is_last,
        )
        options.append(option)
    return Quiz(asked, tuple(options), explanation, (), (), bool(question.faults))


def _with_lists(found: _Found, nodes: Sequence[Node]) -> Lettered:
    """The blocks of the questions, and the lists and quotes in which nothing else stands."""
    own = found.answering | found.asking

    def close(node: Node) -> bool:
        if id(node) in found.quizzes:
            return False
        if node.inside:
            inside = [close(child) for child in node.inside]
            if all(inside):
                (found.asking if id(node.inside[0]) in found.asking else found.answering).add(
                    id(node)
                )
            return all(inside)
        return id(node) in own

    for node in nodes:
        close(node)
    found.asking.difference_update(found.quizzes)
    found.answering.difference_update(found.quizzes)
    return Lettered(
        found.quizzes, frozenset(found.asking), frozenset(found.answering), tuple(found.diagnostics)
    )


# --- lines to cells ---------------------------------------------------------------------------


def _position(line: TextLine, file: str) -> Position:
    return Position(file, line.at.line, line.at.column)


def _cut(line: TextLine, start: int, bold: str) -> TextLine:
    """A line without its beginning; the bold that began there is kept, or left out with its end."""
    text = line.text[start:].strip()
    if bold:
        text = text[: -len(bold)] if text.endswith(bold) and text.count(bold) == 1 else bold + text
    at = line.at._replace(column=line.at.column + start)
    return line._replace(text=balanced(text), at=at)


def _cell(line: TextLine, text: str) -> Cell:
    """A part of a line, up to its end."""
    start = max(line.text.rfind(text.strip()), 0)
    return Cell(text.strip(), line.at.line, line.at.column + start)


def _paragraphs(lines: Iterable[TextLine]) -> list[Cell]:
    """Lines as the paragraphs that they stood in."""
    cells: list[Cell] = []
    last: TextLine | None = None
    for line in lines:
        text = _shown(line)
        if not text:
            continue
        goes_on = last is not None and last.node is line.node and not line.starts
        if goes_on and line.kind == "text":
            cells[-1] = cells[-1]._replace(text=f"{cells[-1].text}\n{text}")
        else:
            cells.append(line.at._replace(text=text))
        last = line
    return cells


def _shown(line: TextLine) -> str:
    """A line as inline Markdown: code line by line, a table row by row, a bullet for an item."""
    if line.kind == "table":
        return "<br>".join(" · ".join(cell.text for cell in row.cells) for row in line.rows)
    if line.kind == "code":
        return "<br>".join(map(_code, line.text.split("\n")))
    return f"• {line.text}" if line.is_bullet else line.text


def _code(text: str) -> str:
    if not text.strip():
        return ""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    bare = text.lstrip(" \t")
    indent = len(text.expandtabs(4)) - len(bare.expandtabs(4))
    space = " " if bare[0] == "`" or bare[-1] == "`" else ""
    return f"{fence}{space}{chr(160) * indent}{bare}{space}{fence}"


def _joined(texts: Iterable[str]) -> str:
    return "<br>".join(filter(None, texts))


def _joined_cell(lines: Sequence[TextLine]) -> Cell:
    cells = _paragraphs(lines) or [lines[0].at]
    return cells[0]._replace(text=_joined(cell.text for cell in cells))


def _short(cell: Cell, found: _Found) -> Cell:
    """A cell that is not too long for a card."""
    if len(cell.text) <= MOST_CHARACTERS:
        return cell
    words = {"what": "paragraph", "characters": len(cell.text), "most": MOST_CHARACTERS}
    found.diagnostics.append(TOO_LONG.at(Position(found.file, cell.line, cell.column), **words))
    return cell._replace(text=cell.text[:MOST_CHARACTERS])
