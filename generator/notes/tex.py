"""What of TeX a card may draw: MathJax also follows links, sets styles and renames its commands.

A list says what is let in; a formula with anything else is shown whole as it is written, since
nothing is ever taken out of one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_COMMAND = re.compile(r"\\(?:([A-Za-z]+\*?)|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{([^{}]*)\}")
# Lengths that reach beyond any card: a formula that lies over the rest of it, or far away.
_LENGTH = re.compile(
    r"\d{4,}(?:\.\d*)?\s*(?:pt|px|mu|mm|bp|sp)|\d{3,}(?:\.\d*)?\s*(?:em|ex|cm|in|pc)"
)
# A colour becomes a style of the page: a name or numbers, and nothing that could end it.
_OPTIONS, _COLOUR = r"\s*(?:\[[\w ]*\]\s*)?", r"\{[\w #.,!-]*\}\s*"
_STYLE = re.compile(
    rf"\\fcolorbox(?!{_OPTIONS}{_COLOUR}{_COLOUR})"
    rf"|\\(?:colorbox|(?:text)?color)(?![A-Za-z])(?!{_OPTIONS}(?:{_COLOUR}|\w))"
    r"|\\[bx]?cancel\s*\[(?![\w #.,=-]*\])"
)
MOST_CHARACTERS = 4_000  # of a formula


def what_is_not_drawn(tex: str) -> str:
    """The first thing in a formula that is not let in; empty where all of it is."""
    if len(tex) > MOST_CHARACTERS:
        return f"{tex[:20]}…"
    if "\\" not in tex:
        return ""
    commands, environments = _allowed()
    for found in _COMMAND.finditer(tex):
        name = found[1]
        if name and name.rstrip("*") not in commands:
            return found[0]
    for found in _ENVIRONMENT.finditer(tex):
        if found[1] not in environments:
            return found[0]
    unfit = _STYLE.search(tex) or _LENGTH.search(tex)
    return unfit[0] if unfit else ""


@cache
def _allowed() -> tuple[frozenset[str], frozenset[str]]:
    text = (files("generator.notes") / "tex_commands.txt").read_text(encoding="utf-8")
    listed = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    commands, _, environments = listed.partition("\n\n")
    return frozenset(commands.split()), frozenset(environments.split())
