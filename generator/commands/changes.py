"""`build-decks changes`: what changed, as text files that Anki imports."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands import console
from generator.commands.common import (
    Common,
    PathName,
    cannot,
    format_option,
    require_folder,
    source_option,
    usage_errors,
)
from generator.commands.console import print_diagnostics, print_nothing
from generator.commands.running_anki import RUNNING, Address, anki_options, connect

if TYPE_CHECKING:
    from generator.anki.compare import Comparison
    from generator.core.outcome import BuildResult

# What no text brings, or needs none.
_NOT_WRITTEN = {"retired", "table newer", "skipped", "deck changed", "tags changed", "fewer cards"}


@dataclass(frozen=True, slots=True)
class Written:
    """Text files by path, each with the number of its notes; and what they were compared with."""

    comparison: Comparison
    files: Mapping[Path, int]


def compared(
    result: BuildResult, source: Path, output: Path, since: str, address: Address
) -> Comparison:
    """How ``result``, a build with its notes, differs from a package or a commit, or from what the
    Anki at an address has; else from what `diff` compares with.

    CommandError where there is no such package or commit, and where no Anki answers.
    """
    from generator.commands.diff import diff, diff_with_anki

    if since == RUNNING:
        return diff_with_anki(result, source, connect(address))
    if Path(since).is_file():
        return diff(result, source, output, (Path(since),))
    return diff(result, source, output, commit=since)


def write_changes(comparison: Comparison, folder: Path) -> Written:
    """Write the notes that are new or newer: a file for each note type goes into ``folder``, and
    files of an earlier time go away. Of a note type that Anki does not have there is none: it would
    make notes of another type of it, which no package could replace.

    CommandError where the files cannot be written.
    """
    from generator.core.model import Kind
    from generator.machine.disk import write_file
    from generator.push.text_files import is_ours, text_files

    meant = [
        each
        for each in comparison.changes
        if each.new
        and each.new.note_type in comparison.note_types
        and not set(each.what) <= _NOT_WRITTEN
    ]
    counts = Counter(each.kind for each in meant)
    texts = text_files(each.row for each in meant)
    files = {}
    try:
        for kind in Kind:
            path = folder / f"{kind}.txt"
            if kind in texts:
                write_file(path, [texts[kind].encode()])
                files[path] = counts[kind]
            elif is_ours(path):
                path.unlink()
    except OSError as error:
        raise cannot("write into", folder, error) from error
    return Written(comparison, files)


@click.command("changes")
@click.option(
    "--since",
    default="",
    metavar="PACKAGE|COMMIT|anki",
    help="What was imported last, or what a running Anki has; else what diff compares with.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=PathName(file_okay=False),
    metavar="FOLDER",
    required=True,
    help="Where the text files go.",
)
@format_option("text", "json")
@anki_options
@source_option
@click.pass_obj
@usage_errors()
def command(
    common: Common,
    since: str,
    folder: Path,
    format_: str | None,
    url: str,
    key_env: str,
    remote: bool,
) -> int:
    """Write what changed as text for Anki's import.

    Builds, and writes a file for each note type, with the notes that are new or newer. Anki updates
    their fields and nothing else: fields, tags and templates of your own stay, on the desktop and
    in AnkiDroid. Pictures, tags and other decks do not come this way.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.pipeline.build import run
    from generator.report.changes import changes_json, format_changes
    from generator.workspace.last_build import read_state

    source = common.source
    screen = common.screen_for(format_)
    require_folder(source)
    gc.disable()  # as a build does
    # A note that was never built has no line in the ledger that would keep its GUID.
    seen = read_state(source, common.output)
    result = run(source, common.output, console.now(), keep_notes=True, seen=seen).result
    print_diagnostics(result.diagnostics, source, screen, result.texts)
    if result.packages:
        address = Address(url, key_env, remote)
        done = write_changes(compared(result, source, common.output, since, address), folder)
        write = changes_json if screen.format == "json" else format_changes
        click.echo(write(done.comparison, done.files))
    else:
        print_nothing(result.diagnostics, screen)
    return exit_code(result.diagnostics)
