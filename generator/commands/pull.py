"""`build-decks pull`: what was corrected in Anki, back into the cells of the pages."""

from __future__ import annotations

import gc
import posixpath
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from generator.commands import console
from generator.commands.common import (
    Common,
    cannot,
    folder_options,
    format_option,
    look,
    require_folder,
    usage_errors,
)
from generator.commands.console import CommandError, print_diagnostics, print_nothing, wants_color
from generator.commands.running_anki import (
    RUNNING,
    Address,
    anki_options,
    collection_key,
    connect,
    ours_of,
    read_anki,
)

if TYPE_CHECKING:
    from generator.anki.connect import AnkiConnect
    from generator.core.diagnostics import Diagnostic
    from generator.core.model import Guid, Page
    from generator.core.outcome import BuildResult
    from generator.pull.corrections import Pull, Sides
    from generator.pull.page_cells import PageText
    from generator.push.collection import InAnki
    from generator.push.plan import Ours


_MEDIA = "collection.media"  # the folder of pictures beside a collection


@dataclass(frozen=True, slots=True)
class Pulled:
    """What comes back from Anki, and the build of the pages as they were; an error for each field
    that was changed on both sides."""

    pull: Pull
    result: BuildResult
    diagnostics: tuple[Diagnostic, ...]


def pull(
    source: Path,
    output: Path,
    collection: Path | AnkiConnect,
    *,
    apply: bool = False,
    partly: bool = False,
    now: int | None = None,
) -> Pulled | BuildResult:
    """What was corrected in a ``collection``, a running Anki or a file, in fields of the notes in
    ``source``; the build alone where it has no package. With ``apply`` it is written into the
    pages; ``partly`` is for `find_corrections`.

    ``now`` is in seconds since 1970; None is SOURCE_DATE_EPOCH, or the clock. CommandError: the
    collection cannot be read, or has none of these notes; a page changed meanwhile.
    """
    from generator.machine.disk import only_one_build
    from generator.pull.corrections import find_corrections
    from generator.push.plan import Cards, make_plan
    from generator.push.sent import read_sent
    from generator.report.push import conflicts

    now = console.now() if now is None else now
    require_folder(source)
    result = look(source, output, now)
    if not result.packages:
        return result
    ours = ours_of(result)
    theirs, place = _read(collection, ours)
    if not ours.all_rows.keys() & theirs.notes.keys():
        raise CommandError(f"the collection has no note of the pages in '{source}'")
    sent, _ = read_sent(source, place)
    plan = make_plan(ours, theirs, sent, Cards())
    sides = _sides(source, output, now, result, theirs)
    found = find_corrections(plan, sides, partly=partly)
    if apply and found.texts:
        with only_one_build(source, lambda: click.echo("waiting for another build", err=True)):
            _write(source, found)
        if place:
            _remember(source, place, found, theirs)
    return Pulled(found, result, tuple(conflicts(plan)))


def _read(collection: Path | AnkiConnect, ours: Ours) -> tuple[InAnki, str]:
    """What a collection has of our notes, and a text that says which one it is."""
    from generator.anki.archive import DATABASE
    from generator.anki.collection_file import CollectionError, collection_in, open_collection
    from generator.push.collection_in_file import read_collection_in_file

    if not isinstance(collection, Path):
        theirs = read_anki(collection, ours)
        return theirs, collection_key(collection, theirs)
    note_ids = {guid: row.note_id for guid, row in ours.all_rows.items()}
    try:
        file = collection_in(collection)
        # As a push names it that went to the Anki which had it open.
        place = str(file.absolute().with_name(_MEDIA)) if file.name == DATABASE else ""
        with open_collection(file) as connection:
            return read_collection_in_file(connection, note_ids, place), place
    except CollectionError as error:
        raise CommandError(str(error)) from error


def _sides(source: Path, output: Path, now: int, result: BuildResult, theirs: InAnki) -> Sides:
    from generator.pages.page import page_with_cells
    from generator.pipeline import build
    from generator.pull.corrections import Sides
    from generator.sources.media import MediaFolder

    media = MediaFolder(source)
    settings = cache(lambda: build.page_settings(source))

    @cache
    def page(path: str) -> PageText | None:
        from generator.core.model import Source
        from generator.pull.page_cells import PageText
        from generator.pull.write import read_text

        try:
            text = read_text(source, path)
        except (OSError, UnicodeDecodeError):
            return None
        if path not in settings() or settings()[path][0].text != text:
            return None
        own = settings()[path][1]

        def read(text: str) -> Page:
            return page_with_cells(Source(path, text), own, media)

        return PageText(text, read(text), read)

    last: list[tuple[Mapping[str, str], BuildResult]] = []

    def preview(texts: Mapping[str, str]) -> BuildResult:
        if not last or last[0][0] != texts:
            last[:] = [(texts, build.look(source, output, now, texts=texts))]
        return last[0][1]

    return Sides(
        result,
        {guid: note.fields for guid, note in theirs.notes.items()},
        page,
        preview,
        _files_of(result),
    )


def _files_of(result: BuildResult) -> Callable[[str], Mapping[str, str]]:
    """By page what its cells write for the pictures and sounds of the package."""
    packages = [built.package for built in result.packages if built.package]
    paths = {file.name: file.path for package in packages for file in package.media}

    def files(page: str) -> Mapping[str, str]:
        folder = posixpath.dirname(page) or "."
        # A percent sign begins the code of a character; the others end an address.
        return {
            name: re.sub(r"[%<>\\]", lambda found: quote(found[0]), posixpath.relpath(path, folder))
            for name, path in paths.items()
        }

    return cache(files)


def _write(source: Path, found: Pull) -> None:
    from generator.pull.write import PageChangedError, write_pages

    try:
        write_pages(source, found.before, found.texts)
    except PageChangedError as error:
        raise CommandError(f"'{source / str(error)}' changed meanwhile; run this again") from error
    except OSError as error:
        raise cannot("write", Path(error.filename or source), error) from error


def _remember(source: Path, place: str, found: Pull, theirs: InAnki) -> None:
    from generator.push.record import after_pulling
    from generator.push.sent import read_sent, write_sent

    pulled: dict[Guid, dict[str, str]] = {}
    for each in found.corrections:
        difference = each.difference
        pulled.setdefault(difference.guid, {})[difference.field] = difference.theirs
    with suppress(OSError):  # then a second correction of a field is shown, and left
        sent, last = read_sent(source, place)
        write_sent(source, place, after_pulling(sent, pulled, theirs), last)


@click.command("pull")
@click.option(
    "--from",
    "read_from",
    default=RUNNING,
    show_default=True,
    metavar="FILE",
    help="The collection: of the Anki that runs, collection.anki2 or its folder, .apkg or .colpkg.",
)
@click.option("--apply", is_flag=True, help="Write what was corrected into the cells.")
@click.option(
    "--partly",
    is_flag=True,
    help="Also what is corrected in a note of which more is left; an import replaces the rest.",
)
@format_option("text", "json")
@anki_options
@folder_options
@click.pass_obj
@usage_errors()
def command(
    common: Common,
    read_from: str,
    apply: bool,
    partly: bool,
    format_: str | None,
    url: str,
    key_env: str,
    remote: bool,
) -> int:
    """Show what was corrected in Anki.

    Compares the fields in Anki with those that the pages make, and shows what was corrected there
    at file:line:column. With --apply it is written into the cell that the field is made of, and
    nothing else changes. The collection is only read.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.report.pull import format_pull, pull_json

    source = common.source
    require_folder(source)  # before Anki is asked
    screen = common.screen_for(format_)
    address = Address(url, key_env, remote)
    collection = connect(address) if read_from == RUNNING else Path(read_from)
    gc.disable()  # as a build does
    done = pull(source, common.output, collection, apply=apply, partly=partly)
    result = done.result if isinstance(done, Pulled) else done
    # What else is to be said of the pages, the build says.
    found = done.diagnostics if isinstance(done, Pulled) else result.diagnostics
    print_diagnostics(found, source, screen, result.texts)
    if isinstance(done, Pulled):
        color = wants_color(screen, sys.stdout)
        text = (
            pull_json(done.pull, read_from, is_applied=apply)
            if screen.format == "json"
            else format_pull(done.pull, source, color, is_applied=apply, shows_all=screen.verbose)
        )
        click.echo(text, color=color)
    else:
        print_nothing(found, screen)
    return exit_code(found)
