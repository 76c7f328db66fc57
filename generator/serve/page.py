"""Writes the page that a phone sees first: a button a deck, and what to do with it; pure."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote

from generator.core.diagnostics import number
from generator.core.lazy_regex import lazy_regex

_PLACE = lazy_regex(r"%(\w+)%")
_SCRIPT = lazy_regex(r"<script>(.*?)</script>", re.DOTALL)
_KILO, _MEGA = 1_000, 1_000_000


class Offer(NamedTuple):
    """A package to take: its file's name, its deck, how many cards and bytes it has."""

    file: str
    deck: str
    cards: int
    bytes: int


def format_page(offers: Sequence[Offer], held: int, qr: str, version: int) -> str:
    """The page. ``held`` rows have errors; ``qr`` is a picture of the address as a ``data:`` URI;
    the page loads itself anew when the site's version is another one."""
    return _fill(
        "page.html",
        decks="\n".join(map(_button, offers)) or "<p>There is no deck yet.</p>",
        held=f"<p>{number(held, 'row')} wait for a mistake to be mended.</p>" if held else "",
        qr=escape(qr),
        version=json.dumps(version),
    )


def format_frame(version: int) -> str:
    """A page around the preview, which it loads anew after each build where it was."""
    return _fill("frame.html", version=json.dumps(version))


def policy_of(page: str) -> str:
    """What the page may do: run its own script, and ask its own site."""
    scripts = (b64encode(sha256(s.encode()).digest()).decode() for s in _SCRIPT.findall(page))
    allowed = " ".join(f"'sha256-{each}'" for each in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:;"
        " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _button(offer: Offer) -> str:
    size = (
        f"{offer.bytes / _MEGA:.1f} MB"
        if offer.bytes >= _MEGA
        else f"{-(-offer.bytes // _KILO)} kB"
    )
    return (
        f'<a class="deck" href="{escape(quote(offer.file))}" download>'
        f"<b>{escape(offer.deck)}</b><span>{number(offer.cards, 'card')}, {size}</span></a>"
    )


def _fill(name: str, **values: str) -> str:
    text = (files("generator.serve") / name).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: values[place[1]], text)
