"""Runs a review on a terminal: prints it, reads single keys, saves each accepted row at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generator.core.diagnostics import number
from generator.draft.review import Unsure, find_unsure, move, settle, show, split_keys
from generator.machine.disk import write_file

try:
    import termios
    import tty
except ImportError:  # Windows, whose console gives single keys as it is
    termios = tty = None  # type: ignore[assignment]

_STOP = ("q", "Q", "\x04")


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a review takes place. ``read`` waits for keys and gives "" at their end.

    ``draw`` shows a screen in place of the last one; ``width`` is asked for each screen.
    """

    read: Callable[[], str]
    draw: Callable[[str], object]
    width: Callable[[], int]
    color: bool


class ChangedError(Exception):
    """Somebody else has changed the note since it was shown."""


@contextmanager
def single_keys(terminal: int, other: Callable[[], str]) -> Iterator[Callable[[], str]]:
    """What reads keys from a terminal (a file descriptor) as they are typed, without an echo.

    It holds the terminal from the first key to the last: what is typed while a screen is drawn
    would be lost between two reads that each take it and give it back. ``other`` reads a key where
    terminals cannot be held.
    """
    if termios is None:
        yield other
        return
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSADRAIN)
        yield lambda: os.read(terminal, 256).decode("utf-8", "replace")
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def review(path: Path, terminal: Terminal) -> str:
    """Walk the note's unsure rows; returns in words how far it went.

    Raises ChangedError, OSError, and UnicodeDecodeError where the note is not UTF-8.
    """
    path = path.resolve()  # a link stays a link
    note = _read(path)
    total, settled, line = len(find_unsure(note)), 0, 0
    typed: list[str] = []
    for place in range(1, total + 1):
        # Found anew each time, so that the table is shown as it has become.
        unsure = next(unsure for unsure in find_unsure(note) if unsure.row.line > line)
        line = unsure.row.line
        accepted = _ask(unsure, f"{path.name}:{line}, {place} of {total}", terminal, typed)
        if accepted == "stop":
            break
        if isinstance(accepted, Unsure):
            if _read(path) != note:
                raise ChangedError(f"{path.name} was changed by another program; nothing is lost")
            note = settle(note, accepted)
            write_file(path, [note.encode()])
            settled += 1
    left = total - settled
    return f"{number(settled, 'row')} settled, " + (f"{left} still unsure" if left else "none left")


def _ask(
    unsure: Unsure, heading: str, terminal: Terminal, typed: list[str]
) -> Unsure | Literal["skip", "stop"]:
    """The row as it was accepted, or what to do instead."""
    while True:
        terminal.draw(show(unsure, heading, terminal.width(), terminal.color))
        if not typed:
            typed += split_keys(terminal.read())
        if not typed:
            return "stop"
        key = typed.pop(0)
        if key in ("\r", "\n"):
            return unsure
        if key in ("s", "S"):
            return "skip"
        if key in _STOP:
            return "stop"
        unsure = move(unsure, key)


def _read(path: Path) -> str:
    # Line ends stay as they are; so does a byte order mark, which is part of no row.
    return path.read_bytes().decode("utf-8")
