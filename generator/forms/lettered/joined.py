"""Gives each question of a page its answer in a key below it, or none where it is not clear.

A key belongs to the questions above it, down from the key before it, and to those of the quiz that
it names. It is joined by number. Where numbers only count what stands there, a question that is
deleted moves all answers behind it by one: so questions and answers have to be as many.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.core.diagnostics import KEY_UNEVEN, KEY_UNJOINED, Code, Diagnostic
from generator.forms.lettered.entries import Entry
from generator.forms.lettered.keys import Key
from generator.forms.lettered.lines import TextLine, position_of
from generator.forms.lettered.options import Question, first_sentence
from generator.forms.lettered.sections import (
    NOTHING,
    Relation,
    Section,
    name_of,
    names_something,
    relation,
    sections,
)
from generator.forms.lettered.words import key_of
from generator.markup.cloze_marks import holds_mark

_MOST_NAMES = 40_000  # times questions: what is compared for the keys of a page


class Joined(NamedTuple):
    """The blocks in which nothing but answers of a key stands, and what is to be said."""

    blocks: set[int]
    diagnostics: list[Diagnostic]


def join_keys(
    questions: Sequence[Question], keys: Sequence[Key], stream: Sequence[TextLine], file: str
) -> Joined:
    """Give each question the answer that a key has for it."""
    joined = Joined(set(), [])
    above = sections(stream, [line for key in keys for line in key.labels]) if keys else []
    start = 0
    for place, key in enumerate(keys):
        end = start
        while end < len(questions) and questions[end].group.start < key.start:
            end += 1
        if end == start or not key.entries:
            continue
        own, start = questions[start:end], end
        below = questions[end].group.start if end < len(questions) else None
        # Right below a key another one explains it.
        last = place
        while last < len(keys) and (below is None or keys[last].start < below):
            last += 1
        _Near(own, keys[place:last], above, file).join(joined)
    return joined


class _Part(NamedTuple):
    """Answers that are named alike, and the questions that they may belong to."""

    questions: list[Question]
    entries: list[Entry]
    unread: dict[int, Entry]  # by their numbers, those without a letter
    is_named: bool  # the questions are of a quiz of that name


class _Near:
    """Questions, and the keys right below them."""

    def __init__(
        self, questions: Sequence[Question], keys: Sequence[Key], above: list[Section], file: str
    ) -> None:
        self._questions = questions
        self._keys = keys
        self._file = file
        self._entries = [entry for key in keys for entry in key.entries]
        self._key_of = {id(each): key for key in keys for each in (*key.entries, *key.unread)}
        self._unread = {id(entry) for key in keys for entry in key.unread}
        self._sections = {
            id(question): above[question.group.start].without(
                [line.at.line for line in question.asked]
            )
            for question in questions
        }
        self._lines = {line for each in self._sections.values() for line in each.lines}
        self._around = {id(key): self._around_key(key, above) for key in keys}
        self._texts = Counter(
            key_of(cell.text) for question in questions for cell in question.texts
        )
        self._owners = {
            key_of(cell.text): question for question in questions for cell in question.texts
        }
        self._diagnostics: list[Diagnostic] = []

    def join(self, joined: Joined) -> None:
        """Give the questions their answers."""
        answers: dict[int, list[Entry]] = defaultdict(list)
        lost: list[Entry] = []  # of quizzes that are not here
        for part in self._parts():
            lost += [] if part.questions else part.entries
            for question, own in zip(part.questions, self._answers(part), strict=True):
                answers[id(question)] += own
        at_odds = self._at_odds(answers)
        used: set[int] = set()
        for question in self._questions:
            own = answers[id(question)]
            keys = {id(self._key_of[id(entry)]) for entry in own}
            is_sole = len(keys) == 1 and not keys.isdisjoint(at_odds)
            if (is_sole and not question.is_answered) or self._is_of_another(question, own):
                question.doubtful = own[0].line
                continue
            if not own and lost and not question.is_answered and question.asks:
                question.doubtful = lost[0].line
            for entry in own:
                _take(question, entry)
                used.add(id(entry))
        left = {
            id(entry.line.node)
            for entry in self._entries
            if id(entry) not in used and entry.line.kind != "table"
        }
        # Each line once: all the answers may stand in one.
        lines = {
            id(line): line
            for entry in self._entries
            if id(entry) in used
            for line in (entry.line, *entry.lines, *([entry.label] if entry.label else []))
        }
        nodes = {id(line.node) for line in lines.values() if not holds_mark(line.text)}
        joined.blocks.update(nodes - left)
        joined.diagnostics.extend(self._diagnostics)

    # --- which questions the answers of a name are for ------------------------------------------

    def _around_key(self, key: Key, above: list[Section]) -> Section:
        title = key.title
        return above[key.start].without([title.at.line] if title else [])

    def _parts(self) -> list[_Part]:
        """The answers by the quizzes that they are of."""
        named: dict[tuple[Section, tuple[str, ...]], list[Entry]] = defaultdict(list)
        for entry in (entry for key in self._keys for entry in (*key.entries, *key.unread)):
            named[self._around[id(self._key_of[id(entry)])], entry.names].append(entry)
        known = set(self._sections.values())
        if len(named) * len(self._questions) > _MOST_NAMES:
            return [_Part([], self._entries, {}, False)]
        found: list[tuple[bool, list[Question], list[Entry]]] = []
        for (around, names), entries in named.items():
            said = {section: self._relation(names, around, section) for section in known}
            is_own = Relation.OWN in said.values()
            wanted = Relation.OWN if is_own else Relation.UNNAMED
            own = [q for q in self._questions if said[self._sections[id(q)]] is wanted]
            found.append((is_own, own, entries))
        taken = {id(question) for is_own, own, _ in found if is_own for question in own}
        parts: dict[tuple[int, ...], _Part] = {}
        for is_own, own, entries in found:
            if taken and not is_own:
                is_telling = any(name_of(text) != NOTHING for text in entries[0].names)
                own = [] if is_telling else [q for q in own if id(q) not in taken] or own
            part = parts.setdefault(tuple(map(id, own)), _Part(own, [], {}, is_own))
            for entry in entries:
                if id(entry) in self._unread:
                    part.unread.setdefault(entry.number, entry)
                else:
                    part.entries.append(entry)
        return [part for part in parts.values() if part.entries]

    def _relation(self, names: Sequence[str], around: Section, section: Section) -> Relation:
        """What the names of answers, and the headings above their key, say about a section. Those
        of a section with questions may be above what answers all."""
        texts = list(names)
        if not set(section.lines) <= set(around.lines):
            pairs = zip(around.headings, around.lines, strict=True)
            own = {*section.lines, *self._lines}
            texts += [text for text, line in pairs if line not in own]
        found = {relation(text, section) for text in texts}
        return next(
            (each for each in (Relation.OTHER, Relation.OWN) if each in found), Relation.UNNAMED
        )

    # --- which of the answers is whose -----------------------------------------------------------

    def _answers(self, part: _Part) -> list[list[Entry]]:
        """The answers of each question of a part; what is not clear is said."""
        entries = sorted(part.entries, key=lambda entry: entry.line.at.line)
        found: list[list[Entry]] | None = None
        names = {tuple(filter(names_something, entry.names)) for entry in entries}
        for own in self._candidates(part.questions, entries):
            if len(names) > 1 and not part.is_named and _repeats(own):
                continue  # whose names these are is not known: their order says nothing
            if (found := _join([question.number for question in own], entries)) is not None:
                break
        else:
            own = part.questions
        if found is None:
            words = {"answers": len(entries), "questions": len(own or self._questions)}
            self._say(KEY_UNJOINED, entries[0], **words)
            is_sure = False
            found = [[] for _ in own]
        else:
            surplus, missing = _uneven(own, {*part.unread, *(entry.number for entry in entries)})
            is_sure = not _are_shifted(own, entries, surplus, missing)
            if is_sure:  # an answer in words may be that of a question without options
                surplus &= {entry.number for entry in entries}
            if surplus or missing:
                self._say(KEY_UNEVEN, entries[0], numbers=_shown(surplus, missing))
        for question, answers in zip(own, found, strict=True):
            if not is_sure:
                answers[:] = [entry for entry in answers if self._owner_of(question, entry)]
                is_question = question.asks or question.number is not None
                if is_question and not answers and not question.is_answered:
                    question.doubtful = entries[0].line
            elif not answers and question.number in part.unread:
                answers.append(part.unread[question.number])
        by_question = {id(q): answers for q, answers in zip(own, found, strict=True)}
        return [by_question.get(id(question), []) for question in part.questions]

    def _candidates(
        self, questions: list[Question], entries: list[Entry]
    ) -> Iterator[list[Question]]:
        """The questions that answers may be for: all, those without one, those around the key."""
        if not questions:
            return
        yield questions
        if any(question.number is not None for question in questions):
            yield [question for question in questions if not question.is_answered]
        around = self._around[id(self._key_of[id(entries[0])])]
        for line in reversed(around.lines):
            if own := [q for q in questions if line in self._sections[id(q)].lines]:
                yield own
                return

    def _say(self, code: Code, entry: Entry, **words: object) -> None:
        self._diagnostics.append(code.at(position_of(entry.line, self._file), **words))

    # --- what an answer says of the options ------------------------------------------------------

    def _at_odds(self, answers: Mapping[int, Sequence[Entry]]) -> set[int]:
        """The keys that say different things about a question: one of them is another quiz's."""
        found: set[int] = set()
        for question in self._questions:
            letters = defaultdict(set)
            for entry in answers[id(question)]:
                said = question.said_by(entry.text, True)
                if said and said.letters:
                    letters[said.letters].add(id(self._key_of[id(entry)]))
            if len(letters) > 1:
                keys = set.union(*letters.values())
                found |= keys if len(keys) > 1 else set()
        return found

    def _is_of_another(self, question: Question, answers: Sequence[Entry]) -> bool:
        """Whether an answer repeats the text of an option that another question alone has."""
        owners = (self._owner_of(question, entry) for entry in answers)
        return any(owner is not None and owner is not question for owner in owners)

    def _owner_of(self, question: Question, entry: Entry) -> Question | None:
        """The only question that has the option whose text stands behind the letter."""
        said = question.said_by(entry.text, True)
        text = said.rest if said else entry.text
        for cut in (text, first_sentence(text)):
            key = key_of(cut)
            if self._texts[key] == 1:
                return self._owners[key]
        return None


def _join(numbers: Sequence[int | None], entries: Sequence[Entry]) -> list[list[Entry]] | None:
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


def _repeats(questions: Sequence[Question]) -> bool:
    """Whether two questions have one number."""
    numbers = [each.number for each in questions if each.number is not None]
    return len(set(numbers)) < len(numbers)


def _by_number(numbers: Sequence[int | None], entries: Sequence[Entry]) -> list[list[Entry]]:
    known: dict[int | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        known[entry.number].append(entry)
    return [list(known.get(number, [])) for number in numbers]


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Numbers, cut where they start again."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number > runs[-1][-1]:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _are_shifted(
    questions: Sequence[Question], entries: Sequence[Entry], surplus: set[int], missing: set[int]
) -> bool:
    """Whether the numbers may only count what stands there, on either side, and one is gone: an
    answer is left behind the last question, or questions are behind the last answer."""
    asked = {question.number for question in questions if question.number is not None}
    said = {entry.number for entry in entries}
    if surplus and max(surplus) > max(asked) and _are_counted(asked):
        return True
    return bool(missing) and min(missing) > max(said) and _are_counted(said)


def _are_counted(numbers: set[int]) -> bool:
    """Whether no number is left out."""
    return max(numbers) - min(numbers) == len(numbers) - 1


def _uneven(questions: Sequence[Question], said: set[int]) -> tuple[set[int], set[int]]:
    """The numbers of answers without a question, and of questions without an answer."""
    asked = {q.number for q in questions if q.number is not None}
    open_ones = {q.number for q in questions if q.number is not None and not q.is_answered}
    return (said - asked, open_ones - said) if asked else (set(), set())


_MOST_SHOWN = 5


def _shown(surplus: set[int], missing: set[int]) -> str:
    """Numbers as a person reads them."""
    found = []
    for what, numbers in (("question", surplus), ("answer", missing)):
        first = [str(number) for number in sorted(numbers)[:_MOST_SHOWN]]
        more = ["…"] if len(numbers) > _MOST_SHOWN else []
        found += [f"no {what} {', '.join([*first, *more])}"] if numbers else []
    return "; ".join(found)


def _take(question: Question, entry: Entry) -> None:
    """Let a question have an answer of a key, with what explains it."""
    said = question.said_by(entry.text, True)
    if said is None or not said.letters:
        said = question.said_in_words(said.rest if said else entry.text)
    if said is None:
        question.unread.append(entry.line)
        return
    question.said.append((said, entry.line))
    rest = entry.more or question.unsaid(said)
    first = (
        [entry.line._replace(text=rest, kind="text", number=None, is_bullet=False)] if rest else []
    )
    question.explanation += [*first, *entry.lines]
