"""The options of quiz cards: a right answer among other answers, as field HTML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from generator.model import Kind
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
            self._tables[id(sheet)] = Ring(answers)
            for entry, answer in zip(sheet.entries, answers, strict=True):
                by_header[entry.origin.question].append(answer)
                self._right[entry.origin.question, entry.origin.clue].append(answer)
        self._packages = {header: Ring(answers) for header, answers in by_header.items()}

    def html(self, sheet: Sheet, entry: Entry) -> str:
        """The options of a note's quiz card; empty where there are not two good wrong ones."""
        origin, column = entry.origin, sheet.layout.asking[0]
        rings = (self._tables[id(sheet)], self._packages[origin.question])
        right = Answer(entry.text[column], entry.html[column])
        wrong = choose_distractors(origin.clue, self._right[origin.question, origin.clue], rings)
        return options_html(origin.clue, [right], wrong) if wrong else ""


def options_html(clue: str, right: Sequence[Answer], wrong: Sequence[Answer]) -> str:
    """The options as the quiz templates take them, in an order that does not tell them apart."""
    return "".join(
        '<li><button class="bd-opt" type="button"'
        + (' data-ok="1"' if option in right else "")
        + f">{_without_links(option.html)}</button></li>"
        for option in shuffled(clue, (*right, *wrong))
    )


def _without_links(html: str) -> str:
    """HTML for inside a button, where a link cannot be followed and would swallow the tap."""
    return re.sub(r"</?a\b[^>]*>", "", html)
