"""An error costs its row: its note, its reviews and its place wait until it is mended.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from build_notes import NOW, codes, table, write_notes
from learner import learner_in

from generator.anki.readback import read_package
from generator.anki.verify import import_package
from generator.commands.build import build
from generator.core.model import Guid
from generator.identity.entry import LedgerEntry
from generator.machine.cache_files import last_build_file
from generator.pipeline.build import Outcome, read_ledger, run

WORDS = (("dog", "perro"), ("cat", "gato"), ("bird", "pájaro"), ("fish", "pez"), ("ant", "hormiga"))
HEADER = ("English", "Spanish")


def page(*rows: str | tuple[str, ...], title: str = "Animals") -> str:
    """A page with one table; a row may be given as it is written."""
    lines = [row if isinstance(row, str) else f"| {row[0]} | {row[1]} |" for row in rows]
    return f"# {title}\n\n| English | Spanish |\n|---|---|\n" + "\n".join(lines) + "\n"


class Desk:
    """Pages that are edited and built, day after day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        self.now = NOW
        self.outcome: Outcome

    def build(self, files: Mapping[str, str | bytes], **options: object) -> dict[str, Guid]:
        """Build these pages and no others; gives the GUIDs of what is in the packages, by clue."""
        for path in sorted(self.notes.rglob("*.md")):
            path.unlink()
        for name, text in files.items():
            path = self.notes / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.again(**options)

    def again(self, **options: object) -> dict[str, Guid]:
        """Build once more."""
        self.now += 1000
        output = self.folder / "decks"
        self.outcome = run(self.notes, output, self.now, keep_notes=True, **options)  # type: ignore[arg-type]
        return {note.note.origin.clue: note.guid for note in self.outcome.result.notes}

    @property
    def ledger(self) -> dict[str, LedgerEntry]:
        """The entries by clue."""
        return {e.origin.clue: e for e in read_ledger(self.notes)[0].values()}

    @property
    def retired(self) -> set[str]:
        """The clues of the notes that are retired."""
        return {clue for clue, entry in self.ledger.items() if entry.retired}

    def in_package(self, name: str = "a") -> set[str]:
        """The clues of the notes in a package on the disk."""
        rows = read_package((self.folder / "decks" / f"{name}.apkg").read_bytes()).values()
        return {row.values[0] for row in rows}

    @property
    def held(self) -> int:
        return self.outcome.result.held


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "notes").mkdir()
    return Desk(tmp_path)


BROKEN = "| dog | perro | x |"


def test_one_bad_row_of_four_hundred_costs_one_card(desk: Desk) -> None:
    rows = [(f"clue {n}", f"answer {n}") for n in range(400)]
    made = desk.build({"a.md": page(*rows[:200], BROKEN, *rows[200:])})
    assert (len(made), desk.held, codes(desk.outcome)) == (400, 1, ["BD201"])
    assert desk.in_package() == {clue for clue, _ in rows}


@pytest.mark.parametrize(
    "broken", ["title: {{title}}", "title: a: b", "\ttags: x", "tags: [a", "deck: A\ndeck: B"]
)
def test_front_matter_that_cannot_be_read_holds_its_page_alone(desk: Desk, broken: str) -> None:
    sound, other = page(*WORDS[:2]), page(*WORDS[2:])
    before = desk.build({"p/a.md": sound, "p/b.md": f"---\ntitle: B\n---\n{other}"})
    after = desk.build({"p/a.md": sound, "p/b.md": f"---\n{broken}\n---\n{other}"})
    assert after == {clue: before[clue] for clue, _ in WORDS[:2]}
    assert not desk.outcome.result.changes.retired
    (found,) = desk.outcome.result.diagnostics
    assert (found.code, found.position.file, found.exit_code) == ("BD156", "p/b.md", 1)
    mended = desk.build({"p/a.md": sound, "p/b.md": f"---\ntitle: B\n---\n{other}"})
    assert mended == before
    assert not desk.outcome.result.changes.new


def test_front_matter_of_other_tools_costs_nothing(desk: Desk) -> None:
    front = "---\naliases: [x]\ncssclass: wide\ntitel: Beasts\nlang: python3\ntags:\n---\n"
    assert len(desk.build({"p/a.md": front + page(*WORDS)})) == len(WORDS)
    assert codes(desk.outcome) == ["BD154", "BD155"]
    assert {note.note.origin.page for note in desk.outcome.result.notes} == {"p/a.md"}


def test_a_page_that_cannot_be_read_costs_its_cards(desk: Desk) -> None:
    pages: dict[str, str | bytes] = {
        f"bio/{n}.md": page((f"clue {n}", f"answer {n}")) for n in range(10)
    }
    old = desk.build(pages)
    for _ in range(7):  # a week
        made = desk.build({**pages, "bio/3.md": b"| a | \xff |\n"})
        assert made == {clue: guid for clue, guid in old.items() if clue != "clue 3"}
        assert not desk.retired
    assert desk.build(pages) == old
    assert not desk.outcome.result.changes.new


@pytest.mark.parametrize(
    "broken",
    [
        "| dog | perro | x |",
        "| dog |",
        "| dog | |",
        "| dog | perro ![](gone.png) |",
        "| dog | perro <!-- review: which? --> |",
        "| dog | perro <!-- same-as: zzzz --> |",
        "| | perro |",
        "| hound ![](gone.png) | perro |",
        "| ![](gone.png) | |",
        f"| dog | {'perro ' * 2000} |",
    ],
)
def test_a_row_that_was_good_yesterday_waits(desk: Desk, broken: str) -> None:
    old = desk.build({"a.md": page(*WORDS)})
    before = desk.ledger["dog"]
    for _ in range(2):
        for _ in range(2):  # with builds in between
            made = desk.build({"a.md": page(broken, *WORDS[1:])})
            assert made == {clue: guid for clue, guid in old.items() if clue != "dog"}
            assert desk.held == 1
            assert desk.ledger["dog"] == before
        assert desk.build({"a.md": page(*WORDS)}) == old
        assert desk.ledger["dog"] == before, "it is as it was, so nothing is sent"
        assert not desk.outcome.result.changes.changed


@pytest.mark.parametrize(
    "row",
    [
        "| dog <!-- cards: skip --> | perro |",
        "| dog | perro <!--cards:skip--> |",
        "| dog | <!-- Cards: skip --> |",
        "| <!-- cards: skip --> | |",
        "| dog | perro | x <!-- cards: skip --> |",
        "| dog | perro ![](gone.png) <!-- cards: skip --> |",
        "| dog | perro <!-- review: which? --> <!-- cards: skip --> |",
        "| dog | perro \x07 <video> <!-- cards: skip --> |",
    ],
)
def test_a_row_that_is_left_out_is_as_if_it_were_deleted(desk: Desk, row: str) -> None:
    before = desk.build({"a.md": page(*WORDS)})
    after = desk.build({"a.md": page(row, *WORDS[1:])})
    assert after == {clue: guid for clue, guid in before.items() if clue != "dog"}
    assert desk.outcome.result.changes.retired == {before["dog"]}
    assert codes(desk.outcome) == []
    (report,) = desk.outcome.result.tables
    assert (report.rows, report.notes, report.left_out, report.held) == (5, 4, 1, 0)
    tables = {note.fields.table for note in desk.outcome.result.notes}  # type: ignore[attr-defined]
    assert all("skip" not in text and text.count("<tr") == 6 for text in tables)
    assert desk.build({"a.md": page(*WORDS)}) == before


@pytest.mark.parametrize(
    "row",
    [
        "| dog `<!-- cards: skip -->` | perro |",
        "| dog | perro <!-- cards: skipped --> |",
        "| dog | perro <!-- discards: skip --> |",
        "| dog | perro <!-- cards: trap --> |",
    ],
)
def test_a_comment_that_says_something_else_leaves_out_no_row(desk: Desk, row: str) -> None:
    assert len(desk.build({"a.md": page(row, *WORDS[1:])})) == 5


def test_a_row_that_is_left_out_is_no_option_and_no_note_at_first(desk: Desk) -> None:
    left = "| dog | perro <!-- cards: skip --> |"
    made = desk.build({"a.md": page(left, *WORDS[1:])})
    assert set(made) == {clue for clue, _ in WORDS[1:]}
    options = [note.fields.options for note in desk.outcome.result.notes]  # type: ignore[attr-defined]
    assert not any("perro" in text for text in options)
    assert any(options)
    assert desk.build({"a.md": page(left)}) == {}
    assert codes(desk.outcome)[0] == "BD103"


def test_what_a_held_row_claims_is_given_to_no_other(desk: Desk) -> None:
    old = desk.build({"a.md": page(*WORDS)})
    made = desk.build({"a.md": page(BROKEN, ("hound", "perro"), *WORDS[1:])})
    assert made["hound"] not in old.values()
    assert not desk.retired
    mended = desk.build({"a.md": page(("dog", "perro"), ("hound", "perro"), *WORDS[1:])})
    assert (mended["dog"], mended["hound"]) == (old["dog"], made["hound"])


def test_where_the_clue_is_not_known_a_row_that_fits_waits_too(desk: Desk) -> None:
    old = desk.build({"a.md": page(*WORDS)})
    made = desk.build({"a.md": page("| | ![](gone.png) |", ("hound", "perro"), *WORDS[1:])})
    assert codes(desk.outcome) == ["BD304", "BD410"]
    assert "mend" in desk.outcome.result.diagnostics[-1].help
    assert "hound" not in made
    assert not desk.retired
    mended = desk.build({"a.md": page(("dog", "can"), ("hound", "perro"), *WORDS[1:])})
    assert mended["dog"] == old["dog"]
    assert mended["hound"] not in old.values()


def test_what_fits_nothing_that_waits_is_built(desk: Desk) -> None:
    desk.build({"a.md": page(*WORDS)})
    made = desk.build({"a.md": page("| | ![](gone.png) |", *WORDS[1:], ("cow", "vaca"))})
    assert "cow" in made


def test_a_row_that_nobody_mends_keeps_nothing_else(desk: Desk) -> None:
    bad = "| who knows | what | that is |"
    old = desk.build({"a.md": page(*WORDS, bad)})
    for last in (4, 3, 2, 1):
        made = desk.build({"a.md": page(*WORDS[:last], bad)})
        assert made == {clue: old[clue] for clue, _ in WORDS[:last]}
        assert desk.retired == {clue for clue, _ in WORDS[last:]}
    reworded = page(("dogs", "perro"), bad)
    assert desk.build({"a.md": reworded})["dogs"] == old["dog"]


def test_what_is_gone_when_a_row_breaks_may_be_that_row(desk: Desk) -> None:
    desk.build({"a.md": page(*WORDS)})
    desk.build({"a.md": page("| something else | here | now |", *WORDS[1:])})
    assert not desk.retired
    desk.build({"a.md": page("| something else | here | now |", *WORDS[2:])})
    assert desk.retired == {"cat"}, "it was there beside the row that is held"
    desk.build({"a.md": page(("something else", "here"), *WORDS[2:])})
    assert desk.retired == {"cat", "dog"}


def test_an_answer_that_is_not_there_yet_is_no_error(desk: Desk) -> None:
    made = desk.build({"a.md": page(*WORDS, ("cow", ""), ("", ""))})
    assert codes(desk.outcome) == []
    assert "cow" not in made
    assert (desk.held, desk.outcome.result.unfinished) == (0, 1)  # a blank row is nothing
    assert "cow" in desk.build({"a.md": page(*WORDS, ("cow", "vaca"))})


def test_an_answer_that_is_blanked_keeps_its_note(desk: Desk) -> None:
    old = desk.build({"a.md": page(*WORDS)})
    desk.build({"a.md": page(("dog", ""), *WORDS[1:])})
    assert codes(desk.outcome) == ["BD414"]
    assert not desk.retired
    assert desk.build({"a.md": page(("dog", "can"), *WORDS[1:])})["dog"] == old["dog"]


HELD = ("dog", "")
TABLE = "\n## {}\n\n| English | Spanish |\n|---|---|\n| {} | {} |\n"
MOVED = {
    "a page with another name": ({"p.md": page(*WORDS)}, {"q.md": page(*WORDS[1:], HELD)}),
    "a page in another folder": ({"p/a.md": page(*WORDS)}, {"q/a.md": page(HELD, *WORDS[1:])}),
    "another section": (
        {"a.md": page(*WORDS)}, {"a.md": page(*WORDS[1:]) + TABLE.format("New", *HELD)}),
    "another page": (
        {"f/a.md": page(*WORDS), "f/b.md": page(("cow", "vaca"))},
        {"f/a.md": page(*WORDS[1:]), "f/b.md": page(("cow", "vaca"), HELD)}),
    "another page beside it": (
        {"a.md": page(*WORDS), "b.md": page(("cow", "vaca"))},
        {"a.md": page(*WORDS[1:]), "b.md": page(HELD, ("cow", "vaca"))}),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVED)
def test_a_note_goes_with_its_row_that_is_blanked_and_moved(desk: Desk, name: str) -> None:
    before, moved = MOVED[name]
    old = desk.build(before)
    made = desk.build(moved)
    assert "BD414" in codes(desk.outcome)
    assert "dog" not in made
    assert not desk.retired
    mended = {path: text.replace("| dog |  |", "| dog | can |") for path, text in moved.items()}
    assert desk.build(mended) == old
    assert desk.ledger["dog"].origin.answer == "can"
    assert not desk.retired


def test_a_clue_that_is_gone_elsewhere_is_no_other_row_for_good(desk: Desk) -> None:
    """A row without an answer keeps a note of that clue from going; far from it the note stays
    where it was, and an answer that is none of it makes a note of its own."""
    old = desk.build({"p/a.md": page(*WORDS), "q/b.md": page(("cow", "vaca"))})
    desk.build({"p/a.md": page(*WORDS[1:]), "q/b.md": page(("cow", "vaca"), HELD)})
    assert not desk.retired
    new = desk.build({"p/a.md": page(*WORDS[1:]), "q/b.md": page(("cow", "vaca"), ("dog", "cane"))})
    assert new["dog"] != old["dog"]


ORDER = "# Order\n\n<!-- cards: order -->\n\n1. {}\n2. dry\n3. fold\n"


@pytest.mark.parametrize("fault", [" | x", " ![](gone.png)"])
@pytest.mark.parametrize("clue", ["bird", "a bird"])
@pytest.mark.parametrize("answer", ["pájaro", "el pájaro"])
def test_a_row_with_an_error_that_moves_to_another_package_may_be_reworded_there(
    desk: Desk, fault: str, clue: str, answer: str
) -> None:
    def files(*moved: str | tuple[str, str]) -> dict[str, str]:
        return {"p/a.md": page(*WORDS[:2]), "q/b.md": page(*WORDS[3:], *moved)}

    first = {"p/a.md": page(*WORDS[:3]), "q/b.md": page(*WORDS[3:])}
    old = desk.build(first)
    assert "bird" not in desk.build(files(f"| bird | pájaro{fault} |"))
    assert desk.build(files((clue, answer)))[clue] == old["bird"]
    assert desk.build(files(WORDS[2])) == desk.build(first) == old


def test_a_row_with_an_error_and_another_answer_is_no_note_of_another_package(desk: Desk) -> None:
    old = desk.build({"p/a.md": page(*WORDS[1:3]), "q/b.md": page(*WORDS[3:])})
    rows = (*WORDS[3:], ("cat", "a tool with nine tails"))
    desk.build(
        {"p/a.md": page(WORDS[2]), "q/b.md": page(*rows[:-1], f"| {' | '.join(rows[-1])} | x |")}
    )
    assert desk.build({"p/a.md": page(WORDS[2]), "q/b.md": page(*rows)})["cat"] != old["cat"]
    assert "BD407" in codes(desk.outcome)


@pytest.mark.parametrize("broken", [("cat", "gato", "x"), ("", "gato")], ids=["cell", "clue"])
@pytest.mark.parametrize("mended", [("cat", "gato"), ("cat", "el gato")])
@pytest.mark.parametrize("header", ["In Spanish", "Written"])
def test_a_row_that_waits_while_its_header_is_renamed_keeps_its_note(
    desk: Desk, broken: tuple[str, ...], mended: tuple[str, str], header: str
) -> None:
    def files(row: tuple[str, ...], said: str = "") -> dict[str, str]:
        return {"a.md": said + table(row, *WORDS[2:], header=("English", header))}

    old = desk.build({"a.md": table(WORDS[1], *WORDS[2:], header=("English", "Spanish"))})
    now = desk.build(files(broken))
    if header == "Written":  # which may be another question
        assert "BD417" in codes(desk.outcome)
        now = desk.build(files(broken, said="<!-- cards: same -->\n\n"))
    assert now == {clue: old[clue] for clue, _ in WORDS[2:]}
    assert desk.build(files(broken)) == now
    assert desk.build(files(mended)) == old
    assert codes(desk.outcome) == []


def test_an_order_is_held_whole(desk: Desk) -> None:
    old = desk.build({"a.md": ORDER.format("wash"), "b.md": page(*WORDS)})
    made = desk.build({"a.md": ORDER.format("wash ![](gone.png)"), "b.md": page(*WORDS)})
    assert made.keys() == {clue for clue, _ in WORDS}
    assert desk.held == 3
    assert not desk.retired
    assert desk.build({"a.md": ORDER.format("wash"), "b.md": page(*WORDS)}) == old


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("What barks?\n\n- [x] dog\n- [ ] cat\n", "What barks?\n\n- [x] dog\n- [ ]\n"),
        ("What barks?\n\n- [x] dog\n- [ ] cat\n", "What barks?\n\n- [x] dog\n- [x] cat\n"),
        ("A ==dog== barks.\n", "A ==dog== barks. ==700::cat==\n"),
        ("Q: What barks?\nA: a dog\n", "Q: What barks?\nA: a dog ![](gone.png)\n"),
        ("dog\n: barks\n", "dog\n: barks ![](gone.png)\n"),
        (
            "<!-- cards: definitions -->\n\n- dog: barks\n",
            "<!-- cards: definitions -->\n\n- dog barks\n",
        ),
        (page(*WORDS), page(*WORDS).replace("\n\n|", "\n\n<!-- cards: traps -->\n|")),
        (page(*WORDS), "---\ndeck: [a, b\n---\n" + page(*WORDS)),
    ],
)
def test_what_is_wrong_in_any_form_waits(desk: Desk, good: str, bad: str) -> None:
    beside = page(("sun", "sol"), title="Sky")
    old = desk.build({"x/a.md": good, "x/b.md": beside})
    for _ in range(2):
        assert desk.build({"x/a.md": bad, "x/b.md": beside}) == {"sun": old["sun"]}
        assert not desk.retired
    assert desk.build({"x/a.md": good, "x/b.md": beside}) == old
    assert not desk.outcome.result.changes.changed


def test_a_package_of_held_rows_is_left_as_it_lies(desk: Desk) -> None:
    old = desk.build({"a.md": page(*WORDS), "b.md": page(("sun", "sol"))})
    before = (desk.folder / "decks/a.apkg").read_bytes()
    broken = page(*(f"| {clue} | {answer} | x |" for clue, answer in WORDS))
    desk.build({"a.md": broken, "b.md": page(("sun", "sol"))})
    assert (desk.folder / "decks/a.apkg").read_bytes() == before
    assert codes(desk.outcome) == ["BD201"] * 5
    assert not desk.retired
    assert desk.build({"a.md": page(*WORDS), "b.md": page(("sun", "sol"))}) == old


def test_a_row_that_moved_to_another_page_waits_for_a_page_that_cannot_be_read(desk: Desk) -> None:
    old = desk.build({"x/a.md": page(*WORDS), "x/b.md": page(("sun", "sol"))})
    desk.build({"x/a.md": b"\xff", "x/b.md": page(("sun", "sol"), WORDS[0], ("lead", "Pb"))})
    assert codes(desk.outcome) == ["BD104", "BD410"]
    made = desk.build({"x/a.md": page(*WORDS[1:]), "x/b.md": page(("sun", "sol"), WORDS[0])})
    assert made == old


def test_the_other_rows_of_a_table_show_the_row_as_it_is_written(desk: Desk) -> None:
    desk.build({"a.md": page(BROKEN, *WORDS[1:])})
    note = next(n for n in desk.outcome.result.notes if n.note.origin.clue == "cat")
    assert "<td>dog</td><td>perro | x</td>" in note.fields.table  # type: ignore[union-attr]


def test_a_held_row_stays_an_option_and_its_answer_is_right_for_its_clue(desk: Desk) -> None:
    rows = WORDS[:3]
    desk.build({"a.md": page(*rows)})
    before = {n.note.origin.clue: n.fields.options for n in desk.outcome.result.notes}  # type: ignore[union-attr]
    desk.build({"a.md": page("| dog | perro | x |", *rows[1:])})
    after = {n.note.origin.clue: n.fields.options for n in desk.outcome.result.notes}  # type: ignore[union-attr]
    assert after == {clue: before[clue] for clue in ("cat", "bird")}
    other = page("| cat | perro | x |").partition("\n\n")[2]
    desk.build({"a.md": page(*rows) + "\n" + other})
    (cat,) = [n for n in desk.outcome.result.notes if n.note.origin.clue == "cat"]
    assert "perro" not in cat.fields.options  # type: ignore[union-attr]


def test_a_quiz_that_people_have_keeps_one_wrong_option(desk: Desk) -> None:
    desk.build({"a.md": page(*WORDS[:3])})
    desk.build({"a.md": page(*WORDS[:2])})
    assert [note.row.cards for note in desk.outcome.result.notes] == [(0, 1), (0, 1)]
    desk.build({"a.md": page(*WORDS[:1])})
    assert [note.row.cards for note in desk.outcome.result.notes] == [(0,)]
    assert desk.outcome.result.emptied == 1
    desk.build({"a.md": page(WORDS[0], WORDS[3])})
    assert [note.row.cards for note in desk.outcome.result.notes] == [(0,), (0,)]


# --- folders, and much at once ------------------------------------------------------------------


@contextmanager
def nobody_may_read(path: Path) -> Iterator[None]:
    path.chmod(0)
    try:
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
        yield
    finally:
        path.chmod(0o755)


@pytest.mark.parametrize("name", ["bio", "bio/deep", "bio/deep/a.md"])
def test_what_cannot_be_read_keeps_all_below_it(desk: Desk, name: str) -> None:
    pages = {"bio/deep/a.md": page(*WORDS), "sun.md": page(("sun", "sol"))}
    old = desk.build(pages)
    with nobody_may_read(desk.notes / name):
        assert desk.again() == {"sun": old["sun"]}
        assert not desk.retired
    assert desk.again() == old


def test_half_of_the_notes_gone_is_asked_about(desk: Desk) -> None:
    rows = [(f"clue {n}", f"answer {n}") for n in range(50)]
    pages = {"a.md": page(*rows[:29]), "b.md": page(*rows[29:])}
    old = desk.build(pages)
    before = {p: p.read_bytes() for p in desk.folder.rglob("*") if p.suffix in (".apkg", ".jsonl")}
    desk.build({"b.md": pages["b.md"]})
    assert codes(desk.outcome) == ["BD416"]
    assert desk.outcome.result.diagnostics[0].exit_code == 2
    assert all(path.read_bytes() == data for path, data in before.items())
    assert desk.build(pages) == old
    desk.build({"b.md": pages["b.md"]}, retire=True)
    assert len(desk.retired) == 29


def test_few_notes_or_less_than_half_may_go(desk: Desk) -> None:
    rows = [(f"clue {n}", f"answer {n}") for n in range(60)]
    desk.build({"a.md": page(*rows)})
    desk.build({"a.md": page(*rows[:31])})
    assert len(desk.retired) == 29
    desk.build({"a.md": page(*rows[:12])})
    assert len(desk.retired) == 48, "19 are few"


def test_strict_leaves_the_whole_package(desk: Desk) -> None:
    desk.build({"a.md": page(*WORDS), "b.md": page(("sun", "sol"))})
    before = (desk.folder / "decks/a.apkg").read_bytes()
    desk.build({"a.md": page(BROKEN, *WORDS[1:]), "b.md": page(("sun", "sol"))}, strict=True)
    assert (desk.folder / "decks/a.apkg").read_bytes() == before
    assert not desk.retired


# --- with Anki ----------------------------------------------------------------------------------


def test_reviews_of_a_row_that_waits_stay_and_go_on(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update({"a.md": page(*WORDS)})
        learner.learn()
        dog = learner.note("dog")
        (tmp_path / "notes/a.md").write_text(page(BROKEN, *WORDS[1:]), "utf-8")
        for _ in range(2):
            learner.now += 1000
            run(tmp_path / "notes", tmp_path / "decks", learner.now)
            import_package(learner.col, tmp_path / "decks/a.apkg")
        assert learner.note("dog").fields == dog.fields
        learner.package.pop(Guid(dog.guid))
        learner.update({"a.md": page(("dog", "can"), *WORDS[1:])})
        assert learner.note("dog")["Answer"] == "can"
        assert learner.note("dog").id == dog.id


def test_no_reviewed_quiz_goes_blank_while_a_row_waits(tmp_path: Path) -> None:
    with learner_in(tmp_path) as learner:
        learner.update({"a.md": page(*WORDS[:3])})
        learner.learn()
        for text in (page(BROKEN, *WORDS[1:3]), page(*WORDS[:3])):
            (tmp_path / "notes/a.md").write_text(text, "utf-8")
            learner.now += 1000
            run(tmp_path / "notes", tmp_path / "decks", learner.now)
            import_package(learner.col, tmp_path / "decks/a.apkg")
            assert not learner.col.get_empty_cards().notes


def test_who_imports_for_the_first_time_does_not_get_a_held_row(desk: Desk, judge) -> None:
    desk.build({"a.md": page(*WORDS)})
    desk.build({"a.md": page(BROKEN, *WORDS[1:])})
    assert "dog" not in desk.in_package()
    judge(desk.folder / "decks/a.apkg")


# --- what the ledger says -----------------------------------------------------------------------


def test_the_first_line_says_what_a_row_may_be_and_may_be_lost(desk: Desk) -> None:
    desk.build({"a.md": page(*WORDS)})
    desk.build({"a.md": page("| who knows | what | that is |", *WORDS[1:])})
    file = desk.notes / "ledger.jsonl"
    first, *others = file.read_text("utf-8").splitlines()
    (guids,) = json.loads(first)["waiting"]["a"].values()
    assert guids == [desk.ledger["dog"].guid]
    for damaged in ('{"ledger": 1}', '{"ledger": 1, "waiting": [3]}'):
        file.write_text("\n".join([damaged, *others, ""]), "utf-8")
        desk.again()
        assert not desk.retired
        assert file.read_text("utf-8").splitlines()[0] == first


# --- what random histories found ----------------------------------------------------------------


def terms(*rows: tuple[str, str], title: str = "Words") -> str:
    return page(*rows, title=title)


def test_a_build_of_nothing_forgets_no_note_that_waits_elsewhere(tmp_path: Path) -> None:
    one = terms(("red fox", "zorro rojo"), ("owl", "buho"), ("red fox", "buho"))
    rounds = (
        {"f.md": one, "g.md": terms(("red fox", "zorro"), ("dog", "buho"))},
        {"f.md": one, "g.md": terms(("dog", "buho"))},
        {"f.md": one, "g.md": terms(("dog", "buho"))},
        {"f.md": one.replace("| owl | buho |\n", ""), "g.md": terms(("dog", "buho"))},
    )
    ledgers = []
    for name, is_warm in (("warm", True), ("cold", False)):
        folder = tmp_path / name
        for number, files in enumerate(rounds):
            write_notes(folder / "notes", files)
            if not is_warm:
                last_build_file(folder / "notes", folder / "decks").unlink(missing_ok=True)
            build(folder / "notes", folder / "decks", NOW + 1000 * number)
        ledgers.append((folder / "notes/ledger.jsonl").read_bytes())
    assert ledgers[0] == ledgers[1]


def test_a_page_renamed_while_a_clue_cannot_be_read_is_built_once(desk: Desk) -> None:
    desk.build({"p.md": page(("cat", "gato"), ("dog", "perro"), ("ant", "hormiga"))})
    unread = "| ![](gone.png) | ![](gone.png) |"
    broken = page(unread, ("dog", "perro"), "| ant word ![](gone.png) | hormiga |")
    desk.build({"q.md": broken})
    (dog,) = desk.outcome.result.notes
    assert dog.row.cards == (0, 1)
    desk.again()
    assert not desk.outcome.changed_files


def test_a_held_row_that_stands_on_another_page_is_built_once(desk: Desk) -> None:
    rows = page(("cat", "kato"), ("cat", "gato"))  # two answers in one table
    desk.build({"f/a.md": page(("cat", "gato")), "f/b.md": rows})
    assert codes(desk.outcome) == ["BD302", "BD264"]
    desk.again()
    assert not desk.outcome.changed_files


@pytest.mark.parametrize("kept", [0, 1])
def test_two_versions_of_a_row_wait_until_one_is_left(desk: Desk, kept: int) -> None:
    old = desk.build({"f/a.md": page(("cat", "gato"), ("dog", "perro"))})
    both = (("cat", "minino"), ("cat", "gato"))
    desk.build({"f/a.md": page(*both, ("dog", "perro"))})
    assert not desk.outcome.result.changes.new
    new = desk.build({"f/a.md": page(both[kept], ("dog", "perro"))})
    assert new == old


def test_a_row_said_to_be_new_waits_for_its_own_page(desk: Desk) -> None:
    said = ("owl <!-- same-as: new -->", "buho")
    desk.build({"f/a.md": page(("cat", "gato"), said), "b.md": page(("sun", "sol"))})
    other = page(("cat", "gato"), said)
    desk.build({"f/a.md": b"\xff", "c.md": other, "b.md": page(("sun", "sol"))})
    assert codes(desk.outcome).count("BD410") == 2


def test_a_note_of_another_kind_that_waits_is_named(desk: Desk) -> None:
    rows = (("cat", "gato"), ("dog", "perro"))
    desk.build({"f/a.md": page(*rows), "b.md": page(("sun", "sol"))})
    trap = "<!-- cards: trap -->\n\n" + page(*rows).partition("\n\n")[2]
    desk.build({"f/a.md": b"\xff", "c.md": trap, "b.md": page(("sun", "sol"))})
    assert codes(desk.outcome).count("BD408") == 2


def test_an_answer_that_waits_is_right_for_its_clue_on_other_pages(desk: Desk) -> None:
    # Its title is another one: of pages with one title the backs show the answers of both.
    one = page(("cat", "gato"), ("dog", "perro"), title="One")
    desk.build({"f/a.md": one, "f/b.md": page(("cat", "minino"), ("sun", "sol"))})
    desk.build({"f/a.md": one, "f/b.md": b"\xff"})
    assert not desk.outcome.result.changes.changed
    (cat,) = [n for n in desk.outcome.result.notes if n.note.origin.clue == "cat"]
    assert "minino" not in cat.fields.options  # type: ignore[union-attr]


def test_of_two_equal_rows_the_sound_one_is_the_note(desk: Desk) -> None:
    old = desk.build({"a.md": page(("owl", "gato"), ("dog", "perro"))})
    twice = page("| owl | gato <!-- review: which? --> |", ("owl", "gato"), ("dog", "perro"))
    assert desk.build({"a.md": twice}) == old
    desk.again()
    assert not desk.outcome.changed_files


def test_a_renamed_page_that_cannot_be_read_is_built_once(desk: Desk) -> None:
    desk.build({"x/p.md": page(*WORDS), "x/b.md": page(("sun", "sol"))})
    bad = "---\ndeck: [a, b\n---\n" + page("| | ![](gone.png) |", *WORDS[1:])
    desk.build({"x/q.md": bad, "x/b.md": page(("sun", "sol"))})
    assert not desk.retired
    desk.again()
    assert not desk.outcome.changed_files


# --- comments ---------------------------------------------------------------------------------


def test_an_unknown_word_in_a_comment_costs_its_table(desk: Desk) -> None:
    marked = "{}" + table(("one", "1"), ("two", "2")) + "\n" + table(("three", "3"))
    other = page(("x", "y"))
    old = desk.build({"a.md": marked.format(""), "b.md": other})
    new = desk.build({"a.md": marked.format("<!-- cards: revers -->\n"), "b.md": other})
    (found,) = desk.outcome.result.diagnostics
    assert (found.code, found.exit_code) == ("BD124", 1)
    assert found.help == "did you mean 'reverse'?"
    assert [each.held for each in desk.outcome.result.tables] == [2, 0, 0]
    assert new == {clue: old[clue] for clue in ("three", "x")}
    assert not desk.retired
    assert desk.build({"a.md": marked.format("<!-- cards: reverse -->\n"), "b.md": other}) == old
