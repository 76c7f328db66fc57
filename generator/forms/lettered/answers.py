"""Reads what the lines below some options say about them, and decides which are right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from generator.core.diagnostics import (
    ANSWER_UNREAD,
    ANSWERS_DISAGREE,
    KEY_DOUBTFUL,
    LETTER_ASTRAY,
    NO_QUESTION,
    WRONG_COUNT,
    Code,
)
from generator.core.lazy_regex import lazy_regex
from generator.forms.in_text.answers import may_ask
from generator.forms.lettered.asked import asks_nothing
from generator.forms.lettered.lines import TextLine, position_of
from generator.forms.lettered.options import Question, number_of
from generator.forms.lettered.sections import names_something
from generator.forms.lettered.titles import is_answer_title
from generator.forms.lettered.words import ASKS, DIGITS, Statement, option_mark, wanted_count
from generator.markup.cloze_marks import holds_mark
from generator.sources.block_tree import Node
from generator.sources.lists import BOX

_LABEL = lazy_regex(r"(?:\*\*|__)[^*_\n]{1,60}(?:\*\*|__)|[\w' ]{1,30}[:：]")
Q_MARK = lazy_regex(r"(?:\*\*|__|\*|_)?(?:Q|Question)(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]")
_WRONG = lazy_regex(
    r"[*_(]*(?:incorrect|wrong|false|not?\b|falsch|nein|faux|错误|不正|誤)",
    re.IGNORECASE,
)


def read_answer(lines: Sequence[TextLine], question: Question) -> bool:
    """What the lines below the options of a question say about them; whether those below may go on
    with it."""
    above = _above_task_list(lines)
    goes_on, lines = len(above) == len(lines), above
    others = _other_questions(lines, question) | _answered_below(lines)
    reader = _AnswerReader(question, _lone_letters(lines, question))
    for line in lines:
        if (id(line.node) in others and question.is_answered) or not reader.take(line):
            goes_on = False
            break
    if question.is_answered or question.unread:
        question.explanation += reader.explanation
        question.answering += reader.answering
    return goes_on


def _other_questions(lines: Sequence[TextLine], question: Question) -> set[int]:
    """The paragraphs that end with an answer of their own: another question without options."""
    return {
        id(line.node)
        for line in lines
        if line.kind == "text"
        and not line.starts
        and (said := question.said_by(line.text, False))
        and not said.partly
        and not said.letters
        and said.rest
    }


def _answered_below(lines: Sequence[TextLine]) -> set[int]:
    """The paragraphs that ask, or are counted, right above what is folded and called an answer."""
    found: set[int] = set()
    for place, line in enumerate(lines):
        above = place - 1
        if line.kind == "open" and is_answer_title(line.text):
            while above >= 0 and lines[above].kind == "code":
                above -= 1
            node = lines[above].node if above >= 0 else None
            if node and node.type == "paragraph" and lines[above].kind == "text":
                is_counted = lines[above].number is not None
                found.update([id(node)] * may_ask(node.text, is_counted))
    return found


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


def _lone_letters(lines: Sequence[TextLine], question: Question) -> bool:
    """Whether lines begin with the letters of several options: then each speaks of its own."""
    found = set()
    for line in lines:
        said = question.said_by(line.text, True) if line.kind in ("text", "heading") else None
        if said and said.alone:
            found.add(said.letters)
    return len(found) > 1


class _Fold(NamedTuple):
    """What is open: whether it holds answers; how many were said and explained above it, and how
    many lines were taken; whether the question was answered there."""

    is_answer: bool
    said: int
    explained: int
    taken: int
    was_answered: bool


def _explains(line: TextLine) -> bool:
    """Whether a line has a label that announces what explains."""
    label = _LABEL.match(line.text)
    return label is not None and is_answer_title(label[0])


# A question, behind which a remark may stand: "Which is it? (Drag and drop)".
_ENDS_ASKING = lazy_regex(r"[?？؟][\s*_]*(?:[(（\[][^()（）\[\]]{1,60}[)）\]])?[\s*_.]*$")


class _AnswerReader:
    """The way through the lines below a question's options."""

    def __init__(self, question: Question, are_several: bool) -> None:
        self.explanation: list[TextLine] = []
        self.answering: list[TextLine] = []
        self._question = question
        self._are_several = are_several
        self._folds: list[_Fold] = []  # those that are open
        self._expects = False  # an answer without any word for it
        self._last: Node | None = None  # the block that was taken last

    def take(self, line: TextLine) -> bool:
        """Read a line; whether the next one may belong to the question, too."""
        if line.kind == "open":
            is_answer = is_answer_title(line.text) or any(f.is_answer for f in self._folds[-1:])
            said, is_answered = len(self._question.said), self._question.is_answered
            above = len(self.explanation), len(self.answering)
            self._folds.append(_Fold(is_answer, said, *above, is_answered))
            self._expects = is_answer
            self._say(line, False)
            self.answering.append(line)
        elif line.kind == "close":
            if self._folds:
                fold = self._folds.pop()
                self.answering.append(line)
                # A hint or a note, in which the answer does not stand, explains none.
                if not fold.is_answer and len(self._question.said) == fold.said:
                    own = self.explanation[fold.explained :]
                    self.explanation[fold.explained :] = [each for each in own if _explains(each)]
                    if fold.was_answered and len(self.explanation) == fold.explained:
                        del self.answering[fold.taken :]  # it may be read for itself
        elif line.kind in ("text", "heading", "code"):
            return not self._begins_next(line) and self._take_text(line)
        elif line.kind == "table" and self._explains_options(line):
            self.explanation.append(line)
            self.answering.append(line)
        elif line.kind in ("rule", "other"):
            return bool(self._folds) or not self._question.is_answered
        return True

    def _explains_options(self, line: TextLine) -> bool:
        """Whether the rows of a table begin with the letters of options: "A | wrong, since …"."""
        known = set(self._question.alphabet[: self._question.count])
        first = [row.cells[0].text.strip("*_`(). ") for row in line.rows[1:] if row.cells]
        return self._question.is_answered and len(first) > 1 and set(first) <= known

    def _begins_next(self, line: TextLine) -> bool:
        """Whether a line begins another question, whose options may be lost: it has its mark, asks,
        or has the number of the one below this one."""
        if not self._folds and (Q_MARK.match(line.text) or self._asks_anew(line)):
            return True
        own = self._question.number
        is_free = not self._folds or line.kind == "heading"  # a fold may not be closed
        if not is_free or own is None:
            return False
        number = number_of(line)
        return number is not None and number[0] == own + 1

    def _asks_anew(self, line: TextLine) -> bool:
        """Whether a block that ends with a question mark is no explanation and no hint."""
        asks = line.kind == "text" and line.starts and _ENDS_ASKING.search(line.text) is not None
        return asks and _LABEL.match(line.text) is None

    def _take_text(self, line: TextLine) -> bool:
        is_open = bool(self._folds)
        if line.kind == "heading" and not is_open:
            if self._question.is_answered or not is_answer_title(line.text):
                return False
            self._expects = True
        was_answered = self._question.is_answered
        if self._expects and not was_answered and self._counts_another(line):
            return True
        if line.kind != "code" and self._say(line, self._expects):
            self._last = line.node
            self.answering.append(line)
            if not was_answered:  # what follows in the same fold explains
                self._folds = [fold._replace(is_answer=True) for fold in self._folds]
            return True
        if (line.kind == "heading" and not is_open) or self._is_title(line):
            self._expects = True
            self.answering.append(line)
            return True
        if is_open and not self._folds[-1].is_answer and was_answered and not _explains(line):
            return True
        if was_answered and not is_open and not self._may_explain(line):
            return False
        if not holds_mark(line.text):
            self.explanation.append(line)
            self.answering.append(line)
            self._last = line.node
        return True

    def _is_title(self, line: TextLine) -> bool:
        """Whether a bold line, or an item, is nothing but a word for the answer."""
        is_whole = line.starts and (line.is_bullet or line.text[:2] in ("**", "__"))
        is_title = is_whole and is_answer_title(line.text) and not names_something(line.text)
        return is_title and not self._question.is_answered

    def _counts_another(self, line: TextLine) -> bool:
        """Whether an answer has the number of another question, or is one of several that are
        counted."""
        found = number_of(line)
        if found is None or found[0] is None or self._question.alphabet == DIGITS:
            return False
        is_one_of_several = line.owner is not None and len(line.owner.inside) > 1
        return is_one_of_several or self._question.number not in (None, found[0])

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
        bare = question.said_by(line.text, True) if question.said else None
        if bare and not bare.rest and bare.letters and bare.letters != question.said[0][0].letters:
            question.doubts.append(line)
        if said is None or (said.alone and (question.said or not self._is_clear(said))):
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
            self.explanation.append(line._replace(text=rest, is_bullet=False))
        return True

    def _is_clear(self, said: Statement) -> bool:
        """Whether a letter without a word for it is the answer, not one option of several."""
        if _WRONG.match(said.rest):
            return False
        return not self._are_several or not said.rest or not self._question.unsaid(said)


class _Fault(NamedTuple):
    """What is wrong with what is said about a question, and in which line."""

    line: TextLine
    code: Code
    words: Mapping[str, object]


# A blank in a question that its right letter fills: "Water boils at （ B ）."
_FILLED = lazy_regex(r"（\s*([A-Z]{1,6})\s*）|[(]\s+([A-Z])\s+[)]")
_ENDS = lazy_regex(r"[\s。.?？:：*_]*$")


def _empty_blank(question: Question) -> None:
    """Take the letters out of a blank that they fill: those that are right, or that nothing else
    says to be so, where the question ends with it."""
    for place, line in enumerate(question.asked):
        found = _FILLED.search(line.text) if line.kind in ("text", "heading") else None
        letters = (found[1] or found[2]) if found else ""
        if found is None or not set(letters) <= set(question.alphabet[: question.count]):
            continue
        filled = tuple(sorted(map(question.alphabet.index, letters)))
        said = [said.letters for said, _ in question.said] or [question.marked]
        if not question.is_answered and _ENDS.match(line.text, found.end()):
            question.said.append((Statement(filled, ""), line))
        elif filled not in said:
            continue
        blank = f"{found[0][0]} {found[0][-1]}"
        text = line.text[: found.start()] + blank + line.text[found.end() :]
        question.asked[place] = line._replace(text=text)


def decide(question: Question, file: str) -> None:
    """Which options are right, or why that cannot be said."""
    _empty_blank(question)
    sayings = [(said, line) for said, line in question.said if not said.partly]
    partly = {place for said, _ in question.said if said.partly for place in said.letters}
    right = sayings[0][0].letters if sayings else tuple(sorted(partly)) or question.marked
    faults = _faults(question, sayings, right)
    question.right = right
    question.faults = tuple(
        fault.code.at(position_of(fault.line, file), **fault.words) for fault in faults[:1]
    )


def _faults(
    question: Question, sayings: Sequence[tuple[Statement, TextLine]], right: tuple[int, ...]
) -> list[_Fault]:
    """What is wrong, the plainest first."""
    first = sayings[0][1] if sayings else question.group.choices[0].lines[0]
    letters = question.letters
    faults: list[_Fault] = []
    if asks_nothing(question.asked):
        faults.append(_Fault(question.asked[0], NO_QUESTION, {}))
    if question.astray and (right or question.unread):
        line, mark, due = question.astray[0]
        said_of = {"letter": mark.alphabet[mark.place], "wanted": due}
        faults.append(_Fault(line, LETTER_ASTRAY, said_of))
    if question.doubtful:
        words = {"line": question.doubtful.at.line}
        faults.append(_Fault(question.asked[0], KEY_DOUBTFUL, words))
    for said, line in sayings:
        other = question.option_of(said.rest)
        if said.letters != right or (other is not None and other not in said.letters):
            said_there = "its letter" if line is first else f"line {first.at.line}"
            faults.append(_Fault(line, ANSWERS_DISAGREE, {"other": said_there}))
    if question.marked and right != question.marked:
        marked = question.group.choices[question.marked[0]].lines[0]
        faults.append(_Fault(marked, ANSWERS_DISAGREE, {"other": f"line {first.at.line}"}))
    if not right:
        return faults + [_Fault(line, ANSWER_UNREAD, letters) for line in question.unread]
    wanted = wanted_count(" ".join(line.text for line in question.asked))
    if wanted and wanted != len(right):
        wanted_letters = question.alphabet[: min(wanted, question.count)]
        example = f"{', '.join(wanted_letters[:-1])} and {wanted_letters[-1]}"
        counts = {"wanted": wanted, "found": len(right), "example": example}
        faults.append(_Fault(first, WRONG_COUNT, counts))
    if wanted is None and any(said.instead for said, _ in sayings):
        faults.append(_Fault(first, ANSWER_UNREAD, letters))
    faults += [
        _Fault(line, ANSWER_UNREAD, letters)
        for said, line in sayings
        if not said.rest and _is_text_of_another(said, question)
    ]
    doubts = [line for said, line in sayings if _is_doubtful(said, question)] + question.doubts
    return faults + [_Fault(line, ANSWER_UNREAD, letters) for line in doubts]


def _is_text_of_another(said: Statement, question: Question) -> bool:
    """Whether a letter is the text of an option that has another letter."""
    texts = (question.option_of(question.alphabet[place]) for place in said.letters)
    return any(place is not None and place not in said.letters for place in texts)


# What may stand behind a letter and make another answer of it: more letters, "or", a denial.
_OR = (
    r"also|auch|también|aussi|anche|também|также"
    r"|and|und|y|et|e|или|и|or|oder|ou|o|oppure|lub|eller|或|和|또는|または"
)
_DENIAL = (
    r"(?:not?|nicht|kein|wrong|incorrect|false|falsch|fausse?|faux"
    r"|falso|falsa|errad[oa]|sbagliat[oa]|incorrect[oa]|неверн\w*|不|错|誤)"
)
_DENIED = rf"(?i:\W*(?:(?:is|ist|est|es|é|è|=)\W+{_DENIAL}\b|{_DENIAL}\W*$))"
# "A. one, C. three", from behind the first text to before the second.
_GOES_ON = lazy_regex(rf"\W{{0,2}}(?:[,;/&+]|\b(?:{_OR})\b)\W{{0,3}}(?P<letter>\w)[).:]?\W{{1,3}}")
_WORDS = str.maketrans("", "", "aeioy")  # letters that are words of some language


_MORE_LETTERS = lazy_regex(r"\W*[A-Z](?:[\s,;/]+[A-Z])*\W*")  # a key without numbers: "A C B"
_LETTERED = lazy_regex(r"(?<!\w)(\w)\)")
_WORD_ALONE = lazy_regex(r"[^\W\d_][^.:;()]*")
_FEW_WORDS = 4


def _answers_parts(said: Statement, question: Question) -> bool:
    """Whether an answer solves the parts of an exercise and chooses none of them: it says something
    of another part, too, "a) 6 b) 12"; all parts ask; or it has a few other words for one of what
    stands below "Translate:"."""
    own = question.texts[said.letters[-1]].text
    if said.rest.casefold().startswith(own.casefold()[:3]):
        return False
    if set(_LETTERED.findall(said.rest)) & set(question.alphabet[: question.count]):
        return True
    if question.asks or any(ASKS.search(line.text) for line in question.asked):
        return False
    if all(ASKS.search(cell.text) for cell in question.texts):
        return True
    is_told = question.asked[-1].text.rstrip("*_ ").endswith((":", "："))
    is_part = is_told and question.group.choices[0].mark.style == ")" and not said.alone
    is_short = len(said.rest.split()) <= _FEW_WORDS and _WORD_ALONE.fullmatch(said.rest)
    return is_part and bool(is_short)


def _is_doubtful(said: Statement, question: Question) -> bool:
    """Whether what stands behind the letters of an answer may change which are meant."""
    others = [place for place in range(question.count) if place not in said.letters]
    if not said.rest or not others:
        return False
    if _answers_parts(said, question):
        return True
    own = question.texts[said.letters[-1]].text
    rest = said.rest.lstrip("(*_ ")
    if rest.casefold().startswith(own.casefold()[:3]):
        goes_on = _GOES_ON.match(rest, len(own)) if rest.startswith(own) else None
        return goes_on is not None and any(
            goes_on["letter"] == question.alphabet[place]
            and rest.startswith(question.texts[place].text, goes_on.end())
            for place in others
        )
    if _MORE_LETTERS.fullmatch(said.rest):
        return True
    letters = "".join(question.alphabet[place] for place in others).translate(_WORDS)
    letter = rf"[(*_]*[{letters}](?![\w'’])" if letters else r"(?!)"
    joined = rf"\W{{0,2}}(?:[–—-] ?|(?:{_OR})\W{{1,3}}){letter}"
    listed = rf"\W{{0,3}}{letter}\W{{0,2}}(?:$|[,;/]|(?:{_OR})\b)"
    return re.match(f"{_DENIED}|{joined}|{listed}", said.rest) is not None
