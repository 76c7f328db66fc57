"""docs/forms.md, docs/tables.md: each example builds as it stands, and gives the cards below it.

After a change that is meant, `pytest --update` writes the lists anew.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from build_notes import build_in

from generator.core.diagnostics import has_errors
from generator.preview.fill_templates import Card, render_note

DOCS = Path(__file__).resolve().parents[1] / "docs"
_FORM = re.compile(
    r"^(?P<fence>```+)markdown\n(?P<notes>.*?)^(?P=fence)\n(?P<cards>(?:\n|\|[^\n]*\n)*)",
    re.M | re.S,
)
_PART = re.compile(r'<(div|dl) class="(bd-[\w-]+)[^>]*>(.*?)</\1>', re.S)
_OPTION = re.compile(r"<li[^>]*?(?P<right> data-ok)?>(.*?)</li>", re.S)


def sides(card: Card) -> tuple[str, str]:
    """What is asked and what is answered, as Markdown."""
    asked, answers = found(card.question), found(card.answer)
    names = ("bd-cue", "bd-lead", "bd-prompt", "bd-row", "bd-given", "bd-ask")
    front = [asked[name] for name in names if name in asked]
    back = [
        answers[name] for name in ("bd-a-text", "right", "bd-extra", "bd-why") if name in answers
    ]
    if "cloze" in card.answer:
        back = [shown(text) for text in re.findall(r'"cloze"[^>]*>(.*?)</span>', card.answer)]
    if "options" in asked:
        front.append(f"*{asked['options']}*")
    return " · ".join(front), " · ".join(back)


def found(html: str) -> dict[str, str]:
    """The parts of a card as text, by their class; `options` are all, `right` the right ones."""
    # A label stands in front of what it is for, one of several of its field.
    html = re.sub(r'<div class="bd-why-label.*?</div>', "", html)
    parts = {name: shown(text) for _, name, text in _PART.findall(html) if shown(text)}
    options = sorted((shown(text), right) for right, text in _OPTION.findall(html))
    if options:
        parts["bd-ask"] = shown(re.findall(r'<div class="bd-ask">(.*?)</div>', html)[0])
        parts["options"] = " / ".join(text for text, _ in options)
        parts["right"] = ", ".join(text for text, right in options if right)
    return parts


def shown(html: str) -> str:
    text = re.sub(r"</p>|<br>|</dd>", " ", re.sub("(<i>[^<]*</i>)?</dt>", ": ", html))
    return " ".join(unescape(re.sub("<[^>]*>", "", text)).split()).replace("|", "\\|")


def listed(folder: Path, notes: str) -> str:
    """The cards of some notes as a table."""
    outcome = build_in(folder, {"cells.md": notes})
    assert not has_errors(outcome.result.diagnostics)
    cards = [card for note in outcome.result.notes for card in render_note(note.note, note.fields)]
    rows = [f"| {asked} | {answer} |" for asked, answer in map(sides, cards)]
    return "\n".join(["", "| your phone asks | and the back says |", "|---|---|", *rows, "\n"])


@pytest.mark.parametrize(("name", "fewest"), [("forms.md", 20), ("tables.md", 5)])
def test_each_form_gives_the_cards_that_stand_below_it(
    tmp_path: Path, request: pytest.FixtureRequest, name: str, fewest: int
) -> None:
    page = DOCS / name
    text = page.read_text(encoding="utf-8")
    pieces = []
    end = 0
    for number, form in enumerate(_FORM.finditer(text)):
        folder = tmp_path / str(number)
        folder.mkdir()
        pieces += [text[end : form.start("cards")], listed(folder, form["notes"])]
        end = form.end("cards")
    expected = "".join([*pieces, text[end:]])
    assert number >= fewest
    if request.config.getoption("--update"):
        page.write_text(expected, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == expected
