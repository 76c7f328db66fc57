"""A cell on its way to a card: its HTML, its plain text, what it is recognised by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from generator.diagnostics import CONTROL_CHARACTER, PICTURE, Diagnostic
from generator.model import Cell, Page, Position
from generator.notes.inline import control_characters, plain, render

# A code span is matched too, so that a comment shown in it is not taken for one.
_COMMENT = re.compile(r"(?P<code>(?<!`)(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))|<!--.*?-->")
_SAME_AS = re.compile(r"<!--\s*same-as:\s*(\S+)\s*-->")


def render_cells(
    page: Page, cells: Sequence[Cell], diagnostics: list[Diagnostic]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The HTML and the plain text of each cell; ``diagnostics`` grows by what cannot be shown."""
    htmls, texts = [], []
    for cell in cells:
        html, pictures = render(cell.text, page.references)
        where = Position(page.path, cell.line, cell.column)
        diagnostics += [PICTURE.at(where, target=target) for target in pictures]
        diagnostics += [
            CONTROL_CHARACTER.at(where, character=ord(character))
            for character in control_characters(cell.text)
        ]
        htmls.append(html)
        texts.append(plain(cell.text))
    return tuple(htmls), tuple(texts)


def folded(text: str) -> str:
    """A cell as it is recognised by: comments left out, white space folded."""
    # Two editors may write one accent in two ways; that must not make another note of it.
    return unicodedata.normalize("NFC", " ".join(_COMMENT.sub(r"\g<code>", text).split()))


def same_as(cells: Sequence[Cell]) -> str:
    """What a person says in a comment in one of the cells: which known note it is."""
    comments = (match[0] for cell in cells for match in _COMMENT.finditer(cell.text))
    found = (_SAME_AS.fullmatch(comment) for comment in comments)
    return next((match[1] for match in found if match), "")
