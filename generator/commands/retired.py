"""`build-decks retired`: the notes whose rows are gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.common import (
    Common,
    PathName,
    cannot,
    folder_options,
    read_package,
    require_folder,
    usage_errors,
)
from generator.commands.console import CommandError, print_diagnostics, print_nothing

if TYPE_CHECKING:
    from generator.core.diagnostics import Diagnostic
    from generator.identity.entry import LedgerEntry


def find_retired(source: Path, output: Path) -> tuple[list[LedgerEntry], list[Diagnostic]]:
    """The retired notes in the ledger of the notes in ``source``; none where it has errors, or is
    lost: there are packages in ``output``."""
    entries, diagnostics = _read_entries(source, output)
    return [entry for entry in entries if entry.retired], diagnostics


def _read_entries(source: Path, output: Path) -> tuple[Collection[LedgerEntry], list[Diagnostic]]:
    from generator.core.diagnostics import LOST_LEDGER
    from generator.core.model import Position
    from generator.core.outcome import LEDGER_FILE
    from generator.pipeline.build import read_ledger

    require_folder(source)
    ledger, diagnostics = read_ledger(source)
    package = next(iter(sorted(output.glob("*.apkg"))), None)
    if package and not ledger and not (source / LEDGER_FILE).exists():
        diagnostics = [LOST_LEDGER.at(Position("", 1, 1), package=package)]
    return [] if diagnostics else ledger.values(), diagnostics


def require_package_name(file: Path) -> None:
    """Refuse a name that is not one of a package, and a file that is there and is none."""
    if file.suffix != ".apkg":
        raise CommandError(f"'{file}' must be the name of a package: it ends in .apkg")
    if file.exists():
        read_package(file)  # what is no package is not overwritten


def tag_retired(gone: Sequence[LedgerEntry], file: Path) -> int:
    """Write a package that tags these notes 'retired'; gives how many of them are in it."""
    from generator.pipeline.retired_package import write_retired_package

    require_package_name(file)
    if not any(entry.fields for entry in gone):
        raise CommandError(
            f"'{file}' would be empty: no package of these notes was at hand when they were retired"
        )
    try:
        return write_retired_package(gone, file)
    except OSError as error:
        raise cannot("write", file, error) from error


# A package cannot be for those alone who have its notes: Anki adds what it does not know.
NEVER_REVIEWED = "tag:retired is:new"


@click.command("retired")
@click.option(
    "--package",
    "file",
    type=PathName(dir_okay=False),
    metavar="FILE",
    help="Also write a package that tags these notes 'retired' in Anki.",
)
@folder_options
@click.pass_obj
@usage_errors()
def command(common: Common, file: Path | None) -> int:
    """Find the notes whose rows are gone.

    Anki does not delete notes on import. This prints the search that finds them in its browser.
    A package that tags them adds them where they are missing: it is for people who have them.
    """  # fmt: skip
    if file:
        require_package_name(file)
    from generator.anki.search import key_search
    from generator.core.diagnostics import exit_code, number
    from generator.report.retired import format_retired, retired_json
    from generator.starter import is_of_lesson

    source = common.source
    entries, diagnostics = _read_entries(source, common.output)
    gone = [entry for entry in entries if entry.retired]
    print_diagnostics(diagnostics, source, common.screen)
    if diagnostics:
        print_nothing(diagnostics, common.screen)
        return exit_code(diagnostics)
    is_json = common.screen.format == "json"
    click.echo(retired_json(gone) if is_json else format_retired(gone, entries))
    if file and gone:
        # The lesson to begin with was hardly given to anybody, who would get it as new cards.
        ours = [e for e in gone if not is_of_lesson(e.origin.page, e.origin.clue)]
        if not ours:
            click.echo(f"{file}: not written; these are the notes of init's first lesson", err=True)
            return 0
        count = tag_retired(ours, file)
        if len(ours) < len(gone):
            lesson = number(len(gone) - len(ours), "note")
            click.echo(f"{lesson} of init's first lesson are left out of it", err=True)
        if count < len(ours):
            left = [entry.guid for entry in ours if not entry.fields]
            click.echo(
                f"it lacks {number(len(left), 'note')} of them, whose package was not there when"
                f" their rows went; to tag those, search in Anki's browser:\n  {key_search(left)}",
                err=True,
            )
        click.echo(f"{file}: {number(count, 'note')}, written", err=True)
        click.echo(
            "who does not have these notes gets them by importing it, as new cards; the search "
            f"'{NEVER_REVIEWED}' finds them afterwards, to delete them",
            err=True,
        )
    return 0
