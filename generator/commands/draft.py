"""`build-decks draft`: a note from a web page, and the review of its unsure rows."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.common import Common, PathName, cannot, source_option, usage_errors
from generator.commands.console import (
    CommandError,
    Screen,
    is_terminal,
    print_diagnostics,
    wants_color,
)

if TYPE_CHECKING:
    from generator.draft.drafting import Draft


def draft(data: bytes, file: str, note: Path | None) -> Draft:
    """Make a note from the bytes of a page, in the file ``note`` if that is named and not there.

    ``file`` is the page's name; one that ends in .html is HTML whatever it begins with.
    """
    from generator.draft import drafting

    try:
        made = drafting.draft(data, file, str(note or "draft"))
    except ModuleNotFoundError as error:
        raise CommandError("draft needs lxml: pip install 'build-decks[draft]'") from error
    if made.markdown and note:
        _write_new(note, made.markdown.encode())
    return made


@click.command("draft")
@click.argument("file", metavar="FILE|-", type=PathName())
@click.option(
    "-o",
    "--output",
    "note",
    type=PathName(dir_okay=False),
    metavar="FILE",
    help="Where the page goes, else to standard output; never over a file that is there.",
)
@source_option
@click.option("--review", is_flag=True, help="Settle the unsure rows of a page, one by one.")
@click.pass_obj
@usage_errors()
def command(common: Common, file: Path, note: Path | None, review: bool) -> int:
    """Make a page from a web page.

    FILE is a page that was saved or copied as HTML, or its text. Where text has lost a table's
    columns, each row is a guess with a mark that the build refuses until you have looked at it.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.draft.drafting import has_marks

    data = _read_page_file(file)
    if has_marks(data.decode("utf-8", "replace")):
        if not review or note or str(file) == "-":
            raise CommandError(
                f"'{file}' is a draft already; to go on with it: {_review_command(file)}"
            )
        return _review(file, common.screen)
    if review and not note:
        raise CommandError("--review settles a page on disk; name it with --output")
    made = draft(data, str(file), note)
    if made.markdown and not note and sys.stdout is not None:
        sys.stdout.buffer.write(made.markdown.encode())
    _print_draft(made, common.screen)
    if note and review and made.has_marks:
        return _review(note, common.screen)
    return exit_code(made.diagnostics)


def _review_command(note: Path) -> str:
    return f"build-decks draft --review {shlex.quote(str(note))}"


def _read_page_file(file: Path) -> bytes:
    from generator.draft.decode import MOST_BYTES

    try:
        if str(file) == "-":
            if sys.stdin is None:
                raise CommandError("there is no standard input to read; name a file")
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        if file.exists() and not file.is_file():
            raise CommandError(f"'{file}' is not a file; name one, a page as it was saved")
        with file.open("rb") as page:
            return page.read(MOST_BYTES + 1)
    except OSError as error:
        raise cannot("read", file, error) from error


def _write_new(note: Path, data: bytes) -> None:
    from generator.machine.disk import write_file

    if note.exists():
        raise CommandError(
            f"'{note}' is there already; name another file, or go on with it: "
            f"{_review_command(note)}"
        )
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.open("xb").close()  # the name is ours from here on
        try:
            write_file(note, [data])
        except BaseException:
            note.unlink()
            raise
    except OSError as error:
        raise cannot("write", note, error) from error


def _print_draft(made: Draft, screen: Screen) -> None:
    """What a person should know about a draft, on stderr; nothing of it is in the note."""
    from generator.core.diagnostics import number
    from generator.report.excerpt import inert

    print_diagnostics(made.diagnostics, Path(), screen)
    if screen.quiet:
        return
    for row in made.rows:
        line = f"line {row.line}: {row.confidence}: {' | '.join(row.cells)}"
        click.echo(inert(line), err=True)
    for what in made.left_out:
        click.echo(inert(f"left out: {what}"), err=True)
    if made.markdown:
        unsure = sum(row.is_unsure for row in made.rows)
        told = f", {number(unsure, 'row')} to review" if unsure else ""
        click.echo(f"{number(made.tables, 'table')}{told}", err=True)


def _review(note: Path, screen: Screen) -> int:
    from generator.core.refusals import not_utf8
    from generator.draft.session import ChangedError, Terminal, review, single_keys

    if not (is_terminal(sys.stdout) and is_terminal(sys.stdin)):
        raise CommandError("--review needs a terminal; else edit the page and delete its marks")

    def draw(text: str) -> None:
        if os.environ.get("TERM", "dumb") != "dumb":
            click.clear()
        click.echo(f"{text}\n", color=True)

    color = wants_color(screen, sys.stdout)
    try:
        with single_keys(sys.stdin.fileno(), click.getchar) as read:
            terminal = Terminal(read, draw, lambda: shutil.get_terminal_size().columns, color)
            told = review(note, terminal)
    except ChangedError as error:
        raise CommandError(f"{error}; run it again") from error
    except OSError as error:
        raise cannot("review", note, error) from error
    except UnicodeDecodeError as error:
        print_diagnostics((not_utf8(str(note), error),), Path(), screen)
        return 1
    click.echo(f"{note}: {told}")
    return 0
