"""Marks and comments of Obsidian, Logseq, kramdown and the like, as rules for markdown-it-py.

Links between pages become their text, pictures are named by their file, comments, block ids and
attributes are left out. What shows another page is left out, too, and named. It knows no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from generator.core.lazy_regex import lazy_regex
from generator.markup.tokens import new_token, normalized

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# A blank behind the brackets is the shell's: [[ -f x ]]. With an address behind them, [[1]](url),
# they are a Markdown link.
_LINK = lazy_regex(r"\[\[(?!\s)(?P<target>[^\[\]\n|]*)(?:\|(?P<alias>[^\[\]\n]*))?\]\](?!\()")
_LABELLED = lazy_regex(r"\[(?P<label>[^\[\]\n]+)\]\(\[\[[^\[\]\n]+\]\]\)")
# In double brackets, but no page: attributes of C++, indices and matrices of numbers, classes of
# characters, [[:alpha:]].
_CODE = lazy_regex(
    r"(?:nodiscard|deprecated|likely|unlikely|noreturn|fallthrough|maybe_unused|assume"
    r"|no_unique_address|carries_dependency|[a-z]\w*::\w+)(?:\(.*\))?"
    r"|[+-]?\d{1,3}|-\d+(?:\.\d+)?|(?=[^,]*,)[\s\d.,;+-]+|\".*\"|'.*'|(?P<of>[:=.])[\w-]+(?P=of)"
)
# What a shell tests, [[$a == b]]. Behind a name, what may be a part of it, df[[column]]; behind
# brackets, x[[i]][[j]], only what is hardly a page.
_TEST = lazy_regex(r"\$[A-Za-z_{(]|-[a-z] |.*(?:[!=]=|=~|&&|[<>]=| [<>] | -(?:eq|ne|lt|le|gt|ge) )")
_PART = lazy_regex(r"[\w.]*|[A-Za-z_]+\(.*\)", re.ASCII)
_INDEX = lazy_regex(r"[A-Za-z_]?\w{0,2}|[a-z_]+\(.*\)")
_EMBED = lazy_regex(r"!\[\[(?P<target>[^\[\]\n|]+)(?:\|(?P<words>[^\[\]\n]*))?\]\]")
_FILE = lazy_regex(r"\.(?!(?:md|markdown|canvas|base|pdf|excalidraw)$)[A-Za-z]\w{1,4}$", re.I)

SOUND_ENDINGS = "mp3|ogg|oga|opus|m4a|wav|flac"
# As Anki writes a sound; in its collection the name has no folder.
_ANKI_SOUND = lazy_regex(r"\[sound:(?!https?:)(?P<target>[^\[\]\n|]+\.[A-Za-z0-9]{2,5})\](?!\()")

_MOST_PIXELS = 4_000
_SIZE = lazy_regex(r"(?P<width>\d{1,4})(?:x\d{1,4})?")
_SIZED_ALT = lazy_regex(rf"\|\s*{_SIZE.pattern}\s*$")
_SIZED_TARGET = lazy_regex(
    r"!\[(?P<alt>[^\[\]\n]*)\]\(\s*(?P<target>[^\s()<>]+)\s+=(?P<width>\d{1,4}%?)?x?\d{0,4}%?\s*\)"
)
# Attributes of kramdown and Pandoc; a size, also as Logseq has it: {:height 300, :width 500}.
_ATTRIBUTES = (
    r"(?:[.#][\w-]+|[\w-]+=(?:\"[^\"{}\n]*\"|'[^'{}\n]*'|[^\s{}\"',]+)"
    r"|:?(?:width|height)[ :]+\d[\w.%]*)"
)
_BRACES = lazy_regex(rf"\{{:?[ ]*{_ATTRIBUTES}(?:[ ,]+{_ATTRIBUTES}){{0,20}}[ ]*\}}")
_WIDTH = lazy_regex(r"(?<![\w-])width\s*[=:]?\s*[\"']?(?P<width>\d{1,4})(?:\.\d+)?(?P<unit>[\w%]*)")
_IMG = lazy_regex(
    r"<img(?P<attributes>\s(?:[^<>\n\"']|\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'){0,1000})>",
    re.IGNORECASE,
)
_ATTRIBUTE = lazy_regex(r"([A-Za-z-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+)")
_HARMLESS = frozenset("src alt width height style title class align id loading border".split())
_SCHEME = lazy_regex(r"(?!https?:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)

# "100%% of 50%%", "%%, 5%%" and "%%d" are no comments: blanks stand inside on both sides or on
# none, and no comment begins with a comma. Nor has one a quote at its beginning: "LIKE '%%foo%%'".
_COMMENT = lazy_regex(r"%%(?![%,.;:)\]}/|+*='\"])(?P<text>(?:[^%]|%(?!%))+)%%(?![%A-Za-z0-9])")
# As Obsidian makes ids, of hexadecimal digits; a word, which may be one, too, only where it follows
# a sentence: "^2" is a power, and "^main" may be a branch.
_ID = lazy_regex(r"\^(?P<id>[A-Za-z0-9-]{3,60})(?:(?P<end>\s*\Z)|(?=[ \t]*(?:\n|<br[ ]?/?>)))")
# One that a person chose, and no exponent: ^def1, ^quote-of-the-day, ^important.
_GIVEN_ID = lazy_regex(
    r"[A-Za-z]{2,}-?[0-9]{1,2}|[A-Za-z]+(?:-[A-Za-z0-9]+)+|[A-Za-z]{6,}", re.ASCII
)
_MADE_ID = lazy_regex(r"(?=[a-f]*\d)(?=\d*[a-f])[a-f0-9]{6}")
_SENTENCE_END = lazy_regex(r"[.!?…。！？][\"'”»)\]*_]*\s+\Z")
# kramdown's {: .class}, behind a block or right behind a link, emphasis or code. Nothing has to
# part two attributes, so each keeps what it took: there would be countless ways to cut them.
ATTRIBUTE_LIST = lazy_regex(
    r"\{:(?:\s*(?:[.#][\w-]++|[\w-]++=(?:\"[^\"{}]*\"|'[^'{}]*'|[^\s{}\"']++)))+\s*\}"
)
# What Logseq puts in the place of a macro, and of a reference to a block.
_MACRO = lazy_regex(
    r"\{\{(?:embed|query|renderer|video|youtube|tweet|twitter)\s[^{}]*"
    r"(?:\{[^{}]*\}[^{}]*)*\}\}"
)
_BLOCK = lazy_regex(r"\(\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)\)")

# What a site's generator would put something in the place of, and its components.
_SHORTCODE = lazy_regex(r"\{\{[<%][^{}]*[>%]\}\}|\{%[^{}%]*%\}")
_COMPONENT = lazy_regex(r"<[A-Z]\w*(?:\s[^<>]*=[^<>]*|[^<>]*/)>|</[A-Z]\w*>")
_COMPONENT_BEGINS = lazy_regex("</?[A-Z]")

_LEFT_OUT = "left_out"
_AROUND = ("alias_open", "alias_close")


class Size(NamedTuple):
    """What stands behind a picture about its size: the width, as HTML has it, and where it ends."""

    width: str
    end: int


def may_hold_marks(text: str) -> bool:
    """Whether a text that holds nothing else of Markdown may hold one of the marks."""
    return "%%" in text or "((" in text or "^" in text or "《" in text


def add_vault_marks(parser: MarkdownIt) -> None:
    """Teach a parser the rules."""
    rules = parser.inline.ruler
    rules.before("escape", "comment", _read_comment)
    rules.before("escape", "block_id", _read_block_id)
    rules.before("escape", "attributes", _read_attributes)
    rules.before("escape", "macro", _read_macro)
    rules.before("link", "wikilink", _read_wikilink)
    rules.before("link", "anki_sound", _read_anki_sound)
    rules.before("image", "embed", _read_embed)
    rules.before("image", "sized_picture", _read_sized_picture)
    rules.before("html_inline", "img", _read_img)


# --- links ------------------------------------------------------------------------------------


def _read_wikilink(state: StateInline, silent: bool) -> bool:
    """``[[page]]``, ``[[page#heading]]`` and ``[[page|text]]`` are their text; so is
    ``[text]([[page]])``."""
    found = _LINK.match(state.src, state.pos, state.posMax)
    if found and _is_page(found, state):
        target, alias = found["target"], found["alias"]
    else:
        found = _LABELLED.match(state.src, state.pos, state.posMax)
        if not found:
            return False
        target, alias = "", found["label"]
    if not silent:
        if alias and alias.strip():
            group = "alias" if "alias" in found.groupdict() else "label"
            _read_inside(state, *found.span(group))
        elif shown := _title_of(target):
            state.push("text", "", 0).content = shown
        else:
            _leave_out(state, found[0])
    state.pos = found.end()
    return True


def _is_page(found: re.Match[str], state: StateInline) -> bool:
    """Whether double brackets name a page: there are other uses for them in code."""
    target, before = found["target"], state.src[max(found.start() - 1, 0) : found.start()]
    if not target.strip() and not found["alias"]:
        return False
    if _TEST.match(target) or (found["alias"] or "").startswith("|"):
        return False
    if found["alias"] is not None:
        return True
    if _CODE.fullmatch(target):
        return False
    if before.isascii() and (before.isalnum() or before == "_"):
        return not _PART.fullmatch(target)
    if before in ("]", ")"):
        return not _INDEX.fullmatch(target)
    return state.env["references"].get(normalized(target)) is None


def _title_of(target: str) -> str:
    """A link's text where it has none of its own, as Obsidian shows it: ``page > heading``."""
    page, *headings = target.rstrip("\\").split("#")
    parts = [page, *(heading for heading in headings if not heading.startswith("^"))]
    return " > ".join(part.strip() for part in parts if part.strip())


def _read_inside(state: StateInline, start: int, end: int) -> None:
    """A part of the text as Markdown of its own: no mark in it pairs with one outside."""
    opening, closing = _AROUND
    state.push(opening, "", 1)
    pos_max, state.pos, state.posMax = state.posMax, start, end
    while state.posMax > start and state.src[state.posMax - 1] in " \\":
        state.posMax -= 1
    state.md.inline.tokenize(state)
    state.posMax = pos_max
    state.push(closing, "", -1)


# --- pictures ---------------------------------------------------------------------------------


def target_of(token: Token) -> str:
    """What a picture's token names where that is not an address; else an empty text."""
    return str(token.meta.get("target", ""))


def name_of(target: str) -> str:
    """A picture's own name without folders, the file's ending and brackets."""
    name = target.removeprefix("[[").removesuffix("]]").rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _read_embed(state: StateInline, silent: bool) -> bool:
    """``![[picture.png|200]]`` is a picture, ``![[page]]`` is left out."""
    found = _EMBED.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    target = found["target"].partition("#")[0].strip().rstrip("\\")
    if not silent:
        if _FILE.search(target):
            words = [word.strip() for word in (found["words"] or "").split("|")]
            sizes = [_sensible(size["width"]) for word in words if (size := _SIZE.fullmatch(word))]
            alt = " ".join(word for word in words if word and not _SIZE.fullmatch(word))
            _push_picture(state, f"[[{target}]]", alt, sizes[0] if sizes else "")
        else:
            _leave_out(state, found[0])
    state.pos = found.end()
    return True


def _read_anki_sound(state: StateInline, silent: bool) -> bool:
    """``[sound:hund.mp3]``, as a deck that was exported from Anki has it, is ``![[hund.mp3]]``."""
    found = _ANKI_SOUND.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        _push_picture(state, f"[[{found['target'].strip()}]]", "", "")
        token = state.tokens[-1]
        token.meta["is_link"] = True
        token.children = [new_token("text", found[0])]
    state.pos = found.end()
    return True


def _read_sized_picture(state: StateInline, silent: bool) -> bool:
    """``![text](picture.png =200x100)``: the size keeps it from being Markdown's picture."""
    found = _SIZED_TARGET.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        width = found["width"] or ""
        width = _sensible(width.rstrip("%"), "%" if width.endswith("%") else "")
        _push_picture(state, unquote(found["target"]), found["alt"], width)
    state.pos = found.end()
    return True


def _read_img(state: StateInline, silent: bool) -> bool:
    """``<img src="picture.png" width="200">``, as if it were written in Markdown."""
    found = _IMG.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    values = {
        name.lower(): unescape(value.strip("\"'"))
        for name, value in _ATTRIBUTE.findall(found["attributes"])
    }
    source = values.get("src", "")
    if not source.strip() or _SCHEME.match(source) or not values.keys() <= _HARMLESS:
        return False
    if not silent:
        width = f"width={values['width']}" if "width" in values else values.get("style", "")
        _push_picture(state, unquote(source.strip()), values.get("alt", ""), _width_in(width))
    state.pos = found.end()
    return True


def _push_picture(state: StateInline, target: str, alt: str, width: str) -> None:
    token = state.push("image", "img", 0)
    token.attrs = {"src": "", "alt": ""}
    token.meta = {"target": target, "width": width}
    text = new_token("text", alt)
    token.children, token.content = ([text] if alt else []), alt


def size_behind(text: str, start: int) -> Size | None:
    """What ``{width=50%}``, ``{: .right}`` or ``{:height 300, :width 500}`` says right behind a
    picture."""
    found = _BRACES.match(text, start)
    return Size(_width_in(found[0]), found.end()) if found else None


def take_size(token: Token) -> None:
    """Let ``![text|200](picture.png)`` be a picture with a width, described by its text alone."""
    size = _SIZED_ALT.search(token.content)
    last = token.children[-1] if token.children else None
    if size and last and last.type == "text" and last.content.endswith(size[0]):
        token.content = token.content[: size.start()]
        last.content = last.content[: -len(size[0])]
        token.meta["width"] = _sensible(size["width"])


def _width_in(text: str) -> str:
    """A width in pixels or percent, as HTML has it; an empty text where there is none."""
    found = _WIDTH.search(text)
    if not found or found["unit"] not in ("", "px", "%"):
        return ""
    return _sensible(found["width"], found["unit"].removeprefix("px"))


def _sensible(width: str, unit: str = "") -> str:
    """A width as HTML has it; an empty text where nothing, or only a part, would be seen."""
    most = 100 if unit else _MOST_PIXELS
    return f"{int(width)}{unit}" if width and 0 < int(width) <= most else ""


# --- what is not shown ------------------------------------------------------------------------


def _read_comment(state: StateInline, silent: bool) -> bool:
    """``%%a remark%%`` is for whoever reads the page."""
    found = comment_at(state.src, state.pos, state.posMax)
    if not found:
        return False
    state.pos = found.end()
    return True


def comment_at(text: str, start: int, end: int) -> re.Match[str] | None:
    """The ``%%…%%`` that begins at ``start``."""
    found = _COMMENT.match(text, start, end)
    if not found:
        return None
    inside, before = found["text"], text[max(start - 1, 0) : start]
    if inside[0].isspace() != inside[-1].isspace() or before in ("%", "\\", "'", '"'):
        return None
    if text[max(start - 2, 0) : start - 1] == "%":  # "%d%%"
        return None
    is_glued = before.isascii() and before.isalnum()
    return None if is_glued and (before.isdigit() or " " not in inside) else found


def _read_block_id(state: StateInline, silent: bool) -> bool:
    """``^37066d`` at the end of a text, or of a paragraph in it, names it for links."""
    end = _end_of_id(state.src, state.pos)
    if end is None or end > state.posMax:
        return False
    state.pos = end
    return True


def _end_of_id(text: str, start: int) -> int | None:
    """Where the id of a block ends that begins at ``start``; None where none does."""
    found = _ID.match(text, start)
    if not found or (start == 0 and found["end"] is not None):  # a cell that is nothing else
        return None
    before = text[max(start - 9, 0) : start]
    if before and not before[-1].isspace() and not before.endswith(("<br>", "<br/>", "<br />")):
        return None
    if _MADE_ID.fullmatch(found["id"]):
        return found.end()
    is_last = found["end"] is not None and not found["id"].isdigit()
    is_name = _GIVEN_ID.fullmatch(found["id"]) or _SENTENCE_END.search(before)
    return found.end() if is_last and is_name else None


def _read_attributes(state: StateInline, silent: bool) -> bool:
    """``{: .class}`` right behind what it is for; elsewhere it may be what the text is about."""
    start = state.pos
    if state.src[start] != "{" or not start or state.src[start - 1] not in ")]*_`>~":
        return False
    found = ATTRIBUTE_LIST.match(state.src, start, state.posMax)
    if not found:
        return False
    state.pos = found.end()
    return True


def _read_macro(state: StateInline, silent: bool) -> bool:
    """``{{embed ((…))}}`` shows what stands elsewhere."""
    found = _MACRO.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        _leave_out(state, found[0])
    state.pos = found.end()
    return True


def _leave_out(state: StateInline, source: str) -> None:
    token = state.push(_LEFT_OUT, "", 0)
    token.meta["source"] = source
    token.content = _between(state.src, state.pos, state.pos + len(source))


def _between(text: str, start: int, end: int) -> str:
    """What stands in the place of a part of a text that is left out: a blank between two words."""
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return " " if len(around) == 2 and around.isalnum() else ""


def bare(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without those around a link's text, and with references to blocks, ``((…))``, as
    tokens of their own."""
    for token in tokens:
        if token.type in _AROUND:
            continue
        if token.type != "text" or "((" not in token.content:
            yield token
            continue
        at = 0
        for found in _BLOCK.finditer(token.content):
            yield new_token("text", token.content[at : found.start()])
            blank = _between(token.content, *found.span())
            yield new_token(_LEFT_OUT, blank, meta={"source": found[0]})
            at = found.end()
        yield new_token("text", token.content[at:])


def is_left_out(token: Token) -> bool:
    """Whether it stands for what shows another page."""
    return token.type == _LEFT_OUT


def left_out(tokens: Sequence[Token]) -> list[str]:
    """What the tokens were made from that show another page or block."""
    return [str(token.meta["source"]) for token in tokens if is_left_out(token)]


def without_shortcodes(token: Token) -> Token:
    """A token without the shortcodes in its text."""
    if token.type != "text" or "{" not in token.content:
        return token
    return token.copy(content=_SHORTCODE.sub("", token.content))


def may_hold_component(text: str) -> bool:
    """Whether a text has what may begin a component of a website."""
    return "<" in text and _COMPONENT_BEGINS.search(text) is not None


def shortcode_in(tokens: Sequence[Token]) -> str:
    """The first shortcode or component that stands on the card as text, or an empty text."""
    for token in tokens:
        pattern = {"text": _SHORTCODE, "html_inline": _COMPONENT}.get(token.type)
        if pattern and (found := pattern.search(token.content)):
            return found[0]
    return ""


# --- what a cell is recognised by -------------------------------------------------------------


def without_hidden(text: str) -> str:
    """A text without its comments and its block id, code aside: what it is recognised by."""
    parts, at = [], 0
    for found in _CODE_OR_COMMENT.finditer(text):
        comment = comment_at(text, found.start(), len(text))
        if found["code"] or not comment or found.start() < at:
            continue
        parts.append(text[at : found.start()])
        at = comment.end()
    return without_block_id("".join((*parts, text[at:])))


def without_block_id(text: str) -> str:
    """A text without the ids at its end and at those of its paragraphs."""
    caret = text.find("^")
    while caret >= 0:
        if (end := _end_of_id(text, caret)) is not None:
            text = text[:caret] + text[end:]
        caret = text.find("^", caret + (end is None))
    return text


_CODE_OR_COMMENT = lazy_regex(r"(?P<code>(?<!`)(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))|%%")
