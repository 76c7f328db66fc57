"""What lasts through a build: its folders, the files beside the notes, and every write.

New files lie ready beside the old ones, complete and checked, until all can take their place.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from generator.core.diagnostics import Diagnostic
from generator.core.model import Position
from generator.core.outcome import LEDGER_FILE, package_file
from generator.core.refusals import unreadable, unwritable
from generator.machine.disk import (
    digest_or_none,
    finish_file,
    holds_same,
    move_file,
    new_file,
    only_one_build,
    read_file,
    read_or_none,
    remove_leftovers,
)
from generator.machine.progress import Progress
from generator.sources.media import MediaFolder

# Bytes; some millions of notes.
_MOST_LEDGER_BYTES = 2_000_000_000


class CannotWriteError(Exception):
    """There is no room, or no right, to write a file; `diagnostic` says so."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(str(path), error)
        self.path, self.error = path, error

    @property
    def diagnostic(self) -> Diagnostic:
        """The finding for whoever asked for the build."""
        return unwritable(self.path, self.error, may_move=self.path.name != LEDGER_FILE)


class Workspace:
    """The folders of one build, and its time in seconds since 1970.

    With ``dry`` nothing is written; where it does not ``compiles`` no package is even made.
    With ``ledger_text`` that is what is read as the ledger, and with ``page_texts``, by path, these
    as the pages.
    ``files`` are the new ones that differ from what is there: by their path, the file that is to
    be renamed to it.
    """

    def __init__(
        self,
        source: Path,
        output: Path,
        now: int,
        *,
        dry: bool = False,
        compiles: bool = True,
        progress: Progress | None = None,
        ledger_text: bytes | None = None,
        page_texts: Mapping[str, str] | None = None,
    ) -> None:
        self.source = source
        self.output = output
        self.now = now
        self.dry = dry
        self.compiles = compiles
        self.progress = progress or Progress()
        self.media = MediaFolder(source)
        self.files: dict[Path, Path] = {}
        self._is_new = not output.exists()
        self._ledger_text = ledger_text
        self.page_texts = page_texts

    @property
    def ledger(self) -> Path:
        """Where the ledger lies."""
        return self.source / LEDGER_FILE

    def package(self, name: str) -> Path:
        """Where a package lies."""
        return self.output / package_file(name)

    @contextmanager
    def held(self, on_wait: Callable[[], object]) -> Iterator[None]:
        """Hold the folders for this build; what it made and did not write is gone at the end.

        ``on_wait`` is called where another build holds them.
        """
        with nullcontext() if self.dry else only_one_build(self.source, on_wait):
            try:
                yield
            finally:
                self._clear()

    def read_ledger(self) -> tuple[bytes | None, list[Diagnostic]]:
        """The ledger as it stands; None where there is none, or where it cannot be read."""
        if self._ledger_text is not None:
            return self._ledger_text, []
        try:
            return read_file(self.ledger, _MOST_LEDGER_BYTES), []
        except FileNotFoundError:
            return None, []
        except OSError as error:
            return None, [unreadable(Position(LEDGER_FILE, 1, 1), error, may_go=False)]

    def stage(self, path: Path, write: Callable[[Path], object]) -> str:
        """Let ``write`` fill a new file for ``path``; returns the digest of its bytes.

        It is kept where it differs from what is there. CannotWriteError where it cannot be made.
        """
        with self._new(path) as new:
            write(new)
            if not holds_same(new, path):
                self._keep(path, new)
            return digest_or_none(new) or ""

    def stage_ledger(self, lines: Iterable[bytes]) -> str:
        """The same of the ledger, which is only written where it differs. Its lines are gone
        through twice."""
        total, length = hashlib.sha256(), 0
        for line in lines:
            total.update(line)
            length += len(line)
        if not self._is_ledger(length, total.digest()):
            with self._new(self.ledger) as new:
                with new.open("wb") as file:
                    file.writelines(lines)
                self._keep(self.ledger, new)
        return total.hexdigest()

    def _is_ledger(self, length: int, digest: bytes) -> bool:
        """Whether the ledger has so many bytes, of this SHA-256."""
        with suppress(OSError):
            if self.ledger.stat().st_size < length:
                return False  # as after most edits
        # Git may have given its lines other ends in this checkout.
        old = (read_or_none(self.ledger) or b"").replace(b"\r\n", b"\n")
        return len(old) == length and hashlib.sha256(old).digest() == digest

    @contextmanager
    def _new(self, path: Path) -> Iterator[Path]:
        """A new file for ``path``, which is gone at the end unless it was kept."""
        try:
            if self.dry:
                with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
                    yield Path(folder) / "new"
                return
            remove_leftovers([path])
            new = new_file(path)
            try:
                yield new
            finally:
                if path not in self.files:
                    new.unlink(missing_ok=True)
        except OSError as error:
            raise CannotWriteError(path, error) from error

    def _keep(self, path: Path, new: Path) -> None:
        if not self.dry:
            finish_file(new, path)
        self.files[path] = new

    def take_over(self, files: Mapping[Path, Path]) -> None:
        """New files that another process made for this build."""
        self.files.update(files)

    @property
    def changed_files(self) -> tuple[Path, ...]:
        """What differs from what is there, the ledger first: no package may be newer than it is."""
        return tuple(sorted(self.files, key=lambda path: path != self.ledger))

    def replace(self) -> tuple[Sequence[Path], Sequence[Diagnostic]]:
        """Let what is new take its place; the files that were written, and why no more were."""
        written: list[Path] = []
        for path in self.changed_files:
            try:
                move_file(self.files[path], path)
            except OSError as error:
                return written, [CannotWriteError(path, error).diagnostic]
            del self.files[path]
            written.append(path)
        return written, []

    def drop_files(self) -> None:
        """Remove the new files that have not taken their places."""
        for new in self.files.values() if not self.dry else ():
            with suppress(OSError):  # what cannot be removed does no harm
                new.unlink(missing_ok=True)
        self.files.clear()

    def _clear(self) -> None:
        """Remove what this build leaves behind where it is not wanted."""
        if self.dry:
            return
        self.drop_files()
        if self._is_new:
            with suppress(OSError):  # it is not there, or there is something in it
                self.output.rmdir()
