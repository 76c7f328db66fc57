"""Pages as JSON and back, by the types of what they are made of: a column each.

JSON can name no class and refer to nothing twice, and no more values are read than the text has
bytes: what a forged one comes to is no larger than its length says. Columns are read without a step
of ours for each value, which is nearly as fast as a pickle.
"""

from __future__ import annotations

import json
import types
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, lru_cache
from itertools import chain, count, islice, starmap
from operator import attrgetter
from typing import Any, NamedTuple, NewType, Union, get_args, get_origin, get_type_hints

from generator.notes.choose_reading import Layout
from generator.notes.page_notes import PageNotes
from generator.settings.values import Settings

# The encoder writes tuples as arrays.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


class _Writer:
    """The columns so far, how many values they hold, and the place of each text among all."""

    def __init__(self) -> None:
        self.columns: list[list[Any]] = []
        self.count = 0
        self.texts: dict[str, int] = defaultdict(count().__next__)

    def add(self, column: list[Any]) -> None:
        """A column of at least one value; where all are equal, one stands for them."""
        self.count += len(column)
        is_one = column.count(column[0]) == len(column)
        self.columns.append(column[:1] if is_one else column)


class _Reader:
    """The columns that are left, of ``most`` values, and the texts that they name by places."""

    def __init__(self, texts: list[str], columns: list[list[Any]], most: int) -> None:
        self.texts = texts
        self._columns = iter(columns)
        self._most = most

    def column(self, number: int) -> list[Any]:
        """The next one, of so many values."""
        self._most -= number
        if self._most < 0:
            raise ValueError("there are more values than characters")
        column = next(self._columns)
        return column * number if len(column) == 1 else column


class _Codec(NamedTuple):
    """How values of one type become columns; and how a number of them is read from these. Of no
    values there are no columns."""

    write: Callable[[_Writer, Any], None]
    read: Callable[[_Reader, int], Any]


def to_json(page: PageNotes) -> bytes:
    """The page as JSON."""
    return _to_text(_codec(PageNotes), page).encode("utf-8", "surrogatepass")


def from_json(data: bytes) -> PageNotes:
    """The page. Some exception where it is none; what stands in it may be of another type."""
    page: PageNotes = _from_text(_codec(PageNotes), data.decode("utf-8", "surrogatepass"))
    return page


def _to_text(codec: _Codec, value: Any) -> str:
    writer = _Writer()
    codec.write(writer, [value])
    text = _encode([list(writer.texts), writer.columns])
    return text.ljust(writer.count)  # no fewer characters than values


def _from_text(codec: _Codec, text: str) -> Any:
    texts, columns = _decode(text)
    (value,) = codec.read(_Reader(texts, columns, len(text)), 1)
    return value


@cache
def _codec(hint: Any) -> _Codec:
    """The codec of a type, by its annotation."""
    if isinstance(hint, NewType):
        return _codec(hint.__supertype__)
    if hint in (int, bool):
        return _Codec(lambda to, values: to.add(list(values)), _Reader.column)
    if hint is str:
        return _Codec(_write_texts, _read_texts)
    if hint is bytes:
        return _Codec(
            lambda to, values: _write_texts(to, [each.decode("latin-1") for each in values]),
            lambda rest, number: [each.encode("latin-1") for each in _read_texts(rest, number)],
        )
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
    """That of values of which each is a text that is written and read once for all that have it."""

    @lru_cache(maxsize=256)
    def text_of(value: Any) -> str:
        return _to_text(codec, value)

    @lru_cache(maxsize=256)
    def value_of(text: str) -> Any:
        return _from_text(codec, text)

    def read(rest: _Reader, number: int) -> list[Any]:
        texts = _read_texts(rest, number)
        # Each is read once a page, or what a forged page comes to would be larger than its length.
        values = {text: value_of(text) for text in dict.fromkeys(texts)}
        return [values[text] for text in texts]

    return _Codec(lambda to, values: _write_texts(to, map(text_of, values)), read)


def _write_texts(to: _Writer, values: Any) -> None:
    to.add([*map(to.texts.__getitem__, values)])


def _read_texts(rest: _Reader, number: int) -> list[str]:
    return [*map(rest.texts.__getitem__, rest.column(number))]


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
