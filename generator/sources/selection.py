"""Which pages and folders are left out: names that nobody learns, and what a person says.

It knows names, paths and texts, never the disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from generator.core.lazy_regex import lazy_regex
from generator.core.model import FrontMatter, LeftOut
from generator.settings.front_matter_keys import Parsed, parse
from generator.settings.values import as_truth
from generator.sources.front_matter import MOST_YAML_CHARACTERS, cut_front_matter

# Pages about a folder and not of its subject, however they are written ...
_ANY_CAPITALS = (
    "README", "CHANGELOG", "CONTRIBUTING", "CONTRIBUTORS", "CODE_OF_CONDUCT", "CODE-OF-CONDUCT",
    "LICENSE", "LICENCE", "PULL_REQUEST_TEMPLATE", "ISSUE_TEMPLATE", "COPILOT-INSTRUCTIONS",
    "_SIDEBAR", "_NAVBAR", "_COVERPAGE", "_FOOTER",
)  # fmt: skip
# ... and those whose words are a subject, too: security.md is a lesson, SECURITY.md is none.
_IN_CAPITALS = (
    "AGENTS", "AUTHORS", "CHANGES", "CLAUDE", "CODEOWNERS", "COPYING", "GEMINI", "GOVERNANCE",
    "HISTORY", "MAINTAINERS", "NOTICE", "ROADMAP", "SECURITY", "SUMMARY", "SUPPORT", "TODO",
)  # fmt: skip
# Of other people's programs; and where Logseq keeps older versions of pages.
_FOLDERS = frozenset(("node_modules", "bower_components", "jspm_packages", "site-packages", "bak"))

_NAME = lazy_regex(
    rf"(?:(?i:(?P<any>{'|'.join(_ANY_CAPITALS)}))|(?P<capitals>{'|'.join(_IN_CAPITALS)}))"
    # README.zh-CN, README-de, README_pt_BR
    r"(?:[._-][a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)?"
)
README = "README"
_TEMPLATES = lazy_regex(r"(?:[\d\W_]*)templates?", re.IGNORECASE)
_PLACEHOLDER = lazy_regex(r"\{\{|<%")
# What stands before it is looked for last, since that takes the longest.
_CARDS = lazy_regex(r"cards(?<!\wcards)[\"']?[ \t]*[:=]")
_MAY_BEGIN = lazy_regex(r"[\s\ufeff]*(?:-{3}|\+{3}|<!--)")
_MOST_SEARCHED = 2 * MOST_YAML_CHARACTERS


def idle_name(stem: str) -> str:
    """The name, in capitals, where a page of it is not to be learned; else an empty text."""
    found = _NAME.fullmatch(stem)
    return (found["any"] or found["capitals"]).upper() if found else ""


def idle_folder(name: str) -> str:
    """The name of a folder where no pages of a person lie that are up to date; else an empty
    text."""
    return name if name in _FOLDERS else ""


def says_cards(text: str) -> bool | None:
    """What ``cards`` says in a page's front matter; None where it says nothing that can be read."""
    if not _CARDS.search(text, 0, _MOST_SEARCHED):
        return None
    found = parse(_front_matter(text))
    return as_truth(found.values.get("cards")) if isinstance(found, Parsed) else None


def is_template(folders: Sequence[str], text: str) -> bool:
    """Whether a page lies among templates and its front matter waits to be filled."""
    if not any(map(_TEMPLATES.fullmatch, folders)):
        return False
    return bool(_PLACEHOLDER.search(_front_matter(text).text))


def _front_matter(text: str) -> FrontMatter:
    if not _MAY_BEGIN.match(text):
        return FrontMatter()
    front, _ = cut_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"), "", [])
    return front


# --- what a person says -----------------------------------------------------------------------


class _Rules(NamedTuple):
    """What a folder's settings say; ``folder`` is its path with a ``/``, or an empty text."""

    folder: str
    exclude: tuple[str, ...]
    include: tuple[str, ...]


class Selection(NamedTuple):
    """What the settings of the folders above a page say of it."""

    rules: tuple[_Rules, ...] = ()

    def within(self, folder: str, exclude: Sequence[str], include: Sequence[str]) -> Selection:
        """The same inside a folder with patterns of its own."""
        if not exclude and not include:
            return self
        rules = _Rules(f"{folder}/" if folder else "", tuple(exclude), tuple(include))
        return Selection((*self.rules, rules))

    def left_out(self, path: str, *, is_folder: bool = False) -> LeftOut | None:
        """Why a page or a folder, with all that is in it, is left out; None where it is not."""
        for folder, exclude, _ in self.rules:
            below = path.removeprefix(folder)
            for pattern in exclude:
                if fits(pattern, below) or (is_folder and fits(pattern, f"{below}/")):
                    return LeftOut(path, "exclude", is_folder, pattern)
        return None

    def is_included(self, path: str) -> bool:
        """Whether a page is taken in, whatever its name."""
        return any(
            fits(pattern, path.removeprefix(folder))
            for folder, _, include in self.rules
            for pattern in include
        )

    def may_include_below(self, path: str) -> bool:
        """Whether something in a folder that our names leave out may be taken in."""
        return any(
            _may_begin(_parts(pattern), path.removeprefix(folder).split("/"))
            for folder, _, include in self.rules
            for pattern in include
        )


def fits(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern: ``*`` is any text without a /, ``?`` a character, ``**`` any
    number of folders. A pattern without a / is of names, wherever they stand; capitals make no
    difference. A folder's path may end in /: then what ends in ``/**`` fits it, too."""
    parts, steps = _parts(pattern), _folded(path).removesuffix("/").split("/")
    if path.endswith("/") and len(parts) > 1 and parts[-1] == "**":
        parts = parts[:-1]
    return _fits(parts, steps)


def _fits(parts: Sequence[str], steps: Sequence[str]) -> bool:
    # After each part: how many of the steps may be used up by now.
    used = {0}
    for place, part in enumerate(parts):
        if part == "**":
            is_last = place == len(parts) - 1
            first = min(used) + is_last  # what is in a folder is not the folder
            used = set(range(first, len(steps) + 1))
        else:
            used = {n + 1 for n in used if n < len(steps) and _fits_name(part, steps[n])}
        if not used:
            return False
    return len(steps) in used


def _may_begin(parts: Sequence[str], steps: Sequence[str]) -> bool:
    """Whether something below these folders may fit."""
    for part, step in zip(parts, steps, strict=False):
        if part == "**":
            return True
        if not _fits_name(part, step):
            return False
    return len(parts) > len(steps)


def _fits_name(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]"))  # a bracket is one of the name


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    folded = _folded(pattern)
    is_here = folded.startswith("./")
    path = folded.removeprefix("./")
    is_name = "/" not in path.removesuffix("/") and not is_here
    parts = tuple(_without_repeats(part for part in path.split("/") if part))
    return ("**", *parts) if is_name and parts[0] != "**" else parts


def _without_repeats(parts: Iterator[str]) -> Iterator[str]:
    last = ""
    for part in parts:
        if part != "**" or last != "**":
            yield part
        last = part


def _folded(text: str) -> str:
    return normalize("NFC", text).casefold()
