"""Inline syntax beside CommonMark's: formulas, sub- and superscript, furigana.

It says where each begins and ends, and what only looks like it; the parsers of `inline` and
`simple_inline` ask here. Each pattern takes a bounded number of steps or its characters for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.markup.field_html import MATH, formula_in

# --- sub- and superscript ---------------------------------------------------------------------

# H~2~O and x^2^, right behind a letter, a digit or a bracket. Ranges ("3~5, 6~8"), powers in a row
# ("a^2+b^2") and what a program makes of "a^b^c" have the same marks: so nothing goes on behind the
# second one that would go on from it, and a single letter not from the power of a number: "2^2^n".
# Nor is a file that a program numbered, "main.c~1~".
_LETTER = r"A-Za-z\u00c0-\u024f\u0370-\u03ff"
_GOES_ON = r"\w({\[\\"
SCRIPT = lazy_regex(
    # Behind each other both are one charge or index: SO~4~^2-^.
    r"(?<![A-Za-z_]\.[a-z](?=~))(?<![A-Za-z_]\.[a-z]\w(?=~))(?<![A-Za-z_]\.[a-z]\w\w(?=~))"
    r"(?<![A-Za-z_]\.[a-z]\w\w\w(?=~))"
    r"(?:(?P<power>(?<=\d)(?=\^))|(?!(?<=\d)\^)(?<=[\w)\]])"
    r"|(?<=[\w+*−-]~)(?=\^)|(?<=[\w+*−-]\^)(?=~))(?P<script>[~^])(?:"
    r"(?P<digits>[+\-−–±]?\d{1,9}(?:[.,/]\d{1,9})?[+\-−–*]?|[+\-−–])(?P=script)(?!\d|(?P=script))"
    rf"(?(power)(?![{_LETTER}](?![{_LETTER}])))"
    rf"|(?P<letters>[{_LETTER}]{{1,16}}['′*+\-−–]?)(?P=script)(?![{_GOES_ON}]|(?P=script))"
    rf"|(?P<mixed>[{_LETTER}\d][{_LETTER}\d+\-−–±=().,/'′*]{{1,19}})"
    rf"(?P=script)(?![{_GOES_ON}+\-−–]|(?P=script)))"
)
SCRIPT_TAGS = {"~": "sub", "^": "sup"}


def script_text(match: re.Match[str]) -> str:
    """What a match of `SCRIPT` lowers or raises."""
    return match["digits"] or match["letters"] or match["mixed"]


# --- furigana ---------------------------------------------------------------------------------

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
FURIGANA = lazy_regex(
    r"\{(?P<base>[^{}|\s\\`*_<>$&\[\]~=^!]{1,40})\|(?P<readings>[^{}\\`*_<>$&\[\]~=^!]{1,80})\}"
)
# As DenDen writes it, [東京]{とう|きょう}, and Aozora, 東京《とうきょう》: without a mark where it
# begins, a base is Han and its reading hiragana; 歌劇《カルメン》 is a title.
FURIGANA_BEHIND = lazy_regex(
    rf"\[(?P<base>[{_HAN}{_KANA}]{{1,40}})\]"
    r"\{(?P<readings>[^{}\\`*_<>$&\[\]~=^!]{1,80})\}"
)
_AOZORA = lazy_regex(
    rf"(?:[｜|](?P<base>[^\s｜|《》]{{1,40}})《(?P<readings>[{_KANA}]{{1,80}})》"
    rf"|(?P<han>[{_HAN}]{{1,20}})《(?P<hiragana>[\u3041-\u309f・ー]{{1,80}})》)"
)
_HAS_HAN = lazy_regex(f"[{_HAN}]")
_IS_KANA = lazy_regex(f"[{_KANA} ]+")
_HIRAGANA_OF = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}  # katakana
_IS_READING = lazy_regex(r"[^\W\d_][\w\u0300-\u036f'’. -]*")


def readings_of(match: re.Match[str]) -> list[tuple[str, str]]:
    """What a match of `FURIGANA` or `FURIGANA_BEHIND` shows, each text with its reading; nothing
    where it is a set, a choice or another pair of words.

    As many readings as characters belong to one each; else they are one of the whole. Kana are read
    as they are written: ``{は|が}`` is a choice.
    """
    base, readings = match["base"], [each.strip() for each in match["readings"].split("|")]
    if _IS_KANA.fullmatch(base) and base.translate(_HIRAGANA_OF) != "".join(readings).translate(
        _HIRAGANA_OF
    ):
        return []
    is_read = all(map(_IS_KANA.fullmatch, readings)) or (
        _HAS_HAN.search(base)
        and all(_IS_READING.fullmatch(each) and not _HAS_HAN.search(each) for each in readings)
    )
    if not is_read:
        return []
    if len(readings) == len(base):
        return list(zip(base, readings, strict=True))
    return [(base, "".join(readings))]


class Furigana(NamedTuple):
    """A text with its reading, and where both stand in the text around them."""

    base: str
    reading: str
    start: int
    end: int


def furigana_in(text: str) -> Iterator[Furigana]:
    """What stands as ``東京《とうきょう》`` or ``｜東京《とうきょう》`` in a text."""
    if "《" not in text:
        return
    for found in _AOZORA.finditer(text):
        base, reading = found["base"] or found["han"], found["readings"] or found["hiragana"]
        yield Furigana(base, reading, *found.span())


# --- formulas ---------------------------------------------------------------------------------

# What LaTeX, Anki and chat assistants write; behind two backslashes what Markdown makes of it.
_TEX = lazy_regex(
    r"\\\((?P<inline>(?:[^\\]|\\[^()\[\]])+)\\\)"
    r"|\\\[(?P<display>(?:[^\\]|\\[^()\[\]])+)\\\]"
    r"|\\\\\((?P<escaped>(?:(?!\\\\[()\[\]]).)+)\\\\\)"
    r"|\\\\\[(?P<escaped_display>(?:(?!\\\\[()\[\]]).)+)\\\\\]"
    r"|\$\$(?!;)(?P<dollars>(?:[^$\\]|\\.)+)\$\$(?![\w$])",
    re.DOTALL,
)
# Of what is no escape of Markdown, which web clippers write before each bracket.
_IS_TEX = lazy_regex(r"(?<!\\)\\[A-Za-z]|(?<!\\)[_^]\{")
_HAS_SIGN = lazy_regex(r"(?<!\\)[\^=<>]|(?<![A-Za-z])[A-Za-z]_")
_IS_SYMBOLS = lazy_regex(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9()+\-*/'!|. ]{1,40}")
_HAS_WORDS = lazy_regex(r"[^\W\d_]{3}|[^\x00-\x7f]")
_IS_LINK = lazy_regex(r"\]\(|://|`")
_ESCAPE = lazy_regex(r"\\([!-/:-@\[-`{-~])")


class Formula(NamedTuple):
    """TeX without the marks around it, whether it stands in a line of its own, and where it ends
    in the text."""

    tex: str
    is_display: bool
    end: int


def read_formula(text: str, start: int, limit: int) -> Formula | None:
    """The formula that begins at an offset of a text and ends before another, if one does."""
    if (math := MATH.match(text, start, limit)) is not None:
        return Formula(formula_in(math), math["dollars"] == "$$", math.end())
    if (found := _TEX.match(text, start, limit)) is None:
        return None
    kind = found.lastgroup or ""
    tex = found[kind]
    if kind.startswith("escaped"):
        tex = _ESCAPE.sub(r"\1", tex)
    tex, is_display = tex.strip(), kind not in ("inline", "escaped")
    # A name alone is one only in round brackets that stand for themselves: not in "file(s)".
    is_name = (
        not is_display and _IS_SYMBOLS.fullmatch(tex) and not text[start - 1 : start].isalnum()
    )
    is_tex = _IS_TEX.search(tex) or (kind.startswith("escaped") and "\\" in tex)
    is_meant = is_tex or (not _HAS_WORDS.search(tex) and (_HAS_SIGN.search(tex) or is_name))
    return Formula(tex, is_display, found.end()) if is_meant and not _IS_LINK.search(tex) else None
