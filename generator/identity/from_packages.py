"""Makes ledger entries of the notes that stand in packages; values in, values out.

A package holds HTML, a ledger the text that it was made of. A note whose row still stands on a page
is known exactly. Of any other note each field is that stands somewhere on the pages; the rest is
read as plain text, by which a reworded row is found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import JOINT, Guid, Kind, NoteRow, Origin, Reading, StampedNote, page_name
from generator.core.note_fields import (
    MOST_ATTRIBUTES,
    SEPARATOR,
    ClozeFields,
    CompareFields,
    Fields,
    NoteDigests,
    QuizFields,
    header_of,
    note_digests,
    split_fields,
)
from generator.core.note_states import add_state
from generator.identity.alike import place as table_of
from generator.identity.entry import LedgerEntry
from generator.identity.slots import Slot, Slots, digest_of_cell, told_apart
from generator.markup.field_html import label_html

_DELETION = lazy_regex(r"\{\{c(\d+)::(.*?)(?:::.*?)?\}\}", re.DOTALL)


class BuiltNote(NamedTuple):
    """A note as it stands in the package of this name."""

    package: str
    kind: Kind
    row: NoteRow

    @property
    def fields(self) -> Fields:
        """Its fields, by name."""
        return split_fields(self.kind, self.row.fields)


class PageNote(NamedTuple):
    """A note as the pages make it now, and the entry that it would have."""

    stamped: StampedNote
    entry: LedgerEntry


class RecoveredNotes(NamedTuple):
    """The entries of notes in packages, in their order; ``exact`` are the notes whose rows stand on
    the pages as they were built."""

    entries: Sequence[LedgerEntry]
    exact: frozenset[Guid]


def recover_entries(built: Sequence[BuiltNote], pages: Sequence[PageNote]) -> RecoveredNotes:
    """An entry for each note; ``built`` are in the order of their rows, package by package.

    What no package holds is not in the entries: IDs of rows that have changed, slots and numbers of
    gaps that are not in use, what a note said before, other decks that it was in. ``added`` is made
    from the note id. Where a page's note has the same GUID and says the same, the entry is such
    that the next build leaves the note as it is.
    """
    sources = _Sources(pages)
    faces = [_face(note.kind, note.fields) for note in built]
    paired = _pairs(built, faces, pages)
    entries: list[LedgerEntry] = []
    above: dict[tuple[str, ...], Guid] = {}
    for index, note in enumerate(built):
        entry = sources.entry(note, faces[index], paired.get(index))
        table = table_of(entry.origin)
        entries.append(entry._replace(after=above.get(table, "")))
        above[table] = entry.guid
    return RecoveredNotes(entries, frozenset(built[index].row.guid for index in paired))


class _Face(NamedTuple):
    """The HTML by which a note's row is known: clue, answers with their headers, header, place."""

    kind: Kind
    clue: str
    answers: tuple[tuple[str, str], ...]
    header: tuple[str, ...]
    place: tuple[str, ...]


def _place_of(fields: Fields) -> tuple[str, str, str]:
    return fields.page, fields.section, fields.source


def _face(kind: Kind, fields: Fields) -> _Face:
    place = _place_of(fields)
    if isinstance(fields, ClozeFields):
        hidden = tuple(("", html) for _, html in _deletions(fields.text))
        return _Face(kind, _without_deletions(fields.text), hidden, (), place)
    if isinstance(fields, CompareFields):
        answers = sorted((header, cell) for _, header, cell in _attributes(fields))
        return _Face(kind, fields.prompt, tuple(answers), (fields.cue,), place)
    header = () if isinstance(fields, QuizFields) else (fields.cue, fields.ask, fields.question)
    return _Face(kind, fields.prompt, (("", fields.answer),), header, place)


def _deletions(text: str) -> list[tuple[str, str]]:
    """Number and hidden HTML of each deletion."""
    return _DELETION.findall(text, 0, _last_end(text))


def _without_deletions(text: str) -> str:
    end = _last_end(text)
    return _DELETION.sub(r"\2", text[:end]) + text[end:]


def _last_end(text: str) -> int:
    """Where the last deletion may end: each that begins behind it would look for its end."""
    return text.rfind("}}") + 2


def _digests(kind: Kind, row: NoteRow) -> NoteDigests:
    return note_digests(kind, row.fields.split(SEPARATOR), row.tags, row.cards, ())


def _tables(face: _Face, fields: Fields) -> Sequence[object]:
    """What says which table a row is of: where it stands, or the name of a table or of a list."""
    label = getattr(fields, "table_label", "")
    return (face.kind, face.header, face.place), (face.kind, face.header, label)


def _attributes(fields: CompareFields) -> Iterator[tuple[int, str, str]]:
    """Number, header and cell of each attribute of a comparison; the latter two as HTML."""
    for number in range(1, MOST_ATTRIBUTES + 1):
        if header := getattr(fields, f"h{number}"):
            yield number, header_of(header), getattr(fields, f"a{number}")


def _gaps(fields: ClozeFields) -> Mapping[int, tuple[str, ...]]:
    """The HTML that each number of a cloze note hides."""
    found: dict[int, tuple[str, ...]] = {}
    for number, html in _deletions(fields.text):
        found[int(number)] = (*found.get(int(number), ()), html)
    return found


def _pairs(
    built: Sequence[BuiltNote], faces: Sequence[_Face], pages: Sequence[PageNote]
) -> Mapping[int, PageNote]:
    """The page's note that each built one is, by the place of the latter: of equal rows of one
    place one after the other, of others where they stand once on both sides."""
    found: dict[int, PageNote] = {}
    left = dict(enumerate(faces))
    free = {n: _face(page.entry.origin.kind, page.stamped.fields) for n, page in enumerate(pages)}
    for is_place_equal in (True, False):
        groups: dict[_Face, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, each in enumerate((left, free)):
            for index, face in each.items():
                groups[face if is_place_equal else face._replace(place=())][side].append(index)
        for own, same in groups.values():
            if not is_place_equal and not len(own) == len(same) == 1:
                continue
            guids = {pages[number].entry.guid: number for number in same}
            own.sort(key=lambda index: built[index].row.guid not in guids)
            for index in own:
                number = guids.get(built[index].row.guid, next((n for n in same if n in free), -1))
                if number in free:
                    found[index] = pages[number]
                    del left[index], free[number]
    return found


class _Sources:
    """The text that HTML was made of, as far as it stands on the pages."""

    def __init__(self, pages: Sequence[PageNote]) -> None:
        self._texts: dict[object, str] = {}
        self._questions: dict[object, tuple[str, Reading]] = {}
        self._places: dict[object, tuple[str, str]] = {}
        for page in pages:
            origin, fields = page.entry.origin, page.stamped.fields
            face = _face(origin.kind, fields)
            self._texts[face.clue] = origin.clue
            self._texts[face.answers] = origin.answer
            self._places.setdefault(face.place, (origin.page, origin.section))
            for key in _tables(face, fields):
                self._questions.setdefault(key, (origin.question, page.entry.reading))
            if isinstance(fields, ClozeFields):
                texts = dict(page.entry.gaps)
                self._texts |= {html: texts[number] for number, html in _gaps(fields).items()}
            elif isinstance(fields, CompareFields):
                columns = page.stamped.note.columns
                cells = zip(told_apart([h for h, _ in columns]), columns, strict=True)
                cell_of = {header: cell for header, (_, cell) in cells}
                headers = {slot.number: slot.header for slot in page.entry.slots}
                for number, _, html in _attributes(fields):
                    self._texts[html] = cell_of[headers[number]]

    def entry(self, note: BuiltNote, face: _Face, page: PageNote | None) -> LedgerEntry:
        """The entry of a note, of which ``page`` is the row, where that is known."""
        row, fields = note.row, note.fields
        digests = _digests(note.kind, row)
        fingerprint = digests.own
        # Neither side knows the other right answers of a clue: they are taken for what they were.
        if page and _digests(note.kind, page.stamped.row).own == digests.own:
            fingerprint = page.entry.fingerprint
        question, reading = self._asked(face, fields)
        origin = Origin(note.kind, note.package, *self._place(face), question, *self._cells(face))
        if page:
            place = origin[1:4]  # of a table that was moved since, as it was: others moved with it
            if face.place == _place_of(page.stamped.fields):
                place = note.package, *page.entry.origin[2:4]
            origin = Origin(note.kind, *place, *page.entry.origin[4:])
            reading = _as_built(page.entry.reading, fields)
        return LedgerEntry(
            guid=row.guid,
            origin=origin,
            deck=row.deck,
            after="",
            fingerprint=fingerprint,
            note_id=row.note_id,
            added=max(1, min(row.note_id // 1000, row.modified)),
            modified=row.modified,
            retired=0,
            gaps=self._texts_of_gaps(fields) if isinstance(fields, ClozeFields) else (),
            table=digests.table,
            cards=row.cards,
            slots=self._slots(fields) if isinstance(fields, CompareFields) else (),
            reading=reading,
            is_new=page.entry.is_new if page else False,
            states=add_state("", row.modified, digests.state),
        )

    def _text(self, html: str) -> str:
        return self._texts.get(html) or _plain(html)

    def _cells(self, face: _Face) -> tuple[str, str, str]:
        """Clue, answer and ID."""
        answer = self._texts.get(face.answers)
        if answer is None:
            answer = " | ".join(self._text(html) for _, html in face.answers)
        return self._text(face.clue), answer, ""

    def _asked(self, face: _Face, fields: Fields) -> tuple[str, Reading]:
        for key in _tables(face, fields):
            if known := self._questions.get(key):
                return known
        if not face.header:
            return "", Reading()
        cue, *ask = map(_plain, face.header)
        # A clue of several columns has their headers, which stand in the table one by one.
        is_one = f"<th>{face.header[0]}</th>" in getattr(fields, "table", "")
        if isinstance(fields, CompareFields):  # but for those of a comparison
            is_one = JOINT not in cue
        clue = (cue,) if is_one else tuple(cue.split(JOINT))
        return ask[0] if ask else cue, Reading(clue)

    def _place(self, face: _Face) -> tuple[str, str]:
        """Page and section."""
        page, section, source = map(_plain, face.place)
        return self._places.get(face.place) or (
            source if page_name(source) != source else page,
            section,
        )

    def _texts_of_gaps(self, fields: ClozeFields) -> tuple[tuple[int, str], ...]:
        gaps = sorted(_gaps(fields).items())
        return tuple((n, self._texts.get(h) or " | ".join(map(_plain, h))) for n, h in gaps)

    def _slots(self, fields: CompareFields) -> Slots:
        """The attributes. A number between them that is not in use is that of a column that was
        deleted: its card may still be there, so no other column may have it."""
        found = list(_attributes(fields))
        headers = told_apart([_plain(header) for _, header, _ in found])
        slots = {
            number: Slot(number, f"deleted {number}", "") for number in range(1, MOST_ATTRIBUTES)
        }
        for header, (number, _, cell) in zip(headers, found, strict=True):
            slots[number] = Slot(number, header, digest_of_cell(self._text(cell)))
        last = max((number for number, _, _ in found), default=0)
        return tuple(slots[number] for number in range(1, last + 1))


def _as_built(reading: Reading, fields: Fields) -> Reading:
    """How a table was read, of which the page alone says ``reading``: a column that stands below
    the answers was not left out, such as one that counts rows and was new to a known table."""
    left_out = (
        h for h in reading.left_out if f"<strong>{label_html(h)}</strong>" not in fields.extra
    )
    return reading._replace(left_out=tuple(left_out))


def _plain(html: str) -> str:
    """HTML as a line of plain text, with math between dollars."""
    text = re.sub(r"\\\((.*?)\\\)", r"$\1$", html.replace("<br>", " "), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", text)).split())
