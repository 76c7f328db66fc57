"""The search of Anki's browser that finds certain notes, by their field `Key`: it is the GUID."""

from __future__ import annotations

from collections.abc import Iterable

from generator.core.model import Guid

# GUIDs in one term. One search may not have thousands of terms, and the time that Anki takes for
# one term grows with the square of its GUIDs.
_MOST_IN_TERM = 2000


def key_search(guids: Iterable[Guid]) -> str:
    """``"Key:re:^(a|b)$"``: finds exactly these notes in every collection; empty for none.

    Unlike note ids, GUIDs are the same in every collection. Beyond some thousand notes it is
    several such terms, joined by ``or``.
    """
    words = sorted(map(_literal, guids))
    starts = range(0, len(words), _MOST_IN_TERM)
    terms = ("|".join(words[start : start + _MOST_IN_TERM]) for start in starts)
    return " or ".join(f'"Key:re:^({term})$"' for term in terms)


def _literal(guid: Guid) -> str:
    """A GUID inside a regular expression. One that is not of this program's making may hold what
    the expression, the search or the terminal would act on."""
    return "".join(c if c.isascii() and c.isalnum() else f"\\x{{{ord(c):x}}}" for c in guid)
