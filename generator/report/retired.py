"""The notes whose rows are gone: a list, and the search that finds them in Anki."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from generator.anki.search import key_search
from generator.core.diagnostics import number
from generator.core.model import Guid, Origin
from generator.identity.entry import LedgerEntry
from generator.report.excerpt import inert
from generator.report.json import as_json


def format_retired(entries: Sequence[LedgerEntry], known: Iterable[LedgerEntry] = ()) -> str:
    """The latest first, a line each, and the search to paste; a line if there is none. Where a row
    stands elsewhere as a newer note, of those that are ``known``, also how that gets the reviews.
    """
    if not entries:
        return "no note is retired"
    twins = _newer_twins(entries, known)
    lines = []
    for entry in _latest_first(entries):
        lines.append(inert(f"{_day(entry)}  {entry.origin.page}: {entry.origin.clue}"))
        if page := twins.get(entry.guid):
            lines.append(
                inert(f"    the row stands in {page} as a newer note; to go on there with")
            )
            lines.append(
                f"    these reviews, write <!-- same-as: {entry.guid} --> into it and build"
            )
    lines += ["", f"{number(len(entries), 'note')}; to find them, search in Anki's browser:"]
    lines.append(f"  {key_search(entry.guid for entry in entries)}")
    return "\n".join(lines)


def retired_json(entries: Sequence[LedgerEntry]) -> str:
    """The same as one JSON object."""
    notes = [
        {
            "guid": entry.guid,
            "note_id": entry.note_id,
            "retired": entry.retired,
            "file": entry.origin.page,
            "clue": entry.origin.clue,
        }
        for entry in _latest_first(entries)
    ]
    report = {"notes": notes, "search": key_search(e.guid for e in entries) or None}
    return as_json(report)


def _newer_twins(entries: Iterable[LedgerEntry], known: Iterable[LedgerEntry]) -> dict[Guid, str]:
    """The page of a newer note that says the same, for each note that has one: a page that was
    copied, built, and then deleted where it stood first."""
    gone = {_fact(entry.origin): entry for entry in entries}
    pairs = ((gone.get(_fact(entry.origin)), entry) for entry in known if not entry.retired)
    return {old.guid: new.origin.page for old, new in pairs if old and old.added < new.added}


def _fact(origin: Origin) -> tuple[str, ...]:
    return origin.kind, origin.question, origin.clue, origin.answer


def _latest_first(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    return sorted(entries, key=lambda entry: (-entry.retired, entry.guid))


_LAST_TIME = 253_402_300_799  # the end of the year 9999, which is the last one of calendars


def _day(entry: LedgerEntry) -> str:
    return datetime.fromtimestamp(min(entry.retired, _LAST_TIME), UTC).date().isoformat()
