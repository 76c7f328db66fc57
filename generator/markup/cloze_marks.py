"""Marked text, ``==…==``, Logseq's ``{{cloze …}}`` or Anki's ``{{c1::…}}``, in inline Markdown:
where it is, and how Anki is told to hide it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.core.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# What may hold a mark; whether it does is for the inline parser to say.
MAY_MARK = lazy_regex(r"==(?<!===)[^\s=]|\{\{(?:cloze[ ]+|c\d{1,3}::)[^\s{}]")
_PAIR = lazy_regex(r"==(?<!===)[^\s=](?:[^=]|=(?!=))*==|\{\{(?:cloze[ ]+|c\d{1,3}::)[^\s{}]")
_CODE = lazy_regex(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
# Logseq's own; its hint stands behind two backslashes.
_MACRO = lazy_regex(r"\{\{cloze[ ]+([^{}]+)\}\}")
# As it stands in a note of Anki; in it formulas have braces, and its hint stands behind a colon.
_DELETION = lazy_regex(
    r"\{\{c(?P<number>\d{1,3})::(?P<text>(?:[^{}:]|:(?!:)|\{(?:[^{}]|\{[^{}]*\})*\})+)"
    r"(?:::(?P<hint>[^{}]*))?\}\}"
)
_HIGHLIGHTED = lazy_regex(r"\s*==([^=]+)==\s*")  # all of a deletion, which is hidden anyway
# What stands for an opening and a closing mark until the whole text is HTML; no text can hold them.
_OPEN, _CLOSE = "\x01", "\x02"
_NUMBER = lazy_regex(r"(\d{1,9})::")
_MARKED = lazy_regex(f"{_OPEN}(.*?){_CLOSE}", re.DOTALL)


def holds_mark(text: str) -> bool:
    """Whether something is surely marked in a text: `==` in code, and alone, is a comparison."""
    return MAY_MARK.search(text) is not None and _PAIR.search(_CODE.sub("", text)) is not None


class Mark(NamedTuple):
    """A marked text: what it hides, as plain text, and the number and hint written beside it.

    ``start`` and ``end`` are offsets of all of it, ``inner_start`` and ``inner_end`` of what shows.
    """

    text: str
    number: int | None
    hint: str
    start: int
    inner_start: int
    inner_end: int
    end: int


def read_deletion(state: StateInline, silent: bool) -> bool:
    """markdown-it-py's rule for ``==text==``, ``==1::text==`` and ``==1::text::hint==``.

    As in emphasis there is no space inside the marks. A mark does not hold another.
    """
    marks: dict[str, Any] | None = state.env.get("gaps")
    start, source = state.pos, state.src
    if marks is None or marks["is_open"]:
        return False
    if source.startswith("{{c", start):
        return _read_macro(state, marks, silent) or _read_own(state, marks, silent)
    if not _may_open(source, start, state.posMax):
        return False
    if start >= marks["none_from"].get(source, len(source)):
        return False
    marks["is_open"] = True
    end, colons = _find_close(state, start + 2)
    marks["is_open"] = False
    state.pos = start
    if end is None:
        if state.posMax == len(source):
            marks["none_from"][source] = start  # or a text of many marks would be searched for each
        return False
    if _is_comparison(source, start, end):
        return False
    if not silent:
        number = _NUMBER.match(source, start + 2, end)
        inner_start, inner_end = number.end() if number else start + 2, end
        hint = ""
        if number and colons and colons[-1] >= inner_start:
            inner_end, hint = colons[-1], source[colons[-1] + 2 : end].strip()
        told = (int(number[1]) if number else None, hint, start, inner_start, inner_end, end + 2)
        _push_mark(state, marks, told)
    state.pos = end + 2
    return True


def _read_macro(state: StateInline, marks: dict[str, Any], silent: bool) -> bool:
    """``{{cloze text}}`` and ``{{cloze text \\\\ hint}}``."""
    found = _MACRO.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        text, _, hint = found[1].partition("\\\\")
        start = found.start(1)
        end = start + len(text.rstrip())
        told = (None, hint.strip(), found.start(), start, end, found.end())
        _push_mark(state, marks, told)
    state.pos = found.end()
    return True


def _read_own(state: StateInline, marks: dict[str, Any], silent: bool) -> bool:
    """``{{c1::text}}`` and ``{{c1::text::hint}}``."""
    found = _DELETION.match(state.src, state.pos, state.posMax)
    if not found or not found["text"].strip():
        return False
    if not silent:
        start, end = found.span("text")
        if inner := _HIGHLIGHTED.fullmatch(state.src, start, end):
            start, end = inner.span(1)
        text = state.src[start:end]
        start, end = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
        hint = (found["hint"] or "").strip()
        told = (int(found["number"]), hint, found.start(), start, end, found.end())
        _push_mark(state, marks, told)
    state.pos = found.end()
    return True


def _push_mark(state: StateInline, marks: dict[str, Any], told: tuple[Any, ...]) -> None:
    """The tokens of a mark, of which ``told`` is the same as in `Mark` but for its text."""
    state.push("gap_open", "", 1).meta["mark"] = told
    pos_max = state.posMax
    state.pos, state.posMax = told[3:5]
    marks["is_open"] = True
    state.md.inline.tokenize(state)
    marks["is_open"] = False
    state.push("gap_close", "", -1)
    state.posMax = pos_max


def _may_open(source: str, start: int, limit: int) -> bool:
    # <== and ==> are arrows.
    after = source[start + 2 : min(start + 3, limit)]
    return (
        source.startswith("==", start)
        and source[max(start - 1, 0) : start] not in ("=", "<")
        and bool(after.strip())
        and after not in ("=", ">")
    )


def _find_close(state: StateInline, start: int) -> tuple[int | None, list[int]]:
    """Where the closing mark stands, and each ``::`` before it that is in no code or formula."""
    source = state.src
    colons: list[int] = []
    state.pos = start
    while state.pos < state.posMax - 1:
        pair = source[state.pos : state.pos + 2]
        if pair == "==" and state.pos > start:
            before, after = source[state.pos - 1], source[state.pos + 2 : state.pos + 3]
            if before not in ("=", "<") and before.strip() and after not in ("=", ">"):
                return state.pos, colons
        if pair == "::":
            colons.append(state.pos)
        state.md.inline.skipToken(state)
    return None, colons


def _is_comparison(source: str, start: int, end: int) -> bool:
    """``a==b and c==d`` marks nothing, ``photo==synthesis==`` does."""
    before = source[max(start - 1, 0) : start]
    is_in_word = before.isascii() and (before.isalnum() or before == "_")
    return is_in_word and any(map(str.isspace, source[start + 2 : end]))


def add_gaps(parser: MarkdownIt) -> None:
    """Teach a parser the rule; it is asleep until the environment holds ``gaps``."""
    parser.inline.ruler.before("escape", "gap", read_deletion)
    parser.add_render_rule("gap_open", _open)
    parser.add_render_rule("gap_close", _close)


def awake() -> dict[str, Any]:
    """What the environment holds under ``gaps`` to wake the rule."""
    return {"is_open": False, "none_from": {}}  # the latter by text: pictures have their own


def _open(_: RendererHTML, *__: Any) -> str:
    return _OPEN


def _close(_: RendererHTML, *__: Any) -> str:
    return _CLOSE


def with_deletions(html: str, numbers: list[int], hints: list[str]) -> str:
    """HTML with each marked text as Anki's ``{{c1::…::hint}}``; hints are HTML. A text with the
    number 0 is shown, as a marked one.

    Anki ends a deletion at the first ``}}`` and starts its hint at the first ``::``, in formulas
    and addresses too; as character references they only look the same.
    """
    given = iter(zip(numbers, hints, strict=True))

    def deletion(match: re.Match[str]) -> str:
        number, hint = next(given)
        if not number:
            return f"<mark>{match[1]}</mark>"
        told = f"::{_defused(hint)}" if hint else ""
        return f"{{{{c{number}::{_defused(match[1])}{told}}}}}"

    # A brace before the deletion would be taken for one of its own.
    return _MARKED.sub(deletion, re.sub(r"\{(?=\x01)", "&#123;", html))


def with_gaps(html: str, hints: Sequence[str]) -> tuple[str, list[str]]:
    """HTML with each marked text as a gap, as a front shows it, and the marked texts."""
    given = iter(hints)
    hidden = _MARKED.findall(html)
    return _MARKED.sub(lambda _: f"[{next(given) or '...'}]", html), hidden


def _defused(html: str) -> str:
    html = html.replace("}}", "}&#125;").replace("::", ":&#58;")
    html = re.sub(r"\}\Z", "&#125;", html)
    return re.sub(r":\Z", "&#58;", html)


def marks_of(tokens: Iterable[Token], seen: Callable[[Token], str]) -> list[Mark]:
    """The marked texts in order; ``seen`` says what a reader sees of a token."""
    marks = []
    text: list[str] = []
    told: tuple[Any, ...] = ()
    for token in tokens:
        if token.type == "gap_open":
            told, text = token.meta["mark"], []
        elif token.type == "gap_close":
            marks.append(Mark(" ".join("".join(text).split()), *told))
        else:
            text.append(seen(token))
    return marks
