"""An HTML page as a note: what its reader sees is what the reader of notes gets."""

from __future__ import annotations

from html import escape

import pytest
from cases import Case, cases
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.core.model import Source, Table
from generator.draft.document import Run
from generator.draft.drafting import draft
from generator.draft.read_html import _CONTROL, _NO_WIDTH, _tidied, _tidy, read_html, safe_address
from generator.draft.review import tables_of
from generator.draft.write_markdown import write_cell, write_note
from generator.forms.walk import read_page
from generator.markup.inline import field_text, plain, read_cell, without_unseen
from generator.settings.values import Settings, read_front_matter


def note_of(html: str) -> str:
    return draft(html.encode(), "page.html", "note.md").markdown


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", " ", "  ", "\n", "\xa0", "\u2003", "b c", "\x0b", "\t"])),
    st.sampled_from([frozenset[str](), frozenset({"bold"})]),
)
@example(["\xa0", "a", " "], frozenset({"bold"}))
def test_one_run_is_tidied_as_several_are(pieces: list[str], marks: frozenset[str]) -> None:
    run = Run("".join(pieces), marks)
    assert _tidy([run]) == _tidied([run])


@given(st.text())
def test_what_is_printable_has_nothing_to_leave_out(text: str) -> None:
    if text.isprintable():
        assert _CONTROL.sub("", _NO_WIDTH.sub("", text)) == text


def test_a_table_without_a_header_is_named_at_what_stands_for_one() -> None:
    table = "<table><tr><td>{0}</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    made = draft("".join(map(table.format, "xyx")).encode(), "page.html", "note.md")
    lines = made.markdown.split("\n")
    found = [lines[each.position.line - 1] for each in made.diagnostics]
    assert found == ["| x | b |", "| y | b |", "| x | b |"]


@cases("draft_html.md")
def test_a_page_as_a_note(case: Case) -> None:
    made = draft(case.input.encode(), "page.html", "note.md")
    told = [f"left out: {what}" for what in made.left_out]
    told += [f"{d.position.file}:{d.position.line}: {d.code} {d.message}" for d in made.diagnostics]
    case.check("\n".join([made.markdown, *told]).removesuffix("\n"))


# --- what a cell shows --------------------------------------------------------------------------

# What Markdown, the reader of notes or Anki would take for something else.
PIECES = st.sampled_from(
    [
        "|", "\\", "`", "``", "*", "**", "_", "-", "--", "---", ":-:", "$", "$$", "==", "~~", "<b>",
        "<br>", "</td>", "<!--", "-->", "&amp;", "&lt;", "&", "<", ">", "[", "](", "]", ")", "!",
        "http://x.org", "<http://x.org>", "[sound:a.mp3]", "{{c1::x}}", "\\(", "#", "1.", "+", "=",
        "\u00a0", " ", " ", "\n", "é", "😀", "שלום", "a", "b", "word", "x_y", "$HOME", "5", "\\|",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=8).map("".join) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=12
)
TRIMMED = " \n\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def lines_shown(text: str) -> list[str]:
    """What a browser shows of a text in which line ends are ``<br>``."""
    for invisible in "\u00ad\u200b\u2060\ufeff":
        text = text.replace(invisible, "")
    lines = [" ".join(piece for piece in line.split(" ") if piece) for line in text.split("\n")]
    return [line for line in "\n".join(lines).strip(TRIMMED).split("\n") if line]


def as_html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=3), min_size=2, max_size=4))
@example([["a", "b"], ["---", "---"], ["", ""]])
@example([["a", "b"], ["\\|", "x\\"], ["|", "`|`"]])
@example([["", ""], ["", "[\n]("]])
def test_a_table_keeps_its_cells(texts: list[list[str]]) -> None:
    width = min(map(len, texts))
    # An edge of letters keeps each row and column from being empty, which a note leaves out.
    rows = [["top"] * (width + 1), *[["x" + "y" * n, *row[:width]] for n, row in enumerate(texts)]]
    cells = "".join(
        "<tr>" + "".join(f"<td>{as_html(t)}</td>" for t in row) + "</tr>" for row in rows
    )
    page, diagnostics = read_page(Source("n.md", note_of(f"<table>{cells}</table>")))
    (table,) = page.blocks
    assert isinstance(table, Table)
    assert not diagnostics
    assert len(table.rows) == len(rows) - 1
    for row, meant in zip((table.header, *table.rows), rows, strict=True):
        assert [read_cell(cell.text, {}).html for cell in row.cells] == [
            "<br>".join(map(field_text, lines_shown(text))) for text in meant
        ]


MARKS = st.sampled_from("bold italic code sub sup kbd mark u".split())
RUNS = st.lists(
    st.builds(
        Run,
        TEXTS.map(lambda text: " ".join(text.split())).filter(bool),
        st.frozensets(MARKS, max_size=3),
        st.sampled_from(
            ["", "", "https://x.org/a?b=1&lt;=2", "https://x.org/(a)*b_", "mailto:a@b.c"]
        ),
    ),
    min_size=1,
    max_size=5,
).map(tuple)


@settings(deadline=None, max_examples=200)
@given(RUNS)
@example((Run("|"), Run("\u202d")))  # which no card shows
@example((Run("[==]("),))  # between the brackets of a formula
def test_marks_never_change_what_is_seen(text: tuple[Run, ...]) -> None:
    line = f"| {write_cell(text)} | z |"
    page, _ = read_page(Source("n.md", f"| A | B |\n|---|---|\n{line}\n"))
    cells = tables_of(page)[0].rows[0].cells
    assert len(cells) == 2
    seen = without_unseen("".join(run.text for run in text))
    assert plain(cells[0].text) == " ".join(seen.split())


@settings(deadline=None, max_examples=150)
@given(
    st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(["p", "li", "h2", "blockquote", "td"])
)
@example(["|\n|-"], "p")
@example(["a|b\n-|-", "x\n:-|:-:", "||\n| - |"], "li")
@example(["a | b\n- | -", "a\n-: |", "a\n| --- |\nb"], "blockquote")
def test_no_text_becomes_a_table_a_heading_or_a_setting(texts: list[str], tag: str) -> None:
    blocks = "".join(f"<{tag}>{as_html(text)}</{tag}>" for text in texts)
    note = write_note(
        read_html(f"<body><p>start</p>{blocks}" if tag != "td" else f"<body>{blocks}")
    )
    page, diagnostics = read_page(Source("n.md", note))
    assert not diagnostics
    assert not page.front_matter.text
    assert len(tables_of(page)) <= (tag == "td")


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(codec="utf-8"), max_size=20), st.text(max_size=20))
@example(title="\uf900", path="")  # which NFC makes another character of
def test_a_title_and_an_address_are_read_as_they_were_meant(title: str, path: str) -> None:
    html = (
        f"<head><title>{escape(title)}</title>"
        f'<link rel="canonical" href="{escape("https://example.org/" + path)}"></head><p>x</p>'
    )
    document = read_html(html)
    page, _ = read_page(Source("n.md", write_note(document)))
    found, diagnostics = read_front_matter(page.front_matter, "n.md", Settings())
    assert not diagnostics
    assert (found.title, found.url) == (document.title, document.url)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("page.html", "https://example.org/docs/page.html"),
        ("/a b?q=(x)|y", "https://example.org/a%20b?q=%28x%29%7Cy"),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("//[bad", ""),
        ("MAILTO:a@example.org", "mailto:a@example.org"),
    ],
)
def test_only_web_and_mail_addresses_are_linked(address: str, safe: str) -> None:
    assert safe_address(address, "https://example.org/docs/").lower() == safe.lower()
