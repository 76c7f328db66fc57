"""What a form is: how it is found, which comment words it takes, how it becomes notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from generator.core.diagnostics import TOO_LONG, Diagnostic
from generator.core.model import Block, Cell, Form, Kind, Page, Position
from generator.forms.lettered.sign import LetteredQuiz
from generator.notes.kinds import KINDS
from generator.notes.page_notes import BlockNotes
from generator.notes.surroundings import Frame
from generator.settings.values import Settings, read_comments
from generator.sources.block_tree import Lines, Node
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.lists import CODE

B = TypeVar("B", bound=Block)
DEFAULTS = Settings()


class Sign(Protocol):
    """A pattern, or what is asked like one."""

    def search(self, text: str, /) -> object:
        """What it finds in a page with a line end in front, if it finds itself."""


def name_of(word: str) -> str:
    """A word of a comment without the headers that follow it."""
    return word.partition(" ")[0]


class Word(NamedTuple):
    """A word of a cards comment: ``use`` says what it is for, ``kinds`` where it says something.

    With ``names_form`` a list is of this form because of it; with ``is_for_sections`` it may stand
    at a heading, for all lists below.
    """

    text: str
    use: str
    kinds: frozenset[Kind] = frozenset(Kind)
    names_form: bool = False
    is_for_sections: bool = False


SAME, NEW = (Word(text, "tables whose header has changed") for text in ("same", "new"))


def _of_kinds(text: str, use: str) -> Word:
    return Word(text, use, frozenset(kind for kind in KINDS if text in KINDS[kind].words))


# What cards a table has besides those that ask for its cells.
REVERSE = _of_kinds("reverse", "tables, but for those of traps")
ROW = _of_kinds("row", "tables with several columns that are asked")
WHY = _of_kinds("why", "tables of two columns and a column Why")
NO_QUIZ = _of_kinds("no-quiz", "tables")
QUIZ_TOO = Word("quiz", "task lists and tables", frozenset(Kind) - {Kind.TRAP}, names_form=True)


class BlockContext(NamedTuple):
    """A Markdown block where it stands: ``siblings[own_index]``, ``above`` it another, comments
    aside.

    ``words`` are those of the cards comments that speak for it; ``section`` holds the headings
    above it; ``diagnostics`` grows by what is found. ``labels`` are the bold beginnings of items
    that are no terms on this page; ``goes_on`` says that ``above`` was taken by a block above it.
    ``lettered`` are the quizzes whose options begin in it, and ``taken`` the blocks of all such
    quizzes.
    """

    siblings: Sequence[Node]
    own_index: int
    above: Node | None
    words: tuple[Cell, ...]
    section: tuple[str, ...]
    lines: Lines
    file: str
    diagnostics: list[Diagnostic]
    settings: Settings = DEFAULTS
    labels: frozenset[str] = frozenset()
    goes_on: bool = False
    lettered: Sequence[LetteredQuiz] = ()
    taken: Set[int] = frozenset()

    @property
    def node(self) -> Node:
        """The block itself."""
        return self.siblings[self.own_index]

    def says(self, word: str) -> bool:
        """Whether a comment says so."""
        return bool(self.words) and any(said.text == word for said in self.words)

    def sibling(self, distance: int) -> Node | None:
        """The block so many blocks below this one, comments counted."""
        place = self.own_index + distance
        return self.siblings[place] if place < len(self.siblings) else None

    def is_taken(self, node: Node) -> bool:
        """Whether a block is one of a quiz with letters."""
        return id(node) in self.taken

    def shorten(self, *nodes: Node) -> None:
        """Cut off what of paragraphs and headings is too long for a card."""
        for node in nodes:
            shorten(node, self.file, self.diagnostics)

    def shorten_items(self) -> None:
        """The same of what stands in the items of this list."""
        self.shorten(*(child for item in self.node.inside for child in item.inside))


def comment_words(node: Node, lines: Lines) -> tuple[Cell, ...]:
    """The words of cards comments; a quote's ``>`` to the left of them is blanked."""
    blanked = []
    for start, end in node.meta["lines"]:
        _, column = lines.place(start)
        blanked.append(" " * (column - 1) + lines.text[start:end])
    first, _ = lines.place(node.meta["lines"][0][0])
    return read_comments("\n".join(blanked), first)


def shorten(node: Node, file: str, diagnostics: list[Diagnostic]) -> None:
    """Cut off what of a paragraph, a heading or code is too long for a card, and say so."""
    is_code = node.type in CODE
    text = node.content if is_code else node.text
    if len(text) > MOST_CHARACTERS:
        what = "block of code" if is_code else node.type
        words = {"what": what, "characters": len(text), "most": MOST_CHARACTERS}
        diagnostics.append(TOO_LONG.at(Position(file, node.line, 1), **words))
        if is_code:
            node.content = text[:MOST_CHARACTERS]
        else:
            node.text = text[:MOST_CHARACTERS]


class Found(NamedTuple):
    """What a form found. The blocks ``inside`` are read for themselves; those ``claimed`` stand
    below and belong to it."""

    blocks: tuple[Block, ...]
    inside: Sequence[Node] = ()
    claimed: tuple[Node, ...] = ()


def all_cells(page: Page, block: Block) -> Sequence[Cell]:
    """All cells of a block."""
    return block.cells


@dataclass(frozen=True, slots=True)
class FormRule(Generic[B]):
    """One form. ``find`` says whether a Markdown block of the types ``nodes`` is written in it;
    ``read`` makes notes of what was found.

    Where ``sign`` is nowhere on a page, with a line end in front, neither is the form: such a page
    is not parsed for it. ``signs_of`` gives further ones, such as what only settings make a form
    of. Where there are ``sign_marks``, ``sign`` has one of these characters: without one on the
    page it is not looked for.
    Where ``may_take`` says no by a look at a block alone, ``find`` is not asked.
    ``name`` is how messages call one; a table is called by its kind. ``kind`` is that of its notes,
    None where headers decide. With ``leaves_text`` what it is found in is ordinary text besides;
    where it ``is_whole`` an error costs all its notes: each is made of all its rows.
    ``shown_cells`` are those whose pictures a card may show.
    """

    form: Form
    name: str
    nodes: tuple[str, ...]
    sign: re.Pattern[str]
    find: Callable[[BlockContext], Found | None]
    read: Callable[[Page, B, Frame], BlockNotes]
    kind: Kind | None
    words: tuple[Word, ...] = ()
    leaves_text: bool = False
    is_whole: bool = False
    shown_cells: Callable[[Page, Any], Sequence[Cell]] = all_cells
    signs_of: Callable[[Settings], tuple[Sign, ...]] = lambda settings: ()
    sign_marks: str = ""
    may_take: Callable[[Node, Settings], bool] = lambda node, settings: True
