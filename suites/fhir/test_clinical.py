"""What only the clinical resources have: bare searches, POST, Provenance, US Core's Patient."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from conformance.checks import bundles, includes, members, privacy, provenance, searching
from conformance.plugin.marks import each_clause
from suites.fhir import member_stimuli, stimuli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.findings import Assertion
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings, Search

NO_ROW = "the member is not known to have a row of this type"
NO_VALUE = "no known row has a value to search by"
NO_PROVENANCE = "no row is known to have a Provenance; name one in [samples.Provenance] id"


def only_the_members(search: Search, patient: str) -> Iterator[Assertion]:
    """Judge that a search without parameters gives rows of the type, all of them the member's."""
    yield from searching.search_is_answered(search)
    yield from bundles.rows_are_of_the_type(search)
    if patient:
        yield from privacy.rows_are_the_members(search.matches, patient)


@each_clause("PA-(COND|ENC|IMM|USPAT)-SEARCH", kind="interaction")
def test_a_search_without_parameters(
    api: FhirApi, patient: str, clause: Clause, finding: Judge
) -> None:
    search = api.search(clause.resource, (), purpose="search without parameters")
    finding.assess(only_the_members(search, patient))


@each_clause("PA-USPAT-EXAMPLE-SEARCH")
def test_the_example_search_of_patient(
    api: FhirApi, patient: str, clause: Clause, finding: Judge
) -> None:
    search = api.search(clause.resource, (), purpose="search without parameters")
    finding.assess(only_the_members(search, patient))


@pytest.mark.tier("negative")
@each_clause("PA-USPAT-EXAMPLE-READ")
def test_the_example_patient_is_read_or_refused(
    api: FhirApi, clause: Clause, finding: Judge
) -> None:
    exchange = api.read(clause.resource, clause.value)
    finding.assess(members.answered_or_refused(exchange, clause.resource))


@pytest.mark.tier("negative")
@each_clause("PA-(COND|ENC|IMM)-EXAMPLE-PATIENT")
def test_the_example_by_patient(api: FhirApi, patient: str, clause: Clause, finding: Judge) -> None:
    search = api.search(
        clause.resource, tuple(parse_qsl(clause.value)), purpose=f"example {clause.value}"
    )
    finding.assess(
        (
            *members.searched_or_refused(search),
            *bundles.rows_are_of_the_type(search),
            *searching.nothing_extra(search),
            *(privacy.rows_are_the_members(search.matches, patient) if patient else ()),
        )
    )


@each_clause("PA-ENC-EXAMPLE-DATE")
def test_the_example_by_date(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    search = api.search(
        clause.resource, tuple(parse_qsl(clause.value)), purpose=f"example {clause.value}"
    )
    finding.assess(stimuli.exactness(api, search, holdings))


@each_clause("PA-[A-Z]+-SEARCH-POST", kind="interaction")
def test_a_posted_search(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for _, posted in member_stimuli.posted_searches(api, clause)
            for check in (bundles.bundle_is_a_searchset, bundles.rows_are_of_the_type)
            for assertion in check(posted)
        ),
        otherwise=NO_VALUE,
    )


@each_clause("PA-[A-Z]+-POST-SAME")
def test_a_posted_search_finds_the_same(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for got, posted in member_stimuli.posted_searches(api, clause)
            if got.answered and posted.answered
            for assertion in searching.same_rows(got, posted)
        ),
        otherwise="no search was answered by GET and by POST (judged by its own clauses)",
    )


@each_clause("PA-[A-Z]+-DATE-PREFIXES")
def test_date_prefixes(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for search in member_stimuli.prefix_searches(api, clause)
            for assertion in stimuli.exactness(api, search, holdings)
        ),
        otherwise="no known row has a day to search by",
    )


@each_clause("PA-[A-Z]+-REVINCLUDE-PROV-TARGET", kind="revinclude")
def test_provenance_comes_along(api: FhirApi, clause: Clause, finding: Judge) -> None:
    searches = member_stimuli.traced_searches(api, clause)
    known = member_stimuli.provenances(api, searches)
    refused = any(not search.answered for search in searches)
    finding.assess(
        (
            assertion
            for search in searches
            for assertion in includes.revinclude_brings_referrers(search, clause.value, known)
        )
        if refused or provenance.referred_to(known.values(), clause.resource)
        else (),
        otherwise=NO_PROVENANCE,
    )


@each_clause("PA-(ENC|IMM)-SEARCH-REVINCLUDE", kind="search-parameter")
def test_revinclude_leaves_the_matches(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for search in member_stimuli.traced_searches(api, clause)
            for assertion in (
                *searching.search_is_answered(search),
                *searching.same_rows(stimuli.without_include(api, search), search),
            )
        ),
        otherwise=NO_ROW,
    )


@pytest.mark.tier("negative")
@each_clause("PA-[A-Z]+-REVINCLUDE-LIMITED")
def test_no_other_revinclude(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    searches = member_stimuli.otherwise_traced(api, clause) if holdings.rows else ()
    finding.assess(provenance.revinclude_adds_nothing(searches), otherwise=NO_ROW)
