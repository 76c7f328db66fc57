"""Twice the notes are twice the work: counts of calls, for every construct that there is.

What a regular expression or a copy costs, counts do not see: `fuzz/growth.py` measures that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from build_notes import NOW, build_in, work_of, write_notes
from growing import CONSTRUCTS, COPIED, FORMS, PAGE, WEB, Files, number_for, rows, text_of

from generator.draft.drafting import draft
from generator.pipeline.build import look, run
from generator.report.findings import format_findings
from generator.report.text import format_tables

SIZE = 3_000  # bytes, of the largest
MOST = 2.5  # of a doubling; what is sorted takes a little more than twice as long
LEAST = 8_000  # calls
# Of what stands in one cell each costs the same.
COUNTED = [name for name in CONSTRUCTS if not name.startswith("in ")]


def build(folder: Path, now: int) -> None:
    source = folder / "notes"
    result = run(source, folder / "decks", now, retire=True).result
    list(format_findings(result.diagnostics, source, is_all=True))
    format_tables(result.tables, source)


def warm(folder: Path, files: Files) -> None:
    """Build once: patterns are compiled, and much is made, when it is first used."""
    write_notes(folder / "notes", files)
    build(folder, NOW)


def work(folder: Path, files: Files, now: int = NOW) -> int:
    """How many calls a build takes."""
    write_notes(folder / "notes", files)
    return sum(work_of(lambda: build(folder, now)).values())


@pytest.fixture(scope="module", autouse=True)
def _once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is compiled, and made once in a process, is made before anything is counted."""
    text = "\n".join(each(3).get(PAGE, "") for each in FORMS.values())
    warm(tmp_path_factory.mktemp("once"), {PAGE: text, "deck.toml": 'tags = ["x"]\n'})
    for unit in WEB.values():
        draft(text_of(3, unit, "<body>").encode(), "a.html", "a.md")


def assert_grows_no_faster(one: int, two: int, four: int) -> None:
    assert four - two <= MOST * max(two - one, LEAST), (one, two, four)


@pytest.mark.parametrize("name", COUNTED)
def test_work_grows_with_the_notes_and_no_faster(tmp_path: Path, name: str) -> None:
    construct = CONSTRUCTS[name]
    number = max(4, number_for(construct, SIZE))
    numbers = (number // 4, number // 2, number)
    warm(tmp_path / "once", construct(numbers[0]))
    assert_grows_no_faster(*(work(tmp_path / str(each), construct(each)) for each in numbers))


@pytest.mark.parametrize("name", ["quiz below a number", "lettered, each asks the same"])
def test_so_it_does_where_each_looks_at_what_stands_above_it(tmp_path: Path, name: str) -> None:
    # Of fewer a look at all that stand above costs no more than the rest.
    construct = CONSTRUCTS[name]
    work(tmp_path / "once", construct(10))
    counts = [work(tmp_path / str(number), construct(number)) for number in (150, 300, 600)]
    assert_grows_no_faster(*counts)


@pytest.mark.parametrize("name", ["trap table", "near clues", "gaps", "questions and answers"])
def test_so_does_the_search_for_notes_whose_words_have_changed(tmp_path: Path, name: str) -> None:
    # Of fewer each is compared with each.
    counts = []
    for number in (150, 300, 600):
        folder, files = tmp_path / str(number), CONSTRUCTS[name](number)
        work(folder, files)
        changed = {path: text.replace("a", "e") for path, text in files.items()}
        counts.append(work(folder, changed, NOW + 1))
    assert_grows_no_faster(*counts)


LEDGERS: dict[str, Callable[[list[str]], str]] = {
    "as it was written": "".join,
    "each line twice": lambda lines: "".join(line * 2 for line in lines),
    "two sides": lambda lines: "".join(
        f"<<<<<<< a\n{line}=======\n{line.replace('answer', 'other')}>>>>>>> b\n" for line in lines
    ),
    "two sides of all": lambda lines: (
        f"<<<<<<< a\n{''.join(lines)}=======\n{''.join(lines).replace('19', '18')}>>>>>>> b\n"
    ),
    "one GUID": lambda lines: "".join(
        lines[0].replace("word0", f"w{n}") for n in range(len(lines))
    ),
    "one note id": lambda lines: re.sub(r'"note_id": \d+', '"note_id": 5', "".join(lines)),
    "one clue": lambda lines: re.sub(r'"clue": "word\d+"', '"clue": "word"', "".join(lines)),
    "clues that are nearly there": lambda lines: "".join(lines).replace("word", "the word"),
    "another page": lambda lines: "".join(lines).replace("bio/a.md", "bio/b.md"),
    "retired": lambda lines: "".join(lines).replace('"table":', '"retired": 1790000000, "table":'),
    "markers": lambda lines: "<<<<<<< a\n=======\n>>>>>>> b\n" * len(lines),
    "open markers": lambda lines: "<<<<<<< a\n" * len(lines),
    "first lines": lambda lines: '{"ledger": 1}\n' * len(lines),
    "what is no line": lambda lines: "what\n" * len(lines),
    "blank lines": lambda lines: "\n" * len(lines),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_so_does_the_reading_of_a_ledger(tmp_path: Path, name: str) -> None:
    counts = []
    for number in (150, 300, 600):
        folder = tmp_path / str(number)
        page = rows("| Word | Meaning |", "| word%d | answer%d |")(number)
        folder.mkdir()
        outcome = build_in(folder, {**page, "bio/b.md": "text\n"})
        first, *lines = outcome.result.ledger.splitlines(keepends=True)
        text = (first + LEDGERS[name](lines)).encode()
        source, output = folder / "notes", folder / "decks"
        counts.append(sum(work_of(lambda: look(source, output, NOW, text)).values()))  # noqa: B023
    assert_grows_no_faster(*counts)


@pytest.mark.parametrize("name", WEB)
def test_so_does_the_draft_of_a_web_page(name: str) -> None:
    pages = (text_of(number, WEB[name], "<body>") for number in (100, 200, 400))
    counts = [work_of(lambda: draft(page.encode(), "a.html", "a.md")) for page in pages]  # noqa: B023
    assert_grows_no_faster(*(sum(count.values()) for count in counts))


@pytest.mark.parametrize("name", COPIED)
def test_so_does_the_draft_of_a_text(name: str) -> None:
    texts = (text_of(number, COPIED[name]) for number in (100, 200, 400))
    counts = [work_of(lambda: draft(text.encode(), "a.txt", "a.md")) for text in texts]  # noqa: B023
    assert_grows_no_faster(*(sum(count.values()) for count in counts))


def test_so_does_the_search_for_the_columns_that_a_table_has_lost() -> None:
    row = "The part with number %d of a cell keeps it in shape%d\n"
    texts = ["Need Use\n" + text_of(number, row) for number in (100, 200, 400)]
    counts = [work_of(lambda: draft(text.encode(), "a.txt", "a.md")) for text in texts]  # noqa: B023
    assert_grows_no_faster(*(sum(count.values()) for count in counts))


def test_what_compares_all_with_all_would_be_found() -> None:
    def work_on(number: int) -> int:
        places = range(number)
        pairs = (max(a, b) for a in places for b in places)
        return sum(work_of(lambda: sum(pairs)).values())

    counts = map(work_on, (100, 200, 400))
    with pytest.raises(AssertionError):
        assert_grows_no_faster(*counts)
