"""Decides how a table is read, its kind and what its columns do: a list of rules, first match wins.

A person's word decides over how its notes were read before, and that over our rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from generator.core.header_name import bare
from generator.core.lazy_regex import lazy_regex
from generator.core.likeness import like
from generator.core.model import TABLE_KINDS, Form, Kind, Reading
from generator.core.note_fields import MOST_ATTRIBUTES
from generator.notes.clue_column import clue_header, clues_of, gaps_of
from generator.notes.columns import (
    Columns,
    Headers,
    Texts,
    by_header,
    comparable,
    is_numbering,
    links,
    media_beside,
    named,
    numbering,
    unknown_headers,
)
from generator.notes.kept_readings import NO_READINGS, Kept, Readings, TableReading
from generator.notes.kinds import KINDS
from generator.notes.page_notes import TableNotes
from generator.notes.remarks import kept_dates, remarks_beside
from generator.notes.table_signs import (
    ACTIONS,
    ACTIVITIES,
    AGENDA,
    AXES,
    BLOOM,
    CHANNELS,
    CLOCKS,
    CONS,
    CONTENTS,
    COUNTED,
    COUNTS,
    CRITERIA,
    DAYS,
    DUES,
    EFFORT,
    EXERCISES,
    FILES,
    GOALS,
    LISTED,
    LOG_DATES,
    LOGGED,
    LOGS,
    MEETINGS,
    OF_AGENDA,
    OF_QUESTIONS,
    OWNERS,
    PARTS,
    PLAIN_EFFORT,
    PLANNED,
    PROS,
    QUESTIONS,
    REASONS,
    SCHEDULE,
    SCORES,
    SESSIONS,
    SHARES,
    SOLVED,
    SOURCES,
    TIMES,
    TO_LEARN_FROM,
    HeaderSigns,
    Signs,
    fits,
)
from generator.settings.values import Settings, TableRule

DEFAULTS = Settings()
NO_READING = Reading()


class Layout(NamedTuple):
    """What a table is, and what each of its columns does (indexes count from 0).

    ``kind`` is None for a table that makes no notes; ``skipped`` then says why. ``words`` are those
    of the cards comment, and of the settings that fit the table. ``width`` is how many columns are
    written; a clue that stands in several of them is to stand in one more. With ``carries`` an
    empty cell of a clue says what the one above it says. ``reading`` is what the ledger is to
    remember. Where the table is ``kept`` as the notes of it that are in use, ``instead`` is what to
    write to have it as it would be read now, an empty text where that is the same, and ``to_keep``
    what to write to have it as it is, if a word of a cards comment can say so; it ``is_near`` where
    only the clues would be others, with a column more: most rows are known by their answers then.
    ``surplus`` is for how many columns that might be asked there is no room; ``twice`` are columns
    with a header that another one has, too.
    """

    kind: Kind | None
    skipped: str
    columns: Columns
    width: int
    words: frozenset[str] = frozenset()
    carries: bool = False
    reading: Reading = NO_READING
    instead: str = ""
    is_near: bool = False
    to_keep: str = ""
    kept: Kept | None = None
    surplus: int = 0
    twice: tuple[int, ...] = ()

    @property
    def clue(self) -> int:
        """The column of the clues, in the table as `reshape` leaves it."""
        own = self.columns.clue
        return own[0] if len(own) == 1 else self.width

    @property
    def asking(self) -> tuple[int, ...]:
        """The columns that may be asked; those that are not stand below the answer."""
        return self.columns.asking

    @property
    def asks_all(self) -> bool:
        """Whether it has a card for each asking column, else for the first."""
        return self.kind is not None and KINDS[self.kind].asks_all

    @property
    def answers(self) -> tuple[int, ...]:
        """The columns whose cells its cards ask for."""
        return self.asking if self.asks_all else self.asking[:1]


# --- rules ------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """Patterns for the first header, for the last one that is asked, for any beside the first and
    for the heading above, what the ``headers`` are like, and the cells: all that it has are to be
    so."""

    left: str = ""
    right: str = ""
    beside: str = ""
    heading: str = ""
    headers: Callable[[HeaderSigns], bool] | None = None
    sign: Callable[[Signs], bool] | None = None
    kind: Kind | None = None
    skipped: str = ""

    def fits(self, headers: HeaderSigns) -> bool:
        """Whether the headers are what the rule asks for."""
        return (
            fits(self.left, headers.left)
            and fits(self.right, headers.right)
            and (not self.beside or any(fits(self.beside, header) for header in headers.others))
            and (self.headers is None or self.headers(headers))
        )


# What is left out has two signs at least. Found by reading 214 tables of one family of study
# guides, and those of twenty folders of other people.
RULES: tuple[Rule, ...] = (
    Rule(right="go first to|reopen|use this .*first", skipped="navigation"),
    Rule(left=f"{PLANNED}|{LISTED}|{PARTS}|phase|weak spot", right="focus", skipped="navigation"),
    Rule(left=PARTS, sign=lambda signs: signs.names_files, skipped="navigation"),
    Rule(left="lesson|chapter|official section|exam area", beside=CONTENTS, skipped="navigation"),
    Rule(sign=lambda signs: signs.names_chapters, skipped="navigation"),
    Rule(left=PLANNED, beside=EFFORT, skipped="planning"),
    Rule(left=f"{LISTED}|module", beside=PLAIN_EFFORT, skipped="planning"),
    Rule(left=f"{PLANNED}|module", sign=lambda signs: signs.is_plan, skipped="planning"),
    Rule(left=LISTED, sign=lambda signs: signs.is_to_do, skipped="planning"),
    Rule(left=TIMES, beside=ACTIVITIES, sign=lambda signs: signs.names_times, skipped="planning"),
    Rule(
        left=CLOCKS, beside=SESSIONS, sign=lambda signs: signs.names_clock_times, skipped="planning"
    ),
    Rule(
        left=f"{ACTIONS}|{OWNERS}|{DUES}",
        headers=lambda headers: headers.are_of_tasks,
        sign=lambda signs: signs.is_task_list,
        skipped="planning",
    ),
    Rule(
        left=f"{ACTIONS}|{OWNERS}",
        beside=f"{ACTIONS}|{OWNERS}|{DUES}",
        heading=MEETINGS,
        skipped="planning",
    ),
    Rule(left=LOG_DATES, beside=LOGGED, sign=lambda signs: signs.names_days, skipped="log"),
    Rule(left=LOG_DATES, heading=LOGS, sign=lambda signs: signs.names_days, skipped="log"),
    Rule(left=AGENDA, beside=OF_AGENDA, skipped="planning"),
    Rule(left=DAYS, beside=GOALS, skipped="planning"),
    Rule(left=DAYS, heading=SCHEDULE, skipped="planning"),
    Rule(left=SCORES, sign=lambda signs: signs.tells_what_to_study, skipped="grading"),
    Rule(left=CRITERIA, headers=lambda headers: headers.are_grades, skipped="grading"),
    Rule(left=COUNTED, right=SHARES, beside=COUNTS, skipped="grading"),
    Rule(left=FILES, sign=lambda signs: signs.names_files, skipped="files"),
    Rule(left=SOURCES, sign=lambda signs: signs.has_links, skipped="links"),
    Rule(left=f"{SOURCES}|{CHANNELS}", right=REASONS, heading=TO_LEARN_FROM, skipped="links"),
    Rule(sign=lambda signs: signs.asks_links, skipped="links"),
    Rule(left=EXERCISES, beside=SOLVED, sign=lambda signs: signs.has_links, skipped="links"),
    Rule(
        headers=lambda headers: headers.are_of_records,
        sign=lambda signs: signs.are_records,
        skipped="data",
    ),
    Rule(
        headers=lambda headers: headers.have_numbers_and_key,
        sign=lambda signs: signs.is_answer_key,
        skipped="answer key",
    ),
    Rule(
        headers=lambda headers: headers.have_key_and_options,
        sign=lambda signs: signs.is_quiz,
        skipped="answer key",
    ),
    Rule(
        headers=lambda headers: headers.may_list,
        sign=lambda signs: signs.is_numbered_list,
        skipped="numbered list",
    ),
    Rule(left=QUESTIONS, sign=lambda signs: signs.names_questions, skipped="grading"),
    Rule(left=BLOOM, heading=OF_QUESTIONS, skipped="grading"),
    Rule(left=BLOOM, right="why this level|questions?|q", skipped="grading"),
    Rule(left=AXES, sign=lambda signs: signs.is_matrix, skipped="matrix"),
    Rule(headers=lambda headers: headers.are_shown, skipped="demonstration"),
    Rule(sign=lambda signs: signs.is_exercise, skipped="exercise"),
    Rule(left=PROS, right=CONS, skipped="lists side by side"),
    Rule(headers=lambda headers: headers.are_opposites, skipped="lists side by side"),
    Rule(sign=lambda signs: signs.is_lists, skipped="lists side by side"),
    Rule(
        headers=lambda headers: headers.may_be_attributes,
        sign=lambda signs: signs.has_no_clue,
        skipped="no column of clues",
    ),
    *(Rule(left=row.header, kind=kind) for kind, row in KINDS.items() if row.header),
)
LEFT_OUT = frozenset(rule.skipped for rule in RULES if rule.skipped)


# --- how a table is read ----------------------------------------------------------------------


def lay_out(table: TableNotes, rows: int, settings: Settings = DEFAULTS) -> Layout:
    """What the table is by a person's word and by our rules, of which so many ``rows`` are written;
    whatever its notes were."""
    headers, width = table.headers, len(table.headers)
    words = _words(table)

    def nothing(why: str) -> Layout:
        return Layout(None, why, by_header(headers), width, words)

    if "skip" in words:
        return nothing("skipped by a comment")
    if table.form is not Form.TABLE:
        columns = Columns((0,), tuple(range(1, width)))
        said = _together(words, _of_all(settings))
        if table.form is Form.ORDER:
            said -= {"reverse"}  # what comes before a step is another order
        return Layout(Kind.CLUE, "", columns, width, said)
    if width < 2 or not rows:
        return nothing("one column" if width < 2 else "no rows")
    rule = _rule(headers, words, settings)
    if "skip" in rule:
        return nothing("skipped by deck.toml")
    own = _as_it_is(table, _said(headers, (words, rule, _of_all(settings))))
    return _told_apart(own, headers) if own.asking or not own.kind else nothing("no column to ask")


def keep_layout(
    own: Layout,
    table: TableNotes,
    settings: Settings = DEFAULTS,
    readings: Readings = NO_READINGS,
    page: str = "",
    section: str = "",
) -> Layout:
    """The layout of a table on a page in a section, which is its ``own`` one where a person's word
    says so, or its notes in use were read so; else that of its notes in use."""
    is_certain = own.kind is None and own.skipped not in LEFT_OUT
    if readings.are_none or is_certain or table.form is not Form.TABLE:
        return own
    headers = table.headers
    words = _words(table)
    said = _said(headers, (words, _rule(headers, words, settings), _of_all(settings)))
    if own.kind and (column := counted_ids(table, own)) is not None:
        ids = [row[column] for row in table.text]
        if readings.have_ids(clues_of(_written(table), own.columns.clue), ids):
            own = _told_apart(_as_it_is(table, said, has_known_ids=True), headers)
    reading = _reading_of_table(own, headers, page, section)
    if own.kind and readings.are_plain(reading):
        return _with_asked(own, said, readings.asked(page, section))
    is_left_out = own.kind is None
    # A clue is known by what is written, or by its words where somebody marked one of them since.
    ways = (_written(table), table.text) if table.names else (table.text,)
    kept = readings.of(page, section, headers, ways, own.columns.clue, is_left_out)
    if kept is None or said.is_otherwise(kept):
        return own
    asked = readings.asked(kept.reading.page, kept.reading.section)
    before = _as_before(own, kept, said, asked)
    if before.instead:
        before = before._replace(to_keep=_to_keep(before, table, said, asked))
    return _told_apart(before, headers) if before.asking else own


def _as_asked(header: str) -> str:
    """A header as its question reads; a single letter is another one in capitals."""
    name = header.rstrip(" :?？؟")
    return name.casefold() if len(name) > 1 else name


def _told_apart(layout: Layout, headers: Headers) -> Layout:
    """The layout without the columns that no card can ask for, since another one has their header:
    they stand in the table on the backs. Where nothing else would be asked, they stay."""
    twice = _same_as_others(headers, layout.columns.clue, layout.answers)
    if not twice or layout.kind is None:
        return layout
    columns = layout.columns
    if asking := tuple(column for column in layout.asking if column not in twice):
        left_out = tuple(sorted((*columns.left_out, *twice)))
        columns = columns._replace(asking=asking, left_out=left_out)
    return layout._replace(columns=columns, twice=twice)


@lru_cache(maxsize=256)  # many tables have the same headers
def _same_as_others(
    headers: Headers, clue: tuple[int, ...], answers: tuple[int, ...]
) -> tuple[int, ...]:
    """Those of the columns of answers that have the header of another one that a card shows."""
    names = [_as_asked(headers[column]) for column in (*clue, *answers)]
    return tuple(c for c in answers if names.count(_as_asked(headers[c]) or "-") > 1)


def _words(table: TableNotes) -> frozenset[str]:
    """Those of the comment above the table."""
    return frozenset(word.text for word in table.words)


def _rule(headers: Headers, words: frozenset[str], settings: Settings) -> tuple[str, ...]:
    """The words of the folder's rule for tables with these headers; a kind in the comment replaces
    them, all of them."""
    if not settings.tables or not words.isdisjoint(TABLE_KINDS):
        return ()
    ends = by_header(headers)
    left, right = headers[ends.clue[0]], headers[ends.asking[-1]]
    return next((rule.words for rule in settings.tables if _suits(rule, left, right)), ())


def _of_all(settings: Settings) -> frozenset[str]:
    """The words that a page's settings say of each of its tables."""
    return _words_of(settings.reverse, settings.row, settings.why, settings.quiz, settings.ask)


@lru_cache(maxsize=256)  # most pages have the settings of others
def _words_of(reverse: bool, row: bool, why: bool, quiz: bool | None, ask: str) -> frozenset[str]:
    said = {
        "reverse": reverse,
        "row": row,
        "why": why,
        "quiz": quiz is True,
        "no-quiz": quiz is False,
        f"ask {ask}": bool(ask),
    }
    return frozenset(word for word, is_said in said.items() if is_said)


def _together(*sources: Collection[str]) -> frozenset[str]:
    """The words of several sources, the nearest first: whether there is a quiz the nearest says."""
    words: frozenset[str] = frozenset()
    for source in reversed(sources):
        if not {"quiz", "no-quiz"}.isdisjoint(source):
            words -= {"quiz", "no-quiz"}
        words |= frozenset(source)
    return words


class _Said:
    """A person's word on a table with these headers; of the words' ``sources`` the nearest is
    first."""

    def __init__(self, headers: Headers, sources: Sequence[Collection[str]]) -> None:
        self.headers = headers
        self.words = _together(*sources)
        self.kind = next((kind for kind in TABLE_KINDS if kind.value in self.words), None)
        self.key = self._named("key ", sources)
        self.asked = self._named("ask ", sources)
        self.back = self._named("back ", sources)
        self.asks = frozenset((*self.key, *self.asked))  # what is no column beside others

    def _named(self, word: str, sources: Sequence[Collection[str]]) -> tuple[int, ...]:
        """The columns that the nearest source names for this."""
        said = next((w for own in sources for w in sorted(own) if w.startswith(word)), "")
        names = said.removeprefix(word)
        if not said or (word == "key " and unknown_headers(names, self.headers)):
            return ()  # of a name that no column has, an error is said
        return named(names, self.headers)

    def is_otherwise(self, kept: Kept) -> bool:
        """Whether it asks for another reading than the one that the table has."""
        is_of_kind = self.kind in (None, kept.reading.kind)
        return not is_of_kind or (bool(self.key) and self.key != kept.clue)


_said = lru_cache(maxsize=256)(_Said)  # many tables have the same headers


def _written(table: TableNotes) -> list[tuple[str, ...]]:
    """The cells of each row as they are written."""
    return [table.names.get(row, text) for row, text in enumerate(table.text)]


def counted_ids(table: TableNotes, layout: Layout) -> int | None:
    """The column ``ID`` of a table where it only counts the rows, and so tells none apart; but for
    one that a person's word says to ask for."""
    column = by_header(table.headers).id
    if column is None or layout.columns.id is not None:
        return None
    if column not in layout.columns.left_out and any(map(_NAMES_COLUMNS.match, layout.words)):
        return None
    cells = [row[column] for row in table.text]
    return column if is_numbering(table.headers[column], cells, is_first=False) else None


_NAMES_COLUMNS = lazy_regex("(ask|key) ")


def _columns(
    table: TableNotes, said: _Said, link_columns: tuple[int, ...], *, has_known_ids: bool
) -> Columns:
    """What each column does, by a person's word, by header and by cell; where it ``has_known_ids``
    these tell rows apart even if they count."""
    headers, text, key, asked = table.headers, table.text, said.key, said.asked
    known = by_header(headers).id if has_known_ids else None
    counted = tuple([c for c in numbering(headers, text) if c not in said.asks and c != known])
    beside = tuple(sorted({*said.back, *link_columns} - said.asks))
    explaining: Sequence[tuple[int, ...]] = ()
    if said.kind is None:  # who says that it is a table to ask means what stands there
        beside = tuple(sorted({*beside, *kept_dates(headers, text)} - said.asks))
        explaining = remarks_beside(headers, text), media_beside(headers, table.html)
    has_ids = _has_ids(headers, text) and not any(bare(headers[c]).lower() == "id" for c in counted)
    for found in filter(None, explaining):
        with_more = tuple(sorted({*beside, *found} - said.asks))
        # Beside a word and its sound alone there is nothing else to ask.
        if by_header(headers, key, asked, counted, with_more, has_ids).asking:
            beside = with_more
    columns = by_header(headers, key, asked, counted, beside, has_ids)
    if len(headers) < _FEWEST_OF_LONGER:
        return columns
    used = (*columns.clue, *counted, *asked, *columns.carried, columns.tags, columns.id)
    others = [column for column in range(len(headers)) if column not in used]
    asks = {*columns.asking, *asked}
    firsts = (others[:size] for size in range(1, min(len(others), _MOST_BESIDE) + 1))
    more = [first for first in firsts if asks - {*first}]
    if key or not more:
        return columns
    rows = [row for row in text if any(row[column] for column in columns.asking)]
    again = _again(clues_of(rows, columns.clue))
    for first in more if again else ():
        together = (*columns.clue, *first)
        if _again(clues_of(rows, together)) * _SLIPS <= min(again, len(rows)):
            return by_header(headers, together, asked, counted, beside, has_ids)
    return columns


_FEWEST_OF_LONGER = 3  # columns of a table whose clues may stand in two
_MOST_BESIDE = 2  # columns that are the clue with the first; more is no clue that can be read
_SLIPS = 10  # of so many rows one may stand twice by mistake
_FEWEST_IDS = 4  # of so many one half may be slips


def _has_ids(headers: Headers, rows: Sequence[Texts]) -> bool:
    """Whether what stands below ``ID`` can tell rows apart; in an example of data it does not."""
    column = by_header(headers).id
    if column is None:
        return True  # as nearly always
    cells = [row[column] for row in rows if row[column]]
    return len(cells) < _FEWEST_IDS or 2 * len(set(cells)) > len(cells)


def _again(clues: Sequence[str]) -> int:
    """How many clues stand there already."""
    return len(clues) - len(set(clues))


def _as_it_is(table: TableNotes, said: _Said, *, has_known_ids: bool = False) -> Layout:
    """The layout by a person's word and by our rules, whatever its notes were but for their IDs."""
    headers, kind, skipped = table.headers, said.kind, ""
    if kind is None:
        link_columns = links(headers, table.html, table.text)
        columns = _columns(table, said, link_columns, has_known_ids=has_known_ids)
        kind, skipped = _by_rules(table, columns, link_columns)
    else:
        columns = _columns(table, said, (), has_known_ids=has_known_ids)
    first = columns.clue[0]
    gaps = gaps_of(table.text, first)
    carries = any(row[first] in gaps and any(row) for row in table.text)
    return _layout(headers, kind, skipped, columns, said.words, carries)


@lru_cache(maxsize=256)  # many tables have the same headers, and so one layout
def _layout(
    headers: Headers,
    kind: Kind | None,
    skipped: str,
    columns: Columns,
    words: frozenset[str],
    carries: bool,
) -> Layout:
    """The layout of a table with these columns, without those that there is no room for."""
    asks_all = kind is not None and KINDS[kind].asks_all
    surplus = columns.asking[MOST_ATTRIBUTES:] if asks_all else ()
    if surplus:
        left_out = tuple(sorted((*columns.left_out, *surplus)))
        columns = columns._replace(asking=columns.asking[:MOST_ATTRIBUTES], left_out=left_out)
    clue = tuple(headers[column] for column in columns.clue)
    reading = Reading(
        clue, clue if carries else (), tuple(headers[column] for column in columns.left_out)
    )
    return Layout(
        kind, skipped, columns, len(headers), words, carries, reading, surplus=len(surplus)
    )


def _by_rules(
    table: TableNotes, columns: Columns, link_columns: tuple[int, ...]
) -> tuple[Kind | None, str]:
    """The kind of a table by our rules, or why it is skipped."""
    signs = Signs(table, columns, link_columns)
    heading = table.headings[-1] if table.headings else ""
    for rule in _rules_of_headers(table.headers, columns):
        if fits(rule.heading, heading) and (rule.sign is None or rule.sign(signs)):
            return rule.kind, rule.skipped
    return (Kind.CLUE if len(columns.asking) == 1 else Kind.COMPARE), ""


@lru_cache(maxsize=256)  # many tables have the same headers
def _rules_of_headers(headers: Headers, columns: Columns) -> Sequence[Rule]:
    """The rules for a table with these headers; whether their signs are there too is for the cells
    to say."""
    found = HeaderSigns(headers, columns)
    is_one = len(columns.asking) <= 1
    return [
        rule
        for rule in RULES
        # A trap has one better rule; more columns compare.
        if rule.fits(found) and (is_one or not rule.kind or KINDS[rule.kind].asks_all)
    ]


def _reading_of_table(layout: Layout, headers: Headers, page: str, section: str) -> TableReading:
    kind, columns = layout.kind or Kind.CLUE, layout.columns
    asks = columns.clue if KINDS[kind].asks_all else columns.asking[:1]
    return TableReading(kind, clue_header(headers, asks), layout.reading, page, section)


def _with_asked(own: Layout, said: _Said, asked: Collection[str]) -> Layout:
    """The layout of a comparison with its columns ``asked`` that have cards by their headers, as
    long as no person's word sends them to the back: cells that changed take no card away."""
    columns, headers = own.columns, said.headers
    if own.kind is not Kind.COMPARE or said.asked or not asked:
        return own
    used = (*columns.clue, *columns.asking, *columns.left_out, *said.back)
    has_cards = tuple(c for c, header in enumerate(headers) if header in asked and c not in used)
    if not has_cards:
        return own
    beside = tuple(column for column in columns.carried if column not in has_cards)
    left_out, has_ids = columns.left_out, columns.id is not None
    return own._replace(
        columns=by_header(headers, columns.clue, (), left_out, beside, has_ids, has_cards)
    )


def _as_before(own: Layout, kept: Kept, said: _Said, has_cards: Collection[str]) -> Layout:
    """The layout with the kind, the clues and the columns left out that the table had, and the
    column first that it asked; of a comparison also those headers that it ``has_cards`` for."""
    before, reading, headers = kept.reading, kept.reading.columns, said.headers
    asked = tuple(column for column in said.asked if column not in kept.clue)
    # An ID is no answer, if it came later, or counts by now.
    ids = {by_header(headers).id} & {*own.columns.left_out}
    left_out = tuple(
        column
        for column, header in enumerate(headers)
        if (header in reading.left_out or (column in ids and header not in has_cards))
        and column not in (*kept.clue, *asked)
    )
    known = has_cards if KINDS[before.kind].asks_all else (before.question,)
    cards = tuple(c for c in range(len(headers)) if headers[c] in known and c not in said.back)
    beside = tuple(c for c in own.columns.carried if c not in (*kept.clue, *cards))
    has_ids = own.columns.id is not None
    columns = by_header(headers, kept.clue, asked, left_out, beside, has_ids, cards)
    if not KINDS[before.kind].asks_all:
        asking = columns.asking
        first = [column for column in asking if headers[column] == before.question]
        first = first or [column for column in asking if like(headers[column], before.question)]
        if not first and kept.clue != own.columns.clue:
            first = [column for column in asking if column > kept.clue[0]]
        if not first:
            return own  # another question: whether it is the same table is asked elsewhere
        others = (column for column in asking if column != first[0])
        columns = columns._replace(asking=(first[0], *others))
    clue = tuple(headers[column] for column in columns.clue)
    reading = reading._replace(clue=clue, carry=clue if reading.carry else ())
    as_kept = own._replace(carries=bool(reading.carry), reading=reading)
    if (before.kind, columns) == (own.kind, own.columns):
        return as_kept
    return as_kept._replace(
        kind=before.kind,
        skipped="",
        columns=columns,
        instead=_instead(own, before.kind, columns, headers),
        is_near=own.kind is before.kind
        and {*columns.clue} < {*own.columns.clue}
        and own.answers == columns.asking[: len(own.answers)],
        kept=kept,
        surplus=0,
    )


def _instead(own: Layout, kind: Kind, columns: Columns, headers: Headers) -> str:
    """What to write to have a table read as it would be, were none of its notes in use."""
    key = f"key {', '.join(headers[column] for column in own.columns.clue)}"
    if own.columns.clue != columns.clue and len(own.columns.clue) > 1 and own.kind:
        return key
    if own.kind is not kind:
        return own.kind.value if own.kind else "skip"
    if own.columns.clue != columns.clue:
        # Cells that are otherwise now are no reason to ask.
        return "" if len(columns.clue) > 1 or columns.left_out else key
    is_other = not own.asks_all and own.columns.asking[:1] != columns.asking[:1]
    return f"ask {headers[own.columns.asking[0]]}" if is_other and own.kind else ""


def _to_keep(before: Layout, table: TableNotes, said: _Said, has_cards: Collection[str]) -> str:
    """The comments that say of a table what it is kept as; an empty text where none do."""
    headers, columns, kept = table.headers, before.columns, before.kept
    assert before.kind is not None
    assert kept is not None
    words = [
        *([before.kind.value] if said.kind is None else []),
        *([] if said.key else [f"key {', '.join(headers[column] for column in columns.clue)}"]),
        *([] if said.asked else [f"ask {', '.join(headers[c] for c in before.answers)}"]),
    ]
    for length in range(1, len(words) + 1):
        for more in combinations(words, length):
            now = _Said(headers, ({*more}, said.words))
            if now.is_otherwise(kept):
                continue
            own = _as_it_is(table, now)
            again = _as_before(own, kept, now, has_cards) if own.asking else own
            asks = again.kind, again.columns.clue, again.answers
            # Another column that might be asked would come to stand below the answers.
            is_same = asks == (before.kind, columns.clue, before.answers)
            if is_same and not again.instead and again.answers == again.asking:
                return " ".join(f"<!-- cards: {word} -->" for word in more)
    return ""


def _suits(rule: TableRule, left: str, right: str) -> bool:
    return _is_like_any(rule.left, left) and _is_like_any(rule.right, right)


def _is_like_any(patterns: Sequence[str], header: str) -> bool:
    """Whether the header is one of the patterns, in which ``*`` alone stands for any text."""
    text = comparable(header)
    literal = (re.sub(r"[?[]", r"[\g<0>]", comparable(pattern)) for pattern in patterns)
    return not patterns or any(fnmatchcase(text, pattern) for pattern in literal)
