"""The fields of notes, made once: of a table's row, of what was ready, with the note's GUID."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from generator.model import Form, Guid, Kind
from generator.note_fields import (
    ClozeFields,
    ClueFields,
    CompareFields,
    TrapFields,
    join_fields,
    split_fields,
)
from generator.notes.deletions import with_deletions
from generator.notes.equal_fronts import OtherAnswers
from generator.notes.field_html import field_text
from generator.notes.groups import Group, ReadyGroup
from generator.notes.labels import labels_for, question
from generator.notes.layout import MOST_ATTRIBUTES
from generator.notes.options import Choices, options_html
from generator.notes.page_notes import ReadyNote, Texts
from generator.notes.panel import Panel, lay_panel, silent
from generator.notes.table_cells import digest_of


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
    if not group.notes:
        return []
    kind = _TABLE_KINDS[group.layout.kind or Kind.CLUE]
    return kind.pack(_TableFields(group, slots, others), guids, choices)


def render_ready(
    group: ReadyGroup, guids: Sequence[Guid], numbers: Sequence[Mapping[int, int]]
) -> list[bytes]:
    """The joined fields of notes that were ready; ``numbers`` are by note, of its gaps: the one
    that a gap came with, and its card's."""
    return [_ready(*each) for each in zip(group.ready, guids, numbers, strict=True)]


def wants_options(group: Group) -> bool:
    """Whether its notes have quiz cards, where there are options for them."""
    kind = group.layout.kind
    has_options = kind is not None and _TABLE_KINDS[kind].has_options
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
    columns = (layout.clue, layout.asking, layout.carried, layout.tags, layout.id, layout.instead)
    words = (layout.kind and layout.kind.value, sorted(layout.words), group.question)
    rows = (group.rows, group.has_media)
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


class _TableFields:
    """What the notes of one table have in common."""

    def __init__(
        self, group: Group, slots: Sequence[Sequence[int]], others: Mapping[int, OtherAnswers]
    ) -> None:
        self.group = group
        self.slots = slots
        self._others = others
        self.table = group.table
        self.layout = group.layout
        self.frame = group.frame
        is_one = group.table.context == group.table.headings  # as in all tables but an order's
        self.context = (self.frame if is_one else group.context_frame).context
        self.labels = labels_for(group.around.settings)
        self.panel = _panel_of(group)
        layout = group.layout
        self._carried = layout.carried
        # A column that is new to a table that keeps its reading stands in the table alone.
        if layout.kind is not Kind.COMPARE and not layout.instead:
            self._carried = tuple(sorted((*layout.asking[1:], *layout.carried)))

    def header(self, column: int) -> str:
        """A header as HTML."""
        return field_text(self.table.headers[column])

    def question(self, column: int) -> str:
        """A header as a question, as HTML."""
        return field_text(question(self.table.headers[column], self.labels))

    def around(self, row: int) -> str:
        """The table on the back of a row's cards; one of a single row would only repeat them."""
        return self.panel.around(self.table.first + row) if len(self.panel.rows) > 1 else ""

    def panel_label(self, whole: str) -> str:
        """What the table on the backs is called."""
        return field_text(whole if self.panel.is_whole else self.labels.nearby_rows)

    def extra(self, place: int, html: Texts, text: Texts) -> str:
        """What stands below the answer of a note: the answers of others with equal fronts, and the
        carried columns of its row, each under its header."""
        if not self._carried and not self._others:
            return ""
        others = (
            (field_text(header or self.labels.also_right), answer)
            for header, answer in self._others.get(place, ())
        )
        carried = ((self.header(each), html[each]) for each in self._carried if text[each])
        return "".join(
            f"<p><strong>{header}</strong><br>{cell}</p>" for header, cell in chain(others, carried)
        )


def _panel_of(group: Group) -> Panel:
    if given := group.table.panel:
        return lay_panel(given.header_html, given.headers, given.rows)
    table, layout = group.table, group.layout
    columns = [c for c in range(len(table.headers)) if c not in (layout.tags, layout.id)]
    rows: Sequence[Sequence[str]] = table.html
    if group.has_media:
        pairs = zip(rows, table.text, strict=True)
        rows = [tuple(map(silent, html, text)) for html, text in pairs]
    if len(columns) < len(table.headers):
        rows = [[row[column] for column in columns] for row in rows]
    return lay_panel(
        [table.header_html[column] for column in columns],
        [table.headers[column] for column in columns],
        rows,
    )


def _pack_clues(sheet: _TableFields, guids: Sequence[Guid], choices: Choices | None) -> list[bytes]:
    group, layout = sheet.group, sheet.layout
    ask, clue = layout.asking[0], layout.clue
    is_reversed = "reverse" in layout.words
    shape = join_fields(_clue_shape(sheet))
    rows = []
    for place, (note, html, text) in enumerate(group.cells()):
        secrets = [text[ask], text[clue]] if is_reversed else [text[ask]]
        context = sheet.context(secrets)
        options = ""
        if choices and (wrong := choices.wrong[place]):
            options = options_html(note.origin.clue, [choices.right[place]], wrong)
        row = (
            html[clue],
            html[ask],
            "" if context == html[clue] else context,
            options,
            sheet.extra(place, html, text),
            sheet.around(group.rows[place]),
            guids[place],
        )
        rows.append(shape % tuple([value.encode() for value in row]))
    return rows


def _clue_shape(sheet: _TableFields) -> ClueFields:
    """The fields that are the same in all notes of a table; ``%s`` stands for those of a row."""
    labels, clue = sheet.labels, sheet.layout.clue
    is_table = sheet.table.form is Form.TABLE
    shared = {
        "cue": sheet.header(clue),
        "ask": sheet.header(sheet.layout.asking[0]),
        "question": field_text(sheet.group.question),
        "reverse": sheet.question(clue) if "reverse" in sheet.layout.words else "",
        "table_label": sheet.panel_label(labels.whole_table if is_table else labels.whole_list),
        "right_label": field_text(labels.picked_right),
        "wrong_label": field_text(labels.picked_wrong),
        "correct_label": field_text(labels.correct_answer),
        **sheet.frame.place,
    }
    return ClueFields(
        prompt="%s",
        answer="%s",
        context="%s",
        options="%s",
        extra="%s",
        table="%s",
        key="%s",
        **{name: value.replace("%", "%%") for name, value in shared.items()},
    )


def _pack_traps(sheet: _TableFields, guids: Sequence[Guid], _: Choices | None) -> list[bytes]:
    labels, group = sheet.labels, sheet.group
    ask, clue = sheet.layout.asking[0], sheet.layout.clue
    is_usual = sheet.table.headers[ask].casefold() == labels.better_rule.casefold()
    asks = field_text(labels.trap_question) if is_usual else sheet.question(ask)
    return [
        join_fields(
            TrapFields(
                prompt=html[clue],
                answer=html[ask],
                cue=sheet.header(clue),
                ask=sheet.header(ask),
                question=asks,
                context=sheet.context([text[ask]]),
                extra=sheet.extra(place, html, text),
                table=sheet.around(group.rows[place]),
                **sheet.frame.place,
                key=guids[place],
                table_label=sheet.panel_label(labels.whole_table),
            )
        )
        for place, (_note, html, text) in enumerate(group.cells())
    ]


def _pack_comparisons(sheet: _TableFields, guids: Sequence[Guid], _: Choices | None) -> list[bytes]:
    group, layout = sheet.group, sheet.layout
    asked = [(column, sheet.header(column), sheet.question(column)) for column in layout.asking]
    unused = {f"{name}{place}": "" for place in range(1, MOST_ATTRIBUTES + 1) for name in "ahq"}
    rows = []
    slots = sheet.slots or [range(1, len(asked) + 1)] * len(guids)
    for place, (_note, html, text) in enumerate(group.cells()):
        attributes = dict(unused)
        for slot, (column, header, question_) in zip(slots[place], asked, strict=True):
            if slot:
                attributes[f"a{slot}"] = html[column] if text[column] else ""
                attributes[f"h{slot}"] = header
                attributes[f"q{slot}"] = question_
        fields = CompareFields(
            prompt=html[layout.clue],
            cue=sheet.header(layout.clue),
            **attributes,
            context=sheet.context([text[column] for column in layout.asking]),
            extra=sheet.extra(place, html, text),
            table=sheet.around(group.rows[place]),
            **sheet.frame.place,
            key=guids[place],
            table_label=sheet.panel_label(sheet.labels.compare_rows),
        )
        rows.append(join_fields(fields))
    return rows


class _TableKind(NamedTuple):
    """What the notes of a table of some kind are made of: ``pack`` makes their fields, and with
    ``has_options`` they have quiz cards."""

    pack: Callable[[_TableFields, Sequence[Guid], Choices | None], list[bytes]]
    has_options: bool = False


_TABLE_KINDS: Mapping[Kind, _TableKind] = {
    Kind.CLUE: _TableKind(_pack_clues, has_options=True),
    Kind.TRAP: _TableKind(_pack_traps),
    Kind.COMPARE: _TableKind(_pack_comparisons),
}
