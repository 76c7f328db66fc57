"""The review of a draft: what keys do, what becomes of the note, a person at a real terminal."""

from __future__ import annotations

import contextlib
import os
import re
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from build_notes import build_in, build_only, codes, table
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.diagnostics import REVIEW_MARK
from generator.draft.drafting import draft, has_marks
from generator.draft.review import find_unsure, move, settle, show, split_keys
from generator.draft.session import ChangedError, Terminal, review
from generator.markup.review_marks import format_mark
from generator.report.excerpt import inert

fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

PAGE = Path(__file__).parent / "pages" / "flattened.txt"
SEEDS = [
    path
    for path in sorted(Path(__file__).parents[2].glob("*/seeds/*"))
    if "|---|" not in path.read_text("utf-8")
]
MARK = format_mark("unsure", [("a", "b c d"), ("a b c", "d")])
NOTE = f"# T\n\n| Need | First move |\n|---|---|\n| a b {MARK} | c d |\n| x | y |\n"


def note_of(page: Path) -> str:
    return draft(page.read_bytes(), "page.txt", "note.md").markdown


# --- what the build says --------------------------------------------------------------------------


def test_the_build_holds_a_row_with_a_mark_and_says_what_to_type(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": NOTE})
    (found,) = outcome.result.diagnostics
    assert (found.code, found.position.line, found.position.column) == ("BD701", 5, 3)
    assert "| a | b c d |" in found.help
    assert "| a b c | d |" in found.help
    assert (outcome.result.held, len(outcome.result.notes)) == (1, 1)


@pytest.mark.parametrize("header", [("Need", "First move"), ("Lesson", "Focus"), ("A", "B", "C")])
def test_no_kind_of_table_hides_a_mark(tmp_path: Path, header: tuple[str, ...]) -> None:
    row = ("x", "y <!--review-->", "z")[: len(header)]
    outcome = build_in(tmp_path, {"a.md": table(row, header=header), "b.md": table(("p", "q"))})
    assert REVIEW_MARK.code in codes(outcome)
    assert [path.name for path in outcome.written] == ["ledger.jsonl", "b.apkg"]


def test_a_mark_in_a_header_is_refused_too(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": table(("x", "y"), header=(f"Need {MARK}", "Do"))})
    assert codes(outcome) == [REVIEW_MARK.code]


def test_a_mark_beside_a_picture_is_found(tmp_path: Path) -> None:
    row = (f"![what](a.png) {MARK}", "y")
    assert REVIEW_MARK.code in codes(build_in(tmp_path, {"a.md": table(row, ("z", "w"))}))


def test_a_mark_that_is_shown_as_code_is_none(tmp_path: Path) -> None:
    outcome = build_in(tmp_path, {"a.md": table((f"write `{MARK}`", "y"), ("z", "w"))})
    assert codes(outcome) == []


# --- keys -----------------------------------------------------------------------------------------


def settled(note: str, keys: str) -> str:
    """The line of the note's first unsure row after the keys."""
    (unsure, *_) = find_unsure(note)
    for key in split_keys(keys):
        unsure = move(unsure, key)
    return settle(note, unsure).split("\n")[unsure.row.line - 1]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("", "| a b | c d |"),
        ("\x1b[C", "| a b c | d |"),
        ("\x1bOD", "| a | b c d |"),
        ("\x1b[D\x1b[D\x1b[D", "| a | b c d |"),
        ("\x1b[C\x1b[C\x1b[C", "| a b c | d |"),
        ("2", "| a | b c d |"),
        ("3", "| a b c | d |"),
        ("31", "| a b | c d |"),
        ("9x\x1b[A", "| a b | c d |"),
    ],
)
def test_keys_move_the_cut(keys: str, line: str) -> None:
    assert settled(NOTE, keys) == line


def test_marks_and_pipes_in_cells_survive_a_move() -> None:
    note = NOTE.replace("a b", r"\*a \| b").replace("c d", r"`c\|d` e")
    assert settled(note, "\x1b[C") == r"| \*a \| b `c\|d` | e |"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_nothing_but_the_row_changes(line_end: str) -> None:
    note = (
        "\ufeff" * 0 + f"> quoted\n\n> - | A | B |\n>   |---|---|\n>   | a b {MARK} | c d |\n\nend"
    )
    note = note.replace("\n", line_end)
    (unsure,) = find_unsure(note)
    assert settle(note, unsure) == note.replace(f" {MARK}", "")


def test_a_row_that_was_broken_over_lines_only_loses_its_mark() -> None:
    note = f"| A | B |\n|---|---|\n| a b {MARK} | c\nd |\n| x | y |\n"
    (unsure,) = find_unsure(note)
    assert settle(note, move(unsure, "3")) == note.replace(f" {MARK}", "")


def test_a_table_that_was_counted_is_only_accepted() -> None:
    note = table(("a", "b", "c"), header=(f"A {format_mark('counted')}", "B", "C"))
    (unsure,) = find_unsure(note)
    assert "move" not in show(unsure, "n.md:1", 80, False)
    assert settle(note, move(unsure, "\x1b[C")) == table(("a", "b", "c"), header=("A", "B", "C"))


TEXTS = st.text(st.sampled_from("ab |¦-`<>!\\*;:é\u00a0"), min_size=1, max_size=14).map(
    lambda text: " ".join(text.split())
)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_no_alternative_breaks_its_row(doubt: str, others: list[tuple[str, str]]) -> None:
    note = f"| A | B |\n|---|---|\n| x y {format_mark('unsure ' + doubt, others)} | z |\n"
    (unsure,) = find_unsure(note)
    assert unsure.cells == ("x y", "z")


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 130), st.booleans())
def test_a_screen_fits_its_width(width: int, color: bool) -> None:
    for unsure in find_unsure(note_of(PAGE)):
        screen = show(unsure, "note.md:12, 3 of 12", width, color)
        assert ("\x1b" in screen) is color
        lines = re.sub(r"\x1b\[\d*m", "", screen).split("\n")
        assert max(map(len, lines)) <= max(width, 24)


def test_a_note_cannot_steer_the_terminal() -> None:
    note = NOTE.replace("a b", "a\x1b[2J \u202eb\u2066 b\u200f")
    shown = show(find_unsure(note)[0], "n\x1b]0;x\x07\u202d", 80, False)
    assert inert(shown.replace("\n", "")) == shown.replace("\n", "")


# --- a session ------------------------------------------------------------------------------------


def typing(*keys: str) -> Terminal:
    waiting = list(keys)
    return Terminal(lambda: waiting.pop(0) if waiting else "", lambda _: None, lambda: 80, False)


def test_each_accepted_row_is_saved_at_once(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(note_of(PAGE), "utf-8")
    left = []

    def read() -> str:
        left.append(len(find_unsure(path.read_text("utf-8"))))
        return "q" if len(left) == 4 else "\r"

    told = review(path, Terminal(read, lambda _: None, lambda: 80, False))
    assert left == [12, 11, 10, 9]
    assert told == "3 rows settled, 9 still unsure"


def test_a_skipped_row_waits_for_the_next_review(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(note_of(PAGE), "utf-8")
    assert review(path, typing("s", "\r" * 11)) == "11 rows settled, 1 still unsure"
    assert review(path, typing("\r")) == "1 row settled, none left"
    assert review(path, typing()) == "0 rows settled, none left"


def test_a_note_that_somebody_else_has_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(NOTE, "utf-8")

    def read() -> str:
        path.write_text("mine", "utf-8")
        return "\r"

    with pytest.raises(ChangedError):
        review(path, Terminal(read, lambda _: None, lambda: 80, False))
    assert path.read_text("utf-8") == "mine"


def test_a_link_to_a_note_stays_one(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(NOTE, "utf-8")
    (tmp_path / "link.md").symlink_to("note.md")
    review(tmp_path / "link.md", typing("\r"))
    assert (tmp_path / "link.md").is_symlink()
    assert not has_marks((tmp_path / "note.md").read_text("utf-8"))


# --- from a flattened page to its package ---------------------------------------------------------


@pytest.mark.parametrize("page", [PAGE, *SEEDS], ids=lambda page: page.stem[:9])
def test_a_flattened_page_becomes_notes_once_it_is_reviewed(page: Path, tmp_path: Path) -> None:
    made = draft(page.read_bytes(), "page.txt", "note.md")
    confidences = [row.confidence for row in made.rows]
    assert (made.tables, len(made.rows), confidences.count("settled")) == (5, 16, 4)
    quoted = [row for row in made.rows if row.confidence == "settled"]
    assert all(row.cells[0][0] + row.cells[0][-1] == "“”" for row in quoted)
    # The words of each row are those of the page, and each unsure one is marked.
    lines = {" ".join(line.split()) for line in page.read_text("utf-8").split("\n")}
    assert all(" ".join(row.cells) in lines for row in made.rows)
    assert len(find_unsure(made.markdown)) == 12
    assert [what.partition(": ")[2][:12] for what in made.left_out] == [
        "Quiz", "Loading quiz", "Revised on S",
    ]  # fmt: skip

    refused = build_only(tmp_path, {"page.md": made.markdown})
    assert codes(refused) == [REVIEW_MARK.code] * 12
    path = tmp_path / "notes" / "page.md"
    assert review(path, typing("\r" * 12)) == "12 rows settled, none left"
    built = build_in(tmp_path)
    assert REVIEW_MARK.code not in codes(built)
    assert [len(made.package.notes) for made in built.result.packages] == [16]


# --- a person at a terminal -----------------------------------------------------------------------


class Person:
    """Types at a pseudo-terminal and reads its screen."""

    def __init__(self, folder: Path, *arguments: str, columns: int, **environment: str) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        clean = {
            k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from generator.cli import main; main()", "draft", *arguments],
            cwd=folder, env={**clean, "TERM": "xterm", **environment},
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C is a signal
        )  # fmt: skip
        os.close(slave)

    def sees(self, text: str) -> str:
        """All that is shown until ``text`` is; fails where it never is."""
        shown = ""
        end = time.monotonic() + 30
        while text not in shown and time.monotonic() < end:
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    shown += os.read(self._master, 65536).decode("utf-8", "replace")
                except OSError:  # the program has ended
                    break
        assert text in shown
        return shown

    def types(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def leaves(self) -> int:
        code = self.process.wait(timeout=30)
        os.close(self._master)
        return code


@pytest.fixture
def people() -> Iterator[list[Person]]:
    """Those who have sat down; whoever is still there when a test fails is sent away."""
    seated: list[Person] = []
    yield seated
    for person in seated:
        if person.process.poll() is None:
            person.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            person.process.wait(timeout=5)


def test_a_person_drafts_stops_and_goes_on(tmp_path: Path, people: list[Person]) -> None:
    (tmp_path / "page.txt").write_bytes(PAGE.read_bytes())
    person = Person(tmp_path, "page.txt", "-o", "note.md", "--review", columns=80)
    people.append(person)
    screen = person.sees("q stop")
    assert "\x1b[7m> young trees on a dry slope | drip line" in screen
    person.types("\x1b[D")
    person.sees("> young trees on a dry | slope drip line")
    person.types("\x1b[C\r")
    person.sees("2 of 12")
    person.types("s")
    person.sees("3 of 12")
    person.types("q")
    person.sees("note.md: 1 row settled, 11 still unsure")
    assert person.leaves() == 0
    note = (tmp_path / "note.md").read_text("utf-8")
    assert "| young trees on a dry slope | drip line |\n| wide meadow of old trees <!--" in note

    person = Person(tmp_path, "--review", "note.md", columns=40, NO_COLOR="1")
    people.append(person)
    screen = person.sees("q stop")
    assert "note.md:16, 1 of 11, unsure" in screen
    assert "\x1b[7m" not in screen
    person.types("\r" * 11)
    person.sees("11 rows settled, none left")
    assert person.leaves() == 0
    assert not has_marks((tmp_path / "note.md").read_text("utf-8"))


def test_a_person_interrupts(tmp_path: Path, people: list[Person]) -> None:
    (tmp_path / "note.md").write_text(NOTE, "utf-8")
    person = Person(tmp_path, "--review", "note.md", columns=80, TERM="dumb")
    people.append(person)
    screen = person.sees("q stop")
    assert "\x1b[2J" not in screen
    person.types("\x03")
    person.sees("nothing is half-written")
    assert person.leaves() == 130
    assert (tmp_path / "note.md").read_text("utf-8") == NOTE


def test_a_note_that_is_not_utf8_is_named_with_its_place(
    tmp_path: Path, people: list[Person]
) -> None:
    data = NOTE.encode().replace(b"| x |", b"| caf\xe9 |")
    (tmp_path / "note.md").write_bytes(data)
    person = Person(tmp_path, "--review", "note.md", columns=80, NO_COLOR="1")
    people.append(person)
    shown = person.sees("save the file as UTF-8")
    assert shown.startswith("note.md:6:6: error[BD104]: the file is not UTF-8: byte 0xe9 does not")
    assert person.leaves() == 1
    assert (tmp_path / "note.md").read_bytes() == data
