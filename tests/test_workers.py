"""Work done in other processes gives what one process gives, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from build_notes import NOW, table, write_notes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_files import png

from generator.machine import workers as workers_module
from generator.machine.progress import Progress
from generator.machine.workers import ALONE, Workers, helpers
from generator.pipeline.build import Outcome, run

TWO = Workers(2)


def needs_copies(test: Callable[..., None]) -> Callable[..., None]:
    """A test that has other processes begin as copies of this one, which has threads."""
    skip = pytest.mark.skipif(sys.platform != "linux", reason="processes are not copied here")
    ignore = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    return skip(ignore(test))


# --- the processes ----------------------------------------------------------------------------


@needs_copies
@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(), max_size=9))
def test_results_come_in_the_order_of_the_jobs(jobs: list[int]) -> None:
    done: list[int] = []
    assert list(TWO.run(str, jobs, done.append)) == list(map(str, jobs))
    assert list(ALONE.run(str, jobs)) == list(map(str, jobs))
    assert sorted(done) == sorted(jobs)


@needs_copies
def test_others_work_beside_this_process() -> None:
    here = os.getpid()
    assert len(set(TWO.run(lambda _: os.getpid(), range(4)))) == 2
    assert set(ALONE.run(lambda _: os.getpid(), range(4))) == {here}


def faulty(fault: str, here: int) -> Callable[[int], int]:
    def work(job: int) -> int:
        if job in (1, 2) and os.getpid() != here:
            if fault == "raise":
                raise ValueError
            if fault == "exit":
                os._exit(3)
            os.kill(os.getpid(), signal.SIGKILL)
        return job * job

    return work


@needs_copies
@pytest.mark.parametrize("fault", ["raise", "exit", "kill"])
def test_what_a_process_fails_at_is_done_here(fault: str) -> None:
    assert list(TWO.run(faulty(fault, os.getpid()), range(6))) == [0, 1, 4, 9, 16, 25]


@needs_copies
def test_a_fault_of_the_work_itself_is_met_here_too() -> None:
    with pytest.raises(ZeroDivisionError):
        list(TWO.run(lambda job: 1 // job, [1, 0, 2]))


@needs_copies
@pytest.mark.parametrize("allowed", [0, 1])
def test_fewer_processes_will_do(monkeypatch: pytest.MonkeyPatch, allowed: int) -> None:
    start, started = workers_module._Team._start, []

    def limited(team: workers_module._Team[int, int]) -> object:
        if len(started) == allowed:
            raise BlockingIOError("no more processes")
        started.append(start(team))
        return started[-1]

    monkeypatch.setattr(workers_module._Team, "_start", limited)
    assert list(TWO.run(abs, [-1, 2, -3])) == [1, 2, 3]
    assert len(started) == allowed
    assert not any(worker.process.is_alive() for worker in started)


def test_copies_are_made_where_nothing_else_runs() -> None:
    is_over = threading.Event()
    other = threading.Thread(target=is_over.wait)
    other.start()
    try:
        assert helpers() == ALONE
    finally:
        is_over.set()
        other.join()


# --- builds -----------------------------------------------------------------------------------

FILES = {
    "alloys/a.md": "# Alloys\n\n" + table(("brass", "copper, zinc"), ("bronze", "copper, tin")),
    "birds.md": table(("swift", "sleeps in air"), ("wren", "sings loudly"), ("owl", "at night")),
    # The same namespace, and a clue that both have: the second one's GUID is another.
    "cells/deck.toml": 'id = "shared"\n',
    "cells/a.md": table(("wall", "holds it up"), ("pore", "lets water in")),
    "doors/deck.toml": 'id = "shared"\n',
    "doors/a.md": table(("wall", "holds the hinge"), ("sill", "lies below")),
    "errors.md": table(("clue", "one answer"), ("clue", "another answer")),
    "fruit/a.md": table(("![a plum](plum.png)", "a plum"), ("pear", "a pear")),
    "gone.md": "no table\n",
    "rivers.md": "# Rivers\n\nThe ==Rhine== flows north.\n\n"
    + table(("calling each stream a river", "look at what it flows into"), header=("Trap", "Rule")),
}
EDITED = {
    **FILES,
    "alloys/a.md": FILES["alloys/a.md"].replace("tin", "some tin"),
    "birds.md": table(("wren", "sings loudly"), ("swift", "sleeps in air"), ("tit", "hangs")),
    # A row that moves from one package to another.
    "cells/a.md": table(("wall", "holds it up")),
    "rivers.md": FILES["rivers.md"] + "\n" + table(("pore", "lets water in")),
}


def build(folder: Path, files: dict[str, str], workers: Workers, now: int = NOW) -> Outcome:
    notes = write_notes(folder / "notes", files)
    if any("plum.png" in text for text in files.values()):
        (notes / "fruit" / "plum.png").write_bytes(png())
    return run(notes, folder / "decks", now, workers=workers)


def made(folder: Path) -> dict[str, bytes]:
    """What a build left: packages and ledger, and nothing besides."""
    files = [*(folder / "decks").iterdir(), folder / "notes" / "ledger.jsonl"]
    return {path.name: path.read_bytes() for path in files}


@needs_copies
def test_the_bytes_are_those_of_one_process(tmp_path: Path) -> None:
    results = []
    for name, workers in (("one", ALONE), ("many", TWO)):
        outcomes = [
            build(tmp_path / name, files, workers, NOW + 50 * number)
            for number, files in enumerate((FILES, EDITED, EDITED))
        ]
        assert outcomes[-1].changed_files == ()
        results.append([outcome.result for outcome in outcomes])
    assert results[0] == results[1]
    assert made(tmp_path / "one") == made(tmp_path / "many")


@needs_copies
def test_they_share_the_tables_of_one_large_package(tmp_path: Path) -> None:
    rows = [[(f"term {part} {n}", f"meaning {n} {part}") for n in range(450)] for part in range(5)]
    files = {f"alloys/{part}.md": table(*each) for part, each in enumerate(rows)}
    files["alloys/z.md"] = FILES["rivers.md"]  # other kinds of notes, in the last batch
    outcomes = [
        build(tmp_path / name, files, workers) for name, workers in (("one", ALONE), ("many", TWO))
    ]
    assert outcomes[0].result == outcomes[1].result
    assert made(tmp_path / "one") == made(tmp_path / "many")


WORDS = st.sampled_from("oak elm ash fir yew bay fig box nut tea".split())
ROWS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4)
PACKAGES = st.dictionaries(st.sampled_from(["a.md", "b.md", "c.md"]), ROWS, min_size=2)


@needs_copies
@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PACKAGES, PACKAGES)
def test_whatever_the_notes_are(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, list[tuple[str, str]]],
    after: dict[str, list[tuple[str, str]]],
) -> None:
    folder = tmp_path_factory.mktemp("notes")
    texts = [{name: table(*rows) for name, rows in each.items()} for each in (before, after)]
    for now, files in enumerate(texts, NOW):
        one, many = (build(folder / str(w.count), files, w, now) for w in (ALONE, TWO))
        assert many.result == one.result
    if (folder / "1" / "decks").exists():
        assert made(folder / "2") == made(folder / "1")


INTERRUPTED = """
import os, time
from pathlib import Path
from generator import cli
from generator.pipeline import build
from generator.pipeline import make_package
from generator.pages import reading
from generator.machine.workers import Workers
build.helpers = reading.helpers = lambda: Workers(2)
build.WORTH_HELP = reading.WORTH_HELP = 0
compile_package = make_package.compile_package
def slow(*arguments):
    compile_package(*arguments)
    Path(f"ready{os.getpid()}").touch()
    time.sleep(60)
make_package.compile_package = slow
cli.main()
"""


@needs_copies
def test_an_interrupt_ends_them_all_and_leaves_nothing(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", FILES)
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        while len(list(tmp_path.glob("ready*"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.decode().strip() == "interrupted; nothing is half-written"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list((tmp_path / "decks").glob("*.apkg")) == []
    assert not (tmp_path / "source_notes" / "ledger.jsonl").exists()


@needs_copies
def test_progress_counts_the_notes(tmp_path: Path) -> None:
    lines: list[str] = []

    class Noting(Progress):
        def add(self, phase: str, number: int) -> None:
            super().add(phase, number)
            lines.append(self.line().partition(",")[0])

    notes = write_notes(tmp_path / "notes", {k: FILES[k] for k in ("birds.md", "rivers.md")})
    run(notes, tmp_path / "decks", NOW, progress=Noting(), workers=TWO)
    assert lines[0] == "reading files: 2"
    assert "identifying notes: 5" in lines
    assert lines[-1] == "building notes: 5"
