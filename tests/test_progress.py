"""What a person sees while a build takes its time, and that nobody else sees it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from build_notes import table, write_notes

from generator.machine.progress import Progress

NOTES = {"a.md": table(("a fast answer", "cache"), ("a safe answer", "log"))}


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_counts_and_rates_are_those_of_the_whole_build() -> None:
    clock = Clock()
    progress = Progress(clock)
    lines = [progress.line()]
    for package in range(2):
        for _ in progress.over("reading files", "ab"):
            clock.now += 4
        lines.append(progress.line())
        for _ in progress.over("writing notes", range(3000)):
            clock.now += 0.001 * (package + 1)
        lines.append(progress.line())
    assert lines == [
        "",
        "reading files: 2",
        "writing notes: 3,000, 1,000 a second",
        "reading files: 4",
        "writing notes: 6,000, 667 a second",
    ]


def test_what_is_done_elsewhere_is_added() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.add("building notes", 0)
    clock.now += 2
    progress.add("building notes", 3_000)
    assert list(progress.over("identifying notes", ())) == []  # nothing to do, nothing to tell
    assert progress.line() == "building notes: 3,000, 1,500 a second"


def test_what_is_taken_is_what_was_given() -> None:
    assert list(Progress().over("taking letters", "abc")) == ["a", "b", "c"]


def test_lines_are_told_while_the_work_lasts_and_cleared_behind_it() -> None:
    told: list[str] = []
    clock = Clock()
    progress = Progress(clock)

    def work() -> None:
        with progress.telling(told.append):
            for _ in progress.over("reading files", range(10)):
                clock.now += 0.3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert told[0] == "reading files: 5, 4 a second"  # a second is over
    assert told[-2:] == ["reading files: 10, 4 a second", ""]


def test_lines_are_a_tenth_of_a_second_apart() -> None:
    told: list[str] = []
    clock = Clock()
    progress = Progress(clock)
    with progress.telling(told.append):
        for _ in progress.over("writing notes", range(300)):
            clock.now += 0.01
    assert len(told) == 20 + 1


def test_quick_work_is_not_told() -> None:
    told: list[str] = []
    clock = Clock()
    progress = Progress(clock)
    with progress.telling(told.append):
        for _ in progress.over("reading files", range(9)):
            clock.now += 0.1
    assert told == []


# Tells of everything, however little time it takes.
EAGER = """
import generator.cli as cli, generator.machine.progress as progress
progress._PATIENCE = progress._INTERVAL = 0
cli.main()
"""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_a_terminal_shows_it_and_keeps_no_trace_of_it(tmp_path: Path, quiet: list[str]) -> None:
    write_notes(tmp_path / "source_notes", NOTES)
    master, slave = os.openpty()
    environment = {**os.environ, "COLUMNS": "20", "SOURCE_DATE_EPOCH": "1790000000"}
    with subprocess.Popen(
        [sys.executable, "-c", EAGER, *quiet],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=slave,
        env=environment,
    ) as process:
        os.close(slave)
        shown = _all_of(master).decode().split("\r")
        assert process.stdout is not None
        assert b"\r" not in process.stdout.read()
    assert process.returncode == 0
    if quiet:
        assert shown == [""]
        return
    assert any(line.startswith("writing notes: 2") for line in shown)
    assert {len(line) for line in shown} == {0, 19}  # as wide as the terminal, less one
    assert shown[-2:] == [" " * 19, ""]


def _all_of(terminal: int) -> bytes:
    """What is written to a pseudo-terminal until nobody has it open any more."""
    seen = b""
    with contextlib.suppress(OSError):  # how Linux says that it is over
        while piece := os.read(terminal, 4096):
            seen += piece
    os.close(terminal)
    return seen


def test_a_pipe_gets_none_of_it(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", NOTES)
    done = subprocess.run(
        [sys.executable, "-c", EAGER],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    assert b"\r" not in done.stdout
