"""The cells of a page: which one a field is made of, and where in the page's text it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Kind, Page, Position, Quiz, Table
from generator.markup.cloze_marks import with_deletions
from generator.markup.field_html import field_text
from generator.markup.inline import plain, render_marked
from generator.markup.render_cell import render_cells
from generator.pull.markdown_of import rewritten, shared_ends
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.lists import BULLET

# Those that one cell is, and those in which one cell stands among others. No other is written.
OWN_FIELDS = frozenset(("Prompt", "Answer", "Why", "Hint", "Text", *(f"A{n}" for n in range(1, 9))))
SHARED_FIELDS = frozenset(("Extra", "Options"))
_LINE_END = lazy_regex(r"\r\n|\r|\n")
_GAP = lazy_regex(r"\{\{c(\d+)::")
# Between two paragraphs of one cell: what their lines begin with.
_BETWEEN = lazy_regex(r"(?:[ \t>]*(?:\r\n|\r|\n))+[ \t>]*(?:(?:[:~*+-]|\d{1,9}[.)])[ \t]+)*")
_BETWEEN_LINES = lazy_regex(r"(\r\n|\r|\n)[ \t>]*")


class Spot(NamedTuple):
    """A cell, its place among all cells of the page, and its row's: a number of the block and one
    of the row. ``owners`` are the lines and columns that a note of it may be at."""

    place: int
    row: tuple[int, int]
    cell: Cell
    owners: frozenset[tuple[int, int]]
    form: Form


class Rewrite(NamedTuple):
    """A cell of which a field was corrected: its Markdown and its HTML, then and now."""

    spot: Spot
    text: str
    old_html: str
    new_html: str


class TextEdit(NamedTuple):
    """What stands from one offset of a page's text to another becomes something else."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class PageText:
    """A page with its text, its line ends as they are; ``read`` reads another text in its place."""

    text: str
    page: Page
    read: Callable[[str], Page]

    @cached_property
    def spots(self) -> Sequence[Spot]:
        """All its cells."""
        return list(_spots(self.page))

    @cached_property
    def _starts(self) -> Sequence[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    # --- which cell it is -----------------------------------------------------------------------

    def rewrites(
        self,
        kind: Kind,
        position: Position,
        field: str,
        texts: tuple[str, str],
        files: Mapping[str, str],
    ) -> list[Rewrite]:
        """The cells of the note at a position that make this field, each with Markdown that makes
        it say what Anki has; ``texts`` are the field's, ours and Anki's."""
        found = []
        for spot, ours, theirs in self._cells_of(kind, position, field, texts):
            if (text := self._markdown(spot, ours, theirs, files)) is not None:
                found.append(Rewrite(spot, text, ours, theirs))
        return found

    def has_cell(self, kind: Kind, position: Position, field: str, texts: tuple[str, str]) -> bool:
        """Whether one cell makes this field."""
        return any(True for _ in self._cells_of(kind, position, field, texts))

    def _cells_of(
        self, kind: Kind, position: Position, field: str, texts: tuple[str, str]
    ) -> Iterator[tuple[Spot, str, str]]:
        """Cells with their HTML of now and what it is to be."""
        ours, theirs = texts
        is_part = field in SHARED_FIELDS and (field != "Options" or kind is Kind.QUIZ)
        if field not in OWN_FIELDS and not is_part:
            return
        for spot in self.spots:
            if (position.line, position.column) not in spot.owners:
                continue
            html = self.html(spot, spot.cell.text, ours)
            if html == ours and not is_part:
                yield spot, ours, theirs
            elif is_part and html and (part := _part_of(html, ours, theirs)) is not None:
                yield spot, html, part

    def html(self, spot: Spot, text: str, like: str) -> str | None:
        """The HTML of a cell that said this; a passage's gaps have the numbers of those in a text
        ``like`` it. None where there are not as many."""
        if spot.form is not Form.PASSAGE:
            return render_cells(self.page, [spot.cell._replace(text=text)], [])[0][0]
        html, marks = render_marked(text, self.page.references, self.page.media)
        numbers = [int(number) for number in _GAP.findall(like)]
        if len(numbers) != len(marks):
            return None
        return with_deletions(html, numbers, [field_text(plain(m.hint)) for m in marks])

    def _markdown(self, spot: Spot, ours: str, theirs: str, files: Mapping[str, str]) -> str | None:
        """The cell's Markdown that makes a field say what Anki has."""
        for text in rewritten(spot.cell.text, ours, theirs, files):
            is_line = "\n" not in text or text.count("\n") == spot.cell.text.count("\n")
            if (
                len(text) <= MOST_CHARACTERS
                and is_line
                and "\r" not in text
                and text == text.strip()
                and self.html(spot, text, theirs) == theirs
            ):
                return text
        return None

    # --- where it stands ------------------------------------------------------------------------

    def edit(self, spot: Spot, text: str) -> TextEdit | None:
        """What makes a cell say this, and changes nothing else of the page; None where the cell
        does not stand there as it is read."""
        cell = spot.cell
        if cell.line > len(self._starts):
            return None
        start = self._starts[cell.line - 1] + cell.column - 1
        escapes = spot.form is Form.TABLE
        if not cell.text:
            written = text.replace("|", "\\|")
            return self._into_empty(start, written) if escapes else None
        places = _places(cell.text, self.text, start, escapes)
        before, behind = shared_ends(cell.text, text)
        last = len(cell.text) - behind
        if any(place not in places for place in range(before, last)):
            return None
        written = text[before : len(text) - behind]
        written = written.replace("|", "\\|") if escapes else written
        first = places[before][0] if before in places else places.get(before - 1, (-1, -1))[1]
        end = places[last - 1][1] if last > before else first
        if first < 0 or _LINE_END.search(written) or _LINE_END.search(self.text[first:end]):
            return None
        return TextEdit(first, end, written)

    def _into_empty(self, start: int, written: str) -> TextEdit | None:
        """A text put into a cell that has none, with a blank on both sides."""
        here = self.text[start : start + 1]
        if self.text[start - 1 : start] != "|" or here not in (" ", "|"):
            return None
        return TextEdit(start, start, f" {written}" if here == " " else f" {written} ")

    def edited(self, edits: Sequence[TextEdit], texts: Mapping[int, str]) -> str | None:
        """The page's text after these edits; None where not exactly the cells at these places say
        something else then, each what it is to say."""
        text, end = self.text, len(self.text)
        for edit in sorted(set(edits), reverse=True):
            if edit.end > end:
                return None
            text = text[: edit.start] + edit.text + text[edit.end :]
            end = edit.start
        after = list(_spots(self.read(text)))
        meant = [(s.row, texts.get(s.place, s.cell.text)) for s in self.spots]
        return text if [(s.row, s.cell.text) for s in after] == meant else None


def _spots(page: Page) -> Iterator[Spot]:
    place = 0
    for number, block in enumerate(page.blocks):
        rows: list[tuple[Sequence[Cell], set[tuple[int, int]]]]
        if isinstance(block, Table):
            rows = [(row.cells, {(row.line, row.column)}) for row in block.rows]
        elif isinstance(block, Quiz):
            rows = [(block.cells, set())]
        else:
            rows = [([cell], set()) for cell in block.passages]
        for row, (cells, owners) in enumerate(rows):
            own = frozenset(owners | {(cell.line, cell.column) for cell in cells})
            for cell in cells:
                yield Spot(place, (number, row), cell, own, block.form)
                place += 1


def _part_of(html: str, ours: str, theirs: str) -> str | None:
    """What a cell is in Anki's text of a field in which it stands once, between tags; None where
    more than that differs."""
    begin, mark, end = ours.partition(f">{html}</")
    if not mark or mark in end:
        return None
    begin, end = f"{begin}>", f"</{end}"
    is_alone = theirs.startswith(begin) and theirs.endswith(end)
    if not is_alone or len(theirs) < len(begin) + len(end) or theirs == ours:
        return None
    return theirs[len(begin) : len(theirs) - len(end)]


def _places(cell: str, text: str, start: int, escapes: bool) -> dict[int, tuple[int, int]]:
    """Where in a page's text the characters of a cell stand that begins at ``start``, and what is
    behind its last; not those behind a place where the page does not say what the cell does."""
    found: dict[int, tuple[int, int]] = {}
    place, at = 0, start
    while place < len(cell):
        character = cell[place]
        if character == "\n" and (line := _BETWEEN_LINES.match(text, at)):
            place, at = place + 1, line.end()
        elif escapes and character == "|" and text.startswith("\\|", at):
            found[place] = at, at + 2
            place, at = place + 1, at + 2
        elif text[at : at + 1] == character:
            found[place] = at, at + 1
            place, at = place + 1, at + 1
        elif cell.startswith("<br>", place) and (between := _BETWEEN.match(text, at)):
            place, at = place + 4, between.end()
            place += len(BULLET) if cell.startswith(BULLET, place) else 0
        else:
            return found
    found[place] = at, at
    return found
