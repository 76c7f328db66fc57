"""Answers between two lines, ``:::details Answer`` and its like: right below a question they become
callouts, ``> [!answer] Answer``, which the forms know."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence, Set

from generator.forms.in_text.answers import MOST_SHOWN, is_answer_name, is_asking, last_block
from generator.forms.in_text.marks import (
    DOTTED,
    begins_answer,
    end_of_bold,
    is_question,
    node_marks,
)
from generator.sources.admonitions import Fold
from generator.sources.block_tree import Lines, Node, is_comment
from generator.sources.lists import CODE, is_task_list


def answer_folds(folds: Sequence[Fold]) -> list[Fold]:
    """Those that are called answers."""
    return [fold for fold in folds if is_answer_name(fold.title)]


def with_answers(
    nodes: Sequence[Node], folds: Sequence[Fold], lines: Lines, taken: Set[int]
) -> list[Node]:
    """The blocks, with those of ``folds`` that answer a question right above them as callouts;
    none of them, and no question, is of the blocks ``taken`` by quizzes."""
    found: list[Node] = []
    place = 0
    while place < len(nodes):
        node = nodes[place]
        fold = _begins(nodes, place, folds)
        inside = _inside(nodes, place, fold) if fold else []
        if fold and _is_answer(inside, taken) and _asks_above(found, inside, lines, taken):
            mark = Node("paragraph", fold.first, fold.first, f"[!answer] {fold.title}")
            own = [mark, *inside]
            found.append(Node("blockquote", fold.first, fold.last, depth=node.depth, inside=own))
            place += 1 if inside[0] is not node else len(inside)
            continue
        if node.inside:
            node.inside = with_answers(node.inside, folds, lines, taken)
        found.append(node)
        place += 1
    return found


def _begins(nodes: Sequence[Node], place: int, folds: Sequence[Fold]) -> Fold | None:
    """The fold of which a block is the first one, or which the block is."""
    node = nodes[place]
    own = bisect_right(folds, (node.line, float("inf"))) - 1
    if own < 0 or folds[own].last < node.line:
        return None
    above = nodes[place - 1] if place else None
    is_whole = node.type == "blockquote" and node.line == folds[own].first
    is_first = node.line > folds[own].first and (not above or above.line < folds[own].first)
    return folds[own] if is_whole or is_first else None


def _inside(nodes: Sequence[Node], place: int, fold: Fold) -> list[Node]:
    """The blocks in a fold, from its first one on."""
    if nodes[place].line == fold.first:
        return nodes[place].inside
    end = place
    while end < len(nodes) and nodes[end].line < fold.last:
        end += 1
    return list(nodes[place:end])


def _is_answer(inside: Sequence[Node], taken: Set[int]) -> bool:
    """Whether blocks are text alone, and no question or quiz themselves."""
    return bool(inside) and not any(
        node.type in ("heading", "blockquote")
        or id(node) in taken
        or is_task_list(node)
        or is_question(node)
        for node in inside
    )


def _asks_above(
    above: Sequence[Node], inside: Sequence[Node], lines: Lines, taken: Set[int]
) -> bool:
    """Whether a question without an answer stands right above, or above the code that it asks
    about. One with a mark takes an answer with a mark by itself."""
    shown = 0
    for node in reversed(above):
        if node.type in CODE and shown < MOST_SHOWN:
            shown += 1
        elif not is_comment(node):
            question = last_block(node)
            if id(question) in taken or is_task_list(node):
                return False
            is_marked = begins_answer(inside[0].text) or DOTTED.match(inside[0].text)
            return is_asking(question, lines) or (_is_open(question) and not is_marked)
    return False


def _is_open(node: Node) -> bool:
    """Whether a paragraph ends with a question that a mark tells."""
    marks = node_marks(node)
    end = end_of_bold(node)
    has_text = end is not None and bool(node.text[end:].strip())
    return bool(marks) and marks[-1].name == "Q" and not has_text
