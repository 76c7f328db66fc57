"""The shape of the house: imports go down, public things say what they do, no machine is named."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.core.lazy_regex import lazy_regex

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "generator"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A room may import rooms of a lower rank, and its own parts; nothing else of ours. A room is a
# folder, or a module of a folder whose modules are listed one by one.
RANK = {
    "core": 0,
    "machine": 0,
    "pipeline": 0,
    "settings": 0,
    "workspace": 0,
    "__init__": 0,
    "core.note_states": -1,
    "core.lazy_regex": -1,
    "machine.slices": -1,
    "core.note_fields": 0,
    "machine.workers": 1,
    "machine.spool": 0,
    "core.likeness": 0,
    "settings.toml_keys": 0,
    "core.model": 1,
    "machine.disk": 1,
    "machine.cache_files": 0,
    "machine.database": 1,
    "machine.progress": 1,
    "machine.version_control": 1,
    "machine.watch": 1,
    "starter": 2,
    "settings.front_matter_keys": 2,
    "core.diagnostics": 2,
    "core.refusals": 3,
    "settings.values": 3,
    "core.suppressions": 3,
    "markup": 3,
    "sources": 4,
    "notes": 4,
    "identity": 4,
    "anki": 4,
    "preview": 4,
    "serve": 4,
    "draft": 4,
    "report": 4,
    "core.outcome": 3,
    "workspace.last_build": 4,
    "push": 5,
    "weak": 5,
    "workspace.previous": 5,
    "workspace.folders": 5,
    "forms": 5,
    "pipeline.lost_rows": 6,
    "pages": 6,
    "pull": 7,
    "pipeline.collect": 7,
    "pipeline.render_package": 8,
    "pipeline.retired_package": 8,
    "pipeline.finish_notes": 9,
    "pipeline.make_package": 10,
    "pipeline.build": 11,
    "pipeline.recover": 12,
    "pipeline.subset": 12,
    "commands": 13,
    "cli": 14,
    "__main__": 15,
}

# Rooms beside the main job that may look into one stage: (who, into what).
EXCEPTIONS = {
    ("report", "identity"),  # it says what became of the notes since the last build
    ("report", "push"),  # it says what a push sends
    ("report", "pull"),  # it says what comes back from Anki
    ("report", "weak"),  # it says which rows do not stick
    ("report", "anki"),  # it says what an import of one package after another does
    ("preview", "anki"),  # it shows the very HTML that Anki shows
    ("draft", "forms"),  # it reads the page that it adds to
    ("draft", "sources"),  # it finds its marks again in a note
}

NOT_SOURCES = {".git", ".venv", "__pycache__", "build", "dist"}
# An absolute path of one machine; the same words inside a relative path or an address are not.
MACHINE_PATH = re.compile(rb"(?<![\w.-])/(?:work|root)/")


def dotted_name(path: Path) -> str:
    """`generator/anki/package.py` → `generator.anki.compile`; an `__init__.py` keeps its name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room_of(dotted: str) -> str:
    """`generator.anki.compile` → `anki`, `generator.core.model` → `core.model`; the package itself
    → `__init__`."""
    _, folder, *rest = (*dotted.split("."), "__init__")
    module = f"{folder}.{rest[0]}" if rest else folder
    return module if module in RANK else folder


def imported_names(tree: ast.Module, module: str) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of every import, wherever it stands in `module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            base += [node.module] if node.module else []
            # `from generator import anki` names a module, `from generator.anki import x` a thing.
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def layout_faults(text: str, module: str) -> list[str]:
    """What in the source `text` of `module` imports sideways or up, with its line."""
    here = room_of(module)
    faults = []
    for line, name in imported_names(ast.parse(text), module):
        if name.split(".")[0] != "generator":
            continue
        there = room_of(name)
        if there not in RANK:  # `from generator import __version__`
            there = "__init__"
        if there == here or (here, there) in EXCEPTIONS or RANK[there] < RANK[here]:
            continue
        faults.append(f"{module}:{line}: {here} must not import {there}")
    return faults


def is_public(name: str) -> bool:
    return not name.startswith("_")


def undocumented(text: str) -> list[str]:
    """The module, public functions, classes and their public methods that have no docstring."""
    tree = ast.parse(text)
    missing = [] if ast.get_docstring(tree) else ["the module"]
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, definitions) and is_public(node.name):
                if not ast.get_docstring(node):
                    missing.append(prefix + node.name)
                if isinstance(node, ast.ClassDef):
                    walk(node.body, f"{prefix}{node.name}.")

    walk(tree.body, "")
    return missing


def repository_files() -> list[Path]:
    """What git tracks or would track; without git (an unpacked sdist), what lies there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        listed = b""
    files = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    if not files:
        files = [
            path
            for path in ROOT.rglob("*")
            if not NOT_SOURCES.intersection(path.relative_to(ROOT).parts)
        ]
    return sorted(path for path in files if path.is_file())


def test_there_are_modules() -> None:
    assert PACKAGE / "core" / "model.py" in MODULES


def test_every_room_has_a_rank() -> None:
    assert {room_of(dotted_name(path)) for path in MODULES} <= RANK.keys()


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_imports_go_down_only(path: Path) -> None:
    assert layout_faults(path.read_text(encoding="utf-8"), dotted_name(path)) == []


@pytest.mark.parametrize(
    ("module", "line", "is_fine"),
    [
        ("generator.cli", "from generator.pipeline.build import build", True),
        ("generator.pipeline.build", "from generator.notes.choose_reading import classify", True),
        ("generator.pipeline.build", "import generator.anki.compile", True),
        ("generator.settings.values", "from generator.core.diagnostics import Diagnostic", True),
        ("generator.anki.compile", "from generator.anki.canonical import canonical", True),
        ("generator.anki.compile", "from .canonical import canonical", True),
        ("generator.anki.compile", "from . import canonical", True),
        ("generator.anki.__init__", "from .package import write", True),
        ("generator.preview.web_page", "from generator.anki import note_types", True),
        ("generator.cli", "from generator import __version__", True),
        ("generator.cli", "from generator.commands import diff", True),
        ("generator.commands.watch", "from generator.commands.build import build", True),
        ("generator.commands.diff", "from generator.commands.console import now", True),
        ("generator.core.model", "from dataclasses import dataclass", True),
        ("generator.notes.kinds", "from generator.sources import tables", False),
        ("generator.notes.kinds", "from ..sources import tables", False),
        ("generator.notes.kinds", "from .. import sources", False),
        ("generator.notes.__init__", "from ..sources import tables", False),
        ("generator.notes.kinds", "from generator import sources", False),
        ("generator.notes.kinds", "import generator.sources.tables", False),
        (
            "generator.notes.kinds",
            "def f():\n    from generator.anki import package",
            False,
        ),
        ("generator.anki.compile", "from generator.preview import page", False),
        ("generator.draft.page", "from generator.anki import package", False),
        ("generator.pipeline.build", "from generator import cli", False),
        ("generator.pipeline.build", "from generator.commands.console import now", False),
        ("generator.commands.diff", "from generator.cli import main", False),
        ("generator.notes.kinds", "from generator.cli import main", False),
        ("generator.core.diagnostics", "from generator.settings.values import Settings", False),
        ("generator.core.model", "from generator.core.diagnostics import Diagnostic", False),
        ("generator.__init__", "from generator.core.model import Kind", False),
        ("generator.__init__", "from .core.model import Kind", False),
    ],
)
def test_the_import_rule_tells_down_from_sideways(module: str, line: str, is_fine: bool) -> None:
    assert (layout_faults(line, module) == []) is is_fine


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_modules_and_public_names_have_docstrings(path: Path) -> None:
    assert undocumented(path.read_text(encoding="utf-8")) == []


def test_a_missing_docstring_is_noticed() -> None:
    text = "def f(): ...\ndef _g(): ...\nclass C:\n    def m(self): ...\n    def _n(self): ...\n"
    assert undocumented(text) == ["the module", "f", "C", "C.m"]


def compiled_when_imported(text: str) -> list[int]:
    """The lines of a module that compile a pattern whether or not it is ever used."""
    tree = ast.parse(text)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    inside = {
        id(node)
        for each in ast.walk(tree)
        if isinstance(each, functions)
        for node in ast.walk(each)
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and id(node) not in inside
        if ast.unparse(node.func) == "re.compile"
    ]


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_patterns_are_compiled_when_they_are_used(path: Path) -> None:
    assert compiled_when_imported(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_each_pattern_can_be_compiled(path: Path) -> None:
    """That is no longer seen by importing its module."""
    kind = type(lazy_regex(""))
    if path.name != "__main__.py":
        module = importlib.import_module(dotted_name(path).removesuffix(".__init__"))
        for value in vars(module).values():
            for each in value if isinstance(value, tuple) else (value,):
                assert not isinstance(each, kind) or each.groups >= 0


def test_a_pattern_compiled_at_once_is_noticed() -> None:
    text = "A = re.compile('a')\nB = lazy_regex('b')\ndef f():\n    return re.compile('c')\n"
    assert compiled_when_imported(text) == [1]


def test_a_lazy_pattern_is_one_from_its_first_use() -> None:
    found = lazy_regex(r"(a+)b", re.IGNORECASE)
    assert found.sub(r"\1", "AAb ab") == "AA a"
    assert (found.pattern, found.groups, bool(found.flags & re.I)) == (r"(a+)b", 1, True)
    assert found.fullmatch("aab")
    assert not found.match("b")
    assert not hasattr(found, "like_none")


def test_no_file_names_a_path_of_one_machine() -> None:
    files = repository_files()
    assert Path(__file__).resolve() in files
    named = [
        str(path.relative_to(ROOT)) for path in files if MACHINE_PATH.search(path.read_bytes())
    ]
    assert named == []


@pytest.mark.parametrize("folder", ["work", "root"])
def test_a_machine_path_is_recognised(folder: str) -> None:
    assert MACHINE_PATH.search(f'open("/{folder}/notes.md")'.encode())
    assert MACHINE_PATH.search(f"file:///{folder}/notes.md".encode())
    assert not MACHINE_PATH.search(f"https://example.org/{folder}/notes".encode())
    assert not MACHINE_PATH.search(f"home{folder}/notes".encode())
