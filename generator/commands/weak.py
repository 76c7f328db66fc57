"""`build-decks weak`: the rows that do not stick."""

from __future__ import annotations

import gc
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands import console
from generator.commands.common import (
    Common,
    PathName,
    folder_options,
    format_option,
    look,
    require_folder,
    usage_errors,
)
from generator.commands.console import CommandError, print_diagnostics, print_nothing, wants_color
from generator.commands.running_anki import RUNNING, Address, anki_errors, anki_options, connect

if TYPE_CHECKING:
    from generator.anki.connect import AnkiConnect
    from generator.anki.reviews import Reviews
    from generator.core.outcome import BuildResult
    from generator.weak.weak_rows import Measure, WeakReport

_DAY = 86_400  # seconds
_UNITS = {"d": 1, "w": 7}  # in days


@dataclass(frozen=True, slots=True)
class Weak:
    """What was found: the report, the build of the pages, and what the collection has."""

    report: WeakReport
    result: BuildResult
    reviews: Reviews


def weak(
    source: Path,
    output: Path,
    collection: Path,
    measure: Measure,
    top: int,
    since: int = 0,
    now: int | None = None,
) -> Weak | BuildResult:
    """The rows of the notes in ``source`` that do not stick in a ``collection``; the build alone
    where it has no package.

    ``since`` and ``now`` are in seconds since 1970; None is SOURCE_DATE_EPOCH, or the clock.
    CommandError: the collection cannot be read, or has none of these notes.
    """
    from generator.anki.collection_file import CollectionError, open_collection
    from generator.anki.reviews import read_reviews
    from generator.identity.ledger import guids_in
    from generator.weak.weak_rows import find_weak

    now = console.now() if now is None else now
    require_folder(source)
    try:
        with open_collection(collection) as connection:
            result = look(source, output, now)
            if not result.packages:
                return result
            reviews = read_reviews(connection, guids_in(result.lines), now, since)
    except CollectionError as error:
        raise CommandError(str(error)) from error
    if not reviews.notes:
        raise CommandError(_without_notes(collection, source, reviews.foreign))
    return Weak(find_weak(result.notes, reviews, measure, top), result, reviews)


def _without_notes(collection: Path, source: Path, foreign: int) -> str:
    from generator.core.diagnostics import number

    if not foreign:
        return (
            f"'{collection}' has no note that build-decks made; import a package into it, or name "
            "another collection with --from"
        )
    return (
        f"'{collection}' has {number(foreign, 'note')} that build-decks made, and none of them is "
        f"of the pages in '{source}': they are of other pages, or of another ledger"
    )


def running_collection(anki: AnkiConnect) -> Path:
    """The collection that is open in a running Anki. It is read from its file like any other: the
    add-on knows neither difficulty nor stability.

    CommandError: Anki cannot be asked, or runs on another computer.
    """
    from generator.anki.archive import DATABASE

    if not anki.is_local:
        raise CommandError(
            "the collection is a file of this computer's Anki; export it there, and name the file"
        )
    with anki_errors():
        media = Path(str(anki.call("getMediaDirPath")))
    return media.parent / DATABASE


def read_since(text: str, now: int) -> int:
    """``2026-11-01`` (midnight, local time), ``30d`` or ``8w`` as seconds since 1970.

    CommandError: it is none of these.
    """
    if found := re.fullmatch(r"(\d{1,4})([dw])", text, re.ASCII):
        return max(now - int(found[1]) * _UNITS[found[2]] * _DAY, 0)
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return max(int(datetime.fromisoformat(text).timestamp()), 0)
    except (ValueError, OverflowError, OSError):
        pass
    raise CommandError(f"--since is '{text[:40]}'; write a day, 2026-11-01, or a time, 30d or 8w")


@click.command("weak")
@click.option(
    "--from",
    "read_from",
    default=RUNNING,
    show_default=True,
    metavar="FILE",
    help="The collection: of the Anki that runs, collection.anki2 or its folder, .apkg or .colpkg.",
)
@click.option(
    "--by",
    type=click.Choice(["lapses", "difficulty", "time", "again"]),
    default="lapses",
    show_default=True,
    help="What the rows are ordered by.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="How many rows are listed.",
)
@click.option(
    "--since",
    default="",
    metavar="DAY",
    help="Count only answers since then: 2026-11-01, 30d or 8w.",
)
@click.option(
    "--html",
    "page",
    type=PathName(dir_okay=False),
    metavar="FILE",
    help="Also write the preview, each card with how well it is recalled.",
)
@format_option("text", "json", "github")
@anki_options
@folder_options
@click.pass_obj
@usage_errors()
def command(
    common: Common,
    read_from: str,
    by: str,
    top: int,
    since: str,
    page: Path | None,
    format_: str | None,
    url: str,
    key_env: str,
    remote: bool,
) -> int:
    """Find the rows that do not stick.

    Reads how the cards were answered in Anki, and names the rows of the pages that are forgotten.
    The collection may be open in Anki; it is copied, and nothing is written to it.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.weak.weak_rows import Measure

    source = common.source
    require_folder(source)  # before Anki is asked
    screen = common.screen_for(format_)
    now = console.now()
    start = read_since(since, now) if since else 0
    collection = (
        running_collection(connect(Address(url, key_env, remote)))
        if read_from == RUNNING
        else Path(read_from)
    )
    if page:
        from generator.commands.preview import require_place

        require_place(page)
    gc.disable()  # as a build does
    found = weak(source, common.output, collection, Measure(by), top, start, now)
    if not isinstance(found, Weak):
        print_diagnostics(found.diagnostics, source, screen, found.texts)
        print_nothing(found.diagnostics, screen)
        return exit_code(found.diagnostics)
    report, reviews = found.report, found.reviews
    if report.answers and not report.has_difficulty and report.measure is Measure.DIFFICULTY:
        raise CommandError(
            "no card in it has a difficulty: FSRS is off there; --by lapses needs none"
        )
    if page:
        write_recall(found, source, page)
    if screen.format == "github":
        from generator.report.weak import format_annotations

        for line in format_annotations(report, source, Path.cwd()):
            click.echo(line)
        return 0
    if screen.format == "json":
        from generator.report.weak import weak_json

        click.echo(weak_json(report, read_from, start, reviews.foreign, reviews.ahead))
        return 0
    _print_text(found, source, collection, wants_color(screen, sys.stdout))
    return 0


def _print_text(found: Weak, source: Path, collection: Path, color: bool) -> None:
    from generator.core.diagnostics import number
    from generator.report.weak import format_weak

    if found.reviews.foreign:
        notes = number(found.reviews.foreign, "note")
        click.echo(f"{notes} in it that build-decks made are of other pages", err=True)
    if found.reviews.ahead:
        answers = number(found.reviews.ahead, "answer")
        click.echo(
            f"{answers} are of days to come: the clock of a device was ahead; they count", err=True
        )
    if found.report.answers:
        click.echo(format_weak(found.report, source, color), color=color)
        return
    click.echo("no card of these notes was answered yet")
    if collection.suffix in (".apkg", ".colpkg"):
        click.echo(
            "an export has answers where 'Include scheduling information' was ticked", err=True
        )


def write_recall(found: Weak, source: Path, page: Path) -> None:
    """Write the preview with how well each card is recalled."""
    from generator.commands.preview import pieces_of_page, write_page
    from generator.weak.recall import recall_of

    recall = recall_of(found.result.notes, found.reviews)
    write_page(pieces_of_page(found.result, source, recall), page)
