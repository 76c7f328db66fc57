"""Cuts a line that holds two headers of a table; knows how headers of study tables are worded."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex

# Found by reading 214 tables of one family of study guides.
_LEFT = lazy_regex(
    r"(common )?traps?|requirement|need|scenario( clue)?|signal( in the stem)?|trigger type|clue"
    r"|lesson|chapter|official section|exam area|item|field|status|week|domain|area|readiness area"
    r"|time you can commit|pair|distinction|term|ask( yourself)?|question|if .{1,60}(…|\.\.\.)",
    re.IGNORECASE,
)
_RIGHT = lazy_regex(
    r"(better|best|strong|stronger|strongest|think first|prefer|why|what it|what belongs|main role"
    r"|go first to|focus|reopen|use this|meaning|answer)\b.*",
    re.IGNORECASE,
)
_MOST_HEADER_WORDS = 14
_CAPITALISED = lazy_regex(r"[“\"(]?(?:[A-Z][a-zß-ÿ’'-]+|A|I)[…?.:,)]*")


class Header(NamedTuple):
    """A header line, cut; ``is_known`` where both wordings are known, or a mark parts them."""

    left: str
    right: str
    is_known: bool


def is_left(text: str) -> bool:
    """Whether it is the left header of many a study table."""
    return _LEFT.fullmatch(text) is not None


def is_right(text: str) -> bool:
    """Whether it is worded as the right header of a study table."""
    return len(text.split()) <= 8 and _RIGHT.fullmatch(text) is not None


def asks(left: str) -> bool:
    """Whether the cells below this header are questions."""
    return re.match(r"(ask|question)\b", left, re.IGNORECASE) is not None


def is_trap(left: str) -> bool:
    """Whether the cells below this header are traps, which open with a gerund."""
    return re.fullmatch(r"(common )?traps?", left, re.IGNORECASE) is not None


def words_after_headers(line: str) -> int | None:
    """How many words follow the known left header with which a line opens; None where none does.

    The second header is among them: without its line end it does not show where it stops.
    """
    words = line.split()
    for cut in range(1, min(len(words), _MOST_HEADER_WORDS)):
        right = " ".join(words[cut:])
        if words[cut][0].isupper() and is_left(" ".join(words[:cut])) and _RIGHT.match(right):
            return len(words) - cut
    return None


def columns_of(line: str, names: Collection[str] = ()) -> int:
    """How many headers open in the line: its words in sentence case that are no names."""
    words = line.split()
    return len(words) and 1 + sum(_opens(word, names) for word in words[1:])


def split_header(line: str, names: Collection[str] = ()) -> Header | None:
    """The two headers on a line; None where it does not show where they part.

    ``names`` are words that the page writes with a capital anywhere; they open no header.
    """
    words = line.split()
    if not 2 <= len(words) <= _MOST_HEADER_WORDS or not _CAPITALISED.fullmatch(words[0]):
        return None
    ellipsis = [cut for cut in range(1, len(words)) if words[cut - 1].endswith(("…", "..."))]
    if len(ellipsis) == 1 and columns_of(" ".join(words[ellipsis[0] :]), names) == 1:
        return Header(*_cut(words, ellipsis[0]), True)
    for known in (names, ()):
        opening = [cut for cut in range(1, len(words)) if _opens(words[cut], known)]
        if len(opening) == 1:
            left, right = _cut(words, opening[0])
            return Header(left, right, is_right(right) or (is_left(left) and not known))
    return None


def find_glue(line: str) -> str:
    """``areaWhat`` in ``Readiness areaWhat to review``; empty where no headers are glued."""
    for glued in re.finditer(r"(?<=[a-z…?])(?=[A-Z][a-z])", line):
        left, right = line[: glued.start()], line[glued.start() :]
        if is_left(left) or is_right(right):
            return f"{left.split()[-1]}{right.split()[0]}"
    return ""


def _opens(word: str, names: Collection[str]) -> bool:
    return _CAPITALISED.fullmatch(word) is not None and word.strip('“"(…?.:,)') not in names


def _cut(words: list[str], cut: int) -> tuple[str, str]:
    return " ".join(words[:cut]), " ".join(words[cut:])
