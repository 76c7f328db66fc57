"""What the next import will do, in words, and what is left for a person to do in Anki."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.anki.compare import (
    Comparison,
    FieldChange,
    NoteChange,
    by_package,
    shown,
    shown_apart,
)
from generator.anki.search import key_search
from generator.core.diagnostics import number
from generator.core.model import DeckName
from generator.core.note_fields import header_of
from generator.report.excerpt import inert
from generator.report.json import as_json
from generator.report.text import DIM, GREEN, RED, YELLOW, counts_in_words, paint

_STYLES = {"new": GREEN, "restored": GREEN, "retired": RED, "table newer": DIM, "skipped": DIM}
_IN_WORDS = {
    "table newer": "the table on its back is newer",
    "skipped": "not newer than the note in Anki, which stays as it is",
}


@dataclass(frozen=True, slots=True)
class Task:
    """What Anki does not do by itself: a search for its browser, and what to do with the result."""

    why: str
    search: str
    then: str


def tasks(changes: Sequence[NoteChange]) -> list[Task]:
    """What is left to do by hand after the import."""
    found = []
    retired = [change for change in changes if "retired" in change.what]
    if retired:
        then = "suspend or delete them, if you no longer want to review them"
        found.append(Task(_stay(len(retired)), search(retired), then))
    by_deck: dict[DeckName, list[NoteChange]] = defaultdict(list)
    for change in changes:
        if "deck changed" in change.what:
            by_deck[change.row.deck].append(change)
    for deck, moved in sorted(by_deck.items()):
        why = f"the cards of {number(len(moved), 'note')} stay in the deck they are in"
        found.append(Task(why, search(moved), f"Cards > Change Deck > {deck}"))
    fewer = [change for change in changes if "fewer cards" in change.what]
    if fewer:
        why = f"{number(len(fewer), 'note')} will have an empty card"
        found.append(Task(why, search(fewer), "Tools > Empty Cards"))
    older = [change for change in changes if "table newer" in change.what]
    if older:
        why = f"{number(len(older), 'note')} may show an older table"
        then = "build-decks --refresh sends them with the next import"
        found.append(Task(why, search(older), then))
    skipped = [change for change in changes if "skipped" in change.what]
    if skipped:
        why = f"{number(len(skipped), 'note')} will stay as Anki has it"
        then = "Anki takes only what is newer; build-decks --resend with a word of each sends them"
        found.append(Task(why, search(skipped), then))
    updated = [change for change in changes if change.count == "changed"]
    if updated:
        notes = number(len(updated), "note")
        why = f"the import replaces the tags of {notes} by those on the pages"
        then = "look there before you import, if you tag in Anki: other tags are gone after it"
        found.append(Task(why, search(updated), then))
    return found


def _stay(count: int) -> str:
    return f"{number(count, 'retired note')} {'stays' if count == 1 else 'stay'} in Anki"


def search(changes: Sequence[NoteChange]) -> str:
    """A search for Anki's browser that finds exactly these notes."""
    return key_search(change.guid for change in changes)


# --- as text ----------------------------------------------------------------------------------


def format_diff(comparison: Comparison, source: Path, color: bool) -> str:
    """What it was compared with, the changes and what is left to do, for a terminal."""
    lines = [_compared_with(comparison)]
    for change in comparison.changes:
        what = ", ".join(_IN_WORDS.get(word, word) for word in change.what)
        style = _STYLES.get(change.what[0], YELLOW)
        place = (
            f"{source / change.position.file}:{change.position.line}: " if change.position else ""
        )
        lines.append(f"{inert(place)}{paint(what, style, color)}: {inert(change.clue)}")
        lines += [f"    {line}" for line in _details(change, color)]
    if not comparison.changes:
        return "\n".join([*lines, _NOTHING])
    if counts := _counts(comparison.changes):
        lines += ["", f"notes: {counts}"]
    to_do = tasks(comparison.changes)
    if to_do:
        lines += ["", "what Anki will not do by itself (paste the search into its browser):"]
    for task in to_do:
        lines += [f"  {task.why}:", f"    {task.search}", f"    {inert(task.then)}"]
    return "\n".join(lines)


_NOTHING = "nothing to import: every note is as it was"


def format_stat(comparison: Comparison) -> str:
    """How much changes in each package, and in all of them."""
    lines = [_compared_with(comparison)]
    packages = by_package(comparison)
    for name, changes in packages.items():
        lines.append(f"{inert(name)}: {_stat(changes) or 'nothing'}")
    if len(packages) != 1:
        lines.append(f"total: {_stat(comparison.changes) or 'nothing'}")
    return "\n".join(lines)


def _compared_with(comparison: Comparison) -> str:
    return f"compared with {inert(comparison.compared_with)}"


def _summary(changes: Sequence[NoteChange]) -> dict[str, int]:
    """As a build counts."""
    counts = Counter(change.count for change in changes)
    return {name: counts[name] for name in ("new", "changed", "retired")}


def _counts(changes: Sequence[NoteChange]) -> str:
    return ", ".join(counts_in_words(**_summary(changes)))


def _stat(changes: Sequence[NoteChange]) -> str:
    moved, older = (
        sum(word in change.what for change in changes) for word in ("deck changed", "table newer")
    )
    told = [_counts(changes)]
    told += [f"{moved:,} to another deck"] if moved else []
    told += [f"{older:,} with a newer table"] if older else []
    return ", ".join(filter(None, told))


def _details(change: NoteChange, color: bool) -> list[str]:
    own = change.own_fields
    lines = [_field_line(field, color) for field in own if _tells_more(field)]
    if change.fields and not own and "table newer" not in change.what:
        lines.append(paint(_IN_WORDS["table newer"], DIM, color))
    if change.old and change.new:
        if change.old.tags != change.new.tags:
            tags = differing_words(" ".join(change.old.tags), " ".join(change.new.tags), color)
            lines.append(f"tags: {tags}")
        if change.old.deck != change.new.deck:
            lines.append(f"deck: {differing_words(change.old.deck, change.new.deck, color)}")
    return lines


def _tells_more(field: FieldChange) -> bool:
    """Whether a field is worth a line: a new column's header stands before its cell."""
    return not field.header or field.name[0] == "A" or bool(field.old and field.new)


def _field_line(field: FieldChange, color: bool) -> str:
    old, new = shown_apart(field.old, field.new)
    if not field.header:
        return f"{field.name}: {differing_words(old, new, color)}"
    header = inert(field.header)
    if field.name[0] == "A":
        return f"{header}: {differing_words(old, new, color)}"
    return (
        f"header {differing_words(shown(header_of(field.old)), shown(header_of(field.new)), color)}"
    )


def differing_words(old: str, new: str, color: bool) -> str:
    """One text with the words that go and the words that come: ``the [-old-] {+new+} word``; where
    none stays, ``old → new``."""
    before, after = (re.findall(r"\S+", inert(text)) for text in (old, new))
    pieces = []
    is_other = before and after and not set(before) & set(after)
    if is_other:
        return f"{paint(' '.join(before), RED, color)} → {paint(' '.join(after), GREEN, color)}"
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if kind == "equal":
            pieces.append(" ".join(before[a:b]))
            continue
        gone, come = " ".join(before[a:b]), " ".join(after[c:d])
        if gone:
            pieces.append(paint(gone if color else f"[-{gone}-]", f"{RED};9", color))
        if come:
            pieces.append(paint(come if color else f"{{+{come}+}}", GREEN, color))
    return " ".join(pieces)


# --- as JSON ----------------------------------------------------------------------------------


def diff_json(comparison: Comparison, *, is_stat: bool = False) -> str:
    """The same as one JSON object: ``{"version": 1, "compared_with": …, "summary": …,
    "packages": […], "notes": […], "by_hand": […]}``; without the last two for ``is_stat``."""
    report: dict[str, object] = {
        "compared_with": comparison.compared_with,
        "summary": _summary(comparison.changes),
        "packages": [
            {"name": name, **_summary(changes)} for name, changes in by_package(comparison).items()
        ],
    }
    if not is_stat:
        report["notes"] = list(map(_as_json, comparison.changes))
        report["by_hand"] = [
            {"why": t.why, "search": t.search, "then": t.then} for t in tasks(comparison.changes)
        ]
    return as_json(report)


def _as_json(change: NoteChange) -> dict[str, object]:
    old, new, position = change.old, change.new, change.position
    return {
        "guid": change.guid,
        "note_id": change.row.note_id,
        "what": list(change.what),
        "clue": change.clue,
        "package": change.package,
        "file": position.file if position else None,
        "line": position.line if position else None,
        "fields": [
            {"name": f.name, "header": f.header or None, "old": f.old, "new": f.new}
            for f in change.fields
        ],
        "tags": {"old": list(old.tags) if old else [], "new": list(new.tags) if new else []},
        "deck": {"old": old.deck if old else None, "new": new.deck if new else None},
    }
