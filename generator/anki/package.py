"""Notes become the bytes of an Anki package: genanki compiles it, canonical makes it exact."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

from generator.anki.canonical import canonical_database, configure, write_archive
from generator.anki.note_types import NoteType, card_ordinals, note_types
from generator.model import DeckName, Guid, Kind, Media, MediaName, Package, StampedNote

# Anki works out sort field and checksum when it imports. The column's type is integer, and SQLite's
# releases do not agree on which texts are numbers: an empty text is the same for all of them.
_SORT_FIELD, _CHECKSUM = "", 0
_NOT_SYNCED = -1  # Anki's usn for what a server has not seen
# The member that says under which names Anki is to store the members "0", "1", …
MEDIA_MEMBER = "media"
_MEDIA = re.compile(r'<img src="([^"]*)"|\[sound:([^\]]*)\]')
_EPOCH_DECK = 1_400_000_000_000  # deck ids look like the milliseconds that Anki makes them from


def _no_content(file: Media) -> bytes:
    raise FileNotFoundError(file.path)


def compile_package(
    package: Package, compress: bool = False, read_media: Callable[[Media], bytes] = _no_content
) -> bytes:
    """The whole ``.apkg``, the same bytes for the same package on every machine.

    ``read_media`` gives the content of the package's media, one file after the other.
    """
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path = Path(folder) / "collection.anki2"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            configure(connection)
            connection.execute("BEGIN")
            _GenankiPackage(package).write_to_db(connection.cursor(), 0, None)
            connection.execute("COMMIT")
            connection.execute("VACUUM")
        database = canonical_database(path.read_bytes())
    archive = io.BytesIO()
    names = {str(number): file.name for number, file in enumerate(package.media)}
    members = [("collection.anki2", database), (MEDIA_MEMBER, json.dumps(names).encode())]
    contents = ((str(number), read_media(file)) for number, file in enumerate(package.media))
    write_archive(archive, chain(members, contents), compress)
    return archive.getvalue()


def media_names(notes: Iterable[StampedNote]) -> set[MediaName]:
    """The files that the notes' fields show or play, as Anki finds them there."""
    names = set()
    for stamped in notes:
        html = "\n".join(stamped.fields)
        if "<img" in html or "[sound:" in html:
            names |= {MediaName(src or sound) for src, sound in _MEDIA.findall(html)}
    return names


def count_cards(package: Package) -> int:
    """How many cards the package's notes have."""
    types = note_types()
    return sum(
        len(card_ordinals(types[stamped.note.origin.kind], stamped.fields))
        for stamped in package.notes
    )


def deck_id(name: DeckName) -> int:
    """An id for a deck. Anki matches decks by name and throws the id away; it must only differ."""
    return _EPOCH_DECK + int.from_bytes(sha256(name.encode()).digest()[:5], "big")


class _GenankiNoteType(genanki.Model):  # type: ignore[misc]
    """A note type with ids on fields and templates and a modification time of its own."""

    def __init__(self, note_type: NoteType) -> None:
        super().__init__(
            note_type.id,
            note_type.name,
            fields=[
                {"name": name, "id": id_}
                for name, id_ in zip(note_type.field_names, note_type.field_ids, strict=True)
            ],
            templates=[
                {
                    "name": template.name,
                    "id": template.id,
                    "qfmt": template.front,
                    "afmt": template.back,
                    "bqfmt": template.browser_front,
                    "bafmt": template.browser_back,
                }
                for template in note_type.templates
            ],
            css=note_type.css,
            model_type=self.CLOZE if note_type.is_cloze else self.FRONT_BACK,
        )
        self.note_type = note_type

    @property
    def _req(self) -> list[list[object]]:
        # genanki finds out by rendering what the note type states; a cloze has no such list.
        if self.note_type.is_cloze:
            return []
        names = self.note_type.field_names
        return [
            [ordinal, "all", [names.index(name) for name in template.needs]]
            for ordinal, template in enumerate(self.note_type.templates)
        ]

    def to_json(self, timestamp: float, deck_id: int) -> dict[str, Any]:
        return {**super().to_json(timestamp, deck_id), "mod": self.note_type.modified}


class _GenankiNote(genanki.Note):  # type: ignore[misc]
    """A note with a stable id and modification time; the note type says which cards it has."""

    def __init__(self, stamped: StampedNote, note_type: _GenankiNoteType, due: int) -> None:
        super().__init__(
            note_type, list(stamped.fields), tags=stamped.note.tags, guid=stamped.guid, due=due
        )
        self.stamped = stamped
        self.cards = [
            genanki.Card(ordinal) for ordinal in card_ordinals(note_type.note_type, stamped.fields)
        ]

    def row(self) -> tuple[object, ...]:
        """The values for the table ``notes``."""
        return (
            self.stamped.note_id, self.guid, self.model.model_id, self.stamped.modified,
            _NOT_SYNCED, self._format_tags(), self._format_fields(), _SORT_FIELD, _CHECKSUM, 0, "",
        )  # fmt: skip

    def card_rows(self, deck: int) -> Iterator[tuple[object, ...]]:
        """The values for the table ``cards``; a card's id follows from the note's."""
        for card in self.cards:
            yield (
                self.stamped.note_id + card.ord, self.stamped.note_id, deck, card.ord,
                self.stamped.modified, _NOT_SYNCED, 0, 0, self.due,
                0, 0, 0, 0, 0, 0, 0, 0, "",
            )  # fmt: skip


class _GenankiPackage(genanki.Package):  # type: ignore[misc]
    """Writes decks and note types once; genanki rewrites the JSON of all of them for each deck."""

    def __init__(self, package: Package) -> None:
        types = _genanki_note_types()
        decks: dict[DeckName, genanki.Deck] = {}
        for due, stamped in enumerate(package.notes, 1):
            name = stamped.note.deck
            if name not in decks:
                description = package.descriptions.get(name, "")
                decks[name] = genanki.Deck(deck_id(name), name, description)
            note_type = types[stamped.note.origin.kind]
            decks[name].add_model(note_type)
            decks[name].add_note(_GenankiNote(stamped, note_type, due))
        super().__init__([decks[name] for name in sorted(decks)])

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: None) -> None:
        for script in (APKG_SCHEMA, APKG_COL):
            for statement in script.split(";\n"):
                cursor.execute(statement)  # executescript would end the transaction
        known = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
        note_types = {
            id_: note_type for deck in self.decks for id_, note_type in deck.models.items()
        }
        cursor.execute(
            "UPDATE col SET decks = ?, models = ?",
            (
                json.dumps(known | {str(deck.deck_id): deck.to_json() for deck in self.decks}),
                json.dumps({str(i): note_types[i].to_json(0, 1) for i in sorted(note_types)}),
            ),
        )
        insert = "INSERT INTO {} VALUES ({})"
        cursor.executemany(
            insert.format("notes", ",".join("?" * 11)),
            (note.row() for deck in self.decks for note in deck.notes),
        )
        cursor.executemany(
            insert.format("cards", ",".join("?" * 18)),
            (
                row
                for deck in self.decks
                for note in deck.notes
                for row in note.card_rows(deck.deck_id)
            ),
        )


@cache
def _genanki_note_types() -> Mapping[Kind, _GenankiNoteType]:
    return {kind: _GenankiNoteType(note_type) for kind, note_type in note_types().items()}


def notes_by_guid(package: Package) -> dict[Guid, StampedNote]:
    """The package's notes by GUID. ValueError where two share one: Anki would import both."""
    notes = {stamped.guid: stamped for stamped in package.notes}
    if len(notes) != len(package.notes):
        raise ValueError(f"two notes of {package.name} share a GUID")
    return notes
