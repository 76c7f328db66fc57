"""Admonitions of site generators: each is a block of its own, as a quote is; it knows no form.

``!!! note`` with an indented body becomes a callout, line by line. The lines that open and close
``:::note``, ``{% hint %}`` or ``{note}`` behind a fence become lines across the page, and the
blocks between them a quote. No line is moved, and no column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.sources.block_tree import Lines, Node
from generator.sources.properties import BEFORE, after_fence, begins_row, end_of_line


class Fold(NamedTuple):
    """A container with a title: the lines that begin and end it, from 1."""

    first: int
    last: int
    title: str


class Admonitions(NamedTuple):
    """A page with each admonition in marks of Markdown, and the titles of those between two lines,
    which no mark of it has."""

    text: str
    folds: tuple[Fold, ...]


def read_admonitions(text: str) -> Admonitions:
    """The page with each admonition in marks of Markdown, and the titles that are in none."""
    folds: list[Fold] = []
    if _has_any(_INDENTING_SIGNS, text) and _MAY_INDENT.search(text):
        text = "".join(_quoted(text))
    if _has_any(_SIGNS, text) and _MAY_CONTAIN.search(text):
        text = "".join(_ruled(text, folds))
    return Admonitions(text, tuple(sorted(folds)))


def _has_any(signs: Mapping[str, Sequence[str]], text: str) -> bool:
    """Whether one of the signs is in a text; to look for one character takes no time."""
    return any(
        character in text and any(sign in text for sign in own) for character, own in signs.items()
    )


# What the lines around an admonition hold, by a character of it, for a look that is quick.
_INDENTING_SIGNS = {"!": ("!!!",), "?": ("???",), "=": ("===",)}
_SIGNS = {":": (":::",), "/": ("///",), "{": ("```{", "~~~{", "{%", "{{<")}


# --- those whose body is indented -------------------------------------------------------------

_MAY_INDENT = lazy_regex(r"^[ ]*(?:!!!|\?\?\?|===[!+]?[ ]+\")", re.MULTILINE)
_ADMONITION = lazy_regex(
    r"(?P<before>[ ]*)(?P<mark>!!!|\?\?\?\+?|===[!+]?(?=[ ]+\"))[ ]+(?=[\w\"])"
    r"(?P<kind>\w[\w-]{0,39})?(?P<classes>(?:[ ]+[\w-]+)*(?=[ ]+\"))?(?P<title>.*)"
)
_QUOTED = lazy_regex(r"\"(?P<title>.*)\"")
_BODY = 4  # columns by which it is indented
_BEGINS_ITEM = lazy_regex(r"[ \t]*(?:[-*+]|\d{1,9}[.)]|:)[ \t]")
_BODY_BELOW = lazy_regex(r"(?:[ \t]*\n)?(?P<indent>[ \t]*)\S")


def _quoted(text: str) -> Iterator[str]:
    """The page with each admonition as a callout: ``>`` stands in the place of an indentation."""
    bases: list[int] = []  # the columns at which the open admonitions begin
    blank: list[str] = []  # lines that wait for what is below them
    fence, fence_depth = "", 0
    may_be_item = False  # an indented line may go on with one
    for start, line in _lines(text):
        if not line.strip():
            blank.append(line)
            continue
        indent = _column(line)
        while bases and indent < bases[-1] + _BODY:
            bases.pop()
        if len(bases) < fence_depth:  # the code ends with what it stands in
            fence, fence_depth = "", 0
        yield from (_in_quotes(each, bases) for each in blank)
        blank.clear()
        own = indent - (bases[-1] + _BODY if bases else 0)
        if own < _BODY:
            may_be_item = bool(_BEGINS_ITEM.match(line[indent - own :])) or (
                may_be_item and own > 0
            )
        was_code = bool(fence)
        fence, is_code = after_fence(line.rstrip("\n"), fence)
        if is_code and not was_code:
            fence_depth = len(bases)
        found = None if is_code else _ADMONITION.fullmatch(line.rstrip("\n"))
        is_one = (
            found is not None
            and len(bases) < _DEEPEST
            and (own < _BODY or may_be_item)
            and _has_body(text, start + len(line), indent + _BODY)
        )
        if found and is_one:
            line = _as_callout(found) + "\n"
        yield _in_quotes(line, bases)
        if is_one:
            bases.append(indent)
            may_be_item = False
    yield from blank


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while start < len(text):
        end = end_of_line(text, start)
        yield start, text[start:end]
        start = end


def _column(line: str) -> int:
    """The column, from 0, of the first character that is no blank."""
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(_BODY))


def _has_body(text: str, start: int, least: int) -> bool:
    """Whether the first line below that is not blank is indented by so many columns."""
    body = _BODY_BELOW.match(text, start)
    return body is not None and len(body["indent"].expandtabs(_BODY)) >= least


def _in_quotes(line: str, bases: Sequence[int]) -> str:
    """A line of a body with ``>`` in the columns at which its admonitions begin."""
    if not bases:
        return line
    if not line.strip():
        return "".join(">".rjust(b - a) for a, b in zip([-1, *bases], bases, strict=False)) + "\n"
    marked, place, column = [], 0, 0
    for base in bases:
        while column + (width := _BODY - column % _BODY if line[place] == "\t" else 1) <= base:
            marked.append(line[place])
            place, column = place + 1, column + width
        marked.append(">")
        place, column = place + 1, column + width
    return "".join(marked) + line[place:]


def _as_callout(found: re.Match[str]) -> str:
    """``!!! note "Title"`` as ``>[!note]  Title``; a tab has no kind."""
    sign = "+" if found["mark"] == "???+" else ""
    callout = f"{found['before']}>[!{found['kind'] or '-'}]{sign}"
    begin = found.end("classes") if found["classes"] else found.start("title")
    title = _QUOTED.sub(r" \g<title> ", found.string[begin:])
    return callout + (" " * begin + title)[len(callout) :]


# --- those between two lines ------------------------------------------------------------------

_NAMES = (
    "admonition|note|tip|hint|info|important|caution|attention|warning|danger|error|success|alert"
    "|seealso|notice|callout|margin|sidebar|card|details|dropdown|expand|spoiler|solution|answer"
)
_COLONS = r"(?P<colons>:{3,})[ \t]*(?P<of_colons>[\w{\[].*(?<!:))?"
_SLASHES = rf"(?P<slashes>/{{3,}})[ \t]*(?P<of_slashes>(?:{_NAMES})[ \t]*(?:\|.*)?)?"
_DIRECTIVE = rf"(?P<fence>`{{3,}}|~{{3,}})\{{(?P<of_fence>(?:{_NAMES})\}}.*)"
_SHORTCODE = (
    r"(?:\{\{[%<]|\{%-?)[ \t]*(?P<ends>/[ \t]*|end)?"
    rf"(?P<of_shortcode>(?:{_NAMES})\b[^{{}}]*)(?<!/)(?:[%>]\}}\}}|%\}})"
)
_MAY_CONTAIN = lazy_regex(
    rf"^{BEFORE}(?:{_COLONS}|{_SLASHES}|{_DIRECTIVE}|{_SHORTCODE})", re.MULTILINE
)
_CONTAINER = lazy_regex(
    rf"(?P<before>{BEFORE})(?:{_COLONS}|{_SLASHES}|{_DIRECTIVE}|{_SHORTCODE})[ \t]*"
)
_END_OF_FENCE = lazy_regex(rf"(?P<before>{BEFORE})(?P<fence>`{{3,}}|~{{3,}})[ \t]*")
_OPTION = lazy_regex(rf"(?P<before>{BEFORE}):[\w-]+:(?:[ \t].*)?")
# What belongs to a question or an answer above it: the lines around it are nothing, then.
_BELONGS = lazy_regex(
    r"details|dropdown|expand|collaps|spoiler|toggle|hidden|answer|solution|explanation|question"
    r"|exercise|problem|quiz|faq",
    re.IGNORECASE,
)
_ANSWER_BELOW = lazy_regex(
    rf"(?:[ \t>]*\n)*{BEFORE}(?:\*\*|__|\*|_)?A(?:nswer)?(?:[ ]?\d{{1,4}})?(?:\*\*|__|\*|_)?[:：]"
)
# Lines across the page, for the parser; nobody writes the first one so.
_OPENS, _CLOSES = "__ _", "___"
_DEEPEST = 20  # inside each other


class _Container(NamedTuple):
    """What is open: the character and the length of its mark, or the name of a shortcode; whether
    its lines are lines across the page; its title, and the line that it begins in."""

    mark: str
    length: int
    is_block: bool
    title: str
    first: int = 0


def _ruled(text: str, folds: list[Fold]) -> Iterator[str]:
    """The page with the lines around each container as lines across it, or as blank ones; what has
    a title goes to ``folds``."""
    containers: list[_Container] = []
    fence, above, is_html, takes_options = "", "", False, False
    for number, (start, line) in enumerate(_lines(text), 1):
        bare = line.rstrip("\n")
        is_blank = not bare.strip(" \t>")
        is_html = not is_blank and (is_html or bare.lstrip(" \t>").startswith("<"))
        found = border = None
        if not fence:
            found = _CONTAINER.fullmatch(bare) or _end_of_fence(bare, containers)
        # Between two rows a blank line would end their table.
        is_in_table = above.lstrip(" \t>").startswith("|") and begins_row(text, start + len(line))
        count = len(containers)
        if found and not is_in_table:
            ended: list[_Container] = []
            border = _border(found, containers, ended, text, start + len(line), is_html)
            if len(containers) > count:
                containers[-1] = containers[-1]._replace(first=number)
            folds += [Fold(each.first, number, each.title) for each in ended if each.title]
        if found and border is not None:
            line = _filled(found["before"], border, line)
            is_html = is_html and bool(border)
            takes_options = len(containers) > count
        else:
            fence, is_code = after_fence(bare, fence)
            option = _OPTION.fullmatch(bare) if takes_options and not is_code else None
            takes_options = option is not None
            if option:
                line = _filled(option["before"], "", line)
        yield line
        above = bare


def _border(
    found: re.Match[str],
    containers: list[_Container],
    ended: list[_Container],
    text: str,
    below: int,
    is_html: bool,
) -> str | None:
    """What a line becomes that begins or ends a container: a line across the page, or a blank one;
    None where it is text. What ends moves to ``ended``."""
    if new := _opened(found, text, below):
        # To HTML a blank line is its end, and a line across the page is not.
        is_block = new.is_block and not is_html and len(containers) < _DEEPEST
        containers.append(new._replace(is_block=is_block))
        return _OPENS if is_block else ""
    place = _closed(found, containers)
    if place is None:
        return "" if found.groupdict().get("colons") else None
    ended += containers[place:]
    del containers[place:]
    return _CLOSES if ended[0].is_block and not is_html else ""


def _filled(before: str, mark: str, line: str) -> str:
    bare = line.rstrip("\n")
    return (before + mark).ljust(len(bare)) + line[len(bare) :]


def _opened(found: re.Match[str], text: str, below: int) -> _Container | None:
    """The container that begins with a line; None where one ends."""
    words = found.groupdict()
    kinds = ("of_colons", "of_slashes", "of_fence", "of_shortcode")
    what = next((words[kind] for kind in kinds if words.get(kind)), "")
    if not what or words["ends"]:
        return None
    belongs = _BELONGS.search(what) or _ANSWER_BELOW.match(text, below)
    mark = _mark(words)
    name = mark[0] if mark else _name(what)
    return _Container(name, len(mark), not belongs, _title(what))


_KIND = lazy_regex(r"\{?[\w-]+\}?|(?=\[)|\{")
_TITLE = lazy_regex(
    r"""\b(?:title|summary|label|text|header)[ ]?=[ ]?(?P<sign>["'])(?P<named>.*?)(?P=sign)
    |^\[(?P<bracket>.*)\] | ^["“](?P<quoted>.*?)["”] | ^(?P<bare>[^={}"]+)""",
    re.VERBOSE,
)


def _title(what: str) -> str:
    """The title in the first line of a container; that of an answer may be none but its kind."""
    kind = _KIND.match(what)
    rest = what[kind.end() :].strip(" \t|") if kind else what
    found = _TITLE.search(rest)
    title = (
        next(filter(None, found.group("named", "bracket", "quoted", "bare")), "") if found else ""
    )
    is_answer = kind is not None and kind[0].casefold() in ("answer", "solution", "success")
    return title.strip() or ("answer" if is_answer else "")


def _mark(words: Mapping[str, str | None]) -> str:
    """The colons, slashes or backticks around a container; a shortcode has none."""
    return words.get("colons") or words.get("slashes") or words.get("fence") or ""


def _name(shortcode: str) -> str:
    return re.split(r"\W", shortcode, maxsplit=1)[0]


def _end_of_fence(line: str, containers: Sequence[_Container]) -> re.Match[str] | None:
    """The line that ends the innermost container, where that is behind a fence."""
    found = _END_OF_FENCE.fullmatch(line) if containers and containers[-1].mark in "`~" else None
    fits = found and found["fence"].startswith(containers[-1].mark * containers[-1].length)
    return found if fits else None


def _closed(found: re.Match[str], containers: Sequence[_Container]) -> int | None:
    """The place of the container that ends with a line; None where none does."""
    words = found.groupdict()
    mark = _mark(words)
    name = mark[0] if mark else _name(words["of_shortcode"])
    for place in range(len(containers) - 1, -1, -1):
        if containers[place].mark == name and containers[place].length <= len(mark):
            return place
    return None


def opens_container(node_line: str) -> bool:
    """Whether a line of the page is the first one of a container."""
    return node_line.rstrip().endswith(_OPENS)


def in_quotes(nodes: list[Node], lines: Lines) -> list[Node]:
    """The blocks, with those between the two lines of a container as a quote."""
    return _grouped(nodes, lines) if _OPENS in lines.text else nodes


def _grouped(nodes: Sequence[Node], lines: Lines) -> list[Node]:
    opened: list[Node] = []
    blocks: list[list[Node]] = [[]]  # those outside, then those of each that is open
    for node in nodes:
        if node.inside:
            node.inside = _grouped(node.inside, lines)
        line = lines.line(node.line).rstrip() if node.type == "hr" else ""
        if line.endswith(_OPENS):
            opened.append(node)
            blocks.append([])
        elif line.endswith(_CLOSES) and opened:
            first, inside = opened.pop(), blocks.pop()
            quote = Node("blockquote", first.line, node.last, depth=first.depth, inside=inside)
            blocks[-1].append(quote)
        else:
            blocks[-1].append(node)
    for first, inside in zip(opened, blocks[1:], strict=True):  # whose end is nowhere
        blocks[0] += [first, *inside]
    return blocks[0]
