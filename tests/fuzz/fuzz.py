"""Looks for texts on which a check fails, led by what they make the program do.

    pip install atheris          # Linux or macOS, CPython up to 3.13
    PYTHONPATH=.:tests python tests/fuzz/fuzz.py -max_total_time=600 -max_len=600 CORPUS_FOLDER

It is no part of the test suite. The text that broke a check is left in a file `crash-…`; make it
small, and keep it as a case of `tests/cases/fuzz.md`.
"""

from __future__ import annotations

import random
import sys

import atheris

with atheris.instrument_imports(include=["generator", "markdown_it", "yaml"]):
    from invariants import PIECES, assert_accounted, assert_harmless

    from generator.markup.inline import plain, read_cell


def check(data: bytes) -> None:
    """A page, and the same text as a cell and as a heading."""
    text = data.decode("utf-8", errors="replace")
    assert_accounted(text)
    assert_harmless(read_cell(text, {"R": ("https://example.org", "")}).html)
    assert plain(text) == " ".join(plain(text).split())


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Every other time a piece of Markdown is put in, which no chance would find so soon."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return atheris.Mutate(data, most)
    place = chance.randrange(len(data) + 1)
    return (data[:place] + chance.choice(PIECES).encode() + data[place:])[:most]


if __name__ == "__main__":
    atheris.Setup(sys.argv, check, custom_mutator=mutate)
    atheris.Fuzz()
