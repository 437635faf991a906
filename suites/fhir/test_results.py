"""Search results as such: bundle, modes, links, totals, paging, errors, media type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.checks import bundles, interactions, paging
from conformance.plugin.marks import each_case, each_clause
from suites.fhir import member_stimuli, page_stimuli, stimuli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings, Search

NO_SEARCH = "no search of this type was answered"


def searches_of(api: FhirApi, clause: Clause) -> Iterator[Search]:
    """Yield what was read without a filter, over several pages, and each answered search with one.

    A search that is not answered is judged by the clause of its parameter.
    """
    yield from api.holdings(clause.resource).searches
    pair = stimuli.paged_and_whole(api, clause)
    yield from pair or ()
    for row in stimuli.listed_parameters(api, clause):
        searches = stimuli.searches_by(api, clause.resource, row.param)
        yield from (search for search in searches if search.answered)
    widened = stimuli.widened_searches(api, clause)
    if stimuli.rows_of(api, clause, kind="revinclude", area="PA"):
        widened += member_stimuli.traced_searches(api, clause)
    yield from (search for search in widened if search.answered)


@each_clause("(DIR|PA)-[A-Z]+-BUNDLE")
def test_searchset(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        assertion
        for search in searches_of(api, clause)
        for check in (
            bundles.bundle_is_a_searchset,
            bundles.bundle_is_well_formed,
            bundles.rows_are_of_the_type,
        )
        for assertion in check(search)
    )


@each_clause("(DIR|PA)-[A-Z]+-SEARCH-MODE", kind="rule")
def test_modes(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for search in searches_of(api, clause)
            for assertion in bundles.modes_tell_rows_apart(search)
        ),
        otherwise=NO_SEARCH,
    )


@each_clause("(DIR|PA)-[A-Z]+-SELF-LINK")
def test_self_link(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for search in searches_of(api, clause)
            for assertion in (
                *bundles.self_link_names_the_search(search),
                *bundles.self_link_repeats_the_search(search),
            )
        ),
        otherwise=NO_SEARCH,
    )


@each_clause("(DIR|PA)-[A-Z]+-TOTAL")
def test_total(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for search in searches_of(api, clause)
            for assertion in paging.total_is_the_number_of_rows(search)
        ),
        otherwise="no search that was read to its end tells a total",
    )


@each_clause("(DIR|PA)-[A-Z]+-PAGING-COMPLETE")
def test_pages_hold_each_row_once(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    pair = stimuli.paged_and_whole(api, clause)
    searches = [*searches_of(api, clause)]
    # Its first page ends where the last page of the whole type does.
    several = holdings.complete and len(holdings.searches[0].pages) > 1
    last = [stimuli.last_rows(api, holdings, stimuli.END)] if several else []
    finding.assess(
        (
            *(
                assertion
                for search in searches
                if len(search.pages) > 1
                for assertion in paging.each_row_once(search)
            ),
            *(paging.whole_type_holds(holdings, [*searches, *last]) if several else ()),
            *(paging.page_size_loses_nothing(*pair) if pair else ()),
        ),
        otherwise="no search of this type has a second page",
    )


@each_case("(DIR|PA)-[A-Z]+-PAGING-COMPLETE", lambda _: page_stimuli.BESIDE)
def test_pages_hold_each_row_once_while_others_are_read(
    api: FhirApi, clause: Clause, case: str, finding: Judge
) -> None:
    read = page_stimuli.read_side_by_side(api, clause, case)
    alone, both = read or (None, ())
    finding.assess(
        (
            *(assertion for search in both for assertion in paging.each_row_once(search)),
            *(paging.page_size_loses_nothing(both[0], alone) if alone else ()),
        ),
        otherwise="no search of this type has a second page",
    )


@each_clause("(DIR|PA)-[A-Z]+-PAGING-LINKS")
def test_next_links(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for search in searches_of(api, clause)
            for assertion in paging.links_lead_to_the_end(search)
        ),
        otherwise=NO_SEARCH,
    )


@each_clause("(DIR|PA)-[A-Z]+-CONTENT-TYPE")
def test_media_type(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    rows = stimuli.some_rows(holdings)
    reads = [api.read(clause.resource, row["id"]) for row in rows]
    reads += [
        api.vread(clause.resource, row["id"], version)
        for row in rows
        if (version := stimuli.version_of(row)) and stimuli.has_version_reads(api, clause)
    ]
    pages = [page for search in searches_of(api, clause) for page in search.pages]
    finding.assess(bundles.content_type_is_fhir([*reads, *pages]), otherwise=NO_SEARCH)


@pytest.mark.tier("negative")
@each_clause("(DIR|PA)-[A-Z]+-SEARCH-ERROR-OUTCOME", kind="rule")
def test_refused_search_says_why(api: FhirApi, clause: Clause, finding: Judge) -> None:
    names = [*stimuli.STRANGERS, *stimuli.unlisted_names(clause)[:3]]
    asked = [stimuli.unlisted_probe(api, clause, name).asked.first for name in names]
    asked.append(stimuli.search_for(api, clause.resource, "_lastUpdated", "yesterday").first)
    finding.assess(
        (*interactions.errors_carry_outcome(asked), *interactions.no_error_is_hidden(asked)),
        otherwise="the server refused no search",
    )
