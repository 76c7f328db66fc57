"""Which findings are told: those that nobody suppressed; with --strict each is an error."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from generator.core.diagnostics import IDLE_IGNORE, Diagnostic, Severity
from generator.core.model import Position, Suppression


class Suppressions:
    """What a person wants to hear: ``suppressions`` are the pages' comments, ``ignored`` holds the
    codes by file or folder (the nearest holds them all), ``strict`` makes errors of warnings."""

    def __init__(
        self,
        suppressions: Sequence[Suppression],
        ignored: Mapping[str, Sequence[str]],
        strict: bool,
    ) -> None:
        self._suppressions = suppressions
        self._ignored = ignored
        self._strict = strict
        self._spans: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for suppression in sorted(suppressions, key=lambda suppression: suppression.first):
            spans = self._spans[suppression.position.file, suppression.code]
            if spans and suppression.first <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], suppression.last))
            else:
                spans.append((suppression.first, suppression.last))

    def apply(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Those that are said. Errors always are."""
        said = [found for found in diagnostics if not self._is_suppressed(found)]
        if not self._strict:
            return said
        return [found._replace(severity=Severity.ERROR) for found in said]

    def unused(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """A finding for each code in a comment that none of ``diagnostics`` has there."""
        lines: dict[tuple[str, str], list[int]] = defaultdict(list)
        for found in sorted(diagnostics, key=lambda found: found.position.line):
            lines[found.position.file, found.code].append(found.position.line)

        def is_unused(suppression: Suppression) -> bool:
            told = lines.get((suppression.position.file, suppression.code), [])
            return bisect_left(told, suppression.first) == bisect_right(told, suppression.last)

        return [IDLE_IGNORE.at(s.position, code=s.code) for s in self._suppressions if is_unused(s)]

    def cover(self, position: Position, code: str) -> bool:
        """Whether a comment suppresses the code at this place."""
        spans = self._spans.get((position.file, code), [])
        span = bisect_right(spans, position.line, key=lambda span: span[0]) - 1
        return span >= 0 and position.line <= spans[span][1]

    def _is_suppressed(self, found: Diagnostic) -> bool:
        if found.severity is Severity.ERROR:
            return False
        where, code = found.position, found.code
        return self.cover(where, code) or code in self._ignored_at(where.file)

    def _ignored_at(self, path: str) -> Sequence[str]:
        while path and path not in self._ignored:
            path = path.rpartition("/")[0]
        return self._ignored.get(path, ())
