"""Settings: ``deck.toml``, front matter and table comments become values; nearest wins.

Text in, values and diagnostics out: reading the files is not done here.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from generator.diagnostics import (
    BROKEN_SETTINGS,
    UNKNOWN_DIRECTIVE,
    UNKNOWN_KEY,
    WRONG_TYPE,
    Diagnostic,
)
from generator.model import Cell, Position


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set for a folder or a page. An empty text means: not set."""

    id: str = ""
    title: str = ""
    deck: str = ""
    tags: tuple[str, ...] = ()
    url: str = ""
    lang: str = "en"
    topic: str = ""
    compress: bool = False
    labels: tuple[tuple[str, str], ...] = ()


# What the templates say, by the names that [labels] in a deck.toml takes. In `question`, {} stands
# for the header that asks.
LABEL_NAMES = (
    "whole_table", "nearby_rows", "compare_rows", "picked_right", "picked_wrong",
    "correct_answer", "fill_the_gap", "question", "better_rule", "trap_question",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Key:
    """A key: what it takes, in words and as an example, and the files it may stand in."""

    expected: str
    example: str
    accepts: Callable[[object], bool]
    folder: bool = True
    page: bool = True


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_list(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    )


def _is_language(value: object) -> bool:
    return isinstance(value, str) and bool(
        re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value)
    )


def _is_web_address(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"https?://[^\s<>\"']+", value))


def _is_text_table(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


_KEYS: Mapping[str, _Key] = {
    "id": _Key("text", 'id = "3f1c…"', _is_text, page=False),
    "title": _Key("text", 'title: "Serving patterns"', _is_text, folder=False),
    "deck": _Key("text", '"Biology::Cells"', _is_text),
    "tags": _Key("a list of words", "[exam, week-1]", _is_text_list),
    "url": _Key("a web address", "https://example.org/page", _is_web_address),
    "lang": _Key("a language code", "en, de or pt-BR", _is_language),
    "topic": _Key("text", '"Cell biology"', _is_text),
    "labels": _Key("a table of texts", 'whole_table = "All rows"', _is_text_table, page=False),
    "compress": _Key("true or false", "true", lambda value: isinstance(value, bool), page=False),
}


def read_deck_toml(text: str, file: str, base: Settings) -> tuple[Settings, list[Diagnostic]]:
    """``base`` with what a folder's ``deck.toml`` sets. ``file`` is its path, for positions."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        reason = re.sub(r" \(at .*\)", "", str(error))
        return base, [BROKEN_SETTINGS.at(Position(file, line, column), reason=reason)]

    def position(key: str) -> Position:
        match = re.search(rf"^[ \t]*[\[\"']*({re.escape(key)})\b", text, re.MULTILINE)
        offset = match.start(1) if match else 0
        start = text.rfind("\n", 0, offset) + 1
        return Position(file, text.count("\n", 0, offset) + 1, offset - start + 1)

    return _apply(base, values, position, lambda key: key.folder)


def read_front_matter(text: str, file: str, base: Settings) -> tuple[Settings, list[Diagnostic]]:
    """``base`` with what a page's YAML front matter sets. ``text`` starts at line 2 of ``file``."""
    if not text.strip():
        return base, []
    import yaml  # only pages with front matter pay for it

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        reason = getattr(error, "problem", None) or str(error) or type(error).__name__
        return base, [BROKEN_SETTINGS.at(Position(file, line, column), reason=reason)]
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        reason = "front matter is a list of 'key: value' lines"
        return base, [BROKEN_SETTINGS.at(Position(file, 2, 1), reason=reason)]
    marks = {str(key.value): key.start_mark for key, _ in node.value}

    def position(key: str) -> Position:
        mark = marks.get(key)
        return Position(file, mark.line + 2, mark.column + 1) if mark else Position(file, 2, 1)

    return _apply(base, values, position, lambda key: key.page)


def _apply(
    base: Settings,
    values: Mapping[str, object],
    position: Callable[[str], Position],
    allowed_here: Callable[[_Key], bool],
) -> tuple[Settings, list[Diagnostic]]:
    known = {name for name, key in _KEYS.items() if allowed_here(key)}
    diagnostics = []
    changes: dict[str, object] = {}
    for raw_name, value in values.items():
        name = str(raw_name)
        if name not in known:
            words = {"key": name, "help": suggestion(name, known)}
            diagnostics.append(UNKNOWN_KEY.at(position(name), **words))
        elif not _KEYS[name].accepts(value):
            diagnostics.append(
                WRONG_TYPE.at(
                    position(name),
                    key=name,
                    expected=_KEYS[name].expected,
                    found=_shown(value),
                    example=_KEYS[name].example,
                )
            )
        elif name == "tags":
            # Tags add up from folder to page; for everything else the nearest wins.
            listed = re.split(r"[,\s]+", value) if isinstance(value, str) else value
            changes["tags"] = (*base.tags, *(tag for tag in listed if tag))  # type: ignore[attr-defined]
        elif name == "labels" and isinstance(value, dict):
            unknown = [label for label in value if label not in LABEL_NAMES]
            diagnostics += [
                UNKNOWN_KEY.at(position(label), key=label, help=suggestion(label, LABEL_NAMES))
                for label in unknown
            ]
            known_labels = {k: v for k, v in value.items() if k not in unknown}
            changes["labels"] = tuple({**dict(base.labels), **known_labels}.items())
        else:
            changes[name] = value
    return replace(base, **changes), diagnostics  # type: ignore[arg-type]


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str | bool | int | float) else type(value).__name__
    return text if len(text) <= 40 else text[:37] + "…"


DIRECTIVES = ("skip", "clue", "trap", "compare", "reverse", "no-quiz")

_COMMENT = re.compile(r"<!--\s*cards:(.*?)-->", re.DOTALL)


def read_comment(text: str, line: int, column: int) -> tuple[Cell, ...]:
    """The words of ``<!-- cards: trap reverse -->``; empty for any other comment.

    ``line`` and ``column`` are where ``text`` starts.
    """
    comment = _COMMENT.match(text)
    if not comment:
        return ()
    words = []
    for match in re.finditer(r"[^\s,]+", comment[1]):
        offset = comment.start(1) + match.start()
        start = text.rfind("\n", 0, offset) + 1
        words.append(
            Cell(
                match[0],
                line + text.count("\n", 0, offset),
                offset - start + (column if start == 0 else 1),
            )
        )
    return tuple(words)


def check_directives(words: Iterable[Cell], file: str) -> list[Diagnostic]:
    """A diagnostic for each word that a cards comment does not know."""
    return [
        UNKNOWN_DIRECTIVE.at(
            Position(file, word.line, word.column),
            word=word.text,
            help=suggestion(word.text, DIRECTIVES),
        )
        for word in words
        if word.text not in DIRECTIVES
    ]


def suggestion(word: str, known: Iterable[str]) -> str:
    """``did you mean 'tags'?``, or the list of what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(word.lower(), names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known here: {', '.join(names)}"
