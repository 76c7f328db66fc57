"""Finds the lines of other programs on a page: properties, which are neither text nor headings.

``tags:: [[Cells]]`` is Logseq's and Obsidian's; ``created: 2025-02-04`` above a line of dashes is
front matter that does not stand at the top, and to Markdown a heading.
"""

from __future__ import annotations

import re
from dataclasses import replace

from generator.sources.tree import Node

# Keys that those programs and their plugins write; another word may be a term and its meaning.
_KEYS = (
    r"tags?|alias(?:es)?|title|type|id|collapsed|public|template|template-including-parent|icon"
    r"|created(?:-at)?|updated(?:-at)?|date|author|source|url|status|deck|parent|up|related"
    r"|background-color|heading|file(?:-path)?|exclude-from-graph-view|filters|logseq\.[\w.-]+"
    r"|(?:card|query|hl|ls|ever|doing|done|todo|now|later)-[\w-]+"
)
_PROPERTY = re.compile(rf"^(?P<before>[ \t>]*(?:[-*+][ \t]+)?)(?:{_KEYS})::(?:[ \t].*)?$", re.M)
# At the top of a page all such lines are properties.
_TOP = re.compile(r"\s*(?:(?:-[ \t]+)?[^\W\d_][\w/.-]*::(?:[ \t].*)?(?:\n|\Z))+")
_TOP_LINE = re.compile(r"^(?P<before>[ \t]*(?:-[ \t]+)?)[^\W\d_][\w/.-]*::(?:[ \t].*)?$", re.M)

# A question above its answer is named elsewhere.
_KEY_LINE = re.compile(r"(?!(?:question|answer|[qa]):)[^\W\d_][\w-]*::?(?: .*)?", re.IGNORECASE)
# Alone it may be a heading, such as "Lesson: cells".
_SMALL_KEY_LINE = re.compile(r"(?![qa]:)[a-z][\w-]*::?(?: .*)?")
_ROW = re.compile(r"\|.*|[^|]*\S \| \S.*")


def without_properties(text: str) -> str:
    """The page with blanks in the place of its properties, so that no offset changes."""
    if "::" not in text:
        return text
    if top := _TOP.match(text):
        text = _TOP_LINE.sub(_blanked, top[0]) + text[top.end() :]
    return _PROPERTY.sub(_blanked, text)


def _blanked(line: re.Match[str]) -> str:
    return line["before"].ljust(len(line[0]))


def as_text(node: Node) -> Node:
    """The block itself; what only a line of dashes below makes a heading of, as a paragraph."""
    if node.type != "heading" or node.last == node.line:
        return node
    lines = [line.strip() for line in node.text.split("\n")]
    key_line = _KEY_LINE if len(lines) > 1 else _SMALL_KEY_LINE
    if all(map(key_line.fullmatch, lines)) or _ROW.fullmatch(lines[-1]):
        return replace(node, type="paragraph", rank=0)
    return node
