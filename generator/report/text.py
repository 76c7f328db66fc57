"""A build's outcome in words, for a terminal; returns text and prints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.diagnostics import Diagnostic, Severity, number
from generator.model import TableReport

RED, YELLOW, GREEN, DIM, BOLD = "31", "33", "32", "2", "1"


def paint(text: str, style: str, color: bool) -> str:
    """``text`` in an ANSI style, or as it is."""
    return f"\x1b[{style}m{text}\x1b[0m" if color else text


def format_diagnostic(diagnostic: Diagnostic, source: Path, color: bool = False) -> str:
    """``source_notes/a.md:12:7: error[BD201]: …`` and a help line below it."""
    file, line, column = diagnostic.position
    place = f"{source / file}:{line}:{column}: " if file else ""
    style = RED if diagnostic.severity is Severity.ERROR else YELLOW
    label = paint(f"{diagnostic.severity}[{diagnostic.code}]", style, color)
    help_label = paint("help:", DIM, color)
    return f"{place}{label}: {diagnostic.message}\n  {help_label} {diagnostic.help}"


def format_tables(tables: Sequence[TableReport], source: Path) -> str:
    """A line a table: where it is, what it is, how many notes it gave, or why none."""
    lines = []
    for table in tables:
        place = f"{source / table.position.file}:{table.position.line}"
        header = " | ".join(table.header)
        if table.kind:
            became = f"{table.kind}, {number(table.rows, 'row')}, {number(table.notes, 'note')}"
        else:
            became = f"skipped: {table.skipped}, {number(table.rows, 'row')}"
        lines.append(f"{place}: {header}: {became}")
    return "\n".join(lines)


def format_skipped(tables: Sequence[TableReport]) -> str:
    """``2 tables skipped (navigation, planning): -v lists them``; empty where none is."""
    skipped = [table for table in tables if not table.kind]
    if not skipped:
        return ""
    reasons = ", ".join(sorted({table.skipped for table in skipped}))
    them = "it" if len(skipped) == 1 else "them"
    return f"{number(len(skipped), 'table')} skipped ({reasons}); -v lists {them}"
