"""Short digests of what a note said at some time, by which a field in Anki is known as one of ours.

A text that fits none of them was written in Anki. They hold no text: what a note said cannot be
made from them.
"""

from __future__ import annotations

import binascii
import struct
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from typing import NamedTuple
from zlib import crc32

_MOST_STATES = 4  # that are remembered of a note
# Stand for the places of fields; no note type has so many.
_TAG, _TABLE = 255, 254
_TAG_PLACE, _TABLE_PLACE = bytes([_TAG]), bytes([_TABLE])
_EMPTY = crc32(b"")
_PLACES = range(_TABLE)


class NoteState(NamedTuple):
    """What a note said: CRC-32 of each field that was not empty, by its place, of what other rows
    made of it, and of each tag, casefolded. ``time`` is when the package said that it was changed,
    in seconds since 1970; 0 where no package is meant."""

    time: int
    fields: Mapping[int, int]
    tags: frozenset[int]

    def has_field(self, place: int, text: str) -> bool:
        """Whether this was the text of a field."""
        return self.fields.get(place, _EMPTY) == crc32(text.encode())

    def has_table(self, table: bytes) -> bool:
        """Whether this is what other rows made of it."""
        return self.fields.get(_TABLE, _EMPTY) == crc32(table)

    def has_tag(self, tag: str) -> bool:
        """Whether this was one of its tags."""
        return digest_of_tag(tag) in self.tags


def digest_of_tag(tag: str) -> int:
    """The digest of a tag; Anki takes capital letters for small ones."""
    return crc32(tag.casefold().encode())


def encode_state(fields: Sequence[bytes], tags: Iterable[str], table: bytes = b"") -> str:
    """The state of a note in base64, without its time. Of its ``fields``, in UTF-8, those that
    other rows make are empty: they are the ``table``."""
    places, digests = bytes(compress(_PLACES, fields)), list(map(crc32, filter(None, fields)))
    if table:
        places += _TABLE_PLACE
        digests.append(crc32(table))
    return _encode(places, digests, _tag_digests(tuple(tags)))


def encode_again(state: NoteState) -> str:
    """The text of a state that was read, or put together."""
    found = sorted(item for item in state.fields.items() if item[1] != _EMPTY)
    places, digests = bytes([place for place, _ in found]), [digest for _, digest in found]
    return _encode(places, digests, sorted(state.tags))


@lru_cache(maxsize=256)  # most notes of a page have the same tags
def _tag_digests(tags: tuple[str, ...]) -> Sequence[int]:
    return sorted(map(digest_of_tag, tags))


def _encode(places: bytes, fields: Sequence[int], tags: Sequence[int]) -> str:
    marks = places + _TAG_PLACE * len(tags)
    packed = struct.pack(f">{len(marks)}I", *fields, *tags)
    return binascii.b2a_base64(marks + packed, newline=False).rstrip(b"=").decode()


def decode_state(text: str, time: int = 0) -> NoteState:
    """The state that `encode_state` wrote. ValueError where it is none."""
    data = b64decode(text + "=" * (-len(text) % 4), validate=True)
    count = len(data) // 5
    if len(data) % 5:
        raise ValueError("a state is five bytes for each field and tag")
    digests = struct.unpack(f">{count}I", data[count:])
    pairs = list(zip(data[:count], digests, strict=True))
    fields = {place: digest for place, digest in pairs if place != _TAG}
    return NoteState(time, fields, frozenset(digest for place, digest in pairs if place == _TAG))


# --- several, as one text of the ledger -------------------------------------------------------


def add_state(states: str, time: int, state: str) -> str:
    """States with one more, the newest first: ``TIME:STATE TIME: TIME:STATE``. A state that is that
    of the one after it, sent once more, is left out."""
    if not states:
        return f"{time}:{state}"
    return _join([(time, state), *_split(states)])


def merge_states(several: Iterable[str]) -> str:
    """The states of two sides that both know a note."""
    return _join(sorted({each for states in several for each in _split(states)}, reverse=True))


def last_state(states: str) -> tuple[int, str] | None:
    """What a note said last, and when; it is among the `older_states` of one that went on from
    there."""
    return next(iter(_split(states)), None)


def older_states(states: str) -> Sequence[tuple[int, str]]:
    """What a note said before that."""
    return _split(states)[1:]


def last_common_state(several: Sequence[str]) -> NoteState | None:
    """What a note said last before its sides parted; None where that is not remembered."""
    common = set.intersection(*(set(_split(states)) for states in several))
    if not common:
        return None
    time, state = max(common)
    return next(iter(decode_states(f"{time}:{state}")), None)


def decode_states(states: str) -> tuple[NoteState, ...]:
    """The states in a text of the ledger; none of those that are damaged."""
    found = []
    for time, state in _split(states):
        try:
            found.append(decode_state(state, time))
        except ValueError:
            continue
    return tuple(found)


def _split(states: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for item in reversed(states.split()):
        time, _, state = item.partition(":")
        if time.isascii() and time.isdecimal():
            found.append((int(time), state or (found[-1][1] if found else "")))
    return found[::-1]


def _join(states: Sequence[tuple[int, str]]) -> str:
    states = states[:_MOST_STATES]
    older = [*(state for _, state in states[1:]), None]
    return " ".join(
        f"{time}:{'' if state == before else state}"
        for (time, state), before in zip(states, older, strict=True)
    )
