"""What git is to know of notes: how it merges the ledger, and that packages are no text."""

from __future__ import annotations

import subprocess
from pathlib import Path

from generator.outcome import LEDGER_FILE
from generator.starter import ATTRIBUTES

ADVICE = f"""\
Two people's changes meet in the ledger line by line with these lines in .gitattributes
('build-decks init' adds them):
{ATTRIBUTES.rstrip()}"""


def lacks_merge_rule(source: Path) -> bool:
    """Whether the folder of notes is under git's care, and git has no rule to merge a ledger."""
    command = ["git", "check-attr", "merge", "--", LEDGER_FILE]
    try:
        done = subprocess.run(command, cwd=source, capture_output=True, check=False)
    except OSError:
        return False  # there is no git
    return done.returncode == 0 and done.stdout.rstrip().endswith(b": unspecified")
