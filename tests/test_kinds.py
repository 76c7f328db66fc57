"""What a table asks: the header rules, service columns, carried columns, and the cards comment."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.core.model import Cell, Kind, OtherContent, Page, Row, Table
from generator.notes.choose_reading import Layout, _is_like_any, lay_out
from generator.notes.columns import placeholders
from generator.notes.table_cells import table_notes
from generator.notes.table_signs import plain_header
from generator.settings.values import Settings, TableRule


def row(*cells: str) -> Row:
    return Row(tuple(Cell(text, 1, 1) for text in cells), 1, 1)


def layout(header: str, *rows: str, comment: str = "", heading: str = "") -> Layout:
    """The layout of a table whose cells are parted by ``|``; a row of words where none is given."""
    names = [name.strip() for name in header.split("|")]
    body = [[cell.strip() for cell in line.split("|")] for line in rows] or [["words"] * len(names)]
    words = tuple(Cell(word, 1, 1) for word in comment.split())
    table = Table(row(*names), tuple(row(*cells) for cells in body), (), words)
    return laid_out(table, heading=heading)


def laid_out(table: Table, *rules: TableRule, heading: str = "") -> Layout:
    page = Page("p/a.md", "", "", (table,), {}, OtherContent("p/a.md", 0, 0, 0))
    headings = tuple(filter(None, [heading]))
    return lay_out(table_notes(page, table, headings), len(table.rows), Settings(tables=rules))


@pytest.mark.parametrize(
    "header",
    [
        "Need | Better first instinct",
        "Requirement | Better first instinct",
        "If the stem says… | Strong reading",
        "If the problem is mainly about… | Stronger first lane",
        "Scenario clue | Stronger answer shape",
        "Symptom | Strongest suspect",
        "Situation | Best response",
        "Question type | Think first of",
        "Situation | Prefer",
        "Term | Plain meaning",
        "Tool | Main role",
        "Layer | What it holds",
        "Folder | What belongs there",
        "Pair | Difference",
        "Distinction | How to tell",
        "Habit | Why it helps",
        "Habit | Why",
        "Word | Note",
        "Word | Example",
        "City | Source",
        "Capital | Country",
        # A word of a rule inside a header is not the rule.
        "Area of the brain | Function",
        "Trap door | Where it leads",
        "Lesson learned | Next time",
        "Lens | Focus length",
    ],
)
def test_any_other_two_columns_ask_clue_and_answer(header: str) -> None:
    found = layout(header)
    assert (found.kind, found.clue, found.asking, found.skipped) == (Kind.CLUE, 0, (1,), "")


@pytest.mark.parametrize(
    "header",
    ["Trap | Better rule", "trap | Do instead", "Traps | Better rule", "**Trap** | Better rule",
     "Common trap | Better rule", "Common traps: | Better rule", "`Trap` | Why it fails"],
)  # fmt: skip
def test_a_trap_on_the_left_is_a_trap(header: str) -> None:
    assert layout(header).kind is Kind.TRAP


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("If you missed… | Go first to", "navigation"),
        ("If you missed… | Go first to…", "navigation"),
        ("Day | Focus", "navigation"),
        ("Weak spot | Reopen", "navigation"),
        ("Weak spot | Use this page first", "navigation"),
        ("Weak spot | Use this … first", "navigation"),
        ("Lesson | What you learn", "navigation"),
        ("LESSON | What you learn", "navigation"),
        ("Chapter | Title", "navigation"),
        ("Official section | Pages", "navigation"),
        ("Exam area | Pages", "navigation"),
        ("Item | Weight", "planning"),
        ("Field | Hours", "planning"),
        ("Status | Due date", "planning"),
        ("Task | Done", "planning"),
        ("Domain | Weight | Key focus", "planning"),
        ("Day | Activity | Time", "planning"),
        ("Week | Plan", "planning"),
        ("Domain | Weight", "planning"),
        ("Area | Weight", "planning"),
        ("Readiness area | What to review", "planning"),
        ("Time you can commit | Plan", "planning"),
        ("**Week** | Plan", "planning"),
        ("Week: | Plan", "planning"),
        # More columns change nothing about what such a table is for.
        ("Lesson | Title | Minutes", "navigation"),
        ("Week | Topic | Pages", "planning"),
    ],
)
def test_navigation_and_planning_are_skipped_with_a_reason(header: str, reason: str) -> None:
    found = layout(header)
    assert (found.kind, found.skipped) == (None, reason)


@pytest.mark.parametrize(
    ("header", "rows", "heading"),
    [
        ("Score | Verdict", ["< 20 | restart module 1", "20-25 | ready for the exam"], ""),
        ("Your score | What it means", ["80 %+ | book the exam", "< 60 % | retake it"], ""),
        ("Raw score | Scaled | Verdict", ["<39 | <600 | re-study weak modules"], ""),
        ("Result | Next step", ["0–5 | re-read chapter 2", "6+ | move on to the next quiz"], ""),
        ("Punkte | Urteil", ["< 20 | Modul 1 wiederholen", "> 20 | bereit für die Prüfung"], ""),
        (
            "Criterion | Points | Excellent | Acceptable | Below bar",
            ["tests | 10 | all | few | no"],
            "",
        ),
        ("Component | Failing | Passing | Excellent", ["style | none | some | all"], ""),
        ("Dimension | Poor | Fair | Good", ["depth | none | some | all"], ""),
        ("Kriterium | Mangelhaft | Gut | Sehr gut", ["Stil | kaum | meist | immer"], ""),
        ("Bloom level | Count | %", ["Remember | 5 | 17 %"], ""),
        ("Level | Questions | Share", ["Apply | 6 | 22 %", "Create | 1 | 4 %"], ""),
        ("Question # | Module", ["1–5, 49 | Module 1", "6, 7, 8 | Module 2"], ""),
        ("Q# | Bloom level", ["Q1, Q2, Q4 | Remember", "Q3 | Apply"], ""),
        ("Q range | Module", ["1–10 | Module 1", "11–20 | Module 2"], ""),
        ("Q | Bloom level | Why this level", ["1 | Remember | a name", "2 | Apply | a case"], ""),
        ("Bloom level | Questions", ["Remember | 1, 4", "Apply | 2, 3"], ""),
        ("Bloom level | Items", ["Remember | a"], "Tags for the questions above"),
        ("Questions | Topic", ["1-10 | cells", "11-20 | tissue"], ""),
    ],
)
def test_what_grades_the_reader_is_skipped(header: str, rows: list[str], heading: str) -> None:
    found = layout(header, *rows, heading=heading)
    assert (found.kind, found.skipped) == (None, "grading")


@pytest.mark.parametrize(
    ("header", "rows", "heading"),
    [
        ("Score | Meaning", ["3-8 | severe injury", "9-12 | moderate injury"], "Scoring"),
        ("Score | Action", ["0 | observe", "2 | give oxygen"], ""),
        ("Grade | Histology", ["1 | well formed", "3 | poorly formed"], ""),
        ("Component | Good for | Bad for", ["diode | one way | two ways"], ""),
        ("Dimension | Excellent", ["length | metre"], ""),
        ("Bloom level | Verb", ["Remember | name", "Apply | use"], "Bloom's taxonomy"),
        ("Level | Count", ["Genus | 3", "Order | 9"], ""),
        ("Level | Count | Example", ["Genus | 3 | Rosa"], ""),
        ("Question | Answer", ["2 + 3 | 5", "4 + 4 | 8"], ""),
        ("Question | Module", ["how? | by hand", "why? | by heart"], ""),
        ("Topic | Questions", ["cells | why are they small?", "tissue | how does it heal?"], ""),
    ],
)
def test_grades_that_are_knowledge_are_asked(header: str, rows: list[str], heading: str) -> None:
    assert layout(header, *rows, heading=heading).skipped == ""


@pytest.mark.parametrize(
    ("header", "rows", "heading", "reason"),
    [
        ("Channel | Why", ["Ann's lab | slow and clear"], "Best channels to subscribe to", "links"),
        ("Creator | Focus", ["Ann | cells"], "Videos", "links"),
        ("Resource | What you get", ["Atlas | pictures"], "Further reading", "links"),
        ("Podcast | Why", ["Cell talk | interviews"], "Recommended podcasts", "links"),
        ("Canal | Por qué", ["Ana | claro"], "Recursos", "links"),
        ("Resource | URL", ["Atlas | https://a.org", "Map | www.b.org/x"], "", "links"),
        ("Topic | Link | Notes", ["a | [b](https://example.org/b) | in depth"], "", "links"),
        ("Cert | Last verified | Path", ["A-1 | 2026-05-03 | [a/one](a/one.md)"], "", "links"),
        ("Topic | Updated | File", ["cells | 2026-05-03 | [cells.md](cells.md)"], "", "links"),
        ("Time | Activity", ["15 min | read", "30–45 min | write"], "", "planning"),
        (
            "Time | Activity",
            ["7:00 - 8:00 | read", "after lunch | sleep", "19:00 | rest"],
            "",
            "planning",
        ),
        ("Duration | Task", ["1 h | read", "2 hours | write"], "", "planning"),
        ("Week | Focus | Deliverables", ["1 | cells | a drawing"], "", "planning"),
        ("Week | Milestone", ["1 | first draft"], "Suggested project timeline", "planning"),
        ("Day | Topic", ["1 | cells"], "Study schedule", "planning"),
        ("Tag | Lektion", ["1 | Zellen"], "Lernplan", "planning"),
        ("Who | What | Until", ["Ann | the letter | 2026-05-03"], "", "planning"),
        ("Who | What | Until", ["Ann | the letter | Friday", "Ben | cake | 3 May"], "", "planning"),
        (
            "Action | Owner | Done",
            ["write to Ben | Ann | x", "book a room | Ben | "],
            "",
            "planning",
        ),
        (
            "Action | Owner | Done",
            ["write to Ben | Ann | ", "book a room | Ben | "],
            "",
            "planning",
        ),
        ("Task | Assignee | Status", ["test | Ann | in progress"], "", "planning"),
        ("# | Action item | Responsible | Due", ["1 | test | Ann | 12/5"], "", "planning"),
        (
            "Wer | Was | Bis wann",
            ["Anna | Brief | 3.5.", "Ben | Kuchen | nächste Woche"],
            "",
            "planning",
        ),
        ("Qui | Quoi | Échéance", ["Anne | lettre | 2026-05-03"], "", "planning"),
        ("Who | What", ["Ann | the letter"], "Action items", "planning"),
        ("Time | What", ["08:00 | breakfast", "9:30 | talk"], "", "planning"),
        ("Uhrzeit | Programm", ["8 Uhr | Frühstück", "9.30 Uhr | Vortrag"], "", "planning"),
        (
            "Time | Monday | Tuesday",
            ["8:00-9:00 | maths | art", "9:00-10:00 | art | "],
            "",
            "planning",
        ),
        ("Agenda item | Presenter | Minutes", ["budget | Ann | 20"], "", "planning"),
        ("Date | Source | What changed", ["2026-05-03 | mail | a new price"], "", "log"),
        ("Datum | Änderung", ["3.5.2026 | neuer Preis"], "", "log"),
        ("日期 | 变更", ["2026年5月3日 | 新"], "", "log"),
        ("Date | Action", ["2026-05-03 | mended"], "Change log", "log"),
    ],
)
def test_two_signs_are_headers_cells_or_the_heading_above(
    header: str, rows: list[str], heading: str, reason: str
) -> None:
    found = layout(header, *rows, heading=heading)
    assert (found.kind, found.skipped) == (None, reason)


@pytest.mark.parametrize(
    ("header", "rows", "heading"),
    [
        ("Channel | Why", ["TV | wide reach", "Mail | cheap"], "Choosing a channel"),
        ("Channel | Ion", ["Nav1.5 | sodium"], "Ion channels"),
        ("Source | Energy", ["sun | light"], "Energy sources"),
        ("Resource | Limit", ["memory | 4 GB"], "Quotas"),
        ("Tool | Path", ["crond | /etc/crontab"], ""),
        ("Tool | URL | Port", ["web | http://localhost | 80"], ""),
        ("Time | Event", ["12 h | fever", "2 days | rash"], ""),
        ("Time | Activity", ["Jurassic | volcanoes", "Triassic | drought"], ""),
        ("Week | Milestone", ["3 | heart beats"], "Development of the embryo"),
        ("Day | Topic", ["Monday | the moon"], "Names of the days"),
        ("Week | Finding", ["4 | neural tube"], "Timeline of pregnancy"),
        ("Year | Event", ["1066 | Hastings"], ""),
        ("Date | Event", ["1969-07-20 | a landing on the moon"], ""),
        ("Date | Change", ["2002 | coins of the euro", "2007 | Slovenia joins"], "The euro"),
        ("Date | What happened", ["1969-07-20 | a landing on the moon"], "Space"),
        ("Date | Action", ["1805-10-21 | Trafalgar"], "Battles"),
        ("Who | What | When", ["Columbus | reaches America | 1492"], ""),
        ("Who | What | Until", ["Nero | emperor | 68", "Trajan | emperor | 117"], "Emperors"),
        ("Who | What", ["Curie | radium"], "Discoverers"),
        ("Item | Owner | State", ["lock | thread | held by one", "page | kernel | mapped"], ""),
        ("Action | Responsible", ["blinking | oculomotor nerve"], "Cranial nerves"),
        ("Time | Event", ["23:40 | the ship hits the ice", "02:20 | it sinks"], "Titanic"),
        ("Time | What", ["Jurassic | volcanoes"], ""),
        ("Time | Subject", ["past | he was", "present | he is"], "Tenses"),
        ("From | What", ["12 h | fever", "2 days | rash"], ""),
    ],
)
def test_one_sign_is_not_enough(header: str, rows: list[str], heading: str) -> None:
    assert layout(header, *rows, heading=heading).skipped == ""


@pytest.mark.parametrize(
    ("header", "rows", "reason"),
    [
        (" | 0 | 1 | 2", ["0 | 0 | 4 | ∞", "1 | 4 | 0 | 2", "2 | ∞ | 2 | 0"], "matrix"),
        (" | A | B | C", ["A | 0 | 1 | 0", "B | 1 | 0 | 1", "C | 0 | 1 | 0"], "matrix"),
        ("Week | 1 | 2 | 3", ["needed | 30 | 40 | 50", "on hand | 2,000 | -300 | "], "matrix"),
        (" | 1 | 2 | 3", ["1 | 1/36 | $\\frac{1}{36}$ | 0", "2 | 1/18 | 0 | 1/36"], "matrix"),
        ("X/Y | 0 | 1 | 2", ["2 | 8/36 | 4/36 | 0", "3 | 6/36 | 6/36 | 0"], "matrix"),
        ("k | 1 | 2 | 3", ["f(k) | 5 | 1 | 3"], "matrix"),
        ("i | 0 | 1 | 2 | 3", ["a[i] | 5 | 3 | 8 | 1"], "matrix"),
        ("× | 1 | 2 | 3", ["7 | 7 | 14 | 21", "8 | 8 | 16 | 24"], ""),
        ("Grade | 1 | 2 | 3", ["cells | alike | mixed | wild"], ""),
        (" | A | B | C", ["weight | 3 | 4 | 5", "size | 1 | 2 | 3"], ""),
        ("Person | 1 | 2", ["singular | am | are", "plural | are | are"], ""),
    ],
)
def test_numbers_below_numbers_are_an_example(header: str, rows: list[str], reason: str) -> None:
    assert layout(header, *rows).skipped == reason


@pytest.mark.parametrize(
    ("header", "rows", "reason"),
    [
        (
            "Command | Use",
            ["ping | A. shows a route", "dig | B. asks for a name", "ss | C. lists"],
            "exercise",
        ),
        (
            "Part | Role",
            ["1. root | a) makes food", "2. leaf | b) drinks", "3. stem | c) holds"],
            "exercise",
        ),
        (
            "No. | Word | Match",
            ["1 | cat | (A) perro", "2 | dog | (B) pez", "3 | fish | (C) gato"],
            "exercise",
        ),
        ("Part | Role", ["root | a) drinks", "leaf | b) makes food"], ""),
        ("Part | Role", ["root | a) drinks", "leaf | makes food", "stem | c) holds"], ""),
        ("Part | Role", ["root | b) drinks", "leaf | c) makes food", "stem | a) holds"], ""),
        ("Grade | Meaning", ["A. | best", "B. | good", "C. | fair"], ""),
        ("Plan | Letter", ["one | A", "two | B", "three | C"], ""),
    ],
)
def test_what_is_to_be_matched_is_an_exercise(header: str, rows: list[str], reason: str) -> None:
    assert layout(header, *rows).skipped == reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("First Header | Second Header", "demonstration"),
        ("Header 1 | Header 2 | Header 3", "demonstration"),
        ("Left-aligned | Center-aligned | Right-aligned", "demonstration"),
        ("Column A | Column B", "demonstration"),
        ("Spalte 1 | Spalte 2", "demonstration"),
        ("Header | Meaning", ""),
        ("Column | Type", ""),
        ("Column | Header 2 | Use", ""),
    ],
)
def test_a_table_that_shows_how_one_is_written_is_skipped(header: str, reason: str) -> None:
    assert layout(header).skipped == reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Not example based | Example based", "lists side by side"),
        ("Soluble | Non-soluble", "lists side by side"),
        ("Ansteckend | Nicht ansteckend", "lists side by side"),
        ("Term | term", ""),
        ("Note | Example", ""),
        ("Mammal | Not mammal | Egg", ""),
    ],
)
def test_what_is_so_and_what_is_not_are_two_lists(header: str, reason: str) -> None:
    assert layout(header).skipped == reason


@pytest.mark.parametrize(
    ("header", "rows", "clue"),
    [
        ("ID | Claim | Fact", ["HK-56 | a | b", "HK-42 | c | d", "HK-7 | e | f"], 1),
        ("ID | Name | Use", ["TA0007 | look | see", "TA0011 | talk | say", "TA0001 | go | do"], 1),
        ("# | Claim | Fact", ["SG-MO-025 | a | b", "SG-SE-004 | c | d", "SG-WF-2a | e | f"], 1),
        (
            "ID | Where | Claim | Fact",
            ["A-2 | §74 / line 9 | a | b", "A-1 | §5 | c | d", "A-9 | p. 3 | e | f"],
            2,
        ),
        ("Page | Term | Meaning", ["12 | cell | unit", "7 | tissue | cells"], 1),
        ("Card | Front | Back", ["1 | cell | unit", "2 | tissue | cells"], 1),
        ("Flashcard # | Question | Answer", ["1 | cell? | unit", "2 | tissue? | cells"], 1),
        (
            "Card | Front | Back",
            ["Card 1 | ox | bull", "Card 2 | ax | tool", "Card 3 | ex | past"],
            1,
        ),
        ("Karte Nr. | Frage | Antwort", ["1. | Zelle? | Einheit", "2. | Ochse? | Rind"], 1),
        ("No. | Q | A", ["1 | ox? | bull", "2 | ax? | tool"], 1),
        ("🃏 Card | Term | Meaning", ["1 | ox | bull", "2 | ax | tool"], 1),
        ("Fiszka nr | Słowo | Znaczenie", ["1 | ox | bull", "2 | ax | tool"], 1),
        # Before a question and its answer any word may head the count.
        ("Number | Question (Front) | Answer (Back)", ["1 | ox? | bull", "2 | ax? | tool"], 1),
        ("Kärtchen | Frage | Antwort", ["K1 | Ochse? | Rind", "K2 | Axt? | Werkzeug"], 1),
        ("Number | French | English", ["1 | un | one", "2 | deux | two"], 0),
        ("Year | Question | Answer", ["2019 | who? | Ann", "2020 | who? | Ben"], 0),
        # Marks of the student, and places that stand there again.
        ("✓ | Term | Meaning", ["☐ | ox | bull", "☑ | ax | tool", "☐ | ex | past"], 1),
        ("Slide | Term | Meaning", ["3 | ox | bull", "3 | ax | tool"], 1),
        ("Lecture | Term | Meaning", ["L1 | ox | bull", "L1 | ax | tool"], 1),
        ("Status | Meaning | Next", ["new | not seen | open", "open | seen | done"], 0),
        ("Chapter | Hero | Place", ["1 | Ishmael | inn", "2 | Ahab | ship"], 0),
        (
            "Location | Form | Parse",
            ["Nr. 1 (§§45-47) | is | be", "Nr. 11, item 1 | has | have"],
            1,
        ),
        ("Source | Claim | Verdict", ["notes:27 | a | yes", "notes:3 | b | no"], 1),
        # What is to be known by its number stays the clue.
        ("Card | Suit | Worth", ["ace | hearts | 11", "ten | spades | 10"], 0),
        ("ID | Name", ["TA0007 | look", "TA0011 | talk", "TA0001 | go"], 0),
        ("ID | Claim | Fact", ["HK-56 | a | b", "HK-56 | c | d", "HK-7 | e | f"], 3),
        ("Port | Name | Use", ["80 | HTTP | web", "22 | SSH | shell", "53 | DNS | names"], 0),
        ("Code | Name | Use", ["E-1 | a | b", "E-3 | c | d", "E-2 | e | f"], 0),
        ("Line | Colour | End", ["2 | red | Zoo", "1 | blue | Port"], 0),
        ("Location | Climate | Soil", ["Oslo | cold | thin", "Rome | warm | deep"], 0),
        ("Page | Size | Use", ["A4 | 210 mm | letters", "A5 | 148 mm | books"], 0),
    ],
)
def test_records_and_places_in_a_source_are_no_clue(
    header: str, rows: list[str], clue: int
) -> None:
    found = layout(header, *rows)
    assert (found.clue, found.skipped) == (clue, "")


@pytest.mark.parametrize(
    "answers",
    [
        ("chapter 1", "chapter 2"),
        ("Chapter 1: what a cell is", "Chapters 2 and 3"),
        ("lesson 4", "section 2"),
        ("unit 3", "tomorrow"),  # one of two is half
        ("3.1 Serving patterns", "3.2 Rollouts"),
        ("3.1: Serving patterns", "10.12 – Rollouts"),
        ("[chapter 3](03.md)", "**chapter 4**"),
    ],
)
def test_answers_that_are_places_in_the_book_are_navigation(answers: tuple[str, ...]) -> None:
    rows = [f"words | {answer}" for answer in answers]
    # This header misleads: by itself it is one of a clue and its answer.
    assert layout("Problem | Strongest first lane", *rows).skipped == "navigation"


@pytest.mark.parametrize(
    "answers",
    [
        ("chapter 3", "batch", "streaming"),  # one of three is less than half
        ("3.14", "2.72"),
        ("0.5 mg", "1.5 ml", "2.5 mg twice"),
        ("2.4.1", "3.0.0"),
        ("chapters of a saga", "the last lesson"),
        ("10.5 V", "3.3 V"),
    ],
)
def test_values_are_not_taken_for_places_in_the_book(answers: tuple[str, ...]) -> None:
    rows = [f"words | {answer}" for answer in answers]
    assert layout("Name | Value", *rows).kind is Kind.CLUE


def test_a_column_of_chapters_beside_other_answers_is_not_navigation() -> None:
    rows = ("batch | many rows | chapter 1", "stream | no end | chapter 2")
    assert layout("Mode | Good at | More in", *rows).kind is Kind.COMPARE


def test_three_and_more_columns_compare() -> None:
    assert layout("Mode | Speed | Cost").asking == (1, 2)
    found = layout("Mode | Speed | Cost | Trigger")
    assert (found.kind, found.clue, found.asking) == (Kind.COMPARE, 0, (1, 2, 3))
    # A trap has one better rule.
    assert layout("Trap | Better rule | Cost").kind is Kind.COMPARE


@pytest.mark.parametrize(
    "name",
    ["Note", "notes", "Example", "Examples", "Source", "Sources", "IMAGE", "Images", "*Note*",
     "Notes:", "Notas", "Observações", "Bemerkung", "Beispiel", "Exemples", "비고", "備考",
     "Примеры", "📝 Example", "**Notes** 📌", "📝Example", "5️⃣ Example", "1. Example",
     "Example (optional)", "Examples (English)", "Example 2", "Notes / Examples",
     "Example sentence", "Remarks", "Quelle", "Beispielsatz", "Beispielsätze",
     "Phrase d’exemple", "Ejemplo de uso", "Fuente", "Esempio d'uso", "Voorbeeldzin", "Uwagi",
     "Przykład", "Örnek cümle", "Ví dụ", "Ghi chú", "例文", "例句", "例子", "备注", "예문",
     "مثال", "דוגמה", "उदाहरण", "Beispiel-Satz", "z. B.", "Oración de ejemplo",
     "Příkladová věta", "Exempelmening", "Приклад речення", "Contoh kalimat", "ตัวอย่าง",
     "用例", "Poznámka", "Anteckningar", "Notatki", "Заметки", "Catatan", "Extra",
     "Eselsbrücke", "Memory hook", "語呂合わせ"],
)  # fmt: skip
def test_explaining_columns_are_carried_from_the_third_on(name: str) -> None:
    trap = layout(f"Trap | Better rule | {name}")
    assert (trap.kind, trap.asking, trap.columns.carried) == (Kind.TRAP, (1,), (2,))
    clue = layout(f"Clue | Answer | {name} | Note")
    assert (clue.kind, clue.asking, clue.columns.carried) == (Kind.CLUE, (1,), (2, 3))
    compare = layout(f"Mode | Speed | {name} | Cost")
    assert (compare.kind, compare.asking, compare.columns.carried) == (Kind.COMPARE, (1, 3), (2,))
    second = layout(f"Mode | {name} | Cost")
    assert (second.kind, second.asking, second.columns.carried) == (Kind.COMPARE, (1, 2), ())


@pytest.mark.parametrize(
    ("header", "rows", "asked"),
    [
        # Where it stands.
        ("Drug | Class | Page", ["a | b | 152", "c | d | p. 154 f."], (1,)),
        ("Norm | Thema | S.", ["§ 1 | b | 3", "§ 2 | d | 12-14"], (1,)),
        ("Term | Meaning | Slide", ["a | b | 3", "c | d | slide 4"], (1,)),
        ("Term | Meaning | Ch.", ["a | b | 3.1", "c | d | 4"], (1,)),
        ("Term | Meaning | Pages", ["a | b | 12-14", "c | d | pp. 15, 16"], (1,)),
        ("Term | Meaning | Timestamp", ["a | b | 03:12", "c | d | 1:04:10"], (1,)),
        ("Term | Meaning | Reference", ["a | b | Guyton, p. 3", "c | d | [4]"], (1,)),
        ("Term | Meaning | 📖 Ref.", ["a | b | Smith 2019", "c | d | § 4"], (1,)),
        ("Shell | s | p", ["K | 2 | 0", "L | 2 | 6"], (1, 2)),
        ("Book | Author | Pages", ["Emma | Austen | 474", "Dune | Herbert | 412"], (1, 2)),
        ("Tag | Use | Page", ["a | links | any page", "b | bold | 2"], (1, 2)),
        ("Page | HTTP code | Cached", ["not found | 404 | no", "moved | 301 | yes"], (1, 2)),
        ("Unit | Quantity | Chapter", ["newton | force | motion", "pascal | p | gas"], (1, 2)),
        ("Test | Unit | Reference", ["Na | mmol/l | 135-145", "K | mmol/l | 3.5-5"], (1, 2)),
        ("Family | Domain | Link", ["binomial | 0, 1 | logit", "Poisson | N | log"], (1, 2)),
        ("Link | Layer | Speed", ["fibre | 1 | fast", "copper | 1 | slow"], (1, 2)),
        ("Organ | Germ layer | Week", ["heart | mesoderm | 3", "gut | endoderm | 4"], (1, 2)),
        # How far the student is.
        ("Name | Symbol | Done", ["neon | Ne | Yes", "iron | Fe | No"], (1,)),
        ("Name | Done | Symbol", ["neon | ✅ | Ne", "iron | ❌ | Fe"], (2,)),
        ("Name | Done | Example", ["neon | ✅ | lamps", "iron | ❌ | nails"], (2,)),
        ("Name | Symbol | Status", ["neon | Ne | ✅ Done", "iron | Fe | not started"], (1,)),
        ("Name | Symbol | Learned?", ["neon | Ne | yes", "iron | Fe | no"], (1,)),
        ("Name | Symbol | Learned", ["neon | Ne | \\[x]", "iron | Fe | \\[ ]"], (1,)),
        ("Name | Symbol | ✓", ["neon | Ne | ☐", "iron | Fe | ☑"], (1,)),
        ("Name | Symbol | Confidence (1-5)", ["neon | Ne | 3", "iron | Fe | 5"], (1,)),
        ("Name | Symbol | Difficulty", ["neon | Ne | ⭐⭐", "iron | Fe | ⭐"], (1,)),
        ("Name | Symbol | Schwierigkeit", ["Neon | Ne | leicht", "Eisen | Fe | schwer"], (1,)),
        ("Name | Symbol | Next review", ["neon | Ne | 2026-01-05", "iron | Fe | Jan 7"], (1,)),
        ("Result | Status | Code", ["ok | 200 | a", "miss | 404 | b"], (1, 2)),
        ("Status code | Meaning | Class", ["404 | not found | client"], (1, 2)),
        ("Species | Class | Status", ["a | bird | endangered", "b | fish | extinct"], (1, 2)),
        ("Verb | Past | Done", ["do | did | done", "go | went | gone"], (1, 2)),
        ("Step | Tool | Done", ["cut | saw | by hand", "glue | brush | by Ann"], (1, 2)),
        ("Behaviour | Innate | Learned", ["suckling | yes | no", "reading | no | yes"], (1, 2)),
        ("Exception | Checked | Module", ["IOException | yes | io", "Error | no | lang"], (1, 2)),
        ("Graph | Complete | Planar", ["K4 | ✅ | ✅", "K5 | ✅ | ❌"], (1, 2)),
        ("z | Tail | Confidence", ["1.96 | 0.025 | 95%", "2.58 | 0.005 | 99%"], (1, 2)),
        ("Operator | Meaning | Priority", ["* | times | 1", "+ | plus | 2"], (1, 2)),
        ("Word | Meaning | Level", ["ox | bull | B1", "ax | tool | A2"], (1, 2)),
        ("Battle | Winner | Date", ["a | b | 1066-10-14", "c | d | 1415-10-25"], (1, 2)),
        # What explains by its cells alone.
        ("Word | Meaning | Sentence", ["ox | bull | The ox is slow.", "a | b | He hit it"], (1,)),
        ("Palabra | Inglés | Frase", ["pan | bread | Compro pan hoy.", "a | b | c d e"], (1,)),
        ("Nerve | Task | Mnemonic", ["vagus | rest | ten is a rest", "a | b | c d"], (1,)),
        ("Crime | Means | Sentence", ["theft | taking | 5 years", "arson | fire | life"], (1, 2)),
        ("Opcode | Bytes | Mnemonic", ["00 | 1 | NOP", "C3 | 1 | RET"], (1, 2)),
        # Beside the clue alone there is nothing else to ask.
        ("Name | Done", ["neon | Yes", "iron | No"], (1,)),
        ("Name | p.", ["neon | 12", "iron | 17"], (1,)),
        ("Name | 📝 Example", ["neon | lamps", "iron | nails"], (1,)),
        # A column without a name is none of these.
        ("Name | Symbol |  | Mass", ["neon | Ne | a | 20", "iron | Fe | b | 56"], (1, 3)),
    ],
)
def test_what_is_noted_of_a_row_is_not_asked(
    header: str, rows: list[str], asked: tuple[int, ...]
) -> None:
    found = layout(header, *rows)
    assert (found.kind is None, found.clue, found.asking) == (False, 0, asked)
    assert found.columns.hint is None


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ("+ 2- -", ""),
        ("+ − 3−", ""),
        ("+ ++ (+) -", ""),
        ("+ variable -", ""),
        ("3+ 2– –", ""),
        ("⁺ 2⁻ -", ""),
        # Another kind of dash, and one beside numbers that have signs, says that there is none.
        ("+ 2- –", "–"),
        ("+1 -1 -", "-"),
        ("5 3 -", "-"),
        ("rod coccus -", "-"),
        ("Na+ Cl- -", "-"),
        ("+ TBD -", "TBD"),
    ],
)
def test_a_minus_among_signs_is_an_answer(cells: str, missing: str) -> None:
    rows = [("ion", cell) for cell in cells.split()]
    found = placeholders(("Ion", "Charge"), [1], rows, rows)
    assert "".join(rows[row][column] for row, column in found) == missing


@pytest.mark.parametrize("name", ["Why", "*Why*", "Why?", "Warum", "Pourquoi", "Hint", "Hinweis"])
def test_reasons_and_hints_have_a_place_of_their_own_from_the_third_column_on(name: str) -> None:
    for header, kind, asking in (
        (f"Trap | Better rule | {name}", Kind.TRAP, (1,)),
        (f"Clue | Answer | {name}", Kind.CLUE, (1,)),
        (f"Mode | Speed | {name} | Cost", Kind.COMPARE, (1, 3)),
    ):
        found = layout(header)
        assert (found.kind, found.asking, found.columns.carried) == (kind, asking, ())
        assert (found.columns.hint, found.columns.why) in ((2, None), (None, 2))
    second = layout(f"Mode | {name} | Cost")
    assert (second.kind, second.asking) == (Kind.COMPARE, (1, 2))


def test_a_header_that_only_begins_with_why_asks() -> None:
    assert layout("Mode | Speed | Why it matters").asking == (1, 2)


@pytest.mark.parametrize(
    ("header", "clue", "asking", "carried", "tags", "key"),
    [
        # From the third column on: further left they are what the table is about.
        ("Tags | Clue | Answer", 0, (1, 2), (), None, None),
        ("Clue | Tags | Answer", 0, (1, 2), (), None, None),
        ("Clue | Answer | Tags", 0, (1,), (), 2, None),
        ("ID | Clue | Answer", 0, (1, 2), (), None, None),
        ("Clue | Answer | id", 0, (1,), (), None, 2),
        ("Clue | Answer | Tags | ID", 0, (1,), (), 2, 3),
        ("Clue | Answer | ID | Note | tags", 0, (1,), (3,), 4, 2),
        # A second column of the name is a column like any other.
        ("Clue | Answer | Tags | Tags", 0, (1, 3), (), 2, None),
        # Where nothing else is left to ask they are asked themselves.
        ("Country | ID", 0, (1,), (), None, None),
        ("ID | Country", 0, (1,), (), None, None),
        ("Page | Tags", 0, (1,), (), None, None),
        ("ID | Tags", 0, (1,), (), None, None),
        ("Country | ID | Tags", 0, (1,), (), 2, None),
        ("Tags | Country | ID", 0, (1,), (), None, 2),
    ],
)
def test_tags_and_id_do_what_they_say_from_the_third_column_on(
    header: str,
    clue: int,
    asking: tuple[int, ...],
    carried: tuple[int, ...],
    tags: int | None,
    key: int | None,
) -> None:
    found = layout(header)
    assert found.kind in (Kind.CLUE, Kind.COMPARE)
    assert (found.clue, found.asking, found.columns.carried) == (clue, asking, carried)
    assert (found.columns.tags, found.columns.id) == (tags, key)


def test_rules_look_past_service_columns() -> None:
    assert layout("Trap | Better rule | ID | Why | Tags").kind is Kind.TRAP
    assert layout("Week | Plan | ID").skipped == "planning"


@pytest.mark.parametrize(
    ("comment", "header", "kind"),
    [
        ("clue", "Trap | Better rule", Kind.CLUE),
        ("trap", "Mistake | Do instead", Kind.TRAP),
        ("trap", "Mistake | Do instead | Cost", Kind.TRAP),
        ("clue", "Week | Plan", Kind.CLUE),
        ("clue", "Mode | Speed | Cost", Kind.CLUE),
        ("compare", "Mode | Speed", Kind.COMPARE),
        ("compare no-quiz", "Lesson | Title", Kind.COMPARE),
        ("reverse", "Word | Meaning", Kind.CLUE),
        ("reverse", "Week | Plan", None),
        ("skip", "Word | Meaning", None),
        ("clue skip", "Word | Meaning", None),
    ],
)
def test_a_comment_decides_over_the_headers(comment: str, header: str, kind: Kind | None) -> None:
    assert layout(header, comment=comment).kind is kind


def test_a_skipped_table_says_that_a_comment_did_it() -> None:
    assert layout("Word | Meaning", comment="skip").skipped == "skipped by a comment"


@pytest.mark.parametrize("comment", ["", "clue", "trap", "compare"])
def test_one_column_asks_nothing(comment: str) -> None:
    found = layout("Word", comment=comment)
    assert (found.kind, found.skipped) == (None, "one column")


@pytest.mark.parametrize("comment", ["", "clue", "trap", "compare"])
def test_a_table_without_rows_makes_nothing(comment: str) -> None:
    words = tuple(Cell(word, 1, 1) for word in comment.split())
    found = laid_out(Table(row("Word", "Meaning"), (), (), words))
    assert (found.kind, found.skipped) == (None, "no rows")


def test_rows_that_are_too_short_do_not_count_as_answers() -> None:
    found = laid_out(Table(row("Problem", "Lane"), (row("one"), row("two", "chapter 2")), (), ()))
    assert found.skipped == "navigation"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Better** *rule*", "Better rule"),
        ("`spark_udf`  returns", "spark_udf returns"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3", "2 * 3"),
        ("[Rule](https://example.org)", "Rule"),
        (r"a \* b", "a * b"),
        ("a<br>b", "a b"),
        ("Re\u0301gle", "R\u00e9gle"),
    ],
)
def test_a_header_is_what_a_reader_sees_of_it(text: str, shown: str) -> None:
    assert plain_header(text) == shown


# --- a folder's own rules -------------------------------------------------------------------------


def ruled(
    *rules: TableRule, header: tuple[str, ...] = ("Falle", "Regel"), says: str = ""
) -> Layout:
    words = tuple(Cell(word, 1, 1) for word in says.split())
    return laid_out(Table(row(*header), (row("a", "b"),), (), words), *rules)


def rule(words: str, left: str = "", right: str = "") -> TableRule:
    def listed(text: str) -> tuple[str, ...]:
        return tuple(filter(None, text.split("|")))

    return TableRule(listed(left), listed(right), tuple(words.split()))


@pytest.mark.parametrize(
    ("left", "right", "fits"),
    [
        ("Dose", "", True),
        ("dose", "effect", True),
        ("Dose?", "EFFECT.", True),
        ("Dos*", "", True),
        ("*", "*ffe*", True),
        ("D*s*e", "", True),
        ("Weight|Dose", "", True),
        ("", "Effect", True),
        ("Do", "", False),
        ("ose", "", False),
        ("*Dos", "", False),
        ("Dose*e", "", False),
        ("Dose", "Dose", False),
        ("D.se", "", False),
        ("[D]ose", "", False),
    ],
)
def test_a_rule_fits_by_its_headers(left: str, right: str, fits: bool) -> None:
    found = ruled(rule("trap", left, right), header=("Dose", "Effect?"))
    assert (found.kind is Kind.TRAP) is fits


def test_a_rule_comes_before_the_built_in_ones_and_the_first_wins() -> None:
    first, second = rule("compare", "Trap"), rule("clue", "*")
    assert ruled(first, second, header=("Trap", "Rule")).kind is Kind.COMPARE
    assert ruled(second, first, header=("Trap", "Rule")).kind is Kind.CLUE
    assert ruled(second, header=("Week", "Plan")).kind is Kind.CLUE


def test_a_rule_can_skip_tables() -> None:
    found = ruled(rule("skip", "Dose"), header=("Dose", "Effect"))
    assert (found.kind, found.skipped) == (None, "skipped by deck.toml")


def test_a_comment_with_a_kind_replaces_the_rule_and_other_words_add_to_it() -> None:
    reverse = rule("clue reverse", "Dose")
    header = ("Dose", "Effect")
    assert ruled(reverse, header=header).words == {"clue", "reverse"}
    assert ruled(reverse, header=header, says="no-quiz").words == {"clue", "reverse", "no-quiz"}
    assert ruled(reverse, header=header, says="clue").words == {"clue"}
    assert ruled(rule("skip", "Dose"), header=header, says="trap").kind is Kind.TRAP


def test_a_rule_without_a_kind_leaves_it_to_the_built_in_ones() -> None:
    found = ruled(rule("no-quiz", "*"), header=("Week", "Plan"))
    assert (found.kind, found.skipped) == (None, "planning")


def test_no_pattern_takes_long() -> None:
    pattern = "a*" * 20_000 + "b"
    header = "a" * 100_000
    assert ruled(rule("trap", pattern), header=(header, "x")).kind is Kind.CLUE


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_star_is_any_text(pattern: str, text: str) -> None:
    meant = re.fullmatch(pattern.replace("*", ".*"), text) is not None
    assert _is_like_any((pattern,), text) is meant


@pytest.mark.parametrize(
    "header",
    "Trap|Common traps|Falle|Fallen|Piège|PIÈGES|Trampa|Trappola|Trappole|Armadilhas:".split("|"),
)
def test_traps_are_known_in_the_languages_of_the_labels(header: str) -> None:
    assert ruled(header=(header, "Besser")).kind is Kind.TRAP
