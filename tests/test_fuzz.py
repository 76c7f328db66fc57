"""Whatever the notes hold: nothing raises, and each row of each table is a note or is named."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from build_notes import NOW, build_in
from cases import Case, cases
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from invariants import PIECES, assert_accounted

PAGES = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@settings(deadline=None, max_examples=1000)
@given(PAGES | st.text(st.characters(codec="utf-8")))
def test_each_row_is_a_note_or_is_named(text: str) -> None:
    assert_accounted(text)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(PAGES, PAGES)
@example("| A | B |\n|---|---|\n| 1 | 2 |\n", "| A | B |\n|---|---|\n| 1 | 3 |\n")
def test_a_build_never_raises_and_writes_nothing_the_second_time(one: str, other: str) -> None:
    with TemporaryDirectory() as name:
        files = {"p/one.md": one, "p/other.md": other}
        first = build_in(Path(name), files)
        again = build_in(Path(name), files, NOW + 1000)
        assert again.changed_files == ()
        assert bool(first.written) == bool(first.result.packages)


@cases("fuzz.md")
def test_what_the_fuzzer_found_stays_mended(case: Case) -> None:
    made = assert_accounted(case.input)
    case.check(f"{len(made.notes)} notes")
