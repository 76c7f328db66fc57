"""Imports packages into an empty collection of Anki: `python -m benchmarks.anki_import FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from generator.anki.verify import import_package, temporary_collection


def main() -> None:
    """Import every package of the folder, as Anki's *File › Import* does."""
    with temporary_collection() as collection:
        for package in sorted(Path(sys.argv[1]).glob("*.apkg")):
            import_package(collection, package)


if __name__ == "__main__":
    main()
