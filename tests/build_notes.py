"""Builds notes that a test gives as text: what the tests of the main job share."""

from __future__ import annotations

import cProfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from generator.identity.entry import LedgerEntry, format_entry
from generator.identity.ledger import FIRST_LINE
from generator.pipeline.build import Outcome, run

# Seconds since 1970, in the past: Anki takes a note from the future for a changed one each time.
NOW = 1_790_000_000


def write_notes(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files (path → text) below ``folder`` and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def build_in(folder: Path, files: Mapping[str, str] | None = None, now: int = NOW) -> Outcome:
    """Build ``folder/notes`` (with ``files`` written first) into ``folder/decks``."""
    (folder / "notes").mkdir(exist_ok=True)
    write_notes(folder / "notes", files or {})
    outcome = run(folder / "notes", folder / "decks", now, keep_notes=True)
    assert not outcome.result.restarted
    return outcome


def build_only(folder: Path, files: Mapping[str, str], now: int = NOW) -> Outcome:
    """Build as `build_in` does, where `files` are all the pages there are."""
    for path in sorted((folder / "notes").rglob("*.md")):
        if path.is_file():
            path.unlink()
    return build_in(folder, files, now)


def codes(outcome: Outcome) -> list[str]:
    """The codes of the outcome's diagnostics, in order."""
    return [diagnostic.code for diagnostic in outcome.result.diagnostics]


def table(*rows: tuple[str, ...], header: tuple[str, ...] = ("Need", "First move")) -> str:
    """A Markdown table."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def format_ledger(entries: Iterable[LedgerEntry]) -> str:
    """The text of a ledger with these entries."""
    return b"".join([FIRST_LINE, *sorted(map(format_entry, entries))]).decode()


def work_of(call: Callable[[], object]) -> Counter[str]:
    """How often each function of the program is called."""
    profile = cProfile.Profile()
    profile.runcall(call)
    calls: Counter[str] = Counter()
    for each in profile.getstats():
        calls[each.code if isinstance(each.code, str) else each.code.co_name] += each.callcount
    return calls
