"""What the README and the reference say is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from build_notes import build_in

from generator import cli
from generator.core.diagnostics import CODES, Code
from generator.forms.comment_words import WORDS
from generator.notes import tex
from generator.notes.labels import LABELS
from generator.settings import values as settings
from generator.settings.values import LABEL_NAMES
from generator.sources import folder, front_matter, markdown
from generator.sources.cells import MOST_CHARACTERS, MOST_COLUMNS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _table_below(header: str) -> list[list[str]]:
    lines = README[README.index(header) :].splitlines()[2:]
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


def test_every_option_is_listed_and_no_other() -> None:
    listed = {name for row in _table_below("| option |") for name in re.findall("-[-a-z]+", row[0])}
    real = {name for option in cli.cli.params for name in option.opts}
    assert listed == real


def test_every_command_is_named() -> None:
    for name in cli.COMMANDS:
        assert f"`build-decks {name}" in README


def test_every_setting_is_listed_with_its_place() -> None:
    listed = {
        row[0].strip("`"): (row[1] == "yes", row[2] == "yes") for row in _table_below("| key")
    }
    real = {name: (key.page, key.folder) for name, key in settings._KEYS.items()}
    assert listed == real


@pytest.mark.parametrize("word", [*WORDS, *LABEL_NAMES])
def test_every_word_is_named(word: str) -> None:
    assert re.search(rf"`(<!-- cards: )?{word}( -->)?`", README)


def test_label_names_are_those_of_the_labels() -> None:
    assert set(LABEL_NAMES) == set(LABELS["en"].__dataclass_fields__)


def test_exit_codes_are_those_of_the_help() -> None:
    for code in ("0 fine", "1 rows are held because of errors", "2 usage", "130 interrupted"):
        assert code in README
        assert re.sub(" ", "    ", code, count=1)[:6].split()[0] in cli.EPILOG


def test_the_pictures_are_there() -> None:
    shown = re.sub(r"`[^`\n]+`", "", README)
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", shown):
        assert (ROOT / name).is_file()


def _section(code: Code) -> str:
    message, advice = (
        re.sub(r"\{(\w+)(:[^}]*)?\}", lambda found: f"‹{found[1]}›", text)
        for text in (code.message, code.help)
    )
    advice = "" if code.help == "{help}" else f"\n\n{advice}."
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
        markdown.DEEPEST,
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
