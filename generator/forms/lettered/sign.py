"""What lettered questions are, and the sign without which a page has none.

It is asked of each page. All else that reads them is loaded where a page has the sign: it is a
quarter of what a build loads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from generator.core.diagnostics import Diagnostic
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Quiz

# Letters that options are counted by, capital and small ones apart.
ALPHABETS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
    "АБВГДЕЖЗ",
    "абвгдежз",
    "アイウエオカキク",
    "ΑΒΓΔΕΖΗΘ",
    "αβγδεζηθ",
    "أبجدهوزح",
    "אבגדהוזח",
    "กขคงจฉชซ",
    "ㄱㄴㄷㄹㅁㅂㅅㅇ",
    "가나다라마바사아",
    "①②③④⑤⑥⑦⑧⑨⑩",
)
# An answer that names one option by a sign, at the beginning of a line.
_ANSWER = lazy_regex(
    r"\n(?![|\n])[ \t>]*(?:[-*+][ \t]+)?(?:\[![a-z]+\][+-]?[ ]?|<[^<>\n]{1,40}>){0,3}[*_# \t]{0,8}"
    r"(?=(?i:[abclrstопр答正정اתα]))"  # nearly all lines end here
    r"(?i:(?:the |right |best )*(?:correct|richtig|bonne|answer|ans\b|solution|antwort|lösung"
    r"|respuesta|réponse|risposta|resposta|ответ|правильн|答案|正解|정답|الإجابة|תשובה|απάντηση))"
    r"[^\n:：]{0,30}(?:[:：]|\n[ \t>\n]{0,8})[ \t*_(]{0,6}(?i:option )?"
    r"(?:[ivx]{2,4}|[IVX]{2,4}|\d{2}|[🅰🅱]|[^\W_])(?![^\W_])"
)
# The second of some options, whatever marks it, at the beginning of a line or behind the first one:
# without one a page has no such question.
_MARKED = r"(?:[-*+•][ \t]+)?(?:\[[ xX]\][ \t]+|[☑✅✔✓☐❌✖✗✘]\ufe0f?[ \t]*)?(?:\*\*|__|==)?[(（\[]?"
_BEHIND = r"(?:(?<=[①-⑩])|(?<=[ア-ク])(?=[ \u3000])|ـ?[ ]?\\?[)）\].．、:：*–—-])"
_FIRST, _SECOND = (f"[{''.join(each[place] for each in ALPHABETS)}]" for place in (0, 1))
_OPTION = (
    rf"{_MARKED}(?:{_SECOND}{_BEHIND}"
    rf"|{_FIRST}{_BEHIND}[^\n]*[ \t\u3000](?:\*\*|__)?[(（]?{_SECOND}{_BEHIND})"
)
# Where each way begins with one known character, a search passes quickly over all others.
_OPTIONS = lazy_regex(rf"\n[ \t>]*{_OPTION}|<br[ ]?/?>[ \t]*{_OPTION}")
# A second letter alone with what stands behind it: most pages have none, and to compile this takes
# a tenth of the time that the pattern of options takes. A text is passed over quickly in search of
# one letter, not of a class of them.
_LETTERS = {each[1]: lazy_regex(rf"{each[1]}(?<![^\W_].){_BEHIND}") for each in ALPHABETS}


class _LetteredSign:
    def search(self, text: str, /) -> bool:
        """Whether a page, with a line end in front, may have such a question."""
        has_options = _has_second_letter(text) and _OPTIONS.search(text) is not None
        return has_options or _ANSWER.search(text) is not None


def _has_second_letter(text: str) -> bool:
    return any(letter in text and each.search(text) for letter, each in _LETTERS.items())


SIGN = _LetteredSign()


class LetteredQuiz(NamedTuple):
    """A question, without its section and its comments' words, and what is wrong with it."""

    quiz: Quiz
    faults: tuple[Diagnostic, ...]


class Lettered(NamedTuple):
    """The questions of a page: by the block that their options begin in; the blocks above those
    that ask, and those below that answer or explain; and what is to be said."""

    quizzes: Mapping[int, Sequence[LetteredQuiz]]
    asking: frozenset[int]
    answering: frozenset[int]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def blocks(self) -> Set[int]:
        """All blocks of its questions."""
        return self.asking | self.answering | self.quizzes.keys()


NONE = Lettered({}, frozenset(), frozenset(), ())
