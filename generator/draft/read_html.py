"""Reads an HTML page, saved or copied, as a document; lxml decides what the markup means."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from unicodedata import normalize
from urllib.parse import quote, urljoin, urlsplit

from lxml import etree

from generator.core.diagnostics import FIRST_ROW_AS_HEADER, NO_HEADER
from generator.core.diagnostics import Code as Finding
from generator.core.lazy_regex import lazy_regex
from generator.draft.document import (
    Block,
    Code,
    Document,
    Heading,
    Items,
    Paragraph,
    Question,
    Quote,
    RefusedError,
    Row,
    Run,
    Table,
    Text,
    seen,
)
from generator.draft.grid import GridRow, Spanned, resolve
from generator.draft.leftovers import is_leftover
from generator.sources.questions import asks

_SPACES = lazy_regex(r"[ \t\n\r\f\v]+")
_BLANKS = lazy_regex(" +")
_LINE_ENDS = lazy_regex(r" *\n[ \n]*")
_NO_WIDTH = lazy_regex("[\u00ad\u200b\u2060\ufeff]")  # hints for line breaks: no part of the text
_CONTROL = lazy_regex(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

# What a browser shows nothing of, or only as a control: nobody misses it.
_SILENT = frozenset(
    "script style head title template noscript link meta svg canvas iframe object embed audio "
    "video map button input select textarea datalist dialog progress meter colgroup base".split()
)
_FRAME = {
    "nav": "navigation", "navigation": "navigation", "menu": "navigation", "menubar": "navigation",
    "search": "search", "banner": "banner", "contentinfo": "footer", "dialog": "dialog",
    "alertdialog": "dialog", "complementary": "sidebar",
}  # fmt: skip
# Outside of the article they frame the page; inside they may be its title or a hint.
_FRAME_OUTSIDE = {"header": "banner", "footer": "footer", "aside": "sidebar"}
_FRAME_CLASS = lazy_regex(
    r"(?:^|\s)(?:(?P<cookies>\S*(?:cookie|consent|gdpr)\S*)"
    r"|(?P<navigation>\S*(?:navbar|breadcrumb|sidebar|navbox|pagination)\S*"
    r"|toc|nav|menu|mw-jump-link)"
    r"|(?P<link>mw-editsection|headerlink|anchor-link|hash-link|reference|mw-cite-backlink|noprint)"
    r"|(?P<hidden>sr-only|visually-hidden|screen-reader-text))(?=\s|$)",
    re.IGNORECASE,
)
_HIDDEN_STYLE = lazy_regex(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-list\s*:\s*ignore)", re.IGNORECASE
)

_MARK_OF = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "cite": "italic",
    "dfn": "italic", "var": "italic", "code": "code", "tt": "code", "samp": "code", "kbd": "kbd",
    "sub": "sub", "sup": "sup", "mark": "mark", "u": "u", "ins": "u",
}  # fmt: skip
_STYLES = (
    (lazy_regex(r"font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE), "bold", True),
    (lazy_regex(r"font-weight\s*:\s*(normal|[1-5]00)", re.IGNORECASE), "bold", False),
    (lazy_regex(r"font-style\s*:\s*(italic|oblique)", re.IGNORECASE), "italic", True),
    (lazy_regex(r"font-style\s*:\s*normal", re.IGNORECASE), "italic", False),
    (lazy_regex(r"vertical-align\s*:\s*super", re.IGNORECASE), "sup", True),
    (lazy_regex(r"vertical-align\s*:\s*sub\b", re.IGNORECASE), "sub", True),
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p "
    "pre section summary table tbody td tfoot th thead tr ul".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset("ul ol menu dir dl".split())
_GATHERING = frozenset("li dt dd blockquote table details summary".split())
_GROUPS = frozenset("thead tbody tfoot".split())
_MOST_ELEMENTS = 300_000
_MOST_SPANS = 65_534  # rows; the HTML standard clamps rowspan to it
_PLAIN: frozenset[str] = frozenset()
# No cell keeps these at its ends: the reader of notes trims what Unicode calls a space.
_ENDS = " \n\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@dataclass(slots=True)
class _Frame:
    """An open element that gathers what is in it."""

    element: etree._Element
    tag: str
    blocks: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    items: list[list[Block]] = field(default_factory=list)
    groups: list[list[list[Spanned]]] = field(default_factory=list)
    open_group: str = ""  # the tag of the table's group that is open, or "tr" where it needs none
    loose: list[Block] = field(default_factory=list)  # a table's cells, should it be layout
    is_layout: bool = False
    asked: Text = ()  # of what is folded away
    defined: int = 0  # a list's terms that have their meaning
    # What the last block, or the last term of a list, grows to: a tuple would be copied each time.
    grown_items: list[tuple[Block, ...]] = field(default_factory=list)
    grown_term: list[Run] = field(default_factory=list)

    def add_item(self, item: tuple[Block, ...]) -> None:
        """An item of the list that is the last block, or of a new one."""
        if not self.grown_items:
            last = self.blocks[-1] if self.blocks else None
            if isinstance(last, Items):
                self.grown_items += last.items
                self.blocks.pop()
            self.blocks.append(Items(()))
        self.grown_items.append(item)

    def add_meaning(self, meaning: Text) -> None:
        """More of the last item, which is a paragraph alone."""
        term = self.items[-1][0]
        if not self.grown_term and isinstance(term, Paragraph):
            self.grown_term += term.text
        is_open = _last_character(self.grown_term) == ":"
        self.grown_term += [Run(" " if is_open else ": "), *meaning]

    def finish(self) -> None:
        """Let what has grown be as long as it is."""
        if self.grown_items:
            self.blocks[-1] = Items(tuple(self.grown_items))
            self.grown_items = []
        if self.grown_term:
            self.items[-1][0] = Paragraph(tuple(self.grown_term))
            self.grown_term = []


def read_html(text: str, address: str = "") -> Document:
    """The page's text, tables and lists, without its frame; ``left_out`` lists what was there.

    ``address`` is where it came from, if that is known already. Raises RefusedError where the page
    is nested deeper, or a part of it is bigger, than lxml takes.
    """
    if "<table" not in text and re.search(r"<t[rdh]\b", text):
        text = f"<table>{text}</table>"  # copied from inside a table
    root = _parse(text)
    if root is None:
        return Document("", "", "", (), ())
    address = safe_address(address) or _address(root, text)
    body = root.find("body")
    builder = _Builder(root if body is None else body, _base(root, address) or "https:")
    lang = root.get("lang", "")
    lang = lang if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang) else ""
    title = _title(root, builder.blocks)
    return Document(title, address, lang, tuple(builder.blocks), tuple(builder.left_out))


def _parse(text: str) -> etree._Element | None:
    parser = etree.HTMLParser(remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(_CONTROL.sub("", text).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # there is nothing in it
        return None
    for fault in parser.error_log:  # beyond its limits libxml2 gives what it has read so far
        if fault.type_name == "ERR_RESOURCE_LIMIT":
            is_depth = "depth" in fault.message.lower()
            what = "elements are nested too deep" if is_depth else "a part of it is too big"
            raise RefusedError(f"{what}, at line {fault.line}")
    return root


def _address(root: etree._Element, text: str) -> str:
    """Where the page came from; empty where it does not say."""
    found = [e.get("href", "") for e in root.iter("link") if e.get("rel", "") == "canonical"]
    found += [e.get("content", "") for e in root.iter("meta") if e.get("property") == "og:url"]
    saved = re.search(
        r"<!-- saved from url=\(\d+\)(\S+)|saved with SingleFile\s+url:\s*(\S+)", text[:10_000]
    )
    found += [saved[1] or saved[2]] if saved else []
    addresses = (safe_address(address) for address in found)
    return next((address for address in addresses if address.startswith("http")), "")


def _base(root: etree._Element, address: str) -> str:
    """What the page's links are relative to: its address, where it names nothing else."""
    base = next((e.get("href", "") for e in root.iter("base")), "")
    try:
        return urljoin(address, base)
    except ValueError:
        return address


def safe_address(address: str, base: str = "https:") -> str:
    """A web or mail address in full, no character of which ends it; empty where it is neither."""
    try:
        address = urljoin(base, re.sub(r"[\x00-\x1f\x7f]", "", address).strip())
        scheme, place = urlsplit(address)[:2]
    except ValueError:
        return ""
    if scheme not in ("http", "https", "mailto") or (scheme != "mailto" and not place):
        return ""
    return quote(address, safe=";/?:@&=+$,#%!~-._", errors="replace")


def _title(root: etree._Element, blocks: Iterable[Block]) -> str:
    """The page's name: its heading of level one, unless there are several; else the window's."""
    tops = [seen(b.text) for b in blocks if isinstance(b, Heading) and b.level == 1]
    window = [e.text or "" for e in root.iter("title")]
    named = [e.get("content", "") for e in root.iter("meta") if e.get("property") == "og:title"]
    known = [top for top in tops if any(top in name for name in [*window, *named])]
    names = (tops if len(tops) == 1 else known) + window + named + tops
    shown = (" ".join(_CONTROL.sub("", name).split()) for name in names)
    return normalize("NFC", next(filter(None, shown), ""))  # as settings are read


def _main_part(body: etree._Element) -> etree._Element:
    """The one element that holds the article with all of the page's tables and titles, or all."""
    for path in ("main", "*[@role='main']", "article"):
        found = body.xpath(f".//{path}")
        if isinstance(found, list) and len(found) == 1 and isinstance(found[0], etree._Element):
            held = [sum(1 for _ in e.iter("table", "h1", "h2")) for e in (found[0], body)]
            if held[0] == held[1]:
                return found[0]
    return body


class _Builder:
    """Walks a page's elements once, without recursion, and gathers its blocks."""

    def __init__(self, body: etree._Element, base: str) -> None:
        self._left_out: list[str] = []
        self._small_links = 0
        self._base = base
        self._heading = 0
        self._pre = 0
        self._in_article = 0
        self._is_item = False
        self._styles: list[tuple[frozenset[str], str]] = [(_PLAIN, "")]
        main = _main_part(body)
        self._stack = [_Frame(main, "body")]
        outside = main
        while outside is not body and (parent := outside.getparent()) is not None:
            for beside in parent:
                if beside is not outside and isinstance(beside.tag, str):
                    self._leave_out(beside, "beside the article")
            outside = parent
        self._walk(main)

    @property
    def blocks(self) -> list[Block]:
        """What has been gathered."""
        self._stack[0].finish()
        return self._stack[0].blocks

    @property
    def left_out(self) -> list[str]:
        """What of the page is not among the blocks, each with its reason."""
        links = f"links to footnotes and headings ({self._small_links})"
        return self._left_out + ([links] if self._small_links else [])

    def _walk(self, main: etree._Element) -> None:
        if sum(1 for _ in islice(main.iter(), _MOST_ELEMENTS + 1)) > _MOST_ELEMENTS:
            raise RefusedError(f"it has more than {_MOST_ELEMENTS:,} elements")
        walker = etree.iterwalk(main, events=("start", "end", "comment"))
        skipped: etree._Element | None = None
        for event, element in walker:
            if event == "comment":
                self._add(element.tail or "")
                continue
            tag = str(element.tag).lower()
            if event == "end":
                if element is not skipped:
                    self._close(element, tag)
                if element is not main:
                    self._add(element.tail or "")
            elif self._is_skipped(element, tag):
                skipped = element
                walker.skip_subtree()
            else:
                self._open(element, tag)
                self._add(element.text or "")
        self._flush()

    # --- what is left out ---------------------------------------------------------------------

    def _is_skipped(self, element: etree._Element, tag: str) -> bool:
        if tag == "math":
            self._add(*_formula(element))
            return True
        if tag in _SILENT:
            return tag != "button" or not self._heading  # headings that fold their section
        reason = self._reason(element, tag)
        if reason:
            self._leave_out(element, reason)
        return bool(reason)

    def _reason(self, element: etree._Element, tag: str) -> str:
        """Why the element is no part of the text; empty where it is."""
        role = _FRAME.get(element.get("role", "").lower()) or _FRAME.get(tag, "")
        if not self._in_article and not role:
            role = _FRAME_OUTSIDE.get(tag, "")
            if role and element.find(".//h1") is not None:
                role = ""
        if role and tag != "main":
            return role
        if not element.keys():  # most elements have no attributes
            return ""
        named = _FRAME_CLASS.search(f"{element.get('class', '')} {element.get('id', '')}")
        if named and tag not in ("html", "body", "main", "article") and not _holds_text(element):
            return named.lastgroup or ""
        is_hidden = (
            element.get("hidden", "until-found").lower() != "until-found"
            or element.get("aria-hidden") == "true"
            or _HIDDEN_STYLE.search(element.get("style", ""))
        )
        return "hidden" if is_hidden and element.find(".//math") is None else ""

    def _leave_out(self, element: etree._Element, reason: str) -> None:
        text = _shown_text(element)
        if reason == "link":
            self._small_links += 1
        elif (
            any(map(str.isalnum, text))
            and "katex" not in element.get("class", "")
            and element.tag not in _SILENT
        ):
            self._left_out.append(f"{reason}: {_short(text)}")

    # --- what is kept -------------------------------------------------------------------------

    def _open(self, element: etree._Element, tag: str) -> None:
        marks, href = self._styles[-1]
        self._in_article += tag in ("main", "article")
        if tag in _BLOCKS:
            self._flush()
        if tag in _LISTS or tag in _GATHERING:
            self._stack.append(_Frame(element, tag))
        elif tag in ("td", "th", "tr") or tag in _GROUPS:
            self._open_in_table(element, tag)
        elif tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag == "pre":
            self._pre += 1
        elif tag == "p":
            self._is_item = "MsoListParagraph" in element.get("class", "")  # a list, in Word
        elif tag == "br":
            self._stack[-1].runs.append(Run("\n"))
        elif tag == "img":
            self._picture(element)
        elif tag == "a":
            href = safe_address(element.get("href", ""), self._base)
            if element.get("href", "#").startswith("#"):
                href = ""
        elif tag == "q":
            self._add("“")
        elif tag in _MARK_OF:
            marks |= {_MARK_OF[tag]}
        if style := element.get("style", ""):
            for pattern, mark, is_on in _STYLES:
                if pattern.search(style):
                    marks = marks | {mark} if is_on else marks - {mark}
        self._styles.append((marks, href))

    def _open_in_table(self, element: etree._Element, tag: str) -> None:
        table = self._stack[-1]
        if table.tag != "table":
            return
        if tag in _GROUPS:
            table.groups.append([])
            table.open_group = tag
        elif tag == "tr":
            if not table.open_group:
                table.groups.append([])
                table.open_group = "tr"
            table.groups[-1].append([])
        else:
            if not table.groups or not table.groups[-1]:
                table.groups.append([[]])
            self._stack.append(_Frame(element, "td"))

    def _close(self, element: etree._Element, tag: str) -> None:
        self._styles.pop()
        self._in_article -= tag in ("main", "article")
        if tag == "q":
            self._add("”")
        if tag == "pre":
            self._pre -= 1
            if not self._pre:
                runs, self._stack[-1].runs = self._stack[-1].runs, []
                if code := "".join(run.text for run in runs).strip("\n").rstrip():
                    self._append(Code(code))
        if tag in _BLOCKS:
            self._flush()
        if tag in _HEADINGS:
            self._heading = 0
        if tag == "p":
            self._is_item = False
        if tag in _GROUPS and self._stack[-1].tag == "table":
            self._stack[-1].open_group = ""
        if len(self._stack) == 1 or self._stack[-1].element is not element:
            return
        frame = self._stack.pop()
        frame.finish()
        if frame.tag in _LISTS:
            if frame.items:
                first = _number(element, "start", 1, 999_999_999) if tag == "ol" else None
                are_definitions = frame.defined == len(frame.items)
                self._append(Items(tuple(map(tuple, frame.items)), first, are_definitions))
        elif frame.tag in ("li", "dt", "dd"):
            self._close_item(frame)
        elif frame.tag == "blockquote":
            if frame.blocks:
                self._append(Quote(tuple(frame.blocks)))
        elif frame.tag == "summary":
            self._close_summary(frame)
        elif frame.tag == "details":
            for block in _unfolded(frame):
                self._append(block)
        elif frame.tag == "table":
            for block in _table_blocks(frame):
                self._append(block)
        else:
            self._close_cell(frame)

    def _close_item(self, frame: _Frame) -> None:
        parent, blocks = self._stack[-1], frame.blocks
        if not blocks:
            return
        if frame.tag == "dt" and isinstance(blocks[0], Paragraph):
            blocks[0] = Paragraph(_bold(blocks[0].text))
        if parent.tag not in _LISTS:
            self._append(Items((tuple(blocks),)))
            return
        above = parent.items[-1] if parent.items else []
        if frame.tag != "dd" or not above:
            parent.finish()
            parent.items.append(blocks)
            return
        meaning = blocks[0]
        if len(above) == 1 and isinstance(above[0], Paragraph) and isinstance(meaning, Paragraph):
            parent.add_meaning(meaning.text)
            blocks = blocks[1:]
            parent.defined += 1
        above += blocks

    def _close_summary(self, frame: _Frame) -> None:
        """What is folded away belongs to its title, if that asks something."""
        parent, blocks = self._stack[-1], frame.blocks
        only = blocks[0] if len(blocks) == 1 else None
        is_title = parent.tag == "details" and not parent.blocks
        if is_title and isinstance(only, Paragraph | Heading) and asks(seen(only.text)):
            parent.asked = tuple(run._replace(marks=run.marks - {"bold"}) for run in only.text)
            return
        for block in blocks:
            self._append(block)

    def _close_cell(self, frame: _Frame) -> None:
        table = self._stack[-1]
        element = frame.element
        cell = Spanned(
            _tidy(_lines(frame.blocks)),
            _number(element, "colspan", 1, 1000),
            _number(element, "rowspan", 0, _MOST_SPANS),
            element.tag == "th" or table.open_group == "thead",
        )
        table.groups[-1][-1].append(cell)
        table.loose += frame.blocks
        table.is_layout |= any(map(_holds_table, frame.blocks))

    def _picture(self, element: etree._Element) -> None:
        alt = " ".join(element.get("alt", "").split())
        if "math" in element.get("class", ""):
            return  # the formula stands beside it
        self._left_out.append(f"picture: {_short(alt or element.get('src', ''))}")
        self._add(alt)

    def _add(self, text: str, mark: str = "") -> None:
        if not text.isprintable():
            text = _CONTROL.sub("", _NO_WIDTH.sub("", text))
        if not self._pre:
            text = _SPACES.sub(" ", text)
        if text:
            marks, href = self._styles[-1]
            self._stack[-1].runs.append(Run(text, marks | {mark} if mark else marks, href))

    def _flush(self) -> None:
        """End the paragraph or heading that is being gathered."""
        frame = self._stack[-1]
        if self._pre:  # each line of the code may be a block of its own
            if frame.runs and not frame.runs[-1].text.endswith("\n"):
                frame.runs.append(Run("\n"))
            return
        if not frame.runs:
            return
        runs, frame.runs = frame.runs, []
        text = _tidy(runs)
        if not text:
            return
        if frame.tag != "td" and not self._heading and is_leftover(seen(text)):
            self._left_out.append(f"leftover: {_short(seen(text))}")
        elif self._heading:
            kept = (run._replace(marks=run.marks - {"bold", "italic"}) for run in text)
            self._append(Heading(self._heading, tuple(kept)))
        elif self._is_item and frame.tag not in _LISTS:
            frame.add_item((Paragraph(text),))
        elif self._is_item:
            self._append(Items(((Paragraph(text),),)))
        else:
            self._append(Paragraph(text))

    def _append(self, block: Block) -> None:
        frame = self._stack[-1]
        if frame.tag in _LISTS:  # a list right inside a list belongs to the item before it
            if not frame.items:
                frame.items.append([])
            frame.items[-1].append(block)
        else:
            frame.finish()
            frame.blocks.append(block)


def _tidy(runs: Sequence[Run]) -> Text:
    """The runs as a browser shows them: white space folded across them, neighbours joined."""
    if len(runs) == 1 and "\n" not in runs[0].text and "  " not in runs[0].text:
        text = runs[0].text.strip(_ENDS)  # nearly each cell and paragraph is such a one
        return (runs[0]._replace(text=text),) if text else ()
    return _tidied(runs)


def _tidied(runs: Sequence[Run]) -> Text:
    # The pieces of each run's text: joined one by one, all would be copied each time.
    tidy: list[tuple[list[str], frozenset[str], str]] = []
    for run in runs:
        text = _LINE_ENDS.sub("\n", _BLANKS.sub(" ", run.text))
        if not tidy or tidy[-1][0][-1][-1] in " \n":
            text = text.lstrip(" ")
        if text.startswith("\n"):
            _strip_end(tidy, " \n")
            if not tidy:
                text = text.lstrip(" \n")
        if not text:
            continue
        marks = run.marks if text.strip(_ENDS) else _PLAIN
        if tidy and tidy[-1][1:] == (marks, run.href):
            tidy[-1][0].append(text)
        else:
            tidy.append(([text], marks, run.href))
    _strip_end(tidy, _ENDS)
    joined = deque(Run("".join(pieces), marks, href) for pieces, marks, href in tidy)
    while joined and not (stripped := joined[0].text.lstrip(_ENDS)):
        joined.popleft()
    if joined:
        joined[0] = joined[0]._replace(text=stripped)
    return tuple(joined)


def _strip_end(runs: list[tuple[list[str], frozenset[str], str]], letters: str) -> None:
    """Drop these letters from the end, and the runs that hold nothing else."""
    while runs:
        pieces = runs[-1][0]
        while pieces:
            if stripped := pieces[-1].rstrip(letters):
                pieces[-1] = stripped
                return
            pieces.pop()
        runs.pop()


def _last_character(text: Sequence[Run]) -> str:
    """The last that a reader sees; empty where there is none."""
    shown = (run.text.rstrip() for run in reversed(text))
    return next(filter(None, shown), "")[-1:]


def _unfolded(frame: _Frame) -> list[Block]:
    """What was folded away, as a question and its answer where its title asks."""
    if not frame.asked:
        return frame.blocks
    if not frame.blocks:
        return [Paragraph(frame.asked)]
    return [Question(frame.asked, tuple(frame.blocks))]


def _lines(blocks: Iterable[Block]) -> list[Run]:
    """A cell's blocks as lines of one text."""
    runs: list[Run] = []
    for block in blocks:
        if runs:
            runs.append(Run("\n"))
        if isinstance(block, Paragraph | Heading):
            runs += block.text
        elif isinstance(block, Code):
            for number, line in enumerate(block.text.split("\n")):
                runs += [Run("\n")] * bool(number) + [Run(line, frozenset({"code"}))]
        elif isinstance(block, Quote):
            runs += _lines(block.blocks)
        elif isinstance(block, Question):
            runs += [*block.asked, Run("\n"), *_lines(block.answer)]
        elif isinstance(block, Items):
            for number, item in enumerate(block.items):
                bullet = "• " if block.first is None else f"{block.first + number}. "
                runs += [Run("\n")] * bool(number) + [Run(bullet), *_lines(item)]
    return runs


def _table_blocks(frame: _Frame) -> Iterator[Block]:
    """What an HTML table is to a reader: text, where it only lays out a page; else tables.

    A row that is one cell over all columns is a line of text, and a table of its own begins below.
    """
    yield from frame.blocks  # the caption, and what stands where nothing may stand
    if frame.is_layout or frame.element.get("role", "") in ("presentation", "none"):
        yield from frame.loose
        return
    rows = _without_empty(resolve(frame.groups))
    if len(rows) < 2 and (not rows or len(rows[0].texts) < 2):
        yield from frame.loose
        return
    while len(rows) > 1 and rows[0].is_wide:
        yield Paragraph(_bold(rows.pop(0).texts[0]))
    heads = next((n for n, row in enumerate(rows) if not row.is_header), len(rows))
    heads = heads if heads < len(rows) else 1
    header = Row(_joined(rows[: heads or 1]))
    body = rows[heads or 1 :]
    remark: Finding | None = None
    if not heads and _names_its_rows(frame.groups):
        header, body, remark = Row(tuple(() for _ in header.cells)), rows, NO_HEADER
    elif not heads and not all("bold" in run.marks for text in rows[0].texts for run in text):
        remark = FIRST_ROW_AS_HEADER
    below: list[Row] = []
    for row in body:
        if not row.is_wide:
            below.append(Row(row.texts))
            continue
        if below:
            yield Table(header, tuple(below), remark)
            below = []
        yield Paragraph(_bold(row.texts[0]))
    if below or not any(row.is_wide for row in body):
        yield Table(header, tuple(below), remark)


def _without_empty(rows: Sequence[GridRow]) -> list[GridRow]:
    """The rows without the rows and columns that hold nothing."""
    rows = [row for row in rows if any(row.texts)]
    filled = [any(column) for column in zip(*(row.texts for row in rows), strict=True)]
    return [
        row._replace(
            texts=tuple(t for t, is_filled in zip(row.texts, filled, strict=True) if is_filled)
        )
        for row in rows
    ]


def _joined(rows: Sequence[GridRow]) -> tuple[Text, ...]:
    """Several header rows as one: what stands over a column, from the top."""
    header = []
    for column in zip(*(row.texts for row in rows), strict=True):
        texts = [text for text in dict.fromkeys(column) if text]
        joined = [run for text in texts for run in (*text, Run(" – "))]
        header.append(_tidy([run._replace(marks=run.marks - {"bold"}) for run in joined[:-1]]))
    return tuple(header)


def _names_its_rows(groups: Iterable[Sequence[Sequence[Spanned]]]) -> bool:
    """Whether each row, and not each column, has its header cell."""
    rows = [row for group in groups for row in group if row]
    return all(row[0].is_header and not row[-1].is_header for row in rows)


def _holds_table(block: Block) -> bool:
    if isinstance(block, Items):
        return any(_holds_table(inner) for item in block.items for inner in item)
    if isinstance(block, Quote):
        return any(map(_holds_table, block.blocks))
    if isinstance(block, Question):
        return any(map(_holds_table, block.answer))
    return isinstance(block, Table)


def _holds_text(element: etree._Element) -> bool:
    """Whether it is more than a part of the page's frame, whatever its class is called."""
    return any(True for _ in element.iter("h1", "main", "article", "table"))


def _formula(element: etree._Element) -> tuple[str, str]:
    """A formula as TeX where the page has that beside it, else as its characters."""
    for annotation in element.iter("annotation"):
        if annotation.get("encoding") == "application/x-tex":
            tex = " ".join((annotation.text or "").split())
            wrapped = re.fullmatch(r"\{\\(?:display|text)style (.*)\}", tex)
            return (wrapped[1] if wrapped else tex).strip(), "math"
    return _shown_text(element), ""


def _shown_text(element: etree._Element) -> str:
    texts = [element.text or ""] if element.tag not in _SILENT else []
    for inner in element.iterdescendants():
        if isinstance(inner.tag, str) and inner.tag not in _SILENT:
            texts.append(inner.text or "")
        texts.append(inner.tail or "")
    return " ".join(" ".join(texts).split())


def _number(element: etree._Element, name: str, least: int, most: int) -> int:
    """An attribute's number within its bounds; what is no number counts as 1, as in a browser."""
    written = element.get(name)
    digits = re.match(r"\s*\+?(\d{1,9})", written, re.ASCII) if written else None
    return min(max(int(digits[1]), least), most) if digits else 1


def _bold(text: Text) -> Text:
    return tuple(run._replace(marks=run.marks | {"bold"}) for run in text)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
