"""What is remembered of the last build saves work and changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from build_notes import NOW, table, work_of, write_notes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_files import png

import generator
from generator.core.outcome import Outcome
from generator.identity import identify
from generator.machine import cache_files
from generator.machine.cache_files import last_build_file
from generator.pipeline import build as build_module
from generator.pipeline.build import look, run
from generator.workspace import last_build
from generator.workspace.last_build import read_state
from generator.workspace.previous import read_previous

FILES = {
    "bio/cells.md": "# Cells\n\n" + table(("skull", "head"), ("femur", "leg")),
    "bio/more.md": table(("Week one", "read"), header=("Week", "Plan")) + "\n- a list\n",
    # A row that stands twice is a warning.
    "geo.md": table(("lava", "rock"), ("lava", "rock"), ("lake", "water")),
    "law.md": table(("tort", "wrong"), ("lien", "claim")),
}


@pytest.fixture(autouse=True)
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as left alone at once: a test does not wait for the clock of the disk."""
    monkeypatch.setattr(last_build, "_TICKS", (0, 0))


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def unchanged(source: Path, output: Path) -> Outcome | None:
    return last_build.unchanged(read_state(source, output), source, output)


def build(folder: Path, now: int = NOW, **options: bool) -> Outcome:
    """As the command line does it."""
    source, output = folder / "notes", folder / "decks"
    seen = read_state(source, output)
    return last_build.unchanged(seen, source, output) or run(
        source, output, now, seen=seen, **options
    )


def made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch, now: int = NOW) -> set[str]:
    """The packages that a build works on, and does not take as they are."""
    made: set[str] = set()
    collect = build_module.collect

    def noted(package: str, *pages: object) -> object:
        made.add(package)
        return collect(package, *pages)

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "collect", noted)
        build(folder, now)
    return made


def files_of(folder: Path) -> dict[str, bytes]:
    found = [*(folder / "decks").iterdir(), folder / "notes" / "ledger.jsonl"]
    return {path.name: path.read_bytes() for path in found}


def without_memory(folder: Path, copy: Path, now: int) -> dict[str, bytes]:
    """What a build that remembers nothing makes of the same folders."""
    shutil.copytree(folder, copy)
    last_build_file(copy / "notes", copy / "decks").unlink(missing_ok=True)
    run(copy / "notes", copy / "decks", now)
    return files_of(copy)


def summary(outcome: Outcome) -> object:
    result = outcome.result
    return (result.packages, result.tables, result.rest, result.files, result.diagnostics)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Notes that were built; one page has a warning."""
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path)
    return tmp_path


def test_untouched_folders_are_reported_as_they_were(sound: Path) -> None:
    again = unchanged(sound / "notes", sound / "decks")
    assert again is not None
    fresh = run(sound / "notes", sound / "decks", NOW, keep_notes=True)
    packages = [(p.name, p.deck, p.notes, p.cards, p.digest) for p in fresh.result.packages]
    assert [(p.name, p.deck, p.notes, p.cards, p.digest) for p in again.result.packages] == packages
    assert summary(again)[1:] == summary(fresh)[1:]  # type: ignore[index]
    assert again.result.diagnostics, "a warning is said again, as long as it holds"
    assert again.changed_files == ()


def test_only_the_edited_package_is_made_anew(sound: Path, monkeypatch) -> None:
    assert made_anew(sound, monkeypatch) == set()
    write(sound / "notes/law.md", FILES["law.md"].replace("wrong", "a civil wrong"))
    assert made_anew(sound, monkeypatch, NOW + 9) == {"law"}
    assert made_anew(sound, monkeypatch, NOW + 9) == set()


def test_what_is_not_made_anew_keeps_its_guids_and_note_ids(tmp_path: Path, monkeypatch) -> None:
    # Two folders that share an id share GUIDs, and with so few places note ids meet as well.
    monkeypatch.setattr(identify, "_BIRTH_WINDOW", 4 * identify.CARD_IDS)
    settings = 'id = "shared"\n'
    known = {f"one/{n}.md": table((f"clue {n}", f"answer {n}")) for n in range(2)}
    write_notes(
        tmp_path / "notes",
        {
            **known,
            "one/deck.toml": settings,
            "two/deck.toml": settings,
            "two/a.md": table(("a", "b")),
        },
    )
    build(tmp_path)
    write(tmp_path / "notes/two/a.md", table(("a", "b"), ("clue 1", "another answer")))
    copy = without_memory(tmp_path, tmp_path / "copy", NOW)
    assert made_anew(tmp_path, monkeypatch) == {"two"}
    assert files_of(tmp_path) == copy


def test_a_ledger_that_cannot_be_read_is_left_alone(sound: Path) -> None:
    build(sound)  # by now what the ledger looks like is remembered
    ledger = sound / "notes/ledger.jsonl"
    os.truncate(ledger, 2_000_000_001)  # which takes no room on the disk
    write(sound / "notes/law.md", FILES["law.md"].replace("wrong", "a civil wrong"))
    outcome = build(sound, NOW + 1)
    assert [d.code for d in outcome.result.diagnostics if d.position.file == "ledger.jsonl"] == [
        "BD105"
    ]
    assert (outcome.written, ledger.stat().st_size) == ((), 2_000_000_001)
    ledger.unlink()


def test_an_empty_ledger_is_a_damaged_one(sound: Path) -> None:
    write(sound / "notes/ledger.jsonl", "")
    before = files_of(sound)
    assert "BD401" in {d.code for d in build(sound, NOW + 1).result.diagnostics}
    assert files_of(sound) == before


def edit_and_restore_the_time(folder: Path) -> None:
    path = folder / "notes/law.md"
    before = path.stat()
    write(path, FILES["law.md"].replace("wrong", "Wrong"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def spoil_a_package(folder: Path) -> None:
    path = folder / "decks/law.apkg"
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)


def edit_the_ledger(folder: Path) -> None:
    path = folder / "notes/ledger.jsonl"
    write(path, path.read_text("utf-8").replace(f'"added": {NOW}', f'"added": {NOW - 5}'))


def replace_by_an_older_one(folder: Path) -> None:
    other = folder / "notes/other.tmp"
    write(other, FILES["law.md"].replace("tort", "fraud"))
    os.utime(other, (NOW - 1000, NOW - 1000))
    other.replace(folder / "notes/law.md")


def claim_a_note_of_another_package(folder: Path) -> None:
    lines = (folder / "notes/ledger.jsonl").read_text("utf-8").splitlines()[1:]
    key = next(line["guid"] for line in map(json.loads, lines) if line["clue"] == "lake")
    claim = table((f"pond <!-- same-as: {key} -->", "still water"), ("tort", "wrong"))
    write(folder / "notes/law.md", claim)


TRICKS: list[Callable[[Path], object]] = [
    claim_a_note_of_another_package,
    edit_and_restore_the_time,
    spoil_a_package,
    edit_the_ledger,
    replace_by_an_older_one,
    lambda folder: (folder / "decks/law.apkg").unlink(),
    lambda folder: (folder / "notes/law.md").unlink(),
    lambda folder: write(folder / "notes/deck.toml", 'tags = ["all"]\n'),
    lambda folder: write(folder / "notes/bio/deck.toml", 'deck = "Bones"\n'),
    lambda folder: write(folder / "notes/new.md", table(("one", "1"))),
    lambda folder: (folder / "notes/law.md").rename(folder / "notes/laws.md"),
]


@pytest.mark.parametrize("trick", TRICKS)
def test_whatever_was_touched_the_bytes_are_those_of_a_fresh_build(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, trick: Callable[[Path], object]
) -> None:
    trick(sound)
    expected = without_memory(sound, tmp_path_factory.mktemp("fresh") / "copy", NOW + 50)
    build(sound, NOW + 50)
    assert files_of(sound) == expected


def test_a_replaced_picture_is_seen(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", {"a.md": table(("heart", "![](h.png)"), ("skull", "head"))})
    (tmp_path / "notes/h.png").write_bytes(png(1))
    build(tmp_path)
    assert unchanged(tmp_path / "notes", tmp_path / "decks")
    (tmp_path / "notes/h.png").write_bytes(png(2))
    assert [path.name for path in build(tmp_path, NOW + 9).written] == ["ledger.jsonl", "a.apkg"]


def test_errors_and_what_is_gone_are_said_each_time(sound: Path) -> None:
    write(sound / "notes/law.md", table(("tort", "wrong"), ("lien", "")))
    first = build(sound, NOW + 9)
    assert build(sound, NOW + 9).result.diagnostics == first.result.diagnostics
    (sound / "notes/law.md").unlink()
    gone = build(sound, NOW + 9)
    assert "BD109" in [found.code for found in gone.result.diagnostics]
    assert build(sound, NOW + 9).result.diagnostics == gone.result.diagnostics


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data.replace(b"law", b"lax"),
        lambda data: b"build-decks 0 0" + data[data.index(b"\n") :],
        lambda data: os.urandom(len(data)),
    ],
)
def test_a_damaged_memory_is_no_memory(sound: Path, damage: Callable[[bytes], bytes]) -> None:
    file = last_build_file(sound / "notes", sound / "decks")
    file.write_bytes(damage(file.read_bytes()))
    assert unchanged(sound / "notes", sound / "decks") is None
    assert build(sound, NOW + 50).changed_files == ()
    assert unchanged(sound / "notes", sound / "decks")


def test_another_program_does_not_believe_it(sound: Path) -> None:
    file = last_build_file(sound / "notes", sound / "decks")
    newer = last_build.program().encode()[::-1]
    file.write_bytes(file.read_bytes().replace(last_build.program().encode(), newer))
    assert unchanged(sound / "notes", sound / "decks") is None


def test_each_file_of_the_program_makes_it_another_program(tmp_path: Path) -> None:
    root = tmp_path / "generator"
    shutil.copytree(Path(generator.__file__).parent, root)

    def program() -> str:
        code = "from generator.workspace.last_build import program; print(program())"
        command = [sys.executable, "-B", "-c", code]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    seen = [program()]
    assert program() == seen[0] != ""
    for name in (
        "__init__.py",
        "forms/lettered/words.py",
        "anki/templates",
        "markup/tex_commands.txt",
    ):
        file = next(iter(sorted(root.glob(f"{name}/*")))) if (root / name).is_dir() else root / name
        file.write_bytes(file.read_bytes() + b"\n")
        seen.append(program())
    assert len(set(seen)) == 5


def test_where_notes_are_asked_for_those_that_stand_are_not_rendered(sound: Path) -> None:
    source, output = sound / "notes", sound / "decks"
    write(source / "law.md", FILES["law.md"].replace("wrong", "a civil wrong"))
    assert work_of(lambda: look(source, output, NOW + 9))["render_table"] == 1
    seen = read_state(source, output)
    build = work_of(lambda: run(source, output, NOW + 9, keep_notes=True, seen=seen))
    assert build["render_table"] == 1
    assert work_of(lambda: look(source, output, NOW + 9))["render_table"] == 0
    assert unchanged(source, output), "it remembers what it made"


def test_without_a_place_for_it_nothing_is_lost(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    write_notes(tmp_path / "notes", {"law.md": FILES["law.md"]})
    assert build(tmp_path).written
    assert build(tmp_path).changed_files == ()


def test_a_file_that_was_touched_just_now_is_read_again(sound: Path, monkeypatch) -> None:
    monkeypatch.setattr(last_build, "_TICKS", (10**12, 10**12))
    assert unchanged(sound / "notes", sound / "decks") is None
    assert made_anew(sound, monkeypatch) == set(), "it is read, and found to be the same"


def test_an_edit_while_a_build_is_under_way_is_seen_by_the_next(sound: Path, monkeypatch) -> None:
    page = sound / "notes" / "law.md"
    write(page, table(("tort", "first")))
    collect = build_module.collect

    def meddled(package: str, *pages: object) -> object:
        if package == "law":  # it has been read by now
            write(page, table(("tort", "second")))
        return collect(package, *pages)

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "collect", meddled)
        build(sound, NOW + 1)
    build(sound, NOW + 2)
    assert b"second" in files_of(sound)["ledger.jsonl"]


def test_packages_just_written_are_known_by_their_bytes(sound: Path, monkeypatch) -> None:
    """Right after a build nobody can say from their times that they are untouched."""
    write(sound / "notes" / "law.md", table(("tort", "other")))
    with monkeypatch.context() as patch:
        patch.setattr(last_build, "_look_at_outputs", lambda *_: {})
        build(sound, NOW + 1)
        assert unchanged(sound / "notes", sound / "decks")
        package = sound / "decks" / "law.apkg"
        data = package.read_bytes()
        package.write_bytes(data[:-1] + b"x")
        assert unchanged(sound / "notes", sound / "decks") is None
        package.write_bytes(data)
        assert unchanged(sound / "notes", sound / "decks")
    assert unchanged(sound / "notes", sound / "decks")
    work = work_of(lambda: unchanged(sound / "notes", sound / "decks"))
    assert (work["unchanged"], work["digest_or_none"]) == (2, 0), "none is read again"


EDITS = st.tuples(
    st.sampled_from(["bio/cells.md", "geo.md", "law.md", "bio/new.md"]),
    st.lists(
        st.tuples(st.sampled_from("skull femur lava lake tort".split()), st.sampled_from("xyz")),
        max_size=4,
    ),
)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(st.lists(EDITS, max_size=3), min_size=1, max_size=4))
def test_random_edits_give_the_same_bytes_with_and_without_memory(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, list[tuple[str, str]]]]]
) -> None:
    ours, other = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("other")
    for folder in (ours, other):
        write_notes(folder / "notes", FILES)
        run(folder / "notes", folder / "decks", NOW)
    for number, edits in enumerate(rounds, 1):
        for folder in (ours, other):
            for name, rows in edits:
                write(folder / "notes" / name, table(*rows))
        build(ours, NOW + number)
        last_build_file(other / "notes", other / "decks").unlink(missing_ok=True)
        run(other / "notes", other / "decks", NOW + number)
        assert files_of(ours) == files_of(other)
        # Where the notes themselves are asked for, fields come from the packages that lie there.
        for edited in (False, True):
            for folder in (ours, other) if edited else ():
                write(folder / "notes" / "law.md", table(("tort", f"harm {number}")))
            last_build_file(other / "notes", other / "decks").unlink(missing_ok=True)
            found, plain = (
                look(folder / "notes", folder / "decks", NOW + number) for folder in (ours, other)
            )
            assert found.notes == plain.notes
            assert (found.lines, found.changes) == (plain.lines, plain.changes)


@pytest.mark.unsound
def test_a_package_that_is_replaced_while_it_is_looked_at_is_not_believed(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = sound / "notes", sound / "decks"
    with monkeypatch.context() as patch:
        patch.setattr(last_build, "_look_at_outputs", lambda *_: {})
        (source / "law.md").touch()
        build(sound, NOW + 1)  # leaves a memory that knows the packages by their bytes alone
    read = last_build.digest_or_none

    def replaced(path: Path) -> str | None:
        digest = read(path)
        if path.name == "law.apkg":
            path.write_bytes(b"another")
        return digest

    with monkeypatch.context() as patch:
        patch.setattr(last_build, "digest_or_none", replaced)
        unchanged(source, output)
    assert unchanged(source, output) is None


def test_notes_of_another_clock_are_counted_whatever_is_remembered(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path, NOW + 10 * 86_400)
    write(tmp_path / "notes" / "law.md", FILES["law.md"].replace("claim", "other claim"))
    shutil.copytree(tmp_path, tmp_path / "copy")
    told = [
        [d.message for d in outcome.result.diagnostics if d.code == "BD415"]
        for outcome in (
            build(tmp_path, NOW),
            run(tmp_path / "copy" / "notes", tmp_path / "copy" / "decks", NOW),
        )
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 1


def forge(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change what is remembered, and make its checksum right."""
    file = last_build_file(folder / "notes", folder / "decks")
    values = json.loads(file.read_bytes().partition(b"\n")[2])
    rest = json.dumps(change(values) or values).encode()
    file.write_bytes(last_build._first_line(rest).encode() + b"\n" + rest)


def _set(key: str, value: object) -> Callable[[dict[str, object]], object]:
    return lambda values: values.update({key: value})


def _set_in_package(place: int, value: object) -> Callable[[dict[str, object]], object]:
    def change(values: dict[str, object]) -> None:
        packages = values["packages"]
        assert isinstance(packages, dict)
        packages["bio"][place] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [1],
        lambda _: "text",
        lambda _: {"other": 1},
        _set("notes", 7),
        _set("ledger", None),
        _set("outputs", ["x"]),
        _set("outputs", {"x": 1}),
        _set("packages", {"bio": []}),
        _set("packages", [["bio"]]),
        _set("left_out", [["a.md", "x", 1, ""]]),
        _set("left_out", [[]]),
        _set_in_package(0, 1),
        _set_in_package(3, "many"),
        _set_in_package(3, 1.5),
        _set_in_package(8, [[["a.md", 1, 1], [], "clue", "x", 1, "", "table", 0, 0, 0, 0]]),
        _set_in_package(8, [[["a.md"], [], "clue", 1, 1, "", "table", 0, 0, 0, 0]]),
        _set_in_package(8, [[["a.md", 1, 1], [7], "clue", 1, 1, "", "table", 0, 0, 0, 0]]),
        _set_in_package(8, [[["a.md", 1, 1], [], "clue", 1, 1, "", "chair", 0, 0, 0, 0]]),
        _set_in_package(9, [["a.md"]]),
        _set_in_package(10, [["BD1", "fatal", ["a.md", 1, 1], "x", "y"]]),
        _set_in_package(10, [["BD1", "error", ["a.md", "1", 1], "x", "y"]]),
    ],
)
def test_a_forged_memory_with_the_right_checksum_is_none(tmp_path: Path, change) -> None:
    write_notes(tmp_path / "notes", FILES)
    before = build(tmp_path)
    forge(tmp_path, change)
    file = last_build_file(tmp_path / "notes", tmp_path / "decks")
    assert last_build.read_last_build(file) == last_build.LastBuild()
    after = build(tmp_path, NOW + 50)
    assert after.changed_files == ()
    assert after.result.diagnostics == before.result.diagnostics


def test_a_memory_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write_notes(tmp_path / "notes", FILES)
    build(tmp_path)
    for name in (last_build_file, cache_files.previous_file):
        file = name(tmp_path / "notes", tmp_path / "decks")
        file.unlink(missing_ok=True)
        os.mkfifo(file)
    assert build(tmp_path, NOW + 50).changed_files == ()
    assert read_previous(tmp_path / "notes", tmp_path / "decks") is None
