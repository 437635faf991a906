"""Whether a search returns what it must: every match, nothing else (FHIR R4 search.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.checks.interactions import ABSENT
from conformance.checks.wording import answer, listed
from conformance.findings import Assertion
from conformance.records import OK
from conformance.search import Match, Selection, values_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.exchange import Exchange
    from conformance.records import Holdings, Search


def search_is_answered(search: Search) -> Iterator[Assertion]:
    """A supported search answers 200 with a Bundle."""
    yield Assertion(
        search.answered, "response", "200, Bundle", answer(search.first), search.first.id
    )


def search_is_exact(
    search: Search,
    holdings: Holdings,
    reads: Iterable[Exchange] = (),
    required: Iterable[str] | None = None,
) -> Iterator[Assertion]:
    """A search returns every row that the directory is known to hold for it, and no other.

    `reads` and `required` are those of `nothing_missing`.
    """
    yield from search_is_answered(search)
    if search.answered:
        yield from nothing_extra(search)
        yield from nothing_missing(search, holdings, reads, required)


def nothing_extra(search: Search) -> Iterator[Assertion]:
    """Each row that came back satisfies each parameter that was sent."""
    selection = Selection(search.resource_type, search.params)
    for entry in search.matches:
        same_type = entry.resource.get("resourceType") == search.resource_type
        yield Assertion(
            same_type and selection.match(entry.resource) is not Match.NO,
            f"{entry.at}.resource ({entry.key})",
            str(selection),
            _held(entry.resource, selection) if same_type else f"a row of type {entry.key}",
            entry.exchange.id,
        )


def nothing_missing(
    search: Search,
    holdings: Holdings,
    reads: Iterable[Exchange] = (),
    required: Iterable[str] | None = None,
) -> Iterator[Assertion]:
    """Each known row that satisfies every parameter came back (judged on complete searches).

    `reads` are reads of rows that did not: one that is gone by now, or that changed and no longer
    satisfies the parameters, is not missing. `required` are the ids of `required_rows`, where they
    are known already.
    """
    if not search.complete:
        return
    found, selection = search.ids, Selection(search.resource_type, search.params)
    changed = {read.request.url for read in reads if _no_longer(read, selection, holdings)}
    for row_id in required_rows(search, holdings) if required is None else required:
        read = f"{search.base}/{search.resource_type}/{row_id}"
        if read not in changed:
            held = _held(holdings.rows[row_id], selection)
            yield Assertion(
                row_id in found,
                "Bundle.entry",
                f"{search.resource_type}/{row_id}, which has {held}",
                "among the rows" if row_id in found else "not among the rows",
                search.first.id,
            )


def required_rows(search: Search, holdings: Holdings) -> list[str]:
    """Return the ids of the known rows that a search must bring."""
    if not search.complete:
        return []
    selects = Selection(search.resource_type, search.params).match
    return [row_id for row_id, row in holdings.rows.items() if selects(row) is Match.YES]


def missing_rows(search: Search, holdings: Holdings) -> list[str]:
    """Return the ids of the known rows that a search should have brought and did not."""
    return [row_id for row_id in required_rows(search, holdings) if row_id not in search.ids]


def _no_longer(read: Exchange, selection: Selection, holdings: Holdings) -> bool:
    if read.status in ABSENT:
        return True
    now = read.document
    if read.status != OK or not isinstance(now, dict):
        return False
    # A read that gives something else tells nothing of the row.
    itself = read.request.url.endswith(f"/{now.get('resourceType')}/{now.get('id')}")
    version = _version(holdings.rows.get(str(now.get("id")), {}))
    same = version is not None and version == _version(now)
    return itself and not same and selection.match(now) is not Match.YES


def _version(row: Mapping[str, Any]) -> Any:
    meta = row.get("meta")
    return meta.get("versionId") if isinstance(meta, dict) else None


def same_rows(one: Search, other: Search) -> Iterator[Assertion]:
    """Two ways of asking the same return the same rows.

    Where neither is answered, nothing can be compared; that is judged on its own.
    """
    if not (one.answered or other.answered):
        return
    for search in (one, other):
        yield from search_is_answered(search)
    if one.complete and other.complete:
        lost, gained = one.ids - other.ids, other.ids - one.ids
        yield Assertion(
            not lost and not gained,
            "Bundle.entry",
            f"the rows of {one} ({len(one.ids)})",
            _difference(lost, gained),
            other.first.id,
        )


def partition(low: Search, high: Search, holdings: Holdings) -> Iterator[Assertion]:
    """Two opposite criteria share no row, and together leave none out."""
    for search in (low, high):
        yield from search_is_answered(search)
    if not (low.complete and high.complete):
        return
    # A row that was changed between the two searches may rightly stand in both.
    rows = [{entry.key: entry.resource for entry in search.matches} for search in (low, high)]
    both = {key for key, row in rows[0].items() if rows[1].get(key) == row}
    yield Assertion(
        not both, "Bundle.entry", f"no row in both {low} and {high}", listed(both) or "none",
        high.first.id,
    )  # fmt: skip
    selections = [Selection(search.resource_type, search.params) for search in (low, high)]
    neither = {
        row_id
        for row_id in holdings.rows.keys() - low.ids - high.ids
        if any(selection.match(holdings.rows[row_id]) is Match.YES for selection in selections)
    }
    yield Assertion(
        not neither, "Bundle.entry", f"every row in {low} or {high}",
        f"in neither: {listed(neither)}" if neither else "every row", high.first.id,
    )  # fmt: skip


def returns_just(search: Search, ids: Iterable[str]) -> Iterator[Assertion]:
    """A search returns each of these rows, and no other."""
    yield from search_is_answered(search)
    if search.answered:
        wanted = frozenset(ids)
        yield Assertion(
            search.ids == wanted,
            "Bundle.entry",
            f"the rows {listed(wanted)}",
            _difference(wanted - search.ids, search.ids - wanted),
            search.first.id,
        )


def _difference(missing: frozenset[str], extra: frozenset[str]) -> str:
    parts = [f"missing: {listed(missing)}"] if missing else []
    parts += [f"extra: {listed(extra)}"] if extra else []
    return "; ".join(parts) or "the same rows"


def _held(resource: Mapping[str, Any], selection: Selection) -> str:
    """What a row holds for the parameters of a search."""
    return "; ".join(
        f"{criterion.name}: {listed(values_of(resource, definition)) or 'nothing'}"
        for definition, criterion in selection.criteria
    )
