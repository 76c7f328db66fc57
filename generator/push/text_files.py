"""Notes as text that Anki imports: it updates the fields that are named and nothing else.

Of a note that is there neither tags nor cards nor further fields change, and a person's own fields
or templates are no conflict. Values in, text out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from generator.anki.note_types import note_types
from generator.core.lazy_regex import lazy_regex
from generator.core.model import Kind, NoteRow

FIRST_LINE = "#separator:tab"
# What would end a field, or begin one in quotes; a line with # in front is a comment.
_QUOTED = lazy_regex(r'[\t\n\r"]|^#')


def text_files(rows: Iterable[NoteRow]) -> dict[Kind, str]:
    """The text of a file for each kind of the rows, in their order.

    A note type is named by its id: a person may have given it another name. Columns are found by
    the names of the fields.
    """
    by_kind: dict[Kind, list[NoteRow]] = defaultdict(list)
    kinds = {note_type.id: kind for kind, note_type in note_types().items()}
    for row in rows:
        by_kind[kinds[row.note_type]].append(row)
    return {kind: _text(kind, by_kind[kind]) for kind in sorted(by_kind)}


def _text(kind: Kind, rows: Iterable[NoteRow]) -> str:
    note_type = note_types()[kind]
    lines = [
        FIRST_LINE,
        "#html:true",
        "#guid column:1",
        f"#notetype:{note_type.id}",
        "#deck column:2",
        "#columns:" + "\t".join(["GUID", "Deck", *note_type.field_names]),
    ]
    lines += ["\t".join(map(_quoted, (row.guid, row.deck, *row.values))) for row in rows]
    return "\n".join([*lines, ""])


def _quoted(value: str) -> str:
    if not _QUOTED.search(value):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def is_ours(path: Path) -> bool:
    """Whether a file is a text that was written here: such a one may go."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline().rstrip() == FIRST_LINE
    except (OSError, UnicodeDecodeError):
        return False
