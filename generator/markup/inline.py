"""A cell's inline Markdown becomes field HTML that Anki shows and never runs; a pure function.

markdown-it-py does the parsing; the rules here say what each token may become on a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache, lru_cache
from html import unescape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import is_normalized
from urllib.parse import unquote

from generator.core.ascii_signs import has_any, table_of
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Media
from generator.markup.cloze_marks import Mark, awake, marks_of
from generator.markup.extension_rules import with_furigana
from generator.markup.field_html import (
    CONTROL,
    HINTS,
    field_text,
    normal,
    one_line,
)
from generator.markup.simple_inline import read_simple
from generator.markup.tokens import new_token
from generator.markup.vault_marks import (
    SOUND_ENDINGS,
    bare,
    is_left_out,
    left_out,
    may_hold_component,
    may_hold_marks,
    shortcode_in,
    target_of,
    without_shortcodes,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

References = Mapping[str, tuple[str, str]]
NO_REFERENCES: References = MappingProxyType({})
_NO_MEDIA: Mapping[str, Media | None] = MappingProxyType({})

# What of ASCII means something to Markdown, to HTML or to Anki; and what else does.
_SIGNS = bytes(range(32)) + b"\\`*_[]<>&$~^!{\x7f"
_NEEDS_PARSING = table_of(_SIGNS)
_MEANS_SOMETHING = table_of(_SIGNS + b"=")  # it may be a mark, "=="
_OTHER_SIGNS = lazy_regex(rf"[\x80-\x9f\u0338\u202d\u202e{HINTS}]")
_NOT_SHOWN = lazy_regex(rf"{CONTROL.pattern}|[{HINTS}]")
_TAG = lazy_regex(
    r"<(/?)(br|wbr|sub|sup|kbd|mark|u|q|ruby|rb|rt|rp|details(?:\s+open)?|summary"
    r"|(?:span|font)(?:\s[^<>]*)?)\s*/?>",
    re.IGNORECASE | re.ASCII,
)
# Tags that stand for themselves, and what others become: details are open, their summary is a line;
# of a text in a colour or a size the text is shown.
_VOID = {"br": "<br>", "wbr": "<wbr>", "details": ""}
_HTML_OF = {"summary": ("<strong>", "</strong><br>"), "span": ("", ""), "font": ("", "")}
_STYLED = ("span", "font")  # without attributes they are what is written about
_INSIDE = {"rb": "ruby", "rt": "ruby", "rp": "ruby"}  # of which it is a part
# What a browser shows that plays no sounds, and says nothing about this one.
_NO_SUPPORT = lazy_regex(r"browser|navigat(?:eur|eu|or)|support", re.IGNORECASE)
_AUDIO = lazy_regex(r"<(/?)(audio|source)\b([^>]*)>", re.IGNORECASE | re.ASCII)
_SOURCE = lazy_regex(
    r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE | re.ASCII
)
_SCHEME = lazy_regex(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
SAFE_SCHEME = lazy_regex(r"(https?|mailto):", re.IGNORECASE)
# Nothing else in a field begins with a bracket: text has an entity there.
_SOUND = lazy_regex(r"\[sound:[^\]]*\]")
# What was meant for a picture and is text to Markdown, mostly for a space in a file's name.
_NEARLY_PICTURE = lazy_regex(r"!\[([^\[\]]*)\]\(([^()<>]*)\)")


class Inline(NamedTuple):
    """A cell: field HTML, a line of plain text, and what it shows or plays that is not known."""

    html: str
    text: str
    unknown: tuple[str, ...]


def read_cell(
    text: str,
    references: References,
    media: Mapping[str, Media | None] = _NO_MEDIA,
    is_coloured: bool = False,
) -> Inline:
    """The cell's HTML, its `plain` text, and pictures and sounds that are not among ``media``.

    ``references`` are the page's link definitions and footnotes. Raw HTML is text, but for
    ``br wbr sub sup kbd mark u q``, ruby and details; links are http, https and mailto; formulas
    become ``\\(…\\)``. What ``media`` (target → file) has no file for is left out. Words of code
    may have colours.
    """
    short = read_short(text, references)
    return Inline(*short, ()) if short else parse_cell(text, references, media, is_coloured)


def read_short(text: str, references: References) -> tuple[str, str] | None:
    """A cell's HTML and its `plain` text where no parser has to look, else None.

    All its tags and formulas are shown then; it names no files, and holds no control characters
    and nothing of another page.
    """
    if not _has_signs(text, _NEEDS_PARSING) and not may_hold_marks(text):
        return field_text(text), one_line(text)
    return read_simple(text, has_references=bool(references))


def is_plain(text: str) -> bool:
    """Whether a cell is its own HTML, as most are: nothing is to be read, and nothing to be said.

    Not so where Unicode knows another form of it, or white space is to be folded.
    """
    if (
        _has_signs(text, _MEANS_SOMETHING)
        or "  " in text
        or text != text.strip()
        or may_hold_marks(text)
    ):
        return False
    return text.isascii() or (is_normalized("NFC", text) and one_line(text) == text)


def are_plain(row: Iterable[str]) -> bool:
    """Whether each cell of a row is plain, for sure."""
    cells = [*filter(None, row)]
    whole = " ".join(cells)
    return is_plain(whole) and (whole.isascii() or all(map(one_line, cells)))


def _has_signs(text: str, signs: bytes) -> bool:
    """Whether one of these is in a text, or what else means something."""
    if has_any(text, signs):
        return True
    is_usual = text.isascii() or (text.isprintable() and "\u0338" not in text)
    return not is_usual and _OTHER_SIGNS.search(text) is not None


def parse_cell(
    text: str,
    references: References,
    media: Mapping[str, Media | None] = _NO_MEDIA,
    is_coloured: bool = False,
) -> Inline:
    """As `read_cell`, by markdown-it-py: what every shorter way to read a cell has to equal."""
    html, tokens = _html_of(_parse(text, references), media, is_coloured)
    targets = (picture_target(token) for token in tokens if token.type == "image")
    return Inline(
        html, _text_of(tokens), tuple(target for target in targets if target not in media)
    )


def render_marked(
    text: str, references: References, media: Mapping[str, Media | None] = _NO_MEDIA
) -> tuple[str, tuple[Mark, ...]]:
    """As `read_cell`, with what ``==…==`` marks: `cloze_marks.with_deletions` finishes the HTML."""
    html, tokens = _html_of(_parse(text, references, marking=True), media)
    return html, tuple(marks_of(tokens, _seen))


def _html_of(
    tokens: list[Token], media: Mapping[str, Media | None], is_coloured: bool = False
) -> tuple[str, list[Token]]:
    # What only links to a sound is its text where there is none.
    tokens = [
        _text_token(alt_of(token))
        if "is_link" in token.meta and not media.get(picture_target(token))
        else token
        for token in tokens
    ]
    shown = _joined(
        _text_token(token.content)
        if is_left_out(token)
        else token
        if token.type != "image" or media.get(picture_target(token))
        else _text_token(alt_of(token))
        for token in tokens
        if token.type != "image" or picture_target(token) in media
    )
    env = {"media": media, "is_coloured": is_coloured}
    shown = _without_empty_links(shown)
    html = _parser().renderer.render(shown, _parser().options, env).strip()
    # To MathJax a backslash and a bracket are the beginning of a formula.
    html = html.replace("\\[sound:", "\\<span></span>[sound:")
    return normal(html), tokens


def plain(text: str, references: References = NO_REFERENCES) -> str:
    """What a reader sees of a cell, as one line of text: for tags, titles and comparing words.

    Of a picture or a sound that is the text in its brackets.
    """
    return read_cell(text, references).text


def plain_heading(text: str, references: References) -> str:
    """What a reader sees of a heading; there shortcodes of a website are no words of it."""
    if "{" not in text:
        return plain(text, references)
    return _text_of(map(without_shortcodes, _parse(text, references))) or plain(text, references)


def media_targets(text: str, references: References) -> tuple[str, ...]:
    """What the pictures and sounds in a cell name, percent-encoding resolved."""
    tokens = _parse(text, references)
    return tuple(picture_target(token) for token in tokens if token.type == "image")


def linked_sounds(text: str, references: References) -> frozenset[str]:
    """Those of a cell's targets that it only links to: without such a file the link is its text."""
    if not _may_link_sounds(text):
        return frozenset()
    sounds = [token for token in _parse(text, references) if token.type == "image"]
    shown = {picture_target(token) for token in sounds if "is_link" not in token.meta}
    return frozenset(map(picture_target, sounds)) - shown


def may_name_files(text: str) -> bool:
    """Whether a cell or a page may name a picture or a sound."""
    return "![" in text or _FILE_TAGS.search(text) is not None or _may_link_sounds(text)


_FILE_TAGS = lazy_regex("<(?:img|audio)", re.IGNORECASE)
_SOUND_LINK = lazy_regex(rf"\]\(\s*+(?:<[^<>\n]*|[^()\n]*)\.(?:{SOUND_ENDINGS})\b", re.IGNORECASE)


def _may_link_sounds(text: str) -> bool:
    # The pattern alone would look at each character of a page.
    return "[sound:" in text or ("](" in text and _SOUND_LINK.search(text) is not None)


_IS_SOUND_FILE = lazy_regex(
    rf"(?![a-z][a-z0-9+.-]*:|//)[^?#]+\.(?:{SOUND_ENDINGS})(?:[?#].*)?", re.IGNORECASE
)


def _names_audio(text: str) -> bool:
    return "<audio" in text or "<AUDIO" in text


def nearly_pictures(text: str, references: References) -> list[tuple[str, str]]:
    """Texts in a cell that were meant for a picture, each with the Markdown that makes it one."""
    return [
        (found[0], f"![{found[1]}](<{found[2].strip().partition('|')[0]}>)")
        for token in _parse(text, references)
        if token.type == "text"
        for found in _NEARLY_PICTURE.finditer(token.content)
    ]


def has_media(html: str) -> bool:
    """Whether field HTML shows a picture or plays a sound."""
    return "<img " in html or "[sound:" in html


def without_sounds(html: str) -> str:
    """Field HTML in which nothing is played."""
    return _SOUND.sub("", html).strip() if "[sound:" in html else html


def _environment(references: References) -> dict[str, Any]:
    """What the parser is to know; a picture may name what a link may not: that is then said."""
    return {
        "references": _Links(references, may_link),
        "image_references": _Links(references, lambda url: True),
        "footnotes": references,
    }


class _Links:
    """The page's link definitions as markdown-it-py asks for them: one by one.

    A page may have as many definitions as cells; nothing goes through them all for each cell.
    """

    def __init__(self, references: References, is_allowed: Callable[[str], bool]) -> None:
        self._references = references
        self._is_allowed = is_allowed

    def get(self, label: str, default: None = None) -> dict[str, str] | None:
        """The definition with this label, as it is normalized; a footnote's is none."""
        href, title = self._references.get(label, ("", ""))
        if label not in self._references or label.startswith("^") or not self._is_allowed(href):
            return default
        return {"href": href, "title": title}


def picture_target(picture: Token) -> str:
    """What a picture or a sound names, percent-encoding resolved."""
    return target_of(picture) or unquote(str(picture.attrs["src"]))


def _text_token(text: str) -> Token:
    """What stands for a picture that there is no file of, and for what is left out."""
    return new_token("text", text)


def alt_of(picture: Token) -> str:
    """The text in a picture's brackets."""
    return "".join(_seen(child) for child in picture.children or [] if not _is_comment(child))


def _text_of(tokens: Iterable[Token]) -> str:
    return one_line("".join(map(_seen, tokens)))


def _seen(token: Token) -> str:
    html = token.meta.get("html")
    if token.type in {"softbreak", "hardbreak"} or (html and html.endswith("<br>")):
        return " "
    # Who reads the words aloud needs no reading beside them.
    return "" if html is not None or "is_reading" in token.meta else token.content


def control_characters(text: str) -> list[str]:
    """The characters that are left out of a card."""
    return CONTROL.findall(text)


def without_unseen(text: str) -> str:
    """The text as it is parsed, without control characters and hints for line breaks: offsets of
    marks count in it."""
    return _NOT_SHOWN.sub("", text)


def _parse(text: str, references: References, marking: bool = False) -> list[Token]:
    tokens = _tokens(text, _Known(references), marking)
    # A comment is for whoever reads the notes' source; of some tags nothing is left.
    return _joined(
        token for token in tokens if not _is_comment(token) and token.meta.get("html") != ""
    )


class _Known:
    """The references of a page as a key: they are known by themselves, whatever is in them."""

    def __init__(self, references: References) -> None:
        self.references = references

    def __hash__(self) -> int:
        return id(self.references)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.references is other.references


@lru_cache(maxsize=1024)  # one thing after another is asked of a page's cells
def _tokens(text: str, known: _Known, marking: bool) -> Sequence[Token]:
    env = _environment(known.references) | ({"gaps": awake()} if marking else {})
    tokens = _parser().parseInline(without_unseen(text), env)[0].children or []
    if _names_audio(text):
        tokens = _with_sounds(tokens)
    if _may_link_sounds(text):
        tokens = _with_linked_sounds(tokens)
    _settle_tags(tokens)
    if "《" in text:
        tokens = list(with_furigana(tokens))
    return list(bare(tokens)) if "[[" in text or "((" in text else tokens


def comments(text: str) -> list[str]:
    """The comments in a cell, as they stand there; one that is shown as code is none."""
    if "<!--" not in text:
        return []
    tokens = _parser().parseInline(text, _environment(NO_REFERENCES))[0].children or []
    return [token.content for token in tokens if _is_comment(token)]


# Elements that people write into Markdown to format text; what else stands in < > may be meant.
_FORMATTING = lazy_regex(
    r"</?(?:a|b|i|s|p|em|strong|del|ins|small|big|font|center|span|div|img|code|pre|tt|strike|hr|ul"
    r"|ol|li|table|tr|td|th|h[1-6]|sub|sup|kbd|mark|u|q|ruby|rb|rt|rp|details|summary|audio|video"
    r"|script|style|iframe|figure|figcaption|picture|svg|abbr|samp|cite|blockquote|dl|dt|dd|thead"
    r"|tbody|tfoot|input)\b",
    re.IGNORECASE | re.ASCII,
)


def tag_as_text(text: str, references: References) -> str:
    """The first HTML tag in a cell that is formatting and stands on the card as text, or none."""
    if "<" not in text or not _FORMATTING.search(without_unseen(text)):
        return ""
    if read_simple(text, has_references=bool(references)):
        return ""  # it knows each tag, or it stands in code
    for token in _parse(text, references):
        is_text = token.type == "html_inline" and "html" not in token.meta
        if is_text and _FORMATTING.match(token.content):
            return token.content
    return ""


def formula_as_text(text: str, references: References) -> str:
    """What keeps the first formula in a cell that stands on the card as text from being drawn."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return ""
    if read_simple(text, has_references=bool(references)):  # it draws all of its formulas
        return ""
    commands = (token.meta.get("command", "") for token in _parse(text, references))
    return next(filter(None, commands), "")


def shown_elsewhere(text: str, references: References) -> list[str]:
    """What of a cell shows another page or block, and is left out: ``![[page]]`` and the like."""
    return (
        left_out(_parse(text, references)) if "[[" in text or "{{" in text or "((" in text else []
    )


def shortcode_as_text(text: str, references: References) -> str:
    """The first shortcode or component of a website in a cell, or an empty text."""
    if "{" not in text and not may_hold_component(without_unseen(text)):
        return ""  # as nearly always
    return shortcode_in(_parse(text, references))


def _is_comment(token: Token) -> bool:
    return token.type == "html_inline" and token.content.startswith("<!--")


def _joined(tokens: Iterable[Token]) -> list[Token]:
    """The tokens with neighbouring texts as one, so that no "{" and "{" meet unseen."""
    joined: list[Token] = []
    for token in tokens:
        if joined and joined[-1].type == token.type == "text":
            joined[-1] = copy(joined[-1])
            joined[-1].content += token.content
        else:
            joined.append(token)
    return joined


def _without_empty_links(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without links that have no text, which nobody sees: what stands between an address
    and the next one in answers that were copied with their sources."""
    kept: list[Token] = []
    begin = 0  # of the open link
    for token in tokens:
        if token.type == "link_open":
            begin = len(kept)
        elif token.type == "link_close" and _is_blank(kept[begin + 1 :]):
            del kept[begin]
            continue
        kept.append(token)
    return kept


def _is_blank(tokens: Sequence[Token]) -> bool:
    return all(token.type == "text" and not token.content.strip() for token in tokens)


def _settle_tags(tokens: Sequence[Token]) -> None:
    """Lets the allowed tags stand where they pair up, so that none leaks out of its cell."""
    open_tags: list[tuple[str, Token]] = []  # Markdown's own elements stand in it without a name
    for token in tokens:
        if token.nesting > 0:
            open_tags.append(("", token))
        elif token.nesting < 0:
            while open_tags.pop()[0]:
                pass
        if token.type != "html_inline":
            continue
        match = _TAG.fullmatch(token.content)
        if match is None:
            continue
        name, *attributes = match[2].lower().split()
        parent = open_tags[-1][0] if open_tags else ""
        if name in _VOID:
            token.meta["html"] = _VOID[name]
        elif not match[1]:
            if _INSIDE.get(name, parent) == parent and (attributes or name not in _STYLED):
                open_tags.append((name, token))
            continue
        ends = "</rt>" if (parent, name) == ("rt", "ruby") else ""  # as HTML lets it be left out
        if ends:
            open_tags.pop()[1].meta["html"] = "<rt>"
        if open_tags and open_tags[-1][0] == name and match[1]:
            _, opening = open_tags.pop()
            begin, end = _HTML_OF.get(name, (f"<{name}>", f"</{name}>"))
            opening.meta["html"], token.meta["html"] = begin, ends + end
    _settle_readings(tokens)


def _settle_readings(tokens: Sequence[Token]) -> None:
    """Marks what stands above other text, so that it is no part of the cell's plain text."""
    is_reading = False
    for token in tokens:
        html = str(token.meta.get("html", ""))
        if html in ("<rt>", "<rp>"):
            is_reading = True
        elif html.startswith(("</rt>", "</rp>")):
            is_reading = False
        elif is_reading:
            token.meta["is_reading"] = True


def _with_sounds(tokens: list[Token]) -> list[Token]:
    """The tokens with each ``<audio>`` that names a file as a Markdown sound."""
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        last, source = _sound_at(tokens, place)
        if source:
            inside = tokens[place + 1 : last]
            words = _text_of(token for token in inside if token.type != "html_inline")
            words = "" if _NO_SUPPORT.search(words) else words
            sound = new_token("image", words, tag="img", attrs={"src": source})
            sound.children = [_text_token(words)]
        kept.append(sound if source else tokens[place])
        place = (last if source else place) + 1
    return kept


def _with_linked_sounds(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a sound behind each link to such a file of the folder; one of signs alone,
    ``[▶](hund.mp3)``, is the sound."""
    kept: list[Token] = []
    begin = 0  # of the open link; no link stands in another
    for token in tokens:
        if token.type == "link_open":
            begin = len(kept)
        kept.append(token)
        if token.type != "link_close":
            continue
        href, inside = str(kept[begin].attrs["href"]), kept[begin + 1 : -1]
        if not _IS_SOUND_FILE.fullmatch(unquote(href)) or any(
            each.type == "image" for each in inside
        ):
            continue
        sound = new_token("image", tag="img", attrs={"src": href}, meta={"is_link": True})
        signs = _text_of(inside)
        sound.children = []
        if not _HAS_WORD.search(signs):
            sound.children = [_text_token(signs)]
            del kept[begin:]
        kept.append(sound)
    return kept


_HAS_WORD = lazy_regex(r"\w")


def _sound_at(tokens: Sequence[Token], first: int) -> tuple[int, str]:
    """The last token of an ``<audio>`` that begins with this one, and the file that it names."""
    tag = _audio_tag(tokens[first])
    if tag is None or tag[1] or tag[2].lower() != "audio":
        return first, ""
    last, source = first, _source_of(tag)
    for place in range(first + 1, len(tokens)):
        tag = _audio_tag(tokens[place])
        is_audio = tag is not None and tag[2].lower() == "audio"
        if tokens[place].nesting or (is_audio and tag and not tag[1]):
            break
        if tag:
            last, source = place, source or _source_of(tag)
        if is_audio:
            break
    return last, source


def _audio_tag(token: Token) -> re.Match[str] | None:
    return _AUDIO.fullmatch(token.content) if token.type == "html_inline" else None


def _source_of(tag: re.Match[str]) -> str:
    found = _SOURCE.search(tag[3])
    return unescape(found[1] or found[2] or found[3] or "") if found else ""


def may_link(url: str) -> bool:
    """Whether an address may stand in a link."""
    return SAFE_SCHEME.match(url) is not None or not _SCHEME.match(url)


@cache
def _parser() -> MarkdownIt:
    from generator.markup.inline_parser import inline_parser  # most cells need none

    return inline_parser()
