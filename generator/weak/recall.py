"""Says of each card how well it is recalled, for the preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from generator.anki.reviews import Reviews
from generator.core.model import Guid, StampedNote


class Recall(NamedTuple):
    """How well a card is recalled: ``level`` is good, fair, poor, or new where it was not answered
    after its first day; ``text`` says it in words."""

    level: str
    text: str


_FAIR, _POOR = 0.1, 0.25  # of the answers after the first day; Anki aims at a tenth


def recall_of(
    notes: Sequence[StampedNote], reviews: Reviews
) -> Mapping[Guid, Mapping[int, Recall]]:
    """By GUID and template's place, all cards of these notes that the collection has."""
    meant = {stamped.guid for stamped in notes}
    found: dict[Guid, dict[int, Recall]] = {}
    for card in reviews.cards:
        if card.guid not in meant:
            continue
        if card.share is None:
            level, text = "new", "not answered after its first day"
        else:
            level = "poor" if card.share > _POOR else "fair" if card.share > _FAIR else "good"
            text = f"recalled {1 - card.share:.0%} of {card.later:,}"
            text += f", {card.lapses:,} lapse{'s' if card.lapses > 1 else ''}" * bool(card.lapses)
        found.setdefault(card.guid, {})[card.ordinal] = Recall(level, text)
    return found
