"""What became of a lost ledger: how many notes it has again, and what it cannot have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from generator.core.diagnostics import number
from generator.core.model import Guid
from generator.identity.entry import LedgerEntry
from generator.report.json import as_json

# What stands in no package.
LOST = (
    "notes that were retired: the row of one that comes back is known by its clue",
    "notes of rows that had an error in the last build",
    "IDs of rows that were edited since the last build, and the day when a note was new",
    "cards of columns and gaps that were deleted: what comes back gets a new card",
    "which notes show an older table in Anki: --refresh would send none of them",
)


class Recovered(NamedTuple):
    """A ledger's file, the entries of notes in packages, those of them whose rows are ``exact`` on
    the pages, how many were ``kept`` of a damaged ledger, and where that is moved to."""

    ledger: Path
    entries: Sequence[LedgerEntry]
    exact: Collection[Guid]
    kept: int
    aside: Path | None
    is_written: bool


def format_recovered(found: Recovered) -> str:
    """The ledger, what it was made from, and what is not in it."""
    notes = number(len(found.entries) + found.kept, "note")
    lines = [f"{found.ledger}: {notes}, {_state(found.is_written)}"]
    if found.aside:
        lines.append(
            f"  {number(found.kept, 'note')} from its sound lines; the damaged file: {found.aside}"
        )
    for package, count in sorted(Counter(e.origin.package for e in found.entries).items()):
        lines.append(f"  {number(count, 'note')} from the package {package}")
    edited = len(found.entries) - len(found.exact)
    stand = number(
        len(found.exact),
        "of them stands on the pages as it was built/of them stand on the pages as they were built",
    )
    lines.append(f"  {stand}")
    if edited:
        lines.append(
            f"  {edited:,} do not: a row is taken for one of these where both are alike; "
            "build-decks -n says which"
        )
    lines += ["not recovered:", *(f"  {each}" for each in LOST)]
    return "\n".join(lines)


def recovered_json(found: Recovered) -> str:
    """The same as one JSON object, with the notes whose rows are not on the pages as built."""
    packages = Counter(entry.origin.package for entry in found.entries)
    report = {
        "ledger": found.ledger.as_posix(),
        "status": _state(found.is_written),
        "notes": len(found.entries) + found.kept,
        "exact": len(found.exact),
        "kept": found.kept,
        "damaged": found.aside.as_posix() if found.aside else None,
        "packages": [{"name": name, "notes": packages[name]} for name in sorted(packages)],
        "edited": [
            {"guid": e.guid, "file": e.origin.page, "clue": e.origin.clue}
            for e in found.entries
            if e.guid not in found.exact
        ],
        "not_recovered": list(LOST),
    }
    return as_json(report)


def _state(is_written: bool) -> str:
    return "written" if is_written else "would be written"
