"""What a person has who installs a wheel: the program, its documents, its types."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest
from build_notes import table, write_notes
from command_line import build_decks

from generator.core.diagnostics import CODES

ROOT = Path(__file__).parents[1]
SCRIPT = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel, in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", SCRIPT, str(folder)], cwd=ROOT, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run_module(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "generator", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "SOURCE_DATE_EPOCH": "1790000000"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_it_builds_the_same_bytes(installed: Path, tmp_path: Path) -> None:
    write_notes(tmp_path / "source_notes", {"bio.md": table(("a", "b"))})
    done = run_module(installed, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert build_decks(tmp_path, "--check").returncode == 0


def test_the_help_names_its_documents(installed: Path, tmp_path: Path) -> None:
    named = run_module(installed, tmp_path, "--help").stdout.splitlines()[-1]
    folder = Path(named.removeprefix("  Documents (docs/): "))
    assert folder == installed / "generator" / "docs"
    ours = {path.name: path.read_bytes() for path in (ROOT / "docs").iterdir()}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == ours
    assert "### BD201" in (folder / "diagnostics.md").read_text("utf-8")


def test_what_messages_name_is_there(installed: Path) -> None:
    texts = [f"{code.message} {code.help}" for code in CODES.values()]
    texts += [path.read_text("utf-8") for path in (ROOT / "generator").rglob("*.json")]
    texts += [path.read_text("utf-8") for path in (ROOT / "generator/commands").glob("*.py")]
    named = {name for text in texts for name in re.findall(r"docs/[\w-]+\.\w+", text)}
    assert "docs/settings.md" in named
    for name in named:
        assert (installed / "generator" / name).is_file()


def test_links_between_documents_hold(installed: Path) -> None:
    package = installed / "generator"
    pages = [package / "README.md", *(package / "docs").glob("*.md")]
    links = 0
    for page in pages:
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target and target not in ("LICENSE", "CONTRIBUTING.md"):
                assert (page.parent / target).is_file(), f"{page.name}: {target}"
                links += 1
    assert links > 10


def metadata(installed: Path) -> Message:
    (file,) = installed.glob("*.dist-info/METADATA")
    return message_from_string(file.read_text("utf-8"))


def test_it_says_what_it_is(installed: Path) -> None:
    assert (installed / "generator" / "py.typed").is_file()
    assert list(installed.glob("*.dist-info/licenses/LICENSE"))
    said = metadata(installed)
    assert said["License-Expression"] == "MIT"
    assert "Typing :: Typed" in said.get_all("Classifier", [])
    urls = dict(each.split(", ") for each in said.get_all("Project-URL", []))
    assert urls.keys() == {"Homepage", "Source", "Documentation", "Changelog", "Issues"}
    # One address for all of them, and for the examples in the documents.
    address = urls["Source"]
    assert all(url.startswith(address) for url in urls.values())
    assert f"repo: {address} #" in (ROOT / "docs/automation.md").read_text("utf-8")


def test_nothing_is_in_it_that_only_the_checkout_needs(installed: Path) -> None:
    assert {path.name for path in installed.iterdir()} == {
        "generator",
        f"build_decks-{metadata(installed)['Version']}.dist-info",
    }
    assert not list((installed / "generator" / "docs").glob("*.py"))
