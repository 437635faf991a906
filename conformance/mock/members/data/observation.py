"""Laboratory results, vital signs, smoking status of a member; where records came from.

Imports clinical, codes, parts, person and providers.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from conformance.mock.members.data.clinical import ENCOUNTERS, Entry, doctor_of, encounter_day
from conformance.mock.members.data.codes import (
    LABS,
    LOINC,
    PDEX,
    SNOMED,
    THO,
    US_CORE,
    VITALS,
)
from conformance.mock.members.data.parts import at, concept, quantity, tho
from conformance.mock.members.data.person import Draft
from conformance.mock.members.data.providers import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.mock.data.plan import Resource
    from conformance.mock.data.store import Row
    from conformance.mock.members.data.codes import Measure
    from conformance.mock.members.data.person import Person
    from conformance.mock.members.data.providers import Providers

_KIND = "Observation"
_SMOKERS = (("266919005", "Never smoked tobacco"), ("8517006", "Ex-smoker"))
_TIME = "09:20:00-07:00"


def observations(person: Person, providers: Providers) -> list[Draft]:
    """Return what was measured: laboratory in every second encounter, vital signs in each."""
    seen = [(n, *one) for n in range(ENCOUNTERS) for one in _seen(person, providers, n)]
    return [
        Entry(person, _KIND, row, encounter_day(person, encounter)).draft(content, profile)
        for row, (encounter, profile, content) in enumerate(seen)
    ]


def _seen(person: Person, providers: Providers, encounter: int) -> Iterator[tuple[str, Resource]]:
    common: Resource = {
        "status": "final",
        "subject": person.ref("Patient"),
        "encounter": person.ref("Encounter", encounter),
        "effectiveDateTime": at(encounter_day(person, encounter), _TIME),
        "performer": [providers.ref("Practitioner", doctor_of(person, "Encounter", encounter))],
    }
    if encounter % 2 == 0:
        measure = LABS[encounter // 2 % len(LABS)]
        laboratory = _category("laboratory", "Laboratory")
        yield measure.profile, {**common, **laboratory, **_measured(person, measure, encounter)}
    vital_signs = _category("vital-signs", "Vital Signs")
    measure = VITALS[encounter % len(VITALS)]
    yield measure.profile, {**common, **vital_signs, **_measured(person, measure, encounter)}
    if encounter % 3 == 0:
        yield "blood-pressure", {**common, **vital_signs, **_blood_pressure(person, encounter)}
    if encounter % 10 == 0:
        smoking = {
            "code": concept(LOINC, "72166-2", "Tobacco smoking status NHIS"),
            "valueCodeableConcept": concept(SNOMED, *_SMOKERS[person.index % len(_SMOKERS)]),
        }
        social = _category("social-history", "Social History")
        yield "smokingstatus", {**common, **social, **smoking}


def _category(code: str, display: str) -> Resource:
    return {"category": [tho("observation-category", code, display)]}


def _measured(person: Person, measure: Measure, row: int) -> Resource:
    value = measure.low + person.number(measure.loinc, row, 10 * (measure.high - measure.low)) / 10
    return {
        "code": concept(LOINC, measure.loinc, measure.display, measure.display),
        "valueQuantity": quantity(value, measure.unit, measure.ucum),
    }


def _blood_pressure(person: Person, row: int) -> Resource:
    return {
        "code": concept(LOINC, "85354-9", "Blood pressure panel with all children optional"),
        "component": [
            _pressure(
                "8480-6", "Systolic blood pressure", 108 + person.number("systolic", row, 36)
            ),
            _pressure(
                "8462-4", "Diastolic blood pressure", 62 + person.number("diastolic", row, 26)
            ),
        ],
    }


def _pressure(loinc: str, display: str, value: int) -> Resource:
    return {
        "code": concept(LOINC, loinc, display),
        "valueQuantity": quantity(value, "mmHg", "mm[Hg]"),
    }


def provenances(person: Person, providers: Providers, targets: tuple[Row, ...]) -> list[Draft]:
    """Return where each of the rows came from: a practice wrote it, the payer passes it on."""
    transmitter = concept(
        "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type",
        "transmitter",
        "Transmitter",
    )
    author = concept(f"{THO}provenance-participant-type", "author", "Author")
    agents = [
        {"type": transmitter, "who": providers.payer},
        {"type": author, "who": providers.ref("Organization", GROUPS[0])},
    ]
    return [_provenance(person, number, target, agents) for number, target in enumerate(targets)]


def _provenance(person: Person, number: int, target: Row, agents: list[Resource]) -> Draft:
    kind, stored = "Provenance", target.versions[0]["meta"]["lastUpdated"]
    content: Resource = {
        "target": [{"reference": target.reference}],
        "recorded": stored,
        "agent": agents,
    }
    profiles = (f"{PDEX}pdex-provenance", f"{US_CORE}provenance")
    recorded = datetime.fromisoformat(stored)
    return Draft(kind, person.id_of(kind, number), content, profiles, recorded)
