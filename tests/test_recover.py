"""A lost ledger, made again from the packages: no note is another one after it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import genanki
import pytest
from build_notes import NOW, build_in, build_only, codes, table, write_notes
from command_line import build_decks
from histories import histories
from learner import learner_in
from test_pinned import FORMS, edited

from generator.anki.verify import answer_cards
from generator.core.model import Guid
from generator.core.note_fields import field_names, header_of
from generator.core.note_states import decode_states
from generator.identity.entry import LedgerEntry
from generator.identity.ledger import parse_ledger
from generator.pipeline.build import Outcome, run
from generator.pipeline.recover import Recovery, recover

LATER = NOW + 100_000


def ledger(folder: Path) -> Path:
    return folder / "notes" / "ledger.jsonl"


def entries(folder: Path) -> dict[Guid, LedgerEntry]:
    found, diagnostics = parse_ledger(ledger(folder).read_bytes())
    assert diagnostics == []
    return dict(found.entries)


def packages(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "decks").glob("*.apkg")}


def lose_and_recover(folder: Path, now: int = LATER) -> Recovery:
    ledger(folder).unlink()
    return recover(folder / "notes", folder / "decks", now)


def guids(outcome: Outcome) -> dict[tuple[str, ...], Guid]:
    return {note.note.origin[:6]: note.guid for note in outcome.result.notes}


def changes(outcome: Outcome) -> tuple[int, int, int]:
    found = outcome.result.changes
    return len(found.new), len(found.changed), len(found.retired)


# --- what stands on the pages as it was built ---------------------------------------------------


def test_no_note_of_any_form_changes(tmp_path: Path) -> None:
    """Two rounds: after the second one most GUIDs are not those that the rows would get now."""
    build_only(tmp_path, FORMS)
    before = build_only(tmp_path, edited(), NOW + 1000)
    known, built = entries(tmp_path), packages(tmp_path)
    recovery = lose_and_recover(tmp_path)
    live = {guid for guid, entry in known.items() if not entry.retired}
    assert {entry.guid for entry in recovery.entries} == recovery.exact == live
    assert recovery.diagnostics == ()
    for guid, entry in entries(tmp_path).items():
        old = known[guid]
        # What it said before no package knows, nor which table was sent with it.
        lost = {"added": 0, "table": "", "states": "", "former_decks": ()}
        assert entry._replace(**lost) == old._replace(**lost)
        (state,), (newest, *_) = decode_states(entry.states), decode_states(old.states)
        assert (state.time, state.tags) == (newest.time, newest.tags)
        names = field_names(entry.origin.kind)
        for place in range(len(names)):
            assert state.fields.get(place) == newest.fields.get(place)
        assert 0 < entry.added <= entry.modified
    after = build_only(tmp_path, edited(), LATER)
    assert (guids(after), changes(after)) == (guids(before), (0, 0, 0))
    assert packages(tmp_path) == built


def test_what_is_edited_later_is_matched_as_with_the_ledger_that_was_lost(tmp_path: Path) -> None:
    found = []
    for name in ("kept", "lost"):
        folder = tmp_path / name
        folder.mkdir()
        build_only(folder, FORMS)
        if name == "lost":
            lose_and_recover(folder)
        outcome = build_only(folder, edited(), LATER)
        found.append((guids(outcome), outcome.result.changes, codes(outcome)))
    assert found[0] == found[1]


def test_the_ledger_does_not_depend_on_the_clock(tmp_path: Path) -> None:
    build_only(tmp_path, FORMS)
    texts = {lose_and_recover(tmp_path, now).text for now in (NOW - 1000, NOW + 1, LATER)}
    assert texts == {ledger(tmp_path).read_bytes()}


@pytest.mark.unsound
@pytest.mark.parametrize("seed", [3, 5, 12])  # 12 has options nested in "- Q:"
def test_random_histories_go_on(tmp_path: Path, seed: int) -> None:
    (tmp_path / "notes").mkdir()
    recovered = 0
    for number, _, _, outcome in histories(seed, 5, tmp_path):
        names = {built.file_name for built in outcome.result.packages}
        for path in (tmp_path / "decks").glob("*.apkg"):
            if path.name not in names:
                path.unlink()  # of a package that was renamed
        if {d.position.line for d in outcome.result.diagnostics if d.code == "BD104"}:
            continue
        live = {guid for guid, entry in entries(tmp_path).items() if not entry.retired}
        assert lose_and_recover(tmp_path).text
        known = entries(tmp_path).keys()
        again = run(tmp_path / "notes", tmp_path / "decks", NOW + 1000 * number, retire=True)
        new, edited, retired = changes(again)
        assert retired == 0
        # A note whose row has an error is in no package, as `recover` says: its row, or what it
        # held, becomes a new note, and it is an option of the others no more.
        assert live - known or (new, edited) == (0, 0)
        assert known <= entries(tmp_path).keys()
        recovered += not live - known
    assert recovered


# --- what is not there as it was built ----------------------------------------------------------


def test_rows_that_were_edited_before_the_ledger_was_missed_keep_their_notes(
    tmp_path: Path,
) -> None:
    found = []
    for name in ("kept", "lost"):
        folder = tmp_path / name
        folder.mkdir()
        build_only(folder, FORMS)
        write_notes(folder / "notes", edited())
        if name == "lost":
            recovery = lose_and_recover(folder)
            assert 0 < len(recovery.exact) < len(recovery.entries)
        outcome = build_only(folder, edited(), LATER)
        found.append((guids(outcome), codes(outcome)))
    (kept, told), (after, told_after) = found
    # The one of which both cells were rewritten was known by its ID, which no package holds.
    (rewritten,) = (fact for fact in kept if fact[-1] == "a red can")
    assert kept.pop(rewritten) != after.pop(rewritten)
    assert (kept, [*told, "BD407"]) == (after, told_after)


def test_a_column_of_numbers_that_came_later_stays_below_the_answers(tmp_path: Path) -> None:
    rows = ("brass | copper, zinc", "bronze | copper, tin", "solder | tin, lead")
    for has_numbers in (False, True):
        numbered = [f"{number} | {row}" for number, row in enumerate(rows, 1)]
        lines = numbered if has_numbers else rows
        head = "No. | Alloy | Made of\n|-|-|-" if has_numbers else "Alloy | Made of\n|-|-"
        text = f"| {head}|\n" + "".join(f"| {line} |\n" for line in lines)
        before = build_only(tmp_path, {"bio/a.md": text}, LATER if has_numbers else NOW)
    assert changes(before) == (0, 3, 0)
    lose_and_recover(tmp_path)
    assert changes(run(tmp_path / "notes", tmp_path / "decks", LATER + 1)) == (0, 0, 0)


def test_markup_in_a_row_that_was_edited_is_no_other_clue(tmp_path: Path) -> None:
    rows = [("**bold** & `code` of $x_1$", "first *word*"), ("other", "second")]
    before = guids(build_only(tmp_path, {"a.md": table(*rows)}))
    rows[0] = (rows[0][0], "first *word* of all")
    write_notes(tmp_path / "notes", {"a.md": table(*rows)})
    assert len(lose_and_recover(tmp_path).exact) == 1
    assert guids(build_in(tmp_path, now=LATER)) == before


def compare(*columns: str) -> dict[str, str]:
    rows = [("Part", *columns)] + [(f"part {n}", *(f"{c}{n}" for c in columns)) for n in range(3)]
    return {"a.md": table(*rows[1:], header=rows[0])}


def test_no_column_gets_the_cards_of_one_that_was_deleted(tmp_path: Path) -> None:
    build_only(tmp_path, compare("Cost", "Speed", "Size"))
    build_only(tmp_path, compare("Cost", "Size"), NOW + 10)
    lose_and_recover(tmp_path)
    outcome = build_only(tmp_path, compare("Cost", "Risk", "Size"), LATER)
    assert {note.row.cards for note in outcome.result.notes} == {(0, 2, 3)}
    fields = outcome.result.notes[0].fields._asdict()
    headers = [header_of(fields[f"h{n}"]) for n in range(1, 7)]
    assert headers == ["Cost", "", "Size", "Risk", "", ""]


def test_a_renamed_column_keeps_its_cards(tmp_path: Path) -> None:
    build_only(tmp_path, compare("Cost", "Speed"))
    text = compare("Cost", "Speed")["a.md"].replace("| Speed |", "| Pace |")
    write_notes(tmp_path / "notes", {"a.md": text})
    lose_and_recover(tmp_path)
    outcome = build_in(tmp_path, now=LATER)
    assert changes(outcome) == (0, 3, 0)
    fields = outcome.result.notes[0].fields._asdict()
    assert [header_of(fields[f"h{n}"]) for n in range(1, 4)] == ["Cost", "Pace", ""]


def test_a_table_keeps_its_reading(tmp_path: Path) -> None:
    """By its new header it would be left out."""
    rows = (("algebra", "sums"), ("logic", "truth"), ("sets", "members"))
    before = build_only(tmp_path, {"a.md": table(*rows, header=("Part", "What it is"))})
    text = {"a.md": table(*rows, header=("Trap", "What it is"))}
    kept = build_only(tmp_path, text, NOW + 10)
    assert {n.guid for n in kept.result.notes} == {n.guid for n in before.result.notes}
    built = packages(tmp_path)
    lose_and_recover(tmp_path)
    after = build_only(tmp_path, text, LATER)
    assert (guids(after), changes(after)) == (guids(kept), (0, 0, 0))
    assert packages(tmp_path) == built


def test_a_note_whose_row_is_gone_retires_in_the_next_build(tmp_path: Path) -> None:
    build_only(tmp_path, {"a.md": table(("one", "first"), ("two", "second"))})
    write_notes(tmp_path / "notes", {"a.md": table(("two", "second"))})
    lose_and_recover(tmp_path)
    assert changes(build_in(tmp_path, now=LATER)) == (0, 0, 1)


# --- what is refused, and what is left ------------------------------------------------------------


def test_a_ledger_that_can_be_read_stays(tmp_path: Path) -> None:
    build_only(tmp_path, FORMS)
    before = ledger(tmp_path).read_bytes()
    found = recover(tmp_path / "notes", tmp_path / "decks", LATER)
    assert ([d.code for d in found.diagnostics], found.text) == (["BD430"], b"")
    newer = before.replace(b'"ledger": 1', b'"ledger": 99')
    ledger(tmp_path).write_bytes(newer)
    found = recover(tmp_path / "notes", tmp_path / "decks", LATER)
    assert ([d.code for d in found.diagnostics], found.text) == (["BD403"], b"")
    assert ledger(tmp_path).read_bytes() == newer


def test_sound_lines_of_a_damaged_ledger_are_kept_and_the_file_is_moved_aside(
    tmp_path: Path,
) -> None:
    build_only(tmp_path, FORMS)
    before = build_only(tmp_path, edited(), NOW + 1000)
    known = entries(tmp_path)
    lines = ledger(tmp_path).read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[1:4], b"\xff\n", lines[4][:50] + b"\n", b"=======\n", *lines[5:]])
    for name in ("ledger.jsonl.damaged", "ledger.jsonl.damaged1"):
        ledger(tmp_path).write_bytes(damaged)
        found = recover(tmp_path / "notes", tmp_path / "decks", LATER)
        assert found.aside == tmp_path / "notes" / name
        assert found.aside.read_bytes() == damaged
        assert (found.kept, len(found.entries)) == (len(known) - 1, 1)
        assert entries(tmp_path).keys() == known.keys()
        assert sum(e != known[g] for g, e in entries(tmp_path).items()) == 1
    after = build_only(tmp_path, edited(), LATER)
    assert (guids(after), changes(after)) == (guids(before), (0, 0, 0))


def test_a_package_is_newer_than_a_line_of_an_old_ledger(tmp_path: Path) -> None:
    rows = [("one", "first"), ("two", "second")]
    build_only(tmp_path, {"a.md": table(*rows)})
    old = ledger(tmp_path).read_bytes()
    build_only(tmp_path, {"a.md": table(("one", "the first"), rows[1])}, NOW + 1000)
    ledger(tmp_path).write_bytes(old + b"damage\n")
    assert recover(tmp_path / "notes", tmp_path / "decks", LATER).kept == 1
    assert changes(build_in(tmp_path, now=LATER)) == (0, 0, 0)


def test_without_a_package_nothing_is_recovered(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", FORMS)
    found = recover(tmp_path / "notes", tmp_path / "decks", LATER)
    assert ([d.code for d in found.diagnostics], found.text) == (["BD431"], b"")
    assert not ledger(tmp_path).exists()
    assert not (tmp_path / "decks").exists()


@pytest.mark.unsound
@pytest.mark.parametrize("data", [b"", b"no package", None])
def test_a_damaged_package_stops_it(tmp_path: Path, data: bytes | None) -> None:
    build_only(tmp_path, FORMS)
    package = tmp_path / "decks" / "lights.apkg"
    package.write_bytes(package.read_bytes()[:3000] if data is None else data)
    found = lose_and_recover(tmp_path)
    assert ([d.code for d in found.diagnostics], found.text) == (["BD432"], b"")
    assert str(package) in found.diagnostics[0].message
    package.unlink()  # what the help says
    found = recover(tmp_path / "notes", tmp_path / "decks", LATER)
    assert [d.code for d in found.diagnostics] == ["BD433"]
    assert "3 notes" in found.diagnostics[0].message
    assert {entry.origin.package for entry in found.entries} == {"sea"}


@pytest.mark.unsound
def test_notes_of_others_are_passed_over(tmp_path: Path) -> None:
    build_only(tmp_path, FORMS)
    other = genanki.Deck(1_400_000_000_001, "Other")
    other.add_note(genanki.Note(genanki.BASIC_MODEL, ["front", "back"]))
    genanki.Package(other).write_to_file(tmp_path / "decks" / "other.apkg")
    # A note that a person made of one of our note types.
    with ZipFile(tmp_path / "decks" / "lights.apkg") as archive:
        archive.extract("collection.anki2", tmp_path)
    with closing(sqlite3.connect(tmp_path / "collection.anki2")) as connection:
        connection.execute(
            "UPDATE notes SET guid = 'q<\"&\\' WHERE id = (SELECT max(id) FROM notes)"
        )
        connection.commit()
    with ZipFile(tmp_path / "decks" / "own.apkg", "w") as archive:
        archive.write(tmp_path / "collection.anki2", "collection.anki2")
        archive.writestr("media", "{}")
    known = entries(tmp_path)
    recovery = lose_and_recover(tmp_path)
    assert [d.code for d in recovery.diagnostics] == ["BD434", "BD434"]
    assert entries(tmp_path).keys() == known.keys()


def test_a_page_that_cannot_be_read_stops_it(tmp_path: Path) -> None:
    build_only(tmp_path, FORMS)
    page = tmp_path / "notes" / "sea" / "tides.md"
    page.write_bytes(b"\xff" + page.read_bytes())
    found = lose_and_recover(tmp_path)
    assert ([d.code for d in found.diagnostics], found.text) == (["BD104"], b"")
    assert not ledger(tmp_path).exists()


def test_a_row_with_an_error_keeps_its_note(tmp_path: Path) -> None:
    rows = (("one", "first"), ("two", "second"), ("three", "third"))
    before = build_only(tmp_path, {"a.md": table(*rows)})
    broken = table(*rows).replace("| two | second |", "| two | second | more |")
    write_notes(tmp_path / "notes", {"a.md": broken})
    lose_and_recover(tmp_path)
    outcome = build_in(tmp_path, now=LATER)
    assert (outcome.result.held, changes(outcome)) == (1, (0, 0, 0))
    after = build_in(tmp_path, {"a.md": table(*rows)}, LATER + 10)
    assert guids(after) == guids(before)


def test_a_note_that_stands_in_two_packages_is_that_of_the_later_one(tmp_path: Path) -> None:
    text = table(("one", "first"), ("two", "second"))
    before = build_only(tmp_path, {"old.md": text})
    build_only(tmp_path, {"new.md": text}, NOW + 1000)
    assert packages(tmp_path).keys() == {"old.apkg", "new.apkg"}
    lose_and_recover(tmp_path)
    after = build_only(tmp_path, {"new.md": text}, LATER)
    assert [n.guid for n in after.result.notes] == [n.guid for n in before.result.notes]
    assert changes(after) == (0, 0, 0)


# --- the command ----------------------------------------------------------------------------------


def test_the_error_of_a_lost_ledger_names_the_command_which_says_what_it_does(
    tmp_path: Path,
) -> None:
    text = table(("one", "first"), ("two", "second"))
    write_notes(tmp_path / "source_notes", {"a.md": text})
    build_decks(tmp_path)
    file = tmp_path / "source_notes" / "ledger.jsonl"
    file.unlink()
    write_notes(tmp_path / "source_notes", {"a.md": text.replace("second", "the second")})
    lost = build_decks(tmp_path)
    assert lost.returncode == 2
    assert "`build-decks recover`" in lost.stderr
    dry = build_decks(tmp_path, "recover", "-n")
    assert not file.exists()
    report = json.loads(build_decks(tmp_path, "--format", "json", "recover", "-n").stdout)
    assert not file.exists()
    done = build_decks(tmp_path, "recover")
    assert (dry.returncode, dry.stderr, done.returncode, done.stderr) == (0, "", 0, "")
    assert done.stdout == dry.stdout.replace("would be written", "written")
    assert done.stdout.startswith("source_notes/ledger.jsonl: 2 notes, written\n")
    assert "  1 of them stands on the pages as it was built\n" in done.stdout
    assert "not recovered:\n" in done.stdout
    (guid,) = [e["guid"] for e in report["edited"]]
    assert (report["status"], report["notes"], report["exact"]) == ("would be written", 2, 1)
    assert report["packages"] == [{"name": "a", "notes": 2}]
    assert guid in file.read_text("utf-8")
    again = build_decks(tmp_path, "recover")
    assert (again.returncode, again.stdout) == (2, "")
    assert "BD430" in again.stderr
    assert "\nnotes: 1 changed\n" in build_decks(tmp_path).stdout


# --- in Anki --------------------------------------------------------------------------------------


def test_reviews_stay_and_an_edit_arrives(tmp_path: Path) -> None:
    """`Learner.update` sees that nothing is doubled, no review lost, and only the edit updated."""
    with learner_in(tmp_path) as learner:
        learner.update(FORMS)
        answer_cards(learner.col)
        learner.update(edited())
        answer_cards(learner.col)
        notes, cards = learner.col.note_count(), learner.col.card_count()
        assert lose_and_recover(tmp_path, learner.now).text
        files = edited()
        files["sea/tides.md"] = files["sea/tides.md"].replace("take two bearings", "take three")
        files["sea/tides.md"] = files["sea/tides.md"].replace("the water comes in", "it comes in")
        learner.update(files)
        assert learner.note("flood")["Answer"] == "it comes in"
        assert (learner.col.note_count(), learner.col.card_count()) == (notes, cards)
        assert changes(learner.outcome) == (0, 1, 0)
