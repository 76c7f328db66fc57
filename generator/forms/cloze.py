"""Marked text: a passage is a cloze note, each ``==mark==`` in it a card."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from generator.core.diagnostics import EMPTY_GAP, GAP_NUMBER, IDLE_COMMENT, Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell, Deletion, Form, Kind, Page, Position, Prose, TableReport
from generator.core.note_fields import ClozeFields, join_fields
from generator.forms.form import BlockContext, FormRule, Found
from generator.markup.cloze_marks import MAY_MARK, Mark
from generator.markup.field_html import field_text
from generator.markup.inline import (
    media_targets,
    plain,
    render_marked,
    without_unseen,
)
from generator.markup.render_cell import folded, marks_in, render_cells, same_as, shortened
from generator.notes.labels import labels_for
from generator.notes.page_notes import BlockNotes, ReadyNote
from generator.notes.surroundings import Frame
from generator.notes.words import count_words, longest_harmless
from generator.settings.values import Settings
from generator.sources.block_tree import Node, without_attributes
from generator.sources.lists import LISTS, without_to_do

_LAST_NUMBER = 499  # Anki puts all higher ones on one card

# A highlighter marks what is worth reading, a gap hides what can be recalled from the rest.
# Words that carry meaning, of one gap: about what fits a line of a phone, and a sitting's recall.
MOST_GAP_WORDS = 8
# Of the words of its sentence: with more hidden there is less of a question than of an answer.
MOST_HIDDEN_SHARE = 1 / 2
# Words of its passage that must be left to answer from: "Water boils at …" has three.
FEWEST_LEFT_WORDS = 3

# Where a sentence ends. A point before a small letter is one of an abbreviation.
_SENTENCE_END = lazy_regex(r"[.!?…][\"'»”)]*\s+(?=[^\sa-zß-ÿ])|[。！？]|<br\s*/?>")
_ENDS_SENTENCE = lazy_regex(r"[.!?。！？][\"'»”)]*$")
# Addresses of links, and marks.
_NOT_READ = lazy_regex(r"\]\([^)\s]*\)|==(?:\d+::)?|\{\{cloze|\{\{c\d+::|\}\}")


def has_marks(node: Node) -> bool:
    """Whether something may be marked in a block, or inside it."""
    return MAY_MARK.search(node.text) is not None or any(map(has_marks, node.inside))


def _may_take(node: Node, settings: Settings) -> bool:
    if node.type == "paragraph":
        return MAY_MARK.search(node.text) is not None
    return any(MAY_MARK.search(child.text) for item in node.inside for child in item.inside)


def _find(context: BlockContext) -> Found | None:
    """A paragraph, or the paragraphs in the items of a list, that may hold marked text."""
    node, above = context.node, context.above
    nodes, lead = [node], ""
    if node.type in LISTS:
        nodes = [child for item in node.inside for child in item.inside]
        lead = above.text if above and above.type == "paragraph" else ""
        lead = lead[: without_attributes(lead)]
    texts = [each for each in nodes if each.type == "paragraph" and not context.is_taken(each)]
    marked = [each for each in texts if MAY_MARK.search(each.text)]
    if not marked:
        return None
    context.shorten(*marked)
    passages = tuple(
        context.lines.cell(each, without_to_do(each.text) if node.type in LISTS else 0)
        for each in marked
    )
    return Found((Prose(passages, lead, context.section, context.words),))


def _read(page: Page, prose: Prose, frame: Frame) -> BlockNotes:
    """The passages that hold marked text, and how many are ordinary paragraphs."""
    words = prose.directives
    marked = [(cell, marks) for cell in prose.passages if (marks := marks_in(page, cell))]
    unmarked = len(prose.passages) - len(marked)
    if not marked:
        where = (Position(page.path, word.line, word.column) for word in words[:1])
        return BlockNotes(None, diagnostics=tuple(map(IDLE_COMMENT.at, where)), paragraphs=unmarked)
    is_skipped = any(word.text == "skip" for word in words)
    first = marked[0][0]
    report = TableReport(
        position=Position(page.path, first.line, first.column),
        header=(shortened(plain(_unmarked(*marked[0]), page.references)),),
        kind="" if is_skipped else Kind.CLOZE.value,
        rows=len(marked),
        notes=0,
        skipped="skipped by a comment" if is_skipped else "",
        form=Form.PASSAGE,
    )
    diagnostics: list[Diagnostic] = []
    ready: list[ReadyNote] = []
    if not is_skipped:
        for cell, marks in marked:
            is_sound = _is_sound(page, cell, marks, diagnostics)
            note = _note(page, frame, prose.lead, cell, marks, diagnostics if is_sound else [])
            ready.append(note if is_sound else note._replace(fields=b"", gaps=()))
    return BlockNotes(
        report, ready=tuple(ready), diagnostics=tuple(diagnostics), paragraphs=unmarked
    )


def _shown_cells(page: Page, prose: Prose) -> Sequence[Cell]:
    is_skipped = any(word.text == "skip" for word in prose.directives)
    return [] if is_skipped else [cell for cell in prose.passages if marks_in(page, cell)]


CLOZE = FormRule(
    form=Form.PASSAGE,
    name="marked text",
    nodes=("paragraph", *LISTS),
    sign=MAY_MARK,
    find=_find,
    read=_read,
    kind=Kind.CLOZE,
    leaves_text=True,
    may_take=_may_take,
    shown_cells=_shown_cells,
)


def _is_sound(page: Page, cell: Cell, marks: Sequence[Mark], diagnostics: list[Diagnostic]) -> bool:
    where = Position(page.path, cell.line, cell.column)
    found = []
    for mark in marks:
        if mark.number is not None and not 1 <= mark.number <= _LAST_NUMBER:
            found.append(GAP_NUMBER.at(where, number=mark.number))
        shown = cell.text[mark.inner_start : mark.inner_end]
        if not mark.text and not media_targets(shown, page.references):
            found.append(EMPTY_GAP.at(where))
    if not found and len({mark.number or -mark.start - 1 for mark in marks}) > _LAST_NUMBER:
        found.append(GAP_NUMBER.at(where, number=_LAST_NUMBER + 1))
    diagnostics += found
    return not found


def _note(
    page: Page,
    frame: Frame,
    lead: str,
    cell: Cell,
    marks: Sequence[Mark],
    diagnostics: list[Diagnostic],
) -> ReadyNote:
    clue = _unmarked(cell, marks)
    # For what it says about pictures and the like.
    render_cells(page, [cell._replace(text=clue)], diagnostics)
    html, _ = render_marked(cell.text, page.references, page.media)
    are_long = _are_long(cell.text, plain(clue, page.references), marks)
    numbers = _numbers(marks, are_long)
    hidden = [mark.text for mark in marks]
    together = _together(numbers, hidden)
    gaps = {
        number: Deletion(number, together[number], mark.number is not None, is_long)
        for number, mark, is_long in zip(numbers, marks, are_long, strict=True)
    }
    secrets = [
        text for text, is_long in zip(hidden, are_long, strict=True) if not is_long
    ] or hidden
    context = frame.context(secrets)
    fields = ClozeFields(
        text=html,
        cue=field_text(labels_for(frame.settings).fill_the_gap),
        lead=_lead(page, lead, secrets),
        context=context,
        foot=frame.foot(context),
        **frame.place,
    )
    return ReadyNote(
        kind=Kind.CLOZE,
        headings=frame.headings,
        clue=folded(clue),
        answer=" | ".join(hidden),
        position=Position(page.path, cell.line, cell.column),
        same_as=same_as([cell]),
        fields=join_fields(fields),
        gaps=tuple(gaps.values()),
        numbers=tuple(numbers),
        lines=(cell.line,),
        hints=tuple(field_text(plain(mark.hint, page.references)) for mark in marks),
    )


def _unmarked(cell: Cell, marks: Sequence[Mark]) -> str:
    """The passage as it reads without its marks, as Markdown."""
    text = without_unseen(cell.text)
    pieces, end = [], 0
    for mark in marks:
        pieces += [text[end : mark.start], text[mark.inner_start : mark.inner_end]]
        end = mark.end
    return "".join([*pieces, text[end:]])


def _are_long(source: str, passage: str, marks: Sequence[Mark]) -> list[bool]:
    """Whether each mark hides too much of the ``passage`` (plain text) to be a gap.

    One with a number is a person's word, and so is one of Logseq where something is left to answer
    from. ``source`` is the passage as it is written.
    """
    words = count_words(passage)
    ends = [(end.start(), end.end()) for end in _SENTENCE_END.finditer(source)]
    counts: dict[tuple[int, int], int] = {}

    def is_long(mark: Mark) -> bool:
        first = bisect_right(ends, mark.start, key=lambda end: end[1])
        start = ends[first - 1][1] if first else 0
        last = bisect_left(ends, mark.end, key=lambda end: end[0])
        end = ends[last][0] if last < len(ends) else len(source)
        if _ENDS_SENTENCE.search(mark.text):
            end = mark.end
        if (start, end) not in counts:
            counts[start, end] = count_words(_NOT_READ.sub(" ", source[start:end]))
        hidden = count_words(mark.text)
        if source.startswith("{{", mark.start):
            return words <= hidden
        return (
            words - hidden < FEWEST_LEFT_WORDS
            or hidden > MOST_HIDDEN_SHARE * counts[start, end]
            or count_words(mark.text, of_content=True) > MOST_GAP_WORDS
        )

    return [mark.number is None and bool(mark.text) and is_long(mark) for mark in marks]


def _numbers(marks: Sequence[Mark], are_long: Sequence[bool]) -> list[int]:
    """The number of each mark: the one beside it, else the next that nobody chose, long ones
    last."""
    chosen = {mark.number for mark in marks}
    free = (number for number in range(1, 2 * _LAST_NUMBER) if number not in chosen)
    numbers = {place: mark.number for place, mark in enumerate(marks) if mark.number is not None}
    left = [place for place in range(len(marks)) if place not in numbers]
    numbers |= {place: next(free) for place in sorted(left, key=lambda place: are_long[place])}
    return [numbers[place] for place in range(len(marks))]


def _together(numbers: Sequence[int], hidden: Sequence[str]) -> dict[int, str]:
    """What each card hides, by its number."""
    texts: dict[int, list[str]] = {}
    for number, text in zip(numbers, hidden, strict=True):
        texts.setdefault(number, []).append(text)
    return {number: " | ".join(own) for number, own in texts.items()}


def _lead(page: Page, text: str, hidden: Sequence[str]) -> str:
    """The paragraph above the list, unless it gives away what a card hides."""
    above = Cell(text, 1, 1)
    lead = above._replace(text=_unmarked(above, marks_in(page, above)))
    if not longest_harmless([plain(lead.text, page.references)], hidden):
        return ""
    # Nothing is said of what is wrong with it: it is no card's own text.
    return render_cells(page, [lead], [])[0][0]
