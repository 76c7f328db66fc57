"""A build sent to a running Anki: what arrives, what a person has there stays.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anki import import_export_pb2 as messages
from anki.collection import Collection
from anki_connect import AnkiConnect
from build_notes import table
from media_files import png
from person import ROWS, Done, Person, edited

from generator.anki.verify import answer_cards, history
from generator.machine.cache_files import sent_file

pytestmark = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the add-on asks for Anki 23.10 or newer",
)


def whats(plan: dict[str, Any]) -> dict[str, list[str]]:
    """The clues by what is done with their notes."""
    found: dict[str, list[str]] = {}
    for note in plan["notes"]:
        found.setdefault(note["what"], []).append(note["clue"])
    return found


# --- what is sent -------------------------------------------------------------------------------


def test_the_first_push_brings_all_notes_with_their_guids(person: Person) -> None:
    person.write(table(*ROWS))
    assert whats(person.plan()) == {"new": [clue for clue, _ in ROWS]}
    assert person.note("word 0")["Answer"] == "meaning 0"
    guids = set(person.col.db.list("select guid from notes"))
    assert guids == {person.guid(clue) for clue, _ in ROWS}


def test_a_second_push_sends_nothing_and_the_package_is_all_duplicates(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    before = list(person.window.done)
    assert person.plan()["notes"] == []
    assert not {"updateNoteFields", "importPackage", "addTags"} & set(
        person.window.done[len(before) :]
    )
    log = person.take()
    assert (len(log.new), len(log.updated), len(log.duplicate)) == (0, 0, 6)


def test_an_edit_sends_one_note_and_leaves_own_fields_tags_and_reviews(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    answer_cards(person.col)
    person.tag("word 0", "mine", "leech")
    person.add_own_field()
    person.edit("word 0", Mine="my own words")
    before = history(person.col)
    person.write(edited(_0="another"))
    plan = person.plan()
    assert "word 0" in whats(plan)["update"]
    note = person.note("word 0")
    assert (note["Answer"], note["Mine"]) == ("another", "my own words")
    assert set(note.tags) >= {"mine", "leech"}
    assert history(person.col).cards.items() >= before.cards.items()
    assert history(person.col).reviews == before.reviews
    assert person.plan()["notes"] == []


# --- who changed it -----------------------------------------------------------------------------


def test_a_correction_in_anki_is_shown_and_neither_sent_over_nor_pulled(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer="corrected")
    plan = person.plan()
    assert whats(plan) == {"left": ["word 1"]}
    assert plan["notes"][0]["fields"][0]["verdict"] == "changed in Anki"
    assert person.note("word 1")["Answer"] == "corrected"
    assert "meaning 1" in (person.source / "a.md").read_text()


def test_a_change_on_both_sides_is_an_error_at_its_line(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer="corrected")
    person.write(edited(_1="reworded"))
    done = person.push(code=1)
    assert "a.md:4:" in done.stderr
    assert "BD801" in done.stderr
    assert "reworded" in done.stderr
    assert "corrected" in done.stderr
    assert person.note("word 1")["Answer"] == "corrected"
    person.push(code=1)
    person.push("--force")
    assert person.note("word 1")["Answer"] == "reworded"
    assert person.plan()["notes"] == []


def test_who_imported_by_hand_gets_what_the_ledger_knows_to_be_older(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    person.tag("word 2", "mine")  # it has another time now
    person.edit("word 3", Answer="corrected")
    person.write(edited(_2="newer", _3="newer"))
    person.push(code=1)
    assert person.note("word 2")["Answer"] == "newer"
    assert person.note("word 2").tags == ["a", "kind::clue", "mine"]
    assert person.note("word 3")["Answer"] == "corrected"


def test_without_any_base_nothing_is_sent_over_a_field_that_differs(person: Person) -> None:
    person.write(table(*ROWS))
    person.take()
    person.edit("word 3", Answer="corrected")
    person.write(edited(_3="newer"))
    assert person.run().exit_code == 0
    ledger = person.source / "ledger.jsonl"
    lines = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    text = "".join(
        json.dumps({k: v for k, v in line.items() if k != "states"}, ensure_ascii=False) + "\n"
        for line in lines
    )
    ledger.write_text(text, "utf-8")
    plan = person.plan()
    (note,) = [note for note in plan["notes"] if note["clue"] == "word 3"]
    assert {f["name"]: f["verdict"] for f in note["fields"]}["Answer"] == "differs"
    assert person.note("word 3")["Answer"] == "corrected"


def test_a_field_that_was_sent_again_by_a_package_is_no_correction(person: Person) -> None:
    """Push, import of a later build by hand, push of a still later one."""
    person.write(table(*ROWS))
    person.push()
    answers = ["two", "three", "four", "five"]
    for answer in answers[:3]:
        person.write(edited(_0=answer))
        log = person.take()
    assert [note.fields[0] for note in log.updated] == ["word 0"]
    person.write(edited(_0=answers[3]))
    person.push()
    assert person.note("word 0")["Answer"] == "five"


@pytest.mark.parametrize("forgets", [False, True])
def test_a_push_in_the_second_of_the_build_hides_no_correction(
    person: Person, forgets: bool
) -> None:
    """Else the note would have the time of a build, as one that was imported and never touched."""

    def three(extra: str) -> str:
        rows = [(clue, answer, extra) for clue, answer in ROWS]
        return table(*rows, header=("Need", "First move", "Note"))

    person.write(three("old"))
    person.push()
    person.edit("word 1", Answer="corrected", Table="corrected")
    person.write(three("new"))
    person.push()
    assert ">new<" in person.note("word 1")["Extra"]
    person.col.db.execute("update notes set mod = ?", person.now)
    if forgets:
        person.forget()
    person.write(three("newer"))
    person.push()
    note = person.note("word 1")
    assert ">newer<" in note["Extra"]
    assert (note["Answer"], note["Table"]) == ("corrected", "corrected")


def test_a_correction_that_is_taken_over_is_nothing_to_send(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer="corrected")
    person.write(edited(_1="corrected"))
    plan = person.plan()
    assert not [f for n in plan["notes"] for f in n["fields"] if f["name"] == "Answer"]
    assert person.plan()["notes"] == []


def test_what_ankis_editor_only_writes_in_another_way_is_no_difference(person: Person) -> None:
    person.write(table(("first", "a [0] is **b**\xa0*c*"), ("second", "other")))
    person.push()
    person.edit("first", Answer="a [0] is <b>b</b>&nbsp;<i>c</i>")
    assert person.plan()["notes"] == []
    person.edit("first", Answer="a [0] is <b>b</b>&nbsp;<i>d</i>")
    assert whats(person.plan()) == {"left": ["first"]}


@pytest.mark.parametrize(
    ("first", "here", "second"),
    [
        ("<b>a</b>", "**a**", "<b>b</b>"),
        ("a [0]", "a [0]", "b [0]"),
        ("a&nbsp;", "a", "b&nbsp;"),
    ],
)
def test_what_the_editor_writes_in_its_way_can_be_corrected_again(
    person: Person, first: str, here: str, second: str
) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer=first)
    person.write(edited(_1=here))
    person.push()
    person.edit("word 1", Answer=second)
    assert whats(person.plan()) == {"left": ["word 1"]}


def test_of_two_equal_texts_the_markup_is_shown(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 1", Answer="<u>meaning 1</u>")
    assert "Answer: meaning 1 → <u>meaning 1</u>" in person.push().stdout
    person.write(edited(_1="**meaning 1**"))
    told = person.push(code=1).stderr
    assert "here ‘<strong>meaning 1</strong>’, in Anki ‘<u>meaning 1</u>’" in told


def test_the_blanks_that_ankis_editor_leaves_are_no_difference(person: Person) -> None:
    """It keeps a blank that was typed at an end, both where a word was deleted between them, and
    drops the line break between a text and a block of code when somebody types beside it."""
    code = "- grep: finds {}lines\n\n  ```sh\n  grep -n\n  ```\n\n  of a file\n"
    text = (
        "<!-- cards: definitions -->\n\n"
        + code
        + "- sort: puts {}in order\n- cut: {}takes columns\n"
    )
    person.write(text.format("old ", "lines ", ""))
    person.push()
    answer = person.note("grep")["Answer"]
    assert "\n<pre>" in answer
    assert "</pre>\n" in answer
    person.edit("grep", Answer=answer.replace("\n", "").replace("old ", ""))
    person.edit("sort", Answer="puts&nbsp; in order")
    person.edit("cut", Answer="&nbsp;takes columns&nbsp;")
    assert whats(person.plan()) == {"left": ["grep", "sort"]}
    person.write(text.format("", "", ""))
    person.push()
    assert person.plan()["notes"] == []


def test_a_note_that_ankis_editor_only_showed_is_none_that_was_corrected(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    options = person.note("word 1")["Options"]
    shown = options.replace("<li data-ok>", '<li data-ok="">')
    assert shown != options
    person.edit("word 1", Options=shown)
    assert person.plan()["notes"] == []
    person.write(edited(_1="another"))
    person.push()
    assert "<li data-ok>another</li>" in person.note("word 1")["Options"]
    assert person.plan()["notes"] == []


# --- both ways together -------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["ppp", "iii", "pip", "ipi", "ppi", "iip"])
@pytest.mark.parametrize("forgets", [False, True])
def test_push_and_import_live_together(person: Person, order: str, forgets: bool) -> None:
    """Three rounds by push (p) or by an import (i); after each a package has nothing to bring."""
    person.write(table(*ROWS))
    for round_, way in enumerate(order):
        if forgets:
            person.forget()
        answers = {"_0": f"answer {round_}"} | ({"_3": "other"} if round_ else {})
        person.write(edited(**answers) + (f"| new {round_} | fact {round_} |\n"))
        if way == "p":
            person.push()
        else:
            person.take()
        assert person.note("word 0")["Answer"] == f"answer {round_}"
        assert person.note(f"new {round_}")["Answer"] == f"fact {round_}"
        log = person.take()
        assert (len(log.new), len(log.updated), len(log.conflicting)) == (0, 0, 0)
        answer_cards(person.col)
    before = history(person.col)
    left = [note for note in person.plan()["notes"] if note["what"] == "left"]
    assert history(person.col).reviews == before.reviews
    # Of a table that no package brought only what is lost knows that it was sent.
    names = {field["name"] for note in left for field in note["fields"]}
    assert names <= ({"Table", "Options"} if forgets else set())
    assert person.plan()["notes"] == left


# --- tags, decks, retired notes, note types, media ----------------------------------------------


def with_front_matter(text: str, **keys: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"---\n{lines}---\n{text}"


@pytest.mark.parametrize("forgets", [False, True])
def test_only_tags_of_ours_come_and_go(person: Person, forgets: bool) -> None:
    person.write(with_front_matter(table(*ROWS), tags="[old, stays]"))
    person.push()
    person.tag("word 0", "mine")
    person.col.tags.bulk_remove([person.note("word 1").id], "stays")
    if forgets:
        person.forget()
    person.write(with_front_matter(table(*ROWS), tags="[new, stays]"))
    person.push()
    assert set(person.note("word 0").tags) == {"a", "kind::clue", "mine", "new", "stays"}
    assert set(person.note("word 1").tags) == {"a", "kind::clue", "new"}
    assert person.plan()["notes"] == []


def deck_of(person: Person, card: int) -> str:
    return str(person.col.decks.name(person.col.get_card(card).did))


@pytest.mark.parametrize("forgets", [False, True])
def test_cards_move_only_from_the_old_deck(person: Person, forgets: bool) -> None:
    person.write(with_front_matter(table(*ROWS), deck="Old"))
    person.push()
    col = person.col
    cards = {clue: person.note(clue).card_ids() for clue, _ in ROWS}
    col.set_deck(cards["word 0"], col.decks.id("My own"))
    col.set_deck(cards["word 1"], col.decks.id("Old::Below"))
    deck = col.sched.get_or_create_filtered_deck(0)
    deck.name = "Cram"
    del deck.config.search_terms[1:]
    deck.config.search_terms[0].search = 'Prompt:"word 2"'
    col.sched.add_or_update_filtered_deck(deck)
    if forgets:
        person.forget()
    person.write(with_front_matter(table(*ROWS), deck="New"))
    plan = person.plan()
    assert plan["summary"]["cards to another deck"] == 6
    decks = {clue: {deck_of(person, card) for card in own} for clue, own in cards.items()}
    assert decks == {
        "word 0": {"My own"},
        "word 1": {"Old::Below"},
        "word 2": {"Cram"},
        "word 3": {"New"},
        "word 4": {"New"},
        "word 5": {"New"},
    }
    col.set_deck(cards["word 3"], col.decks.id("Old"))
    assert person.plan()["notes"] == [], "whoever moves a card back means it"


def test_a_retired_note_is_suspended_and_tagged_and_comes_back(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    note = person.note("word 5")
    first, *_ = note.card_ids()
    person.col.sched.suspend_cards([first])
    person.write(table(*ROWS[:-1]))
    assert whats(person.plan())["retired"] == ["word 5"]
    note = person.note("word 5")
    assert "retired" in note.tags
    assert {person.col.get_card(card).queue for card in note.card_ids()} == {-1}
    assert person.plan()["notes"] == []
    person.write(table(*ROWS))
    person.push()
    note = person.note("word 5")
    assert "retired" not in note.tags
    queues = [person.col.get_card(card).queue for card in note.card_ids()]
    assert queues[0] == -1, "the person suspended it"
    assert set(queues[1:]) == {0}
    assert person.plan()["notes"] == []


def test_a_note_retires_with_its_whole_page_and_comes_back(person: Person) -> None:
    person.write(table(*ROWS))
    person.write(table(("own word", "own meaning"), ("next word", "next meaning")), "b.md")
    person.push()
    page = person.source / "b.md"
    page.rename(away := person.folder / "b.md")
    assert whats(person.plan("a")).get("retired") is None, "only what is named is sent"
    assert sorted(whats(person.plan())["retired"]) == ["next word", "own word"]
    note = person.note("own word")
    assert "retired" in note.tags
    assert {person.col.get_card(card).queue for card in note.card_ids()} == {-1}
    assert person.plan()["notes"] == []
    away.rename(page)
    person.push()
    note = person.note("own word")
    assert "retired" not in note.tags
    assert {person.col.get_card(card).queue for card in note.card_ids()} == {0}


def test_a_row_retires_that_was_deleted_while_its_page_was_renamed(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    (person.source / "a.md").unlink()
    person.write(table(*ROWS[:-1]), "b.md")
    assert whats(person.plan())["retired"] == ["word 5"]
    assert "retired" in person.note("word 5").tags


def test_what_is_active_again_after_it_retired_is_left_alone(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.write(table(*ROWS[:-1]))
    person.push()
    note = person.note("word 5")
    person.col.sched.unsuspend_cards(note.card_ids())
    person.col.tags.bulk_remove([note.id], "retired")
    assert person.plan()["notes"] == []


def test_an_own_style_and_own_templates_stay(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    note_type = person.note_type
    note_type["css"] += ".card { color: red }"
    note_type["tmpls"][0]["qfmt"] += "<hr>"
    person.col.models.update_dict(note_type)
    person.write(table(*ROWS, ("word 9", "meaning 9")))
    done = person.push()
    assert "its style is not ours, and left so" in done.stdout
    assert "its templates are not ours, and left so" in done.stdout
    note_type = person.note_type
    assert note_type["css"].endswith(".card { color: red }")
    assert note_type["tmpls"][0]["qfmt"].endswith("<hr>")
    assert person.note("word 9")["Answer"] == "meaning 9"


def test_a_newer_style_and_newer_templates_arrive_where_nobody_changed_them(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generator.anki import note_types

    person.write(table(*ROWS))
    person.push()
    types = {
        kind: replace(
            each,
            css=each.css + "/* newer */",
            templates=tuple(replace(t, front=t.front + "<!-- newer -->") for t in each.templates),
        )
        for kind, each in note_types.note_types().items()
    }
    for module in ("plan", "record", "send"):
        monkeypatch.setattr(f"generator.push.{module}.note_types", lambda: types)
    plan = person.plan()
    assert plan["summary"]["note types"] == 2
    note_type = person.note_type
    assert note_type["css"].endswith("/* newer */")
    assert note_type["tmpls"][0]["qfmt"].endswith("<!-- newer -->")
    assert person.plan()["summary"]["note types"] == 0


def test_pictures_arrive_with_new_and_with_updated_notes(person: Person) -> None:
    (person.source / "one.png").write_bytes(png())
    (person.source / "two.png").write_bytes(png(9))
    person.write(table(("word 0", "![one](one.png)"), *ROWS[1:]))
    assert "6 new, 1 media file\n" in person.push().stdout
    person.write(table(("word 0", "![one](one.png)"), ("word 1", "![two](two.png)"), *ROWS[2:]))
    person.push()
    report = person.col.media.check()
    assert (list(report.missing), list(report.unused)) == ([], [])
    assert "<img" in person.note("word 1")["Answer"]


# --- what a person did to the note type ---------------------------------------------------------


def test_new_notes_of_a_type_with_an_own_field_are_left_by_hand(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.add_own_field()
    person.write(edited(_0="another") + "| word 9 | meaning 9 |\n")
    plan = person.plan()
    assert whats(plan)["by hand"] == ["word 9"]
    assert "build-decks changes --since anki" in plan["by_hand"][0]["then"]
    assert person.note("word 0")["Answer"] == "another"
    assert not person.col.find_notes('Prompt:"word 9"')
    assert not [n for n in person.col.models.all_names_and_ids() if n.name.endswith("+")]


def test_a_field_of_ours_that_was_renamed_is_not_sent_and_said(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    models, note_type = person.col.models, person.note_type
    models.rename_field(note_type, note_type["flds"][1], "My answer")
    models.update_dict(note_type)
    person.write(edited(_0="another"))
    done = person.push()
    assert "has no field Answer: not sent" in done.stdout
    assert person.note("word 0")["My answer"] == "meaning 0"


def test_a_note_that_was_deleted_in_anki_stays_deleted_until_force(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.col.remove_notes([person.note("word 3").id])
    assert whats(person.plan()) == {"deleted in Anki": ["word 3"]}
    assert not person.col.find_notes('Prompt:"word 3"')
    person.push("--force")
    assert person.note("word 3")["Answer"] == "meaning 3"
    assert person.plan()["notes"] == []


@pytest.mark.parametrize("name", ["Basic", "build-decks Trap"])
def test_a_note_with_another_note_type_is_left_alone_and_said(person: Person, name: str) -> None:
    trap = "\n" + table(("a trap", "a rule"), header=("Trap", "Better rule"))
    person.write(table(*ROWS) + trap)
    person.push()
    models = person.col.models
    basic = models.by_name(name)
    note = person.note("word 0")
    info = models.change_notetype_info(
        old_notetype_id=person.note_type["id"], new_notetype_id=basic["id"]
    )
    request = info.input
    request.note_ids.extend([note.id])
    models.change_notetype_of_notes(request)
    person.write(edited(_0="another") + trap)
    plan = person.plan()
    assert whats(plan)["of another note type in Anki"] == ["word 0"], plan
    note = person.col.get_note(note.id)
    assert note.note_type()["name"] == name
    assert "another" not in "".join(note.fields)
    assert len(person.col.find_notes("")) == 7


def test_a_copied_note_is_left_alone(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    note = person.note("word 0")
    copy = person.col.new_note(note.note_type())
    copy.fields = list(note.fields)
    person.col.add_note(copy, person.col.decks.id("My own"))
    person.write(edited(_0="another"))
    done = person.push()
    assert "1 note was copied in Anki" in done.stdout
    assert person.col.get_note(note.id)["Answer"] == "another"
    assert person.col.get_note(copy.id)["Answer"] == "meaning 0"


def test_a_key_that_was_emptied_does_not_make_a_second_note(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.edit("word 0", Key="")
    person.tag("word 0", "mine")
    person.write(edited(_0="another"))
    person.push()
    assert person.note("word 0")["Answer"] == "another"
    assert "mine" in person.note("word 0").tags


def test_a_row_with_an_error_is_not_sent_and_its_note_stays(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.write(edited(_1="a | b | c", _2="newer"))
    done = person.push(code=1)
    assert "1 note with an error in the row: not sent" in done.stdout
    assert person.note("word 1")["Answer"] == "meaning 1"
    assert person.note("word 2")["Answer"] == "newer"


# --- what goes wrong ----------------------------------------------------------------------------


def test_anki_that_is_closed_is_said_with_what_to_install(person: Person) -> None:
    person.write(table(*ROWS))
    done = person.run("push", "--url", "http://127.0.0.1:9")
    assert done.exit_code == 2
    assert "2055492159" in done.stderr
    assert not person.output.exists(), "nothing is built either"


def test_a_key_is_asked_for_and_taken_from_the_environment(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.write(table(*ROWS))
    person.window.key = "secret"
    assert "--key-env" in person.push(code=2).stderr
    assert "no variable 'NO_KEY'" in person.push("--key-env", "NO_KEY", code=2).stderr
    monkeypatch.setenv("ANKI_KEY", "secret")
    done = person.push("--key-env", "ANKI_KEY")
    assert "secret" not in done.stdout + done.stderr
    assert len(person.col.find_notes("")) == 6


def test_another_profile_than_last_time_is_a_stop(person: Person, tmp_path: Path) -> None:
    person.write(table(*ROWS))
    person.push()
    (tmp_path / "Other").mkdir()
    with closing(Collection(str(tmp_path / "Other" / "collection.anki2"))) as other:
        person.window.col = other
        done = person.push(code=2)
        assert "--profile 'Other'" in done.stderr
        assert not other.find_notes("")
        assert "not 'Else'" in person.push("--profile", "Else", code=2).stderr
        person.push("--profile", "Other")
        assert len(other.find_notes("")) == 6
        person.window.col = person.col


def test_no_open_profile_is_said(person: Person) -> None:
    person.write(table(*ROWS))
    person.window.col = None
    assert "choose a profile" in person.run("push", "--url", person.address).stderr
    person.window.col = person.col


def test_a_full_sync_under_way_is_no_empty_collection(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.col.close_for_full_sync()
    done = person.run("push", "--url", person.address)
    person.col.reopen(after_full_sync=True)
    assert (done.exit_code, "wait for its sync" in done.stderr) == (2, True)
    assert person.plan()["notes"] == []


def test_an_old_add_on_leaves_steps_by_hand(person: Person) -> None:
    person.write(table(*ROWS))
    person.window.unsupported = frozenset({"importPackage"})
    plan = person.plan()
    assert "too old for new notes" in plan["by_hand"][0]["why"]
    assert not person.col.find_notes("")
    person.window.unsupported = frozenset()
    person.push()
    person.write(with_front_matter(edited(_0="another"), tags="[more]"))
    person.window.unsupported = frozenset({"addTags"})
    assert "too old for tags" in person.push().stdout
    assert person.note("word 0")["Answer"] == "another"
    person.window.unsupported = frozenset()
    person.push()
    assert "more" in person.note("word 0").tags
    person.window.unsupported = frozenset({"notesInfo"})
    assert "too old" in person.push(code=2).stderr


def test_another_computer_needs_a_flag(person: Person) -> None:
    person.write(table(*ROWS))
    for url in ("http://192.0.2.1:8765", "http://anki.example"):
        done = person.run("push", "--url", url)
        assert (done.exit_code, "--remote" in done.stderr) == (2, True)
    for url in (
        *("ftp://localhost", "localhost:8765", "http://localhost:x", "http://localhost/a"),
        *("http://[::1", "http://[x]", "http://", "http://[::1]:99999"),
    ):
        assert "no address" in person.run("push", "--url", url).stderr


def test_a_package_that_anki_cannot_reach_goes_through_its_own_folder(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.write(table(*ROWS))
    monkeypatch.setattr("generator.push.send._imported", lambda *_: False)
    # The add-on has this action, and the transcript has not.
    monkeypatch.setattr(
        AnkiConnect,
        "deleteMediaFile",
        lambda self, filename: person.col.media.trash_files([filename]),
        raising=False,
    )
    person.push()
    assert len(person.col.find_notes("")) == 6
    names = [path.name for path in Path(person.col.media.dir()).iterdir()]
    assert names == []


def test_a_break_anywhere_loses_nothing(person: Person) -> None:
    """Anki ends after each action in turn; the next push brings the rest."""
    person.write(with_front_matter(table(*ROWS), tags="[old]", deck="Old"))
    person.push()
    answer_cards(person.col)
    count, is_done = 0, False
    while not is_done:
        count += 1
        person.write(
            with_front_matter(
                table(*((c, f"{a} {count}") for c, a in ROWS[:4]), (f"new {count}", "fact")),
                tags=f"[t{count}]",
                deck=f"Deck {count}",
            )
        )
        reviews = history(person.col).reviews
        person.tag("word 0", "mine")
        person.window.hangs_up_after = len(person.window.done) + count
        done = person.run("push", "--url", person.address)
        is_done = done.exit_code == 0
        assert is_done or "run this again" in done.stderr
        person.window.hangs_up_after = None
        person.col.models._clear_cache()
        person.push()
        assert person.plan()["notes"] == []
        assert person.note("word 0")["Answer"] == f"meaning 0 {count}"
        assert set(person.note("word 0").tags) == {"a", "kind::clue", "mine", f"t{count}"}
        assert deck_of(person, person.note("word 0").card_ids()[0]) == f"Deck {count}"
        assert "retired" in person.note("word 5").tags
        assert history(person.col).reviews == reviews
    assert count > 8


def test_what_anki_changed_on_the_way_is_an_error(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the note is open in Anki's editor, which writes its own text again."""
    person.write(table(*ROWS))
    person.push()
    monkeypatch.setattr(AnkiConnect, "updateNoteFields", lambda self, note: None)
    person.write(edited(_0="another"))
    done = person.push(code=1)
    assert "BD802" in done.stderr
    monkeypatch.undo()
    person.push()
    assert person.note("word 0")["Answer"] == "another"


def test_a_note_whose_guid_is_taken_is_named_with_how_to_find_the_other(person: Person) -> None:
    """As Anki makes one of text whose note type it does not have."""
    person.write(table(*ROWS))
    person.run()
    other = person.col.new_note(person.col.models.by_name("Basic"))
    other.guid = other["Front"] = person.guid("word 0")
    person.col.add_note(other, person.col.decks.id("a"))
    done = person.push(code=1)
    assert f"search for {other.guid} in Anki's browser" in done.stderr
    assert list(person.col.find_notes(other.guid)) == [other.id]
    assert person.note("word 1").note_type()["flds"][-1]["name"] == "Spare8", "no type is joined"
    assert "BD803" in person.push("-n", code=1).stderr
    person.col.remove_notes([other.id])
    person.push()
    assert person.note("word 0").guid == other.guid


def test_packages_can_be_named(person: Person) -> None:
    person.write(table(*ROWS))
    person.write(table(("other", "fact")), "b.md")
    person.push("b")
    assert len(person.col.find_notes("")) == 1
    person.push(str(person.output / "a.apkg"))
    assert len(person.col.find_notes("")) == 7
    assert "no package 'c'" in person.push("c", code=2).stderr


def test_a_dry_run_writes_and_sends_nothing(person: Person) -> None:
    person.write(table(*ROWS))
    done = person.push("-n")
    assert "to send: 6 new" in done.stdout
    assert not person.col.find_notes("")
    assert not person.output.exists()
    assert not sent_file(person.source).exists()


def test_what_is_remembered_may_be_damaged(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    file = sent_file(person.source)
    whole = file.read_text()
    values = json.loads(whole)
    ((place, own),) = values["collections"].items()
    forged: list[object] = [
        {"version": 1, "collections": {}},
        {"version": 1, "collections": {place: None}},
        {"version": 1, "collections": {place: {"notes": []}}},
    ]
    for number in range(6):  # of what a note has
        for wrong in ("x", 5, None, ["x"], {}):
            notes = {
                guid: [*note[:number], wrong, *note[number + 1 :]]
                for guid, note in own["notes"].items()
            }
            if not (number == 2 and wrong == "x"):  # that is a deck's name
                forged.append(values | {"collections": {place: own | {"notes": notes}}})
    for text in (
        "", "{", "[]", '{"version": 9}', whole[:-9], whole + "x", "[" * 10**5,
        *map(json.dumps, forged),
    ):  # fmt: skip
        file.write_text(text)
        assert person.plan()["notes"] == [], text


# --- diff --against anki ------------------------------------------------------------------------


def against_anki(person: Person, *args: str) -> Done:
    done = person.run("diff", "--against", "anki", "--url", person.address, *args)
    assert done.exit_code == 0, done.stderr
    return done


def test_diff_compares_with_what_anki_has(person: Person) -> None:
    person.write(with_front_matter(table(*ROWS), deck="Old"))
    person.push()
    person.edit("word 1", Answer="corrected")
    rows = edited(_0="another").replace("| word 5 | meaning 5 |", "| word 9 | meaning 9 |")
    person.write(with_front_matter(rows, deck="New"))
    said = json.loads(against_anki(person, "--format", "json").stdout)
    assert said["compared_with"].startswith("Anki, profile ")
    found = {note["clue"]: note["what"] for note in said["notes"]}
    assert found["word 0"][:1] == ["changed"]
    assert found["word 9"] == ["new"]
    assert "skipped" in found["word 1"], "an import leaves what is newer there"
    assert all("deck changed" in found[f"word {n}"] for n in range(5))
    assert person.note("word 0")["Answer"] == "meaning 0"
    assert person.run().exit_code == 0
    said = json.loads(against_anki(person, "--format", "json").stdout)
    assert {n["clue"]: n["what"] for n in said["notes"]}["word 5"] == ["retired"]


def test_own_tags_on_notes_that_stay_are_no_difference(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.tag("word 1", "mine")
    assert "nothing to import" in against_anki(person).stdout


def test_an_add_on_that_says_no_times_makes_no_note_a_changed_one(person: Person) -> None:
    person.window.unsaid = frozenset({"mod"})
    compared = table(("A", "none", "B"), ("O", "both", "none"), header=("Group", "Has", "Lacks"))
    person.write(table(*ROWS) + "\n" + compared)
    person.push()
    assert "nothing to import" in against_anki(person).stdout
    person.write(edited(_0="another") + "\n" + compared)
    said = json.loads(against_anki(person, "--format", "json").stdout)
    what = {note["clue"]: note["what"] for note in said["notes"]}
    assert what.pop("word 0")[:1] == ["changed"]
    assert what
    assert {*map(tuple, what.values())} == {("table newer",)}


def test_a_change_of_markup_alone_is_shown_as_it_is_written(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.write(edited(_0="**meaning** 0"))
    told = "meaning → <strong>meaning</strong>", "[-meaning-] {+<strong>meaning</strong>+} 0"
    for done in (against_anki(person), person.run("diff"), person.push("-n")):
        assert any(each in done.stdout for each in told), done.stdout


def test_diff_says_that_a_push_made_an_older_build_one_that_is_skipped(person: Person) -> None:
    person.write(table(*ROWS))
    person.push()
    person.write(edited(_0="another"))
    person.push()
    person.write(edited(_0="of another clone"))
    # As if it had been built there before that push.
    person.col.db.execute("update notes set mod = ?", person.now + 7200)
    done = against_anki(person)
    assert "not newer than the note in Anki" in done.stdout


@pytest.mark.parametrize("what", ["nothing", "a file", "a folder"])
def test_the_word_means_a_running_anki_whatever_lies_there(
    person: Person, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    person.write(table(*ROWS))
    person.run()
    there = person.folder / "anki"
    if what == "a file":
        there.write_bytes((person.output / "a.apkg").read_bytes())
    elif what == "a folder":
        there.mkdir()
    monkeypatch.chdir(person.folder)
    at = ("--url", person.address)
    assert "compared with Anki, profile" in against_anki(person).stdout
    changes = person.run("changes", "-o", "text", "--since", "anki", *at)
    assert "compared with Anki, profile" in changes.stdout
    assert "has no note that build-decks made" in person.run("weak", *at).stderr
    assert "the collection has no note of the pages" in person.run("pull", *at).stderr
    done = person.run("diff", "--against", "anki", str(person.output / "a.apkg"))
    assert (done.exit_code, "nothing else beside it" in done.stderr) == (2, True)
    if what == "a file":
        assert "compared with anki\n" in person.run("diff", "--against", "./anki").stdout
        changes = person.run("changes", "-o", "text", "--since", "./anki")
        assert "compared with anki\n" in changes.stdout
