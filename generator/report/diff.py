"""What the next import will do, note by note, and what is left for a person to do in Anki."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from generator.anki.note_types import note_types, without_deletions
from generator.diagnostics import number
from generator.model import DeckName, Guid, NoteRow, Position
from generator.report.excerpt import inert
from generator.report.search import key_search
from generator.report.text import DIM, GREEN, RED, YELLOW, paint

# Fields that follow from the rows around a note; that they change says little about the note.
_FOLLOWING = ("Options", "Table", "TableLabel")
_PLACE = ("Page", "Section", "Source")
_STYLES = {"new": GREEN, "retired": RED}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's HTML before and after."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What an import does to one note.

    ``what`` holds some of: new, retired, reworded, changed, moved, tags changed, deck changed,
    fewer cards; or table newer alone, which an import does not bring.
    ``position`` is None for a retired note.
    """

    guid: Guid
    note_id: int
    what: tuple[str, ...]
    clue: str
    position: Position | None
    fields: tuple[FieldChange, ...]
    old_tags: tuple[str, ...]
    new_tags: tuple[str, ...]
    old_deck: DeckName
    new_deck: DeckName


@dataclass(frozen=True, slots=True)
class Task:
    """What Anki does not do by itself: a search for its browser, and what to do with the result."""

    why: str
    search: str
    then: str


def compare(
    old: Mapping[Guid, NoteRow],
    new: Mapping[Guid, NoteRow],
    positions: Mapping[Guid, Position],
) -> tuple[NoteChange, ...]:
    """The notes that an import of ``new`` over ``old`` would add or change, and those it leaves
    behind. In the order of the notes, the retired ones last."""
    changes = []
    for guid, note in sorted(new.items(), key=lambda item: positions[item[0]]):
        before = old.get(guid)
        change = _change(before, note, positions[guid])
        if change.what:
            changes.append(change)
    for guid, note in old.items():
        if guid not in new:
            changes.append(_change(note, None, None))
    return tuple(changes)


def _change(old: NoteRow | None, new: NoteRow | None, position: Position | None) -> NoteChange:
    note = new or old
    assert note is not None
    fields: list[FieldChange] = []
    what = []
    if old is None or new is None:
        what = ["new" if old is None else "retired"]
    else:
        names = _field_names(new.note_type)
        fields = [
            FieldChange(name, before, after)
            for name, before, after in zip(names, old.values, new.values, strict=False)
            if before != after
        ]
        changed = {change.name for change in fields}
        if names[0] in changed:
            what.append("reworded")
        if changed.intersection(_PLACE):
            what.append("moved")
        if changed.difference(_PLACE, names[:1]):
            what.append("changed")
        if old.tags != new.tags:
            what.append("tags changed")
        if fields and new.modified <= old.modified:
            what = ["table newer"]  # Anki takes it for the note that it has
        if old.deck != new.deck:
            what.append("deck changed")
        if set(old.cards) - set(new.cards):
            what.append("fewer cards")
    return NoteChange(
        note.guid,
        note.note_id,
        tuple(what),
        shown(without_deletions(note.values[0])),
        position,
        tuple(fields),
        old.tags if old else (),
        new.tags if new else (),
        old.deck if old else DeckName(""),
        new.deck if new else DeckName(""),
    )


def tasks(changes: Sequence[NoteChange]) -> list[Task]:
    """What is left to do by hand after the import."""
    found = []
    retired = [change for change in changes if "retired" in change.what]
    if retired:
        then = "suspend or delete them, if you no longer want to review them"
        found.append(Task(_stay(len(retired)), search(retired), then))
    by_deck: dict[DeckName, list[NoteChange]] = defaultdict(list)
    for change in changes:
        if "deck changed" in change.what:
            by_deck[change.new_deck].append(change)
    for deck, moved in sorted(by_deck.items()):
        why = f"the cards of {number(len(moved), 'note')} stay in the deck they are in"
        found.append(Task(why, search(moved), f"Cards > Change Deck > {deck}"))
    fewer = [change for change in changes if "fewer cards" in change.what]
    if fewer:
        why = f"{number(len(fewer), 'note')} will have an empty card"
        found.append(Task(why, search(fewer), "Tools > Empty Cards"))
    older = [change for change in changes if "table newer" in change.what]
    if older:
        why = f"{number(len(older), 'note')} may show an older table"
        then = "build-decks --refresh sends them with the next import"
        found.append(Task(why, search(older), then))
    quiet = {"deck changed", "table newer"}
    updated = [c for c in changes if c.old_deck and c.new_deck and set(c.what) - quiet]
    if updated:
        why = f"{number(len(updated), 'updated note')} will have the notes' tags and no others"
        then = "look there before you import, if you tag in Anki; what you added is replaced"
        found.append(Task(why, search(updated), then))
    return found


def _stay(count: int) -> str:
    return f"{number(count, 'retired note')} {'stays' if count == 1 else 'stay'} in Anki"


def search(changes: Sequence[NoteChange]) -> str:
    """A search for Anki's browser that finds exactly these notes."""
    return key_search(change.guid for change in changes)


def format_diff(changes: Sequence[NoteChange], source: Path, color: bool) -> str:
    """The changes and what is left to do, for a terminal; a line if nothing changes."""
    if not changes:
        return "nothing to import: every note is as it was"
    lines = []
    for change in changes:
        style = _STYLES.get(change.what[0], YELLOW)
        place = (
            f"{source / change.position.file}:{change.position.line}: " if change.position else ""
        )
        lines.append(f"{place}{paint(', '.join(change.what), style, color)}: {inert(change.clue)}")
        lines += [f"    {line}" for line in _details(change, color)]
    counts: dict[str, int] = defaultdict(int)
    for change in changes:
        for word in change.what:
            counts[word] += 1
    lines += ["", "; ".join(f"{count:,} {word}" for word, count in counts.items())]
    to_do = tasks(changes)
    if to_do:
        lines += ["", "what Anki will not do by itself (paste the search into its browser):"]
    for task in to_do:
        lines += [f"  {task.why}:", f"    {task.search}", f"    {inert(task.then)}"]
    return "\n".join(lines)


def _details(change: NoteChange, color: bool) -> list[str]:
    lines = [
        f"{field.name}: {_words(shown(field.old), shown(field.new), color)}"
        for field in change.fields
        if field.name not in _FOLLOWING
    ]
    following = [field.name for field in change.fields if field.name in _FOLLOWING]
    if following:
        lines.append(paint("the table on its back is newer", DIM, color))
    if "tags changed" in change.what:
        tags = _words(" ".join(change.old_tags), " ".join(change.new_tags), color)
        lines.append(f"tags: {tags}")
    if "deck changed" in change.what:
        lines.append(f"deck: {_words(change.old_deck, change.new_deck, color)}")
    return lines


def _words(old: str, new: str, color: bool) -> str:
    """One text with the words that go and the words that come: ``the [-old-] {+new+} word``."""
    before, after = (re.findall(r"\S+", inert(text)) for text in (old, new))
    pieces = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if kind == "equal":
            pieces.append(" ".join(before[a:b]))
            continue
        gone, come = " ".join(before[a:b]), " ".join(after[c:d])
        if gone:
            pieces.append(paint(gone if color else f"[-{gone}-]", f"{RED};9", color))
        if come:
            pieces.append(paint(come if color else f"{{+{come}+}}", GREEN, color))
    return " ".join(pieces)


def shown(html: str) -> str:
    """Field HTML as a line of plain text."""
    html = re.sub(r'<img src="([^"]*)" alt="([^"]*)"[^>]*>', r" [\2 \1] ", html)
    html = re.sub(r"\[sound:([^\]]*)\]", r" [♪ \1] ", html)
    text = unescape(re.sub(r"<[^>]*>", " ", html.replace("<wbr>", "")))
    return " ".join(text.split())


def diff_json(changes: Sequence[NoteChange]) -> str:
    """The same as one JSON object: ``{"version": 1, "notes": […], "by_hand": […]}``."""
    notes = [
        {
            "guid": change.guid,
            "note_id": change.note_id,
            "what": list(change.what),
            "clue": change.clue,
            "file": change.position.file if change.position else None,
            "line": change.position.line if change.position else None,
            "fields": [{"name": f.name, "old": f.old, "new": f.new} for f in change.fields],
            "tags": {"old": list(change.old_tags), "new": list(change.new_tags)},
            "deck": {"old": change.old_deck or None, "new": change.new_deck or None},
        }
        for change in changes
    ]
    by_hand = [{"why": t.why, "search": t.search, "then": t.then} for t in tasks(changes)]
    report = {"version": 1, "notes": notes, "by_hand": by_hand}
    return json.dumps(report, ensure_ascii=False, indent=2)


def _field_names(note_type_id: int) -> Sequence[str]:
    for note_type in note_types().values():
        if note_type.id == note_type_id:
            return note_type.field_names
    raise ValueError(f"the package has a note type that is not ours: {note_type_id}")
