"""What is built from fixed notes, pinned to the byte: tells a refactoring from a change.

`tests/cases/pinned.txt` has the beginning of the SHA-256 of each package and of each ledger. After
a change that is meant to change them, `pytest --update` writes it anew; the diff shows which ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from itertools import islice
from pathlib import Path

import cases
from build_notes import NOW, build_only
from oracle import golden_packages

from benchmarks.corpus import pages

PINNED = cases.FOLDER / "pinned.txt"
MOST_CASES = 80

# Each form of notes, in two versions: what was edited, moved, deleted, added.
FORMS = {
    "sea/deck.toml": 'deck = "Sea::Coast"\ntags = ["coast"]\ntopic = "The sea"\n',
    "sea/tides.md": """\
---
title: Tides and coasts
tags: [tide]
---

# Tides

## Words

| Word | Meaning |
|---|---|
| ebb | the water goes **out** |
| flood | the water comes in |
| slack | it stands still |
| neap | the `smallest` range |

| Mistake | Better rule |
|---|---|
| sailing by last year's table | take this year's |

| Trap | Better rule |
|---|---|
| anchoring at high water | leave room for the ebb |
| trusting one buoy | take two bearings |

## Coasts

| Coast | Rock | Slope | Example |
|---|---|---|---|
| cliff | chalk | steep | the white ones |
| beach | sand | | |
| fjord | granite | steep | |

| Sign | What it says | Why | Tags | ID |
|---|---|---|---|---|
| a red buoy | keep it to port | so agreed | marks | b1 |
| a green buoy | keep it to starboard | | marks | b2 |
""",
    "sea/knots.md": """\
# Knots

Bowline
: a loop that does not slip

Clove hitch
: holds on a post
: quick to tie

<!-- cards: definitions reverse -->

- **Reef knot** – joins two ends of one rope
- Fender: keeps a hull from the quay

## Mooring
<!-- cards: order -->

1. The fenders go out.
2. The bow line goes ashore.
3. The stern line follows.

Which lines hold a boat at a quay?

- [x] bow line
- [ ] log line
- [x] stern line

A boat at anchor swings with ==the wind== and ==1::the tide::twice a day==.

| Lesson | Focus |
|---|---|
| 3.1 Ropes | splices |
""",
    "lights.md": "# Lights\n\n| Light | Vessel |\n|---|---|\n| red over green | sailing |\n"
    "| three in a row | fishing |\n| a single white one | at anchor |\n",
}
EDITS = (
    ("sea/tides.md", "it stands still", "the stream stands still"),
    ("sea/tides.md", "| trusting one buoy | take two bearings |\n", ""),
    (
        "sea/tides.md",
        "| beach | sand | | |",
        "| beach | sand | gentle | |\n| marsh | mud | flat | |",
    ),
    ("sea/tides.md", "| a red buoy | keep it to port |", "| a red can | leave it to port |"),
    ("sea/knots.md", "2. The bow line", "2. The engine is put astern.\n3. The bow line"),
    ("sea/knots.md", "with ==the wind== and", "with ==the current==, ==the wind== and"),
    ("lights.md", "| three in a row | fishing |\n", ""),
    (
        "sea/knots.md",
        "# Knots\n",
        "# Knots\n\n| Light | Vessel |\n|---|---|\n| three in a row | fishing |\n",
    ),
)


def edited() -> dict[str, str]:
    files = dict(FORMS)
    for path, old, new in EDITS:
        assert files[path].count(old) == 1, old
        files[path] = files[path].replace(old, new)
    return files


def digests(folder: Path, name: str, *rounds: Mapping[str, str]) -> dict[str, str]:
    """The digest of each package and of the ledger, round after round."""
    found = {}
    for number, files in enumerate(rounds, 1):
        build_only(folder, files, NOW + 1000 * number)
        for path in [folder / "notes/ledger.jsonl", *(folder / "decks").iterdir()]:
            digest = sha256(path.read_bytes()).hexdigest()[:16]
            found[f"{name}/{number}/{path.name}"] = digest
    return found


def check(name: str, found: Mapping[str, str]) -> None:
    """Compare with what is pinned below this name; with --update, pin it."""
    lines = PINNED.read_text(encoding="utf-8").splitlines() if PINNED.exists() else []
    pinned = dict(line.split(" ") for line in lines)
    of_name = {key: digest for key, digest in pinned.items() if key.startswith(f"{name}/")}
    if cases.is_updating:
        left = pinned.items() - of_name.items()
        text = "".join(f"{key} {digest}\n" for key, digest in sorted({*left, *found.items()}))
        PINNED.write_text(text, encoding="utf-8", newline="\n")
    else:
        assert found == of_name


def test_the_golden_cases_are_built_as_they_were(tmp_path: Path) -> None:
    packages = islice(golden_packages().values(), MOST_CASES)
    files = {path: text for package in packages for path, text in package.items()}
    check("golden", digests(tmp_path, "golden", files))


def test_a_corpus_is_built_as_it_was(tmp_path: Path) -> None:
    files = {page.path: page.text for page in pages(300)}
    path, text = min(files.items())
    head, _, tail = text.rpartition("|")
    check(
        "corpus", digests(tmp_path, "corpus", files, {**files, path: f"{head}, and so on |{tail}"})
    )


def test_each_form_is_built_as_it_was(tmp_path: Path) -> None:
    check("forms", digests(tmp_path, "forms", FORMS, edited()))
