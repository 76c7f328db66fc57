"""Gives rows their GUID, note id, slots and gap numbers, and finds which notes retire; pure.

Rows are known by what they are recognised by alone. What stands on their cards is nobody's concern
here, and is not made yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain, count, groupby
from typing import NamedTuple, TypeVar

from generator.core.diagnostics import (
    GIVEN_TWICE,
    HELD_NOTE,
    LONG_MARKS,
    NEW_BESIDE_HELD,
    NO_SLOT_AT_ALL,
    NO_SLOT_LEFT,
    SET_APART,
    UNFINISHED_NOTE,
    Diagnostic,
    has_errors,
    number,
)
from generator.core.likeness import like
from generator.core.model import Guid, Note, Origin, Position, RowStatus
from generator.core.note_fields import MOST_ATTRIBUTES
from generator.identity.alike import Place, are_like, nearest, resembles
from generator.identity.alike import place as table_of
from generator.identity.cloze_numbers import keep_numbers
from generator.identity.entry import CARD_IDS, LARGEST, LedgerEntry
from generator.identity.given_twice import names_in
from generator.identity.ledger import LedgerText, Waiting
from generator.identity.match import (
    NEW,
    SAME,
    Matching,
    digest_of_row,
    kind_changed,
    match,
    same_rows,
)
from generator.identity.slots import Slots, give_slots

T = TypeVar("T")

# New notes are born within this time before the build: milliseconds spread by the GUID's hash, so
# that two people's new notes hardly ever meet in one collection or one merge.
_BIRTH_WINDOW = 30 * 24 * 3600 * 1000

Numbers = Mapping[int, int]  # of a cloze note's gaps: the one that a gap came with, its card's


class Identity(NamedTuple):
    """Who the notes are that are to be written, in the order given.

    ``left_out`` are those of the notes given that are not, by their places, and why; ``joined`` are
    those whose answers others take over, by the place of the other; all else is by the places among
    those that are written. ``above`` are the GUIDs of the rows above in their tables;
    ``numbers`` are those of cloze notes, 0 for a gap that is no card; ``slots`` those of
    comparisons: by column, and all that the note has or had. ``gone`` are the entries that are no
    written note's, as they stand after this build; ``retired`` are those of them that were a row's
    until now, and
    ``reserved`` those that wait for a row to be mended. ``waiting`` is for the ledger.
    """

    guids: Sequence[Guid]
    note_ids: Sequence[int]
    above: Sequence[str]
    numbers: Mapping[int, Numbers]
    slots: Mapping[int, tuple[tuple[int, ...], Slots]]
    left_out: Mapping[int, RowStatus]
    joined: Mapping[int, tuple[int, ...]]
    gone: Mapping[Guid, LedgerEntry]
    retired: frozenset[Guid]
    reserved: frozenset[Guid]
    waiting: Waiting
    diagnostics: tuple[Diagnostic, ...]

    def part(self, start: int, end: int) -> Identity:
        """The same of some of the notes; nothing of what is gone."""
        return self._replace(
            guids=self.guids[start:end],
            note_ids=self.note_ids[start:end],
            above=self.above[start:end],
            numbers=_part_of(self.numbers, start, end),
            slots=_part_of(self.slots, start, end),
            left_out={},
            joined={},
            gone={},
            retired=frozenset(),
            reserved=frozenset(),
            waiting={},
            diagnostics=(),
        )


def _part_of(values: Mapping[int, T], start: int, end: int) -> dict[int, T]:
    """The values of these places, counted from the first of them."""
    places = range(start, end) if values else ()
    return {place - start: values[place] for place in places if place in values}


class Unread(NamedTuple):
    """What of the notes' folder cannot be relied on, whose notes stay as they are.

    ``packages`` are left alone as a whole; ``pages`` are paths of pages and folders, each with
    where the error is; ``loose`` are errors outside of any row, by package.
    """

    packages: Collection[str] = ()
    pages: Mapping[str, Position] = {}
    loose: Mapping[str, Sequence[Position]] = {}

    def where(self, origin: Origin) -> str:
        """Where the error is that keeps a note as it is; an empty text where there is none."""
        if origin.package in self.packages:
            return origin.package
        path = origin.page
        while path and path not in self.pages:
            path = path.rpartition("/")[0]
        return _shown(self.pages[path]) if path else ""


ALL_READ = Unread()


def identify(
    notes: Sequence[Note],
    ledger: LedgerText,
    namespaces: Mapping[str, str],
    now: int,
    unread: Unread = ALL_READ,
) -> Identity:
    """Match the notes of all packages that are built to the ledger's entries.

    ``namespaces`` are by package; ``now`` is in seconds since 1970; the entries of what is
    ``unread`` stay exactly as they are.
    """
    entries = _in_words_of(notes, ledger)
    notes = _with_known_gaps(notes, entries)
    kept: dict[Guid, str] = {}
    if unread.packages or unread.pages:
        kept = {guid: where for guid, e in entries.items() if (where := unread.where(e.origin))}
    others = {guid: e for guid, e in entries.items() if guid not in kept} if kept else entries
    matching = _match(notes, others, ledger.waiting, now)
    matched = matching.guids
    reserved = kept | {
        guid: _shown(notes[place].position) for guid, place in matching.reserved.items()
    }
    found = list(matching.diagnostics)
    waiting = _by_package(matching.waiting, notes, unread)
    loose = _reserve_for_loose(unread, others, set(matched.values()) | reserved.keys(), ledger)
    for package, (rows, wheres) in loose.items():
        waiting.setdefault(package, {}).update(rows)
        reserved |= wheres
    left_out = {
        place: note.status for place, note in enumerate(notes) if note.status is not RowStatus.SOUND
    }
    joined = joined_rows(notes, matched, entries)
    for place, taken in joined.items():
        left_out.pop(place, None)
        left_out |= dict.fromkeys(taken, RowStatus.JOINED)
    for place in matching.unclear:
        left_out[place] = RowStatus.HELD
    unasked, found = _settle_long_gaps(notes, matched, left_out, entries, found)
    matched = {place: guid for place, guid in matched.items() if place not in unasked}
    left_out = {
        place: status for place, status in left_out.items() if status is not RowStatus.UNASKED
    }
    left_out |= dict.fromkeys(unasked, RowStatus.UNASKED)
    for place, status in left_out.items():
        if (guid := matched.get(place)) is None or status is RowStatus.JOINED:
            continue
        if status is RowStatus.UNFINISHED and not entries[guid].retired:
            left_out[place] = RowStatus.HELD
            note = notes[place]
            found.append(UNFINISHED_NOTE.at(note.position, clue=note.origin.clue))
        reserved[guid] = _shown(notes[place].position)
    for place, diagnostic in list(
        _that_wait(notes, matched, left_out, entries, reserved, matching.reserved)
    ):
        if has_errors((diagnostic,)):
            left_out[place] = RowStatus.HELD
        found.append(diagnostic)
    living = [place for place in range(len(notes)) if place not in left_out]
    living_notes = [notes[place] for place in living]
    guids = _guids(living_notes, matched, living, ledger, namespaces)
    born = [guid for guid in guids if guid not in entries]
    new_ids = dict(zip(born, _new_note_ids(born, ledger, now), strict=True))
    numbers = {
        index: _numbers(notes[place], entries.get(guids[index]))
        for index, place in enumerate(living)
        if notes[place].gaps
    }
    slots, more = _slots(living_notes, guids, entries)
    found += more
    if unasked := {living[index] for index, (given, _) in slots.items() if not any(given)}:
        return _without(unasked, notes, ledger, namespaces, now, unread)
    found += _set_apart(living_notes, guids, ledger)
    found += _given_twice(living_notes, guids, ledger, numbers)
    known = set(guids)
    still = {guid: entries[guid] for guid in reserved if guid not in known}
    together = _moved_tables(notes, matched, left_out, entries) if still else set()
    moved = _moved_while_held(notes, matched, left_out, entries, together)
    for guid, place in {**moved, **matching.reserved}.items():
        if guid in still:  # the table may have a new name, and its header, too
            new, old = notes[place].origin, still[guid].origin
            is_asked = (table_of(old), table_of(new)) in together
            is_asked = is_asked or like(new.question, old.question)
            origin = old._replace(
                package=new.package,
                page=new.page,
                section=new.section,
                question=new.question if is_asked else old.question,
            )
            still[guid] = still[guid]._replace(origin=origin)
    gone, retired = _gone(others, {*known, *reserved}, now, namespaces if unread.packages else None)
    return Identity(
        guids,
        [entries[guid].note_id if guid in entries else new_ids[guid] for guid in guids],
        _above(notes, matched, dict(zip(living, guids, strict=True))),
        numbers,
        slots,
        left_out,
        joined,
        {**still, **gone},
        frozenset(retired),
        frozenset(still),
        waiting,
        tuple(found),
    )


def _moved_tables(
    notes: Sequence[Note],
    matched: Mapping[int, Guid],
    left_out: Mapping[int, RowStatus],
    entries: Mapping[Guid, LedgerEntry],
) -> set[tuple[Place, Place]]:
    """The tables that rows without errors were in, with those that they are in now."""
    return {
        (table_of(entries[guid].origin), table_of(notes[place].origin))
        for place, guid in matched.items()
        if place not in left_out
    }


def _moved_while_held(
    notes: Sequence[Note],
    matched: Mapping[int, Guid],
    left_out: Mapping[int, RowStatus],
    entries: Mapping[Guid, LedgerEntry],
    together: Collection[tuple[Place, Place]],
) -> dict[Guid, int]:
    """The places of rows with errors whose notes go with them: when they are mended, these are
    looked for there. Farther than within a package or a folder they go only with other rows of
    their table, or with a like answer, as rows without errors do."""
    held = {
        place: (entries[guid].origin, notes[place].origin)
        for place, guid in matched.items()
        if left_out.get(place) is RowStatus.HELD
        and table_of(entries[guid].origin) != table_of(notes[place].origin)
    }
    return {
        matched[place]: place
        for place, (old, new) in held.items()
        if (table_of(old), table_of(new)) in together
        or (
            old.question == new.question
            and (
                old.package == new.package
                or _folder_of(old) == _folder_of(new)
                or old.answer in new.answer.split(" | ")  # of a row with too many cells
                or are_like(new, old)
            )
        )
    }


def _folder_of(origin: Origin) -> str:
    return origin.page.rpartition("/")[0]


def _without(
    unasked: Collection[int],
    notes: Sequence[Note],
    ledger: LedgerText,
    namespaces: Mapping[str, str],
    now: int,
    unread: Unread,
) -> Identity:
    """The same with an error for each of the comparisons of which no column has a card."""
    held = [
        note._replace(status=RowStatus.HELD) if place in unasked else note
        for place, note in enumerate(notes)
    ]
    identity = identify(held, ledger, namespaces, now, unread)
    errors = (
        NO_SLOT_AT_ALL.at(notes[place].position, clue=notes[place].origin.clue)
        for place in sorted(unasked)
    )
    return identity._replace(diagnostics=(*identity.diagnostics, *errors))


def joined_rows(
    notes: Sequence[Note], matched: Mapping[int, Guid], entries: Mapping[Guid, LedgerEntry]
) -> dict[int, tuple[int, ...]]:
    """The rows whose answers another row of their table takes over, which has their clue; by the
    place of that one. Rows that each have a note in use stay notes of their own."""
    if all(note.status is not RowStatus.JOINED for note in notes):
        return {}
    first: dict[tuple[object, ...], int] = {}
    groups: dict[int, list[int]] = {}
    for place, note in enumerate(notes):
        if note.status is RowStatus.SOUND:
            first[*table_of(note.origin), note.origin.clue] = place
        elif note.status is RowStatus.JOINED:
            leader = first[*table_of(note.origin), note.origin.clue]
            groups.setdefault(leader, [leader]).append(place)
    joined = {}
    for leader, places in groups.items():
        own = [p for p in places if p in matched and _is_own(notes[p], entries[matched[p]])]
        own = own or [leader]
        joined[own[0]] = tuple(place for place in places if place not in own)
        joined |= dict.fromkeys(own[1:], ())
    return joined


def _is_own(note: Note, entry: LedgerEntry) -> bool:
    return not entry.retired or bool(note.same_as)


def _in_words_of(notes: Sequence[Note], ledger: LedgerText) -> Mapping[Guid, LedgerEntry]:
    """The entries, those that two sides wrote in the words that stand on the pages now."""
    if not ledger.words:
        return ledger.entries
    origins = {note.origin for note in notes}
    clues = {(o.kind, o.question, o.clue) for o in origins}
    entries = dict(ledger.entries)
    for guid, words in ledger.words.items():
        last = entries[guid].origin
        # The surest first; of equals what was written last.
        others = [o for o in words if o != last]
        entries[guid] = entries[guid]._replace(
            origin=min(
                (last, *others),
                key=lambda o: (o not in origins, (o.kind, o.question, o.clue) not in clues),
            )
        )
    return entries


def _set_apart(
    notes: Sequence[Note], guids: Sequence[Guid], ledger: LedgerText
) -> Iterable[Diagnostic]:
    """A warning for each new note that had another fact's GUID on one of two sides."""
    apart = {(o.kind, o.question, o.clue, o.answer) for o in ledger.apart}
    for note, guid in zip(notes, guids, strict=True) if apart else ():
        o = note.origin
        if guid not in ledger.entries and (o.kind, o.question, o.clue, o.answer) in apart:
            yield SET_APART.at(note.position, clue=o.clue)


def _given_twice(
    notes: Sequence[Note],
    guids: Sequence[Guid],
    ledger: LedgerText,
    numbers: Mapping[int, Numbers],
) -> Iterable[Diagnostic]:
    """A warning for each number of a card that was one thing on one of two sides and another on the
    other, a table or a passage each."""
    found: dict[tuple[tuple[str, ...], int, str, str], list[Note]] = defaultdict(list)
    for index, guid in enumerate(guids) if ledger.given_twice else ():
        note = notes[index]
        for card in ledger.given_twice.get(guid, ()):
            names = _of_card(card, ledger.entries[guid])
            by_hand = [g.text for g in note.gaps if numbers[index][g.number] == card]
            now = f"'{by_hand[0]}'" if by_hand else "none of them"
            found[table_of(note.origin), card, names, now].append(note)
    for (_, card, names, now), own in found.items():
        count = number(len(own), "note")
        yield GIVEN_TWICE.at(own[0].position, card=card, notes=count, names=names, now=now)


def _of_card(card: int, entry: LedgerEntry) -> str:
    """What a number that was given twice was given to."""
    claims = [*entry.gaps, *(slot[:2] for slot in entry.slots)]
    return " and ".join(f"'{name}'" for name in names_in(dict(claims)[card]))


def _shown(position: Position) -> str:
    return f"{position.file}:{position.line}"


def _by_package(
    waiting: Mapping[str, tuple[Guid, ...]], notes: Sequence[Note], unread: Unread
) -> dict[str, dict[str, tuple[Guid, ...]]]:
    """What waits for each row that cannot be matched; on a page that cannot be read all waits."""
    if not waiting:
        return {}
    found: dict[str, dict[str, tuple[Guid, ...]]] = {}
    for note in notes:
        is_held = note.status is RowStatus.HELD and not unread.where(note.origin)
        if is_held and (row := digest_of_row(note.origin)) in waiting:
            found.setdefault(note.origin.package, {})[row] = waiting[row]
    return found


def _reserve_for_loose(
    unread: Unread,
    entries: Mapping[Guid, LedgerEntry],
    taken: Collection[Guid],
    ledger: LedgerText,
) -> dict[str, tuple[dict[str, tuple[Guid, ...]], dict[Guid, str]]]:
    """By package what is reserved for errors outside of any row: what is left of their page."""
    found = {}
    for package, positions in unread.loose.items():
        rows: dict[str, tuple[Guid, ...]] = {}
        guids: dict[Guid, str] = {}
        for file in dict.fromkeys(position.file for position in positions):
            known = ledger.waiting.get(package, {}).get(file)
            own = [
                guid
                for guid, entry in entries.items()
                if guid not in taken
                and not entry.retired
                and entry.origin.page == file
                and (known is None or guid in known)
            ]
            where = next(_shown(each) for each in positions if each.file == file)
            rows[file] = tuple(sorted(own))
            guids |= dict.fromkeys(own, where)
        found[package] = rows, guids
    return found


def _that_wait(
    notes: Sequence[Note],
    matched: Mapping[int, Guid],
    left_out: Mapping[int, RowStatus],
    entries: Mapping[Guid, LedgerEntry],
    reserved: Mapping[Guid, str],
    holders: Mapping[Guid, int],
) -> Iterable[tuple[int, Diagnostic]]:
    """New rows that may be notes which are reserved, with an error for each. ``holders`` are the
    places of the rows that keep them so: their page may be the entry's under a new name."""
    claimed = {matched[place]: place for place in left_out if place in matched}
    fought_for = {
        (table_of(notes[place].origin), notes[place].origin.clue): guid
        for guid, place in claimed.items()
        if left_out[place] is RowStatus.HELD
    }
    for place, note in enumerate(notes) if fought_for else ():
        guid = fought_for.get((table_of(note.origin), note.origin.clue))
        if guid and place not in matched and place not in left_out and not note.same_as:
            words = {"clue": note.origin.clue, "old": entries[guid].origin.clue}
            yield place, HELD_NOTE.at(note.position, **words, where=reserved[guid])
    free = [entries[guid] for guid in reserved if guid not in claimed]
    if not free:
        return
    same: dict[tuple[str, ...], list[LedgerEntry]] = defaultdict(list)
    on_page: dict[str, list[LedgerEntry]] = defaultdict(list)
    spare: dict[tuple[str, ...], list[LedgerEntry]] = defaultdict(list)
    for entry in free:
        same[entry.origin[4:7]].append(entry)
        pages = {entry.origin.page}
        if entry.guid in holders:
            holder = notes[holders[entry.guid]].origin
            pages.add(holder.page)
            spare[table_of(holder)].append(entry)
        for page in pages:
            on_page[page].append(entry)
        same[entry.origin[5:7]].append(entry)
        same[entry.origin[4:6]].append(entry)
    new = {
        place: note.origin
        for place, note in enumerate(notes)
        if place not in matched and place not in left_out and note.same_as in ("", NEW)
    }
    close = nearest(new, {entry.guid: entry for entry in free})
    unknown = Counter(table_of(notes[place].origin) for place in left_out if place not in matched)
    for place, origin in new.items():
        near = (e for e in on_page.get(origin.page, ()) if resembles(origin, e.origin))
        below = (e for e in same.get(origin[5:7], ()) if like(origin.question, e.origin.question))
        old = next(chain(same.get(origin[4:7], ()), below, near), None)
        # The same header and clue with another answer is another fact, wherever it stands.
        named = next(iter(same.get(origin[4:6], ())), None) or entries.get(
            close.get(place, Guid(""))
        )
        # More notes wait in this table than rows that could not be matched: one may be this row.
        table = table_of(origin)
        if not named and len(spare.get(table, ())) > unknown[table]:
            named = spare[table][0]
        found = old or named
        if not found or (notes[place].same_as and not found.is_new):
            continue
        if found.origin.kind is not origin.kind:
            yield place, kind_changed(notes[place], found.origin)
        else:
            words = {"clue": origin.clue, "old": found.origin.clue, "key": found.guid}
            code = HELD_NOTE if old else NEW_BESIDE_HELD
            yield place, code.at(notes[place].position, **words, where=reserved[found.guid])


def _above(
    notes: Sequence[Note], matched: Mapping[int, Guid], written: Mapping[int, Guid]
) -> list[str]:
    """For each note that is written the one above it in its table, also where that waits."""
    above: list[str] = []
    last: dict[tuple[str, ...], Guid] = {}
    for place, note in enumerate(notes):
        table = table_of(note.origin)
        guid = written.get(place)
        if guid is not None:
            above.append(last.get(table, ""))
        if known := guid or matched.get(place):
            last[table] = known
    return above


def _match(
    notes: Sequence[Note], entries: Mapping[Guid, LedgerEntry], waiting: Waiting, now: int
) -> Matching:
    """Which known note each row is.

    Most packages are word for word what they were. Of those that are not, rows and entries are
    looked at together: a row may have moved from one to another.
    """
    if not entries and not any(note.same_as for note in notes):
        return match(notes, {})
    by_package: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in entries.values():
        by_package[entry.origin.package].append(entry)
    matched: dict[int, Guid] = {}
    unclear: list[int] = []
    # What a person says of a note comes before all else, whatever row it is now.
    claimed = tuple({note.same_as for note in notes if note.same_as not in ("", NEW, SAME)})
    named = {e.origin.package for g, e in entries.items() if claimed and g.startswith(claimed)}
    for package, places in groupby(range(len(notes)), lambda place: notes[place].origin.package):
        all_of_it = list(places)
        own = [place for place in all_of_it if notes[place].status is not RowStatus.JOINED]
        same = (
            None
            if package in named
            else same_rows([notes[place] for place in own], by_package[package])
        )
        # All notes may be there, and a row that is joined now one of its own until now.
        if same is None or (len(own) < len(all_of_it) and len(same) < _living(by_package[package])):
            unclear += all_of_it
        else:
            matched |= zip(own, same, strict=True)
    left = dict(entries)
    for guid in matched.values():
        del left[guid]
    known = {row: guids for rows in waiting.values() for row, guids in rows.items()}
    found = match([notes[place] for place in unclear], left, known, now)
    return found._replace(
        guids=matched | {unclear[index]: guid for index, guid in found.guids.items()},
        unclear=frozenset(unclear[index] for index in found.unclear),
        reserved={guid: unclear[index] for guid, index in found.reserved.items()},
    )


def _living(entries: Iterable[LedgerEntry]) -> int:
    return sum(not entry.retired for entry in entries)


def _slots(
    notes: Sequence[Note], guids: Sequence[Guid], entries: Mapping[Guid, LedgerEntry]
) -> tuple[dict[int, tuple[tuple[int, ...], Slots]], list[Diagnostic]]:
    """The slots of comparisons, table by table; a warning for each column that has none."""
    given: dict[int, tuple[tuple[int, ...], Slots]] = {}
    found = []
    compared = [index for index, note in enumerate(notes) if note.columns]
    tables = groupby(
        compared, lambda i: (table_of(notes[i].origin), [h for h, _ in notes[i].columns])
    )
    for _, places in tables:
        own = list(places)
        known = (entries.get(guids[index]) for index in own)
        rows = [
            (notes[index].columns, entry.slots if entry else ())
            for index, entry in zip(own, known, strict=True)
        ]
        result = give_slots(rows)
        given |= zip(own, zip(result.numbers, result.slots, strict=True), strict=True)
        for header in result.without:
            found.append(
                NO_SLOT_LEFT.at(notes[own[0]].position, header=header, most=MOST_ATTRIBUTES)
            )
    return given, found


def _numbers(note: Note, old: LedgerEntry | None) -> dict[int, int]:
    """The numbers of a cloze note's gaps, by the number that each came with; 0 for a gap that
    hides too much, unless it was a card already."""
    known, clue = (dict(old.gaps), old.origin.clue) if old else ({}, "")
    kept = keep_numbers(note.gaps, known, note.origin.clue, clue)
    new = {gap.number for gap in note.gaps if gap.is_long and kept[gap.number] not in known}
    if not new:
        return kept
    asked = [gap for gap in note.gaps if gap.number not in new]
    return keep_numbers(asked, known, note.origin.clue, clue) | dict.fromkeys(new, 0)


def _with_known_gaps(notes: Sequence[Note], entries: Mapping[Guid, LedgerEntry]) -> Sequence[Note]:
    """The notes, those that hide too much as sound ones where they may be notes in use: of a page
    with such notes each may be one, reworded."""
    if all(note.status is not RowStatus.UNASKED for note in notes):
        return notes
    in_use = [e.origin for e in entries.values() if e.gaps and not e.retired]
    origins = {note.origin for note in notes}
    known = {*in_use, *(origin[1:3] for origin in in_use if origin not in origins)}
    return [
        note._replace(status=RowStatus.SOUND)
        if note.status is RowStatus.UNASKED
        and not known.isdisjoint((note.origin, note.origin[1:3]))
        else note
        for note in notes
    ]


def _settle_long_gaps(
    notes: Sequence[Note],
    matched: Mapping[int, Guid],
    left_out: Mapping[int, RowStatus],
    entries: Mapping[Guid, LedgerEntry],
    found: Sequence[Diagnostic],
) -> tuple[set[int], list[Diagnostic]]:
    """The passages that hide too much and are no notes in use, and the findings but for those on
    them: a warning a package counts the marks instead."""
    unasked: set[int] = set()
    marks: Counter[str] = Counter()
    first: dict[str, Position] = {}
    for place, note in enumerate(notes):
        if not note.gaps:
            continue  # as nearly always
        long = [gap for gap in note.gaps if gap.is_long]
        if not long:
            continue
        entry = entries.get(matched.get(place, Guid("")))
        known = dict(entry.gaps) if entry and not entry.retired else {}
        if not known and len(long) == len(note.gaps) and left_out.get(place) is not RowStatus.HELD:
            unasked.add(place)
        new = sum(gap.text not in known.values() for gap in long)
        if new:
            marks[note.origin.package] += new
            first.setdefault(note.origin.package, note.position)
    if not marks:
        return unasked, [*found]
    positions = {notes[place].position for place in unasked}
    kept = [each for each in found if each.position not in positions]
    for package, position in first.items():
        kept.append(LONG_MARKS.at(position, marks=number(marks[package], "mark")))
    return unasked, kept


def _gone(
    entries: Mapping[Guid, LedgerEntry],
    matched: Collection[Guid],
    now: int,
    packages: Collection[str] | None,
) -> tuple[dict[Guid, LedgerEntry], set[Guid]]:
    """The entries that no row is, those in use until now as retired ones.

    Where ``packages`` are given, an entry of any other may be in one that is left alone, under a
    new name: it stays as it is.
    """
    gone: dict[Guid, LedgerEntry] = {}
    retired: set[Guid] = set()
    for guid, entry in entries.items():
        if guid in matched:
            continue
        if not entry.retired and (packages is None or entry.origin.package in packages):
            retired.add(guid)
            # Later than the note's own time: a package that tags it is to be an update.
            entry = entry._replace(retired=min(max(now, entry.modified + 1, 1), LARGEST))
        gone[guid] = entry
    return gone, retired


def guid_of(namespace: str, *words: str) -> Guid:
    """A GUID from what a note is recognised by: 16 letters and digits, 80 bits."""
    digest = sha256("\x1f".join((namespace, *words)).encode()).digest()
    number = int.from_bytes(digest[:10])
    return Guid("".join([_TWO_DIGITS[number >> place & 1023] for place in range(70, -1, -10)]))


_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_TWO_DIGITS = [high + low for high in _BASE32 for low in _BASE32]


def _guids(
    notes: Sequence[Note],
    matched: Mapping[int, Guid],
    places: Sequence[int],
    ledger: LedgerText,
    namespaces: Mapping[str, str],
) -> list[Guid]:
    guids: list[Guid] = []
    new: set[Guid] = set()
    numbered: dict[tuple[str, ...], Iterator[Guid]] = {}  # each goes on behind what is taken

    def is_free(guid: Guid) -> bool:
        return guid not in new and not ledger.has_guid(guid)

    for place, note in zip(places, notes, strict=True):
        guid = matched.get(place)
        if guid is None:
            origin = note.origin
            namespace = namespaces.get(origin.package, origin.package)
            words = (namespace, origin.kind, origin.question, origin.clue)
            guid = guid_of(*words)
            if not is_free(guid):
                there = (*words, origin.page, origin.section)
                births = numbered.setdefault(there, _numbered(*there))
                guid = next(filter(is_free, births))
            new.add(guid)
        guids.append(guid)
    return guids


def _numbered(*words: str) -> Iterator[Guid]:
    """GUIDs for new notes where that of question and clue is taken: by page and section too, and
    by number."""
    return (guid_of(*words, str(number)) for number in count(1))


def _new_note_ids(guids: Sequence[Guid], ledger: LedgerText, now: int) -> list[int]:
    """A note id for each note that is born, in milliseconds: a free one before ``now``."""
    if not guids:
        return []
    used, ids = ledger.note_ids(), []
    slots = _BIRTH_WINDOW // CARD_IDS
    # Ids are positive and in the past even where "now" is the first second of 1970.
    start = max(max(now, 1) * 1000 - _BIRTH_WINDOW, 1000) // CARD_IDS + 1
    for guid in guids:
        slot = int.from_bytes(sha256(guid.encode()).digest()[:8]) % slots
        while (note_id := (start + slot) * CARD_IDS) in used:
            slot = (slot + 1) % slots
        used.add(note_id)
        ids.append(note_id)
    return ids
