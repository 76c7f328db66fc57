"""Somebody who keeps pages, has Anki open, and pushes or imports: what tests of both ways share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from anki.collection import Collection
from anki_connect import Window, running
from build_notes import NOW, table, write_notes
from click.testing import CliRunner

from generator.anki.verify import import_package
from generator.cli import cli
from generator.core.model import Guid
from generator.identity.ledger import parse_ledger
from generator.machine.cache_files import sent_file

ROWS = tuple((f"word {n}", f"meaning {n}") for n in range(6))


def edited(**answers: str) -> str:
    """The table of these rows with other answers, by the number of the row: ``_0="other"``."""
    rows = [(clue, answers.get(f"_{n}", answer)) for n, (clue, answer) in enumerate(ROWS)]
    return table(*rows)


@dataclass(frozen=True)
class Done:
    """What the program did: its exit code, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


class Person:
    """Somebody who keeps pages, has Anki open, and pushes or imports."""

    def __init__(self, folder: Path, col: Collection, window: Window, address: str) -> None:
        self.folder, self.col, self.window, self.address = folder, col, window, address
        self.source, self.output = folder / "notes", folder / "decks"
        self.now = NOW

    def write(self, text: str, name: str = "a.md") -> None:
        write_notes(self.source, {name: text})

    def run(self, *args: str) -> Done:
        """The program, an hour later than the last time, and long before what is done in Anki."""
        self.now += 3600
        folders = ["-s", str(self.source), "-o", str(self.output)]
        env = {"SOURCE_DATE_EPOCH": str(self.now)}
        done = CliRunner().invoke(cli, [*folders, *args], env=env, standalone_mode=False)
        if isinstance(done.exception, click.ClickException):
            return Done(2, done.stdout, done.exception.format_message())
        if done.exception:
            raise done.exception
        return Done(done.return_value or 0, done.stdout, done.stderr)

    def push(self, *args: str, code: int = 0) -> Done:
        done = self.run("push", "--url", self.address, *args)
        assert done.exit_code == code, done.stdout + done.stderr
        self.col.models._clear_cache()
        self._let_time_pass()
        return done

    def _let_time_pass(self) -> None:
        """As if Anki's clock were the program's, a minute later."""
        self.col.db.execute("update notes set mod = ?1 where mod > ?1", self.now + 60)

    def plan(self, *args: str, code: int = 0) -> dict[str, Any]:
        """What a push with --format json says."""
        return json.loads(self.push("--format", "json", *args, code=code).stdout)

    def take(self, name: str = "a") -> Any:
        """Build and import the package; Anki's log."""
        assert self.run().exit_code == 0
        log = import_package(self.col, self.output / f"{name}.apkg")
        self._let_time_pass()
        return log

    def note(self, clue: str) -> Any:
        (note_id,) = self.col.find_notes(f'Prompt:"{clue}"')
        return self.col.get_note(note_id)

    def edit(self, clue: str, **fields: str) -> None:
        """What a person does in Anki's browser."""
        note = self.note(clue)
        for name, value in fields.items():
            note[name] = value
        self.col.update_note(note)

    def tag(self, clue: str, *tags: str) -> None:
        self.col.tags.bulk_add([self.note(clue).id], " ".join(tags))

    def guid(self, clue: str) -> Guid:
        ledger = parse_ledger((self.source / "ledger.jsonl").read_bytes())[0].entries
        return next(guid for guid, entry in ledger.items() if entry.origin.clue == clue)

    @property
    def note_type(self) -> Any:
        """The note type of clues."""
        names = [each.name for each in self.col.models.all_names_and_ids()]
        (name,) = (name for name in names if name.endswith("Clue"))
        return self.col.models.by_name(name)

    def add_own_field(self) -> None:
        """What a person does in the dialog Fields."""
        models, note_type = self.col.models, self.note_type
        models.add_field(note_type, models.new_field("Mine"))
        models.update_dict(note_type)

    def forget(self) -> None:
        """Lose what was sent last."""
        sent_file(self.source).unlink(missing_ok=True)


@contextmanager
def person_in(folder: Path) -> Iterator[Person]:
    """A person whose Anki answers, with an empty collection."""
    with closing(Collection(str(folder / "collection.anki2"))) as col:
        window = Window(col)
        with running(window) as address:
            (folder / "notes").mkdir()
            yield Person(folder, col, window, address)
