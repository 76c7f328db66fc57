"""A cell as field HTML: Markdown's marks work, nothing that Anki or a browser would run does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from build_notes import build_in, build_only, table
from cases import Case, cases
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from invariants import FORMULAS, MARKERS, assert_harmless

from generator.anki.verify import import_package, temporary_collection
from generator.markup.field_html import field_text
from generator.markup.inline import control_characters, may_name_files, plain, read_cell

REFERENCES = {
    "DOCS": ("https://example.org/docs", "Docs"),
    "PAGE": ("other.md", ""),
    "OLD": ("ftp://example.org", ""),
    "SCRIPT": ("javascript:alert(1)", ""),
    "^1": ("", ""),
}


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
        ("a\x80b\x9bc\u202ed", "abcd"),
        ("[sou\x01nd:x.mp3]", "&#91;sound:x.mp3]"),
        ("{\x00{c1::x}}", "{&#123;c1::x}}"),
        ("<\u212abd>x</\u212abd>", "&lt;Kbd&gt;x&lt;/Kbd&gt;"),
        # Anki puts ">" and the stroke U+0338 together to one character; the tag would stay open.
        ("<br>\u0338x", "<br>&#824;x"),
        ("*a*\u0338", "<em>a</em>&#824;"),
        ("\u0338 first", "&#824; first"),
        ("<u>\u0301\u0338x</u>", "<u>&#824;\u0301x</u>"),
        # Hints for line breaks go; marks of direction and joiners do something where they stand.
        ("\ufeffall [](https://example.org)\u200b", "all"),
        ("fast\u00ad*food*\u2060", "fast<em>food</em>"),
        ("\u200b", ""),
        ("נ \u200f(א)\u200f", "נ \u200f(א)\u200f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_characters_that_cannot_be_seen_in_a_case_file(text: str, html: str) -> None:
    assert read_cell(text, {}).html == html


# What is nothing without a letter beside it.
FILLERS = "\u034f\u061c\u115f\u1160\u180e\u200c\u200d\u2061\u2062\u2063\u2800\u3164\ufe0f\uffa0"


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
        ("co\u00adop &shy;\u200b(ltd)\u200e", "coop (ltd)"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        *(
            (f"{alone} ", "")
            for alone in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2800\u3164\ufeff"
        ),
        *((entity, "") for entity in ("&#8203;", "&shy;", "&zwnj;", "&rlm;", "&nbsp; &#x2800;")),
    ],
)
def test_plain_text_is_what_a_reader_sees(text: str, seen: str) -> None:
    assert plain(text) == seen


def test_control_characters_are_named() -> None:
    assert control_characters("a\x1fb\tc\nd\x00\x7f") == ["\x1f", "\x00", "\x7f"]
    assert control_characters("\x85\x9b x \u202d\u202e") == ["\x85", "\x9b", "\u202d", "\u202e"]
    assert control_characters("é \u200e\u200f\u2067\u2069 😀") == []


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
        "\u0301", "\u212a", "ſ", "\x01", "\x1f", "\x9b", "\u202e", "\u2028", "\u00a0", ".",
        "漢《かん》", "《", "[東]{とう}", "]{",
        "~2~", "x^2^", "^", "{東|とう}", "{東", "|", "とう}", "<ruby>", "<rt>", "</rt>", "</ruby>",
        "\\(x\\)", "\\[x=1\\]", "\\\\(", "$$x$$", "。", "「", "**「a」**", "<audio src=a.mp3>",
        "</audio>", "<details>", "<summary>", "</summary>", "</details>", "<q>", "\n```\n", "<wbr>",
        "_x", '"', "'", "model.predict_proba_batch", "[^1]", "[[a|", "]]", "![[a]]", "[[b]]", "%%",
        "%%c%%", "{{query x}}", "((63c9e6b2-0000-4000-8000-000000000001))", "{: .a}", "{:",
        "![[c.png|9]]", "<img src=d.png>", "<img src=", "![](e.png =9x9)", "{width=9}",
    ]
)  # fmt: skip
CELLS = st.lists(PIECES, max_size=14).map("".join) | st.text(st.characters(codec="utf-8"))


@settings(deadline=None, max_examples=1500)
@given(CELLS)
@example("*a <sub>b* *c</sub> d*")
@example("[<u>](https://x.org)</u>")
@example("{<!-- c -->{c1::x}}")
@example("\\\\<!-- c -->(x\\\\)")
@example("\\\\![a](b.png)[x")
@example("\\\\[[a|(b]]")
@example("\\\\![[a]](b")
@example("{[[a|{c1::b}}]]")
@example("<br>\u0301![a](b.png)\u0338")
@example("[x](https://x.org/[sound:a.mp3]{{b}}\\(c)")
@example("&#123;<details>&#123;")
def test_whatever_a_cell_holds_its_html_is_harmless(text: str) -> None:
    assert_harmless(read_cell(text, REFERENCES).html)
    assert_harmless(f"<u>{field_text(text)}</u>")


@pytest.mark.parametrize(
    "piece",
    [
        "a^", "a~b", "x^2^", "{東|", "{東|とう}", "\\(", "\\(x", "\\\\(", "\\[x=", "$$ a ",
        "<audio>", "<audio src=x>", "<source src=x>", "<rt>", "<ruby><rt>", "<details><summary>",
        "「**", "**「",
        "```\n", "\n```a\n", "a\n```", "$\\frac", "$\\href{x}$", "\\begin{",
    ],
)  # fmt: skip
def test_what_is_repeated_without_end_stays_harmless(piece: str) -> None:
    assert_harmless(read_cell(piece * (10_000 // len(piece)), {}).html)


@settings(deadline=None, max_examples=500)
@given(st.lists(PIECES, max_size=6).map("".join) | st.text(st.characters(codec="utf-8")))
@example("~~a~~")
@example("\u0338")
@example("a & b")
def test_text_that_needs_no_parsing_comes_out_as_if_parsed(text: str) -> None:
    # Behind these a comment may be no comment, or change what stands before it.
    if not re.search(r"[<`\\]|\]\(\s*$|\{:", text):
        parsed = f"{text.strip()} <!-- -->"  # white space, as at the end of a text
        assert read_cell(text.strip(), REFERENCES) == read_cell(parsed, REFERENCES)
        assert plain(text.strip()) == plain(parsed)


@settings(deadline=None, max_examples=300)
@given(CELLS)
def test_escaped_text_is_shown_letter_for_letter(text: str) -> None:
    # \\( begins a formula, and Markdown knows no escape for a reading.
    text = text.replace("(", "").replace("$$", "").replace("《", "")
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
    unseen = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\u00ad\u200b\u200e\u200f\u2060\ufeff]"
    expected = " ".join(re.sub(unseen, "", text).split())
    assert plain(escaped) == (expected if expected.strip(FILLERS) else "")


def test_no_length_is_too_long_to_be_counted() -> None:
    digits = "9" * 400
    for first in (rf"\kern {digits}sp", rf"\genfrac{{{digits}foo}}{{)}}{{1em}}{{}}{{a}}{{b}}"):
        formula = rf"{first}\kern99em x"
        assert read_cell(f"${formula}$", {}).html.startswith("$"), first


def test_two_words_of_a_footnote_are_looked_for_once() -> None:
    """A pattern that backtracks would not come back."""
    for text in ("ab" * 20_000 + " 1" * 20_000, "ab" * 20_000 + " " * 20_000 + "1 ab" * 20_000):
        read_cell(f"a^[{text}]", {})


def test_the_blanks_of_a_link_are_looked_through_once_for_a_sound() -> None:
    assert not may_name_files(f"[a]({' ' * 400_000}x")  # would take minutes, were it quadratic


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
                    assert [marker for marker in MARKERS if marker in FORMULAS.sub("", html)] == []


DANGERS = st.lists(
    st.sampled_from(
        [
            "{{", "}}", "{{Answer}}", "{{#Answer}}", "{{/Answer}}", "{{c1::", "{{FrontSide}}", "{",
            "[sound:", "[sound:x.mp3]", "[latex]", "[/latex]", "[$]", "[/$]", "[$$]", "[/$$]",
            "[anki:tts lang=en_US]", "[/anki:tts]", "[[type:Answer]]", "[", "]", "\\(", "\\)",
            "\\[", "\\]", "\\\\(", "\\", "<script>", "</script>", "<script", "<style>",
            "<iframe src=x>", "<img src=x onerror=alert(1)>", "onerror=alert(1)",
            "<svg/onload=alert(1)>", "<a href=", "<br>", "<sub>", "</sub>", "</div>", "-->",
            "<!--", "<", ">", "&lt;script&gt;", "&lt;", "&#60;", "&#91;", "&lbrack;sound:x.mp3]",
            "&#123;&#123;Answer}}", "&#92;(", "&amp;", "javascript:alert(1)",
            "[x](javascript:alert(1))", "[x](java&#10;script:alert(1))",
            "[x](java\tscript:alert(1))", "[x](JAVASCRIPT:alert(1))", "[x](&#x6A;avascript:a)",
            "[x](javascript%3Aalert(1))", "[x](data:text/html,<script>)", "[x](vbscript:x)",
            "[x](https://x.org/\"onclick=alert(1))", "[x](https://x.org 'a\"onclick=\"b')",
            "<https://x.org/[sound:a]>", "<javascript:alert(1)>", "[x][script]", "[script]", "](",
            ")", "`", "``", "*", "$", "$$", '"', "'", " ", "\t", "x",
            "é", "\u0338", "\u200b", "\u2028", "\u202e", "\x00", "\x1f", "\x9b",
        ]
    ),
    min_size=1,
    max_size=9,
).map("".join)  # fmt: skip

ACTIVE = (
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "svg",
    "img",
    "audio",
    "video",
    "form",
    "link",
)


class Active(HTMLParser):
    """Counts the elements and attributes that run something or load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] += tag in ACTIVE
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            is_foreign = name in ("href", "src") and not re.match("https?:|mailto:", address)
            self.found[name] += name.startswith("on") or is_foreign

    handle_startendtag = handle_starttag


def active_parts(folder: Path, title: str, header: str, cells: Sequence[str]) -> list[Counter[str]]:
    """What is active on each card that Anki renders, question and answer, note by note."""
    # An odd backtick in both cells of a row is code that a pipe parts.
    rows = [
        (f"clue {n} {cell * (cell.count('`') % 2 == 0)}", f"answer{n}secret {cell}")
        for n, cell in enumerate(cells)
    ]
    page = f"# {title}\n\n## S {title}\n\n<!-- cards: reverse no-quiz -->\n"
    links = "\n\n[script]: javascript:alert(1)\n"
    outcome = build_only(folder, {"x.md": page + table(*rows, header=(f"A {header}", "B")) + links})
    assert outcome.result.packages, outcome.result.diagnostics
    active = []
    with temporary_collection() as col:
        import_package(col, folder / "decks" / "x.apkg")
        for note in sorted(map(col.get_note, col.find_notes("")), key=lambda note: note["Prompt"]):
            for card in note.cards():
                output = card.render_output()
                assert output.question_av_tags == output.answer_av_tags == []
                assert card.ord != 0 or "secret" not in output.question_text
                for html in (output.question_text, output.answer_text):
                    assert "latex" not in re.sub(r"&#91;/?latex\]", "", html)
                    outside = FORMULAS.sub(" ", html)
                    assert [marker for marker in MARKERS if marker in outside] == []
                    active.append(+Active(html).found)
    return active


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(DANGERS, DANGERS, st.lists(DANGERS, min_size=6, max_size=12))
def test_nothing_more_runs_on_a_card_than_on_a_harmless_one(
    title: str, header: str, cells: list[str]
) -> None:
    def one_line(text: str) -> str:
        return text.replace("|", "\\|")

    with TemporaryDirectory() as name:
        folder = Path(name)
        harmless = active_parts(folder, "title", "header", ["x"] * len(cells))
    with TemporaryDirectory() as name:
        folder = Path(name)
        title, header = one_line(title), one_line(header)
        assert active_parts(folder, title, header, list(map(one_line, cells))) == harmless
