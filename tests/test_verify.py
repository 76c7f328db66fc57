"""The judge is judged: a sound package passes, and each kind of fault is found by name."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import genanki
import pytest
from anki import buildinfo
from anki.collection import Collection
from rendering import rendered_cards

from generator.anki import verify
from generator.anki.verify import RenderedCard, verify_package

Judge = Callable[..., None]
Write = Callable[..., Path]

YESTERDAY, TODAY = 1_700_000_000, 1_700_086_400

FRONT = {"name": "Front", "qfmt": "<b>{{A}}</b>", "afmt": "{{FrontSide}}<hr>{{B}}"}
BACK = {"name": "Back", "qfmt": "{{B}}", "afmt": "{{A}}"}


def note_type(
    *templates: dict[str, str],
    fields: tuple[str, ...] = ("A", "B"),
    css: str = ".card { color: red }",
    kind: int = genanki.Model.FRONT_BACK,
) -> genanki.Model:
    return genanki.Model(
        1_600_000_000_001,
        "Pair",
        fields=[{"name": name} for name in fields],
        templates=[dict(each) for each in templates or (FRONT,)],
        css=css,
        model_type=kind,
    )


class NoteWithCards(genanki.Note):  # type: ignore[misc]
    """A note with exactly these cards, whatever its templates say."""

    def __init__(self, *ordinals: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.cards = [genanki.Card(ordinal) for ordinal in ordinals]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a package of notes, modified at `time`, and gives its path."""

    def write(*notes: genanki.Note, media: Iterable[Path] = (), time: int = YESTERDAY) -> Path:
        deck = genanki.Deck(1_600_000_000_002, "Deck")
        for note in notes:
            deck.add_note(note)
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.apkg"
        genanki.Package(deck, [str(each) for each in media]).write_to_file(path, timestamp=time)
        return path

    return write


def note(guid: str, a: str = "a", b: str = "b", **arguments: Any) -> genanki.Note:
    arguments.setdefault("model", note_type())
    return genanki.Note(guid=guid, fields=[a, b], **arguments)


def picture(folder: Path) -> Path:
    path = folder / "picture.png"
    path.write_bytes(b"a picture")
    return path


def test_a_sound_package_passes(judge: Judge, write: Write, tmp_path: Path) -> None:
    image = picture(tmp_path)
    judge(write(note("one", b=f'<img src="{image.name}">'), note("two"), media=[image]))


def test_a_sound_update_passes(judge: Judge, write: Write) -> None:
    # As many cards as there are states that a review can leave a card in, and more.
    old = write(*(note(f"note {number}", a=f"clue {number}") for number in range(20)))
    reworded = [note(f"note {number}", a=f"new clue {number}") for number in range(1, 21)]
    judge(write(*reworded, time=TODAY), onto=old)


def test_the_judge_fails_with_the_findings(judge: Judge, write: Write) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"1 media file that is missing: none\.png"):
        judge(write(note("one", a='<img src="none.png">')))


def test_a_duplicate_guid_is_found(write: Write) -> None:
    findings = verify_package(write(note("one"), note("one", a="other"), note("two")))
    assert findings == ("1 GUID that several notes share: one",)


def test_a_note_without_a_card_is_found(write: Write) -> None:
    package = write(note("one"), NoteWithCards(guid="two", fields=["a", "b"], model=note_type()))
    assert "1 note without a card: two" in verify_package(package)


def test_a_card_with_an_empty_front_is_found(write: Write) -> None:
    model = note_type({**FRONT, "qfmt": "{{#B}}{{A}}{{/B}}"})
    package = write(NoteWithCards(0, guid="one", fields=["a", ""], model=model))
    assert verify_package(package) == ("1 card with an empty front: one card 1",)


def test_a_card_of_a_cloze_that_is_not_there_is_found(write: Write) -> None:
    cloze = {"name": "Cloze", "qfmt": "{{cloze:A}}", "afmt": "{{cloze:A}}"}
    model = note_type(cloze, kind=genanki.Model.CLOZE)
    package = write(NoteWithCards(0, 1, guid="one", fields=["{{c1::a}}", ""], model=model))
    assert verify_package(package) == ("1 card with an empty front: one card 2",)


def test_a_card_that_anki_would_add_is_found(write: Write) -> None:
    package = write(
        NoteWithCards(0, guid="one", fields=["a", "b"], model=note_type(FRONT, BACK)),
        NoteWithCards(0, 1, guid="two", fields=["a", "b"], model=note_type(FRONT, BACK)),
    )
    assert verify_package(package) == ("1 card that the package lacks and Anki adds: one card 2",)


def test_missing_media_is_found(write: Write) -> None:
    findings = verify_package(write(note("one", b='<img src="none.png">')))
    assert findings == ("1 media file that is missing: none.png",)


def test_media_that_anki_drops_is_found(write: Write, tmp_path: Path) -> None:
    findings = verify_package(write(note("one"), media=[picture(tmp_path)]))
    assert findings == ("1 media file that no field uses, so that Anki drops it: picture.png",)


def test_a_template_error_is_found_once_for_all_its_cards(write: Write) -> None:
    model = note_type({**FRONT, "qfmt": "{{A}}{{Nowhere}}"})
    (finding,) = verify_package(write(*(note(guid, model=model) for guid in "vwxyz")))
    assert finding.startswith("5 cards with a template error (Front template has a problem")
    assert "no field called 'Nowhere'" in finding
    assert finding.endswith(": v card 1, w card 1, x card 1 and 2 more")


def test_an_unknown_filter_is_found(write: Write) -> None:
    model = note_type({**FRONT, "qfmt": "{{hnit:A}}"})
    findings = verify_package(write(NoteWithCards(0, guid="one", fields=["a", "b"], model=model)))
    assert findings == ("1 card with a template error (unknown filter hnit): one card 1",)


@pytest.mark.skipif(buildinfo.version.startswith("2.1."), reason="2.1 compares the names as given")
def test_a_field_name_that_conflicts_at_every_import_is_found(write: Write) -> None:
    model = note_type({**FRONT, "qfmt": "{{A}}", "afmt": "{{A}}"}, fields=("A", "#B"))
    assert verify_package(write(note("one", model=model))) == (
        "1 note in the second import with a conflict:"
        " their note type differs from the one that Anki has: a",
    )


def test_a_package_that_anki_refuses_is_found(write: Write, tmp_path: Path) -> None:
    package = write(note("one", a="separated \x1f field"))
    assert verify_package(package) == ("Anki stops with an error: note has 3 fields, expected 2",)
    whole = write(note("one", a='<img src="picture.png">'), media=[picture(tmp_path)])
    torn = tmp_path / "torn.apkg"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(torn, "w") as target:
        for name in ("collection.anki2", "media"):
            target.writestr(name, source.read(name))
    assert verify_package(torn) == ("Anki stops with an error: 0 missing from archive",)


def test_a_damaged_collection_is_found(write: Write) -> None:
    (finding,) = verify_package(write(note("one", due=2_000_000)))
    assert finding.startswith("a collection that Check Database has to repair: Found 1 new card")


def test_a_note_id_on_which_anki_panics_is_found(write: Write) -> None:
    bad, sound = write(note("one"), time=0), write(note("one"))
    assert verify_package(bad) == ("1 note id not above 0: 0",)
    assert verify_package(sound, onto=bad) == ("in the older package, 1 note id not above 0: 0",)
    assert verify_package(bad, onto=sound)[0] == "1 note id not above 0: 0"


def test_an_update_with_another_field_is_found(write: Write) -> None:
    model = note_type(fields=("A", "B", "C"))
    new = write(genanki.Note(guid="one", fields=["a", "b", "c"], model=model), time=TODAY)
    findings = verify_package(new, onto=write(note("one")))
    assert (
        "1 note in the update with a conflict:"
        " their note type differs from the one that Anki has: a"
    ) in findings


def test_a_newer_table_alone_is_no_update(write: Write) -> None:
    model = note_type(FRONT, fields=("A", "B", "Table"))
    old, new = (genanki.Note(guid="one", fields=["a", "b", text], model=model) for text in "xy")
    assert verify_package(write(new), onto=write(old)) == ()


def test_an_update_that_is_not_newer_is_found(write: Write) -> None:
    blue = note_type(css=".card { color: blue }")
    new = write(
        note("one", a="reworded", model=blue),
        note("two", tags=["other"], model=blue),
        note("three", model=blue),
    )
    assert verify_package(new, onto=write(note("one"), note("two"), note("three"))) == (
        "2 notes that the update does not bring (is their time newer?): one, two",
        "1 note type that the update does not bring (is their time newer?): Pair",
    )


COMPARE = [
    {
        "name": f"Card {n}",
        "qfmt": f"{{{{#A{n}}}}}{{{{H{n}}}}}{{{{/A{n}}}}}",
        "afmt": f"{{{{A{n}}}}}",
    }
    for n in (1, 2, 3)
]


def comparison(*columns: str) -> genanki.Note:
    """A note with a card for each column; a column that is "" has none."""
    names = [name for n in "123" for name in (f"H{n}", f"A{n}")]
    fields = [field for column in columns for field in (column, column and f"of {column}")]
    model = note_type(*COMPARE, fields=("Key", *names))
    return genanki.Note(guid="one", fields=["key", *fields], model=model)


@pytest.mark.parametrize(
    ("columns", "moved"),
    [
        (("price", "speed", "use"), "2 cards {}: one card 1, one card 2"),
        (("size", "speed", "price"), "2 cards {}: one card 2, one card 3"),
        (("price", "use", ""), "2 cards {}: one card 1, one card 2"),
        (("speed", "price", "use"), ""),
        (("fast", "price", "use"), ""),
        (("", "price", ""), ""),
        (("speed", "", "use"), ""),
    ],
    ids=["swap", "insert", "delete", "same", "rename", "slots kept", "slot kept"],
)
def test_a_question_on_another_card_is_found(
    write: Write, columns: tuple[str, ...], moved: str
) -> None:
    old = write(comparison("speed", "price", "use" if "size" not in columns else ""))
    found = verify_package(write(comparison(*columns), time=TODAY), onto=old)
    words = "with the question that another card of the note had"
    assert [finding for finding in found if words in finding] == (
        [moved.format(words)] if moved else []
    )


@pytest.mark.parametrize(
    ("after", "is_replaced"),
    [
        (("speed", "fast", "slow", "idle"), False),
        (("haste", "fast", "slow", "idle"), False),
        (("haste", "fast", "slower", "idle"), False),
        (("haste", "fast", "slower", "asleep"), True),
        (("durability", "years", "weeks", "days"), True),
    ],
    ids=["same", "rename", "rename, corrected", "mostly others", "replaced"],
)
def test_a_question_that_was_replaced_on_its_card_is_found(
    write: Write, after: tuple[str, ...], is_replaced: bool
) -> None:
    def notes(header: str, *cells: str) -> list[genanki.Note]:
        model = note_type(COMPARE[0], fields=("Key", "H1", "A1"))
        return [
            genanki.Note(guid=f"n{place}", fields=[f"key {place}", header, cell], model=model)
            for place, cell in enumerate(cells)
        ]

    old = write(*notes("speed", "fast", "slow", "idle"))
    found = verify_package(write(*notes(*after), time=TODAY), onto=old)
    words = "3 cards whose column was replaced by another: n0 card 1, n1 card 1, n2 card 1"
    assert [finding for finding in found if "by another" in finding] == [words] * is_replaced


def test_lost_history_is_found(write: Write) -> None:
    with verify.temporary_collection() as col:
        verify.import_package(col, write(*(note(guid) for guid in "abcdef")))
        before = verify.history(col)
        verify.answer_cards(col)
        after = verify.history(col)
    assert list(verify.lost_history(after, after)) == []
    changed, reviews = verify.lost_history(before, after)
    assert changed.startswith("5 cards with other scheduling after the update: ")
    assert reviews == "a review log that the update changes: 0 reviews before, 7 after"


def test_an_update_that_touches_scheduling_is_found(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddle(col: Collection, package: Path) -> Any:
        log = import_package(col, package)
        col.set_user_flag_for_cards(1, col.find_cards(""))
        return log

    import_package = verify.import_package
    package = write(note("one"), note("two"))
    assert verify_package(package, onto=package) == ()
    monkeypatch.setattr(verify, "import_package", meddle)
    (finding,) = verify_package(package, onto=package)
    assert finding == "1 card with other scheduling after the update: 1700000000001"


def test_an_import_makes_anki_read_the_note_types_anew(write: Write) -> None:
    blue = note_type(css=".card { color: blue }")
    with verify.temporary_collection() as col:
        for package in (write(note("one")), write(note("one", model=blue), time=TODAY)):
            verify.import_package(col, package)
            css = col.get_note(col.find_notes("")[0]).note_type()["css"]  # type: ignore[index]
    assert css == blue.css


def test_answers_leave_cards_in_every_state(write: Write) -> None:
    with verify.temporary_collection() as col:
        verify.import_package(col, write(*(note(f"note {number}") for number in range(12))))
        verify.answer_cards(col)
        new, learning, review, relearning = range(4)
        kinds = [row[4] for row in verify.history(col).cards.values()]
    assert set(kinds) == {new, learning, review, relearning}


def test_cards_are_rendered_as_anki_does(write: Write) -> None:
    package = write(note("one", b="R&amp;D", model=note_type(FRONT, BACK)))
    css = ".card { color: red }"
    assert rendered_cards(package) == [
        RenderedCard("one", 0, "Front", "<b>a</b>", "<b>a</b><hr>R&amp;D", css),
        RenderedCard("one", 1, "Back", "R&amp;D", "a", css),
    ]


def test_nothing_is_printed_or_left(
    write: Write, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    broken = write(note("one", a="separated \x1f field"))
    sound = write(note("one"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    verify_package(broken, onto=sound)
    verify_package(sound, onto=sound)
    assert list(folder.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_the_module_imports_without_anki() -> None:
    code = "import sys; sys.modules['anki'] = None; import generator.anki.verify"
    subprocess.run([sys.executable, "-c", code], check=True)
