"""What a push sends to Anki and what it leaves, in words and as JSON."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from generator.anki.compare import NoteChange, shown_apart
from generator.anki.search import key_search
from generator.core.diagnostics import (
    CHANGED_IN_BOTH,
    GUID_TAKEN,
    NOT_AS_SENT,
    Diagnostic,
    excerpt,
    number,
)
from generator.core.model import Guid, Position
from generator.push.base import Verdict
from generator.push.plan import FieldPlan, NotePlan, Plan
from generator.push.send import NEEDS, Mismatch
from generator.report.diff import Task, differing_words
from generator.report.excerpt import inert
from generator.report.json import as_json
from generator.report.text import DIM, GREEN, RED, YELLOW, paint

_NOWHERE = Position("", 1, 1)
_STYLES = {Verdict.SENT: YELLOW, Verdict.IN_ANKI: DIM, Verdict.BOTH: RED, Verdict.UNKNOWN: DIM}
_BY_HAND = {
    "media": "pictures and sounds",
    "note types": "templates and styles",
    "tags": "tags",
    "decks": "cards to other decks",
    "retired notes": "retired notes",
    "new notes": "new notes",
}


def conflicts(plan: Plan) -> list[Diagnostic]:
    """An error for each field that was changed on both sides."""
    return [
        CHANGED_IN_BOTH.at(
            note.change.position or _NOWHERE,
            field=each.change.header or each.change.name,
            ours=excerpt(ours),
            theirs=excerpt(theirs),
        )
        for note in plan.notes
        for each in note.fields_of(Verdict.BOTH)
        for theirs, ours in [shown_apart(each.change.old, each.change.new)]
    ]


def guids_taken(plan: Plan, taken: Container[Guid]) -> list[Diagnostic]:
    """An error for each new note in whose place another one stands."""
    return [
        GUID_TAKEN.at(each.position or _NOWHERE, key=each.guid)
        for each in plan.new
        if each.guid in taken
    ]


def mismatches(found: Sequence[Mismatch]) -> list[Diagnostic]:
    """An error for each note that did not arrive as it was sent."""
    return [
        NOT_AS_SENT.at(
            each.change.position or _NOWHERE,
            what="the note is not there" if each.what == "note" else f"{each.what} is another one",
        )
        for each in found
    ]


def tasks(plan: Plan, left: Sequence[str]) -> list[Task]:
    """What is left to do by hand, each with a search for Anki's browser."""
    found = []
    if plan.by_hand:
        why = (
            f"{number(len(plan.by_hand), 'new note')} cannot come in a package: their note type "
            "has fields or templates of your own"
        )
        then = "build-decks changes --since anki -o FOLDER writes them as text, for File > Import"
        found.append(Task(why, "", then))
    fewer = [each for each in plan.notes if each.is_sent and _loses_cards(each)]
    if fewer:
        why = f"{number(len(fewer), 'note')} may have an empty card"
        then = "Tools > Empty Cards"
        found.append(Task(why, key_search(each.change.guid for each in fewer), then))
    for step in left:
        if step in _BY_HAND:
            why = f"AnkiConnect is too old for {_BY_HAND[step]}: it lacks one of {_needs(step)}"
            then = "Tools > Add-ons > Check for Updates, and push again"
            found.append(Task(why, "", then))
    return found


def _needs(step: str) -> str:
    return ", ".join(NEEDS[step])


def _loses_cards(note: NotePlan) -> bool:
    old, new = note.change.old, note.change.new
    return bool(old and new and set(old.cards) - set(new.cards))


# --- as text ----------------------------------------------------------------------------------


def format_push(
    plan: Plan,
    profile: str,
    source: Path,
    color: bool,
    *,
    dry: bool,
    left: Sequence[str] = (),
    files: int = 0,
) -> str:
    """The notes that are sent or left, how many they are, and what is left to do."""
    lines = [f"to Anki, profile {inert(profile)}"]
    for change in plan.new:
        lines.append(_line("new", GREEN, change, source, color))
    for note in plan.notes:
        lines += _note_lines(note, source, color)
    lines += _tables(plan)
    for each in plan.retired:
        lines.append(_line("retired", RED, each.change, source, color))
    for change in plan.deleted:
        lines.append(_line("deleted in Anki, and left so", DIM, change, source, color))
    for change in plan.retyped:
        lines.append(_line("of another note type in Anki, not sent", DIM, change, source, color))
    for change in plan.by_hand:
        lines.append(_line("new, not sent", DIM, change, source, color))
    lines += list(_facts(plan))
    counts = [f"{count:,} {what}" for what, count in summary(plan).items() if count]
    counted = ", ".join([*counts, *([number(files, "media file")] if files else [])])
    verb = "to send" if dry else "sent"
    lines += ["", f"{verb}: {counted or 'nothing, every note is as it was'}"]
    to_do = tasks(plan, left)
    if to_do:
        lines += ["", "what is left to do by hand:"]
    for task in to_do:
        lines += [f"  {task.why}:", *([f"    {task.search}"] if task.search else [])]
        lines.append(f"    {inert(task.then)}")
    return "\n".join(lines)


def summary(plan: Plan) -> dict[str, int]:
    """How much is sent, by what it is."""
    sent = [note for note in plan.notes if note.is_sent]
    return {
        "new": len(plan.new),
        "updated": sum(bool(note.fields_of(Verdict.SENT)) for note in sent),
        "with other tags": sum(bool(note.add or note.remove) for note in sent),
        "cards to another deck": sum(len(note.move) for note in sent),
        "retired": len(plan.retired),
        "note types": sum(each.is_sent for each in plan.types),
    }


def _line(what: str, style: str, change: NoteChange, source: Path, color: bool) -> str:
    place = f"{source / change.position.file}:{change.position.line}: " if change.position else ""
    return f"{inert(place)}{paint(what, style, color)}: {inert(change.clue)}"


def _note_lines(note: NotePlan, source: Path, color: bool) -> list[str]:
    lines = []
    for verdict in Verdict:
        details = list(_details(note, verdict, color))
        if not details:  # what other rows make of it is said of all notes together
            continue
        style = _STYLES[verdict]
        what = "update" if verdict is Verdict.SENT else f"{verdict.value}, not sent"
        lines.append(_line(what, style, note.change, source, color))
        lines += [f"    {line}" for line in details]
    return lines


def _tables(plan: Plan) -> Iterator[str]:
    """Of how many notes only what other rows make of them is sent, or left."""
    for verdict, words in (
        (Verdict.SENT, "are sent"),
        (Verdict.UNKNOWN, "differ, and are left so"),
    ):
        count = sum(bool(_of_other_rows(note, verdict)) for note in plan.notes)
        if count:
            yield f"{number(count, 'note')}: the tables or options on their cards {words}"


def _of_other_rows(note: NotePlan, verdict: Verdict) -> list[FieldPlan]:
    own = {each.name for each in note.change.own_fields}
    return [each for each in note.fields_of(verdict) if each.change.name not in own]


def _details(note: NotePlan, verdict: Verdict, color: bool) -> Iterator[str]:
    own = {each.name for each in note.change.own_fields}
    fields = note.fields_of(verdict)
    yield from (_field_line(each, color) for each in fields if each.change.name in own)
    if verdict is not Verdict.SENT:
        return
    tags = [f"+{tag}" for tag in note.add] + [f"-{tag}" for tag in note.remove]
    if tags:
        yield inert(f"tags: {' '.join(tags)}")
    if note.move:
        yield inert(f"deck: {number(len(note.move), 'card')} to {note.row.deck}")
    if note.unsuspend:
        yield f"{number(len(note.unsuspend), 'card')} no longer suspended"


def _field_line(field: FieldPlan, color: bool) -> str:
    """What Anki has and what ours is; one that was changed in Anki the other way round."""
    name = inert(field.change.header or field.change.name)
    texts = shown_apart(field.change.old, field.change.new)
    if field.verdict is Verdict.IN_ANKI:
        texts = texts[::-1]
    return f"{name}: {differing_words(*texts, color)}"


def _facts(plan: Plan) -> Iterator[str]:
    """What is said once, and not of a note."""
    for each in plan.types:
        if not each.is_sent:
            yield (
                f"note type {inert(each.name)}: its {each.what} "
                f"{'is' if each.what == 'style' else 'are'} not ours, and left so"
            )
    for lacking in plan.lacking:
        fields = ", ".join(lacking.missing)
        yield f"note type {inert(lacking.name)} has no field {inert(fields)}: not sent"
    if plan.copied:
        copied = number(len(plan.copied), "note")
        yield f"{copied} {_were(plan.copied)} copied in Anki: the copies are left alone"
    if plan.waiting:
        yield f"{number(plan.waiting, 'note')} with an error in the row: not sent"


def _were(many: Sequence[object]) -> str:
    return "was" if len(many) == 1 else "were"


# --- as JSON ----------------------------------------------------------------------------------


def push_json(plan: Plan, profile: str, *, dry: bool, left: Sequence[str] = ()) -> str:
    """The same as one JSON object: ``{"version": 1, "profile": …, "dry_run": …, "summary": …,
    "notes": […], "by_hand": […]}``."""
    groups = (
        ("new", plan.new),
        ("deleted in Anki", plan.deleted),
        ("of another note type in Anki", plan.retyped),
        ("by hand", plan.by_hand),
    )
    notes = [_as_json(change) | {"what": what} for what, each in groups for change in each]
    notes += [_as_json(each.change) | {"what": "retired"} for each in plan.retired]
    notes += [
        _as_json(note.change)
        | {
            "what": "update" if note.is_sent else "left",
            "fields": [
                {
                    "name": each.change.name,
                    "verdict": each.verdict.value,
                    "ours": each.change.new,
                    "theirs": each.change.old,
                }
                for each in note.fields
            ],
            "tags": {"add": list(note.add), "remove": list(note.remove)},
            "deck": note.row.deck if note.move else None,
        }
        for note in plan.notes
    ]
    report = {
        "profile": profile,
        "dry_run": dry,
        "summary": summary(plan),
        "notes": notes,
        "by_hand": [
            {"why": each.why, "search": each.search, "then": each.then}
            for each in tasks(plan, left)
        ],
    }
    return as_json(report)


def _as_json(change: NoteChange) -> dict[str, object]:
    position = change.position
    return {
        "guid": change.guid,
        "clue": change.clue,
        "package": change.package,
        "file": position.file if position else None,
        "line": position.line if position else None,
    }
