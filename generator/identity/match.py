"""Pairs rows with ledger entries: one to one, surest rule first, never a guess.

The rules, in order: the row as it was, what a person says (`same-as`, an ID column), the same clue
in the same place, the same clue elsewhere, the same answer in the same table, the only one left
between matched neighbours, close wording in the same table. What two rules of one strength would
decide differently is not decided: it becomes a diagnostic that says how to settle it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType
from typing import TypeVar

from generator.diagnostics import (
    AMBIGUOUS,
    BOTH_CELLS_CHANGED,
    KIND_CHANGED,
    SAME_AS_TWICE,
    UNKNOWN_SAME_AS,
    Diagnostic,
)
from generator.identity.ledger import Ledger, LedgerEntry
from generator.identity.wording import Wording, closest
from generator.model import Guid, Kind, Note, Origin, RowStatus

NEW = "new"  # what same-as says of a row that is no older note
_SHORTEST_KEY = 4  # letters of a GUID that same-as takes
# Rows whose cells are this much alike on the average are one note: typos mended in both cells, but
# not "What is bias? | systematic error" become "What is variance? | random error".
_CLOSE = 0.65
# A second candidate this near makes it ambiguous.
_MARGIN = 0.12

# How a table keeps the kind that it had; the other kinds are no tables'.
_KEEPING = {
    kind: f"<!-- cards: {kind} --> above the table would keep it as it was"
    for kind in (Kind.CLUE, Kind.TRAP, Kind.COMPARE)
}

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Key = Callable[[Origin], Hashable | None]
Place = tuple[str, ...]

# What a row and an entry must have in common; None: the rule does not apply. Under each rule only
# those are matched that are alone with their key on both sides. A note never changes its kind (Anki
# cannot change a note's type under one GUID without losing cards), so every key begins with it.
SAME_ROW: tuple[Key, ...] = (
    lambda o: (o.kind, o.package, o.id) if o.id else None,
    lambda o: (o.kind, o.package, o.page, o.section, o.question, o.clue, o.answer),
    lambda o: (o.kind, o.package, o.page, o.section, o.question, o.clue),
    lambda o: (o.kind, o.package, o.page, o.question, o.clue),
    lambda o: (o.kind, o.package, o.question, o.clue, o.answer),
    lambda o: (o.kind, o.package, o.clue, o.answer),
    lambda o: (o.kind, o.question, o.clue, o.answer),
)
# A row that stayed and was reworded comes before one that has its clue elsewhere, and says another
# thing there.
SAME_PLACE_AND_ANSWER: Key = lambda o: (place(o), o.answer)  # noqa: E731
SAME_CLUE_ELSEWHERE: tuple[Key, ...] = (
    lambda o: (o.kind, o.package, o.page, o.section, o.clue),
    lambda o: (o.kind, o.package, o.question, o.clue),
    lambda o: (o.kind, o.package, o.clue),
    lambda o: (o.kind, o.question, o.clue),
)


@dataclass(frozen=True, slots=True)
class Matching:
    """The GUID for each row that is a known note, by its index; errors for what is ambiguous.

    ``unclear`` are the rows that have such errors. ``reserved`` are entries that nobody may take:
    they may be those of rows that cannot be matched, of which each is named by a digest, with the
    entries that may be its.
    """

    guids: dict[int, Guid]
    diagnostics: tuple[Diagnostic, ...]
    unclear: frozenset[int] = frozenset()
    reserved: Mapping[Guid, int] = field(default_factory=dict)
    waiting: Mapping[str, tuple[Guid, ...]] = field(default_factory=dict)


def match(
    notes: Sequence[Note],
    ledger: Ledger,
    waiting: Mapping[str, Sequence[Guid]] = MappingProxyType({}),
) -> Matching:
    """Match the rows to the entries. Notes in use go first; a row that comes back revives its
    retired entry, but only by its clue: a retired note is nobody's neighbour."""
    if not ledger and not any(note.same_as for note in notes):
        held = (note.origin for note in notes if note.status is RowStatus.HELD)
        return Matching({}, (), waiting={digest_of_row(origin): () for origin in held})
    search = _Search(notes, ledger)
    search.by_origin()
    search.by_hand()
    for retired in (False, True):
        for rule in SAME_ROW:
            search.by_key(rule, retired)
    search.set_others_apart(waiting)
    search.by_key(SAME_PLACE_AND_ANSWER, retired=False)
    for retired in (False, True):
        for rule in SAME_CLUE_ELSEWHERE:
            search.by_key(rule, retired)
    search.set_new_rows_apart()
    if not search.is_done:  # as it most often is: what follows goes through all that is matched
        places = search.joined_places()
        search.by_key(lambda origin: (places(place(origin)), origin.answer), retired=False)
        search.between_neighbours()
        search.by_wording(places)
        search.ask_about_known_clues()
        search.tell_new_notes()
    return search.result()


def resembles(new: Origin, old: Origin) -> bool:
    """Whether a row may be an older note of the same page: by its clue, by its answer below the
    same header, or by close wording."""
    return new.kind is old.kind and (
        new.clue == old.clue
        or (new.question, new.answer) == (old.question, old.answer)
        or _wording(new).likeness(_wording(old)) >= _CLOSE
    )


def same_rows(
    notes: Sequence[Note], entries: Iterable[LedgerEntry]
) -> dict[Guid, LedgerEntry] | None:
    """The entries of a package that are its notes, word for word; None unless each note has one.

    Such notes are certain whatever stands elsewhere: no rule comes before this one.
    """
    known = _alone((entry.origin, entry) for entry in entries if not entry.retired)
    if any(note.same_as or note.origin not in known for note in notes):
        return None
    own = {(entry := known[note.origin]).guid: entry for note in notes}
    return own if len(own) == len(notes) else None


def _alone(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """The pairs whose key no other pair has."""
    found: dict[K, V] = {}
    again = set()
    for key, value in pairs:
        if key in found:
            again.add(key)
        found[key] = value
    for key in again:
        del found[key]
    return found


def digest_of_row(origin: Origin) -> str:
    """A short name for a row that cannot be matched."""
    return blake2b(repr(tuple(origin)).encode(errors="surrogatepass"), digest_size=6).hexdigest()


def _row(origin: Origin) -> Place:
    return origin.kind, origin.package, origin.question, origin.clue, origin.answer


def place(origin: Origin) -> Place:
    """The table that a row stands in."""
    return origin[:5]  # kind, package, page, section, question


class _Search:
    """The state that the rules share: what is matched so far, what is left on both sides."""

    def __init__(self, notes: Sequence[Note], ledger: Ledger) -> None:
        self.notes = notes
        self.ledger = ledger
        self.matched: dict[int, Guid] = {}
        self.diagnostics: list[Diagnostic] = []
        sound = {_row(n.origin) for n in notes if n.status is RowStatus.SOUND}
        # Of two equal rows the sound one is the note.
        self._rows_left = {
            index: None
            for index, note in enumerate(notes)
            if note.status is RowStatus.SOUND or _row(note.origin) not in sound
        }
        self._left = dict(ledger)
        self._replaced: dict[int, Guid] = {}  # rows in the place of an entry that they are not like
        self._asked: set[int] = set()
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
        del self._left[guid]
        self._rows_left.pop(index, None)

    def by_origin(self) -> None:
        """A row that is word for word what it was; `same_rows` says the same of a whole package."""
        old = _alone(
            (entry.origin, guid) for guid, entry in self._left.items() if not entry.retired
        )
        rows = (
            (note.origin, index)
            for index, note in enumerate(self.notes)
            if not note.same_as and index in self._rows_left
        )
        for origin, index in _alone(rows).items():
            if origin in old:
                self._pair(index, old[origin])

    def by_hand(self) -> None:
        """`same-as` names the note by the first letters of its GUID."""
        claimed = {guid: self.notes[index] for index, guid in self.matched.items()}
        for index, note in enumerate(self.notes):
            if not note.same_as or note.same_as == NEW:
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

    def set_others_apart(self, waiting: Mapping[str, Sequence[Guid]]) -> None:
        """Rows that are no notes now are matched by their clue alone. Where that is not known, the
        entries left in the table of one that has an error are reserved: it may be any of them.

        One that stood there in an earlier build was none of those that were matched then;
        ``waiting`` says what was left.
        """
        others = {i for i in self._rows_left if self.notes[i].status is not RowStatus.SOUND}
        if not others:
            return
        sound = {index: None for index in self._rows_left if index not in others}
        self._rows_left = dict.fromkeys(sorted(others))
        for rule in SAME_CLUE_ELSEWHERE:
            self.by_key(rule, retired=False)
        unknown = [i for i in self._rows_left if self.notes[i].status is RowStatus.HELD]
        self._rows_left = sound
        if unknown:
            self._reserve(unknown, waiting)

    def _reserve(self, unknown: Sequence[int], waiting: Mapping[str, Sequence[Guid]]) -> None:
        places = self.joined_places()
        by_table: dict[Place, list[Guid]] = defaultdict(list)
        for guid, entry in self._left.items():
            if not entry.retired:
                by_table[places(place(entry.origin))].append(guid)
        for index in unknown:
            origin = self.notes[index].origin
            digest = digest_of_row(origin)
            known = waiting.get(digest)
            own = by_table[places(place(origin))] if known is None else known
            found = [guid for guid in own if guid in self._left or guid in self._reserved]
            self._waiting[digest] = tuple(sorted(found))
            self._reserved |= {guid: index for guid in found if guid in self._left}
        for guid in self._reserved:
            self._left.pop(guid, None)

    def set_new_rows_apart(self) -> None:
        """`same-as: new` keeps a row from what is only likely; a known clue is still known."""
        for index, note in enumerate(self.notes):
            if note.same_as == NEW:
                self._rows_left.pop(index, None)

    def _may_be(self, index: int, guid: Guid) -> bool:
        """Whether nothing speaks against it: two IDs are two notes, unless all else is equal."""
        new, old = self.notes[index].origin, self.ledger[guid].origin
        if not new.id or not old.id or new.id == old.id:
            return True
        return (new.clue, new.answer) == (old.clue, old.answer)

    def by_key(self, rule: Key, retired: bool) -> None:
        """Match what is alone with its key among the rows and among the entries left."""
        if not self._rows_left or not self._left:
            return
        old: dict[Hashable, list[Guid]] = defaultdict(list)
        for guid, entry in self._left.items():
            if bool(entry.retired) is retired and (key := rule(entry.origin)) is not None:
                old[key].append(guid)
        new: dict[Hashable, list[int]] = defaultdict(list)
        for index in self._rows_left:
            if (key := rule(self.notes[index].origin)) is not None:
                new[key].append(index)
        for key, indexes in new.items():
            guids = old.get(key, ())
            if len(indexes) == len(guids) == 1 and self._may_be(indexes[0], guids[0]):
                self._pair(indexes[0], guids[0])

    def joined_places(self) -> Callable[[Place], Place]:
        """Tables that are one: with the same place, or with a matched note in common.

        So a table stays the same when its heading or its file is renamed, and both halves of a
        table that was split belong to the old one.
        """
        parents: dict[Place, Place] = {}

        def root(table: Place) -> Place:
            while (parent := parents.get(table, table)) != table:
                parents[table] = parents.get(parent, parent)
                table = parent
            return table

        for index, guid in self.matched.items():
            one, other = (
                root(place(self.notes[index].origin)),
                root(place(self.ledger[guid].origin)),
            )
            parents[max(one, other)] = min(one, other)
        return root

    def between_neighbours(self) -> None:
        """A single row and a single entry left between the same two matched neighbours."""
        order = _Order(entry for entry in self.ledger.values() if not entry.retired)
        for index in [index for index in self._rows_left if self._alone(index)]:
            above, below = self._neighbour(index, -1), self._neighbour(index, +1)
            old = order.alone_between(above, below, place(self.notes[index].origin), self._left)
            if old is None:
                continue
            note, entry = self.notes[index], self.ledger[old]
            likeness = _wording(note.origin).likeness(_wording(entry.origin))
            if likeness >= _CLOSE and self._may_be(index, old):
                self._pair(index, old)
            else:
                self._replaced[index] = old

    def _alone(self, index: int) -> bool:
        """Whether no other unmatched row of the same table stands right beside this one."""
        return all(
            other in self.matched or not self._same_table(index, other)
            for other in (index - 1, index + 1)
        )

    def _same_table(self, one: int, other: int) -> bool:
        return 0 <= other < len(self.notes) and place(self.notes[one].origin) == place(
            self.notes[other].origin
        )

    def _neighbour(self, index: int, step: int) -> Guid | None:
        return self.matched.get(index + step) if self._same_table(index, index + step) else None

    def by_wording(self, places: Callable[[Place], Place]) -> None:
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
            self._by_wording_in(rows[table], guids)

    def _by_wording_in(self, indexes: list[int], guids: list[Guid]) -> None:
        new = [_wording(self.notes[index].origin) for index in indexes]
        old = [_wording(self.ledger[guid].origin) for guid in guids]
        scores: dict[tuple[int, int], float] = {}
        for row, entry in closest(new, old):
            likeness = new[row].likeness(old[entry])
            if likeness >= _CLOSE and self._may_be(indexes[row], guids[entry]):
                scores[row, entry] = likeness

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

    def ask_about_known_clues(self) -> None:
        """A clue that is known, but not whose: several notes had it, or several rows have it."""
        known: dict[Hashable, list[Guid]] = defaultdict(list)
        for guid, entry in self._left.items():
            origin = entry.origin
            known[origin.kind, origin.question, origin.clue].append(guid)
        for index in self._rows_left:
            origin = self.notes[index].origin
            candidates = known.get((origin.kind, origin.question, origin.clue), ())
            if candidates := [guid for guid in candidates if self._may_be(index, guid)]:
                self._ask(index, candidates)

    def tell_new_notes(self) -> None:
        """Say so where a row is a new note although it may look like an old one."""
        kinds = {
            (entry.origin.package, entry.origin.clue): entry.origin.kind
            for entry in self._left.values()
            if not entry.retired
        }
        for index in self._rows_left:
            note = self.notes[index]
            kind = kinds.get((note.origin.package, note.origin.clue))
            replaced = self._replaced.get(index)
            if kind is not None and kind is not note.origin.kind:
                words = {"old": kind.value, "new": note.origin.kind.value}
                advice = _KEEPING.get(kind, "write it as it was to keep them")
                self.diagnostics.append(KIND_CHANGED.at(note.position, **words, advice=advice))
            elif replaced in self._left and index not in self._asked:
                clue = self.ledger[replaced].origin.clue
                self.diagnostics.append(
                    BOTH_CELLS_CHANGED.at(note.position, clue=clue, key=replaced)
                )


class _Order:
    """The order of the notes at the last build, table by table, from each entry's `after`."""

    def __init__(self, entries: Iterable[LedgerEntry]) -> None:
        followers: dict[tuple[Place, str], list[Guid]] = defaultdict(list)
        tables: dict[Place, None] = {}
        for entry in entries:
            followers[place(entry.origin), entry.after].append(entry.guid)
            tables[place(entry.origin)] = None
        self._rows: dict[Place, list[Guid]] = {}
        self._spot: dict[Guid, tuple[Place, int]] = {}
        for table in tables:
            rows = self._rows[table] = list(_walk(table, followers))
            for number, guid in enumerate(rows):
                self._spot[guid] = (table, number)

    def alone_between(
        self, above: Guid | None, below: Guid | None, table: Place, left: Mapping[Guid, LedgerEntry]
    ) -> Guid | None:
        """The one entry left between two neighbours (None: the table's edge); None where not."""
        anchor = above or below
        if anchor is not None and anchor not in self._spot:
            return None
        old_table, number = self._spot[anchor] if anchor else (table, -1)
        rows = self._rows.get(old_table, [])
        if above is not None or anchor is None:
            # Two more rows tell all: a table of 100,000 rows is not copied for each of them.
            run = _until_matched(rows[number + 1 : number + 3], left)
            edge = rows[number + 1 + len(run) : number + 2 + len(run)]
            wanted = [below] if below else []
        else:
            run = _until_matched(rows[max(number - 2, 0) : number][::-1], left)
            edge = rows[max(number - len(run) - 1, 0) : number - len(run)]
            wanted = []
        return run[0] if len(run) == 1 and edge == wanted else None


def _until_matched(rows: Sequence[Guid], left: Mapping[Guid, LedgerEntry]) -> list[Guid]:
    run = []
    for guid in rows:
        if guid not in left:
            break
        run.append(guid)
        if len(run) > 1:
            break  # more than one is not "the only one"
    return run


def _walk(table: Place, followers: Mapping[tuple[Place, str], Sequence[Guid]]) -> Iterator[Guid]:
    """The chain of a table. Two notes after one are what a merge leaves: one follows the other."""
    stack = sorted(followers.get((table, ""), ()), reverse=True)
    while stack:
        guid = stack.pop()
        yield guid
        stack += sorted(followers.get((table, guid), ()), reverse=True)


def _wording(origin: Origin) -> Wording:
    return Wording(origin.clue, origin.answer)


def _where(origin: Origin) -> str:
    return f"{origin.page} › {origin.section}" if origin.section else origin.page
