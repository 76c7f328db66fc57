"""The frozen note types, read from this package's template files; it knows no note and no disk."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain
from types import MappingProxyType
from typing import Any

from generator.model import Kind
from generator.note_fields import SEPARATOR, field_names

# What Anki itself takes for an empty field (`field_is_empty` of its backend).
_EMPTY = re.compile(rb"(?:[ \t\n\v\f\r]|</?(?:br|div) ?/?>)*", re.IGNORECASE)
_MAY_BE_EMPTY = b" \t\n\v\f\r<"  # what a field that is empty begins with, if it has anything
_CLOZE = re.compile(r"\{\{c(\d+)::")
_DELETION = re.compile(r"\{\{c\d+::(.*?)(?:::.*?)?\}\}", re.DOTALL)
_INCLUDE = re.compile(r"%include ([\w.]+)%")
_LAST_CLOZE_ORDINAL = 499
QUIZ = 1  # the ordinal of a clue note's quiz card


@dataclass(frozen=True, slots=True)
class Template:
    """One card template; its card exists when every field that it ``needs`` is filled in."""

    name: str
    id: int
    needs: tuple[str, ...]
    front: str
    back: str
    browser_front: str
    browser_back: str


@dataclass(frozen=True)
class NoteType:
    """A note type as Anki stores it. ``modified`` is in seconds (UTC); ids never change."""

    kind: Kind
    id: int
    name: str
    modified: int
    field_names: tuple[str, ...]
    field_ids: tuple[int, ...]
    templates: tuple[Template, ...]
    css: str
    is_cloze: bool

    @cached_property
    def needed_fields(self) -> tuple[tuple[int, ...], ...]:
        """By template, the indexes of the fields that it ``needs``."""
        return tuple(tuple(map(self.field_names.index, t.needs)) for t in self.templates)

    @cached_property
    def needed_somewhere(self) -> frozenset[int]:
        """The indexes of the fields that any template ``needs``."""
        return frozenset(chain.from_iterable(self.needed_fields))


@cache
def note_types() -> Mapping[Kind, NoteType]:
    """Return the note type of every kind."""
    tables = tomllib.loads(_read("note_types.toml"))
    return MappingProxyType({kind: _note_type(kind, tables[kind]) for kind in Kind})


def card_ordinals(note_type: NoteType, fields: Sequence[str]) -> tuple[int, ...]:
    """Return the ordinals of exactly the cards that Anki makes of a note with these fields."""
    return ordinals_of_encoded(note_type, [field.encode() for field in fields])


def ordinals_of_encoded(note_type: NoteType, fields: Sequence[bytes]) -> tuple[int, ...]:
    """As `card_ordinals`, of fields in UTF-8."""
    if note_type.is_cloze:
        # Anki looks for deletions in every field, not only in the one that the template shows.
        numbers = set(map(int, _CLOZE.findall(SEPARATOR.join(fields).decode())))
        return tuple(sorted({min(max(n - 1, 0), _LAST_CLOZE_ORDINAL) for n in numbers}))
    empty = [index for index in note_type.needed_somewhere if _is_empty(fields[index])]
    return _ordinals(note_type.needed_fields, frozenset(empty))


@lru_cache(maxsize=256)  # most notes have the same cards
def _ordinals(needed_fields: tuple[tuple[int, ...], ...], empty: frozenset[int]) -> tuple[int, ...]:
    """Those of the cards whose fields are not among the ``empty`` ones."""
    return tuple(
        ordinal for ordinal, needed in enumerate(needed_fields) if empty.isdisjoint(needed)
    )


def without_deletions(field: str) -> str:
    """A field as it reads when nothing in it is hidden."""
    return _DELETION.sub(r"\1", field)


def is_empty(field: str) -> bool:
    """Return whether Anki takes a field for empty: white space, and tags that only break lines."""
    return _is_empty(field.encode())


def _is_empty(field: bytes) -> bool:
    return not field or (field[0] in _MAY_BE_EMPTY and _EMPTY.fullmatch(field) is not None)


def fingerprint(note_type: NoteType) -> str:
    """Return a SHA-256 over all of the note type but ``modified``: what must not change alone."""
    content = {name: value for name, value in asdict(note_type).items() if name != "modified"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _note_type(kind: Kind, table: dict[str, Any]) -> NoteType:
    return NoteType(
        kind=kind,
        id=table["id"],
        name=table["name"],
        modified=table["modified"],
        field_names=field_names(kind),
        field_ids=tuple(table["field_ids"]),
        templates=tuple(_template(template) for template in table["templates"]),
        css=_read("style.css"),
        is_cloze=kind is Kind.CLOZE,
    )


def _template(table: dict[str, Any]) -> Template:
    number = str(table.get("number", ""))
    return Template(
        name=table["name"],
        id=table["id"],
        needs=tuple(table["needs"]),
        front=_expand(table["front"]).replace("%n%", number),
        back=_expand(table["back"]).replace("%n%", number),
        browser_front=table["browser_front"],
        browser_back=table["browser_back"],
    )


def _expand(name: str) -> str:
    """Return a template file with each ``%include file%`` replaced by that file."""
    return _INCLUDE.sub(lambda found: _expand(found[1]), _read(name))


def _read(name: str) -> str:
    file = files("generator.anki") / "templates" / name
    return file.read_text(encoding="utf-8").strip()
