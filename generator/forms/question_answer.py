"""Questions and answers in text: ``Q: …`` and ``A: …``, in a paragraph, in two, or in a list."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.core.diagnostics import (
    LEFT_OUT,
    LONG_ANSWER,
    NOT_A_QUESTION,
    OPTIONS_BELOW_QUESTION,
    OPTIONS_UNREAD,
    QUESTION_AS_HEADING,
    UNANSWERED,
    Diagnostic,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Kind, Page, Position, Row, Table, TableReport
from generator.core.note_fields import ClueFields, join_fields
from generator.forms.cloze import has_marks
from generator.forms.form import BlockContext, FormRule, Found, comment_words
from generator.forms.list_table import as_table
from generator.markup.field_html import field_text, hide_readings
from generator.markup.inline import plain
from generator.markup.render_cell import folded, render_cells, same_as, shortened
from generator.notes.labels import labels_for, question
from generator.notes.page_notes import BlockNotes, ReadyNote
from generator.notes.surroundings import Frame
from generator.notes.words import count_words
from generator.settings.values import Settings
from generator.sources.block_tree import (
    Lines,
    Node,
    is_comment,
    without_attributes,
    without_break,
)
from generator.sources.callouts import Callout, callout, without_callout_mark
from generator.sources.cells import part_of
from generator.sources.html_folds import HtmlFold, html_fold
from generator.sources.lists import (
    CODE,
    LISTS,
    code_cell,
    first_text,
    is_task_list,
    item_text,
    joined,
    list_row,
    marked,
    marked_items,
    not_shown,
    text_cell,
    text_of,
    without_mark,
)
from generator.sources.questions import asks, is_numbered, without_number

# What is called a question and an answer; a word of another script needs no space behind its colon.
_ASKING = (
    "Q|Question|Frage|Pregunta|Pergunta|Domanda|Vraag|Fråga|Pytanie|Otázka|Вопрос|Питання|Soru"
    "|问|問|问题|問題|質問|質問文|질문|문|سؤال|السؤال|س|שאלה"
)
_ANSWERING = (
    "A|Ans|Answer|Antwort|Respuesta|Resposta|Risposta|Réponse|Antwoord|Svar|Odpowiedź|Odpověď"
    "|Ответ|Відповідь|Cevap|答|答案|回答|答え|解答|답|답변|جواب|الجواب|إجابة|الإجابة|ج|תשובה"
)
# `Q:`, `**Q:**`, `**Q**:`, `Q :`, `Q1:`, `Question 1:`; `**Q: the whole question**`, and with a
# question mark `**Q1. the whole question?**`, below which `A. …` answers. Within a line a mark is
# bold; or it is an answer's, behind the end of a sentence.
_NAME = rf"(?:{_ASKING}|{_ANSWERING})(?:[ ]?\d{{1,4}})?"
_COLON = "[ \u00a0\u202f]?[:：]"
_MARK = lazy_regex(
    rf"(?:^(?P<open>\*\*|__|\*|_|)(?P<first>{_NAME})"
    rf"(?:{_COLON}(?P=open)|(?P=open){_COLON}|(?P<rest>{_COLON}|(?<=[\dQ])[.)](?=[^\n]*[?？])))"
    r"|^(?P<dotted>(?P<around>\*\*|__|)A(?:[ ]?(?P<of>\d{1,4})[.)]|\.)(?P=around))(?=[ \t]+\S)"
    rf"|(?<=[ \t])(?P<bold>\*\*|__)(?P<inner>{_NAME})(?:{_COLON}(?P=bold)|(?P=bold){_COLON})"
    r"|(?<=[?？؟.!][ ])(?P<plain>A|Answer)[:：])(?=\s|$|(?<=：)|(?<=：[*_])|(?<=：[*_]{2}))",
    re.MULTILINE,
)
_DOTTED = lazy_regex(r"(?:\*\*|__)?A(?:[ ]?\d{1,4}[.)]|\.)(?:\*\*|__)?[ \t]+\S")
_IS_ASKING = lazy_regex(rf"(?:{_ASKING})(?:[ ]?\d+)?")
# What may hold a mark that is none: code, displayed formulas; and comments.
_OPAQUE = lazy_regex(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$\$.*?\$\$", re.DOTALL)
# Options below a question, in the lines below its first or its answer's.
_LETTERED = lazy_regex(r"\n(?:\*\*|__)?\(?(?:[B-D](?:[).]|\*\*[).:]|:)|[b-d]\))(?:\*\*|__)?[ \t]")
# Another letter in the place of Q and A: then they are names of something.
_LEGEND = lazy_regex(r"(?:\*\*|__)?[B-PR-Z](?:\*\*|__)?[:：]")
_BELOW = ("paragraph", "html_block")


class _Part(NamedTuple):
    """Text behind a mark: ``name`` is Q, A, or nothing where it goes on with what is above it;
    ``number`` is what the mark counts, if it does.

    ``begins`` says that it is the first of a list's item. ``halves`` are the question, if its line
    is all bold, and the text below that, which may be its answer.
    """

    name: str
    cell: Cell
    number: str = ""
    begins: bool = False
    halves: tuple[Cell, Cell] | None = None


_END = _Part("", Cell("", 0, 0))  # behind it nothing goes on


def _may_take(node: Node, settings: Settings) -> bool:
    if node.type == "paragraph":
        return begins_question(node.text) or holds_pairs(node.text)
    if node.type == "heading":
        may_be_answered = asks(node.text) or is_numbered(node.text)
        return holds_pairs(node.text) or (node.depth == 0 and may_be_answered)
    if node.type in LISTS:
        return any(begins_question(first_text(item)) for item in node.inside)
    return node.type != "html_block" or "<summary" in node.content


def _find(context: BlockContext) -> Found | None:
    """A paragraph with a question, or a list in which an item is one."""
    node = context.node
    if node.type == "heading":
        return _heading(context)
    if node.type == "blockquote":
        return _callout(context) or _answer_of_above(context)
    if node.type == "html_block":
        return _fold(context) or _answer_of_above(context)
    claimed: tuple[Node, ...] = ()
    inside: list[Node] = []
    found: list[Diagnostic] = []
    if node.type in LISTS:
        if any(_LEGEND.match(first_text(item)) for item in node.inside):
            return None
        parts = _parts_of_list(context, inside, found)
    else:
        claimed = _answer_below(context, found)
        is_dotted = bool(claimed) and _is_dotted_answer(context, context.own_index + 1)
        parts = [
            part
            for each in (node, *claimed)
            for part in _parts(each, context, found, is_answer=is_dotted and each is claimed[0])
        ]
        if (below := context.sibling(len(claimed) + 1)) and below.type == "paragraph":
            parts += [_Part("", Cell("\n" + below.text, below.line, 1))] * _is_lettered(below)
    rows, more = _pairs(parts, context.file, bool(context.taken))
    if not context.says("skip"):
        context.diagnostics.extend([*found, *more])
    if not rows and inside:
        return None
    return Found(as_table(context, Form.QUESTION, rows), tuple(inside), claimed)


def _read(page: Page, table: Table, frame: Frame) -> BlockNotes:
    """Each pair as a note that is ready."""
    is_skipped = any(word.text == "skip" for word in table.directives)
    report = TableReport(
        position=Position(page.path, table.header.line, table.header.column),
        header=(shortened(plain(table.rows[0].cells[0].text, page.references)),),
        kind="" if is_skipped else Kind.CLUE.value,
        rows=len(table.rows),
        notes=0,
        skipped="skipped by a comment" if is_skipped else "",
        form=Form.QUESTION,
    )
    diagnostics: list[Diagnostic] = []
    rows = () if is_skipped else table.rows
    ready = tuple(_note(page, frame, row, diagnostics) for row in rows)
    return BlockNotes(report, ready=ready, diagnostics=tuple(diagnostics))


def _shown_cells(page: Page, table: Table) -> Sequence[Cell]:
    is_skipped = any(word.text == "skip" for word in table.directives)
    return () if is_skipped else table.cells


# Marks that the quick sign has not, at the beginning of a line; nearly all lines end at the first
# letter.
_FIRST = "".join(sorted({name[0] for name in f"{_ASKING}|{_ANSWERING}".split("|")}))
_OTHER_SIGN = lazy_regex(
    rf"\n[ \t>*+\d.)_-]*(?=[{_FIRST}])(?:{_NAME}(?:\*\*|__|\*|_)?{_COLON}|Q[ ]?\d{{0,4}}[.)])"
)

# The title of what is folded, in HTML or in a callout; its page is parsed for it.
_SAYS_ANSWER = rf"(?i:(?:show |see )?(?:the )?(?:{_ANSWERING}))"
_FOLDED_SIGN = lazy_regex(
    rf"<summary\b[^<>]*>(?:\s|<[^<>\n]*>|[*_]){{0,6}}{_SAYS_ANSWER}"
    r"(?:\s|<[^<>\n]*>|[*_:：]){0,6}</summary\s*>"
)
_CALLOUT_SIGN = lazy_regex(
    rf"\[![^\]\n]{{1,60}}\][+-]?[ \t]*[*_]{{0,3}}{_SAYS_ANSWER}[ \t*_:：]{{0,6}}(?:\n|\Z)"
)

QUESTION = FormRule(
    form=Form.QUESTION,
    name="a question in text",
    nodes=("paragraph", "heading", "blockquote", "html_block", *LISTS),
    # A word before it is looked for last, since that takes the longest.
    sign=lazy_regex(
        r"[QA](?<![^\W_].)(?:(?<=Q)uestion|(?<=A)nswer)?(?:[ ]?\d{1,4})?(?:\*\*|__|\*|_)?[:：]"
    ),
    find=_find,
    read=_read,
    kind=Kind.CLUE,
    may_take=_may_take,
    shown_cells=_shown_cells,
    signs_of=lambda settings: (
        _OTHER_SIGN,
        _FOLDED_SIGN,
        _CALLOUT_SIGN,
        *(_SIGNS[form] for form in settings.questions),
    ),
)


def _note(page: Page, frame: Frame, row: Row, diagnostics: list[Diagnostic]) -> ReadyNote:
    labels = labels_for(frame.settings)
    (prompt, answer), (clue, text) = render_cells(page, row.cells, diagnostics)
    where = Position(page.path, row.line, row.column)
    is_whole = bool(clue and text)
    if not is_whole:
        diagnostics.append(UNANSWERED.at(where))
    context = frame.context([text], clue)
    fields = ClueFields(
        prompt=hide_readings(prompt, [text]),
        answer=answer,
        cue=field_text(labels.question_cue),
        ask=field_text(labels.answer),
        question=field_text(question(labels.answer, labels)),
        context=context,
        foot=frame.foot(context),
        **frame.place,
    )
    asked, said = (folded(cell.text) for cell in row.cells)
    return ReadyNote(
        kind=Kind.CLUE,
        headings=frame.headings,
        clue=asked,
        answer=said,
        position=where,
        same_as=same_as(row.cells),
        fields=join_fields(fields) if is_whole else b"",
        is_unfinished=not is_whole,
        lines=tuple({cell.line: None for cell in row.cells}),
    )


# --- how they are written ---------------------------------------------------------------------


def holds_pairs(text: str) -> bool:
    """Whether a line of a text begins with a question, and an answer follows."""
    names = [mark.name for mark in _marks(text)]
    return "Q" in names and "A" in names[names.index("Q") :]


class _Mark(NamedTuple):
    """A mark in a text: Q or A, its number, where it is, and the bold that did not end with it."""

    name: str
    number: str
    start: int
    end: int
    bold: str


def _marks(text: str, is_answer: bool = False) -> list[_Mark]:
    """The marks in a text; one that ``is_answer`` stands below a question, and may begin with
    ``A.``."""
    if not (_may_hold_mark(text) or is_answer):  # as in most paragraphs
        return []
    found = list(_MARK.finditer(_without_opaque(text)))
    is_answered, below = [], ""  # by the mark, whether an answer follows that is not within a line
    for match in reversed(found):
        is_answered.append(below == "A")
        name = match["first"] or match["inner"]
        below = _letter(name) if name else below
    marks: list[_Mark] = []
    ends = [*(match.start() for match in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=False):  # none of both where there is no mark
        name = match["first"] or match["inner"] or match["plain"]
        has_answer = is_answered.pop()
        if match["dotted"]:
            is_below = marks[-1].name == "Q" if marks else is_answer and not match.start()
            if is_below and not _LETTERED.search(text, match.end(), end):
                marks.append(_Mark("A", match["of"] or "", match.start(), match.end(), ""))
            continue
        if match["plain"] and (has_answer or not marks or marks[-1].name == "A"):
            continue
        bold = match["open"] if match["rest"] else ""
        if match["rest"] in (".", ")") and _letter(name) == "A":
            continue
        number = "".join(filter(str.isdigit, name))
        marks.append(_Mark(_letter(name), number, match.start(), match.end(), bold or ""))
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


def begins_question(text: str) -> bool:
    """Whether a text begins with a question."""
    mark = _MARK.match(text) if _may_hold_mark(text) else None
    return mark is not None and bool(mark["first"]) and _letter(mark["first"]) == "Q"


def _is_dotted_answer(context: BlockContext, place: int) -> bool:
    """Whether a paragraph right below a question without an answer begins with ``A.``, and no
    option of it follows."""
    node = context.siblings[place]
    if place != context.own_index + 1 or not _DOTTED.match(node.text) or context.is_taken(node):
        return False
    below = context.siblings[place + 1] if place + 1 < len(context.siblings) else None
    marks = _node_marks(context.node)
    is_open = bool(marks) and marks[-1].name == "Q"
    return is_open and not _LETTERED.search(node.text) and not (below and _is_lettered(below))


def _begins_answer(text: str) -> bool:
    mark = _MARK.match(text) if _may_hold_mark(text) else None
    has_dot = mark is not None and mark["rest"] in (".", ")")
    return mark is not None and not has_dot and _letter(mark["first"] or "Q") == "A"


def without_answer_mark(cell: Cell) -> Cell:
    """The text of an answer without its ``A:``."""
    mark = _MARK.match(cell.text) if _begins_answer(cell.text) else None
    return part_of(cell, cell.text[mark.end() :].strip()) if mark else cell


def _letter(name: str) -> str:
    """``Q`` for the name of a question, ``A`` for that of an answer."""
    return "Q" if _IS_ASKING.fullmatch(name) else "A"


def _is_lettered(node: Node) -> bool:
    return _LETTERED.match("\n" + node.text) is not None


def _answer_below(context: BlockContext, found: list[Diagnostic]) -> tuple[Node, ...]:
    """The blocks below a question's paragraph that belong to it: paragraphs that begin an answer,
    code, and a list where the answer has no text before it, or ends with a colon."""
    claimed: list[Node] = []
    last = context.node
    while below := context.sibling(len(claimed) + 1):
        if below.type == "paragraph":
            place = context.own_index + len(claimed) + 1
            goes_on = _begins_answer(below.text) or _is_dotted_answer(context, place)
        else:
            is_list = below.type in LISTS and not _holds_quiz(context, below)
            is_next = below.line == last.last + 1 and _end_of_bold(last) is not None
            goes_on = below.type in CODE or (below.type in LISTS and _leads_on(last))
            goes_on = goes_on or (is_list and is_next)
        if not goes_on:
            if below.type not in _BELOW and below.type not in LISTS and _leads_on(last):
                found.append(LEFT_OUT.at(Position(context.file, below.line, 1)))
            break
        claimed.append(below)
        last = below
    return (*claimed, *_more_below(context, [context.node, *claimed]))


def _more_below(context: BlockContext, pair: Sequence[Node]) -> list[Node]:
    """The paragraphs, lists and code below an answer that go on with it.

    Up to another question all do. Below the last answer they may be the page's own text: they go
    on with it where its question begins the section, or where the answer above it went on so.
    """
    has_answer = any(mark.name == "A" for node in pair for mark in _node_marks(node))
    has_answer = has_answer or (_end_of_bold(pair[0]) or len(pair[0].text)) < len(pair[0].text)
    if not has_answer and not (len(pair) > 1 and _is_dotted_answer(context, context.own_index + 1)):
        return []
    found: list[Node] = []
    start = context.own_index + len(pair)
    for place in range(start, len(context.siblings)):
        node = context.siblings[place]
        if not _goes_on(context, place):
            break
        found.append(node)
    end = context.sibling(len(pair) + len(found))
    above = context.above
    begins_section = above is None or above.type in ("heading", "hr")
    above_went_on = context.goes_on and above is not None and not _node_marks(above)
    if (end and _is_question(end)) or begins_section or above_went_on:
        return found
    return []


def _goes_on(context: BlockContext, place: int) -> bool:
    """Whether a block may go on with an answer: text that is nothing by itself."""
    node = context.siblings[place]
    below = context.siblings[place + 1] if place + 1 < len(context.siblings) else None
    is_text = node.type in ("paragraph", *CODE, *LISTS)
    if not is_text or _is_question(node) or _holds_quiz(context, node):
        return False
    if node.type == "paragraph" and (
        _MARK.match(node.text) or _is_lettered(node) or (below and is_task_list(below))
    ):
        return False
    return not (context.settings.cloze == "on" and has_marks(node))


def _holds_quiz(context: BlockContext, node: Node) -> bool:
    """Whether a block is one of a quiz, or has one in it."""
    within = _all_within(node)
    return any(is_task_list(each) or context.is_taken(each) for each in within)


def _is_question(node: Node) -> bool:
    """Whether a paragraph or a list begins with ``Q:``, or has an item that does."""
    if node.type in LISTS:
        return any(begins_question(first_text(item)) for item in node.inside)
    return node.type == "paragraph" and (begins_question(node.text) or holds_pairs(node.text))


def _node_marks(node: Node) -> list[_Mark]:
    return _marks(node.text) if node.type == "paragraph" else []


# --- headings and callouts that ask -----------------------------------------------------------

# Characters of an answer: about 250 words. What stands below a heading may be a whole chapter.
MOST_ANSWER_CHARACTERS = 1_500
_CALLOUTS = ("question", "faq", "help")
_SIGNS: Mapping[str, re.Pattern[str]] = {
    "headings": lazy_regex(r"[?？؟][ *_#]*[{^%\n]|\n {0,3}#{1,6}[ \t][^\n]*[?？؟]"),
    "callouts": lazy_regex(r"\[!(?:question|faq|help)|<summary", re.IGNORECASE),
}
_ANSWER_CALLOUTS = ("success", "check", "done", "answer", "solution")
_ANSWER_TITLE = lazy_regex(_SAYS_ANSWER)
# A link to another place of the page, such as "back to top".
_MOST_LINK = 200  # characters
_LINK_AWAY = lazy_regex(r"[\W_]*\[[^\]\n]*\]\(#[^)\n]*\)[\W_]*")


def _is_asking_heading(node: Node, settings: Settings) -> bool:
    return "headings" in settings.questions and node.depth == 0 and asks(node.text)


def _heading(context: BlockContext) -> Found | None:
    """A heading that asks, with the text up to the next heading or line as its answer."""
    node = context.node
    if holds_pairs(node.text):
        where = Position(context.file, node.line, 1)
        context.diagnostics.append(QUESTION_AS_HEADING.at(where))
        return None
    if not (_is_asking_heading(node, context.settings) or _is_answered(context)):
        return None
    below = list(_below_heading(context))
    comments = [each for each in below if is_comment(each)]
    words = [word for each in comments for word in comment_words(each, context.lines)]
    section = context.section
    if section and section[-1] == node.text:
        section = section[:-1]
    context = context._replace(words=(*context.words, *words), section=section)
    answer: list[Node] = []
    opened: list[Node] = []
    for each in below:
        if inside := _answer_in_callout(each, context.lines):
            opened.append(each)
            answer += inside
        elif each not in comments:
            answer.append(each)
    found = _asked(context, context.lines.cell(node), [], answer)
    return found and found._replace(claimed=(*comments, *opened, *found.claimed))


def _is_answered(context: BlockContext) -> bool:
    """Whether a heading that asks or is counted stands right above ``Answer: …``."""
    places = range(context.own_index + 1, len(context.siblings))
    blocks = (context.siblings[place] for place in places)
    below = next((node for node in blocks if not is_comment(node)), None)
    return (
        below is not None
        and below.type == "paragraph"
        and answers_in(below, context.lines) > 0
        and _may_be_answered(context, context.node)
        and not context.is_taken(below)
        and not _CHOOSES.search(context.node.text)
        and not _CHOICE.match(without_answer_mark(Cell(below.text, 1, 1)).text)
    )


def _answer_in_callout(node: Node, lines: Lines) -> Sequence[Node]:
    """What stands below the title of a callout that is an answer by its title or, without one, by
    its kind, ``> [!success]- Answer``; nothing in another one."""
    found = callout(node, lines)
    if found is None or any(child.type in ("table", "blockquote") for child in node.inside):
        return ()
    title = found.title.text.strip(" :：*_")
    is_answer = _ANSWER_TITLE.fullmatch(title)
    if not is_answer and (title or found.kind not in _ANSWER_CALLOUTS):
        return ()
    below = without_callout_mark(node.inside)
    return below[1:] if title else below


def _below_heading(context: BlockContext) -> Iterator[Node]:
    """The blocks that answer a heading, and what no card shows of them; first a comment that leaves
    out the question."""
    for place in range(context.own_index + 1, len(context.siblings)):
        node = context.siblings[place]
        if is_comment(node):
            words = {word.text for word in comment_words(node, context.lines)}
            if words and (words != {"skip"} or place > context.own_index + 1):
                return
            if words:
                yield node
        elif node.type in ("paragraph", *LISTS):
            if not _goes_on(context, place) and not (
                node.type == "paragraph" and _begins_answer(node.text)
            ):
                return
            if not (len(node.text) < _MOST_LINK and _LINK_AWAY.fullmatch(node.text)):
                yield node
        elif node.type in ("heading", "hr"):
            return
        else:
            yield node


def answers_in(node: Node, lines: Lines) -> int:
    """How many answers a block announces that stands by itself: "Answer: …", a callout or folds
    with such a title."""
    if node.type == "paragraph":
        mark = _MARK.match(node.text) if _begins_answer(node.text) else None
        return int(mark is not None and len(mark["first"]) > 1)  # "A:" may be a name
    if node.type == "html_block":
        return len(_FOLDED_SIGN.findall(node.content))
    return int(node.type == "blockquote" and bool(_answer_in_callout(node, lines)))


def is_asking_callout(node: Node, lines: Lines) -> bool:
    """Whether a quote is a callout that asks, with something below its title."""
    found = _asking_callout(node, lines)
    return found is not None and bool(found.text.text or found.below)


def _asking_callout(node: Node, lines: Lines) -> Callout | None:
    """The callout whose title asks, and that is neither a quiz nor questions in text."""
    found = callout(node, lines)
    if found is None or found.kind not in _CALLOUTS or not asks(found.title.text):
        return None
    return None if any(is_task_list(b) or _is_question(b) for b in found.below) else found


def _callout(context: BlockContext) -> Found | None:
    """``> [!question] What is …?`` with its answer below it in the quote."""
    found = _asking_callout(context.node, context.lines)
    if found is None or "callouts" not in context.settings.questions:
        return None
    if context.settings.cloze == "on" and has_marks(context.node):
        return None
    asked = _asked(context, found.title, found.own_text(), found.below)
    if asked is None:
        return None
    left = [node for node in found.below if node not in asked.claimed]
    return asked._replace(inside=[*asked.inside, *left], claimed=())


def asking_fold(siblings: Sequence[Node], place: int, lines: Lines) -> HtmlFold | None:
    """The fold that begins in a block of HTML, if its title asks and it has no questions in it."""
    fold = html_fold(siblings, place, lines)
    if fold is None or not asks(fold.title.text):
        return None
    return None if any(map(_is_question, fold.blocks)) else fold


def _fold(context: BlockContext) -> Found | None:
    """``<details>`` whose title asks, with its answer in it."""
    if "callouts" not in context.settings.questions:
        return None
    fold = asking_fold(context.siblings, context.own_index, context.lines)
    return _folded(context, fold.title, fold) if fold else None


def _answer_of_above(context: BlockContext) -> Found | None:
    """What is folded right below a question and called its answer, in HTML or in a callout."""
    fold = _answer_fold(context)
    asked = _question_above(context) if fold else None
    if fold is None or asked is None:
        return None
    question, shown = asked
    said, _ = text_of(fold.inside, context.lines)
    if _CHOOSES.search(question.text) or (said and _LETTERS.fullmatch(said[0].text)):
        return None  # of its options none is read
    cell = context.lines.cell(question)
    cell = part_of(cell, without_number(cell.text))
    section = context.section
    if question.type == "heading" and section and section[-1] == question.text:
        context = context._replace(section=section[:-1])
    return _folded(context, joined([cell, *(text_cell(c, context.lines) for c in shown)]), fold)


def _answer_fold(context: BlockContext) -> HtmlFold | None:
    node, lines = context.node, context.lines
    if node.type == "html_block":
        is_answer = _FOLDED_SIGN.search(node.content)
        fold = html_fold(context.siblings, context.own_index, lines) if is_answer else None
        return fold if fold and _ANSWER_TITLE.fullmatch(fold.title.text.strip(_AROUND)) else None
    if not _CALLOUT_SIGN.search(f"{lines.line(node.line)}\n"):
        return None
    inside = tuple(_answer_in_callout(node, lines))
    return HtmlFold(Cell("", node.line, 1), inside, inside, ()) if inside else None


def _folded(context: BlockContext, asked: Cell, fold: HtmlFold) -> Found | None:
    """The question with what is folded as its answer, if that makes no notes itself."""
    has_marks_for_gaps = context.settings.cloze == "on" and any(map(has_marks, fold.blocks))
    if has_marks_for_gaps or any(_holds_quiz(context, node) for node in fold.blocks):
        return None
    found = _asked(context, asked, [], fold.inside)
    if found is None:
        return None
    shown = {id(node) for node in found.claimed}
    pairs = zip(fold.blocks, fold.inside, strict=True)
    return found._replace(
        claimed=(*(block for block, each in pairs if id(each) in shown), *fold.end)
    )


_AROUND = " :：*_"
_MOST_SHOWN = 2  # blocks of code between a question and its answer


def _question_above(context: BlockContext) -> tuple[Node, list[Node]] | None:
    """The question right above a block, and the code between them."""
    shown: list[Node] = []
    if context.goes_on:  # what stands there is of another one
        return None
    for place in range(context.own_index - 1, -1, -1):
        node = context.siblings[place]
        if node.type in CODE and len(shown) < _MOST_SHOWN:
            shown.insert(0, node)
        elif not is_comment(node):
            question = _last_block(node)
            return (question, shown) if _may_be_answered(context, question) else None
    return None


def _last_block(node: Node) -> Node:
    """The block itself; of a list the one that its last item ends with."""
    while node.type in (*LISTS, "list_item") and node.inside:
        node = node.inside[-1]
    return node


def _may_be_answered(context: BlockContext, node: Node) -> bool:
    """Whether a block asks, or is counted as questions are, and no form takes it."""
    if node.type not in ("paragraph", "heading") or context.is_taken(node) or _node_marks(node):
        return False
    if asks(node.text):
        return True
    has_number = is_numbered(node.text) or _COUNTS.match(context.lines.line(node.line))
    return bool(has_number) and count_words(without_number(node.text)) >= _FEWEST_WORDS


_COUNTS = lazy_regex(r"[ \t>]*\d{1,4}[.)][ \t]")
_FEWEST_WORDS = 3  # of a question that only its number tells from a title


_LONE_MARK = lazy_regex(r"(\*\*|__)A(?:ns|nswer)?[.:：]?\1[.:：]?")  # above the answer


def _asked(
    context: BlockContext, asked: Cell, first: Sequence[Cell], below: Sequence[Node]
) -> Found | None:
    """A question and the blocks that answer it; None where none of them is text."""
    context.shorten(*below)
    text, left = text_of(below, context.lines)
    answer = [cell for cell in (*first, *text) if cell.text]
    if len(answer) > 1 and _LONE_MARK.fullmatch(answer[0].text):
        del answer[0]
    if answer:
        answer[0] = without_answer_mark(answer[0])
        answer = [cell for cell in answer if cell.text]
    # What such a line leads to is not on the card.
    while answer and answer[-1].text.endswith((":", "：")):
        del answer[-1]
    if not answer:
        return None
    claimed = tuple(node for node in below if node not in left)
    if any(_LETTERED.search("\n" + without_mark(cell.text)) for cell in answer):
        context.diagnostics.append(OPTIONS_BELOW_QUESTION.at(_position(asked, context.file)))
        return None
    row = list_row((part_of(asked, without_number(asked.text)), joined(answer)))
    if not context.says("skip"):
        length = sum(len(cell.text) for cell in answer)
        if length > MOST_ANSWER_CHARACTERS:
            words = {"characters": length, "most": MOST_ANSWER_CHARACTERS}
            context.diagnostics.append(LONG_ANSWER.at(_position(asked, context.file), **words))
            return None
        context.diagnostics.extend(not_shown(left, context.file))
    inside = [node for node in left if node not in below]
    return Found(as_table(context, Form.QUESTION, [row]), inside, claimed)


def _end_of_bold(node: Node) -> int | None:
    """Where the line of a question ends, if it is all bold and no mark stands below it."""
    marks = _node_marks(node)
    if len(marks) != 1 or marks[0].name != "Q" or marks[0].start or not marks[0].bold:
        return None
    line, bold = node.text.partition("\n")[0].rstrip(), marks[0].bold
    return len(line) if line.endswith(bold) and line.count(bold) == _BOTH_ENDS else None


_BOTH_ENDS = 2  # of what is bold


def _leads_on(node: Node) -> bool:
    """Whether a paragraph ends with an answer that has to go on."""
    marks = _marks(node.text) if node.type == "paragraph" else []
    is_open = bool(marks) and marks[-1].name == "A"
    return is_open and node.text.rstrip("*_ ").endswith((":", "："))


def _parts_of_list(
    context: BlockContext, inside: list[Node], found: list[Diagnostic]
) -> list[_Part]:
    """The parts of the items' text, one item after the other. ``inside`` grows by what stands in
    items without a mark, which is read for itself, and by those of a quiz with lettered options."""
    parts: list[_Part] = []
    for item in context.node.inside:
        if _holds_quiz(context, item):
            parts.append(_END)
            inside.append(item)
            continue
        own = [part for child in item.inside for part in _parts(child, context, found, inside)]
        first = own[0] if own else _Part("", item_text(item, context.lines))
        parts += [first._replace(begins=True), *own[1:]]
        if not any(part.name for part in own):
            parts[len(parts) - len(own or [first]) :] = [first._replace(begins=True)]
            inside += [child for child in item.inside if child.type in LISTS]
    return parts


def _all_within(node: Node) -> Iterator[Node]:
    """A block and all blocks in it."""
    left = [node]  # no recursion: each level would pass on what all below it yield
    while left:
        each = left.pop()
        yield each
        left += reversed(each.inside)


def _parts(
    node: Node,
    context: BlockContext,
    found: list[Diagnostic],
    inside: list[Node] | None = None,
    is_answer: bool = False,
) -> list[_Part]:
    """A paragraph, cut at its marks; code; of a list without marks the items. What is none of them
    is left out, and read for itself where it is ``inside`` a list."""
    if node.type in LISTS:
        children = [child for item in node.inside for child in item.inside]
        if node.inside and _MARK.match(first_text(node.inside[0])):
            return [part for each in children for part in _parts(each, context, found, inside)]
        parts = []
        for sign, item in marked_items(node, context.lines):
            more = [p for c in item.inside for p in _parts(c, context, found, inside)]
            if more:
                more[0] = more[0]._replace(cell=marked(more[0].cell, sign))
            parts += more
        return parts
    if node.type in CODE:
        return [_Part("", code_cell(node, context.lines))]
    if node.type != "paragraph":
        if inside is not None:
            inside.append(node)
        if node.type not in ("table", "html_block"):
            found.append(LEFT_OUT.at(Position(context.file, node.line, 1)))
        return []
    text = node.text[: without_attributes(node.text)]
    marks = _marks(text, is_answer)
    if not marks:
        return [_Part("", context.lines.cell(node))]
    paragraph = _Paragraph(node, context.lines)
    ends = [*(mark.start for mark in marks[1:]), len(text)]
    parts = [] if marks[0].start == 0 else [_Part("", paragraph.cell(0, marks[0].start))]
    for mark, end in zip(marks, ends, strict=True):
        cell = paragraph.cell(mark.end, end)
        if not cell.text:  # it stands where its mark does
            cell = paragraph.cell(mark.start, mark.end)._replace(text="")
        parts.append(_Part(mark.name, without_bold(cell, mark.bold), mark.number))
    if (below := _end_of_bold(node)) is not None:
        asked = without_bold(paragraph.cell(marks[0].end, below), marks[0].bold)
        has_text = text[below:].strip()
        said = paragraph.cell(below, len(text)) if has_text else asked._replace(text="")
        parts[0] = parts[0]._replace(halves=(asked, said))
    return parts


class _Paragraph:
    """A paragraph of which many parts are asked for."""

    def __init__(self, node: Node, lines: Lines) -> None:
        self._text = node.text
        self._lines = lines
        self._first = lines.first_line(node)
        self._texts = node.text.split("\n")
        self._columns: dict[int, int] = {}  # of each line that is asked for
        self._starts = [0]
        for text in self._texts[:-1]:
            self._starts.append(self._starts[-1] + len(text) + 1)

    def cell(self, start: int, end: int) -> Cell:
        """The text from one offset to another, with its place; as `Lines.cell` gives it."""
        part = self._text[start:end]
        start += len(part) - len(part.lstrip())
        number = bisect_right(self._starts, start) - 1
        if (column := self._columns.get(number)) is None:
            column = self._lines.column(self._first + number, self._texts[number].rstrip())
            self._columns[number] = column
        text = without_break(self._text, start, start + len(part.strip()))
        return Cell(text, self._first + number, column + start - self._starts[number])


def without_bold(cell: Cell, bold: str) -> Cell:
    """The text behind a mark whose bold did not end with it."""
    if not bold or not cell.text:
        return cell
    if cell.text.endswith(bold):
        return cell._replace(text=cell.text[: -len(bold)].rstrip())
    return cell._replace(text=bold + cell.text)


class _Pair(NamedTuple):
    number: str
    question: list[Cell]
    answer: list[Cell]
    halves: tuple[Cell, Cell] | None = None  # of a question, where no answer has a mark

    def sides(self) -> tuple[Cell, Cell]:
        """What is asked, and what is said, which may be empty."""
        asked = joined(self.question)
        if self.answer:
            return asked, joined(self.answer)
        nothing = asked._replace(text="")
        if self.halves is None:
            return asked, nothing
        asked, *said = self.halves
        below = self.question[1:]
        # Code right below it is what it asks about.
        is_said = said[0].text or (below and not below[0].text.startswith("```"))
        return (asked, joined([*said, *below])) if is_said else (joined(self.question), nothing)


# An answer that chooses among options, and a question that speaks of some.
_LETTERS = lazy_regex(r"\W*[A-H](?:\W+(?:(?:and|und|y|et|e|и)\W+)?[A-H])*\W*")
_CHOICE = lazy_regex(r"\W*[A-H](?:\W*(?:\Z|\n)|[).:\]]|\*|[ ]+[–—-]|,? (?:and |or )?[A-H]\b)")
_CHOOSES = lazy_regex(
    r"[(\[](?:drag|hot ?(?:spot|area)|match|sim|choose|select|pick|multiple|exhibit|see |refer )"
    r"|\b(?:which of (?:the following|these|those)|(?:options?|choices?|answers?) (?:below|above)"
    r"|choose|select)\b",
    re.IGNORECASE,
)


def _pairs(
    parts: Iterable[_Part], file: str, has_quizzes: bool
) -> tuple[list[Row], list[Diagnostic]]:
    """Questions with their answers, those without one too; a diagnostic for each other part. Where
    a page ``has_quizzes`` with letters, that of a number which is a letter is of one not read."""
    pairs: list[_Pair] = []
    numbered: dict[str, _Pair] = {}
    found: list[Diagnostic] = []
    last: _Pair | None = None  # what comes next may go on with it
    for part in parts:
        if part is _END:
            last = None
        elif part.name == "Q":
            last = _Pair(part.number, [part.cell], [], part.halves)
            pairs.append(last)
            if part.number:
                numbered[part.number] = last
        elif part.name == "A" and part.number in numbered:
            last = numbered[part.number]
            last.answer.append(part.cell)
        elif last is None or (part.begins and not part.name):
            if part.begins:
                found.append(NOT_A_QUESTION.at(_position(part.cell, file)))
            last = None
        elif part.name == "A" and part.number and last.number:
            found.append(NOT_A_QUESTION.at(_position(part.cell, file)))
        else:
            (last.answer if part.name or last.answer else last.question).append(part.cell)
    rows = []
    for pair in pairs:
        asked, said = pair.sides()
        if any(_LETTERED.search(cell.text) for cell in (*pair.question, *pair.answer)):
            found.append(OPTIONS_BELOW_QUESTION.at(_position(asked, file)))
        elif _LETTERS.fullmatch(said.text) and (
            (has_quizzes and pair.number) or _CHOOSES.search(asked.text)
        ):
            found.append(OPTIONS_UNREAD.at(_position(said, file)))
        else:
            rows.append(list_row((asked, said)))
    return rows, found


def _position(cell: Cell, file: str) -> Position:
    return Position(file, cell.line, cell.column)
