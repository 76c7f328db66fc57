"""A build's outcome as one JSON object, for tools; the format is version 1 and only grows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.core.diagnostics import Diagnostic, Severity
from generator.core.model import LeftOut, OtherContent, TableReport
from generator.report.held import held_by_code

_VERSION = 1


def as_json(report: Mapping[str, object]) -> str:
    """A report as one JSON object, below the version of its format."""
    return json.dumps({"version": _VERSION, **report}, ensure_ascii=False, indent=2)


@dataclass(frozen=True, slots=True)
class DeckReport:
    """A package as the report lists it; ``sha256`` is empty where none was made.

    ``status`` is written, up to date, would change, not written, or errors.
    """

    path: str
    name: str
    notes: int
    cards: int
    sha256: str
    status: str


def format_json(
    decks: Sequence[DeckReport],
    tables: Sequence[TableReport],
    rest: Sequence[OtherContent],
    diagnostics: Sequence[Diagnostic],
    counts: dict[str, int],
    is_up_to_date: bool,
    left_out: Sequence[LeftOut] = (),
) -> str:
    """``counts`` are files, new, changed, retired, held, unfinished, outdated and emptied; the rest
    of the summary is added up here. ``is_up_to_date`` says that the files are what they should be.
    """
    notes = sum(deck.notes for deck in decks)
    severities = [diagnostic.severity for diagnostic in diagnostics]
    report: dict[str, Any] = {
        "summary": {
            "files": counts["files"],
            "tables": len(tables),
            "rows": sum(table.rows for table in tables),
            "notes": notes,
            "cards": sum(deck.cards for deck in decks),
            "new": counts["new"],
            "changed": counts["changed"],
            "unchanged": notes - counts["new"] - counts["changed"],
            "retired": counts["retired"],
            "held": counts["held"],
            "held_by_code": held_by_code(tables, diagnostics),
            "unfinished": counts["unfinished"],
            "outdated": counts["outdated"],
            "emptied": counts["emptied"],
            "up_to_date": is_up_to_date,
            "errors": severities.count(Severity.ERROR),
            "warnings": severities.count(Severity.WARNING),
        },
        "decks": list(map(_deck_json, decks)),
        "tables": [
            {
                "file": table.position.file,
                "line": table.position.line,
                "header": list(table.header),
                "kind": table.kind or None,
                "rows": table.rows,
                "notes": table.notes,
                "held": table.held,
                "unfinished": table.unfinished,
                "unfinished_lines": list(table.unfinished_lines),
                "joined": table.joined,
                "left_out": table.left_out,
                "skipped": table.skipped or None,
                "form": table.form.value,
            }
            for table in tables
        ],
        "rest": [
            {
                "file": each.file,
                "paragraphs": each.prose,
                "lists": each.lists,
                "code": each.code,
                "definitions": each.definitions,
                "questions": each.questions,
                "callouts": each.callouts,
                "items": each.items,
                "cards": each.cards,
            }
            for each in rest
        ],
        "diagnostics": list(map(_diagnostic_json, diagnostics)),
        "left_out": [
            {"file": file, "reason": reason, "folder": is_folder, "pattern": pattern or None}
            for file, reason, is_folder, pattern in left_out
        ],
    }
    return as_json(report)


def format_subset_json(
    deck: str,
    tag: str,
    decks: Sequence[DeckReport],
    diagnostics: Sequence[Diagnostic],
) -> str:
    """What `--only` made of a ``deck`` or a ``tag``; the other one is empty."""
    report = {
        "only": {"deck": deck or None, "tag": tag or None},
        "decks": list(map(_deck_json, decks)),
        "diagnostics": list(map(_diagnostic_json, diagnostics)),
    }
    return as_json(report)


def format_verified_json(verdicts: Mapping[Path, Mapping[str, object]]) -> str:
    """What Anki makes of each package: its notes and cards, how it was tried, its faults."""
    packages = [{"path": path.as_posix(), **verdict} for path, verdict in verdicts.items()]
    report = {"packages": packages}
    return as_json(report)


def format_nothing_json(diagnostics: Sequence[Diagnostic]) -> str:
    """What a command says whom errors leave nothing to do."""
    report = {"diagnostics": list(map(_diagnostic_json, diagnostics))}
    return as_json(report)


def _deck_json(deck: DeckReport) -> dict[str, object]:
    return {
        "path": deck.path,
        "name": deck.name,
        "notes": deck.notes,
        "cards": deck.cards,
        "sha256": deck.sha256 or None,
        "status": deck.status,
    }


def _diagnostic_json(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "file": diagnostic.position.file,
        "line": diagnostic.position.line,
        "column": diagnostic.position.column,
        "message": diagnostic.message,
        "help": diagnostic.help,
    }
