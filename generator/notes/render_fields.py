"""Renders the fields of notes, once each: of a table's row, of what was ready, with the GUID."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from types import MappingProxyType

from generator.core.model import Guid
from generator.core.note_fields import ClozeFields, encode_fields, split_fields
from generator.markup.cloze_marks import with_deletions
from generator.notes.digests import digest_of
from generator.notes.equal_fronts import OtherAnswers
from generator.notes.groups import Group, ReadyGroup
from generator.notes.kinds import KINDS, TableFields, also_right_html
from generator.notes.labels import labels_for
from generator.notes.options import ChoicesByColumn
from generator.notes.page_notes import ReadyNote
from generator.notes.surroundings import Frame


def render_table(
    group: Group,
    guids: Sequence[Guid],
    choices: ChoicesByColumn,
    slots: Sequence[Sequence[int]] = (),
    others: Mapping[int, OtherAnswers] = MappingProxyType({}),
    placed: Container[int] = (),
) -> Iterable[list[bytes]]:
    """The fields of a table's notes in UTF-8, made as they are asked for; ``choices`` are the
    options of their quiz cards, ``slots`` the numbers of a comparison's columns by note,
    ``others`` the answers of notes with equal fronts by note; those that are ``placed`` show
    where they belong. Most of what the notes have in common are the very same objects."""
    kind = group.layout.kind
    if not group.notes or kind is None:
        return []
    return KINDS[kind].pack(TableFields(group, slots, others, placed), guids, choices)


def render_ready(
    group: ReadyGroup,
    guids: Sequence[Guid],
    numbers: Sequence[Mapping[int, int]],
    others: Mapping[int, OtherAnswers] = MappingProxyType({}),
    placed: Container[int] = (),
) -> list[list[bytes]]:
    """The fields in UTF-8 of notes that were ready; ``numbers`` are by note, of its gaps: the one
    that a gap came with, and its card's. ``others`` and ``placed`` are as those of a table."""
    labels = labels_for(group.around.settings)
    return [
        _ready(
            ready,
            guid,
            own,
            also_right_html(others.get(place, ()), labels),
            Frame(group.around, ready.headings) if place in placed else None,
        )
        for place, (ready, guid, own) in enumerate(zip(group.ready, guids, numbers, strict=True))
    ]


def quiz_columns(group: Group) -> tuple[int, ...]:
    """The columns that quiz cards of its notes ask for, where there are options for them."""
    kind, words = group.layout.kind, group.layout.words
    rule = KINDS[kind].quiz if kind else ""
    is_wanted = rule == "always" or (rule == "asks" and "quiz" in words)
    if not is_wanted or "no-quiz" in words:
        return ()
    # Differences between other things cannot be mistaken for that between these.
    is_of_pairs = group.question == labels_for(group.around.settings).difference_question
    return () if is_of_pairs else group.layout.answers


def render_key(
    group: Group,
    package: str,
    guids: Sequence[Guid],
    slots: Sequence[Sequence[int]],
    others: Mapping[int, OtherAnswers],
    placed: Collection[int],
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
        [(place, list(map(tuple, own))) for place, own in sorted(others.items())],
        sorted(placed),
    )


def _ready(
    ready: ReadyNote, guid: Guid, numbers: Mapping[int, int], also: str, place: Frame | None
) -> list[bytes]:
    fields = split_fields(ready.kind, ready.fields)
    if also:
        fields = fields._replace(extra=f"{also}{fields.extra}")
    if place:
        fields = fields._replace(context=place.full, foot=place.foot(place.full))
    if isinstance(fields, ClozeFields):
        given = [numbers.get(number, number) for number in ready.numbers]
        text = with_deletions(fields.text, given, list(ready.hints))
        return encode_fields(fields._replace(text=text, key=guid))
    return encode_fields(fields._replace(key=guid))
