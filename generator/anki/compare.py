"""What an import does, note by note: packages of now beside what was there before; values alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape

from generator.anki.note_types import note_types, without_deletions
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Guid, Kind, NoteRow, Position
from generator.core.note_fields import OF_OTHER_ROWS, field_names, header_of

_PLACE = ("Page", "Section", "Source", "Foot")
_NOT_BROUGHT = {"deck changed", "table newer", "skipped"}  # by an import


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's HTML before and after. ``header`` is that of the column that it belongs to, as
    text, where that is one attribute of a comparison."""

    name: str
    old: str
    new: str
    header: str = ""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What an import does to one note: ``old`` is its row before, ``new`` after.

    ``what`` holds some of: new, restored, retired, reworded, changed, moved, tags changed,
    sent again, deck changed, fewer cards, more cards; or table newer or skipped, which an import
    does not bring. ``package`` is the name of its package; ``position`` is None for a retired note.
    """

    what: tuple[str, ...]
    clue: str
    package: str
    position: Position | None
    fields: tuple[FieldChange, ...]
    old: NoteRow | None
    new: NoteRow | None

    @property
    def row(self) -> NoteRow:
        """The note as it is now, or was last."""
        row = self.new or self.old
        assert row is not None
        return row

    @property
    def guid(self) -> Guid:
        """The note's GUID."""
        return self.row.guid

    @property
    def kind(self) -> Kind | None:
        """The kind of its note type; None for one that is not ours."""
        return _kinds().get(self.row.note_type)

    @property
    def own_fields(self) -> list[FieldChange]:
        """The changed fields that are not made of other rows: those say little about the note."""
        return [each for each in self.fields if each.name not in _derived(self.row)]

    @property
    def count(self) -> str:
        """What a build counts it as: new, changed, retired, or nothing."""
        if self.what[0] in ("new", "retired"):
            return self.what[0]
        return "changed" if set(self.what) - _NOT_BROUGHT else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes where what it was ``compared_with`` had been imported; ``packages`` are the
    names of all packages that there are now, ``note_types`` the ids of those that Anki had."""

    compared_with: str
    changes: tuple[NoteChange, ...]
    packages: tuple[str, ...] = ()
    note_types: frozenset[int] = frozenset()

    @property
    def without_type(self) -> list[NoteChange]:
        """New notes whose note type Anki does not have: only a package brings it."""
        return [
            each for each in self.changes if each.new and each.new.note_type not in self.note_types
        ]


def compare(
    old: Mapping[Guid, NoteRow],
    new: Mapping[Guid, NoteRow],
    positions: Mapping[Guid, Position],
    packages: Mapping[Guid, str],
    retired: Collection[Guid] = (),
) -> tuple[NoteChange, ...]:
    """The notes that an import of ``new`` over ``old`` would add or change, and those it leaves
    behind. In the order of the notes, the retired ones last. ``packages`` are names; ``retired``
    are notes that were so before."""
    changes = []
    for guid, note in sorted(new.items(), key=lambda item: positions[item[0]]):
        before = old.get(guid)
        fields = _field_changes(before, note) if before else ()
        what = _what(before, note, fields)
        if guid in retired:
            what = ["restored", *(word for word in what if word not in ("new", "sent again"))]
        if what:
            words = tuple(what), clue_of(note), packages[guid], positions[guid]
            changes.append(NoteChange(*words, fields, before, note))
    for guid, note in old.items():
        if guid not in new and guid not in retired:
            clue = clue_of(note)
            changes.append(NoteChange(("retired",), clue, packages[guid], None, (), note, None))
    return tuple(changes)


def clue_of(note: NoteRow) -> str:
    """What the note asks, as plain text."""
    return shown(without_deletions(note.values[0]))


def _what(old: NoteRow | None, new: NoteRow, fields: Sequence[FieldChange]) -> list[str]:
    if old is None:
        return ["new"]
    what = []
    names = _names(new)
    changed = {change.name for change in fields}
    is_other = bool(changed - _derived(new)) or old.tags != new.tags or old.cards != new.cards
    # An AnkiConnect that is too old does not say when a note was changed: its time is 0.
    if new.modified > old.modified and (old.modified or is_other):
        if names[0] in changed:
            what.append("reworded")
        if changed.intersection(_PLACE):
            what.append("moved")
        if changed.difference(_PLACE, names[:1]) or old.note_type != new.note_type:
            what.append("changed")
        if old.tags != new.tags:
            what.append("tags changed")
        if set(old.cards) - set(new.cards):
            what.append("fewer cards")
        if set(new.cards) - set(old.cards):
            what.append("more cards")
        what = what or ["sent again"]
    elif changed - _derived(new) or old.tags != new.tags:
        what.append("skipped")
    elif changed:
        what.append("table newer")
    if old.deck != new.deck:
        what.append("deck changed")
    return what


def _field_changes(old: NoteRow, new: NoteRow) -> tuple[FieldChange, ...]:
    if old.note_type != new.note_type or old.fields == new.fields:
        return ()
    names = _names(new)
    before, after = (dict(zip(names, row.values, strict=False)) for row in (old, new))
    changes = []
    for name in names:
        one, other = before.get(name, ""), after.get(name, "")
        if one != other:
            header = ""
            if found := _ATTRIBUTE.fullmatch(name):
                header = shown(header_of(after[f"H{found[2]}"] or before.get(f"H{found[2]}", "")))
            changes.append(FieldChange(name, one, other, header))
    return tuple(changes)


# Of the attributes of a comparison: answer and header.
_ATTRIBUTE = lazy_regex(r"([AH])([1-9])")


def _names(note: NoteRow) -> Sequence[str]:
    return field_names(_kinds()[note.note_type])


def _derived(note: NoteRow) -> set[str]:
    """The names of the fields that are made of other rows."""
    names = _names(note)
    return {names[place] for place in OF_OTHER_ROWS[_kinds()[note.note_type]]}


@cache
def _kinds() -> Mapping[int, Kind]:
    return {each.id: kind for kind, each in note_types().items()}


def by_package(comparison: Comparison) -> dict[str, list[NoteChange]]:
    """The changes by the name of their package; none for one in which nothing changes."""
    found: dict[str, list[NoteChange]] = {name: [] for name in comparison.packages}
    for change in comparison.changes:
        found.setdefault(change.package, []).append(change)
    return found


def shown_apart(old: str, new: str) -> tuple[str, str]:
    """Two different fields as lines of plain text; as HTML where only their markup differs."""
    texts = shown(old), shown(new)
    return texts if texts[0] != texts[1] else (" ".join(old.split()), " ".join(new.split()))


def shown(html: str) -> str:
    """Field HTML as a line of plain text."""
    html = re.sub(r'<img src="([^"<]*)" alt="([^"<]*)"[^<>]*>', r" [\2 \1] ", html)
    html = re.sub(r"\[sound:([^\[\]]*)\]", r" [♪ \1] ", html)
    text = unescape(re.sub(r"<[^<>]*>", " ", html.replace("<wbr>", "")))
    return " ".join(text.split())
