"""Definitions: lists of terms, each with its meaning; tables that bring no header."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.diagnostics import NOT_A_DEFINITION, Diagnostic
from generator.forms.form import NEW, NO_QUIZ, REVERSE, SAME, BlockContext, FormRule, Found, Word
from generator.forms.list_table import list_table
from generator.forms.table import read_table
from generator.model import Cell, Form, Kind, Page, Position, Row, Table
from generator.notes.frame import Frame
from generator.notes.labels import LABELS, labels_for
from generator.notes.page_notes import BlockNotes
from generator.notes.table_cells import with_header
from generator.sources.lists import (
    CODE,
    LISTS,
    code_cell,
    first_text,
    is_task_list,
    item_text,
    joined,
    lazy_start,
    list_row,
    more_text,
)
from generator.sources.tree import Lines, Node

# What may hold a colon that separates nothing: escapes, code, math, addresses in links, tags.
_OPAQUE = (
    r"\\.|\[[^\]]*\]\([^)]*\)|(?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`)|\$[^$\s][^$]*\$|<[^>]*>"
)
_COLON = re.compile(rf"(?P<skip>{_OPAQUE})|:(?=\s|\Z)|：", re.DOTALL)
_BOLD_TERM = re.compile(
    r"(?P<open>\*\*|__)(?P<term>\S.*?)(?P<inner>\s*[:：])?(?P=open)(?P<mark>\s*(?:[:：–—]|-(?=\s)))?",
    re.DOTALL,
)


_QUESTION = LABELS["en"].meaning


def _find(context: BlockContext) -> Found | None:
    """A definition list; another one only where a comment says so."""
    node, lines = context.node, context.lines
    if node.type == "dl":
        return list_table(context, Form.DEFINITIONS, _terms(node, lines))
    if not context.says("definitions") or context.says("skip") or is_task_list(node):
        return None
    context.shorten_items()
    rows = _items(node, lines, context.file, context.diagnostics)
    return list_table(context, Form.DEFINITIONS, rows)


def _read(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """The list as a table that asks for the meaning of each term."""
    labels = labels_for(frame.settings)
    notes = read_table(page, with_header(table, labels.term, labels.meaning), frame)
    # What its notes are recognised by does not follow the language of the page.
    return notes._replace(tables=tuple(t._replace(question=_QUESTION) for t in notes.tables))


DEFINITIONS = FormRule(
    form=Form.DEFINITIONS,
    name="a list of definitions",
    nodes=("dl", *LISTS),
    # Bullets are definitions only below a comment.
    sign=re.compile(r"\n(?:[^\S\n]|[>*+.)\d-])*[:~][ \t]"),
    find=_find,
    read=_read,
    kind=Kind.CLUE,
    words=(
        Word("definitions", "lists of terms", names_form=True, is_for_sections=True),
        REVERSE,
        NO_QUIZ,
        SAME,
        NEW,
    ),
)


def _terms(node: Node, lines: Lines) -> Iterator[Row]:
    """``Term``, newline, ``: Definition``: a row a term; several definitions are one text."""
    found: list[tuple[Cell, list[Cell]]] = []
    for child, below in zip(node.inside, [*node.inside[1:], None], strict=True):
        if child.type == "dt":
            found.append((lines.cell(child), []))
            continue
        start = _term_below(child, below, lines)
        for one in child.inside:
            if one.type in CODE:
                found[-1][1].append(code_cell(one, lines))
            elif one.type == "paragraph":
                end = start if one is child.inside[-1] else None
                found[-1][1].append(lines.cell(one, 0, end))
        if start is not None:
            found.append((lines.cell(child.inside[-1], start), []))
    for term, meanings in found:
        yield list_row((term, joined(meanings) if meanings else term._replace(text="")))


def _term_below(definition: Node, below: Node | None, lines: Lines) -> int | None:
    """Where in a definition's last paragraph the next term starts, if no blank line is before it.

    markdown-it-py takes that line for the definition's last; but it is not indented, and another
    definition stands right below it.
    """
    last = definition.inside[-1] if definition.inside else None
    if last is None or last.type != "paragraph" or below is None or below.type != "dd":
        return None
    start = lazy_start(last, lines)
    is_one_line = start is not None and "\n" not in last.text[start:]
    is_right_above = below.line == lines.first_line(last) + last.text.count("\n") + 1
    return start if is_one_line and is_right_above else None


def _items(node: Node, lines: Lines, file: str, diagnostics: list[Diagnostic]) -> Iterator[Row]:
    """``term: explanation`` and ``**term** – explanation``, a row for each item that fits."""
    for item in node.inside:
        text = item_text(item, lines)
        more = list(more_text(item, lines))
        split = _split_definition(text.text, goes_on=bool(more))
        if split is None:
            where = Position(file, text.line, text.column)
            diagnostics.append(NOT_A_DEFINITION.at(where))
            yield list_row((text, text._replace(text="")))
            continue
        first, (start, end, below) = item.inside[0], split
        meaning = [lines.cell(first, below), *more]
        yield list_row((lines.cell(first, start, end), joined(meaning)))


def look_like_definitions(node: Node) -> int:
    """How many items of a list look like definitions with a bold term: all of them, or none."""
    texts = [first_text(item) for item in node.inside]
    return len(texts) if len(texts) > 1 and all(map(_is_bold_definition, texts)) else 0


def _is_bold_definition(text: str) -> bool:
    bold = _BOLD_TERM.match(text) if text.startswith(("**", "__")) else None
    return bool(bold and (bold["inner"] or bold["mark"]) and _split_definition(text))


def _split_definition(text: str, goes_on: bool = False) -> tuple[int, int, int] | None:
    """Where the term starts and ends, and where its explanation starts; it may stand below alone
    where the item ``goes_on``."""
    bold = _BOLD_TERM.match(text)
    if bold and (bold["inner"] or bold["mark"]):
        (start, end), below = bold.span("term"), bold.end()
    else:
        colon = next((match for match in _COLON.finditer(text) if not match["skip"]), None)
        if colon is None:
            return None
        start, end, below = 0, colon.start(), colon.end()
    has_meaning = goes_on or text[below:].strip()
    return (start, end, below) if text[start:end].strip() and has_meaning else None
