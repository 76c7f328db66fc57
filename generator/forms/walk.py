"""Walks the blocks of a page, with their headings and comments, and finds the forms among them.

What a block is written in is for the forms to say, in their order; what none takes is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from typing import Any, NamedTuple

from generator.core.diagnostics import (
    ANSWERS_UNASKED,
    HTML_TABLE,
    IDLE_COMMENT,
    LOST_DEFINITION,
    NEAR_COMMENT,
    NEVER_CLOSED,
    OPTIONS_UNANSWERED,
    SIGNS_UNREAD,
    TABLE_IN_HTML,
    TOO_DEEP,
    Diagnostic,
    excerpt,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import (
    Block,
    Cell,
    FrontMatter,
    OtherContent,
    Page,
    Position,
    Quiz,
    Source,
    Table,
)
from generator.forms import FORMS
from generator.forms.comment_words import LIST_WORDS, SECTION_WORDS, SKIP, put_right
from generator.forms.definitions import bold_items, count_definitions
from generator.forms.form import (
    DEFAULTS,
    BlockContext,
    FormRule,
    Found,
    comment_words,
    shorten,
)
from generator.forms.in_text.answers import answers_in, lacks_question, may_answer
from generator.forms.in_text.asking import asking_fold, is_asking_callout
from generator.forms.in_text.containers import answer_folds, with_answers
from generator.forms.in_text.items import count_items
from generator.forms.lettered.sign import NONE, SIGN, Lettered
from generator.forms.near_comments import near_comments
from generator.forms.quick_look import may_hold_cards
from generator.forms.quiz import QUIZ, is_signed_list
from generator.markup.tokens import normalized
from generator.settings.values import Settings
from generator.sources.admonitions import Fold, in_quotes, read_admonitions
from generator.sources.block_tree import Lines, Node, grow, is_comment
from generator.sources.bold_terms import has_bold, repeated_terms
from generator.sources.callouts import without_callout_mark
from generator.sources.conflicts import find_conflicts
from generator.sources.count_unread import (
    count_blocks,
    count_candidates,
    count_foreign_cards,
    has_html_text,
)
from generator.sources.front_matter import cut_front_matter
from generator.sources.ignore_comments import may_suppress, read_suppressions
from generator.sources.leftovers import name_leftovers
from generator.sources.lists import LISTS, is_task_list, starts_with_text
from generator.sources.lost_tables import (
    closing_mark,
    has_html_table,
    lost_table,
    table_in_html,
)
from generator.sources.markdown import (
    MOST_LISTS,
    MOST_QUOTES,
    Env,
    blocks,
    first_too_deep,
    parse,
)
from generator.sources.properties import (
    as_text,
    without_marks,
    without_properties,
    without_unseen_ends,
)
from generator.sources.questions import asks

_FOOTNOTE = lazy_regex(r"^\[(\^[^\s\[\]]+)\]:", re.MULTILINE)


class PageText(NamedTuple):
    """A page of which nothing is read yet: its front matter, and its text with blanks in the place
    of that. ``conflicts`` are all that is to be said of a page with an unfinished merge, ``folds``
    the titles that no mark of Markdown has."""

    path: str
    front_matter: FrontMatter
    text: str
    diagnostics: tuple[Diagnostic, ...]
    conflicts: tuple[Diagnostic, ...]
    folds: tuple[Fold, ...]


def open_page(source: Source) -> PageText:
    """The page's text as lines that end in one way, without its front matter."""
    text = source.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    conflicts = find_conflicts(text, source.path)
    diagnostics: list[Diagnostic] = []
    front_matter, text = cut_front_matter(text, source.path, diagnostics)
    text = without_marks(without_properties(without_unseen_ends(text)))
    text, folds = read_admonitions(text)
    return PageText(source.path, front_matter, text, tuple(diagnostics), tuple(conflicts), folds)


def read_page(source: Source) -> tuple[Page, list[Diagnostic]]:
    """The page's blocks as they are where nothing is set."""
    return read_blocks(open_page(source), DEFAULTS)


def read_blocks(source: PageText, settings: Settings) -> tuple[Page, list[Diagnostic]]:
    """The page's blocks with their headings and comments, in source order. Never raises."""
    text, front_matter, conflicts = source.text, source.front_matter, [*source.conflicts]
    diagnostics = [*source.diagnostics]
    answers = answer_folds(source.folds) if source.folds else []
    if not answers and not may_hold_cards(text, settings):
        rest = OtherContent(source.path, *count_blocks(text), *count_candidates(text, settings))
        return Page(source.path, "", front_matter, (), {}, rest), conflicts or diagnostics
    env: Env = {}
    silencing = may_suppress(text)
    # Where nothing is silenced, only what is not plain is parsed.
    tokens = parse(text, env) if silencing else []
    lines = Lines(text)
    nodes = list(map(as_text, grow(tokens) if silencing else blocks(text, env)))
    nodes = in_quotes(nodes, lines)
    lettered = NONE
    if SIGN.search(f"\n{lines.text}"):
        from generator.forms.lettered.others import other_blocks
        from generator.forms.lettered.questions import find_lettered

        others = other_blocks(nodes, lines, settings)
        lettered = find_lettered(nodes, lines, source.path, source.folds, others)
    if answers:
        nodes = with_answers(nodes, answers, lines, lettered.blocks)
    walk = _Walk(source.path, lines, diagnostics, settings, nodes, lettered)
    walk.through(nodes)
    if node := first_too_deep(nodes, walk.skipped):
        where = Position(source.path, node.line, 1)
        diagnostics.append(TOO_DEEP.at(where, lists=MOST_LISTS, quotes=MOST_QUOTES))
    walk.end()
    diagnostics += near_comments(nodes, walk.lines, source.path)
    tables = [block for block in walk.blocks if isinstance(block, Table)]
    diagnostics += name_leftovers(walk.prose, tables, source.path, walk.lines)
    row_lines = {row.line for table in tables for row in table.rows} if silencing else set[int]()
    suppressions = read_suppressions(source.path, tokens, walk.lines, row_lines)
    references = {
        label: (link["href"], link["title"]) for label, link in env.get("references", {}).items()
    }
    # One of a single word looks like a link's definition to Markdown.
    texts = (node.text for node in walk.prose if "[^" in node.text)
    notes = (label for text in texts for label in _FOOTNOTE.findall(text))
    labels = [*map(normalized, notes), *(label for label in references if label[0] == "^")]
    references |= dict.fromkeys(labels, ("", ""))
    walk.counts["cards"] = count_foreign_cards(text, settings)
    rest = OtherContent(source.path, *(walk.counts[what] for what in OtherContent._fields[1:]))
    found = tuple(walk.blocks)
    page = Page(
        source.path,
        walk.title,
        front_matter,
        found,
        references,
        rest,
        suppressions=suppressions,
    )
    return page, conflicts or diagnostics


class _Walk:
    """The way through a page: what was found, and what stands above the next block."""

    def __init__(
        self,
        file: str,
        lines: Lines,
        diagnostics: list[Diagnostic],
        settings: Settings,
        nodes: Sequence[Node],
        lettered: Lettered,
    ) -> None:
        self.file = file
        self.lines = lines
        self.title = ""
        self.blocks: list[Block] = []
        self.prose: list[Node] = []
        self.counts: Counter[str] = Counter()
        self.diagnostics = diagnostics
        diagnostics += lettered.diagnostics
        self._settings = settings
        self._lettered = lettered
        self._lettered_blocks = lettered.blocks
        self._has_title = _has_title(nodes)
        self._labels = repeated_terms(bold_items(nodes)) if has_bold(lines.text) else frozenset()
        self._headings: list[tuple[int, str]] = []
        self._words: list[Cell] = []  # of the cards comments right above
        self._asked: list[_Asked] = []  # the sections whose lists a comment speaks for
        self._claimed = set(lettered.answering)  # what belongs to a block above
        self.skipped: set[int] = set()  # lists, by a comment
        self._claimed_nodes: list[Node] = []  # kept, so that no other node gets the id of one
        self._signed: list[Node] = []  # lists that may be quizzes
        self._unasked: list[tuple[Node, int]] = []  # blocks of answers, and how many in each

    def through(self, nodes: Sequence[Node], is_item: bool = False) -> None:
        """Read blocks that stand one below the other, and what is inside them.

        In an item the paragraphs are not read: they are the list's.
        """
        above: Node | None = None
        for index, node in enumerate(nodes):
            is_claimed = id(node) in self._claimed
            if is_comment(node) and not is_claimed:
                self._read_comment(node, above)
                continue
            if is_claimed:
                self._drop_unused()
            elif id(node) in self._lettered.asking:
                if node.type == "heading":
                    self._read_heading(node, asks=True)
            elif id(node) in self._lettered.quizzes:
                self._read_lettered(nodes, index, above, is_item)
            elif node.type in _WRAPPERS:
                self._read_wrapper(nodes, index, above)
            elif node.type in ("heading", "paragraph"):
                below = _below(nodes, index)
                if node.type == "heading":
                    self._read_heading(node)
                # Above a task list, it is for the list to say whether it is its question.
                if below is None or not self._may_ask(below):
                    self._read_text(nodes, index, above, is_item)
                is_counted = node.type == "heading" and "headings" not in self._settings.questions
                if is_counted and id(below) not in self._claimed:
                    self.counts["questions"] += _asks_text(nodes, index)
            elif node.type in LISTS:
                self._read_list(nodes, index, above, is_item)
            elif node.type in ("table", "dl"):
                words = self._words_of_list() if node.type == "dl" else tuple(self._words)
                self._add(self._find(nodes, index, above, words))
            elif node.type == "html_block":
                if not self._add(self._find(nodes, index, above, tuple(self._words))):
                    if "callouts" not in self._settings.questions:
                        self.counts["callouts"] += bool(asking_fold(nodes, index, self.lines))
                    self._read_rest(node)
            else:
                self._read_rest(node)
            above = node
        self._drop_unused()

    def _may_ask(self, below: Node) -> bool:
        return is_task_list(below) and id(below) not in self._lettered.quizzes

    def _find(
        self,
        nodes: Sequence[Node],
        index: int,
        above: Node | None,
        words: tuple[Cell, ...],
        *,
        leaves_text: bool = False,
    ) -> Found | None:
        """What the first form says that takes the block."""
        node = nodes[index]
        rules = _rules_for(node.type, leaves_text)
        is_lettered = id(node) in self._lettered.quizzes
        rules = [
            rule
            for rule in rules
            if rule.may_take(node, self._settings) or (is_lettered and rule is QUIZ)
        ]
        if not rules:
            return None
        context = self._context(nodes, index, above, words)
        for rule in rules:
            if found := rule.find(context):
                return found
        return None

    def _context(
        self, nodes: Sequence[Node], index: int, above: Node | None, words: tuple[Cell, ...]
    ) -> BlockContext:
        section = tuple([content for _, content in self._headings])
        return BlockContext(
            nodes,
            index,
            above,
            words,
            section,
            self.lines,
            self.file,
            self.diagnostics,
            self._settings,
            self._labels,
            id(above) in self._claimed,
            self._lettered.quizzes.get(id(nodes[index]), ()),
            self._lettered_blocks,
        )

    def _add(self, found: Found | None) -> bool:
        """Add what was found, and say whether something was."""
        if found:
            self.blocks += found.blocks
            self._claimed.update(map(id, found.claimed))
            self._claimed_nodes += found.claimed
            self._words = []
            if found.inside:
                self.through(found.inside)
        return found is not None

    # --- headings and comments --------------------------------------------------------------

    def _read_lettered(
        self, nodes: Sequence[Node], index: int, above: Node | None, is_item: bool
    ) -> None:
        """A block in which options begin; where a comment says what else it is, as that."""
        if found := QUIZ.find(self._context(nodes, index, above, tuple(self._words))):
            self._add(found)
        elif nodes[index].type in LISTS:
            self._read_list(nodes, index, above, is_item)
        else:
            self._read_text(nodes, index, above, is_item)

    def _read_heading(self, node: Node, asks: bool = False) -> None:
        """A heading is a section's; one that asks a question only ends those above it."""
        if node.type != "heading" or node.depth > 0:
            return
        level = node.rank
        shorten(node, self.file, self.diagnostics)
        self._headings = [above for above in self._headings if above[0] < level]
        if level == 1 and self._has_title:
            self.title = node.text
        elif not asks:
            self._headings.append((level, node.text))
        self._end_asking(level)
        if not SECTION_WORDS.isdisjoint(word.text for word in self._words):
            self._ask(level)

    def _read_comment(self, node: Node, above: Node | None) -> None:
        self._name_never_closed(node)
        words = comment_words(node, self.lines)
        self._words += words
        if not above or above.type != "heading" or above.depth > 0:
            return
        if not SECTION_WORDS.isdisjoint(word.text for word in words):
            self._ask(above.rank)

    def _ask(self, level: int) -> None:
        self._asked.append(_Asked(level, tuple(self._words)))
        self._words = []

    def _end_asking(self, level: int) -> None:
        for asked in [asked for asked in self._asked if asked.level >= level]:
            self._asked.remove(asked)
            if not asked.is_heard:
                self.diagnostics.append(_unused(asked.words, self.file))

    def end(self) -> None:
        """Nothing follows."""
        self._end_asking(0)
        quizzes = (block for block in self.blocks if isinstance(block, Quiz) and not block.is_held)
        open_ones = [q for q in quizzes if not any(option.is_right for option in q.options)]
        if open_ones:
            asked = open_ones[0].question
            where = Position(self.file, asked.line, asked.column)
            self.diagnostics.append(OPTIONS_UNANSWERED.at(where, count=len(open_ones)))
        if self._signed:
            where = Position(self.file, self._signed[0].line, 1)
            self.diagnostics.append(SIGNS_UNREAD.at(where, count=len(self._signed)))
        named = {found.position.line for found in self.diagnostics}
        unasked = [
            each
            for each in self._unasked
            if named.isdisjoint(range(each[0].line, each[0].last + _ANSWER_LINES))
        ]
        if unasked and not open_ones:  # of these they may be the answers
            where = Position(self.file, unasked[0][0].line, 1)
            count = sum(count for _, count in unasked)
            self.diagnostics.append(ANSWERS_UNASKED.at(where, count=count))

    def _drop_unused(self) -> None:
        """A cards comment above what it says nothing about is worth a word."""
        if self._words:
            self.diagnostics.append(_unused(self._words, self.file))
        self._words = []

    def _words_of_list(self) -> tuple[Cell, ...]:
        """The words right above, and those of a section; where both say what it is, the nearer."""
        words, self._words = tuple(self._words), []
        if self._asked and (LIST_WORDS - SECTION_WORDS).isdisjoint(word.text for word in words):
            self._asked[-1].is_heard = True
            words += self._asked[-1].words
        return words

    # --- text, lists, and what is left ------------------------------------------------------

    def _read_text(
        self, nodes: Sequence[Node], index: int, above: Node | None, is_item: bool
    ) -> None:
        node = nodes[index]
        if node.type == "heading":
            self._add(self._find(nodes, index, above, tuple(self._words)))
            self._drop_unused()
            return
        self.prose.append(node)
        self._name_lost_table(node, above)
        if lost := _LOST_DEFINITION.search(node.text):
            line = self.lines.cell(node, lost.start())
            self.diagnostics.append(LOST_DEFINITION.at(Position(self.file, line.line, line.column)))
        if is_item:
            words = tuple(self._words)
            if not (
                may_answer(node, self.lines) and self._add(self._find(nodes, index, above, words))
            ):
                self._count_answers(node)
            return
        found = self._find(nodes, index, above, tuple(self._words))
        if found := found or self._find(nodes, index, above, tuple(self._words), leaves_text=True):
            self._add(found)
        else:
            self._drop_unused()
            self._count_answers(node)
            self.counts["prose"] += 1

    def _read_list(
        self, nodes: Sequence[Node], index: int, above: Node | None, is_item: bool
    ) -> None:
        node = nodes[index]
        is_tasks = is_task_list(node)
        if is_tasks:
            words, self._words = tuple(self._words), []
        else:
            words = self._words_of_list() if starts_with_text(node) else ()
        if found := self._find(nodes, index, above, words):
            self._add(found)
            return
        if is_tasks and above and above.type == "paragraph":
            self._read_text((above,), 0, None, is_item)
        if found := self._find(nodes, index, above, words, leaves_text=True):
            self.blocks += found.blocks
        elif SKIP in (word.text for word in words):
            self.counts["lists"] += 1
            self.skipped.add(id(node))
            return
        elif words and "quiz" not in (word.text for word in words):
            self.diagnostics.append(_unused(words, self.file))
        if not words and self._settings.definitions == "off":
            self.counts["definitions"] += count_definitions(node, self._labels, self._settings)
        if "items" not in self._settings.questions:
            self.counts["items"] += count_items(node, self.lines)
        if is_signed_list(node, above) and SKIP not in (word.text for word in words):
            self._signed.append(node)
        before = self.counts["prose"]
        self.through(node.inside)
        self.counts["lists"] += 1
        self.counts["prose"] = before  # what its items say is the list

    def _count_answers(self, node: Node) -> None:
        count = answers_in(node, self.lines) or lacks_question(node)
        if count and not any(id(each) in self._lettered_blocks for each in (node, *node.inside)):
            self._unasked.append((node, count))

    def _read_rest(self, node: Node) -> None:
        if node.type in _CODE:
            self._count_answers(node)
            is_html = node.type == "html_block"
            self.counts["code"] += not is_html
            self.counts["prose"] += is_html and has_html_text(node.content)
            self._name_lost_table(node, None)
        self._drop_unused()

    def _read_wrapper(self, nodes: Sequence[Node], index: int, above: Node | None) -> None:
        """An item or a quote; a callout may be a form itself."""
        node = nodes[index]
        if node.type == "blockquote":
            if self._add(self._find(nodes, index, above, tuple(self._words))):
                return
            self._count_answers(node)
            if "callouts" not in self._settings.questions:
                self.counts["callouts"] += is_asking_callout(node, self.lines)
        self._read_inside(node)

    def _read_inside(self, node: Node) -> None:
        """An item or a quote: a comment above it stands above what comes first in it."""
        if node.type == "blockquote":
            headings = self._headings
            own = {id(each) for each in node.inside[:1]}
            is_claimed = bool(own & self._claimed or own & self._lettered_blocks)
            self.through(node.inside if is_claimed else without_callout_mark(node.inside))
            self._headings = headings  # those of an admonition are for what is in it
            return
        headings = self._headings
        first = node.inside[0] if node.inside else None
        if first and first.type == "heading":  # a block of Logseq with what is below it
            shorten(first, self.file, self.diagnostics)
            self._headings = [*headings, (first.rank, first.text)]
        self.through(node.inside, is_item=True)
        self._headings = headings

    def _name_lost_table(self, node: Node, above: Node | None) -> None:
        """What may have been meant as a table, but is not read as one, is worth a word too."""
        if node.type == "html_block" and has_html_table(node.content):
            where = Position(self.file, *self.lines.place(node.meta["lines"][0][0]))
            self.diagnostics.append(HTML_TABLE.at(where))
        elif (row := table_in_html(node)) is not None:
            where = Position(self.file, *self.lines.place(node.meta["lines"][row][0]))
            self.diagnostics.append(TABLE_IN_HTML.at(where))
        elif node.type == "fence":
            self._name_never_closed(node)
        elif node.type == "paragraph" and ("|" in node.text or not node.text.isascii()):
            columns = above.columns if above else 0
            lines = node.text.split("\n")
            if lost := lost_table(lines, columns):
                place, code, words = lost
                line = node.line + place
                where = Position(self.file, line, self.lines.column(line, lines[place].rstrip()))
                self.diagnostics.append(code.at(where, **words))

    def _name_never_closed(self, node: Node) -> None:
        first, last = (self.lines.line(number) for number in (node.line, node.last))
        if mark := closing_mark(node, first, last):
            what, begin = ("comment", "<!--") if is_comment(node) else ("block of code", mark)
            where = Position(self.file, node.line, max(first.find(begin), 0) + 1)
            self.diagnostics.append(NEVER_CLOSED.at(where, what=what, mark=mark))


@dataclass(slots=True)
class _Asked:
    """A section of whose lists a comment says what they are: its heading's level, its words."""

    level: int
    words: tuple[Cell, ...]
    is_heard: bool = False


def _has_title(nodes: Sequence[Node]) -> bool:
    """Whether one heading of level one is the page's title; several are its sections."""
    return sum(1 for _ in _first_level(nodes)) == 1


def _first_level(nodes: Sequence[Node]) -> Iterator[Node]:
    """The headings of level one that stand in no quote and no list, admonitions aside."""
    for node in nodes:
        if node.type == "heading" and node.rank == 1 and node.depth == 0:
            yield node
        elif node.type == "blockquote":
            yield from _first_level(node.inside)


_WRAPPERS = frozenset(("list_item", "blockquote"))
_CODE = frozenset(("fence", "code_block", "html_block"))
_ANSWER_LINES = 4  # from the last one of a title on: what is named there names the answer
_MOST_BETWEEN = 4  # blocks between a heading that asks and a task list that answers it
_ANSWERS = frozenset(("paragraph", *LISTS))
_LOST_DEFINITION = lazy_regex(r":(?<![^\n]:)[ \t]")  # at the beginning of a line


@cache
def _rules_for(node: str, leaves_text: bool) -> Sequence[FormRule[Any]]:
    return [rule for rule in FORMS if node in rule.nodes and rule.leaves_text is leaves_text]


def _below(nodes: Sequence[Node], index: int) -> Node | None:
    """The block below one, comments aside."""
    for place in range(index + 1, len(nodes)):
        if not is_comment(nodes[place]):
            return nodes[place]
    return None


def _asks_text(nodes: Sequence[Node], index: int) -> bool:
    """Whether a heading asks, and what may be its answer stands below it: no quiz, even where
    something stands between."""
    heading, below = nodes[index], _below(nodes, index)
    if below is None or below.type not in _ANSWERS or heading.depth > 0 or not asks(heading.text):
        return False
    section = takewhile(lambda node: node.type not in ("heading", "hr"), nodes[index + 1 :])
    return not any(map(is_task_list, islice(section, _MOST_BETWEEN)))


def _unused(words: Sequence[Cell], file: str) -> Diagnostic:
    where = Position(file, words[0].line, words[0].column)
    texts = [word.text for word in words]
    if meant := put_right(texts):  # a slip may be all that keeps it from speaking for a section
        shown = f"<!-- cards: {excerpt(' '.join(texts))} -->"
        return NEAR_COMMENT.at(where, comment=shown, meant=f"<!-- cards: {meant} -->")
    return IDLE_COMMENT.at(where)
