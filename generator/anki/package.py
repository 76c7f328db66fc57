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
from typing import IO, Any

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

from generator.anki.canonical import configure, make_canonical, write_archive
from generator.anki.note_types import NoteType, note_types, packed_ordinals
from generator.model import DeckName, Kind, Media, MediaName, Package, StampedNote
from generator.progress import Progress

# Anki works out sort field and checksum when it imports. The column's type is integer, and SQLite's
# releases do not agree on which texts are numbers: an empty text is the same for all of them.
_SORT_FIELD, _CHECKSUM = "", 0
_NOT_SYNCED = -1  # Anki's usn for what a server has not seen
# What is the same in all rows stands in the statements: binding a value takes its time.
_INSERT_NOTE = (
    f"INSERT INTO notes VALUES (?, ?, ?, ?, {_NOT_SYNCED}, ?, CAST(? AS TEXT), '{_SORT_FIELD}',"
    f" {_CHECKSUM}, 0, '')"
)
_INSERT_CARD = (
    f"INSERT INTO cards VALUES (?, ?, ?, ?, ?, {_NOT_SYNCED}, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')"
)
# The member that says under which names Anki is to store the members "0", "1", …
MEDIA_MEMBER = "media"
_MEDIA = re.compile(r'<img src="([^"]*)"|\[sound:([^\]]*)\]')
_EPOCH_DECK = 1_400_000_000_000  # deck ids look like the milliseconds that Anki makes them from


def _no_content(file: Media) -> bytes:
    raise FileNotFoundError(file.path)


def compile_package(
    package: Package,
    target: Path,
    compress: bool = False,
    read_media: Callable[[Media], bytes] = _no_content,
    progress: Progress | None = None,
) -> int:
    """Write the whole ``.apkg`` to ``target`` and return how many cards are in it.

    The same package gives the same bytes on every machine. At no time is it whole in memory:
    ``read_media`` gives the content of the package's media, one file after the other.
    """
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path = Path(folder) / "collection.anki2"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            configure(connection)
            connection.execute("BEGIN")
            compiled = _GenankiPackage(package, progress or Progress())
            compiled.write_to_db(connection.cursor(), 0, None)
            connection.execute("COMMIT")
        make_canonical(path)
        names = {str(number): file.name for number, file in enumerate(package.media)}
        listed = io.BytesIO(json.dumps(names).encode())
        contents = (
            (str(number), io.BytesIO(read_media(file))) for number, file in enumerate(package.media)
        )
        with path.open("rb") as database, target.open("wb") as file:
            members: list[tuple[str, IO[bytes]]] = [
                ("collection.anki2", database),
                (MEDIA_MEMBER, listed),
            ]
            write_archive(file, chain(members, contents), compress)
    return compiled.cards


def media_names(notes: Iterable[StampedNote]) -> set[MediaName]:
    """The files that the notes' fields show or play, as Anki finds them there."""
    names = set()
    for stamped in notes:
        html = stamped.packed
        if b"<img" in html or b"[sound:" in html:
            names |= {MediaName(src or sound) for src, sound in _MEDIA.findall(html.decode())}
    return names


def count_cards(package: Package) -> int:
    """How many cards the package's notes have."""
    types = note_types()
    return sum(
        len(packed_ordinals(types[stamped.note.origin.kind], stamped.packed))
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

    def __init__(self, stamped: StampedNote, note_type: _GenankiNoteType) -> None:
        # genanki's own checks and copies would take longer than all the rest: what it checks, the
        # stages before have made.
        self.stamped = stamped
        self.packed = stamped.packed
        self.model = note_type
        self.ordinals = packed_ordinals(note_type.note_type, self.packed)

    def row(self) -> tuple[object, ...]:
        """The values for `_INSERT_NOTE`."""
        stamped = self.stamped
        return (
            stamped.note_id,
            stamped.guid,
            self.model.model_id,
            stamped.modified,
            f" {' '.join(stamped.note.tags)} ",
            self.packed,
        )


class _GenankiPackage(genanki.Package):  # type: ignore[misc]
    """Writes decks and note types once and streams the notes through.

    genanki holds all notes, and rewrites the JSON of all decks and note types for each deck.
    """

    def __init__(self, package: Package, progress: Progress) -> None:
        self.cards = 0
        self._progress = progress
        self._notes = package.notes
        self._types = _genanki_note_types()
        names = dict.fromkeys(stamped.note.deck for stamped in package.notes)
        super().__init__(
            [
                genanki.Deck(deck_id(name), name, package.descriptions.get(name, ""))
                for name in sorted(names)
            ]
        )

    def write_to_db(self, cursor: sqlite3.Cursor, timestamp: float, id_gen: None) -> None:
        statements = [line for script in (APKG_SCHEMA, APKG_COL) for line in script.split(";\n")]
        indexes = [line for line in statements if line.lstrip().startswith("CREATE INDEX")]
        for statement in statements:
            if statement not in indexes:
                cursor.execute(statement)  # executescript would end the transaction
        known = json.loads(cursor.execute("SELECT decks FROM col").fetchone()[0])
        kinds = {stamped.note.origin.kind for stamped in self._notes}
        used = sorted((self._types[kind] for kind in kinds), key=lambda used: used.model_id)
        cursor.execute(
            "UPDATE col SET decks = ?, models = ?",
            (
                json.dumps(known | {str(deck.deck_id): deck.to_json() for deck in self.decks}),
                json.dumps({str(each.model_id): each.to_json(0, 1) for each in used}),
            ),
        )
        # Rows in the order of their ids are appended, page after page; so are indexes made last.
        in_id_order = sorted(range(len(self._notes)), key=lambda index: self._notes[index].note_id)
        ordinals: list[tuple[int, ...]] = []
        cursor.executemany(_INSERT_NOTE, self._rows(in_id_order, ordinals))
        cursor.executemany(_INSERT_CARD, self._card_rows(in_id_order, ordinals))
        for statement in indexes:
            cursor.execute(statement)

    def _rows(
        self, order: Iterable[int], ordinals: list[tuple[int, ...]]
    ) -> Iterator[tuple[object, ...]]:
        """The values for `_INSERT_NOTE`; fills ``ordinals`` with those of each note's cards."""
        for index in self._progress.over("writing notes", order):
            stamped = self._notes[index]
            note = _GenankiNote(stamped, self._types[stamped.note.origin.kind])
            ordinals.append(note.ordinals)
            yield note.row()

    def _card_rows(
        self, order: Iterable[int], ordinals: Iterable[tuple[int, ...]]
    ) -> Iterator[tuple[object, ...]]:
        """The values for `_INSERT_CARD`; a card's id follows from the note's, and it is due in the
        order of the notes."""
        decks = {deck.name: deck.deck_id for deck in self.decks}
        for index, made in zip(order, ordinals, strict=True):
            note, _, note_id, modified, *_ = self._notes[index]
            deck = decks[note.deck]
            self.cards += len(made)
            for ordinal in made:
                yield note_id + ordinal, note_id, deck, ordinal, modified, index + 1


@cache
def _genanki_note_types() -> Mapping[Kind, _GenankiNoteType]:
    return {kind: _GenankiNoteType(note_type) for kind, note_type in note_types().items()}
