"""The words that mark a question and its answer, ``Question:`` and ``Answer:``; some do so only
beside each other, ``Front:`` and ``Back:``, ``P:`` and ``R:``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.core.lazy_regex import lazy_regex

# A word of another script needs no space behind its colon.
_ASKING = (
    "Q|Question|Frage|Pregunta|Pergunta|Domanda|Vraag|Fråga|Spørgsmål|Spørsmål|Kysymys|Pytanie"
    "|Otázka|Kérdés|Întrebare|Вопрос|Питання|Въпрос|Ερώτηση|Soru|Câu hỏi|Hỏi|Pertanyaan"
    "|问|問|问题|問題|質問|質問文|질문|문|سؤال|السؤال|س|سوال|پرسش|שאלה|प्रश्न|คำถาม|ถาม"
)
ANSWERING = (
    "A|Ans|Answer|Antwort|Respuesta|Resposta|Risposta|Réponse|Antwoord|Svar|Vastaus|Odpowiedź"
    "|Odpověď|Odpoveď|Válasz|Răspuns|Ответ|Відповідь|Отговор|Απάντηση|Cevap|Yanıt|Trả lời|Đáp"
    "|Jawaban|答|答案|回答|答え|解答|답|답변|جواب|الجواب|إجابة|الإجابة|ج|پاسخ|תשובה|उत्तर|คำตอบ|ตอบ"
)
_FRONTS = "Front|Vorderseite|Recto|Anverso|Frente|Fronte"
_BACKS = frozenset("Back Rückseite Verso Reverso Dorso Retro".split())
_TERMS = "Term|Begriff|Terme|Término|Termo|Termine"
_MEANINGS = frozenset("Definition Définition Definición Definição Definizione Bedeutung".split())
# What asks only beside its answer, and the words of that besides those that always answer.
_PARTNERS = {
    **dict.fromkeys(_FRONTS.split("|"), _BACKS),
    **dict.fromkeys(_TERMS.split("|"), _MEANINGS),
    "P": frozenset("RO"),  # Spanish, Portuguese; Polish
    "D": frozenset("R"),  # Italian
    "F": frozenset("A"),  # German
    "S": frozenset("C"),  # Turkish
    "В": frozenset("О"),  # Russian
}
_OF_OTHERS = {"Q": frozenset("R")}  # French
_LONE_ANSWERS = frozenset[str]().union(*_PARTNERS.values()) - {"A"}
NAME = (
    rf"(?:{'|'.join([_ASKING, ANSWERING, *_PARTNERS, *sorted(_LONE_ANSWERS)])})(?:[ ]?\d{{1,4}})?"
)
COUNTED = rf"(?:Q|(?:{_ASKING})[ ]?\d{{1,4}})"
FIRST_LETTERS = "".join(
    sorted({n[0] for n in (*f"{_ASKING}|{ANSWERING}".split("|"), *_PARTNERS, *_LONE_ANSWERS)})
)
# A word for an answer and a colon, with marks of bold between them.
ANSWER_WORD = lazy_regex(
    rf"(?<![^\W_])(?:{'|'.join([ANSWERING, *sorted(_LONE_ANSWERS)])})"
    r"(?:[ ]?\d{1,4})?(?:[^\w\n:：]|_){0,5}[:：]"
)
_IS_ASKING = lazy_regex(rf"(?:{'|'.join([_ASKING, *_PARTNERS])})")
_ALWAYS_ANSWERS = frozenset(ANSWERING.split("|"))
_ASKS = lazy_regex("[^\n]*[?？؟]")


def letter(name: str) -> str:
    """``Q`` for the name of a question, ``A`` for that of an answer."""
    return "Q" if _IS_ASKING.fullmatch(_word(name)) else "A"


def _word(name: str) -> str:
    return name.rstrip(" 0123456789")


def certain(found: Sequence[re.Match[str]], text: str) -> Sequence[re.Match[str]]:
    """Those of the marks in a text that are marks by what stands around them."""
    if not any(map(is_doubtful, found)):  # as nearly always
        return found
    kept: list[re.Match[str]] = []
    above = ""
    for match, below in zip(found, [*map(_name, found[1:]), ""], strict=True):
        name = _name(match)
        if not is_doubtful(match):
            is_mark = True
        elif letter(name) == "A":
            is_own = name in _BACKS and not match.start()
            is_mark = is_own or name in {**_PARTNERS, **_OF_OTHERS}.get(above, ())
        else:
            is_answered = below in _ALWAYS_ANSWERS or below in _PARTNERS.get(name, ())
            asks = _ASKS.match(text, match.end()) is not None
            is_side = name in _FRONTS.split("|")
            is_mark = (asks and (is_answered or is_side)) or (is_answered and len(name) > 1)
            is_mark = is_mark or (is_answered and match["counted"] is not None)
        if is_mark:
            kept.append(match)
            above = name
    return kept


def is_doubtful(match: re.Match[str]) -> bool:
    """Whether a mark is one only by what stands around it."""
    name = _name(match)
    return match["counted"] is not None or name in _PARTNERS or name in _LONE_ANSWERS


def _name(match: re.Match[str]) -> str:
    return _word(match["first"] or match["counted"] or match["inner"] or "A")
