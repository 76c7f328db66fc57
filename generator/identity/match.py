"""Pairs rows with ledger entries: one to one, surest rule first, never a guess.

The rules, in order: what a person says (`same-as`); the row as it was; an ID column; the same
header, clue and answer anywhere; the same header and clue in the same table, or with a like answer;
a row that comes back word for word; a whole table under another header; an answer that stands once,
with a like clue; what is left between the same neighbours, or is close in both cells. To give a
history to another fact is worse than to lose it: all else is new, and named where it looks like a
note that is gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import product
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from generator.core.diagnostics import (
    AMBIGUOUS,
    BOTH_CELLS_CHANGED,
    JOINED_NOTE,
    KIND_CHANGED,
    OTHER_HEADER,
    SAME_AS_TWICE,
    TABLE_TURNED,
    UNKNOWN_SAME_AS,
    Diagnostic,
    number,
)
from generator.core.likeness import (
    bare,
    closest,
    content_words,
    like,
    uncounted,
    unmarked,
)
from generator.core.model import JOINT, Guid, Kind, Note, Origin, RowStatus
from generator.identity.alike import (
    Place,
    are_like,
    clue_text,
    is_rewritten,
    is_turned,
    nearest,
    place,
    share_enough,
    wording_of,
)
from generator.identity.entry import Ledger, LedgerEntry
from generator.identity.row_order import RowOrder

NEW, SAME = "new", "same"  # what same-as says: a row is no older note, a table is the older one
_SHORTEST_KEY = 4  # letters of a GUID that same-as takes
_TELLING_WORDS = 5  # content words of a row that is nobody else's fact
# A second candidate this near makes it ambiguous.
_MARGIN = 0.12

# How a table keeps the kind that it had; the other kinds are no tables'.
_KEEPING = {
    kind: f"<!-- cards: {kind} --> above the table would keep it as it was"
    for kind in (Kind.CLUE, Kind.TRAP, Kind.COMPARE)
}

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_Key = Callable[[Origin], Hashable | None]
_Sides = tuple[Collection[int], Collection[Guid]]  # rows, and entries
_Answers = Mapping[Place, Counter[str]]  # how often each stands in a table

# Where a row and an entry of one key may stand, nearest first: table, page, package, anywhere.
_NEARNESS: tuple[Callable[[Origin], Hashable], ...] = (
    lambda o: (o.package, o.page, o.section),
    lambda o: (o.package, o.page),
    lambda o: o.package,
    lambda o: None,
)
_MOST_ALIKE = 10  # answers of quizzes with one clue that begin with one option
_TEXTS: tuple[Callable[[str], str], ...] = (str, unmarked)  # the same, or with other marks
_RECENT = 30 * 86_400  # seconds in which a retired note may be what a new row was


class Matching(NamedTuple):
    """The GUID for each row that is a known note, by its index; errors for what is ambiguous.

    ``unclear`` are the rows that have such errors. ``reserved`` are entries that nobody may take:
    they may be those of rows that cannot be matched, of which each is named by a digest, with the
    entries that may be its.
    """

    guids: dict[int, Guid]
    diagnostics: tuple[Diagnostic, ...]
    unclear: frozenset[int] = frozenset()
    reserved: Mapping[Guid, int] = {}
    waiting: Mapping[str, tuple[Guid, ...]] = {}


def match(
    notes: Sequence[Note],
    ledger: Ledger,
    waiting: Mapping[str, Sequence[Guid]] = MappingProxyType({}),
    now: int = 0,
) -> Matching:
    """Match the rows to the entries. Notes in use go first, but for what is only likely; a row that
    comes back revives its retired entry, but only under its own header: a retired note is nobody's
    neighbour. ``now`` is in seconds since 1970."""
    if not ledger and not any(note.same_as for note in notes):
        held = (notes[i].origin for i in _to_match(notes) if notes[i].status is RowStatus.HELD)
        return Matching({}, (), waiting={digest_of_row(origin): () for origin in held})
    search = _Search(notes, ledger, waiting)
    search.by_hand()
    search.by_origin()
    search.by_id()
    search.same_row(retired=False)
    search.set_others_apart()
    joined = search.set_joined_apart()
    search.same_quiz()
    search.same_answer_of_like_clue()
    search.same_clue(retired=False)
    search.set_new_rows_apart()
    search.same_row(retired=True)
    search.bring_back(joined)
    search.by_likeness()
    search.wait_with_tables()
    joined = search.set_joined_apart()
    search.same_row(retired=True)
    search.same_clue(retired=True)
    search.tell_new_notes(now)
    search.tell_joined_rows(joined)
    return search.result()


def _clue_of(origin: Origin) -> tuple[str, ...]:
    """A clue in its table."""
    return (*place(origin), origin.clue)


def kind_changed(first: Note, old: Origin, rows: int = 1) -> Diagnostic:
    """A warning for rows, of which this is the first, whose notes were of another kind."""
    words = {"old": old.kind, "new": first.origin.kind, "rows": number(rows, "row")}
    advice = "write it as it was to keep them"
    if _header_as(first, old.kind) == old.question:
        advice = _KEEPING.get(old.kind, advice)
    return KIND_CHANGED.at(first.position, **words, advice=advice)


def _header_as(note: Note, kind: Kind) -> str | None:
    """The header that notes of this kind made of a note's table would ask for; None where it stands
    in no table, of which no comment makes another kind."""
    if not note.reading.clue:
        return None
    if kind is Kind.COMPARE:
        return note.reading.clue[0]
    return note.columns[0][0] if note.columns else note.origin.question


def same_rows(
    notes: Sequence[Note], entries: Iterable[LedgerEntry]
) -> dict[Guid, LedgerEntry] | None:
    """The entries of a package that are its notes, word for word; None unless each note has one.

    Such notes are certain whatever stands elsewhere: no rule comes before this one.
    """
    known = _alone([(entry.origin, entry) for entry in entries if not entry.retired])
    if any(note.same_as or note.origin not in known for note in notes):
        return None
    own = {(entry := known[note.origin]).guid: entry for note in notes}
    return own if len(own) == len(notes) else None


def _alone(pairs: Collection[tuple[K, V]]) -> dict[K, V]:
    """The pairs whose key no other pair has."""
    if len(found := dict(pairs)) == len(pairs):
        return found  # as nearly always
    found = {}
    again = set()
    for key, value in pairs:
        if found.setdefault(key, value) is not value:
            again.add(key)
    for key in again:
        del found[key]
    return found


def digest_of_row(origin: Origin) -> str:
    """A short name for a row that cannot be matched."""
    return blake2b(repr(tuple(origin)).encode(errors="surrogatepass"), digest_size=6).hexdigest()


def _to_match(notes: Sequence[Note]) -> list[int]:
    """The rows to look for, by index: of two equal ones the sound one is the note."""
    others = {_row(note.origin) for note in notes if note.status not in _NOTES}
    again = others and others & {_row(n.origin) for n in notes if n.status is RowStatus.SOUND}
    return [
        index
        for index, note in enumerate(notes)
        if note.status in _NOTES or _row(note.origin) not in again
    ]


_NOTES = (RowStatus.SOUND, RowStatus.JOINED)  # rows that are, or may be, a note of their own


def _fact(origin: Origin) -> Place:
    return origin.kind, origin.clue, origin.answer


def _row(origin: Origin) -> Place:
    return origin.kind, origin.package, origin.question, origin.clue, origin.answer


class _Search:
    """The state that the rules share: what is matched so far, what is left on both sides."""

    def __init__(
        self, notes: Sequence[Note], ledger: Ledger, before: Mapping[str, Sequence[Guid]]
    ) -> None:
        self._before = before  # what waited for rows in the last build
        self.notes = notes
        self.ledger = ledger
        self.matched: dict[int, Guid] = {}
        self._other_than_before: list[int] = []  # those of them that `by_origin` did not match
        self.diagnostics: list[Diagnostic] = []
        self._rows_left = dict.fromkeys(_to_match(notes))
        self._left = dict(ledger)
        # Clues and answers of the rows of each table, and clues of its entries.
        self._texts: Counter[tuple[Place, str]] = Counter()
        self._clues: Counter[tuple[Place, str]] = Counter()
        self._is_telling: Callable[[Origin], Hashable | None] = lambda origin: None
        self._new: Sequence[int] = ()  # rows that a person says are none of the older notes
        self._replaced: dict[int, Guid] = {}  # rows in the place of an entry that they are not like
        self._asked: set[int] = set()
        self._other_headers: list[tuple[Place, Place, list[int]]] = []  # new, old, and their rows
        self._unclear: dict[int, Sequence[Guid]] = {}  # rows with errors, and what they may be
        self._reserved: dict[Guid, int] = {}
        self._waiting: dict[str, tuple[Guid, ...]] = {}

    def result(self) -> Matching:
        """What has been found."""
        for index, candidates in self._unclear.items():
            self._reserved |= {guid: index for guid in candidates if guid in self._left}
        return Matching(
            self.matched,
            tuple(self.diagnostics),
            frozenset(self._unclear),
            self._reserved,
            self._waiting,
        )

    @property
    def is_done(self) -> bool:
        """Whether each row is matched, or is said to be new."""
        return not self._rows_left

    def _pair(self, index: int, guid: Guid) -> None:
        self.matched[index] = guid
        self._other_than_before.append(index)
        del self._left[guid]
        self._rows_left.pop(index, None)

    def by_origin(self) -> None:
        """A row that is word for word what it was; `same_rows` says the same of a whole package."""
        old = _alone(
            [(entry.origin, guid) for guid, entry in self._left.items() if not entry.retired]
        )
        rows = [
            (note.origin, index)
            for index, note in enumerate(self.notes)
            if not note.same_as and index in self._rows_left
        ]
        alone = _alone(rows).items()
        found = {index: guid for origin, index in alone if (guid := old.get(origin))}
        self.matched |= found
        taken = set(found.values())
        self._left = {guid: entry for guid, entry in self._left.items() if guid not in taken}
        self._rows_left = {index: None for index in self._rows_left if index not in found}

    def by_hand(self) -> None:
        """`same-as` names the note by the first letters of its GUID."""
        claimed = {guid: self.notes[index] for index, guid in self.matched.items()}
        for index, note in enumerate(self.notes):
            if not note.same_as or note.same_as in (NEW, SAME):
                continue
            found = [
                guid
                for guid, entry in self.ledger.items()
                if guid.startswith(note.same_as) and entry.origin.kind is note.origin.kind
            ]
            if len(found) != 1 or len(note.same_as) < _SHORTEST_KEY:
                self.diagnostics.append(UNKNOWN_SAME_AS.at(note.position, key=note.same_as))
                self._unclear[index] = ()
            elif found[0] in claimed:
                first = claimed[found[0]].position
                where = {"file": first.file, "line": first.line}
                self.diagnostics.append(SAME_AS_TWICE.at(note.position, key=note.same_as, **where))
                self._unclear[index] = ()
            else:
                claimed[found[0]] = note
                self._pair(index, found[0])

    def set_others_apart(self) -> None:
        """Rows that are no notes now are matched by their clue alone. Where that is not known, the
        entries left in the table of one that has an error are reserved: it may be any of them.

        One that stood there in the last build was none of those that were matched then.
        """
        others = {i for i in self._rows_left if self.notes[i].status not in _NOTES}
        if not others:
            return
        sound = {index: None for index in self._rows_left if index not in others}
        self._rows_left = dict.fromkeys(sorted(others))
        # A sound row with the clue, or with the clue and answer below another header, comes first.
        origins = [self.notes[index].origin for index in sound]
        there: set[Hashable] = {_fact(o) for o in origins} | {(o.kind, *o[4:6]) for o in origins}
        # What is claimed so is only kept: the header may have changed as well.
        for where, is_header in product(_NEARNESS, (True, False)):

            def key(
                o: Origin,
                where: Callable[[Origin], Hashable] = where,
                is_header: bool = is_header,
            ) -> Hashable | None:
                return (where(o), o.kind, o.question * is_header, o.clue) if o.clue else None

            def fits(_: Origin, old: LedgerEntry) -> bool:
                o = old.origin
                return _fact(o) not in there and (o.kind, *o[4:6]) not in there

            self._pair_where(key, False, fits)
        unknown = [i for i in self._rows_left if self.notes[i].status is RowStatus.HELD]
        self._rows_left = sound
        if unknown:
            self._reserve(unknown)

    def _reserve(self, unknown: Sequence[int]) -> None:
        places = self.joined_places()
        by_table: dict[Place, list[Guid]] = defaultdict(list)
        for guid, entry in self._left.items():
            if not entry.retired:
                by_table[places(place(entry.origin))].append(guid)
        for index in unknown:
            origin = self.notes[index].origin
            digest = digest_of_row(origin)
            known = self._before.get(digest)
            own = self._left_in(origin, by_table, places) if known is None else known
            found = [guid for guid in own if guid in self._left or guid in self._reserved]
            self._waiting[digest] = tuple(sorted(found))
            self._reserved |= {guid: index for guid in found if guid in self._left}
        for guid in self._reserved:
            self._left.pop(guid, None)

    def _left_in(
        self, row: Origin, by_table: Mapping[Place, list[Guid]], places: Callable[[Place], Place]
    ) -> Sequence[Guid]:
        """The entries left in the table of a row; or of one that is gone from its section, with a
        header like its own or said to be the same, but for those that other rows are word for word.
        """
        table = place(row)
        if found := by_table.get(places(table)):
            return found
        beside = [note for note in self.notes if place(note.origin) == table]
        is_same = any(note.same_as == SAME for note in beside)
        gone = by_table.keys() - {place(note.origin) for note in self.notes}
        near = [old for old in gone if old[:4] == table[:4]]
        before = [old for old in near if is_same or like(old[4], table[4])]
        facts = {_fact(note.origin) for note in beside}
        found = by_table[before[0]] if len(before) == 1 else []
        return [guid for guid in found if _fact(self.ledger[guid].origin) not in facts]

    def set_joined_apart(self) -> list[int]:
        """The rows that may be joined to others with their clue, no longer looked for: the note of
        that clue is the other row's."""
        joined = [i for i in self._rows_left if self.notes[i].status is RowStatus.JOINED]
        for index in joined:
            del self._rows_left[index]
        return joined

    def bring_back(self, rows: Sequence[int]) -> None:
        """Look for these rows again."""
        self._rows_left = dict.fromkeys(sorted((*self._rows_left, *rows)))

    def set_new_rows_apart(self) -> None:
        """`same-as: new` keeps a row from what is only likely; a known clue is still known. Where
        the comment stays, so does the note that the row was built as, and it comes back with it."""
        new = [index for index in self._rows_left if self.notes[index].same_as == NEW]
        for index in new:
            del self._rows_left[index]
        built = {g: e for g, e in self._left.items() if e.is_new}
        if new and built:
            others = self._rows_left, self._left
            self._rows_left = dict.fromkeys(new)
            self._left = {g: e for g, e in built.items() if not e.retired}
            self.by_likeness()
            taken = set(self.matched.values())
            self._left = {g: e for g, e in built.items() if g not in taken}
            self.same_row(retired=True)
            new = list(self._rows_left)
            taken = {g for g in built if g not in self._left}
            self._rows_left, self._left = others
            for guid in taken:
                del self._left[guid]
        self._new = new

    def by_likeness(self) -> None:
        """The rules for rows that are not what they were; most often there are none of these."""
        if self.is_done:
            return
        self.same_table()
        places = self.joined_places()
        self.same_clue_in(places)
        self.same_answer_in(places)
        self.between_neighbours(places)
        self.bywording_of(places)

    def _may_be(self, index: int, guid: Guid) -> bool:
        """Whether nothing speaks against it: two IDs are two notes, unless all else is equal; and a
        row that could not be matched is none of the notes that were matched beside it."""
        new, old = self.notes[index].origin, self.ledger[guid].origin
        if self._before and guid not in self._before.get(digest_of_row(new), (guid,)):
            return False
        if not new.id or not old.id or new.id == old.id:
            return True
        return (new.clue, new.answer) == (old.clue, old.answer)

    def _groups(
        self, key: _Key, retired: bool, among: _Sides | None = None
    ) -> Iterator[tuple[list[int], list[Guid]]]:
        """Rows and entries that are left, together where they have the same key; ``among`` are all
        that may have one in common."""
        rows, guids = among or (self._rows_left, self._left)
        if not rows or not guids:
            return
        new: dict[Hashable, list[int]] = defaultdict(list)
        for index in rows:
            if index in self._rows_left and (found := key(self.notes[index].origin)) is not None:
                new[found].append(index)
        old: dict[Hashable, list[Guid]] = defaultdict(list)
        entries = (self._left[guid] for guid in guids if guid in self._left)
        for entry in entries:
            if bool(entry.retired) is retired and (found := key(entry.origin)) in new:
                old[found].append(entry.guid)
        for found, guids in old.items():
            yield new[found], guids

    def _sharing(self, key: _Key, retired: bool) -> _Sides:
        """The rows and entries left whose key stands on both sides: a key that says more has none
        but these in common."""
        groups = list(self._groups(key, retired))
        rows = {index for indexes, _ in groups for index in indexes}
        entries = {guid for _, guids in groups for guid in guids}
        return (
            [index for index in self._rows_left if index in rows],
            [guid for guid in self._left if guid in entries],
        )

    def _pair_where(
        self,
        key: _Key,
        retired: bool,
        fits: Callable[[Origin, LedgerEntry], bool] = lambda new, old: True,
        among: _Sides | None = None,
    ) -> None:
        """Match what is alone with its key among the rows and among the entries left."""
        for indexes, guids in list(self._groups(key, retired, among)):
            if len(indexes) == len(guids) == 1:
                (index,), (guid,) = indexes, guids
                if self._may_be(index, guid) and fits(self.notes[index].origin, self.ledger[guid]):
                    self._pair(index, guid)

    def by_id(self) -> None:
        """An ID is a note within its package; beyond it only with something else that is like."""
        self._pair_where(lambda o: (o.kind, o.package, o.id) if o.id else None, retired=False)
        known = Counter(entry.origin.id for entry in self.ledger.values())

        def fits(new: Origin, old: LedgerEntry) -> bool:
            pairs = zip(new[4:7], old.origin[4:7], strict=True)  # header, clue, answer
            return known[new.id] == 1 and any(like(one, other) for one, other in pairs)

        self._pair_where(lambda o: (o.kind, o.id) if o.id else None, False, fits)
        self._pair_where(lambda o: (o.kind, o.package, o.id) if o.id else None, retired=True)

    def same_row(self, retired: bool) -> None:
        """The same header, clue and answer: nearest first, and beyond its package only where no
        other note there had this header and clue. Of equal rows and entries each has one, of those
        that retired the last ones."""
        stood: Counter[Hashable] = Counter()
        among = self._sharing(lambda o: (o.kind, *o[4:7]), retired)  # header, clue, answer
        for where in _NEARNESS if among[0] else ():
            is_beyond = where is _NEARNESS[-1]
            if is_beyond:
                live = (entry.origin for entry in self.ledger.values())
                stood = Counter((o.package, o.kind, o.question, o.clue) for o in live)

            def key(o: Origin, where: Callable[[Origin], Hashable] = where) -> Hashable:
                return where(o), o.kind, o.question, o.clue, o.answer

            for indexes, guids in list(self._groups(key, retired, among)):
                if is_beyond and len(guids) == 1:
                    o = self.ledger[guids[0]].origin
                    if stood[o.package, o.kind, o.question, o.clue] > 1:
                        continue
                guids.sort(key=lambda g: (-self.ledger[g].retired, self.ledger[g].added, g))
                for index, guid in zip(indexes, guids, strict=False):
                    if self._may_be(index, guid):
                        self._pair(index, guid)

    def same_quiz(self, places: Callable[[Place], Place] = lambda table: table) -> None:
        """A quiz with the same clue in the same section whose right options are others now: the old
        ones are still among its options. Without them it may be another question, as many ask
        "Which of these is true?". Its number was a part of the clue once."""

        def key(o: Origin) -> Hashable | None:
            is_quiz = o.kind is Kind.QUIZ and o.clue
            return (places(place(o)), uncounted(o.clue)) if is_quiz else None

        for indexes, guids in list(self._groups(key, retired=False)):
            answers = _alone([(self.ledger[guid].origin.answer, guid) for guid in guids])
            by_first: dict[str, list[tuple[Guid, Collection[str]]]] = defaultdict(list)
            for answer, guid in answers.items():
                right = answer.split(" | ")
                by_first[right[0]].append((guid, right))
            found: list[tuple[int, Guid]] = []
            for index in indexes:
                options = self.notes[index].options
                near = [by_first[option] for option in options if option in by_first]
                fits = [
                    g for each in near for g, right in each[:_MOST_ALIKE] if options >= set(right)
                ]
                found += [(index, guid) for guid in fits] if len(fits) == 1 else []
            once = _alone([(guid, index) for index, guid in found])
            for guid, index in once.items():
                if self._may_be(index, guid):
                    self._pair(index, guid)

    def same_answer_of_like_clue(self) -> None:
        """Where the clue of a note stands beside another answer now, and its own answer beside a
        like clue, both once in its table: the note is of its answer. So it is where one of two rows
        with a clue was reworded. A quiz is of its clue: its answer is an option of others, too. So
        is a step of an order: its clue is the answer of the step above it."""
        origins = (self.notes[index].origin for index in self._rows_left)
        rows = [o for o in origins if o.kind is not Kind.QUIZ]
        old = (entry.origin for entry in self._left.values() if not entry.retired)
        clues = {(place(o), o.clue) for o in rows}
        contested = Counter((place(o), o.answer) for o in old if (place(o), o.clue) in clues)
        if not contested:
            return
        answers = Counter((place(o), o.answer) for o in rows)
        steps = {(place(note.origin), note.origin.answer) for note in self.notes}

        def key(o: Origin) -> Hashable | None:
            found = place(o), o.answer
            return found if o.answer and contested.get(found) == 1 == answers.get(found) else None

        def fits(new: Origin, entry: LedgerEntry) -> bool:
            if (place(new), new.clue) in steps or (place(new), entry.origin.clue) not in clues:
                return False
            return like(clue_text(new), clue_text(entry.origin))

        self._pair_where(key, False, fits)

    def same_clue(self, retired: bool) -> None:
        """The same header and clue with another answer: in the same table, or where the answers
        are alike, and then also with other marks. A passage is known by its text, whatever is
        marked in it."""

        def fits(new: Origin, old: LedgerEntry) -> bool:
            return are_like(new, old.origin)

        if not retired:
            key = lambda o: (place(o), o.clue) if o.clue else None  # noqa: E731
            self._pair_where(key, retired, self._is_same_clue())
            passage = lambda o: (o.package, o.page, o.clue) if o.kind is Kind.CLOZE else None  # noqa: E731
            self._pair_where(passage, retired)

        def anywhere(o: Origin) -> Hashable | None:
            return (o.kind, o.question, unmarked(o.clue)) if o.clue else None

        among = self._sharing(anywhere, retired)
        for where, text in product(_NEARNESS, _TEXTS):

            def near(
                o: Origin,
                where: Callable[[Origin], Hashable] = where,
                text: Callable[[str], str] = text,
            ) -> Hashable | None:
                return (where(o), o.kind, o.question, text(o.clue)) if o.clue else None

            self._pair_where(near, retired, fits, among)

    def _is_same_clue(self) -> Callable[[Origin, LedgerEntry], bool]:
        """Whether the answer alone is another one. No row may be what the entry was, below another
        header, or one of the attributes of a comparison now: it comes before others. So does a note
        of the table that is retired and was the row word for word. The clue of a quiz may be that
        of another question (`same_quiz`)."""
        notes = [self.notes[index] for index in self._rows_left]
        there = {_fact(note.origin) for note in notes}
        cells = {(note.origin.clue, cell) for note in notes for _, cell in note.columns}
        retired = {entry.origin[:7] for entry in self._left.values() if entry.retired}

        def is_free(new: Origin, old: LedgerEntry) -> bool:
            if _fact(old.origin) in there or old.origin[5:7] in cells:
                return False
            needs_like = new.kind is Kind.QUIZ or new[:7] in retired
            return not needs_like or are_like(new, old.origin)

        return is_free

    def same_table(self) -> None:
        """Clues and answers as they were under another header, page or package: only of a table
        that is gone, or one like it in the section, and only where most of those rows agree that
        can be told apart."""
        present = {place(note.origin) for note in self.notes}
        pairs: dict[tuple[Place, Place], list[tuple[int, Guid]]] = defaultdict(list)
        for indexes, guids in self._groups(lambda o: (o.kind, o.clue, o.answer), retired=False):
            for index in indexes:
                for guid in guids:
                    new, old = place(self.notes[index].origin), place(self.ledger[guid].origin)
                    # Of two tables with one header in a section one may get another.
                    if old not in present or (new[:4] == old[:4] and like(new[4], old[4])):
                        pairs[new, old].append((index, guid))
        if not pairs:
            return
        rows, entries = self._answers_by_table()
        in_text: dict[int, list[Guid]] = defaultdict(list)  # what each question in text may be
        for (new, _), same in pairs.items():
            for index, guid in () if new[4] else same:
                in_text[index].append(guid)
        for (new, old), same in sorted(pairs.items(), key=lambda item: -len(item[1])):
            free = [(i, g) for i, g in same if i in self._rows_left and g in self._left]
            if not free:
                continue
            is_like = like(new[4], old[4])
            is_whole = len(free) == rows[new].total() == entries[old].total() > 1
            if not self._is_same_table(free, rows[new], entries[old]) and not (
                is_like and is_whole
            ):
                continue
            if is_like:
                for index, guid in free:
                    if index in self._rows_left and guid in self._left:
                        self._pair(index, guid)
            elif not new[4]:
                self._pair_in_text({index: in_text[index] for index, _ in free})
            else:
                self._ask_about_table(free, new, old)

    def _answers_by_table(self) -> tuple[_Answers, _Answers]:
        rows: dict[Place, Counter[str]] = defaultdict(Counter)
        for note in self.notes:
            rows[place(note.origin)][note.origin.answer] += 1
        entries: dict[Place, Counter[str]] = defaultdict(Counter)
        for entry in self.ledger.values():
            if not entry.retired:
                entries[place(entry.origin)][entry.origin.answer] += 1
        return rows, entries

    def _is_same_table(
        self, same: Sequence[tuple[int, Guid]], new: Counter[str], old: Counter[str]
    ) -> bool:
        agreeing = {self.notes[index].origin.answer for index, _ in same}
        told_apart = {answer for answer in new if new[answer] == 1 == old.get(answer, 0)}
        agree = len(agreeing & told_apart)
        if agree >= 2 and 2 * agree > len(told_apart):
            return True
        if len(same) != 1:
            return False
        if new.total() == old.total() == 1:
            return True
        index, guid = same[0]
        origin = self.notes[index].origin
        is_near = origin.package == self.ledger[guid].origin.package
        return is_near and len(content_words(f"{origin.clue} {origin.answer}")) >= _TELLING_WORDS

    def _pair_in_text(self, known: Mapping[int, Sequence[Guid]]) -> None:
        """Rows of a table that are questions in text now, which have no header that could ask
        something else. Where two tables had such a row, a person says whose it is."""
        for index, guids in known.items():
            left = [guid for guid in guids if guid in self._left]
            if len(left) == 1:
                self._pair(index, left[0])
            elif left and self.notes[index].same_as != NEW:
                self._ask(index, left)
                self._rows_left.pop(index, None)

    def _ask_about_table(self, same: Sequence[tuple[int, Guid]], new: Place, old: Place) -> None:
        """Whether a table that asks something else now is the one that it was."""
        said = {self.notes[index].same_as for index, _ in same}
        if SAME in said:
            for index, guid in same:
                if index in self._rows_left and guid in self._left:
                    self._pair(index, guid)
            return
        if NEW in said:
            return
        for index, guid in same:
            self._unclear[index] = (guid,)
            self._rows_left.pop(index, None)
        self._other_headers.append((new, old, [index for index, _ in same]))

    def wait_with_tables(self) -> None:
        """Ask about each table whose header is another one. Its other rows wait too, as long as
        notes of the old table are left that they may be."""
        if not self._other_headers:
            return
        claimed = {guid for guids in self._unclear.values() for guid in guids}
        left: dict[Place, list[Guid]] = defaultdict(list)
        for guid, entry in self._left.items():
            if not entry.retired and guid not in claimed:
                left[place(entry.origin)].append(guid)
        others: dict[Place, list[int]] = defaultdict(list)
        for index in self._rows_left:
            others[place(self.notes[index].origin)].append(index)
        for new, old, rows in self._other_headers:
            if left[old]:
                waiting = others.pop(new, [])
                self._unclear |= dict.fromkeys(waiting, left[old])
                rows += waiting
                for index in waiting:
                    del self._rows_left[index]
            asked = f"for '{old[4]}'" if old[4] else "in text"
            words = {"new": new[4], "old": asked, "rows": number(len(rows), "row")}
            self.diagnostics.append(OTHER_HEADER.at(self.notes[min(rows)].position, **words))

    def joined_places(self) -> Callable[[Place], Place]:
        """Tables that are one: with the same place, or with matched notes in common.

        So a table stays the same when its heading or its file is renamed, and both halves of a
        table that was split belong to the old one. A row that moved alone among others brings
        nobody along.
        """
        parents: dict[Place, Place] = {}

        def root(table: Place) -> Place:
            while (parent := parents.get(table, table)) != table:
                parents[table] = parents.get(parent, parent)
                table = parent
            return table

        common: dict[Place, Counter[Place]] = defaultdict(Counter)
        for index, guid in self.matched.items():
            common[place(self.notes[index].origin)][place(self.ledger[guid].origin)] += 1
        for new, olds in common.items():
            most = max(olds.values())
            for old, notes in olds.items():
                if old != new and (notes > 1 or notes == most):
                    one, other = root(new), root(old)
                    parents[max(one, other)] = min(one, other)
        return root

    def same_clue_in(self, places: Callable[[Place], Place]) -> None:
        """The same clue in what is one table now, whatever it was called; then also with other
        marks in it."""
        self.same_quiz(places)
        among = self._sharing(lambda o: unmarked(o.clue) or None, False)
        for text in _TEXTS:

            def key(o: Origin, text: Callable[[str], str] = text) -> Hashable | None:
                return (places(place(o)), text(o.clue)) if o.clue else None

            self._pair_where(key, False, self._is_same_clue(), among)

    def same_answer_in(self, places: Callable[[Place], Place]) -> None:
        """An answer that stands once in the table now and once before, with a like clue."""
        new: Counter[Hashable] = Counter()
        for note in self.notes:
            table = places(place(note.origin))
            new[table, note.origin.answer] += 1
            self._texts.update({(table, note.origin.clue), (table, note.origin.answer)})
        old: Counter[Hashable] = Counter()
        for entry in self.ledger.values():
            if not entry.retired:
                table = places(place(entry.origin))
                old[table, entry.origin.answer] += 1
                self._clues[table, entry.origin.clue] += 1

        def key(o: Origin) -> Hashable | None:
            found = places(place(o)), o.answer
            return found if o.answer and new[found] == 1 == old[found] else None

        def fits(new: Origin, entry: LedgerEntry) -> bool:
            still = self._still_stands(places(place(new)), entry.origin.clue)
            return not still and like(clue_text(new), clue_text(entry.origin))

        self._is_telling = key
        self._pair_where(key, False, fits)

    def _still_stands(self, table: Place, clue: str) -> bool:
        """Whether a clue stands in the table as often as before, in whatever row: then it was not
        reworded."""
        return self._texts[table, clue] >= max(self._clues[table, clue], 1)

    def between_neighbours(self, places: Callable[[Place], Place]) -> None:
        """As many rows as entries between the same two matched neighbours, in order: each with a
        like clue and a like answer, or with an answer that tells and a word of the clue."""
        order = RowOrder(entry for entry in self.ledger.values() if not entry.retired)
        for run in list(self._runs()):
            above, below = self._neighbour(run[0], -1), self._neighbour(run[-1], +1)
            table = place(self.notes[run[0]].origin)
            old = order.between(above, below, table, self._left, len(run))
            if len(old) != len(run):
                continue
            for index, guid in zip(run, old, strict=True):
                new, entry = self.notes[index].origin, self.ledger[guid].origin
                is_telling = self._is_telling(new)
                is_same = is_telling is not None and is_telling == self._is_telling(entry)
                fits = (is_same and share_enough(new, entry)) or (
                    like(clue_text(new), clue_text(entry)) and are_like(new, entry)
                )
                still = self._still_stands(places(table), entry.clue)
                is_other = still or is_turned(new, entry) or is_rewritten(new, entry)
                if fits and not is_other and self._may_be(index, guid):
                    self._pair(index, guid)
                elif len(run) == 1:
                    self._replaced[index] = guid

    def _runs(self) -> Iterator[list[int]]:
        """Unmatched rows that stand below each other in one table."""
        run: list[int] = []
        for index in self._rows_left:
            if run and (index != run[-1] + 1 or not self._same_table(run[-1], index)):
                yield run
                run = []
            run.append(index)
        if run:
            yield run

    def _same_table(self, one: int, other: int) -> bool:
        return 0 <= other < len(self.notes) and place(self.notes[one].origin) == place(
            self.notes[other].origin
        )

    def _neighbour(self, index: int, step: int) -> Guid | None:
        return self.matched.get(index + step) if self._same_table(index, index + step) else None

    def bywording_of(self, places: Callable[[Place], Place]) -> None:
        """Close wording in the same table: the one best candidate on both sides, by a margin."""
        rows: dict[Place, list[int]] = defaultdict(list)
        for index in self._rows_left:
            rows[places(place(self.notes[index].origin))].append(index)
        entries: dict[Place, list[Guid]] = defaultdict(list)
        for guid, entry in self._left.items():
            table = places(place(entry.origin))
            if not entry.retired and table in rows:
                entries[table].append(guid)
        for table, guids in entries.items():
            self._by_wording_in(table, rows[table], guids)

    def _by_wording_in(self, table: Place, indexes: list[int], guids: list[Guid]) -> None:
        guids = [g for g in guids if not self._still_stands(table, self.ledger[g].origin.clue)]
        new = [wording_of(self.notes[index].origin) for index in indexes]
        old = [wording_of(self.ledger[guid].origin) for guid in guids]
        scores: dict[tuple[int, int], float] = {}
        for row, entry in closest(new, old):
            one, other = new[row], old[entry]
            if not (like(one.clue, other.clue) and like(one.answer, other.answer)):
                continue
            origin, known = self.notes[indexes[row]].origin, self.ledger[guids[entry]].origin
            is_other = is_turned(origin, known) or is_rewritten(origin, known)
            if not is_other and self._may_be(indexes[row], guids[entry]):
                scores[row, entry] = one.likeness(other)

        def is_free(pair: tuple[int, int]) -> bool:
            return indexes[pair[0]] in self._rows_left and guids[pair[1]] in self._left

        best_first = sorted(scores, key=lambda pair: (-scores[pair], pair))
        of_row: dict[int, list[tuple[int, int]]] = defaultdict(list)
        of_entry: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for pair in best_first:
            of_row[pair[0]].append(pair)
            of_entry[pair[1]].append(pair)
        for pair in best_first:
            rivals = (other for other in of_row[pair[0]] + of_entry[pair[1]] if other != pair)
            if is_free(pair) and all(
                scores[pair] - scores[other] >= _MARGIN for other in rivals if is_free(other)
            ):
                self._pair(indexes[pair[0]], guids[pair[1]])
        undecided: dict[int, list[Guid]] = defaultdict(list)
        for pair in filter(is_free, best_first):
            undecided[indexes[pair[0]]].append(guids[pair[1]])
        for index, candidates in undecided.items():
            self._ask(index, candidates)

    def _ask(self, index: int, candidates: Sequence[Guid]) -> None:
        if index in self._asked:
            return
        self._asked.add(index)
        self._unclear[index] = candidates
        note = self.notes[index]
        shown = [
            f"'{self.ledger[guid].origin.clue}' ({_where(self.ledger[guid].origin)}, {guid})"
            for guid in candidates[:3]
        ]
        self.diagnostics.append(
            AMBIGUOUS.at(
                note.position, clue=note.origin.clue, old=" or ".join(shown), key=candidates[0]
            )
        )

    def tell_new_notes(self, now: int) -> None:
        """Say so where a row is a new note although it may look like one that retires, or did so
        lately; and where one that comes back was a note of another kind meanwhile."""
        waiting = {guid for guids in self._unclear.values() for guid in guids}
        left = {guid: entry for guid, entry in self._left.items() if guid not in waiting}
        retiring = {guid: entry for guid, entry in left.items() if not entry.retired}
        lately = {g: e for g, e in left.items() if e.retired > now - _RECENT}
        gone = retiring | lately
        paired = self._other_than_before
        back = [index for index in paired if self.ledger[self.matched[index]].retired]
        new = [index for index in self._rows_left if index not in self._unclear]
        changed = self._other_kinds(new, gone) | self._other_kinds(back, retiring)
        # What is undone, or done as was said, is nothing to say again.
        long_gone = [i for i in back if self.ledger[self.matched[i]].retired <= now - _RECENT]
        turned = self._tell_turned_tables([*new, *long_gone], retiring)
        near = self._in_other_columns(self._rows_left, gone) | self._turned(self._rows_left, gone)
        unsaid = (index for index in self._rows_left if not self.notes[index].same_as)
        near |= self._nearest(unsaid, gone)
        # The row below a new one may have the note of their clue, and bring both answers.
        joined = {
            _clue_of(self.notes[index].origin)
            for index, guid in self.matched.items()
            if self.notes[index].status is RowStatus.JOINED and not self.ledger[guid].retired
        }
        near |= self._nearest(self._new, {g: e for g, e in gone.items() if e.is_new})
        for index in (*self._rows_left, *self._new):
            replaced = self._replaced.get(index) or near.get(index)
            is_said = index in changed or index in turned or index in self._asked
            if replaced in gone and not is_said:
                words = {"clue": self.ledger[replaced].origin.clue, "key": replaced}
                joins = _clue_of(self.notes[index].origin) in joined
                code = JOINED_NOTE if joins else BOTH_CELLS_CHANGED
                self.diagnostics.append(code.at(self.notes[index].position, **words))
        tables: dict[tuple[Kind, Place], list[int]] = defaultdict(list)
        for index, old in changed.items():
            tables[old.kind, place(self.notes[index].origin)].append(index)
        for indexes in tables.values():
            first = self.notes[indexes[0]]
            self.diagnostics.append(kind_changed(first, changed[indexes[0]], len(indexes)))

    def _tell_turned_tables(self, rows: Iterable[int], retiring: Ledger) -> set[int]:
        """Say so where the columns of a table were exchanged, which asks other facts, or exchanged
        again; gives the rows of such tables."""
        present = {place(note.origin) for note in self.notes}
        tables: dict[tuple[Place, Place], list[int]] = defaultdict(list)
        for index, guid in self._turned(rows, retiring).items():
            note, entry = self.notes[index], retiring[guid]
            headers = (note.origin.question, *note.reading.clue)
            before = (*entry.reading.clue, entry.origin.question)
            is_turned = len(headers) == 2 == len(before) and all(map(like, headers, before))
            if is_turned and place(entry.origin) not in present:
                tables[place(note.origin), place(entry.origin)].append(index)
        for (new, old), indexes in tables.items():
            notes = sum(place(entry.origin) == old for entry in retiring.values())
            words = {"new": new[4], "old": old[4], "notes": number(notes, "note")}
            self.diagnostics.append(TABLE_TURNED.at(self.notes[min(indexes)].position, **words))
        return {index for indexes in tables.values() for index in indexes}

    def _turned(self, rows: Iterable[int], gone: Ledger) -> dict[int, Guid]:
        """By row the note that is gone which asked the same the other way round."""
        known = {(e.origin.kind, e.origin.answer, e.origin.clue): g for g, e in gone.items()}
        facts = ((index, _fact(self.notes[index].origin)) for index in rows)
        return {index: known[fact] for index, fact in facts if fact in known}

    def tell_joined_rows(self, rows: Sequence[int]) -> None:
        """Say so where a note retires that may be a row which is joined to another: one with its
        answer in its table, or with nearly its words."""
        gone = {guid: entry for guid, entry in self._left.items() if not entry.retired}
        if not rows or not gone:
            return
        by_answer = {(place(e.origin), e.origin.answer): guid for guid, e in gone.items()}
        near = self._nearest(rows, gone)
        for index in rows:
            origin = self.notes[index].origin
            if guid := by_answer.get((place(origin), origin.answer)) or near.get(index):
                words = {"clue": gone[guid].origin.clue, "key": guid}
                self.diagnostics.append(JOINED_NOTE.at(self.notes[index].position, **words))

    def _other_kinds(self, rows: Iterable[int], gone: Ledger) -> dict[int, Origin]:
        """By row what its note was until now, where that is of another kind."""
        known: dict[tuple[str, str], Origin] = {}  # by package and clue, or by clue alone
        for o in (entry.origin for entry in gone.values()):
            known[o.package, o.clue] = known["", bare(unmarked(o.clue))] = o
        columns = self._in_other_columns(rows, gone)
        found = {}
        for index in rows:
            o = self.notes[index].origin
            old = known.get((o.package, o.clue)) or known.get(("", bare(unmarked(o.clue))))
            if old is None and index in columns:
                old = gone[columns[index]].origin
            if old is not None and old.kind is not o.kind:
                found[index] = old
        return found

    def _in_other_columns(self, rows: Iterable[int], gone: Ledger) -> dict[int, Guid]:
        """By row the note that is gone whose clue stands in another of its columns now, or in more
        or fewer of them; or the other way round."""
        clues = {entry.origin.clue: guid for guid, entry in gone.items()}
        compared = [(g, e.origin) for g, e in gone.items() if e.origin.kind is Kind.COMPARE]
        cells = {cell: guid for guid, o in compared for cell in o.answer.split(" | ")}
        answers = {o.answer: guid for guid, o in compared if " | " in o.answer}
        parts = {
            (part, cell): guid
            for guid, o in compared
            for part in o.clue.split(JOINT)
            for cell in o.answer.split(" | ")
        }
        found = {}
        for index in rows:
            note = self.notes[index]
            first, *_ = note.origin.clue.split(JOINT)
            texts = [cell for _, cell in note.columns]
            together = (JOINT.join([note.origin.clue, *texts[:size]]) for size in (1, 2))
            candidates = (*texts, *together, *([first] if first != note.origin.clue else []))
            known = [clues[text] for text in candidates if text in clues]
            clue, own = note.origin.clue, note.origin.answer.split(" | ")
            known += [parts[clue, cell] for cell in own if (clue, cell) in parts]
            # All its cells may stand beside a clue that is another one, too.
            rest = (cells.get(clue), answers.get(" | ".join(texts[1:])))
            if known := [*known, *filter(None, rest)]:
                found[index] = known[0]
        return found

    def _nearest(self, rows: Iterable[int], gone: Ledger) -> dict[int, Guid]:
        """By row the note that is gone whose wording is nearest, if it is near."""
        return nearest({index: self.notes[index].origin for index in rows}, gone)


def _where(origin: Origin) -> str:
    return f"{origin.page} › {origin.section}" if origin.section else origin.page
