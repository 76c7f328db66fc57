"""The rows that do not stick, from collections that Anki's own backend made and reviewed."""

from __future__ import annotations

import inspect
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median

import pytest
from anki.collection import Collection
from anki_connect import Window, running
from build_notes import NOW, build_in, table, write_notes
from command_line import build_decks
from hypothesis import given
from hypothesis import strategies as st

from generator.anki import collection_file
from generator.anki.collection_file import CollectionError, open_collection
from generator.anki.reviews import CardHistory, Reviews, read_reviews
from generator.anki.verify import answer_cards, import_package
from generator.commands import weak as weak_command
from generator.commands.console import CommandError
from generator.commands.weak import Weak, read_since
from generator.core.model import Guid
from generator.pipeline.build import look
from generator.report.weak import format_weak, weak_json
from generator.weak import recall, suggestions, weak_rows
from generator.weak.weak_rows import Measure, WeakReport, find_weak

DAY = 86_400
PAGE = (
    "# Blood\n\n"
    + table(
        ("afferent vessel", "leads to the organ"),
        ("efferent vessel", "leads away from it"),
        ("portal vein", "carries blood to the liver; collects it from the gut"),
        ("red marrow", "makes red, white and other cells from birth to the very last day of life"),
        ("spleen", "filters old cells"),
        header=("Part", "What it does"),
    )
    + "\n"
    + table(
        ("A", "none", "B"), ("O", "both", "none"), header=("Group", "Carries", "Lacks")
    )
    + "\nBlood is ==red== and ==warm==.\n"
)  # fmt: skip

# What was answered: clue, template's place → days before now, grade, seconds, kind of answer.
Answers = dict[tuple[str, int], list[tuple[float, int, float, int]]]
ANSWERS: Answers = {
    ("afferent vessel", 0): [(30, 1, 9, 0), (20, 1, 12, 1), (10, 1, 15, 1), (5, 3, 8, 1)],
    ("efferent vessel", 0): [(30, 3, 4, 0), (20, 3, 5, 1), (10, 1, 9, 1), (5, 3, 4, 1)],
    ("efferent vessel", 1): [(30, 3, 3, 0), (20, 3, 2, 1)],
    ("portal vein", 0): [(9, 3, 40, 0), (8, 3, 44, 1), (4, 1, 50, 1), (3, 3, 42, 2)],
    ("red marrow", 0): [(9, 1, 6, 0), (8.9, 3, 6, 0), (3, 1, 8, 1)],
    ("spleen", 0): [(9, 3, 2, 0), (8, 3, 2, 1), (7, 4, 1, 1)],
    ("O", 1): [(9, 3, 2, 0), (8, 1, 7, 1)],
    ("Blood is red and warm.", 1): [(9, 3, 2, 0), (8, 1, 6, 1)],
}


@dataclass
class Anki:
    """A person's collection, and the notes that it was imported from."""

    col: Collection
    path: Path
    folder: Path
    guids: dict[str, Guid]

    def card(self, clue: str, ordinal: int) -> int:
        query = "select c.id from cards c join notes n on n.id = c.nid where guid = ? and ord = ?"
        (card_id,) = self.col.db.list(query, self.guids[clue], ordinal)
        return int(card_id)

    def answer(self, answers: Answers = ANSWERS, now: int = NOW) -> None:
        """Write what was answered long ago into Anki's log, as Anki does."""
        for number, ((clue, ordinal), log) in enumerate(answers.items()):
            card_id = self.card(clue, ordinal)
            for days, grade, seconds, kind in log:
                moment = int((now - days * DAY) * 1000) + number
                self.col.db.execute(
                    "insert into revlog values (?, ?, -1, ?, 10, 5, 2500, ?, ?)",
                    *(moment, card_id, grade, int(seconds * 1000), kind),
                )
            lapses = sum(grade == 1 and kind == 1 for _, grade, _, kind in log)
            self.col.db.execute(
                "update cards set lapses = ?, reps = ? where id = ?", lapses, len(log), card_id
            )

        self.save()

    def save(self) -> None:
        """Releases before 23.10 write to the file every few minutes; later ones at once."""
        if hasattr(self.col.db, "commit"):
            # Else they take what was written in the millisecond of the last save for saved.
            self.col.db.modified_in_python = True
            self.col.save()

    def weak(self, measure: Measure = Measure.LAPSES, top: int = 20, since: int = 0) -> WeakReport:
        notes = look(self.folder / "notes", self.folder / "decks", NOW).notes
        return find_weak(notes, self.read(since=since), measure, top)

    def read(self, path: Path | None = None, since: int = 0) -> Reviews:
        self.save()
        with open_collection(path or self.path) as connection:
            return read_reviews(connection, self.guids.values(), NOW, since)


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Anki]:
    outcome = build_in(tmp_path, {"bio/blood.md": PAGE})
    guids = {note.note.origin.clue: note.guid for note in outcome.result.notes}
    path = tmp_path / "user" / "collection.anki2"
    path.parent.mkdir()
    col = Collection(str(path))
    # Days begin at its hour; it is older than all that is answered.
    col.db.execute("update col set crt = ?", NOW - 100 * DAY)
    try:
        import_package(col, tmp_path / "decks" / "bio.apkg")
        yield Anki(col, path, tmp_path, guids)
    finally:
        col.close()


def clues(report: WeakReport) -> list[str]:
    return [row.note.origin.clue for row in report.rows]


# --- which rows -------------------------------------------------------------------------------


def test_the_rows_that_were_forgotten_are_named_with_their_cards(anki: Anki) -> None:
    anki.answer()
    anki.col.sched.suspend_cards([anki.card("afferent vessel", 0)])
    anki.col.tags.bulk_add([anki.col.get_card(anki.card("afferent vessel", 0)).nid], "leech")
    assert format_weak(anki.weak(), Path("notes"), color=False) == (
        """\
7 rows reviewed, 24 answers; 6 weak, most lapses first

notes/bio/blood.md:5: afferent vessel
  recall: 4 reviews, 2 lapses, 67% Again after the first day, 10 s, leech, suspended
  looks like line 6: efferent vessel

notes/bio/blood.md:8: red marrow
  recall: 3 reviews, 1 lapse, 1 of 1 Again after the first day, 6 s
  the answer has 15 words, more than 12

notes/bio/blood.md:14: O
  attribute Lacks: 2 reviews, 1 lapse, 1 of 1 Again after the first day, 4 s

notes/bio/blood.md:16: Blood is red and warm.
  gap 2: 2 reviews, 1 lapse, 1 of 1 Again after the first day, 4 s

notes/bio/blood.md:7: portal vein
  recall: 4 reviews, 1 lapse, 33% Again after the first day, 43 s
  the answer has 2 facts: a row for each

notes/bio/blood.md:6: efferent vessel
  recall: 4 reviews, 1 lapse, 33% Again after the first day, 4 s
  looks like line 5: afferent vessel"""
    )


def test_rows_are_ordered_by_what_is_asked_for(anki: Anki) -> None:
    anki.answer()
    by_time = ["portal vein", "afferent vessel", "red marrow", "efferent vessel", "spleen"]
    assert clues(anki.weak(Measure.TIME)) == by_time
    by_again = ["afferent vessel", "portal vein", "efferent vessel"]
    assert clues(anki.weak(Measure.AGAIN)) == by_again
    assert clues(anki.weak(Measure.DIFFICULTY)) == []
    top = anki.weak(Measure.TIME, top=2)
    assert (clues(top), top.weak) == (by_time[:2], 5)


def test_it_says_why_no_row_is_named(anki: Anki) -> None:
    def said(measure: Measure) -> str:
        return format_weak(anki.weak(measure), Path("notes"), color=False).splitlines()[0]

    for measure, why in (
        (Measure.LAPSES, "none is weak: none of their cards was forgotten after it was learned"),
        (Measure.TIME, "none of their cards has the three answers that a time needs"),
        (
            Measure.AGAIN,
            "none is weak: no card had Again among three answers after the first day",
        ),
    ):
        assert said(measure) == f"0 rows reviewed, 0 answers; {why}"
    anki.answer()
    assert said(Measure.TIME).endswith("; 5 in order, slowest first")


def test_what_was_answered_before_a_day_counts_as_the_first_day_alone(anki: Anki) -> None:
    anki.answer()
    report = anki.weak(since=NOW - 6 * DAY)
    rows = {row.note.origin.clue: row.cards[0].history for row in report.rows}
    assert rows.keys() == {"portal vein", "red marrow"}
    assert (rows["red marrow"].reviews, rows["red marrow"].share) == (1, 1.0)
    assert (rows["portal vein"].reviews, rows["portal vein"].share) == (2, 0.5)


def test_a_row_that_left_the_pages_is_counted_and_not_named(anki: Anki) -> None:
    anki.answer()
    page = PAGE.replace("| afferent vessel | leads to the organ |\n", "")
    write_notes(anki.folder / "notes", {"bio/blood.md": page})
    report = anki.weak()
    assert "afferent vessel" not in clues(report)
    assert (report.weak, report.gone) == (5, 1)
    said = format_weak(report, Path("notes"), color=False).splitlines()[0]
    assert said.endswith("5 weak, most lapses first; 1 more are no rows now, or have errors")


@pytest.mark.parametrize("is_on", [False, True], ids=["fsrs off", "fsrs on"])
def test_difficulty_and_stability_are_those_of_anki(anki: Anki, is_on: bool) -> None:
    if is_on and not hasattr(anki.col, "compute_memory_state"):
        pytest.skip("this release has no FSRS")
    anki.col.set_config("fsrs", is_on)
    answer_cards(anki.col)
    in_anki = {}
    for card_id in anki.col.find_cards("is:due or is:learn or is:review"):
        card = anki.col.get_card(card_id)
        state = getattr(card, "memory_state", None)
        if state:
            in_anki[card.note().guid, card.ord] = state.difficulty, state.stability
    assert bool(in_anki) == is_on
    found = {
        (card.guid, card.ordinal): (card.difficulty, card.stability)
        for card in anki.read().cards
        if card.difficulty is not None
    }
    assert found == {key: pytest.approx(state, abs=0.01) for key, state in in_anki.items()}
    report = anki.weak(Measure.DIFFICULTY)
    assert report.has_difficulty == is_on
    assert bool(report.rows) == is_on


# --- what is looked alike, what is suggested -----------------------------------------------------


def weak_pages(folder: Path, page: str) -> WeakReport:
    """All rows of a page, each forgotten once."""
    notes = look(write_notes(folder / "notes", {"a.md": page}), folder / "decks", NOW).notes
    cards = [_history(each.guid, place) for each in notes for place in each.row.cards]
    return find_weak(notes, Reviews(tuple(cards), len(notes), 0, 0), Measure.LAPSES, 20)


def _history(guid: Guid, ordinal: int) -> CardHistory:
    return CardHistory(guid, ordinal, "Recall", False, False, 4, 1, 3, 1, 5.0, None, None)


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("afferent nerve", "efferent nerve", True),
        ("hypokalaemia", "hyperkalaemia", True),
        ("mitosis", "meiosis", True),
        ("upper limb", "lower limb", True),
        ("a list before a set", "a set before a list", True),
        ("capital of France", "capital of Norway", False),
        ("the first step of a build", "the first step of a push", False),
        ("port 22", "port 23", True),
        ("liver", "spleen", False),
        ("nerve", "nerve of the arm", False),
    ],
)
def test_clues_that_look_alike_are_told_apart(
    tmp_path: Path, one: str, other: str, are_alike: bool
) -> None:
    report = weak_pages(tmp_path, "# P\n\n" + table((one, "goes in"), (other, "sits out")))
    assert [len(row.confused) for row in report.rows] == [int(are_alike)] * 2


def test_rows_of_other_headers_or_of_one_answer_are_not_confused(tmp_path: Path) -> None:
    page = (
        "# P\n\n"
        + table(("mitosis", "two cells"), ("meiosis", "two cells"), header=("Word", "It makes"))
        + "\n"
        + table(("mitoses", "they last an hour"), header=("Word", "How long"))
    )
    assert [row.confused for row in weak_pages(tmp_path, page).rows] == [(), (), ()]


@pytest.mark.parametrize(
    ("clue", "answer", "expected"),
    [
        ("heart", "pumps blood; makes a hormone", ["two-facts"]),
        ("liver", "makes bile<br>stores much sugar", ["two-facts"]),
        ("answers", "yes; no", []),
        ("loop", "`for a in b; do echo c; done`", []),
        ("heart", "one two three four five six seven eight nine ten eleven twelve", []),
        (
            "heart",
            "one two three four five six seven eight nine ten eleven twelve more",
            ["long-answer"],
        ),
        ("a word of the long first clue here", "says the same", ["near-duplicate"]),
        ("a word of the long second clue here", "says the same", []),
    ],
)
def test_only_what_the_text_shows_is_suggested(
    tmp_path: Path, clue: str, answer: str, expected: list[str]
) -> None:
    others = (("a word of that long first clue here", "says the same"), ("lung", "breathes"))
    report = weak_pages(tmp_path, "# P\n\n" + table((clue, answer), *others))
    (row,) = (row for row in report.rows if row.note.position.line == 5)
    assert [each.what for each in row.suggestions] == expected
    if expected == ["near-duplicate"]:
        position = row.suggestions[0].position
        assert position is not None
        assert position.line == 6


def test_a_clue_that_stands_alone_is_said(tmp_path: Path) -> None:
    page = "# Speed\n\n" + table(
        ("light", "speed"), ("sound", "slower than that"), header=("Term", "Answer")
    )
    rows = weak_pages(tmp_path, page).rows
    assert [[each.what for each in row.suggestions] for row in rows] == [["no-context"], []]


# --- what is read -----------------------------------------------------------------------------


def digests(path: Path) -> dict[str, str]:
    return {
        each.name: sha256(each.read_bytes()).hexdigest()
        for each in sorted(path.parent.iterdir())
        if each.is_file()
    }


def test_a_collection_that_is_open_is_read_with_its_newest_answers(anki: Anki) -> None:
    anki.answer()
    anki.save()
    before = digests(anki.path)
    assert before.keys() >= {"collection.anki2", "collection.anki2-wal"}
    assert anki.weak().answers == 24
    assert digests(anki.path) == before
    # Anki goes on as if nobody had looked.
    answer_cards(anki.col)
    (reviews,) = anki.col.db.list("select count() from revlog")
    assert sum(card.reviews for card in anki.read().cards) == reviews


def test_a_collection_that_is_closed_is_read_as_an_open_one(anki: Anki) -> None:
    anki.answer()
    opened = anki.read()
    anki.col.close()
    before = digests(anki.path)
    assert anki.read() == opened
    assert digests(anki.path) == before
    anki.col.reopen()


def exported(col: Collection, path: Path, is_legacy: bool, with_scheduling: bool = True) -> Path:
    """An export as Anki's dialog makes it, in this release's own words."""
    if path.suffix == ".colpkg":
        col.export_collection_package(str(path), include_media=False, legacy=is_legacy)
        col.reopen()
        return path
    if "options" in inspect.signature(col.export_anki_package).parameters:
        from anki.collection import ExportAnkiPackageOptions

        options = ExportAnkiPackageOptions(
            with_scheduling=with_scheduling, with_media=False, legacy=is_legacy
        )
        col.export_anki_package(out_path=str(path), options=options, limit=None)
    else:
        col.export_anki_package(
            out_path=str(path),
            limit=None,
            with_scheduling=with_scheduling,
            with_media=False,
            legacy_support=is_legacy,
        )
    return path


@pytest.mark.parametrize("is_legacy", [True, False], ids=["legacy", "modern"])
@pytest.mark.parametrize("suffix", [".apkg", ".colpkg"])
def test_an_export_says_what_the_collection_says(anki: Anki, suffix: str, is_legacy: bool) -> None:
    anki.answer()
    path = exported(anki.col, anki.folder / f"export{suffix}", is_legacy)
    members = zipfile.ZipFile(path).namelist()
    assert ("collection.anki21b" in members) is not is_legacy
    before = digests(path)
    assert anki.read(path) == anki.read()
    assert digests(path) == before


def test_an_export_without_answers_says_so(anki: Anki) -> None:
    anki.answer()
    path = exported(anki.col, anki.folder / "export.apkg", True, with_scheduling=False)
    done = build_decks(anki.folder, "-s", "notes", "weak", "--from", str(path))
    assert done.returncode == 0
    assert done.stdout == "no card of these notes was answered yet\n"
    assert "'Include scheduling information'" in done.stderr


def test_the_stub_in_a_modern_package_is_never_taken_for_the_deck(anki: Anki) -> None:
    path = exported(anki.col, anki.folder / "export.apkg", False)
    stub = anki.folder / "collection.anki2"
    stub.write_bytes(zipfile.ZipFile(path).read("collection.anki2"))
    with pytest.raises(CollectionError, match="holds one note, 'Please update"):
        anki.read(stub)


def test_a_modern_package_needs_ankis_own_backend(
    anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = exported(anki.col, anki.folder / "export.apkg", False)
    monkeypatch.setitem(sys.modules, "anki._backend", None)
    with pytest.raises(CollectionError, match=r"pip install 'build-decks\[verify\]'"):
        anki.read(path)


def test_what_is_no_collection_is_refused(anki: Anki, tmp_path: Path) -> None:
    text, empty, other, archive = (tmp_path / name for name in ("a.txt", "b", "c.db", "d.apkg"))
    text.write_text("no database, and long enough to be one " * 20)
    empty.touch()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (id)")
        connection.commit()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme", "no collection")
    for path, words in {
        text: "is no collection of Anki, or is damaged",
        empty: "is no collection of Anki",
        other: "is no collection of Anki",
        archive: "this is not an Anki package",
        tmp_path / "decks": "there is no collection.anki2 in",
        tmp_path / "nowhere": "cannot read",
    }.items():
        with pytest.raises(CollectionError, match=words):
            anki.read(path)


def test_a_damaged_collection_is_named(anki: Anki) -> None:
    anki.answer()
    anki.col.close()
    data = bytearray(anki.path.read_bytes())
    data[8192:] = bytes(len(data) - 8192)
    broken = anki.folder / "broken.anki2"
    broken.write_bytes(data)
    with pytest.raises(CollectionError, match="damaged"):
        anki.read(broken)
    package = anki.folder / "decks" / "bio.apkg"
    cut = anki.folder / "cut.apkg"
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    cut.write_bytes(content)
    with pytest.raises(CollectionError, match="this is not an Anki package: Bad CRC-32"):
        anki.read(cut)
    anki.col.reopen()


# What is nested too deep to be read, and a number beyond those of a card.
ODD_JSON = ('{"s": ' + "[" * 100_000, '{"s": 1' + "0" * 400 + "}")


@pytest.mark.parametrize(
    "value",
    ["a text", b"\xff\xfe", "", -(2**62), 2**62, *ODD_JSON],
    ids=lambda value: str(value)[:9],
)
def test_a_value_of_another_kind_ends_in_no_traceback(anki: Anki, value: object) -> None:
    anki.answer()
    anki.col.close()
    odd = anki.folder / "odd.anki2"
    with closing(sqlite3.connect(anki.path)) as connection:
        columns = [
            (name, column)
            for name in ("col", "notes", "cards", "revlog")
            for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")
            if column != "id"
        ]
    for name, column in columns:
        shutil.copyfile(anki.path, odd)
        with closing(sqlite3.connect(odd)) as connection:
            connection.execute(f"UPDATE {name} SET {column} = ?", [value])
            connection.commit()
        assert anki.read(odd).notes == 8, (name, column)  # by GUID or by key
    anki.col.reopen()


def test_a_profile_folder_names_its_collection(anki: Anki) -> None:
    anki.answer()
    expected = anki.read()
    assert anki.read(anki.path.parent) == expected
    base = anki.folder / "Anki2"
    shutil.copytree(anki.path.parent, base / "User 1")
    assert anki.read(base) == expected
    shutil.copytree(anki.path.parent, base / "User 2")
    with pytest.raises(CollectionError, match="several profiles"):
        anki.read(base)


def test_a_copy_is_made_again_when_anki_writes_meanwhile(
    anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[Path] = []
    copy_file = shutil.copyfile

    def copy_and_answer(source: Path, target: Path) -> None:
        copy_file(source, target)
        copied.append(source)
        if len(copied) == 1:  # behind the database, before what is beside it
            anki.answer()

    monkeypatch.setattr(collection_file.shutil, "copyfile", copy_and_answer)
    monkeypatch.setattr(collection_file, "_PAUSE", 0)
    assert anki.weak().answers == 24
    assert copied.count(anki.path) == 2


def test_a_collection_that_is_never_at_rest_is_refused(
    anki: Anki, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter([[(number, 0)] for number in range(99)])
    monkeypatch.setattr(collection_file, "_state", lambda path: next(states))
    monkeypatch.setattr(collection_file, "_PAUSE", 0)
    with pytest.raises(CollectionError, match="is being written all the time"):
        anki.read()


WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = wal")
print("ready", flush=True)
for number in range(1, 10**9):
    connection.execute("BEGIN")
    for each in (2 * number, 2 * number + 1):
        connection.execute("INSERT INTO revlog VALUES (?, 1, 0, 3, 1, 1, 2500, 1000, 1)", [each])
    connection.execute("COMMIT")
"""


def test_what_is_read_while_another_process_writes_is_whole(anki: Anki) -> None:
    """Each transaction writes two answers: never one of them alone is read."""
    anki.col.close()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(anki.path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for _ in range(5):
            try:
                with open_collection(anki.path) as connection:
                    (count,) = connection.execute("SELECT count(*) FROM revlog").fetchone()
            except CollectionError as error:
                assert "is being written all the time" in str(error)  # noqa: PT017
            else:
                assert count % 2 == 0
    finally:
        writer.kill()
        writer.communicate()
    anki.col.reopen()


# --- whose notes ------------------------------------------------------------------------------


def weak_of(anki: Anki, source: str = "notes") -> Weak:
    anki.save()
    found = weak_command.weak(
        anki.folder / source, anki.folder / "no decks", anki.path, Measure.LAPSES, 20, now=NOW
    )
    assert isinstance(found, Weak)
    return found


def test_notes_of_another_namespace_are_not_ours(anki: Anki) -> None:
    anki.answer()
    settings = 'id = "k3v7x2"\n'
    write_notes(anki.folder / "others", {"bio/blood.md": PAGE, "bio/deck.toml": settings})
    with pytest.raises(CommandError, match="8 notes that build-decks made, and none of them"):
        weak_of(anki, "others")
    # Where some are ours the others are counted.
    write_notes(anki.folder / "notes", {"bio/more.md": "# M\n\n" + table(("nerve", "leads"))})
    build_in(anki.folder)
    other = anki.folder / "other"
    other.mkdir()
    build_in(other, {"bio/a.md": table(("a", "b")), "bio/deck.toml": settings})
    import_package(anki.col, other / "decks" / "bio.apkg")
    assert (weak_of(anki).reviews.notes, weak_of(anki).reviews.foreign) == (8, 1)


def test_a_collection_without_our_note_types_is_refused(anki: Anki, tmp_path: Path) -> None:
    path = tmp_path / "plain.anki2"
    with closing(Collection(str(path))) as col:
        note = col.new_note(col.models.by_name("Basic"))
        note["Front"], note["Back"] = "one", "two"
        col.add_note(note, 1)
        second = col.new_note(col.models.by_name("Basic"))
        second["Front"] = "three"
        col.add_note(second, 1)
    with pytest.raises(CommandError, match="has no note that build-decks made"):
        weak_command.weak(
            anki.folder / "notes", anki.folder / "decks", path, Measure.LAPSES, 20, now=NOW
        )


def test_a_note_that_came_in_another_way_is_known_by_its_key(anki: Anki) -> None:
    anki.answer()
    guid = anki.guids["portal vein"]
    expected = anki.read()
    anki.col.db.execute("update notes set guid = 'of Anki' where guid = ?", guid)
    assert anki.read() == expected


def test_a_persons_copy_of_a_note_is_not_counted_twice(anki: Anki) -> None:
    anki.answer()
    expected = anki.weak()
    original = anki.col.get_card(anki.card("portal vein", 0)).note()
    copy = anki.col.new_note(original.note_type())
    copy.fields = list(original.fields)
    anki.col.add_note(copy, 1)
    (card_id,) = anki.col.db.list("select id from cards where nid = ? and ord = 0", copy.id)
    anki.col.db.execute(
        "insert into revlog values (?, ?, -1, 1, 1, 1, 2500, 1000, 1)", NOW * 1000 - 5, card_id
    )
    assert anki.weak() == expected


def test_answers_of_days_to_come_count_and_are_said(anki: Anki) -> None:
    anki.answer({("spleen", 0): [(3, 3, 2, 0), (-5, 1, 2, 1), (-0.5, 1, 2, 1)]})
    found = weak_of(anki)
    assert found.reviews.ahead == 1
    (row,) = found.report.rows
    assert (row.cards[0].history.later, row.cards[0].history.again) == (2, 2)


def test_what_was_entered_by_hand_is_no_answer(anki: Anki) -> None:
    anki.answer({("spleen", 0): [(9, 3, 2, 0), (8, 0, 0, 4), (7, 1, 0, 5), (6, 0, 0, 1)]})
    anki.col.sched.set_due_date([anki.card("spleen", 0)], "5-9")
    anki.col.sched.schedule_cards_as_new([anki.card("red marrow", 0)])
    assert [card.reviews for card in anki.read().cards if card.reviews] == [1]


# --- what is counted --------------------------------------------------------------------------

LOG = st.lists(
    st.tuples(
        st.integers(1, 3),  # the card
        st.integers(-3 * DAY, 9 * DAY),  # seconds after the collection was created
        st.integers(0, 4),  # the grade
        st.integers(0, 5),  # the kind
        st.integers(0, 60_000),  # milliseconds
    ),
    max_size=40,
    unique_by=lambda row: row[1],
)


@given(log=LOG, since=st.sampled_from([0, NOW - DAY, NOW + 2 * DAY]))
def test_answers_are_counted_as_one_would_by_hand(log: list[tuple[int, ...]], since: int) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE col (crt, ver, models);"
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, guid, mid, tags, flds);"
            "CREATE TABLE cards (id INTEGER PRIMARY KEY, nid, ord, queue, lapses, data);"
            "CREATE TABLE revlog (id INTEGER PRIMARY KEY, cid, ease, type, time);"
            "INSERT INTO notes VALUES (1, 'ours', 7, '', '');"
            "INSERT INTO cards VALUES (1, 1, 0, 0, 0, ''), (2, 1, 1, 0, 0, ''), (3, 1, 2, 0, 0, '')"
        )
        connection.execute("INSERT INTO col VALUES (?, 11, '{}')", [NOW])
        rows = [((NOW + at) * 1000, card, grade, kind, ms) for card, at, grade, kind, ms in log]
        connection.executemany("INSERT INTO revlog VALUES (?, ?, ?, ?, ?)", rows)
        found = read_reviews(connection, [Guid("ours")], NOW, since)
    for card, history in zip((1, 2, 3), found.cards, strict=True):
        answers = sorted(row for row in rows if row[1] == card and row[2] and row[3] < 4)
        days = [(moment // 1000 - NOW) // DAY for moment, *_ in answers]
        counted = [
            (row, day) for row, day in zip(answers, days, strict=True) if row[0] >= since * 1000
        ]
        later = [row for row, day in counted if day > days[0]]
        times = [row[4] for row, _ in counted]
        assert history.reviews == len(counted)
        assert (history.later, history.again) == (len(later), sum(r[2] == 1 for r in later))
        assert history.seconds == (median(times) / 1000 if times else None)
        if since:
            assert history.lapses == sum(row[2] == 1 == row[3] for row, _ in counted)


def test_the_number_of_queries_does_not_grow_with_the_answers(anki: Anki) -> None:
    def queries() -> int:
        seen: list[str] = []
        with open_collection(anki.path) as connection:
            connection.set_trace_callback(seen.append)
            read_reviews(connection, anki.guids.values(), NOW)
        return len(seen)

    before = queries()
    anki.answer()
    assert queries() == before


# --- the command ------------------------------------------------------------------------------

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(anki: Anki) -> Run:
    anki.answer()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        anki.save()
        options = ("-s", "notes", "weak", "--from", "user/collection.anki2")
        return build_decks(anki.folder, *options, *arguments)

    return run


def keys_of(value: object, prefix: str = "") -> set[str]:
    if isinstance(value, list):
        return {key for each in value for key in keys_of(each, prefix)}
    if not isinstance(value, dict):
        return {prefix.rstrip(".")}
    return {key for name, each in value.items() for key in keys_of(each, f"{prefix}{name}.")}


def test_the_json_has_the_keys_that_the_documents_list(run: Run) -> None:
    done = run("--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert report["version"] == 1
    first = report["rows"][0]
    assert (first["file"], first["line"], first["clue"]) == ("bio/blood.md", 5, "afferent vessel")
    assert first["cards"] == [
        {
            "card": "recall",
            "header": None,
            "reviews": 4,
            "lapses": 2,
            "again": 0.667,
            "seconds": 10.5,
            "difficulty": None,
            "stability": None,
            "suspended": False,
        }
    ]
    text = (Path(__file__).parents[1] / "docs" / "automation.md").read_text("utf-8")
    below = text[text.index("### Weak rows") :]
    listed = {line.split("`")[1] for line in below.splitlines() if line.startswith("| `")}
    assert listed == keys_of(report)


def test_annotations_stand_at_the_rows(run: Run) -> None:
    done = run("--format", "github", "--top", "1")
    assert done.stdout == (
        "::notice file=notes/bio/blood.md,line=5,col=1,title=weak row::"
        "recall: 4 reviews, 2 lapses, 67%25 Again after the first day, 10 s"
        "%0Alooks like line 6: efferent vessel\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", "difficulty"), "FSRS is off there; --by lapses needs none"),
        (("--since", "yesterday"), "write a day, 2026-11-01, or a time, 30d or 8w"),
        (("--top", "0"), "'--top'"),
        (("--html", "notes/bio/blood.md"), "is not a page that preview wrote"),
    ],
)
def test_what_cannot_be_done_is_said(run: Run, arguments: Sequence[str], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_the_collection_of_a_running_anki_is_read_from_its_file(run: Run, anki: Anki) -> None:
    window = Window(anki.col)
    with running(window) as address:
        options = ("-s", "notes", "weak", "--url", address)
        done = build_decks(anki.folder, *options)
        assert (done.returncode, done.stdout) == (0, run().stdout)
        assert set(window.done) == {"getMediaDirPath"}
        window.col = None
        assert "Anki has no collection open" in build_decks(anki.folder, *options).stderr
    assert "no Anki answers" in build_decks(anki.folder, *options).stderr


def test_a_missing_file_and_damaged_pages_are_said(run: Run, anki: Anki) -> None:
    assert "cannot read 'nowhere.anki2'" in run("--from", "nowhere.anki2").stderr
    (anki.folder / "notes" / "ledger.jsonl").write_text("no ledger\n")
    done = run()
    assert done.returncode == 2
    assert "BD4" in done.stderr


def test_the_numbers_in_the_documents_are_those_of_the_program() -> None:
    text = (Path(__file__).parents[1] / "docs" / "weak.md").read_text("utf-8")
    assert weak_rows.FEWEST_ANSWERS == 3
    assert "fewer than three answers" in text
    assert f"more than {suggestions._MOST_WORDS} words" in text
    fair, poor = (f"{1 - share:.0%}".replace("%", " %") for share in (recall._FAIR, recall._POOR))
    assert f"(under {poor}), fair (under {fair})" in text


def test_since_is_a_day_or_a_time() -> None:
    assert read_since("30d", NOW) == NOW - 30 * DAY
    assert read_since("2w", NOW) == NOW - 14 * DAY
    assert read_since("9999w", NOW) == 0
    assert abs(read_since("2026-11-01", NOW) - 1_793_491_200) <= 14 * 3600  # of any time zone
    for text in ("2026-13-01", "30", "1e3d", "-3d", "٣d"):
        with pytest.raises(CommandError):
            read_since(text, NOW)


def test_the_listing_in_the_readme_is_real(run: Run, anki: Anki) -> None:
    card = anki.card("afferent vessel", 0)
    anki.col.sched.suspend_cards([card])
    anki.col.tags.bulk_add([anki.col.get_card(card).nid], "leech")
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    below = readme[readme.index("### Back from Anki") :]
    command, _, listing = below.partition("```console\n")[2].partition("```")[0].partition("\n")
    assert command.endswith("--top 3")
    assert run("--top", "3").stdout == listing.replace("source_notes/", "notes/")


def test_the_same_collection_gives_the_same_text(run: Run) -> None:
    for arguments in ([], ["--format", "json"], ["--by", "time"]):
        assert run(*arguments).stdout == run(*arguments).stdout != ""


def test_nothing_in_a_clue_is_obeyed(anki: Anki) -> None:
    page = "# P\n\n" + table(("a \x1b[31mred\u202e clue", "one fact"))
    report = weak_pages(anki.folder, page)
    assert not {"\x1b", "\u202e"} & set(format_weak(report, Path("notes"), color=False))
    assert json.loads(weak_json(report, "x", 0, 0, 0))["rows"]
