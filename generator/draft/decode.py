"""Bytes as they were saved or copied become the text of a page: character sets, web archives."""

from __future__ import annotations

import codecs
import plistlib
import re
from email import message_from_bytes
from email.message import Message
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from generator.core.lazy_regex import lazy_regex
from generator.draft.document import RefusedError

MOST_BYTES = 64 * 1024 * 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = lazy_regex(
    rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)|<\?xml[^>]{0,99}encoding=[\"']([\w.:-]+)",
    re.IGNORECASE,
)
# Python knows codecs that are no character set; these families are what pages are written in.
_KNOWN = lazy_regex(
    r"(windows|cp|iso-?8859|latin|koi8|gb|big5|euc|shift|sjis|iso-2022|mac|tis)[\w.:-]*", re.I
)
_FOREIGN = (
    (b"%PDF", "a PDF", "copy its text, or open it in a word processor and save that as HTML"),
    (b"PK\x03\x04", "a packed document", "open it and save it as HTML"),
    (b"{\\rtf", "an RTF document", "open it and save it as HTML"),
)
# A page that was saved with its pictures; a line of its head may go on in the next.
_MHTML = lazy_regex(rb"(?:[\w-]+:.*\n(?:[ \t].*\n)*+){1,40}?Content-Type: multipart/related")
# What Windows puts before HTML that was copied: where it begins, and where it comes from.
_CLIPBOARD = lazy_regex(rb"Version:[\d.]+\s+(?:\w+:[^\r\n]*+\s+)*+(?=<)")


class Decoded(NamedTuple):
    """A page's text, where it was saved from, and what was done to characters that were broken."""

    text: str
    address: str = ""
    remark: str = ""


def decode(data: bytes) -> Decoded:
    """The page's text. Raises RefusedError for what is no page, or is too big to be one."""
    if len(data) > MOST_BYTES:
        raise RefusedError(f"it is bigger than {MOST_BYTES // 1024 // 1024} MB")
    for start, what, advice in _FOREIGN:
        if data.startswith(start):
            raise RefusedError(f"it is {what}; {advice}")
    if data.startswith(b"bplist00"):
        return _decode_webarchive(data)
    if _MHTML.match(data):
        return _decode_mhtml(data)
    if clipboard := _CLIPBOARD.match(data[:4096]):
        source = re.search(rb"SourceURL:(\S+)", clipboard[0])
        address = source[1].decode("utf-8", "replace") if source else ""
        return _decode_text(data[clipboard.end() :], "utf-8")._replace(address=address)
    return _decode_text(data, "")


def _decode_text(data: bytes, declared: str) -> Decoded:
    """Byte order mark, then UTF-8 if it is that throughout, then what is declared, then Windows."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], encoding)
    if b"\0" in data[:100_000]:
        raise RefusedError("it is not text: there are null bytes in it")
    meta = _META.search(data[:10_000])
    if not declared and meta:
        declared = (meta[1] or meta[2]).decode("ascii", "replace")
    is_escaped = declared.lower().startswith("iso-2022")  # its bytes are ASCII all through
    try:
        if not is_escaped:
            return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        if declared.lower() in ("utf-8", "utf8"):
            return _decoded(data, "utf-8")
    if _KNOWN.fullmatch(declared) and not declared.endswith("8859-1"):  # the web means Windows
        try:
            return _decoded(data, codecs.lookup(declared).name)
        except LookupError:
            pass
    return _decoded(data, "cp1252")


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    broken = text.count("\ufffd")
    remark = f"characters that are not {encoding}, shown as \ufffd ({broken})" if broken else ""
    return Decoded(text, remark=remark)


def _decode_mhtml(data: bytes) -> Decoded:
    """A page that a browser has saved as one file with its pictures."""
    archive = message_from_bytes(data)
    for part in archive.walk():
        if isinstance(part, Message) and part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                address = archive.get("Snapshot-Content-Location") or part.get("Content-Location")
                decoded = _decode_text(body, str(part.get_content_charset() or ""))
                return decoded._replace(address=str(address or ""))
    raise RefusedError("it is an archive without a page in it")


def _decode_webarchive(data: bytes) -> Decoded:
    """A page that Safari has saved as one file."""
    try:
        page = plistlib.loads(data)["WebMainResource"]
        body, declared = page["WebResourceData"], page.get("WebResourceTextEncodingName", "")
        address = str(page.get("WebResourceURL", ""))
        return _decode_text(bytes(body), str(declared))._replace(address=address)
    except (ExpatError, ValueError, KeyError, TypeError,
            AttributeError, OverflowError, RecursionError, MemoryError) as error:  # fmt: skip
        raise RefusedError("it is an archive without a page in it") from error
