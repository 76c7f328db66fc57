"""A build's outcome in words, for a terminal; returns text and prints nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from generator.anki.search import key_search
from generator.core.diagnostics import HELP_IN_LINES, Diagnostic, Severity, number
from generator.core.model import Changes, DeckName, Guid, OtherContent, TableReport
from generator.core.outcome import BuildResult
from generator.report.excerpt import Excerpts, inert

RED, YELLOW, GREEN, DIM, BOLD = "31", "33", "32", "2", "1"


def paint(text: str, style: str, color: bool) -> str:
    """``text`` in an ANSI style, or as it is."""
    return f"\x1b[{style}m{text}\x1b[0m" if color else text


def format_diagnostic(
    diagnostic: Diagnostic,
    source: Path,
    color: bool = False,
    excerpts: Excerpts | None = None,
    *,
    has_help: bool = True,
) -> str:
    """``source_notes/a.md:12:7: error[BD201]: …``, the line with a caret, and a help line where it
    ``has_help``."""
    file, line, column = diagnostic.position
    place = f"{source / file}:{line}:{column}: " if file else ""
    style = RED if diagnostic.severity is Severity.ERROR else YELLOW
    label = paint(f"{diagnostic.severity}[{diagnostic.code}]", style, color)
    lines = [f"{inert(place)}{label}: {inert(diagnostic.message)}"]
    if excerpt := excerpts and excerpts.at(diagnostic.position):
        text, caret = excerpt
        lines += [text, caret[:-1] + paint("^", style, color)]
    if has_help:
        first, *more = (
            diagnostic.help.split("\n") if diagnostic.code in HELP_IN_LINES else [diagnostic.help]
        )
        lines.append(f"  {paint('help:', DIM, color)} {inert(first)}")
        lines += [f"        {inert(line)}" for line in more]
    return "\n".join(lines)


def format_tables(tables: Sequence[TableReport], source: Path) -> str:
    """A line a table: where it is, what it is, how many notes it gave, or why none."""
    lines = []
    for table in tables:
        place = f"{source / table.position.file}:{table.position.line}"
        header = " | ".join(table.header)
        if table.kind:
            became = f"{table.kind}, {number(table.rows, 'row')}, {number(table.notes, 'note')}"
            became += f", {table.held:,} held" if table.held else ""
            if table.unfinished:
                in_lines = "lines" if len(table.unfinished_lines) > 1 else "line"
                lines_ = ", ".join(map(str, table.unfinished_lines))
                became += f", {table.unfinished:,} unfinished ({in_lines} {lines_})"
            became += f", {table.joined:,} joined to others" if table.joined else ""
            became += f", {table.left_out:,} left out" if table.left_out else ""
        else:
            became = f"skipped: {table.skipped}, {number(table.rows, 'row')}"
        lines.append(inert(f"{place}: {header}: {became}"))
    return "\n".join(lines)


_OTHER_NOUNS = (
    "paragraph",
    "list",
    "block of code/blocks of code",
    "list item that looks like a definition/list items that look like definitions",
    "heading that asks/headings that ask",
    "callout or fold that asks/callouts and folds that ask",
    "list item that asks/list items that ask",
    "card written for another program/cards written for another program",
)


def format_other_content(rest: Sequence[OtherContent], source: Path) -> str:
    """A line a file: what it holds that makes no notes; empty where no file holds anything."""
    lines = []
    for file, *counts in rest:
        told = [number(n, noun) for noun, n in zip(_OTHER_NOUNS, counts, strict=True) if n]
        if told:
            lines.append(inert(f"{source / file}: besides: {', '.join(told)}"))
    return "\n".join(lines)


def format_changes(changes: Changes, dry: bool) -> str:
    """How many notes are new, changed or retired, and what Anki will not do about it."""
    told = _counts(changes)
    lines = [f"notes: {', '.join(told)}"] if told else []
    if changes.retired:
        # Of a dry run the ledger knows nothing, so `retired` would not list them.
        how = (
            "'build-decks diff' names them"
            if dry
            else "'build-decks retired' says how to find them"
        )
        lines.append(f"retired notes stay in Anki; {how}")
    if changes.redecked and dry:
        lines.append(
            "some notes have another deck; 'build-decks diff' says how to move their cards"
        )
    elif changes.redecked:
        lines.append(
            "cards stay in the deck they are in; to move them, search in Anki's browser, select"
            " all, and choose Cards > Change Deck:"
        )
        lines += _searches_by_deck(changes.redecked)
    return "\n".join(lines)


_MOST_DECKS = 5  # of a build; `diff` has them all


def _searches_by_deck(redecked: Sequence[tuple[DeckName, Guid]]) -> Iterator[str]:
    """Under each deck's name the search for the notes that it has now."""
    by_deck: dict[DeckName, list[Guid]] = {}
    for deck, guid in redecked:
        by_deck.setdefault(deck, []).append(guid)
    for deck, guids in islice(by_deck.items(), _MOST_DECKS):
        yield f"  to {inert(deck)}:"
        yield f"    {key_search(guids)}"
    if len(by_deck) > _MOST_DECKS:
        more = number(len(by_deck) - _MOST_DECKS, "more deck")
        yield f"  and to {more}; 'build-decks diff' has their searches"


def format_left_to_do(result: BuildResult, is_new: bool) -> str:
    """What waits for the person: rows to mend and to finish, cards and tables in Anki; the latter
    where they are ``is_new``."""
    lines = []
    if result.held:
        rows = number(result.held, "row")
        lines.append(f"held: {rows} with errors; their notes in Anki stay as they are until mended")
    if result.unfinished:
        lines.append(format_unfinished(result.tables))
    if result.emptied:
        cards = number(result.emptied, "card")
        lines.append(f"{cards} will be empty in Anki; Tools > Empty Cards removes them there")
    if result.outdated and is_new:
        notes = number(result.outdated, "note")
        lines.append(
            f"{notes} may show an older table in Anki; --refresh sends them, and Anki then replaces"
            " their tags"
        )
    return "\n".join(lines)


def format_unfinished(tables: Sequence[TableReport]) -> str:
    """``unfinished: 4 rows without an answer yet: a.md:7, 9; b.md:3; -v has all lines``; empty
    where each row has one."""
    places = [(table.position.file, line) for table in tables for line in table.unfinished_lines]
    if not places:
        return ""
    by_file: dict[str, list[str]] = {}
    for file, line in places[:MOST_NAMED]:
        by_file.setdefault(file, []).append(str(line))
    shown = "; ".join(f"{file}:{', '.join(lines)}" for file, lines in by_file.items())
    more = "; -v has all lines" if len(places) > MOST_NAMED else ""
    rows = number(len(places), "row")
    return inert(f"unfinished: {rows} without an answer yet: {shown}{more}")


def counts_in_words(new: int, changed: int, retired: int) -> list[str]:
    """``2 new``, ``1 changed``, ``1 retired``: those that are not zero."""
    counts = {"new": new, "changed": changed, "retired": retired}
    return [f"{count:,} {name}" for name, count in counts.items() if count]


def _counts(changes: Changes) -> list[str]:
    return counts_in_words(len(changes.new), len(changes.changed), len(changes.retired))


def format_build(
    written: Sequence[Path],
    changes: Changes,
    notes: int,
    held: int,
    diagnostics: Collection[Diagnostic],
    seconds: float,
) -> str:
    """One line: ``bio: 2 changed, 40 notes, written in 0.04 s, 1 warning``."""
    told = _counts(changes)
    if changes.redecked:
        told.append(f"{len(changes.redecked):,} to another deck")
    packages = [path.stem for path in written if path.suffix == ".apkg"]
    names = ", ".join(packages[:_MOST_NAMES])
    if len(packages) > _MOST_NAMES:
        names += f" and {number(len(packages) - _MOST_NAMES, 'more package')}"
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    did = "written" if written else "nothing written" if errors else "nothing to write"
    all_notes = [number(notes, "note")] if notes else []
    all_notes += [f"{held:,} held"] if held else []
    parts = [*told, *all_notes, f"{did} in {seconds:.2f} s"]
    found = {"error": errors, "warning": len(diagnostics) - errors}
    parts += [number(count, noun) for noun, count in found.items() if count]
    return (f"{names}: " if names else "") + ", ".join(parts)


_MOST_NAMES = 3  # on one line


MOST_NAMED = 3  # tables


def format_skipped(tables: Sequence[TableReport]) -> str:
    """``2 tables skipped (navigation, planning); -v lists them``, or where they are, if they are
    few; empty where none is."""
    skipped = [table for table in tables if not table.kind]
    if not skipped:
        return ""
    if len(skipped) <= MOST_NAMED:
        named = (f"{t.position.file}:{t.position.line} ({t.skipped})" for t in skipped)
        return inert(f"{number(len(skipped), 'table')} skipped: {', '.join(named)}")
    reasons = ", ".join(sorted({table.skipped for table in skipped}))
    them = "it" if len(skipped) == 1 else "them"
    return f"{number(len(skipped), 'table')} skipped ({reasons}); -v lists {them}"
