"""Prints how fast the program is, as a Markdown table: `python -m benchmarks -h`.

Needs the project installed with its extra `test`, on Linux or macOS. Everything is written to a
temporary folder. Ratios are those of medians; the commands of a group run in turns.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE

from benchmarks import corpus
from benchmarks.measure import (
    HEAD,
    Command,
    FailedError,
    Figures,
    compare,
    format_line,
    format_spread,
    time_saves,
)
from benchmarks.peers import PEERS
from generator import __version__

ROOT = Path(__file__).resolve().parent.parent
# The checkout's code is measured, whatever else is installed.
OURS = {"PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how to measure."""

    folder: Path
    rows: int
    rounds: int
    limit: float
    million: bool
    peers: Path | None
    notes: Path | None = None
    baseline: Path | None = None

    @property
    def trees(self) -> tuple[Path, ...]:
        """The checkouts that are measured: this one, and the one that it is compared with."""
        return (ROOT, self.baseline) if self.baseline else (ROOT,)

    def compare(self, *commands: Command, times: int = 1) -> list[Figures]:
        """Measure the commands in turns, ``times`` as often as asked for."""
        return compare(commands, self.rounds * times, self.limit)


class Notes:
    """A folder with notes, the packages built of them, and a user's cache folder; ``tree`` is the
    checkout whose program builds them."""

    def __init__(self, folder: Path, tree: Path = ROOT) -> None:
        self.folder = folder
        self.tree = tree
        self.source = folder / "source_notes"
        self.decks = folder / "decks"
        self.cache = folder / "cache"

    def generate(self, rows: int, *options: str) -> Notes:
        """Write a corpus, in another process to keep this one small."""
        module = [sys.executable, "-m", "benchmarks.corpus"]
        subprocess.run([*module, str(self.source), str(rows), *options], cwd=ROOT, check=True)
        return self

    def copy(self, pages: Path) -> Notes:
        """Take a person's pages and what lies beside them, but no ledger of theirs."""
        hidden = shutil.ignore_patterns(".*", "node_modules", "ledger.jsonl")
        shutil.copytree(pages, self.source, ignore=hidden)
        return self

    def forget(self) -> None:
        """Make the next build the first one."""
        for folder in (self.decks, self.cache):
            shutil.rmtree(folder, ignore_errors=True)
        (self.source / "ledger.jsonl").unlink(missing_ok=True)

    def edit(self) -> None:
        """Add a word to the first row of a page in the middle."""
        pages = sorted(self.source.rglob("*.md"))
        page = pages[len(pages) // 2]
        before, header, after = page.read_text(encoding="utf-8").partition(corpus.HEADER)
        row, rest = after.split(" |\n", 1)
        page.write_text(f"{before}{header}{row} again |\n{rest}", encoding="utf-8", newline="\n")

    def build(
        self, name: str, prepare: Callable[[], object] = lambda: None, *arguments: str
    ) -> Command:
        """The command that builds the packages, or another one with these arguments, as a person
        types it."""
        environment = {"PYTHONPATH": str(self.tree), "XDG_CACHE_HOME": str(self.cache)}
        name = name if self.tree == ROOT else f"{name}, baseline"
        return Command(name, [program(), *arguments], self.folder, environment, prepare)


def program() -> Path:
    """`build-decks` of the environment that runs this."""
    return Path(sys.executable).with_name("build-decks")


def python(name: str, *arguments: str | Path) -> Command:
    """A command of this Python, with the project to import from."""
    return Command(name, [sys.executable, *arguments], ROOT, OURS)


def count_notes(folder: Path) -> int:
    """How many notes are in all the packages below the folder."""
    notes = 0
    for package in folder.rglob("*.apkg"):
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(package) as archive:
            [name] = [name for name in archive.namelist() if name.startswith("collection.")]
            with closing(sqlite3.connect(archive.extract(name, scratch))) as database:
                notes += database.execute("select count(*) from notes").fetchone()[0]
    return notes


def check(figures: Figures, folder: Path, rows: int) -> Figures:
    """The figures, or that the command's work was not all done."""
    notes = count_notes(folder)
    if not figures.failed and notes != rows:
        return Figures(figures.name, (), f"{notes:,} notes of {rows:,} rows")
    return figures


def rebuilds(bench: Bench) -> Iterator[str]:
    """The first build beside the naive one, the builds after it, and the import."""
    yield from _rebuilds(bench, bench.rows, has_more=True)


def small(bench: Bench) -> Iterator[str]:
    """The same of as many rows as a person keeps."""
    yield from _rebuilds(bench, min(bench.rows, 1_000))


def package(bench: Bench) -> Iterator[str]:
    """All rows in one package: its first build, and after an edit."""
    yield from _rebuilds(bench, bench.rows, "--decks", "1", what="rows in one package")


def _rebuilds(
    bench: Bench, rows: int, *options: str, what: str = "rows", has_more: bool = False
) -> Iterator[str]:
    """``options`` are for the corpus; where it ``has_more`` also the import by Anki."""
    notes, *baseline = [
        Notes(bench.folder / f"{rows}{what}{number}", tree).generate(rows, *options)
        for number, tree in enumerate(bench.trees)
    ]
    package = notes.folder / "naive" / "all.apkg"
    package.parent.mkdir()
    commands = [python(f"naive, {rows:,} {what}", "-m", "benchmarks.naive", notes.source, package)]
    for each in (notes, *baseline):
        commands += [
            each.build(f"cold build, {rows:,} {what}", each.forget),
            each.build("rebuild, one row edited", each.edit),
            each.build("rebuild, nothing changed"),
        ]
    if has_more and find_spec("anki"):
        commands.append(python("Anki's import of it", "-m", "benchmarks.anki_import", notes.decks))
    naive, cold, edited, unchanged, *others = bench.compare(*commands)
    cold = check(cold, notes.decks, rows)
    yield format_line(check(naive, package.parent, rows))
    yield format_line(cold, naive, "2.8 times as fast; in one package 2 times")
    yield format_line(edited, cold, "10 times as fast; in one package 4 times")
    yield format_line(unchanged, cold, "30 times as fast")
    if baseline:
        for before, now in zip(others, (cold, edited, unchanged), strict=False):
            yield format_line(before, now)
        del others[:3]
    for figures in others:
        yield format_line(figures, cold, "the cold build no slower")


def folder(bench: Bench) -> Iterator[str]:
    """A person's own notes (`--notes`), most of which may be prose, beside the naive program."""
    if bench.notes is None:
        return
    notes, *baseline = [
        Notes(bench.folder / f"folder{number}", tree).copy(bench.notes)
        for number, tree in enumerate(bench.trees)
    ]
    size = sum(page.stat().st_size for page in notes.source.rglob("*.md"))
    name = f"{size / 1e6:.1f} MB of notes"
    package = notes.folder / "naive" / "all.apkg"
    package.parent.mkdir()
    naive, cold, *others = bench.compare(
        python(f"naive, {name}", "-m", "benchmarks.naive", notes.source, package),
        *(
            replace(each.build(f"cold build, {name}", each.forget), codes=(0, 1))
            for each in (notes, *baseline)
        ),
    )
    yield format_line(naive)
    yield format_line(cold, naive, "3 times as fast")
    for before in others:
        yield format_line(before, cold)


def commands(bench: Bench) -> Iterator[str]:
    """What shows or sends notes, with a collection of Anki that has them."""
    rows = min(bench.rows, 10_000)
    every = [
        Notes(bench.folder / f"commands{number}", tree).generate(rows)
        for number, tree in enumerate(bench.trees)
    ]
    bench.compare(*(notes.build("(first, not counted)") for notes in every))
    asked = {"diff": ["diff"], "preview": ["preview"], "changes": ["changes", "-o", "text"]}
    with ExitStack() as stack:
        if find_spec("anki"):
            profile = bench.folder / "Anki2" / "User 1"
            url = stack.enter_context(running_anki(profile, every[0].decks))
            asked["weak"] = ["weak", "--from", str(profile)]
            asked["push --dry-run"] = ["push", "--dry-run", "--url", url]
        found = bench.compare(
            *(
                notes.build(f"{name}, {rows:,} notes", lambda: None, *arguments)
                for name, arguments in asked.items()
                for notes in every
            )
        )
    now = None
    for figures in found:
        if figures.name.endswith("baseline"):
            yield format_line(figures, now)
        else:
            now = figures
            yield format_line(figures, goal="2 s")


@contextmanager
def running_anki(profile: Path, decks: Path) -> Iterator[str]:
    """The address of an Anki with these packages; what it works at is not measured."""
    line = [sys.executable, "-m", "benchmarks.running_anki", str(profile), str(decks)]
    environment = {**os.environ, **OURS}
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def starts(bench: Bench) -> Iterator[str]:
    """What is felt each time: the program's start."""
    notes = Notes(bench.folder / "starts")
    shutil.copytree(ROOT / "source_notes", notes.source)
    shutil.copytree(ROOT / "decks", notes.decks)
    bench.compare(notes.build("(first, not counted)"))
    click, told, unchanged = bench.compare(
        python("python -c 'import click'", "-c", "import click"),
        Command("build-decks --help", [program(), "--help"], ROOT, OURS),
        notes.build("the project's own notes, nothing changed"),
        times=4,
    )
    yield format_line(click)
    yield format_line(told, click, "1.5 times as long")
    yield format_line(unchanged, click, "2 times as long")


def peers(bench: Bench) -> Iterator[str]:
    """Other programs, each with the same rows in its own format."""
    rows = min(bench.rows, 10_000)
    folder = bench.folder / "peers"
    notes = Notes(folder / "ours").generate(rows)
    commands = [notes.build(f"cold build, {rows:,} rows", notes.forget)]
    absent = []
    for peer in PEERS:
        executable = (bench.peers or Path()).resolve() / peer.name / "bin" / peer.program
        if bench.peers is None or not executable.exists():
            absent.append(peer.name)
            continue
        source, output = folder / peer.name / "notes", folder / peer.name / "decks"
        peer.write(source, corpus.pages(rows))
        output.mkdir()
        arguments = [text.replace("NOTES", str(source)) for text in peer.arguments]
        commands.append(Command(peer.name, [executable, *arguments], output))
    if len(commands) > 1:
        cold, *others = bench.compare(*commands)
        cold = check(cold, notes.decks, rows)
        yield format_line(cold)
        for figures in others:
            figures = check(figures, folder / figures.name / "decks", rows)
            yield format_line(figures, cold, "the cold build faster")
    if absent:
        yield f"| not installed: {', '.join(absent)} | | | | | | | |"


def decks(bench: Bench) -> Iterator[str]:
    """Many decks beside one."""
    many = max(2, bench.rows * 3 // 100)
    commands = []
    for number in (1, many):
        notes = Notes(bench.folder / f"decks{number}")
        notes.generate(bench.rows, "--decks", str(number))
        name = f"{number:,} deck{'s' * (number > 1)}, {bench.rows:,} rows"
        commands.append(notes.build(name, notes.forget))
    one, all_of_them = bench.compare(*commands)
    yield format_line(one)
    yield format_line(all_of_them, one, "1.2 times as long")


GROWTH_GOALS = ("", "12 times as long", "12 times as long, 2 GB")


def growth(bench: Bench) -> Iterator[str]:
    """Ten times the rows, in each shape that notes can have."""
    sizes = [bench.rows // 10, bench.rows] + [bench.rows * 10] * bench.million
    for shape, option in (("files", []), ("file", ["--one-file"]), ("table", ["--one-table"])):
        commands = []
        for rows in sizes:
            notes = Notes(bench.folder / f"growth-{shape}-{rows}").generate(rows, *option)
            where = "many files" if shape == "files" else f"one {shape}"
            commands.append(notes.build(f"cold build, {rows:,} rows in {where}", notes.forget))
        smaller = None
        for figures, goal in zip(bench.compare(*commands), GROWTH_GOALS, strict=False):
            yield format_line(figures, smaller, goal)
            smaller = figures


def saves(bench: Bench) -> Iterator[str]:
    """With `--watch`, from a save to the finished package."""
    rows = min(bench.rows, 1_000)
    notes = Notes(bench.folder / "saves").generate(rows)
    plain = notes.build(f"--watch, save to package, {rows:,} rows")
    command = replace(plain, line=[*plain.line, "--watch"])
    package = notes.decks / "package000.apkg"
    try:
        took = format_spread(time_saves(command, notes.edit, package, bench.rounds, bench.limit))
    except FailedError as error:
        took = str(error)
    yield f"| {command.name} | {took} | | | | | | 0.15 s |"


WORKS = {
    work.__name__: work
    for work in (
        rebuilds, package, small, folder, commands, starts, saves, peers, decks, growth,
    )
}  # fmt: skip


def describe_machine() -> str:
    """The machine and the versions that the figures depend on."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text().splitlines() if "model name" in line]
        model = names[0].partition(":")[2].strip() if names else model
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{model}, {os.cpu_count()} cores (load {load}), {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def describe_program() -> str:
    """The program's version, and its commit where there is git."""
    git = ["git", "describe", "--always", "--dirty"]
    try:
        commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        commit = ""
    return f"build-decks {__version__}" + (f" ({commit})" if commit else "")


def main(arguments: list[str] | None = None) -> None:
    """Measure what the command line asks for; the table goes to stdout, what runs to stderr."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("works", nargs="*", metavar="WORK", help=", ".join(WORKS) + "; else all")
    parser.add_argument("--rows", type=int, default=100_000, help="else 100,000")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each command, else 5")
    parser.add_argument("--limit", type=float, default=1800, help="stop a run after this, seconds")
    parser.add_argument(
        "--million", action="store_true", help="growth to 10 times the rows as well: long"
    )
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="see benchmarks/peers.py")
    parser.add_argument(
        "--notes", type=Path, metavar="FOLDER", help="also build this folder of pages, in a copy"
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FOLDER", help="another checkout, measured in turns"
    )
    given = parser.parse_args(arguments)
    if unknown := set(given.works) - WORKS.keys():
        parser.error(f"no such work: {', '.join(sorted(unknown))}")
    if not program().exists():
        parser.error(f"{program()} is not there: install the project first")
    print(f"{describe_program()}; {describe_machine()}.")
    print(f"Medians of {given.rounds} runs, of {given.rounds * 4} for what only starts.\n")
    print(HEAD, flush=True)
    for name in given.works or WORKS:
        # Each work's files go when it is done.
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            bench = Bench(
                Path(folder),
                given.rows,
                given.rounds,
                given.limit,
                given.million,
                given.peers,
                given.notes,
                given.baseline and given.baseline.absolute(),
            )
            for line in WORKS[name](bench):
                print(line, flush=True)


if __name__ == "__main__":
    main()
