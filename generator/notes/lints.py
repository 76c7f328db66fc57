"""Finds rows that make sound notes and yet poor cards; it changes nothing and drops nothing.

Each rule stays silent where it cannot be sure: a false alarm costs more trust than a miss.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from generator.diagnostics import (
    ANSWER_IN_CLUE,
    CLUE_ALONE,
    LONG_CELL,
    NEAR_DUPLICATE,
    REVERSED_TWICE,
    SAME_ANSWERS,
    TRAP_AS_RULE,
    Code,
    Diagnostic,
)
from generator.model import Kind, Position
from generator.notes.inline import has_media
from generator.notes.sheet import Entry, Sheet
from generator.notes.words import content_in_order

# Where a rule finds something, and the words of its message.
_Found = tuple[Position, dict[str, object]]


def lint(sheets: Sequence[Sheet]) -> Iterator[Diagnostic]:
    """What is poor about the tables of one package: at most one finding for a rule and table."""
    near = _near_duplicates(sheets)
    for index, sheet in enumerate(sheets):
        yield from _told(LONG_CELL, _long_cells(sheet))
        yield from _told(NEAR_DUPLICATE, near[index])
        if sheet.layout.kind in (Kind.CLUE, Kind.TRAP):
            yield from _told(SAME_ANSWERS, _same_answers(sheet))
        if sheet.layout.kind is Kind.CLUE:
            yield from _told(ANSWER_IN_CLUE, _answers_in_clues(sheet))
            yield from _told(CLUE_ALONE, _clues_alone(sheet))
            yield from _told(REVERSED_TWICE, _reversed_twice(sheet))
        if sheet.layout.kind is Kind.TRAP:
            yield from _told(TRAP_AS_RULE, _traps_as_rules(sheet))


_SHOWN_LINES = 5


def _told(code: Code, found: Iterable[_Found]) -> Iterator[Diagnostic]:
    """The first finding of a table, with the lines of the others."""
    findings = list(found)
    if findings:
        (where, words), *others = findings
        more = ""
        if others:
            lines = ", ".join(str(other.line) for other, _ in others[:_SHOWN_LINES])
            rest = len(others) - _SHOWN_LINES
            more = f"; so in line {lines}" + (f" and {rest} more" if rest > 0 else "")
        yield code.at(where, **words, more=more)


def _in_words(sheet: Sheet) -> list[Entry]:
    """The rows without a picture or a sound, whose words are all there is to them."""
    if not sheet.frame.page.media:
        return sheet.entries
    return [entry for entry in sheet.entries if not any(map(has_media, entry.html))]


def _clue(sheet: Sheet, entry: Entry) -> str:
    return entry.text[sheet.layout.clue]


def _answer(sheet: Sheet, entry: Entry) -> str:
    return entry.text[sheet.layout.asking[0]]


# --- rows of a package ------------------------------------------------------------------------

_LONGEST_CLUE = 30  # words; each word of a clue costs memory here
_SHARED_WORDS = 4
# A word that tells two rows apart although all others are the same.
_TELLING = re.compile(
    r"\w|.*\d.*|no|not|never|without|none|only"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|last"
)
_SIGNS = re.compile(r"[^\w\s.,;:!?“”‘’\"'()…–—]")


def _near_duplicates(sheets: Sequence[Sheet]) -> dict[int, list[_Found]]:
    """Rows, by the index of their table, with the answer of an earlier row and all but one of
    the words of its clue.

    Two such clues are equal once the right word is left out of one or both, so each is filed
    under itself and under itself without each of its words: no two rows are compared in vain.
    """
    first: dict[tuple[Kind, str], tuple[int, Entry]] = {}
    by_answer: dict[tuple[Kind, str], list[tuple[int, Entry]]] = {}  # those that stand again
    for index, sheet in enumerate(sheets):
        kind = sheet.layout.kind
        if kind in (Kind.CLUE, Kind.TRAP):
            asked = sheet.layout.asking[0]
            for entry in _in_words(sheet):
                answer = kind, entry.text[asked].casefold().rstrip(".")
                one = index, entry
                if (other_one := first.setdefault(answer, one)) is not one:
                    by_answer.setdefault(answer, [other_one]).append(one)
    near: dict[int, list[_Found]] = defaultdict(list)
    for same in by_answer.values():
        filed: dict[tuple[str, ...], tuple[str, Entry]] = {}
        for index, entry in same:
            clue = _clue(sheets[index], entry)
            for form in _forms(content_in_order(clue)):
                other_clue, other = filed.setdefault(form, (clue, entry))
                if other is entry or not _are_near(clue, other_clue):
                    continue
                # The very same clue under another header asks something else.
                if clue != other_clue or entry.origin.question == other.origin.question:
                    file, line, _ = other.position
                    near[index].append((entry.position, {"clue": clue, "file": file, "line": line}))
                    break
    for found in near.values():
        found.sort(key=lambda one: one[0])
    return near


def _forms(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if _SHARED_WORDS - 1 <= len(words) <= _LONGEST_CLUE:
        yield words
        if len(words) > _SHARED_WORDS:
            yield from (words[:index] + words[index + 1 :] for index in range(len(words)))


def _are_near(one: str, other: str) -> bool:
    """Whether nothing that tells two clues apart is in what differs between them."""
    words, others = Counter(content_in_order(one)), Counter(content_in_order(other))
    differing = (words - others) + (others - words)
    return _SIGNS.findall(one) == _SIGNS.findall(other) and not any(
        map(_TELLING.fullmatch, differing)
    )


# --- tables -----------------------------------------------------------------------------------


def _same_answers(sheet: Sheet) -> Iterator[_Found]:
    answers = [_answer(sheet, entry) for entry in _in_words(sheet)[:2]]
    if len(answers) < 2 or answers[0].casefold() != answers[1].casefold():
        return  # as nearly always
    answers = [_answer(sheet, entry) for entry in _in_words(sheet)]
    if len(answers) == len(sheet.entries) > 2 and len(set(map(str.casefold, answers))) == 1:
        cell = sheet.table.header.cells[sheet.layout.asking[0]]
        where = Position(sheet.frame.page.path, cell.line, cell.column)
        yield where, {"rows": len(answers), "answer": answers[0]}


def _reversed_twice(sheet: Sheet) -> Iterator[_Found]:
    """The answer asks for its clue on a reverse card: with two clues it cannot be answered."""
    first: dict[str, int] = {}
    for entry in sheet.entries if "reverse" in sheet.words else ():
        answer = entry.html[sheet.layout.asking[0]].casefold()
        line = first.setdefault(answer, entry.position.line)
        if line != entry.position.line:
            yield entry.position, {"answer": _answer(sheet, entry), "line": line}


_SHORT_CLUE = 2  # words
_CUES_OF_ANYTHING = re.compile("|clue|concept|entry|front|item|key|name|term|thing", re.IGNORECASE)
_ASKS_OF_ANYTHING = re.compile(
    "|answer|back|comment|description|details?|explanation|info|reply|solution|value", re.IGNORECASE
)


def _clues_alone(sheet: Sheet) -> Iterator[_Found]:
    """A definition can be asked of a term alone; anything else needs to know what it is about."""
    cue, ask = sheet.headers[sheet.layout.clue], sheet.headers[sheet.layout.asking[0]]
    if _CUES_OF_ANYTHING.fullmatch(cue) and _ASKS_OF_ANYTHING.fullmatch(ask):
        for entry in _in_words(sheet):
            clue, answer = _clue(sheet, entry), _answer(sheet, entry)
            if len(clue.split()) <= _SHORT_CLUE and not sheet.frame.context([answer]):
                yield entry.position, {"clue": clue}


# --- cells ------------------------------------------------------------------------------------

_LONGEST_CELL = 60  # words; more than that is read, not recalled


def _long_cells(sheet: Sheet) -> Iterator[_Found]:
    layout = sheet.layout
    asked = layout.asking if layout.kind is Kind.COMPARE else layout.asking[:1]
    columns = (layout.clue, *asked)
    for entry in sheet.entries:
        for column in columns:
            # A quick look first: few cells are long, and a word and its space are two letters.
            if len(text := entry.text[column]) < 2 * _LONGEST_CELL:
                continue
            if (words := len(text.split())) > _LONGEST_CELL:
                yield entry.position, {"words": words, "header": sheet.headers[column]}


_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_ARTICLES = ("a", "the")
# The clue names what may be chosen from, or gives words to do something with: to fill a gap, say.
_OFFERS_CHOICE = re.compile(
    r"\b(?:or|oder|ou|o|или|vs|versus|than|between|either|both|which of)\b|[/:=()_…]|[,;].*[,;]"
)
_VERDICTS = frozenset("yes no true false both neither none all always never same".split())
_SHORTEST_ANSWER = 4  # letters
_WORDS_BESIDE = 2  # content words of a clue beside the answer; "plural of sheep" has one


def _answers_in_clues(sheet: Sheet) -> Iterator[_Found]:
    asks, asked = sheet.layout.clue, sheet.layout.asking[0]
    for entry in _in_words(sheet):
        answer = entry.text[asked].casefold().strip(" .“”\"'")
        if answer.startswith(_ARTICLES):
            answer = _ARTICLE.sub("", answer)
        clue = entry.text[asks].casefold()
        if (
            answer in clue
            and len(answer) >= _SHORTEST_ANSWER
            and answer not in _VERDICTS
            and not answer.isdecimal()
            # A command is often named after the word for what it does.
            and "<code>" not in entry.html[sheet.layout.asking[0]]
            and not _OFFERS_CHOICE.search(clue)
            and re.search(rf"(?<![\w-]){re.escape(answer)}(?![\w-])", clue)
            and len(content_in_order(clue)) >= len(content_in_order(answer)) + _WORDS_BESIDE
        ):
            yield entry.position, {"answer": _answer(sheet, entry)}


# Good advice opens so; what people do wrong opens with a gerund: "using …", "assuming …".
_RULE = re.compile(
    r"(?:avoid|prefer|ensure|remember|beware|make sure|be (?:sure|careful)|do not|don['’]t"
    r"|never(?! \w+ing\b))\b",
    re.IGNORECASE,
)


def _traps_as_rules(sheet: Sheet) -> Iterator[_Found]:
    if sheet.frame.settings.lang.partition("-")[0].lower() == "en":
        for entry in _in_words(sheet):
            if _RULE.match(clue := _clue(sheet, entry)):
                yield entry.position, {"clue": clue}
