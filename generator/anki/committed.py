"""Finds the version of a file that git had before the one on disk; knows nothing of packages."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Committed:
    """A version of a file: the commit that brought it, abbreviated, and its bytes."""

    commit: str
    data: bytes


def previous_version(path: Path) -> Committed | None:
    """The newest committed version of the file that differs from the one on disk.

    None where there is none: no git, no repository, a new file. Raises OSError when the file
    itself cannot be read.
    """
    data = path.read_bytes()
    commits = _git(path, "log", "--format=%h", "--", path.name) or b""
    for commit in commits.decode().split():
        # A commit that deleted the file is among them and has no version of it.
        version = _git(path, "show", f"{commit}:./{path.name}")
        if version is not None and version != data:
            return Committed(commit, version)
    return None


def _git(path: Path, *arguments: str) -> bytes | None:
    """What git prints in the file's folder; None where it fails or is not installed."""
    try:
        # Pathspecs are names here, whatever stars and brackets a person puts into them.
        command = ["git", "--literal-pathspecs", *arguments]
        done = subprocess.run(command, cwd=path.parent, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
