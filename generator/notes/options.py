"""The options of quiz cards: a right answer among other answers, as field HTML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from generator.model import Form, Kind
from generator.notes.inline import without_sounds
from generator.notes.quiz import Answer, Ring, choose_distractors, shuffled
from generator.notes.sheet import Entry, Sheet


class Options:
    """Options from the answers of each table, and of the package under the same header."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        by_header: dict[str, list[Answer]] = defaultdict(list)
        self._right: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        self._tables: dict[int, Ring] = {}
        for sheet in sheets:
            if sheet.layout.kind is not Kind.CLUE:
                continue
            column = sheet.layout.asking[0]
            answers = [Answer(entry.text[column], entry.html[column]) for entry in sheet.entries]
            shown = [answer for answer in answers if without_sounds(answer.html)]
            self._tables[id(sheet)] = Ring(shown)
            by_header[sheet.headers[column]] += shown
            for entry, answer in zip(sheet.entries, answers, strict=True):
                self._right[entry.origin.question, entry.origin.clue].append(answer)
        self._packages = {header: Ring(answers) for header, answers in by_header.items()}

    def html(self, sheet: Sheet, entry: Entry) -> str:
        """The options of a note's quiz card; empty where there are not two good wrong ones."""
        origin, column = entry.origin, sheet.layout.asking[0]
        html = entry.html[column]
        if not without_sounds(html):
            return ""  # it can be heard only, and an option is silent
        unfit = self._right[origin.question, origin.clue]
        right = next(answer for answer in unfit if answer.html == html)
        if sheet.table.form is Form.ORDER:  # a step does not come after itself
            step = Answer(entry.text[sheet.layout.clue], entry.html[sheet.layout.clue])
            unfit = [*unfit, step]
        rings = (self._tables[id(sheet)], self._packages[origin.question])
        wrong = choose_distractors(origin.clue, unfit, rings)
        return options_html(origin.clue, [right], wrong) if wrong else ""


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
