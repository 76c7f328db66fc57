"""What the commands that talk with a running Anki have in common: options, and what they read."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from generator.commands.console import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.anki.connect import AnkiConnect
    from generator.core.outcome import BuildResult
    from generator.machine.progress import Progress
    from generator.push.collection import InAnki
    from generator.push.plan import Cards, Ours
    from generator.push.sent import Sent

# What options say for the Anki that is open, whatever lies there; a file of that name is ./anki.
RUNNING = "anki"

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Address:
    """Where Anki answers; ``key_env`` is the variable of the environment that holds its key."""

    url: str = ""
    key_env: str = ""
    remote: bool = False


def anki_options(command: F) -> F:
    """The options that say where Anki answers."""
    for option in (
        click.option("--remote", is_flag=True, help="The address may be of another computer."),
        click.option(
            "--key-env",
            default="",
            metavar="NAME",
            help="The variable of the environment that holds the key set in AnkiConnect.",
        ),
        click.option(
            "--url",
            default="",
            metavar="URL",
            help="Where AnkiConnect answers; else http://127.0.0.1:8765.",
        ),
    ):
        command = option(command)
    return command


def connect(address: Address) -> AnkiConnect:
    """The add-on at an address; CommandError where it cannot be asked."""
    from generator.anki.connect import ADDRESS, AnkiConnect

    key = os.environ.get(address.key_env, "") if address.key_env else ""
    if address.key_env and not key:
        raise CommandError(
            f"the environment has no variable '{address.key_env}': --key-env takes the name of the "
            "one that holds AnkiConnect's apiKey"
        )
    with anki_errors():
        return AnkiConnect(address.url or ADDRESS, key, remote=address.remote)


_MOST_NAMES = 5  # of packages in a message


@contextmanager
def anki_errors() -> Iterator[None]:
    """What Anki refuses, as what a command refuses."""
    from generator.anki.connect import AnkiError

    try:
        yield
    except AnkiError as error:
        raise CommandError(str(error)) from error


def ours_of(result: BuildResult, packages: Sequence[str] = ()) -> Ours:
    """The build as a push needs it, of all packages or of those that a person names."""
    from generator.identity.ledger import parse_ledger
    from generator.push.plan import Ours

    names = {Path(each).name.removesuffix(".apkg") for each in packages}
    known = {built.name for built in result.packages} | set(result.reserved)
    if unknown := sorted(names - known):
        shown = ", ".join(sorted(known)[:_MOST_NAMES])
        more = f" and {len(known) - _MOST_NAMES:,} more" if len(known) > _MOST_NAMES else ""
        raise CommandError(
            f"no package '{unknown[0]}' is made of the pages; name one of these: {shown}{more}"
        )
    meant = [b for b in result.packages if not names or b.name in names]
    lines = b"".join(result.lines)
    return Ours(
        {b.name: {each.guid: each.row for each in b.package.stamped()} for b in meant if b.package},
        {stamped.guid: stamped.note.position for stamped in result.notes},
        parse_ledger(lines, is_ours=True)[0].entries if lines else {},
        sum(count for name, count in result.reserved.items() if not names or name in names),
        is_whole=not names,
    )


def read_anki(
    anki: AnkiConnect, ours: Ours, actions: Sequence[str] = (), progress: Progress | None = None
) -> InAnki:
    """The collection that is open; CommandError where it cannot be read."""
    from generator.push.collection import read_collection

    with anki_errors():
        note_ids = {guid: row.note_id for guid, row in ours.all_rows.items()}
        return read_collection(anki, note_ids, actions, progress)


def read_cards(anki: AnkiConnect, ours: Ours, theirs: InAnki, sent: Sent) -> Cards:
    """What matters of cards: those in decks that their notes left, and those suspended."""
    from generator.push.collection import cards_in_deck, suspended
    from generator.push.plan import Cards, cards_of_retired, former_decks

    with anki_errors():
        decks = sorted(former_decks(ours, theirs, sent))
        in_deck = {deck: cards_in_deck(anki, deck) for deck in decks}
        can_ask = "areSuspended" not in theirs.missing
        retired = cards_of_retired(ours, theirs, sent) if can_ask else []
        return Cards(in_deck, suspended(anki, retired))


def collection_key(anki: AnkiConnect, theirs: InAnki) -> str:
    """A text that is another one for each collection of each computer."""
    return theirs.place if anki.is_local else f"{anki.address} {theirs.place}"
