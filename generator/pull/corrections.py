"""What was corrected in Anki, as edits of the pages' cells; what is left, and why.

Values in, values out. Whether an edit does what it is to do is asked of a build that reads the
edited page: no other way knows what that makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from generator.core.model import Choice, Guid, Kind, NoteRow, Position
from generator.core.note_fields import OF_OTHER_ROWS, field_names
from generator.core.outcome import BuildResult
from generator.pull.page_cells import OWN_FIELDS, PageText, Rewrite, TextEdit
from generator.push.base import Verdict
from generator.push.plan import FieldPlan, NotePlan, Plan, as_compared
from generator.sources.cells import MOST_CHARACTERS

# A hint is left out where it gives away the answer, which may be another one now.
_FIRM_FIELDS = OWN_FIELDS - {"Hint"}
_MOST_CHOICES = 4  # cells of one row that say the same, of which one was corrected


class Reason(Choice):
    """Why what differs in Anki is not written into a page."""

    BOTH = "changed here and in Anki"
    UNKNOWN = "differs, and nobody knows who changed it"
    DERIVED = "made of more than one cell, or of none"
    LONG = "too long for a cell"
    NO_MARKDOWN = "no Markdown makes this HTML"
    NO_PLACE = "cannot be written into its cell alone"
    OTHER_FIELD = "the build would make another field of it"
    OTHERS = "other notes show this cell, too"
    NOT_RECOGNISED = "the build would take the row for another note"
    EMPTIED = "without it the row makes no card"
    TWICE = "its cell was corrected in two ways"
    REST = "something else of its note is left"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that Anki has otherwise: its HTML here and there. ``position`` is where the cell
    stands, or else the row; ``header`` is that of a comparison's column."""

    guid: Guid
    kind: Kind
    clue: str
    field: str
    header: str
    position: Position
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that says what was corrected in Anki: its Markdown before and after."""

    difference: Difference
    before: str
    after: str
    rewrite: Rewrite
    edit: TextEdit

    @property
    def cell(self) -> tuple[str, int]:
        """Which cell it is: the page, and its place there."""
        return self.difference.position.file, self.rewrite.spot.place


@dataclass(frozen=True, slots=True)
class Left:
    """What differs in Anki and is not written."""

    difference: Difference
    reason: Reason


@dataclass(frozen=True, slots=True)
class Pull:
    """All that comes back from Anki, in the order of the pages. ``texts`` are those of the pages
    with it, ``before`` those without it, by path; ``tables`` counts the notes of which only what
    other rows make of them differs."""

    corrections: tuple[Correction, ...] = ()
    left: tuple[Left, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    tables: int = 0


Preview = Callable[[Mapping[str, str]], BuildResult]


@dataclass(frozen=True, slots=True)
class Sides:
    """The build of the pages as they are, what Anki has by note and field, and how to read a page
    (None for one that cannot be written) and to build others in its place. ``files`` are paths of
    pictures and sounds, by their names in fields."""

    result: BuildResult
    theirs: Mapping[Guid, Mapping[str, str]]
    page: Callable[[str], PageText | None]
    preview: Preview
    files: Callable[[str], Mapping[str, str]]


def find_corrections(plan: Plan, sides: Sides, *, partly: bool = False) -> Pull:
    """What a push would leave for the pages to take over; see `make_plan`.

    An import of the newer note brings all its fields. So a note of which something cannot be
    written is left as a whole, unless some of it may be lost: ``partly``.
    """
    left: list[Left] = []
    units: list[_Unit] = []
    tables = 0
    for note in plan.notes:
        own = [each for each in note.fields if not _is_of_others(note, each)]
        tables += bool(note.fields_of(Verdict.UNKNOWN, Verdict.IN_ANKI)) and not own
        found: list[tuple[Correction, ...]] = []
        refused: list[Left] = []
        for each in own:
            difference = _difference(note, each)
            choices = _choices(difference, each.verdict, sides)
            if isinstance(choices, Reason):
                refused.append(Left(difference, choices))
            elif choices:
                found.append(choices)
        is_whole = all(each.reason is Reason.BOTH for each in refused)
        if found and (is_whole or partly):
            units.append(_Unit(note.change.guid, tuple(found), partly))
        else:
            left += [Left(choices[0].difference, Reason.REST) for choices in found]
        left += refused
    sound, twice = _without_contradictions(units)
    accepted, more = _settle(sound, sides)
    corrections = [correction for unit in accepted for correction in unit.chosen]
    texts = _texts(corrections, sides)
    assert texts is not None
    left = _still_left([*left, *twice, *more], texts, sides)
    return Pull(
        tuple(sorted(corrections, key=lambda each: each.difference.position)),
        tuple(sorted(left, key=lambda each: each.difference.position)),
        texts,
        {path: page.text for path in texts if (page := sides.page(path))},
        tables,
    )


def _is_of_others(note: NotePlan, each: FieldPlan) -> bool:
    kind = note.change.kind
    assert kind is not None
    return field_names(kind).index(each.change.name) in OF_OTHER_ROWS[kind]


def _difference(note: NotePlan, each: FieldPlan) -> Difference:
    change = note.change
    assert change.position is not None
    assert change.kind is not None
    return Difference(
        change.guid,
        change.kind,
        change.clue,
        each.change.name,
        each.change.header,
        change.position,
        each.change.new,
        each.change.old,
    )


_LEFT = {Verdict.BOTH: Reason.BOTH, Verdict.UNKNOWN: Reason.UNKNOWN}


def _choices(
    difference: Difference, verdict: Verdict, sides: Sides
) -> tuple[Correction, ...] | Reason:
    """The cells that may take over a field, of which one is right; none for what an older build
    made, which a push replaces."""
    if verdict is Verdict.SENT:
        return ()
    if verdict in _LEFT:
        return _LEFT[verdict]
    if len(difference.theirs) > MOST_CHARACTERS:
        return Reason.LONG
    place = difference.position
    page = sides.page(place.file)
    if page is None:
        return Reason.NO_PLACE
    texts = difference.ours, difference.theirs
    about = difference.kind, place, difference.field, texts
    found: list[Correction] = []
    rewrites = page.rewrites(*about, sides.files(place.file))
    for rewrite in islice(rewrites, _MOST_CHOICES):
        cell = rewrite.spot.cell
        edit = page.edit(rewrite.spot, rewrite.text)
        if edit:
            where = Position(place.file, cell.line, cell.column)
            moved = replace(difference, position=where)
            found.append(Correction(moved, cell.text, rewrite.text, rewrite, edit))
    if not rewrites:
        return Reason.NO_MARKDOWN if page.has_cell(*about) else Reason.DERIVED
    return tuple(found) or Reason.NO_PLACE


# --- whether the build makes of it what Anki has -------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is corrected in one note, for each field the cells that it may be; ``tries`` says how
    many of its `_variants` were refused. It may be written ``partly``."""

    guid: Guid
    fields: tuple[tuple[Correction, ...], ...]
    partly: bool
    tries: int = 0

    @property
    def chosen(self) -> tuple[Correction, ...]:
        """What is to be written."""
        return self._variants()[self.tries]

    def next(self) -> _Unit | None:
        """The unit with what else may be meant."""
        has_more = self.tries + 1 < len(self._variants())
        return replace(self, tries=self.tries + 1) if has_more else None

    def refused(self) -> tuple[Correction, ...]:
        """The corrections that are not among those chosen."""
        chosen = {each.difference.field for each in self.chosen}
        return tuple(own[0] for own in self.fields if own[0].difference.field not in chosen)

    def _variants(self) -> list[tuple[Correction, ...]]:
        first = tuple(own[0] for own in self.fields)
        found = [first]
        for place, own in enumerate(self.fields):
            found += [(*first[:place], each, *first[place + 1 :]) for each in own[1:]]
        # A note whose clue and answer are both others may be nobody's; with the old clue it is not.
        without_clue = tuple(each for each in first if each.difference.field != "Prompt")
        if self.partly and without_clue and without_clue != first:
            found.append(without_clue)
        return found


def _without_contradictions(units: Sequence[_Unit]) -> tuple[list[_Unit], list[Left]]:
    """The units but for those that want to write two texts into one cell."""
    wanted: dict[tuple[str, int], set[str]] = {}
    for unit in units:
        for each in unit.chosen:
            wanted.setdefault(each.cell, set()).add(each.after)
    sound, left = list[_Unit](), list[Left]()
    for unit in units:
        if any(len(wanted[each.cell]) > 1 for each in unit.chosen):
            left += [Left(each.difference, Reason.TWICE) for each in unit.chosen]
        else:
            sound.append(unit)
    return sound, left


def _settle(units: Sequence[_Unit], sides: Sides) -> tuple[list[_Unit], list[Left]]:
    """The units that a build takes as they are meant, all together."""
    left: list[Left] = []
    units = list(units)
    while units:
        refused = _refused(units, sides)
        if not refused:
            break
        if len(units) > 1 and refused.keys().isdisjoint(unit.guid for unit in units):
            units, more = _settle_halves(units, sides)
            return units, [*left, *more]
        rest = []
        for unit in units:
            if len(units) > 1 and unit.guid not in refused:
                rest.append(unit)
            elif other := unit.next():
                rest.append(other)
            else:
                reason = refused.get(unit.guid) or next(iter(refused.values()))
                left += [Left(own[0].difference, reason) for own in unit.fields]
        units = rest
    for unit in units:
        left += [Left(each.difference, Reason.NOT_RECOGNISED) for each in unit.refused()]
    return units, left


def _settle_halves(units: Sequence[_Unit], sides: Sides) -> tuple[list[_Unit], list[Left]]:
    half = len(units) // 2
    first, left = _settle(units[:half], sides)
    second, more = _settle(units[half:], sides)
    if first and second and (reasons := _refused([*first, *second], sides)):
        reason = next(iter(reasons.values()))
        more += [Left(each.difference, reason) for unit in second for each in unit.chosen]
        second = []
    return [*first, *second], [*left, *more]


def _refused(units: Sequence[_Unit], sides: Sides) -> dict[Guid, Reason]:
    """Why a build does not take the units as they are meant, by note; under an empty GUID what is
    no note's of them. Nothing where it does."""
    corrections = [correction for unit in units for correction in unit.chosen]
    texts = _texts(corrections, sides)
    if texts is None:
        return {Guid(""): Reason.NO_PLACE}
    before = {note.guid: note.row for note in sides.result.notes}
    result = sides.preview(texts)
    after = {note.guid: note.row for note in result.notes}
    kinds = {note.guid: note.note.origin.kind for note in result.notes}
    found: dict[Guid, Reason] = {}
    own: dict[Guid, list[Correction]] = {}
    for each in corrections:
        own.setdefault(each.difference.guid, []).append(each)
    for guid in before.keys() - after.keys():
        is_empty = any(not each.after.strip() for each in own.get(guid, ()))
        why = Reason.EMPTIED if is_empty else Reason.NOT_RECOGNISED
        found[guid if guid in own else Guid("")] = why
    if after.keys() - before.keys() and not found:
        found[Guid("")] = Reason.NOT_RECOGNISED
    for guid in before.keys() & after.keys():
        mine = own.get(guid, [])
        if mine or before[guid].fields != after[guid].fields:
            theirs = sides.theirs.get(guid, {})
            rows = before[guid], after[guid]
            if reason := _fault(kinds[guid], rows, theirs, mine):
                found.setdefault(guid if mine else Guid(""), reason)
    return found


def _fault(
    kind: Kind, rows: tuple[NoteRow, NoteRow], theirs: Mapping[str, str], own: Sequence[Correction]
) -> Reason | None:
    """What is wrong with a note, before and after: a field that was corrected is to be what Anki
    has, and no other cell's field may become another one."""
    wanted = {each.difference.field: each.difference.theirs for each in own}
    of_cell = {each.rewrite.old_html: (each.rewrite.new_html,) for each in own}
    for name, old, new in zip(field_names(kind), *(row.values for row in rows), strict=True):
        if name in wanted:
            if new != wanted[name]:
                return Reason.OTHER_FIELD
        elif name in _FIRM_FIELDS and new not in (
            *(old, as_compared(name, theirs.get(name, ""), old)),
            *of_cell.get(old, ()),
        ):
            return Reason.OTHER_FIELD if own else Reason.OTHERS
    return None


def _texts(corrections: Sequence[Correction], sides: Sides) -> dict[str, str] | None:
    """The pages with the corrections, by path; None where they cannot all be written."""
    by_page: dict[str, list[Correction]] = {}
    for each in corrections:
        by_page.setdefault(each.difference.position.file, []).append(each)
    texts = {}
    for path, own in by_page.items():
        page = sides.page(path)
        assert page is not None
        cells = {each.rewrite.spot.place: each.after for each in own}
        text = page.edited([each.edit for each in own], cells)
        if text is None:
            return None
        texts[path] = text
    return texts


def _still_left(left: Sequence[Left], texts: Mapping[str, str], sides: Sides) -> list[Left]:
    """What is left but for fields that another one's correction puts right."""
    if not texts:
        return list(left)
    after = {note.guid: note for note in sides.preview(texts).notes}

    def is_right(each: Left) -> bool:
        difference = each.difference
        note = after.get(difference.guid)
        if note is None:
            return False
        names = field_names(difference.kind)
        return note.row.values[names.index(difference.field)] == difference.theirs

    return [each for each in left if not is_right(each)]
