"""The command line, run as a person or a program runs it: its output and its exit code.

`build_decks` runs it in this process, which takes a tenth of the time; `started` in one of its own,
which `test_process.py` holds the first to.
"""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from generator.cli import main

COMMAND = [sys.executable, "-c", "from generator.cli import main; main()"]
Done = subprocess.CompletedProcess[str]
_NOT_OURS = ("NO_COLOR", "FORCE_COLOR")  # of whoever runs the tests


def _with(environment: Mapping[str, str]) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": "1790000000", "COLUMNS": "80", **environment}


def build_decks(folder: Path, *arguments: str, **environment: str) -> Done:
    """`build-decks` with these arguments in a folder."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with (
        pytest.MonkeyPatch.context() as patch,
        Path(os.devnull).open() as nothing,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        for name in _NOT_OURS:
            patch.delenv(name, raising=False)
        for name, value in _with(environment).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["build-decks", *arguments])
        patch.setattr(sys, "stdin", nothing)
        patch.chdir(folder)
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            gc.enable()  # a build leaves it off, since its process is to end soon
    assert isinstance(code, int)
    return Done(arguments, code, *(_text(stream) for stream in (out, err)))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def started(
    folder: Path, *arguments: str, command: tuple[str, ...] = (), **environment: str
) -> Done:
    """The same in a process of its own; ``command`` is what starts it."""
    clean = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return subprocess.run(
        [*(command or COMMAND), *arguments],
        cwd=folder,
        env={**clean, **_with(environment)},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
