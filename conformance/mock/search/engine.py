"""Finding the rows of a search and the rows they drag in. Imports data and the search modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from conformance.mock.search.dates import date_test, span_of
from conformance.mock.search.elements import extractor
from conformance.mock.search.values import (
    fold,
    reference_accepts,
    token_accepts,
    unescape,
    unversioned,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from conformance.mock.data.store import Row
    from conformance.mock.search.elements import Extractor
    from conformance.mock.search.request import Criterion, SearchRequest

    Test = Callable[[str], bool]


class Rows(Protocol):
    """What can be searched: a whole store, or as much of it as a member may see."""

    @property
    def kinds(self) -> Collection[str]:
        """The resource types there are."""
        ...

    def rows(self, kind: str) -> tuple[Row, ...]:
        """Return every row of a type in stable order."""
        ...

    def get(self, kind: str, row_id: str) -> Row | None:
        """Return the row of this id, None where there is none."""
        ...

    def resolve(self, reference: str) -> Row | None:
        """Return the row a relative reference points to."""
        ...


@dataclass(frozen=True, slots=True)
class Filter:
    """What one criterion does: which rows of a type it lets through."""

    type: str
    name: str
    alternatives: tuple[str, ...]
    accepts: Callable[[Row], bool]

    def judges(self, kind: str, parameter: str) -> bool:
        """Whether this is the filter of that type's parameter."""
        return (self.type, self.name) == (kind, parameter)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Every row a search matched, in stable order, and the total it will report."""

    request: SearchRequest
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Engine:
    """Searches one store; `base` is what absolute references of this server start with."""

    store: Rows
    base: str
    extract: Callable[[Rows, str, str], Extractor] = extractor
    _values: dict[tuple[str, str], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _referrers: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    def filter_of(self, kind: str, criterion: Criterion) -> Filter:
        """Return the filter of one criterion.

        Raises:
            FhirProblem: a value cannot be read (400).
        """
        parameter, alternatives = criterion.parameter, criterion.alternatives
        tests = [self._test(parameter.type, parameter.name, value) for value in alternatives]
        values = self.values(kind, parameter.name)

        def accepts(row: Row) -> bool:
            return any(test(value) for value in values[row.id] for test in tests)

        return Filter(kind, parameter.name, alternatives, accepts)

    def values(self, kind: str, parameter: str) -> dict[str, tuple[str, ...]]:
        """Return the values of a parameter in each row of a type, found once and kept."""
        if (kind, parameter) not in self._values:
            extract = self.extract(self.store, kind, parameter)
            rows = self.store.rows(kind)
            self._values[kind, parameter] = {row.id: tuple(extract(row.resource)) for row in rows}
        return self._values[kind, parameter]

    def _test(self, typed: str, name: str, text: str) -> Test:
        if typed == "date":
            in_period = date_test(name, text)
            return lambda found: in_period(*span_of(found))
        if typed == "string":
            start = fold(unescape(text))
            return lambda found: fold(found).startswith(start)
        if typed == "reference":
            return lambda found: reference_accepts(text, found, self.base)
        if name == "_id":
            wanted = unescape(text)
            return lambda found: found == wanted
        return lambda found: token_accepts(text, found)

    def included(self, request: SearchRequest, matches: Iterable[Row]) -> tuple[Row, ...]:
        """Return the rows `_include` and `_revinclude` add to these matches, each once."""
        matches = tuple(matches)
        found: dict[tuple[str, str], Row] = {}
        for link in request.includes:
            found.update((row.key, row) for row in self._targets(link, matches))
        for link in request.revincludes:
            found.update((row.key, row) for row in self._sources(link, matches))
        for match in matches:
            found.pop(match.key, None)
        return tuple(found.values())

    def _targets(self, link: str, matches: tuple[Row, ...]) -> Iterator[Row]:
        kind, _, parameter = link.partition(":")
        values = self.values(kind, parameter)
        for match in matches:
            rows = (self.store.resolve(reference) for reference in values[match.id])
            yield from (row for row in rows if row)

    def _sources(self, link: str, matches: tuple[Row, ...]) -> Iterator[Row]:
        referrers = self._referrers_by(link)
        for match in matches:
            yield from referrers.get(match.reference, ())

    def _referrers_by(self, link: str) -> dict[str, list[Row]]:
        """Return who refers to what through `Type:parameter`, found once and kept."""
        kind, _, parameter = link.partition(":")
        if link not in self._referrers:
            referrers: dict[str, list[Row]] = {}
            if kind in self.store.kinds:
                for row in self.store.rows(kind):
                    for reference in self.values(kind, parameter)[row.id]:
                        referrers.setdefault(unversioned(reference), []).append(row)
            self._referrers[link] = referrers
        return self._referrers[link]
