"""Which notes a person wants to send anew, although nothing of them has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from generator.core.model import Origin
from generator.identity.entry import LedgerEntry

_FEWEST_GUID_LETTERS = 4


class Renew(NamedTuple):
    """``refresh`` is a search for notes that may show an older table in Anki, ``resend`` one for
    any notes; None: nobody asks. An empty text fits all."""

    refresh: str | None = None
    resend: str | None = None

    def __call__(self, entry: LedgerEntry, *, is_outdated: bool) -> bool:
        """Whether the note is to get a new time."""
        is_asked = self.resend is not None and fits(self.resend, entry)
        return is_asked or (is_outdated and self.refresh is not None and fits(self.refresh, entry))

    def unknown(self, entries: Iterable[LedgerEntry]) -> str | None:
        """A search that no note in use fits."""
        live = [entry for entry in entries if not entry.retired]
        wanted = (search for search in (self.refresh, self.resend) if search)
        return next((s for s in wanted if not any(fits(s, entry) for entry in live)), None)


NOTHING = Renew()


def fits(search: str, entry: LedgerEntry) -> bool:
    """Whether a note is meant: by the beginning of its GUID, its page or a folder of that, or
    words of its clue or its answer."""
    if len(search) >= _FEWEST_GUID_LETTERS and entry.guid.startswith(search):
        return True
    return _is_page(search.rstrip("/"), entry.origin.page) or _says(search, entry.origin)


def _is_page(path: str, page: str) -> bool:
    # A person may paste what a message says, with the folder of the notes in front.
    paths = filter(None, (path, path.partition("/")[2]))
    return path.endswith(f"/{page}") or any(
        page == each or page.startswith(f"{each}/") for each in paths
    )


def _says(search: str, origin: Origin) -> bool:
    return " ".join(search.split()).casefold() in f"{origin.clue} | {origin.answer}".casefold()
