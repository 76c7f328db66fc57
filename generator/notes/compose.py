"""Tables become notes: the stage's one entry. It knows neither GUIDs nor earlier builds."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from generator.diagnostics import (
    CONTROL_CHARACTER,
    EMPTY_CELL,
    OTHER_ANSWER,
    OTHER_ANSWER_ELSEWHERE,
    PICTURE,
    RAGGED_ROW,
    SAME_ID,
    SAME_ROW,
    TOO_MANY_COLUMNS,
    Diagnostic,
    number,
)
from generator.model import (
    Cell,
    ClueFields,
    CompareFields,
    DeckName,
    Fields,
    Kind,
    Note,
    Origin,
    Page,
    Position,
    Row,
    Table,
    TableReport,
    Tag,
    TrapFields,
)
from generator.notes.inline import control_characters, field_text, plain, render
from generator.notes.kinds import MOST_ATTRIBUTES, Layout, lay_out, plain_header
from generator.notes.labels import labels_for, question
from generator.notes.panel import Panel, lay_panel
from generator.notes.quiz import Answer, Ring, choose_distractors, shuffled
from generator.notes.words import longest_harmless
from generator.settings import Settings, check_directives, idle_directives


@dataclass(frozen=True, slots=True)
class Composed:
    """The notes of a package in source order, what became of each table, and the findings."""

    notes: tuple[Note, ...]
    tables: tuple[TableReport, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Entry:
    """A table row that is sound: its cells as HTML and as plain text, by column."""

    row: Row
    html: tuple[str, ...]
    text: tuple[str, ...]
    origin: Origin
    place: int  # among the panel's rows


@dataclass(slots=True)
class _Sheet:
    """A table on its way to notes."""

    page: Page
    settings: Settings
    table: Table
    layout: Layout
    headers: tuple[str, ...]
    panel: Panel | None = None
    entries: list[_Entry] = field(default_factory=list)


def compose(package: str, pages: Iterable[tuple[Page, Settings]]) -> Composed:
    """The notes of one package. ``pages`` come in deck order, each with its settings."""
    diagnostics: list[Diagnostic] = []
    sheets = [
        _read_sheet(package, page, settings, table, diagnostics)
        for page, settings in pages
        for table in page.tables
    ]
    _settle_repeats(sheets, diagnostics)
    notes: list[Note] = []
    reports = []
    options = _Options(sheets)
    for sheet in sheets:
        made = list(_notes_of(package, sheet, options))
        notes += made
        reports.append(_report(sheet, len(made)))
    return Composed(tuple(notes), tuple(reports), tuple(diagnostics))


# A code span is matched too, so that a comment shown in it is not taken for one.
_COMMENT = re.compile(r"(?P<code>(?<!`)(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))|<!--.*?-->")
_SAME_AS = re.compile(r"<!--\s*same-as:\s*(\S+)\s*-->")


# --- rows that are sound ----------------------------------------------------------------------


def _read_sheet(
    package: str, page: Page, settings: Settings, table: Table, diagnostics: list[Diagnostic]
) -> _Sheet:
    layout = lay_out(table)
    headers = tuple(plain_header(cell.text) for cell in table.header.cells)
    sheet = _Sheet(page, settings, table, layout, headers)
    diagnostics += check_directives(table.directives, page.path)
    if layout.kind is None:
        return sheet
    diagnostics += idle_directives(table.directives, layout.kind.value, page.path)
    if layout.kind is Kind.COMPARE and len(layout.asking) > MOST_ATTRIBUTES:
        where = Position(page.path, table.header.line, table.header.column)
        diagnostics.append(TOO_MANY_COLUMNS.at(where, columns=len(layout.asking)))
        return sheet
    shown = [column for column in range(len(headers)) if column not in (layout.tags, layout.id)]
    panel_rows: list[list[str]] = []
    for row in table.rows:
        if len(row.cells) != len(headers):
            diagnostics.append(_ragged(page, row, len(headers)))
            continue
        html, text = _render_cells(page, row.cells, diagnostics)
        missing = list(_missing_cells(page, row, text, layout))
        if missing:
            diagnostics += [
                EMPTY_CELL.at(
                    Position(page.path, row.cells[column].line, row.cells[column].column),
                    header=headers[column],
                )
                for column in missing
            ]
            continue
        origin = _origin(package, sheet, row, text)
        sheet.entries.append(_Entry(row, html, text, origin, len(panel_rows)))
        panel_rows.append([html[column] for column in shown])
    header_html = _render_cells(page, table.header.cells, diagnostics)[0]
    sheet.panel = lay_panel(
        [header_html[column] for column in shown], [headers[column] for column in shown], panel_rows
    )
    return sheet


def _ragged(page: Page, row: Row, columns: int) -> Diagnostic:
    extra = len(row.cells) > columns
    place: Row | Cell = row.cells[columns] if extra else row
    return RAGGED_ROW.at(
        Position(page.path, place.line, place.column),
        cells=number(len(row.cells), "cell"),
        columns=columns,
        help=r"write \| for a pipe inside a cell" if extra else "add the cell that is missing",
    )


def _missing_cells(page: Page, row: Row, text: Sequence[str], layout: Layout) -> Iterator[int]:
    """The columns in which a reader of the card would miss something."""

    def is_empty(column: int) -> bool:
        return not text[column] and not render(row.cells[column].text, page.references)[1]

    if is_empty(layout.clue):
        yield layout.clue
    answers = layout.asking if layout.kind is Kind.COMPARE else layout.asking[:1]
    empty = list(filter(is_empty, answers))
    if len(empty) == len(answers):  # one attribute that does not apply just has no card
        yield from empty


def _render_cells(
    page: Page, cells: Sequence[Cell], diagnostics: list[Diagnostic]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    htmls, texts = [], []
    for cell in cells:
        html, pictures = render(cell.text, page.references)
        where = Position(page.path, cell.line, cell.column)
        diagnostics += [PICTURE.at(where, target=target) for target in pictures]
        diagnostics += [
            CONTROL_CHARACTER.at(where, character=ord(character))
            for character in control_characters(cell.text)
        ]
        htmls.append(html)
        texts.append(plain(cell.text))
    return tuple(htmls), tuple(texts)


def _origin(package: str, sheet: _Sheet, row: Row, text: Sequence[str]) -> Origin:
    layout = sheet.layout
    assert layout.kind is not None
    # A compare note is recognised by what its rows are, so that a new column changes no identity.
    asks = layout.clue if layout.kind is Kind.COMPARE else layout.asking[0]
    answers = layout.asking if layout.kind is Kind.COMPARE else layout.asking[:1]
    return Origin(
        kind=layout.kind,
        package=package,
        page=sheet.page.path,
        section=_section(sheet),
        question=sheet.headers[asks],
        clue=_folded(row.cells[layout.clue].text),
        answer=" | ".join(_folded(row.cells[column].text) for column in answers),
        id="" if layout.id is None else text[layout.id],
    )


def _folded(text: str) -> str:
    """A cell as it is recognised by: comments left out, white space folded."""
    # Two editors may write one accent in two ways; that must not make another note of it.
    return unicodedata.normalize("NFC", " ".join(_COMMENT.sub(r"\g<code>", text).split()))


def _same_as(row: Row) -> str:
    """What a person says in a comment in one of the cells: which known note the row is."""
    comments = (match[0] for cell in row.cells for match in _COMMENT.finditer(cell.text))
    found = (_SAME_AS.fullmatch(comment) for comment in comments)
    return next((match[1] for match in found if match), "")


def _settle_repeats(sheets: Sequence[_Sheet], diagnostics: list[Diagnostic]) -> None:
    """Drops rows that stand twice and reports clues that have more than one answer."""
    first_with_clue: dict[tuple[str, ...], _Entry] = {}
    same_rows: dict[tuple[str, ...], dict[str, _Entry]] = defaultdict(dict)  # the inner by ID
    by_id: dict[str, _Entry] = {}
    for sheet in sheets:
        first_here: dict[tuple[str, ...], _Entry] = {}
        kept = []
        for entry in sheet.entries:
            origin = entry.origin
            here = Position(sheet.page.path, entry.row.line, entry.row.column)
            clue = (origin.kind, origin.question, origin.clue)
            same_row = same_rows[(*clue, origin.answer)]
            twin = _twin(same_row, origin.id)
            stays = twin or entry
            if origin.id and (holder := by_id.setdefault(origin.id, stays)) is not stays:
                diagnostics.append(SAME_ID.at(here, id=origin.id, **_where(holder)))
            if twin:
                diagnostics.append(SAME_ROW.at(here, **_where(twin)))
                if origin.id and not twin.origin.id:
                    # The ID carries the history, so it outlives the row that it stood in.
                    twin.origin = twin.origin._replace(id=origin.id)
                    same_row[origin.id] = same_row.pop("")
                continue
            same_row[origin.id] = entry
            other = first_here.get(clue) or first_with_clue.get(clue)
            if other and not (origin.id and other.origin.id):
                code = OTHER_ANSWER if clue in first_here else OTHER_ANSWER_ELSEWHERE
                diagnostics.append(code.at(here, clue=origin.clue, **_where(other)))
            first_here.setdefault(clue, entry)
            first_with_clue.setdefault(clue, entry)
            kept.append(entry)
        sheet.entries = kept


def _twin(same_row: dict[str, _Entry], id: str) -> _Entry | None:
    """The entry of the same row: two IDs are two rows, a row without an ID may be any of them."""
    if id:
        return same_row.get(id) or same_row.get("")
    return next(iter(same_row.values()), None)


def _where(entry: _Entry) -> dict[str, object]:
    return {"file": entry.origin.page, "line": entry.row.line}


# --- notes ------------------------------------------------------------------------------------


class _Options:
    """Quiz options: the answers of each table, and of the package under the same header."""

    def __init__(self, sheets: Iterable[_Sheet]) -> None:
        by_header: dict[str, list[Answer]] = defaultdict(list)
        self._right: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        self._tables: dict[int, Ring] = {}
        for sheet in sheets:
            if sheet.layout.kind is not Kind.CLUE:
                continue
            column = sheet.layout.asking[0]
            answers = [Answer(entry.text[column], entry.html[column]) for entry in sheet.entries]
            self._tables[id(sheet)] = Ring(answers)
            for entry, answer in zip(sheet.entries, answers, strict=True):
                by_header[entry.origin.question].append(answer)
                self._right[entry.origin.question, entry.origin.clue].append(answer)
        self._packages = {header: Ring(answers) for header, answers in by_header.items()}

    def html(self, sheet: _Sheet, entry: _Entry) -> str:
        """The options of a note's quiz card; empty where there are not two good wrong ones."""
        origin, column = entry.origin, sheet.layout.asking[0]
        rings = (self._tables[id(sheet)], self._packages[origin.question])
        right = Answer(entry.text[column], entry.html[column])
        wrong = choose_distractors(origin.clue, self._right[origin.question, origin.clue], rings)
        if not wrong:
            return ""
        return "".join(
            '<li><button class="bd-opt" type="button"'
            + (' data-ok="1"' if option is right else "")
            + f">{_without_links(option.html)}</button></li>"
            for option in shuffled(origin.clue, (right, *wrong))
        )


def _without_links(html: str) -> str:
    """HTML for inside a button, where a link cannot be followed and would swallow the tap."""
    return re.sub(r"</?a\b[^>]*>", "", html)


def _notes_of(package: str, sheet: _Sheet, options: _Options) -> Iterator[Note]:
    kind = sheet.layout.kind
    for entry in sheet.entries:
        if kind is Kind.COMPARE:
            fields: Fields = _compare_fields(sheet, entry)
        elif kind is Kind.TRAP:
            fields = _trap_fields(sheet, entry)
        else:
            fields = _clue_fields(sheet, entry, options)
        yield Note(
            origin=entry.origin,
            fields=fields,
            tags=_tags(package, sheet, entry),
            deck=DeckName(sheet.settings.deck),
            position=Position(sheet.page.path, entry.row.line, entry.row.column),
            same_as=_same_as(entry.row),
        )


def _clue_fields(sheet: _Sheet, entry: _Entry, options: _Options) -> ClueFields:
    labels, words = labels_for(sheet.settings), _words(sheet)
    ask, clue = sheet.layout.asking[0], sheet.layout.clue
    secrets = [entry.text[ask]] + ([entry.text[clue]] if "reverse" in words else [])
    return ClueFields(
        prompt=entry.html[clue],
        answer=entry.html[ask],
        cue=_header(sheet, clue),
        ask=_header(sheet, ask),
        question=_question(sheet, ask),
        context=_context(sheet, secrets),
        options="" if "no-quiz" in words else options.html(sheet, entry),
        reverse=_question(sheet, clue) if "reverse" in words else "",
        extra=_extra(sheet, entry),
        table=_panel(sheet, entry),
        **_place(sheet),
        table_label=_panel_label(sheet, labels.whole_table),
        right_label=field_text(labels.picked_right),
        wrong_label=field_text(labels.picked_wrong),
        correct_label=field_text(labels.correct_answer),
    )


def _trap_fields(sheet: _Sheet, entry: _Entry) -> TrapFields:
    labels = labels_for(sheet.settings)
    ask = sheet.layout.asking[0]
    is_usual = sheet.headers[ask].casefold() == labels.better_rule.casefold()
    return TrapFields(
        prompt=entry.html[sheet.layout.clue],
        answer=entry.html[ask],
        cue=_header(sheet, sheet.layout.clue),
        ask=_header(sheet, ask),
        question=field_text(labels.trap_question) if is_usual else _question(sheet, ask),
        context=_context(sheet, [entry.text[ask]]),
        extra=_extra(sheet, entry),
        table=_panel(sheet, entry),
        **_place(sheet),
        table_label=_panel_label(sheet, labels.whole_table),
    )


def _compare_fields(sheet: _Sheet, entry: _Entry) -> CompareFields:
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
    return CompareFields(
        prompt=entry.html[sheet.layout.clue],
        cue=_header(sheet, sheet.layout.clue),
        **attributes,
        context=_context(sheet, [entry.text[column] for column in sheet.layout.asking]),
        extra=_extra(sheet, entry),
        table=_panel(sheet, entry),
        **_place(sheet),
        table_label=_panel_label(sheet, labels_for(sheet.settings).compare_rows),
    )


def _words(sheet: _Sheet) -> set[str]:
    return {word.text for word in sheet.table.directives}


def _header(sheet: _Sheet, column: int) -> str:
    return field_text(sheet.headers[column])


def _question(sheet: _Sheet, column: int) -> str:
    return field_text(question(sheet.headers[column], labels_for(sheet.settings)))


def _title(sheet: _Sheet) -> str:
    stem = sheet.page.path.rpartition("/")[2].removesuffix(".md")
    return sheet.settings.title or plain(sheet.page.title) or stem.replace("-", " ")


def _section(sheet: _Sheet) -> str:
    return " › ".join(filter(None, map(plain, sheet.table.section)))


def _context(sheet: _Sheet, secrets: Sequence[str]) -> str:
    page, section = _title(sheet), _section(sheet)
    candidates = [f"{page} › {section}", page] if section else [page]
    if sheet.settings.topic:
        candidates.append(sheet.settings.topic)
    return field_text(longest_harmless(candidates, secrets))


def _place(sheet: _Sheet) -> dict[str, str]:
    url, path = sheet.settings.url, sheet.page.path
    source = field_text(path)
    if url:
        shown = field_text(re.sub(r"^https?://(www\.)?|/$", "", url))
        source = f'<a href="{escape(url)}">{shown}</a>'
    return {
        "page": field_text(_title(sheet)),
        "section": field_text(_section(sheet)),
        "source": source,
        "lang": sheet.settings.lang,
        "key": "",
    }


def _panel(sheet: _Sheet, entry: _Entry) -> str:
    assert sheet.panel is not None
    # A table of one row would only repeat the card.
    return sheet.panel.around(entry.place) if len(sheet.panel.rows) > 1 else ""


def _panel_label(sheet: _Sheet, whole: str) -> str:
    assert sheet.panel is not None
    return field_text(whole if sheet.panel.is_whole else labels_for(sheet.settings).nearby_rows)


def _extra(sheet: _Sheet, entry: _Entry) -> str:
    """The carried columns, each under its header."""
    layout = sheet.layout
    carried = layout.carried
    if layout.kind is not Kind.COMPARE:
        carried = tuple(sorted((*layout.asking[1:], *carried)))
    return "".join(
        f"<p><strong>{_header(sheet, column)}</strong><br>{entry.html[column]}</p>"
        for column in carried
        if entry.text[column]
    )


def _tags(package: str, sheet: _Sheet, entry: _Entry) -> tuple[Tag, ...]:
    path = sheet.page.path.removesuffix(".md").split("/")
    page = [package, *path[1:]] if len(path) > 1 else [package]
    column = sheet.layout.tags
    written = [] if column is None else re.split(r"[,\s]+", entry.text[column])
    tags = ["::".join(page), f"kind::{entry.origin.kind}", *sheet.settings.tags, *written]
    by_name: dict[str, Tag] = {}
    for tag in map(tag_name, tags):
        if tag:
            by_name.setdefault(tag.casefold(), Tag(tag))
    return tuple(sorted(by_name.values()))


def tag_name(text: str) -> str:
    """Text as one tag: Anki splits tags at white space and fills empty components itself."""
    parts = (re.sub(r"[\s\x00-\x1f\x7f]+", "-", part.strip()) for part in text.split("::"))
    return "::".join(part for part in parts if part)


def _report(sheet: _Sheet, notes: int) -> TableReport:
    header = sheet.table.header
    return TableReport(
        position=Position(sheet.page.path, header.line, header.column),
        header=sheet.headers,
        kind=sheet.layout.kind.value if sheet.layout.kind else "",
        rows=len(sheet.table.rows),
        notes=notes,
        skipped=sheet.layout.skipped,
    )
