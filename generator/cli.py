"""The command line: options, printing, exit codes. What is heavy is imported where it is used."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from generator.build import Outcome

EPILOG = """
\b
Examples:
  build-decks                   source_notes/ to decks/
  build-decks -s notes -o out   other folders
  build-decks --check           exit 1 if decks/ is not up to date
  build-decks --format json     what was made, for a program to read

\b
Exit codes:
  0    fine
  1    the notes have errors, or --check found a change
  2    usage, settings or ledger
  130  interrupted
"""


def main() -> NoReturn:
    """The program's entry: runs the command line and exits."""
    try:
        sys.exit(cli.main(prog_name="build-decks", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        click.echo("interrupted; nothing is half-written", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)


def print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """``--version``; the package's metadata is only read when somebody asks."""
    if wanted and not context.resilient_parsing:
        from generator import __version__

        click.echo(f"build-decks {__version__}")
        context.exit()


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog=EPILOG,
)
@click.option(
    "-s",
    "--source",
    default="source_notes",
    show_default=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the notes are.",
)
@click.option(
    "-o",
    "--output",
    default="decks",
    show_default=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the packages go.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if anything would change.")
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@click.option(
    "--format",
    "format_",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json"]),
    help="How the result is printed.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="List every table and what it became.")
@click.option(
    "--color",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "always", "never"]),
    help="Colour; auto obeys NO_COLOR and FORCE_COLOR.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(
    context: click.Context,
    source: Path,
    output: Path,
    check: bool,
    dry_run: bool,
    format_: str,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Turn Markdown notes into Anki packages.

    Each folder or file in the notes' folder becomes one .apkg. Rows of two-column tables become
    cards: the left cell asks for the right one. Import a package again after an edit: reviews stay.
    """  # fmt: skip
    if context.invoked_subcommand:
        return 0
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    if not source.is_dir():
        raise click.UsageError(
            f"there is no folder '{source}'; create it and put a Markdown file with a table in it, "
            "or name another folder with --source"
        )
    from generator.build import run

    outcome = run(source, output, _now(), dry=check or dry_run)
    if format_ == "json":
        click.echo(_as_json(outcome, output))
    else:
        _print_text(outcome, source, output, check, dry_run, quiet, verbose, color)
    from generator.diagnostics import exit_code

    stale = check and bool(outcome.changed_files)
    return max(exit_code(outcome.result.diagnostics), int(stale))


def _now() -> int:
    """Seconds since 1970: SOURCE_DATE_EPOCH, or the clock, read here and nowhere else."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return int(time.time())
    if not epoch.isdecimal():
        raise click.UsageError(
            f"SOURCE_DATE_EPOCH is '{epoch}'; it must be a whole number of seconds since 1970"
        )
    return int(epoch)


def _wants_color(choice: str, stream_is_terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream_is_terminal


def _print_text(
    outcome: Outcome,
    source: Path,
    output: Path,
    check: bool,
    dry_run: bool,
    quiet: bool,
    verbose: bool,
    color_choice: str,
) -> None:
    from generator.diagnostics import Severity, number
    from generator.report.text import (
        BOLD,
        GREEN,
        format_diagnostic,
        format_skipped,
        format_tables,
        paint,
    )

    result = outcome.result
    color = _wants_color(color_choice, sys.stderr.isatty())
    for diagnostic in result.diagnostics:
        if not quiet or diagnostic.severity is Severity.ERROR:
            click.echo(format_diagnostic(diagnostic, source, color), err=True, color=color)
    if quiet:
        return
    color = _wants_color(color_choice, sys.stdout.isatty())
    if verbose and result.tables:
        click.echo(format_tables(result.tables, source))
    for built in result.packages:
        path = output / built.file_name
        changed = path in outcome.changed_files
        state = "up to date"
        if changed:
            state = "would change" if check or dry_run else "written"
        size = f"{number(len(built.package.notes), 'note')}, {number(built.cards, 'card')}"
        shown = paint(str(path), BOLD, color)
        click.echo(f"{shown}: {size}, {paint(state, GREEN, color)}", color=color)
    stamped = result.stamped
    counts = {"new": stamped.new, "changed": stamped.changed, "retired": stamped.retired}
    told = [f"{len(guids):,} {name}" for name, guids in counts.items() if guids]
    if told:
        click.echo(f"notes: {', '.join(told)}")
    if not verbose and (skipped := format_skipped(result.tables)):
        click.echo(skipped)


def _as_json(outcome: Outcome, output: Path) -> str:
    from generator.report.json import DeckReport, format_json

    result = outcome.result
    decks = [
        DeckReport(
            (output / built.file_name).as_posix(),
            built.package.notes[0].note.deck.partition("::")[0],
            len(built.package.notes),
            built.cards,
            built.digest,
        )
        for built in result.packages
    ]
    stamped = result.stamped
    counts = {
        "files": result.files,
        "new": len(stamped.new),
        "changed": len(stamped.changed),
        "retired": len(stamped.retired),
    }
    return format_json(decks, result.tables, result.diagnostics, counts)
