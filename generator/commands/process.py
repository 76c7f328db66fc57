"""The process that commands run in: its names and texts are UTF-8, signals end it well."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class EndedError(BaseException):
    """A signal asks the program to end; temporary files are removed on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM, and the end of the terminal, end the block as an exception does.

    What is ignored stays so: behind nohup a build outlives its terminal.
    """
    names = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def end(number: int, _: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_DFL)  # who asks twice does not wait
        raise EndedError(number)

    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def read_names_as_utf8() -> None:
    """Start this program again with names of files in UTF-8, where its environment says otherwise.

    A name is the same on every machine, and Python chooses how to read names when it starts. What
    the terminal cannot show is printed with escapes.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # one that the caller has closed is None
            stream.reconfigure(errors="backslashreplace")
    if sys.getfilesystemencoding() == "utf-8" or "utf8" in sys._xoptions:
        return
    if sys.stdout is not None:
        encoding = f"{sys.stdout.encoding}:backslashreplace"
        os.environ.setdefault("PYTHONIOENCODING", encoding)
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def cut_off_module(error: BaseException | None) -> str:
    """The compiled module that Python cannot read to its end; empty where an error is another.

    A full disk may leave half of such a file, which Python then does not write again.
    """
    trace = error.__traceback__ if isinstance(error, EOFError) else None
    while trace:
        if path := trace.tb_frame.f_locals.get("bytecode_path"):  # of Python's own import
            return str(path)
        trace = trace.tb_next
    return ""


def flush_output() -> None:
    """Print what is still to be printed. OSError where that cannot be done."""
    if sys.stdout is not None:
        sys.stdout.flush()


def drop_output() -> None:
    """Let what could not be printed go nowhere: Python would try it again, and complain."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
