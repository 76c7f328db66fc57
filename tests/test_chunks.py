"""What is plainly a block is just what markdown-it-py makes of it, on any page."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.core.diagnostics import Diagnostic
from generator.core.model import Page, Source
from generator.forms import walk
from generator.sources import markdown
from generator.sources.chunks import Piece, plain_blocks

LINES = st.sampled_from(
    """
    # Cells
    ## Cell *parts* and `code`
    ### C# ###
    #no heading
    Words in a line, and more.
    words | with a pipe
    Setext
    ===
    ---
    - item
    - **bold** item
    - `code` item
    - [x] done
    - [a link](https://x.y/z) and words
    - [x](y)
    - [a [b](c)
    - [a\\](b]: https://x.y
    Q: asks?
    A: answers
    - Q: asks? A: answers
    -  two spaces
    * star
    1. first
    12) twelfth
    +plus
      two below the item
        four: code or an item's text
    \tbehind a tab
    > quote
    > | a | b |
    > |---|---|
    ```
    ```python
    ````
    ~~~
      ```
    - ```
    | clue | answer |
    | a | b |
    | a \\| b | c |
    | a | b | c |
    | a |
    || b |
    |  padded  |\ttabs\t|
    | a | b
    a | b
    | a | ends in an escape \\|
    |---|---|
    | --- | :-: |
    |---|
    |---|---|---|
    |—|—|
    ｜ clue ｜ answer ｜
    ｜ーー｜ーー｜
    ｜ a ｜ b ｜
    | a ｜ b |
    words ｜ with another pipe
    ーー｜ーー
    - item ｜ with another pipe
    | | |
    | |
    | *** | *** |
    |===|===|
    | ... | |
    | **Clue** | **Answer** |
    | a title | |
    | | answer |
    | `code` | **bold** |
    |\xa0nbsp\xa0| é |
    <!-- a comment -->
    <!-- cards: trap -->
    <!-- cards: definitions -->
    <!-- ignore: BD302 -->
    <!-- open
    -->
    <div>
    </div>
    <pre>
    </pre>
    <script>
    [label]: https://example.org
    [^note]: a footnote
    : a definition
    ~ another
    Loading the page…
    Trap Better rule
    a ==mark== in words
    Überschrift mit Umlaut
    日本語
    \xa0
    \x0c
    \u2028
    \\
    """.removeprefix("\n")
    .replace("\n    ", "\n")
    .removeprefix("    ")
    .split("\n")
)
PAGES = st.lists(
    st.tuples(LINES, st.sampled_from(["\n", "\n", "\n\n", "\n \n", " \n"])), max_size=14
)


def as_parsed(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page where all of it goes to the parser."""

    def nothing_is_plain(text: str) -> list[Piece]:
        return [Piece(None, 0, len(text), 0)]

    with patch.object(markdown, "plain_blocks", nothing_is_plain):
        return walk.read_page(source)


@settings(deadline=None, max_examples=400)
@given(PAGES, st.booleans())
@example(
    [("| a | b |", "\n"), ("|---|---|", "\n"), ("| c | d |", "\n\n"), ("| e | f |", "\n")], True
)
@example([("```", "\n"), ("# Cells", "\n\n"), ("| a | b |", "\n"), ("```", "\n")], True)
@example([("Words in a line, and more.", "\n\n"), (": a definition", "\n")], True)
@example([("<!-- open", "\n\n"), ("# Cells", "\n"), ("-->", "\n")], True)
def test_a_page_reads_as_the_parser_reads_it(
    lines: list[tuple[str, str]], ends_with_line: bool
) -> None:
    text = "".join(line + end for line, end in lines)
    source = Source("notes/page.md", text if ends_with_line else text.rstrip("\n"))
    assert walk.read_page(source) == as_parsed(source)


def test_most_of_a_page_needs_no_parser() -> None:
    text = (
        "# Cells\n\nEach has parts.\nMost are small.\n\n## Parts\n\n"
        "| Part | Task |\n|---|:-:|\n| wall | `hold` |\n| pore \\| gate | **pass** |\n\n"
        "```sh\ncut | sort\n\n# no heading\n```\nThe end\n"
    )
    assert [piece.node and piece.node.type for piece in plain_blocks(text)] == [
        "heading", "paragraph", "heading", "table", "fence", "paragraph",
    ]  # fmt: skip


def test_what_is_not_plain_goes_to_the_parser_with_its_neighbours() -> None:
    text = "# A\n* b\n\n1. c\n\nplain\n\n<div>\n\n# D\n"
    pieces = list(plain_blocks(text))
    assert [(text[p.start : p.end], p.line) for p in pieces if p.node is None] == [
        ("* b\n\n1. c\n", 1),
        ("<div>\n\n# D\n", 7),
    ]
