"""``--watch`` as a person uses it: a process in a folder, files saved in the ways of editors."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from build_notes import table, write_notes
from watchfiles import Change

from generator.machine.watch import _bursts

COMMAND = [sys.executable, "-c", "from generator.cli import main; main()"]
_PATIENCE = 60  # seconds; a busy machine is slow, a test that fails may take its time
ROWS = (("a fast answer", "cache"), ("a safe answer", "log"))


class Watching:
    """A running ``build-decks --watch`` and what it has printed."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.notes = folder / "source_notes"
        self.package = folder / "decks" / "bio.apkg"
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "--watch", *arguments],
                cwd=folder,
                env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000", **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """All that was printed; the time of a line is ``12:00:00`` and a build takes 0 s."""
        text = self.log.read_text("utf-8")
        text = re.sub(r"^\d\d:\d\d:\d\d", "12:00:00", text, flags=re.MULTILINE)
        return re.sub(r"in \d+\.\d\d s", "in 0 s", text)

    @property
    def lines(self) -> list[str]:
        """The lines that builds have printed, without their times."""
        return [line[9:] for line in self.said.splitlines() if line.startswith("12:00:00 ")]

    def line_after(self, act: Callable[[], object]) -> str:
        """The next line after ``act`` is called."""
        before = len(self.lines)
        act()
        self.wait_until(lambda: len(self.lines) > before)
        return self.lines[before]

    def line_after_burst(self, act: Callable[[], object]) -> str:
        """`line_after`, where all that ``act`` does is noticed at once, on a slow machine too."""

        def act_unseen() -> None:
            self.process.send_signal(signal.SIGSTOP)
            act()
            self.process.send_signal(signal.SIGCONT)

        return self.line_after(act_unseen)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not is_so():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.01)


@contextmanager
def watching(folder: Path, *arguments: str, **environment: str) -> Iterator[Watching]:
    """Watch ``folder/source_notes`` after the first build; Ctrl-C ends it well."""
    running = Watching(folder, *arguments, **environment)
    try:
        running.wait_until(lambda: bool(running.lines))
        yield running
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(_PATIENCE) == 0
        assert running.said.endswith("stopped watching\n")
    finally:
        running.process.kill()
        running.process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_notes(tmp_path / "source_notes", {"bio/a.md": table(*ROWS)})
    return tmp_path


def with_answer(answer: str) -> str:
    return table(ROWS[0], (ROWS[1][0], answer))


def save_over(path: Path, text: str) -> None:
    """As careful editors save: a file beside it is renamed over it."""
    beside = path.with_name(f"{path.name}~")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def save_aside(path: Path, text: str) -> None:
    """As vim saves: the old file is renamed, the new one written in its place."""
    backup = path.with_name(f".{path.name}.bak")
    path.replace(backup)
    path.write_text(text, "utf-8")
    backup.unlink()


def make_anew(path: Path, text: str) -> None:
    """As version control may do: the folder goes and comes."""
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    path.write_text(text, "utf-8")


WRITTEN = "bio: 1 changed, 2 notes, written in 0 s"


@pytest.mark.parametrize("save", [Path.write_text, save_over, save_aside, make_anew])
def test_every_way_to_save_builds_once(folder: Path, save: Callable[[Path, str], object]) -> None:
    with watching(folder) as running:
        page = running.notes / "bio" / "a.md"
        assert running.lines == ["bio: 2 new, 2 notes, written in 0 s"]
        for number in range(2):
            old = running.package.read_bytes()
            text = with_answer(f"log {number}")
            assert running.line_after_burst(lambda text=text: save(page, text)) == WRITTEN
            assert running.package.read_bytes() != old
            # What the build itself wrote, the ledger beside the notes, would be noticed by now.
            time.sleep(0.4)
        assert len(running.lines) == 3


def test_a_file_that_is_away_for_a_moment_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, empty = folder / "source_notes" / "bio" / "a.md", folder / "source_notes" / "b.md"
    empty.touch()
    bursts: list[set[tuple[Change, str]]] = [
        set(),
        {(Change.deleted, str(folder / "gone.md"))}, {(Change.added, str(page))},
        {(Change.modified, str(empty))}, set(),
        {(Change.modified, str(page))},
    ]  # fmt: skip
    monkeypatch.setattr("watchfiles.watch", lambda *_, **__: iter(bursts))
    assert len(list(_bursts(folder, lambda path: False))) == 4


@pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="only Linux tells who writes")
def test_a_save_that_takes_long_is_waited_for(folder: Path) -> None:
    """Half of a page would retire the notes of its other half."""
    with watching(folder) as running:
        page = running.notes / "bio" / "a.md"

        def save_slowly() -> None:
            with page.open("w", encoding="utf-8") as file:
                for piece in with_answer("new").splitlines(keepends=True):
                    file.write(piece)
                    file.flush()
                    time.sleep(0.3)

        assert running.line_after(save_slowly) == WRITTEN
        time.sleep(0.4)
        assert len(running.lines) == 2


def test_files_are_looked_at_where_the_system_reports_nothing(folder: Path) -> None:
    with watching(folder, WATCHFILES_FORCE_POLLING="true") as running:
        page = running.notes / "bio" / "a.md"

        def save() -> None:
            page.write_text(with_answer("new"))
            later = time.time() + 10  # it looks at whole seconds only
            os.utime(page, (later, later))

        assert running.line_after_burst(save) == WRITTEN


def test_a_save_that_changes_no_card_is_acknowledged(folder: Path) -> None:
    with watching(folder) as running:
        page = running.notes / "bio" / "a.md"
        old = running.package.stat()
        assert running.line_after(page.touch) == "2 notes, nothing to write in 0 s"
        assert running.package.stat().st_mtime_ns == old.st_mtime_ns


def test_a_burst_of_saves_is_one_build(folder: Path) -> None:
    with watching(folder) as running:

        def save_many() -> None:
            for number in range(30):
                page = table((f"need {number}", f"move {number}"))
                write_notes(running.notes, {f"bio/b{number}.md": page})

        line = running.line_after_burst(save_many)
        assert line.startswith("bio: 30 new")
        time.sleep(0.4)
        assert len(running.lines) == 2


@pytest.mark.parametrize(
    ("file", "fault", "code"),
    [
        ("bio/b.md", "| a | b |\n|---|---|\n| c | d | e |\n", "BD201"),
        ("bio/deck.toml", "dekc = 'x'\n", "BD122"),
        ("ledger.jsonl", "{broken\n", "BD401"),
    ],
)
def test_errors_are_printed_in_full_and_survived(
    folder: Path, file: str, fault: str, code: str
) -> None:
    with watching(folder) as running:
        path, page = running.notes / file, running.notes / "bio" / "a.md"
        before = path.read_text("utf-8") if path.exists() else ""
        lines = [
            running.line_after(lambda: path.write_text(fault + before, "utf-8")) for _ in range(2)
        ]  # and in full again
        if code == "BD201":  # it costs its row
            assert lines[0].endswith("2 notes, 1 held, written in 0 s, 1 error")
        else:
            assert lines[0] == "nothing written in 0 s, 1 error"
        assert running.said.count(f"error[{code}]") == 2
        mended = "2 notes, nothing to write in 0 s"
        line = running.line_after(lambda: path.write_text(before, "utf-8"))
        assert line in (mended, mended.replace("nothing to write", "written"))
        assert running.line_after(lambda: page.write_text(with_answer("mended"))) == WRITTEN


def test_a_warning_is_printed_once_while_it_lasts(folder: Path) -> None:
    with watching(folder) as running:
        page = running.notes / "bio" / "b.md"
        doubled = table(("one", "row"), ("one", "row"))
        line = running.line_after(lambda: page.write_text(doubled))
        assert line == "bio: 1 new, 2 changed, 3 notes, written in 0 s, 1 warning"
        assert "warning[BD303]" in running.said
        line = running.line_after(lambda: page.write_text(doubled + "\nMore.\n"))
        assert line == "3 notes, nothing to write in 0 s, 1 warning"
        assert running.said.count("warning[BD303]") == 1
        running.line_after(lambda: page.write_text(table(("one", "row"))))
        running.line_after(lambda: page.write_text(doubled))
        assert running.said.count("warning[BD303]") == 2


def test_three_errors_of_a_kind_are_printed_and_how_many_more(folder: Path) -> None:
    with watching(folder) as running:
        page = running.notes / "bio" / "b.md"
        running.line_after(lambda: page.write_text(table(("one", "row"), *[("a", "b", "c")] * 9)))
        assert running.said.count("error[BD201]") == 3
        assert "  and 6 more BD201 in 1 file; -v shows all" in running.said


def test_the_notes_folder_may_go_and_come_back(folder: Path) -> None:
    with watching(folder) as running:
        away = folder / "away"
        gone = "source_notes is gone; waiting until it is back"
        assert running.line_after(lambda: running.notes.rename(away)) == gone
        back = "2 notes, nothing to write in 0 s"
        assert running.line_after(lambda: away.rename(running.notes)) == back
        shutil.copytree(running.notes, away)

        def replace() -> None:
            shutil.rmtree(running.notes)
            away.rename(running.notes)

        assert running.line_after_burst(replace) == back
        page = running.notes / "bio" / "a.md"
        assert running.line_after(lambda: page.write_text(with_answer("new"))) == WRITTEN


@pytest.mark.parametrize("output", ["source_notes", "source_notes/decks", "."])
def test_packages_beside_or_among_the_notes_start_no_build(folder: Path, output: str) -> None:
    (folder / "link").symlink_to(folder, target_is_directory=True)  # as temporary folders on macOS
    with watching(folder, "-s", "link/source_notes", "-o", f"link/{output}") as running:
        time.sleep(0.4)
        page = running.notes / "bio" / "a.md"
        assert running.line_after(lambda: page.write_text(with_answer("new"))) == WRITTEN
        time.sleep(0.4)
        assert running.lines == ["bio: 2 new, 2 notes, written in 0 s", WRITTEN]


def test_hidden_files_are_nobodys_business(folder: Path) -> None:
    with watching(folder) as running:
        (running.notes / "bio" / ".a.md.swp").write_text("x")
        (running.notes / ".git").mkdir()
        (running.notes / ".git" / "index").write_text("x")
        time.sleep(0.4)
        assert len(running.lines) == 1


# --- usage ------------------------------------------------------------------------------------


def ended(folder: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"{code}\nfrom generator.cli import main; main()"]
    return subprocess.run(
        [*command, "--watch", *arguments],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=_PATIENCE, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [["--check"], ["-n"], ["-v"], ["--format", "json"], ["diff"], ["preview"]]
)
def test_watching_goes_with_nothing_that_is_for_one_build(
    folder: Path, arguments: list[str]
) -> None:
    done = ended(folder, *arguments)
    assert done.returncode == 2
    assert "--watch" in done.stderr


def test_without_the_extra_it_says_what_to_install(folder: Path) -> None:
    done = ended(folder, code="import sys; sys.modules['watchfiles'] = None")
    assert done.returncode == 2
    assert "pip install 'build-decks[watch]'" in done.stderr


def test_a_folder_that_never_was_is_a_usage_error(folder: Path) -> None:
    done = ended(folder, "-s", "elsewhere")
    assert done.returncode == 2
    assert "there is no folder 'elsewhere'" in done.stderr


def test_where_the_system_cannot_watch_it_says_what_helps(folder: Path) -> None:
    fault = "import watchfiles\ndef watch(*_, **__):\n raise OSError(28, 'No space left')\n yield"
    done = ended(folder, code=f"{fault}\nwatchfiles.watch = watch")
    assert done.returncode == 2
    assert "cannot watch 'source_notes': No space left" in done.stderr
    assert "WATCHFILES_FORCE_POLLING=true" in done.stderr
