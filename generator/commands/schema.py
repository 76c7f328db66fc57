"""`build-decks schema`: the JSON Schema of what `--format json` prints."""

from __future__ import annotations

import click

from generator.commands.common import Common, folder_options, usage_errors
from generator.commands.console import CommandError


@click.command("schema")
@click.argument("name", default="", metavar="[COMMAND]")
@folder_options
@click.pass_obj
@usage_errors()
def command(common: Common, name: str) -> int:
    """Print the JSON Schema of what --format json prints.

    COMMAND is a command with JSON, or build or only for what build-decks prints without one; else
    the schema allows the output of any of them.
    """  # fmt: skip
    del common  # the folders do not matter here; they are accepted as everywhere
    from generator.report.schema import COMMANDS, schema

    if name and name not in COMMANDS:
        raise CommandError(f"'{name}' has no JSON; name one of {', '.join(COMMANDS)}")
    click.echo(schema(name))
    return 0
