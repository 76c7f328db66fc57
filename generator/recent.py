"""What this process read last, for builds that follow each other closely: ``--watch``.

Nearly all pages are then what they were a moment ago, and so is most of what comes of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from generator.diagnostics import Diagnostic
from generator.identity.ledger import Entry
from generator.model import Page, Source
from generator.notes.compose import Blocks, read_blocks
from generator.settings import Settings
from generator.sources.page import read_page

# Characters of pages, some ten thousand rows; with what comes of it each takes some forty bytes.
_MOST = 2_000_000
# Bytes of a ledger, the lines of twice as many rows; with what they say each takes two and a half.
_MOST_OF_LEDGER = 10_000_000


class _Known(NamedTuple):
    """A page that was read; ``blocks`` are what it came to with these settings in this package."""

    source: Source
    page: Page
    diagnostics: tuple[Diagnostic, ...]
    package: str = ""
    settings: Settings | None = None
    blocks: Blocks | None = None


class Recent:
    """Pages by their path, those that were met last; each is read again where its text differs."""

    def __init__(self) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._known: dict[str, _Known] = {}
        self._length = 0

    def entries(self, ledger: bytes) -> dict[bytes, Entry] | None:
        """What lines of a ledger say, to be replaced by those of this one; None if it is large."""
        return self._entries if len(ledger) <= _MOST_OF_LEDGER else None

    def read_page(self, source: Source) -> tuple[Page, tuple[Diagnostic, ...]]:
        """As the function of this name."""
        known = self._known.get(source.path)
        if known is None or known.source != source:
            page, found = read_page(source)
            known = _Known(source, page, tuple(found))
        self._put(known)
        return known.page, known.diagnostics

    def read_blocks(self, package: str, page: Page, settings: Settings) -> Blocks:
        """As the function of this name, where the page is one that was read here."""
        known = self._known.get(page.path)
        if known is None or known.page is not page:
            return read_blocks(package, page, settings)
        if known.blocks is None or (known.package, known.settings) != (package, settings):
            blocks = read_blocks(package, page, settings)
            self._put(known._replace(package=package, settings=settings, blocks=blocks))
            return blocks
        return known.blocks

    def forget_blocks(self, paths: Iterable[str]) -> None:
        """Of these pages some rows were dropped or changed because of others, which may go."""
        for path in paths:
            if known := self._known.get(path):
                self._known[path] = known._replace(blocks=None)

    def _put(self, known: _Known) -> None:
        """Remember a page as the one met last."""
        self._drop(known.source.path)
        self._known[known.source.path] = known
        self._length += len(known.source.text)
        while self._length > _MOST:
            self._drop(next(iter(self._known)))

    def _drop(self, path: str) -> None:
        if known := self._known.pop(path, None):
            self._length -= len(known.source.text)
