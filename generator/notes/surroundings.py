"""What stands around a note's own text: page, section, context, source, tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from html import escape

from generator.core.model import Kind, Tag, page_name
from generator.markup.field_html import field_text
from generator.notes.words import longest_harmless
from generator.settings.values import Settings, as_text


class PageFrame:
    """What stands around all notes of a page: its name, its fields, its settings."""

    def __init__(self, path: str, title: str, settings: Settings) -> None:
        self.path = path
        self.title = title
        self.settings = settings
        self.link = ""
        if url := settings.url:
            shown = field_text(re.sub(r"^https?://(www\.)?|/$", "", url))
            self.link = f'<a href="{escape(url)}">{shown}</a>'
        page, source = field_text(title), field_text(path)
        self.fields = {"page": page, "source": source, "lang": settings.lang}

    @cached_property
    def digest(self) -> bytes:
        """A digest of all that its cards can show besides its tables."""
        content = f"{self.path!r}{self.title!r}{as_text(self.settings)}"
        return sha256(content.encode(errors="surrogatepass")).digest()

    @cached_property
    def _steps(self) -> Sequence[str]:
        """The folders that the page is in, and its name."""
        return page_name(self.path).split("/")

    def tags(self, package: str, kind: Kind, written: Iterable[str] = ()) -> tuple[Tag, ...]:
        """The page, the kind, the settings' tags, and those ``written`` at the note itself."""
        first, *folders = self._steps
        if first != package:  # all pages are one package
            folders.insert(0, first)
        page = "::".join([package, *folders])
        return _tags((page, f"kind::{kind}", *self.settings.tags, *written))


@dataclass(frozen=True)
class Frame:
    """Where a note comes from: its page, and the headings above it, as plain text."""

    around: PageFrame
    headings: tuple[str, ...]

    @property
    def settings(self) -> Settings:
        """The page's settings."""
        return self.around.settings

    @property
    def title(self) -> str:
        """The page's name, as plain text."""
        return self.around.title

    @cached_property
    def section(self) -> str:
        """The headings as one line."""
        return section_of(self.headings)

    def context(self, secrets: Sequence[str], shown: str = "") -> str:
        """The first of page › section, page, topic and section that gives none of the secrets
        away, but for words that are ``shown`` anyway."""
        return self._contexts[longest_harmless(self._contexts, secrets, shown)]

    @cached_property
    def full(self) -> str:
        """Page › section as field HTML, whatever it gives away."""
        return next(iter(self._contexts.values()))

    def foot(self, context: str) -> str:
        """What stands below a card with this context: what it leaves out of page › section, and
        the link to the page, as field HTML."""
        rest = ""
        if context != self.full:
            page, section = self.around.fields["page"], field_text(self.section)
            rest = {page: section, section: page}.get(context, self.full) if context else self.full
        return "".join([f"<div>{part}</div>" for part in (rest, self.around.link) if part])

    @cached_property
    def _contexts(self) -> dict[str, str]:
        """What may be the context, best first, and as field HTML; an empty text is in it too."""
        page, section = self.title, self.section
        candidates = [f"{page} › {section}", page] if section else [page]
        candidates += [self.settings.topic, section]
        return {text: field_text(text) for text in (*filter(None, candidates), "")}

    @cached_property
    def place(self) -> dict[str, str]:
        """The fields that say where a note comes from; they have one name in all note types."""
        return {**self.around.fields, "section": field_text(self.section)}


def section_of(headings: Iterable[str]) -> str:
    """The headings above a note, as one line."""
    return " › ".join(filter(None, headings))


@lru_cache(maxsize=256)
def _tags(names: tuple[str, ...]) -> tuple[Tag, ...]:
    by_name: dict[str, Tag] = {}
    for tag in map(tag_name, names):
        if tag:
            by_name.setdefault(tag.casefold(), Tag(tag))
    return tuple(sorted(by_name.values()))


def tag_name(text: str) -> str:
    """Text as one tag: Anki splits tags at white space and fills empty components itself."""
    parts = (
        re.sub(r"[\s\x00-\x1f\x7f-\x9f\u202d\u202e]+", "-", part.strip())
        for part in text.split("::")
    )
    return "::".join(part for part in parts if part)
