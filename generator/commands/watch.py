"""What `build-decks --watch` does: the packages, at every save."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands import console
from generator.commands.build import build_on_screen
from generator.commands.common import Common, Request, require_folder
from generator.commands.console import CommandError, print_diagnostics
from generator.commands.process import EndedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.core.outcome import Outcome
    from generator.machine.watch import Signature


def watch(
    source: Path,
    output: Path,
    build: Callable[[], Outcome],
    on_built: Callable[[Outcome, float], None],
    on_gone: Callable[[], None],
) -> None:
    """Call ``build`` at once and at every save below ``source``; Ctrl-C or SIGTERM end it.

    ``on_built`` is given what was built and how many seconds it took; ``on_gone`` is called when
    the folder is gone. What a build wrote is no save, nor is a change of the folder ``output``.
    """
    try:
        from generator.machine.watch import UnwatchableError, signature
        from generator.machine.watch import watch as wait_for_saves
    except ModuleNotFoundError as error:
        raise CommandError("--watch needs watchfiles: pip install 'build-decks[watch]'") from error
    require_folder(source)
    console.now()  # a mistake in the environment ends it before it starts
    output = output.resolve()
    own: dict[Path, Signature | None] = {}

    def rebuild() -> None:
        started = time.perf_counter()
        try:
            outcome = build()
        except (CommandError, OSError):
            if source.is_dir():
                raise
            return  # the folder went away meanwhile, which is noticed elsewhere
        seconds = time.perf_counter() - started
        own.update((path.resolve(), signature(path)) for path in outcome.written)
        on_built(outcome, seconds)

    try:
        wait_for_saves(
            source,
            on_change=rebuild,
            on_gone=on_gone,
            is_own=lambda path: path == output or (path in own and own[path] == signature(path)),
        )
    except (KeyboardInterrupt, EndedError):
        return
    except UnwatchableError as error:
        raise CommandError(
            f"cannot watch '{source}': {error}; set WATCHFILES_FORCE_POLLING=true in the "
            "environment, and the files are looked at instead"
        ) from error


def watch_and_print(common: Common, request: Request) -> int:
    """Watch until Ctrl-C, with a line a build; returns the exit code, 0."""
    from generator.core.diagnostics import Severity
    from generator.machine.cache_files import pages_file
    from generator.pages.cache import PageCache
    from generator.report.text import format_build

    source = common.source
    cache = PageCache(pages_file(source), keeps=True)
    said: set[tuple[str, str, str]] = set()

    def tell(outcome: Outcome, seconds: float) -> None:
        result = outcome.result
        found = [((d.code, d.position.file, d.message), d) for d in result.diagnostics]
        # Errors stand below every build; a warning is said once, while it lasts.
        news = [d for key, d in found if d.severity is Severity.ERROR or key not in said]
        print_diagnostics(news, source, common.screen, result.texts)
        said.clear()
        said.update(key for key, _ in found)
        notes = sum(built.notes for built in result.packages)
        say(
            format_build(
                outcome.written, result.changes, notes, result.held, result.diagnostics, seconds
            )
        )
        gc.collect()  # while nobody waits

    def say(line: str) -> None:
        if not common.screen.quiet:
            click.echo(f"{time.strftime('%H:%M:%S')} {line}")

    watch(
        source,
        common.output,
        lambda: build_on_screen(common, request, cache),
        tell,
        lambda: say(f"{source} is gone; waiting until it is back"),
    )
    click.echo("stopped watching", err=True)
    return 0
