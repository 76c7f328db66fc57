"""What of TeX a card may draw, and which braces and signs would end a formula or hide its end.

MathJax also follows links, sets styles and renames its commands. A list says what is let in; a
formula with anything else is shown whole as it is written, since nothing is ever taken out of one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from generator.core.lazy_regex import lazy_regex

# As MathJax reads them.
_MARK = lazy_regex(r"\\(?:([A-Za-z]+\*?)|.|\Z)|[{}]", re.DOTALL)
# MathJax looks for the end of a formula where all braces are closed, and not behind a backslash:
# with one left over, the text up to the end of the next formula would be TeX that nobody checked.
_HIDES_THE_END = {"\\": "a \\ at its end"} | {mark: mark for mark in (r"\(", r"\)", r"\[", r"\]")}
_ENVIRONMENT = lazy_regex(r"\\(?:begin|end)\s*\{([^{}]*)\}")
# Lengths, where a command takes them: as they stand, or in brackets and braces, of which some hold
# a letter that places the rest.
_NUMBER = r"(?:\d+(?:[.,]\d*)?|[.,]\d+)"
_UNIT = "(?:em|ex|mu|p[txc]|in|[cm]m|bp|sp|dd|cc|rem|v[wh])"
_LENGTH = rf"(?:[+-]\s*+)?{_NUMBER}\s*+{_UNIT}"
_BARE = rf"(?![A-Za-z])[\s=]*+\{{?\s*+{_LENGTH}"
_BRACED = rf"\*?(?:\s*+[\[{{]\s*+(?:{_LENGTH}|[a-z]?)\s*+[\]}}])+"
_TWO_MARKS = r"(?:\s*+(?:\{[^{}]*\}|\\?.)){2}"
_LENGTHS = lazy_regex(
    rf"\\(?:(?:m?kern|[hm]skip|hsize){_BARE}"
    rf"|(?P<shift>raise|lower|moveleft|moveright|above){_BARE}"
    rf"|(?P<line>abovewithdelims|genfrac){_TWO_MARKS}{_BARE}"
    rf"|(?P<rule>[rR]ule|Space|overbracket|underbracket){_BRACED}"
    r"|(?:[hm]space|(?:math)?makebox|framebox|parbox|newline|cr|shove(?:left|right)|\\"
    rf"|begin\s*\{{(?:multlined|spreadlines)\}}){_BRACED})"
    rf"|\b[pmbw]\s*\{{\s*{_LENGTH}\s*\}}",
    re.DOTALL,
)
_ONE_LENGTH = lazy_regex(
    rf"(?:(?P<sign>-)[+\s]*)?(?<![\d.,])(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})"
)
_EMS = {
    "em": 1, "rem": 1, "ex": 0.5, "mu": 1 / 18, "pt": 0.1, "px": 1 / 16, "pc": 1.2, "in": 7.2,
    "cm": 2.9, "mm": 0.29, "bp": 0.1, "sp": 1e-6, "dd": 0.11, "cc": 1.3, "vw": 0.5, "vh": 0.5,
}  # fmt: skip
# What a formula may put between its parts; and back, up or down, over what stands around it.
_MOST_EMS, _MOST_EMS_OVER = 40, 6
# The same in numbers alone.
_FAR = lazy_regex(
    r"\\(?:MoveEqLeft\s*\[\s*-?\d{2}|(?:(?:up|left)root|skew)\s*\{?\s*-?\d{3}"
    r"|xmathstrut\s*(?:\[[^\]]*\]\s*)?\{\s*\d{2})"
)
# A colour becomes a style of the page: a name or numbers, and nothing that could end it.
_OPTIONS, _COLOUR = r"\s*(?:\[[\w ]*\]\s*)?", r"\{[\w #.,!-]*\}\s*"
_STYLE = lazy_regex(
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
    unfit = _STYLE.search(tex) or _FAR.search(tex)
    return unfit[0] if unfit else _too_far(tex)


def _too_far(tex: str) -> str:
    """The first length with which a formula reaches beyond its card, or over the rest of it."""
    ems = over = 0.0
    for found in _LENGTHS.finditer(tex):
        lengths = [*map(_in_ems, _ONE_LENGTH.finditer(found[0]))]
        if found["rule"] and lengths:  # a long line is thin
            lengths.sort(key=abs)
            over += sum(map(abs, lengths[:-1]))
        over += sum(abs(n) for n in lengths if n < 0 or found["shift"] or found["line"])
        ems += sum(map(abs, lengths))
        if ems > _MOST_EMS or over > _MOST_EMS_OVER:
            return found[0]
    return ""


def _in_ems(length: re.Match[str]) -> float:
    number = float(length["number"].replace(",", "."))
    return (-number if length["sign"] else number) * _EMS[length["unit"]]


@cache
def _allowed() -> tuple[frozenset[str], frozenset[str]]:
    text = (files("generator.markup") / "tex_commands.txt").read_text(encoding="utf-8")
    listed = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    commands, _, environments = listed.partition("\n\n")
    return frozenset(commands.split()), frozenset(environments.split())
