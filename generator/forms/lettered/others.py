"""Which blocks another form takes wherever they stand: a question with letters has no part in them,
neither above its options nor below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from generator.core.lazy_regex import lazy_regex
from generator.forms.comment_words import SECTION_WORDS
from generator.forms.definitions import bold_items, count_definitions, is_definition_callout
from generator.forms.form import comment_words
from generator.forms.in_text.answers import own_answer
from generator.forms.in_text.marks import LETTERED, begins_answer, begins_question, holds_pairs
from generator.forms.lettered.titles import is_answer_title
from generator.settings.values import Settings
from generator.sources.block_tree import Lines, Node, is_comment
from generator.sources.bold_terms import repeated_terms
from generator.sources.callouts import callout, without_callout_mark
from generator.sources.lists import LISTS

_LIST_WORDS = frozenset(("definitions", "order"))
# A list of definitions in HTML, and what a blank line in it parts from its beginning.
_HTML_DEFINITIONS = lazy_regex(r"\s*</?d[ltd]\b", re.IGNORECASE)


def other_blocks(nodes: Sequence[Node], lines: Lines, settings: Settings) -> Set[int]:
    """The blocks of a page that other forms take, in whatever they stand."""
    are_bold = settings.definitions == "bold"
    labels = repeated_terms(bold_items(nodes)) if are_bold else frozenset[str]()
    return frozenset(_others(nodes, lines, settings, labels))


def _others(
    nodes: Sequence[Node], lines: Lines, settings: Settings, labels: frozenset[str]
) -> Iterator[int]:
    for place, node, words in _with_words(nodes, lines):
        is_other = (
            (node.type in LISTS and not words.isdisjoint(_LIST_WORDS))
            or own_answer(node, lines) is not None
            or (node.type == "html_block" and _HTML_DEFINITIONS.match(node.content))
            or (node.type == "blockquote" and _is_own_callout(node, lines))
            or _are_bold_terms(nodes, place, settings, labels)
        )
        if is_other:
            yield id(node)
        else:
            yield from _others(node.inside, lines, settings, labels)


def _with_words(nodes: Sequence[Node], lines: Lines) -> Iterator[tuple[int, Node, frozenset[str]]]:
    """The blocks but for comments, with their places and the words that speak for them: those of
    the comments right above, and for a list without letters those at its section's heading."""
    words: frozenset[str] = frozenset()
    sections: list[tuple[int, frozenset[str]]] = []  # the levels of their headings, their words
    above: Node | None = None
    for place, node in enumerate(nodes):
        if is_comment(node):
            words |= {word.text for word in comment_words(node, lines)}
            if above and above.type == "heading" and words & SECTION_WORDS:
                sections.append((above.rank, words))
            continue
        if node.type == "heading":
            sections = [section for section in sections if section[0] < node.rank]
            if words & SECTION_WORDS:
                sections.append((node.rank, words))
        elif sections and node.type in LISTS and not _has_letters(_paragraphs([node])):
            words |= sections[-1][1]
        yield place, node, words
        words, above = frozenset(), node


def _has_letters(texts: Iterable[str]) -> bool:
    """Whether a line of paragraphs begins as an option does, from B on."""
    return LETTERED.search("\n".join(["", *texts])) is not None


def _is_own_callout(node: Node, lines: Lines) -> bool:
    """Whether a quote is a callout that defines a term, or has questions with their answers."""
    found = callout(node, lines)
    if found is None:
        return False
    if is_definition_callout(found):
        return True
    return not is_answer_title(found.title.text) and _has_pairs(without_callout_mark(node.inside))


def _has_pairs(nodes: Sequence[Node]) -> bool:
    """Whether a question with its answer stands among blocks, and no options."""
    texts = [*_paragraphs(nodes)]
    if _has_letters(texts):
        return False
    are_two = any(begins_question(a) and begins_answer(b) for a, b in pairwise(texts))
    return are_two or any(map(holds_pairs, texts))


def _paragraphs(nodes: Sequence[Node]) -> Iterator[str]:
    """The texts of paragraphs, those in lists, too."""
    for node in nodes:
        if node.type == "paragraph":
            yield node.text
        elif node.type in (*LISTS, "list_item"):
            yield from _paragraphs(node.inside)


def _are_bold_terms(
    nodes: Sequence[Node], place: int, settings: Settings, labels: frozenset[str]
) -> bool:
    """Whether a list defines terms in bold, and none of them is an option right above it."""
    node = nodes[place]
    if settings.definitions != "bold" or node.type not in LISTS:
        return False
    if not count_definitions(node, labels, settings):
        return False
    above = "\n".join(_texts(nodes[max(place - _MOST_ABOVE, 0) : place])).casefold()
    return not any(item.term.casefold() in above for item in bold_items([node]))


_MOST_ABOVE = 8  # blocks: a question, its options and its answer


def _texts(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        yield node.text
        yield from _texts(node.inside)
