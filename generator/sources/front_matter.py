"""Cuts front matter out of a page's text; what is in it is not read here.

Between two lines of dashes may stand text, too: only lines of ``key: value`` are front matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from generator.core.diagnostics import (
    LONG_FRONT_MATTER,
    MISPLACED_FRONT_MATTER,
    OPEN_FRONT_MATTER,
    Diagnostic,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import FrontMatter, Position
from generator.settings.front_matter_keys import KNOWN_KEYS
from generator.settings.values import PAGE_KEYS

# Characters. YAML takes some seconds for a million of them.
MOST_YAML_CHARACTERS = 100_000

NO_FRONT_MATTER = FrontMatter()

_DASHES = lazy_regex(r"---[ \t]*\n")
# What is nearly an opening line: what a card says must not depend on such a slip.
_NEARLY_DASHES = lazy_regex(r"(?P<indent> {1,3})?(?P<fence>-{3,}|\+\+\+)[ \t]*\n")
_CLOSING = lazy_regex(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_OPEN_KEY = lazy_regex(r"([A-Za-z][\w-]*):(?:[ \t]|$)", re.MULTILINE)

_QUOTED = r"""(?:"[^"\n]{1,60}"|'[^'\n]{1,60}')"""
_BARE = r"""[^\s#{}\[\],&*!|>'"%@`?:-][^:\n|]{0,60}"""
_KEY = lazy_regex(rf"(?:{_QUOTED}|<<|{_BARE})[ \t]*:(?:[ \t]|$)")
_TOML_KEY = lazy_regex(r"""[ \t]*(?:"[^"\n]*"|'[^'\n]*'|[\w.-]+)[ \t]*=|[ \t]*\[\[?[^\]\n]+\]""")
_WORD_KEY = lazy_regex(r""" {0,3}(["']?)([\w.-]+)\1[ \t]*[:=](?:[ \t]|$)""")
# A key of ours whose colon touches its value is a slip, not a text.
_GLUED_KEY = lazy_regex(rf"(?:{'|'.join(PAGE_KEYS)}):\S")
_FLOW = lazy_regex(r"\{\s*(?:[\"'\w]|$)")
_COMMENT_OF_KEY = lazy_regex(r"#[ \t]*[\w-]+:")


class _Found(NamedTuple):
    """Where front matter lies: its fences from ``start`` to ``end``, and its text inside."""

    start: int
    first: int
    last: int
    end: int
    is_toml: bool = False
    wrong: str = ""
    help: str = ""


def cut_front_matter(
    text: str, file: str, diagnostics: list[Diagnostic]
) -> tuple[FrontMatter, str]:
    """The page's front matter, and the page with blanks in its place, so that no offset changes."""
    found = _at_the_top(text) or _nearly_at_the_top(text)
    if not found:
        opening = _DASHES.match(text)
        begun = opening and _OPEN_KEY.match(text, opening.end())
        # Lines of dashes further down close nothing that has text in it.
        is_known = begun and begun[1].casefold() in _KNOWN
        if opening and begun and (is_known or not _CLOSING.search(text, opening.end())):
            diagnostics.append(OPEN_FRONT_MATTER.at(Position(file, 1, 1)))
        return NO_FRONT_MATTER, text
    line = text.count("\n", 0, found.start) + 1
    if found.wrong:
        where = Position(file, line, 1)
        words = {"wrong": found.wrong, "help": found.help}
        diagnostics.append(MISPLACED_FRONT_MATTER.at(where, **words))
    front = text[found.first : found.last]
    if len(front) > MOST_YAML_CHARACTERS:
        where = Position(file, line, 1)
        diagnostics.append(LONG_FRONT_MATTER.at(where, most=MOST_YAML_CHARACTERS))
        front = ""
    blank = re.sub(r"[^\n]+", lambda part: " " * len(part[0]), text[found.start : found.end])
    rest = text[: found.start] + blank + text[found.end :]
    return FrontMatter(front, line + 1, found.is_toml), rest


def _at_the_top(text: str) -> _Found | None:
    """Front matter as every tool reads it."""
    opening = _DASHES.match(text)
    closing = opening and _CLOSING.search(text, opening.end())
    if not opening or not closing or not _is_front_matter(text[opening.end() : closing.start()]):
        return None
    return _Found(0, opening.end(), closing.start(), closing.end())


def _is_front_matter(text: str) -> bool:
    """Whether this is lines of ``key: value``, sound or not, or nothing at all."""
    keys, others, is_first, after_blank = 0, 0, True, False
    for line in _lines(text):
        if not line or line.isspace():
            after_blank = True
            continue
        if line.startswith("#"):
            if is_first and not _COMMENT_OF_KEY.match(line):
                others += 1
            continue
        if _KEY.match(line) or _GLUED_KEY.match(line) or (is_first and _begins_indented(line)):
            keys += 1
        elif is_first:
            return False
        elif line[0] not in " \t-]}":
            others += 1
            if after_blank:
                return False
        is_first, after_blank = False, False
    # A comment above the first key is one; alone it is a heading.
    return keys >= others if keys else not others


def _begins_indented(line: str) -> bool:
    key = _WORD_KEY.match(line.lstrip())
    return bool(_FLOW.match(line) or (key and key[2].casefold() in _KNOWN))


def _nearly_at_the_top(text: str) -> _Found | None:
    """What is surely front matter, though something keeps other tools from reading it."""
    start = _after_blanks_and_comments(text)
    opening = _NEARLY_DASHES.match(text, start)
    if not opening:
        return None
    fence, is_toml = opening["fence"], opening["fence"] == "+++"
    pattern = rf"^ {{0,3}}{re.escape(fence)}[ \t]*$"
    closing = re.compile(pattern, re.MULTILINE).search(text, opening.end())
    if not closing or not _is_surely(text[opening.end() : closing.start()], is_toml):
        return None
    above = text[:start].strip(" \n\t\ufeff")
    faults = (
        (is_toml, "it is TOML", "write --- instead of +++, and 'key: value' in each line"),
        (len(fence) > 3, f"its fence is {fence[:10]}", "write --- above and below it"),
        (bool(opening["indent"]), "its fence is indented", "delete the spaces before ---"),
        (bool(above), "a comment stands above it", "move --- to the first line of the page"),
        (start > 0, "it does not begin in the first line", "delete what is above ---"),
    )
    wrong, advice = next(((wrong, advice) for holds, wrong, advice in faults if holds), ("", ""))
    if not wrong:
        return None
    return _Found(start, opening.end(), closing.start(), closing.end(), is_toml, wrong, advice)


def _is_surely(text: str, is_toml: bool) -> bool:
    """Whether each line is one of front matter, and one of the keys is known to be one."""
    is_known, is_first = False, True
    for line in _lines(text):
        if not line or line.isspace() or line.startswith("#"):
            continue
        body = line.strip()
        if key := _WORD_KEY.match(line):
            is_known = is_known or key[2].casefold() in _KNOWN
        elif is_toml and _TOML_KEY.match(line):
            pass
        elif is_first or (line[0] not in " \t-]}" and not is_toml) or body.startswith("|"):
            return False
        is_first = False
    return is_known


_KNOWN = frozenset(key.casefold() for key in (*PAGE_KEYS, *KNOWN_KEYS))


def _after_blanks_and_comments(text: str) -> int:
    """Where the first line begins that is neither blank nor of a comment."""
    start = 0
    while True:
        blank = _BLANK.match(text, start)
        end = blank.end() if blank else start
        breaks = (text.rfind(mark, start, end) + 1 for mark in "\n\ufeff")
        start = max(start, *breaks)
        comment = _COMMENT.match(text, start)
        end = text.find("-->", comment.end()) if comment else -1
        line_end = text.find("\n", end)
        if end < 0 or line_end < 0 or text[end + 3 : line_end].strip():
            return start
        start = line_end + 1


_BLANK = lazy_regex(r"[ \t\n\ufeff]*")
_COMMENT = lazy_regex(r" {0,3}<!--")


def _lines(text: str) -> Iterator[str]:
    """The lines; a text that ends in a line break has none after it."""
    return iter(text.removesuffix("\n").split("\n"))
