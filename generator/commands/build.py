"""What `build-decks` does without a command: the packages, once."""

from __future__ import annotations

import gc
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands import console
from generator.commands.common import Common, Request, deck_reports, file_state, require_folder
from generator.commands.console import is_terminal, print_diagnostics, show_progress, wants_color

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.core.outcome import Outcome
    from generator.pages.cache import PageCache


def build(
    source: Path,
    output: Path,
    now: int | None = None,
    request: Request = Request(),  # noqa: B008 (it is frozen)
    *,
    on_wait: Callable[[], object] = object,
    on_progress: Callable[[str], object] | None = None,
    cache: PageCache | None = None,
) -> Outcome:
    """Bring the packages in ``output`` up to date with the notes in ``source``; see `build.run`.

    ``now`` is in seconds since 1970; None is SOURCE_DATE_EPOCH, or the clock. ``on_progress`` is
    given a line now and then while it takes long.
    """
    from generator.workspace.last_build import read_state, unchanged

    require_folder(source)
    seen = read_state(source, output)
    is_plain = not request.strict and request.refresh is None and request.resend is None
    if is_plain and (outcome := unchanged(seen, source, output)):
        return outcome
    from generator.identity.renew import Renew
    from generator.machine.progress import Progress
    from generator.pipeline.build import run

    progress = Progress()
    with progress.telling(on_progress) if on_progress else nullcontext():
        return run(
            source,
            output,
            console.now() if now is None else now,
            dry=not request.writes,
            strict=request.strict,
            retire=request.retire,
            renew=Renew(request.refresh, request.resend),
            on_wait=on_wait,
            progress=progress,
            seen=seen,
            cache=cache,
        )


def build_on_screen(common: Common, request: Request, cache: PageCache | None = None) -> Outcome:
    """Build, and tell the person at the terminal what it is at."""

    def on_wait() -> None:
        click.echo("another build of these pages is under way; waiting for it", err=True)

    # A build makes a million small values and no cycles: looking for them is a third of its time.
    gc.disable()
    is_told = not common.screen.quiet and is_terminal(sys.stderr)
    return build(
        common.source,
        common.output,
        request=request,
        on_wait=on_wait,
        on_progress=show_progress if is_told else None,
        cache=cache,
    )


def build_and_print(common: Common, request: Request) -> int:
    """Build once and print what became of it; returns the exit code."""
    from generator.core.outcome import LEDGER_FILE

    is_first = not (common.source / LEDGER_FILE).exists()
    outcome = build_on_screen(common, request)
    if common.screen.format == "json":
        click.echo(_as_json(outcome, common.output, not request.writes))
    else:
        _print_text(outcome, common, request, is_first=is_first)
    from generator.core.diagnostics import exit_code

    code = exit_code(outcome.result.diagnostics)
    if request.check and not request.strict and code == 1 and outcome.result.packages:
        code = 0  # rows that are held are not out of date
    stale = request.check and bool(outcome.changed_files)
    if stale and common.screen.quiet:
        names = ", ".join(map(str, outcome.changed_files[:_MOST_PACKAGES]))
        more = len(outcome.changed_files) - _MOST_PACKAGES
        names += f" and {more:,} more" if more > 0 else ""
        click.echo(f"not up to date: {names}; run build-decks", err=True)
    return max(code, int(stale))


def _print_text(outcome: Outcome, common: Common, request: Request, *, is_first: bool) -> None:
    from generator.report.left_out import (
        format_chosen,
        format_left_out,
        format_left_out_count,
    )
    from generator.report.text import (
        format_changes,
        format_left_to_do,
        format_other_content,
        format_skipped,
        format_tables,
    )

    result = outcome.result
    print_diagnostics(result.diagnostics, common.source, common.screen, result.texts)
    if common.screen.quiet:
        return
    if request.verbose:
        if result.restarted:
            click.echo(_RESTARTED.format(result.restarted), err=True)
        for listed in (
            format_tables(result.tables, common.source),
            format_other_content(result.rest, common.source),
            format_left_out(result.left_out, common.source),
        ):
            if listed:
                click.echo(listed)
    if chosen := format_chosen(result):
        click.echo(chosen)
    if is_first and outcome.written:
        _print_advice(common.source)
    _print_packages(outcome, common, request, is_brief=is_first and not request.verbose)
    if is_first or not result.packages:
        from generator.report.first_build import format_could_be_read, format_first_build

        format_result = format_first_build if result.packages else format_could_be_read
        if told := format_result(result, shutil.get_terminal_size().columns):
            click.echo(told)
    else:
        is_new = request.verbose or bool(outcome.changed_files)
        for told in (
            format_changes(result.changes, not request.writes),
            format_left_to_do(result, is_new=is_new),
            "" if request.verbose else format_skipped(result.tables),
        ):
            if told:
                click.echo(told)
    if not request.verbose and (left_out := format_left_out_count(result.left_out)):
        click.echo(left_out)


_RESTARTED = (
    "the build began again without what it keeps from the last one: {}\n"
    "  help: the packages are right, and it is kept anew; if you see this again, please report it"
)
_MOST_PACKAGES = 5  # on the one screen of a first build


def _print_packages(outcome: Outcome, common: Common, request: Request, *, is_brief: bool) -> None:
    """A line a package; where it is to be brief, one for all where there are many."""
    from generator.core.diagnostics import number
    from generator.report.text import BOLD, GREEN, paint

    color = wants_color(common.screen, sys.stdout)
    packages = outcome.result.packages
    states = [_state(outcome, common.output / p.file_name, not request.writes) for p in packages]
    if is_brief and len(packages) > _MOST_PACKAGES:
        shown = paint(str(common.output), BOLD, color)
        counts = ", ".join(
            f"{number(states.count(state), 'package')} {paint(state, GREEN, color)}"
            for state in dict.fromkeys(states)
        )
        click.echo(f"{shown}: {counts}; -v lists them", color=color)
        return
    for built, state in zip(packages, states, strict=True):
        size = f"{number(built.notes, 'note')}, {number(built.cards, 'card')}"
        shown = paint(str(common.output / built.file_name), BOLD, color)
        click.echo(f"{shown}: {size}, {paint(state, GREEN, color)}", color=color)


def _print_advice(source: Path) -> None:
    """Say once, with the first ledger, how a repository of notes is to merge it."""
    from generator.core.outcome import LEDGER_FILE
    from generator.machine.version_control import has_no_merge_rule
    from generator.starter import ATTRIBUTES

    if has_no_merge_rule(source / LEDGER_FILE):
        click.echo(
            "Two people's changes meet in the ledger line by line with these lines in"
            f" .gitattributes\n('build-decks init' adds them):\n{ATTRIBUTES.rstrip()}",
            err=True,
        )


def _state(outcome: Outcome, path: Path, dry: bool) -> str:
    return file_state(path, outcome.changed_files, outcome.written, dry)


def _as_json(outcome: Outcome, output: Path, dry: bool) -> str:
    from generator.core.outcome import package_file
    from generator.report.json import DeckReport, format_json

    result = outcome.result
    decks = deck_reports(result.packages, output, lambda path: _state(outcome, path, dry))
    decks += [
        DeckReport((output / package_file(name)).as_posix(), name, 0, 0, "", "errors")
        for name in result.failed
    ]
    changes = result.changes
    counts = {
        "files": result.files,
        "new": len(changes.new),
        "changed": len(changes.changed),
        "retired": len(changes.retired),
        "held": result.held,
        "unfinished": result.unfinished,
        "outdated": result.outdated,
        "emptied": result.emptied,
    }
    is_up_to_date = not outcome.changed_files or bool(outcome.written)
    return format_json(
        decks,
        result.tables,
        result.rest,
        result.diagnostics,
        counts,
        is_up_to_date,
        result.left_out,
    )
