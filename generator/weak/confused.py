"""Finds weak rows that are alike: what is forgotten together may be taken for one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from generator.core.lazy_regex import lazy_regex
from generator.core.likeness import Wording, are_spelled_alike, closest, differ
from generator.core.model import Kind, Note

_MOST_ROWS = 2_000  # that are compared with each other
_MOST_NAMED = 3  # beside a row
_WORD = lazy_regex(r"\w+")


def confusable(rows: Sequence[Note], forgotten: Sequence[Note]) -> list[list[Note]]:
    """For each of the ``rows``, at most three of the ``forgotten`` whose clues look like its own:
    below the same headers, with another answer."""
    found: list[list[Note]] = [[] for _ in rows]
    others = [note for note in forgotten[:_MOST_ROWS] if note.origin.kind is not Kind.CLOZE]
    old = [_wording(note) for note in others]
    pairs: dict[int, list[int]] = defaultdict(list)
    for number, other in closest([_wording(note) for note in rows], old):
        pairs[number].append(other)
    for number, candidates in pairs.items():
        note = rows[number]
        alike = [others[each] for each in candidates if _are_alike(note, others[each])]
        found[number] = sorted(alike, key=lambda each: _distance(note, each))[:_MOST_NAMED]
    return found


def _wording(note: Note) -> Wording:
    return Wording(note.origin.clue, note.origin.answer)


def _distance(note: Note, other: Note) -> tuple[bool, int, str, int]:
    """A row of the same page, and there the nearest, comes first."""
    here, there = note.position, other.position
    return here.file != there.file, abs(here.line - there.line), there.file, there.line


def _are_alike(note: Note, other: Note) -> bool:
    one, two = note.origin, other.origin
    if note is other or one.kind is not two.kind or one.question != two.question:
        return False
    if one.clue == two.clue or one.answer == two.answer:
        return False
    return _are_mistakable(one.clue, two.clue)


def _are_mistakable(one: str, other: str) -> bool:
    """Whether what tells two clues apart looks like the other's, is its opposite or a number.

    Words that both have say nothing: all clues of a list may begin with the same.
    """
    mine, theirs = (set(_WORD.findall(text.casefold())) for text in (one, other))
    left, right = sorted(mine - theirs), sorted(theirs - mine)
    if not left and not right:  # the same words in another order
        return True
    if not left or not right:
        return False
    return are_spelled_alike(" ".join(left), " ".join(right)) or (
        len(left) == len(right) == 1 and differ(left[0], right[0])
    )
