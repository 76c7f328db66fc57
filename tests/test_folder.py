"""The notes on disk: which files are read, in what order, with which settings; what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from build_notes import NOW, build_in, table, write_notes

from generator.core.diagnostics import (
    BROKEN_SETTINGS,
    LINK_NOT_FOLLOWED,
    LONG_NAME,
    NO_NOTES,
    NOT_UTF8,
    SAME_PACKAGE,
    TOO_DEEP_A_FOLDER,
    TOO_LARGE,
    TOO_MANY_LINES,
    UNPRINTABLE_NAME,
    UNREADABLE,
    Diagnostic,
    has_errors,
)
from generator.settings.values import Settings
from generator.sources import folder
from generator.sources.folder import MOST_NAME_BYTES, PackageSource, read_folder

ONE = table(("a fast answer", "cache"))


def paths(entry: PackageSource) -> list[str]:
    return [source.path for source, _ in entry.sources]


def places(found: tuple[Diagnostic, ...]) -> list[tuple[str, str, int, int]]:
    return [(d.code, *d.position) for d in found]


def read_one(folder: Path) -> PackageSource:
    """The only entry of a folder with which nothing else is wrong."""
    (entry,), found, *_ = read_folder(folder)
    assert found == ()
    return entry


def settings_of(entry: PackageSource) -> dict[str, Settings]:
    return {source.path: settings for source, settings in entry.sources}


# --- files --------------------------------------------------------------------------------------


def test_each_file_and_folder_at_the_top_is_a_package(tmp_path: Path) -> None:
    write_notes(tmp_path, {"single.md": "s", "bio/cells.md": "c", "bio/deep/er/x.md": "x"})
    (bio, single), found, *_ = read_folder(tmp_path)
    assert found == ()
    assert (bio.package, paths(bio)) == ("bio", ["bio/cells.md", "bio/deep/er/x.md"])
    assert (single.package, paths(single)) == ("single", ["single.md"])
    assert [source.text for source, _ in single.sources] == ["s"]


def test_files_come_in_the_order_a_person_counts(tmp_path: Path) -> None:
    names = ["1 b.md", "2.md", "10.md", "a.md", "B.md", "c2/x.md", "c10.md", "ä.md"]
    write_notes(tmp_path / "p", dict.fromkeys(reversed(names), ""))
    assert paths(read_one(tmp_path)) == [f"p/{name}" for name in names]


def test_packages_come_in_that_order_too(tmp_path: Path) -> None:
    write_notes(tmp_path, dict.fromkeys(["week 10.md", "week 2/a.md", "Week 1.md"], ""))
    assert [entry.package for entry in read_folder(tmp_path)[0]] == ["Week 1", "week 2", "week 10"]


def test_what_is_hidden_or_not_markdown_is_not_read(tmp_path: Path) -> None:
    names = [
        "p/a.md",
        "p/.b.md",
        "p/.git/c.md",
        ".d/e.md",
        ".f.md",
        "p/g.txt",
        "p/h.md.bak",
        "i.png",
    ]
    write_notes(tmp_path, dict.fromkeys(names, ""))
    assert paths(read_one(tmp_path)) == ["p/a.md"]


def test_a_folder_with_the_name_of_a_file_is_a_folder(tmp_path: Path) -> None:
    write_notes(tmp_path, {"x.md/y.md": "inside", "x.md/deck.toml/z.md": "odd"})
    entry = read_one(tmp_path)
    assert (entry.package, paths(entry)) == ("x.md", ["x.md/deck.toml/z.md", "x.md/y.md"])


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    write_notes(tmp_path, {"p/deck.toml": '\ufeffdeck = "D"\n', "p/a.md": "\ufeff# T\r\n"})
    ((source, settings),) = read_one(tmp_path).sources
    assert (source.text, settings.deck) == ("# T\r\n", "D")


@pytest.mark.parametrize("names", [[], ["a.txt", ".b.md", "empty/c.txt", "deck.toml"]])
def test_a_folder_without_notes_is_an_error(tmp_path: Path, names: list[str]) -> None:
    write_notes(tmp_path, dict.fromkeys(names, ""))
    entries, found, *_ = read_folder(tmp_path)
    assert entries == ()
    assert places(found) == [(NO_NOTES.code, "", 1, 1)]
    assert str(tmp_path) in found[0].message


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_that_is_none_is_an_error(tmp_path: Path, name: str) -> None:
    write_notes(tmp_path, {"file": ""})
    entries, found, *_ = read_folder(tmp_path / name)
    assert entries == ()
    assert places(found) == [(UNREADABLE.code, "", 1, 1)]
    assert str(tmp_path / name) in found[0].message


# --- symbolic links -----------------------------------------------------------------------------


def test_links_are_reported_and_not_followed(tmp_path: Path) -> None:
    write_notes(tmp_path, {"out/secret.md": "s", "out/deck.toml": "id = 'x'", "notes/p/a.md": "a"})
    notes, out = tmp_path / "notes", tmp_path / "out"
    links = {
        "p/inside.md": notes / "p/a.md",
        "p/outside.md": out / "secret.md",
        "p/folder": out,
        "p/up": notes,
        "p/broken.md": out / "missing.md",
        "p/broken": out / "missing",
        "p/deck.toml": out / "deck.toml",
    }
    for name, target in links.items():
        (notes / name).symlink_to(target)
    (notes / "p/itself").symlink_to("itself")
    (notes / "p/circle.md").symlink_to("circle.md")
    entry = read_one(notes)
    assert paths(entry) == ["p/a.md"]
    assert entry.settings == Settings(deck="p")
    expected = sorted([*links, "p/itself", "p/circle.md"])
    assert sorted(places(entry.diagnostics)) == [
        (LINK_NOT_FOLLOWED.code, name, 1, 1) for name in expected
    ]


def test_links_at_the_top_make_no_package(tmp_path: Path) -> None:
    write_notes(tmp_path, {"out/p/secret.md": "s", "notes/real.md": "r"})
    notes = tmp_path / "notes"
    (notes / "p").symlink_to(tmp_path / "out/p")
    (notes / "q.md").symlink_to(tmp_path / "out/p/secret.md")
    (notes / "round").symlink_to("round")
    (entry,), found, *_ = read_folder(notes)
    assert entry.package == "real"
    assert places(found) == [
        (LINK_NOT_FOLLOWED.code, name, 1, 1) for name in ("p", "q.md", "round")
    ]


def test_only_links_are_no_notes(tmp_path: Path) -> None:
    write_notes(tmp_path, {"out/a.md": "a", "notes/readme.txt": ""})
    (tmp_path / "notes/a.md").symlink_to(tmp_path / "out/a.md")
    entries, found, *_ = read_folder(tmp_path / "notes")
    assert entries == ()
    assert [d.code for d in found] == [LINK_NOT_FOLLOWED.code, NO_NOTES.code]


def test_a_link_to_a_file_that_is_no_note_is_nothing_to_report(tmp_path: Path) -> None:
    write_notes(tmp_path, {"out/x.png": "", "notes/p/a.md": "a"})
    (tmp_path / "notes/p/x.png").symlink_to(tmp_path / "out/x.png")
    assert read_one(tmp_path / "notes").diagnostics == ()


# --- files that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "line", "column", "byte"),
    [
        (b"\xff\xfe#\x00", 1, 1, 0xFF),
        (b"# T\n\n| a | caf\xe9 |\n", 3, 10, 0xE9),
        ("é😀\r\nü".encode() + b"\xc3", 2, 2, 0xC3),
        (b"\xef\xbb\xbfab\x80", 1, 3, 0x80),
    ],
)
def test_the_byte_that_is_not_utf8_is_pointed_at(
    tmp_path: Path, data: bytes, line: int, column: int, byte: int
) -> None:
    write_notes(tmp_path, {"p/good.md": "g", "other.md": "o"})
    (tmp_path / "p/bad.md").write_bytes(data)
    (other, entry), found, *_ = read_folder(tmp_path)
    assert (found, other.diagnostics) == ((), ())
    assert paths(entry) == ["p/good.md"]
    assert places(entry.diagnostics) == [(NOT_UTF8.code, "p/bad.md", line, column)]
    assert f"0x{byte:02x}" in entry.diagnostics[0].message


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    write_notes(tmp_path, {"p/good.md": "g"})
    for name in ("p/pipe.md", "p/deck.toml", "top.md"):
        os.mkfifo(tmp_path / name)
    # In a process of its own, which can be stopped: reading a pipe might never end.
    program = (
        "import sys; from pathlib import Path; from generator.sources.folder import read_folder\n"
        "for entry in read_folder(Path(sys.argv[1]))[0]:\n"
        "    for found in entry.diagnostics: print(found.code, found.position.file)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    printed = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout
    expected = [f"{UNREADABLE.code} {name}" for name in ("p/deck.toml", "p/pipe.md", "top.md")]
    assert sorted(printed.splitlines()) == expected


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    write_notes(tmp_path, {"p/good.md": "g"})
    for name in (b"p/b\xff.md", b"top\xff.md"):
        try:
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
        except OSError:
            pytest.skip("this file system takes only names in UTF-8")
    entries, found, *_ = read_folder(tmp_path)
    assert found == ()
    assert [path for entry in entries for path in paths(entry)] == ["p/good.md"]
    assert [place for entry in entries for place in places(entry.diagnostics)] == [
        (UNPRINTABLE_NAME.code, "p/b\\xff.md", 1, 1),
        (UNPRINTABLE_NAME.code, "top\\xff.md", 1, 1),
    ]
    for entry in entries:
        entry.package.encode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("new\nline", "new\\nline"),
        ("colour\x1b[31m", "colour\\x1b[31m"),
        ("c1\x9b", "c1\\x9b"),
        ("end\u2028of line", "end\\u2028of line"),
        ("exe\u202edm", "exe\\u202edm"),
    ],
)
def test_a_name_that_would_garble_what_it_is_printed_in_is_refused(
    tmp_path: Path, name: str, shown: str
) -> None:
    write_notes(tmp_path, {f"{name}.md": "", f"{name}2/a.md": "", f"{name}.txt": "", "good.md": ""})
    entries, found, *_ = read_folder(tmp_path)
    assert found == ()
    assert [path for entry in entries for path in paths(entry)] == ["good.md"]
    assert sorted(place for entry in entries for place in places(entry.diagnostics)) == [
        (UNPRINTABLE_NAME.code, f"{shown}.md", 1, 1),
        (UNPRINTABLE_NAME.code, f"{shown}2", 1, 1),
    ]


def test_a_name_may_be_as_long_as_its_package_can_be_written(tmp_path: Path) -> None:
    fits, long = "f" * (MOST_NAME_BYTES - 3), "ü" * 100 + "x"
    write_notes(tmp_path / "notes", {f"{fits}.md": ONE, f"{long}/a.md": ONE})
    outcome = build_in(tmp_path)
    assert [path.name for path in outcome.written] == ["ledger.jsonl", f"{fits}.apkg"]
    assert places(outcome.result.diagnostics) == [(LONG_NAME.code, long, 1, 1)]


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MOST_PAGE_BYTES", 1_000_000)
    sizes = {"p/fits.md": folder.MOST_PAGE_BYTES, "p/large.md": folder.MOST_PAGE_BYTES + 1}
    sizes |= {"p/deck.toml": folder.MOST_SETTINGS_BYTES + 1}
    write_notes(tmp_path, {name: "#" * size for name, size in sizes.items()})
    entry = read_one(tmp_path)
    assert paths(entry) == ["p/fits.md"]
    assert places(entry.diagnostics) == [
        (TOO_LARGE.code, "p/deck.toml", 1, 1),
        (TOO_LARGE.code, "p/large.md", 1, 1),
    ]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_page_with_too_many_lines_is_refused(tmp_path: Path, end: str) -> None:
    lines = {"p/fits.md": folder.MOST_LINES, "p/large.md": folder.MOST_LINES + 1}
    write_notes(tmp_path, {name: end * count for name, count in lines.items()})
    entry = read_one(tmp_path)
    assert paths(entry) == ["p/fits.md"]
    assert places(entry.diagnostics) == [(TOO_MANY_LINES.code, "p/large.md", 1, 1)]


def test_folders_nested_too_deep_are_refused(tmp_path: Path) -> None:
    deep = "p/" + "d/" * 90 + "a.md"
    write_notes(tmp_path, {deep: "", "p/" + "e/" * 300 + "a.md": ""})
    entry = read_one(tmp_path)
    assert paths(entry) == [deep]
    assert places(entry.diagnostics) == [(TOO_DEEP_A_FOLDER.code, "p" + "/e" * 100, 1, 1)]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_what_one_may_not_read_is_named(tmp_path: Path) -> None:
    write_notes(tmp_path, {"p/good.md": "g", "p/shut/a.md": "a", "p/bad.md": "b"})
    (tmp_path / "p/bad.md").chmod(0)
    (tmp_path / "p/shut").chmod(0)
    try:
        entry = read_one(tmp_path)
    finally:
        (tmp_path / "p/shut").chmod(0o700)
    assert paths(entry) == ["p/good.md"]
    assert {(d.code, d.position.file.split("/")[1]) for d in entry.diagnostics} == {
        (UNREADABLE.code, "bad.md"),
        (UNREADABLE.code, "shut"),
    }


# --- settings -----------------------------------------------------------------------------------


def test_a_sub_folder_is_a_sub_deck(tmp_path: Path) -> None:
    write_notes(tmp_path, {"bio/a.md": "", "bio/cells/b.md": "", "bio/cells/deep/c.md": ""})
    entry = read_one(tmp_path)
    assert entry.settings.deck == "bio"
    assert {path: settings.deck for path, settings in settings_of(entry).items()} == {
        "bio/a.md": "bio",
        "bio/cells/b.md": "bio::cells",
        "bio/cells/deep/c.md": "bio::cells::deep",
    }


def test_a_deck_toml_holds_for_its_folder_and_below(tmp_path: Path) -> None:
    write_notes(
        tmp_path,
        {
            "deck.toml": 'id = "all"\ndeck = "School"\ntags = ["s"]\nlang = "de"',
            "bio/deck.toml": 'id = "b"\ntags = ["b"]\ntopic = "Life"',
            "bio/a.md": "",
            "bio/cells/deck.toml": 'deck = "Cells"\ntags = ["c"]\nlang = "fr"',
            "bio/cells/b.md": "",
            "bio/cells/deep/c.md": "",
            "bio/z.md": "",
        },
    )
    entry = read_one(tmp_path)
    bio = Settings(id="b", deck="School::bio", tags=("s", "b"), lang="de", topic="Life")
    cells = Settings(deck="Cells", tags=("s", "b", "c"), lang="fr", topic="Life")
    assert entry.settings == bio
    assert settings_of(entry) == {
        "bio/a.md": bio,
        "bio/cells/b.md": cells,
        "bio/cells/deep/c.md": Settings(
            deck="Cells::deep", tags=("s", "b", "c"), lang="fr", topic="Life"
        ),
        "bio/z.md": bio,
    }


def test_a_single_file_at_the_top_has_a_deck_and_no_id(tmp_path: Path) -> None:
    """Two files that shared an id would take each other's notes in one collection."""
    write_notes(tmp_path, {"deck.toml": 'id = "all"\nlang = "de"', "one.md": "", "two.md": ""})
    entries, *_ = read_folder(tmp_path)
    assert [entry.settings for entry in entries] == [
        Settings(deck="one", lang="de"),
        Settings(deck="two", lang="de"),
    ]
    for entry in entries:
        assert [settings for _, settings in entry.sources] == [entry.settings]


def test_a_fault_in_a_deck_toml_is_said_once_and_stops_its_package_only(tmp_path: Path) -> None:
    write_notes(tmp_path, {"p/deck.toml": "deck = A", "p/a.md": "", "p/q/b.md": "", "other.md": ""})
    (other, entry), found, *_ = read_folder(tmp_path)
    assert (found, other.diagnostics) == ((), ())
    assert places(entry.diagnostics) == [(BROKEN_SETTINGS.code, "p/deck.toml", 1, 8)]
    assert settings_of(entry)["p/q/b.md"].deck == "p::q"


def test_a_fault_in_the_topmost_deck_toml_is_everybodys(tmp_path: Path) -> None:
    write_notes(tmp_path, {"deck.toml": "\ndeck = A", "p/a.md": ""})
    (entry,), found, *_ = read_folder(tmp_path)
    assert entry.diagnostics == ()
    assert places(found) == [(BROKEN_SETTINGS.code, "deck.toml", 2, 8)]


def test_a_file_and_a_folder_of_one_name_clash(tmp_path: Path) -> None:
    write_notes(tmp_path, {"a.md": "1", "a/b.md": "2", "other.md": ""})
    (tmp_path / "a/bad.md").write_bytes(b"\xff")
    (clash, other), found, *_ = read_folder(tmp_path)
    assert (found, other.diagnostics) == ((), ())
    assert clash.package == "a"
    assert {d.code for d in clash.diagnostics} == {SAME_PACKAGE.code, NOT_UTF8.code}
    (named,) = [d for d in clash.diagnostics if d.code == SAME_PACKAGE.code]
    assert named.message == "a and a.md would both become a.apkg"
    assert has_errors(clash.diagnostics)


# --- names ----------------------------------------------------------------------------------------


def findings(folder: Path) -> list[tuple[str, str, str]]:
    read = read_folder(folder)
    all_found = [*read.diagnostics, *(d for entry in read.entries for d in entry.diagnostics)]
    return [(d.code, d.position.file, d.help) for d in all_found]


@pytest.mark.parametrize(("name", "better"), [("c.mkd", "c.md"), ("c.mdown", "c.md")])
def test_a_file_that_is_nearly_markdown_is_named(tmp_path: Path, name: str, better: str) -> None:
    write_notes(tmp_path, {name: "x", "bio/deep/" + name: "x", "bio/a.md": "x", "z.txt": "x"})
    assert findings(tmp_path) == [
        ("BD136", name, f"rename it to {better}"),
        ("BD136", f"bio/deep/{name}", f"rename it to {better}"),
    ]
    assert [entry.package for entry in read_folder(tmp_path).entries] == ["bio"]


@pytest.mark.parametrize("name", ["Deck.toml", "deck.toml.txt", "DECK.TOML.TXT", "decks.toml"])
def test_a_file_that_is_nearly_settings_is_named(tmp_path: Path, name: str) -> None:
    write_notes(
        tmp_path, {name: "x", "bio/" + name: "x", "bio/a.md": "x", "bio/pyproject.toml": ""}
    )
    assert findings(tmp_path) == [
        ("BD141", name, "rename it to deck.toml"),
        ("BD141", f"bio/{name}", "rename it to deck.toml"),
    ]
    write_notes(tmp_path, {"bio/deck.toml": "deck = 'Here'"})
    (bio,) = read_folder(tmp_path).entries
    assert bio.settings.deck == "Here"


@pytest.mark.parametrize("ending", ["md", "MD", "Md", "markdown", "Markdown", "MARKDOWN"])
def test_a_page_may_be_named_in_several_ways(tmp_path: Path, ending: str) -> None:
    write_notes(tmp_path, {f"a.{ending}": ONE, f"bio/b c.{ending}": ONE})
    read = read_folder(tmp_path)
    assert read.diagnostics == ()
    assert [(entry.package, paths(entry)) for entry in read.entries] == [
        ("a", [f"a.{ending}"]),
        ("bio", [f"bio/b c.{ending}"]),
    ]
    assert findings(tmp_path) == []


def test_a_page_with_a_long_ending_is_named_and_tagged_as_others(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"bio/cell-parts.markdown": ONE, "plants.MD": ONE})
    assert sorted(path.name for path in outcome.written) == [
        "bio.apkg",
        "ledger.jsonl",
        "plants.apkg",
    ]
    bio, plants = outcome.result.notes
    assert (bio.fields.page, plants.fields.page) == ("cell parts", "plants")
    assert bio.row.tags == ("bio::cell-parts", "kind::clue")
    assert plants.row.tags == ("kind::clue", "plants")


def test_two_files_that_would_be_one_page_are_an_error(tmp_path: Path) -> None:
    before = build_in(tmp_path, {"bio/a.md": ONE, "bio/b.md": table(("x", "y"))})
    after = build_in(tmp_path, {"bio/a.markdown": table(("a fast answer", "log"))}, NOW + 10)
    (found,) = after.result.diagnostics
    assert (found.code, found.position.file) == ("BD158", "bio/a.markdown")
    assert found.message.startswith("a.markdown and a.md would be one page")
    assert [n.row for n in after.result.notes] == [n.row for n in before.result.notes]
    assert not after.result.changes.retired


def test_two_files_that_would_be_one_package_clash(tmp_path: Path) -> None:
    write_notes(tmp_path, {"a.md": "1", "a.markdown": "2"})
    (clash,) = read_folder(tmp_path).entries
    (named,) = clash.diagnostics
    assert (named.code, named.message) == (
        SAME_PACKAGE.code,
        "a.markdown and a.md would both become a.apkg",
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("con", "without 'con', which names a device there"),
        ("Lpt1.old", "without 'Lpt1', which names a device there"),
        ("a:b", "without ':'"),
        ("which?", "without '?'"),
        ("end.", "without the dot at its end"),
        ("end ", "without the space at its end"),
    ],
)
def test_a_name_that_windows_cannot_store_is_a_warning(
    tmp_path: Path, name: str, what: str
) -> None:
    write_notes(tmp_path, {f"{name}/a.md": "x", "console.md": "x", "v1.2/a.md": "x"})
    ((code, file, advice),) = findings(tmp_path)
    assert (code, file) == ("BD137", name)
    assert what in advice


def test_names_that_differ_in_capitals_only_are_a_warning(tmp_path: Path) -> None:
    write_notes(tmp_path, {"Bio/a.md": "x", "bio/a.md": "x", "BIO.md": "x"})
    read = read_folder(tmp_path)
    assert [d.message for entry in read.entries for d in entry.diagnostics] == [
        "the name differs from Bio in nothing but capitals",
        "the name differs from Bio in nothing but capitals",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    write_notes(tmp_path, {"bio/a.md": "x", "bio/deck.toml": "", "z.md": "x"})
    (tmp_path / "bio").chmod(0o000)
    told = findings(tmp_path)
    (tmp_path / "bio").chmod(0o700)
    assert [(code, file) for code, file, _ in told] == [("BD105", "bio")]


# --- pages that are left out ----------------------------------------------------------------------


def read_and_left(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The pages that are read, and why others are not."""
    read = read_folder(folder)
    assert read.diagnostics == ()
    assert all(entry.diagnostics == () for entry in read.entries)
    listed = {f"{e.file}{'/' * e.is_folder}": e.pattern or e.reason for e in read.left_out}
    return [path for entry in read.entries for path in paths(entry)], listed


def test_pages_that_nobody_learns_are_left_out(tmp_path: Path) -> None:
    names = ["README.md", "bio/README.zh-CN.md", "bio/CHANGELOG.md", "bio/deep/LICENSE.markdown"]
    pages = ["bio/a.md", "bio/deep/b.md", "bio/deep/security.md"]
    folders = ["bio/node_modules/x/a.md", "logseq/bak/cells/1.md"]
    write_notes(tmp_path, dict.fromkeys([*names, *pages, *folders], ONE))
    assert read_and_left(tmp_path) == (
        pages,
        {
            "README.md": "README",
            "bio/CHANGELOG.md": "CHANGELOG",
            "bio/deep/LICENSE.markdown": "LICENSE",
            "bio/node_modules/": "node_modules",
            "bio/README.zh-CN.md": "README",
            "logseq/bak/": "bak",
        },
    )


def test_a_readme_that_stands_alone_in_its_folder_is_the_page(tmp_path: Path) -> None:
    pages = [
        "cells/parts/README.de.md",
        "cells/parts/README.md",
        "cells/README.md",
        "dna/readme.md",
    ]
    others = ["LICENSE.md", "README.md", "cells/LICENSE.md"]
    write_notes(tmp_path, dict.fromkeys([*pages, *others, "dna/pictures/x.png"], ONE))
    assert read_and_left(tmp_path) == (
        pages,
        {"cells/LICENSE.md": "LICENSE", "LICENSE.md": "LICENSE", "README.md": "README"},
    )


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "TODO.md"])
def test_the_only_page_there_is_is_read(tmp_path: Path, name: str) -> None:
    write_notes(tmp_path, {name: ONE})
    assert read_and_left(tmp_path) == ([name], {})


def test_a_readme_below_other_pages_is_left_out_where_theirs_are_broken(tmp_path: Path) -> None:
    write_notes(tmp_path, {"README.md": ONE, "p/x.txt": ""})
    (tmp_path / "p/a.md").write_bytes(b"\xff")
    read = read_folder(tmp_path)
    assert [entry.package for entry in read.entries] == ["p"]
    assert [each.file for each in read.left_out] == ["README.md"]


def test_a_page_says_whether_it_is_read(tmp_path: Path) -> None:
    no, yes = f"---\ncards: false\n---\n{ONE}", f"---\ncards: true\n---\n{ONE}"
    write_notes(tmp_path, {"a.md": ONE, "b.md": no, "README.md": yes, "TODO.md": no})
    assert read_and_left(tmp_path) == (
        ["a.md", "README.md"],
        {"b.md": "cards: false", "TODO.md": "TODO"},
    )


def test_settings_leave_out_and_take_in(tmp_path: Path) -> None:
    write_notes(
        tmp_path,
        {
            "deck.toml": 'exclude = ["drafts/**", "*.old.md"]\ninclude = ["bio/README.md"]',
            "drafts/a.md": ONE,
            "drafts/x/b.md": ONE,
            "a.old.md": ONE,
            "bio/b.old.md": ONE,
            "bio/README.md": ONE,
            "bio/c.md": ONE,
            "bio/d.md": ONE,
            "bio/deck.toml": 'exclude = "d.md"',
            "chem/d.md": ONE,
            "chem/README.md": ONE,
        },
    )
    assert read_and_left(tmp_path) == (
        ["bio/c.md", "bio/README.md", "chem/d.md"],
        {
            "a.old.md": "*.old.md",
            "bio/b.old.md": "*.old.md",
            "bio/d.md": "d.md",
            "chem/README.md": "README",
            "drafts/": "drafts/**",
        },
    )


def test_what_is_left_out_is_not_read_at_all(tmp_path: Path) -> None:
    write_notes(
        tmp_path,
        {
            "deck.toml": 'exclude = ["out/**", "bad.md", "big.md"]',
            "a.md": ONE,
            "out/deck.toml": "no settings",
            "big.md": "x",
        },
    )
    for name in ("bad.md", "out/bad.md", "README.md", "CHANGELOG.md"):
        (tmp_path / name).write_bytes(b"\xff")
    os.mkfifo(tmp_path / "out/pipe.md")
    (tmp_path / "CLAUDE.md").symlink_to("a.md")
    (tmp_path / "README (conflicted copy).md").write_text(ONE)
    read, left = read_and_left(tmp_path)
    assert read == ["a.md"]
    assert len(left) == 7


def test_a_page_in_a_folder_of_other_people_is_taken_in_by_name(tmp_path: Path) -> None:
    write_notes(
        tmp_path,
        {
            "deck.toml": 'include = ["node_modules/mine/*"]',
            "node_modules/mine/a.md": ONE,
            "node_modules/other/a.md": ONE,
            "b.md": ONE,
        },
    )
    read, left = read_and_left(tmp_path)
    assert read == ["b.md", "node_modules/mine/a.md"]
    assert left == {"node_modules/other/a.md": "node_modules"}


def test_templates_are_left_out(tmp_path: Path) -> None:
    unfilled = f"---\ntitle: {{{{title}}}}\n---\n{ONE}"
    write_notes(tmp_path, {"Templates/day.md": unfilled, "Templates/c++.md": ONE, "a.md": ONE})
    assert read_and_left(tmp_path) == (
        ["a.md", "Templates/c++.md"],
        {"Templates/day.md": "template"},
    )


def test_a_folder_whose_pages_are_all_left_out_is_an_error(tmp_path: Path) -> None:
    write_notes(tmp_path, {"deck.toml": 'exclude = "**"', "a.md": ONE, "b/c.md": ONE})
    read = read_folder(tmp_path)
    assert read.entries == ()
    assert places(read.diagnostics) == [("BD159", "", 1, 1)]
    assert [each.file for each in read.left_out] == ["a.md", "b"]


@pytest.mark.parametrize("value", ["/a.md", "../a.md", "x/../a.md", "C:\\\\a", "", "a//b", "."])
def test_no_pattern_leads_out_of_its_folder(tmp_path: Path, value: str) -> None:
    write_notes(tmp_path, {"p/deck.toml": f'exclude = ["{value}"]', "p/a.md": ONE})
    (entry,) = read_folder(tmp_path).entries
    assert [d.code for d in entry.diagnostics] == ["BD123"]


def test_names_of_ours_never_retire_a_note(tmp_path: Path) -> None:
    two = table(("one", "first"), ("two", "second"))
    before = build_in(tmp_path, {"bio/README.md": two, "x.md": ONE})
    # Now there is another page beside it, and other folders with such pages.
    files = {
        "bio/a.md": table(("b", "c")),
        "README.md": ONE,
        "chem/README.md": table(("one", "1st"), ("six", "6th")),
        "chem/a.md": ONE,
    }
    after = build_in(tmp_path, files, NOW + 10)
    assert {n.guid for n in before.result.notes} < {n.guid for n in after.result.notes}
    assert [each.file for each in after.result.left_out] == ["chem/README.md", "README.md"]
    (tmp_path / "notes/bio").rename(tmp_path / "notes/biology")
    moved = build_in(tmp_path, now=NOW + 20)
    assert not moved.result.changes.retired
    assert {n.guid for n in moved.result.notes} == {n.guid for n in after.result.notes}
    assert [each.file for each in moved.result.left_out] == ["chem/README.md", "README.md"]


def test_a_page_renamed_to_a_name_that_nobody_learns_keeps_its_notes(tmp_path: Path) -> None:
    two = table(("one", "first"), ("two", "second"))
    before = build_in(tmp_path, {"bio/cells.md": two, "bio/a.md": ONE})
    (tmp_path / "notes/bio/cells.md").rename(tmp_path / "notes/bio/README.md")
    after = build_in(tmp_path, now=NOW + 10)
    assert {n.guid for n in after.result.notes} == {n.guid for n in before.result.notes}
    assert not after.result.changes.retired


@pytest.mark.parametrize(
    "files",
    [
        {"deck.toml": 'exclude = "a.md"'},
        {"bio/a.md": f"---\ncards: false\n---\n{ONE}"},
    ],
)
def test_a_person_leaves_out_notes_and_hears_so(tmp_path: Path, files: dict[str, str]) -> None:
    pages = {"bio/a.md": ONE, "bio/b.md": table(("x", "y"))}
    before = build_in(tmp_path, pages)
    outcome = build_in(tmp_path, files, NOW + 10)
    assert len(outcome.result.changes.retired) == 1
    assert [each.file for each in outcome.result.left_out] == ["bio/a.md"]
    (tmp_path / "notes/deck.toml").unlink(missing_ok=True)
    again = build_in(tmp_path, pages, NOW + 20)
    assert {n.guid for n in again.result.notes} == {n.guid for n in before.result.notes}


# --- two computers --------------------------------------------------------------------------------

SECOND_VERSIONS = [
    "cells (conflicted copy).md",
    "cells (Anna's conflicted copy 2026-05-01).md",  # Dropbox
    "cells (Anna's conflicted copy 2026-05-01 (1)).md",
    "cells (In Konflikt stehende Kopie von Anna 2026-05-01).md",
    "cells (Copie en conflit de Anna 2026-05-01).md",
    "cells (copia in conflitto di Anna 2026-05-01).md",
    "cells (Case Conflict).md",
    "cells (conflicted copy 2026-05-01 120000).md",  # Nextcloud
    "cells_conflict-20260501-120000.md",  # ownCloud
    "cells_conflict-anna-20260501-120000.md",
    "cells.sync-conflict-20260501-120000-ABCDEFG.md",  # Syncthing
    "cells.sync-conflict-20260501-120000.md",
    "cells-DESKTOP-1A2B3C4.md",  # OneDrive
    "cells-LAPTOP-1A2B3C4D-2.md",
    "cells [conflicted].md",  # pCloud
    "cells (conflicted).md",
    "cells (SFConflict anna@example.org 2026-05-01-12-00-00).md",  # Seafile
    "cells_conf(1).md",  # Google Drive
    "cells_DISKSTATION_May-01-120000-2026_Conflict.md",  # Synology Drive
    "cells.Conflict.md",  # Resilio Sync
    "cells (Conflict 2026-05-01).md",
    "cells (Conflicted copy MacBook 202605011200).md",  # Obsidian
    "cells_LOCAL_4711.md",  # git mergetool
]


@pytest.mark.parametrize("name", SECOND_VERSIONS)
def test_a_second_version_of_a_page_takes_nothing_over(tmp_path: Path, name: str) -> None:
    text = table(("a fast answer", "cache"), ("a safe answer", "log"))
    files = {"bio/cells.md": text, "cells.md": text}
    before = build_in(tmp_path, files, NOW)
    ledger = (tmp_path / "notes/ledger.jsonl").read_bytes()
    # It has a row that moved, one that was edited, and the page beside it lost one.
    edited = table(("a safe answer", "log"), ("a fast answer", "cache it"))
    copies = {f"bio/{name}": edited, name: edited}
    after = build_in(tmp_path, copies, NOW + 10)
    errors = [d for d in after.result.diagnostics if d.severity == "error"]
    assert [(d.code, d.position) for d in errors] == [
        ("BD435", (f"bio/{name}", 1, 1)),
        ("BD435", (name, 1, 1)),
    ]
    assert "cells.md" in errors[0].help
    assert (tmp_path / "notes/ledger.jsonl").read_bytes() == ledger
    assert [n.row for n in after.result.notes] == [n.row for n in before.result.notes]
    (tmp_path / "notes/bio/cells.md").write_text(table(("a safe answer", "log")), "utf-8")
    gone = build_in(tmp_path, now=NOW + 20)
    assert (len(gone.result.notes), len(gone.result.changes.retired)) == (3, 1)


@pytest.mark.parametrize(
    "name",
    [*SECOND_VERSIONS, "cells 2.md", "cells (1).md", "cells(1).md"],  # pages may be called so
)
def test_a_second_version_of_the_ledger_stops_the_build_until_it_is_joined(
    tmp_path: Path, name: str
) -> None:
    build_in(tmp_path, {"p.md": table(("one", "first"))})
    ledger = tmp_path / "notes/ledger.jsonl"
    first = ledger.read_bytes()
    other = build_in(tmp_path, {"p.md": table(("one", "first"), ("two", "second"))}, NOW + 10)
    copy = ledger.with_name(name.replace("cells", "ledger").replace(".md", ".jsonl"))
    ledger.rename(copy)
    ledger.write_bytes(first)
    outcome = build_in(tmp_path, now=NOW + 20)
    assert [(d.code, d.position.file) for d in outcome.result.diagnostics] == [("BD437", copy.name)]
    assert outcome.changed_files == ()
    ledger.write_bytes(first + copy.read_bytes())  # what the help says
    copy.unlink()
    joined = build_in(tmp_path, now=NOW + 20)
    assert [n.row for n in joined.result.notes] == [n.row for n in other.result.notes]


@pytest.mark.parametrize("package", ["", 'package = "all"'])
def test_pages_that_come_with_their_own_ledger_wait_until_it_is_joined(
    tmp_path: Path, package: str
) -> None:
    (old := tmp_path / "old").mkdir()
    text = table(("one", "first"), ("two", "second"))
    before = build_in(old, {"bio/p.md": text})
    build_in(tmp_path, {"q.md": table(("three", "third")), "deck.toml": package})
    ledger, inner = tmp_path / "notes/ledger.jsonl", tmp_path / "notes/old/ledger.jsonl"
    (old / "notes").rename(inner.parent)
    outcome = build_in(tmp_path, now=NOW + 10)
    errors = [d for d in outcome.result.diagnostics if d.severity == "error"]
    assert [(d.code, d.position.file) for d in errors] == [("BD438", "old/ledger.jsonl")]
    assert {n.note.position.file for n in outcome.result.notes} <= {"q.md"}
    ledger.write_bytes(ledger.read_bytes() + inner.read_bytes())  # what the help says
    inner.unlink()
    joined = build_in(tmp_path, now=NOW + 20)
    assert {n.guid for n in before.result.notes} < {n.guid for n in joined.result.notes}


def test_a_ledger_in_a_folder_that_was_built_is_no_matter(tmp_path: Path) -> None:
    build_in(tmp_path, {"bio/p.md": ONE})
    inner = tmp_path / "notes/bio/ledger.jsonl"
    inner.write_bytes((tmp_path / "notes/ledger.jsonl").read_bytes())
    assert build_in(tmp_path, now=NOW + 10).result.diagnostics == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [("ledger.jsonl", '{"account": 1}\n'), ("old-ledger.jsonl", '{"ledger": 1}\n')],
)
def test_a_file_that_is_no_ledger_of_a_folder_is_no_matter(
    tmp_path: Path, name: str, text: str
) -> None:
    write_notes(tmp_path, {"bio/p.md": ONE, f"bio/{name}": text})
    write_notes(tmp_path, {"no-pages/ledger.jsonl": '{"ledger": 1}\n'})
    assert findings(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "cells (conflict theory).md",
        "cells (class conflict).md",
        "cells-and-conflict.md",
        "cells (1).md",
        "cells_conflict.md",
        "conflicted copy.md",
    ],
)
def test_a_page_about_conflicts_is_a_page(tmp_path: Path, name: str) -> None:
    write_notes(tmp_path, {"p/cells.md": "x", f"p/{name}": "x"})
    assert len(paths(read_one(tmp_path))) == 2


@pytest.mark.parametrize("name", SECOND_VERSIONS)
def test_a_second_version_without_the_first_is_a_page(tmp_path: Path, name: str) -> None:
    write_notes(tmp_path, {f"p/{name}": "x", "p/other.md": "x"})
    assert len(paths(read_one(tmp_path))) == 2


def test_notes_keep_their_guids_where_names_have_another_unicode_form(tmp_path: Path) -> None:
    text = f"---\ndeck: Ünits\n---\n# Page\n\n{ONE}"
    files = {"café/übung.md": text, "café/größen/é.md": ONE, "é.md": ONE}
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    first = build_in(here, files)
    write_notes(there / "notes", {_nfd(path): _nfd(text) for path, text in files.items()})
    ledger = (here / "notes/ledger.jsonl").read_text("utf-8")
    (there / "notes/ledger.jsonl").write_text(_nfd(ledger), "utf-8")
    second = build_in(there, now=NOW + 10)
    assert [n.row for n in second.result.notes] == [n.row for n in first.result.notes]
    for file in ("notes/ledger.jsonl", "decks/café.apkg", "decks/é.apkg"):
        assert (there / file).read_bytes() == (here / file).read_bytes()


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("path", ["é.md", "é/a.md", "p/é.md", "p/é/a.md"])
def test_names_that_differ_in_their_unicode_form_only_are_an_error(
    tmp_path: Path, path: str
) -> None:
    text = table(("b", "log"))
    build_in(tmp_path, {path: ONE, "p/other.md": text})
    ledger = (tmp_path / "notes/ledger.jsonl").read_bytes()
    outcome = build_in(tmp_path, {_nfd(path): table(("a fast answer", "cache it"))}, NOW + 10)
    (error,) = [d for d in outcome.result.diagnostics if d.severity == "error"]
    where = path.removesuffix("/a.md")
    assert (error.code, error.position) == ("BD436", (where, 1, 1))
    assert r"\xe9" in error.message
    assert r"e\u0301" in error.message
    assert (tmp_path / "notes/ledger.jsonl").read_bytes() == ledger
    assert [n.note.origin.page for n in outcome.result.notes] == ["p/other.md"]
