"""Golden cases as Markdown files that read well in a diff: title, input, expected.

    ## a title that says what is shown

    A sentence on why, where it helps.

    ~~~~
    the input, any number of lines
    ~~~~

    ~~~~
    what is expected of it
    ~~~~

`@cases("page.md")` runs a test once for each case of `tests/cases/page.md`. After a change that is
meant, `pytest --update` writes what the program does now into the files; the diff shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "cases"

_CASE = re.compile(
    r"^## (?P<title>.+)\n(?P<why>(?:(?!## |~~~~).*\n)*)"
    r"~~~~\n(?P<input>(?:(?!~~~~$).*\n)*)~~~~\n"
    r"\n*~~~~\n(?P<expected>(?:(?!~~~~$).*\n)*)~~~~$",
    re.MULTILINE,
)

is_updating = False  # set by --update


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `input` and `expected` have no line end after their last line."""

    path: Path
    title: str
    input: str
    expected: str

    def check(self, actual: str, update: bool | None = None) -> None:
        """Fail where `actual` is not what is expected; with --update, expect it from now on."""
        __tracebackhide__ = True
        if is_updating if update is None else update:
            self._expect(actual)
        else:
            assert actual == self.expected

    def _expect(self, actual: str) -> None:
        text = self.path.read_text(encoding="utf-8")
        for match in _CASE.finditer(text):
            if match["title"] == self.title:
                start, end = match.span("expected")
                text = text[:start] + (f"{actual}\n" if actual else "") + text[end:]
                self.path.write_text(text, encoding="utf-8")
                return
        raise LookupError(self.title)


def cases(name: str) -> pytest.MarkDecorator:
    """Run the test for each case of the file `name`, which the test gets as `case`."""
    return pytest.mark.parametrize("case", read_cases(FOLDER / name), ids=lambda case: case.title)


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. That there are none, or text that belongs to none, is an error."""
    text = path.read_text(encoding="utf-8")
    found = [
        Case(path, m["title"], m["input"].removesuffix("\n"), m["expected"].removesuffix("\n"))
        for m in _CASE.finditer(text)
    ]
    if not found:
        raise ValueError(f"{path.name} has no case")
    left = re.search(r"^(## .*|~~~~.*)$", _CASE.sub("", text), re.MULTILINE)
    if left:
        raise ValueError(f"{path.name}: {left[0]!r} is not part of a case")
    titles = [case.title for case in found]
    if len(titles) > len(set(titles)):
        raise ValueError(f"{path.name} has two cases of one title")
    return found
