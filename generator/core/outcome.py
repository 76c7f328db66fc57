"""What a build hands to whoever asked for it: packages, the ledger's lines, changes, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from generator.core.diagnostics import Diagnostic
from generator.core.model import (
    Changes,
    DeckName,
    LeftOut,
    OtherContent,
    Package,
    StampedNote,
    TableReport,
)

# The ledger lies in the notes' folder.
LEDGER_FILE = "ledger.jsonl"


class BuiltPackage(NamedTuple):
    """A package that was compiled. ``digest`` is the SHA-256 of its bytes, in hexadecimal.

    ``outdated`` is how many of its notes may show an older table in Anki. ``package`` has the notes
    themselves, where the build was asked to keep them; then ``is_compressed`` says how its file
    is written.
    """

    name: str
    deck: DeckName
    notes: int
    cards: int
    digest: str
    outdated: int = 0
    package: Package | None = None
    is_compressed: bool = False

    @property
    def file_name(self) -> str:
        """The name of its file in the output folder."""
        return package_file(self.name)


def package_file(name: str) -> str:
    """What the file of a package is called."""
    return f"{name}.apkg"


def built_package(package: Package, digest: str, outdated: int) -> BuiltPackage:
    """A package that was compiled, without its notes."""
    deck = DeckName(package.rows[0].deck.partition("::")[0])
    cards = sum(len(row.cards) for row in package.rows)
    return BuiltPackage(package.name, deck, len(package.rows), cards, digest, outdated)


class BuildResult(NamedTuple):
    """What a build makes of the notes. Packages with errors are missing from ``packages``.

    ``lines`` are those of the ledger; none where nothing can be built.
    ``texts`` are those of the files that have findings, by path; ``failed`` names the packages
    that have errors. ``emptied`` is how many cards of known notes have become empty in Anki, and
    ``reserved`` how many notes wait for a row to be mended, by package. ``left_out`` are pages and
    folders that were not read. ``whole`` is the package that all pages are, where they are one;
    a first build makes one of many ``loose`` ones. ``restarted`` is what went wrong with a cache,
    so that the build began again without it; an empty text where nothing did.
    """

    packages: tuple[BuiltPackage, ...]
    lines: Iterable[bytes]
    changes: Changes
    tables: tuple[TableReport, ...]
    rest: tuple[OtherContent, ...]
    files: int
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    failed: tuple[str, ...] = ()
    emptied: int = 0
    reserved: Mapping[str, int] = {}
    left_out: tuple[LeftOut, ...] = ()
    whole: str = ""
    loose: int = 0
    restarted: str = ""

    @property
    def outdated(self) -> int:
        """How many notes may show an older table in Anki."""
        return sum(built.outdated for built in self.packages)

    @property
    def unfinished(self) -> int:
        """How many rows have no answer yet."""
        return sum(table.unfinished for table in self.tables)

    @property
    def held(self) -> int:
        """How many rows have errors, and so are no notes now."""
        return sum(table.held for table in self.tables)

    @property
    def ledger(self) -> str:
        """The ledger's text."""
        return b"".join(self.lines).decode()

    @property
    def notes(self) -> tuple[StampedNote, ...]:
        """The notes of all packages, where they were kept."""
        return tuple(
            note for built in self.packages if built.package for note in built.package.stamped()
        )


class Outcome(NamedTuple):
    """A build, which files differ from what was on disk, and which of them were written."""

    result: BuildResult
    changed_files: tuple[Path, ...]
    written: tuple[Path, ...] = ()
