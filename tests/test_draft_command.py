"""`build-decks draft` as a person uses it, and what it does with input that means no good."""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from generator.core.model import Source
from generator.draft import decode as decoding
from generator.draft.drafting import draft
from generator.forms.walk import read_page
from generator.report.excerpt import inert
from generator.settings.front_matter_keys import Parsed, parse

HTML = "<title>T</title><table><tr><th>Need<th>Do<tr><td>é<td>x</table>"
NOTE = "---\ntitle: T\n---\n\n| Need | Do |\n|---|---|\n| é | x |\n"
COMMAND = [sys.executable, "-c", "from generator.cli import main; main()"]


def run(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, input=given, env=environment, capture_output=True,
        check=False,
    )  # fmt: skip


def test_a_page_goes_to_standard_output_and_the_rest_to_stderr(tmp_path: Path) -> None:
    done = run(tmp_path, "draft", "-", given=f"<nav>Home</nav>{HTML}".encode())
    assert (done.returncode, done.stdout.decode()) == (0, NOTE)
    assert done.stderr.decode() == "left out: navigation: Home\n1 table\n"


def test_a_note_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(HTML, "utf-8")
    done = run(tmp_path, "draft", "page.html", "-o", "notes/deep/t.md")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"1 table\n")
    note = tmp_path / "notes" / "deep" / "t.md"
    assert note.read_text("utf-8") == NOTE
    note.write_text("mine", "utf-8")
    done = run(tmp_path, "draft", "page.html", "-o", "notes/deep/t.md")
    assert done.returncode == 2
    assert b"is there already" in done.stderr
    assert note.read_text("utf-8") == "mine"
    assert [path.name for path in note.parent.iterdir()] == ["t.md"]


def test_a_refused_page_exits_with_1_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("Need Method Reason\na b c d\n", "utf-8")
    done = run(tmp_path, "draft", "page.txt", "-o", "t.md")
    assert done.returncode == 1
    assert b"page.txt:1:1: error[BD703]" in done.stderr
    assert b"save the page as HTML" in done.stderr
    assert not (tmp_path / "t.md").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.html",), "cannot read 'nowhere.html'"),
        (("folder",), "is not a file"),
        (("fifo",), "is not a file"),
        (("page.html", "--review"), "name it with --output"),
        (("draft.md",), "is a draft already"),
        (("draft.md", "--review"), "needs a terminal"),
        (("draft.md", "--review", "-o", "x.md"), "is a draft already"),
        (("page.html", "-o", "page.html/x.md"), "cannot write"),
    ],
)
def test_wrong_usage_exits_with_2(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / "page.html").write_text(HTML, "utf-8")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "draft.md").write_text("| A | B |\n|---|---|\n| a <!-- review: x --> | b |\n")
    done = run(tmp_path, "draft", *arguments)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert done.stdout == b""


def test_a_page_cannot_steer_the_terminal(tmp_path: Path) -> None:
    page = "Need  First move\na \u202eb\x9b   c d\nx   y\n\nLoading quiz \u202e\n"
    (tmp_path / "page.txt").write_text(page, "utf-8")
    said = run(tmp_path, "draft", "page.txt", "-o", "t.md").stderr.decode()
    assert "line 3: unsure: a " in said
    assert inert(said.replace("\n", "")) == said.replace("\n", "")


def test_a_command_to_type_has_its_file_quoted(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(HTML, "utf-8")
    (tmp_path / "my draft.md").write_text("| A | B |\n|---|---|\n| a <!-- review: x --> | b |\n")
    for arguments in (("my draft.md",), ("page.html", "-o", "my draft.md")):
        done = run(tmp_path, "draft", *arguments)
        assert b"build-decks draft --review 'my draft.md'\n" in done.stderr


def test_without_the_extra_it_says_what_to_install_and_takes_text(tmp_path: Path) -> None:
    def draft_without(*arguments: str, given: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; sys.modules['lxml'] = None\nfrom generator.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, "draft", *arguments],
            cwd=tmp_path, input=given, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip

    done = draft_without("-", "-o", "t.md", given=HTML)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: draft needs lxml: pip install 'build-decks[draft]'\n" in done.stderr
    assert not (tmp_path / "t.md").exists()
    done = draft_without("-", given="Need\tDo\nspeed\tcache\n")
    assert done.returncode == 0
    assert "| speed | cache |" in done.stdout


def test_a_killed_writer_leaves_no_name_taken(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(HTML, "utf-8")
    code = (
        "import generator.machine.disk as d, os\n"
        "def full(*_): raise OSError(28, 'No space left on device')\n"
        "os.fsync = full\n"
        "from generator.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "draft", "page.html", "-o", "t.md"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


# --- character sets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "cp1252"),
        ('<meta charset="iso-8859-1">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ("<meta charset=shift_jis>", "shift_jis"),
        ("<meta charset=iso-2022-jp>", "iso-2022-jp"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=iso-8859-1>", "utf-8"),  # what some browsers save
        ('<?xml version="1.0" encoding="gb2312"?>', "gb2312"),
    ],
)
def test_a_character_set_is_found(head: str, encoding: str) -> None:
    text = {"cp1251": "Привет", "shift_jis": "漢字かな", "iso-2022-jp": "漢字", "gb2312": "汉字"}
    word = text.get(encoding, "naïve “x” €")
    page = f"{head}<table><tr><th>A<th>B<tr><td>{word}<td>x</table>"
    assert f"| {word} | x |" in draft(page.encode(encoding), "p.html", "n.md").markdown


@pytest.mark.parametrize("name", ["rot13", "unicode_escape", "punycode", "idna", "hex", "nope"])
def test_a_codec_that_is_no_character_set_is_not_obeyed(name: str) -> None:
    page = f"<meta charset={name}><p>a\\x41 €".encode("cp1252")
    assert "a\\\\x41 €" in draft(page, "p.html", "n.md").markdown


def test_broken_characters_are_told() -> None:
    made = draft(b"<meta charset=utf-8><p>a\xff b\xe9", "p.html", "n.md")
    assert made.markdown == "a\ufffd b\ufffd\n"
    assert made.left_out == ("characters that are not utf-8, shown as \ufffd (2)",)


def test_a_web_archive_is_its_page() -> None:
    mhtml = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/p\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n'
        '\tboundary="--b"\r\n\r\n----b\r\nContent-Type: text/html\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<title>T</title><table><tr><th>Need<th>Do<tr><td>=C3=A9<td>x</table>\r\n----b--\r\n"
    )
    address = 'url: "https://example.org/p"\n'
    assert draft(mhtml.encode(), "p.mhtml", "n.md").markdown == (
        NOTE.replace("title: T\n", f"title: T\n{address}").replace('"', "")
    )
    page = {
        "WebResourceData": HTML.encode(), "WebResourceTextEncodingName": "UTF-8",
        "WebResourceURL": "https://example.org/p",
    }  # fmt: skip
    archive = plistlib.dumps({"WebMainResource": page}, fmt=plistlib.FMT_BINARY)
    assert "url: https://example.org/p" in draft(archive, "p.webarchive", "n.md").markdown


def test_what_windows_has_copied_is_its_page() -> None:
    header = "Version:0.9\r\nStartHTML:0000000105\r\nSourceURL:https://example.org/p\r\n"
    made = draft(f"{header}<html>{HTML}</html>".encode(), "p.txt", "n.md")
    assert made.markdown == NOTE.replace("title: T\n", "title: T\nurl: https://example.org/p\n")


@pytest.mark.parametrize("base", ["http://[::1", "//[", "https://[x]y"])
def test_a_base_that_is_no_address_is_passed_over(base: str) -> None:
    header = "Version:0.9\r\nSourceURL:https://example.org/p\r\n"
    text = f'{header}<base href="{base}"><p>A <a href="q">link</a>.'
    assert "[link](https://example.org/q)" in draft(text.encode(), "p.html", "n.md").markdown


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "&#xFFFE;", "\x7f", "&#x9b;", "\ud7ff"])
@pytest.mark.parametrize("name", ["p.html", "p.txt"])
def test_no_character_of_a_title_keeps_the_front_matter_from_being_read(
    character: str, name: str
) -> None:
    begin, between = ("<title>", "</title><p>") if name == "p.html" else ("", "\n\n")
    made = draft(f"{begin}A: {character} b{between}Text.\n".encode(), name, "n.md")
    page, _ = read_page(Source("n.md", made.markdown))
    settings = parse(page.front_matter)
    assert isinstance(settings, Parsed)
    assert settings.values["title"].startswith("A: ")


# --- input that means no good ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is no text on it"),
        (b"<html><script>x</script></html>", "there is no text on it"),
        (b"%PDF-1.7 x", "it is a PDF"),
        (b"PK\x03\x04xx", "a packed document"),
        (b"{\\rtf1 x}", "an RTF document"),
        (b"bplist00nonsense", "an archive without a page"),
        (bytes(range(256)) * 9, "null bytes"),
        (b"<div>" * 100_000 + b"x", "nested too deep"),
        (b"<table><tr><td>" * 5_000, "nested too deep"),
        (b"<p><font color=1>" * 50_000, "nested too deep"),
        (b"<p>" + b"x" * 12_000_000, "too big"),
        (
            b"<table>" + (b"<tr>" + b"<td rowspan=65534>x" * 900) * 60,
            "more than 1,000,000 cells",
        ),
        (b"<p>x" * 310_000, "more than 300,000 elements"),
        (b"a\n" * 300_000, "more than 200,000 lines"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_cannot_be_a_page_is_refused_with_a_reason(data: bytes, said: str) -> None:
    made = draft(data, "p.txt", "n.md")
    assert made.markdown == ""
    assert [d.code for d in made.diagnostics] == ["BD702"]
    assert said in made.diagnostics[0].message


def test_a_page_that_is_too_big_is_not_read_to_its_end() -> None:
    made = draft(b"<p>x" * (decoding.MOST_BYTES // 4 + 1), "p.html", "n.md")
    assert "bigger than 64 MB" in made.diagnostics[0].message


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td colspan=1000000 rowspan=1000000>a<td>b<tr><td>c</table>",
        "<table>" + "<tr><td colspan=1000>a<td>b" * 1000 + "</table>",
        "<p" + " x=y" * 200_000 + ">z",
        "<p>" + "&amp;" * 200_000,
        "<p>" + "<b>x</b>" * 100_000,
        "<ul><li>" * 100 + "x",
        "<!--" * 100_000 + "x",
        "<p>" + "`*_[" * 20_000,
        "Need Better rule\n" + "word " * 100,
        "| a |\n" * 20_000,
        "Need Better rule\n" + "one two three four five six seven\n" * 2_000,
    ],
    ids=lambda page: page[:24],
)
def test_a_heavy_page_is_drafted(page: str) -> None:
    made = draft(page.encode(), "p.txt", "n.md")
    assert made.markdown or made.diagnostics
