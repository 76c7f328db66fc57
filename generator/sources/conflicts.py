"""Finds what an unfinished merge leaves in a page: two versions, one below the other."""

from __future__ import annotations

import re

from generator.core.diagnostics import CONFLICT_IN_PAGE, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position

# Code is matched too, so that what is shown in it is not taken for one. Of a conflict that is half
# resolved one mark may be left; seven equal signs alone may be below a heading.
_MARK = lazy_regex(
    r"""
      ^[ ]{0,3}(?P<fence> `{3,} | ~{3,} )[^\n]*\n (?: .*? ^[ ]{0,3}(?P=fence) | .* )
    | ^(?P<mark> <{7} | >{7} )[ ]\S
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def find_conflicts(text: str, file: str) -> list[Diagnostic]:
    """An error at the first mark of a merge; the text has its front matter, and LF alone."""
    if "<<<<<<< " not in text and ">>>>>>> " not in text:
        return []
    marks = (found.start() for found in _MARK.finditer(text) if found["mark"])
    if (start := next(marks, None)) is None:
        return []
    return [CONFLICT_IN_PAGE.at(Position(file, text.count("\n", 0, start) + 1, 1))]
