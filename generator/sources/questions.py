"""Says which heading or title asks something, and what of it is the question; it knows no block."""

from __future__ import annotations

import re

from generator.core.lazy_regex import lazy_regex
from generator.markup.render_cell import part_comments

_MARKS = ("?", "？", "؟")
_ENDS = " *_#"  # what may stand behind the last letter
# `12.`, `Q12:`, `Question 3 -`, `1.2`; a number alone may be a part of the question.
_NUMBERING = lazy_regex(
    r"(?:Q(?:uestion)?[ .]?[ ]?#?\d{1,4}[.):：]?(?:[ ]*[–—-])?[ ]+"
    r"|Q(?:uestion)?[.:：][ ]*"
    r"|\(?#?\d{1,4}(?:\.\d{1,3}){0,3}(?:[.):：]|[ ]?[–—-])[ ]+"
    r"|\d{1,4}(?:\.\d{1,3}){1,3}[ ]+"
    r"|\d{1,4}[.．、](?=[^\x00-\x7f])"
    r"|(?:问题?|問題?|質問|문제|질문|سؤال|س|Frage|Pregunta|Pergunta|Domanda|Вопрос)"
    r"[ ]?\d{0,4}[ ]?[.):：、][ ]*)(?=\S)",
    re.IGNORECASE,
)
# Nobody knows what it asks about.
_BARE = lazy_regex(
    r"[\W_]*(?:why|how|what|when|where|who|which|so what|why not|what is it|warum|wieso|wie|was"
    r"|wann|wo|wer|perché|come|cosa|quando|dove|chi|pourquoi|comment|quoi|quand|où|por qué|cómo|qué"
    r"|cuándo|dónde|por quê|como|o que|почему|как|что|зачем|为什么|为何|怎么|什么|なぜ|どうして|왜"
    r"|어떻게|무엇|لماذا|كيف|ليه|متى|أين|למה|איך|מה|tại sao|vì sao|thế nào)[\W_]*",
    re.IGNORECASE,
)
# What may stand behind a question mark and is no word of the question: tags, anchors, pictures.
_BEHIND = lazy_regex(
    r"(?<=[?？؟*_])(?:[ \t]+#(?:[^\s#?？؟<]|<(?!a\s))++"
    r"|[ \t]*<a\s[^<>\n]*>(?:[ \t]*</a>)?"
    r"|[ \t]*[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d]?)+[ \t]*\Z"
)
# A remark behind it is a part of the question, "What are signals? (since 16)"; one on how many to
# choose is of a quiz.
_REMARK = lazy_regex(
    r"[?？؟][*_]*[ \t]*[(（](?!\W*(?:select|choose|pick|mark|tick|check|chose|wähle?n?|choisi"
    r"|sélect|selec|elig|elija|escolh|scegli|multiple|all\b|two|three|\d|выбер|选|選))"
    r"[^()（）?？\n]{1,60}[)）][ *_#]*\Z",
    re.IGNORECASE,
)
_ANCHOR = lazy_regex(r"<a\s[^<>\n]*>[ \t]*</a>[ \t]*")
_LINKED = lazy_regex(r"[\d.) ]*\[(?P<text>[^\[\]\n]+)\]\([^()\s]*\)")
_AROUND = lazy_regex(r"(\*\*|__)(?P<text>(?:(?!\1).)+)\1")


def asks(text: str) -> bool:
    """Whether it ends with a question mark, a remark in brackets and comments aside, and is more
    than a question word."""
    if "?" not in text and "？" not in text and "؟" not in text:
        return False
    text = _without_tail(part_comments(text)[0])
    if not text.rstrip(_ENDS).endswith(_MARKS) and not _REMARK.search(text):
        return False
    return _BARE.fullmatch(text) is None


def is_numbered(text: str) -> bool:
    """Whether a question's number stands in front of a text."""
    return _NUMBERING.match(_without_bold(_without_tail(part_comments(text)[0]))) is not None


def without_number(text: str) -> str:
    """The question without what counts it, without bold or a link all around it, and without tags
    and anchors; its comments stand behind it."""
    text, comments = part_comments(text)
    text = _without_bold(_without_tail(text))
    if number := _NUMBERING.match(text):
        text = text[number.end() :]
    return " ".join([_without_bold(text), *comments])


def _without_tail(text: str) -> str:
    """The text without anchors, tags and pictures around it; of a link its text."""
    if "<" in text and (anchor := _ANCHOR.match(text)):
        text = text[anchor.end() :]
    text = _BEHIND.sub("", text) if not text.endswith(_MARKS) else text
    linked = _LINKED.fullmatch(text) if text.endswith(")") else None
    return linked["text"] if linked else text


def _without_bold(text: str) -> str:
    found = _AROUND.fullmatch(text)
    return found["text"].strip() if found else text
