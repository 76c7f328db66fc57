"""The process itself: where output goes, how signals end it, and in what its names are written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from build_notes import table, write_notes

NOTES = table(("a fast answer", "cache"), ("a safe answer", "log"))
COMMAND = [sys.executable, "-c", "from generator.cli import main; main()"]
HAS_FULL_DEVICE = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_notes(tmp_path / "source_notes", {"bio/a.md": NOTES})
    return tmp_path


def ended(
    folder: Path, *arguments: str, out: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    with Path(out or os.devnull).open("w") as file:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000", **environment},
            stdin=subprocess.DEVNULL,
            stdout=file if out else subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )


@HAS_FULL_DEVICE
@pytest.mark.parametrize(
    "arguments",
    [[], ["-v"], ["--format", "json"], ["--help"], ["diff"], ["draft", "source_notes/bio/a.md"]],
)
def test_a_full_disk_below_the_output_is_said(folder: Path, arguments: list[str]) -> None:
    done = ended(folder, *arguments, out="/dev/full")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: the output cannot be written: No space left on device; packages and ledger are"
        " whole\n",
    )
    is_build = arguments in ([], ["-v"], ["--format", "json"])
    assert (folder / "decks" / "bio.apkg").is_file() == is_build


@pytest.mark.skipif(sys.platform == "win32", reason="the folder that one is in stays there")
def test_a_working_folder_that_is_gone_is_said(folder: Path) -> None:
    (folder / "gone").mkdir()
    command = " ".join(f"'{word}'" for word in (*COMMAND, "-s", str(folder / "source_notes")))
    done = subprocess.run(
        ["sh", "-c", f"rmdir '{folder}/gone'; {command}"],
        cwd=folder / "gone",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "Error: the folder that you are in is gone\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize(
    ("closed", "told"), [("draft - <&-", "there is no standard input"), ("draft page.html >&-", "")]
)
def test_a_stream_that_is_closed_is_no_crash(folder: Path, closed: str, told: str) -> None:
    (folder / "page.html").write_text("<p>Some text.</p>")
    command = " ".join(f"'{word}'" for word in COMMAND)
    done = subprocess.run(
        ["sh", "-c", f"{command} {closed}"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert told in done.stderr


@HAS_FULL_DEVICE
def test_where_nothing_can_be_said_the_exit_code_says_it(folder: Path) -> None:
    command = " ".join(f"'{word}'" for word in COMMAND)
    done = subprocess.run(
        ["sh", "-c", f"{command} >/dev/full 2>/dev/full"], cwd=folder, check=False
    )
    assert done.returncode == 2


def test_what_the_terminal_cannot_show_is_printed_with_escapes(folder: Path) -> None:
    (folder / "source_notes" / "bio").rename(folder / "source_notes" / "油")
    done = ended(folder, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("decks/\\u6cb9.apkg: 2 notes")


@pytest.mark.skipif(sys.platform == "win32", reason="names are UTF-8 there")
def test_names_are_utf8_whatever_the_environment_says(folder: Path) -> None:
    (folder / "source_notes" / "bio").rename(folder / "source_notes" / "Öl")
    other = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = ended(folder, "-o", "Decks für alle", **other)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "Decks für alle" / "Öl.apkg").is_file()
    assert ended(folder, "-o", "Decks für alle", "--check").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [["-s", ""], ["-o", ""], ["retired", "-s", ""], ["diff", "-o", ""], ["init", ""]],
)
def test_an_empty_name_is_no_folder(folder: Path, arguments: list[str]) -> None:
    """As a script passes it whose variable is not set: `-s "$NOTES"`."""
    done = ended(folder, *arguments)
    assert done.returncode == 2
    assert "the name is empty" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["source_notes"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
@pytest.mark.parametrize(
    "arguments",
    [["preview", "-o", "pipe"], ["retired", "--package", "pipe.apkg"], ["draft", "pipe"],
     ["diff", "pipe.apkg"], ["verify", "pipe.apkg"]],
)  # fmt: skip
def test_a_pipe_that_is_named_is_neither_waited_for_nor_replaced(
    folder: Path, arguments: list[str]
) -> None:
    pipe = folder / arguments[-1]
    os.mkfifo(pipe)
    done = ended(folder, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert pipe.is_fifo()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="is for other systems")
@pytest.mark.parametrize("cache", ["", "relative", "./x", None])
def test_a_cache_folder_that_is_none_is_passed_over(folder: Path, cache: str | None) -> None:
    home = folder / "home"
    environment = {"XDG_CACHE_HOME": cache or "", "HOME": str(home) if cache is not None else ""}
    done = ended(folder, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    names = {path.name for path in folder.iterdir()}
    assert names == {"source_notes", "decks"} | ({"home"} if cache is not None else set())
    assert (home / ".cache" / "build-decks").is_dir() == (cache is not None)


@pytest.mark.skipif(sys.platform == "win32", reason="a process is ended in another way there")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_build_and_nothing_is_left(folder: Path, name: str) -> None:
    number = getattr(signal, name)
    script = (
        "import signal, generator.workspace.folders as workspace\n"
        # Behind nohup the tests themselves ignore it, and so would the build.
        f"signal.signal({int(number)}, signal.SIG_DFL)\n"
        f"workspace.move_file = lambda *_: signal.raise_signal({int(number)})\n"
        "from generator.cli import main; main()"
    )
    temporary = folder / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (128 + number, "ended; nothing is half-written\n")
    assert not (folder / "decks").exists()
    assert list(temporary.iterdir()) == []
    assert [path.name for path in (folder / "source_notes").iterdir()] == ["bio"]


@pytest.mark.skipif(sys.platform == "win32", reason="a process is ended in another way there")
def test_a_signal_ends_watching_well(folder: Path) -> None:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*COMMAND, "--watch"], cwd=folder, stdout=log, stderr=log)
    end = time.monotonic() + 60
    while b"written" not in (folder / "log").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert (folder / "log").read_text("utf-8").endswith("stopped watching\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no nohup")
def test_what_is_ignored_stays_ignored(folder: Path) -> None:
    script = (
        "import signal; from generator.commands.process import ended_by_signals\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with ended_by_signals(): signal.raise_signal(signal.SIGHUP)\n"
        "print('still here')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "still here\n"
