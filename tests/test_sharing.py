"""docs/sharing.md: a teacher, students, and what each of Anki's options does, tried with real Anki.

That two authors lose nothing in git is tried in test_clones.py and test_merge.py, and what a push
leaves alone in test_push.py.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import test_changes as texts
from anki import import_export_pb2 as messages
from anki.collection import Collection
from build_notes import NOW, build_only, table, write_notes
from command_line import build_decks
from person import ROWS, Person, edited

from generator.anki.verify import answer_cards, history, lost_history, temporary_collection

pytestmark = pytest.mark.skipif(
    not hasattr(messages, "ImportAnkiPackageUpdateCondition"),
    reason="the dialog has these options since Anki 23.10",
)

ROOT = Path(__file__).parents[1]
DOC = (ROOT / "docs" / "sharing.md").read_text("utf-8")
WEEK = 7 * 86_400
IF_NEWER, ALWAYS, NEVER = 0, 1, 2

FIRST = [
    ("mitochondrion", "burns sugar"),
    ("ribosome", "links amino acids"),
    ("vacuole", "stores water"),
    ("nucleus", "holds the genes"),
]
SECOND = [
    ("mitochondrion", "burns sugar for energy"),
    ("ribosome", "links amino acids"),
    ("nucleus", "holds the genes"),
    ("chloroplast", "makes sugar from light"),
]
THIRD = [*SECOND[1:], ("lysosome", "digests what is worn out"), SECOND[0]]
FOURTH = [(clue, answer.replace("genes", "genome")) for clue, answer in THIRD]
HEADER = ("Part", "What it does")


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The packages of four weeks, a correction or an addition in each."""
    folder = tmp_path_factory.mktemp("teacher")
    packages = []
    for number, rows in enumerate((FIRST, SECOND, THIRD, FOURTH)):
        build_only(folder, {"bio.md": table(*rows, header=HEADER)}, NOW + number * WEEK)
        packages.append(
            Path(shutil.copy(folder / "decks" / "bio.apkg", folder / f"week {number}.apkg"))
        )
    return packages


@pytest.fixture
def student() -> Iterator[Collection]:
    with temporary_collection() as col:
        yield col


def take(col: Collection, package: Path, **options: Any) -> Any:
    """Import a package as the dialog does, with other options than the usual ones."""
    asked = messages.ImportAnkiPackageOptions(**options)
    request = messages.ImportAnkiPackageRequest(package_path=str(package), options=asked)
    log = col.import_anki_package(request).log
    col.models._clear_cache()
    _let_time_pass(col, int(package.stem.split()[1]))
    return log


def _let_time_pass(col: Collection, week: int = 0) -> None:
    """As if what Anki has just stamped with its clock were done an hour after that week's build."""
    col.db.execute(
        "update notes set mod = ? where (mod - ?) % ? not in (0, 3600)",
        *(NOW + week * WEEK + 3600, NOW, WEEK),
    )


def note(col: Collection, clue: str) -> Any:
    (note_id,) = col.find_notes(f'Prompt:"{clue}"')
    return col.get_note(note_id)


def answers(col: Collection) -> dict[str, str]:
    notes = [col.get_note(note_id) for note_id in col.find_notes('"note:build-decks Clue*"')]
    return {note["Prompt"]: note["Answer"] for note in notes}


def everything(col: Collection) -> dict[str, Any]:
    """All that an import might change, but the collection's own times."""
    decks = {deck["id"]: deck["name"] for deck in col.decks.all()}
    return {
        "notes": col.db.all("select guid, id, mid, flds, tags from notes order by guid"),
        "cards": [
            (guid, ordinal, decks[deck], *rest)
            for guid, ordinal, deck, *rest in col.db.all(
                "select guid, ord, did, type, queue, due, ivl, c.flags from cards c"
                " join notes n on n.id = nid order by guid, ord"
            )
        ],
        "presets": [(each["name"], each["new"]["perDay"]) for each in col.decks.all_config()],
        "decks": sorted((d["name"], d["conf"]) for d in col.decks.all() if "conf" in d),
        "types": [(each["name"], each["css"], len(each["flds"])) for each in col.models.all()],
    }


# --- the options of the dialog --------------------------------------------------------------------


def rows_of_options() -> dict[str, str]:
    below = DOC[DOC.index("| in Anki's dialog |") :].split("\n\n")[0]
    cells = [line.split("|")[1:3] for line in below.splitlines()[2:]]
    return {name.strip(" *"): meaning.strip() for name, meaning in cells}


def test_the_options_are_named_as_anki_names_them(student: Collection) -> None:
    tr = student.tr
    names = [
        tr.importing_also_import_progress(),
        tr.importing_with_deck_configs(),
        tr.importing_merge_notetypes(),
        f"{tr.importing_update_notes()}: {tr.importing_update_if_newer()}",
        f"{tr.importing_update_notes()}: {tr.importing_update_always()}",
        f"{tr.importing_update_notes()}: {tr.importing_update_never()}",
        f"{tr.importing_update_notetypes()}: {tr.importing_update_if_newer()}",
        f"{tr.importing_update_notetypes()}: {tr.importing_update_always()}",
        f"{tr.importing_update_notetypes()}: {tr.importing_update_never()}",
    ]
    # Older releases, such as 23.12, write "notetypes".
    assert list(rows_of_options()) == [name.replace("notetype", "note type") for name in names]


def test_what_anki_proposes_at_first(student: Collection) -> None:
    proposed = student._backend.get_import_anki_package_presets()
    assert proposed == messages.ImportAnkiPackageOptions(
        with_scheduling=False,
        with_deck_configs=False,
        merge_notetypes=False,
        update_notes=IF_NEWER,
        update_notetypes=IF_NEWER,
    )


@pytest.mark.parametrize("option", ["with_scheduling", "with_deck_configs", "merge_notetypes"])
def test_progress_presets_and_merging_change_nothing_here(weeks: list[Path], option: str) -> None:
    """A package holds neither progress nor presets, and its note types are those that are there."""
    found = []
    for options in ({}, {option: True}):
        with temporary_collection() as col:
            for week in weeks[:2]:
                take(col, week, **options)
            found.append(everything(col))
    assert found[0] == found[1]


@pytest.mark.parametrize("option", ["with_scheduling", "with_deck_configs", "merge_notetypes"])
def test_no_option_touches_what_was_learned(
    student: Collection, weeks: list[Path], option: str
) -> None:
    take(student, weeks[0])
    answer_cards(student)
    before = history(student)
    for week in weeks:
        take(student, week, **{option: True}, update_notes=ALWAYS, update_notetypes=ALWAYS)
    assert list(lost_history(before, history(student))) == []


def test_if_newer_brings_what_changed_and_leaves_what_the_student_touched(
    student: Collection, weeks: list[Path]
) -> None:
    take(student, weeks[0])
    mine = note(student, "nucleus")
    mine["Answer"] = "my own words"
    student.update_note(mine)
    student.tags.bulk_add([note(student, "ribosome").id], "hard")
    _let_time_pass(student)
    log = take(student, weeks[1])
    assert (len(log.new), len(log.updated)) == (1, 1)
    found = answers(student)
    assert found["mitochondrion"] == "burns sugar for energy"
    assert found["nucleus"] == "my own words"
    assert "hard" in note(student, "ribosome").tags
    # A later edit of the teacher's is newer than the student's.
    take(student, weeks[3])
    assert answers(student)["nucleus"] == "holds the genome"


def test_a_note_touched_after_the_teachers_edit_stays_until_always(
    student: Collection, weeks: list[Path]
) -> None:
    take(student, weeks[0])
    mine = note(student, "mitochondrion")
    mine["Answer"] = "my own words"
    student.update_note(mine)
    student.db.execute("update notes set mod = ? where id = ?", NOW + 2 * WEEK, mine.id)
    take(student, weeks[1])
    assert answers(student)["mitochondrion"] == "my own words"
    take(student, weeks[1], update_notes=ALWAYS)
    assert answers(student)["mitochondrion"] == "burns sugar for energy"


def test_always_undoes_what_students_edited_and_tagged(
    student: Collection, weeks: list[Path]
) -> None:
    take(student, weeks[0])
    mine = note(student, "nucleus")
    mine["Answer"] = "my own words"
    mine.tags.append("hard")
    student.update_note(mine)
    take(student, weeks[1], update_notes=ALWAYS)
    assert answers(student)["nucleus"] == "holds the genes"
    assert "hard" not in note(student, "nucleus").tags


def test_never_brings_new_notes_only(student: Collection, weeks: list[Path]) -> None:
    take(student, weeks[0])
    log = take(student, weeks[1], update_notes=NEVER)
    assert (len(log.new), len(log.updated)) == (1, 0)
    found = answers(student)
    assert found["mitochondrion"] == "burns sugar"
    assert "chloroplast" in found


@pytest.mark.parametrize(
    ("option", "stays"), [(IF_NEWER, True), (NEVER, True), (ALWAYS, False)], ids=str
)
def test_a_style_of_your_own_in_a_note_type(
    student: Collection, weeks: list[Path], option: int, stays: bool
) -> None:
    take(student, weeks[0])
    note_type = note(student, "ribosome").note_type()
    note_type["css"] += ".mine {}"
    student.models.update_dict(note_type)
    take(student, weeks[1], update_notetypes=option)
    assert (".mine {}" in student.models.get(note_type["id"])["css"]) == stays


# --- a field of one's own -------------------------------------------------------------------------


def add_field(col: Collection) -> None:
    note_type = note(col, "ribosome").note_type()
    col.models.add_field(note_type, col.models.new_field("Mine"))
    col.models.update_dict(note_type)
    mine = note(col, "mitochondrion")
    mine["Mine"] = "a picture in my head"
    col.update_note(mine)
    _let_time_pass(col)


def test_a_field_of_your_own_stops_the_package(student: Collection, weeks: list[Path]) -> None:
    take(student, weeks[0])
    add_field(student)
    log = take(student, weeks[1])
    assert len(log.updated) == 0
    assert len(log.conflicting) == 3
    assert note(student, "mitochondrion")["Answer"] == "burns sugar"
    assert note(student, "mitochondrion")["Mine"] == "a picture in my head"
    assert [e.name for e in student.models.all_names_and_ids() if e.name.endswith("Clue+")]


def test_merging_note_types_brings_updates_and_empties_that_field(
    student: Collection, weeks: list[Path]
) -> None:
    take(student, weeks[0])
    add_field(student)
    take(student, weeks[1], merge_notetypes=True)
    found = note(student, "mitochondrion")
    assert found["Answer"] == "burns sugar for energy"
    assert found["Mine"] == ""


# --- what a student does --------------------------------------------------------------------------


def test_three_weeks_behind_is_the_same_as_every_week(weeks: list[Path]) -> None:
    with temporary_collection() as diligent, temporary_collection() as behind:
        for week in weeks:
            take(diligent, week)
        for week in (weeks[0], weeks[3]):
            take(behind, week)
        assert answers(diligent) == answers(behind) == dict(FOURTH) | {"vacuole": "stores water"}
        # Not the tables on the backs, nor the order of new cards: they are those of the import that
        # brought the note.
        for query in (
            "select guid, id, mid, tags from notes order by guid",
            "select nid, ord, type, queue from cards order by nid, ord",
        ):
            assert diligent.db.all(query) == behind.db.all(query)


def test_an_older_package_after_a_newer_one_changes_nothing_back(
    student: Collection, weeks: list[Path]
) -> None:
    take(student, weeks[0])
    take(student, weeks[3])
    before = answers(student)
    log = take(student, weeks[1])
    assert (len(log.new), len(log.updated)) == (0, 0)
    assert answers(student) == before


def test_own_notes_cards_flags_and_decks_stay(student: Collection, weeks: list[Path]) -> None:
    take(student, weeks[0])
    own = student.new_note(note(student, "ribosome").note_type())
    own["Prompt"], own["Answer"] = "what I forget", "this"
    student.add_note(own, student.decks.id("bio"))
    basic = student.new_note(student.models.by_name("Basic"))
    basic["Front"] = "of my own"
    student.add_note(basic, student.decks.id("bio"))
    cards = note(student, "mitochondrion").cards()
    student.sched.suspend_cards([cards[0].id])
    student.set_user_flag_for_cards(2, [cards[0].id])
    student.set_deck([cards[0].id], student.decks.id("Mine"))
    _let_time_pass(student)
    for week in weeks[1:]:
        take(student, week)
    card = student.get_card(cards[0].id)
    assert (card.queue, card.flags, student.decks.name(card.did)) == (-1, 2, "Mine")
    assert note(student, "mitochondrion")["Answer"] == "burns sugar for energy"
    assert student.get_note(own.id)["Answer"] == "this"
    assert student.get_note(basic.id)["Front"] == "of my own"


def test_own_tags_stay_on_notes_that_do_not_change(student: Collection, weeks: list[Path]) -> None:
    take(student, weeks[0])
    for clue in ("mitochondrion", "ribosome"):
        student.tags.bulk_add([note(student, clue).id], "hard")
    _let_time_pass(student)
    take(student, weeks[1])
    assert "hard" in note(student, "ribosome").tags
    assert "hard" not in note(student, "mitochondrion").tags


def test_a_row_that_is_gone_stays_and_a_deleted_note_comes_back(
    student: Collection, weeks: list[Path]
) -> None:
    take(student, weeks[0])
    student.remove_notes([note(student, "ribosome").id])
    take(student, weeks[1])
    assert answers(student)["vacuole"] == "stores water"
    assert answers(student)["ribosome"] == "links amino acids"


# --- the three ways -------------------------------------------------------------------------------

WAYS = ("package", "`build-decks changes`", "`build-decks push`")


def what_is_protected() -> dict[str, dict[str, bool]]:
    """What the table says, by row and way."""
    below = DOC[DOC.index("| yours |") :].split("\n\n")[0].splitlines()
    names = [cell.strip() for cell in below[0].split("|")[2:-1]]
    assert names == list(WAYS)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in below[2:]]
    return {row[0]: {n: c == "yes" for n, c in zip(names, row[1:], strict=True)} for row in rows}


def bring(person: Person, way: str) -> None:
    """The teacher's newest build comes to the student."""
    if way == "package":
        person.take()
    elif way == "`build-decks push`":
        person.push()
    else:
        texts.bring(person)


@pytest.mark.parametrize("way", WAYS)
def test_the_table_of_the_three_ways_is_so(person: Person, way: str) -> None:
    person.write(table(*ROWS))
    bring(person, "package" if way != WAYS[2] else way)
    col = person.col
    answer_cards(col)
    card = person.note("word 2").cards()[0]
    col.sched.suspend_cards([card.id])
    col.set_deck([card.id], col.decks.id("Mine"))
    own = col.new_note(person.note_type)
    own["Prompt"], own["Answer"] = "of my own", "mine"
    col.add_note(own, col.decks.id("a"))
    person.tag("word 1", "hard")
    person.edit("word 0", Answer="my wording")
    col.remove_notes([person.note("word 3").id])
    person._let_time_pass()
    before = history(col)
    person.now += WEEK
    person.write(edited(_0="the teacher's", _1="changed", _2="other", _3="back"))
    if way == WAYS[2]:
        person.push(code=1)  # it names the cell that both have changed
    else:
        bring(person, way)
    assert person.note("word 1")["Answer"] == "changed", "the update has arrived"
    found = {
        "reviews, due dates, flags, suspended cards": not list(lost_history(before, history(col))),
        "the deck that you moved a card to": col.decks.name(col.get_card(card.id).did) == "Mine",
        "notes of your own": col.get_note(own.id)["Answer"] == "mine",
        "tags, on a note that is updated": "hard" in person.note("word 1").tags,
        "your wording, where the teacher changed the same cell later": (
            person.note("word 0")["Answer"] == "my wording"
        ),
        "a note that you deleted, when its row changes": not col.find_notes('Prompt:"word 3"'),
    }
    # The last thing that a student does to a note type: it ends what the package can do.
    person.add_own_field()
    person.edit("word 4", Mine="my own")
    person._let_time_pass()
    person.now += WEEK
    person.write(edited(_0="the teacher's", _1="changed", _2="other", _3="back", _4="once more"))
    if way == WAYS[2]:
        person.push(code=1)
    else:
        bring(person, way)
    last = person.note("word 4")
    has_arrived = last["Answer"] == "once more"
    found["a field of your own, while updates arrive"] = has_arrived and last["Mine"] == "my own"
    assert found == {row: ways[way] for row, ways in what_is_protected().items()}


# --- the commands and the letter ------------------------------------------------------------------


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOC, re.M | re.S)


@pytest.fixture
def class_room(tmp_path: Path) -> Path:
    """The teacher's folder in the second week, with last week's package beside it."""
    pages = tmp_path / "source_notes"
    for rows in (FIRST, SECOND):
        write_notes(pages, {"biology.md": "---\ntags: exam\n---\n" + table(*rows, header=HEADER)})
        if rows == FIRST:
            assert build_decks(tmp_path).returncode == 0
            shutil.copy(tmp_path / "decks/biology.apkg", tmp_path / "last-week.apkg")
    return tmp_path


def test_the_commands_do_what_is_said(class_room: Path) -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    said = {}
    for line in commands:
        program, *arguments = shlex.split(line)
        assert program == "build-decks"
        done = build_decks(class_room, *arguments, SOURCE_DATE_EPOCH="1790000099")
        assert (done.returncode, done.stderr) == (0, ""), line
        said[line] = done.stdout
    (letter,) = blocks("markdown")
    assert said["build-decks diff --against last-week.apkg --format markdown"] == letter
    assert (class_room / "decks/biology (only exam).apkg").is_file()
    assert (class_room / "to-share/biology (only biology).apkg").is_file()


def test_the_package_of_gone_rows_is_written(class_room: Path) -> None:
    (line,) = re.findall(r"`(build-decks retired [^`]+)`", DOC)
    build_decks(class_room, SOURCE_DATE_EPOCH="1790000099")
    done = build_decks(class_room, *shlex.split(line)[1:])
    assert done.returncode == 0
    assert (class_room / shlex.split(line)[-1]).is_file()
