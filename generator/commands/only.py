"""What `build-decks --only` does: packages of a part of the notes, to share."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands import console
from generator.commands.common import (
    Common,
    deck_reports,
    file_state,
    look,
    require_folder,
)
from generator.commands.console import CommandError, print_diagnostics, print_nothing, wants_color

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generator.core.outcome import BuildResult
    from generator.pipeline.subset import Subsets


def pack_only(
    source: Path,
    output: Path,
    text: str,
    now: int | None = None,
    *,
    dry: bool = False,
    on_wait: Callable[[], object] = object,
) -> tuple[BuildResult, Subsets | None]:
    """Write what the deck or the tag ``text`` names into packages of their own in ``output``; gives
    the build that they are of, too, and no packages where that has none.

    The ledger and the packages that a build writes stay as they are. ``now`` is in seconds since
    1970; None is SOURCE_DATE_EPOCH, or the clock. CommandError where no note is meant, or pages are
    not as they were built.
    """
    from generator.core.outcome import LEDGER_FILE
    from generator.pipeline.build import read_ledger
    from generator.pipeline.subset import (
        EditedSubsetError,
        UnknownSubsetError,
        parse_only,
        write_subsets,
    )
    from generator.workspace.folders import Workspace

    require_folder(source)
    if not (source / LEDGER_FILE).exists():
        raise CommandError("nothing was built yet: --only packs what was built; run build-decks")
    now = console.now() if now is None else now
    result = look(source, output, now)
    if not result.packages:
        return result, None
    rows = [row for built in result.packages if built.package for row in built.package.rows]
    workspace = Workspace(source, output, now, dry=dry)
    try:
        only = parse_only(text, rows)
        return result, write_subsets(result, read_ledger(source)[0], only, workspace, on_wait)
    except UnknownSubsetError as error:
        raise CommandError(str(error)) from error
    except EditedSubsetError as error:
        raise CommandError(
            f"the pages of {_quoted(error.packages)} were edited since the last build; run "
            "build-decks first, so that the part and the whole bring the same"
        ) from error


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def pack_and_print(common: Common, text: str, *, dry: bool) -> int:
    """Write the subset and print what is in it; returns the exit code."""
    from generator.core.diagnostics import Severity, exit_code
    from generator.report.json import format_subset_json

    def on_wait() -> None:
        click.echo("a build of these pages is under way; waiting for it", err=True)

    gc.disable()  # as a build does
    result, found = pack_only(common.source, common.output, text, dry=dry, on_wait=on_wait)
    more = found.diagnostics if found else ()
    # Warnings are for who builds; what has an error is missing in the subset, too.
    errors = [d for d in (*result.diagnostics, *more) if d.severity is Severity.ERROR]
    if found and common.screen.format == "json":
        decks = deck_reports(found.packages, common.output, lambda path: _state(path, found, dry))
        only = found.only
        click.echo(format_subset_json(only.deck, only.tag, decks, errors))
        return exit_code(errors)
    print_diagnostics(errors, common.source, common.screen, result.texts)
    if not found:
        print_nothing(errors, common.screen)
    elif not common.screen.quiet:
        _print_text(found, common, dry)
    return exit_code(errors)


def _print_text(found: Subsets, common: Common, dry: bool) -> None:
    from generator.core.diagnostics import number
    from generator.report.text import BOLD, GREEN, paint

    color = wants_color(common.screen, sys.stdout)
    for built in found.packages:
        path = common.output / built.file_name
        size = f"{number(built.notes, 'note')}, {number(built.cards, 'card')}"
        state = paint(_state(path, found, dry), GREEN, color)
        click.echo(f"{paint(str(path), BOLD, color)}: {size}, {state}", color=color)


def _state(path: Path, found: Subsets, dry: bool) -> str:
    return file_state(path, found.changed, found.written, dry)
