"""Each defect does what it says, to the type it says, and says which clauses that breaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from mock_api import link, matches

from conformance.mock.defects import MODULES, Defects, choose
from conformance.mock.defects import REGISTRY as ALL
from conformance.mock.defects.registry import defect
from conformance.mock.flow import Call, Reply
from conformance.mock.search.documented import DOCUMENTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_api import Api

    from conformance.mock.data.store import Store

    Spoil = Callable[[str], Api]

REGISTRY = {
    name: found
    for name, found in ALL.items()
    if found.change.__module__ in {module.__name__ for module in MODULES}
}
SEAMS = {
    "Vocabulary", "SearchRequest", "Filter", "SearchResult", "Lookup", "Page", "Shown", "Reply",
}  # fmt: skip
CODES = "HSVC|LOC|ORG|NET|AFF|PRAC|ROLE"
CLAUSE = re.compile(
    rf"DIR-(({CODES})(-[A-Z]+)+|METADATA|NETWORK-IS-ORGANIZATION|(FHIR|IG)-VERSION)"
)


@pytest.mark.parametrize("name", REGISTRY)
def test_a_defect_says_what_it_does_and_breaks(name: str) -> None:
    found = REGISTRY[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert found.does.endswith(".")
    assert found.breaks
    assert all(CLAUSE.fullmatch(clause) for clause in found.breaks)
    assert found.seam in SEAMS


def test_every_module_and_every_place_in_the_flow_has_defects() -> None:
    assert {found.change.__module__ for found in REGISTRY.values()} == {m.__name__ for m in MODULES}
    assert {found.seam for found in REGISTRY.values()} == SEAMS


def test_a_name_is_registered_once() -> None:
    taken = next(iter(REGISTRY))
    with pytest.raises(ValueError, match="twice"):
        defect(taken, breaks=["DIR-METADATA"])(lambda reply: reply)


def test_an_unknown_name_is_answered_with_the_nearest_and_all() -> None:
    with pytest.raises(ValueError, match="Did you mean 'location-state-ignored'") as caught:
        choose(["location-state-ignore"], REGISTRY)
    assert all(name in str(caught.value) for name in REGISTRY)


def test_without_defects_values_pass_unchanged() -> None:
    reply = Reply(Call("metadata"), 200, {})
    assert Defects().apply(reply) is reply


def test_several_defects_act_together() -> None:
    both = choose(["metadata-fhir-version", "metadata-ig-version"], REGISTRY)
    body = {"fhirVersion": "4.0.1", "implementationGuide": ["x|1.0.0"]}
    changed = both.apply(Reply(Call("metadata"), 200, body)).body
    assert changed == {"fhirVersion": "4.3.0", "implementationGuide": ["x|1.1.0"]}
    assert body["fhirVersion"] == "4.0.1"


SPOILT_TYPE = {
    "affiliation": "OrganizationAffiliation",
    "location": "Location",
    "metadata": "",
    "network": "Organization",
    "organization": "Organization",
    "practitioner": "Practitioner",
    "role": "PractitionerRole",
    "service": "HealthcareService",
}


@pytest.mark.parametrize("name", REGISTRY)
def test_a_defect_leaves_the_other_types_alone(
    name: str, api: Api, spoiled: Spoil, store: Store
) -> None:
    wrong = spoiled(name)
    for kind in set(DOCUMENTED) - {SPOILT_TYPE[name.partition("-")[0]]}:
        second = wrong.json(link(wrong.json(f"/{kind}?_count=3"), "next") or "")
        right = api.json(f"/{kind}?_getpagesoffset=3&_count=3")
        assert (matches(second), second["total"]) != ([], 0)
        assert [e["resource"] for e in matches(second)] == [e["resource"] for e in matches(right)]
        assert second["total"] == right["total"]
        assert len(second["link"]) == len(right["link"]) == 3
        row = store.rows(kind)[3]
        assert wrong.json(f"/{row.reference}") == row.resource
        assert wrong.json(f"/{row.reference}/_history/1") == row.versions[0]
        wrong.outcome(f"/{kind}?_nothing=x", 400)
        wrong.outcome(f"/{kind}/unknown", 404)


IGNORED = [
    ("location-state-ignored", "Location", "address-state=CA"),
    ("location-id-ignored", "Location", "_id=unknown"),
    ("role-network-ignored", "PractitionerRole", "network=unknown"),
    ("role-code-ignored", "PractitionerRole", "role=ap"),
    ("role-lastupdated-ignored", "PractitionerRole", "_lastUpdated=lt2026-10-01"),
    ("network-type-returns-others", "Organization", "type=ntwk"),
    ("practitioner-given-ignored", "Practitioner", "given=Scott"),
    ("role-unknown-specialty-ignored", "PractitionerRole", "specialty=340000000X"),
]


@pytest.mark.parametrize(("name", "kind", "query"), IGNORED)
def test_an_ignored_parameter_selects_nothing(  # noqa: PLR0913, PLR0917
    name: str, kind: str, query: str, api: Api, spoiled: Spoil, store: Store
) -> None:
    everything = len(store.rows(kind))
    assert api.json(f"/{kind}?{query}")["total"] < everything
    bundle = spoiled(name).json(f"/{kind}?{query}")
    assert bundle["total"] == everything
    assert query.partition("=")[0] in (link(bundle, "self") or "")


def test_service_count_is_ignored(spoiled: Spoil) -> None:
    bundle = spoiled("service-count-ignored").json("/HealthcareService?_count=3")
    assert len(matches(bundle)) == 20


def test_affiliation_offset_is_ignored(spoiled: Spoil, store: Store) -> None:
    rows = spoiled("affiliation-getpagesoffset-ignored").rows(
        "/OrganizationAffiliation?_getpagesoffset=5"
    )
    assert rows[0]["id"] == store.rows("OrganizationAffiliation")[0].id


def test_only_the_first_practitioner_id_is_looked_up(spoiled: Spoil, store: Store) -> None:
    one, two = (row.id for row in store.rows("Practitioner")[:2])
    assert spoiled("practitioner-id-list-first-only").ids(f"/Practitioner?_id={one},{two}") == {one}


def test_affiliation_organizations_are_swapped(api: Api, spoiled: Spoil, store: Store) -> None:
    row = next(r for r in store.rows("OrganizationAffiliation") if "organization" in r.resource)
    primary = row.resource["organization"]["reference"]
    path = "/OrganizationAffiliation?{}-organization=" + primary
    found = spoiled("affiliation-roles-swapped").ids(path.format("primary"))
    assert row.id not in found
    assert found == api.ids(path.format("participating"))


def test_family_names_compare_by_their_initial(api: Api, spoiled: Spoil) -> None:
    path = "/Practitioner?family=Smith&_count=200"
    found = spoiled("practitioner-family-initial")
    assert api.ids(path) < found.ids(path)
    assert api.ids("/Practitioner?given=Scott") == found.ids("/Practitioner?given=Scott")


def test_every_second_organization_of_a_name_is_lost(api: Api, spoiled: Spoil) -> None:
    path = "/Organization?name=Utah%20Hospital"
    lost = spoiled("organization-name-loses-rows")
    assert lost.ids(path) < api.ids(path)
    assert lost.ids("/Organization?address=UT") == api.ids("/Organization?address=UT")


def test_no_service_has_a_category(spoiled: Spoil) -> None:
    found = spoiled("service-category-finds-nothing")
    assert found.json("/HealthcareService?service-category=prov")["total"] == 0
    assert found.json("/HealthcareService?name=Stewart")["total"] > 0


EMPTY = [
    ("location-address-finds-nothing", "/Location?address=Orlando", "/Location?address-city=O"),
    ("organization-name-case-sensitive", "/Organization?name=utah", "/Organization?name=Utah"),
    (
        "role-token-system-not-split",
        "/PractitionerRole?specialty=http://nucc.org/provider-taxonomy|207R00000X",
        "/PractitionerRole?specialty=207R00000X",
    ),
]


@pytest.mark.parametrize(("name", "lost", "kept"), EMPTY)
def test_a_search_that_should_find_rows_is_empty(
    name: str, lost: str, kept: str, api: Api, spoiled: Spoil
) -> None:
    assert api.ids(lost)
    assert not spoiled(name).ids(lost)
    assert spoiled(name).ids(kept) == api.ids(kept) != set()


def test_services_are_not_found_by_the_bare_id_of_an_organization(
    api: Api, spoiled: Spoil, store: Store
) -> None:
    reference = store.rows("HealthcareService")[0].resource["providedBy"]["reference"]
    found = spoiled("service-reference-needs-type")
    path = "/HealthcareService?organization="
    assert found.ids(path + reference) == api.ids(path + reference) != set()
    assert not found.ids(path + reference.partition("/")[2])


def test_only_five_digits_of_a_postal_code_count(api: Api, spoiled: Spoil) -> None:
    path = "/Location?address-postalcode={}&_count=200"
    found = spoiled("location-postalcode-five-digits").ids(path.format("97035-2591"))
    assert found == api.ids(path.format("97035")) > api.ids(path.format("97035-2591"))


def test_a_name_must_be_whole(api: Api, spoiled: Spoil) -> None:
    path = "/Practitioner?name=Smith&_count=200"
    assert set() != spoiled("practitioner-name-exact").ids(path) < api.ids(path)


def test_a_type_selects_alone(api: Api, spoiled: Spoil) -> None:
    path = "/Organization?type=ntwk&name=Great&_count=100"
    found = spoiled("network-combination-ignored").ids(path)
    assert found == api.ids("/Organization?type=ntwk&_count=100") > api.ids(path)


def test_prefixes_of_practitioner_dates_are_ignored(spoiled: Spoil) -> None:
    found = spoiled("practitioner-date-prefix-ignored")
    totals = {
        found.json(f"/Practitioner?_lastUpdated={prefix}2026-10-01")["total"]
        for prefix in ("ge", "lt", "")
    }
    assert len(totals) == 1


def test_affiliations_fail_on_specialty(spoiled: Spoil) -> None:
    found = spoiled("affiliation-specialty-server-error")
    found.outcome("/OrganizationAffiliation?specialty=282N00000X", 500)
    assert found.json("/OrganizationAffiliation")["total"]


def test_networks_are_shown_wrongly(spoiled: Spoil) -> None:
    for row in spoiled("network-profile-missing").rows("/Organization?_count=40"):
        assert ("profile" in row["meta"]) is (row["type"][0]["coding"][0]["code"] != "ntwk")
    for row in spoiled("network-shown-as-payer").rows("/Organization?type=ntwk"):
        assert row["type"][0]["coding"][0]["code"] == "payer"


def test_the_service_total_counts_a_ghost(api: Api, spoiled: Spoil) -> None:
    total = spoiled("service-total-wrong").json("/HealthcareService")["total"]
    assert total == api.json("/HealthcareService")["total"] + 1


@pytest.mark.parametrize("name", ["identifier", "gender", "active", "phone", "address-state"])
def test_unlisted_practitioner_parameters_select(
    name: str, api: Api, spoiled: Spoil, store: Store
) -> None:
    people = (row.resource for row in store.rows("Practitioner"))
    person = next(p for p in people if {"address", "telecom"} <= set(p))
    value = {
        "identifier": person["identifier"][0]["value"],
        "gender": person["gender"],
        "active": "false",
        "phone": person["telecom"][0]["value"],
        "address-state": person["address"][0]["state"],
    }[name]
    assert name in api.outcome(f"/Practitioner?{name}={value}", 400)
    found = spoiled("practitioner-unlisted-applied").everything(
        f"/Practitioner?{name}={value}&_count=200"
    )
    assert len(found) < len(store.rows("Practitioner"))
    assert (person in found) is (name != "active")


def test_documented_includes_are_refused(spoiled: Spoil) -> None:
    spoiled("service-include-refused").outcome(
        "/HealthcareService?_include=HealthcareService:organization", 400
    )
    spoiled("practitioner-revinclude-refused").outcome(
        "/Practitioner?_revinclude=PractitionerRole:practitioner", 400
    )


def test_a_search_by_specialty_ends_in_an_error(spoiled: Spoil) -> None:
    found = spoiled("service-specialty-server-error")
    found.outcome("/HealthcareService?specialty=207R00000X", 500)
    assert found.json("/HealthcareService")["total"]


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
