"""A line of the notes for a terminal, with a caret below it; nothing in it is obeyed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position

_TAB = "    "
_CUT = "…"
# Control characters, what turns the direction of the text around it, and ends of lines.
_OBEYED = lazy_regex("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def inert(text: str) -> str:
    """``text`` as one line that no terminal acts on: its control characters as pictures."""
    return _OBEYED.sub(lambda found: _picture(found[0]), text)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


class Excerpts:
    """The lines that positions are in. ``texts`` are the files' texts by path, as far as known;
    ``width`` is that of the terminal, in columns."""

    def __init__(self, texts: Mapping[str, str], width: int = 80) -> None:
        self._texts = texts
        self._width = width
        self._lines: dict[str, list[str]] = {}

    def at(self, position: Position) -> tuple[str, str] | None:
        """The line with its number in front, and the caret below; None where there is no such line.

        A line that is too long is cut around the caret.
        """
        file, number, column = position
        if file not in self._lines:
            text = self._texts.get(file, "")
            self._lines[file] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines = self._lines[file]
        if not 0 < number <= len(lines) or not lines[number - 1].strip():
            return None
        # The bar keeps a line of the notes from being one of what is printed: a build service
        # acts on lines that begin with "::".
        gutter = f"  {number} │ "
        before, after = _cut(lines[number - 1], column - 1, max(self._width - len(gutter) - 1, 8))
        under = " " * (len(gutter) - 2) + "│ " + " " * _columns(before)
        return f"{gutter}{before}{after}".rstrip(), f"{under}^"


def _cut(line: str, index: int, room: int) -> tuple[str, str]:
    """What is shown before and from ``index`` on, in at most ``room`` columns together."""
    # No character is shown by more than these many others, so the rest of a huge line is not read.
    far = 8 * room
    before, after = _shown(line[max(index - far, 0) : index]), _shown(line[index : index + far])
    width = _columns(before) + _columns(after)
    if width <= room:
        return before, after
    # A third of the room for what led there, more where little follows.
    behind = min(_columns(after), room - min(_columns(before), room // 3))
    kept = before
    if _columns(before) > room - behind:
        kept = _CUT + _last(before, room - behind - 1)
    if _columns(after) > behind:
        after = _first(after, behind - 1) + _CUT
    return kept, after


def _shown(text: str) -> str:
    return inert(text.replace("\t", _TAB))


def _first(text: str, columns: int) -> str:
    for end, character in enumerate(text):
        columns -= _width_of(character)
        if columns < 0:
            return text[:end]
    return text


def _last(text: str, columns: int) -> str:
    start = len(text)
    while start and (columns := columns - _width_of(text[start - 1])) >= 0:
        start -= 1
    # What is put onto the character before it cannot stand alone.
    while start < len(text) and _width_of(text[start]) == 0:
        start += 1
    return text[start:]


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_width_of, text))


def _width_of(character: str) -> int:
    """How many columns of a terminal a character takes: 0, 1 or 2."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"} or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
