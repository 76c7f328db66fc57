"""Rules for markdown-it-py: formulas, sub- and superscript, furigana, footnotes, blocks of code in
inline text; where each begins and ends is for `extensions` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from generator.core.lazy_regex import lazy_regex
from generator.markup.extensions import (
    FURIGANA,
    FURIGANA_BEHIND,
    SCRIPT,
    SCRIPT_TAGS,
    furigana_in,
    read_formula,
    readings_of,
    script_text,
)
from generator.markup.tex import what_is_not_drawn
from generator.markup.tokens import new_token, normalized

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# A block of code, as `sources.lists` writes it into a cell; one that is cut off has no end.
_FENCE = lazy_regex(
    r"(?P<fence>`{3,})(?P<language>[^`\n]*)\n(?P<code>.*?)(?:\n(?P=fence)(?=\n|\Z)|\Z)", re.DOTALL
)
# A footnote in the text, ^[…], with links inside. It has two words or more, or is Chinese or
# Japanese; what else has these marks may be a power, x^[2n], or a pattern of characters, ^[a-z]+.
# The first word and the first blank behind it will do: others are not tried.
_INLINE_FOOTNOTE = lazy_regex(
    r"\^\[(?=(?>[^\[\]]*?[^\W\d_]{2})(?>[^\[\]]*?[ ])[^\[\]]*?[^\W\d_]{2}"
    r"|[^\[\]]*?[\u3041-\u9fff\uac00-\ud7af]{3})"
    r"(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*+\](?![+*?{$])",
    re.DOTALL,
)
_FOOTNOTE = lazy_regex(r"\[(\^[^\s\[\]]+)\](?!\()")


def add_extensions(parser: MarkdownIt) -> None:
    """Teach a parser the rules, each before the rule of CommonMark that would take its marks."""
    parser.inline.ruler.before("escape", "math_inline", _read_math)
    parser.inline.ruler.before("escape", "fence", _read_code_block)
    parser.inline.ruler.before("strikethrough", "script", _read_script)
    parser.inline.ruler.before("strikethrough", "furigana", _read_furigana)
    parser.inline.ruler.before("link", "footnote", _leave_out_footnote)
    parser.inline.ruler.before("link", "furigana_behind", _read_furigana_behind)


def _read_code_block(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for a block of code, which begins a line."""
    if state.src[state.pos] != "`" or (state.pos and state.src[state.pos - 1] != "\n"):
        return False
    match = _FENCE.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        token = state.push("fence", "code", 0)
        token.content, token.info = match["code"], match["language"]
    state.pos = match.end()
    return True


def _read_math(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for a formula at the parser's place in the text."""
    if state.src[state.pos] not in "$\\":
        return False
    formula = read_formula(state.src, state.pos, state.posMax)
    if formula is None:
        return False
    if not silent and (command := what_is_not_drawn(formula.tex)):
        token = state.push("math_text", "", 0)
        token.content, token.meta["command"] = state.src[state.pos : formula.end], command
    elif not silent:
        token = state.push("math_inline", "math", 0)
        token.content, token.meta["is_display"] = formula.tex, formula.is_display
    state.pos = formula.end
    return True


def _read_script(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for ``H~2~O`` and ``x^2^``."""
    if state.src[state.pos] not in SCRIPT_TAGS:
        return False
    match = SCRIPT.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        tag = SCRIPT_TAGS[match["script"]]
        state.push(f"{tag}_open", tag, 1)
        state.push("text", "", 0).content = script_text(match)
        state.push(f"{tag}_close", tag, -1)
    state.pos = match.end()
    return True


def _read_furigana(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for ``{東京|とうきょう}``."""
    return _read_readings(state, "{", FURIGANA, silent)


def _read_furigana_behind(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for ``[東京]{とうきょう}``."""
    return _read_readings(state, "[", FURIGANA_BEHIND, silent)


def _read_readings(state: StateInline, begin: str, rule: re.Pattern[str], silent: bool) -> bool:
    if state.src[state.pos] != begin:
        return False
    match = rule.match(state.src, state.pos, state.posMax)
    readings = readings_of(match) if match else []
    if match is None or not readings:
        return False
    if not silent:
        token = state.push("ruby", "ruby", 0)
        token.content, token.meta["readings"] = match["base"], readings
    state.pos = match.end()
    return True


def with_furigana(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens with what stands in texts as ``東京《とうきょう》`` as tokens of their own."""
    for token in tokens:
        found = [*furigana_in(token.content)] if token.type == "text" else []
        if not found:
            yield token
            continue
        end = 0
        for base, reading, start, after in found:
            yield new_token("text", token.content[end:start])
            yield new_token("ruby", base, tag="ruby", meta={"readings": [(base, reading)]})
            end = after
        yield new_token("text", token.content[end:])


def _leave_out_footnote(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for the mark of a footnote, whose text no card has."""
    if state.src[state.pos] == "^":
        inline = _INLINE_FOOTNOTE.match(state.src, state.pos, state.posMax)
        state.pos = inline.end() if inline else state.pos
        return inline is not None
    match = _FOOTNOTE.match(state.src, state.pos, state.posMax)
    if not match or normalized(match[1]) not in state.env["footnotes"]:
        return False
    state.pos = match.end()
    return True
