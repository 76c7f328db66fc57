"""Finds rows that make sound notes and yet poor cards; it changes nothing and drops nothing.

Each rule stays silent where it cannot be sure: a false alarm costs more trust than a miss.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from generator.core.diagnostics import (
    ANSWER_IN_CLUE,
    CLUE_ALONE,
    GUESSABLE,
    LONG_CELL,
    NEAR_DUPLICATE,
    REVERSED_TWICE,
    SAME_ANSWERS,
    TRAP_AS_RULE,
    Code,
    Diagnostic,
    so_in_lines,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Kind, Note, Position
from generator.markup.inline import has_media
from generator.notes.groups import Group
from generator.notes.labels import language_of
from generator.notes.near_clues import are_near, forms_of
from generator.notes.page_notes import Texts
from generator.notes.words import content_in_order

# Where a rule finds something, and the words of its message.
_Found = tuple[Position, dict[str, object]]
_Rule = Callable[[Group, "_Rows"], Iterator[_Found]]


class _Row(NamedTuple):
    """A note with its clue and its first answer as text, and all of its row."""

    note: Note
    clue: str
    answer: str
    html: Texts
    text: Texts


_Rows = list[_Row]


def lint(groups: Sequence[Group]) -> Iterator[Diagnostic]:
    """What is poor about the tables of one package: at most one finding for a rule and table."""
    rows = [_rows(group) for group in groups]
    in_words = [_in_words(group, own) for group, own in zip(groups, rows, strict=True)]
    near = _near_duplicates(groups, in_words)
    for index, group in enumerate(groups):
        if group.layout.kind is None:
            continue
        if found := list(_long_cells(group, rows[index])):
            yield _told(LONG_CELL, found)
        if found := near.get(index, []):
            yield _told(NEAR_DUPLICATE, found)
        for code, rule in _OF_TABLES[group.layout.kind]:
            if found := list(rule(group, in_words[index])):
                yield _told(code, found)


def _rows(group: Group) -> _Rows:
    if not group.notes:
        return []
    clue, asked = group.layout.clue, group.layout.asking[0]
    return [_Row(note, text[clue], text[asked], html, text) for note, html, text in group.cells()]


def _in_words(group: Group, rows: _Rows) -> _Rows:
    """The rows without a picture or a sound, whose words are all there is to them."""
    if not group.has_media:
        return rows
    return [row for row in rows if not any(map(has_media, row.html))]


def _told(code: Code, found: Sequence[_Found]) -> Diagnostic:
    """The first finding of a table, with the lines of the others."""
    (where, words), *others = found
    more = so_in_lines([other.line for other, _ in others])
    return code.at(where, **{"more": more, **words})


# --- rows of a package ------------------------------------------------------------------------


def _near_duplicates(groups: Sequence[Group], rows: Sequence[_Rows]) -> dict[int, list[_Found]]:
    """Rows, by the index of their table, with the answer of an earlier row and all but one of
    the words of its clue.

    Two such clues are equal once the right word is left out of one or both, so each is filed
    under itself and under itself without each of its words: no two rows are compared in vain.
    """
    first: dict[tuple[Kind, str], tuple[int, _Row]] = {}
    by_answer: dict[tuple[Kind, str], list[tuple[int, _Row]]] = {}  # those that stand again
    for index, group in enumerate(groups):
        kind = group.layout.kind
        if kind in (Kind.CLUE, Kind.TRAP):
            for row in rows[index]:
                answer = kind, row.answer.casefold().rstrip(".")
                one = index, row
                if (other_one := first.setdefault(answer, one)) is not one:
                    by_answer.setdefault(answer, [other_one]).append(one)
    near: dict[int, list[_Found]] = defaultdict(list)
    for same in by_answer.values():
        filed: dict[tuple[str, ...], _Row] = {}
        for index, row in same:
            for form in forms_of(row.clue):
                other = filed.setdefault(form, row)
                if other is row or not are_near(row.clue, other.clue):
                    continue
                # The very same clue under another header asks something else.
                is_same_question = row.note.origin.question == other.note.origin.question
                if row.clue != other.clue or is_same_question:
                    file, line, _ = other.note.position
                    words = {"clue": row.clue, "file": file, "line": line}
                    near[index].append((row.note.position, words))
                    break
    for found in near.values():
        found.sort(key=lambda one: one[0])
    return near


# --- tables -----------------------------------------------------------------------------------


def _same_answers(group: Group, rows: _Rows) -> Iterator[_Found]:
    if len(rows) < 3 or rows[0].answer.casefold() != rows[1].answer.casefold():
        return  # as nearly always
    answers = [row.answer for row in rows]
    if len(answers) == len(group.notes) and len(set(map(str.casefold, answers))) == 1:
        where = Position(group.around.path, *group.table.header_places[group.layout.asking[0]])
        yield where, {"rows": len(answers), "answer": answers[0]}


_FEWEST_GUESSES = 4  # rows; of fewer each can be known
_LONGEST_GUESS = 24  # characters of an answer; a longer one is worth recalling


def _guessable(group: Group, _: _Rows) -> Iterator[_Found]:
    """The first asked column that has two answers and no more, such as yes and no; others by their
    headers, which stand in one line."""
    columns = group.layout.answers
    texts = [text for _, _, text in group.cells()] if len(group.notes) >= _FEWEST_GUESSES else []
    found: list[tuple[int, str]] = []
    for column in columns if texts else ():
        answers = _two_answers([text[column] for text in texts if text[column]])
        if answers and all(len(answer) <= _LONGEST_GUESS for answer in answers):
            found.append((column, " and ".join(f"'{each}'" for each in sorted(answers))))
    if found:
        (column, shown), *others = found
        headers = [group.table.headers[each] for each, _ in found]
        where = Position(group.around.path, *group.table.header_places[column])
        more = ", ".join(f"'{header}'" for header in headers[1 : 1 + _MOST_HEADERS_SHOWN])
        rest = len(others) - _MOST_HEADERS_SHOWN
        more += f" and {rest:,} more" if rest > 0 else ""
        yield (
            where,
            {
                "header": headers[0],
                "answers": shown,
                "headers": ", ".join(headers[: 1 + _MOST_HEADERS_SHOWN]),
                "more": f"; so with {more}" if others else "",
            },
        )


def _two_answers(cells: Sequence[str]) -> Collection[str]:
    """The answers of some cells where there are two, and so many cells that none can be known;
    else none."""
    answers: dict[str, str] = {}
    for cell in cells if len(cells) >= _FEWEST_GUESSES else ():
        answers[cell.casefold()] = cell
        if len(answers) > 2:
            return ()  # as nearly always
    return answers.values() if len(answers) == 2 else ()


_MOST_HEADERS_SHOWN = 3


def _reversed_twice(group: Group, _: _Rows) -> Iterator[_Found]:
    """The answer asks for its clue on a reverse card: with two clues it cannot be answered."""
    first: dict[str, int] = {}
    for row in _rows(group) if "reverse" in group.layout.words else ():
        answer = row.html[group.layout.asking[0]].casefold()
        line = first.setdefault(answer, row.note.position.line)
        if line != row.note.position.line:
            yield row.note.position, {"answer": row.answer, "line": line}


SHORT_CLUE = 2  # words
_CUES_OF_ANYTHING = lazy_regex("|clue|concept|entry|front|item|key|name|term|thing", re.IGNORECASE)
_ASKS_OF_ANYTHING = lazy_regex(
    "|answer|back|comment|description|details?|explanation|info|reply|solution|value", re.IGNORECASE
)


def _clues_alone(group: Group, rows: _Rows) -> Iterator[_Found]:
    """A definition can be asked of a term alone; anything else needs to know what it is about."""
    headers = group.table.headers
    cue, ask = headers[group.layout.clue], headers[group.layout.asking[0]]
    if headers_say_nothing(cue, ask):
        frame = group.frame
        for row in rows:
            if len(row.clue.split()) <= SHORT_CLUE and not frame.context([row.answer]):
                yield row.note.position, {"clue": row.clue}


def headers_say_nothing(cue: str, ask: str) -> bool:
    """Whether the headers of a clue and of what is asked of it fit any subject."""
    return bool(_CUES_OF_ANYTHING.fullmatch(cue) and _ASKS_OF_ANYTHING.fullmatch(ask))


# --- cells ------------------------------------------------------------------------------------

_MOST_CELL_WORDS = 60  # words; more than that is read, not recalled


def _long_cells(group: Group, rows: _Rows) -> Iterator[_Found]:
    # A quick look first: few cells are long, and a word and its space are two letters.
    longest = max(map(len, chain.from_iterable([row.text for row in rows])), default=0)
    if longest < 2 * _MOST_CELL_WORDS:
        return
    layout = group.layout
    for row in rows:
        for column in (layout.clue, *layout.answers):
            if (words := len(row.text[column].split())) > _MOST_CELL_WORDS:
                yield row.note.position, {"words": words, "header": group.table.headers[column]}


_ARTICLE = lazy_regex(r"^(?:an?|the)\s+", re.IGNORECASE)
_ARTICLES = ("a", "the")
# The clue names what may be chosen from, or gives words to do something with: to fill a gap, say.
_OFFERS_CHOICE = lazy_regex(
    r"\b(?:or|oder|ou|o|или|vs|versus|than|between|either|both|which of)\b|[/:=()_…]|[,;].*[,;]"
)
_VERDICTS = frozenset("yes no true false both neither none all always never same".split())
_SHORTEST_ANSWER = 4  # letters
_WORDS_BESIDE = 2  # content words of a clue beside the answer; "plural of sheep" has one


def _answers_in_clues(group: Group, rows: _Rows) -> Iterator[_Found]:
    asked = group.layout.asking[0] if rows else 0
    for row in rows:
        answer = row.answer.casefold().strip(" .“”\"'")
        if answer.startswith(_ARTICLES):
            answer = _ARTICLE.sub("", answer)
        clue = row.clue.casefold()
        if (
            answer in clue
            and len(answer) >= _SHORTEST_ANSWER
            and answer not in _VERDICTS
            and not answer.isdecimal()
            # A command is often named after the word for what it does.
            and "<code>" not in row.html[asked]
            and not _OFFERS_CHOICE.search(clue)
            and re.search(rf"(?<![\w-]){re.escape(answer)}(?![\w-])", clue)
            and len(content_in_order(clue)) >= len(content_in_order(answer)) + _WORDS_BESIDE
        ):
            yield row.note.position, {"answer": row.answer}


# Good advice opens so; what people do wrong opens with a gerund: "using …", "assuming …".
_RULE = lazy_regex(
    r"(?:avoid|prefer|ensure|remember|beware|make sure|be (?:sure|careful)|do not|don['’]t"
    r"|never(?! \w+ing\b))\b",
    re.IGNORECASE,
)


def _traps_as_rules(group: Group, rows: _Rows) -> Iterator[_Found]:
    if language_of(group.around.settings) == "en":
        for row in rows:
            if _RULE.match(row.clue):
                yield row.note.position, {"clue": row.clue}


# What is looked for in the tables of each kind, in this order.
_OF_TABLES: Mapping[Kind, Sequence[tuple[Code, _Rule]]] = {
    Kind.CLUE: (
        (SAME_ANSWERS, _same_answers),
        (GUESSABLE, _guessable),
        (ANSWER_IN_CLUE, _answers_in_clues),
        (CLUE_ALONE, _clues_alone),
        (REVERSED_TWICE, _reversed_twice),
    ),
    Kind.TRAP: ((SAME_ANSWERS, _same_answers), (TRAP_AS_RULE, _traps_as_rules)),
    Kind.COMPARE: ((GUESSABLE, _guessable),),
}
