"""Pages as bytes and back, by the types of what they are made of: a column each.

They can name no class and refer to nothing twice, and no more values are read than there are bytes:
what a forged page comes to is no larger than its length says. Columns are read without a step of
ours for each value, which is nearly as fast as a pickle.
"""

from __future__ import annotations

import struct
import types
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, lru_cache
from itertools import accumulate, chain, count, islice, pairwise, starmap
from operator import attrgetter
from typing import (
    Any,
    AnyStr,
    NamedTuple,
    NewType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from generator.notes.choose_reading import Layout
from generator.notes.page_notes import PageNotes
from generator.settings.values import Settings

# How many numbers follow, of texts, of bytes that are no text, and how many bytes the texts take.
_HEAD = struct.Struct("<4q")
_UTF_8 = ("utf-8", "surrogatepass")


class _Writer:
    """The columns so far, one behind the other, how many values they hold, and the place of each
    text, and of bytes that are none, among all."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.count = 0
        self.texts: dict[str, int] = defaultdict(count().__next__)
        self.bytes: dict[bytes, int] = defaultdict(count().__next__)

    def add(self, column: Sequence[int]) -> None:
        """A column of at least one value; where all are equal, one stands for them."""
        first = column[0]
        self.count += len(column)
        if first == column[-1] and column.count(first) == len(column):
            self.numbers += (True, first)
        else:
            self.numbers.append(False)
            self.numbers += column


class _Reader:
    """The columns that are left, of ``most`` values, and the texts and bytes that they name by
    places."""

    def __init__(
        self, numbers: tuple[int, ...], texts: list[str], others: list[bytes], most: int
    ) -> None:
        self.texts = texts
        self.bytes = others
        self._numbers = numbers
        self._next = 0
        self._most = most

    def column(self, number: int) -> tuple[int, ...]:
        """The next one, of so many values."""
        self._most -= number
        if number < 0 or self._most < 0:
            raise ValueError("there are more values than bytes")
        start = self._next + 1
        is_one = self._numbers[self._next]
        self._next = start + (1 if is_one else number)
        column = self._numbers[start : self._next]
        return column * number if is_one else column


class _Codec(NamedTuple):
    """How values of one type become columns; and how a number of them is read from these. Of no
    values there are no columns."""

    write: Callable[[_Writer, Any], None]
    read: Callable[[_Reader, int], Any]


def to_bytes(page: PageNotes) -> bytes:
    """The page as bytes."""
    return _to_bytes(_codec(PageNotes), page)


def from_bytes(data: bytes) -> PageNotes:
    """The page. Some exception where it is none; what stands in it may be anything of its types."""
    page: PageNotes = _from_bytes(_codec(PageNotes), data)
    return page


def _to_bytes(codec: _Codec, value: Any) -> bytes:
    writer = _Writer()
    codec.write(writer, [value])
    texts, others = writer.texts, writer.bytes
    numbers = [*map(len, texts), *map(len, others), *writer.numbers]
    text = "".join(texts).encode(*_UTF_8)
    head = _HEAD.pack(len(numbers), len(texts), len(others), len(text))
    data = b"".join((head, struct.pack(f"<{len(numbers)}q", *numbers), text, *others))
    return data.ljust(writer.count)  # no fewer bytes than values


def _from_bytes(codec: _Codec, data: bytes) -> Any:
    size, texts, others, length = _HEAD.unpack_from(data)
    packed = struct.Struct(f"<{size}q")
    numbers = packed.unpack_from(data, _HEAD.size)
    start = _HEAD.size + packed.size
    text = data[start : start + length].decode(*_UTF_8)
    reader = _Reader(
        numbers[texts + others :],
        _parts_of(text, numbers[:texts]),
        _parts_of(data[start + length :], numbers[texts : texts + others]),
        len(data),
    )
    (value,) = codec.read(reader, 1)
    return value


def _parts_of(whole: AnyStr, lengths: Sequence[int]) -> list[AnyStr]:
    """The parts of these lengths, one behind the other."""
    if min(lengths, default=0) < 0:
        raise ValueError("parts would lie on each other")
    return [whole[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]


@cache
def _codec(hint: Any) -> _Codec:
    """The codec of a type, by its annotation."""
    if isinstance(hint, NewType):
        return _codec(hint.__supertype__)
    if hint is int:
        return _Codec(_Writer.add, _Reader.column)
    if hint is bool:
        return _Codec(_Writer.add, lambda rest, number: [*map(bool, rest.column(number))])
    if hint is str:
        return _Codec(_write_texts, _read_texts)
    if hint is bytes:
        return _Codec(_write_bytes, _read_bytes)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple and inner[-1] is not Ellipsis:
        return _tuple_codec(inner)
    if origin is tuple:
        return _several(_codec(inner[0]), tuple)
    if origin is frozenset:
        return _several(_codec(inner[0]), frozenset, sorted)
    if origin in (Union, types.UnionType):
        (some,) = (_codec(each) for each in inner if each is not type(None))
        return _optional(some)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _several(_tuple_codec(inner), dict, lambda value: value.items())
    if issubclass(hint, Enum):
        members = {each.value: each for each in hint}
        return _Codec(
            _write_texts,
            lambda rest, number: [*map(members.__getitem__, _read_texts(rest, number))],
        )
    return _shared(_class_codec(hint)) if hint in _SHARED else _class_codec(hint)


# Values that most pages and tables have together with others.
_SHARED = (Settings, Layout)


def _shared(codec: _Codec) -> _Codec:
    """That of values whose bytes are written and read once for all that have them."""

    @lru_cache(maxsize=256)
    def bytes_of(value: Any) -> bytes:
        return _to_bytes(codec, value)

    @lru_cache(maxsize=256)
    def value_of(data: bytes) -> Any:
        return _from_bytes(codec, data)

    def read(rest: _Reader, number: int) -> list[Any]:
        found = _read_bytes(rest, number)
        # Each is read once a page, or what a forged page comes to would be larger than its length.
        values = {data: value_of(data) for data in dict.fromkeys(found)}
        return [values[data] for data in found]

    return _Codec(lambda to, values: _write_bytes(to, map(bytes_of, values)), read)


def _write_texts(to: _Writer, values: Iterable[str]) -> None:
    to.add([*map(to.texts.__getitem__, values)])


def _read_texts(rest: _Reader, number: int) -> list[str]:
    return [*map(rest.texts.__getitem__, rest.column(number))]


def _write_bytes(to: _Writer, values: Iterable[bytes]) -> None:
    to.add([*map(to.bytes.__getitem__, values)])


def _read_bytes(rest: _Reader, number: int) -> list[bytes]:
    return [*map(rest.bytes.__getitem__, rest.column(number))]


def _tuple_codec(inner: tuple[Any, ...]) -> _Codec:
    return _parts([_codec(each) for each in inner], list, lambda values: zip(*values, strict=True))


def _class_codec(kind: Any) -> _Codec:
    """That of a named tuple or a dataclass: its fields in their order."""
    # A page's layout is a type that its module only knows while types are checked.
    hints = get_type_hints(kind, localns={"Layout": Layout})
    made = lambda values: starmap(kind, zip(*values, strict=True))  # noqa: E731
    if is_dataclass(kind):
        names = [each.name for each in fields(kind)]
        split = attrgetter(*names)
        return _parts(
            [_codec(hints[name]) for name in names], lambda values: [*map(split, values)], made
        )
    return _parts([_codec(hints[name]) for name in kind._fields], list, made)


def _parts(parts: list[_Codec], split: Callable[[Any], Any], join: Callable[[Any], Any]) -> _Codec:
    """That of values of which each has these parts."""

    def write(to: _Writer, values: Any) -> None:
        for part, column in zip(parts, zip(*split(values), strict=True), strict=True):
            part.write(to, column)

    def read(rest: _Reader, number: int) -> Any:
        return [*join([part.read(rest, number) for part in parts])]

    return _Codec(write, read)


def _several(
    item: _Codec, make: Callable[[Any], Any], items: Callable[[Any], Any] | None = None
) -> _Codec:
    """That of values of which each holds as many as there are, itself or as its ``items``."""

    def write(to: _Writer, values: Any) -> None:
        if items:
            values = [*map(items, values)]
        to.add([*map(len, values)])
        if inner := [*chain.from_iterable(values)]:
            item.write(to, inner)

    def read(rest: _Reader, number: int) -> Any:
        lengths = rest.column(number)
        if not any(lengths):
            return [make(())] * number
        left: Iterator[Any] = iter(item.read(rest, sum(lengths)))
        first = lengths[0]
        if make is tuple and first <= _MOST_WIDE and lengths.count(first) == number:
            return [*zip(*[left] * first, strict=True)]
        return [make(islice(left, length)) for length in lengths]

    return _Codec(write, read)


_MOST_WIDE = 100  # columns of a table


def _optional(some: _Codec) -> _Codec:
    """That of values of which each may be None."""

    def write(to: _Writer, values: Any) -> None:
        there = [each for each in values if each is not None]
        to.add([each is not None for each in values])
        if there:
            some.write(to, there)

    def read(rest: _Reader, number: int) -> Any:
        are_there = rest.column(number)
        if not any(are_there):
            return [None] * number
        left = iter(some.read(rest, sum(are_there)))
        return [next(left) if is_there else None for is_there in are_there]

    return _Codec(write, read)
