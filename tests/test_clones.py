"""Notes in version control: old checkouts, shallow clones, a ledger that was committed late."""

from __future__ import annotations

from pathlib import Path

import pytest
from build_notes import NOW, build_in, build_only, codes, table
from command_line import build_decks
from histories import histories
from learner import learner_in
from test_pinned import FORMS, edited
from test_verify_command import commit, git

from generator.anki.verify import answer_cards
from generator.core.model import Guid
from generator.pipeline.build import Outcome, run


def guids(outcome: Outcome) -> dict[tuple[object, ...], Guid]:
    return {note.note.position: note.guid for note in outcome.result.notes}


# --- an old commit's pages with the newest ledger -------------------------------------------------


def test_an_old_checkout_that_is_left_again_changes_no_guid(tmp_path: Path) -> None:
    """What is not on the old pages retires, and is revived with its history."""
    old = guids(build_only(tmp_path, FORMS))
    new = build_only(tmp_path, edited(), NOW + 1000)
    back = build_only(tmp_path, FORMS, NOW + 2000)
    assert guids(back) == old
    assert back.result.changes.new == frozenset()
    again = build_only(tmp_path, edited(), NOW + 3000)
    assert guids(again) == guids(new)
    assert again.result.changes.new == frozenset()
    rows = {note.guid: note.row for note in new.result.notes}
    for note in again.result.notes:
        before = rows[note.guid]
        assert note.row._replace(modified=0) == before._replace(modified=0)


def test_a_row_that_is_said_to_be_new_comes_back_with_its_comment(tmp_path: Path) -> None:
    old = {"a.md": table(("one", "first"), ("two", "second"))}
    row = ("two <!-- same-as: new -->", "second of all")
    new = {"a.md": table(("one", "first"), row)}
    build_only(tmp_path, old)
    first = build_only(tmp_path, new, NOW + 1000)
    build_only(tmp_path, old, NOW + 2000)
    again = build_only(tmp_path, new, NOW + 3000)
    assert guids(again) == guids(first)


def test_a_table_that_comes_back_is_read_as_it_was(tmp_path: Path) -> None:
    rows = [("algebra", "sums"), ("logic", "truth"), ("sets", "members")]
    other = {"b.md": table(("one", "first"))}
    build_only(tmp_path, {"a.md": table(*rows, header=("Part", "What it is")), **other})
    wide = [(*row, f"use {n}") for n, row in enumerate(rows)]
    text = {"a.md": table(*wide, header=("Part", "What it is", "Use")), **other}
    first = build_only(tmp_path, text, NOW + 1000)
    build_only(tmp_path, other, NOW + 2000)
    again = build_only(tmp_path, text, NOW + 3000)
    assert guids(again) == guids(first)
    assert codes(again) == codes(first) == ["BD420"]


def test_a_table_of_which_little_comes_back_is_read_by_its_headers(tmp_path: Path) -> None:
    other = {"b.md": table(("one", "first"))}
    build_only(tmp_path, {"a.md": table(("algebra", "sums"), header=("Part", "Role")), **other})
    build_only(tmp_path, other, NOW + 1000)
    rows = [("algebra", "sums", "use"), ("logic", "truth", "use"), ("sets", "members", "use")]
    new = build_only(tmp_path, {"a.md": table(*rows, header=("Part", "Role", "Use")), **other})
    assert [t.kind for t in new.result.tables] == ["compare", "clue"]


@pytest.mark.unsound
@pytest.mark.parametrize("seed", [15, 21, 26])
def test_random_old_pages_change_no_guid(tmp_path: Path, seed: int) -> None:
    (tmp_path / "notes").mkdir()
    old: dict[str, bytes] = {}
    compared = 0
    for number, _, _, outcome in histories(seed, 4, tmp_path):
        notes = tmp_path / "notes"
        now = {p.relative_to(notes).as_posix(): p.read_bytes() for p in notes.rglob("*.md")}
        # What `histories` builds next is built with the ledger and the packages as they were.
        kept = {p: p.read_bytes() for p in [notes / "ledger.jsonl", *tmp_path.rglob("*.apkg")]}
        for pages in (old, now) if old else ():
            for path in sorted(notes.rglob("*.md")):
                path.unlink()
            for name, data in pages.items():
                (notes / name).parent.mkdir(exist_ok=True)
                (notes / name).write_bytes(data)
            time = NOW + 100_000 * (number + 1) + len(pages)
            again = run(notes, tmp_path / "decks", time, keep_notes=True, retire=True)
        if old:
            same = guids(again).keys() & guids(outcome).keys()
            assert {w: guids(again)[w] for w in same} == {w: guids(outcome)[w] for w in same}
            compared += len(same)
        for path, data in kept.items():
            path.write_bytes(data)
        old = now
    assert compared > 20


def test_reviews_survive_an_old_checkout_that_was_imported(tmp_path: Path) -> None:
    """`Learner.update` sees that no review is lost and no card is doubled."""
    with learner_in(tmp_path) as learner:
        learner.update(FORMS)
        answer_cards(learner.col)
        learner.update(edited())
        answer_cards(learner.col)
        count = learner.col.note_count()
        learner.update(FORMS)
        learner.update(edited())
        assert learner.col.note_count() == count


# --- clones ---------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of two builds."""
    folder = tmp_path / "first"
    folder.mkdir()
    git(folder, "init", "--quiet")
    build_in(folder, {"bio.md": table(("one", "first"), ("two", "second"))})
    commit(folder)
    build_in(folder, {"bio.md": table(("one", "the first"), ("two", "second"))}, NOW + 1000)
    commit(folder)
    return folder


def test_a_shallow_clone_builds_what_a_whole_one_does(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", repository.as_uri(), "shallow")
    clone = tmp_path / "shallow"
    assert git(clone, "rev-list", "--count", "HEAD") == "1"
    options = ("-s", "notes", "-o", "decks")
    assert build_decks(clone, *options, "--check").returncode == 0
    said = build_decks(clone, *options, "verify")
    assert (said.returncode, said.stderr) == (0, "")
    assert "sound alone (git has no other version)" in said.stdout
    rows = table(("one", "the very first"), ("two", "second"))
    first, second = (
        build_in(folder, {"bio.md": rows}, NOW + 2000) for folder in (repository, clone)
    )
    assert first.result.ledger == second.result.ledger
    package = Path("decks", "bio.apkg")
    assert (clone / package).read_bytes() == (repository / package).read_bytes()


def test_where_the_ledger_is_committed_late_the_clone_recovers_it(
    repository: Path, tmp_path: Path
) -> None:
    ledger = (repository / "notes/ledger.jsonl").read_bytes()
    git(repository, "rm", "--quiet", "notes/ledger.jsonl")
    commit(repository)
    git(tmp_path, "clone", "--quiet", repository.as_uri(), "clone")
    clone = tmp_path / "clone"
    options = ("-s", "notes", "-o", "decks")
    lost = build_decks(clone, *options)
    assert lost.returncode == 2
    assert "build-decks recover" in lost.stderr
    before = (clone / "decks/bio.apkg").read_bytes()
    assert build_decks(clone, *options, "recover").returncode == 0
    assert build_decks(clone, *options).returncode == 0
    assert (clone / "decks/bio.apkg").read_bytes() == before
    (clone / "notes/ledger.jsonl").write_bytes(ledger)  # it came at last
    assert build_decks(clone, *options, "--check").returncode == 0
