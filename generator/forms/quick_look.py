"""Says whether a page may hold a card or something to be told, by a look that needs no parser.

Most pages of a vault hold neither. What is doubtful is parsed: the look may be wrong on one side
only.
"""

from __future__ import annotations

import re

from generator.core.lazy_regex import lazy_regex
from generator.forms import FORMS
from generator.forms.form import DEFAULTS
from generator.forms.near_comments import MAY_BE_OURS
from generator.settings.values import Settings
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.leftovers import may_be_left
from generator.sources.markdown import DEEPEST

_SIGNS = tuple((rule.sign_marks, rule.sign) for rule in FORMS)
# Tables and lists in HTML.
_HTML = lazy_regex(r"<(?:table|dl[\s>])", re.IGNORECASE)
# What puts a line into lists and quotes, up to a mark: each character is a level at most, and one
# mark of those deep inside each other ends in these columns.
_DEEP = lazy_regex(
    rf"\n(?:[ \t>]|[*+-](?=[ \t])|\d{{1,9}}[.)](?=[ \t])){{{DEEPEST - 5},{DEEPEST + 20}}}(?<![ \t])"
)
# Headings that may be too long for a card: a line, or lines above one of dashes.
_LONG_HEADING = lazy_regex(rf"\n {{0,3}}#[^\n]{{{MOST_CHARACTERS}}}")
_UNDERLINE = lazy_regex(r"\n {0,3}(?:=+|-+)[ \t]*(?:\n|\Z)")
_BLANK_LINE = lazy_regex(r"\n[ \t]*\n")


def may_hold_cards(text: str, settings: Settings = DEFAULTS) -> bool:
    """Whether the page, without its front matter, may become a card or a finding."""
    text = f"\n{text}"
    wanted = (sign for rule in FORMS for sign in rule.signs_of(settings))
    return (
        any(_has_any(marks, text) and sign.search(text) for marks, sign in _SIGNS)
        or any(sign.search(text) for sign in wanted)
        or ("<" in text and _HTML.search(text) is not None)
        or ("<!--" in text and (MAY_BE_OURS.search(text) is not None or _has_open_comment(text)))
        or may_be_left(text)
        or _DEEP.search(text) is not None
        or (len(text) > MOST_CHARACTERS and _has_long_heading(text))
    )


def _has_open_comment(text: str) -> bool:
    return text.rfind("<!--") > text.rfind("-->")


def _has_any(marks: str, text: str) -> bool:
    return not marks or any(mark in text for mark in marks)


def _has_long_heading(text: str) -> bool:
    long = (lines for lines in _BLANK_LINE.split(text) if len(lines) > MOST_CHARACTERS)
    return any(_LONG_HEADING.search(f"\n{lines}") or _UNDERLINE.search(lines) for lines in long)
