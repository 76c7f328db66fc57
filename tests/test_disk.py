"""Writing: whole files or none, whatever ends the process, however many run at once."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from build_notes import NOW, build_in, table

from generator.machine.disk import (
    TooLargeError,
    lock_file,
    only_one_build,
    read_file,
    remove_leftovers,
    wait_for_byte,
    write_file,
)

NOTES = {
    "a.md": table(("one", "first"), ("two", "second")),
    "b.md": table(("three", "third")),
    "c.md": table(("four", "fourth")),
}

# Reads in a process of its own, which can be stopped: a pipe's end might never come.
READER = """
import sys; from pathlib import Path; from generator.machine.disk import read_file
try: print(len(read_file(Path(sys.argv[1]), 4)))
except OSError as error: print(error.strerror)
"""


@pytest.mark.parametrize(
    ("kind", "printed"),
    [
        ("file", "4"),
        ("large", "it is too large"),
        ("pipe", "it is not a file"),
        ("folder", "Is a directory"),
        ("device", "it is not a file"),
        ("link", "it is a symbolic link"),
        ("missing", "No such file or directory"),
    ],
)
def test_only_a_file_is_read_and_no_more_than_asked_for(
    tmp_path: Path, kind: str, printed: str
) -> None:
    (tmp_path / "file").write_text("four")
    (tmp_path / "large").write_text("large")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    path = "/dev/zero" if kind == "device" else str(tmp_path / kind)
    command = [sys.executable, "-c", READER, path]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    assert done.stdout.strip() == printed


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_what_holds_more_than_it_said_is_read_no_further_than_asked_for() -> None:
    growing = Path("/proc/self/status")  # what is in it is made while it is read
    assert growing.stat().st_size == 0
    with pytest.raises(TooLargeError):
        read_file(growing, 100)
    assert read_file(growing, 1_000_000).startswith(b"Name:")


def test_a_socket_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        with pytest.raises(OSError, match="socket"):
            read_file(Path("socket"), 4)


# Kills the process with SIGKILL right before its n-th touch of the disk while it writes.
KILLED = """
import os, signal, sys, tempfile
from pathlib import Path
from generator.pipeline.build import run
from generator.workspace.last_build import read_state

left = int(sys.argv[4])
def deadly(call):
    def touch(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return touch

tempfile.mkstemp = deadly(tempfile.mkstemp)
os.fsync = deadly(os.fsync)
Path.chmod = deadly(Path.chmod)
Path.replace = deadly(Path.replace)
Path.unlink = deadly(Path.unlink)
source, output = Path(sys.argv[1]), Path(sys.argv[2])
run(source, output, int(sys.argv[3]), seen=read_state(source, output))
"""
TOUCHES_A_FILE = 4  # mkstemp, fsync, chmod, replace


def _files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_kill_at_any_write_costs_nothing(tmp_path: Path) -> None:
    """An edit is built, killed at each touch of the disk in turn, and built again later."""
    start = tmp_path / "start"
    start.mkdir()
    build_in(start, NOTES)
    (start / "notes" / "a.md").write_text(table(("one", "1st"), ("five", "fifth")), "utf-8")
    (start / "notes" / "b.md").write_text(table(("three", "3rd")), "utf-8")

    whole = tmp_path / "whole"
    shutil.copytree(start, whole)
    build_in(whole, now=NOW + 50)
    expected = _files(whole)

    # The ledger, two packages and what is remembered; a third package comes and goes. What was
    # there before, a cache, is not brought to the disk itself: mkstemp, replace, unlink.
    touches = 4 * TOUCHES_A_FILE + 2 + 3
    for count in range(touches + 1):
        folder = tmp_path / str(count)
        shutil.copytree(start, folder)
        arguments = [str(folder / "notes"), str(folder / "decks"), str(NOW + 50), str(count)]
        done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
        if count == touches:
            assert done.returncode == 0
        else:
            assert done.returncode == -signal.SIGKILL
        # The clock has moved on; if the ledger was written, its stamps hold.
        ledger = folder / "notes" / "ledger.jsonl"
        ledger_is_written = ledger.read_bytes() == expected["notes/ledger.jsonl"]
        build_in(folder, now=NOW + (900 if ledger_is_written else 50))
        assert _files(folder) == expected, f"killed at touch {count}"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot be locked there")
def test_a_second_build_waits_for_the_first(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from generator.machine.disk import only_one_build\n"
        "with only_one_build(Path(sys.argv[1]), lambda: print('waiting', flush=True)):\n"
        "    print('mine', flush=True)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with only_one_build(tmp_path, lambda: pytest.fail("nobody else is here")):
        second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert second.stdout
        assert second.stdout.readline() == "waiting\n"
        assert second.poll() is None
    assert second.communicate(timeout=60)[0] == "mine\n"
    assert list(tmp_path.iterdir()) == []


class Msvcrt:
    """Locks as Windows does: an error instead of waiting, or after waiting for ten seconds."""

    LK_NBLCK, LK_LOCK = 2, 1

    def __init__(self) -> None:
        self.attempts: list[int] = []

    def locking(self, handle: int, mode: int, length: int) -> None:
        assert length == 1
        self.attempts.append(mode)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number = errno.EACCES if mode == self.LK_NBLCK else errno.EDEADLK
            raise OSError(number, "it is locked") from None


def test_where_a_folder_has_no_lock_a_file_has_and_is_waited_for(tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    windows, waited = Msvcrt(), []
    wait_for_byte(windows, first, lambda: pytest.fail("nobody else is here"))

    def end_the_other() -> None:
        waited.append(list(windows.attempts))
        threading.Timer(0.05, os.close, [first]).start()

    wait_for_byte(windows, second, end_the_other)
    assert waited == [[2, 2]]
    assert set(windows.attempts[2:]) == {1}
    os.close(second)


def test_a_disk_that_knows_no_locks_is_not_waited_for(tmp_path: Path) -> None:
    windows = Msvcrt()
    with pytest.raises(OSError, match="Bad file"):
        wait_for_byte(windows, 10**6, lambda: pytest.fail("there is nobody to wait for"))
    assert windows.attempts == [2]


def test_a_folder_has_one_lock_file_by_whatever_name_it_goes(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "link").symlink_to("notes")
    names = {lock_file(tmp_path / name) for name in ("notes", "link", "notes/../notes")}
    assert len(names) == 1
    assert names != {lock_file(tmp_path)}
    assert names.pop().parent == Path(tempfile.gettempdir())


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a.apkg"
    write_file(path, [b"old"])

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_file(path, [b"new"])
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.apkg"]


def test_leftovers_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "a[1].apkg"
    mine = [".a[1].apkg.x1.tmp", ".a[1].apkg._y2.tmp"]
    others = [".a1.apkg.x.tmp", "a[1].apkg.tmp", ".b.apkg.x.tmp", "a[1].apkg"]
    for name in (*mine, *others):
        (tmp_path / name).touch()
    remove_leftovers([path])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(others)


def test_a_written_file_has_the_usual_rights(tmp_path: Path) -> None:
    write_file(tmp_path / "a", [b"x"])
    (tmp_path / "b").write_bytes(b"x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_private_file_stays_private(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o600)
    write_file(tmp_path / "a", [b"new"])
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_build_keeps_the_rights_of_its_files(tmp_path: Path) -> None:
    files = [tmp_path / "decks" / "a.apkg", tmp_path / "notes" / "ledger.jsonl"]
    build_in(tmp_path, {"a.md": table(("one", "first"))})
    for file in files:
        file.chmod(0o640)
    build_in(tmp_path, {"a.md": table(("one", "1st"), ("two", "2nd"))}, NOW + 100)
    assert [file.stat().st_mode & 0o777 for file in files] == [0o640, 0o640]
