"""Renders a cell: its HTML, its plain text, and the text that it is recognised by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from generator.core.diagnostics import (
    CONTROL_CHARACTER,
    FORMULA_AS_TEXT,
    MARK_IN_CELL,
    MEDIA_MISPLACED,
    ONLY_SHOWN_ELSEWHERE,
    SHORTCODE_AS_TEXT,
    SHOWN_ELSEWHERE,
    TAG_AS_TEXT,
    Diagnostic,
    excerpt,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Page, Position
from generator.markup.cloze_marks import MAY_MARK, Mark
from generator.markup.field_html import one_line
from generator.markup.inline import (
    control_characters,
    formula_as_text,
    is_plain,
    may_name_files,
    media_targets,
    parse_cell,
    read_short,
    render_marked,
    shortcode_as_text,
    shown_elsewhere,
    tag_as_text,
)
from generator.markup.vault_marks import name_of, without_hidden

# A code span is matched too, so that a comment shown in it is not taken for one.
_COMMENT = lazy_regex(r"(?P<code>(?<!`)(?P<tick>`+)(?!`)(?s:.+?)(?<!`)(?P=tick)(?!`))|<!--.*?-->")
_SHOWN = 60  # letters of a passage in a report
_MOST_PARTED = 20_000  # characters
_SKIP = lazy_regex(r"<!--\s*cards\s*:\s*skip\s*-->", re.IGNORECASE)
_SAME_AS = lazy_regex(r"<!--\s*same-as:\s*(\S+)\s*-->")


def render_cells(
    page: Page, cells: Sequence[Cell], diagnostics: list[Diagnostic]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The HTML and the plain text of each cell; ``diagnostics`` grows by what cannot be shown.

    They are one and the same tuple where each cell is plain.
    """
    plain_row = tuple([cell.text for cell in cells])
    are_plain = [is_plain(text) for text in plain_row]
    if all(are_plain):
        return plain_row, plain_row
    htmls, texts = [], []
    for cell, is_its_own_html in zip(cells, are_plain, strict=True):
        source = cell.text
        if is_its_own_html:
            htmls.append(source)
            texts.append(source)
            continue
        if short := read_short(source, page.references):
            html, text = short
            if "==" in source or "{%" in source:  # of all else nothing is to be said
                diagnostics += _not_shown(page, cell, (), is_empty=not html)
        else:
            html, text, unknown = parse_cell(source, page.references, page.media, page.is_coloured)
            if unknown or _may_say_more(source):
                diagnostics += _not_shown(page, cell, unknown, is_empty=not html)
        htmls.append(html)
        is_blank_code = not text and "<code>" in html
        texts.append(source.strip() if is_blank_code else text or _names(source, page))
    return tuple(htmls), tuple(texts)


def _may_say_more(text: str) -> bool:
    signs = "<" in text or "{" in text or "\\" in text
    return signs or "==" in text or "[[" in text or "((" in text or not text.isprintable()


def _not_shown(
    page: Page, cell: Cell, unknown: Iterable[str], *, is_empty: bool
) -> Iterator[Diagnostic]:
    where = Position(page.path, cell.line, cell.column)
    for target in unknown:
        yield MEDIA_MISPLACED.at(where, target=excerpt(target))
    for character in control_characters(cell.text):
        yield CONTROL_CHARACTER.at(where, character=ord(character))
    if tag := tag_as_text(cell.text, page.references):
        yield TAG_AS_TEXT.at(where, tag=excerpt(tag))
    elif shortcode := shortcode_as_text(cell.text, page.references):
        yield SHORTCODE_AS_TEXT.at(where, tag=excerpt(shortcode))
    if command := formula_as_text(cell.text, page.references):
        yield FORMULA_AS_TEXT.at(where, command=excerpt(command))
    for mark in shown_elsewhere(cell.text, page.references)[:1]:
        code = ONLY_SHOWN_ELSEWHERE if is_empty else SHOWN_ELSEWHERE
        yield code.at(where, mark=excerpt(mark))
    for gap in marks_in(page, cell)[:1]:
        opening = cell.text[gap.start : gap.inner_start].rstrip()
        yield MARK_IN_CELL.at(where, mark=opening)


def marks_in(page: Page, cell: Cell) -> tuple[Mark, ...]:
    """What ``==…==`` and ``{{cloze …}}`` mark in a cell."""
    may_mark = MAY_MARK.search(cell.text) is not None
    return render_marked(cell.text, page.references)[1] if may_mark else ()


def _names(text: str, page: Page) -> str:
    """What a cell is called in which no text is seen: by its pictures, its sounds, other pages."""
    targets = media_targets(text, page.references) if may_name_files(text) else ()
    return " ".join(map(name_of, targets)) or " ".join(shown_elsewhere(text, page.references))


def shortened(text: str) -> str:
    """The first words of a text, for a report."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rsplit(" ", 1)[0] + "…"


def folded(text: str) -> str:
    """A cell as it is recognised by: comments and ids left out, white space folded."""
    if "<!--" in text:
        end = _end_of_comments(text)
        text = _COMMENT.sub(r"\g<code>", text[:end]) + text[end:]
    if "%%" in text or "^" in text:
        text = without_hidden(text)
    text = one_line(text)
    # Two editors may write one accent in two ways; that must not make another note of it.
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def same_as(cells: Sequence[Cell]) -> str:
    """What a person says in a comment in one of the cells: which known note it is."""
    found = [_SAME_AS.fullmatch(comment) for comment in _comments(cells)]
    return next((match[1] for match in found if match), "")


def part_comments(text: str) -> tuple[str, list[str]]:
    """A text without its comments, and these; one that is shown as code is none. A text longer
    than any on a card is left as it is."""
    if "<!--" not in text or len(text) > _MOST_PARTED:
        return text, []
    end = _end_of_comments(text)
    comments = [found[0] for found in _COMMENT.finditer(text, 0, end) if not found["code"]]
    return (_COMMENT.sub(r"\g<code>", text[:end]) + text[end:]).strip(), comments


def all_same_as(text: str) -> list[str]:
    """What comments anywhere in a page say of which known note something is."""
    return _SAME_AS.findall(text)


def is_skipped(cells: Sequence[Cell]) -> bool:
    """Whether a comment in one of the cells says that the row is no note."""
    return any(map(_SKIP.fullmatch, _comments(cells)))


def _comments(cells: Sequence[Cell]) -> list[str]:
    texts = [cell.text for cell in cells if "<!--" in cell.text]
    return [
        match[0] for text in texts for match in _COMMENT.finditer(text, 0, _end_of_comments(text))
    ]


def _end_of_comments(text: str) -> int:
    """Where no comment ends any more: each <!-- behind it would look for its end. Code that closes
    there may have been opened before."""
    last = text.rfind("-->")
    if last < 0:
        return 0
    end = last + len("-->")
    return len(text) if "`" in text[end:] else end
