"""The options of quiz cards: a right answer among other answers, as field HTML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Form, Kind, Note, Option, Origin
from generator.markup.field_html import without_readings
from generator.markup.inline import may_name_files, read_cell, without_sounds
from generator.notes.wrong_options import (
    FEWEST,
    FEWEST_OF_KNOWN,
    LOOK_AT,
    Answer,
    PackedAnswer,
    Ring,
    RingPart,
    Span,
    choose_distractors,
    shuffled,
)

if TYPE_CHECKING:  # a group has a kind, which has options
    from generator.notes.groups import Group

# Rows of a package from which on the words of its answers are packed: a set of them takes most of a
# kilobyte.
_MOST_ROWS_WITH_SETS = 50_000


class Choices(NamedTuple):
    """The options of the quiz cards that ask for one column of a table: by note the right answer,
    and the wrong ones chosen for it, none where it has no such card; ``others`` are the texts of
    the other right answers of its clue. ``beyond`` are the notes whose options depend on more than
    their table: on which cards people have, and on ``spans`` of the package's ring; where these are
    None, on anything."""

    right: Sequence[Answer]
    wrong: Sequence[tuple[Answer, ...]]
    others: Mapping[int, tuple[str, ...]]
    beyond: tuple[int, ...] = ()
    spans: tuple[Span, ...] | None = ()


ChoicesByColumn = Mapping[int, Choices]
NO_CHOICES: ChoicesByColumn = MappingProxyType({})
_Clue = tuple[str, str]  # the question header and the clue


class _TableAnswers(NamedTuple):
    """The answers of a table's notes, under which header they stand, and of which order they are
    steps, where they are."""

    header: str
    answers: Sequence[Answer]
    order: Hashable | None


class Options:
    """Options from the answers of each table, and of the package under the same header.

    A table is known by its number among the ``groups`` of the package, each of which is looked at
    once, and not kept; what is no table is None there. It has some ``rows`` in all. ``waiting`` are
    known notes that have no sound row now: their answers stay options, or the quiz cards of others
    would change, and lose theirs. What can be read of rows with errors counts as right for their
    clues.
    """

    def __init__(
        self, groups: Iterable[Group | None], waiting: Iterable[Origin] = (), rows: int = 0
    ) -> None:
        self._answer = PackedAnswer if rows > _MOST_ROWS_WITH_SETS else Answer
        self._tables: dict[int, _TableAnswers] = {}
        self._by_header: dict[str, list[Sequence[Answer]]] = defaultdict(list)
        self._rings: dict[str, Ring] = {}  # by header, of the whole package
        self._orders: dict[Hashable, list[int]] = defaultdict(list)  # the parts of each
        self._sharing: set[int] = set()
        self._waiting = [origin for origin in waiting if origin.kind is Kind.CLUE]
        # Of clues with more than one answer: where each stands.
        self._several: dict[_Clue, list[tuple[int, int]]] = {}
        self._unsound: dict[_Clue, list[Answer]] = {}
        self._last: dict[_Clue, list[Answer]] = {}  # the answers of those that wait
        for origin in self._waiting:
            if answer := self._answer_of(origin):
                self._last.setdefault((origin.question, origin.clue), []).append(answer)
        places = {(o.page, o.section, o.question) for o in self._waiting}
        first: dict[_Clue, tuple[int, int]] = {}
        for number, group in enumerate(groups):
            if group and group.layout.kind is Kind.CLUE:
                self._add(number, group, first)
                if places and group.notes and _table_of(group.notes[0].origin) in places:
                    self._sharing.add(number)
        for clue in (self._unsound.keys() | self._last.keys()) & first.keys():
            self._sharing.add(first[clue][0])

    def _add(self, number: int, group: Group, first: dict[_Clue, tuple[int, int]]) -> None:
        """Add a table; ``first`` is where each clue stands for the first time."""
        for row, note in group.left_out:
            self._add_unsound(group, row, note)
        if not group.notes:
            return
        for place, note in enumerate(group.notes):
            clue, spot = (note.origin.question, note.origin.clue), (number, place)
            if (other := first.setdefault(clue, spot)) is not spot:
                self._several.setdefault(clue, [other]).append(spot)
                self._sharing |= {number, other[0]}
        column, order = group.layout.asking[0], None
        html, text = group.table.html, group.table.text
        if group.table.form is Form.ORDER:
            order = _list_of(group)
            self._orders[order].append(number)
        answers = [self._answer(text[row][column], html[row][column]) for row in group.rows]
        header = group.table.headers[column]
        self._tables[number] = _TableAnswers(header, answers, order)
        self._by_header[header].append(answers)

    def _add_unsound(self, group: Group, row: int, note: Note) -> None:
        column = group.layout.asking[0]
        text, html = group.table.text[row][column], group.table.html[row][column]
        if text:
            clue = note.origin.question, note.origin.clue
            self._unsound.setdefault(clue, []).append(Answer(text, html))

    @property
    def are_waiting(self) -> bool:
        """Whether answers of notes that wait are among them."""
        return bool(self._waiting)

    def are_shared(self, number: int) -> bool:
        """Whether a clue of the table has other answers, too, here or elsewhere."""
        return number in self._sharing

    def choose(
        self,
        number: int,
        group: Group,
        have_quizzes: Container[int],
        also_right: Mapping[int, Sequence[Answer]] = MappingProxyType({}),
        only: Container[int] | None = None,
    ) -> Choices:
        """The options of a table that asks clue and answer; the notes that ``have_quizzes`` keep
        theirs as long as there is one wrong option. What is ``also_right`` on a card, by the place
        of its note, is no wrong one. Where some notes ``only`` are looked at, the others have
        none."""
        others: dict[int, tuple[str, ...]] = {}
        answers = self._tables[number].answers if group.notes else ()
        # What can be heard only has none: an option is silent.
        are_seen = [bool(without_sounds(answer.html)) for answer in answers]
        shown = list(compress(answers, are_seen))
        waiting = self._waiting_in(group)
        is_order = group.table.form is Form.ORDER
        if is_order:  # whose first step stands in a table of its own
            shown += self._of_list(number)
        own = Ring([*shown, *waiting])
        wrong: list[tuple[Answer, ...]] = []
        beyond: list[int] = []
        spans: list[Span] | None = []
        for place, (note, right) in enumerate(zip(group.notes, answers, strict=True)):
            if (only is not None and place not in only) or not are_seen[place]:
                wrong.append(())
                continue
            asked = question, clue = note.origin.question, note.origin.clue
            unfit = [right]
            several = self._several.get(asked)
            if several and len(several) > LOOK_AT:  # there are no options, nor will there be
                wrong.append(())
                beyond.append(place)
                spans = None
                continue
            if several:
                unfit = [self._tables[other].answers[index] for other, index in several]
                others[place] = tuple(each.text for each in unfit if each.text != right.text)
            unsound, last = self._unsound.get(asked, ()), self._last.get(asked, ())
            if unsound or last:
                unfit = [*unfit, *unsound, *last]
                more = (each.text for each in last if each.text != right.text)
                others[place] = (*others.get(place, ()), *more)
            unfit = [*unfit, *also_right.get(place, ())]
            if is_order:  # a step does not come after itself
                row, column = group.rows[place], group.layout.clue
                step = Answer(group.table.text[row][column], group.table.html[row][column])
                unfit = [*unfit, step]
            # A step of another list tells by what it is about.
            rings = [own] if is_order else self._nearest_first(own, question)
            found = choose_distractors(clue, unfit, rings)
            is_known = place in have_quizzes
            wrong.append(tuple(found.on_card(FEWEST_OF_KNOWN if is_known else FEWEST)))
            is_alone = not (waiting or is_order or several or unsound or last)
            if not is_alone or found.rings > 1 or found.is_told:
                beyond.append(place)
            if not is_alone or (found.rings > 1 and self._waiting):
                spans = None
            elif found.rings > 1 and spans is not None:
                spans.append(self._ring(question).span(clue))
        looked_at = None if spans is None else tuple(spans)
        return Choices(answers, wrong, others, tuple(beyond), looked_at)

    def _nearest_first(self, own: Ring, question: str) -> Iterator[Ring]:
        yield own
        yield self._ring(question)

    def _of_list(self, number: int) -> list[Answer]:
        """The steps of the order that a table is part of, as far as another part asks for them."""
        own = self._tables.get(number)
        return [
            answer
            for other in (self._orders[own.order] if own else ())
            if other != number
            for answer in self._tables[other].answers
            if without_sounds(answer.html)
        ]

    def on_ring(self, number: int) -> RingPart:
        """The answers of a table as others see them on the ring of the package."""
        own = self._tables.get(number)
        return RingPart.of(own.header, own.answers) if own else RingPart("", ())

    def make_rings(self) -> None:
        """Make the rings of the package, so that copies of this process need not do so."""
        for header in self._by_header:
            self._ring(header)

    def _ring(self, header: str) -> Ring:
        """The answers of all tables of the package that ask so."""
        if header not in self._rings:
            answers = [
                answer
                for own in self._by_header.get(header, ())
                for answer in own
                if without_sounds(answer.html)
            ]
            waiting = (each for each in self._waiting if each.question == header)
            answers += [answer for each in waiting if (answer := self._answer_of(each))]
            self._rings[header] = Ring(answers)
        return self._rings[header]

    def _waiting_in(self, group: Group) -> list[Answer]:
        """The answers, as they were last built, of notes of the table that wait."""
        if not group.notes or not self._waiting:
            return []
        table = _table_of(group.notes[0].origin)
        found = (self._answer_of(each) for each in self._waiting if _table_of(each) == table)
        return [answer for answer in found if answer]

    def _answer_of(self, origin: Origin) -> Answer | None:
        cell = read_cell(origin.answer, {}, {})
        shows_files = may_name_files(origin.answer) or not cell.text
        return None if shows_files else Answer(cell.text, cell.html)


def _list_of(group: Group) -> Hashable:
    panel = group.table.panel
    return group.around.path, panel.rows if panel else ()


def _table_of(origin: Origin) -> tuple[str, str, str]:
    return origin.page, origin.section, origin.question


def choose_of_column(
    group: Group,
    column: int,
    have_quizzes: Container[int],
    also_right: Mapping[int, Sequence[Answer]] = MappingProxyType({}),
) -> Choices:
    """The options of a comparison's quiz cards that ask for this column: its other cells.

    Those of the notes that ``have_quizzes`` stay as long as there is one wrong option. What stands
    for the same clue anywhere in the table, held rows too, is no wrong one, nor is what is
    ``also_right`` on a card, by the place of its note.
    """
    clue = group.layout.clue
    table = group.table
    answers = [Answer(text[column], html[column]) for _, html, text in group.cells()]
    rights: dict[str, list[Answer]] = defaultdict(list)
    for answer, (_, _, text) in zip(answers, group.cells(), strict=True):
        rights[text[clue]].append(answer)
    for row, _note in group.left_out:
        text, html = table.text[row], table.html[row]
        rights[text[clue]].append(Answer(text[column], html[column]))
    ring = Ring([answer for answer in answers if without_sounds(answer.html)])
    wrong: list[tuple[Answer, ...]] = []
    others: dict[int, tuple[str, ...]] = {}
    for place, (note, answer) in enumerate(zip(group.notes, answers, strict=True)):
        unfit = [each for each in rights[table.text[group.rows[place]][clue]] if each.text]
        unfit += also_right.get(place, ())
        fewest = FEWEST_OF_KNOWN if place in have_quizzes else FEWEST
        is_asked = answer.text and without_sounds(answer.html)
        found = choose_distractors(note.origin.clue, unfit, [ring]) if is_asked else None
        wrong.append(tuple(found.on_card(fewest)) if found else ())
        if more := tuple(each.text for each in unfit if each.text != answer.text):
            others[place] = more
    return Choices(answers, wrong, others)


def options_of(choices: ChoicesByColumn, column: int, place: int, clue: str) -> str:
    """The options of the quiz card of the note at this place that asks for this column; empty where
    it has none."""
    own = choices.get(column)
    if own is None or not own.wrong[place]:
        return ""
    return options_html(clue, own.right[place], own.wrong[place])


# Who sees two statements of which one is much longer, or speaks of the other, need not know more.
_LONGEST_TO_SHORTEST = 2
_SPEAKS_OF_OTHER = lazy_regex(
    r"(?:no|not|yes|nope|instead|rather|wrong|false|right|true|correct|only if|nein|ja|stattdessen"
    r"|falsch|richtig|non|oui|faux|vrai|plutôt|sì|si|falso|vero|invece|sí|verdadero|sim|verdadeiro)"
    r"\b|(?:myth|fact|mythos|fakt|see)\b|.*[✅❌✓✗✔✘☑]|.*\((?:wrong|false|right|true|falsch|richtig)\)",
    re.IGNORECASE | re.DOTALL,
)


_GERUND = lazy_regex(r"(?:not )?\w+ing\b", re.IGNORECASE)


def spot_html(clue: str, trap: Answer, rule: Answer) -> str:
    """A trap and its better rule to choose from; empty where one can tell them apart without
    knowing."""
    texts = [without_sounds(each.html) and each.text for each in (trap, rule)]
    short, long = sorted(map(len, texts))
    if (
        not short
        or long > _LONGEST_TO_SHORTEST * short
        or any(map(_SPEAKS_OF_OTHER.match, texts))
        or ("<img" in trap.html) != ("<img" in rule.html)
        # "Using one sample", and "take several": the form tells which is the trap.
        or len({_GERUND.match(text) is None for text in texts}) > 1
        or trap.words <= rule.words
        or rule.words <= trap.words
    ):
        return ""
    return options_html(clue, rule, [trap])


def options_html(clue: str, right: Answer, wrong: Sequence[Answer]) -> str:
    """The options as the quiz templates take them, in an order that does not tell them apart."""
    return "".join(
        [
            f"<li{' data-ok' if option is right else ''}>{_for_button(option.html)}</li>"
            for option in shuffled(clue, [right, *wrong])
        ]
    )


def in_shown_order(
    clue: str, options: Sequence[tuple[Option, Answer]]
) -> list[tuple[Option, Answer]]:
    """The options of a written quiz in the order of their HTML: those that stay where they are
    stand last, as they were written."""
    written = {id(answer): option for option, answer in options}
    moving = [answer for option, answer in options if not option.stays]
    staying = [answer for option, answer in options if option.stays]
    return [(written[id(each)], each) for each in (*shuffled(clue, moving), *staying)]


def quiz_options_html(options: Sequence[tuple[Option, Answer]]) -> str:
    """The options of a written quiz, as the quiz templates take them."""
    html = []
    for option, answer in options:
        marks = f' data-letter="{option.letter}"' if option.letter else ""
        marks += " data-last" if option.stays else ""
        marks += " data-ok" if option.is_right else ""
        html.append(f"<li{marks}>{_for_button(answer.html)}</li>")
    return "".join(html)


def _for_button(html: str) -> str:
    """HTML for inside a button: a link there would swallow the tap, and Anki would play all sounds
    of a card at once, the wrong options' too."""
    if "<" not in html and "[" not in html:  # as most are
        return html
    if "<a" in html:
        html = _LINK.sub("", html)
    html = without_readings(html)  # or the right one may show what the clue says
    return without_sounds(html) if "[sound:" in html else html


_LINK = lazy_regex(r"</?a\b[^>]*>")
