"""Regular expressions that are compiled when they are first used.

A build uses some of the program's five hundred patterns, and to compile them all takes longer
than the rest of a small build.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_ATTRIBUTES = (
    "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "pattern",
    "flags", "groups", "groupindex",
)  # fmt: skip


class _LazyRegex:
    """Has what a compiled pattern has, from the first time that any of it is asked for."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name == "pattern":
            return self._source  # of which other patterns are made, when modules are loaded
        if name not in _ATTRIBUTES:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        # From now on they are found without this method.
        for each in _ATTRIBUTES:
            setattr(self, each, getattr(compiled, each))
        return getattr(self, name)


def lazy_regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The pattern of `re.compile`, for a constant of a module; `re.error` comes at its first use.

    It has the methods and attributes of a pattern, but functions of `re` do not take it.
    """
    return cast("re.Pattern[AnyStr]", _LazyRegex(source, flags))
