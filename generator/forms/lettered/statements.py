"""Statements between a question and its options, which name them by their numbers: "I and III"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.words import ASKS, ROMANS, question_number

_ROMAN = lazy_regex(r"[*_(]{0,3}([IVX]{1,4}|[ivx]{1,4})[*_]{0,2}[.)][*_]{0,2}\s")
_NAME = r"(?:[1-9]|[IVX]{1,4}|[ivx]{1,4})"
_REFERS = lazy_regex(
    rf"(?i:(?:only|both|all|neither|nur|solo|sólo|seul\w*)\W+)?{_NAME}"
    rf"(?:(?:\W{{1,4}}|\W{{1,3}}(?:and|or|nor|und|y|e|et|или|и|和|と)\W{{1,2}}){_NAME})*"
    r"(?i:\W+(?:only|are correct|nur|solamente|seulement))?\W*"
)
_BARE = lazy_regex(rf"\W*{_NAME}\W*")
_SPEAKS = lazy_regex(
    r"\b(?:statements?|following|assertions?|consider|match|pairs?|arrange|sort|rank|order|aussagen?|folgende\w*|afirmaci\w+|siguientes?"
    r"|affirmations?|suivant\w*|affermazion\w+|seguenti?|afirmaç\w+|seguintes?|утвержден\w*|следующ\w*)\b"
    r"|陈述|陳述|说法|說法|記述|보기|[:：][*_]*$",
    re.IGNORECASE,
)


_LABEL = lazy_regex(
    r"[*_]{0,2}(?:assertion|reason|statement|list|column|premise|conclusion|behauptung|grund|aussage|afirmación"
    r"|razón|afirmação|razão|утверждение|причина|断言|理由)\b[^:：.]{0,12}[:：.)]",
    re.IGNORECASE,
)


def begins_labelled(lines: Sequence[TextLine], start: int, place: int) -> int:
    """Where what a question is about begins, whose block is at a place: a list that it is in, or
    speaks of, with what introduces it, or "Assertion: …" and its like."""
    asked = lines[place].text
    while place > start:
        above, line = lines[place - 1], lines[place]
        in_list = line.is_bullet or (line.owner is not None and above.owner is line.owner)
        is_part = above.is_bullet and not begins_bold(above.text)
        below_list = is_part and line.owner is None and speaks_up(asked)
        is_same = above.node is line.node or _LABEL.match(above.text) is not None
        if above.kind != "text" or not (in_list or below_list or is_same):
            break
        place -= 1
    return place


def begins_bold(text: str) -> bool:
    """Whether a text begins with what may be a term: such an item may make a note of its own."""
    return text[:2] in ("**", "__")


def speaks_up(text: str) -> bool:
    """Whether a question speaks of what stands above it."""
    return _SPEAKS_UP.search(text) is not None


_SPEAKS_UP = lazy_regex(
    r"\b(?:above|these|those|them|list(?:ed)?|statements?|obigen?|diese[rn]?|est[ao]s|anterior\w*"
    r"|ces|ci-dessus|quest[ei]|precedent\w*)\b|上|以下",
    re.IGNORECASE,
)


def statements_in(lines: Sequence[TextLine], start: int, options: Sequence[str]) -> set[int]:
    """The places of statements that are counted from 1 or I, below a question or what introduces
    them; none where they may be questions themselves."""
    are_named = all(map(_REFERS.fullmatch, options[:2])) and not all(map(_BARE.fullmatch, options))
    found: set[int] = set()
    for run in _runs(lines, start):
        above = lines[run[0] - 1] if run[0] else None
        if above is None or any(ASKS.search(lines[place].text) for place in run):
            continue
        is_asked = above.kind in ("text", "heading", "open") and (
            ASKS.search(above.text) or _SPEAKS.search(above.text)
        )
        if is_asked or (are_named and run[0] > start):
            found.update(run)
    return found


def _runs(lines: Sequence[TextLine], start: int) -> list[list[int]]:
    """The places of lines that are counted one by one, with those that go on with them."""
    runs: list[list[int]] = []
    count, kind = 0, ""
    for place in range(start, len(lines)):
        line = lines[place]
        mark = _mark(line)
        if mark and mark == (count + 1, kind) and count:
            runs[-1].append(place)
            count += 1
        elif mark and mark[0] == 1:
            runs.append([place])
            count, kind = mark
        elif count and mark is None and _goes_on(line, lines[place - 1]):
            runs[-1].append(place)
        else:
            count = 0
    return [run for run in runs if sum(_mark(lines[place]) is not None for place in run) > 1]


def _goes_on(line: TextLine, above: TextLine) -> bool:
    return not line.starts and line.node is above.node and not ASKS.search(line.text)


def _mark(line: TextLine) -> tuple[int, str] | None:
    """The number that a line begins with, and how it is written."""
    if line.kind != "text":
        return None
    if line.number is not None:
        return line.number, "number"
    if found := _ROMAN.match(line.text):
        number = ROMANS.get(found[1].casefold())
        return (number, "roman" if found[1].islower() else "ROMAN") if number else None
    number_found = question_number(line.text)
    if number_found is None or number_found.named or number_found.number is None:
        return None
    return number_found.number, "number"
