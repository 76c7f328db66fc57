"""Corrections made in Anki come back into the cell that they belong to, and nothing else changes.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from anki import import_export_pb2 as messages
from build_notes import table
from person import ROWS, Done, Person

pytestmark = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the add-on asks for Anki 23.10 or newer",
)


def pull(person: Person, *args: str, code: int = 0) -> Done:
    done = person.run("pull", "--url", person.address, *args)
    assert done.exit_code == code, done.stdout + done.stderr
    return done


def pulled(person: Person, *args: str, code: int = 0) -> dict[str, Any]:
    return json.loads(pull(person, "--format", "json", *args, code=code).stdout)


def text_of(person: Person, name: str = "a.md") -> str:
    return (person.source / name).read_bytes().decode()


def test_a_corrected_answer_is_shown_then_written_into_its_cell(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer="a better meaning")
    before = text_of(person)
    done = pull(person)
    assert "a.md:4:12: Answer of ‘word 1’\n  - meaning 1\n  + a better meaning\n" in done.stdout
    assert text_of(person) == before
    pull(person, "--apply")
    assert text_of(person) == before.replace("meaning 1", "a better meaning")
    assert pulled(person)["corrections"] == []
    assert person.plan()["notes"] == []
    log = person.take()
    print(log)
