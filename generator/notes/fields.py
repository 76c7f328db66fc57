"""The fields of the notes that come of tables: a clue, a trap, a comparison."""

from __future__ import annotations

import re
from collections.abc import Callable

from generator.model import Form, Kind
from generator.note_fields import ClueFields, CompareFields, TrapFields, packed
from generator.notes.field_html import field_text
from generator.notes.kinds import MOST_ATTRIBUTES
from generator.notes.labels import labels_for, question
from generator.notes.options import Options
from generator.notes.sheet import Entry, Sheet

# Gives the packed fields of a row's note, whose GUID is the last argument.
Pack = Callable[[Sheet, Entry, Options, str], bytes]


def packer(kind: Kind | None) -> Pack:
    """What packs the notes of a table of this kind."""
    return _PACKERS[kind or Kind.CLUE]


def written_tags(sheet: Sheet, entry: Entry) -> list[str]:
    """What stands in the row's column ``Tags``."""
    column = sheet.layout.tags
    return [] if column is None else re.split(r"[,\s]+", entry.text[column])


def _pack_clue(sheet: Sheet, entry: Entry, options: Options, key: str) -> bytes:
    layout, html = sheet.layout, entry.html
    ask, clue = layout.asking[0], layout.clue
    if entry.context is None:
        secrets = [entry.text[ask]]
        if "reverse" in layout.words:
            secrets.append(entry.text[clue])
        context = sheet.context_frame.context(secrets)
        entry.context = "" if context == html[clue] else context
    chosen = "" if "no-quiz" in layout.words else options.html(sheet, entry)
    shape = sheet.shape = sheet.shape or packed(_clue_shape(sheet))
    return shape % (
        html[clue].encode(),
        html[ask].encode(),
        entry.context.encode(),
        chosen.encode(),
        _extra(sheet, entry).encode(),
        _panel(sheet, entry).encode(),
        key.encode(),
    )


def _clue_shape(sheet: Sheet) -> ClueFields:
    """The fields that are the same in all notes of a sheet; ``%s`` stands for those of a row."""
    labels, clue = labels_for(sheet.frame.settings), sheet.layout.clue
    is_table = sheet.table.form is Form.TABLE
    shared = {
        "cue": _header(sheet, clue),
        "ask": _header(sheet, sheet.layout.asking[0]),
        "question": field_text(sheet.question),
        "reverse": _question(sheet, clue) if "reverse" in sheet.words else "",
        "table_label": _panel_label(sheet, labels.whole_table if is_table else labels.whole_list),
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


def _pack_trap(sheet: Sheet, entry: Entry, _: Options, key: str) -> bytes:
    labels = labels_for(sheet.frame.settings)
    ask = sheet.layout.asking[0]
    is_usual = sheet.headers[ask].casefold() == labels.better_rule.casefold()
    fields = TrapFields(
        prompt=entry.html[sheet.layout.clue],
        answer=entry.html[ask],
        cue=_header(sheet, sheet.layout.clue),
        ask=_header(sheet, ask),
        question=field_text(labels.trap_question) if is_usual else _question(sheet, ask),
        context=sheet.frame.context([entry.text[ask]]),
        extra=_extra(sheet, entry),
        table=_panel(sheet, entry),
        **sheet.frame.place,
        key=key,
        table_label=_panel_label(sheet, labels.whole_table),
    )
    return packed(fields)


def _pack_compare(sheet: Sheet, entry: Entry, _: Options, key: str) -> bytes:
    attributes = {}
    for place in range(MOST_ATTRIBUTES):
        answer, header, asked = "", "", ""
        if place < len(sheet.layout.asking):
            column = sheet.layout.asking[place]
            answer = entry.html[column] if entry.text[column] else ""
            header, asked = _header(sheet, column), _question(sheet, column)
        attributes[f"a{place + 1}"] = answer
        attributes[f"h{place + 1}"] = header
        attributes[f"q{place + 1}"] = asked
    fields = CompareFields(
        prompt=entry.html[sheet.layout.clue],
        cue=_header(sheet, sheet.layout.clue),
        **attributes,
        context=sheet.frame.context([entry.text[column] for column in sheet.layout.asking]),
        extra=_extra(sheet, entry),
        table=_panel(sheet, entry),
        **sheet.frame.place,
        key=key,
        table_label=_panel_label(sheet, labels_for(sheet.frame.settings).compare_rows),
    )
    return packed(fields)


_PACKERS: dict[Kind, Pack] = {
    Kind.CLUE: _pack_clue,
    Kind.TRAP: _pack_trap,
    Kind.COMPARE: _pack_compare,
}


def _header(sheet: Sheet, column: int) -> str:
    return field_text(sheet.headers[column])


def _question(sheet: Sheet, column: int) -> str:
    return field_text(question(sheet.headers[column], labels_for(sheet.frame.settings)))


def _panel(sheet: Sheet, entry: Entry) -> str:
    assert sheet.panel is not None
    # A table of one row would only repeat the card.
    return sheet.panel.around(entry.place) if len(sheet.panel.rows) > 1 else ""


def _panel_label(sheet: Sheet, whole: str) -> str:
    assert sheet.panel is not None
    nearby = labels_for(sheet.frame.settings).nearby_rows
    return field_text(whole if sheet.panel.is_whole else nearby)


def _extra(sheet: Sheet, entry: Entry) -> str:
    """The carried columns, each under its header."""
    layout = sheet.layout
    carried = layout.carried
    if not carried and len(layout.asking) == 1:
        return ""
    if layout.kind is not Kind.COMPARE and len(layout.asking) > 1:
        carried = tuple(sorted((*layout.asking[1:], *carried)))
    return "".join(
        f"<p><strong>{_header(sheet, column)}</strong><br>{entry.html[column]}</p>"
        for column in carried
        if entry.text[column]
    )
