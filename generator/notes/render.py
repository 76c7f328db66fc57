"""The fields of notes, made once: of a table's row, of what was ready, with the note's GUID."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from generator.model import Guid
from generator.note_fields import ClozeFields, join_fields, split_fields
from generator.notes.cloze_marks import with_deletions
from generator.notes.digests import digest_of
from generator.notes.equal_fronts import OtherAnswers
from generator.notes.groups import Group, ReadyGroup
from generator.notes.kinds import KINDS, TableFields
from generator.notes.options import Choices
from generator.notes.page_notes import ReadyNote


def render_table(
    group: Group,
    guids: Sequence[Guid],
    choices: Choices | None,
    slots: Sequence[Sequence[int]] = (),
    others: Mapping[int, OtherAnswers] = MappingProxyType({}),
) -> list[bytes]:
    """The joined fields of a table's notes; ``choices`` are the options of their quiz cards,
    ``slots`` the numbers of a comparison's columns by note, ``others`` the answers of notes with
    equal fronts by note."""
    kind = group.layout.kind
    if not group.notes or kind is None:
        return []
    return KINDS[kind].pack(TableFields(group, slots, others), guids, choices)


def render_ready(
    group: ReadyGroup, guids: Sequence[Guid], numbers: Sequence[Mapping[int, int]]
) -> list[bytes]:
    """The joined fields of notes that were ready; ``numbers`` are by note, of its gaps: the one
    that a gap came with, and its card's."""
    return [_ready(*each) for each in zip(group.ready, guids, numbers, strict=True)]


def wants_options(group: Group) -> bool:
    """Whether its notes have quiz cards, where there are options for them."""
    kind = group.layout.kind
    has_options = kind is not None and KINDS[kind].has_options
    return has_options and "no-quiz" not in group.layout.words


def render_key(
    group: Group,
    package: str,
    guids: Sequence[Guid],
    slots: Sequence[Sequence[int]],
    others: Mapping[int, OtherAnswers],
) -> bytes:
    """A digest of all that a table's fields and tags are made of, but for the chosen options."""
    layout = group.layout
    columns = (tuple(layout.columns), layout.instead)
    words = (layout.kind and layout.kind.value, sorted(layout.words), group.question)
    rows = (group.rows, group.has_media, sorted(group.joined.items()))
    return digest_of(
        package,
        group.around.digest,
        group.table.digest,
        columns,
        words,
        rows,
        tuple(guids),
        tuple(map(tuple, slots)),
        sorted(others.items()),
    )


def key_with_options(key: bytes, choices: Choices) -> bytes:
    """The same with the options, where they come from other tables, too."""
    wrong = [[(each.text, each.html) for each in wrong] for wrong in choices.wrong]
    return digest_of(key, wrong, sorted(choices.others.items()))


def _ready(ready: ReadyNote, guid: Guid, numbers: Mapping[int, int]) -> bytes:
    fields = split_fields(ready.kind, ready.fields)
    if isinstance(fields, ClozeFields):
        given = [numbers.get(number, number) for number in ready.numbers]
        text = with_deletions(fields.text, given, list(ready.hints))
        return join_fields(fields._replace(text=text, key=guid))
    return join_fields(fields._replace(key=guid))
