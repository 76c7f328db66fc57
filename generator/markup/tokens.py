"""What our rules make and ask of markdown-it-py, which is loaded when a text first needs it: a page
of plain tables never does, and to load it takes a tenth of a small build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it.token import Token


def new_token(type: str, content: str = "", *, tag: str = "", **more: Any) -> Token:
    """A token that neither opens nor closes anything."""
    from markdown_it.token import Token

    return Token(type, tag, 0, content=content, **more)


def normalized(label: str) -> str:
    """A label of a link definition as markdown-it-py looks for it."""
    from markdown_it.common.utils import normalizeReference

    return normalizeReference(label)
