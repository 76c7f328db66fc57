"""Tells pictures and sounds by their first bytes, and what an SVG holds that is not to be shown."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import NamedTuple
from xml.parsers import expat

from generator.core.lazy_regex import lazy_regex

_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"


class Format(NamedTuple):
    """A kind of file: its extensions, the usual one first, and the pattern that it begins with."""

    extensions: tuple[str, ...]
    start: re.Pattern[bytes]
    is_sound: bool

    @property
    def name(self) -> str:
        """The usual extension."""
        return self.extensions[0]


def _format(extensions: str, start: bytes, is_sound: bool = False) -> Format:
    return Format(tuple(extensions.split()), lazy_regex(start, re.DOTALL), is_sound)


# First match wins. Each pattern is what the format's own specification asks a file to begin with.
FORMATS = (
    _format("png", rb"\x89PNG\r\n\x1a\n"),
    _format("jpg jpeg", rb"\xff\xd8\xff"),
    _format("gif", rb"GIF8[79]a"),
    _format("webp", rb"RIFF....WEBP"),
    _format("avif", rb"....ftyp(avi[fs]|mi[fa]1.{4}(.{4})*?avif)"),
    _format("svg", rb"(\xef\xbb\xbf)?\s*<(\?xml\s|!--|!DOCTYPE\s+svg|svg[\s>])"),
    _format("wav", rb"RIFF....WAVE", is_sound=True),
    _format("flac", rb"fLaC", is_sound=True),
    _format("opus", rb"OggS.{24}OpusHead", is_sound=True),
    _format("ogg oga", rb"OggS.{24}(\x01vorbis|\x7fFLAC|Speex   )", is_sound=True),
    _format("m4a", rb"....ftyp(M4[AB] |mp4[12]|isom|iso2|dash)", is_sound=True),
    _format("mp3", rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", is_sound=True),
)
_MOST_START_BYTES = 128  # bytes


def format_of(data: bytes) -> Format | None:
    """What the file is, whatever its name says; None where no format begins like this."""
    head = data[:_MOST_START_BYTES]
    return next((each for each in FORMATS if each.start.match(head)), None)


# --- video ------------------------------------------------------------------------------------

# What no card plays; an MP4 may hold a sound alone, and is looked into.
_VIDEOS = (
    ("webm", lazy_regex(rb"\x1aE\xdf\xa3.{0,64}webm", re.DOTALL)),
    ("mkv", lazy_regex(rb"\x1aE\xdf\xa3")),
    ("mov", lazy_regex(rb"....(ftypqt  |moov|mdat)", re.DOTALL)),
    ("avi", lazy_regex(rb"RIFF....AVI ", re.DOTALL)),
    ("ogv", lazy_regex(rb"OggS.{24}\x80theora", re.DOTALL)),
    ("mpeg", lazy_regex(rb"\x00\x00\x01[\xb3\xba]")),
    ("flv", lazy_regex(rb"FLV\x01")),
    ("wmv", lazy_regex(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),
)
_MP4 = lazy_regex(rb"....ftyp(?!avi|mi[fa]|heic|heix)", re.DOTALL)
_BOXES_ON_THE_WAY = (b"moov", b"trak", b"mdia")
_MOST_BOXES = 10_000  # a film of hours has some hundred outside of its tables


def video_in(data: bytes) -> str:
    """The name of the format where a file is a video; an empty text where it is none."""
    if _MP4.match(data[:_MOST_START_BYTES]) and _has_pictures(data):
        return "mp4"
    return next((name for name, start in _VIDEOS if start.match(data[:_MOST_START_BYTES])), "")


def _has_pictures(data: bytes) -> bool:
    """Whether a track of an MP4 shows something: its boxes are a length, a name and a content."""
    spans = [(0, len(data))]
    for _ in range(_MOST_BOXES):
        while spans and spans[-1][0] + 8 > spans[-1][1]:
            spans.pop()
        if not spans:
            break
        start, end = spans.pop()
        size, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        head = 8
        if size == 1:  # the length follows, as it is too large for its place
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        last = min(end, start + size) if size >= head else end
        spans.append((last, end))
        if name in _BOXES_ON_THE_WAY:
            spans.append((start + head, last))
        elif name == b"hdlr" and data[start + head + 8 : start + head + 12] == b"vide":
            return True
    return False


# --- SVG --------------------------------------------------------------------------------------


class _UnsafeError(Exception):
    """What is found in an SVG; it ends the parsing."""


_ACTIVE = lazy_regex(r"script|foreignobject|iframe|embed|object|handler|listener|audio|video", re.I)
_LINK = lazy_regex(r"href|src|base", re.I)
_INSIDE = lazy_regex(r"\s*(#|data:image/(png|jpe?g|gif|webp);|$)", re.I)
# In style sheets and in attributes. A backslash could spell "url" in another way.
_OUTWARD = lazy_regex(
    r"url\(\s*['\"]?\s*(?!['\"#\s])|@import|javascript:|\\"
    # They take an address as it stands, or from elsewhere.
    r"|image-set\(|cross-fade\(|(?<![\w-])(?:src|image)\(\s*(?:['\"]|var\(|attr\()",
    re.IGNORECASE,
)
# A font that the file brings along, by what it says and by how it begins: nothing else is let in.
_FONT = lazy_regex(
    r"url\(\s*(?P<quote>['\"]?)data:(?:font/[a-z0-9+.-]+|application/(?:x-|vnd\.ms-)?"
    r"(?:font-?[a-z0-9]*|opentype|truetype|octet-stream|fontobject))(?:;charset=[a-z0-9-]+)?;base64,"
    r"\s*(?P<data>[A-Za-z0-9+/=\s]*)(?P=quote)\s*\)",
    re.IGNORECASE,
)
_FONT_STARTS = (b"wOFF", b"wOF2", b"OTTO", b"true", b"ttcf", b"\x00\x01\x00\x00")


def _without_fonts(style: str) -> str:
    """A style sheet without the fonts that stand in it."""
    return _FONT.sub(lambda font: "" if _is_font(font["data"]) else font[0], style)


def _is_font(data: str) -> bool:
    start = "".join(data[:64].split())[:8]
    try:
        return b64decode(start).startswith(_FONT_STARTS)
    except ValueError:
        return False


_DEEPEST = 500  # elements; what draws them needs a stack that is higher than they are deep
_MOST_DECLARED = 50  # attributes that a document type gives to all elements of a name


def unsafe_in_svg(data: bytes) -> str:
    """What in an SVG might run or load something, in words; an empty text where nothing might.

    As an ``<img>`` it can do neither in a browser; but a card is shown by many clients.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    opened: list[str] = []
    styles: list[str] = []
    declared = 0

    def declaration(_: str, encoding: str | None, __: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
            raise _UnsafeError(f"text in {encoding}")

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition("}")
        if not opened and (namespace, local) != (_SVG, "svg"):
            raise _UnsafeError("anything but SVG")
        opened.append(local.lower())
        if len(opened) > _DEEPEST:
            raise _UnsafeError(f"elements more than {_DEEPEST} deep inside each other")
        if _ACTIVE.fullmatch(local) or namespace == _XHTML:
            raise _UnsafeError(f"<{local}>")
        for attribute, value in attributes.items():
            namespace, _, local = attribute.rpartition("}")
            if local.lower().startswith("on"):
                raise _UnsafeError(f"{local}=…")
            is_link = _LINK.fullmatch(local) and not _INSIDE.match(value)
            is_animated_link = local == "attributeName" and "href" in value.lower()
            # An editor's own attributes may hold the paths of its machine.
            if is_link or is_animated_link or (not namespace and _OUTWARD.search(value)):
                raise _UnsafeError("a link to anything outside it")

    def end(_: str) -> None:
        if opened.pop() == "style":
            if _OUTWARD.search(_without_fonts("".join(styles))):
                raise _UnsafeError("a link to anything outside it")
            styles.clear()

    def text(content: str) -> None:
        if opened[-1] == "style":
            styles.append(content)

    def entity(*_: object) -> None:
        raise _UnsafeError("entities of its own")

    def attribute_of_all(*_: object) -> None:
        # Each is added to each element of its name.
        nonlocal declared
        declared += 1
        if declared > _MOST_DECLARED:
            raise _UnsafeError("so many attributes of its own")

    def instruction(*_: object) -> None:
        raise _UnsafeError("processing instructions")

    parser.XmlDeclHandler = declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    parser.AttlistDeclHandler = attribute_of_all
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(data, True)
    except _UnsafeError as found:
        return str(found)
    except expat.ExpatError as error:
        return f"faulty XML, as in line {error.lineno}"
    return ""
