"""Writes a document as a Markdown note: its reader sees what the page's reader saw.

Each text is read back: where marks would change what is seen, it is written without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from generator.core.lazy_regex import lazy_regex
from generator.draft.document import (
    SETTLED,
    Block,
    Code,
    Document,
    Heading,
    Items,
    Markdown,
    Paragraph,
    Question,
    Quote,
    Row,
    Run,
    Table,
    Text,
    seen,
)
from generator.markup.extensions import read_formula
from generator.markup.inline import plain
from generator.markup.review_marks import format_mark

_SPECIAL = lazy_regex(
    r"[\\`*\[\]$|]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word it is no mark
    r"|%(?=%)|(?<=\s)\^(?=[\w-]{4})|\{(?=:|\s*\#|\{[a-z]+\s)"
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|=(?==)|~(?=~)"
)
_LINE_START = lazy_regex(
    r"^(?:(?P<digits>\d{1,9}(?=[.)](?:\s|$)))|(?:#{1,6}|[-+:~])(?=\s|$)|>|~~~"
    r"|[=-]+$|(?=.*-)[-|:][-|:\s]*$)"  # the last one would make a header of the line above
)
_TAGS = ("sub", "sup", "kbd", "mark", "u")


def write_note(document: Document) -> str:
    """The note: front matter, then the blocks. Ends with a line end."""
    settings = {"title": document.title, "url": document.url, "lang": document.lang}
    lines = [f"{key}: {_quoted(value)}" for key, value in settings.items() if value]
    front_matter = ["\n".join(["---", *lines, "---"])] if lines else []
    return "\n\n".join([*front_matter, *_written(document.blocks)]) + "\n"


def _quoted(value: str) -> str:
    """YAML: plain where that is safe beyond doubt, else in double quotes."""
    # What is null to YAML would be no title.
    is_plain = value.casefold() != "null" and re.fullmatch(
        r"[A-Za-z][\w/.-]*(?: [A-Za-z][\w/.-]*)*|https?://[\w/.-]+", value
    )
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def _written(blocks: Iterable[Block]) -> Iterator[str]:
    last: Block | None = None
    for block in blocks:
        is_like = isinstance(block, Items) and isinstance(last, Items) and _is_like(block, last)
        # Else both lists would be one; or what follows would go on with the answer above it.
        if is_like or (isinstance(last, Question) and not isinstance(block, Question | Heading)):
            yield "<!-- -->"
        yield _write_block(block)
        last = block


def _is_like(items: Items, above: Items) -> bool:
    return (items.first is None) == (above.first is None)


def _write_block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_one_line(text)}"
        case Paragraph(text):
            return _paragraph(text)
        case Code(text):
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            return f"{fence}\n{text}\n{fence}"
        case Markdown(text):
            return text
        case Items(items, first, are_definitions):
            comment = "<!-- cards: definitions -->\n" if are_definitions else ""
            return comment + _items(items, first)
        case Question(asked, answer):
            return _question(asked, answer)
        case Quote(blocks):
            return _indented("\n\n".join(_written(blocks)), "> ", "> ")
        case Table(header, rows):
            return write_table(header, rows)


def _one_line(text: Text) -> str:
    return write_text(tuple(run._replace(text=run.text.replace("\n", " ")) for run in text))


def _paragraph(text: Text) -> str:
    lines = write_text(text).split("<br>")
    return "\\\n".join(_LINE_START.sub(_escape_start, line) for line in lines)


def _escape_start(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match["digits"] else f"\\{match[0]}"


def _question(asked: Text, answer: Sequence[Block]) -> str:
    first, *more = answer
    if isinstance(first, Paragraph):
        said = f"A: {_one_line(first.text)}"
    else:
        said, more = "A:", [first, *more]
    return "\n\n".join([f"Q: {_one_line(asked)}\n{said}", *_written(more)])


def _items(items: Sequence[Sequence[Block]], first: int | None) -> str:
    lines = []
    for number, item in enumerate(items):
        bullet = "- " if first is None else f"{first + number}. "
        parts = list(_written(item))
        is_tight = all(isinstance(block, Paragraph | Items) for block in item)
        body = (
            "\n" if is_tight and len(item) == 2 and isinstance(item[1], Items) else "\n\n"
        ).join(parts)
        lines.append(_indented(body, bullet, " " * len(bullet)))
    return "\n".join(lines)


def _indented(text: str, first: str, rest: str) -> str:
    first_line, *lines = text.split("\n")
    return "\n".join([first + first_line, *((rest + line).rstrip() for line in lines)])


def write_table(header: Row, rows: Iterable[Row]) -> str:
    """A table in pipes."""
    return "\n".join([write_row(header), "|" + "---|" * len(header.cells), *map(write_row, rows)])


def write_row(row: Row) -> str:
    """A row in pipes; its review mark stands in the first cell."""
    cells = [write_cell(cell) for cell in row.cells]
    if row.confidence not in ("", SETTLED):
        cells[0] = f"{cells[0]} {format_mark(row.confidence, row.others)}".strip()
    return f"| {' | '.join(cells)} |"


def write_cell(text: Text) -> str:
    """A text as a cell. Cutting the line at its pipes and reading the cell gives the text again."""
    cell = write_text(text)
    if re.fullmatch(r":?-+:?", cell):
        cell = cell.replace("-", "\\-", 1)  # a row of dashes would end the table's header
    return cell.replace("|", "\\|")


def write_text(text: Text) -> str:
    """Inline Markdown (pipes as they are; ``<br>`` for line ends) that reads as the text does."""
    if len(text) == 1 and not text[0].marks and not text[0].href:
        return _escaped(text[0].text)
    marked = _marked(text)
    if plain(marked) == seen(text):
        return marked
    return _escaped("".join(run.text for run in text))


def _escaped(text: str) -> str:
    escaped = _SPECIAL.sub(lambda found: found[0] if found[0] == "|" else f"\\{found[0]}", text)
    escaped = escaped.replace("\n", "<br>")
    brackets = (found.start() for found in _BRACKET.finditer(escaped))
    if any(read_formula(escaped, place, len(escaped)) for place in brackets):
        escaped = escaped.replace("\\[", "&#91;")  # with the other one it would be a formula's
    return escaped


_BRACKET = lazy_regex(r"\\\[")


def _marked(text: Text) -> str:
    pieces = []
    for href, group in groupby(text, key=lambda run: run.href):
        inner = "".join(map(_marked_run, group))
        if href:
            start, label, end = _trimmed(inner)
            address = re.sub(r"&(?=#?\w+;)", "&amp;", href)
            inner = f"{start}[{label}]({address}){end}" if label else inner
        pieces.append(inner)
    return "".join(pieces)


def _marked_run(run: Run) -> str:
    lines = run.text.split("\n")
    return "<br>".join(_marked_line(line, run.marks) for line in lines)


def _marked_line(line: str, marks: frozenset[str]) -> str:
    start, text, end = _trimmed(line)
    if not text:
        return line
    if "math" in marks:
        text = f"${text}$"
    elif "code" in marks:
        ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        pad = " " if text[0] == "`" or text[-1] == "`" else ""
        text = f"{ticks}{pad}{text}{pad}{ticks}"
    else:
        text = _escaped(text)
    for tag in _TAGS:
        if tag in marks:
            text = f"<{tag}>{text}</{tag}>"
    stars = "*" * (("italic" in marks) + 2 * ("bold" in marks))
    return f"{start}{stars}{text}{stars}{end}"


def _trimmed(text: str) -> tuple[str, str, str]:
    """The white space before, the text, and the white space behind."""
    inner = text.strip()
    if not inner:
        return text, "", ""
    start = text.index(inner)
    return text[:start], inner, text[start + len(inner) :]
