"""`build-decks recover`: a lost ledger, made again from the packages."""

from __future__ import annotations

import click

from generator.commands import console
from generator.commands.common import (
    Common,
    folder_options,
    require_folder,
    usage_errors,
)
from generator.commands.console import print_diagnostics, print_nothing


@click.command("recover")
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@folder_options
@click.pass_obj
@usage_errors()
def command(common: Common, dry_run: bool) -> int:
    """Make a lost ledger again.

    Takes GUIDs, note ids and times from the packages as they were last built, and what a note is
    known by from the pages. A ledger that can be read stays; a damaged one is moved aside.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.core.outcome import LEDGER_FILE
    from generator.pipeline.recover import recover
    from generator.report.recovered import Recovered, format_recovered, recovered_json

    source, output = common.source, common.output
    require_folder(source)
    found = recover(source, output, console.now(), dry=dry_run)
    print_diagnostics(found.diagnostics, source, common.screen, found.texts)
    if found.text:
        is_json = common.screen.format == "json"
        report = Recovered(
            source / LEDGER_FILE,
            found.entries,
            found.exact,
            found.kept,
            found.aside,
            found.is_written,
        )
        if is_json or not common.screen.quiet:
            click.echo((recovered_json if is_json else format_recovered)(report))
    else:
        print_nothing(found.diagnostics, common.screen)
    return exit_code(found.diagnostics)
