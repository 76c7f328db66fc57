"""`build-decks verify`: packages tried in Anki itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.common import (
    Common,
    PackageName,
    folder_options,
    read_package,
    usage_errors,
)
from generator.commands.console import CommandError

if TYPE_CHECKING:
    from generator.machine.version_control import Committed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Anki makes of a package: how it was ``tried``, in words, and the faults found."""

    tried: str
    faults: tuple[str, ...]
    notes: int
    cards: int


def verify(package: Path, onto: Path | None = None) -> Verdict:
    """Import a package alone, and on top of an older one: ``onto``, else the one that git has."""
    import tempfile

    from generator.anki.verify import verify_package

    notes = read_package(package)
    if onto:
        read_package(onto)
    older, why_alone = (None, "") if onto else _newest_in_git(package)
    below = f"commit {older.commit}" if older else onto
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        if older:
            onto = Path(folder) / package.name
            onto.write_bytes(older.data)
        try:
            faults = verify_package(package, onto=onto)
        except ModuleNotFoundError as error:
            raise CommandError(
                "verify needs Anki's own backend: pip install 'build-decks[verify]'"
            ) from error
    tried = f"alone, and on top of {below}" if below else f"alone ({why_alone})"
    cards = sum(len(note.cards) for note in notes.values())
    return Verdict(tried, faults, len(notes), cards)


def _newest_in_git(package: Path) -> tuple[Committed | None, str]:
    """The newest other version that git has and that can be read; else why there is none."""
    from generator.anki import readback
    from generator.machine.version_control import previous_versions

    why = "git has no other version"
    for version in previous_versions(package):
        try:
            readback.read_package(version.data)
        except ValueError:  # it is damaged, or a pointer to a file elsewhere
            why = "git has no other version that can be read"
        else:
            return version, ""
    return None, why


@click.command("verify")
@click.argument("packages", nargs=-1, type=PackageName())
@click.option(
    "--onto",
    type=PackageName(),
    metavar="FILE",
    help="The older package to import first; else the one that git has.",
)
@folder_options
@click.pass_obj
@usage_errors()
def command(common: Common, packages: tuple[Path, ...], onto: Path | None) -> int:
    """Try packages in Anki itself, in a temporary collection.

    Imports PACKAGES (all in the output folder) alone, and on top of the version that was committed
    before, with cards answered in between. Needs the extra: pip install 'build-decks[verify]'.
    """  # fmt: skip
    output = common.output
    paths = packages or tuple(sorted(output.glob("*.apkg")))
    if not paths:
        raise CommandError(
            f"there is no package in '{output}'; run build-decks first, or name another folder "
            "with -o"
        )
    if onto and len(paths) != 1:
        raise CommandError("--onto goes with one package; name it")
    if common.screen.format != "json":
        return max([_verify_and_print(path, onto) for path in paths])
    from generator.report.json import format_verified_json

    verdicts = {path: verify(path, onto) for path in paths}
    click.echo(format_verified_json({path: asdict(each) for path, each in verdicts.items()}))
    return int(any(each.faults for each in verdicts.values()))


def _verify_and_print(path: Path, onto: Path | None) -> int:
    from generator.core.diagnostics import number
    from generator.report.excerpt import inert

    verdict = verify(path, onto)
    if verdict.faults:
        click.echo(f"{path}: {number(len(verdict.faults), 'fault')}, tried {verdict.tried}")
        for fault in verdict.faults:
            click.echo(f"  {inert(fault)}")
        return 1
    counts = f"{number(verdict.notes, 'note')}, {number(verdict.cards, 'card')}"
    click.echo(f"{path}: sound {verdict.tried}: {counts}")
    return 0
