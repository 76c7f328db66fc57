"""Which row is which note of the ledger: one to one, surest rule first, never a guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from generator.identity.ledger import Entry
from generator.model import Guid, Origin

Key = Callable[[Origin], Hashable | None]

# A rule is what a row and an entry must have in common; None: the rule does not apply. Under each
# rule only those are matched that are alone with their key on both sides. A note never changes its
# kind (ANKI: a note type is not changed under one GUID), so every key begins with it.
RULES: tuple[Key, ...] = (
    lambda o: (o.kind, o.package, o.id) if o.id else None,
    lambda o: (o.kind, o.package, o.page, o.section, o.question, o.clue, o.answer),
    lambda o: (o.kind, o.package, o.page, o.section, o.question, o.clue),
    lambda o: (o.kind, o.package, o.page, o.question, o.clue),
    lambda o: (o.kind, o.package, o.question, o.clue),
    lambda o: (o.kind, o.question, o.clue),
)


def match(origins: Sequence[Origin], entries: Iterable[Entry]) -> dict[int, Guid]:
    """The GUID for each matched row, by its index in ``origins``.

    Notes that are in use are matched before retired ones, which a row revives when it comes back.
    """
    in_use: list[Entry] = []
    retired: list[Entry] = []
    for entry in entries:
        (retired if entry.retired else in_use).append(entry)
    matched: dict[int, Guid] = {}
    for candidates in (in_use, retired):
        left = {entry.guid: entry for entry in candidates}
        for rule in RULES:
            for index, guid in _pairs(rule, origins, matched, left.values()):
                matched[index] = guid
                del left[guid]
    return matched


def _pairs(
    rule: Key, origins: Sequence[Origin], matched: dict[int, Guid], entries: Iterable[Entry]
) -> list[tuple[int, Guid]]:
    old: dict[Hashable, list[Guid]] = defaultdict(list)
    for entry in entries:
        key = rule(entry.origin)
        if key is not None:
            old[key].append(entry.guid)
    if not old:
        return []
    new: dict[Hashable, list[int]] = defaultdict(list)
    for index, origin in enumerate(origins):
        if index not in matched and (key := rule(origin)) is not None:
            new[key].append(index)
    return [
        (indexes[0], old[key][0])
        for key, indexes in new.items()
        if len(indexes) == 1 and len(old.get(key, ())) == 1
    ]
