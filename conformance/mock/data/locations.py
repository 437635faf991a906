"""Locations and the healthcare services given there. Imports plan, codes, places, elements."""

# ruff: noqa: PLR2004 - every n-th row has this or that: the numbers are the recipe

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.data import elements as e
from conformance.mock.data.codes import (
    FACILITY_SPECIALTIES,
    PEOPLE_SPECIALTIES,
    ROLE_CODE,
    Specialty,
)
from conformance.mock.data.names import FAMILY
from conformance.mock.data.places import CITIES

if TYPE_CHECKING:
    from conformance.mock.data.plan import Plan, Resource

_SPECIALTIES = (*PEOPLE_SPECIALTIES, *FACILITY_SPECIALTIES)
_STEWART_EVERY = 9
_VIRTUAL_EVERY = 37
_KINDS = (("HOSP", "Hospital"), ("OF", "Outpatient facility"), ("PROFF", "Provider's Office"))


def location(plan: Plan, row: int) -> Resource:
    """Return the content of one Location row; one in 37 has no address (care by video)."""
    kind = "Location"
    city = CITIES[row % len(CITIES)]
    telecom = e.phone(plan, city, kind, row)
    if row % 3 == 0:
        telecom["extension"] = [e.office_hours()]
    resource: Resource = {
        "extension": [_accessibility(row)],
        "status": "active",
        "name": f"{city.name} {plan.pick(FAMILY, kind, row, 'name')} Building {row + 1}",
        "type": [e.concept(ROLE_CODE, *_KINDS[row % len(_KINDS)])],
        "telecom": [telecom],
        "hoursOfOperation": [
            {"daysOfWeek": list(e.WEEKDAYS), "openingTime": "08:00:00", "closingTime": "17:00:00"}
        ],
    }
    if row % _VIRTUAL_EVERY != _VIRTUAL_EVERY - 1:
        resource["address"] = e.address(plan, city, kind, row)
        resource["position"] = {"longitude": city.longitude, "latitude": city.latitude}
    if row % 11:
        resource["managingOrganization"] = plan.ref("Organization", plan.provider_row(row))
    if row % 9 == 8:
        resource["partOf"] = plan.ref(kind, row - 8)
    if row % 4 == 0:
        resource["extension"].append(e.new_patients("newpt"))
    if row % 10 == 0:
        resource["endpoint"] = [plan.ref("Endpoint", row // 10)]
    return resource


def _accessibility(row: int) -> Resource:
    code = ("adacomp", "pubtrans", "mobility")[row % 3]
    return e.extension("accessibility", valueCodeableConcept=e.plan_net("AccessibilityCS", code))


def healthcare_service(plan: Plan, row: int) -> Resource:
    """Return the content of one HealthcareService row."""
    kind = "HealthcareService"
    specialty = _SPECIALTIES[row % len(_SPECIALTIES)]
    city = CITIES[row % len(CITIES)]
    virtual = row % 13 == 12
    resource: Resource = {
        "extension": [
            _delivery(virtual=virtual),
            e.new_patients("nopt" if row % 6 == 5 else "newpt"),
        ],
        "active": True,
        "category": [e.plan_net("HealthcareServiceCategoryCS", specialty.category)],
        "name": _service_name(plan, row, specialty),
        "telecom": [e.phone(plan, city, kind, row)],
        "availableTime": [{"daysOfWeek": list(e.WEEKDAYS), "allDay": True}],
        "appointmentRequired": row % 2 == 0,
    }
    if row % 12 != 11:
        resource["specialty"] = [e.specialty_concept(specialty)]
    if row % 10 != 9:
        resource["providedBy"] = plan.ref("Organization", plan.provider_row(row * 3))
    if not virtual:
        resource["location"] = [plan.ref("Location", row + n) for n in range(1 + row % 2)]
    if row % 5 == 0:
        resource["coverageArea"] = [plan.ref("Location", row * 3)]
    if row % 7 == 0:
        resource["endpoint"] = [plan.ref("Endpoint", row // 7)]
    if row % 15 == 14:
        resource["notAvailable"] = [{"description": "Closed for renovation"}]
    return resource


def _service_name(plan: Plan, row: int, specialty: Specialty) -> str:
    """Return a name; the document's example is `name=Stewart` with category `prov`."""
    surname = plan.pick(FAMILY, "HealthcareService", row, "name")
    return f"{'Stewart' if row % _STEWART_EVERY == 0 else surname} {specialty.label} {row + 1}"


def _delivery(*, virtual: bool) -> Resource:
    way = e.plan_net("DeliveryMethodCS", "virtual" if virtual else "physical")
    parts: list[Resource] = [{"url": "type", "valueCodeableConcept": way}]
    if virtual:
        video = e.plan_net("VirtualModalitiesCS", "video")
        parts.append({"url": "virtualModalities", "valueCodeableConcept": video})
    return e.extension("delivery-method", extension=parts)
