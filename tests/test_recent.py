"""Builds that follow each other in one process give what each of them alone would give."""

from __future__ import annotations

import random
import shutil
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from build_notes import NOW, table, write_notes
from hypothesis import given, settings
from hypothesis import strategies as st
from media_files import png

from generator import recent as recent_module
from generator.build import run
from generator.model import Page, Source
from generator.notes.compose import Blocks
from generator.recent import Recent
from generator.settings import Settings

# Few rows for many places, so that rows stand twice, move, and lend each other options.
ROWS = (
    ("a slow query", "an index"), ("a slow query", "a cache"), ("many readers", "a replica"),
    ("a lost disk", "a **backup**"), ("a typo", "undo"), ("a peak", "a queue"), ("a loop", "exit"),
    ("a leak", "a probe"), ("a fork", "a merge"), ("a fire", "water"), ("a gap", "a bridge"),
    ("a storm", "shelter"), ("a race", "a lock"), ("a crash", "a restart"), ("a flood", "a dam"),
)  # fmt: skip
PLAIN = st.lists(st.sampled_from(ROWS), min_size=1, max_size=4).map(lambda rows: table(*rows))
NUMBERED = st.lists(
    st.tuples(st.sampled_from(ROWS), st.sampled_from("123")), min_size=1, max_size=3
).map(lambda rows: table(*((n, *row) for row, n in rows), header=("ID", "Need", "First move")))
OTHERS = st.sampled_from(
    (
        "<!-- cards: reverse -->\n\n" + table(("one", "uno"), ("two", "due")),
        table(("guessing", "measure"), ("hoping", "test"), header=("Trap", "Better rule")),
        table(("x", "1", "2"), ("y", "3", ""), header=("Service", "Fast", "Cheap")),
        "Which?\n\n- [x] this\n- [ ] that\n- [ ] those\n",
        "<!-- cards: order -->\n\n1. wash\n2. dry\n3. fold\n",
        "Water is ==wet== and ==cold==.\n",
        "term\n: meaning\n",
        table(("a typo <!-- same-as: new -->", "undo"), ("a picture", "![](dot.png)")),
        table(("many readers", "a replica <!-- same-as: zzzz -->")),
        "| ragged | table |\n|---|---|\n| one |\n",
        "[^1]: a footnote\n\n<!-- ignore: BD602 -->\n",
    )
)
PAGES = st.lists(PLAIN | PLAIN | PLAIN | NUMBERED | OTHERS, max_size=2).map("\n".join)
FOLDERS = st.dictionaries(
    st.sampled_from(("one/a.md", "one/b.md", "one/c.md", "two.md", "three/a.md")),
    st.one_of(PAGES, PAGES.map("---\ntopic: T\n---\n{}".format)),
    min_size=1,
)


def state(folder: Path, now: int, recent: Recent | None) -> object:
    """All that a build makes, in files and in words."""
    outcome = run(folder / "notes", folder / "decks", now, recent=recent)
    paths = sorted((folder / "decks").glob("*")) if (folder / "decks").exists() else []
    result = outcome.result
    found = [(d.code, d.position, d.message.replace(str(folder), "")) for d in result.diagnostics]
    said = (result.packages, result.tables, result.rest, found, result.ledger)
    return said, [(path.name, path.read_bytes()) for path in paths]


@settings(deadline=None, max_examples=100)
@given(st.lists(FOLDERS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_what_was_read_before_changes_nothing(
    versions: list[dict[str, str]], chance: random.Random
) -> None:
    # Most often only some pages differ from the version before.
    for before, after in pairwise(versions):
        after |= {name: text for name, text in before.items() if chance.random() < 0.6}
    recent = Recent()
    with TemporaryDirectory() as name:
        for now, files in enumerate(versions, NOW):
            states = []
            for kind in ("with", "without"):
                folder = Path(name, kind)
                shutil.rmtree(folder / "notes" / "one", ignore_errors=True)
                write_notes(folder / "notes", files)
                (folder / "notes" / "dot.png").write_bytes(png(2, 2))
                states.append(state(folder, now, recent if kind == "with" else None))
            assert states[0] == states[1]


def test_a_page_is_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read: list[str] = []
    read_blocks = recent_module.read_blocks

    def noted(package: str, page: Page, settings: Settings) -> Blocks:
        read.append(page.path)
        return read_blocks(package, page, settings)

    monkeypatch.setattr(recent_module, "read_blocks", noted)
    recent = Recent()
    for answer in ("2", "3"):
        write_notes(
            tmp_path / "notes", {"p/a.md": table(("a", "1")), "p/b.md": table(("b", answer))}
        )
        state(tmp_path, NOW, recent)
    assert read == ["p/a.md", "p/b.md", "p/b.md"]


def test_only_so_much_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_module, "_MOST", 100)
    recent = Recent()
    pages = [recent.read_page(Source(f"{n}.md", "word " * 10))[0] for n in range(4)]
    again = [recent.read_page(Source(f"{n}.md", "word " * 10))[0] for n in (2, 3, 0)]
    assert again[0] is pages[2]
    assert again[1] is pages[3]
    assert again[2] is not pages[0]


def test_settings_are_looked_at() -> None:
    recent = Recent()
    page, _ = recent.read_page(Source("p/a.md", table(("one", "1"))))
    one, same = (recent.read_blocks("p", page, Settings(deck="P")) for _ in range(2))
    other = recent.read_blocks("p", page, Settings(deck="P", title="Another"))
    assert one is same
    assert one is not other
    assert other.readings[0].sheets[0].frame.title == "Another"
