"""What the repository offers to other tools: pre-commit, CI, the shell's completion."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from build_notes import table, write_notes
from test_cli import build_decks

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "docs" / "automation.md").read_text("utf-8")
SNIPPETS: list[dict[str, Any]] = [
    yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", DOCS, re.M | re.S)
]


def _hooks() -> list[dict[str, Any]]:
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    local = SNIPPETS[1]["repos"][0]["hooks"]
    return [*offered, *local]


@pytest.mark.parametrize("hook", _hooks(), ids=lambda hook: hook["language"])
def test_the_hook_fails_until_the_packages_are_built(tmp_path: Path, hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["pass_filenames"] is False
    program, *arguments = shlex.split(hook["entry"])
    assert program == "build-decks"
    write_notes(tmp_path / "source_notes", {"bio.md": table(("a", "b"))})
    assert build_decks(tmp_path, *arguments).returncode == 1
    assert build_decks(tmp_path).returncode == 0
    assert build_decks(tmp_path, *arguments, "--strict").returncode == 0


def test_the_snippet_names_the_hook_that_is_offered() -> None:
    (used,) = SNIPPETS[0]["repos"][0]["hooks"]
    assert used["id"] == _hooks()[0]["id"]
    assert f"v{_version()}" == SNIPPETS[0]["repos"][0]["rev"]


def _version() -> str:
    from importlib.metadata import version

    return version("build-decks")


def test_the_workflow_runs_a_command_that_is_one(tmp_path: Path) -> None:
    workflow = SNIPPETS[2]
    # YAML 1.1 reads the key "on" as true.
    assert workflow[True] == ["push", "pull_request"]
    steps = workflow["jobs"]["check"]["steps"]
    program, *arguments = shlex.split(steps[-1]["run"])
    assert program == "build-decks"
    write_notes(tmp_path / "source_notes", {"bio.md": table(("a", ""), ("", "c"))})
    done = build_decks(tmp_path, *arguments)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=source_notes/bio.md,line=4,col=2,title=BD261::")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_gets_its_completion_script(tmp_path: Path, shell: str) -> None:
    assert f"_BUILD_DECKS_COMPLETE={shell}_source build-decks" in DOCS
    done = build_decks(tmp_path, _BUILD_DECKS_COMPLETE=f"{shell}_source")
    assert done.returncode == 0
    assert f"_BUILD_DECKS_COMPLETE={shell}_complete" in done.stdout
    if shutil.which(shell):
        check = [shell, "-n"] if shell != "fish" else [shell, "--no-execute"]
        subprocess.run(check, input=done.stdout, text=True, check=True)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("build-decks --form", ["--format"]),
        ("build-decks --format g", ["github"]),
        ("build-decks in", ["init"]),
        ("build-decks preview --op", ["--open"]),
    ],
)
def test_completion_offers_options_values_and_commands(
    tmp_path: Path, words: str, offered: list[str]
) -> None:
    done = build_decks(
        tmp_path,
        _BUILD_DECKS_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(words.count(" ")),
    )
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == offered


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_bash_completes(tmp_path: Path) -> None:
    program = tmp_path / "build-decks"
    program.write_text(
        f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "
        "'from generator.cli import main; main()' \"$@\"\n"
    )
    program.chmod(0o755)
    script = (
        'eval "$(_BUILD_DECKS_COMPLETE=bash_source build-decks)"\n'
        "COMP_WORDS=(build-decks --str); COMP_CWORD=1\n"
        "_build_decks_completion build-decks\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "--strict\n"


def test_completion_loads_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import atexit, sys\n"
        "heavy = ('genanki', 'markdown_it', 'yaml', 'sqlite3', 'generator.pipeline.build')\n"
        "atexit.register(lambda: print([m for m in heavy if m in sys.modules]))\n"
        "from generator.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "_BUILD_DECKS_COMPLETE": "bash_complete",
            "COMP_WORDS": "build-decks --st",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "plain,--strict\n[]\n"
