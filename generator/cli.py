"""The command line: the program's own options, exit codes; all else is imported when it is used."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from generator.commands.common import (
    DEFAULT_OUTPUT,
    DEFAULT_SOURCE,
    Common,
    PathName,
    Request,
    usage_errors,
)
from generator.commands.console import Screen
from generator.commands.process import (
    EndedError,
    cut_off_module,
    drop_output,
    ended_by_signals,
    flush_output,
    read_names_as_utf8,
)

EPILOG = """
\b
Examples:
  build-decks                   source_notes/ to decks/
  build-decks -s pages -o out   other folders
  build-decks --check           exit 1 if decks/ is not up to date
  build-decks --watch           build again whenever a page is saved
  build-decks --only verbs      a package of a part, to share
  build-decks --format json     what was made, for a program to read
  build-decks diff              what the next import will do
  build-decks push              the notes to Anki, which is open
  build-decks pull --apply      corrections in Anki, into the pages
  build-decks changes -o text   what changed, as text for Anki
  build-decks init biology      a folder to begin with
  build-decks preview --open    every card, in the web browser
  build-decks serve --lan       the decks, for a phone in the network
  build-decks draft page.html   a page from a web page
  build-decks weak --from FILE  the rows that do not stick in Anki
  build-decks recover           a lost ledger, from the packages
  build-decks schema            what the JSON holds, for a program

\b
Exit codes:
  0    fine
  1    rows are held because of errors, or --check found a change
  2    usage, settings or ledger
  130  interrupted (Ctrl-C is how --watch ends: 0)
  143  ended by SIGTERM (so does --watch: 0)
"""

# Modules of `generator.commands`; each has a `command`.
COMMANDS = (
    "changes",  # what changed, as text files for Anki's import
    "diff",  # what the next import will do
    "draft",  # a Markdown page from a web page
    "init",  # a folder to begin with
    "preview",  # every card, as a web page
    "pull",  # what was corrected in Anki, back into the pages
    "push",  # the notes to a running Anki
    "recover",  # a lost ledger, made again from the packages
    "retired",  # the notes whose rows are gone
    "schema",  # what the JSON of the others holds
    "serve",  # the packages, for a phone in the local network
    "verify",  # real Anki imports the packages and judges them
    "weak",  # the rows that do not stick
)


def main() -> NoReturn:
    """The program's entry: runs the command line and exits."""
    read_names_as_utf8()
    try:
        sys.exit(_run())
    except OSError as error:
        with suppress(OSError):  # nor can this be printed
            click.echo(f"Error: {_refusal(error)}", err=True)
        drop_output()
        sys.exit(2)


def _run() -> int:
    """The command line's exit code. OSError where the system refuses something unforeseen."""
    try:
        with ended_by_signals():
            code = cli.main(prog_name="build-decks", standalone_mode=False) or 0
            flush_output()
            return int(code)
    except click.exceptions.Abort as error:
        if module := cut_off_module(error.__cause__):  # to click the end of a file is one of input
            click.echo(
                f"Error: '{module}', which Python made, is cut off, as by a full disk; make room "
                "there, delete it, and run this again",
                err=True,
            )
            return 2
        click.echo("interrupted; nothing is half-written", err=True)
        return 130
    except EndedError as ended:
        click.echo("ended; nothing is half-written", err=True)
        return 128 + ended.signal
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Exit as error:
        flush_output()
        return error.exit_code


def _refusal(error: OSError) -> str:
    """What to say of a refusal that no command foresaw; of an output there is no name."""
    reason = error.strerror or str(error)
    if error.filename is None and isinstance(error, FileNotFoundError):
        return "the folder that you are in is gone"
    if error.filename is None:
        return f"the output cannot be written: {reason}; packages and ledger are whole"
    return f"cannot use '{os.fsdecode(error.filename)}': {reason}"


def print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """``--version``; the package's metadata is only read when somebody asks."""
    if wanted and not context.resilient_parsing:
        from generator import __version__

        click.echo(f"build-decks {__version__}")
        context.exit()


def documents() -> Path:
    """The folder of the documents, which messages name: in an installed package it is beside this
    file, in a checkout beside the package."""
    package = Path(__file__).parent
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent / "docs"


class Commands(click.Group):
    """The commands, each imported when it is asked for: a build needs none of them."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples and exit codes, then the folder of the documents, on a line of its own."""
        super().format_epilog(context, formatter)
        formatter.write(f"\n  Documents (docs/): {documents()}\n")

    def list_commands(self, context: click.Context) -> list[str]:
        """Their names, sorted."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of this name; where there is none, all are loaded: one of them was meant."""
        for each in [name] if name in COMMANDS else COMMANDS:
            if each not in self.commands:
                self.add_command(import_module(f"generator.commands.{each}").command)
        return super().get_command(context, name)

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words begin with; pages are no command, but what -s names."""
        path = Path(words[0])
        with suppress(OSError):  # a name that is too long is none
            if words[0] not in COMMANDS and path.exists():
                folder = shlex.quote(str(path if path.is_dir() else path.parent))
                context.fail(f"'{path}' is no command; to build its pages: build-decks -s {folder}")
        return super().resolve_command(context, words)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog=EPILOG,
)
@click.option(
    "-s",
    "--source",
    default=DEFAULT_SOURCE,
    show_default=True,
    metavar="FOLDER",
    type=PathName(),
    help="The source folder, with the pages.",
)
@click.option(
    "-o",
    "--output",
    default=DEFAULT_OUTPUT,
    show_default=True,
    metavar="FOLDER",
    type=PathName(),
    help="Where the packages go.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if anything would change.")
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@click.option("--watch", is_flag=True, help="Build at every save, until Ctrl-C.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option(
    "--format",
    "format_",
    default="text",
    show_default=True,
    type=click.Choice(["text", "json", "github"]),
    help="How the result is printed.",
)
@click.option(
    "--retire", is_flag=True, help="Retire notes even where most of them would be; see BD416."
)
@click.option(
    "--refresh",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[SEARCH]",
    help="Send notes anew whose table in Anki may be older; Anki replaces their tags.",
)
@click.option(
    "--resend",
    default=None,
    metavar="SEARCH",
    help="Send notes anew: by words, page or GUID.",
)
@click.option(
    "--only",
    default=None,
    metavar="DECK|TAG",
    help="Write a package of a part, to share, of what was built; the ledger stays as it is.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option(
    "-v", "--verbose", is_flag=True, help="List every finding, and every table and what it became."
)
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
@usage_errors()
def cli(
    context: click.Context,
    source: Path,
    output: Path,
    check: bool,
    dry_run: bool,
    watch: bool,
    strict: bool,
    retire: bool,
    refresh: str | None,
    resend: str | None,
    only: str | None,
    format_: str,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Turn Markdown pages into Anki packages.

    Each folder or file in the source folder becomes one .apkg. Rows of two-column tables become
    cards: the left cell asks for the right one. Import a package again after an edit: reviews stay.
    """  # fmt: skip
    context.obj = Common(source, output, Screen(format_, color, quiet, verbose))
    if resend is not None and not resend.strip():
        raise click.UsageError(
            "--resend needs words, a page or the beginning of a GUID: --resend cells.md"
        )
    request = Request(check, dry_run, strict, verbose, retire, refresh, resend)
    if context.invoked_subcommand:
        if request != Request(verbose=verbose):
            raise click.UsageError(
                "--check, --dry-run, --strict, --retire, --refresh, --resend go with no command; "
                f"leave out '{context.invoked_subcommand}'"
            )
        if watch or only is not None:
            option = "--watch" if watch else "--only"
            raise click.UsageError(
                f"{option} goes with no command; leave out '{context.invoked_subcommand}'"
            )
        return 0
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other: leave one out")
    if only is not None:
        if watch or request != Request(dry=dry_run, verbose=verbose):
            raise click.UsageError(
                "--only packs what was built, once, and leaves the ledger and the other packages "
                "as they are: --check, --watch, --strict, --retire, --refresh and --resend do not "
                "go with it; --dry-run and --format do"
            )
        if not only.strip():
            raise click.UsageError("--only needs the name of a deck or a tag: --only exam")
        from generator.commands.only import pack_and_print

        return pack_and_print(context.obj, only, dry=dry_run)
    if watch:
        if request != Request(strict=strict) or format_ != "text":
            raise click.UsageError(
                "--watch builds and prints a line; --check, --dry-run, --verbose, --retire, "
                "--refresh, --resend and another --format are for one build"
            )
        from generator.commands.watch import watch_and_print

        return watch_and_print(context.obj, request)
    from generator.commands.build import build_and_print

    return build_and_print(context.obj, request)
