"""`build-decks preview`: a web page with every card."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.common import (
    Common,
    PathName,
    cannot,
    look,
    require_folder,
    source_option,
    usage_errors,
)
from generator.commands.console import CommandError, print_diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.core.model import Guid
    from generator.core.outcome import BuildResult
    from generator.preview.web_page import Recall


def preview(source: Path, output: Path, page: Path, now: int | None = None) -> BuildResult:
    """Write a ``page`` with all cards of the notes in ``source``; gives the build that it shows.

    ``output`` is where the packages are. ``now`` is in seconds since 1970; None is
    SOURCE_DATE_EPOCH, or the clock.
    """
    pieces, result = page_of(source, output, now)
    write_page(pieces, page)
    return result


def write_page(pieces: Iterable[bytes], page: Path) -> None:
    """Write a preview to ``page``, unless something else is there."""
    from generator.machine.disk import read_or_none, write_file
    from generator.preview.web_page import MARKER

    try:
        if page.exists() and not (read_or_none(page) or b"").startswith(MARKER.encode()):
            raise CommandError(
                f"'{page}' is not a page that preview wrote; name another file with --output"
            )
        write_file(page, pieces)
    except OSError as error:
        raise cannot("write", page, error) from error


def page_of(
    source: Path, output: Path, now: int | None = None
) -> tuple[Iterator[bytes], BuildResult]:
    """The page as HTML, in pieces, and the build that it shows; as `preview` writes it."""
    result = look(source, output, now)
    return pieces_of_page(result, source), result


def pieces_of_page(
    result: BuildResult, source: Path, recall: Mapping[Guid, Recall] | None = None
) -> Iterator[bytes]:
    """The page of a build that has its notes, with how well their cards are recalled."""
    from generator.preview.web_page import embeddable, format_page
    from generator.sources.media import MediaChangedError, MediaFolder

    packages = [built.package for built in result.packages if built.package]
    folder = MediaFolder(source)
    media = {}
    for each in embeddable(packages):
        with suppress(MediaChangedError):  # the page says that there is one
            media[each.name] = folder.read(each)
    tables, diagnostics = result.tables, result.diagnostics
    return format_page(packages, tables, diagnostics, source.as_posix(), media, recall or {})


def require_place(page: Path) -> None:
    """Refuse a page in a folder that is not there: what only reads makes no folders."""
    if not page.parent.is_dir():
        raise CommandError(f"there is no folder '{page.parent}' for the page; make it first")


_PAGE = "preview.html"
_PAGE_SUFFIXES = (".html", ".htm")


@click.command("preview")
@source_option
@click.option(
    "-o",
    "--output",
    metavar="FILE|FOLDER",
    type=PathName(),
    help="Where the page goes, page.html; else preview.html. Another name is the packages' folder.",
)
@click.option("--open", "open_", is_flag=True, help="Show the page in the web browser.")
@click.pass_obj
@usage_errors()
def command(common: Common, output: Path | None, open_: bool) -> int:
    """Write a web page with every card, to look at before the import.

    Packages and ledger are not written. With errors on the pages the preview shows them.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code, number

    source, page = common.source, Path(_PAGE)
    if output and output.suffix.lower() in _PAGE_SUFFIXES:
        page = output
    elif output:
        if output.exists() and not output.is_dir():
            raise CommandError(
                f"'{output}' is neither a page, whose name ends in .html, nor a folder"
            )
        common = common._replace(output=output)
    require_folder(source)
    require_place(page)
    gc.disable()  # as a build does
    result = preview(source, common.output, page)
    print_diagnostics(result.diagnostics, source, common.screen, result.texts)
    if not common.screen.quiet:
        click.echo(f"{page}: {number(sum(built.cards for built in result.packages), 'card')}")
    if open_:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return exit_code(result.diagnostics)
