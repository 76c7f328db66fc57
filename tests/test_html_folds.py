"""What is folded in HTML is found with its title and its blocks, or not at all."""

from __future__ import annotations

import pytest

from generator.core.model import Cell
from generator.sources.block_tree import Lines
from generator.sources.html_folds import HtmlFold, fold_titles, html_fold
from generator.sources.markdown import blocks


def fold(text: str) -> HtmlFold | None:
    """The fold that begins in the first block of a text."""
    return html_fold(list(blocks(text, {})), 0, Lines(text))


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("<details><summary>T</summary>\n\none\n\n- two\n\n</details>\n\nthree\n", ["one", "two"]),
        ("<details open>\n<summary><b>T</b></summary><br><b>\n\none\n\n</b></details>\n", ["one"]),
        ("<details><summary>T</summary>\n\none\n</details>\n", ["one"]),
        ("<details><summary>T</summary>\n\none\ntwo\n</b></details>\n\nthree\n", ["one\ntwo"]),
        ("<details><summary>T</summary>\n\n- one\n- two\n</b></details>\n", ["one", "two"]),
        ("<DETAILS><SUMMARY>T</SUMMARY>\n\none\n\n</DETAILS>\n", ["one"]),
    ],
)
def test_the_blocks_up_to_the_end_are_in_it(text: str, inside: list[str]) -> None:
    found = fold(text)
    assert found is not None
    assert found.title.text == "T"
    texts = [
        child.text
        for node in found.inside
        for child in ([node] if node.text else [item.inside[0] for item in node.inside])
    ]
    assert texts == inside
    assert len(found.blocks) == len(found.inside)


@pytest.mark.parametrize(
    "text",
    [
        "text\n\n</details>\n",
        "<details>\n\none\n\n</details>\n",
        "<details><summary>T</summary>one\n\ntwo\n\n</details>\n",
        "<details><summary>T</summary>\none\n</details>\n",
        "<details><summary>T</summary>\n\none\n",
        "<details><summary>T</summary>\n\n</details>\n",
        "<details><summary>T</summary>\n\n# one\n\n</details>\n",
        "<details><summary>T</summary>\n\none\n\n<p>two</p>\n\n</details>\n",
        "<details><summary>T</summary>\n\n<details><summary>U</summary>\n\none\n\n</details>\n\n"
        "</details>\n",
        "<details><summary>T</summary>\n\none\n\n</details> two\n",
    ],
)
def test_what_is_not_plainly_one_is_none(text: str) -> None:
    assert fold(text) is None


def test_a_title_is_text_with_its_place() -> None:
    title = "What is\n<code>a</code> <em>cell</em>?"
    text = f"<details>\n<summary> {title} </summary>\n\none\n\n</details>\n"
    found = fold(text)
    assert found is not None
    assert found.title == Cell("What is `a` cell?", 2, 10)
    assert list(fold_titles(text)) == ["What is `a` cell?"]


def test_an_end_in_a_paragraph_is_cut_off_a_copy() -> None:
    text = "<details><summary>T</summary>\n\none\n</b></details>\n"
    nodes = list(blocks(text, {}))
    found = html_fold(nodes, 0, Lines(text))
    assert found is not None
    assert found.blocks == (nodes[1],)
    assert [node.text for node in (*found.blocks, *found.inside)] == ["one\n</b></details>", "one"]
