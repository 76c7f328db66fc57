"""Sends a plan to a running Anki, step by step, and reads back what arrived.

Every step may be the last one: what it has done already is what the next push finds done, and no
step takes away what a later one brings.
"""

from __future__ import annotations

import tempfile
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.anki.compare import NoteChange
from generator.anki.compile import compile_package, media_names
from generator.anki.connect import ActionError, AnkiConnect, AnkiError, Call
from generator.anki.note_types import note_types
from generator.anki.search import key_search
from generator.core.model import DeckName, Guid, Media, MediaName, NoteRow, Package
from generator.core.note_fields import field_names
from generator.machine.progress import Progress
from generator.push.base import Verdict
from generator.push.collection import InAnki, NoteInAnki, TypeInAnki, read_notes, read_types
from generator.push.plan import RETIRED, NotePlan, Plan, templates_of

# What a step needs, so that an add-on without it leaves that step to a person.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "media": ("storeMediaFile", "getMediaFilesNames"),
    "note types": ("updateModelTemplates", "updateModelStyling"),
    "fields": ("updateNoteFields",),
    "tags": ("addTags", "removeTags"),
    "decks": ("changeDeck",),
    "retired notes": ("suspend", "unsuspend", "areSuspended", "addTags"),
    "new notes": ("importPackage",),
}
ACTIONS = tuple(sorted({action for needed in NEEDS.values() for action in needed}))
_PACKAGE = "_build-decks-push.apkg"  # in Anki's folder of media, for as long as it is imported
_BLOCK = 200  # GUIDs in one search


@dataclass(frozen=True, slots=True)
class MediaToSend:
    """The files that the build's notes name, and how to get their content."""

    files: Mapping[MediaName, Media]
    read: Callable[[Media], bytes]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A note that is in Anki not as it was sent: ``what`` is a field's name, tags, or the note."""

    change: NoteChange
    what: str


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of a push: the notes that it touched as they are now, and the note types.

    ``left`` are the steps that the add-on is too old for; ``media`` is how many files were sent.
    """

    notes: Mapping[Guid, NoteInAnki]
    types: tuple[TypeInAnki, ...]
    mismatches: tuple[Mismatch, ...]
    left: tuple[str, ...]
    media: int


def steps_left(missing: Iterable[str]) -> tuple[str, ...]:
    """The steps for which an add-on lacks an action."""
    lacking = set(missing)
    return tuple(step for step, needed in NEEDS.items() if lacking.intersection(needed))


def send(
    anki: AnkiConnect,
    plan: Plan,
    theirs: InAnki,
    rows: Mapping[Guid, NoteRow],
    media: MediaToSend,
    descriptions: Mapping[DeckName, str],
    progress: Progress,
) -> Sending:
    """Send the plan. ``rows`` are all notes of the build, ``descriptions`` HTML by deck.

    AnkiError where Anki ends or refuses in between; then the rest is not sent.
    """
    left = steps_left(theirs.missing)
    if "fields" in left:
        raise AnkiError("AnkiConnect is too old: it has no 'updateNoteFields'; update it")
    sent_media = 0 if "media" in left else _send_media(anki, rows.values(), media, progress)
    if "note types" not in left:
        _send_types(anki, plan)
    _send_notes(anki, plan.notes, left, progress)
    if "retired notes" not in left:
        _send_retired(anki, plan)
    if plan.new and "new notes" not in left:
        _send_new(anki, plan.new, theirs, media, descriptions, progress)
    notes = _read_back(anki, plan, theirs, left, progress)
    mismatches = tuple(_mismatches(plan, notes, left))
    return Sending(notes, read_types(anki), mismatches, left, sent_media)


# --- the steps --------------------------------------------------------------------------------


def _send_media(
    anki: AnkiConnect, rows: Iterable[NoteRow], media: MediaToSend, progress: Progress
) -> int:
    """Send the files that Anki does not have: their names say what is in them."""
    wanted = {name for row in rows for name in media_names(row.fields)}.intersection(media.files)
    if not wanted:
        return 0
    missing = sorted(wanted.difference(anki.call("getMediaFilesNames", pattern="*")))
    for name in progress.over("sending media", missing):
        data = b64encode(media.read(media.files[name])).decode()
        stored = anki.call("storeMediaFile", filename=name, data=data, deleteExisting=False)
        if stored != name:
            raise AnkiError(f"Anki stores the file '{name}' as '{stored}'")
    return len(missing)


def _send_types(anki: AnkiConnect, plan: Plan) -> None:
    for each in plan.types:
        if not each.is_sent:
            continue
        if each.what == "style":
            css = note_types()[each.kind].css
            anki.call("updateModelStyling", model={"name": each.name, "css": css})
        else:
            sides = {
                name: {"Front": front, "Back": back}
                for name, (front, back) in templates_of(each.kind).items()
            }
            anki.call("updateModelTemplates", model={"name": each.name, "templates": sides})


def _send_notes(
    anki: AnkiConnect, notes: Sequence[NotePlan], left: Sequence[str], progress: Progress
) -> None:
    calls: list[Call] = []
    for note in notes:
        if fields := note.fields_of(Verdict.SENT):
            values = {each.change.name: each.change.new for each in fields}
            calls.append(("updateNoteFields", {"note": {"id": note.note_id, "fields": values}}))
    for start in range(0, len(calls), _BLOCK):
        anki.each(calls[start : start + _BLOCK])
        progress.add("sending notes", len(calls[start : start + _BLOCK]))
    if "tags" not in left:
        added = _by_tags((note.note_id, note.add) for note in notes)
        removed = _by_tags((note.note_id, note.remove) for note in notes)
        anki.each([("addTags", {"notes": ids, "tags": tags}) for tags, ids in added])
        anki.each([("removeTags", {"notes": ids, "tags": tags}) for tags, ids in removed])
    if "decks" not in left:
        moved: dict[DeckName, list[int]] = defaultdict(list)
        for note in notes:
            moved[note.row.deck] += note.move
        for deck, cards in sorted(moved.items()):
            if cards:
                anki.call("changeDeck", cards=cards, deck=deck)
    cards = [card for note in notes for card in note.unsuspend]
    if cards and "retired notes" not in left:
        anki.call("unsuspend", cards=cards)


def _by_tags(notes: Iterable[tuple[int, tuple[str, ...]]]) -> list[tuple[str, list[int]]]:
    """The ids of notes by the tags that they have in common."""
    found: dict[str, list[int]] = defaultdict(list)
    for note_id, tags in notes:
        if tags:
            found[" ".join(dict.fromkeys(tags))].append(note_id)
    return sorted(found.items())


def _send_retired(anki: AnkiConnect, plan: Plan) -> None:
    """The tag comes last: it says that the cards are suspended."""
    cards = [card for each in plan.retired for card in each.suspend]
    if cards:
        anki.call("suspend", cards=cards)
    if notes := [each.note_id for each in plan.retired]:
        anki.call("addTags", notes=notes, tags=RETIRED)


def _send_new(
    anki: AnkiConnect,
    new: Sequence[NoteChange],
    theirs: InAnki,
    media: MediaToSend,
    descriptions: Mapping[DeckName, str],
    progress: Progress,
) -> None:
    """Import a package of the new notes alone; note types that Anki has stay as they are."""
    rows = [each.row for each in new]
    fields = {place: row.fields for place, row in enumerate(rows)}
    names = sorted({name for row in rows for name in media_names(row.fields)} & media.files.keys())
    package = Package(
        "new notes",
        [row.without_fields() for row in rows],
        fields,
        {deck: text for deck, text in descriptions.items() if deck not in theirs.decks},
        tuple(media.files[name] for name in names),
    )
    settled = [note_types()[each.kind].id for each in theirs.types]
    with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
        path = Path(folder).resolve() / "new.apkg"
        compile_package(
            package, path, read_media=media.read, progress=progress, settled_types=settled
        )
        if anki.is_local and _imported(anki, str(path)):
            return
        _import_through_media(anki, path, theirs.place)


def _imported(anki: AnkiConnect, path: str) -> bool:
    """Whether Anki could import the file: one that is shut off from other folders cannot."""
    try:
        anki.call("importPackage", path=path)
    except ActionError:
        return False
    return True


def _import_through_media(anki: AnkiConnect, path: Path, place: str) -> None:
    """Import a package that is put into Anki's own folder for it, and taken out again."""
    data = b64encode(path.read_bytes()).decode()
    anki.call("storeMediaFile", filename=_PACKAGE, data=data)
    separator = "\\" if "\\" in place else "/"
    try:
        anki.call("importPackage", path=f"{place}{separator}{_PACKAGE}")
    finally:
        anki.call("deleteMediaFile", filename=_PACKAGE)


# --- reading back -----------------------------------------------------------------------------


def _read_back(
    anki: AnkiConnect, plan: Plan, theirs: InAnki, left: Sequence[str], progress: Progress
) -> dict[Guid, NoteInAnki]:
    """The notes that were touched, as they are now."""
    kinds = {each.name: each.kind for each in read_types(anki)}
    guids = {note.note_id: note.change.guid for note in plan.notes if note.is_sent}
    guids |= {each.note_id: each.change.guid for each in plan.retired}
    if plan.new and "new notes" not in left:
        wanted = sorted(each.guid for each in plan.new)
        for start in range(0, len(wanted), _BLOCK):
            found = anki.call("findNotes", query=key_search(wanted[start : start + _BLOCK]))
            guids |= dict.fromkeys(found, Guid(""))
    notes = read_notes(anki, sorted(guids), kinds, progress)
    return {guids[note.note_id] or note.guid: note for note in notes}


def _mismatches(
    plan: Plan, notes: Mapping[Guid, NoteInAnki], left: Sequence[str]
) -> Iterable[Mismatch]:
    for each in plan.notes:
        if not each.is_sent:
            continue
        note = notes.get(each.change.guid)
        if note is None:
            yield Mismatch(each.change, "note")
            continue
        for field in each.fields_of(Verdict.SENT):
            if note.fields.get(field.change.name) != field.change.new:
                yield Mismatch(each.change, field.change.name)
        tags = set(map(str.casefold, note.tags))
        added, removed = (set(map(str.casefold, own)) for own in (each.add, each.remove))
        if "tags" not in left and (added - tags or removed & tags):
            yield Mismatch(each.change, "tags")
    if "new notes" not in left:
        for change in plan.new:
            note = notes.get(change.guid)
            values = dict(zip(_names(change), change.row.values, strict=True))
            if note is None:
                yield Mismatch(change, "note")
            elif wrong := [name for name, text in values.items() if note.fields.get(name) != text]:
                yield Mismatch(change, wrong[0])


def _names(change: NoteChange) -> Sequence[str]:
    assert change.kind is not None, "a note of a build has a kind"
    return field_names(change.kind)
