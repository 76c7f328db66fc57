"""Tells which options of quiz cards are what they were, by what has changed on a package's rings.

The options of most notes come from their own table. Those of others come from the ring of the
package, too, of which a clue looks at a short span.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from generator.notes.digests import digest_of
from generator.notes.wrong_options import RingPart, Span

if TYPE_CHECKING:  # options are chosen there, of a group
    from generator.notes.options import ChoicesByColumn


class KeptOptions(NamedTuple):
    """What the options of a table's notes depend on, and a digest of those of the notes ``beyond``;
    for these two see `Choices`."""

    beyond: tuple[int, ...]
    spans: tuple[Span, ...] | None
    digest: bytes


NONE_BEYOND = KeptOptions((), (), b"")


def kept_options(choices: ChoicesByColumn) -> KeptOptions:
    """What is to be kept of the options of a table."""
    of_column = [own for _, own in sorted(choices.items()) if own.beyond]
    if not of_column:
        return NONE_BEYOND
    [own] = of_column  # a table with several quiz columns chooses from its own cells
    chosen = [
        (place, [(each.text, each.html) for each in own.wrong[place]], own.others.get(place, ()))
        for place in own.beyond
    ]
    return KeptOptions(own.beyond, own.spans, digest_of(chosen))


def changed_places(parts: Iterable[RingPart]) -> Mapping[str, Sequence[int]]:
    """Where rings changed, by header, in ascending order; ``parts`` are those of tables that are
    new or gone."""
    places: dict[str, set[int]] = defaultdict(set)
    for part in parts:
        places[part.header].update(part.places)
    return {header: sorted(own) for header, own in places.items()}
