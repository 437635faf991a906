"""The directory's content: deterministic, plausible, and shaped as Plan-Net 1.0.0 asks."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given
from hypothesis import strategies as st

from conformance.mock.data import elements
from conformance.mock.data.places import CITIES
from conformance.mock.data.plan import AS_OF, Plan
from conformance.mock.data.store import BUILDERS, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSION = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/"
TYPES = tuple(BUILDERS)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every JSON object inside a value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def luhn_holds(digits: str) -> bool:
    """Check a number by the textbook rule: double every second digit from the right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@pytest.mark.parametrize("kind", TYPES)
def test_equal_seeds_give_equal_rows(kind: str, store: Store) -> None:
    again = Store(store.plan)
    assert again.rows(kind) == store.rows(kind)


def test_another_seed_gives_other_rows(store: Store) -> None:
    other = Store(Plan(store.plan.practitioners, seed=7))
    assert {row.id for row in other.rows("Practitioner")}.isdisjoint(
        row.id for row in store.rows("Practitioner")
    )
    assert [row.resource["name"] for row in other.rows("Practitioner")] != [
        row.resource["name"] for row in store.rows("Practitioner")
    ]


def test_a_type_is_built_on_first_use_only() -> None:
    store = Store(Plan(practitioners=50))
    store.rows("Location")
    assert set(store._tables) == {"Location"}


def test_the_default_directory_has_two_thousand_practitioners() -> None:
    assert Plan().sizes["Practitioner"] == 2000
    assert Plan().sizes["PractitionerRole"] >= 2000


@pytest.mark.parametrize("kind", TYPES)
def test_every_version_of_every_row_is_an_r4_resource(kind: str, store: Store) -> None:
    model = get_fhir_model_class(kind)
    for row in store.rows(kind):
        for version in row.versions:
            model.model_validate(version)


@pytest.mark.parametrize("kind", TYPES)
def test_every_reference_leads_to_a_row(kind: str, store: Store) -> None:
    for row in store.rows(kind):
        for node in nodes(row.resource):
            if "reference" in node:
                assert store.resolve(node["reference"]), node


@pytest.mark.parametrize("kind", TYPES)
def test_ids_are_unique_fhir_ids(kind: str, store: Store) -> None:
    ids = [row.id for row in store.rows(kind)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", found) for found in ids)


@pytest.mark.parametrize("kind", TYPES)
def test_meta_has_version_profile_and_an_instant_with_milliseconds(kind: str, store: Store) -> None:
    for row in store.rows(kind):
        meta = row.resource["meta"]
        network = '"ntwk"' in str(row.resource.get("type")).replace("'", '"')
        assert meta["profile"] == [f"{EXTENSION}plannet-{'Network' if network else kind}"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", meta["lastUpdated"])
        assert datetime.fromisoformat(meta["lastUpdated"]) < AS_OF


@pytest.mark.parametrize("kind", TYPES)
def test_some_rows_have_older_versions_that_say_something_else(kind: str, store: Store) -> None:
    histories = [row.versions for row in store.rows(kind) if len(row.versions) > 1]
    assert histories
    assert len(histories) < len(store.rows(kind))
    for versions in histories:
        assert [v["meta"]["versionId"] for v in versions] == ["1", "2", "3"][: len(versions)]
        dates = [v["meta"]["lastUpdated"] for v in versions]
        assert dates == sorted(set(dates))
        bare = [{k: v for k, v in version.items() if k != "meta"} for version in versions]
        assert bare[0] != bare[-1]


def test_npis_have_a_luhn_check_digit_and_are_unique_and_unissued(store: Store) -> None:
    npis = [
        node["value"]
        for kind in ("Practitioner", "Organization")
        for row in store.rows(kind)
        for node in nodes(row.resource)
        if node.get("system") == "http://hl7.org/fhir/sid/us-npi"
    ]
    assert len(npis) > store.plan.practitioners
    assert len(npis) == len(set(npis))
    assert all(re.fullmatch(r"2\d{9}", npi) and luhn_holds("80840" + npi) for npi in npis)


@given(st.from_regex(r"[12][0-9]{8}", fullmatch=True))
def test_a_check_digit_satisfies_luhn_and_no_other_does(first_nine: str) -> None:
    right = elements.check_digit(first_nine)
    holding = [d for d in "0123456789" if luhn_holds(f"80840{first_nine}{d}")]
    assert holding == [right]


def test_addresses_agree_with_the_map(store: Store) -> None:
    known = {(c.name, c.state, c.county, c.postal_code) for c in CITIES}
    addresses = [
        node
        for kind in ("Location", "Organization", "Practitioner")
        for row in store.rows(kind)
        for node in nodes(row.resource)
        if "postalCode" in node
    ]
    assert addresses
    for found in addresses:
        assert re.fullmatch(r"\d{5}-\d{4}", found["postalCode"])
        parts = (found["city"], found["state"], found["district"], found["postalCode"][:5])
        assert parts in known


def test_telephone_numbers_are_fictional(store: Store) -> None:
    for kind in TYPES:
        for row in store.rows(kind):
            for version in row.versions:
                for node in nodes(version):
                    if node.get("system") == "phone":
                        assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", node["value"])


def test_names_are_awkward_in_the_ways_real_ones_are(store: Store) -> None:
    families = {n["family"] for r in store.rows("Practitioner") for n in r.resource["name"]}
    assert {"Núñez", "O'Brien", "Smith-Jones", "de la Cruz"} <= families
    lengths = {len(n["given"]) for r in store.rows("Practitioner") for n in r.resource["name"]}
    assert lengths == {1, 2}


def extensions(resource: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [x for x in resource.get("extension", ()) if x["url"] == EXTENSION + name]


def test_plan_net_mandatory_elements_are_there(store: Store) -> None:
    for row in store.rows("HealthcareService"):
        assert extensions(row.resource, "delivery-method")
        assert len(row.resource["category"]) == 1
    for row in store.rows("Organization"):
        assert row.resource["active"] is True
        assert row.resource["name"]
        network = row.resource["meta"]["profile"][0].endswith("Network")
        assert not network or (row.resource["partOf"] and "telecom" not in row.resource)
    for row in store.rows("Endpoint"):
        assert len(row.resource["payloadType"]) == 1
        assert row.resource["status"] == "active"
    for row in store.rows("OrganizationAffiliation"):
        assert {"organization", "participatingOrganization"} & set(row.resource)


def test_roles_differ_in_what_they_refer_to(store: Store) -> None:
    roles = [row.resource for row in store.rows("PractitionerRole")]
    assert {len(extensions(role, "network-reference")) for role in roles} >= {0, 1, 2}
    assert {len(role.get("location", ())) for role in roles} == {0, 1, 2, 3}
    for element in ("organization", "practitioner", "healthcareService", "endpoint", "specialty"):
        assert 0 < sum(element in role for role in roles) < len(roles)


def test_new_patients_are_taken_from_a_network_of_the_role(store: Store) -> None:
    for row in store.rows("PractitionerRole"):
        networks = {
            x["valueReference"]["reference"] for x in extensions(row.resource, "network-reference")
        }
        for found in extensions(row.resource, "newpatients"):
            sources = [x for x in found["extension"] if x["url"] == "fromNetwork"]
            assert all(x["valueReference"]["reference"] in networks for x in sources)
