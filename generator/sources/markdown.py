"""Markdown to a page's blocks, by markdown-it-py where they are not plain; knows no form.

markdown-it-py decides where lists, quotes, code and comments begin and end; what is a table inside
them is said in `tables`, which keeps where each row starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING

from generator.sources.block_tree import Node, grow
from generator.sources.chunks import plain_blocks
from generator.sources.tables import read_table

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

    BlockRule = Callable[[StateBlock, int, int, bool], bool]

# What the parser finds beside blocks: link definitions, by label.
Env = dict[str, dict[str, dict[str, str]]]

# Blocks inside each other: a list is two, since its items are blocks, too. More than a person
# writes; to the parser a line costs what it is deep.
DEEPEST = 40
MOST_QUOTES = DEEPEST - 1
MOST_LISTS = MOST_QUOTES // 2


def parse(text: str, env: Env) -> list[Token]:
    """All tokens of a page; ``env`` grows by its link definitions."""
    return _parser().parse(text, env)


def blocks(text: str, env: Env) -> Iterator[Node]:
    """The blocks of the page, from the parser where they are not plain."""
    for piece in plain_blocks(text):
        if piece.node:
            yield piece.node
            continue
        tokens = parse(text[piece.start : piece.end], env)
        yield from grow(_taken_out(tokens), piece.line, piece.start)


def _taken_out(tokens: list[Token]) -> Iterator[Token]:
    """The tokens, none of which stays in the list: those of deep lists are larger than the blocks
    that grow of them."""
    tokens.reverse()
    while tokens:
        yield tokens.pop()


def first_too_deep(nodes: Sequence[Node], passed_over: Set[int]) -> Node | None:
    """The first item, definition or quote that lies so deep that nothing inside it is read.

    ``passed_over`` are the ids of blocks that need not be read.
    """
    coming = [*reversed(nodes)]
    while coming:
        node = coming.pop()
        if id(node) in passed_over:
            continue
        if node.depth >= MOST_QUOTES and node.type in _HOLDERS:
            return node
        coming += reversed(node.inside)
    return None


_HOLDERS = frozenset(("list_item", "dd", "blockquote"))


@cache
def _parser() -> MarkdownIt:
    """CommonMark blocks and GFM tables; inline text stays as it was written."""
    from markdown_it import MarkdownIt  # the blocks of most pages are plain
    from markdown_it.rules_block import html_block
    from mdit_py_plugins.deflist import deflist_plugin

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    interrupts = ["paragraph", "reference"]
    parser.block.ruler.at("table", read_table, {"alt": interrupts})
    interrupts = [*interrupts, "blockquote"]
    parser.block.ruler.at("html_block", _with_lines(html_block), {"alt": interrupts})
    parser.enable("table").use(deflist_plugin)
    # Who calls has put right what ends lines, and NUL.
    parser.core.ruler.enableOnly(["block"])
    return parser


def _with_lines(rule: BlockRule) -> BlockRule:
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
