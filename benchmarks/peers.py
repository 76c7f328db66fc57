"""The corpus in the formats of other programs, and how these are called: see `benchmarks.run`.

Each is installed by hand, in an environment named after it:

    for peer in ankdown==0.7.1 anki-yaml-tool==0.4.0 ankivalenz==1.0.2 \\
                markdown-anki-decks==1.1.1 ankcompiler==0.6.0; do
      python3 -m venv "peers/${peer%%=*}" && "peers/${peer%%=*}/bin/pip" install "$peer"
    done
    peers/markdown-anki-decks/bin/pip install 'click<8.1'    # what it asks for is too new for it
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import Page


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that makes packages of notes.

    ``form`` turns a page into its format; ``settings`` is a file (name, text) that it needs beside
    the pages. ``arguments`` follow its name, in an empty folder, with ``NOTES`` for the
    pages' folder. Peers that read one file get all pages in ``all``, after the settings.
    """

    name: str
    program: str
    arguments: tuple[str, ...]
    form: Callable[[Page], str]
    settings: tuple[str, str] | None = None
    all: str | None = None

    def write(self, folder: Path, pages: Iterable[Page]) -> None:
        """Write the pages below ``folder`` in this program's format."""
        folder.mkdir(parents=True)
        if self.settings:
            name, text = self.settings
            (folder / name).write_text(text, encoding="utf-8")
        for page in pages:
            path = folder / (self.all or page.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(self.form(page))


def _title(page: Page) -> str:
    return page.text.partition("\n")[0]


def _ankdown(page: Page) -> str:
    return "\n---\n\n".join(f"{clue}\n\n%\n\n{answer}\n" for clue, answer in page.rows)


def _yaml(page: Page) -> str:
    # A JSON text is a YAML text.
    quoted = ([json.dumps(cell, ensure_ascii=False) for cell in row] for row in page.rows)
    return "".join(f"  - front: {clue}\n    back: {answer}\n" for clue, answer in quoted)


def _ankivalenz(page: Page) -> str:
    items = "".join(f"- {clue} ?:: {answer}\n" for clue, answer in page.rows)
    return f"{_title(page)}\n\n{items}"


def _markdown_anki_decks(page: Page) -> str:
    sections = "".join(f"\n## {clue}\n\n{answer}\n" for clue, answer in page.rows)
    return f"{_title(page)}\n{sections}"


def _ankcompiler(page: Page) -> str:
    # The clue ends with its number, of which the note's ID of ten characters is made.
    cards = (
        f"---\n\n{clue} ::: {answer}\n\n---\n[^uid]: {clue.rpartition(' ')[2]:0>10}\n\n"
        for clue, answer in page.rows
    )
    return f"---\ndeck: Corpus\n---\n\n{''.join(cards)}"


_YAML_HEAD = """\
config:
  name: Corpus
  deck-name: Corpus
  fields: [Front, Back]
  templates: [{name: Recall, qfmt: "{{Front}}", afmt: "{{Front}}<hr>{{Back}}"}]
data:
"""

PEERS = (
    Peer("ankdown", "ankdown", ("-r", "NOTES", "-p", "all.apkg"), _ankdown),
    Peer(
        "anki-yaml-tool",
        "anki-yaml-tool",
        ("build", "--file", "NOTES/all.yaml", "--output", "all.apkg"),
        _yaml,
        settings=("all.yaml", _YAML_HEAD),
        all="all.yaml",
    ),
    Peer(
        "ankivalenz",
        "ankivalenz",
        ("run", "NOTES"),
        _ankivalenz,
        settings=("ankivalenz.json", '{"deck_id": 1540233872, "deck_name": "Corpus"}'),
    ),
    Peer("markdown-anki-decks", "mdankideck", ("NOTES", "."), _markdown_anki_decks),
    Peer("ankcompiler", "ankc", ("build", "--all", "--path", "NOTES"), _ankcompiler),
)
