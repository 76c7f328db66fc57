"""The system refuses a write, a sync or a rename of a build: it is said, and the next build makes
the bytes that this one would have made."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from build_notes import NOW, build_in, table

from generator.core.diagnostics import UNWRITABLE, has_errors
from generator.pipeline.build import Outcome, run
from generator.workspace.last_build import read_state

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files are replaced otherwise")

NOTES = {
    "a.md": table(("one", "first"), ("two", "second")),
    "b.md": table(("three", "third")),
    "c.md": table(("four", "fourth")),
}
EDITS = {"a.md": table(("one", "1st"), ("five", "fifth")), "b.md": table(("three", "3rd"))}
ERRORS = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EACCES)


class Faults:
    """Counts what is asked of the disk, and refuses the request with this number."""

    def __init__(self, number: int, error: int) -> None:
        self.left = number
        self.error = error
        self.refused = ""

    def ask(self, name: str) -> None:
        self.left -= 1
        if self.left == -1:
            self.refused = name
            raise OSError(self.error, os.strerror(self.error))

    def asked(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def asking(*arguments: Any, **options: Any) -> Any:
            self.ask(name)
            return call(*arguments, **options)

        return asking

    def opened(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """`open`, where files that are opened to write ask at each write."""

        def opening(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if not set(mode) & set("wxa+"):
                return call(path, mode, *arguments, **options)
            self.ask(f"open {Path(str(path)).suffix}")
            file = call(path, mode, *arguments, **options)
            return Writer(file, self)

        return opening

    def connected(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """`sqlite3.connect`, where a statement may fail as on a disk without room."""

        def connecting(*arguments: Any, **options: Any) -> Any:
            return call(*arguments, **options, factory=self.connection())

        return connecting

    def connection(self) -> type[sqlite3.Connection]:
        faults = self

        class Asking(sqlite3.Connection):
            def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
                faults.statement(sql)
                return super().execute(sql, *arguments)

            def cursor(self, *_: Any) -> sqlite3.Cursor:  # type: ignore[override]
                return super().cursor(AskingCursor)

        class AskingCursor(sqlite3.Cursor):
            def executemany(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
                faults.statement(sql)
                return super().executemany(sql, *arguments)

        return Asking

    def statement(self, sql: str) -> None:
        if not sql.lstrip().startswith(("INSERT", "COMMIT", "DELETE")):
            return
        try:
            self.ask(f"sqlite {sql.split()[0]}")
        except OSError as error:
            name = "SQLITE_FULL" if self.error == errno.ENOSPC else "SQLITE_IOERR_WRITE"
            refusal = sqlite3.OperationalError("disk I/O error")
            refusal.sqlite_errorname = name
            raise refusal from error


class Writer:
    """A file that asks before it writes."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self._file, self._faults = file, faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: Any) -> Any:
        self._faults.ask("write")
        return self._file.write(data)

    def writelines(self, pieces: Any) -> None:
        for piece in pieces:
            self.write(piece)


@contextmanager
def refusing(number: int, error: int) -> Iterator[Faults]:
    faults = Faults(number, error)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "mkstemp", faults.asked("mkstemp", tempfile.mkstemp))
        patch.setattr(tempfile, "mkdtemp", faults.asked("mkdtemp", tempfile.mkdtemp))
        patch.setattr("generator.machine.spool.TemporaryFile", _temporary_file(faults))
        patch.setattr(os, "fsync", faults.asked("fsync", os.fsync))
        patch.setattr(Path, "chmod", faults.asked("chmod", Path.chmod))
        patch.setattr(Path, "replace", faults.asked("replace", Path.replace))
        patch.setattr(Path, "mkdir", faults.asked("mkdir", Path.mkdir))
        patch.setattr(io, "open", faults.opened(io.open))  # `Path.open` asks it
        patch.setattr(sqlite3, "connect", faults.connected(sqlite3.connect))
        yield faults


def _temporary_file(faults: Faults) -> Callable[..., Any]:
    def make(**options: Any) -> Any:
        faults.ask("temporary file")
        return Writer(tempfile.TemporaryFile(**options), faults)

    return make


def _build(folder: Path, now: int) -> Outcome:
    source, output = folder / "notes", folder / "decks"
    return run(source, output, now, seen=read_state(source, output))


def _files(folder: Path) -> dict[str, bytes]:
    """All but the pages, which a build does not touch."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start")
    build_in(folder, NOTES)
    for name, text in EDITS.items():
        (folder / "notes" / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_a_refusal_at_any_place_costs_nothing(start: Path, tmp_path: Path, error: int) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(start, whole)
    _build(whole, NOW + 50)
    before, expected = _files(start), _files(whole)
    refused = []
    for number in range(10_000):
        folder = tmp_path / "tried"
        shutil.copytree(start, folder)
        with refusing(number, error) as faults:
            outcome = _build(folder, NOW + 50)
        if not faults.refused:
            break
        refused.append(faults.refused)
        after = _files(folder)
        where = f"{faults.refused}, number {number}"
        for name, data in after.items():
            assert data in (before.get(name), expected.get(name)), f"{name} after {where}"
        found = [each for each in outcome.result.diagnostics if has_errors((each,))]
        assert {each.code for each in found} <= {UNWRITABLE.code}, where
        assert found or after == expected, where
        is_written = after["notes/ledger.jsonl"] == expected["notes/ledger.jsonl"]
        _build(folder, NOW + (900 if is_written else 50))
        assert _files(folder) == expected, where
        shutil.rmtree(folder)
    kinds = {kind.split()[0] for kind in refused}
    assert kinds == {"mkstemp", "mkdtemp", "temporary", "fsync", "chmod", "replace", "mkdir",
                     "open", "write", "sqlite"}  # fmt: skip
    assert len(refused) > 50
