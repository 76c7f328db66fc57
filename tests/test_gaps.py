"""Marked text: every mark is a deletion that Anki sees, and a gap keeps its number."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_in, codes
from hypothesis import given, settings
from hypothesis import strategies as st
from made_notes import made

from generator.anki.note_types import card_ordinals, note_types
from generator.core.diagnostics import LONG_MARKS, NO_CARDS_IN_ENTRY
from generator.core.model import Deletion, Kind
from generator.forms import cloze
from generator.identity.cloze_numbers import LAST, keep_numbers
from generator.identity.ledger import parse_ledger


def gaps(*texts: str, by_hand: tuple[int, ...] = ()) -> list[Deletion]:
    """Gaps numbered in order; those `by_hand` by a person."""
    return [Deletion(number, text, number in by_hand) for number, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("new", "old", "numbers"),
    [
        (gaps("a", "b"), {}, {1: 1, 2: 2}),
        (gaps("b", "a"), {1: "a", 2: "b"}, {1: 2, 2: 1}),
        (gaps("x", "a", "b"), {1: "a", 2: "b"}, {1: 3, 2: 1, 3: 2}),
        (gaps("a", "a"), {1: "a", 2: "a"}, {1: 1, 2: 2}),
        (gaps("throughputs"), {1: "latency", 2: "throughput"}, {1: 2}),
        (gaps("x"), {1: "a", 2: "b"}, {1: 3}),
        (gaps("b", by_hand=(1,)), {1: "a", 2: "b"}, {1: 1}),
        (gaps("b", "a", by_hand=(1,)), {1: "a", 2: "b"}, {1: 1, 2: 3}),
        (gaps("x", "a"), {1: "a", LAST: "b"}, {1: 2, 2: 1}),
    ],
    ids=[
        "new", "turned round", "one in front", "one text twice", "reworded", "another",
        "by hand", "by hand before the text", "no number left above",
    ],
)  # fmt: skip
def test_a_gap_keeps_its_number(
    new: list[Deletion], old: dict[int, str], numbers: dict[int, int]
) -> None:
    assert keep_numbers(new, old, "one clue", "another clue") == numbers


def test_a_gap_in_the_same_place_is_the_same_gap() -> None:
    old = {1: "five", 2: "x"}
    assert keep_numbers(gaps("nine"), old, "it takes nine days", "it takes five days") == {1: 1}


PIECES = st.sampled_from(
    [
        "==a==", "==b c==", "==1::b==", "==2::c::h==", "==", "===", "{{c1::x}}", "{{", "}}", "}",
        "{", "::", ":", "`", "`==x==`", "$x^{2}$", "$", "**", "*", "~~", "[l](http://a::b)", "[",
        "](x)", "<br>", "<u>", "</u>", "<!-- c -->", "\\", "&#125;", "\x01", "\x02", " ", " and ",
        "word", "and so on it goes ", "\n",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=500)
@given(st.lists(PIECES, min_size=1, max_size=12).map("".join))
def test_each_gap_is_one_card_of_anki(text: str) -> None:
    for note in made(f"Text {text}\n").notes:
        if note.origin.kind is Kind.CLOZE:
            ordinals = card_ordinals(note_types()[Kind.CLOZE], note.fields)
            gaps = [gap for gap in note.gaps if not gap.is_long]
            assert ordinals == tuple(sorted(gap.number - 1 for gap in gaps))
            assert note.fields[0].count("{{c") >= len(ordinals)
            assert not {"\x01", "\x02"}.intersection(note.fields[0])


# --- a highlighter ------------------------------------------------------------------------------

LONG = "==The wall of a plant cell is made of cellulose and holds it in shape.=="


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Water boils at ==100 °C==.", ["100 °C"]),
        ("The capital of France is ==Paris==.", ["Paris"]),
        ("==Mitosis== keeps the number of chromosomes.", ["Mitosis"]),
        ("The vacuole holds ==water and waste== in it.", ["water and waste"]),
        ("中国的首都是==北京==。", ["北京"]),
        ("細胞の壁は==セルロース==からなる。", ["セルロース"]),
        ("It is ==red==.", []),
        ("- ==Mitosis==", []),
        ("- ==Mitosis== here", []),
        (LONG, []),
        (f"{LONG} It has pores through which the cells touch each other.", []),
        (f"Look at this first. {LONG} Then go on to the pores of it.", []),
        ("==植物细胞的壁由纤维素构成==。", []),
        ("The wall ==is made of cellulose and holds it==.", []),
        (
            "Among the many parts of each and every single plant cell there are, next to those"
            " that all cells have, ==walls, large vacuoles, green chloroplasts, thin plasmodesmata,"
            " starch grains==, as well as some others that are not named here for want of room.",
            [],
        ),
        (f"{LONG} It is made of ==cellulose==, a chain of sugars.", ["cellulose"]),
        ("==1::The wall of a cell is made of sugar.==", ["The wall of a cell is made of sugar."]),
        ("The wall is not, e.g. in ==wood==, made of it alone.", ["wood"]),
        ("See [the wall](https://example.org/a/b/c/d/e/f) of ==it all==", ["it all"]),
        ("[x](https://example.org/a/b/c/d/e/f) is ==it all here==", []),
    ],
)
def test_a_gap_is_a_few_words_that_leave_enough_to_answer_from(
    text: str, hidden: list[str]
) -> None:
    notes = made(f"{text}\n").notes
    gaps = [gap.text for note in notes for gap in note.gaps if not gap.is_long]
    assert gaps == hidden
    assert len(notes) == bool(hidden)


def test_a_long_mark_beside_a_gap_is_shown_as_marked_text() -> None:
    (note,) = made(f"{LONG} It is made of ==cellulose==, a chain of sugars.\n").notes
    assert note.fields[0].startswith("<mark>The wall of a plant cell")
    assert "{{c1::cellulose}}" in note.fields[0]
    assert note.fields[0].count("{{c") == 1


def test_long_marks_are_told_once_for_a_package(tmp_path: Path) -> None:
    page = f"{LONG}\n\n{LONG.replace('wall', 'hull')} It is made of ==cellulose==, of sugars.\n"
    outcome = build_in(
        tmp_path,
        {
            "p/a.md": page,
            "p/b.md": page.replace("hull", "bark"),
            "q.md": "Ants ==dig== deep into soil.\n",
        },
    )
    found = outcome.result.diagnostics
    assert [(d.code, d.position.file, d.position.line) for d in found] == [
        (LONG_MARKS.code, "p/a.md", 1)
    ]
    assert "(4 marks in this package)" in found[0].message
    tables = outcome.result.tables
    assert [(t.rows, t.notes, t.held, t.unfinished) for t in tables] == [
        (1, 0, 0, 0), (1, 1, 0, 0), (1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "files",
    [
        {"p/a.md": "---\ncloze: off\n---\nThe ==wall== holds the cell ==![](gone.png)==.\n"},
        {"p/a.md": "- The ==wall== holds the cell.\n", "p/deck.toml": 'cloze = "off"\n'},
    ],
    ids=["page", "folder"],
)
def test_gaps_can_be_switched_off(tmp_path: Path, files: dict[str, str]) -> None:
    outcome = build_in(tmp_path, {**files, "q.md": "Ants ==dig== deep into soil.\n"})
    assert [note.origin.clue for p in outcome.result.packages for note in p.package.notes] == [
        "Ants dig deep into soil."
    ]
    assert [d.code for d in outcome.result.diagnostics] == [NO_CARDS_IN_ENTRY.code]


# A ledger of a time when all marks were gaps.
def built_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    monkeypatch.setattr(cloze, "_are_long", lambda source, passage, marks: [False] * len(marks))
    build_in(tmp_path, files)
    monkeypatch.undo()


def gaps_of(tmp_path: Path) -> dict[str, dict[int, str]]:
    """The gaps of each note in use that is in the ledger, by its GUID, as its cards have them."""
    ledger = parse_ledger((tmp_path / "notes/ledger.jsonl").read_bytes())[0]
    return {
        guid: {number: text for number, text in e.gaps if number - 1 in e.cards}
        for guid, e in ledger.entries.items()
        if not e.retired
    }


OLD = f"{LONG} It is made of ==cellulose==, a chain of sugars.\n\n{LONG.replace('wall', 'hull')}\n"


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        OLD.replace("holds it in shape", "keeps it in shape"),
        OLD.replace("==cellulose==", "cellulose"),
        f"# A page\n\n{OLD}",
    ],
    ids=["as it was", "reworded", "the good mark gone", "another section"],
)
def test_a_long_gap_that_is_a_card_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new: str
) -> None:
    built_before(tmp_path, monkeypatch, {"p.md": OLD})
    before = gaps_of(tmp_path)
    assert sorted(map(len, before.values())) == [1, 2]
    outcome = build_in(tmp_path, {"p.md": new}, NOW + 1000)
    after = gaps_of(tmp_path)
    assert after.keys() == before.keys()
    for guid, gaps in before.items():
        kept = set(gaps) - ({2} if "==cellulose==" not in new and len(gaps) > 1 else set())
        assert set(after[guid]) == kept
    assert outcome.result.changes.retired == frozenset()


def test_a_long_mark_beside_known_gaps_is_no_new_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_before(tmp_path, monkeypatch, {"p.md": OLD})
    before = gaps_of(tmp_path)
    more = f"{OLD}\n{LONG.replace('wall', 'rind')}\n"
    more = more.replace("of sugars.", "of sugars. ==Some are thick and some of them are thin.==")
    outcome = build_in(tmp_path, {"p.md": more}, NOW + 1000)
    assert gaps_of(tmp_path) == before
    assert codes(outcome) == [LONG_MARKS.code]
