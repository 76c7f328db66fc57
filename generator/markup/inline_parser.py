"""The parser of a cell's inline Markdown, and the HTML that each of its tokens becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline, image
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token

from generator.core.model import Media
from generator.markup.cloze_marks import add_gaps
from generator.markup.code_colours import coloured_html
from generator.markup.extension_rules import add_extensions
from generator.markup.field_html import (
    attribute,
    code_block_html,
    code_html,
    field_text,
    inert,
    math_html,
    ruby_html,
)
from generator.markup.flanking import flanks
from generator.markup.inline import SAFE_SCHEME, alt_of, may_link, picture_target
from generator.markup.vault_marks import add_vault_marks, size_behind, take_size

Rule = Callable[[RendererHTML, Sequence[Token], int, Any, Any], str]


def _text(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return field_text(tokens[index].content)


def _code(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return code_html(tokens[index].content)


def _code_block(_: RendererHTML, tokens: Sequence[Token], index: int, __: Any, env: Any) -> str:
    code, language = tokens[index].content, tokens[index].info
    if env["is_coloured"] and language:
        return code_block_html(coloured_html(code, language))
    return code_block_html(field_text(code))


def _html(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return str(tokens[index].meta.get("html", field_text(tokens[index].content)))


def _math(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return math_html(tokens[index].content, tokens[index].meta["is_display"])


def _ruby(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return ruby_html(tokens[index].meta["readings"])


def _link_open(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    href = str(tokens[index].attrs["href"])
    # A link into the notes' folder leads nowhere on a phone: its text stands alone.
    return f'<a href="{attribute(href)}">' if SAFE_SCHEME.match(href) else "<a>"


def _media(_: RendererHTML, tokens: Sequence[Token], index: int, __: Any, env: Any) -> str:
    token = tokens[index]
    file: Media = env["media"][picture_target(token)]
    if file.is_sound:
        return f"[sound:{file.name}]"
    alt = alt_of(token)
    title = str(token.attrs.get("title", ""))
    shown = f' title="{_attribute_text(title)}"' if title else ""
    width = f' width="{token.meta["width"]}"' if token.meta.get("width") else ""
    return f'<img src="{file.name}" alt="{_attribute_text(alt)}"{shown}{width}>'


def _attribute_text(text: str) -> str:
    return inert(text).replace('"', "&quot;").replace("\\", "&#92;")


_RULES: Mapping[str, Rule] = {
    "text": _text,
    "code_inline": _code,
    "fence": _code_block,
    "html_inline": _html,
    "math_inline": _math,
    "math_text": _text,
    "ruby": _ruby,
    "link_open": _link_open,
    "image": _media,
}


def _read_image(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule, but that a picture may name anything: what is refused is said."""
    if state.src[state.pos] != "!":
        return False
    strict = state.md, state.env
    state.md = _any_target()
    state.env = {**state.env, "references": state.env["image_references"]}
    try:
        found = image(state, silent)
    finally:
        state.md, state.env = strict
    if found and not silent:
        take_size(state.tokens[-1])
    if found and (size := size_behind(state.src, state.pos)):
        state.pos = size.end
        if size.width and not silent:
            state.tokens[-1].meta["width"] = size.width
    return found


@cache
def _any_target() -> MarkdownIt:
    parser = copy(inline_parser())
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


class _State(StateInline):
    """markdown-it-py's state with a rule for emphasis of our own."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """The run of marks at ``start``: whether it may open and close, and its length."""
        mark, end = self.src[start], start
        while end < self.posMax and self.src[end] == mark:
            end += 1
        after = self.src[end : min(end + 1, self.posMax)]
        return Scanned(*flanks(self.src[max(start - 2, 0) : start], mark, after), end - start)


class _InlineParser(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        """As markdown-it-py's own, with our state."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


@cache
def inline_parser() -> MarkdownIt:
    """markdown-it-py with all rules for a cell, and for what its tokens become in a field."""
    parser = MarkdownIt("commonmark")
    parser.inline = _InlineParser()
    parser.configure("commonmark").enable("strikethrough")
    add_extensions(parser)
    parser.inline.ruler.at("image", _read_image)
    add_gaps(parser)
    add_vault_marks(parser)
    parser.validateLink = may_link  # type: ignore[method-assign]
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser
