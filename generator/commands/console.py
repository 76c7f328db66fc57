"""Screen and clock as all commands use them: colour, what is found in the notes, progress, now."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generator.core.diagnostics import Diagnostic

_LAST_TIME = 4_102_444_799


class CommandError(Exception):
    """Why a command cannot do what it was asked to, in words for the person who asked."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How things are printed: ``--format``, ``--color``, ``--quiet`` and ``--verbose``."""

    format: str = "text"
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


def now() -> int:
    """Seconds since 1970: SOURCE_DATE_EPOCH, or the clock, read here and nowhere else."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return int(time.time())
    # Of a time without limits a clock would make days that no calendar has.
    if not epoch.isascii() or not epoch.isdecimal() or len(epoch) > 10 or int(epoch) > _LAST_TIME:
        raise CommandError(
            f"SOURCE_DATE_EPOCH is '{epoch[:40]}'; it must be a whole number of seconds since 1970,"
            f" at most {_LAST_TIME} (the end of 2099)"
        )
    return int(epoch)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sees what is written there."""
    # A stream that the caller has closed is None.
    return stream is not None and stream.isatty()


def wants_color(screen: Screen, stream: TextIO | None) -> bool:
    """Whether what is written to the stream is to be in colour."""
    if screen.color != "auto":
        return screen.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal(stream)


def show_progress(line: str) -> None:
    """One line of the terminal, overwritten each time; a longer one would leave its beginning."""
    width = shutil.get_terminal_size().columns - 1
    click.echo(f"\r{line[:width].ljust(width)}\r", nl=False, err=True)


def print_diagnostics(
    diagnostics: Sequence[Diagnostic],
    source: Path,
    screen: Screen,
    texts: Mapping[str, str] | None = None,
) -> None:
    """What was found in the notes in ``source``, with the lines of ``texts``, files by path: the
    first of each kind, or all where the person asked for more."""
    from generator.core.diagnostics import Severity

    shown = [d for d in diagnostics if not screen.quiet or d.severity is Severity.ERROR]
    if not shown:
        return
    if screen.format == "github":
        from generator.report.github import format_annotation

        for diagnostic in shown:
            click.echo(format_annotation(diagnostic, source, Path.cwd()))
        return
    from generator.report.excerpt import Excerpts
    from generator.report.findings import format_findings

    color = wants_color(screen, sys.stderr)
    excerpts = Excerpts(texts or {}, shutil.get_terminal_size().columns)
    for text in format_findings(shown, source, color, excerpts, is_all=screen.verbose):
        click.echo(text, err=True, color=color)


def print_nothing(diagnostics: Sequence[Diagnostic], screen: Screen) -> None:
    """What a program reads on standard output where findings leave a command nothing to do."""
    if screen.format == "json":
        from generator.report.json import format_nothing_json

        click.echo(format_nothing_json(diagnostics))
