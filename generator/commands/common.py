"""What the commands have in common: options, how they refuse, and what they look at."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from generator.commands import console
from generator.commands.console import CommandError, Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from generator.core.model import Guid, NoteRow
    from generator.core.outcome import BuildResult, BuiltPackage
    from generator.report.json import DeckReport


DEFAULT_SOURCE, DEFAULT_OUTPUT = "source_notes", "decks"

StrPath = str | os.PathLike[str]
F = TypeVar("F", bound="Callable[..., object]")


class Common(NamedTuple):
    """The options of ``build-decks`` itself that its commands obey too."""

    source: Path
    output: Path
    screen: Screen

    def screen_for(self, format_: str | None) -> Screen:
        """The screen with a ``--format`` that stands after the command, if one does."""
        return replace(self.screen, format=format_) if format_ else self.screen


class Request(NamedTuple):
    """What a build is asked for: the other options of ``build-decks`` without a command.

    ``refresh`` and ``resend`` are searches, None where they are not given.
    """

    check: bool = False
    dry: bool = False
    strict: bool = False
    verbose: bool = False
    retire: bool = False
    refresh: str | None = None
    resend: str | None = None

    @property
    def writes(self) -> bool:
        """Whether packages are to be written."""
        return not (self.check or self.dry)


class PathName(click.Path):
    """A path that a person names; an empty text, as of a variable that is not set, is none.

    With ``exists`` it must be there; ``wanted`` is what to name in place of one that does not do.
    """

    def __init__(
        self,
        *,
        dir_okay: bool = True,
        file_okay: bool = True,
        exists: bool = False,
        wanted: str = "",
    ) -> None:
        super().__init__(exists, file_okay, dir_okay, readable=exists, path_type=Path)
        self._wanted = wanted or ("a folder" if not file_okay else "a file")

    def convert(
        self, value: StrPath, param: click.Parameter | None, ctx: click.Context | None
    ) -> StrPath | bytes:
        """The path."""
        if fault := self._fault(os.fspath(value)):
            self.fail(fault, param, ctx)
        return super().convert(value, param, ctx)

    def _fault(self, path: str) -> str:
        """What is wrong with a path, and what helps; empty where nothing is."""
        if not path:
            return "the name is empty; . is the folder that you are in"
        try:
            is_folder = S_ISDIR(Path(path).stat().st_mode)
        except OSError as error:
            return str(cannot("read", Path(path), error)) if self.exists else ""
        if not (self.dir_okay if is_folder else self.file_okay):
            return f"'{path}' is a {'folder' if is_folder else 'file'}; name {self._wanted}"
        if self.exists and not os.access(path, os.R_OK):
            return f"'{path}' cannot be read; give yourself the right to read it"
        return ""


class PackageName(PathName):
    """A package that is there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, exists=True, wanted="a package (.apkg)")


def _set_folder(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """Let a folder that stands after the command win over the one before it."""
    if value is not None and isinstance(context.obj, Common):
        common = context.obj
        is_source = parameter.name == "source"
        context.obj = common._replace(source=value) if is_source else common._replace(output=value)


source_option = click.option(
    "-s",
    "--source",
    metavar="FOLDER",
    type=PathName(),
    expose_value=False,
    callback=_set_folder,
    help="The source folder, with the pages; else as given before the command.",
)
output_option = click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=PathName(),
    expose_value=False,
    callback=_set_folder,
    help="Where the packages are; else as given before the command.",
)


def format_option(*formats: str, help: str = "How the result is printed.") -> Callable[[F], F]:
    """``--format`` of a command's own; `Common.screen_for` knows which one stands last."""
    return click.option("--format", "format_", type=click.Choice(formats), help=help)


def folder_options(command: F) -> F:
    """``-s`` and ``-o`` after a command, too: its `Common` has the folder that stands last."""
    return source_option(output_option(command))


@contextmanager
def usage_errors() -> Iterator[None]:
    """Hands to click what a command refuses: it shows the usage above it, and the exit is 2."""
    try:
        yield
    except CommandError as error:
        raise click.UsageError(str(error)) from error


def require_folder(source: Path) -> None:
    """Refuse what is not a folder of notes."""
    if source.is_file():
        raise CommandError(
            f"'{source}' is a file; name the folder it is in: -s {shlex.quote(str(source.parent))}"
        )
    if not source.is_dir():
        raise CommandError(
            f"there is no folder '{source}'; name another one with -s, or let "
            f"'build-decks init{source_argument(source)}' make it, with a first lesson to change"
        )


def source_argument(source: Path) -> str:
    """What to type behind a command for this source folder; nothing for the usual one."""
    return "" if str(source) == DEFAULT_SOURCE else f" -s {shlex.quote(str(source))}"


def output_argument(output: Path) -> str:
    """The same for the packages' folder."""
    return "" if str(output) == DEFAULT_OUTPUT else f" -o {shlex.quote(str(output))}"


def file_state(path: Path, changed: Collection[Path], written: Collection[Path], dry: bool) -> str:
    """What became of a package's file, of which those that differ are ``changed``."""
    if path in written:
        return "written"
    if path not in changed:
        return "up to date"
    return "would change" if dry else "not written"


def deck_reports(
    packages: Iterable[BuiltPackage], output: Path, state: Callable[[Path], str]
) -> list[DeckReport]:
    """The packages in ``output`` as JSON tells of them; ``state`` says what became of a file."""
    from generator.report.json import DeckReport

    reports = []
    for built in packages:
        path = output / built.file_name
        sizes = built.notes, built.cards
        reports.append(DeckReport(path.as_posix(), built.deck, *sizes, built.digest, state(path)))
    return reports


def look(source: Path, output: Path, now: int | None = None) -> BuildResult:
    """What a build would make, for the commands that show it.

    ``now`` is in seconds since 1970; None is SOURCE_DATE_EPOCH, or the clock.
    """
    from generator.pipeline import build

    require_folder(source)
    return build.look(source, output, console.now() if now is None else now)


def read_package(path: Path) -> dict[Guid, NoteRow]:
    """The notes of a package that is there; refuses a file that is none."""
    from generator.anki import readback
    from generator.machine.spool import CannotKeepError

    try:
        return readback.read_package_file(path)
    except CannotKeepError:
        raise  # that says nothing of the package
    except OSError as error:
        raise cannot("read", path, error) from error
    except ValueError as error:
        raise CommandError(f"{path}: {error}; name a package, an .apkg") from error


def cannot(what: str, path: Path, error: OSError) -> CommandError:
    """What to raise where the system refuses: ``what`` is a verb, "write"."""
    from generator.core.refusals import what_helps

    advice = what_helps(error, to_write=what.startswith("write"))
    return CommandError(f"cannot {what} '{path}': {error.strerror or error}; {advice}")
