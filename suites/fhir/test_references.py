"""References lead somewhere, and the CapabilityStatement says what the server does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import references as check
from conformance.plugin.marks import clauses_like, each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.exchange import Exchange
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings, Search

#: How many targets of a type that cannot be searched are read.
READ = 12


def whole_types(api: FhirApi, clause: Clause) -> dict[str, Holdings]:
    """Return the types of the API that were read to their end."""
    types = {
        row.resource
        for row in clauses_like(f"{clause.area}-[A-Z]+-WELL-FORMED")
        if api.deployment in row.deployments and not row.applies_when.future
    }
    found = {kind: api.holdings(kind) for kind in sorted(types | {clause.resource})}
    return {kind: held for kind, held in found.items() if held.complete}


@each_clause("(DIR|PA)-[A-Z]+-REFERENCES-RESOLVE")
def test_references_resolve(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    referred = check.references_of(holdings.rows.values(), api.base)
    known = {kind: held.rows for kind, held in whole_types(api, clause).items()}
    chosen: dict[str, list[str]] = {}
    for key in sorted(referred):
        kind, _, row_id = key.partition("/")
        if kind not in known or row_id not in known[kind]:
            chosen.setdefault(kind, []).append(row_id)
    # What is missing among the rows is read before it is named.
    reads = {
        f"{kind}/{row_id}": api.read(kind, row_id)
        for kind, ids in chosen.items()
        for row_id in ids[:READ]
    }
    finding.assess(
        check.references_resolve(referred, known, reads),
        otherwise="no known row refers to another",
    )


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-CAPABILITY-TRUE")
def test_what_is_declared_works_and_what_works_is_declared(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    names = [row.param for row in stimuli.listed_parameters(api, clause)]
    searches = {name: stimuli.searches_by(api, clause.resource, name) for name in names}
    probes = [stimuli.unlisted_probe(api, clause, name) for name in stimuli.unlisted_names(clause)]
    asked = check.exchanges_of({**searches, **{probe.name: [probe.asked] for probe in probes}})
    widened = included(api, clause)
    asked |= {key: search.first for key, search in widened.items()}
    asked |= interactions(api, clause, holdings)
    metadata = api.metadata()
    finding.assess(
        (
            *check.declared_works(metadata, clause.resource, asked),
            *check.applied_is_declared(metadata, clause.resource, probes),
            *check.added_is_declared(metadata, clause.resource, widened),
            *check.condition_is_heeded_where_declared(
                metadata, clause.resource, same_version(api, holdings)
            ),
        ),
        otherwise="the type is not declared (judged by its own clause)",
    )


def included(api: FhirApi, clause: Clause) -> dict[tuple[str, str], Search]:
    """Return the searches with each listed `_include` and `_revinclude`, by element and value."""
    found: dict[tuple[str, str], Search | None] = {
        ("searchInclude", row.value): stimuli.include_search(api, row)
        for row in stimuli.rows_of(api, clause, kind="include")
    }
    # What refers to a member's row cannot be searched for.
    for row in stimuli.rows_of(api, clause, kind="revinclude", area="DIR"):
        if row.reaches:
            found["searchRevInclude", row.value] = stimuli.revinclude_search(api, row)[0]
    return {key: search for key, search in found.items() if search is not None}


def same_version(api: FhirApi, holdings: Holdings) -> Exchange | None:
    """Read a row under the condition that it is of another version than it is."""
    for row in stimuli.some_rows(holdings, most=1):
        if version := stimuli.version_of(row):
            headers = (("If-None-Match", f'W/"{version}"'),)
            path = f"{row['resourceType']}/{row['id']}"
            return api.send("GET", path, purpose="read in another way", headers=headers)
    return None


def interactions(
    api: FhirApi, clause: Clause, holdings: Holdings
) -> dict[tuple[str, str], Exchange]:
    """Return an exchange of each interaction."""
    kind = clause.resource
    found = {("interaction", "search-type"): holdings.searches[0].first}
    for row in stimuli.some_rows(holdings, most=1):
        found["interaction", "read"] = api.read(kind, row["id"])
        if version := stimuli.version_of(row):
            found["interaction", "vread"] = api.vread(kind, row["id"], version)
    return found
