"""Findings by kind: the first of each in full, help once where it is shared, how many more."""

from __future__ import annotations

from pathlib import Path

from generator.core.diagnostics import BOTH_CELLS_CHANGED, Code, Diagnostic, Severity
from generator.core.model import Position
from generator.report.excerpt import Excerpts
from generator.report.findings import format_findings

WARNING = Code("BD901", Severity.WARNING, "it is {what}", "write it")
OTHER = Code("BD902", Severity.WARNING, "that is {what}", "write {help}")
ERROR = Code("BD903", Severity.ERROR, "wrong: {what}", "put it right")


def at(
    code: Code, line: int, file: str = "a.md", what: str = "so", help: str = "that"
) -> Diagnostic:
    return code.at(Position(file, line, 1), what=what, help=help)


def shown(*found: Diagnostic, is_all: bool = False) -> list[str]:
    lines = format_findings(found, Path("n"), is_all=is_all)
    return [line for text in lines for line in text.splitlines()]


def test_one_of_a_kind_reads_as_always() -> None:
    assert shown(at(WARNING, 3)) == ["n/a.md:3:1: warning[BD901]: it is so", "  help: write it"]
    text = "\n".join(f"line {number}" for number in range(1, 9))
    lines = format_findings(
        [at(WARNING, 3), at(WARNING, 5)], Path("n"), False, Excerpts({"a.md": text})
    )
    assert "\n".join(lines).splitlines() == [
        "n/a.md:3:1: warning[BD901]: it is so",
        "  3 │ line 3",
        "    │ ^",
        "n/a.md:5:1: warning[BD901]: it is so",
        "  5 │ line 5",
        "    │ ^",
        "  help: write it",
    ]


def test_errors_come_first_and_kinds_by_their_first_place() -> None:
    found = [at(OTHER, 1), at(WARNING, 2), at(ERROR, 3), at(OTHER, 4), at(ERROR, 5)]
    assert [line.split(":")[1] for line in shown(*found) if line.startswith("n/")] == list("35142")


def test_three_of_a_kind_leave_nothing_out() -> None:
    assert not any("more" in line for line in shown(*(at(WARNING, line) for line in (1, 2, 3))))


def test_how_many_more_there_are() -> None:
    found = [at(WARNING, line, f"{line % 7}.md") for line in range(1, 1_300)]
    assert shown(*found)[3:] == [
        "  help: write it",
        "  and 1,296 more BD901 in 7 files; -v shows all",
    ]
    assert shown(*found[:4])[4:] == ["  and 1 more BD901 in 1 file; -v shows all"]


def test_what_no_later_build_says_again_is_not_cut_short() -> None:
    places = (Position("a.md", line, 1) for line in range(1, 41))
    found = [BOTH_CELLS_CHANGED.at(place, clue="x", key="k") for place in places]
    lines = shown(*found)
    assert sum(": warning[BD407]" in line for line in lines) == 30
    assert lines[-1] == "  and 10 more BD407 in 1 file; -n -v shows all, before"


def test_what_is_in_no_file_is_not_counted_as_one() -> None:
    assert shown(*(at(ERROR, 1, "") for _ in range(5)))[-1] == "  and 2 more BD903; -v shows all"


def test_help_that_differs_stands_below_each() -> None:
    helps = [at(OTHER, line, help=help) for line, help in enumerate(["x", "y", "y"], 1)]
    assert [line for line in shown(*helps) if "help" in line] == [
        "  help: write x",
        "  help: write y",
    ]


def test_all_are_shown_in_the_order_given_each_with_its_help() -> None:
    found = [at(WARNING, 1), *(at(ERROR, line) for line in range(2, 300)), at(WARNING, 300)]
    lines = shown(*found, is_all=True)
    assert len(lines) == 600
    assert lines[1::2].count("  help: put it right") == 298
    assert lines[0].startswith("n/a.md:1:1")
    assert lines[-2].startswith("n/a.md:300:1")


def test_with_strict_a_kind_is_still_one() -> None:
    found = [at(WARNING, 1)._replace(severity=Severity.ERROR), at(ERROR, 2), at(ERROR, 3)]
    assert [line[:17] for line in shown(*found)][:2] == ["n/a.md:1:1: error", "  help: write it"]
