"""When a note was last changed, and what the ledger remembers of it; values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.identity.identify import Identity
from generator.identity.ledger import LedgerEntry
from generator.identity.match import place
from generator.model import Guid, Note


@dataclass(frozen=True, slots=True)
class Stamped:
    """The ledger's entries of a package's notes after this build, in the order of the notes.

    ``new`` and ``changed`` hold GUIDs; a revived note counts as changed; ``redecked`` are the note
    ids of known notes in another deck.
    """

    entries: Sequence[LedgerEntry]
    new: frozenset[Guid]
    changed: frozenset[Guid]
    redecked: tuple[int, ...]


def stamp(
    notes: Sequence[Note],
    identity: Identity,
    fingerprints: Sequence[str],
    known: Mapping[Guid, LedgerEntry],
    now: int,
) -> Stamped:
    """The notes of one package with their times: ``now``, in seconds since 1970, where what an
    import brings is not what it was. ``known`` are the ledger's entries before."""
    now = max(now, 1)
    entries: list[LedgerEntry] = []
    new, changed, redecked = set(), set(), []
    above: dict[tuple[str, ...], Guid] = {}
    for index, note in enumerate(notes):
        guid, fingerprint = identity.guids[index], fingerprints[index]
        old = known.get(guid)
        added = modified = now
        if old is None:
            new.add(guid)
        else:
            added, modified = old.added, old.modified
            if old.fingerprint != fingerprint or old.retired:
                changed.add(guid)
                # Anki updates a note only when its time is later than the one it knows.
                modified = max(now, old.modified + 1, old.retired + 1)
            if old.deck != note.deck:
                redecked.append(old.note_id)
        table = place(note.origin)
        entries.append(
            LedgerEntry(
                guid=guid,
                origin=note.origin,
                deck=note.deck,
                after=above.get(table, ""),
                fingerprint=fingerprint,
                note_id=identity.note_ids[index],
                added=added,
                modified=modified,
                retired=0,
                gaps=_gaps(note, identity.numbers[index], old) if note.gaps else (),
            )
        )
        above[table] = guid
    return Stamped(entries, frozenset(new), frozenset(changed), tuple(redecked))


def _gaps(
    note: Note, numbers: Mapping[int, int], old: LedgerEntry | None
) -> tuple[tuple[int, str], ...]:
    """What each number of a cloze note hides, or hid when it was last in use."""
    known = dict(old.gaps) if old else {}
    return tuple(sorted((known | {numbers[gap.number]: gap.text for gap in note.gaps}).items()))
