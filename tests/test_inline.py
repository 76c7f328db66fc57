"""A cell as field HTML: Markdown's marks work, nothing that Anki or a browser would run does."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from build_notes import build_in, table
from cases import Case, cases
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.anki.verify import import_package, temporary_collection
from generator.notes.field_html import field_text
from generator.notes.inline import control_characters, plain, read_cell

REFERENCES = {
    "DOCS": ("https://example.org/docs", "Docs"),
    "PAGE": ("other.md", ""),
    "OLD": ("ftp://example.org", ""),
    "SCRIPT": ("javascript:alert(1)", ""),
}
MARKERS = ("[sound:", "[latex]", "[$]", "[$$]", "[anki:", "[[type:", "{{", "\\(", "\\[")


@cases("inline.md")
def test_a_cell_as_field_html(case: Case) -> None:
    lines = []
    for line in case.input.split("\n"):
        html, _, pictures = read_cell(line, REFERENCES)
        lines.append(" → ".join([html, *pictures]))
    case.check("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("e\u0301", "é"),
        ("*e\u0301* `e\u0301`", "<em>é</em> <code>é</code>"),
        ("a\x01b\x1fc\x7fd *e\x02*", "abcd <em>e</em>"),
        ("[sou\x01nd:x.mp3]", "&#91;sound:x.mp3]"),
        ("{\x00{c1::x}}", "{&#123;c1::x}}"),
        ("<\u212abd>x</\u212abd>", "&lt;Kbd&gt;x&lt;/Kbd&gt;"),
        # Anki puts ">" and the stroke U+0338 together to one character; the tag would stay open.
        ("<br>\u0338x", "<br>&#824;x"),
        ("*a*\u0338", "<em>a</em>&#824;"),
        ("\u0338 first", "&#824; first"),
        ("<u>\u0301\u0338x</u>", "<u>&#824;\u0301x</u>"),
    ],
)
def test_characters_that_cannot_be_seen_in_a_case_file(text: str, html: str) -> None:
    assert read_cell(text, {}).html == html


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("two  words ", "two words"),
        ("*Which* `tool_x`, ~~old~~ **new**", "Which tool_x, old new"),
        ("one<br>two", "one two"),
        ("H<sub>2</sub>O", "H2O"),
        ("`<br>`", "<br>"),
        ("a <sub>b", "a <sub>b"),
        ("<b>x</b>", "<b>x</b>"),
        ("[docs](https://example.org)", "docs"),
        ("![a cell](cell.png)", "a cell"),
        ("before ![a cell](cell.png) after", "before a cell after"),
        ("$a_1$ &lt; 5 \\* 6", "a_1 < 5 * 6"),
        ("answer <!-- check -->", "answer"),
        ("Long title\nthat goes on", "Long title that goes on"),
        ("a\x01b *c\x1fd*", "ab cd"),
        ("<!-- only a comment --> <br>", ""),
    ],
)
def test_plain_text_is_what_a_reader_sees(text: str, seen: str) -> None:
    assert plain(text) == seen


def test_control_characters_are_named() -> None:
    assert control_characters("a\x1fb\tc\nd\x00\x7f") == ["\x1f", "\x00", "\x7f"]
    assert control_characters("é \u200f 😀") == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("[sound:x.mp3]", "&#91;sound:x.mp3]"),
        ("{{c1::x}}", "{&#123;c1::x}}"),
        ("\\(x\\) \\[y\\]", "\\<span></span>(x\\) \\<span></span>&#91;y\\]"),
        ("*not* `marked`", "*not* `marked`"),
        ("a\x1fb", "ab"),
        ("e\u0301", "é"),
        ("\u0338", "&#824;"),
    ],
)
def test_text_from_elsewhere_is_inert_in_a_field(text: str, html: str) -> None:
    assert field_text(text) == html


# --- properties ---------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "*", "**", "_", "__", "~~", "`", "``", "$", "$$", "\\", "\\\\", "\\(", "\\)", "\\[", "[",
        "]", "(", ")", "](", "![", "{", "{{", "}}", "<", ">", "<br>", "<sub>", "</sub>", "<SUP>",
        "</sup>", "<kbd>", "</kbd>", "<u>", "</u>", "<mark>", "</mark >", "<b>", "<script>",
        "<a href='x'>", "</a>", "<br x>", "<!--", "-->", "<!-- c -->", "&", "&lt;", "&#91;",
        "&lbrack;", "&#123;", "&#92;", "&Tab;", "&#13;", "[sound:", "[latex]", "[$]", "[anki:tts",
        "[[type:", "c1::", "javascript:", "https://x.org/", "mailto:", "ftp:", "<https://x.org/",
        "[docs]", "[x][old]", "![a](b.png)", "a", "b1", " ", "\t", "\n", "é", "e\u0301", "\u0338",
        "\u0301", "\u212a", "ſ", "\x01", "\x1f", "\u2028", "\u00a0", ".", "_x", '"', "'",
        "model.predict_proba_batch",
    ]
)  # fmt: skip
CELLS = st.lists(PIECES, max_size=14).map("".join) | st.text(st.characters(codec="utf-8"))

ALLOWED = set("a br code em kbd mark s span strong sub sup u wbr".split())
VOID = {"br", "wbr"}


class Tags(HTMLParser):
    """Checks that the tags are the allowed ones, and that each is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        for name, value in attrs:
            assert (tag, name) == ("a", "href")
            assert re.match(r"(https?|mailto):", value or "", re.IGNORECASE)
        if tag not in VOID:
            self.open.append(tag)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(html: str) -> None:
    """Only allowed tags, all closed; no marker of Anki's outside of math; nothing Anki changes."""
    assert control_characters(html) == []
    assert unicodedata.normalize("NFC", html) == html
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    outside = re.sub(r"\\\(.*?\\\)", "", html, flags=re.DOTALL)
    assert [marker for marker in MARKERS if marker in outside] == []
    assert "[" not in html
    assert "{{" not in html


@settings(deadline=None, max_examples=1500)
@given(CELLS)
@example("*a <sub>b* *c</sub> d*")
@example("[<u>](https://x.org)</u>")
@example("{<!-- c -->{c1::x}}")
@example("\\\\<!-- c -->(x\\\\)")
@example("\\\\![a](b.png)[x")
@example("<br>\u0301![a](b.png)\u0338")
@example("[x](https://x.org/[sound:a.mp3]{{b}}\\(c)")
def test_whatever_a_cell_holds_its_html_is_harmless(text: str) -> None:
    assert_harmless(read_cell(text, REFERENCES).html)
    assert_harmless(f"<u>{field_text(text)}</u>")


@settings(deadline=None, max_examples=500)
@given(st.lists(PIECES, max_size=6).map("".join) | st.text(st.characters(codec="utf-8")))
@example("~~a~~")
@example("\u0338")
@example("a & b")
def test_text_that_needs_no_parsing_comes_out_as_if_parsed(text: str) -> None:
    # Behind these a comment may be no comment, or change what stands before it.
    if not re.search(r"[<`\\]|\]\(\s*$", text):
        parsed = f"{text.strip()} <!-- -->"  # white space, as at the end of a text
        assert read_cell(text.strip(), REFERENCES) == read_cell(parsed, REFERENCES)
        assert plain(text.strip()) == plain(parsed)


@settings(deadline=None, max_examples=300)
@given(CELLS)
def test_escaped_text_is_shown_letter_for_letter(text: str) -> None:
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
    expected = " ".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).split())
    assert plain(escaped) == expected


# --- Anki ---------------------------------------------------------------------------------------

HOSTILE = (
    "[sound:x.mp3]", "`[sound:x.mp3]`", "[sound:x.mp3](https://example.org)", "&#91;sound:x.mp3]",
    "[latex]x[/latex]", "[$]x[/$] [$$]x[/$$]", "[anki:tts lang=en_US]x[/anki:tts]",
    "[[type:Answer]]", "{{c1::x}} {{Answer}} {{#Answer}}", "\\\\(x\\\\) \\\\[x\\\\]",
    "<script>document.body.remove()</script>", "<img src=x onerror=alert(1)>", "</div></div>",
    "[x](javascript:alert(1))", "<br>\u0338", "*a <sub>b* *c</sub> d*", "{<!-- x -->{Answer}}",
)  # fmt: skip


def test_anki_plays_draws_and_fills_in_nothing_of_a_hostile_cell(tmp_path: Path) -> None:
    rows = [
        (f"clue {place} {text}", f"answer {place} {text}") for place, text in enumerate(HOSTILE)
    ]
    build_in(tmp_path, {"hostile.md": table(*rows)})
    with temporary_collection() as col:
        import_package(col, tmp_path / "decks" / "hostile.apkg")
        notes = [col.get_note(note) for note in col.find_notes("")]
        assert len(notes) == len(HOSTILE)
        for note in notes:
            for card in note.cards():
                output = card.render_output()
                assert output.question_av_tags == output.answer_av_tags == []
                for html in (output.question_text, output.answer_text):
                    # Anki puts a picture, or an error about LaTeX, where it found a marker.
                    assert "latex" not in re.sub(r"&#91;/?latex\]", "", html)
                    assert [marker for marker in MARKERS if marker in html] == []
