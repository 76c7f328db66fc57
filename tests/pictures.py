"""Makes the pictures of cards: `python tests/pictures.py` (needs the test extra and Chromium)."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from generator.anki.note_types import note_types
from generator.core.model import StampedNote
from generator.pipeline.build import run
from generator.preview.fill_templates import render_note

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT, GAP = 300, 470, 14  # of one card, in CSS pixels


class Shot(NamedTuple):
    """A side of a card: its note's clue begins so, and its template has this name."""

    clue: str
    template: str
    side: str
    night: bool = False


README = (
    Shot("an instant prediction", "Recall", "question"),
    Shot("an instant prediction", "Recall", "answer"),
    Shot("using a traffic split", "Trap", "question"),
    Shot("using a traffic split", "Trap", "answer"),
    Shot("an instant prediction", "Clue quiz", "question", night=True),
    Shot("an instant prediction", "Clue quiz", "answer", night=True),
)
_FORMS = (
    ("Which of these have", "Quiz"),
    ("Osmosis", "Recall"),
    ("Pumps move", "Cloze"),
    ("They line up", "Recall"),
)
FORMS = tuple(Shot(*form, side) for side in ("question", "answer") for form in _FORMS)


def main() -> None:
    """Write docs/cards.png and docs/forms.png, or into the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        own_notes = _notes(ROOT / "source_notes")
        _take(browser, own_notes, README, len(README), folder / "cards.png")
        with TemporaryDirectory() as notes:
            text = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
            for number, form in enumerate(
                re.findall(r"^```markdown\n(.*?)^```", text, re.M | re.S)
            ):
                (Path(notes) / f"cells-{number}.md").write_text(f"# Cells\n\n{form}")
            _take(browser, _notes(Path(notes)), FORMS, len(_FORMS), folder / "forms.png")
        browser.close()


def _notes(folder: Path) -> Sequence[StampedNote]:
    return run(folder, ROOT / "decks", now=1, dry=True, keep_notes=True).result.notes


def _take(
    browser: Browser, notes: Sequence[StampedNote], shots: Sequence[Shot], columns: int, path: Path
) -> None:
    frames = "".join(_frame(notes, shot) for shot in shots)
    page_html = (
        f"<style>body{{margin:0;padding:{GAP}px;background:#8b8f94;display:grid;gap:{GAP}px;"
        f"grid-template-columns:repeat({columns},{WIDTH}px)}}iframe{{border:0;"
        f"border-radius:14px;width:{WIDTH}px;height:{HEIGHT}px}}</style>{frames}"
    )
    rows = len(shots) // columns
    width, height = columns * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
    page.set_content(page_html, wait_until="load")
    page.wait_for_timeout(500)
    page.screenshot(path=path)


def _frame(notes: Sequence[StampedNote], shot: Shot) -> str:
    stamped = next(n for n in notes if n.note.origin.clue.startswith(shot.clue))
    note_type = note_types()[stamped.note.origin.kind]
    cards = render_note(stamped.note, stamped.fields)
    card = next(card for card in cards if card.template == shot.template)
    style = f"<style>body{{margin:16px}}{note_type.css}.card{{font-size:17px}}</style>"
    mode = "card nightMode night_mode" if shot.night else "card"
    html = f'{style}<body class="{mode}">{getattr(card, shot.side)}</body>'
    return f'<iframe scrolling="no" srcdoc="{escape(html)}"></iframe>'


if __name__ == "__main__":
    main()
