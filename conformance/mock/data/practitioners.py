"""Practitioners and the roles they play. Imports plan, codes, names, places, elements."""

# ruff: noqa: PLR2004 - every n-th row has this or that: the numbers are the recipe

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.data import elements as e
from conformance.mock.data.codes import DEGREE, DEGREES, LANGUAGE, LANGUAGES, PEOPLE_SPECIALTIES
from conformance.mock.data.names import FAMILY, FIRST_PEOPLE, GIVEN
from conformance.mock.data.places import CITIES, City
from conformance.mock.data.plan import NETWORKS

if TYPE_CHECKING:
    from conformance.mock.data.codes import Specialty
    from conformance.mock.data.plan import Plan, Resource

_KIND = "Practitioner"
_GENDERS = ("female", "male", "female", "male", "other", "unknown")


def specialty_of(person: int) -> Specialty:
    """Return what a practitioner is trained in; the roles say the same."""
    return PEOPLE_SPECIALTIES[person * 5 % len(PEOPLE_SPECIALTIES)]


def city_of(plan: Plan, person: int) -> City:
    """Return where a practitioner works."""
    return plan.pick(CITIES, _KIND, person, "city")


def practitioner(plan: Plan, row: int) -> Resource:
    """Return the content of one Practitioner row."""
    specialty, city = specialty_of(row), city_of(plan, row)
    resource: Resource = {
        "identifier": [e.npi(plan, _KIND, row)],
        "active": True,
        "name": _names(plan, row, specialty.degree),
        "gender": plan.pick(_GENDERS, _KIND, row, "gender"),
        "qualification": _qualifications(row, specialty, city),
    }
    if row % 10 != 9:
        resource["telecom"] = [e.phone(plan, city, _KIND, row)]
    if row % 3 == 0:
        resource["address"] = [e.address(plan, city, _KIND, row)]
    if row % 4 == 0:
        resource["communication"] = [_speaks(plan, row)]
    return resource


def _names(plan: Plan, row: int, degree: str) -> list[Resource]:
    given, family = _given_and_family(plan, row)
    name: Resource = {"use": "official", "family": family, "given": given}
    if row % 2 == 0:
        name["prefix"] = ["Dr."]
    suffix = [degree] if degree else []
    if row % 16 == 5:
        suffix.insert(0, "Jr.")
    if suffix:
        name["suffix"] = suffix
    if row % 5:
        full = " ".join([*name.get("prefix", ()), *given, family])
        name["text"] = ", ".join([full, *suffix])
    former = {"use": "old", "family": plan.pick(FAMILY, _KIND, row, "former"), "given": given}
    return [name, former] if row % 20 == 7 else [name]


def _given_and_family(plan: Plan, row: int) -> tuple[list[str], str]:
    if row < len(FIRST_PEOPLE):
        given, family = FIRST_PEOPLE[row]
        return [given], family
    first, second = (plan.pick(GIVEN, _KIND, row, salt) for salt in ("given", "middle"))
    family = plan.pick(FAMILY, _KIND, row, "family")
    if row % 8 == 4:
        family = f"{family}-{FAMILY[row // 8 % len(FAMILY)]}"
    return ([first, second] if row % 3 == 1 else [first]), family


def _qualifications(row: int, specialty: Specialty, city: City) -> list[Resource]:
    certified: Resource = {
        "extension": [
            e.extension(
                "practitioner-qualification",
                extension=[
                    {"url": "status", "valueCode": "active"},
                    {"url": "whereValid", "valueCodeableConcept": e.state_concept(city.state)},
                ],
            )
        ],
        "code": e.specialty_concept(specialty),
        "issuer": {"display": f"State of {city.state}"},
    }
    if not specialty.degree:
        return [certified]
    degree = e.concept(DEGREE, specialty.degree, DEGREES[specialty.degree])
    return [{"code": degree, "period": {"start": f"{1985 + row % 38}-06"}}, certified]


def _speaks(plan: Plan, row: int) -> Resource:
    code = plan.pick(tuple(LANGUAGES), _KIND, row, "language")
    level = e.plan_net("LanguageProficiencyCS", "50" if row % 8 else "30")
    proficiency = e.extension("communication-proficiency", valueCodeableConcept=level)
    return {"extension": [proficiency], **e.concept(LANGUAGE, code, LANGUAGES[code])}


def practitioner_role(plan: Plan, row: int) -> Resource:
    """Return the content of one PractitionerRole row; one in fifty is of an organization alone."""
    kind = "PractitionerRole"
    person = row % plan.practitioners
    specialty, city = specialty_of(person), city_of(plan, person)
    networks = [
        plan.ref("Organization", plan.network_row(plan.number(kind, row, f"network-{n}", NETWORKS)))
        for n in range(row % 4)
    ]
    networks = list({network["reference"]: network for network in networks}.values())
    resource: Resource = {
        "extension": _role_extensions(row, specialty, networks),
        "active": True,
        "code": [e.plan_net("ProviderRoleCS", specialty.role)],
        "telecom": [e.phone(plan, city, kind, row)],
        "availableTime": [{"daysOfWeek": list(e.WEEKDAYS[: 1 + row % 5]), "allDay": True}],
    }
    provider = plan.number(kind, row, "provider", 10_000)
    alone = row % 50 == 49
    if not alone:
        resource["practitioner"] = plan.ref(_KIND, person)
    if alone or row % 10 != 3:
        resource["organization"] = plan.ref("Organization", plan.provider_row(provider))
    _add_where(plan, row, provider, resource)
    if row % 14 != 13:
        resource["specialty"] = [e.specialty_concept(specialty)]
    if row % 18 == 0:
        resource["code"].append(e.plan_net("ProviderRoleCS", "ap"))
    return resource


def _role_extensions(row: int, specialty: Specialty, networks: list[Resource]) -> list[Resource]:
    accepts = ("newpt", "newpt", "existptonly", "nopt")[row % 4]
    extensions = [e.new_patients(accepts, networks[0] if networks else None)]
    extensions += [e.extension("network-reference", valueReference=ref) for ref in networks]
    if row % 3 == 0:
        parts: list[Resource] = [
            {"url": "code", "valueCodeableConcept": e.specialty_concept(specialty)},
            {"url": "status", "valueCode": "active"},
        ]
        extensions.append(e.extension("qualification", extension=parts))
    return extensions


def _add_where(plan: Plan, row: int, provider: int, resource: Resource) -> None:
    """Add none to three locations, and the service and endpoint that some roles have."""
    if row % 25 != 7:
        count = 1 + (row % 6 == 0) + (row % 12 == 0)
        resource["location"] = [plan.ref("Location", provider + n) for n in range(count)]
    if row % 5 == 2:
        resource["healthcareService"] = [plan.ref("HealthcareService", provider)]
    if row % 30 == 11:
        resource["endpoint"] = [plan.ref("Endpoint", provider)]
