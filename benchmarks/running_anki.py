"""An Anki with packages in it that answers as AnkiConnect does, until it is ended:
`python -m benchmarks.running_anki PROFILE PACKAGES`; prints its address."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import anki.collection

from generator.anki.verify import import_package

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from anki_connect import Window, running  # type: ignore[import-not-found]


def main() -> None:
    """Import the packages into an empty collection of the profile, a folder, and answer."""
    profile, packages = map(Path, sys.argv[1:])
    profile.mkdir(parents=True)
    collection = anki.collection.Collection(str(profile / "collection.anki2"))
    for package in sorted(packages.glob("*.apkg")):
        import_package(collection, package)
    with running(Window(collection)) as address:
        print(address, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
