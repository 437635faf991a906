"""Defects of the directory's pages, included rows, reads, errors and metadata show as they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asking import link

from conformance.mock.search.documented import DOCUMENTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_api import Api

    from conformance.mock.data.store import Store

    Spoil = Callable[[str], Api]


def test_every_second_page_loses_its_first_row(spoiled: Spoil, store: Store) -> None:
    found = spoiled("practitioner-page-loses-row").everything("/Practitioner?_count=10")
    rows = [row.id for row in store.rows("Practitioner")]
    lost = set(rows) - {row["id"] for row in found}
    assert lost == {row for n, row in enumerate(rows) if n % 20 == 10}


def test_every_second_page_repeats_a_row(spoiled: Spoil, store: Store) -> None:
    found = spoiled("role-page-repeats-row").everything("/PractitionerRole?_count=50")
    ids = [row["id"] for row in found]
    assert set(ids) == {row.id for row in store.rows("PractitionerRole")}
    assert ids[49] == ids[50]
    assert len(ids) == len(set(ids)) + 2


def test_affiliations_end_after_one_page(spoiled: Spoil) -> None:
    pages = spoiled("affiliation-next-link-missing").pages("/OrganizationAffiliation")
    assert len(pages) == 1
    assert pages[0]["total"] > 20


def test_location_next_links_loop(spoiled: Spoil) -> None:
    pages = spoiled("location-next-link-loops").pages("/Location", most=5)
    assert len(pages) == 5
    assert [page["entry"] for page in pages] == [pages[0]["entry"]] * 5


def test_service_next_links_leave_the_origin(spoiled: Spoil) -> None:
    found = spoiled("service-next-link-off-origin")
    following = link(found.json("/HealthcareService"), "next")
    assert following
    assert following.startswith("https://public.fhir.example/R4?_getpages=")
    assert following.count("?") == 1


MISSING = [
    ("location-include-missing", "Location", "_include=Location:organization"),
    ("network-include-missing", "Organization", "type=ntwk&_include=Organization:partof"),
    (
        "organization-revinclude-missing",
        "Organization",
        "_revinclude=PractitionerRole:organization",
    ),
]


@pytest.mark.parametrize(("name", "kind", "query"), MISSING)
def test_a_missing_include_adds_nothing(
    name: str, kind: str, query: str, api: Api, spoiled: Spoil
) -> None:
    path = f"/{kind}?{query}&_count=200"
    assert api.ids(path, mode="include")
    assert not spoiled(name).ids(path, mode="include")
    assert spoiled(name).ids(path) == api.ids(path)


def test_half_of_the_roles_of_locations_are_missing(api: Api, spoiled: Spoil) -> None:
    path = "/Location?_revinclude=PractitionerRole:location&_count=50"
    right = api.ids(path, "include")
    wrong = spoiled("location-revinclude-half").ids(path, "include")
    assert wrong < right
    assert len(wrong) == len(right) // 2


def test_a_network_nobody_refers_to_is_included(api: Api, spoiled: Spoil) -> None:
    path = "/OrganizationAffiliation?_include=OrganizationAffiliation:network"
    found = spoiled("affiliation-include-unreferenced").ids(path, "include")
    assert found - api.ids(path, "include") == {"stray"}


def test_included_rows_of_roles_are_matches(api: Api, spoiled: Spoil) -> None:
    path = "/PractitionerRole?_include=PractitionerRole:practitioner"
    assert api.ids(path, "include")
    assert not spoiled("role-include-as-match").ids(path, "include")


def test_affiliations_cannot_be_read(spoiled: Spoil, store: Store) -> None:
    found = spoiled("affiliation-read-fails")
    found.outcome(f"/{store.rows('OrganizationAffiliation')[0].reference}", 500)
    assert found.rows("/OrganizationAffiliation")


def test_locations_have_no_versions(spoiled: Spoil, store: Store) -> None:
    reference = store.rows("Location")[0].reference
    found = spoiled("location-vread-unsupported")
    found.outcome(f"/{reference}/_history/1", 404)
    assert found.json(f"/{reference}")


def test_any_version_of_an_organization_is_the_current_one(spoiled: Spoil, store: Store) -> None:
    row = next(r for r in store.rows("Organization") if len(r.versions) == 3)
    found = spoiled("organization-vread-ignores-version")
    assert found.json(f"/{row.reference}/_history/99") == row.resource
    assert found.json(f"/{row.reference}/_history/1") == row.resource


def test_unknown_rows_are_answered_wrongly(spoiled: Spoil) -> None:
    spoiled("practitioner-read-unknown-200").outcome("/Practitioner/unknown", 200)
    spoiled("role-read-unknown-500").outcome("/PractitionerRole/unknown", 500)


def test_services_read_otherwise_than_they_are_found(spoiled: Spoil, store: Store) -> None:
    row, found = store.rows("HealthcareService")[0], spoiled("service-read-stale")
    assert found.rows(f"/HealthcareService?_id={row.id}") == [row.resource]
    assert found.json(f"/{row.reference}") != row.resource


def test_rows_lack_what_identifies_them(spoiled: Spoil) -> None:
    role = spoiled("role-version-id-missing").rows("/PractitionerRole")[0]
    affiliation = spoiled("affiliation-profile-missing").rows("/OrganizationAffiliation")[0]
    assert set(role["meta"]) == {"lastUpdated", "profile"}
    assert set(affiliation["meta"]) == {"lastUpdated", "versionId"}


def test_rows_are_malformed(spoiled: Spoil, store: Store) -> None:
    person = spoiled("practitioner-malformed").rows("/Practitioner")[0]
    assert isinstance(person["identifier"], dict)
    assert all("countyCode" in r for r in spoiled("location-unknown-property").rows("/Location"))
    assert isinstance(store.rows("Practitioner")[0].resource["identifier"], list)


def test_affiliations_do_not_say_whether_they_are_active(spoiled: Spoil, store: Store) -> None:
    rows = spoiled("affiliation-active-unsaid").rows("/OrganizationAffiliation")
    assert rows
    assert not any("active" in row for row in rows)
    assert "active" in store.rows("OrganizationAffiliation")[0].resource


def test_refused_location_searches_have_no_outcome(spoiled: Spoil) -> None:
    for path, status in (("/Location?nothing=x", 400), ("/Location/unknown", 404)):
        response = spoiled("location-error-without-outcome").get(path)
        assert response.status_code == status
        assert "resourceType" not in response.json()


def test_organizations_are_plain_json(spoiled: Spoil) -> None:
    found = spoiled("organization-content-type-plain")
    assert found.get("/Organization").headers["content-type"] == "application/json"
    assert "fhir" in found.get("/Location").headers["content-type"]


def test_locations_need_a_token(spoiled: Spoil) -> None:
    found = spoiled("location-needs-token")
    assert "Bearer" in found.get("/Location").headers["www-authenticate"]
    found.outcome("/Location", 401)
    assert found.get("/Location", Authorization="Bearer x").status_code == 200
    assert found.get("/Organization").status_code == 200


def test_affiliations_cannot_be_searched_by_id(spoiled: Spoil) -> None:
    found = spoiled("affiliation-id-search-unavailable")
    found.outcome("/OrganizationAffiliation?_id=x", 501)
    assert found.rows("/OrganizationAffiliation")


def test_search_results_are_misshapen(spoiled: Spoil) -> None:
    collection = spoiled("affiliation-bundle-type-collection").json("/OrganizationAffiliation")
    assert collection["type"] == "collection"
    roles = spoiled("role-full-url-missing").json("/PractitionerRole")["entry"]
    assert not any("fullUrl" in entry for entry in roles)
    people = spoiled("practitioner-self-link-missing")
    assert {x["relation"] for x in people.json("/Practitioner")["link"]} == {"next"}
    assert "link" not in people.json("/Practitioner?_count=0")


def test_metadata_is_missing(spoiled: Spoil) -> None:
    spoiled("metadata-missing").outcome("/metadata", 404)


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("metadata-fhir-version", "4.0.1"),
        ("metadata-ig-version", "plan-net|1.0.0"),
        ("metadata-omits-location", '"type":"Location"'),
    ],
)
def test_metadata_says_otherwise(name: str, lost: str, api: Api, spoiled: Spoil) -> None:
    assert lost in api.get("/metadata").text
    assert lost not in spoiled(name).get("/metadata").text


def test_metadata_omits_a_declaration_of_one_type(api: Api, spoiled: Spoil) -> None:
    right = {r["type"]: r for r in api.json("/metadata")["rest"][0]["resource"]}
    spoilt = spoiled("metadata-omits-vread").json("/metadata")
    wrong = {r["type"]: r for r in spoilt["rest"][0]["resource"]}
    assert {kind for kind in DOCUMENTED if right[kind] != wrong[kind]} == {"Practitioner"}
    codes = [interaction["code"] for interaction in wrong["Practitioner"]["interaction"]]
    assert codes == ["read", "search-type"]
