"""`build-decks diff`: what the next import will do."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.commands.common import (
    Common,
    PackageName,
    folder_options,
    format_option,
    look,
    usage_errors,
)
from generator.commands.console import CommandError, print_diagnostics, print_nothing, wants_color
from generator.commands.running_anki import RUNNING, Address, anki_options, connect

if TYPE_CHECKING:
    from generator.anki.compare import Comparison, NoteChange
    from generator.anki.connect import AnkiConnect
    from generator.commands.baselines import Baseline, Ledger
    from generator.core.model import Guid, NoteRow
    from generator.core.outcome import BuildResult


def diff(
    result: BuildResult,
    source: Path,
    output: Path,
    packages: Sequence[Path] = (),
    commit: str = "",
) -> Comparison:
    """What an import of ``result`` (see `look`) does where ``packages`` were imported before.

    Without ``packages`` they are those of a ``commit``, else those that git has, else those from
    before; see `of_before`. Of the versions that there are it is the newest in which a note differs
    from what it is now.
    """
    from generator.commands.baselines import of_before, of_commit, of_files
    from generator.pipeline.build import read_ledger

    ledger = read_ledger(source, output)[0]
    new = {
        built.name: {each.guid: each.row for each in built.package.stamped()}
        for built in result.packages
        if built.package
    }
    if packages:
        baseline = of_files(packages)
        old = {guid for notes in baseline.packages.values() for guid in notes}
        files = {path.name for path in packages}
        is_meant = {
            built.name: built.file_name in files or bool(old & new[built.name].keys())
            for built in result.packages
        }
        new = {name: notes for name, notes in new.items() if is_meant[name]}
        if not new and result.packages:
            raise CommandError(
                f"no note of '{packages[0]}' is made of the pages in '{source}', nor a package of "
                "this name; name one that was built of them, or their folder with --source"
            )
        baseline = replace(baseline, packages=_by_their_notes(baseline.packages, new))
        return _compare(baseline, new, result, ledger)
    if commit:
        return _compare(of_commit(source, output, new, commit), new, result, ledger)
    first = None
    for baseline in of_before(source, output, ledger, new):
        comparison = _compare(baseline, new, result, ledger)
        if comparison.changes:
            return comparison
        first = first or comparison
    assert first is not None
    return first


def _by_their_notes(
    files: Mapping[str, Mapping[Guid, NoteRow]], new: Mapping[str, Mapping[Guid, NoteRow]]
) -> dict[str, Mapping[Guid, NoteRow]]:
    """Notes of files that a person named, by the package that has most of them now."""
    from generator.commands.baselines import together

    found: dict[str, Mapping[Guid, NoteRow]] = {}
    for name, notes in files.items():
        shared = {each: len(new[each].keys() & notes.keys()) for each in new}
        package = name if name in new or not new else max(shared, key=shared.__getitem__)
        found[package] = together(found.get(package, {}), notes)
    return found


def _compare(
    baseline: Baseline,
    new: Mapping[str, Mapping[Guid, NoteRow]],
    result: BuildResult,
    ledger: Ledger,
) -> Comparison:
    """``new`` are notes by package, ``ledger`` is the one on the disk."""
    from generator.anki.compare import Comparison, compare
    from generator.commands.baselines import row_of

    names: dict[Guid, str] = {}
    before: dict[Guid, NoteRow] = {}
    after: dict[Guid, NoteRow] = {}
    for rows, packages in ((before, baseline.packages), (after, new)):
        for name, notes in packages.items():
            rows.update(notes)
            names |= dict.fromkeys(notes, name)
    # One that is held was in no package, nor one that was retired; people have it all the same.
    for guid in (after.keys() - before.keys()) & baseline.ledger.keys():
        entry = baseline.ledger[guid]
        if entry.origin.package in baseline.packages:
            before[guid] = row_of(entry, after[guid])
    # A note that is not retired is in a package that is not compared, or has errors.
    in_use = {entry.guid for entry in ledger.values() if not entry.retired} - result.changes.retired
    changes = compare(
        {guid: row for guid, row in before.items() if guid in after or guid not in in_use},
        after,
        {stamped.guid: stamped.note.position for stamped in result.notes},
        names,
        {guid for guid, entry in baseline.ledger.items() if entry.retired},
    )
    known = {row.note_type for rows in baseline.packages.values() for row in rows.values()}
    return Comparison(baseline.name, changes, tuple(new), frozenset(known))


def diff_with_anki(result: BuildResult, source: Path, anki: AnkiConnect) -> Comparison:
    """What an import of ``result`` does in the collection that a running Anki has open.

    CommandError where it cannot be read.
    """
    from generator.anki.compare import Comparison
    from generator.anki.note_types import note_types
    from generator.commands.running_anki import collection_key, ours_of, read_anki, read_cards
    from generator.push.plan import differences, make_plan
    from generator.push.sent import read_sent

    ours = ours_of(result)
    theirs = read_anki(anki, ours)
    sent, _ = read_sent(source, collection_key(anki, theirs))
    cards = read_cards(anki, ours, theirs, sent)
    retired = [each.change for each in make_plan(ours, theirs, sent, cards).retired]
    changes = (*filter(_is_of_ours, differences(ours, theirs, cards)), *retired)
    known = {each.id for kind, each in note_types().items() if theirs.note_type(kind)}
    name = f"Anki, profile {theirs.profile}"
    return Comparison(name, changes, tuple(ours.rows), frozenset(known))


def _is_of_ours(change: NoteChange) -> bool:
    """Whether more differs than tags of a person's own on a note that an import would not touch."""
    assert change.new, "a retired note is none of these"
    has_ours = change.old is None or set(change.new.tags) <= set(change.old.tags)
    return change.what != ("skipped",) or bool(change.fields) or not has_ours


class _PackageOrAnki(PackageName):
    """A package that is there, or the word for a running Anki."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The file's path, or the word itself."""
        return value if value == RUNNING else super().convert(value, param, ctx)


@click.command("diff")
@click.argument("packages", nargs=-1, type=PackageName())
@click.option(
    "--against",
    type=_PackageOrAnki(),
    multiple=True,
    metavar="FILE|anki",
    help="A package to compare with, as PACKAGES; or what a running Anki has.",
)
@click.option("--stat", is_flag=True, help="Only how many notes change, by package and in total.")
@format_option(
    "text",
    "json",
    "markdown",
    help="How the result is printed; markdown is a letter to people who learn with the packages.",
)
@anki_options
@folder_options
@click.pass_obj
@usage_errors()
def command(
    common: Common,
    packages: tuple[Path, ...],
    against: tuple[Path | str, ...],
    stat: bool,
    format_: str | None,
    url: str,
    key_env: str,
    remote: bool,
) -> int:
    """Say what the next import will do.

    Compares the pages as they are now with the packages that git has last committed, else with
    those from before the last build, or with older PACKAGES. Says which these are, and ends with
    what Anki will not do by itself.
    """  # fmt: skip
    from generator.core.diagnostics import exit_code
    from generator.report.diff import diff_json, format_diff, format_stat
    from generator.report.markdown import format_letter

    source, output = common.source, common.output
    screen = common.screen_for(format_)
    if stat and screen.format == "markdown":
        raise CommandError("--stat and --format markdown exclude each other: leave one out")
    packages += tuple(each for each in against if isinstance(each, Path))
    is_anki = RUNNING in against
    if is_anki and (packages or len(against) > 1):
        raise CommandError(
            "what Anki has is compared with nothing else beside it: --against anki alone"
        )
    gc.disable()  # as a build does
    result = look(source, output)
    print_diagnostics(result.diagnostics, source, screen, result.texts)
    if result.packages:  # else there is nothing to import
        if is_anki:
            found = diff_with_anki(result, source, connect(Address(url, key_env, remote)))
        else:
            found = diff(result, source, output, packages)
        color = wants_color(screen, sys.stdout)
        if screen.format == "json":
            text = diff_json(found, is_stat=stat)
        elif screen.format == "markdown":
            text = format_letter(found)
        else:
            text = format_stat(found) if stat else format_diff(found, source, color)
        click.echo(text, color=color)
    else:
        print_nothing(result.diagnostics, screen)
    return exit_code(result.diagnostics)
