"""Names what a web page left in the notes: its own words, and tables that lost their columns.

It reads nothing as a table. A false alarm costs more trust than a miss, so each pattern asks for
a whole line, as pages write it and people do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from generator.core.diagnostics import LEFTOVER, LOST_COLUMNS, Code, Diagnostic, so_in_lines
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position, Table
from generator.sources.block_tree import Lines, Node

_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_LEFTOVER = lazy_regex(
    r"Loading(?: [\w-]+){1,3} ?(?:…|\.\.\.)"
    rf"|(?:Revised|(?:Last )?(?:updated|modified|edited|revised)) on {_WEEKDAY}, .{{1,30}}"
    r"|(?:We use|This (?:web)?site uses) cookies\b.{0,300}"
    r"|(?:Accept|Reject|Manage)(?: all)? cookies"
    r"|Skip to (?:main )?content"
    r"|Was this (?:page|article|lesson) helpful\?"
    r"|(?:Please )?enable JavaScript\b.{0,100}",
    re.IGNORECASE,
)

# A left header, and a right one that begins with a capital letter in the middle of the line: the
# words that right headers of study guides begin with, or any word behind an ellipsis.
_TWO_HEADERS = lazy_regex(
    r"[A-Z“](?:[^.:;!?|]*[^\s.:;!?|])? "
    r"(?:Better|Best|Strong|Stronger|Strongest|Prefer|Think first|Main role|Meaning|Definition)\b"
    r"[^.:;!?,|]*"
    r"|[A-Z“][^.:;!?|…]*(?:…|\.\.\.) [A-Z][^.:;!?,|]*"
)
# What no leftover is without, in small letters; and what a header of lost columns is not.
_WORDS_LEFT = ("loading ", "day, ", "cookies", "skip to ", "was this ", "javascript")
_LIKE_ASCII = "İıſ\u212a"  # what patterns take for i, s and k, too, where case is no matter
_WORD_OF_HEADERS = lazy_regex(
    r" (?:Be(?:tter|st)|Strong|Prefer|Think first|M(?:ain role|eaning)|Definition)"
)
_ELLIPSES = ("… ", "... ")
_MARKERS = " \t>*+-.)0123456789"  # of lists and quotes, in front of a line
_MOST_HEADER_WORDS = 10
_FEWEST_ROWS = 2
_ROW = lazy_regex(r"[^|]+(?<![.,:;!…|])")  # prose ends a line so sooner or later
_MOST_ROW_WORDS = 30


def may_be_left(text: str) -> bool:
    """Whether a page may hold what `name_leftovers` names."""
    small = text.lower()
    if len(small) != len(text):  # few letters are more than one as small ones
        return any(_is_left(_bare(line)) or _is_header(_bare(line)) for line in text.split("\n"))
    left = lines_with(_WORDS_LEFT, small)
    return any(_is_left(_bare(text[start:end])) for start, end in left) or any(
        _is_header(_bare(line)) for line in _header_lines(text)
    )


def _header_lines(text: str) -> Iterator[str]:
    """The lines of a text that may be headers of lost columns."""
    end = 0
    while found := _WORD_OF_HEADERS.search(text, end):
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        yield text[text.rfind("\n", 0, found.start()) + 1 : end]
    words = [word for word in _ELLIPSES if word[0] in text]  # one character takes no time
    yield from (text[start:end] for start, end in lines_with(words, text))


def lines_with(words: Iterable[str], text: str) -> list[tuple[int, int]]:
    """Where the lines of a text that have one of these words or signs begin and end."""
    found: dict[int, int] = {}
    for word in words:
        place = text.find(word)
        while place >= 0:
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            found[text.rfind("\n", 0, place) + 1] = end
            place = text.find(word, end)
    return sorted(found.items())


def _bare(line: str) -> str:
    """A line without the marks of lists and quotes in front of it."""
    return line.lstrip(_MARKERS).strip()


def name_leftovers(
    prose: Sequence[Node], tables: Sequence[Table], file: str, lines: Lines
) -> Iterator[Diagnostic]:
    """At most one finding for each code; ``prose`` are the page's paragraphs."""
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    if _has_word_left("\n".join([node.text for node in prose] + [cell.text for cell in cells])):
        left = [(cell.line, cell.text) for cell in cells if _LEFTOVER.fullmatch(cell.text)]
        for node in prose:
            texts = enumerate(node.text.split("\n"), node.line)
            left += [(line, text) for line, text in texts if _is_left(text)]
        yield from _told(LEFTOVER, sorted(left), file, lines)
    paragraphs = [(node.line, node.text.split("\n")) for node in prose]
    lost = [(line, texts[0]) for line, texts in paragraphs if _has_lost_columns(texts)]
    yield from _told(LOST_COLUMNS, lost, file, lines)


def _has_word_left(text: str) -> bool:
    """Whether a text has a word that no leftover is without."""
    small = text.encode("ascii", "ignore").decode().lower()
    return any(word in small for word in _WORDS_LEFT) or any(c in text for c in _LIKE_ASCII)


def _is_left(text: str) -> bool:
    return _LEFTOVER.fullmatch(text.strip()) is not None


def _is_header(line: str) -> bool:
    """Whether a line is two headers that nothing parts."""
    return len(line.split()) <= _MOST_HEADER_WORDS and _TWO_HEADERS.fullmatch(line) is not None


def _has_lost_columns(texts: Sequence[str]) -> bool:
    if len(texts) <= _FEWEST_ROWS:
        return False
    header, *rows = (text.strip() for text in texts)
    return _is_header(header) and all(
        _ROW.fullmatch(row) and 2 <= len(row.split()) <= _MOST_ROW_WORDS for row in rows
    )


def _told(
    code: Code, found: Sequence[tuple[int, str]], file: str, lines: Lines
) -> Iterator[Diagnostic]:
    """The first of the findings, with the lines of the others."""
    if found:
        (line, text), *others = found
        more = so_in_lines([line for line, _ in others])
        where = Position(file, line, lines.column(line, text.rstrip()))
        yield code.at(where, text=text.strip(), more=more)
