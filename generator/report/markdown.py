"""What changes as a letter in Markdown, to people who learn with the packages.

All words in it are a person's, or a stranger's: each is escaped, so that it is read as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.anki.compare import Comparison, FieldChange, NoteChange, by_package, shown
from generator.anki.note_types import without_deletions
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Kind, NoteRow
from generator.core.note_fields import MOST_ATTRIBUTES, field_names, header_of
from generator.report.excerpt import inert

# What a reader of Markdown may act on, also one that knows tables, maths, footnotes and marks of
# several kinds; of a bare address and an emoji's name, what makes it one.
_ACTIVE = lazy_regex(
    r"[\\`*_{}\[\]<>#|~$&@=^]|\+(?=\+)|-(?=-)|:(?=//|[-+\w]+:)|(?<=www)\.", re.IGNORECASE
)


def format_letter(comparison: Comparison) -> str:
    """The new notes, the corrected ones and those that are gone, each with clue and answer."""
    lines = ["# What changed", "", f"Compared with {_text(comparison.compared_with)}."]
    packages = {name: each for name, each in by_package(comparison).items() if _is_news(each)}
    for name, changes in packages.items():
        if len(packages) > 1:
            lines += ["", f"## {_text(name)}"]
        level = "##" if len(packages) == 1 else "###"
        for title, items in _sections(changes).items():
            if items:
                lines += ["", f"{level} {title}", "", *items]
    others = [c for c in comparison.changes if c.count == "changed" and not _is_news([c])]
    if others:
        is_one = len(others) == 1
        notes = "note has" if is_one else "notes have"
        lines += [
            "",
            f"{len(others):,} more {notes} other cards, another place, other tags or other words"
            " around.",
        ]
    if not packages and not others:
        lines += ["", "Nothing changed."]
    return "\n".join(lines)


def _is_news(changes: Sequence[NoteChange]) -> bool:
    return any(map(any, _sections(changes).values()))


def _sections(changes: Sequence[NoteChange]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {"New": [], "Corrected": [], "Gone": []}
    for change in changes:
        if change.what[0] in ("new", "restored") and change.new:
            sections["New"] += _item(change, change.new)
        elif change.what[0] == "retired" and change.old:
            sections["Gone"] += _item(change, change.old)
        elif change.count == "changed":
            sections["Corrected"] += _correction(change)
    return sections


def _item(change: NoteChange, note: NoteRow) -> list[str]:
    if change.kind is None or change.kind is Kind.CLOZE:  # its clue holds what it asks for
        return [f"- {_bold(change.clue)}"]
    values = dict(zip(field_names(change.kind), note.values, strict=False))
    if change.kind is Kind.COMPARE:
        places = range(1, MOST_ATTRIBUTES + 1)
        filled = [n for n in places if values[f"A{n}"]]
        answers = [(header_of(values[f"H{n}"]), values[f"A{n}"]) for n in filled]
        return [
            f"- {_bold(change.clue)}",
            *(f"  - {_label(shown(name))}: {_shown(answer)}" for name, answer in answers),
        ]
    return [f"- {_bold(change.clue)}: {_shown(values['Answer'])}"]


def _correction(change: NoteChange) -> list[str]:
    """What a corrected note asks and answers; nothing where neither changed."""
    changed = {field.name: field for field in change.fields}
    assert change.new
    assert change.kind
    names = field_names(change.kind)
    first = f"- {_bold(change.clue)}"
    reworded = changed.get(names[0])
    if reworded and _shown(reworded.old) == _shown(reworded.new):
        reworded = None  # only what is hidden in it differs
    if reworded:
        first += f" (before: {_shown(reworded.old)})"
    answer = changed.get("Answer")
    if answer:
        first += f": {_arrow(answer)}"
    elif "Answer" in names:
        first += f": {_shown(change.new.values[names.index('Answer')])}"
    below = [
        f"  - {_label(field.header or field.name)}: {_arrow(field)}"
        for field in change.fields
        if _is_answer(field, change.kind)
    ]
    renamed = [
        f"  - {_shown(header_of(field.old))} is now called {_shown(header_of(field.new))}"
        for field in change.fields
        if field.name[0] == "H" and field.header and field.old and field.new
    ]
    return [first, *below, *renamed] if reworded or answer or below or renamed else []


def _is_answer(field: FieldChange, kind: Kind) -> bool:
    """Whether a field is part of what a note answers, besides its field Answer."""
    is_attribute = bool(field.header) and field.name[0] == "A"
    return is_attribute or field.name == "Extra" or (field.name, kind) == ("Options", Kind.QUIZ)


def _arrow(field: FieldChange) -> str:
    old, new = _shown(field.old), _shown(field.new)
    return f"{old} → {new}" if old != new else f"{new} (another look, the same words)"


def _shown(html: str) -> str:
    return _text(shown(without_deletions(html))) or "(nothing)"


def _bold(text: str) -> str:
    return f"**{_text(text) or '(nothing)'}**"


def _label(text: str) -> str:
    return f"*{_text(text) or '(nothing)'}*"


def _text(text: str) -> str:
    """Plain text as Markdown that shows just that."""
    return _ACTIVE.sub(r"\\\g<0>", inert(text))
