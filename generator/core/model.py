"""The frozen values that the stages hand to each other; it knows no file, no clock, no screen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, NewType

from generator.core.lazy_regex import lazy_regex

if TYPE_CHECKING:
    from generator.core.note_fields import Fields

Guid = NewType("Guid", str)
DeckName = NewType("DeckName", str)
Tag = NewType("Tag", str)
MediaName = NewType("MediaName", str)


class Choice(StrEnum):
    """Words of which one is a value."""


class Kind(Choice):
    """What a table (or another form of the notes) asks; each kind has one note type."""

    CLUE = "clue"
    TRAP = "trap"
    COMPARE = "compare"
    CLOZE = "cloze"
    QUIZ = "quiz"

    # Enum's own is written in Python, and every key that notes are looked up by begins with a kind.
    __hash__ = str.__hash__


JOINT = " · "  # between the parts of a clue that stands in several columns
# Those that a table may have.
TABLE_KINDS = (Kind.CLUE, Kind.TRAP, Kind.COMPARE)


class Position(NamedTuple):
    """A place in the notes: path relative to the source folder, 1-based line and column."""

    file: str
    line: int
    column: int


def page_name(path: str) -> str:
    """The path of a page without what says that it is Markdown; a folder's path as it is."""
    found = _MARKDOWN.search(path)
    return path[: found.start()] if found else path


_MARKDOWN = lazy_regex(r"\.(md|markdown)$", re.IGNORECASE)


class Form(Choice):
    """How what makes notes is written down."""

    TABLE = "table"
    DEFINITIONS = "definitions"
    ORDER = "order"
    QUIZ = "quiz"
    QUESTION = "question"
    PASSAGE = "passage"


# --- what is read ---------------------------------------------------------------------------


class Cell(NamedTuple):
    """One cell: its inline Markdown (``\\|`` already turned into ``|``) and where it starts."""

    text: str
    line: int
    column: int


class Row(NamedTuple):
    """One line of a table; ``line`` and ``column`` are where its text starts."""

    cells: tuple[Cell, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table as written: header, body rows, the comment's words.

    ``section`` holds the headings above it, but for the page's title, as inline Markdown. A list of
    definitions is a table without a header, of terms and meanings; an order one of steps alone.
    ``held`` are the rows, by their places, that an error said elsewhere costs.
    """

    header: Row
    rows: tuple[Row, ...]
    section: tuple[str, ...]
    directives: tuple[Cell, ...]
    form: Form = Form.TABLE
    held: tuple[int, ...] = ()

    @property
    def cells(self) -> Sequence[Cell]:
        """The cells of its rows."""
        return [cell for row in self.rows for cell in row.cells]


class Option(NamedTuple):
    """An option of a quiz. ``is_right`` is None where its box is missing; ``below`` explains it.

    One with a ``letter`` is shown with it, since an explanation names it; one that ``stays`` is
    not shuffled: it speaks of the others, "all of the above".
    """

    text: Cell
    is_right: bool | None
    below: tuple[Cell, ...]
    letter: str = ""
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question, its options, and what stands below them to explain.

    One that ``is_held`` has an error that is said elsewhere; one without a right option has no
    answer yet.
    """

    question: Cell
    options: tuple[Option, ...]
    explanation: tuple[Cell, ...]
    section: tuple[str, ...]
    directives: tuple[Cell, ...]
    is_held: bool = False
    form: ClassVar[Form] = Form.QUIZ

    @property
    def cells(self) -> Sequence[Cell]:
        """All that it is written in."""
        options = (cell for option in self.options for cell in (option.text, *option.below))
        return [self.question, *options, *self.explanation]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph, or a list's items, that may hold marked text: those passages of it that do.

    ``lead`` is the paragraph above the list, or an empty text.
    """

    passages: tuple[Cell, ...]
    lead: str
    section: tuple[str, ...]
    directives: tuple[Cell, ...]
    form: ClassVar[Form] = Form.PASSAGE

    @property
    def cells(self) -> Sequence[Cell]:
        """Its passages."""
        return self.passages


Block = Table | Quiz | Prose


class Suppression(NamedTuple):
    """A comment that suppresses a code in the lines ``first`` to ``last`` of its page (from 1)."""

    code: str
    position: Position
    first: int
    last: int


class Media(NamedTuple):
    """A picture or a sound. ``name``, by which the package and its fields know it, is made from
    its content; ``path`` is relative to the source folder; ``digest`` is its SHA-256 in
    hexadecimal, ``size`` is in bytes.
    """

    name: MediaName
    path: str
    digest: str
    size: int
    is_sound: bool


class MediaReference(NamedTuple):
    """A cell names a picture or a sound: ``target`` is as written, percent-encoding resolved. One
    in double brackets is a file's name, wherever it lies. One that ``is_link`` is shown as text
    where there is no such sound."""

    target: str
    position: Position
    is_link: bool = False


class Source(NamedTuple):
    """The text of one file of the notes. ``path`` is relative to the source folder, with ``/``."""

    path: str
    text: str


class FrontMatter(NamedTuple):
    """What stands between the fences at the top of a page; its text starts at ``line``, from 1."""

    text: str = ""
    line: int = 2
    is_toml: bool = False


class LeftOut(NamedTuple):
    """A page or a folder that is not read, and why: the ``pattern`` is a person's own."""

    file: str
    reason: str
    is_folder: bool = False
    pattern: str = ""


class OtherContent(NamedTuple):
    """What a file holds besides what makes notes: how many paragraphs, lists, blocks of code.

    ``definitions`` are items of its lists that look like definitions, ``questions`` headings that
    ask and have text below, ``callouts`` those and folds that ask, ``items`` those of lists that
    do, ``cards`` what is written as a card for another program: all could make notes if they were
    written otherwise, or a setting said so.
    """

    file: str
    prose: int
    lists: int
    code: int
    definitions: int = 0
    questions: int = 0
    callouts: int = 0
    items: int = 0
    cards: int = 0


class Page(NamedTuple):
    """One file, read. ``title`` is its one heading of level one, as inline Markdown; with
    several there is none.

    ``blocks`` are in source order; ``references`` are the page's link definitions, label →
    (address, title), a footnote without an address as ``^label``; ``media`` are the files that its
    cells name, target → file, None where a diagnostic says that it is refused. Where it
    ``is_coloured`` blocks of code are.
    """

    path: str
    title: str
    front_matter: FrontMatter
    blocks: tuple[Block, ...]
    references: dict[str, tuple[str, str]]
    rest: OtherContent
    media: Mapping[str, Media | None] = {}
    suppressions: tuple[Suppression, ...] = ()
    is_coloured: bool = False


class TableReport(NamedTuple):
    """What became of a table or another form: ``kind`` is empty where ``skipped`` says why.

    ``header`` holds the first words of what has no header; ``held`` is how many rows
    have errors, ``unfinished`` how many no answer yet, in ``unfinished_lines`` (from 1), ``joined``
    how many stand as further answers on the notes of others, and ``left_out`` how many a comment
    leaves out.
    """

    position: Position
    header: tuple[str, ...]
    kind: str
    rows: int
    notes: int
    skipped: str
    form: Form = Form.TABLE
    held: int = 0
    unfinished: int = 0
    joined: int = 0
    left_out: int = 0
    unfinished_lines: tuple[int, ...] = ()


# --- what is made ---------------------------------------------------------------------------


class Origin(NamedTuple):
    """What a note is recognised by: source text, white space folded; ``id`` from an ID column."""

    kind: Kind
    package: str
    page: str
    section: str
    question: str
    clue: str
    answer: str
    id: str


class Reading(NamedTuple):
    """Which columns of a table do what for a note, by their headers; all is empty where the note is
    of no table.

    The ``clue`` stands in one column, or in several together; those whose empty cells ``carry`` the
    one above on; and those that are ``left_out``: neither asked nor below the answer.
    """

    clue: tuple[str, ...] = ()
    carry: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Deletion(NamedTuple):
    """A card of a cloze note: its number, as plain text what it hides, who chose the number.

    One that ``is_long`` hides too much to be answered: it is a card only where it was one already.
    """

    number: int
    text: str
    is_by_hand: bool
    is_long: bool = False


class RowStatus(Choice):
    """Whether a row becomes a note: not where it has an error, and not without an answer; one that
    is not asked only where it is a note already; and one whose clue has another answer above it in
    its table may be joined to that one."""

    SOUND = "sound"
    JOINED = "joined"
    HELD = "held"
    UNFINISHED = "unfinished"
    UNASKED = "unasked"


class Note(NamedTuple):
    """What is to become a note, as far as it is known without its fields and its GUID.

    ``same_as`` is what a person says it is: the beginning of a GUID, ``new``, or nothing. ``gaps``
    are a cloze note's; those that no person numbered take the numbers that they had before. One
    that is not sound is matched like the others, so that nobody else takes its history. ``columns``
    are the header and the cell of each attribute of a comparison, ``options`` those of a quiz.
    """

    origin: Origin
    tags: tuple[Tag, ...]
    deck: DeckName
    position: Position
    same_as: str = ""
    gaps: tuple[Deletion, ...] = ()
    status: RowStatus = RowStatus.SOUND
    columns: tuple[tuple[str, str], ...] = ()
    reading: Reading = Reading()
    options: frozenset[str] = frozenset()


class NoteRow(NamedTuple):
    """A note as it stands in a package: what is written, read back and compared.

    ``note_id`` is in milliseconds, ``modified`` in seconds (UTC); ``fields`` are UTF-8 and joined
    by U+001F; ``cards`` are the ordinals of its cards, sorted; new ones are due at ``due``, the
    note's place in the package from 1 on.
    """

    guid: Guid
    note_id: int
    note_type: int
    modified: int
    tags: tuple[str, ...]
    fields: bytes
    deck: DeckName
    cards: tuple[int, ...]
    due: int

    @property
    def values(self) -> tuple[str, ...]:
        """The fields one by one."""
        return tuple(self.fields.decode().split("\x1f"))

    def without_fields(self) -> NoteRow:
        """The row as it stands in a `Package`."""
        return self._replace(fields=b"")


class StampedNote(NamedTuple):
    """A note beside its row in a package."""

    note: Note
    row: NoteRow

    @property
    def guid(self) -> Guid:
        """The row's GUID."""
        return self.row.guid

    @property
    def fields(self) -> Fields:
        """Its fields, by name."""
        from generator.core.note_fields import split_fields

        return split_fields(self.note.origin.kind, self.row.fields)


class Package(NamedTuple):
    """Everything one ``.apkg`` is made from: a row for each note, and its fields.

    The rows have no fields: ``fields`` are by the row's place. A note without them stands in the
    package's older file as it is to stand in the new one. ``descriptions`` are HTML, by deck;
    ``media`` are the files that the notes' fields name, sorted by name. ``notes`` are what the rows
    were made of, where that is at hand.
    """

    name: str
    rows: Sequence[NoteRow]
    fields: Mapping[int, bytes]
    descriptions: Mapping[DeckName, str]
    media: tuple[Media, ...] = ()
    notes: Sequence[Note] = ()

    def stamped(self) -> tuple[StampedNote, ...]:
        """The notes with their fields."""
        return tuple(
            StampedNote(note, row._replace(fields=self.fields[place]))
            for place, (note, row) in enumerate(zip(self.notes, self.rows, strict=True))
        )


class Changes(NamedTuple):
    """What became of the notes since the last build, as GUIDs; ``redecked`` have another deck, each
    with its name."""

    new: frozenset[Guid]
    changed: frozenset[Guid]
    retired: frozenset[Guid]
    redecked: tuple[tuple[DeckName, Guid], ...]
