"""Which requests demonstrate a clause: values and ids are chosen from what an API holds."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from conformance.checks.includes import missing_targets, targets_of
from conformance.checks.searching import required_rows, search_is_exact
from conformance.checks.unlisted import Probe
from conformance.contract import load_contract
from conformance.plugin.marks import clauses_like
from conformance.records import Ending, Search
from conformance.search import (
    RESULT_PARAMETERS,
    Match,
    Selection,
    definition_of,
    definitions_of,
    normalise,
    sample_values,
    values_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.client import FhirApi
    from conformance.client.api import Params
    from conformance.contract import Clause
    from conformance.exchange import Exchange
    from conformance.findings import Assertion
    from conformance.records import Entry, Holdings
    from conformance.search import ParameterDefinition

#: Asked for where a clause is about something that is not there.
NO_SUCH_ID = "flexcheck-no-such-id"
NO_SUCH_VERSION = "999999999"
#: How many rows are left where all others are skipped.
END = 5
NO_SUCH_SYSTEM = "urn:flexcheck:none"
#: Values that no row holds, by parameter type.
HELD_BY_NONE = {
    "token": "flexcheck-none",
    "string": "Flexchecknone",
    "reference": "Organization/flexcheck-none",
    "date": "ge2999-01-01",
    "uri": "urn:flexcheck:none",
    "special": "-89.9|0.0|1|km",  # `near` no one: the South Pole
}
#: Unlisted parameters beside the standard's own: a name of ours, a wrong case, a chain, a sort.
STRANGERS = {
    "flexcheck-unlisted": "flexcheck-none",
    "_ID": "flexcheck-none",
    "_has:PractitionerRole:location:_id": "flexcheck-none",
    "_text": "flexchecknone",
    "_filter": '_id eq "flexcheck-none"',
    "_sort": "-_id",
    "_summary": "count",
    "_elements": "id",
}
#: Those of them with which rows come without some of their elements.
REDUCING = frozenset({"_summary", "_elements"})


def some_rows(holdings: Holdings, most: int = 3) -> list[Mapping[str, Any]]:
    """Return rows spread over what is known: first, middle, last."""
    rows = list(holdings.rows.values())
    step = max(1, len(rows) // most)
    return rows[::step][:most]


def first_row(holdings: Holdings) -> Mapping[str, Any] | None:
    """Return a row that is known, if any is."""
    return next(iter(some_rows(holdings, most=1)), None)


def version_of(row: Mapping[str, Any]) -> str:
    """Return a row's `meta.versionId`, "" where it tells none."""
    meta = row.get("meta")
    told = meta.get("versionId") if isinstance(meta, dict) else None
    return told if isinstance(told, str) else ""


def has_version_reads(api: FhirApi, clause: Clause) -> bool:
    """Whether the target's document has a version read of the clause's resource."""
    return bool(rows_of(api, clause, kind="interaction", topic="vread"))


def changed_rows(holdings: Holdings, most: int = 2) -> Iterator[Mapping[str, Any]]:
    """Yield rows that had an earlier version, where versions are counted."""
    changed = (row for row in holdings.rows.values() if _number(version_of(row)) > 1)
    return islice(changed, most)


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0


def ids_of_another_type(api: FhirApi, clause: Clause) -> list[str]:
    """Return an id that some row of another type has and, as far as is known, none of this."""
    own = api.holdings(clause.resource)
    kinds = {
        row.resource
        for row in clauses_like(f"{clause.area}-[A-Z]+-READ-UNKNOWN")
        if api.deployment in row.deployments and not row.applies_when.future
    }
    another = sorted(kinds - {clause.resource})[:1] if own.complete else ()
    ids = (row_id for kind in another for row_id in api.holdings(kind).rows)
    return list(islice((row_id for row_id in ids if row_id not in own.rows), 1))


def entries_of(holdings: Holdings) -> Iterator[Entry]:
    """Yield the entries that the known rows came in."""
    for search in holdings.searches:
        yield from search.matches


def searches_by(api: FhirApi, resource_type: str, name: str) -> list[Search]:
    """Search by one parameter with values that select some of the known rows."""
    definition = definition_of(resource_type, name)
    given = list(api.samples_of(resource_type, name))
    values = given or api.once(
        ("sample", resource_type, name),
        lambda: sample_values(api.holdings(resource_type).rows.values(), definition),
    )
    return [search_for(api, resource_type, name, value) for value in values]


def search_for(api: FhirApi, resource_type: str, name: str, value: str) -> Search:
    """Search by `name=value` in pages of the target's size."""
    return api.search(
        resource_type,
        ((name, value), ("_count", str(api.page_size))),
        purpose=f"search {resource_type} by {name}",
    )


def exactness(api: FhirApi, search: Search, holdings: Holdings) -> Iterator[Assertion]:
    """Judge that a search is exact; rows that seem to be missing are read before they are named."""
    required, found = required_rows(search, holdings), search.ids
    missing = [row_id for row_id in required if row_id not in found][:5]
    reads = [api.read(search.resource_type, row_id) for row_id in missing]
    return search_is_exact(search, holdings, reads, required)


def neighbouring_pages(api: FhirApi, clause: Clause, size: int) -> tuple[Search, Search]:
    """Read the first `size` rows, and the page that starts after them."""
    count = ("_count", str(size))
    first, second = (
        api.search(clause.resource, params, purpose="_getpagesoffset", max_rows=1)
        for params in ((count,), (count, ("_getpagesoffset", str(size))))
    )
    return first, second


def last_rows(api: FhirApi, holdings: Holdings, number: int) -> Search:
    """Skip all known rows but this many."""
    skipped = len(holdings.rows) - number
    size = ("_count", str(api.page_size))
    return api.search(
        holdings.resource_type,
        (size, ("_getpagesoffset", str(skipped))),
        purpose="_getpagesoffset",
        max_rows=number + 1,
    )


def rows_of(api: FhirApi, clause: Clause, **fields: str) -> list[Clause]:
    """Return the rows that the target's document has for a clause's API and resource."""
    return _rows_about(api, clause.area, clause.resource, fields)


def _rows_about(api: FhirApi, start: str, about: str, fields: Mapping[str, str]) -> list[Clause]:
    found = clauses_like(f"{start}-.*", resource=about, **fields)
    return [row for row in found if api.deployment in row.deployments]


def rows_like(clause: Clause, kind: str) -> list[Clause]:
    """Return the rows of a kind that any document has for a clause's API and resource."""
    return clauses_like(f"{clause.area}-.*", resource=clause.resource, kind=kind)


def listed_parameters(api: FhirApi, clause: Clause, **fields: str) -> list[Clause]:
    """Return the selecting parameters that the document lists for a clause's resource."""
    own = listed_of(api, clause.area, clause.resource, **fields)
    return [row for row in own if not row.param.startswith("_")] if fields else own


def listed_of(api: FhirApi, start: str, about: str, **fields: str) -> list[Clause]:
    """Return the selecting parameters that the document lists for a type of an area."""
    return [
        row
        for row in _rows_about(api, start, about, {"kind": "search-parameter", **fields})
        if row.param not in RESULT_PARAMETERS and not row.id.startswith("DIR-NET-")
    ]


def paged_and_whole(api: FhirApi, clause: Clause) -> tuple[Search, Search] | None:
    """Read one search twice: in small pages and in large ones.

    The search is one whose rows fill a few small pages: the whole type where that is small, else a
    parameter's value. None where the server holds too little to fill two pages.
    """
    selection, rows = api.once(
        ("several rows", clause.resource), lambda: _several_rows(api, clause)
    )
    if rows < 2:  # noqa: PLR2004 - one row fills no second page
        return None
    small = max(1, -(-rows // 4))
    purpose = f"paging of {clause.resource}"
    few, many = (
        api.search(clause.resource, (*selection, ("_count", str(size))), purpose=purpose)
        for size in (small, max(api.page_size, small + 1))
    )
    return few, many


def _several_rows(api: FhirApi, clause: Clause) -> tuple[tuple[tuple[str, str], ...], int]:
    holdings = api.holdings(clause.resource)
    if holdings.complete and len(holdings.rows) <= 3 * api.page_size:
        return (), len(holdings.rows)
    best: tuple[tuple[tuple[str, str], ...], int] = ((), 0)
    for row in listed_parameters(api, clause):
        for value in sample_values(
            holdings.rows.values(), definition_of(clause.resource, row.param)
        ):
            params = ((row.param, value),)
            selects = Selection(clause.resource, params).match
            number = sum(selects(known) is Match.YES for known in holdings.rows.values())
            if best[1] < number <= 3 * api.page_size:
                best = params, number
    return best


def include_search(api: FhirApi, clause: Clause) -> Search | None:
    """Search a few known rows that refer to something, with the clause's `_include`."""
    rows = api.holdings(clause.resource).rows.values()
    ids = [str(row["id"]) for row in rows if targets_of(row, clause.value)][:3]
    return _widened(api, clause, ids) if ids else None


def targets_not_there(api: FhirApi, clause: Clause, search: Search) -> list[Exchange]:
    """Read the targets that did not come along: the server may not hold them at all."""
    return [api.read(*key.split("/", 1)) for key in missing_targets(search, clause.value)[:5]]


def revinclude_search(api: FhirApi, clause: Clause) -> tuple[Search | None, Holdings | None]:
    """Search a few rows that known rows refer to, with the clause's `_revinclude`."""
    if not clause.reaches:
        rows = api.holdings(clause.resource).rows
        return (_widened(api, clause, list(rows)[:2]) if rows else None), None
    referrers = api.holdings(clause.value.partition(":")[0])
    prefix = f"{clause.resource}/"
    counted: dict[str, int] = {}
    for row in referrers.rows.values():
        for key in targets_of(row, clause.value):
            if key.startswith(prefix):
                counted[key] = counted.get(key, 0) + 1
    # Those with few referrers, so that the answer is small; with several where there are any.
    chosen = sorted(counted, key=lambda key: (counted[key] < 2, counted[key], key))[:2]  # noqa: PLR2004
    ids = [key.removeprefix(prefix) for key in chosen]
    return (_widened(api, clause, ids) if ids else None), referrers


def _widened(api: FhirApi, clause: Clause, ids: list[str]) -> Search:
    # One match fewer on a page than there are: what is added has to come on each page.
    size = (("_count", str(len(ids) - 1)),) if len(ids) > 1 else ()
    return api.search(
        clause.resource,
        (("_id", ",".join(ids)), (clause.param, clause.value), *size),
        purpose=f"{clause.param}={clause.value}",
    )


def without_include(api: FhirApi, search: Search) -> Search:
    """Send the same search without its `_include` and `_revinclude`."""
    params = tuple(pair for pair in search.params if "include" not in pair[0])
    return api.search(search.resource_type, params, purpose="the same without include")


def unlisted_names(clause: Clause) -> list[str]:
    """Return the parameters to probe: the standard's that the document leaves out, and strangers.

    `type` of Organization is documented in the Network section. A parameter that is listed is so
    whether or not a test judges it.
    """
    rows = load_contract().select(
        lambda row: (row.area, row.resource) == (clause.area, clause.resource)
    )
    listed = {row.param for row in rows}
    defined = definitions_of(clause.resource)
    return [*sorted(defined.keys() - listed), *STRANGERS, *near_misses(listed), *chains(defined)]


def near_misses(listed: Iterable[str]) -> list[str]:
    """Return a listed parameter in another case, and with a letter too many."""
    own = sorted(name for name in listed if name and name[0].isalpha())
    return [own[0].title(), f"{own[0]}s"] if own else []


def chains(defined: Mapping[str, ParameterDefinition]) -> list[str]:
    """Return a parameter of what a row refers to."""
    return [f"{name}._id" for name in sorted(defined) if defined[name].type == "reference"][:1]


def unlisted_probe(api: FhirApi, clause: Clause, name: str) -> Probe:
    """Search with one unlisted parameter, and without it."""
    definition = definitions_of(clause.resource).get(name)
    value = STRANGERS.get(name, "flexcheck-none")
    if definition is not None:
        value = api.once(
            ("telling", clause.resource, name),
            lambda: _telling(api.holdings(clause.resource).rows.values(), clause.resource, name),
        )
        value = value or HELD_BY_NONE[definition.type]
    size = ("_count", str(api.page_size))
    purpose = f"unlisted parameter {name}"
    asked = (
        _reduced(api, clause.resource, ((name, value), size), purpose)
        if name in REDUCING
        else api.search(clause.resource, ((name, value), size), purpose=purpose, max_rows=1)
    )
    purpose = f"{clause.resource} without a filter"
    baseline = api.search(clause.resource, (size,), purpose=purpose, max_rows=1)
    return Probe(name, value, asked, baseline)


def _reduced(api: FhirApi, kind: str, params: Params, purpose: str) -> Search:
    """Search for rows that are not whole: what judges rows as they came must not meet them."""
    params += api.needs_of(kind)
    page = api.get(f"{kind}?{urlencode(params)}", purpose=purpose)
    return Search.of(f"{api.base}/{kind}", params, (page,), Ending.LIMIT)


def _telling(rows: Iterable[Mapping[str, Any]], resource_type: str, name: str) -> str:
    """Return a value that some known row does not hold, so that applying it would show."""
    rows = list(rows)
    for value in sample_values(rows, definition_of(resource_type, name)):
        selects = Selection(resource_type, ((name, value),)).match
        if any(selects(row) is Match.NO for row in rows):
            return value
    return ""


def widened_searches(api: FhirApi, clause: Clause) -> list[Search]:
    """Return the searches that the include and revinclude clauses of a resource make."""
    found = [include_search(api, row) for row in rows_of(api, clause, kind="include")]
    found += [
        revinclude_search(api, row)[0]
        for row in rows_of(api, clause, kind="revinclude", area="DIR")
        if row.reaches
    ]
    return [search for search in found if search is not None]


def shared_beginning(networks: Iterable[Mapping[str, Any]], holdings: Holdings) -> str:
    """Return the longest beginning of a network's name that another organization's has too."""
    definition = definition_of("Organization", "name")
    own = [(row["id"], value) for row in networks for value in values_of(row, definition)]
    ids = {row_id for row_id, _ in own}
    others = [
        normalise(value)
        for row_id, row in holdings.rows.items()
        if row_id not in ids
        for value in values_of(row, definition)
    ]
    beginnings = {value[:length].strip() for _, value in own for length in range(1, len(value))}
    shared = (
        text for text in beginnings if text and any(o.startswith(normalise(text)) for o in others)
    )
    return max(sorted(shared), key=len, default="")


def network_references(api: FhirApi, most: int = 20) -> list[str]:
    """Return ids that known roles and affiliations refer to as their network."""
    found = {
        key.removeprefix("Organization/")
        for value in ("PractitionerRole:network", "OrganizationAffiliation:network")
        for row in api.holdings(value.partition(":")[0]).rows.values()
        for key in targets_of(row, value)
    }
    return sorted(found)[:most]
