"""What asks: the lines above some options that are their question, and their text."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.forms.in_text.marks import begins_answer, end_of_bold, holds_pairs
from generator.forms.lettered.lines import TextLine, cut_line, joined_cell, without_last_break
from generator.forms.lettered.options import OptionGroup, Question, number_of
from generator.forms.lettered.statements import (
    begins_bold,
    begins_labelled,
    speaks_up,
    statements_in,
)
from generator.forms.lettered.titles import is_answer_title
from generator.forms.lettered.words import ASKS, counts_several, names_option, question_number
from generator.sources.block_tree import Node, only_shows

_A_MARK = lazy_regex(r"(?:\*\*|__|\*|_)?(?:A|Answer)(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]")
MOST_LINES = 40  # of a question above its options
_SHORT = 60  # characters: "Which fits best?" needs what stands above it, up to a few blocks
_FEW = 4
_CARD_TAG = lazy_regex(r"\s*s?drac(?:hsalf)?#\s+")  # of Logseq and its like, backwards
_OPTIONS_BELOW = lazy_regex(
    r"\W*(?:(?:answer )?(?:options?|choices?)|(?:select|choose) one(?: or more)?"
    r"|wählen sie eine(?: oder mehrere)?(?: antwort(?:en)?)?"
    r"|seleccione una(?: o más)?(?: de las siguientes)?"
    r"|veuillez choisir (?:une|au moins une) réponse|scegli un'alternativa|escolha uma(?: ou mais)?"
    r"|antworten|opciones|alternativas|选项|選択肢)\W*",
    re.IGNORECASE,
)


class Asked(NamedTuple):
    """Where in the lines above some options their question begins, its number, and its lines."""

    start: int
    number: int | None
    lines: list[TextLine]


def lines_that_ask(lines: Sequence[TextLine], last: Question | None, group: OptionGroup) -> Asked:
    """The question of some options, among the lines between the options above and them."""
    texts = [each.lines[0].text[each.mark.end :] for each in group.choices]
    lines = [_as_text(line) if _announces_options(line.text) else line for line in lines]
    end = len(lines)
    while end and lines[end - 1].kind == "text" and _announces_options(lines[end - 1].text):
        end -= 1
    lines, titles = lines[:end], lines[end:]
    start = _first_of_text(lines, last)
    stated = statements_in(lines, start, texts)
    start, number = _asked_start(lines, last, start, stated)
    asked = [
        lines[place]._replace(is_statement=True) if place in stated else lines[place]
        for place in range(start, len(lines))
    ]
    if titles and not any(line.kind != "heading" or ASKS.search(line.text) for line in asked):
        return Asked(end, number, titles)  # a section's name asks nothing
    return Asked(start, number, [*asked, *titles])


def asks_nothing(asked: Sequence[TextLine]) -> bool:
    """Whether a question is no more than "Select one:"."""
    return all(_announces_options(line.text) for line in asked)


@lru_cache(MOST_LINES)
def _announces_options(text: str) -> bool:
    """Whether a line says no more than that options follow; it is asked several times of each."""
    return _OPTIONS_BELOW.fullmatch(text) is not None


def _as_text(line: TextLine) -> TextLine:
    return line._replace(kind="text") if line.kind == "heading" else line


def _first_of_text(lines: Sequence[TextLine], last: Question | None) -> int:
    """Where the lines begin that may all be of one question."""
    start = len(lines)
    asks = False  # a block below the line
    while start and len(lines) - start < MOST_LINES:
        line = lines[start - 1]
        if start < len(lines) and line.node is not lines[start].node:
            asks = asks or bool(ASKS.search(lines[start].node.text))
            if asks and _is_answered(line.node):
                break
        begins = _A_MARK.match(line.text) or begins_answer(line.text)
        is_other = line.kind not in ("text", "code", "table") or begins
        if is_other or (last and _is_answer(line, last)) or names_option(line.text):
            break
        start -= 1
    return start


def _is_answered(node: Node) -> bool:
    """Whether a paragraph is a question with its answer: ``Q: … A: …``, or a bold one and text."""
    if node.type != "paragraph":
        return False
    end = end_of_bold(node)
    return holds_pairs(node.text) or (end is not None and bool(node.text[end:].strip()))


def _asked_start(
    lines: Sequence[TextLine], last: Question | None, start: int, stated: Set[int]
) -> tuple[int, int | None]:
    """Where the question begins, and its number; those of statements are none."""
    above = lines[start - 1] if start else None
    title = above if above and _is_title(above, lines, start) else None
    if title and _is_asked_in(title, lines, start):
        number = number_of(title)
        return start - 1, number[0] if number else None
    behind_tables = _behind_list(lines, _behind_tables(lines, start), stated)
    are_titled = title is not None and _are_few(lines, start, stated)
    numbered = [
        _Numbered(place, *found)
        for place in range(start, len(lines))
        if place not in stated and (found := number_of(lines[place]))
    ]
    if numbered:
        asking = _asking_number(lines, numbered, last)
        if not asking:  # above the question stands a list of facts
            return _block_start(lines, start, lines[-1].node), None
        # "Question:" without a number parts the question from what it asks about.
        is_part = asking.number is None and are_titled
        return behind_tables if is_part else asking.place, asking.number
    is_bounded = above is not None and above.kind in ("rule", "close")
    if start == len(lines) or is_bounded or (are_titled and len(lines[-1].text) <= _SHORT):
        return behind_tables, None
    return _last_block(lines, start, stated, last is None), None


def _is_title(above: TextLine, lines: Sequence[TextLine], start: int) -> bool:
    """Whether the line above is a heading or its like, of this question alone."""
    is_title = above.kind == "heading" or (above.kind == "open" and not is_answer_title(above.text))
    # Of "Exercise 2" the first question is "1."
    is_of_several = start < len(lines) and counts_several(above.text) and number_of(lines[start])
    return is_title and not is_of_several


def _is_asked_in(title: TextLine, lines: Sequence[TextLine], start: int) -> bool:
    """Whether a title is the question, or its beginning."""
    if number_of(title) or all(line.kind != "text" for line in lines[start:]):
        return True
    return ASKS.search(title.text) is not None and not _asks_below(lines, start)


class _Numbered(NamedTuple):
    """A line that begins with a question's number, or ``is_named`` one; see `number_of`."""

    place: int
    number: int | None
    is_named: bool


def _asking_number(
    lines: Sequence[TextLine], numbered: Sequence[_Numbered], last: Question | None
) -> _Numbered | None:
    """The line with which the question begins; None where those with numbers are other things that
    stand above it."""
    asking = [each for each in numbered if ASKS.search(lines[each.place].text)]
    if not asking and last and last.number is not None:
        asking = [each for each in numbered if each.number == last.number + 1]
    # Above it may stand a question without options, which has a number, too.
    if likely := asking or [each for each in numbered if each.is_named]:
        return likely[-1]
    below = lines[-1]
    is_below = below.owner is None and below.node is not lines[numbered[-1].place].node
    if len(numbered) > 1 and is_below and ASKS.search(below.text):
        return None
    return numbered[0]


def _last_block(lines: Sequence[TextLine], start: int, stated: Set[int], is_first: bool) -> int:
    """Where the last block of text begins, or the one above the statements, with what it shows and
    what labels it."""
    texts = [place for place in range(start, len(lines)) if lines[place].kind == "text"]
    if stated:
        node: Node | None = lines[max(min(stated) - 1, start)].node
    else:
        node = lines[texts[-1]].node if texts else None
    place = _block_start(lines, start, node)
    while place > start and place < len(lines) and _only_shows(lines, place):
        place = _block_start(lines, start, lines[place - 1].node)
    place = _with_exhibit(lines, start, place, is_first)
    return begins_labelled(lines, start, place) if place < len(lines) else place


def _asks_below(lines: Sequence[TextLine], start: int) -> bool:
    """Whether the text below a heading that asks has a question of its own: one with a number, or
    any below the page's title."""
    if start < len(lines) and number_of(lines[start]) is not None:
        return True
    is_page_title = start > 0 and lines[start - 1].node.rank == 1
    return is_page_title and any(ASKS.search(line.text) for line in lines[start:])


def _only_shows(lines: Sequence[TextLine], place: int) -> bool:
    """Whether a block of a line is nothing but pictures or code, and text stands above it."""
    own = [line for line in lines[place:] if line.node is lines[place].node]
    is_shown = all(only_shows(line.text) for line in own)
    return is_shown and lines[place - 1].kind == "text"


def _with_exhibit(lines: Sequence[TextLine], start: int, place: int, is_first: bool) -> int:
    """Where a question begins with the pictures and code right above it: where a line introduces
    them, or nothing that they may explain stands above them, since it ``is_first``."""
    above = place
    while above > start and _shows(lines, start, above - 1):
        above = _block_start(lines, start, lines[above - 1].node)
    line = lines[above - 1] if start < above < place else None
    if line and line.kind == "text":
        leads_on = line.text.rstrip(" *_").endswith((":", "："))
        if leads_on or _OF_EXHIBIT.search(line.text):
            return _block_start(lines, start, line.node)
    return above if is_first else place


def _shows(lines: Sequence[TextLine], start: int, place: int) -> bool:
    """Whether the block of a line is code or a picture, in no list, and says nothing."""
    own = [line for line in lines[start : place + 1] if line.node is lines[place].node]
    is_shown = all(line.kind == "code" or only_shows(line.text) for line in own)
    return is_shown and own[0].owner is None


_OF_EXHIBIT = lazy_regex(
    r"\b(?:exhibits?|diagrams?|figures?|images?|pictures?|screenshots?|snippets?|code|output|following|below"
    r"|shown|abbildung|bild|figura|imagen|folgende\w*|siguientes?|schéma|suivant\w*|immagine|imagem"
    r"|рисун\w+|схем\w+)\b|图|圖|図|그림",
    re.IGNORECASE,
)


def _block_start(lines: Sequence[TextLine], start: int, node: Node | None) -> int:
    while start < len(lines) and lines[start].node is not node:
        start += 1
    return start


def _behind_tables(lines: Sequence[TextLine], start: int) -> int:
    """Where a question without a number begins: behind the tables above it, but for the nearest
    one, if its text or what introduces the table speaks of it."""
    tables = [place for place in range(start, len(lines)) if lines[place].kind == "table"]
    if not tables:
        return start
    *others, last = tables
    first = others[-1] + 1 if others else start
    texts = [line.text for line in lines[last + 1 :] if line.kind == "text"]
    intro = lines[last - 1].text if last > first and lines[last - 1].kind == "text" else ""
    is_own = not texts or any(map(_OF_TABLE.search, (*texts, intro)))
    is_own = is_own or intro.rstrip(" *_").endswith((":", "：")) or ASKS.search(intro) is not None
    return first if is_own else last + 1


def _behind_list(lines: Sequence[TextLine], start: int, stated: Set[int]) -> int:
    """Where a question without a number begins: behind the list above it, unless one speaks of the
    other."""
    place = len(lines) - 1
    while place >= start and lines[place].node is lines[-1].node:
        place -= 1
    is_list = place >= start and lines[place].owner is not None and place not in stated
    if not is_list or lines[-1].owner is not None:
        return start
    if begins_bold(lines[place].text):
        return place + 1
    if speaks_up(lines[-1].text):
        return start
    first = place
    while first >= start and lines[first].owner is not None:
        first -= 1
    is_introduced = first >= start and lines[first].text.rstrip(" *_").endswith((":", "："))
    return start if is_introduced else place + 1


_OF_TABLE = lazy_regex(
    r"\b(?:tables?|exhibits?|charts?|matrix|data|results|values|following|above|below|shown"
    r"|tabell?en?|tabelle|tabell|tablas?|tableaux?|tabell[ae]|tabelas?|tabulk\w*|таблиц\w*|tablo\w*"
    r"|siguientes?|suivant\w*|folgende\w*|seguent[ei]|seguintes?|следующ\w*|bảng)\b|表|표|جدول|טבלה",
    re.IGNORECASE,
)


def _are_few(lines: Sequence[TextLine], start: int, stated: Set[int]) -> bool:
    """Whether lines are of so few blocks that all may belong to one question."""
    own = (lines[place] for place in range(start, len(lines)) if place not in stated)
    return len({id(line.node) for line in own}) <= _FEW


def _is_answer(line: TextLine, last: Question) -> bool:
    return line.kind == "text" and last.said_by(line.text, False) is not None


def asked_cell(question: Question) -> Cell:
    """The text of a question without its number."""
    asked = question.asked
    lines = [line for line in asked if not _announces_options(line.text)] or asked
    lines[-1] = lines[-1]._replace(text=without_last_break(lines[-1].text))
    first, body = _without_number(lines[0]), lines[1:]
    if first.kind == "table":
        return joined_cell(lines)
    if not first.text and body:  # "### Scenario 2" and below it "**Question 2:** …"
        body[0] = _without_number(body[0])
    if first.kind in ("heading", "open") and body and not ASKS.search(first.text):
        text = " ".join(line.text for line in body)
        if not first.text or ASKS.search(text) or text.rstrip(" *_").endswith((":", "：")):
            return joined_cell(body)
    return joined_cell([first, *body] if first.text else body or [lines[0]])


def _without_number(line: TextLine) -> TextLine:
    if line.is_statement:
        return line
    tag = _CARD_TAG.match(line.text[::-1])
    text = line.text[: len(line.text) - tag.end()] if tag else line.text
    line, number = line._replace(text=text, number=None, is_bullet=False), question_number(text)
    return cut_line(line, number.end, number.bold) if number else line
