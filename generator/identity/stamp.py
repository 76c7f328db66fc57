"""When a note was last changed, and what the ledger remembers of it; values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from generator.core.model import DeckName, Guid, Note
from generator.core.note_fields import NoteDigests
from generator.core.note_states import add_state
from generator.identity.entry import LARGEST, LedgerEntry, former_decks
from generator.identity.identify import Identity
from generator.identity.match import NEW
from generator.identity.renew import NOTHING, Renew


class LedgerUpdate(NamedTuple):
    """The ledger's entries of a package's notes after this build, in the order of the notes.

    ``new`` and ``changed`` hold GUIDs; a revived note counts as changed; ``redecked`` are
    those of known notes in another deck; ``emptied`` is how many cards known notes have lost.
    """

    entries: Sequence[LedgerEntry]
    new: frozenset[Guid]
    changed: frozenset[Guid]
    redecked: tuple[Guid, ...]
    emptied: int

    def outdated(self, digests: Sequence[NoteDigests]) -> int:
        """How many notes may show an older table than these: it changed and they did not."""
        return sum(e.table != d.table for e, d in zip(self.entries, digests, strict=True))


def stamp(
    notes: Sequence[Note],
    identity: Identity,
    digests: Sequence[NoteDigests],
    cards: Sequence[tuple[int, ...]],
    known: Mapping[Guid, LedgerEntry],
    now: int,
    renew: Renew,
) -> LedgerUpdate:
    """The notes of one package with their times: ``now``, in seconds since 1970, where the note
    itself is not what it was, or a person wants to ``renew`` it. ``known`` are the ledger's entries
    before."""
    now = max(now, 1)
    is_asked = renew != NOTHING
    emptied = 0
    entries: list[LedgerEntry] = []
    new, changed, redecked = set(), set(), []
    ids = zip(identity.guids, identity.note_ids, identity.above, strict=True)
    rows = zip(notes, ids, digests, cards, strict=True)
    for index, (note, (guid, note_id, above), (own, table, state), own_cards) in enumerate(rows):
        old = known.get(guid)
        added = modified = now
        if old is None:
            new.add(guid)
        else:
            added, modified = old.added, old.modified
            if old.cards != own_cards:
                emptied += len(set(old.cards) - set(own_cards))
            is_same = old.fingerprint == own and not old.retired
            if is_same and not (is_asked and renew(old, is_outdated=old.table != table)):
                table = old.table
            else:
                changed.add(guid)
                # Anki updates a note only when its time is later than the one it knows.
                modified = min(max(now, old.modified + 1, old.retired + 1), LARGEST)
            if old.deck != note.deck:
                redecked.append(guid)
        gaps = _gaps(note, identity.numbers[index], old) if note.gaps else ()
        slots = identity.slots[index][1] if note.columns else ()
        states = old.states if old else ""
        if not states or guid in changed:
            states = add_state(states, modified, state)
        decks: tuple[DeckName, ...] = ()
        if old and (old.former_decks or old.deck != note.deck):
            decks = former_decks(note.deck, (old.deck, *old.former_decks))
        values = (
            guid, note.origin, note.deck, above, own, note_id, added, modified, 0, (), (), gaps,
            table, own_cards, slots, note.reading, note.same_as == NEW, states, decks,
        )  # fmt: skip
        # An entry that is what it was stays the very same, and so does its line.
        stays = old == values
        entries.append(old if old is not None and stays else LedgerEntry(*values))
    return LedgerUpdate(entries, frozenset(new), frozenset(changed), tuple(redecked), emptied)


def _gaps(
    note: Note, numbers: Mapping[int, int], old: LedgerEntry | None
) -> tuple[tuple[int, str], ...]:
    """What each number of a cloze note hides, or hid when it was last in use."""
    known = dict(old.gaps) if old else {}
    given = {numbers[gap.number]: gap.text for gap in note.gaps if numbers[gap.number]}
    return tuple(sorted((known | given).items()))
