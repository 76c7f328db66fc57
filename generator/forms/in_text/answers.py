"""What is called an answer by its title, in a callout or in what is folded; and which blocks may be
the questions that it answers."""

from __future__ import annotations

from collections.abc import Sequence

from generator.core.lazy_regex import lazy_regex
from generator.core.model import Cell
from generator.forms.form import BlockContext
from generator.forms.in_text.choices import may_choose
from generator.forms.in_text.mark_words import ANSWER_WORD, ANSWERING
from generator.forms.in_text.marks import MARK, begins_answer, node_marks
from generator.notes.words import count_words
from generator.sources.block_tree import Lines, Node, is_comment
from generator.sources.callouts import callout, without_callout_mark
from generator.sources.html_folds import HtmlFold, html_fold
from generator.sources.lists import CODE, LISTS
from generator.sources.questions import asks, is_numbered, without_number

# The title of what is folded, in HTML or in a callout; its page is parsed for it.
_SOLUTION = (
    "Solutions?|Lösung(?:en)?|Soluci[oó]n(?:es)?|Solução|Soluções|Soluzion[ei]|Oplossing|Lösning"
    "|Rozwiązanie|Řešení|Решение|Рішення|Çözüm"
)
_SAYS_ANSWER = (
    r"(?i:(?:(?:click|tap)(?: here)? (?:to |for ))?"
    r"(?:(?:show|see|view|reveal|ver|mostrar|voir|afficher|mostra|vedi|toon|zeige) )?"
    r"(?:(?:the|an?|my|one|sample|example|model|suggested|possible|la|las|le|die|het) )*"
    rf"(?:点击)?(?:查看|显示|展开)?(?:{ANSWERING}|{_SOLUTION})"
    r"(?: (?:anzeigen|zeigen|einblenden|tonen)|を(?:見る|表示))?)"
)
FOLDED_SIGN = lazy_regex(
    rf"<summary\b[^<>]*>(?:\s|<[^<>\n]*>|[*_]){{0,6}}{_SAYS_ANSWER}"
    r"(?:\s|<[^<>\n]*>|[*_:：]){0,6}</summary\s*>"
)
CALLOUT_SIGN = lazy_regex(
    rf"\[![^\]\n]{{1,60}}\][+-]?[ \t]*[*_]{{0,3}}{_SAYS_ANSWER}[ \t*_:：]{{0,6}}(?:\n|\Z)"
)
_ANSWER_CALLOUTS = ("success", "check", "done", "answer", "solution")
_ANSWER_TITLE = lazy_regex(_SAYS_ANSWER)
_AROUND = " :：*_"
MOST_SHOWN = 2  # blocks of code between a question and its answer


def is_answer_name(title: str) -> bool:
    """Whether a title is nothing but a word for an answer, or one that asks to show it."""
    return _ANSWER_TITLE.fullmatch(title.strip(_AROUND)) is not None


def answer_in_callout(node: Node, lines: Lines) -> Sequence[Node]:
    """What stands below the title of a callout that is an answer by its title or, without one, by
    its kind, ``> [!success]- Answer``; nothing in another one."""
    found = callout(node, lines)
    if found is None or any(child.type in ("table", "blockquote") for child in node.inside):
        return ()
    title = found.title.text.strip(_AROUND)
    if not is_answer_name(title) and (title or found.kind not in _ANSWER_CALLOUTS):
        return ()
    below = without_callout_mark(node.inside)
    return below[1:] if title else below


def answers_in(node: Node, lines: Lines) -> int:
    """How many answers a block announces that stands by itself: "Answer: …", a callout or folds
    with such a title."""
    if node.type == "paragraph":
        return int(says_answer(node.text))
    if node.type == "html_block":
        return len(FOLDED_SIGN.findall(node.content))
    return int(node.type == "blockquote" and bool(answer_in_callout(node, lines)))


def says_answer(text: str) -> bool:
    """Whether a text begins with a word for an answer: "A:" may be a name."""
    mark = MARK.match(text) if begins_answer(text) else None
    return mark is not None and len(mark["first"]) > 1


def own_answer(node: Node, lines: Lines) -> int | None:
    """Where in a paragraph a word for an answer follows a question that no mark tells."""
    if not lacks_question(node):
        return None
    marks = node_marks(node)
    asked = node.text[: marks[0].start].strip()
    *above, _ = asked.split("\n")
    if (
        not asked
        or asks("".join(above[-1:]))
        or may_choose(asked, node.text[marks[0].end :].strip())
    ):
        return None
    is_counted = not above and _COUNTS.match(lines.line(node.line)) is not None
    is_question = asks(asked) or (not above and may_ask(asked, is_counted))
    return marks[0].start if is_question else None


def lacks_question(node: Node) -> bool:
    """Whether a paragraph has a word for an answer in it, and no mark of a question."""
    if not _may_say_answer(node.text):
        return False  # as mostly
    marks = node_marks(node)
    return bool(marks) and marks[0].name == "A" and says_answer(node.text[marks[0].start :])


def _may_say_answer(text: str) -> bool:
    """Whether a word for an answer stands before a colon."""
    for colon in ":", "：":
        place = text.find(colon)
        while place >= 0:
            if ANSWER_WORD.search(text, max(place - _LONGEST_WORD, 0), place + 1):
                return True
            place = text.find(colon, place + 1)
    return False


_LONGEST_WORD = 30  # characters, with a number and marks of bold


def may_answer(node: Node, lines: Lines) -> bool:
    """Whether a paragraph answers a question that no mark tells: its own, or the one above."""
    return says_answer(node.text) or own_answer(node, lines) is not None


def answer_fold(siblings: Sequence[Node], place: int, lines: Lines) -> HtmlFold | None:
    """What is folded in a block and called an answer, in HTML or in a callout."""
    node = siblings[place]
    if node.type == "html_block":
        is_answer = FOLDED_SIGN.search(node.content)
        fold = html_fold(siblings, place, lines) if is_answer else None
        return fold if fold and is_answer_name(fold.title.text) else None
    title = node.inside[0].text.partition("\n")[0] if node.inside else ""
    if not CALLOUT_SIGN.search(f"{title}\n"):
        return None
    inside = tuple(answer_in_callout(node, lines))
    return HtmlFold(Cell("", node.line, 1), inside, inside, ()) if inside else None


def last_block(node: Node) -> Node:
    """The block itself; of a list the one that its last item ends with."""
    while node.type in (*LISTS, "list_item") and node.inside:
        node = node.inside[-1]
    return node


def may_be_answered(context: BlockContext, node: Node) -> bool:
    """Whether a block asks, or is counted as questions are, and no form takes it."""
    return is_asking(node, context.lines) and not context.is_taken(node)


def is_asking(node: Node, lines: Lines) -> bool:
    """Whether a block asks, or is counted as questions are, without a mark such as ``Q:``."""
    if node.type not in ("paragraph", "heading") or node_marks(node):
        return False
    is_counted = _COUNTS.match(lines.line(node.line)) is not None
    return may_ask(node.text, is_counted)


def may_ask(text: str, is_counted: bool = False) -> bool:
    """Whether a text asks, or is counted and more than a title."""
    if asks(text):
        return True
    words = count_words(without_number(text)) if is_counted or is_numbered(text) else 0
    return words >= _FEWEST_WORDS or (words > 0 and _IS_NAMED.match(text) is not None)


def is_answered(context: BlockContext, siblings: Sequence[Node], place: int) -> bool:
    """Whether a block is, ends with or has in its items a question that an answer stands right
    below: then it is nothing that goes on with what is above it."""
    node = siblings[place]
    if own_answer(node, context.lines) is not None and not context.is_taken(node):
        return True
    if may_be_answered(context, last_block(node)) and _is_above_answer(context, siblings, place):
        return True
    return node.type in LISTS and any(
        is_answered(context, item.inside, own)
        for item in node.inside
        for own in range(len(item.inside))
    )


def _is_above_answer(context: BlockContext, siblings: Sequence[Node], place: int) -> bool:
    """Whether an answer stands below a block, with no more than code and comments between."""
    shown = 0
    for below in map(siblings.__getitem__, range(place + 1, len(siblings))):
        if below.type in CODE and shown < MOST_SHOWN:
            shown += 1
        elif not is_comment(below):
            return answers_in(below, context.lines) > 0
    return False


_COUNTS = lazy_regex(r"[ \t>]*\d{1,4}[.)][ \t]")
_FEWEST_WORDS = 3  # of a question that only its number tells from a title
_IS_NAMED = lazy_regex(r"(?:\*\*|__)?Q(?:uestion)?[ ]?#?\d{0,4}[.):：]")
