"""`build-decks push`: the build goes to a running Anki, field by field."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

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
from generator.commands.console import (
    CommandError,
    is_terminal,
    print_diagnostics,
    print_nothing,
    show_progress,
    wants_color,
)
from generator.commands.running_anki import (
    Address,
    anki_errors,
    anki_options,
    collection_key,
    connect,
    ours_of,
    read_anki,
    read_cards,
)

if TYPE_CHECKING:
    from generator.anki.connect import AnkiConnect
    from generator.core.diagnostics import Diagnostic
    from generator.core.model import DeckName
    from generator.core.outcome import BuildResult
    from generator.machine.progress import Progress
    from generator.push.plan import Plan
    from generator.push.send import MediaToSend
    from generator.push.sent import Sent


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What a person asks for: ``packages`` by name or file, all where there are none; ``profile``
    is the one of Anki that is meant."""

    packages: tuple[str, ...] = ()
    dry: bool = False
    force: bool = False
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push: the build, the plan for the profile, the steps that are ``left``; more errors; how
    many ``files`` were sent."""

    result: BuildResult
    plan: Plan
    profile: str
    left: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    files: int = 0


def push(
    source: Path, output: Path, anki: AnkiConnect, request: PushRequest, progress: Progress
) -> Pushed | BuildResult:
    """Build, and send what differs; the build alone where it has nothing to send.

    CommandError where Anki cannot be reached, where another profile is open than the last time, or
    where Anki ends in between.
    """
    from generator.pipeline.build import run
    from generator.push.collection import taken_guids
    from generator.push.plan import make_plan
    from generator.push.record import after_sending, before_sending
    from generator.push.send import ACTIONS, send, steps_left
    from generator.push.sent import read_sent
    from generator.report.push import conflicts, guids_taken, mismatches
    from generator.sources.media import MediaChangedError
    from generator.workspace.last_build import read_state

    require_folder(source)
    with anki_errors():
        anki.call("version")  # before a build of a minute
    if request.dry:
        result = look(source, output)
    else:
        seen = read_state(source, output)
        result = run(
            source, output, console.now(), keep_notes=True, progress=progress, seen=seen
        ).result
    if not result.packages:
        return result
    ours = ours_of(result, request.packages)
    theirs = read_anki(anki, ours, ACTIONS, progress)
    place = collection_key(anki, theirs)
    sent, last = read_sent(source, place)
    _require_profile(request.profile, theirs.profile, last, place)
    cards = read_cards(anki, ours, theirs, sent)
    plan = make_plan(ours, theirs, sent, cards, force=request.force)
    with anki_errors():
        taken = taken_guids(anki, {each.guid for each in plan.new})
    found = [*conflicts(plan), *guids_taken(plan, taken)]
    plan = replace(plan, new=tuple(each for each in plan.new if each.guid not in taken))
    if request.dry:
        return Pushed(result, plan, theirs.profile, steps_left(theirs.missing), tuple(found))
    media, descriptions = _media(source, result), _descriptions(result)
    sent = before_sending(sent, plan)
    _remember(source, place, sent)
    try:
        with anki_errors():
            sending = send(anki, plan, theirs, ours.all_rows, media, descriptions, progress)
    except MediaChangedError as changed:
        raise CommandError(f"'{changed}' changed while it was read; run this again") from changed
    _remember(source, place, after_sending(sent, ours, theirs, plan, sending))
    found += mismatches(sending.mismatches)
    return Pushed(result, plan, theirs.profile, sending.left, tuple(found), sending.media)


def _remember(source: Path, place: str, sent: Sent) -> None:
    from generator.machine.cache_files import sent_file
    from generator.push.sent import write_sent

    try:
        write_sent(source, place, sent)
    except OSError as error:
        raise cannot("write", sent_file(source), error) from error


def _require_profile(wanted: str, opened: str, last: str, place: str) -> None:
    """Refuse another profile than the one that is meant, or that was sent to the last time."""
    if wanted and wanted != opened:
        raise CommandError(
            f"Anki has the profile '{opened}' open, not '{wanted}'; change it there (File > Switch "
            f"Profile), or write --profile '{opened}'"
        )
    if last and last != place and not wanted:
        raise CommandError(
            f"the last push went to another collection, '{last}'; open that profile in Anki, or "
            f"say that you mean this one: --profile '{opened}'"
        )


def _media(source: Path, result: BuildResult) -> MediaToSend:
    from generator.push.send import MediaToSend
    from generator.sources.media import MediaFolder

    packages = [built.package for built in result.packages if built.package]
    files = {file.name: file for package in packages for file in package.media}
    return MediaToSend(files, MediaFolder(source).read)


def _descriptions(result: BuildResult) -> dict[DeckName, str]:
    packages = [built.package for built in result.packages if built.package]
    return {deck: text for package in packages for deck, text in package.descriptions.items()}


@click.command("push")
@click.argument("packages", nargs=-1, metavar="[PACKAGE]...")
@click.option("-n", "--dry-run", is_flag=True, help="Send nothing; say what would be sent.")
@click.option(
    "--force",
    is_flag=True,
    help="Also send what was changed here and in Anki, and notes that were deleted there.",
)
@click.option(
    "--profile",
    default="",
    metavar="NAME",
    help="The profile of Anki that is meant; needed once when it is another one than last time.",
)
@format_option("text", "json")
@anki_options
@folder_options
@click.pass_obj
@usage_errors()
def command(
    common: Common,
    packages: Sequence[str],
    dry_run: bool,
    force: bool,
    profile: str,
    format_: str | None,
    url: str,
    key_env: str,
    remote: bool,
) -> int:
    """Send the notes to a running Anki.

    Builds, and sends what differs, field by field, through the add-on AnkiConnect (2055492159).
    Fields, tags, decks and styles of your own stay, and so does every review. What was changed in
    Anki is shown, not overwritten. Needs Anki open on this computer.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.machine.progress import Progress
    from generator.report.push import format_push, push_json

    source, output = common.source, common.output
    screen = common.screen_for(format_)
    anki = connect(Address(url, key_env, remote))
    request = PushRequest(tuple(packages), dry_run, force, profile)
    progress = Progress()
    gc.disable()  # as a build does
    with progress.telling(show_progress) if is_terminal(sys.stderr) else nullcontext():
        done = push(source, output, anki, request, progress)
    result = done.result if isinstance(done, Pushed) else done
    more = done.diagnostics if isinstance(done, Pushed) else ()
    found = (*result.diagnostics, *more)
    print_diagnostics(found, source, screen, result.texts)
    if isinstance(done, Pushed):
        color = wants_color(screen, sys.stdout)
        text = (
            push_json(done.plan, done.profile, dry=dry_run, left=done.left)
            if screen.format == "json"
            else format_push(
                done.plan,
                done.profile,
                source,
                color,
                dry=dry_run,
                left=done.left,
                files=done.files,
            )
        )
        click.echo(text, color=color)
    else:
        print_nothing(found, screen)
    return exit_code(found)
