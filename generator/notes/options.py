"""The options of quiz cards: a right answer among other answers, as field HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from generator.model import Form, Kind
from generator.notes.groups import Group
from generator.notes.inline import without_sounds
from generator.notes.wrong_options import (
    MOST,
    Answer,
    LeanAnswer,
    Ring,
    choose_distractors,
    shuffled,
)

# Rows of a package from which on its answers are lean: sets of words take most of a kilobyte each.
_MOST_ROWS_WITH_SETS = 50_000


class Choices(NamedTuple):
    """The options of a table's quiz cards: by note the right answer, and the wrong ones chosen for
    it, none where it has no such card. ``are_own`` says that no other table was looked at."""

    right: Sequence[Answer]
    wrong: Sequence[tuple[Answer, ...]]
    are_own: bool


class Options:
    """Options from the answers of each table, and of the package under the same header."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = [group for group in groups if group.layout.kind is Kind.CLUE]
        is_large = sum(len(group.notes) for group in groups) > _MOST_ROWS_WITH_SETS
        self._make = LeanAnswer if is_large else Answer
        self._answers: dict[int, list[Answer]] = {}  # by the group
        self._rings: dict[str, Ring] = {}  # by header, of the whole package
        self._sharing: set[int] = set()
        first: dict[tuple[str, str], tuple[Group, int]] = {}
        # Of clues with more than one answer: where each stands.
        self._several: dict[tuple[str, str], list[tuple[Group, int]]] = {}
        for group in self._groups:
            for place, note in enumerate(group.notes):
                clue, spot = (note.origin.question, note.origin.clue), (group, place)
                if (other := first.setdefault(clue, spot)) is not spot:
                    self._several.setdefault(clue, [other]).append(spot)
                    self._sharing |= {id(group), id(other[0])}

    def are_shared(self, group: Group) -> bool:
        """Whether a clue of the table has other answers, too, here or elsewhere."""
        return id(group) in self._sharing

    def choose(self, group: Group) -> Choices:
        """The options of a table that asks clue and answer."""
        answers = self._answers_of(group)
        shown = [answer for answer in answers if without_sounds(answer.html)]
        own, are_own = Ring(shown), True
        wrong: list[tuple[Answer, ...]] = []
        for place, (note, right) in enumerate(zip(group.notes, answers, strict=True)):
            if not without_sounds(right.html):
                wrong.append(())  # it can be heard only, and an option is silent
                continue
            question, clue = note.origin.question, note.origin.clue
            unfit = [right]
            if several := self._several.get((question, clue)):
                are_own = False
                unfit = [self._answers_of(other)[index] for other, index in several]
            if group.table.form is Form.ORDER:  # a step does not come after itself
                row, column = group.rows[place], group.layout.clue
                step = Answer(group.table.text[row][column], group.table.html[row][column])
                unfit = [*unfit, step]
            chosen = choose_distractors(clue, unfit, [own])
            if len(chosen) < MOST:
                are_own = False
                chosen = choose_distractors(clue, unfit, [own, self._ring(question)])
            wrong.append(tuple(chosen))
        return Choices(answers, wrong, are_own)

    def _answers_of(self, group: Group) -> list[Answer]:
        if (known := self._answers.get(id(group))) is None:
            column = group.layout.asking[0] if group.notes else 0
            known = [self._make(text[column], html[column]) for _, html, text in group.cells()]
            self._answers[id(group)] = known
        return known

    def _ring(self, header: str) -> Ring:
        """The answers of all tables of the package that ask so."""
        if header not in self._rings:
            self._rings[header] = Ring(
                answer
                for group in self._groups
                if group.notes and group.table.headers[group.layout.asking[0]] == header
                for answer in self._answers_of(group)
                if without_sounds(answer.html)
            )
        return self._rings[header]


def options_html(clue: str, right: Sequence[Answer], wrong: Sequence[Answer]) -> str:
    """The options as the quiz templates take them, in an order that does not tell them apart."""
    rights = set(map(id, right))
    return "".join(
        [
            (_RIGHT if id(option) in rights else _WRONG) % _for_button(option.html)
            for option in shuffled(clue, [*right, *wrong])
        ]
    )


_WRONG = '<li><button class="bd-opt" type="button">%s</button></li>'
_RIGHT = '<li><button class="bd-opt" type="button" data-ok="1">%s</button></li>'


def _for_button(html: str) -> str:
    """HTML for inside a button: a link there would swallow the tap, and Anki would play all sounds
    of a card at once, the wrong options' too."""
    if "<a" in html:
        html = _LINK.sub("", html)
    return without_sounds(html) if "[sound:" in html else html


_LINK = re.compile(r"</?a\b[^>]*>")
