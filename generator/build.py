"""The main job, stage by stage: notes and ledger in, packages and ledger out.

`build` takes values and returns values; `run` reads and writes, through `disk` and `staging`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from generator.anki.package import compile_package, count_cards
from generator.anki.readback import check_package, read_package
from generator.diagnostics import (
    LOST_LEDGER,
    NO_CARDS,
    ORPHANED_PACKAGE,
    UNREADABLE,
    UNWRITABLE,
    Diagnostic,
    has_errors,
)
from generator.disk import (
    digest_or_none,
    finish_file,
    move_file,
    new_file,
    only_one_build,
    read_file,
)
from generator.findings import Hearing
from generator.identity import ledger as ledgers
from generator.identity.stamp import Stamped, Taken, stamp
from generator.memory import (
    Remembered,
    Seen,
    as_built,
    digest_of,
    look_again,
    remember,
    still_there,
)
from generator.model import (
    Changes,
    Guid,
    Note,
    Package,
    PackedNote,
    Position,
    Rest,
    StampedNote,
    TableReport,
    Tag,
    fingerprint,
)
from generator.note_fields import FIELDS_OF, packed, ready_made
from generator.outcome import LEDGER_FILE, BuildResult, BuiltPackage, Outcome, built_package
from generator.part import Compile, Identified, Part, Terms, build_part, finish, identified
from generator.progress import Progress
from generator.recent import Recent
from generator.settings import Settings
from generator.sources.folder import Entry, Folder, path_order, read_folder
from generator.sources.media import MediaFolder
from generator.staging import CannotStageError, Staging

# Bytes; some millions of notes.
_LARGEST_LEDGER = 2_000_000_000
# Characters of notes: to start another process takes as long as to build some thousand rows.
_WORTH_HELP = 800_000


@dataclass(frozen=True, slots=True)
class Kept:
    """The packages that have not changed since the last build, and the ledger in which their lines
    stand."""

    packages: Mapping[str, Remembered]
    ledger: ledgers.Standing


LastBuilt = Callable[[str], Mapping[Guid, PackedNote]]
# What a package comes to on its own, where that was worked out elsewhere.
Ahead = Callable[[Entry, Taken], Part | None]


def build(
    folder: Folder,
    ledger: Mapping[Guid, ledgers.Entry],
    terms: Terms,
    compile: Compile,
    last_built: LastBuilt,
    media: MediaFolder,
    kept: Kept | None = None,
    progress: Progress | None = None,
    ahead: Ahead = lambda entry, taken: None,
    recent: Recent | None = None,
) -> BuildResult:
    """Read → classify → render → identify → compile.

    A package is finished and let go as soon as its rows are certain: most often each of them is
    just what the ledger knows. What is left, rows and ledger entries, is looked at together at the
    end: a row may have moved from one package to another. ``last_built`` gives the notes of a
    package as they were built the last time. Of what the notes name, ``media`` knows the files.
    What is ``kept`` has not changed since the last build: it is not made again. ``recent`` is what
    the builds before it read in this process.
    """
    entries = folder.entries
    kept = kept or Kept({}, ledgers.Standing())
    progress = progress or Progress()
    findings: dict[str, list[Diagnostic]] = {entry.package: [] for entry in entries}
    hearings: dict[str, Hearing] = {}
    package_of = {source.path: entry.package for entry in entries for source, _ in entry.sources}
    known = ledgers.by_package(ledger)
    left = dict(ledger)
    taken = Taken(ledger, kept.ledger if kept.packages else None)
    failed: set[str] = set()
    waiting: dict[str, tuple[Entry, tuple[Note, ...]]] = {}
    tables: list[TableReport] = []
    rest: list[Rest] = []
    packages: dict[str, BuiltPackage] = {}
    done: list[Stamped] = []
    lines: list[bytes] = []

    def record(notes: Identified) -> None:
        lines.extend(notes.lines)
        done.append(notes.stamped)
        for guid in notes.known:
            del left[guid]

    for entry in entries:
        name = entry.package
        if same := kept.packages.get(name):
            hearings[name] = Hearing((), {}, strict=False)  # all that is left was said
            findings[name] += same.diagnostics
            tables += same.tables
            rest += same.rest
            packages[name] = as_built(name, same)
            continue
        part = ahead(entry, taken) or build_part(
            entry, known.get(name, ()), terms, taken, compile, media, progress, recent
        )
        hearings[name] = part.hearing
        findings[name] += part.findings
        tables += part.tables
        rest += part.rest
        if part.waiting:
            waiting[name] = (entry, part.waiting)
        elif part.is_failed:
            failed.add(name)
        if part.built:
            packages[name] = part.built
        if part.identified:
            record(part.identified)

    while True:
        sound = {name: own for name, (_, own) in waiting.items() if name not in failed}
        notes = [note for own in sound.values() for note in own]
        stamped = stamp(notes, left, terms.namespaces, terms.now, failed, taken.copy(), progress)
        told: dict[str, list[Diagnostic]] = {name: [] for name in sound}
        for diagnostic in stamped.diagnostics:
            told[package_of[diagnostic.position.file]].append(diagnostic)
        for name in told:
            # Only now is all said that a comment may silence.
            told[name] += hearings[name].idle(findings[name] + told[name])
        unclear = {name for name in told if has_errors(hearings[name].settle(told[name]))}
        for name in unclear or told:
            findings[name] += told[name]
        if not unclear:
            break
        failed |= unclear  # then the others are stamped again, without them
    stamped_in: dict[str, list[StampedNote]] = defaultdict(list)
    for note in stamped.notes:
        stamped_in[note.note.origin.package].append(note)
    stamped = _with_retired_fields(stamped, last_built)
    for name, own in stamped_in.items():
        built, changed = finish(waiting[name][0], own, compile, media, keeps=recent is not None)
        findings[name] += changed
        if built:
            packages[name] = built
    record(identified(stamped))

    said = {
        name: hearings[name].settle(sorted(found, key=_reading_order))
        for name, found in findings.items()
    }
    diagnostics = [each for found in said.values() for each in found]
    if entries and not packages and not has_errors(diagnostics):
        diagnostics.append(NO_CARDS.at(Position("", 1, 1)))
    return BuildResult(
        packages=tuple(packages[e.package] for e in entries if e.package in packages),
        lines=kept.ledger.with_lines(lines),
        changes=_sum_up(done),
        tables=tuple(tables),
        rest=tuple(rest),
        files=sum(len(entry.sources) for entry in entries),
        diagnostics=tuple(diagnostics),
        texts=_texts(entries, diagnostics),
        failed=tuple(name for name, found in said.items() if has_errors(found)),
    )


def _reading_order(diagnostic: Diagnostic) -> tuple[object, ...]:
    file, line, column = diagnostic.position
    return path_order(file), line, column


def _texts(entries: Sequence[Entry], diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    files = {diagnostic.position.file for diagnostic in diagnostics}
    sources = (source for entry in entries for source, _ in entry.sources)
    return {source.path: source.text for source in sources if source.path in files}


def _sum_up(parts: Sequence[Stamped]) -> Changes:
    return Changes(
        frozenset().union(*(part.new for part in parts)),
        frozenset().union(*(part.changed for part in parts)),
        frozenset().union(*(part.retired for part in parts)),
        tuple(sorted(note_id for part in parts for note_id in part.redecked.values())),
    )


def _with_retired_fields(stamped: Stamped, last_built: LastBuilt) -> Stamped:
    """The ledger's entries that just retired get what they were last built as."""
    ledger = dict(stamped.ledger)
    packed: dict[Guid, PackedNote] = {}
    for package in sorted({ledger[guid].origin.package for guid in stamped.retired}):
        packed |= last_built(package)
    for guid in stamped.retired & packed.keys():
        note = packed[guid]
        ledger[guid] = ledger[guid]._replace(tags=note.tags, fields=note.fields)
    return replace(stamped, ledger=ledger)


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
    seen: Seen | None = None,
    recent: Recent | None = None,
) -> Outcome:
    """Build the notes in ``source`` into ``output``; with ``dry`` nothing is written.

    New packages lie ready beside the old ones before the ledger is written, and take their places
    after: whoever stops in between finds the next build giving the same bytes, since it stamps
    from the ledger. ``on_wait`` is called where another build of the same notes is under way,
    which this one waits for; ``progress`` is told what this one is at. With ``strict`` a warning is
    an error: its package is not written. With ``keep_notes`` the result has the notes themselves
    too. What was ``seen`` before spares the work that the last build has done, and ``recent`` what
    this process has.
    """
    staging = Staging(output, dry, progress)
    media = MediaFolder(source)
    if keep_notes or strict:
        seen = None  # such a build neither remembers anything nor is it remembered
    ledger = source / LEDGER_FILE

    def compile(package: Package, settings: Settings) -> BuiltPackage:
        built = staging.compile(package, settings, media.read)
        return replace(built, package=package) if keep_notes else built

    with nullcontext() if dry else only_one_build(source, on_wait):
        if seen:
            seen = look_again(seen, source, output)
        try:
            result, keys = _read_and_build(
                source,
                output,
                now,
                compile,
                media,
                seen,
                strict,
                progress,
                None if keep_notes else staging,
                recent,
            )
            digest = _digest(result.lines)
            if result.packages and digest_or_none(ledger) != digest:
                staging.add_file(ledger, result.lines)
            # The ledger comes first: without it no package may be newer than it is.
            changed = tuple(sorted(staging.files, key=lambda path: path != ledger))
            if dry:
                return Outcome(result, changed)
            outcome = _write(Outcome(result, changed), staging.files)
        except CannotStageError as error:
            return Outcome(_nothing((), (_unwritable(error.path, error.error),)), ())
        finally:
            staging.clear()
        if seen and outcome.written == changed:
            with suppress(OSError):  # then the next build has nothing to remember
                remember(seen, source, output, result, keys, digest, outcome.written)
        return outcome


def _write(outcome: Outcome, new_files: Mapping[Path, Path]) -> Outcome:
    """Let what is new take its place."""
    result = outcome.result
    written: list[Path] = []
    for path in outcome.changed_files:
        try:
            move_file(new_files[path], path)
        except OSError as error:
            found = (*result.diagnostics, _unwritable(path, error))
            result = replace(result, diagnostics=found)
            break
        written.append(path)
    return Outcome(result, outcome.changed_files, tuple(written))


def _unwritable(path: Path, error: OSError) -> Diagnostic:
    return UNWRITABLE.at(Position("", 1, 1), path=path, reason=error.strerror or str(error))


def look(source: Path, output: Path, now: int) -> BuildResult:
    """What a build would make of the notes, with the notes themselves; no package is compiled."""

    def keep(package: Package, _: Settings) -> BuiltPackage:
        return replace(built_package(package, count_cards(package), ""), package=package)

    return _read_and_build(source, output, now, keep, MediaFolder(source))[0]


def _digest(pieces: Iterable[bytes | memoryview]) -> str:
    total = sha256()
    for piece in pieces:
        total.update(piece)
    return total.hexdigest()


def _read_and_build(
    source: Path,
    output: Path,
    now: int,
    compile: Compile,
    media: MediaFolder,
    seen: Seen | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    staging: Staging | None = None,
    recent: Recent | None = None,
) -> tuple[BuildResult, dict[str, str]]:
    """The result, and the keys under which its packages may be remembered.

    Where packages go to ``staging``, several processes may fill it.
    """
    folder = read_folder(source)
    entries, diagnostics, texts, ignored = folder
    hearing = Hearing((), ignored, strict)
    keys = {entry.package: _key(entry, ignored) for entry in entries}
    text, found = _read_ledger_text(source)
    kept = still_there(seen, keys, text, output) if seen and text else {}
    ledger: dict[Guid, ledgers.Entry] = {}
    standing = ledgers.Standing()
    if text is not None:
        standing, rest = ledgers.take_out(text, kept) if kept else (standing, text)
        ledger, found = ledgers.parse_ledger(rest, recent=recent.entries(rest) if recent else None)
    elif not found:
        found += _lost_ledger(entries, output)
    diagnostics += tuple(found)
    if has_errors(diagnostics):
        nothing = _nothing(entries, tuple(hearing.settle(diagnostics)))
        return replace(nothing, texts=texts), {}

    def last_built(package: str) -> Mapping[Guid, PackedNote]:
        try:
            return read_package((output / f"{package}.apkg").read_bytes())
        except (OSError, ValueError):
            return {}  # a damaged old package is about to be replaced; there is nothing to keep

    namespaces = {entry.package: entry.settings.id or entry.package for entry in entries}
    terms = Terms(namespaces, now, ignored, strict, is_first=not (ledger or kept))
    progress = progress or Progress()
    with _helped(folder, ledger, terms, kept, keys, staging, progress) as ahead:
        result = build(
            folder,
            ledger,
            terms,
            compile,
            last_built,
            media,
            Kept(kept, standing),
            progress,
            ahead,
            recent,
        )
    before, behind = map(hearing.settle, (diagnostics, _orphans(ledger, result, output)))
    diagnostics = (*before, *result.diagnostics, *behind)
    return replace(result, diagnostics=diagnostics, texts={**texts, **result.texts}), keys


@contextmanager
def _helped(
    folder: Folder,
    ledger: Mapping[Guid, ledgers.Entry],
    terms: Terms,
    kept: Mapping[str, Remembered],
    keys: Mapping[str, str],
    staging: Staging | None,
    progress: Progress,
) -> Iterator[Ahead]:
    """Other processes that build what may be built apart, where that is worth it."""
    todo = [entry for entry in folder.entries if keys[entry.package] and entry.package not in kept]
    length = sum(len(source.text) for entry in todo for source, _ in entry.sources)
    if staging is None or len(todo) < 2 or length < _WORTH_HELP:
        yield lambda entry, taken: None
        return
    from generator.crew import Crew, Job  # takes its time to load, too

    known = ledgers.by_package(ledger)
    jobs = [Job(entry, known.get(entry.package, ())) for entry in todo]
    order = [entry.package for entry in folder.entries]
    with Crew(jobs, order, kept, terms, staging, progress).at_work() as crew:
        yield crew.part


def _key(entry: Entry, ignored: Mapping[str, Collection[str]]) -> str:
    """A digest of all that the package is made from; empty where there may be pictures in it."""
    if any("![" in source.text for source, _ in entry.sources):
        return ""
    pages = (
        text
        for source, settings in entry.sources
        for text in (source.path, source.text, repr(settings))
    )
    known = (
        entry.package,
        repr(entry.settings),
        repr(entry.diagnostics),
        repr(sorted(ignored.items())),
    )
    return digest_of([*known, *pages])


def read_ledger(source: Path) -> tuple[dict[Guid, ledgers.Entry], list[Diagnostic]]:
    """The ledger of the notes in ``source``; any diagnostic is an error."""
    text, found = _read_ledger_text(source)
    return ({}, found) if text is None else ledgers.parse_ledger(text)


def _read_ledger_text(source: Path) -> tuple[bytes | None, list[Diagnostic]]:
    """The ledger as it stands; None where there is none, or where it cannot be read."""
    path = source / LEDGER_FILE
    try:
        return read_file(path, _LARGEST_LEDGER), []
    except FileNotFoundError:
        return None, []
    except OSError as error:
        return None, [UNREADABLE.at(Position(path.name, 1, 1), reason=error.strerror)]


def write_retired_package(entries: Sequence[ledgers.Entry], path: Path) -> int:
    """Write a package that tags these retired notes ``retired``; returns how many are in it.

    Those are left out whose fields the ledger does not hold. Their time is that of their
    retirement, which is later than what a collection knows, so that an import updates them.
    OSError where the file cannot be written.
    """
    nowhere = Position("", 1, 1)
    notes = []
    for entry in sorted(entries, key=lambda entry: entry.guid):
        if not entry.fields:
            continue
        fields = FIELDS_OF[entry.origin.kind](*entry.fields)
        tags = tuple(Tag(tag) for tag in sorted({*entry.tags, "retired"}))
        note = Note(entry.origin, ready_made(fields), tags, entry.deck, nowhere)
        mark = fingerprint(entry.origin.kind, packed(fields), " ".join(tags))
        notes.append(StampedNote(note, entry.guid, entry.note_id, entry.retired, mark))
    package = Package("retired", tuple(notes), {})
    new = new_file(path)
    try:
        compile_package(package, new)
        check_package(new, package)
        finish_file(new)
        move_file(new, path)
    finally:
        new.unlink(missing_ok=True)
    return len(notes)


def _lost_ledger(entries: Sequence[Entry], output: Path) -> list[Diagnostic]:
    """An error for each package that an earlier build of these notes must have written."""
    paths = [output / f"{entry.package}.apkg" for entry in entries]
    nowhere = Position("", 1, 1)
    return [LOST_LEDGER.at(nowhere, package=path) for path in paths if path.is_file()]


def _orphans(
    ledger: Mapping[Guid, ledgers.Entry], result: BuildResult, output: Path
) -> tuple[Diagnostic, ...]:
    """A warning for each file that an earlier build wrote and that no notes make any more."""
    made = {built.name for built in result.packages}
    gone = {entry.origin.package for entry in ledger.values()} - made - set(result.failed)
    paths = [output / f"{package}.apkg" for package in sorted(gone)]
    nowhere = Position("", 1, 1)
    return tuple(ORPHANED_PACKAGE.at(nowhere, path=path) for path in paths if path.is_file())


def _nothing(entries: Sequence[Entry], diagnostics: tuple[Diagnostic, ...]) -> BuildResult:
    nothing: frozenset[Guid] = frozenset()
    changes = Changes(nothing, nothing, nothing, ())
    files = sum(len(entry.sources) for entry in entries)
    return BuildResult((), (), changes, (), (), files, diagnostics, {})
