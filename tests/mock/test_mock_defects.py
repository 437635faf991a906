"""Each defect does what it says, to the type it says, and says which clauses that breaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from asking import link, matches

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
CODES = "HSVC|LOC|ORG|NET|AFF|PRAC|ROLE|QUALITY"
CLAUSE = re.compile(
    rf"DIR-(({CODES})(-[A-Z]+)+|METADATA|NETWORK-IS-ORGANIZATION|(FHIR|IG)-VERSION"
    "|ANSWERS-CONFORM)"
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
