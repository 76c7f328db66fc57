"""The command line: options, printing, exit codes. What is heavy is imported where it is used."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generator.diagnostics import Diagnostic
    from generator.draft.drafting import Draft
    from generator.model import Guid, NoteRow
    from generator.outcome import BuildResult, Outcome
    from generator.pages.cache import PageCache

EPILOG = """
\b
Examples:
  build-decks                   source_notes/ to decks/
  build-decks -s notes -o out   other folders
  build-decks --check           exit 1 if decks/ is not up to date
  build-decks --watch           build again whenever a note is saved
  build-decks --format json     what was made, for a program to read
  build-decks diff              what the next import will do
  build-decks init biology      a folder to begin with
  build-decks preview --open    every card, in the web browser
  build-decks draft page.html   a note from a web page

\b
Exit codes:
  0    fine
  1    the notes have errors, or --check found a change
  2    usage, settings or ledger
  130  interrupted (Ctrl-C is how --watch ends: 0)
"""


@dataclass(frozen=True, slots=True)
class Common:
    """The options of ``build-decks`` itself that its commands obey too."""

    source: Path
    output: Path
    format: str
    color: str
    quiet: bool


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
    watch: bool,
    strict: bool,
    format_: str,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Turn Markdown notes into Anki packages.

    Each folder or file in the notes' folder becomes one .apkg. Rows of two-column tables become
    cards: the left cell asks for the right one. Import a package again after an edit: reviews stay.
    """  # fmt: skip
    context.obj = Common(source, output, format_, color, quiet)
    if context.invoked_subcommand:
        if check or dry_run or strict:
            raise click.UsageError("--check, --dry-run and --strict go with no command")
        if watch:
            raise click.UsageError("--watch goes with no command")
        return 0
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    if watch:
        if check or dry_run or format_ != "text" or verbose:
            raise click.UsageError(
                "--watch builds and prints a line; --check, --dry-run, --verbose and another "
                "--format are for one build"
            )
        return _watch(context.obj, strict)
    outcome = _build(context.obj, dry=check or dry_run, strict=strict)
    if format_ == "json":
        click.echo(_as_json(outcome, output, check or dry_run))
    else:
        _print_text(outcome, context.obj, check or dry_run, verbose)
    from generator.diagnostics import exit_code

    stale = check and bool(outcome.changed_files)
    return max(exit_code(outcome.result.diagnostics), int(stale))


@cli.command()
@click.option(
    "-s",
    "--source",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the notes are; else as given before the command.",
)
@click.option(
    "-o",
    "--output",
    "file",
    default="preview.html",
    show_default=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the page goes.",
)
@click.option("--open", "open_", is_flag=True, help="Show the page in the web browser.")
@click.pass_obj
def preview(common: Common, source: Path | None, file: Path, open_: bool) -> int:
    """Write a web page with every card, to look at before the import.

    Packages and ledger are not written. With errors in the notes the page shows them.
    """  # fmt: skip
    from generator.diagnostics import exit_code, number
    from generator.disk import write_file
    from generator.preview.page import MARKER, embeddable, format_page
    from generator.sources.media import MediaChangedError, MediaFolder

    common = replace(common, source=source or common.source)
    result = _look(common)
    packages = [built.package for built in result.packages if built.package]
    folder = MediaFolder(common.source)
    media = {}
    for each in embeddable(packages):
        with suppress(MediaChangedError):  # the page says that there is one
            media[each.name] = folder.read(each)
    page = format_page(packages, result.tables, result.diagnostics, common.source.as_posix(), media)
    try:
        if file.exists() and not file.read_bytes().startswith(MARKER.encode()):
            raise click.UsageError(
                f"'{file}' is not a page that preview wrote; name another file with --output"
            )
        write_file(file, [page.encode()])
    except OSError as error:
        raise click.UsageError(f"cannot write '{file}': {error.strerror or error}") from error
    _print_diagnostics(result.diagnostics, common, result.texts)
    if not common.quiet:
        click.echo(f"{file}: {number(sum(built.cards for built in result.packages), 'card')}")
    if open_:
        import webbrowser

        webbrowser.open(file.resolve().as_uri())
    return exit_code(result.diagnostics)


@cli.command()
@click.argument("packages", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def diff(common: Common, packages: tuple[Path, ...]) -> int:
    """Say what the next import will do.

    Compares the notes as they are now with the packages as they were last built, or with older
    PACKAGES. Ends with what Anki will not do by itself.
    """  # fmt: skip
    from generator.build import read_ledger
    from generator.diagnostics import exit_code
    from generator.report.diff import compare, diff_json, format_diff

    result = _look(common)
    _print_diagnostics(result.diagnostics, common, result.texts)
    # A package may have had another name when its notes were last built.
    known = read_ledger(common.source)[0].values()
    names = {entry.origin.package for entry in known}
    names |= {built.name for built in result.packages}
    old: dict[Guid, NoteRow] = {}
    for path in packages or [common.output / f"{name}.apkg" for name in sorted(names)]:
        if path.is_file():
            old |= _read_package(path, path.read_bytes())
    new: dict[Guid, NoteRow] = {}
    namesakes = {path.name for path in packages}
    for built in result.packages:
        found = {each.guid: each.row for each in built.package.stamped()} if built.package else {}
        if not packages or built.file_name in namesakes or old.keys() & found.keys():
            new |= found
    if packages and not new and result.packages:
        raise click.UsageError(f"no note of '{packages[0]}' is among the notes, nor its name")
    if result.packages:
        positions = {stamped.guid: stamped.note.position for stamped in result.notes}
        # A note that is not retired is in a package that is not compared, or has errors.
        in_use = {entry.guid for entry in known if not entry.retired} - result.changes.retired
        old = {guid: note for guid, note in old.items() if guid in new or guid not in in_use}
        changes = compare(old, new, positions)
        if common.format == "json":
            click.echo(diff_json(changes))
        else:
            color = _wants_color(common.color, _is_terminal(sys.stdout))
            click.echo(format_diff(changes, common.source, color), color=color)
    return exit_code(result.diagnostics)


def _read_package(path: Path, data: bytes) -> dict[Guid, NoteRow]:
    from generator.anki.readback import read_package

    try:
        return read_package(data)
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from error


@cli.command()
@click.option(
    "--package",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a package that tags these notes 'retired' in Anki.",
)
@click.pass_obj
def retired(common: Common, file: Path | None) -> int:
    """Find the notes whose rows are gone.

    Anki does not delete notes on import. This prints the search that finds them in its browser.
    """  # fmt: skip
    if file and file.suffix != ".apkg":
        raise click.UsageError(f"'{file}' must be the name of a package: it ends in .apkg")
    if file and file.is_file():
        _read_package(file, file.read_bytes())  # what is no package is not overwritten
    from generator.build import read_ledger
    from generator.diagnostics import exit_code, number
    from generator.report.retired import format_retired, retired_json
    from generator.stage import write_retired_package

    _require_folder(common.source)
    ledger, diagnostics = read_ledger(common.source)
    _print_diagnostics(diagnostics, common)
    if diagnostics:
        return exit_code(diagnostics)
    gone = [entry for entry in ledger.values() if entry.retired]
    click.echo(retired_json(gone) if common.format == "json" else format_retired(gone))
    if file and gone and not any(entry.fields for entry in gone):
        raise click.UsageError(
            f"'{file}' would be empty: no package of these notes was at hand when they were retired"
        )
    if file and gone:
        try:
            count = write_retired_package(gone, file)
        except OSError as error:
            raise click.UsageError(f"cannot write '{file}': {error.strerror or error}") from error
        if count < len(gone):
            click.echo(
                f"{len(gone) - count} of them are not in {file}: their package was not at hand "
                "when they were retired",
                err=True,
            )
        click.echo(f"{file}: {number(count, 'note')}, written", err=True)
    return 0


@cli.command()
@click.argument("packages", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--onto",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The older package to import first; else the one that git has.",
)
@click.pass_obj
def verify(common: Common, packages: tuple[Path, ...], onto: Path | None) -> int:
    """Try packages in Anki itself, in a temporary collection.

    Imports PACKAGES (all in the output folder) alone, and on top of the version that was committed
    before, with cards answered in between. Needs the extra: pip install 'build-decks[verify]'.
    """  # fmt: skip
    paths = packages or tuple(sorted(common.output.glob("*.apkg")))
    if not paths:
        raise click.UsageError(f"there is no package in '{common.output}'; run build-decks first")
    if onto and len(paths) != 1:
        raise click.UsageError("--onto goes with one package; name it")
    return max([_verify(path, onto) for path in paths])


@cli.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def init(common: Common, folder: Path) -> int:
    """Make FOLDER one that builds, with a first lesson to change.

    Writes the notes' folder with a deck.toml in it, and a .gitignore. Overwrites nothing.
    """  # fmt: skip
    import secrets

    from generator.starter import begin, package_name

    name = package_name(folder)
    try:
        begun = begin(folder, common.source, name, secrets.token_hex(8))
    except OSError as error:
        raise click.UsageError(f"cannot write '{folder}': {error.strerror or error}") from error
    for path in begun.written:
        click.echo(f"{path}: written")
    for path in begun.left_alone:
        click.echo(f"{path}: there already, left alone")
    if folder / common.source in begun.left_alone:
        return 0
    if folder.resolve() != Path.cwd():
        click.echo(f"\nNow go there (cd '{folder}') and run build-decks. It makes")
    else:
        click.echo("\nNow run build-decks. It makes")
    click.echo(f"{common.output / name}.apkg: double-click it to import it into Anki.")
    click.echo(f"Then change {begun.written[0].name}, or put your own Markdown files beside it.")
    click.echo(
        "In a repository, 'build-decks --check' before each commit tells what is out of date."
    )
    return 0


def _verify(path: Path, onto: Path | None) -> int:
    """Print what Anki finds in one package; 1 where it is anything."""
    import tempfile

    from generator.anki.committed import previous_version
    from generator.anki.verify import verify_package
    from generator.diagnostics import number

    notes = _read_package(path, path.read_bytes())
    if onto:
        _read_package(onto, onto.read_bytes())
    older = None if onto else previous_version(path)
    below = f"commit {older.commit}" if older else onto
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        if older:
            onto = Path(folder) / path.name
            onto.write_bytes(older.data)
        try:
            findings = verify_package(path, onto=onto)
        except ModuleNotFoundError as error:
            raise click.UsageError(
                "verify needs Anki's own backend: pip install 'build-decks[verify]'"
            ) from error
    tried = f"alone, and on top of {below}" if below else "alone (git has no other version)"
    if findings:
        click.echo(f"{path}: {number(len(findings), 'fault')}, tried {tried}")
        for finding in findings:
            click.echo(f"  {finding}")
        return 1
    cards = sum(len(note.cards) for note in notes.values())
    click.echo(f"{path}: sound {tried}: {number(len(notes), 'note')}, {number(cards, 'card')}")
    return 0


@cli.command()
@click.argument("file", metavar="FILE|-", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    "note",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the note goes, else to standard output; never over a file that is there.",
)
@click.option("--review", is_flag=True, help="Settle the note's unsure rows, one by one.")
@click.pass_obj
def draft(common: Common, file: Path, note: Path | None, review: bool) -> int:
    """Make a note from a web page.

    FILE is a page that was saved or copied as HTML, or its text. Where text has lost a table's
    columns, each row is a guess with a mark that the build refuses until you have looked at it.
    """  # fmt: skip
    from generator.diagnostics import exit_code
    from generator.draft import drafting

    data = _read_page_file(file)
    if drafting.has_marks(data.decode("utf-8", "replace")):
        if not review or note or str(file) == "-":
            raise click.UsageError(
                f"'{file}' is a draft already; to go on with it: build-decks draft --review {file}"
            )
        return _review(file, common)
    if review and not note:
        raise click.UsageError("--review settles a note on disk; name it with --output")
    made = drafting.draft(data, str(file), str(note or "draft"))
    if made.markdown and note:
        _write_new(note, made.markdown.encode())
    elif made.markdown:
        sys.stdout.buffer.write(made.markdown.encode())
    _print_draft(made, common)
    if note and review and made.has_marks:
        return _review(note, common)
    return exit_code(made.diagnostics)


def _read_page_file(file: Path) -> bytes:
    from generator.draft.decode import MOST_BYTES

    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        if file.exists() and not file.is_file():
            raise click.UsageError(f"'{file}' is not a file")
        with file.open("rb") as page:
            return page.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.UsageError(f"cannot read '{file}': {error.strerror or error}") from error


def _write_new(note: Path, data: bytes) -> None:
    from generator.disk import write_file

    if note.exists():
        raise click.UsageError(
            f"'{note}' is there already; name another file, or go on with it: "
            f"build-decks draft --review {note}"
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
        raise click.UsageError(f"cannot write '{note}': {error.strerror or error}") from error


def _print_draft(made: Draft, common: Common) -> None:
    """What a person should know about a draft, on stderr; nothing of it is in the note."""
    from generator.diagnostics import number

    _print_diagnostics(made.diagnostics, replace(common, source=Path()))
    if common.quiet:
        return
    for row in made.rows:
        click.echo(f"line {row.line}: {row.confidence}: {' | '.join(row.cells)}", err=True)
    for what in made.left_out:
        click.echo(f"left out: {what}", err=True)
    if made.markdown:
        unsure = sum(row.is_unsure for row in made.rows)
        told = f", {number(unsure, 'row')} to review" if unsure else ""
        click.echo(f"{number(made.tables, 'table')}{told}", err=True)


def _review(note: Path, common: Common) -> int:
    from generator.draft.session import ChangedError, Terminal, review, single_keys

    if not (_is_terminal(sys.stdout) and _is_terminal(sys.stdin)):
        raise click.UsageError("--review needs a terminal; else edit the note and delete its marks")

    def draw(screen: str) -> None:
        if os.environ.get("TERM", "dumb") != "dumb":
            click.clear()
        click.echo(f"{screen}\n", color=True)

    color = _wants_color(common.color, True)
    try:
        with single_keys(sys.stdin.fileno(), click.getchar) as read:
            terminal = Terminal(read, draw, lambda: shutil.get_terminal_size().columns, color)
            told = review(note, terminal)
    except ChangedError as error:
        raise click.UsageError(f"{error}; run it again") from error
    except OSError as error:
        raise click.UsageError(f"cannot review '{note}': {error.strerror or error}") from error
    click.echo(f"{note}: {told}")
    return 0


def _require_folder(source: Path) -> None:
    if source.is_file():
        raise click.UsageError(f"'{source}' is a file; name the folder it is in")
    if not source.is_dir():
        raise click.UsageError(
            f"there is no folder '{source}'; create it and put a Markdown file with a table in it, "
            "or name another folder with --source"
        )


def _build(
    common: Common, dry: bool, strict: bool = False, cache: PageCache | None = None
) -> Outcome:
    # A build makes a million small values and no cycles: looking for them is a third of its time.
    gc.disable()
    from generator.memory import look_around, unchanged

    _require_folder(common.source)
    seen = look_around(common.source, common.output)
    if not strict and (outcome := unchanged(seen, common.source, common.output)):
        return outcome
    from generator.build import run
    from generator.progress import Progress

    def on_wait() -> None:
        click.echo("another build of these notes is under way; waiting for it", err=True)

    progress = Progress()
    is_told = not common.quiet and _is_terminal(sys.stderr)
    with progress.telling(_show_progress) if is_told else nullcontext():
        return run(
            common.source,
            common.output,
            _now(),
            dry=dry,
            strict=strict,
            on_wait=on_wait,
            progress=progress,
            seen=seen,
            cache=cache,
        )


def _show_progress(line: str) -> None:
    """One line of the terminal, overwritten each time; a longer one would leave its beginning."""
    width = shutil.get_terminal_size().columns - 1
    click.echo(f"\r{line[:width].ljust(width)}\r", nl=False, err=True)


def _watch(common: Common, strict: bool) -> int:
    """Build at every save until Ctrl-C, which is how watching ends: 0."""
    try:
        from generator.watch import Signature, UnwatchableError, signature, watch
    except ModuleNotFoundError as error:
        raise click.UsageError(
            "--watch needs watchfiles: pip install 'build-decks[watch]'"
        ) from error
    from generator.diagnostics import Severity
    from generator.memory import pages_file
    from generator.pages.cache import PageCache
    from generator.report.text import format_build

    _require_folder(common.source)
    _now()  # a usage error ends it before it starts
    output = common.output.resolve()
    cache = PageCache(pages_file(common.source), keeps=True)
    own: dict[Path, Signature | None] = {}
    said: set[tuple[str, str, str]] = set()

    def rebuild() -> None:
        started = time.perf_counter()
        try:
            outcome = _build(common, dry=False, strict=strict, cache=cache)
        except (click.UsageError, OSError):
            if common.source.is_dir():
                raise
            return  # the folder went away meanwhile, which is noticed elsewhere
        seconds = time.perf_counter() - started
        own.update((path.resolve(), signature(path)) for path in outcome.written)
        found = {(d.code, d.position.file, d.message): d for d in outcome.result.diagnostics}
        # Errors stand in full below every build; a warning is said once, while it lasts.
        news = [d for key, d in found.items() if d.severity is Severity.ERROR or key not in said]
        _print_diagnostics(news, common, outcome.result.texts)
        said.clear()
        said.update(found)
        result = outcome.result
        notes = sum(built.notes for built in result.packages)
        say(format_build(outcome.written, result.changes, notes, found.values(), seconds))
        gc.collect()  # while nobody waits

    def say(line: str) -> None:
        if not common.quiet:
            click.echo(f"{time.strftime('%H:%M:%S')} {line}")

    try:
        watch(
            common.source,
            on_change=rebuild,
            on_gone=lambda: say(f"{common.source} is gone; waiting until it is back"),
            is_own=lambda path: path == output or (path in own and own[path] == signature(path)),
        )
    except KeyboardInterrupt:
        click.echo("stopped watching", err=True)
        return 0
    except UnwatchableError as error:
        raise click.UsageError(
            f"cannot watch '{common.source}': {error}; set WATCHFILES_FORCE_POLLING=true in the "
            "environment, and the files are looked at instead"
        ) from error


def _look(common: Common) -> BuildResult:
    """What a build would make, for the commands that show it."""
    from generator.build import look

    _require_folder(common.source)
    gc.disable()
    return look(common.source, common.output, _now())


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


def _is_terminal(stream: TextIO | None) -> bool:
    # A stream that the caller has closed is None.
    return stream is not None and stream.isatty()


def _wants_color(choice: str, stream_is_terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream_is_terminal


def _print_text(outcome: Outcome, common: Common, dry: bool, verbose: bool) -> None:
    from generator.diagnostics import number
    from generator.report.text import (
        BOLD,
        GREEN,
        format_changes,
        format_rest,
        format_skipped,
        format_tables,
        paint,
    )

    result = outcome.result
    _print_diagnostics(result.diagnostics, common, result.texts)
    if common.quiet:
        return
    color = _wants_color(common.color, _is_terminal(sys.stdout))
    if verbose:
        for listed in (
            format_tables(result.tables, common.source),
            format_rest(result.rest, common.source),
        ):
            if listed:
                click.echo(listed)
    for built in result.packages:
        path = common.output / built.file_name
        state = _state(outcome, path, dry)
        size = f"{number(built.notes, 'note')}, {number(built.cards, 'card')}"
        shown = paint(str(path), BOLD, color)
        click.echo(f"{shown}: {size}, {paint(state, GREEN, color)}", color=color)
    if changes := format_changes(result.changes, dry):
        click.echo(changes)
    if not verbose and (skipped := format_skipped(result.tables)):
        click.echo(skipped)


def _state(outcome: Outcome, path: Path, dry: bool) -> str:
    """What became of a package's file."""
    if path in outcome.written:
        return "written"
    if path not in outcome.changed_files:
        return "up to date"
    return "would change" if dry else "not written"


# Errors and warnings on a terminal: nobody reads on, and what is said below them would be lost.
_MOST_SHOWN = 200


def _print_diagnostics(
    diagnostics: Sequence[Diagnostic], common: Common, texts: Mapping[str, str] | None = None
) -> None:
    from generator.diagnostics import Severity, most_urgent, number

    shown = [d for d in diagnostics if not common.quiet or d.severity is Severity.ERROR]
    if not shown:
        return
    if common.format == "github":
        from generator.report.github import format_annotation

        for diagnostic in shown:
            click.echo(format_annotation(diagnostic, common.source, Path.cwd()))
        return
    from generator.report.excerpt import Excerpts
    from generator.report.text import format_diagnostic

    color = _wants_color(common.color, _is_terminal(sys.stderr))
    excerpts = Excerpts(texts or {}, shutil.get_terminal_size().columns)
    first = most_urgent(shown, _MOST_SHOWN)
    for diagnostic in first:
        text = format_diagnostic(diagnostic, common.source, color, excerpts)
        click.echo(text, err=True, color=color)
    if len(first) < len(shown):
        more = number(len(shown) - len(first), "more error or warning/more errors and warnings")
        click.echo(f"{more}: --format json lists all of them", err=True)


def _as_json(outcome: Outcome, output: Path, dry: bool) -> str:
    from generator.report.json import DeckReport, format_json

    result = outcome.result
    decks = [
        DeckReport(
            (output / built.file_name).as_posix(),
            built.deck,
            built.notes,
            built.cards,
            built.digest,
            _state(outcome, output / built.file_name, dry),
        )
        for built in result.packages
    ]
    decks += [
        DeckReport((output / f"{name}.apkg").as_posix(), name, 0, 0, "", "errors")
        for name in result.failed
    ]
    changes = result.changes
    counts = {
        "files": result.files,
        "new": len(changes.new),
        "changed": len(changes.changed),
        "retired": len(changes.retired),
    }
    return format_json(decks, result.tables, result.rest, result.diagnostics, counts)
