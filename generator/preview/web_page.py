"""Makes one web page of cards, which needs nothing else; a pure function from values to HTML.

Page, style and scripts are the files beside this one. Cards travel as JSON and are shown in
sandboxed frames; the page's policy lets no request out, and only the scripts that are ours run.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from html import unescape
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from generator.anki.note_types import note_types, without_deletions
from generator.core.diagnostics import Diagnostic, Severity, number
from generator.core.lazy_regex import lazy_regex
from generator.core.model import (
    Guid,
    Kind,
    Media,
    MediaName,
    Package,
    Position,
    StampedNote,
    TableReport,
)
from generator.core.note_fields import Fields
from generator.preview.fill_templates import render_note

# By a card's ordinal: good, fair, poor or new, and the same in words.
Recall = Mapping[int, tuple[str, str]]

# The first bytes of every page: what starts like this was written here, and may be overwritten.
MARKER = "<!doctype html><!-- written by build-decks preview, which may overwrite it -->"

# What a client puts around a card.
_HOST_STYLE = (
    "html { color-scheme: light } html.night-mode { color-scheme: dark } body { margin: 16px } "
    "audio { max-width: 100%; vertical-align: middle }"
)

_END = "</script>"
_SCRIPT = lazy_regex(r"(<script>.*?</script>)", re.DOTALL)
_PICTURE_OR_SOUND = lazy_regex(r'<img [^>]*alt="([^"]*)"[^>]*>|\[sound:[^\]]*\]')
_TAG = lazy_regex(r"<(?!wbr)[^>]*>")
_PLACE = lazy_regex(r"%(\w+)%")
_MOST_EMBEDDED_BYTES = 24_000_000  # of pictures and sounds; a browser must open it
_MIME_TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "avif": "image/avif", "svg": "image/svg+xml", "mp3": "audio/mpeg", "ogg": "audio/ogg",
    "opus": "audio/ogg", "m4a": "audio/mp4", "wav": "audio/wav", "flac": "audio/flac",
}  # fmt: skip
# Fields that repeat the neighbours' text, or say what is the same on every card.
_NOT_SEARCHED = lazy_regex(r"table|options|multiple|lang|key|spare\d|\w+_label")


def embeddable(packages: Iterable[Package]) -> list[Media]:
    """The pictures and sounds of the packages that a page has room for, the small ones first."""
    files = {file.name: file for package in packages for file in package.media}
    chosen, room = [], _MOST_EMBEDDED_BYTES
    for file in sorted(files.values(), key=lambda file: (file.size, file.name)):
        room -= file.size
        if room >= 0:
            chosen.append(file)
    return chosen


def format_page(
    packages: Sequence[Package],
    tables: Sequence[TableReport],
    diagnostics: Sequence[Diagnostic],
    source: str,
    media: Mapping[MediaName, bytes] = MappingProxyType({}),
    recall: Mapping[Guid, Recall] = MappingProxyType({}),
) -> Iterator[bytes]:
    """The whole page in UTF-8, in pieces. ``source`` is the notes' folder, to be shown before the
    files' names.

    Of pictures and sounds that are not in ``media`` the page shows the names. With ``recall`` it
    shows how well each card is recalled.
    """
    values = {
        "marker": MARKER,
        "policy": _policy(),
        "style": _read("page.css"),
        "script": _read("page.js"),
    }
    before, after = _read("page.html").split("%data%")
    yield _PLACE.sub(lambda place: values[place[1]], before).encode()
    parts = _Parts()
    at: dict[tuple[str, int], list[int]] = {}  # file and line → the findings that are named there
    for index, diagnostic in enumerate(diagnostics):
        at.setdefault(diagnostic.position[:2], []).append(index)
    yield b'{"notes": '
    yield from _list(
        _note(stamped, parts, source, at.get(stamped.note.position[:2], []))
        | ({"recall": recall.get(stamped.guid, {})} if recall else {})
        for package in packages
        for stamped in package.stamped()
    )
    yield b', "parts": '
    yield from _list(parts.numbers)
    rest = {
        "findings": [
            *(_finding(diagnostic, source) for diagnostic in diagnostics),
            *(_skipped(table, source) for table in tables if not table.kind),
        ],
        "held": _held(packages, tables, diagnostics),
        "media": {name: _data_uri(name, content) for name, content in sorted(media.items())},
        "hostStyle": _HOST_STYLE,
        "frameScript": _read("frame.js"),
    }
    yield b", " + _json(rest).removeprefix(b"{")
    yield after.encode()


def _list(values: Iterable[object]) -> Iterator[bytes]:
    """A list of JSON: one text of all its values would be the largest thing in memory."""
    separator = b"["
    for value in values:
        yield separator + _json(value)
        separator = b", "
    yield b"]" if separator == b", " else b"[]"


def _json(value: object) -> bytes:
    """A value as it may stand in a script element."""
    # `</` could end the element, and `<!` open a comment in it; no other `<` does more.
    text = _encode(value).replace("</", "\\u003c/").replace("<!", "\\u003c!")
    return text.encode()


_encode = json.JSONEncoder(ensure_ascii=False).encode


# --- cards ------------------------------------------------------------------------------------


def _note(
    stamped: StampedNote, parts: _Parts, source: str, findings: Sequence[int]
) -> dict[str, Any]:
    note, fields = stamped.note, stamped.fields
    cards = [
        (
            card.ordinal,
            card.template,
            parts.of(card.question),
            parts.of(card.answer),
            {"q": card.question_sounds, "a": card.answer_sounds},
        )
        for card in render_note(note, fields)
    ]
    place = _place(note.position, source)
    words = [_searched(fields), place, note.deck, *note.tags]
    return {
        "id": stamped.guid,
        "kind": note.origin.kind,
        "deck": note.deck,
        "tags": note.tags,
        "place": place,
        "title": _text(without_deletions(fields[0])),
        "findings": findings,
        "words": "\n".join(words).lower(),
        "style": parts.number(_style(note.origin.kind)),
        "cards": cards,
    }


@cache
def _style(kind: Kind) -> str:
    """The style of a note type, without a person's own: no request leaves the preview."""
    return re.sub(r"@import [^;]*;", "", note_types()[kind].css)


class _Parts:
    """Pieces of HTML by their number in the page, where each stands once: a script that is on many
    cards, and a row of the table on their backs."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._scripts: list[str] = []  # of the templates, which are few
        self._table, self._rows = "", list[int]()  # the last one, which a note's cards share

    def number(self, part: str) -> int:
        """The number of a piece, which may be a new one."""
        return self.numbers.setdefault(part, len(self.numbers))

    def of(self, html: str) -> list[int]:
        """The numbers of the pieces of a card's side."""
        found, end = list[int](), 0
        while (start := html.find("<script>", end)) >= 0:
            script = self._script(html, start)
            found += [*self._of_text(html[end:start]), self.number(script)]
            end = start + len(script)
        return found + self._of_text(html[end:])

    def _script(self, html: str, start: int) -> str:
        """The script that begins there: of those that are known no copy is made."""
        for known in self._scripts:
            if html.startswith(known, start):
                return known
        self._scripts.append(html[start : html.index(_END, start) + len(_END)])
        return self._scripts[-1]

    def _of_text(self, html: str) -> list[int]:
        before, opens, table = html.partition("<table")
        found = [self.number(before)] if before else []
        if not opens:
            return found
        if table != self._table:
            first, *rows = table.split("<tr")
            self._table = table
            self._rows = [self.number(opens + first), *[self.number("<tr" + row) for row in rows]]
        return found + self._rows


def _data_uri(name: MediaName, content: bytes) -> str:
    return f"data:{_MIME_TYPES[name.rpartition('.')[2]]};base64,{b64encode(content).decode()}"


def _searched(fields: Fields) -> str:
    searched = [fields[place] for place in _searched_places(fields._fields)]
    return "\n".join([_text(without_deletions(html)) if html else "" for html in searched])


@cache
def _searched_places(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(place for place, name in enumerate(names) if not _NOT_SEARCHED.fullmatch(name))


@lru_cache(maxsize=1000)  # a page, a section and what links to them are on many notes
def _text(html: str) -> str:
    if "<" in html or "[" in html:
        html = _PICTURE_OR_SOUND.sub(r" \1 ", html)
        html = _TAG.sub(" ", html).replace("<wbr>", "")
    return " ".join(unescape(html).split())


# --- what has no card -------------------------------------------------------------------------


def _finding(diagnostic: Diagnostic, source: str) -> dict[str, str]:
    line, column = diagnostic.position.line, diagnostic.position.column
    file = diagnostic.position.file
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "label": f"{diagnostic.severity} {diagnostic.code}",
        "message": diagnostic.message,
        "help": diagnostic.help,
        "place": f"{_file(file, source)}:{line}:{column}" if file else "",
    }


def _skipped(table: TableReport, source: str) -> dict[str, str]:
    return {
        "severity": "skipped",
        "code": "",
        "label": "no cards",
        "message": f"{' | '.join(table.header)} ({number(table.rows, 'row')}): {table.skipped}",
        "help": "",
        "place": _place(table.position, source),
    }


def _held(
    packages: Sequence[Package], tables: Sequence[TableReport], diagnostics: Sequence[Diagnostic]
) -> list[str]:
    """The entries of the notes' folder that could have cards, but for their errors."""
    shown = {_entry(note.position) for package in packages for note in package.notes}
    faulty = {_entry(each.position) for each in diagnostics if each.severity is Severity.ERROR}
    could = {_entry(table.position) for table in tables if table.kind}
    return sorted((faulty & could) - shown)


def _entry(position: Position) -> str:
    return position.file.partition("/")[0]


def _place(position: Position, source: str) -> str:
    return f"{_file(position.file, source)}:{position.line}"


def _file(file: str, source: str) -> str:
    return f"{source}/{file}" if source else file


# --- the page ---------------------------------------------------------------------------------


def _policy() -> str:
    """The content security policy, which the cards' frames inherit."""
    scripts = {_read("page.js"), _read("frame.js")}
    for note_type in note_types().values():
        for template in note_type.templates:
            for side in (template.front, template.back):
                scripts |= {script[8:-9] for script in _SCRIPT.findall(side)}
    allowed = " ".join(sorted(f"'sha256-{_digest(script)}'" for script in scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "media-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


def _read(name: str) -> str:
    return (files("generator.preview") / name).read_text(encoding="utf-8")
