"""Text, code, math and addresses as field HTML, in which Anki finds nothing to expand or run."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape

from generator.core.lazy_regex import lazy_regex

# What Anki takes out of a field, or fails on, and the two marks that turn round the order of all
# letters behind them, on the card and in every message that names it.
CONTROL = lazy_regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]")
# Hints for line breaks, and the mark that begins a file: no part of a text, and seen by nobody who
# would type it.
HINTS = "\u00ad\u200b\u2060\ufeff"
UNSEEN = f"{HINTS}\u200e\u200f"  # these two say which way letters run
_UNSEEN = lazy_regex(f"[{UNSEEN}]")
# Joiners, fillers and blanks that are something beside other letters only.
_ALONE = "\u034f\u061c\u115f\u1160\u180e\u200c\u200d\u2061\u2062\u2063\u2800\u3164\ufe0f\uffa0"
# As pandoc reads it: no space inside, no digit after. Prices and shell variables stay text too: no
# letter in front ("US$5"), one behind only where a formula ends ("$n$th", not "$HOME:$PATH"), no
# ";" first ("a=$$; b=$$"); and so does Anki's own mark for math, "[$]x[/$]".
MATH = lazy_regex(
    r"(?<![\w$])(?!(?<=\[)\$+\])(?P<dollars>\$\$?)(?![\s$;])(?P<formula>(?:[^$\\]|\\.)+)"
    r"(?:(?<=[\w)}\]'])(?P=dollars)(?!\d)|(?<!\s)(?P=dollars)(?!\w))(?!\$)"
)

_IS_ITS_OWN_HTML = lazy_regex(r"[ !-%'-;=?-Z\]-z|}~]*")
_RUBY = lazy_regex(r"<ruby>.*?</ruby>", re.DOTALL)
_RT = lazy_regex(r"<rt>(.*?)</rt>", re.DOTALL)
_READING = lazy_regex(r"<(rt|rp)>.*?</\1>", re.DOTALL)
# Kana in brackets behind Han characters.
_READING_BEHIND = lazy_regex(
    r"(?<=[\u3005\u3400-\u9fff])[(（](?P<reading>[\u3041-\u30ff ]{1,80})[)）]"
)
_TAG = lazy_regex(r"<[^>]*>")
_LONG_CODE = 16  # characters; a longer name gets places where a line may break


def field_text(text: str) -> str:
    """Plain text as field HTML: nothing in it that Anki would expand or run.

    ``[sound:``, ``[latex]``, ``[$]`` and ``[anki:`` are active anywhere, so ``[`` is an entity.
    MathJax sees through entities: an empty element keeps ``\\(`` from being its opening mark.
    """
    if _IS_ITS_OWN_HTML.fullmatch(text):
        return text
    html = inert(normal(CONTROL.sub("", text)))
    if html.startswith("\u0338"):  # Anki would compose a tag's ">" and this stroke to "≯"
        html = f"&#824;{html[1:]}"
    return re.sub(r"\\(?=\(|&#91;)", r"\\<span></span>", html) if "\\" in html else html


# Of a header or a label: most tables have those of other tables.
label_html = lru_cache(maxsize=1024)(field_text)


def code_html(code: str) -> str:
    """The content of a code span."""
    # A browser shows nothing of blanks that stand alone.
    html = field_text(code if code.strip(" ") else "\xa0" * len(code))
    if len(code) > _LONG_CODE and ("." in html or "_" in html):
        html = re.sub(r"([._])(?=\w)", r"\1<wbr>", html)
    return f"<code>{html}</code>"


def code_block_html(html: str) -> str:
    """A block of code, line by line, from its field HTML."""
    return f"<pre><code>{html}</code></pre>"


def without_readings(html: str) -> str:
    """Field HTML without what stands above other text."""
    return _READING.sub("", html) if "<rt>" in html else html


def hide_readings(html: str, answers: Sequence[str]) -> str:
    """Field HTML without what stands above other text, or in brackets behind it as in ``山(やま)``,
    where that says one of the answers, which are plain text: a card would ask for what it shows.
    """
    if not html.isascii() and ("(" in html or "（" in html):
        html = _READING_BEHIND.sub(lambda found: _unless_told(found, answers), html)
    if "<rt>" not in html:
        return html
    rubies = [unescape(_TAG.sub("", "".join(_RT.findall(each)))) for each in _RUBY.findall(html)]
    told = {reading for reading in rubies if len(reading) > 1}
    told.add(unescape(_TAG.sub("", _RUBY.sub(lambda ruby: "".join(_RT.findall(ruby[0])), html))))
    is_told = any(reading in answer for reading in told for answer in answers)
    return without_readings(html) if is_told else html


def _unless_told(found: re.Match[str], answers: Sequence[str]) -> str:
    reading = found["reading"].strip()
    is_long = len(reading) > 1
    is_told = any(reading in each if is_long else reading == each for each in answers)
    return "" if is_told else found[0]


def paragraph_html(html: str) -> str:
    """A paragraph, or what may hold a block of code, which a paragraph may not."""
    return f"<div>{html}</div>" if "<pre>" in html else f"<p>{html}</p>"


def formula_in(match: re.Match[str]) -> str:
    """The TeX of a `MATH`; GitHub writes backticks inside the dollars: ``$`x`$``."""
    formula = match["formula"]
    is_github = len(formula) > 2 and formula[0] == formula[-1] == "`"
    return formula[1:-1].strip() if is_github and formula.count("`") == 2 else formula


def math_html(formula: str, is_display: bool = False) -> str:
    """TeX between the marks at which MathJax looks for it."""
    # The blank keeps a formula "sound:" from being what Anki would play.
    return f"\\[ {inert(formula)} \\]" if is_display else f"\\({inert(formula)}\\)"


def ruby_html(readings: Sequence[tuple[str, str]]) -> str:
    """Texts, each with its reading above it."""
    pairs = (f"{field_text(base)}<rt>{field_text(reading)}</rt>" for base, reading in readings)
    return f"<ruby>{''.join(pairs)}</ruby>"


def attribute(text: str) -> str:
    """An address, to stand between double quotes."""
    return escape(text).replace("[", "%5B").replace("{{", "%7B%7B")


def normal(html: str) -> str:
    """In Unicode's form C, as Anki stores it."""
    return html if html.isascii() else unicodedata.normalize("NFC", html)


def one_line(text: str) -> str:
    """What is seen of a text, its white space folded; mostly nothing is to be folded."""
    if text.isascii():
        is_folded = text.isprintable() and "  " not in text
        return text.strip() if is_folded else " ".join(text.split())
    folded = " ".join(_UNSEEN.sub("", text).split())
    return folded if folded.strip(_ALONE) else ""


def inert(text: str) -> str:
    """Text with nothing in it that a browser or Anki expands, but for the marks of MathJax."""
    return escape(text, quote=False).replace("[", "&#91;").replace("{{", "{&#123;")


def as_written_here(html: str) -> str:
    """Field HTML with the characters as entities that stand so in fields of ours, and no others,
    and attributes without a value as such.

    Anki's editor writes all fields anew of a note that it shows: ``data-ok`` becomes
    ``data-ok=""``, ``&#91;`` a bracket, and a no-break space an entity. The line break between a
    text and a block of code goes where somebody types. What Anki would run then, ``[sound:``,
    stays as it is.
    """
    marks = [*(_EMPTY_VALUE.sub(r"\1", tag) for tag in _TAG.findall(html)), ""]
    texts = (
        _WRITTEN_SO.sub(_as_entity, text.replace("&nbsp;", "\xa0")) for text in _TAG.split(html)
    )
    written = "".join(text + mark for text, mark in zip(texts, marks, strict=True))
    return _with_code_on_its_lines(written) if "<pre>" in written else written


_EMPTY_VALUE = lazy_regex(r"( data-[a-z]+)=\"\"(?=[ >])")
_WRITTEN_SO = lazy_regex(r"(?<!\\)\[(?!sound:|anki:|latex\]|\$)|\{\{(?!c\d+::)")
# What ours has around a block of code: nothing at the ends of a block, else a line break.
_BEFORE_CODE = lazy_regex(r"(\A|\n|<(?:li|t[dh]|div|p|br)(?: [^<>]*)?>)?<pre>")
_BEHIND_CODE = lazy_regex(r"</pre>(?!\Z|\n|</|<(?:li|t[dh]|div|p|br|pre)\b)")


def _with_code_on_its_lines(html: str) -> str:
    html = _BEHIND_CODE.sub("</pre>\n", html)
    return _BEFORE_CODE.sub(lambda found: found[0] if found[1] is not None else "\n<pre>", html)


def _as_entity(found: re.Match[str]) -> str:
    return "&#91;" if found[0] == "[" else "{&#123;"
