"""The kinds of tables: how each is known, what it asks, and how its rows become fields.

`KINDS`, at the end, has a row for each; what a kind is beside these is in its note type
(`note_fields`, and the templates in `anki`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from generator.core.header_name import bare
from generator.core.lazy_regex import lazy_regex
from generator.core.model import JOINT, Form, Guid, Kind
from generator.core.note_fields import (
    ClueFields,
    CompareFields,
    TrapFields,
    encode_fields,
    places_of_fields,
)
from generator.markup.field_html import hide_readings, label_html, paragraph_html
from generator.markup.inline import without_sounds
from generator.notes.labels import Labels, asking_html, labels_for, labels_html, question
from generator.notes.options import options_of, spot_html
from generator.notes.plain_numbers import with_plain_numbers
from generator.notes.whole_table import Panel, lay_panel, silent
from generator.notes.words import longest_harmless, shares_word
from generator.notes.wrong_options import Answer

if TYPE_CHECKING:  # a group has a layout, which a kind decides
    from generator.notes.equal_fronts import OtherAnswers
    from generator.notes.groups import Group
    from generator.notes.options import ChoicesByColumn
    from generator.notes.page_notes import Texts


class TableFields:
    """What the notes of one table have in common."""

    def __init__(
        self,
        group: Group,
        slots: Sequence[Sequence[int]],
        others: Mapping[int, OtherAnswers],
        placed: Container[int],
    ) -> None:
        self.group = group
        self.slots = slots
        self._others = others
        self._placed = placed
        self.table = group.table
        self.layout = group.layout
        self.frame = group.frame
        is_one = group.table.context == group.table.headings  # as in all tables but an order's
        self._above = self.frame if is_one else group.context_frame
        self.labels = labels_for(group.around.settings)
        self._panels: dict[Sequence[int], Panel] = {}
        self.panel = self._panel_with(0)
        self._tops: dict[str, tuple[bytes, bytes]] = {}
        layout = group.layout
        # A table of a single row would only repeat it.
        self._has_panel = len(self.panel.rows) > 1 or bool(layout.columns.left_out)
        self._carried = layout.columns.carried
        # A column that is new to a table that keeps its reading stands in the table alone.
        if not layout.instead:
            left = layout.asking[len(layout.answers) :]
            self._carried = tuple(sorted((*left, *self._carried)))
        self.labels_html = labels_html(self.labels)
        is_why = "why" in layout.words and layout.columns.why is not None
        self.why_ask = label_html(self.labels.why_question) if is_why else ""
        self._asked_why = layout.columns.why if is_why else None

    def header(self, column: int) -> str:
        """A header as HTML."""
        return label_html(self.table.headers[column])

    def question(self, column: int) -> str:
        """A header as a question, as HTML."""
        return label_html(question(self.table.headers[column], self.labels))

    def around(self, place: int) -> bytes:
        """The table on the backs of a note's cards in UTF-8, if there is one."""
        if not self._has_panel:
            return b""
        panel = self._panel_with(place) if self.slots else self.panel
        return panel.around(self.table.first + self.group.rows[place])

    def _panel_with(self, place: int) -> Panel:
        """The table with its columns at the slots of a note: a row that comes from another table
        has kept those that it had there."""
        slots = tuple(self.slots[place]) if self.slots else ()
        if slots not in self._panels:
            self._panels[slots] = _panel_of(self.group, slots)
        return self._panels[slots]

    def panel_label(self, whole: str) -> str:
        """What the table on the backs is called."""
        return label_html(whole if self.panel.is_whole else self.labels.nearby_rows)

    def secrets(self, text: Texts, columns: Iterable[int]) -> list[str]:
        """What the cards of a row ask for in these columns, and the reason if they ask for that."""
        asked = (*columns, self._asked_why) if self._asked_why is not None else columns
        return [text[column] for column in asked]

    def context(self, place: int, secrets: Sequence[str], shown: str) -> str:
        """What stands on top of a note's cards, which show a clue and ask for these secrets."""
        if place in self._placed or self.table.form is Form.ORDER:
            return self._above.full  # or nobody knows which one is meant
        return self._above.context(secrets, shown)

    def around_note(
        self, place: int, html: Texts, text: Texts, context: str, secrets: Sequence[str]
    ) -> dict[str, bytes]:
        """The fields of a note that are filled alike in all note types, but for those that are the
        same in the whole table, in UTF-8."""
        if (top := self._tops.get(context)) is None:  # the rows of a table have one or two
            top = self._tops[context] = context.encode(), self._above.foot(context).encode()
        fields = {"context": top[0], "table": self.around(place), "foot": top[1]}
        if self._carried or self._others:
            fields["extra"] = self._extra(place, html, text).encode()
        hint, why = self.layout.columns.hint, self.layout.columns.why
        if why is not None:
            fields["why"] = html[why].encode()
        # It is closed at first, and none where it says the answer.
        if hint is not None and (not text[hint] or is_harmless_hint(text[hint], secrets)):
            fields["hint"] = without_sounds(html[hint]).encode()
        return fields

    def _extra(self, place: int, html: Texts, text: Texts) -> str:
        """What stands below the answer: the answers of others with equal fronts, and the carried
        columns of its row, each under its header."""
        carried = ((self.header(each), html[each]) for each in self._carried if text[each])
        parts = (
            also_right_html(self._others.get(place, ()), self.labels),
            *(paragraph_html(f"<strong>{header}</strong><br>{cell}") for header, cell in carried),
        )
        return "".join(parts)


class _Shape:
    """The fields that the notes of a table have in common, encoded once."""

    def __init__(self, kind: Kind, fields: Sequence[str]) -> None:
        self._shared = encode_fields(fields)
        self._places = places_of_fields(kind)

    def with_own(self, own: Mapping[str, bytes]) -> list[bytes]:
        """All fields of a note, with those that are its ``own``, by name."""
        fields = self._shared.copy()
        for name, value in own.items():
            fields[self._places[name]] = value
        return fields


def _panel_of(group: Group, slots: Sequence[int]) -> Panel:
    """The table on the backs. That of a comparison begins with the clues, then each column that is
    asked at the place behind its slot, where its card's template looks for it."""
    if given := group.table.panel:
        return lay_panel(given.header_html, given.rows)
    table, layout = group.table, group.layout
    service = (layout.columns.tags, layout.columns.id)
    columns = [column for column in range(layout.width) if column not in service]
    gaps: list[int] = []
    if layout.asks_all:
        by_slot = dict(zip(slots or range(1, len(layout.asking) + 1), layout.asking, strict=True))
        by_slot.pop(0, None)
        asked = [by_slot.get(slot, -1) for slot in range(1, max(by_slot, default=0) + 1)]
        gaps = [place for place, column in enumerate(asked, 1) if column < 0]
        first = [layout.clue, *asked]
        columns = [*first, *(c for c in columns if c not in (*first, *layout.columns.clue))]
    rows: Sequence[Sequence[str]] = table.html
    if group.has_media:
        pairs = zip(rows, table.text, strict=True)
        rows = [tuple(map(silent, html, text)) for html, text in pairs]
    headers: Sequence[str] = table.header_html
    if columns != list(range(len(headers))):
        rows = [[row[column] if column >= 0 else "" for column in columns] for row in rows]
        headers = [headers[column] if column >= 0 else "" for column in columns]
    return lay_panel(headers, rows, gaps)


def _pack_clues(
    sheet: TableFields, guids: Sequence[Guid], choices: ChoicesByColumn
) -> Iterator[list[bytes]]:
    group, layout = sheet.group, sheet.layout
    ask, clue = layout.asking[0], layout.clue
    is_reversed = "reverse" in layout.words
    is_order = sheet.table.form is Form.ORDER
    steps = len(sheet.panel.rows)
    shape = _Shape(Kind.CLUE, _clue_shape(sheet))
    for place, (note, html, text) in enumerate(group.cells()):
        secrets, shown = sheet.secrets(text, [ask]), text[clue]
        if is_reversed:
            secrets, shown = [*secrets, text[clue]], ""
        context = sheet.context(place, secrets, shown)
        context = "" if context == html[clue] else context
        answer = hide_readings(html[ask], [text[clue]]) if is_reversed else html[ask]
        own = sheet.around_note(place, html, text, context, secrets)
        own["prompt"] = hide_readings(html[clue], [text[ask]]).encode()
        own["answer"] = answer.encode()
        own["options"] = options_of(choices, ask, place, note.origin.clue).encode()
        if is_order and (step := sheet.table.first + group.rows[place]):
            own["step"] = f"{step} / {steps}".encode()
        own["key"] = guids[place].encode()
        yield shape.with_own(own)


def _clue_shape(sheet: TableFields) -> ClueFields:
    labels, clue = sheet.labels, sheet.layout.clue
    is_table = sheet.table.form is Form.TABLE
    return ClueFields(
        prompt="",
        answer="",
        cue=sheet.header(clue),
        ask=sheet.header(sheet.layout.asking[0]),
        question=label_html(sheet.group.question),
        reverse=sheet.question(clue) if "reverse" in sheet.layout.words else "",
        why_ask=sheet.why_ask,
        table_label=sheet.panel_label(labels.whole_table if is_table else labels.whole_list),
        labels=sheet.labels_html,
        **sheet.frame.place,
    )


def _pack_traps(
    sheet: TableFields, guids: Sequence[Guid], _: ChoicesByColumn
) -> Iterator[list[bytes]]:
    labels, group = sheet.labels, sheet.group
    ask, clue = sheet.layout.asking[0], sheet.layout.clue
    is_usual = bare(sheet.table.headers[ask]).casefold() == labels.better_rule.casefold()
    is_spotted = "no-quiz" not in sheet.layout.words
    shape = _Shape(
        Kind.TRAP,
        TrapFields(
            prompt="",
            answer="",
            cue=sheet.header(clue),
            ask=sheet.header(ask),
            question=label_html(labels.trap_question) if is_usual else sheet.question(ask),
            why_ask=sheet.why_ask,
            table_label=sheet.panel_label(labels.whole_table),
            labels=sheet.labels_html,
            **sheet.frame.place,
        ),
    )
    for place, (note, html, text) in enumerate(group.cells()):
        secrets = sheet.secrets(text, [ask])
        context = sheet.context(place, secrets, text[clue])
        own = sheet.around_note(place, html, text, context, secrets)
        own["prompt"] = hide_readings(html[clue], [text[ask]]).encode()
        own["answer"] = html[ask].encode()
        if is_spotted:
            trap, rule = Answer(text[clue], html[clue]), Answer(text[ask], html[ask])
            own["spot"] = spot_html(note.origin.clue, trap, rule).encode()
        own["key"] = guids[place].encode()
        yield shape.with_own(own)


def _pack_comparisons(
    sheet: TableFields, guids: Sequence[Guid], choices: ChoicesByColumn
) -> Iterator[list[bytes]]:
    group, layout = sheet.group, sheet.layout
    headers = group.table.headers
    asked = [(each, asking_html(headers[each], sheet.labels).encode()) for each in layout.asking]
    slots = sheet.slots or [range(1, len(asked) + 1)] * len(guids)
    is_in_row = "row" in layout.words
    told = told_by_row(group) if "reverse" in layout.words else ()
    shape = _Shape(
        Kind.COMPARE,
        CompareFields(
            prompt="",
            cue=sheet.header(layout.clue),
            table_label=sheet.panel_label(sheet.labels.compare_rows),
            labels=sheet.labels_html,
            **sheet.frame.place,
        ),
    )
    for place, (note, html, text) in enumerate(group.cells()):
        secrets = [text[column] for column in layout.asking]
        prompt = hide_readings(html[layout.clue], secrets)
        is_reversed, shown = place in told, text[layout.clue]
        if is_reversed:
            secrets, shown = [*secrets, shown], ""
        context = sheet.context(place, secrets, shown)
        own = sheet.around_note(place, html, text, context, secrets)
        own["prompt"] = prompt.encode()
        filled = []
        for slot, (column, header) in zip(slots[place], asked, strict=True):
            if slot:
                own[f"h{slot}"] = header
                if text[column]:
                    own[f"a{slot}"] = html[column].encode()
                    filled.append(headers[column])
                options = options_of(choices, column, place, note.origin.clue)
                own[f"options{slot}"] = options.encode()
        if is_reversed:
            own["reverse"] = sheet.question(layout.clue).encode()
        if is_in_row and len(filled) > 1:
            own["row"] = label_html(question(JOINT.join(filled), sheet.labels)).encode()
        own["key"] = guids[place].encode()
        yield shape.with_own(own)


def is_harmless_hint(hint: str, secrets: Iterable[str]) -> bool:
    """Whether a hint says none of the secrets, in whatever way a number or a name is written."""
    plain = [_HUMP.sub(" ", with_plain_numbers(text)) for text in (hint, *secrets)]
    joined = "".join(_WORD.findall(hint.casefold()))
    is_said = any(
        s and s in joined for s in ("".join(_WORD.findall(s.casefold())) for s in secrets)
    )
    return not is_said and bool(longest_harmless(plain[:1], plain[1:]))


_HUMP = lazy_regex(r"(?<=[a-z])(?=[A-Z])|_")
_WORD = lazy_regex(r"[^\W_]")


def told_by_row(group: Group) -> frozenset[int]:
    """The notes of a comparison whose clue can be told by the rest of their row: no other has the
    same, and none of its words stands in it."""
    texts = [[text[column] for column in group.layout.asking] for _, _, text in group.cells()]
    times = Counter(map(tuple, texts))
    clue = group.layout.clue
    return frozenset(
        place
        for place, (_, _, text) in enumerate(group.cells())
        if all(texts[place])  # with less, other rows may fit as well
        and times[tuple(texts[place])] == 1
        and not shares_word(text[clue], texts[place])
    )


def also_right_html(others: OtherAnswers, labels: Labels) -> str:
    """What is right as well on cards with equal fronts, as it stands below the answer."""
    return "".join(
        paragraph_html(
            f"<strong>{label_html(labels.also_right)}{f' ({o.asks})' if o.asks else ''}</strong>"
            f"<br>{o.html}"
        )
        for o in others
    )


class KindRule(NamedTuple):
    """One kind of table.

    ``header`` is a pattern for the first header of tables that are of this kind because of it; of
    others the number of columns that are asked decides. With ``asks_all`` each of these columns is
    asked, else the first; ``fields`` are those of the note type, which ``pack`` makes of the rows.
    What is asked has quiz cards by ``quiz``: ``always`` where there are options and nobody says
    ``no-quiz``, or where somebody ``asks`` for them. ``words`` of a cards comment are for this
    kind.
    """

    fields: type[ClueFields | TrapFields | CompareFields]
    pack: Callable[[TableFields, Sequence[Guid], ChoicesByColumn], Iterable[list[bytes]]]
    header: str = ""
    asks_all: bool = False
    quiz: str = ""
    words: tuple[str, ...] = ()


KINDS: Mapping[Kind, KindRule] = {
    # Two columns, | Term | Meaning |: the left cell is shown, the right one asked.
    Kind.CLUE: KindRule(
        ClueFields, _pack_clues, quiz="always", words=("reverse", "quiz", "no-quiz", "why")
    ),
    # Two columns with such a left header, | Trap | Better rule |: what to do or think instead?
    Kind.TRAP: KindRule(
        TrapFields,
        _pack_traps,
        header="(common )?traps?|fallen?|pièges?|trampas?|trappol[ae]|armadilhas?",
        words=("no-quiz", "why"),
    ),
    # Three columns and more, | State | Shape | Speed |: a card for each cell beside the first.
    Kind.COMPARE: KindRule(
        CompareFields,
        _pack_comparisons,
        asks_all=True,
        quiz="asks",
        words=("reverse", "quiz", "no-quiz", "row"),
    ),
}
