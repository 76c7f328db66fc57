"""Which gap of a cloze note is which card: a gap keeps its number, whatever is marked around it.

Anki knows a cloze card by its number alone. Counted anew, a mark put in front of the others would
give each card the text, and the next one's history, of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from generator.core.likeness import Wording
from generator.core.model import Deletion
from generator.identity.given_twice import is_nobodys

LAST = 499  # Anki puts all higher numbers on one card
# Texts that share this much of their letters are one gap, reworded.
_CLOSE = 0.5

Texts = Mapping[int, str]  # what each number hides or once hid


def keep_numbers(new: Sequence[Deletion], old: Texts, clue: str, old_clue: str) -> dict[int, int]:
    """The number for each of ``new``, by the number that it came with.

    A number that a person wrote stays. Then comes the same text, then the same place in a passage
    (``clue``) that is otherwise the same, then close wording; what is left is a new card.
    """
    kept = {gap.number: gap.number for gap in new if gap.is_by_hand or not old}
    left = [gap for gap in new if gap.number not in kept]
    for likeness in (_same, _same_place(clue, old_clue), _close):
        scores = sorted(
            (-score, gap.number, number)
            for gap in left
            for number, text in old.items()
            if not is_nobodys(text)
            and number not in kept.values()
            and (score := likeness(gap.text, text))
        )
        for _, came_with, number in scores:
            if came_with not in kept and number not in kept.values():
                kept[came_with] = number
        left = [gap for gap in left if gap.number not in kept]
    unused = _unused({*old, *kept.values()}, set(kept.values()))
    return kept | {gap.number: next(unused) for gap in left}


def is_one_gap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two texts, each with its passage, are one gap, by the rules of `keep_numbers`."""
    (text, clue), (other_text, other_clue) = one, other
    if is_nobodys(text) or is_nobodys(other_text):
        return text == other_text
    rules = (_same, _same_place(clue, other_clue), _close)
    return any(rule(text, other_text) for rule in rules)


def _unused(known: Set[int], taken: Set[int]) -> Iterator[int]:
    """Numbers for new cards: one that was in use may still have a card, with its history."""
    yield from range(max(known, default=0) + 1, LAST + 1)
    yield from (number for number in range(1, LAST + 1) if number not in taken)


def _same(new: str, old: str) -> float:
    return float(new == old)


def _same_place(clue: str, old_clue: str) -> Callable[[str, str], float]:
    return lambda new, old: float(clue.replace(new, "\0", 1) == old_clue.replace(old, "\0", 1))


def _close(new: str, old: str) -> float:
    likeness = Wording(new, new).likeness(Wording(old, old))
    return likeness if likeness >= _CLOSE else 0
