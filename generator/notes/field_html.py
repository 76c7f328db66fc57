"""Text, code, math and addresses as field HTML, in which Anki finds nothing to expand or run."""

from __future__ import annotations

import re
import unicodedata
from html import escape

# What Anki takes out of a field, or fails on, and the two marks that turn round the order of all
# letters behind them, on the card and in every message that names it.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]")
# As pandoc reads it: no space inside, no digit after. Prices and shell variables stay text too: no
# letter in front ("US$5"), one behind only where a formula ends ("$n$th", not "$HOME:$PATH"); and
# so does Anki's own mark for math, "[$]x[/$]".
MATH = re.compile(
    r"(?<![\w$])(?!(?<=\[)\$+\])(?P<dollars>\$\$?)(?![\s$])(?P<formula>(?:[^$\\]|\\.)+)"
    r"(?:(?<=[\w)}\]'])(?P=dollars)(?!\d)|(?<!\s)(?P=dollars)(?!\w))(?!\$)"
)

_IS_ITS_OWN_HTML = re.compile(r"[ !-%'-;=?-Z\]-z|}~]*")
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


def code_html(code: str) -> str:
    """The content of a code span."""
    html = field_text(code)
    if len(code) > _LONG_CODE and ("." in html or "_" in html):
        html = re.sub(r"([._])(?=\w)", r"\1<wbr>", html)
    return f"<code>{html}</code>"


def code_block_html(code: str) -> str:
    """A block of code, line by line."""
    return f"<pre><code>{field_text(code)}</code></pre>"


def paragraph_html(html: str) -> str:
    """A paragraph, or what may hold a block of code, which a paragraph may not."""
    return f"<div>{html}</div>" if "<pre>" in html else f"<p>{html}</p>"


def math_html(formula: str) -> str:
    """TeX between the marks at which MathJax looks for it."""
    return f"\\({inert(formula)}\\)"


def attribute(text: str) -> str:
    """An address, to stand between double quotes."""
    return escape(text).replace("[", "%5B").replace("{{", "%7B%7B")


def normal(html: str) -> str:
    """In Unicode's form C, as Anki stores it."""
    return html if html.isascii() else unicodedata.normalize("NFC", html)


def inert(text: str) -> str:
    """Text with nothing in it that a browser or Anki expands, but for the marks of MathJax."""
    return escape(text, quote=False).replace("[", "&#91;").replace("{{", "{&#123;")
