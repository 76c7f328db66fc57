"""Columns beside what is asked, by header and by cell: how far the student is with a row, where it
stands in a source, what only explains it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from generator.core.header_name import is_headed
from generator.core.lazy_regex import lazy_regex
from generator.notes.header_words import (
    CHAPTERS,
    CHECKED,
    DONE,
    GRADED,
    PAGES,
    RATED,
    REFERENCES,
    SEEN,
    SENTENCES,
    SEVERAL_PAGES,
    TELLING,
    TIMESTAMPS,
)

_DATE = lazy_regex(
    r"\d{4}[-/.]\d\d?(?:[-/.]\d\d?)?|\d\d?[./]\s?\d\d?[./]\s?(?:\d{4}|\d\d)|\d{4}年\d\d?月\d\d?日"
    r"|(?:\d\d?(?:st|nd|rd|th|\.)? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r"(?: \d\d?(?:st|nd|rd|th)?)?(?:,? \d{4})?",
    re.IGNORECASE,
)
_BOX = r"\\?\[[ xX✓✔]?\\?\]|[☐☑☒⬜🔲🔳]\ufe0f?"
_SIGN_OF_MIND = r"[🔴🟠🟡🟢🔵⚪⚫🟥🟧🟨🟩👍👎🔥❗‼😀-🙏]\ufe0f?"
_CHECK_BOX = lazy_regex(_BOX)
_HOW_FAR = lazy_regex(
    rf"(?:(?:{_BOX}|{_SIGN_OF_MIND}|[✅❌🔄🔁⏳⌛🚧📖🆕]\ufe0f?) ?)?"
    r"(?:yes|no|true|false|ja|nein|oui|non|s[íì]|sim|não|да|нет|tak|nie|nee|ano|ne|evet|hayır|是|否|はい|いいえ|네|아니요|[xX✓✔✗✘]\ufe0f?"
    r"|learn(?:ed|t|ing)|new|to ?[ -]?do|(?:not|never) started|started|in progress|ongoing|done"
    r"|finished|mastered|(?:un)?known|review(?:ed|ing)?|to (?:review|learn|study)|needs? review"
    r"|pending|not yet|studied|memorized|gelernt|offen|erledigt|in arbeit|neu|wiederholen|fait"
    r"|à faire|appris|en cours|à revoir|hecho|pendiente|en curso|aprendid[oa]|repasar|feito"
    r"|pendente|fatto|da fare|in corso|выучено|в процессе|новое|未学|学习中|已学|已掌握"
    r"|未着手|学習中|完了|완료|진행 ?중|\d{1,3} ?%)?",
    re.IGNORECASE,
)
_STARS = rf"[★☆⭐🌟✩✪\ufe0f ]+|(?:{_SIGN_OF_MIND} ?)+"
_RATING = lazy_regex(
    rf"{_STARS}|(?:[0-9]|10)(?: ?/ ?(?:5|10))?|(?:very )?(?:low|medium|high)|mid|weak|strong|so-so"
    r"|niedrig|mittel|hoch|gering|faible|moyenne?|élevée?|fort|baj[ao]|medi[ao]|alt[ao]|низкая"
    r"|средняя|высокая|低|中|高|하|중|상",
    re.IGNORECASE,
)
_GRADE = lazy_regex(
    rf"{_STARS}|(?:very )?(?:easy|hard|difficult)|medium|moderate|leicht|mittel|schwer|facile|moyen"
    r"|difficile|fácil|m[eé]di[ao]|difícil|makkelijk|moeilijk|легко|средне|сложно|简单|中等|困难|易|中|難|쉬움|보통|어려움",
    re.IGNORECASE,
)
_OF_A_PAGE = (
    r"(?:(?:pp?|pgs?|s|стр|с|rn|rz|ch|chap|kap|cap|vl|l)\.? ?"
    r"|(?:page|seite|slide|folie|chapter|kapitel|lecture|lesson|unit)s? )"
)
_PAGE_NUMBER = r"\d{1,4}(?:\.\d{1,2}){0,2}"
_PAGES = lazy_regex(
    rf"{_OF_A_PAGE}?{_PAGE_NUMBER}(?: ?[-–,] ?{_PAGE_NUMBER})*(?: ?ff?\.?)?", re.IGNORECASE
)
_PAGE_RANGES = lazy_regex(
    rf"{_OF_A_PAGE}{_PAGE_NUMBER}(?: ?[-–,] ?{_PAGE_NUMBER})*(?: ?ff?\.?)?"
    rf"|{_PAGE_NUMBER}(?: ?[-–] ?{_PAGE_NUMBER}| ?ff?\.?)",
    re.IGNORECASE,
)
_TIME = lazy_regex(r"(?:\d{1,2}:)?\d{1,2}:\d\d(?: ?[-–] ?(?:\d{1,2}:)?\d{1,2}:\d\d)?")
_REFERENCE = lazy_regex(
    r"\[\d{1,3}\](?:[, ]*\[\d{1,3}\])*"
    r"|.*\b(?:pp?\.|ch(?:ap)?\.|kap\.|cap\.|s\.|стр\.|rn\.|art\.|vol\.) ?\d.*"
    r"|[^\W\d_].*\b(?:1[89]|20)\d\d[a-z]?\b.*|.*§ ?\d.*",
    re.IGNORECASE,
)
_OF_WORDS = r"(?!.*\d)\S+(?:\s+\S+){2,}|.*[\u3040-\u9fff]{4}.*|.*[\u0e00-\u0e7f]{8}.*"
_SENTENCE = lazy_regex(
    r"(?!.*\b(?:years?|months?|prison|jail|imprisonment|custody|fine)\b)"
    rf"(?:{_OF_WORDS}|(?=.*[^\W\d_]).*[.!?。！？…؟।][\"”»」']?)",
    re.IGNORECASE,
)
_SEVERAL_WORDS = lazy_regex(r"(?=.*[^\W\d_])\S+\s.*|.*[\u3040-\u9fff]{4}.*")

# Headers that say so, what each of their cells is to be, and the first column that may be one.
_Rules = tuple[tuple[frozenset[str], re.Pattern[str], int], ...]
_DATES: _Rules = ((SEEN, _DATE, 1),)
_HOW_FAR_RULES: _Rules = ((DONE, _HOW_FAR, 1), (CHECKED, _CHECK_BOX, 1))
_BESIDE: _Rules = (
    *_HOW_FAR_RULES,
    (RATED, _RATING, 1),
    (GRADED, _GRADE, 1),
    (PAGES, _PAGES, 2),
    (CHAPTERS, _PAGES, 2),
    (SEVERAL_PAGES, _PAGE_RANGES, 2),
    (TIMESTAMPS, _TIME, 2),
    (REFERENCES, _REFERENCE, 2),
    (SENTENCES, _SENTENCE, 2),
    (TELLING, _SEVERAL_WORDS, 2),
)
_AHEAD: _Rules = (
    *_DATES,
    *_HOW_FAR_RULES,
    (PAGES, _PAGES, 0),
    (CHAPTERS, _PAGES, 0),
    (TIMESTAMPS, _TIME, 0),
)
_Rows = Sequence[Sequence[str]]


def _all_names(*rules: _Rules) -> frozenset[str]:
    return frozenset(name for each in rules for names, _, _ in each for name in names)


_NAMES = _all_names(_DATES, _BESIDE)
_NAMES_AHEAD = _all_names(_AHEAD)


def kept_dates(headers: tuple[str, ...], rows: _Rows) -> tuple[int, ...]:
    """The columns, from the second on, that say when somebody last saw to the row."""
    return _remarks(headers, rows, _DATES)


def remarks_beside(headers: tuple[str, ...], rows: _Rows) -> tuple[int, ...]:
    """The columns that are no answers: from the second on, how far the student is with the row;
    from the third on, where it stands in a source, and what only explains by its cells."""
    return _remarks(headers, rows, _BESIDE)


def may_stand_ahead(header: str) -> bool:
    """Whether a column with this header may stand before what its rows are about."""
    return is_headed(header, _NAMES_AHEAD)


def stands_ahead(header: str, cells: Sequence[str]) -> bool:
    """Whether a first column says how far the student is, or where a row stands. A cell that stands
    there once may be what its row is about: only pages and times are enough by themselves."""
    filled = [*filter(None, cells)]
    is_repeated = len({*filled}) < len(filled)
    return bool(filled) and any(
        (is_repeated or names in (PAGES, TIMESTAMPS))
        and is_headed(header, names)
        and all(map(cell.fullmatch, filled))
        for names, cell, _ in _AHEAD
    )


def _remarks(headers: tuple[str, ...], rows: _Rows, rules: _Rules) -> tuple[int, ...]:
    columns = _remark_columns(headers, rules)
    if not columns:
        return ()  # as nearly always
    return tuple(c for c, cell in columns if all(cell.fullmatch(row[c]) for row in rows if row[c]))


@lru_cache(maxsize=512)  # many tables have the same headers
def _remark_columns(
    headers: tuple[str, ...], rules: _Rules
) -> Sequence[tuple[int, re.Pattern[str]]]:
    """Those whose headers say so, and what all their cells are to be."""
    found = [column for column in range(1, len(headers)) if is_headed(headers[column], _NAMES)]
    return [
        (column, cell)
        for column in found  # none, nearly always
        for names, cell, first in rules
        if column >= first and is_headed(headers[column], names)
    ]
