"""Makes the bytes of a package depend on its content alone; it knows no note, no clock, no path.

SQLite leaves in a database file what is not content: its own version number, counters of past
writes and, in the free space of pages, remains of earlier rows that differ between its releases
even after VACUUM. Here they are overwritten. "Format" below is the SQLite file format document,
https://www.sqlite.org/fileformat2.html; numbers are its sections.
"""

from __future__ import annotations

import io
import itertools
import operator
import shutil
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final, NamedTuple

PAGE_SIZE: Final = 16384

# The page types of Format 1.6.
_INDEX_INTERIOR, _TABLE_INTERIOR, _INDEX_LEAF, _TABLE_LEAF = 2, 5, 10, 13
_INTERIOR = frozenset({_INDEX_INTERIOR, _TABLE_INTERIOR})

# How much payload a cell keeps on its own page: Format 1.6, "payload overflow". U is the page size.
_MOST = {
    _TABLE_LEAF: PAGE_SIZE - 35,
    _INDEX_LEAF: (PAGE_SIZE - 12) * 64 // 255 - 23,
    _INDEX_INTERIOR: (PAGE_SIZE - 12) * 64 // 255 - 23,
}
_LEAST = (PAGE_SIZE - 12) * 32 // 255 - 23
_OVERFLOW_ROOM = PAGE_SIZE - 4

# The database header, Format 1.3: offset, expected bytes, what other bytes would mean.
_EXPECTED_HEADER = (
    (0, b"SQLite format 3\0", "it is not an SQLite database"),
    (16, PAGE_SIZE.to_bytes(2), f"its page size is not {PAGE_SIZE}"),
    (18, b"\1\1", "it is in WAL mode"),
    (20, b"\0", "its pages have reserved bytes"),
    (32, bytes(8), "it has free pages"),
    (52, bytes(4), "it has auto_vacuum on"),
    (56, b"\0\0\0\1", "its text is not UTF-8"),
)
_FILE_CHANGE_COUNTER = (24, 28)
_PAGE_COUNT = 28
_VERSION_VALID_FOR = (92, 96)  # must equal the change counter, or SQLite mistrusts the page count
_SQLITE_VERSION_NUMBER = (96, 100)  # only informs; any constant will do


class _File:
    """A file that is read and overwritten like bytes, a page at a time: it may be larger than the
    memory that there is."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, end, _ = part.indices(self._size)
        self._file.seek(start)
        return self._file.read(end - start)

    def __setitem__(self, part: slice, data: bytes) -> None:
        self._file.seek(part.start)
        self._file.write(data)


_Image = bytearray | _File

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip archive can state
_ZIP_UNIX = 3
_ZIP_MODE = (stat.S_IFREG | 0o644) << 16
_COPIED_AT_ONCE = 1 << 20  # bytes
# Format 1.4: the page with this byte is never used.
_LOCK_BYTE = 1 << 30


def configure(connection: sqlite3.Connection) -> None:
    """Set what must be set on an empty database before its first table is created.

    Fill the database then, rows in the order of their ids and indexes last, commit, close, and
    give its file to `make_canonical`. There is no journal: a failure in between leaves a broken
    file, so let it be a temporary one.
    """
    for pragma in (
        f"page_size = {PAGE_SIZE}",
        "encoding = 'UTF-8'",
        "auto_vacuum = NONE",
        "secure_delete = ON",
        "journal_mode = OFF",
        "synchronous = OFF",
        "locking_mode = EXCLUSIVE",
    ):
        connection.execute(f"PRAGMA {pragma}")


def canonical_database(data: bytes) -> bytes:
    """Give the same database, of the same length, without a trace of how SQLite came to write it.

    ``data`` is the image of a database file that was made with `configure` and has no free pages.
    Equal content written in equal order then gives equal bytes from every SQLite release.

    ValueError: the image is damaged, or has something that such a database never has.
    """
    image = bytearray(data)
    _overwrite(image)
    return bytes(image)


def make_canonical(path: Path) -> None:
    """Do with the file of a database what `canonical_database` does with its image, in place."""
    with path.open("r+b", buffering=0) as file:
        _overwrite(_File(file))


def _overwrite(image: _Image) -> None:
    for offset, expected, problem in _EXPECTED_HEADER:
        if image[offset : offset + len(expected)] != expected:
            raise ValueError(f"cannot make this database canonical: {problem}")
    if len(image) != PAGE_SIZE * _integer(bytes(image[:100]), _PAGE_COUNT):
        raise ValueError("cannot make this database canonical: its length is not that of its pages")
    try:
        holes = list(_holes(image))
    except (IndexError, struct.error) as error:
        raise ValueError("cannot make this database canonical: a page is damaged") from error
    zeros = bytes(PAGE_SIZE)
    for start, end in holes:
        image[start:end] = zeros[: end - start]
    for (start, end), value in (
        (_FILE_CHANGE_COUNTER, 1),
        (_VERSION_VALID_FOR, 1),
        (_SQLITE_VERSION_NUMBER, 3_039_000),
    ):
        image[start:end] = value.to_bytes(4)


def write_archive(
    file: BinaryIO, members: Iterable[tuple[str, IO[bytes]]], compress: bool = False
) -> None:
    """Write ``members``, (name, open file) in the order given, as a zip archive to ``file``.

    ``file`` must be seekable: zipfile writes other headers to a pipe. Members are stored, and the
    archive depends on nothing else. With ``compress`` they are deflated at level 6, and the bytes
    depend on the zlib that Python was built with.
    """
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method, compresslevel=6) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, _ZIP_EPOCH)
            info.create_system = _ZIP_UNIX
            info.external_attr = _ZIP_MODE
            info.compress_type = method
            # Says beforehand whether its header needs room for more than 4 GiB.
            info.file_size = content.seek(0, io.SEEK_END)
            content.seek(0)
            with archive.open(info, "w") as member:
                shutil.copyfileobj(content, member, _COPIED_AT_ONCE)


# --- where the free space is ------------------------------------------------------------------


class _Pages:
    """Hands out every page of an image once; what is left at the end belongs to nothing."""

    def __init__(self, data: _Image) -> None:
        self._data = data
        self._left = set(range(1, len(data) // PAGE_SIZE + 1)) - {_LOCK_BYTE // PAGE_SIZE + 1}

    def take(self, number: int) -> bytes:
        if number not in self._left:
            raise ValueError(f"page {number} of the database is missing, or used twice")
        self._left.remove(number)
        return bytes(self._data[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])

    def refuse_leftovers(self) -> None:
        if self._left:
            raise ValueError(f"page {min(self._left)} of the database belongs to nothing")


class _Node(NamedTuple):
    """A b-tree page. Offsets count from its start, also on page 1, where a header comes first."""

    number: int
    page: bytes
    kind: int
    first_freeblock: int
    content: int
    fragmented: int
    pointers: tuple[int, ...]
    pointers_end: int
    right_child: int  # 0 on a leaf


class _Cell(NamedTuple):
    """One entry of a b-tree page, from ``start`` to ``end``; ``payload`` is where its record is."""

    start: int
    end: int
    payload: int
    overflow: int  # the first overflow page, or 0
    spilled: int  # bytes of payload on overflow pages


def _holes(data: _Image) -> Iterator[tuple[int, int]]:
    """Find what holds no content, as (start, end) offsets in the image, in no special order."""
    pages = _Pages(data)
    schema = list(_tree(pages, 1))
    roots = [root for node in schema for root in _roots(node)]
    for node in itertools.chain(schema, *(_tree(pages, root) for root in roots)):
        base = (node.number - 1) * PAGE_SIZE
        for start, end in _free_space(node):
            yield base + start, base + end
        for cell in _spilling_cells(node):
            last, used = _last_overflow_page(pages, cell)
            yield (last - 1) * PAGE_SIZE + used, last * PAGE_SIZE
    pages.refuse_leftovers()
    if len(data) > _LOCK_BYTE:
        yield _LOCK_BYTE, _LOCK_BYTE + PAGE_SIZE


def _tree(pages: _Pages, root: int) -> Iterator[_Node]:
    """Walk the pages of one b-tree. Format 1.6: an inner page has a right child, and one at the
    start of each cell."""
    waiting = [root]
    while waiting:
        number = waiting.pop()
        node = _node(number, pages.take(number))
        yield node
        if node.kind in _INTERIOR:
            waiting.append(node.right_child)
            waiting += (_integer(node.page, start) for start in node.pointers)


def _node(number: int, page: bytes) -> _Node:
    """Read a b-tree page header, Format 1.6, and the cell pointer array that follows it."""
    header = 100 if number == 1 else 0
    kind, freeblock, count, content, fragmented = struct.unpack_from(">BHHHB", page, header)
    if kind not in (_INDEX_INTERIOR, _TABLE_INTERIOR, _INDEX_LEAF, _TABLE_LEAF):
        raise ValueError(f"page {number} of the database is of the unknown type {kind}")
    is_interior = kind in _INTERIOR
    start = header + (12 if is_interior else 8)
    return _Node(
        number,
        page,
        kind,
        freeblock,
        content,
        fragmented,
        struct.unpack_from(f">{count}H", page, start),
        start + 2 * count,
        _integer(page, header + 8) if is_interior else 0,
    )


def _cells(node: _Node) -> Iterator[_Cell]:
    return (_cell(node.page, node.kind, start) for start in node.pointers)


def _cell(page: bytes, kind: int, start: int) -> _Cell:
    """Measure a cell. Format 1.6, "B-tree Cell Format"; P, X, M and K there are the names here."""
    at = start + 4 if kind in _INTERIOR else start  # behind the left child
    if kind == _TABLE_INTERIOR:
        _, end = _varint(page, at)
        return _Cell(start, end, end, 0, 0)
    size, at = _varint(page, at)
    if kind == _TABLE_LEAF:
        _, at = _varint(page, at)
    most = _MOST[kind]
    if size <= most:
        return _Cell(start, at + size, at, 0, 0)
    local = _LEAST + (size - _LEAST) % _OVERFLOW_ROOM
    if local > most:
        local = _LEAST
    overflow = _integer(page, at + local)
    return _Cell(start, at + local + 4, at, overflow, size - local)


def _free_space(node: _Node) -> Iterator[tuple[int, int]]:
    """Find the (start, end) of what no cell of a page uses, but for the headers of freeblocks.

    Format 1.6: free are the gap between pointers and content, freeblocks, and fragments of up to
    three bytes. Most pages have the gap only; the others are measured cell by cell.
    """
    used = [(node.content, PAGE_SIZE)]
    if node.first_freeblock or node.fragmented:
        used = sorted([*((cell.start, cell.end) for cell in _cells(node)), *_freeblocks(node)])
    kept = node.pointers_end
    for start, end in [*used, (PAGE_SIZE, PAGE_SIZE)]:
        if not kept <= start <= PAGE_SIZE:
            raise ValueError(f"page {node.number} of the database overlaps itself at {start}")
        if start > kept:
            yield kept, start
        kept = end


def _freeblocks(node: _Node) -> Iterator[tuple[int, int]]:
    """Find the headers of freeblocks, Format 1.6: two bytes for the next one, two for the size."""
    at = node.first_freeblock
    while at:
        yield at, at + 4
        (following,) = struct.unpack_from(">H", node.page, at)
        if 0 < following <= at:
            raise ValueError(f"page {node.number} of the database has freeblocks out of order")
        at = following


def _spilling_cells(node: _Node) -> Iterator[_Cell]:
    """Find the cells that continue on overflow pages.

    Such a cell is longer than `_LEAST`; on most pages no two cells start that far apart, which is
    quicker to see than the lengths of all cells. On a leaf of a table a length that needs no more
    than two bytes, the first of them below 255, is that of a cell that does not spill.
    """
    starts = sorted(node.pointers)
    if max(map(operator.sub, [*starts[1:], PAGE_SIZE], starts), default=0) <= _LEAST:
        return
    if node.kind == _TABLE_LEAF:
        page = node.page
        starts = [at for at in starts if page[at] == 255 or (page[at] > 127 < page[at + 1])]
    for start in starts:
        if (cell := _cell(node.page, node.kind, start)).overflow:
            yield cell


def _last_overflow_page(pages: _Pages, cell: _Cell) -> tuple[int, int]:
    """Follow a chain, Format 1.7, to its last page: its number, and how many bytes it uses."""
    number, spilled = cell.overflow, cell.spilled
    following = _integer(pages.take(number), 0)
    while spilled > _OVERFLOW_ROOM:
        spilled -= _OVERFLOW_ROOM
        number = following
        following = _integer(pages.take(number), 0)
    if following:
        raise ValueError(f"page {number} of the database should end a chain of overflow pages")
    return number, 4 + spilled


def _roots(node: _Node) -> Iterator[int]:
    """Find the root pages that a leaf of the schema table names.

    Format 2.6: ``rootpage`` is the fourth column, 0 or NULL for a view or a trigger. Format 2.1: a
    record is the size of its header, a serial type a column, then the values.
    """
    if node.kind != _TABLE_LEAF:
        return
    for cell in _cells(node):
        header_size, at = _varint(node.page, cell.payload)
        value = cell.payload + header_size
        for _ in ("type", "name", "tbl_name"):
            serial_type, at = _varint(node.page, at)
            value += (serial_type - 12) // 2
        serial_type, _ = _varint(node.page, at)
        size = (0, 1, 2, 3, 4, 6, 8, 0, 0)[serial_type]
        if root := int.from_bytes(node.page[value : value + size]):
            yield root


def _integer(page: bytes, at: int) -> int:
    number: int
    (number,) = struct.unpack_from(">I", page, at)
    return number


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """Read a variable-length integer, Format 1.6: its value (unsigned) and where it ends."""
    value = 0
    for end in range(at + 1, at + 9):
        byte = page[end - 1]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end
    return value << 8 | page[at + 8], at + 9
