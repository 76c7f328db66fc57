"""What the first build of a folder came to, on one screen; returns text and prints nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap

from generator.core.diagnostics import NO_RIGHT_OPTION, number
from generator.core.model import Form, OtherContent, TableReport
from generator.core.outcome import BuildResult
from generator.report.excerpt import inert
from generator.report.held import format_held, held_by_code
from generator.report.text import MOST_NAMED, format_skipped, format_unfinished

_NOUNS: Mapping[Form, str] = {
    Form.TABLE: "table",
    Form.DEFINITIONS: "list of definitions/lists of definitions",
    Form.ORDER: "order",
    Form.QUIZ: "quiz/quizzes",
    Form.QUESTION: "text with questions/texts with questions",
    Form.PASSAGE: "text with gaps/texts with gaps",
}
_REASONS = 5  # why tables are skipped
_NARROWEST = 40  # columns


def format_first_build(result: BuildResult, width: int = 80) -> str:
    """How many notes of what, what is held, unfinished or skipped and why, of many folders which
    make the most, and what could be read if it were written otherwise; in lines of at most
    ``width`` characters, if words allow."""
    held = held_by_code(result.tables, result.diagnostics)
    lines = [
        _total(result),
        format_held(held, result.held) if result.held else "",
        format_unfinished(result.tables),
        _skipped(result.tables),
        *_by_folder(result.tables),
        *_could_be_read(result),
    ]
    return _wrapped_lines(lines, width)


def format_could_be_read(result: BuildResult, width: int = 80) -> str:
    """What of pages without any card could be read if it were written otherwise."""
    return _wrapped_lines(_could_be_read(result), width)


def _wrapped_lines(lines: Sequence[str], width: int) -> str:
    return "\n".join(_wrapped(line, width) for line in lines if line)


def _wrapped(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())] + "  "
    return "\n".join(
        wrap(
            line,
            max(width, _NARROWEST),
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _total(result: BuildResult) -> str:
    notes = number(sum(built.notes for built in result.packages), "note")
    cards = number(sum(built.cards for built in result.packages), "card")
    made = [table for table in result.tables if table.notes]
    forms = Counter(table.form for table in made)
    parts = [number(forms[form], noun) for form, noun in _NOUNS.items() if forms[form]]
    *most, last = parts or ["nothing"]
    what = f"{', '.join(most)} and {last}" if most else last
    pages = len({table.position.file for table in made})
    of_all = number(result.files, "page")
    where = of_all if pages == result.files else f"{pages:,} of {of_all}"
    return f"{notes}, {cards} from {what} on {where}"


def _skipped(tables: Sequence[TableReport]) -> str:
    reasons = Counter(table.skipped for table in tables if not table.kind)
    if reasons.total() <= MOST_NAMED:
        return format_skipped(tables)
    listed = [f"{reason} ({count:,})" for reason, count in reasons.most_common(_REASONS)]
    if more := reasons.total() - sum(count for _, count in reasons.most_common(_REASONS)):
        listed.append(f"other reasons ({more:,})")
    them = "it" if reasons.total() == 1 else "them"
    return f"{number(reasons.total(), 'table')} skipped: {', '.join(listed)}; -v lists {them}"


def _by_folder(tables: Sequence[TableReport]) -> list[str]:
    """Which folders make the most notes, where there are many: a vault has plans and recipes, too,
    and a folder can be left out."""
    pages = [(table.position.file.split("/")[:-1], table.notes) for table in tables if table.notes]
    counts: Counter[str] = Counter()
    for depth in range(1, 1 + max((len(path) for path, _ in pages), default=0)):
        counts.clear()
        for path, notes in pages:
            if path:
                counts["/".join(path[:depth])] += notes
        if len(counts) >= _MANY_FOLDERS:
            break
    if len(counts) < _MANY_FOLDERS:
        return []
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_FOLDERS]
    shown = ", ".join(f"{inert(folder)} {notes:,}" for folder, notes in most)
    more = (
        f" and {number(len(counts) - len(most), 'more folder')}" if len(counts) > len(most) else ""
    )
    pattern = json.dumps(f"{most[-1][0]}/**", ensure_ascii=False)
    return [
        f"notes by folder: {shown}{more}",
        "  to leave one out, write into deck.toml in the folder of the pages:",
        f"    exclude = [{pattern}]",
    ]


_MANY_FOLDERS = 4
_FOLDERS = 5  # that are named


def _could_be_read(result: BuildResult) -> list[str]:
    lines = []
    for count_of, noun, advice in _OFFERS:
        counts = count_of(result)
        if total := sum(counts.values()):
            page = max(sorted(counts), key=counts.__getitem__)
            most = f", most in {inert(page)}" if len(counts) > 1 else f" in {inert(page)}"
            lines += [f"  {number(total, noun)}{most}:", f"    {advice}"]
    return ["could make cards, if written otherwise:", *lines] if lines else []


def _of_rest(count: Callable[[OtherContent], int]) -> Callable[[BuildResult], Counter[str]]:
    return lambda result: +Counter({each.file: count(each) for each in result.rest})


def _without_tick(result: BuildResult) -> Counter[str]:
    codes = (found for found in result.diagnostics if found.code == NO_RIGHT_OPTION.code)
    return Counter(found.position.file for found in codes)


# What could make notes: how many of it each page has, what it is called, and what to write.
_OFFERS: tuple[tuple[Callable[[BuildResult], Counter[str]], str, str], ...] = (
    (
        _of_rest(lambda rest: rest.definitions),
        "list item that looks like a definition/list items that look like definitions",
        'write definitions = "bold" into deck.toml; or <!-- cards: definitions --> above the list,'
        " or at a heading for all lists below it",
    ),
    (
        _of_rest(lambda rest: rest.questions),
        "heading that asks/headings that ask",
        'write questions = "headings" into deck.toml, or mark them with Q: and A:',
    ),
    (
        _of_rest(lambda rest: rest.callouts),
        "callout or fold that asks/callouts and folds that ask",
        'write questions = "callouts" into deck.toml',
    ),
    (
        _of_rest(lambda rest: rest.items),
        "list item that asks/list items that ask",
        'write questions = "items" into deck.toml, if the answers are nested below them',
    ),
    (
        _of_rest(lambda rest: rest.cards),
        "card written for another program/cards written for another program",
        "write Q: and A:, a table of two columns or ==gaps==; docs/forms.md shows what for which"
        " ('build-decks --help' ends with the folder)",
    ),
    (
        _without_tick,
        "quiz without a right option/quizzes without a right option",
        "tick the right ones, - [x]",
    ),
)
