"""Checks of the shape of search results."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    BASE,
    JSON,
    Said,
    bundle,
    entry,
    exchange,
    found,
    links,
    outcome,
    page,
    refused,
    resource,
    search,
)

from conformance.checks import bundles as check

ONE = resource("Location", "1")
TWO = resource("Location", "2")
ORG = resource("Organization", "o")


def test_a_searchset_with_agreeing_urls_holds() -> None:
    assert Said(check.bundle_is_a_searchset(found(ONE, TWO))).holds


def test_a_page_that_is_no_bundle_is_named_with_what_it_says() -> None:
    broken = Said(check.bundle_is_a_searchset(refused())).only
    assert broken.expected == "200, Bundle"
    assert broken.observed == "400, OperationOutcome: refused"


def test_a_bundle_of_another_type_is_broken() -> None:
    said = Said(check.bundle_is_a_searchset(search(page(entry(ONE), type="collection"))))
    assert (said.only.at, said.only.observed) == ("Bundle.type", "collection")


def test_every_page_is_judged() -> None:
    said = Said(check.bundle_is_a_searchset(search(page(entry(ONE)), exchange({}, 500))))
    assert said.only.observed.startswith("500")


@pytest.mark.parametrize(
    ("full_url", "observed"),
    [
        (f"{BASE}/Location/2", f"{BASE}/Location/2"),
        ("Location/1", "Location/1"),
        (f"{BASE}/Location/1/_history/1", f"{BASE}/Location/1/_history/1"),
        (None, "absent"),
        ("", "absent"),
    ],
    ids=["other-id", "relative", "versioned", "absent", "empty"],
)
def test_a_full_url_that_does_not_agree_is_broken(full_url: str | None, observed: str) -> None:
    said = Said(check.bundle_is_a_searchset(search(page(entry(ONE, fullUrl=full_url)))))
    assert said.only.at == "Bundle.entry[0].fullUrl"
    assert said.only.expected.endswith("Location/1")
    assert said.only.observed == observed


@pytest.mark.parametrize(
    "full_url", ["urn:uuid:6b1f0b7e-0000-4000-8000-000000000001", "http://other/R4/Location/1"]
)
def test_a_urn_and_another_absolute_base_agree(full_url: str) -> None:
    assert Said(check.bundle_is_a_searchset(search(page(entry(ONE, fullUrl=full_url))))).holds


def test_a_row_without_an_id_is_broken() -> None:
    said = Said(check.bundle_is_a_searchset(search(page(entry({"resourceType": "Location"})))))
    assert (said.only.at, said.only.observed) == ("Bundle.entry[0].resource.id", "absent")


@pytest.mark.parametrize("mode", ["outcome", ""])
def test_an_outcome_needs_neither_id_nor_url(mode: str) -> None:
    told = {**entry(outcome(), mode), "fullUrl": ""}
    assert Said(check.bundle_is_a_searchset(search(page(entry(ONE), told)))).holds


def test_an_entry_without_a_resource_is_no_row() -> None:
    said = Said(check.bundle_is_a_searchset(search(page({"fullUrl": "x"}, {"resource": 5}))))
    assert said.holds
    assert len(said.all) == 2


def test_rows_of_the_searched_type_hold() -> None:
    assert Said(check.rows_are_of_the_type(found(ONE, TWO))).holds


def test_a_row_of_another_type_is_broken() -> None:
    only = Said(check.rows_are_of_the_type(found(ONE, ORG))).only
    assert only.at == "Bundle.entry[1].resource.resourceType"
    assert (only.expected, only.observed) == ("Location", "Organization")


def test_a_row_of_no_type_is_broken() -> None:
    assert Said(check.rows_are_of_the_type(found({"id": "1"}))).only.observed == "absent"


def test_included_rows_and_outcomes_may_be_of_another_type() -> None:
    rows = page(entry(ONE), entry(ORG, "include"), entry(outcome(), "outcome"))
    widened = search(rows, params=[("_include", "Location:organization")])
    assert Said(check.rows_are_of_the_type(widened)).holds


def test_where_no_row_came_no_type_is_judged() -> None:
    assert Said(check.rows_are_of_the_type(found())).nothing


def test_modes_that_tell_rows_apart_hold() -> None:
    rows = page(entry(ONE), entry(ORG, "include"), entry(outcome(), "outcome"))
    widened = search(rows, params=[("_include", "Location:organization")])
    assert Said(check.modes_tell_rows_apart(widened)).holds


def test_an_include_of_the_searched_type_may_be_match_or_include() -> None:
    rows = page(entry(ORG), entry(resource("Organization", "p"), "include"))
    widened = search(rows, kind="Organization", params=[("_include", "Organization:partof")])
    assert Said(check.modes_tell_rows_apart(widened)).holds


@pytest.mark.parametrize(
    ("row", "mode", "expected", "observed"),
    [
        (ONE, "", "match", "absent"),
        (ONE, "include", "match", "include"),
        (ONE, "outcome", "match", "outcome"),
        (ORG, "match", "include", "match"),
        (ORG, "", "include", "absent"),
        (outcome(), "match", "outcome", "match"),
        (outcome(), "", "outcome", "absent"),
    ],
)
def test_a_mode_that_hides_what_a_row_is_is_broken(
    row: dict[str, Any], mode: str, expected: str, observed: str
) -> None:
    only = Said(check.modes_tell_rows_apart(search(page(entry(row, mode))))).only
    assert only.at.startswith("Bundle.entry[0].search.mode")
    assert (only.expected, only.observed) == (expected, observed)


def test_with_an_include_a_missing_mode_is_still_broken() -> None:
    widened = search(page(entry(ONE, "")), params=[("_include", "Location:partof")])
    only = Said(check.modes_tell_rows_apart(widened)).only
    assert (only.expected, only.observed) == ("include or match", "absent")


def _linked(url: str, **params: str) -> Said:
    listed = [{"relation": "next", "url": "x"}, {"relation": "self", "url": url}]
    asked = [(name.replace("__", "-"), value) for name, value in params.items()]
    return Said(check.self_link_names_the_search(search(page(link=listed), params=asked)))


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/Location?address-state=UT&_count=5",
        f"{BASE}/Location?_count=5&_pretty=true&address-state=UT",
        f"{BASE}/Location?%5Fcount=5&address%2Dstate=UT",
        "Location?_count=5&address-state=",
    ],
    ids=["as-sent", "sorted-and-more", "percent-encoded", "relative"],
)
def test_a_self_link_that_names_every_parameter_holds(url: str) -> None:
    assert _linked(url, address__state="UT", _count="5").holds


def test_a_self_link_that_leaves_a_parameter_out_is_broken() -> None:
    said = _linked(f"{BASE}/Location?_count=5", address__state="UT", _count="5")
    assert said.only.expected == "names address-state=UT"
    assert said.only.observed == f"{BASE}/Location?_count=5"


@pytest.mark.parametrize("link", [None, [], "x", [{"relation": "self"}], [5], [{"url": "x"}]])
def test_an_absent_self_link_is_broken(link: Any) -> None:
    said = Said(check.self_link_names_the_search(search(page(link=link), params=[("a", "b")])))
    assert said.only.observed == "absent"


def test_a_self_link_that_is_no_address_names_nothing() -> None:
    said = _linked("http://[?_count=5", _count="5")
    assert said.only.observed == "http://[?_count=5"


def test_the_self_link_of_a_refused_search_is_not_judged() -> None:
    assert Said(check.self_link_names_the_search(refused())).nothing


def test_self_is_told_from_the_first_page() -> None:
    first = page(link=links(self=f"{BASE}/Location?_count=5"))
    second = page(link=links(self=f"{BASE}/Location?_getpages=x"))
    two = search(first, second, params=[("_count", "5")])
    assert Said(check.self_link_names_the_search(two)).holds


@pytest.mark.parametrize(
    "told", ["application/fhir+json", "Application/FHIR+JSON;charset=utf-8", JSON[0][1]]
)
def test_the_media_type_of_fhir_holds(told: str) -> None:
    answers = [exchange(bundle(), headers=(("content-type", told),))]
    assert Said(check.content_type_is_fhir(answers)).holds


@pytest.mark.parametrize(
    ("headers", "observed"),
    [
        ((("content-type", "application/json"),), "application/json"),
        ((("content-type", "application/json+fhir"),), "application/json+fhir"),
        ((), "absent"),
    ],
)
def test_another_media_type_is_broken(headers: tuple[tuple[str, str], ...], observed: str) -> None:
    said = Said(check.content_type_is_fhir([exchange(bundle(), headers=headers)]))
    assert said.only.observed == observed


def test_the_media_type_of_errors_and_silence_is_not_judged() -> None:
    answers = [exchange(status=404, headers=()), exchange(error="timed out")]
    assert Said(check.content_type_is_fhir(answers)).nothing


def test_a_well_formed_page_holds_whatever_its_rows() -> None:
    strange = entry({"resourceType": "Location", "id": "3", "colour": "red"})
    assert Said(check.bundle_is_well_formed(search(page(entry(ONE), strange, total=2)))).holds
    assert Said(check.bundle_is_well_formed(search(page()))).holds


def test_a_fault_of_the_page_itself_is_named() -> None:
    only = Said(check.bundle_is_well_formed(search(page(entry(ONE), total="many")))).only
    assert only.at == "Bundle.total"
    assert only.expected == "a well-formed Bundle"


@pytest.mark.parametrize(
    ("entries", "observed"),
    [
        ([entry(ONE), {"fullUrl": "x"}], "1 rows, 0 of them again"),
        ([entry(ONE), entry(ONE)], "2 rows, 1 of them again"),
        (5, "0 rows, 0 of them again"),
    ],
)
def test_entries_that_are_no_rows_or_come_again_are_broken(entries: Any, observed: str) -> None:
    only = Said(check.bundle_is_well_formed(search(page(entry=entries)))).only
    assert (only.at, only.observed) == ("Bundle.entry", observed)


def test_what_is_no_page_is_not_judged_as_one() -> None:
    assert Said(check.bundle_is_well_formed(refused())).nothing


def _repeated(query: str, **params: str) -> Said:
    asked = search(page(link=links(self=f"{BASE}/Location?{query}")), params=params.items())
    return Said(check.self_link_repeats_the_search(asked))


@pytest.mark.parametrize(
    "query",
    [
        "name=Main&_count=5",
        "_count=5&name=M%61in&_pretty=true&_format=json",
        "name=Main&_count=2",
        "_count=5",
    ],
    ids=["as-sent", "encoded-and-more", "smaller-count", "left-out-judged-elsewhere"],
)
def test_a_self_link_that_repeats_the_search_holds(query: str) -> None:
    assert _repeated(query, name="Main", _count="5").holds


def test_a_self_link_may_show_another_form_of_a_reference() -> None:
    assert _repeated("organization=Organization/1", organization="1").holds


def test_a_self_link_with_another_value_is_broken() -> None:
    only = _repeated("name=Side&_count=5", name="Main", _count="5").only
    assert (only.expected, only.observed) == ("name=Main", "name=Side")


@pytest.mark.parametrize("more", ["status=active", "_include=Location:partof"])
def test_a_self_link_that_selects_more_is_broken(more: str) -> None:
    only = _repeated(f"name=Main&{more}", name="Main").only
    assert only.observed.startswith(more.partition("=")[0])


def test_where_there_is_no_self_link_nothing_is_repeated() -> None:
    assert Said(check.self_link_repeats_the_search(search(page(link=[])))).nothing
    assert Said(check.self_link_repeats_the_search(refused())).nothing


def test_a_resource_in_an_error_has_its_media_type_too() -> None:
    wrong = exchange(outcome(), 404, headers=(("content-type", "application/json"),))
    assert Said(check.content_type_is_fhir([wrong])).only.observed == "application/json"
    assert Said(check.content_type_is_fhir([exchange(outcome(), 404)])).holds


@pytest.mark.parametrize(
    ("charset", "holds"), [("utf-8", True), ('"UTF-8"', True), ("iso-8859-1", False)]
)
def test_a_body_of_fhir_is_utf_8(charset: str, holds: object) -> None:
    told = (("content-type", f"application/fhir+json; charset={charset}"),)
    assert Said(check.content_type_is_fhir([exchange(bundle(), headers=told)])).holds is holds
