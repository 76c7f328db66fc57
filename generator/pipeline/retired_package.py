"""The fields of notes whose rows are gone, and the package that tags them in Anki."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.anki.compile import compile_package
from generator.anki.note_types import (
    card_ordinals,
    note_types,
)
from generator.anki.readback import (
    read_package_file,
)
from generator.core.model import (
    Guid,
    NoteRow,
    Package,
)
from generator.core.note_fields import join_fields
from generator.identity.entry import LedgerEntry
from generator.identity.identify import Identity
from generator.machine.disk import finish_file, move_file, new_file
from generator.machine.spool import CannotKeepError
from generator.workspace.folders import Workspace


def with_last_fields(
    identity: Identity, known: Mapping[Guid, LedgerEntry], workspace: Workspace
) -> Mapping[Guid, LedgerEntry]:
    """The ledger's entries that are gone; those that just retired get what they were last built
    as. By what was ``known`` before this build they are in the package that they were built in."""
    gone = dict(identity.gone)
    rows: dict[Guid, NoteRow] = {}
    for package in sorted({known[guid].origin.package for guid in identity.retired}):
        try:
            rows |= read_package_file(workspace.package(package))
        except CannotKeepError:
            raise  # it is sound: the fields would be lost for good
        except (OSError, ValueError):
            pass  # a damaged old package is about to be replaced; there is nothing to keep then
    for guid in identity.retired & rows.keys():
        gone[guid] = gone[guid]._replace(tags=rows[guid].tags, fields=rows[guid].values)
    return gone


def write_retired_package(entries: Sequence[LedgerEntry], path: Path) -> int:
    """Write a package that tags these retired notes ``retired``; returns how many are in it.

    Those are left out whose fields the ledger does not hold. Their time is that of their
    retirement, which is later than what a collection knows, so that an import updates them.
    OSError where the file cannot be written.
    """
    held = sorted((entry for entry in entries if entry.fields), key=lambda entry: entry.guid)
    rows = [_retired_row(entry, due) for due, entry in enumerate(held, 1)]
    fields = {place: row.fields for place, row in enumerate(rows)}
    package = Package("retired", [row.without_fields() for row in rows], fields, {})
    new = new_file(path)
    try:
        compile_package(package, new)
        finish_file(new, path)
        move_file(new, path)
    finally:
        new.unlink(missing_ok=True)
    return len(rows)


def _retired_row(entry: LedgerEntry, due: int) -> NoteRow:
    note_type = note_types()[entry.origin.kind]
    return NoteRow(
        entry.guid,
        entry.note_id,
        note_type.id,
        entry.retired,
        tuple(sorted({*entry.tags, "retired"})),
        join_fields(entry.fields),
        entry.deck,
        card_ordinals(note_type, entry.fields),
        due,
    )
