"""Formulas as the MathJax of Anki draws them, in a real browser: honest ones without an error, and
a stranger's without a link, a style, a request or a place outside of the card.

MathJax comes with Anki's desktop program: `pip install --no-deps aqt` (4 MB) brings it, and without
it these tests are skipped. `pytest tests/test_formulas_browser.py --update` writes the list of
commands anew, from the tables of the MathJax that is installed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cases
import pytest
from build_notes import NOW, table, write_notes
from chromium import CHROMIUM
from playwright.sync_api import Browser, Page, Route

from generator.anki.note_types import note_types
from generator.core.model import Kind
from generator.markup import tex
from generator.markup.inline import read_cell
from generator.pipeline.build import look
from generator.preview.fill_templates import render_note

AQT = find_spec("_aqt")
WEB = Path(next(iter(AQT.submodule_search_locations or []))) / "data" / "web" if AQT else Path()

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(AQT is None, reason="no MathJax: pip install --no-deps aqt"),
]

# The configuration is Anki's own file, and the page is as Anki's reviewer makes it.
PAGE = """<!doctype html><meta charset=utf-8>
<script src=/_anki/js/mathjax.js></script>
<script src=/_anki/js/vendor/mathjax/tex-chtml-full.js></script>
<body class=card><div id=qa></div>"""

# --- the list of commands ---------------------------------------------------------------------

# What MathJax knows, and a card does not need or must not have.
LEFT_OUT = {
    "links, styles, names, characters by number": (
        "href style class cssId bbox mmlToken unicode enclose label ref eqref refeq cellcolor "
        "columncolor rowcolor"
    ),
    "answers to a click": "toggle mathtip texttip",
    "definitions and settings": (
        "require def let newcommand renewcommand newenvironment renewenvironment Newextarrow "
        "DeclareMathOperator DeclarePairedDelimiter DeclarePairedDelimiters "
        "DeclarePairedDelimiterX DeclarePairedDelimitersX DeclarePairedDelimiterXPP "
        "DeclarePairedDelimitersXPP mathtoolsset newtagform renewtagform usetagform definecolor "
        "minCDarrowheight minCDarrowwidth"
    ),
    "parts of environments that are left out": (
        "AXC Axiom AxiomC BIC BinaryInf BinaryInfC LL LeftLabel QuaternaryInf QuaternaryInfC "
        "QuinaryInf QuinaryInfC RL RightLabel TIC TrinaryInf TrinaryInfC UIC UnaryInf UnaryInfC "
        "alwaysDashedLine alwaysNoLine alwaysRootAtBottom alwaysRootAtTop alwaysSingleLine "
        "alwaysSolidLine dashedLine fCenter noLine rootAtBottom rootAtTop singleLine solidLine"
    ),
    "text in which a command is none": "verb",
}
LEFT_OUT_ENVIRONMENTS = {"empheq", "prooftree"}
_TABLES = """() => {
  const handlers = MathJax.startup.document.inputJax[0].parseOptions.handlers;
  const names = (kind) => [...handlers.get(kind)._configuration].flatMap(
    ({ item }) => (item.map ? [...item.map.keys()] : []));
  return [[...names("macro"), ...names("delimiter")], names("environment")];
}"""


def test_the_list_has_the_commands_of_mathjax_but_those_left_out(page: Page) -> None:
    macros, environments = page.evaluate(_TABLES)
    commands = {name.lstrip("\\") for name in macros}
    commands = {name for name in commands if re.fullmatch("[A-Za-z]+", name)}
    commands -= {name for names in LEFT_OUT.values() for name in names.split()}
    commands = {name for name in commands if not name.startswith("empheq")}
    environments = set(environments) - LEFT_OUT_ENVIRONMENTS
    path = Path(tex.__file__).with_name("tex_commands.txt")
    text = path.read_text("utf-8")
    if cases.is_updating:
        comment = "".join(f"{line}\n" for line in text.splitlines() if line.startswith("#"))
        lists = (textwrap.fill(" ".join(sorted(each)), 100) for each in (commands, environments))
        path.write_text(comment + "\n\n".join(lists) + "\n", "utf-8")
        tex._allowed.cache_clear()
    assert tex._allowed() == (commands, environments)


# --- formulas that are to be drawn ------------------------------------------------------------

HONEST = r"""
E = mc^2
F = G\frac{m_1 m_2}{r^2}
\vec{F} = m\vec{a}, \quad \hat{x}, \bar{x}, \tilde{x}, \dot{x}, \ddot{x}, \overline{AB}
v = 3{,}0 \cdot 10^8\,\mathrm{m\,s^{-1}}
\rho = 1.2\;\mathrm{kg/m^3}
R = 8.314\ \mathrm{J\,mol^{-1}\,K^{-1}}
9{.}81\,\text{m}/\text{s}^2
\Delta U = Q - W
\oint_{\partial S} \mathbf{B} \cdot d\boldsymbol{\ell} = \mu_0 I_{\text{enc}}
\nabla \times \mathbf{E} = -\frac{\partial \mathbf{B}}{\partial t}
i\hbar\frac{\partial}{\partial t}\Psi = \hat{H}\Psi
\langle \psi | \hat{A} | \phi \rangle, \braket{\psi|\phi}, \ket{0}, \bra{1}, \ketbra{0}{1}
\lambda = \frac{h}{p}, \quad \upmu, \upalpha, \Updelta
25\,^\circ\mathrm{C}, \degree, \celsius, \ohm, \micro, \texteuro, \textdegree
\ce{H2O}
\ce{2H2 + O2 -> 2H2O}
\ce{N2 + 3H2 <=> 2NH3}
\ce{SO4^2- + Ba^2+ -> BaSO4 v}
\ce{^{227}_{90}Th+}
\ce{A ->[\text{heat}][\Delta] B}
\ce{CO2 + C <=>> 2CO}
\ce{Fe^{II}Fe^{III}2O4}
\ce{C6H5-CH=CH2}
\ce{K = \frac{[C]}{[A][B]}}
\ce{[Cu(NH3)4]^2+}
\pu{1.2e3 kJ//mol}
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}
\begin{bmatrix} a & \cdots & b \\ \vdots & \ddots & \vdots \\ c & \cdots & d \end{bmatrix}
\begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad - bc
\left(\begin{array}{cc|c} 1 & 0 & 3 \\ \hline 0 & 1 & 4 \end{array}\right)
\begin{cases} x & x \ge 0 \\ -x & x < 0 \end{cases}
\begin{dcases} \frac{1}{2} & \text{if } x = 1 \\[2pt] 0 & \text{otherwise} \end{dcases}
\begin{aligned} a &= b + c \\ &= d \end{aligned}
\begin{align} a &= b \\ c &= d \end{align}
\begin{gathered} a = b \\ c = d \end{gathered}
\begin{split} a &= b \\ &= c \end{split}
\begin{CD} A @>f>> B \\ @VgVV @VVhV \\ C @>k>> D \end{CD}
\textcolor{red}{x} + \color{blue}{y} + \colorbox{yellow}{z} + \fcolorbox{red}{white}{w}
\color{#ff0000}{x}
A \xrightarrow{f} B \xleftarrow[g]{} C \xlongequal{\text{def}} D
\rightarrow \leftarrow \Rightarrow \iff \mapsto \hookrightarrow \uparrow \leadsto
\acute{a} \grave{a} \breve{a} \check{a} \mathring{a} \widehat{ABC} \widetilde{xyz}
\sum_{i=1}^{n} i = \frac{n(n+1)}{2}
\prod_{k=1}^{n} k, \quad \coprod, \bigcup_{i} A_i, \bigoplus_j V_j
\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}
\iint_D f\,dA, \iiint_V g\,dV
\lim_{x \to 0} \frac{\sin x}{x} = 1
\sqrt[3]{8} = 2
\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda
\mu \nu \xi \pi \rho \sigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Theta \Omega
A \cup B \cap C \setminus D \subseteq E \supset F, x \in \mathbb{R}, y \notin \emptyset
\{ x \in \mathbb{N} \mid x > 3 \}
\Set{ x | x > 0 }, \set{1, 2}
\forall x\, \exists y : P(x) \land \lnot Q(y) \lor R \implies S \vdash T \models U
\neg p, p \wedge q, p \vee q, p \oplus q, \top, \bot, \therefore, \because
P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}
X \sim \mathcal{N}(\mu, \sigma^2), \quad \operatorname{Var}(X), \mathbb{E}[X]
\operatorname*{arg\,max}_{\theta} \log L(\theta)
\binom{n}{k} = \frac{n!}{k!(n-k)!}
\hat{\beta} = (X^\top X)^{-1} X^\top y
\underbrace{a + b}_{c} + \overbrace{d}^{e}
\left\lVert x \right\rVert_2 \le \left| y \right|, \lfloor z \rfloor, \lceil w \rceil
\left[ \frac{a}{b} \right], \bigl( x \bigr), \Big\{ y \Big\}
a \equiv b \pmod{n}, a \bmod n, \gcd(a, b)
O(n \log n), \Theta(n^2), \Omega(1)
\mathfrak{g}, \mathscr{L}, \mathsf{T}, \mathtt{x}, \mathit{y}
\cancel{x} + \bcancel{y} + \xcancel{z} + \cancelto{0}{w}
\boxed{x = 1}, \phantom{x}, \overset{!}{=}, \underset{x}{\to}, \stackrel{\text{def}}{=}
f\colon A \to B, \quad x \coloneqq y
a \ne b, a \approx b, a \propto b, a \ll b, a \pm b, a \mp b, a \times b, a \div b
\sin^2\theta + \cos^2\theta = 1, \tan, \arcsin, \sinh, \ln, \exp
\dfrac{1}{2}, \tfrac{1}{2}, \cfrac{1}{1 + \cfrac{1}{x}}, \genfrac{(}{)}{0pt}{}{n}{k}
x^{y^{z}}_{a_b}, {}^{14}_{6}\mathrm{C}, x', x''
50\,\%, \#5, \$5, a\_b, a\ b, a~b
\large x, \scriptstyle y, \displaystyle \sum_i, \bf B, \rm R
\tag{1} a = b
\hspace{1em}\rule{10pt}{1pt}\kern 2pt x
\centernot\implies, \not\in, \nleq, \nsubseteq
"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with Anki's MathJax; nothing is asked for beside it, and no dialog shown."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(60_000)
    outside: list[str] = []

    def answer(route: Route) -> None:
        url = route.request.url
        file = WEB / url.removeprefix("http://anki/_anki/")
        if url == "http://anki/":
            route.fulfill(body=PAGE, content_type="text/html")
        elif url.startswith("http://anki/_anki/js/") and file.is_file():
            route.fulfill(path=file)
        else:
            outside.append(url)
            route.abort()

    page.route("**/*", answer)
    page.on("dialog", lambda dialog: outside.append(dialog.message))
    page.on("popup", lambda popup: outside.append(popup.url))
    page.goto("http://anki/")
    page.evaluate("MathJax.startup.promise")
    # But for a person's own style, which is a file of theirs.
    style = note_types()[Kind.CLUE].css.partition("\n")[2]
    page.evaluate("css => document.head.append(Object.assign("
                  "document.createElement('style'), { textContent: css }))", style)  # fmt: skip
    yield page
    assert page.url == "http://anki/"
    context.close()
    assert outside == []


_DRAW = """async (cards) => {
  const box = document.getElementById("qa");
  MathJax.typesetClear();
  box.innerHTML = cards.map((html) => `<div class="bd">${html}</div>`).join("");
  box.querySelectorAll("details").forEach((details) => { details.open = true; });
  await MathJax.typesetPromise([box]);
  return [...box.children].map((card) => ({
    formulas: card.querySelectorAll("mjx-container").length,
    error: card.querySelector("mjx-merror, [data-mjx-error], mjx-mtext[style*=red]")?.outerHTML,
  }));
}"""


def test_honest_formulas_are_drawn(page: Page) -> None:
    formulas = HONEST.strip().split("\n")
    assert len(formulas) >= 60
    cells = [read_cell(f"$${each}$$", {}).html for each in formulas]
    drawn = page.evaluate(_DRAW, cells)
    assert [(each, done) for each, done in zip(formulas, drawn, strict=True)
            if done != {"formulas": 1, "error": None}] == []  # fmt: skip


_SCROLLED = """() => [...document.querySelectorAll("#qa > .bd")].flatMap((card) =>
  [...card.querySelectorAll("mjx-container")].filter((formula) =>
    formula.offsetWidth < card.clientWidth - 1 && formula.scrollWidth > formula.clientWidth + 1
  ).map((formula) => formula.textContent))"""


def test_a_formula_that_fits_does_not_scroll(page: Page) -> None:
    """MathJax lays the formula a second time behind itself, for screen readers, and that is wider:
    Anki's window put a scroll bar below every formula."""
    formulas = HONEST.strip().split("\n")
    cells = [read_cell(f"so ${each}$ and", {}).html for each in formulas]
    page.evaluate(_DRAW, cells)
    assert page.evaluate(_SCROLLED) == []


def test_every_command_of_the_list_is_known(page: Page) -> None:
    """With arguments of all kinds; what is left in red, as MathJax shows a name it does not know,
    would be a wrong card."""
    commands, _ = tex._allowed()
    cells = [rf"\(\{each} {{a}}{{b}}{{c}}\)" for each in sorted(commands)]
    unknown = """(cells) => [...document.querySelectorAll("mjx-mtext")].map((e) => e.outerHTML)
      .filter((html) => html.includes("color: red"))"""
    page.evaluate(_DRAW, cells)
    assert page.evaluate(unknown) == []


# --- formulas of a stranger -------------------------------------------------------------------

RUN = "javascript:window.hit=1"
FIXED = "position:fixed;top:0;left:0"
URL = "url(//evil.example/x)"
# What would do more than draw, were it read: each stands alone and inside of each of the frames.
PAYLOADS = [
    rf"\href{{{RUN}}}{{x}}",
    rf"\style{{{FIXED}}}{{x}}",
    r"\class{evil}{x}",
    r"\cssId{evil}{x}",
    rf"\bbox[{URL}]{{x}}",
    rf"\bbox[{FIXED}]{{x}}",
    rf'\mmlToken{{mi}}[href="{RUN}"]{{x}}',
    rf"\def\x#1{{\href{{{RUN}}}{{#1}}}}\x{{y}}",
    rf"\let\frac\href\frac{{{RUN}}}{{x}}",
    rf"\newcommand{{\frac}}[1]{{\href{{{RUN}}}{{#1}}}}\frac{{x}}",
    rf"\renewcommand\sqrt{{\href{{{RUN}}}}}\sqrt{{x}}",
    rf"\require{{html}}\href{{{RUN}}}{{x}}",
    rf"\DeclareMathOperator{{\x}}{{\href{{{RUN}}}{{y}}}}\x",
    r"\unicode{x41}",
    rf"\unicode[{FIXED}]{{x41}}",
    r"\data{a=b}{x}",
    r"\htmlData{a=b}{x}",
    r"\htmlClass{evil}{x}",
    rf"\enclose{{box}}[mathbackground={URL}]{{x}}",
    rf"\color{{red;{FIXED}}}{{x}}",
    rf"\textcolor{{{URL}}}{{x}}",
    rf"\colorbox{{red;{FIXED}}}{{x}}",
    rf"\fcolorbox{{red;{FIXED}}}{{{URL}}}{{x}}",
    rf"\definecolor{{a}}{{HTML}}{{red;{FIXED}}}\color{{a}}x",
    rf"\cancel[color=red;{FIXED}]{{x}}",
    rf"\cancelto[mathbackground={URL}]{{0}}{{x}}",
    r"\toggle{x}{y}\endtoggle",
    rf"\texttip{{x}}{{{RUN}}}",
    r"\label{evil}\ref{evil}\eqref{evil}",
    r"\newenvironment{a}{\href{#1}{x}}{}",
    r"\begin{html}x\end{html}",
    rf"\verb|\href{{{RUN}}}{{x}}|",
    rf"\\href{{{RUN}}}{{x}}",
    rf"\ne\href{{{RUN}}}{{x}}",
    "\\ne\x00wcommand{\\x}{y}",
    "\\h\u200bref{a}{b}",
    "\\hre\u0301f{a}{b}",
    f"\\color{{red\u037e{FIXED}}}{{x}}",
    f"x % \n \\href{{{RUN}}}{{x}}",
    f"\\%\\href%\n{{{RUN}}}{{x}}",
    r"\begin{array}{c@{\href{a}{b}}} x \end{array}",
    rf"\begin{{array}}{{>{{\}}c}} href{{{RUN}}}{{x}} \end{{array}}",
    rf"\tag{{x\" onclick=\"{RUN}}} y",
    r"<img src=//evil.example onerror=alert(1)>",
    r"\text{<script>alert(1)</script>}",
    rf"&lt;a href='{RUN}'>x&lt;/a>",
    rf"&#92;href{{{RUN}}}{{x}}",
    r"\genfrac{}{}{1px;position:fixed}{}{a}{b}",
    r"\mathmakebox[1em;position:fixed][c]{x}",
]
FRAMES = ["{}", r"\text{{a ${}$}}", r"\ce{{{}}}", r"\frac{{1}}{{{{{}}}}}"]
# Two formulas, and between them text that nobody checks as TeX: it is to stay text.
BETWEEN = rf" \href{{{RUN}}}{{x}} \style{{{FIXED}}}{{y}} "
SPLIT = [
    opening + BETWEEN + closing
    for opening in ("${$", "$`x\\`$", "$a{b$", "$\\text{$", "$$x{$$", "\\\\(x \\\\\\)", "\\(x{\\)",
                    "\\[x{\\]", "$x\\\\{$", "$\\left\\{{$", "$}{$", "$x\\)$", "$\\\\($", "$\\[x$",
                    "\\\\[x \\\\\\\\]", "\\\\(x\\{ {\\\\)")
    for closing in ("$}$", "$y$", "\\(y\\)", "\\[y\\]", "\\\\)")
]  # fmt: skip
# As deep as is let in, then deeper: more than that has crashed the browser.
DEEP = [
    "$" + (opening + "{") * depth + "x" + "}" * depth + "$"
    for opening in (r"\xrightarrow", r"\underbrace", r"\overline", r"\sqrt", "x_", r"\ce",
                    r"\frac1", r"\text", r"\smash{\overline{x}}", "")
    for depth in (tex.DEEPEST, tex.DEEPEST + 1, 300, 10_000)
]  # fmt: skip
LARGE = [
    *DEEP,
    "$" + "{" * 10_000 + "$",
    "$" + r"\begin{array}{c}" * 80 + "x" + r"\end{array}" * 80 + "$",
    "$" + r"\left(" * 250 + "x" + r"\right)" * 250 + "$",
    "$" + r"\color{red}x" * 300 + "$",
    r"$\mathllap{" + "x" * 3_000 + "}$",
    r"$\smash{" + r"\overline{x}\\" * 100 + "}$",
]

# What MathJax itself writes; anything else would be the stranger's.
_HARM = r"""async () => {
 const harms = [...document.querySelectorAll("#qa > .bd")].map((card) => {
  const harm = [];
  const edge = card.getBoundingClientRect();
  for (const formula of card.querySelectorAll("mjx-container")) {
    const { left, right, top, bottom } = formula.getBoundingClientRect();
    if (left < edge.left - 1 || right > edge.right + 1 || top < edge.top - 6
        || bottom > edge.bottom + 6) { harm.push(`at ${left} ${top} ${right} ${bottom}`); }
    if (getComputedStyle(formula).overflowX === "visible") { harm.push("not clipped"); }
    for (const element of formula.querySelectorAll("*")) {
      if (!/^(mjx|math$|m[a-z]+$|svg$|line$|path$|none$|semantics$)/.test(element.localName)) {
        harm.push(element.localName);
      }
      for (const { name, value } of element.attributes) {
        if (/^on|href|src|^action/.test(name)
            || (name === "id" && !value.startsWith("mjx-eqn:"))
            || (name === "class" && !/^((mjx|MJX|TEX|MathML)-[\w-]+ ?)*$/.test(value))
            || (name === "style" && /url|fixed|expression|z-index/.test(value))) {
          harm.push(`${name}=${value}`);
        }
      }
      if (getComputedStyle(element).position === "fixed") { harm.push("fixed"); }
      element.click?.();
    }
  }
  return harm;
 });
 await new Promise((done) => setTimeout(done, 100)); /* a script of a link runs a moment later */
 if (window.hit) { harms[0].push("ran"); window.hit = 0; }
 return harms;
}"""


def harm_of(page: Page, cells: list[str]) -> list[Any]:
    """What each of these pieces of HTML does on a card beside being drawn."""
    page.evaluate(_DRAW, cells)
    harms = page.evaluate(_HARM)
    assert len(harms) == len(cells)
    return [(cell, harm) for cell, harm in zip(cells, harms, strict=True) if harm]


def test_a_strangers_formula_does_nothing(page: Page) -> None:
    texts = [f"${frame.format(each)}$" for each in PAYLOADS for frame in FRAMES]
    assert len(texts) > 150
    assert harm_of(page, [read_cell(text, {}).html for text in texts]) == []


def test_text_between_formulas_stays_text(page: Page) -> None:
    cells = [read_cell(text, {}).html for text in SPLIT]
    assert harm_of(page, cells) == []
    shown = page.evaluate("[...document.querySelectorAll('#qa > .bd')].map((e) => e.innerText)")
    assert [text for text in shown if r"\href{" not in text] == []


def test_a_large_formula_stays_within_its_card(page: Page) -> None:
    assert harm_of(page, [read_cell(text, {}).html for text in LARGE]) == []


def test_the_measure_finds_harm(page: Page) -> None:
    """Formulas that nobody has checked do what these tests look for."""
    found = [harm for _, harm in harm_of(page, [rf"\({each}\)" for each in PAYLOADS[:7]])]
    assert len(found) >= 5
    assert "ran" in found[0]


def test_formulas_of_all_forms_do_nothing(page: Page, tmp_path: Path) -> None:
    hostile = [PAYLOADS[0], r"\frac{a}{{b}}", PAYLOADS[1]]
    split = [SPLIT[0], SPLIT[5], SPLIT[10]]
    rows = [(f"clue {n} ${each}$", f"answer {n} ${each}$") for n, each in enumerate(hostile)]
    rows += [(f"clue {n} {each}", f"answer {n} {each}") for n, each in enumerate(split, 10)]
    text = f"# Page ${{$ {BETWEEN} $}}$\n\n## All ${PAYLOADS[0]}$\n\n{table(*rows)}\n"
    for n, each in enumerate([*split, *(f"${formula}$" for formula in hostile)]):
        text += f"Q: question {n} {each}?\nA: answer {each}\n\n"
        text += f"A sentence of many words about ==gap {n} {each}== that goes on and on.\n\n"
        text += f"Which of these {n} {each}?\n\n- [x] right {each}\n- [ ] wrong {each}\n\n"
    source = write_notes(tmp_path / "notes", {"a.md": text})
    result = look(source, tmp_path / "none", NOW)
    cells = [
        side
        for built in result.packages
        if built.package
        for note in built.package.stamped()
        for card in render_note(note.note, note.fields)
        for side in (card.question, card.answer)
    ]
    assert len(cells) > 20
    assert harm_of(page, cells) == []
