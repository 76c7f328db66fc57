"""What the templates say in the notes' language, and how a header becomes a question."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from generator.core.header_name import bare
from generator.core.lazy_regex import lazy_regex
from generator.markup.field_html import label_html
from generator.settings.values import Settings


class Labels(NamedTuple):
    """The texts that a card shows besides the notes' own; ``{}`` stands for a header."""

    whole_table: str
    nearby_rows: str
    compare_rows: str
    picked_right: str
    picked_wrong: str
    correct_answer: str
    correct_answers: str
    also_right: str
    fill_the_gap: str
    question: str
    better_rule: str
    trap_question: str
    difference_question: str
    why_question: str
    term: str
    meaning: str
    whole_list: str
    order: str
    first_step: str
    first_question: str
    after: str
    next_step: str
    next_question: str
    quiz: str
    choose_one: str
    choose_several: str
    question_cue: str
    answer: str
    hint: str
    why: str


_ENGLISH = Labels(
    whole_table="Whole table",
    nearby_rows="Rows around this one",
    compare_rows="Compare all rows",
    picked_right="Right",
    picked_wrong="Wrong",
    correct_answer="Correct answer",
    correct_answers="Correct answers",
    also_right="Also right",
    fill_the_gap="Fill the gap",
    question="{}?",
    better_rule="Better rule",
    trap_question="What is the better rule?",
    difference_question="What is the difference?",
    why_question="Why?",
    term="Term",
    meaning="Meaning",
    whole_list="Whole list",
    order="Order",
    first_step="First step",
    first_question="What comes first?",
    after="After",
    next_step="Next step",
    next_question="What comes next?",
    quiz="Quiz",
    choose_one="Which one is right?",
    choose_several="Choose all that are right",
    question_cue="Question",
    answer="Answer",
    hint="Hint",
    why="Why",
)

LABELS: dict[str, Labels] = {
    "en": _ENGLISH,
    "de": Labels(
        "Ganze Tabelle", "Zeilen ringsum", "Alle Zeilen vergleichen",
        "Richtig", "Falsch", "Richtige Antwort", "Richtige Antworten", "Auch richtig",
        "Fülle die Lücke", "{}?", "Bessere Regel", "Wie lautet die bessere Regel?",
        "Was ist der Unterschied?", "Warum?", "Begriff", "Bedeutung", "Ganze Liste",
        "Reihenfolge", "Erster Schritt", "Was kommt zuerst?", "Nach", "Nächster Schritt",
        "Was kommt als Nächstes?", "Quiz", "Welche Antwort ist richtig?",
        "Wähle alle richtigen Antworten",
        "Frage", "Antwort", "Hinweis", "Warum",
    ),
    "fr": Labels(
        "Tableau entier", "Lignes voisines", "Comparer toutes les lignes",
        "Juste", "Faux", "Bonne réponse", "Bonnes réponses", "Juste aussi",
        "Complète", "{}\u202f?", "Meilleure règle", "Quelle est la meilleure règle\u202f?",
        "Quelle est la différence\u202f?", "Pourquoi\u202f?", "Terme", "Sens", "Liste entière",
        "Ordre", "Première étape", "Qu’est-ce qui vient en premier\u202f?", "Après",
        "Étape suivante", "Qu’est-ce qui vient ensuite\u202f?", "Quiz",
        "Quelle réponse est juste\u202f?", "Choisis toutes les bonnes réponses",
        "Question", "Réponse", "Indice", "Pourquoi",
    ),
    "es": Labels(
        "Tabla completa", "Filas cercanas", "Comparar todas las filas",
        "Correcto", "Incorrecto", "Respuesta correcta", "Respuestas correctas", "También correcto",
        "Completa el hueco", "¿{}?", "Mejor regla", "¿Cuál es la mejor regla?",
        "¿Cuál es la diferencia?", "¿Por qué?", "Término", "Significado", "Lista completa",
        "Orden", "Primer paso", "¿Qué va primero?", "Después de", "Paso siguiente",
        "¿Qué viene después?", "Test", "¿Cuál es la correcta?", "Elige todas las correctas",
        "Pregunta", "Respuesta", "Pista", "Por qué",
    ),
    "it": Labels(
        "Tabella intera", "Righe vicine", "Confronta tutte le righe",
        "Giusto", "Sbagliato", "Risposta esatta", "Risposte esatte", "Giusto anche",
        "Completa", "{}?", "Regola migliore", "Qual è la regola migliore?",
        "Qual è la differenza?", "Perché?", "Termine", "Significato", "Lista intera",
        "Ordine", "Primo passo", "Che cosa viene prima di tutto?", "Dopo", "Passo successivo",
        "Che cosa viene dopo?", "Quiz", "Qual è la risposta giusta?",
        "Scegli tutte le risposte giuste",
        "Domanda", "Risposta", "Suggerimento", "Perché",
    ),
    "pt": Labels(
        "Tabela inteira", "Linhas próximas", "Comparar todas as linhas",
        "Certo", "Errado", "Resposta certa", "Respostas certas", "Também certo",
        "Completa a lacuna", "{}?", "Regra melhor", "Qual é a regra melhor?",
        "Qual é a diferença?", "Por quê?", "Termo", "Significado", "Lista inteira",
        "Ordem", "Primeiro passo", "O que vem primeiro?", "Depois de", "Passo seguinte",
        "O que vem a seguir?", "Quiz", "Qual é a resposta certa?",
        "Escolhe todas as respostas certas",
        "Pergunta", "Resposta", "Pista", "Porquê",
    ),
}  # fmt: skip


def language_of(settings: Settings) -> str:
    """The language of the page, without what follows it: ``pt`` of ``pt-BR``."""
    return settings.lang.partition("-")[0].lower()


# How languages without labels of their own turn a header into a question.
_QUESTIONS = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb", "ug", "sd"), "{}؟"),
    **dict.fromkeys(("ja", "zh", "yue"), "{}？"),
    "el": "{};",
}


def labels_for(settings: Settings) -> Labels:
    """The labels of the page's language (``pt-BR`` takes those of ``pt``), English by default,
    with what ``[labels]`` in a deck.toml says instead."""
    lang = language_of(settings)
    labels = LABELS.get(lang) or _ENGLISH._replace(question=_QUESTIONS.get(lang, "{}?"))
    return labels._replace(**dict(settings.labels)) if settings.labels else labels


_ASKING = ("?", "？", "؟")
# The left header of a table of pairs that are told apart, and how a right header asks for a reason.
_PAIRS = lazy_regex(
    "pairs?|distinctions?|paare?|unterschiede?|paires?|pares?|par|distinción|distinciones"
    "|coppi[ae]|distinzion[ei]|distinç(ão|ões)",
    re.IGNORECASE,
)
_REASONS = lazy_regex(r"(why|warum|weshalb|pourquoi|por ?qu[eéê]|perch[eé])\b.*", re.IGNORECASE)


def asked(left: str, right: str, labels: Labels) -> str:
    """What a table with one asking column asks, from its headers.

    ``Pair | …`` asks for the difference and ``… | Why …`` why; else the right header asks, and
    always where it is a question.
    """
    if right.endswith(_ASKING):
        return right
    if _PAIRS.fullmatch(bare(left)):
        return labels.difference_question
    if _REASONS.fullmatch(bare(right)):
        return labels.why_question
    return question(right, labels)


def question(header: str, labels: Labels) -> str:
    """The right header as a question: ``Better first instinct`` → ``Better first instinct?``."""
    before, after = _around(header, labels)
    return f"{before}{header}{after}"


def asking_html(header: str, labels: Labels) -> str:
    """The same as HTML that serves as the header, too: what makes it a question is marked, and the
    style shows that only where it asks."""
    before, after = _around(header, labels)
    return f"{_mark(before)}{label_html(header)}{_mark(after)}"


def _mark(text: str) -> str:
    return f"<i>{label_html(text)}</i>" if text else ""


def _around(header: str, labels: Labels) -> tuple[str, str]:
    """What stands before and behind a header to make it a question."""
    if not header or header.endswith((*_ASKING, "!", ":", "：", "…", ".", "。")):
        return "", ""
    before, _, after = labels.question.partition("{}")
    return before, after


@lru_cache(maxsize=64)  # most pages have those of the pages beside them
def labels_html(labels: Labels, *, are_several: bool = False) -> str:
    """The texts that the templates show, in the order in which the style finds them; those of a
    quiz whose right options ``are_several`` say so."""
    correct = labels.correct_answers if are_several else labels.correct_answer
    of_quiz = (labels.picked_right, labels.picked_wrong, correct)
    return "".join(f"<i>{label_html(text)}</i>" for text in (*of_quiz, labels.hint, labels.why))
