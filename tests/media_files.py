"""Pictures and sounds for tests, each the smallest that is one."""

from __future__ import annotations

import struct
import wave
import zlib
from io import BytesIO


def png(red: int = 200, width: int = 4, height: int = 3) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    row = b"\0" + bytes((red, 60, 60, 255)) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


def wav(value: int = 128) -> bytes:
    """A hundredth of a second of silence."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes([value]) * 80)
    return file.getvalue()


def svg(inner: str = '<circle r="9"/>', attributes: str = "") -> bytes:
    """A picture of lines."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inner}</svg>'.encode()


def box(name: bytes, content: bytes) -> bytes:
    """A box of an MP4."""
    return struct.pack(">I", len(content) + 8) + name + content


def mp4(brand: bytes, *tracks: bytes, is_first: bool = True) -> bytes:
    """An MP4 of a brand with tracks of these kinds, described before or behind the data."""
    handlers = (box(b"hdlr", bytes(8) + kind + bytes(13)) for kind in tracks)
    moov = box(b"moov", b"".join(box(b"trak", box(b"mdia", each)) for each in handlers))
    data = box(b"mdat", b"vide" * 9)
    return box(b"ftyp", brand + bytes(4)) + (moov + data if is_first else data + moov)


MP3 = b"\xff\xfb\x90\x00" + bytes(400)
