"""Finds the lines of other programs on a page, which are neither text nor headings.

``tags:: [[Cells]]`` is a property of Logseq's and Obsidian's; ``created: 2025-02-04`` above a line
of dashes is front matter that does not stand at the top, and to Markdown a heading. ``%%`` begins a
comment, as ``{::comment}`` does; ``{: .wide}`` and ``^id`` speak of the block above them. Nor is
what nobody sees at the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generator.core.lazy_regex import lazy_regex
from generator.markup.field_html import HINTS
from generator.sources.block_tree import Node

# Keys that those programs and their plugins write; another word may be a term and its meaning.
_KEYS = (
    r"tags?|alias(?:es)?|title|type|id|collapsed|public|template|template-including-parent|icon"
    r"|created(?:-at)?|updated(?:-at)?|date|author|source|url|status|deck|parent|up|related"
    r"|background-color|heading|file(?:-path)?|exclude-from-graph-view|filters|logseq\.[\w.-]+"
    r"|(?:card|query|hl|ls|ever|doing|done|todo|now|later)-[\w-]+"
)
_PROPERTY = lazy_regex(
    rf"^(?P<before>[ \t>]*(?:[-*+][ \t]+)?)(?:{_KEYS})::(?:[ \t].*)?$"
    # Below the first line of a block of Logseq each key is one.
    r"|^(?:[ ]{2,}|\t+)[a-z][\w-]*::[ \t].*$",
    re.M,
)
# At the top of a page all such lines are properties.
_TOP = lazy_regex(r"\s*(?:(?:-[ \t]+)?[^\W\d_][\w/.-]*::(?:[ \t].*)?(?:\n|\Z))+")
_TOP_LINE = lazy_regex(r"^(?P<before>[ \t]*(?:-[ \t]+)?)[^\W\d_][\w/.-]*::(?:[ \t].*)?$", re.M)

# A question above its answer is named elsewhere.
_KEY_LINE = lazy_regex(r"(?!(?:question|answer|[qa]):)[^\W\d_][\w-]*::?(?: .*)?", re.IGNORECASE)
# Alone it may be a heading, such as "Lesson: cells".
_SMALL_KEY_LINE = lazy_regex(r"(?![qa]:)[a-z][\w-]*::?(?: .*)?")
_ROW = lazy_regex(r"\|.*|[^|]*\S \| \S.*")


def without_properties(text: str) -> str:
    """The page with blanks in the place of its properties, so that no offset changes."""
    if "::" not in text:
        return text
    if top := _TOP.match(text):
        text = _TOP_LINE.sub(_blanked, top[0]) + text[top.end() :]
    if not _PROPERTY.search(text):
        return text
    # In code they are text, as everything there.
    lines = (line if is_code else _PROPERTY.sub(_blanked, line) for line, is_code in _lines(text))
    return "\n".join(lines)


def _blanked(line: re.Match[str]) -> str:
    return (line["before"] or "").ljust(len(line[0]))


# --- what nobody sees at the ends of lines and cells ------------------------------------------

# Of copied answers the link to a source; websites link so from a heading to its own place.
_EMPTY_LINK = lazy_regex(
    rf"(?<![!\\])\[[ {HINTS}]*\]\((?:https?://|\#)(?:[^()\s]|\([^()\s]*\))*(?:[ \t]+\"[^\"]*\")?\)"
)
_BLANKS = f" \t{HINTS}"


def without_unseen_ends(text: str) -> str:
    """The page with blanks in the place of hints for line breaks, and of links without text, at the
    ends of lines and cells; no offset changes."""
    has_hints = not text.isascii() and any(hint in text for hint in HINTS)
    if not has_hints and "[](" not in text:
        return text
    lines = _lines(text)
    return "\n".join(line if is_code else _without_unseen(line) for line, is_code in lines)


def _without_unseen(line: str) -> str:
    start = len(line) - len(line.lstrip(_BLANKS))
    line = _HINT.sub(" ", line[:start]) + line[start:]
    return "|".join(map(_without_unseen_end, line.split("|")))


def _without_unseen_end(part: str) -> str:
    """A cell, or a line without pipes, with blanks at its end only."""
    end = len(part)
    while end:
        link = part.rfind("[", 0, end) if part[end - 1] == ")" else -1
        if part[end - 1] in _BLANKS:
            end -= 1
        elif link >= 0 and _EMPTY_LINK.fullmatch(part, link, end):
            end = link
        else:
            break
    return part[:end].ljust(len(part))


_HINT = lazy_regex(f"[{HINTS}]")


# --- tags -------------------------------------------------------------------------------------

# As Obsidian has it: not in code or an address, and with something in it that is no digit.
_TAG = lazy_regex(r"(?<!\S)#(?=[\d/-]*[^\W\d])(?P<tag>[\w/-]+)")
_NO_TEXT = lazy_regex(
    r"(?<!`)(?P<ticks>`++).+?(?<!`)(?P=ticks)(?!`)|<!--.*?-->|%%[^%]*%%", re.DOTALL
)


def tags_in(text: str) -> tuple[str, ...]:
    """The tags in a page's text, ``#cell/wall``, each once; none of its code."""
    if "#" not in text:
        return ()
    lines = ("" if is_code else line for line, is_code in _lines(text))
    found = _TAG.finditer(_NO_TEXT.sub("", "\n".join(lines)))
    return tuple(dict.fromkeys(match["tag"] for match in found))


# --- marks that stand on lines of their own ---------------------------------------------------

BEFORE = r"[ \t>]*(?:[-*+][ \t]+)?"
_MAY_MARK = lazy_regex(rf"\n{BEFORE}(?:%%|\{{:|\^[\w-])")
_FENCE = lazy_regex(rf"{BEFORE}(?P<fence>`{{3,}}|~{{3,}})")
_MARK_LINE = lazy_regex(
    rf"(?P<before>{BEFORE})(?:"
    r"\{:[ \t]*(?:[.#]|[\w-]+=|:?(?:no_)?toc\b)[^{}]*\}"  # kramdown's attributes of a block
    r"|\^[A-Za-z0-9][A-Za-z0-9-]+"  # Obsidian's name of a block
    r"|%%(?!%)(?:[^%]|%(?!%))*%%"
    r")[ \t]*"
)
_COMMENT_BEGINS = lazy_regex(rf"{BEFORE}%%(?!.*%%)")
# kramdown's own comments, as blocks and within a line.
_KRAMDOWN = "{::comment}"
_KRAMDOWN_BEGINS = lazy_regex(rf"{BEFORE}\{{::comment\}}[ \t]*")
_KRAMDOWN_ENDS = lazy_regex(r"^[ \t>]*\{:/(?:comment)?\}[ \t]*$", re.MULTILINE)
_KRAMDOWN_SPAN = lazy_regex(r"\{::comment\}(?:[^{\n]|\{(?!:/|::comment))*\{:/(?:comment)?\}")


def without_marks(text: str) -> str:
    """The page with blanks in the place of lines that only other programs read, and of comments in
    ``%%`` and ``{::comment}``; no offset changes."""
    if not _MAY_MARK.search(f"\n{text}") and _KRAMDOWN not in text:
        return text
    return "".join(_without_marks(text))


def _without_marks(text: str) -> Iterator[str]:
    at, fence, above = 0, "", ""
    may_close = True  # a comment of kramdown, somewhere below
    while at < len(text):
        line = text[at : end_of_line(text, at)]
        bare = line.rstrip("\n")
        end = at + len(line)
        fence, is_code = after_fence(bare, fence)
        if is_code:
            pass
        elif _COMMENT_BEGINS.match(bare) and (closed := _comment_end(text, end)):
            line, end = _blank(text[at:closed]), closed
        elif _KRAMDOWN in line:
            begins = may_close and _KRAMDOWN_BEGINS.fullmatch(bare)
            mark_below = _KRAMDOWN_ENDS.search(text, end) if begins else None
            if mark_below:
                end = end_of_line(text, mark_below.start())
                line = _blank(text[at:end])
            else:
                may_close = may_close and not begins
                line = _KRAMDOWN_SPAN.sub(lambda span: " " * len(span[0]), line)
        # Between two rows a blank line would end their table.
        elif (mark := _MARK_LINE.fullmatch(bare)) and not (
            above.lstrip(" \t>").startswith("|") and begins_row(text, end)
        ):
            line = mark["before"].ljust(len(bare)) + line[len(bare) :]
        yield line
        at, above = end, bare


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of a page without their ends, and whether each is of code between fences."""
    fence = ""
    for line in text.split("\n"):
        fence, is_code = after_fence(line, fence)
        yield line, is_code


def after_fence(line: str, fence: str) -> tuple[str, bool]:
    """The fence of the code that goes on below a line, and whether the line is of code."""
    found = _FENCE.match(line)
    if fence:
        is_closed = found and found["fence"].startswith(fence) and not line[found.end() :].strip()
        return "" if is_closed else fence, True
    if found and not (found["fence"][0] == "`" and "`" in line[found.end() :]):
        return found["fence"], True
    return "", False


def end_of_line(text: str, start: int) -> int:
    """The offset behind the end of the line that an offset is in."""
    end = text.find("\n", start)
    return len(text) if end < 0 else end + 1


def _comment_end(text: str, start: int) -> int:
    """Where the line ends that closes a comment; 0 where none does."""
    mark = text.find("%%", start)
    end = end_of_line(text, mark)
    return end if mark >= 0 and not text[mark + 2 : end].strip() else 0


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def begins_row(text: str, start: int) -> bool:
    """Whether a line that begins at an offset begins as a row does that has a pipe in front."""
    return text[start : end_of_line(text, start)].lstrip(" \t>").startswith("|")


def as_text(node: Node) -> Node:
    """The block itself; what only a line of dashes below makes a heading of, as a paragraph."""
    if node.type != "heading" or node.last == node.line:
        return node
    lines = [line.strip() for line in node.text.split("\n")]
    key_line = _KEY_LINE if len(lines) > 1 else _SMALL_KEY_LINE
    if all(map(key_line.fullmatch, lines)) or _ROW.fullmatch(lines[-1]):
        return replace(node, type="paragraph", rank=0)
    return node
