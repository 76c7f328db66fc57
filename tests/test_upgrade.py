"""Version after version of the notes, imported over a person's progress: nothing is lost.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from build_notes import table
from hypothesis import given, settings
from hypothesis import strategies as st
from learner import Learner, learner_in, snapshot

from generator.anki.verify import import_package

# --- three versions of the notes, edited by hand -----------------------------------------------

MODES = (
    ("scores a table each night", "batch"),
    ("replies while the caller waits", "online"),
    ("follows events without a pause", "stream"),
    ("reads a file once a week", "bulk"),
    ("feeds a dashboard by the second", "push"),
)
TERMS = (("drift", "inputs change"), ("skew", "two paths differ"), ("lag", "it comes too late"))
CALM = (("red light", "no power"), ("hum", "a loose screw"), ("smoke", "call for help"))
RULES = (("trusting one number", "look at the inputs"), ("testing live", "split the traffic"))
STORES = (("lake", "slow", "cheap"), ("cache", "fast", "dear"), ("log", "fast", "cheap"))


def version(
    modes: str,
    rules: str = "# Rules\n\n" + table(*RULES, header=("Trap", "Better rule")),
    stores: str = table(*STORES, header=("Store", "Speed", "Price")),
    terms: str = table(*TERMS, header=("Term", "Meaning")),
    page: str = "modes",
    **more: str,
) -> dict[str, str]:
    """The files of one version; `calm` is the same in all of them."""
    return {
        f"ml/{page}.md": modes,
        "ml/rules.md": rules,
        "ml/stores.md": "# Stores\n\n" + stores,
        "ml/terms.md": "# Terms\n\n" + terms,
        "ml/calm.md": "# Calm\n\n" + table(*CALM, header=("Sign", "Cause")),
        **{f"{name}.md": text for name, text in more.items()},
    }


def modes_page(*rows: tuple[str, ...], heading: str = "Picker") -> str:
    return f"# Modes\n\n## {heading}\n\n" + table(*rows)


FIRST = version(modes_page(*MODES))
# Reordered; one clue and one answer reworded; one row deleted, one moved to another package, one
# added; a heading renamed; a rule corrected; a column inserted, which adds cards to known notes.
REWORDED = "scores a whole table each night"
SECOND = version(
    modes_page(
        MODES[4],
        ("waits for a signal", "event"),
        (MODES[1][0], "a live endpoint"),
        (REWORDED, MODES[0][1]),
        heading="Which mode?",
    ),
    rules="# Rules\n\n"
    + table(RULES[0], (RULES[1][0], "shadow first"), header=("Trap", "Better rule")),
    stores=table(
        *((*row, f"use {n}") for n, row in enumerate(STORES)),
        header=("Store", "Speed", "Price", "Use"),
    ),
    more="# More\n\n" + table(MODES[3]),
)
# The file renamed, the deleted row restored, `reverse` switched on, a tag added to a page.
THIRD = version(
    modes_page(
        MODES[4],
        ("waits for a signal", "event"),
        MODES[2],
        (MODES[1][0], "a live endpoint"),
        (REWORDED, MODES[0][1]),
        heading="Which mode?",
    ),
    rules="---\ntags: [exam]\n---\n\n" + SECOND["ml/rules.md"],
    stores=SECOND["ml/stores.md"].removeprefix("# Stores\n\n"),
    terms="<!-- cards: reverse -->\n\n" + table(*TERMS, header=("Term", "Meaning")),
    page="ways",
    more="# More\n\n" + table(MODES[3]),
)


def answers(learner: Learner, *clues: str) -> list[tuple[str, list[str]]]:
    """The answer and a person's own tags of each note."""
    notes = map(learner.note, clues)
    return [(n["Answer"], [tag for tag in n.tags if tag in {"mine", "exam"}]) for n in notes]


def test_three_versions_by_the_real_clock(tmp_path: Path) -> None:
    with learner_in(tmp_path, real=True) as learner:
        learner.update(FIRST)
        learner.learn()
        for clue in ("hum", MODES[0][0], MODES[2][0], RULES[1][0], "lag"):
            learner.edit(clue, "as I know it", "mine")
        first = dict(learner.guids)
        cards = len(learner.col.find_cards(""))

        learner.update(SECOND)
        assert learner.guids == first | {
            REWORDED: first[MODES[0][0]],
            "waits for a signal": learner.guids["waits for a signal"],
        }
        kept, retired = ("as I know it", ["mine"]), ("as I know it", ["mine"])
        assert answers(learner, "hum", "lag", MODES[2][0]) == [kept, kept, retired]
        assert answers(learner, REWORDED, MODES[1][0], RULES[1][0]) == [
            ("batch", []),
            ("a live endpoint", []),
            ("shadow first", []),
        ]
        assert learner.note(REWORDED)["Prompt"] == REWORDED
        new_mode = len(learner.package[learner.guids["waits for a signal"]].cards)
        assert len(learner.col.find_cards("")) == cards + new_mode + len(STORES)
        learner.learn()

        learner.update(THIRD)
        assert learner.guids[MODES[2][0]] == first[MODES[2][0]]
        assert answers(learner, "hum", MODES[2][0], "lag", RULES[0][0]) == [
            kept,
            ("stream", []),
            ("it comes too late", []),
            ("look at the inputs", ["exam"]),
        ]
        assert len(learner.col.find_cards("card:Reverse")) == len(TERMS)
        assert learner.col.note_count() == len(MODES) + 1 + sum(
            map(len, (TERMS, CALM, RULES, STORES))
        )


def test_a_persons_own_style_stays(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(FIRST)
        note_type = learner.note("hum").note_type()
        assert note_type["mod"] < time.time(), "the note types' `modified` is in the future"
        note_type["css"] += "/* mine */"
        learner.col.models.update_dict(note_type)
        learner.update(SECOND)
        assert "/* mine */" in learner.note("hum").note_type()["css"]


def test_a_version_may_be_left_out(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(FIRST)
        learner.learn()
        learner.build(SECOND)
        learner.update(THIRD)


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(FIRST)
        learner.learn()
        learner.edit("hum", "as I know it", "mine")
        learner.update(FIRST)
        assert answers(learner, "hum") == [("as I know it", ["mine"])]


def test_an_older_package_brings_nothing_back(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update(FIRST)
        older = (tmp_path / "decks" / "ml.apkg").rename(tmp_path / "older.apkg")
        learner.learn()
        learner.update(SECOND)
        before = snapshot(learner.col)
        import_package(learner.col, older)
        assert snapshot(learner.col) == before


# --- edits at random -----------------------------------------------------------------------------

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class Page:
    file: str
    heading: str
    rows: list[str]
    tags: list[str] = field(default_factory=list)
    is_reverse: bool = False

    def text(self, notes: Notes) -> str:
        front = f"---\ntags: [{', '.join(self.tags)}]\n---\n\n" if self.tags else ""
        comment = "<!-- cards: reverse -->\n\n" if self.is_reverse else ""
        rows = table(*((notes.clues[row], notes.answers[row]) for row in self.rows))
        return f"{front}# {self.heading}\n\n{comment}{rows}"


def word(number: int) -> str:
    """A word for each number, without a digit: another number is another fact."""
    return "v" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


class Notes:
    """Three pages of two packages, and the edits that a person makes to them.

    A row or a page is edited once a round; a renamed page whose rows are all reworded at the same
    time is another page, and a row that comes back is known by its clue alone. Clues and answers
    share no words: how close is close enough is the business of `test_match.py`.
    """

    def __init__(self) -> None:
        self.clues = {x: f"{x * 7} {x * 5} {x}0{x}1{x}" for x in LETTERS}
        self.answers = {x: f"{x * 6}-{x * 4} {x}2{x}3{x}" for x in LETTERS}
        self.pages = [
            Page("p/one", "One", list("abcd")),
            Page("p/two", "Two", list("efg")),
            Page("q/three", "Three", list("hi")),
        ]
        self.unborn = iter(LETTERS[9:])
        self.gone: list[str] = []
        self.counter = itertools.count()
        self.touched: set[str] = set()

    def files(self) -> dict[str, str]:
        return {f"{page.file}.md": page.text(self) for page in self.pages if page.rows}

    def living(self) -> list[str]:
        return [row for page in self.pages for row in page.rows]

    def edit(self, step: str, number: int) -> None:
        page = self.pages[number % len(self.pages)]
        if step in {"rename", "heading", "reverse", "tag"}:
            if self.touched.isdisjoint([page.file, *page.rows]):
                self._edit_page(step, page)
                self.touched |= {page.file, *page.rows}
        elif step == "restore" and self.gone:
            page.rows.insert(number % 4, self.gone[0])
            self.touched.add(self.gone.pop(0))
        elif step == "add" and (row := next(self.unborn, "")):
            page.rows.insert(number % 4, row)
            self.touched.add(row)
        elif page.rows and (row := page.rows[number % len(page.rows)]) not in self.touched:
            self._edit_row(step, page, row, number)
            self.touched.add(row)

    def _edit_page(self, step: str, page: Page) -> None:
        count = next(self.counter)
        if step == "rename":
            page.file = f"{page.file.partition('-')[0]}-{count}"
        elif step == "heading":
            page.heading = f"{page.heading.partition(' ')[0]} {count}"
        elif step == "tag":
            page.tags.append(f"tag{count}")
        else:
            page.is_reverse = not page.is_reverse

    def _edit_row(self, step: str, page: Page, row: str, number: int) -> None:
        if step == "reorder":
            page.rows.insert(number % 3, page.rows.pop())
        elif step == "clue":
            self.clues[row] += f" {word(next(self.counter))}"
        elif step == "answer":
            self.answers[row] += f" {word(next(self.counter))}"
        elif step == "move":
            page.rows.remove(row)
            self.pages[number % len(self.pages) - 1].rows.append(row)
        elif step == "delete" and len(self.living()) > 1:
            page.rows.remove(row)
            self.gone.append(row)


def act(learner: Learner, action: str, number: int) -> None:
    """What a person does in Anki between two imports."""
    col = learner.col
    note_ids = list(col.find_notes(""))
    note_id = note_ids[number % len(note_ids)]
    note = col.get_note(note_id)
    if action == "learn":
        learner.learn()
    elif action == "edit":
        note["Answer"] += f" {number}"
        col.update_note(note)
    elif action == "tag":
        col.tags.bulk_add([note_id], f"mine{number}")
    elif action == "forget":
        col.sched.schedule_cards_as_new(note.card_ids())
    elif action == "delete":
        col.remove_notes([note_id])


EDITS = "reorder clue answer move delete restore add rename heading reverse tag".split()
ACTIONS = "learn edit tag forget delete".split()


def some_of(names: list[str], most: int) -> st.SearchStrategy[list[tuple[str, int]]]:
    """Some of the steps in any order, each with a number that says where."""
    ordered = st.permutations(names).map(lambda steps: steps[:most])
    where = st.lists(st.integers(0, 99), min_size=most, max_size=most)
    return st.builds(lambda steps, numbers: list(zip(steps, numbers, strict=True)), ordered, where)


rounds = st.tuples(some_of(ACTIONS, 3), some_of(EDITS, 7))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.lists(rounds, min_size=3, max_size=4))
def test_random_edits_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    script: list[tuple[list[tuple[str, int]], list[tuple[str, int]]]],
) -> None:
    notes = Notes()
    with learner_in(tmp_path_factory.mktemp("edits")) as learner:
        learner.update(notes.files())
        learner.learn()
        known: dict[str, str] = {}
        for actions, edits in script:
            known |= {row: learner.guids[notes.clues[row]] for row in notes.living()}
            for action in actions:
                act(learner, *action)
            notes.touched.clear()
            for edit in edits:
                notes.edit(*edit)
            learner.update(notes.files())
            found = {row: learner.guids[notes.clues[row]] for row in notes.living()}
            assert found == {row: known.get(row, guid) for row, guid in found.items()}
