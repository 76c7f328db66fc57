"""Code in colours: the same letters, a few classes, and nothing of it where nobody asks."""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path

import pytest
from build_notes import build_in, codes
from hypothesis import given, settings
from hypothesis import strategies as st
from invariants import MARKERS, assert_harmless

from generator.anki.verify import import_package, temporary_collection
from generator.markup.code_colours import coloured_html
from generator.markup.field_html import field_text
from generator.markup.inline import read_cell

PAGE = """# Code

Q: What is printed?

```python
for x in range(2): print("a", x)  # twice
```

A: see

```js
let y = 1
```
"""


@pytest.mark.parametrize(
    ("language", "code", "html"),
    [
        (
            "python",
            "def f(x): return 'a'  # why",
            '<span class="bd-k">def</span> <span class="bd-n">f</span>(x): '
            """<span class="bd-k">return</span> <span class="bd-s">'a'</span>  """
            '<span class="bd-c"># why</span>',
        ),
        ("py", "not 12", '<span class="bd-k">not</span> <span class="bd-m">12</span>'),
        (
            "html",
            "<b>x</b>",
            '&lt;<span class="bd-n">b</span>&gt;x&lt;/<span class="bd-n">b</span>&gt;',
        ),
        ("SQL", "SELECT 1;", '<span class="bd-k">SELECT</span> <span class="bd-m">1</span>;'),
        ("nothing-known", "let x = 1", "let x = 1"),
        ("text", "{{c1::x}} [sound:a]", "{&#123;c1::x}} &#91;sound:a]"),
    ],
)
def test_words_have_the_classes_of_their_kinds(language: str, code: str, html: str) -> None:
    assert coloured_html(code, language) == html


LANGUAGES = st.sampled_from(["python", "html", "sh", "json", "tex", "yaml", "nothing-known", "c"])
PIECES = st.sampled_from(
    [
        "{{c1::x}}", "{", "[sound:", "[", "\\(", "<script>", "</code></pre>", "&lt;", "'", '"', "#",
        "//", "/*", "\n", " ", "\t", "def f", "12", "$", "%}", "é", "\u0338", "x",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(LANGUAGES, st.lists(PIECES, max_size=12).map("".join))
def test_colours_change_no_letter_and_run_nothing(language: str, code: str) -> None:
    html = coloured_html(code, language)
    bare = re.sub(r'<span class="bd-[ckmns]">|</span>|<span>', "", html)
    assert unescape(bare) == unescape(re.sub("</?span>", "", field_text(code)))
    assert_harmless(re.sub(' class="bd-[ckmns]"', "", f"<pre>{html}</pre>"))


def fields(folder: Path, deck_toml: str) -> str:
    outcome = build_in(folder, {"p/code.md": PAGE, "p/deck.toml": deck_toml})
    assert codes(outcome) == []
    return "".join(outcome.result.notes[0].row.values)


def test_code_is_coloured_where_a_folder_asks_for_it(tmp_path: Path) -> None:
    html = fields(tmp_path, 'code = "coloured"')
    assert '<span class="bd-k">for</span>' in html
    assert '<span class="bd-k">let</span>' in html


def test_without_being_asked_no_card_depends_on_pygments(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pygments", None)
    monkeypatch.setitem(sys.modules, "pygments.lexers", None)
    for text in ("", 'code = "plain"'):
        assert "<span" not in fields(tmp_path, text)


def test_who_asks_for_colours_without_pygments_is_told_what_to_install(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygments", None)
    outcome = build_in(tmp_path, {"p/code.md": PAGE, "p/deck.toml": 'code = "coloured"'})
    (found,) = outcome.result.diagnostics
    assert (found.code, found.exit_code, found.position.line) == ("BD161", 2, 1)
    assert "pip install" in found.help


def test_the_short_way_has_no_colours_to_give() -> None:
    assert read_cell("`let x`", {}, is_coloured=True) == read_cell("`let x`", {})


def test_anki_keeps_the_lines_of_code_and_plays_hides_and_draws_nothing_in_it(
    tmp_path: Path,
) -> None:
    code = (
        "\tif x:\n\n    [sound:x.mp3] {{c1::y}} \\(z\\) [latex]a[/latex]\n<script>alert(1)</script>"
    )
    page = f"Q: Which?\n\n```sh\n{code}\n```\n\nA: this\n\n```sh\n{code}\n```\n"
    build_in(tmp_path, {"code.md": page})
    with temporary_collection() as col:
        import_package(col, tmp_path / "decks" / "code.apkg")
        (note,) = map(col.get_note, col.find_notes(""))
        for field in ("Prompt", "Answer"):
            shown = re.search("<pre><code>(.*?)</code></pre>", note[field], re.DOTALL)
            assert shown
            assert unescape(shown[1].replace("<span></span>", "")) == code
        (card,) = note.cards()
        output = card.render_output()
        assert output.question_av_tags == output.answer_av_tags == []
        for html in (output.question_text, output.answer_text):
            assert [marker for marker in MARKERS if marker in html] == []
            assert "<script>alert" not in html
