"""Packages built side by side are those that one process makes, whatever becomes of the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from build_notes import NOW, table, write_notes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_files import png

from generator import build as build_module
from generator import crew as crew_module
from generator.build import Outcome, run
from generator.crew import Crew, Job
from generator.part import Part
from generator.progress import Progress

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


def needs_copies(test: Callable[..., None]) -> Callable[..., None]:
    """A test that changes the program before the other processes begin as copies of this one."""
    skip = pytest.mark.skipif(sys.platform != "linux", reason="processes are not copied here")
    ignore = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    return skip(ignore(test))


@contextmanager
def side_by_side(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """However little there is to do, and however few processors there are."""
    with patch.context() as context:
        context.setattr(build_module, "_WORTH_HELP", 0)
        context.setattr(crew_module, "_processors", lambda: 2)
        yield


def build(folder: Path, files: dict[str, str], now: int = NOW, **options: bool) -> Outcome:
    notes = write_notes(folder / "notes", files)
    if any("plum.png" in text for text in files.values()):
        (notes / "fruit" / "plum.png").write_bytes(png())
    return run(notes, folder / "decks", now, **options)


def made(folder: Path) -> dict[str, bytes]:
    """What a build left: packages and ledger, and nothing besides."""
    files = [*(folder / "decks").iterdir(), folder / "notes" / "ledger.jsonl"]
    return {path.name: path.read_bytes() for path in files}


def as_one_process(folder: Path, *versions: dict[str, str]) -> dict[str, bytes]:
    for number, files in enumerate(versions):
        build(folder, files, NOW + 50 * number)
    return made(folder)


EDITED = {
    **FILES,
    "alloys/a.md": FILES["alloys/a.md"].replace("tin", "some tin"),
    "birds.md": table(("wren", "sings loudly"), ("swift", "sleeps in air"), ("tit", "hangs")),
    # A row that moves from one package to another.
    "cells/a.md": table(("wall", "holds it up")),
    "rivers.md": FILES["rivers.md"] + "\n" + table(("pore", "lets water in")),
}


def test_the_bytes_are_those_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = as_one_process(tmp_path / "one", FILES, EDITED)
    with side_by_side(monkeypatch):
        first = build(tmp_path / "many", FILES)
        second = build(tmp_path / "many", EDITED, NOW + 50)
        assert made(tmp_path / "many") == expected
        assert build(tmp_path / "many", EDITED, NOW + 90).changed_files == ()
    again = [build(tmp_path / "other", FILES), build(tmp_path / "other", EDITED, NOW + 50)]
    assert [first.result, second.result] == [outcome.result for outcome in again]


def test_so_they_are_where_a_process_cannot_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = as_one_process(tmp_path / "one", FILES)
    is_over = threading.Event()
    other = threading.Thread(target=is_over.wait)
    other.start()
    try:
        with side_by_side(monkeypatch):
            build(tmp_path / "many", FILES)
    finally:
        is_over.set()
        other.join()
    assert made(tmp_path / "many") == expected


def test_a_dry_or_strict_build_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ({"dry": True}, {"strict": True}):
        one = build(tmp_path / f"one{options}", FILES, **options)
        with side_by_side(monkeypatch):
            many = build(tmp_path / f"many{options}", FILES, **options)
        assert many.result == one.result
        assert [path.name for path in many.changed_files] == [p.name for p in one.changed_files]


ROWS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("vwxyz")), min_size=1)
PACKAGES = st.dictionaries(st.sampled_from(["p.md", "q.md", "r/a.md", "s/b.md"]), ROWS, min_size=2)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PACKAGES, PACKAGES)
def test_whatever_the_notes_are(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    before: dict[str, list[tuple[str, str]]],
    after: dict[str, list[tuple[str, str]]],
) -> None:
    folder = tmp_path_factory.mktemp("notes")
    texts = [{name: table(*rows) for name, rows in each.items()} for each in (before, after)]
    for now, files in enumerate(texts, NOW):
        one = build(folder / "one", files, now)
        with side_by_side(monkeypatch):
            many = build(folder / "many", files, now)
        assert many.result == one.result
    if (folder / "one" / "decks").exists():
        assert made(folder / "many") == made(folder / "one")


def test_a_process_is_copied_where_nothing_else_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for system, threads, method in (
        ("linux", 1, "fork"),
        ("linux", 2, "spawn"),
        ("darwin", 1, "spawn"),
        ("win32", 1, "spawn"),
    ):
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.setattr(threading, "active_count", lambda threads=threads: threads)
        assert crew_module._start_method() == method


# --- what may go wrong ------------------------------------------------------------------------


@needs_copies
@pytest.mark.parametrize("fault", ["raise", "exit", "kill", "kill after asking"])
def test_what_a_process_fails_at_is_done_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    expected = as_one_process(tmp_path / "one", FILES)
    build_it, here = crew_module._build, os.getpid()
    hit = tmp_path / "hit"

    def faulty(job: Job, *arguments: object) -> tuple[Part | None, dict[Path, Path]]:
        if job.entry.package in ("birds", "doors"):
            hit.touch()
            if fault == "raise":
                raise ValueError
            if fault == "exit":
                os._exit(3)
            if fault == "kill after asking":
                build_it(job, *arguments)
            assert os.getpid() != here
            os.kill(os.getpid(), signal.SIGKILL)
        return build_it(job, *arguments)

    monkeypatch.setattr(crew_module, "_build", faulty)
    monkeypatch.setattr(crew_module, "_start_method", lambda: "fork")  # so that they are faulty too
    with side_by_side(monkeypatch):
        build(tmp_path / "many", FILES)
    assert hit.exists()
    assert made(tmp_path / "many") == expected


@pytest.mark.parametrize("allowed", [0, 1])
def test_fewer_processes_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    expected = as_one_process(tmp_path / "one", FILES)
    start, started = Crew._start, []

    def limited(crew: Crew) -> object:
        if len(started) == allowed:
            raise BlockingIOError("no more processes")
        started.append(None)
        return start(crew)

    monkeypatch.setattr(Crew, "_start", limited)
    with side_by_side(monkeypatch):
        build(tmp_path / "many", FILES)
    assert made(tmp_path / "many") == expected


def test_nobody_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    start = Crew._start

    def noted(crew: Crew) -> object:
        mate = start(crew)
        started.append(mate.process)
        return mate

    monkeypatch.setattr(Crew, "_start", noted)
    with side_by_side(monkeypatch):
        build(tmp_path, FILES)
    assert len(started) == 2
    assert not any(process.is_alive() for process in started)


INTERRUPTED = """
import os, signal, time
from pathlib import Path
from generator import build, cli, crew
build._WORTH_HELP = 0
crew._processors = lambda: 2
build_it = crew._build
def slow(job, *arguments):
    done = build_it(job, *arguments)
    Path("ready").touch()
    time.sleep(60)
    return done
crew._build = slow
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
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        while not (tmp_path / "ready").exists():
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


# --- what is told -----------------------------------------------------------------------------


def test_progress_counts_the_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress = Progress()
    lines = []
    monkeypatch.setattr(Progress, "add", _noting(Progress.add, lines))
    with side_by_side(monkeypatch):
        notes = write_notes(tmp_path / "notes", {k: FILES[k] for k in ("birds.md", "rivers.md")})
        run(notes, tmp_path / "decks", NOW, progress=progress)
    assert lines[0].startswith("building notes: 0")
    assert lines[-1].startswith("building notes: 5")


def _noting(add: object, lines: list[str]) -> object:
    def noted(progress: Progress, phase: str, number: int) -> None:
        add(progress, phase, number)
        lines.append(progress.line())

    return noted
