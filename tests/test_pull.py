"""Corrections made in Anki come back into the cell that they belong to, and nothing else changes.

Collections are real ones, made and edited by whatever Anki is installed; `.ci/run` runs it with old
releases too.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from anki import import_export_pb2 as messages
from build_notes import table
from chromium import CHROMIUM
from histories import World, written
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from media_files import png
from person import ROWS, Done, Person, edited, person_in
from test_simple_inline import CELLS, FRAGMENTS
from test_weak import PAGE, exported, keys_of

from generator.anki.collection_file import _compare_names
from generator.anki.compare import shown
from generator.anki.verify import import_package
from generator.core.model import StampedNote
from generator.core.note_fields import field_names
from generator.markup.field_html import as_written_here, field_text
from generator.markup.inline import comments, read_cell
from generator.pipeline.build import look
from generator.pull import corrections
from generator.pull.corrections import Reason
from generator.pull.markdown_of import rewritten
from generator.pull.write import PageChangedError, write_pages
from generator.push.plan import as_compared
from generator.sources.cells import MOST_CHARACTERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

needs_connect = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the add-on asks for Anki 23.10 or newer",
)

FORMS = """# Forms

| Term | Meaning | Note |
|---|---|---|
| alpha `a\\|b` | the __first__ letter | see [x](y.md) |
| beta | second \\| or [two] | more<br>lines |
|gam\\*ma |   third   ||

Term one
: its meaning
  goes on here

: second meaning

Q: What is water?
A: H~2~O it is.

What is right?

- [ ] wrong one
- [x] right one
- [ ] wrong two

Because of this.

Blood is ==red== and ==warm==, and it flows through the vessels of the body.

<!-- cards: order -->
1. wake up
2. eat breakfast
3. go to work
"""
COMPARED = """| Item | Color | Size | Hint |
|---|---|---|---|
| apple | red | small | a fruit |
| melon | green | | big one |
| grape | blue | tiny | round |
"""
JOINED = """| Request | Limit |
|---|---|
| cpu | 1 |
| cpu | 2 |
| ram | 3 |
"""
CARRIED = """<!-- cards: key Region, Part -->
| Region | Part | Value |
|---|---|---|
| north | one | v1 |
|  | two | v2 |
| south | three | v3 |
"""
TRAPS = """| Trap | Better rule |
|---|---|
| Reading the answer first | Read the question first |
| Guessing wildly | Estimate with care |
"""


class Reader:
    """Somebody who imports packages by hand, and corrects notes in Anki."""

    def __init__(self, person: Person, path: Path) -> None:
        self.person, self.path = person, path
        self.col = person.col

    def write(self, text: str) -> None:
        (self.person.source / "a.md").write_bytes(text.encode())

    @property
    def text(self) -> str:
        return (self.person.source / "a.md").read_bytes().decode()

    def take(self) -> None:
        """Build and import."""
        self.person.run()
        import_package(self.col, self.person.output / "a.apkg")
        self.col.db.execute("update notes set mod = ?1 where mod > ?1", self.person.now + 60)
        self.save()

    def note(self, clue: str) -> Any:
        found = [self.col.get_note(note_id) for note_id in self.col.find_notes("")]
        (note,) = [note for note in found if clue in note.fields[0]]
        return note

    def correct(self, clue: str, field: str, change: Callable[[str], str]) -> Any:
        """The note, whose field was corrected a minute after the last run of the program."""
        note = self.note(clue)
        old = note[field]
        note[field] = change(old)
        assert note[field] != old
        self.col.update_note(note)
        self.col.db.execute("update notes set mod = ?1 where mod > ?1", self.person.now + 60)
        self.save()
        return self.col.get_note(note.id)

    def save(self) -> None:
        """Releases before 23.10 write to the file every few minutes; later ones at once."""
        if hasattr(self.col.db, "commit"):
            self.col.save()

    def pull(self, *args: str, code: int | None = 0) -> Done:
        done = self.person.run("pull", "--from", str(self.path), *args)
        assert code is None or done.exit_code == code, done.stdout + done.stderr
        return done

    def pulled(self, *args: str, code: int | None = 0) -> dict[str, Any]:
        return json.loads(self.pull("--format", "json", *args, code=code).stdout)

    def look(self) -> Sequence[StampedNote]:
        """The notes that a build would make."""
        return look(self.person.source, self.person.output, self.person.now).notes

    def fields(self) -> dict[str, dict[str, str]]:
        """The fields of all notes but those that other rows make, by GUID."""
        notes = [self.col.get_note(note_id) for note_id in self.col.find_notes("")]
        return {
            note.guid: {
                name: as_compared(name, value)
                for name, value in note.items()
                if name not in ("Table", "TableLabel", "Step") and not name.startswith("Options")
            }
            for note in notes
        }


@contextmanager
def reader_in(folder: Path) -> Iterator[Reader]:
    with person_in(folder) as person:
        yield Reader(person, folder / "collection.anki2")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with reader_in(tmp_path) as reader:
        yield reader


def replace(old: str, new: str) -> Callable[[str], str]:
    return lambda html: html.replace(old, new)


# --- which cell, and how it is written ----------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "clue", "field", "change", "old", "new"),
    [
        (FORMS, "alpha", "Answer", replace("first", "very first"), "__first", "__very first"),
        (FORMS, "alpha", "Prompt", replace("alpha", "Alpha"), "| alpha", "| Alpha"),
        (FORMS, "alpha", "Prompt", replace("a|b", "a||c"), "a\\|b", "a\\|\\|c"),
        (FORMS, "alpha", "Extra", replace("see", "look at"), "see [x](y.md)", "look at [x](y.md)"),
        (FORMS, "beta", "Answer", replace("or", "and | or"), "\\| or", "\\| and \\| or"),
        (FORMS, "beta", "Answer", replace("&#91;two]", "[2]"), "[two]", "[2]"),
        (FORMS, "beta", "Extra", replace("more", "less"), "| more", "| less"),
        (
            *(FORMS, "beta", "Answer", replace("second", "2 &lt;!-- cards: skip --&gt;")),
            *("| second", "| 2 \\<\\!\\-\\- cards\\: skip \\-\\-\\>"),
        ),
        (FORMS, "gam", "Answer", replace("third", "*third"), "   third   ", "   *third   "),
        (FORMS, "gam", "Answer", replace("third", "<i>3rd</i>"), " third ", " *3rd* "),
        (FORMS, "beta", "Answer", replace("second", "<b>2nd</b>"), "| second", "| **2nd**"),
        (FORMS, "gam", "Answer", replace("third", "third one&nbsp;"), "   third ", "   third one "),
        (FORMS, "What is right?", "Extra", replace(" of ", "&nbsp; "), "use of t", "use t"),
        (FORMS, "gam", "Prompt", replace("ma", "mma"), "\\*ma ", "\\*mma "),
        (FORMS, "Term one", "Answer", replace("goes", "walks"), "  goes", "  walks"),
        (FORMS, "Term one", "Answer", replace("second", "another"), ": second", ": another"),
        (FORMS, "What is water?", "Answer", replace("2", "3"), "H~2~O", "H~3~O"),
        (
            FORMS,
            "What is right?",
            "Answer",
            replace("right", "the right"),
            "x] right",
            "x] the right",
        ),
        (FORMS, "What is right?", "Prompt", replace("is", "was"), "is right?", "was right?"),
        (FORMS, "What is right?", "Extra", replace("this", "that"), "of this", "of that"),
        (FORMS, "Blood is", "Text", replace("warm", "hot"), "==warm==", "==hot=="),
        (FORMS, "Blood is", "Text", replace("flows", "runs"), "flows", "runs"),
        (COMPARED, "apple", "A1", replace("red", "dark red"), "| red ", "| dark red "),
        (COMPARED, "melon", "A2", lambda _: "huge", "green | |", "green | huge |"),
        (COMPARED, "melon", "Hint", replace("big", "large"), "big one", "large one"),
        (COMPARED, "melon", "Prompt", replace("melon", "water melon"), "| m", "| water m"),
        (JOINED, "ram", "Prompt", replace("ram", "RAM"), "| ram", "| RAM"),
        (TRAPS, "Guessing", "Answer", replace("with", "with great"), "with c", "with great c"),
        (TRAPS, "Guessing", "Prompt", replace("wildly", "at random"), "wildly", "at random"),
    ],
)
def test_a_correction_is_written_into_its_cell_and_the_import_brings_nothing_else(
    reader: Reader,
    page: str,
    clue: str,
    field: str,
    change: Callable[[str], str],
    old: str,
    new: str,
) -> None:
    assert page.count(old) == 1
    reader.write(page)
    reader.take()
    note = reader.correct(clue, field, change)
    corrected = note.guid
    before = reader.fields()
    (told,) = reader.pulled()["corrections"]
    assert reader.text == page
    assert (told["field"], told["guid"]) == (field, corrected)
    reader.pull("--apply")
    assert reader.text == page.replace(old, new)
    line, column = told["line"], told["column"]
    assert page.split("\n")[line - 1][column - 1 :].startswith(told["before"][:2].replace("|", ""))
    assert reader.pulled()["corrections"] == []
    reader.take()
    after = reader.fields()
    assert after.keys() == before.keys()
    others = [guid for guid in before if guid != corrected]
    assert [after[guid] for guid in others] == [before[guid] for guid in others]
    assert after[corrected][field] == as_compared(field, note[field])
    left = reader.pulled()
    assert (left["corrections"], left["left"]) == ([], [])


@pytest.mark.parametrize(
    ("page", "clue", "field", "change", "reason"),
    [
        (FORMS, "Blood is", "Cue", replace("gap", "hole"), "derived"),
        (FORMS, "alpha", "Section", lambda _: "elsewhere", "derived"),
        (FORMS, "alpha", "Extra", replace("Note", "Remark"), "derived"),
        (FORMS, "wake up", "Answer", replace("eat breakfast", "eat"), "others"),
        (FORMS, "eat breakfast", "Prompt", replace("eat breakfast", "eat"), "derived"),
        (FORMS, "Term one", "Prompt", replace("one", "1"), "not-recognised"),
        (FORMS, "beta", "Answer", lambda _: "", "emptied"),
        (FORMS, "beta", "Prompt", lambda _: "", "emptied"),
        (FORMS, "beta", "Answer", replace("second", "<big>second</big>"), "no-markdown"),
        (FORMS, "beta", "Answer", replace("second", "2\nnd"), "no-markdown"),
        (FORMS, "beta", "Answer", replace("second", "[sound:x.mp3]"), "no-markdown"),
        (FORMS, "beta", "Answer", replace("second", '<img src="x" onerror="f()">'), "no-markdown"),
        (FORMS, "beta", "Answer", replace("second", "<script>f()</script>"), "no-markdown"),
        (FORMS, "beta", "Answer", lambda _: "x" * 10_001, "long"),
        (FORMS, "beta", "Answer", lambda _: "x" * 3_000_000, None),
        (COMPARED, "melon", "H1", replace("Color", "Colour"), "derived"),
        (JOINED, "cpu", "Answer", replace("1", "5"), "derived"),
        (JOINED, "cpu", "Prompt", replace("cpu", "CPU"), "other-field"),
        (CARRIED, "north · one", "Prompt", replace("north", "North"), "derived"),
    ],
)
def test_what_is_not_one_cell_or_no_markdown_is_shown_and_left(
    reader: Reader,
    page: str,
    clue: str,
    field: str,
    change: Callable[[str], str],
    reason: str | None,
) -> None:
    reader.write(page)
    reader.take()
    reader.correct(clue, field, change)
    done = reader.pulled("--apply")
    assert done["corrections"] == []
    assert [each["reason"] for each in done["left"]] == ([reason] if reason else [])
    assert reader.text == page
    assert "help:" in reader.pull().stdout or not reason


def test_a_row_that_says_which_note_it_is_takes_any_correction(reader: Reader) -> None:
    """What the help of a correction says whose row the build would not recognise."""
    reader.write(FORMS)
    reader.take()
    note = reader.correct("Term one", "Prompt", lambda _: "Term 1")
    assert f"write <!-- same-as: {note.guid} --> into the row" in reader.pull().stdout
    reader.write(FORMS.replace("Term one", f"Term one <!-- same-as: {note.guid} -->"))
    reader.pull("--apply")
    assert f"Term 1 <!-- same-as: {note.guid} -->\n" in reader.text
    reader.take()
    assert reader.fields()[note.guid]["Prompt"] == "Term 1"


@pytest.mark.parametrize(
    ("clue", "answer", "pulls"),
    [
        ("Spleen", "filters all old cells well", 1),
        ("the spleen", "makes hormones", 2),
        ("kidney", "makes hormones", 0),
    ],
    ids=["at once", "after a build", "never"],
)
def test_clue_and_answer_corrected_together_keep_the_guid_or_are_left(
    reader: Reader, clue: str, answer: str, pulls: int
) -> None:
    page = table(("spleen", "filters old cells"), ("liver", "stores sugar"))
    reader.write(page)
    reader.take()
    reader.correct("spleen", "Answer", lambda _: answer)
    note = reader.correct("spleen", "Prompt", lambda _: clue)
    done = reader.pulled("--apply")
    assert len(done["corrections"]) == (2 if pulls == 1 else 0)
    assert {each["reason"] for each in done["left"]} == (
        {"not-recognised"} if pulls != 1 else set()
    )
    with_answer = page.replace("filters old cells", answer)
    if pulls != 1:
        assert reader.text == page
        reader.pull("--apply", "--partly")
        assert reader.text == with_answer
        reader.person.run()
        reader.pull("--apply")  # with the answer known, the build may recognise the row by it
    assert reader.text == with_answer.replace("spleen", clue if pulls else "spleen")
    before = reader.fields()
    reader.take()
    after = reader.fields()
    assert after.keys() == before.keys()
    assert after[note.guid]["Answer"] == answer
    assert after[note.guid]["Prompt"] == (clue if pulls else "spleen")


def test_what_an_import_would_replace_keeps_the_rest_of_its_note_from_being_written(
    reader: Reader,
) -> None:
    reader.write(edited())
    reader.take()
    reader.correct("word 1", "Cue", lambda _: "my cue")
    reader.correct("word 1", "Answer", lambda _: "corrected")
    reader.correct("word 2", "Answer", lambda _: "corrected, too")
    done = reader.pulled()
    assert [each["clue"] for each in done["corrections"]] == ["word 2"]
    reasons = {each["field"]: each["reason"] for each in done["left"]}
    assert reasons == {"Answer": "rest", "Cue": "derived"}
    reader.pull("--apply", "--partly")
    assert reader.text == edited(_1="corrected", _2="corrected, too")


def test_what_was_corrected_once_can_be_corrected_again(reader: Reader) -> None:
    reader.write(edited())
    reader.take()
    for text in ("first", "second", "third"):
        reader.correct("word 1", "Answer", lambda _, text=text: text)
        reader.pull("--apply")
        assert reader.text == edited(_1=text)
        reader.person.run()
    reader.write(edited(_1="here"))
    reader.person.run()
    reader.write(edited(_1="third"))
    reader.person.run()
    # What it says was another text in between, which this collection may have got.
    reader.correct("word 1", "Answer", lambda _: "there")
    assert [each["reason"] for each in reader.pulled()["left"]] == ["unknown"]


def test_what_both_changed_is_an_error_at_its_line_and_stays(reader: Reader) -> None:
    reader.write(edited())
    reader.take()
    reader.correct("word 1", "Answer", lambda _: "corrected")
    page = edited(_1="reworded")
    reader.write(page)
    done = reader.pull("--apply", code=1)
    assert "a.md:4:1: error[BD801]" in done.stderr
    assert done.stdout == "nothing to pull; 1 left\n"  # the error has said it
    assert [each["reason"] for each in reader.pulled(code=1)["left"]] == ["both"]
    assert reader.text == page


def test_an_older_build_in_anki_is_no_correction(reader: Reader) -> None:
    reader.write(edited())
    reader.take()
    reader.write(edited(_1="newer"))
    assert reader.pulled()["corrections"] == []
    reader.person.run()
    done = reader.pulled("--apply")
    assert (done["corrections"], done["left"]) == ([], [])


def test_several_corrections_on_a_page_go_in_one_write_and_one_fault_costs_none(
    reader: Reader,
) -> None:
    reader.write(edited())
    reader.take()
    for n in (0, 2, 4):
        reader.correct(f"word {n}", "Answer", lambda _, n=n: f"corrected {n} | much longer")
    reader.correct("word 1", "Answer", lambda _: "<big>large</big>")
    reader.correct("word 3", "Answer", lambda _: "")
    done = reader.pulled("--apply")
    assert len(done["corrections"]) == 3
    assert [each["reason"] for each in done["left"]] == ["no-markdown", "emptied"]
    assert reader.text == edited(**{f"_{n}": f"corrected {n} \\| much longer" for n in (0, 2, 4)})


def test_pictures_of_the_folder_can_come_and_go(reader: Reader) -> None:
    folder = reader.person.source / "bio" / "img"
    folder.mkdir(parents=True)
    (folder / "cell one.png").write_bytes(png(1))
    (folder / "two.png").write_bytes(png(2))
    page = table(("a cell", "see ![cell](<img/cell one.png>)"), ("two", "![[two.png]] is it"))
    (reader.person.source / "bio" / "a.md").write_text(page)
    reader.person.run()
    import_package(reader.col, reader.person.output / "bio.apkg")
    picture = reader.note("a cell")["Answer"].removeprefix("see ")
    reader.correct("two", "Answer", lambda html: html.replace("is it", f"is {picture}"))
    reader.correct("a cell", "Answer", lambda _: "see nothing")
    reader.pull("--apply")
    written = (reader.person.source / "bio" / "a.md").read_text()
    assert written == table(
        ("a cell", "see nothing"), ("two", "![[two.png]] is ![cell](<img/cell one.png>)")
    )


# --- the page's bytes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "\ufeff| Need | First move |\r\n|---|---|\r\n| spleen  |\tfilters  cells\t|\r\n",
        "| Need | First move |\r|---|---|\r| spleen | filters  cells |",
        "---\ntitle: x\n---\n\nNeed|First move\n:--|--:\nspleen|filters  cells",
        "> | Need | First move |\n> |---|---|\n> | spleen | filters  cells |\n\ntext \n",
        "- x\n\n  | Need | First move |\n  |---|---|\n  | spleen | filters  cells | \u2028\n",
    ],
)
def test_all_else_of_a_page_stays_byte_for_byte(reader: Reader, page: str) -> None:
    reader.write(page)
    reader.take()
    (reader.person.source / "a.md").chmod(0o640)
    reader.correct("spleen", "Answer", replace("cells", "old cells"))
    reader.pull("--apply")
    assert reader.text == page.replace("cells", "old cells")
    assert (reader.person.source / "a.md").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in reader.person.source.iterdir()) == ["a.md", "ledger.jsonl"]


def test_a_page_that_changes_meanwhile_is_refused(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.write(edited())
    reader.take()
    reader.correct("word 1", "Answer", lambda _: "corrected")
    find = corrections.find_corrections

    def find_while_somebody_types(*args: Any, **kwargs: Any) -> Any:
        found = find(*args, **kwargs)
        reader.write(edited(_5="typed"))
        return found

    monkeypatch.setattr(corrections, "find_corrections", find_while_somebody_types)
    done = reader.pull("--apply", code=2)
    assert "a.md' changed meanwhile; run this again" in done.stderr
    assert reader.text == edited(_5="typed")


def test_no_link_is_followed_and_no_protected_page_replaced(reader: Reader) -> None:
    source = reader.person.source
    before = {"a.md": "| a | b |\n"}
    (source / "a.md").write_text(before["a.md"])
    outside = reader.person.folder / "outside"
    outside.mkdir()
    (outside / "b.md").write_text("| a | b |\n")
    (source / "linked").symlink_to(outside)
    (source / "b.md").symlink_to(outside / "b.md")
    for path in ("linked/b.md", "b.md", "../outside/b.md"):
        with pytest.raises(OSError, match="link"):
            write_pages(source, {path: "| a | b |\n"}, {path: "| a | c |\n"})
    assert (outside / "b.md").read_text() == "| a | b |\n"
    with pytest.raises(PageChangedError):
        write_pages(source, {"a.md": "other"}, {"a.md": "new"})
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:  # root may write anything
        patch.setattr("os.access", lambda path, mode: False)
        with pytest.raises(PermissionError):
            write_pages(source, before, {"a.md": "new"})
    assert (source / "a.md").read_text() == before["a.md"]
    write_pages(source, before, {"a.md": "new"})
    assert (source / "a.md").read_text() == "new"


# --- where they are read from --------------------------------------------------------------------


@needs_connect
def test_a_running_anki_is_asked_and_a_push_then_sends_no_field_of_the_note(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer="a better meaning")
    before = (person.source / "a.md").read_text()
    asked = person.run("pull", "--url", person.address)
    assert asked.exit_code == 0
    assert (
        "a.md:4:12: Answer of ‘word 1’\n  - meaning 1\n  + a better meaning\n\n"
        "corrected in Anki: 1 cell of 1 page\n--apply writes them into the pages\n"
    ) in asked.stdout
    done = person.run("pull", "--url", person.address, "--apply")
    assert "written: 1 cell of 1 page" in done.stdout
    after = (person.source / "a.md").read_text()
    assert after == before.replace("meaning 1", "a better meaning")
    plan = person.plan()
    assert {f["name"] for note in plan["notes"] for f in note["fields"]} <= {"Table", "Options"}
    assert person.plan()["notes"] == []
    # A push knows what it sent: the same cell can be corrected again.
    person.edit("word 1", Answer="the best meaning")
    assert person.run("pull", "--url", person.address, "--apply").exit_code == 0
    assert (person.source / "a.md").read_text() == before.replace("meaning 1", "the best meaning")
    person.push()
    assert person.plan()["notes"] == []
    log = person.take()
    assert (len(log.new), len(log.updated)) == (0, 0)
    assert person.note("word 1")["Answer"] == "the best meaning"


@pytest.mark.parametrize("is_legacy", [True, False], ids=["legacy", "modern"])
@pytest.mark.parametrize("suffix", [".apkg", ".colpkg"])
def test_an_export_brings_what_its_collection_brings(
    reader: Reader, suffix: str, is_legacy: bool
) -> None:
    reader.write(edited())
    reader.take()
    models = reader.col.models
    note_type = reader.note("word 1").note_type()
    models.add_field(note_type, models.new_field("Mine"))
    models.reposition_field(note_type, note_type["flds"][-1], 0)
    models.update_dict(note_type)
    guid = reader.person.guid("word 1")
    (note_id,) = reader.col.db.list("select id from notes where guid = ?", guid)
    note = reader.col.get_note(note_id)
    note["Mine"], note["Answer"] = "my own", "corrected"
    reader.col.update_note(note)
    path = exported(reader.col, reader.person.folder / f"export{suffix}", is_legacy)
    digest = path.read_bytes()
    reader.path = path
    done = reader.pulled("--apply")
    assert [(c["field"], c["after"]) for c in done["corrections"]] == [("Answer", "corrected")]
    assert reader.text == edited(_1="corrected")
    assert path.read_bytes() == digest


@pytest.mark.parametrize("value", ["a text", b"\xff\xfe", "", -(2**62), 2**62, None])
def test_a_value_of_another_kind_ends_in_no_traceback(reader: Reader, value: object) -> None:
    reader.write(edited())
    reader.take()
    reader.correct("word 1", "Answer", lambda _: "corrected")
    reader.col.close()
    closed, reader.path = reader.path, reader.person.folder / "odd.anki2"
    with closing(sqlite3.connect(closed)) as connection:
        tables = {
            name: [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
            for name in ("col", "notes", "notetypes", "fields")
        }
    columns = [(name, column) for name, own in tables.items() for column in own if column != "id"]
    assert len(columns) > 20
    for name, column in columns:
        shutil.copyfile(closed, reader.path)
        with closing(sqlite3.connect(reader.path)) as connection:
            connection.create_collation("unicase", _compare_names)
            with suppress(sqlite3.DatabaseError):  # some columns hold no NULL, or no two alike
                connection.execute(f"UPDATE OR REPLACE {name} SET {column} = ?", [value])
                connection.commit()
        done = reader.pull("--apply", code=None)
        assert done.exit_code in (0, 1, 2), (name, column)
        if "written" in done.stdout:
            assert reader.text == edited(_1="corrected")
            reader.write(edited())
        assert reader.text == edited(), (name, column)
    reader.col.reopen()


@pytest.mark.parametrize(
    "theirs",
    [
        "a\0b",
        "a\x01b",
        "a\u202eb",
        "--&gt; <!-- x -->",
        "| a | b |\n|---|---|\n| c | d |",
        "a\r\nb",
        "\u2028",
        "\ue000<b>\ue000",
        "x" * 9_999 + "|",
        "|" * 5_000,
        "<em>" * 2_000,
        "*" * 9_000,
        "[" * 9_000,
        "<pre>" * 1_500,
        "\\(" * 3_000,
        "{{c1::" * 1_500,
        "&#91;sound:x.mp3]",
        "&lt;script&gt;f()&lt;/script&gt; &lt;!-- same-as: new --&gt;",
        "&lt;!-- cards: skip --&gt;&lt;!-- ignore: BD201 --&gt;",
        "=SUM(A1)",
        "#gone",
        "---",
    ],
)
def test_what_a_stranger_wrote_is_the_very_field_again_or_stays_there(
    reader: Reader, theirs: str
) -> None:
    reader.write(edited())
    reader.take()
    guid = reader.person.guid("word 1")
    others = {note.guid: note.row.fields for note in reader.look() if note.guid != guid}
    with suppress(Exception):  # Anki itself takes some of it for no text
        reader.correct("word 1", "Answer", lambda _: theirs)
    done = reader.pulled("--apply", code=None)
    now = {note.guid: note for note in reader.look()}
    if not done["corrections"]:
        assert reader.text == edited()
        return
    (written,) = done["corrections"]
    assert now[guid].row.values[1] == written["theirs"]
    assert "\n" not in written["after"]
    assert len(written["after"]) <= MOST_CHARACTERS
    assert others.keys() == now.keys() - {guid}
    lines, old = reader.text.split("\n"), edited().split("\n")
    assert [n for n, (a, b) in enumerate(zip(lines, old, strict=True)) if a != b] == [3]


def test_a_collection_without_notes_of_ours_is_refused(reader: Reader) -> None:
    reader.write(edited())
    reader.person.run()
    done = reader.pull(code=2)
    assert "the collection has no note of the pages" in done.stderr


def test_what_a_pull_says_as_json_is_what_it_says_in_words(reader: Reader) -> None:
    reader.write(edited())
    reader.take()
    reader.correct("word 1", "Answer", lambda _: "corrected")
    reader.correct("word 2", "Answer", lambda _: "<big>x</big>\x1b[31m")
    done = reader.pulled()
    guid = reader.person.guid("word 1")
    assert done["summary"] == {"corrected": 1, "pages": 1, "left": 1, "tables": 0}
    assert (done["version"], done["from"], done["applied"]) == (1, str(reader.path), False)
    assert done["corrections"] == [
        {
            "file": "a.md",
            "line": 4,
            "column": 12,
            "guid": guid,
            "clue": "word 1",
            "field": "Answer",
            "header": None,
            "ours": "meaning 1",
            "theirs": "corrected",
            "before": "meaning 1",
            "after": "corrected",
        }
    ]
    words = reader.pull().stdout
    assert "\x1b" not in words
    assert "a.md:5:1: Answer of ‘word 2’: left, no Markdown makes this HTML" in words


# --- the documents -------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[1]


def test_the_listing_in_the_readme_is_real(reader: Reader) -> None:
    folder = reader.person.source / "bio"
    folder.mkdir()
    (folder / "blood.md").write_text(PAGE)
    reader.person.run()
    import_package(reader.col, reader.person.output / "bio.apkg")
    reader.correct("portal vein", "Answer", replace("the gut", "gut and spleen"))
    reader.correct("O", "A2", lambda _: '<font color="#f00">neither</font>')
    readme = (ROOT / "README.md").read_text("utf-8")
    below = readme[readme.index("`build-decks pull` shows") :]
    _, _, listing = below.partition("```console\n")[2].partition("```")[0].partition("\n")
    source = str(reader.person.source)
    assert reader.pull().stdout == listing.replace("source_notes", source)


def test_the_json_has_the_keys_that_the_documents_list(reader: Reader) -> None:
    reader.write(edited())
    reader.take()
    reader.correct("word 1", "Answer", lambda _: "corrected")
    reader.correct("word 2", "Answer", lambda _: "<big>x</big>")
    text = (ROOT / "docs" / "automation.md").read_text("utf-8")
    below = text[text.index("### Corrections") : text.index("### Weak rows")]
    listed = {line.split("`")[1] for line in below.splitlines() if line.startswith("| `")}
    assert listed == keys_of(reader.pulled())


def test_the_documents_list_every_reason_and_limit() -> None:
    text = (ROOT / "docs" / "anki.md").read_text("utf-8")
    listed = re.findall(r"^\| ([^|]*) \|", text[text.index("### What is shown and left") :], re.M)
    assert set(listed[1:]) == {reason.value for reason in Reason}
    assert f"more than {MOST_CHARACTERS:,} characters" in text
    automation = (ROOT / "docs" / "automation.md").read_text("utf-8")
    line = next(each for each in automation.splitlines() if each.startswith("| `left.reason`"))
    names = re.findall(r"`([a-z-]+)`", line)
    assert names == [reason.name.lower().replace("_", "-") for reason in Reason]


@settings(deadline=None, max_examples=500)
@given(CELLS)
def test_fields_of_ours_are_written_as_they_are(cell: str) -> None:
    html = read_cell(cell, {}).html
    assert as_written_here(html) == html


@pytest.mark.skipif(
    CHROMIUM is None or find_spec("playwright") is None,  # not beside old releases of Anki
    reason="needs Chromium, which Anki's editor is made of",
)
def test_what_the_editor_writes_of_a_field_is_that_field(browser: Browser) -> None:
    """Anki's editor is an element of a page that is typed into; what it saves is its HTML."""
    rng = random.Random(0)
    cells = ("".join(rng.choices(FRAGMENTS, k=rng.choice([1, 2, 4, 8]))) for _ in range(3000))
    htmls = sorted({read_cell(cell, {}).html for cell in cells})
    page = browser.new_page()
    saved = page.evaluate(
        """htmls => htmls.map(html => {
            const field = document.createElement("anki-editable");
            field.innerHTML = html;
            return field.innerHTML;
        })""",
        htmls,
    )
    page.close()
    pairs = list(zip(htmls, saved, strict=True))
    assert sum(html != other for html, other in pairs) > 100
    # What Anki would run is none of these, nor are breaks that Markdown makes, and what no person
    # writes: a stroke through nothing, a link in a link.
    odd = re.compile(r"\[(sound:|anki:|latex\]|\$)|\u0338|<br />|<a.*<a", re.DOTALL)
    assert [
        html
        for html, other in pairs
        if as_written_here(other) != html and not odd.search(html + other)
    ] == []


def test_three_of_each_reason_are_shown_and_how_many_more(reader: Reader) -> None:
    reader.write(edited())
    reader.take()
    for n in range(5):
        reader.correct(f"word {n}", "Cue", lambda _: "my cue")
    done = reader.pull()
    assert done.stdout.count("help:") == 3
    assert "\n2 more: left, made of more than one cell, or of none\n" in done.stdout
    assert "nothing to pull; 5 left" in done.stdout
    shown = reader.person.run("-v", "pull", "--from", str(reader.path)).stdout
    assert shown.count("help:") == 5
    assert "more: left" not in shown


# --- whatever stands in a cell -------------------------------------------------------------------


@settings(deadline=None, max_examples=1500)
@given(CELLS, CELLS)
def test_a_cell_becomes_the_other_cells_field_or_nothing(cell: str, other: str) -> None:
    ours, theirs = read_cell(cell, {}).html, read_cell(other, {}).html
    texts = list(rewritten(cell, ours, theirs))
    assert len(texts) == len(set(texts))
    assert len(texts) <= 12
    found = [text for text in texts if read_cell(text, {}).html == theirs]
    for text in found:  # a comment or an address that no card shows is still there
        for comment in comments(cell):
            assert all(word in text for word in re.findall(r"[^\W_]+", comment))


PLAIN = st.text(st.sampled_from("ab 1.,*_`[]<>&$~^{}\\|!=#:%()é日-"), min_size=1, max_size=20)


@settings(deadline=None, max_examples=1500)
@given(PLAIN.map(str.strip), PLAIN.map(str.strip))
def test_any_words_can_be_written_as_markdown(cell: str, words: str) -> None:
    """Whatever a person types as plain text into a field: some Markdown says so."""
    words = " ".join(words.split())
    theirs = field_text(words)
    ours = read_cell(cell, {}).html
    assume(not comments(cell) and "%%" not in cell and ours)
    texts = rewritten(cell, ours, theirs)
    hidden = set(re.findall(r"[^\W_]+", cell)) - set(re.findall(r"[^\W_]+", shown(ours)))
    assert hidden or ours == theirs or any(read_cell(t, {}).html == theirs for t in texts)


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["Prompt", "Answer", "Extra"]), CELLS | PLAIN),
        min_size=1,
        max_size=4,
    ),
    st.lists(CELLS, min_size=6, max_size=6),
)
def test_a_random_correction_is_made_or_left(
    corrections: list[tuple[int, str, str]], cells: list[str]
) -> None:
    """The build gives exactly the field that Anki has, or the page is as it was."""
    written = [" ".join(cell.replace("|", "\\|").split()) or "x" for cell in cells]
    rows = [(f"clue {n}", f"answer {cell}", cell) for n, cell in enumerate(written)]
    page = table(*rows, header=("Need", "First move", "Note"))
    with TemporaryDirectory() as folder, reader_in(Path(folder)) as reader:
        reader.write(page)
        if reader.person.run().exit_code == 2:
            return
        packages = list(reader.person.output.glob("*.apkg"))
        assume(packages)
        reader.take()
        notes = [reader.col.get_note(id_) for id_ in reader.col.find_notes("")]
        for row, field, text in corrections:
            note = notes[row % len(notes)]
            note[field] = read_cell(text, {}).html if row % 2 else text.replace("\x1f", "")
            reader.col.update_note(note)
        reader.col.db.execute("update notes set mod = ?1 where mod > ?1", reader.person.now + 60)
        reader.save()
        before = reader.fields()
        done = reader.pulled("--apply", code=None)
        if not done["corrections"]:
            assert reader.text == page
            return
        wanted = {(c["guid"], c["field"]): c["theirs"] for c in done["corrections"]}
        result = look(reader.person.source, reader.person.output, reader.person.now)
        assert {note.guid for note in result.notes} == {note.guid for note in notes}
        for stamped in result.notes:
            names = field_names(stamped.note.origin.kind)
            values = dict(zip(names, stamped.row.values, strict=True))
            for name in ("Prompt", "Answer", "Extra"):
                if (stamped.guid, name) in wanted:
                    assert values[name] == wanted[stamped.guid, name]
                    assert values[name] == before[stamped.guid][name]
        assert reader.pulled(code=None)["corrections"] == []


CORRECTIONS: tuple[Callable[[str], str], ...] = (
    lambda word: f"{word}x",
    str.upper,
    lambda word: f"new {word}",
    lambda word: f"<strong>{word}</strong>",
    lambda word: f"{word}|b *c* `d`",
    lambda word: f"{word}&lt;b&gt;",
    lambda word: f"<b>{word}</b>",
    lambda word: f"<big>{word}</big>",
)
OWN = ("Prompt", "Answer", "Text", "Why", "Hint", "Extra", "A1", "A2", "A3")


def correct_some(reader: Reader, rng: random.Random) -> dict[tuple[str, str], str]:
    """Correct a word in one or two fields of some notes; what they say then, by note and field."""
    corrected = {}
    for note_id in reader.col.find_notes(""):
        note = reader.col.get_note(note_id)
        fields = [name for name in note.keys() if name in OWN and note[name]]  # noqa: SIM118
        for field in rng.sample(fields, rng.choice([0, 0, 1, 1, 2]) % (len(fields) + 1)):
            seen = re.sub(r"<[^>]*>|&[^;]*;|\{\{c\d+::|bd-\w*\.\w+", " ", note[field])
            if words := re.findall(r"[a-z]{3,}", seen):
                word = rng.choice(words)
                note[field] = note[field].replace(word, rng.choice(CORRECTIONS)(word), 1)
                corrected[note.guid, field] = as_compared(field, note[field])
        reader.col.update_note(note)
    reader.col.db.execute("update notes set mod = ?1 where mod > ?1", reader.person.now + 60)
    reader.save()
    return corrected


@pytest.mark.parametrize("seed", range(6))
def test_corrections_of_all_forms_come_back_and_change_no_other_cell(
    reader: Reader, seed: int
) -> None:
    rng = random.Random(seed)
    world = World(rng)
    world.pages = {f"{name}.md": world.leaf() for name in "abc"}
    for path, (data, _) in written(world).items():
        (reader.person.source / path).write_bytes(data)
    reader.person.run()
    for package in reader.person.output.glob("*.apkg"):
        import_package(reader.col, package)
    wanted = correct_some(reader, rng)
    folders = reader.person.source, reader.person.output, reader.person.now
    before = {note.guid: note for note in look(*folders).notes}
    done = reader.pulled("--apply", code=None)
    pulled = {(each["guid"], each["field"]): each["theirs"] for each in done["corrections"]}
    assert pulled.items() <= wanted.items()
    assert len(pulled) >= len(wanted) / 4
    after = {note.guid: note for note in look(*folders).notes}
    assert after.keys() == before.keys()
    for guid, note in after.items():
        names = field_names(note.note.origin.kind)
        old = dict(zip(names, before[guid].row.values, strict=True))
        new = dict(zip(names, note.row.values, strict=True))
        for name in OWN:
            if (guid, name) in pulled:
                assert new[name] == pulled[guid, name]
            elif name in new and name not in ("Extra", "Hint"):
                assert new[name] in (old[name], wanted.get((guid, name)))
    assert reader.pulled(code=None)["corrections"] == []
