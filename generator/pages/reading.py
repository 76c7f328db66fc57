"""Gives a build its pages: from the cache, or read here or in other processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.core.model import Source
from generator.machine.cache_files import digest_of
from generator.machine.progress import Progress
from generator.machine.workers import Workers, batches, helpers
from generator.markup.inline import may_name_files
from generator.notes.page_notes import PageNotes
from generator.pages.cache import PageCache, decode, encode, page_key
from generator.pages.page import is_still, page_notes
from generator.settings.values import Settings
from generator.sources.folder import Folder, PackageSource
from generator.sources.media import MediaFolder

Job = tuple[Source, Settings]  # a page to read, and the settings of its folder
ReadPackage = tuple[PackageSource, Sequence[PageNotes]]  # an entry of the folder, and its pages
# Characters: so many are read before what came of them is handed over.
_BATCH = 100_000
# Characters: to start another process takes as long as to read some thousand rows.
WORTH_HELP = 800_000


class Reading:
    """The pages of a folder, each read at most once."""

    def __init__(self, folder: Folder, cache: PageCache, media: MediaFolder) -> None:
        self._folder = folder
        self._cache = cache
        self._media = media
        self._keys = {
            source.path: page_key(source, settings)
            for entry in folder.entries
            for source, settings in entry.sources
        }
        self._known = cache.load()
        # Pages that name files, and those that are to be handed over: by path.
        self._pages: dict[str, PageNotes] = {}
        self._named: dict[str, str] = {}  # what those named that were handed over
        for path, key in self._keys.items():
            if self._known.get(key):
                page = cache.get(key)
                if page and is_still(page, media):
                    self._pages[path] = page
                else:
                    del self._known[key]

    def package_keys(self) -> dict[str, str]:
        """By package a digest of all that its pages come to, settings and pictures included; an
        empty text where that is not known without reading."""
        ignored = repr(sorted(self._folder.ignored.items()))
        return {entry.package: self._package_key(entry, ignored) for entry in self._folder.entries}

    def _package_key(self, entry: PackageSource, ignored: str) -> str:
        texts = [entry.package, repr(entry.settings), repr(entry.diagnostics), ignored]
        for source, _ in entry.sources:
            key = self._keys[source.path]
            texts.append(key.hex())
            if source.path in self._named:
                texts.append(self._named[source.path])
            elif page := self._pages.get(source.path):
                texts.append(repr((page.files, page.faults)))
            elif key in self._known or not may_name_files(source.text):
                texts.append("")
            else:
                return ""
        return digest_of(texts)

    def read(
        self, entries: Sequence[PackageSource], workers: Workers | None, progress: Progress
    ) -> Iterator[ReadPackage]:
        """The entries, each with its pages; while one is looked at the next are read."""
        jobs = [job for entry in entries for job in entry.sources if not self._is_known(job)]
        if workers is None and sum(len(source.text) for source, _ in jobs) >= WORTH_HELP:
            workers = helpers()
        if workers and workers.count > 1:
            reading = self._read_elsewhere(jobs, workers, progress)
        else:
            reading = self._read_here(jobs, progress)
        for entry in entries:
            paths = [source.path for source, _ in entry.sources]
            for path in paths:
                while path not in self._pages:
                    next(reading)
            yield entry, [self._pages[path] for path in paths]
            self._let_go(paths)

    def _let_go(self, paths: Sequence[str]) -> None:
        """Of pages that were handed over only what they name is wanted again."""
        for path in paths:
            page = self._pages.pop(path)
            self._named[path] = repr((page.files, page.faults)) if page.references else ""

    def _is_known(self, job: Job) -> bool:
        """Whether a page need not be read; then it is at hand."""
        path = job[0].path
        key = self._keys[path]
        if path not in self._pages and key in self._known and (page := self._cache.get(key)):
            self._pages[path] = page
        return path in self._pages

    def _read_here(self, jobs: Sequence[Job], progress: Progress) -> Iterator[None]:
        for source, settings in progress.over("reading files", jobs):
            page = page_notes(source, settings, self._media)
            self._add(source, page, encode(page))
            yield

    def _read_elsewhere(
        self, jobs: Sequence[Job], workers: Workers, progress: Progress
    ) -> Iterator[None]:
        def read(batch: Sequence[Job]) -> list[bytes]:
            return [encode(page_notes(*job, self._media)) for job in batch]

        def told(batch: Sequence[Job]) -> None:
            progress.add("reading files", len(batch))

        runs = batches(jobs, lambda job: len(job[0].text), _BATCH)
        for batch, values in zip(runs, workers.run(read, runs, told), strict=True):
            for (source, _), data in zip(batch, values, strict=True):
                page = decode(data)
                assert page is not None
                self._add(source, page, data)
            yield

    def _add(self, source: Source, page: PageNotes, data: bytes) -> None:
        self._pages[source.path] = page
        self._cache.add(self._keys[source.path], page, data)

    def close(self) -> None:
        """Let go of what is not stored."""
        self._cache.close()

    def store(self, rendered: Mapping[str, bytes]) -> None:
        """Keep what is new for the next build; ``rendered`` is for `PageCache.store`."""
        packages = [entry.package for entry in self._folder.entries]
        self._cache.store(set(self._keys.values()), rendered, packages)
