"""What holds for every text whatever: checks that properties and the fuzzer share."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

from made_notes import Made, made

from generator.core.diagnostics import (
    SAME_ROW,
    Diagnostic,
    has_errors,
)
from generator.core.model import Row, Source, Table
from generator.core.note_fields import ClozeFields
from generator.forms.walk import open_page, read_blocks
from generator.settings.values import Settings, read_front_matter

# What tells tables, blocks, marks and settings apart, and what a stranger might try.
PIECES = (
    "Q: a\nA: b\n", "\nQ: ", "\nA: ", "**Q:** a **A:** b", "- Q: a\n- A: b\n",
    "<!-- cards: order -->\n", "<!-- cards: definitions -->\n", "1. a\n2. b\n3. c\n",
    "\n## 1. What is it?\n\nAnswer: a\n", "\nWhat is it?\n\n<details><summary>Answer</summary>\n\n",
    "\n\n</details>\n", "\n</b></details>\n", "> [!success]- Answer\n> b\n",
    "**Q1: What is it?**\n",
    "==a==", "==1::b==", "\nWhat is it?\n\n- [x] this\n- [ ] that\n", "- [x] ", "- [ ] ",
    "\nterm\n: what it means\n", ": ",
    "|", "| ", " | ", "\\|", "---", "|---|---|", "|---|", ":-:", "—", "\n", "\n", "\n",
    "\n\n", "| A | B |\n|---|---|\n", "| Trap | Rule |\n|---|---|\n",
    "| A | B | Why |\n|---|---|---|\n", "| A | B | C | ID | Tags |\n|---|---|---|---|---|\n",
    "| x | y |\n", "| x | z |\n", "| x |\n", "| x | y | z |\n", "| x | y | z | 1 | t |\n",
    "| x\ny |\n", "> ", "- ", "1. ", "    ", "\t", "# ", "## ", "```\n", "~~~\n",
    "<!-- cards: trap -->\n", "<!-- cards: reverse no-quiz -->\n", "<!-- cards: skip -->\n",
    "<!-- cards: compare -->\n", "<!-- same-as: new -->", "<!--", "-->",
    "---\ndeck: a::b\ntags: [t, u]\n---\n", "---\n", "title: x\n", "[r]: https://x.org\n",
    "[r]", "[^1]", "[^1]: note\n", "<table>\n", "<div>", "<script>", "</script>", "<br>",
    "<sub>", "</sub>", "*", "**", "_", "`", "``", "~~", "$", "$$", "\\", "[", "]", "(", ")",
    "![", "](", "{{", "}}", "{{c1::", "::", "==", "&lt;", "&#91;", "&#x1f;", "[sound:",
    "[latex]", "[anki:", "javascript:", "https://x.org", "onerror=", '"', "'", "a", "batch",
    "realtime", "3.1 Ab", "é", "e\u0301", "\u0338", "😀", "שלום", "\u202e", "\u2028", "\u0085",
    "\x9b", "\u00a0", "\u200b", "\x00", "\x1f", "\x7f", "\ufeff", "\r", "\r\n", "\f",
)  # fmt: skip

IN_CELLS = frozenset("a br code em kbd mark pre q rp rt ruby s span strong sub sup u wbr".split())
AROUND_CELLS = frozenset("div i li p table tbody td th thead tr".split())
ATTRIBUTES = {
    "div": {"data-of"},
    "li": {"data-ok", "data-letter", "data-last"},
    "p": {"data-of"},
    "table": {"class"},
    "td": {"hidden"},
    "th": {"hidden"},
    "tr": {"class"},
}
VOID = {"br", "wbr"}
FORMULAS = re.compile(r"\\\(.*?\\\)|\\\[ .*? \\\]", re.DOTALL)
MARKERS = ("[sound:", "[latex]", "[$]", "[$$]", "[anki:", "[[type:", "{{", "\\(", "\\[")


class _Tags(HTMLParser):
    """Checks that the tags are the allowed ones, and that each is closed where it should be."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self.allowed = allowed
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                assert re.match(r"(https?|mailto):", value or "", re.IGNORECASE)
            else:
                assert self.allowed != IN_CELLS
                assert name in ATTRIBUTES[tag]
        if tag not in VOID:
            self.open.append(tag)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(html: str, allowed: frozenset[str] = IN_CELLS) -> None:
    """Only allowed tags, all closed; no marker of Anki's outside of math; nothing Anki changes."""
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in html)
    assert unicodedata.normalize("NFC", html) == html
    tags = _Tags(allowed)
    tags.feed(html)
    tags.close()
    assert tags.open == []
    outside = FORMULAS.sub(" ", html)
    assert [marker for marker in MARKERS if marker in outside] == []
    assert "[" not in outside
    assert "[" not in html.replace("\\[ ", "")
    assert "{{" not in html


def assert_accounted(text: str) -> Made:
    """Reading and composing never raise; each row is a note or named; each field is harmless."""
    opened = open_page(Source("p/page.md", text))
    settings, _ = read_front_matter(opened.front_matter, opened.path, Settings())
    page, _ = read_blocks(opened, settings)
    done = made(text, "p/page.md", deck="p")
    lines = len(re.split(r"\r\n|\r|\n", text))
    for diagnostic in done.diagnostics:
        assert 1 <= diagnostic.position.line <= lines
        assert 1 <= diagnostic.position.column <= len(text) + 1
    tables = [block for block in page.blocks if isinstance(block, Table)]
    # A quiz may begin with a table that makes notes of its own.
    reports = {(report.position.line, report.form): report for report in done.tables}
    for table in tables:
        report = reports[table.header.line, table.form]
        assert report.rows == len(table.rows)
        if report.skipped:
            assert report.notes + report.held + report.unfinished + report.joined == 0
            continue
        repeated = sum(_joined(found) for row in table.rows for found in _names(done, row))
        counted = report.notes + report.held + report.unfinished + report.joined + report.left_out
        assert counted == len(table.rows) - repeated
        assert not report.held or has_errors(done.diagnostics)
    for note in done.notes:
        fields = note.fields
        for field in fields:
            if isinstance(fields, ClozeFields) and field is fields.text:
                field = re.sub(r"\{\{c\d+::(.*?)\}\}", r"\1 ", field, flags=re.DOTALL)
            assert_harmless(field, IN_CELLS | AROUND_CELLS)
    return done


def _names(made: Made, row: Row) -> list[Diagnostic]:
    """What says that the row stands twice."""
    place = row.line, row.column
    return [d for d in made.diagnostics if d.code == SAME_ROW.code and d.position[1:] == place]


def _joined(found: Diagnostic) -> int:
    """Of how many rows a finding is: "…; so in line 4, 5 and 20 more"."""
    lines = found.message.partition("; so in line ")[2]
    shown, _, more = lines.partition(" and ")
    return 1 + len(re.findall(r"\d+", shown)) + int(more.removesuffix(" more") or 0)
