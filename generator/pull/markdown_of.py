"""Field HTML as the Markdown of a cell: the way back from what the renderer makes, and no more.

Nothing here is trusted: whoever asks renders each text again, and takes the first that gives the
very field. Author's own Markdown stays wherever the field says what it said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from html import unescape
from itertools import product
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex

# Stands around what is no Markdown; a text that has one renders to no field of ours.
_OPAQUE = "\ue000"
_MARKS = {"strong": "**", "em": "*", "s": "~~"}
_SAME_TAGS = frozenset(("sub", "sup", "kbd", "mark", "u", "q", "ruby", "rt", "rp"))
_PART = lazy_regex(
    r"<code>(?P<code>(?:[^<]|<wbr>)*)</code>"
    r"|(?P<block><pre>.*?</pre>)"
    r"|<span></span>"
    r'|<a href="(?P<link>[^"<>]*)">'
    r'|<img src="(?P<picture>[^"<>]*)" alt="(?P<alt>[^"<>]*)"(?: title="(?P<title>[^"<>]*)")?'
    r'(?: width="(?P<width>\d+)")?>'
    r"|\[sound:(?P<sound>[^\[\]]*)\]"
    r"|<(?P<end>/?)(?P<tag>[a-z]+)>"
    r"|\\\((?P<formula>(?:[^\\]|\\[^()])*)\\\)"
    r"|\\\[ (?P<display>(?:[^\\]|\\[^\[\]])*) \\\]"
    r"|\{\{c(?P<gap>\d+)::|(?P<gap_end>\}\})"
    r"|&(?P<entity>\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
    r"|(?P<other><[^<>]*>|<)"
    r"|(?P<text>[^<&\\\[{}]+|.)",
    re.DOTALL,
)
# Words, blanks, marks that are one, and tags: what a person would change as one.
_TOKEN = lazy_regex(r"[^\W_]+|\s+|\*\*|__|~~|==|<[^<>\s]*>|.", re.DOTALL)
_WORD = lazy_regex(r"[^\W_]+")
_SPECIAL = lazy_regex(r"[\\`*_\[\]<&$~^{]")
_ANY_SPECIAL = lazy_regex(r"[!-/:-@\[-`{-~]")
# Tokens of two texts that are compared; the time grows with the product.
_MOST_COMPARED = 800


class Piece(NamedTuple):
    """A piece of Markdown; what ``is_text`` says what it says, whatever Markdown would make of
    it."""

    text: str
    is_text: bool


def markdown_of(html: str, files: Mapping[str, str]) -> list[Piece]:
    """The Markdown that the renderer may have made this field of.

    ``files`` are the targets of pictures and sounds by the name in the field. What is no markup of
    the renderer is kept, between marks that no text has.
    """
    pieces: list[Piece] = []
    links: list[str] = []
    has_gaps = "{{c" in html
    for found in _PART.finditer(html):
        kind = found.lastgroup or ""
        if kind == "text" or (kind == "gap_end" and not has_gaps):
            pieces.append(Piece(found[0], True))
        elif kind == "entity":
            pieces.append(Piece(unescape(found[0]), True))
        elif kind == "tag":
            pieces += _tag(found, links)
        elif kind == "link":
            pieces.append(Piece("[", False))
            links.append(unescape(found["link"]))
        elif made := _markup(kind, found, files):
            pieces.append(Piece(made, False))
    return pieces


def _tag(found: re.Match[str], links: list[str]) -> Iterator[Piece]:
    name, is_end = found["tag"], bool(found["end"])
    if name in _MARKS:
        yield Piece(_MARKS[name], False)
    elif name in _SAME_TAGS or (name in ("br", "wbr") and not is_end):
        yield Piece(found[0], False)
    elif name == "a":  # of a link into the folder only its text is on the card
        address = links.pop() if is_end and links else ""
        if not is_end:
            links.append("")
        elif address:
            yield Piece(f"]({_address(address)})", False)
    else:
        yield _opaque(found[0])


def _address(text: str) -> str:
    return f"<{text}>" if re.search(r"[()\s]", text) else text


def _opaque(html: str) -> Piece:
    return Piece(f"{_OPAQUE}{html}{_OPAQUE}", False)


def _markup(kind: str, found: re.Match[str], files: Mapping[str, str]) -> str:
    if kind == "code":
        return _code(unescape(found["code"].replace("<wbr>", "")))
    if kind == "formula":
        return f"${unescape(found['formula'])}$"
    if kind == "display":
        return f"$${unescape(found['display'])}$$"
    if kind in ("picture", "alt", "title", "width"):
        return _picture(found, files)
    if kind == "sound":
        target = files.get(found["sound"])
        return f"![]({_address(target)})" if target else _opaque(found[0]).text
    if kind in ("gap", "gap_end"):
        return "=="
    if kind:  # what the renderer does not make, and blocks of code, which are several lines
        return _opaque(found[0]).text
    return ""  # an empty element that keeps a backslash and a bracket apart


def _code(text: str) -> str:
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    is_padded = (
        text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " != text.strip())
    )
    pad = " " if is_padded else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _picture(found: re.Match[str], files: Mapping[str, str]) -> str:
    target = files.get(found["picture"])
    if not target:
        return _opaque(found[0]).text
    size = f"|{found['width']}" if found["width"] else ""
    title = f' "{unescape(found["title"])}"' if found["title"] else ""
    return f"![{unescape(found['alt'])}{size}]({_address(target)}{title})"


# --- the cell's own Markdown, changed no further than the field was -----------------------------


def rewritten(
    cell: str, ours: str, theirs: str, files: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Texts for a cell that may make the field ``theirs``; the one that is nearest to what the cell
    says now comes first. ``ours`` is the field that it makes now.

    What does not show on a card (a comment, a link's address) is in all of them.
    """
    old, new = (markdown_of(html, files or {}) for html in (ours, theirs))
    before = _tokens(old)
    after = [Piece(token, piece.is_text) for piece in new for token in _TOKEN.findall(piece.text)]
    own = _TOKEN.findall(cell)
    hidden = _words(cell) - _words("".join(before))
    tried = {cell}
    comments = cell.count("<!--")  # no text of a field may become one, not even behind a backslash
    edits = _edits(before, [piece.text for piece in after])
    places = _same_places(before, own)
    for write, is_wide in product(_WRITERS, (False, True)):
        text = _spliced(own, before, after, edits, places, write, is_wide)
        if text is not None and text.count("<!--") <= comments and _is_new(text, tried, hidden):
            yield text
    for write in _WRITERS:
        text = "".join(write(piece) for piece in after)
        if text.count("<!--") <= comments and _is_new(text, tried, hidden):
            yield text


def _is_new(text: str, tried: set[str], hidden: Counter[str]) -> bool:
    if text in tried or _OPAQUE in text:
        return False
    tried.add(text)
    return not hidden - _words(text)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text))


def _tokens(pieces: Sequence[Piece]) -> list[str]:
    return [token for piece in pieces for token in _TOKEN.findall(piece.text)]


def _plainly(piece: Piece) -> str:
    return piece.text


def _escaped(piece: Piece) -> str:
    return _SPECIAL.sub(r"\\\g<0>", piece.text) if piece.is_text else piece.text


def _all_escaped(piece: Piece) -> str:
    return _ANY_SPECIAL.sub(r"\\\g<0>", piece.text) if piece.is_text else piece.text


def _as_entities(piece: Piece) -> str:
    if not piece.is_text:
        return piece.text
    return _ANY_SPECIAL.sub(lambda found: f"&#{ord(found[0])};", piece.text)


Writer = Callable[[Piece], str]
_WRITERS: tuple[Writer, ...] = (_plainly, _escaped, _all_escaped, _as_entities)


class _Edit(NamedTuple):
    """Tokens of the old text, by their places, and those that stand there in the new one."""

    old: range
    new: range


def _edits(old: Sequence[str], new: Sequence[str]) -> list[_Edit]:
    start, end = shared_ends(old, new)
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(before), len(after)) > _MOST_COMPARED:
        return [_Edit(range(start, len(old) - end), range(start, len(new) - end))]
    codes = SequenceMatcher(None, before, after, False).get_opcodes()
    return [
        _Edit(range(start + a, start + b), range(start + c, start + d))
        for kind, a, b, c, d in codes
        if kind != "equal"
    ]


def shared_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many tokens two texts share at their beginning, and behind it at their end; of texts that
    are not cut into tokens, how many characters."""
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n] != new[n]), most)
    most -= start
    end = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    return start, end


def _same_places(text: Sequence[str], own: Sequence[str]) -> dict[int, int]:
    """Where in the cell the tokens of a text stand, by their places; not those that nobody
    finds."""
    start, end = shared_ends(text, own)
    found = {place: place for place in range(start)}
    found |= {len(text) - n: len(own) - n for n in range(1, end + 1)}
    before, after = text[start : len(text) - end], own[start : len(own) - end]
    if max(len(before), len(after)) <= _MOST_COMPARED:
        for a, b, size in SequenceMatcher(None, before, after, False).get_matching_blocks():
            found |= {start + a + n: start + b + n for n in range(size)}
    return found


def _spliced(
    own: Sequence[str],
    before: Sequence[str],
    after: Sequence[Piece],
    edits: Sequence[_Edit],
    places: Mapping[int, int],
    write: Writer,
    is_wide: bool,
) -> str | None:
    """The cell with the edits made in its own tokens. An edit that ``is_wide`` takes with it what
    stands around its tokens in the cell alone, a backslash for instance."""
    found: list[str] = []
    done = 0
    for old, new in edits:
        is_above = not old.start or old.start - 1 in places
        is_below = old.stop == len(before) or old.stop in places
        above, below = places.get(old.start - 1, -1) + 1, places.get(old.stop, len(own))
        if not old and (is_above or is_below):
            start = end = above if is_above else below
        elif old and is_wide and is_above and is_below:
            start, end = above, below
        elif old and not is_wide and {old.start, old.stop - 1} <= places.keys():
            start, end = places[old.start], places[old.stop - 1] + 1
        else:
            return None
        if not done <= start <= end:
            return None
        found += own[done:start]
        found += [write(after[place]) for place in new]
        done = end
    return "".join([*found, *own[done:]])
