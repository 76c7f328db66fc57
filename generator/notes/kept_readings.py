"""How tables were read when their notes were built, by those notes that are in use.

A table keeps the reading that it was built with while a note of it lives: better rules, and columns
that are added, are for new tables.
"""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from functools import cached_property
from itertools import combinations, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from generator.core.likeness import like, unmarked
from generator.core.model import JOINT, TABLE_KINDS, Kind, Origin, Reading
from generator.notes.clue_column import clue_header, clues_of

if TYPE_CHECKING:
    from generator.notes.page_notes import PageNotes

Texts = tuple[str, ...]  # by column
_NOTHING_ASKED: Mapping[tuple[str, str], Collection[str]] = MappingProxyType({})
_MOST_TRIED = 40  # columns, or pairs of them, that may be those of the clues under another header


class TableReading(NamedTuple):
    """How a table was read: the kind of its notes, the header that it asks, and what its columns
    do; and the page and the section where it stood."""

    kind: Kind
    question: str
    columns: Reading
    page: str
    section: str


class Kept(NamedTuple):
    """The reading that a table keeps, the columns that its clues stand in, and how many of its rows
    are notes in use."""

    reading: TableReading
    clue: tuple[int, ...]
    notes: int


class _Known(NamedTuple):
    """What is known of a package's notes in use: their readings by question header and clue, and by
    nothing and the clue, None where two tables differ; the headers of their clues; and the readings
    of those that several tables have, by page and section."""

    rows: MutableMapping[tuple[str, str], TableReading | None]
    clues: set[Texts]
    sections: MutableMapping[tuple[str, str], dict[tuple[str, str], TableReading]]


class AllReadings:
    """The readings of the tables of all packages, by the notes of them that are in use, and by
    those that are ``retired``, the last ones last; ``pages`` are those that there are, ``asked``
    the headers that comparisons have cards for, by page and section."""

    def __init__(
        self,
        notes: Iterable[tuple[Origin, Reading]],
        pages: Collection[str],
        retired: AllReadings | None = None,
        asked: Mapping[tuple[str, str], Collection[str]] = _NOTHING_ASKED,
    ) -> None:
        self._notes = [note for note in notes if note[0].kind in TABLE_KINDS]
        self._pages = pages
        self.retired = retired
        self.asked = asked
        sizes = Counter((o.kind, o.question, r, o.page, o.section) for o, r in self._notes)
        self.sizes = Counter({TableReading(*each): notes for each, notes in sizes.items()})

    def of(self, package: str) -> Readings:
        """Those of one package."""
        return Readings(self, package)

    @cached_property
    def by_section(self) -> Mapping[tuple[str, str], Counter[Kind]]:
        """How many notes of each kind there are, by page and section."""
        counts: dict[tuple[str, str], Counter[Kind]] = defaultdict(Counter)
        for reading, notes in self.sizes.items():
            counts[reading.page, reading.section][reading.kind] += notes
        return counts

    @cached_property
    def ids(self) -> Mapping[str, Mapping[str, Collection[str]]]:
        """The IDs of notes by package and clue; those of pages that are gone, which may be in
        another package now, under an empty name."""
        found: dict[str, dict[str, set[str]]] = {}
        for origin, _ in self._notes:
            if origin.id:
                package = origin.package if origin.page in self._pages else ""
                found.setdefault(package, {}).setdefault(origin.clue, set()).add(origin.id)
        return found

    def known_in(self, package: str) -> _Known:
        """What is known of a package. A page that is gone may be in another one now: where it has
        no such note, those of all such pages count, if they agree."""
        own, gone = self._known.get(package), self._known[""]
        if own is None or not gone.rows:
            return own or gone
        return _Known(ChainMap(own.rows, gone.rows), own.clues | gone.clues, own.sections)

    @cached_property
    def _known(self) -> Mapping[str, _Known]:
        """By package; those of pages that are gone under an empty name."""
        found = {"": _Known({}, set(), {})}
        for origin, columns in self._notes:
            reading = _table_reading(origin, columns)
            own = found.setdefault(origin.package, _Known({}, set(), {}))
            for rows, clues, several in (own,) if origin.page in self._pages else (own, found[""]):
                clues.add(reading.columns.clue)
                key = origin.question, origin.clue
                if (other := rows.get(key)) and other != reading:
                    for one in (other, reading):
                        several.setdefault((one.page, one.section), {})[key] = one
                rows[key] = reading
                other = rows.get(("", origin.clue), reading)
                rows["", origin.clue] = reading if other and other[:3] == reading[:3] else None
                if (plain := unmarked(origin.clue)) != origin.clue:
                    rows.setdefault((origin.question, plain), reading)
        return found


def _table_reading(origin: Origin, reading: Reading) -> TableReading:
    return TableReading(origin.kind, origin.question, reading, origin.page, origin.section)


class Readings:
    """The readings of a package's tables; ``pages`` are the package's, as they are now."""

    def __init__(self, tables: AllReadings, package: str, pages: Sequence[PageNotes] = ()) -> None:
        self._tables = tables
        self._package = package
        self._pages = {page.path: page for page in pages}
        self._texts: dict[tuple[str, str], list[tuple[Texts, set[str]]]] = {}

    def on(self, pages: Sequence[PageNotes]) -> Readings:
        """The same for the pages of the package, as they are now."""
        return Readings(self._tables, self._package, pages)

    @cached_property
    def _known(self) -> _Known:
        return self._tables.known_in(self._package)

    @cached_property
    def _retired(self) -> Readings | None:
        retired = self._tables.retired
        return retired.of(self._package) if retired else None

    @cached_property
    def are_none(self) -> bool:
        """Whether no table was read before, as in a first build."""
        return not self._tables.sizes and (self._retired is None or self._retired.are_none)

    def are_plain(self, reading: TableReading) -> bool:
        """Whether a table of this section was read so, and none there of another kind: what its
        rows say need not be asked."""
        section = reading.page, reading.section
        return reading in self._tables.sizes and len(self._tables.by_section[section]) == 1

    def of(
        self,
        page: str,
        section: str,
        headers: Texts,
        written: Sequence[Sequence[Texts]],
        clue: tuple[int, ...],
        is_left_out: bool = False,
    ) -> Kept | None:
        """The reading that a table keeps, which stands on a page in a section and has its clues in
        the columns ``clue``, if its headers and cells are to decide.

        Its rows are given in each way in which they may be known, the likeliest first.
        Of one that they leave out only rows count that stand in no other table of the section: the
        notes of others may be those of that table.

        One note is enough where it is of this section. Of a table that stood elsewhere half of its
        notes are to be here, or half of the rows its notes. Where no note is in use two rows and
        half of them are to be retired ones of this section. Where kinds differ there is none.
        """
        here = page, section
        for rows in written:
            if is_left_out:
                rows = [row for row in rows if not self._is_shared(row, clue, here)]
            if kept := self._kept(headers, rows, clue, here):
                return kept
        return None

    def _kept(
        self, headers: Texts, rows: Sequence[Texts], clue: tuple[int, ...], here: tuple[str, str]
    ) -> Kept | None:
        found, is_back = self._of_rows(headers, rows, clue, here), False
        if not found and self._retired:
            found, is_back = self._retired._of_rows(headers, rows, clue, here), True
        kept = {}
        for (reading, columns), notes in found.items():
            is_here = (reading.page, reading.section) == here
            if is_back:
                is_kept = is_here and notes > 1 and 2 * notes >= len(rows)
            else:
                is_kept = is_here or 2 * notes >= min(len(rows), self._tables.sizes[reading])
            if is_kept:
                kept[reading, columns] = notes
        if len({reading.kind for reading, _ in kept}) != 1:
            return None
        reading, columns = max(kept, key=kept.__getitem__)
        return Kept(reading, columns, sum(kept.values()))

    def asked(self, page: str, section: str) -> Collection[str]:
        """The headers that comparisons of a section have cards for."""
        return self._tables.asked.get((page, section), ())

    def have_ids(self, clues: Sequence[str], ids: Sequence[str]) -> bool:
        """Whether rows with these ``clues`` are notes with these ``ids``: half of them or more, and
        none has another one now, as it would where a person numbered the rows anew."""
        ids_of = self._tables.ids
        known = {**ids_of.get("", {}), **ids_of.get(self._package, {})}
        told = [id_ in known[clue] for clue, id_ in zip(clues, ids, strict=True) if clue in known]
        return 2 * len(told) >= len(clues) and all(told)

    def in_use(self, page: str, section: str) -> Mapping[Kind, int]:
        """How many notes of each kind are in use in a section."""
        return self._tables.by_section.get((page, section), {})

    def _of_rows(
        self,
        headers: Texts,
        rows: Sequence[Texts],
        clue: tuple[int, ...],
        here: tuple[str, str],
    ) -> Counter[tuple[TableReading, tuple[int, ...]]]:
        """As `_found`, in the columns ``clue``; if they have none, in any."""
        if not self._tables.sizes:
            return Counter()
        known = {columns for names in self._known.clues if (columns := _places(names, headers))}
        found = self._found(headers, rows, {clue, *known}, here)
        if found:
            return found
        # The header of the clues may be another as well.
        sizes = {1, *map(len, self._known.clues)} - {0}
        others = (c for size in sorted(sizes) for c in combinations(range(len(headers)), size))
        return self._found(headers, rows, list(islice(others, _MOST_TRIED)), here)

    def _found(
        self,
        headers: Texts,
        rows: Sequence[Texts],
        candidates: Collection[tuple[int, ...]],
        here: tuple[str, str],
    ) -> Counter[tuple[TableReading, tuple[int, ...]]]:
        """How many rows of a table are notes in use with their clues in one of these ``candidates``
        for its columns: by reading, and by the columns that have the clues now."""
        found: Counter[tuple[TableReading, tuple[int, ...]]] = Counter()
        for columns in candidates:
            names = tuple(headers[column] for column in columns)
            asked = headers if len(columns) == 1 else (*headers, clue_header(headers, columns))
            for text in dict.fromkeys(clues_of(rows, columns)):
                for reading in self._of_row(headers, asked, text, here):
                    before = reading.columns.clue
                    is_renamed = not set(before) <= set(headers)
                    if before == names or (is_renamed and len(before) == len(names)):
                        found[_as_turned(reading, headers, columns)] += 1
        return found

    def _of_row(
        self, headers: Texts, asked: Texts, clue: str, here: tuple[str, str]
    ) -> Collection[TableReading]:
        mine = self._known.sections.get(here, {})
        own = [
            reading
            for header in asked
            if (reading := mine.get((header, clue)) or self._known.rows.get((header, clue)))
            and not self._stands(reading, clue, here, headers)
        ]
        if own or not (other := self._known.rows.get(("", clue))):
            return own
        if self._stands(other, clue, here, headers):
            return own
        is_like = set(other.columns.clue) <= set(asked) or any(
            like(header, other.question) for header in asked
        )
        return [other] if is_like else ()

    def _stands(
        self, reading: TableReading, clue: str, here: tuple[str, str], headers: Texts
    ) -> bool:
        """Whether the row of a note stands where it stood, elsewhere: then it is not this one. In
        the same section so it does in another table that has the headers of its own."""
        place = reading.page, reading.section
        if reading.page not in self._pages:
            return False
        tables = self._tables_in(place)
        if place == here:
            own = {*reading.columns.clue, *_asked_header(reading)}
            tables = [(h, texts) for h, texts in tables if own <= {*h} and h != headers]
        parts = clue.split(JOINT)
        return any(texts.issuperset(parts) for _, texts in tables)

    def _is_shared(self, row: Texts, clue: tuple[int, ...], here: tuple[str, str]) -> bool:
        """Whether the clue of a row stands in several tables of a section."""
        parts = [row[column] for column in clue]
        return sum(texts.issuperset(parts) for _, texts in self._tables_in(here)) > 1

    def _tables_in(self, place: tuple[str, str]) -> list[tuple[Texts, set[str]]]:
        """The headers of each table of a section, and the texts of its cells."""
        if place not in self._texts:
            page, section = place
            blocks = self._pages[page].blocks if page in self._pages else ()
            self._texts[place] = [
                (
                    table.headers,
                    {
                        text
                        for rows in (table.text, table.names.values())
                        for row in rows
                        for text in row
                    },
                )
                for block in blocks
                for table in block.tables
                if " › ".join(filter(None, table.headings)) == section
            ]
        return self._texts[place]


def _asked_header(reading: TableReading) -> tuple[str, ...]:
    """The header that a table had, if one was asked; that of a comparison is its clues'."""
    return () if reading.kind is Kind.COMPARE else (reading.question,)


def _places(names: Texts, headers: Texts) -> tuple[int, ...]:
    """The columns that have these headers; none where one is missing."""
    is_there = all(name in headers for name in names)
    return tuple(headers.index(name) for name in names) if is_there else ()


def _as_turned(
    reading: TableReading, headers: Texts, clue: tuple[int, ...]
) -> tuple[TableReading, tuple[int, ...]]:
    """The reading and its column of clues, both exchanged with those that were asked where these
    stand left of them now: then a person has turned the table round. The header of a trap says
    that it is one wherever it stands."""
    left = headers[: clue[0]] if reading.kind is Kind.CLUE and len(clue) == 1 else ()
    for column, header in enumerate(left):
        if header == reading.question or like(header, reading.question):
            columns = reading.columns._replace(clue=(header,))
            turned = reading._replace(question=headers[clue[0]], columns=columns)
            return turned, (column,)
    return reading, clue


NO_READINGS = AllReadings((), ()).of("")
