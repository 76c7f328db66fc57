"""Finds what an unfinished merge leaves in a page: two versions, one below the other."""

from __future__ import annotations

import re

from generator.diagnostics import CONFLICT_IN_PAGE, Diagnostic
from generator.model import Position

# Code is matched too, so that a conflict shown in it is not taken for one. No part reaches over the
# beginning of another conflict, so that no page takes long.
_CONFLICT = re.compile(
    r"""
      ^[ ]{0,3}(?P<fence> `{3,} | ~{3,} )[^\n]*\n (?: .*? ^[ ]{0,3}(?P=fence) | .* )
    | ^(?P<ours> <{7}[ ][^\n]*\n )
      (?: (?! <{7}[ ] ) [^\n]*\n )*? ={7}\n
      (?: (?! <{7}[ ] ) [^\n]*\n )*? >{7}[ ]
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def find_conflicts(text: str, file: str) -> list[Diagnostic]:
    """An error where each conflict begins; the text has its front matter and line feeds alone."""
    if "<<<<<<< " not in text:
        return []
    return [
        CONFLICT_IN_PAGE.at(Position(file, text.count("\n", 0, found.start()) + 1, 1))
        for found in _CONFLICT.finditer(text)
        if found["ours"]
    ]
