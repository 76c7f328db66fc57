"""Says by how a table's first rows are written which of them names the columns, if any does.

A row of data that became a header would make wrong cards of all rows below it, so what is not
certain holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.core.diagnostics import (
    HEADER_BELOW,
    NO_COLUMN_NAMES,
    SECOND_HEADER,
    UNNAMED_COLUMN,
    Diagnostic,
    number,
)
from generator.core.header_name import undecorated
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Position, Row

_BOLD = lazy_regex(r"\*\*[^*]+\*\*|__[^_]+__|<(b|strong)>[^<]+</\1>")
_NO_NAME = lazy_regex(r"[\s:—–-]*")
# Words that head columns of study notes, by language: beside each other they are hardly ever data,
# while words of two languages are vocabulary.
_NAMES = tuple(
    frozenset(language.split())
    for language in """
    term terms word words phrase expression meaning meanings definition definitions translation
    question questions answer answers trap pitfall mistake rule explanation description example
    examples note notes command commands keyword abbreviation acronym concept

    begriff begriffe wort wörter bedeutung definition übersetzung frage fragen antwort antworten
    falle erklärung beschreibung beispiel beispiele befehl abkürzung

    terme termes mot mots signification définition traduction question réponse exemple piège

    término palabra palabras significado definición traducción pregunta respuesta ejemplo trampa

    termine parola parole significato definizione traduzione domanda risposta esempio trappola

    termo palavra palavras significado definição tradução pergunta resposta exemplo armadilha

    单词 词语 意思 含义 定义 问题 答案 例子

    單詞 詞語 意思 含義 定義 問題 答案 例子

    単語 意味 定義 問題 質問 答え 例文

    단어 뜻 의미 질문 답 예문
    """.split("\n\n")
)
# What the last of several headers says of the others; as an answer it would tell nothing.
_LAST_NAME = lazy_regex(
    "description|meaning|definition|explanation|notes|commands?|examples?", re.IGNORECASE
)
_SHORT_NAME = lazy_regex(r"[A-Z][\w'/()-]*(?: [\w'/()-]+){0,5}\??")


def names_columns(row: Row, others: Sequence[Row]) -> bool:
    """Whether the row is certainly a header: of words that head columns; or it is bold, or begins
    a sentence that the cells below go on with, where the others do not."""
    texts = [cell.text for cell in row.cells]
    if len(texts) < 2 or "" in texts:
        return False
    words = {_bare(undecorated(text)) for text in texts}
    if any(words <= names for names in _NAMES):
        return True
    if _LAST_NAME.fullmatch(texts[-1]) and all(map(_SHORT_NAME.fullmatch, texts)):
        return True
    return any(is_so(row) and not all(map(is_so, others)) for is_so in (_is_bold, _goes_on))


def has_same_names(row: Row, header: Row) -> bool:
    """Whether the row is the header once more."""
    return [_bare(cell.text) for cell in row.cells] == [_bare(cell.text) for cell in header.cells]


def names_nothing(header: Row, rows: Sequence[Row]) -> bool:
    """Whether a header is empty, or is one title above several columns.

    A left header may be missing: its cells name the rows. A column without a name and without
    content in ``rows``, those below, is no column.
    """
    named = _named(header)
    if len(named) > 1:
        return False
    used = sorted({*named, *_filled(rows)})
    return len(used) > 1 and not (len(used) == 2 and named == used[1:])


def with_header(
    rows: Sequence[Row], held: Sequence[int], file: str, diagnostics: list[Diagnostic]
) -> tuple[list[Row], tuple[int, ...]]:
    """The rows with the one first that names the columns, and which rows below it are held.

    ``diagnostics`` grows by what is wrong with the header.
    """
    header, *body = rows
    named = _named(header)
    if len(named) == len(header.cells) or len(held) == len(body):
        return [*rows], tuple(held)
    where = Position(file, header.line, header.column)
    if names_nothing(header, body):
        if len(body) > 1 and names_columns(body[0], body[1:]):
            diagnostics.append(HEADER_BELOW.at(where, line=body[0].line))
            return body, tuple(place - 1 for place in held if place)
        diagnostics.append(NO_COLUMN_NAMES.at(where, rows=number(len(body), "row")))
        return [*rows], tuple(range(len(body)))
    if _heads_again(header, body):
        row = body[0]
        example = " | ".join(_names_of_both(header, row))
        where = Position(file, row.line, row.column)
        rows_held = number(len(body), "row")
        diagnostics.append(SECOND_HEADER.at(where, rows=rows_held, header=example))
        return [*rows], tuple(range(len(body)))
    filled = _filled(body)
    unnamed = (p for p, cell in enumerate(header.cells) if p and p in filled and not cell.text)
    if (place := next(unnamed, None)) is not None:
        cell = header.cells[place]
        at = Position(file, cell.line, cell.column)
        diagnostics.append(UNNAMED_COLUMN.at(at, place=place + 1))
    return [*rows], tuple(held)


_SHORT = lazy_regex(r"[^\W\d_](?:[^\d\n]{0,24})")


def _heads_again(header: Row, body: Sequence[Row]) -> bool:
    """Whether the row below a header goes on naming columns: it has a few letters below each name
    and each empty cell of the header, and either nothing in the first, where the rows below have
    their clues, or the same again below the next name, as no other row has."""
    first, *others = body
    texts = [_bare(cell.text) for cell in first.cells]
    if len(texts) != len(header.cells) or len(texts) < _FEWEST_HEADED_TWICE or not others:
        return False
    below = texts[1:]
    if not all(map(_SHORT.fullmatch, below)):
        return False
    if not texts[0]:
        return bool(others[0].cells[0].text)
    again = {text for text in below if below.count(text) > 1}
    cells = {_bare(cell.text) for row in others for cell in row.cells[1:]}
    return bool(again) and again.isdisjoint(cells) and _parts_again(header, below)


_FEWEST_HEADED_TWICE = 3  # columns


def _parts_again(header: Row, below: Sequence[str]) -> bool:
    """Whether the same names stand below each name of a header."""
    starts = [place for place in _named(header) if place]
    parts = [
        tuple(below[start - 1 : end - 1])
        for start, end in zip(starts, [*starts[1:], len(header.cells)], strict=True)
    ]
    return len(parts) > 1 and len({*parts}) == 1


def _names_of_both(header: Row, row: Row) -> Iterator[str]:
    """The names of columns in one line, of two that have a part of them each."""
    above = ""
    for place, (cell, below) in enumerate(zip(header.cells, row.cells, strict=True)):
        above = cell.text if cell.text or not place else above
        yield " ".join(filter(None, (above, below.text))) if place else above or below.text or "…"


def _named(header: Row) -> list[int]:
    """The places of the header's cells that hold a name."""
    cells = header.cells
    return [place for place, cell in enumerate(cells) if not _NO_NAME.fullmatch(cell.text)]


def _filled(rows: Sequence[Row]) -> set[int]:
    """The places of columns in which a cell holds something."""
    return {place for row in rows for place, cell in enumerate(row.cells) if cell.text}


def _is_bold(row: Row) -> bool:
    return all(_BOLD.fullmatch(cell.text) for cell in row.cells)


def _goes_on(row: Row) -> bool:
    return row.cells[0].text.endswith(("…", "..."))


def _bare(text: str) -> str:
    return text.strip("*_: ?").casefold()
