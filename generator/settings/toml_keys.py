"""Reads a TOML text, and finds where its keys stand in one pass over it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from generator.core.lazy_regex import lazy_regex

# Names and numbers, the latter of a table among those of one name: ("tables", 0, "left").
Path = tuple[str | int, ...]
_DEEPEST = 4  # parts of a path; what lies deeper has the offset of what it lies in
_MOST_PARTS = 100  # of a key

_TOKEN = lazy_regex(
    r"""
    \#[^\n]*
    | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"+|\Z) | '''.*?(?:'''+|\Z)
    | "(?:[^"\\\n]|\\.)*"? | '[^'\n]*'?
    | [\w+:-]+ | [\n=.,{}\[\]]
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(slots=True)
class _Level:
    """What is open: a line, or an array or an inline table in its value; ``prefix`` is where its
    keys belong, ``key`` what has been read of the one at hand."""

    mark: str
    prefix: Path
    key: Path = ()
    is_value: bool = False
    count: int = 0  # of the inline tables in an array


@dataclass(slots=True)
class _Scan:
    offsets: dict[Path, int] = field(default_factory=dict)
    tables: Counter[Path] = field(default_factory=Counter)
    most_parts: int = 0  # of a key


def load_toml(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    """The values, and where each key, each table and each item of an array of tables stands first,
    as an offset.

    tomllib.TOMLDecodeError where it is no TOML; RecursionError where it is nested too deep, in
    brackets or in the parts of a key, for each of which `tomllib` takes a copy of the others;
    ValueError where a number is too long.
    """
    scan = _scan(text)
    if scan.most_parts > _MOST_PARTS:
        raise RecursionError
    return tomllib.loads(text), scan.offsets


def unclosed_string(text: str) -> int:
    """Where a string begins that nothing closes, as an offset; -1 where there is none. Behind a
    word, as in ``it's``, none begins."""
    before = "\n"
    for match in _TOKEN.finditer(text):
        token = match[0]
        mark = token[:3] if token[:3] in ('"""', "'''") else token[0]
        is_closed = len(token) >= 2 * len(mark) and token.endswith(mark)
        if mark[0] in "\"'" and not is_closed and before in "\n=,.[{":
            return match.start()
        before = token
    return -1


def _scan(text: str) -> _Scan:
    """Of a text that is no TOML it says where something like keys stands."""
    scan = _Scan()
    levels = [_Level("\n", ())]
    header = 0  # how many brackets have opened the header at hand
    parts = 0  # of the key at hand
    for match in _TOKEN.finditer(text):
        token, here = match[0], levels[-1]
        if token == "\n":
            if len(levels) == 1:
                if header:
                    here.prefix = _open_table(scan, here.key, header)
                here.key, here.is_value, header = (), False, 0
            parts = 0
        elif here.is_value or here.mark == "[":
            _read_value(scan, levels, token, match.start())
        elif token == "[" and not here.key:
            header += 1
        elif token == "=":
            here.is_value, parts = True, 0
        elif token == "}":
            _close(levels)
        elif token not in ".,[]{" and token[0] != "#":
            parts += 1
            scan.most_parts = max(scan.most_parts, parts)
            if len(here.key) < _DEEPEST:
                here.key += (_name(token),)
            path = here.key if header else (*here.prefix, *here.key)[:_DEEPEST]
            start = match.start() + (token[0] in "\"'")
            scan.offsets.setdefault(path, start)
            if header > 1:
                scan.offsets.setdefault((*path, scan.tables[path]), start)
    return scan


def _read_value(scan: _Scan, levels: list[_Level], token: str, start: int) -> None:
    here = levels[-1]
    if token in ("]", "}"):
        _close(levels)
    elif token in ("[", "{"):
        path = here.prefix if here.mark == "[" else (*here.prefix, *here.key)
        if token == "{" and here.mark == "[":
            path = (*path, here.count)
            here.count += 1
            scan.offsets.setdefault(path, start)
        levels.append(_Level(token, path[:_DEEPEST]))
    elif token == "," and here.mark == "{":
        here.key, here.is_value = (), False


def _close(levels: list[_Level]) -> None:
    if len(levels) > 1:
        levels.pop()


def _open_table(scan: _Scan, path: Path, brackets: int) -> Path:
    """Where the keys below a header belong."""
    if brackets > 1:
        scan.tables[path] += 1
        return (*path, scan.tables[path] - 1)
    last = scan.tables[path[:1]]  # below [[tables]], [tables.more] is a table in it
    return (*path[:1], last - 1, *path[1:]) if last and len(path) > 1 else path


def _name(token: str) -> str:
    """A key as it reads without its quotes."""
    if token[0] == '"' and "\\" in token:
        try:
            return str(tomllib.loads(f"key = {token}")["key"])
        except tomllib.TOMLDecodeError:
            return token
    return token.strip("\"'")
