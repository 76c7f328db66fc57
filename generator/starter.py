"""A folder to begin with: what `build-decks init` writes; overwrites nothing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.machine.disk import write_file

_LESSON_FILE = "first-lesson.md"
_LESSON = """\
# Water on the move

Every table here becomes cards. Change the words, or put files of your own beside this one.

## Where the water goes

Two columns: the left one is shown, the right one is asked.

| What happens              | Its name      |
|---------------------------|---------------|
| a puddle dries in the sun | evaporation   |
| steam fogs a cold mirror  | condensation  |
| snow falls on the hills   | precipitation |
| rain sinks into the soil  | infiltration  |

A left header `Trap` makes a card that asks what to do or think instead.

| Trap                                     | Better rule                              |
|------------------------------------------|------------------------------------------|
| calling a kettle's white cloud steam     | it is droplets; steam cannot be seen     |
| thinking that water boils only at 100 °C | high on a mountain it boils at less heat |

Three columns or more compare: each cell is asked.

| State  | Shape              | How its molecules move     |
|--------|--------------------|----------------------------|
| ice    | keeps its own      | they tremble on the spot   |
| liquid | that of its vessel | they slip past one another |
| vapour | has none           | they fly about             |
"""

_SETTINGS = """\
# What keeps your notes apart from another person's. Once a deck is imported, leave it as it is.
id = "{id}"
# deck = "{name}"           # the deck's name in Anki
# tags = ["exam"]           # tags for every note
# lang = "en"               # de, fr, es, it and pt are known too
"""

_IGNORED = """\
# decks/ and ledger.jsonl belong into the repository: the ledger keeps your reviews.
.venv/
preview.html
"""

# How git merges the ledger: all lines of both sides, which the next build puts together.
ATTRIBUTES = """\
ledger.jsonl text eol=lf merge=union
*.apkg binary
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin` wrote, what it left alone because it was there, and what it added lines to;
    folders and files."""

    written: tuple[Path, ...]
    left_alone: tuple[Path, ...]
    extended: tuple[Path, ...] = ()


def is_of_lesson(page: str, clue: str) -> bool:
    """Whether a note that stood on a page is one of the first lesson's, as `init` writes it."""
    return page.endswith(f"/{_LESSON_FILE}") and f"| {clue} " in _LESSON


def package_name(folder: Path) -> str:
    """A name for the first package: the folder's own, where any system can store it."""
    name = folder.resolve().name
    return name if re.fullmatch(r"[^\W_][\w -]{0,40}(?<! )", name) else "my-notes"


def begin(folder: Path, source: Path, name: str, id: str) -> Begun:
    """Make ``folder`` one that builds, with the first notes in ``source`` (a path below it).

    The notes appear as a whole or not at all. OSError where they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, left_alone, extended = [], [], list[Path]()
    notes = folder / source
    lesson, settings = Path(name, _LESSON_FILE), Path(name, "deck.toml")
    if notes.exists() and (not notes.is_dir() or any(notes.iterdir())):
        left_alone.append(notes)
    else:
        _put(notes, {lesson: _LESSON, settings: _SETTINGS.format(id=id, name=name)})
        written += [notes / lesson, notes / settings]
    ignored = folder / ".gitignore"
    if ignored.exists():
        left_alone.append(ignored)
    else:
        write_file(ignored, [_IGNORED.encode()])
        written.append(ignored)
    attributes = folder / ".gitattributes"
    known = attributes.read_bytes() if attributes.exists() else b""
    lacking = [line for line in ATTRIBUTES.encode().splitlines() if line not in known.splitlines()]
    if lacking:
        end = b"\n" if known and not known.endswith(b"\n") else b""
        write_file(attributes, [known, end, *(line + b"\n" for line in lacking)])
        (extended if known else written).append(attributes)
    else:
        left_alone.append(attributes)
    return Begun(tuple(written), tuple(left_alone), tuple(extended))


def _put(notes: Path, files: Mapping[Path, str]) -> None:
    """Make the folder ``notes`` with these files in one step."""
    notes.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{notes.name}.", dir=notes.parent) as scratch:
        new = Path(scratch, notes.name)
        for path, text in files.items():
            write_file(new / path, [text.encode()])
        if notes.exists():
            notes.rmdir()  # it is empty, else this fails
        new.rename(notes)
