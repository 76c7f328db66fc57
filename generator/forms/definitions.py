"""Definitions: lists of terms, each with its meaning; tables that bring no header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from generator.core.diagnostics import NOT_A_DEFINITION, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Kind, Page, Position, Row, Table
from generator.forms.cloze import has_marks
from generator.forms.form import NEW, NO_QUIZ, REVERSE, SAME, BlockContext, FormRule, Found, Word
from generator.forms.list_table import as_table, list_table
from generator.forms.table import read_table
from generator.markup.cloze_marks import MAY_MARK
from generator.notes.labels import LABELS, labels_for
from generator.notes.page_notes import BlockNotes
from generator.notes.surroundings import Frame
from generator.notes.table_cells import with_header
from generator.settings.values import Settings
from generator.sources.block_tree import Lines, Node
from generator.sources.bold_terms import (
    BoldItem,
    BoldTerm,
    bold_item,
    bold_term,
    is_definition,
    later_bold_term,
    lists_pages,
)
from generator.sources.callouts import Callout, callout
from generator.sources.cells import part_of
from generator.sources.html_definitions import html_definitions
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
    not_shown,
    text_of,
)

# What may hold a colon that separates nothing: escapes, code, math, addresses in links, tags.
_OPAQUE = (
    r"\\.|\[[^\]]*\]\([^)]*\)|(?<!`)(?P<tick>`++).*?(?<!`)(?P=tick)(?!`)|\$[^$\s][^$]*\$|<[^>]*>"
)
_COLON = lazy_regex(rf"(?P<skip>{_OPAQUE})|:{{1,3}}(?=\s|\Z)|：", re.DOTALL)
# Callouts that are definitions; their titles may say just that, and then name no term.
_CALLOUTS = ("definition", "def")
_NO_TITLE = lazy_regex(
    r"(?:def(?:inition|inizione|inición|inição|inisi)?s?|définition|definizioni|begriff|定义|定義|정의)"
    r"\s*[:：.]?(?:\s+(?=\S)|$)",
    re.IGNORECASE,
)
_TITLE_ENDS = " :：*_"

_QUESTION = LABELS["en"].meaning


def _find(context: BlockContext) -> Found | None:
    """A definition list; one of bullets only where a comment or the settings say so."""
    node, lines = context.node, context.lines
    if node.type == "dl":
        return list_table(context, Form.DEFINITIONS, _terms(node, lines))
    if node.type == "html_block":
        return _html_list(context)
    if node.type == "blockquote":
        return _callout(context)
    is_asked, is_bold = context.says("definitions"), context.settings.definitions == "bold"
    if not (is_asked or is_bold) or context.says("skip") or is_task_list(node):
        return None
    if is_asked:
        context.shorten_items()
        rows = _items(node, lines, context.file, context.diagnostics)
        return list_table(context, Form.DEFINITIONS, rows)
    is_other = context.says("order") or context.says("quiz")
    return None if is_other else _bold_list(context)


def _read(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """The list as a table that asks for the meaning of each term."""
    labels = labels_for(frame.settings)
    notes = read_table(page, with_header(table, labels.term, labels.meaning), frame)
    # What its notes are recognised by does not follow the language of the page.
    return notes._replace(tables=tuple(t._replace(question=_QUESTION) for t in notes.tables))


DEFINITIONS = FormRule(
    form=Form.DEFINITIONS,
    name="a list of definitions",
    nodes=("dl", "html_block", "blockquote", *LISTS),
    # Bullets are definitions only below a comment, or where the settings say so.
    # Lists in HTML are looked for with other HTML.
    sign=lazy_regex(r"\n(?:[^\S\n]|[>*+.)\d-])*[:~][ \t]"),
    signs_of=lambda settings: _SIGNS[settings.definitions],
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


def _split_definition(text: str, goes_on: bool = False) -> tuple[int, int, int] | None:
    """Where the term starts and ends, and where its explanation starts; it may stand below alone
    where the item ``goes_on``."""
    if (split := bold_term(text)) is None:
        colon = next((match for match in _COLON.finditer(text) if not match["skip"]), None)
        split = BoldTerm(0, colon.start(), colon.end()) if colon else later_bold_term(text)
    if split is None:
        return None
    start, end, below = split
    has_meaning = goes_on or text[below:].strip()
    return (start, end, below) if text[start:end].strip() and has_meaning else None


# --- terms in bold ----------------------------------------------------------------------------

_CALLOUT_SIGN = lazy_regex(r"\[![dD][eE][fF]")
_BOLD_SIGN = lazy_regex(r"\n[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:[-*+][ \t]+)*(?:\*\*|__)")
_SIGNS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "off": (_CALLOUT_SIGN,),
    "bold": (_CALLOUT_SIGN, _BOLD_SIGN),
}


def bold_items(nodes: Iterable[Node]) -> Iterator[BoldItem]:
    """The items of all lists among the blocks that begin with something in bold and a mark."""
    for node in nodes:
        if node.type == "list_item" and (item := bold_item(first_text(node))):
            yield item
        if node.inside:
            yield from bold_items(node.inside)


def count_definitions(node: Node, labels: frozenset[str], settings: Settings) -> int:
    """How many items of a list would be definitions if ``definitions = "bold"`` were set."""
    if is_task_list(node):
        return 0
    return sum(_definition(item, labels, settings) is not None for item in node.inside)


def _definition(item: Node, labels: frozenset[str], settings: Settings) -> BoldItem | None:
    """What an item defines. What a person marked in it is a gap's."""
    found = bold_item(first_text(item))
    if not found or not is_definition(found, labels):
        return None
    if settings.cloze == "on" and any(MAY_MARK.search(c.text) for c in item.inside):
        return None
    if not found.meaning and not any(
        child.type in LISTS and not _own_definitions(child, labels, settings)
        for child in item.inside
    ):
        return None
    return found


def _own_definitions(node: Node, labels: frozenset[str], settings: Settings) -> bool:
    """Whether a list in an item is read for itself, and no part of the item's meaning."""
    return is_task_list(node) or count_definitions(node, labels, settings) > 0


def _bold_list(context: BlockContext) -> Found | None:
    """The items that are definitions; the others are a list of their own."""
    node, lines, labels, settings = context.node, context.lines, context.labels, context.settings
    rows: list[Row] = []
    inside: list[Node] = []
    others: list[Node] = []
    for item in node.inside:
        found = _definition(item, labels, settings)
        meaning, own, left = _meaning(item, found, context) if found else ([], [], [])
        if found is None or not meaning:
            others.append(item)
            continue
        term = lines.cell(item.inside[0], found.place.start, found.place.end)
        rows.append(list_row((term, joined(meaning))))
        inside += [*own, *left]
        context.diagnostics.extend(not_shown(left, context.file))
    if not rows:
        return None
    rest = [replace(node, line=others[0].line, inside=others)] if others else []
    return Found(as_table(context, Form.DEFINITIONS, rows), (*inside, *rest))


def _meaning(
    item: Node, found: BoldItem, context: BlockContext
) -> tuple[list[Cell], list[Node], list[Node]]:
    """The texts of an item's meaning, its lists that are definitions themselves, and what no card
    shows."""
    first, *below = item.inside
    context.shorten(*item.inside)
    own = [
        child
        for child in below
        if child.type in LISTS and _own_definitions(child, context.labels, context.settings)
    ]
    text, left = text_of((child for child in below if child not in own), context.lines)
    if found.meaning:
        text.insert(0, context.lines.cell(first, found.place.below))
    return text, own, left


# --- callouts and HTML ------------------------------------------------------------------------


def is_definition_callout(found: Callout) -> bool:
    """Whether a callout is of the kind that defines a term."""
    return found.kind in _CALLOUTS


def _callout(context: BlockContext) -> Found | None:
    """``> [!definition] Term`` and what stands below it in the quote."""
    found = callout(context.node, context.lines)
    if found is None or not is_definition_callout(found):
        return None
    if context.settings.cloze == "on" and has_marks(context.node):
        return None
    term, own = _term_of(found)
    text, left = text_of(found.below, context.lines)
    meanings = [cell for cell in (own, *text) if cell.text]
    if not term.text or lists_pages(cell.text for cell in meanings):
        return None
    context.diagnostics.extend(not_shown(left, context.file))
    row = list_row((term, joined(meanings)))
    return Found(as_table(context, Form.DEFINITIONS, [row]), left)


def _term_of(found: Callout) -> tuple[Cell, Cell]:
    """The term of a callout, empty where it names none, and the text right below."""
    title = found.title.text
    if start := _NO_TITLE.match(title):
        title = title[start.end() :]
    if title := title.rstrip(_TITLE_ENDS).lstrip("*_"):
        return part_of(found.title, title), found.text
    if item := bold_item(found.text.text):
        return part_of(found.text, item.term), part_of(found.text, item.meaning)
    return part_of(found.title, ""), found.text


def _html_list(context: BlockContext) -> Found | None:
    """A list of ``<dt>`` and ``<dd>``."""
    found = html_definitions(context.siblings, context.own_index, context.lines)
    if found is None:
        return None
    rows = []
    for terms, meanings in found.groups:
        meaning = joined(meanings) if meanings else None
        named = [term for term in terms if term.text]
        rows += [list_row((term, meaning or term._replace(text=""))) for term in named]
    if not rows:
        return None
    return Found(as_table(context, Form.DEFINITIONS, rows), claimed=found.more)
