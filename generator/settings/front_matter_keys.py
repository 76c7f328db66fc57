"""Front matter as values: YAML or TOML becomes keys with their places; it knows no setting.

Front matter belongs to a person's other tools, too, so there is a list of what they write in it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import FrontMatter
from generator.settings.toml_keys import load_toml

# Keys that one or another of the tools people keep notes with reads: Obsidian and its plugins,
# Logseq, Jekyll, Hugo, Docusaurus, MkDocs, GitHub Docs, Quarto, Zettlr, spaced repetition.
KNOWN_KEYS = frozenset(
    """
    abstract alias aliases author authors banner bib bibliography canonical card categories
    category citekey class classes collection color comments completed cover created csl
    cssclass cssclasses custom_edit_url date date-created date-modified datePublished
    date_created date_modified dates description difficulty disabled display draft due
    edited excalidraw-plugin excerpt expirydate featured format header hide
    hide_table_of_contents hide_title icon id image images index kanban-plugin keywords kind
    label labels language languages last-updated last_modified_at last_update lastmod layout
    level license lines link links linktitle list locale location long markup math mathjax
    menu menus modified name nav nav_order navigation order outputs pagination_next
    pagination_prev parent permalink position priority private project publish publishdate
    published rating redirect_from redirect_to related render resources review rights robots
    save_as section sequence series sidebar sidebar_label sidebar_position sitemap slug sort
    source sr-due sr-ease sr-interval stage status style subject subtitle summary tab tabs
    tag template themes thumbnail toc topics translationKey type uid unlisted up updated uri
    urls uuid version versions video weight year zotero
    """.split()
)


class Parsed(NamedTuple):
    """The values of front matter, where each key stands in it, and keys that stand there again."""

    values: Mapping[str, object]
    offsets: Mapping[str, int]
    again: tuple[tuple[str, int], ...] = ()


class Broken(NamedTuple):
    """Why front matter cannot be read, where in its text, and what to write instead."""

    offset: int
    reason: str
    advice: str


def parse(front: FrontMatter) -> Parsed | Broken:
    """The values of front matter: every scalar as the text that stands there, null as nothing."""
    return _parse_toml(front.text) if front.is_toml else _parse_yaml(front.text)


# --- TOML -------------------------------------------------------------------------------------


def _parse_toml(text: str) -> Parsed | Broken:
    try:
        values, found = load_toml(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        offset = len(text)
        if place:
            lines = text.split("\n")[: int(place[1]) - 1]
            offset = sum(len(line) + 1 for line in lines) + int(place[2]) - 1
        reason = re.sub(r" \(at .*\)", "", str(error))
        return Broken(min(offset, len(text)), reason, 'write key = "value" there')
    except (RecursionError, ValueError):  # Python reads no number of thousands of digits
        return Broken(0, "it is nested too deep, or a number in it is too long", _DELETE)
    offsets = {key: found.get((key,), 0) for key in values}
    return Parsed({key: _as_text(value) for key, value in values.items()}, offsets)


def _as_text(value: object) -> object:
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_text(each) for key, each in value.items()}
    if isinstance(value, int):
        # In decimal digits Python writes no number of thousands of them.
        return hex(value) if value.bit_length() > _MOST_BITS else str(value).lower()
    return str(value)


_MOST_BITS = 10_000


# --- YAML -------------------------------------------------------------------------------------


def _parse_yaml(text: str) -> Parsed | Broken:
    if not text.strip():
        return Parsed({}, {})
    if _brackets_deep(text) > _DEEPEST:  # at each word YAML looks at all that are open
        return Broken(0, "it is nested too deep", _DELETE)
    found = _load_yaml(text)
    if isinstance(found, Broken) and (match := _DECK_WITHOUT_END.search(text)):
        # To YAML the last colon begins another value; to a person this is the name of a deck.
        start, end = match.span(1)
        mended = _load_yaml(f'{text[:start]}"{text[start:end]}"{text[end:]}')
        if isinstance(mended, Parsed):
            offsets = {key: at - 2 * (at > end) for key, at in mended.offsets.items()}
            again = tuple((key, at - 2 * (at > end)) for key, at in mended.again)
            return Parsed(mended.values, offsets, again)
    if isinstance(found, Parsed):
        return found
    return found._replace(advice=_advice(text, found))


_DEEPEST = 100


def _brackets_deep(text: str) -> int:
    """How many brackets and braces are open at most."""
    deep = deepest = 0
    for bracket in _BRACKET.findall(text):
        deep = deep + 1 if bracket in "[{" else max(deep - 1, 0)
        deepest = max(deepest, deep)
    return deepest


_BRACKET = lazy_regex(r"[\[\]{}]")
_DECK_WITHOUT_END = lazy_regex(r"^[\w-]+:[ \t]+(\w[^\n\"\\#]*::)[ \t]*$", re.MULTILINE)


def _load_yaml(text: str) -> Parsed | Broken:
    """The values; where they cannot be read, without advice."""
    import yaml  # only pages with front matter pay for it

    try:
        # Every value is text here: 2024, no and 1:30 mean what stands there, no tag is obeyed, and
        # merge keys, which can grow without bounds, are keys like others.
        loader = yaml.BaseLoader(text)
        node = loader.get_single_node()
        values: Any = {}
        if isinstance(node, yaml.MappingNode):
            _empty_nulls(node)
        if node:
            values = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.context in _BEGUN_EARLIER else error.problem_mark
        problem = error.problem or "it is not YAML"
        reasons = (words for start, words in _REASONS if problem.startswith(start))
        return Broken(mark.index if mark else 0, next(reasons, problem), "")
    except yaml.reader.ReaderError as error:
        character = f"U+{ord(text[error.position]):04X}"
        return Broken(error.position, f"{character} may not stand here", "")
    except RecursionError:
        return Broken(0, "it is nested too deep", "")
    if not isinstance(values, dict):
        return Broken(0, "front matter is a list of 'key: value' lines", "")
    offsets: dict[str, int] = {}
    again = []
    for key, _ in node.value if node else ():
        if key.value in offsets:
            again.append((key.value, key.start_mark.index))
        else:
            offsets[key.value] = key.start_mark.index
    return Parsed(values, offsets, tuple(again))


def _empty_nulls(node: Any) -> None:
    """Make an empty text of what is null to YAML: other tools write it for what is not set."""
    for _, value in node.value:
        if value.id == "scalar" and value.style is None and value.value in _NULLS:
            value.value = ""


_NULLS = ("~", "null", "Null", "NULL")
# The parser finds these faults further down than where they are to be mended.
_BEGUN_EARLIER = (
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    "while scanning a simple key",
)
# What the parser says, and what a person understands.
_REASONS = (
    ("mapping values are not allowed", "a second colon stands in this value"),
    ("found unhashable key", "a value that begins with a brace is no text"),
    ("found character '\\t'", "a tab stands where only spaces may stand"),
    ("found unexpected end of stream", "nothing closes this quote"),
    ("expected ',' or ']'", "nothing closes this bracket"),
    ("expected ',' or '}'", "nothing closes this brace"),
    ("expected the node content", "a bracket or a brace is open, and # begins a comment"),
    ("could not find expected ':'", "this line is no 'key: value'"),
    ("expected <block end>", "something stands after the end of this value"),
    ("expected alphabetic or numeric", "a value that begins with * or & is no text"),
    ("found undefined alias", "a value that begins with * is no text"),
    ("found character", "a value cannot begin with this character"),
)

_DELETE = "write 'key: value' there, or delete the line"
_MOST_SHOWN = 60  # characters of a line that is to be typed
_MOST_MENDED = 10_000  # characters of front matter that is read again with a line mended
_VALUE = lazy_regex(r"([ \t]*(?:- +)?[^\s:#'\"\[{-][^:\n]*:[ \t]+|[ \t]*- +)(\S.*?)[ \t]*")
_GLUED = lazy_regex(r"([ \t]*[A-Za-z][\w-]*:)([^\s/].*)")


def _advice(text: str, broken: Broken) -> str:
    """What to write: a line with which front matter can be read, at least down to there."""
    if len(text) > _MOST_MENDED:
        return _DELETE
    start = text.rfind("\n", 0, broken.offset) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    above = text.rfind("\n", 0, max(start - 1, 0)) + 1
    for first, last in ((start, end), (above, max(start - 1, 0))):
        line = text[first:last]
        for words, better in _repairs(line):
            if _is_repaired(text[:first] + better + text[last:], start + len(better) - len(line)):
                shown = better.strip()
                return f"{words}: {shown}" if len(shown) <= _MOST_SHOWN else words
    return _DELETE


def _is_repaired(text: str, start: int) -> bool:
    """Whether it can be read, or the next fault stands below the line that begins at ``start``."""
    found = _load_yaml(text)
    return isinstance(found, Parsed) or "\n" in text[max(start, 0) : found.offset]


def _repairs(line: str) -> Iterator[tuple[str, str]]:
    """What a person may have meant by a line, each with words that say what is done."""
    body = line.lstrip(" \t")
    if "\t" in line[: len(line) - len(body)]:
        yield "write spaces instead of the tab", body
    if glued := _GLUED.fullmatch(line):
        yield "write a space after the colon", f"{glued[1]} {glued[2]}"
    if not (match := _VALUE.fullmatch(line)):
        return
    key, value = match.groups()
    if value.startswith("[") and "]" not in value:
        yield "close the bracket", f"{key}{value.rstrip(',')}]"
    if value.startswith("[") and "#" in value:
        yield "write tags without #", key + re.sub(r"(?<=[\[\s,])#", "", value)
    for quote in "\"'":
        if value.startswith(quote) and value.count(quote) == 1:
            yield "close the quote", f"{key}{value}{quote}"
    if not (value.startswith("[") and value.endswith("]")) or value.startswith("[["):
        yield "put the value in quotes", key + _quoted(value)


def _quoted(value: str) -> str:
    inner, mark = value[1:-1], value[0]
    first = inner.find(mark)
    # 'it's' is quoted already, 'a' or 'b' is not.
    is_quoted = inner.count(mark) % 2 == 1 or (first > 0 and inner[first - 1] == " ")
    if mark in "\"'" and value.endswith(mark) and is_quoted:
        value = inner
    if not re.search(r'["\\]', value):
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"
