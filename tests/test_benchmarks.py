"""The benchmarks measure what they say; how long anything takes is no test's business."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from build_notes import build_in

from benchmarks.__main__ import WORKS, check
from benchmarks.corpus import CELLS, HEADER, pages, write_corpus
from benchmarks.measure import (
    Command,
    FailedError,
    Figures,
    Run,
    compare,
    format_line,
    run,
    time_saves,
)
from benchmarks.peers import PEERS

ROOT = Path(__file__).parents[1]

# What tells a cell's shape, and how many of a hundred cells have it.
MARKS = {
    r"[a-z ]+( \d+)?": 45,
    r".*`.*": 16,
    r".*\*\*.*": 11,
    r".* _\w+_ .*": 6,
    r".*isn't.*": 6,
    r".*\]\(https://.*": 6,
    r".*\bleft \\\| right\b.*": 2,
    r".*<br>.*": 2,
    r".* < .* & .* > .*": 2,
    r".*[^\x00-\x7f].*": 2,
    r".*&rarr;.*": 1,
    r".*\$.*\^2.*": 1,
    r".*%.*": 1,
}


def test_the_corpus_is_the_same_everywhere_and_always() -> None:
    text = "".join(page.path + page.text for page in pages(500))
    # Figures of before and after a change of the corpus must not be compared.
    assert sha256(text.encode()).hexdigest()[:16] == "e15a3c27e06ee8f3"
    assert list(pages(50, seed=2)) != list(pages(50))


def test_the_corpus_has_the_stated_mix() -> None:
    assert sum(share for share, _ in CELLS) == 100
    cells = [cell for page in pages(20_000) for row in page.rows for cell in row]
    found = {mark: sum(bool(re.fullmatch(mark, cell)) for cell in cells) for mark in MARKS}
    shares = {mark: 100 * number / len(cells) for mark, number in found.items()}
    assert shares == pytest.approx(MARKS, abs=0.4)


def test_the_corpus_has_the_stated_shape() -> None:
    made = list(pages(7_000))
    assert sum(len(page.rows) for page in made) == 7_000
    assert len({clue for page in made for clue, _ in page.rows}) == 7_000
    packages = Counter(Path(page.path).parts[0] for page in made)
    assert packages["package000"] == 200
    assert set(packages) == {"package000", "package001"}
    for page in made[:-1]:
        assert page.text.count(HEADER) == 6
        tables = re.findall(r"(?:^\|.*\n)+", page.text, re.MULTILINE)
        assert {len(table.splitlines()) - 2 for table in tables} <= {4, 5, 6}


def test_decks_are_sub_folders_of_one_package() -> None:
    made = list(pages(300, decks=3))
    assert {Path(page.path).parent.as_posix() for page in made} == {
        "package/deck00000",
        "package/deck00001",
        "package/deck00002",
    }


def test_one_table_is_one_page_with_one_header() -> None:
    [page] = pages(300, one_table=True)
    assert page.text.count(HEADER) == 1
    assert len(page.rows) == 300


@pytest.mark.parametrize(
    ("options", "one_file"), [({}, False), ({}, True), ({"one_table": True}, True)]
)
def test_every_row_of_the_corpus_becomes_a_note(
    tmp_path: Path, options: dict[str, bool], one_file: bool
) -> None:
    write_corpus(tmp_path / "notes", pages(300, **options), one_file)
    result = build_in(tmp_path).result
    assert [str(found) for found in result.diagnostics if found.severity == "error"] == []
    assert sum(len(built.package.notes) for built in result.packages) == 300


def test_commands_run_in_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def note(letter: str) -> Command:
        code = f"open('log', 'a').write('{letter}')"
        return Command(letter, [sys.executable, "-c", code], tmp_path, prepare=mark)

    def mark() -> None:
        with log.open("a") as file:
            file.write(".")

    first, second = compare([note("a"), note("b")], rounds=3, limit=60)
    assert log.read_text() == ".a.b.a.b.a.b"
    assert (len(first.runs), len(second.runs)) == (3, 3)
    assert all(run.wall > 0 and run.cpu > 0 and run.peak > 1_000_000 for run in first.runs)


@pytest.mark.parametrize(
    ("code", "limit", "told"),
    [
        ("raise SystemExit('no notes')", 60, "exit code 1: no notes"),
        ("import time; time.sleep(60)", 0.5, "stopped after 0 s"),
    ],
)
def test_a_command_that_fails_says_why(tmp_path: Path, code: str, limit: float, told: str) -> None:
    command = Command("failing", [sys.executable, "-c", code], tmp_path)
    with pytest.raises(FailedError, match=told):
        run(command, limit)
    [figures] = compare([command], rounds=2, limit=limit)
    assert told in format_line(figures)


def test_work_that_was_not_done_has_no_figures(tmp_path: Path) -> None:
    [page] = pages(12)
    build_in(tmp_path, {"a.md": page.text})
    figures = Figures("ours", (Run(1.0, 1.0, 1),))
    assert check(figures, tmp_path / "decks", 12) == figures
    assert check(figures, tmp_path / "decks", 13) == Figures("ours", (), "12 notes of 13 rows")


def test_ratios_are_those_of_medians() -> None:
    slow = Figures("slow", tuple(Run(wall, 4.0, 50_000_000) for wall in (9.0, 2.0, 4.0)))
    fast = Figures("fast", tuple(Run(wall, 1.0, 60_000_000) for wall in (1.0, 2.0, 8.0)))
    assert format_line(fast, slow, "soon") == (
        "| fast | 2.00 (1.00–8.00) | 1.00 | 60 | slow | 2 times as fast | 4 times as fast | soon |"
    )
    assert "| 2 times as long | 4 times as long |" in format_line(slow, fast)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_each_peer_is_given_every_row(tmp_path: Path, peer) -> None:
    made = list(pages(100))
    peer.write(tmp_path / "notes", made)
    files = [path for path in (tmp_path / "notes").rglob("*") if path.is_file()]
    text = "".join(path.read_text("utf-8") for path in files)
    plain = [row for page in made for row in page.rows if '"' not in "".join(row)]
    assert len(plain) > 50
    for row in plain:
        assert all(cell.replace("\\", "") in text.replace("\\", "") for cell in row)


def test_the_command_prints_a_table_of_everything(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "benchmarks", "--rows", "20", "--rounds", "1", "--million"]
    done = subprocess.run(
        [*line, "--peers", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, _, table = done.stdout.partition("\n\n")
    assert said.startswith("build-decks ")
    rows = [line.strip("|").split("|") for line in table.splitlines()]
    assert {len(row) for row in rows} == {8}
    names = [row[0].strip() for row in rows[2:]]
    assert "naive, 20 rows" in names
    assert "rebuild, nothing changed" in names
    assert "diff, 20 notes" in names
    assert "push --dry-run, 20 notes" in names
    assert "build-decks --help" in names
    assert "--watch, save to package, 20 rows" in names
    assert f"not installed: {', '.join(peer.name for peer in PEERS)}" in names
    assert "cold build, 200 rows in one table" in names
    for row in rows[2:]:
        is_measured = re.fullmatch(r" [\d.]+ \([\d.]+–[\d.]+\) ", row[1])
        assert is_measured or row[0].startswith(" not installed"), row


def test_saves_that_make_no_package_are_told(tmp_path: Path) -> None:
    command = Command("watch", [sys.executable, "-c", ""], tmp_path)
    with pytest.raises(FailedError, match="no package"):
        time_saves(command, lambda: None, tmp_path / "a.apkg", 1, 60)


def test_one_work_can_be_named() -> None:
    line = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no such work: nothing" in done.stderr
    others = {"small", "folder", "commands", "starts", "saves", "peers", "decks", "growth"}
    assert set(WORKS) == {"rebuilds", "package", *others}


def test_own_notes_and_another_checkout_are_measured_in_turns(tmp_path: Path) -> None:
    [page] = pages(12)
    notes = tmp_path / "mine" / "notes"
    notes.mkdir(parents=True)
    three = "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n"
    (notes / "a.md").write_text(page.text + "\n" + three, encoding="utf-8")
    (tmp_path / "before").symlink_to(ROOT)
    options = ["--notes", str(notes), "--baseline", str(tmp_path / "before"), "--rounds", "1"]
    line = [sys.executable, "-m", "benchmarks", "folder", *options]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [line.strip("|").split(" | ") for line in done.stdout.splitlines()[5:]]
    assert [row[0].strip() for row in rows] == [
        "naive, 0.0 MB of notes",
        "cold build, 0.0 MB of notes",
        "cold build, 0.0 MB of notes, baseline",
    ]
    assert all(re.fullmatch(r"[\d.]+ \([\d.]+–[\d.]+\)", row[1]) for row in rows), done.stdout
    assert [path.name for path in notes.iterdir()] == ["a.md"], "it is a copy that is built"
