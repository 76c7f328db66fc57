"""The main job: read → collect → identify → render → write, and the report of it.

Pages are read, and packages made, by functions of values alone, here or in other processes. What
nobody has touched since the last build is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from generator.diagnostics import (
    LOST_LEDGER,
    NO_CARDS,
    NO_CARDS_IN_ENTRY,
    ORPHANED_PACKAGE,
    Diagnostic,
    has_errors,
)
from generator.identity.identify import Identity, identify
from generator.identity.ledger import LedgerEntry, LedgerText, format_entry, parse_ledger
from generator.last_build import (
    CacheState,
    KnownPackage,
    as_built,
    pages_file,
    refresh,
    remember,
    still_there,
)
from generator.model import Changes, Guid, Note, Position
from generator.outcome import BuildResult, Outcome
from generator.package import PackageNotes, collect
from generator.pages.cache import PageCache
from generator.pages.reading import WORTH_HELP, Reading, ReadPackage
from generator.progress import Progress
from generator.sources.folder import Folder, PackageSource, path_order, read_folder
from generator.spool import Spool
from generator.stage import Staged, stage, with_last_fields
from generator.suppressions import Suppressions
from generator.workers import ALONE, Workers, helpers
from generator.workspace import CannotWriteError, Workspace

_NOWHERE = Position("", 1, 1)
# Notes of packages that wait, with their cells, until all rows are known: each takes some 2 KB.
_MOST_NOTES_IN_MEMORY = 300_000


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What a person asks for: with ``strict`` a warning is an error; with ``keeps_notes`` the
    result has the notes themselves. ``workers`` are those that may help; None where that depends
    on how much there is to do."""

    strict: bool = False
    keeps_notes: bool = False
    workers: Workers | None = None


def run(
    source: Path,
    output: Path,
    now: int,
    *,
    dry: bool = False,
    strict: bool = False,
    keep_notes: bool = False,
    on_wait: Callable[[], object] = object,
    progress: Progress | None = None,
    seen: CacheState | None = None,
    cache: PageCache | None = None,
    workers: Workers | None = None,
) -> Outcome:
    """Build the notes in ``source`` into ``output``; with ``dry`` nothing is written.

    New packages lie ready beside the old ones before the ledger is written, and take their places
    after: whoever stops in between finds the next build giving the same bytes, since it stamps
    from the ledger. ``on_wait`` is called where another build of the same notes is under way,
    which this one waits for; ``progress`` is told what this one is at. What was ``seen`` before
    spares what nobody has touched, and the ``cache`` pages that were read. For the other options
    see `BuildOptions`.
    """
    workspace = Workspace(source, output, now, dry=dry, progress=progress)
    terms = BuildOptions(strict, keep_notes, workers)
    if keep_notes or strict:
        seen = None  # such a build neither remembers anything nor is it remembered
    with workspace.held(on_wait):
        if seen:
            seen = refresh(seen, source, output)
        try:
            result, keys = build(workspace, terms, seen, cache)
            digest = workspace.stage_ledger(result.lines) if result.packages else ""
        except CannotWriteError as error:
            return Outcome(_nothing((), (error.diagnostic,)), ())
        changed = workspace.changed_files
        if dry:
            return Outcome(result, changed)
        written, found = workspace.replace()
        if found:
            result = replace(result, diagnostics=(*result.diagnostics, *found))
        elif seen:
            with suppress(OSError):  # then the next build has nothing to remember
                remember(seen, source, output, result, keys, digest, written)
        return Outcome(result, changed, tuple(written))


def look(source: Path, output: Path, now: int) -> BuildResult:
    """What a build would make of the notes, with the notes themselves; no package is compiled."""
    workspace = Workspace(source, output, now, dry=True, compiles=False)
    return build(workspace, BuildOptions(keeps_notes=True))[0]


# --- the five steps ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Collected:
    """A package whose pages are read: its notes, what was found, and what of that is told.

    Where it ``is_failed`` its rows have errors, and its file is to be left alone.
    """

    notes: PackageNotes
    found: tuple[Diagnostic, ...]
    suppressions: Suppressions
    is_failed: bool


@dataclass(frozen=True, slots=True)
class _Identified:
    """The packages whose rows are certain, by name: where in the flat list their notes begin.

    ``told`` is what was found about the packages' rows, and ``unused`` about comments that suppress
    nothing.
    """

    identity: Identity
    starts: Mapping[str, int]
    told: Mapping[str, Sequence[Diagnostic]]
    unused: Mapping[str, Sequence[Diagnostic]]


def build(
    workspace: Workspace,
    terms: BuildOptions,
    seen: CacheState | None = None,
    cache: PageCache | None = None,
) -> tuple[BuildResult, dict[str, str]]:
    """Read → collect → identify → render → write, up to new files that lie beside the old ones.

    Gives the result, and by package the digests by which the next build knows what is untouched.
    """
    progress = workspace.progress
    folder = read_folder(workspace.source)
    suppressions = Suppressions((), folder.ignored, terms.strict)
    cache = cache or PageCache(pages_file(workspace.source))
    reading = Reading(folder, cache, workspace.media)
    last, ledger, found = _read_ledger(workspace, folder, reading, seen)
    found = [*folder.diagnostics, *found]
    if has_errors(found):
        reading.close()
        nothing = _nothing(folder.entries, tuple(suppressions.apply(found)))
        return replace(nothing, texts=folder.texts), {}
    touched = [entry for entry in folder.entries if entry.package not in last]
    with closing(reading), closing(Spool()) as spool:
        drafts = _collect(reading.read(touched, terms.workers, progress), folder, terms, spool)
        identified = _identify(drafts, ledger, folder, workspace)
        staged = _stage(drafts, identified, folder, ledger, terms, workspace, cache, seen)
        reading.store({name: each.rendered for name, each in staged.items()})
    keys = reading.package_keys()
    # What is told of rows now is not told of them when they are known.
    keys |= {name: "" for name, told in identified.told.items() if told}
    said = {
        entry.package: _said(entry.package, drafts, identified, staged, last)
        for entry in folder.entries
    }
    result = _result(folder, drafts, identified.identity, staged, last, ledger, said, workspace)
    behind = suppressions.apply(_orphans(ledger, result, workspace))
    diagnostics = (*suppressions.apply(found), *result.diagnostics, *behind)
    return replace(result, diagnostics=diagnostics, texts={**folder.texts, **result.texts}), keys


def _read_ledger(
    workspace: Workspace, folder: Folder, reading: Reading, seen: CacheState | None
) -> tuple[Mapping[str, KnownPackage], LedgerText, list[Diagnostic]]:
    """The packages that nobody has touched, and the ledger."""
    text, found = workspace.read_ledger()
    if text is None:
        return {}, LedgerText(), found or _lost_ledger(folder.entries, workspace)
    last = still_there(seen, reading.package_keys(), text, workspace.output) if seen else {}
    is_ours = seen is not None and seen.is_ledger(text)
    ledger, found = parse_ledger(text, is_ours=is_ours, untouched=last)
    return last, ledger, found


def _collect(
    read: Iterable[ReadPackage], folder: Folder, terms: BuildOptions, spool: Spool
) -> dict[str, _Collected]:
    """The packages, by name. When there are many notes the rest waits on the disk."""
    drafts = {}
    room = _MOST_NOTES_IN_MEMORY
    for each in read:
        draft = _draft(each, folder, terms)
        room -= draft.notes.count
        if room < 0:
            notes = replace(draft.notes, groups=spool.keep(draft.notes.groups))
            draft = replace(draft, notes=notes)
        drafts[draft.notes.name] = draft
    return drafts


def _draft(read: ReadPackage, folder: Folder, terms: BuildOptions) -> _Collected:
    entry, pages = read
    notes, found = collect(entry.package, pages)
    found = [*entry.diagnostics, *found]
    comments = [comment for page in pages for comment in page.suppressions]
    ignored = {**folder.ignored, **{page.path: page.settings.ignore for page in pages}}
    suppressions = Suppressions(comments, ignored, terms.strict)
    is_failed = has_errors(suppressions.apply(found))
    if not notes.count and not is_failed:
        where = Position(pages[0].path if pages else entry.package, 1, 1)
        found.append(NO_CARDS_IN_ENTRY.at(where, package=entry.package))
    return _Collected(notes, tuple(found), suppressions, is_failed)


def _identify(
    drafts: Mapping[str, _Collected],
    ledger: LedgerText,
    folder: Folder,
    workspace: Workspace,
) -> _Identified:
    """Who the notes of all packages are that have no errors.

    Where rows of a package turn out to be unclear, the others are looked at again, without it.
    """
    package_of = {source.path: e.package for e in folder.entries for source, _ in e.sources}
    namespaces = {entry.package: entry.settings.id or entry.package for entry in folder.entries}
    failed = {name for name, draft in drafts.items() if draft.is_failed}
    unclear: dict[str, list[Diagnostic]] = {}
    while True:
        sound = [name for name, draft in drafts.items() if name not in failed and draft.notes.count]
        notes: list[Note] = []
        starts = {}
        for name in sound:
            starts[name] = len(notes)
            notes += drafts[name].notes.notes
        workspace.progress.add("identifying notes", len(notes))
        identity = identify(notes, ledger, namespaces, workspace.now, failed)
        told: dict[str, list[Diagnostic]] = {name: [] for name in sound}
        for diagnostic in identity.diagnostics:
            told[package_of[diagnostic.position.file]].append(diagnostic)
        # Only now is all found that a comment may suppress.
        unused = {
            name: drafts[name].suppressions.unused([*drafts[name].found, *told[name]])
            for name in sound
        }
        more = {
            name: [*told[name], *unused[name]]
            for name in sound
            if has_errors(drafts[name].suppressions.apply([*told[name], *unused[name]]))
        }
        if not more:
            return _Identified(identity, starts, {**told, **unclear}, unused)
        unclear |= more
        failed |= more.keys()


def _stage(
    drafts: Mapping[str, _Collected],
    identified: _Identified,
    folder: Folder,
    ledger: LedgerText,
    terms: BuildOptions,
    workspace: Workspace,
    cache: PageCache,
    seen: CacheState | None,
) -> dict[str, Staged]:
    """The packages of the notes that are identified, here or in other processes."""
    settings = {entry.package: entry.settings for entry in folder.entries}
    lengths = {e.package: sum(len(source.text) for source, _ in e.sources) for e in folder.entries}

    def make(name: str) -> tuple[Staged, Mapping[Path, Path]]:
        path, notes, start = workspace.package(name), drafts[name].notes, identified.starts[name]
        knows = seen is not None and seen.is_package(path)
        staged = stage(
            notes,
            identified.identity.part(start, start + notes.count),
            ledger,
            workspace,
            cache.rendered(name) if knows else {},
            compress=settings[name].compress,
            keeps_notes=terms.keeps_notes,
        )
        new = workspace.files.get(path)
        return staged, {path: new} if new else {}

    jobs = sorted(identified.starts, key=lambda name: -lengths[name])
    workers = terms.workers
    if workers is None and sum(lengths[name] for name in jobs) >= WORTH_HELP:
        workers = helpers()
    if terms.keeps_notes or workers is None:
        workers = ALONE

    def told(name: str) -> None:
        if workers is not ALONE:
            workspace.progress.add("building notes", drafts[name].notes.count)

    staged = {}
    for name, (each, files) in zip(jobs, workers.run(make, jobs, told), strict=True):
        workspace.take_over(files)
        staged[name] = each
    return staged


# --- the report -------------------------------------------------------------------------------


def _said(
    name: str,
    drafts: Mapping[str, _Collected],
    identified: _Identified,
    staged: Mapping[str, Staged],
    last: Mapping[str, KnownPackage],
) -> list[Diagnostic]:
    """What is told of a package, in the order of reading."""
    if name in last:
        return list(last[name].diagnostics)
    found = [*drafts[name].found, *identified.told.get(name, ()), *identified.unused.get(name, ())]
    if name in staged:
        found += staged[name].diagnostics
    return drafts[name].suppressions.apply(sorted(found, key=_reading_order))


def _reading_order(diagnostic: Diagnostic) -> tuple[object, ...]:
    file, line, column = diagnostic.position
    return path_order(file), line, column


def _result(
    folder: Folder,
    drafts: Mapping[str, _Collected],
    identity: Identity,
    staged: Mapping[str, Staged],
    last: Mapping[str, KnownPackage],
    ledger: LedgerText,
    said: Mapping[str, Sequence[Diagnostic]],
    workspace: Workspace,
) -> BuildResult:
    names = [entry.package for entry in folder.entries]
    built = {name: each.built for name, each in staged.items() if each.built}
    built |= {name: as_built(name, each) for name, each in last.items()}
    diagnostics = [each for name in names for each in said[name]]
    if names and not built and not has_errors(diagnostics):
        diagnostics.append(NO_CARDS.at(_NOWHERE))
    lines = {guid: line for each in staged.values() for guid, line in each.lines.items()}
    for guid, entry in with_last_fields(identity, workspace).items():
        if guid not in ledger.lines or ledger.entries[guid] != entry:
            lines[guid] = format_entry(entry)
    parts = [drafts[name].notes if name in drafts else last[name] for name in names]
    return BuildResult(
        packages=tuple(built[name] for name in names if name in built),
        lines=ledger.written(lines),
        changes=Changes(
            frozenset().union(*(each.new for each in staged.values())),
            frozenset().union(*(each.changed for each in staged.values())),
            identity.retired,
            tuple(sorted(note_id for each in staged.values() for note_id in each.redecked)),
        ),
        tables=tuple(table for part in parts for table in part.tables),
        rest=tuple(rest for part in parts for rest in part.rest),
        files=sum(len(entry.sources) for entry in folder.entries),
        diagnostics=tuple(diagnostics),
        texts=_texts(folder.entries, diagnostics),
        failed=tuple(name for name in names if has_errors(said[name])),
    )


def _texts(entries: Sequence[PackageSource], diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    files = {diagnostic.position.file for diagnostic in diagnostics}
    sources = (source for entry in entries for source, _ in entry.sources)
    return {source.path: source.text for source in sources if source.path in files}


def _lost_ledger(entries: Sequence[PackageSource], workspace: Workspace) -> list[Diagnostic]:
    """An error for each package that an earlier build of these notes must have written."""
    paths = [workspace.package(entry.package) for entry in entries]
    return [LOST_LEDGER.at(_NOWHERE, package=path) for path in paths if path.is_file()]


def _orphans(ledger: LedgerText, result: BuildResult, workspace: Workspace) -> Iterable[Diagnostic]:
    """A warning for each file that an earlier build wrote and that no notes make any more."""
    made = {built.name for built in result.packages}
    known = {entry.origin.package for entry in ledger.entries.values()}
    paths = [workspace.package(name) for name in sorted(known - made - set(result.failed))]
    return [ORPHANED_PACKAGE.at(_NOWHERE, path=path) for path in paths if path.is_file()]


def _nothing(entries: Sequence[PackageSource], diagnostics: tuple[Diagnostic, ...]) -> BuildResult:
    nothing: frozenset[Guid] = frozenset()
    changes = Changes(nothing, nothing, nothing, ())
    files = sum(len(entry.sources) for entry in entries)
    return BuildResult((), (), changes, (), (), files, diagnostics, {})


# --- what is beside the main job --------------------------------------------------------------


def read_ledger(source: Path) -> tuple[Mapping[Guid, LedgerEntry], list[Diagnostic]]:
    """The ledger of the notes in ``source``; any diagnostic is an error."""
    text, found = Workspace(source, source, 0).read_ledger()
    if text is None:
        return {}, found
    ledger, found = parse_ledger(text)
    return ledger.entries, found
