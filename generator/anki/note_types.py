"""The frozen note types, read from this package's template files; it knows no note and no disk."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain
from types import MappingProxyType
from typing import Any

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Kind
from generator.core.note_fields import MOST_ATTRIBUTES, SEPARATOR, field_names

# What Anki itself takes for an empty field (`field_is_empty` of its backend).
_EMPTY = lazy_regex(rb"(?:[ \t\n\v\f\r]|</?(?:br|div) ?/?>)*", re.IGNORECASE)
_MAY_BE_EMPTY = b" \t\n\v\f\r<"  # what a field that is empty begins with, if it has anything
_MAY_BE_EMPTY_TEXT = _MAY_BE_EMPTY.decode()
_CLOZE = lazy_regex(r"\{\{c(\d+)::")
_DELETION = lazy_regex(r"\{\{c\d+::(.*?)(?:::.*?)?\}\}", re.DOTALL)
_WORD = lazy_regex(r"%([a-z][\w.]*)%")
_LAST_CLOZE_ORDINAL = 499
# Ordinals: of a clue note's quiz card, and of the quiz card of a comparison's first attribute.
CLUE_QUIZ, FIRST_QUIZ = 1, MOST_ATTRIBUTES


@dataclass(frozen=True, slots=True)
class Template:
    """One card template; its card exists when every field that it ``needs`` is filled in.

    A new card of it stands so many places ``behind`` its note's.
    """

    name: str
    id: int
    needs: tuple[str, ...]
    front: str
    back: str
    browser_front: str
    browser_back: str
    behind: int


@dataclass(frozen=True, slots=True)
class Field:
    """What Anki's editor and its search make of a field besides its name; all may change later."""

    name: str
    id: int
    description: str
    is_collapsed: bool
    is_searched: bool


@dataclass(frozen=True)
class NoteType:
    """A note type as Anki stores it. ``modified`` is in seconds (UTC); ids never change."""

    kind: Kind
    id: int
    name: str
    modified: int
    fields: tuple[Field, ...]
    templates: tuple[Template, ...]
    css: str
    is_cloze: bool
    gap_apart: int  # places between the new cards of a cloze note

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        """The names of its fields, in order."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def needed_fields(self) -> tuple[tuple[int, ...], ...]:
        """By template, the indexes of the fields that it ``needs``."""
        return tuple(tuple(map(self.field_names.index, t.needs)) for t in self.templates)

    @cached_property
    def needed_somewhere(self) -> frozenset[int]:
        """The indexes of the fields that any template ``needs``."""
        return frozenset(chain.from_iterable(self.needed_fields))

    @cached_property
    def ordinals_without(self) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
        """Gives the ordinals of the cards whose fields are not among those that are empty."""

        @lru_cache(maxsize=256)  # most notes have the same cards
        def ordinals(empty: tuple[int, ...]) -> tuple[int, ...]:
            is_there = map(set(empty).isdisjoint, self.needed_fields)
            return tuple([ordinal for ordinal, is_made in enumerate(is_there) if is_made])

        return ordinals


@cache
def note_types() -> Mapping[Kind, NoteType]:
    """Return the note type of every kind."""
    tables = tomllib.loads(_read("note_types.toml"))
    return MappingProxyType({kind: _note_type(kind, tables) for kind in Kind})


@cache
def behind(note_type: int, ordinal: int) -> int:
    """How many places a new card stands behind its note's place, so that those of one note do not
    meet on one day; 0 for a note type (by its id) that is none of ours."""
    ours = next((each for each in note_types().values() if each.id == note_type), None)
    if ours is None:
        return 0
    if ours.is_cloze:
        return ordinal * ours.gap_apart
    return ours.templates[ordinal].behind if ordinal < len(ours.templates) else 0


def card_ordinals(note_type: NoteType, fields: Sequence[str]) -> tuple[int, ...]:
    """Return the ordinals of exactly the cards that Anki makes of a note with these fields."""
    if note_type.is_cloze:
        return ordinals_of_encoded(note_type, [field.encode() for field in fields])
    empty = [index for index in note_type.needed_somewhere if is_empty(fields[index])]
    return note_type.ordinals_without(tuple(empty))


def ordinals_of_encoded(note_type: NoteType, fields: Sequence[bytes]) -> tuple[int, ...]:
    """As `card_ordinals`, of fields in UTF-8."""
    if note_type.is_cloze:
        # Anki looks for deletions in every field, not only in the one that the template shows.
        numbers = set(map(int, _CLOZE.findall(SEPARATOR.join(fields).decode())))
        return tuple(sorted({min(max(n - 1, 0), _LAST_CLOZE_ORDINAL) for n in numbers}))
    empty = [
        index
        for index in note_type.needed_somewhere
        if not (field := fields[index]) or (field[0] in _MAY_BE_EMPTY and _is_empty(field))
    ]
    return note_type.ordinals_without(tuple(empty))


def without_deletions(field: str) -> str:
    """A field as it reads when nothing in it is hidden."""
    if "}}" not in field:  # as nearly always
        return field
    # Behind the last end nothing closes a deletion, and each that begins there would look for it.
    end = field.rfind("}}") + 2
    return _DELETION.sub(r"\1", field[:end]) + field[end:]


def is_empty(field: str) -> bool:
    """Return whether Anki takes a field for empty: white space, and tags that only break lines."""
    return not field or (field[0] in _MAY_BE_EMPTY_TEXT and _is_empty(field.encode()))


def _is_empty(field: bytes) -> bool:
    return _EMPTY.fullmatch(field) is not None


def fingerprint(note_type: NoteType) -> str:
    """Return a SHA-256 over all that Anki knows of the note type but ``modified``: what must not
    change alone."""
    content = asdict(note_type) | {"modified": 0, "gap_apart": 0}
    content["templates"] = [template | {"behind": 0} for template in content["templates"]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


_FIRST_TEMPLATE = 901  # the last digits of its id; fields count from 1


def _note_type(kind: Kind, tables: Mapping[str, Any]) -> NoteType:
    table = tables[kind]
    is_cloze = kind is Kind.CLOZE
    return NoteType(
        kind=kind,
        id=table["id"],
        name=table["name"],
        modified=table["modified"],
        fields=tuple(
            _field(name, table["id"] * 1000 + place, tables["fields"])
            for place, name in enumerate(field_names(kind), 1)
        ),
        templates=tuple(_templates(table, tables["words"] | table.get("words", {}))),
        css=_read("style.css"),
        is_cloze=is_cloze,
        gap_apart=table["templates"][0]["apart"] if is_cloze else 0,
    )


def _field(name: str, id_: int, fields: Mapping[str, Any]) -> Field:
    said = fields[name.rstrip("0123456789")]
    is_made, is_unsearched = (said.get(word, False) for word in ("made", "unsearched"))
    return Field(name, id_, said["description"], is_made, not is_unsearched)


def _templates(table: Mapping[str, Any], shared: Mapping[str, str]) -> Iterator[Template]:
    first = table["id"] * 1000 + _FIRST_TEMPLATE
    copies = ((each, n) for each in table["templates"] for n in range(each.get("copies", 1)))
    for ordinal, (each, copy) in enumerate(copies):
        words = {**shared, **each.get("words", {}), "ordinal": str(ordinal), "n": str(copy + 1)}
        cells = [_read("cell.html").replace("%m%", str(m + 1)) for m in range(MOST_ATTRIBUTES)]
        words["cells"] = "".join(cells)
        words["others"] = "".join([cell for m, cell in enumerate(cells) if m != copy])
        needs = [_expand(name, words) for name in each["needs"]]
        front = _expand(f"%{each['shape']}.front.html%", words)
        if "{{cloze:" not in front:  # of a cloze Anki looks for the gaps alone
            opening = "".join([f"{{{{#{name}}}}}" for name in needs])
            closing = "".join([f"{{{{/{name}}}}}" for name in reversed(needs)])
            front = f"{opening}{front}{closing}"
        yield Template(
            name=_expand(each["name"], words),
            id=first + ordinal,
            needs=tuple(needs),
            front=front,
            back=_expand(f"%{each['shape']}.back.html%", words),
            browser_front=_expand(each["browser_front"], words),
            browser_back=_expand(each["browser_back"], words),
            behind=each["behind"] + copy * each.get("apart", 0),
        )


def _expand(text: str, words: Mapping[str, str]) -> str:
    """Text with each ``%word%`` replaced, by a file where no word is of this name; lines that are
    empty then are left out."""
    lines = _replaced(text, words).split("\n")
    return "\n".join([line for line in lines if line.strip()])


def _replaced(text: str, words: Mapping[str, str]) -> str:
    def said(found: re.Match[str]) -> str:
        name = found[1]
        given = words[name] if name in words else _read(name if "." in name else f"{name}.html")
        return _replaced(given, words) if "%" in given else given

    return _WORD.sub(said, text)


@cache
def _read(name: str) -> str:
    text = (files("generator.anki") / "templates" / name).read_text(encoding="utf-8").strip()
    if name.endswith(".js"):  # each quiz template brings it along
        text = re.sub(r"(?m)^ +", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    return text
