"""Which pages are left out: patterns, names that nobody learns, and what front matter says."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.sources.selection import (
    Selection,
    fits,
    idle_folder,
    idle_name,
    is_template,
    says_cards,
)


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("a.md", ["a.md", "x/a.md", "x/y/A.md"], ["ba.md", "a.md.md", "a.md/b.md"]),
        ("./a.md", ["a.md"], ["x/a.md"]),
        (
            "*.draft.md",
            ["a.draft.md", ".draft.md", "x/b.DRAFT.md"],
            ["draft.md", "a.draft.md/b.md"],
        ),
        ("x/*.md", ["x/a.md", "X/b.md"], ["a.md", "x/y/a.md", "y/x/a.md"]),
        ("x/**", ["x/a.md", "x/y/a.md"], ["x", "a.md", "y/x/a.md", "xx/a.md"]),
        ("**/x/**", ["x/a.md", "y/x/a.md", "y/z/x/b/a.md"], ["x", "y/a.md"]),
        ("x/**/a.md", ["x/a.md", "x/y/a.md", "x/y/z/a.md"], ["a.md", "x/b.md"]),
        ("**", ["a.md", "x/a.md"], []),
        ("**/*", ["a.md", "x/a.md"], []),
        ("**/**/a.md", ["a.md", "x/a.md"], ["b.md"]),
        ("?.md", ["a.md", "x/ü.md"], ["ab.md", ".md"]),
        ("a**b.md", ["ab.md", "axxb.md"], ["a/b.md"]),
        ("[ab].md", ["[ab].md"], ["a.md"]),
        ("a+(b).md", ["a+(b).md"], ["aab.md"]),
        ("übung.md", ["U\u0308bung.md"], []),
        ("x/", ["x", "y/x"], ["x/a.md"]),
        ("x/*/b.md", ["x/a/b.md"], ["x/b.md", "x/a/c/b.md"]),
    ],
)
def test_a_pattern_fits_paths_below_its_folder(
    pattern: str, fitting: list[str], others: list[str]
) -> None:
    assert [path for path in [*fitting, *others] if fits(pattern, path)] == fitting


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_names_fit_as_in_a_shell(pattern: str, name: str) -> None:
    if pattern and name:
        expected = re.fullmatch(fnmatch.translate(pattern), name) is not None
        assert fits(f"./{pattern}", name) is expected


def test_a_pattern_of_many_stars_comes_to_an_end() -> None:
    assert not fits("*a" * 100 + "b", "a" * 250)
    assert not fits("/".join(["**", "a*"] * 60 + ["b"]), "/".join(["a"] * 100))


def left_out(selection: Selection, path: str, *, is_folder: bool = False) -> str:
    found = selection.left_out(path, is_folder=is_folder)
    return found.pattern if found else ""


def test_patterns_are_of_the_folder_that_says_them() -> None:
    top = Selection().within("", ["templates/**", "*.draft.md"], [])
    bio = top.within("bio", ["old"], ["README.md"])
    assert left_out(top, "templates", is_folder=True) == "templates/**"
    assert left_out(top, "templates/a.md") == "templates/**"
    assert left_out(top, "bio/templates", is_folder=True) == ""
    assert left_out(bio, "bio/x/a.draft.md") == "*.draft.md"
    assert left_out(bio, "bio/old", is_folder=True) == "old"
    assert left_out(bio, "bio/old.md") == ""
    assert bio.is_included("bio/README.md")
    assert bio.is_included("bio/x/README.md")
    assert not top.is_included("README.md")


def test_what_is_in_a_folder_may_be_taken_in() -> None:
    selection = Selection().within("", [], ["node_modules/mine/*.md"])
    assert selection.may_include_below("node_modules")
    assert selection.may_include_below("node_modules/mine")
    assert not selection.may_include_below("node_modules/other")
    assert not selection.may_include_below("other")


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("README", "README"),
        ("readme", "README"),
        ("ReadMe.zh-CN", "README"),
        ("README-de", "README"),
        ("README_pt_BR", "README"),
        ("README.ja", "README"),
        ("Changelog", "CHANGELOG"),
        ("CONTRIBUTING", "CONTRIBUTING"),
        ("CODE_OF_CONDUCT", "CODE_OF_CONDUCT"),
        ("code-of-conduct", "CODE-OF-CONDUCT"),
        ("LICENSE", "LICENSE"),
        ("license", "LICENSE"),
        ("SECURITY", "SECURITY"),
        ("CLAUDE", "CLAUDE"),
        ("AGENTS", "AGENTS"),
        ("SUMMARY", "SUMMARY"),
        ("TODO", "TODO"),
        ("_sidebar", "_SIDEBAR"),
        # Subjects that people learn.
        ("security", ""),
        ("Agents", ""),
        ("Summary", ""),
        ("history", ""),
        ("History", ""),
        ("changes", ""),
        ("licenses", ""),
        ("README first", ""),
        ("readme-driven-development", ""),
        ("readmes", ""),
        ("how to write a README", ""),
        ("cells", ""),
    ],
)
def test_names_of_pages_that_nobody_learns(stem: str, name: str) -> None:
    assert idle_name(stem) == name


def test_names_of_folders_that_are_not_notes() -> None:
    assert idle_folder("node_modules")
    for name in ("vendor", "templates", "modules", "docs", "build"):
        assert not idle_folder(name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\ncards: false\n---\n", False),
        ("---\ntitle: x\ncards: true\n---\n", True),
        ("---\r\ncards: False\r\n---\r\n", False),
        ("---\n'cards': no\n---\n", False),
        ("---\n{cards: yes}\n---\n", True),
        ("\n---\ncards: false\n---\n", False),
        ("+++\ncards = false\n+++\n", False),
        ("---\ncards: 5\n---\n", None),
        ("---\ncards:\n---\n", None),
        ("---\nflashcards: false\n---\n", None),
        ("---\nx:\n  cards: false\n---\n", None),
        ("---\ntitle: {{title}}\ncards: false\n---\n", None),
        ("# Cells\n\n---\ncards: false\n---\n", None),
        ("<!-- cards: false -->\n", None),
        ("cards: false\n", None),
    ],
)
def test_a_page_says_whether_it_is_one(text: str, says: bool | None) -> None:
    assert says_cards(text) is says


@pytest.mark.parametrize(
    ("path", "text", "is_one"),
    [
        ("templates", "---\ntitle: {{title}}\n---\n", True),
        ("x/Templates", "---\ncreated: <% tp.date.now() %>\n---\n", True),
        ("99 - Templates", "---\na: 1\nb: '{{date}}'\n---\n", True),
        ("_templates/daily", "---\ntitle: {{title}}\n---\n", True),
        ("templates", "---\ntitle: Function templates\n---\n\n`{{ title }}`\n", False),
        ("templates", "# {{title}}\n", False),
        ("bio", "---\ntitle: {{title}}\n---\n", False),
        ("template-method", "---\ntitle: {{title}}\n---\n", False),
    ],
)
def test_a_page_that_waits_to_be_filled_is_a_template(path: str, text: str, is_one: bool) -> None:
    assert is_template(path.split("/"), text) is is_one
