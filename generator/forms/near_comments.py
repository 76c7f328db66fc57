"""Finds comments that are nearly ours, and so do nothing; it says what to write instead.

A comment in plain words that begins like one of ours, "cards are made below", is nothing to name:
what follows must be what ours take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from generator.core.diagnostics import CODES, IDLE_COMMENT, NEAR_COMMENT, Diagnostic, excerpt
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position
from generator.forms.comment_words import SKIP, WORDS
from generator.markup.inline import comments
from generator.settings.values import read_comments
from generator.sources.block_tree import Lines, Node, is_comment
from generator.sources.cells import MOST_CHARACTERS

_MOST = 200  # characters of a comment; ours are short
# What every comment of ours, and every one that is nearly ours, begins with.
MAY_BE_OURS = lazy_regex(r"<!--[-\s!]*(?:[ck]\w{2,5}|i\w{4,7}|same)\b", re.IGNORECASE)
_COMMENT = lazy_regex(rf"<!--(?!-?>)(?:(?!-->).){{1,{_MOST}}}-->", re.DOTALL)
_PARTS = lazy_regex(
    r"(?P<head>same[ _-]?as|[a-z]+)(?P<mark>\s*[:=]\s*|[\s;.,–—-]+)(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_WORD = lazy_regex(r"[^\s,;]+")


def near_comments(nodes: Sequence[Node], lines: Lines, file: str) -> list[Diagnostic]:
    """A warning for each comment of a page that is nearly ours; in code there is none."""
    if "<!--" not in lines.text or not MAY_BE_OURS.search(lines.text):
        return []
    found = []
    for comment, offset, is_alone in _comments(nodes, lines):
        where = Position(file, *lines.place(offset))
        if not is_alone and _speaks_for_nothing(comment):
            found.append(IDLE_COMMENT.at(where))
        elif meant := what_was_meant(comment, is_alone):
            shown = excerpt(" ".join(comment.split()))
            found.append(NEAR_COMMENT.at(where, comment=shown, meant=meant))
    return found


def what_was_meant(comment: str, is_alone: bool = True) -> str:
    """What to write for a comment that is nearly ours; an empty text for any other, and for ours.

    It ``is_alone`` where it stands on lines of its own, else in a text or a cell.
    """
    body = comment.removeprefix("<!--").removesuffix("-->")
    parts = _PARTS.fullmatch(body.strip("-! \t\n"))
    if not parts or any(
        ours.pattern.match(body) for ours in _OURS if ours.works_alone or not is_alone
    ):
        return ""
    head = re.sub("[ _-]", "", parts["head"].casefold())
    words = _WORD.findall(parts["rest"])
    is_marked = parts["mark"].strip() in (":", "=")
    for ours in _OURS:
        is_head = head == ours.head or (is_marked and _is_like(head, ours.head))
        if is_head and (meant := ours.meant(words)):
            return meant
    return ""


def _speaks_for_nothing(comment: str) -> bool:
    """Whether a cards comment in a text or a cell says what only one above a table or a list does;
    there `skip` alone says something."""
    words = read_comments(comment, 1)
    return any(word.text != SKIP for word in words)


def _is_like(head: str, other: str) -> bool:
    from difflib import SequenceMatcher  # only what is misspelt pays for it

    return SequenceMatcher(None, head, other).ratio() >= 0.8


# --- what each of ours takes ------------------------------------------------------------------


def _cards(words: Sequence[str]) -> str:
    known = [word.casefold() for word in words]
    return f"<!-- cards: {' '.join(known)} -->" if set(known) <= set(WORDS) else ""


def _ignore(words: Sequence[str]) -> str:
    codes = [word.upper() for word in words if word.upper() in CODES]
    return f"<!-- ignore: {', '.join(codes)} -->" if words[0].upper() in codes else ""


_KEY = lazy_regex(r"new|(?=.*[2-7])[a-z2-7]{4,16}|[a-z2-7]{16}")


def _same_as(words: Sequence[str]) -> str:
    key = words[0].rstrip(".…")
    is_key = len(words) == 1 and _KEY.fullmatch(key)
    return f"<!-- same-as: {key} --> in a cell of the row, or behind the question" if is_key else ""


class _Ours(NamedTuple):
    """A comment of ours: what it begins with, without what parts its words; how it is recognised,
    and whether so on lines of its own; what it would be with these words, if they fit."""

    head: str
    pattern: re.Pattern[str]
    meant: Callable[[Sequence[str]], str]
    works_alone: bool = True


_OURS = (
    _Ours("cards", lazy_regex(r"\s*cards\s*:", re.IGNORECASE), _cards),
    _Ours("ignore", lazy_regex(r"\s*ignore\s*:", re.IGNORECASE), _ignore),
    _Ours("sameas", lazy_regex(r"\s*same-as:"), _same_as, works_alone=False),
)


# --- where comments stand ---------------------------------------------------------------------


def _comments(nodes: Sequence[Node], lines: Lines) -> Iterator[tuple[str, int, bool]]:
    """Each comment with its offset, and whether it stands on lines of its own."""
    for node in nodes:
        if is_comment(node):
            start, end = _span(node.line, node.last, lines)
            for found in _COMMENT.finditer(lines.text, start, end):
                yield found[0], found.start(), True
        elif node.type == "table":
            for line in range(node.line, node.last + 1):
                yield from _inside(*_span(line, line, lines), lines)
        elif node.text:
            yield from _inside(*_span(node.line, node.last, lines), lines)
        yield from _comments(node.inside, lines)


def _inside(start: int, end: int, lines: Lines) -> Iterator[tuple[str, int, bool]]:
    """The comments in a text, but for those in code."""
    text = lines.text[start:end]
    if len(text) > MOST_CHARACTERS or not MAY_BE_OURS.search(text):
        return
    at = 0
    for comment in comments(text):
        if (place := text.find(comment, at)) >= 0:
            yield comment, start + place, False
            at = place + len(comment)


def _span(first: int, last: int, lines: Lines) -> tuple[int, int]:
    """The offsets of lines: where the first starts, where the last ends."""
    end = lines.starts[last] if last < len(lines.starts) else len(lines.text)
    return lines.starts[first - 1], end
