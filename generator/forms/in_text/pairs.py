"""Text that is cut at its marks becomes questions with their answers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from generator.core.diagnostics import (
    LEFT_OUT,
    NOT_A_QUESTION,
    OPTIONS_BELOW_QUESTION,
    OPTIONS_UNREAD,
    Diagnostic,
)
from generator.core.model import Cell, Position, Row
from generator.forms.form import BlockContext
from generator.forms.in_text.answers import answer_fold, is_answered
from generator.forms.in_text.below import holds_quiz, makes_notes
from generator.forms.in_text.choices import CHOOSES, LETTERS
from generator.forms.in_text.marks import (
    LETTERED,
    end_of_bold,
    first_mark,
    marks_in,
    without_answer_mark,
    without_bold,
)
from generator.sources.block_tree import Lines, Node, without_attributes, without_break
from generator.sources.lists import (
    CODE,
    LISTS,
    code_cell,
    first_text,
    item_text,
    joined,
    list_row,
    marked,
    marked_items,
    text_of,
)


class Part(NamedTuple):
    """Text behind a mark: ``name`` is Q, A, or nothing where it goes on with what is above it;
    ``number`` is what the mark counts, if it does.

    ``begins`` says that it is the first of a list's item. ``halves`` are the question, if its line
    is all bold, and the text below that, which may be its answer.
    """

    name: str
    cell: Cell
    number: str = ""
    begins: bool = False
    halves: tuple[Cell, Cell] | None = None


_END = Part("", Cell("", 0, 0))  # behind it nothing goes on


def parts_of_list(context: BlockContext, inside: list[Node], found: list[Diagnostic]) -> list[Part]:
    """The parts of the items' text, one item after the other. ``inside`` grows by what stands in
    items without a mark, which is read for itself, and by those of a quiz with lettered options
    or of a question with its answer below it."""
    parts: list[Part] = []
    for item in context.node.inside:
        is_asked = any(is_answered(context, item.inside, n) for n in range(len(item.inside)))
        if is_asked or holds_quiz(context, item):
            parts.append(_END)
            inside.append(item)
            continue
        own = _parts_of_blocks(context, item.inside, inside, found)
        first = own[0] if own else Part("", item_text(item, context.lines))
        parts += [first._replace(begins=True), *own[1:]]
        if not any(part.name for part in own):
            parts[len(parts) - len(own or [first]) :] = [first._replace(begins=True)]
            inside += [child for child in item.inside if child.type in LISTS]
    return parts


class FoldedAnswer(NamedTuple):
    """An answer that is folded below a question: its part, the blocks that it takes, and those in
    a callout that no card shows."""

    part: Part
    taken: tuple[Node, ...]
    left: tuple[Node, ...]


def folded_answer(
    context: BlockContext, siblings: Sequence[Node], place: int, parts: Sequence[Part]
) -> FoldedAnswer | None:
    """What is folded at a place and called an answer, if a question without one stands above it."""
    node = siblings[place] if place < len(siblings) else None
    if node is None or node.type not in ("html_block", "blockquote") or not _is_open(parts):
        return None
    fold = answer_fold(siblings, place, context.lines)
    if fold is None or makes_notes(context, fold) or context.is_taken(node):
        return None
    text, left = text_of(fold.inside, context.lines)
    asked = next(part.cell.text for part in reversed(parts) if part.name)
    if not text or CHOOSES.search(asked) or LETTERS.fullmatch(text[0].text):
        return None
    text[0] = without_answer_mark(text[0])
    others = {id(block) for block in left}
    pairs = zip(fold.blocks, fold.inside, strict=True)
    taken = [block for block, cut in pairs if id(cut) not in others]
    own = tuple(left) if node.type == "blockquote" else ()
    return FoldedAnswer(Part("A", joined(text)), (node, *taken, *fold.end), own)


def _is_open(parts: Sequence[Part]) -> bool:
    """Whether parts end with a question that has no answer, and no more than code below it."""
    for part in reversed(parts):
        if part.name:
            return part.name == "Q" and not (part.halves and part.halves[1].text)
        if not part.cell.text.startswith("```"):
            return False
    return False


def _parts_of_blocks(
    context: BlockContext, blocks: Sequence[Node], inside: list[Node], found: list[Diagnostic]
) -> list[Part]:
    """The parts of blocks in an item, one below the other; what is folded may be an answer."""
    parts: list[Part] = []
    taken: set[int] = set()
    for place, block in enumerate(blocks):
        if folded := folded_answer(context, blocks, place, parts):
            parts.append(folded.part)
            taken.update(map(id, folded.taken))
            inside += folded.left
        if id(block) not in taken:
            parts += parts_of(block, context, found, inside)
    return parts


def parts_of(
    node: Node,
    context: BlockContext,
    found: list[Diagnostic],
    inside: list[Node] | None = None,
    is_answer: bool = False,
) -> list[Part]:
    """A paragraph, cut at its marks; code; of a list without marks the items. What is none of them
    is left out, and read for itself where it is ``inside`` a list."""
    if node.type in LISTS:
        children = [child for item in node.inside for child in item.inside]
        if node.inside and first_mark(first_text(node.inside[0])):
            return [part for each in children for part in parts_of(each, context, found, inside)]
        parts = []
        for sign, item in marked_items(node, context.lines):
            more = [p for c in item.inside for p in parts_of(c, context, found, inside)]
            if more:
                more[0] = more[0]._replace(cell=marked(more[0].cell, sign))
            parts += more
        return parts
    if node.type in CODE:
        return [Part("", code_cell(node, context.lines))]
    if node.type != "paragraph":
        if inside is not None:
            inside.append(node)
        if node.type not in ("table", "html_block"):
            found.append(LEFT_OUT.at(Position(context.file, node.line, 1)))
        return []
    text = node.text[: without_attributes(node.text)]
    marks = marks_in(text, is_answer)
    if not marks:
        return [Part("", context.lines.cell(node))]
    paragraph = _Paragraph(node, context.lines)
    ends = [*(mark.start for mark in marks[1:]), len(text)]
    parts = [] if marks[0].start == 0 else [Part("", paragraph.cell(0, marks[0].start))]
    for mark, end in zip(marks, ends, strict=True):
        cell = paragraph.cell(mark.end, end)
        if not cell.text:  # it stands where its mark does
            cell = paragraph.cell(mark.start, mark.end)._replace(text="")
        parts.append(Part(mark.name, without_bold(cell, mark.bold), mark.number))
    if (below := end_of_bold(node)) is not None:
        asked = without_bold(paragraph.cell(marks[0].end, below), marks[0].bold)
        has_text = text[below:].strip()
        said = paragraph.cell(below, len(text)) if has_text else asked._replace(text="")
        parts[0] = parts[0]._replace(halves=(asked, said))
    return parts


class _Paragraph:
    """A paragraph of which many parts are asked for."""

    def __init__(self, node: Node, lines: Lines) -> None:
        self._text = node.text
        self._lines = lines
        self._first = lines.first_line(node)
        self._texts = node.text.split("\n")
        self._columns: dict[int, int] = {}  # of each line that is asked for
        self._starts = [0]
        for text in self._texts[:-1]:
            self._starts.append(self._starts[-1] + len(text) + 1)

    def cell(self, start: int, end: int) -> Cell:
        """The text from one offset to another, with its place; as `Lines.cell` gives it."""
        part = self._text[start:end]
        start += len(part) - len(part.lstrip())
        number = bisect_right(self._starts, start) - 1
        if (column := self._columns.get(number)) is None:
            column = self._lines.column(self._first + number, self._texts[number].rstrip())
            self._columns[number] = column
        text = without_break(self._text, start, start + len(part.strip()))
        return Cell(text, self._first + number, column + start - self._starts[number])


class _Pair(NamedTuple):
    number: str
    question: list[Cell]
    answer: list[Cell]
    halves: tuple[Cell, Cell] | None = None  # of a question, where no answer has a mark

    def sides(self) -> tuple[Cell, Cell]:
        """What is asked, and what is said, which may be empty."""
        asked = joined(self.question)
        if self.answer:
            return asked, joined(self.answer)
        nothing = asked._replace(text="")
        if self.halves is None:
            return asked, nothing
        asked, *said = self.halves
        below = self.question[1:]
        # Code right below it is what it asks about.
        is_said = said[0].text or (below and not below[0].text.startswith("```"))
        return (asked, joined([*said, *below])) if is_said else (joined(self.question), nothing)


def pairs_of(
    parts: Iterable[Part], file: str, has_quizzes: bool
) -> tuple[list[Row], list[Diagnostic]]:
    """Questions with their answers, those without one too; a diagnostic for each other part. Where
    a page ``has_quizzes`` with letters, that of a number which is a letter is of one not read."""
    pairs: list[_Pair] = []
    numbered: dict[str, _Pair] = {}
    found: list[Diagnostic] = []
    last: _Pair | None = None  # what comes next may go on with it
    for part in parts:
        if part is _END:
            last = None
        elif part.name == "Q":
            last = _Pair(part.number, [part.cell], [], part.halves)
            pairs.append(last)
            if part.number:
                numbered[part.number] = last
        elif part.name == "A" and part.number in numbered:
            last = numbered[part.number]
            last.answer.append(part.cell)
        elif last is None or (part.begins and not part.name):
            if part.begins:
                found.append(NOT_A_QUESTION.at(position_of(part.cell, file)))
            last = None
        elif part.name == "A" and part.number and last.number:
            found.append(NOT_A_QUESTION.at(position_of(part.cell, file)))
        else:
            (last.answer if part.name or last.answer else last.question).append(part.cell)
    rows = []
    for pair in pairs:
        asked, said = pair.sides()
        if any(LETTERED.search(cell.text) for cell in (*pair.question, *pair.answer)):
            found.append(OPTIONS_BELOW_QUESTION.at(position_of(asked, file)))
        elif LETTERS.fullmatch(said.text) and (
            (has_quizzes and pair.number) or CHOOSES.search(asked.text)
        ):
            found.append(OPTIONS_UNREAD.at(position_of(said, file)))
        else:
            rows.append(list_row((asked, said)))
    return rows, found


def position_of(cell: Cell, file: str) -> Position:
    """Where a cell is in the file of its page."""
    return Position(file, cell.line, cell.column)
