"""What is worked on in parts, or waits on the disk, comes to what it comes to in one piece."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import pytest
from build_notes import NOW, table, write_notes
from hypothesis import given
from hypothesis import strategies as st
from test_workers import EDITED, FILES, TWO, build, made, needs_copies

from generator.anki.field_store import FieldStore
from generator.identity import sorted_lines
from generator.machine import spool
from generator.machine.workers import ALONE, Workers
from generator.pipeline import build as build_module
from generator.pipeline import collect, finish_notes, make_package, render_package
from generator.pipeline.build import run


def have_little_room(monkeypatch: pytest.MonkeyPatch, notes: int) -> None:
    """Work on so many notes at a time, with next to nothing in memory."""
    for module in (render_package, finish_notes):
        monkeypatch.setattr(module, "AT_ONCE", notes)
    monkeypatch.setattr(collect, "_BATCH", notes)
    monkeypatch.setattr(collect, "_MOST_IN_BATCH", 2 * notes)
    monkeypatch.setattr(build_module, "_MOST_NOTES_IN_MEMORY", 0)
    monkeypatch.setattr(make_package, "_MOST_FIELD_BYTES", 0)
    monkeypatch.setattr(sorted_lines, "_MOST_BYTES", 300 * notes)


LONG = table(*((f"term {n}", f"meaning {n} of it") for n in range(20)))
FEW_MORE = table(*((f"term {n}", f"meaning {n} of it") for n in range(3, 23)))
COMPARED = table(
    *((f"item {n}", f"{n} g", f"colour {n % 7}") for n in range(9)),
    header=("Item", "Mass", "Colour"),
)


@needs_copies
@pytest.mark.parametrize("notes", [1, 3])
@pytest.mark.parametrize("workers", [ALONE, TWO])
def test_the_bytes_are_those_of_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notes: int, workers: Workers
) -> None:
    versions = (
        {**FILES, "alloys/long.md": LONG, "alloys/more.md": COMPARED},
        {**EDITED, "alloys/long.md": FEW_MORE, "alloys/more.md": COMPARED.replace("3 g", "4 kg")},
        {**EDITED, "alloys/long.md": FEW_MORE},
    )
    results, packages = [], []
    for name in ("whole", "parts"):
        if name == "parts":
            have_little_room(monkeypatch, notes)
        outcomes = [
            build(tmp_path / name, files, workers, NOW + 50 * number)
            for number, files in enumerate(versions)
        ]
        results.append([outcome.result for outcome in outcomes])
        packages.append(made(tmp_path / name))
    assert results[0] == results[1]
    assert packages[0] == packages[1]


def test_a_batch_that_waits_on_the_disk_is_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[int] = Counter()
    get = spool._Kept.__getitem__

    def noting(kept: spool._Kept[object], place: int) -> object:
        read[place] += 1
        return get(kept, place)

    monkeypatch.setattr(spool._Kept, "__getitem__", noting)
    have_little_room(monkeypatch, 3)
    rows = [table((f"term {n}", f"meaning {n}"), (f"item {n}", f"sense {n}")) for n in range(9)]
    notes = write_notes(tmp_path / "notes", {"a.md": "\n".join(rows)})
    run(notes, tmp_path / "decks", NOW, workers=ALONE)
    # Once to look at what tables know of each other, once to be finished.
    assert {place: read[place] for place in range(5)} == dict.fromkeys(range(5), 2)


@given(st.lists(st.text("abc", min_size=1, max_size=3), unique=True), st.integers(0, 9))
def test_lines_come_in_order_from_memory_and_from_the_disk(guids: list[str], added: int) -> None:
    entries = [b'{"guid": "%s", "deck": "d"}\n' % guid.encode() for guid in guids]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorted_lines, "_MOST_BYTES", 60)
        lines = sorted_lines.SortedLines(b"first\n")
        lines.add(entries[:added])
        list(lines)  # more may come after somebody has looked
        lines.add(entries[added:])
        assert list(lines) == [b"first\n", *sorted(entries)] == list(lines)
        assert pickle.loads(pickle.dumps(lines)) == lines


def test_few_notes_of_a_long_table_have_fields_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = []
    add = FieldStore.add

    def noting(store: FieldStore, fields: dict[int, bytes]) -> None:
        added.append(len(fields))
        add(store, fields)

    monkeypatch.setattr(FieldStore, "add", noting)
    have_little_room(monkeypatch, 3)
    notes = write_notes(tmp_path / "notes", {"a.md": LONG})
    run(notes, tmp_path / "decks", NOW, workers=ALONE)
    assert added == [3] * 6 + [2]
