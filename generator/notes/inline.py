"""A cell's inline Markdown becomes field HTML that Anki shows and never runs; a pure function.

markdown-it-py does the parsing; the rules here say what each token may become on a card.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

References = Mapping[str, tuple[str, str]]

_NEEDS_PARSING = re.compile(r"[\\`*_\[\]<>&$~!{\x00-\x1f\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TAG = re.compile(r"<(/?)(br|sub|sup|kbd|mark|u)\s*/?>", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_SAFE_SCHEME = re.compile(r"(https?|mailto):", re.IGNORECASE)
_LONG_CODE = 16  # characters; a longer name gets places where a line may break


def render(text: str, references: References) -> tuple[str, tuple[str, ...]]:
    """Field HTML for a cell, and the addresses of the pictures in it (which are left out).

    ``references`` are the page's link definitions. Raw HTML is text, but for
    ``br sub sup kbd mark u``; links are http, https and mailto; ``$…$`` becomes ``\\(…\\)``.
    """
    if not _NEEDS_PARSING.search(text):
        return _normal(text), ()
    env: dict[str, Any] = {
        "references": {
            label: {"href": href, "title": title} for label, (href, title) in references.items()
        }
    }
    tokens = _parser().parseInline(_CONTROL.sub("", text), env)[0].children or []
    _settle_tags(tokens)
    html = _parser().renderer.render(tokens, _parser().options, env)
    return _normal(html), tuple(
        str(token.attrs["src"]) for token in tokens if token.type == "image"
    )


def plain(text: str) -> str:
    """What a reader sees of a cell, as one line of text: for tags, titles and comparing words."""
    if not _NEEDS_PARSING.search(text):
        return " ".join(text.split())
    tokens = _parser().parseInline(_CONTROL.sub("", text), {})[0].children or []
    shown = (" " if _TAG.fullmatch(token.content) else token.content for token in tokens)
    return " ".join("".join(shown).split())


def control_characters(text: str) -> list[str]:
    """The characters that Anki would remove, or on which its import would fail."""
    return _CONTROL.findall(text)


def field_text(text: str) -> str:
    """Plain text as field HTML: nothing in it that Anki would expand or run.

    ``[sound:``, ``[latex]``, ``[$]`` and ``[anki:`` are active anywhere, so ``[`` is an entity.
    MathJax sees through entities: an empty element keeps ``\\(`` from being its opening mark.
    """
    html = escape(text, quote=False).replace("[", "&#91;").replace("{{", "{&#123;")
    return re.sub(r"\\(?=\(|&#91;)", r"\\<span></span>", html) if "\\" in html else html


def _normal(html: str) -> str:
    return html if html.isascii() else unicodedata.normalize("NFC", html)


def _settle_tags(tokens: Sequence[Token]) -> None:
    """Lets the allowed tags stand where they pair up, so that none leaks out of its cell."""
    open_tags: list[tuple[str, Token]] = []
    for token in tokens:
        if token.type != "html_inline":
            continue
        match = _TAG.fullmatch(token.content)
        name = match[2].lower() if match else ""
        if match is None:
            continue
        if name == "br":
            token.meta["html"] = "<br>"
        elif not match[1]:
            open_tags.append((name, token))
        elif open_tags and open_tags[-1][0] == name:
            _, opening = open_tags.pop()
            if opening.level == token.level:
                opening.meta["html"], token.meta["html"] = f"<{name}>", f"</{name}>"


Rule = Callable[[RendererHTML, Sequence[Token], int, Any, Any], str]


def _text(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return field_text(tokens[index].content)


def _code(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    code = tokens[index].content
    html = field_text(code)
    if len(code) > _LONG_CODE:
        html = re.sub(r"([._])(?=\w)", r"\1<wbr>", html)
    return f"<code>{html}</code>"


def _html(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return str(tokens[index].meta.get("html") or field_text(tokens[index].content))


def _math(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return f"\\({escape(tokens[index].content, quote=False).replace('[', '&#91;')}\\)"


def _nothing(*_: Any) -> str:
    return ""


def _link_open(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    href = str(tokens[index].attrs["href"])
    # A link into the notes' folder leads nowhere on a phone: its text stands alone.
    return f'<a href="{_attribute(href)}">' if _SCHEME.match(href) else "<a>"


def _attribute(text: str) -> str:
    return escape(text).replace("[", "%5B").replace("{{", "%7B%7B")


_RULES: Mapping[str, Rule] = {
    "text": _text,
    "code_inline": _code,
    "html_inline": _html,
    "math_inline": _math,
    "link_open": _link_open,
    "image": _nothing,
}


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("strikethrough")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False)
    parser.validateLink = lambda url: (  # type: ignore[method-assign]
        _SAFE_SCHEME.match(url) is not None or not _SCHEME.match(url)
    )
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser
