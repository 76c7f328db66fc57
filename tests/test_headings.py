"""Headings: which one names the page, which are sections, and which are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_in, codes, table
from made_notes import made

from generator.identity.ledger import parse_ledger

WORDS = table(("wall", "holds"), ("pore", "lets pass"), ("sap", "carries"), header=("Part", "Role"))
ORDER = "<!-- cards: order -->\n\n1. wash\n2. dry\n3. fold\n"
ONE = (
    f"# Plants\n\n## Parts\n\n{WORDS}\n| Cell | Wall | Energy |\n|---|---|---|\n"
    "| plant | pulp | light |\n| animal | none | food |\n\n"
    f"## Care\n\n{ORDER}\n## Roots\n\nA root takes up ==water== and ==salts==.\n\n"
    "Q: What takes up water?\nA: the root\n"
)


def contexts(text: str, path: str = "p/lesson-plans.md") -> list[str]:
    """What stands on top of the notes' cards."""
    return [note.fields.context for note in made(text, path).notes]  # type: ignore[union-attr]


def test_of_several_first_headings_none_names_the_page() -> None:
    text = f"# Lesson 1\n\n{table(('a', 'b'))}\n# Lesson 2\n\n## Verbs\n\n{table(('c', 'd'))}"
    assert contexts(text) == ["lesson plans › Lesson 1", "lesson plans › Lesson 2 › Verbs"]
    titled = f"---\ntitle: French\n---\n{text}"
    assert contexts(titled) == ["French › Lesson 1", "French › Lesson 2 › Verbs"]


def test_one_first_heading_names_the_page_wherever_it_stands() -> None:
    text = f"## Verbs\n\n{table(('a', 'b'))}\n# Lesson\n\n{table(('c', 'd'))}"
    assert contexts(text) == ["Lesson › Verbs", "Lesson"]


def test_a_heading_in_a_quote_or_a_list_is_no_second_one() -> None:
    text = f"# Lesson\n\n{table(('a', 'b'))}\n> # Quoted\n\n- # Listed\n"
    assert contexts(text) == ["Lesson"]


@pytest.mark.parametrize(("old", "new"), [(0, 1), (1, 0)], ids=["one more", "one less"])
def test_a_second_first_heading_leaves_every_note_what_it_was(
    tmp_path: Path, old: int, new: int
) -> None:
    """Sections gain or lose the page's name; GUIDs, note ids, cards and gaps stay."""
    pages = (ONE, f"{ONE}\n# Animals\n\n{table(('a hoof', 'walks'), header=('Part', 'Role'))}")
    ledger = tmp_path / "notes/ledger.jsonl"
    build_in(tmp_path, {"p.md": pages[old]})
    before = parse_ledger(ledger.read_bytes())[0].entries
    outcome = build_in(tmp_path, {"p.md": pages[new]}, NOW + 1000)
    assert codes(outcome) == []
    after = parse_ledger(ledger.read_bytes())[0].entries
    own = [guid for guid, entry in before.items() if entry.origin.clue != "a hoof"]
    assert len(own) == 10
    for guid in own:
        assert not after[guid].retired
        for name in ("note_id", "cards", "gaps", "slots", "added"):
            assert getattr(after[guid], name) == getattr(before[guid], name)
    assert {entry.origin.clue for g, entry in after.items() if g not in before} <= {"a hoof"}


@pytest.mark.parametrize(
    "above",
    [
        "tags:: [[Cells]], [[Plants]]\n---\n",
        "tags:: [[Cells]]\nalias:: plants\n\n",
        "- tags:: [[Cells]]\n- id:: 64a0\n\n",
        "created: 2025-02-04\n---\n",
        "created: 2025-02-04\ndifficulty: hard\n---\n",
        "Created: 2025-02-04\nTags: cells\n---\n",
        "title:: Plants\n===\n",
        "Part | Role\n---\n\n",
        "status::\n---\n",
        "Stand:: gestern\nThema:: Pflanzen\n\n",
    ],
)
def test_properties_are_neither_headings_nor_text(above: str) -> None:
    found = made(f"{above}## Parts\n\n{WORDS}", "p/page.md")
    assert [note.origin.section for note in found.notes] == ["Parts"] * 3
    assert [note.fields.context for note in found.notes] == ["page › Parts"] * 3  # type: ignore[union-attr]
    assert [table.form.value for table in found.tables] == ["table"]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Lesson: cells\n---\n", "Lesson: cells"),
        ("Plants\n---\n", "Plants"),
        ("Which parts: walls\nand pores\n---\n", "Which parts: walls and pores"),
        ("## created: 2025\n", "created: 2025"),
        ("## a | b\n", "a | b"),
    ],
)
def test_what_is_written_as_a_heading_is_one(heading: str, section: str) -> None:
    found = made(f"{heading}\n{WORDS}", "p/page.md")
    assert {note.origin.section for note in found.notes} == {section}


def test_a_property_is_on_no_card() -> None:
    text = (
        "- Q: What holds?\n  id:: 64a0\n  card-last-score:: 5\n  A: the wall\n\n"
        "A ==wall== holds a cell.\ncollapsed:: true\n"
    )
    notes = made(text, "p/page.md").notes
    assert [note.origin.clue for note in notes] == ["What holds?", "A wall holds a cell."]
    assert not any("::" in field.replace("{{c1::", "") for n in notes for field in n.fields)


def test_two_colons_that_are_no_property_stay() -> None:
    text = "<!-- cards: definitions -->\n\n- std::vector: grows\n- Osmosis:: water that moves\n"
    assert [note.origin.clue for note in made(text, "p/page.md").notes] == [
        "std::vector",
        "Osmosis",
    ]
