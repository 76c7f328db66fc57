"""What several test modules share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cases
import pytest

from generator.anki.verify import verify_package


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` makes what the program does now the expected part of the golden cases."""
    parser.addoption("--update", action="store_true", help="rewrite tests/cases/*.md")


def pytest_configure(config: pytest.Config) -> None:
    """Tell the golden cases whether they are to be updated."""
    cases.is_updating = config.getoption("--update")


@pytest.fixture(scope="session")
def judge() -> Callable[..., None]:
    """Anki's own backend: `judge(package)` or `judge(package, onto=older)` fails with findings."""

    def fail_with_findings(package: Path, *, onto: Path | None = None) -> None:
        __tracebackhide__ = True
        findings = verify_package(package, onto=onto)
        if findings:
            pytest.fail("\n".join([f"Anki finds in {package.name}:", *findings]))

    return fail_with_findings
