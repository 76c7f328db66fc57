"""Findings for a person to read: the first of each kind in full, and how many more there are.

It returns text and prints nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from generator.core.diagnostics import (
    BOTH_CELLS_CHANGED,
    KIND_CHANGED,
    Diagnostic,
    Severity,
    number,
)
from generator.report.excerpt import Excerpts
from generator.report.text import DIM, format_diagnostic, paint

_SHOWN = 3  # findings of a kind; who has seen three knows the kind
# Of those that only the build says that made it so: what to write against it stands nowhere else.
_SHOWN_ONCE = 30
_SAID_ONCE = frozenset((BOTH_CELLS_CHANGED.code, KIND_CHANGED.code))


def format_findings(
    diagnostics: Sequence[Diagnostic],
    source: Path,
    color: bool = False,
    excerpts: Excerpts | None = None,
    *,
    is_all: bool = False,
) -> Iterator[str]:
    """The findings by kind, errors first, then by the first place of each kind; help that some of a
    kind share stands once below them. With ``is_all`` each in full, in the order given."""
    if is_all:
        for found in diagnostics:
            yield format_diagnostic(found, source, color, excerpts)
        return
    for kind in _by_kind(diagnostics):
        most = _SHOWN_ONCE if kind[0].code in _SAID_ONCE else _SHOWN
        shown, hidden = kind[:most], kind[most:]
        helps = [found.help for found in shown]
        for found, help_below in zip(shown, [*helps[1:], None], strict=True):
            has_help = found.help != help_below
            yield format_diagnostic(found, source, color, excerpts, has_help=has_help)
        if hidden:
            yield f"  {paint(_how_many_more(hidden), DIM, color)}"


def _by_kind(diagnostics: Sequence[Diagnostic]) -> list[list[Diagnostic]]:
    kinds: dict[tuple[Severity, str], list[Diagnostic]] = defaultdict(list)
    for found in diagnostics:
        kinds[found.severity, found.code].append(found)
    # Sorting keeps the order of what is equal.
    return sorted(kinds.values(), key=lambda kind: kind[0].severity is not Severity.ERROR)


def _how_many_more(hidden: Sequence[Diagnostic]) -> str:
    files = {found.position.file for found in hidden} - {""}
    where = f" in {number(len(files), 'file')}" if files else ""
    how = "-n -v shows all, before" if hidden[0].code in _SAID_ONCE else "-v shows all"
    return f"and {len(hidden):,} more {hidden[0].code}{where}; {how}"
