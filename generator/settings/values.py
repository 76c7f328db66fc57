"""Settings: ``deck.toml``, front matter and table comments become values; nearest wins.

Text in, values and diagnostics out: reading the files is not done here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple, TypeGuard
from unicodedata import normalize

from generator.core.diagnostics import (
    BROKEN_FRONT_MATTER,
    BROKEN_RULE,
    BROKEN_SETTINGS,
    CODES,
    ERROR_IGNORED,
    NEARLY_KEY,
    NO_PYGMENTS,
    UNKNOWN_CODE,
    UNKNOWN_KEY,
    UNUSED_VALUE,
    WRONG_TYPE,
    Diagnostic,
    Severity,
    excerpt,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import TABLE_KINDS, Cell, FrontMatter, Position
from generator.settings.front_matter_keys import KNOWN_KEYS, Broken, parse
from generator.settings.toml_keys import load_toml, unclosed_string


class TableRule(NamedTuple):
    """What tables with such headers are: words as in a cards comment.

    ``left`` and ``right`` are patterns, of which one is to fit: ``*`` stands for any text. None at
    all fit any header.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    words: tuple[str, ...]


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
    cloze: str = "on"
    code: str = ""  # the version of what colours code, on which the colours depend; or none
    definitions: str = "off"
    questions: tuple[str, ...] = ()  # of QUESTION_FORMS
    labels: tuple[tuple[str, str], ...] = ()
    ignore: tuple[str, ...] = ()
    tables: tuple[TableRule, ...] = ()  # the nearest folder's first
    ask: str = ""  # headers, with commas between them
    reverse: bool = False
    row: bool = False
    why: bool = False
    quiz: bool | None = None
    open_quiz: bool | None = None
    cards: bool | None = None
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    package: str = ""
    page_tags: bool = False


as_text = lru_cache(maxsize=256)(repr)  # of settings: most pages have those of their folder

# What the templates say, by the names that [labels] in a deck.toml takes. In `question`, {} stands
# for the header that asks.
LABEL_NAMES = (
    "whole_table", "nearby_rows", "compare_rows", "picked_right", "picked_wrong",
    "correct_answer", "correct_answers", "also_right", "fill_the_gap", "question", "better_rule",
    "trap_question", "difference_question", "why_question", "term", "meaning", "whole_list",
    "order", "first_step", "first_question", "after", "next_step", "next_question", "quiz",
    "choose_one", "choose_several", "question_cue", "answer", "hint", "why",
)  # fmt: skip


# What may be a question without `Q:` in front of it.
QUESTION_FORMS = ("headings", "callouts", "items")


# The place of a key, or of one in the value of another: "tables", 0, "left".
_Positions = Callable[..., Position]
# What a key sets, from what stands above it, from its value and from its place.
_Reader = Callable[["Settings", Any, _Positions], tuple[object, list[Diagnostic]]]


def _as_it_is(_: Settings, value: Any, __: _Positions) -> tuple[object, list[Diagnostic]]:
    # A deck is the same in whatever Unicode form a computer writes its name.
    return normalize("NFC", " ".join(value.split())) if isinstance(value, str) else value, []


class _Key(NamedTuple):
    """A key: what it takes, in words and as an example, the files it may stand in, and how its
    value joins what is set above."""

    expected: str
    example: str
    accepts: Callable[[object], bool]
    folder: bool = True
    page: bool = True
    read: _Reader = _as_it_is
    is_topmost: bool = False  # stands in the deck.toml of the notes' folder itself


# Half a surrogate pair cannot be written to any file; Anki ends a field at U+001F,
# drops the other control characters; the last two turn letters round.
_UNWRITABLE = lazy_regex(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202d\u202e\ud800-\udfff]")


# Characters of a value: what a card takes of a cell. Each may be on every note.
_MOST_CHARACTERS = 10_000


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str) and len(value) <= _MOST_CHARACTERS and not _UNWRITABLE.search(value)
    )


# Bytes. Disks take 255; a package is written as a temporary file with a longer name first.
MOST_NAME_BYTES = 200
# Anki makes a deck of each part of the name, in every collection that the package is imported to.
_MOST_DECK_PARTS = 100
_MOST_DECK_CHARACTERS = 1_000  # characters


def _is_deck(value: object) -> bool:
    if not _is_text(value):
        return False
    parts = str(value).split("::")
    return (
        all(part.strip() for part in parts)
        and len(parts) <= _MOST_DECK_PARTS
        and len(str(value)) <= _MOST_DECK_CHARACTERS
    )


def _is_text_list(value: object) -> bool:
    if not isinstance(value, list):
        return _is_text(value)
    return all(map(_is_text, value)) and sum(map(len, value)) + len(value) <= _MOST_CHARACTERS


# Of a list of patterns, and of each: far more than a person writes.
_MOST_PATTERNS = 200
_MOST_PATTERN_CHARACTERS = 300


def _is_path_list(value: object) -> bool:
    listed = value if isinstance(value, list) else [value]
    return len(listed) <= _MOST_PATTERNS and all(map(_is_path_pattern, listed))


def _is_path_pattern(value: object) -> bool:
    """Whether it is a path below its folder: none leads out of it, or to the top of a disk."""
    if not isinstance(value, str) or not _is_text(value) or len(value) > _MOST_PATTERN_CHARACTERS:
        return False
    parts = value.removeprefix("./").removesuffix("/").split("/")
    return "\\" not in value and all(part.strip() and part not in (".", "..") for part in parts)


def is_package_name(value: object) -> TypeGuard[str]:
    """Whether a package and a deck can have this name."""
    return (
        isinstance(value, str)
        and bool(value.strip())
        and _is_text(value)
        and not re.search(r"[<>:\"/\\|?*\n\t]|^\.|[. ]$", value)
        and len(value.encode(errors="replace")) <= MOST_NAME_BYTES
    )


def as_truth(value: object) -> bool | None:
    """What ``true`` and ``false`` mean, in front matter, too; None for everything else."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get(value.casefold()) if isinstance(value, str) else None


_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


def _is_truth(value: object) -> bool:
    return as_truth(value) is not None


_MOST_RULES = 1000  # each is tried on every table


def _is_table_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MOST_RULES
        and all(isinstance(item, dict) for item in value)
    )


def _is_language(value: object) -> bool:
    return isinstance(value, str) and bool(
        re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value)
    )


def _is_web_address(value: object) -> bool:
    # Brackets and braces belong to no address as it stands, and Anki acts on [sound:…] and {{…}}.
    return _is_text(value) and bool(re.fullmatch(r"https?://[^\s<>\"'\[\]{}\\]+", str(value)))


def _is_pattern_list(value: object) -> bool:
    patterns = value if isinstance(value, list) else [value]
    if not patterns or not _is_text_list(patterns):
        return False
    return all(0 < len(str(item).strip()) <= _MOST_PATTERN_CHARACTERS for item in patterns)


def _is(kind: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind)


def _is_question_forms(value: object) -> bool:
    listed = value if isinstance(value, list) else [] if value == "off" else [value]
    return all(form in QUESTION_FORMS for form in listed)


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _as_truth(_: Settings, value: Any, __: _Positions) -> tuple[object, list[Diagnostic]]:
    return as_truth(value), []


def _as_list(_: Settings, value: Any, __: _Positions) -> tuple[object, list[Diagnostic]]:
    return tuple(value if isinstance(value, list) else [value]), []


def _as_question_forms(_: Settings, value: Any, __: _Positions) -> tuple[object, list[Diagnostic]]:
    listed = value if isinstance(value, list) else [value]
    return tuple(form for form in QUESTION_FORMS if form in listed), []


def _as_headers(_: Settings, value: Any, __: _Positions) -> tuple[object, list[Diagnostic]]:
    return (", ".join(value) if isinstance(value, list) else value), []


def _as_colours(_: Settings, value: Any, position: _Positions) -> tuple[object, list[Diagnostic]]:
    if value != "coloured":
        return "", []
    try:
        from pygments import __version__ as version
    except ImportError:
        return "", [NO_PYGMENTS.at(position("code"))]
    return str(version), []


# Tags and codes add up from folder to page; for everything else the nearest wins.
def _added_tags(base: Settings, value: Any, _: _Positions) -> tuple[object, list[Diagnostic]]:
    return (*base.tags, *filter(None, map(tag_of, _words(value)))), []


def tag_of(word: str) -> str:
    """A tag of other programs, such as ``#cell/wall``, as Anki has it: ``cell::wall``."""
    return "::".join(filter(None, word.lstrip("#").split("/")))


def _added_codes(
    base: Settings, value: Any, position: _Positions
) -> tuple[object, list[Diagnostic]]:
    where, listed = position("ignore"), _words(value)
    return (*base.ignore, *listed), check_codes((code, where) for code in listed)


def _nearest_labels(
    base: Settings, value: Any, position: _Positions
) -> tuple[object, list[Diagnostic]]:
    found = _faults(value, _LABELS, partial(position, "labels"))
    own = {n: str(text) for n, text in value.items() if n in _LABELS and _LABELS[n].accepts(text)}
    return tuple({**dict(base.labels), **own}.items()), found


def _nearest_rules(
    base: Settings, value: Any, position: _Positions
) -> tuple[object, list[Diagnostic]]:
    rules: list[TableRule] = []
    diagnostics = []
    for index, table in enumerate(value):
        found = _faults(table, _RULE_KEYS, partial(position, "tables", index))
        if not found and (reason := _fault_in_rule(table)):
            found = [BROKEN_RULE.at(position("tables", index), reason=reason)]
        diagnostics += found
        if len(diagnostics) >= _MOST_FINDINGS:
            break
        if not found:
            rules.append(_rule(table))
    return (*rules, *base.tables), diagnostics


_KEYS: Mapping[str, _Key] = {
    # Keeps the GUIDs of these notes apart from those of other people's notes.
    "id": _Key("text", '"k3v7x2"', _is_text, page=False),
    # What the page is called on its cards, in the place of its first heading.
    "title": _Key("text", '"Serving patterns"', _is_text, folder=False),
    # Where the cards go in Anki.
    "deck": _Key("a deck's name", '"Biology::Cells"', _is_deck),
    # On every note, besides those of the folders above.
    "tags": _Key("a list of words", '["exam", "week-1"]', _is_text_list, read=_added_tags),
    # Whether #tags in the text of a page are on its notes, too.
    "page_tags": _Key("true or false", "true", _is_truth, read=_as_truth),
    # The source that each back links to.
    "url": _Key("a web address", '"https://example.org/page"', _is_web_address),
    # The language of the notes, and of what the cards say besides.
    "lang": _Key("a language code", '"pt-BR"', _is_language),
    # What stands above a clue where neither page nor section says what it is about.
    "topic": _Key("text", '"Cell biology"', _is_text),
    # Warnings that are not to be told.
    "ignore": _Key("a list of codes", '["BD302"]', _is_text_list, read=_added_codes),
    # Whether ==marked== text is hidden on cards.
    "cloze": _Key('"on" or "off"', '"off"', ("on", "off").__contains__),
    # Whether blocks of code are coloured.
    "code": _Key(
        '"plain" or "coloured"',
        '"coloured"',
        ("plain", "coloured").__contains__,
        page=False,
        read=_as_colours,
    ),
    # Whether items of lists that begin with a term in bold are definitions without a comment.
    "definitions": _Key('"bold" or "off"', '"bold"', ("bold", "off").__contains__),
    # Which headings, callouts and folds ask that end with a question mark, without Q: in front.
    "questions": _Key(
        '"headings", "callouts", "items", a list of them, or "off"',
        '["headings", "callouts"]',
        _is_question_forms,
        read=_as_question_forms,
    ),
    # Other words for what the cards say besides the notes.
    "labels": _Key(
        "a table of texts",
        '{ whole_table = "All rows" }',
        _is_table,
        page=False,
        read=_nearest_labels,
    ),
    # The columns that are asked, in tables that have them; others stand in the table on the back.
    "ask": _Key(
        "a header or a list of headers", '["Meaning", "Plural"]', _is_text_list, read=_as_headers
    ),
    # Tables are asked the other way round, too: the clue of the answer, or of the rest of its row.
    "reverse": _Key("true or false", "true", _is_truth, read=_as_truth),
    # Tables of several columns have a card that asks for the whole row, too.
    "row": _Key("true or false", "true", _is_truth, read=_as_truth),
    # What stands in a column headed Why is asked, too.
    "why": _Key("true or false", "true", _is_truth, read=_as_truth),
    # Whether tables have quiz cards: tables of several columns only where this is true.
    "quiz": _Key("true or false", "false", _is_truth, read=_as_truth),
    # Whether quizzes have a card without the options: if not said, where the question can do so.
    "open_quiz": _Key("true or false", "false", _is_truth, read=_as_truth),
    # What tables with certain headers are.
    "tables": _Key(
        "a list of [[tables]]",
        '[{ left = "Pitfall*", kind = "trap" }]',
        _is_table_list,
        page=False,
        read=_nearest_rules,
    ),
    # Whether a page is read at all.
    "cards": _Key("true or false", "false", _is_truth, folder=False, read=_as_truth),
    # Pages and folders that are not read, and pages that are whatever their name.
    "exclude": _Key(
        "a list of paths below this folder",
        '["templates/**", "*.draft.md"]',
        _is_path_list,
        page=False,
        read=_as_list,
    ),
    "include": _Key(
        "a list of paths below this folder",
        '["README.md"]',
        _is_path_list,
        page=False,
        read=_as_list,
    ),
    # All pages are one package of this name.
    "package": _Key(
        "the name of a file without its ending",
        '"biology"',
        is_package_name,
        page=False,
        is_topmost=True,
    ),
    # A smaller package, whose bytes depend on the machine.
    "compress": _Key("true or false", "true", _is(bool), page=False),
}

PAGE_KEYS = tuple(name for name, key in _KEYS.items() if key.page)
_LONGEST_SLIP = 10  # letters of a key


def read_deck_toml(
    text: str, file: str, base: Settings, *, is_topmost: bool = True
) -> tuple[Settings, list[Diagnostic]]:
    """``base`` with what a folder's ``deck.toml`` sets. ``file`` is its path, for positions; the
    topmost one sets what is for all pages together."""
    try:
        values, offsets = load_toml(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        reason = re.sub(r" \(at .*\)", "", str(error))
        where = Position(file, line, column)
        is_at_end = not place and text.rstrip().endswith(("[", "{", ","))
        advice = _CLOSE if is_at_end else _toml_advice(text.split("\n")[line - 1], reason)
        if (start := unclosed_string(text)) >= 0:
            # The parser finds out only where something else does not fit.
            where, advice = _place(file, text, start), "close the quote that begins here"
        return base, [BROKEN_SETTINGS.at(where, reason=excerpt(reason), help=advice)]
    except RecursionError:
        return base, [_unreadable_settings(file, _TOO_DEEP, "write it less deep")]
    except ValueError:  # Python reads no number of thousands of digits
        return base, [_unreadable_settings(file, "a number is too long", "write a shorter one")]

    def position(*path: str | int) -> Position:
        """Where a key stands; a part that is not found stands where what it is in does."""
        while path and path not in offsets:
            path = path[:-1]
        return _place(file, text, offsets.get(path, 0))

    return _apply(
        base, values, position, lambda key: key.folder and (is_topmost or not key.is_topmost)
    )


def _unreadable_settings(file: str, reason: str, advice: str) -> Diagnostic:
    return BROKEN_SETTINGS.at(Position(file, 1, 1), reason=reason, help=advice)


_BARE_VALUE = lazy_regex(r"[ \t]*([\w-]+)[ \t]*=[ \t]*([^\s\"'\[{#][^\"#\n]*?)[ \t\r]*(?:#.*)?")
_COLON = lazy_regex(r"[ \t]*([\w-]+)[ \t]*:[ \t]*(\S.*?)[ \t\r]*")


_CLOSE = 'close the bracket or brace, with commas in it: tags = ["exam", "week-1"]'
# What helps, by the beginning of what the parser says.
_TOML_ADVICE = {
    "Unclosed": _CLOSE,
    "Expected ']'": "close the bracket",
    "Expected ']]'": "close both brackets",
    "Expected '='": 'write = between the key and its value: deck = "Biology"',
    "Cannot overwrite": "delete it here or where it stood first: a key stands once",
    "Unescaped '\\'": "write two backslashes for one, or ' in the place of each \"",
}
_YES_NO = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false"}


def _toml_advice(line: str, reason: str) -> str:
    """What to write in the place of a line that is no TOML."""
    # The longest is read twice for each of its spaces.
    is_short = len(line) <= _MOST_LINE
    if is_short and (match := _BARE_VALUE.fullmatch(line) or _COLON.fullmatch(line)):
        value = match[2]
        if value[0] in "\"'":
            value = value.strip("\"'")
        if value.lower() in _YES_NO:
            return f"write {match[1]} = {_YES_NO[value.lower()]}"
        if '"' not in value and "\\" not in value and len(value) <= _MOST_SHOWN:
            return f'write {match[1]} = "{value}"'
    helps = (advice for begin, advice in _TOML_ADVICE.items() if reason.startswith(begin))
    return next(helps, 'put what is text in quotes, deck = "Biology", or delete the line')


_MOST_SHOWN = 60  # characters of what is to be typed
_MOST_LINE = 1_000  # characters of a line for which there is more than general advice


def read_front_matter(
    front: FrontMatter, file: str, base: Settings
) -> tuple[Settings, list[Diagnostic]]:
    """``base`` with what a page's front matter sets. Other tools read it, too: keys that are not
    ours are nothing to say, and a value that ours does not take is a warning."""
    if not front.text:
        return base, []
    found = parse(front)
    if isinstance(found, Broken):
        where = _place(file, front.text, found.offset, front.line)
        return base, [_broken(where, found.reason, found.advice)]

    def position(key: str) -> Position:
        return _place(file, front.text, found.offsets[key], front.line)

    for key, offset in found.again:
        if key in PAGE_KEYS:
            where = _place(file, front.text, offset, front.line)
            reason = f"'{key}' stands here a second time"
            return base, [_broken(where, reason, "delete one of the two lines")]
    diagnostics: list[Diagnostic] = []
    values = {}
    for name, value in found.values.items():
        if value in ("", [], {}):
            continue
        if name not in PAGE_KEYS:
            nearest = _nearest_key(name, value)
            if nearest and nearest not in found.values:
                words = {"key": name, "nearest": nearest}
                diagnostics.append(NEARLY_KEY.at(position(name), **words))
        elif _is_taken(name, value):
            values[name] = value
        elif not _is_another_tools(name, value):
            words = _type_words(name, _KEYS[name], value)
            diagnostics.append(UNUSED_VALUE.at(position(name), **words))
    settings, more = _apply(base, values, position, lambda key: key.page)
    return settings, [*diagnostics, *more]


def _broken(where: Position, reason: str, advice: str) -> Diagnostic:
    return BROKEN_FRONT_MATTER.at(where, reason=excerpt(reason), help=excerpt(advice))


def _nearest_key(name: str, value: object) -> str:
    """The key of ours that a person meant by this one; an empty text where it is nobody's slip: it
    differs in more than a letter, or is what another tool reads."""
    word = name.lower()
    if len(word) > _LONGEST_SLIP or name in KNOWN_KEYS:
        return ""
    slips = (key for key in PAGE_KEYS if word == key or _is_one_slip(word, key))
    nearest = next(slips, "")
    return nearest if nearest and _is_taken(nearest, value) else ""


def _is_taken(name: str, value: object) -> bool:
    """Whether a key of ours takes the value on a page; there ``ignore: true`` is another tool's."""
    return _KEYS[name].accepts(value) and (name != "ignore" or _names_codes(value))


def _is_another_tools(name: str, value: object) -> bool:
    """Whether a value is no slip in one of ours: lessons list their questions in front matter."""
    is_word = isinstance(value, str) and value.isalpha()
    return name in ("definitions", "questions") and not is_word


def _names_codes(value: object) -> bool:
    return all(re.search(r"\d", word) for word in _words(value))


_JOINT = lazy_regex("(?<=[a-z])[-_ ](?=[a-z])")


def _is_one_slip(word: str, key: str) -> bool:
    """Whether one letter is too many, missing or another one, two have changed places, or its words
    are joined otherwise: ``open-quiz``."""
    word, key = _JOINT.sub("", word), _JOINT.sub("", key)
    if not word.isalpha():
        return False
    if word == key:
        return True
    pairs = zip(word, key, strict=False)
    same = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(word), len(key)))
    ours, theirs = key[same:], word[same:]
    if ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:]:
        return True
    # Of three letters too many other words are as near.
    return len(key) > 3 and (ours[1:] == theirs[1:] or ours == theirs[1:] or ours[1:] == theirs)


_TOO_DEEP = "it is nested too deep"


def _place(file: str, text: str, offset: int, first_line: int = 1) -> Position:
    """The position of ``offset`` in ``text``, which starts at ``first_line`` of ``file``."""
    start = text.rfind("\n", 0, offset) + 1
    return Position(file, text.count("\n", 0, offset) + first_line, offset - start + 1)


def _apply(
    base: Settings,
    values: Mapping[str, object],
    position: _Positions,
    allowed_here: Callable[[_Key], bool],
) -> tuple[Settings, list[Diagnostic]]:
    known = {name: key for name, key in _KEYS.items() if allowed_here(key)}
    # What is empty is not set here: what stands above it in the folders holds.
    given = {name: value for name, value in values.items() if name not in known or value != ""}
    diagnostics = _faults(given, known, position)
    changes: dict[str, object] = {}
    for name, value in given.items():
        if name in known and known[name].accepts(value):
            changes[name], found = known[name].read(base, value, position)
            diagnostics += found
    diagnostics.sort(key=lambda found: found.position)
    return replace(base, **changes), diagnostics  # type: ignore[arg-type]


def _faults(
    values: Mapping[str, object], known: Mapping[str, _Key], position: Callable[[str], Position]
) -> list[Diagnostic]:
    """A finding for each key that is not known, and for each value that its key does not take; of
    very many keys for the first ones."""
    found: list[Diagnostic] = []
    for name, value in values.items():
        if len(found) >= _MOST_FINDINGS:
            break
        if name not in known:
            words = {"key": excerpt(name), "help": suggestion(name, known)}
            if name in _KEYS and _KEYS[name].is_topmost:
                words["help"] = "move it to the deck.toml of the source folder itself"
            found.append(UNKNOWN_KEY.at(position(name), **words))
        elif not known[name].accepts(value):
            found.append(_wrong_type(position(name), name, known[name], value))
    return found


def _words(value: object) -> list[str]:
    """The words of a list, or of a text that lists them."""
    listed = value if isinstance(value, list) else re.split(r"[,\s]+", str(value))
    return [word for word in listed if word]


# Of a file: who has seen so many mends them, or has taken another file for this one.
_MOST_FINDINGS = 100

_LABELS = {name: _Key("text", f'{name} = "…"', _is_text) for name in LABEL_NAMES}


_KINDS = (*TABLE_KINDS, "skip")
_RULE_KEYS: Mapping[str, _Key] = {
    "left": _Key("a header or a list of headers", 'left = "Pitfall*"', _is_pattern_list),
    "right": _Key("a header or a list of headers", 'right = "*rule"', _is_pattern_list),
    "kind": _Key("clue, trap, compare or skip", 'kind = "trap"', _KINDS.__contains__),
    "reverse": _Key("true or false", "reverse = true", _is(bool)),
    "row": _Key("true or false", "row = true", _is(bool)),
    "why": _Key("true or false", "why = true", _is(bool)),
    "quiz": _Key("true or false", "quiz = false", _is(bool)),
    "ask": _Key("a header or a list of headers", 'ask = ["Meaning", "Plural"]', _is_text_list),
    "key": _Key("a header or a list of headers", 'key = ["Request", "Limit"]', _is_text_list),
    "back": _Key("a header or a list of headers", 'back = ["Notes"]', _is_text_list),
}


def _rule(table: Mapping[str, object]) -> TableRule:
    words = {str(table["kind"])} if "kind" in table else set()
    words |= {word for word in ("reverse", "row", "why", "quiz") if table.get(word)}
    words |= {"no-quiz"} if table.get("quiz") is False else set()
    words |= {
        f"{word} {headers}" for word in WORDS_WITH_HEADERS if (headers := _headers(table, word))
    }
    left, right = _patterns(table.get("left")), _patterns(table.get("right"))
    return TableRule(left, right, tuple(sorted(words)))


def _headers(table: Mapping[str, object], name: str) -> str:
    """Headers as they stand in a cards comment."""
    listed = table.get(name, "")
    return ", ".join(map(str, listed)) if isinstance(listed, list) else str(listed)


def _fault_in_rule(rule: Mapping[str, object]) -> str:
    if not {"left", "right"} & rule.keys():
        return "does not say which headers it is for"
    if rule.keys() <= {"left", "right"}:
        return "does not say what such tables are"
    if rule.get("kind") == "skip" and not rule.keys() <= {"left", "right", "kind"}:
        return "says how tables are asked that are skipped"
    if rule.get("reverse") and rule.get("kind") == "trap":
        return "has 'reverse', which is not for traps"
    return ""


def _patterns(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value] if value else []
    return tuple(map(str, listed))


def _wrong_type(position: Position, name: str, key: _Key, value: object) -> Diagnostic:
    return WRONG_TYPE.at(position, **_type_words(name, key, value))


def _type_words(name: str, key: _Key, value: object) -> dict[str, str]:
    found, expected = _shown(value), key.expected
    if _length(value) > _MOST_CHARACTERS:
        found = f"{_length(value):,} characters"
        expected += f" of at most {_MOST_CHARACTERS:,} characters"
    elif isinstance(value, list) and len(value) > _MOST_RULES and name == "tables":
        found = f"{len(value):,} of them"
        expected += f", at most {_MOST_RULES:,}"
    return {"key": name, "expected": expected, "found": found, "example": key.example}


def _length(value: object) -> int:
    """The characters of a text, or of a list of texts with what stands between them."""
    if isinstance(value, list):
        return sum(len(each) for each in value if isinstance(each, str)) + len(value)
    return len(value) if isinstance(value, str) else 0


_MOST_BITS = 10_000  # of a number that is shown: Python writes no longer ones in decimal digits


def _shown(value: object) -> str:
    if isinstance(value, list) and value:
        return _cut(f"[{', '.join(map(_shown_in_list, value[:_MOST_SHOWN]))}]")
    return _shown_in_list(value)


def _shown_in_list(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of so many digits"
    if isinstance(value, str | int | float):
        text = ascii(value) if _UNWRITABLE.search(str(value)) else repr(value)
        return _cut(text)
    return {"list": "a list", "dict": "a table"}.get(type(value).__name__, "a date or time")


_MOST_SHOWN = 40  # characters of a value


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "…"


_CARDS = lazy_regex(r"\s*cards\s*:", re.IGNORECASE)
_WORD = lazy_regex(r"[^\s,]+")
# What is followed by headers, up to the end of the comment: <!-- cards: ask Meaning, Plural -->
WORDS_WITH_HEADERS = ("ask", "key", "back")
_MOST_COMMENT_WORDS = 100  # of one comment; those that it knows are a handful


def read_comments(text: str, line: int) -> tuple[Cell, ...]:
    """The words of each ``<!-- cards: trap reverse -->``, in small letters; others have none.

    ``text`` is whole lines, of which the first is number ``line``.
    """
    words = []
    start = text.find("<!--")
    # A search for each pair of marks by itself: one pattern for both would look through the whole
    # rest for every mark that nothing closes.
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        if cards := _CARDS.match(text, start + 4, end):
            for word in islice(_WORD.finditer(text, cards.end(), end), _MOST_COMMENT_WORDS):
                where = _place("", text, word.start(), line)
                name = word[0].lower()
                if name in WORDS_WITH_HEADERS:
                    headers = " ".join(text[word.end() : end].split())
                    words.append(Cell(f"{name} {headers}", where.line, where.column))
                    break
                words.append(Cell(name, where.line, where.column))
        start = text.find("<!--", end + 3)
    return tuple(words)


def check_codes(codes: Iterable[tuple[str, Position]]) -> list[Diagnostic]:
    """A diagnostic for each code that there is not, or that is an error's."""
    diagnostics: list[Diagnostic] = []
    for code, where in codes:
        if len(diagnostics) >= _MOST_FINDINGS:
            break
        if code not in CODES:
            advice = _code_advice(code)
            diagnostics.append(UNKNOWN_CODE.at(where, code=excerpt(code), help=advice))
        elif CODES[code].severity is Severity.ERROR:
            diagnostics.append(ERROR_IGNORED.at(where, code=code))
    return diagnostics


def _code_advice(code: str) -> str:
    """The code that was meant, of those that can be ignored."""
    if not re.fullmatch(r"\W*b?d?\W*\d{2,4}\W*", code[:_LONGEST_SLIP], re.IGNORECASE):
        return "a code is written like BD302"
    import difflib  # only what is misspelt pays for it

    digits = "".join(re.findall(r"\d", code))
    warnings = [
        name
        for name, each in CODES.items()
        if each.severity is Severity.WARNING and not name.startswith("BD7")  # of drafts
    ]
    if f"BD{digits}" in warnings:
        return f"did you mean 'BD{digits}'?"
    close = difflib.get_close_matches(f"BD{digits}", warnings, n=1, cutoff=0.7)
    return f"did you mean '{close[0]}'?" if close else "a code is written like BD302"


def suggestion(word: str, known: Iterable[str]) -> str:
    """``did you mean 'tags'?``, or the list of what is known."""
    import difflib

    names = sorted(known)
    by_lower = {name.lower(): name for name in names}
    is_short = len(word) <= 2 * max(map(len, names), default=0)
    close = difflib.get_close_matches(word.lower(), by_lower, n=1) if is_short else []
    return f"did you mean '{by_lower[close[0]]}'?" if close else f"known here: {', '.join(names)}"
