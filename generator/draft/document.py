"""The frozen values between reading a page and writing a note; they know neither HTML nor Markdown.

A text is a tuple of runs, so that no two marks can be nested in a wrong way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from generator.core.diagnostics import Code as Finding


class Run(NamedTuple):
    """Text with its marks: ``bold italic code math sub sup kbd mark u``; a line end is ``\\n``."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""


Text = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some text that stands for itself."""

    text: Text


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code, with their white space."""

    text: str


@dataclass(frozen=True, slots=True)
class Markdown:
    """Lines that are Markdown already and stay as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``first`` is the number of its first item, None where it has bullets. Of one with
    ``are_definitions`` each item is a term and its meaning."""

    items: tuple[tuple[Block, ...], ...]
    first: int | None = None
    are_definitions: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What folds its answer away."""

    asked: Text
    answer: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else said."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row. ``confidence`` is empty where its cells were given, ``settled`` where a rule
    cut them; else it says why a person must look, and ``others`` how else the row may be cut."""

    cells: tuple[Text, ...]
    confidence: str = ""
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with as many cells in each row as in its header; ``remark`` is what to say of it."""

    header: Row
    rows: tuple[Row, ...]
    remark: Finding | None = None


SETTLED = "settled"

Block = Heading | Paragraph | Code | Markdown | Items | Question | Quote | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A page, read. ``left_out`` says what of it is not part of the note, in order."""

    title: str
    url: str
    lang: str
    blocks: tuple[Block, ...]
    left_out: tuple[str, ...]


class RefusedError(Exception):
    """The page cannot be drafted at all; the message says why."""


def seen(text: Text) -> str:
    """What a reader sees of a text, as one line."""
    return " ".join("".join(run.text for run in text).split())
