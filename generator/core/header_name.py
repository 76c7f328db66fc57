"""The words of a header without what people put around them; it knows no list of such words."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache

from generator.core.lazy_regex import lazy_regex

_MAY_END = " .:?!…：？！。"
_PICTOGRAPH = (
    r"[\u2139\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2b05-\u2b55\U0001f000-\U0001faff\ufe0f\u200d]"
)
# 📝 …, 1. …, 2) …, ① …, 5️⃣ …
_IN_FRONT = lazy_regex(
    rf"(?:(?:{_PICTOGRAPH}|\d\ufe0f?\u20e3)+\s*|\(?\d{{1,2}}[.)]\s+|[\u2460-\u2473]\s*)(?=\S)"
)
_BEHIND = lazy_regex(rf"(?<=\S)\s*{_PICTOGRAPH}+$")
_OPTIONAL = lazy_regex(
    r"\s*[(（\[](?:optional(?:ly)?|if any|opcional|opcjonalnie|optionnel(?:le)?|facultati[fv]o?"
    r"|facoltativ[oa]|opzionale|optioneel|valfritt?|необязательно|необов['’]язково|isteğe bağlı"
    r"|可选|可選|任意|선택)[)）\]]",
    re.IGNORECASE,
)
_ASIDE = lazy_regex(r"\s*(?:\([^()]*\)|（[^（）]*）|\[[^\[\]]*\])\s*")
_JOINED = lazy_regex(r"\s*[/&+,;、・／＆]\s*|\s(?:and|or|und|oder|et|ou|y|e|en|och|og|и|та|i|a)\s")
_NUMBER_BEHIND = lazy_regex(r"(?<=\D)[\s#]*\d{1,2}$")


@lru_cache(maxsize=1024)  # many tables have the same headers
def undecorated(header: str) -> str:
    """A header without pictures and a number around its words, and without ``(optional)``."""
    if header.isascii() and header[:1].isalpha() and not header.endswith((")", "]")):
        return header  # as most are
    in_front = _IN_FRONT.match(header)
    text = header[in_front.end() :] if in_front else header
    return _OPTIONAL.sub("", _BEHIND.sub("", text)) or header


def bare(header: str) -> str:
    """A header without what may end it, too: ``Why?``, ``Go first to…`` and ``📝 Example`` are the
    rules' words."""
    return undecorated(header).rstrip(_MAY_END)


def is_headed(header: str, names: Container[str]) -> bool:
    """Whether a header is one of these names in small letters, or several of them: ``Examples
    (English)``, ``Example 2`` and ``Notes / Examples`` are."""
    whole, *parts = _ways_to_write(header)
    return any(name in names for name in whole) or (
        bool(parts) and all(any(name in names for name in part) for part in parts)
    )


@lru_cache(maxsize=1024)
def _ways_to_write(header: str) -> Sequence[Sequence[str]]:
    """The ways to write a header, then those of each of its parts without what is in brackets."""
    name = undecorated(header).casefold().replace("’", "'")
    if name.isalpha():
        return [(name,)]  # as many are
    parts = _JOINED.split(_ASIDE.sub(" ", name).strip())
    return [[*_forms(each)] for each in (name, *filter(None, parts))]


def _forms(name: str) -> Iterator[str]:
    """The ways to write one name: as it is, without what ends it, a number or a hyphen."""
    short = _NUMBER_BEHIND.sub("", name.rstrip(_MAY_END))
    yield from (name, short)
    if "-" in short:
        yield from (short.replace("-", " "), short.replace("-", ""))
