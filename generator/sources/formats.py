"""Tells pictures and sounds by their first bytes, and what an SVG holds that is not to be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its extensions, the usual one first, and the pattern that it begins with."""

    extensions: tuple[str, ...]
    start: re.Pattern[bytes]
    is_sound: bool

    @property
    def name(self) -> str:
        """The usual extension."""
        return self.extensions[0]


def _format(extensions: str, start: bytes, is_sound: bool = False) -> Format:
    return Format(tuple(extensions.split()), re.compile(start, re.DOTALL), is_sound)


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


class _UnsafeError(Exception):
    """What is found in an SVG; it ends the parsing."""


_ACTIVE = re.compile(r"script|foreignobject|iframe|embed|object|handler|listener|audio|video", re.I)
_LINK = re.compile(r"href|src|base", re.I)
_INSIDE = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp);|$)", re.I)
# In style sheets and in attributes. A backslash could spell "url" in another way.
_OUTWARD = re.compile(r"url\(\s*['\"]?\s*(?!['\"#\s])|@import|javascript:|\\", re.I)


def unsafe_in_svg(data: bytes) -> str:
    """What in an SVG might run or load something, in words; an empty text where nothing might.

    As an ``<img>`` it can do neither in a browser; but a card is shown by many clients.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    opened: list[str] = []
    styles: list[str] = []

    def declaration(_: str, encoding: str | None, __: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
            raise _UnsafeError(f"text in {encoding}")

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition("}")
        if not opened and (namespace, local) != (_SVG, "svg"):
            raise _UnsafeError("anything but SVG")
        opened.append(local.lower())
        if _ACTIVE.fullmatch(local):
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
            if _OUTWARD.search("".join(styles)):
                raise _UnsafeError("a link to anything outside it")
            styles.clear()

    def text(content: str) -> None:
        if opened[-1] == "style":
            styles.append(content)

    def entity(*_: object) -> None:
        raise _UnsafeError("entities of its own")

    def instruction(*_: object) -> None:
        raise _UnsafeError("processing instructions")

    parser.XmlDeclHandler = declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(data, True)
    except _UnsafeError as found:
        return str(found)
    except expat.ExpatError as error:
        return f"faulty XML, as in line {error.lineno}"
    return ""
