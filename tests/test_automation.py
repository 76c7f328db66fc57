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
from command_line import build_decks

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
    workflow = SNIPPETS[3]
    # YAML 1.1 reads the key "on" as true.
    assert workflow[True] == ["push", "pull_request"]
    steps = workflow["jobs"]["check"]["steps"]
    program, *arguments = shlex.split(steps[-1]["run"])
    assert program == "build-decks"
    write_notes(tmp_path / "source_notes", {"bio.md": table(("a", ""), ("", "c"))})
    done = build_decks(tmp_path, *arguments)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=source_notes/bio.md,line=4,col=2,title=BD261::")


ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")


def test_the_workflow_uses_the_action_with_inputs_that_it_has() -> None:
    (step,) = (
        step
        for step in SNIPPETS[2]["jobs"]["check"]["steps"]
        if step["uses"].partition("@")[0].endswith("/build-decks")
    )
    assert step["uses"].endswith(f"@v{_version()}")
    assert step["with"].keys() <= ACTION["inputs"].keys()
    listed = re.findall(r"^\| `([\w-]+)` \|.*\| `([^`|]+)` \|$", DOCS, re.M)
    assert dict(listed) == {name: each["default"] for name, each in ACTION["inputs"].items()}


def test_the_action_is_one_that_github_takes() -> None:
    assert {"name", "description", "runs", "inputs"} <= ACTION.keys()
    assert ACTION["runs"]["using"] == "composite"
    text = (ROOT / "action.yml").read_text("utf-8")
    for step in ACTION["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        # What GitHub puts into a script is run by it.
        assert "run" not in step or (step["shell"] == "bash" and "${{" not in step["run"])
    assert set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", text)) == ACTION["inputs"].keys()


def run_action(folder: Path, path: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's own script of its last step, as GitHub runs it, with these inputs."""
    values = {name: each["default"] for name, each in ACTION["inputs"].items()} | inputs
    step = ACTION["runs"]["steps"][-1]
    given = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in step["env"].items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**os.environ, "PATH": path, "SOURCE_DATE_EPOCH": "1790000000", **given},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def program_in(folder: Path) -> str:
    """A PATH with the program, as it is here."""
    program = folder / "bin" / "build-decks"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "
        "'from generator.cli import main; main()' \"$@\"\n"
    )
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


@needs_bash
def test_the_action_checks_and_builds(tmp_path: Path) -> None:
    path = program_in(tmp_path)
    folder = tmp_path / "work"
    write_notes(folder / "my notes", {"bio.md": table(("a", "b"), ("c", ""))})
    names = {"source": "my notes", "output": "to share"}
    done = run_action(folder, path, **names)
    assert done.returncode == 1
    assert done.stdout.count("would change") == 1
    done = run_action(folder, path, **names, args="")
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "to share" / "bio.apkg").is_file()
    assert run_action(folder, path, **names).returncode == 0
    write_notes(folder / "my notes", {"bio.md": table(("a", "b"), ("", "c"))})
    done = run_action(folder, path, **names, args=" --check\n  --strict ")
    assert done.returncode == 1
    assert "::error file=my notes/bio.md,line=4" in done.stdout


@needs_bash
def test_nothing_in_an_input_is_run(tmp_path: Path) -> None:
    path = program_in(tmp_path)
    hostile = "$(touch ran) `touch ran`; touch ran"
    for name in ("source", "output", "args"):
        assert run_action(tmp_path, path, **{name: hostile}).returncode == 2
    assert not (tmp_path / "ran").exists()


@needs_bash
def test_the_action_installs_what_is_beside_it(tmp_path: Path) -> None:
    """Without what pip would fetch for it, which is here already."""
    step = ACTION["runs"]["steps"][-2]
    target = tmp_path / "site"
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GITHUB_ACTION_PATH": str(ROOT),
            "PIP_NO_BUILD_ISOLATION": "false",  # pip reads it so: there is no isolation
            "PIP_NO_DEPS": "true",
            "PIP_TARGET": str(target),
        },
        check=True,
    )
    assert (target / "bin" / "build-decks").is_file()
    assert (target / "generator" / "cli.py").is_file()


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


@needs_bash
def test_bash_completes(tmp_path: Path) -> None:
    path = program_in(tmp_path)
    script = (
        'eval "$(_BUILD_DECKS_COMPLETE=bash_source build-decks)"\n'
        "COMP_WORDS=(build-decks --str); COMP_CWORD=1\n"
        "_build_decks_completion build-decks\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PATH": path},
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
