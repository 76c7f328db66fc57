"""Runs commands as whole processes, side by side, and says how long they took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event, Thread, Timer

_INTERVAL = 0.05  # seconds between two looks at the memory
# ru_maxrss is in KiB, but in bytes on macOS.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Command:
    """A command line; ``prepare`` is called before each run and is not measured; ``codes`` are the
    exit codes that are no failure."""

    name: str
    line: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], object] = lambda: None
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds by the clock, seconds of CPU (user and system), peak memory in bytes, of all
    processes together where the system tells that (Linux), else of the largest."""

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The runs of one command; ``failed`` says why there are no more, and is empty if all is well.

    There is at least one run unless the command failed.
    """

    name: str
    runs: tuple[Run, ...]
    failed: str = ""

    @property
    def wall(self) -> float:
        """The median of the seconds by the clock."""
        return median(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median of the seconds of CPU."""
        return median(run.cpu for run in self.runs)


class FailedError(Exception):
    """A command ended with an error, or had to be stopped."""


def run(command: Command, limit: float) -> Run:
    """Run the command once; FailedError after ``limit`` seconds or where its exit code is another.

    This process must stay small: what it ever held counts as its children's peak memory.
    """
    command.prepare()
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command.line,
            cwd=command.folder,
            env=_environment(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        timer = Timer(limit, process.kill)
        timer.start()
        is_over = Event()
        together: list[int] = [0]
        sampler = Thread(target=_sample, args=(process.pid, is_over, together))
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # Ctrl-C
            process.kill()
            process.wait()
            raise
        finally:
            timer.cancel()
            is_over.set()
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if wall >= limit:
            raise FailedError(f"stopped after {limit:.0f} s")
        if process.returncode not in command.codes:
            errors.seek(0)
            told = errors.read().decode(errors="replace").strip().splitlines() or ["no message"]
            raise FailedError(f"exit code {process.returncode}: {told[-1]}")
        sampler.join()
    peak = max(usage.ru_maxrss * _MAXRSS_UNIT, *together)
    return Run(wall, usage.ru_utime + usage.ru_stime, peak)


def _sample(process: int, is_over: Event, together: list[int]) -> None:
    """Note the most memory that a process and those below it have ``together``, a list of one
    number, again and again; what they share counts once."""
    while not is_over.wait(_INTERVAL):
        if below := _below(process):
            together[0] = max(together[0], sum(map(_memory, [process, *below])))


def _below(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        found = [int(child) for child in children.read_text().split()]
    except OSError:
        return []
    return [*found, *(other for child in found for other in _below(child))]


def _memory(process: int) -> int:
    """The process's part of what it has in memory, in bytes; 0 where it has ended."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in told.splitlines() if line[:4] == "Pss:")


def _environment(command: Command) -> dict[str, str]:
    """A person's: Python keeps what it has compiled."""
    environment = {**os.environ, **command.environment}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def compare(commands: Sequence[Command], rounds: int, limit: float) -> list[Figures]:
    """Run the commands in turns, A B C A B C …, so that a busy machine is busy for all of them."""
    runs: list[list[Run]] = [[] for _ in commands]
    failed = [""] * len(commands)
    for turn in range(rounds):
        for number, command in enumerate(commands):
            if failed[number]:
                continue
            print(f"{command.name}: {turn + 1} of {rounds}", file=sys.stderr, flush=True)
            try:
                runs[number].append(run(command, limit))
            except FailedError as error:
                failed[number] = str(error)
    return [
        Figures(command.name, tuple(taken), why)
        for command, taken, why in zip(commands, runs, failed, strict=True)
    ]


def time_saves(
    command: Command, save: Callable[[], object], package: Path, rounds: int, limit: float
) -> list[float]:
    """Start a command that waits for saves; seconds from each ``save()`` to another ``package``.

    FailedError where the command ends, or no other package is there after ``limit`` seconds.
    """

    def look() -> tuple[int, int] | None:
        try:
            found = package.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def wait_for_another(before: tuple[int, int] | None) -> float:
        start = time.perf_counter()
        while look() in (before, None):
            if process.poll() is not None or time.perf_counter() - start > limit:
                raise FailedError("no package")
            time.sleep(0.001)
        return time.perf_counter() - start

    taken = []
    environment = _environment(command)
    with subprocess.Popen(
        command.line, cwd=command.folder, env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_for_another(None)
            for turn in range(rounds):
                print(f"{command.name}: {turn + 1} of {rounds}", file=sys.stderr, flush=True)
                time.sleep(1)  # saves come one at a time, when the build before is long over
                before = look()
                save()
                taken.append(wait_for_another(before))
        finally:
            process.terminate()
    return taken


HEAD = """\
| work | wall s (min–max) | CPU s | peak MB | compared with | by the clock | by CPU | goal |
|---|---|---|---|---|---|---|---|"""


def format_line(figures: Figures, against: Figures | None = None, goal: str = "") -> str:
    """The figures as a line of the table below ``HEAD``."""
    cells = [figures.name]
    if figures.failed:
        cells += [figures.failed, "", ""]
    else:
        walls = [run.wall for run in figures.runs]
        peak = max(run.peak for run in figures.runs)
        cells += [
            format_spread(walls),
            _seconds(figures.cpu),
            f"{peak / 1e6:.0f}",
        ]
    if against is None or figures.failed or against.failed:
        cells += [against.name if against else "", "", ""]
    else:
        cells += [
            against.name,
            _times(figures.wall / against.wall),
            _times(figures.cpu / against.cpu),
        ]
    return "| " + " | ".join(text.replace("|", "\\|") for text in (*cells, goal)) + " |"


def format_spread(seconds: Sequence[float]) -> str:
    """The median, and from the least to the most."""
    return f"{_seconds(median(seconds))} ({_seconds(min(seconds))}–{_seconds(max(seconds))})"


def _seconds(value: float) -> str:
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _times(ratio: float) -> str:
    if ratio < 1:
        return f"{1 / ratio:.3g} times as fast"
    return f"{ratio:.3g} times as long"
