"""Finds the questions of a page that have lettered options, and makes a quiz of each.

A question is the text above its options; the answer stands below them, folded or not, or in a key
that belongs to all questions above it. Which option is right is never guessed: where what is
written does not say it, or says two things, the question is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from generator.diagnostics import ANSWERS_UNCLEAR, OPTIONS_UNREAD, TOO_LONG, Diagnostic
from generator.forms.lettered.answers import Q_MARK, decide, read_answer
from generator.forms.lettered.entries import entries_in, numbers_of_unclear
from generator.forms.lettered.joined import join_keys
from generator.forms.lettered.keys import Key, find_keys
from generator.forms.lettered.lines import (
    TextLine,
    cut_line,
    joined_cell,
    paragraphs,
    position_of,
    text_lines,
    without_last_break,
)
from generator.forms.lettered.options import (
    Question,
    names_number,
    number_of,
    option_groups,
    read_options,
)
from generator.forms.lettered.titles import is_answer_title
from generator.forms.lettered.words import (
    ALPHABETS,
    ANSWER_SIGN,
    ASKS,
    DIGITS,
    counts_several,
    names_letters,
    names_option,
    question_number,
    speaks_of_above,
)
from generator.model import Cell, Option, Position, Quiz
from generator.sources.admonitions import Fold
from generator.sources.block_tree import Lines, Node
from generator.sources.cells import MOST_CHARACTERS

# The second of some options, whatever marks it, at the beginning of a line or behind the first one:
# without one a page has no such question.
_MARKED = r"(?:[-*+•][ \t]+)?(?:\[[ xX]\][ \t]+)?(?:\*\*|__)?[(（]?"
_BEFORE, _BEHIND = rf"(?:\n[ \t>]*|<br[ ]?/?>[ \t]*){_MARKED}", "ـ?[)）.．、:：*]"
_FIRST, _SECOND = (f"[{''.join(each[place] for each in ALPHABETS)}]" for place in (0, 1))
SIGN = re.compile(
    rf"{_BEFORE}(?:{_SECOND}{_BEHIND}"
    rf"|{_FIRST}{_BEHIND}[^\n]*[ \t\u3000](?:\*\*|__)?[(（]?{_SECOND}{_BEHIND})|{ANSWER_SIGN}"
)
_A_MARK = re.compile(r"(?:\*\*|__|\*|_)?(?:A|Answer)(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]")
_MOST_LINES = 40  # of a question above its options
_SHORT = 60  # characters: "Which fits best?" needs what stands above it, up to a few blocks
_FEW = 4
_OPTIONS_BELOW = re.compile(
    r"\W*(?:(?:answer )?(?:options?|choices?)|antworten|opciones|alternativas|选项|選択肢)\W*",
    re.IGNORECASE,
)


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


def find_lettered(
    nodes: Sequence[Node], lines: Lines, file: str, folds: Sequence[Fold] = ()
) -> Lettered:
    """The questions with lettered options on a page; ``folds`` have titles that no block has."""
    if not SIGN.search(f"\n{lines.text}"):
        return NONE
    stream = text_lines(nodes, lines, folds)
    keys = list(find_keys(stream))
    questions = _questions(stream, keys)
    found = _Found(file, [], {}, set(), set())
    found.diagnostics.extend(_unread_options(stream, questions, keys, file))
    if not questions:
        return NONE._replace(diagnostics=tuple(found.diagnostics))
    found.add_unclear(stream, questions, keys)
    joined = join_keys(questions, keys, stream, file)
    found.answering.update(joined.blocks)
    found.diagnostics.extend(joined.diagnostics)
    for question in questions:
        decide(question, file)
        if question.right or question.faults or _is_unanswered(question):
            _add(question, found)
    return _with_lists(found, nodes)


def _questions(stream: Sequence[TextLine], keys: Sequence[Key]) -> list[Question]:
    """The questions of a page, each with what stands between its options and the next one."""
    found: list[Question] = []
    in_key = {place for key in keys for place in range(key.start, key.end)}
    floor = 0  # behind the options before
    for group in [*option_groups(stream, keys), None]:
        end = group.start if group else len(stream)
        between = [stream[place] for place in range(floor, end) if place not in in_key]
        last = found[-1] if found else None
        start, number = _asked_start(between, last) if group else (len(between), None)
        asked = between[start:]
        if group and last and _goes_on(last, between, asked, number):
            between += stream[group.start : group.end]
            start, asked = len(between), []
        if last:
            read_answer(between[:start], last)
        if group and asked:
            found.append(Question(asked, number, group))
            read_options(found[-1])
        floor = group.end if group else end
    return found


def _unread_options(
    stream: Sequence[TextLine], questions: Sequence[Question], keys: Sequence[Key], file: str
) -> Iterator[Diagnostic]:
    """Name what is nearly a question: an answer that names an option, with none above it."""
    read = {place for key in keys for place in range(key.start, key.end)}
    lines = {id(line) for question in questions for line in question.answering}
    asked = -_MOST_LINES
    for place, line in enumerate(stream):
        if place in read or id(line) in lines or line.kind == "rule":
            asked = -_MOST_LINES
        if asked == -_MOST_LINES and not ASKS.search(line.text):
            continue
        above = stream[place - 1] if place else None
        in_answer = above is not None and above.kind == "open" and is_answer_title(above.text)
        if line.kind not in _WORDS or Q_MARK.match(line.text):
            asked = -_MOST_LINES if line.kind in _WORDS else asked
        elif ASKS.search(line.text):
            asked = place
        elif place - asked < _MOST_LINES and (
            names_option(line.text, in_answer) or names_number(stream, place, in_answer)
        ):
            yield OPTIONS_UNREAD.at(position_of(line, file))
            asked = -_MOST_LINES


def _goes_on(
    last: Question, between: Sequence[TextLine], asked: Sequence[TextLine], number: int | None
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
    asks = number is not None or any(ASKS.search(line.text) for line in asked)
    return is_said and not asks and asked[0].kind != "heading"


_WORDS = ("text", "heading", "open")


def _asked_start(lines: Sequence[TextLine], last: Question | None) -> tuple[int, int | None]:
    """Where in the lines above some options their question begins, and its number."""
    start = len(lines)
    while start and len(lines) - start < _MOST_LINES:
        line = lines[start - 1]
        is_other = line.kind not in ("text", "code", "table") or _A_MARK.match(line.text)
        if is_other or (last and _is_answer(line, last)):
            break
        start -= 1
    behind_tables = _behind_tables(lines, start)
    above = lines[start - 1] if start else None
    is_title = above is not None and (
        above.kind == "heading" or (above.kind == "open" and not is_answer_title(above.text))
    )
    title = number_of(above) if above and is_title else None
    if above and start < len(lines) and counts_several(above.text) and number_of(lines[start]):
        is_title, title = False, None  # "Exercise 2", and its first question is "1."
    has_text = any(line.kind == "text" for line in lines[start:])
    if above and is_title and (title or not has_text or ASKS.search(above.text)):
        return start - 1, title[0] if title else None
    numbered = [
        (place, found) for place in range(start, len(lines)) if (found := number_of(lines[place]))
    ]
    if numbered:
        wanted = last.number + 1 if last and last.number is not None else None
        fits = [each for each in numbered if each[1][0] == wanted] if wanted else []
        # Above it may stand a question without options, which has a number, too.
        fits = [each for each in numbered if ASKS.search(lines[each[0]].text)] or fits
        named = [each for each in numbered if each[1][1]]
        place, found = (fits or named or numbered)[-1 if named or fits else 0]
        # "Question:" without a number parts the question from what it asks about.
        is_part = found[0] is None and is_title and _are_few(lines[start:])
        return behind_tables if is_part else place, found[0]
    is_short = is_title and len(lines[-1].text) <= _SHORT and _are_few(lines[start:])
    is_bounded = is_short or (above is not None and above.kind in ("rule", "close"))
    if is_bounded or start == len(lines):
        return behind_tables, None
    node = next((line.node for line in reversed(lines[start:]) if line.kind == "text"), None)
    while start < len(lines) and lines[start].node is not node:
        start += 1
    return start, None


def _behind_tables(lines: Sequence[TextLine], start: int) -> int:
    """Where a question without a number begins: behind the tables above it, but for the nearest
    one, if its text or what introduces the table speaks of it."""
    tables = [place for place in range(start, len(lines)) if lines[place].kind == "table"]
    if not tables:
        return start
    *others, last = tables
    first = others[-1] + 1 if others else start
    texts = [line.text for line in lines[last + 1 :] if line.kind == "text"]
    intro = lines[last - 1].text if last > first and lines[last - 1].kind == "text" else ""
    is_own = not texts or any(map(_OF_TABLE.search, (*texts, intro)))
    is_own = is_own or intro.rstrip(" *_").endswith((":", "：")) or ASKS.search(intro) is not None
    return first if is_own else last + 1


_OF_TABLE = re.compile(
    r"\b(?:tables?|exhibits?|charts?|matrix|data|results|values|following|above|below|shown"
    r"|tabell?en?|tabelle|tabell|tablas?|tableaux?|tabell[ae]|tabelas?|tabulk\w*|таблиц\w*|tablo\w*"
    r"|siguientes?|suivant\w*|folgende\w*|seguent[ei]|seguintes?|следующ\w*|bảng)\b|表|표|جدول|טבלה",
    re.IGNORECASE,
)


def _are_few(lines: Sequence[TextLine]) -> bool:
    """Whether lines are of so few blocks that all may belong to one question."""
    return len({id(line.node) for line in lines}) <= _FEW


def _is_answer(line: TextLine, last: Question) -> bool:
    return line.kind == "text" and last.said_by(line.text, False) is not None


def _asked_cell(question: Question) -> Cell:
    """The text of a question without its number."""
    asked = question.asked
    lines = [line for line in asked if not _OPTIONS_BELOW.fullmatch(line.text)] or asked
    lines[-1] = lines[-1]._replace(text=without_last_break(lines[-1].text))
    first, body = _without_number(lines[0]), lines[1:]
    if first.kind == "table":
        return joined_cell(lines)
    if not first.text and body:  # "### Scenario 2" and below it "**Question 2:** …"
        body[0] = _without_number(body[0])
    if first.kind in ("heading", "open") and body and not ASKS.search(first.text):
        text = " ".join(line.text for line in body)
        if not first.text or ASKS.search(text) or text.rstrip(" *_").endswith((":", "：")):
            return joined_cell(body)
    return joined_cell([first, *body] if first.text else body or [lines[0]])


def _without_number(line: TextLine) -> TextLine:
    number = question_number(line.text)
    return cut_line(line, number.end, number.bold) if number else line


def _is_unanswered(question: Question) -> bool:
    """Whether a question without an answer is one to be named."""
    return question.asks and not Q_MARK.match(question.asked[0].text)


class _Found(NamedTuple):
    """What grows while the questions of a page are read."""

    file: str
    diagnostics: list[Diagnostic]
    quizzes: dict[int, list[LetteredQuiz]]
    asking: set[int]
    answering: set[int]

    def add_unclear(
        self, stream: Sequence[TextLine], questions: Sequence[Question], keys: Sequence[Key]
    ) -> None:
        """Name the letters that may be right answers and may be somebody's own; a table of them
        makes no cards of its numbers."""
        numbers = {question.number for question in questions} - {None}
        numbers = numbers or set(range(1, len(questions) + 1))
        in_key = {place: key for key in keys for place in range(key.start, key.end)}
        for place in range(questions[0].group.end, len(stream)):
            line, key = stream[place], in_key.get(place)
            if line.kind != "table":
                continue
            is_read = key is not None and key.entries
            counted = [] if is_read else [entry.number for entry in entries_in(line)]
            counted = counted or numbers_of_unclear(line)
            if counted and numbers.issuperset(counted):
                self.answering.add(id(line.node))
                self.diagnostics.append(ANSWERS_UNCLEAR.at(position_of(line, self.file)))


def _add(question: Question, found: _Found) -> None:
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


def _quiz(question: Question, found: _Found) -> Quiz:
    asked = _short(_asked_cell(question), found)
    explanation = tuple(_short(cell, found) for cell in paragraphs(question.explanation))
    right = () if question.faults else question.right
    below = [paragraphs(choice.below) for choice in question.group.choices]
    texts = [cell.text for cell in question.texts]
    marks = DIGITS if question.alphabet == DIGITS else ALPHABETS[0]

    def names(text: str, fewest: int) -> bool:
        return names_letters(text, question.count, fewest, marks)

    refers = any(names(text, 2) and len(text) <= 60 for text in texts)
    words = [cell.text for cell in (*explanation, *(cell for cells in below for cell in cells))]
    shows = not refers and any(names(text, 1) for text in words)
    options = []
    for place, cell in enumerate(question.texts):
        is_last = place > 0 and speaks_of_above(cell.text)
        option = Option(
            _short(cell, found),
            place in right,
            tuple(below[place]),
            letter=marks[place] if shows else "",
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


def _short(cell: Cell, found: _Found) -> Cell:
    """A cell that is not too long for a card."""
    if len(cell.text) <= MOST_CHARACTERS:
        return cell
    words = {"what": "paragraph", "characters": len(cell.text), "most": MOST_CHARACTERS}
    found.diagnostics.append(TOO_LONG.at(Position(found.file, cell.line, cell.column), **words))
    return cell._replace(text=cell.text[:MOST_CHARACTERS])
