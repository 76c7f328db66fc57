"""Finds what is folded in HTML: the title of ``<details>``, and the blocks up to its end; it knows
no form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.sources.block_tree import Lines, Node
from generator.sources.lists import LISTS

_TITLE = lazy_regex(
    r"<details\b[^<>]*>\s*<summary\b[^<>]*>(?P<title>(?:(?!</?summary\b|<details\b).)*)</summary\s*>",
    re.IGNORECASE | re.DOTALL,
)
_STYLE = r"(?:b|strong|i|em|u|p|div|span|font|h[1-6])"
# Around the blocks: tags that say how they look, and the end. That may be the last line of a
# paragraph or of an item, where such a tag stands in front of it.
_BEGIN = lazy_regex(rf"(?:\s|<br\s*/?>|<{_STYLE}\b[^<>]*>)*", re.IGNORECASE)
_END = lazy_regex(rf"(?:\s|<br\s*/?>|</{_STYLE}\s*>)*</details\s*>\s*", re.IGNORECASE)
_LAZY_END = lazy_regex(rf"\n(?:</{_STYLE}\s*>)+</details\s*>\s*\Z", re.IGNORECASE)
_STYLE_TAG = lazy_regex(rf"</?{_STYLE}\b[^<>]*>", re.IGNORECASE)
_BREAK = lazy_regex(r"<br\s*/?>", re.IGNORECASE)
_CODE_TAG = lazy_regex(r"</?code\b[^<>]*>", re.IGNORECASE)


class HtmlFold(NamedTuple):
    """What is folded: its title; the blocks of the page in it, and the same without its end, where
    a paragraph has that; and the block that ends it, if there is one."""

    title: Cell
    blocks: tuple[Node, ...]
    inside: tuple[Node, ...]
    end: tuple[Node, ...]


def fold_titles(text: str) -> Iterator[str]:
    """The titles of all folds in a text."""
    return (_title_text(found["title"]) for found in _TITLE.finditer(text))


def html_fold(siblings: Sequence[Node], place: int, lines: Lines) -> HtmlFold | None:
    """The fold that begins in a block of HTML and has blocks of Markdown in it; none where its
    first block has text of it, or where a heading, HTML or another fold stands in it."""
    node = siblings[place]
    found = _TITLE.match(node.content.lstrip()) if node.type == "html_block" else None
    if found is None or not _BEGIN.fullmatch(found.string, found.end()):
        return None
    blocks: list[Node] = []
    for below in map(siblings.__getitem__, range(place + 1, len(siblings))):
        # To the parser a line that begins with the end of a style is text.
        is_html = below.type in ("html_block", "paragraph")
        if is_html and blocks and _END.fullmatch(below.content or below.text):
            return HtmlFold(_title(node, found, lines), (*blocks,), (*blocks,), (below,))
        if below.type in ("html_block", "heading"):
            return None
        blocks.append(below)
        if last := _without_end(below):
            inside = (*blocks[:-1], last)
            return HtmlFold(_title(node, found, lines), (*blocks,), inside, ())
    return None


def _without_end(node: Node) -> Node | None:
    """A paragraph, or a list whose last item ends with one, without the end of a fold below its
    last line; None where there is none."""
    if node.type == "paragraph":
        end = _LAZY_END.search(node.text) if "</details" in node.text else None
        return replace(node, text=node.text[: end.start()]) if end else None
    last = node.inside[-1] if node.type in (*LISTS, "list_item") and node.inside else None
    cut = _without_end(last) if last else None
    return replace(node, inside=[*node.inside[:-1], cut]) if cut else None


def _title(node: Node, found: re.Match[str], lines: Lines) -> Cell:
    end = lines.starts[node.last] if node.last < len(lines.starts) else len(lines.text)
    offset = lines.text.find(found["title"], lines.starts[node.line - 1], end)
    where = lines.place(offset) if offset >= 0 else (node.line, 1)  # in a quote it has other marks
    return Cell(_title_text(found["title"]), *where)


def _title_text(html: str) -> str:
    text = _BREAK.sub(" ", _CODE_TAG.sub("`", _STYLE_TAG.sub("", html)))
    return " ".join(text.split())
