"""Each listed search parameter: it selects every row that matches, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import paging
from conformance.checks import searching as check
from conformance.plugin.marks import each_clause
from suites.fhir import stimuli
from suites.fhir import value_stimuli as values

if TYPE_CHECKING:
    from conformance.client import FhirApi
    from conformance.contract import Clause
    from conformance.plugin.judge import Judge
    from conformance.records import Holdings

#: The parameters that select rows; those that shape the result have tests of their own.
SELECTING = r"(DIR|PA)-[A-Z]+-SEARCH-(?!COUNT|GETPAGESOFFSET|INCLUDE|REVINCLUDE)[A-Z-]+"

TOO_FEW = "the server is not known to hold two rows of this type"


@each_clause(SELECTING, kind="search-parameter")
def test_parameter_selects_what_it_must(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    searches = (
        [stimuli.search_for(api, clause.resource, clause.param, clause.value)]
        if clause.value
        else stimuli.searches_by(api, clause.resource, clause.param)
    )
    # A date has no longer form, and somebody else's id as `patient` may be refused.
    if searches and clause.type != "date" and clause.param != "patient":
        searches = [*searches, *values.nothing_to_find(api, clause)]
    finding.assess(
        (
            assertion
            for search in searches
            for assertion in stimuli.exactness(api, search, holdings)
        ),
        otherwise=f"no known {clause.resource} has a value to search by {clause.param}",
    )


@each_clause("(DIR-[A-Z]+|PA-(PAT|COV|EOB))-SEARCH", kind="interaction")
def test_documented_search_form(api: FhirApi, clause: Clause, finding: Judge) -> None:
    name, _, value = clause.value.partition("=")
    searches = (
        stimuli.searches_by(api, clause.resource, name)
        or [stimuli.search_for(api, clause.resource, name, stimuli.NO_SUCH_ID)]
        if value == "[id]"
        else [stimuli.search_for(api, clause.resource, name, value)]
    )
    finding.assess(
        (
            assertion
            for search in searches
            for assertion in (*check.search_is_answered(search), *check.nothing_extra(search))
        ),
        otherwise=f"no known {clause.resource} has an id to search by",
    )


@each_clause("(DIR|PA)-[A-Z]+-ID-LIST")
def test_several_ids(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    ids = [str(row["id"]) for row in stimuli.some_rows(holdings)]
    finding.assess(
        check.returns_just(stimuli.search_for(api, clause.resource, "_id", ",".join(ids)), ids)
        if len(ids) > 1
        else (),
        otherwise=TOO_FEW,
    )


@each_clause("(DIR|PA)-[A-Z]+-SEARCH-COUNT", kind="search-parameter")
def test_count(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    size = 2
    search = api.search(
        clause.resource, (("_count", str(size)),), purpose="_count", max_rows=size + 1
    )
    finding.assess(paging.count_bounds_the_page(search, size, holdings))


@each_clause("(DIR|PA)-[A-Z]+-SEARCH-GETPAGESOFFSET", kind="search-parameter")
def test_getpagesoffset(api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge) -> None:
    half = min(stimuli.END, len(holdings.rows) // 2)
    # One row can be skipped too: that leaves none.
    last = stimuli.last_rows(api, holdings, half) if holdings.rows and holdings.complete else None
    neighbours = stimuli.neighbouring_pages(api, clause, half) if half else ()
    finding.assess(
        (
            *(paging.offset_skips(*neighbours, half) if neighbours else ()),
            *(paging.offset_leaves_the_rest(last, half) if last else ()),
        ),
        otherwise="the server is not known to hold all rows of this type",
    )


@each_clause("(DIR|PA)-[A-Z]+-STRING-MATCHING")
def test_strings_match_by_their_beginning_whatever_case_and_accents(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    finding.assess(
        (
            assertion
            for search in values.string_variants(api, clause)
            for assertion in stimuli.exactness(api, search, holdings)
        ),
        otherwise="no known row has a string to search by",
    )


@each_clause("(DIR|PA)-[A-Z]+-TOKEN-SYSTEM")
def test_token_with_system(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    finding.assess(
        (
            assertion
            for search in values.token_forms(api, clause)
            for assertion in stimuli.exactness(api, search, holdings)
        ),
        otherwise="no known row has a coded value with a system",
    )


@each_clause("(DIR|PA)-[A-Z]+-REFERENCE-FORMS")
def test_reference_forms(api: FhirApi, clause: Clause, finding: Judge) -> None:
    finding.assess(
        (
            assertion
            for typed, bare in values.reference_forms(api, clause)
            for assertion in check.same_rows(typed, bare)
        ),
        otherwise="no known row has a relative reference to search by",
    )


@each_clause("(DIR|PA)-[A-Z]+-LASTUPDATED-PREFIXES")
def test_before_and_since_are_all(
    api: FhirApi, holdings: Holdings, clause: Clause, finding: Judge
) -> None:
    searches = stimuli.searches_by(api, clause.resource, "_lastUpdated")
    by_prefix = {search.params[0][1][:2]: search for search in searches}
    finding.assess(
        check.partition(by_prefix["lt"], by_prefix["ge"], holdings)
        if {"ge", "lt"} <= by_prefix.keys()
        else (),
        otherwise="no known row tells meta.lastUpdated",
    )
