"""The judge of random histories: pages are edited as people do, and each fact is followed by a tag
that the program never sees.

    python tests/histories.py --histories 300 --seed 1 --anki 60 --merges 100

It counts, over all facts and rounds, what became of their notes: kept, new and said so, new in
silence, given to another fact, asked about; and with Anki what an import updated, and how many
cards were blank. Each case that is not as a person expects is printed with how to see it again.
"""

from __future__ import annotations

import argparse
import copy
import random
import shutil
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anki.notes import Note

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from media_files import png

from generator.core.model import Guid
from generator.pipeline.build import Outcome, run

NOUNS = (
    "anchor basin canal delta estuary fjord glacier harbour inlet jetty keel "
    "lagoon mast nebula orbit prism quartz reactor sensor turbine umbra valve "
    "wharf xylem yeast zenith atom branch cache daemon edge frame graph "
    "heap index join kernel latch mutex node packet queue router stack "
    "thread union vector worker yield zone alloy boiler clutch dynamo engine "
    "filter gauge hopper ingot jig lathe "
).split()
VERBS = (
    "opens closes holds feeds drains cools heats turns lifts drops cuts "
    "joins splits sorts copies moves stores reads writes sends waits wakes "
    "counts weighs bends breaks mends paints seals tests "
).split()
REPEATED = ("yes", "no", "GET", "POST", "O(n log n)", "O(n)", "true", "false", "1945", "red")
HEADERS = (
    ("Part", "What it does"), ("Term", "Meaning"), ("Structure", "Search time"),
    ("Need", "First move"), ("Verb", "Method"), ("Question", "Answer"), ("Year", "Event"),
)  # fmt: skip
COLUMNS = ("Cost", "Speed", "Size", "Limit", "Risk", "Colour", "Owner")
KEYS = ("big set", "small set", "open ring")  # what rows share that two cells together name
ALIKE = 0.5  # how many facts are much like one beside them
FORMS = (
    "clue",
    "clue",
    "clue",
    "trap",
    "compare",
    "keyed",
    "definitions",
    "order",
    "quiz",
    "lettered",
    "cloze",
    "text",
    "folded",
    "bold",
    "callout",
    "heading",
)
ANSWERS = (
    "line",
    "fold",
    "callout",
    "key",
    "sign",
    "container",
    "signed",
    "tick",
    "nested",
)  # where lettered options have theirs
FOLDS = ("details", "callout", "bold line")  # how the answer stands below a question
FAULTS = ("extra", "short", "picture", "empty clue")


@dataclass
class Row:
    """A fact: its tag, its cells, what is wrong with it now, the picture beside its answer, what a
    person says that it is, the page that its first word leads to, a remark that no card shows."""

    tag: int
    cells: list[str]
    fault: str = ""
    is_bold: bool = False
    picture: str = ""
    same_as: str = ""
    turned: int = 0  # the tag of the fact that it is with its cells the other way round
    before: tuple[int, int] | None = None  # its own tag and that one, before it was turned
    is_skipped: bool = False
    code: tuple[str, ...] = ()  # the lines of a block of code below its answer
    link: str = ""
    remark: str = ""
    is_picture_named: bool = False  # ![[name]], which is found in any folder
    place: int = 0  # of the right one among lettered options

    def become_another(self, world: World) -> None:
        """A row that keeps its ID would be the same fact, whatever its cells say."""
        self.tag = world.tag()
        self.cells[2:] = [f"n{self.tag}" for _ in self.cells[2:]]
        self.same_as, self.turned = "", 0

    def turn(self, world: World) -> None:
        """Ask the other way round: another fact, and turned again the first one, if that was ever
        built in these words."""
        if self.cells == self.cells[::-1]:
            return
        is_built = world.clues.get(self.tag) == self.cells[0]
        self.cells.reverse()
        before = self.tag, self.turned
        if self.before and self.tag > world.built:  # both in one round
            self.tag, self.turned = self.before
        else:
            self.tag, self.turned = self.turned or world.tag(), self.tag if is_built else 0
        self.before, self.same_as = before, ""


@dataclass
class Block:
    """A table, or a list; the rows of an order are its steps, and ``tag`` is that of its name."""

    form: str
    header: list[str]
    rows: list[Row]
    section: str = ""
    words: str = ""
    tag: int = 0
    first: str = ""  # the header of a column before the clues, which came later
    is_miscounted: bool = False  # a number is missing in the column that counts its rows
    has_gaps: bool = False  # a first cell that is as the one above is left empty
    is_callout: bool = False
    is_of_traps: bool = False  # whatever its header says since
    alike: str = ""  # the header that a column had before it got that of another
    answers: str = ANSWERS[0]
    fold: str = FOLDS[0]

    @property
    def is_nested(self) -> bool:
        """Whether it is a list of questions, each with a list of options in its item."""
        return self.form == "lettered" and self.answers == "nested"


@dataclass
class Leaf:
    """A page."""

    title: str
    blocks: list[Block]
    is_unreadable: bool = False
    settings: str = ""
    second: str = ""  # a heading like the title, below the first block


@dataclass
class World:
    """The folder of a person, and what was thrown away."""

    rng: random.Random
    pages: dict[str, Leaf] = field(default_factory=dict)
    gone: list[tuple[str, int, Row]] = field(default_factory=list)
    # Rows that were, and those in like words that took their places.
    replaced: list[tuple[Row, Row]] = field(default_factory=list)
    serial: int = 0
    built: int = 0  # the newest fact of the last build
    guids: dict[int, Guid] = field(default_factory=dict)  # as a person finds them in Anki
    clues: dict[int, str] = field(default_factory=dict)  # of facts as they were built
    repeated: list[Row] = field(
        default_factory=list
    )  # rows of this round with a clue that is there
    # Rows of this round, and those that they are much like and have the answer of.
    likenesses: list[tuple[Row, Row]] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)  # facts that may be one of several notes
    said: set[int] = field(default_factory=set)  # facts of which a comment is not built yet
    pictures: dict[str, int] = field(default_factory=dict)  # what each shows
    picture_folder: str = "pictures"
    # Facts of which a person may well say that they are others now: kept or new, both is right.
    free: set[int] = field(default_factory=set)
    edited: int = 0  # rows whose own cells changed

    def tag(self) -> int:
        self.serial += 1
        return self.serial

    def words(self, count: int) -> str:
        return " ".join(self.rng.choice(NOUNS if n % 2 == 0 else VERBS) for n in range(count))

    def cell(self, is_answer: bool) -> str:
        if is_answer and self.rng.random() < 0.25:
            return self.rng.choice(REPEATED)
        text = self.words(self.rng.randint(1, 6))
        return f"{text} {self.rng.randint(2, 99)}" if self.rng.random() < 0.15 else text

    def row(self, columns: int, beside: Sequence[Row] = ()) -> Row:
        """A fact, often in words much like those of one ``beside`` it."""
        there = {row.cells[0] for row in (*self.rows(), *beside)}
        cells = [self.cell(place > 0) for place in range(columns)]
        older = None
        if beside and self.rng.random() < ALIKE:
            older = self.rng.choice(beside)
            cells[0] = self.clue_like(older.cells[0]) or cells[0]
            cells[1:2] = [self.answer_like(cell) for cell in older.cells[1:2]]
        while cells[0] in there:  # a fact that is there is repeated on purpose alone
            cells[0] = self.words(3)
        row = Row(self.tag(), cells)
        if older and cells[1:2] == older.cells[1:2]:
            self.likenesses.append((row, older))
        return row

    def clue_like(self, clue: str) -> str:
        """That of another fact: with other words in the place of some, a part of it, or one that it
        is a part of."""
        words = clue.split()
        way = self.rng.choice(("other", "other", "other", "part", "more"))
        if way == "part":
            return " ".join(words[: self.rng.randint(1, max(len(words) - 1, 1))])
        if way == "more":
            return f"{clue} {self.words(self.rng.choice((2, 4)))}"
        return _with_others(self, words)

    def answer_like(self, answer: str) -> str:
        """The same, one that shares words with it, or any."""
        way = self.rng.choice(("same", "other", "any"))
        if way == "same":
            return answer
        return _with_others(self, answer.split()) if way == "other" else self.cell(is_answer=True)

    def block(self, form: str = "") -> Block:
        form = form or self.rng.choice(FORMS)
        header = list(self.rng.choice(HEADERS))
        if form == "compare":
            header = [header[0], *self.rng.sample(COLUMNS, self.rng.randint(2, 4))]
        if form == "trap":
            header = ["Trap", "Better rule"]
        if form == "keyed":
            header = ["Family", "Member", *self.rng.sample(COLUMNS, self.rng.randint(1, 2))]
        columns = {"order": 1, "cloze": 2, "lettered": 4}.get(form, len(header))
        rows: list[Row] = []
        for _ in range(self.rng.randint(2, 7)):
            rows.append(self.row(columns, rows))
        section = self.words(2).title() if self.rng.random() < 0.5 else ""
        block = Block(form, header, rows, section, tag=self.tag())
        block.answers = self.rng.choice(ANSWERS)
        block.fold = self.rng.choice(FOLDS)
        if form == "keyed":
            for row in rows:
                self.key(row)
            rows[1].cells[0] = rows[0].cells[0]
            block.has_gaps = self.rng.random() < 0.5
        return block

    def key(self, row: Row) -> None:
        """Let a row be one of several of a family."""
        row.cells[1], row.cells[0] = row.cells[0], self.rng.choice(KEYS)

    def leaf(self) -> Leaf:
        return Leaf(self.words(2).title(), [self.block() for _ in range(self.rng.randint(1, 3))])

    def tidy(self) -> None:
        """Nobody keeps an empty table or an empty page."""
        for leaf in self.pages.values():
            leaf.blocks = [block for block in leaf.blocks if block.rows]
        self.pages = {path: leaf for path, leaf in self.pages.items() if leaf.blocks}

    def waiting(self) -> set[int]:
        """The facts that have an error, or stand on a page that has one."""
        return {
            row.tag
            for leaf in self.pages.values()
            for block in leaf.blocks
            for row in block.rows
            if row.fault or leaf.is_unreadable
        }

    # --- choices ------------------------------------------------------------------------------

    def blocks(self, *forms: str) -> list[tuple[str, Leaf, Block]]:
        return [
            (path, leaf, block)
            for path, leaf in self.pages.items()
            for block in leaf.blocks
            if not forms or block.form in forms
        ]

    def rows(self) -> list[Row]:
        """All there are."""
        return [row for _, _, block in self.blocks() for row in block.rows]

    def some_block(self, *forms: str, rows: int = 1) -> tuple[str, Leaf, Block] | None:
        found = [each for each in self.blocks(*forms) if len(each[2].rows) >= rows]
        return self.rng.choice(found) if found else None

    def some_row(self, *forms: str) -> tuple[Block, Row] | None:
        found = self.some_block(*forms)
        return (found[2], self.rng.choice(found[2].rows)) if found else None


TABLES = ("clue", "trap", "compare", "keyed")
COUNTING = "No."
DEFINED = ("definitions", "bold", "callout")
ASKED = ("text", "folded", "heading")
PAIRS = ("clue", "trap", *DEFINED, *ASKED, "quiz", "lettered")

# --- how it is written --------------------------------------------------------------------------


def written(world: World) -> dict[str, tuple[bytes, dict[int, int]]]:
    """The bytes of each page, and the fact of each line on which a note may stand."""
    return {path: _page(path, leaf, world.picture_folder) for path, leaf in world.pages.items()}


def _page(path: str, leaf: Leaf, pictures: str) -> tuple[bytes, dict[int, int]]:
    lines: list[str] = []
    tags: dict[int, int] = {}
    settings = [leaf.settings] if leaf.settings else []
    lines += ["---", *settings, "definitions: bold", "questions: headings", "---"]
    lines += [f"# {leaf.title}", ""]
    # What stands below a heading that asks answers it, and is in its section; and below a comment
    # that makes lists definitions a list of questions would be one of them.
    for block in sorted(leaf.blocks, key=lambda b: (b.form == "heading", not b.is_nested)):
        if block.section:
            lines += [f"## {block.section}", ""]
        _block(block, "../" * path.count("/") + pictures, lines, tags)
        lines.append("")
        if leaf.second and block is leaf.blocks[0]:
            lines += [f"# {leaf.second}", ""]
    if leaf.is_unreadable:
        return b"\xff" + "\n".join(lines).encode(), {}
    return "\n".join(lines).encode(), tags


def _block(block: Block, pictures: str, lines: list[str], tags: dict[int, int]) -> None:
    if block.form in TABLES:
        first = len(lines)
        if block.is_callout:
            lines.append("[!note]- What is to be known")
        if block.words:
            lines.append(f"<!-- cards: {block.words} -->")
        header = [block.first, *block.header] if block.first else block.header
        lines.append(f"| {' | '.join(header)} |")
        lines.append("|---" * len(header) + "|")
        before: Row | None = None
        for number, row in enumerate(block.rows, 1):
            counted = "" if block.is_miscounted and number == 2 else str(number)
            cells = [counted if block.first == COUNTING else f"{block.first} {number}"]
            own = _cells(row, pictures)
            is_plain = before and not (
                before.fault or before.is_bold or before.is_skipped or before.link or before.remark
            )
            if block.has_gaps and before and is_plain:
                own[0] = "" if own[0] == before.cells[0] and not row.fault else own[0]
            lines.append(f"| {' | '.join((cells if block.first else []) + own)} |")
            tags[len(lines)] = row.tag
            before = row
        if block.is_callout:
            lines[first:] = [f"> {line}" for line in lines[first:]]
        return
    if block.form in ("definitions", "order"):
        lines.append(f"<!-- cards: {block.form} -->")
    last = block.tag
    for number, row in enumerate(block.rows, 1):
        cells = _cells(row)
        if block.form == "definitions":
            lines.append(f"- {cells[0]}: {' '.join(cells[1:])}")
        elif block.form == "bold":
            lines.append(f"- **{cells[0]}**:{' ' * (row.tag % 3 > 0)}")
            if row.tag % 3:
                lines[-1] += " ".join(cells[1:])
        elif block.form == "callout":
            lines += ["", f"> [!definition] {cells[0]}"]
        elif block.form == "heading":
            counted = f"{number}{block.words}" if block.words else ""
            lines += ["", f"### {counted}{cells[0]}?"]
        elif block.form == "order":
            lines.append(f"{number}. {cells[0]}")
        elif block.form == "quiz":
            lines += ["", f"{cells[0]}?"]
        elif block.form == "lettered":
            lines += [f"- Q: {cells[0]}?"] if block.is_nested else ["", f"Q{number}. {cells[0]}?"]
        elif block.form == "text":
            lines += ["", f"Q: {cells[0]}"]
        elif block.form == "folded" and block.fold == "bold line":
            lines += ["", f"**Q{number}: {cells[0]}?**"]
        elif block.form == "folded":
            lines += ["", f"{cells[0]}?"]
        else:
            lines += ["", f"{cells[0]} ==" + " ".join(cells[1:]) + "== and so on."]
        tags[len(lines)] = last if block.form == "order" else row.tag
        last = row.tag
        if row.code and block.form in ("definitions", "order"):
            indent = "  " if block.form == "definitions" else "   "
            lines += ["", *(indent + line for line in _fenced(row.code))]
        if block.form == "quiz":
            lines += ["", f"- [x] {' '.join(cells[1:])}"]
            lines += ["", *(f"  {line}" for line in _fenced(row.code)), ""] if row.code else []
            lines += [f"- [ ] not {cells[0]}"]
        elif block.form == "lettered":
            lines += _lettered(block, row, cells, number)
        elif block.form == "text":
            lines.append(f"A: {' '.join(cells[1:])}")
            lines += ["", *_fenced(row.code)] if row.code else []
        elif block.form == "folded":
            lines += _folded(block.fold, " ".join(cells[1:]))
        elif block.form == "bold" and row.tag % 3 == 0:
            lines.append(f"  - {' '.join(cells[1:])}")
        elif block.form == "callout":
            lines.append(f"> {' '.join(cells[1:])}")
        elif block.form == "heading":
            lines += ["", " ".join(cells[1:])]
    if block.form == "lettered" and block.answers == "key":
        lines += ["", "**Answers**", ""]
        lines += [f"{n}. {'ABC'[row.place % 3]}" for n, row in enumerate(block.rows, 1)]


def _lettered(block: Block, row: Row, cells: list[str], number: int) -> list[str]:
    """The options below a question, and its answer if that does not stand in a key."""
    options = [f"{cells[2]} or so", f"hardly {cells[3]}"]
    options.insert(row.place % 3, cells[1])
    letter = "ABC"[row.place % 3]
    sign = f" {'✅' * (block.answers == 'sign')}".rstrip()
    named = zip("ABC", options, strict=True)
    lines = [f"{name}. {option}{sign * (name == letter)}" for name, option in named]
    if block.answers == "tick":
        lines = [f"- [{'x' if line[0] == letter else ' '}] {line}" for line in lines]
    if block.is_nested:
        return [*(f"  - {line}" for line in lines), f"- A: {letter}"]
    answer = {
        "line": [f"Answer: {letter}"],
        "fold": ["<details><summary>Answer</summary>", "", f"**Correct: {letter}**", "</details>"],
        "callout": ["> [!success]- Answer", f"> {letter}"],
        "container": [":::details Answer", f"{letter}", ":::"],
        "signed": [f"A{number}: {letter}"],
    }
    below = answer.get(block.answers, [])
    return [*lines, "", *below] if below else lines


def _folded(fold: str, answer: str) -> list[str]:
    if fold == "details":
        return ["", "<details><summary>Answer</summary>", "", answer, "", "</details>"]
    return ["", "> [!success]- Answer", f"> {answer}"] if fold == "callout" else [answer]


def _fenced(code: Sequence[str]) -> list[str]:
    return ["```sh", *code, "```"]


def _cells(row: Row, pictures: str = "pictures") -> list[str]:
    cells = list(row.cells)
    if row.picture and row.is_picture_named:
        cells[1] += rf" ![[{row.picture}\|200]]"
    elif row.picture:
        cells[1] += f" ![]({pictures}/{row.picture})"
    first, _, rest = cells[0].partition(" ")
    if row.link:
        first = rf"[[{row.link}\|{first}]]"
    if row.is_bold:
        first = f"**{first}**"
    cells[0] = f"{first} {rest}".strip() + row.remark
    if row.fault == "extra":
        cells.append("one too many")
    elif row.fault == "short":
        cells = cells[:-1] or [""]
    elif row.fault == "picture":
        cells[-1] += " ![](gone.png)"
    elif row.fault == "empty clue":
        cells[0] = ""
    elif row.fault == "no answer":
        cells[1:] = [("", "TBD", "?")[row.tag % 3]] * (len(cells) - 1)
    if row.is_skipped:
        cells[-1] += " <!-- cards: skip -->"
    if row.same_as:
        cells[0] += f" <!-- same-as: {row.same_as} -->"
    return cells


# --- edits --------------------------------------------------------------------------------------

Edit = Callable[[World], bool]
EDITS: dict[str, Edit] = {}


def edit(function: Callable[[World], bool | None]) -> Callable[[World], bool | None]:
    """One kind of edit; it says False where there is nothing to do it to."""
    EDITS[function.__name__] = lambda world: function(world) is not False
    return function


def _lightly(world: World, text: str) -> str:
    words = text.split()
    place = world.rng.randrange(len(words))
    change = world.rng.choice(("typo", "add", "article"))
    if change == "typo" and len(words[place]) > 4 and words[place].isalpha():
        at = world.rng.randrange(1, len(words[place]) - 1)
        words[place] = words[place][:at] + words[place][at + 1 :]
    elif change == "add" and len(words) > 2:
        words.insert(place, "quickly")
    else:
        words.insert(0, "the")
    return " ".join(words)


def _reword(world: World, place: int, wholly: bool) -> bool:
    found = world.some_row(*(PAIRS if wholly else (*PAIRS, "compare", "cloze")))
    if not found:
        return False
    row = found[1]
    if place >= len(row.cells) or not row.cells[place]:
        return False
    row.cells[place] = world.cell(place > 0) if wholly else _lightly(world, row.cells[place])
    world.edited += 1
    return True


@edit
def reword_a_clue_lightly(world: World) -> bool | None:
    return _reword(world, 0, wholly=False)


@edit
def reword_an_answer_lightly(world: World) -> bool | None:
    return _reword(world, 1, wholly=False)


@edit
def correct_an_answer(world: World) -> bool | None:
    found = world.some_row("clue", "trap", *DEFINED, *ASKED, "lettered")
    if found:
        found[1].cells[1] = world.cell(is_answer=True)
        world.edited += 1
    return bool(found)


@edit
def reword_a_clue_wholly(world: World) -> bool | None:
    found = world.some_row("clue", "trap", *DEFINED)
    if not found:
        return False
    found[1].cells[0] = world.cell(is_answer=False)
    world.free.add(found[1].tag)
    world.edited += 1
    return True


@edit
def reword_both_lightly(world: World) -> bool | None:
    found = world.some_row("clue", "trap", *DEFINED)
    if not found:
        return False
    found[1].cells[:2] = [_lightly(world, cell) for cell in found[1].cells[:2]]
    world.free.add(found[1].tag)  # of short cells little is left
    world.edited += 1
    return True


@edit
def say_that_another_option_is_right(world: World) -> bool | None:
    found = world.some_row("lettered")
    if found:
        cells = found[1].cells
        cells[1], cells[2] = cells[2], cells[1]
        world.edited += 1
    return bool(found)


@edit
def reorder_options(world: World) -> bool | None:
    found = world.some_row("lettered")
    if found:
        found[1].place += world.rng.randint(1, 2)
    return bool(found)


@edit
def reword_a_wrong_option(world: World) -> bool | None:
    found = world.some_row("lettered")
    if found:
        found[1].cells[3] = world.cell(is_answer=True)
    return bool(found)


@edit
def write_answers_in_another_way(world: World) -> bool | None:
    found = world.some_block("lettered")
    if found:
        found[2].answers = world.rng.choice(ANSWERS)
    return bool(found)


@edit
def fold_answers_in_another_way(world: World) -> bool | None:
    found = world.some_block("folded")
    if found:
        found[2].fold = world.rng.choice(FOLDS)
    return bool(found)


@edit
def replace_a_row(world: World) -> bool | None:
    found = world.some_block(*TABLES, *DEFINED, *ASKED, "quiz", "lettered", "cloze")
    if not found:
        return False
    rows = found[2].rows
    place = world.rng.randrange(len(rows))
    world.gone.append((found[2].form, len(rows[place].cells), rows[place]))
    rows[place] = world.row(len(rows[place].cells), rows)
    return True


@edit
def replace_a_row_by_one_like_it(world: World) -> bool | None:
    found = world.some_block("clue", "trap", *DEFINED, *ASKED)
    rows = [row for row in found[2].rows if all(" " in c for c in row.cells[:2])] if found else []
    if not rows:
        return False
    old = world.rng.choice(rows)
    new = Row(world.tag(), [_ending_otherwise(world, cell) for cell in old.cells])
    new.cells[2:] = [f"n{new.tag}" for _ in new.cells[2:]]
    found[2].rows[found[2].rows.index(old)] = new
    world.replaced.append((old, new))
    world.edited += 1
    return True


def _with_others(world: World, words: Sequence[str]) -> str:
    """The words, at least a third of them others."""
    others = [word for word in NOUNS if word not in words]
    count = world.rng.randint(-(-len(words) // 3), max(len(words) - 1, 1))
    places = world.rng.sample(range(len(words)), count)
    new = [
        others.pop(world.rng.randrange(len(others))) if n in places else w
        for n, w in enumerate(words)
    ]
    return " ".join(new)


def _ending_otherwise(world: World, text: str) -> str:
    """A text that begins as another does, with other words in its second half."""
    words = text.split()
    others = [word for word in NOUNS if word not in words]
    half = len(words) // 2
    return " ".join([*words[:half], *world.rng.sample(others, len(words) - half)])


@edit
def take_back_what_was_replaced(world: World) -> bool | None:
    for old, new in reversed(world.replaced):
        for _, _, block in world.blocks():
            if new in block.rows:
                block.rows[block.rows.index(new)] = old
                world.replaced.remove((old, new))
                world.edited += 1
                return True
    return False


@edit
def replace_a_clue_of_a_repeated_answer(world: World) -> bool | None:
    found = world.some_block("clue")
    rows = [row for row in found[2].rows if row.cells[1] in REPEATED] if found else []
    if not rows:
        return False
    row = world.rng.choice(rows)
    others = [word for word in NOUNS if word not in row.cells[0].casefold()]
    row.cells[0] = " ".join(world.rng.sample(others, 3))
    row.become_another(world)
    world.edited += 1
    return True


@edit
def change_a_number(world: World) -> bool | None:
    rows = [(block, row) for _, _, block in world.blocks("clue") for row in block.rows]
    rows = [(b, r) for b, r in rows if any(word.isdigit() for word in r.cells[0].split())]
    if not rows:
        return False
    _, row = world.rng.choice(rows)
    row.cells[0] = " ".join(
        str(int(word) + 7) if word.isdigit() else word for word in row.cells[0].split()
    )
    row.become_another(world)  # 1998 is another year than 2018
    world.edited += 1
    return True


@edit
def insert_a_row(world: World) -> bool | None:
    found = world.some_block()
    if found:
        rows = found[2].rows
        rows.insert(world.rng.randint(0, len(rows)), world.row(len(rows[0].cells), rows))
    return bool(found)


@edit
def insert_rows_on_top(world: World) -> bool | None:
    found = world.some_block(*TABLES)
    if found:
        rows = found[2].rows
        rows[:0] = [world.row(len(rows[0].cells), rows) for _ in range(2)]
    return bool(found)


@edit
def insert_a_clue_that_is_there(world: World) -> bool | None:
    """Another fact about the same thing, in another table."""
    one, other = world.some_row("clue"), world.some_block("clue")
    if not one or not other or one[0] is other[2]:
        return False
    row = world.row(len(other[2].header))
    row.cells[0] = one[1].cells[0]
    world.repeated.append(row)
    other[2].rows.append(row)
    return True


@edit
def add_a_table_of_the_same_clues(world: World) -> bool | None:
    """Other facts about the same things, on any page."""
    found = world.some_block("clue", *DEFINED)
    if not found:
        return False
    block = world.block("clue")
    block.header = list(world.rng.choice([h for h in HEADERS if h[1] not in found[2].header]))
    clues = list(dict.fromkeys(row.cells[0] for row in found[2].rows))[: len(block.rows)]
    del block.rows[len(clues) :]
    for row, clue in zip(block.rows, clues, strict=True):
        row.cells[0] = clue
        if world.rng.random() < ALIKE:
            row.cells[1] = world.answer_like(world.rng.choice(found[2].rows).cells[1])
        world.repeated.append(row)
    world.rng.choice(list(world.pages.values())).blocks.append(block)
    return True


@edit
def repeat_an_answer(world: World) -> bool | None:
    found = world.some_block("clue", *DEFINED)
    if not found:
        return False
    row = world.row(len(found[2].header))
    row.cells[1] = world.rng.choice(found[2].rows).cells[1]
    found[2].rows.append(row)
    return True


@edit
def delete_a_row(world: World) -> bool | None:
    found = world.some_block(rows=2)
    if not found:
        return False
    row = found[2].rows.pop(world.rng.randrange(len(found[2].rows)))
    world.gone.append((found[2].form, len(row.cells), row))
    return True


@edit
def restore_a_row(world: World) -> bool | None:
    world.rng.shuffle(world.gone)
    for place, (form, columns, row) in enumerate(world.gone):
        if form in ("order", "compare", "keyed"):
            continue
        fits = [b for _, _, b in world.blocks(form) if len(b.rows[0].cells) == columns]
        if fits:
            world.rng.choice(fits).rows.append(row)
            world.free.add(row.tag)  # below another header it is another question
            del world.gone[place]
            return True
    return False


@edit
def swap_two_rows(world: World) -> bool | None:
    found = world.some_block(rows=2)
    if found:
        rows = found[2].rows
        one, other = world.rng.sample(range(len(rows)), 2)
        rows[one], rows[other] = rows[other], rows[one]
    return bool(found)


@edit
def shuffle_a_table(world: World) -> bool | None:
    found = world.some_block(*TABLES, *DEFINED)
    if found:
        world.rng.shuffle(found[2].rows)
    return bool(found)


@edit
def sort_a_table(world: World) -> bool | None:
    found = world.some_block(*TABLES)
    if found:
        found[2].rows.sort(key=lambda row: row.cells)
    return bool(found)


@edit
def swap_the_cells_of_a_row(world: World) -> bool | None:
    found = world.some_row("clue")
    if not found or len(found[1].cells) != 2:
        return False
    found[1].turn(world)
    world.edited += 1
    return True


@edit
def swap_the_columns_of_a_table(world: World) -> bool | None:
    found = world.some_block("clue")
    if not found or len(found[2].header) != 2 or found[2].is_of_traps:
        return False
    found[2].header.reverse()
    for row in found[2].rows:
        row.turn(world)
        world.edited += 1
    return True


@edit
def move_a_row_within_its_page(world: World) -> bool | None:
    found = world.some_block("clue", rows=2)
    if not found:
        return False
    same = (b for b in found[1].blocks if b is not found[2] and b.form == "clue")
    others = [block for block in same if block.header == found[2].header]
    if not others:
        return False
    row = found[2].rows.pop()
    world.rng.choice(others).rows.append(row)
    return True


@edit
def move_a_row_to_another_page(world: World) -> bool | None:
    found = world.some_block("clue", "trap", rows=2)
    if not found:
        return False
    same = [b for path, _, b in world.blocks(found[2].form) if path != found[0]]
    same = [block for block in same if block.header == found[2].header]
    if not same:
        return False
    world.rng.choice(same).rows.append(found[2].rows.pop())
    return True


@edit
def move_a_table_to_another_page(world: World) -> bool | None:
    found = world.some_block()
    if not found or len(world.pages) < 2 or len(found[1].blocks) < 2:
        return False
    path = world.rng.choice([path for path in world.pages if path != found[0]])
    found[1].blocks.remove(found[2])
    world.pages[path].blocks.append(found[2])
    world.free |= {found[2].tag} if found[2].form == "order" else set()
    return True


@edit
def move_a_table_within_its_page(world: World) -> bool | None:
    found = world.some_block()
    if found:
        found[1].blocks.remove(found[2])
        found[1].blocks.insert(0, found[2])
    return bool(found)


@edit
def split_a_table(world: World) -> bool | None:
    found = world.some_block("clue", *DEFINED, rows=4)
    if not found:
        return False
    block = found[2]
    half = len(block.rows) // 2
    other = Block(block.form, list(block.header), block.rows[half:], "", block.words, world.tag())
    block.rows = block.rows[:half]
    found[1].blocks.insert(found[1].blocks.index(block) + 1, other)
    return True


@edit
def join_two_tables(world: World) -> bool | None:
    for _path, leaf, block in world.blocks("clue"):
        for other in leaf.blocks:
            if other is not block and other.form == "clue" and other.header == block.header:
                block.rows += other.rows
                leaf.blocks.remove(other)
                return True
    return False


@edit
def rename_a_section(world: World) -> bool | None:
    found = world.some_block()
    if found and found[2].form != "order":
        found[2].section = world.words(2).title()
    return bool(found)


@edit
def drop_a_section(world: World) -> bool | None:
    found = world.some_block(*TABLES)
    if found:
        found[2].section = ""
    return bool(found)


@edit
def rename_a_title(world: World) -> bool | None:
    leaf = world.rng.choice(list(world.pages.values()))
    if any(block.form == "order" for block in leaf.blocks):
        return False
    leaf.title = world.words(2).title()
    return None


@edit
def rename_a_page(world: World) -> bool | None:
    path = world.rng.choice(list(world.pages))
    folder, _, _ = path.rpartition("/")
    new = f"{folder}/{world.words(1)}-{world.tag()}.md".lstrip("/")
    world.pages = {(new if old == path else old): leaf for old, leaf in world.pages.items()}
    return None


@edit
def rename_a_package(world: World) -> bool | None:
    folders = sorted({path.partition("/")[0] for path in world.pages if "/" in path})
    if not folders:
        return False
    old, new = world.rng.choice(folders), f"{world.words(1)}{world.tag()}"
    world.pages = {
        (new + path[len(old) :] if path.startswith(f"{old}/") else path): leaf
        for path, leaf in world.pages.items()
    }
    return True


@edit
def move_a_page_to_another_package(world: World) -> bool | None:
    folders = sorted({path.partition("/")[0] for path in world.pages if "/" in path})
    path = world.rng.choice(list(world.pages))
    others = [folder for folder in folders if not path.startswith(f"{folder}/")]
    if not others:
        return False
    new = f"{world.rng.choice(others)}/{path.rpartition('/')[2]}"
    if new in world.pages:
        return False
    world.pages = {(new if old == path else old): leaf for old, leaf in world.pages.items()}
    return True


@edit
def split_a_page(world: World) -> bool | None:
    found = [(path, leaf) for path, leaf in world.pages.items() if len(leaf.blocks) > 1]
    if not found:
        return False
    path, leaf = world.rng.choice(found)
    folder = path.rpartition("/")[0]
    block = leaf.blocks.pop()
    if block.form == "order":
        world.free.add(block.tag)
    new = f"{folder}/{world.words(1)}-{world.tag()}.md".lstrip("/")
    world.pages[new] = Leaf(leaf.title, [block])
    return True


@edit
def join_two_pages(world: World) -> bool | None:
    if len(world.pages) < 3:
        return False
    one, other = world.rng.sample(sorted(world.pages), 2)
    world.pages[one].blocks += world.pages.pop(other).blocks
    world.free |= {b.tag for b in world.pages[one].blocks if b.form == "order"}
    return True


@edit
def delete_a_page(world: World) -> bool | None:
    if len(world.pages) < 3:
        return False
    leaf = world.pages.pop(world.rng.choice(sorted(world.pages)))
    world.gone += [(b.form, len(r.cells), r) for b in leaf.blocks for r in b.rows]
    return True


@edit
def add_a_page(world: World) -> bool | None:
    folders = sorted({path.partition("/")[0] for path in world.pages if "/" in path})
    folder = world.rng.choice([*folders, ""])
    world.pages[f"{folder}/{world.words(1)}-{world.tag()}.md".lstrip("/")] = world.leaf()
    return None


@edit
def add_a_table(world: World) -> bool | None:
    world.rng.choice(list(world.pages.values())).blocks.append(world.block())
    return None


@edit
def rename_the_right_header(world: World) -> bool | None:
    found = world.some_block("clue")
    if not found:
        return False
    found[2].header[1] = _lightly(world, found[2].header[1])
    world.free |= {row.tag for row in found[2].rows} if len(found[2].rows) < 2 else set()
    return True


@edit
def rename_the_left_header(world: World) -> bool | None:
    found = world.some_block("clue", "compare")
    if found:
        found[2].header[0] = _lightly(world, found[2].header[0])
    return bool(found)


@edit
def insert_a_column(world: World) -> bool | None:
    found = world.some_block("compare")
    if not found or len(found[2].header) > 5:
        return False
    place = world.rng.randint(1, len(found[2].header))
    found[2].header.insert(
        place, world.rng.choice([c for c in COLUMNS if c not in found[2].header])
    )
    for row in found[2].rows:
        row.cells.insert(place, world.cell(is_answer=True))
        world.edited += 1
    return True


@edit
def delete_a_column(world: World) -> bool | None:
    found = world.some_block("compare")
    if not found or len(found[2].header) < 4:
        return False
    place = world.rng.randrange(1, len(found[2].header))
    del found[2].header[place]
    for row in found[2].rows:
        del row.cells[place]
        world.edited += 1
    return True


@edit
def head_two_columns_alike(world: World) -> bool | None:
    """Neither is asked any more, until they are told apart."""
    found = world.some_block("compare")
    if not found or found[2].alike or len(found[2].header) < 4:
        return False
    one, other = world.rng.sample(range(1, len(found[2].header)), 2)
    found[2].alike, found[2].header[one] = found[2].header[one], found[2].header[other]
    return True


@edit
def tell_two_columns_apart(world: World) -> bool | None:
    found = [block for _, _, block in world.blocks("compare") if block.alike]
    if found:
        _tell_apart(world.rng.choice(found))
    return bool(found)


def _tell_apart(block: Block) -> None:
    again = [n for n, header in enumerate(block.header) if header in block.header[:n]]
    if again and block.alike not in block.header:
        block.header[again[0]] = block.alike
    block.alike = ""


@edit
def swap_two_columns(world: World) -> bool | None:
    found = world.some_block("compare")
    if not found:
        return False
    one, other = world.rng.sample(range(1, len(found[2].header)), 2)
    for cells in (found[2].header, *(row.cells for row in found[2].rows)):
        cells[one], cells[other] = cells[other], cells[one]
    world.edited += len(found[2].rows)
    return True


@edit
def put_a_column_before_the_clues(world: World) -> bool | None:
    """The clues stay those below their header, while notes of them live."""
    found = world.some_block(*TABLES, rows=3)
    if not found or found[2].first or len(found[2].header) > 5:
        return False
    if max(row.tag for row in found[2].rows) > world.built:
        return False  # nobody has read it otherwise yet
    names = (*COLUMNS, "#", "Week", "Page", "Trap")
    found[2].first = world.rng.choice([name for name in names if name not in found[2].header])
    return True


@edit
def drop_the_column_before_the_clues(world: World) -> bool | None:
    found = [block for _, _, block in world.blocks(*TABLES) if block.first]
    if found:
        world.rng.choice(found).first = ""
    return bool(found)


@edit
def head_a_page_twice(world: World) -> bool | None:
    leaf = world.rng.choice(list(world.pages.values()))
    leaf.second = "" if leaf.second else world.words(2).title()
    return None


WITH_CODE = ("definitions", "text", "quiz")


@edit
def put_code_below_an_answer(world: World) -> bool | None:
    found = world.some_row(*WITH_CODE)
    if not found or found[1].code:
        return False
    found[1].code = (f"run {world.words(2)}", "", f"    if [ -f {world.words(1)} ]")
    world.edited += 1
    return True


@edit
def change_a_line_of_code(world: World) -> bool | None:
    rows = [row for row in world.rows() if row.code]
    if not rows:
        return False
    row = world.rng.choice(rows)
    row.code = (*row.code[:-1], f"    echo {world.words(3)}")
    world.edited += 1
    return True


@edit
def take_code_away(world: World) -> bool | None:
    rows = [row for row in world.rows() if row.code]
    if not rows:
        return False
    world.rng.choice(rows).code = ()
    world.edited += 1
    return True


@edit
def skip_a_row(world: World) -> bool | None:
    found = world.some_row(*TABLES)
    if found:
        found[1].is_skipped = True
    return bool(found)


@edit
def ask_a_skipped_row_again(world: World) -> bool | None:
    skipped = [row for row in world.rows() if row.is_skipped]
    if skipped:
        row = world.rng.choice(skipped)
        row.is_skipped = False
        world.free.add(row.tag)  # it may be reworded meanwhile, as one that is restored
    return bool(skipped)


@edit
def count_the_rows(world: World) -> bool | None:
    found = world.some_block(*TABLES)
    if not found or found[2].first or len(found[2].header) > 5:
        return False
    found[2].first = COUNTING
    return True


@edit
def lose_a_number(world: World) -> bool | None:
    found = [block for _, _, block in world.blocks(*TABLES) if block.first == COUNTING]
    if found:
        block = world.rng.choice(found)
        block.is_miscounted = not block.is_miscounted
    return bool(found)


@edit
def add_a_member(world: World) -> bool | None:
    """One more row whose first cell stands in others."""
    found = world.some_block("keyed")
    if found:
        row = world.row(len(found[2].header))
        world.key(row)
        found[2].rows.insert(world.rng.randint(0, len(found[2].rows)), row)
    return bool(found)


@edit
def write_gaps_in_full(world: World) -> bool | None:
    found = [block for _, _, block in world.blocks("keyed") if block.has_gaps]
    if found:
        world.rng.choice(found).has_gaps = False
    return bool(found)


@edit
def carry_a_column(world: World) -> bool | None:
    """A third column that stands on the back, or on the front as a hint."""
    found = world.some_block(world.rng.choice(("clue", "trap")))
    if not found or len(found[2].header) > 2:
        return False
    found[2].header.append(world.rng.choice(("Why", "Hint", "Note", "Source")))
    for row in found[2].rows:
        row.cells.append(world.words(3))
        world.edited += 1
    return True


@edit
def ask_a_third_column(world: World) -> bool | None:
    """The table stays one of clues, while its notes live."""
    found = world.some_block("clue", rows=3)
    if not found or len(found[2].header) > 2:
        return False
    found[2].header.append(world.rng.choice(COLUMNS))
    for row in found[2].rows:
        row.cells.append(world.cell(is_answer=True))
    return True


@edit
def number_the_rows(world: World) -> bool | None:
    found = world.some_block("clue")
    if not found or len(found[2].header) > 2:
        return False
    found[2].header.append("ID")
    for row in found[2].rows:
        row.cells.append(f"n{row.tag}")
        world.free.add(row.tag)  # no ID is known that was never built
    return True


@edit
def reword_a_numbered_row_wholly(world: World) -> bool | None:
    rows = [row for _, _, b in world.blocks("clue") if b.header[-1] == "ID" for row in b.rows]
    if not rows:
        return False
    row = world.rng.choice(rows)
    row.cells[:2] = [world.cell(is_answer=False), world.cell(is_answer=True)]
    world.edited += 1
    return True


@edit
def head_a_table_as_another_kind(world: World) -> bool | None:
    found = world.some_block("clue", rows=3)
    if not found:
        return False
    names = ("Trap", "Week", "Chapter", "No.")
    found[2].header[0] = world.rng.choice([name for name in names if name != found[2].first])
    found[2].is_of_traps |= found[2].header[0] == "Trap"
    world.free |= {row.tag for row in found[2].rows if row.turned}  # below another header
    return True


@edit
def drop_a_carried_column(world: World) -> bool | None:
    found = [b for _, _, b in world.blocks("clue") if len(b.header) == 3]
    if not found:
        return False
    block = world.rng.choice(found)
    if block.header.pop() == "ID":
        world.free |= {row.tag for row in block.rows}  # of rows that are reworded as well
    for row in block.rows:
        row.cells.pop()
        world.edited += 1
    return True


@edit
def define_in_another_way(world: World) -> bool | None:
    """Terms below a comment, in bold, or in callouts are the same facts."""
    found = world.some_block(*DEFINED)
    if found:
        found[2].form = world.rng.choice([form for form in DEFINED if form != found[2].form])
    return bool(found)


@edit
def number_the_headings_otherwise(world: World) -> bool | None:
    found = world.some_block("heading")
    if found:
        found[2].words = world.rng.choice(("", ". ", ") ", ": "))
    return bool(found)


@edit
def make_a_word_bold(world: World) -> bool | None:
    found = world.some_row("clue", "trap", "compare")
    if found:
        found[1].is_bold = not found[1].is_bold
        world.edited += 1
    return bool(found)


@edit
def change_the_case(world: World) -> bool | None:
    found = world.some_row("clue", "trap", *DEFINED)
    if found:
        found[1].cells[0] = found[1].cells[0].capitalize()
        world.edited += 1
    return bool(found)


@edit
def write_an_accent(world: World) -> bool | None:
    found = world.some_row("clue", "trap")
    if found:
        found[1].cells[0] = found[1].cells[0].replace("a", "á", 1)
        world.edited += 1
    return bool(found)


@edit
def write_accents_in_another_way(world: World) -> bool | None:
    for _, _, block in world.blocks():
        for row in block.rows:
            form = world.rng.choice(("NFC", "NFD"))
            row.cells = [unicodedata.normalize(form, cell) for cell in row.cells]  # type: ignore[arg-type]
    return None


@edit
def ask_both_ways(world: World) -> bool | None:
    found = world.some_block("clue")
    if found:
        found[2].words = "" if found[2].words else "reverse"
        world.edited += len(found[2].rows)
    return bool(found)


@edit
def ask_in_more_ways(world: World) -> bool | None:
    """More cards of the same notes, or fewer of them."""
    form = world.rng.choice(("clue", "trap", "compare"))
    found = world.some_block(form)
    if not found:
        return False
    ways = {
        "clue": ("reverse", "no-quiz", "why", ""),
        "trap": ("no-quiz", "why", ""),
        "compare": ("quiz", "reverse", "row", "quiz reverse row", "no-quiz", ""),
    }[form]
    found[2].words = world.rng.choice(ways)
    return None


@edit
def send_a_column_to_the_back(world: World) -> bool | None:
    """A comparison asks one of its columns no more, but for the only one."""
    found = world.some_block("compare")
    if not found or len(found[2].header) < 4:
        return False
    found[2].words = f"back {world.rng.choice(found[2].header[1:])}"
    return None


@edit
def ask_a_page_in_more_ways(world: World) -> bool | None:
    leaf = world.rng.choice(list(world.pages.values()))
    keys = ("quiz: true", "quiz: false", "row: true", "reverse: true", "open_quiz: true")
    leaf.settings = world.rng.choice((*keys, "open_quiz: false", "why: true"))
    return None


@edit
def name_a_deck(world: World) -> bool | None:
    leaf = world.rng.choice(list(world.pages.values()))
    leaf.settings = f"deck: {world.words(1)}"
    return None


@edit
def tag_a_page(world: World) -> bool | None:
    leaf = world.rng.choice(list(world.pages.values()))
    leaf.settings = f"tags: {world.words(1)}"
    world.edited += sum(len(block.rows) for block in leaf.blocks)
    return None


@edit
def set_a_language(world: World) -> bool | None:
    leaf = world.rng.choice(list(world.pages.values()))
    if any(block.form == "order" for block in leaf.blocks):
        return False
    leaf.settings = f"lang: {world.rng.choice(('de', 'fr', 'en'))}"
    return None


@edit
def show_a_picture(world: World) -> bool | None:
    found = world.some_row(*TABLES)
    if found:
        name = world.rng.choice((*world.pictures, f"{world.words(1)}-{world.tag()}.png"))
        world.pictures.setdefault(name, world.tag())
        found[1].picture = name
    return bool(found)


@edit
def draw_a_picture_anew(world: World) -> bool | None:
    if world.pictures:
        world.pictures[world.rng.choice(list(world.pictures))] = world.tag()
    return bool(world.pictures)


@edit
def rename_a_picture(world: World) -> bool | None:
    if not world.pictures:
        return False
    old, new = world.rng.choice(list(world.pictures)), f"{world.words(1)}-{world.tag()}.png"
    world.pictures[new] = world.pictures.pop(old)
    for row in (*world.rows(), *(row for _, _, row in world.gone)):
        row.picture = new if row.picture == old else row.picture
    return True


@edit
def name_a_picture_or_write_its_path(world: World) -> bool | None:
    found = [row for row in world.rows() if row.picture]
    if found:
        row = world.rng.choice(found)
        row.is_picture_named = not row.is_picture_named
    return bool(found)


@edit
def move_the_pictures(world: World) -> bool | None:
    world.picture_folder = world.rng.choice(("pictures", "files/of/all", "one"))
    return bool(world.pictures)


@edit
def link_a_word(world: World) -> bool | None:
    found = world.some_row("clue", "trap", "compare", "definitions")
    if found:
        found[1].link = "" if found[1].link else world.words(1)
        world.edited += 1
    return bool(found)


@edit
def point_a_link_elsewhere(world: World) -> bool | None:
    found = [row for row in world.rows() if row.link]
    if found:
        world.rng.choice(found).link = f"{world.words(1)}#{world.words(2)}"
        world.edited += 1
    return bool(found)


@edit
def write_a_remark(world: World) -> bool | None:
    found = world.some_row("clue", "trap", "compare", "definitions")
    if found:
        remark = world.rng.choice(("", f" %%{world.words(2)}%%", f" ^a{world.tag() % 10}bcd7"))
        found[1].remark = remark
    return bool(found)


@edit
def put_a_table_into_a_callout(world: World) -> bool | None:
    found = world.some_block(*TABLES)
    if found:
        found[2].is_callout = not found[2].is_callout
    return bool(found)


@edit
def show_no_picture(world: World) -> bool | None:
    found = [row for row in world.rows() if row.picture]
    if found:
        world.rng.choice(found).picture = ""
    return bool(found)


@edit
def say_which_note_a_row_is(world: World) -> bool | None:
    """Both cells are others, and a comment names the note."""
    rows = [row for _, _, block in world.blocks("clue", "trap") for row in block.rows]
    rows = [row for row in rows if row.tag in world.guids]
    if not rows:
        return False
    row = world.rng.choice(rows)
    row.cells[:2] = [world.cell(is_answer=False), world.cell(is_answer=True)]
    row.same_as, row.turned = world.guids[row.tag], 0
    world.said.add(row.tag)
    world.edited += 1
    return True


@edit
def say_that_a_row_is_new(world: World) -> bool | None:
    found = world.some_row("clue", "trap")
    if not found:
        return False
    row = found[1]
    row.become_another(world)
    row.cells[1] = _lightly(world, row.cells[1])
    row.cells[0] = world.words(4)
    row.same_as = "new"
    world.said.add(row.tag)
    return True


@edit
def take_back_what_was_said(world: World) -> bool | None:
    found = [row for row in world.rows() if row.same_as and row.tag not in world.said]
    if found:
        world.rng.choice(found).same_as = ""
    return bool(found)


@edit
def break_a_row(world: World) -> bool | None:
    found = world.some_row(*TABLES)
    if found:
        found[1].fault = world.rng.choice(FAULTS)
        if found[0].header[-1] == "ID":
            world.free.add(found[1].tag)  # without its last cell it has none
    return bool(found)


@edit
def break_a_row_and_add_one_like_it(world: World) -> bool | None:
    found = world.some_row("clue")
    if not found:
        return False
    found[1].fault = "extra"
    row = world.row(len(found[0].header))
    row.cells[1] = found[1].cells[1]
    found[0].rows.append(row)
    return True


@edit
def blank_an_answer(world: World) -> bool | None:
    found = world.some_row("clue", "trap")
    if found:
        found[1].fault = "no answer"
    return bool(found)


@edit
def break_a_page(world: World) -> bool | None:
    world.rng.choice(list(world.pages.values())).is_unreadable = True
    return None


@edit
def mend_everything(world: World) -> bool | None:
    for leaf in world.pages.values():
        leaf.is_unreadable = False
        for block in leaf.blocks:
            _tell_apart(block)
            for row in block.rows:
                row.fault = ""
    return None


# Edits of one cell each.
CELL_EDITS = {
    "reword_a_clue_lightly", "reword_an_answer_lightly", "correct_an_answer", "make_a_word_bold",
    "reword_a_clue_wholly", "change_the_case", "write_an_accent",
}  # fmt: skip

# --- the judge ----------------------------------------------------------------------------------


def _told(outcome: Outcome) -> set[object]:
    """The positions of rows of which something is said, and the tables that start anew: that is
    said once."""
    lines = {(d.position.file, d.position.line) for d in outcome.result.diagnostics}
    first = {d.position for d in outcome.result.diagnostics if d.code in ("BD408", "BD425")}
    notes = [stamped.note for stamped in outcome.result.notes]
    tables = {note.origin[:5] for note in notes if note.position in first}
    return {note.position for note in notes if note.position[:2] in lines} | tables


@dataclass
class Judge:
    """What has become of each fact's note."""

    counts: Counter[str] = field(default_factory=Counter)
    cases: list[str] = field(default_factory=list)
    guid_of: dict[int, Guid] = field(default_factory=dict)
    owners: dict[Guid, set[int]] = field(default_factory=dict)  # several of joined answers
    anew: set[int] = field(default_factory=set)  # facts of which it was said that they start anew

    def look(self, outcome: Outcome, world: World) -> list[str]:
        """Judge one build; gives what a person would not have expected."""
        pages, free = written(world), world.free
        told = _told(outcome)
        asked = sum(d.code == "BD405" for d in outcome.result.diagnostics)
        self.counts["asked"] += asked
        now: dict[int, Guid] = {}
        rows: dict[Guid, set[int]] = {}
        positions = (stamped.note.position for stamped in outcome.result.notes)
        noted = {pages[p.file][1].get(p.line, 0) for p in positions}
        wrong = []
        for stamped in outcome.result.notes:
            position, origin = stamped.note.position, stamped.note.origin
            tag = pages[position.file][1].get(position.line)
            if tag is None:
                raise AssertionError(f"a note at {position} of which nobody knows")
            now[tag] = stamped.guid
            before, owners = self.guid_of.get(tag), self.owners.get(stamped.guid, set())
            rows[stamped.guid] = {tag, *_answering(world, tag, origin.answer, noted)}
            self.counts["notes"] += 1
            where = f"{position.file}:{position.line} {origin.clue!r} | {origin.answer!r}"
            if owners and tag not in owners and free.isdisjoint({tag, *owners}):
                self.counts["given"] += 1
                wrong.append(f"given: {where} has the note of fact {owners}, is {tag}")
            elif before is None or before == stamped.guid:
                self.counts["kept" if before else "born"] += 1
            elif position in told or origin[:5] in told:
                self.counts["said"] += 1
                self.anew.add(tag)
            elif tag in owners and tag in self.anew:
                self.counts["back"] += 1  # what was said is mended, and the older note is back
            elif tag in free or self._is_parted(tag, before, outcome):
                self.counts["free"] += 1
            else:
                self.counts["silent"] += 1
                wrong.append(f"silent: {where}, fact {tag}, was {before}, is {stamped.guid}")
        self.guid_of |= now
        self.owners |= rows
        return wrong

    def _is_parted(self, tag: int, guid: Guid, outcome: Outcome) -> bool:
        """Whether the note that a fact had joined others in, and is one of these now."""
        live = {stamped.guid for stamped in outcome.result.notes}
        return guid in live and bool(self.owners[guid] - {tag})

    def look_at_merge(
        self,
        outcome: Outcome,
        pages: dict[str, tuple[bytes, dict[int, int]]],
        free: set[int],
        known: dict[int, set[Guid]],
    ) -> list[str]:
        """Judge the build after a merge; ``known`` are the notes that each fact had on a side."""
        told = _told(outcome)
        owners: dict[Guid, set[int]] = {}
        for tag, guids in known.items():
            for guid in guids:
                owners.setdefault(guid, set()).add(tag)
        wrong = []
        for stamped in outcome.result.notes:
            position, origin = stamped.note.position, stamped.note.origin
            tag = pages[position.file][1][position.line]
            where = f"{position.file}:{position.line} {origin.clue!r} | {origin.answer!r}"
            self.counts["notes"] += 1
            if tag in free or not free.isdisjoint(owners.get(stamped.guid, ())):
                self.counts["free"] += 1
            elif tag not in owners.get(stamped.guid, {tag}):
                self.counts["given"] += 1
                wrong.append(
                    f"given: {where} has {stamped.guid} of {owners[stamped.guid]}, is {tag}"
                )
            elif stamped.guid in known.get(tag, {stamped.guid}):
                self.counts["kept" if tag in known else "born"] += 1
            elif position in told or origin[:5] in told:
                self.counts["said"] += 1
            else:
                self.counts["silent"] += 1
                wrong.append(f"silent: {where}, fact {tag}, was {known[tag]}, is {stamped.guid}")
        return wrong


def _answering(world: World, tag: int, answer: str, noted: set[int]) -> set[int]:
    """The facts whose rows a note has joined: of one clue, without a note of their own or with
    answers that are among its own."""
    for _, _, block in world.blocks():
        clues = {row.cells[0] for row in block.rows if row.tag == tag}
        if clues:
            rows = (row for row in block.rows if row.cells[0] in clues)
            return {
                row.tag
                for row in rows
                if row.tag not in noted or all(cell in answer for cell in row.cells[1:])
            }
    return set()


def histories(
    seed: int, rounds: int, folder: Path
) -> Iterator[tuple[int, list[str], World, Outcome]]:
    """One history: after each round what was done, the pages, and the build."""
    world = World(random.Random(seed))
    for number in range(world.rng.randint(2, 4)):
        name = world.rng.choice(("one", "two", "three"))
        path = f"{name}/page{number}.md" if world.rng.random() < 0.7 else f"page{number}.md"
        world.pages[path] = world.leaf()
    for number in range(rounds):
        done = _edit(world) if number else []
        if not world.pages:
            return
        outcome = _build(world, folder, 1_790_001_000 + 1000 * number)
        yield number, done, world, outcome
        _take_back(world, outcome)


def _edit(world: World) -> list[str]:
    """Some edits of a round, by name."""
    # What is free stays so while no note of it can be built.
    world.free, world.edited = (world.free & world.waiting()) | world.asked, 0
    done = []
    for name in world.rng.choices(list(EDITS), k=world.rng.randint(1, 6)):
        if world.pages and EDITS[name](world):
            done.append(name)
        world.tidy()
    return done


def _build(world: World, folder: Path, now: int) -> Outcome:
    # Where the older row is another one by now, nobody can tell it from the newer.
    clues = {row.tag: row.cells[0] for row in world.rows()}
    for row in world.repeated:
        older = {tag for tag, clue in world.clues.items() if clue == row.cells[0]}
        if changed := {tag for tag in older if clues.get(tag) != row.cells[0]}:
            world.free |= {row.tag, *changed}
    # One that took the place of such a row may be that one, reworded.
    for row, older in world.likenesses:
        world.free |= {row.tag, older.tag} if older.tag not in clues else set()
    world.repeated, world.likenesses, world.clues = [], [], clues
    notes = folder / "notes"
    for old in sorted(notes.rglob("*.md")):
        old.unlink()
    pages = written(world)
    for path, (data, _) in pages.items():
        (notes / path).parent.mkdir(parents=True, exist_ok=True)
        (notes / path).write_bytes(data)
    for picture in sorted(notes.rglob("*.png")):
        picture.unlink()
    (notes / world.picture_folder).mkdir(parents=True, exist_ok=True)
    for name, what in world.pictures.items():
        path = notes / world.picture_folder / name
        path.write_bytes(png(what % 256, what // 256 + 1))
    outcome = run(notes, folder / "decks", now, keep_notes=True, retire=True)
    world.built = world.serial
    world.said -= {tag for tag in world.said if tag not in world.waiting()}
    unclear = [d.position for d in outcome.result.diagnostics if d.code == "BD405"]
    world.asked |= {pages[p.file][1][p.line] for p in unclear}
    for stamped in outcome.result.notes:
        file, line, _ = stamped.note.position
        world.guids[pages[file][1][line]] = stamped.guid
        world.asked.discard(pages[file][1][line])
    return outcome


def _take_back(world: World, outcome: Outcome) -> None:
    """A table that moved to another package in the very build that puts a column before its clues
    begins anew, and is said to; a person takes the column away again."""
    clues = {(n.note.position.file, n.note.origin.clue) for n in outcome.result.notes}
    for path, _, block in world.blocks(*TABLES):
        if block.first and (path, f"{block.first} 1") in clues:
            block.first = ""


def judge(seed: int, rounds: int, anki: bool, show: bool = False) -> Judge:
    """Follow one history to its end."""
    found = Judge()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notes").mkdir()
        reader = _Reader(folder, found) if anki else None
        for number, done, world, outcome in histories(seed, rounds, folder):
            wrong = found.look(outcome, world)
            found.counts["held"] += outcome.result.held
            if number and CELL_EDITS.issuperset(done):
                found.counts["edited"] += world.edited
                found.counts["updated"] += len(outcome.result.changes.changed)
            if reader:
                wrong += reader.take(outcome)
                wrong += reader.correct(world, outcome, 1_790_001_060 + 1000 * number)
            where = f"seed {seed}, round {number}, after {', '.join(done)}"
            found.cases += [f"{where}: {case}" for case in wrong]
            if show:
                print(f"--- {where}")
                for path, (data, _) in written(world).items():
                    print(f"=== {path}\n{data.decode(errors='replace')}")
                for d in outcome.result.diagnostics:
                    print(d.position.file, d.position.line, d.code, d.message)
                print("\n".join(wrong))
        if reader:
            reader.close()
    return found


def judge_merge(seed: int, show: bool = False) -> Judge:
    """Two people go on from one folder, and their pages and ledgers are put together."""
    found = Judge()
    with tempfile.TemporaryDirectory() as name:
        base, ours, theirs = (Path(name, each) for each in ("base", "ours", "theirs"))
        (base / "notes").mkdir(parents=True)
        rounds = list(histories(seed, 3, base))
        world = rounds[-1][2]
        if not world.pages:
            return found
        known: dict[int, set[Guid]] = {tag: {guid} for tag, guid in world.guids.items()}
        worlds = []
        for number, side in enumerate((ours, theirs), 1):
            shutil.copytree(base, side)
            own = copy.deepcopy(world)
            own.rng.seed(seed * 10 + number)
            own.serial += 100_000 * number
            for round_ in range(2):
                _edit(own)
                _build(own, side, 1_790_010_000 + 1000 * (2 * round_ + number))
                for tag, guid in own.guids.items():
                    known.setdefault(tag, set()).add(guid)
            worlds.append(own)
        merged = _merged(world, *worlds)
        lines = [side / "notes/ledger.jsonl" for side in (base, ours, theirs)]
        union = {line for file in lines for line in file.read_bytes().splitlines(keepends=True)}
        (ours / "notes/ledger.jsonl").write_bytes(b"".join(sorted(union)))
        outcome = _build(merged, ours, 1_790_020_000)
        wrong = found.look_at_merge(outcome, written(merged), merged.free, known)
        found.cases += [f"seed {seed}, merged: {case}" for case in wrong]
        if show:
            for side in (base, theirs, ours):
                for path in sorted((side / "notes").rglob("*.md")):
                    print(f"=== {path.relative_to(name)}\n{path.read_text(errors='replace')}")
            for d in outcome.result.diagnostics:
                print(d.position.file, d.position.line, d.code, d.message)
    return found


def _merged(base: World, ours: World, theirs: World) -> World:
    """The pages that one side changed as that side has them, of others either; a fact stands once.

    What only one side knows is free where both did something to it.
    """
    merged = copy.deepcopy(ours)
    merged.pictures |= theirs.pictures
    was, mine, yours = (
        {p: repr(leaf) for p, leaf in w.pages.items()} for w in (base, ours, theirs)
    )
    merged.pages = {}
    for path in sorted({*mine, *yours}):
        if mine.get(path) == yours.get(path) or yours.get(path) == was.get(path):
            taken = ours
        elif mine.get(path) == was.get(path):
            taken = theirs
        else:
            taken = merged.rng.choice((ours, theirs))
        if path in taken.pages:
            merged.pages[path] = copy.deepcopy(taken.pages[path])
    tags: set[int] = set()
    for _, _, block in merged.blocks():
        block.rows = [row for row in block.rows if row.tag not in tags and not tags.add(row.tag)]  # type: ignore[func-returns-value]
        if block.tag in tags:
            block.tag = merged.tag()
        tags.add(block.tag)
    merged.free |= theirs.free
    merged.tidy()
    return merged


class _Reader:
    """Somebody who imports each build with real Anki."""

    def __init__(self, folder: Path, found: Judge) -> None:
        from anki.collection import Collection

        self.folder, self.found = folder, found
        self.col = Collection(str(folder / "collection.anki2"))
        self.known: set[str] = set()

    def take(self, outcome: Outcome) -> list[str]:
        from generator.anki.verify import import_package

        wrong = []
        for built in outcome.result.packages:
            log = import_package(self.col, self.folder / "decks" / built.file_name)
            self.found.counts["taken"] += len(log.updated)
            if log.conflicting:
                wrong.append("Anki: a conflict")
        assert self.col.db is not None
        # What Anki stamps with its clock is set back to that of the build.
        theirs = dict(self.col.db.all("select guid, flds from notes"))
        for stamped in outcome.result.notes:
            if stamped.guid in outcome.result.changes.changed:
                answer = theirs[stamped.guid].split("\x1f")[1]
                if answer != stamped.row.values[1]:
                    self.found.counts["not arrived"] += 1
                    wrong.append(f"Anki: {stamped.guid} did not arrive")
        live = {stamped.guid for stamped in outcome.result.notes}
        empty = {
            self.col.get_note(report.note_id).guid  # type: ignore[arg-type]
            for report in self.col.get_empty_cards().notes
        }
        # What was said stays until the person does it.
        new = (empty & live) - self.known
        self.known |= new
        if new and not outcome.result.emptied:
            self.found.counts["blank"] += len(new)
            wrong.append(f"Anki: {new} have an empty card, and nobody said so")
        return wrong

    def correct(self, world: World, outcome: Outcome, now: int) -> list[str]:
        """Correct the answer of a note in Anki at ``now``, in seconds since 1970, and pull it.

        The pages then say it, and nothing else has changed in them; or the note is as it was.
        """
        from generator.commands.pull import Pulled, pull

        answers = {stamped.guid: stamped.note.origin.answer for stamped in outcome.result.notes}
        found = world.some_row("clue", "trap", *DEFINED, *ASKED)
        row = found[1] if found else Row(0, [])
        guid = world.guids.get(row.tag, Guid(""))
        if not row.cells or answers.get(guid) != row.cells[1]:
            return []
        (note_id,) = self.col.db.list("select id from notes where guid = ?", guid)  # type: ignore[union-attr]
        note = self.col.get_note(note_id)
        before, words = note["Answer"], _lightly(world, row.cells[1])
        if before != row.cells[1]:
            return []
        note["Answer"] = words
        self._save(note, now)
        done = pull(
            self.folder / "notes",
            self.folder / "decks",
            self.folder / "collection.anki2",
            apply=True,
            now=now,
        )
        old, row.cells[1] = row.cells[1], words
        if isinstance(done, Pulled) and len(done.pull.corrections) == 1:
            self.found.counts["pulled"] += 1
            pages = {path: (self.folder / "notes" / path).read_bytes() for path in world.pages}
            if pages != {path: data for path, (data, _) in written(world).items()}:
                return [f"pull: {guid} is written, and not as its row would be"]
            return []
        row.cells[1] = old
        self.found.counts["not pulled"] += 1
        note["Answer"] = before
        self._save(note, now)
        return []

    def _save(self, note: Note, now: int) -> None:
        self.col.update_note(note)
        self.col.db.execute("update notes set mod = ?1 where mod > ?1", now)  # type: ignore[union-attr]
        if hasattr(self.col.db, "commit"):  # releases before 23.10
            self.col.save()

    def close(self) -> None:
        self.col.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge so many histories; 1 where something is not as a person expects."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--histories", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--anki", type=int, default=0, help="so many of them through real Anki")
    parser.add_argument("--merges", type=int, default=0, help="so many merges of two sides")
    parser.add_argument("--show", action="store_true", help="the pages of each round")
    options = parser.parse_args(arguments)
    total: Counter[str] = Counter()
    cases: list[str] = []
    for number in range(options.histories):
        one = judge(options.seed + number, options.rounds, number < options.anki, options.show)
        total += one.counts
        cases += one.cases
    for number in range(options.merges):
        one = judge_merge(options.seed + number, options.show)
        total += one.counts
        cases += one.cases
    print("\n".join(cases))
    names = "notes kept born said back free asked silent given held edited updated taken".split()
    names += ["blank", "pulled", "not pulled", "not arrived"]
    print(", ".join(f"{name} {total[name]:,}" for name in names))
    return int(bool(cases))


if __name__ == "__main__":
    sys.exit(main())
