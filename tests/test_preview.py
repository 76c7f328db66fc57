"""The preview page in a real browser, opened from a file with the network blocked; its command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from build_notes import NOW, table, write_notes
from chromium import CHROMIUM, wait_until
from command_line import build_decks
from playwright.sync_api import Browser, Frame, Page

from generator.anki.note_types import note_types
from generator.core.model import Kind
from generator.pipeline.build import look
from generator.preview.web_page import MARKER, Recall, format_page

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HOSTILE = "</script><script>alert(1)</script> <!-- {{Answer}} \u2028 &amp; `</style>` %data%"
NOTES = {
    "bio/cells.md": "# Cells\n\n"
    + table(
        ("mitochondrion", "burns sugar for energy"),
        ("ribosome", "links amino acids"),
        ("chloroplast", "makes sugar, $6 CO_2$"),
        header=("Part", "What it does"),
    )
    + "\n"
    + table(("calling a virus a cell", "it has no metabolism"), header=("Trap", "Better rule"))
    + "\n"
    + table(("1", "organs"), header=("Week", "Read")),
    "bio/plants/trees.md": "---\ntags: [exam]\n---\n\n"
    + table(
        ("oak", "acorns", "slow"), ("birch", "catkins", "fast"), header=("Tree", "Fruit", "Growth")
    ),
    "odd.md": f"# {HOSTILE}\n\n" + table((HOSTILE, f"an answer {HOSTILE}")),
}
NO_RECALL: dict[str, Recall] = {}
RECALL: dict[str, Recall] = {
    "mitochondrion": {
        0: ("poor", "recalled 40% of 5, 2 lapses"),
        1: ("good", "recalled 95% of 20"),
    },
    "ribosome": {0: ("fair", "recalled 80% of 10")},
    "oak": {1: ("poor", "recalled 50% of 2")},
}
ERRORS = {"bad.md": "# Bad\n\n" + table(("one", "two", "three")) + "\n"}
Open = Callable[..., Page]


def page_html(folder: Path, files: dict[str, str], recall: dict[str, Recall] = NO_RECALL) -> str:
    """The page for these notes, which stand in a folder called ``notes``; ``recall`` is by clue."""
    result = look(write_notes(folder / "notes", files), folder / "decks", NOW)
    packages = [built.package for built in result.packages]
    guids = {each.note.origin.clue: each.guid for each in result.notes}
    by_guid = {guids[clue]: each for clue, each in recall.items()}
    found = format_page(packages, result.tables, result.diagnostics, "notes", recall=by_guid)
    return b"".join(found).decode()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page for some notes; at the end, nothing was requested or complained about."""
    contexts = []
    faults: list[str] = []

    def open_page(
        files: dict[str, str] = NOTES,
        width: int = 1200,
        scheme: Any = "light",
        slow: int = 1,
        is_touched: bool = False,
        recall: dict[str, Recall] = NO_RECALL,
    ) -> Page:
        path = tmp_path / "preview.html"
        path.write_text(page_html(tmp_path, files, recall), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            has_touch=is_touched,
            is_mobile=is_touched,
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        throttle = {"rate": slow}  # so many times as slow as this machine
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", throttle)
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on("request", lambda r: None if r.url == path.as_uri() else faults.append(r.url))
        page.goto(path.as_uri())
        if page.locator(".item").count():
            page.wait_for_selector("iframe.is-ready")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def card_frame(page: Page, nth: int = 0) -> Frame:
    item = page.locator(".item").nth(nth)
    item.scroll_into_view_if_needed()
    item.locator("iframe.is-ready").first.wait_for()
    handle = item.locator("iframe").first.element_handle()
    frame = handle.content_frame() if handle else None
    assert frame is not None
    return frame


def is_back(page: Page, nth: int = 0) -> bool:
    frame = card_frame(page, nth)
    side = "back" if "Show question" in page.locator(".flip").nth(nth).inner_text() else "front"
    frame.wait_for_selector(f".bd-{side}")
    return side == "back"


def wait_for_side(page: Page, side: str, nth: int = 0) -> None:
    """What is done inside a card reaches the page a moment later, by a message."""
    other = {"back": "Show question", "front": "Show answer"}[side]
    page.locator(".flip").nth(nth).filter(has_text=other).wait_for()
    assert is_back(page, nth) is (side == "back")


def nth_of(page: Page, kind: str) -> int:
    """Which of the cards shown is the first with this heading."""
    headings = page.locator(".about h2").all_inner_texts()
    return next(i for i, text in enumerate(headings) if kind in text)


def count(page: Page) -> int:
    shown = int(page.locator("#count").inner_text().split()[0])
    assert page.locator(".item").count() == min(shown, 48)
    return shown


# --- what is there ----------------------------------------------------------------------------


@needs_chromium
def test_every_card_names_its_place_kind_deck_and_tags(open_page: Open) -> None:
    page = open_page()
    total = count(page)
    assert total >= 3 * 2 + 1 + 2 * 2 + 1
    for text in page.locator(".item").all_inner_texts():
        assert re.search(r"^notes/\S+\.md:\d+$", text, re.MULTILINE)
        assert re.search(r"^Deck \S+", text, re.MULTILINE)
        assert re.search(r"^kind::(clue|trap|compare)$", text, re.MULTILINE)
    trap = page.locator(".item").nth(nth_of(page, "Trap")).inner_text()
    assert "notes/bio/cells.md:11\n" in trap
    assert page.get_by_text("Anki draws the formula.").count() > 0


@needs_chromium
def test_the_frame_holds_the_html_of_the_card(open_page: Open) -> None:
    page = open_page({"a.md": table(("clue <b>", "the `answer`"), ("other", "x"))})
    frame = card_frame(page)
    assert frame.locator(".bd-front .bd-prompt").inner_text() == "clue <b>"
    page.keyboard.press("Space")
    assert frame.locator(".bd-back .bd-a-text code").inner_text() == "answer"


@needs_chromium
def test_what_has_no_card_is_listed_with_its_reason(open_page: Open) -> None:
    page = open_page({**NOTES, **ERRORS})
    report = page.locator("#report")
    assert report.locator("summary").inner_text() == "1 error, 2 warnings, 1 table without cards"
    text = report.inner_text().replace("\n\n", "\n")
    assert "Not shown, until the errors are corrected: the cards of bad.md." in text
    assert "error BD201 row has 3 cells, header has 2" in text
    assert "notes/bad.md:5:15" in text
    assert "Week | Read (1 row): planning\nnotes/bio/cells.md:13" in text


@needs_chromium
def test_without_errors_the_report_is_closed(open_page: Open) -> None:
    page = open_page()
    assert page.locator("#report").get_attribute("open") is None
    assert page.locator("#report summary").inner_text() == "2 warnings, 1 table without cards"


@needs_chromium
def test_notes_without_any_card_are_said_to_be_so(open_page: Open) -> None:
    page = open_page(ERRORS)
    assert page.locator("#empty").inner_text().strip() == "There is no card to show."


@needs_chromium
def test_hostile_text_is_shown_and_does_nothing(open_page: Open) -> None:
    page = open_page()
    page.select_option("#deck", "odd")
    frame = card_frame(page)
    prompt = frame.locator(".bd-prompt").inner_text()
    assert prompt.startswith("</script><script>alert(1)</script> <!-- {{Answer}}")
    page.keyboard.press("Space")
    assert is_back(page)
    assert frame.locator(".bd-a-text").inner_text().startswith("an answer </script>")


# --- finding ----------------------------------------------------------------------------------


@needs_chromium
def test_search_and_filters_narrow(open_page: Open) -> None:
    page = open_page()
    total = count(page)
    page.fill("#search", "SUGAR chloroplast")
    assert count(page) == page.locator(".item", has_text="cells.md:7").count() > 0
    assert f"of {total} cards" in page.locator("#count").inner_text()
    page.fill("#search", "cells.md:11")
    assert count(page) == 1
    page.fill("#search", "nowhere to be found")
    assert count(page) == 0
    page.click("#clear")
    assert count(page) == total
    page.select_option("#kind", "trap")
    assert count(page) == 1
    page.select_option("#kind", "")
    page.select_option("#tag", "exam")
    assert count(page) == 4
    page.select_option("#tag", "")
    page.select_option("#deck", "bio")
    in_bio = count(page)
    assert 4 < in_bio < total
    page.select_option("#tag", "kind::compare")
    assert count(page) == 4
    page.select_option("#tag", "kind::trap")
    page.locator(".tag", has_text="bio::cells").click()
    assert page.input_value("#tag") == "bio::cells"


@needs_chromium
def test_search_takes_phrases(open_page: Open) -> None:
    rows = [
        ("one two three", "x"),
        ("two one", "three x"),
        ("one  two", "four"),
        ('say "two"', "y"),
    ]
    page = open_page({"a.md": table(*rows)})
    for text, found in [
        ("one two", (1, 2, 3)),
        ('"one two"', (1, 3)),
        ('"ONE  two" three', (1,)),
        ('three "one two"', (1,)),
        ('"one two" "four"', (3,)),
        ('"one two', (1, 3)),
        ("“two one”", (2,)),
        ('"one three"', ()),  # a phrase is of one field
        ('""', (1, 2, 3, 4)),
        ('"say', (4,)),
    ]:
        page.fill("#search", text)
        places = page.locator(".item .place").all_inner_texts()
        assert {int(place.rpartition(":")[2]) - 2 for place in places} == set(found), text


@needs_chromium
def test_a_finding_is_shown_with_the_note_that_it_is_about(open_page: Open) -> None:
    page = open_page({
        "a.md": table(("plain", "x"), ("bold", "<b>y</b>"), ("formula", r"$\href{a}{b}$"),
                      header=("Part", "What it does")),
        **ERRORS,
    })  # fmt: skip
    labels = page.locator("#finding option").all_inner_texts()
    assert labels[0] == "Findings"
    assert [re.sub(r" \(\d+\)", "", label) for label in labels[1:]] == [
        "Any finding",
        "BD139",
        "BD162",
    ]
    page.select_option("#finding", "any")
    both = count(page)
    page.select_option("#finding", "BD162")
    assert 0 < count(page) < both
    for item in page.locator(".item").all():
        assert "a.md:5" in item.inner_text()
        assert "warning BD162 a formula with \\href" in item.inner_text()
    page.click("#report a:has-text('a.md:4')")
    page.locator("#only:not([hidden])").wait_for()
    assert {t.partition("\n")[0] for t in page.locator(".about .place").all_inner_texts()} == {
        "notes/a.md:4"
    }


@needs_chromium
def test_each_card_says_how_well_it_is_recalled(open_page: Open) -> None:
    page = open_page(recall=RECALL)
    total = count(page)
    levels = {name: page.locator(f".item.is-{name}").count() for name in ("poor", "fair", "good")}
    assert levels == {"poor": 2, "fair": 1, "good": 1}
    assert page.locator(".item.is-new").count() == total - 4
    background = "e => getComputedStyle(e.querySelector('.phone')).backgroundColor"
    colors = {
        page.locator(f".item.is-{name}").first.evaluate(background)
        for name in ("poor", "fair", "good", "new")
    }
    assert len(colors) == 4
    page.select_option("#recall", "poor")
    assert count(page) == 2
    said = page.locator(".item p:has(.recall)").all_inner_texts()
    assert said == ["poor recalled 40% of 5, 2 lapses", "poor recalled 50% of 2"]


@needs_chromium
def test_a_preview_alone_says_nothing_of_recall(open_page: Open) -> None:
    page = open_page()
    assert not page.locator("#recall").is_visible()
    assert page.locator(".recall").count() == 0


@needs_chromium
def test_without_findings_there_is_nothing_to_filter(open_page: Open) -> None:
    page = open_page({"a.md": table(("clue", "answer"))})
    assert page.locator("#finding").is_disabled()


# --- the address of a card --------------------------------------------------------------------


@needs_chromium
def test_an_address_opens_the_preview_at_a_card(open_page: Open) -> None:
    page = open_page()
    total = count(page)
    page.select_option("#kind", "compare")
    link = page.locator(".item .link").nth(1)
    number = page.locator(".item .number").nth(1).inner_text()
    assert link.get_attribute("aria-label") == f"Link to card {number}"
    address = str(link.get_attribute("href"))
    link.click()
    current = page.locator(".item[aria-current]")
    for _ in range(2):  # as clicked, and as opened
        page.locator("#only:not([hidden])").wait_for()
        assert current.locator(".number").inner_text() == number
        assert page.evaluate("document.activeElement.className") == "item"
        assert page.url.endswith(address)
        assert page.input_value("#kind") == ""
        page.reload()
        page.wait_for_selector("iframe.is-ready")
    page.click("#only a")
    page.locator("#only[hidden]").wait_for(state="attached")
    assert count(page) == total
    page.go_back()
    page.locator("#only:not([hidden])").wait_for()
    page.fill("#search", "sugar")  # a search looks at all notes again
    assert count(page) < total
    assert page.locator("#only").is_hidden()
    assert page.url.endswith("#")


@needs_chromium
@pytest.mark.parametrize("fragment", ["nothing.1", "%", "</script>", "toString", ".2", "a.b.c"])
def test_an_address_of_no_card_shows_all_and_says_so(open_page: Open, fragment: str) -> None:
    page = open_page()
    total = count(page)
    changed = "new Promise((done) => addEventListener('hashchange', () => setTimeout(done)))"
    page.evaluate(f"fragment => {{ location.hash = fragment; return {changed}; }}", fragment)
    if not fragment.startswith("."):
        page.get_by_text("No card has this address.").wait_for()
    assert count(page) == total


@needs_chromium
def test_the_cards_of_a_note_stand_together_with_their_templates_names(open_page: Open) -> None:
    page = open_page()
    at = nth_of(page, "compare")
    page.locator(".item").nth(at).locator(".of-note").click()
    page.locator("#only:not([hidden])").wait_for()
    assert page.locator("#only").inner_text() == "2 cards of one note: oak Show all cards"
    headings = [text.split("\n")[0] for text in page.locator(".about h2").all_inner_texts()]
    names = [template.name for template in note_types()[Kind.COMPARE].templates]
    shown = [heading.removeprefix("compare").strip() for heading in headings]
    assert len(shown) == 2
    assert shown == [name for name in names if name in shown]
    assert page.locator("#report").is_hidden()


@needs_chromium
def test_a_card_that_stays_is_not_loaded_anew(open_page: Open) -> None:
    page = open_page()
    at = nth_of(page, "Trap")
    card_frame(page, at).evaluate("window.isSame = true")
    page.fill("#search", "virus")
    assert count(page) == 1
    assert card_frame(page).evaluate("window.isSame")
    page.fill("#search", "")
    assert card_frame(page, at).evaluate("window.isSame")
    page.fill("#search", "chloroplast")
    page.fill("#search", "")
    assert card_frame(page, at).locator(".bd-trap").count() == 1


# --- flipping and walking ---------------------------------------------------------------------


@needs_chromium
def test_a_card_turned_while_it_loads_shows_the_other_side(open_page: Open) -> None:
    page = open_page()
    # A frame put in anew is turned and darkened in the same moment, long before it has loaded.
    page.evaluate(
        """() => {
            const screen = document.querySelector(".screens");
            new MutationObserver((changes, observer) => {
                if (!screen.querySelector("iframe")) { return; }
                observer.disconnect();
                document.getElementById("answers").click();
                document.getElementById("dark").click();
            }).observe(screen, { childList: true });
            document.querySelector(".item").style.marginTop = "9000px";
            requestAnimationFrame(() => setTimeout(() => {
                document.querySelector(".item").style.marginTop = "";
            }, 200));
        }"""
    )
    page.locator("#dark[aria-pressed=true]").wait_for()
    assert is_back(page)
    card_frame(page).wait_for_selector("body.night_mode")


def test_keys_flip_and_walk(open_page: Open) -> None:
    page = open_page()
    current = page.locator(".item[aria-current]")
    for key, number in (("j", 1), ("j", 2), ("ArrowRight", 3), ("k", 2), ("ArrowLeft", 1),
                        ("k", 1), ("ArrowDown", 4), ("ArrowUp", 1)):  # fmt: skip
        page.keyboard.press(key)
        assert current.locator(".number").inner_text() == str(number)
    for key, back in (("Space", True), ("Enter", False), ("Enter", True)):
        page.keyboard.press(key)
        assert is_back(page) is back
    assert not is_back(page, 1)


@needs_chromium
def test_keys_are_left_alone_in_the_search_box(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("jk 1/")
    assert page.input_value("#search") == "jk 1/"
    page.fill("#search", "")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator(".item[aria-current] .number").inner_text() == "1"
    assert not is_back(page)


@needs_chromium
def test_a_tap_flips_and_so_does_the_button(open_page: Open) -> None:
    page = open_page()
    at = nth_of(page, "Trap")
    frame = card_frame(page, at)
    frame.click(".bd-prompt")
    wait_for_side(page, "back", at)
    frame.click("summary") if frame.locator("summary").count() else None
    assert is_back(page, at)
    page.locator(".flip").nth(at).click()
    assert not is_back(page, at)
    page.click("#answers")
    assert is_back(page, at)
    assert is_back(page, 0)


@needs_chromium
def test_keys_work_while_a_card_has_the_focus(open_page: Open) -> None:
    page = open_page()
    frame = card_frame(page, 0)
    frame.click(".bd-prompt")
    wait_for_side(page, "back")
    page.keyboard.press("Space")
    wait_for_side(page, "front")
    page.keyboard.press("j")
    page.locator(".item[aria-current] .number").filter(has_text=re.compile("^2$")).wait_for()
    page.keyboard.press("Space")
    wait_for_side(page, "back", 1)


@needs_chromium
@pytest.mark.parametrize("pick", [0, 1, 2])
def test_the_pick_of_a_quiz_is_on_the_back_in_the_same_order(open_page: Open, pick: int) -> None:
    page = open_page()
    at = nth_of(page, "Clue quiz")
    frame = card_frame(page, at)
    texts = frame.locator(".bd-opt").all_inner_texts()
    is_right = frame.locator(".bd-opts li").nth(pick).get_attribute("data-ok") is not None
    frame.locator(".bd-opt").nth(pick).click()
    assert not is_back(page, at)
    page.keyboard.press("Space")
    wait_for_side(page, "back", at)
    options, items = frame.locator(".bd-back .bd-opt"), frame.locator(".bd-back .bd-opts li")
    pressed = [options.nth(i).get_attribute("aria-pressed") for i in range(3)]
    assert [i for i, value in enumerate(pressed) if value == "true"] == [pick]
    assert [text.split("\n")[-1] for text in options.all_text_contents()] == [
        f"Correct answer {text}" if items.nth(i).get_attribute("data-ok") is not None else text
        for i, text in enumerate(texts)
    ]
    say = frame.locator(".bd-line").get_attribute("data-say")
    assert say == ("right" if is_right else "wrong")


# --- looks of the screens ---------------------------------------------------------------------


@needs_chromium
def test_a_card_is_shown_light_beside_dark(open_page: Open) -> None:
    page = open_page()
    page.click("#beside")
    item = page.locator(".item").first
    item.locator("iframe.is-ready").nth(1).wait_for()
    frames = [handle.content_frame() for handle in item.locator("iframe").element_handles()]
    grounds = [
        frame.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
        for frame in frames
        if frame
    ]
    assert grounds[0] > 200
    assert grounds[1] < 60
    titles = [each.get_attribute("title") for each in item.locator("iframe").all()]
    assert titles == ["Front of card 1, light", "Front of card 1, dark"]
    boxes = [each.bounding_box() for each in item.locator("iframe").all()]
    assert len({box["y"] for box in boxes if box}) == 1
    page.keyboard.press("j")
    page.keyboard.press("Space")
    for frame in frames:
        assert frame
        frame.wait_for_selector(".bd-back")
    page.click("#beside")
    card_frame(page).wait_for_selector(".bd-back")
    assert item.locator("iframe").count() == 1


@needs_chromium
@pytest.mark.parametrize("window", [390, 1200])
@pytest.mark.parametrize("is_beside", [False, True])
def test_a_card_is_as_wide_as_the_switch_says(
    open_page: Open, window: int, is_beside: bool
) -> None:
    page = open_page(width=window)
    if is_beside:
        page.click("#beside")
    for width in (320, 360, 412):
        page.select_option("#width", f"{width}px")
        wait_until(lambda wanted=width: card_frame(page).evaluate("innerWidth") == wanted)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.select_option("#width", "whole")
    least = (300 if window < 800 else 1100) / (2 if is_beside and window > 800 else 1)
    wait_until(lambda: card_frame(page).evaluate("innerWidth") > least)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@needs_chromium
def test_the_text_is_as_large_as_the_switch_says(open_page: Open) -> None:
    page = open_page()
    size = "parseFloat(getComputedStyle(document.querySelector('.bd-prompt')).fontSize)"
    plain = card_frame(page).evaluate(size)
    for factor in ("1.5", "2"):
        page.select_option("#size", factor)
        is_as_large = f"Math.abs({size} - {plain * float(factor)}) < 1"
        wait_until(lambda is_so=is_as_large: card_frame(page).evaluate(is_so))
    page.locator(".item").last.scroll_into_view_if_needed()
    page.click("#answers")
    page.locator(".item").last.locator("iframe.is-ready").wait_for()
    last = card_frame(page, page.locator(".item").count() - 1)
    ground = "parseFloat(getComputedStyle(document.body).fontSize)"
    assert last.evaluate(ground) == 40  # a frame that comes later, too
    page.select_option("#size", "1")
    wait_until(lambda: last.evaluate(ground) == 20)


# The lowest contrast of a text of the page itself, and what is smaller than a finger.
_LOWEST = """() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => rgb(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [.2126, .7152, .0722][i], 0);
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return rgb(colour)[3] === 0 && element.parentElement ? ground(element.parentElement) : colour;
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!element.checkVisibility() || !(hasText || element.matches("input, select"))) { continue; }
    if (element.matches("option, script, style")) { continue; }
    const styles = [getComputedStyle(element)];
    if (element.matches("input")) { styles.push(getComputedStyle(element, "::placeholder")); }
    for (const { color } of styles) {
      const [a, b] = [light(color), light(ground(element))].sort((x, y) => y - x);
      found.push([(a + .05) / (b + .05), element.outerHTML.slice(0, 80)]);
    }
  }
  return found.sort((x, y) => x[0] - y[0])[0];
}"""
_SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.getBoundingClientRect(), element.outerHTML.slice(0, 80)])
  .filter(([box]) => box.height < 43.9 || box.width < 43.9).map(([, html]) => html)"""


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "state", ["", "#kind=trap", "#finding=any", "#recall=new", "#beside", "note"]
)
def test_the_page_can_be_read_and_touched(open_page: Open, scheme: str, state: str) -> None:
    recall = RECALL if "recall" in state else NO_RECALL
    page = open_page({**NOTES, **ERRORS}, width=390, scheme=scheme, is_touched=True, recall=recall)
    if state == "#recall=new":  # each level is on the page
        assert page.locator(".recall").count() == count(page)
    elif "=" in state:
        page.select_option(*state.split("="))
    elif state == "note":
        page.locator(".of-note").first.click()
        page.locator("#only:not([hidden])").wait_for()
    elif state:
        page.click(state)
    lowest, element = page.evaluate(_LOWEST)
    assert lowest >= 6.3, element
    assert page.evaluate(_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# --- looks ------------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dark_switch_reaches_the_cards(open_page: Open, scheme: str) -> None:
    page = open_page(scheme=scheme)
    frame = card_frame(page)
    ground = "parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    for is_dark in (scheme == "dark", scheme != "dark", scheme == "dark"):
        wait_until(lambda is_so=is_dark: (frame.evaluate(ground) < 60) == is_so)
        assert (page.evaluate(ground) < 60) is is_dark
        assert page.get_attribute("#dark", "aria-pressed") == str(is_dark).lower()
        page.click("#dark")


TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


def shifted(page: Page, wait: int = 200) -> float:
    """How much of the page has moved since it was opened, as it says within some milliseconds."""
    moved: float = page.evaluate(
        """wait => new Promise((done) => new PerformanceObserver((list) =>
          done(list.getEntries().reduce((sum, shift) => sum + shift.value, 0))
        ).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), wait))""",
        wait,
    )
    return moved


@needs_chromium
@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_overflows_or_shifts(open_page: Open, width: int) -> None:
    page = open_page({**NOTES, **ERRORS}, width=width)
    assert page.evaluate(TOO_WIDE) <= 0
    assert shifted(page) < 0.02
    for nth in range(page.locator(".item").count()):
        frame = card_frame(page, nth)
        assert frame.evaluate(TOO_WIDE) <= 0
        page.locator(".flip").nth(nth).click()
        assert is_back(page, nth)
        assert frame.evaluate(TOO_WIDE) <= 0


@needs_chromium
@pytest.mark.parametrize(("width", "slow"), [(390, 12), (1200, 20)])
def test_nothing_shifts_on_a_slow_machine(open_page: Open, width: int, slow: int) -> None:
    page = open_page({**NOTES, **ERRORS}, width=width, slow=slow)
    assert page.evaluate(TOO_WIDE) <= 0
    assert shifted(page, wait=200 * slow) < 0.02


@needs_chromium
def test_a_thousand_cards_have_few_frames(open_page: Open) -> None:
    rows = [(f"clue number {i}", f"answer number {i}") for i in range(600)]
    page = open_page({"many.md": table(*rows)})
    total = int(re.sub(r"\D", "", page.locator("#count").inner_text()))
    assert total >= 1000
    most = 0
    for _ in range(12):
        page.evaluate("scrollBy(0, 4000)")
        page.wait_for_timeout(60)
        most = max(most, page.locator("iframe").count())
    assert 0 < most <= 24
    assert page.locator(".item").count() > 48
    page.fill("#search", "many.md:602")
    assert page.locator(".item").count() == page.locator(".item", has_text=":602").count() == 2
    assert card_frame(page).locator(".bd-prompt").inner_text() == "clue number 599"


@needs_chromium
def test_of_ten_thousand_cards_few_are_laid_out(open_page: Open) -> None:
    rows = [(f"clue number {i}", f"answer number {i}") for i in range(5000)]
    page = open_page({"many.md": table(*rows)})
    assert int(re.sub(r"\D", "", page.locator("#count").inner_text())) >= 10_000
    size = "document.querySelectorAll('*').length"

    def few() -> bool:
        frames = page.locator("iframe").count()
        return page.locator(".item").count() <= 96 and frames <= 40 and page.evaluate(size) < 4000

    assert few()
    page.click("#beside")
    assert few()
    page.fill("#search", '"number 4999"')
    address = page.locator(".link").first.get_attribute("href")
    page.fill("#search", "number")
    assert few()
    page.evaluate("address => { location.hash = address; }", address)
    page.locator("#only:not([hidden])").wait_for()
    assert page.locator(".item").count() <= 3
    page.go_back()
    page.locator("#only[hidden]").wait_for(state="attached")
    assert few()


# --- the page as text -------------------------------------------------------------------------


def test_the_same_notes_give_the_same_page(tmp_path: Path) -> None:
    assert page_html(tmp_path, NOTES) == page_html(tmp_path, NOTES)


def test_the_policy_lets_nothing_out(tmp_path: Path) -> None:
    page = page_html(tmp_path, NOTES)
    assert page.startswith(MARKER)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"https?:|\*|unsafe-(?!inline'; img-src data:)", policy)
    assert page.count("</script>") == 2


def test_nothing_in_the_data_ends_its_script_or_hides_the_end_of_it(tmp_path: Path) -> None:
    rows = [(HOSTILE, "<!--<script>"), ("<!-- a </script", "<script></SCRIPT>")]
    page = page_html(tmp_path, {"a.md": table(*rows)})
    data = page[page.index('id="data"') :].partition("</script>")[0]
    assert json.loads(data.partition(">")[2])["notes"]
    assert "</" not in data
    assert "<!" not in data


def test_what_is_on_many_backs_is_in_the_page_once(tmp_path: Path) -> None:
    rows = [(f"a clue {number}", f"an answer {number}") for number in range(9)]
    page = page_html(tmp_path, {"a.md": table(*rows)})
    # As the row that the card is of, and as one beside it.
    assert page.count("<td>a clue 5\\u003c/td>") == 2


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_notes(tmp_path / "source_notes", NOTES)
    return tmp_path


def findings(stderr: str) -> list[str]:
    return re.findall(r"\[(BD\d+)\]", stderr)


TAGS_AS_TEXT = ["BD139", "BD139"]  # of the page with hostile text


def test_preview_writes_a_page_and_nothing_else(folder: Path) -> None:
    done = build_decks(folder, "preview")
    assert (done.returncode, findings(done.stderr)) == (0, TAGS_AS_TEXT)
    assert re.fullmatch(r"preview\.html: \d+ cards\n", done.stdout)
    assert {path.name for path in folder.iterdir()} == {"source_notes", "preview.html"}
    assert not (folder / "source_notes" / "ledger.jsonl").exists()
    page = (folder / "preview.html").read_text("utf-8")
    assert "source_notes/bio/cells.md:5" in page


def test_preview_takes_the_folder_before_and_after_its_name(folder: Path) -> None:
    (folder / "source_notes").rename(folder / "notes")
    (folder / "out").mkdir()
    for arguments in (("-s", "notes", "preview"), ("preview", "--source", "notes")):
        done = build_decks(folder, *arguments, "-o", "out/page.html")
        assert (done.returncode, findings(done.stderr)) == (0, TAGS_AS_TEXT)
        assert "notes/bio/cells.md:5" in (folder / "out" / "page.html").read_text("utf-8")
        (folder / "out" / "page.html").unlink()
    assert build_decks(folder, "preview").returncode == 2


def test_preview_overwrites_its_own_page_only(folder: Path) -> None:
    assert build_decks(folder, "preview").returncode == 0
    assert build_decks(folder, "preview").returncode == 0
    (folder / "mine.html").write_text("<!doctype html><p>mine</p>", "utf-8")
    done = build_decks(folder, "preview", "-o", "mine.html")
    assert done.returncode == 2
    assert "'mine.html' is not a page that preview wrote" in done.stderr
    assert (folder / "mine.html").read_text("utf-8") == "<!doctype html><p>mine</p>"
    (folder / "mine").write_text("text", "utf-8")
    done = build_decks(folder, "preview", "-o", "mine")
    assert "'mine' is neither a page, whose name ends in .html, nor a folder" in done.stderr
    assert (done.returncode, (folder / "mine").read_text("utf-8")) == (2, "text")
    done = build_decks(folder, "preview", "-o", "nowhere/page.html")
    assert "there is no folder 'nowhere' for the page; make it first" in done.stderr
    assert (done.returncode, (folder / "nowhere").exists()) == (2, False)
    assert build_decks(folder, "preview", "-o", "source_notes").stdout.startswith("preview.html:")


def test_preview_of_notes_with_errors_shows_them_and_exits_1(folder: Path) -> None:
    write_notes(folder / "source_notes", ERRORS)
    done = build_decks(folder, "preview")
    assert done.returncode == 1
    assert "source_notes/bad.md:5:15: error[BD201]" in done.stderr
    page = (folder / "preview.html").read_text("utf-8")
    assert "source_notes/bad.md:5:15" in page
    assert "mitochondrion" in page
