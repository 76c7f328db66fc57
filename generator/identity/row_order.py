"""The order of the notes at the last build: which of them stand between two neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from generator.core.model import Guid
from generator.identity.alike import Place, place
from generator.identity.entry import LedgerEntry


class RowOrder:
    """The order of the notes at the last build, table by table, from each entry's `after`."""

    def __init__(self, entries: Iterable[LedgerEntry]) -> None:
        followers: dict[tuple[Place, str], list[Guid]] = defaultdict(list)
        tables: dict[Place, None] = {}
        for entry in entries:
            followers[place(entry.origin), entry.after].append(entry.guid)
            tables[place(entry.origin)] = None
        self._rows: dict[Place, list[Guid]] = {}
        self._spot: dict[Guid, tuple[Place, int]] = {}
        for table in tables:
            rows = self._rows[table] = list(_walk(table, followers))
            for spot, guid in enumerate(rows):
                self._spot[guid] = (table, spot)

    def between(
        self,
        above: Guid | None,
        below: Guid | None,
        table: Place,
        left: Mapping[Guid, LedgerEntry],
        count: int,
    ) -> list[Guid]:
        """The entries left between two neighbours (None: the table's edge); none where others
        stand there, too, or more than ``count``."""
        anchor = above or below
        if anchor is not None and anchor not in self._spot:
            return []
        old_table, number = self._spot[anchor] if anchor else (table, -1)
        rows = self._rows.get(old_table, [])
        if above is not None or anchor is None:
            # A few more rows tell all: a table of 100,000 rows is not copied for each of them.
            start = number + 1
        else:
            start = max(number - count, 0)
            if start and rows[start - 1 : start] and rows[start - 1] in left:
                return []
        run = list(takewhile(left.__contains__, rows[start : start + count + 1]))
        end = start + len(run)
        edge = rows[end : end + 1]
        return run if edge == ([below] if below else []) else []


def _walk(table: Place, followers: Mapping[tuple[Place, str], Sequence[Guid]]) -> Iterator[Guid]:
    """The chain of a table. Two notes after one are what a merge leaves: one follows the other."""
    stack = sorted(followers.get((table, ""), ()), reverse=True)
    while stack:
        guid = stack.pop()
        yield guid
        stack += sorted(followers.get((table, guid), ()), reverse=True)
