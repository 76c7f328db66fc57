"""What Obsidian, Logseq and the like write: read, left out or named, and never taken for another
note; pages of others stay as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from build_notes import NOW, build_in, codes, table
from cases import FOLDER, Case, read_cases
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.core.model import Media, MediaName, Source
from generator.forms.walk import read_page
from generator.markup.inline import parse_cell
from generator.markup.render_cell import folded
from generator.pages.page import page_notes
from generator.settings.values import Settings
from generator.sources.admonitions import read_admonitions
from generator.sources.block_tree import without_attributes
from generator.sources.media import MediaFolder
from generator.sources.properties import after_fence, without_marks, without_unseen_ends


def clues(folder: Path, *rows: str, now: int = NOW) -> dict[str, str]:
    """The notes of a table of clue and answer: GUIDs by clue, as it is recognised."""
    page = "\n".join(["| Word | Meaning |", "|---|---|", *rows])
    build_in(folder, {"a.md": page}, now)
    entries = map(json.loads, (folder / "notes" / "ledger.jsonl").read_text().splitlines()[1:])
    return {entry["clue"]: entry["guid"] for entry in entries if "retired" not in entry}


# --- rows that a link's pipe cuts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "clue"),
    [
        (r"| [[x\|y]] | z |", "[[x|y]]"),
        ("| [[x|y]] | z |", "[[x|y]]"),
        ("| a [[x | y]] b | z |", "a [[x|y]] b"),
        ("| z | [[x|y]] and [[c|d]] |", "z"),
    ],
)
def test_a_link_with_its_pipe_is_one_cell_where_the_row_fits_then(
    tmp_path: Path, row: str, clue: str
) -> None:
    assert list(clues(tmp_path, row)) == [clue]


@pytest.mark.parametrize(
    ("row", "code", "help_"),
    [
        ("| [[x|y]] |", "BD268", r"write \| for it: [[x\|y]]"),
        ("| [[x|y]] | z | more |", "BD201", r"write \| for each pipe in [[x|y]]"),
        (
            "| ![[a.png|b|200]] | [[c|d]] | e |",
            "BD201",
            r"write \| for each pipe in ![[a.png|b|200]]",
        ),
    ],
)
def test_a_row_that_fits_neither_way_waits(tmp_path: Path, row: str, code: str, help_: str) -> None:
    page = f"| Word | Meaning |\n|---|---|\n{row}\n| next | row |"
    outcome = build_in(tmp_path, {"a.md": page})
    assert len(outcome.result.notes) == 1, "the next row"
    (found,) = outcome.result.diagnostics
    assert (found.code, found.position.line, found.help) == (code, 3, help_)


@pytest.mark.parametrize("row", ["| [[ -f a | -f b ]] |", "| `[[` | `]]` |", "| a[[ | ]] |"])
def test_brackets_of_a_shell_are_no_link(tmp_path: Path, row: str) -> None:
    assert codes(build_in(tmp_path, {"a.md": f"| Word | Meaning |\n|---|---|\n{row}"})) == []


# --- what is left out -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("![[page]] and more", ["BD146"]),
        ("![[page]]", ["BD147"]),
        ("{{embed ((63c9e6b2-0000-4000-8000-000000000001))}}", ["BD147"]),
        ("see {{query x}}", ["BD146"]),
        ("{{< figure src=x >}}", ["BD145"]),
        ("{% include x %}", ["BD145"]),
        ('<Badge text="new" />', ["BD145"]),
        ("<Note>x</Note>", ["BD145"]),
        ("`{{< x >}}`, `{% x %}`, `<Badge a=b />`, `![[page]]`", []),
        ("{{ x }}, List<String>, a < B and C > d", []),
    ],
)
def test_what_a_card_does_not_show_is_said(tmp_path: Path, cell: str, found: list[str]) -> None:
    outcome = build_in(tmp_path, {"a.md": table(("one", cell), ("two", "other"))})
    assert codes(outcome) == found
    assert len(outcome.result.notes) == 2 - ("BD147" in found)


@pytest.mark.parametrize("around", [":::note\n{}\n:::", "{{% hint %}}\n{}\n{{% endhint %}}"])
@pytest.mark.parametrize(("comment", "found"), [("", ["BD146"]), ("<!-- ignore: BD146 -->\n", [])])
def test_a_comment_above_an_admonition_is_for_what_it_begins_with(
    tmp_path: Path, around: str, comment: str, found: list[str]
) -> None:
    block = around.format(table(("one", "![[page]] and more"), ("two", "other")))
    assert codes(build_in(tmp_path, {"a.md": comment + block})) == found


def test_a_cell_with_nothing_but_another_page_costs_no_neighbour(tmp_path: Path) -> None:
    assert set(clues(tmp_path, "| a | b |", "| ![[page]] | c |", "| d | e |")) == {"a", "d"}


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ('{{% param "new" %}} Cells {{< br >}}', "Cells"),
        ("Cells {% raw %}", "Cells"),
        ("`{{< br >}}`", "{{< br >}}"),
        ("{{ x }} {#its-id}", "{{ x }}"),
        ("{{< br >}}", "{{< br >}}"),
        ("[[Plants/Cells|Cells]]", "Cells"),
    ],
)
def test_a_heading_has_no_shortcodes(tmp_path: Path, heading: str, section: str) -> None:
    page = f"# Page\n\n## {heading}\n\n{table(('one', 'two'))}"
    (note,) = build_in(tmp_path, {"a.md": page}).result.notes
    assert note.note.origin.section == section


# --- widths of pictures, words of sounds ----------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "![](my%20p%C3%A9.png)", "![](my%20p%C3%A9.png =9x9)", '<img src="my%20p%C3%A9.png">',
        "<img src='my%20p&eacute;.png'>", '<img src="my pé.png">',
    ],
)  # fmt: skip
def test_a_name_is_decoded_however_the_picture_is_written(cell: str) -> None:
    file = Media(MediaName("bd-p.png"), "my pé.png", "", 1, False)
    assert '<img src="bd-p.png"' in parse_cell(cell, {}, {"my pé.png": file}).html


@pytest.mark.parametrize(
    ("cell", "width"),
    [
        ("![[p.png|200]]", "200"), ("![[p.png|0]]", ""), ("![[p.png|9999]]", ""),
        ("![[p.png|a leaf|0x0]]", ""), ("![a|0](p.png)", ""), ("![a|050](p.png)", "50"),
        ("![a](p.png){width=0}", ""), ("![a](p.png){width=50%}", "50%"),
        ("![a](p.png){width=150%}", ""), ("![a](p.png =0x0)", ""), ("![a](p.png =300%)", ""),
        ('<img src="p.png" width="0">', ""), ('<img src="p.png" style="width:99999px">', ""),
        ('<img src="p.png" alt="a > b" width="70">', "70"), ('<img src="p.png" width="-5">', ""),
    ],
)  # fmt: skip
def test_a_senseless_width_is_none(cell: str, width: str) -> None:
    file = Media(MediaName("bd-p.png"), "p.png", "", 1, False)
    html = parse_cell(cell, {}, {"p.png": file, "[[p.png]]": file}).html
    assert re.findall(r'width="(.*?)"', html) == [width] * bool(width)


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("a dog", "a dog"),
        ("Your browser plays no sounds.", ""),
        ("<source src=b.mp3>a cat", "a cat"),
    ],
)
def test_words_in_a_sound_are_its_text(inside: str, text: str) -> None:
    cell = f"<audio src=a.mp3>{inside}</audio>"
    sound = Media(MediaName("bd-a.mp3"), "a.mp3", "", 1, True)
    assert parse_cell(cell, {}, {"a.mp3": sound})[:2] == ("[sound:bd-a.mp3]", text)
    assert parse_cell(cell, {}, {"a.mp3": None})[:2] == (text, text)


# --- identity -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[[x|mast]]", "[[y|mast]]"),
        ("[[the mast|mast]]", "[[the mast|masts]]"),
        ("mast", "[[mast]]"),
        ("mast", "mast %%a remark%%"),
        ("mast", "mast ^37066d"),
        ("mast %%a remark%%", "%%another%% mast"),
    ],
)
def test_an_edited_mark_keeps_the_note(tmp_path: Path, old: str, new: str) -> None:
    rows = ["| keel | below |", "| {} | it stands |", "| sail | it is set |"]
    before = clues(tmp_path, *(row.format(old.replace("|", r"\|")) for row in rows))
    after = clues(tmp_path, *(row.format(new.replace("|", r"\|")) for row in rows), now=NOW + 9)
    assert sorted(before.values()) == sorted(after.values())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a %%b%% c", "a c"),
        ("a ^37066d", "a"),
        ("a ^37066d<br>b ^37066e", "a <br>b"),
        ("a ^main<br>b", "a ^main<br>b"),
        ("`%%a%%` %%b%%", "`%%a%%`"),
        ("%%a%% b %%c%% d", "b d"),
        ("100%% of 50%%", "100%% of 50%%"),
        ("x ^2", "x ^2"),
        ("x ^n", "x ^n"),
        ("e ^-kt", "e ^-kt"),
        ("2 ^max", "2 ^max"),
        ("2 ^10", "2 ^10"),
        ("a ^def1", "a"),
        ("a ^quote-of-the-day", "a"),
        ("a ^important", "a"),
        ("a ^note-1", "a"),
        ("[[a|b]]", "[[a|b]]"),
    ],
)
def test_what_is_left_out_is_no_part_of_a_name(text: str, name: str) -> None:
    assert folded(text) == name


# --- lines of other programs ----------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from([
        "text", "", "| a | b |", "|---|---|", "%%", "%% x", "%%x%%", "x %%", ":::", ":::note",
        "^a1", "{: .x}", "```", "~~~", "- %%", "> :::", "> [!note] T", "!!! note", "??? x",
        '=== "x"', "    indented", "- # head", "\t- item", "# head", "%%%", "^", "{:}",
        '!!! a b "c"', '    ??? "d"', "        deep", "\t\ttab", "- item", "::::x", "::::",
        "```{note} T", ":class: x", "{% hint %}", "{% endhint %}", "/// tip", "///", "<div>",
        "Q: x", "A: y",
    ]),
    max_size=14,
).map("\n".join)  # fmt: skip


@settings(deadline=None, max_examples=500)
@given(LINES)
@example("%%\n```\n%%\n```")
def test_marks_are_blanked_where_they_stand(text: str) -> None:
    found = without_marks(text)
    assert [len(line) for line in found.split("\n")] == [len(line) for line in text.split("\n")]
    pairs = zip(text, found, strict=True)
    assert all(old == new or new == " " for old, new in pairs)


@settings(deadline=None, max_examples=500)
@given(LINES)
def test_admonitions_move_no_line_and_no_column(text: str) -> None:
    found = read_admonitions(text).text
    for old, new in zip(text.split("\n"), found.split("\n"), strict=True):
        assert len(old) == len(new) or not new.strip(" >")
        new = re.sub(r">\[!.*?\]\+?", lambda mark: " " * len(mark[0]), new)
        assert all(a == b or b in " >_" for a, b in zip(old, new, strict=False))
    read_page(Source("a.md", text))


@pytest.mark.parametrize(
    "text", ["100%% sure", "a :: b", "x ^2", "a\n: b", "```\n%%\n:::\n%%\n```", "> quote", "=== x"]
)
def test_other_lines_stay(text: str) -> None:
    assert without_marks(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "%%", "%% x", ":::", "```\n%%", "!!! a\n    b", "{: .a", "^a", "> [!a] b", "- # a", ":::a",
        ":::a\nb\n:::", "```{note}", "{% hint %}", "!!! a\n", "!!! a\n\n    !!! b\n        c",
    ],
)  # fmt: skip
def test_no_page_is_looked_through_again_and_again(line: str) -> None:
    read_admonitions(without_marks(f"{line}\n" * 100_000))  # would take minutes, were it quadratic


@pytest.mark.parametrize(
    "text",
    [
        "!!! note\ntext", "    !!! note\n        code", "```\n!!! note\n    code\n```", "///",
        "/// text", "{% endnote %}", "```{code-cell}\n:::note\n```", "~~~\n:::note\n~~~", ":x: y",
        "a :::note", "===\n    code", ":::note a:::", "{{< figure >}}", "| a |\n:::note\n| b |",
        "{% include note.html %}", "text\n\n    === \"A\"\n        code",
    ],
)  # fmt: skip
def test_what_is_no_admonition_stays(text: str) -> None:
    assert read_admonitions(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{'    ' * depth}!!! a\n" for depth in range(1_000)),
        ":::a\n" * 10_000 + "text\n" + ":::\n" * 10_000,
        ":::a\n\n" * 10_000,
        "```{note}\n" * 10_000,
    ],
)
def test_admonitions_inside_each_other_without_end_are_read(text: str) -> None:
    read_page(Source("a.md", text))


@pytest.mark.parametrize(
    "piece",
    [
        "[[", "[[a|", "[[a", "![[", "![[a|", "%%", "%%a", " ^a1b2c3", "{: .a", "{{embed ", "((",
        "{%", "{{<", "<img ", "<img src=", "![a](b =", "![a](b){", "[a]([[",
    ],
)  # fmt: skip
def test_no_cell_is_looked_through_again_and_again(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    parse_cell(text, {})
    folded(text)


@pytest.mark.parametrize("attribute", ["a=bb", "a=b.cc=d", ".a#b", "a=b c='d'"])
@pytest.mark.parametrize("end", [" %", " %}", '"}', "}{"])
def test_attributes_with_nothing_between_them_are_cut_in_one_way(attribute: str, end: str) -> None:
    """A pattern that backtracks would not come back."""
    text = f"**x**{{: {attribute * 2_000}{end}"
    parse_cell(text, {})
    without_attributes(text)
    read_page(Source("a.md", f"A ==gap== in it.\n\nQ: what {text}\nA: that {text}\n"))


# --- what nobody sees ---------------------------------------------------------------------------

NOT_TEXT = re.compile(r"[ \t>]*(?:<|%%|:::|!!!|\?\?\?|\$\$|///|\{)|    |\t|=== |\s*$|.*(?:  |\\)$")


def with_hints(text: str) -> str:
    """The page with a space of no width behind each line of text and before each pipe."""
    lines: list[str] = []
    fence, in_front_matter = "", False
    for line in text.split("\n"):
        fence, is_code = after_fence(line, fence)
        if line in ("---", "+++") and (in_front_matter or not lines):
            in_front_matter = not in_front_matter
        elif not (in_front_matter or is_code or NOT_TEXT.match(line)):
            line = re.sub(r"(?<=\w) (?=\|)", "\u200b", line) + "\u200b"
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    "case",
    [
        case
        for name in ("forms.md", "lettered.md", "compose.md")
        for case in read_cases(FOLDER / name)
    ],
    ids=lambda case: case.title,
)
def test_a_page_is_the_same_with_spaces_of_no_width_at_the_ends(case: Case, tmp_path: Path) -> None:
    hinted, plain = (
        page_notes(Source("x.md", text), Settings(), MediaFolder(tmp_path)).blocks
        for text in (with_hints(case.input), case.input)
    )
    assert hinted == plain


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("- all of it[](https://example.org/a_(b))\u200b", "- all of it"),
        ('## What is sap?[\u200b](#what-is-sap "Direct link to What is sap?")', "## What is sap?"),
        ("| a [](https://example.org) | b\u2060|", "| a | b |"),
        ("\u200b# Title", "# Title"),
        ("![](https://example.org)", "![](https://example.org)"),
        ("[](bark.mp3) [a](https://example.org)", "[](bark.mp3) [a](https://example.org)"),
        ("a\u00adb \\[](https://example.org)", "a\u00adb \\[](https://example.org)"),
        ("```\na\u200b\n```", "```\na\u200b\n```"),
    ],
)
def test_what_nobody_sees_at_an_end_is_blank(line: str, seen: str) -> None:
    found = without_unseen_ends(line)
    assert len(found) == len(line)
    assert re.sub(" +", " ", found).strip() == seen


def test_ends_are_looked_for_once() -> None:
    links = "[](https://example.org)" * 20_000
    assert without_unseen_ends(f"{links}x") == f"{links}x"  # would take minutes, were it quadratic
    assert not without_unseen_ends(links + "\u200b " * 100_000).strip()
