"""What of TeX a card may draw: MathJax also follows links, sets styles and renames its commands.

A list says what is let in; a formula with anything else is shown whole as it is written, since
nothing is ever taken out of one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

# As MathJax reads them.
_MARK = re.compile(r"\\(?:([A-Za-z]+\*?)|.|\Z)|[{}]", re.DOTALL)
# MathJax looks for the end of a formula where all braces are closed, and not behind a backslash:
# with one left over, the text up to the end of the next formula would be TeX that nobody checked.
_HIDES_THE_END = {"\\": "a \\ at its end"} | {mark: mark for mark in (r"\(", r"\)", r"\[", r"\]")}
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
    r"|\\(?:[bx]?cancel|cancelto)\s*\[(?![\w #.,=-]*\])"
)
MOST_CHARACTERS = 4_000  # of a formula
# MathJax measures what stands over an arrow anew for each arrow in it: thirty inside each other
# take it minutes, and a few hundred groups of any kind crash the browser.
DEEPEST = 12  # braces inside each other


def what_is_not_drawn(tex: str) -> str:
    """The first thing in a formula that is not let in; empty where all of it is."""
    if len(tex) > MOST_CHARACTERS:
        return f"{tex[:20]}…"
    commands, environments = _allowed()
    depth = 0
    for found in _MARK.finditer(tex):
        mark, name = found[0], found[1]
        if mark in _HIDES_THE_END or (name and name.rstrip("*") not in commands):
            return _HIDES_THE_END.get(mark, mark)
        depth += (mark == "{") - (mark == "}")
        if depth < 0:
            return "a } too many"
        if depth > DEEPEST:
            return f"more than {DEEPEST} braces inside each other"
    if depth:
        return "a { that is not closed"
    if "\\" not in tex:
        return ""
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
