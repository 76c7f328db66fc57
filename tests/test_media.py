"""Pictures and sounds are read from inside the notes' folder only, whatever the notes say."""

from __future__ import annotations

import difflib
import os
import re
import stat
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from build_notes import work_of
from hypothesis import given
from hypothesis import strategies as st
from media_files import MP3, png, svg

from generator.core.diagnostics import Diagnostic, excerpt
from generator.core.model import Media, MediaReference, Position
from generator.sources import media as module
from generator.sources.media import MediaChangedError, MediaFolder, warnings_of

PAGE = "bio/deep/page.md"


@pytest.fixture(params=[True, False], ids=["by handle", "by path"])
def folder(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch) -> Path:
    """The notes' folder, with a secret beside it; both ways of reading."""
    monkeypatch.setattr(module, "_CAN_WALK", module._CAN_WALK and request.param)
    (tmp_path / "secret.png").write_bytes(png())
    notes = tmp_path / "notes"
    (notes / "bio" / "deep").mkdir(parents=True)
    (notes / "images").mkdir()
    (notes / "bio" / "deep" / "heart.png").write_bytes(png(1))
    (notes / "bio" / "lung.png").write_bytes(png(2))
    (notes / "images" / "skin.png").write_bytes(png(3))
    (notes / "images" / "two words (1).png").write_bytes(png(4))
    (notes / "word.mp3").write_bytes(MP3)
    return notes


def look_up(folder: Path, *targets: str, page: str = PAGE) -> tuple[list[Media], list[Diagnostic]]:
    references = [MediaReference(each, Position(page, 3, 1 + n)) for n, each in enumerate(targets)]
    files, diagnostics = MediaFolder(folder).look_up(references)
    first = {file: each for each in reversed(references) if (file := files[each.target])}
    for file, reference in first.items():
        diagnostics += warnings_of(file, reference.position)
    assert files.keys() == set(targets)
    return [file for file in files.values() if file], diagnostics


def refusal(folder: Path, target: str) -> tuple[str, str, str]:
    """Code, message and help for a target that must not be read."""
    files, (found,) = look_up(folder, target)
    assert files == []
    assert found.position == Position(PAGE, 3, 1)
    return found.code, found.message, found.help


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("heart.png", "bio/deep/heart.png"),
        ("./heart.png", "bio/deep/heart.png"),
        ("../lung.png", "bio/lung.png"),
        ("../../images/skin.png", "images/skin.png"),
        ("/images/skin.png", "images/skin.png"),
        ("/images/two words (1).png", "images/two words (1).png"),
        ("..//deep/./heart.png", "bio/deep/heart.png"),
        ("/word.mp3", "word.mp3"),
        ("heart.png?raw=true", "bio/deep/heart.png"),
        ("/images/skin.png#center", "images/skin.png"),
        ("/images/skin.png?raw=true#a?b", "images/skin.png"),
        ("/images/two words (1).png?size=/../../big", "images/two words (1).png"),
        ("[[skin.png#right]]", "images/skin.png"),
    ],
)
def test_names_are_read_from_the_pages_folder_or_from_the_notes(
    folder: Path, target: str, path: str
) -> None:
    ((file,), diagnostics) = look_up(folder, target)
    assert diagnostics == []
    assert file.path == path
    content = (folder / path).read_bytes()
    assert MediaFolder(folder).read(file) == content
    assert (file.size, file.is_sound) == (len(content), target.endswith("mp3"))


def test_the_name_is_made_from_the_content(folder: Path) -> None:
    (folder / "copy.PNG").write_bytes(png(3))
    (skin, copy, heart), diagnostics = look_up(
        folder, "/images/skin.png", "/copy.PNG", "heart.png", "/images/skin.png"
    )
    assert diagnostics == []
    assert skin.name == copy.name != heart.name
    assert re.fullmatch(r"bd-[0-9a-f]{24}\.png", skin.name)
    assert skin.name[3:-4] == skin.digest[:24]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("../../../secret.png", "BD310"),
        ("/../secret.png", "BD310"),
        ("../../../notes/word.mp3", "BD310"),
        ("../../../notes/word.mp3?raw=true", "BD310"),
        ("word.mp3?/../../../../secret.png", "BD310"),
        ("?raw=true", "BD304"),
        ("#", "BD304"),
        ("..", "BD313"),
        ("/", "BD313"),
        ("", "BD313"),
        ("https://example.org/a.png", "BD311"),
        ("HTTP://example.org/a.png", "BD311"),
        ("//example.org/a.png", "BD311"),
        ("data:image/png;base64,AAAA", "BD312"),
        ("javascript:alert(1)", "BD312"),
        ("file:///etc/passwd", "BD312"),
        ("C:\\Users\\me\\a.png", "BD312"),
        ("c:/a.png", "BD312"),
        ("/images", "BD313"),
        ("/word.mp3/x.png", "BD304"),
        ("images\\skin.png", "BD304"),
        ("..\\lung.png", "BD304"),
        ("a\0b.png", "BD304"),
        ("\x1b[31m.png", "BD304"),
    ],
)
def test_what_is_no_file_in_the_notes_is_refused(folder: Path, target: str, code: str) -> None:
    found = refusal(folder, target)
    assert found[0] == code
    assert not re.search(r"[\x00-\x1f]", " ".join(found))


def test_the_machines_own_paths_mean_the_notes_folder(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    code, message, _ = refusal(folder, str(secret))
    assert (code, message) == ("BD304", f"there is no file '{excerpt(str(secret)[1:])}'")


def test_an_embedded_picture_is_not_printed_whole(folder: Path) -> None:
    assert len(" ".join(refusal(folder, "//example.org/" + "x" * 100_000))) < 400


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("hart.png", "did you mean heart.png?"),
        ("Heart.PNG", "did you mean heart.png?"),
        ("../lungs.png", "did you mean ../lung.png?"),
        ("/image/skin.png", "did you mean /images/skin.png?"),
        ("../../Images/skin.png", "did you mean ../../images/skin.png?"),
        ("/images/two_words (1).png", "did you mean </images/two words (1).png>?"),
        ("../../images/two words 1.png", "did you mean <../../images/two words (1).png>?"),
        ("images\\skin.png", "write / between folders"),
    ],
)
def test_a_name_that_is_nearly_right_is_told(folder: Path, target: str, meant: str) -> None:
    code, _, help_ = refusal(folder, target)
    assert (code, help_) == ("BD304", meant)


@pytest.mark.parametrize(
    ("name", "target", "meant"),
    [
        ("my%20skin.png", "my skin.png", "my%2520skin.png"),  # of a page that says my%20skin.png
        ("50%25.png", "50%.png", "50%2525.png"),
        ("100%.png", "10%.png", "100%.png"),
    ],
)
def test_what_is_to_be_typed_for_a_percent_sign_names_the_file(
    folder: Path, name: str, target: str, meant: str
) -> None:
    (folder / "bio/deep" / name).write_bytes(png(4))
    assert refusal(folder, target)[2] == f"did you mean {meant}?"
    ((file,), _) = look_up(folder, unquote(meant))
    assert file.path == f"bio/deep/{name}"


def test_without_a_name_like_it_the_rule_is_told(folder: Path) -> None:
    assert "from the page's folder" in refusal(folder, "completely-different.webp")[2]
    (folder / "bio/deep/hund.mp3").write_bytes(MP3)
    assert "from the page's folder" in refusal(folder, "zug.mp3")[2]  # only its ending is the same


def test_a_file_with_such_a_name_comes_before_the_address(folder: Path) -> None:
    (folder / "skin.png?raw=true").write_bytes(png(7))
    (file,), _ = look_up(folder, "/skin.png?raw=true")
    assert file.path == "skin.png?raw=true"


def test_accents_may_be_written_in_two_ways(folder: Path) -> None:
    name = unicodedata.normalize("NFD", "café.png")
    (folder / "bio" / "deep" / name).write_bytes(png())
    (file,), diagnostics = look_up(folder, unicodedata.normalize("NFC", name))
    assert diagnostics == []
    assert MediaFolder(folder).read(file) == png()


# --- links, pipes, devices ----------------------------------------------------------------------


@pytest.mark.parametrize("where", ["../../../secret.png", "lung.png", "nowhere.png", "link.png"])
def test_a_link_to_a_file_is_not_followed(folder: Path, where: str) -> None:
    (folder / "bio" / "deep" / "link.png").symlink_to(where)
    code, message, _ = refusal(folder, "link.png")
    assert code == "BD313"
    assert "link.png is a symbolic link, which is not followed" in message


def test_a_link_to_a_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "out").symlink_to(tmp_path)
    (folder / "in").symlink_to("images")
    for target in ("/out/secret.png", "/in/skin.png"):
        assert "symbolic link" in refusal(folder, target)[1]


def test_a_pipe_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    assert refusal(folder, "/pipe.png")[:2] == (
        "BD313",
        "'pipe.png' cannot be put on a card: it is not a file",
    )


@pytest.mark.parametrize("name", ["..\\secret.png", "C:a.png", "con.png", "a.png.", "a.png:b"])
def test_what_means_something_else_to_windows_is_no_file_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_bytes(png())
    target = f"/{name}"
    assert look_up(tmp_path, target)[0]
    monkeypatch.setattr(module, "_IS_WINDOWS", True)
    assert refusal(tmp_path, target)[0] == "BD304"


@pytest.mark.skipif(not module._CAN_WALK, reason="this system cannot refuse links as it opens")
def test_what_is_exchanged_for_a_link_or_a_pipe_just_before_opening_is_refused(
    tmp_path: Path, monkeypatch
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (notes / "link.png").symlink_to("../secret.png")
    (notes / "out").symlink_to("..")
    os.mkfifo(notes / "pipe.png")
    monkeypatch.setattr(module, "_checked", lambda name, *_: name)  # all looked well
    for target in ("/link.png", "/out/secret.png", "/pipe.png"):
        assert refusal(notes, target)[0] == "BD313"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error(folder: Path) -> None:
    (folder / "word.mp3").chmod(0)
    assert refusal(folder, "/word.mp3")[:2] == (
        "BD313",
        "'word.mp3' cannot be put on a card: Permission denied",
    )


# --- content ------------------------------------------------------------------------------------


def test_what_is_neither_picture_nor_sound_is_refused(folder: Path) -> None:
    (folder / "x.png").write_bytes(b"not a picture")
    assert refusal(folder, "/x.png")[0] == "BD314"
    (folder / "x.png").write_bytes(b"")
    assert refusal(folder, "/x.png")[0] == "BD314"


def test_a_name_that_lies_is_told_once_and_the_content_decides(folder: Path) -> None:
    (folder / "x.jpg").write_bytes(png())
    (file, _), (warning,) = look_up(folder, "/x.jpg", "../../x.jpg")
    assert (warning.code, warning.severity) == ("BD315", "warning")
    assert warning.help == "rename it to end in .png; the card shows it either way"
    assert file.name.endswith(".png")


def test_an_svg_that_could_run_something_is_refused(folder: Path) -> None:
    (folder / "x.svg").write_bytes(svg("<script>1</script>"))
    code, message, _ = refusal(folder, "/x.svg")
    assert (code, message) == (
        "BD318",
        "'x.svg' cannot be put on a card: an SVG must not hold <script>",
    )


def test_a_large_file_is_warned_of_and_a_huge_one_refused_unread(folder: Path) -> None:
    with (folder / "word.mp3").open("ab") as file:
        file.truncate(module.LARGE + 1)
    (sound,), (warning,) = look_up(folder, "/word.mp3")
    assert (warning.code, sound.size) == ("BD316", module.LARGE + 1)
    assert "5.0 MB" in warning.message
    with (folder / "word.mp3").open("ab") as file:
        file.truncate(1 << 40)  # it takes no room on the disk, and would take hours to read
    assert refusal(folder, "/word.mp3")[:2] == (
        "BD317",
        "'word.mp3' is too large: 1,099,512 MB, where 100 MB are the most",
    )


def test_a_file_that_grows_while_it_is_read_is_read_no_further(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST", 100)
    assert refusal(folder, "/word.mp3")[0] == "BD317"
    with monkeypatch.context() as patched:
        small = SimpleNamespace(st_mode=stat.S_IFREG, st_size=10)
        patched.setattr(module.os, "fstat", lambda _: small)
        assert refusal(folder, "/word.mp3")[0] == "BD317"


def test_a_file_that_changed_since_is_not_packed(folder: Path) -> None:
    files = MediaFolder(folder)
    found, _ = files.look_up([MediaReference("/word.mp3", Position(PAGE, 1, 1))])
    (sound,) = found.values()
    assert sound is not None
    (folder / "word.mp3").write_bytes(MP3 + b"\0")
    with pytest.raises(MediaChangedError, match=r"word\.mp3"):
        files.read(sound)
    (folder / "word.mp3").unlink()
    with pytest.raises(MediaChangedError):
        files.read(sound)


@given(
    st.text() | st.lists(st.sampled_from(["..", ".", "", "a", "b.png", "\\", "%"])).map("/".join),
    st.booleans(),
)
def test_no_target_raises_or_leaves_the_folder(
    tmp_path_factory, target: str, is_named: bool
) -> None:
    target = f"[[{target}]]" if is_named else target
    root = tmp_path_factory.getbasetemp() / "hostile"
    (root / "notes" / "a").mkdir(parents=True, exist_ok=True)
    for place in (root, root / "notes", root / "notes" / "a"):
        (place / "b.png").write_bytes(png(len(place.parts)))
    files, diagnostics = look_up(root / "notes", target, page="a/page.md")
    assert len(files) + len(diagnostics) == 1
    for file in files:
        assert (root / "notes" / file.path).read_bytes() != (root / "b.png").read_bytes()


# --- files by their name --------------------------------------------------------------------------


def named(folder: Path, name: str, page: str = PAGE) -> tuple[list[str], list[Diagnostic]]:
    found, diagnostics = look_up(folder, f"[[{name}]]", page=page)
    return [file.path for file in found], diagnostics


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("heart.png", "bio/deep/heart.png"),
        ("skin.png", "images/skin.png"),
        ("Skin.PNG", "images/skin.png"),
        ("two words (1).png", "images/two words (1).png"),
        ("images/skin.png", "images/skin.png"),
        ("/images/skin.png", "images/skin.png"),
        ("../lung.png", "bio/lung.png"),
        ("word.mp3", "word.mp3"),
    ],
)
def test_a_name_in_brackets_is_found_in_any_folder(folder: Path, name: str, path: str) -> None:
    assert named(folder, name) == ([path], [])


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("bio/deep/page.md", "bio/deep/heart.png"),
        ("bio/page.md", "bio/deep/heart.png"),
        ("images/page.md", "images/heart.png"),
        ("page.md", "images/heart.png"),
    ],
)
def test_the_nearest_of_one_name_is_taken(folder: Path, page: str, path: str) -> None:
    (folder / "images" / "heart.png").write_bytes(png(9))
    assert named(folder, "heart.png", page) == ([path], [])
    assert named(folder, "images/heart.png", page) == (["images/heart.png"], [])


def test_two_that_are_equally_near_are_named_and_one_content_is_one_file(folder: Path) -> None:
    for name, content in (("a/x.png", 1), ("b/x.png", 2), ("c/y.png", 3), ("d/y.png", 3)):
        (folder / name).parent.mkdir()
        (folder / name).write_bytes(png(content))
    found, (told,) = named(folder, "x.png", "page.md")
    assert found == []
    assert (told.code, told.position) == ("BD325", Position("page.md", 3, 1))
    assert "a/x.png or b/x.png" in told.message
    assert named(folder, "y.png", "page.md") == (["c/y.png"], [])


def test_the_case_of_a_name_decides_between_two(folder: Path) -> None:
    (folder / "images" / "Heart.png").write_bytes(png(9))
    assert named(folder, "Heart.png") == (["images/Heart.png"], [])


@pytest.mark.parametrize(
    ("name", "help_"),
    [
        ("hart.png", "did you mean ![[heart.png]]?"),
        ("nothing at all.png", "put it into the source folder; it may lie in any folder there"),
    ],
)
def test_a_name_that_is_nowhere_is_told(folder: Path, name: str, help_: str) -> None:
    found, (told,) = named(folder, name)
    assert found == []
    assert (told.code, told.message, told.help) == ("BD304", f"there is no file '{name}'", help_)


@pytest.mark.parametrize("name", ["secret.png", "../../../secret.png", "/etc/passwd", "hidden.png"])
def test_no_name_leads_out_of_the_folder_or_into_a_hidden_one(
    folder: Path, tmp_path: Path, name: str
) -> None:
    (folder / "linked").symlink_to(tmp_path)
    (folder / "linked.png").symlink_to(tmp_path / "secret.png")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "hidden.png").write_bytes(png(5))
    assert named(folder, name)[0] == named(folder, "linked.png")[0] == []


def test_the_folder_is_looked_through_once(folder: Path, monkeypatch) -> None:
    scanned: list[object] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: scanned.append(path) or scandir(path))
    look_up(folder, *(f"[[{name}]]" for name in ("heart.png", "skin.png", "lung.png")))
    assert len(scanned) == 4, "the folder and the three in it"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/word.mp3", "BD317"),
        ("../lungs.png", "BD304"),
        ("../lungs.png?raw=true", "BD304"),
        ("[[lungs.png]]", "BD304"),
    ],
)
def test_what_is_refused_or_missing_is_looked_at_once(
    folder: Path, monkeypatch, target: str, code: str
) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    looked: list[str] = []
    for name in ("_read", "_most_like"):
        asked = getattr(module, name)

        def counted(first: object, second: object, asked=asked, name=name) -> object:
            looked.append(name)
            return asked(first, second)

        monkeypatch.setattr(module, name, counted)
    once = look_up(folder, target)
    times = len(looked)
    looked.clear()
    positions = [Position(PAGE, line, 1) for line in range(3, 43)]
    _, found = MediaFolder(folder).look_up(MediaReference(target, each) for each in positions)
    assert [(each.code, each.position) for each in found] == [(code, each) for each in positions]
    assert {(each.message, each.help) for each in found} == {(once[1][0].message, once[1][0].help)}
    assert len(looked) == times


WORDS = st.text(st.sampled_from("ab_1."), max_size=6)


@given(WORDS, st.lists(WORDS, max_size=12))
def test_the_nearest_name_is_the_one_that_difflib_finds(name: str, names: list[str]) -> None:
    assert module._nearest(name, names) == next(iter(difflib.get_close_matches(name, names, 1)), "")


def test_only_what_is_nearer_than_the_nearest_so_far_is_compared_to_its_end() -> None:
    names = [f"img_{number:03}.png" for number in range(300)]
    assert work_of(lambda: module._most_like("imgs7.png", names))["ratio"] < 60
