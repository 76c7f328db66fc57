"""What says that two rows may be one note: their table, and how near their words are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from generator.core.lazy_regex import lazy_regex
from generator.core.likeness import (
    Wording,
    are_spelled_alike,
    bare,
    closest,
    content_words,
    differ,
    like,
)
from generator.core.model import Guid, Kind, Origin
from generator.identity.entry import Ledger

# Rows whose cells are this much alike on the average are one note: typos mended in both cells, but
# not "What is bias? | systematic error" become "What is variance? | random error".
_CLOSE = 0.65

Place = tuple[str, ...]


def place(origin: Origin) -> Place:
    """The table that a row stands in."""
    return origin[:5]  # kind, package, page, section, question


def resembles(new: Origin, old: Origin) -> bool:
    """Whether a row may be an older note of the same page: by its clue, by its answer below the
    same header, or by close wording."""
    return new.kind is old.kind and (
        new.clue == old.clue
        or (new.question, new.answer) == (old.question, old.answer)
        or wording_of(new).likeness(wording_of(old)) >= _CLOSE
    )


def nearest(new: Mapping[int, Origin], old: Ledger) -> dict[int, Guid]:
    """By row the note of its kind whose wording is nearest, if it is near; one with the same clue
    is, whatever its accents. One that is nearer to another row is given only where no other is."""
    indexes, guids = list(new), list(old)
    rows = [wording_of(new[index]) for index in indexes]
    entries = [wording_of(old[guid].origin) for guid in guids]
    pairs: list[tuple[tuple[float, float, Guid], int]] = []
    for row, entry in closest(rows, entries):
        index, guid = indexes[row], guids[entry]
        likeness = rows[row].likeness(entries[entry])
        is_near = likeness >= _CLOSE or bare(new[index].clue) == bare(old[guid].origin.clue)
        if is_near and new[index].kind is old[guid].origin.kind:
            pairs.append(((likeness, rows[row].answer_likeness(entries[entry]), guid), index))
    pairs.sort(key=lambda pair: pair[0], reverse=True)
    found: dict[int, Guid] = {}
    given: set[Guid] = set()
    for (*_, guid), index in pairs:
        if index not in found and guid not in given:
            found[index] = guid
            given.add(guid)
    return {index: guid for (*_, guid), index in reversed(pairs)} | found


def share_enough(new: Origin, old: Origin) -> bool:
    """Whether clues of one answer have a word in common; where the answer has one word or signs
    alone, which may be that of anything, half of their words."""
    one, other = (content_words(clue_text(o)) - content_words(o.answer) for o in (new, old))
    shared = sum(len(word) > 2 for word in one & other)
    tells = sum(len(word) > 2 for word in content_words(new.answer)) > 1
    wanted = 1 if tells else min(len(one), len(other)) / 2
    return shared >= max(wanted, 1) and not differ(new.clue, old.clue)


def is_rewritten(new: Origin, old: Origin) -> bool:
    """Whether both cells have other words in the place of some that they had, the clue of a third
    of its words: "capital of Peru | the city of Lima" is not "capital of Chile | the city of
    Santiago", much as they share. A passage has its answer in it."""
    if new.kind is Kind.CLOZE:
        return False
    shared, fewest = _shared_words(new.clue, old.clue)
    if shared == fewest or 3 * shared > 2 * fewest:
        return False
    shared, fewest = _shared_words(new.answer, old.answer)
    return shared < fewest


def _shared_words(one: str, other: str) -> tuple[int, int]:
    """How many words of the text with fewer of them the other one has, or one spelled like it; and
    how many it has."""
    few, many = sorted(({w for w in content_words(t) if len(w) > 2} for t in (one, other)), key=len)
    own, others = few - many, many - few
    alike = sum(any(are_spelled_alike(word, each) for each in others) for word in own)
    return len(few & many) + alike, len(few)


def is_turned(new: Origin | Wording, old: Origin | Wording) -> bool:
    """Whether it is asked the other way round, which is another fact, whatever is marked in it."""
    return _said(new.clue) == _said(old.answer) or _said(new.answer) == _said(old.clue)


def _said(text: str) -> str:
    return _EMPHASIS.sub("", text)


_EMPHASIS = lazy_regex(r"\*\*|[*_~=`]")


def clue_text(origin: Origin) -> str:
    """What a clue says; a passage has its answer in it, which says nothing twice."""
    if origin.kind is Kind.CLOZE:
        return origin.clue.replace(origin.answer, "")
    return origin.clue


def are_like(new: Origin, old: Origin) -> bool:
    """Whether the answers are alike; of a comparison, whether half of the cells are the same."""
    if new.kind is not Kind.COMPARE:
        return like(new.answer, old.answer)
    cells, others = (Counter(origin.answer.split(" | ")) for origin in (new, old))
    return 2 * (cells & others).total() >= min(cells.total(), others.total())


def wording_of(origin: Origin) -> Wording:
    """What a row says, to be compared with others."""
    return Wording(clue_text(origin), origin.answer)
