"""Counts the paragraphs, lists and blocks of code of a page by how its lines begin.

That is nearly what a parser counts, at a small part of the time: enough for a report on pages of
which nothing becomes a card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.core.lazy_regex import lazy_regex
from generator.settings.values import Settings
from generator.sources.block_tree import heading_text
from generator.sources.bold_terms import bold_item, has_bold, is_definition, repeated_terms
from generator.sources.html_folds import fold_titles
from generator.sources.questions import asks

_LINE = lazy_regex(
    r"""^(?P<indent>[ \t>]*)
    (?: (?P<fence>`{3,}|~{3,})
      | (?P<heading>\#{1,6}(?:[ \t]|$))
      | (?P<rule>(?:[-*_][ \t]*){3,}$|={2,}[ \t]*$)
      | (?P<item>(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$))
      | (?P<html><[A-Za-z/!])
      | (?P<text>\S)
      | (?P<blank>$) )""",
    re.VERBOSE,
)
_TAGS = lazy_regex(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)
_TAB = 4  # columns
_CODE = 4  # columns that make code of a line


def has_html_text(html: str) -> bool:
    """Whether there is text in HTML besides its tags and comments."""
    return bool(_TAGS.sub("", html).strip())


def count_blocks(text: str) -> tuple[int, int, int]:
    """How many paragraphs that stand in no list, how many lists, and how many blocks of code."""
    prose = lists = code = 0
    fence = ""
    above = ""  # what the line above is part of
    in_comment = list_is_in_quote = False
    # Of the lists that are open: where their items begin, in columns, and by which mark.
    items: list[tuple[int, str]] = []
    for line in text.split("\n"):
        found = _LINE.match(line)
        kind = (found and found.lastgroup) or "text"
        if fence:
            if kind == "fence" and found and found["fence"].startswith(fence):
                fence, above = "", ""
            continue
        if in_comment or (kind == "html" and line.lstrip(" \t>").startswith("<!--")):
            in_comment, above = "-->" not in line, ""
            continue
        if kind == "blank":
            above = "blank" if above not in ("html", "tags") else ""
            continue
        indent = len(found["indent"].expandtabs(_TAB)) if found else 0
        if items and (kind == "fence" or (kind != "item" and above in ("", "blank"))):
            is_quote = line[:1] == ">" and not list_is_in_quote
            if is_quote or indent <= items[0][0]:
                items.clear()
        if not items and kind != "fence" and indent >= _CODE and above in ("", "blank", "code"):
            code += above != "code"
            above = "code"
        elif kind == "fence" and found:
            fence = found["fence"]
            code += 1
            above = ""
        elif kind == "item" and found:
            mark = found["item"].strip()[-1]
            while items and items[-1][0] > indent + 1:
                items.pop()
            if items and indent <= items[-1][0] + 1 and items[-1][1] != mark:
                items.pop()
            list_is_in_quote = line[:1] == ">" if not items else list_is_in_quote
            if not items or indent > items[-1][0] + 1:
                items.append((indent, mark))
                lists += 1
            above = "item"
        elif (kind == "html" and above in ("", "blank")) or above == "tags":
            above = "html" if not items and has_html_text(line) else "tags"
            prose += above == "html"
        elif kind in ("heading", "rule"):
            if kind == "heading":
                items.clear()
            elif above == "text" and not items and line.strip(" \t-=") == "":
                prose -= 1  # it was a heading
            above = ""
        elif above in ("", "blank"):
            prose += not items
            above = "text"
    return prose, lists, code


_FENCED = lazy_regex(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)
_COMMENT = lazy_regex(r"^[ \t>]*<!--.*?(?:-->|\Z)", re.MULTILINE | re.DOTALL)
_BOLD_ITEM = lazy_regex(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+(?P<text>(?:\*\*|__)\S[^\n]*)"
    r"(?P<nested>\n[ \t]+(?:[-*+]|\d{1,9}[.)])[ \t]+(?!\*\*|__)\S)?",
    re.MULTILINE,
)
_ASKING = lazy_regex(
    r"^#{1,6}[ \t]+(?P<text>[^\n]*[?？؟][^\n]*)\n\s*(?![#|>~<]|```)\S", re.MULTILINE
)


_ASKING_CALLOUT = lazy_regex(
    r"^[ \t]*>[ \t]*\[!(?:question|faq|help)\][+-]?[ \t]*(?P<text>[^\n]*[?？؟][ \t*_]*)\n[ \t]*>",
    re.MULTILINE | re.IGNORECASE,
)


def count_candidates(text: str, settings: Settings) -> tuple[int, int, int]:
    """How many items of lists look like definitions with a bold term, how many headings ask and
    have text below, and how many callouts and folds ask: where they are not read as such."""
    plain = _FENCED.sub("", text) if "```" in text or "~~~" in text else text
    plain = _COMMENT.sub("", plain) if "<!--" in plain else plain
    return (
        _count_definitions(plain) if settings.definitions == "off" and has_bold(plain) else 0,
        0
        if "headings" in settings.questions
        else sum(asks(heading_text(match["text"])) for match in _ASKING.finditer(plain)),
        0 if "callouts" in settings.questions else sum(map(asks, _titles(plain))),
    )


def _titles(text: str) -> Iterator[str]:
    """The titles of callouts that may ask, and of folds."""
    if "[!" in text:
        yield from (match["text"] for match in _ASKING_CALLOUT.finditer(text))
    if "<summary" in text:
        yield from fold_titles(text)


def _count_definitions(text: str) -> int:
    found = (
        (item, match["nested"])
        for match in _BOLD_ITEM.finditer(text)
        if (item := bold_item(match["text"]))
    )
    items = [item for item, nested in found if item.meaning or nested]
    labels = repeated_terms(items)
    return sum(is_definition(item, labels) for item in items)
