"""How tables were read when their notes were built, by those notes that are in use.

A table keeps the reading that it was built with while a note of it lives: better rules, and columns
that are added, are for new tables.
"""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from generator.model import TABLE_KINDS, Kind, Origin, Reading
from generator.wording import like

Texts = Sequence[str]  # by column


class TableReading(NamedTuple):
    """How a table was read: the kind of its notes, the header that it asks and that of its clues;
    and the page and the section where it stood."""

    kind: Kind
    question: str
    clue: str
    page: str
    section: str


class Kept(NamedTuple):
    """The reading that a table keeps, the column that its clues stand in, and how many of its rows
    are notes in use."""

    reading: TableReading
    clue: int
    notes: int


# By question header and clue, and by nothing and the clue, of notes in use; None where two tables
# differ.
_Rows = Mapping[tuple[str, str], TableReading | None]


class _Tables:
    """All tables that have notes in use, of whatever package, and how many."""

    def __init__(self) -> None:
        self.sizes: Counter[TableReading] = Counter()

    @cached_property
    def by_section(self) -> Mapping[tuple[str, str], Counter[Kind]]:
        """How many notes of each kind there are, by page and section."""
        counts: dict[tuple[str, str], Counter[Kind]] = defaultdict(Counter)
        for reading, notes in self.sizes.items():
            counts[reading.page, reading.section][reading.kind] += notes
        return counts


class Readings:
    """The readings of a package's tables: ``rows`` are those of its notes in use, and ``clues`` the
    headers of their clues; ``retired`` are the readings of notes that are not in use."""

    def __init__(
        self, rows: _Rows, clues: Collection[str], tables: _Tables, retired: Readings | None = None
    ) -> None:
        self._rows = rows
        self._clues = clues
        self._tables = tables
        self._retired = retired

    def of(
        self, page: str, section: str, headers: Texts, rows: Sequence[Texts], clue: int
    ) -> Kept | None:
        """The reading that a table keeps, which stands on a page in a section and has its clues in
        the column ``clue``, if its headers are to decide.

        One note is enough where it is of this section. Of a table that stood elsewhere half of its
        notes are to be here, or half of the rows its notes. Where no note is in use two rows and
        half of them are to be retired ones of this section. Where kinds differ there is none.
        """
        found = self._of_rows(headers, rows, clue)
        is_back = not found and self._retired is not None
        if is_back and self._retired:
            found = self._retired._of_rows(headers, rows, clue)
        kept = {}
        for (reading, column), notes in found.items():
            is_here = (reading.page, reading.section) == (page, section)
            if is_back:
                is_kept = is_here and notes > 1 and 2 * notes >= len(rows)
            else:
                is_kept = is_here or 2 * notes >= min(len(rows), self._tables.sizes[reading])
            if is_kept:
                kept[reading, column] = notes
        if len({reading.kind for reading, _ in kept}) != 1:
            return None
        reading, column = max(kept, key=kept.__getitem__)
        return Kept(reading, column, sum(kept.values()))

    def in_use(self, page: str, section: str) -> Mapping[Kind, int]:
        """How many notes of each kind are in use in a section."""
        return self._tables.by_section.get((page, section), {})

    def _of_rows(
        self, headers: Texts, rows: Sequence[Texts], clue: int
    ) -> Counter[tuple[TableReading, int]]:
        """As `_found`, in the column ``clue``; if it has none, in any."""
        if not self._rows:
            return Counter()
        named = [c for c, header in enumerate(headers) if header in self._clues]
        found = self._found(headers, rows, {clue, *named}, clue)
        # The header of the clues may be another as well.
        return found or self._found(headers, rows, range(len(headers)), clue)

    def _found(
        self, headers: Texts, rows: Sequence[Texts], columns: Collection[int], clue: int
    ) -> Counter[tuple[TableReading, int]]:
        """How many rows of a table are notes in use with their clues in one of these columns: by
        reading, and by the column that has the clues now."""
        found: Counter[tuple[TableReading, int]] = Counter()
        for column in columns:
            for row in rows:
                for reading in self._of_row(headers, row[column]):
                    is_renamed = reading.clue not in headers
                    if reading.clue == headers[column] or is_renamed:
                        found[_as_turned(reading, headers, column)] += 1
        return found

    def _of_row(self, headers: Texts, clue: str) -> Collection[TableReading]:
        own = [reading for header in headers if (reading := self._rows.get((header, clue)))]
        if own or not (other := self._rows.get(("", clue))):
            return own
        is_like = other.clue in headers or any(like(header, other.question) for header in headers)
        return [other] if is_like else ()


def _as_turned(reading: TableReading, headers: Texts, clue: int) -> tuple[TableReading, int]:
    """The reading and its column of clues, both exchanged with those that were asked where these
    stand left of them now: then a person has turned the table round."""
    left = headers[:clue] if reading.kind is not Kind.COMPARE else ()
    for column, header in enumerate(left):
        if header == reading.question or like(header, reading.question):
            return reading._replace(question=headers[clue], clue=header), column
    return reading, clue


def readings_by_package(
    notes: Iterable[tuple[Origin, Reading]],
    pages: Collection[str],
    retired: Iterable[tuple[Origin, Reading]] = (),
) -> Mapping[str, Readings]:
    """The readings of each package, of notes in use; ``pages`` are those that there are.

    A page that is gone may be in another package now: where a package has no such note, those of
    all such pages count, if they agree. Of ``retired`` notes of one clue the last one counts.
    """
    live, old = _AllKnown(notes, pages), _AllKnown(retired, pages)
    found = defaultdict[str, Readings](lambda: live.readings(""))
    for name in {*live.by_package, *old.by_package}:
        found[name] = live.readings(name, old.readings(name))
    return found


class _AllKnown:
    """What is known of notes, by package, and of those whose page is ``gone``."""

    def __init__(self, notes: Iterable[tuple[Origin, Reading]], pages: Collection[str]) -> None:
        self.gone = _Known({}, set())
        self.by_package: dict[str, _Known] = defaultdict(lambda: _Known({}, set()))
        self.tables = _Tables()
        for origin, read in notes:
            if origin.kind not in TABLE_KINDS:
                continue
            clue = read.clue[0] if read.clue else ""
            reading = TableReading(origin.kind, origin.question, clue, origin.page, origin.section)
            self.tables.sizes[reading] += 1
            own = self.by_package[origin.package]
            for rows, clues in (own,) if origin.page in pages else (own, self.gone):
                clues.add(clue)
                rows[origin.question, origin.clue] = reading
                other = rows.get(("", origin.clue), reading)
                rows["", origin.clue] = reading if other and other[:3] == reading[:3] else None

    def readings(self, package: str, retired: Readings | None = None) -> Readings:
        """The readings of a package."""
        rows, clues = self.by_package.get(package, _Known({}, set()))
        every = ChainMap(rows, self.gone.rows)
        return Readings(every, clues | self.gone.clues, self.tables, retired)


class _Known(NamedTuple):
    """What is known of notes in use: their readings, and the headers of their clues."""

    rows: dict[tuple[str, str], TableReading | None]
    clues: set[str]


NO_READINGS = Readings({}, (), _Tables())
