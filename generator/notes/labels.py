"""What the templates say in the notes' language, and how a header becomes a question."""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.settings import Settings


@dataclass(frozen=True, slots=True)
class Labels:
    """The texts that a card shows besides the notes' own; ``{}`` stands for a header."""

    whole_table: str
    nearby_rows: str
    compare_rows: str
    picked_right: str
    picked_wrong: str
    correct_answer: str
    fill_the_gap: str
    question: str
    better_rule: str
    trap_question: str


_ENGLISH = Labels(
    whole_table="Whole table",
    nearby_rows="Rows around this one",
    compare_rows="Compare all rows",
    picked_right="Right",
    picked_wrong="Wrong",
    correct_answer="Correct answer",
    fill_the_gap="Fill the gap",
    question="{}?",
    better_rule="Better rule",
    trap_question="What is the better rule?",
)

LABELS: dict[str, Labels] = {
    "en": _ENGLISH,
    "de": Labels(
        "Ganze Tabelle", "Zeilen ringsum", "Alle Zeilen vergleichen",
        "Richtig", "Falsch", "Richtige Antwort",
        "Fülle die Lücke", "{}?", "Bessere Regel", "Wie lautet die bessere Regel?",
    ),
    "fr": Labels(
        "Tableau entier", "Lignes voisines", "Comparer toutes les lignes",
        "Juste", "Faux", "Bonne réponse",
        "Complète", "{}\u202f?", "Meilleure règle", "Quelle est la meilleure règle\u202f?",
    ),
    "es": Labels(
        "Tabla completa", "Filas cercanas", "Comparar todas las filas",
        "Correcto", "Incorrecto", "Respuesta correcta",
        "Completa el hueco", "¿{}?", "Mejor regla", "¿Cuál es la mejor regla?",
    ),
    "it": Labels(
        "Tabella intera", "Righe vicine", "Confronta tutte le righe",
        "Giusto", "Sbagliato", "Risposta esatta",
        "Completa", "{}?", "Regola migliore", "Qual è la regola migliore?",
    ),
    "pt": Labels(
        "Tabela inteira", "Linhas próximas", "Comparar todas as linhas",
        "Certo", "Errado", "Resposta certa",
        "Completa a lacuna", "{}?", "Regra melhor", "Qual é a regra melhor?",
    ),
}  # fmt: skip


def labels_for(settings: Settings) -> Labels:
    """The labels of the page's language (``pt-BR`` takes those of ``pt``), English by default,
    with what ``[labels]`` in a deck.toml says instead."""
    labels = LABELS.get(settings.lang.partition("-")[0].lower(), _ENGLISH)
    return replace(labels, **dict(settings.labels)) if settings.labels else labels


def question(header: str, labels: Labels) -> str:
    """The right header as a question: ``Better first instinct`` → ``Better first instinct?``."""
    if not header or header.endswith(("?", "？", "؟", "!", ":", "：", "…", ".", "。")):
        return header
    return labels.question.replace("{}", header)
