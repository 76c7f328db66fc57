"""Looks for files on which the program fails: pages, and what else comes from anybody.

    PYTHONPATH=.:tests python tests/fuzz/files.py settings 600

reads settings for ten minutes, each time with other faults in them; `TARGETS` has the other kinds.
A third number is where the chances begin. An exception ends it, as do two seconds of work for a
megabyte (`SECONDS_OF` has what takes longer); the file that was read is left in `crash-…`, to be
made small and kept as a test. It is no part of the test suite. A new command that reads files is a
line in `TARGETS`.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from build_notes import NOW, build_in, table
from growing import BLOCKS, FORMS, MARKS, PAGE
from invariants import PIECES as MARKDOWN

from generator.anki.readback import read_package_file
from generator.commands.changes import write_changes
from generator.commands.console import CommandError
from generator.commands.diff import diff
from generator.commands.weak import Weak, weak
from generator.core.model import FrontMatter
from generator.draft.drafting import draft
from generator.identity.entry import format_entry
from generator.identity.ledger import clues_in_use, package_in, parse_ledger
from generator.machine import cache_files
from generator.pages import cache
from generator.pipeline.build import look, run
from generator.report.diff import diff_json, format_diff
from generator.report.findings import format_findings
from generator.report.github import format_annotation
from generator.report.text import format_left_to_do, format_tables
from generator.report.weak import format_weak, weak_json
from generator.settings.values import Settings, read_deck_toml, read_front_matter
from generator.weak.weak_rows import Measure
from generator.workspace import last_build

SECONDS_A_MEGABYTE = 2.0
# Pages are built twice, each row to a note; of a web page each cell is read, written and read.
SECONDS_OF = {"page": 25.0, "html": 15.0, "text": 15.0}
FEWEST_SECONDS = 1.0  # of a small file: the machine has other things to do
MOST_BYTES = 300_000
MEMORY = 3_000_000_000

PAGES = {
    "bio/a.md": "---\ntitle: Cells\ntags: [x]\n---\n# Cells\n\n"
    + table(("mitochondrion", "burns sugar"), ("ribosome", "links acids"))
    + "\nThe ==nucleus== holds the code.\n",
    "bio/b.md": table(("a", "b", "c"), ("d", "e", "f"), header=("Word", "Meaning", "Plural")),
    "bio/deck.toml": 'tags = ["exam"]\n',
}

SETTINGS = b"""id = "x"
deck = "Biology::Cells"
tags = ["exam", "week-1"] # comment
ask = ["Meaning", 'Plural']
exclude = ["templates/**", "*.draft.md"]
quiz = false
url = "https://example.org/page"
ignore = ["BD302"]
lang = "pt-BR"
labels.question = '''What is {}?'''
[labels]
whole_table = \"\"\"All
rows\"\"\"
[[tables]]
left = "Pitfall*"
kind = "trap"
[[tables]]
right = ["a", "*b*"]
key = "x, y"
at = 2026-01-02T03:04:05Z
"""
FRONT = b"""title: "Cells: a tour"
tags: [exam, 'week 1']
ask:
  - Meaning
  - Plural
quiz: no
url: https://example.org
anchors: &a {b: [1, 2]}
more: *a
text: |
  lines
  of text
"""
HTML = b"""<!DOCTYPE html><html lang="en"><head><title>Cells</title><meta charset="utf-8"></head>
<body>
<h1>Cells</h1><p>Some <b>bold</b> <i>text</i> &amp; <code>code</code> $x$</p>
<table><thead><tr><th>Part</th><th colspan=2>Does</th></tr></thead><tbody><tr><td rowspan="2">a</td>
<td>b</td><td><ul><li>c</li></ul></td></tr><tr><td>d</td></tr></tbody></table>
<dl><dt>t</dt><dd>m</dd></dl><details><summary>q</summary>a</details><pre>x\ny</pre>
<ol start=3><li>one<ol><li>two</li></ol></li></ol><img src=x alt=y><svg><g/></svg>
<math><mi>x</mi></math><blockquote>q</blockquote><script>1</script></body></html>"""
SQL = (
    "UPDATE notes SET flds = {text}",
    "UPDATE notes SET flds = replace(flds, char(31), {text})",
    "UPDATE notes SET tags = {text}",
    "UPDATE notes SET mod = {number}",
    "UPDATE notes SET mid = {number}",
    "UPDATE notes SET guid = {text} WHERE id = (SELECT min(id) FROM notes)",
    "UPDATE cards SET ord = {number} WHERE id = (SELECT min(id) FROM cards)",
    "UPDATE cards SET due = {number}",
    "UPDATE cards SET did = {number}",
    "UPDATE col SET decks = {text}",
    "UPDATE col SET decks = replace(decks, 'name', {text})",
    "DELETE FROM cards",
    "DELETE FROM notes",
)
# Beside it: what only the answers and the states of cards make a difference of.
REVIEWS = (
    "UPDATE revlog SET ease = {number}",
    "UPDATE revlog SET id = id + {number}",
    "UPDATE revlog SET type = {text}",
    "UPDATE revlog SET time = {number}",
    "UPDATE revlog SET cid = {number} WHERE id = (SELECT min(id) FROM revlog)",
    "UPDATE cards SET data = {text}",
    "UPDATE cards SET data = '{{\"d\": ' || {number} || ', \"s\": 1}}'",
    "UPDATE cards SET lapses = {number}",
    "UPDATE cards SET queue = {text}",
    "UPDATE col SET crt = {number}",
    "UPDATE col SET models = {text}",
    "UPDATE notes SET id = id + {number}",
)
ANSWERS = """
    INSERT INTO revlog SELECT 1780000000000 + 90000000 * n.value + c.rowid, c.id, 0,
    1 + n.value % 4, 1, 1, 2500, 4000, n.value % 2 FROM cards c, json_each('[1,2,3,4,5]') n
"""
TEXT = "\n".join(each(2).get(PAGE, "") for each in [*FORMS.values(), *BLOCKS.values()])
PIECES = (
    "{{c1::", "}}", "<", ">", "&", "\x1f", "::", '"', "'", "\\", "[", "]", "{", "}", "\n", "=", ",",
    ".", "#", "-", "*", "[sound:", '<img src="', "<!--", "-->", "\x00", "\x1b[2J", "\ud7ff", "é",
    "1" * 30, "0x" + "f" * 40, "null", "true", "[[", "]]", '"""', "'''", "<table>", "<td>", "</td>",
    "<tr>", "<b>", "</b>", "&#x41;", "<li>", "<ul>", "$", "`", "|", ": ", "- ", "&a", "*a", "!",
    *MARKDOWN, *MARKS.values(),
)  # fmt: skip


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Some faults: bytes that are gone, others, come, in another place or very often."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((1, 3, 10, 60)))
        piece = chance.choice((data[start:end], chance.choice(PIECES).encode()))
        match chance.randrange(6):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:start] + piece + data[start:]
            case 2:
                data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
            case 3:
                place = chance.randrange(len(data) + 1)
                data = data[:place] + data[start:end] + data[place:]
            case 4:
                times = chance.choice((3, 50, 5000, 50_000))
                piece = (piece * times)[: MOST_BYTES // 2]
                data = data[:start] + piece + data[start:]
            case 5:
                data = data[:start] + piece + data[end:]
    return data[:MOST_BYTES]


class Package:
    """What is built once, and compared with packages that are changed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        self.source, self.output = self.folder / "notes", self.folder / "decks"
        build_in(self.folder, PAGES)
        self.package = self.output / "bio.apkg"
        self.ledger = (self.source / "ledger.jsonl").read_bytes()
        with zipfile.ZipFile(self.package) as archive:
            self.database = archive.read("collection.anki2")
        self.reviewed = self._with_answers()
        self.result = look(self.source, self.output, NOW)
        run(self.source, self.output, NOW, seen=last_build.read_state(self.source, self.output))
        self.last = last_build.last_build_file(self.source, self.output)
        self.remembered = self.last.read_bytes().partition(b"\n")[2]
        self.pages = cache_files.pages_file(self.source)
        with closing(sqlite3.connect(self.pages)) as connection:
            (self.value,) = connection.execute("SELECT value FROM pages").fetchone()

    def compare(self, data: bytes) -> None:
        path = self.folder / "crafted.apkg"
        path.write_bytes(data)
        with suppress(ValueError, CommandError):
            read_package_file(path)
            compared = diff(self.result, self.source, self.output, [path])
            format_diff(compared, self.source, color=True)
            json.loads(diff_json(compared))

    def _with_answers(self) -> bytes:
        path = self.folder / "reviewed"
        path.write_bytes(self.database)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(ANSWERS)
        return path.read_bytes()

    def change(self, data: bytes, chance: random.Random, *, is_reviewed: bool = False) -> bytes:
        """A package whose bytes, database or texts are changed."""
        if chance.random() < 0.2:
            return mutate(self.package.read_bytes(), chance)
        database, original = self.folder / "database", self.database
        sql = SQL
        if is_reviewed:
            original, sql = self.reviewed, (*SQL, *REVIEWS, *REVIEWS)
        database.write_bytes(original)
        if chance.random() < 0.3:
            database.write_bytes(mutate(original, chance))
        else:
            text = mutate(data, chance).decode("utf-8", "replace").replace("\0", "")
            literal = "'" + text.replace("'", "''") + "'"
            number = chance.choice((0, -1, 2**63 - 1, -(2**63), 1.5, 10**30, "x'00'", literal))
            with closing(sqlite3.connect(database)) as connection, connection:
                for statement in chance.sample(sql, chance.choice((1, 2))):
                    with suppress(sqlite3.Error):
                        connection.execute(statement.format(text=literal, number=number))
        path = self.folder / "made.apkg"
        with zipfile.ZipFile(path, "w", chance.choice((0, 8))) as archive:
            archive.write(database, "collection.anki2")
            archive.writestr("media", "{}")
        return path.read_bytes()

    def write_text(self, data: bytes) -> None:
        """What an import would change, as text files."""
        path = self.folder / "crafted.apkg"
        path.write_bytes(data)
        with suppress(ValueError, CommandError):
            compared = diff(self.result, self.source, self.output, [path])
            write_changes(compared, self.folder / "texts")

    def find_weak(self, data: bytes) -> None:
        path = self.folder / "reviewed.apkg"
        path.write_bytes(data)
        for measure in Measure:
            with suppress(CommandError):
                found = weak(self.source, self.output, path, measure, 20, 0, NOW)
                assert isinstance(found, Weak)
                format_weak(found.report, self.source, color=True)
                json.loads(weak_json(found.report, "file", 0, 0, 0))

    def build_page(self, data: bytes) -> None:
        """A page beside the others, twice: the second time with the first one's ledger."""
        page, ledger = self.source / PAGE.replace("a.md", "c.md"), self.source / "ledger.jsonl"
        page.write_bytes(data)
        try:
            for turn in range(2):
                found = run(self.source, self.folder / "more", NOW + turn, retire=True)
                assert turn == 0 or not found.changed_files
                for each in found.result.diagnostics:
                    format_annotation(each, self.source, self.folder)
                list(format_findings(found.result.diagnostics, self.source, is_all=True))
                format_tables(found.result.tables, self.source)
        finally:
            page.unlink()
            ledger.write_bytes(self.ledger)

    def read_ledger(self, data: bytes) -> None:
        package_in(data)
        clues_in_use(data)
        found, faults = parse_ledger(data)
        if faults:
            return
        again, faults = parse_ledger(
            b"".join([b'{"ledger": 1}\n', *map(format_entry, found.entries.values())])
        )
        assert not faults
        assert again.entries == found.entries
        look(self.source, self.output, NOW, data)

    def remember(self, data: bytes) -> None:
        """A cache with the right checksum: what was built is told, or is built again."""
        self.last.write_bytes(last_build._first_line(data).encode() + b"\n" + data)
        state = last_build.read_state(self.source, self.output)
        outcome = last_build.unchanged(state, self.source, self.output)
        if outcome:
            format_tables(outcome.result.tables, self.source)
            format_left_to_do(outcome.result, is_new=True)
        run(self.source, self.output, NOW, dry=True, seen=state)

    def keep(self, data: bytes) -> None:
        """A page of the cache with the right checksum."""
        with closing(sqlite3.connect(self.pages)) as connection, connection:
            connection.execute("UPDATE pages SET value = ?", (cache._with_checksum(data),))
        look(self.source, self.output, NOW)


def _settings(data: bytes) -> None:
    read_deck_toml(data.decode("utf-8", "replace"), "deck.toml", Settings())


def _front_matter(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for is_toml in (False, True):
        read_front_matter(FrontMatter(text[:100_000], 2, is_toml), "a.md", Settings())


def _html(data: bytes) -> None:
    draft(data, "page.html", "note.md")


def _text(data: bytes) -> None:
    draft(data, "page.txt", "note.md")


FIELD = b"a <b>field</b> {{c1::of::it}}"
PACKED = ("packages", "changes", "weak")
Check = Callable[[bytes], None]
TARGETS: dict[str, Callable[[Package], tuple[bytes, Check]]] = {
    "settings": lambda _: (SETTINGS, _settings),
    "front-matter": lambda _: (FRONT, _front_matter),
    "html": lambda _: (HTML, _html),
    "text": lambda _: (PAGES["bio/a.md"].encode() + HTML, _text),
    "ledger": lambda made: (made.ledger, made.read_ledger),
    "page": lambda made: (TEXT.encode(), made.build_page),
    "packages": lambda made: (FIELD, made.compare),
    "changes": lambda made: (FIELD, made.write_text),
    "weak": lambda made: (FIELD, made.find_weak),
    "last-build": lambda made: (made.remembered, made.remember),
    "pages": lambda made: (made.value[cache._CHECKSUM :], made.keep),
}


def main(name: str, seconds: float, seed: int) -> None:
    """Check changed files for so many seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    made = Package()
    start, check = TARGETS[name](made)
    end, number, slowest = time.monotonic() + seconds, seed, 0.0
    while time.monotonic() < end:
        chance = random.Random(number)
        is_packed = name in PACKED
        data = (
            made.change(start, chance, is_reviewed=name == "weak")
            if is_packed
            else mutate(start, chance)
        )
        before = time.process_time()
        try:
            check(data)
            took = time.process_time() - before
            slowest = max(slowest, took)
            size = max(10 * MOST_BYTES, len(data)) if is_packed else len(data)
            rate = SECONDS_OF.get(name, SECONDS_A_MEGABYTE)
            allowed = max(FEWEST_SECONDS, rate * size / 1_000_000)
            assert took < allowed, f"{took:.1f} s for {len(data):,} bytes"
        except BaseException:
            Path(f"crash-{name}-{number}").write_bytes(data)
            print(f"{name}: number {number}", flush=True)
            raise
        number += 1
    print(f"{name}: {number - seed:,} files, the slowest took {slowest:.2f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
