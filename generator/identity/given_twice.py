"""Numbers of cards that two sides of a ledger gave to two things, and that are nobody's any more.

Anki knows a card by its number alone: whichever of the two kept it would get the reviews of the
other on one of the sides. So both get new numbers, and the ledger keeps this one from all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SIGN = "\x1f"  # is in no header and in no gap


def name_of_all(names: Iterable[str]) -> str:
    """What stands in the place of a header, or of a gap's text, for a number of all of these."""
    each = {own for name in names for own in names_in(name)}
    return "".join(_SIGN + name for name in sorted(each))


def is_nobodys(name: str) -> bool:
    """Whether a number of this name was given twice."""
    return name.startswith(_SIGN)


def names_in(name: str) -> Sequence[str]:
    """The names that one is made of: most often it is one itself."""
    return name[1:].split(_SIGN) if is_nobodys(name) else (name,)
