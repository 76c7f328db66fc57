"""`build-decks init`: a folder to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.common import (
    Common,
    PathName,
    cannot,
    folder_options,
    output_argument,
    source_argument,
    usage_errors,
)

if TYPE_CHECKING:
    from generator.starter import Begun


def init(folder: Path, source: Path, name: str) -> Begun:
    """Make ``folder`` one that builds: notes in ``source`` below it, for a package ``name``."""
    import secrets

    from generator.starter import begin

    try:
        return begin(folder, source, name, secrets.token_hex(8))
    except OSError as error:
        raise cannot("write", folder, error) from error


@click.command("init")
@click.argument("folder", default=".", type=PathName(file_okay=False))
@folder_options
@click.pass_obj
@usage_errors()
def command(common: Common, folder: Path) -> int:
    """Make FOLDER one that builds, with a first lesson to change.

    Writes the source folder with a deck.toml in it, a .gitignore and lines of .gitattributes.
    Overwrites nothing.
    """  # fmt: skip
    from generator.starter import package_name

    source = common.source
    name = package_name(folder)
    begun = init(folder, source, name)
    for path in begun.written:
        click.echo(f"{path}: written")
    for path in begun.extended:
        click.echo(f"{path}: lines added for the ledger and the packages")
    for path in begun.left_alone:
        click.echo(f"{path}: there already, left alone")
    if folder / source in begun.left_alone:
        return 0
    folders = source_argument(source) + output_argument(common.output)
    build = f"'build-decks{folders}'" if folders else "build-decks"
    if folder.resolve() != Path.cwd():
        click.echo(f"\nNow go there (cd {shlex.quote(str(folder))}) and run {build}. It makes")
    else:
        click.echo(f"\nNow run {build}. It makes")
    click.echo(f"{common.output / name}.apkg: double-click it to import it into Anki.")
    click.echo(f"Then change {begun.written[0].name}, or put your own Markdown files beside it.")
    click.echo(
        f"In a repository, 'build-decks{folders} --check' before each commit tells what is out of"
        " date."
    )
    return 0
