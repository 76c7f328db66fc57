"""What changed, as text that Anki's own importer brings into a collection.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from anki import import_export_pb2 as messages
from anki.import_export_pb2 import ImportCsvRequest, ImportResponse
from build_notes import table
from hypothesis import given
from hypothesis import strategies as st
from media_files import png
from person import ROWS, Person, edited

from generator.anki.note_types import note_types
from generator.anki.verify import answer_cards, history
from generator.core.model import DeckName, Guid, Kind, NoteRow
from generator.push.text_files import text_files

pytestmark = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the add-on asks for Anki 23.10 or newer",
)


def take_text(person: Person, file: Path) -> ImportResponse.Log:
    """What a person does in File > Import, without touching an option."""
    metadata = person.col.get_csv_metadata(path=str(file), delimiter=None)
    response = person.col.import_csv(ImportCsvRequest(path=str(file), metadata=metadata))
    person.col.db.execute("update notes set mod = ?1 where mod > ?1", person.now + 60)
    log: ImportResponse.Log = response.log
    for name in ("conflicting", "first_field_match", "missing_notetype", "missing_deck"):
        assert not getattr(log, name)
    assert not log.empty_first_field
    return log


def write_text(person: Person, *args: str, code: int = 0) -> Any:
    """What `changes` says."""
    folder = person.folder / "text"
    done = person.run("changes", "-o", str(folder), "--format", "json", *args)
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def files_of(said: Any) -> dict[str, int]:
    return {Path(each["path"]).name: each["notes"] for each in said["files"]}


def bring(person: Person, *args: str) -> list[ImportResponse.Log]:
    """Write the text, and import all of it."""
    return [take_text(person, Path(each["path"])) for each in write_text(person, *args)["files"]]


def test_an_edit_arrives_and_own_fields_tags_and_reviews_stay(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    answer_cards(person.col)
    person.add_own_field()
    person.edit("word 0", Mine="my own words")
    person.tag("word 0", "mine", "leech")
    before = history(person.col)
    person.write(edited(_0="another"))
    (log,) = bring(person)
    assert [note.fields[0] for note in log.updated] == ["word 0"]
    note = person.note("word 0")
    assert (note["Answer"], note["Mine"]) == ("another", "my own words")
    assert set(note.tags) == {"a", "kind::clue", "leech", "mine"}
    assert history(person.col) == before


def test_a_new_note_has_its_guid_its_deck_and_its_cards(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    person.add_own_field()
    text = table(("word 9", 'a\u00a0<b> \\| "c"'))
    person.write(f"---\ndeck: Else::Where\n---\n{text}", "b.md")
    bring(person)
    note = person.note("word 9")
    assert note.guid == person.guid("word 9")
    assert note["Key"] == note.guid
    assert {person.col.decks.name(card.did) for card in note.cards()} == {"Else::Where"}
    person.now += 1
    assert person.plan()["notes"] == [], "what a push would send is there, byte for byte"


def test_a_gate_that_is_filled_makes_its_card_after_a_template_was_added(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    models, note_type = person.col.models, person.note_type
    template = models.new_template("My own")
    template["qfmt"], template["afmt"] = "{{Answer}}?", "{{Prompt}}"
    models.add_template(note_type, template)
    models.update_dict(note_type)
    cards = len(person.note("word 0").card_ids())
    person.write("<!-- cards: reverse -->\n" + table(*ROWS))
    bring(person)
    assert len(person.note("word 0").card_ids()) == cards + 1


def test_only_what_was_stamped_since_is_written(person: Person) -> None:
    person.write(table(*ROWS))
    person.run()
    first = person.folder / "first.apkg"
    first.write_bytes((person.output / "a.apkg").read_bytes())
    person.write(edited(_0="another"))
    person.run()
    person.write(edited(_0="another", _1="another"))
    assert files_of(write_text(person)) == {"clue.txt": 1}
    assert files_of(write_text(person, "--since", str(first))) == {"clue.txt": 2}


def test_since_a_commit(person: Person) -> None:
    def git(*args: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *identity, *args], cwd=person.folder, check=True, timeout=60)

    git("init", "-q")
    person.write(table(*ROWS))
    person.run()
    git("add", "notes", "decks")
    git("commit", "-qm", "one")
    git("tag", "imported")
    for answers in ({"_0": "x"}, {"_0": "x", "_1": "y"}):
        person.write(edited(**answers))
        person.run()
        git("commit", "-qam", "more")
    assert files_of(write_text(person, "--since", "imported")) == {"clue.txt": 2}
    done = person.run("changes", "-o", str(person.folder / "text"), "--since", "nowhere")
    assert (done.exit_code, "'nowhere' is no package" in done.stderr) == (2, True)


def test_since_what_anki_has_brings_what_a_push_has_left(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.add_own_field()
    person.tag("word 1", "mine")
    person.write(edited(_0="another") + "| word 9 | meaning 9 |\n")
    assert person.plan()["summary"]["new"] == 0
    said = write_text(person, "--since", "anki", "--url", person.address)
    assert files_of(said) == {"clue.txt": 1}
    assert not any("tags" in each for each in said["left_out"])
    take_text(person, Path(said["files"][0]["path"]))
    assert person.note("word 9")["Answer"] == "meaning 9"
    assert person.plan()["notes"] == []


def test_files_of_an_earlier_time_go_and_a_persons_own_stay(person: Person) -> None:
    traps = ("\n" + table(("t", rule), header=("Trap", "Rule")) for rule in ("r", "r2", "r2"))
    person.write(table(*ROWS) + next(traps))
    person.take()
    person.write(edited(_0="one", _1="two") + next(traps))
    assert files_of(write_text(person)) == {"clue.txt": 2, "trap.txt": 1}
    own = person.folder / "text/quiz.txt"
    own.write_text("mine")
    person.write(edited(_0="another", _1="two") + next(traps))
    assert files_of(write_text(person)) == {"clue.txt": 1}
    assert sorted(path.name for path in own.parent.iterdir()) == ["clue.txt", "quiz.txt"]


TRAP = "\n" + table(("a trap", "a rule"), header=("Trap", "Rule"))


def test_of_a_note_type_that_anki_does_not_have_no_text_is_written(person: Person) -> None:
    """Anki would make notes of another type of it, with the GUID on the front."""
    person.write(table(*ROWS))
    for since in ((), ("--since", "anki", "--url", person.address)):
        said = write_text(person, *since)
        assert files_of(said) == {}
        assert any(
            "6 notes of a note type that Anki does not have yet" in s for s in said["left_out"]
        )
    done = person.run("changes", "-o", str(person.folder / "text"))
    assert "no field of a note is newer" not in done.stdout
    person.take()
    imported = person.folder / "imported.apkg"
    imported.write_bytes((person.output / "a.apkg").read_bytes())
    person.write(edited(_0="another") + TRAP)
    for since in ((), ("--since", str(imported)), ("--since", "anki", "--url", person.address)):
        said = write_text(person, *since)
        assert files_of(said) == {"clue.txt": 1}
        assert any(each.startswith("1 note of a note type") for each in said["left_out"])
    bring(person)
    assert len(person.take().new) == 1, "its GUID is free"
    person.write(edited(_0="another") + TRAP.replace("a rule", "another rule"))
    for since in ((), ("--since", "anki", "--url", person.address)):
        assert files_of(write_text(person, *since)) == {"trap.txt": 1}


def test_what_no_text_brings_is_said(person: Person) -> None:
    (person.source / "one.png").write_bytes(png())
    person.write(table(*ROWS))
    person.run()
    text = edited(_0="![one](one.png)").removesuffix("| word 5 | meaning 5 |\n")
    person.write(f"---\ndeck: Other\ntags: [x]\n---\n{text}")
    said = write_text(person)["left_out"]
    for words in ("pictures and sounds of 5 notes", "tags of", "another deck", "1 retired note"):
        assert any(words in each for each in said), said
    done = person.run("changes", "-o", str(person.folder / "text"))
    assert "what was corrected in Anki in fields of these notes is replaced" in done.stdout


@pytest.mark.parametrize("order", ["cpi", "cip", "pci", "pic", "icp", "ipc", "ccc"])
def test_all_three_ways_live_together(person: Person, order: str) -> None:
    """Rounds by text (c), push (p) and package (i); each brings what changed, none undoes it."""
    person.write(table(*ROWS))
    person.take()
    for round_, way in enumerate(order):
        answers = {"_0": f"answer {round_}"} | ({"_3": "other"} if round_ else {})
        rows = "".join(f"| new {n} | fact {n} |\n" for n in range(round_ + 1))
        person.write(edited(**answers) + rows)
        {"c": lambda: bring(person), "p": person.push, "i": person.take}[way]()
        assert person.note("word 0")["Answer"] == f"answer {round_}"
        assert person.note(f"new {round_}")["Answer"] == f"fact {round_}"
        log = person.take()
        assert (len(log.new), len(log.updated), len(log.conflicting)) == (0, 0, 0)
    plan = person.push("--force")
    assert "new" not in plan.stdout.partition("\n")[2].partition("sent:")[2]
    assert person.plan()["notes"] == []


def test_the_way_back_for_a_type_whose_updates_are_conflicts(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    imported = person.folder / "imported.apkg"
    imported.write_bytes((person.output / "a.apkg").read_bytes())
    person.add_own_field()
    person.edit("word 0", Mine="my own words")
    person.write(edited(_0="another"))
    person.take()
    assert "another" not in person.note("word 0")["Answer"]
    bring(person, "--since", str(imported))
    assert person.note("word 0")["Answer"] == "another"
    assert person.note("word 0")["Mine"] == "my own words"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x1f")), max_size=9))
def test_any_field_is_one_field_of_the_text(values: list[str]) -> None:
    import csv

    note_type = note_types()[Kind.CLUE]
    fields = (values + [""] * 99)[: len(note_type.fields)]
    row = NoteRow(
        Guid("#a"), 1, note_type.id, 1, (), "\x1f".join(fields).encode(), DeckName("d"), (0,), 1
    )
    text = text_files([row])[Kind.CLUE]
    _, rest = text.split("#columns:")
    (found,) = csv.reader([rest.partition("\n")[2]], delimiter="\t", strict=True) or [[]]
    assert found == ["#a", "d", *fields]
