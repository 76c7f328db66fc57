"""Decides what a table asks, by its headers: an ordered list of rules, first match wins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from generator.likeness import like
from generator.model import TABLE_KINDS, Form, Kind, Row
from generator.notes.inline import NO_REFERENCES, References, is_plain, plain
from generator.notes.kinds import KINDS
from generator.notes.page_notes import TableNotes
from generator.notes.readings import NO_READINGS, Kept, Readings, TableReading
from generator.settings import TableRule


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table is, and what each of its columns does (indexes count from 0).

    ``kind`` is None for a table that makes no notes; ``skipped`` then says why. ``words`` are those
    of the cards comment, and of the folder's rule that fits the table. Where it is ``kept`` as the
    notes of it that are in use, ``instead`` is the word of what the headers say now.
    """

    kind: Kind | None
    skipped: str
    clue: int
    asking: tuple[int, ...]
    carried: tuple[int, ...]
    tags: int | None
    id: int | None
    words: frozenset[str] = frozenset()
    instead: str = ""
    kept: Kept | None = None

    @property
    def asks_all(self) -> bool:
        """Whether it has a card for each asking column, else for the first."""
        return self.kind is not None and KINDS[self.kind].asks_all

    @property
    def answers(self) -> tuple[int, ...]:
        """The columns whose cells its cards ask for."""
        return self.asking if self.asks_all else self.asking[:1]


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns for the first and the last header, or that the answers name chapters."""

    left: str = ""
    right: str = ""
    chapters: bool = False
    kind: Kind | None = None
    skipped: str = ""

    def matches(self, left: str, right: str, names_chapters: bool) -> bool:
        """Whether all that the rule asks for is so; patterns match the whole text."""
        return (
            _fits(self.left, left)
            and _fits(self.right, right)
            and (names_chapters or not self.chapters)
        )


# A number alone is a value, not a place in a book: 3.14, 0.5 mg and 2.4.1 are answers.
_CHAPTER = re.compile(
    r"(chapters?|lessons?|sections?|units?) \d+.*"
    r"|[1-9]\d?(\.\d\d?)+[.:]?[\s–—-]+(?-i:[A-Z])\w\w.*",
    re.IGNORECASE,
).fullmatch
_PLANNING = "item|field|status|week|domain|area|readiness area|time you can commit"

# Found by reading 214 tables of one family of study guides: these tell 212 of them right.
RULES: tuple[Rule, ...] = (
    Rule(right="go first to|focus|reopen|use this .*first", skipped="navigation"),
    Rule(left="lesson|chapter|official section|exam area", skipped="navigation"),
    Rule(chapters=True, skipped="navigation"),
    Rule(left=_PLANNING, skipped="planning"),
    *(Rule(left=row.header, kind=kind) for kind, row in KINDS.items() if row.header),
)
LEFT_OUT = frozenset(rule.skipped for rule in RULES if rule.skipped)
_HAS_DIGIT = re.compile(r"\d").search

_CARRIED = re.compile("why|notes?|examples?|sources?|images?", re.IGNORECASE)


def lay_out(
    table: TableNotes,
    rows: int,
    rules: Sequence[TableRule] = (),
    readings: Readings = NO_READINGS,
    page: str = "",
    section: str = "",
) -> Layout:
    """What the table is, of which so many ``rows`` are written on a page in a section. A cards
    comment decides over the folder's ``rules``, these over how its notes were read before, and that
    over our rules."""
    columns = _columns(table.headers)
    words = frozenset(word.text for word in table.words)

    def layout(kind: Kind | None, skipped: str = "") -> Layout:
        return Layout(kind, skipped, *columns, words)

    if "skip" in words:
        return layout(None, "skipped by a comment")
    if table.form is not Form.TABLE:
        return layout(Kind.CLUE)
    if not columns.asking:
        return layout(None, "one column")
    if not rows:
        return layout(None, "no rows")
    left, right = _bare(table.headers[columns.clue]), _bare(table.headers[columns.asking[-1]])
    if words.isdisjoint(TABLE_KINDS):  # a kind in the comment replaces the folder's rule, all of it
        words |= set(next((rule.words for rule in rules if _suits(rule, left, right)), ()))
    if "skip" in words:
        return layout(None, "skipped by deck.toml")
    for kind in TABLE_KINDS:
        if kind.value in words:
            return layout(kind)
    by_header = layout(*_by_header(columns, left, right, table.names_chapters))
    if by_header.kind:
        asks = columns.clue if by_header.asks_all else columns.asking[0]
        headers = table.headers[asks], table.headers[columns.clue]
        if readings.are_plain(TableReading(by_header.kind, *headers, page, section)):
            return by_header
    kept = readings.of(page, section, table.headers, table.text, columns.clue)
    return _as_before(by_header, kept, table.headers) if kept else by_header


def _by_header(
    columns: _Columns, left: str, right: str, names_chapters: bool
) -> tuple[Kind | None, str]:
    """The kind of a table by our rules, or why it is skipped."""
    for rule in RULES:
        if rule.matches(left, right, names_chapters):
            if rule.kind and not KINDS[rule.kind].asks_all and len(columns.asking) > 1:
                continue  # a trap has one better rule; more columns compare
            return rule.kind, rule.skipped
    return (Kind.CLUE if len(columns.asking) == 1 else Kind.COMPARE), ""


def _as_before(layout: Layout, kept: Kept, headers: tuple[str, ...]) -> Layout:
    """The layout with the kind and the clues that the table had, and the column first that it
    asked."""
    before = kept.reading
    columns = _columns(headers, kept.clue)
    if not KINDS[before.kind].asks_all:
        asking = columns.asking
        first = [column for column in asking if headers[column] == before.question]
        first = first or [column for column in asking if like(headers[column], before.question)]
        if not first and kept.clue != layout.clue:
            first = [column for column in asking if column > kept.clue]
        if not first:
            return layout  # another question: whether it is the same table is asked elsewhere
        others = (column for column in asking if column != first[0])
        columns = columns._replace(asking=(first[0], *others))
    by_header = _Columns(layout.clue, layout.asking, layout.carried, layout.tags, layout.id)
    if (layout.kind, by_header) == (before.kind, columns):
        return layout
    instead = layout.kind.value if layout.kind else "skip"
    return Layout(before.kind, "", *columns, layout.words, instead, kept)


class _Columns(NamedTuple):
    """What each column does, by its header alone; see `Layout`."""

    clue: int
    asking: tuple[int, ...]
    carried: tuple[int, ...]
    tags: int | None
    id: int | None


@lru_cache(maxsize=256)  # many tables have the same headers
def _columns(headers: tuple[str, ...], clue: int | None = None) -> _Columns:
    """The columns of a table with its clues in the first of them, or in the column ``clue``."""
    tags, key, columns = _service_columns(headers)
    if clue in columns:
        columns = [clue, *(column for column in columns if column != clue)]
    carried = tuple(column for column in columns[2:] if _CARRIED.fullmatch(_bare(headers[column])))
    others = tuple(column for column in columns[1:] if column not in carried)
    # A column without a name would ask nothing: it stands in the table on the backs.
    asking = tuple(column for column in others if headers[column]) or others
    return _Columns(columns[0] if columns else 0, asking, carried, tags, key)


def names_chapters(headers: tuple[str, ...], rows: Sequence[Row]) -> bool:
    """Whether the answers of half of the rows are places in a book, each of them.

    Only those that have a digit are worth parsing.
    """
    asking = _columns(headers).asking
    if not asking:
        return False
    last = asking[-1]
    cells = [row.cells for row in rows if len(row.cells) > last]
    if not cells or 2 * sum(bool(_HAS_DIGIT(row[last].text)) for row in cells) < len(cells):
        return False
    fitting = sum(all(_is_chapter(row[column].text) for column in asking) for row in cells)
    return 2 * fitting >= len(cells)


def _is_chapter(answer: str) -> bool:
    return bool(_HAS_DIGIT(answer)) and _CHAPTER(plain(answer)) is not None


def _suits(rule: TableRule, left: str, right: str) -> bool:
    return _is_like_any(rule.left, left) and _is_like_any(rule.right, right)


def _is_like_any(patterns: Sequence[str], header: str) -> bool:
    text = _comparable(header)
    return not patterns or any(_is_like(_comparable(pattern), text) for pattern in patterns)


def _comparable(text: str) -> str:
    return _bare(unicodedata.normalize("NFC", " ".join(text.split()))).casefold()


def _is_like(pattern: str, text: str) -> bool:
    """Whether the text is the pattern, in which ``*`` stands for any text.

    It looks for one piece after the other and never goes back, so no pattern takes long.
    """
    first, *pieces = pattern.split("*")
    if not pieces:
        return text == first
    *middle, last = pieces
    if not text.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        position = text.find(piece, position) + len(piece)
        if position < len(piece):
            return False
    return text.endswith(last) and len(text) - len(last) >= position


def plain_header(text: str, references: References = NO_REFERENCES) -> str:
    """A header as one line of text, in one form whatever the editor that wrote its accents."""
    return text if is_plain(text) else unicodedata.normalize("NFC", plain(text, references))


def _bare(header: str) -> str:
    """A header without what may end it: ``Why?`` and ``Go first to…`` are the rules' words too."""
    return header.rstrip(" .:?!…")


def _service_columns(headers: Sequence[str]) -> tuple[int | None, int | None, list[int]]:
    """Where ``Tags`` and ``ID`` stand, and the other columns.

    They are ordinary columns where nothing else would be left to ask, the ID first: ``Country |
    ID`` asks for the ID, and so does ``Country | ID | Tags``.
    """
    lowered = [header.lower() for header in headers]
    tags = lowered.index("tags") if "tags" in lowered else None
    key = lowered.index("id") if "id" in lowered else None
    for service in ((tags, key), (tags, None)):
        columns = [column for column in range(len(headers)) if column not in service]
        if len(columns) > 1:
            return *service, columns
    return None, None, list(range(len(headers)))


@lru_cache(maxsize=256)  # many tables have the same headers
def _fits(pattern: str, text: str) -> bool:
    return not pattern or re.fullmatch(pattern, text, re.IGNORECASE) is not None
