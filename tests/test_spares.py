"""What is frozen leaves room: spare fields and cards come to use later, and older decks go on.

It runs with whatever Anki is installed; `.ci/run` runs it with old releases too.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from anki import import_export_pb2 as messages
from anki.collection import Collection
from build_notes import build_in, table
from edited_package import edit_package, fields_of, set_fields

from generator.anki.note_types import note_types
from generator.anki.verify import (
    answer_cards,
    history,
    import_faults,
    import_package,
    lost_history,
    temporary_collection,
)
from generator.core.model import Kind

# Anki 2.1 knows fields by their names alone, and asks nobody which notes to update.
pytestmark = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"), reason="Anki 23.10 or newer"
)

PAGES = {
    Kind.CLUE: table(("drift", "inputs change"), ("lag", "it comes late"), ("skew", "two paths")),
    Kind.TRAP: table(("Tests are slow", "Slow tests find more"), header=("Trap", "Better rule")),
    Kind.COMPARE: table(("lake", "slow", "cheap"), header=("Store", "Speed", "Price")),
    Kind.QUIZ: "What is one and one?\n\n- [x] two\n- [ ] three\n",
    Kind.CLOZE: "The lake is ==slow== and it is cheap as well.\n",
}
LATER = 1000  # seconds
ALWAYS = "IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS"
SPARES = [kind for kind in Kind if kind is not Kind.CLOZE]


def packaged(folder: Path, kind: Kind) -> Path:
    build_in(folder, {"notes.md": PAGES[kind]})
    return folder / "decks" / "notes.apkg"


def with_spare_in_use(source: Path, target: Path, kind: Kind) -> Path:
    """The package as a later version writes it that has a use for the first spare: field and
    template have names and texts, and one note has such a card."""
    name = f"Spare1-{kind}"

    def edit(models: dict[str, Any], connection: sqlite3.Connection) -> None:
        model = models[str(note_types()[kind].id)]
        names = [field["name"] for field in model["flds"]]
        place = names.index("Spare1")
        model["mod"] += LATER
        model["flds"][place]["name"] = name
        template = next(each for each in model["tmpls"] if each["name"] == "Spare 1")
        template["name"] = "Mnemonic"
        template["qfmt"] = f"{{{{#{name}}}}}<i>{{{{{names[0]}}}}}</i>{{{{/{name}}}}}"
        template["afmt"] = f"{{{{{name}}}}}"
        note_id, fields = next(iter(fields_of(connection).items()))
        fields[place] = "a rhyme"
        set_fields(connection, note_id, fields)
        connection.execute("UPDATE notes SET mod = mod + ? WHERE id = ?", (LATER, note_id))
        (deck,) = connection.execute("SELECT did FROM cards").fetchone()
        ordinal = template["ord"]
        connection.execute(
            "INSERT INTO cards SELECT id + ?, nid, ?, ?, mod, usn, 0, 0, due, 0, 0, 0, 0, 0, 0, 0,"
            " 0, '' FROM cards WHERE nid = ? AND ord = (SELECT min(ord) FROM cards WHERE nid = ?)",
            (ordinal, deck, ordinal, note_id, note_id),
        )

    return edit_package(source, target, edit)


@pytest.mark.parametrize("kind", SPARES)
def test_a_spare_card_comes_to_use_later(tmp_path: Path, kind: Kind) -> None:
    first = packaged(tmp_path, kind)
    second = with_spare_in_use(first, tmp_path / "second.apkg", kind)
    with temporary_collection() as col:
        import_package(col, first)
        answer_cards(col)
        before, cards = history(col), col.card_count()
        log = import_package(col, second)
        assert list(import_faults(log, "second", {"updated", "duplicate"})) == []
        assert len(log.updated) == 1
        assert list(lost_history(before, history(col))) == []
        assert col.card_count() == cards + 1
        (note_type,) = [each for each in col.models.all() if each["id"] in ids_in_use(col)]
        assert note_type["name"] == note_types()[kind].name
        (card_id,) = col.find_cards("card:Mnemonic")
        assert "a rhyme" in col.get_card(card_id).answer()
        assert col.get_empty_cards().notes == []
        # A person may still save the type: no two fronts are equal.
        col.models.update_dict(note_type)


def ids_in_use(col: Collection) -> set[int]:
    assert col.db is not None
    return set(col.db.list("select distinct mid from notes"))


# --- a person's own style -------------------------------------------------------------------------

OWN_STYLE = "_build-decks.css"


def test_a_style_of_a_persons_own_outlives_an_update(tmp_path: Path) -> None:
    first = packaged(tmp_path, Kind.CLUE)
    second = with_spare_in_use(first, tmp_path / "second.apkg", Kind.CLUE)
    with temporary_collection() as col:
        own = Path(col.media.dir()) / OWN_STYLE
        own.write_text(".card .bd-prompt { color: teal }", "utf-8")
        for path in (first, second):
            with zipfile.ZipFile(path) as archive:  # no package brings such a file along
                assert not any(
                    n.startswith("_") for n in json.loads(archive.read("media")).values()
                )
            import_package(col, path)
            assert own.read_text("utf-8") == ".card .bd-prompt { color: teal }"
            (card_id, *_) = col.find_cards("")
            assert OWN_STYLE in col.get_card(card_id).question()
        checked = col.media.check()
        assert (list(checked.missing), list(checked.unused)) == ([], [])


# --- decks of before the note types got their fields ----------------------------------------------


def as_before(source: Path, target: Path) -> Path:
    """The package with a note type of another id and fewer fields, as an older version wrote it."""
    left_out = {"Why", "Hint", "Step", "Foot", *(f"Spare{n}" for n in range(1, 9))}

    def edit(models: dict[str, Any], connection: sqlite3.Connection) -> None:
        new = str(note_types()[Kind.CLUE].id)
        model = models.pop(new)
        kept = [field for field in model["flds"] if field["name"] not in left_out]
        places = [field["ord"] for field in kept]
        model["id"] = int(new) - 1
        model["name"] = "build-decks Clue (older)"
        model["flds"] = [{**field, "ord": place} for place, field in enumerate(kept)]
        model["tmpls"] = [
            {**each, "qfmt": "{{#Answer}}{{Prompt}}{{/Answer}}", "afmt": "{{Answer}}"}
            for each in model["tmpls"][:1]
        ]
        model["req"] = [[0, "all", [0, 1]]]
        models[str(model["id"])] = model
        for note_id, fields in fields_of(connection).items():
            set_fields(connection, note_id, [fields[place] for place in places])
        connection.execute("UPDATE notes SET mid = ?, mod = mod - ?", (model["id"], LATER))
        connection.execute("DELETE FROM cards WHERE ord > 0")

    return edit_package(source, target, edit)


def test_an_older_deck_goes_on_after_change_note_type(tmp_path: Path) -> None:
    new = packaged(tmp_path, Kind.CLUE)
    old = as_before(new, tmp_path / "old.apkg")
    with temporary_collection() as col:
        assert col.db is not None
        import_package(col, old)
        answer_cards(col)
        before = history(col)
        # The first import brings the new type; of the notes nothing arrives.
        log = import_package(col, new)
        assert (len(log.new), len(log.updated)) == (0, 0)
        target = note_types()[Kind.CLUE].id
        change_note_type(col, target)
        # Anki has touched the notes now, and takes what is older only where it is told to.
        log = import_always(col, new)
        assert len(log.updated) == len(col.find_notes(""))
        assert set(col.db.list("select mid from notes")) == {target}
        assert list(lost_history(before, history(col))) == []
        assert len(col.find_cards('card:"Clue quiz"')) == len(col.find_notes(""))


def import_always(col: Collection, package: Path) -> messages.ImportResponse.Log:
    """Import with "Update notes: Always"."""
    request = messages.ImportAnkiPackageRequest(package_path=str(package.resolve()))
    request.options.update_notes = messages.ImportAnkiPackageUpdateCondition.Value(ALWAYS)
    reply = col._backend.import_anki_package_raw(request.SerializeToString())
    col.models._clear_cache()
    log: messages.ImportResponse.Log = messages.ImportResponse.FromString(reply).log
    return log


def change_note_type(col: Collection, target: int) -> None:
    """What Change Note Type does where a person leaves all as it proposes."""
    assert col.db is not None
    if not col.models.get(target):  # type: ignore[arg-type]
        pytest.fail("the import has not brought the new note type")
    (old,) = set(col.db.list("select distinct mid from notes"))
    info = col.models.change_notetype_info(old_notetype_id=old, new_notetype_id=target)
    request = info.input
    request.note_ids.extend(col.find_notes(""))
    col.models.change_notetype_of_notes(request)
