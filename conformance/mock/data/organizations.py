"""Payers, networks, provider organizations and endpoints. Imports plan, codes, places, elements."""

# ruff: noqa: PLR2004 - every n-th row has this or that: the numbers are the recipe

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.data import elements as e
from conformance.mock.data.codes import ACT_REASON, CONNECTION, FACILITY_SPECIALTIES, Specialty
from conformance.mock.data.names import FAMILY, GIVEN
from conformance.mock.data.places import CITIES, City
from conformance.mock.data.plan import NETWORKS, PAYERS

if TYPE_CHECKING:
    from conformance.mock.data.plan import Plan, Resource

_KIND = "Organization"
_PAYERS = ("Great Basin Health Plan", "Oquirrh Behavioral Health Plan")
_TIERS = ("Choice", "Select", "Preferred", "Community")


def organization(plan: Plan, row: int) -> Resource:
    """Return the content of one Organization row: payers first, then networks, then providers."""
    if row < PAYERS:
        return _payer(plan, row)
    if row < PAYERS + NETWORKS:
        return _network(plan, row)
    return _provider(plan, row, row - PAYERS - NETWORKS)


def facility_of(provider: int) -> Specialty:
    """Return what a provider organization is."""
    return FACILITY_SPECIALTIES[provider % len(FACILITY_SPECIALTIES)]


def city_of(provider: int) -> City:
    """Return where a provider organization sits."""
    return CITIES[provider % len(CITIES)]


def _payer(plan: Plan, row: int) -> Resource:
    city = CITIES[0]
    return {
        "active": True,
        "type": [e.plan_net("OrgTypeCS", "payer")],
        "name": _PAYERS[row],
        "telecom": [e.phone(plan, city, _KIND, row)],
        "address": [e.address(plan, city, _KIND, row)],
    }


def _network(plan: Plan, row: int) -> Resource:
    network = row - PAYERS
    payer = network % PAYERS
    city = CITIES[network % len(CITIES)]
    name = f"{_PAYERS[payer].removesuffix(' Plan')} {_TIERS[network % len(_TIERS)]} {network + 1}"
    contact: Resource = {
        "name": {"family": FAMILY[network], "given": [GIVEN[network]]},
        "telecom": [e.phone(plan, city, _KIND, row)],
    }
    resource: Resource = {
        "active": True,
        "type": [e.plan_net("OrgTypeCS", "ntwk")],
        "name": f"{name} Network",
        "partOf": plan.ref(_KIND, payer, _PAYERS[payer]),
        "contact": [contact],
    }
    if network % 2 == 0:
        area = plan.ref("Location", network)
        resource["extension"] = [e.extension("location-reference", valueReference=area)]
    if network % 3 == 0:
        resource["address"] = [e.address(plan, city, _KIND, row)]
    return resource


def _provider(plan: Plan, row: int, provider: int) -> Resource:
    city, facility = city_of(provider), facility_of(provider)
    name = provider_name(provider)
    telecom = [e.phone(plan, city, _KIND, row)]
    if provider % 3 == 0:
        telecom[0]["extension"] = [e.office_hours()]
        telecom.append(
            {"system": "url", "value": f"https://provider-{provider}.example", "rank": 2}
        )
    resource: Resource = {
        "extension": _provider_extensions(provider, name, facility),
        "identifier": [e.npi(plan, _KIND, row)],
        "active": True,
        "type": [e.plan_net("OrgTypeCS", "prvgrp" if facility.category == "group" else "fac")],
        "name": name,
        "telecom": telecom,
        "address": [e.address(plan, city, _KIND, row)],
    }
    if provider % 5 == 1:
        # What a search has to escape stands in one of them.
        written = f"{city.name} $ave\\More"
        resource["alias"] = [f"{facility.label} of {city.name}", f"Old {name}", written]
    if provider % 4 == 3:  # a facility of the system before it
        resource["partOf"] = plan.ref(_KIND, plan.provider_row(provider - 3))
    if provider % 6 == 0:
        resource["contact"] = [{"telecom": [e.phone(plan, city, _KIND, row + 1)]}]
    if provider % 8 == 0:
        resource["endpoint"] = [plan.ref("Endpoint", provider // 8)]
    return resource


def provider_name(provider: int) -> str:
    """Return the name of a provider organization; the document's example is `Utah Hospital`."""
    city, facility = city_of(provider), facility_of(provider)
    if facility.category == "hosp":
        return f"{'Utah' if city.state == 'UT' else city.name} Hospital {city.name} {provider + 1}"
    return f"{city.name} {facility.label} {provider + 1}"


def _provider_extensions(provider: int, name: str, facility: Specialty) -> list[Resource]:
    description = e.extension("org-description", valueString=f"{name}: {facility.display}.")
    if provider % 2:
        return [description]
    parts: list[Resource] = [
        {"url": "code", "valueCodeableConcept": e.specialty_concept(facility)},
        {"url": "status", "valueCode": "active"},
        {"url": "whereValid", "valueCodeableConcept": e.state_concept(city_of(provider).state)},
    ]
    return [description, e.extension("qualification", extension=parts)]


def endpoint(plan: Plan, row: int) -> Resource:
    """Return the content of one Endpoint row."""
    reason = e.concept(ACT_REASON, "HOPERAT", "healthcare operations")
    resource: Resource = {
        "extension": [
            e.extension(
                "endpoint-usecase", extension=[{"url": "type", "valueCodeableConcept": reason}]
            )
        ],
        "status": "active",
        "connectionType": {"system": CONNECTION, "code": "hl7-fhir-rest", "display": "HL7 FHIR"},
        "name": f"FHIR endpoint {row + 1}",
        "managingOrganization": plan.ref("Organization", plan.provider_row(row)),
        "contact": [e.phone(plan, CITIES[row % len(CITIES)], "Endpoint", row)],
        "payloadType": [e.plan_net("EndpointPayloadTypeCS", "NA")],
        "payloadMimeType": ["application/fhir+json"],
        "address": f"https://fhir-{row + 1}.example/r4",
    }
    return resource


def affiliation(plan: Plan, row: int) -> Resource:
    """Return the content of one OrganizationAffiliation row."""
    kind = "OrganizationAffiliation"
    participant = row % (plan.sizes["Organization"] - PAYERS - NETWORKS)
    facility = facility_of(participant)
    resource: Resource = {
        "active": True,
        "participatingOrganization": plan.ref("Organization", plan.provider_row(participant)),
        "network": [plan.ref("Organization", plan.network_row(row + n)) for n in range(row % 3)],
        "code": [e.plan_net("OrganizationAffiliationRoleCS", facility.role)],
        "location": [plan.ref("Location", participant)],
        "telecom": [e.phone(plan, city_of(participant), kind, row)],
    }
    if row % 5:
        primary = participant + 1 + plan.number(kind, row, "primary", 20)
        resource["organization"] = plan.ref("Organization", plan.provider_row(primary))
    if row % 7:
        resource["specialty"] = [e.specialty_concept(facility)]
    if row % 4 == 0:
        resource["healthcareService"] = [plan.ref("HealthcareService", participant)]
    if not resource["network"]:
        del resource["network"]
    return resource
