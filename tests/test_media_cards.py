"""Pictures and sounds from the notes to the cards: in Anki, in packages, in the preview."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from build_notes import NOW, build_in, codes, table
from chromium import CHROMIUM
from click.testing import CliRunner
from media_files import MP3, png, svg, wav

from generator.anki.compile import compile_package
from generator.anki.readback import (
    PackageMismatchError,
    check_archive,
    read_package,
)
from generator.anki.verify import import_package, temporary_collection
from generator.cli import cli
from generator.core.note_fields import ClueFields
from generator.pipeline import make_package as package_module
from generator.pipeline.build import Outcome

FILES = {
    "bio/images/heart.png": png(1),
    "bio/images/lung & co.svg": svg(),
    "bio/unused.png": png(9),
    "word.mp3": MP3,
    "other.wav": wav(),
}
ORGANS = (
    table(
        ("pumps blood", "![the heart](images/heart.png) in the chest"),
        ("takes in air", '![](<images/lung & co.svg> "two of them")'),
        ("![a drawing of the heart][heart]", "an organ, and a muscle"),
        ("is heard ![beat](/word.mp3)", "heartbeat ![lub-dub](../other.wav)"),
    )
    + "\n[heart]: /bio/images/heart.png\n"
)

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")


def build_with(
    folder: Path, pages: dict[str, str], files: dict[str, bytes] = FILES, now: int = NOW
) -> Outcome:
    for name, data in files.items():
        path = folder / "notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return build_in(folder, pages, now)


def clue_fields(outcome: Outcome) -> list[ClueFields]:
    (package,) = outcome.result.packages
    fields = [stamped.fields for stamped in package.package.stamped()]
    assert all(isinstance(each, ClueFields) for each in fields)
    return fields  # type: ignore[return-value]


@pytest.fixture
def col() -> Iterator[Collection]:
    with temporary_collection() as collection:
        yield collection


def media_folder(col: Collection) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(col.media.dir()).iterdir()}


def cards_of(col: Collection, clue: str) -> dict[str, Any]:
    """The cards of the one note whose first field holds ``clue``, by template."""
    notes = [note for i in col.find_notes("") if clue in (note := col.get_note(i)).fields[0]]
    (note,) = notes
    return {str(card.template()["name"]): card for card in note.cards()}


# --- in Anki ------------------------------------------------------------------------------------


def test_anki_stores_every_file_that_a_note_names_and_no_other(
    tmp_path: Path, col: Collection
) -> None:
    outcome = build_with(tmp_path, {"bio/organs.md": ORGANS})
    assert codes(outcome) == []
    import_package(col, tmp_path / "decks" / "bio.apkg")
    used = {content for name, content in FILES.items() if name != "bio/unused.png"}
    stored = media_folder(col)
    assert sorted(stored.values()) == sorted(used)
    assert all(re.fullmatch(r"bd-[0-9a-f]{24}\.(png|svg|mp3|wav)", name) for name in stored)
    name_of = {content: name for name, content in stored.items()}
    heart, _, picture, sounding = clue_fields(outcome)
    name = name_of[FILES["bio/images/heart.png"]]
    assert heart.answer == f'<img src="{name}" alt="the heart"> in the chest'
    assert picture.prompt == f'<img src="{name}" alt="a drawing of the heart">'
    assert sounding.prompt == f"is heard [sound:{name_of[MP3]}]"
    assert {s for note in col.find_notes("") for s in col.get_note(note).fields} >= {heart.answer}


def test_what_is_written_in_brackets_and_quotes_is_kept_and_harmless(tmp_path: Path) -> None:
    rows = [("one", r'![a \[sound:x\] "b" {{c}} \\(d <e>](images/heart.png "f \"g\" [h]")')]
    (fields,) = clue_fields(build_with(tmp_path, {"bio/a.md": table(*rows)}))
    shown = re.sub(r"bd-\w+\.png", "x.png", fields.answer)
    assert shown == (
        '<img src="x.png" alt="a &#91;sound:x] &quot;b&quot; {&#123;c}} &#92;(d &lt;e&gt;"'
        ' title="f &quot;g&quot; &#91;h]">'
    )


def test_anki_plays_a_clue_on_the_front_and_an_answer_on_the_back_and_nothing_else(
    tmp_path: Path, col: Collection
) -> None:
    rows = table(
        ("word ![say it](/word.mp3)", "translation ![and this](../other.wav)"),
        ("other word ![](/word.mp3)", "![](../other.wav)"),
        *((f"clue {n}", f"answer {n}") for n in range(4)),
    )
    outcome = build_with(tmp_path, {"bio/a.md": f"<!-- cards: reverse -->\n\n{rows}"})
    import_package(col, tmp_path / "decks" / "bio.apkg")
    name_of = {content: name for name, content in media_folder(col).items()}
    mp3, other = name_of[MP3], name_of[wav()]

    def played(card: Any) -> tuple[list[str], list[str]]:
        output = card.render_output()
        sides = (output.question_av_tags, output.answer_av_tags)
        front, back = ([tag.filename for tag in tags] for tags in sides)
        return front, back

    cards = cards_of(col, "other word")
    assert cards.keys() == {"Recall", "Reverse"}  # what can only be heard is no option
    for name, card in cards.items():
        first, second = (other, mp3) if name == "Reverse" else (mp3, other)
        # The back shows the front again, and so Anki plays it again, before the answer.
        assert played(card) == ([first], [first, second])
    for n in range(4):
        for card in cards_of(col, f"clue {n}").values():
            assert played(card) == ([], [])  # nor do its options and the table play anything
    word = clue_fields(outcome)[0]
    assert "data-ok>translation</li>" in word.options
    assert "[sound:" not in word.options + word.table
    assert "<td>translation ♪</td>" in word.table
    assert "<td>♪ other</td>" in word.table


def test_an_option_may_be_a_picture(tmp_path: Path) -> None:
    files = {f"{n}.png": png(n) for n in range(4)}
    rows = table(*((f"clue {n}", f"![]({n}.png)") for n in range(4)))
    fields = clue_fields(build_with(tmp_path, {"bio.md": rows}, files))
    assert all(each.options.count("<img src=") == 4 for each in fields)
    assert all(f" data-ok>{each.answer}</li>" in each.options for each in fields)


def test_a_replaced_file_changes_the_note_and_keeps_it(tmp_path: Path, col: Collection) -> None:
    old = build_with(tmp_path, {"bio/a.md": table(("heart", "![](images/heart.png)"))})
    import_package(col, tmp_path / "decks" / "bio.apkg")
    new = build_with(tmp_path, {}, {"bio/images/heart.png": png(200)}, NOW + 60)
    (before,), (after,) = (each.result.notes for each in (old, new))
    assert (before.guid, before.row.note_id) == (after.guid, after.row.note_id)
    assert new.result.changes.changed == {after.guid}
    log = import_package(col, tmp_path / "decks" / "bio.apkg")
    assert (len(log.new), len(log.updated)) == (0, 1)
    (note,) = map(col.get_note, col.find_notes(""))
    assert note["Answer"] == after.fields.answer != before.fields.answer
    assert {png(1), png(200)} == set(media_folder(col).values())
    (name,) = re.findall(r'src="([^"]*)"', note["Answer"])
    assert media_folder(col)[name] == png(200)


def test_a_renamed_file_is_the_same_file_but_another_clue_text(tmp_path: Path) -> None:
    row = ("organ", "![](images/heart.png)")
    old = build_with(tmp_path, {"bio/a.md": table(row)})
    (tmp_path / "notes/bio/images/heart.png").rename(tmp_path / "notes/bio/pump.png")
    new = build_with(tmp_path, {"bio/a.md": table(("organ", "![](pump.png)"))}, {}, NOW + 60)
    (before,), (after,) = (each.result.notes for each in (old, new))
    assert (before.guid, before.fields) == (after.guid, after.fields)
    assert new.result.changes.changed == frozenset()


# --- tables -------------------------------------------------------------------------------------


def test_the_image_column_is_carried_to_the_back(tmp_path: Path) -> None:
    rows = table(
        ("heart", "pumps blood", "![](images/heart.png)"),
        ("lung", "takes in air", ""),
        header=("Organ", "What it does", "Image"),
    )
    heart, lung = clue_fields(build_with(tmp_path, {"bio/a.md": rows}))
    assert re.fullmatch(r'<p><strong>Image</strong><br><img src="[^"]*" alt=""></p>', heart.extra)
    assert lung.extra == ""


SOUNDS = {f"bio/sounds/{name}.mp3": MP3 + name.encode() for name in ("hund", "katze")}


def sounds(header: tuple[str, ...], *, first: str = "![](sounds/hund.mp3)", at: int = 2) -> str:
    """A table of two words, with a column of their sounds at a place from 0 on."""
    rows = [("Hund", "dog", "Hunde"), ("Katze", "cat", "Katzen")]
    files = (first, "![](sounds/katze.mp3)")
    cells = [(*row[: len(header) - 1],) for row in rows]
    return table(
        *((*row[:at], file, *row[at:]) for row, file in zip(cells, files, strict=True)),
        header=header,
    )


@pytest.mark.parametrize(
    ("header", "at", "asked"),
    [
        (("Word", "Meaning", "Sound"), 2, ["Meaning"]),
        (("Word", "Audio", "Meaning"), 1, ["Meaning"]),
        (("Wort", "Bedeutung", "Aussprache"), 2, ["Bedeutung"]),
        (("Mot", "Sens", "Pluriel", "Prononciation"), 3, ["Sens", "Pluriel"]),
        (("言葉", "意味", "音声"), 2, ["意味"]),
        (("Word", "Sound"), 1, ["Sound"]),  # there is nothing else to ask
        (("Word", "Sound of it", "Meaning"), 1, ["Sound of it", "Meaning"]),
    ],
)
def test_a_column_of_sounds_is_played_and_not_asked(
    tmp_path: Path, header: tuple[str, ...], at: int, asked: list[str]
) -> None:
    outcome = build_with(tmp_path, {"bio/a.md": sounds(header, at=at)}, SOUNDS)
    group = outcome.result.notes
    shown = [str(note.fields) for note in group]
    assert all(text.count("[sound:") == 1 for text in shown)
    questions = {
        re.sub(r"<[^>]*>|\?", "", value)
        for note in group
        for name, value in note.fields._asdict().items()
        if value and (name == "ask" or re.fullmatch(r"h\d", name))
    }
    assert questions == set(asked)
    is_played = any(f"<strong>{header[at]}</strong><br>[sound:" in text for text in shown)
    assert is_played is (header[at] not in asked)


def test_a_column_of_sounds_and_words_is_asked(tmp_path: Path) -> None:
    page = sounds(("Word", "Meaning", "Sound"), first="like *hoont*")
    assert len(build_with(tmp_path, {"bio/a.md": page}, SOUNDS).result.notes[0].fields) > 0
    assert build_with(tmp_path, {"bio/a.md": page}, SOUNDS).result.packages[0].cards == 4


@pytest.mark.parametrize("first", ["?", "—", "[▶](sounds/none.mp3)", "[sound:none.mp3]"])
def test_a_sound_that_is_missing_yet_makes_no_question_of_its_column(
    tmp_path: Path, first: str
) -> None:
    page = sounds(("Word", "Meaning", "Sound"), first=first)
    outcome = build_with(tmp_path, {"bio/a.md": page}, SOUNDS)
    assert [n.note.origin.answer for n in outcome.result.notes] == ["dog", "cat"]
    files = {**SOUNDS, "bio/sounds/none.mp3": MP3}
    later = build_with(tmp_path, {"bio/a.md": sounds(("Word", "Meaning", "Sound"))}, files)
    assert codes(later) == []
    assert {n.guid for n in later.result.notes} == {n.guid for n in outcome.result.notes}


def test_a_column_of_pictures_further_right_is_shown_and_not_asked(tmp_path: Path) -> None:
    rows = (("heart", "pumps", "![](images/heart.png)"), ("lung", "breathes", ""))
    page = table(*rows, header=("Organ", "What it does", "Photo"))
    heart, _ = clue_fields(build_with(tmp_path, {"bio/a.md": page}))
    assert heart.extra.startswith("<p><strong>Photo</strong><br><img ")


def test_sounds_that_have_cards_keep_them(tmp_path: Path) -> None:
    """What was asked when somebody learned it is asked until a person says otherwise."""
    page = sounds(("Word", "Meaning", "Plural", "Sound"), at=3)
    said = build_with(tmp_path, {"bio/a.md": f"<!-- cards: compare -->\n{page}"}, SOUNDS)
    still = build_with(tmp_path, {"bio/a.md": page}, SOUNDS, NOW + 60)
    assert said.result.packages[0].cards == still.result.packages[0].cards == 6
    back = f"<!-- cards: back Sound -->\n{page}"
    assert build_with(tmp_path, {"bio/a.md": back}, SOUNDS, NOW + 120).result.packages[0].cards == 4


@pytest.mark.parametrize(
    ("cell", "html"),
    [
        ("hear [sound:hund.mp3]", "hear [♪]"),
        ("hear [▶](sounds/hund.mp3)", "hear [♪]"),
        ("[🔊](<sounds/hund.mp3>)", "[♪]"),
        ("[**dog**](sounds/hund.mp3)", "<a><strong>dog</strong></a>[♪]"),
        ("hear [▶](sounds/no-such.mp3)", "hear ▶"),
        ("hear [it](sounds/no-such.mp3)", "hear <a>it</a>"),
        ("hear [sound:no-such.mp3]", "hear &#91;sound:no-such.mp3]"),
        ("`[sound:hund.mp3]`", "<code>&#91;sound:hund.mp3]</code>"),
        (r"\[sound:hund.mp3]", "&#91;sound:hund.mp3]"),
        ("[sound: a noise]", "&#91;sound: a noise]"),
        ("[▶](https://example.org/hund.mp3)", '<a href="https://example.org/hund.mp3">▶</a>'),
        ("[▶](../../hund.mp3)", "▶"),
        ("[▶](sounds/page.mp3)", "▶"),
    ],
)
def test_marks_of_anki_and_links_play_sounds_of_the_folder(
    tmp_path: Path, cell: str, html: str
) -> None:
    files = {**SOUNDS, "bio/sounds/page.mp3": b"<html>", "../hund.mp3": MP3}
    outcome = build_with(tmp_path, {"bio/a.md": table(("dog", cell))}, files)
    (fields,) = clue_fields(outcome)
    assert re.sub(r"\[sound:bd-\w+\.mp3\]", "[♪]", fields.answer) == html
    is_lost = "♪" not in html and ("](" in cell or "no-such" in cell) and "https" not in cell
    assert codes(outcome) == ["BD326"] * is_lost


@pytest.mark.parametrize("mark", ["[sound:hund.mp3]", "[▶](sounds/hund.mp3)"])
def test_a_clue_that_gets_a_sound_keeps_its_note(tmp_path: Path, mark: str) -> None:
    pages = [table((clue, "dog"), ("Katze", "cat")) for clue in ("Hund", f"Hund {mark}")]
    old, new = (
        build_with(tmp_path, {"bio/a.md": page}, SOUNDS, NOW + 60 * each)
        for each, page in enumerate(pages)
    )
    assert {note.guid for note in old.result.notes} == {note.guid for note in new.result.notes}


def test_traps_and_comparisons_show_pictures(tmp_path: Path, col: Collection) -> None:
    picture = "![](images/heart.png)"
    trap = table((picture, "a rule"), ("a trap", picture), header=("Trap", "Rule"))
    compare = table(("heart", picture, "red"), header=("Organ", "Looks", "Colour"))
    outcome = build_with(tmp_path, {"bio/a.md": f"{trap}\n\n{compare}"})
    assert codes(outcome) == []
    assert [built.cards for built in outcome.result.packages] == [4]
    assert len(outcome.result.packages[0].package.media) == 1


def test_a_table_that_makes_no_notes_needs_no_files(tmp_path: Path) -> None:
    skipped = "<!-- cards: skip -->\n\n" + table(("a", "![](nowhere.png)"))
    outcome = build_with(tmp_path, {"bio/a.md": f"{skipped}\n\n{table(('one', 'two'))}"})
    assert codes(outcome) == []
    assert outcome.result.packages[0].package.media == ()


def test_a_picture_in_a_header_is_an_error_where_it_stands(tmp_path: Path) -> None:
    rows = table(("one", "![](images/heart.png)"), header=("Clue", "![](images/heart.png)"))
    outcome = build_with(tmp_path, {"bio/a.md": rows})
    (found,) = outcome.result.diagnostics
    assert (found.code, found.position) == ("BD319", ("bio/a.md", 1, 10))


@pytest.mark.parametrize(
    ("cell", "help_"),
    [
        ("![x](my file.png)", "write ![x](<my file.png>)"),
        ("![](my heart.png|300)", "write ![](<my heart.png>)"),
    ],
)
def test_what_was_meant_for_a_picture_is_told(tmp_path: Path, cell: str, help_: str) -> None:
    outcome = build_with(tmp_path, {"bio/a.md": table(("one", cell.replace("|", r"\|")))})
    assert [(d.code, d.help) for d in outcome.result.diagnostics] == [("BD320", help_)]


@pytest.mark.parametrize("cell", ["`![x](my file.png)`", "wow! [x](y.md)", "a[0]![1]", "![x] (y)"])
def test_what_was_not_meant_for_a_picture_is_left_alone(tmp_path: Path, cell: str) -> None:
    assert codes(build_with(tmp_path, {"bio/a.md": table(("one", cell))})) == []


def test_the_words_of_a_picture_are_not_taken_for_those_of_a_clue_or_an_answer(
    tmp_path: Path,
) -> None:
    organs = ("heart", "lung", "skin")
    told = [(f"![a drawing of the human {name}]({name}.png)", name) for name in organs]
    drawn = [(f"structure of the {name}", f"![scheme]({name}.png)") for name in organs]
    files = {f"{name}.png": png(n) for n, name in enumerate(organs)}
    pages = f"{table(*told, header=('Organ', 'Name'))}\n{table(*drawn)}"
    assert codes(build_with(tmp_path, {"a.md": pages}, files)) == []


@pytest.mark.parametrize("target", ["nowhere", "data:image/png;base64,AA/AA", "../../passwd"])
def test_a_refused_file_is_one_finding(tmp_path: Path, target: str) -> None:
    assert len(codes(build_with(tmp_path, {"bio/a.md": table(("one", f"![]({target})"))}))) == 1


def test_a_width_whose_pipe_cuts_the_row_is_one_finding(tmp_path: Path) -> None:
    rows = ("one", "is ![it|30](images/heart.png)"), ("![it|30](images/heart.png)", "one")
    outcome = build_with(tmp_path, {"bio/a.md": table(*rows)})
    assert codes(outcome) == ["BD201", "BD201"]
    assert {found.help for found in outcome.result.diagnostics} == {
        "write \\| for a pipe inside a cell"
    }


def test_a_missing_file_keeps_its_package_from_being_written(tmp_path: Path) -> None:
    outcome = build_with(
        tmp_path,
        {"bio/a.md": table(("one", "![](images/hart.png)")), "b.md": table(("one", "two"))},
    )
    assert [p.package.name for p in outcome.result.packages] == ["b"]
    (found,) = outcome.result.diagnostics
    assert (found.code, found.position) == ("BD304", ("bio/a.md", 3, 9))
    assert found.help == "did you mean images/heart.png?"


# --- packages -----------------------------------------------------------------------------------


@pytest.fixture
def built(tmp_path: Path) -> Outcome:
    return build_with(tmp_path, {"bio/organs.md": ORGANS})


def test_the_same_files_give_the_same_bytes(tmp_path: Path, built: Outcome) -> None:
    other = build_with(tmp_path / "other", {"bio/organs.md": ORGANS}, dict(reversed(FILES.items())))
    assert [p.digest for p in other.result.packages] == [p.digest for p in built.result.packages]


def test_one_file_under_two_names_is_packed_once(tmp_path: Path) -> None:
    rows = table(("one", "![](x.png)"), ("two", "![](y.png)"))
    files = {"x.png": png(), "y.png": png()}
    outcome = build_with(tmp_path, {"a.md": rows, "b.md": rows}, files)
    for package in outcome.result.packages:
        with zipfile.ZipFile(tmp_path / "decks" / package.file_name) as archive:
            assert archive.namelist() == ["collection.anki2", "media", "0"]
            assert list(json.loads(archive.read("media"))) == ["0"]
            assert archive.read("0") == png()


def read_from(folder: Path) -> Any:
    return lambda file: (folder / "notes" / file.path).read_bytes()


def test_reading_back_finds_media_that_were_not_meant(tmp_path: Path, built: Outcome) -> None:
    (package,) = built.result.packages
    check_archive(tmp_path / "decks" / package.file_name, package.package)
    path = tmp_path / "other.apkg"
    with pytest.raises(PackageMismatchError, match="media"):
        compile_package(package.package, path, read_media=lambda file: b"other")
    compile_package(package.package._replace(media=()), path, read_media=read_from(tmp_path))
    with pytest.raises(PackageMismatchError, match="media"):
        check_archive(path, package.package)


def test_a_file_that_changes_during_the_build_is_an_error(tmp_path: Path, monkeypatch) -> None:
    real = package_module.compile_package

    def late(*arguments: Any) -> None:
        (tmp_path / "notes/word.mp3").write_bytes(MP3 + b"\0")
        real(*arguments)

    monkeypatch.setattr(package_module, "compile_package", late)
    outcome = build_with(tmp_path, {"bio/organs.md": ORGANS})
    assert codes(outcome) == ["BD321"]
    assert outcome.result.diagnostics[0].position.file == "word.mp3"
    assert not (tmp_path / "decks").exists()
    monkeypatch.undo()
    assert codes(build_with(tmp_path, {}, {}, NOW + 60)) == []


def test_retired_notes_with_pictures_can_be_tagged(tmp_path: Path, col: Collection) -> None:
    rows = [("one", "![](images/heart.png)"), ("two", "2"), ("three", "3")]
    build_with(tmp_path, {"bio/a.md": table(*rows)})
    import_package(col, tmp_path / "decks" / "bio.apkg")
    build_with(tmp_path, {"bio/a.md": table(*rows[1:])}, {}, NOW + 60)
    file = tmp_path / "retired.apkg"
    done = run(tmp_path, "retired", "--package", str(file))
    assert (done.exit_code, len(read_package(file.read_bytes()))) == (0, 1)
    import_package(col, file)
    (note,) = map(col.get_note, col.find_notes("tag:retired"))
    assert note["Answer"].startswith("<img ")
    assert list(media_folder(col).values()) == [png(1)]


# --- the command line ---------------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> Any:
    places = ["-s", str(folder / "notes"), "-o", str(folder / "decks")]
    return CliRunner().invoke(
        cli, [*places, *arguments], standalone_mode=False, env={"SOURCE_DATE_EPOCH": str(NOW + 99)}
    )


def test_check_and_diff_see_a_replaced_picture(tmp_path: Path, built: Outcome) -> None:
    assert run(tmp_path, "--check").return_value == 0
    old = built.result.packages[0].package.media
    (tmp_path / "notes/bio/images/heart.png").write_bytes(png(77))
    assert run(tmp_path, "--check").return_value == 1
    said = run(tmp_path, "diff").output
    change = r"Answer: \[the heart \[-(bd-\w+\.png)\]-\] \{\+(bd-\w+\.png)\]\+\} in the chest"
    (found,) = re.findall(change, said)
    assert found[0] in {file.name for file in old}
    assert re.search(r"^.*organs\.md:5: reworded.*: \[a drawing of the heart bd-", said, re.M)


# --- the preview --------------------------------------------------------------------------------


def previewed(folder: Path, browser: Any, name: str = "preview.html") -> Any:
    """The preview's first card, its back shown, in a browser without a network."""
    assert run(folder, "preview", "-o", str(folder / name)).return_value == 0
    page = browser.new_context(offline=True).new_page()
    page.goto((folder / name).as_uri())
    page.locator("#answers").click()
    return page.frame_locator("iframe.is-ready >> nth=0")


@needs_chromium
def test_the_preview_shows_pictures_and_plays_sounds(tmp_path: Path, browser: Any) -> None:
    row = ("word ![](/word.mp3)", "![a heart](images/heart.png) ![](../other.wav)")
    build_with(tmp_path, {"bio/a.md": table(row)})
    card = previewed(tmp_path, browser)
    picture = card.locator("img")
    picture.wait_for()
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 4
    assert picture.get_attribute("alt") == "a heart"
    sounds = card.locator("audio")
    kinds = [sounds.nth(n).get_attribute("src").partition(";")[0] for n in range(2)]
    assert kinds == ["data:audio/mpeg", "data:audio/wav"]
    loaded = (
        "sound => new Promise(done => { sound.onloadeddata = done; sound.load() }).then(() => 1)"
    )
    assert sounds.nth(1).evaluate(loaded) == 1


@needs_chromium
def test_the_preview_names_what_it_has_no_room_for(
    tmp_path: Path, browser: Any, monkeypatch
) -> None:
    monkeypatch.setattr("generator.preview.web_page._MOST_EMBEDDED_BYTES", len(png(1)) + 10)
    row = ("word ![](/word.mp3)", "![a heart](images/heart.png) ![large one](images/large.png)")
    files = {**FILES, "bio/images/large.png": png(2) + bytes(300)}
    build_with(tmp_path, {"bio/a.md": table(row)}, files)
    card = previewed(tmp_path, browser)
    card.locator(".bd-a-text").wait_for()
    assert card.locator(".bd-a-text").inner_text().strip() == "large one (a large picture)"
    assert card.locator(".bd-prompt").inner_text() == "word ♪ (a large sound)"
    assert card.locator(".bd-a-text img:visible").count() == 1
