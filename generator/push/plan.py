"""What a push sends, and what it leaves: base, ours and theirs, note by note and field by field.

Values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import partial

from generator.anki.compare import FieldChange, NoteChange, clue_of, compare
from generator.anki.note_types import note_types
from generator.core.lazy_regex import lazy_regex
from generator.core.model import DeckName, Guid, Kind, NoteRow, Position
from generator.core.note_fields import field_names
from generator.identity.entry import LedgerEntry
from generator.markup.field_html import as_written_here
from generator.push.base import Base, Verdict
from generator.push.collection import InAnki, NoteInAnki, TypeInAnki
from generator.push.sent import Sent, SentNote, digest_of_type

RETIRED = "retired"  # the tag


@dataclass(frozen=True, slots=True)
class Ours:
    """A build, as a push needs it: rows by package, where they stand, the ledger's entries.

    ``waiting`` is how many known notes have no sound row. ``is_whole`` says that no package is
    left aside: then notes are meant, too, whose package is gone with all of its pages.
    """

    rows: Mapping[str, Mapping[Guid, NoteRow]]
    positions: Mapping[Guid, Position]
    ledger: Mapping[Guid, LedgerEntry]
    waiting: int = 0
    is_whole: bool = True

    @property
    def all_rows(self) -> dict[Guid, NoteRow]:
        """The rows of all packages."""
        return {guid: row for rows in self.rows.values() for guid, row in rows.items()}

    def retired(self) -> dict[Guid, LedgerEntry]:
        """The retired notes of these packages."""
        return {guid: entry for guid, entry in self.ledger.items() if self._is_retired(entry)}

    def _is_retired(self, entry: LedgerEntry) -> bool:
        return bool(entry.retired) and (self.is_whole or entry.origin.package in self.rows)


@dataclass(frozen=True, slots=True)
class Cards:
    """What is known of cards in Anki: which stand ``in_deck``, of the decks that notes left; and
    which are ``suspended``."""

    in_deck: Mapping[DeckName, Set[int]] = field(default_factory=dict)
    suspended: Set[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """A field that differs: what Anki has is the ``old`` text of the change, ours the new one."""

    change: FieldChange
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class NotePlan:
    """What is done to one note in Anki: ``add`` and ``remove`` are tags, ``move`` are cards that go
    to the row's deck, ``unsuspend`` those of a note that was retired."""

    change: NoteChange
    note_id: int
    note_type: str
    fields: tuple[FieldPlan, ...] = ()
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    move: tuple[int, ...] = ()
    unsuspend: tuple[int, ...] = ()

    @property
    def row(self) -> NoteRow:
        """The note as the build has it."""
        return self.change.row

    def fields_of(self, *verdicts: Verdict) -> tuple[FieldPlan, ...]:
        """The fields of which this is known."""
        return tuple(each for each in self.fields if each.verdict in verdicts)

    @property
    def is_sent(self) -> bool:
        """Whether anything of it changes in Anki."""
        does = self.add or self.remove or self.move or self.unsuspend
        return bool(does or self.fields_of(Verdict.SENT))


@dataclass(frozen=True, slots=True)
class Retirement:
    """A note whose row is gone: it is tagged, and these cards are suspended."""

    change: NoteChange
    note_id: int
    suspend: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TypePlan:
    """A note type whose templates or style differ: those that ``is_sent`` were changed by nobody
    else."""

    name: str
    kind: Kind
    what: str  # templates or style
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a push does, and what it leaves.

    Of the notes that Anki does not have ``new`` ones are sent in a package; those ``by_hand`` are
    of note types that no package fits; ``deleted`` ones were sent before; ``retyped`` ones have
    another note type there. ``lacking`` are note
    types without fields of ours, ``copied`` notes that were copied in Anki.
    """

    new: tuple[NoteChange, ...] = ()
    by_hand: tuple[NoteChange, ...] = ()
    deleted: tuple[NoteChange, ...] = ()
    retyped: tuple[NoteChange, ...] = ()
    notes: tuple[NotePlan, ...] = ()
    retired: tuple[Retirement, ...] = ()
    types: tuple[TypePlan, ...] = ()
    lacking: tuple[TypeInAnki, ...] = ()
    copied: tuple[Guid, ...] = ()
    waiting: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be sent."""
        sent = [*self.new, *self.retired, *(each for each in self.types if each.is_sent)]
        return not sent and not any(note.is_sent for note in self.notes)


def former_decks(ours: Ours, theirs: InAnki, sent: Sent) -> set[DeckName]:
    """The decks in which cards of notes may still be that have another deck now."""
    found: set[DeckName] = set()
    for guid, row in ours.all_rows.items():
        if guid in theirs.notes:
            found |= _former(row, ours.ledger.get(guid), sent.notes.get(guid))
    return {deck for deck in found if deck in theirs.decks}


def _former(row: NoteRow, entry: LedgerEntry | None, sent: SentNote | None) -> set[DeckName]:
    # What was sent before has moved all that were to be moved then.
    decks = [sent.deck] if sent else entry.former_decks if entry else ()
    return {deck for deck in decks if deck != row.deck}


def rows_in_anki(ours: Ours, theirs: InAnki, cards: Cards) -> dict[Guid, NoteRow]:
    """The notes of ours that Anki has, as rows of a package.

    A field that the note type there does not have is as ours. The deck is that of the build, but
    where a card is in one that the note has left; the ordinals of cards follow from their number.
    What Anki's editor only writes otherwise is as ours.
    """
    found = {}
    decks = {card: deck for deck, ids in cards.in_deck.items() for card in ids}
    for guid, row in ours.all_rows.items():
        if note := theirs.notes.get(guid):
            names = field_names(note.kind)
            mine = dict(zip(names, row.values, strict=True)) if is_same_kind(row, note) else {}
            values = [
                as_compared(name, note.fields[name], mine.get(name, ""))
                if name in note.fields
                else mine.get(name, "")
                for name in names
            ]
            left = next((decks[card] for card in note.cards if card in decks), None)
            found[guid] = NoteRow(
                guid, note.note_id, note_types()[note.kind].id, note.modified,
                tuple(sorted(note.tags)), "\x1f".join(values).encode(), left or row.deck,
                _ordinals(row.cards, len(note.cards)), row.due,
            )  # fmt: skip
    return found


def as_compared(name: str, theirs: str, ours: str = "") -> str:
    """A field of Anki's as it is compared with ours: what its editor only writes in another way is
    written as here. Its bold and italic are tags that no cell of ours has, and no cell ends with
    a blank, which it keeps as a no-break space."""
    if theirs == ours:
        return theirs
    if not _OF_CELLS.fullmatch(name):
        return as_written_here(theirs)
    theirs = as_written_here(_TYPED.sub(lambda found: f"<{found[1]}{_TAGS[found[2]]}>", theirs))
    if not _DOUBLE_BLANK.search(ours):
        theirs = _DOUBLE_BLANK.sub(" ", theirs)
    return theirs.strip()


# What is left where a word between two blanks was deleted.
_DOUBLE_BLANK = lazy_regex(r" \xa0|\xa0 ")
_OF_CELLS = lazy_regex(r"Prompt|Answer|Extra|Why|Hint|Text|A[1-9]")
_TYPED = lazy_regex(r"<(/?)([bi])>")
_TAGS = {"b": "strong", "i": "em"}


def is_same_kind(row: NoteRow, note: NoteInAnki) -> bool:
    """Whether a note has the note type in Anki that its row has, or one that was made of it."""
    return note_types()[note.kind].id == row.note_type


def _ordinals(ours: tuple[int, ...], count: int) -> tuple[int, ...]:
    more = (ordinal for ordinal in range(1000) if ordinal not in ours)
    return tuple(sorted([*ours[:count], *(next(more) for _ in range(count - len(ours)))]))


def differences(ours: Ours, theirs: InAnki, cards: Cards) -> tuple[NoteChange, ...]:
    """How the build differs from what Anki has, as `diff` says it; a retired note is one that is
    in Anki and has no row."""
    rows = rows_in_anki(ours, theirs, cards)
    packages = {guid: name for name, each in ours.rows.items() for guid in each}
    return compare(rows, ours.all_rows, ours.positions, packages)


def make_plan(ours: Ours, theirs: InAnki, sent: Sent, cards: Cards, *, force: bool = False) -> Plan:
    """What to send. With ``force`` also what both changed, what differs for an unknown reason, and
    notes that were deleted in Anki."""
    new, by_hand, deleted = list[NoteChange](), list[NoteChange](), list[NoteChange]()
    retyped = {each.guid: each for each in _retyped(ours, theirs)}
    notes: list[NotePlan] = []
    for change in differences(ours, theirs, cards):
        guid = change.guid
        note = theirs.notes.get(guid)
        if guid in retyped:
            continue
        if note is None:
            if guid in sent.notes and not sent.notes[guid].is_retired and not force:
                deleted.append(change)
                continue
            own = theirs.note_type(change.kind) if change.kind else None
            (new if own is None or own.is_whole else by_hand).append(change)
        else:
            notes.append(
                _plan_note(
                    change,
                    note,
                    ours.ledger.get(guid),
                    sent.notes.get(guid),
                    sent.pulled.get(guid, {}),
                    cards,
                    force,
                )
            )
    unlisted = _revived(ours, theirs, sent, cards, {each.change.guid for each in notes})
    return Plan(
        tuple(new),
        tuple(by_hand),
        tuple(deleted),
        tuple(retyped.values()),
        tuple(each for each in (*notes, *unlisted) if each.is_sent or each.fields),
        tuple(_retirements(ours, theirs, sent, cards)),
        tuple(plan for each in theirs.types for plan in _plan_type(each, sent)),
        tuple(each for each in theirs.types if each.missing),
        tuple(sorted(theirs.copies & ours.all_rows.keys())),
        ours.waiting,
    )


# --- one note ---------------------------------------------------------------------------------


def _plan_note(
    change: NoteChange,
    note: NoteInAnki,
    entry: LedgerEntry | None,
    sent: SentNote | None,
    pulled: Mapping[int, int],
    cards: Cards,
    force: bool,
) -> NotePlan:
    row = change.row
    base = Base(note, entry, sent, pulled)
    names = field_names(note.kind)
    fields = []
    for each in change.fields:
        verdict = base.verdict(names.index(each.name), each.new, each.old)
        if force and verdict in (Verdict.BOTH, Verdict.UNKNOWN):
            verdict = Verdict.SENT
        fields.append(FieldPlan(each, verdict))
    add, remove = base.tags(row.tags)
    unsuspend: tuple[int, ...] = ()
    if sent and sent.is_retired:
        remove = (*remove, *(t for t in note.tags if t == RETIRED and t not in row.tags))
        unsuspend = tuple(card for card in sent.suspended if card in cards.suspended)
    former = _former(row, entry, sent)
    left = set().union(*(cards.in_deck.get(deck, frozenset()) for deck in former))
    return NotePlan(
        change,
        note.note_id,
        note.note_type,
        tuple(fields),
        add,
        remove,
        tuple(card for card in note.cards if card in left),
        unsuspend,
    )


# --- notes without a difference, retired notes, note types -------------------------------------


def _retyped(ours: Ours, theirs: InAnki) -> Iterator[NoteChange]:
    """Notes that have another note type in Anki than in the build."""
    for package, rows in ours.rows.items():
        for guid, row in rows.items():
            note = theirs.notes.get(guid)
            if guid in theirs.retyped or (note and not is_same_kind(row, note)):
                place = ours.positions[guid]
                yield NoteChange(("skipped",), clue_of(row), package, place, (), None, row)


def _revived(
    ours: Ours, theirs: InAnki, sent: Sent, cards: Cards, listed: Set[Guid]
) -> Iterator[NotePlan]:
    """Notes that are in use again and say what they said when they retired."""
    packages = {guid: name for name, each in ours.rows.items() for guid in each}
    for guid, row in ours.all_rows.items():
        known, note = sent.notes.get(guid), theirs.notes.get(guid)
        if known and known.is_retired and note and guid not in listed and is_same_kind(row, note):
            change = NoteChange(
                ("restored",), clue_of(row), packages[guid], ours.positions[guid], (), row, row
            )
            yield _plan_note(change, note, ours.ledger.get(guid), known, {}, cards, False)


def _retirements(ours: Ours, theirs: InAnki, sent: Sent, cards: Cards) -> Iterator[Retirement]:
    for guid, entry in sorted(ours.retired().items()):
        note, known = theirs.notes.get(guid), sent.notes.get(guid)
        is_done = known.is_retired if known else False
        if note is None or is_done or RETIRED in map(str.casefold, note.tags):
            continue
        package = entry.origin.package
        row = NoteRow(
            guid, note.note_id, note_types()[note.kind].id, note.modified, note.tags,
            "\x1f".join(note.fields.get(n, "") for n in field_names(note.kind)).encode(),
            entry.deck, entry.cards, 0,
        )  # fmt: skip
        change = NoteChange(("retired",), clue_of(row), package, None, (), row, None)
        active = tuple(card for card in note.cards if card not in cards.suspended)
        yield Retirement(change, note.note_id, active)


def cards_of_retired(ours: Ours, theirs: InAnki, sent: Sent) -> list[int]:
    """The cards of which it matters whether they are suspended."""
    gone = ours.retired()
    back = [g for g, n in sent.notes.items() if n.is_retired and g not in gone]
    notes = (theirs.notes[guid] for guid in (*gone, *back) if guid in theirs.notes)
    return [card for note in notes for card in note.cards]


def templates_of(kind: Kind) -> Mapping[str, tuple[str, str]]:
    """Front and back of the templates of a note type of ours, by name."""
    return {each.name: (each.front, each.back) for each in note_types()[kind].templates}


def _plan_type(each: TypeInAnki, sent: Sent) -> Iterator[TypePlan]:
    ours = note_types()[each.kind]
    theirs = {
        name: each.templates[name] for name in templates_of(each.kind) if name in each.templates
    }
    mine = templates_of(each.kind)
    known = sent.types.get(each.name, ("", ""))
    found = digest_of_type(theirs, each.css)
    plan = partial(TypePlan, each.name, each.kind)
    if theirs != mine:
        yield plan("templates", known[0] == found[0])
    if each.css != ours.css:
        yield plan("style", known[1] == found[1])
