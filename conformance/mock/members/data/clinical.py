"""Conditions, encounters, immunizations, procedures of a member, after US Core.

Imports codes, parts, person and providers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.mock.members.data.codes import (
    CVX,
    ICD_10,
    PROBLEMS,
    PROCEDURES,
    SNOMED,
    THO,
    US_CORE,
    VACCINES,
)
from conformance.mock.members.data.parts import at, coding, concept, tho
from conformance.mock.members.data.person import Draft, stored_after
from conformance.mock.members.data.providers import GROUPS, HOSPITALS, PRACTITIONERS

if TYPE_CHECKING:
    from datetime import date

    from conformance.mock.data.plan import Resource
    from conformance.mock.members.data.person import Person
    from conformance.mock.members.data.providers import Providers

CONDITIONS, ENCOUNTERS, IMMUNIZATIONS, PERFORMED = len(PROBLEMS), 26, 12, 9
_MORNING, _LATER = "09:10:00-07:00", "09:45:00-07:00"


@dataclass(frozen=True, slots=True)
class Entry:
    """One clinical row to be: whose, which, of what day."""

    person: Person
    kind: str
    row: int
    day: date

    def draft(self, content: Resource, profile: str = "") -> Draft:
        """Return the row; every third one has a version before its language was left out."""
        profiles = (f"{US_CORE}{profile or self.kind.lower()}",)
        older = (_in_english,) if self.row % 3 == 1 else ()
        stored = stored_after(self.person, self.kind, self.row, self.day, days=1)
        row_id = self.person.id_of(self.kind, self.row)
        return Draft(self.kind, row_id, content, profiles, stored, older)


def _in_english(content: Resource) -> Resource:
    return {**content, "language": "en"}


def doctor_of(person: Person, salt: str, row: int) -> int:
    """Return the row of the practitioner who saw the member."""
    return person.number(f"{salt}-doctor", row, PRACTITIONERS)


def conditions(person: Person, providers: Providers) -> list[Draft]:
    """Return one Condition for each problem: every third resolved, one with a Period of onset."""
    return [_condition(person, providers, row) for row in range(CONDITIONS)]


def _condition(person: Person, providers: Providers, row: int) -> Draft:
    problem, day = PROBLEMS[row], person.day("Condition", row, CONDITIONS)
    resolved = row % 3 == 2  # noqa: PLR2004 - every third
    status = "resolved" if resolved else "active"
    content: Resource = {
        "clinicalStatus": tho("condition-clinical", status, status.title()),
        "verificationStatus": tho("condition-ver-status", "confirmed", "Confirmed"),
        "category": [tho("condition-category", "problem-list-item", "Problem List Item")],
        "code": {
            "coding": [
                coding(SNOMED, problem.snomed, problem.clinical),
                coding(ICD_10, problem.icd, problem.display),
            ],
            "text": problem.clinical,
        },
        "subject": person.ref("Patient"),
        "recordedDate": day.isoformat(),
        "recorder": providers.ref("Practitioner", doctor_of(person, "Condition", row)),
    }
    if row % 5 == 4:  # noqa: PLR2004 - one or two
        end = day + timedelta(days=6)
        content["onsetPeriod"] = {"start": day.isoformat(), "end": end.isoformat()}
    else:
        content["onsetDateTime"] = day.isoformat()
    if resolved:
        content["abatementDateTime"] = (day + timedelta(days=90)).isoformat()
    return Entry(person, "Condition", row, day).draft(content)


def encounters(person: Person, providers: Providers) -> list[Draft]:
    """Return the visits of a member: most to a practice, every fifth to a hospital overnight."""
    return [_encounter(person, providers, row) for row in range(ENCOUNTERS)]


def encounter_day(person: Person, row: int) -> date:
    """Return the day of an encounter."""
    return person.day("Encounter", row, ENCOUNTERS)


def _encounter(person: Person, providers: Providers, row: int) -> Draft:
    day, inpatient = encounter_day(person, row), row % 5 == 3  # noqa: PLR2004 - every fifth
    end = day + timedelta(days=2) if inpatient else day
    where = person.pick(HOSPITALS if inpatient else GROUPS, "Encounter-place", row)
    performer = concept(f"{THO}v3-ParticipationType", "PPRF", "primary performer")
    doctor = providers.ref("Practitioner", doctor_of(person, "Encounter", row))
    class_code = ("IMP", "inpatient encounter") if inpatient else ("AMB", "ambulatory")
    content: Resource = {
        "identifier": [
            {"system": "https://flex.example/fhir/visit-id", "value": f"V{person.index}{row:04d}"}
        ],
        "status": "finished",
        "class": coding(f"{THO}v3-ActCode", *class_code),
        "type": [concept(SNOMED, "185349003", "Encounter for check up", "Check-up")],
        "subject": person.ref("Patient"),
        "participant": [{"type": [performer], "individual": doctor}],
        "period": {"start": at(day, _MORNING), "end": at(end, _LATER)},
        "reasonReference": [person.ref("Condition", row % CONDITIONS)],
        "location": [{"location": providers.ref("Location", where - 1)}],
        "serviceProvider": providers.ref("Organization", where),
    }
    if inpatient:
        home = concept(f"{THO}discharge-disposition", "home", "Home")
        content["hospitalization"] = {"dischargeDisposition": home}
    return Entry(person, "Encounter", row, day).draft(content)


def immunizations(person: Person, providers: Providers) -> list[Draft]:
    """Return the vaccinations of a member; every sixth was not done."""
    return [_immunization(person, providers, row) for row in range(IMMUNIZATIONS)]


def _immunization(person: Person, providers: Providers, row: int) -> Draft:
    day = person.day("Immunization", row, IMMUNIZATIONS)
    code, display = VACCINES[row % len(VACCINES)]
    done = row % 6 != 5  # noqa: PLR2004 - every sixth
    content: Resource = {
        "status": "completed" if done else "not-done",
        "vaccineCode": concept(CVX, code, display, display),
        "patient": person.ref("Patient"),
        "occurrenceDateTime": day.isoformat(),
        "primarySource": done,
        "location": providers.ref("Location", GROUPS[0] - 1),
    }
    if done:
        content["lotNumber"] = f"LOT{40_000 + 31 * row}"
        content["performer"] = [{"actor": providers.ref("Organization", GROUPS[0])}]
    else:
        content["statusReason"] = tho("v3-ActReason", "PATOBJ", "patient objection")
    return Entry(person, "Immunization", row, day).draft(content)


def procedures(person: Person, providers: Providers) -> list[Draft]:
    """Return the procedures of a member, each in one of the encounters."""
    return [_procedure(person, providers, row) for row in range(PERFORMED)]


def _procedure(person: Person, providers: Providers, row: int) -> Draft:
    encounter = 2 * row + 1
    day = encounter_day(person, encounter)
    doctor = doctor_of(person, "Encounter", encounter)
    content: Resource = {
        "status": "completed",
        "code": concept(SNOMED, *PROCEDURES[row % len(PROCEDURES)]),
        "subject": person.ref("Patient"),
        "encounter": person.ref("Encounter", encounter),
        "performedDateTime": at(day, _MORNING),
        "performer": [
            {
                "function": providers.specialty(doctor),
                "actor": providers.ref("Practitioner", doctor),
            }
        ],
    }
    return Entry(person, "Procedure", row, day).draft(content)
