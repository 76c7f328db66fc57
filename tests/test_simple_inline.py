"""The short way to read a cell: it equals markdown-it-py's reading wherever it gives one."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.core.model import Cell, Source
from generator.forms.walk import read_page
from generator.markup.inline import (
    are_plain,
    comments,
    control_characters,
    formula_as_text,
    is_plain,
    parse_cell,
    read_short,
    shortcode_as_text,
    shown_elsewhere,
    tag_as_text,
)
from generator.markup.render_cell import folded, marks_in, same_as
from generator.markup.simple_inline import read_simple

REFERENCES = {"DOCS": ("https://example.org/docs", ""), "A": ("other.md", "")}

FRAGMENTS = (
    "*", "**", "***", "_", "__", "___", "~", "~~", "~~~", "==", "*a*", "**a b**", "_a_", "__a__",
    "~~a~~", "(*a*)", "**a:**", "a*", " *a", "`", "``", "```", "`a`", "`` a`b ``", "` a `", "`  `",
    "`a``", "`a_model.predict_proba.x`", "$", "$$", "$x$", "$x_1 < {{y}}$", "$1", "5$",
    "\\", "\\\\", "\\(", "\\)", "\\[", "\\|", "\\`", "\\*", "\\_", "\\~", "\\$", "\\<", "\\&",
    "\\\\(", "\\\\[", "\\\\\\(", "\\\\&lpar;", "\\\\&#91;", "\\{", "\\a", "\\!",
    "[", "]", "(", ")", "](", "![", "][", "]:", "[docs]", "[a]", "[a][", "[0, 1]", "[[a]]", "![a]",
    "[a](https://x.org)", "[*a*](https://x.org)", "![a](https://x.org)", "[a](b)", "[a](b.md 'c')",
    "](https://x.org)", "](https://x.org/a_b*c?d=1&e=2#f)", "](http://a-b.x1.org:80/~a@b)",
    "](https://X.org)", "](HTTPS://x.org)", "](https://x.org/&amp;)", "](https://x..org)",
    "](<https://x.org>)", '](https://x.org "t")', "](https://x.org/\\*)", "](https://-x)",
    "](https://x.org/a(b))", "](https://x.org/%41%zz)", "](https://é.org)", "](https://xn--a.org/)",
    "](https://x.org/é)", "](https://1.2.3.4/)", "](https://x.org:)", "](https://x.org?)",
    "](https://x.org/&copy;)", "](ftp://x.org)", "](https://x.org/a b)", "](https://x.org/{{)",
    "<", ">", "<<", "->", "<=", "< ", "<br>", "<br/>", "<br />", "<BR>", "</br>", "<br  >", "<br",
    "<sub>", "</sub>", "<SUP>", "<sup>", "</sup>", "<sub>a</sub>", "<kbd>", "</kbd>", "<u>", "</u>",
    "<u x>", "<mark>", "</mark>", "</mark >", "<b>", "</b>", "<a>", "</a>", "<!--", "-->",
    "<!-- c -->", "<?", "?>", "<!A", "<5@x.org>", "<https://x.org/>", "<a@x.org>", "@",
    "&", "&amp;", "&lt;", "&gt;", "&rarr;", "&nbsp;", "&#8594;", "&#x2192;", "&#X41;", "&#91;",
    "&#0;", "&#13;", "&#128;", "&#173;", "&#824;", "&#769;", "&#1114112;", "&#x10FFFF;", "&#xD800;",
    "&#65534;", "&#;", "&;", "&no;", "&amp", "&notit;", "&lbrace;", "&lpar;", "&bsol;", "&nvlt;",
    "&Tab;", "&NewLine;", "&quot;", "&ZeroWidthSpace;",
    "~2~", "x^2^", "^", "^a^", "a~b", "^2-^", "~^", "{東|とう}", "{東", "とう}", "<ruby>", "<rt>",
    "\\(x\\)", "\\[x=1\\]", "$$x$$", "。", "「", "**「a」**", "가", "（", "\ufe01", "“", "<q>",
    "<wbr>",
    "{", "{{", "}}", "|", "!", "#", ";", ":", ".", ",", "-", "+", "=", '"', "'", "“", "”", "…", "—",
    "[[a|b]]", "[[a#b]]", "[[a", "|b]]", "![[a.png|20]]", "![[a]]", "[a]([[b]])", "![](a.png =9x9)",
    "%", "%%", "%%a%%", "%% a %%", "^", " ^", " ^a1b2c3", "((", "))", "{: .a}", "{:", "{#a}",
    " {#a}", "{width=5%}", "{{embed ", "((63c9e6b2-0000-4000-8000-000000000001))", "{{<", ">}}",
    "{%", "%}", "<img src=a.png>", "<img", "<Ab c=d>", "$`x`$", "`$",
    "a", "b", "A", "1", "x_y", "a b", " ", "  ", "\t", "\n", "\r", "\x01", "\x1f", "\x7f", "\x85",
    "\xa0", "\u2003", "\u2028", "\u200d", "\ufeff", "é", "e\u0301", "\u0301", "\u0338", "\u212a",
    "ſ", "\u037e", "日", "。", "ไ", "ع", "€", "😀",
)  # fmt: skip
# Few of the long ones go the short way.
CELLS = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=size).map("".join) for size in (4, 8, 16)
)


@settings(deadline=None, max_examples=3000)
@given(CELLS, st.sampled_from([{}, REFERENCES]))
@example("`a``", {})
@example("<5@x.org>", {})
@example("\\\\&lpar;x)", {})
@example("\\{&#123;a}}", {})
@example("&lt;\u0338", {})
@example("&lt;&#824;", {})
@example("[a]", REFERENCES)
@example("![*a*](https://x.org)", {})
@example("[a [b](https://x.org)](https://x.org)", {})
@example("**a*", {})
@example("*a **b* c**", {})
@example("*a [b* c]", {})
@example('_"a"_b', {})
@example("*a\u2028*", {})
def test_the_short_way_equals_the_long_way(
    text: str, references: dict[str, tuple[str, str]]
) -> None:
    simple = read_simple(text, has_references=bool(references))
    if simple is not None:
        assert (*simple, ()) == parse_cell(text, references)


PLAIN = st.lists(
    st.sampled_from([*" \t.,:;!?'\"()-#%/|=…—éßя日ไ😀\xa0\u2003", "a", "B", "1", "e\u0301"])
)


@settings(deadline=None, max_examples=2000)
@given(CELLS | PLAIN.map("".join), st.sampled_from([{}, REFERENCES]))
@example("\u212a", {})  # Unicode's other form of K
@example(" a", {})
@example("==a==", {})
def test_a_plain_cell_is_all_in_one(text: str, references: dict[str, tuple[str, str]]) -> None:
    if is_plain(text):
        assert parse_cell(text, references) == (text, text, ())
        assert folded(text) == text
        cell = Cell(text, 1, 1)
        assert same_as([cell]) == ""
        assert comments(text) == control_characters(text) == []
        assert not tag_as_text(text, references)
        assert marks_in(read_page(Source("p.md", ""))[0], cell) == ()


@settings(deadline=None, max_examples=2000)
@given(CELLS, st.sampled_from([{}, REFERENCES]))
@example("{% a %}", {})
@example("==a==", {})
@example("`<b>` \\{{% a %}}", {})
def test_of_a_cell_read_the_short_way_nothing_is_to_be_said(
    text: str, references: dict[str, tuple[str, str]]
) -> None:
    if read_short(text, references) is None:
        return
    assert not tag_as_text(text, references)
    assert not formula_as_text(text, references)
    assert shown_elsewhere(text, references) == control_characters(text) == []
    assert "{%" in text or not shortcode_as_text(text, references)
    page = read_page(Source("p.md", ""))[0]
    assert "==" in text or marks_in(page, Cell(text, 1, 1)) == ()


@settings(deadline=None, max_examples=1000)
@given(st.lists(CELLS | PLAIN.map("".join), min_size=1, max_size=4))
@example(["a ", "b"])
@example(["a", " b"])
@example(["e", "\u0301"])
@example(["%", "%"])
@example(["a\xa0", "b"])
def test_a_plain_row_is_one_of_plain_cells(row: list[str]) -> None:
    if are_plain(row):
        assert all(map(is_plain, row))


@pytest.mark.parametrize(
    "text",
    ["two words", "30 %, or less", 'the "best" one (so far)', "größer", "東京", "1 / 2; 3: 4"],
)
def test_most_cells_are_plain(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "the `x += 1` of **two words** and *one* or _two_",
        "**`**kwargs`**: all of it, ``a ` b`` too",
        "snake_case_name, 2 * 3 * 4, ~5, x < y & y > z, p->next",
        'a "quoted *word*", (*one*), “*two*”, ~~no~~.',
        "read [the **docs**](https://example.org/a_b?c=1&d=2#e) first",
        "in [0, 1] or f[i]",
        "&rarr; &copy; &#8594; &nothing; 1 \\* 2 \\| C:\\temp",
        "one<br>two<br/>H<sub>2</sub>O <kbd>Ctrl</kbd> <u>*x*</u>",
        "$x_1^2 + y_{i}$ costs $5",
        "日本語 の *強調*, e\u0301",
    ],
)
def test_what_most_cells_hold_goes_the_short_way(text: str) -> None:
    assert read_simple(text) == parse_cell(text, {})[:2]


def test_words_in_brackets_go_the_long_way_where_a_page_defines_links() -> None:
    assert read_simple("[docs]") == ("&#91;docs]", "[docs]")
    assert read_simple("[docs]", has_references=True) is None


@pytest.mark.parametrize(
    "piece",
    [
        "*", "*a ", "a* ", "_a b* ", "~~a ", "a~~ ", "[", "](", "[a](https://x.", "](https://a.b.",
        "a^", "a^b", "a~", "x^2^", "![", "`", "`a", "``a`",
        "<", "<a", "[[a", "%%a", " ^a1b2c3", "{: .a",
        "<sub>", "&", "&a", "$", "$a", "$a $", "\\$", "\\",
    ],
)  # fmt: skip
def test_no_cell_is_looked_through_again_and_again(piece: str) -> None:
    read_simple(piece * (400_000 // len(piece)))  # would take minutes, were it quadratic
