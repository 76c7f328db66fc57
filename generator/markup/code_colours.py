"""Code with its words in colours: a few classes of our own, which the style of the cards knows.

Pygments reads the code, and is loaded only where the notes ask for colours. Its releases name
hundreds of kinds of words, and not always the same; the five here are stable. What a lexer does not
give back letter for letter, and what it takes for an error, is shown plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from generator.markup.field_html import field_text

# What Pygments calls a word, by its beginning, and its class; the first that fits.
_CLASSES = (
    ("Token.Comment", "bd-c"),
    ("Token.Keyword", "bd-k"),
    ("Token.Operator.Word", "bd-k"),
    ("Token.Literal.String", "bd-s"),
    ("Token.Literal.Number", "bd-m"),
    ("Token.Name.Function", "bd-n"),
    ("Token.Name.Class", "bd-n"),
    ("Token.Name.Tag", "bd-n"),
)


def coloured_html(code: str, language: str) -> str:
    """Code as field HTML, with a ``<span>`` around what has a colour."""
    lexer = _lexer(language.lower())
    if lexer is None:
        return field_text(code)
    words = [(_class_of(kind), text) for kind, text in lexer.get_tokens(code)]
    if "".join(text for _, text in words) != code:
        return field_text(code)
    return "".join(_spans(words))


def _spans(words: list[tuple[str, str]]) -> Iterator[str]:
    for name, group in groupby(words, key=itemgetter(0)):
        html = field_text("".join(text for _, text in group))
        yield f'<span class="{name}">{html}</span>' if name else html


@lru_cache(maxsize=512)
def _class_of(kind: object) -> str:
    name = str(kind)
    return next((own for start, own in _CLASSES if name.startswith(start)), "")


@lru_cache(maxsize=64)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
