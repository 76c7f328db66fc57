"""What a collection has got after a push: the base that the next one compares with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from zlib import crc32

from generator.anki.note_types import note_types
from generator.core.model import DeckName, Guid, NoteRow
from generator.core.note_fields import field_names
from generator.core.note_states import NoteState, digest_of_tag
from generator.push.base import Verdict
from generator.push.collection import InAnki, NoteInAnki
from generator.push.plan import NotePlan, Ours, Plan, as_compared, is_same_kind, templates_of
from generator.push.send import Sending
from generator.push.sent import Sent, SentNote, digest_of_type

_NOTHING = SentNote(NoteState(0, {}, frozenset()), DeckName(""), tuple(range(64)))


def before_sending(sent: Sent, plan: Plan) -> Sent:
    """What to remember before anything is sent: the cards that are about to be suspended, since
    after a break nobody knows who did it."""
    notes = dict(sent.notes)
    for each in plan.retired:
        old = notes.get(each.change.guid, _NOTHING)
        cards = tuple(sorted({*old.suspended, *each.suspend}))
        notes[each.change.guid] = old._replace(suspended=cards)
    return Sent(notes, sent.types, sent.pulled)


def after_sending(sent: Sent, ours: Ours, theirs: InAnki, plan: Plan, sending: Sending) -> Sent:
    """What to remember after it. ``theirs`` is the collection as it was before.

    A field that is not as ours keeps its base. So does a note for which a step was left.
    """
    notes = dict(sent.notes)
    now = {**theirs.notes, **sending.notes}
    plans = {each.change.guid: each for each in plan.notes}
    for guid, row in ours.all_rows.items():
        plan_of = plans.get(guid)
        is_ours = guid in now and is_same_kind(row, now[guid])
        if not is_ours or _is_left(plan_of, sending.left):
            continue
        notes[guid] = _sent_note(row, now[guid], sent.notes.get(guid), plan_of)
    if "retired notes" not in sending.left:
        for each in plan.retired:
            old = notes.get(each.change.guid, _NOTHING)
            notes[each.change.guid] = old._replace(is_retired=True)
    pulled = {g: f for g, f in sent.pulled.items() if notes.get(g) == sent.notes.get(g)}
    return Sent(notes, _types(sending, sent.types), pulled)


def after_pulling(sent: Sent, pulled: Mapping[Guid, Mapping[str, str]], theirs: InAnki) -> Sent:
    """What to remember when fields of notes, by their names, were written into the pages."""
    found = dict(sent.pulled)
    for guid, fields in pulled.items():
        names = field_names(theirs.notes[guid].kind)
        own = {names.index(name): crc32(text.encode()) for name, text in fields.items()}
        found[guid] = {**found.get(guid, {}), **own}
    return Sent(sent.notes, sent.types, found)


def _is_left(plan: NotePlan | None, left: Collection[str]) -> bool:
    if plan is None:
        return False
    steps = {
        "tags": plan.add or plan.remove,
        "decks": plan.move,
        "retired notes": plan.unsuspend,
    }
    return any(steps.get(step) for step in left)


def _sent_note(
    row: NoteRow, note: NoteInAnki, old: SentNote | None, plan: NotePlan | None
) -> SentNote:
    verdicts = {each.change.name: each.verdict for each in plan.fields} if plan else {}
    fields: dict[int, int] = {}
    unknown = []
    for place, (name, value) in enumerate(zip(field_names(note.kind), row.values, strict=True)):
        theirs = note.fields.get(name)
        is_ours = theirs is not None and as_compared(name, theirs, value) == value
        # What was corrected in Anki while ours stayed has ours for a base.
        if is_ours or verdicts.get(name) is Verdict.IN_ANKI:
            fields[place] = crc32(value.encode())
        elif old and place not in old.unknown:
            fields[place] = old.state.fields.get(place, crc32(b""))
        else:
            unknown.append(place)
    tags = frozenset(map(digest_of_tag, row.tags))
    return SentNote(NoteState(note.modified, fields, tags), row.deck, tuple(unknown))


def _types(sending: Sending, old: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The digests of templates and styles that are ours; of others the base stays."""
    found = dict(old)
    for each in sending.types:
        ours = templates_of(each.kind), note_types()[each.kind].css
        theirs = {name: each.templates.get(name, ("", "")) for name in ours[0]}
        templates, css = digest_of_type(*ours)
        known = old.get(each.name, ("", ""))
        found[each.name] = (
            templates if theirs == ours[0] else known[0],
            css if each.css == ours[1] else known[1],
        )
    return found
