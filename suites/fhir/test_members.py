"""What only Patient Access has: a token is needed, a member's rows, the data window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import interactions, searching
from conformance.checks import members as check
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli

if TYPE_CHECKING:
    from conformance.client import Client, FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings

NO_ROW = "the member is not known to have a row of this type"


@pytest.mark.tier("negative")
@each_clause("PA-[A-Z]+-TOKEN-REQUIRED")
def test_a_token_is_needed(
    client: Client, api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    paths = [f"{clause.resource}?_count=1"]
    paths += [f"{clause.resource}/{row['id']}" for row in stimuli.some_rows(holdings, most=1)]
    finding.assess(
        check.refused_without_data(
            client.get(f"{api.base}/{path}", purpose="without a token") for path in paths
        )
    )


@pytest.mark.tier("negative")
@each_clause("PA-EOB-PATIENT-REQUIRED")
def test_claims_are_searched_for_a_patient(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    ids = [str(row["id"]) for row in stimuli.some_rows(holdings, most=1)]
    queries = ["_count=10", *(f"_id={row_id}" for row_id in ids)]
    finding.assess(
        check.refused_without_data(
            api.get(f"{clause.resource}?{query}", purpose="search without patient")
            for query in queries
        )
    )


@each_clause("PA-[A-Z]+-WINDOW")
def test_nothing_is_older_than_the_window(
    holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    finding.assess(
        check.nothing_dated_before(stimuli.entries_of(holdings), clause.value), otherwise=NO_ROW
    )


@each_clause("PA-[A-Z]+-MEMBER-READ")
def test_the_member_s_rows_are_read(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    finding.assess(
        (
            assertion
            for row in stimuli.some_rows(holdings)
            for assertion in interactions.read_returns(
                api.read(clause.resource, row["id"]), clause.resource, row["id"]
            )
        ),
        otherwise=NO_ROW,
    )


@each_clause("PA-[A-Z]+-MEMBER-SEARCH")
def test_the_member_s_rows_are_searched(holdings: Holdings, finding: Judge) -> None:
    finding.assess(
        assertion
        for search in holdings.searches
        for assertion in searching.search_is_answered(search)
    )


@pytest.mark.tier("negative")
@each_clause("PA-EOB-EXAMPLE-READ")
def test_the_example_claim_is_read_or_refused(api: FhirApi, clause: Clause, finding: Judge) -> None:
    exchange = api.read(clause.resource, clause.value)
    finding.assess(check.answered_or_refused(exchange, clause.resource))


@each_clause("PA-EOB-EXAMPLE-LASTUPDATED")
def test_the_example_by_last_update(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    search = stimuli.search_for(api, clause.resource, "_lastUpdated", "gt2019")
    finding.assess(stimuli.exactness(api, search, holdings))


@each_clause("PA-EOB-EXAMPLE-TYPE")
def test_the_example_by_type(api: FhirApi, clause: Clause, finding: Judge) -> None:
    search = stimuli.search_for(api, clause.resource, "type", "|oral")
    finding.assess(
        (*searching.search_is_answered(search), *check.types_are_only(search.matches, "oral"))
    )
