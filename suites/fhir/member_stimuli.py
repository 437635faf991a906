"""Which requests demonstrate a clause of Patient Access: POST, prefixes, versions, Provenance."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from conformance.checks.claims import coverages_of
from conformance.checks.provenance import VALUE, known_provenances, referred_to
from conformance.checks.versions import versioned_references
from conformance.plugin.applicability import why_not_applicable
from conformance.plugin.marks import clauses_like
from conformance.search import definition_of, values_of
from conformance.search.dates import span_of
from suites.fhir import stimuli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.checks.versions import Versioned
    from conformance.client import FhirApi
    from conformance.client.api import Params
    from conformance.contract import Clause
    from conformance.exchange import Exchange
    from conformance.records import Search
    from conformance.target import Target

#: The prefixes that the clause names (search.html#prefix); `eq` is what none means.
PREFIXES = ("eq", "ge", "gt", "le", "lt")
#: Other `_revinclude` values that FHIR R4 defines, by the type they could refer to.
OTHER_REVINCLUDES = {
    "Encounter": ("Provenance:entity", "Condition:encounter"),
    "Immunization": ("Provenance:entity", "Observation:part-of"),
}
#: What a plan holds of its own; all else is clinical.
CLAIMS = ("Patient", "Coverage", "ExplanationOfBenefit")
#: How many versions of a type are read, and how many rows are searched with `_revinclude`.
VERSIONS, TRACED = 4, 3


def member_types(target: Target, *, clinical: bool | None = None) -> list[str]:
    """Return the types of Patient Access that apply to a target, by the document's own sections."""
    return [
        clause.resource
        for clause in clauses_like("PA-[A-Z]+-WELL-FORMED")
        if not why_not_applicable(clause, target)
        and clinical in {None, clause.resource not in CLAIMS}
    ]


def posted_searches(api: FhirApi, clause: Clause) -> list[tuple[Search, Search]]:
    """Search by each listed parameter, by GET and by POST."""
    pairs = []
    for row in stimuli.listed_parameters(api, clause):
        for got in stimuli.searches_by(api, clause.resource, row.param)[:1]:
            purpose = f"search {clause.resource} by {row.param}, posted"
            posted = api.search(clause.resource, got.params, purpose=purpose, posted=True)
            pairs.append((got, posted))
    return pairs


def prefix_searches(api: FhirApi, clause: Clause) -> Iterator[Search]:
    """Search by each date parameter with each prefix, by a day, a month, and a day within a row."""
    rows = list(api.holdings(clause.resource).rows.values())
    for row in stimuli.listed_parameters(api, clause, type="date"):
        held = [
            text
            for known in rows
            for text in values_of(known, definition_of(row.resource, row.param))
        ]
        for value in telling_dates(held):
            for prefix in PREFIXES:
                yield stimuli.search_for(api, row.resource, row.param, f"{prefix}{value}")


def telling_dates(held: list[str]) -> list[str]:
    """Choose dates by which prefixes differ: a day that is held, its month, a day inside a span.

    `held` are dates and `start/end` as they stand in rows.
    """
    starts = sorted(text.partition("/")[0][:10] for text in held)
    days = [day for day in starts if len(day) == len("2020-01-01")]
    if not days:
        return []
    middle = days[len(days) // 2]
    chosen = [middle, middle[: len("2020-01")]]
    spans = ((span_of(text), text) for text in held if "/" in text and not text.endswith("/"))
    long = [(span.end - span.start, span) for span, _ in spans if span]
    if long:
        length, widest = max(long, key=lambda pair: pair[0])
        inside = (widest.start + length / 2).date().isoformat()
        chosen += [inside] if inside not in chosen else []
    return chosen


def traced_searches(api: FhirApi, clause: Clause) -> list[Search]:
    """Search rows with `_revinclude=Provenance:target`: one by one, a few together, a page of all.

    What one of them brings has to come in the others, too.
    """
    told = _told(api)
    known = api.holdings(clause.resource).rows
    ids = referred_to(known_provenances((), told).values(), clause.resource)
    ids += [str(row["id"]) for row in stimuli.some_rows(api.holdings(clause.resource))]
    chosen = list(dict.fromkeys(row_id for row_id in ids if row_id in known))[:TRACED]
    asked: list[Params] = [(("_id", row_id),) for row_id in chosen]
    asked += [(("_id", ",".join(chosen)),)] if len(chosen) > 1 else []
    asked += [()] if known else []
    return [_traced(api, clause.resource, params, VALUE) for params in asked]


def provenances(api: FhirApi, searches: list[Search]) -> dict[str, Mapping[str, Any]]:
    """Return the Provenances that are known: from searches, and by ids of the target file."""
    return known_provenances(searches, _told(api))


def _told(api: FhirApi) -> list[Exchange]:
    return [api.read("Provenance", row_id) for row_id in api.samples_of("Provenance", "id")]


def _traced(api: FhirApi, resource_type: str, params: Params, value: str) -> Search:
    size = () if params else (("_count", str(api.page_size)),)
    return api.search(
        resource_type,
        (*params, ("_revinclude", value), *size),
        purpose=f"_revinclude={value}",
    )


def otherwise_traced(api: FhirApi, clause: Clause) -> list[Search]:
    """Search with a `_revinclude` that is not the one."""
    values = OTHER_REVINCLUDES[clause.resource]
    return [_traced(api, clause.resource, (), value) for value in values]


def versions_named(api: FhirApi, where: tuple[str, ...], kind: str = "") -> list[Versioned]:
    """Return versioned references that stand in rows of some types, a few of each type named."""
    found = {
        parts
        for resource_type in where
        for row in api.holdings(resource_type).rows.values()
        for parts in versioned_references(row, api.base)
    }
    kinds = sorted({parts[0] for parts in found if kind in {"", parts[0]}})
    return [
        parts
        for name in kinds
        for parts in islice((found for found in sorted(found) if found[0] == name), VERSIONS)
    ]


def versions_that_were(api: FhirApi, where: tuple[str, ...], kind: str) -> list[Versioned]:
    """Return the references to versions of one type, but for versions still to come.

    Where the current version has a lower number, the row that refers to a later one is wrong, and
    not the type it refers to.
    """
    rows = api.holdings(kind).rows
    return [
        (name, row_id, version)
        for name, row_id, version in versions_named(api, where, kind)
        if not _is_later(version, stimuli.version_of(rows.get(row_id, {})))
    ]


def _is_later(version: str, current: str) -> bool:
    numbers = version.isdecimal() and current.isdecimal()
    return numbers and int(version) > int(current)


def read_versions(api: FhirApi, references: list[Versioned]) -> list[tuple[Versioned, Exchange]]:
    """Follow versioned references."""
    return [(parts, api.vread(*parts)) for parts in references]


def coverages_referred_to(api: FhirApi) -> dict[str, Mapping[str, Any]]:
    """Return the Coverages that claims refer to, by reference as written."""
    claims = api.holdings("ExplanationOfBenefit").rows.values()
    known = api.holdings("Coverage").rows
    found: dict[str, Mapping[str, Any]] = {}
    for reference in sorted({text for row in claims for text in coverages_of(row)}):
        path = reference.removeprefix(f"{api.base}/")
        match path.split("/"):
            case ["Coverage", row_id] if row_id in known:
                found[reference] = known[row_id]
            case ["Coverage", row_id]:
                _keep(found, reference, api.read("Coverage", row_id))
            case ["Coverage", row_id, "_history", version]:
                _keep(found, reference, api.vread("Coverage", row_id, version))
    return found


def _keep(found: dict[str, Mapping[str, Any]], reference: str, exchange: Exchange) -> None:
    document = exchange.document
    if isinstance(document, dict) and document.get("resourceType") == "Coverage":
        found[reference] = document
