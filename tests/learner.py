"""A person who learns from packages: imports, answers, edits; what the tests of updates share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anki.collection import Collection
from build_notes import NOW, build_only

from generator.anki.note_types import note_types
from generator.anki.readback import read_package
from generator.anki.verify import (
    History,
    answer_cards,
    history,
    import_faults,
    import_package,
    lost_history,
    temporary_collection,
)
from generator.core.model import Guid, NoteRow
from generator.core.note_fields import SEPARATOR, note_digests
from generator.pipeline.build import Outcome


@dataclass(frozen=True)
class Snapshot:
    """All that an import could touch: notes by GUID, decks by GUID and ordinal, the progress."""

    notes: dict[str, tuple[Any, ...]]
    cards: dict[tuple[str, int], str]
    history: History


def snapshot(col: Collection) -> Snapshot:
    assert col.db is not None
    notes = col.db.all("select guid, id, mid, mod, flds, tags from notes")
    cards = col.db.all("select guid, ord, did from cards c join notes n on n.id = c.nid")
    by_guid = {guid: tuple(rest) for guid, *rest in notes}
    by_card = {(guid, ordinal): col.decks.name(deck) for guid, ordinal, deck in cards}
    assert len(by_guid) == len(notes), "a GUID stands twice"
    assert len(by_card) == len(cards), "a card stands twice"
    return Snapshot(by_guid, by_card, history(col))


class Learner:
    """A person who keeps notes, imports what is built from them, and learns.

    Time is pinned: what Anki stamps with its clock is set back to `now`, which goes on with each
    round. With `real` it is the clock's, and each round waits for the next second.
    """

    def __init__(self, col: Collection, folder: Path, real: bool = False) -> None:
        self.col = col
        self.folder = folder
        self.real = real
        self.now = NOW
        self.outcome: Outcome
        self.guids: dict[str, Guid] = {}  # by clue
        self.package: dict[Guid, NoteRow] = {}  # of the last round

    def build(self, files: dict[str, str]) -> list[Path]:
        self._let_time_pass()
        self.outcome = build_only(self.folder, files, self.now)
        result = self.outcome.result
        assert [d for d in result.diagnostics if d.severity == "error"] == []
        self.guids |= {note.note.origin.clue: note.guid for note in result.notes}
        return [self.folder / "decks" / built.file_name for built in result.packages]

    def update(self, files: dict[str, str]) -> None:
        """Build, import, and see that exactly what must change has changed."""
        paths = self.build(files)
        package = {g: note for path in paths for g, note in read_package(path.read_bytes()).items()}
        before = snapshot(self.col)
        for path in paths:
            log = import_package(self.col, path)
            assert list(import_faults(log, path.name, {"new", "updated", "duplicate"})) == []
        check_update(before, snapshot(self.col), self.package, package)
        self.package = package
        self._let_time_pass()

    def note(self, clue: str) -> Any:
        (note_id,) = self.col.db.list("select id from notes where guid = ?", self.guids[clue])
        return self.col.get_note(note_id)

    def edit(self, clue: str, answer: str, tag: str) -> None:
        """What a person does in Anki's browser."""
        note = self.note(clue)
        note["Answer"] = answer
        note.tags.append(tag)
        self.col.update_note(note)

    def learn(self) -> None:
        """Answer, suspend, flag, bury, move, reschedule, and put some into a filtered deck."""
        answer_cards(self.col)
        ids = self.col.find_cards("")
        self.col.sched.bury_cards(ids[1::6])
        self.col.set_deck(ids[2::9], self.col.decks.id("My own"))
        self.col.sched.set_due_date(ids[3::8], "5-9")
        # A rebuild looks for cards by a search; all others of the deck go home.
        deck = self.col.sched.get_or_create_filtered_deck(self._filtered_deck())
        deck.name = "Cram"
        del deck.config.search_terms[1:]
        deck.config.search_terms[0].search = "flag:3"
        self.col.sched.add_or_update_filtered_deck(deck)

    def _filtered_deck(self) -> Any:
        return self.col.decks.id_for_name("Cram") or 0

    def _let_time_pass(self) -> None:
        if self.real:
            time.sleep(1.01 - time.time() % 1)
            self.now = int(time.time())
            return
        self.now += 500
        self.col.db.execute("update notes set mod = ?1 where mod > ?1", self.now)
        self.now += 500


def check_update(
    before: Snapshot,
    after: Snapshot,
    old: dict[Guid, NoteRow],
    new: dict[Guid, NoteRow],
) -> None:
    """`after` is `before` with what differs between the packages, and nothing else."""

    def content(note: NoteRow | None) -> tuple[Any, ...]:
        return (note.note_id, note.note_type, note.values, note.tags) if note else ()

    def own(note: NoteRow | None) -> tuple[Any, ...]:
        """What the note itself says, and which cards it has; not the rows around it."""
        if note is None:
            return ()
        kind = next(kind for kind, each in note_types().items() if each.id == note.note_type)
        digests = note_digests(kind, note.fields.split(SEPARATOR), note.tags, note.cards, ())
        return note.note_id, note.note_type, digests.own

    brought = {
        guid
        for guid, note in new.items()
        if guid not in before.notes or own(old.get(guid)) != own(note)
    }
    expected = {guid: note for guid, note in before.notes.items() if guid not in brought}
    assert {guid: after.notes.get(guid) for guid in expected} == expected
    assert after.notes.keys() - expected.keys() == brought
    for guid in brought:
        note_id, note_type, _, fields, tags = after.notes[guid]
        found = (note_id, note_type, tuple(fields.split("\x1f")), tuple(tags.split()))
        assert found == content(new[guid])

    packed = {(guid, number): note.deck for guid, note in new.items() for number in note.cards}
    assert after.cards == packed | before.cards  # a card stays in its deck
    assert list(lost_history(before.history, after.history)) == []
    untouched = (0,) * 5
    for card_id, row in after.history.cards.items():
        if card_id not in before.history.cards:
            kind, queue, _, *rest = row[4:11]
            assert (kind, queue, *rest[:1], *rest[2:]) == untouched


@contextmanager
def learner_in(folder: Path, real: bool = False) -> Iterator[Learner]:
    with temporary_collection() as col:
        yield Learner(col, folder, real)
