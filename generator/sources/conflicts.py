"""Finds what an unfinished merge leaves in a page: two versions, one below the other."""

from __future__ import annotations

from generator.core.diagnostics import CONFLICT_IN_PAGE, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position
from generator.sources.properties import after_fence

# Of a conflict that is half resolved one mark may be left; seven equal signs alone may be below a
# heading.
_MARK = lazy_regex(r"(?:<{7}|>{7}) \S")
# A mark stands at the very beginning of its line, so code in a list or a quote has ended above it.
_MAY_BE_FENCE = lazy_regex(r" {0,3}[`~]")


def find_conflicts(text: str, file: str) -> list[Diagnostic]:
    """An error at the first mark of a merge that is not shown in code; the text has its front
    matter, and LF alone."""
    if "<<<<<<< " not in text and ">>>>>>> " not in text:
        return []
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        if _MAY_BE_FENCE.match(line):
            fence, _ = after_fence(line, fence)
        elif not fence and _MARK.match(line):
            return [CONFLICT_IN_PAGE.at(Position(file, number, 1))]
    return []
