"""Finds the questions of a page that have lettered options, and makes a quiz of each.

A question is the text above its options; the answer stands below them, folded or not, or in a key
that belongs to all questions above it. Which option is right is never guessed: where what is
written does not say it, or says two things, the question is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from generator.core.diagnostics import ANSWERS_UNCLEAR, OPTIONS_UNREAD, TOO_LONG, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Option, Position, Quiz
from generator.forms.lettered.answers import Q_MARK, decide, read_answer
from generator.forms.lettered.asked import MOST_LINES, Asked, asked_cell, lines_that_ask
from generator.forms.lettered.entries import entries_in, numbers_of_unclear
from generator.forms.lettered.joined import join_keys
from generator.forms.lettered.keys import Key, find_keys
from generator.forms.lettered.lines import (
    TextLine,
    paragraphs,
    position_of,
    text_lines,
)
from generator.forms.lettered.options import (
    OptionGroup,
    Question,
    most_counted,
    names_number,
    numbers_answered,
    option_groups,
    read_options,
)
from generator.forms.lettered.scenarios import share_paragraphs
from generator.forms.lettered.sign import ALPHABETS, NONE, Lettered, LetteredQuiz
from generator.forms.lettered.titles import is_answer_title
from generator.forms.lettered.words import (
    ASKS,
    CIRCLED,
    DIGITS,
    names_letters,
    names_option,
    speaks_of_above,
    statement,
)
from generator.sources.admonitions import Fold
from generator.sources.block_tree import Lines, Node
from generator.sources.cells import MOST_CHARACTERS


def find_lettered(
    nodes: Sequence[Node],
    lines: Lines,
    file: str,
    folds: Sequence[Fold] = (),
    others: Set[int] = frozenset(),
) -> Lettered:
    """The questions with lettered options on a page; ``folds`` have titles that no block has, and
    blocks of ``others`` are of another form."""
    stream = text_lines(nodes, lines, folds, others)
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
    _doubt_answers_of_several(questions)
    for question in questions:
        decide(question, file)
        if question.right or question.faults or _is_unanswered(question):
            _add(question, found)
    return _with_lists(found, nodes)


def _questions(stream: Sequence[TextLine], keys: Sequence[Key]) -> list[Question]:
    """The questions of a page, each with what stands between its options and the next one."""
    found: list[Question] = []
    betweens: list[Sequence[TextLine]] = []  # above the options of each, up to those before
    in_key = {place for key in keys for place in range(key.start, key.end)}
    between: Sequence[TextLine] = ()
    floor = 0  # behind the options before
    may_go_on = True  # what stands there with them
    for group in [*option_groups(stream, keys), None]:
        end = group.start if group else len(stream)
        between = [stream[place] for place in range(floor, end) if place not in in_key]
        last = found[-1] if found else None
        start, number, asked = (
            lines_that_ask(between, last, group) if group else Asked(len(between), None, [])
        )
        goes_on = group is not None and last is not None and _goes_on(last, between, asked, number)
        if group and goes_on and not (asked and _answer_below(stream, group)):
            between += stream[group.start : group.end]
            start, asked = len(between), []
        if last and may_go_on:
            may_go_on = read_answer(between[:start], last)
        if group and asked:
            found.append(Question(asked, number, group))
            betweens.append(between)
            read_options(found[-1])
            may_go_on = True
        floor = group.end if group else end
    share_paragraphs(found, [*betweens, between])
    return found


def _unread_options(
    stream: Sequence[TextLine], questions: Sequence[Question], keys: Sequence[Key], file: str
) -> Iterator[Diagnostic]:
    """Name what is nearly a question: an answer that names an option, with none above it."""
    read = {place for key in keys for place in range(key.start, key.end)}
    lines = {id(line) for question in questions for line in question.answering}
    most: int | None = None  # how many options are counted; few pages need to know
    asked = -MOST_LINES
    for place, line in enumerate(stream):
        if place in read or id(line) in lines or line.kind == "rule":
            asked = -MOST_LINES
        above = stream[place - 1] if place else None
        if above and (numbers := numbers_answered(line)) and is_answer_title(above.text):
            most = most_counted(stream) if most is None else most
            if min(numbers) > 0 and max(numbers) <= most:
                yield OPTIONS_UNREAD.at(position_of(line, file))
        if asked == -MOST_LINES and not ASKS.search(line.text):
            continue
        in_answer = above is not None and above.kind == "open" and is_answer_title(above.text)
        if line.kind not in _WORDS or Q_MARK.match(line.text):
            asked = -MOST_LINES if line.kind in _WORDS else asked
        elif ASKS.search(line.text):
            asked = place
        elif place - asked < MOST_LINES and (
            names_option(line.text, in_answer) or names_number(stream, place, in_answer)
        ):
            yield OPTIONS_UNREAD.at(position_of(line, file))
            asked = -MOST_LINES


_PLURAL = lazy_regex(
    r"\W*(?:the )?(?:answers|answer key|key|solutions|antworten|lösungen|respuestas|soluciones"
    r"|réponses|risposte|soluzioni|respostas|gabarito|ответы|відповіді|odpowiedzi|antwoorden|参考答案|答案)\b",
    re.IGNORECASE,
)
_SEVERAL = 3  # questions; two letters may be the right ones of one


def _doubt_answers_of_several(questions: Sequence[Question]) -> None:
    """Hold a question below others without an answer whose answers are, or may be, those of all of
    them in their order: "Answers: A, C, B"."""
    waiting = 0
    for question in questions:
        if not question.is_answered:
            waiting += 1
            continue
        if waiting and question.said:
            said, line = question.said[0]
            is_plural = any(_PLURAL.match(each.text) for each in question.answering)
            if is_plural or len(said.letters) == waiting + 1 >= _SEVERAL:
                question.doubts.append(line)
        waiting = 0


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
    if any(line.kind == "heading" and not is_answer_title(line.text) for line in between):
        return False
    is_said = any(last.said_by(line.text, False) for line in between if line.kind in _WORDS)
    asks = number is not None or any(ASKS.search(line.text) for line in asked)
    return is_said and not asks and asked[0].kind != "heading"


def _answer_below(stream: Sequence[TextLine], group: OptionGroup) -> bool:
    """Whether right below some options an answer says which of them is right."""
    line = stream[group.end] if group.end < len(stream) else None
    if line is None or line.kind != "text":
        return line is not None and line.kind == "open" and is_answer_title(line.text)
    said = statement(line.text, group.choices[0].mark.alphabet, len(group.choices), False)
    return said is not None and bool(said.letters) and not said.partly


_WORDS = ("text", "heading", "open")


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
    asked = _short(asked_cell(question), found)
    explanation = tuple(_short(cell, found) for cell in paragraphs(question.explanation))
    right = () if question.faults else question.right
    below = [paragraphs(choice.below) for choice in question.group.choices]
    texts = [cell.text for cell in question.texts]
    marks = question.alphabet if question.alphabet in (DIGITS, CIRCLED) else ALPHABETS[0]

    def names(text: str, fewest: int) -> bool:
        return names_letters(text, question.count, fewest, marks)

    refers = any(len(text) <= 60 and names(text, 2) for text in texts)
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
