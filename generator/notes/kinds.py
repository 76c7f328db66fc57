"""The kinds of tables: how each is known, what it asks, and how its rows become fields.

`KINDS`, at the end, has a row for each; what a kind is beside these is in its note type
(`note_fields`, and the templates in `anki`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from generator.model import Form, Guid, Kind
from generator.note_fields import (
    MOST_ATTRIBUTES,
    ClueFields,
    CompareFields,
    TrapFields,
    join_fields,
)
from generator.notes.field_html import hide_readings, label_html, paragraph_html
from generator.notes.labels import labels_for, question
from generator.notes.options import options_html
from generator.notes.whole_table import Panel, lay_panel, silent

if TYPE_CHECKING:  # a group has a layout, which a kind decides
    from generator.notes.equal_fronts import OtherAnswers
    from generator.notes.groups import Group
    from generator.notes.options import Choices
    from generator.notes.page_notes import Texts


class TableFields:
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
        # A table of a single row would only repeat it.
        self._has_panel = len(self.panel.rows) > 1 or bool(layout.columns.left_out)
        self._carried = layout.columns.carried
        # A column that is new to a table that keeps its reading stands in the table alone.
        if not layout.instead:
            left = layout.asking[len(layout.answers) :]
            self._carried = tuple(sorted((*left, *self._carried)))

    def header(self, column: int) -> str:
        """A header as HTML."""
        return label_html(self.table.headers[column])

    def question(self, column: int) -> str:
        """A header as a question, as HTML."""
        return label_html(question(self.table.headers[column], self.labels))

    def around(self, row: int) -> str:
        """The table on the back of a row's cards, if there is one."""
        return self.panel.around(self.table.first + row) if self._has_panel else ""

    def panel_label(self, whole: str) -> str:
        """What the table on the backs is called."""
        return label_html(whole if self.panel.is_whole else self.labels.nearby_rows)

    def extra(self, place: int, html: Texts, text: Texts) -> str:
        """What stands below the answer of a note: the answers of others with equal fronts, and the
        carried columns of its row, each under its header."""
        if not self._carried and not self._others:
            return ""
        others = (
            (label_html(header or self.labels.also_right), answer)
            for header, answer in self._others.get(place, ())
        )
        carried = ((self.header(each), html[each]) for each in self._carried if text[each])
        return "".join(
            paragraph_html(f"<strong>{header}</strong><br>{cell}")
            for header, cell in chain(others, carried)
        )


def _panel_of(group: Group) -> Panel:
    if given := group.table.panel:
        return lay_panel(given.header_html, given.headers, given.rows)
    table, layout = group.table, group.layout
    service = (layout.columns.tags, layout.columns.id)
    columns = [column for column in range(layout.width) if column not in service]
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


def _pack_clues(sheet: TableFields, guids: Sequence[Guid], choices: Choices | None) -> list[bytes]:
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
            hide_readings(html[clue], [text[ask]]),
            hide_readings(html[ask], [text[clue]]) if is_reversed else html[ask],
            "" if context == html[clue] else context,
            options,
            sheet.extra(place, html, text),
            sheet.around(group.rows[place]),
            guids[place],
        )
        rows.append(shape % tuple([value.encode() for value in row]))
    return rows


def _clue_shape(sheet: TableFields) -> ClueFields:
    """The fields that are the same in all notes of a table; ``%s`` stands for those of a row."""
    labels, clue = sheet.labels, sheet.layout.clue
    is_table = sheet.table.form is Form.TABLE
    shared = {
        "cue": sheet.header(clue),
        "ask": sheet.header(sheet.layout.asking[0]),
        "question": label_html(sheet.group.question),
        "reverse": sheet.question(clue) if "reverse" in sheet.layout.words else "",
        "table_label": sheet.panel_label(labels.whole_table if is_table else labels.whole_list),
        "right_label": label_html(labels.picked_right),
        "wrong_label": label_html(labels.picked_wrong),
        "correct_label": label_html(labels.correct_answer),
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


def _pack_traps(sheet: TableFields, guids: Sequence[Guid], _: Choices | None) -> list[bytes]:
    labels, group = sheet.labels, sheet.group
    ask, clue = sheet.layout.asking[0], sheet.layout.clue
    is_usual = sheet.table.headers[ask].casefold() == labels.better_rule.casefold()
    asks = label_html(labels.trap_question) if is_usual else sheet.question(ask)
    return [
        join_fields(
            TrapFields(
                prompt=hide_readings(html[clue], [text[ask]]),
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


def _pack_comparisons(sheet: TableFields, guids: Sequence[Guid], _: Choices | None) -> list[bytes]:
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
            prompt=hide_readings(html[layout.clue], [text[column] for column in layout.asking]),
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


class KindRule(NamedTuple):
    """One kind of table.

    ``header`` is a pattern for the first header of tables that are of this kind because of it; of
    others the number of columns that are asked decides. With ``asks_all`` each of these columns is
    asked, else the first; ``fields`` are those of the note type, which ``pack`` makes of the rows,
    and with ``has_options`` there are quiz cards. ``words`` of a cards comment are for this kind.
    """

    fields: type[ClueFields | TrapFields | CompareFields]
    pack: Callable[[TableFields, Sequence[Guid], Choices | None], list[bytes]]
    header: str = ""
    asks_all: bool = False
    has_options: bool = False
    words: tuple[str, ...] = ()


KINDS: Mapping[Kind, KindRule] = {
    # Two columns, | Term | Meaning |: the left cell is shown, the right one asked.
    Kind.CLUE: KindRule(ClueFields, _pack_clues, has_options=True, words=("reverse", "no-quiz")),
    # Two columns with such a left header, | Trap | Better rule |: what to do or think instead?
    Kind.TRAP: KindRule(
        TrapFields,
        _pack_traps,
        header="(common )?traps?|fallen?|pièges?|trampas?|trappol[ae]|armadilhas?",
    ),
    # Three columns and more, | State | Shape | Speed |: a card for each cell beside the first.
    Kind.COMPARE: KindRule(CompareFields, _pack_comparisons, asks_all=True),
}
