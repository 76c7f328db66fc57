"""A group is a table as it is read: what it asks, which rows are notes, what each is known by."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape

from generator.core.diagnostics import (
    CLUE_TOGETHER,
    DITTO_ANSWER,
    EMPTY_CELL,
    GAP_CLOSED,
    GAP_UNSURE,
    IDS_ONLY_COUNT,
    NOTHING_TOLD_APART,
    READING_KEPT,
    ROW_OF_TOTALS,
    SAME_HEADERS,
    TEMPLATE_CELL,
    TOO_MANY_COLUMNS,
    Diagnostic,
    excerpt,
    number,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import (
    DeckName,
    Note,
    Origin,
    Position,
    RowStatus,
    TableReport,
    Tag,
)
from generator.core.note_fields import MOST_ATTRIBUTES
from generator.notes.choose_reading import Layout, counted_ids, keep_layout
from generator.notes.clue_column import Reshaped, gaps_of, reshape
from generator.notes.columns import missing_clues
from generator.notes.kept_readings import Readings
from generator.notes.labels import asked, labels_for
from generator.notes.page_notes import ReadyNote, TableNotes, Texts
from generator.notes.surroundings import Frame, PageFrame, section_of
from generator.settings.values import tag_of

_FILLED_IN = lazy_regex("{{[^{}]*}}|<%.*?%>")


@dataclass(frozen=True, slots=True)
class Group:
    """A table as it is read, and its rows as notes.

    ``question`` is what its asking column asks, where it is one. ``rows`` are the rows of ``table``
    that ``notes`` come of; all rows stand in the table on the backs. ``left_out`` are those that
    are no notes now, because of an error or for want of an answer; ``joined`` are rows whose
    answers stand at another one, by that one.
    """

    around: PageFrame
    has_media: bool
    table: TableNotes
    layout: Layout
    question: str
    rows: tuple[int, ...]
    notes: tuple[Note, ...]
    left_out: tuple[tuple[int, Note], ...] = ()
    joined: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def frame(self) -> Frame:
        """What stands around its notes."""
        return Frame(self.around, self.table.headings)

    @property
    def context_frame(self) -> Frame:
        """The same, of what may stand on top of its cards."""
        return Frame(self.around, self.table.context)

    def cells(self) -> Iterable[tuple[Note, Texts, Texts]]:
        """Its notes, each with the HTML and the text of its row, and all answers in that."""
        if self.joined:
            return [(n, *self._row(row)) for n, row in zip(self.notes, self.rows, strict=True)]
        all_html, all_text = self.table.html, self.table.text
        html, text = [all_html[row] for row in self.rows], [all_text[row] for row in self.rows]
        return zip(self.notes, html, text, strict=True)

    def cells_at(self, place: int) -> tuple[Texts, Texts]:
        """The HTML and the text of a note's row, and all answers in it."""
        return self._row(self.rows[place])

    def _row(self, row: int) -> tuple[Texts, Texts]:
        html, text = self.table.html, self.table.text
        if others := self.joined.get(row):
            rows = sorted((row, *others))
            return self._all_of(html, row, rows, "<br>"), self._all_of(text, row, rows, "; ")
        return html[row], text[row]

    def _all_of(self, cells: Sequence[Texts], row: int, rows: Sequence[int], between: str) -> Texts:
        """A row with the answers of several."""
        asked = self.layout.asking[0]
        answers = between.join(dict.fromkeys(cells[each][asked] for each in rows))
        return (*cells[row][:asked], answers, *cells[row][asked + 1 :])

    def with_joined(self, joined: Mapping[int, Sequence[int]]) -> Group:
        """The group with the answers of some notes at others, by their places among all."""
        rows = self.rows
        by_row = {rows[place]: tuple(rows[n] for n in others) for place, others in joined.items()}
        return replace(self, joined=by_row)

    def only(self, kept: Mapping[int, Note]) -> Group:
        """The group with these of its notes, by their places among them."""
        if tuple(kept.values()) == self.notes:
            return self
        others = [
            (row, note)
            for place, (row, note) in enumerate(zip(self.rows, self.notes, strict=True))
            if place not in kept and note.status is not RowStatus.SOUND
        ]
        return replace(
            self,
            rows=tuple(self.rows[place] for place in kept),
            notes=tuple(kept.values()),
            left_out=(*self.left_out, *others),
        )


@dataclass(frozen=True, slots=True)
class ReadyGroup:
    """Notes of one block that need no look at others; ``notes`` are by ``ready``."""

    around: PageFrame
    ready: tuple[ReadyNote, ...]
    notes: tuple[Note, ...]

    def only(self, kept: Mapping[int, Note]) -> ReadyGroup:
        """The group with these of its notes, by their places among them."""
        if tuple(kept.values()) == self.notes:
            return self
        return replace(
            self, ready=tuple(self.ready[place] for place in kept), notes=tuple(kept.values())
        )


def read_group(
    package: str,
    around: PageFrame,
    has_media: bool,
    table: TableNotes,
    report: TableReport,
    faulty: Collection[int],
    readings: Readings,
) -> tuple[Group, list[Diagnostic]]:
    """The table with each row as a note. ``report`` is of the table as it is written; the rows
    that are ``faulty`` are held; ``readings`` are those of the package's notes in use."""
    settings, path = around.settings, around.path
    section = section_of(table.headings)
    assert table.layout is not None
    layout = keep_layout(table.layout, table, settings, readings, path, section)
    if layout.kind is None:
        return Group(around, has_media, table, layout, "", (), ()), []
    columns = layout.columns
    counted = counted_ids(table, layout)
    out = {*table.skipped, *faulty}
    clue, first, answers = layout.clue, columns.clue[0], layout.answers
    gaps = gaps_of(table.text, first)
    without_clue = missing_clues(table.headers, columns.clue, table.html, table.text)
    reshaped = reshape(table, columns, answers, layout.carries, out)
    table, closed, unsure, *_ = reshaped
    question = table.asks
    if layout.asking and not question:
        labels = labels_for(settings)
        question = asked(table.headers[clue], table.headers[layout.asking[0]], labels)
    diagnostics = [*_of_reading(layout, table, report.position), *table.findings]
    diagnostics += _not_asked(path, reshaped, clue)
    if counted is not None:
        where = Position(path, *table.header_places[counted])
        diagnostics.append(IDS_ONLY_COUNT.at(where, header=table.headers[counted]))
    statuses: dict[int, RowStatus] = {}
    if layout.twice:
        is_held = layout.twice[0] in layout.answers
        code = NOTHING_TOLD_APART if is_held else SAME_HEADERS
        where = Position(path, *table.header_places[layout.twice[-1]])
        diagnostics.append(code.at(where, header=table.headers[layout.twice[-1]]))
        faulty = range(len(table.text)) if is_held else faulty
    shown = (clue, *layout.asking, *columns.carried)
    for row, text in enumerate(table.text):
        if row in faulty:
            statuses[row] = RowStatus.HELD
        elif row in without_clue:
            statuses[row] = RowStatus.UNFINISHED
        elif "" not in text and text[first] not in gaps and row not in unsure:
            pass  # as nearly always
        elif not any(text[column] for column in shown):
            statuses[row] = RowStatus.UNFINISHED  # only its number is there
        elif row in unsure or not text[clue] or text[first] in gaps:
            code = GAP_UNSURE if row in unsure else EMPTY_CELL
            header = table.headers[first]
            diagnostics.append(code.at(_place(path, table, row, first), header=header))
            statuses[row] = RowStatus.HELD
        elif not any(text[column] for column in answers):
            # One attribute that does not apply just has no card.
            statuses[row] = RowStatus.UNFINISHED
    if sound := [row for row in closed if statuses.get(row) is not RowStatus.HELD]:
        words = {"header": table.headers[first], "rows": number(len(sound), "row")}
        where = _place(path, table, sound[0], first)
        diagnostics.append(GAP_CLOSED.at(where, **words))
    skipped = frozenset(table.skipped)
    rows = tuple(row for row in range(len(table.text)) if row not in skipped)
    notes = _notes(package, around, section, table, layout, rows, statuses)
    return Group(around, has_media, table, layout, question, rows, notes), diagnostics


def _place(path: str, table: TableNotes, row: int, column: int) -> Position:
    """Where a cell stands, or else its row."""
    places = table.cell_places.get(row)
    return Position(path, *(places[column] if places else table.places[row]))


def _not_asked(path: str, reshaped: Reshaped, clue: int) -> Iterator[Diagnostic]:
    """What is to be said of answers that stand in the cell above or a template fills in, and of a
    row of totals."""
    table, total = reshaped.table, reshaped.total
    skipped = frozenset(table.skipped)
    if blanks := [(row, column) for row, column in reshaped.filled_in if row not in skipped]:
        row, column = blanks[0]
        mark = _FILLED_IN.search(unescape(table.html[row][column])) or ("…",)
        yield TEMPLATE_CELL.at(_place(path, table, row, column), mark=excerpt(mark[0]))
    if dittos := [(row, column) for row, column in reshaped.dittos if row not in skipped]:
        row, column = dittos[0]
        sign = excerpt(table.html[row][column] if "<" not in table.html[row][column] else "…")
        words = {"sign": sign, "rows": number(len({row for row, _ in dittos}), "row")}
        yield DITTO_ANSWER.at(_place(path, table, row, column), **words)
    if total is not None and total not in skipped:
        yield ROW_OF_TOTALS.at(_place(path, table, total, clue), clue=table.text[total][clue])


def _of_reading(layout: Layout, table: TableNotes, at: Position) -> Iterator[Diagnostic]:
    """What is to be said of how a table is read."""
    headers = table.headers
    clue = [headers[column] for column in layout.columns.clue]
    if layout.kept and layout.instead:
        what = f"the table stays a {layout.kind} table"
        if layout.instead.startswith("key "):
            what = f"the clues stay in the column '{clue[0]}'"
        elif layout.instead.startswith("ask "):
            what = f"the cards ask for '{headers[layout.asking[0]]}'"
        cost = f"costs the reviews of {number(layout.kept.notes, 'note')}"
        words = {
            "what": what,
            "other": layout.instead,
            "cost": "may cost reviews" if layout.is_near else cost,
        }
        keep = layout.to_keep or f"<!-- ignore: {READING_KEPT.code} -->"
        yield READING_KEPT.at(at, **words, keep=keep)
    if len(clue) > 1 and not any(word.startswith("key ") for word in layout.words):
        cells = [row[layout.columns.clue[0]] for row in table.text]
        why = f"cells under '{clue[0]}' repeat"
        if len(set(cells)) == len(cells):
            why = "the notes of this table have it so"
        yield CLUE_TOGETHER.at(at, why=why, key=", ".join(clue))
    if layout.surplus:
        first = ", ".join(headers[column] for column in layout.asking[:2])
        columns = len(layout.asking) + layout.surplus
        yield TOO_MANY_COLUMNS.at(at, columns=columns, most=MOST_ATTRIBUTES, first=first)


def ready_notes(
    package: str, around: PageFrame, ready: Sequence[ReadyNote], faulty: Container[int]
) -> tuple[Note, ...]:
    """What a block's ready notes are recognised by; those that are ``faulty`` are held."""
    deck = DeckName(around.settings.deck)
    return tuple(
        Note(
            Origin(
                kind=each.kind,
                package=package,
                page=around.path,
                section=section_of(each.headings),
                question="",
                clue=each.clue,
                answer=each.answer,
                id="",
            ),
            around.tags(package, each.kind),
            deck,
            each.position,
            each.same_as,
            each.gaps,
            _status(each, place in faulty),
            options=each.options,
        )
        for place, each in enumerate(ready)
    )


def _status(ready: ReadyNote, is_faulty: bool) -> RowStatus:
    if is_faulty or not (ready.fields or ready.is_unfinished):
        return RowStatus.HELD
    if ready.gaps and all(gap.is_long for gap in ready.gaps):
        return RowStatus.UNASKED
    return RowStatus.UNFINISHED if ready.is_unfinished else RowStatus.SOUND


def _notes(
    package: str,
    around: PageFrame,
    section: str,
    table: TableNotes,
    layout: Layout,
    rows: Sequence[int],
    statuses: Mapping[int, RowStatus],
) -> tuple[Note, ...]:
    kind, path, clue = layout.kind, around.path, layout.clue
    assert kind is not None
    # A compare note is recognised by what its rows are, so that a new column changes no identity.
    is_compared = layout.asks_all
    asks = clue if is_compared else layout.asking[0]
    question = table.question or table.headers[asks]
    deck = DeckName(around.settings.deck)
    tagged, key = layout.columns.tags, layout.columns.id
    shared = around.tags(package, kind) if tagged is None else ()
    notes = []
    said = next((word.text for word in table.words if word.text in ("same", "new")), "")
    reading = layout.reading
    columns: tuple[tuple[str, str], ...] = ()
    for row in rows:
        text = table.text[row]
        known = table.names.get(row, text)
        answer = known[asks]
        if is_compared:
            columns = tuple([(table.headers[column], known[column]) for column in layout.asking])
            answer = " | ".join([cell for _, cell in columns])
        id_ = "" if key is None else text[key]
        origin = Origin(kind, package, path, section, question, known[clue], answer, id_)
        tags: tuple[Tag, ...] = shared
        if tagged is not None:
            words = re.split(r"[,\s]+", text[tagged])
            tags = around.tags(
                package, kind, [tag_of(word) if word.startswith("#") else word for word in words]
            )
        position = Position(path, *table.places[row])
        same_as, status = table.same_as.get(row, said), statuses.get(row, RowStatus.SOUND)
        notes.append(Note(origin, tags, deck, position, same_as, (), status, columns, reading))
    return tuple(notes)
