"""Long sequences in slices: what is joined or read together takes little time, and little room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = 1000  # items


def slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in their order, up to a thousand at a time."""
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
