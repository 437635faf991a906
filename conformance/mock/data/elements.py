"""FHIR datatypes as the directory writes them: codings, references, telecoms, addresses, NPIs.

Imports the plan, the codes and the places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock.data.codes import (
    CODE_SYSTEM,
    DISPLAY,
    EXTENSION,
    NPI,
    NUCC,
    STATE,
    Specialty,
)
from conformance.mock.data.places import CITIES, DOCUMENTED_POSTAL_CODE, STREETS, City

if TYPE_CHECKING:
    from conformance.mock.data.plan import Plan, Resource

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_FIRST_ROUND = len(CITIES)  # the first Location of each city


def concept(system: str, code: str, display: str) -> Resource:
    """Return a CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code, "display": display}]}


def plan_net(system: str, code: str) -> Resource:
    """Return a CodeableConcept of one of Plan-Net's own code systems."""
    return concept(CODE_SYSTEM + system, code, DISPLAY[system][code])


def specialty_concept(specialty: Specialty) -> Resource:
    """Return the CodeableConcept of a NUCC code."""
    return concept(NUCC, specialty.code, specialty.display)


def state_concept(state: str) -> Resource:
    """Return the CodeableConcept of a US state."""
    return {"coding": [{"system": STATE, "code": state}]}


def extension(name: str, **value: object) -> Resource:
    """Return a Plan-Net extension with a value (`valueCode=...`) or parts (`extension=[...]`)."""
    return {"url": EXTENSION + name, **value}


def check_digit(first_nine: str) -> str:
    """Return the tenth digit of an NPI: Luhn over the card-issuer prefix 80840 and the nine."""
    digits = [int(digit) for digit in reversed("80840" + first_nine)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[::2])
    return str(-(sum(doubled) + sum(digits[1::2])) % 10)


def npi(plan: Plan, kind: str, row: int) -> Resource:
    """Return an NPI identifier; CMS has issued none that starts with 2, so it is nobody's."""
    offset = 1_000_000 if kind == "Practitioner" else 5_000_000
    first_nine = f"2{(offset + 37 * row + plan.seed) % 100_000_000:08d}"
    # No `type`: R4's extensible value set has no code for a national provider identifier.
    return {"use": "official", "system": NPI, "value": first_nine + check_digit(first_nine)}


def phone_number(plan: Plan, city: City, kind: str, row: int, salt: str = "phone") -> str:
    """Return a number of the range 555-0100 to 555-0199, which is kept for fiction."""
    return f"({city.area_code}) 555-01{plan.number(kind, row, salt, 100):02d}"


def phone(plan: Plan, city: City, kind: str, row: int) -> Resource:
    """Return the ContactPoint of a work telephone."""
    value = phone_number(plan, city, kind, row)
    return {"system": "phone", "value": value, "use": "work", "rank": 1}


def office_hours() -> Resource:
    """Return when a telephone is answered: weekdays, eight to five."""
    days = [{"url": "daysOfWeek", "valueCode": day} for day in WEEKDAYS]
    times = [
        {"url": "availableStartTime", "valueTime": "08:00:00"},
        {"url": "availableEndTime", "valueTime": "17:00:00"},
    ]
    return extension("contactpoint-availabletime", extension=[*days, *times])


def address(plan: Plan, city: City, kind: str, row: int) -> Resource:
    """Return a US street address whose city, county, state and ZIP agree."""
    street = f"{100 + plan.number(kind, row, 'house', 9000)} " + plan.pick(
        STREETS, kind, row, "street"
    )
    lines = [street, f"Suite {100 + row % 40}"] if row % 3 == 0 else [street]
    postal_code = f"{city.postal_code}-{1000 + plan.number(kind, row, 'zip', 9000)}"
    if city.postal_code == DOCUMENTED_POSTAL_CODE[:5] and kind == "Location" and row < _FIRST_ROUND:
        postal_code = DOCUMENTED_POSTAL_CODE
    parts: Resource = {
        "use": "work",
        "type": "both",
        "line": lines,
        "city": city.name,
        "district": city.county,
        "state": city.state,
        "postalCode": postal_code,
        "country": "US",
    }
    if row % 2 == 0:
        parts["text"] = f"{', '.join(lines)}, {city.name}, {city.state} {postal_code}"
    return parts


def new_patients(code: str, network: Resource | None = None) -> Resource:
    """Return the extension that says whether new patients are taken, and from which network."""
    parts: list[Resource] = [
        {"url": "acceptingPatients", "valueCodeableConcept": plan_net("AcceptingPatientsCS", code)}
    ]
    if network:
        parts.append({"url": "fromNetwork", "valueReference": network})
    return extension("newpatients", extension=parts)
