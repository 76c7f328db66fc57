"""Tells that a question chooses among options, or that an answer names one; it knows no block."""

from __future__ import annotations

import re

from generator.core.lazy_regex import lazy_regex

# An answer that chooses among options, and a question that speaks of some.
LETTERS = lazy_regex(r"\W*[A-H](?:\W+(?:(?:and|und|y|et|e|и)\W+)?[A-H])*\W*")
CHOICE = lazy_regex(r"\W*[A-H](?:\W*(?:\Z|\n)|[).:\]]|\*|[ ]+[–—-]|,? (?:and |or )?[A-H]\b)")
CHOOSES = lazy_regex(
    r"[(\[](?:drag|hot ?(?:spot|area)|match|sim|choose|select|pick|multiple|exhibit|see |refer )"
    r"|\b(?:which of (?:the following|these|those)|(?:options?|choices?|answers?) (?:below|above)"
    r"|choose|select)\b",
    re.IGNORECASE,
)
_OPTION_INSIDE = lazy_regex(r"(?:^|[ \t\n])\(?[B-D][.)][ \t]", re.MULTILINE)


def may_choose(asked: str, said: str) -> bool:
    """Whether a question speaks of options or has some, or its answer may be the name of one."""
    return any(
        found is not None
        for found in (
            CHOOSES.search(asked),
            _OPTION_INSIDE.search(asked),
            CHOICE.match(said),
            LETTERS.fullmatch(said),
        )
    )
