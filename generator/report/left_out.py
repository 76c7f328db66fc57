"""What was not read, and which package a first build chose, in words; prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from generator.core.diagnostics import number
from generator.core.model import LeftOut
from generator.core.outcome import BuildResult
from generator.report.excerpt import inert

_MOST_REASONS = 5  # on one line


def format_left_out(left_out: Sequence[LeftOut], source: Path) -> str:
    """A line a page or folder: where it is, and why it is not read."""
    lines = []
    for file, reason, is_folder, pattern in left_out:
        why = f'{reason} = ["{pattern}"]' if pattern else reason
        lines.append(inert(f"{source / file}{'/' if is_folder else ''}: left out: {why}"))
    return "\n".join(lines)


def format_left_out_count(left_out: Sequence[LeftOut]) -> str:
    """``3 pages left out (README, CHANGELOG): -v lists them``; empty where none is."""
    if not left_out:
        return ""
    folders = sum(each.is_folder for each in left_out)
    counts = {"page": len(left_out) - folders, "folder": folders}
    told = " and ".join(number(count, noun) for noun, count in counts.items() if count)
    reasons = [reason for reason, _ in Counter(each.reason for each in left_out).most_common()]
    shown = ", ".join(reasons[:_MOST_REASONS]) + (", …" if len(reasons) > _MOST_REASONS else "")
    them = "it" if len(left_out) == 1 else "them"
    return inert(f"{told} left out ({shown}): -v lists {them}")


def format_chosen(result: BuildResult) -> str:
    """Which package a first build makes of all pages, and the setting to change it; else empty."""
    if not result.loose:
        return ""
    pages = number(result.loose, "loose page")
    line = f"{pages}, so all pages are one package, {result.whole};"
    return inert(f'{line} package = "…" in deck.toml gives it another name')
