"""Quizzes: a question, and right below it a task list of its options, or lettered ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import dropwhile
from typing import NamedTuple

from generator.core.diagnostics import (
    ALL_RIGHT,
    ANSWERS_DISAGREE,
    EMPTY_OPTION,
    HEADING_ON_QUIZ,
    NO_BOX,
    NO_QUESTION,
    NO_RIGHT_OPTION,
    SAME_OPTION,
    SINGLE_OPTION,
    UNASKED_OPTIONS,
    Diagnostic,
)
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Form, Kind, Option, Page, Position, Quiz, TableReport
from generator.core.note_fields import QuizFields, join_fields
from generator.forms.form import QUIZ_TOO, BlockContext, FormRule, Found
from generator.forms.in_text.answers import is_answered
from generator.forms.in_text.marks import (
    begins_question,
    holds_pairs,
    marks_in,
    without_answer_mark,
    without_bold,
)
from generator.forms.lettered.sign import ALPHABETS, SIGN
from generator.markup.cloze_marks import holds_mark
from generator.markup.field_html import field_text, hide_readings, paragraph_html
from generator.markup.inline import plain, without_sounds
from generator.markup.render_cell import folded, render_cells, same_as, shortened
from generator.notes.labels import LABELS, asking_html, labels_for, labels_html, language_of
from generator.notes.options import in_shown_order, quiz_options_html
from generator.notes.page_notes import BlockNotes, ReadyNote
from generator.notes.surroundings import Frame
from generator.notes.whole_table import silent
from generator.notes.words import count_words
from generator.notes.wrong_options import Answer
from generator.sources.block_tree import Lines, Node, is_comment, only_shows
from generator.sources.lists import (
    BOX,
    CODE,
    LISTS,
    first_text,
    has_tick,
    is_task_list,
    item_text,
    joined,
    lazy_start,
    left_out,
    more_text,
    nested,
    text_cell,
    text_of,
    without_to_do,
)
from generator.sources.questions import asks

_QUESTION_MARK = lazy_regex("[?？؟]")


def _find(context: BlockContext) -> Found | None:
    """The options of a question: lettered ones, or a task list with what explains them."""
    if context.lettered:
        return _find_lettered(context)
    node = context.node
    if not is_task_list(node):
        return None
    question, between = _question_above(context)
    shown = _code_above(context, question)
    if not _is_quiz(context, question):
        return None
    assert question is not None
    if holds_pairs(question.text):
        return None
    context.shorten(question, *between)
    context.shorten_items()
    parts = _parts(node, context.lines)
    options, explaining = _options(parts[-1].items, context.lines)
    claimed = () if explaining else _explanation_below(context)
    context.shorten(*claimed)
    below, _ = text_of(claimed, context.lines)
    explaining += below
    section = context.section
    if question.type == "heading" and section and section[-1] == question.text:
        section = section[:-1]
    asked = joined(
        [
            *(_shown_cell(node, context.lines) for node in shown),
            _without_number(question, context.lines),
            *(_shown_cell(node, context.lines) for node in between),
        ]
    )
    quizzes = []
    for part in parts:
        is_last = part is parts[-1]
        own = options if is_last else _options(part.items, context.lines, is_last=False)[0]
        more = tuple(explaining) if is_last else ()
        fault = _disagreement(own, more, context.file)
        context.diagnostics.extend(fault)
        more = tuple(map(without_answer_mark, more))
        question_cell = part.question or asked
        quizzes.append(
            Quiz(question_cell, tuple(own), more, section, context.words, is_held=bool(fault))
        )
    context.diagnostics.extend(left_out(node, context.file))
    return Found(tuple(quizzes), tuple(nested(node)), claimed)


def _shown_cell(node: Node, lines: Lines) -> Cell:
    """A paragraph, code or a table on the front."""
    if node.type != "table":
        return text_cell(node, lines)
    from generator.forms.lettered.lines import rows_of, table_text

    return Cell(table_text(rows_of(node, lines)), node.line, 1)


class _Part(NamedTuple):
    """Options one below the other, and what asks for them where that is the line above the first,
    without a blank line between."""

    question: Cell | None
    items: Sequence[Node]


def _parts(node: Node, lines: Lines) -> list[_Part]:
    """The items of a list, parted where a line that asks goes on with one of them."""
    parts: list[_Part] = []
    question: Cell | None = None
    start = 0
    for place, item in enumerate(node.inside[:-1]):
        end = lazy_start(item.inside[0], lines) if first_text(item) else None
        if end is not None and _QUESTION_MARK.search(item.inside[0].text, end):
            parts.append(_Part(question, node.inside[start : place + 1]))
            question, start = _without_number(item.inside[0], lines, end), place + 1
    return [*parts, _Part(question, node.inside[start:])]


def _find_lettered(context: BlockContext) -> Found | None:
    """Quizzes whose options begin in the block, unless a comment says that it is something else."""
    if any(word.text in _OTHER_LISTS for word in context.words):
        return None
    if context.says("skip"):
        return Found(())
    quizzes = []
    for quiz, faults in context.lettered:
        context.diagnostics.extend(faults)
        quizzes.append(replace(quiz, section=context.section, directives=context.words))
    if heading := _heading_on(quizzes[0], context):
        context.diagnostics.append(HEADING_ON_QUIZ.at(Position(context.file, heading.line, 1)))
    return Found(tuple(quizzes))


def _heading_on(quiz: Quiz, context: BlockContext) -> Node | None:
    """A heading on the front that asks, as headings do by the settings, where the text below it may
    answer it: another question follows."""
    if "headings" not in context.settings.questions:
        return None
    above = context.siblings[context.own_index :: -1]
    heading = next((node for node in above if node.type == "heading"), None)
    asked, *below = quiz.question.text.split("<br>")
    if heading is None or heading.text != asked or not asks(asked):
        return None
    is_introduced = below and below[0].rstrip(" *_").endswith((":", "："))
    return heading if len(below) > 1 and asks(below[-1]) and not is_introduced else None


_OTHER_LISTS = ("definitions", "order")


def _question_above(context: BlockContext) -> tuple[Node | None, tuple[Node, ...]]:
    """What stands above a task list and may be its question, and what it shows in between: code,
    tables and pictures; below a heading with a number also text."""
    from generator.forms.lettered.words import question_number

    between: list[Node] = []
    for place in range(context.own_index - 1, -1, -1):
        node = context.siblings[place]
        if is_comment(node):
            continue
        is_asking = context.says("quiz") or _QUESTION_MARK.search(node.text)
        if node.type in (*CODE, "table") or (node.type == "paragraph" and not is_asking):
            between.insert(0, node)
            if len(between) <= _FEW:
                continue
        elif node.type == "ordered_list" and not between:
            last = node.inside[-1].inside[-1:]  # "2. Which is it?", and the list at the margin
            if last and last[0].type == "paragraph" and _QUESTION_MARK.search(last[0].text):
                return last[0], ()
        elif node.type in ("paragraph", "heading") and is_asking:
            is_numbered = node.type == "heading" and question_number(node.text) is not None
            if is_numbered or all(map(_only_shows, between)):
                return node, tuple(between)
        break
    return context.above, ()


def _only_shows(node: Node) -> bool:
    """Whether a block is code, a table or pictures, and says nothing."""
    return node.type in (*CODE, "table") or only_shows(node.text)


_SHORT = 60  # characters: "What does it print?" needs the code above it
_FEW = 3  # blocks that may stand between the heading and such a question


def _code_above(context: BlockContext, question: Node | None) -> list[Node]:
    """The code right above a short question, with what introduces it, where a quiz stands above
    it, or no more than its section's first blocks, which may introduce the code."""
    if question is None or not _needs_code(question):
        return []
    # Upwards from here: a page may hold thousands of such questions.
    upwards = (context.siblings[place] for place in range(context.own_index, -1, -1))
    above = dropwhile(lambda node: node.line > question.line, upwards)
    if next(above, None) is not question:  # it stands in an item
        return []
    code: list[Node] = []
    first: list[Node] = []
    for node in above:
        if is_comment(node):
            continue
        if node.type in CODE and not first:
            code.append(node)
        else:
            first.insert(0, node)
            if len(first) > _FEW:
                break
    if first and is_task_list(first[-1]):
        return code[::-1]
    if code and len(first) > 1 and is_task_list(first[-2]) and _introduces(first[-1]):
        return [first[-1], *code[::-1]]
    ends = [n for n, node in enumerate(first) if node.type in ("heading", "hr")]
    begins = first[ends[-1] + 1 :] if ends else first
    is_first = bool(ends) or len(first) <= _FEW
    are_text = all(node.type in ("paragraph", *CODE) for node in begins)
    return code[::-1] if is_first and are_text and not _end_with_an_answer(begins) else []


def _end_with_an_answer(blocks: Sequence[Node]) -> bool:
    """Whether the code below these is that of an answer with A:, whose question stands there."""
    if not blocks or all(mark.name != "A" for mark in marks_in(blocks[-1].text)):
        return False
    return holds_pairs("\n".join(block.text for block in blocks))


def _introduces(node: Node) -> bool:
    """Whether a paragraph leads on to what stands below it."""
    return node.type == "paragraph" and node.text.rstrip("*_ ").endswith((":", "："))


def _needs_code(question: Node) -> bool:
    """Whether a question says so little that code above it may be what it asks about."""
    return question.type == "paragraph" and len(question.text) <= _SHORT


# Behind "Q1" alone a quarter may be meant, and "1984:" is no number of a question.
_ENDS_NUMBER = lazy_regex(
    r"(?:\D*\d{1,3}(?:\W|\([^()]*\))*[.:)：、。|–—*_\n-]|\W*Q(?:uestion)?\W*[:：]\W*)\s*"
)


def _without_number(question: Node, lines: Lines, start: int = 0) -> Cell:
    """What a question asks from an offset on, without a box of its own and what counts it."""
    from generator.forms.lettered.words import question_number

    start = without_to_do(question.text, start)
    text = question.text[start:]
    found = question_number(text)
    end = found.end if found else 0
    if not found or not _ENDS_NUMBER.fullmatch(text[:end]) or not text[end:]:
        return lines.cell(question, start)
    return without_bold(lines.cell(question, start + end), found.bold)


def _is_quiz(context: BlockContext, above: Node | None) -> bool:
    """Whether a task list is a quiz; where it may be meant as one and is not, say so."""
    node, diagnostics = context.node, context.diagnostics
    where = Position(context.file, node.line, 1)
    is_wanted = context.says("quiz")
    if context.says("skip"):
        return False
    if above is None or above.type not in ("paragraph", "heading"):
        if is_wanted:
            diagnostics.append(NO_QUESTION.at(where))
        return False
    if not (is_wanted or _QUESTION_MARK.search(above.text)):
        # A list of things to do stands below a heading; some of them are done.
        if above.type == "paragraph" and has_tick(node):
            diagnostics.append(UNASKED_OPTIONS.at(where))
        return False
    if not has_tick(node):
        diagnostics.append(NO_RIGHT_OPTION.at(where))
    return has_tick(node)


def _options(
    items: Sequence[Node], lines: Lines, is_last: bool = True
) -> tuple[list[Option], list[Cell]]:
    """The options of a task list; and a line right below the last one, which explains, unless
    another question follows. An option may be code alone."""
    from generator.forms.lettered.words import speaks_of_above

    options: list[Option] = []
    explanation: list[Cell] = []
    for item in items:
        text = first_text(item)
        box = BOX.match(text)
        end = lazy_start(item.inside[0], lines) if text and item is items[-1] else None
        cell = item_text(item, lines)
        if text:
            cell = lines.cell(item.inside[0], box.end() if box else 0, end)
        if end is not None and is_last:
            explanation.append(lines.cell(item.inside[0], end))
        is_right = None if box is None else box[1] != " "
        below = list(more_text(item, lines))
        if not cell.text and below:
            cell = below.pop(0)
        stays = bool(options) and speaks_of_above(cell.text)
        options.append(Option(cell, is_right, tuple(below), stays=stays))
    return options, explanation


def _disagreement(options: Sequence[Option], below: Sequence[Cell], file: str) -> list[Diagnostic]:
    """What is wrong where a line below names an option as the answer that is not ticked."""
    from generator.forms.lettered.options import first_sentence
    from generator.forms.lettered.words import key_of, statement

    ticked = [option for option in options if option.is_right]
    texts = [key_of(option.text.text) for option in options]
    for cell in below:
        said = statement(cell.text, ALPHABETS[0], len(options), in_answer=False)
        if said is None or said.partly:
            continue
        words = (key_of(said.rest), key_of(first_sentence(said.rest)))
        named = said.letters or [place for place, text in enumerate(texts) if text in words]
        if ticked and named and any(not options[place].is_right for place in named):
            where = Position(file, cell.line, cell.column)
            return [ANSWERS_DISAGREE.at(where, other=f"line {ticked[0].text.line}")]
    return []


def _explanation_below(context: BlockContext) -> tuple[Node, ...]:
    """The paragraph right below a quiz, if it is neither the next one's question nor a gap's, and
    the code below both."""
    first, second = context.sibling(1), context.sibling(2)
    if first is None or context.is_taken(first):
        return ()
    if is_answered(context, context.siblings, context.own_index + 1):
        return ()
    if first.type in CODE:
        third = context.sibling(3)
        is_asked_about = second and third and is_task_list(third) and _needs_code(second)
        return () if is_asked_about else (first,)
    if first.type != "paragraph" or holds_mark(first.text) or begins_question(first.text):
        return ()
    distance = 2
    while (below := context.sibling(distance)) and (is_comment(below) or _only_shows(below)):
        distance += 1
    if below and is_task_list(below):
        return ()
    is_label = first.text.rstrip("*_ ").endswith((":", "：")) or _LABEL.fullmatch(first.text)
    goes_on = second and (second.type in CODE or (is_label and second.type in LISTS))
    if not second or not goes_on or is_task_list(second):
        return (first,)
    if is_answered(context, context.siblings, context.own_index + 2):
        return ()  # it introduces questions
    third, fourth = context.sibling(3), context.sibling(4)
    if is_label and third and fourth and is_task_list(fourth) and _needs_code(third):
        return ()  # it introduces the next question's code
    return (first, second)


_LABEL = lazy_regex(r"(?:\*\*|__)[^*_\n]{1,40}(?:\*\*|__)")  # "**Explanation**"


def _read(page: Page, quiz: Quiz, frame: Frame) -> BlockNotes:
    """The quiz as a note that is ready, unless something is wrong with it."""
    path, question = page.path, quiz.question
    report = TableReport(
        position=Position(path, question.line, question.column),
        header=(shortened(plain(question.text, page.references)),),
        kind=Kind.QUIZ.value,
        rows=len(quiz.options),
        notes=0,
        skipped="",
        form=Form.QUIZ,
    )
    faults = list(_faults(quiz, page))
    diagnostics = list(faults)
    if faults or quiz.is_held:
        ready = _without_fields(frame, quiz, path)
    elif not any(option.is_right for option in quiz.options):
        ready = _without_fields(frame, quiz, path)._replace(is_unfinished=True)
    else:
        ready = _note(page, frame, quiz, diagnostics)
    return BlockNotes(report, ready=(ready,), diagnostics=tuple(diagnostics))


# A list whose first sign stands below a question; only such a page is parsed for it.
_SIGNED_LIST = lazy_regex(
    r"[?？؟][*_ \t]*\n[ \t>\n]*(?:(?:[-*+]|\d{1,2}[.)])[ \t]++[^\n✅☑✔✓]*\n[ \t>]*){0,9}"
    r"(?:[-*+]|\d{1,2}[.)])[ \t]++[^\n✅☑✔✓]*[✅☑✔✓]"
)
_RIGHT_SIGN = lazy_regex(r"(?:✅|☑|✔|✓)\ufe0f?(?:\s|\Z)|.*\s(?:✅|☑|✔|✓)\ufe0f?\Z", re.DOTALL)
_WRONG_SIGN = lazy_regex(r"(?:❌|✖|✗|✘)\ufe0f?(?:\s|\Z)|.*\s(?:❌|✖|✗|✘)\ufe0f?\Z", re.DOTALL)


def is_signed_list(node: Node, above: Node | None) -> bool:
    """Whether a list below a question may be a quiz whose options say by signs which are right."""
    if above is None or not _QUESTION_MARK.search(above.text) or is_task_list(node):
        return False
    texts = [first_text(item).strip() for item in node.inside]
    right = sum(1 for text in texts if _RIGHT_SIGN.match(text))
    has_wrong = any(map(_WRONG_SIGN.match, texts))
    return 0 < right < len(texts) and (has_wrong or right == 1)


QUIZ = FormRule(
    form=Form.QUIZ,
    name="a quiz",
    nodes=(*LISTS, "paragraph"),
    sign=lazy_regex(r"\[[ xX]\](?!\S)"),
    sign_marks="[",
    may_take=lambda node, settings: is_task_list(node),
    signs_of=lambda settings: (SIGN, _SIGNED_LIST),
    find=_find,
    read=_read,
    kind=Kind.QUIZ,
    words=(QUIZ_TOO,),
)


def _faults(quiz: Quiz, page: Page) -> Iterator[Diagnostic]:
    path = page.path
    lines: dict[str, int] = {}
    for option in quiz.options:
        where = Position(path, option.text.line, option.text.column)
        text = plain(option.text.text, page.references) or folded(option.text.text)
        if not text:
            yield EMPTY_OPTION.at(where)
        elif option.is_right is None:
            yield NO_BOX.at(where)
        elif text in lines:
            yield SAME_OPTION.at(where, line=lines[text])
        lines.setdefault(text, option.text.line)
    where = Position(path, quiz.options[0].text.line, quiz.options[0].text.column)
    if len(quiz.options) == 1:
        yield SINGLE_OPTION.at(where)
    elif all(option.is_right for option in quiz.options):
        yield ALL_RIGHT.at(where)


def _without_fields(frame: Frame, quiz: Quiz, path: str) -> ReadyNote:
    """What a quiz is recognised by that has errors, or no answer yet."""
    return ReadyNote(
        kind=Kind.QUIZ,
        headings=frame.headings,
        clue=folded(quiz.question.text),
        answer=" | ".join(folded(o.text.text) for o in quiz.options if o.is_right),
        position=Position(path, quiz.question.line, quiz.question.column),
        same_as=same_as([quiz.question, *(option.text for option in quiz.options)]),
        fields=b"",
        lines=_lines(quiz),
    )


def _lines(quiz: Quiz) -> tuple[int, ...]:
    return tuple({cell.line: None for cell in quiz.cells})


def _note(page: Page, frame: Frame, quiz: Quiz, diagnostics: list[Diagnostic]) -> ReadyNote:
    labels = labels_for(frame.settings)
    cells = [quiz.question, *(option.text for option in quiz.options)]
    (prompt, *htmls), (asked, *texts) = render_cells(page, cells, diagnostics)
    answers = [Answer(t, silent(html, t)) for t, html in zip(texts, htmls, strict=True)]
    right = [a for a, option in zip(answers, quiz.options, strict=True) if option.is_right]
    clue = folded(quiz.question.text)
    shown = in_shown_order(clue, list(zip(quiz.options, answers, strict=True)))
    is_multiple = len(right) > 1
    context = frame.context([answer.text for answer in right], asked)
    fields = QuizFields(
        prompt=hide_readings(prompt, [answer.text for answer in right]),
        options=quiz_options_html(shown),
        answer="<br>".join(answer.html for answer in right),
        cue=field_text(labels.quiz),
        question=field_text(labels.choose_several if is_multiple else labels.choose_one),
        multiple="1" if is_multiple else "",
        extra=_explanation(page, quiz, shown, diagnostics),
        context=context,
        open=asking_html(labels.answer, labels) if _can_be_open(frame, quiz, asked, right) else "",
        foot=frame.foot(context),
        labels=labels_html(labels, are_several=is_multiple),
        **frame.place,
    )
    rights = [option.text.text for option in quiz.options if option.is_right]
    return ReadyNote(
        kind=Kind.QUIZ,
        headings=frame.headings,
        clue=clue,
        answer=" | ".join(map(folded, rights)),
        position=Position(page.path, quiz.question.line, quiz.question.column),
        same_as=same_as(cells),
        fields=join_fields(fields),
        lines=_lines(quiz),
        options=frozenset(folded(option.text.text) for option in quiz.options),
    )


# Who is asked so is to look at the options: it speaks of them, or what is best, or not so, depends
# on what else there is. In the languages that have labels.
_OF_OPTIONS = lazy_regex(
    r"\b(following|which (?:of|one)|(?:the|tho)se|options?|statements?|true|false|correct(?:ly)?"
    r"|best|most|least|not|except|always|never|below|above|all|both|choose|select|pick|tick"
    r"|\w+n[’']t|can not|cannot|lacks?|odd|else|examples?|prefer(?:red|able)?|main|none|neither"
    r"|would"
    r"|folgende[rns]?|welche[rs]? (?:von|der)|diese[rn]?|optionen|aussagen?|richtig|falsch|am|nicht"
    r"|keine?[rsn]?|außer|alle|beide|wählen?|choisis(?:sez)?|elige|elija|scegli|escolhe|escolha"
    r"|suivant(?:e?s)?|ces|affirmations?|vraie?s?|fausses?|faux|meilleure?s?|plus|pas|sauf"
    r"|tou(?:te)?s"
    r"|siguientes?|est[ao]s|opción|opciones|afirmación|afirmaciones|verdader[oa]s?|fals[oa]s?"
    r"|correct[oa]s?|mejor|mejores|más|no|excepto|tod[oa]s"
    r"|seguenti?|quest[ei]|opzion[ei]|affermazion[ei]|ver[oa]|corrett[oaie]|miglior[ei]?|più|non"
    r"|tranne|tutt[ei]"
    r"|est[ae]s|opç(?:ão|ões)|afirmaç(?:ão|ões)|verdadeir[oa]s?|corret[oa]s?|melhor|mais|não|exceto"
    r")\b|__|…",
    re.IGNORECASE,
)
_OTHER_SCRIPT = lazy_regex(
    r"[^\W\d_](?<![\u0000-\u024f\u1e00-\u1eff])"
)  # of which no word is known
_MOST_OPEN_WORDS = 4  # of an answer; more can be said in many ways


def _can_be_open(frame: Frame, quiz: Quiz, asked: str, right: Sequence[Answer]) -> bool:
    """Whether the question is to be asked without its options, too."""
    said = frame.settings.open_quiz
    if len(right) > 1 or said is False or not without_sounds(right[0].html):
        return False
    if said:
        return True
    answer = right[0].text
    return (
        language_of(frame.settings) in LABELS
        and _QUESTION_MARK.search(asked) is not None
        and _OTHER_SCRIPT.search(asked) is None
        # Of the letters of its options an explanation speaks, and some options of the others.
        and not any(option.letter or option.stays for option in quiz.options)
        and count_words(answer) <= _MOST_OPEN_WORDS
        and _VERDICT.fullmatch(answer) is None
        # Last, since they take the longest.
        and _OF_OPTIONS.search(answer) is None
        and _OF_OPTIONS.search(asked) is None
    )


_VERDICT = lazy_regex(
    r"(yes|no|true|false|ja|nein|wahr|falsch|oui|non|vrai|faux|sí|sì|no|sim|não|verdadero|falso"
    r"|vero|verdadeiro|\W*)\W*",
    re.IGNORECASE,
)


def _explanation(
    page: Page,
    quiz: Quiz,
    shown: Sequence[tuple[Option, Answer]],
    diagnostics: list[Diagnostic],
) -> str:
    """What stands below the options. Of one option it says of which, by its place among those that
    are ``shown``: there the quiz script puts it."""

    def rendered(cells: tuple[Cell, ...]) -> str:
        return render_cells(page, [joined(cells)], diagnostics)[0][0]

    places = {id(option): (place, answer) for place, (option, answer) in enumerate(shown)}
    paragraphs = []
    for option in quiz.options:
        if option.below and (html := rendered(option.below)):
            place, answer = places[id(option)]
            text = f"<strong>{answer.html}</strong><br>{html}"
            paragraphs.append(paragraph_html(text).replace(">", f' data-of="{place}">', 1))
    if quiz.explanation and (html := rendered(quiz.explanation)):
        paragraphs.append(paragraph_html(html))
    return "".join(paragraphs)
