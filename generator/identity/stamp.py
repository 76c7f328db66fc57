"""Gives every note its GUID, note id and modification time; values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from generator.diagnostics import HELD_NOTE, Diagnostic
from generator.identity.gaps import keep_numbers, renumbered
from generator.identity.ledger import Entry, Ledger, Standing
from generator.identity.match import match, place
from generator.model import Guid, Note, StampedNote, fingerprint
from generator.note_fields import SEPARATOR
from generator.progress import Progress

# A note's cards take the ids right after its own, so note ids stand this far apart.
CARD_IDS = 64
# New notes are born within this time before the build: milliseconds spread by the GUID's hash, so
# that two people's new notes hardly ever meet in one collection or one merge.
_BIRTH_WINDOW = 30 * 24 * 3600 * 1000
# Bytes of fields that are kept until they are written: few packages are larger, and little is made
# twice.
_MOST_READY = 24_000_000


class Taken:
    """The GUIDs and note ids that are in use, in any package.

    ``others`` is what stands in a ledger besides the entries; it is only looked at when a note is
    born.
    """

    def __init__(self, ledger: Ledger, others: Standing | None = None) -> None:
        self._guids: set[Guid] = set(ledger)
        self._note_ids = {entry.note_id for entry in ledger.values()}
        self._others = others
        self._unread = others  # its note ids are not among these yet

    def has(self, guid: Guid) -> bool:
        """Whether a note has this GUID."""
        return guid in self._guids or (self._others is not None and self._others.has_guid(guid))

    def take(self, guids: Iterable[Guid]) -> None:
        """From now on notes have these GUIDs."""
        self._guids.update(guids)

    def take_note_ids(self, guids: Sequence[Guid], now: int) -> list[int]:
        """A note id for each note that is born, in milliseconds: a free one before ``now``."""
        if not guids:
            return []
        if self._unread:
            self._note_ids |= self._unread.note_ids()
            self._unread = None
        used, ids = self._note_ids, []
        slots = _BIRTH_WINDOW // CARD_IDS
        # Ids are positive and in the past even where "now" is the first second of 1970.
        start = max(now * 1000 - _BIRTH_WINDOW, 1000) // CARD_IDS + 1
        for guid in guids:
            slot = int.from_bytes(sha256(guid.encode()).digest()[:8]) % slots
            while (note_id := (start + slot) * CARD_IDS) in used:
                slot = (slot + 1) % slots
            used.add(note_id)
            ids.append(note_id)
        return ids

    def give_back(self, given: Iterable[tuple[Guid, int]]) -> None:
        """GUIDs and note ids that were taken for notes which are not made after all."""
        for guid, note_id in given:
            self._guids.discard(guid)
            self._note_ids.discard(note_id)

    def copy(self) -> Taken:
        """The same, for a try that may be thrown away."""
        other = Taken({}, self._others)
        other._guids, other._note_ids = set(self._guids), set(self._note_ids)
        other._unread = self._unread
        return other


@dataclass(frozen=True, slots=True)
class Stamped:
    """The notes with their identity, in the order given, and the ledger after this build.

    ``new``, ``changed`` and ``retired`` hold GUIDs; a revived note counts as changed; ``redecked``
    are the note ids of known notes in another deck, by GUID. An error among the diagnostics says
    that a row cannot be matched: its package is to be left alone.
    """

    notes: tuple[StampedNote, ...]
    ledger: dict[Guid, Entry]
    new: frozenset[Guid]
    changed: frozenset[Guid]
    retired: frozenset[Guid]
    redecked: dict[Guid, int]
    diagnostics: tuple[Diagnostic, ...]


def stamp(
    notes: Sequence[Note],
    ledger: Ledger,
    namespaces: Mapping[str, str],
    now: int,
    left_alone: Collection[str] = (),
    taken: Taken | None = None,
    progress: Progress | None = None,
) -> Stamped:
    """``notes`` against the entries that may be theirs: those of all packages, or a part.

    What is not in that part of the ledger is in ``taken``, which learns what new notes take.

    ``namespaces`` are by package; ``now`` is in seconds since 1970; the entries of the packages in
    ``left_alone`` (their notes have errors) stay exactly as they are.
    """
    now = max(now, 1)
    kept = {guid: e for guid, e in ledger.items() if e.origin.package in left_alone}
    others = {guid: entry for guid, entry in ledger.items() if guid not in kept}
    matching = match(notes, others)
    taken = taken or Taken(ledger)
    guids = _guids(notes, matching.guids, taken, namespaces)
    held = _held(notes, matching.guids, kept.values())
    born = [guid for guid in guids if guid not in ledger]
    note_ids = dict(zip(born, taken.take_note_ids(born, now), strict=True))
    new_ledger: dict[Guid, Entry] = dict(kept)
    stamped: list[StampedNote] = []
    new, changed, redecked = set(), set(), dict[Guid, int]()
    before: dict[tuple[str, ...], Guid] = {}
    room = _MOST_READY
    told = (progress or Progress()).over("identifying notes", notes)
    for note, guid in zip(told, guids, strict=True):
        old = ledger.get(guid)
        gaps: dict[int, str] = {}
        if note.gaps:
            note, gaps = _with_numbers(note, old)
        packed = note.pack(guid)
        mark = fingerprint(note.origin.kind, packed, " ".join(note.tags))
        if old is None:
            new.add(guid)
            note_id, added, modified = note_ids[guid], now, now
        else:
            note_id, added, modified = old.note_id, old.added, old.modified
            if old.fingerprint != mark or old.retired:
                changed.add(guid)
                # Anki updates a note only when its time is later than the one it knows.
                modified = max(now, old.modified + 1, old.retired + 1)
            if old.deck != note.deck:
                redecked[guid] = old.note_id
        origin = note.origin
        table = place(origin)
        new_ledger[guid] = Entry(
            guid=guid,
            origin=origin,
            deck=note.deck,
            after=before.get(table, ""),
            fingerprint=mark,
            note_id=note_id,
            added=added,
            modified=modified,
            retired=0,
            gaps=tuple(sorted(gaps.items())),
        )
        before[table] = guid
        ready = packed if room > 0 else b""
        room -= len(packed)
        stamped.append(StampedNote(note, guid, note_id, modified, mark, ready))
    retired = set()
    for entry in others.values():
        if entry.guid not in new_ledger:
            is_gone = entry.origin.package not in namespaces
            if left_alone and is_gone:
                # Its package may be one of those with errors, under a new name.
                new_ledger[entry.guid] = entry
                continue
            if not entry.retired:
                retired.add(entry.guid)
                # Later than the note's own time: a package that tags it is to be an update.
                entry = entry._replace(retired=max(now, entry.modified + 1))
            new_ledger[entry.guid] = entry
    return Stamped(
        tuple(stamped),
        new_ledger,
        frozenset(new),
        frozenset(changed),
        frozenset(retired),
        redecked,
        (*matching.diagnostics, *held),
    )


def _with_numbers(note: Note, old: Entry | None) -> tuple[Note, dict[int, str]]:
    """A cloze note whose gaps have their cards' numbers, and what each number hides or hid."""
    known = dict(old.gaps) if old else {}
    numbers = keep_numbers(note.gaps, known, note.origin.clue, old.origin.clue if old else "")
    pack = partial(_renumbered, note.pack, numbers)
    hides = known | {numbers[gap.number]: gap.text for gap in note.gaps}
    return note._replace(pack=pack), hides


def _renumbered(pack: Callable[[str], bytes], numbers: Mapping[int, int], key: str) -> bytes:
    text, *others = pack(key).split(SEPARATOR)  # a cloze note's text comes first
    return SEPARATOR.join([renumbered(text.decode(), numbers).encode(), *others])


def _held(
    notes: Sequence[Note], matched: Mapping[int, Guid], kept: Iterable[Entry]
) -> list[Diagnostic]:
    """An error for each new row whose clue is that of a note in a package left alone."""
    holders = {
        (entry.origin.kind, entry.origin.question, entry.origin.clue): entry.origin.package
        for entry in kept
    }
    found = []
    for index, note in enumerate(notes):
        package = holders.get((note.origin.kind, note.origin.question, note.origin.clue))
        if package is not None and index not in matched and not note.same_as:
            words = {"clue": note.origin.clue, "package": package}
            found.append(HELD_NOTE.at(note.position, **words))
    return found


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
    taken: Taken,
    namespaces: Mapping[str, str],
) -> list[Guid]:
    guids = []
    for index, note in enumerate(notes):
        guid = matched.get(index)
        if guid is None:
            guid = next(g for g in _births(note, namespaces) if not taken.has(g))
            taken.take([guid])
        guids.append(guid)
    return guids


def _births(note: Note, namespaces: Mapping[str, str]) -> Iterable[Guid]:
    """GUIDs that a new note may take: by question and clue; where that is taken, by page and
    section too; then by number."""
    origin = note.origin
    namespace = namespaces.get(origin.package, origin.package)
    words = (origin.kind.value, origin.question, origin.clue)
    yield guid_of(namespace, *words)
    number = 1
    while True:
        yield guid_of(namespace, *words, origin.page, origin.section, str(number))
        number += 1
