"""`diff --format markdown`: readable, and nothing in it is more than text."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from build_notes import table, write_notes
from command_line import build_decks
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from generator.anki.compare import Comparison, compare
from generator.anki.note_types import note_types
from generator.core.model import DeckName, Guid, Kind, NoteRow, Position
from generator.core.note_fields import join_fields
from generator.report.excerpt import inert
from generator.report.markdown import format_letter

COMPARE = ("Structure", "Cost", "Order", "Use")
BEFORE = {
    "bio/page.md": "# Page\n\n"
    + table(("a fast answer", "cache"), ("a safe answer", "log"), ("a cheap answer", "guess"))
    + "\n"
    + table(
        ("Array", "O(1)", "kept", "lookups"),
        ("List", "O(n)", "kept", "queues"),
        ("Tree", "O(log n)", "sorted", "ranges"),
        header=COMPARE,
    )
    + "\nThe ==cell== needs ==energy== to live.\n",
    "chem.md": table(("lightest element", "hydrogen"), ("a heavy metal", "lead")),
}
AFTER = {
    "bio/page.md": BEFORE["bio/page.md"]
    .replace("| a fast answer |", "| a quick answer |")
    .replace("| log |", "| write ahead log |")
    .replace("| a cheap answer | guess |", "| a *new* clue | with `code` |")
    .replace("| Cost |", "| Price |")
    .replace("O(log n)", "O(n)")
    .replace("energy", "sugar"),
    "chem.md": table(("lightest element", "hydrogen, H"), ("a heavy metal", "lead")),
}
LETTER = """\
# What changed

Compared with the packages as last built.

## bio

### New

- **a new clue**: with code

### Corrected

- **a quick answer** (before: a fast answer): cache
- **a safe answer**: log → write ahead log
- **Array**
  - Cost is now called Price
- **List**
  - Cost is now called Price
- **Tree**
  - *Price*: O(log n) → O(n)
  - Cost is now called Price
- **The cell needs sugar to live.** (before: The cell needs energy to live.)

### Gone

- **a cheap answer**: guess

## chem

### Corrected

- **lightest element**: hydrogen → hydrogen, H
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_notes(tmp_path / "source_notes", BEFORE)
    assert build_decks(tmp_path).returncode == 0
    return tmp_path


def test_it_says_what_is_new_corrected_and_gone(folder: Path) -> None:
    write_notes(folder / "source_notes", AFTER)
    done = build_decks(folder, "diff", "--format", "markdown")
    assert (done.returncode, done.stdout) == (0, LETTER)


def test_fields_of_a_comparison_have_their_headers(folder: Path) -> None:
    text = build_decks(folder, "diff", "--format", "text").stdout
    assert "notes: 9 new\n" in text
    write_notes(folder / "source_notes", AFTER)
    text = build_decks(folder, "diff").stdout
    assert ": changed: Tree\n    Price: O(log n) → O(n)\n    header Cost → Price\n" in text
    assert ": changed: Array\n    header Cost → Price\n" in text


def test_what_only_is_hidden_no_more_is_no_correction(folder: Path) -> None:
    page = folder / "source_notes/bio/gaps.md"
    page.write_text("Pumps ==move== ==ions== at night.\n", "utf-8")
    build_decks(folder)
    page.write_text("Pumps ==move== ions at night.\n", "utf-8")
    letter = build_decks(folder, "diff", "--format", "markdown").stdout
    assert "Corrected" not in letter
    assert "1 more note has other cards" in letter


def test_what_is_no_correction_is_counted(folder: Path) -> None:
    write_notes(
        folder / "source_notes", {"bio/page.md": BEFORE["bio/page.md"].replace("# Page", "# Other")}
    )
    letter = build_decks(folder, "diff", "--format", "markdown").stdout
    assert letter.endswith(
        "7 more notes have other cards, another place, other tags or other words around.\n"
    )
    assert "Corrected" not in letter


def test_nothing_changed(folder: Path) -> None:
    done = build_decks(folder, "diff", "--against", "decks/bio.apkg", "--format", "markdown")
    assert done.stdout == "# What changed\n\nCompared with decks/bio.apkg.\n\nNothing changed.\n"


def test_stat_is_no_letter(folder: Path) -> None:
    done = build_decks(folder, "diff", "--stat", "--format", "markdown")
    assert done.returncode == 2
    assert "exclude each other" in done.stderr


# --- whatever a stranger writes -----------------------------------------------------------------

READER = (
    MarkdownIt("commonmark", {"html": True})
    .enable(["table", "strikethrough"])
    .use(dollarmath_plugin)
    .use(footnote_plugin)
    .use(deflist_plugin)
)
OURS = {
    "heading", "paragraph", "bullet_list", "list_item", "strong", "em", "text", "inline",
}  # fmt: skip


def note(kind: Kind, text: str, modified: int) -> NoteRow:
    note_type = note_types()[kind]
    html = escape(text, quote=False)
    fields = join_fields([html] * len(note_type.field_names))
    return NoteRow(
        Guid("g"), 1, note_type.id, modified, (), fields, DeckName("deck"), (0,), modified
    )


def read(markdown: str) -> tuple[set[str], str]:
    """The kinds of tokens, and the text that a person sees."""
    kinds, seen = set(), []
    for token in READER.parse(markdown):
        for each in (token, *(token.children or ())):
            kinds.add(each.type.removesuffix("_open").removesuffix("_close"))
            if each.type == "text":
                seen.append(each.content)
    return kinds, "".join(seen)


MARKUP = """
    <b> </b> <script> <!-- --> [a](b) ![a](b) [^1] [^1]: ` ``` * ** _ ~~ $ $$ | \\ \\( # - 1. > ---
    &amp; &#60; https://a.example www.a.example :smile: == {{c1::x}} ![ x
""".split()


@given(
    st.lists(st.sampled_from([*MARKUP, " ", "\n\n"]) | st.text(max_size=3), max_size=12).map(
        "".join
    )
)
@example("[x](javascript:alert(1))")
@example("<img src=x onerror=alert(1)>")
@example("ends with a star*")
@example("\\")
def test_nothing_in_it_is_more_than_text(text: str) -> None:
    text = text.replace("\x1f", "").replace("\x00", "")
    position = {Guid("g"): Position("a.md", 1, 1)}
    for kind in Kind:
        old, new = note(kind, "old", 1), note(kind, text, 2)
        for before, after in (({}, new), (old, new), (new._replace(modified=1), None)):
            rows = {Guid("g"): before} if isinstance(before, NoteRow) else {}
            changes = compare(
                rows, {Guid("g"): after} if after else {}, position, {Guid("g"): text}
            )
            found = Comparison(text, changes)
            kinds, seen = read(format_letter(found))
            assert kinds <= OURS
            for change in changes:
                assert "".join(inert(change.clue).split()) in "".join(seen.split())


def test_bare_addresses_and_emoji_are_none() -> None:
    new = note(Kind.TRAP, "see https://a.example, www.b.example :smile: at 12:30", 2)
    where, names = {new.guid: Position("a.md", 1, 1)}, {new.guid: "a"}
    letter = format_letter(Comparison("commit a", compare({}, {new.guid: new}, where, names)))
    assert r"see https\://a.example, www\.b.example \:smile: at 12:30" in letter


def test_a_new_comparison_is_told_with_all_its_columns(tmp_path: Path) -> None:
    header = ("Drug", *(f"Column {n}" for n in range(1, 9)))
    pages = write_notes(tmp_path / "source_notes", {"a.md": table(("x", "y"))})
    build_decks(tmp_path)
    row = ("aspirin", *(f"fact {n}" for n in range(1, 9)))
    write_notes(pages, {"b.md": table(row, header=header)})
    letter = build_decks(tmp_path, "diff", "--format", "markdown").stdout
    assert "- **aspirin**\n" in letter
    for number in range(1, 9):
        assert f"  - *Column {number}*: fact {number}\n" in letter
