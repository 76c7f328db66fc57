"""Asks git: for versions of a file that it has, and how it merges one; it knows no package."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Committed:
    """A version of a file: the commit that brought it, abbreviated, and its bytes."""

    commit: str
    data: bytes


def previous_versions(path: Path) -> Iterator[Committed]:
    """The committed versions of the file that differ from the one on disk, the newest first.

    There are none without git or a repository, or of a new file. Raises OSError when the file
    itself cannot be read.
    """
    data = path.read_bytes()
    for commit in commits(path.parent, [path.name]):
        # A commit that deleted the file is among them and has no version of it.
        version = committed(path, commit)
        if version is not None and version != data:
            yield Committed(commit, version)


def newest_commit(folder: Path) -> str | None:
    """The commit that is checked out, abbreviated; None without git, a repository or a commit."""
    found = _git(folder, "rev-parse", "--short", "HEAD")
    return found.decode().strip() if found else None


def commits(folder: Path, names: Iterable[str]) -> list[str]:
    """The commits that touched these files of the folder, abbreviated, the newest first."""
    found = _git(folder, "rev-list", "--abbrev-commit", "HEAD", "--", *names)
    return (found or b"").decode().split()


def committed(path: Path, commit: str) -> bytes | None:
    """The bytes of the file in a commit; None where it is not in it."""
    return _git(path.parent, "show", f"{commit}:./{path.name}")


def has_no_merge_rule(file: Path) -> bool:
    """Whether the file is in a repository that says nothing of how to merge it."""
    found = _git(file.parent, "check-attr", "merge", "--", file.name)
    return found is not None and found.rstrip().endswith(b": unspecified")


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints in a folder; None where it fails or is not installed."""
    try:
        # Pathspecs are names here, whatever stars and brackets a person puts into them.
        command = ["git", "--literal-pathspecs", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
