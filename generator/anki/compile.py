"""Notes become an Anki package: compiled by genanki, made exact, and read back."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cache
from hashlib import sha256
from itertools import chain, groupby
from pathlib import Path
from typing import IO, Any

from generator.anki.archive import DATABASE, MEDIA_MEMBER, extract_database
from generator.anki.canonical import configure, make_canonical, write_archive
from generator.anki.light_genanki import APKG_COL, APKG_SCHEMA, genanki
from generator.anki.note_types import NoteType, behind, note_types
from generator.anki.readback import check_archive, check_database
from generator.core.lazy_regex import lazy_regex
from generator.core.model import DeckName, Media, MediaName, Package
from generator.machine.database import refusals_as_os_errors
from generator.machine.disk import open_file
from generator.machine.progress import Progress

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
# Notes that stand in the older package as they are to stand in this one, between two note ids.
_COPY_NOTES = (
    f"INSERT INTO notes SELECT id, guid, mid, mod, {_NOT_SYNCED}, tags, flds, '{_SORT_FIELD}',"
    f" {_CHECKSUM}, 0, '' FROM older.notes"
    " WHERE id BETWEEN ? AND ? AND id IN (SELECT id FROM copied) ORDER BY id"
)
_MEDIA = lazy_regex(r'<img src="([^"]*)"|\[sound:([^\]]*)\]')
_SETTLED = 1  # a note type's time, in seconds since 1970, that no collection takes for newer
_EPOCH_DECK = 1_400_000_000_000  # deck ids look like the milliseconds that Anki makes them from


def _no_content(file: Media) -> bytes:
    raise FileNotFoundError(file.path)


def compile_package(
    package: Package,
    target: Path,
    compress: bool = False,
    read_media: Callable[[Media], bytes] = _no_content,
    progress: Progress | None = None,
    older: Path | None = None,
    settled_types: Collection[int] = (),
) -> None:
    """Write the whole ``.apkg`` to ``target``.

    The same package gives the same bytes on every machine. At no time is it whole in memory:
    ``read_media`` gives the content of the package's media, one file after the other. Notes
    without fields are copied from the package ``older``; ValueError where that is none. The note
    types that are ``settled_types``, by id, have so old a time that an import never changes them.
    PackageMismatchError where what was written, read back, is not what was meant.
    """
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path, before = Path(folder) / DATABASE, None
        with refusals_as_os_errors(path):
            if older:
                before = Path(folder) / "older"
                with open_file(older) as old:
                    extract_database(old, before)
            _write_database(package, path, before, progress or Progress(), settled_types)
            check_database(path, package, before)
        names = {str(number): file.name for number, file in enumerate(package.media)}
        listed = io.BytesIO(json.dumps(names).encode())
        contents = (
            (str(number), io.BytesIO(read_media(file))) for number, file in enumerate(package.media)
        )
        with path.open("rb") as database, target.open("wb") as file:
            members: list[tuple[str, IO[bytes]]] = [(DATABASE, database), (MEDIA_MEMBER, listed)]
            write_archive(file, chain(members, contents), compress)
    check_archive(target, package)


def _write_database(
    package: Package,
    path: Path,
    older: Path | None,
    progress: Progress,
    settled_types: Collection[int],
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        configure(connection)
        if older:
            connection.execute("ATTACH ? AS older", (str(older),))
        connection.execute("BEGIN")
        written = _GenankiPackage(package, progress, settled_types)
        written.write_to_db(connection.cursor(), 0, None)
        connection.execute("COMMIT")
    make_canonical(path)


def media_names(fields: bytes) -> set[MediaName]:
    """The files that a note's fields show or play, as Anki finds them there."""
    if b"<img" not in fields and b"[sound:" not in fields:
        return set()
    return {MediaName(src or sound) for src, sound in _MEDIA.findall(fields.decode())}


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
                {
                    "name": field.name,
                    "id": field.id,
                    "description": field.description,
                    "collapsed": field.is_collapsed,
                    "excludeFromSearch": not field.is_searched,
                    "preventDeletion": True,
                }
                for field in note_type.fields
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


class _GenankiPackage(genanki.Package):  # type: ignore[misc]
    """Writes decks and note types once and streams the notes through.

    genanki holds all notes, and rewrites the JSON of all decks and note types for each deck.
    """

    def __init__(
        self, package: Package, progress: Progress, settled_types: Collection[int]
    ) -> None:
        self._progress = progress
        self._settled = settled_types
        self._rows, self._fields = package.rows, package.fields
        self._types = _genanki_note_types()
        names = dict.fromkeys(row.deck for row in package.rows)
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
        used = [self._types[number] for number in sorted({row.note_type for row in self._rows})]
        cursor.execute(
            "UPDATE col SET decks = ?, models = ?",
            (
                json.dumps(known | {str(deck.deck_id): deck.to_json() for deck in self.decks}),
                json.dumps({str(each.model_id): self._type_as_json(each) for each in used}),
            ),
        )
        # Rows in the order of their ids are appended, page after page; so are indexes made last.
        ids = [row.note_id for row in self._rows]
        in_id_order = sorted(range(len(ids)), key=ids.__getitem__)
        made = frozenset(self._fields)
        if len(made) < len(in_id_order):
            cursor.execute("CREATE TEMP TABLE copied (id INTEGER PRIMARY KEY)")
            copied = ((ids[index],) for index in in_id_order if index not in made)
            cursor.executemany("INSERT INTO copied VALUES (?)", copied)
        for is_made, run in groupby(in_id_order, made.__contains__):
            if is_made:
                cursor.executemany(_INSERT_NOTE, self._note_rows(run))
            else:
                first, *rest = run
                last = rest[-1] if rest else first
                cursor.execute(_COPY_NOTES, (ids[first], ids[last]))
        cursor.executemany(_INSERT_CARD, self._card_rows(in_id_order))
        for statement in indexes:
            cursor.execute(statement)

    def _type_as_json(self, each: _GenankiNoteType) -> dict[str, Any]:
        is_settled = each.note_type.id in self._settled
        return each.to_json(0, 1) | ({"mod": _SETTLED} if is_settled else {})

    def _note_rows(self, order: Iterable[int]) -> Iterator[tuple[object, ...]]:
        """The values for `_INSERT_NOTE`."""
        for index in self._progress.over("writing notes", order):
            guid, note_id, note_type, modified, tags, _, _, _, _ = self._rows[index]
            yield note_id, guid, note_type, modified, f" {' '.join(tags)} ", self._fields[index]

    def _card_rows(self, order: Iterable[int]) -> Iterator[tuple[object, ...]]:
        """The values for `_INSERT_CARD`; a card's id follows from the note's, and it is due in the
        order of the notes, a note's later cards behind those of others."""
        decks = {deck.name: deck.deck_id for deck in self.decks}
        for index in order:
            _, note_id, note_type, modified, _, _, deck, ordinals, due = self._rows[index]
            for ordinal in ordinals:
                place = due + behind(note_type, ordinal)
                yield note_id + ordinal, note_id, decks[deck], ordinal, modified, place


@cache
def _genanki_note_types() -> Mapping[int, _GenankiNoteType]:
    return {each.id: _GenankiNoteType(each) for each in note_types().values()}
