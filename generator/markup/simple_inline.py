"""Reads simple inline Markdown in one pass; whatever it is not sure of goes to markdown-it-py.

It knows code, math, entities, escapes, links to the web, and emphasis and tags that nest. Each
match of its pattern takes its characters for good: the time is linear in the length of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5

from generator.core.lazy_regex import lazy_regex
from generator.markup.extensions import SCRIPT, SCRIPT_TAGS, script_text
from generator.markup.field_html import (
    HINTS,
    MATH,
    attribute,
    code_html,
    field_text,
    formula_in,
    math_html,
    normal,
    one_line,
)
from generator.markup.flanking import flanks
from generator.markup.tex import what_is_not_drawn

# A text that means nothing, which may be empty, and what stands behind it: nothing at the end. What
# begins with one known character, and so is passed over quickly, comes first.
_TOKEN = lazy_regex(
    rf"""
    (?P<text> [^\\`*_\[\]<>&$~^]*+ )
    (?: \Z
    | ` (?P<code> [^`]+ ) ` (?!`)
    | ` (?P<ticks> `++ ) (?P<long_code> .+? ) (?<!`) ` (?P=ticks) (?!`)
    | \[ (?P<bracket> (?<!!\[) )
    # An address that the parser would not change: no escape, no entity, no capital in its host.
    | \]\( (?P<address> https?:// [a-z0-9]++ (?:[.-][a-z0-9]++)*+
            (?: [/?\#] [A-Za-z0-9/?\#.,:=&+@~_-]*+ )? ) \)
    | \] (?P<end_bracket> (?! \( ) )
    | < (?P<tag> sub|sup|kbd|mark|u ) >
    | </ (?P<end_tag> sub|sup|kbd|mark|u ) >
    | < (?P<line_break> br ) [ ]* /? >
    | & (?P<entity> \#[0-9]{{1,5}} | \#[xX][0-9a-fA-F]{{1,5}} | [a-zA-Z][a-zA-Z0-9]{{1,31}} ) ;
    | \\ (?P<escaped> [!-/:-@\[-`{{-~] )
    | (?=[~^]) (?P<scripted> (?-x:{SCRIPT.pattern}) )
    | (?P<run> \*+ | _+ | ~+ )
    | (?P<math> (?-x:{MATH.pattern}) )
    | (?P<sign> > | \$ | \^ | & (?!\#) | < (?![A-Za-z/!?]) | \\ (?![!-/:-@\[-`{{-~]) )
    | (?P<unsure> . )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
# Control characters, hints for line breaks, and the stroke that Unicode's form C would join to a
# "<" or ">".
_UNSURE = lazy_regex(rf"[\x00-\x08\x0a-\x1f\x7f-\x9f\u0338\u202d\u202e{HINTS}]")
# Marks of other programs, which `vault_marks` reads.
_CARET_MARKS = lazy_regex(r"\s\^|\^\[")
_IMG = lazy_regex("<img", re.IGNORECASE)
_ANKI_SOUND = "[sound:"  # a mark of Anki's
_ELEMENTS = {"*": "em", "_": "em", "**": "strong", "__": "strong", "~~": "s"}
_DEEPEST = 16  # marks inside each other, which are looked through for each that ends

Piece = tuple[str, str]  # a token as HTML, and what a reader sees of it


def read_simple(text: str, has_references: bool = False) -> Piece | None:
    """A cell as field HTML and as one line of plain text; None where a parser has to look.

    ``has_references`` says that the page defines links, so that a word in brackets may be one.
    """
    if not (text.isascii() and text.isprintable()) and _UNSURE.search(text):
        return None
    # What may be a formula or furigana, and marks of other programs.
    if "$$" in text or "%%" in text or "((" in text or "《" in text:
        return None
    if "\\" in text and ("\\(" in text or "\\[" in text):
        return None
    if "{" in text and ("{{" in text or "{:" in text or "]{" in text or "|" in text):
        return None
    if "[" in text and _ANKI_SOUND in text:
        return None
    if "<" in text and ("@" in text or _IMG.search(text)):  # <5@example.org> is an address
        return None
    if "^" in text and _CARET_MARKS.search(text):
        return None
    html: list[str] = []
    seen: list[str] = []
    open_marks: list[str] = []  # what is open here, by how it began, the innermost last
    bracket = 0  # the place of the open one
    for match in _TOKEN.finditer(text):
        if words := match[1]:
            html.append(words)
            seen.append(words)
        kind = match.lastgroup or ""
        if kind == "text":
            break  # the end
        token = match[match.lastindex or 0]
        piece: Piece | None
        if kind == "run":
            piece = _read_run(token, match, open_marks)
        elif kind in _READERS:
            piece = _READERS[kind](match)
        elif kind == "tag":
            piece = _begin(token, token, open_marks)
        elif kind == "bracket" and "[" not in open_marks:
            bracket = len(html)
            open_marks.append("[")
            piece = "&#91;", "["
        elif kind == "end_bracket" and "[" not in open_marks:
            piece = "]", "]"
        elif kind == "end_tag" and open_marks and open_marks.pop() == token:
            piece = f"</{token}>", ""
        elif kind == "end_bracket" and open_marks.pop() == "[" and not has_references:
            piece = "]", "]"
        elif kind == "address" and open_marks and open_marks.pop() == "[":
            has_text = any(map(str.strip, html[bracket + 1 :]))  # else nobody sees the link
            html[bracket], seen[bracket] = f'<a href="{attribute(token)}">' if has_text else "", ""
            piece = "</a>" if has_text else "", ""
        else:
            piece = None
        if piece is None:
            return None
        html.append(piece[0])
        seen.append(piece[1])
    whole = "".join(html).strip()
    if open_marks or "{{" in whole:
        return None
    return normal(whole), one_line("".join(seen))


def _read_run(run: str, match: re.Match[str], open_marks: list[str]) -> Piece | None:
    """Stars, underscores or tildes: the tag that they are, or text."""
    if run == "~":
        return run, run
    if run not in _ELEMENTS:
        return None
    text, end = match.string, match.end()
    start = end - len(run)
    before = text[max(start - 2, 0) : start]
    if before.isascii():  # what stands before the last character is no matter then
        before = before[-1:]
    can_open, can_close = flanks(before, run[0], text[end : end + 1])
    if can_close and open_marks:
        if open_marks[-1] == run:
            open_marks.pop()
            return f"</{_ELEMENTS[run]}>", ""
        if any(mark[0] == run[0] for mark in open_marks):
            return None
    if can_open:
        return _begin(run, _ELEMENTS[run], open_marks)
    return run, run


def _begin(mark: str, name: str, open_marks: list[str]) -> Piece | None:
    if len(open_marks) == _DEEPEST:
        return None
    open_marks.append(mark)
    return f"<{name}>", ""


def _read_code(match: re.Match[str]) -> Piece:
    code = match[match.lastindex or 0]
    if code[0] == code[-1] == " " and code.strip(" "):
        code = code[1:-1]
    return code_html(code), code


def _read_script(match: re.Match[str]) -> Piece:
    tag, seen = SCRIPT_TAGS[match["script"]], script_text(match)
    return f"<{tag}>{field_text(seen)}</{tag}>", seen


def _read_math(match: re.Match[str]) -> Piece | None:
    tex = formula_in(match)
    return None if what_is_not_drawn(tex) else (math_html(tex), tex)


def _read_entity(match: re.Match[str]) -> Piece | None:
    name = match["entity"]
    if name[0] != "#":
        seen = html5.get(f"{name};", f"&{name};")
    else:
        seen = chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
    return _as_text(seen, match)


def _read_sign(match: re.Match[str]) -> Piece | None:
    return _as_text(match[match.lastindex or 0], match)


def _as_text(seen: str, match: re.Match[str]) -> Piece | None:
    if not (seen.isprintable() or seen == "\xa0") or "\u0338" in seen:
        return None
    # What follows a backslash may make it a mark of MathJax.
    if seen == "\\" and match.string[match.end() : match.end() + 1] in tuple("\\([&"):
        return None
    return _html_of(seen), seen


_html_of = lru_cache(maxsize=1024)(field_text)


_READERS: dict[str, Callable[[re.Match[str]], Piece | None]] = {
    "code": _read_code,
    "long_code": _read_code,
    "line_break": lambda _: ("<br>", " "),
    "entity": _read_entity,
    "escaped": _read_sign,
    "scripted": _read_script,
    "math": _read_math,
    "sign": _read_sign,
}
