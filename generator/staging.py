"""New files lie ready beside the old ones, compiled and checked, until all can take their place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from generator.anki.package import compile_package
from generator.anki.readback import check_package
from generator.disk import digest_or_none, finish_file, new_file, remove_leftovers
from generator.model import Media, Package
from generator.outcome import BuiltPackage, built_package
from generator.progress import Progress
from generator.settings import Settings


class CannotStageError(Exception):
    """There is no room, or no right, to write a new file. ``path`` is where it was to go."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(str(path))
        self.path, self.error = path, error


class Staging:
    """The new files of one build; packages are for the folder ``output``.

    ``files`` are those that differ from what is there: by their path, the file that is to be
    renamed to it. Where ``dry`` is set, nothing is kept but that they differ.
    """

    def __init__(self, output: Path, dry: bool, progress: Progress | None = None) -> None:
        self.output = output
        self.dry = dry
        self._progress = progress
        self._is_new = not output.exists()
        self.files: dict[Path, Path] = {}

    def compile(
        self, package: Package, settings: Settings, read_media: Callable[[Media], bytes]
    ) -> BuiltPackage:
        """Compile a package to a new file, and read it back."""
        path = self.output / f"{package.name}.apkg"

        def compile_to(new: Path) -> int:
            cards = compile_package(package, new, settings.compress, read_media, self._progress)
            check_package(new, package)
            return cards

        try:
            if self.dry:
                with tempfile.TemporaryDirectory(prefix="build-decks-") as folder:
                    cards, digest = self._add(path, Path(folder) / "package", compile_to)
            else:
                remove_leftovers([path])
                cards, digest = self._add(path, new_file(path), compile_to)
        except OSError as error:
            raise CannotStageError(path, error) from error
        return built_package(package, cards, digest)

    def _add(self, path: Path, new: Path, compile_to: Callable[[Path], int]) -> tuple[int, str]:
        try:
            cards = compile_to(new)
            digest = digest_or_none(new) or ""
            if digest_or_none(path) != digest:
                if not self.dry:
                    finish_file(new)
                self.files[path] = new
            return cards, digest
        finally:
            if path not in self.files:
                new.unlink(missing_ok=True)

    def add_file(self, path: Path, pieces: Iterable[bytes | memoryview]) -> None:
        """Write a file that differs from what is there."""
        try:
            if not self.dry:
                remove_leftovers([path])
                self.files[path] = new_file(path)
                with self.files[path].open("wb") as file:
                    file.writelines(pieces)
                finish_file(self.files[path])
            else:
                self.files[path] = path
        except OSError as error:
            raise CannotStageError(path, error) from error

    def clear(self) -> None:
        """Remove the new files that have not taken their places."""
        if self.dry:
            return
        for new in self.files.values():
            with suppress(OSError):  # what cannot be removed does no harm
                if new.exists():
                    new.unlink()
        if self._is_new:
            with suppress(OSError):  # it is not there, or there is something in it
                self.output.rmdir()
