"""Reads one page: finds what may make notes, headings and comments; does not know what it means.

markdown-it-py decides where lists, quotes, code and comments begin and end; what is a table inside
them is said in `tables`, which keeps where each row starts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_block import StateBlock, html_block
from mdit_py_plugins.deflist import deflist_plugin

from generator.diagnostics import (
    HTML_TABLE,
    IDLE_COMMENT,
    LONG_FRONT_MATTER,
    LOST_DEFINITION,
    NO_QUESTION,
    NO_RIGHT_OPTION,
    OPEN_FRONT_MATTER,
    TOO_DEEP,
    TOO_LONG,
    UNASKED_OPTIONS,
    Diagnostic,
)
from generator.model import Block, Cell, Form, Page, Position, Prose, Quiz, Rest, Row, Source, Table
from generator.settings import read_comments
from generator.sources.cells import MOST_CHARACTERS
from generator.sources.chunks import plain_blocks
from generator.sources.leftovers import name_leftovers
from generator.sources.lists import (
    LISTS,
    asks,
    has_tick,
    is_task_list,
    left_out,
    nested,
    read_definition_list,
    read_definitions,
    read_options,
    read_steps,
    starts_with_text,
)
from generator.sources.lost_tables import has_html_table, lost_table
from generator.sources.rows import read_rows, within_limits
from generator.sources.silences import may_silence, read_silences
from generator.sources.tables import read_table
from generator.sources.tree import Lines, Node, grow

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"^\[(\^[^\s\[\]]+)\]:", re.MULTILINE)
_KEY = re.compile(r"[A-Za-z][\w-]*:(?:[ \t]|$)", re.MULTILINE)
# Characters. YAML takes some seconds for a million of them.
MOST_FRONT_MATTER = 100_000
# Lists and quotes inside each other: far more than a person writes, far less than Python's stack.
_DEEPEST = 100


def read_page(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page's blocks with their headings and comments, in source order. Never raises."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    diagnostics: list[Diagnostic] = []
    yaml, text = _cut_front_matter(text, source.path, diagnostics)
    env: dict[str, dict[str, dict[str, str]]] = {}
    walk = _Walk(source.path, Lines(text), diagnostics)
    silencing = may_silence(text)
    # Where nothing is silenced, only what is not plain is parsed.
    tokens = _parser().parse(text, env) if silencing else []
    walk.through(grow(tokens) if silencing else list(_blocks(text, env)))
    walk.end()
    tables = [block for block in walk.blocks if isinstance(block, Table)]
    diagnostics += name_leftovers(walk.prose, tables, source.path, walk.lines)
    row_lines = {row.line for table in tables for row in table.rows} if silencing else set[int]()
    silences = read_silences(source.path, tokens, walk.lines, row_lines)
    references = {
        label: (link["href"], link["title"]) for label, link in env.get("references", {}).items()
    }
    # One of a single word looks like a link's definition to Markdown.
    notes = (label for node in walk.prose for label in _FOOTNOTE.findall(node.text))
    labels = [*map(normalizeReference, notes), *(label for label in references if label[0] == "^")]
    references |= dict.fromkeys(labels, ("", ""))
    rest = Rest(source.path, walk.counts["prose"], walk.counts["lists"], walk.counts["code"])
    blocks = tuple(walk.blocks)
    page = Page(source.path, walk.title, yaml, blocks, references, rest, silences=silences)
    return page, diagnostics


def _blocks(text: str, env: dict[str, dict[str, dict[str, str]]]) -> Iterator[Node]:
    """The blocks of the page, from the parser where they are not plain."""
    for piece in plain_blocks(text):
        if piece.node:
            yield piece.node
            continue
        tokens = _parser().parse(text[piece.start : piece.end], env)
        for token in tokens:
            if token.map:
                token.map = [piece.line + line for line in token.map]
            if token.nesting >= 0 and "lines" in token.meta:
                token.meta["lines"] = [
                    (piece.start + start, piece.start + end) for start, end in token.meta["lines"]
                ]
        yield from grow(tokens)


def _cut_front_matter(text: str, file: str, diagnostics: list[Diagnostic]) -> tuple[str, str]:
    """The YAML of a page, and the page with blank lines in its place, so that no offset changes."""
    opening = _OPENING.match(text)
    if not opening:
        return "", text
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        if _KEY.match(text, opening.end()):
            diagnostics.append(OPEN_FRONT_MATTER.at(Position(file, 1, 1)))
        return "", text
    yaml, end = text[opening.end() : closing.start()], closing.end()
    if len(yaml) > MOST_FRONT_MATTER:
        diagnostics.append(LONG_FRONT_MATTER.at(Position(file, 1, 1), most=MOST_FRONT_MATTER))
        yaml = ""
    return yaml, re.sub(r"[^\n]+", lambda line: " " * len(line[0]), text[:end]) + text[end:]


class _Walk:
    """The way through a page: what was found, and what stands above the next block."""

    def __init__(self, file: str, lines: Lines, diagnostics: list[Diagnostic]) -> None:
        self.file = file
        self.lines = lines
        self.title = ""
        self.blocks: list[Block] = []
        self.prose: list[Node] = []
        self.counts: Counter[str] = Counter()
        self.diagnostics = diagnostics
        self._headings: list[tuple[int, str]] = []
        self._words: tuple[Cell, ...] = ()  # of the cards comments right above
        self._asked: list[_Asked] = []  # the sections whose lists are definitions
        self._explanations: set[int] = set()  # paragraphs that belong to the quiz above
        self._is_too_deep = False

    def through(self, nodes: Sequence[Node], is_item: bool = False) -> None:
        """Read blocks that stand one below the other, and what is inside them.

        In an item the paragraphs are not read: they are the list's.
        """
        above: Node | None = None
        for index, node in enumerate(nodes):
            if _is_comment(node):
                self._read_comment(node, above)
                continue
            below = _below(nodes, index)
            if node.type == "table":
                self._read_table(node)
            elif node.type == "dl":
                self._read_definition_list(node)
            elif node.type in LISTS:
                self._read_list(node, above, _explanation(nodes, index), is_item)
            elif node.type in _WRAPPERS:
                self._read_inside(node)
            elif below and is_task_list(below) and node.type in ("paragraph", "heading"):
                self._read_heading(node)  # the list decides whether it is its question
            elif node.type == "paragraph":
                self._read_paragraph(node, above, is_item)
            else:
                self._read_rest(node)
            above = node
        self._leave_idle()

    # --- headings and comments --------------------------------------------------------------

    def _read_heading(self, node: Node) -> None:
        if node.type != "heading" or node.depth > 0:
            return
        level = node.rank
        self._shorten(node)
        self._headings = [above for above in self._headings if above[0] < level]
        if level == 1 and not self.title:
            self.title = node.text
        else:
            self._headings.append((level, node.text))
        self._end_asking(level)
        if any(word.text == "definitions" for word in self._words):
            self._ask(level)

    def _read_comment(self, node: Node, above: Node | None) -> None:
        self._words += _read_comments(node, self.lines)
        if not above or above.type != "heading" or above.depth > 0:
            return
        if any(word.text == "definitions" for word in self._words):
            self._ask(above.rank)

    def _ask(self, level: int) -> None:
        self._asked.append(_Asked(level, self._words))
        self._words = ()

    def _end_asking(self, level: int) -> None:
        for asked in [asked for asked in self._asked if asked.level >= level]:
            self._asked.remove(asked)
            if not asked.is_heard:
                self.diagnostics.append(_idle(asked.words, self.file))

    def end(self) -> None:
        """Nothing follows."""
        self._end_asking(0)

    def _leave_idle(self) -> None:
        """A cards comment above what it says nothing about is worth a word."""
        if self._words:
            self.diagnostics.append(_idle(self._words, self.file))
        self._words = ()

    def _words_of_list(self) -> tuple[Cell, ...]:
        """The words right above, and those of a section; where both say what it is, the nearer."""
        words, self._words = self._words, ()
        if self._asked and {word.text for word in words}.isdisjoint(("skip", "order", "quiz")):
            self._asked[-1].is_heard = True
            words += self._asked[-1].words
        return words

    def _section(self) -> tuple[str, ...]:
        return tuple(content for _, content in self._headings)

    # --- tables and text --------------------------------------------------------------------

    def _read_table(self, node: Node) -> None:
        if node.rows:
            self._add(*node.rows)
            return
        for group in read_rows(node.meta, self.lines, self.file, self.diagnostics):
            self._add(*within_limits(group, self.file, self._words, self.diagnostics))

    def _add(self, header: Row, *rows: Row) -> None:
        self.blocks.append(Table(header, rows, self._section(), self._words))
        self._words = ()

    def _read_paragraph(self, node: Node, above: Node | None, is_item: bool) -> None:
        if id(node) in self._explanations:
            return
        self.prose.append(node)
        self._name_lost_table(node, above)
        if lost := _LOST_DEFINITION.search(node.text):
            line = self.lines.cell(node, lost.start())
            self.diagnostics.append(LOST_DEFINITION.at(Position(self.file, line.line, line.column)))
        if is_item:
            return
        if _MAY_MARK.search(node.text):
            self._shorten(node)
            passages = (self.lines.cell(node),)
            self.blocks.append(Prose(passages, "", self._section(), self._words))
            self._words = ()
        else:
            self._leave_idle()
            self.counts["prose"] += 1

    def _read_rest(self, node: Node) -> None:
        if node.type == "heading":
            self._read_heading(node)
        elif node.type in _CODE:
            self.counts["code"] += 1
            self._name_lost_table(node, None)
        self._leave_idle()

    def _shorten(self, node: Node) -> None:
        """Cut off what is too long for a card."""
        if len(node.text) > MOST_CHARACTERS:
            where = Position(self.file, node.line, 1)
            words = {"what": node.type, "characters": len(node.text), "most": MOST_CHARACTERS}
            self.diagnostics.append(TOO_LONG.at(where, **words))
            node.text = node.text[:MOST_CHARACTERS]

    def _shorten_items(self, node: Node) -> None:
        for item in node.inside:
            for child in item.inside:
                self._shorten(child)

    def _name_lost_table(self, node: Node, above: Node | None) -> None:
        """What may have been meant as a table, but is not read as one, is worth a word too."""
        if node.type == "html_block" and has_html_table(node.content):
            where = Position(self.file, *self.lines.place(node.meta["lines"][0][0]))
            self.diagnostics.append(HTML_TABLE.at(where))
        elif node.type == "paragraph":
            columns = above.columns if above else 0
            lines = node.text.split("\n")
            if lost := lost_table(lines, columns):
                place, code, words = lost
                line = node.line + place
                where = Position(self.file, line, self.lines.column(line, lines[place].rstrip()))
                self.diagnostics.append(code.at(where, **words))

    def _read_inside(self, node: Node) -> None:
        """An item or a quote: a comment above it stands above what comes first in it."""
        if node.depth >= _DEEPEST - 1 and not self._is_too_deep:
            self._is_too_deep = True
            where = Position(self.file, node.line, 1)
            self.diagnostics.append(TOO_DEEP.at(where, most=_DEEPEST))
        self.through(node.inside, is_item=node.type == "list_item")

    # --- lists ------------------------------------------------------------------------------

    def _read_definition_list(self, node: Node) -> None:
        words = self._words_of_list()
        self._add_table(Form.DEFINITIONS, read_definition_list(node, self.lines), words)
        self._read_below(node)

    def _read_list(
        self, node: Node, above: Node | None, explanation: Node | None, is_item: bool
    ) -> None:
        if is_task_list(node):
            self._read_task_list(node, above, explanation, is_item)
            return
        words = self._words_of_list() if starts_with_text(node) else ()
        said = {word.text for word in words}
        if "order" in said:
            self._shorten_items(node)
            steps = read_steps(node, self.lines, self.file, self.diagnostics)
            self._add_table(Form.ORDER, steps, words)
            self._read_below(node)
        elif "definitions" in said and "skip" not in said:
            self._shorten_items(node)
            rows = read_definitions(node, self.lines, self.file, self.diagnostics)
            self._add_table(Form.DEFINITIONS, rows, words)
            self._read_below(node)
        else:
            self._read_plain_list(node, above, words)

    def _add_table(self, form: Form, rows: Iterable[Row], words: tuple[Cell, ...]) -> None:
        if read := within_limits(list(rows), self.file, words, self.diagnostics):
            header = Row((), read[0].line, read[0].column)
            self.blocks.append(Table(header, tuple(read), self._section(), words, form))

    def _read_below(self, node: Node) -> None:
        """What is nested in a list whose items are cards."""
        self.diagnostics += left_out(node, self.file)
        self.through(list(nested(node)))

    def _read_task_list(
        self, node: Node, above: Node | None, explanation: Node | None, is_item: bool
    ) -> None:
        words, self._words = self._words, ()
        question = above if above and above.type in ("paragraph", "heading") else None
        if self._is_quiz(node, above, {word.text for word in words}):
            assert question is not None
            self._read_quiz(node, question, explanation, words)
            return
        if question and question.type == "paragraph":
            self._read_paragraph(question, None, is_item)
        self._read_plain_list(node, above, words)

    def _is_quiz(self, node: Node, above: Node | None, said: Set[str]) -> bool:
        """Whether a task list is a quiz; where it may be meant as one and is not, say so."""
        where = Position(self.file, node.line, 1)
        is_wanted = "quiz" in said
        if "skip" in said:
            return False
        if above is None or above.type not in ("paragraph", "heading"):
            if is_wanted:
                self.diagnostics.append(NO_QUESTION.at(where))
            return False
        if not (is_wanted or asks(above.text)):
            # A list of things to do stands below a heading; some of them are done.
            if above.type == "paragraph" and has_tick(node):
                self.diagnostics.append(UNASKED_OPTIONS.at(where))
            return False
        if not has_tick(node):
            self.diagnostics.append(NO_RIGHT_OPTION.at(where))
        return has_tick(node)

    def _read_quiz(
        self, node: Node, question: Node, explanation: Node | None, words: tuple[Cell, ...]
    ) -> None:
        self._shorten(question)
        self._shorten_items(node)
        options, explaining = read_options(node, self.lines)
        if explanation and not explaining:
            self._shorten(explanation)
            self._explanations.add(id(explanation))
            explaining.append(self.lines.cell(explanation))
        section = self._section()
        if question.type == "heading" and section and section[-1] == question.text:
            section = section[:-1]
        asked = self.lines.cell(question)
        self.blocks.append(Quiz(asked, tuple(options), tuple(explaining), section, words))
        self._read_below(node)

    def _read_plain_list(self, node: Node, above: Node | None, words: tuple[Cell, ...]) -> None:
        marked = [
            child
            for item in node.inside
            for child in item.inside
            if child.type == "paragraph" and _MAY_MARK.search(child.text)
        ]
        for paragraph in marked:
            self._shorten(paragraph)
        passages = tuple(map(self.lines.cell, marked))
        said = {word.text for word in words}
        if passages:
            lead = above.text if above and above.type == "paragraph" else ""
            self.blocks.append(Prose(passages, lead, self._section(), words))
        elif words and said.isdisjoint(("skip", "quiz")):
            self.diagnostics.append(_idle(words, self.file))
        before = self.counts["prose"]
        self.through(node.inside)
        self.counts["lists"] += 1
        self.counts["prose"] = before  # what its items say is the list


@dataclass(slots=True)
class _Asked:
    """A section whose lists are to be definitions: its heading's level, the comment's words."""

    level: int
    words: tuple[Cell, ...]
    is_heard: bool = False


_WRAPPERS = frozenset(("list_item", "blockquote"))
_CODE = frozenset(("fence", "code_block", "html_block"))
_MAY_MARK = re.compile(r"(?<!=)==[^\s=]")  # whether it does is for the inline parser to say
_LOST_DEFINITION = re.compile(r"^:[ \t]", re.MULTILINE)


def _is_comment(node: Node) -> bool:
    return node.type == "html_block" and node.content.lstrip().startswith("<!--")


def _below(nodes: Sequence[Node], index: int) -> Node | None:
    """The block below one, comments aside."""
    places = range(index + 1, len(nodes))
    return next((nodes[place] for place in places if not _is_comment(nodes[place])), None)


def _explanation(nodes: Sequence[Node], index: int) -> Node | None:
    """The paragraph right below a quiz, if it is neither the next one's question nor a gap's."""
    after = nodes[index + 1] if index + 1 < len(nodes) else None
    if after is None or after.type != "paragraph" or _MAY_MARK.search(after.text):
        return None
    next_one = _below(nodes, index + 1)
    return None if next_one and is_task_list(next_one) else after


def _idle(words: Sequence[Cell], file: str) -> Diagnostic:
    return IDLE_COMMENT.at(Position(file, words[0].line, words[0].column))


def _read_comments(node: Node, lines: Lines) -> tuple[Cell, ...]:
    """The words of cards comments; a quote's ``>`` to the left of them is blanked."""
    blanked = []
    for start, end in node.meta["lines"]:
        _, column = lines.place(start)
        blanked.append(" " * (column - 1) + lines.text[start:end])
    first, _ = lines.place(node.meta["lines"][0][0])
    return read_comments("\n".join(blanked), first)


@cache
def _parser() -> MarkdownIt:
    """CommonMark blocks and GFM tables; inline text stays as it was written."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    interrupts = ["paragraph", "reference"]
    parser.block.ruler.at("table", read_table, {"alt": interrupts})
    interrupts = [*interrupts, "blockquote"]
    parser.block.ruler.at("html_block", _with_lines(html_block), {"alt": interrupts})
    parser.enable("table").use(deflist_plugin)
    parser.core.ruler.enableOnly(["block"])  # `read_page` has put right what ends lines, and NUL
    return parser


_BlockRule = Callable[[StateBlock, int, int, bool], bool]


def _with_lines(rule: _BlockRule) -> _BlockRule:
    """A rule that leaves the (start, end) offsets of each line's own text in its token's meta."""

    def rule_with_lines(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        first = len(state.tokens)
        if not rule(state, start_line, end_line, silent):
            return False
        if not silent:
            state.tokens[first].meta["lines"] = [
                (state.bMarks[line] + state.tShift[line], state.eMarks[line])
                for line in range(start_line, state.line)
            ]
        return True

    return rule_with_lines
