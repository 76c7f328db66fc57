"""Every card, as Anki renders it, in a real browser: layout, contrast, touch, flips, the quiz."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from anki.collection import Collection
from chromium import CHROMIUM
from playwright.sync_api import Browser, BrowserContext, Page, Route
from test_note_types import add_note, add_note_type

from generator.anki.note_types import card_ordinals, note_types
from generator.core.model import Kind
from generator.core.note_fields import (
    ClozeFields,
    ClueFields,
    CompareFields,
    Fields,
    QuizFields,
    TrapFields,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


# What the desktop puts around a card, in essence: it resets boxes and styles every button.
HOST_STYLE = """
* { box-sizing: content-box } html { font-size: 15px }
body { margin: 20px; overflow-wrap: break-word; color: #020202; background: #f5f5f5 }
body.nightMode { background-color: #2c2c2c; color: #fcfcfc }
button { outline: none !important; font-weight: 500; padding: 8px 10px; margin: 1em .5em;
  color: #020202; background: #fcfcfc; border: 1px solid #e4e4e4; border-radius: 5px }
.isMac button { font-size: 13px }
.fancy button { border-radius: 15px; box-shadow: 0 2px 1px -1px #141414 }
button:hover { background: linear-gradient(180deg, #fff 0%, #eee 100%); border: 1px solid #999 }
a { color: #1d4ed8; text-decoration: none } img { max-width: 100%; max-height: 95vh }
"""


def page_html(side: str, body_class: str) -> str:
    """Return a page as a client makes it for one side of a card."""
    head = f"<head><meta charset=utf-8><style>{HOST_STYLE}</style></head>"
    return f"<!doctype html>{head}<body class='{body_class}'><div id=qa>{side}</div></body>"


# --- notes that strain the style --------------------------------------------------------------


class Words(NamedTuple):
    """The prompt, answer and a distractor of one sample, with its language."""

    lang: str
    prompt: str
    answer: str
    other: str


LONG = (
    "a team that retrains nightly but whose dashboards must show a score within seconds of each "
    "order, and which cannot accept that two different code paths compute the same feature"
)
TOKEN = "spark.databricks.delta.properties.defaults." + "autoOptimize" * 9
IMAGE = (
    '<img alt="a diagram" src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 '
    'width=%22900%22 height=%22300%22%3E%3Crect width=%22900%22 height=%22300%22/%3E%3C/svg%3E">'
)
BLOCK = (
    '<pre><code><span class="bd-k">for</span> line <span class="bd-k">in</span> lines: '
    f'<span class="bd-n">{TOKEN}</span>(<span class="bd-s">"a"</span>)  '
    '<span class="bd-c"># it goes on</span>\n\tprint(<span class="bd-m">1</span>)</code></pre>'
)
SAMPLES = {
    "short": Words("en", "immediate prediction", "realtime inference", "batch inference"),
    "long": Words("en", LONG, LONG.upper(), LONG.title()),
    "token": Words("en", TOKEN, TOKEN[::-1], f"<code>{TOKEN}</code>"),
    "code": Words(
        "en",
        "score a table with <code>mlflow</code>, no endpoint, press <kbd>Ctrl</kbd>+<kbd>K</kbd>",
        "<code>mlflow.pyfunc.<wbr>spark_<wbr>udf(spark, model_uri)</code> on H<sub>2</sub>O",
        "use <code>ai_query</code> <strong>or</strong> x<sup>2</sup> and <mark>marked</mark>",
    ),
    "arabic": Words(
        "ar",
        "الحاجة إلى تنبؤ فوري لكل طلب وارد عبر <code>REST API</code>",
        "الاستدلال الفوري (realtime inference)",
        "batch inference (دفعات)",
    ),
    "block": Words("en", f"what does it print?\n{BLOCK}", f"this:\n{BLOCK}", f"nothing {BLOCK}"),
    "ruby": Words(
        "ja",
        "<ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby>に<ruby>行<rt>い</rt></ruby>く",
        "to go to <q>Tokyo</q>, 10<sup>-7</sup>",
        "<ruby>大阪<rt>おおさか</rt></ruby>",
    ),
    "math": Words("en", r"the sum \(\sum_{i=1}^n x_i\)", r"\[\frac{n(n+1)}{2}\]", r"\(n^2\)"),
    "image": Words("en", f"what is this? {IMAGE}", f"a box<br>{IMAGE}", "a circle"),
    "steps": Words(
        "en",
        "release a model",
        "<ol><li>log it</li><li>register it</li><li>serve it</li></ol>",
        "<em>skip</em> <u>registering</u> it",
    ),
}
EXTRA = (
    '<p>If you classify the trigger first, wrong answers drop out (<a href="https://example.org/'
    'a">why</a>).</p><ul><li>one <code>list</code></li><li>two</li></ul>'
    "<pre><code>predict = mlflow.pyfunc.spark_udf(spark, model_uri, result_type='double')\n"
    "df.withColumn('p', predict(*cols))</code></pre>"
    f"<table><thead><tr><th>Key</th><th>Value</th></tr></thead><tbody><tr><td>{TOKEN}</td>"
    "<td><kbd>Esc</kbd></td></tr></tbody></table><blockquote><mark>Mind</mark> this</blockquote>"
)
LABELS = ("Right.", "Not this one.", "The right answer")
COMMON = {
    "lang": "en",
    "page": "Databricks ML-ASSOC Serving Patterns",
    "section": "Serving-pattern picker",
    "source": "serving-patterns.md",
    "context": "Databricks ML-ASSOC Serving Patterns › Scenario triage",
    "foot": '<div>Serving-pattern picker</div><div><a href="https://example.org/serving">'
    "example.org/serving</a></div>",
    "labels": "".join(f"<i>{label}</i>" for label in (*LABELS, "Hint", "Why")),
}
WHY = "<em>One</em> path computes it, and <code>spark_udf</code> is the other."


def table_html(headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...], here: int) -> str:
    head = "".join(f"<th>{header}</th>" for header in headers)
    body = ""
    for i, row in enumerate(rows):
        cells = "".join(f"<td>{cell}</td>" for cell in row)
        body += ('<tr class="here">' if i == here else "<tr>") + cells + "</tr>"
    wide = ' class="wide"' if len(headers) > 2 else ""
    return f"<table{wide}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def options_html(*options: str, right: tuple[int, ...]) -> str:
    marks = [" data-ok" if i in right else "" for i in range(len(options))]
    return "".join(f"<li{mark}>{text}</li>" for text, mark in zip(options, marks, strict=True))


def clue_fields(key: str, words: Words) -> ClueFields:
    lang, prompt, answer, other = words
    return ClueFields(
        prompt=prompt,
        answer=answer,
        extra=EXTRA,
        why=WHY,
        hint=other,
        cue="Need",
        ask="Better first instinct",
        question="Better first instinct?",
        reverse="Which need is this the answer to?",
        options=options_html(other, answer, "streaming inference", right=(1,)),
        why_ask="Why?",
        step="3 / 5",
        table=table_html(
            ("Need", "Better first instinct"),
            (("nightly scoring", "batch"), (prompt, answer), ("events", "streaming")),
            1,
        ),
        table_label="Whole table",
        key=key,
        **COMMON | {"lang": lang},
    )


def trap_fields(key: str, words: Words) -> TrapFields:
    lang, prompt, answer, _ = words
    return TrapFields(
        prompt=prompt,
        answer=answer,
        why=WHY,
        cue="Trap",
        ask="Better rule",
        question="What is the better rule?",
        spot=options_html(prompt, answer, right=(1,)),
        why_ask="Why?",
        table=table_html(("Trap", "Better rule"), ((prompt, answer), ("x", "y")), 0),
        table_label="Whole table",
        key=key,
        **COMMON | {"lang": lang},
    )


def compare_fields(key: str, words: Words) -> CompareFields:
    lang, prompt, answer, other = words
    headers = ("Mode", "Optimizes for", "Triggered by", "Typical output", "Cost", "Team", "Risk")
    row = (prompt, answer, other, "one prediction per call", "high", "platform", "cold start")
    rest = ("batch", "throughput", "a schedule", "scored table", "low", "data", "staleness")
    attributes: dict[str, str] = {}
    for n, (header, cell) in enumerate(zip(headers[1:], row[1:], strict=True), 1):
        attributes |= {f"a{n}": cell, f"h{n}": f"{header}<i> is what?</i>"}
    return CompareFields(
        prompt=prompt,
        cue=headers[0],
        **attributes,
        hint="it is on the slide",
        reverse="Mode?",
        row=" · ".join(headers[1:]),
        options1=options_html(other, answer, "throughput", right=(1,)),
        options5=options_html("data", "platform", "science", right=(1,)),
        table=table_html(headers, (rest, row, rest), 1),
        table_label="Compare all rows",
        key=key,
        **COMMON | {"lang": lang},
    )


def cloze_fields(key: str, words: Words) -> ClozeFields:
    lang, prompt, answer, other = words
    return ClozeFields(
        text=f"{prompt} means {{{{c1::{answer}}}}} and never {{{{c2::{other}::what?}}}} here",
        cue="Fill the gap",
        lead="Each mode optimizes for a different shape:",
        extra=EXTRA,
        key=key,
        **COMMON | {"lang": lang},
    )


def quiz_fields(key: str, words: Words, right: tuple[int, ...] = (1,)) -> QuizFields:
    lang, prompt, answer, other = words
    multiple = len(right) > 1
    return QuizFields(
        prompt=f"Which is true of {prompt}?",
        answer=answer,
        lead="A team has a table, and no endpoint.",
        extra="<p data-of='0'><strong>other</strong><br>It is slower.</p><p>Because.</p>",
        cue="Check",
        question="Choose all that apply" if multiple else "Choose one",
        options=options_html(other, answer, "a third option", "a fourth option", right=right),
        multiple="1" * multiple,
        open="" if multiple else "Answer<i>?</i>",
        key=key,
        **COMMON | {"lang": lang},
    )


def sample_notes() -> Iterator[tuple[str, Kind, Fields]]:
    for name, words in SAMPLES.items():
        yield f"clue {name}", Kind.CLUE, clue_fields(f"clue-{name}", words)
        yield f"trap {name}", Kind.TRAP, trap_fields(f"trap-{name}", words)
        yield f"compare {name}", Kind.COMPARE, compare_fields(f"compare-{name}", words)
        yield f"cloze {name}", Kind.CLOZE, cloze_fields(f"cloze-{name}", words)
        yield f"quiz {name}", Kind.QUIZ, quiz_fields(f"quiz-{name}", words)
    several = quiz_fields("quiz-several", SAMPLES["code"], right=(0, 2))
    yield "quiz several", Kind.QUIZ, several
    narrow = ("Mode", "Optimizes for", "Triggered by", "Typical output")
    rows = (("batch", "throughput", "a schedule", "a table"), ("realtime", TOKEN, "a call", "one"))
    four = compare_fields("compare-four", SAMPLES["short"])
    yield "compare four", Kind.COMPARE, four._replace(table=table_html(narrow, rows, 1))
    left_out = ("context", "extra", "why", "hint", "step", "table", "foot", "section")
    bare = dict.fromkeys(left_out, "")
    bare_clue = clue_fields("clue-bare", SAMPLES["short"])._replace(**bare)
    yield "clue bare", Kind.CLUE, bare_clue


# --- what Anki makes of them ------------------------------------------------------------------


class Card(NamedTuple):
    """One card as Anki hands it to the web view."""

    name: str
    kind: Kind
    front: str
    back: str


@pytest.fixture(scope="session")
def cards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Card]:
    """Return every card of the sample notes by name, as `kind sample template`."""
    col = Collection(str(tmp_path_factory.mktemp("browser") / "collection.anki2"))
    made: dict[str, Card] = {}
    for note_type in note_types().values():
        add_note_type(col, note_type)
    for name, kind, fields in sample_notes():
        note_type = note_types()[kind]
        note = add_note(col, note_type, fields)
        assert len(note.cards()) == len(card_ordinals(note_type, fields))
        for card in note.cards():
            output = card.render_output()
            ordinal = 0 if note_type.is_cloze else card.ord
            title = f"{name} {note_type.templates[ordinal].name}"
            title += f" {card.ord + 1}" * note_type.is_cloze
            style = f"<style>{output.css}</style>"
            made[title] = Card(
                title, kind, style + output.question_text, style + output.answer_text
            )
    col.close()
    return made


ORIGIN = "http://cards.invalid/"


class Sides:
    """A web view: ``show`` gives it one side of a card, the way one kind of client does."""

    def __init__(self, browser: Browser, *, new_pages: bool, scripts: bool = True, init: str = ""):
        self.new_pages = new_pages
        self.html = page_html("", "card")
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 390, "height": 800}, java_script_enabled=scripts
        )
        self.requests: list[str] = []
        self.own_style = ""  # of a person, in the folder of Anki's media
        self.context.route("**/*", self.answer)
        if init:
            self.context.add_init_script(init)
        self.page: Page = self.context.new_page()
        self.page.goto(ORIGIN)

    def answer(self, route: Route) -> None:
        """Serve the page from memory; let nothing else through."""
        if route.request.url == ORIGIN:
            route.fulfill(content_type="text/html; charset=utf-8", body=self.html)
        elif route.request.url == f"{ORIGIN}_build-decks.css":
            route.fulfill(content_type="text/css", body=self.own_style)
        else:
            self.requests.append(route.request.url)
            route.abort()

    def show(self, side: str, body_class: str = "card") -> None:
        if self.new_pages:
            self.html = page_html(side, body_class)
            self.page.goto(ORIGIN)
        else:
            self.page.evaluate(
                SHOW + "; given => { show(given) }", {"html": side, "body": body_class}
            )


# Anki's desktop and AnkiDroid keep one page: they replace its HTML and run its scripts again.
SHOW = """
const show = ({html, body, card}) => {
  document.body.className = body;
  const qa = document.getElementById('qa');
  qa.className = card ? 'card' : '';
  qa.innerHTML = html;
  for (const old of qa.querySelectorAll('script')) {
    const fresh = document.createElement('script');
    fresh.text = old.text;
    old.replaceWith(fresh);
  }
  return qa;
}
"""


# --- layout -----------------------------------------------------------------------------------

AUDIT = (
    SHOW
    + r"""
;
const luminance = rgb => {
  const [r, g, b] = rgb.map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const colour = text => {
  const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
  return {rgb: [r, g, b], a};
};
const ground = (element, own) => {
  if (own && colour(own).a) return own;
  for (let e = element; e; e = e.parentElement) {
    const found = getComputedStyle(e).backgroundColor;
    if (colour(found).a === 1) return found;
    if (colour(found).a > 0) throw new Error('translucent ground');
  }
  return 'rgb(255, 255, 255)';
};
const ratio = (text, under) => {
  const [dark, light] = [luminance(colour(text).rgb), luminance(colour(under).rgb)]
    .sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const label = e => e.tagName.toLowerCase() + '.' + e.className;
const seen = e => getComputedStyle(e).visibility === 'visible' && e.getClientRects().length > 0
  && !e.closest('.bd-sr');
const clipped = e => e.closest('pre, .bd-sr, table.wide thead');

const audit = (qa, say, lowest) => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth > width) say('the page scrolls sideways');
  for (const e of qa.querySelectorAll('.bd *')) {
    if (!seen(e) || clipped(e)) continue;
    const box = e.getBoundingClientRect();
    if (box.right > width + 0.5 || box.left < -0.5) say(label(e) + ' leaves the page');
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'
        && e.clientWidth && !['BUTTON', 'LI', 'OL'].includes(e.tagName)) {
      say(label(e) + ' scrolls sideways');
    }
    const style = getComputedStyle(e);
    const pairs = [];
    if ([...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) {
      pairs.push([style.color, ground(e)]);
    }
    const before = getComputedStyle(e, '::before');
    if (before.content !== 'none') pairs.push([before.color, ground(e, before.backgroundColor)]);
    for (const [text, under] of pairs) {
      const found = ratio(text, under);
      lowest.contrast = Math.min(lowest.contrast, found);
      if (found < 4.5) say(`${label(e)}: contrast ${found.toFixed(2)}, ${text} on ${under}`);
    }
    if (e.matches('button, summary, a[href]')) {
      const small = box.height < 44 || (box.width < 44 && !e.matches('.bd-extra a'));
      if (small) say(`${label(e)} is only ${box.width.toFixed()} x ${box.height.toFixed()}`);
    }
    if (style.animationName !== 'none') say(label(e) + ' is animated');
    if (e.matches('.bd-opt') && style.transitionProperty !== 'none'
        && style.transitionDuration !== '0s') say(label(e) + ' has a transition');
  }
};
const places = qa => {
  const found = {};
  for (const name of ['.bd-ctx', '.bd-cue', '.bd-lead', '.bd-prompt', '.bd-clues', '.bd-given',
      '.bd-ask', '#answer']) {
    const e = qa.querySelector(name);
    if (e) { const b = e.getBoundingClientRect(); found[name] = [b.left, b.top, b.width]; }
  }
  // A quiz answers in its first line; "answer" is its whole card, so that no client scrolls there.
  const line = qa.querySelector('.bd-line');
  if (line && found['#answer']) {
    const b = line.getBoundingClientRect(); found['#answer'] = [b.left, b.top, b.width];
  }
  qa.querySelectorAll('.bd-opt').forEach((e, i) => {
    const b = e.getBoundingClientRect(); found['option ' + i] = [b.left, b.top, b.width, b.height];
  });
  return found;
};
const same = (one, other) => one && other && one.every((v, i) => Math.abs(v - other[i]) <= 1);

async ({body, card, scale}) => {
  const problems = [], lowest = {contrast: 99};
  for (const c of cards) {
    const say = what => problems.push(`${c.name}: ${what}`);
    const put = async html => {
      const larger = scale ? `<style>.card { font-size: ${scale}px }</style>` : '';
      const qa = show({html: html + larger, body, card});
      await Promise.all([...qa.querySelectorAll('img')].map(i => i.decode()));
      scrollTo(0, 0);
      return qa;
    };
    let qa = await put(c.front);
    audit(qa, text => say('front: ' + text), lowest);
    const backs = 'details:not(.bd-hint), #answer, .bd-src, .bd-why';
    if (qa.querySelector(backs)) say('front: shows what belongs on the back');
    const front = places(qa);
    const options = qa.querySelectorAll('.bd-opt');
    if (options.length) {
      options[0].click();
      audit(qa, text => say('front, picked: ' + text), lowest);
    }
    qa = await put(c.back);
    const back = places(qa);
    if (qa.querySelector('.bd-opts')) {
      qa.querySelector('#answer').scrollIntoView();
      if (scrollY) say('a client that scrolls to the answer moves the options');
    }
    const steady = ['.bd-ctx', '.bd-cue', '.bd-lead', '.bd-clues', '.bd-given']
      .concat(c.kind === 'trap' ? [] : '.bd-prompt')
      .concat(Object.keys(front).filter(name => name.startsWith('option')));
    for (const name of steady) {
      if (front[name] && !same(front[name], back[name])) say(name + ' moves on the flip');
    }
    const asked = c.kind === 'cloze' ? front['.bd-prompt'] : front['.bd-ask'];
    if (c.kind === 'trap' ? back['#answer'][1] > asked[1] + 1
        : Math.abs(back['#answer'][1] - asked[1]) > 1) {
      say(`the answer stands at ${back['#answer'][1]}, the question stood at ${asked[1]}`);
    }
    for (const details of qa.querySelectorAll('details')) details.open = true;
    audit(qa, text => say('back: ' + text), lowest);
  }
  return {problems, lowest: lowest.contrast};
}
"""
)

WIDTHS = {"320": (320, 0), "390": (390, 0), "1200": (1200, 0), "390 at 150%": (260, 0),
          "390, text 150%": (390, 30), "320, text 200%": (320, 40)}  # fmt: skip
THEMES = {
    "light": ("card card1 fancy isMac", False),
    "dark": ("card card1 nightMode night_mode fancy isMac", False),
    "dark, nightMode alone": ("card nightMode", False),
    "dark, card inside the body": ("nightMode", True),
}


@pytest.fixture(scope="session")
def view(browser: Browser, cards: dict[str, Card]) -> Iterator[Sides]:
    sides = Sides(browser, new_pages=False)
    # Ten megabytes, once: to hand them over takes longer than to look at some of the cards.
    given = [card._asdict() for card in cards.values()]
    sides.page.evaluate("given => { window.cards = given }", given)
    yield sides
    sides.context.close()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_card_fits_reads_and_stays_in_place(
    view: Sides, cards: dict[str, Card], theme: str, width: str
) -> None:
    pixels, scale = WIDTHS[width]
    body, inner = THEMES[theme]
    view.page.set_viewport_size({"width": pixels, "height": 800})
    options = {"body": body, "card": inner, "scale": scale}
    found = view.page.evaluate(AUDIT, options)
    assert found["problems"] == []
    assert 4.5 <= found["lowest"] < 30
    assert view.requests == []


def test_dark_is_dark_and_light_is_light(view: Sides, cards: dict[str, Card]) -> None:
    ground = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    for theme, (body, inner) in THEMES.items():
        show = {"html": cards["clue short Recall"].front, "body": body, "card": inner}
        view.page.evaluate(SHOW + "; x => { show(x) }", show)
        brightness = sum(int(v) for v in view.page.evaluate(ground)[4:-1].split(","))
        assert (brightness > 384) is (theme == "light"), theme


def test_wide_table_is_stacked_where_it_does_not_fit(view: Sides, cards: dict[str, Card]) -> None:
    display = "getComputedStyle(document.querySelector('.bd-whole td')).display"
    heading = "getComputedStyle(document.querySelectorAll('.bd-whole td')[1], '::before').content"
    four, seven = cards["compare four Attribute 1"], cards["compare short Attribute 1"]
    for width, card, expected in (
        (320, four, "block"),
        (390, four, "block"),
        (1200, four, "table-cell"),
        (390, seven, "block"),
        (1200, seven, "block"),
    ):
        view.page.set_viewport_size({"width": width, "height": 800})
        view.show(card.back)
        assert view.page.evaluate(display) == expected
        stacked = expected == "block"
        assert view.page.evaluate(heading) == ('"Optimizes for"' if stacked else "none")


@pytest.mark.parametrize("display", ["", ' display="true"'])
def test_a_long_formula_scrolls_by_itself(
    view: Sides, cards: dict[str, Card], display: str
) -> None:
    formula = "<mjx-math style='display: inline-block; width: 700px'>x</mjx-math>"
    typeset = f"<mjx-container{display}>{formula}</mjx-container>"
    view.page.set_viewport_size({"width": 320, "height": 800})
    for side in (cards["clue math Reverse"].front, cards["clue math Recall"].back):
        view.show(side.replace(SAMPLES["math"].answer, typeset))
        assert view.page.evaluate("document.querySelectorAll('mjx-container').length") > 0
        assert view.page.evaluate("document.scrollingElement.scrollWidth") == 320


def test_text_runs_in_the_direction_of_its_language(view: Sides, cards: dict[str, Card]) -> None:
    for sample, start in (("arabic", "right"), ("short", "left")):
        view.show(cards[f"clue {sample} Recall"].back)
        for part in (".bd-prompt", ".bd-a-text", "summary", "td"):
            align = f"getComputedStyle(document.querySelector('{part}')).textAlign"
            assert view.page.evaluate(align) == start, (sample, part)


def test_a_trap_is_marked_as_wrong_on_the_back_and_can_be_read(
    view: Sides, cards: dict[str, Card]
) -> None:
    card = cards["trap long Trap"]
    mark = "getComputedStyle(document.querySelector('.bd-cue'), '::before').content"
    view.show(card.front)
    assert view.page.evaluate("document.querySelector('.bd-prompt s')") is None
    assert view.page.evaluate(mark) == '"!"'
    view.show(card.back)
    cross = "getComputedStyle(document.querySelector('.bd-prompt s'), '::before').content"
    assert view.page.evaluate(cross).startswith('"✗')
    line = "getComputedStyle(document.querySelector('.bd-prompt s')).textDecorationLine"
    assert view.page.evaluate(line) == "none"  # a line through several lines hides them
    # On the card that asks which is which nothing marks the trap.
    view.show(cards["trap long Spot it"].front)
    assert view.page.evaluate("document.querySelector('.bd-trap')") is None


def test_a_back_shows_the_rest_of_the_row_and_its_column_of_all_rows(
    view: Sides, cards: dict[str, Card]
) -> None:
    view.page.set_viewport_size({"width": 390, "height": 800})
    view.show(cards["compare short Attribute 2"].back)
    row = view.page.locator(".bd-row dt").all_inner_texts()
    assert row == ["Optimizes for", "Typical output", "Cost", "Team", "Risk"]
    cells = "[...document.querySelectorAll('.bd-col td')].filter(e => e.offsetWidth)"
    shown = view.page.evaluate(f"{cells}.map(e => e.innerText)")
    of_row = [SAMPLES["short"].prompt, SAMPLES["short"].other]
    assert shown == ["batch", "a schedule", *of_row, "batch", "a schedule"]
    own = "[...document.querySelectorAll('.bd-col tr.here td')].filter(e => e.offsetWidth)"
    assert view.page.evaluate(f"{own}.map(e => e.innerText)") == of_row
    assert view.page.evaluate("document.querySelector('.bd-whole').open") is False


def test_long_clues_are_smaller_and_a_tall_picture_opens_on_a_tap(
    view: Sides, cards: dict[str, Card]
) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('.bd-prompt')).fontSize)"
    sizes = []
    view.page.set_viewport_size({"width": 390, "height": 800})
    for sample in ("short", "long"):
        view.show(cards[f"clue {sample} Recall"].front)
        sizes.append(view.page.evaluate(size))
    assert sizes[0] > sizes[1]
    tall = IMAGE.replace("width=%22900%22 height=%22300%22", "width=%22400%22 height=%221400%22")
    card = cards["clue image Recall"]
    view.show(card.front.replace(IMAGE, tall))
    view.page.wait_for_function("document.querySelector('.bd-prompt img').complete")
    ask = "document.querySelector('.bd-ask').getBoundingClientRect().bottom"
    assert view.page.evaluate(ask) < 800
    view.page.locator(".bd-prompt img").click()
    assert view.page.evaluate(ask) > 1200
    view.page.locator(".bd-prompt img").click()
    assert view.page.evaluate(ask) < 800


def test_a_style_of_a_persons_own_comes_first_and_counts(
    browser: Browser, cards: dict[str, Card]
) -> None:
    view = Sides(browser, new_pages=True)
    view.own_style = ".card .bd-prompt { font-size: 44px }"
    view.show(cards["clue short Recall"].front)
    size = "getComputedStyle(document.querySelector('.bd-prompt')).fontSize"
    assert view.page.evaluate(size) == "44px"
    view.context.close()


def test_gaps_can_be_told_without_colours(browser: Browser, cards: dict[str, Card]) -> None:
    view = Sides(browser, new_pages=False)
    view.page.emulate_media(forced_colors="active")
    view.show(cards["cloze short Cloze 1"].back)
    style = "(({outlineStyle, borderBottomStyle}) => [outlineStyle, borderBottomStyle])"
    gap = "getComputedStyle(document.querySelector('.cloze'))"
    assert view.page.evaluate(f"{style}({gap})") == ["solid", "solid"]
    view.context.close()


# --- quiz -------------------------------------------------------------------------------------

QUIZZES = (
    "clue short Clue quiz",
    "clue code Clue quiz",
    "quiz long Quiz",
    "compare short Attribute quiz 1",
    "trap short Spot it",
)
SEVERAL = "quiz several Quiz"
OPTIONS = "[...document.querySelectorAll('.bd-opt')]"
BLOCKED = """Object.defineProperty(window, 'sessionStorage',
  {get() { throw new DOMException('denied', 'SecurityError'); }});"""
FORGETFUL = "window.sessionStorage.clear();"


class Model(NamedTuple):
    """How a client treats its web view, and whether a pick can survive the flip there."""

    new_pages: bool
    keeps_picks: bool
    reshuffles: bool
    init: str = ""


MODELS = {
    "one long-lived page": Model(new_pages=False, keeps_picks=True, reshuffles=True),
    "one page, storage blocked": Model(False, True, True, init=BLOCKED),
    "a new page a side": Model(new_pages=True, keeps_picks=True, reshuffles=True),
    "a new page, storage blocked": Model(True, False, False, init=BLOCKED),
    "a new page, storage forgotten": Model(True, False, False, init=FORGETFUL),
}


def shown_options(page: Page) -> list[str]:
    text = "e.cloneNode(true)).map(e => (e.querySelectorAll('.bd-sr').forEach(s => s.remove())"
    shown: list[str] = page.evaluate(f"{OPTIONS}.map(e => {text}, e.textContent))")
    return shown


def pressed_options(page: Page) -> list[int]:
    pressed: list[int] = page.evaluate(
        f"{OPTIONS}.map((e, i) => e.getAttribute('aria-pressed') === 'true' ? i : -1)"
        ".filter(i => i >= 0)"
    )
    return pressed


def marks(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        f"{OPTIONS}.map(e => getComputedStyle(e, '::before').content[1])"
    )
    return found


def right_options(page: Page) -> list[int]:
    right: list[int] = page.evaluate(
        "[...document.querySelectorAll('.bd-opts > li')]"
        ".map((e, i) => e.hasAttribute('data-ok') ? i : -1).filter(i => i >= 0)"
    )
    return right


def verdict(page: Page) -> str:
    shown: list[str] = page.evaluate(
        "[...document.querySelectorAll('.bd-line > *')]"
        ".filter(e => getComputedStyle(e).visibility === 'visible').map(e => e.innerText)"
    )
    assert len(shown) == 1
    return shown[0]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_order_and_pick_survive_fifty_flips(
    browser: Browser, cards: dict[str, Card], model: Model
) -> None:
    view = Sides(browser, new_pages=model.new_pages, init=model.init)
    orders: dict[str, set[tuple[str, ...]]] = {}
    for flip in range(50):
        card = cards[QUIZZES[flip % len(QUIZZES)]]
        view.show(card.front)
        front = shown_options(view.page)
        orders.setdefault(card.name, set()).add(tuple(front))
        assert pressed_options(view.page) == []
        assert "✓" not in marks(view.page)
        pick = flip // len(QUIZZES) % len(front)
        view.page.evaluate(f"{OPTIONS}[{pick}].click()")
        assert pressed_options(view.page) == [pick]
        view.show(card.back)
        assert shown_options(view.page) == front
        right = right_options(view.page)
        expected = ["?"] * len(front)
        if model.keeps_picks:
            assert pressed_options(view.page) == [pick]
            assert verdict(view.page) == (LABELS[0] if right == [pick] else LABELS[1])
            expected[pick] = "✗"
        else:
            assert pressed_options(view.page) == []
            assert verdict(view.page) == LABELS[2]
        expected[right[0]] = "✓"
        assert [m if m in "✓✗" else "?" for m in marks(view.page)] == expected
    # Two options may well come in one order each time.
    sure = [seen for seen in orders.values() if len(next(iter(seen))) > 2 or not model.reshuffles]
    assert sure
    for seen in sure:
        assert (len(seen) > 1) is model.reshuffles
    assert view.requests == []
    view.context.close()


def test_without_scripts_the_options_are_a_list_and_the_back_marks_the_right_one(
    browser: Browser, cards: dict[str, Card]
) -> None:
    view = Sides(browser, new_pages=True, scripts=False)
    weight = "getComputedStyle(document.querySelector('.bd-opts [data-ok]')).fontWeight"
    for name in QUIZZES:
        orders = []
        for side, is_bold in ((cards[name].front, "400"), (cards[name].back, "700")):
            view.show(side)
            items = "[...document.querySelectorAll('.bd-opts > li')].map(e => e.textContent)"
            orders.append(view.page.evaluate(items))
            assert view.page.evaluate(weight) == is_bold
        assert orders[0] == orders[1]
    view.context.close()


@pytest.mark.parametrize(
    ("picks", "says"),
    [
        ((), LABELS[2]),
        ((0, 2), LABELS[0]),
        ((2, 0), LABELS[0]),
        ((0,), "1 / 2"),
        ((2,), "1 / 2"),
        ((0, 1), LABELS[1]),
        ((0, 1, 2), LABELS[1]),
        ((0, 1, 1, 2), LABELS[0]),
        ((1,), LABELS[1]),
    ],
)
def test_several_right_options_are_judged_as_a_whole(
    view: Sides, cards: dict[str, Card], picks: tuple[int, ...], says: str
) -> None:
    view.show(cards[SEVERAL].front)
    source = [*SAMPLES["code"][:0:-1][:2], "a third option"]
    plain = view.page.evaluate(
        "all => all.map(h => { const e = document.createElement('i'); e.innerHTML = h;"
        " return e.textContent })",
        source,
    )
    for pick in picks:
        at = shown_options(view.page).index(plain[pick])
        view.page.evaluate(f"{OPTIONS}[{at}].click()")
    kept = {pick for pick in picks if picks.count(pick) % 2}
    assert len(pressed_options(view.page)) == len(kept)
    view.show(cards[SEVERAL].back)
    assert len(pressed_options(view.page)) == len(kept)
    found = view.page.evaluate(FOUND)
    assert (found or verdict(view.page)) == says
    assert marks(view.page).count("✓") == 2
    missed = view.page.evaluate(f"{OPTIONS}.filter(e => e.hasAttribute('data-missed')).length")
    assert missed == (len({0, 2} - kept) if kept else 0)


# What the style shows in place of the words, where some of several right options were picked.
FOUND = "document.querySelector('.bd-wrong').getAttribute('data-found')"


def test_what_explains_an_option_is_at_hand_on_the_back(
    view: Sides, cards: dict[str, Card]
) -> None:
    card = cards["quiz short Quiz"]
    assert "It is slower" not in card.front
    # That of an option that nobody picked opens below it.
    view.show(card.front)
    view.show(card.back)
    below = view.page.locator(".bd-opts .bd-below")
    assert not below.is_visible()
    option = view.page.locator(".bd-opt[aria-expanded]")
    assert option.inner_text().strip() == SAMPLES["short"].other
    option.click()
    assert below.inner_text() == "It is slower."
    option.click()
    assert not below.is_visible()
    # That of one that was picked stands below all, with what it speaks of; so it does elsewhere.
    view.show(card.front)
    view.page.locator(".bd-opt", has_text=SAMPLES["short"].other).click()
    for side in (card.back, cards["quiz short Open"].back):
        view.show(side)
        extra = view.page.locator(".bd-extra").inner_text()
        assert extra.startswith("other\nIt is slower.")


def test_a_single_choice_can_be_changed(view: Sides, cards: dict[str, Card]) -> None:
    view.show(cards["quiz short Quiz"].front)
    for pick in (0, 2, 2, 1):
        view.page.evaluate(f"{OPTIONS}[{pick}].click()")
        assert pressed_options(view.page) == [pick]


def test_verdict_takes_no_place_beside_the_question(view: Sides, cards: dict[str, Card]) -> None:
    heights = "[...document.querySelectorAll('.bd-line, .bd-line > *')].map(e => e.clientHeight)"
    for card in (cards["quiz short Quiz"], cards["clue arabic Clue quiz"]):
        for side in (card.front, card.back):
            view.show(side)
            line, *inside = view.page.evaluate(heights)
            assert line == max(inside)


def test_options_look_the_same_where_a_client_styles_buttons(
    view: Sides, cards: dict[str, Card]
) -> None:
    look = f"""(style => [style.fontSize, style.fontWeight, style.margin, style.boxShadow,
      style.borderWidth])(getComputedStyle({OPTIONS}[0]))"""
    for body in ("card", "card fancy isMac"):
        view.show(cards["quiz short Quiz"].front, body)
        view.page.locator(".bd-opt").first.hover()
        assert view.page.evaluate(look) == ["19px", "400", "0px", "none", "2px"]


def test_options_have_letters_in_the_order_shown(view: Sides, cards: dict[str, Card]) -> None:
    view.show(cards["quiz short Quiz"].front)
    content = f"getComputedStyle({OPTIONS}[0], '::before').content"
    assert view.page.evaluate(content) == "counter(bd-option, upper-alpha)"
    tops = view.page.evaluate(f"{OPTIONS}.map(e => e.getBoundingClientRect().top)")
    assert tops == sorted(tops)


def test_options_that_stay_stand_last_and_letters_are_those_of_the_page(
    browser: Browser, cards: dict[str, Card]
) -> None:
    view = Sides(browser, new_pages=False, init=BLOCKED)
    front = cards["quiz short Quiz"].front
    marks = (f'<li data-letter="{letter}"' for letter in "DCBA")  # two of them stay
    pieces = front.split("<li")
    for place, (mark, piece) in enumerate(zip(marks, pieces[1:], strict=True), 1):
        pieces[place] = mark + (" data-last" if place in (2, 3) else "") + piece
    front = "".join(pieces)
    orders = set()
    content = f"{OPTIONS}.map(e => getComputedStyle(e, '::before').content)"
    for number in range(20):
        view.page.evaluate("delete window.buildDecksQuiz")
        view.show(front.replace("quiz-short", f"key-{number}"))
        letters = view.page.evaluate(
            f"{OPTIONS}.map(e => e.parentNode.getAttribute('data-letter'))"
        )
        assert view.page.evaluate(content) == [f'"{letter}"' for letter in letters]
        assert letters[2:] == ["C", "B"]
        orders.add(letters[0])
    view.context.close()
    assert orders == {"A", "D"}


def test_a_tap_leaves_the_keyboard_to_anki_and_tab_keeps_its_place(
    view: Sides, cards: dict[str, Card]
) -> None:
    view.show(cards["quiz short Quiz"].front)
    view.page.locator(".bd-opt").first.click()
    assert view.page.evaluate("document.activeElement.tagName") == "BODY"
    view.page.locator(".bd-opt").nth(1).press("Enter")
    assert pressed_options(view.page) == [1]
    assert view.page.evaluate("document.activeElement.className") == "bd-opt"


def test_the_seeded_order_favours_no_place(browser: Browser, cards: dict[str, Card]) -> None:
    view = Sides(browser, new_pages=False, init=BLOCKED)
    front = cards["quiz short Quiz"].front
    counts: dict[Any, int] = {}
    for i in range(240):
        view.page.evaluate("delete window.buildDecksQuiz")
        view.show(front.replace("quiz-short", f"key-{i}"))
        place = right_options(view.page)[0]
        counts[place] = counts.get(place, 0) + 1
    view.context.close()
    # 60 is expected in each of the four places; the key's neighbours must not share an order.
    assert sorted(counts) == [0, 1, 2, 3]
    assert all(30 < count < 90 for count in counts.values()), counts
