"""What a running Anki has of our notes; reads, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

from generator.anki.connect import AnkiConnect, AnkiError
from generator.anki.note_types import NoteType, note_types
from generator.core.model import DeckName, Guid, Kind
from generator.machine.progress import Progress

_BLOCK = 200  # notes in one request; with their tables some megabytes
_NEEDED = (
    "multi", "modelNamesAndIds", "modelFieldNames", "modelTemplates", "modelStyling", "findNotes",
    "findCards", "notesInfo", "getMediaDirPath", "deckNames",
)  # fmt: skip
_KEY = "Key"


class NoteInAnki(NamedTuple):
    """A note of ours as a collection has it: ``note_type`` is the name of its type there.

    ``fields`` are all that it has, by name, a person's own ones too; ``cards`` are ids in the order
    of the templates. ``modified`` is in seconds since 1970; 0 where the add-on is too old to say.
    """

    guid: Guid
    note_id: int
    kind: Kind
    note_type: str
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    modified: int
    cards: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TypeInAnki:
    """A note type of ours as a collection has it.

    ``missing`` are fields of ours that it does not have under their names. Where it ``is_whole``
    fields and templates are ours in number, order and name, so that an import of a package makes no
    second type. ``templates`` are front and back by name. One that ``is_fork`` is a second type
    that such an import made.
    """

    name: str
    kind: Kind
    missing: tuple[str, ...]
    is_whole: bool
    templates: Mapping[str, tuple[str, str]]
    css: str
    is_fork: bool = False


@dataclass(frozen=True, slots=True)
class InAnki:
    """A collection, as far as it is about our notes.

    ``profile`` is the profile's name and ``place`` where its files are: together they say which
    collection it is. ``copies`` are the GUIDs of notes that a person has copied with their key; the
    copies themselves are not in ``notes``. ``retyped`` are notes that have a note type now that is
    none of ours.
    """

    profile: str
    place: str
    notes: Mapping[Guid, NoteInAnki]
    types: tuple[TypeInAnki, ...]
    decks: frozenset[str]
    copies: frozenset[Guid] = frozenset()
    retyped: frozenset[Guid] = frozenset()
    missing: frozenset[str] = field(default_factory=frozenset)

    def note_type(self, kind: Kind) -> TypeInAnki | None:
        """The note type of a kind that a package's notes would go to."""
        return next((t for t in self.types if t.kind is kind and not t.is_fork), None)


def read_collection(
    anki: AnkiConnect,
    note_ids: Mapping[Guid, int],
    actions: Sequence[str] = (),
    progress: Progress | None = None,
) -> InAnki:
    """The notes of ours in the collection that is open.

    ``note_ids`` are those of the notes of now: of several notes with one key the one with its own
    id counts. ``actions`` are those that may be needed later; the add-on may be too old for them.
    AnkiError where it cannot be read.
    """
    missing = anki.missing((*_NEEDED, *actions))
    if lacking := sorted(missing.intersection(_NEEDED)):
        raise AnkiError(
            f"AnkiConnect is too old, it has no '{lacking[0]}'; update it: Tools > Add-ons > Check "
            "for Updates"
        )
    place = str(anki.call("getMediaDirPath"))
    types = read_types(anki)
    kinds = {each.name: each.kind for each in types}
    found = anki.call("findNotes", query=f"{_KEY}:_*")
    several: dict[Guid, list[NoteInAnki]] = {}
    for note in read_notes(anki, found, kinds, progress):
        several.setdefault(note.guid, []).append(note)
    # A key that was changed in Anki: the note has its id all the same.
    lost = {note_ids[guid] for guid in note_ids.keys() - several.keys()}.difference(found)
    by_id = {note_ids[guid]: guid for guid in note_ids}
    still_there = set()
    for values in _read_blocks(anki, sorted(lost), progress):
        guid = by_id[values["noteId"]]
        still_there.add(guid)
        if kind := kinds.get(values["modelName"]):
            several[guid] = [_note(values, kind)._replace(guid=guid)]
    retyped = frozenset(still_there - several.keys())
    notes = {guid: _own(each, note_ids.get(guid, 0)) for guid, each in several.items()}
    copies = frozenset(guid for guid, each in several.items() if len(each) > 1)
    decks = frozenset(anki.call("deckNames"))
    return InAnki(_profile(place), place, notes, types, decks, copies, retyped, frozenset(missing))


def taken_guids(anki: AnkiConnect, new: Collection[Guid]) -> frozenset[Guid]:
    """The GUIDs of ``new`` notes that notes of other note types have, and show: Anki makes such of
    text whose note type it does not have. A package over one of them joins its note type to ours.
    """
    if not new:
        return frozenset()
    kinds = {each.name for each in read_types(anki)}
    found = _read_blocks(anki, anki.call("findNotes", query=_BEGINS_WITH_A_GUID), None)
    others = (values["fields"].values() for values in found if values["modelName"] not in kinds)
    firsts = (min(fields, key=lambda each: int(each["order"]))["value"] for fields in others)
    return frozenset(new).intersection(firsts)


_BEGINS_WITH_A_GUID = r'"re:^[a-z2-7]{16}\b"'


def _own(notes: Sequence[NoteInAnki], note_id: int) -> NoteInAnki:
    return min(notes, key=lambda note: (note.note_id != note_id, note.note_id))


def _profile(place: str) -> str:
    """A profile's name, by the folder of its media: ``…/Anki2/User 1/collection.media``."""
    path = PureWindowsPath(place) if "\\" in place else PurePosixPath(place)
    return path.parent.name


def read_notes(
    anki: AnkiConnect,
    note_ids: Sequence[int],
    kinds: Mapping[str, Kind],
    progress: Progress | None = None,
) -> Iterable[NoteInAnki]:
    """The notes of these ids whose types, by their names, are ours; none for an id that is of no
    note. They are read in blocks."""
    for values in _read_blocks(anki, note_ids, progress):
        if values["modelName"] in kinds:
            yield _note(values, kinds[values["modelName"]])


def _read_blocks(
    anki: AnkiConnect, note_ids: Sequence[int], progress: Progress | None
) -> Iterable[Mapping[str, Any]]:
    """What the add-on says of each note that there is."""
    for start in range(0, len(note_ids), _BLOCK):
        block = list(note_ids[start : start + _BLOCK])
        yield from filter(None, anki.call("notesInfo", notes=block))
        if progress:
            progress.add("reading notes in Anki", len(block))


def _note(values: Mapping[str, Any], kind: Kind) -> NoteInAnki:
    fields = {name: each["value"] for name, each in values["fields"].items()}
    return NoteInAnki(
        Guid(fields.get(_KEY, "")),
        values["noteId"],
        kind,
        values["modelName"],
        fields,
        tuple(values["tags"]),
        values.get("mod", 0),
        tuple(values.get("cards", ())),
    )


def read_types(anki: AnkiConnect) -> tuple[TypeInAnki, ...]:
    """The note types of ours that the collection has, and second ones that imports made of them."""
    ours = {note_type.id: note_type for note_type in note_types().values()}
    names: Mapping[str, int] = anki.call("modelNamesAndIds")
    own = {name: ours[id_] for name, id_ in names.items() if id_ in ours}
    # What an import makes of a type of ours that a person gave a field: the same with a plus.
    titles = {each.name: each for each in (*ours.values(),)} | own
    forks = {
        name: titles[name.rstrip("+")]
        for name in names
        if name not in own and name.endswith("+") and name.rstrip("+") in titles
    }
    found = [_type_in_anki(anki, name, each, False) for name, each in own.items()]
    found += [_type_in_anki(anki, name, each, True) for name, each in forks.items()]
    return tuple(sorted(found, key=lambda each: (each.kind, each.name)))


def _type_in_anki(anki: AnkiConnect, name: str, ours: NoteType, is_fork: bool) -> TypeInAnki:
    fields: list[str] = anki.call("modelFieldNames", modelName=name)
    templates = {
        title: (sides["Front"], sides["Back"])
        for title, sides in anki.call("modelTemplates", modelName=name).items()
    }
    return TypeInAnki(
        name,
        ours.kind,
        tuple(each for each in ours.field_names if each not in fields),
        fields == list(ours.field_names) and list(templates) == [t.name for t in ours.templates],
        templates,
        anki.call("modelStyling", modelName=name)["css"],
        is_fork,
    )


# --- cards and decks --------------------------------------------------------------------------


def cards_in_deck(anki: AnkiConnect, deck: DeckName) -> set[int]:
    """The cards in this very deck: in none below it, and in no filtered deck."""
    name = re.sub(r'([\\"*_:])', r"\\\1", deck.replace("::", "\0")).replace("\0", "::")
    query = f'"deck:{name}" -"deck:{name}::*" -deck:filtered'
    return set(anki.call("findCards", query=query))


def suspended(anki: AnkiConnect, cards: Collection[int]) -> set[int]:
    """Those of the cards that are suspended."""
    wanted = sorted(cards)
    answers = anki.call("areSuspended", cards=wanted) if wanted else []
    return {card for card, is_so in zip(wanted, answers, strict=True) if is_so}
