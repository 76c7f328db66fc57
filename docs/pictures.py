"""Makes the README's picture: `python docs/pictures.py` (needs the test extra and Chromium)."""

from __future__ import annotations

import shutil
import sys
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from generator.anki.note_types import note_types
from generator.build import run
from generator.model import Kind, StampedNote
from generator.preview.render import render_note

ROOT = Path(__file__).parents[1]
# (clue begins with, card's template, side, night)
CARDS = (
    ("an instant prediction", "Recall", "question", False),
    ("an instant prediction", "Recall", "answer", False),
    ("using a traffic split", "Trap", "question", False),
    ("using a traffic split", "Trap", "answer", False),
    ("an instant prediction", "Quiz", "question", True),
    ("an instant prediction", "Quiz", "answer", True),
)
WIDTH, HEIGHT = 300, 470  # of one card, in CSS pixels


def main() -> None:
    """Write docs/cards.png from the project's own notes."""
    outcome = run(ROOT / "source_notes", ROOT / "decks", now=1, dry=True)
    notes = outcome.result.packages[0].package.notes
    frames = "".join(_frame(notes, *card) for card in CARDS)
    page_html = (
        "<style>body{margin:0;padding:14px;background:#8b8f94;display:grid;gap:14px;"
        f"grid-template-columns:repeat(6,{WIDTH}px)}}iframe{{border:0;border-radius:14px;"
        f"width:{WIDTH}px;height:{HEIGHT}px}}</style>{frames}"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        size = {"width": 6 * WIDTH + 7 * 14, "height": HEIGHT + 28}
        page = browser.new_page(viewport=size, device_scale_factor=1)
        page.set_content(page_html, wait_until="load")
        page.wait_for_timeout(500)
        page.screenshot(path=sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "cards.png")
        browser.close()


def _frame(notes: tuple[StampedNote, ...], clue: str, template: str, side: str, night: bool) -> str:
    stamped = next(n for n in notes if n.note.origin.clue.startswith(clue))
    note_type = note_types()[stamped.note.origin.kind]
    assert stamped.note.origin.kind in {Kind.CLUE, Kind.TRAP}
    card = next(c for c in render_note(stamped) if c.template == template)
    style = f"<style>body{{margin:16px}}{note_type.css}.card{{font-size:17px}}</style>"
    mode = "card nightMode night_mode" if night else "card"
    html = f'{style}<body class="{mode}">{getattr(card, side)}</body>'
    return f'<iframe scrolling="no" srcdoc="{escape(html)}"></iframe>'


if __name__ == "__main__":
    main()
