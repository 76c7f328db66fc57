"""The loader of golden cases reads them, refuses what it would overlook, and updates in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import Case, read_cases

FENCE = "~~~~"
ONE = f"## one\n\nWhy.\n\n{FENCE}\n## not a title\n```\na\n{FENCE}\n\n{FENCE}\nA\n{FENCE}\n"
TWO = f"## two\n\n{FENCE}\n{FENCE}\n\n{FENCE}\n\nB\n\n{FENCE}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "some.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_has_a_title_an_input_and_what_is_expected(tmp_path: Path) -> None:
    path = written(tmp_path, f"# All\n\n{ONE}\n{TWO}")
    assert read_cases(path) == [
        Case(path, "one", "## not a title\n```\na", "A"),
        Case(path, "two", "", "\nB\n"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# No case\n",
        f"{ONE}\n## half\n\n{FENCE}\nx\n{FENCE}\n",
        f"{ONE}\n## without anything\n",
        f"{ONE}\n{FENCE}\nstray\n{FENCE}\n",
        f"{ONE}\n{ONE}",
    ],
    ids=["none", "half a case", "a title alone", "stray fences", "one title twice"],
)
def test_nothing_in_a_file_is_overlooked(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"some\.md"):
        read_cases(written(tmp_path, text))


def test_a_difference_fails_and_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, ONE)
    (case,) = read_cases(path)
    case.check("A", update=False)
    with pytest.raises(AssertionError):
        case.check("B", update=False)
    assert path.read_text(encoding="utf-8") == ONE


def test_an_update_rewrites_only_what_is_expected_of_the_case(tmp_path: Path) -> None:
    path = written(tmp_path, f"# All\n\n{ONE}\n{TWO}")
    first, second = read_cases(path)
    second.check(r"\1 new", update=True)
    first.check("", update=True)
    assert path.read_text(encoding="utf-8") == (
        f"# All\n\n{ONE}\n{TWO}".replace("\nA\n", "\n").replace("\n\nB\n\n", "\n\\1 new\n")
    )
    assert [case.expected for case in read_cases(path)] == ["", r"\1 new"]
