"""Decides what a table asks, by its headers: an ordered list of rules, first match wins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from generator.model import Form, Kind, Table
from generator.notes.inline import NO_REFERENCES, References, is_plain, plain
from generator.settings import TableRule

MOST_ATTRIBUTES = 6  # the Compare note type has fields and templates for six


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table is, and what each of its columns does (indexes count from 0).

    ``kind`` is None for a table that makes no notes; ``skipped`` then says why. ``words`` are those
    of the cards comment, and of the folder's rule that fits the table.
    """

    kind: Kind | None
    skipped: str
    clue: int
    asking: tuple[int, ...]
    carried: tuple[int, ...]
    tags: int | None
    id: int | None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern over the first and the last header, and over all answers of half of the rows."""

    left: str = ""
    right: str = ""
    answers: str = ""
    kind: Kind | None = None
    skipped: str = ""

    def matches(self, left: str, right: str, answers: Sequence[Sequence[str]]) -> bool:
        """Whether every pattern that the rule has fits; patterns match the whole text.

        ``answers`` are by row; a row fits where each of its answers does.
        """
        return (
            _fits(self.left, left)
            and _fits(self.right, right)
            and (not self.answers or _half_fit(self.answers, answers))
        )


# A number alone is a value, not a place in a book: 3.14, 0.5 mg and 2.4.1 are answers.
_CHAPTER = (
    r"(chapters?|lessons?|sections?|units?) \d+.*"
    r"|[1-9]\d?(\.\d\d?)+[.:]?[\s–—-]+(?-i:[A-Z])\w\w.*"
)
_PLANNING = "item|field|status|week|domain|area|readiness area|time you can commit"

# Found by reading 214 tables of one family of study guides: these tell 212 of them right.
RULES: tuple[Rule, ...] = (
    Rule(right="go first to|focus|reopen|use this .*first", skipped="navigation"),
    Rule(left="lesson|chapter|official section|exam area", skipped="navigation"),
    Rule(answers=_CHAPTER, skipped="navigation"),
    Rule(left=_PLANNING, skipped="planning"),
    Rule(left="(common )?traps?|fallen?|pièges?|trampas?|trappol[ae]|armadilhas?", kind=Kind.TRAP),
)
_HAS_DIGIT = re.compile(r"\d").search

_CARRIED = re.compile("why|notes?|examples?|sources?|images?", re.IGNORECASE)


def lay_out(
    table: Table, rules: Sequence[TableRule] = (), references: References = NO_REFERENCES
) -> Layout:
    """What the table is. A cards comment decides over the folder's ``rules``, these over ours."""
    headers = [plain_header(cell.text, references) for cell in table.header.cells]
    tags, key, columns = _service_columns(headers)
    carried = tuple(column for column in columns[2:] if _CARRIED.fullmatch(_bare(headers[column])))
    asking = tuple(column for column in columns[1:] if column not in carried)
    words = frozenset(word.text for word in table.directives)

    def layout(kind: Kind | None, skipped: str = "") -> Layout:
        clue = columns[0] if columns else 0
        return Layout(kind, skipped, clue, asking, carried, tags, key, words)

    if "skip" in words:
        return layout(None, "skipped by a comment")
    if table.form is not Form.TABLE:
        return layout(Kind.CLUE)
    if not asking:
        return layout(None, "one column")
    if not table.rows:
        return layout(None, "no rows")
    left, right = _bare(headers[columns[0]]), _bare(headers[asking[-1]])
    kinds = (Kind.CLUE, Kind.TRAP, Kind.COMPARE)
    if words.isdisjoint(kinds):  # a kind in the comment replaces the folder's rule, all of it
        words |= set(next((rule.words for rule in rules if _suits(rule, left, right)), ()))
    if "skip" in words:
        return layout(None, "skipped by deck.toml")
    for kind in kinds:
        if kind.value in words:
            return layout(kind)
    answers = _answers(table, asking)
    for rule in RULES:
        if rule.matches(left, right, answers):
            if rule.kind is Kind.TRAP and len(asking) > 1:
                continue  # a trap has one better rule; more columns compare
            return layout(rule.kind, rule.skipped)
    return layout(Kind.CLUE if len(asking) == 1 else Kind.COMPARE)


def _answers(table: Table, asking: Sequence[int]) -> list[list[str]]:
    """The answers that may be places in the book, by row; none where not half of the rows have
    one. Only such have a digit, and only these are worth parsing."""
    last = asking[-1]
    rows = [row.cells for row in table.rows if len(row.cells) > last]
    if 2 * sum(bool(_HAS_DIGIT(cells[last].text)) for cells in rows) < len(rows):
        return []
    return [[_place(cells[column].text) for column in asking] for cells in rows]


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


def _place(answer: str) -> str:
    """What a reader sees of an answer that may be a place in the book; parsing takes its time."""
    return plain(answer) if _HAS_DIGIT(answer) else ""


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


def _half_fit(pattern: str, answers: Sequence[Sequence[str]]) -> bool:
    fitting = sum(all(_fits(pattern, text) for text in row) for row in answers)
    return bool(answers) and 2 * fitting >= len(answers)
