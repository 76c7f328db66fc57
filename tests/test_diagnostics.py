"""Findings as text and as annotations: what stands where, in which order."""

from __future__ import annotations

from pathlib import Path

from build_notes import build_in, codes, table

from generator.core.diagnostics import UNREADABLE, Code, Severity
from generator.core.model import OtherContent, Position
from generator.report.excerpt import inert
from generator.report.github import format_annotation
from generator.report.text import format_diagnostic, format_other_content

SPEAKING = Code("BD999", Severity.WARNING, "it says {what}", "write {what}")


def annotation(file: str, what: str = "this", source: str = "notes") -> str:
    found = SPEAKING.at(Position(file, 3, 7), what=what)
    return format_annotation(found, Path(source), Path("/home/me/repository"))


def test_an_annotation_names_file_line_column_and_code() -> None:
    assert annotation("bio/a.md") == (
        "::warning file=notes/bio/a.md,line=3,col=7,title=BD999::it says this%0Ahelp: write this"
    )


def test_an_annotation_names_the_file_as_seen_from_the_working_folder() -> None:
    assert " file=notes/a.md," in annotation("a.md", source="/home/me/repository/notes")
    assert " file=a.md," in annotation("a.md", source=".")
    assert " file=../notes/a.md," in annotation("a.md", source="../notes")


def test_an_annotation_without_a_file_has_no_place() -> None:
    assert annotation("") == "::warning title=BD999::it says this%0Ahelp: write this"


def test_nothing_in_a_name_or_a_message_ends_the_annotation() -> None:
    text = annotation("a,b:c%.md", "50 %\n::error::x\r\x1b[2J")
    assert " file=notes/a%2Cb%3Ac%25.md," in text
    assert "it says 50 %25␊::error::x␍␛[2J%0Ahelp" in text
    assert "\n" not in text


def test_a_terminal_obeys_nothing_in_a_message_or_a_name() -> None:
    found = SPEAKING.at(Position("a\x1b[2J.md", 1, 1), what="\x1b]0;title\x07\nnew")
    text = format_diagnostic(found, Path("notes"))
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    (line,) = format_other_content(
        [OtherContent("a\x1b\u202e.md", 1, 0, 0)], Path("notes")
    ).splitlines()
    assert inert(line) == line


def test_without_a_line_at_hand_there_is_none() -> None:
    found = UNREADABLE.at(Position("a.md", 1, 1), reason="x", help="mend it")
    assert format_diagnostic(found, Path("notes")).splitlines() == [
        "notes/a.md:1:1: error[BD105]: the file cannot be read: x",
        "  help: mend it",
    ]


def test_findings_come_by_package_then_file_then_line(tmp_path: Path) -> None:
    clash = table(
        ("a", "b", "x"), ("a", "b", "y"), ("a", "b", "c", "d"), header=("Word", "Meaning", "Age")
    )
    outcome = build_in(
        tmp_path,
        {
            "bio/page-2.md": clash,
            "bio/page-10.md": clash,
            "bio/deck.toml": "id = 1\n",
            "art.md": table(("b", "")),
            "zoo.md": table(("", "c")),
        },
    )
    positions = [d.position for d in outcome.result.diagnostics]
    assert [(p.file, p.line) for p in positions] == [
        ("art.md", 1),
        ("bio/deck.toml", 1),
        ("bio/page-2.md", 4),
        ("bio/page-2.md", 5),
        ("bio/page-10.md", 3),
        ("bio/page-10.md", 4),
        ("bio/page-10.md", 5),
        ("zoo.md", 3),
    ]
    assert codes(outcome)[2:5] == ["BD301", "BD201", "BD305"]


def test_the_texts_are_those_of_files_with_findings(tmp_path: Path) -> None:
    outcome = build_in(
        tmp_path,
        {"a/a.md": table(("a", "b", "c")), "a/b.md": table(("a", "b")), "a/deck.toml": "x=1"},
    )
    texts = outcome.result.texts
    assert texts["a/deck.toml"] == "x=1"
    assert texts["a/a.md"] == table(("a", "b", "c"))
    assert "a/b.md" not in texts
