"""Whatever a server answers, no check raises, and what it says is text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders import BASE, exchange, holding, resource, search
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks import (
    access,
    bundles,
    capability,
    includes,
    interactions,
    paging,
    rows,
    searching,
    unlisted,
)
from conformance.records import Ending, entries_of, link_of, query_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.exchange import Exchange
    from conformance.findings import Assertion

texts = st.text(max_size=6) | st.sampled_from(
    [
        *("http://[", "Location", "Organization", "Location/1", "match", "include", "outcome"),
        *("Organization/1", "1", "searchset", "Bundle", "self", "next", "#c", "a|b", "UT"),
    ]
)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | texts
keys = st.sampled_from(
    [
        *("resourceType", "id", "meta", "versionId", "lastUpdated", "profile", "type", "coding"),
        *("code", "resource", "search", "mode", "fullUrl", "entry", "link", "relation", "url"),
        *("total", "issue", "details", "text", "rest", "interaction", "searchParam", "name"),
        *("fhirVersion", "implementationGuide", "instantiates", "address", "state", "reference"),
        *("managingOrganization", "partOf", "location", "extension"),
    ]
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)
resources = st.builds(
    lambda kind, more: {**more, "resourceType": kind},
    st.sampled_from(["Location", "Organization", "PractitionerRole", "OperationOutcome"]) | scalars,
    st.dictionaries(keys, anything, max_size=4),
)
bundles_of_anything = st.fixed_dictionaries(
    {"resourceType": st.just("Bundle")},
    optional={
        "type": anything,
        "total": anything,
        "link": anything | st.lists(st.dictionaries(keys, anything, max_size=3), max_size=2),
        "entry": anything
        | st.lists(
            st.fixed_dictionaries({"resource": resources | anything}, optional={"search": anything})
            | anything,
            max_size=3,
        ),
    },
)
statements = st.builds(
    lambda rest: {"resourceType": "CapabilityStatement", "rest": rest, "fhirVersion": rest},
    anything | st.lists(st.fixed_dictionaries({"resource": anything, "searchParam": anything})),
)
headers = st.lists(
    st.tuples(st.sampled_from(["content-type", "location", "www-authenticate"]), texts), max_size=3
).map(tuple)
statuses = st.sampled_from([200, 200, 200, 200, 201, 302, 400, 404, 429, 500, 599])


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    document = draw(bundles_of_anything | bundles_of_anything | statements | resources | anything)
    if draw(st.integers(0, 20)) == 0:
        return exchange(error="timed out")
    return exchange(document, draw(statuses), headers=draw(headers))


INCLUDE, PARTOF = "Location:organization", "Organization:partof"
PARAMS = st.sampled_from(
    [
        (),
        (("address-state", "UT"), ("_count", "2")),
        (("_id", "1,2"), ("_include", INCLUDE)),
        (("_lastUpdated", "ge2026-01-01T00:00:00Z"),),
    ]
)
HELD = holding(
    resource("Location", "1", address={"state": "UT"}, meta={"lastUpdated": "2026-01-01"}),
    {"resourceType": 5, "id": "2", "address": "UT", "meta": []},
)
searches = st.builds(
    lambda pages, params, ending: search(*pages, params=params, ending=ending),
    st.lists(exchanges(), min_size=1, max_size=3),
    PARAMS,
    st.sampled_from(list(Ending)),
)


def said(assertions: Iterable[Assertion]) -> None:
    """Demand that every assertion is made of what a run log can keep."""
    for item in assertions:
        assert isinstance(item.holds, bool)
        assert all(
            isinstance(text, str) for text in (item.at, item.expected, item.observed, item.exchange)
        )


@given(searches)
def test_no_answer_to_a_search_is_too_strange(asked: Any) -> None:
    for check in (
        *(bundles.bundle_is_a_searchset, bundles.rows_are_of_the_type),
        *(bundles.modes_tell_rows_apart, bundles.self_link_names_the_search),
        *(bundles.bundle_is_well_formed, bundles.self_link_repeats_the_search),
        *(paging.links_lead_to_the_end, paging.each_row_once),
        *(paging.total_is_the_number_of_rows, searching.search_is_answered),
    ):
        said(check(asked))
    said(searching.search_is_exact(asked, HELD, asked.pages))
    said(searching.returns_just(asked, ["1", "2"]))
    said(paging.count_bounds_the_page(asked, 1, HELD))
    said(paging.offset_leaves_the_rest(asked, 1))
    said(includes.matches_lead_to(asked, INCLUDE, HELD, ("address-state", "UT")))
    said(rows.rows_claim_profile(asked.entries, "http://x"))


@given(searches, searches)
def test_no_pair_of_answers_is_too_strange(one: Any, other: Any) -> None:
    said(searching.same_rows(one, other))
    said(searching.partition(one, other, HELD))
    said(paging.page_size_loses_nothing(one, other))
    said(paging.offset_skips(one, other, 1))
    for name in ("address-state", "_lastUpdated", "near", "flexcheck-unlisted"):
        probe = unlisted.Probe(name, "UT", one, other)
        said(unlisted.unlisted_is_not_applied(probe))
        said(unlisted.unlisted_is_refused(probe))


@given(searches, st.lists(exchanges(), max_size=2), st.lists(resources, max_size=3))
def test_no_included_row_is_too_strange(asked: Any, reads: Any, known: Any) -> None:
    for value in (INCLUDE, PARTOF):
        said(includes.include_brings_targets(asked, value, reads))
        assert all("/" in key for key in includes.missing_targets(asked, value))
    referrers = {str(number): row for number, row in enumerate(known)}
    said(includes.revinclude_brings_referrers(asked, PARTOF, referrers))


@given(exchanges(), resources)
def test_no_single_answer_is_too_strange(answered: Any, row: dict[str, Any]) -> None:
    said(interactions.read_returns(answered, "Location", "1"))
    said(interactions.vread_returns(answered, "Location", "1", "2"))
    said(interactions.older_version_is_itself(answered, "1", row))
    said(interactions.version_is_told(answered))
    said(interactions.read_agrees(answered, row))
    said(interactions.read_is_not_older(answered, row))
    said(interactions.no_error_is_hidden([answered]))
    said(interactions.refused_as_unsupported(answered))
    said(interactions.unknown_is_absent(answered))
    said(interactions.errors_carry_outcome([answered]))
    said(bundles.content_type_is_fhir([answered]))
    said(access.open_to_everyone([answered]))
    said(rows.references_are_networks({"n": answered.document}))


@given(exchanges(), resources)
def test_no_capability_statement_is_too_strange(told: Any, row: dict[str, Any]) -> None:
    said(capability.metadata_is_there(told))
    said(capability.version_is(told, "4.0.1"))
    said(capability.guide_version_is(told, "http://x", "1.0.0", [row]))
    said(capability.interactions_are_declared(told, "Location", ["read"]))
    said(capability.parameters_are_declared(told, "Location", ["name"]))


@given(st.lists(resources, max_size=2))
def test_no_row_is_too_strange_to_be_called_malformed(listed: list[Any]) -> None:
    page = exchange({"resourceType": "Bundle", "entry": [{"resource": row} for row in listed]})
    said(rows.rows_are_well_formed(entries_of(page)))


@pytest.mark.parametrize(
    "link",
    [None, "x", [5], [{"relation": "next"}], [{"relation": "next", "url": 5}], [{"url": "x"}]],
)
def test_a_link_that_is_none_is_not_followed(link: Any) -> None:
    assert link_of(exchange({"resourceType": "Bundle", "link": link}), "next") == ""


def test_links_have_no_order() -> None:
    listed = [{"relation": "next", "url": "n"}, {"relation": "self", "url": "s"}]
    for order in (listed, listed[::-1]):
        told = exchange({"link": order})
        assert (link_of(told, "self"), link_of(told, "next")) == ("s", "n")


def test_a_query_is_read_decoded() -> None:
    assert query_of(f"{BASE}?a%3Ab=1&c=") == {"a:b": "1", "c": ""}
    assert query_of("http://[?a=1") == {}
