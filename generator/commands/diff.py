"""`build-decks diff`: what the next import will do."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.common import (
    Common,
    look,
    output_option,
    read_package,
    source_option,
    usage_errors,
)
from generator.commands.console import CommandError, print_diagnostics, wants_color

if TYPE_CHECKING:
    from generator.model import Guid, NoteRow
    from generator.outcome import BuildResult
    from generator.report.diff import NoteChange


def diff(
    result: BuildResult, source: Path, output: Path, packages: Sequence[Path] = ()
) -> tuple[NoteChange, ...]:
    """What an import of ``result`` (see `look`) does where ``packages`` were imported before.

    Without ``packages`` they are those in ``output``, as they were last built.
    """
    from generator.build import read_ledger
    from generator.report.diff import compare

    # A package may have had another name when its notes were last built.
    known = read_ledger(source)[0].values()
    names = {entry.origin.package for entry in known}
    names |= {built.name for built in result.packages}
    old: dict[Guid, NoteRow] = {}
    for path in packages or [output / f"{name}.apkg" for name in sorted(names)]:
        if path.is_file():
            old |= read_package(path)
    new: dict[Guid, NoteRow] = {}
    namesakes = {path.name for path in packages}
    for built in result.packages:
        found = {each.guid: each.row for each in built.package.stamped()} if built.package else {}
        if not packages or built.file_name in namesakes or old.keys() & found.keys():
            new |= found
    if packages and not new and result.packages:
        raise CommandError(f"no note of '{packages[0]}' is among the notes, nor its name")
    positions = {stamped.guid: stamped.note.position for stamped in result.notes}
    # A note that is not retired is in a package that is not compared, or has errors.
    in_use = {entry.guid for entry in known if not entry.retired} - result.changes.retired
    old = {guid: note for guid, note in old.items() if guid in new or guid not in in_use}
    return compare(old, new, positions)


@click.command("diff")
@click.argument("packages", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@source_option
@output_option
@click.pass_obj
@usage_errors()
def command(
    common: Common, packages: tuple[Path, ...], source: Path | None, output: Path | None
) -> int:
    """Say what the next import will do.

    Compares the notes as they are now with the packages as they were last built, or with older
    PACKAGES. Ends with what Anki will not do by itself.
    """  # fmt: skip
    from generator.diagnostics import exit_code
    from generator.report.diff import diff_json, format_diff

    source, output = source or common.source, output or common.output
    gc.disable()  # as a build does
    result = look(source, output)
    print_diagnostics(result.diagnostics, source, common.screen, result.texts)
    changes = diff(result, source, output, packages)
    if result.packages and common.screen.format == "json":
        click.echo(diff_json(changes))
    elif result.packages:  # else there is nothing to import
        color = wants_color(common.screen, sys.stdout)
        click.echo(format_diff(changes, source, color), color=color)
    return exit_code(result.diagnostics)
