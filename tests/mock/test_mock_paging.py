"""Pages of a result: each row once, honest totals, links that lead on and end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from asking import link, matches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.mock.outcomes import FhirProblem
from conformance.mock.paging import Handles
from conformance.mock.search.engine import SearchResult
from conformance.mock.search.request import SearchRequest

if TYPE_CHECKING:
    from mock_api import Api

    from conformance.mock.data.store import Store


def test_the_default_page_has_twenty_rows_and_the_total_counts_all(api: Api, store: Store) -> None:
    bundle = api.json("/Practitioner")
    assert len(matches(bundle)) == 20
    assert bundle["total"] == len(store.rows("Practitioner"))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")


def test_a_page_never_has_more_than_two_hundred_rows(api: Api) -> None:
    bundle = api.json("/PractitionerRole?_count=100000")
    assert len(bundle["entry"]) == min(200, bundle["total"])
    assert len(api.json("/Organization?type=ntwk&_count=999")["entry"]) == 24


def test_a_count_of_zero_gives_the_total_alone(api: Api, store: Store) -> None:
    bundle = api.json("/Practitioner?_count=0")
    assert bundle["total"] == len(store.rows("Practitioner"))
    assert "entry" not in bundle
    assert link(bundle, "next") is None


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(3, 60))
def test_pages_of_any_size_partition_the_result(api: Api, store: Store, count: int) -> None:
    expected = [row.id for row in store.rows("Organization")]
    pages = api.pages(f"/Organization?_count={count}")
    assert [e["resource"]["id"] for page in pages for e in matches(page)] == expected
    assert {page["total"] for page in pages} == {len(expected)}
    assert all(len(matches(page)) == count for page in pages[:-1])
    assert link(pages[-1], "next") is None


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(offset=st.integers(0, 90), count=st.integers(1, 50))
def test_an_offset_skips_that_many_matches(api: Api, store: Store, offset: int, count: int) -> None:
    expected = [row.id for row in store.rows("Location")][offset : offset + count]
    found = api.rows(f"/Location?_getpagesoffset={offset}&_count={count}")
    assert [row["id"] for row in found] == expected


def test_paging_goes_on_from_an_offset(api: Api, store: Store) -> None:
    found = api.everything("/Location?_getpagesoffset=7&_count=20")
    assert [row["id"] for row in found] == [row.id for row in store.rows("Location")][7:]


def test_a_next_link_is_opaque_as_hapi_makes_it(api: Api) -> None:
    following = link(api.json("/Practitioner?name=Smith&_count=2"), "next")
    assert following
    parts = urlsplit(following)
    assert following.startswith(f"{api.base}?")
    query = parse_qs(parts.query)
    assert set(query) == {"_getpages", "_getpagesoffset", "_count", "_bundletype"}
    assert (query["_getpagesoffset"], query["_count"]) == (["2"], ["2"])
    assert query["_bundletype"] == ["searchset"]
    assert "Smith" not in following


def test_the_self_link_repeats_the_search_and_gives_the_same_rows(api: Api) -> None:
    path = "/Practitioner?name=Jos%C3%A9&_count=5"
    own = link(api.json(path), "self")
    assert own
    assert parse_qs(urlsplit(own).query) == {"name": ["José"], "_count": ["5"]}
    assert api.ids(own) == api.ids(path)
    assert link(api.json("/Practitioner"), "self") == f"{api.base}/Practitioner"


def test_pages_link_to_themselves_and_back(api: Api) -> None:
    first, second = api.pages("/Practitioner?_count=100")[:2]
    own, before = link(second, "self"), link(second, "previous")
    assert own == link(first, "next")
    assert before
    assert api.ids(before) == {e["resource"]["id"] for e in matches(first)}


def test_the_order_of_links_is_not_fixed(api: Api) -> None:
    orders = {tuple(x["relation"] for x in page["link"]) for page in api.pages("/Practitioner")}
    assert len({order[0] for order in orders}) > 1


def test_entries_have_full_urls_that_can_be_read(api: Api) -> None:
    entry = api.json("/Practitioner?_count=1")["entry"][0]
    assert entry["fullUrl"] == f"{api.base}/Practitioner/{entry['resource']['id']}"
    assert entry["search"] == {"mode": "match"}
    assert api.json(entry["fullUrl"]) == entry["resource"]


@pytest.mark.parametrize("handle", ["unknown", ""])
def test_an_unknown_handle_is_gone(api: Api, handle: str) -> None:
    assert "expired" in api.outcome(f"?_getpages={handle}&_getpagesoffset=20&_count=20", 410)


@pytest.mark.parametrize(
    ("change", "parameter"),
    [("&name=x", "name"), ("&_count=x", "_count"), ("&_bundletype=history", "_bundletype")],
)
def test_a_page_takes_only_what_its_links_have(api: Api, change: str, parameter: str) -> None:
    handle = parse_qs(urlsplit(link(api.json("/Practitioner"), "next") or "").query)["_getpages"][0]
    assert parameter in api.outcome(f"?_getpages={handle}{change}", 400)


def test_old_handles_are_forgotten_and_used_ones_kept() -> None:
    handles = Handles(most=2)
    results = [SearchResult(SearchRequest("Location"), (), n) for n in range(3)]
    first, second = handles.keep(results[0]), handles.keep(results[1])
    handles.get(first)
    third = handles.keep(results[2])
    assert handles.get(first).total == 0
    assert handles.get(third).total == 2
    with pytest.raises(FhirProblem):
        handles.get(second)


def test_equal_searches_have_handles_of_their_own() -> None:
    handles, result = Handles(), SearchResult(SearchRequest("Location"), (), 0)
    assert handles.keep(result) != handles.keep(result)
