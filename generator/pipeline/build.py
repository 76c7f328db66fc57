"""The main job: read → collect → identify → render → write, and the report of it.

Pages are read, and packages made, by functions of values alone, here or in other processes. What
nobody has touched since the last build is left as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache as cached
from functools import partial
from pathlib import Path
from typing import NamedTuple

from generator.core.diagnostics import (
    LATER_LEDGER,
    LOST_LEDGER,
    MERGED_LEDGER,
    MOST_RETIRE,
    NO_CARDS,
    NO_CARDS_IN_ENTRY,
    ORPHANED_PACKAGE,
    SAME_PACKAGE,
    UNKNOWN_SEARCH,
    Diagnostic,
    excerpt,
    has_errors,
    number,
)
from generator.core.model import Changes, Guid, Note, Position, RowStatus, Source
from generator.core.outcome import LEDGER_FILE, BuildResult, Outcome
from generator.core.refusals import unwritable
from generator.core.suppressions import Suppressions
from generator.identity.entry import LedgerEntry, format_entry
from generator.identity.given_twice import names_in
from generator.identity.identify import Identity, Unread, identify
from generator.identity.ledger import LedgerText, clues_in_use, package_in, parse_ledger
from generator.identity.match import NEW, SAME
from generator.identity.renew import NOTHING, Renew
from generator.machine.cache_files import pages_file
from generator.machine.disk import is_there
from generator.machine.progress import Progress
from generator.machine.spool import CannotKeepError, Spool
from generator.machine.workers import ALONE, Workers, helpers
from generator.markup.render_cell import all_same_as
from generator.notes.kept_readings import AllReadings
from generator.pages.cache import PageCache
from generator.pages.reading import WORTH_HELP, Reading, ReadPackage
from generator.pipeline.collect import PackageNotes, collect
from generator.pipeline.make_package import PackageResult, make_package
from generator.pipeline.retired_package import with_last_fields
from generator.settings.values import Settings
from generator.sources.folder import (
    SETTINGS_FILE,
    Folder,
    KnownPages,
    PackageSource,
    path_order,
    read_folder,
)
from generator.workspace.folders import CannotWriteError, Workspace
from generator.workspace.last_build import (
    CacheState,
    KnownPackage,
    as_built,
    is_ledger_of_last_build,
    read_state,
    refresh,
    remember,
    still_there,
)
from generator.workspace.previous import keep_previous

_NOWHERE = Position("", 1, 1)
# Notes of packages that wait, with their cells, until all rows are known: each takes some 2 KB.
_MOST_NOTES_IN_MEMORY = 120_000
_MOST_RETIRE_UNASKED = 20
_MOST_NAMES = 3  # of packages in a warning
_DAY = 86_400  # seconds
_LAST_TIME = 253_402_300_799  # the end of the year 9999


class BuildOptions(NamedTuple):
    """What a person asks for: with ``strict`` a warning is an error; with ``keeps_notes`` the
    result has the notes themselves; with ``retire`` most notes may be gone; ``renew`` are notes to
    be sent anew. ``workers`` are those that
    may help; None where that depends on how much there is to do."""

    strict: bool = False
    keeps_notes: bool = False
    retire: bool = False
    renew: Renew = NOTHING
    workers: Workers | None = None


def run(
    source: Path,
    output: Path,
    now: int,
    *,
    dry: bool = False,
    strict: bool = False,
    keep_notes: bool = False,
    retire: bool = False,
    renew: Renew = NOTHING,
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
    terms = BuildOptions(strict, keep_notes, retire, renew, workers)
    if strict:
        seen = None  # such a build neither remembers anything nor is it remembered
    with workspace.held(on_wait):
        if seen:
            seen = refresh(seen, source, output)
        try:
            result, keys = build(workspace, terms, seen, cache)
            digest = workspace.stage_ledger(result.lines) if result.packages else ""
        except CannotWriteError as error:
            return Outcome(_nothing(None, (error.diagnostic,)), ())
        except CannotKeepError as error:
            return Outcome(_nothing(None, (unwritable(Path(error.filename), error),)), ())
        changed = workspace.changed_files
        if dry:
            return Outcome(result, changed)
        digests = {each.file_name: each.digest for each in result.packages}
        if built := {path.name: digests[path.name] for path in changed if path.name in digests}:
            keep_previous(source, output, built)
        written, found = workspace.replace()
        if found:
            result = result._replace(diagnostics=(*result.diagnostics, *found))
        elif seen:
            with suppress(OSError):  # then the next build has nothing to remember
                remember(seen, source, output, result, keys, digest, written)
        return Outcome(result, changed, tuple(written))


def look(
    source: Path,
    output: Path,
    now: int,
    ledger: bytes | None = None,
    texts: Mapping[str, str] | None = None,
) -> BuildResult:
    """What a build would make of the notes, with the notes themselves; no package is compiled.

    With ``ledger`` it is as if that text stood beside the notes, and with ``texts``, by path, as if
    the pages were these.
    """
    # Beside another ledger or other pages the packages that lie there say nothing.
    seen = read_state(source, output) if ledger is None and texts is None else None
    workspace = Workspace(
        source, output, now, dry=True, compiles=False, ledger_text=ledger, page_texts=texts
    )
    return build(workspace, BuildOptions(keeps_notes=True, retire=True), seen)[0]


# --- the five steps ---------------------------------------------------------------------------


class _Collected(NamedTuple):
    """A package whose pages are read: its notes, what was found, and what of that is told.

    Where it ``is_failed`` it is left alone as a whole. ``unread`` are paths of pages and folders
    whose notes stay as they are, each with where the error is. That it ``lacks_cards`` is said of
    all pages at the top together.
    """

    notes: PackageNotes
    found: tuple[Diagnostic, ...]
    suppressions: Suppressions
    is_failed: bool
    unread: Mapping[str, Position]
    lacks_cards: bool = False


class _IdentityResult(NamedTuple):
    """The packages that have notes, by name: where in the flat list these begin.

    ``told`` is what was found about the packages' rows, and ``unused`` about comments that suppress
    nothing.
    """

    identity: Identity
    packages: Mapping[str, PackageNotes]
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
    cache = cache or PageCache(pages_file(workspace.source))
    try:
        return _build(workspace, terms, seen, cache)
    except (CannotWriteError, CannotKeepError):
        raise
    except Exception as error:
        # A forged cache may hold anything. Without it there is a build, or the fault is ours.
        workspace.drop_files()
        cache.remove()
        result, keys = _build(workspace, terms, None, cache)
        return result._replace(restarted=_described(error)), keys


def _described(error: Exception) -> str:
    """What went wrong, and in which line of the program."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    file = Path(place.tb_frame.f_code.co_filename).name if place else ""
    what = excerpt(f"{type(error).__name__}: {error}")
    return f"{what}, in {file}:{place.tb_lineno if place else 0}"


def _build(
    workspace: Workspace, terms: BuildOptions, seen: CacheState | None, cache: PageCache
) -> tuple[BuildResult, dict[str, str]]:
    progress = workspace.progress
    ledger_text, found = workspace.read_ledger()
    known_pages = _known_pages(ledger_text, is_none=not found)
    folder = read_folder(workspace.source, known_pages, workspace.page_texts)
    suppressions = Suppressions((), folder.ignored, terms.strict)
    reading = Reading(folder, cache, workspace.media)
    # What is to be sent anew may be in any package, and notes are wanted of all.
    may_skip = terms.renew == NOTHING and not terms.keeps_notes
    last, as_read, more = _read_ledger(
        ledger_text, found, workspace, folder, reading, seen, may_skip=may_skip
    )
    del ledger_text, known_pages  # the ledger of a large package is large, and read now
    found = [*folder.diagnostics, *more]
    package_of = {source.path: e.package for e in folder.entries for source, _ in e.sources}
    ledger = as_read.in_packages(package_of)
    if search := terms.renew.unknown(ledger.entries.values()):
        found.append(UNKNOWN_SEARCH.at(_NOWHERE, search=search))
    if has_errors(found):
        reading.close()
        nothing = _nothing(folder, tuple(suppressions.apply(found)))
        return nothing._replace(texts=folder.texts), {}
    touched = [entry for entry in folder.entries if entry.package not in last]
    with closing(reading), closing(Spool()) as spool:
        read = reading.read(touched, terms.workers, progress)
        drafts, notes = _collect(read, _readings(ledger, folder), folder, terms, spool)
        identified = _identify(drafts, notes, ledger, package_of, folder, workspace, terms.strict)
        del notes  # they wait on the disk, with their cells, where they are many
        if too_many := _too_many_retire(identified.identity, ledger, terms):
            nothing = _nothing(folder, tuple(suppressions.apply([*found, too_many])))
            return nothing._replace(texts=folder.texts), {}
        staged = _stage(identified, folder, ledger, terms, workspace, cache, seen)
        # Where nothing is written, the next build finds another package than was made here.
        made = {} if workspace.dry else {name: each.rendered for name, each in staged.items()}
        reading.store(made)
    keys = reading.package_keys()
    # What is told of rows now is not told of them when they are known.
    keys |= {name: "" for name, told in identified.told.items() if told}
    said = {
        entry.package: _said(entry.package, drafts, identified, staged, last)
        for entry in folder.entries
    }
    found += _loose_without_cards(folder, drafts)
    result = _result(folder, identified, drafts, staged, last, ledger, as_read, said, workspace)
    behind = suppressions.apply(_orphans(as_read, result, identified.identity, workspace))
    diagnostics = (*suppressions.apply(found), *result.diagnostics, *behind)
    return result._replace(diagnostics=diagnostics, texts={**folder.texts, **result.texts}), keys


def _known_pages(ledger: bytes | None, *, is_none: bool) -> KnownPages:
    """What the ledger knows of pages; there ``is_none`` where nothing keeps it from being read."""
    if ledger is None:
        return KnownPages(is_none)
    return KnownPages(package=package_in(ledger), in_use=cached(partial(clues_in_use, ledger)))


def _read_ledger(
    text: bytes | None,
    found: list[Diagnostic],
    workspace: Workspace,
    folder: Folder,
    reading: Reading,
    seen: CacheState | None,
    *,
    may_skip: bool,
) -> tuple[Mapping[str, KnownPackage], LedgerText, list[Diagnostic]]:
    """The packages that nobody has touched, where the build ``may_skip`` them; and the ledger, of
    which this is the ``text``."""
    if text is None:
        none = LedgerText(package=folder.chosen)
        return {}, none, found or _lost_ledger(folder.entries, workspace)
    last: Mapping[str, KnownPackage] = {}
    if seen and may_skip:
        last = still_there(seen, reading.package_keys(), text, workspace.output)
        texts = _touched_texts(folder, last)
        if any({*all_same_as(page)} - {NEW, SAME} for page in texts):
            last = {}  # what a row is said to be may be a note of any package
    is_ours = seen is not None and seen.is_ledger(text)
    ledger, found = parse_ledger(text, is_ours=is_ours, untouched=last)
    if ledger.is_merged:
        found = [*found, MERGED_LEDGER.at(Position(LEDGER_FILE, 1, 1))]
    return last, ledger, [*found, *_later(ledger, workspace.now)]


def _touched_texts(folder: Folder, last: Container[str]) -> Iterator[str]:
    """The texts of the packages that are not as they were ``last``."""
    touched = (entry for entry in folder.entries if entry.package not in last)
    return (source.text for entry in touched for source, _ in entry.sources)


def _later(ledger: LedgerText, now: int) -> list[Diagnostic]:
    """A warning where notes changed after today: this clock is wrong, or another one was."""
    later = [time for time in ledger.times() if time > now + _DAY]
    if not later:
        return []
    date = datetime.fromtimestamp(min(max(later), _LAST_TIME), UTC).date()
    where = Position(LEDGER_FILE, 1, 1)
    return [LATER_LEDGER.at(where, notes=number(len(later), "note"), date=date.isoformat())]


def _collect(
    read: Iterable[ReadPackage],
    readings: AllReadings,
    folder: Folder,
    terms: BuildOptions,
    spool: Spool,
) -> tuple[dict[str, _Collected], dict[str, Sequence[Note]]]:
    """The packages and their notes, by name. When there are many notes the rest waits on the disk
    with all that belongs to it."""
    drafts, notes = dict[str, _Collected](), dict[str, Sequence[Note]]()
    room = _MOST_NOTES_IN_MEMORY
    for each in read:
        draft = _draft(each, readings, folder, terms)
        notes[draft.notes.name] = draft.notes.notes
        room -= draft.notes.count
        if room < 0:
            draft = draft._replace(notes=draft.notes.kept_in(spool))
        drafts[draft.notes.name] = draft
    return drafts, notes


def _readings(ledger: LedgerText, folder: Folder) -> AllReadings:
    """How the tables of each package were read."""
    pages = {source.path for entry in folder.entries for source, _ in entry.sources}
    # What one of two sides retired was in use on the other.
    entries = ledger.entries.values()
    gone = [e for e in entries if e.retired and e.guid not in ledger.words]
    gone.sort(key=lambda entry: entry.retired)
    live = ((e.origin, e.reading) for e in entries if not e.retired or e.guid in ledger.words)
    asked: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        if entry.slots:
            headers = (slot.header for slot in entry.slots if slot.number - 1 in entry.cards)
            own = asked.setdefault((entry.origin.page, entry.origin.section), set())
            own.update(*map(names_in, headers))
    retired = AllReadings(((e.origin, e.reading) for e in gone), pages)
    return AllReadings(live, pages, retired, asked)


def _draft(
    read: ReadPackage, readings: AllReadings, folder: Folder, terms: BuildOptions
) -> _Collected:
    entry, pages = read
    notes, found = collect(entry.package, pages, readings.of(entry.package))
    found = [*entry.diagnostics, *found]
    comments = [comment for page in pages for comment in page.suppressions]
    ignored = {**folder.ignored, **{page.path: page.settings.ignore for page in pages}}
    suppressions = Suppressions(comments, ignored, terms.strict)
    errors = [each for each in entry.diagnostics if has_errors((each,))]
    of_package = [each for each in errors if _is_of_package(each, entry)]
    is_failed = bool(of_package)
    if terms.strict:
        is_failed = has_errors(suppressions.apply(found))
    unread = {path: Position(path, 1, 1) for path in notes.held}
    unread |= {_path_of(each): each.position for each in errors if each not in of_package}
    rows = (note.status for group in notes.groups for note in group.notes)
    may_be_cards = any(status is not RowStatus.UNFINISHED for status in rows)
    lacks_cards = not may_be_cards and not is_failed and not unread
    if lacks_cards:
        where = Position(pages[0].path if pages else entry.package, 1, 1)
        no_cards = NO_CARDS_IN_ENTRY.at(where, packages=entry.package)
        lacks_cards = not terms.strict and bool(suppressions.apply([no_cards]))
        # With --strict it is an error, and so one of its own package.
        found += [no_cards] if terms.strict or not _is_loose(entry) else []
    return _Collected(notes, tuple(found), suppressions, is_failed, unread, lacks_cards)


def _is_loose(entry: PackageSource) -> bool:
    """Whether it is a page at the top of the folder."""
    return not entry.is_whole and all("/" not in source.path for source, _ in entry.sources)


def _is_of_package(error: Diagnostic, entry: PackageSource) -> bool:
    """Whether an error of an entry is one of all its pages."""
    is_settings = _path_of(error) != error.position.file and not entry.is_whole
    return is_settings or error.code == SAME_PACKAGE.code


def _path_of(error: Diagnostic) -> str:
    """The path of the page that an error is of, or of the folder whose settings are wrong."""
    folder, _, file = error.position.file.rpartition("/")
    return folder if file == SETTINGS_FILE else error.position.file


def _identify(
    drafts: Mapping[str, _Collected],
    notes_of: Mapping[str, Sequence[Note]],
    ledger: LedgerText,
    package_of: Mapping[str, str],
    folder: Folder,
    workspace: Workspace,
    strict: bool,
) -> _IdentityResult:
    """Who the notes of all packages are but for those that are left alone.

    Where a warning is an error, the rows of a package may turn out to have one only here; then the
    others are looked at again, without it.
    """
    namespaces = {entry.package: entry.settings.id or entry.package for entry in folder.entries}
    failed = {name for name, draft in drafts.items() if draft.is_failed}
    unclear: dict[str, list[Diagnostic]] = {}
    while True:
        sound = [name for name in drafts if name not in failed]
        notes = [note for name in sound for note in notes_of[name]]
        workspace.progress.add("identifying notes", len(notes))
        unread = Unread(
            failed,
            {path: where for name in sound for path, where in drafts[name].unread.items()},
            {name: drafts[name].notes.loose for name in sound if drafts[name].notes.loose},
        )
        identity = identify(notes, ledger, namespaces, workspace.now, unread)
        told: dict[str, list[Diagnostic]] = {name: [] for name in sound}
        for diagnostic in identity.diagnostics:
            told[package_of[diagnostic.position.file]].append(diagnostic)
        # Only now is all found that a comment may suppress.
        unused = {name: _unused(drafts[name], told[name]) for name in sound}
        more = {
            name: [*told[name], *unused[name]]
            for name in sound
            if strict and drafts[name].suppressions.apply([*told[name], *unused[name]])
        }
        if not more:
            break
        unclear |= more
        failed |= more.keys()
    packages, starts, place, start = {}, {}, 0, 0
    for name in sound:
        package = drafts[name].notes
        places = range(place, place := place + package.count)
        left_out = {
            number: identity.left_out[each]
            for number, each in enumerate(places)
            if each in identity.left_out
        }
        joined = {
            number: tuple(other - places.start for other in identity.joined[each])
            for number, each in enumerate(places)
            if each in identity.joined
        }
        packages[name] = package.without(left_out, joined)
        if packages[name].count:
            starts[name] = start
            start += packages[name].count
    return _IdentityResult(identity, packages, starts, {**told, **unclear}, unused)


def _unused(draft: _Collected, told: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What is to be said of comments that suppress nothing. Of a page with errors that is not
    known: what they are for may be in a row that is held."""
    found = [*draft.found, *told]
    faulty = {each.position.file for each in found if has_errors((each,))}
    unused = draft.suppressions.unused(found)
    return [each for each in unused if each.position.file not in faulty]


def _stage(
    identified: _IdentityResult,
    folder: Folder,
    ledger: LedgerText,
    terms: BuildOptions,
    workspace: Workspace,
    cache: PageCache,
    seen: CacheState | None,
) -> dict[str, PackageResult]:
    """The packages of the notes that are identified, here or in other processes."""
    settings = {entry.package: entry.settings for entry in folder.entries}
    reserved: dict[str, list[LedgerEntry]] = {}
    for guid in sorted(identified.identity.reserved):
        entry = identified.identity.gone[guid]
        reserved.setdefault(entry.origin.package, []).append(entry)
    lengths = {e.package: sum(len(source.text) for source, _ in e.sources) for e in folder.entries}

    jobs = sorted(identified.starts, key=lambda name: -lengths[name])
    workers = terms.workers
    if workers is None and sum(lengths[name] for name in jobs) >= WORTH_HELP:
        workers = helpers()
    if terms.keeps_notes or workers is None:
        workers = ALONE

    def make(name: str) -> tuple[PackageResult, Mapping[Path, Path]]:
        path, notes, start = (
            workspace.package(name),
            identified.packages[name],
            identified.starts[name],
        )
        last = seen.digest_of(path) if seen else ""
        staged = make_package(
            notes,
            identified.identity.part(start, start + notes.count),
            ledger,
            workspace,
            cache.rendered(name, last) if last else {},
            reserved.get(name, ()),
            terms.renew,
            compress=settings[name].compress,
            keeps_notes=terms.keeps_notes,
            workers=workers if len(jobs) == 1 and not last else ALONE,
        )
        new = workspace.files.get(path)
        return staged, {path: new} if new else {}

    def told(name: str) -> None:
        if workers is not ALONE:
            workspace.progress.add("building notes", identified.packages[name].count)

    staged = {}
    for name, (each, files) in zip(jobs, workers.run(make, jobs, told), strict=True):
        workspace.take_over(files)
        staged[name] = each
    return staged


# --- the report -------------------------------------------------------------------------------


def _said(
    name: str,
    drafts: Mapping[str, _Collected],
    identified: _IdentityResult,
    staged: Mapping[str, PackageResult],
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
    identified: _IdentityResult,
    drafts: Mapping[str, _Collected],
    staged: Mapping[str, PackageResult],
    last: Mapping[str, KnownPackage],
    ledger: LedgerText,
    as_read: LedgerText,
    said: Mapping[str, Sequence[Diagnostic]],
    workspace: Workspace,
) -> BuildResult:
    identity = identified.identity
    names = [entry.package for entry in folder.entries]
    built = {name: each.built for name, each in staged.items() if each.built}
    built |= {name: as_built(name, each) for name, each in last.items()}
    diagnostics = [each for name in names for each in said[name]]
    if names and not built and not has_errors(diagnostics):
        diagnostics.append(NO_CARDS.at(_NOWHERE))
    gone = [
        format_entry(entry)
        for guid, entry in with_last_fields(identity, as_read.entries, workspace).items()
        if guid not in ledger.lines or ledger.entries[guid] != entry
    ]
    lines = [*(each.lines for each in staged.values()), gone]
    parts = [_part(name, identified, drafts, last) for name in names]
    untouched = {name: ledger.waiting[name] for name in last if name in ledger.waiting}
    failed = {
        name: ledger.waiting[name]
        for name, draft in drafts.items()
        if draft.is_failed and name in ledger.waiting
    }
    return BuildResult(
        packages=tuple(built[name] for name in names if name in built),
        lines=ledger.written(lines, {**untouched, **failed, **identity.waiting}),
        changes=Changes(
            frozenset().union(*(each.new for each in staged.values())),
            frozenset().union(*(each.changed for each in staged.values())),
            identity.retired,
            tuple(sorted(moved for each in staged.values() for moved in each.redecked)),
        ),
        tables=tuple(table for part in parts for table in part.tables),
        rest=tuple(rest for part in parts for rest in part.rest),
        files=sum(len(entry.sources) for entry in folder.entries),
        diagnostics=tuple(diagnostics),
        texts=_texts(folder.entries, diagnostics),
        failed=tuple(name for name in names if name not in built and has_errors(said[name])),
        emptied=sum(each.emptied for each in staged.values()),
        reserved=Counter(identity.gone[guid].origin.package for guid in identity.reserved)
        + Counter({name: each.reserved for name, each in last.items()}),
        left_out=folder.left_out,
        whole=next((entry.package for entry in folder.entries if entry.is_whole), ""),
        loose=folder.loose if folder.chosen else 0,
    )


def _part(
    name: str,
    identified: _IdentityResult,
    drafts: Mapping[str, _Collected],
    last: Mapping[str, KnownPackage],
) -> PackageNotes | KnownPackage:
    if name in last:
        return last[name]
    return identified.packages[name] if name in identified.packages else drafts[name].notes


def _texts(entries: Sequence[PackageSource], diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    files = {diagnostic.position.file for diagnostic in diagnostics}
    sources = (source for entry in entries for source, _ in entry.sources)
    return {source.path: source.text for source in sources if source.path in files}


def _loose_without_cards(folder: Folder, drafts: Mapping[str, _Collected]) -> Iterable[Diagnostic]:
    """A warning for all pages at the top that make no card: a folder of them says it once."""
    loose = [entry.package for entry in folder.entries if _is_loose(entry)]
    names = [name for name in loose if name in drafts and drafts[name].lacks_cards]
    if names:
        shown = ", ".join(names[:_MOST_NAMES])
        more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
        first = next(entry for entry in folder.entries if entry.package == names[0])
        where = Position(first.sources[0][0].path, 1, 1)
        yield NO_CARDS_IN_ENTRY.at(where, packages=shown + more)


def _lost_ledger(entries: Sequence[PackageSource], workspace: Workspace) -> list[Diagnostic]:
    """An error for each package that an earlier build of these notes must have written."""
    paths = [workspace.package(entry.package) for entry in entries]
    return [LOST_LEDGER.at(_NOWHERE, package=path) for path in paths if is_there(path)]


def _too_many_retire(
    identity: Identity, ledger: LedgerText, terms: BuildOptions
) -> Diagnostic | None:
    """An error where so many notes would retire that a part of the folder may be away."""
    live = len(ledger.untouched) + sum(not entry.retired for entry in ledger.entries.values())
    retired = len(identity.retired)
    if terms.retire or retired <= _MOST_RETIRE_UNASKED or 2 * retired <= live:
        return None
    return MOST_RETIRE.at(_NOWHERE, retired=f"{retired:,}", notes=number(live, "note"))


def _orphans(
    ledger: LedgerText, result: BuildResult, identity: Identity, workspace: Workspace
) -> Iterable[Diagnostic]:
    """A warning for each file that an earlier build wrote and that no notes make any more."""
    made = {built.name for built in result.packages}
    known = {entry.origin.package for entry in ledger.entries.values()}
    waiting = {ledger.entries[guid].origin.package for guid in identity.reserved}
    names = known - made - waiting - set(result.failed)
    paths = [workspace.package(name) for name in sorted(names)]
    return [ORPHANED_PACKAGE.at(_NOWHERE, path=path) for path in paths if is_there(path)]


def _nothing(folder: Folder | None, diagnostics: tuple[Diagnostic, ...]) -> BuildResult:
    nothing: frozenset[Guid] = frozenset()
    changes = Changes(nothing, nothing, nothing, ())
    files = sum(len(entry.sources) for entry in folder.entries) if folder else 0
    left_out = folder.left_out if folder else ()
    return BuildResult((), (), changes, (), (), files, diagnostics, {}, left_out=left_out)


# --- what is beside the main job --------------------------------------------------------------


def read_ledger(
    source: Path, output: Path | None = None
) -> tuple[Mapping[Guid, LedgerEntry], list[Diagnostic]]:
    """The ledger of the notes in ``source``; any diagnostic is an error. Where it is what the last
    build into ``output`` left, it is not checked again."""
    text, found = Workspace(source, source, 0).read_ledger()
    if text is None:
        return {}, found
    is_ours = output is not None and is_ledger_of_last_build(text, source, output)
    ledger, found = parse_ledger(text, is_ours=is_ours)
    return ledger.entries, found


def page_settings(source: Path) -> Mapping[str, tuple[Source, Settings]]:
    """The pages of the notes in ``source`` that a build reads, by path, each with the settings of
    its folder."""
    text, found = Workspace(source, source, 0).read_ledger()
    folder = read_folder(source, _known_pages(text, is_none=not found))
    return {page.path: (page, own) for entry in folder.entries for page, own in entry.sources}
