"""How questions and answers are marked in text: ``Q: …`` and ``A: …`` in many languages; it knows
no note."""

from __future__ import annotations

import re
from typing import NamedTuple

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.forms.in_text.mark_words import (
    COUNTED,
    FIRST_LETTERS,
    NAME,
    certain,
    is_doubtful,
    letter,
)
from generator.markup.render_cell import part_comments
from generator.sources.block_tree import Node
from generator.sources.cells import part_of
from generator.sources.lists import LISTS, first_text

# `Q:`, `**Q:**`, `**Q**:`, `Q :`, `Q1:`, `Question 1:`; `**Q: the whole question**`, and with a
# question mark `**Q1. the whole question?**`, below which `A. …` answers. Within a line a mark is
# bold; or it is an answer's, behind the end of a sentence.
# A sign such as ✅ may stand in front.
_SIGN = "(?:[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]\ufe0f?[ ]+)?"
_COLON = "[ \u00a0\u202f]?[:：]"
MARK = lazy_regex(
    rf"(?:^{_SIGN}(?P<open>\*\*|__|\*|_|)(?P<first>{NAME})"
    rf"(?:{_COLON}(?P=open)|(?P=open){_COLON}|(?P<rest>{_COLON}|(?<=[\dQ])[.)](?=[^\n]*[?？])))"
    r"|^(?P<dotted>(?P<around>\*\*|__|)A(?:[ ]?(?P<of>\d{1,4})[.)]|\.)(?P=around))(?=[ \t]+\S)"
    rf"|^(?P<count>\*\*|__|)(?P<counted>{COUNTED})[.)](?P=count)"
    rf"|(?<=[ \t])(?P<bold>\*\*|__)(?P<inner>{NAME})(?:{_COLON}(?P=bold)|(?P=bold){_COLON})"
    r"|(?<=[?？؟.!][ ])(?P<plain>A|Answer)[:：])(?=\s|$|(?<=：)|(?<=：[*_])|(?<=：[*_]{2}))",
    re.MULTILINE,
)
DOTTED = lazy_regex(r"(?:\*\*|__)?A(?:[ ]?\d{1,4}[.)]|\.)(?:\*\*|__)?[ \t]+\S")
# What may hold a mark that is none: code, displayed formulas; and comments.
_OPAQUE = lazy_regex(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$\$.*?\$\$", re.DOTALL)
# Options below a question, in the lines below its first or its answer's.
LETTERED = lazy_regex(r"\n(?:\*\*|__)?\(?(?:[B-D](?:[).]|\*\*[).:]|:)|[b-d]\))(?:\*\*|__)?[ \t]")
# Another letter in the place of Q and A: then they are names of something.
LEGEND = lazy_regex(r"(?:\*\*|__)?[B-PR-Z](?:\*\*|__)?[:：]")
# Marks that the quick sign has not, at the beginning of a line; nearly all lines end at the first
# letter.
OTHER_SIGN = lazy_regex(
    r"\n[ \t>*+\d.)_\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f-]*"
    rf"(?=[{FIRST_LETTERS}])(?:{NAME}(?:\*\*|__|\*|_)?{_COLON}|{COUNTED}[.)])"
)


def holds_pairs(text: str) -> bool:
    """Whether a line of a text begins with a question, and an answer follows."""
    names = [mark.name for mark in marks_in(text)]
    return "Q" in names and "A" in names[names.index("Q") :]


class Mark(NamedTuple):
    """A mark in a text: Q or A, its number, where it is, and the bold that did not end with it."""

    name: str
    number: str
    start: int
    end: int
    bold: str


def marks_in(text: str, is_answer: bool = False) -> list[Mark]:
    """The marks in a text; one that ``is_answer`` stands below a question, and may begin with
    ``A.``."""
    if not (_may_hold_mark(text) or is_answer):  # as in most paragraphs
        return []
    plain = _without_opaque(text)
    found = certain(list(MARK.finditer(plain)), plain)
    is_answered, below = [], ""  # by the mark, whether an answer follows that is not within a line
    for match in reversed(found):
        is_answered.append(below == "A")
        name = match["first"] or match["counted"] or match["inner"]
        below = letter(name) if name else below
    marks: list[Mark] = []
    ends = [*(match.start() for match in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=False):  # none of both where there is no mark
        name = match["first"] or match["counted"] or match["inner"] or match["plain"]
        has_answer = is_answered.pop()
        if match["dotted"]:
            is_below = marks[-1].name == "Q" if marks else is_answer and not match.start()
            if is_below and not LETTERED.search(text, match.end(), end):
                marks.append(Mark("A", match["of"] or "", match.start(), match.end(), ""))
            continue
        if match["plain"] and (has_answer or not marks or marks[-1].name == "A"):
            continue
        bold = match["open"] if match["rest"] else ""
        if match["rest"] in (".", ")") and letter(name) == "A":
            continue
        number = "".join(filter(str.isdigit, name))
        marks.append(Mark(letter(name), number, match.start(), match.end(), bold or ""))
    return marks


def _may_hold_mark(text: str) -> bool:
    """Whether one of a question or an answer may be in a text, but for ``A.`` below a question."""
    return ":" in text or "?" in text or "：" in text or "？" in text


def _without_opaque(text: str) -> str:
    """A text of the same length in which nothing stands that holds no marks."""
    pieces, done = [], 0
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces += [text[done:start], "\0" * (end + 3 - start)]
        done = end + 3
        start = text.find("<!--", done)
    text = "".join([*pieces, text[done:]])
    if "`" in text or "$$" in text:
        text = _OPAQUE.sub(lambda found: "\0" * len(found[0]), text)
    return text


def first_mark(text: str) -> re.Match[str] | None:
    """The mark that a text begins with."""
    mark = MARK.match(text) if _may_hold_mark(text) else None
    if mark is None or not is_doubtful(mark):
        return mark
    plain = _without_opaque(text)
    return next((m for m in certain(list(MARK.finditer(plain)), plain) if not m.start()), None)


def begins_question(text: str) -> bool:
    """Whether a text begins with a question."""
    mark = first_mark(text)
    name = (mark["first"] or mark["counted"]) if mark else ""
    return bool(name) and letter(name) == "Q"


def begins_answer(text: str) -> bool:
    """Whether a text begins with an answer."""
    mark = first_mark(text)
    has_dot = mark is not None and mark["rest"] in (".", ")")
    return mark is not None and not has_dot and letter(mark["first"] or "Q") == "A"


def without_answer_mark(cell: Cell) -> Cell:
    """The text of an answer without its ``A:``."""
    mark = MARK.match(cell.text) if begins_answer(cell.text) else None
    return part_of(cell, cell.text[mark.end() :].strip()) if mark else cell


def is_lettered(node: Node) -> bool:
    """Whether a paragraph begins with an option from B on."""
    return LETTERED.match("\n" + node.text) is not None


def is_question(node: Node) -> bool:
    """Whether a paragraph or a list begins with ``Q:``, or has an item that does."""
    if node.type in LISTS:
        return any(begins_question(first_text(item)) for item in node.inside)
    return node.type == "paragraph" and (begins_question(node.text) or holds_pairs(node.text))


def node_marks(node: Node) -> list[Mark]:
    """The marks in a paragraph; another block has none."""
    return marks_in(node.text) if node.type == "paragraph" else []


LONE_MARK = lazy_regex(r"(\*\*|__)A(?:ns|nswer)?[.:：]?\1[.:：]?")  # above the answer


def end_of_bold(node: Node) -> int | None:
    """Where the line of a question ends, if it is all bold and no mark stands below it."""
    marks = node_marks(node)
    if len(marks) != 1 or marks[0].name != "Q" or marks[0].start or not marks[0].bold:
        return None
    line, bold = node.text.partition("\n")[0].rstrip(), marks[0].bold
    asked, _ = part_comments(line)
    return len(line) if asked.endswith(bold) and asked.count(bold) == _BOTH_ENDS else None


_BOTH_ENDS = 2  # of what is bold


def leads_on(node: Node) -> bool:
    """Whether a paragraph ends with an answer that has to go on."""
    marks = marks_in(node.text) if node.type == "paragraph" else []
    is_open = bool(marks) and marks[-1].name == "A"
    return is_open and node.text.rstrip("*_ ").endswith((":", "："))


def without_bold(cell: Cell, bold: str) -> Cell:
    """The text behind a mark whose bold did not end with it."""
    if not bold or not cell.text:
        return cell
    asked, comments = part_comments(cell.text)
    if asked.endswith(bold):
        text = " ".join([asked[: -len(bold)].rstrip(), *comments])
        return cell._replace(text=text)
    return cell._replace(text=bold + cell.text)
