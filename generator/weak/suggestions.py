"""Says what could be better about a weak row, and only what can be shown of its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Kind, Note, Position, StampedNote
from generator.notes.lints import SHORT_CLUE, headers_say_nothing
from generator.notes.near_clues import are_near, forms_of

_MOST_WORDS = 12  # of an answer that is recalled as one
_FEWEST_WORDS = 2  # of each of two facts; "yes; no" is a list
_BREAK = lazy_regex(r";\s|<br ?/?>")
# In these a semicolon separates nothing.
_CODE = lazy_regex(r"[`$]")


class Suggestion(NamedTuple):
    """``what`` is one of two-facts, long-answer, near-duplicate and no-context; ``text`` says it to
    a person. ``position`` is of the other row that it is about, if any."""

    what: str
    text: str
    position: Position | None = None


class Suggestions:
    """The suggestions for rows of these notes."""

    def __init__(self, notes: Sequence[StampedNote]) -> None:
        self._notes = notes

    def of(self, stamped: StampedNote, headers: Sequence[str]) -> tuple[Suggestion, ...]:
        """Those for a row. ``headers`` are of the columns of a comparison that are weak."""
        note = stamped.note
        answers: list[tuple[str, str]] = []  # how the answer is called, and what it is
        if note.origin.kind in (Kind.CLUE, Kind.TRAP):
            answers = [("the answer", note.origin.answer)]
        elif note.origin.kind is Kind.COMPARE:
            answers = [(f"'{name}'", text) for name, text in note.columns if name in headers]
        found = [each for name, text in answers for each in _of_answer(name, text)]
        found += self._near_duplicates(note)
        return (*found, *_without_context(stamped))

    @cached_property
    def _by_answer(self) -> dict[tuple[Kind, str, str], list[Note]]:
        found: dict[tuple[Kind, str, str], list[Note]] = {}
        for stamped in self._notes:
            found.setdefault(_asked(stamped.note), []).append(stamped.note)
        return found

    def _near_duplicates(self, note: Note) -> Iterator[Suggestion]:
        """The first other row of the same question and answer with nearly the same clue."""
        if note.origin.kind not in (Kind.CLUE, Kind.TRAP):
            return
        clue = note.origin.clue
        forms = set(forms_of(clue))
        for other in self._by_answer[_asked(note)]:
            if other is note or not are_near(clue, other.origin.clue):
                continue
            if not forms.isdisjoint(forms_of(other.origin.clue)):
                text = f"'{other.origin.clue}' is nearly the same clue, with the same answer"
                yield Suggestion("near-duplicate", text, other.position)
                return


def _asked(note: Note) -> tuple[Kind, str, str]:
    """What two near-duplicates have in common."""
    kind, question, answer = note.origin.kind, note.origin.question, note.origin.answer
    return kind, question, answer.casefold().rstrip(".")


def _of_answer(name: str, text: str) -> Iterator[Suggestion]:
    parts = [part.split() for part in _BREAK.split(text)]
    facts = [part for part in parts if len(part) >= _FEWEST_WORDS]
    if len(facts) > 1 and not _CODE.search(text):
        yield Suggestion("two-facts", f"{name} has {len(facts)} facts: a row for each")
    elif (words := len(text.split())) > _MOST_WORDS:
        yield Suggestion("long-answer", f"{name} has {words} words, more than {_MOST_WORDS}")


def _without_context(stamped: StampedNote) -> Iterator[Suggestion]:
    """As the lint of clues that stand alone; the fields say what the card shows."""
    note = stamped.note
    if note.origin.kind is not Kind.CLUE or len(note.origin.clue.split()) > SHORT_CLUE:
        return
    fields = stamped.fields._asdict()
    if not fields["context"] and headers_say_nothing(fields["cue"], fields["ask"]):
        yield Suggestion("no-context", "nothing on the card says what the clue is about")
