"""What an import updates: the note whose row was edited, and what a person asks for.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from anki.collection import Collection
from build_notes import NOW, codes, table
from cases import Case, cases
from made_notes import made

from generator.anki.readback import read_package
from generator.anki.verify import import_package
from generator.core.model import DeckName, Guid, Kind, Origin
from generator.core.note_fields import FIELDS_OF, TABLE_FORMAT, note_digests
from generator.identity.entry import LedgerEntry
from generator.identity.renew import NOTHING, Renew, fits
from generator.pipeline.build import Outcome, run

ROWS = tuple((f"word {n}", f"meaning {n}") for n in range(8))


class Reader:
    """Somebody who edits a table, builds it, and imports it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOW
        self.col = Collection(str(folder / "collection.anki2"))
        self.outcome: Outcome

    def build(self, files: dict[str, str], renew: Renew = NOTHING) -> Outcome:
        self.now += 1000
        notes = self.folder / "notes"
        notes.mkdir(exist_ok=True)
        for path in notes.glob("*.md"):
            path.unlink()
        for name, text in files.items():
            (notes / name).write_text(text, "utf-8")
        self.outcome = run(notes, self.folder / "decks", self.now, keep_notes=True, renew=renew)
        return self.outcome

    def take(self, name: str = "a") -> set[str]:
        """Import a package; gives the clues of the notes that Anki has updated."""
        log = import_package(self.col, self.folder / "decks" / f"{name}.apkg")
        assert not log.conflicting
        assert not self.col.get_empty_cards().notes
        for card in self.col.find_cards(""):
            text = self.col.get_card(card).render_output().question_text
            assert "bd-front" in text, "a card with a blank front"
        return {entry.fields[0] for entry in log.updated}

    def note(self, clue: str):
        (note_id,) = self.col.find_notes(f'Prompt:"{clue}"')
        return self.col.get_note(note_id)

    def tag_all(self) -> None:
        """What a person does in Anki's browser, an hour ago."""
        for note_id in self.col.find_notes(""):
            note = self.col.get_note(note_id)
            note.tags.append("mine")
            self.col.update_note(note)
        self.col.db.execute("update notes set mod = ?", self.now)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    with closing(reader.col):
        yield reader


def test_one_edited_cell_updates_one_note_and_wipes_no_other_tag(reader: Reader) -> None:
    reader.build({"a.md": table(*ROWS)})
    reader.take()
    reader.tag_all()
    reader.build({"a.md": table(("word 0", "another meaning"), *ROWS[1:])})
    assert reader.take() == {"word 0"}
    assert "mine" not in reader.note("word 0").tags
    for clue, _ in ROWS[1:]:
        assert "mine" in reader.note(clue).tags
    assert reader.outcome.result.outdated == 7


def test_a_table_that_grows_has_no_blank_and_no_empty_card(reader: Reader) -> None:
    rows = [(f"word {n}", f"meaning {n}") for n in range(30)]
    for count in (2, 3, 30, 3, 2, 30):
        reader.build({"a.md": table(*rows[:count])})
        reader.take()
    assert len(reader.col.find_cards("")) == 60


def test_another_right_answer_is_no_wrong_option_on_any_card(reader: Reader) -> None:
    one, other = table(*ROWS[:4]), table(("sky", "blue"), ("sea", "green"))
    reader.build({"a.md": one + "\n# More\n\n" + other})
    reader.take()
    quizzed = reader.note("word 0")
    wrong = next(m for _, m in ROWS[1:4] if m in quizzed["Options"])
    reader.build({"a.md": one + "\n# More\n\n" + other + f"| word 0 | {wrong} |\n"})
    assert "word 0" in reader.take()
    for note_id in reader.col.find_notes('Prompt:"word 0"'):
        note = reader.col.get_note(note_id)
        assert wrong not in note["Options"] or note["Answer"] == wrong


def test_refresh_sends_the_tables_that_are_older(reader: Reader) -> None:
    reader.build({"a.md": table(*ROWS)})
    reader.take()
    edited = {"a.md": table(("word 0", "another meaning"), *ROWS[1:])}
    reader.build(edited)
    reader.take()
    assert "another meaning" not in reader.note("word 1")["Table"]
    reader.build(edited, Renew(refresh="word 1"))
    assert reader.take() == {"word 1"}
    assert "another meaning" in reader.note("word 1")["Table"]
    reader.build(edited, Renew(refresh=""))
    assert reader.take() == {clue for clue, _ in ROWS[2:]}
    assert reader.outcome.result.outdated == 0
    reader.build(edited, Renew(refresh=""))
    assert not reader.outcome.changed_files


def test_who_imports_for_the_first_time_gets_the_newest(reader: Reader) -> None:
    reader.build({"a.md": table(*ROWS)})
    reader.build({"a.md": table(("word 0", "another meaning"), *ROWS[1:])})
    reader.take()
    for clue, _ in ROWS:
        assert "another meaning" in reader.note(clue)["Table"]


def test_an_update_that_anki_skipped_is_sent_again(reader: Reader) -> None:
    reader.build({"a.md": table(*ROWS)})
    reader.take()
    edited = {"a.md": table(("word 0", "another meaning"), *ROWS[1:])}
    reader.build(edited)
    note = reader.note("word 0")
    note.tags.append("leech")  # after the build, before the import
    reader.col.update_note(note)
    reader.col.db.execute("update notes set mod = ?", reader.now + 10)
    assert reader.take() == set()
    reader.build(edited)
    assert reader.take() == set(), "and it never comes by itself"
    reader.build(edited, Renew(resend="another meaning"))
    assert reader.take() == {"word 0"}
    assert reader.note("word 0")["Answer"] == "another meaning"


def test_a_search_that_fits_nothing_builds_nothing(reader: Reader) -> None:
    reader.build({"a.md": table(*ROWS)})
    outcome = reader.build({"a.md": table(*ROWS)}, Renew(resend="nowhere"))
    assert codes(outcome) == ["BD413"]
    assert outcome.result.diagnostics[0].exit_code == 2
    assert not outcome.changed_files


def test_two_packages_of_one_note_import_in_any_order(reader: Reader, tmp_path: Path) -> None:
    reader.build({"a.md": table(*ROWS)})
    first = (tmp_path / "decks/a.apkg").read_bytes()
    reader.build({"a.md": table(*ROWS, ("word 9", "meaning 9"))})
    second = (tmp_path / "decks/a.apkg").read_bytes()
    (tmp_path / "decks/a.apkg").write_bytes(second)
    reader.take()
    (tmp_path / "decks/a.apkg").write_bytes(first)
    assert reader.take() == set()
    (tmp_path / "decks/a.apkg").write_bytes(second)
    assert reader.take() == set()


@pytest.mark.parametrize(
    ("search", "is_meant"),
    [
        ("abcd", True),
        ("abc", False),
        ("bio/cells.md", True),
        ("source_notes/bio/cells.md", True),
        ("bio", True),
        ("bio/", True),
        ("source_notes/bio", True),
        ("cells.md", False),
        ("BURNS sugar", True),
        ("the Mito", True),
        ("burns fat", False),
        ("", True),
    ],
)
def test_a_search_is_a_guid_a_page_or_words(search: str, is_meant: bool) -> None:
    origin = Origin(
        Kind.CLUE, "bio", "bio/cells.md", "", "What?", "burns sugar", "the mitochondrion", ""
    )
    entry = LedgerEntry(Guid("abcdefgh"), origin, DeckName("bio"), "", "", 1, 1, 1, 0)
    assert fits(search, entry) is is_meant


# --- what a note is -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(FIELDS_OF))
def test_a_field_made_of_other_rows_is_no_part_of_the_note(kind: str) -> None:
    names = FIELDS_OF[kind]._fields
    made_of_others = {name for name in names if name.startswith(("table", "step", "options"))}
    if kind == "quiz":  # it brings its options along
        made_of_others = set()
    fields = [name.encode() for name in names]
    plain = note_digests(kind, fields, (), (0,), ())
    for place, name in enumerate(names):
        changed = [*fields[:place], b"x", *fields[place + 1 :]]
        digests = note_digests(kind, changed, (), (0,), ())
        assert (digests.own == plain.own) is (name in made_of_others)
        assert (digests.table == plain.table) is (name not in made_of_others)


def test_tags_cards_and_other_right_answers_are_part_of_the_note() -> None:
    fields = [name.encode() for name in FIELDS_OF["clue"]._fields]
    plain = note_digests("clue", fields, ("a",), (0,), ())
    for tags, cards, rights in ((("b",), (0,), ()), (("a",), (0, 1), ()), (("a",), (0,), ("x",))):
        assert note_digests("clue", fields, tags, cards, rights).own != plain.own


@cases("table_format.md")
def test_the_markup_of_tables_and_options_has_a_number(case: Case) -> None:
    """Whoever changes it raises `TABLE_FORMAT`, so that it reaches every note."""
    notes = made(case.input).notes
    shown = [f"format {TABLE_FORMAT}"]
    for note in notes:
        fields = note.fields._asdict()
        of_others = ("table", "options", "options1", "step")
        shown += [f"{name}: {fields[name]}" for name in of_others if fields.get(name)]
    case.check("\n".join(shown))


@pytest.mark.unsound
def test_the_clock_of_the_ledger_is_ahead(reader: Reader) -> None:
    reader.now = 4_070_908_800  # the year 2099
    reader.build({"a.md": table(*ROWS)})
    reader.now = NOW
    outcome = reader.build({"a.md": table(("word 0", "another"), *ROWS[1:], ("new", "row"))})
    assert codes(outcome) == ["BD415"]
    assert "2099-01-01" in outcome.result.diagnostics[0].message
    rows = read_package((reader.folder / "decks/a.apkg").read_bytes())
    times = {row.values[0]: row.modified for row in rows.values()}
    assert times["word 0"] == times["word 1"] + 1, "else Anki would never take it"
    assert times["new"] == reader.now
    assert time.gmtime(times["word 1"]).tm_year == 2099
