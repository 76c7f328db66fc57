"""What a competent first version does: `python -m benchmarks.naive NOTES PACKAGE`.

Parses each page as a whole with markdown-it-py, renders every cell, makes a genanki note of the
first two of each row. No ledger, no context, no quiz, no panel, no check; this is what the program
is measured with.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import genanki
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

NOTE_TYPE = genanki.Model(
    1_540_233_871,
    "Naive",
    fields=[{"name": "Clue"}, {"name": "Answer"}],
    templates=[{"name": "Recall", "qfmt": "{{Clue}}", "afmt": "{{Clue}}<hr>{{Answer}}"}],
)


def rows(markdown: MarkdownIt, text: str) -> Iterator[list[str]]:
    """The cells of every body row of every table, as HTML."""
    renderer = RendererHTML()
    in_body = False
    cells: list[str] = []
    for token in markdown.parse(text):
        match token.type:
            case "tbody_open" | "tbody_close":
                in_body = token.type == "tbody_open"
            case "tr_open":
                cells = []
            case "inline" if in_body:
                cells.append(renderer.renderInline(token.children or [], markdown.options, {}))
            case "tr_close" if in_body:
                yield cells


def main() -> None:
    """Build the package."""
    source, package = sys.argv[1:]
    markdown = MarkdownIt("commonmark").enable("table")
    deck = genanki.Deck(1_872_340_466, "Naive")
    for page in sorted(Path(source).rglob("*.md")):
        for cells in rows(markdown, page.read_text(encoding="utf-8", errors="replace")):
            fields = [*cells, ""][:2]
            guid = genanki.guid_for(fields[0])
            deck.add_note(genanki.Note(model=NOTE_TYPE, fields=fields, guid=guid))
    genanki.Package(deck).write_to_file(package)


if __name__ == "__main__":
    main()
