"""What was corrected in Anki, and what of it is left, in words and as JSON; prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from generator.anki.compare import shown
from generator.core.diagnostics import number
from generator.core.model import Position
from generator.pull.corrections import Correction, Difference, Left, Pull, Reason
from generator.report.diff import differing_words
from generator.report.excerpt import inert
from generator.report.json import as_json
from generator.report.text import BOLD, DIM, GREEN, RED, paint

_MOST_SHOWN = 500  # characters of a text
_HELP = {
    Reason.UNKNOWN: "the ledger knows too little of it; write it into the page, if it is right",
    Reason.DERIVED: "correct what it is made of in the page",
    Reason.LONG: "write it into the page by hand",
    Reason.NO_MARKDOWN: "write it into the page by hand",
    Reason.NO_PLACE: "write it into the page by hand",
    Reason.OTHER_FIELD: "write it into the page by hand, and push it",
    Reason.OTHERS: "correct the page, and all of them get it",
    Reason.NOT_RECOGNISED: "write <!-- same-as: {guid} --> into the row, and pull again",
    Reason.EMPTIED: "delete the row in the page, if it is not to be learned",
    Reason.TWICE: "correct the page",
    Reason.REST: "an import would replace that; if you push, or it may go, --partly writes this",
}


_MOST_LEFT = 3  # of each reason that are shown


def format_pull(
    pull: Pull, source: Path, color: bool, *, is_applied: bool, shows_all: bool = False
) -> str:
    """Each corrected cell with its old and its new text, then what is left and why, three of each
    reason unless it ``shows_all``, then how much it is. What both sides changed is an error, which
    is printed with the others."""
    parts = ["\n".join(_correction(each, source, color)) for each in pull.corrections]
    counts = Counter[Reason]()
    for each in (left for left in pull.left if left.reason is not Reason.BOTH):
        counts[each.reason] += 1
        if shows_all or counts[each.reason] <= _MOST_LEFT:
            parts.append("\n".join(_left(each, source, color)))
    more = {reason: count - _MOST_LEFT for reason, count in counts.items() if count > _MOST_LEFT}
    if more and not shows_all:
        lines = [f"{count:,} more: left, {reason.value}" for reason, count in more.items()]
        parts.append("\n".join([*lines, "build-decks -v pull shows all"]))
    parts.append("\n".join(_summary(pull, is_applied=is_applied)))
    return "\n\n".join(parts)


def _correction(each: Correction, source: Path, color: bool) -> Iterator[str]:
    yield _line(each.difference, source, color)
    yield paint(f"  - {_shortened(each.before)}", RED, color)
    yield paint(f"  + {_shortened(each.after)}", GREEN, color)


def _left(each: Left, source: Path, color: bool) -> Iterator[str]:
    difference = each.difference
    yield f"{_line(difference, source, color)}: left, {each.reason.value}"
    texts = [
        shown(text[: 4 * _MOST_SHOWN])[:_MOST_SHOWN]
        for text in (difference.ours, difference.theirs)
    ]
    if texts[0] == texts[1]:
        texts = [text[:_MOST_SHOWN] for text in (difference.ours, difference.theirs)]
    yield f"    {differing_words(texts[0], texts[1], color)}"
    help_ = _HELP[each.reason].format(guid=difference.guid)
    yield f"  {paint('help:', DIM, color)} {inert(help_)}"


def _line(difference: Difference, source: Path, color: bool) -> str:
    file, line, column = difference.position
    place = paint(inert(f"{source / file}:{line}:{column}"), BOLD, color)
    name = difference.header or difference.field
    return f"{place}: {inert(name)} of ‘{_shortened(difference.clue)}’"


def _shortened(text: str) -> str:
    return inert(text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…")


def _summary(pull: Pull, *, is_applied: bool) -> Iterator[str]:
    if pull.tables:
        notes = number(pull.tables, "note")
        yield f"{notes}: tables or options differ in Anki; they are made of other rows"
    cells, pages = len({each.cell for each in pull.corrections}), len(pull.texts)
    if not cells:
        yield f"nothing to pull{f'; {len(pull.left):,} left' if pull.left else ''}"
        return
    counted = f"{number(cells, 'cell')} of {number(pages, 'page')}"
    counted += f"; {len(pull.left):,} left" if pull.left else ""
    yield f"written: {counted}" if is_applied else f"corrected in Anki: {counted}"
    if is_applied:
        yield "run build-decks: the ledger then knows the new texts"
    else:
        yield "--apply writes them into the pages"


# --- for programs -----------------------------------------------------------------------------


def pull_json(pull: Pull, read_from: str, *, is_applied: bool) -> str:
    """The same as one JSON object; docs/automation.md lists its keys."""
    report = {
        "from": read_from,
        "applied": is_applied,
        "summary": {
            "corrected": len(pull.corrections),
            "pages": len(pull.texts),
            "left": len(pull.left),
            "tables": pull.tables,
        },
        "corrections": [
            _json(each.difference) | {"before": each.before, "after": each.after}
            for each in pull.corrections
        ],
        "left": [
            _json(each.difference) | {"reason": each.reason.name.lower().replace("_", "-")}
            for each in pull.left
        ],
    }
    return as_json(report)


def _json(difference: Difference) -> dict[str, object]:
    position: Position = difference.position
    return {
        "file": position.file,
        "line": position.line,
        "column": position.column,
        "guid": difference.guid,
        "clue": difference.clue,
        "field": difference.field,
        "header": difference.header or None,
        "ours": difference.ours,
        "theirs": difference.theirs,
    }
