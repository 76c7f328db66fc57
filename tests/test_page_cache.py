"""Pages and tables that are what they were are not made again, and no byte depends on that."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import sqlite3
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from build_notes import NOW, table, work_of, write_notes
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_files import png

from generator.anki.field_store import FieldStore
from generator.cli import cli
from generator.core.diagnostics import NO_NOTES, Severity
from generator.core.model import Form, Media, MediaName, Position, Source
from generator.core.outcome import Outcome
from generator.machine.cache_files import last_build_file, pages_file
from generator.notes.choose_reading import Layout
from generator.notes.columns import Columns
from generator.notes.page_notes import BlockNotes, PageNotes
from generator.pages.cache import (
    _CHECKSUM,
    PageCache,
    _with_checksum,
    decode,
    encode,
    page_key,
)
from generator.pages.page import page_notes
from generator.pipeline.build import run
from generator.settings.values import Settings
from generator.sources.media import MediaFolder
from generator.workspace.last_build import read_state


def rows(name: str, count: int = 4) -> str:
    return table(*((f"clue {n} of {name}", f"answer {n}{name}") for n in range(count)))


def page(name: str) -> str:
    return f"# {name}\n\n## First\n\n{rows(name)}\n## Second\n\n{rows(name + name)}"


FILES = {
    **{f"bio/{name}.md": page(name) for name in ("cells", "bones", "birds")},
    "law.md": page("torts"),
}


def build(folder: Path, now: int = NOW, cache: PageCache | None = None) -> Outcome:
    """As the command line does it where something was touched."""
    source, output = folder / "notes", folder / "decks"
    return run(source, output, now, seen=read_state(source, output), cache=cache)


def files_of(folder: Path) -> dict[str, bytes]:
    found = [*(folder / "decks").iterdir(), folder / "notes" / "ledger.jsonl"]
    return {path.name: path.read_bytes() for path in found}


def made_cold(folder: Path, copy: Path, now: int) -> dict[str, bytes]:
    """What a build that knows nothing makes of the same folders."""
    shutil.copytree(folder, copy)
    for file in (last_build_file(copy / "notes", copy / "decks"), pages_file(copy / "notes")):
        file.unlink(missing_ok=True)
    run(copy / "notes", copy / "decks", now)
    return files_of(copy)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


# --- counts of work ---------------------------------------------------------------------------


def test_an_edit_reads_its_page_and_makes_its_table(sound: Path) -> None:
    edit(sound / "notes/bio/cells.md", "answer 2cells", "another answer")
    work = work_of(lambda: build(sound, NOW + 9))
    assert work["page_notes"] == 1, "one page is read"
    assert work["collect"] == 1, "one package is looked at"
    assert work["table_notes"] == 2, "both tables of the page"
    assert work["render_table"] == 1, "the one that the cell is in"
    assert work["options_html"] == 4, "its rows, which show the whole table"
    assert work["format_entry"] == 1, "the one line of the ledger that changes"


def test_a_line_of_prose_makes_no_note(sound: Path) -> None:
    edit(sound / "notes/bio/cells.md", "## First", "Some words.\n\n## First")
    before = files_of(sound)
    work = work_of(lambda: build(sound, NOW + 9))
    assert (work["page_notes"], work["render_table"], work["format_entry"]) == (1, 0, 0)
    assert files_of(sound) == before


def test_a_row_that_is_put_in_front_makes_its_table(sound: Path) -> None:
    first = "| clue 0 of birds |"
    edit(sound / "notes/bio/birds.md", first, f"| swift | sleeps in air |\n{first}")
    work = work_of(lambda: build(sound, NOW + 9))
    assert (work["page_notes"], work["render_table"], work["format_entry"]) == (1, 1, 2)


def test_options_from_other_tables_are_chosen_where_these_changed(tmp_path: Path) -> None:
    small = [table((f"clue {n}", f"answer{n}"), (f"clue {n}b", f"other{n}")) for n in range(200)]
    pages = {f"bio/{n}.md": f"# P{n}\n\n## S\n\n{text}" for n, text in enumerate(small)}
    write_notes(tmp_path / "notes", pages)
    assert work_of(lambda: build(tmp_path))["choose_distractors"] == 400
    edit(tmp_path / "notes/bio/7.md", "clue 7 ", "the clue 7 ")
    # Each answer that came or went is looked at by 24 clues, whose tables have two rows.
    assert work_of(lambda: build(tmp_path, NOW + 9))["choose_distractors"] <= 100
    edit(tmp_path / "notes/bio/8.md", "answer8", "what8")
    assert work_of(lambda: build(tmp_path, NOW + 19))["choose_distractors"] <= 150


def test_a_picture_that_changes_reads_the_pages_that_name_it(tmp_path: Path) -> None:
    files = {**FILES, "bio/art.md": table(("heart", "![](h.png)"), ("skull", "head"))}
    notes = write_notes(tmp_path / "notes", files)
    (notes / "bio/h.png").write_bytes(png(1))
    build(tmp_path)
    edit(notes / "bio/cells.md", "answer 2cells", "another answer")
    assert work_of(lambda: build(tmp_path, NOW + 9))["page_notes"] == 1
    (notes / "bio/h.png").write_bytes(png(2))
    work = work_of(lambda: build(tmp_path, NOW + 19))
    assert (work["page_notes"], work["render_table"]) == (1, 1)
    assert work_of(lambda: build(tmp_path, NOW + 29))["collect"] == 0, "all is as it was"


def test_a_picture_that_comes_nearer_or_goes_reads_the_page_that_names_it(tmp_path: Path) -> None:
    files = {**FILES, "bio/art.md": table(("heart", "![[h.png]]"), ("skull", "head"))}
    notes = write_notes(tmp_path / "notes", files)
    (notes / "far").mkdir()
    (notes / "far/h.png").write_bytes(png(1))
    build(tmp_path)
    assert work_of(lambda: build(tmp_path, NOW + 9))["collect"] == 0
    for step, (name, content) in enumerate((("bio/h.png", 2), ("h.png", 3))):
        (notes / name).write_bytes(png(content))
        work = work_of(lambda step=step: build(tmp_path, NOW + 19 + step))
        assert work["page_notes"] == (1 if name.startswith("bio") else 0), name
    (notes / "bio/h.png").unlink()
    assert work_of(lambda: build(tmp_path, NOW + 29))["page_notes"] == 1


def test_a_cell_is_parsed_once(tmp_path: Path) -> None:
    cells = ["![a *heart*](h.png) <b>x</b>", "**bold** `code` [x](https://example.org)"]
    notes = write_notes(tmp_path / "notes", {"a.md": table(*((c, f"{c} again") for c in cells))})
    (notes / "h.png").write_bytes(png())
    work = work_of(lambda: build(tmp_path))
    # The heart in a clue and in an answer; what is bold is read without the parser.
    assert work["parseInline"] == 2


def test_an_error_in_one_package_makes_no_other_twice(sound: Path) -> None:
    for number, name in enumerate(("cells", "bones", "birds")):
        edit(sound / f"notes/bio/{name}.md", f"answer 2{name}", f"another {number}")
    wrong = "another answer <!-- same-as: zzzz -->"
    edit(sound / "notes/law.md", "answer 2torts", wrong)
    work = work_of(lambda: build(sound, NOW + 9))
    assert work["render_table"] == 4, "and the other rows of the one with the error"


# --- it changes nothing -----------------------------------------------------------------------

NAMES = st.sampled_from("cells bones birds".split())
PLACES = st.sampled_from(range(4))
WORDS = st.sampled_from("red blue answer ==gap== **bold**".split())


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.tuples(NAMES, PLACES, WORDS), max_size=3), min_size=1, max_size=4))
def test_random_edits_give_the_bytes_of_cold_builds(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, int, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    write_notes(folder / "notes", FILES)
    build(folder)
    kept = PageCache(pages_file(folder / "notes"), keeps=True)
    for number, edits in enumerate(rounds, 1):
        for name, place, word in edits:
            edit(folder / f"notes/bio/{name}.md", f"| answer {place}{name}", f"| {word} {place}")
        expected = made_cold(folder, folder.parent / f"{folder.name}-{number}", NOW + number)
        build(folder, NOW + number, kept if number % 2 else None)
        assert files_of(folder) == expected


# Of two to three rows a table: their options come from other tables. Some say words of their clues,
# some wait, and one clue may have two answers.
TEXTS = st.sampled_from(
    ["", "red", "red sea", "a *blue* sea", "x <!-- same-as: zzzz -->", "<!-- cards: skip -->"]
    + [f"{word} {n}" for word in ("sea", "hill", "clue") for n in range(8)]
)
SPOTS = st.tuples(st.integers(0, 11), st.integers(0, 2), st.integers(0, 1))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.dictionaries(SPOTS, TEXTS, max_size=4), min_size=1, max_size=5))
def test_options_from_other_tables_are_those_of_cold_builds(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[dict[tuple[int, int, int], str]]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    cells = {(n, row, 0): f"sea {n} {row}" for n in range(12) for row in range(2 + n % 2)}
    cells |= {(n, row, 1): f"hill {n} of {row}" for n, row, _ in cells}

    def write() -> None:
        for n in range(12):
            rows = sorted({row for number, row, _ in cells if number == n})
            text = table(*((cells.get((n, r, 0), "c"), cells.get((n, r, 1), "")) for r in rows))
            write_notes(folder / "notes", {f"bio/{n}.md": f"# P{n}\n\n## S\n\n{text}"})

    write()
    build(folder)
    for number, edits in enumerate(rounds, 1):
        cells |= edits
        write()
        expected = made_cold(folder, folder.parent / f"{folder.name}-{number}", NOW + number)
        build(folder, NOW + number)
        assert files_of(folder) == expected


def test_an_old_package_that_is_not_what_the_ledger_says_is_not_copied_from(
    sound: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As after a merge: the ledger has later times than the package that is remembered."""
    edit(sound / "notes/ledger.jsonl", f'"modified": {NOW}', f'"modified": {NOW + 1}')
    expected = made_cold(sound, tmp_path_factory.mktemp("cold") / "copy", NOW + 9)
    build(sound, NOW + 9)
    assert files_of(sound) == expected


def forge(file: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    with closing(sqlite3.connect(file)) as connection:
        change(connection)
        connection.commit()


DAMAGES: list[Callable[[Path], object]] = [
    lambda file: file.unlink(),
    lambda file: file.write_bytes(b""),
    lambda file: file.write_bytes(os.urandom(5000)),
    lambda file: file.write_bytes(file.read_bytes()[:8192]),
    lambda file: forge(file, lambda c: c.execute("UPDATE pages SET value = x'00'")),
    lambda file: forge(file, lambda c: c.execute("UPDATE pages SET value = 7")),
    lambda file: forge(file, lambda c: c.execute("UPDATE tables SET value = value || x'00'")),
    lambda file: forge(file, lambda c: c.execute("UPDATE program SET digest = 'older'")),
    lambda file: forge(file, lambda c: c.execute("DROP TABLE pages")),
    lambda file: forge(file, lambda c: c.execute("DELETE FROM tables")),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_an_empty_one(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, damage: Callable[[Path], object]
) -> None:
    edit(sound / "notes/bio/cells.md", "answer 2cells", "another answer")
    expected = made_cold(sound, tmp_path_factory.mktemp("cold") / "copy", NOW + 9)
    damage(pages_file(sound / "notes"))
    build(sound, NOW + 9)
    assert files_of(sound) == expected
    edit(sound / "notes/bio/cells.md", "another answer", "a third one")
    assert work_of(lambda: build(sound, NOW + 19))["page_notes"] == 1, "it is mended"


def test_only_what_is_in_use_is_kept(sound: Path) -> None:
    (sound / "notes/law.md").unlink()
    build(sound, NOW + 9)
    with closing(sqlite3.connect(pages_file(sound / "notes"))) as connection:
        (pages,) = connection.execute("SELECT count(*) FROM pages").fetchone()
        packages = connection.execute("SELECT package FROM tables").fetchall()
    assert (pages, packages) == (3, [("bio",)])


# --- values as bytes --------------------------------------------------------------------------

EVERYTHING = (
    "---\ntopic: T\n---\n# Page\n\n" + table(("a", "b **c**"), ("d", ""), ("e", "f <b>g</b>"))
) + (
    "\nTrap | Rule\n--- | ---\nguessing | measure\n\n<!-- cards: order -->\n\n1. wash\n2. dry\n"
    "\nWater is ==wet== and ==1::cold::hint==.\n\nWhich?\n\n- [x] this\n- [ ] that\n\nterm\n: x\n"
    "\nQ: one?\nA: yes\n"
    "\n<!-- ignore: BD602 -->\n\n| x | y |\n|---|---|\n| a | ![](gone.png) |\n"
)


def made_page(text: str) -> PageNotes:
    return page_notes(Source("p/a.md", text), Settings(deck="p"), MediaFolder(Path()))


def test_a_page_is_the_same_after_it_was_kept() -> None:
    made = made_page(EVERYTHING)
    assert decode(encode(made)) == made
    assert len(made.blocks) == 8
    assert made.suppressions
    assert made.settings.topic == "T"
    assert any(block.media_faults for block in made.blocks)


def test_values_of_all_kinds_are_the_same_after_they_were_kept() -> None:
    where = Position("p/a.md", 3, 10**12)
    layout = Layout(None, "\ud800", Columns((0,), (), tags=None, id=3), 2, frozenset({"b", "a"}))
    tables = tuple(
        page.blocks[0]
        .tables[0]
        ._replace(html=html, text=text, names={7: ("x",)}, digest=b"\x00\xff", layout=layout)
        for page in [made_page(EVERYTHING)]
        for html, text in [((), ()), ((("a", "b"), ()), (("a", "c"), ("d",)))]
    )
    blocks = (
        BlockNotes(None),
        BlockNotes(None, tables, diagnostics=(NO_NOTES.at(where, folder=""),)),
    )
    files = {"x": None, "y": Media(MediaName("y"), "p/y", "0", 1, True)}
    made = made_page("")._replace(blocks=blocks, files=files)
    kept = decode(encode(made))
    assert kept == made
    assert type(kept.blocks[1].diagnostics[0].severity) is Severity
    assert type(kept.blocks[1].tables[0].form) is Form
    assert type(kept.settings.tags) is tuple


def test_a_page_of_many_equal_values_is_the_same_after_it_was_kept() -> None:
    block = BlockNotes(None, media_faults=(NO_NOTES.at(Position("", 1, 1), folder=""),) * 5000)
    made = made_page("")._replace(blocks=(block,) * 3)
    assert decode(encode(made)) == made


class Parts(NamedTuple):
    """What the bytes of a page are: its numbers, its texts, and the bytes that are no text."""

    numbers: list[int]
    texts: list[str]
    others: list[bytes]


def parts_of(data: bytes) -> Parts:
    size, texts, others, length = struct.unpack_from("<4q", data)
    numbers = [*struct.unpack_from(f"<{size}q", data, 32)]
    rest = io.BytesIO(data[32 + 8 * size :])
    text = io.StringIO(rest.read(length).decode())
    return Parts(
        numbers[texts + others :],
        [text.read(each) for each in numbers[:texts]],
        [rest.read(each) for each in numbers[texts : texts + others]],
    )


def bytes_of(parts: Parts, room: int = 0, head: tuple[int, ...] = ()) -> bytes:
    numbers, texts, others = parts
    text = "".join(texts).encode()
    numbers = [*map(len, texts), *map(len, others), *numbers]
    head = head or (len(numbers), len(texts), len(others), len(text))
    data = struct.pack(f"<4q{len(numbers)}q", *head, *numbers) + text + b"".join(others)
    return _with_checksum(data.ljust(room))


def forged(change: Callable[[Parts], Parts]) -> bytes:
    """A page of the cache with the right checksum, whose parts are changed."""
    data = encode(made_page(EVERYTHING))[_CHECKSUM:]
    return bytes_of(change(parts_of(data)), len(data))


NO_PAGES: dict[str, Callable[[Parts], Parts]] = {
    "nothing": lambda parts: Parts([], [], []),
    "no numbers": lambda parts: parts._replace(numbers=[]),
    "no texts": lambda parts: parts._replace(texts=[]),
    "no bytes beside them": lambda parts: parts._replace(others=[]),
    "some of the numbers": lambda parts: parts._replace(numbers=parts.numbers[:-1]),
    "ones": lambda parts: parts._replace(numbers=[1] * len(parts.numbers)),
    "more than there are": lambda parts: parts._replace(numbers=[10**9] * len(parts.numbers)),
    "more than that": lambda parts: parts._replace(numbers=[2**63 - 1] * len(parts.numbers)),
    "fewer than none": lambda parts: parts._replace(numbers=[-1] * len(parts.numbers)),
    "more in each": lambda parts: parts._replace(numbers=[9] * len(parts.numbers)),
    "fewer, then more": lambda parts: parts._replace(numbers=[1, -(10**9), 1, 10**9] * 99),
}


@pytest.mark.parametrize("change", NO_PAGES.values(), ids=NO_PAGES.keys())
def test_what_is_no_page_is_none_and_takes_no_room(change: Callable[[Parts], Parts]) -> None:
    assert decode(forged(lambda parts: parts)) == made_page(EVERYTHING)
    assert_is_none_and_takes_no_room(forged(change))


def assert_is_none_and_takes_no_room(data: bytes) -> None:
    tracemalloc.start()
    assert decode(data) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("number", [-1, -(10**9), 0, 10**9, 2**59, 2**63 - 1])
def test_a_head_that_says_anything_takes_no_room(place: int, number: int) -> None:
    data = encode(made_page(EVERYTHING))[_CHECKSUM:]
    head = [*struct.unpack_from("<4q", data)]
    head[place] = number
    assert_is_none_and_takes_no_room(bytes_of(parts_of(data), len(data), tuple(head)))


def test_texts_that_lie_on_each_other_take_no_room() -> None:
    lengths = [10**6, -(10**6)] * 1000
    data = struct.pack("<4q", len(lengths), len(lengths), 0, 10**6) + struct.pack(
        "<2000q", *lengths
    )
    data += b"x" * 10**6
    tracemalloc.start()
    assert decode(_with_checksum(data)) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("value", [b"[" * 100_000, b"\xff", b"", pickle.dumps(Position("", 1, 1))])
def test_other_bytes_are_none(value: bytes) -> None:
    assert decode(_with_checksum(value)) is None
    assert decode(value) is None


def test_a_key_is_one_of_path_text_and_settings() -> None:
    keys = {
        page_key(Source(path, text), own)
        for path in ("a.md", "b.md")
        for text in ("", "x", "a.md")
        for own in (Settings(), Settings(title="x"))
    }
    assert len(keys) == 12


@given(
    st.dictionaries(st.integers(0, 9), st.lists(st.binary(max_size=9), max_size=3)),
    st.integers(0, 40),
)
def test_fields_are_kept_in_memory_and_on_the_disk(
    tables: dict[int, list[bytes]], room: int
) -> None:
    store = FieldStore(room)
    fields = {}
    for number, own in tables.items():
        more = dict(enumerate(own, 10 * number))
        store.add(more)
        fields |= more
    assert dict(store) == fields
    assert len(store) == len(fields)
    assert [place in store for place in range(100)] == [place in fields for place in range(100)]
    store.close()


def with_tables(data: bytes, **changes: Any) -> bytes:
    """A page with other values in its tables."""
    page = decode(data)
    assert page is not None
    blocks = tuple(
        block._replace(tables=tuple(table._replace(**changes) for table in block.tables))
        for block in page.blocks
    )
    return encode(page._replace(blocks=blocks))


def with_parts(data: bytes, change: Callable[[Parts], Parts]) -> bytes:
    return bytes_of(change(parts_of(data[_CHECKSUM:])), len(data))


FORGED_PAGES: dict[str, Callable[[bytes], bytes]] = {
    "other texts": lambda data: with_parts(
        data, lambda parts: parts._replace(texts=parts.texts[::-1])
    ),
    "empty texts": lambda data: with_parts(
        data, lambda parts: parts._replace(texts=["" for _ in parts.texts])
    ),
    "other numbers": lambda data: with_parts(
        data, lambda parts: parts._replace(numbers=parts.numbers[::-1])
    ),
    "rows without cells": lambda data: with_tables(data, text=((),) * 4),
    "rows without HTML": lambda data: with_tables(data, html=()),
    "no places": lambda data: with_tables(data, places=()),
    "no layouts": lambda data: with_tables(data, layout=None),
}


def forge_pages(folder: Path, change: Callable[[bytes], bytes]) -> None:
    """Change all pages of the cache, and leave the build nothing else to go by."""
    with closing(sqlite3.connect(pages_file(folder / "notes"))) as connection, connection:
        for key, value in connection.execute("SELECT key, value FROM pages").fetchall():
            connection.execute("UPDATE pages SET value = ? WHERE key = ?", (change(value), key))
    last_build_file(folder / "notes", folder / "decks").unlink()


@pytest.mark.parametrize("change", FORGED_PAGES.values(), ids=FORGED_PAGES.keys())
def test_a_forged_page_with_the_right_checksum_is_read_anew(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    write_notes(tmp_path / "notes", FILES)
    expected = build(tmp_path)
    assert not expected.result.restarted
    forge_pages(tmp_path, change)
    again = build(tmp_path, NOW + 50)
    assert again.changed_files == ()
    assert again.result.diagnostics == expected.result.diagnostics


def test_with_verbose_a_build_says_that_it_began_again_without_its_cache(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path)
    arguments = ["-s", str(tmp_path / "notes"), "-o", str(tmp_path / "decks")]
    said = "the build began again without what it keeps from the last one: "
    for options, is_said in [(["-v"], True), (["-v"], False), ([], False)]:
        if is_said or not options:
            forge_pages(tmp_path, FORGED_PAGES["rows without cells"])
        done = CliRunner().invoke(cli, [*arguments, *options])
        assert (said in done.stderr) is is_said
        assert "Traceback" not in done.output


def test_names_in_the_cache_that_are_no_text_are_damage(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path)
    with closing(sqlite3.connect(pages_file(tmp_path / "notes"))) as connection, connection:
        connection.execute("INSERT INTO tables VALUES (CAST(x'ff' AS TEXT), x'00')")
    last_build_file(tmp_path / "notes", tmp_path / "decks").unlink()
    assert build(tmp_path, NOW + 50).changed_files == ()


@pytest.mark.parametrize("kind", ["pipe", "view", "folder"])
def test_pages_that_never_end_are_not_waited_for(tmp_path: Path, kind: str) -> None:
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path)
    file = pages_file(tmp_path / "notes")
    if kind == "view":
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DROP TABLE pages")
            connection.execute(
                "CREATE VIEW pages AS WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1"
                " FROM more) SELECT n key, 0 has_files, x'00' value FROM more"
            )
    else:
        file.unlink()
        (os.mkfifo if kind == "pipe" else os.mkdir)(file)
    last_build_file(tmp_path / "notes", tmp_path / "decks").unlink()
    assert build(tmp_path, NOW + 50).changed_files == ()
