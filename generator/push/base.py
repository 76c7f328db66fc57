"""Who changed a field or a tag: the build, a person in Anki, both, or nobody knows who.

The base is what this collection was last sent; where people import by hand it is what the ledger
knows of older builds. A text in Anki that fits neither was written there.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import dropwhile
from types import MappingProxyType
from zlib import crc32

from generator.core.model import Choice
from generator.core.note_fields import OF_OTHER_ROWS, SEPARATOR, field_names
from generator.core.note_states import NoteState, decode_states
from generator.identity.entry import LedgerEntry
from generator.push.collection import NoteInAnki
from generator.push.sent import SentNote


class Verdict(Choice):
    """Who changed a field: ours is ``sent``; what was changed in Anki, or differs for a reason that
    nobody knows, is shown and left; what both changed is an error."""

    SENT = "sent"
    IN_ANKI = "changed in Anki"
    BOTH = "changed here and in Anki"
    UNKNOWN = "differs"


class Base:
    """What is known of a note in Anki: what it was last sent, and what older builds said."""

    def __init__(
        self,
        note: NoteInAnki,
        entry: LedgerEntry | None,
        sent: SentNote | None,
        pulled: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self._note, self._sent, self._pulled = note, sent, pulled
        self._states = decode_states(entry.states) if entry else ()
        self._derived = OF_OTHER_ROWS[note.kind]
        self._is_untouched = self._has_time_of_a_build()
        # Then what fits no state was not made by an older build either.
        self._is_whole_history = bool(
            entry and self._states and self._states[-1].time == entry.added
        )
        names = field_names(note.kind)
        fields = [note.fields.get(names[place], "").encode() for place in self._derived]
        table = SEPARATOR.join(fields) if any(fields) else b""
        self._has_known_table = any(state.has_table(table) for state in self._states)

    def _has_time_of_a_build(self) -> bool:
        """Whether the note is as an import left it. Whoever edits or tags it gives it another time;
        so does a push, but one in the very second of a build gives it that time, too."""
        note, names = self._note, field_names(self._note.kind)
        if self._sent and self._sent.state.time == note.modified:
            return False
        own = [place for place in range(len(names)) if place not in self._derived]
        return any(
            state.time == note.modified
            and all(state.has_field(place, note.fields.get(names[place], "")) for place in own)
            for state in self._states
        )

    def verdict(self, place: int, ours: str, theirs: str) -> Verdict:
        """Who changed the field at this place."""
        is_derived = place in self._derived
        sent = self._sent if self._sent and place not in self._sent.unknown else None
        is_known = self._is_untouched or (sent is not None and sent.state.has_field(place, theirs))
        if is_derived:
            is_known = is_known or self._has_known_table
        else:
            is_known = is_known or any(s.has_field(place, theirs) for s in self._states)
        if is_known:
            return Verdict.SENT
        if is_derived:  # no line of a page can take it over
            return Verdict.UNKNOWN
        if self._was_pulled(place, ours):
            return Verdict.IN_ANKI
        if sent is not None:
            return Verdict.IN_ANKI if sent.state.has_field(place, ours) else Verdict.BOTH
        if not self._is_whole_history:
            return Verdict.UNKNOWN
        is_same = all(state.has_field(place, ours) for state in self._states)
        return Verdict.IN_ANKI if is_same else Verdict.BOTH

    def _was_pulled(self, place: int, ours: str) -> bool:
        """Whether ours came from Anki, and has not been another text since: what was corrected
        there once may be corrected again."""
        if self._pulled.get(place) != crc32(ours.encode()):
            return False
        states = dropwhile(lambda state: state.has_field(place, ours), self._states)
        return not any(state.has_field(place, ours) for state in states)

    def tags(self, ours: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Those to add and those to remove: a person's own stay, and one of ours that a person
        removed stays away."""
        theirs = {tag.casefold() for tag in self._note.tags}
        bases: list[NoteState] = [*self._states, *((self._sent.state,) if self._sent else ())]
        last = [self._sent.state] if self._sent else bases
        mine = {tag.casefold() for tag in ours}
        missing = [tag for tag in ours if tag.casefold() not in theirs]
        add = [
            tag
            for tag in missing
            if self._is_untouched or not all(base.has_tag(tag) for base in last)
        ]
        remove = [
            tag
            for tag in self._note.tags
            if tag.casefold() not in mine
            and (self._is_untouched or any(base.has_tag(tag) for base in bases))
        ]
        return tuple(add) if bases else (), tuple(remove)
