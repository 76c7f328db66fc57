"""The rows that do not stick, as text, as JSON and as annotations; prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.core.diagnostics import number
from generator.core.model import Note
from generator.report.excerpt import inert
from generator.report.github import annotation
from generator.report.json import as_json
from generator.report.text import BOLD, DIM, RED, paint
from generator.weak.suggestions import Suggestion
from generator.weak.weak_rows import FEWEST_ANSWERS, Measure, WeakCard, WeakReport, WeakRow

_ORDERS = {
    Measure.LAPSES: "most lapses first",
    Measure.DIFFICULTY: "most difficult first",
    Measure.TIME: "slowest first",
    Measure.AGAIN: "most often Again first",
}
_NONE = {
    Measure.LAPSES: "none is weak: none of their cards was forgotten after it was learned",
    Measure.DIFFICULTY: "none of their cards has a difficulty",
    Measure.TIME: "none of their cards has the three answers that a time needs",
    Measure.AGAIN: "none is weak: no card had Again among three answers after the first day",
}
_MOST_CHARACTERS = 70  # of a clue on a line


def format_weak(report: WeakReport, source: Path, color: bool) -> str:
    """A paragraph a row, the worst first: where it is, how its cards were answered, what it may be
    confused with, and what could be better about it."""
    parts = [_summary(report)]
    for row in report.rows:
        place = f"{source / row.note.position.file}:{row.note.position.line}"
        lines = [f"{paint(inert(place), BOLD, color)}: {inert(_shortened(row.note.origin.clue))}"]
        lines += [f"  {_card_line(row, card, color)}" for card in row.cards]
        lines += [f"  {paint(each, DIM, color)}" for each in _remarks(row, source)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _summary(report: WeakReport) -> str:
    reviewed = f"{number(report.reviewed, 'row')} reviewed, {number(report.answers, 'answer')}"
    gone = f"; {report.gone:,} more are no rows now, or have errors" if report.gone else ""
    if not report.weak:
        return f"{reviewed}; {_NONE[report.measure]}{gone}"
    shown = "" if len(report.rows) == report.weak else f" of {report.weak:,}"
    what = "weak" if report.measure in (Measure.LAPSES, Measure.AGAIN) else "in order"
    return f"{reviewed}; {len(report.rows):,}{shown} {what}, {_ORDERS[report.measure]}{gone}"


def _card_line(row: WeakRow, card: WeakCard, color: bool) -> str:
    name = inert(f"{card.name} {card.header}" if card.header else card.name)
    marks = ["leech"] if row.is_leech else []
    marks += ["suspended"] if card.history.is_suspended else []
    shown = "".join(f", {paint(mark, RED, color)}" for mark in marks)
    return f"{name}: {', '.join(_facts(card))}{shown}"


def _facts(card: WeakCard) -> Iterator[str]:
    """How a card was answered, fact by fact; those that are not known are left out."""
    own = card.history
    yield number(own.reviews, "review")
    yield number(own.lapses, "lapse")
    if own.share is not None and own.later >= FEWEST_ANSWERS:
        yield f"{own.share:.0%} Again after the first day"
    elif own.later:
        yield f"{own.again} of {own.later} Again after the first day"
    if own.seconds is not None:
        yield f"{own.seconds:.0f} s"
    if own.difficulty is not None:
        yield f"difficulty {own.difficulty:.1f} of 10"
    if own.stability is not None:
        yield f"stability {own.stability:.0f} d"


def _remarks(row: WeakRow, source: Path) -> Iterator[str]:
    for other in row.confused:
        where = _elsewhere(row, source, other.position.file, other.position.line)
        yield inert(f"looks like {where}: {_shortened(other.origin.clue)}")
    for suggestion in row.suggestions:
        yield inert(_advice(row, suggestion, source))


def _advice(row: WeakRow, suggestion: Suggestion, source: Path) -> str:
    if suggestion.position is None:
        return suggestion.text
    where = _elsewhere(row, source, suggestion.position.file, suggestion.position.line)
    return f"{where}: {suggestion.text}"


def _elsewhere(row: WeakRow, source: Path, file: str, line: int) -> str:
    """Another row as seen from this one."""
    return f"line {line}" if file == row.note.position.file else f"{source / file}:{line}"


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


# --- for programs -----------------------------------------------------------------------------


def format_annotations(report: WeakReport, source: Path, here: Path) -> list[str]:
    """A notice at each row, for GitHub."""
    found = []
    for row in report.rows:
        facts = [f"{_card_line(row, card, color=False)}" for card in row.cards]
        text = "\n".join([*facts, *_remarks(row, source)])
        found.append(annotation("notice", "weak row", row.note.position, text, source, here))
    return found


def weak_json(report: WeakReport, read_from: str, since: int, foreign: int, ahead: int) -> str:
    """The same as one JSON object; docs/automation.md lists its keys."""
    summary = {
        "reviewed": report.reviewed,
        "answers": report.answers,
        "weak": report.weak,
        "gone": report.gone,
        "foreign": foreign,
        "ahead": ahead,
    }
    return as_json(
        {
            "from": read_from,
            "by": report.measure.value,
            "since": since or None,
            "summary": summary,
            "rows": [_row_json(row) for row in report.rows],
        }
    )


def _row_json(row: WeakRow) -> dict[str, object]:
    note = row.note
    return {
        "file": note.position.file,
        "line": note.position.line,
        "guid": row.guid,
        "kind": note.origin.kind.value,
        "deck": note.deck,
        "question": note.origin.question,
        "clue": note.origin.clue,
        "answer": note.origin.answer,
        "leech": row.is_leech,
        "cards": [_card_json(card) for card in row.cards],
        "confused_with": [_place_json(other) for other in row.confused],
        "suggestions": [
            {
                "what": each.what,
                "text": each.text,
                "file": each.position.file if each.position else None,
                "line": each.position.line if each.position else None,
            }
            for each in row.suggestions
        ],
    }


def _card_json(card: WeakCard) -> dict[str, object]:
    own = card.history
    return {
        "card": card.name,
        "header": card.header or None,
        "reviews": own.reviews,
        "lapses": own.lapses,
        "again": _rounded(own.share, 3),
        "seconds": _rounded(own.seconds, 1),
        "difficulty": _rounded(own.difficulty, 2),
        "stability": _rounded(own.stability, 2),
        "suspended": own.is_suspended,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _place_json(note: Note) -> dict[str, object]:
    return {"file": note.position.file, "line": note.position.line, "clue": note.origin.clue}
