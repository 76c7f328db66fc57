"""Fills the templates of a note: the HTML of its cards, letter for letter what Anki makes of it.

The rules are those of Anki's own renderer, found by asking it; `tests/test_fill_templates.py` asks
again. Left out is what no field of ours can hold: spoken text (a note's `[` is an entity).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.entities import html5
from itertools import count
from typing import NamedTuple

from generator.anki.note_types import card_ordinals, is_empty, note_types
from generator.core.lazy_regex import lazy_regex
from generator.core.model import MediaName, Note
from generator.core.note_fields import Fields

_TAG = lazy_regex(
    r"<!--.*?-->|(?P<opened>\{\{)\s*(?P<sigil>[#^/]?)\s*(?P<name>[^{}]*?)\s*\}\}", re.S
)
_CLOZE = lazy_regex(r"\{\{c(?P<ordinals>[\d,]*)::|\}\}", re.ASCII)
_MATH_OPENS, _MATH_CLOSES = lazy_regex(r"\\[(\[]"), lazy_regex(r"\\[])]")
_MARKUP = lazy_regex(r"<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>", re.S | re.I)
_REFERENCE = lazy_regex(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w+));|&", re.ASCII)
_SOUND = lazy_regex(r"\[sound:(.*?)\]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_DEEPEST_CLOZE = 10
_LARGEST_ORDINAL = 65535


class Card(NamedTuple):
    """A card as Anki shows it: the HTML of both sides, without the style.

    ``[anki:play:q:0]`` stands where a client puts the button for the first of the ``question``'s
    sounds, and ``a`` for the answer's.
    """

    ordinal: int
    template: str
    question: str
    answer: str
    question_sounds: tuple[MediaName, ...] = ()
    answer_sounds: tuple[MediaName, ...] = ()


def render_note(note: Note, fields: Fields) -> tuple[Card, ...]:
    """The cards of a note with these fields, in Anki's order."""
    note_type, deck = note_types()[note.origin.kind], note.deck
    values = {
        **dict(zip(note_type.field_names, fields, strict=True)),
        "Tags": " ".join(note.tags),
        "Type": note_type.name,
        "Deck": deck,
        "Subdeck": deck.rpartition("::")[2],
    }
    cards = []
    for ordinal in card_ordinals(note_type, fields):
        # All cards of a cloze note share one template.
        template = note_type.templates[0 if note_type.is_cloze else ordinal]
        values["Card"] = template.name
        question = render_template(template.front, values, ordinal)
        answer = render_template(template.back, values, ordinal, question)
        question, question_sounds = _with_players(question, "q")
        answer, answer_sounds = _with_players(answer, "a")
        cards.append(Card(ordinal, template.name, question, answer, question_sounds, answer_sounds))
    return tuple(cards)


def _with_players(html: str, side: str) -> tuple[str, tuple[MediaName, ...]]:
    if "[sound:" not in html:
        return html, ()
    names = tuple(map(MediaName, _SOUND.findall(html)))
    numbers = count()
    return _SOUND.sub(lambda _: f"[anki:play:{side}:{next(numbers)}]", html), names


def render_template(
    template: str, values: Mapping[str, str], ordinal: int, front: str | None = None
) -> str:
    """One side of the card ``ordinal``; ``front`` is the other side's HTML where this is a back.

    KeyError for a field that does not exist, ValueError for sections that do not nest.
    """
    values = {**values, "FrontSide": front or "", f"c{ordinal + 1}": "1"}
    output: list[str] = []
    _fill(_parts(template), values, ordinal, front is None, output)
    return "".join(output)


class _Field(NamedTuple):
    """A field's place in a template: its name, and the filters, the first one first."""

    name: str
    filters: tuple[str, ...]


class _Section(NamedTuple):
    """Parts that are shown if a field has text; where it ``is_inverted``, if it has none."""

    name: str
    is_inverted: bool
    parts: list[str | _Field | _Section]


def _fill(
    parts: Sequence[str | _Field | _Section],
    values: Mapping[str, str],
    ordinal: int,
    is_front: bool,
    output: list[str],
) -> None:
    """Append to the ``output`` what the parts come to."""
    for part in parts:
        if isinstance(part, str):
            output.append(part)
        elif isinstance(part, _Field):
            text = values[part.name]
            for name in part.filters:
                text = _FILTERS[name](text, ordinal, is_front)
            output.append(text)
        elif is_empty(values.get(part.name, "")) == part.is_inverted:
            _fill(part.parts, values, ordinal, is_front, output)


@cache
def _parts(template: str) -> Sequence[str | _Field | _Section]:
    """The parts of a template. ValueError for sections that do not nest."""
    top = _Section("", False, [])
    opened = [top]
    end = 0
    for match in _TAG.finditer(template):
        if not match["opened"]:
            continue
        text, sigil, name = template[end : match.start()], match["sigil"], match["name"]
        end = match.end()
        if text:
            opened[-1].parts.append(text)
        if sigil == "/":
            if opened.pop().name != name or not opened:
                raise ValueError(f"{{{{/{name}}}}} closes a section that is not open")
        elif sigil:
            section = _Section(name, sigil == "^", [])
            opened[-1].parts.append(section)
            opened.append(section)
        else:
            opened[-1].parts.append(_field(name))
    if len(opened) > 1:
        raise ValueError(f"{{{{#{opened[-1].name}}}}} is never closed")
    return [*top.parts, template[end:]]


def _field(name: str) -> str | _Field:
    *filters, field_name = name.split(":")
    if "type" in filters:  # Anki puts a box there, and what was typed on the back
        return f"[[{name}]]"
    return _Field(field_name, tuple(reversed(filters)))


# --- cloze ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Deletion:
    """``{{c1,2::…::hint}}``: the numbers of its cards, and its contents, some of them deletions."""

    numbers: list[int]
    hint: str = "..."
    parts: list[str | _Deletion] = field(default_factory=list)


def _reveal(text: str, ordinal: int, is_front: bool) -> str:
    """``text`` with the card's deletions hidden or marked; empty where the card has none."""
    number = ordinal + 1
    is_found = False

    def shown(parts: list[str | _Deletion]) -> Iterator[str]:
        nonlocal is_found
        for part in parts:
            if isinstance(part, str):
                yield part
                continue
            html = "".join(shown(part.parts))
            is_active = number in part.numbers
            is_found |= is_active
            name = "cloze" if is_active else "cloze-inactive"
            hidden = is_active and is_front
            content = f' data-cloze="{_attribute(html)}"' if hidden else ""
            numbers = ",".join(map(str, part.numbers))
            inner = f"[{part.hint}]" if hidden else html
            yield f'<span class="{name}"{content} data-ordinal="{numbers}">{inner}</span>'

    html = "".join(shown(_deletions(text)))
    return _without_markup_in_math(html) if is_found else ""


def _deletions(text: str) -> list[str | _Deletion]:
    """The text's parts. A deletion that is never closed is dropped, as Anki does."""
    top: list[str | _Deletion] = []
    opened: list[_Deletion] = []

    def add_text(part: str) -> None:
        if not part:
            return
        if opened:
            part, separator, hint = part.partition("::")
            if separator:
                opened[-1].hint = hint
        (opened[-1].parts if opened else top).append(part)

    end = 0
    for match in _CLOZE.finditer(text):
        numbers = _numbers(match["ordinals"] or "")
        if match["ordinals"] is not None and not numbers:
            continue  # no number that Anki can count to: it is text
        add_text(text[end : match.start()])
        end = match.end()
        if numbers:
            if len(opened) < _DEEPEST_CLOZE:
                opened.append(_Deletion(numbers))
        elif opened:
            closed = opened.pop()
            (opened[-1].parts if opened else top).append(closed)
        else:
            top.append("}}")
    add_text(text[end:])
    return top


def _numbers(listed: str) -> list[int]:
    digits = [number for number in listed.split(",") if number and len(number.lstrip("0")) <= 5]
    return sorted({int(number) for number in digits if int(number) <= _LARGEST_ORDINAL})


def _attribute(text: str) -> str:
    """All but letters and digits as character references, up to U+00FF."""

    def reference(character: str) -> str:
        if (character.isascii() and character.isalnum()) or ord(character) > 0xFF:
            return character
        return _NAMED.get(character) or f"&#x{ord(character):02X};"

    return "".join(map(reference, text))


def _without_markup_in_math(html: str) -> str:
    r"""MathJax reads text only, so tags inside ``\(…\)`` and ``\[…\]`` go."""
    output = []
    end = 0
    while (opening := _MATH_OPENS.search(html, end)) and (
        closing := _MATH_CLOSES.search(html, opening.end())
    ):
        output.append(html[end : opening.end()])
        output.append(_MARKUP.sub("", html[opening.end() : closing.start()]))
        output.append(closing[0])
        end = closing.end()
    return "".join([*output, html[end:]])


# --- text -------------------------------------------------------------------------------------


def _plain(html: str) -> str:
    """Text without tags; character references are read unless one of them is wrong."""
    text = _MARKUP.sub("", html)
    characters = {reference[0]: _character(reference) for reference in _REFERENCE.finditer(text)}
    if not characters or None in characters.values():
        return text
    return _REFERENCE.sub(lambda found: characters[found[0]] or "", text).replace("\xa0", " ")


def _character(reference: re.Match[str]) -> str | None:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return html5.get(f"{name};")
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else -1
    is_character = 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else None


_FILTERS: Mapping[str, Callable[[str, int, bool], str]] = {
    "": lambda text, ordinal, is_front: text,
    "text": lambda text, ordinal, is_front: _plain(text),
    "cloze": _reveal,
}
