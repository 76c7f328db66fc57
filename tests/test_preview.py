"""The preview page in a real browser, opened from a file with the network blocked; its command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from build_notes import NOW, table, write_notes
from chromium import CHROMIUM
from playwright.sync_api import Browser, Frame, Page
from test_cli import build_decks

from generator.build import look
from generator.preview.document import MARKER, format_page

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
ERRORS = {"bad.md": "# Bad\n\n" + table(("one", "two", "three")) + "\n"}
Open = Callable[..., Page]


def page_html(folder: Path, files: dict[str, str]) -> str:
    """The page for these notes, which stand in a folder called ``notes``."""
    result = look(write_notes(folder / "notes", files), folder / "decks", NOW)
    packages = [built.package for built in result.packages]
    return format_page(packages, result.tables, result.diagnostics, "notes")


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page for some notes; at the end, nothing was requested or complained about."""
    contexts = []
    faults: list[str] = []

    def open_page(
        files: dict[str, str] = NOTES, width: int = 1200, scheme: Any = "light", slow: int = 1
    ) -> Page:
        path = tmp_path / "preview.html"
        path.write_text(page_html(tmp_path, files), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
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
    item.locator("iframe.is-ready").wait_for()
    handle = item.locator("iframe").element_handle()
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
            const screen = document.querySelector(".screen");
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
    at = nth_of(page, "Quiz")
    frame = card_frame(page, at)
    texts = frame.locator(".bd-opt").all_inner_texts()
    is_right = frame.locator(".bd-opt").nth(pick).get_attribute("data-ok") is not None
    frame.locator(".bd-opt").nth(pick).click()
    assert not is_back(page, at)
    page.keyboard.press("Space")
    wait_for_side(page, "back", at)
    options = frame.locator(".bd-back .bd-opt")
    pressed = [options.nth(i).get_attribute("aria-pressed") for i in range(3)]
    assert [i for i, value in enumerate(pressed) if value == "true"] == [pick]
    assert [text.split("\n")[-1] for text in options.all_text_contents()] == [
        f"Correct answer {text}" if options.nth(i).get_attribute("data-ok") else text
        for i, text in enumerate(texts)
    ]
    say = frame.locator(".bd-line").get_attribute("data-say")
    assert say == ("right" if is_right else "wrong")


# --- looks ------------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dark_switch_reaches_the_cards(open_page: Open, scheme: str) -> None:
    page = open_page(scheme=scheme)
    frame = card_frame(page)
    ground = "parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    for is_dark in (scheme == "dark", scheme != "dark", scheme == "dark"):
        frame.wait_for_function(f"({ground} < 60) === {str(is_dark).lower()}")
        assert (page.evaluate(ground) < 60) is is_dark
        assert page.get_attribute("#dark", "aria-pressed") == str(is_dark).lower()
        page.click("#dark")


@needs_chromium
@pytest.mark.parametrize(("width", "slow"), [(320, 1), (390, 1), (390, 12), (1200, 1), (1200, 20)])
def test_nothing_overflows_or_shifts(open_page: Open, width: int, slow: int) -> None:
    page = open_page({**NOTES, **ERRORS}, width=width, slow=slow)
    too_wide = "document.documentElement.scrollWidth - innerWidth"
    shifts = """() => new Promise((done) => new PerformanceObserver((list) =>
        done(list.getEntries().reduce((sum, shift) => sum + shift.value, 0))
      ).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 200))"""
    assert page.evaluate(too_wide) <= 0
    assert page.evaluate(shifts) < 0.02
    for nth in range(page.locator(".item").count()):
        frame = card_frame(page, nth)
        assert frame.evaluate(too_wide) <= 0
        page.locator(".flip").nth(nth).click()
        assert is_back(page, nth)
        assert frame.evaluate(too_wide) <= 0


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
    assert build_decks(folder, "preview", "-o", "source_notes").returncode == 2


def test_preview_of_notes_with_errors_shows_them_and_exits_1(folder: Path) -> None:
    write_notes(folder / "source_notes", ERRORS)
    done = build_decks(folder, "preview")
    assert done.returncode == 1
    assert "source_notes/bad.md:5:15: error[BD201]" in done.stderr
    page = (folder / "preview.html").read_text("utf-8")
    assert "source_notes/bad.md:5:15" in page
    assert "mitochondrion" in page
