"""Obsidian's callouts: quotes whose first line names what they are, ``> [!kind] title``."""

from __future__ import annotations

import re
from typing import NamedTuple

from generator.model import Cell
from generator.sources.block_tree import Lines, Node

_FIRST_LINE = re.compile(
    r"\[!(?P<kind>[^\]|\n]{1,40})(?:\|[^\]\n]*)?\][+-]?[ \t]*(?P<title>[^\n]*)"
)


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
