"""A member's Patient and Coverages. Imports codes, parts, person and the directory's elements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.mock.data import elements as e
from conformance.mock.data.names import FAMILY, GIVEN
from conformance.mock.data.places import CITIES
from conformance.mock.members.data.codes import US_CORE, V2_0203, c4bb
from conformance.mock.members.data.parts import carin, coding, concept, identifier, tho
from conformance.mock.members.data.person import FIRST_DAY, Draft

if TYPE_CHECKING:
    from conformance.mock.data.plan import Resource
    from conformance.mock.members.data.person import Person
    from conformance.mock.members.data.providers import Providers

_MEMBER_ID = "https://flex.example/fhir/member-id"
_UNIQUE_ID = "https://flex.example/fhir/unique-member-id"
_OMB = "urn:oid:2.16.840.1.113883.6.238"
_RACES = (
    ("2106-3", "White"),
    ("2054-5", "Black or African American"),
    ("2028-9", "Asian"),
    ("1002-5", "American Indian or Alaska Native"),
)
_ETHNICITIES = (("2186-5", "Not Hispanic or Latino"), ("2135-2", "Hispanic or Latino"))
PERIODS = (
    (FIRST_DAY, date(2019, 12, 31)),
    (date(2020, 1, 1), date(2023, 12, 31)),
    (date(2024, 1, 1), None),
)
"""The enrolments of every member, one Coverage each; the last one lasts."""
_PLANS = ("Bronze HSA 6900", "Silver Choice 3500", "Gold Select 1500")
PATIENT_VERSIONS, COVERAGE_VERSIONS = 3, 2


def member_id(person: Person) -> str:
    """Return what stands on the member's card."""
    return f"W{9_000_000_00 + person.number('card', 0, 90_000_000)}"


def patient(person: Person) -> Draft:
    """Return the member's Patient, which has moved twice."""
    city = person.pick(CITIES, "city", 0)
    home = {**e.address(person.plan, city, f"{person.realm}/Patient", person.index), "use": "home"}
    content: Resource = {
        "extension": [_race(person), _ethnicity(person), _birth_sex(person)],
        "identifier": _identifiers(person),
        "active": True,
        "name": [_name(person)],
        "telecom": [
            {
                "system": "phone",
                "value": e.phone_number(person.plan, city, person.realm, person.index),
                "use": "home",
            }
        ],
        "gender": _gender(person),
        "birthDate": (
            date(1948, 1, 1) + timedelta(days=person.number("born", 0, 18_000))
        ).isoformat(),
        "address": [home],
        "maritalStatus": tho("v3-MaritalStatus", "M", "Married"),
        "communication": [{"language": concept("urn:ietf:bcp:47", "en", "English")}],
    }
    profiles = (c4bb("Patient"), f"{US_CORE}patient")
    stored = datetime(2021, 5, 4, 6, 1, 22, 157000, tzinfo=UTC) + timedelta(days=97 * person.index)
    return Draft("Patient", person.patient, content, profiles, stored, (_unmarried, _elsewhere))


def _identifiers(person: Person) -> list[Resource]:
    unique = carin("IdentifierType", "um", "Unique Member ID")
    return [
        identifier(concept(V2_0203, "MB", "Member Number"), _MEMBER_ID, member_id(person)),
        identifier(unique, _UNIQUE_ID, f"{member_id(person)}-01"),
    ]


def _name(person: Person) -> Resource:
    given = [person.pick(GIVEN, "given", 0), person.pick(GIVEN, "middle", 0)]
    return {"use": "official", "family": person.pick(FAMILY, "family", 0), "given": given}


def _gender(person: Person) -> str:
    return ("female", "male")[person.index % 2]


def _race(person: Person) -> Resource:
    code, display = person.pick(_RACES, "race", 0)
    return _us_core("race", code, display)


def _ethnicity(person: Person) -> Resource:
    code, display = person.pick(_ETHNICITIES, "ethnicity", 0)
    return _us_core("ethnicity", code, display)


def _us_core(name: str, code: str, display: str) -> Resource:
    category = {"url": "ombCategory", "valueCoding": coding(_OMB, code, display)}
    text = {"url": "text", "valueString": display}
    return {"extension": [category, text], "url": US_CORE + name}


def _birth_sex(person: Person) -> Resource:
    return {"url": f"{US_CORE}birthsex", "valueCode": _gender(person)[0].upper()}


def _elsewhere(content: Resource) -> Resource:
    home = {**content["address"][0], "line": ["12 Former Ave"]}
    return {**content, "address": [{key: home[key] for key in home if key != "text"}]}


def _unmarried(content: Resource) -> Resource:
    single = tho("v3-MaritalStatus", "S", "Never Married")
    return {**_elsewhere(content), "maritalStatus": single}


def coverage_row(day: date) -> int:
    """Return the row of the Coverage in force on a day."""
    return max(row for row, (start, _) in enumerate(PERIODS) if start <= day)


def coverages(person: Person, providers: Providers) -> list[Draft]:
    """Return the member's Coverages, each with the version before its card was renewed."""
    return [_coverage(person, providers, row) for row in range(len(PERIODS))]


def _coverage(person: Person, providers: Providers, row: int) -> Draft:
    start, end = PERIODS[row]
    card = concept(V2_0203, "MB", "Member Number")
    period = {"start": start.isoformat()}
    content: Resource = {
        "identifier": [identifier(card, _MEMBER_ID, member_id(person))],
        "status": "cancelled" if end else "active",
        "type": tho("v3-ActCode", "HIP", "health insurance plan policy"),
        "policyHolder": person.ref("Patient"),
        "subscriber": person.ref("Patient"),
        "subscriberId": member_id(person),
        "beneficiary": person.ref("Patient"),
        "relationship": tho("subscriber-relationship", "self", "Self"),
        "period": {**period, "end": end.isoformat()} if end else period,
        "payor": [providers.payer],
        "class": [
            _class("group", f"G{70_100 + person.index}", "Tooele Valley Works"),
            _class("plan", f"P{row + 1}", _PLANS[row]),
        ],
        "network": "Great Basin Choice",
    }
    stored = datetime(start.year, 1, 9, 4, 20, 7, 40000 + 1000 * row, tzinfo=UTC)
    profiles = (c4bb("Coverage"),)
    return Draft("Coverage", person.id_of("Coverage", row), content, profiles, stored, (_applied,))


def _class(code: str, value: str, name: str) -> Resource:
    return {"type": tho("coverage-class", code), "value": value, "name": name}


def _applied(content: Resource) -> Resource:
    return {key: value for key, value in content.items() if key != "network"}
