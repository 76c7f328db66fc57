"""Tables become notes: golden cases from pages to all that comes of them, and properties."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cases import Case, cases
from hypothesis import given, settings
from hypothesis import strategies as st
from made_notes import Made, MadeNote, made_of

from generator.core.diagnostics import Diagnostic, number
from generator.core.model import Position, Source, TableReport
from generator.core.note_fields import (
    MOST_ATTRIBUTES,
    ClozeFields,
    ClueFields,
    CompareFields,
    QuizFields,
    TrapFields,
    header_of,
)
from generator.notes.surroundings import tag_name
from generator.settings.values import Settings, read_deck_toml

# A line such as `=== week-1/second.md` begins another page of the package; what stands before the
# first is lesson.md, and `=== deck.toml` holds the folder's settings.
_NEXT_FILE = re.compile(r"^=== (.+)\n", re.MULTILINE)
_PACKAGE = "bio"


def composed(text: str) -> Made:
    """What the pages in ``text`` become, as one package in one deck."""
    pieces = ["lesson.md", *_NEXT_FILE.split(text)]
    files = dict(zip(pieces[::2], pieces[1::2], strict=True))
    of_folder, found = read_deck_toml(files.pop("deck.toml", ""), "deck.toml", Settings(deck="Bio"))
    assert not found
    sources = (Source(f"{_PACKAGE}/{name}", content) for name, content in files.items())
    return made_of(_PACKAGE, [(source, of_folder) for source in sources])


def the_note(text: str) -> MadeNote:
    made = composed(text)
    assert made.diagnostics == ()
    (note,) = made.notes
    return note


# --- golden cases -----------------------------------------------------------------------------


@cases("compose.md")
def test_cases(case: Case) -> None:
    case.check(dump(composed(case.input + "\n")))


@cases("forms.md")
def test_lists_quizzes_and_marked_text(case: Case) -> None:
    case.check(dump(composed(case.input + "\n")))


@cases("readings.md")
def test_how_tables_are_read(case: Case) -> None:
    made = composed(case.input + "\n")
    lines = [*map(dump_report, made.tables), *map(dump_asked, made.notes)]
    case.check("\n".join([*lines, *map(dump_diagnostic, made.diagnostics)]))


def dump_asked(note: MadeNote) -> str:
    """A line: the clue, and what is asked of it."""
    fields, origin = note.fields, note.origin
    place = f"{note.position.file}:{note.position.line}"
    if isinstance(fields, CompareFields):
        asked = [f"{header}? {answer}" for header, _, answer in attributes(fields) if answer]
    else:
        assert isinstance(fields, ClueFields | TrapFields)
        asked = [f"{fields.ask}? {fields.answer}"]
    if isinstance(fields, ClueFields):
        asked += ["quiz"] if fields.options else []
        asked += [f"{fields.reverse} both ways"] if fields.reverse else []
    asked += [
        f"{name}: {html}"
        for name, html in (("below", fields.extra), ("why", fields.why), ("hint", fields.hint))
        if html
    ]
    return f"{place} [{fields.cue}] {origin.clue} → {' / '.join(asked)}"


def attributes(fields: CompareFields) -> Iterator[tuple[str, str, str]]:
    """Header, options and answer of each attribute that has a header."""
    for n in range(1, MOST_ATTRIBUTES + 1):
        if header := getattr(fields, f"h{n}"):
            yield header_of(header), getattr(fields, f"options{n}"), getattr(fields, f"a{n}")


def dump_options(html: str) -> str:
    options = re.findall(r"<li([^>]*)>(.*?)</li>", html)
    return " / ".join(f"*{text}*" if "data-ok" in how else text for how, text in options)


def dump(made: Made) -> str:
    """Everything that came of the pages but the labels, as text that reads well in a diff."""
    blocks = ["\n".join(map(dump_report, made.tables)), *map(dump_note, made.notes)]
    blocks.append("\n".join(map(dump_diagnostic, made.diagnostics)))
    return "\n\n".join(filter(None, blocks))


def dump_report(report: TableReport) -> str:
    place = "{}:{}:{}".format(*report.position)
    became = report.kind or f"skipped, {report.skipped}"
    header = " | ".join(report.header)
    became += "" if report.form == report.form.TABLE else f" from a {report.form}"
    counts = f"{number(report.rows, 'row')}, {number(report.notes, 'note')}"
    counts += "".join(
        f", {count} {what}"
        for count, what in (
            (report.held, "held"),
            (report.unfinished, "unfinished"),
            (report.joined, "joined"),
        )
        if count
    )
    return f"{place} {header}: {became}, {counts}"


def dump_diagnostic(found: Diagnostic) -> str:
    return "{}:{}:{} ".format(*found.position) + f"{found.code} {found.severity}: {found.message}"


def dump_note(note: MadeNote) -> str:
    fields = note.fields
    lines = [
        f"{note.origin.kind} " + "{}:{}:{}".format(*note.position),
        f"  deck {note.deck}, tags {' '.join(note.tags)}",
        f"  on top    {fields.context}",
    ]
    if isinstance(fields, ClozeFields):
        lines += [f"  lead      {fields.lead}", f"  text      {fields.cue}: {fields.text}"]
        lines.append(f"  known by  {note.origin.clue} / {note.origin.answer}")
    else:
        lines.append(f"  prompt    {fields.cue}: {fields.prompt}")
    if isinstance(fields, QuizFields):
        several = ", several" if fields.multiple else ""
        lines.append(f"  asks      {fields.question}  {fields.answer}{several}")
    elif isinstance(fields, CompareFields):
        for header, options, answer in attributes(fields):
            lines.append(f"  asks      {header}: {answer or NOTHING}")
            lines.append(f"  options   {dump_options(options)}")
        lines.append(f"  row       {fields.row}")
    elif not isinstance(fields, ClozeFields):
        lines.append(f"  asks      {fields.question}  {fields.ask}: {fields.answer or NOTHING}")
    if isinstance(fields, ClueFields | QuizFields):
        lines.append(f"  options   {dump_options(fields.options)}")
    if isinstance(fields, ClueFields | CompareFields):
        lines.append(f"  reverse   {fields.reverse}")
    if isinstance(fields, ClueFields | TrapFields):
        lines.append(f"  asks why  {fields.why_ask}")
    if isinstance(fields, ClueFields):
        lines.append(f"  step      {fields.step}")
    if isinstance(fields, TrapFields):
        lines.append(f"  spot      {dump_options(fields.spot)}")
    if isinstance(fields, QuizFields):
        lines.append(f"  open      {fields.open}")
    lines += [
        f"  hint      {fields.hint}",
        f"  extra     {fields.extra}",
        f"  why       {fields.why}",
    ]
    if not isinstance(fields, ClozeFields | QuizFields):
        lines.append(f"  table     {dump_panel(fields.table)}")
    section = f" › {fields.section}" if fields.section else ""
    lines.append(f"  foot      {fields.page}{section}, {fields.source}")
    lines.append(f"  at foot   {fields.foot}")
    lines.append(f"  ID        {note.origin.id}")
    return "\n".join(line.rstrip() for line in lines if line.strip() not in _LEFT_OUT)


NOTHING = "–"
_LEFT_OUT = {
    *("on top", "lead", "options", "row", "reverse", "asks why", "step", "spot", "open", "hint"),
    *("extra", "why", "table", "at foot", "ID"),
}


def dump_panel(html: str) -> str:
    """``Clue, Answer / batch, many rows / → stream, no end``: the arrow is at the own row."""
    rows = re.findall(r"<tr( class=\"here\")?>(.*?)</tr>", html)
    return " / ".join(
        ("→ " if here else "")
        + ", ".join(cell or NOTHING for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", cells))
        for here, cells in rows
    )


# --- the text around the notes' own -----------------------------------------------------------

TABLE = "Trigger | Mode\n--- | ---\na timer | batch\na click | real-time\nno end | stream\n"
TRAP = "Trap | {}\n--- | ---\nguessing | measure first\ncopying | understand\n"


@pytest.mark.parametrize(
    ("lang", "question", "table_label", "correct"),
    [
        ("en", "Mode?", "Whole table", "Correct answer"),
        ("de", "Mode?", "Ganze Tabelle", "Richtige Antwort"),
        ("de-AT", "Mode?", "Ganze Tabelle", "Richtige Antwort"),
        ("es", "¿Mode?", "Tabla completa", "Respuesta correcta"),
        ("fr", "Mode\u202f?", "Tableau entier", "Bonne réponse"),
        ("ar", "Mode؟", "Whole table", "Correct answer"),
        ("ja", "Mode？", "Whole table", "Correct answer"),
    ],
)
def test_a_card_speaks_the_language_of_its_page(
    lang: str, question: str, table_label: str, correct: str
) -> None:
    for note in composed(f"---\nlang: {lang}\n---\n{TABLE}").notes:
        fields = note.fields
        assert isinstance(fields, ClueFields)
        assert (fields.lang, fields.question) == (lang, question)
        assert fields.table_label == table_label
        assert fields.labels.split("<i>")[3] == f"{correct}</i>"


def test_a_quiz_with_several_right_options_says_so_in_its_labels() -> None:
    for ticked, label in (("x ", "Richtige Antwort"), ("xx", "Richtige Antworten")):
        options = "".join(f"- [{tick}] {name}\n" for tick, name in zip(ticked, "AB", strict=True))
        (note,) = composed(f"---\nlang: de\n---\nWelche?\n\n{options}- [ ] C\n").notes
        assert note.fields.labels.split("<i>")[3] == f"{label}</i>"


@pytest.mark.parametrize(
    ("lang", "header", "question"),
    [
        ("en", "Better rule", "What is the better rule?"),
        ("en", "**better RULE**", "What is the better rule?"),
        ("en", "Do instead", "Do instead?"),
        ("en", "What to do?", "What to do?"),
        ("en", "Instead, you should…", "Instead, you should…"),
        ("de", "Bessere Regel", "Wie lautet die bessere Regel?"),
        ("de", "Besser", "Besser?"),
        ("es", "Mejor regla", "¿Cuál es la mejor regla?"),
        ("es", "¿Qué hacer?", "¿Qué hacer?"),
        ("es", "¡Mejor así!", "¡Mejor así!"),
        ("fr", "Meilleure règle", "Quelle est la meilleure règle\u202f?"),
        ("fr", "Meilleure re\u0300gle", "Quelle est la meilleure règle\u202f?"),
        ("ar", "القاعدة؟", "القاعدة؟"),
        ("zh", "规则：", "规则："),
    ],
)
def test_a_trap_asks_for_the_better_rule(lang: str, header: str, question: str) -> None:
    for note in composed(f"---\nlang: {lang}\n---\n{TRAP.format(header)}").notes:
        assert isinstance(note.fields, TrapFields)
        assert note.fields.question == question


def test_labels_of_a_folder_are_text_not_html() -> None:
    toml = "=== deck.toml\nlabels = { whole_table = 'All <b> {{x}}', question = '{} <i>[y]?' }\n"
    fields = composed(TABLE + toml).notes[0].fields
    assert isinstance(fields, ClueFields)
    assert fields.table_label == "All &lt;b&gt; {&#123;x}}"
    assert fields.question == "Mode &lt;i&gt;&#91;y]?"


def test_what_anki_would_run_in_a_header_is_text() -> None:
    text = "Mode | a [sound:x.mp3] | {{Answer}}\n--- | --- | ---\nbatch | one | two\nstream | 3 | 4"
    for note in composed(text).notes:
        for html in note.fields:
            assert "[sound:" not in html
            assert "{{" not in html


# --- tags -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("exam", "exam"),
        (" two words ", "two-words"),
        ("a :: b", "a::b"),
        ("::a::::b::", "a::b"),
        ("a\u3000b", "a-b"),
        ("", ""),
        ("::", ""),
    ],
)
def test_a_tag_has_no_space_and_no_empty_part(text: str, tag: str) -> None:
    assert tag_name(text) == tag


def test_a_tag_stands_once_whatever_its_case() -> None:
    text = "Word | Meaning | Tags\n--- | --- | ---\nmitosis | division | Exam exam KIND::clue\n"
    assert the_note(text).tags == ("Exam", "bio::lesson", "kind::clue")


# --- repeats ----------------------------------------------------------------------------------


def repeated(*rows: str) -> tuple[list[str], list[str]]:
    """The IDs of the notes that the rows make, and the codes of what is found."""
    made = composed(
        "\n".join(("Word | Meaning | ID", "--- | --- | ---", *(f"| {row} |" for row in rows)))
    )
    return [note.origin.id for note in made.notes], [d.code for d in made.diagnostics]


@pytest.mark.parametrize(
    ("rows", "ids", "codes"),
    [
        # One row, written twice: the ID outlives, wherever it stands.
        (("a | b | ", "a | b | "), [""], ["BD303"]),
        (("a | b | x", "a | b | "), ["x"], ["BD303"]),
        (("a | b | ", "a | b | x"), ["x"], ["BD303"]),
        (("a | b | x", "a | b | x"), ["x"], ["BD303"]),
        (("a | b | ", "a | b | x", "a | b | "), ["x"], ["BD303"]),
        # Two IDs are two notes, as the person says.
        (("a | b | x", "a | b | y"), ["x", "y"], []),
        (("a | b | x", "a | c | y"), ["x", "y"], []),
        (("a | b | ", "a | b | x", "a | b | y"), ["x", "y"], ["BD303"]),
        # One ID is enough to tell two answers apart for us, but not for who has to answer: the
        # other row is held.
        (("a | b | x", "a | c | "), ["x"], ["BD301"]),
        (("a | b | ", "a | c | x"), [""], ["BD301"]),
        (("a | b | x", "d | e | x"), ["x"], ["BD404"]),
    ],
)
def test_repeated_rows_and_their_ids(
    rows: tuple[str, ...], ids: list[str], codes: list[str]
) -> None:
    assert repeated(*rows) == (ids, codes)


def test_a_clue_with_many_answers_is_joined_in_its_table() -> None:
    table = "Word | Meaning\n--- | ---\n{}\n"
    text = table.format("cell | room") + "\n" + table.format("cell | unit of life\ncell | battery")
    found = sorted(
        ((d.code, d.position.line, d.message) for d in composed(text).diagnostics), reverse=True
    )
    assert found == [
        ("BD302", 7, "'cell' has another answer in bio/lesson.md:3"),
        ("BD264", 8, "'cell' has another answer in line 7; its cards show both"),
    ]


def test_accents_written_in_two_ways_are_one_clue() -> None:
    rows = "cafe\u0301 | coffee\ncaf\u00e9 | coffee\n"
    made = composed(f"Mot | Sens\n--- | ---\n{rows}")
    assert [d.code for d in made.diagnostics] == ["BD303"]
    assert made.notes[0].origin.clue == "caf\u00e9"


def test_so_many_answers_are_one_note_and_each_further_one_is_reported() -> None:
    rows = "".join(f"same | answer {number}\n" for number in range(100))
    made = composed(f"Word | Meaning\n--- | ---\n{rows}")
    assert len(made.notes) == 1
    assert made.notes[0].fields.answer.count("<br>") == 11  # type: ignore[union-attr]
    held = [d for d in made.diagnostics if d.code == "BD301"]
    assert [d.position.line for d in held] == list(range(15, 103))
    assert {d.message for d in held} == {"'same' has another answer in line 3 of this table"}
    assert [d.code for d in made.diagnostics if d not in held] == ["BD264"]


# --- cells that show nothing ------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["", "&nbsp;", "<br>", "** **"])
def test_a_cell_in_which_a_reader_sees_nothing_is_empty(cell: str) -> None:
    made = composed(f"Word | Meaning\n--- | ---\nmitosis | {cell} |\n| {cell} | division |\n")
    found = [(d.code, d.position.line, d.position.column) for d in made.diagnostics]
    if cell == "** **":  # four asterisks with a space between are text
        assert found == []
    else:
        assert [entry[:2] for entry in found] == [("BD261", 4)]
        assert made.tables[0][3:5] == (2, 0)
        assert (made.tables[0].held, made.tables[0].unfinished) == (1, 1)


def test_a_cell_with_nothing_but_a_picture_is_a_picture_not_empty() -> None:
    made = composed("Bone | Where\n--- | ---\nfemur | ![](leg.png)\n")
    assert [d.code for d in made.diagnostics] == ["BD319"]


def test_a_control_character_is_reported_and_left_out() -> None:
    made = composed("Bone | Where\n--- | ---\nskull | he\x02ad\n")
    assert [(d.code, d.position.column) for d in made.diagnostics] == [("BD108", 9)]
    assert [note.fields[:2] for note in made.notes] == [("skull", "head")]


# --- where a row stands -----------------------------------------------------------------------

PAGE = """# Cells

## Parts

Part | Task | Why | Tags | ID
--- | --- | --- | --- | ---
| nucleus | keeps the DNA | it is the archive | core | n1 |
| ribosome | builds proteins | | | |
| membrane | lets some things in | it is a border | core | |
| vacuole | stores water | | | v1 |

<!-- cards: reverse -->

Word | Meaning
--- | ---
mitosis | division
osmosis | water moves

Trap | Better rule
--- | ---
counting cells twice | mark each cell

Cell | Wall | Size | Example
--- | --- | --- | ---
plant | yes | large | leaf
animal | no | | skin
"""
PROSE = st.lists(
    st.lists(st.text("abcdefgh", min_size=1, max_size=8), max_size=5).map(" ".join), max_size=12
)


def without_position(made: Made) -> list[MadeNote]:
    nowhere = Position("", 1, 1)
    return [note._replace(position=nowhere) for note in made.notes]


def test_the_page_of_these_properties_makes_notes_of_every_kind() -> None:
    made = composed(PAGE)
    assert not made.diagnostics
    assert {note.origin.kind for note in made.notes} == {"clue", "trap", "compare"}
    assert any(note.fields.options for note in made.notes if isinstance(note.fields, ClueFields))


@settings(deadline=None)
@given(PROSE)
def test_lines_at_the_top_change_nothing_but_positions(prose: list[str]) -> None:
    before, after = composed(PAGE), composed("\n".join([*prose, "", PAGE]))
    assert without_position(after) == without_position(before)
    assert [note.fields for note in after.notes] == [note.fields for note in before.notes]
    assert [note.position.line for note in after.notes] == [
        note.position.line + len(prose) + 1 for note in before.notes
    ]


@settings(deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_rows_changes_nothing_but_the_table_on_the_back(order: list[int]) -> None:
    lines = PAGE.split("\n")
    rows = lines[6:10]
    mixed = "\n".join([*lines[:6], *(rows[index] for index in order), *lines[10:]])

    def fields(text: str) -> list[tuple[str, ...]]:
        return sorted(tuple(note.fields._replace(table="")) for note in composed(text).notes)

    assert fields(mixed) == fields(PAGE)


# --- the table on the back --------------------------------------------------------------------

MOST = 24  # rows that a card shows


def long_table(*clues: str) -> str:
    return "\n".join(["Clue | Answer", "--- | ---", *(f"{clue} | of {clue}" for clue in clues)])


def panels(*clues: str) -> dict[str, list[str]]:
    """By prompt, the clues that the table on the back shows; the own one has an arrow."""
    found = {}
    for note in composed(long_table(*clues)).notes:
        assert isinstance(note.fields, ClueFields)
        rows = dump_panel(note.fields.table).split(" / ")[1:]
        found[note.fields.prompt] = [row.partition(",")[0] for row in rows]
    return found


def test_a_table_of_one_row_is_not_repeated_on_the_back() -> None:
    assert panels("alone") == {"alone": []}


@pytest.mark.parametrize("size", [2, 23, MOST, MOST + 1, 60])
def test_each_card_marks_its_own_row_once(size: int) -> None:
    clues = [f"c{number}" for number in range(size)]
    for clue, shown in panels(*clues).items():
        assert len(shown) == min(size, MOST)
        assert [row for row in shown if row.startswith("→ ")] == [f"→ {clue}"]
        # What is shown is one stretch of the table, in its order.
        start = clues.index(shown[0].removeprefix("→ "))
        assert [row.removeprefix("→ ") for row in shown] == clues[start : start + len(shown)]


def test_a_long_table_shows_the_rows_around_the_own() -> None:
    shown = panels(*(f"c{number}" for number in range(60)))
    assert 10 <= shown["c30"].index("→ c30") <= 13
    assert shown["c0"][0] == "→ c0"
    assert shown["c59"][-1] == "→ c59"


def test_a_label_says_whether_the_table_is_whole() -> None:
    for size, label in ((MOST, "Whole table"), (MOST + 1, "Rows around this one")):
        note = composed(long_table(*(f"c{number}" for number in range(size)))).notes[0]
        assert isinstance(note.fields, ClueFields)
        assert note.fields.table_label == label


@pytest.mark.parametrize("place", [0, 30, 60])
def test_a_row_put_into_a_long_table_changes_only_cards_near_it(place: int) -> None:
    clues = [f"c{number}" for number in range(60)]
    before, after = panels(*clues), panels(*clues[:place], "new", *clues[place:])
    changed = [clue for clue in clues if before[clue] != after[clue]]
    assert changed
    assert len(changed) <= MOST
    assert all(abs(clues.index(clue) - place) <= MOST for clue in changed)


def test_a_comparisons_table_begins_with_what_its_cards_ask() -> None:
    rows = "1 | a | b | n | c\n2 | d | e | | f\n"
    text = f"No. | Mode | Speed | Note | Cost\n--- | --- | --- | --- | ---\n{rows}"
    fields = composed(text).notes[0].fields
    assert isinstance(fields, CompareFields)
    assert fields.table.startswith('<table class="wide">')
    assert dump_panel(fields.table).startswith("Mode, Speed, Cost, No., Note / → a, b, c, 1, n")


def test_links_by_reference_are_read_wherever_text_is_plain() -> None:
    note = the_note(
        "# The [guide][g]\n\n## On [modes][g]\n\n"
        "| [Need][g] | First [move][g] |\n|---|---|\n| a [fast][g] answer[^1] | [cache][g] |\n\n"
        "[g]: https://example.org\n\n[^1]: Said elsewhere.\n"
    )
    assert isinstance(note.fields, ClueFields)
    assert (note.fields.page, note.fields.section) == ("The guide", "On modes")
    assert (note.fields.cue, note.fields.ask) == ("Need", "First move")
    assert note.fields.prompt == 'a <a href="https://example.org">fast</a> answer'
    assert (note.origin.question, note.origin.clue) == ("First move", "a [fast][g] answer[^1]")


def test_a_reading_in_brackets_is_hidden_where_it_is_the_answer() -> None:
    header = "| 日本語 | 読み |\n|---|---|\n"
    for clue, shown in (
        ("山(やま)", "山"),
        ("山（やま）道", "山道"),
        ("漢字《やま》", "<ruby>漢字</ruby>"),
        ("山(かわ)", "山(かわ)"),
        ("やま(やま)", "やま(やま)"),
    ):
        note = the_note(f"{header}| {clue} | やま |\n")
        assert note.fields.prompt == shown
