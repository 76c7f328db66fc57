"""What the README and the documents say is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
from build_notes import build_in, write_notes
from command_line import build_decks
from packaging.requirements import Requirement
from test_forms_page import listed as cards_of

from generator import cli
from generator.core.diagnostics import CODES, Code
from generator.forms.comment_words import WORDS
from generator.markup import tex
from generator.notes.choose_reading import LEFT_OUT
from generator.notes.labels import LABELS
from generator.settings import values as settings
from generator.settings.values import LABEL_NAMES
from generator.sources import folder, front_matter, markdown
from generator.sources.cells import MOST_CHARACTERS, MOST_COLUMNS
from generator.starter import ATTRIBUTES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]


def _table_below(header: str, text: str = README) -> list[list[str]]:
    lines = text[text.index(header) :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def test_the_whole_note_builds_as_described(tmp_path: Path, judge) -> None:
    (note,) = re.findall(r"^```markdown\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    outcome = build_in(tmp_path, {"cells.md": note})
    assert [(t.kind, t.notes) for t in outcome.result.tables] == [("clue", 3), ("trap", 1)]
    assert not outcome.result.diagnostics
    judge(tmp_path / "decks" / "cells.apkg")


def _options_below(heading: str) -> set[str]:
    """The options that are listed in a section of docs/commands.md."""
    text = DOCS["commands"]
    section = re.split(r"^#{2,3} ", text[text.index(f"{heading}\n") + 3 :], maxsplit=1, flags=re.M)
    rows = _table_below("| option |", section[0]) if "| option |" in section[0] else []
    return {name for row in rows for name in re.findall(r"(?<![\w-])-[-a-z]+", row[0])}


def test_every_option_is_listed_and_no_other() -> None:
    real = {name for option in cli.cli.params for name in option.opts}
    assert _options_below("## Build") == real


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_described_with_its_options(name: str) -> None:
    assert [f"`build-decks {name}`"] in [
        row[:1] for row in _table_below("| command |", DOCS["commands"])
    ]
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert command is not None
    real = {opt for each in command.params if isinstance(each, click.Option) for opt in each.opts}
    listed = _options_below(f"## `build-decks {name}`")
    shared = _options_below("## Options of several commands")
    assert len(shared) > 4
    assert listed <= real <= listed | shared


def test_every_setting_is_listed_with_its_place() -> None:
    listed = {
        row[0].strip("`"): (row[1] == "yes", row[2] == "yes")
        for row in _table_below("| key | in a page", DOCS["settings"])
    }
    real = {name: (key.page, key.folder) for name, key in settings._KEYS.items()}
    assert listed == real


def test_every_word_of_a_comment_is_listed_and_no_other() -> None:
    rows = _table_below("| word |", DOCS["settings"])
    assert {word for row in rows for word in re.findall(r"`([\w-]+)[^`]*`", row[0])} == set(WORDS)


@pytest.mark.parametrize("name", LABEL_NAMES)
def test_every_label_is_named(name: str) -> None:
    assert f"`{name}`" in DOCS["settings"]


def test_every_reason_to_leave_a_table_out_is_listed_and_no_other() -> None:
    rows = _table_below("| the build says |", DOCS["tables"])
    assert {row[0].strip("`") for row in rows} == LEFT_OUT


def _listing(text: str) -> tuple[list[str], str]:
    """The commands of the first console block, and what is printed below the last."""
    (block,) = re.findall(r"^```console\n(\$ (?:cd|build-decks).*?)^```", text, re.M | re.S)[:1]
    *commands, last = re.split(r"^\$ ", block, flags=re.M)[1:]
    last, _, printed = last.partition("\n")
    return [*map(str.strip, commands), last], printed


def test_the_first_minute_prints_what_it_says(tmp_path: Path) -> None:
    (made, entered, built), printed = _listing(README)
    _, command, folder = made.split()
    assert entered == f"cd {folder}"
    assert build_decks(tmp_path, command, folder).returncode == 0
    done = build_decks(tmp_path / folder, *built.split()[1:])
    assert done.stdout + done.stderr == printed
    (page,) = (tmp_path / folder).rglob("*.md")
    (again := tmp_path / "again").mkdir()
    cards = cards_of(again, page.read_text("utf-8"))
    shown = re.search(
        r"One card shows \*(.*?)\*, \*(.*?)\* and asks\s\*(.*?)\*.*?says \*(.*?)\*", README
    )
    assert shown is not None
    *front, back = shown.groups()
    assert f"| {' · '.join(front)} | {back} |" in cards


def test_the_tables_that_are_left_out_are_named_as_shown(tmp_path: Path) -> None:
    (page,) = re.findall(r"^```markdown\n(# My plan.*?)^```", DOCS["tables"], re.M | re.S)
    ([built], printed) = _listing(DOCS["tables"])
    write_notes(tmp_path / "source_notes", {"plan.md": page})
    done = build_decks(tmp_path, *built.split()[1:])
    assert done.stdout + done.stderr == printed


def test_the_commands_run_programs_that_there_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    tried, *in_a_checkout = re.findall(r"^```sh\n(.*)\n```", README, re.M)
    assert tried.split()[3] in project["scripts"]
    assert tried.split()[4] in cli.COMMANDS
    steps = [line.split(" && ") for line in in_a_checkout]
    assert [each[0] for each in steps] == ["python3 -m venv .venv"] * 2
    assert [each[1] for each in steps] == [
        ".venv/bin/pip install .",
        ".venv/bin/pip install -e '.[test]'",
    ]
    assert "test" in project["optional-dependencies"]
    assert [each[2].removeprefix(".venv/bin/") for each in steps] == [*project["scripts"], "pytest"]


def test_git_gets_the_lines_that_are_shown() -> None:
    assert f"```\n{ATTRIBUTES}```" in DOCS["updates"]


def _install_lines() -> list[str]:
    text = README + DOCS["install"]
    return re.findall(r"(?:pip(?:x)? install|uvx --from|uv tool install) [^`\n]*", text)


def test_one_address_stands_for_the_repository() -> None:
    """A placeholder; whoever publishes the program replaces it everywhere."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    address = project["urls"]["Source"]
    for text in (README, DOCS["install"]):
        assert f"`{address}` is a placeholder" in text
    for name, text in {"README": README, **DOCS}.items():
        assert set(re.findall(r"https?://\S*/build-decks\b", text)) <= {address}, name
    assert f"{address.removeprefix('https://github.com/')}@v" in DOCS["automation"]
    assert f"build_decks-{project['version']}-py3-none-any.whl" in README


def test_what_is_installed_is_a_requirement_with_extras_that_there_are() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    known = set(extras["optional-dependencies"])
    named = set()
    for line in _install_lines():
        for text in re.findall(r'"(build-decks\[.*?)"', line):
            requirement = Requirement(text)
            assert requirement.url.startswith("git+https://")
            named |= requirement.extras
    assert {"serve", "draft", "watch"} <= named <= known
    rows = _table_below("| extra |", DOCS["install"])
    assert {row[0].strip("`") for row in rows} == known - {"test", "dev"}


def _slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text("utf-8"), flags=re.M | re.S)
    return {_slug(heading) for heading in re.findall(r"^#+ (.*)", text, re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^(`{3,}).*?^\1|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(<?([^)\s>]+)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name) if name else page
        assert file.is_file(), target
        assert not anchor or anchor in _anchors(file), target


def test_the_index_has_every_document() -> None:
    rows = _table_below("| question |")
    linked = re.findall(r"\]\(docs/(\w+)\.md\)", "".join(row[1] for row in rows))
    assert sorted(linked) == sorted(DOCS)


def test_label_names_are_those_of_the_labels() -> None:
    assert set(LABEL_NAMES) == set(LABELS["en"]._fields)


def test_exit_codes_are_those_of_the_help() -> None:
    rows = _table_below("| exit code |", DOCS["commands"])
    said = re.findall(r"^  (\d+) +(.*)$", cli.EPILOG.partition("Exit codes:")[2], re.M)
    assert [tuple(row) for row in rows] == [
        (n, t.replace("--watch", "`--watch`").replace("--check", "`--check`")) for n, t in said
    ]


def test_the_pictures_are_there() -> None:
    shown = re.sub(r"`[^`\n]+`", "", README)
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", shown):
        assert (ROOT / name).is_file()


DEPENDS = "what helps depends on the reason, and stands below the message"


def _section(code: Code) -> str:
    message, advice = (
        re.sub(r"\{(\w+)(:[^}]*)?\}", lambda found: f"‹{found[1]}›", text)
        for text in (code.message, code.help)
    )
    advice = DEPENDS if code.help == "{help}" else advice
    advice = f"\n\n{advice}" + ("" if advice.endswith(("?", "…")) else ".")
    return f"### {code.code}: {message}\n\n*{code.severity}*{advice}\n"


def test_the_reference_lists_every_code_in_its_own_words(request) -> None:
    path = ROOT / "docs" / "diagnostics.md"
    intro = path.read_text("utf-8").partition("### ")[0]
    expected = intro + "\n".join(_section(CODES[code]) for code in sorted(CODES))
    if request.config.getoption("--update"):
        path.write_text(expected, "utf-8")
    assert path.read_text("utf-8") == expected


def test_the_limits_are_those_of_the_program() -> None:
    numbers = (
        folder.MOST_PAGE_BYTES,
        folder.MOST_LINES,
        folder.MOST_SETTINGS_BYTES,
        front_matter.MOST_YAML_CHARACTERS,
        MOST_CHARACTERS,
        tex.MOST_CHARACTERS,
        tex.DEEPEST,
        MOST_COLUMNS,
        markdown.MOST_LISTS,
        markdown.MOST_QUOTES,
        folder._DEEPEST,
        folder.MOST_NAME_BYTES,
        settings._MOST_DECK_CHARACTERS,
        settings._MOST_DECK_PARTS,
        settings._MOST_CHARACTERS,
        settings._MOST_RULES,
    )
    text = (ROOT / "docs" / "limits.md").read_text("utf-8")
    rows = [line.split("|")[2:4] for line in text.splitlines() if line.startswith("|")][2:]
    said = [number for limit, _ in rows for number in re.findall(r"\d[\d,]*", limit)]
    assert said == [f"{number:,}" for number in numbers]
    assert {code.strip() for _, code in rows} <= CODES.keys()
