"""The command line as a person or a program uses it: its output, and its exit code."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from build_notes import NOW, table, write_notes
from command_line import COMMAND, build_decks, started

from generator.cli import COMMANDS, cli
from generator.commands.common import Common

NOTES = table(("a fast answer", "cache"), ("a safe answer", "log"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_notes(tmp_path / "source_notes", {"bio/a.md": NOTES})
    return tmp_path


def test_no_argument_does_the_job(folder: Path) -> None:
    done = build_decks(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "decks/bio.apkg: 2 notes, 2 cards, written\n2 notes, 2 cards from 1 table on 1 page\n"
    )
    assert (folder / "decks" / "bio.apkg").is_file()


def test_a_second_build_says_that_all_is_up_to_date(folder: Path) -> None:
    build_decks(folder)
    assert build_decks(folder).stdout == "decks/bio.apkg: 2 notes, 2 cards, up to date\n"


def test_source_and_output_can_be_elsewhere(folder: Path) -> None:
    (folder / "source_notes").rename(folder / "my notes")
    done = build_decks(folder, "-s", "my notes", "--output", "out/deep")
    assert done.returncode == 0
    assert (folder / "out" / "deep" / "bio.apkg").is_file()


def test_folders_may_be_named_before_or_after_a_command(folder: Path) -> None:
    (folder / "source_notes").rename(folder / "notes")
    build_decks(folder, "-s", "notes", "-o", "out")
    write_notes(folder / "notes", {"bio/a.md": table(("a fast answer", "cache"))})
    write_notes(folder / "others", {"a.md": NOTES})
    for command, after in {
        "diff": ["-s", "notes", "-o", "out"],
        "retired": ["--source", "notes"],
        "verify": ["--output", "out"],
    }.items():
        done = build_decks(folder, "-s", "notes", "-o", "out", command)
        assert done.returncode == 0
        assert done.stdout
        for arguments in (
            [command, *after],
            ["-s", "others", "-o", "nowhere", command, *after],  # what stands after it wins
        ):
            again = build_decks(folder, *arguments)
            assert (again.returncode, again.stdout) == (0, done.stdout)
    done = build_decks(folder, "diff", "-s", "notes", "-o", "out")
    assert "retired: a safe answer" in done.stdout
    # One folder before the command, the other one after it.
    done = build_decks(folder, "-s", "notes", "diff", "-o", "nowhere")
    assert "new: a fast answer" in done.stdout
    done = build_decks(folder, "-s", "others", "init", "made", "-s", "notes")
    assert done.returncode == 0
    assert (folder / "made" / "notes" / "made" / "deck.toml").is_file()


# What each command needs beside its folders; `-o` of the others names what they write themselves.
ARGUMENTS = {
    "changes": ["-o", "text"],
    "draft": ["page.html", "-o", "note.md"],
    "pull": ["--from", "collection.anki2"],
    "push": ["--url", "http://127.0.0.1:9"],
    "serve": ["--port", "1", "--lan", "--open"],
    "weak": ["--from", "collection.anki2"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_its_folders_before_and_after_its_name(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folders that a command works with are those that stand last."""
    seen: list[tuple[Path, Path]] = []
    command = cli.get_command(click.Context(cli), name)
    assert command

    @click.pass_obj
    def note(common: Common, **_: object) -> None:
        seen.append((common.source, common.output))

    monkeypatch.setattr(command, "callback", note)
    more = ARGUMENTS.get(name, [])
    before, after = ["-s", "a", "-o", "b"], ["-s", "c", "-o", "d"]
    has_own = any(p.name in ("output", "note", "folder") for p in command.params if p.expose_value)
    for arguments in (
        [*before, name, *more],
        ["-s", "x", "-o", "b", name, *more, "--source", "a"],
        *([] if has_own else [["-o", "x", name, *more, "--output", "b", "-s", "a"]]),
        *([] if has_own else [[*after, name, *more, *before], [name, *before, *more]]),
    ):
        assert cli.main(arguments, standalone_mode=False) is None
    assert set(seen) == {(Path("a"), Path("b"))}
    assert len(seen) == (2 if has_own else 5)


PAGE_READERS = {
    "build": [],
    "changes": ["changes", "-o", "text"],
    "diff": ["diff"],
    "preview": ["preview"],
    "pull": ["pull"],
    "pull --from": ["pull", "--from", "collection.anki2"],
    "push": ["push"],
    "recover": ["recover"],
    "retired": ["retired"],
    "serve": ["serve"],
    "weak": ["weak"],
    "weak --from": ["weak", "--from", "collection.anki2"],
    "watch": ["--watch"],
}


@pytest.mark.parametrize("arguments", PAGE_READERS.values(), ids=PAGE_READERS)
def test_a_folder_that_is_not_there_names_init_and_the_option(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = build_decks(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stderr.endswith(
        "Error: there is no folder 'source_notes'; name another one with -s, or let "
        "'build-decks init' make it, with a first lesson to change\n"
    )
    (tmp_path / "my notes").write_text("no folder")
    done = build_decks(tmp_path, "-s", "my notes", *arguments)
    assert done.returncode == 2
    assert "'my notes' is a file; name the folder it is in: -s .\n" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["my notes"]


def test_what_a_missing_folder_proposes_works(tmp_path: Path) -> None:
    done = build_decks(tmp_path, "-s", "my notes")
    (proposed,) = re.findall("'build-decks (.*)' make it", done.stderr)
    assert build_decks(tmp_path, *shlex.split(proposed)).returncode == 0
    assert build_decks(tmp_path, "-s", "my notes").returncode == 0


def test_a_folder_without_a_page_names_init_too(folder: Path) -> None:
    (folder / "source_notes/bio/a.md").unlink()
    for files in ({}, {"bio/x.txt": "no page"}, {"bio/deck.toml": 'tags = ["x"]\n'}):
        write_notes(folder / "source_notes", files)
        done = build_decks(folder)
        assert done.returncode == 1
        assert "error[BD101]: no Markdown file in source_notes\n" in done.stderr
        assert "with -s, or let 'build-decks init' begin one\n" in done.stderr
    assert not (folder / "decks").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["preview", "-o", "out"],
        ["preview", "-o", "out/page.html"],
        ["diff", "-o", "out"],
        ["retired", "-o", "out"],
        ["recover", "-n", "-o", "out"],
        ["verify", "-o", "out"],
        ["weak", "--from", "x.anki2", "-o", "out"],
        ["-n", "-o", "out"],
        ["--check", "-o", "out"],
    ],
)
def test_what_only_reads_makes_no_folder(folder: Path, arguments: list[str]) -> None:
    build_decks(folder, *arguments)
    assert {path.name for path in folder.iterdir()} <= {"source_notes", "preview.html"}


def test_the_package_can_be_run_as_a_module(folder: Path) -> None:
    script = (sys.executable, "-m", "generator")
    root = str(Path(__file__).parents[1])
    for arguments, code in ((["-h"], 0), (["--check"], 1), (["bild"], 2), (["diff", "-x"], 2)):
        done = started(folder, *arguments, command=script, PYTHONPATH=root)
        same = build_decks(folder, *arguments)
        assert done.returncode == same.returncode == code
        assert (done.stdout, done.stderr) == (same.stdout, same.stderr)
    assert done.stderr.startswith("Usage: build-decks diff ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["-v"],
        ["--format", "json", "--check"],
        ["--only", "bio"],
        *([name, *ARGUMENTS.get(name, [])] for name in COMMANDS if name != "serve"),  # it goes on
    ],
    ids=" ".join,
)
def test_a_process_does_what_the_tests_see_of_a_call(tmp_path: Path, arguments: list[str]) -> None:
    """`build_decks` runs in the process of the tests; where a module is missing, it is not seen."""
    done = []
    for name, run in (("called", build_decks), ("started", started)):
        folder = tmp_path / name
        write_notes(folder / "source_notes", {"bio/a.md": NOTES + "| one cell\n"})
        (folder / "page.html").write_text("<table><tr><th>Need<th>Do<tr><td>x<td>y</table>")
        if arguments != ["-v"]:
            build_decks(folder)
            write_notes(folder / "source_notes", {"bio/a.md": NOTES.replace("cache", "store")})
        said = run(folder, *arguments)
        files = {
            str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()
        }
        done.append((said.returncode, said.stdout, said.stderr, files))
    assert done[0] == done[1]
    assert done[0][1] or done[0][2]


def test_commands_can_be_called_from_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.commands import build, common, diff, preview, retired
    from generator.commands.console import CommandError

    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "never asked")
    source, output, page = Path("source_notes"), Path("decks"), Path("preview.html")
    assert Path("decks/bio.apkg") in build.build(source, output, NOW).written
    assert sum(built.cards for built in preview.preview(source, output, page, NOW).packages) == 2
    write_notes(source, {"bio/a.md": table(("a fast answer", "cache"))})
    (change,) = (
        change
        for change in diff.diff(common.look(source, output, NOW), source, output).changes
        if "retired" in change.what
    )
    assert change.clue == "a safe answer"
    build.build(source, output, NOW + 9)
    gone, diagnostics = retired.find_retired(source, output)
    assert ([entry.origin.clue for entry in gone], diagnostics) == (["a safe answer"], [])
    assert retired.tag_retired(gone, Path("gone.apkg")) == 1
    page.write_text("not ours")
    with pytest.raises(CommandError, match="is not a page that preview wrote"):
        preview.preview(source, output, page, NOW)
    with pytest.raises(CommandError, match="there is no folder 'nowhere'"):
        build.build(Path("nowhere"), output, NOW)


def test_a_copy_whose_first_page_went_is_told_how_to_go_on_with_its_reviews(folder: Path) -> None:
    build_decks(folder)
    first, copy = folder / "source_notes/bio/a.md", folder / "source_notes/copy.md"
    copy.write_bytes(first.read_bytes())
    build_decks(folder, SOURCE_DATE_EPOCH="1790000100")
    first.write_text("Nothing any more.")
    build_decks(folder, SOURCE_DATE_EPOCH="1790000200")
    said = build_decks(folder, "retired").stdout
    assert said.count("the row stands in copy.md as a newer note") == 2
    keys = re.findall("<!-- same-as: .* -->", said)
    clues = re.findall("bio/a.md: (.*)", said)
    for clue, key in zip(clues, keys, strict=True):
        copy.write_text(copy.read_text().replace(clue, f"{clue} {key}"))
    done = build_decks(folder, SOURCE_DATE_EPOCH="1790000300")
    assert "notes: 2 changed, 2 retired" in done.stdout
    assert "newer note" not in build_decks(folder, "retired").stdout


def test_check_writes_nothing_and_tells_by_its_exit_code(folder: Path) -> None:
    done = build_decks(folder, "--check")
    assert done.returncode == 1
    assert "decks/bio.apkg: 2 notes, 2 cards, would change" in done.stdout
    assert not (folder / "decks").exists()
    build_decks(folder)
    assert build_decks(folder, "--check").returncode == 0
    write_notes(folder / "source_notes", {"bio/b.md": table(("one more", "row"))})
    assert build_decks(folder, "--check").returncode == 1


def test_check_finds_a_package_that_was_tampered_with(folder: Path) -> None:
    build_decks(folder)
    with (folder / "decks" / "bio.apkg").open("ab") as file:
        file.write(b"!")
    assert build_decks(folder, "--check").returncode == 1


def test_a_dry_run_writes_nothing_and_is_fine(folder: Path) -> None:
    done = build_decks(folder, "-n")
    assert done.returncode == 0
    assert "would change" in done.stdout
    assert not (folder / "decks").exists()


def test_json_is_one_object_on_stdout(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/plan.md": table(("1", "x"), header=("Week", "Do"))})
    done = build_decks(folder, "--format", "json")
    report = json.loads(done.stdout)
    digest = report["decks"][0].pop("sha256")
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert report == {
        "version": 1,
        "summary": {
            "files": 2,
            "tables": 2,
            "rows": 3,
            "notes": 2,
            "cards": 2,
            "new": 2,
            "changed": 0,
            "unchanged": 0,
            "retired": 0,
            "held": 0,
            "held_by_code": {},
            "unfinished": 0,
            "outdated": 0,
            "emptied": 0,
            "up_to_date": True,
            "errors": 0,
            "warnings": 0,
        },
        "decks": [
            {
                "path": "decks/bio.apkg",
                "name": "bio",
                "notes": 2,
                "cards": 2,
                "status": "written",
            }
        ],
        "tables": [
            {
                "file": "bio/a.md",
                "line": 1,
                "header": ["Need", "First move"],
                "kind": "clue",
                "rows": 2,
                "notes": 2,
                "held": 0,
                "unfinished": 0,
                "unfinished_lines": [],
                "joined": 0,
                "left_out": 0,
                "skipped": None,
                "form": "table",
            },
            {
                "file": "bio/plan.md",
                "line": 1,
                "header": ["Week", "Do"],
                "kind": None,
                "rows": 1,
                "notes": 0,
                "held": 0,
                "unfinished": 0,
                "unfinished_lines": [],
                "joined": 0,
                "left_out": 0,
                "skipped": "planning",
                "form": "table",
            },
        ],
        "rest": [
            {
                "file": file,
                "paragraphs": 0,
                "lists": 0,
                "code": 0,
                "definitions": 0,
                "questions": 0,
                "callouts": 0,
                "items": 0,
                "cards": 0,
            }
            for file in ("bio/a.md", "bio/plan.md")
        ],
        "diagnostics": [],
        "left_out": [],
    }


def test_what_is_left_out_is_counted_listed_and_in_json(folder: Path) -> None:
    notes = write_notes(
        folder / "source_notes",
        {
            "README.md": NOTES,
            "bio/README.de.md": NOTES,
            "bio/CHANGELOG.md": NOTES,
            "bio/out/x.md": NOTES,
            "bio/deck.toml": 'exclude = ["out/**"]',
        },
    )
    counted = "3 pages and 1 folder left out (README, CHANGELOG, exclude): -v lists them\n"
    assert build_decks(folder, "-n").stdout.endswith(counted)
    for _ in range(2):  # from what the last build remembers, too
        assert build_decks(folder).stdout.endswith(counted)
        listed = [line for line in build_decks(folder, "-v").stdout.splitlines() if "left" in line]
        assert listed == [
            "source_notes/bio/CHANGELOG.md: left out: CHANGELOG",
            'source_notes/bio/out/: left out: exclude = ["out/**"]',
            "source_notes/bio/README.de.md: left out: README",
            "source_notes/README.md: left out: README",
        ]
        report = json.loads(build_decks(folder, "--format", "json").stdout)
        assert [tuple(each.values()) for each in report["left_out"]] == [
            ("bio/CHANGELOG.md", "CHANGELOG", False, None),
            ("bio/out", "exclude", True, "out/**"),
            ("bio/README.de.md", "README", False, None),
            ("README.md", "README", False, None),
        ]
    assert "left out" not in build_decks(folder, "-q").stdout
    write_notes(notes, {"bio/a.md": "---\ncards: false\n---\n" + NOTES, "b.md": table(("x", "y"))})
    done = build_decks(folder, "-n")
    assert (done.returncode, "notes: 1 new, 2 retired\n" in done.stdout) == (0, True)


def test_a_first_build_says_which_package_it_makes_of_many_pages(folder: Path) -> None:
    pages = {f"{n}.md": table((f"clue {n}", f"answer {n}")) for n in range(21)}
    write_notes(folder / "vault", pages)
    line = (
        "21 loose pages, so all pages are one package, vault; "
        'package = "…" in deck.toml gives it another name\n'
    )
    done = build_decks(folder, "-s", "vault", "-n")
    assert done.stdout.startswith(line + "decks/vault.apkg: 21 notes")
    done = build_decks(folder, "-s", "vault")
    assert (done.returncode, done.stdout.startswith(line)) == (0, True)
    done = build_decks(folder, "-s", "vault", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "decks/vault.apkg: 21 notes, 42 cards, up to date\n"


def test_json_says_what_became_of_each_package(folder: Path) -> None:
    def statuses(*arguments: str) -> dict[str, str]:
        report = json.loads(build_decks(folder, "--format", "json", *arguments).stdout)
        return {deck["path"]: deck["status"] for deck in report["decks"]}

    (folder / "source_notes" / "c.md").write_bytes(b"\xff")
    assert statuses("-n") == {"decks/bio.apkg": "would change", "decks/c.apkg": "errors"}
    assert statuses() == {"decks/bio.apkg": "written", "decks/c.apkg": "errors"}
    assert statuses("--check") == {"decks/bio.apkg": "up to date", "decks/c.apkg": "errors"}


def test_a_package_of_retired_notes_that_would_be_empty_is_refused(folder: Path) -> None:
    build_decks(folder)
    (folder / "decks" / "bio.apkg").unlink()
    write_notes(folder / "source_notes", {"bio/a.md": table(("a fast answer", "cache"))})
    build_decks(folder)
    done = build_decks(folder, "retired", "--package", "gone.apkg")
    assert done.returncode == 2
    assert "'gone.apkg' would be empty" in done.stderr
    assert not (folder / "gone.apkg").exists()


def test_json_holds_the_diagnostics_and_the_exit_code_stays(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/a.md": NOTES + "| one | two | three |\n"})
    done = build_decks(folder, "--format=json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["diagnostics"] == [
        {
            "code": "BD201",
            "severity": "error",
            "file": "bio/a.md",
            "line": 5,
            "column": 15,
            "message": "row has 3 cells, header has 2",
            "help": "write \\| for a pipe inside a cell",
        }
    ]


def test_a_fault_is_printed_where_editors_jump_to_it(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/a.md": NOTES + "| a | b | c |\n"})
    done = build_decks(folder)
    assert done.returncode == 1
    assert done.stderr == (
        "source_notes/bio/a.md:5:11: error[BD201]: row has 3 cells, header has 2\n"
        "  5 │ | a | b | c |\n"
        "    │           ^\n"
        "  help: write \\| for a pipe inside a cell\n"
    )


def test_three_findings_of_each_kind_are_shown_and_how_many_more(folder: Path) -> None:
    pairs = "".join(
        f"\n{table((f'thing {n}', f'answer {n}'), ('a', 'b', 'c'))}" for n in range(250)
    )
    write_notes(folder / "source_notes", {"bio/a.md": NOTES + pairs, "c.md": pairs * 2})
    done = build_decks(folder)
    assert re.findall(r"(?:error|warning)\[\w+\]", done.stderr) == (
        ["error[BD201]"] * 3 + ["warning[BD303]"] * 3
    )
    assert re.findall("^  and .*", done.stderr, re.MULTILINE) == [
        "  and 747 more BD201 in 2 files; -v shows all",
        "  and 247 more BD303 in 1 file; -v shows all",
    ]
    everything = build_decks(folder, "-v").stderr
    assert len(re.findall(r"error\[|warning\[", everything)) == 1000
    assert "more BD" not in everything
    report = json.loads(build_decks(folder, "--format", "json").stdout)
    assert len(report["diagnostics"]) == 1000
    assert build_decks(folder, "--format", "github").stdout.count("\n::") == 999


def test_a_command_shows_findings_in_the_same_way(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/a.md": NOTES + "| a | b | c |\n" * 5})
    assert "and 2 more BD201 in 1 file; -v shows all" in build_decks(folder, "preview").stderr
    assert build_decks(folder, "-v", "preview").stderr.count("error[BD201]") == 5


def test_a_fault_in_the_settings_is_shown_with_its_line(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/deck.toml": 'id = "x"\ntosic = "y"\n'})
    assert '  2 │ tosic = "y"\n    │ ^\n' in build_decks(folder).stderr


def test_a_line_is_cut_to_the_terminal(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/a.md": NOTES + f"| {'a ' * 90} | b | c |\n"})
    lines = build_decks(folder, COLUMNS="40").stderr.splitlines()
    assert lines[1].startswith("  5 │ …")
    assert lines[1].endswith("a  | b | c |")
    assert max(map(len, lines[1:3])) <= 40


def test_github_gets_annotations_on_stdout_and_the_summary(folder: Path) -> None:
    write_notes(folder / "source_notes", {"c.md": table(("x", "y")) + "| z | z | 1 |\n"})
    done = build_decks(folder, "--format", "github")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "::error file=source_notes/c.md,line=4,col=11,title=BD201::"
        "row has 3 cells, header has 2%0Ahelp: write \\| for a pipe inside a cell",
        "decks/bio.apkg: 2 notes, 2 cards, written",
        "decks/c.apkg: 1 note, 1 card, written",
        "3 notes, 3 cards from 2 tables on 2 pages",
        "held: 1 row: 1 with too many cells (BD201)",
    ]


def test_quiet_prints_errors_only(folder: Path) -> None:
    write_notes(folder / "source_notes", {"c.md": "prose"})
    done = build_decks(folder, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    write_notes(folder / "source_notes", {"bio/a.md": NOTES + "| a | b | c |\n"})
    assert "BD201" in build_decks(folder, "--quiet").stderr


def test_strict_exits_with_1_and_leaves_the_package_alone(folder: Path) -> None:
    write_notes(folder / "source_notes", {"c.md": table(("x", "y"), ("x", "y"))})
    done = build_decks(folder, "--strict", "-q")
    assert done.returncode == 1
    assert "source_notes/c.md:4:1: error[BD303]" in done.stderr
    assert not (folder / "decks" / "c.apkg").exists()
    assert build_decks(folder).returncode == 0
    assert build_decks(folder, "--check").returncode == 0
    assert build_decks(folder, "--check", "--strict").returncode == 1


def test_verbose_lists_every_table(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/plan.md": table(("1", "x"), header=("Week", "Do"))})
    assert build_decks(folder, "-v").stdout.splitlines()[:2] == [
        "source_notes/bio/a.md:1: Need | First move: clue, 2 rows, 2 notes",
        "source_notes/bio/plan.md:1: Week | Do: skipped: planning, 1 row",
    ]
    build_decks(folder)
    assert "1 table skipped: bio/plan.md:1 (planning)" in build_decks(folder).stdout


def test_the_first_build_alone_ends_with_a_summary(folder: Path) -> None:
    terms = "- **cell**: unit of life\n- **gene**: unit of heredity\n"
    write_notes(
        folder / "source_notes", {f"p{n}.md": NOTES + "| a | b | c |\n" + terms for n in range(8)}
    )
    first = build_decks(folder, "--dry-run").stdout.splitlines()
    assert first[0] == "decks: 9 packages would change; -v lists them"
    done = build_decks(folder)
    assert done.stdout.splitlines() == [
        "decks: 9 packages written; -v lists them",
        "18 notes, 18 cards from 9 tables on 9 pages",
        "held: 8 rows: 8 with too many cells (BD201)",
        "could make cards, if written otherwise:",
        "  16 list items that look like definitions, most in p0.md:",
        '    write definitions = "bold" into deck.toml; or <!-- cards: definitions -->',
        "      above the list, or at a heading for all lists below it",
    ]
    second = build_decks(folder).stdout.splitlines()
    assert second[0] == "decks/bio.apkg: 2 notes, 2 cards, up to date"
    assert len(second) == 10
    summary = json.loads(build_decks(folder, "--format", "json").stdout)
    assert summary["summary"]["held_by_code"] == {"BD201": 8}
    assert sum(rest["definitions"] for rest in summary["rest"]) == 16


def test_where_there_is_no_card_it_is_said_what_could_make_some(folder: Path) -> None:
    (folder / "source_notes/bio/a.md").write_text("## What is a cell?\n\nThe unit of life.\n")
    done = build_decks(folder)
    assert (done.returncode, "BD102" in done.stderr) == (1, True)
    assert done.stdout.splitlines() == [
        "could make cards, if written otherwise:",
        "  1 heading that asks in bio/a.md:",
        '    write questions = "headings" into deck.toml, or mark them with Q: and A:',
    ]
    assert build_decks(folder, "-q").stdout == ""


def test_the_first_build_lists_all_where_asked_to(folder: Path) -> None:
    write_notes(folder / "source_notes", {f"p{n}.md": NOTES for n in range(8)})
    assert build_decks(folder, "-v").stdout.count(".apkg: 2 notes, 2 cards, written\n") == 9


def test_verbose_adds_up_what_is_no_table(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/b.md": "one\n\ntwo\n\n- a\n\n```\nx\n```\n"})
    line = "source_notes/bio/b.md: besides: 2 paragraphs, 1 list, 1 block of code"
    assert line in build_decks(folder, "-v").stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--formt", "json"], "formt"),
        (["--format", "xml"], "'xml' is not one of"),
        (["-s", "nowhere"], "there is no folder 'nowhere'"),
        (["-q", "-v"], "exclude each other"),
        (["-s", "source_notes/bio/a.md"], "'source_notes/bio/a.md' is a file; name the folder"),
        (["--check", "diff"], "go with no command"),
        (["--strict", "diff"], "go with no command"),
        (["-n", "retired", "--package", "x.apkg"], "go with no command"),
        (["bild"], "No such command 'bild'"),
        (["preview", "-s", "nowhere"], "there is no folder 'nowhere'"),
        (["diff", "-s", "nowhere"], "there is no folder 'nowhere'"),
        (["retired", "-s", "nowhere"], "there is no folder 'nowhere'"),
        (["verify", "-o", "nowhere"], "there is no package in 'nowhere'"),
        (["source_notes"], "is no command; to build its pages: build-decks -s source_notes"),
        (["source_notes/bio/a.md"], "build its pages: build-decks -s source_notes/bio"),
        (["verify", "no.apkg"], "cannot read 'no.apkg': No such file or directory; name one that"),
        (["verify", "source_notes"], "'source_notes' is a folder; name a package (.apkg)"),
        (["diff", "no.apkg"], "cannot read 'no.apkg': No such file or directory; name one that is"),
        (["diff", "--against", "source_notes"], "'source_notes' is a folder; name a package"),
        (["diff", "x" * 300], "File name too long; name another"),
        (["draft", "a.html", "-o", "source_notes"], "'source_notes' is a folder; name a file"),
        (["changes", "-o", "source_notes/bio/a.md"], "a.md' is a file; name a folder"),
        (["init", "source_notes/bio/a.md"], "a.md' is a file; name a folder"),
        (["draft", ""], "the name is empty; . is the folder that you are in"),
        (["x" * 300], "No such command"),
    ],
)
def test_wrong_usage_says_what_is_wrong(folder: Path, arguments: list[str], words: str) -> None:
    done = build_decks(folder, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every file can be read")
@pytest.mark.parametrize("command", [["verify"], ["diff"], ["draft"], ["pull", "--from"]])
def test_a_file_without_the_right_to_read_it_says_what_to_do(
    folder: Path, command: list[str]
) -> None:
    (folder / "secret.apkg").touch(mode=0)
    done = build_decks(folder, *command, "secret.apkg")
    assert done.returncode == 2
    assert "; give yourself the right to read it" in done.stderr


@pytest.mark.parametrize("epoch", ["soon", "-5", "1.5", ""])
def test_a_wrong_source_date_epoch_is_refused(folder: Path, epoch: str) -> None:
    done = build_decks(folder, SOURCE_DATE_EPOCH=epoch)
    assert done.returncode == 2
    assert "SOURCE_DATE_EPOCH" in done.stderr


def test_settings_and_ledger_faults_exit_with_2(folder: Path) -> None:
    write_notes(folder / "source_notes", {"bio/deck.toml": 'tosic = "x"\n'})
    done = build_decks(folder)
    assert done.returncode == 2
    assert "source_notes/bio/deck.toml:1:1: error[BD122]: unknown key 'tosic'" in done.stderr
    assert "did you mean 'topic'?" in done.stderr
    write_notes(folder / "source_notes", {"bio/deck.toml": "", "ledger.jsonl": "{}\n"})
    done = build_decks(folder)
    assert done.returncode == 2
    assert "source_notes/ledger.jsonl:1:1: error[BD401]" in done.stderr


def test_the_version_is_that_of_the_distribution(folder: Path) -> None:
    from importlib.metadata import version

    assert build_decks(folder, "--version").stdout == f"build-decks {version('build-decks')}\n"


def test_help_has_examples_exit_codes_and_fits_a_small_terminal(folder: Path) -> None:
    text = build_decks(folder, "--help", COLUMNS="80").stdout
    for words in ("Examples:", "build-decks --check", "Exit codes:", "130  interrupted"):
        assert words in text
    *lines, last = text.splitlines()
    assert max(map(len, lines)) <= 80
    folder = Path(last.partition(": ")[2])  # as long as its path is
    assert (folder / "diagnostics.md").is_file()


def test_color_is_for_terminals_and_for_who_asks(folder: Path) -> None:
    assert "\x1b" not in build_decks(folder).stdout
    assert "\x1b[" in build_decks(folder, FORCE_COLOR="1").stdout
    assert "\x1b[" in build_decks(folder, "--color", "always").stdout
    assert "\x1b" not in build_decks(folder, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in build_decks(folder, "--color", "never", FORCE_COLOR="1").stdout


def printed_and_loaded(folder: Path, arguments: list[str], modules: str) -> str:
    """What a command prints, and which of these modules were loaded for it."""
    script = (
        "import sys\nfrom generator.cli import cli\n"
        f"cli.main({arguments}, standalone_mode=False)\n"
        f"print([m for m in {modules.split()} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=folder
    )
    return done.stdout


def test_help_loads_nothing_heavy(folder: Path) -> None:
    heavy = "genanki markdown_it yaml sqlite3 lxml generator.core.diagnostics"
    assert printed_and_loaded(folder, ["--help"], heavy).endswith("[]\n")


def test_a_build_of_nothing_loads_nothing_heavy(folder: Path) -> None:
    started(folder)
    time.sleep(0.06)  # what was touched just now is not known yet
    started(folder)
    heavy = "genanki markdown_it yaml sqlite3 generator.pipeline.build generator.machine.progress"
    printed = printed_and_loaded(folder, [], f"{heavy} generator.pages generator.commands.diff")
    assert printed == "decks/bio.apkg: 2 notes, 2 cards, up to date\n[]\n"


def test_a_small_build_loads_nothing_that_it_has_no_use_for(folder: Path) -> None:
    unused = (
        "multiprocessing asyncio cached_property yaml difflib pygments segno pickle"
        " markdown_it mdit_py_plugins generator.forms.lettered.words"
    )
    assert printed_and_loaded(folder, [], unused).endswith("[]\n")


def test_what_could_not_be_written_is_not_called_written(folder: Path) -> None:
    (folder / "decks").write_text("a file is in the way")
    done = build_decks(folder)
    assert done.returncode == 2
    assert "error[BD501]: cannot write decks/bio.apkg" in done.stderr
    assert "written" not in done.stdout
    assert not (folder / "source_notes" / "ledger.jsonl").exists()


def test_half_of_a_compiled_module_is_no_interruption(folder: Path) -> None:
    compiled = {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    started(folder, **compiled)
    (module,) = (folder / "compiled").rglob("pipeline/build.*.pyc")
    module.write_bytes(module.read_bytes()[:3000])
    write_notes(folder / "source_notes", {"bio/b.md": "text\n"})
    done = started(folder, **compiled)
    assert done.returncode == 2
    assert f"Error: '{module}', which Python made, is cut off, as by a full disk" in done.stderr
    assert "interrupted" not in done.stderr
    module.unlink()
    assert started(folder, **compiled).returncode == 0


def test_a_closed_output_is_no_crash(folder: Path) -> None:
    command = " ".join(f"'{word}'" for word in COMMAND)
    done = subprocess.run(
        ["sh", "-c", f"{command} >&-"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_interrupted_build_says_so_and_writes_nothing(folder: Path) -> None:
    script = (
        "import os, signal, generator.workspace.folders as workspace\n"
        "workspace.move_file = lambda *_: signal.raise_signal(signal.SIGINT)\n"
        "from generator.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr.strip() == "interrupted; nothing is half-written"
    assert not (folder / "decks").exists()
    assert build_decks(folder).returncode == 0


def test_a_note_that_waits_under_an_older_package_goes_on_waiting(folder: Path) -> None:
    notes = folder / "source_notes"
    write_notes(notes, {"one/p.md": table(("cat", "gato"), ("dog", "perro"))})
    build_decks(folder)
    (notes / "one" / "p.md").unlink()
    write_notes(notes, {"two/q.md": table(("cat", "gato"), ("dog", "perro ![](gone.png)"))})
    build_decks(folder)
    ledger = (notes / "ledger.jsonl").read_bytes()
    os.utime(notes / "two" / "q.md", (1, 1))  # nothing is edited
    build_decks(folder)
    assert (notes / "ledger.jsonl").read_bytes() == ledger


def test_a_package_of_retired_notes_says_which_it_lacks(folder: Path) -> None:
    notes, package = folder / "source_notes", folder / "decks" / "bio.apkg"
    write_notes(notes, {"bio/a.md": table(("one", "first"), ("two", "second"), ("three", "third"))})
    build_decks(folder)
    write_notes(notes, {"bio/a.md": table(("two", "second"), ("three", "third"))})
    build_decks(folder)
    write_notes(notes, {"bio/a.md": table(("three", "third"))})
    package.unlink()
    build_decks(folder)
    done = build_decks(folder, "retired", "--package", "gone.apkg")
    (lost,) = (
        line for line in (notes / "ledger.jsonl").read_text("utf-8").splitlines() if '"two"' in line
    )
    guid = json.loads(lost)["guid"]
    assert (
        "it lacks 1 note of them, whose package was not there when their rows went; to tag those,"
        f' search in Anki\'s browser:\n  "Key:re:^({guid})$"\ngone.apkg: 1 note, written\n'
    ) in done.stderr


def test_a_package_of_retired_notes_is_without_the_first_lesson(tmp_path: Path) -> None:
    build_decks(tmp_path, "init")
    build_decks(tmp_path)
    (lesson,) = tmp_path.glob("source_notes/*/first-lesson.md")
    lesson.unlink()
    rows = [(f"word {number}", f"meaning {number}") for number in range(9)]
    write_notes(lesson.parent, {"own.md": table(*rows)})
    build_decks(tmp_path, "--retire")
    done = build_decks(tmp_path, "retired", "--package", "gone.apkg")
    assert done.returncode == 0
    assert not (tmp_path / "gone.apkg").exists()
    assert "not written; these are the notes of init's first lesson" in done.stderr
    write_notes(lesson.parent, {"own.md": table(*rows[1:])})
    build_decks(tmp_path)
    done = build_decks(tmp_path, "retired", "--package", "gone.apkg")
    assert "9 notes of init's first lesson are left out of it" in done.stderr
    assert "gone.apkg: 1 note, written" in done.stderr


def test_a_build_has_a_search_for_each_deck_of_moved_cards(folder: Path) -> None:
    notes = folder / "source_notes"
    rows = {name: table((f"{name} one", f"{name} two")) for name in "abcdefg"}
    write_notes(notes, {f"bio/{name}.md": text for name, text in rows.items()})
    build_decks(folder)
    moved = {f"bio/{n}.md": f"---\ndeck: Deck {n}\n---\n{text}" for n, text in rows.items()}
    write_notes(notes, moved)
    text = build_decks(folder).stdout
    assert text.count('\n    "Key:re:^(') == 5
    assert '\n  to Deck a:\n    "Key:re:^(' in text
    assert "\n  and to 2 more decks; 'build-decks diff' has their searches\n" in text
