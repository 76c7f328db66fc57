"""The options of quiz cards: a right answer among other answers, as field HTML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from generator.model import Form, Kind
from generator.notes.inline import without_sounds
from generator.notes.quiz import Answer, LeanAnswer, Ring, choose_distractors, shuffled
from generator.notes.sheet import Entry, Sheet

# Rows of a package from which on its answers are lean: sets of words take most of a kilobyte each.
_LARGE = 50_000


class Options:
    """Options from the answers of each table, and of the package under the same header.

    Each entry of a table that asks for them learns its ``answer`` as an option, and keeps which
    wrong ones were chosen for it.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        is_large = sum(len(sheet.entries) for sheet in sheets) > _LARGE
        make = LeanAnswer if is_large else Answer
        by_header: dict[str, list[Answer]] = defaultdict(list)
        first: dict[tuple[str, str], Answer] = {}
        self._right: dict[tuple[str, str], list[Answer]] = {}  # of clues with more than one
        self._tables: dict[int, Ring] = {}
        for sheet in sheets:
            if sheet.layout.kind is not Kind.CLUE:
                continue
            column = sheet.layout.asking[0]
            answers = []
            for entry in sheet.entries:
                if (answer := entry.answer) is None:
                    answer = entry.answer = make(entry.text[column], entry.html[column])
                entry.wrong = None  # a row that was read before may meet other answers now
                answers.append(answer)
                clue = entry.origin.question, entry.origin.clue
                if (other := first.setdefault(clue, answer)) is not answer:
                    self._right.setdefault(clue, [other]).append(answer)
            shown = [answer for answer in answers if without_sounds(answer.html)]
            self._tables[id(sheet)] = Ring(shown)
            by_header[sheet.headers[column]] += shown
        self._packages = {header: Ring(answers) for header, answers in by_header.items()}

    def html(self, sheet: Sheet, entry: Entry) -> str:
        """The options of a note's quiz card; empty where there are not two good wrong ones."""
        right, wrong = entry.answer, self.wrong(sheet, entry)
        return options_html(entry.origin.clue, [right], wrong) if right and wrong else ""

    def wrong(self, sheet: Sheet, entry: Entry) -> tuple[Answer, ...]:
        """The wrong ones among them."""
        right = entry.answer
        if right is None or not without_sounds(right.html):
            return ()  # it can be heard only, and an option is silent
        if entry.wrong is None:
            entry.wrong = self._choose(sheet, entry, right)
        return entry.wrong

    def _choose(self, sheet: Sheet, entry: Entry, right: Answer) -> tuple[Answer, ...]:
        question, clue = entry.origin.question, entry.origin.clue
        unfit = self._right.get((question, clue)) or [right]
        if sheet.table.form is Form.ORDER:  # a step does not come after itself
            step = Answer(entry.text[sheet.layout.clue], entry.html[sheet.layout.clue])
            unfit = [*unfit, step]
        rings = (self._tables[id(sheet)], self._packages[question])
        return tuple(choose_distractors(clue, unfit, rings))


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
