"""Notes with equal fronts: whoever sees one cannot know which is meant, so each back shows all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from generator.notes.groups import Group

# Of a note, the answers of others: each with its header, an empty one where the front has it.
OtherAnswers = tuple[tuple[str, str], ...]
_Front = tuple[str, ...]  # what tells fronts apart; last the header that a comparison asks
_Spot = tuple[int, int, str]  # the group, the place of the note in it, its answer as HTML


def other_answers(groups: Sequence[Group]) -> Mapping[int, Mapping[int, OtherAnswers]]:
    """The answers of other notes in the same section whose fronts are equal: by the `id` of the
    group, and by the place of the note in it. Answers are HTML, headers are text."""
    tables = [(_table(group), group) for group in groups if group.notes]
    counts = Counter(table for table, _ in tables)
    answers: dict[_Front, dict[str, list[_Spot]]] = defaultdict(dict)
    for table, group in tables:
        if counts[table] > 1 or _has_equal_clues(group):
            for place, front, text, html in _fronts(table, group):
                answers[front].setdefault(text, []).append((id(group), place, html))
    found: dict[int, dict[int, OtherAnswers]] = defaultdict(dict)
    for (*_, header), by_text in answers.items():
        for text, spots in by_text.items():
            others = [(header, same[0][-1]) for other, same in by_text.items() if other != text]
            for group_id, place, _html in spots if others else ():
                found[group_id][place] = (*found[group_id].get(place, ()), *others)
    return found


def _has_equal_clues(group: Group) -> bool:
    return len({note.origin.clue for note in group.notes}) < len(group.notes)


def _table(group: Group) -> _Front:
    """What the fronts of a table have in common, but for the attribute that a comparison asks."""
    layout, table = group.layout, group.table
    question = "" if layout.asks_all else group.question
    return (
        layout.kind or "",
        group.around.path,
        group.frame.section,
        table.headers[layout.clue],
        question,
    )


def _fronts(table: _Front, group: Group) -> Iterator[tuple[int, _Front, str, str]]:
    """Each card that asks, by its note's place: its front, and its answer as text and as HTML."""
    layout = group.layout
    headers = group.table.headers
    asked = [(column, headers[column] if layout.asks_all else "") for column in layout.answers]
    for place, (_, html, text) in enumerate(group.cells()):
        for column, header in asked:
            if text[column]:
                yield place, (*table, text[layout.clue], header), text[column], html[column]
