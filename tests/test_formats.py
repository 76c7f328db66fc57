"""Pictures and sounds are known by their bytes; what an SVG could do is refused."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_files import MP3, box, mp4, png, svg, wav

from generator.preview.web_page import _MIME_TYPES
from generator.sources.formats import FORMATS, format_of, unsafe_in_svg, video_in

OGG = b"OggS" + bytes(24)
FILES = {
    "png": [png()],
    "jpg": [b"\xff\xd8\xff\xe0\0\x10JFIF"],
    "gif": [b"GIF87a", b"GIF89a\1\0"],
    "webp": [b"RIFF\x10\0\0\0WEBPVP8 "],
    "avif": [b"\0\0\0\x1cftypavif\0\0\0\0", b"\0\0\0\x20ftypmif1\0\0\0\0mif1avif"],
    "svg": [
        svg(),
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>",
        b"<!-- by hand -->\n<svg/>",
        b'\n<!DOCTYPE svg PUBLIC "">',
    ],
    "wav": [wav()],
    "flac": [b"fLaC\0\0\0\x22"],
    "opus": [OGG + b"OpusHead\1"],
    "ogg": [OGG + b"\x01vorbis", OGG + b"\x7fFLAC", OGG + b"Speex   "],
    "m4a": [b"\0\0\0\x20ftypM4A \0", b"\0\0\0\x18ftypmp42"],
    "mp3": [MP3, b"ID3\x03\0\0\0", b"ID3\x04\0"],
}


def face(kind: str = "font/woff2", font: bytes = b"wOF2x", quote: str = "'") -> str:
    """A style's rule with a font in it."""
    data = b64encode(font).decode()
    return f"@font-face {{ src: url({quote}data:{kind};base64,{data}{quote}) }}"


@pytest.mark.parametrize(("name", "data"), [(n, d) for n, files in FILES.items() for d in files])
def test_a_file_is_known_by_how_it_begins(name: str, data: bytes) -> None:
    found = format_of(data)
    assert found is not None
    assert found.name == name


def test_every_format_has_a_file_here_and_a_type_in_the_preview() -> None:
    assert {each.name for each in FORMATS} == FILES.keys() == _MIME_TYPES.keys()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"text", b"%PDF-1.7", b"<html>", b"<p>", b"RIFF\0\0\0\0AVI ", b"MZ\x90",
        b"PK\3\4",
        OGG + b"\x80theora", b"\xff\xf1\x50\x80", b"\x89PNG", b"BM", b"<svgx>",
        b"\xff\xfe<\0s\0v\0g\0",
    ],
)  # fmt: skip
def test_anything_else_is_nothing(data: bytes) -> None:
    assert format_of(data) is None


@pytest.mark.parametrize(
    ("inner", "attributes"),
    [
        ('<circle r="9"/>', 'viewBox="0 0 9 9" width="9"'),
        ("<style>.a { fill: url(#g) } /* plain */</style><path class='a'/>", ""),
        ('<use xlink:href="#a"/>', 'xmlns:xlink="http://www.w3.org/1999/xlink"'),
        ('<image href="data:image/png;base64,AAAA"/>', ""),
        ("<title>only on Sundays: C:\\notes, @import</title>", ""),
        ('<g i:path="C:\\x.svg" i:about="https://example.org"/>', 'xmlns:i="https://example.org"'),
        ('<g style="fill:url(\'#g\')" fill="url( #g )"/>', ""),
        (f"<style>{face('font/woff2', b'wOF2x')}</style>", ""),
        (f"<style>{face('application/font-woff', b'wOFFx', quote='')} {face()}</style>", ""),
        (f"<style><![CDATA[{face('application/x-font-ttf', b'OTTO')}]]></style>", ""),
        (f"<style>{face('font/ttf;charset=utf-8', bytes((0, 1, 0, 0)))}</style>", ""),
        ("<style>@font-face { src: local('Arial') } a { width: calc(1px + 2px) }</style>", ""),
        ('<text aria-label="image(3), src(2)">f(x)</text>', ""),
    ],
)
def test_an_svg_that_only_draws_is_fine(inner: str, attributes: str) -> None:
    assert unsafe_in_svg(svg(inner, attributes)) == ""


@pytest.mark.parametrize(
    ("inner", "what"),
    [
        ("<script>1</script>", "<script>"),
        ('<s:script xmlns:s="http://www.w3.org/2000/svg">1</s:script>', "<script>"),
        ("<SCRIPT/>", "<SCRIPT>"),
        ('<g onload="x()"/>', "onload=…"),
        ('<g OnClick="x()"/>', "OnClick=…"),
        ("<foreignObject><p/></foreignObject>", "<foreignObject>"),
        ('<a href="https://example.org"/>', "a link to anything outside it"),
        ('<image href="other.png"/>', "a link to anything outside it"),
        ('<image href="data:image/svg+xml,x"/>', "a link to anything outside it"),
        ('<x:use xmlns:x="urn:x" x:href="//example.org"/>', "a link to anything outside it"),
        ('<g xml:base="https://example.org/"/>', "a link to anything outside it"),
        ('<set attributeName="xlink:href" to="x"/>', "a link to anything outside it"),
        ('<set to="javascript:x()"/>', "a link to anything outside it"),
        ('<g style="fill: url(https://example.org)"/>', "a link to anything outside it"),
        ("<g fill=\"url( 'x.svg#a' )\"/>", "a link to anything outside it"),
        ("<style>@import 'x.css';</style>", "a link to anything outside it"),
        ("<style>@im<!-- -->port 'x.css';</style>", "a link to anything outside it"),
        ("<style>a { b: u\\72l(x) }</style>", "a link to anything outside it"),
        (f"<style>{face('font/woff2', b'<html>')}</style>", "a link to anything outside it"),
        (f"<style>{face('text/html', b'wOF2')}</style>", "a link to anything outside it"),
        (f"<style>{face('image/svg+xml', b'wOF2')}</style>", "a link to anything outside it"),
        (f"<style>{face()} b {{ c: url(x.css) }}</style>", "a link to anything outside it"),
        ("<style>a { b: url(data:font/woff2,wOF2) }</style>", "a link to anything outside it"),
        (
            "<style>a { b: url(data:font/ttf;base64,d09GMg }</style>",
            "a link to anything outside it",
        ),
        (f"<style>@import {face()[17:]}</style>", "a link to anything outside it"),
        ("<style>a { b: image-set('x.png' 1x) }</style>", "a link to anything outside it"),
        ("<style>a { b: -webkit-IMAGE-SET('x.png' 1x) }</style>", "a link to anything outside it"),
        ("<style>a { b: src('x.png') }</style>", "a link to anything outside it"),
        ("<style>a { b: src( var(--a) ) }</style>", "a link to anything outside it"),
        ("<style>a { b: cross-fade('x.png', red) }</style>", "a link to anything outside it"),
        ("<g style='b: image(\"x.png\")'/>", "a link to anything outside it"),
        ('<h:img xmlns:h="http://www.w3.org/1999/xhtml" srcset="x 1x"/>', "<img>"),
        ('<h:link xmlns:h="http://www.w3.org/1999/xhtml" rel="stylesheet"/>', "<link>"),
        ("<?xml-stylesheet href='x.css'?>", "processing instructions"),
        ("<g>" * 600 + "</g>" * 600, "elements more than 500 deep inside each other"),
        ("<g>", "faulty XML, as in line 1"),
        ("&nbsp;", "faulty XML, as in line 1"),
    ],
)
def test_an_svg_that_may_run_or_load_is_refused(inner: str, what: str) -> None:
    assert unsafe_in_svg(svg(inner)) == what


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<svg/>", "anything but SVG"),
        (b"<!-- --><html xmlns='http://www.w3.org/1999/xhtml'/>", "anything but SVG"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg("&a;"), "entities of its own"),
        (
            b"<!DOCTYPE svg [<!ATTLIST g" + b" a%d CDATA 'x'" * 60 % (*range(60),) + b">]>" + svg(),
            "so many attributes of its own",
        ),
        (b"<?xml version='1.0' encoding='iso-8859-1'?>" + svg(), "text in iso-8859-1"),
        (svg("x").replace(b"x<", b"\xff<"), "faulty XML, as in line 1"),
    ],
)  # fmt: skip
def test_a_file_that_is_svg_in_name_only_is_refused(data: bytes, what: str) -> None:
    assert unsafe_in_svg(data) == what


def test_a_bomb_of_entities_is_refused_at_its_first() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>' + svg("&b;")
    assert unsafe_in_svg(bomb) == "entities of its own"


# --- video --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (mp4(b"isom", b"vide", b"soun"), "mp4"),
        (mp4(b"M4A ", b"soun", b"vide"), "mp4"),
        (mp4(b"mp42", b"vide", is_first=False), "mp4"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "webm"),
        (b"\x1aE\xdf\xa3\x9fB\x82\x88matroska", "mkv"),
        (b"\0\0\0\x14ftypqt  ", "mov"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"OggS" + bytes(24) + b"\x80theora", "ogv"),
        (b"\0\0\x01\xba", "mpeg"),
    ],
)
def test_a_video_is_known_whatever_its_name(data: bytes, name: str) -> None:
    assert video_in(data) == name


@pytest.mark.parametrize(
    "data",
    [
        mp4(b"M4A ", b"soun"),
        mp4(b"isom", b"soun", b"text", is_first=False),
        mp4(b"dash"),
        b"\0\0\0\x10ftypM4A \0\0\0\0" + box(b"free", b"hdlr" + bytes(8) + b"vide"),
        b"\0\0\0\x08ftypisom" + bytes(400),
        b"\xff\xfb\x90\x00" + bytes(40),
        b"OggS" + bytes(24) + b"OpusHead",
        b"",
    ],
)
def test_a_sound_is_no_video(data: bytes) -> None:
    assert video_in(data) == ""


def test_boxes_without_end_are_not_walked_through_for_ever() -> None:
    assert video_in(b"\0\0\0\x0cftypisom" + b"\0\0\0\x08moov" * 100_000) == ""
    assert video_in(b"\0\0\0\x0cftypisom" + b"\0\0\0\0moov" * 100_000) == ""


@given(st.binary() | st.text().map(lambda text: svg(text)))
def test_no_bytes_raise(data: bytes) -> None:
    format_of(data)
    unsafe_in_svg(data)
    video_in(data)
    video_in(b"\0\0\0\x0cftypisom" + data)
