"""Whose a paragraph is between two questions without numbers: it explains the one above, or it is
what the one below asks about. The first question and the last one of a section tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.forms.lettered.lines import TextLine
from generator.forms.lettered.options import Question
from generator.forms.lettered.words import ASKS
from generator.sources.block_tree import Node

_BARRIERS = ("heading", "rule", "open", "other")
_WORD = lazy_regex(r"[^\W\d_]{4,}")
_STEM = 5  # letters that two forms of a word share


class _Gap(NamedTuple):
    """The blocks between an answer and the block that asks next, of lines one below the other;
    ``is_bounded`` where a heading or a line stands among them, behind which they are counted."""

    blocks: list[list[TextLine]]
    is_bounded: bool


def share_paragraphs(questions: Sequence[Question], betweens: Sequence[Sequence[TextLine]]) -> None:
    """Give what stands above the block that asks to its question, where the questions of a section
    are written so: the first one has as many blocks above it as stand between each two, less those
    that follow the last one. ``betweens`` are the lines above each question, and below the last.
    """
    for first, last in _runs(questions, betweens):
        above = _above(betweens[first], questions[first], None)
        gaps = [_above(betweens[n + 1], questions[n + 1], questions[n]) for n in range(first, last)]
        count = len(above.blocks)
        behind = len(_behind(betweens[last + 1], questions[last]))
        own = range(first + 1, last + 1)
        if (
            not count
            or any(len(gap.blocks) != count + behind for gap in gaps)
            or not _fit(questions[first : last + 1], gaps, count)
        ):
            continue
        for place, gap in zip((first, *own), (above, *gaps), strict=True):
            lines = [line for block in gap.blocks[-count:] for line in block]
            _give(lines, questions[place], questions[place - 1] if place > first else None)


def _runs(
    questions: Sequence[Question], betweens: Sequence[Sequence[TextLine]]
) -> Iterator[tuple[int, int]]:
    """The first and the last of several questions without numbers that no heading parts."""
    first = 0
    for place in range(1, len(questions) + 1):
        goes_on = (
            place < len(questions)
            and questions[place].number is None
            and questions[place - 1].number is None
            and not _above(betweens[place], questions[place], questions[place - 1]).is_bounded
        )
        if not goes_on:
            if place - first > 1:
                yield first, place - 1
            first = place


def _above(lines: Sequence[TextLine], question: Question, last: Question | None) -> _Gap:
    """The blocks between the answer of the question before and the block that asks."""
    asking = _asking(question)
    end = next((n for n, line in enumerate(lines) if line.node is asking), 0)
    start = _behind_answer(lines[:end], last) if last else 0
    barriers = [n for n in range(start, end) if lines[n].kind in _BARRIERS]
    return _Gap(_blocks(lines[barriers[-1] + 1 if barriers else start : end]), bool(barriers))


def _asking(question: Question) -> Node:
    """The block that asks, below which a picture may stand."""
    asking = [line.node for line in question.asked if ASKS.search(line.text)]
    return asking[-1] if asking else question.asked[-1].node


def _behind(lines: Sequence[TextLine], question: Question) -> list[list[TextLine]]:
    """The blocks below a question's answer, up to a heading or a line."""
    start = _behind_answer(lines, question)
    end = next((n for n in range(start, len(lines)) if lines[n].kind in _BARRIERS), len(lines))
    return _blocks(lines[start:end])


def _behind_answer(lines: Sequence[TextLine], question: Question) -> int:
    """The place behind what says which option is right, and behind what is folded with it."""
    said = {id(line.node) for _, line in question.said}
    return max(
        (n + 1 for n, line in enumerate(lines) if line.kind == "close" or id(line.node) in said),
        default=0,
    )


def _blocks(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    blocks: list[list[TextLine]] = []
    node: Node | None = None
    for line in lines:
        if line.node is not node:
            blocks.append([])
            node = line.node
        blocks[-1].append(line)
    return blocks


def _fit(questions: Sequence[Question], gaps: Sequence[_Gap], count: int) -> bool:
    """Whether paragraphs are such as a question may be about, and share no more words with the
    question above them than with the one below."""
    above = below = 0
    for (before, after), gap in zip(pairwise(questions), gaps, strict=True):
        lines = [line for block in gap.blocks[-count:] for line in block]
        if any(line.kind not in ("text", "code") or line.owner is not None for line in lines):
            return False
        words = _words(line.text for line in lines)
        above += len(words & _words_of(before))
        below += len(words & _words_of(after))
    return above <= below


def _words_of(question: Question) -> set[str]:
    asking = _asking(question)
    own = (line.text for line in question.asked if line.node is asking)
    return _words((*own, *(cell.text for cell in question.texts)))


def _words(texts: Iterator[str] | Sequence[str]) -> set[str]:
    return {word.casefold()[:_STEM] for text in texts for word in _WORD.findall(text)}


def _give(lines: Sequence[TextLine], question: Question, last: Question | None) -> None:
    known = {id(line.node) for line in question.asked}
    question.asked[:0] = [line for line in lines if id(line.node) not in known]
    if last:
        nodes = {id(line.node) for line in lines}
        last.explanation = [line for line in last.explanation if id(line.node) not in nodes]
        last.answering = [line for line in last.answering if id(line.node) not in nodes]
