"""A page's tables, headings and comments: what is found, what is not, and where it stands."""

from __future__ import annotations

import re

import pytest
from cases import Case, cases
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

from generator.core.diagnostics import (
    BLANK_LINES,
    BROKEN_ROW,
    BROKEN_SEPARATOR,
    DIVIDER_ROWS,
    HEADER_BELOW,
    IDLE_COMMENT,
    LONG_FRONT_MATTER,
    MISSING_SEPARATOR,
    NEVER_CLOSED,
    NO_COLUMN_NAMES,
    OTHER_PIPES,
    STRAY_LINE,
    TOO_DEEP,
    TOO_LONG,
    TOO_WIDE,
    TOUCHING_TABLES,
    UNSURE_DIVIDER,
    UNSURE_HEADER,
    Diagnostic,
)
from generator.core.model import (
    Cell,
    Form,
    FrontMatter,
    Option,
    OtherContent,
    Page,
    Prose,
    Quiz,
    Row,
    Source,
    Table,
)
from generator.forms.walk import read_page
from generator.sources.cells import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    SPACE,
    count_cells,
    to_pipes,
)
from generator.sources.front_matter import MOST_YAML_CHARACTERS
from generator.sources.markdown import MOST_LISTS, MOST_QUOTES
from generator.sources.properties import without_unseen_ends

# What a person meant, where GFM reads something else.
OTHERWISE_READ = (
    STRAY_LINE, TOUCHING_TABLES, BROKEN_SEPARATOR, MISSING_SEPARATOR, BLANK_LINES, BROKEN_ROW,
    DIVIDER_ROWS, HEADER_BELOW, NO_COLUMN_NAMES, OTHER_PIPES, UNSURE_DIVIDER, UNSURE_HEADER,
)  # fmt: skip
TABLE = "| A | B |\n|---|---|\n| 1 | 2 |\n"


def read(text: str) -> tuple[Page, list[Diagnostic]]:
    return read_page(Source("page.md", text))


def shown(page: Page, diagnostics: list[Diagnostic]) -> str:
    """The page as the golden cases write it."""
    lines = [f"title: {page.title!r}"] if page.title else []
    if page.front_matter.text:
        lines.append(f"front matter: {page.front_matter.text!r}")
    for block in page.blocks:
        above = "".join(f" › {heading!r}" for heading in block.section)
        words = "".join(f" · {w.text} at {w.line}:{w.column}" for w in block.directives)
        if isinstance(block, Table):
            rows = (block.header, *block.rows) if block.form is Form.TABLE else block.rows
            lines.append(f"{block.form} at {block.header.line}:{block.header.column}{above}{words}")
            header = len(rows) - len(block.rows)
            held = {place + header for place in block.held}
            lines += [
                f"  {shown_row(row)}{'   (held)' * (n in held)}" for n, row in enumerate(rows)
            ]
        elif isinstance(block, Quiz):
            lines.append(f"quiz{above}{words}{'   (held)' * block.is_held}")
            lines.append(f"  {shown_cell(block.question)}")
            for option in block.options:
                box = {True: "[x]", False: "[ ]", None: "no box"}[option.is_right]
                marks = f" {option.letter}" * bool(option.letter) + " stays" * option.stays
                lines.append(f"  {box}{marks} {shown_row(option)}")
            lines += [f"  because {shown_cell(cell)}" for cell in block.explanation]
        else:
            lines.append(f"prose{above}{words}" + (f" below {block.lead!r}" if block.lead else ""))
            lines += [f"  {shown_cell(cell)}" for cell in block.passages]
    lines += [f"link {label}: {target}" for label, target in page.references.items()]
    for found in diagnostics:
        lines.append(f"{found.position.line}:{found.position.column}: {found.code} {found.message}")
    return "\n".join(lines) or "nothing"


def shown_row(row: Row | Option) -> str:
    cells = row.cells if isinstance(row, Row) else (row.text, *row.below)
    return "   ".join(map(shown_cell, cells)) or "no cell"


def shown_cell(cell: Cell) -> str:
    return f"{cell.line}:{cell.column} {cell.text!r}"


def tables(page: Page) -> list[Table]:
    return [b for b in page.blocks if isinstance(b, Table) and b.form is Form.TABLE]


def texts(page: Page) -> list[Cell]:
    """The cells of all forms that are no tables."""
    found: list[Cell] = []
    for block in page.blocks:
        if isinstance(block, Quiz):
            found += [block.question, *block.explanation]
            found += [cell for option in block.options for cell in (option.text, *option.below)]
        elif isinstance(block, Prose):
            found += block.passages
        elif block.form is not Form.TABLE:
            found += [cell for row in block.rows for cell in row.cells]
    return found


@cases("page.md")
def test_what_is_found_on_a_page(case: Case) -> None:
    case.check(shown(*read(case.input)))


@cases("lettered.md")
def test_questions_with_lettered_options(case: Case) -> None:
    case.check(shown(*read(case.input)))


@cases("near_tables.md")
def test_what_a_person_meant_as_a_table(case: Case) -> None:
    case.check(shown(*read(case.input)))


@pytest.mark.parametrize("line_end", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_positions_do_not_depend_on_line_ends(line_end: str) -> None:
    text = f"---\ntitle: x\n---\n# T\n\n> <!-- cards: trap -->\n> {TABLE.replace(chr(10), '{}> ')}"
    text = text.replace("{}", "\n")
    page, _ = read(text)
    assert page.blocks[0].directives == (Cell("trap", 6, 15),)
    assert tables(page)[0].rows[0].cells == (Cell("1", 9, 5), Cell("2", 9, 9))
    assert read(text.replace("\n", line_end)) == (page, [])


def test_a_table_needs_no_line_end_after_it() -> None:
    assert read(TABLE.rstrip())[0].blocks == read(TABLE)[0].blocks


def test_a_null_character_shifts_no_position() -> None:
    page, _ = read("| A\0 | B |\n|---|---|\n| 1 | 2 |\n")
    assert page.blocks[0].header.cells == (Cell("A\ufffd", 1, 3), Cell("B", 1, 8))


def test_what_stands_beside_the_tables_is_counted() -> None:
    page, _ = read(
        "# T\n\none\n\n> two\n\n- a\n- b\n\n  more\n  1. c\n\n"
        f"```\n| x | y |\n|---|---|\n```\n\n<div>\n</div>\n\n<!-- no -->\n\n{TABLE}\n---\n"
        "\n    code\n"
    )
    assert page.rest == OtherContent("page.md", prose=2, lists=2, code=2)


def could_be_read(text: str) -> tuple[int, int, int, int]:
    """How many items look like definitions, and how many headings, callouts and items ask, to the
    parser."""
    rest = read(f"{text}\n\n<!-- cards: -->\n")[0].rest
    return rest.definitions, rest.questions, rest.callouts, rest.items


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- **cell**: unit of life\n- **gene**: unit of heredity\n", 2),
        ("- **cell:** unit\n- **gene:** unit\n- **atom:** unit\n", 3),
        ("* __cell__ – unit\n* __gene__ — unit\n", 2),
        ("1. **cell** - unit\n2. **gene** - unit\n", 2),
        ("- **cell**：単位\n- **gene**：単位\n", 2),
        ("> - **cell**: unit\n> - **gene**: unit\n", 2),
        ("- text\n\n  - **cell**: unit\n  - **gene**: unit\n", 2),
        ("- **cell**: unit\n\n  more\n- **gene**: unit\n  - of heredity\n", 2),
        ("- **cell**: unit\n- **gene**: unit\n\nText.\n\n- **ox**: y\n- **zoo**: w\n", 4),
        ("- **cell**: unit of life\n", 1),
        ("- **cell**: unit\n- gene: unit\n- **Note:** none\n", 1),
        ("- **cell**: unit\n- **gene**:\n  - of heredity\n", 2),
        ("- **cell** (lat. cella): unit\n- **gene –** unit\n", 2),
        ("<!-- of cells -->\n- **cell**: unit\n- **gene**: unit\n", 2),
    ],
)
def test_items_that_look_like_definitions_are_counted(text: str, count: int) -> None:
    assert could_be_read(text) == (count, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "- **Time:** O(n)\n\n## B\n\n- **Time:** O(1)\n",  # twice: a label
        "- **Example:** a cell\n- **Step 1:** wash\n- **A**: one\n- **12**: two\n",
        "- **This is how a cell lives.** – It eats.\n",
        "- **cell**: [more](cells.md)\n- **gene**: https://example.org\n",
        "- **cell** unit\n- **gene** unit\n",
        "- **cell**:\n- **gene**:\n",
        "- cell: unit\n- gene: unit\n",
        "- [ ] **cell**: unit\n- [ ] **gene**: unit\n",
        "<!-- cards: skip -->\n- **cell**: unit\n- **gene**: unit\n",
        "<!-- cards: definitions -->\n- **cell**: unit\n- **gene**: unit\n",
        "```\n- **cell**: unit\n- **gene**: unit\n```\n",
        "- `**cell**: unit`\n- `**gene**: unit`\n",
        "**cell**: unit\n\n**gene**: unit\n",
    ],
)
def test_other_items_are_not_counted(text: str) -> None:
    assert could_be_read(text) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "## What is a cell?\n\nThe unit of life.\n",
        "## What is a cell? ##\nThe unit of life.\n",
        "## **What is a cell?**\n\nThe unit of life.\n",
        "What is a cell?\n---------------\n\nThe unit of life.\n",
        "# What is a cell?\n\n- the unit of life\n",
        "## 細胞とは何ですか？\n\n生命の単位\n",
        "## ما هي الخلية؟\n\nوحدة الحياة\n",
        "## What is a cell?\n\n1. small\n2. alive\n",
        "## What is a cell?\n\n<!-- easy -->\n\nThe unit of life.\n",
    ],
)
def test_headings_that_ask_are_counted(text: str) -> None:
    assert could_be_read(text) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "## What a cell is\n\nThe unit of life.\n",
        "## Why?\n\nNobody knows.\n",
        "## What is a cell?\n",
        "## What is a cell?\n\n### In short\n\nThe unit of life.\n",
        f"## What is a cell?\n\n{TABLE}",
        "## What is a cell?\n\n- [x] the unit of life\n- [ ] a room\n",
        "## What is a cell?\n\n- [ ] the unit of life\n- [ ] a room\n",
        "## What is a cell?\n\n```\ncode\n```\n",
        "> ## What is a cell?\n>\n> The unit of life.\n",
        "```\n## What is a cell?\n\nThe unit of life.\n```\n",
        "What is a cell?\n\nThe unit of life.\n",
        "    ## What is a cell?\n\nText.\n",
    ],
)
def test_other_headings_are_not_counted(text: str) -> None:
    assert could_be_read(text) == (0, 0, 0, 0)


def test_a_comment_at_the_end_of_an_item_is_not_above_the_next() -> None:
    page, diagnostics = read("- a\n\n  <!-- cards: trap -->\n- | A | B |\n  |---|---|\n")
    assert [d.code for d in diagnostics] == [IDLE_COMMENT.code]
    assert [block.directives for block in page.blocks] == [()]


def test_a_page_without_anything() -> None:
    assert read("") == (
        Page("page.md", "", FrontMatter(), (), {}, OtherContent("page.md", 0, 0, 0)),
        [],
    )


@pytest.mark.parametrize("depth", [10, MOST_LISTS])
def test_a_table_deep_inside_lists_is_found(depth: int) -> None:
    prefix = "- " * depth
    text = f"{prefix}| A | B |\n{'  ' * depth}|---|---|\n"
    (table,) = tables(read(text)[0])
    assert table.header.cells == (Cell("A", 1, 2 * depth + 3), Cell("B", 1, 2 * depth + 7))


@pytest.mark.parametrize("mark", [">", "- ", "> - ", "1. "])
def test_what_is_nested_too_deep_is_named_once(mark: str) -> None:
    page, diagnostics = read(f"{TABLE}\n{mark * 5000}| A | B |\n\n{mark * 5000}x\n")
    assert [(d.code, d.position.line) for d in diagnostics] == [(TOO_DEEP.code, 5)]
    assert [table.header.line for table in tables(page)] == [1]


@pytest.mark.parametrize(("mark", "most"), [("> ", MOST_QUOTES), ("- ", MOST_LISTS)])
def test_the_most_that_may_lie_inside_each_other_are_said_as_a_person_counts_them(
    mark: str, most: int
) -> None:
    assert read(f"<!-- x -->\n\n{mark * most}a\n")[1] == []
    (found,) = read(f"<!-- x -->\n\n{mark * (most + 1)}a\n")[1]
    assert found.message == (
        "lists and quotes lie too deep inside each other from here on; 19 lists or 39 quotes are"
        " the most, and a list counts as two quotes"
    )


def lists(depth: int) -> str:
    return "".join(f"{'  ' * place}- level {place}\n" for place in range(depth))


def definitions(depth: int) -> str:
    levels = (("    " * place, place) for place in range(depth))
    return "".join(f"{blanks}term {place}\n{blanks}:   is\n\n" for blanks, place in levels)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"Q: What is it?\nA: this\n{lists(MOST_LISTS + 2)}", 3 + MOST_LISTS),
        (definitions(MOST_LISTS + 2), 2 + 3 * MOST_LISTS),
    ],
    ids=["an answer", "definitions"],
)
def test_what_is_nested_too_deep_inside_a_form_is_named(text: str, line: int) -> None:
    found = [d.position.line for d in read(text)[1] if d.code == TOO_DEEP.code]
    assert found == [line]


def test_how_deep_a_list_lies_that_is_skipped_is_not_asked() -> None:
    assert read(f"<!-- cards: skip -->\n\n{lists(MOST_LISTS + 2)}")[1] == []


# --- what a table may not exceed ----------------------------------------------------------------


def test_a_cell_and_a_heading_may_be_long_but_not_endless() -> None:
    fits, too_long = "x" * MOST_CHARACTERS, "y" * (MOST_CHARACTERS + 1)
    text = f"# {fits}\n\n## {too_long}\n\n| A | B |\n|---|---|\n| {fits} | {too_long} |\n"
    page, diagnostics = read(text)
    assert [(d.code, *d.position[1:]) for d in diagnostics] == [
        (TOO_LONG.code, 3, 1),
        (TOO_LONG.code, 7, 6 + MOST_CHARACTERS),
    ]
    (table,) = page.blocks
    assert (page.title, table.section) == (fits, (too_long[:-1],))
    assert [cell.text for cell in table.rows[0].cells] == [fits, too_long[:-1]]


def test_a_row_may_be_wide_but_not_endless() -> None:
    def wide(columns: int) -> str:
        return "\n".join(f"{cell * columns}|" for cell in ("| A ", "|---", "| 1 ")) + "\n"

    page, diagnostics = read(f"{wide(MOST_COLUMNS)}\n{wide(MOST_COLUMNS + 1)}")
    assert [(d.code, d.position.line) for d in diagnostics] == [
        (TOO_WIDE.code, 5),
        (TOO_WIDE.code, 7),
    ]
    assert {len(row.cells) for t in page.blocks for row in (t.header, *t.rows)} == {MOST_COLUMNS}


def test_a_table_that_is_skipped_may_be_of_any_size() -> None:
    wide = "| x " * 2000 + "|\n" + "|---" * 2000 + "|\n"
    long = f"| A | B |\n|---|---|\n| 1 | {'y' * 2 * MOST_CHARACTERS} |\n"
    page, diagnostics = read(f"<!-- cards: skip -->\n{wide}\n<!-- cards: skip -->\n{long}")
    assert (len(page.blocks), diagnostics) == (2, [])


def test_front_matter_may_be_long_but_not_endless() -> None:
    def page(length: int) -> str:
        return f"---\nx: {'x' * (length - 4)}\n---\n{TABLE}"

    fits, diagnostics = read(page(MOST_YAML_CHARACTERS))
    assert (len(fits.front_matter.text), len(fits.blocks), diagnostics) == (
        MOST_YAML_CHARACTERS,
        1,
        [],
    )
    cut, (found,) = read(page(MOST_YAML_CHARACTERS + 1))
    assert (cut.front_matter.text, cut.blocks, found.code) == (
        "",
        fits.blocks,
        LONG_FRONT_MATTER.code,
    )


def test_a_hundred_thousand_open_comments_take_no_time() -> None:
    """They once took minutes: each was looked for an end through the whole rest of the page."""
    page, diagnostics = read("<!--\n" * 100_000)
    assert (page.blocks, [found.code for found in diagnostics]) == ((), [NEVER_CLOSED.code])


# --- properties ---------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "| a | b |", "|---|---|", "a | b", "--- | :-:", "|a|", "|-|", "| 1 | 2 | 3 |",
        "｜ c ｜ d ｜", "|ー|－|", "| a ｜ b |", "|===|", "| | |", "| *** | |", "| **a** | **b** |",
        "|---|--:|:--|", "| x \\| y | `p|q` |", "||", "|", "\\|", "text", "", "", "    ", "> ", ">",
        "- ", "1. ", "  ", "\t", "# H", "## H2", "===", "---", "...", "```", "~~~",
        "<!-- cards: trap -->", "<!--", "-->", "<div>", "</div>", "<pre>", "[r]: https://x",
        "title: x", "é | 😀 |", ": ", ":", "~ d", "[x] ", "[ ] ", "==", "==a==", "why?", "a: b",
        "Q: ", "A: ", "**Q:** q A: a",
        "**a** – b", "<!-- cards: definitions -->", "<!-- cards: order -->",
 "\u00a0| a |", "\ufeff", "\u200b", "\0", "\f| a | b |", "\u2028", "&#124;",
    ]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=4).map("".join)
PAGES = st.lists(LINES, max_size=14).map("\n".join) | st.text(st.characters(codec="utf-8"))


@settings(deadline=None, max_examples=600)
@given(PAGES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_position_points_at_its_text(text: str, line_end: str) -> None:
    page, diagnostics = read(text.replace("\n", line_end))
    shown = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    lines = without_unseen_ends(shown).split("\n")

    def source(place: Cell | Row) -> str:
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        return lines[place.line - 1][place.column - 1 :]

    is_joined = any(found.code == BROKEN_ROW.code for found in diagnostics)
    for cell in texts(page):
        if cell.text.startswith("```") and "\n" in cell.text:  # a block of code: where it begins
            continue
        assert source(cell).startswith(cell.text.split("<br>")[0].split("\n")[0].strip())
    for block in page.blocks:
        for word in block.directives:
            assert source(word).startswith(word.text)
    for table in tables(page):
        for row in (table.header, *table.rows):
            assert is_joined or {cell.line for cell in row.cells} <= {row.line}
            assert [cell.line for cell in row.cells] == sorted(cell.line for cell in row.cells)
            assert to_pipes(source(row))[:1] == "|" or source(row).startswith(source(row.cells[0]))
            for cell in row.cells:
                # Of a cell that goes on in the lines below, its first line is enough.
                written, rest = cell.text.replace("|", "\\|"), source(cell).rstrip(SPACE)
                assert rest.startswith(written) or (is_joined and written.startswith(f"{rest} "))
        for word in table.directives:
            assert source(word).startswith(word.text)
            assert (word.line, word.column) < (table.header.line, table.header.column)
    for found in diagnostics:
        assert 1 <= found.position.line <= len(lines)
        assert 1 <= found.position.column <= len(lines[found.position.line - 1]) + 1


@settings(deadline=None, max_examples=600)
@given(PAGES)
@example("|a|\n|a|\n---")
@example("| a | b |\ufeff\n|---|---|")
def test_tables_are_those_of_markdown_it(text: str) -> None:
    page, diagnostics = read(text)
    ours = {code.code for code in OTHERWISE_READ}
    # There, and in front matter, the readings differ on purpose.
    if not text.startswith("---") and ours.isdisjoint(found.code for found in diagnostics):
        seen = without_unseen_ends(text.replace("\r\n", "\n").replace("\r", "\n"))
        assert [padded(table) for table in tables(page)] == tables_of_markdown_it(seen)


def padded(table: Table) -> list[list[str]]:
    """The texts of a table's cells, short rows filled and long ones cut as GFM says."""
    width = len(table.header.cells)
    rows = [[cell.text for cell in row.cells] for row in (table.header, *table.rows)]
    return without_blank_rows([(row + [""] * width)[:width] for row in rows])


def without_blank_rows(rows: list[list[str]]) -> list[list[str]]:
    """A table without body rows that say nothing, which are no rows to us."""
    return [row for number, row in enumerate(rows) if any(row) or not number]


def is_one_cell(line: str) -> bool:
    line = line.lstrip("> \t")
    return line.startswith("|") and count_cells(line) == 1


def tables_of_markdown_it(text: str) -> list[list[list[str]]]:
    found: list[list[list[str]]] = []
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").use(deflist_plugin)
    is_in_table, start = False, 0
    lines = re.split(r"\r\n?|\n", text)
    for token in parser.parse(text):
        if token.type == "table_open":
            found.append([])
            is_in_table = True
            start = token.map[0] if token.map else 0
        elif token.type == "table_close":
            is_in_table = False
            if len(found[-1][0]) == 1 and start and is_one_cell(lines[start - 1]):
                found.pop()  # a cell on each line: to us no table, on purpose
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and is_in_table:
            found[-1][-1].append(token.content)
    return [without_blank_rows(rows) for rows in found]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("# T\n\n- **cell**: unit\n- **gene**: unit\n\ntext\n", (2, 0, 0, 0)),
        ("# T\n\n* __cell:__ unit\n* **gene** – unit\n", (2, 0, 0, 0)),
        ("# T\n\n- **cell**: unit\n- gene\n", (1, 0, 0, 0)),
        ("## What is a cell?\n\nThe unit of life.\n\n## And a gene？\n\n- a unit\n", (0, 2, 0, 0)),
        ("## What is a cell?\n\n## A gene\n\ntext\n", (0, 0, 0, 0)),
        ("- **cell**:\n  - unit\n- **gene**:\n  - **dna**: acid\n", (2, 0, 0, 0)),
        ("- **Use:** a\n- **Role:** b\n\n## B\n\n- **Role:** c\n", (0, 0, 0, 0)),
        (
            "> [!question] What is a cell?\n> The unit of life.\n\n> [!faq] Why?\n> So.\n",
            (0, 0, 1, 0),
        ),
        ("- What is a cell?\n\n    a unit\n\n- What?\n- Who is it?\n  - [ ] a\n", (0, 0, 0, 1)),
        ("1. What is a cell?\n   a unit\n2. What is a gene?\n   - a unit\n", (0, 0, 0, 2)),
        ("```\n- **cell**: unit\n- **gene**: unit\n# why?\nx\n```\n", (0, 0, 0, 0)),
    ],
)
def test_a_page_that_is_not_parsed_is_counted_nearly_so(
    text: str, counts: tuple[int, int, int, int]
) -> None:
    rest = read(text)[0].rest
    found = (rest.definitions, rest.questions, rest.callouts, rest.items)
    assert found == counts == could_be_read(text)
