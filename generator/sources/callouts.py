"""Obsidian's callouts: quotes whose first line names what they are, ``> [!kind] title``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.sources.block_tree import Lines, Node, without_break

# [!note], [!NOTE|wide]-
MARK = lazy_regex(r"\[!(?P<kind>[^\]|\n]{1,40})(?:\|[^\]\n]*)?\][+-]?[ \t]*")
_FIRST_LINE = lazy_regex(rf"{MARK.pattern}(?P<title>[^\n]*)")


class Callout(NamedTuple):
    """A callout: its kind in small letters, its title, the text below it in the same paragraph,
    which may be empty, and the blocks below that."""

    kind: str
    title: Cell
    text: Cell
    below: tuple[Node, ...]

    def own_text(self) -> list[Cell]:
        """The text, unless it is empty."""
        return [self.text] if self.text.text else []


def callout(node: Node, lines: Lines) -> Callout | None:
    """The callout that a quote is, if it is one."""
    first = node.inside[0] if node.type == "blockquote" and node.inside else None
    found = _FIRST_LINE.match(first.text) if first and first.type == "paragraph" else None
    if first is None or found is None:
        return None
    title = lines.cell(first, *found.span("title"))
    return Callout(
        found["kind"].strip().casefold(),
        title,
        lines.cell(first, found.end())
        if found.end() < len(first.text)
        else title._replace(text=""),
        tuple(node.inside[1:]),
    )


def without_callout_mark(nodes: Sequence[Node]) -> Sequence[Node]:
    """The blocks of a quote; of a callout, ``[!note] Title``, its title and what is below that as
    paragraphs of their own."""
    first = nodes[0] if nodes else None
    if first and first.type == "dl" and (mark := MARK.match(first.inside[0].text)):
        term = replace(first.inside[0], text=first.inside[0].text[mark.end() :])
        return [replace(first, inside=[term, *first.inside[1:]]), *nodes[1:]]
    mark = MARK.match(first.text) if first and first.type == "paragraph" else None
    if first is None or mark is None:
        return nodes
    title, _, text = first.text.partition("\n")
    title = without_break(first.text, mark.end(), max(len(title), mark.end()))
    parts = [replace(first, text=title, last=first.line)] if title.strip() else []
    parts += [replace(first, text=text, line=first.line + 1)] if text.strip() else []
    return [*parts, *nodes[1:]]
