"""What the text files of `changes` bring, and what they cannot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.anki.compare import Comparison, NoteChange
from generator.anki.compile import media_names
from generator.core.diagnostics import number
from generator.report.excerpt import inert
from generator.report.json import as_json


def left_out(comparison: Comparison) -> list[str]:
    """What of the changes no text brings, and how it comes to Anki."""
    changes = comparison.changes
    found = []
    if count := len(comparison.without_type):
        found.append(
            f"{number(count, 'note')} of a note type that Anki does not have yet: import the "
            "package, or push, first"
        )
    media = sum(bool(each.new and media_names(each.new.fields)) for each in changes)
    if media:
        found.append(
            f"pictures and sounds of {number(media, 'note')}: import the package, or push, first"
        )
    counts = {
        what: sum(what in each.what for each in changes) for what in ("deck changed", "retired")
    }
    if count := sum(map(_has_new_tags, changes)):
        found.append(f"tags of {number(count, 'note')}: push, or import the package")
    if count := counts["deck changed"]:
        found.append(f"another deck for {number(count, 'note')}: push, or Cards > Change Deck")
    if count := counts["retired"]:
        found.append(f"{number(count, 'retired note')}: push, or build-decks retired")
    return found


def _has_new_tags(change: NoteChange) -> bool:
    """Whether a note lacks tags that it has now; those that it has besides may be a person's."""
    return bool(change.old and change.new and not {*change.new.tags} <= {*change.old.tags})


def format_changes(comparison: Comparison, files: Mapping[Path, int]) -> str:
    """The files, how to import them, and what they do."""
    lines = [f"compared with {inert(comparison.compared_with)}"]
    lines += [f"{inert(str(path))}: {number(count, 'note')}" for path, count in files.items()]
    if not files and comparison.without_type:
        lines.append("nothing to import as text yet")
    elif not files:
        lines.append("nothing to import as text: no field of a note is newer")
    else:
        lines += [
            "",
            "in Anki: File > Import, one file after the other, with the options as they are",
            "where its dialog shows another note type than one of build-decks, cancel, and import "
            "the package first",
            "your own fields, tags and reviews stay; what was corrected in Anki in fields of these "
            "notes is replaced",
        ]
    if rest := left_out(comparison):
        lines += ["", "what text does not bring:", *(f"  {each}" for each in rest)]
    return "\n".join(lines)


def changes_json(comparison: Comparison, files: Mapping[Path, int]) -> str:
    """The same as one JSON object: ``{"version": 1, "compared_with": …, "files": […],
    "left_out": […]}``."""
    report = {
        "compared_with": comparison.compared_with,
        "files": [{"path": str(path), "notes": count} for path, count in files.items()],
        "left_out": left_out(comparison),
    }
    return as_json(report)
