"""Looks for what takes more than its share of time: each construct of `growing.py`, doubled twice.

    PYTHONPATH=.:tests python tests/fuzz/growth.py                all, up to a megabyte
    PYTHONPATH=.:tests python tests/fuzz/growth.py 250000 order   of that size, what has this name

Counts of work (`test_growth.py`) do not see what a regular expression does, nor how long strings
are copied; the processor's seconds do. It is no part of the test suite. Printed are the seconds for
a quarter, a half and the whole of the size, of a first build, of one with a line more, and of one
where each line has changed; those that are suspect begin with ``!``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from build_notes import write_notes
from click.testing import CliRunner
from growing import CONSTRUCTS, Files, number_for

from generator.cli import cli

MOST_RATIO = 2.6  # of a doubling
SECONDS_A_MEGABYTE = 12.0  # a table of 40,000 rows, on one slow processor, takes 6
LEAST_SECONDS = 0.5  # below it a ratio says nothing


def seconds_of(files: Files) -> list[float]:
    """The processor's seconds for a build, one with a line more, one with other words."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        took = []
        for turn in range(3):
            for path, text in files.items():
                if turn and path.endswith(".md"):
                    text = text + "\n\nmore\n" if turn == 1 else text.replace("a", "e")
                write_notes(folder / "notes", {path: text})
            arguments = ["-s", str(folder / "notes"), "-o", str(folder / "decks"), "-v", "--retire"]
            before = time.process_time()
            done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
            took.append(time.process_time() - before)
            if done.exit_code not in (0, 1, 2):
                print("!", done.output)
        return took


def main(size: int, part: str) -> None:
    """Print each construct's seconds."""
    for name, construct in CONSTRUCTS.items():
        if part not in name:
            continue
        number = number_for(construct, size)
        series = [seconds_of(construct(max(1, number // share))) for share in (4, 2, 1)]
        ratios = [
            max(later / earlier if later > LEAST_SECONDS else 0
                for earlier, later in pairwise(each))
            for each in zip(*series, strict=True)
        ]  # fmt: skip
        is_suspect = max(ratios) > MOST_RATIO
        is_slow = max(series[-1]) > SECONDS_A_MEGABYTE * size / 1_000_000
        shown = "   ".join(
            " ".join(f"{each:5.2f}" for each in turn) for turn in zip(*series, strict=True)
        )
        print(f"{'!' if is_suspect or is_slow else ' '} {shown}  {name} ({number:,})", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, " ".join(sys.argv[2:]))
