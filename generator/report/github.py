"""Findings as GitHub's workflow commands, which it shows beside the lines of a change.

The syntax: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from pathlib import Path

from generator.core.diagnostics import Diagnostic
from generator.core.model import Position
from generator.report.excerpt import inert


def format_annotation(diagnostic: Diagnostic, source: Path, here: Path) -> str:
    """``::error file=…,line=…,col=…,title=BD201::…``; the file as seen from the folder ``here``."""
    text = f"{inert(diagnostic.message)}\nhelp: {inert(diagnostic.help)}"
    place = diagnostic.position
    return annotation(diagnostic.severity, diagnostic.code, place, text, source, here)


def annotation(
    level: str, title: str, position: Position, text: str, source: Path, here: Path
) -> str:
    """An annotation with the ``level`` error, warning or notice; ``text`` may have several lines,
    in which nothing may be that a terminal acts on."""
    file, line, column = position
    words = {"title": title}
    if file:
        path = os.path.relpath(here / source / file, here).replace(os.sep, "/")
        words = {"file": inert(path), "line": str(line), "col": str(column), **words}
    listed = ",".join(f"{name}={_property(word)}" for name, word in words.items())
    return f"::{level} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
