"""What the system refuses is said with why, and with what helps against it."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from build_notes import build_in, codes, table, write_notes

from generator.core.diagnostics import exit_code
from generator.core.model import Position
from generator.core.refusals import unreadable, unwritable, what_helps
from generator.machine.disk import only_one_build

NOTES = table(("a fast answer", "cache"), ("a safe answer", "log"))
COMMAND = [sys.executable, "-c", "from generator.cli import main; main()"]


def refused(number: int, filename: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), filename)


@pytest.mark.parametrize(
    ("number", "help_"),
    [
        (errno.EACCES, "give yourself the right to write there; packages can go elsewhere"),
        (errno.EROFS, "give yourself the right to write there; packages can go elsewhere"),
        (errno.ENOSPC, "make room there, or raise the limit that is set; packages can go"),
        (errno.EDQUOT, "make room there, or raise the limit that is set; packages can go"),
        (errno.EFBIG, "make room there, or raise the limit that is set; packages can go"),
        (errno.EMFILE, "close other programs, or raise how many files may be open (ulimit -n)"),
        (errno.EEXIST, "rename what is in the way; packages can go elsewhere with --output"),
        (errno.ENAMETOOLONG, "give its page or folder a shorter name"),
        (errno.EIO, "build again; if it fails again, the disk may be failing"),
    ],
)
def test_what_helps_against_a_refused_write_follows_from_its_reason(
    number: int, help_: str
) -> None:
    found = unwritable(Path("decks/bio.apkg"), refused(number))
    assert found.message == f"cannot write decks/bio.apkg: {os.strerror(number)}"
    assert found.help.startswith(help_)
    assert found.exit_code == 2


def test_on_windows_a_file_that_is_open_elsewhere_cannot_be_replaced() -> None:
    error = refused(errno.EACCES)
    assert unwritable(Path("decks/bio.apkg"), error, is_windows=True).help.startswith(
        "close the program that has it open, or give yourself the right to write there;"
    )
    assert "open" not in unwritable(Path("decks/bio.apkg"), error, is_windows=False).help


@pytest.mark.parametrize("number", [*errno.errorcode, None])
def test_whatever_is_refused_a_person_is_told_what_to_do(number: int | None) -> None:
    error = OSError(number, "no") if number else OSError("no")
    for to_write in (False, True):
        assert what_helps(error, to_write=to_write)


def test_a_ledger_cannot_go_elsewhere() -> None:
    found = unwritable(Path("notes/ledger.jsonl"), refused(errno.ENOSPC), may_move=False)
    assert "--output" not in found.help


def test_where_temporary_files_lack_room_it_is_said_where_that_is() -> None:
    folder = tempfile.gettempdir()
    found = unwritable(Path("decks/bio.apkg"), refused(errno.ENOSPC, f"{folder}/x"))
    assert found.message.endswith(f"(in {folder}, where temporary files are)")
    assert "TMPDIR" in found.help


@pytest.mark.parametrize(
    ("file", "may_go", "code"),
    [("a.md", True, 1), ("p/deck.toml", True, 2), ("ledger.jsonl", False, 2)],
)
def test_only_what_can_be_spared_is_to_be_moved_out(file: str, may_go: bool, code: int) -> None:
    for number in (errno.EACCES, errno.EINVAL, errno.EIO, errno.EMFILE):
        found = unreadable(Position(file, 1, 1), refused(number), may_go=may_go)
        assert ("move it out" in found.help) == (may_go and number != errno.EMFILE)
        assert found.exit_code == code


def test_a_ledger_that_cannot_be_read_stops_the_build_and_is_to_stay(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": NOTES})
    ledger = tmp_path / "notes" / "ledger.jsonl"
    ledger.unlink()
    os.mkfifo(ledger)
    outcome = build_in(tmp_path)
    (found,) = outcome.result.diagnostics
    assert (found.code, found.position.file) == ("BD105", "ledger.jsonl")
    assert found.help == "put the file itself there"
    assert exit_code(outcome.result.diagnostics) == 2


def test_a_pipe_in_the_place_of_a_package_is_replaced(tmp_path: Path) -> None:
    build_in(tmp_path, {"a.md": NOTES})
    package = tmp_path / "decks" / "a.apkg"
    data = package.read_bytes()
    package.unlink()
    os.mkfifo(package)
    outcome = build_in(tmp_path)
    assert outcome.written == (package,)
    assert package.read_bytes() == data


def _limited(folder: Path, kind: int, limit: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        COMMAND,
        cwd=folder,
        # Else Python itself might leave half a compiled module, and read it the next time.
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000", "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(kind, (limit, limit)),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("kilobytes", [1, 8, 40, 200, 800])
def test_a_limit_on_the_size_of_files_is_said(tmp_path: Path, kilobytes: int) -> None:
    rows = [(f"clue number {number}", f"answer {number}") for number in range(1500)]
    write_notes(tmp_path / "source_notes", {"bio/a.md": table(*rows)})
    done = _limited(tmp_path, resource.RLIMIT_FSIZE, kilobytes * 1024)
    assert done.returncode == 2
    assert "error[BD501]: cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "decks").exists()


def test_a_folder_whose_disk_knows_no_locks_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise refused(errno.ENOLCK)

    monkeypatch.setattr("fcntl.flock", refuse)
    assert codes(build_in(tmp_path, {"a.md": NOTES})) == []
    with only_one_build(tmp_path / "nowhere", lambda: None):
        pass


def test_links_in_a_circle_are_no_crash(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", {"bio/a.md": NOTES})
    (tmp_path / "circle").symlink_to("circle")
    for arguments in (["-o", "circle"], ["-s", "circle"], ["-o", "circle/decks"]):
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_a_check_that_is_quiet_says_what_is_not_up_to_date(tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", {"bio/a.md": NOTES})
    done = subprocess.run(
        [*COMMAND, "--check", "-q"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "not up to date: source_notes/ledger.jsonl, decks/bio.apkg; run build-decks\n"
    )
