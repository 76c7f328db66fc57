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
from generator.sources.leftovers import lines_with
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
    blocks = _Blocks()
    fence = ""
    in_comment = False
    for line in text.split("\n"):
        found = _LINE.match(line)
        kind = (found and found.lastgroup) or "text"
        if fence:
            if kind == "fence" and found and found["fence"].startswith(fence):
                fence = ""
        elif in_comment or (kind == "html" and line.lstrip(" \t>").startswith("<!--")):
            in_comment = "-->" not in line
            blocks.above = ""
        elif kind == "blank":
            blocks.add_blank()
        else:
            blocks.add(line, kind, found)
            fence = found["fence"] if found and kind == "fence" else ""
    return blocks.prose, blocks.lists, blocks.code


class _Blocks:
    """The blocks of a page as its lines are added; ``above`` is what the last one is part of."""

    def __init__(self) -> None:
        self.prose = self.lists = self.code = 0
        self.above = ""
        # Of the lists that are open: where their items begin, in columns, and by which mark.
        self._items: list[tuple[int, str]] = []
        self._list_is_in_quote = False

    def add_blank(self) -> None:
        """Add a blank line."""
        self.above = "blank" if self.above not in ("html", "tags") else ""

    def add(self, line: str, kind: str, found: re.Match[str] | None) -> None:
        """Add a line that is not blank and stands in no fence and no comment."""
        indent = len(found["indent"].expandtabs(_TAB)) if found else 0
        is_apart = self.above in ("", "blank")
        if self._items and (kind == "fence" or (kind != "item" and is_apart)):
            self._leave_list(line, indent)
        if kind == "fence":
            self.code += 1
            self.above = ""
        elif not self._items and indent >= _CODE and (is_apart or self.above == "code"):
            self.code += self.above != "code"
            self.above = "code"
        elif kind == "item" and found:
            self._add_item(line, indent, found["item"].strip()[-1])
        elif (kind == "html" and is_apart) or self.above == "tags":
            has_text = not self._items and has_html_text(line)
            self.prose += has_text
            self.above = "html" if has_text else "tags"
        elif kind == "heading":
            self._items.clear()
            self.above = ""
        elif kind == "rule":
            is_underline = self.above == "text" and not line.strip(" \t-=")
            self.prose -= is_underline and not self._items  # it was a heading
            self.above = ""
        elif is_apart:
            self.prose += not self._items
            self.above = "text"

    def _leave_list(self, line: str, indent: int) -> None:
        is_quote = line[:1] == ">" and not self._list_is_in_quote
        if is_quote or indent <= self._items[0][0]:
            self._items.clear()

    def _add_item(self, line: str, indent: int, mark: str) -> None:
        items = self._items
        while items and items[-1][0] > indent + 1:
            items.pop()
        if items and indent <= items[-1][0] + 1 and items[-1][1] != mark:
            items.pop()
        if not items:
            self._list_is_in_quote = line[:1] == ">"
        if not items or indent > items[-1][0] + 1:
            items.append((indent, mark))
            self.lists += 1
        self.above = "item"


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


# With something nested that is no option.
_ASKING_ITEM = lazy_regex(
    r"^(?P<indent>[ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?P<text>[^\n]*[?？؟][^\n]*)\n(?:[ \t]*\n)*"
    r"(?P=indent)[ \t]+(?:[-*+]|\d{1,9}[.)])?[ \t]*(?!\[[ xX]\]|\(?[A-Da-d][.)])\S",
    re.MULTILINE,
)
# What other programs make cards of, in a line: "question?::answer", " :: " and " >> " between them.
_FOREIGN_PAIR = lazy_regex(
    r"[ \t]*(?:[-*+][ \t]+)?(?:[^\n`|:]*(?:[?？][ \t]*:{2,3}[ \t]*|[^\s`|:]:::)(?=[^\s:])"
    r"|[^\s`|:#>][^\n`|:]*[ \t]:{2,3}[ \t](?=\S))"
    r"|[ \t]*[-*+][ \t]+[^\n`|>]*\S[ \t]>>>?(?:[ \t]|$)"
)
# And around lines: "?" or "%" on a line between them, START, a heading for each side.
_FOREIGN_MARK = lazy_regex(
    r"^(?:(?<=\S\n)\?{1,2}[ \t]*\n(?=\S)|%[ \t]*$|START[ \t]*$"
    r"|\#{1,6}[ \t]+(?:Front|Vorderseite|Frente|Recto)[ \t]*$)",
    re.MULTILINE,
)
_MAY_BE_MARKS = "\n?", "\n%", "\nSTART", "Front", "Vorderseite", "Frente", "Recto"
_MAY_BE_FOREIGN = "::", ">>", "#card", "#flashcard", *_MAY_BE_MARKS


# "#card" behind what does not ask: what does is counted as an item.
_TAGGED = lazy_regex(
    r"^[^\n`?？{=]*[^\s?？{=][ \t]+#(?:flash)?card(?:-\w+)?(?:[ \t]+#[^\s#]+)*[ \t]*$", re.MULTILINE
)
# "the first one::its answer"; names in programs have colons, too.
_BARE_PAIR = lazy_regex(
    r"[ \t]*(?:[-*+][ \t]+)?[^\W_][^\n`|:;()]*[ ][^\n`|:;()]*[^\s?？:]::(?=[^\s:])[^\n:;()`]*$"
)
_FEWEST_BARE = 3


def count_candidates(text: str, settings: Settings) -> tuple[int, int, int, int, int]:
    """How many items of lists look like definitions with a bold term, how many headings ask and
    have text below, how many callouts and folds ask, how many items, and how many cards are written
    for other programs: where they are not read as such."""
    plain = _plain(text)
    return (
        _count_definitions(plain) if settings.definitions == "off" and has_bold(plain) else 0,
        0
        if "headings" in settings.questions
        else sum(asks(heading_text(match["text"])) for match in _ASKING.finditer(plain)),
        0 if "callouts" in settings.questions else sum(map(asks, _titles(plain))),
        0 if "items" in settings.questions else sum(map(asks, _asking_items(plain))),
        _count_foreign_cards(plain, settings),
    )


def count_foreign_cards(text: str, settings: Settings) -> int:
    """How many cards on a page are written as other programs read them."""
    whole = f"\n{text}"
    is_likely = any(sign in whole for sign in _MAY_BE_FOREIGN)
    return _count_foreign_cards(_plain(text), settings) if is_likely else 0


def _count_foreign_cards(plain: str, settings: Settings) -> int:
    pairs = lines_with(("::", ">>"), plain)
    count = sum(_FOREIGN_PAIR.match(plain, *line) is not None for line in pairs)
    text = f"\n{plain}"
    if any(sign in text for sign in _MAY_BE_MARKS):  # as on few pages
        count += len(_FOREIGN_MARK.findall(plain))
    if "items" not in settings.questions and any(tag in plain for tag in ("#card", "#flashcard")):
        count += len(_TAGGED.findall(plain))
    bare = sum(_BARE_PAIR.match(plain, *line) is not None for line in lines_with(("::",), plain))
    return count + (bare if bare >= _FEWEST_BARE else 0)


def _asking_items(plain: str) -> Iterator[str]:
    """The first lines of items that end with a question and have something below."""
    done = 0
    for start, _ in lines_with("?？؟", plain):
        if start >= done and (found := _ASKING_ITEM.match(plain, start)):
            done = found.end()
            yield found["text"]


def _plain(text: str) -> str:
    """A page without code in fences and without comments."""
    text = _FENCED.sub("", text) if "```" in text or "~~~" in text else text
    return _COMMENT.sub("", text) if "<!--" in text else text


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
