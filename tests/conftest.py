"""What several test modules share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import cases
import hypothesis
import pytest
from chromium import browser  # noqa: F401 (a fixture)
from rendering import shown_otherwise

from generator.anki.verify import Check, verify_package

# No test is timed: on a busy machine an example may take long.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Or each of the processes that tests start compiles the program anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if TYPE_CHECKING:
    from person import Person


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` makes what the program does now the expected part of the golden cases."""
    parser.addoption("--update", action="store_true", help="rewrite tests/cases/*.md")


def pytest_configure(config: pytest.Config) -> None:
    """Tell the golden cases whether they are to be updated."""
    cases.is_updating = config.getoption("--update")
    # Behind nohup, or in the background of a script, Ctrl-C is ignored: by what is started, too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def judge() -> Callable[..., None]:
    """Anki's own backend: `judge(package)` or `judge(package, onto=older)` fails with findings."""

    def fail_with_findings(
        package: Path, *, onto: Path | None = None, more: Sequence[Check] = ()
    ) -> None:
        __tracebackhide__ = True
        findings = verify_package(package, onto=onto, more=more)
        if findings:
            pytest.fail("\n".join([f"Anki finds in {package.name}:", *findings]))

    return fail_with_findings


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What builds remember is kept apart from what the person at this machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    """Somebody whose Anki is open, with an empty collection."""
    from person import person_in  # it needs Anki's backend, and few tests need it

    with person_in(tmp_path) as person:
        yield person


_judged: set[str] = set()


@pytest.fixture(autouse=True)
def every_package_is_sound(request: pytest.FixtureRequest, judge) -> Iterator[None]:
    """Whatever a test built into a folder `decks`: Anki takes it, and we show it as Anki does."""
    folder: Path | None = None
    if "tmp_path" in request.fixturenames and "unsound" not in request.keywords:
        folder = request.getfixturevalue("tmp_path")
    yield
    for package in sorted(folder.rglob("decks/*.apkg")) if folder else ():
        digest = sha256(package.read_bytes()).hexdigest()
        if digest not in _judged:
            _judged.add(digest)
            judge(package, more=[shown_otherwise(package)])
